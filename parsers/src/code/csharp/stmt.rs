//! Statements.

use super::Lower;
use crate::code::cst;
use crate::code::draft::{Scoped, Statements};
use crate::code::hir::{Block, Catch, Expr, ExprKind, Pattern, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    pub(super) fn read_statement(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            "expression_statement" => {
                for c in cst::named(n) {
                    self.effect(c, out);
                }
            }
            "local_declaration_statement" => {
                for d in cst::named(n).into_iter().filter(|c| c.kind() == "variable_declaration") {
                    self.variables(d, out);
                }
            }
            "variable_declaration" => self.variables(n, out),
            "local_function_statement" => {
                let Some(name) = cst::field(n, "name") else { return };
                let told = self.scopes.declare(&self.name(name));
                let (params, body) = (cst::field(n, "parameters"), cst::field(n, "body"));
                let id = self.function_of(n, told, Some(name), params, body, None);
                out.push(self.stmt_at(n, StmtKind::Function(id)));
            }
            "return_statement" => {
                let value = cst::named(n).first().map(|e| self.expr(*e));
                out.push(self.stmt_at(n, StmtKind::Return(value)));
            }
            "yield_statement" => {
                self.yields = true;
                let kind = match cst::named(n).first() {
                    Some(e) => {
                        let value = self.expr(*e);
                        StmtKind::Expr(self.expr_at(n, ExprKind::Yield(Some(Box::new(value)))))
                    }
                    None => StmtKind::Return(None),
                };
                out.push(self.stmt_at(n, kind));
            }
            "throw_statement" => {
                let value = cst::named(n).first().map(|e| self.expr(*e));
                out.push(self.stmt_at(n, StmtKind::Raise(value)));
            }
            "if_statement" => {
                if self.enter() {
                    self.branch(n, out);
                }
                self.leave();
            }
            "for_statement" => self.counting(n, out),
            "foreach_statement" => self.each(n, out),
            "while_statement" | "do_statement" => {
                let test = cst::field(n, "condition").map(|t| self.expr(t));
                let body = self.inner_loop(n);
                out.push(self.stmt_at(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }));
            }
            "switch_statement" => {
                if self.enter() {
                    self.switch(n, out);
                }
                self.leave();
            }
            "try_statement" => self.attempt(n, out),
            "using_statement" | "fixed_statement" | "lock_statement" => {
                self.scopes.push();
                let mut block = Block::new();
                for (field, c) in cst::with_fields(n) {
                    if !c.is_named() || field == Some("body") {
                        continue;
                    }
                    if c.kind() == "variable_declaration" {
                        self.variables(c, &mut block);
                    } else if c.kind().ends_with("_statement") || c.kind() == "block" {
                        self.nested(c, &mut block);
                    } else {
                        self.effect(c, &mut block);
                    }
                }
                if let Some(body) = cst::field(n, "body") {
                    self.nested(body, &mut block);
                }
                self.scopes.pop();
                out.push(self.stmt_at(n, StmtKind::Block(block)));
            }
            "checked_statement" | "unsafe_statement" => {
                for c in cst::named(n) {
                    self.nested(c, out);
                }
            }
            "block" => {
                let block = self.statements(n);
                out.push(self.stmt_at(n, StmtKind::Block(block)));
            }
            "labeled_statement" => {
                for c in cst::named(n).into_iter().skip(1) {
                    self.statement(c, out);
                }
            }
            "global_statement" => {
                for c in cst::named(n) {
                    self.statement(c, out);
                }
            }
            "preproc_if" => match self.compiled(n) {
                Some(code) if self.enter() => {
                    for c in code {
                        self.statement(c, out);
                    }
                    self.leave();
                }
                Some(_) => self.leave(),
                None => out.push(self.perhaps(n)),
            },
            // What follows in a `switch` runs anyway.
            "break_statement" if self.in_switch => {}
            "break_statement" => out.push(self.stmt_at(n, StmtKind::Break)),
            "continue_statement" => out.push(self.stmt_at(n, StmtKind::Continue)),
            "goto_statement" => out.push(self.stmt_at(n, StmtKind::Opaque(Vec::new(), Vec::new()))),
            "empty_statement" => {}
            k if k.starts_with("preproc_") => {}
            _ => self.effect(n, out),
        }
    }

    /// An expression for its effect.
    fn effect(&mut self, n: Node<'_>, out: &mut Block) {
        let n = match n.kind() {
            "parenthesized_expression" => cst::named(n).first().copied().unwrap_or(n),
            _ => n,
        };
        if n.kind() == "assignment_expression" {
            self.assignment(n, out);
            return;
        }
        let e = self.expr(n);
        let kind = match &e.kind {
            // `x++`
            ExprKind::Assign { target, op, value } if !op.is_empty() => match &**target {
                Pattern::Name(name, span) => StmtKind::AugAssign {
                    target: Expr { span: *span, kind: ExprKind::Name(name.clone()) },
                    op: op.clone(),
                    value: (**value).clone(),
                },
                Pattern::Place(p) => {
                    StmtKind::AugAssign { target: (**p).clone(), op: op.clone(), value: (**value).clone() }
                }
                _ => StmtKind::Expr(e),
            },
            _ => StmtKind::Expr(e),
        };
        out.push(self.stmt_at(n, kind));
    }

    fn assignment(&mut self, n: Node<'_>, out: &mut Block) {
        let (Some(left), Some(right)) = (cst::field(n, "left"), cst::field(n, "right")) else { return };
        let op = cst::field(n, "operator").map_or("=", |o| self.text(o));
        let value = self.expr(right);
        if op != "=" {
            let target = self.expr(left);
            let op: SmolStr = op.trim_end_matches('=').into();
            out.push(self.stmt_at(n, StmtKind::AugAssign { target, op, value }));
            return;
        }
        if matches!(left.kind(), "declaration_expression" | "tuple_expression") {
            let declares = left.kind() == "declaration_expression"
                || cst::all_of_kind(left, "declaration_expression").len() == cst::named(left).len();
            let target = self.target(left);
            let kind = if declares {
                StmtKind::Declare { target, value }
            } else {
                StmtKind::Assign { target, value }
            };
            out.push(self.stmt_at(n, kind));
            return;
        }
        let target = self.target(left);
        out.push(self.stmt_at(n, StmtKind::Assign { target, value }));
    }

    /// What an assignment changes.
    pub(super) fn target(&mut self, n: Node<'_>) -> Pattern {
        match n.kind() {
            "tuple_expression" => {
                let items = cst::named(n).into_iter().filter_map(|a| cst::named(a).last().copied());
                Pattern::List(items.collect::<Vec<_>>().into_iter().map(|c| self.target(c)).collect())
            }
            "declaration_expression" => match cst::field(n, "name") {
                Some(name) => self.declared(name),
                None => self.designation(n),
            },
            "parenthesized_variable_designation" | "tuple_pattern" => self.designation(n),
            "discard" => Pattern::Ignore,
            // A member of a base class in another file.
            "identifier" if !self.scopes.knows(&self.name(n)) && !self.is_member(&self.name(n)) => {
                if self.text(n) == "_" {
                    return Pattern::Ignore;
                }
                let object = Box::new(self.expr_at(n, ExprKind::Name("this".into())));
                let kind = ExprKind::Attr { object, name: self.name(n), optional: false };
                Pattern::Place(Box::new(self.expr_at(n, kind)))
            }
            _ => {
                let e = self.expr(n);
                match e.kind {
                    ExprKind::Name(name) => Pattern::Name(name, e.span),
                    ExprKind::Attr { .. } | ExprKind::Index { .. } => Pattern::Place(Box::new(e)),
                    _ => Pattern::Ignore,
                }
            }
        }
    }

    /// `(a, b)`, with the names it declares.
    pub(super) fn designation(&mut self, n: Node<'_>) -> Pattern {
        let mut items = Vec::new();
        for c in cst::named(n) {
            match c.kind() {
                "identifier" => items.push(self.declared(c)),
                "parenthesized_variable_designation" | "tuple_pattern" if self.enter() => {
                    items.push(self.designation(c));
                    self.leave();
                }
                "discard" => items.push(Pattern::Ignore),
                _ => {}
            }
        }
        match (items.len(), items.first()) {
            (1, Some(_)) if n.kind() == "declaration_expression" => items.pop().unwrap_or(Pattern::Ignore),
            _ => Pattern::List(items),
        }
    }

    fn variables(&mut self, d: Node<'_>, out: &mut Block) {
        let ty = cst::field(d, "type");
        for v in cst::named(d).into_iter().filter(|v| v.kind() == "variable_declarator") {
            let name = cst::field(v, "name");
            let value = cst::named(v).into_iter().rfind(|c| Some(*c) != name && c.kind() != "tuple_pattern");
            let value = match value {
                Some(e) => self.typed(e, ty),
                None => self.empty(v, ty),
            };
            let target = match (name, cst::named(v).into_iter().find(|c| c.kind() == "tuple_pattern")) {
                (Some(n), _) => self.declared(n),
                (None, Some(p)) => self.designation(p),
                (None, None) => Pattern::Ignore,
            };
            out.push(self.stmt_at(v, StmtKind::Declare { target, value }));
        }
    }

    /// A statement that is the whole body of another.
    fn nested(&mut self, n: Node<'_>, out: &mut Block) {
        if !self.enter() {
            self.leave();
            return;
        }
        if n.kind() == "block" {
            out.append(&mut self.statements(n));
        } else {
            self.scopes.push();
            self.statement(n, out);
            self.scopes.pop();
        }
        self.leave();
    }

    fn branch(&mut self, n: Node<'_>, out: &mut Block) {
        let test = match cst::field(n, "condition") {
            Some(c) => self.expr(c),
            None => self.unknown(n),
        };
        // What a condition declares is there behind the statement as well.
        let mut declared = std::mem::take(&mut self.pending);
        out.append(&mut declared);
        let (mut then, mut otherwise) = (Block::new(), Block::new());
        if let Some(b) = cst::field(n, "consequence") {
            self.nested(b, &mut then);
        }
        if let Some(b) = cst::field(n, "alternative") {
            self.nested(b, &mut otherwise);
        }
        out.push(self.stmt_at(n, StmtKind::If { test, then, otherwise }));
    }

    fn inner_loop(&mut self, n: Node<'_>) -> Block {
        let in_switch = std::mem::take(&mut self.in_switch);
        let mut body = Block::new();
        if let Some(b) = cst::field(n, "body") {
            self.nested(b, &mut body);
        }
        self.in_switch = in_switch;
        body
    }

    fn counting(&mut self, n: Node<'_>, out: &mut Block) {
        self.scopes.push();
        for i in cst::field_all(n, "initializer").into_iter().filter(Node::is_named) {
            if i.kind() == "variable_declaration" {
                self.variables(i, out);
            } else {
                self.effect(i, out);
            }
        }
        let test = cst::field(n, "condition").map(|t| self.expr(t));
        let mut body = self.inner_loop(n);
        for u in cst::field_all(n, "update").into_iter().filter(Node::is_named) {
            self.effect(u, &mut body);
        }
        self.scopes.pop();
        out.push(self.stmt_at(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }));
    }

    fn each(&mut self, n: Node<'_>, out: &mut Block) {
        let items = match cst::field(n, "right") {
            Some(e) => self.expr(e),
            None => self.unknown(n),
        };
        self.scopes.push();
        let target = match cst::field(n, "left") {
            Some(l) if l.kind() == "identifier" => self.declared(l),
            Some(l) if l.kind() == "tuple_pattern" => self.designation(l),
            Some(l) => self.target(l),
            None => Pattern::Ignore,
        };
        let body = self.inner_loop(n);
        self.scopes.pop();
        let over = Some((target, items));
        out.push(self.stmt_at(n, StmtKind::Loop { over, test: None, body, otherwise: Vec::new() }));
    }

    /// A `switch` is a chain of branches.
    fn switch(&mut self, n: Node<'_>, out: &mut Block) {
        let value = match cst::field(n, "value") {
            Some(v) => self.expr(v),
            None => self.unknown(n),
        };
        let in_switch = std::mem::replace(&mut self.in_switch, true);
        let mut cases: Vec<(Option<Expr>, Block)> = Vec::new();
        for section in cst::field(n, "body").map(cst::named).unwrap_or_default() {
            if section.kind() != "switch_section" {
                continue;
            }
            self.scopes.push();
            let mut test: Option<Expr> = None;
            let mut default = true;
            let mut block = Block::new();
            for c in cst::named(section) {
                match c.kind() {
                    k if k.ends_with("_statement") || k == "block" => self.nested(c, &mut block),
                    "when_clause" => {
                        if let Some(w) = cst::named(c).first() {
                            let guard = self.expr(*w);
                            test = Some(Self::both("and", test, guard));
                        }
                    }
                    _ => {
                        default = false;
                        let one = self.matches(c, &value);
                        test = Some(Self::both("or", test, one));
                    }
                }
            }
            self.scopes.pop();
            cases.push((test.filter(|_| !default), block));
        }
        self.in_switch = in_switch;
        let mut declared = std::mem::take(&mut self.pending);
        out.append(&mut declared);
        let default = cases.iter().position(|(t, _)| t.is_none()).map(|i| cases.remove(i).1);
        let mut otherwise = default.unwrap_or_default();
        for (test, then) in cases.into_iter().rev() {
            let test = test.unwrap_or_else(|| value.clone());
            otherwise = vec![self.stmt_at(n, StmtKind::If { test, then, otherwise })];
        }
        out.append(&mut otherwise);
    }

    fn both(op: &str, a: Option<Expr>, b: Expr) -> Expr {
        match a {
            Some(a) => {
                let span = a.span.to(b.span);
                Expr { span, kind: ExprKind::Logic { op: op.into(), left: Box::new(a), right: Box::new(b) } }
            }
            None => b,
        }
    }

    fn attempt(&mut self, n: Node<'_>, out: &mut Block) {
        let body = cst::field(n, "body").map(|b| self.statements(b)).unwrap_or_default();
        let (mut catches, mut finally) = (Vec::new(), Block::new());
        for c in cst::named(n) {
            match c.kind() {
                "catch_clause" => {
                    self.scopes.push();
                    let declaration = cst::named(c).into_iter().find(|d| d.kind() == "catch_declaration");
                    let ty = declaration.and_then(|d| cst::field(d, "type")).and_then(|t| self.type_name(t));
                    let name = declaration.and_then(|d| cst::field(d, "name"));
                    let name = name.map(|n| self.scopes.declare(&self.name(n)));
                    let mut block = Block::new();
                    if let Some(f) = cst::named(c).into_iter().find(|f| f.kind() == "catch_filter_clause") {
                        for e in cst::named(f) {
                            let e = self.expr(e);
                            block.push(self.stmt_at(f, StmtKind::Expr(e)));
                        }
                    }
                    if let Some(b) = cst::field(c, "body") {
                        block.append(&mut self.statements(b));
                    }
                    self.scopes.pop();
                    let end = cst::field(c, "body").map_or(c.end_byte(), |b| b.start_byte());
                    let span = self.src.span(c.start_byte(), end);
                    catches.push(Catch { types: ty.into_iter().collect(), name, body: block, span });
                }
                "finally_clause" => {
                    for b in cst::named(c) {
                        finally.append(&mut self.statements(b));
                    }
                }
                _ => {}
            }
        }
        out.push(self.stmt_at(n, StmtKind::Try { body, catches, otherwise: Vec::new(), finally }));
    }
}
