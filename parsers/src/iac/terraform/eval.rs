//! The evaluator: expressions of a module instance to trees. No other place resolves anything.

use super::expr::{Expr, ExprKind, Operator, Part};
use super::functions;
use super::module::{Expansion, Instance, Key};
use super::trees::{MAX_NODES, bounded, budget, combine, entry, list, plain, size, text, truth, under};
use super::values::{arithmetic, equal, leaf};
use crate::files::Files;
use crate::iac::eval::placed;
use lamlint_model::ResourceId;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Guards, Reason, Why};
use lamlint_model::value::Value;
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Bound on nesting, references included.
pub(super) const MAX_DEPTH: usize = 120;
/// Bound on the work of a run.
const MAX_STEPS: u64 = if cfg!(test) { 200_000 } else { 2_000_000 };

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
pub(super) enum Memo {
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

/// The instances of resources, by module instance and declaration; `None` while they are being found.
type Expansions = FxHashMap<(usize, usize), Option<Rc<Expansion>>>;

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
    pub(super) expansions: RefCell<Expansions>,
    memo: RefCell<FxHashMap<Memo, Option<(Tree, usize)>>>,
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

    /// Count work; whether there may be more of it.
    pub(super) fn work(&self, steps: u64) -> bool {
        self.steps.set(self.steps.get().saturating_add(steps));
        !self.is_exhausted()
    }

    /// A number that was not used before.
    pub(super) fn fresh(&self) -> u64 {
        self.work(1);
        self.steps.get()
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

    pub(super) fn slot(&self, id: ResourceId) -> Option<usize> {
        let number = id.0.checked_sub(self.base)? as usize;
        if self.order.is_empty() { Some(number) } else { self.order.get(number).copied() }
    }

    pub(super) fn remembered(&self, key: Memo, span: Span, f: impl FnOnce() -> Tree) -> Tree {
        match self.memo.borrow().get(&key) {
            Some(Some((t, size))) => {
                // To use a large value again is work, too.
                self.work(1 + *size as u64 / 8);
                return t.clone();
            }
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
        let size = size(&t);
        if size > MAX_NODES {
            t = Tree::unknown(budget(), span);
        }
        self.memo.borrow_mut().insert(key, Some((t.clone(), size)));
        t
    }

    /// Where something stands: in a module that comes with the tool, at its call.
    pub(super) fn place(&self, at: usize, span: Span) -> Span {
        self.instances[at].stands_for.unwrap_or(span)
    }

    pub(super) fn tree(&self, scope: Scope<'_>, e: &Expr, depth: usize) -> Tree {
        let span = self.place(scope.at, e.span);
        if depth > MAX_DEPTH || !self.work(1) {
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
                [Part::Hole(e)] => placed(&self.tree(scope, e, next), span),
                _ => self.template(scope, parts, span, next),
            },
            ExprKind::List(items) => {
                Tree::known(list(items.iter().map(|i| self.tree(scope, i, next)).collect()), span)
            }
            ExprKind::Map(entries) => self.map(scope, entries, span, next),
            ExprKind::Name(n) => match scope.value(n) {
                Some(t) => placed(t, span),
                None => Tree::unknown(Why::other(format_smolstr!("`{n}` is not known here")), span),
            },
            ExprKind::Path(root, steps) => self.path(scope, root, steps, span, next),
            ExprKind::If(c) => self.choice(scope, c, span, next),
            ExprKind::Call(name, args, spread) => {
                functions::call(self, scope, name, args, *spread, span, next)
            }
            ExprKind::Not(e) => {
                let t = self.tree(scope, e, next);
                combine(&[t], span, |n| truth(n[0]).map(|b| Node::Leaf(Value::Bool(!b))))
            }
            ExprKind::Negate(e) => {
                let t = self.tree(scope, e, next);
                combine(&[t], span, |n| match n[0] {
                    Node::Leaf(Value::Float(f)) => Some(Node::Leaf(Value::Float(-f))),
                    Node::Leaf(v) => Some(Node::Leaf(Value::Int(v.as_int()?.checked_neg()?))),
                    _ => None,
                })
            }
            ExprKind::Binary(o, both) => self.binary(scope, *o, both, span, next),
            ExprKind::For(f) => self.for_expr(scope, f, span, next),
        }
    }

    fn map(&self, scope: Scope<'_>, entries: &[(Expr, Expr)], span: Span, depth: usize) -> Tree {
        let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
        let mut open = None;
        for (k, v) in entries {
            let key_span = self.place(scope.at, k.span);
            let key = match &k.kind {
                // A word alone is a name, unless it is in parentheses, which are gone by now for loop variables only.
                ExprKind::Text(t) => Some(t.clone()),
                _ => plain(&self.tree(scope, k, depth)).as_ref().and_then(text),
            };
            match key {
                Some(key) => {
                    let value = self.tree(scope, v, depth);
                    out.retain(|e| e.key != key);
                    out.push(entry(key, value, key_span));
                }
                None => open = open.or_else(|| Some(Why::new(Reason::Dynamic, "a key is computed"))),
            }
        }
        Tree::known(Node::Map { entries: out, open }, span)
    }

    fn choice(&self, scope: Scope<'_>, c: &(Expr, Expr, Expr), span: Span, depth: usize) -> Tree {
        let (yes, no) = self.outcome(scope, &c.0, depth);
        let mut alts: Vec<Alt<Node>> = Vec::new();
        let mut open = None;
        for (guards, branch) in [(yes, &c.1), (no, &c.2)] {
            let Some(guards) = guards else { continue };
            let t = under(&self.tree(scope, branch, depth), &guards);
            open = open.or_else(|| t.open().cloned());
            alts.extend(t.alts().iter().cloned());
        }
        bounded(alts, open, span)
    }

    fn binary(
        &self,
        scope: Scope<'_>,
        sign: Operator,
        both: &(Expr, Expr),
        span: Span,
        depth: usize,
    ) -> Tree {
        let (left, right) = (self.tree(scope, &both.0, depth), self.tree(scope, &both.1, depth));
        let bool = |b: bool| Some(Node::Leaf(Value::Bool(b)));
        // One side decides what the other can't change.
        let unit = match sign {
            Operator::And => Some(false),
            Operator::Or => Some(true),
            _ => None,
        };
        if let Some(unit) = unit {
            for t in [&left, &right] {
                if t.only().and_then(truth) == Some(unit) {
                    return Tree::leaf(Value::Bool(unit), span);
                }
            }
        }
        combine(&[left, right], span, |n| {
            let (a, b) = (n[0], n[1]);
            match sign {
                Operator::Equal | Operator::NotEqual => {
                    let same = equal(a, b)?;
                    bool(same == (sign == Operator::Equal))
                }
                Operator::And => bool(truth(a)? && truth(b)?),
                Operator::Or => bool(truth(a)? || truth(b)?),
                _ => arithmetic(sign, leaf(a)?, leaf(b)?).map(Node::Leaf),
            }
        })
    }

    /// A value from the place of its use; what callers pass to a module that comes with the tool stays where it is.
    pub(super) fn seen_from(&self, at: usize, t: &Tree, span: Span) -> Tree {
        if self.instances[at].stands_for.is_some() { t.clone() } else { placed(t, span) }
    }
}
