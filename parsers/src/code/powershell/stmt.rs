//! Statements.

use super::Lower;
use super::expr::{boxed, strip};
use super::mask::Op;
use crate::code::cst;
use crate::code::draft::{INVALID, Statements};
use crate::code::hir::{Block, Catch, Expr, ExprKind, Pattern, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Statements that give a value where one is wanted.
pub(super) const VALUED: &[&str] = &[
    "if_statement",
    "switch_statement",
    "foreach_statement",
    "for_statement",
    "while_statement",
    "do_statement",
    "try_statement",
    "flow_control_statement",
];

impl Lower<'_> {
    /// A whole file.
    pub(super) fn program(&mut self, root: Node<'_>, out: &mut Block) {
        for c in cst::named(root) {
            match c.kind() {
                "param_block" => self.script_params(c, out),
                "statement_list" => self.read_list(c, out),
                _ => self.broken(c.byte_range(), INVALID, out),
            }
        }
    }

    /// The statements of a block.
    pub(super) fn statements(&mut self, n: Node<'_>) -> Block {
        let mut out = Block::new();
        let outer = std::mem::take(&mut self.pending);
        if self.deeper(8) {
            for list in cst::named(n) {
                match list.kind() {
                    "statement_list" => self.read_list(list, &mut out),
                    _ => self.broken(list.byte_range(), INVALID, &mut out),
                }
            }
        }
        self.back(8);
        self.pending = outer;
        out
    }

    fn statement_block(&mut self, n: Node<'_>) -> Block {
        let block = cst::named(n).into_iter().find(|c| c.kind() == "statement_block");
        block.map(|b| self.statements(b)).unwrap_or_default()
    }

    pub(super) fn read_statement(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            "pipeline" => self.pipeline_statement(n, out),
            "function_statement" => self.function(n, out),
            "class_statement" => self.class(n, out),
            "enum_statement" => self.enumeration(n, out),
            "if_statement" => self.if_statement(n, out),
            "switch_statement" => self.switch(n, out),
            "foreach_statement" => self.foreach(n, out),
            "for_statement" => {
                let part = |name: &str| cst::field(n, name).and_then(|f| cst::named(f).first().copied());
                if let Some(first) = part("for_initializer") {
                    self.statement(first, out);
                }
                let test = part("for_condition").map(|c| self.expr(c));
                out.append(&mut self.pending);
                let mut body = self.loop_body(n);
                if let Some(step) = part("for_iterator") {
                    self.statement(step, &mut body);
                }
                out.push(self.stmt_at(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }));
            }
            "while_statement" | "do_statement" => {
                let test = cst::field(n, "condition").map(|c| self.expr(c));
                out.append(&mut self.pending);
                let body = self.loop_body(n);
                out.push(self.stmt_at(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }));
            }
            "try_statement" => self.try_statement(n, out),
            "trap_statement" => {
                let body = self.statement_block(n);
                let null = self.expr_at(n, ExprKind::Null);
                out.push(self.stmt_at(n, StmtKind::Opaque(vec![null], vec![body])));
            }
            "flow_control_statement" => self.flow(n, out),
            "data_statement" | "inlinescript_statement" | "sequence_statement" | "parallel_statement" => {
                let body = self.statement_block(n);
                out.push(self.stmt_at(n, StmtKind::Block(body)));
            }
            "empty_statement" | "label" | "background_operator" | "comment" => {}
            _ => {
                let e = self.expr(n);
                out.append(&mut self.pending);
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
        }
    }

    fn flow(&mut self, n: Node<'_>, out: &mut Block) {
        let word = n.child(0).map_or("", |c| self.text(c).trim()).to_ascii_lowercase();
        let value = match cst::named(n).first() {
            Some(v) if matches!(word.as_str(), "return" | "throw" | "exit") => Some(self.expr(*v)),
            _ => None,
        };
        out.append(&mut self.pending);
        match word.as_str() {
            "return" => out.push(self.stmt_at(n, StmtKind::Return(value))),
            "throw" => out.push(self.stmt_at(n, StmtKind::Raise(value))),
            "exit" => {
                let callee = self.named_at(n, "exit");
                let e = self.call_at(n, callee, Vec::new(), false);
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
            // Of a `switch` it ends the clause.
            "break" | "continue" if self.in_switch > 0 => {}
            "break" => out.push(self.stmt_at(n, StmtKind::Break)),
            _ => out.push(self.stmt_at(n, StmtKind::Continue)),
        }
    }

    fn if_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let mut arms: Vec<(lamlint_model::Span, Block, Expr, Block)> = Vec::new();
        let mut otherwise = Block::new();
        let clauses = cst::field(n, "elseif_clauses").map(cst::named).unwrap_or_default();
        for c in std::iter::once(n).chain(clauses) {
            let outer = std::mem::take(&mut self.pending);
            let test = match cst::field(c, "condition") {
                Some(t) => self.expr(t),
                None => self.unknown(c),
            };
            let before = std::mem::replace(&mut self.pending, outer);
            let body = self.statement_block(c);
            arms.push((self.span(c), before, test, body));
        }
        if let Some(e) = cst::field(n, "else_clause") {
            otherwise = self.statement_block(e);
        }
        for (span, before, test, then) in arms.into_iter().rev() {
            let mut all = before;
            all.push(Stmt { span, kind: StmtKind::If { test, then, otherwise } });
            otherwise = all;
        }
        out.append(&mut otherwise);
    }

    fn loop_body(&mut self, n: Node<'_>) -> Block {
        let outer = std::mem::take(&mut self.in_switch);
        let body = self.statement_block(n);
        self.in_switch = outer;
        body
    }

    fn foreach(&mut self, n: Node<'_>, out: &mut Block) {
        let parts = cst::named(n);
        let item = parts.iter().find(|p| p.kind() == "variable");
        let items = parts.iter().find(|p| p.kind() == "pipeline");
        let (Some(item), Some(items)) = (item, items) else { return };
        let items = self.expr(*items);
        out.append(&mut self.pending);
        let target = self.target(*item);
        let body = self.loop_body(n);
        let over = Some((target, items));
        out.push(self.stmt_at(n, StmtKind::Loop { over, test: None, body, otherwise: Vec::new() }));
    }

    fn switch(&mut self, n: Node<'_>, out: &mut Block) {
        let parts = cst::named(n);
        let find = |k: &str| parts.iter().find(|p| p.kind() == k).copied();
        let by_pattern = find("switch_parameters").is_some_and(|p| {
            let text = self.text(p).to_ascii_lowercase();
            text.contains("regex") || text.contains("wildcard")
        });
        let value = match find("switch_condition").and_then(|c| cst::named(c).first().copied()) {
            Some(v) => self.expr(v),
            None => self.unknown(n),
        };
        out.append(&mut self.pending);
        let name: SmolStr = format!("$_'{}", self.temporary()).into();
        let subject = Expr { span: value.span, kind: ExprKind::Name(name.clone()) };
        out.push(
            self.stmt_at(n, StmtKind::Assign { target: Pattern::Name(name.clone(), subject.span), value }),
        );
        let outer = std::mem::replace(&mut self.it, name);
        self.in_switch += 1;
        let mut arms = Vec::new();
        let mut otherwise = Block::new();
        let clauses = find("switch_body").map(cst::named).unwrap_or_default();
        for c in clauses.into_iter().flat_map(cst::named) {
            let Some(condition) = cst::named(c).into_iter().find(|p| p.kind() == "switch_clause_condition")
            else {
                continue;
            };
            let body = self.statement_block(c);
            let inner = strip(condition);
            if self.text(inner).trim().eq_ignore_ascii_case("default") {
                otherwise = body;
                continue;
            }
            let test = if inner.kind() == "script_block_expression" {
                match &mut self.block_of(inner)[..] {
                    [Stmt { kind: StmtKind::Expr(e), .. }] => e.clone(),
                    _ => self.expr_at(c, ExprKind::Opaque(vec![subject.clone()])),
                }
            } else {
                let right = if inner.kind() == "switch_clause_condition" {
                    self.bare(inner)
                } else {
                    self.expr(inner)
                };
                let (left, right) = (subject.clone(), right);
                let kind = if by_pattern {
                    ExprKind::Opaque(vec![left, right])
                } else {
                    ExprKind::Compare {
                        op: SmolStr::new_static("=="),
                        left: boxed(left),
                        right: boxed(right),
                    }
                };
                self.expr_at(condition, kind)
            };
            arms.push((self.span(c), test, body));
        }
        self.in_switch -= 1;
        self.it = outer;
        for (span, test, then) in arms.into_iter().rev() {
            otherwise = vec![Stmt { span, kind: StmtKind::If { test, then, otherwise } }];
        }
        out.append(&mut otherwise);
    }

    fn try_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let body = self.statement_block(n);
        let mut catches = Vec::new();
        let mut finally = Block::new();
        for c in cst::named(n) {
            match c.kind() {
                "catch_clauses" => {
                    for k in cst::named(c) {
                        let name: SmolStr = format!("$_'{}", self.temporary()).into();
                        let outer = std::mem::replace(&mut self.it, name.clone());
                        let body = self.statement_block(k);
                        self.it = outer;
                        catches.push(Catch { types: Vec::new(), name: Some(name), body, span: self.span(k) });
                    }
                }
                "finally_clause" => finally = self.statement_block(c),
                _ => {}
            }
        }
        out.push(self.stmt_at(n, StmtKind::Try { body, catches, otherwise: Vec::new(), finally }));
    }

    /// `$x = …`; gives what was bound.
    pub(super) fn assignment(&mut self, n: Node<'_>, out: &mut Block) -> Option<Pattern> {
        let left = cst::named(n).into_iter().find(|c| c.kind() == "left_assignment_expression")?;
        let right = cst::field(n, "value")?;
        let operator = cst::named(n).into_iter().find(|c| c.kind() == "assignement_operator")?;
        let op = self.ops.get(&operator.start_byte()).copied();
        let text = self.text(operator).trim();
        let value = self.statement_value(right);
        let target = self.target(left);
        out.append(&mut self.pending);
        let place = match &target {
            Pattern::Name(name, span) => Some(Expr { span: *span, kind: ExprKind::Name(name.clone()) }),
            Pattern::Place(e) => Some((**e).clone()),
            _ => None,
        };
        let op = if op == Some(Op::CoalesceAssign) { "??" } else { text.trim_end_matches('=') };
        match place {
            Some(place) if !op.is_empty() => {
                out.push(self.stmt_at(n, StmtKind::AugAssign { target: place, op: op.into(), value }));
            }
            _ => out.push(self.stmt_at(n, StmtKind::Assign { target: target.clone(), value })),
        }
        Some(target)
    }

    pub(super) fn target(&mut self, n: Node<'_>) -> Pattern {
        let inner = strip(n);
        match inner.kind() {
            "variable" => match self.variable(inner) {
                Expr { kind: ExprKind::Name(name), span } => Pattern::Name(name, span),
                e @ Expr { kind: ExprKind::Attr { .. }, .. } => Pattern::Place(boxed(e)),
                _ => Pattern::Ignore,
            },
            "array_literal_expression" => {
                Pattern::List(cst::named(inner).into_iter().map(|i| self.target(i)).collect())
            }
            // `[string]$x = …`
            "cast_expression" | "expression_with_unary_operator" => match cst::named(inner).last() {
                Some(v) => {
                    let v = *v;
                    if self.enter() {
                        let p = self.target(v);
                        self.leave();
                        p
                    } else {
                        self.leave();
                        Pattern::Ignore
                    }
                }
                None => Pattern::Ignore,
            },
            "member_access" | "element_access" => match self.expr(inner) {
                e @ Expr { kind: ExprKind::Attr { .. } | ExprKind::Index { .. }, .. } => {
                    Pattern::Place(boxed(e))
                }
                _ => Pattern::Ignore,
            },
            _ => Pattern::Ignore,
        }
    }

    /// What a statement gives where a value is wanted: `$x = if (…) { 1 } else { 2 }`.
    pub(super) fn statement_value(&mut self, n: Node<'_>) -> Expr {
        let inner = strip(n);
        if !VALUED.contains(&inner.kind()) {
            return self.expr(inner);
        }
        let mut own = Block::new();
        if self.enter() {
            self.statement(inner, &mut own);
        }
        self.leave();
        self.value_of(inner, own)
    }

    /// The value of statements, which run before the current one.
    fn value_of(&mut self, n: Node<'_>, mut own: Block) -> Expr {
        let temp = self.temporary();
        let loops = matches!(own.last().map(|s| &s.kind), Some(StmtKind::Loop { .. }));
        match own.last_mut().map(|s| &mut s.kind) {
            Some(StmtKind::Loop { body, .. }) => assign_tail(body, &temp, 0),
            _ => assign_tail(&mut own, &temp, 0),
        }
        let null = self.expr_at(n, ExprKind::Null);
        let target = Pattern::Name(temp.clone(), self.span(n));
        self.pending.push(self.stmt_at(n, StmtKind::Assign { target, value: null }));
        self.pending.append(&mut own);
        if loops { self.list_of(n, &temp) } else { self.named_at(n, &temp) }
    }

    /// `$( … )`, `@( … )`
    pub(super) fn statements_value(&mut self, n: Node<'_>) -> Expr {
        let Some(list) = cst::field(n, "statements") else {
            let kind =
                if n.kind() == "array_expression" { ExprKind::List(Vec::new()) } else { ExprKind::Null };
            return self.expr_at(n, kind);
        };
        let all: Vec<Node<'_>> =
            cst::named(list).into_iter().filter(|s| s.kind() != "empty_statement").collect();
        if let [one] = all[..] {
            return self.statement_value(one);
        }
        let items = all.into_iter().map(|s| self.statement_value(s)).collect();
        self.expr_at(n, ExprKind::List(items))
    }
}

/// The last value of statements goes to a name.
pub(super) fn assign_tail(body: &mut Block, temp: &SmolStr, depth: u32) {
    let Some(last) = body.last_mut().filter(|_| depth < 60) else { return };
    let span = last.span;
    match &mut last.kind {
        StmtKind::Expr(e) => {
            let value = std::mem::replace(e, Expr { span, kind: ExprKind::Null });
            last.kind = StmtKind::Assign { target: Pattern::Name(temp.clone(), span), value };
        }
        StmtKind::If { then, otherwise, .. } => {
            assign_tail(then, temp, depth + 1);
            assign_tail(otherwise, temp, depth + 1);
        }
        StmtKind::Try { body, catches, .. } => {
            assign_tail(body, temp, depth + 1);
            for c in catches {
                assign_tail(&mut c.body, temp, depth + 1);
            }
        }
        StmtKind::Block(b) => assign_tail(b, temp, depth + 1),
        StmtKind::Continue => {
            let n = body.len();
            if n > 1 {
                let tail = body.pop();
                assign_tail(body, temp, depth + 1);
                body.extend(tail);
            }
        }
        _ => {}
    }
}

/// The last value of a function is what it gives; where others go out besides, what it gives is not known.
pub(super) fn outputs(body: &mut Block, depth: u32) {
    let Some((last, before)) = body.split_last_mut().filter(|_| depth < 60) else { return };
    let more = before.iter().any(gives);
    let span = last.span;
    match &mut last.kind {
        StmtKind::Expr(e) => {
            let e = std::mem::replace(e, Expr { span, kind: ExprKind::Null });
            let e = if more { Expr { span, kind: ExprKind::Opaque(vec![e]) } } else { e };
            last.kind = StmtKind::Return(Some(e));
        }
        StmtKind::Return(Some(e)) if more => {
            let inner = std::mem::replace(e, Expr { span, kind: ExprKind::Null });
            *e = Expr { span, kind: ExprKind::Opaque(vec![inner]) };
        }
        StmtKind::If { then, otherwise, .. } if !more => {
            outputs(then, depth + 1);
            outputs(otherwise, depth + 1);
        }
        StmtKind::Try { body, catches, .. } if !more => {
            outputs(body, depth + 1);
            for c in catches {
                outputs(&mut c.body, depth + 1);
            }
        }
        StmtKind::Block(b) if !more => outputs(b, depth + 1),
        StmtKind::Return(_) | StmtKind::Raise(_) => {}
        kind => {
            let inner = matches!(kind, StmtKind::Loop { .. } | StmtKind::If { .. } | StmtKind::Try { .. });
            if more || inner {
                let e = Expr { span, kind: ExprKind::Opaque(Vec::new()) };
                body.push(Stmt { span, kind: StmtKind::Return(Some(e)) });
            }
        }
    }
}

/// Whether a statement surely gives something out.
fn gives(s: &Stmt) -> bool {
    let StmtKind::Expr(e) = &s.kind else { return false };
    matches!(
        e.kind,
        ExprKind::Name(_)
            | ExprKind::Str(_)
            | ExprKind::Template(_)
            | ExprKind::Attr { .. }
            | ExprKind::Index { .. }
            | ExprKind::List(_)
            | ExprKind::Map(_)
    )
}
