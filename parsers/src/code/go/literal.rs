//! Text and numbers as they are written.

use crate::code::hir::ExprKind;
use crate::code::number::whole;

/// The text of an interpreted string, without its quotes.
pub(super) fn unescape(inside: &str) -> String {
    let mut bytes: Vec<u8> = Vec::with_capacity(inside.len());
    let mut chars = inside.chars();
    let put = |bytes: &mut Vec<u8>, c: char| bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    while let Some(c) = chars.next() {
        if c != '\\' {
            put(&mut bytes, c);
            continue;
        }
        let Some(e) = chars.next() else { break };
        let (digits, radix) = match e {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (2, 8),
            _ => (0, 0),
        };
        if digits == 0 {
            let c = match e {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\u{7}',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                c => c,
            };
            put(&mut bytes, c);
            continue;
        }
        let mut code: String = if radix == 8 { e.to_string() } else { String::new() };
        code.extend(chars.by_ref().take(digits));
        let Ok(value) = u32::from_str_radix(&code, radix) else { continue };
        match u8::try_from(value) {
            Ok(b) if matches!(e, 'x' | '0'..='7') => bytes.push(b),
            _ => put(&mut bytes, char::from_u32(value).unwrap_or('\u{fffd}')),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A whole number.
pub(super) fn integer(text: &str) -> ExprKind {
    whole(text, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers() {
        assert_eq!(unescape(r#"a\n\"\\\u00e9\x41\101"#), "a\n\"\\é\u{41}A");
        assert_eq!(unescape(r"\"), "");
        assert!(matches!(integer("0x_ff"), ExprKind::Int(255)));
        assert!(matches!(integer("017"), ExprKind::Int(15)));
        assert!(matches!(integer("99999999999999999999"), ExprKind::Opaque(_)));
    }
}
