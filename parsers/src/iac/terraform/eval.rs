//! The evaluator: expressions of a module instance to trees. No other place resolves anything.

use super::expr::{Block, Body, Expr, ExprKind, For, Operator, Part, Step};
use super::module::{Expansion, Instance, Key, Shape};
use super::trees::{
    MAX_ITEMS, MAX_NODES, bind, bounded, budget, combine, entry, error, is_error, list, only_under, part,
    plain, settled, size, text, truth, under,
};
use super::{documents, functions, schema};
use crate::files::Files;
use crate::iac::eval::placed;
use lamlint_model::ResourceId;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Reason, Why};
use lamlint_model::value::{Attr, Same, Value};
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Bound on nesting, references included.
const MAX_DEPTH: usize = 120;
/// Bound on the work of a run.
const MAX_STEPS: u64 = 3_000_000;

/// The attribute that stands for a whole resource while it is only passed on.
pub(super) const SELF: &str = "\0self";

/// What an expression is evaluated in: a module instance, and the variables of loops around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'f> {
    pub(super) at: usize,
    pub(super) frame: Option<&'f Frame<'f>>,
}

/// A variable of a loop.
#[derive(Debug)]
pub(super) struct Frame<'f> {
    pub(super) name: SmolStr,
    pub(super) value: Tree,
    pub(super) up: Option<&'f Frame<'f>>,
}

impl Scope<'_> {
    pub(super) fn of(at: usize) -> Self {
        Self { at, frame: None }
    }

    pub(super) fn value(&self, name: &str) -> Option<&Tree> {
        let mut frame = self.frame;
        while let Some(f) = frame {
            if f.name == name {
                return Some(&f.value);
            }
            frame = f.up;
        }
        None
    }
}

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Memo {
    Local(usize, SmolStr),
    Variable(usize, SmolStr),
    Output(usize, SmolStr),
    /// `for_each` of a block, by the place of its header.
    Each(usize, Span),
    Argument(usize, SmolStr),
    Document(usize, usize, usize),
}

/// An instance of a resource.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) at: usize,
    pub(super) declared: usize,
    pub(super) key: Key,
    pub(super) guards: Guards,
}

/// All instances of modules, and what was resolved so far.
pub(super) struct Eval<'m> {
    pub(super) instances: Vec<Instance<'m>>,
    pub(super) vfs: &'m dyn Files,
    pub(super) slots: RefCell<Vec<Slot>>,
    /// The number of the first resource.
    pub(super) base: u32,
    /// From slots to numbers and back, once they are in order.
    pub(super) numbers: Vec<u32>,
    pub(super) order: Vec<usize>,
    expansions: RefCell<FxHashMap<(usize, usize), Option<Rc<Expansion>>>>,
    memo: RefCell<FxHashMap<Memo, Option<Tree>>>,
    steps: Cell<u64>,
}

impl<'m> Eval<'m> {
    pub(super) fn new(vfs: &'m dyn Files, base: u32) -> Self {
        Self {
            instances: Vec::new(),
            vfs,
            slots: RefCell::default(),
            base,
            numbers: Vec::new(),
            order: Vec::new(),
            expansions: RefCell::default(),
            memo: RefCell::default(),
            steps: Cell::new(0),
        }
    }

    /// Forget what was resolved (more is known meanwhile); which instances there are stays.
    pub(super) fn forget(&self) {
        self.memo.borrow_mut().clear();
    }

    /// Whether the bound on work was reached.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps.get() > MAX_STEPS
    }

    pub(super) fn id(&self, slot: usize) -> ResourceId {
        let number =
            self.numbers.get(slot).copied().unwrap_or_else(|| u32::try_from(slot).unwrap_or(u32::MAX));
        ResourceId(self.base.saturating_add(number))
    }

    fn slot(&self, id: ResourceId) -> Option<usize> {
        let number = id.0.checked_sub(self.base)? as usize;
        if self.order.is_empty() { Some(number) } else { self.order.get(number).copied() }
    }

    fn remembered(&self, key: Memo, span: Span, f: impl FnOnce() -> Tree) -> Tree {
        match self.memo.borrow().get(&key) {
            Some(Some(t)) => return t.clone(),
            Some(None) => {
                return Tree::unknown(
                    Why::new(Reason::Budget, "values that name each other in a circle"),
                    span,
                );
            }
            None => {}
        }
        self.memo.borrow_mut().insert(key.clone(), None);
        let mut t = f();
        if size(&t) > MAX_NODES {
            t = Tree::unknown(budget(), span);
        }
        self.memo.borrow_mut().insert(key, Some(t.clone()));
        t
    }

    /// Where something stands: in a module that comes with the tool, at its call.
    pub(super) fn place(&self, at: usize, span: Span) -> Span {
        self.instances[at].stands_for.unwrap_or(span)
    }

    pub(super) fn tree(&self, s: Scope<'_>, e: &Expr, depth: usize) -> Tree {
        let span = self.place(s.at, e.span);
        self.steps.set(self.steps.get() + 1);
        if depth > MAX_DEPTH || self.is_exhausted() {
            return Tree::unknown(budget(), span);
        }
        let next = depth + 1;
        match &e.kind {
            ExprKind::Null => Tree::absent_at(span),
            ExprKind::Bool(b) => Tree::leaf(Value::Bool(*b), span),
            ExprKind::Int(i) => Tree::leaf(Value::Int(*i), span),
            ExprKind::Float(f) => Tree::leaf(Value::Float(*f), span),
            ExprKind::Text(t) => Tree::leaf(Value::Str(t.clone()), span),
            ExprKind::Template(parts) => match &parts[..] {
                [Part::Hole(e)] => placed(&self.tree(s, e, next), span),
                _ => self.template(s, parts, span, next),
            },
            ExprKind::List(items) => {
                Tree::known(list(items.iter().map(|i| self.tree(s, i, next)).collect()), span)
            }
            ExprKind::Map(entries) => self.map(s, entries, span, next),
            ExprKind::Name(n) => match s.value(n) {
                Some(t) => placed(t, span),
                None => Tree::unknown(Why::other(format_smolstr!("`{n}` is not known here")), span),
            },
            ExprKind::Path(root, steps) => self.path(s, root, steps, span, next),
            ExprKind::If(c) => self.choice(s, c, span, next),
            ExprKind::Call(name, args, spread) => functions::call(self, s, name, args, *spread, span, next),
            ExprKind::Not(e) => {
                let t = self.tree(s, e, next);
                combine(&[t], span, |n| truth(n[0]).map(|b| Node::Leaf(Value::Bool(!b))))
            }
            ExprKind::Negate(e) => {
                let t = self.tree(s, e, next);
                combine(&[t], span, |n| match n[0] {
                    Node::Leaf(Value::Float(f)) => Some(Node::Leaf(Value::Float(-f))),
                    Node::Leaf(v) => Some(Node::Leaf(Value::Int(v.as_int()?.checked_neg()?))),
                    _ => None,
                })
            }
            ExprKind::Binary(o, both) => self.binary(s, *o, both, span, next),
            ExprKind::For(f) => self.for_expr(s, f, span, next),
        }
    }

    fn map(&self, s: Scope<'_>, entries: &[(Expr, Expr)], span: Span, depth: usize) -> Tree {
        let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
        let mut open = None;
        for (k, v) in entries {
            let key_span = self.place(s.at, k.span);
            let key = match &k.kind {
                // A word alone is a name, unless it is in parentheses, which are gone by now for loop variables only.
                ExprKind::Text(t) => Some(t.clone()),
                _ => plain(&self.tree(s, k, depth)).as_ref().and_then(text),
            };
            match key {
                Some(key) => {
                    let value = self.tree(s, v, depth);
                    out.retain(|e| e.key != key);
                    out.push(entry(key, value, key_span));
                }
                None => open = open.or_else(|| Some(Why::new(Reason::Dynamic, "a key is computed"))),
            }
        }
        Tree::known(Node::Map { entries: out, open }, span)
    }

    fn choice(&self, s: Scope<'_>, c: &(Expr, Expr, Expr), span: Span, depth: usize) -> Tree {
        let (yes, no) = self.outcome(s, &c.0, depth);
        let mut alts: Vec<Alt<Node>> = Vec::new();
        let mut open = None;
        for (guards, branch) in [(yes, &c.1), (no, &c.2)] {
            let Some(guards) = guards else { continue };
            let t = under(&self.tree(s, branch, depth), &guards);
            open = open.or_else(|| t.open().cloned());
            alts.extend(t.alts().iter().cloned());
        }
        bounded(alts, open, span)
    }

    fn binary(&self, s: Scope<'_>, o: Operator, both: &(Expr, Expr), span: Span, depth: usize) -> Tree {
        let (l, r) = (self.tree(s, &both.0, depth), self.tree(s, &both.1, depth));
        let bool = |b: bool| Some(Node::Leaf(Value::Bool(b)));
        // One side decides what the other can't change.
        let unit = match o {
            Operator::And => Some(false),
            Operator::Or => Some(true),
            _ => None,
        };
        if let Some(unit) = unit {
            for t in [&l, &r] {
                if t.only().and_then(truth) == Some(unit) {
                    return Tree::leaf(Value::Bool(unit), span);
                }
            }
        }
        combine(&[l, r], span, |n| {
            let (a, b) = (n[0], n[1]);
            match o {
                Operator::Equal | Operator::NotEqual => {
                    let same = equal(a, b)?;
                    bool(same == (o == Operator::Equal))
                }
                Operator::And => bool(truth(a)? && truth(b)?),
                Operator::Or => bool(truth(a)? || truth(b)?),
                _ => arithmetic(o, leaf(a)?, leaf(b)?).map(Node::Leaf),
            }
        })
    }

    /// The conditions under which something is true and under which it is false; `None`: it never is.
    pub(super) fn outcome(&self, s: Scope<'_>, e: &Expr, depth: usize) -> (Option<Guards>, Option<Guards>) {
        let always = || Some(Guards::none());
        if let ExprKind::Not(inner) = &e.kind {
            let (yes, no) = self.outcome(s, inner, depth + 1);
            return (no, yes);
        }
        if depth > MAX_DEPTH {
            let subject = self.by_place(s, e);
            return (Guards::none().with(subject.clone(), "true"), Guards::none().with(subject, "false"));
        }
        if let Some(found) = self.outcome_elsewhere(s, e, depth + 1) {
            return found;
        }
        let t = self.tree(s, e, depth + 1);
        let all: Option<Vec<(bool, &Guards)>> =
            t.alts().iter().map(|a| truth(&a.value).map(|b| (b, &a.guards))).collect();
        if t.open().is_none()
            && let Some(all) = &all
        {
            let ways = |wanted: bool| -> Vec<&Guards> {
                all.iter().filter(|(b, _)| *b == wanted).map(|(_, g)| *g).collect()
            };
            match (&ways(true)[..], &ways(false)[..]) {
                ([], _) => return (None, always()),
                (_, []) => return (always(), None),
                ([yes], [no]) if yes.and(no).is_none() => return (Some((*yes).clone()), Some((*no).clone())),
                _ => {}
            }
        }
        let named = |negative: bool| -> (Option<Guards>, Option<Guards>) {
            let subject = self.canon(s, e, depth + 1).unwrap_or_else(|| self.by_place(s, e));
            let g =
                |b: bool| Guards::none().with(subject.clone(), if b == negative { "false" } else { "true" });
            (g(true), g(false))
        };
        match &e.kind {
            ExprKind::Binary(o @ (Operator::And | Operator::Or), both) => {
                let (l, r) = (self.outcome(s, &both.0, depth + 1), self.outcome(s, &both.1, depth + 1));
                let (yes, no) = named(false);
                let join = |a: &Option<Guards>, b: &Option<Guards>| match (a, b) {
                    (Some(a), Some(b)) => a.and(b),
                    _ => None,
                };
                if *o == Operator::And {
                    match (join(&l.0, &r.0), &l, &r) {
                        (None, ..) => (None, always()),
                        // A side that is always true changes nothing.
                        (_, (Some(_), None), other) | (_, other, (Some(_), None)) => other.clone(),
                        (Some(both), ..) => (Some(both), no),
                    }
                } else {
                    match (join(&l.1, &r.1), &l, &r) {
                        (None, ..) => (always(), None),
                        (_, (None, Some(_)), other) | (_, other, (None, Some(_))) => other.clone(),
                        (Some(both), ..) => (yes, Some(both)),
                    }
                }
            }
            ExprKind::Binary(o @ (Operator::Equal | Operator::NotEqual), both) => {
                // What has one value has no other.
                let (l, r) = (self.tree(s, &both.0, depth + 1), self.tree(s, &both.1, depth + 1));
                let fixed = |t: &Tree| plain(t).as_ref().and_then(text);
                let is = match (fixed(&l), fixed(&r)) {
                    (Some(v), None) => self.canon(s, &both.1, depth + 1).map(|c| (c, v)),
                    (None, Some(v)) => self.canon(s, &both.0, depth + 1).map(|c| (c, v)),
                    _ => None,
                };
                let positive = Expr::new(ExprKind::Binary(Operator::Equal, both.clone()), e.span);
                let subject =
                    self.canon(s, &positive, depth + 1).unwrap_or_else(|| self.by_place(s, &positive));
                let holds = Guards::none().with(subject.clone(), "true");
                let fails = Guards::none().with(subject, "false");
                let holds = match is {
                    Some((c, v)) => holds.and_then(|h| h.with(c, v)),
                    None => holds,
                };
                if *o == Operator::Equal { (holds, fails) } else { (fails, holds) }
            }
            _ => named(false),
        }
    }

    /// A condition that has a name is the one the name stands for.
    fn outcome_elsewhere(
        &self,
        s: Scope<'_>,
        e: &Expr,
        depth: usize,
    ) -> Option<(Option<Guards>, Option<Guards>)> {
        let ExprKind::Path(root, steps) = &e.kind else { return None };
        let (ExprKind::Name(root), [Step::Attribute(name)]) = (&root.kind, &steps[..]) else { return None };
        let instance = &self.instances[s.at];
        match root.as_str() {
            "local" => {
                let e = instance.module.locals.get(name.as_str())?;
                Some(self.outcome(Scope::of(s.at), e, depth))
            }
            "var" => {
                let (parent, call, key) = instance.parent.as_ref()?;
                let e = call.body.get(name)?;
                Some(self.with_key(*parent, call, key, depth, |inner| self.outcome(inner, e, depth)))
            }
            _ => None,
        }
    }

    /// A name of a condition that has no better one.
    fn by_place(&self, s: Scope<'_>, e: &Expr) -> SmolStr {
        format_smolstr!("{}condition at byte {}", self.instances[s.at].path, e.span.start)
    }

    fn template(&self, s: Scope<'_>, parts: &[Part], span: Span, depth: usize) -> Tree {
        let mut trees: Vec<Tree> = Vec::with_capacity(parts.len());
        for p in parts {
            trees.push(match p {
                Part::Text(t) => Tree::leaf(Value::Str(t.clone()), span),
                Part::Hole(e) => self.as_part(s, e, depth),
                Part::If(c, yes, no) => {
                    let (y, n) = self.outcome(s, c, depth);
                    let mut alts = Vec::new();
                    let mut open = None;
                    for (guards, parts) in [(y, yes), (n, no)] {
                        let Some(guards) = guards else { continue };
                        let t = under(&self.template(s, parts, span, depth + 1), &guards);
                        open = open.or_else(|| t.open().cloned());
                        alts.extend(t.alts().iter().cloned());
                    }
                    bounded(alts, open, span)
                }
                Part::For { key, value, over, body } => {
                    let over = settled(&self.tree(s, over, depth));
                    bind(&over, span, |n, at| {
                        let Some((items, None)) = elements(n, at) else {
                            return Tree::unknown(
                                Why::new(Reason::Macro, "a loop over what is not known"),
                                span,
                            );
                        };
                        let mut out = Vec::new();
                        for (k, v) in items.into_iter().take(MAX_ITEMS) {
                            let value = Frame { name: value.clone(), value: v, up: s.frame };
                            let key = key.as_ref().map(|name| Frame {
                                name: name.clone(),
                                value: k,
                                up: Some(&value),
                            });
                            let inner = Scope { at: s.at, frame: key.as_ref().or(Some(&value)) };
                            out.push(self.template(inner, body, span, depth + 1));
                        }
                        joined(&out, "", span)
                    })
                }
            });
        }
        joined(&trees, "", span)
    }

    /// An expression as a part of text: what is not known for certain becomes a symbol that equals itself.
    pub(super) fn as_part(&self, s: Scope<'_>, e: &Expr, depth: usize) -> Tree {
        let t = self.tree(s, e, depth + 1);
        let sure = t.open().is_none()
            && t.alts().iter().all(|a| matches!(a.basis, Basis::Written) && (part(&a.value).is_some()));
        if sure {
            return t;
        }
        // Structures become the text of a document.
        if let Some(v) = t.only().filter(|n| matches!(n, Node::Map { .. } | Node::List { .. }))
            && let Some(text) = documents::render(v)
        {
            return Tree::leaf(text, t.span());
        }
        match self.canon(s, e, depth + 1) {
            Some(c) => Tree::leaf(Value::Param(c), t.span()),
            None => t,
        }
    }

    fn for_expr(&self, s: Scope<'_>, f: &For, span: Span, depth: usize) -> Tree {
        let over = self.tree(s, &f.over, depth);
        bind(&over, span, |n, at| {
            let Some((items, mut open)) = elements(n, at) else {
                let why = Why::new(Reason::Macro, "a loop over what is not known");
                return Tree::unknown(why, span);
            };
            if items.len() > MAX_ITEMS {
                return Tree::unknown(budget(), span);
            }
            let mut out: Vec<Tree> = Vec::new();
            let mut entries: Vec<Entry> = Vec::new();
            for (k, v) in items {
                let here = v.clone();
                let value = Frame { name: f.value.clone(), value: present(&v), up: s.frame };
                let key = f.key.as_ref().map(|name| Frame { name: name.clone(), value: k, up: Some(&value) });
                let inner = Scope { at: s.at, frame: key.as_ref().or(Some(&value)) };
                let (yes, no) = match &f.condition {
                    None => (Some(Guards::none()), None),
                    Some(c) => self.outcome(inner, c, depth),
                };
                let Some(yes) = yes else { continue };
                let made = self.tree(inner, &f.value_expr, depth);
                let mut made = match &no {
                    None => made,
                    no => only_under(&made, &yes, no.as_ref(), span),
                };
                // What an element is made of is not there either.
                let missing: Vec<&Alt<Node>> =
                    here.alts().iter().filter(|a| a.value == Node::Absent && !a.guards.is_empty()).collect();
                if !missing.is_empty() {
                    let mut alts = made.alts().to_vec();
                    alts.retain(|a| {
                        missing.iter().all(|m| m.guards.and(&a.guards) != Some(a.guards.clone()))
                    });
                    alts.extend(missing.into_iter().cloned());
                    made = bounded(alts, made.open().cloned(), span);
                }
                let Some(key_expr) = &f.key_expr else {
                    out.push(made);
                    continue;
                };
                let key_tree = self.as_part(inner, key_expr, depth);
                let key_span = self.place(s.at, key_expr.span);
                match plain(&key_tree) {
                    Some(Value::Str(key)) if f.grouping => match entries.iter_mut().find(|e| e.key == key) {
                        Some(e) => {
                            if let Some(Node::List { items, .. }) = e.value.only() {
                                let mut items = items.clone();
                                items.push(made);
                                e.value = Tree::known(list(items), span);
                            }
                        }
                        None => entries.push(entry(key, Tree::known(list(vec![made]), span), key_span)),
                    },
                    Some(Value::Str(key)) => {
                        entries.retain(|e| e.key != key);
                        entries.push(entry(key, made, key_span));
                    }
                    Some(v @ (Value::Concat(_) | Value::Param(_) | Value::Of(..))) => {
                        entries.push(entry(format_smolstr!("{v}"), made, key_span));
                    }
                    _ => open = open.or_else(|| Some(Why::new(Reason::Dynamic, "a key is computed"))),
                }
            }
            let node = match &f.key_expr {
                None => Node::List { items: out, open },
                Some(_) => Node::Map { entries, open },
            };
            Tree::known(node, span)
        })
    }

    fn path(&self, s: Scope<'_>, root: &Expr, steps: &[Step], span: Span, depth: usize) -> Tree {
        let ExprKind::Name(name) = &root.kind else {
            let t = self.tree(s, root, depth);
            return self.take(s, t, steps, span, depth);
        };
        if let Some(t) = s.value(name) {
            let t = placed(t, span);
            return self.take(s, t, steps, span, depth);
        }
        let attribute = |i: usize| match steps.get(i) {
            Some(Step::Attribute(a)) => Some(a),
            _ => None,
        };
        let unknown = |what: &str| Tree::unknown(Why::new(Reason::NotInTree, what), span);
        let Some(first) = attribute(0) else { return unknown("a reference that is not understood") };
        let (t, rest) = match name.as_str() {
            "var" => (self.variable(s.at, first, span, depth), 1),
            "local" => (self.local(s.at, first, span, depth), 1),
            "each" | "count" | "self" => {
                return Tree::unknown(Why::new(Reason::Macro, "a loop over what is not known"), span);
            }
            "path" => (self.dir(s.at, first, span), 1),
            "terraform" => (Tree::leaf(Value::Param(format_smolstr!("terraform.{first}")), span), 1),
            "module" => return self.module(s, first, steps, span, depth),
            "data" => match attribute(1) {
                Some(second) => (self.named(s, true, first, second, span, depth), 2),
                None => return unknown("a reference that is not understood"),
            },
            _ => (self.named(s, false, name, first, span, depth), 1),
        };
        self.take(s, t, steps.get(rest..).unwrap_or_default(), span, depth)
    }

    fn dir(&self, at: usize, which: &str, span: Span) -> Tree {
        let instance = &self.instances[at];
        match which {
            "module" => Tree::leaf(Value::Str(instance.from_root.clone()), span),
            "root" | "cwd" => Tree::leaf(Value::str("."), span),
            _ => Tree::unknown(Why::other("no such path"), span),
        }
    }

    fn local(&self, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let Some(e) = self.instances[at].module.locals.get(name.as_str()) else {
            return Tree::unknown(
                Why::new(Reason::NotInTree, format!("`local.{name}` is not in this module")),
                span,
            );
        };
        let t =
            self.remembered(Memo::Local(at, name.clone()), span, || self.tree(Scope::of(at), e, depth + 1));
        self.seen_from(at, &t, span)
    }

    /// A value from the place of its use; what callers pass to a module that comes with the tool stays where it is.
    fn seen_from(&self, at: usize, t: &Tree, span: Span) -> Tree {
        if self.instances[at].stands_for.is_some() { t.clone() } else { placed(t, span) }
    }

    pub(super) fn variable(&self, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let t = self.remembered(Memo::Variable(at, name.clone()), span, || {
            super::variables::value(self, at, name, self.place(at, span), depth + 1)
        });
        self.seen_from(at, &t, span)
    }

    /// A module call, or a part of what it gives.
    fn module(&self, s: Scope<'_>, name: &SmolStr, steps: &[Step], span: Span, depth: usize) -> Tree {
        let instance = &self.instances[s.at];
        let Some(call) = instance.calls.get(name.as_str()) else {
            let t = Tree::leaf(Value::Param(format_smolstr!("{}module.{name}", instance.path)), span);
            return self.take(s, t, &steps[1..], span, depth);
        };
        let of = |child: usize, guards: &Guards, rest: &[Step]| -> Tree {
            match rest.first() {
                Some(Step::Attribute(o)) => {
                    let t = self.output(child, o, span, depth);
                    under(&self.take(s, t, &rest[1..], span, depth), guards)
                }
                _ => {
                    let outputs = self.instances[child].module.outputs.keys();
                    let entries = outputs
                        .map(|o| entry(*o, self.output(child, &SmolStr::new(o), span, depth), span))
                        .collect();
                    let t = Tree::known(Node::Map { entries, open: None }, span);
                    under(&self.take(s, t, rest, span, depth), guards)
                }
            }
        };
        let rest = &steps[1..];
        match (call.shape, rest.first(), &call.items[..]) {
            (Shape::Single, _, [(_, guards, child)]) => of(*child, guards, rest),
            (_, Some(Step::Index(i)), items) => {
                let index = plain(&self.tree(s, i, depth));
                let hit = items.iter().find(|(k, ..)| index.as_ref().is_some_and(|v| k.is(v)));
                let one = || items.first().filter(|(k, ..)| *k == Key::Unknown && index.is_none());
                match hit.or_else(one) {
                    Some((_, guards, child)) => of(*child, guards, &rest[1..]),
                    None if call.open.is_none() && index.is_some() => error(span),
                    None => Tree::unknown(Why::new(Reason::Macro, "a module call that is repeated"), span),
                }
            }
            (_, Some(Step::Splat { .. }), items) => {
                let all = items
                    .iter()
                    .map(|(_, g, c)| {
                        let t = of(*c, &Guards::none(), &rest[1..]);
                        only_under(&t, g, super::trees::complement(g).as_ref(), span)
                    })
                    .collect();
                Tree::known(Node::List { items: all, open: call.open.clone() }, span)
            }
            (shape, _, items) => {
                let all = items.iter().map(|(k, g, c)| {
                    let t = only_under(
                        &of(*c, &Guards::none(), &[]),
                        g,
                        super::trees::complement(g).as_ref(),
                        span,
                    );
                    (k.label(), t)
                });
                let node = if shape == Shape::Each {
                    let entries = all.map(|(k, t)| entry(k, t, span)).collect();
                    Node::Map { entries, open: call.open.clone() }
                } else {
                    Node::List { items: all.map(|(_, t)| t).collect(), open: call.open.clone() }
                };
                let t = Tree::known(node, span);
                self.take(s, t, rest, span, depth)
            }
        }
    }

    fn output(&self, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let instance = &self.instances[at];
        let Some(e) = instance.module.outputs.get(name.as_str()) else {
            return if instance.stands_for.is_some() {
                let path = instance.path.trim_end_matches('.');
                Tree::leaf(Value::Param(format_smolstr!("{path}.{name}")), span)
            } else {
                Tree::unknown(Why::new(Reason::NotInTree, format!("no output `{name}`")), span)
            };
        };
        let t =
            self.remembered(Memo::Output(at, name.clone()), span, || self.tree(Scope::of(at), e, depth + 1));
        placed(&t, span)
    }

    /// A resource or a data source with all its instances.
    fn named(
        &self,
        s: Scope<'_>,
        data: bool,
        type_name: &SmolStr,
        name: &SmolStr,
        span: Span,
        depth: usize,
    ) -> Tree {
        let instance = &self.instances[s.at];
        let Some(i) = instance.module.find(data, type_name, name) else {
            let why = Why::new(Reason::NotInTree, format!("`{type_name}.{name}` is not in this module"));
            return Tree::unknown(why, span);
        };
        let block = instance.module.declared[i].block();
        if data && !super::module::is_kept(type_name) {
            return self.data_source(s, i, type_name, name, block, span, depth);
        }
        let expansion = self.expansion(s.at, i, depth);
        let item = |slot: usize| {
            let guards = self.slots.borrow()[slot].guards.clone();
            let t = Tree::leaf(Value::Of(self.id(slot), Attr::Other(SELF.into())), span);
            (t, guards)
        };
        let node = match (expansion.shape, &expansion.items[..]) {
            (Shape::Single, [slot]) => {
                let (t, guards) = item(*slot);
                return under(&t, &guards);
            }
            (Shape::Each, [slot]) if self.slots.borrow()[*slot].key == Key::Unknown => {
                let (t, guards) = item(*slot);
                return under(&t, &guards);
            }
            (shape, items) => {
                let all = items.iter().map(|slot| {
                    let (t, g) = item(*slot);
                    let label = self.slots.borrow()[*slot].key.label();
                    (label, only_under(&t, &g, super::trees::complement(&g).as_ref(), span))
                });
                if shape == Shape::Each {
                    let entries = all.map(|(k, t)| entry(k, t, span)).collect();
                    Node::Map { entries, open: expansion.open.clone() }
                } else {
                    Node::List { items: all.map(|(_, t)| t).collect(), open: expansion.open.clone() }
                }
            }
        };
        Tree::known(node, span)
    }

    /// A data source: what is asked for is known, what is found is a symbol.
    fn data_source(
        &self,
        s: Scope<'_>,
        declared: usize,
        type_name: &SmolStr,
        name: &SmolStr,
        block: &'m Block,
        span: Span,
        depth: usize,
    ) -> Tree {
        let path = &self.instances[s.at].path;
        let symbol = |key: &str| Value::Param(format_smolstr!("{path}data.{type_name}.{name}{key}"));
        let one = |key: Key, k: usize| -> Tree {
            let mut entries: Vec<Entry> = Vec::new();
            let shown = key.index();
            if let Some(pseudo) = PSEUDO.iter().find(|(t, _)| t == type_name) {
                entries.extend(
                    pseudo
                        .1
                        .iter()
                        .map(|(a, p)| entry(*a, Tree::leaf(Value::Pseudo((*p).into()), span), span)),
                );
                return Tree::known(
                    Node::Map {
                        entries,
                        open: Some(Why::new(Reason::Imported, "known when it is deployed")),
                    },
                    span,
                );
            }
            let document = match type_name.as_str() {
                "aws_iam_policy_document" => Some(documents::policy as documents::Make),
                "template_file" => Some(documents::template_file as documents::Make),
                _ => None,
            };
            if let Some(make) = document {
                let t = self.remembered(Memo::Document(s.at, declared, k), span, || {
                    self.with_key(s.at, block, &key, depth, |inner| make(self, inner, block, span, depth + 1))
                });
                for a in ["json", "minified_json", "rendered"] {
                    entries.push(entry(a, t.clone(), span));
                }
                return Tree::known(Node::Map { entries, open: None }, span);
            }
            Tree::leaf(symbol(&shown), span)
        };
        let keys = self.keys(s.at, block, depth);
        match (keys.shape, &keys.items[..]) {
            (Shape::Single, _) => one(Key::None, 0),
            (Shape::Each, [(Key::Unknown, _)]) | (Shape::Count, [(Key::Unknown, _)]) => {
                let t = one(Key::Unknown, 0);
                Tree::known(Node::List { items: vec![t], open: keys.open.clone() }, span)
            }
            (Shape::Each, items) => {
                let entries = items
                    .iter()
                    .enumerate()
                    .map(|(i, (k, g))| {
                        let t = only_under(&one(k.clone(), i), g, super::trees::complement(g).as_ref(), span);
                        entry(k.label(), t, span)
                    })
                    .collect();
                Tree::known(Node::Map { entries, open: keys.open.clone() }, span)
            }
            (Shape::Count, items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(i, (k, g))| {
                        only_under(&one(k.clone(), i), g, super::trees::complement(g).as_ref(), span)
                    })
                    .collect();
                Tree::known(Node::List { items, open: keys.open.clone() }, span)
            }
        }
    }

    /// Take steps of a value.
    pub(super) fn take(&self, s: Scope<'_>, mut t: Tree, steps: &[Step], span: Span, depth: usize) -> Tree {
        for (i, step) in steps.iter().enumerate() {
            match step {
                Step::Attribute(a) => t = self.get(&t, a, span, depth),
                Step::Index(e) => {
                    let index = self.tree(s, e, depth);
                    t = self.index(&t, &index, span, depth);
                }
                Step::Splat { full } => {
                    let rest = &steps[i + 1..];
                    let inner = if *full {
                        rest.len()
                    } else {
                        rest.iter().position(|s| !matches!(s, Step::Attribute(_))).unwrap_or(rest.len())
                    };
                    let each = &rest[..inner];
                    let out = bind(&t, span, |n, at| {
                        let (items, open) = match n {
                            Node::List { items, open } => (items.clone(), open.clone()),
                            Node::Absent => (Vec::new(), None),
                            Node::Leaf(Value::Of(_, Attr::Other(a))) if a == SELF => (
                                vec![Tree::known(n.clone(), at)],
                                self.is_unknown(n)
                                    .then(|| Why::new(Reason::Macro, "a loop over what is not known")),
                            ),
                            Node::Map { .. } => (vec![Tree::known(n.clone(), at)], None),
                            Node::Leaf(_) => {
                                return Tree::unknown(
                                    Why::new(Reason::Dynamic, "a list that is not known"),
                                    span,
                                );
                            }
                        };
                        let items = items
                            .iter()
                            .map(|t| {
                                let here = self.take(s, present(t), each, span, depth + 1);
                                let mut alts = here.alts().to_vec();
                                alts.extend(t.alts().iter().filter(|a| a.value == Node::Absent).cloned());
                                Tree::new(alts, here.open().cloned(), span)
                            })
                            .collect();
                        Tree::known(Node::List { items, open }, span)
                    });
                    return self.take(s, out, &rest[inner..], span, depth);
                }
            }
        }
        t
    }

    fn is_unknown(&self, n: &Node) -> bool {
        let Node::Leaf(Value::Of(id, _)) = n else { return false };
        self.slot(*id).is_some_and(|i| self.slots.borrow().get(i).is_some_and(|s| s.key == Key::Unknown))
    }

    fn get(&self, t: &Tree, key: &SmolStr, span: Span, depth: usize) -> Tree {
        bind(t, span, |n, at| match n {
            Node::Map { entries, open } => match entries.iter().rev().find(|e| e.key == *key) {
                Some(e) => e.value.clone(),
                None => match open {
                    Some(w) => Tree::unknown(w.clone(), at),
                    None => error(at),
                },
            },
            Node::Leaf(Value::Of(id, Attr::Other(a))) if a == SELF => self.attribute(*id, key, span, depth),
            Node::Leaf(Value::Of(id, Attr::Other(a))) => {
                Tree::leaf(Value::Of(*id, Attr::Other(format_smolstr!("{a}.{key}"))), at)
            }
            Node::Leaf(Value::Param(p)) => Tree::leaf(Value::Param(format_smolstr!("{p}.{key}")), at),
            Node::Leaf(v @ Value::Map(_, open)) => match v.get(key) {
                Some(v) => Tree::leaf(v.clone(), at),
                None if *open => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
                None => error(at),
            },
            Node::Absent => error(at),
            Node::Leaf(_) | Node::List { .. } => {
                Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at)
            }
        })
    }

    pub(super) fn index(&self, t: &Tree, index: &Tree, span: Span, depth: usize) -> Tree {
        let key = plain(index);
        bind(&settled(t), span, |n, at| match (n, &key) {
            (Node::List { items, open }, Some(k)) if k.as_int().is_some() => {
                let i = k.as_int().and_then(|i| usize::try_from(i).ok());
                match i.and_then(|i| items.get(i)) {
                    Some(t) => t.clone(),
                    None => match open {
                        Some(w) => Tree::unknown(w.clone(), at),
                        None => error(at),
                    },
                }
            }
            (Node::Map { .. }, Some(k)) => match text(k) {
                Some(k) => self.get(&Tree::known(n.clone(), at), &k, span, depth),
                // The key of an instance that is itself a symbol.
                None => self.get(&Tree::known(n.clone(), at), &format_smolstr!("{k}"), span, depth),
            },
            (Node::Leaf(Value::Of(_, Attr::Other(a))), None) if a == SELF && self.is_unknown(n) => {
                Tree::known(n.clone(), at)
            }
            (Node::Leaf(Value::Of(id, Attr::Other(a))), Some(k)) if a != SELF => match text(k) {
                Some(k) => Tree::leaf(Value::Of(*id, Attr::Other(format_smolstr!("{a}.{k}"))), at),
                None => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
            },
            (Node::Leaf(Value::Param(p)), Some(k)) => match k {
                Value::Str(_) | Value::Int(_) => Tree::leaf(Value::Param(format_smolstr!("{p}[{k}]")), at),
                _ => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
            },
            _ => Tree::unknown(Why::new(Reason::Dynamic, "an element that is not known"), at),
        })
    }

    /// An attribute of an instance of a resource: an identity, what is written, or what only AWS knows.
    fn attribute(&self, id: ResourceId, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let Some((number, slot)) =
            self.slot(id).and_then(|i| self.slots.borrow().get(i).cloned().map(|s| (i, s)))
        else {
            return Tree::unknown(Why::other("no such resource"), span);
        };
        let declared = &self.instances[slot.at].module.declared[slot.declared];
        let block = declared.block();
        if !declared.data
            && let Some(attr) = schema::identity(&declared.type_name, name)
        {
            return under(&Tree::leaf(Value::Of(id, attr), span), &slot.guards);
        }
        let written = block.body.get(name).is_some() || block.body.blocks(name).next().is_some();
        if written && !super::module::ignored(block).contains(&name.as_str()) {
            let t = self.remembered(Memo::Argument(number, name.clone()), span, || {
                self.with_key(slot.at, block, &slot.key, depth, |inner| match block.body.get(name) {
                    Some(e) => self.tree(inner, e, depth + 1),
                    None => {
                        self.nested(inner, &block.body, name, self.place(slot.at, block.header), depth + 1)
                    }
                })
            });
            return under(&placed(&t, span), &slot.guards);
        }
        under(&Tree::leaf(Value::Of(id, Attr::Other(name.clone())), span), &slot.guards)
    }

    /// Run something with the variables of an instance: `each`, `count`.
    pub(super) fn with_key<T>(
        &self,
        at: usize,
        block: &Block,
        key: &Key,
        depth: usize,
        f: impl FnOnce(Scope<'_>) -> T,
    ) -> T {
        let span = self.place(at, block.header);
        let unknown = || Tree::unknown(Why::new(Reason::Macro, "a loop over what is not known"), span);
        let map = |entries: Vec<(&str, Tree)>| {
            let entries = entries.into_iter().map(|(k, t)| entry(k, t, span)).collect();
            Tree::known(Node::Map { entries, open: None }, span)
        };
        let (name, value) = match key {
            Key::None => return f(Scope::of(at)),
            Key::Index(i) => ("count", map(vec![("index", Tree::leaf(Value::Int(*i), span))])),
            Key::Of(k) => ("each", {
                let label = key.label();
                let each = self.each(at, block, depth);
                let value = bind(&each, span, |n, at| match n {
                    Node::Map { entries, open } => match entries.iter().find(|e| e.key == label) {
                        Some(e) => present(&e.value),
                        None => match open {
                            Some(w) => Tree::unknown(w.clone(), at),
                            // The instance does not exist in this alternative.
                            None => error(at),
                        },
                    },
                    Node::List { items, .. } => {
                        match items.iter().find(|i| member(i).is_some_and(|v| v == *k)) {
                            Some(i) => present(i),
                            None => Tree::leaf(k.clone(), at),
                        }
                    }
                    _ => unknown(),
                });
                map(vec![("key", Tree::leaf(k.clone(), span)), ("value", without_errors(&value))])
            }),
            Key::Unknown => {
                let each = Frame {
                    name: "each".into(),
                    value: map(vec![("key", unknown()), ("value", unknown())]),
                    up: None,
                };
                let count =
                    Frame { name: "count".into(), value: map(vec![("index", unknown())]), up: Some(&each) };
                return f(Scope { at, frame: Some(&count) });
            }
        };
        f(Scope { at, frame: Some(&Frame { name: name.into(), value, up: None }) })
    }

    /// What a block is repeated over.
    pub(super) fn each(&self, at: usize, block: &Block, depth: usize) -> Tree {
        match block.body.get("for_each") {
            Some(e) => self
                .remembered(Memo::Each(at, block.header), e.span, || self.tree(Scope::of(at), e, depth + 1)),
            None => Tree::absent_at(block.header),
        }
    }

    /// The instances of a resource.
    pub(super) fn expansion(&self, at: usize, declared: usize, depth: usize) -> Rc<Expansion> {
        match self.expansions.borrow().get(&(at, declared)) {
            Some(Some(e)) => return Rc::clone(e),
            Some(None) => return Rc::new(Expansion::circular()),
            None => {}
        }
        self.expansions.borrow_mut().insert((at, declared), None);
        let block = self.instances[at].module.declared[declared].block();
        let keys = self.keys(at, block, depth + 1);
        let around = &self.instances[at].guards;
        let mut items = Vec::new();
        for (key, guards) in keys.items {
            let Some(guards) = around.and(&guards) else { continue };
            let mut slots = self.slots.borrow_mut();
            items.push(slots.len());
            slots.push(Slot { at, declared, key, guards });
        }
        let made = Rc::new(Expansion { shape: keys.shape, items, open: keys.open });
        self.expansions.borrow_mut().insert((at, declared), Some(Rc::clone(&made)));
        made
    }

    /// The arguments and nested blocks of a block, as providers see them.
    pub(super) fn body(&self, s: Scope<'_>, body: &Body, skip: &[&str], span: Span, depth: usize) -> Tree {
        let mut entries: Vec<Entry> = Vec::new();
        for a in &body.attributes {
            if !skip.contains(&a.name.as_str()) {
                entries.push(entry(
                    a.name.clone(),
                    self.tree(s, &a.value, depth),
                    self.place(s.at, a.name_span),
                ));
            }
        }
        let mut kinds: Vec<(&SmolStr, Span)> = Vec::new();
        for b in &body.blocks {
            let kind = if b.kind == "dynamic" { b.labels.first().unwrap_or(&b.kind) } else { &b.kind };
            if !skip.contains(&kind.as_str()) && !kinds.iter().any(|(k, _)| *k == kind) {
                kinds.push((kind, b.header));
            }
        }
        for (kind, header) in kinds {
            let header = self.place(s.at, header);
            entries.push(entry(kind.clone(), self.nested(s, body, kind, header, depth), header));
        }
        Tree::known(Node::Map { entries, open: None }, span)
    }

    /// All nested blocks of a kind, written or made by `dynamic`, as a list of maps.
    pub(super) fn nested(&self, s: Scope<'_>, body: &Body, kind: &str, span: Span, depth: usize) -> Tree {
        let mut items: Vec<Tree> = Vec::new();
        let mut open: Option<Why> = None;
        for b in &body.blocks {
            let at = self.place(s.at, b.header);
            if depth > MAX_DEPTH {
                return Tree::unknown(budget(), span);
            }
            if b.kind == kind {
                items.push(self.body(s, &b.body, &[], at, depth + 1));
                continue;
            }
            if b.kind != "dynamic" || b.labels.first().is_none_or(|l| l != kind) {
                continue;
            }
            let Some(content) = b.body.blocks("content").next() else { continue };
            let over = match b.body.get("for_each") {
                Some(e) => self.tree(s, e, depth + 1),
                None => continue,
            };
            let name = match b.body.get("iterator").map(|e| &e.kind) {
                Some(ExprKind::Name(n) | ExprKind::Text(n)) => n.clone(),
                _ => kind.into(),
            };
            open = open.or_else(|| over.open().cloned());
            for a in over.alts() {
                let Some((all, more)) = elements(&a.value, a.span) else {
                    open = open.or_else(|| Some(Why::new(Reason::Macro, "a loop over what is not known")));
                    continue;
                };
                open = open.or(more);
                for (k, v) in all.into_iter().take(MAX_ITEMS) {
                    let missing: Vec<Alt<Node>> = v
                        .alts()
                        .iter()
                        .filter(|x| x.value == Node::Absent && !x.guards.is_empty())
                        .cloned()
                        .collect();
                    let pair = vec![entry("key", k, at), entry("value", present(&v), at)];
                    let value = Tree::known(Node::Map { entries: pair, open: None }, at);
                    let frame = Frame { name: name.clone(), value, up: s.frame };
                    let inner = Scope { at: s.at, frame: Some(&frame) };
                    let t = self.body(inner, &content.body, &[], at, depth + 1);
                    // An element of a list that is itself conditional.
                    let mut t = only_under(&t, &a.guards, super::trees::complement(&a.guards).as_ref(), at);
                    if let [only] = &missing[..]
                        && let Some(yes) = super::trees::complement(&only.guards)
                    {
                        t = only_under(&t, &yes, Some(&only.guards), at);
                    } else if !missing.is_empty() {
                        t = Tree::new(
                            t.alts().to_vec(),
                            Some(Why::new(Reason::Correlated, "under conditions")),
                            at,
                        );
                    }
                    items.push(t);
                }
            }
        }
        Tree::known(Node::List { items, open }, span)
    }
}

/// Data sources that say where they are asked.
/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/caller_identity>
const PSEUDO: &[(&str, &[(&str, &str)])] = &[
    ("aws_caller_identity", &[("account_id", "AWS::AccountId"), ("id", "AWS::AccountId")]),
    ("aws_region", &[("name", "AWS::Region"), ("region", "AWS::Region"), ("id", "AWS::Region")]),
    (
        "aws_partition",
        &[("partition", "AWS::Partition"), ("id", "AWS::Partition"), ("dns_suffix", "AWS::URLSuffix")],
    ),
];

/// The elements of a list or map with their keys, and why there may be more.
pub(super) type Elements = (Vec<(Tree, Tree)>, Option<Why>);

/// The elements of a list or map with their keys.
pub(super) fn elements(n: &Node, span: Span) -> Option<Elements> {
    Some(match n {
        Node::List { items, open } => {
            let keyed = items.iter().enumerate().map(|(i, t)| {
                let key = Value::Int(i64::try_from(i).unwrap_or(i64::MAX));
                (Tree::leaf(key, span), t.clone())
            });
            (keyed.collect(), open.clone())
        }
        Node::Map { entries, open } => {
            let keyed =
                entries.iter().map(|e| (Tree::leaf(Value::Str(e.key.clone()), e.key_span), e.value.clone()));
            (keyed.collect(), open.clone())
        }
        Node::Absent | Node::Leaf(_) => return None,
    })
}

/// What is left where it is there.
pub(super) fn present(t: &Tree) -> Tree {
    if !t.alts().iter().any(|a| a.value == Node::Absent && !a.guards.is_empty()) {
        return t.clone();
    }
    let alts: Vec<Alt<Node>> = t.alts().iter().filter(|a| a.value != Node::Absent).cloned().collect();
    Tree::new(alts, t.open().cloned(), t.span())
}

fn without_errors(t: &Tree) -> Tree {
    let alts: Vec<Alt<Node>> = t.alts().iter().filter(|a| !is_error(&a.value)).cloned().collect();
    Tree::new(alts, t.open().cloned(), t.span())
}

/// What an element of a set is.
pub(super) fn member(t: &Tree) -> Option<Value> {
    let present: Vec<&Alt<Node>> = t.alts().iter().filter(|a| a.value != Node::Absent).collect();
    match &present[..] {
        [a] => match &a.value {
            Node::Leaf(v) => Some(text(v).map_or_else(|| v.clone(), Value::Str)),
            _ => None,
        },
        _ => None,
    }
}

fn leaf(n: &Node) -> Option<&Value> {
    match n {
        Node::Leaf(v) => Some(v),
        _ => None,
    }
}

/// Whether two plain values are equal, where that is decided.
pub(super) fn equal(a: &Node, b: &Node) -> Option<bool> {
    match (a, b) {
        (Node::Absent, Node::Absent) => Some(true),
        (Node::Absent, Node::Leaf(Value::Param(_))) | (Node::Leaf(Value::Param(_)), Node::Absent) => None,
        (Node::Absent, _) | (_, Node::Absent) => Some(false),
        (a, b) => {
            let (a, b) = (lamlint_model::tree::node_value(a)?, lamlint_model::tree::node_value(b)?);
            match (&a, &b) {
                (Value::List(x, false), Value::List(y, false)) if x.is_empty() || y.is_empty() => {
                    return Some(x.is_empty() && y.is_empty());
                }
                (Value::Map(x, false), Value::Map(y, false)) if x.is_empty() || y.is_empty() => {
                    return Some(x.is_empty() && y.is_empty());
                }
                // An identity is text that is not empty.
                (Value::Of(..), Value::Str(s)) | (Value::Str(s), Value::Of(..)) if s.is_empty() => {
                    return Some(false);
                }
                _ => {}
            }
            match a.same(&b) {
                Same::Yes => Some(true),
                Same::No if constant(&a) && constant(&b) => Some(false),
                _ => None,
            }
        }
    }
}

fn constant(v: &Value) -> bool {
    matches!(v, Value::Str(_) | Value::Int(_) | Value::Bool(_) | Value::Float(_))
}

fn arithmetic(o: Operator, a: &Value, b: &Value) -> Option<Value> {
    if let (Some(x), Some(y)) = (a.as_int(), b.as_int()) {
        let whole = match o {
            Operator::Add => x.checked_add(y)?,
            Operator::Subtract => x.checked_sub(y)?,
            Operator::Multiply => x.checked_mul(y)?,
            Operator::Divide if y != 0 && x % y == 0 => x.checked_div(y)?,
            Operator::Remainder if y != 0 => x.checked_rem(y)?,
            Operator::Less => return Some(Value::Bool(x < y)),
            Operator::LessEqual => return Some(Value::Bool(x <= y)),
            Operator::Greater => return Some(Value::Bool(x > y)),
            Operator::GreaterEqual => return Some(Value::Bool(x >= y)),
            _ => return None,
        };
        return Some(Value::Int(whole));
    }
    let float = |v: &Value| match v {
        Value::Float(f) => Some(*f),
        #[expect(clippy::cast_precision_loss, reason = "numbers of configurations are small")]
        v => v.as_int().map(|i| i as f64),
    };
    let (x, y) = (float(a)?, float(b)?);
    let f = match o {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x * y,
        Operator::Divide if y != 0.0 => x / y,
        Operator::Less => return Some(Value::Bool(x < y)),
        Operator::LessEqual => return Some(Value::Bool(x <= y)),
        Operator::Greater => return Some(Value::Bool(x > y)),
        Operator::GreaterEqual => return Some(Value::Bool(x >= y)),
        _ => return None,
    };
    let f = Value::Float(f);
    Some(f.as_int().map_or(f, Value::Int))
}

/// Text made of trees, in all combinations.
pub(super) fn joined(parts: &[Tree], delimiter: &str, span: Span) -> Tree {
    combine(parts, span, |nodes| {
        let mut out = Vec::with_capacity(nodes.len() * 2);
        for (i, n) in nodes.iter().enumerate() {
            if i > 0 {
                out.push(Value::str(delimiter));
            }
            out.push(part(n)?);
        }
        Some(Node::Leaf(Value::concat(out)))
    })
}
