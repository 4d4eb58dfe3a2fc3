//! The evaluator: expressions to trees of guarded alternatives. No other place resolves anything.

use super::attr;
use super::condition::Outcome;
use super::expr::{Expr, ExprKind, SubPart};
use super::facts::{Output, Parameter, RawResource, TemplateFacts};
use lamlint_model::ResourceId;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Prop, Reason, Why};
use lamlint_model::value::{Attr, Value, split_symbolic};
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Bound on nesting, references included.
const MAX_DEPTH: usize = 160;
/// Bound on the alternatives of one property.
const MAX_ALTERNATIVES: usize = 32;

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

/// All instances, and what was resolved so far.
#[derive(Debug, Default)]
pub(crate) struct Eval<'a> {
    pub(crate) instances: Vec<Instance<'a>>,
    /// `None` while it is being resolved.
    parameters: RefCell<FxHashMap<(usize, SmolStr), Option<Tree>>>,
    outputs: RefCell<FxHashMap<(usize, SmolStr), Option<Tree>>>,
    pub(super) conditions: RefCell<FxHashMap<(usize, SmolStr), Option<Outcome>>>,
    /// How conditions come out when one parameter has one value.
    pub(super) decided: RefCell<FxHashMap<(usize, SmolStr, SmolStr, SmolStr), Option<bool>>>,
    /// The conditions, with their outcome, under which something is being evaluated.
    assumed: RefCell<Vec<(usize, SmolStr, bool)>>,
    /// A parameter that is taken to have one value.
    pub(super) pinned: RefCell<Option<(usize, SmolStr, SmolStr)>>,
}

/// The alternatives of one text under construction.
struct Row {
    parts: Vec<Value>,
    basis: Basis,
    guards: Guards,
}

impl<'a> Eval<'a> {
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
            ExprKind::Opaque(why) => Tree::unknown(why.clone(), span),
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

    fn parameter(&self, at: usize, p: &Parameter, depth: usize) -> Tree {
        if let Some((i, name, text)) = &*self.pinned.borrow()
            && (*i, name) == (at, &p.name)
        {
            let span = self.instances[at].facts.file_start();
            return Tree::known(typed(p, text, span), span);
        }
        let key = self.key(at, &p.name);
        let symbol =
            || Tree::leaf(Value::Param(self.own_symbol(at, p)), self.instances[at].facts.file_start());
        match self.parameters.borrow().get(&key) {
            Some(Some(t)) => return t.clone(),
            Some(None) => return symbol(),
            None => {}
        }
        self.parameters.borrow_mut().insert(key.clone(), None);
        let t = self.apart(|| self.parameter_value(at, p, depth));
        self.parameters.borrow_mut().insert(key, Some(t.clone()));
        t
    }

    fn parameter_value(&self, at: usize, p: &Parameter, depth: usize) -> Tree {
        let instance = &self.instances[at];
        let span = instance.facts.file_start();
        let is_list = is_list(p);
        let unknown = || {
            if is_list {
                let why = Why::new(Reason::Parameter, format!("parameter `{}` has no known value", p.name));
                Tree::known(Node::List { items: Vec::new(), open: Some(why) }, span)
            } else {
                Tree::leaf(Value::Param(self.own_symbol(at, p)), span)
            }
        };
        let typed = |text: &str| typed(p, text, span);
        // The value of such a parameter is what stands under the path, not the path.
        if p.type_name.starts_with("AWS::SSM::Parameter::Value") {
            return unknown();
        }
        if let Some((parent, passed)) = instance.parent {
            if let Some(e) = passed.get(&p.name).filter(|e| !e.is_null()) {
                let t = self.tree(parent, e, depth);
                return t.filter_map("a value", |n| match n {
                    Node::Leaf(Value::Str(s)) => Some(typed(s)),
                    n => Some(n.clone()),
                });
            }
            if !matches!(passed.kind, ExprKind::Map(_, None)) {
                return unknown();
            }
        }
        if let Some(given) = instance.given.get(&p.name)
            && let Some(first) = given.first()
        {
            let alone = given.iter().all(|g| g.text == first.text);
            let mut alts = Vec::new();
            let mut open = None;
            for g in given.iter().take(if alone { 1 } else { usize::MAX }) {
                let guards =
                    if alone { None } else { Guards::none().with("deployment", g.deployment.clone()) };
                let guards = guards.unwrap_or_default();
                match (&g.text, &p.default) {
                    (Some(t), _) => {
                        alts.push(Alt { value: typed(t), span, basis: Basis::Written, guards });
                    }
                    (None, Some(d)) => {
                        let basis = Basis::ParameterDefault(p.name.clone());
                        alts.push(Alt { value: typed(d.as_text().unwrap_or("")), span, basis, guards });
                    }
                    (None, None) => {
                        open =
                            Some(Why::new(Reason::Parameter, format!("parameter `{}` has no value", p.name)));
                    }
                }
            }
            return Tree::new(alts, open, span);
        }
        let default = p.default.as_ref().and_then(Expr::as_text);
        if !p.allowed.is_empty() && p.allowed.len() <= MAX_ALTERNATIVES && !is_list {
            let subject = format_smolstr!("parameter {}{}", instance.prefix, p.name);
            let alts = p
                .allowed
                .iter()
                .map(|v| {
                    let basis = if default == Some(v) {
                        Basis::ParameterDefault(p.name.clone())
                    } else {
                        Basis::ParameterAllowed(p.name.clone())
                    };
                    let guards = match p.allowed.len() {
                        1 => Guards::none(),
                        _ => Guards::none().with(subject.clone(), v.clone()).unwrap_or_default(),
                    };
                    Alt { value: typed(v), span, basis, guards }
                })
                .collect();
            return Tree::new(alts, None, span);
        }
        match default {
            Some(d) => {
                let alt = Alt {
                    value: typed(d),
                    span,
                    basis: Basis::ParameterDefault(p.name.clone()),
                    guards: Guards::none(),
                };
                let why = Why::new(Reason::Parameter, format!("parameter `{}` may be overridden", p.name));
                Tree::new(vec![alt], Some(why), span)
            }
            None => unknown(),
        }
    }

    fn own_symbol(&self, at: usize, p: &Parameter) -> SmolStr {
        format_smolstr!("{}{}", self.instances[at].prefix, p.name)
    }

    /// A parameter inside text: its value where there is only one, else a symbol that equals itself.
    fn symbol(&self, at: usize, p: &Parameter, depth: usize) -> Value {
        let t = self.parameter(at, p, depth);
        if let Some(Node::Leaf(v)) = t.only()
            && t.alts().iter().all(|a| !matches!(a.basis, Basis::ParameterDefault(_)))
        {
            return v.clone();
        }
        if let Some((parent, passed)) = self.instances[at].parent
            && let Some(Expr { kind: ExprKind::Ref(name), .. }) = passed.get(&p.name)
            && let Some(q) = self.instances[parent].facts.parameters.iter().find(|q| q.name == *name)
        {
            return self.symbol(parent, q, depth);
        }
        Value::Param(self.own_symbol(at, p))
    }

    /// A value as a part of text.
    fn part(&self, at: usize, expr: &Expr, depth: usize) -> Prop<Option<Value>> {
        match &expr.kind {
            ExprKind::Ref(name) => {
                if let Some(p) = self.instances[at].facts.parameters.iter().find(|p| p.name == *name) {
                    if matches!(self.parameter(at, p, depth).alts(), [Alt { value: Node::List { .. }, .. }]) {
                        return Prop::unknown(Why::other("a list inside text"), expr.span);
                    }
                    return Prop::known(Some(self.symbol(at, p, depth)), expr.span);
                }
            }
            ExprKind::Import(name) => {
                let name = self.part(at, name, depth);
                if let Some(Some(v)) = name.only() {
                    // One export has one value in a deployment, so it equals itself.
                    return Prop::known(Some(Value::Param(format_smolstr!("import {v}"))), expr.span);
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

    fn join(&self, at: usize, delimiter: &Expr, list: &Expr, span: Span, depth: usize) -> Tree {
        let delimiter = match self.part(at, delimiter, depth).only() {
            Some(Some(Value::Str(s))) => s.clone(),
            _ => return Tree::unknown(Why::other("the delimiter is not constant"), span),
        };
        if let ExprKind::List(items, None) = &list.kind {
            let parts: Vec<_> = items.iter().map(|e| self.part(at, e, depth)).collect();
            return joined(&parts, &delimiter, span);
        }
        let list = self.tree(at, list, depth);
        let mut alts = Vec::new();
        let mut open = list.open().cloned();
        for a in list.alts() {
            let Node::List { items, open: None } = &a.value else {
                open = open.or_else(|| Some(Why::other("a list that is not known")));
                continue;
            };
            let parts: Vec<_> = items.iter().map(Tree::values).collect();
            let t = joined(&parts, &delimiter, span);
            open = open.or_else(|| t.open().cloned());
            alts.extend(below(&t, a));
        }
        bounded(alts, open, span)
    }

    fn select(&self, at: usize, index: &Expr, list: &Expr, span: Span, depth: usize) -> Tree {
        let index = match self.tree(at, index, depth).ints().only() {
            Some(Some(i)) => usize::try_from(*i).unwrap_or(usize::MAX),
            _ => return Tree::unknown(Why::other("the index is not constant"), span),
        };
        if let ExprKind::List(items, None) = &list.kind
            && let Some(e) = items.get(index)
        {
            return self.tree(at, e, depth);
        }
        let list = self.tree(at, list, depth);
        let mut alts = Vec::new();
        let mut open = list.open().cloned();
        for a in list.alts() {
            match &a.value {
                Node::List { items, open: None } if index < items.len() => {
                    let t = placed(&items[index], span);
                    open = open.or_else(|| t.open().cloned());
                    alts.extend(below(&t, a));
                }
                _ => open = open.or_else(|| Some(Why::other("an element that is not known"))),
            }
        }
        bounded(alts, open, span)
    }

    fn split(&self, at: usize, delimiter: &Expr, text: &Expr, span: Span, depth: usize) -> Tree {
        let delimiter = match self.part(at, delimiter, depth).only() {
            Some(Some(Value::Str(s))) if !s.is_empty() => s.clone(),
            _ => return Tree::unknown(Why::other("the delimiter is not constant"), span),
        };
        let text = match &text.kind {
            // Values of a parameter, not its symbol: they are what is split.
            ExprKind::Ref(_) => self.tree(at, text, depth).values(),
            _ => self.part(at, text, depth),
        };
        text.filter_map("text that can be split", |v| {
            let list = |pieces: Vec<Value>, open| Node::List {
                items: pieces.into_iter().map(|v| Tree::leaf(v, span)).collect(),
                open,
            };
            match v.as_ref()? {
                Value::Str(s) => Some(list(s.split(delimiter.as_str()).map(Value::str).collect(), None)),
                Value::Concat(parts) => {
                    let mut chars = delimiter.chars();
                    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
                    parts.iter().all(|p| may_not_hold(p, c)).then(|| list(split_symbolic(parts, c), None))
                }
                _ => None,
            }
        })
    }

    fn find(&self, at: usize, args: &(Expr, Expr, Expr, Option<Expr>), span: Span, depth: usize) -> Tree {
        let (map, first, second, default) = args;
        let missing = || Tree::unknown(Why::other("no such entry in `Mappings`"), span);
        let map = self.part(at, map, depth);
        let Some(Some(Value::Str(map))) = map.only() else { return missing() };
        let mappings = &self.instances[at].facts.mappings;
        let Some(map) = mappings.iter().find(|m| m.key == *map).map(|m| &m.value) else {
            return missing();
        };
        // Values are literal; what is not would name mappings again.
        let literal = |e: &Expr| match &e.kind {
            ExprKind::List(items, None) => items.iter().all(|i| i.as_text().is_some()),
            _ => e.as_text().is_some(),
        };
        if !map.entries().iter().flat_map(|e| e.value.entries()).all(|e| literal(&e.value)) {
            return missing();
        }
        let keys = |e: &Expr| self.tree(at, e, depth).values();
        let (first, second) = (keys(first), keys(second));
        // Whatever the keys are: when all candidates agree, the value is known.
        let candidates = |keys: &Prop<Option<Value>>, of: &Expr| -> Vec<SmolStr> {
            let constant: Option<Vec<SmolStr>> = keys
                .alts()
                .iter()
                .map(|a| a.value.as_ref().and_then(Value::as_str).map(SmolStr::from))
                .collect();
            match (constant, keys.open()) {
                (Some(c), None) => c,
                _ => of.entries().iter().map(|e| e.key.clone()).collect(),
            }
        };
        let all: Vec<Option<&Expr>> = candidates(&first, map)
            .iter()
            .flat_map(|k| match map.get(k) {
                Some(inner) => candidates(&second, inner).iter().map(|k| inner.get(k)).collect(),
                None => vec![None],
            })
            .collect();
        if let Some(Some(one)) = all.first()
            && default.is_none()
            && one.as_text().is_some()
            && all.iter().all(|e| e.is_some_and(|e| e.as_text() == one.as_text()))
        {
            return placed(&self.tree(at, one, depth), span);
        }
        let mut alts = Vec::new();
        let mut open = first.open().or(second.open()).cloned();
        for a in first.alts() {
            for b in second.alts() {
                let Some(guards) = a.guards.and(&b.guards) else { continue };
                let (Some(Value::Str(x)), Some(Value::Str(y))) = (&a.value, &b.value) else {
                    open = open.or_else(|| Some(Why::other("the key of the mapping is not constant")));
                    continue;
                };
                let basis = if a.basis == Basis::Written { b.basis.clone() } else { a.basis.clone() };
                let found = match (map.get(x).and_then(|m| m.get(y)), default) {
                    (Some(e), _) | (None, Some(e)) => self.tree(at, e, depth),
                    (None, None) => missing(),
                };
                open = open.or_else(|| found.open().cloned());
                let outer = Alt { value: Node::Absent, span, basis, guards };
                alts.extend(below(&placed(&found, span), &outer));
            }
        }
        bounded(alts, open, span)
    }
}

impl TemplateFacts {
    /// A span for values that stand nowhere; replaced by the place of use.
    pub(super) fn file_start(&self) -> Span {
        Span::new(self.file, 0, 0)
    }
}

fn is_list(p: &Parameter) -> bool {
    p.type_name == "CommaDelimitedList" || p.type_name.contains("List<")
}

/// A parameter's value from its text.
fn typed(p: &Parameter, text: &str, span: Span) -> Node {
    if is_list(p) {
        let items = text.split(',').map(|t| Tree::leaf(Value::str(t.trim()), span)).collect();
        return Node::List { items, open: None };
    }
    Node::Leaf(match text.trim().parse::<i64>() {
        Ok(n) if p.type_name == "Number" => Value::Int(n),
        _ => Value::str(text),
    })
}

/// The text a parameter's value was read from.
fn text_of(node: &Node) -> Option<SmolStr> {
    match node {
        Node::Leaf(Value::Str(s)) => Some(s.clone()),
        Node::Leaf(Value::Int(i)) => Some(format_smolstr!("{i}")),
        Node::List { items, open: None } => {
            let items: Option<Vec<SmolStr>> = items.iter().map(|t| t.only().and_then(text_of)).collect();
            items.map(|i| i.join(",").into())
        }
        _ => None,
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
fn below(t: &Tree, outer: &Alt<Node>) -> Vec<Alt<Node>> {
    let mut alts = under(t, &outer.guards);
    for a in &mut alts {
        if a.basis == Basis::Written {
            a.basis = outer.basis.clone();
        }
    }
    alts
}

/// The alternatives seen from the place of use.
fn placed(t: &Tree, span: Span) -> Tree {
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

fn bounded(alts: Vec<Alt<Node>>, open: Option<Why>, span: Span) -> Tree {
    if alts.len() > MAX_ALTERNATIVES {
        return Tree::unknown(Why::new(Reason::Budget, "too many possibilities"), span);
    }
    Tree::new(alts, open, span)
}

/// Text from parts; absent parts are left out together with their delimiter.
fn joined(parts: &[Prop<Option<Value>>], delimiter: &str, span: Span) -> Tree {
    let mut rows = vec![Row { parts: Vec::new(), basis: Basis::Written, guards: Guards::none() }];
    let mut open = None;
    for p in parts {
        open = open.or_else(|| p.open().cloned());
        let mut next = Vec::new();
        for row in &rows {
            for a in p.alts() {
                let Some(guards) = row.guards.and(&a.guards) else { continue };
                let mut parts = row.parts.clone();
                match &a.value {
                    Some(Value::List(..) | Value::Map(..)) => {
                        open = open.or_else(|| Some(Why::other("not text")));
                        continue;
                    }
                    Some(v) => {
                        if !parts.is_empty() && !delimiter.is_empty() {
                            parts.push(Value::str(delimiter));
                        }
                        parts.push(v.clone());
                    }
                    None => {}
                }
                let basis = if row.basis == Basis::Written { a.basis.clone() } else { row.basis.clone() };
                next.push(Row { parts, basis, guards });
            }
        }
        if next.len() > MAX_ALTERNATIVES {
            return Tree::unknown(Why::new(Reason::Budget, "too many possibilities"), span);
        }
        rows = next;
    }
    let alts = rows
        .into_iter()
        .map(|r| Alt { value: Node::Leaf(Value::concat(r.parts)), span, basis: r.basis, guards: r.guards })
        .collect();
    Tree::new(alts, open, span)
}

/// Whether a part of text certainly does not hold that character.
fn may_not_hold(part: &Value, c: char) -> bool {
    match part {
        Value::Str(_) => true,
        Value::Pseudo(p) => {
            matches!(p.as_str(), "AWS::Region" | "AWS::AccountId" | "AWS::Partition")
                && matches!(c, ':' | '/' | ',')
        }
        Value::Of(_, Attr::Name) => matches!(c, ':' | ','),
        _ => false,
    }
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
