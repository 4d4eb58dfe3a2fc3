//! A piece of source text and where it stands in its file.

use lamlint_model::source::{FileId, Span};
use thiserror::Error;

/// Text to parse: a whole file, or text decoded out of a template (inline code).
#[derive(Debug, Clone, Copy)]
pub struct SourceText<'a> {
    /// The file.
    pub file: FileId,
    /// The text to parse.
    pub text: &'a str,
    /// How offsets of `text` map to the file; `None` when the text is the file.
    pub map: Option<&'a PosMap>,
}

impl<'a> SourceText<'a> {
    /// The whole text of a file.
    pub fn file(file: FileId, text: &'a str) -> Self {
        Self { file, text, map: None }
    }

    /// The place in the file of a byte range of the text.
    pub fn span(&self, start: usize, end: usize) -> Span {
        match self.map {
            None => Span::new(self.file, start, end),
            Some(m) => {
                let (s, e) = m.range(start, end);
                Span::new(self.file, s, e)
            }
        }
    }
}

/// A piecewise map from offsets of decoded text (a block scalar, a quoted string, joined lines) to offsets of
/// the file. Within a piece, one decoded byte is one byte of the file; text between pieces (escapes, holes of a
/// substitution) maps to the whole of the place it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PosMap {
    pieces: Vec<Piece>,
}

/// A run of decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    decoded: u32,
    decoded_len: u32,
    source: u32,
    source_len: u32,
}

impl PosMap {
    /// Append a run: `decoded_len` bytes of decoded text stand for `source_len` bytes of the file at `source`.
    /// Equal lengths mean byte for byte.
    pub fn push(&mut self, decoded_len: usize, source: usize, source_len: usize) {
        let n = |v: usize| u32::try_from(v).unwrap_or(u32::MAX);
        let decoded = self.pieces.last().map_or(0, |p| p.decoded + p.decoded_len);
        if let Some(p) = self.pieces.last_mut()
            && p.decoded_len == p.source_len
            && decoded_len == source_len
            && p.source + p.source_len == n(source)
        {
            p.decoded_len += n(decoded_len);
            p.source_len += n(source_len);
            return;
        }
        self.pieces.push(Piece {
            decoded,
            decoded_len: n(decoded_len),
            source: n(source),
            source_len: n(source_len),
        });
    }

    /// Append the pieces of another map: its decoded text follows this one's.
    pub fn append(&mut self, other: &Self) {
        for p in &other.pieces {
            self.push(p.decoded_len as usize, p.source as usize, p.source_len as usize);
        }
    }

    /// The map of text that is part of this text: its offsets start at `offset` of this map's decoded text.
    #[must_use]
    pub fn from_offset(&self, offset: usize, len: usize) -> Self {
        let mut out = Self::default();
        let (from, to) = (offset, offset + len);
        for p in &self.pieces {
            let (start, end) = (p.decoded as usize, (p.decoded + p.decoded_len) as usize);
            let (a, b) = (start.max(from), end.min(to));
            if a >= b {
                continue;
            }
            if p.decoded_len == p.source_len {
                out.push(b - a, p.source as usize + (a - start), b - a);
            } else {
                out.push(b - a, p.source as usize, p.source_len as usize);
            }
        }
        out
    }

    /// This map of text that was itself decoded: its source offsets are decoded offsets of `outer`.
    #[must_use]
    pub fn through(&self, outer: &Self) -> Self {
        let mut out = Self::default();
        for p in &self.pieces {
            let (source, len) = (p.source as usize, p.source_len as usize);
            let inner = outer.from_offset(source, len);
            if p.decoded_len == p.source_len && !inner.pieces.is_empty() {
                for q in &inner.pieces {
                    out.push(q.decoded_len as usize, q.source as usize, q.source_len as usize);
                }
            } else {
                let (start, end) = outer.range(source, source + len);
                out.push(p.decoded_len as usize, start, end - start);
            }
        }
        out
    }

    /// The range of the file a range of decoded text comes from.
    pub fn range(&self, start: usize, end: usize) -> (usize, usize) {
        let s = self.at(start, false);
        let e = if end > start { self.at(end - 1, true) } else { s };
        (s, e.max(s))
    }

    /// The decoded offset of a byte of the file that stands in the decoded text as it is.
    pub fn decoded(&self, source: usize) -> Option<usize> {
        self.pieces
            .iter()
            .filter(|p| p.decoded_len == p.source_len)
            .find(|p| (p.source as usize..(p.source + p.source_len) as usize).contains(&source))
            .map(|p| p.decoded as usize + (source - p.source as usize))
    }

    /// Offset of the file for a decoded offset; `after` gives the offset just behind that byte.
    fn at(&self, offset: usize, after: bool) -> usize {
        let i = self.pieces.partition_point(|p| p.decoded as usize <= offset);
        let Some(p) = i.checked_sub(1).map(|i| self.pieces[i]) else { return 0 };
        let within = (offset - p.decoded as usize).min(p.decoded_len as usize);
        if p.decoded_len == p.source_len {
            p.source as usize + within + usize::from(after)
        } else if after {
            (p.source + p.source_len) as usize
        } else {
            p.source as usize
        }
    }
}

/// A syntax error: where and what.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where it stands.
    pub span: Span,
    /// What is wrong, lower case, no full stop.
    pub message: String,
}

/// The message where a text was given up on because of a bound of ours; it says nothing about the text.
pub const TOO_DEEP: &str = "nested too deep to be read";

/// The message where parsers of one format do not agree whether a text is right.
pub const DISPUTED: &str = "not every parser takes this";

impl SyntaxError {
    /// Whether any parser of the format would refuse the text.
    pub fn is_certain(&self) -> bool {
        self.message != TOO_DEEP && self.message != DISPUTED
    }
}

/// What is encoded as Base64; `None` where it is not.
/// Source: <https://datatracker.ietf.org/doc/html/rfc4648#section-4>
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for b in text.trim_end_matches('=').bytes() {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_an_indented_block() {
        // "Code: |\n  a = 1\n  b = 2\n" decodes to "a = 1\nb = 2\n".
        let mut m = PosMap::default();
        m.push(6, 10, 6);
        m.push(6, 18, 6);
        assert_eq!(m.range(0, 1), (10, 11));
        assert_eq!(m.range(6, 7), (18, 19));
        assert_eq!(m.range(4, 10), (14, 22));
        assert_eq!((m.decoded(18), m.decoded(17), m.decoded(24)), (Some(6), None, None));
    }

    #[test]
    fn an_escape_maps_to_its_whole_source() {
        // `"a\nb"` decodes to three bytes.
        let mut m = PosMap::default();
        m.push(1, 1, 1);
        m.push(1, 2, 2);
        m.push(1, 4, 1);
        assert_eq!(m.range(1, 2), (2, 4));
        assert_eq!(m.range(2, 3), (4, 5));
        assert_eq!(m.from_offset(1, 2).range(1, 2), (4, 5));
    }
}
