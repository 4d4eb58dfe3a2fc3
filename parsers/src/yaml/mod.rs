//! YAML to [`crate::doc`]: tags, anchors and merge keys as the tools of AWS read them.

mod build;
mod message;
mod scalar;

#[cfg(test)]
mod tests;

use crate::doc::Doc;
use crate::text::{SourceText, SyntaxError};
use granit_parser::{Event, Parser};
use lamlint_model::source::Span;

pub(crate) use scalar::{Decoder, escape};

/// Bound on the nesting of collections, of each style.
const MAX_NESTING: usize = 255;

/// Parse the first document of a YAML stream (the first that is not empty). What follows it is not looked at.
pub fn parse(src: &SourceText<'_>) -> Result<Doc, SyntaxError> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        // As libyaml and PyYAML do.
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_NESTING,
        block_nesting_limit: MAX_NESTING,
    };
    let mut builder = build::Builder::new(src);
    let mut end = src.text.len();
    for next in Parser::new_from_str_with_options(src.text, options) {
        let (event, span) = next.map_err(|e| message::of(src, &e))?;
        if event == Event::DocumentEnd && builder.is_complete() {
            end = span.byte_range().map_or(end, |r| r.start.min(end));
            break;
        }
        builder.event(event, &span)?;
    }
    let mut doc = builder.finish()?;
    doc.more = more(src, end);
    Ok(doc)
}

/// The mark of a document with content behind the first one.
fn more(src: &SourceText<'_>, end: usize) -> Option<Span> {
    let mut at = end;
    let mut mark = None;
    for line in src.text.get(end..)?.split_inclusive('\n') {
        match line.trim_end() {
            l if l == "---" || l.starts_with("--- ") => mark = Some(src.span(at, at + 3)),
            l if l.is_empty() || l.trim_start().starts_with('#') || l.starts_with(['%', '.']) => {}
            _ => return mark,
        }
        at += line.len();
    }
    None
}
