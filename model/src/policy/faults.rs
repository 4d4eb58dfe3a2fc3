//! What is certainly wrong with the policies a role or a policy resource holds.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

use super::document::of_value;
use crate::app::{Kind, Resource};
use crate::aws::iam::actions;
use crate::json;
use crate::source::Span;
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Evidence, Guards, Proof, Tri};
use crate::value::Value;

/// The elements of a document and of a statement.
const OF_DOCUMENT: &[&str] = &["Version", "Id", "Statement"];
const OF_STATEMENT: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
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
    Identity,
    Trust,
}

/// The faults of the policies a role or a policy resource holds, in order.
pub fn faults(holder: &Resource) -> Vec<Fault> {
    let mut out = Vec::new();
    let mut read = |doc: &Tree, outer: &Guards, of: Use| document(doc, outer, of, &mut out);
    match holder.kind {
        Kind::Role => {
            read(&holder.props.get("AssumeRolePolicyDocument"), &Guards::none(), Use::Trust);
            for (p, guards) in holder.props.get("Policies").items().0 {
                read(&p.get("PolicyDocument"), &guards, Use::Identity);
            }
        }
        Kind::Policy => read(&holder.props.get("PolicyDocument"), &Guards::none(), Use::Identity),
        _ => {}
    }
    out
}

/// One alternative after the other, text read as JSON, with its place and conditions.
fn each(t: &Tree, outer: &Guards) -> Vec<(Tree, Span, Guards)> {
    let mut out = Vec::new();
    for a in t.alts() {
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

struct Reporter<'a> {
    guards: Guards,
    out: &'a mut Vec<Fault>,
}

impl Reporter<'_> {
    fn add(&mut self, span: Span, text: String, help: String, broad: bool) {
        let evidence = Evidence::new(span, text.clone(), Basis::Written, self.guards.clone());
        let key = text.clone();
        self.out.push(Fault { claim: Tri::Yes(Proof::single(evidence)), text, help, key, broad });
    }

    fn elements(&mut self, t: &Tree, known: &[&str], what: &str) {
        for (e, _) in t.entries().0 {
            if known.contains(&e.key.as_str()) || e.key.starts_with("Fn::") || e.value.is_surely_absent() {
                continue;
            }
            let help = match nearest(&e.key, known.iter().copied()) {
                Some(n) => format!("write `{n}`"),
                None => format!("the elements are {}", known.join(", ")),
            };
            self.add(e.key_span, format!("a {what} has no element `{}`", e.key), help, false);
        }
    }
}

fn document(doc: &Tree, outer: &Guards, of: Use, out: &mut Vec<Fault>) {
    for (doc, span, guards) in each(doc, outer) {
        if !matches!(doc.only(), Some(Node::Map { .. })) {
            continue;
        }
        let mut r = Reporter { guards: guards.clone(), out };
        r.elements(&doc, OF_DOCUMENT, "policy");
        let version = doc.get("Version").strings();
        if let Some(Some(v)) = version.only()
            && !VERSIONS.contains(&v.as_str())
        {
            let text = format!("there is no version `{v}` of the policy language");
            r.add(version.span(), text, "write `Version: \"2012-10-17\"`".into(), false);
        }
        if doc.get("Statement").is_surely_absent() {
            r.add(span, "a policy without `Statement`".into(), "add the statements".into(), false);
        }
        for (s, inner) in doc.get("Statement").items().0 {
            let Some(guards) = guards.and(&inner) else { continue };
            for (s, span, guards) in each(&s, &guards) {
                if matches!(s.only(), Some(Node::Map { .. })) {
                    statement(&s, span, of, &mut Reporter { guards, out });
                }
            }
        }
    }
}

fn statement(s: &Tree, span: Span, of: Use, r: &mut Reporter<'_>) {
    let before = r.out.len();
    r.elements(s, OF_STATEMENT, "statement");
    // One that is written but without a value under a condition may be what a shorthand implies.
    let written = s.entries().0;
    let absent = |name: &str| s.get(name).is_surely_absent() && !written.iter().any(|(e, _)| e.key == name);
    // A misspelt element explains what is missing.
    if r.out.len() == before {
        let mut need = |names: &[&str]| {
            if names.iter().all(|n| absent(n)) {
                let text = format!("a statement without `{}`", names[0]);
                r.add(span, text, format!("add `{}`", names[0]), false);
            }
        };
        need(&["Effect"]);
        need(&["Action", "NotAction"]);
        match of {
            Use::Identity => need(&["Resource", "NotResource"]),
            Use::Trust => need(&["Principal", "NotPrincipal"]),
        }
    }
    let forbidden: &[&str] = match of {
        Use::Identity => &["Principal", "NotPrincipal"],
        Use::Trust => &["Resource", "NotResource"],
    };
    for name in forbidden {
        let t = s.get(name);
        if t.is_surely_present() {
            let what = if of == Use::Trust { "trust policy" } else { "policy of a role" };
            r.add(t.span(), format!("a {what} can't have `{name}`"), format!("remove `{name}`"), false);
        }
    }
    let effect = s.get("Effect").strings();
    if let Some(Some(e)) = effect.only()
        && !matches!(e.as_str(), "Allow" | "Deny")
    {
        let text = format!("`Effect` can't be `{e}`");
        r.add(effect.span(), text, "write `Allow` or `Deny`".into(), false);
    }
    let not = s.get("NotAction");
    if effect.only().and_then(|e| e.as_deref()) == Some("Allow")
        && not.is_surely_present()
        && of == Use::Identity
    {
        let text = "`NotAction` with `Allow` allows every other action of AWS".to_owned();
        r.add(not.span(), text, "list the actions in `Action`".into(), true);
    }
    for name in ["Action", "NotAction"] {
        for (value, span) in values(&s.get(name)) {
            if let Value::Str(text) = &value {
                action(text, span, r);
            }
        }
    }
    for name in ["Resource", "NotResource"] {
        for (value, span) in values(&s.get(name)) {
            resource(&value, span, r);
        }
    }
}

/// The values that certainly stand there.
fn values(t: &Tree) -> Vec<(Value, Span)> {
    let items = t.items().0;
    items.iter().filter_map(|(t, _)| Some((t.values().sole()?.clone()?, t.span()))).collect()
}

fn action(text: &str, span: Span, r: &mut Reporter<'_>) {
    if text == "*" || is_looked_up(text) {
        return;
    }
    let Some((prefix, name)) = text.split_once(':') else {
        if !text.contains(['*', '?']) {
            let help = "write it as `service:Action`".to_owned();
            r.add(span, format!("`{text}` is no action"), help, false);
        }
        return;
    };
    if prefix.contains(['*', '?']) || !actions::is_prefix(prefix) {
        return;
    }
    let found = if name.contains(['*', '?']) {
        actions::of_prefix(prefix)
            .any(|a| a.name().split_once(':').is_some_and(|(_, n)| super::glob(name, n)))
    } else {
        actions::find(text).is_some()
    };
    if found {
        return;
    }
    let all: Vec<String> = actions::of_prefix(prefix).map(|a| a.name()).collect();
    // The table may lack a new action; only what is near to one is certainly misspelt.
    let Some(near) = nearest(text, all.iter().map(String::as_str)) else { return };
    r.add(span, format!("there is no action `{text}`"), format!("the nearest one is `{near}`"), false);
}

fn resource(value: &Value, span: Span, r: &mut Reporter<'_>) {
    let help = || "write the ARN of the resource".to_owned();
    match value {
        Value::Str(s) if s.is_empty() || s == "*" || is_looked_up(s) => {}
        Value::Str(s) if s.contains(['*', '?']) => {}
        Value::Str(s) if s.starts_with("arn:") && s.split(':').count() < 6 => {
            r.add(span, format!("`{s}` is no ARN: it has fewer than six parts"), help(), false);
        }
        Value::Str(s) if s.starts_with("arn:") => {}
        Value::Str(s) => r.add(span, format!("`{s}` is no ARN"), help(), false),
        _ => {}
    }
}

/// Text with policy variables or dynamic references: it says nothing of what will stand there.
fn is_looked_up(s: &str) -> bool {
    s.contains("${") || s.contains("{{resolve:")
}

/// The nearest of some names within two changes, without case first.
fn nearest<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_ascii_lowercase();
    let most = if wanted.len() < 6 { 1 } else { 2 };
    all.map(|n| (distance(&wanted, &n.to_ascii_lowercase()), n))
        .filter(|(d, _)| *d <= most)
        .min()
        .map(|(_, n)| n)
}

/// Insertions, deletions and replacements between two texts.
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let up = row[j + 1];
            row[j + 1] = (corner + usize::from(x != *y)).min(up + 1).min(row[j] + 1);
            corner = up;
        }
    }
    row[b.len()]
}
