//! Where the program that writes a template makes its resources: places of its stack traces, or the one place where
//! a construct of that id is made.

use lamlint_model::app::Origins;
use lamlint_model::source::{FileId, SourceFile, SourceMap, Span};
use lamlint_parsers::code;
use lamlint_parsers::iac::cdk::{Creation, Frame};
use std::collections::BTreeMap;

/// Longest id of a construct that is looked for.
const MAX_ID: usize = 128;

/// Find the places of resources in the sources that were read.
pub(crate) fn find(creations: &[Creation], sources: &SourceMap, out: &mut Origins) {
    let by_path: BTreeMap<&str, FileId> = sources.iter().map(|(id, f)| (f.path.as_str(), id)).collect();
    let mut made: BTreeMap<&str, BTreeMap<String, Option<Span>>> = BTreeMap::new();
    for c in creations {
        let traced = c.frames.iter().find_map(|f| at(f, sources, *by_path.get(f.path.as_str())?));
        let named = || {
            let made = made.entry(&c.app).or_insert_with(|| constructs(sources, &c.app));
            c.ids.iter().find_map(|id| made.get(id.as_str()).copied().flatten())
        };
        if let Some(origin) = traced.or_else(named) {
            out.add(c.part, origin);
        }
    }
}

/// What stands at a place of a trace: the call up to its parenthesis, else the rest of the line.
fn at(frame: &Frame, sources: &SourceMap, id: FileId) -> Option<Span> {
    let file = sources.file(id);
    let line = usize::try_from(frame.line.checked_sub(1)?).ok()?;
    let start = file.lines.line_start(line)? as usize;
    let text = file.text.get(start..)?.lines().next().unwrap_or_default();
    let column = usize::try_from(frame.column.checked_sub(1)?).ok()?;
    let skip = text.char_indices().nth(column).map_or(text.len(), |(i, _)| i);
    // Sources that were changed since may be shorter there.
    let rest = Some(text.get(skip..)?.trim_end()).filter(|r| !r.trim_start().is_empty())?;
    let long = rest.find('(').filter(|i| *i > 0).unwrap_or(rest.len());
    Some(Span::new(id, start + skip, start + skip + long))
}

/// The constructs an application makes, by id: where the call is, or nothing where there are several.
fn constructs(sources: &SourceMap, app: &str) -> BTreeMap<String, Option<Span>> {
    let mut out: BTreeMap<String, Option<Span>> = BTreeMap::new();
    let inside = |p: &str| app.is_empty() || p.strip_prefix(app).is_some_and(|r| r.starts_with('/'));
    for (id, file) in sources.iter().filter(|(_, f)| inside(&f.path) && code::language(&f.path).is_some()) {
        if is_test(&file.path) {
            continue;
        }
        for (name, span) in calls(id, file) {
            out.entry(name).and_modify(|s| *s = None).or_insert(Some(span));
        }
    }
    out
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|p| {
        matches!(p, "test" | "tests" | "__tests__") || p.contains(".test.") || p.starts_with("test_")
    })
}

/// Calls of the form `Queue(self, "Jobs"`: the id and the place of what is called.
fn calls(id: FileId, file: &SourceFile) -> Vec<(String, Span)> {
    let text = &*file.text;
    let mut out = Vec::new();
    for (i, quote) in text.char_indices().filter(|(_, c)| matches!(c, '"' | '\'')) {
        let Some((name, after)) = text.get(i + 1..).and_then(|t| t.split_once(quote)) else { continue };
        let ends = after.trim_start().starts_with([',', ')']);
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | ' ');
        if !ends || name.is_empty() || name.len() > MAX_ID || !name.chars().all(plain) {
            continue;
        }
        let before = text.get(..i).unwrap_or_default().trim_end();
        let Some(before) = before.strip_suffix(',') else { continue };
        // The scope is one name, as `self` or `props.stack`.
        let scope = word(before.trim_end());
        let Some(before) = before.trim_end().strip_suffix(scope).filter(|_| !scope.is_empty()) else {
            continue;
        };
        let Some(before) = before.trim_end().strip_suffix('(') else { continue };
        let called = word(before);
        let class = called.rsplit('.').next().unwrap_or_default();
        if class.starts_with(|c: char| c.is_ascii_uppercase()) {
            out.push((name.to_owned(), Span::new(id, before.len() - called.len(), before.len())));
        }
    }
    out
}

/// The dotted name a text ends with.
fn word(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))
        .last();
    start.and_then(|(i, _)| text.get(i..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "class Main(Stack):\n    def f(self):\n        q = sqs.Queue(self, \"Jobs\")\n        a = Fn(\n            self,\n            'Worker',\n            x=1)\n        log(self, \"Jobs\")\n        b = Fn(self, \"Twice\")\n        c = Fn(self, \"Twice\")\n";

    fn origin(frames: &[(&str, u32, u32)], ids: &[&str]) -> Option<String> {
        let mut sources = SourceMap::default();
        sources.add("app/main.py", APP);
        sources.add("app/tests/test_main.py", "Fn(self, \"Worker\")");
        sources.add("other/main.py", "Fn(self, \"Jobs\")\nFn(self, \"Other\")");
        let part = Span::new(FileId(9), 1, 5);
        let frames =
            frames.iter().map(|(p, line, column)| Frame { path: (*p).into(), line: *line, column: *column });
        let creation = Creation {
            part,
            frames: frames.collect(),
            ids: ids.iter().map(|i| (*i).into()).collect(),
            app: "app".into(),
        };
        let mut out = Origins::default();
        find(&[creation], &sources, &mut out);
        let span = out.of(part)?;
        Some(format!(
            "{}:{} {}",
            sources.file(span.file).path,
            sources.position(span).line,
            sources.text(span)
        ))
    }

    #[test]
    fn places_of_traces_come_first() {
        assert_eq!(
            origin(&[("app/main.py", 3, 13)], &["Worker"]).as_deref(),
            Some("app/main.py:3 sqs.Queue")
        );
        // A file that was not read, a line that is gone.
        let found = origin(&[("app/gone.py", 3, 1), ("app/main.py", 4, 13)], &[]);
        assert_eq!(found.as_deref(), Some("app/main.py:4 Fn"));
        assert_eq!(
            origin(&[("app/main.py", 99, 1), ("app/main.py", 1, 80), ("app/main.py", 0, 0)], &[]),
            None
        );
    }

    #[test]
    fn constructs_by_an_id_that_is_used_once() {
        assert_eq!(origin(&[], &["ServiceRole", "Jobs"]).as_deref(), Some("app/main.py:3 sqs.Queue"));
        assert_eq!(origin(&[], &["Worker"]).as_deref(), Some("app/main.py:4 Fn"));
        assert_eq!(origin(&[], &["Twice"]), None);
        assert_eq!(origin(&[], &["Other"]), None);
        assert_eq!(origin(&[], &[]), None);
    }
}
