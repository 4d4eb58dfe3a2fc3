//! What is certainly wrong with policies: AWS refuses them, or they can never match.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>
//!
//! Only what is written counts: values of parameters are left alone, as a deployment may give others.

mod actions;
mod arns;
mod conditions;
mod permission;
mod principals;
mod spelling;
mod statement;
#[cfg(test)]
mod tests;

use super::attached;
use super::document::{ELEMENTS, of_value};
use crate::app::{App, Kind, Resource};
use crate::json;
use crate::source::Span;
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Evidence, Guards, Proof, Tri};
use crate::value::{Attr, Value};

const VERSIONS: &[&str] = &["2012-10-17", "2008-10-17"];

/// Something that is wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The proof.
    pub claim: Tri,
    /// What is wrong, for people.
    pub text: String,
    /// What to write instead.
    pub help: String,
    /// Tells it apart from others of the same resource.
    pub key: String,
    /// AWS accepts it, but it does more than it seems to.
    pub broad: bool,
}

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// What an identity may do.
    Identity,
    /// Who may assume a role.
    Trust,
    /// Who may use the resource it is attached to, which accepts only actions of one prefix where it is known.
    Attached(Option<&'static str>),
}

/// Services that refuse actions of others in the policies of their resources.
/// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html>,
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-overview-of-managing-access.html>
const OWN_ACTIONS: &[(&str, &str)] = &[
    ("AWS::S3::BucketPolicy", "s3"),
    ("AWS::SNS::TopicInlinePolicy", "sns"),
    ("AWS::SNS::TopicPolicy", "sns"),
    ("AWS::SQS::QueueInlinePolicy", "sqs"),
    ("AWS::SQS::QueuePolicy", "sqs"),
];

/// The faults of the policies a resource holds, in order.
pub fn faults(app: &App, holder: &Resource) -> Vec<Fault> {
    let mut r = Report { app, holder, out: Vec::new() };
    let none = Guards::none();
    match holder.kind {
        Kind::Role => {
            document(&holder.props.get("AssumeRolePolicyDocument"), &none, Use::Trust, &mut r);
            for (p, guards) in holder.props.get("Policies").items().0 {
                document(&p.get("PolicyDocument"), &guards, Use::Identity, &mut r);
            }
        }
        Kind::Policy => document(&holder.props.get("PolicyDocument"), &none, Use::Identity, &mut r),
        Kind::Permission => permission::check(holder, &mut r),
        _ => {
            if let Some(doc) = attached::written_by(holder) {
                let own = OWN_ACTIONS.iter().find(|(t, _)| *t == holder.type_name).map(|(_, p)| *p);
                document(&doc, &none, Use::Attached(own), &mut r);
            }
        }
    }
    r.out
}

/// Collects faults.
struct Report<'a> {
    app: &'a App,
    holder: &'a Resource,
    out: Vec<Fault>,
}

impl Report<'_> {
    fn add(&mut self, span: Span, guards: &Guards, text: String, help: impl Into<String>) {
        self.push(Proof::single(evidence(span, guards, &text)), text, help.into(), false);
    }

    fn push(&mut self, proof: Proof, text: String, help: String, broad: bool) {
        self.out.push(Fault { claim: Tri::Yes(proof), key: text.clone(), text, help, broad });
    }

    /// A value as the template writes it.
    fn shown(&self, v: &Value) -> String {
        match v {
            Value::Str(s) => s.to_string(),
            Value::Concat(parts) => parts.iter().map(|p| self.shown(p)).collect(),
            Value::Pseudo(n) | Value::Param(n) => format!("${{{n}}}"),
            Value::Of(id, Attr::Name | Attr::Url) => format!("${{{}}}", self.app.resource(*id).name),
            Value::Of(id, Attr::Arn) => format!("${{{}.Arn}}", self.app.resource(*id).name),
            _ => "…".to_owned(),
        }
    }

    /// Whether it only bounds what other policies allow.
    fn is_boundary(&self) -> bool {
        let bounds = |v: &Option<Value>| matches!(v, Some(Value::Of(id, _)) if *id == self.holder.id);
        self.holder.kind == Kind::Policy
            && self
                .app
                .resources
                .iter()
                .any(|r| r.props.get("PermissionsBoundary").values().alts().iter().any(|a| bounds(&a.value)))
    }

    /// Elements that do not exist. Whether all that is written was understood.
    fn elements(&mut self, t: &Tree, guards: &Guards, known: &[&str], what: &str) -> bool {
        let mut understood = true;
        for (e, inner) in t.entries().0 {
            if known.contains(&e.key.as_str()) || e.key.starts_with("Fn::") || e.value.is_surely_absent() {
                continue;
            }
            understood = false;
            // Whether AWS takes another case for the element is not documented.
            if known.iter().any(|k| k.eq_ignore_ascii_case(&e.key)) {
                continue;
            }
            let Some(guards) = guards.and(&inner) else { continue };
            let help = match spelling::nearest(&e.key, known.iter().copied()) {
                Some(n) => format!("write `{n}`"),
                None => format!("the elements are {}", known.join(", ")),
            };
            self.add(e.key_span, &guards, format!("a {what} has no element `{}`", e.key), help);
        }
        understood
    }
}

fn evidence(span: Span, guards: &Guards, text: &str) -> Evidence {
    Evidence::new(span, text, Basis::Written, guards.clone())
}

/// One alternative after the other, text read as JSON, with its place and conditions.
fn each(t: &Tree, outer: &Guards) -> Vec<(Tree, Span, Guards)> {
    let mut out = Vec::new();
    for a in t.alts().iter().filter(|a| a.basis == Basis::Written) {
        let Some(guards) = outer.and(&a.guards) else { continue };
        let below = match &a.value {
            Node::Absent => continue,
            Node::Leaf(v @ Value::Str(_)) => match json::parse(v) {
                Some(v @ Value::Map(..)) => of_value(&v, a.span),
                _ => continue,
            },
            Node::Leaf(v) => of_value(v, a.span),
            node => Tree::known(node.clone(), a.span),
        };
        out.push((below, a.span, guards));
    }
    out
}

/// The values written there, each with its place and conditions: of a list its elements.
fn written(t: &Tree, outer: &Guards) -> Vec<(Value, Span, Guards)> {
    let mut out = Vec::new();
    let own = t.alts().iter().filter(|a| a.basis == Basis::Written).cloned();
    for (item, inner) in Tree::new(own.collect(), None, t.span()).items().0 {
        let Some(guards) = outer.and(&inner) else { continue };
        for a in item.values().alts().iter().filter(|a| a.basis == Basis::Written) {
            let Some(guards) = guards.and(&a.guards) else { continue };
            out.extend(a.value.clone().map(|v| (v, a.span, guards)));
        }
    }
    out
}

/// The texts among the values written there.
fn texts(t: &Tree, outer: &Guards) -> Vec<(String, Span, Guards)> {
    let text = |(v, span, guards): (Value, Span, Guards)| Some((v.as_str()?.to_owned(), span, guards));
    written(t, outer).into_iter().filter_map(text).collect()
}

/// Text with policy variables or dynamic references: it says nothing of what will stand there.
fn is_looked_up(s: &str) -> bool {
    s.contains("${") || s.contains("{{resolve:")
}

fn document(doc: &Tree, outer: &Guards, of: Use, r: &mut Report<'_>) {
    for (doc, span, guards) in each(doc, outer) {
        let Some(Node::Map { entries, .. }) = doc.only() else { continue };
        let has = |name: &str| entries.iter().any(|e| e.key == name);
        // The policy of a bus is one statement.
        if !has("Statement") && has("Effect") {
            statement::check(&doc, span, &guards, of, r);
            continue;
        }
        let understood = r.elements(&doc, &guards, ELEMENTS, "policy");
        for (version, span, guards) in texts(&doc.get("Version"), &guards) {
            if !VERSIONS.contains(&version.as_str()) && !is_looked_up(&version) {
                let text = format!("there is no version `{version}` of the policy language");
                r.add(span, &guards, text, "write `Version: \"2012-10-17\"`");
            }
        }
        let listed = doc.get("Statement");
        if listed.is_surely_absent() {
            if understood {
                r.add(span, &guards, "a policy without `Statement`".into(), "add the statements");
            }
            continue;
        }
        if is_empty_list(&listed) {
            r.add(listed.span(), &guards, "a policy without statements".into(), "add a statement");
        }
        let mut names: Vec<(String, Span, Guards)> = Vec::new();
        for (s, inner) in listed.items().0 {
            let Some(guards) = guards.and(&inner) else { continue };
            for (s, span, guards) in each(&s, &guards) {
                if matches!(s.only(), Some(Node::Map { .. })) {
                    statement::check(&s, span, &guards, of, r);
                    names.extend(texts(&s.get("Sid"), &guards));
                }
            }
        }
        if matches!(of, Use::Identity | Use::Trust) {
            repeated(&names, r);
        }
    }
}

/// A list written without elements.
fn is_empty_list(t: &Tree) -> bool {
    match t.only() {
        Some(Node::List { items, open: None }) => items.is_empty(),
        Some(Node::Leaf(Value::List(items, false))) => items.is_empty(),
        _ => false,
    }
}

/// Names of statements have to differ within a policy of IAM.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
fn repeated(names: &[(String, Span, Guards)], r: &mut Report<'_>) {
    let mut told: Vec<&str> = Vec::new();
    for (i, (name, span, guards)) in names.iter().enumerate() {
        if name.is_empty() || told.contains(&name.as_str()) {
            continue;
        }
        let mut earlier = names.iter().take(i).filter(|n| n.0 == *name);
        let both = earlier.find_map(|(_, at, g)| Some((at, guards.and(g)?)));
        let Some((first, both)) = both else { continue };
        told.push(name);
        let text = format!("two statements with the `Sid` `{name}`");
        let proof = Proof::single(evidence(*span, &both, &text)).with_context(Proof::single(evidence(
            *first,
            &both,
            "it is already the name of this one",
        )));
        r.push(proof, text, "give each statement its own name".into(), false);
    }
}
