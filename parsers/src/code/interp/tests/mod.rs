//! Snippets of code and the facts they give.
//!
//! A case file holds cases: `### name`, files (`=== path`, the first one holds `lambda_handler` or `handler`), and
//! under `=== facts` one line per fact. `LAMLINT_BLESS=1` rewrites the facts; look at the difference.

mod asked;

use crate::code::program::Program;
use crate::code::{Entry, analyze, handlers_by_shape, language, lower};
use crate::text::SourceText;
use lamlint_model::handler::{Fact, FactKind, Handler, Phase};
use lamlint_model::source::FileId;
use lamlint_model::value::{Deps, Value};
use std::fmt::Write as _;
use std::sync::Arc;

/// Follow the handler of the first file.
fn follow(files: &[(&str, &str)]) -> Option<Handler> {
    let mut program = Program::default();
    let mut first = None;
    for (i, (path, text)) in files.iter().enumerate() {
        let id = FileId(u32::try_from(i).unwrap());
        let lang = language(path).unwrap();
        let unit = lower(lang, &SourceText::file(id, text), path);
        assert!(unit.taints.is_empty(), "{path}: {:?}", unit.taints);
        let names = handlers_by_shape(&unit);
        let id = program.add(path, Arc::new(unit));
        first.get_or_insert((id, names));
    }
    let (unit, names) = first?;
    let symbol = names.first().cloned().unwrap_or_else(|| "handler".into());
    let roots = vec!["src".to_owned(), "layer/python".to_owned(), "layer/nodejs/node_modules".to_owned()];
    let handler = analyze(&program, &Entry { function: None, unit, symbol, roots })?;
    // Whatever is followed twice gives the same.
    Some(handler)
}

fn value(v: &Value) -> String {
    match v {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => f.to_string(),
        Value::Str(s) => format!("{:?}", s.as_str()),
        Value::Concat(p) => p.iter().map(value).collect::<Vec<_>>().join("+"),
        Value::List(v, open) => {
            format!(
                "[{}{}]",
                v.iter().map(value).collect::<Vec<_>>().join(", "),
                if *open { ", …" } else { "" }
            )
        }
        Value::Map(m, open) => {
            let all: Vec<String> = m.iter().map(|(k, v)| format!("{k}: {}", value(v))).collect();
            format!("{{{}{}}}", all.join(", "), if *open { ", …" } else { "" })
        }
        Value::Env(n) => format!("${n}"),
        Value::Event(p) => format!("event{}", p.iter().map(|s| format!(".{s}")).collect::<String>()),
        Value::Context(p) => format!("context{}", p.iter().map(|s| format!(".{s}")).collect::<String>()),
        Value::Fresh(f) => format!("fresh {f:?}"),
        Value::CallResult { service, operation, path } => {
            format!(
                "result {service}.{operation}{}",
                path.iter().map(|s| format!(".{s}")).collect::<String>()
            )
        }
        Value::OneOf(v) => v.iter().map(value).collect::<Vec<_>>().join(" | "),
        Value::Unknown(d) => format!("?{}", deps(*d)),
        v => format!("{v:?}"),
    }
}

fn deps(d: Deps) -> String {
    let names = [
        (Deps::EVENT, "event"),
        (Deps::CONTEXT, "context"),
        (Deps::FRESH, "fresh"),
        (Deps::CALL, "call"),
        (Deps::ENV, "env"),
    ];
    names.iter().filter(|(x, _)| d.any(*x)).map(|(_, n)| *n).collect::<Vec<_>>().join("+")
}

pub(super) fn line(f: &Fact) -> String {
    let mut out = String::from(if f.phase == Phase::Init { "init " } else { "" });
    let _ = match &f.kind {
        FactKind::NewClient(c) => {
            let d = deps(c.args);
            let other = if c.args.any(Deps::OTHER) { "?" } else { "" };
            write!(out, "new {:?} {}", c.family, c.label)
                .and_then(|()| if c.args.is_empty() { Ok(()) } else { write!(out, " of {d}{other}") })
        }
        FactKind::SdkCall(c) => {
            write!(
                out,
                "{}.{} {}{}",
                c.service,
                c.operation,
                value(&c.args),
                if c.foreign { " foreign" } else { "" }
            )
        }
        FactKind::EnvRead { name, required } => {
            write!(out, "env {}{}", value(name), if *required { " required" } else { "" })
        }
        FactKind::FileRead { path } => write!(out, "read {}", value(path)),
        FactKind::FileWrite { path } => write!(out, "write {}", value(path)),
        FactKind::LocalImport { module } => write!(out, "import {module}"),
        FactKind::Http { method, url, idempotency_key } => write!(
            out,
            "http {} {}{}",
            method.as_deref().unwrap_or("?"),
            value(url),
            if *idempotency_key { " keyed" } else { "" }
        ),
        FactKind::Statement { text } => write!(out, "statement {}", value(text)),
        FactKind::Provider { what, idempotency_key } => {
            write!(out, "provider {what}{}", if *idempotency_key { " keyed" } else { "" })
        }
        FactKind::AttributeOnMapping { object, attribute } => {
            write!(out, "attribute {}.{attribute}", value(object))
        }
    };
    let c = &f.ctx;
    for (on, name) in [
        (c.memo, "memo"),
        (c.event_branch, "event-branch"),
        (c.branch, "branch"),
        (c.in_loop, "loop"),
        (c.maybe, "maybe"),
        (c.idempotent.is_some(), "idempotent"),
    ] {
        if on {
            let _ = write!(out, " [{name}]");
        }
    }
    if !c.chain.is_empty() {
        let chain: Vec<&str> = c.chain.iter().map(|c| c.callee.as_str()).collect();
        let _ = write!(out, " < {}", chain.join(" > "));
    }
    out
}

fn dump(files: &[(&str, &str)]) -> Vec<String> {
    match follow(files) {
        None => vec!["no handler".into()],
        Some(h) => {
            let mut out: Vec<String> = h.facts.iter().map(line).collect();
            if let Err(why) = &h.complete {
                out.push(format!("incomplete: {why}"));
            }
            out
        }
    }
}

/// Check the cases of a file.
fn check(path: &str, text: &str) {
    let mut out = String::new();
    for case in text.split("### ").skip(1) {
        let (name, body) = case.split_once('\n').unwrap();
        let mut files: Vec<(&str, &str)> = Vec::new();
        for part in body.split("=== ").skip(1) {
            let (path, text) = part.split_once('\n').unwrap();
            files.push((path, text));
        }
        let expected = files.pop_if(|(p, _)| *p == "facts").map_or("", |(_, t)| t);
        let facts = dump(&files).join("\n");
        assert!(
            std::env::var_os("LAMLINT_BLESS").is_some() || facts.trim() == expected.trim(),
            "{path}: {name}\n--- expected\n{}\n--- got\n{facts}\n",
            expected.trim()
        );
        writeln!(out, "### {name}").unwrap();
        for (p, t) in &files {
            write!(out, "=== {p}\n{t}").unwrap();
        }
        write!(out, "=== facts\n{facts}\n\n").unwrap();
    }
    if std::env::var_os("LAMLINT_BLESS").is_some() {
        let file = format!("{}/src/code/interp/tests/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(file, out).unwrap();
    }
}

#[test]
fn python_clients() {
    check("python_clients.txt", include_str!("python_clients.txt"));
}

#[test]
fn python_calls() {
    check("python_calls.txt", include_str!("python_calls.txt"));
}

#[test]
fn python_effects() {
    check("python_effects.txt", include_str!("python_effects.txt"));
}

#[test]
fn js_clients() {
    check("js_clients.txt", include_str!("js_clients.txt"));
}

#[test]
fn js_calls() {
    check("js_calls.txt", include_str!("js_calls.txt"));
}

#[test]
fn js_effects() {
    check("js_effects.txt", include_str!("js_effects.txt"));
}
