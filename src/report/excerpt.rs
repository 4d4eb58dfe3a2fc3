//! Source text as the terminal can take it: control characters replaced, overlong lines cut around the labels.

use lamlint_model::source::{FileId, SourceMap, Span};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// Longest line that is shown whole, in bytes.
const MAX_LINE: usize = 200;

/// What is kept of a longer line before and after the first label in it.
const AROUND: usize = 70;

/// The files of one report, as codespan asks for them.
#[derive(Debug)]
pub(super) struct Excerpts<'a> {
    sources: &'a SourceMap,
    names: BTreeMap<FileId, String>,
    views: BTreeMap<FileId, View<'a>>,
}

#[derive(Debug)]
struct View<'a> {
    text: Cow<'a, str>,
    /// For each line: where it starts in the text of the view, where its kept part starts in the file, how long
    /// the mark before the kept part is, and how long the kept part is.
    lines: Rc<Vec<Line>>,
}

/// The lines of files that are shown as they are, and `None` for others: found once for all findings of a report.
pub(super) type Plain = BTreeMap<FileId, Option<Rc<Vec<Line>>>>;

#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    start: usize,
    source: usize,
    mark: usize,
    kept: usize,
    /// Characters of the line that are cut away before the kept part.
    skipped: usize,
}

const MARK: &str = "… ";

impl<'a> Excerpts<'a> {
    /// Views of all files these spans are in; `name` shows a path.
    pub(super) fn new(
        sources: &'a SourceMap,
        spans: &[Span],
        plain: &mut Plain,
        name: impl Fn(&str) -> String,
    ) -> Self {
        let mut by_file: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
        for s in spans {
            by_file.entry(s.file).or_default().push(*s);
        }
        let names = by_file.keys().map(|f| (*f, super::printable(&name(&sources.file(*f).path)))).collect();
        let views = by_file
            .into_iter()
            .map(|(f, spans)| {
                let text: &str = &sources.file(f).text;
                let view = match plain.entry(f).or_insert_with(|| plain_lines(text).map(Rc::new)) {
                    Some(lines) => View { text: Cow::Borrowed(text), lines: Rc::clone(lines) },
                    None => View::cut(text, &spans),
                };
                (f, view)
            })
            .collect();
        Self { sources, names, views }
    }

    /// A span as a range of its file's view, within one line and at least one character long where possible.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let file = self.sources.file(span.file);
        let Some(view) = self.views.get(&span.file) else { return 0..0 };
        let text = &*file.text;
        let start = boundary(text, span.start as usize);
        let line = file.lines.line_of(u32::try_from(start).unwrap_or(u32::MAX));
        let rest = text.get(start..).unwrap_or("");
        let end_of_line =
            start + rest.find('\n').map_or(rest.len(), |i| rest[..i].trim_end_matches('\r').len());
        let end = boundary(text, span.end as usize).clamp(start, end_of_line.max(start));
        let Some(l) = view.lines.get(line) else { return 0..0 };
        let at = |offset: usize| {
            let within = offset.saturating_sub(l.source).min(l.kept);
            boundary(&view.text, l.start + l.mark + within)
        };
        at(start)..at(end)
    }
}

impl<'a> View<'a> {
    fn cut(text: &'a str, spans: &[Span]) -> Self {
        let mut out = String::with_capacity(text.len().min(1 << 20));
        let mut lines = Vec::new();
        let mut at = 0;
        for l in text.split('\n') {
            let start = out.len();
            let label =
                spans.iter().map(|s| s.start as usize).filter(|s| (at..=at + l.len()).contains(s)).min();
            let (from, to) = if l.len() <= MAX_LINE {
                (0, l.len())
            } else {
                let middle = label.map_or(0, |s| s - at);
                let from = if middle > MAX_LINE - AROUND { middle - AROUND } else { 0 };
                (boundary(l, from), boundary(l, (from + MAX_LINE).min(l.len())))
            };
            let mark = if from > 0 { MARK } else { "" };
            out.push_str(mark);
            out.extend(l[from..to].chars().flat_map(safe));
            if to < l.len() {
                out.push_str(" …");
            }
            lines.push(Line {
                start,
                source: at + from,
                mark: mark.len(),
                kept: to - from,
                skipped: l[..from].chars().count(),
            });
            out.push('\n');
            at += l.len() + 1;
        }
        // The last line has no break of its own.
        out.pop();
        Self { text: Cow::Owned(out), lines: Rc::new(lines) }
    }
}

/// The lines of a text that can be shown as it is.
fn plain_lines(text: &str) -> Option<Vec<Line>> {
    if text.chars().any(is_unsafe) || text.split('\n').any(|l| l.len() > MAX_LINE) {
        return None;
    }
    let mut at = 0;
    let lines = text.split('\n').map(|l| {
        let line = Line { start: at, source: at, mark: 0, kept: l.len(), skipped: 0 };
        at += l.len() + 1;
        line
    });
    Some(lines.collect())
}

fn is_unsafe(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// A character, or for one that could steer a terminal as many question marks as it has bytes.
fn safe(c: char) -> impl Iterator<Item = char> {
    let (c, n) = if is_unsafe(c) { ('?', c.len_utf8()) } else { (c, 1) };
    std::iter::repeat_n(c, n)
}

fn boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

impl<'a> codespan_reporting::files::Files<'a> for Excerpts<'_> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, codespan_reporting::files::Error> {
        self.names.get(&id).map(String::as_str).ok_or(codespan_reporting::files::Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, codespan_reporting::files::Error> {
        self.views.get(&id).map(|v| &*v.text).ok_or(codespan_reporting::files::Error::FileMissing)
    }

    fn line_index(
        &'a self,
        id: FileId,
        byte_index: usize,
    ) -> Result<usize, codespan_reporting::files::Error> {
        let view = self.views.get(&id).ok_or(codespan_reporting::files::Error::FileMissing)?;
        Ok(view.lines.partition_point(|l| l.start <= byte_index).saturating_sub(1))
    }

    fn column_number(
        &'a self,
        id: FileId,
        line_index: usize,
        byte_index: usize,
    ) -> Result<usize, codespan_reporting::files::Error> {
        let view = self.views.get(&id).ok_or(codespan_reporting::files::Error::FileMissing)?;
        let Some(line) = view.lines.get(line_index) else { return Ok(1) };
        let from = line.start + line.mark;
        let shown = view.text.get(from..byte_index.max(from)).map_or(0, |s| s.chars().count());
        Ok(line.skipped + shown + 1)
    }

    fn line_range(
        &'a self,
        id: FileId,
        index: usize,
    ) -> Result<Range<usize>, codespan_reporting::files::Error> {
        let view = self.views.get(&id).ok_or(codespan_reporting::files::Error::FileMissing)?;
        let given = index;
        let max = view.lines.len().saturating_sub(1);
        let start =
            view.lines.get(index).ok_or(codespan_reporting::files::Error::LineTooLarge { given, max })?.start;
        Ok(start..view.lines.get(index + 1).map_or(view.text.len(), |l| l.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codespan_reporting::files::Files;

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let mut sources = SourceMap::default();
        let text = format!("a\n{}HERE{}\nz\u{1b}[31m\n", "é".repeat(5000), "y".repeat(9000));
        let f = sources.add("x.js", text.clone());
        let at = text.find("HERE").unwrap();
        let span = Span::new(f, at, at + 4);
        let e = Excerpts::new(&sources, &[span], &mut Plain::new(), str::to_owned);
        let view = e.source(f).unwrap();
        assert!(view.len() < 300, "{}", view.len());
        assert_eq!(&view[e.range(span)], "HERE");
        assert!(!view.contains('\u{1b}'));
        assert_eq!(e.line_index(f, e.range(span).start).unwrap(), 1);
        assert_eq!(e.column_number(f, 1, e.range(span).start).unwrap(), 5001);
    }

    #[test]
    fn spans_are_clamped() {
        let mut sources = SourceMap::default();
        let f = sources.add("x.py", "é = 1\r\nb\n");
        let s = |a, b| Span::new(f, a, b);
        let e = Excerpts::new(&sources, &[s(0, 1)], &mut Plain::new(), str::to_owned);
        assert_eq!(e.range(s(1, 2)), 0..2);
        assert_eq!(e.range(s(0, 99)), 0..6);
        assert_eq!(e.range(s(500, 900)), 10..10);
    }
}
