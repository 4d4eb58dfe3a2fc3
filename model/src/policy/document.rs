//! Policy documents.
//! Source of the grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use crate::app::ResourceId;
use crate::json;
use crate::source::Span;
use crate::tree::{Entry, Node, Tree};
use crate::tri::{Basis, Evidence, Guards, Proof, Prop, Why};
use crate::value::Value;
use smol_str::SmolStr;

/// The elements of a document.
pub(super) const ELEMENTS: &[&str] = &["Version", "Id", "Statement"];
/// The elements of a statement.
pub(super) const STATEMENT_ELEMENTS: &[&str] = &[
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

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever others allow.
    Deny,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it does.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub actions: Patterns,
    /// `Resource` or `NotResource`; `None` where the policy is about the resource it belongs to.
    pub resources: Option<Patterns>,
    /// `Principal` or `NotPrincipal`; `None` in policies of identities.
    pub principals: Option<Principals>,
    /// Its condition, where it has or may have one.
    pub condition: Option<Tree>,
    /// Where it is written; for policies AWS keeps, where they are named.
    pub span: Span,
    /// The conditions of the template it exists under.
    pub guards: Guards,
    /// The policy it is part of.
    pub origin: Origin,
}

/// The policy a statement comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Words for people: `policy Inline`, `AWS managed policy AmazonS3FullAccess`, `SAM policy template S3CrudPolicy`.
    pub label: SmolStr,
    /// The resource that holds it, when it stands in the template.
    pub resource: Option<ResourceId>,
}

/// Patterns of actions or resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Patterns {
    /// All but these (`NotAction`, `NotResource`).
    pub negated: bool,
    /// The patterns.
    pub list: Vec<Pattern>,
    /// Why there may be others.
    pub open: Option<Why>,
    /// Where they are written.
    pub span: Span,
}

/// A pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// The text, with `*` and `?`.
    pub value: Value,
    /// Where it is written.
    pub span: Span,
    /// The conditions of the template it exists under.
    pub guards: Guards,
    /// Only possible, not certain: one of the allowed values of a parameter.
    pub possible: bool,
}

/// Who a statement is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Principals {
    /// All but these.
    pub negated: bool,
    /// Who, with the conditions of the template.
    pub list: Vec<(Principal, Guards)>,
    /// Why there may be others.
    pub open: Option<Why>,
    /// Where they are written.
    pub span: Span,
}

/// A principal.
#[derive(Debug, Clone, PartialEq)]
pub enum Principal {
    /// Everybody (`"*"`, `{"AWS": "*"}`).
    Any,
    /// A service (`lambda.amazonaws.com`).
    Service(Value),
    /// An account, a role or a user.
    Aws(Value),
    /// Another one (`Federated`, `CanonicalUser`).
    Other(SmolStr, Value),
}

impl Pattern {
    /// Evidence that it stands there, in a statement that exists under `given`.
    pub fn evidence(&self, note: impl Into<String>, given: &Guards) -> Option<Proof> {
        let guards = given.and(&self.guards)?;
        (!self.possible).then(|| Proof::single(Evidence::new(self.span, note, Basis::Written, guards)))
    }
}

impl Statement {
    /// Evidence that it stands there.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        Proof::single(Evidence::new(self.span, note, Basis::Written, self.guards.clone()))
    }
}

/// The statements of a document, and why there may be others. Text is read as JSON. What is not well formed opens the
/// document, as it does not say what it was to mean.
pub fn document(tree: &Tree, origin: &Origin) -> (Vec<Statement>, Option<Why>) {
    let mut out = Vec::new();
    let mut open = tree.open().cloned();
    for alt in tree.alts() {
        let below = match &alt.value {
            Node::Absent => continue,
            Node::Leaf(v @ (Value::Str(_) | Value::Concat(_))) => {
                let Some(v) = json::parse(v) else {
                    open = open.or_else(|| Some(Why::other("the policy document can't be read")));
                    continue;
                };
                of_value(&v, alt.span)
            }
            Node::Leaf(v) => of_value(v, alt.span),
            node => Tree::known(node.clone(), alt.span),
        };
        let (statements, why) = below.get("Statement").items();
        open = open.or(why).or_else(|| cased(&below, ELEMENTS));
        for (s, guards) in statements {
            let Some(guards) = guards.and(&alt.guards) else { continue };
            open = open.or(s.open().cloned());
            for a in s.alts() {
                if a.value == Node::Absent {
                    continue;
                }
                let Some(guards) = guards.and(&a.guards) else { continue };
                let one = match &a.value {
                    Node::Leaf(v) => of_value(v, a.span),
                    node => Tree::known(node.clone(), a.span),
                };
                statement(&one, a.span, &guards, origin, &mut out, &mut open);
            }
        }
    }
    (out, open)
}

/// Elements in another case: whether AWS reads them is not documented.
fn cased(t: &Tree, known: &[&str]) -> Option<Why> {
    let entries = t.entries().0;
    let cased = |k: &str| !known.contains(&k) && known.iter().any(|n| n.eq_ignore_ascii_case(k));
    let found = entries.iter().find(|(e, _)| cased(&e.key))?;
    Some(Why::other(format!("`{}` is written in another case", found.0.key)))
}

/// A value as a tree, all of whose parts stand at one place.
pub(super) fn of_value(v: &Value, span: Span) -> Tree {
    let node = match v {
        Value::Map(entries, open) => Node::Map {
            entries: entries
                .iter()
                .map(|(k, v)| Entry { key: k.clone(), key_span: span, value: of_value(v, span) })
                .collect(),
            open: open.then(|| Why::other("more entries")),
        },
        Value::List(items, open) => Node::List {
            items: items.iter().map(|v| of_value(v, span)).collect(),
            open: open.then(|| Why::other("more elements")),
        },
        Value::Unknown(_) => return Tree::unknown(Why::other("not known"), span),
        v => Node::Leaf(v.clone()),
    };
    Tree::known(node, span)
}

/// One statement; several when its effect has alternatives.
pub(super) fn statement(
    s: &Tree,
    span: Span,
    guards: &Guards,
    origin: &Origin,
    out: &mut Vec<Statement>,
    open: &mut Option<Why>,
) {
    let effects = s.get("Effect").strings();
    *open = open.take().or_else(|| effects.open().cloned()).or_else(|| cased(s, STATEMENT_ELEMENTS));
    let actions = either(s, "Action", "NotAction");
    let resources = either(s, "Resource", "NotResource");
    let principals = principals(s);
    let condition = s.get("Condition");
    let Some(actions) = actions else {
        *open = open.take().or_else(|| Some(Why::other("a statement without `Action`")));
        return;
    };
    for e in effects.alts() {
        let effect = match e.value.as_deref() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => {
                *open = open.take().or_else(|| Some(Why::other("a statement with another `Effect`")));
                continue;
            }
        };
        let Some(guards) = guards.and(&e.guards) else { continue };
        // One of several allowed values is not certain.
        if matches!(e.basis, Basis::ParameterAllowed(_)) {
            *open = open.take().or_else(|| Some(Why::other("the effect is a parameter")));
        }
        out.push(Statement {
            effect,
            actions: actions.clone(),
            resources: resources.clone(),
            principals: principals.clone(),
            condition: (!empty(&condition)).then(|| condition.clone()),
            span,
            guards,
            origin: origin.clone(),
        });
    }
}

/// Certainly no condition: not written, or without entries.
fn empty(t: &Tree) -> bool {
    t.is_surely_absent() || matches!(t.only(), Some(Node::Map { entries, open: None }) if entries.is_empty())
}

fn either(s: &Tree, name: &str, not: &str) -> Option<Patterns> {
    let (plain, negated) = (s.get(name), s.get(not));
    if !plain.is_surely_absent() {
        let mut p = patterns(&plain, false);
        if !negated.is_surely_absent() {
            p.open = p.open.or_else(|| Some(Why::other(format!("both `{name}` and `{not}`"))));
        }
        return Some(p);
    }
    (!negated.is_surely_absent()).then(|| patterns(&negated, true))
}

/// The patterns of a property: one or a list.
pub(super) fn patterns(t: &Tree, negated: bool) -> Patterns {
    let (items, mut open) = t.items();
    let mut list = Vec::new();
    for (item, outer) in items {
        let values = item.values();
        open = open.or_else(|| values.open().cloned());
        for (value, span, guards, possible) in spread(&values, &outer) {
            // A list that is the value of a single element, as of a parameter.
            match value {
                Value::List(inner, more) => {
                    if more {
                        open = open.or_else(|| Some(Why::other("a list with unknown elements")));
                    }
                    list.extend(inner.into_iter().map(|value| Pattern {
                        value,
                        span,
                        guards: guards.clone(),
                        possible,
                    }));
                }
                value => list.push(Pattern { value, span, guards, possible }),
            }
        }
    }
    Patterns { negated, list, open, span: t.span() }
}

fn spread(values: &Prop<Option<Value>>, outer: &Guards) -> Vec<(Value, Span, Guards, bool)> {
    values
        .alts()
        .iter()
        .filter_map(|a| {
            let possible = matches!(a.basis, Basis::ParameterAllowed(_)) && values.alts().len() > 1;
            Some((a.value.clone()?, a.span, outer.and(&a.guards)?, possible))
        })
        .collect()
}

fn principals(s: &Tree) -> Option<Principals> {
    let (plain, not) = (s.get("Principal"), s.get("NotPrincipal"));
    let negated = plain.is_surely_absent();
    let t = if negated { not } else { plain };
    if t.is_surely_absent() {
        return None;
    }
    Some(of_tree(&t, negated))
}

/// Who a `Principal` names.
pub(super) fn of_tree(t: &Tree, negated: bool) -> Principals {
    let mut out = Principals { negated, list: Vec::new(), open: t.open().cloned(), span: t.span() };
    for a in t.alts() {
        match &a.value {
            Node::Absent => {}
            Node::Leaf(Value::Str(s)) if s == "*" => out.list.push((Principal::Any, a.guards.clone())),
            Node::Map { .. } | Node::Leaf(Value::Map(..)) => {
                let map = match &a.value {
                    Node::Leaf(v) => of_value(v, a.span),
                    node => Tree::known(node.clone(), a.span),
                };
                let (entries, open) = map.entries();
                out.open = out.open.or(open);
                for (e, _) in entries {
                    let p = patterns(&e.value, false);
                    out.open = out.open.or(p.open);
                    for pattern in p.list {
                        let Some(guards) = a.guards.and(&pattern.guards) else { continue };
                        let principal = match (e.key.as_str(), pattern.value) {
                            ("AWS", Value::Str(s)) if s == "*" => Principal::Any,
                            ("AWS", v) => Principal::Aws(v),
                            ("Service", v) => Principal::Service(v),
                            (_, v) => Principal::Other(e.key.clone(), v),
                        };
                        out.list.push((principal, guards));
                    }
                }
            }
            _ => out.open = out.open.or_else(|| Some(Why::other("a principal that can't be read"))),
        }
    }
    out
}
