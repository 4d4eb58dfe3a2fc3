//! Statements.

use super::Lower;
use super::decl::plain;
use crate::code::cst;
use crate::code::draft::{Scoped, Statements};
use crate::code::hir::{Block, Expr, ExprKind, Pattern, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    pub(super) fn read_statement(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            "expression_statement" | "go_statement" | "defer_statement" => {
                for c in cst::named(n) {
                    let e = self.expr(c);
                    out.push(self.stmt_at(n, StmtKind::Expr(e)));
                }
            }
            "var_declaration" | "const_declaration" => self.variables(n, out),
            "type_declaration" => self.types(n, out),
            "short_var_declaration" | "receive_statement" => self.short(n, out),
            "assignment_statement" => self.assign(n, out),
            "inc_statement" | "dec_statement" => {
                let Some(x) = cst::named(n).first().copied() else { return };
                let target = self.expr(x);
                let op = if n.kind() == "inc_statement" { "+" } else { "-" };
                let value = self.expr_at(n, ExprKind::Int(1));
                out.push(self.stmt_at(n, StmtKind::AugAssign { target, op: op.into(), value }));
            }
            "send_statement" => {
                let parts = cst::named(n).into_iter().map(|c| self.expr(c)).collect();
                let e = self.expr_at(n, ExprKind::Opaque(parts));
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
            "return_statement" => {
                let value = self.returned(n);
                out.push(self.stmt_at(n, StmtKind::Return(value)));
            }
            "if_statement" => self.branch(n, out),
            "for_statement" => self.repeat(n, out),
            "expression_switch_statement" | "type_switch_statement" => self.switch(n, out),
            "select_statement" => self.select(n, out),
            "block" => {
                let block = self.block(n);
                out.push(self.stmt_at(n, StmtKind::Block(block)));
            }
            "labeled_statement" => {
                for c in cst::named(n).into_iter().filter(|c| c.kind() != "label_name") {
                    self.statement(c, out);
                }
            }
            // What follows in a `switch` runs anyway.
            "break_statement" if self.in_switch && cst::named(n).is_empty() => {}
            "break_statement" => out.push(self.stmt_at(n, StmtKind::Break)),
            "continue_statement" => out.push(self.stmt_at(n, StmtKind::Continue)),
            "function_declaration" | "method_declaration" | "import_declaration" => {
                self.broken(n.byte_range(), "a declaration inside of a function", out);
            }
            "fallthrough_statement" | "goto_statement" | "empty_statement" => {}
            _ => {
                let e = self.expr(n);
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
        }
    }

    fn returned(&mut self, n: Node<'_>) -> Option<Expr> {
        let values = cst::named(n).into_iter().flat_map(cst::named).collect::<Vec<_>>();
        let mut values: Vec<Expr> = values.into_iter().map(|v| self.expr(v)).collect();
        if values.is_empty() {
            let names = self.results.last().cloned().unwrap_or_default();
            values = names.into_iter().map(|r| self.expr_at(n, ExprKind::Name(r))).collect();
        }
        match values.len() {
            0 => None,
            1 => values.pop(),
            _ => Some(self.expr_at(n, ExprKind::List(values))),
        }
    }

    /// `a, b := …`
    fn short(&mut self, n: Node<'_>, out: &mut Block) {
        let values = cst::field(n, "right").map(list).unwrap_or_default();
        let values: Vec<Expr> = values.into_iter().map(|v| self.expr(v)).collect();
        let declares = cst::has(n, ":=");
        let mut targets = Vec::new();
        for t in cst::field(n, "left").map(list).unwrap_or_default() {
            targets.push(if declares { self.declared(t) } else { self.place(t) });
        }
        if targets.is_empty() {
            for e in values {
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
            return;
        }
        self.bind(n, targets, values, declares, out);
    }

    fn assign(&mut self, n: Node<'_>, out: &mut Block) {
        let op = cst::field(n, "operator").map_or("=", |o| self.text(o));
        let left = cst::field(n, "left").map(list).unwrap_or_default();
        let right = cst::field(n, "right").map(list).unwrap_or_default();
        if op != "=" {
            if let (Some(t), Some(v)) = (left.first(), right.first()) {
                let (target, value) = (self.expr(*t), self.expr(*v));
                let op: SmolStr = op.trim_end_matches('=').into();
                out.push(self.stmt_at(n, StmtKind::AugAssign { target, op, value }));
            }
            return;
        }
        let values: Vec<Expr> = right.into_iter().map(|v| self.expr(v)).collect();
        let targets: Vec<Pattern> = left.into_iter().map(|t| self.place(t)).collect();
        self.bind(n, targets, values, false, out);
    }

    /// What an assignment changes.
    fn place(&mut self, n: Node<'_>) -> Pattern {
        let e = self.expr(n);
        match e.kind {
            ExprKind::Name(name) if name == "_" => Pattern::Ignore,
            ExprKind::Name(name) => Pattern::Name(name, e.span),
            ExprKind::Attr { .. } | ExprKind::Index { .. } => Pattern::Place(Box::new(e)),
            _ => Pattern::Ignore,
        }
    }

    fn branch(&mut self, n: Node<'_>, out: &mut Block) {
        if !self.enter() {
            self.leave();
            return;
        }
        self.scopes.push();
        let mut block = Block::new();
        if let Some(init) = cst::field(n, "initializer") {
            self.statement(init, &mut block);
        }
        let test = match cst::field(n, "condition") {
            Some(c) => self.condition(c),
            None => self.unknown(n),
        };
        let then = cst::field(n, "consequence").map(|b| self.block(b)).unwrap_or_default();
        let mut otherwise = Block::new();
        if let Some(alternative) = cst::field(n, "alternative") {
            if alternative.kind() == "block" {
                otherwise = self.block(alternative);
            } else {
                self.statement(alternative, &mut otherwise);
            }
        }
        block.push(self.stmt_at(n, StmtKind::If { test, then, otherwise }));
        self.scopes.pop();
        out.append(&mut block);
        self.leave();
    }

    fn repeat(&mut self, n: Node<'_>, out: &mut Block) {
        self.scopes.push();
        let in_switch = std::mem::take(&mut self.in_switch);
        let (mut over, mut test, mut start, mut step) = (None, None, Block::new(), Block::new());
        for c in cst::named(n) {
            match c.kind() {
                "block" => {}
                "range_clause" => {
                    let items = cst::field(c, "right").map(|r| self.expr(r));
                    let items = items.unwrap_or_else(|| self.unknown(c));
                    let declares = cst::has(c, ":=");
                    let mut targets = Vec::new();
                    for t in cst::field(c, "left").map(list).unwrap_or_default() {
                        targets.push(if declares { self.declared(t) } else { self.place(t) });
                    }
                    let mut targets = targets.into_iter();
                    if let Some(target) = targets.next() {
                        let value = self.expr_at(c, ExprKind::Name("#index".into()));
                        let kind = if declares {
                            StmtKind::Declare { target, value }
                        } else {
                            StmtKind::Assign { target, value }
                        };
                        start.push(self.stmt_at(c, kind));
                    }
                    over = Some((targets.next().unwrap_or(Pattern::Ignore), items));
                }
                "for_clause" => {
                    if let Some(init) = cst::field(c, "initializer") {
                        self.statement(init, &mut start);
                    }
                    test = cst::field(c, "condition").map(|t| self.expr(t));
                    if let Some(update) = cst::field(c, "update") {
                        self.statement(update, &mut step);
                    }
                }
                _ => test = Some(self.expr(c)),
            }
        }
        let mut body = cst::field(n, "body").map(|b| self.block(b)).unwrap_or_default();
        body.append(&mut step);
        self.in_switch = in_switch;
        self.scopes.pop();
        out.append(&mut start);
        out.push(self.stmt_at(n, StmtKind::Loop { over, test, body, otherwise: Vec::new() }));
    }

    /// A `switch` is a chain of branches.
    fn switch(&mut self, n: Node<'_>, out: &mut Block) {
        if !self.enter() {
            self.leave();
            return;
        }
        self.scopes.push();
        let mut block = Block::new();
        if let Some(init) = cst::field(n, "initializer") {
            self.statement(init, &mut block);
        }
        let value = cst::field(n, "value").map(|v| self.expr(v));
        let alias = cst::field(n, "alias").map(list).unwrap_or_default().first().map(|a| self.declared(*a));
        if let (Some(target), Some(value)) = (alias, &value) {
            block.push(self.stmt_at(n, StmtKind::Declare { target, value: value.clone() }));
        }
        let in_switch = std::mem::replace(&mut self.in_switch, true);
        let mut falls = false;
        let mut cases: Vec<(Option<Expr>, Block)> = Vec::new();
        for c in cst::named(n).into_iter().filter(|c| c.kind().ends_with("_case")) {
            let test = match c.kind() {
                "expression_case" => {
                    let tests = cst::field(c, "value").map(list).unwrap_or_default();
                    let tests: Vec<Expr> = tests.into_iter().map(|t| self.expr(t)).collect();
                    Some(self.tests(c, value.as_ref(), tests))
                }
                "type_case" => Some(self.expr_at(c, ExprKind::Opaque(value.iter().cloned().collect()))),
                _ => None,
            };
            let mut body = Block::new();
            for s in cst::named(c).into_iter().filter(|s| s.kind() == "statement_list") {
                falls |= !cst::all_of_kind(s, "fallthrough_statement").is_empty();
                body.extend(self.statements(s));
            }
            cases.push((test, body));
        }
        self.in_switch = in_switch;
        self.scopes.pop();
        if falls {
            // Which of them run together is not told apart.
            let tests = cases.iter().filter_map(|(t, _)| t.clone()).collect();
            let blocks = cases.into_iter().map(|(_, b)| b).collect();
            block.push(self.stmt_at(n, StmtKind::Opaque(tests, blocks)));
        } else {
            // The default stands last, wherever it is written.
            cases.sort_by_key(|(t, _)| t.is_none());
            let mut chain = Block::new();
            for (test, body) in cases.into_iter().rev() {
                chain = match test {
                    None => body,
                    Some(test) => {
                        let span = test.span;
                        vec![plain(span, StmtKind::If { test, then: body, otherwise: chain })]
                    }
                };
            }
            block.append(&mut chain);
        }
        out.append(&mut block);
        self.leave();
    }

    /// The condition of a case.
    fn tests(&mut self, n: Node<'_>, value: Option<&Expr>, tests: Vec<Expr>) -> Expr {
        let mut all: Option<Expr> = None;
        for t in tests.into_iter().take(64) {
            let one = match value {
                Some(v) => {
                    let (left, right) = (Box::new(v.clone()), Box::new(t));
                    self.expr_at(n, ExprKind::Compare { op: "==".into(), left, right })
                }
                None => t,
            };
            all = Some(match all {
                None => one,
                Some(before) => {
                    let (left, right) = (Box::new(before), Box::new(one));
                    self.expr_at(n, ExprKind::Logic { op: "or".into(), left, right })
                }
            });
        }
        all.unwrap_or_else(|| self.unknown(n))
    }

    fn select(&mut self, n: Node<'_>, out: &mut Block) {
        let in_switch = std::mem::replace(&mut self.in_switch, true);
        let mut blocks = Vec::new();
        for c in cst::named(n) {
            self.scopes.push();
            let mut block = Block::new();
            if let Some(s) = cst::field(c, "communication") {
                self.statement(s, &mut block);
            }
            for s in cst::named(c).into_iter().filter(|s| s.kind() == "statement_list") {
                block.extend(self.statements(s));
            }
            self.scopes.pop();
            blocks.push(block);
        }
        self.in_switch = in_switch;
        // Without cases it waits for ever.
        if !blocks.is_empty() {
            out.push(self.stmt_at(n, StmtKind::Opaque(Vec::new(), blocks)));
        }
    }
}

/// The parts of a list of expressions, or the one expression itself.
fn list(n: Node<'_>) -> Vec<Node<'_>> {
    if n.kind() == "expression_list" { cst::named(n) } else { vec![n] }
}
