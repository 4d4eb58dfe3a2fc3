//! Changes of suppressions: a rule's name is taken out or written right. With its last name a suppression goes, and
//! with the suppression the line it stood alone on.

use super::write::constant;
use super::{Edit, Editor, Refused, is_json};
use crate::doc::{Doc, DocKind, DocNode};
use lamlint_model::source::Span;
use lamlint_model::value::Value;

const MARK: &str = "lamlint:";

impl Editor<'_> {
    /// Take the name at a place out of the suppression it stands in.
    pub(super) fn unsuppress(&mut self, at: Span) -> Result<Vec<Edit>, Refused> {
        let text = self.text(at.file);
        let json = is_json(&self.sources.file(at.file).path);
        if let Some(doc) = self.doc(at.file) {
            if let Some(way) = metadata(doc, at) {
                return remove(doc, text, json, &way);
            }
            in_lines(doc, text, at)?;
        }
        Ok(vec![edit(at, out_of_comment(text, at)?)])
    }

    /// Write the name at a place in a suppression as `name`.
    pub(super) fn respell(&mut self, at: Span, name: &str) -> Result<Vec<Edit>, Refused> {
        let text = self.text(at.file);
        let json = is_json(&self.sources.file(at.file).path);
        let old = slice(text, at);
        let list = match self.doc(at.file).and_then(|doc| metadata(doc, at)) {
            Some(way) => way.names(),
            None => Listed::new(text, at)?.names(text),
        };
        if list.contains(&name) {
            return self.unsuppress(at);
        }
        let new = constant(old, json && old.starts_with('"'), &Value::str(name));
        let text = new.ok_or(Refused("the name is no text"))?;
        Ok(vec![Edit { span: at, text, stacks: false, binds: None }])
    }
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

fn edit(near: Span, (start, end): (usize, usize)) -> Edit {
    Edit { span: Span::new(near.file, start, end), text: String::new(), stacks: false, binds: None }
}

/// Whether lines of the file are lines of what the place is in: code in a quoted text is one line of the file.
fn in_lines(doc: &Doc, text: &str, at: Span) -> Result<(), Refused> {
    let mut stack = vec![&doc.root];
    while let Some(n) = stack.pop() {
        match &n.kind {
            _ if n.defined_at.is_some() => {}
            DocKind::Seq(items) => stack.extend(items),
            DocKind::Map(entries) => stack.extend(entries.iter().map(|e| &e.value)),
            DocKind::Scalar(_) if n.span.contains(at) => {
                let written = slice(text, n.span);
                let body =
                    written.strip_prefix('!').map_or(written, |t| t.split_once(' ').map_or("", |x| x.1));
                // Behind the mark of a block stands a comment of the template.
                let first = slice(text, Span { end: at.start.max(n.span.start), ..n.span });
                let header = body.trim_start().starts_with('>') && !first.contains('\n');
                if !body.trim_start().starts_with('|') && !header {
                    return Err(Refused("the code is not written in lines of its own"));
                }
            }
            DocKind::Scalar(_) => {}
        }
    }
    Ok(())
}

/// A list of names in a comment, by offsets.
struct Listed {
    /// Start and end of its line, without the break.
    line: (usize, usize),
    /// Where `lamlint:` starts.
    mark: usize,
    /// Behind the `]`.
    close: usize,
    /// The names between the commas, with the blanks around them.
    parts: Vec<(usize, usize)>,
}

impl Listed {
    fn new(text: &str, at: Span) -> Result<Self, Refused> {
        const WHY: Refused = Refused("the suppression is not written in one line");
        let (start, end) = (at.start as usize, at.end as usize);
        let line = line_at(text, start);
        let before = text.get(line.0..start).ok_or(WHY)?;
        let mark = line.0 + before.rfind(MARK).ok_or(WHY)?;
        let open = line.0 + before.rfind('[').ok_or(WHY)? + 1;
        let close = end + text.get(end..line.1).and_then(|t| t.find(']')).ok_or(WHY)?;
        let mut parts = Vec::new();
        let mut from = open;
        for part in text.get(open..close).ok_or(WHY)?.split(',') {
            parts.push((from, from + part.len()));
            from += part.len() + 1;
        }
        Ok(Self { line, mark, close: close + 1, parts })
    }

    fn names<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.parts.iter().filter_map(|(a, b)| text.get(*a..*b)).map(str::trim).collect()
    }
}

/// What goes for a name in a comment to go.
fn out_of_comment(text: &str, at: Span) -> Result<(usize, usize), Refused> {
    let list = Listed::new(text, at)?;
    let (start, end) = (at.start as usize, at.end as usize);
    let i = list.parts.iter().position(|(a, b)| *a <= start && end <= *b);
    let i = i.ok_or(Refused("the name is not in the list"))?;
    if list.names(text).iter().filter(|n| !n.is_empty()).count() > 1 {
        return Ok(match (i.checked_sub(1).and_then(|p| list.parts.get(p)), list.parts.get(i + 1)) {
            (Some(before), _) => (before.1, end),
            (None, Some(next)) => (start, next.0 + blank(text.get(next.0..next.1).unwrap_or_default())),
            (None, None) => (start, end),
        });
    }
    let (first, last) = list.line;
    let head = text.get(first..list.mark).unwrap_or_default();
    let rest = text.get(list.close..last).unwrap_or_default();
    let opened = head.trim_end();
    if let Some(marker) = ["#", "//"].into_iter().find(|m| opened.ends_with(m)) {
        let sign = marker.chars().next().unwrap_or_default();
        let start = first + opened.trim_end_matches(sign).len();
        return Ok(match another(rest, marker) {
            // A comment behind it stays.
            Some(kept) => (start, list.close + kept),
            None => rest_of_line(text, start, list.line),
        });
    }
    let stars = opened.trim_end_matches('*');
    if stars.len() == opened.len() {
        return Err(Refused("it is not known where the comment starts"));
    }
    let ends = rest.find("*/").map(|n| list.close + n);
    match (stars.ends_with('/'), ends) {
        (true, Some(end)) => {
            let (start, end) = (first + stars.len() - 1, end + 2);
            let behind = text.get(end..last).unwrap_or_default();
            if behind.trim().is_empty() {
                return Ok(rest_of_line(text, start, list.line));
            }
            Ok((start, end + blank(behind)))
        }
        // More lines of the comment follow.
        (true, None) => Ok((first + opened.len(), last)),
        (false, _) if !stars.trim().is_empty() => Err(Refused("it is not known where the comment starts")),
        (false, Some(end)) => Ok((first + stars.len(), end)),
        (false, None) => Ok(line_of_block(text, list.line)),
    }
}

/// Where another comment starts in what stands behind a list.
fn another(rest: &str, marker: &str) -> Option<usize> {
    let starts = |(at, _): &(usize, &str)| {
        let before = rest.get(..*at).is_some_and(|b| b.ends_with([' ', '\t']));
        let behind = rest.get(at + marker.len()..).and_then(|b| b.chars().next());
        // `#12` and `http://x` are words of the reason.
        before && behind.is_some_and(|c| c == ' ' || c.is_ascii_alphabetic())
    };
    rest.match_indices(marker).find(starts).map(|(at, _)| at)
}

/// From a place to the end of its line, with the blanks before it; the whole line where nothing is left.
fn rest_of_line(text: &str, start: usize, (first, last): (usize, usize)) -> (usize, usize) {
    let left = text.get(first..start).unwrap_or_default().trim_end();
    if left.trim_matches('\u{feff}').is_empty() {
        return whole_lines(text, first + left.len(), last);
    }
    (first + left.len(), last)
}

/// A line of a comment over several lines; the whole comment where only its ends are left.
fn line_of_block(text: &str, (first, last): (usize, usize)) -> (usize, usize) {
    let above = first.checked_sub(1).map(|n| line_at(text, n));
    let below = next_line(text, last).map(|n| line_at(text, n));
    if let (Some(above), Some(below)) = (above, below) {
        let is = |line: (usize, usize), words: &[&str]| {
            text.get(line.0..line.1).is_some_and(|l| words.contains(&l.trim()))
        };
        if is(above, &["/**", "/*"]) && is(below, &["*/", "**/"]) {
            return whole_lines(text, above.0, below.1);
        }
    }
    (first, next_line(text, last).unwrap_or(last))
}

/// Lines with their break, and with the blank line below where there is one above, too.
fn whole_lines(text: &str, first: usize, last: usize) -> (usize, usize) {
    let Some(next) = next_line(text, last) else {
        // The last line of a file without a break at its end.
        let before = text.get(..first).unwrap_or_default();
        let before = before.strip_suffix('\n').unwrap_or(before);
        return (before.strip_suffix('\r').unwrap_or(before).len(), last);
    };
    let is_blank = |(a, b): (usize, usize)| text.get(a..b).is_some_and(|l| l.trim().is_empty());
    let above = first.checked_sub(1).is_none_or(|n| is_blank(line_at(text, n)));
    let below = line_at(text, next);
    if above && below.0 < text.len() && is_blank(below) {
        return (first, next_line(text, below.1).unwrap_or(next));
    }
    (first, next)
}

/// Start and end of the line a place is in, without the break.
fn line_at(text: &str, at: usize) -> (usize, usize) {
    let start = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    (start, at + line.strip_suffix('\r').unwrap_or(line).len())
}

/// Where the line behind the one that ends at a place starts.
fn next_line(text: &str, end: usize) -> Option<usize> {
    text.get(end..)?.find('\n').map(|n| end + n + 1)
}

fn blank(s: &str) -> usize {
    s.len() - s.trim_start().len()
}

/// The nodes from a resource to a name in its metadata, with the number of the child the next one is in.
struct Way<'d>(Vec<(&'d DocNode, usize)>);

impl<'d> Way<'d> {
    fn names(&self) -> Vec<&'d str> {
        let list = self.0.last().map_or(&[][..], |(n, _)| n.items());
        list.iter().filter_map(DocNode::text).collect()
    }
}

fn metadata(doc: &Doc, at: Span) -> Option<Way<'_>> {
    for r in doc.root.get("Resources")?.entries() {
        let mut way = Vec::new();
        let mut node = &r.value;
        for key in ["Metadata", "lamlint", "ignore"] {
            let Some(i) = node.entries().iter().rposition(|e| e.key == key) else { break };
            way.push((node, i));
            node = &node.entries().get(i)?.value;
        }
        if let Some(i) = node.items().iter().position(|n| n.span == at && n.defined_at.is_none()) {
            way.push((node, i));
            return Some(Way(way));
        }
    }
    None
}

/// The places of what is in a list or map.
fn children(node: &DocNode) -> Vec<Span> {
    match &node.kind {
        DocKind::Seq(items) => items.iter().map(|n| n.span).collect(),
        DocKind::Map(entries) => {
            let whole =
                |e: &crate::doc::DocEntry| Span { end: e.key_span.end.max(e.value.span.end), ..e.key_span };
            entries.iter().map(whole).collect()
        }
        DocKind::Scalar(_) => Vec::new(),
    }
}

/// Remove a name from metadata, with all that holds nothing but it.
fn remove(doc: &Doc, text: &str, json: bool, way: &Way<'_>) -> Result<Vec<Edit>, Refused> {
    let shared = |n: &DocNode| {
        n.defined_at.is_some()
            || slice(text, n.span).starts_with('&')
            || super::template::is_aliased(&doc.root, n.span)
    };
    if way.0.iter().any(|(n, _)| shared(n)) {
        return Err(Refused("the metadata is used through an alias"));
    }
    let alone = |(n, _): &&(&DocNode, usize)| children(n).len() > 1;
    let (node, i) = way.0.iter().rev().find(alone).ok_or(Refused("nothing would be left"))?;
    let all = children(node);
    let here = *all.get(*i).ok_or(Refused("it is not there"))?;
    if !node.span.contains(here) {
        return Err(Refused("the metadata comes from elsewhere by a merge key"));
    }
    let (start, end) = (here.start as usize, here.end as usize);
    if json || slice(text, node.span).starts_with(['{', '[']) {
        let before = i.checked_sub(1).and_then(|p| all.get(p)).map(|s| s.end as usize);
        let next = all.get(i + 1).map(|s| s.start as usize);
        let span = before.map_or((start, next.unwrap_or(end)), |b| (b, end));
        return Ok(vec![edit(here, span)]);
    }
    let line = line_at(text, start);
    let lead = text.get(line.0..start).unwrap_or_default().trim();
    if !(lead.is_empty() || lead == "-" && !node.items().is_empty()) {
        return Err(Refused("something else starts on the line"));
    }
    let last = line_at(text, end).1;
    Ok(vec![edit(here, whole_lines(text, line.0, last))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::source::FileId;

    fn without(text: &str, name: &str) -> String {
        let start = text.find(name).unwrap();
        let at = Span::new(FileId(0), start, start + name.len());
        match out_of_comment(text, at) {
            Ok((a, b)) => format!("{}{}", &text[..a], &text[b..]),
            Err(e) => e.0.to_owned(),
        }
    }

    #[test]
    fn names_and_comments_go() {
        for (before, after) in [
            ("x # lamlint: ignore[aa, bb, cc] why\n", "x # lamlint: ignore[bb, cc] why\n"),
            ("x # lamlint: ignore[bb,aa , cc] why\n", "x # lamlint: ignore[bb , cc] why\n"),
            ("x # lamlint: ignore[ bb, aa ]\n", "x # lamlint: ignore[ bb ]\n"),
            ("x  # lamlint: ignore[aa] why #12\ny\n", "x\ny\n"),
            ("x # lamlint: ignore[aa] why # noqa\ny\n", "x # noqa\ny\n"),
            ("x # noqa: E1 # lamlint:ignore[aa]why\r\ny\r\n", "x # noqa: E1\r\ny\r\n"),
            ("  a:\n    # lamlint: ignore[aa]\r\n    b: c\n", "  a:\n    b: c\n"),
            ("- # lamlint: ignore[aa]\n  b: c\n", "-\n  b: c\n"),
            ("a\n\n# lamlint: ignore[aa] b\n\nc\n", "a\n\nc\n"),
            ("# lamlint: ignore-file[aa]\n\nc\n", "c\n"),
            ("\u{feff}# lamlint: ignore-file[aa]\nc\n", "\u{feff}c\n"),
            ("a\n# lamlint: ignore[aa]", "a"),
            ("a(); // lamlint: ignore[aa] see http://x\nb\n", "a();\nb\n"),
            ("a(); // lamlint: ignore[aa] x // eslint-disable-line\nb\n", "a(); // eslint-disable-line\nb\n"),
            ("a(); /* lamlint: ignore[aa] why */\nb\n", "a();\nb\n"),
            ("  /* lamlint: ignore[aa] why */\nb\n", "b\n"),
            ("a(/* lamlint: ignore[aa] */ b)\n", "a(b)\n"),
            ("/**\n * lamlint: ignore[aa] once\n */\nb\n", "b\n"),
            ("/**\n * Words.\n * lamlint: ignore[aa] once\n */\nb\n", "/**\n * Words.\n */\nb\n"),
            ("/** lamlint: ignore[aa] once\n * Words.\n */\nb\n", "/**\n * Words.\n */\nb\n"),
            ("/* Words.\n * lamlint: ignore[aa] once */\nb\n", "/* Words.\n */\nb\n"),
        ] {
            assert_eq!(without(before, "aa"), after, "{before}");
        }
    }
}
