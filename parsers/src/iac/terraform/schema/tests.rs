//! Each type, from arguments as providers see them.

mod code;
mod joins;
mod types;

use super::{Evaluated, add, identity};
use crate::files::MemoryFiles;
use crate::iac::Assembled;
use lamlint_model::ResourceId;
use lamlint_model::app::{Anchor, ApplicationId, Resource, Template, Trigger};
use lamlint_model::json;
use lamlint_model::source::{FileId, Span};
use lamlint_model::tree::{Node, Tree, node_value};
use lamlint_model::tri::{Guards, Why};
use lamlint_model::value::Value;

/// A resource: type (`data.` before it for data sources), label with `?C` behind it where it exists under a condition,
/// arguments as JSON. In texts `${label.attribute}` is an attribute of another one, as a module writes it; `${?}` is
/// not known, and any other name is a variable without a value. An argument that is a text of JSON stays a text.
type Written<'a> = (&'a str, &'a str, &'a str);

fn evaluated(written: &[Written<'_>]) -> Vec<Evaluated> {
    let mut out = Vec::new();
    for (i, (type_name, name, arguments)) in written.iter().enumerate() {
        let at = i * 100;
        let span = Span::new(FileId(0), at, at + 10);
        let value = json::parse(&Value::str(*arguments)).unwrap_or_else(|| panic!("{name}: no JSON"));
        let (label, condition) = name.split_once('?').unwrap_or((name, ""));
        let guards = match condition {
            "" => Guards::none(),
            c => Guards::none().with(c, "true").unwrap(),
        };
        let mut next = at + 10;
        out.push(Evaluated {
            id: ResourceId(u32::try_from(i).unwrap()),
            data: type_name.starts_with("data."),
            type_name: type_name.trim_start_matches("data.").into(),
            name: label.into(),
            anchor: Anchor { span, path: format!("{type_name}.{label}").into() },
            guards,
            props: tree(&value, written, &mut next),
            template: 0,
            dir: "infra".into(),
            application: ApplicationId(0),
            repeated: false,
        });
    }
    out
}

/// As it is written: each value has a place of its own.
fn tree(v: &Value, written: &[Written<'_>], at: &mut usize) -> Tree {
    let span = Span::new(FileId(0), *at, *at + 1);
    *at += 1;
    match v {
        Value::Map(entries, _) => {
            let entries = entries.iter().map(|(k, v)| {
                let key_span = Span::new(FileId(0), *at, *at + 1);
                lamlint_model::tree::Entry { key: k.clone(), key_span, value: tree(v, written, at) }
            });
            Tree::map(entries.collect(), span)
        }
        Value::List(items, _) => {
            let items = items.iter().map(|v| tree(v, written, at)).collect();
            Tree::known(Node::List { items, open: None }, span)
        }
        Value::Str(s) if s == "${?}" => Tree::unknown(Why::other("?"), span),
        Value::Str(s) => Tree::leaf(holes(s, written), span),
        Value::Null => Tree::leaf(Value::Null, span),
        v => Tree::leaf(v.clone(), span),
    }
}

fn holes(s: &str, written: &[Written<'_>]) -> Value {
    let mut parts = Vec::new();
    let mut rest = s;
    while let Some((before, (hole, after))) =
        rest.split_once("${").and_then(|(b, h)| Some((b, h.split_once('}')?)))
    {
        parts.push(Value::str(before));
        let (label, attribute) = hole.split_once('.').unwrap_or((hole, ""));
        let found = written.iter().position(|(_, n, _)| n.split('?').next() == Some(label));
        parts.push(match found {
            Some(i) => {
                let type_name = written[i].0.trim_start_matches("data.");
                let attr = identity(type_name, attribute);
                let attr = attr.unwrap_or_else(|| panic!("{type_name} has no {attribute}"));
                Value::Of(ResourceId(u32::try_from(i).unwrap()), attr)
            }
            None if hole.starts_with("AWS::") => Value::Pseudo(hole.into()),
            None => Value::Param(hole.into()),
        });
        rest = after;
    }
    parts.push(Value::str(rest));
    Value::concat(parts)
}

fn app(written: &[Written<'_>]) -> Assembled {
    app_with(written, &[])
}

fn app_with(written: &[Written<'_>], files: &[&str]) -> Assembled {
    let mut out = Assembled::default();
    out.app.templates.push(Template {
        file: FileId(0),
        application: ApplicationId(0),
        dialect: "Terraform",
        policy_templates: false,
        open: None,
        more: None,
    });
    add(evaluated(written), &MemoryFiles::new(files.iter().map(|f| (*f, ""))), &mut out);
    for (i, r) in out.app.resources.iter().enumerate() {
        assert_eq!(r.id.0 as usize, i);
    }
    out.app.derive_triggers();
    out
}

fn resource<'a>(a: &'a Assembled, name: &str) -> &'a Resource {
    a.app.resources.iter().find(|r| r.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// A property as text: `-` where it is absent, `?` where it may be something else, `|` between alternatives.
fn prop(a: &Assembled, name: &str, path: &[&str]) -> String {
    show(&resource(a, name).props.path(path))
}

fn show(t: &Tree) -> String {
    let mut out: Vec<String> = t
        .alts()
        .iter()
        .map(|a| match &a.value {
            Node::Absent => "-".to_owned(),
            n => node_value(n).map_or("?".to_owned(), |v| v.to_string()),
        })
        .collect();
    if t.open().is_some() {
        out.push("?".to_owned());
    }
    out.join(" | ")
}

/// The triggers of a function as `Kind source`.
fn triggers(a: &Assembled, function: &str) -> Vec<String> {
    let id = resource(a, function).id;
    let source = |t: &Trigger| match t.resource {
        Some(id) => a.app.resource(id).name.to_string(),
        None => t.source.to_string(),
    };
    a.app.triggers_of(id).map(|t| format!("{:?} {}", t.kind, source(t))).collect()
}
