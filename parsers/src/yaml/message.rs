//! Words for syntax errors: the mistakes people make in templates by name, the parser's own words for the rest.

use crate::text::{DISPUTED, SourceText, SyntaxError, TOO_DEEP};
use granit_parser::{ErrorKind, ScanError};
use std::ops::Range;

/// How the lines begin that a version control system leaves where two changes meet.
const CONFLICT: &[&str] = &["<<<<<<< ", "=======", ">>>>>>> "];

/// The error with its place: the rest of the line it is found on.
pub(super) fn of(src: &SourceText<'_>, error: &ScanError) -> SyntaxError {
    let text = src.text;
    let mut at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let line = line_around(text, at);
    if CONFLICT.iter().any(|m| text[line.clone()].starts_with(m)) {
        return SyntaxError {
            span: src.span(line.start, line.end),
            message: "a merge conflict is not resolved".into(),
        };
    }
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
    // The marker stands where the scalar begins that holds the character.
    if let ErrorKind::UnexpectedCharacter { character } = error.kind() {
        at += text[at..line.end.max(at)].find(*character).unwrap_or(0);
    }
    let message = words(error);
    let end = line.start + without_comment(&text[line.clone()]).len();
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

/// What is wrong, for people.
fn words(error: &ScanError) -> String {
    use ErrorKind as K;
    match error.kind() {
        K::TabNotAllowed | K::TabInBlockIndentation | K::TabAtBlockScalarStart | K::TabInIndentation => {
            "a tab is used for indentation; YAML wants spaces".into()
        }
        K::MappingValueNotAllowed => {
            "`:` is not allowed here: look at the indentation, the quotes and the line above".into()
        }
        K::ExpectedBlockMappingKey | K::ExpectedBlockSequenceEntry | K::InvalidIndentation => {
            "the indentation is off: this belongs to nothing above it".into()
        }
        K::SimpleKeyExpected => "a `:` is missing".into(),
        K::UnclosedQuotedScalar => "this quote is never closed".into(),
        K::UnclosedFlowCollection { open } => format!("`{open}` is never closed"),
        K::MisplacedFlowCollectionEnd => "this bracket closes nothing".into(),
        K::UnknownQuotedScalarEscape => {
            "an unknown escape in double quotes; in single quotes a backslash is itself".into()
        }
        K::UnexpectedCharacter { character: '`' } => "a backtick can't begin a value or a key".into(),
        K::UnexpectedCharacter { character } if character.is_control() => {
            format!("the control character U+{:04X} is not allowed", u32::from(*character))
        }
        K::UnexpectedCharacter { character } => format!("`{character}` can't begin a value or a key"),
        K::RecursionLimitExceeded => TOO_DEEP.into(),
        // PyYAML, which the SAM tools use, reads these.
        K::FlowMappingValueAdjacentCollection
        | K::MissingLowSurrogate
        | K::UnpairedLowSurrogate
        | K::InvalidLowSurrogate
        | K::CommentInterceptedScalar
        | K::InvalidTagTerminator
        | K::PlainScalarStartsWithDashFlowIndicator => DISPUTED.into(),
        _ => lower_first(&error.info()),
    }
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
        .then(|| (start..start + without_comment(item).len(), key))
}

/// A line without the comment at its end, as far as that can be told.
fn without_comment(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim_end()
}
