//! Statements.

use super::Lower;
use crate::code::cst;
use crate::code::draft::Statements;
use crate::code::hir::{Arg, Block, Catch, Expr, ExprKind, Pattern, StmtKind};
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
            "local_variable_declaration" => self.variables(n, out),
            "explicit_constructor_invocation" => self.other_constructor(n, out),
            "return_statement" | "yield_statement" => {
                let value = cst::named(n).first().map(|c| self.expr(*c));
                out.push(self.stmt_at(n, StmtKind::Return(value)));
            }
            "throw_statement" => {
                let value = cst::named(n).first().map(|c| self.expr(*c));
                out.push(self.stmt_at(n, StmtKind::Raise(value)));
            }
            "if_statement" => self.branch(n, out),
            "while_statement" | "do_statement" => {
                let test = cst::field(n, "condition").map(|c| self.expr(c));
                let body = self.inner(cst::field(n, "body"), true);
                out.push(self.stmt_at(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }));
            }
            "for_statement" => self.counting(n, out),
            "enhanced_for_statement" => self.each(n, out),
            "try_statement" | "try_with_resources_statement" => self.try_statement(n, out),
            "switch_expression" => self.switch_statement(n, out),
            "synchronized_statement" => {
                for c in cst::named(n) {
                    if c.kind() == "block" {
                        let block = self.block(c);
                        out.push(self.stmt_at(c, StmtKind::Block(block)));
                    } else {
                        self.effect(c, out);
                    }
                }
            }
            "block" | "constructor_body" => {
                let block = self.block(n);
                out.push(self.stmt_at(n, StmtKind::Block(block)));
            }
            "labeled_statement" => {
                for c in cst::named(n).into_iter().skip(1) {
                    self.statement(c, out);
                }
            }
            // What follows in a `switch` runs anyway.
            "break_statement" if self.in_switch && cst::named(n).is_empty() => {}
            "break_statement" => out.push(self.stmt_at(n, StmtKind::Break)),
            "continue_statement" => out.push(self.stmt_at(n, StmtKind::Continue)),
            kind if super::decl::is_type(kind) => {
                if let Some(name) = cst::field(n, "name") {
                    self.names.declare(&self.name(name));
                }
                if let Some(id) = self.class(n, None) {
                    out.push(self.stmt_at(n, StmtKind::Class(id)));
                }
            }
            "import_declaration" | "package_declaration" => {
                self.broken(n.byte_range(), "a declaration inside of a function", out);
            }
            _ => {
                for c in cst::named(n) {
                    self.effect(c, out);
                }
            }
        }
    }

    /// An expression for its effect; assignments are statements of their own.
    fn effect(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            "parenthesized_expression" => {
                for c in cst::named(n) {
                    self.effect(c, out);
                }
            }
            "switch_expression" => self.switch_statement(n, out),
            "assignment_expression" => {
                let e = self.expr(n);
                let ExprKind::Assign { target, op, value } = e.kind else {
                    out.push(self.stmt_at(n, StmtKind::Expr(e)));
                    return;
                };
                let kind = match (*target, op.is_empty()) {
                    (target, true) => StmtKind::Assign { target, value: *value },
                    (Pattern::Place(target), false) => {
                        StmtKind::AugAssign { target: *target, op, value: *value }
                    }
                    (Pattern::Name(name, span), false) => {
                        let target = Expr { span, kind: ExprKind::Name(name) };
                        StmtKind::AugAssign { target, op, value: *value }
                    }
                    _ => StmtKind::Expr(*value),
                };
                out.push(self.stmt_at(n, kind));
            }
            "update_expression" => {
                let Some(x) = cst::named(n).first().copied() else { return };
                let target = self.expr(x);
                let op = if cst::has(n, "++") { "+" } else { "-" };
                let value = self.expr_at(n, ExprKind::Int(1));
                out.push(self.stmt_at(n, StmtKind::AugAssign { target, op: op.into(), value }));
            }
            _ => {
                let e = self.expr(n);
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
        }
    }

    fn variables(&mut self, n: Node<'_>, out: &mut Block) {
        for d in cst::field_all(n, "declarator") {
            let value = match cst::field(d, "value") {
                Some(v) => self.expr(v),
                None => self.expr_at(d, ExprKind::Null),
            };
            let target = cst::field(d, "name").map_or(Pattern::Ignore, |n| self.declared(n));
            out.push(self.stmt_at(d, StmtKind::Declare { target, value }));
        }
    }

    /// A variable that is declared here.
    pub(super) fn declared(&mut self, n: Node<'_>) -> Pattern {
        if n.kind() != "identifier" {
            return Pattern::Ignore;
        }
        let name = self.name(n);
        self.names.declare(&name);
        Pattern::Name(name, self.span(n))
    }

    fn other_constructor(&mut self, n: Node<'_>, out: &mut Block) {
        let args = cst::field(n, "arguments").map(|a| self.arguments(a)).unwrap_or_default();
        let is_super = cst::field(n, "constructor").is_some_and(|c| c.kind() == "super");
        let callee = if is_super {
            self.expr_at(n, ExprKind::Name("super".into()))
        } else {
            let object = Box::new(self.expr_at(n, ExprKind::Name("this".into())));
            self.expr_at(n, ExprKind::Attr { object, name: "constructor".into(), optional: false })
        };
        let call = ExprKind::Call { callee: Box::new(callee), args, is_new: false };
        let call = self.expr_at(n, call);
        out.push(self.stmt_at(n, StmtKind::Expr(call)));
    }

    /// A statement inside of another one, as a block.
    fn inner(&mut self, n: Option<Node<'_>>, is_loop: bool) -> Block {
        let Some(n) = n else { return Block::new() };
        if !self.enter() {
            self.leave();
            return Block::new();
        }
        let in_switch = if is_loop { std::mem::take(&mut self.in_switch) } else { self.in_switch };
        let block = if n.kind() == "block" {
            self.block(n)
        } else {
            let mut out = Block::new();
            self.statement(n, &mut out);
            out
        };
        self.in_switch = in_switch;
        self.leave();
        block
    }

    fn branch(&mut self, n: Node<'_>, out: &mut Block) {
        let test = match cst::field(n, "condition") {
            Some(c) => self.expr(c),
            None => self.unknown(n),
        };
        let then = self.inner(cst::field(n, "consequence"), false);
        let otherwise = self.inner(cst::field(n, "alternative"), false);
        out.push(self.stmt_at(n, StmtKind::If { test, then, otherwise }));
    }

    fn counting(&mut self, n: Node<'_>, out: &mut Block) {
        self.names.push();
        let mut block = Block::new();
        for init in cst::field_all(n, "init") {
            if init.kind() == "local_variable_declaration" {
                self.variables(init, &mut block);
            } else {
                self.effect(init, &mut block);
            }
        }
        let test = cst::field(n, "condition").map(|c| self.expr(c));
        let mut body = self.inner(cst::field(n, "body"), true);
        for u in cst::field_all(n, "update") {
            self.effect(u, &mut body);
        }
        self.names.pop();
        block.push(self.stmt_at(n, StmtKind::Loop { over: None, test, body, otherwise: Vec::new() }));
        out.append(&mut block);
    }

    fn each(&mut self, n: Node<'_>, out: &mut Block) {
        let items = match cst::field(n, "value") {
            Some(v) => self.expr(v),
            None => self.unknown(n),
        };
        self.names.push();
        let target = cst::field(n, "name").map_or(Pattern::Ignore, |t| self.declared(t));
        let body = self.inner(cst::field(n, "body"), true);
        self.names.pop();
        let over = Some((target, items));
        out.push(self.stmt_at(n, StmtKind::Loop { over, test: None, body, otherwise: Vec::new() }));
    }

    fn try_statement(&mut self, n: Node<'_>, out: &mut Block) {
        self.names.push();
        let mut items = Vec::new();
        for r in cst::field(n, "resources").map(cst::named).unwrap_or_default() {
            match cst::field(r, "value") {
                Some(v) => {
                    let value = self.expr(v);
                    let target = cst::field(r, "name").map(|t| self.declared(t));
                    items.push((value, target));
                }
                None => items.extend(cst::named(r).first().map(|c| (self.expr(*c), None))),
            }
        }
        let mut body = cst::field(n, "body").map(|b| self.block(b)).unwrap_or_default();
        self.names.pop();
        if !items.is_empty() {
            body = vec![self.stmt_at(n, StmtKind::With { items, body })];
        }
        let (mut catches, mut finally) = (Vec::new(), Block::new());
        for c in cst::named(n) {
            match c.kind() {
                "catch_clause" => catches.push(self.catch(c)),
                "finally_clause" => {
                    finally = cst::named(c).first().map(|b| self.block(*b)).unwrap_or_default();
                }
                _ => {}
            }
        }
        if catches.is_empty() && finally.is_empty() {
            out.append(&mut body);
            return;
        }
        out.push(self.stmt_at(n, StmtKind::Try { body, catches, otherwise: Vec::new(), finally }));
    }

    fn catch(&mut self, c: Node<'_>) -> Catch {
        let parameter = cst::named(c).into_iter().find(|p| p.kind() == "catch_formal_parameter");
        let types = parameter.map(cst::named).unwrap_or_default();
        let types = types.into_iter().filter(|t| t.kind() == "catch_type").flat_map(cst::named);
        let types: Vec<Expr> = types.filter_map(|t| self.type_name(t)).collect();
        self.names.push();
        let name = parameter.and_then(|p| cst::field(p, "name")).map(|n| self.name(n));
        if let Some(n) = &name {
            self.names.declare(n);
        }
        let body = cst::field(c, "body").map(|b| self.block(b)).unwrap_or_default();
        self.names.pop();
        let end = cst::field(c, "body").map_or(c.end_byte(), |b| b.start_byte());
        Catch { types, name, body, span: self.src.span(c.start_byte(), end) }
    }

    /// What an assignment changes.
    pub(super) fn place(&mut self, n: Node<'_>) -> Pattern {
        let e = self.expr(n);
        match e.kind {
            ExprKind::Name(name) => Pattern::Name(name, e.span),
            ExprKind::Attr { .. } | ExprKind::Index { .. } => Pattern::Place(Box::new(e)),
            _ => Pattern::Ignore,
        }
    }

    /// A call of a function that stands where it is called.
    pub(super) fn called_closure(&self, n: Node<'_>, id: crate::code::hir::FnId) -> ExprKind {
        let callee = Box::new(self.expr_at(n, ExprKind::Closure(id)));
        ExprKind::Call { callee, args: Vec::<Arg>::new(), is_new: false }
    }

    /// The name of a node as text that no front end knows.
    pub(super) fn written(&self, n: Node<'_>) -> SmolStr {
        super::plain(self.text(n))
    }
}
