//! `switch`, old and new, as a statement and as a value: a chain of branches.

use super::Lower;
use crate::code::cst;
use crate::code::draft::Statements;
use crate::code::hir::{Block, Expr, ExprKind, Function, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// A case: its test (none for the default), and what it does.
type Case = (Option<Expr>, Block);

impl Lower<'_> {
    /// A `switch` for its effect.
    pub(super) fn switch_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let (value, cases, falls) = self.cases(n, false);
        self.chain(n, value, cases, falls, out);
    }

    /// The value of a `switch`.
    pub(super) fn switch_value(&mut self, n: Node<'_>) -> ExprKind {
        let id = self.add_function(Function {
            name: SmolStr::default(),
            name_span: self.span(n),
            ..Function::at(self.span(n))
        });
        self.names.push();
        let pending = std::mem::take(&mut self.pending);
        let (value, cases, falls) = self.cases(n, true);
        let mut body = std::mem::replace(&mut self.pending, pending);
        self.names.pop();
        self.chain(n, value, cases, falls, &mut body);
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.body = body;
        }
        self.called_closure(n, id)
    }

    /// The value, the cases, and whether one goes on into the next.
    fn cases(&mut self, n: Node<'_>, is_value: bool) -> (Expr, Vec<Case>, bool) {
        let value = match cst::field(n, "condition") {
            Some(c) => self.expr(c),
            None => self.unknown(n),
        };
        let in_switch = std::mem::replace(&mut self.in_switch, true);
        let mut cases: Vec<Case> = Vec::new();
        let mut falls = false;
        let groups = cst::field(n, "body").map(cst::named).unwrap_or_default();
        let last = groups.len().saturating_sub(1);
        for (i, g) in groups.into_iter().enumerate() {
            self.names.push();
            let mut body = Block::new();
            let mut tests = Vec::new();
            let mut default = false;
            let parts = cst::named(g);
            for label in parts.iter().filter(|p| p.kind() == "switch_label") {
                default |= cst::has(*label, "default");
                self.label(*label, &value, &mut tests, &mut body);
            }
            let statements: Vec<Node<'_>> =
                parts.into_iter().filter(|p| p.kind() != "switch_label").collect();
            let rule = g.kind() == "switch_rule";
            for s in &statements {
                if is_value && rule && s.kind() == "expression_statement" {
                    let e = cst::named(*s).first().map(|e| self.expr(*e));
                    body.push(self.stmt_at(*s, StmtKind::Return(e)));
                } else if s.is_error() {
                    self.broken(s.byte_range(), "invalid syntax", &mut body);
                } else {
                    self.statement(*s, &mut body);
                }
            }
            falls |= !rule && i < last && !statements.last().is_some_and(|s| ends(*s));
            self.names.pop();
            let span = self.span(g);
            let test = (!default).then(|| any_of(tests, span));
            cases.push((test, body));
        }
        self.in_switch = in_switch;
        (value, cases, falls)
    }

    fn label(&mut self, label: Node<'_>, value: &Expr, tests: &mut Vec<Expr>, body: &mut Block) {
        for c in cst::named(label).into_iter().take(64) {
            let test = match c.kind() {
                "pattern" | "type_pattern" | "record_pattern" => {
                    for name in bound(c) {
                        let target = self.declared(name);
                        body.push(self.stmt_at(c, StmtKind::Declare { target, value: value.clone() }));
                    }
                    self.expr_at(c, ExprKind::Opaque(vec![value.clone()]))
                }
                "guard" => {
                    let parts = cst::named(c).into_iter().map(|e| self.expr(e)).collect();
                    self.expr_at(c, ExprKind::Opaque(parts))
                }
                _ => {
                    // A constant of an enum stands there without its type.
                    let right = if c.kind() == "identifier" { self.unknown(c) } else { self.expr(c) };
                    let (left, right) = (Box::new(value.clone()), Box::new(right));
                    self.expr_at(c, ExprKind::Compare { op: "==".into(), left, right })
                }
            };
            tests.push(test);
        }
    }

    fn chain(&mut self, n: Node<'_>, value: Expr, mut cases: Vec<Case>, falls: bool, out: &mut Block) {
        if cases.is_empty() {
            out.push(self.stmt_at(n, StmtKind::Expr(value)));
            return;
        }
        if falls {
            // Which of them run together is not told apart.
            let tests = cases.iter().filter_map(|(t, _)| t.clone()).collect();
            let blocks = cases.into_iter().map(|(_, b)| b).collect();
            out.push(self.stmt_at(n, StmtKind::Opaque(tests, blocks)));
            return;
        }
        // Chains are nested: a long one is taken as unordered.
        if cases.len() > 48 {
            let tests = cases.iter().filter_map(|(t, _)| t.clone()).collect();
            let blocks = cases.into_iter().map(|(_, b)| b).collect();
            out.push(self.stmt_at(n, StmtKind::Opaque(tests, blocks)));
            return;
        }
        cases.sort_by_key(|(t, _)| t.is_none());
        let mut chain = Block::new();
        for (test, body) in cases.into_iter().rev() {
            chain = match test {
                None => body,
                Some(test) => {
                    let span = test.span;
                    vec![Stmt { span, kind: StmtKind::If { test, then: body, otherwise: chain } }]
                }
            };
        }
        out.append(&mut chain);
    }
}

fn any_of(tests: Vec<Expr>, span: lamlint_model::Span) -> Expr {
    let mut tests = tests.into_iter();
    let first = tests.next().unwrap_or(Expr { span, kind: ExprKind::Opaque(Vec::new()) });
    tests.fold(first, |left, right| Expr {
        span,
        kind: ExprKind::Logic { op: "or".into(), left: Box::new(left), right: Box::new(right) },
    })
}

/// Whether nothing behind a statement runs.
fn ends(s: Node<'_>) -> bool {
    match s.kind() {
        "break_statement" | "return_statement" | "throw_statement" | "continue_statement"
        | "yield_statement" => true,
        "block" => cst::named(s).last().is_some_and(|l| ends(*l)),
        _ => false,
    }
}

/// The names a pattern binds.
pub(super) fn bound(pattern: Node<'_>) -> Vec<Node<'_>> {
    let mut out = Vec::new();
    cst::visit(pattern, |n| {
        if matches!(n.kind(), "type_pattern" | "record_pattern_component") {
            out.extend(cst::named(n).last().filter(|l| l.kind() == "identifier").copied());
            return false;
        }
        true
    });
    out
}
