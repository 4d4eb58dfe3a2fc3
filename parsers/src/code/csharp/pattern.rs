//! Patterns: what they ask, and the variables they declare.

use super::Lower;
use crate::code::cst;
use crate::code::draft::Scoped;
use crate::code::hir::{Block, Expr, ExprKind, StmtKind};
use tree_sitter::Node;

impl Lower<'_> {
    /// Whether a value matches a pattern, as a condition.
    pub(super) fn matches(&mut self, p: Node<'_>, value: &Expr) -> Expr {
        if !self.enter() {
            self.leave();
            return self.unknown(p);
        }
        let e = match p.kind() {
            "constant_pattern" | "parenthesized_pattern" | "type_pattern" => {
                let inner = cst::named(p).first().copied().unwrap_or(p);
                if inner.kind().ends_with("_pattern") {
                    self.matches(inner, value)
                } else {
                    let right = self.expr(inner);
                    self.compare(p, "==", value, right)
                }
            }
            "negated_pattern" => {
                let inner = cst::named(p).first().map(|c| self.matches(*c, value));
                let inner = inner.unwrap_or_else(|| self.unknown(p));
                self.expr_at(p, ExprKind::Not(Box::new(inner)))
            }
            "and_pattern" | "or_pattern" => {
                let side = |it: &mut Self, f: &str| {
                    Box::new(match cst::field(p, f) {
                        Some(c) => it.matches(c, value),
                        None => it.unknown(p),
                    })
                };
                let (left, right) = (side(self, "left"), side(self, "right"));
                let op = if p.kind() == "and_pattern" { "and" } else { "or" };
                self.expr_at(p, ExprKind::Logic { op: op.into(), left, right })
            }
            "relational_pattern" => {
                let right = cst::named(p).first().map(|c| self.expr(*c));
                let right = right.unwrap_or_else(|| self.unknown(p));
                self.compare(p, "<", value, right)
            }
            "declaration_pattern" | "var_pattern" => {
                self.bind_pattern(p, value);
                self.expr_at(p, ExprKind::Opaque(vec![value.clone()]))
            }
            "recursive_pattern" => {
                self.bind_pattern(p, value);
                let mut all: Option<Expr> = None;
                for sub in cst::named(p).into_iter().filter(|c| c.kind() == "property_pattern_clause") {
                    for s in cst::named(sub) {
                        let parts = cst::named(s);
                        let [name, pattern] = parts[..] else { continue };
                        let mut member = value.clone();
                        for part in self.text(name).split('.') {
                            let kind = ExprKind::Attr {
                                object: Box::new(member),
                                name: part.trim().into(),
                                optional: true,
                            };
                            member = self.expr_at(name, kind);
                        }
                        let one = self.matches(pattern, &member);
                        all = Some(match all {
                            Some(a) => {
                                let (left, right) = (Box::new(a), Box::new(one));
                                self.expr_at(s, ExprKind::Logic { op: "and".into(), left, right })
                            }
                            None => one,
                        });
                    }
                }
                all.unwrap_or_else(|| self.expr_at(p, ExprKind::Opaque(vec![value.clone()])))
            }
            "discard" => self.expr_at(p, ExprKind::Bool(true)),
            "list_pattern" => {
                for c in cst::named(p).into_iter().filter(|c| c.kind().ends_with("_pattern")) {
                    let element = self.expr_at(c, ExprKind::Opaque(vec![value.clone()]));
                    self.matches(c, &element);
                }
                self.expr_at(p, ExprKind::Opaque(vec![value.clone()]))
            }
            // A constant or a type.
            _ => {
                let right = self.expr(p);
                self.compare(p, "==", value, right)
            }
        };
        self.leave();
        e
    }

    fn compare(&self, p: Node<'_>, op: &str, value: &Expr, right: Expr) -> Expr {
        let (left, right) = (Box::new(value.clone()), Box::new(right));
        self.expr_at(p, ExprKind::Compare { op: op.into(), left, right })
    }

    /// The variable of a pattern holds the value.
    fn bind_pattern(&mut self, p: Node<'_>, value: &Expr) {
        let Some(name) = cst::field(p, "name") else { return };
        let target = self.declared(name);
        let declare = StmtKind::Declare { target, value: value.clone() };
        let stmt = self.stmt_at(p, declare);
        self.pending.push(stmt);
    }

    /// `x switch { … }`: a chain of choices.
    pub(super) fn switch_expression(&mut self, n: Node<'_>) -> ExprKind {
        let parts = cst::named(n);
        let Some(value) = parts.first().map(|v| self.expr(*v)) else { return ExprKind::Opaque(Vec::new()) };
        let mut arms: Vec<(Expr, Expr)> = Vec::new();
        for arm in parts.into_iter().filter(|a| a.kind() == "switch_expression_arm") {
            let inner = cst::named(arm);
            let [pattern, .., result] = inner[..] else { continue };
            self.scopes.push();
            let mut test = self.matches(pattern, &value);
            if let Some(w) = inner.iter().find(|c| c.kind() == "when_clause")
                && let Some(g) = cst::named(*w).first()
            {
                let (left, right) = (Box::new(test), Box::new(self.expr(*g)));
                test = self.expr_at(*w, ExprKind::Logic { op: "and".into(), left, right });
            }
            if result.kind() != "throw_expression" {
                let result = self.expr(result);
                arms.push((test, result));
            }
            self.scopes.pop();
        }
        let Some((_, last)) = arms.pop() else { return ExprKind::Opaque(vec![value]) };
        let all = arms.into_iter().rev().fold(last, |otherwise, (test, then)| {
            let (test, then, otherwise) = (Box::new(test), Box::new(then), Box::new(otherwise));
            self.expr_at(n, ExprKind::Cond { test, then, otherwise })
        });
        all.kind
    }

    /// Variables that are given to a call to be set (`out var x`): what they hold comes from the call's arguments, of
    /// `TryGetValue` it is the element.
    pub(super) fn bind_outs(
        &mut self,
        n: Node<'_>,
        callee: &Expr,
        args: &[crate::code::hir::Arg],
        outs: Block,
    ) {
        for mut s in outs {
            if let StmtKind::Declare { value, .. } = &mut s.kind {
                let first = args.first().map(|a| a.value.clone()).filter(is_plain);
                *value = match (&callee.kind, first) {
                    (ExprKind::Attr { object, name, .. }, Some(index))
                        if name == "TryGetValue" && is_plain(object) =>
                    {
                        let kind = ExprKind::Index { object: object.clone(), index: Box::new(index) };
                        self.expr_at(n, kind)
                    }
                    _ => {
                        let plain = args.iter().map(|a| &a.value).filter(|v| is_plain(v));
                        self.expr_at(n, ExprKind::Opaque(plain.cloned().collect()))
                    }
                };
            }
            self.pending.push(s);
        }
    }
}

/// An expression that does nothing when it is looked at once more.
fn is_plain(e: &Expr) -> bool {
    let mut e = e;
    for _ in 0..16 {
        match &e.kind {
            ExprKind::Attr { object, .. } => e = object,
            ExprKind::Index { object, index }
                if matches!(index.kind, ExprKind::Str(_) | ExprKind::Int(_)) =>
            {
                e = object;
            }
            k => return matches!(k, ExprKind::Name(_) | ExprKind::Str(_) | ExprKind::Int(_)),
        }
    }
    false
}
