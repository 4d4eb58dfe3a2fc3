//! Tests of reading, expanding and assembling templates.

mod code;
mod sam;
mod serverless;
mod spellings;
mod stacks;
mod terraform;
mod values;

use super::{Assembled, ConfigFile, Deploy, assemble, is_candidate, read};
use crate::files::MemoryFiles;
use crate::text::SourceText;
use lamlint_model::app::Resource;
use lamlint_model::source::FileId;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::Basis;
use lamlint_model::value::Value;
use std::fmt::Write as _;

/// Assemble files of a run.
fn assembled(files: &[(&str, &str)], deploy: &Deploy) -> Assembled {
    let templates: Vec<ConfigFile> = files
        .iter()
        .enumerate()
        .filter(|(_, (path, text))| is_candidate(path, text))
        .filter_map(|(i, (path, text))| {
            let src = SourceText::file(FileId(u32::try_from(i).unwrap()), text);
            let facts = read(&src, path).unwrap_or_else(|(e, _)| panic!("{path}: {e}"))?;
            Some(ConfigFile { path: (*path).to_owned(), facts })
        })
        .collect();
    assemble(&templates, deploy, &MemoryFiles::new(files.iter().copied()))
}

fn one(text: &str) -> Assembled {
    assembled(&[("template.yaml", text)], &Deploy::default())
}

fn resource<'a>(a: &'a Assembled, name: &str) -> &'a Resource {
    let found: Vec<&Resource> = a.app.resources.iter().filter(|r| r.name == name).collect();
    assert_eq!(
        found.len(),
        1,
        "`{name}` in {:?}",
        a.app.resources.iter().map(|r| &r.name).collect::<Vec<_>>()
    );
    found[0]
}

/// A property of a resource as text.
fn prop(a: &Assembled, name: &str, path: &[&str]) -> String {
    show(a, &resource(a, name).props.path(path))
}

/// A tree as text: alternatives with their conditions, `<P>` behind values of parameters, `?` where open.
fn show(a: &Assembled, t: &Tree) -> String {
    let mut out: Vec<String> = t
        .alts()
        .iter()
        .map(|alt| {
            let basis = match &alt.basis {
                Basis::Written => String::new(),
                Basis::ParameterDefault(p) => format!("<{p}>"),
                Basis::ParameterAllowed(p) => format!("<{p}?>"),
                Basis::ServiceDefault => "<default>".to_owned(),
                Basis::Heuristic(_) => "<heuristic>".to_owned(),
            };
            let when = if alt.guards.is_empty() { String::new() } else { format!(" when {}", alt.guards) };
            format!("{}{basis}{when}", show_node(a, &alt.value))
        })
        .collect();
    if t.open().is_some() {
        out.push("?".to_owned());
    }
    out.join(" | ")
}

fn show_node(a: &Assembled, n: &Node) -> String {
    match n {
        Node::Absent => "-".to_owned(),
        Node::Leaf(v) => show_value(a, v),
        Node::List { items, open } => {
            let items: Vec<String> = items.iter().map(|t| show(a, t)).collect();
            format!("[{}{}]", items.join(", "), if open.is_some() { "…" } else { "" })
        }
        Node::Map { entries, open } => {
            let entries: Vec<String> =
                entries.iter().map(|e| format!("{}: {}", e.key, show(a, &e.value))).collect();
            format!("{{{}{}}}", entries.join(", "), if open.is_some() { "…" } else { "" })
        }
    }
}

fn show_value(a: &Assembled, v: &Value) -> String {
    match v {
        Value::Of(id, attr) => format!("{}.{attr}", a.app.resource(*id).name),
        Value::Str(s) => s.to_string(),
        Value::Concat(parts) => parts.iter().fold(String::new(), |mut out, p| {
            let _ = match p {
                Value::Str(s) => write!(out, "{s}"),
                p => write!(out, "${{{}}}", show_value(a, p)),
            };
            out
        }),
        v => v.to_string(),
    }
}

/// The whole model as text, without places.
fn dump(a: &Assembled) -> String {
    a.app.resources.iter().fold(String::new(), |mut out, r| {
        let _ = writeln!(
            out,
            "{} {} {} when {}: {}",
            r.type_name,
            r.name,
            r.anchor.path,
            r.guards,
            show(a, &r.props)
        );
        out
    })
}
