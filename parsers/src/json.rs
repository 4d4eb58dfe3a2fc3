//! JSON to [`crate::doc`], strictly: what AWS takes, which is no comments and no trailing commas.

use crate::doc::{Doc, DocEntry, DocKind, DocNode, DocScalar, UNREAD};
use crate::text::{DISPUTED, PosMap, SourceText, SyntaxError, TOO_DEEP};
use crate::yaml::{Decoder, escape};
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use lamlint_model::source::Span;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Bound on the nesting of a tree; what is deeper is not read.
const MAX_DEPTH: usize = 256;

/// Bound on the nesting the parser is given, which recurses.
const MAX_BRACKETS: usize = 400;

/// Parse a JSON document. A byte-order mark is skipped.
pub fn parse(src: &SourceText<'_>) -> Result<Doc, SyntaxError> {
    let text = src.text.strip_prefix('\u{FEFF}').unwrap_or(src.text);
    let mut reader = Reader { src, text, shift: src.text.len() - text.len(), duplicates: Vec::new() };
    if let Some(at) = too_deep(text) {
        return Err(SyntaxError { span: reader.span(Range::new(at, at + 1)), message: TOO_DEEP.into() });
    }
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|e| SyntaxError {
        span: reader.visible(e.range()),
        message: message(&e.kind().to_string()),
    })?;
    let Some(value) = parsed.value else {
        return Err(SyntaxError { span: src.span(0, 0), message: "the document is empty".into() });
    };
    let root = reader.node(&value, 0);
    reader.duplicates.sort_unstable();
    Ok(Doc { file: src.file, root, comments: Vec::new(), duplicates: reader.duplicates, more: None })
}

/// The parser's words, lower case.
fn message(words: &str) -> String {
    // Half a surrogate pair: RFC 8259 leaves open what it means.
    if words.starts_with("Invalid unicode escape sequence") {
        return DISPUTED.into();
    }
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// The first bracket that opens a level too many.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (i, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                if depth > MAX_BRACKETS {
                    return Some(i);
                }
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

struct Reader<'a> {
    src: &'a SourceText<'a>,
    /// The text without its byte-order mark, which is `shift` bytes.
    text: &'a str,
    shift: usize,
    duplicates: Vec<(Span, Span)>,
}

impl Reader<'_> {
    fn span(&self, range: Range) -> Span {
        self.src.span(range.start + self.shift, range.end + self.shift)
    }

    /// The place of an error; an empty one becomes the last text before it.
    fn visible(&self, range: Range) -> Span {
        if range.start < range.end {
            return self.span(range);
        }
        let before = self.text.get(..range.start).unwrap_or("").trim_end();
        let last = before.char_indices().next_back().map_or(0, |(i, _)| i);
        self.span(Range::new(last, before.len()))
    }

    fn node(&mut self, value: &Value<'_>, depth: usize) -> DocNode {
        let range = value.range();
        let mut tag = None;
        let kind = match value {
            Value::Object(_) | Value::Array(_) if depth >= MAX_DEPTH => {
                tag = Some(UNREAD.into());
                self.literal(Range::new(range.start, range.start))
            }
            Value::StringLit(s) => DocKind::Scalar(DocScalar {
                text: s.value.as_ref().into(),
                plain: false,
                map: self.string(&s.value, range),
            }),
            Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => self.literal(range),
            Value::Array(a) => DocKind::Seq(a.elements.iter().map(|v| self.node(v, depth + 1)).collect()),
            Value::Object(o) => {
                let mut seen: FxHashMap<SmolStr, Span> = FxHashMap::default();
                let mut entries = Vec::with_capacity(o.properties.len());
                for p in &o.properties {
                    let (key, at): (SmolStr, _) = match &p.name {
                        ObjectPropName::String(s) => (s.value.as_ref().into(), s.range),
                        ObjectPropName::Word(w) => (w.value.into(), w.range),
                    };
                    let key_span = self.span(at);
                    if let Some(first) = seen.insert(key.clone(), key_span) {
                        self.duplicates.push((first, key_span));
                    }
                    entries.push(DocEntry { key, key_span, value: self.node(&p.value, depth + 1) });
                }
                DocKind::Map(entries)
            }
        };
        DocNode { span: self.span(range), tag, defined_at: None, kind }
    }

    fn literal(&self, range: Range) -> DocKind {
        let text = self.text.get(range.start..range.end).unwrap_or("");
        let mut map = PosMap::default();
        map.push(text.len(), range.start + self.shift, text.len());
        DocKind::Scalar(DocScalar { text: text.into(), plain: true, map: self.placed(map) })
    }

    /// The map of a string; `range` is that of the token with its quotes.
    fn string(&self, text: &str, range: Range) -> PosMap {
        let source = self.src.text;
        let (start, end) = (range.start + self.shift + 1, (range.end + self.shift).saturating_sub(1));
        let mut out = Decoder::new(source);
        let (mut at, mut from) = (start, start);
        while at < end {
            if source.as_bytes().get(at) != Some(&b'\\') {
                at += 1;
                continue;
            }
            out.copy(from..at);
            let (c, len) = escape(source, at, end);
            out.replace(c.encode_utf8(&mut [0; 4]), at..at + len);
            at += len;
            from = at;
        }
        out.copy(from..end.max(from));
        self.placed(out.finish(text, start..end.max(start)))
    }

    fn placed(&self, map: PosMap) -> PosMap {
        match self.src.map {
            Some(outer) => map.through(outer),
            None => map,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::source::FileId;

    fn read(text: &str) -> Result<Doc, SyntaxError> {
        parse(&SourceText::file(FileId(0), text))
    }

    #[test]
    fn strings_map_through_their_escapes() {
        let text = "\u{FEFF}{\"a\": \"x\\n\\u00e9\\ud83d\\ude00\\\"y\"}";
        let doc = read(text).unwrap();
        let node = doc.root.get("a").unwrap();
        assert_eq!(node.text(), Some("x\né😀\"y"));
        let DocKind::Scalar(s) = &node.kind else { panic!() };
        for (i, c) in s.text.char_indices() {
            let (a, b) = s.map.range(i, i + c.len_utf8());
            let source = &text[a..b];
            assert!(source == c.to_string() || source.starts_with('\\'), "{c:?} at {source:?}");
        }
        let (a, b) = s.map.range(s.text.len() - 1, s.text.len());
        assert_eq!(&text[a..b], "y");
    }

    #[test]
    fn what_aws_does_not_take_is_an_error_with_its_place() {
        for (text, at) in [
            ("{\"a\": 1,}", 7),
            ("{\"a\": 1 // no\n}", 8),
            ("{\"a\": 1 \"b\": 2}", 7),
            ("{'a': 1}", 1),
            ("{a: 1}", 1),
            ("{\"a\": [1, 2}", 11),
        ] {
            let e = read(text).unwrap_err();
            assert!(e.span.start <= at && at <= e.span.end, "{text}: {e:?}");
        }
        assert!(read("").is_err());
        assert!(read("{\"a\": ").is_err());
    }

    #[test]
    fn duplicates_are_recorded_and_the_last_wins() {
        let doc = read("{\"a\": 1, \"b\": {\"a\": 0}, \"a\": 2}").unwrap();
        assert_eq!(doc.root.get("a").and_then(DocNode::text), Some("2"));
        assert_eq!(doc.duplicates.len(), 1);
        assert_eq!((doc.duplicates[0].0.start, doc.duplicates[0].1.start), (1, 24));
    }

    #[test]
    fn deep_nesting_ends_somewhere() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("{}{}", "[".repeat(399), "]".repeat(399))).is_ok());
    }
}
