//! The JSON syntax of modules (`.tf.json`, `.tfvars.json`) to [`super::expr`].
//! Source: <https://developer.hashicorp.com/terraform/language/syntax/json>

use super::expr::{Attribute, Block, Body, Expr, ExprKind, Part};
use super::hcl;
use crate::doc::{DocEntry, DocKind, DocNode};
use smol_str::SmolStr;

/// Kinds of blocks of a module, with the number of their labels.
const BLOCKS: &[(&str, usize)] =
    &[("data", 2), ("locals", 0), ("module", 1), ("output", 1), ("resource", 2), ("variable", 1)];

/// Arguments that are blocks in any resource.
const NESTED: &[&str] = &["dynamic", "lifecycle"];

/// Arguments that are expressions though they are not written as templates.
const TYPES: &[&str] = &["type"];

/// A module.
pub(super) fn module(root: &DocNode) -> Body {
    let mut out = Body::default();
    for e in documents(root).into_iter().flat_map(DocNode::entries) {
        let Some((kind, labels)) = BLOCKS.iter().find(|(k, _)| e.key == *k) else { continue };
        block(kind, *labels, &[], e, &e.value, &mut out.blocks);
    }
    out
}

/// Values of variables.
pub(super) fn values(root: &DocNode) -> Body {
    Body { attributes: values_of(root.entries()).collect(), blocks: Vec::new() }
}

/// Values that are no expressions.
pub(super) fn values_of(entries: &[DocEntry]) -> impl Iterator<Item = Attribute> {
    entries.iter().map(|e| Attribute { name: e.key.clone(), name_span: e.key_span, value: literal(&e.value) })
}

/// A list stands for several of the same.
fn documents(n: &DocNode) -> Vec<&DocNode> {
    match &n.kind {
        DocKind::Seq(items) => items.iter().collect(),
        _ => vec![n],
    }
}

fn block(kind: &str, labels: usize, have: &[SmolStr], at: &DocEntry, n: &DocNode, out: &mut Vec<Block>) {
    for n in documents(n) {
        if labels == 0 {
            out.push(Block {
                kind: kind.into(),
                labels: have.to_vec(),
                header: at.key_span,
                span: at.key_span.to(n.span),
                body: body(n),
            });
            continue;
        }
        for e in n.entries() {
            let mut have = have.to_vec();
            have.push(e.key.clone());
            block(kind, labels - 1, &have, e, &e.value, out);
        }
    }
}

fn body(n: &DocNode) -> Body {
    let mut out = Body::default();
    for e in n.entries() {
        if e.key == "//" {
            continue;
        }
        if NESTED.contains(&e.key.as_str()) {
            let labels = usize::from(e.key == "dynamic");
            block(&e.key, labels, &[], e, &e.value, &mut out.blocks);
            continue;
        }
        let value = match e.value.text() {
            Some(t) if TYPES.contains(&e.key.as_str()) => hcl::expression(t, e.value.span),
            _ => None,
        };
        let value = value.unwrap_or_else(|| expr(&e.value));
        out.attributes.push(Attribute { name: e.key.clone(), name_span: e.key_span, value });
    }
    // `content` of a dynamic block is a block itself.
    if let Some(i) = out.attributes.iter().position(|a| a.name == "content") {
        let a = out.attributes.remove(i);
        if let Some(e) = n.entries().iter().find(|e| e.key == "content") {
            out.blocks.push(Block {
                kind: a.name,
                labels: Vec::new(),
                header: a.name_span,
                span: a.name_span.to(e.value.span),
                body: body(&e.value),
            });
        }
    }
    out
}

/// A value in which text is a template.
fn expr(n: &DocNode) -> Expr {
    convert(n, true)
}

fn literal(n: &DocNode) -> Expr {
    convert(n, false)
}

fn convert(n: &DocNode, templates: bool) -> Expr {
    let text = |t: &SmolStr| -> ExprKind {
        if !templates || !(t.contains("${") || t.contains("%{")) {
            return ExprKind::Text(t.clone());
        }
        match hcl::template(t, n.span) {
            Some(parts) => match &parts[..] {
                [Part::Text(t)] => ExprKind::Text(t.clone()),
                _ => ExprKind::Template(parts),
            },
            None => ExprKind::Name("\0".into()),
        }
    };
    let kind = match &n.kind {
        DocKind::Scalar(s) if s.plain => match s.text.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            t => match (t.parse::<i64>(), t.parse::<f64>()) {
                (Ok(i), _) => ExprKind::Int(i),
                (_, Ok(f)) => ExprKind::Float(f),
                _ => ExprKind::Text(s.text.clone()),
            },
        },
        DocKind::Scalar(s) => text(&s.text),
        DocKind::Seq(items) => ExprKind::List(items.iter().map(|i| convert(i, templates)).collect()),
        DocKind::Map(entries) => ExprKind::Map(
            entries
                .iter()
                .map(|e| (Expr::new(ExprKind::Text(e.key.clone()), e.key_span), convert(&e.value, templates)))
                .collect(),
        ),
    };
    Expr::new(kind, n.span)
}
