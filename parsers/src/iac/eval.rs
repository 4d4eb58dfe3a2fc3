//! The evaluator: expressions to trees of guarded alternatives. No other place resolves anything.

use super::attr;
use super::condition::Outcome;
use super::expr::{Expr, ExprKind, SubPart, Taken};
use super::facts::{Output, Parameter, RawResource, TemplateFacts};
use super::intrinsic::joined;
use super::parameter::text_of;
use lamlint_model::ResourceId;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Prop, Reason, Why};
use lamlint_model::value::{Attr, Value};
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Bound on nesting, references included.
const MAX_DEPTH: usize = 160;
/// Bound on the alternatives of one property.
pub(super) const MAX_ALTERNATIVES: usize = 32;

/// A template in use: as a root, or as a nested stack with its parameters.
#[derive(Debug)]
pub(crate) struct Instance<'a> {
    pub(crate) facts: &'a TemplateFacts,
    /// Prefix that keeps names of nested stacks apart: `Orders.`; empty for roots.
    pub(crate) prefix: SmolStr,
    /// The instance that nests it, and the parameters it passes.
    pub(crate) parent: Option<(usize, &'a Expr)>,
    /// What logical names mean.
    pub(crate) names: FxHashMap<&'a str, Entity>,
    /// Parameter values by deployment, for roots.
    pub(crate) given: BTreeMap<SmolStr, Vec<Given>>,
}

/// A parameter value of one deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// The deployment; only told apart where values differ.
    pub(crate) deployment: SmolStr,
    /// The value; `None`: the default applies.
    pub(crate) text: Option<String>,
}

/// What a logical name means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Entity {
    /// A resource, with its index in the facts.
    Resource(ResourceId, usize),
    /// A nested stack whose template is in the tree.
    Child(usize),
}

/// A condition of an instance, and a parameter with a value.
pub(super) type Pin = (usize, SmolStr, SmolStr, SmolStr);

/// All instances, and what was resolved so far.
#[derive(Debug, Default)]
pub(crate) struct Eval<'a> {
    pub(crate) instances: Vec<Instance<'a>>,
    /// `None` while it is being resolved.
    pub(super) parameters: RefCell<FxHashMap<(usize, SmolStr), Option<Tree>>>,
    outputs: RefCell<FxHashMap<(usize, SmolStr), Option<Tree>>>,
    /// Of instances that are deployed together, by their number: the name of the group.
    pub(crate) groups: BTreeMap<usize, SmolStr>,
    /// What stacks of a group export: instance and index of the output; nothing where two do.
    pub(crate) exports: BTreeMap<(SmolStr, SmolStr), Option<(usize, usize)>>,
    pub(super) conditions: RefCell<FxHashMap<(usize, SmolStr), Option<Outcome>>>,
    /// How conditions come out when one parameter has one value.
    pub(super) decided: RefCell<FxHashMap<Pin, Option<bool>>>,
    /// The conditions, with their outcome, under which something is being evaluated.
    assumed: RefCell<Vec<(usize, SmolStr, bool)>>,
    /// A parameter that is taken to have one value.
    pub(super) pinned: RefCell<Option<(usize, SmolStr, SmolStr)>>,
}

impl Eval<'_> {
    /// Forget what was resolved (names have changed meanwhile).
    pub(crate) fn forget(&self) {
        self.parameters.borrow_mut().clear();
        self.outputs.borrow_mut().clear();
        self.conditions.borrow_mut().clear();
        self.decided.borrow_mut().clear();
    }

    /// Evaluate an expression of an instance.
    pub(crate) fn eval(&self, at: usize, expr: &Expr) -> Tree {
        self.tree(at, expr, 0)
    }

    /// Evaluate an expression that matters only where a condition holds.
    pub(crate) fn eval_when(&self, at: usize, condition: Option<&SmolStr>, expr: &Expr) -> Tree {
        match condition {
            Some(c) => self.assuming(at, c, true, || self.tree(at, expr, 0)),
            None => self.tree(at, expr, 0),
        }
    }

    fn assuming<T>(&self, at: usize, condition: &SmolStr, outcome: bool, f: impl FnOnce() -> T) -> T {
        self.assumed.borrow_mut().push((at, condition.clone(), outcome));
        let t = f();
        self.assumed.borrow_mut().pop();
        t
    }

    /// Resolve something that does not depend on where it is used.
    pub(super) fn apart<T>(&self, f: impl FnOnce() -> T) -> T {
        let assumed = self.assumed.take();
        let t = f();
        self.assumed.replace(assumed);
        t
    }

    /// The key under which something is remembered: by name, and by what is pinned.
    pub(super) fn key(&self, at: usize, name: &SmolStr) -> (usize, SmolStr) {
        match &*self.pinned.borrow() {
            None => (at, name.clone()),
            Some((i, p, v)) => (at, format_smolstr!("{name}\0{i}\0{p}\0{v}")),
        }
    }

    /// Whether a parameter can have that value where something is being evaluated: `""` is no value of `Arn` under
    /// a condition that says `Arn` is not empty.
    fn is_possible(&self, at: usize, p: &Parameter, node: &Node) -> bool {
        let Some(text) = text_of(node) else { return true };
        let assumed = self.assumed.borrow().clone();
        assumed
            .iter()
            .filter(|(i, ..)| *i == at)
            .all(|(_, c, outcome)| self.decided_by(at, c, &p.name, &text).is_none_or(|d| d == *outcome))
    }

    pub(super) fn tree(&self, at: usize, expr: &Expr, depth: usize) -> Tree {
        let span = expr.span;
        if depth > MAX_DEPTH {
            return Tree::unknown(Why::new(Reason::Budget, "nested too deeply"), span);
        }
        let next = depth + 1;
        match &expr.kind {
            ExprKind::Scalar(s) => scalar(&s.text, s.plain, span),
            ExprKind::Text(t) => Tree::leaf(Value::Str(t.clone()), span),
            ExprKind::List(items, open) => {
                let items = items.iter().map(|e| self.element(at, e, next)).collect();
                Tree::known(Node::List { items, open: open.clone() }, span)
            }
            ExprKind::Map(entries, open) => {
                let entries = entries
                    .iter()
                    .map(|e| Entry {
                        key: e.key.clone(),
                        key_span: e.key_span,
                        value: if e.value.is_null() {
                            Tree::absent_at(e.key_span)
                        } else {
                            self.tree(at, &e.value, next)
                        },
                    })
                    .collect();
                Tree::known(Node::Map { entries, open: open.clone() }, span)
            }
            ExprKind::NoValue => Tree::absent_at(span),
            ExprKind::Ref(name) => self.reference(at, name, span, next),
            ExprKind::GetAtt(name, attribute) => self.attribute(at, name, attribute, span, next),
            ExprKind::Sub(sub) => {
                let parts = sub
                    .parts
                    .iter()
                    .map(|p| match p {
                        SubPart::Text { text, .. } => Prop::known(Some(Value::Str(text.clone())), span),
                        SubPart::Hole { value, .. } => self.part(at, value, next),
                    })
                    .collect::<Vec<_>>();
                joined(&parts, "", span)
            }
            ExprKind::Join(both) => self.join(at, &both.0, &both.1, span, next),
            ExprKind::Select(both) => self.select(at, &both.0, &both.1, span, next),
            ExprKind::Split(both) => self.split(at, &both.0, &both.1, span, next),
            ExprKind::If(name, both) => {
                let outcome = self.outcome(at, name, next);
                let mut alts: Vec<Alt<Node>> = Vec::new();
                let mut open = None;
                for (guards, branch, value) in [(&outcome.yes, &both.0, true), (&outcome.no, &both.1, false)]
                {
                    let Some(guards) = guards else { continue };
                    let t = self.assuming(at, name, value, || self.tree(at, branch, next));
                    open = open.or_else(|| t.open().cloned());
                    alts.extend(under(&t, guards));
                }
                bounded(alts, open, span)
            }
            ExprKind::Find(args) => self.find(at, args, span, next),
            ExprKind::Import(name) => {
                if let Some(t) = self.imported(at, name, span, next) {
                    return t;
                }
                let detail = match self.part(at, name, next).alts() {
                    [Alt { value: Some(Value::Str(s)), .. }] => {
                        format_smolstr!("`{s}` is imported from another stack")
                    }
                    _ => "it is imported from another stack".into(),
                };
                Tree::unknown(Why::new(Reason::Imported, detail), span)
            }
            ExprKind::State(e) => self.tree(at, e, next).filter_map("a constant truth value", |n| match n {
                Node::Absent => Some(Node::Absent),
                Node::Leaf(v) => {
                    v.as_bool().map(|on| Node::Leaf(Value::str(if on { "ENABLED" } else { "DISABLED" })))
                }
                _ => None,
            }),
            ExprKind::Taken(t) => self.taken(at, t, span, next),
            ExprKind::Include(path) => {
                let why = format!("`{path}` is included, and was not read");
                Tree::unknown(Why::new(Reason::Macro, why), span)
            }
            ExprKind::Opaque(why) => Tree::unknown(why.clone(), span),
        }
    }

    /// A value that holds on some ground.
    fn taken(&self, at: usize, t: &Taken, span: Span, depth: usize) -> Tree {
        match (&t.value, &t.open, &t.symbol) {
            (Some(e), open, _) => {
                let tree = self.tree(at, e, depth);
                let mut alts = tree.alts().to_vec();
                for a in alts.iter_mut().filter(|a| a.basis == Basis::Written) {
                    a.basis = t.basis.clone();
                }
                Tree::new(alts, tree.open().or(open.as_ref()).cloned(), span)
            }
            (None, None, Some(symbol)) => Tree::leaf(Value::Param(symbol.clone()), span),
            (None, open, _) => {
                Tree::unknown(open.clone().unwrap_or_else(|| Why::other("a value that is not known")), span)
            }
        }
    }

    /// An element of a list: `null` is a value there.
    fn element(&self, at: usize, e: &Expr, depth: usize) -> Tree {
        if e.is_null() { Tree::leaf(Value::Null, e.span) } else { self.tree(at, e, depth) }
    }

    fn reference(&self, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let instance = &self.instances[at];
        if name.starts_with("AWS::") {
            return Tree::leaf(Value::Pseudo(name.clone()), span);
        }
        if let Some(p) = instance.facts.parameters.iter().find(|p| p.name == *name) {
            let t = self.parameter(at, p, depth);
            if self.assumed.borrow().is_empty() {
                return placed(&t, span);
            }
            let possible = t.alts().iter().filter(|a| self.is_possible(at, p, &a.value)).cloned().collect();
            return placed(&Tree::new(possible, t.open().cloned(), span), span);
        }
        let name = instance.facts.redirects.get(name).unwrap_or(name);
        match instance.names.get(name.as_str()) {
            Some(Entity::Resource(id, raw)) => {
                let raw = &instance.facts.resources[*raw];
                self.identity(at, *id, raw, attr::of_ref(&raw.type_name), span, depth)
            }
            Some(Entity::Child(_)) => Tree::unknown(Why::other("the id of a nested stack"), span),
            None => Tree::unknown(not_here(name), span),
        }
    }

    fn attribute(&self, at: usize, name: &SmolStr, attribute: &str, span: Span, depth: usize) -> Tree {
        let instance = &self.instances[at];
        let dotted = format_smolstr!("{name}.{attribute}");
        if instance.facts.redirects.contains_key(&dotted) {
            return self.reference(at, &dotted, span, depth);
        }
        let name = instance.facts.redirects.get(name).unwrap_or(name);
        match instance.names.get(name.as_str()) {
            Some(Entity::Resource(id, raw)) => {
                let raw = &instance.facts.resources[*raw];
                let attr = attr::of_attribute(&raw.type_name, attribute);
                self.identity(at, *id, raw, attr, span, depth)
            }
            Some(Entity::Child(child)) => {
                let output = attribute.strip_prefix("Outputs.");
                let facts = self.instances[*child].facts;
                match output.and_then(|o| facts.outputs.iter().find(|x| x.name == o)) {
                    Some(o) => {
                        let t = placed(&self.output(*child, o, depth), span);
                        match o.condition.as_ref().map(|c| self.outcome(*child, c, depth)) {
                            Some(Outcome { yes: Some(g), .. }) => {
                                let open = t.open().cloned();
                                bounded(under(&t, &g), open, span)
                            }
                            Some(_) => Tree::unknown(not_here(&dotted), span),
                            None => t,
                        }
                    }
                    None => Tree::unknown(not_here(&dotted), span),
                }
            }
            None => Tree::unknown(not_here(name), span),
        }
    }

    /// The value of an import from a stack that is deployed together with this one.
    fn imported(&self, at: usize, name: &Expr, span: Span, depth: usize) -> Option<Tree> {
        let key = (self.groups.get(&at)?.clone(), name.as_text()?.into());
        let (from, output) = (*self.exports.get(&key)?)?;
        let output = self.instances[from].facts.outputs.get(output)?;
        output.condition.is_none().then(|| placed(&self.output(from, output, depth), span))
    }

    fn output(&self, at: usize, o: &Output, depth: usize) -> Tree {
        let key = self.key(at, &o.name);
        match self.outputs.borrow().get(&key) {
            Some(Some(t)) => return t.clone(),
            Some(None) => {
                return Tree::unknown(Why::new(Reason::Budget, "outputs in a circle"), o.value.span);
            }
            None => {}
        }
        self.outputs.borrow_mut().insert(key.clone(), None);
        let t = self.apart(|| self.tree(at, &o.value, depth));
        self.outputs.borrow_mut().insert(key, Some(t.clone()));
        t
    }

    /// An identity of a resource, under the condition the resource exists under.
    fn identity(
        &self,
        at: usize,
        id: ResourceId,
        raw: &RawResource,
        attr: Attr,
        span: Span,
        depth: usize,
    ) -> Tree {
        let guards = self.guards_of(at, raw.condition.as_ref(), depth);
        let alt = Alt { value: Node::Leaf(Value::Of(id, attr)), span, basis: Basis::Written, guards };
        Tree::new(vec![alt], None, span)
    }

    /// The guards of a resource with that condition; none where it is decided.
    pub(crate) fn guards_of(&self, at: usize, condition: Option<&SmolStr>, depth: usize) -> Guards {
        condition.and_then(|c| self.outcome(at, c, depth).yes).unwrap_or_default()
    }

    /// Whether a condition can never hold.
    pub(crate) fn is_never(&self, at: usize, condition: Option<&SmolStr>) -> bool {
        condition.is_some_and(|c| self.outcome(at, c, 0).yes.is_none())
    }

    /// A value as a part of text.
    pub(super) fn part(&self, at: usize, expr: &Expr, depth: usize) -> Prop<Option<Value>> {
        match &expr.kind {
            ExprKind::Ref(name) => {
                if let Some(p) = self.instances[at].facts.parameters.iter().find(|p| p.name == *name) {
                    if matches!(self.parameter(at, p, depth).alts(), [Alt { value: Node::List { .. }, .. }]) {
                        return Prop::unknown(Why::other("a list inside text"), expr.span);
                    }
                    return Prop::known(Some(self.symbol(at, p, depth)), expr.span);
                }
            }
            ExprKind::Import(name) if self.imported(at, name, expr.span, depth).is_none() => {
                let name = self.part(at, name, depth);
                if let Some(Some(v)) = name.only() {
                    // One export has one value in a deployment, so it equals itself.
                    return Prop::known(Some(Value::Param(format_smolstr!("import {v}"))), expr.span);
                }
            }
            ExprKind::Taken(t) => {
                if let Some(symbol) = &t.symbol {
                    return Prop::known(Some(Value::Param(symbol.clone())), expr.span);
                }
            }
            ExprKind::Scalar(s) => {
                if let Some(v) = with_references(&s.text) {
                    return Prop::known(Some(v), expr.span);
                }
            }
            _ => {}
        }
        self.tree(at, expr, depth).values()
    }
}

fn not_here(name: &str) -> Why {
    Why::new(Reason::NotInTree, format!("`{name}` is not in this template"))
}

/// The alternatives under more guards; contradictions never exist.
fn under(t: &Tree, guards: &Guards) -> Vec<Alt<Node>> {
    t.alts().iter().filter_map(|a| guards.and(&a.guards).map(|guards| Alt { guards, ..a.clone() })).collect()
}

/// The alternatives as part of an outer alternative.
pub(super) fn below(t: &Tree, outer: &Alt<Node>) -> Vec<Alt<Node>> {
    let mut alts = under(t, &outer.guards);
    for a in &mut alts {
        if a.basis == Basis::Written {
            a.basis = outer.basis.clone();
        }
    }
    alts
}

/// The alternatives seen from the place of use.
pub(super) fn placed(t: &Tree, span: Span) -> Tree {
    let alts = t
        .alts()
        .iter()
        .map(|a| {
            let mut a = Alt { span, ..a.clone() };
            if let Node::List { items, .. } = &mut a.value {
                for i in items {
                    *i = placed(i, span);
                }
            }
            a
        })
        .collect();
    Tree::new(alts, t.open().cloned(), span)
}

pub(super) fn bounded(alts: Vec<Alt<Node>>, open: Option<Why>, span: Span) -> Tree {
    if alts.len() > MAX_ALTERNATIVES {
        return Tree::unknown(Why::new(Reason::Budget, "too many possibilities"), span);
    }
    Tree::new(alts, open, span)
}

/// The tree of a scalar.
fn scalar(text: &SmolStr, plain: bool, span: Span) -> Tree {
    match with_references(text) {
        Some(Value::Param(_)) => Tree::unknown(
            Why::new(Reason::Imported, "a dynamic reference is resolved when it is deployed"),
            span,
        ),
        Some(v) => Tree::leaf(v, span),
        None => Tree::leaf(if plain { typed_scalar(text) } else { Value::Str(text.clone()) }, span),
    }
}

/// The value of a plain scalar. Only what every YAML reader agrees on is typed: `012345678901` and `3.10` stay text.
fn typed_scalar(text: &SmolStr) -> Value {
    match text.as_str() {
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        t => match t.parse::<i64>() {
            Ok(n) if n.to_string() == t => Value::Int(n),
            _ => Value::Str(text.clone()),
        },
    }
}

/// Text with dynamic references (`{{resolve:ssm:…}}`): each is a symbol that equals itself.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
fn with_references(text: &str) -> Option<Value> {
    if !text.contains("{{resolve:") {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(i) = rest.find("{{resolve:") {
        let Some(end) = rest[i..].find("}}").map(|e| i + e + 2) else { break };
        parts.push(Value::str(&rest[..i]));
        parts.push(Value::Param(rest[i..end].into()));
        rest = &rest[end..];
    }
    parts.push(Value::str(rest));
    Some(Value::concat(parts))
}
