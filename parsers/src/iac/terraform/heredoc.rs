//! Where the text of a heredoc stands in its file, line by line.

use super::expr::Part;
use crate::text::{PosMap, SourceText};
use hcl_edit::Span as _;
use hcl_edit::template::{Element, HeredocTemplate};

/// The places of the constant parts of a heredoc. `None` where a part is not written as it is read: white space is
/// stripped by a marker, or the text is none of a file.
pub(super) fn places(
    src: &SourceText<'_>,
    shift: usize,
    heredoc: &HeredocTemplate,
    parts: &[Part],
) -> Option<Vec<PosMap>> {
    if src.map.is_some() || parts.len() != heredoc.template.len() {
        return None;
    }
    let indent = heredoc.indent().unwrap_or(0);
    let mut out = Vec::new();
    // Only at the start of a line of the file indentation is taken away.
    let mut at_start = true;
    for (element, part) in heredoc.template.iter().zip(parts) {
        let (Element::Literal(literal), Part::Text(text)) = (element, part) else {
            at_start = false;
            continue;
        };
        let range = literal.span()?;
        let start = range.start + shift;
        let raw = src.text.get(start..range.end + shift)?;
        out.push(aligned(raw, text, start, indent, at_start)?);
        at_start = text.ends_with('\n');
    }
    Some(out)
}

/// How a text stands for what is written, less the indentation, and with `$${` for `${`.
fn aligned(raw: &str, text: &str, start: usize, indent: usize, mut at_start: bool) -> Option<PosMap> {
    let mut out = PosMap::default();
    let mut rest = raw;
    let mut left = text;
    loop {
        let here = start + (raw.len() - rest.len());
        if at_start {
            let skipped: usize =
                rest.chars().take(indent).take_while(|c| *c == ' ' || *c == '\t').map(char::len_utf8).sum();
            rest = rest.get(skipped..)?;
            at_start = false;
            continue;
        }
        if left.is_empty() {
            return rest.is_empty().then_some(out);
        }
        if let (true, Some(written)) = (left.starts_with(['$', '%']), rest.get(..3))
            && matches!(written, "$${" | "%%{")
            && left.get(1..2) == Some("{")
        {
            out.push(2, here, 3);
            (rest, left) = (rest.get(3..)?, left.get(2..)?);
            continue;
        }
        let end = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let escape = rest
            .match_indices('{')
            .map(|(i, _)| i)
            .find(|i| *i >= 2 && matches!(rest.get(i - 2..*i), Some("$$" | "%%")));
        let len = escape.map_or(end, |e| end.min(e - 2));
        let line = rest.get(..len)?;
        left = left.strip_prefix(line)?;
        out.push(len, here, len);
        rest = rest.get(len..)?;
        at_start = line.ends_with('\n');
        if line.is_empty() && !rest.is_empty() {
            return None;
        }
    }
}
