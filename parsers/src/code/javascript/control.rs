//! Loops, `switch`, and what leaves them.
//!
//! The intermediate form has `break` for loops only. A `break` out of a `switch` or a labelled block is rewritten:
//! what follows it moves to the other branch of the condition it stands under.

use super::Lower;
use super::kinds::{self as k, field};
use crate::code::cst;
use crate::code::hir::{Arg, Block, Expr, ExprKind, Pattern, Stmt, StmtKind};
use lamlint_model::source::Span;
use smol_str::SmolStr;
use tree_sitter::Node;

/// A chain of more branches than this is not built; nor are more statements copied for cases that fall through.
const MAX_CASES: usize = 64;
const MAX_COPIED: usize = 2_000;

/// Something a `break` may leave.
#[derive(Debug)]
pub(super) struct Target {
    kind: TargetKind,
    /// The `break` statements that leave it.
    breaks: Vec<Span>,
}

#[derive(Debug, PartialEq, Eq)]
enum TargetKind {
    Loop,
    Switch,
    Label(Option<SmolStr>),
}

/// How a statement leaves.
pub(super) enum Leaves {
    Break,
    Continue,
}

impl Target {
    pub(super) fn label(name: Option<SmolStr>) -> Self {
        Self { kind: TargetKind::Label(name), breaks: Vec::new() }
    }

    /// A block without the breaks that leave this target.
    pub(super) fn without_breaks(&self, block: Block) -> Block {
        if self.breaks.is_empty() { block } else { self.strip(block).0 }
    }

    /// The block without breaks, and whether every way through it had one.
    fn strip(&self, block: Block) -> (Block, bool) {
        let mut out = Vec::with_capacity(block.len());
        let mut rest = block.into_iter();
        while let Some(s) = rest.next() {
            let kind = match s.kind {
                StmtKind::Break if self.breaks.contains(&s.span) => return (out, true),
                StmtKind::If { test, then, otherwise } => {
                    let (mut then, a) = self.strip(then);
                    let (mut otherwise, b) = self.strip(otherwise);
                    let mut ends = a && b;
                    if a != b {
                        // What follows runs on the other way only.
                        let (following, c) = self.strip(rest.by_ref().collect());
                        if a { &mut otherwise } else { &mut then }.extend(following);
                        ends = c;
                    }
                    out.push(Stmt { span: s.span, kind: StmtKind::If { test, then, otherwise } });
                    if a || b {
                        return (out, ends);
                    }
                    continue;
                }
                StmtKind::Block(b) => {
                    let (b, ends) = self.strip(b);
                    out.push(Stmt { span: s.span, kind: StmtKind::Block(b) });
                    if ends {
                        return (out, true);
                    }
                    continue;
                }
                StmtKind::With { items, body } => StmtKind::With { items, body: self.strip(body).0 },
                StmtKind::Loop { over, test, body, otherwise } => {
                    StmtKind::Loop { over, test, body: self.strip(body).0, otherwise }
                }
                StmtKind::Try { body, mut catches, otherwise, finally } => {
                    for c in &mut catches {
                        c.body = self.strip(std::mem::take(&mut c.body)).0;
                    }
                    let (body, finally) = (self.strip(body).0, self.strip(finally).0);
                    StmtKind::Try { body, catches, otherwise, finally }
                }
                kind => kind,
            };
            out.push(Stmt { span: s.span, kind });
        }
        (out, false)
    }
}

/// Whether control never comes out at the end of a block.
fn leaves(block: &Block) -> bool {
    block.last().is_some_and(|s| match &s.kind {
        StmtKind::Return(_) | StmtKind::Raise(_) | StmtKind::Break | StmtKind::Continue => true,
        StmtKind::Block(b) => leaves(b),
        StmtKind::If { then, otherwise, .. } => leaves(then) && leaves(otherwise),
        _ => false,
    })
}

/// A `case` with its tests (none for `default`).
struct Case {
    test: Option<Expr>,
    body: Block,
    span: Span,
}

impl Lower<'_> {
    pub(super) fn leave(&mut self, n: Node<'_>, how: &Leaves, out: &mut Block) {
        let kind = match how {
            Leaves::Continue => StmtKind::Continue,
            Leaves::Break => {
                let label = cst::field(n, field::LABEL).map(|l| SmolStr::from(self.text(l)));
                let span = self.span(n);
                let left = self.targets.iter_mut().rev().find(|t| match (&label, &t.kind) {
                    (Some(l), TargetKind::Label(m)) => m.as_ref() == Some(l),
                    (None, TargetKind::Loop | TargetKind::Switch) => true,
                    _ => false,
                });
                if let Some(t) = left
                    && t.kind != TargetKind::Loop
                {
                    t.breaks.push(span);
                }
                StmtKind::Break
            }
        };
        self.push(n, kind, out);
    }

    /// The body of a loop, with something before and behind it.
    fn loop_body(&mut self, n: Node<'_>, mut before: Block, step: Option<Node<'_>>) -> Block {
        self.targets.push(Target { kind: TargetKind::Loop, breaks: Vec::new() });
        before.extend(self.body(cst::field(n, field::BODY)));
        self.targets.pop();
        if let Some(step) = step {
            self.effect(step, &mut before);
        }
        before
    }

    pub(super) fn while_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let test = cst::field(n, field::CONDITION).map(|c| self.expr(c));
        let body = self.loop_body(n, Vec::new(), None);
        self.push(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }, out);
    }

    pub(super) fn for_statement(&mut self, n: Node<'_>, out: &mut Block) {
        if let Some(i) = cst::field(n, field::INITIALIZER) {
            match i.kind() {
                k::LEXICAL_DECLARATION | k::VARIABLE_DECLARATION | k::EXPRESSION_STATEMENT => {
                    self.stmt(i, out);
                }
                k::EMPTY => {}
                _ => self.effect(i, out),
            }
        }
        let test = cst::field(n, field::CONDITION).filter(|c| c.kind() != k::EMPTY && c.is_named());
        let test = test.map(|c| match c.kind() {
            k::EXPRESSION_STATEMENT => cst::named(c).first().copied().unwrap_or(c),
            _ => c,
        });
        let test = test.map(|c| self.expr(c));
        let body = self.loop_body(n, Vec::new(), cst::field(n, field::INCREMENT));
        self.push(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }, out);
    }

    pub(super) fn for_in(&mut self, n: Node<'_>, out: &mut Block) {
        let (Some(left), Some(right)) = (cst::field(n, field::LEFT), cst::field(n, field::RIGHT)) else {
            return;
        };
        let target = self.pattern(left);
        let before = std::mem::take(&mut self.implied);
        let mut items = self.expr(right);
        if cst::field(n, field::OPERATOR).is_some_and(|o| o.kind() == "in") {
            items = keys_of(items);
        }
        if cst::has(n, "await") {
            items = Expr { span: items.span, kind: ExprKind::Await(Box::new(items)) };
        }
        let body = self.loop_body(n, before, None);
        let over = Some((target, items));
        self.push(n, StmtKind::Loop { over, test: None, body, otherwise: Vec::new() }, out);
    }

    /// A `switch` is a chain of branches; a case that falls through holds the statements of those it falls into.
    pub(super) fn switch(&mut self, n: Node<'_>, out: &mut Block) {
        let (Some(value), Some(body)) = (cst::field(n, field::VALUE), cst::field(n, field::BODY)) else {
            return;
        };
        let value = self.expr(value);
        self.targets.push(Target { kind: TargetKind::Switch, breaks: Vec::new() });
        let mut cases = Vec::new();
        for c in cst::named(body) {
            let test = match c.kind() {
                k::SWITCH_CASE => cst::field(c, field::VALUE).map(|v| self.expr(v)),
                k::SWITCH_DEFAULT => None,
                _ => continue,
            };
            let mut body = Vec::new();
            for s in cst::field_all(c, field::BODY) {
                self.stmt(s, &mut body);
            }
            cases.push(Case { test, body, span: self.span(c) });
        }
        let Some(target) = self.targets.pop() else { return };
        let kind = chain(value, cases, &target, self.span(n));
        match kind {
            // A `switch` with nothing but a default.
            StmtKind::Block(b) if b.len() == 1 => out.extend(b),
            kind => self.push(n, kind, out),
        }
    }
}

/// `for (x in o)` walks the keys of `o`.
fn keys_of(object: Expr) -> Expr {
    let span = object.span;
    let callee = ExprKind::Attr {
        object: Box::new(Expr { span, kind: ExprKind::Name(SmolStr::new_static("Object")) }),
        name: SmolStr::new_static("keys"),
        optional: false,
    };
    let kind = ExprKind::Call {
        callee: Box::new(Expr { span, kind: callee }),
        args: vec![Arg { name: None, value: object }],
        is_new: false,
    };
    Expr { span, kind }
}

fn chain(value: Expr, cases: Vec<Case>, target: &Target, span: Span) -> StmtKind {
    // What runs from each case on: up to the first body that leaves.
    let mut bodies: Vec<Block> = Vec::with_capacity(cases.len());
    let mut copied = 0;
    for i in 0..cases.len() {
        let mut body = Vec::new();
        for c in &cases[i..] {
            copied += c.body.len();
            if copied > MAX_COPIED {
                break;
            }
            body.extend(c.body.iter().cloned());
            if leaves(&body) {
                break;
            }
        }
        bodies.push(target.without_breaks(body));
    }
    if copied > MAX_COPIED || cases.len() > MAX_CASES {
        let mut parts = vec![value];
        let mut blocks = Vec::new();
        for c in cases {
            parts.extend(c.test);
            blocks.push(target.without_breaks(c.body));
        }
        return StmtKind::Opaque(parts, blocks);
    }
    let mut otherwise: Block = Vec::new();
    if let Some(i) = cases.iter().position(|c| c.test.is_none()) {
        otherwise.clone_from(&bodies[i]);
    }
    // Empty cases share the body of the next one; those that share the default's need no test.
    let mut branches: Vec<(Expr, Block, Span)> = Vec::new();
    let mut waiting: Option<Expr> = None;
    for (c, body) in cases.into_iter().zip(bodies) {
        let Some(test) = c.test else {
            waiting = None;
            continue;
        };
        let test = compare(&value, test);
        let test = match waiting.take() {
            Some(w) => either(w, test),
            None => test,
        };
        if c.body.is_empty() {
            waiting = Some(test);
        } else {
            branches.push((test, body, c.span));
        }
    }
    let mut chain = otherwise;
    for (test, then, at) in branches.into_iter().rev() {
        let at = Span { end: span.end.max(at.end), ..at };
        chain = vec![Stmt { span: at, kind: StmtKind::If { test, then, otherwise: chain } }];
    }
    match chain.pop() {
        Some(Stmt { kind: kind @ StmtKind::If { .. }, .. }) if chain.is_empty() => kind,
        Some(last) => {
            chain.insert(0, Stmt { span: value.span, kind: StmtKind::Expr(value) });
            chain.push(last);
            StmtKind::Block(chain)
        }
        None => StmtKind::Expr(value),
    }
}

/// `switch (true)` branches on its cases themselves.
fn compare(value: &Expr, case: Expr) -> Expr {
    if matches!(value.kind, ExprKind::Bool(true)) {
        return case;
    }
    let span = case.span;
    let op = SmolStr::new_static("==");
    Expr { span, kind: ExprKind::Compare { op, left: Box::new(value.clone()), right: Box::new(case) } }
}

fn either(a: Expr, b: Expr) -> Expr {
    let span = a.span.to(b.span);
    Expr {
        span,
        kind: ExprKind::Logic { op: SmolStr::new_static("or"), left: Box::new(a), right: Box::new(b) },
    }
}

/// The names a pattern binds, with their places.
pub(super) fn bound_names(p: &Pattern, out: &mut Vec<(SmolStr, Span)>) {
    match p {
        Pattern::Name(n, s) => out.push((n.clone(), *s)),
        Pattern::List(v) | Pattern::Results(v) => v.iter().for_each(|p| bound_names(p, out)),
        Pattern::Map(v) => v.iter().for_each(|(_, p, _)| bound_names(p, out)),
        Pattern::Rest(p) => bound_names(p, out),
        Pattern::Place(_) | Pattern::Ignore => {}
    }
}
