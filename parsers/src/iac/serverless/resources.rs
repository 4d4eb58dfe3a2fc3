//! `resources`: CloudFormation inside of a configuration.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/resources>

use crate::doc::{Doc, DocEntry, DocKind, DocNode};
use crate::iac::expr::{self, Expr, tag};
use crate::iac::facts::{self, TemplateFacts};
use lamlint_model::source::{FileId, Span};
use lamlint_model::tri::{Reason, Why};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// Sections of a template.
const SECTIONS: &[&str] = &[
    "Resources",
    "Outputs",
    "Parameters",
    "Conditions",
    "Mappings",
    "Transform",
    "AWSTemplateFormatVersion",
];

/// What `resources` says.
pub(super) struct Resources {
    pub(super) facts: TemplateFacts,
    /// Properties for resources the framework makes, by logical id.
    pub(super) overrides: BTreeMap<SmolStr, Expr>,
}

#[derive(Default)]
struct Parts {
    sections: BTreeMap<&'static str, DocNode>,
    extensions: Vec<DocEntry>,
    open: Option<(Span, Why)>,
}

/// Read the resolved value of `resources`.
pub(super) fn read(node: Option<&DocNode>, file: FileId, root: Span) -> Resources {
    let mut parts = Parts::default();
    if let Some(n) = node {
        collect(n, &mut parts, 0);
    }
    let mut overrides = BTreeMap::new();
    for e in std::mem::take(&mut parts.extensions) {
        if let Some(p) = e.value.get("Properties") {
            overrides.insert(e.key.clone(), expr::lower(p.clone()));
        }
    }
    if let Some(DocNode { kind: DocKind::Map(entries), .. }) = parts.sections.get_mut("Resources") {
        // Without a type it adds to what the framework makes; computed, it may be anything.
        entries.retain(|e| {
            let computed = e.value.tag.is_some();
            if computed {
                let why = Why::new(Reason::Macro, format!("`{}` is not known", e.key));
                parts.open.get_or_insert((e.key_span, why));
            }
            let typed = e.value.get("Type").is_some() || e.key.starts_with("Fn::");
            if !typed && let Some(p) = e.value.get("Properties") {
                overrides.insert(e.key.clone(), expr::lower(p.clone()));
            }
            typed && !computed
        });
    }
    let empty = DocNode { span: root, tag: None, defined_at: None, kind: DocKind::Map(Vec::new()) };
    parts.sections.entry("Resources").or_insert_with(|| empty.clone());
    let entries = parts
        .sections
        .into_iter()
        .map(|(key, value)| DocEntry { key: key.into(), key_span: value.span, value })
        .collect();
    let root = DocNode { kind: DocKind::Map(entries), ..empty };
    let doc = Doc { file, root, comments: Vec::new(), duplicates: Vec::new(), more: None };
    let mut facts = facts::read(doc);
    for r in &mut facts.resources {
        r.anchor.path = format_smolstr!("resources.{}", r.anchor.path);
    }
    if let Some((span, why)) = parts.open {
        facts.notices.push((span, format!("not all resources are known: {}", why.detail)));
        facts.more.get_or_insert(why);
    }
    facts.dialect = "Serverless";
    Resources { facts, overrides }
}

fn collect(node: &DocNode, parts: &mut Parts, depth: usize) {
    match (&node.kind, node.tag.as_deref()) {
        (DocKind::Seq(items), None) if depth < 8 => {
            for i in items {
                collect(i, parts, depth + 1);
            }
        }
        (DocKind::Seq(items), Some(tag::ASSUMED)) if depth < 8 => {
            if let Some(value) = items.get(2) {
                collect(value, parts, depth + 1);
            }
            let why = Why::new(Reason::Parameter, "they depend on the stage");
            parts.open.get_or_insert((node.span, why));
        }
        (DocKind::Map(entries), None) => {
            for e in entries {
                if e.key == "extensions" {
                    parts.extensions.extend(e.value.entries().iter().cloned());
                } else if let Some(section) = SECTIONS.iter().find(|s| e.key == **s) {
                    let value = match (e.value.tag.as_deref(), e.value.items().get(2)) {
                        (Some(tag::ASSUMED), Some(value)) => {
                            let why = Why::new(Reason::Parameter, "they depend on the stage");
                            parts.open.get_or_insert((e.key_span, why));
                            value
                        }
                        _ => &e.value,
                    };
                    if value.tag.is_some() {
                        let why = Why::new(Reason::NotInTree, format!("`{section}` is computed"));
                        parts.open.get_or_insert((e.key_span, why));
                        continue;
                    }
                    match parts.sections.get_mut(section) {
                        Some(old) => merge(old, value, 0),
                        None => {
                            parts.sections.insert(section, value.clone());
                        }
                    }
                }
            }
        }
        (DocKind::Scalar(s), None) if s.plain && matches!(&*s.text, "" | "~" | "null") => {}
        _ => {
            let why = Why::new(Reason::NotInTree, "a part of them is computed");
            parts.open.get_or_insert((node.span, why));
        }
    }
}

/// Put one map into another as the framework does: what comes later wins.
fn merge(into: &mut DocNode, from: &DocNode, depth: usize) {
    // A section that is a list of maps is one map.
    if let DocKind::Seq(items) = &from.kind
        && from.tag.is_none()
        && depth == 0
    {
        for i in items {
            merge(into, i, depth);
        }
        return;
    }
    let (DocKind::Map(old), DocKind::Map(new)) = (&mut into.kind, &from.kind) else {
        *into = from.clone();
        return;
    };
    for e in new {
        match old.iter_mut().find(|o| o.key == e.key) {
            Some(o) if depth < 64 && o.value.tag.is_none() && e.value.tag.is_none() => {
                merge(&mut o.value, &e.value, depth + 1);
            }
            Some(o) => *o = e.clone(),
            None => old.push(e.clone()),
        }
    }
}
