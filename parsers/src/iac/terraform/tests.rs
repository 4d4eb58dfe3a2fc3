//! Tests of whole modules: files in, evaluated resources out.

mod modules;
mod policies;
mod values;

use super::assemble::evaluated;
use super::{Evaluated, TerraformFacts, read};
use crate::files::MemoryFiles;
use crate::iac::{Assembled, Deploy};
use crate::text::SourceText;
use lamlint_model::source::FileId;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::Basis;

struct Run {
    resources: Vec<Evaluated>,
    out: Assembled,
}

fn run_with(files: &[(&str, &str)], deploy: &Deploy) -> Run {
    let mut facts: Vec<(&str, TerraformFacts)> = Vec::new();
    for (i, (path, text)) in files.iter().enumerate() {
        let src = SourceText::file(FileId(u32::try_from(i).unwrap()), text);
        if super::is_candidate(path, text)
            && let Ok(Some(f)) = read(&src, path)
        {
            facts.push((path, f));
        }
    }
    let facts: Vec<(&str, &TerraformFacts)> = facts.iter().map(|(p, f)| (*p, f)).collect();
    let mut out = Assembled::default();
    let resources = evaluated(&facts, deploy, &MemoryFiles::new(files.iter().copied()), &mut out);
    Run { resources, out }
}

fn run(files: &[(&str, &str)]) -> Run {
    run_with(files, &Deploy::default())
}

impl Run {
    fn at(&self, address: &str) -> &Evaluated {
        self.resources.iter().find(|r| r.anchor.path == address).unwrap_or_else(|| {
            panic!("no {address} in {:?}", self.resources.iter().map(|r| &r.anchor.path).collect::<Vec<_>>())
        })
    }

    fn get(&self, address: &str, path: &str) -> Tree {
        let keys: Vec<&str> = path.split('.').collect();
        self.at(address).props.path(&keys)
    }

    /// All alternatives with their guards and bases in words.
    fn show(&self, address: &str, path: &str) -> String {
        show(&self.get(address, path))
    }

    fn addresses(&self) -> Vec<&str> {
        self.resources.iter().map(|r| r.anchor.path.as_str()).collect()
    }
}

fn show(t: &Tree) -> String {
    let mut out: Vec<String> = t
        .alts()
        .iter()
        .map(|a| {
            let v = match &a.value {
                Node::Absent => "null".to_owned(),
                n => lamlint_model::tree::node_value(n).map_or_else(|| shape(n), |v| v.to_string()),
            };
            let when = if a.guards.is_empty() { String::new() } else { format!(" if {}", a.guards) };
            let basis = match &a.basis {
                Basis::ParameterDefault(p) => format!(" by default of {p}"),
                _ => String::new(),
            };
            format!("{v}{when}{basis}")
        })
        .collect();
    if t.open().is_some() {
        out.push("?".to_owned());
    }
    out.join(" | ")
}

fn shape(n: &Node) -> String {
    match n {
        Node::List { items, open } => {
            let items: Vec<String> = items.iter().map(show).collect();
            format!("[{}{}]", items.join(", "), if open.is_some() { ", …" } else { "" })
        }
        Node::Map { entries, open } => {
            let entries: Vec<String> =
                entries.iter().map(|e| format!("{}: {}", e.key, show(&e.value))).collect();
            format!("{{{}{}}}", entries.join(", "), if open.is_some() { ", …" } else { "" })
        }
        _ => String::new(),
    }
}

/// A module with one value.
fn one(value: &str, rest: &str) -> String {
    let text = format!("resource \"aws_x\" \"a\" {{\n  v = {value}\n}}\n{rest}");
    run(&[("main.tf", &text)]).show("aws_x.a", "v")
}
