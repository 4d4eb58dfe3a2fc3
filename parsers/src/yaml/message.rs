//! Words for syntax errors: the mistakes people make in templates by name, the parser's own words for the rest.

use crate::text::{SourceText, SyntaxError};
use granit_parser::{ErrorKind, ScanError};
use std::ops::Range;

/// The error with its place: the rest of the line it is found on.
pub(super) fn of(src: &SourceText<'_>, error: &ScanError) -> SyntaxError {
    let text = src.text;
    let mut at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let line = line_around(text, at);
    // Without its space a key is text that goes on in the next line, so the parser stumbles there.
    let above = line_around(text, text[..line.start].trim_end().len());
    let glued = missing_space(text, line.clone()).or_else(|| {
        missing_space(text, above).filter(|_| matches!(error.kind(), ErrorKind::MappingValueNotAllowed))
    });
    if let Some((range, key)) = glued {
        return SyntaxError {
            span: src.span(range.start, range.end),
            message: format!("no space after the colon of `{key}`"),
        };
    }
    let message = match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation => "a tab is used for indentation; YAML wants spaces".to_owned(),
        ErrorKind::MappingValueNotAllowed => {
            "`:` is not allowed here: the indentation is off, or the text before it needs quotes".to_owned()
        }
        _ => lower_first(&error.info()),
    };
    let end = line.start + text[line.clone()].trim_end().len();
    let tail = text.get(at..end).unwrap_or("");
    let start = at + (tail.len() - tail.trim_start().len());
    if start < end {
        return SyntaxError { span: src.span(start, end), message };
    }
    // At the end of a line or of the file: the last text before it.
    let before = text[..at].trim_end().len();
    let first = text[..before].char_indices().next_back().map_or(before, |(i, _)| i);
    SyntaxError { span: src.span(first, before), message }
}

fn lower_first(s: &str) -> String {
    let mut c = s.chars();
    c.next().map_or_else(String::new, |f| f.to_lowercase().chain(c).collect())
}

/// The line that holds a position, without its break.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |i| i + 1);
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |i| at + i);
    start..end
}

/// `Key:"value"` and `Key:!Ref X`: the range of the key with what follows the colon, and the key.
fn missing_space(text: &str, line: Range<usize>) -> Option<(Range<usize>, &str)> {
    let whole = text.get(line.clone())?;
    let item = whole.trim_start().trim_start_matches("- ").trim_start();
    let start = line.end - item.len();
    let (key, rest) = item.split_once(':')?;
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let property = key.starts_with(|c: char| c.is_ascii_uppercase());
    let glued = rest.starts_with(|c: char| {
        matches!(c, '"' | '\'' | '!' | '[' | '{' | '*') || (property && c.is_ascii_alphanumeric())
    });
    (!key.is_empty() && key.chars().all(word) && glued && !rest.contains(": "))
        .then(|| (start..start + item.trim_end().len(), key))
}
