//! Between offsets, which everything inside uses, and positions and addresses, as the protocol writes them.

use gen_lsp_types::{Position, Range, Uri};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// How a client counts columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of UTF-16: what every client can.
    Utf16,
    /// In characters.
    Utf32,
}

impl Encoding {
    /// The best one of those a client offers.
    pub(super) fn negotiate(offered: Option<&Value>) -> Self {
        let offers = |name: &str| {
            offered.and_then(Value::as_array).is_some_and(|o| o.iter().any(|e| e.as_str() == Some(name)))
        };
        if offers("utf-8") {
            Self::Utf8
        } else if offers("utf-32") && !offers("utf-16") {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    /// Its name in the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text with its lines, as the protocol counts them: `\n`, `\r\n` and a lone `\r` end one.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        starts.extend(bytes.iter().enumerate().filter_map(|(i, b)| match b {
            b'\n' => Some(i + 1),
            b'\r' if bytes.get(i + 1) != Some(&b'\n') => Some(i + 1),
            _ => None,
        }));
        Self { text, starts }
    }

    /// The position of an offset; one that is past the end or inside a character is moved back.
    pub(super) fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|s| *s <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        let character: usize = before.chars().map(|c| encoding.width(c)).sum();
        Position { line: small(line), character: small(character) }
    }

    /// The offset of a position; one past the end of its line is that end, a line past the end the end of the text.
    pub(super) fn offset(&self, at: Position, encoding: Encoding) -> usize {
        let Some(start) = self.starts.get(at.line as usize).copied() else { return self.text.len() };
        let end = self.starts.get(at.line as usize + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let (mut column, mut offset) = (0, start);
        for c in line.chars() {
            column += encoding.width(c);
            // A position inside a character is before it.
            if column > at.character as usize {
                break;
            }
            offset += c.len_utf8();
        }
        offset
    }

    /// The range of two offsets.
    pub(super) fn range(&self, start: usize, end: usize, encoding: Encoding) -> Range {
        Range { start: self.position(start, encoding), end: self.position(end.max(start), encoding) }
    }

    /// The text of the line of an offset up to that offset.
    pub(super) fn before(&self, offset: usize) -> &'a str {
        let line = self.starts.partition_point(|s| *s <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        self.text.get(start..offset).unwrap_or_default()
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The path of a file on disk; `None` for what is none (`untitled:`).
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()
}

/// The address of a path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\u{1f600}b\r\nzw\u{e9}i\rdrei\n";

    #[test]
    fn columns_are_counted_as_agreed() {
        let lines = Lines::new(TEXT);
        let b = TEXT.find('b').unwrap();
        for (encoding, column) in [(Encoding::Utf8, 5), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            let at = lines.position(b, encoding);
            assert_eq!((at.line, at.character), (0, column), "{encoding:?}");
            assert_eq!(lines.offset(at, encoding), b);
        }
        let drei = TEXT.find('d').unwrap();
        assert_eq!(lines.position(drei, Encoding::Utf16).line, 2);
    }

    #[test]
    fn positions_that_do_not_exist_are_moved_back() {
        let lines = Lines::new(TEXT);
        // Inside the pair of units of one character.
        assert_eq!(lines.offset(Position { line: 0, character: 2 }, Encoding::Utf16), 1);
        // Past the end of a line, never into its line break.
        assert_eq!(
            lines.offset(Position { line: 0, character: 99 }, Encoding::Utf16),
            TEXT.find('\r').unwrap()
        );
        assert_eq!(lines.offset(Position { line: 99, character: 0 }, Encoding::Utf16), TEXT.len());
        assert_eq!(lines.position(999, Encoding::Utf8).line, 3);
    }

    #[test]
    fn every_offset_comes_back() {
        for text in [TEXT, "", "\n", "x", "\r\r\n\n", "\u{1f469}\u{200d}\u{1f680}\r\n"] {
            let lines = Lines::new(text);
            for (i, c) in text.char_indices().filter(|(_, c)| !matches!(c, '\r' | '\n')) {
                for e in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                    assert_eq!(lines.offset(lines.position(i, e), e), i, "{c:?} in {text:?}");
                }
            }
        }
    }

    #[test]
    fn encodings_are_negotiated() {
        let of = |v: Value| Encoding::negotiate(Some(&v));
        assert_eq!(of(serde_json::json!(["utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(of(serde_json::json!(["utf-32"])), Encoding::Utf32);
        assert_eq!(of(serde_json::json!("x")), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
    }
}
