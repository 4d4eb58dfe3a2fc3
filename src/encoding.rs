//! UTF-16 texts with a byte-order mark, as PowerShell writes them.

/// The order of bytes a mark at the start says.
fn is_big(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        _ => None,
    }
}

/// Whether bytes begin with the mark of UTF-16.
pub(crate) fn is_utf16(bytes: &[u8]) -> bool {
    is_big(bytes).is_some()
}

/// A text of UTF-16, with its mark; nothing where it is none.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    let big = is_big(bytes)?;
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units = pairs.filter_map(|p| <[u8; 2]>::try_from(p).ok());
    let units: Vec<u16> =
        units.map(|p| if big { u16::from_be_bytes(p) } else { u16::from_le_bytes(p) }).collect();
    String::from_utf16(&units).ok()
}

/// A text as the bytes of a file that began like `like`.
pub(crate) fn encode(text: &str, like: &[u8]) -> Vec<u8> {
    match is_big(like) {
        Some(big) => {
            let bytes = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        }
        None => text.as_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_there_and_back() {
        let little: Vec<u8> = "\u{feff}a: 'é😀'\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = little.chunks(2).flat_map(|p| [p[1], p[0]]).collect();
        for bytes in [&little, &big] {
            let text = decode(bytes).unwrap();
            assert_eq!(text, "\u{feff}a: 'é😀'\n");
            assert_eq!(&encode(&text, bytes), bytes);
            assert_eq!(decode(&bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(decode(b"plain"), None);
        assert_eq!(decode(&[0xff, 0xfe, 0x00, 0xd8]), None);
        assert_eq!(encode("é", b"x"), "é".as_bytes());
    }
}
