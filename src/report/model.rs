//! `lamlint model`: what was understood of each function, where every value comes from, and what was not.

use super::style::{BOLD, DIM, paint};
use super::{Report, links, printable};
use crate::functions::{FunctionLink, State, functions, word};
use lamlint_model::app::{App, CodeRef, Function, Trigger};
use lamlint_model::source::Span;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::Prop;
use lamlint_model::value::Value;
use serde::Serialize;
use std::fmt::Write;

/// The name that stands for entries that are not known.
const MORE: &str = "…";

/// Values of one property people are shown; the document has them all.
const MAX_VALUES: usize = 4;
/// Characters of one value people are shown.
const MAX_CHARS: usize = 80;

#[derive(Serialize)]
struct Document {
    version: u32,
    templates: Vec<Template>,
}

#[derive(Serialize)]
struct Template {
    path: String,
    dialect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<String>,
    functions: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    path: String,
    line: u32,
    values: Vec<Named>,
    environment: Vec<Named>,
    triggers: Vec<Source>,
    link: Status,
}

#[derive(Serialize)]
struct Named {
    name: String,
    #[serde(flatten)]
    possible: Possible,
}

/// What a property can be.
#[derive(Serialize)]
struct Possible {
    values: Vec<One>,
    /// Why it may be something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<String>,
}

#[derive(Serialize)]
struct One {
    value: String,
    /// What it rests on, where that is not the text itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    when: String,
    at: String,
}

#[derive(Serialize, PartialEq)]
struct Source {
    kind: &'static str,
    from: String,
    at: String,
}

#[derive(Serialize)]
struct Status {
    state: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<usize>,
}

/// For people.
pub fn text(report: &Report<'_>) -> String {
    let mut out = String::new();
    for t in document(report).templates {
        let _ = writeln!(out, "{} {}", paint(BOLD, &t.path), paint(DIM, format!("({})", t.dialect)));
        if let Some(open) = t.open {
            let _ = writeln!(out, "  not everything is known: {open}");
        }
        if t.functions.is_empty() {
            let _ = writeln!(out, "  no functions");
        }
        for f in t.functions {
            let _ = writeln!(
                out,
                "\n  {}  {}",
                paint(BOLD, &f.name),
                paint(DIM, format!("{}:{}", f.path, f.line))
            );
            let mut row = |name: &str, value: &str| {
                let _ = writeln!(out, "    {name:<12}{}", printable(value));
            };
            for v in &f.values {
                row(&v.name, &v.possible.show(&f.path));
            }
            for v in &f.environment {
                if let (MORE, Some(why)) = (v.name.as_str(), &v.possible.otherwise) {
                    row("environment", &format!("perhaps more: {why}"));
                    continue;
                }
                row("environment", &format!("{} = {}", v.name, v.possible.show(&f.path)));
            }
            for t in &f.triggers {
                row("trigger", &format!("{}: {} ({})", t.kind, t.from, near(&t.at, &f.path)));
            }
            row(
                "code",
                &format!(
                    "{}{}",
                    f.link.detail,
                    match f.link.facts {
                        Some(n) => format!("; {}", super::plural(n, "fact")),
                        None => String::new(),
                    }
                ),
            );
        }
        out.push('\n');
    }
    if out.is_empty() {
        out.push_str("no templates\n");
    }
    out
}

/// For programs.
pub fn json(report: &Report<'_>) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&document(report))? + "\n")
}

fn document(report: &Report<'_>) -> Document {
    let app = &report.analysis.app;
    let all = functions(report.analysis);
    let templates = app
        .templates
        .iter()
        .enumerate()
        .map(|(i, t)| Template {
            path: report.display.path(&report.analysis.sources.file(t.file).path),
            dialect: t.dialect,
            open: t.open.as_ref().map(ToString::to_string),
            functions: all
                .iter()
                .filter(|f| f.function.resource.template as usize == i)
                .map(|f| entry(report, f))
                .collect(),
        })
        .collect();
    Document { version: 1, templates }
}

fn entry(report: &Report<'_>, link: &FunctionLink<'_>) -> Entry {
    let f = link.function;
    let span = f.resource.anchor.span;
    let named = |name: &str, p: Possible| Named { name: name.to_owned(), possible: p };
    let role = f.prop("Role");
    let mut values = vec![
        named("runtime", possible(report, &f.runtime(), |v| v.as_deref().unwrap_or("none").to_owned())),
        named("handler", possible(report, &f.handler(), |v| v.as_deref().unwrap_or("none").to_owned())),
        named("timeout", possible(report, &f.timeout(), |v| format!("{v} s"))),
        named("memory", possible(report, &f.memory(), |v| format!("{v} MB"))),
        named("role", possible(report, &role, |n| self::role(&report.analysis.app, n))),
        named("source", possible(report, &f.code(), |c| code(c, |p| report.display.path(p)))),
    ];
    values.retain(|v| !v.possible.is_nothing());
    let (entries, open) = f.environment().entries();
    let mut environment: Vec<Named> =
        entries.iter().map(|(e, _)| named(&e.key, tree(report, &e.value))).collect();
    if let Some(w) = open {
        environment.push(named(MORE, Possible { values: Vec::new(), otherwise: Some(w.to_string()) }));
    }
    let facts =
        report.analysis.handlers.iter().find(|h| h.function == Some(f.resource.id)).map(|h| h.facts.len());
    Entry {
        name: f.name().to_owned(),
        path: report.display.path(&report.analysis.sources.file(span.file).path),
        line: report.analysis.sources.position(span).line,
        values,
        environment,
        triggers: triggers(report, f),
        link: Status {
            state: match &link.state {
                State::Linked { .. } => "linked",
                State::Missing(_) => "missing",
                State::Unlinked(reason, _) => word(*reason),
            },
            detail: links::state(&link.state, |p| report.display.path(p)),
            facts,
        },
    }
}

/// What is known of one function, in Markdown.
pub fn markdown(report: &Report<'_>, f: Function<'_>) -> String {
    let mut out = format!("**{}**\n\n", f.name());
    let all = functions(report.analysis);
    let Some(link) = all.iter().find(|l| l.function.resource.id == f.resource.id) else { return out };
    let e = entry(report, link);
    let mut row = |name: &str, value: &str| {
        // Nothing of a project is taken for markup.
        let value = printable(value).replace('`', "'");
        let _ = writeln!(out, "* {name}: `{value}`");
    };
    for v in &e.values {
        row(&v.name, &v.possible.show(&e.path));
    }
    for v in &e.environment {
        match (v.name.as_str(), &v.possible.otherwise) {
            (MORE, Some(why)) => row("environment", &format!("perhaps more: {why}")),
            _ => row("environment", &format!("{} = {}", v.name, v.possible.show(&e.path))),
        }
    }
    for t in &e.triggers {
        row("trigger", &format!("{}: {} ({})", t.kind, t.from, near(&t.at, &e.path)));
    }
    row("code", &e.link.detail);
    out
}

/// What triggers a function, in a few words each: `queue Jobs`.
pub fn trigger_names(report: &Report<'_>, f: Function<'_>) -> Vec<String> {
    let mut out: Vec<String> =
        triggers(report, f).iter().map(|t| format!("{} {}", t.kind, short(&t.from))).collect();
    out.dedup();
    out
}

fn triggers(report: &Report<'_>, f: Function<'_>) -> Vec<Source> {
    let source = |t: &Trigger| match t.resource {
        Some(id) => report.analysis.app.resource(id).name.to_string(),
        None => show(&report.analysis.app, &t.source),
    };
    // One connection can be two resources: a method is a route, too.
    let mut out: Vec<Source> = Vec::new();
    for t in f.app.triggers_of(f.resource.id) {
        let row = Source { kind: t.kind.word(), from: source(t), at: place(report, t.at.span) };
        if !out.contains(&row) {
            out.push(row);
        }
    }
    out
}

fn place(report: &Report<'_>, span: Span) -> String {
    let path = report.display.path(&report.analysis.sources.file(span.file).path);
    format!("{path}:{}", report.analysis.sources.position(span).line)
}

fn possible<T>(report: &Report<'_>, p: &Prop<T>, show: impl Fn(&T) -> String) -> Possible {
    Possible {
        values: p
            .alts()
            .iter()
            .map(|a| One {
                value: show(&a.value),
                basis: super::text::basis(&a.basis),
                when: a.guards.to_string(),
                at: place(report, a.span),
            })
            .collect(),
        otherwise: p.open().map(ToString::to_string),
    }
}

fn tree(report: &Report<'_>, t: &Tree) -> Possible {
    possible(report, t, |n| match n {
        Node::Absent => "none".to_owned(),
        Node::Leaf(v) => show(&report.analysis.app, v),
        Node::List { items, .. } => format!("a list of {}", items.len()),
        Node::Map { entries, .. } => format!("a map of {}", entries.len()),
    })
}

fn code(c: &CodeRef, path: impl Fn(&str) -> String) -> String {
    match c {
        CodeRef::Directory(d) => match path(d).trim_end_matches('/') {
            "" => "the root folder".to_owned(),
            d => format!("folder {d}"),
        },
        CodeRef::File(f) => format!("file {}", path(f)),
        CodeRef::Inline(_) => "in the template".to_owned(),
        CodeRef::Object => "an object in a bucket".to_owned(),
        CodeRef::Image { context: Some(c), .. } => format!("an image built from {}", path(c)),
        CodeRef::Image { .. } => "an image".to_owned(),
    }
}

/// A role: whose it is.
fn role(app: &App, n: &Node) -> String {
    match n {
        Node::Absent => "none".to_owned(),
        Node::Leaf(Value::Of(id, _)) if app.resource(*id).implied_by.is_some() => {
            let template = app.templates.get(app.resource(*id).template as usize);
            format!("implied by {}", template.map_or("a shorthand", |t| t.dialect))
        }
        Node::Leaf(Value::Of(id, _)) => app.resource(*id).name.to_string(),
        Node::Leaf(v) => show(app, v),
        Node::List { .. } | Node::Map { .. } => "not a role".to_owned(),
    }
}

/// The beginning of a long value.
fn short(value: &str) -> String {
    match value.char_indices().nth(MAX_CHARS) {
        Some((i, _)) => format!("{}…", &value[..i]),
        None => value.to_owned(),
    }
}

/// A place, without the path where that is the one the reader has before him.
fn near(at: &str, path: &str) -> String {
    match at.strip_prefix(path).and_then(|r| r.strip_prefix(':')) {
        Some(line) => format!("line {line}"),
        None => at.to_owned(),
    }
}

/// A value with the names of resources.
pub(crate) fn show(app: &App, v: &Value) -> String {
    match v {
        Value::Of(id, attr) => format!("{}.{attr}", app.resource(*id).name),
        Value::Concat(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|p| match p {
                    Value::Str(s) => s.to_string(),
                    Value::Param(name) => format!("${{{name}}}"),
                    p => format!("${{{}}}", show(app, p)),
                })
                .collect();
            format!("\"{}\"", parts.concat())
        }
        Value::OneOf(values) => values.iter().map(|v| show(app, v)).collect::<Vec<_>>().join(" | "),
        Value::Param(name) => format!("parameter `{name}`"),
        v => v.to_string(),
    }
}

impl Possible {
    /// Certainly nothing.
    fn is_nothing(&self) -> bool {
        self.otherwise.is_none() && self.values.iter().all(|v| v.value == "none")
    }

    /// In words, for a reader of the file at `path`.
    fn show(&self, path: &str) -> String {
        let mut out = String::new();
        for (i, v) in self.values.iter().take(MAX_VALUES).enumerate() {
            if i > 0 {
                out.push_str(", or ");
            }
            out.push_str(&short(&v.value));
            let mut why: Vec<String> = Vec::new();
            if !v.when.is_empty() {
                why.push(format!("when {}", v.when));
            }
            why.push(v.basis.clone().unwrap_or_else(|| near(&v.at, path)));
            let _ = write!(out, " ({})", why.join("; "));
        }
        if let Some(n) = self.values.len().checked_sub(MAX_VALUES).filter(|n| *n > 0) {
            let _ = write!(out, ", or {}", super::plural(n, "further value"));
        }
        match &self.otherwise {
            Some(w) if self.values.is_empty() => out + "unknown: " + w,
            Some(w) => out + ", or something else: " + w,
            None => out,
        }
    }
}
