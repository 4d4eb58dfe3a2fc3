//! SAM's shorthands as canonical CloudFormation resources.
//!
//! Done on expressions, before anything is evaluated, as SAM itself does; lines, metadata and intent stay.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html>
//! and the transform of aws/serverless-application-model.

pub(super) mod event;
pub(super) mod function;
mod globals;
mod other;
pub(super) mod policy;
pub(super) mod pull;

use super::expr::{Expr, ExprEntry, ExprKind, sub_of};
use super::facts::{RawResource, TemplateFacts, Written};
use super::routes;
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use smol_str::{SmolStr, format_smolstr};

/// The resource whose shorthand is expanded.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) index: usize,
    pub(super) name: SmolStr,
    pub(super) condition: Option<SmolStr>,
}

/// What is collected while the resources of a template are expanded.
pub(super) struct Out<'f> {
    pub(super) facts: &'f mut TemplateFacts,
    pub(super) globals: Option<Expr>,
    /// Lambda triggers of user pools: pool, trigger, function, where it is written.
    pub(super) pool_triggers: Vec<(SmolStr, SmolStr, Expr, Span)>,
}

/// Put the resources of a template into its facts, in canonical form.
pub(crate) fn expand(written: Vec<Written>, globals: Option<Expr>, root: Span, facts: &mut TemplateFacts) {
    let mut out = Out { facts, globals, pool_triggers: Vec::new() };
    if let Some(g) = &mut out.globals
        && !matches!(g.kind, ExprKind::Map(..))
    {
        *g = Expr::new(root, ExprKind::Map(Vec::new(), None));
    }
    for w in written {
        let connectors = w.connectors.clone();
        let (name, condition) = (w.name.clone(), w.condition.clone());
        let first = out.facts.resources.len();
        match w.type_name.as_str() {
            "AWS::Serverless::Function" => function::expand(w, &mut out),
            t if t.starts_with("AWS::Serverless::") => other::expand(w, &mut out),
            _ => other::plain(w, &mut out),
        }
        if let Some(c) = connectors {
            let owner = Owner { index: first, name, condition };
            other::embedded_connectors(&c, &owner, &mut out);
        }
    }
    out.connect_pools();
    routes::expand(facts);
}

impl Out<'_> {
    /// Write the triggers of user pools into the pools.
    pub(super) fn connect_pools(&mut self) {
        for (pool, trigger, target, span) in std::mem::take(&mut self.pool_triggers) {
            let Some(r) = self.facts.resources.iter_mut().find(|r| r.name == pool) else { continue };
            let entry = ExprEntry { key: trigger, key_span: span, value: target };
            let mut config = r.props.take("LambdaConfig").unwrap_or(ExprEntry {
                key: "LambdaConfig".into(),
                key_span: span,
                value: object(span, Vec::new()),
            });
            config.value.put(entry);
            r.props.put(config);
        }
    }

    /// The globals of a kind of resource (`Function`).
    fn globals_of(&self, kind: &str) -> Option<&Expr> {
        self.globals.as_ref().and_then(|g| g.get(kind))
    }

    pub(super) fn push(&mut self, r: RawResource) -> usize {
        self.facts.resources.push(r);
        self.facts.resources.len() - 1
    }

    /// Add a resource that a shorthand of `owner` implies; gives its logical name.
    pub(super) fn imply(
        &mut self,
        owner: &Owner,
        name: SmolStr,
        type_name: &str,
        anchor: Anchor,
        props: Expr,
    ) -> SmolStr {
        self.push(RawResource {
            name: name.clone(),
            shown: None,
            type_name: type_name.into(),
            anchor,
            condition: owner.condition.clone(),
            props,
            metadata: None,
            owner: Some(owner.index),
            sam: false,
            nested: None,
        });
        name
    }
}

/// A written resource as it is.
fn raw(w: Written, type_name: impl Into<SmolStr>) -> RawResource {
    RawResource {
        anchor: Anchor { span: w.key_span, path: format_smolstr!("Resources.{}", w.name) },
        name: w.name,
        shown: None,
        type_name: type_name.into(),
        condition: w.condition,
        props: w.props,
        metadata: w.metadata,
        owner: None,
        sam: false,
        nested: None,
    }
}

pub(super) fn object(span: Span, entries: Vec<ExprEntry>) -> Expr {
    Expr::new(span, ExprKind::Map(entries, None))
}

/// An entry whose key a shorthand implies.
pub(super) fn entry(key: &str, value: Expr) -> ExprEntry {
    ExprEntry { key: key.into(), key_span: value.span, value }
}

/// Move an entry of a map under another key of another map.
pub(super) fn rename(from: &mut Expr, key: &str, to: &mut Expr, new: &str) {
    if let Some(e) = from.take(key) {
        to.put(ExprEntry { key: new.into(), ..e });
    }
}

/// Apply `f` to an expression, or to both branches where it is a condition.
pub(super) fn branches(e: Expr, f: &mut dyn FnMut(Expr) -> Expr) -> Expr {
    match e.kind {
        ExprKind::If(condition, both) => {
            let (yes, no) = *both;
            let both = Box::new((branches(yes, f), branches(no, f)));
            Expr::new(e.span, ExprKind::If(condition, both))
        }
        kind => f(Expr { span: e.span, kind }),
    }
}

/// SAM's `{Bucket, Key, Version}` as CloudFormation names them.
fn bucket_object(e: Expr) -> Expr {
    branches(e, &mut |mut v| {
        if !matches!(v.kind, ExprKind::Map(..)) {
            return v;
        }
        let mut to = object(v.span, Vec::new());
        for (from, name) in [("Bucket", "S3Bucket"), ("Key", "S3Key"), ("Version", "S3ObjectVersion")] {
            rename(&mut v, from, &mut to, name);
        }
        to
    })
}

/// SAM's `Tags` map as CloudFormation's list.
pub(super) fn tags(e: Expr) -> Expr {
    branches(e, &mut |e| match e.kind {
        ExprKind::Map(entries, open) => {
            let items = entries
                .into_iter()
                .map(|t| {
                    object(
                        t.key_span,
                        vec![entry("Key", Expr::text(t.key_span, t.key)), entry("Value", t.value)],
                    )
                })
                .collect();
            Expr::new(e.span, ExprKind::List(items, open))
        }
        kind => Expr { span: e.span, kind },
    })
}

/// `arn:${AWS::Partition}:iam::aws:policy/<name>`.
pub(super) fn managed(span: Span, name: &str) -> Expr {
    sub_of(span, &format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}"))
}

/// A role's inline policy with one statement.
pub(super) fn inline_policy(span: Span, name: &str, actions: &[&str], resource: Expr) -> Expr {
    let actions = actions.iter().map(|a| Expr::text(span, *a)).collect();
    let statement = Expr::object(
        span,
        [
            ("Effect", Expr::text(span, "Allow")),
            ("Action", Expr::list(span, actions)),
            ("Resource", resource),
        ],
    );
    named_policy(span, name, Expr::object(span, [("Statement", Expr::list(span, vec![statement]))]))
}

pub(super) fn named_policy(span: Span, name: &str, document: Expr) -> Expr {
    Expr::object(span, [("PolicyName", Expr::text(span, name)), ("PolicyDocument", document)])
}

/// The trust policy for a service.
pub(super) fn trust(span: Span, service: &str) -> Expr {
    let principal = Expr::object(span, [("Service", Expr::list(span, vec![Expr::text(span, service)]))]);
    let statement = Expr::object(
        span,
        [
            ("Effect", Expr::text(span, "Allow")),
            ("Principal", principal),
            ("Action", Expr::list(span, vec![Expr::text(span, "sts:AssumeRole")])),
        ],
    );
    Expr::object(
        span,
        [("Version", Expr::text(span, "2012-10-17")), ("Statement", Expr::list(span, vec![statement]))],
    )
}
