//! Statements.

use super::control::{Leaves, Target};
use super::kinds::{self as k, field};
use super::{Lower, confined, peel};
use crate::code::cst::{self, Piece};
use crate::code::hir::{Block, Catch, Expr, ExprKind, MapEntry, Pattern, Stmt, StmtKind};
use tree_sitter::Node;

/// Words that go on with a statement at its own indentation.
const CLAUSES: &[&str] = &["else", "catch", "finally", "while", "case", "default"];

impl Lower<'_> {
    /// The statements of a module or block.
    pub(super) fn list(&mut self, n: Node<'_>) -> Block {
        let mut out = Vec::new();
        // Where resources declared with `using` begin: they hold the rest of the block.
        let mut resources = Vec::new();
        for piece in cst::pieces(n, self.src.text, CLAUSES) {
            match piece {
                Piece::Clean(s) => {
                    if let Some(items) = self.using(s) {
                        resources.push((std::mem::take(&mut out), items, self.span(s)));
                    } else {
                        self.stmt(s, &mut out);
                    }
                }
                Piece::Partial(s) if confined(s) => self.stmt(s, &mut out),
                Piece::Partial(s) => self.broken(n, s.byte_range(), &mut out),
                Piece::Broken(range) => self.broken(n, range, &mut out),
            }
        }
        while let Some((before, items, span)) = resources.pop() {
            let body = std::mem::replace(&mut out, before);
            let span = body.last().map_or(span, |s| span.to(s.span));
            out.push(Stmt { span, kind: StmtKind::With { items, body } });
        }
        out
    }

    /// The body of a construct: a block or a single statement.
    pub(super) fn body(&mut self, n: Option<Node<'_>>) -> Block {
        let Some(n) = n else { return Vec::new() };
        if n.kind() == k::STATEMENT_BLOCK {
            return self.deeper(|l| l.list(n)).unwrap_or_default();
        }
        let mut out = Vec::new();
        self.stmt(n, &mut out);
        out
    }

    /// One statement; it may lower to none (types) or several (`const a = 1, b = 2`).
    pub(super) fn stmt(&mut self, n: Node<'_>, out: &mut Block) {
        let start = out.len();
        self.deeper(|l| l.stmt_kind(n, out));
        if std::mem::take(&mut self.too_deep) {
            out.truncate(start);
            self.push(n, StmtKind::Opaque(Vec::new(), Vec::new()), out);
        }
        out.append(&mut self.implied);
    }

    pub(super) fn push(&self, n: Node<'_>, kind: StmtKind, out: &mut Block) {
        out.push(Stmt { span: self.span(n), kind });
    }

    fn stmt_kind(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            k::EXPRESSION_STATEMENT => {
                if let Some(&e) = cst::named(n).first() {
                    self.expression_statement(n, e, out);
                }
            }
            k::LEXICAL_DECLARATION | k::VARIABLE_DECLARATION | k::USING => self.declaration(n, out),
            k::FUNCTION_DECLARATION | k::GENERATOR_DECLARATION => {
                let id = self.function(n, None);
                self.push(n, StmtKind::Function(id), out);
            }
            k::CLASS_DECLARATION | k::ABSTRACT_CLASS | k::CLASS => {
                let id = self.class(n, None, Vec::new());
                self.push(n, StmtKind::Class(id), out);
            }
            k::IMPORT_STATEMENT => self.import(n, out),
            k::IMPORT_ALIAS => self.import_alias(n, out),
            k::EXPORT => self.export(n, out),
            k::RETURN => {
                let value = cst::named(n).first().copied();
                let value = value.map(|v| self.last_of_sequence(v, out));
                self.push(n, StmtKind::Return(value), out);
            }
            k::THROW => {
                let value = cst::named(n).first().copied();
                let value = value.map(|v| self.last_of_sequence(v, out));
                self.push(n, StmtKind::Raise(value), out);
            }
            k::IF => self.if_statement(n, out),
            k::SWITCH => self.switch(n, out),
            k::FOR => self.for_statement(n, out),
            k::FOR_IN => self.for_in(n, out),
            k::WHILE | k::DO => self.while_statement(n, out),
            k::TRY => self.try_statement(n, out),
            k::WITH => {
                let object = cst::field(n, field::OBJECT).map(|o| self.expr(o));
                let body = self.body(cst::field(n, field::BODY));
                self.push(n, StmtKind::Opaque(object.into_iter().collect(), vec![body]), out);
            }
            k::STATEMENT_BLOCK => {
                let body = self.body(Some(n));
                self.push(n, StmtKind::Block(body), out);
            }
            k::LABELED => self.labeled(n, out),
            k::BREAK => self.leave(n, &Leaves::Break, out),
            k::CONTINUE => self.leave(n, &Leaves::Continue, out),
            k::ENUM => self.enumeration(n, out),
            k::INTERNAL_MODULE | k::MODULE => self.namespace(n, out),
            // Types only, or nothing at all.
            k::EMPTY
            | k::DEBUGGER
            | k::HASH_BANG
            | k::AMBIENT
            | k::INTERFACE
            | k::TYPE_ALIAS
            | k::FUNCTION_SIGNATURE => {}
            _ => {
                let parts = cst::named(n).into_iter().map(|c| self.expr(c)).collect();
                self.push(n, StmtKind::Expr(Expr { span: self.span(n), kind: ExprKind::Opaque(parts) }), out);
            }
        }
    }

    /// An expression for its effect.
    pub(super) fn effect(&mut self, e: Node<'_>, out: &mut Block) {
        self.expression_statement(e, e, out);
    }

    fn expression_statement(&mut self, n: Node<'_>, e: Node<'_>, out: &mut Block) {
        let e = peel(e);
        match e.kind() {
            // Directives and other text without effect.
            k::STRING => {}
            k::INTERNAL_MODULE => self.namespace(e, out),
            k::SEQUENCE => {
                for part in cst::named(e) {
                    self.deeper(|l| l.effect(part, out));
                }
            }
            k::ASSIGNMENT => self.assignment_statement(n, e, out),
            k::AUGMENTED => {
                let Some((target, op, value)) = self.augmented_parts(e) else { return };
                self.push(n, StmtKind::AugAssign { target, op, value }, out);
            }
            k::UPDATE => {
                let Some((target, op)) = self.update_parts(e) else { return };
                let value = self.at(e, ExprKind::Int(1));
                self.push(n, StmtKind::AugAssign { target, op, value }, out);
            }
            k::UNARY if cst::field(e, field::OPERATOR).is_some_and(|o| o.kind() == "delete") => {
                let object = cst::field(e, field::ARGUMENT).map(|a| self.expr(a));
                self.push(n, StmtKind::Delete(object.into_iter().collect()), out);
            }
            k::CALL if self.export_call(n, e, out) => {}
            _ => {
                let e = self.expr(e);
                self.push(n, StmtKind::Expr(e), out);
            }
        }
    }

    /// All but the last of `a, b, c` become statements of their own.
    fn last_of_sequence(&mut self, n: Node<'_>, out: &mut Block) -> Expr {
        let mut n = peel(n);
        while n.kind() == k::SEQUENCE {
            let mut parts = cst::named(n);
            let Some(last) = parts.pop() else { break };
            for p in parts {
                self.deeper(|l| l.effect(p, out));
            }
            n = peel(last);
        }
        self.expr(n)
    }

    fn declaration(&mut self, n: Node<'_>, out: &mut Block) {
        for d in cst::named(n).into_iter().filter(|d| d.kind() == k::VARIABLE_DECLARATOR) {
            let Some(name) = cst::field(d, field::NAME) else { continue };
            let target = self.pattern(name);
            let value = match cst::field(d, field::VALUE) {
                Some(v) => self.expr_for(v, &target),
                None => self.at(name, ExprKind::Null),
            };
            self.push(d, StmtKind::Declare { target, value }, out);
            out.append(&mut self.implied);
        }
    }

    /// The resources of a `using` declaration, which the TypeScript grammar takes for an assignment.
    fn using(&mut self, n: Node<'_>) -> Option<Vec<(Expr, Option<Pattern>)>> {
        if n.kind() == k::USING {
            let mut items = Vec::new();
            for d in cst::named(n).into_iter().filter(|d| d.kind() == k::VARIABLE_DECLARATOR) {
                let target = self.pattern(cst::field(d, field::NAME)?);
                items.push((self.expr_for(cst::field(d, field::VALUE)?, &target), Some(target)));
            }
            return Some(items);
        }
        if n.kind() != k::EXPRESSION_STATEMENT {
            return None;
        }
        let mut e = *cst::named(n).first()?;
        if e.kind() == k::AWAIT {
            e = *cst::named(e).first()?;
        }
        if e.kind() != k::ASSIGNMENT || !cst::has(e, "using") {
            return None;
        }
        let target = self.pattern(cst::field(e, field::LEFT)?);
        let value = self.expr_for(cst::field(e, field::RIGHT)?, &target);
        Some(vec![(value, Some(target))])
    }

    fn if_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let Some(test) = cst::field(n, field::CONDITION) else { return };
        let test = self.last_of_sequence(test, out);
        let then = self.body(cst::field(n, field::CONSEQUENCE));
        let otherwise = cst::field(n, field::ALTERNATIVE).and_then(|e| cst::named(e).first().copied());
        let otherwise = self.body(otherwise);
        self.push(n, StmtKind::If { test, then, otherwise }, out);
    }

    fn try_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let body = self.body(cst::field(n, field::BODY));
        let mut catches = Vec::new();
        if let Some(c) = cst::field(n, field::HANDLER) {
            let parameter = cst::field(c, field::PARAMETER);
            let block = cst::field(c, field::BODY);
            let end = block.map_or(c.end_byte(), |b| b.start_byte());
            let mut name = None;
            let mut start = Vec::new();
            if let Some(p) = parameter {
                match self.pattern(p) {
                    Pattern::Name(n, _) => name = Some(n),
                    target => {
                        let value = self.at(p, ExprKind::Opaque(Vec::new()));
                        self.push(p, StmtKind::Declare { target, value }, &mut start);
                    }
                }
            }
            start.append(&mut self.implied);
            start.extend(self.body(block));
            let head = self.src.text.get(c.start_byte()..end).map_or(0, |t| t.trim_end().len());
            let span = self.src.span(c.start_byte(), c.start_byte() + head);
            catches.push(Catch { types: Vec::new(), name, body: start, span });
        }
        let finally = cst::field(n, field::FINALIZER).and_then(|f| cst::field(f, field::BODY));
        let finally = self.body(finally);
        self.push(n, StmtKind::Try { body, catches, otherwise: Vec::new(), finally }, out);
    }

    /// `enum E { A, B = "b" }` is an object.
    fn enumeration(&mut self, n: Node<'_>, out: &mut Block) {
        let (Some(name), Some(body)) = (cst::field(n, field::NAME), cst::field(n, field::BODY)) else {
            return;
        };
        let mut entries = Vec::new();
        let mut next = Some(0i64);
        for m in cst::named(body) {
            let (key, value) = match m.kind() {
                k::ENUM_ASSIGNMENT => (cst::field(m, field::NAME), cst::field(m, field::VALUE)),
                _ => (Some(m), None),
            };
            let Some(key) = key else { continue };
            let value = match (value, next) {
                (Some(v), _) => self.expr(v),
                (None, Some(i)) => self.at(m, ExprKind::Int(i)),
                (None, None) => self.at(m, ExprKind::Opaque(Vec::new())),
            };
            next = match value.kind {
                ExprKind::Int(i) => i.checked_add(1),
                _ => None,
            };
            entries.push(MapEntry::Pair(self.key(key), value));
        }
        let value = self.at(body, ExprKind::Map(entries));
        let target = Pattern::Name(self.text(name).into(), self.span(name));
        self.push(n, StmtKind::Declare { target, value }, out);
    }

    fn labeled(&mut self, n: Node<'_>, out: &mut Block) {
        let label = cst::field(n, field::LABEL).map(|l| self.text(l).into());
        self.targets.push(Target::label(label));
        let body = self.body(cst::field(n, field::BODY));
        let target = self.targets.pop();
        let is_loop = body.last().is_some_and(|s| matches!(s.kind, StmtKind::Loop { .. }));
        if is_loop {
            // Leaving the loop by its name is leaving it.
            out.extend(body);
        } else {
            let body = target.map_or_else(Vec::new, |t| t.without_breaks(body));
            self.push(n, StmtKind::Block(body), out);
        }
    }
}
