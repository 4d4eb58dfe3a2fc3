//! Decoding scalars a second time, to know which byte of the file every byte of the text comes from.
//!
//! The parser decides what a scalar's text is; this module only explains it. Where the two do not agree, the
//! whole text maps to the whole scalar, so a position is never wrong, only wide.

use crate::text::PosMap;
use std::ops::Range;

/// Decoded text with the map that grows along.
#[derive(Debug, Default)]
pub(crate) struct Decoder<'a> {
    source: &'a str,
    out: String,
    map: PosMap,
}

impl<'a> Decoder<'a> {
    /// Nothing decoded yet from `source`.
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, out: String::new(), map: PosMap::default() }
    }

    /// Take a range of the source as it is.
    pub(crate) fn copy(&mut self, range: Range<usize>) {
        if let Some(s) = self.source.get(range.clone())
            && !s.is_empty()
        {
            self.out.push_str(s);
            self.map.push(s.len(), range.start, s.len());
        }
    }

    /// Text that stands for a range of the source without being it.
    pub(crate) fn replace(&mut self, text: &str, range: Range<usize>) {
        if !text.is_empty() {
            self.out.push_str(text);
            self.map.push(text.len(), range.start, range.len());
        }
    }

    /// The map, if what was decoded begins with `text`; else one that maps all of it to `whole`.
    pub(crate) fn finish(self, text: &str, whole: Range<usize>) -> PosMap {
        let mut map = PosMap::default();
        if text.is_empty() {
            map.push(0, whole.start, 0);
            return map;
        }
        if self.out == text {
            return self.map;
        }
        if self.out.starts_with(text) {
            return self.map.from_offset(0, text.len());
        }
        map.push(text.len(), whole.start, whole.len());
        map
    }
}

/// Length of the line break at a position: 0, 1, or 2 for `\r\n`.
fn break_len(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\r' | b'\n'), _) => 1,
        _ => 0,
    }
}

fn is_blank(b: u8) -> bool {
    b == b' ' || b == b'\t'
}

/// Skip line breaks and the blanks around them; how many breaks there were, and where the text goes on.
fn skip_breaks(bytes: &[u8], mut at: usize, end: usize) -> (usize, usize) {
    let mut breaks = 0;
    while at < end {
        match break_len(bytes, at) {
            0 if is_blank(bytes[at]) => at += 1,
            0 => break,
            n => {
                breaks += 1;
                at += n;
            }
        }
    }
    (breaks, at.min(end))
}

/// What folded line breaks become: one is a space, more are one less.
fn folded(breaks: usize) -> String {
    if breaks == 1 { " ".to_owned() } else { "\n".repeat(breaks - 1) }
}

/// Styles that fold lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// No quotes.
    Plain,
    /// Single quotes.
    Single,
    /// Double quotes.
    Double,
}

/// Map a plain or quoted scalar; `span` is that of the token, with its quotes.
pub(super) fn flow(source: &str, span: Range<usize>, style: Flow, text: &str) -> PosMap {
    let quote = usize::from(style != Flow::Plain);
    let (mut at, end) = (span.start + quote, span.end.saturating_sub(quote));
    let inner = at.min(end)..end;
    let bytes = source.as_bytes();
    let mut out = Decoder::new(source);
    // Text from `from` on is not copied yet; blanks before a break are dropped with it.
    let mut from = at;
    while at < end.min(bytes.len()) {
        match bytes[at] {
            b'\r' | b'\n' => {
                let mut kept = at;
                while kept > from && is_blank(bytes[kept - 1]) {
                    kept -= 1;
                }
                out.copy(from..kept);
                let (breaks, next) = skip_breaks(bytes, at, end);
                out.replace(&folded(breaks), kept..next);
                (at, from) = (next, next);
            }
            b'\'' if style == Flow::Single && bytes.get(at + 1) == Some(&b'\'') => {
                out.copy(from..at);
                out.replace("'", at..at + 2);
                at += 2;
                from = at;
            }
            b'\\' if style == Flow::Double => {
                out.copy(from..at);
                let breaks = break_len(bytes, at + 1);
                if breaks > 0 {
                    let (more, next) = skip_breaks(bytes, at + 1 + breaks, end);
                    out.replace(&"\n".repeat(more), at..next);
                    at = next;
                } else {
                    let (c, len) = escape(source, at, end);
                    out.replace(c.encode_utf8(&mut [0; 4]), at..at + len);
                    at += len;
                }
                from = at;
            }
            _ => at += 1,
        }
    }
    out.copy(from..end);
    out.finish(text, inner)
}

/// The character of an escape sequence and its length in bytes; `\u` pairs of surrogates are one.
pub(crate) fn escape(source: &str, at: usize, end: usize) -> (char, usize) {
    let hex = |from: usize, digits: usize| {
        source
            .get(from..from + digits)
            .filter(|_| from + digits <= end)
            .and_then(|h| u32::from_str_radix(h, 16).ok())
    };
    let Some(code) = source.get(at + 1..end).and_then(|s| s.chars().next()) else { return ('\\', 1) };
    let one = |c: char| (c, 2);
    let long = |digits: usize| {
        let first = hex(at + 2, digits);
        if digits == 4
            && let Some(high @ 0xD800..=0xDBFF) = first
            && source.get(at + 6..at + 8) == Some("\\u")
            && let Some(low @ 0xDC00..=0xDFFF) = hex(at + 8, 4)
        {
            let c = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            return (char::from_u32(c).unwrap_or('\u{FFFD}'), 12);
        }
        (first.and_then(char::from_u32).unwrap_or('\u{FFFD}'), 2 + digits)
    };
    match code {
        '0' => one('\0'),
        'a' => one('\x07'),
        'b' => one('\x08'),
        't' | '\t' => one('\t'),
        'n' => one('\n'),
        'v' => one('\x0B'),
        'f' => one('\x0C'),
        'r' => one('\r'),
        'e' => one('\x1B'),
        'N' => one('\u{85}'),
        '_' => one('\u{A0}'),
        'L' => one('\u{2028}'),
        'P' => one('\u{2029}'),
        'x' => long(2),
        'u' => long(4),
        'U' => long(8),
        c => (c, 1 + c.len_utf8()),
    }
}

/// A line of a block scalar: its text without indentation, and where the next line starts.
#[derive(Debug, Clone)]
struct Line {
    text: Range<usize>,
    next: usize,
}

/// The lines of a block scalar's body from the start of its first line.
fn lines(source: &str, start: usize, end: usize, indent: usize) -> Vec<Line> {
    let bytes = source.as_bytes();
    let end = end.min(bytes.len());
    let mut out = Vec::new();
    let mut at = start;
    while at < end {
        let mut text = at;
        while text < end && text - at < indent && bytes[text] == b' ' {
            text += 1;
        }
        let mut stop = text;
        while stop < end && break_len(bytes, stop) == 0 {
            stop += 1;
        }
        let next = stop + break_len(bytes, stop);
        out.push(Line { text: text..stop, next });
        at = next.max(at + 1);
    }
    out
}

/// Map a block scalar; `span` starts at its first text (behind the indentation) and `body` is the start of the
/// line below its header.
pub(super) fn block(source: &str, body: usize, span: Range<usize>, fold: bool, text: &str) -> PosMap {
    let line_start = source.get(..span.start).and_then(|s| s.rfind(['\n', '\r'])).map_or(0, |i| i + 1);
    let lines = lines(source, body, span.end, span.start - line_start);
    let bytes = source.as_bytes();
    let mut out = Decoder::new(source);
    let mut i = 0;
    while let Some(line) = lines.get(i) {
        if !fold {
            out.copy(line.text.clone());
            out.replace("\n", line.text.end..line.next);
            i += 1;
            continue;
        }
        if line.text.is_empty() {
            out.replace("\n", line.text.end..line.next);
            i += 1;
            continue;
        }
        out.copy(line.text.clone());
        // Lines that begin with a blank keep their breaks.
        let deeper = |l: &Line| is_blank(bytes[l.text.start]);
        let mut j = i + 1;
        while lines.get(j).is_some_and(|l| l.text.is_empty()) {
            j += 1;
        }
        let blank = j - i - 1;
        let gap = line.text.end..lines.get(j).map_or(line.next, |l| l.text.start);
        match lines.get(j) {
            Some(l) if !deeper(line) && !deeper(l) => {
                out.replace(&folded(blank + 1), gap);
            }
            Some(_) => out.replace(&"\n".repeat(blank + 1), gap),
            None => {
                for l in &lines[i..j] {
                    out.replace("\n", l.text.end..l.next);
                }
            }
        }
        i = j;
    }
    out.finish(text, span)
}
