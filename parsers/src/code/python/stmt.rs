//! Statements, functions and classes.

use super::{Lower, k};
use crate::code::cst;
use crate::code::draft::Statements;
use crate::code::hir::{
    Block, Catch, Class, ClassId, Expr, ExprKind, FnId, Function, Import, ImportName, Param, Pattern, Stmt,
    StmtKind,
};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    pub(super) fn read_statement(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            k::EXPRESSION_STATEMENT => self.expression_statement(n, out),
            k::IMPORT_STATEMENT => self.import(n, out),
            k::IMPORT_FROM_STATEMENT | k::FUTURE_IMPORT_STATEMENT => self.import_from(n, out),
            k::PRINT_STATEMENT => {
                // `print >>f, x` is an expression to a newer Python, and fails only when it runs.
                let certain = !cst::has(n, k::CHEVRON);
                self.old_syntax(n, "`print` is a function: `print(…)`", certain, out);
            }
            k::EXEC_STATEMENT => self.old_syntax(n, "`exec` is a function: `exec(…)`", true, out),
            k::ASSERT_STATEMENT => {
                // `assert a, b` is `if not a: raise b`.
                let mut parts = self.exprs(n).into_iter();
                if let Some(a) = parts.next() {
                    let test = Expr { span: a.span, kind: ExprKind::Not(Box::new(a)) };
                    let then = vec![self.stmt_at(n, StmtKind::Raise(parts.next()))];
                    out.push(self.stmt_at(n, StmtKind::If { test, then, otherwise: Vec::new() }));
                }
            }
            k::RETURN_STATEMENT => {
                let value = cst::named(n).first().map(|e| self.expr(*e));
                out.push(self.stmt_at(n, StmtKind::Return(value)));
            }
            k::RAISE_STATEMENT => self.raise(n, out),
            k::DELETE_STATEMENT => {
                let mut items = self.exprs(n);
                if let [Expr { kind: ExprKind::List(_), .. }] = &items[..]
                    && let Some(Expr { kind: ExprKind::List(inner), .. }) = items.pop()
                {
                    items = inner;
                }
                out.push(self.stmt_at(n, StmtKind::Delete(items)));
            }
            k::PASS_STATEMENT => {}
            k::BREAK_STATEMENT => out.push(self.stmt_at(n, StmtKind::Break)),
            k::CONTINUE_STATEMENT => out.push(self.stmt_at(n, StmtKind::Continue)),
            k::GLOBAL_STATEMENT | k::NONLOCAL_STATEMENT => {
                let names = cst::named(n).into_iter().map(|i| self.name(i)).collect();
                out.push(self.stmt_at(n, StmtKind::Global(names)));
            }
            k::TYPE_ALIAS_STATEMENT => {
                if let Some(left) = cst::field(n, "left") {
                    let name = self.text(left).split('[').next().unwrap_or_default().trim();
                    let target = Pattern::Name(name.into(), self.span(left));
                    let value = self.expr_at(n, ExprKind::Opaque(Vec::new()));
                    out.push(self.stmt_at(n, StmtKind::Assign { target, value }));
                }
            }
            k::IF_STATEMENT => self.if_statement(n, out),
            k::MATCH_STATEMENT => self.match_statement(n, out),
            k::FOR_STATEMENT | k::WHILE_STATEMENT => self.loop_statement(n, out),
            k::TRY_STATEMENT => self.try_statement(n, out),
            k::WITH_STATEMENT => self.with_statement(n, out),
            k::FUNCTION_DEFINITION => self.function_definition(n, n, Vec::new(), out),
            k::CLASS_DEFINITION => self.class_definition(n, Vec::new(), out),
            k::DECORATED_DEFINITION => {
                let mut decorators = Vec::new();
                for c in cst::named(n) {
                    match c.kind() {
                        k::DECORATOR => decorators.extend(self.exprs(c)),
                        k::FUNCTION_DEFINITION => {
                            self.function_definition(n, c, std::mem::take(&mut decorators), out);
                        }
                        k::CLASS_DEFINITION => self.class_definition(c, std::mem::take(&mut decorators), out),
                        _ => {}
                    }
                }
            }
            _ => {
                let parts = self.exprs(n);
                let parts = if parts.is_empty() { vec![self.expr_at(n, ExprKind::Null)] } else { parts };
                out.push(self.stmt_at(n, StmtKind::Opaque(parts, Vec::new())));
            }
        }
    }

    /// A statement that only Python 2 takes.
    fn old_syntax(&mut self, n: Node<'_>, what: &str, certain: bool, out: &mut Block) {
        self.taint(n.byte_range(), what.to_owned(), certain);
        out.push(self.stmt_at(n, StmtKind::Opaque(Vec::new(), Vec::new())));
    }

    fn expression_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let parts = cst::named(n);
        let [one] = parts[..] else {
            let items = parts.into_iter().map(|p| self.expr(p)).collect();
            let e = self.expr_at(n, ExprKind::List(items));
            out.push(self.stmt_at(n, StmtKind::Expr(e)));
            return;
        };
        match one.kind() {
            k::ASSIGNMENT => self.assignment(n, one, out),
            k::AUGMENTED_ASSIGNMENT => {
                let (Some(left), Some(op), Some(right)) =
                    (cst::field(one, "left"), cst::field(one, "operator"), cst::field(one, "right"))
                else {
                    return;
                };
                let target = self.expr(left);
                let op = self.text(op).trim_end_matches('=').into();
                let value = self.expr(right);
                out.push(self.stmt_at(n, StmtKind::AugAssign { target, op, value }));
            }
            _ => {
                let e = self.expr(one);
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
        }
    }

    /// `a = b = value`; an annotation without a value binds nothing.
    fn assignment(&mut self, statement: Node<'_>, n: Node<'_>, out: &mut Block) {
        let mut targets = Vec::new();
        let mut at = n;
        let value = loop {
            let Some(left) = cst::field(at, "left") else { return };
            targets.push(self.pattern(left));
            match cst::field(at, "right") {
                Some(right) if right.kind() == k::ASSIGNMENT => at = right,
                Some(right) => break right,
                None => return,
            }
        };
        let name = match &targets[..] {
            [Pattern::Name(name, _)] => Some(name.clone()),
            _ => None,
        };
        let value = self.named_expr(value, name.as_ref());
        self.assign_all(statement, targets, value, out);
    }

    fn assign_all(&mut self, n: Node<'_>, mut targets: Vec<Pattern>, value: Expr, out: &mut Block) {
        let named = targets.iter().position(|t| matches!(t, Pattern::Name(..)));
        let first = targets.remove(named.unwrap_or(0));
        let again = match &first {
            Pattern::Name(name, span) if !targets.is_empty() => {
                Expr { span: *span, kind: ExprKind::Name(name.clone()) }
            }
            _ if targets.is_empty() => {
                out.push(self.stmt_at(n, StmtKind::Assign { target: first, value }));
                return;
            }
            // No name to hold the value while the others get it.
            _ => {
                let name = self.temporary();
                targets.insert(0, first);
                let hold = Pattern::Name(name.clone(), value.span);
                let again = Expr { span: value.span, kind: ExprKind::Name(name) };
                out.push(self.stmt_at(n, StmtKind::Assign { target: hold, value }));
                for target in targets {
                    out.push(self.stmt_at(n, StmtKind::Assign { target, value: again.clone() }));
                }
                return;
            }
        };
        out.push(self.stmt_at(n, StmtKind::Assign { target: first, value }));
        for target in targets {
            out.push(self.stmt_at(n, StmtKind::Assign { target, value: again.clone() }));
        }
    }

    fn raise(&mut self, n: Node<'_>, out: &mut Block) {
        let mut value = None;
        for (field, c) in cst::with_fields(n) {
            if c.is_named() && field.is_none() {
                if c.kind() == k::EXPRESSION_LIST {
                    return self.old_syntax(n, "`raise` takes one value: `raise Error(…)`", true, out);
                }
                value = Some(self.expr(c));
            }
        }
        out.push(self.stmt_at(n, StmtKind::Raise(value)));
    }

    fn import(&mut self, n: Node<'_>, out: &mut Block) {
        for i in cst::named(n) {
            let (module, bound) = if i.kind() == k::ALIASED_IMPORT {
                let (Some(name), Some(alias)) = (cst::field(i, "name"), cst::field(i, "alias")) else {
                    continue;
                };
                (self.dotted(name), self.name(alias))
            } else {
                let module = self.dotted(i);
                let first = SmolStr::from(module.split('.').next().unwrap_or_default());
                (module, first)
            };
            let names = vec![ImportName { name: SmolStr::default(), bound }];
            out.push(self.stmt_at(n, StmtKind::Import(Import { module, names, type_only: self.type_only })));
        }
    }

    fn import_from(&mut self, n: Node<'_>, out: &mut Block) {
        let mut module = SmolStr::new_static("__future__");
        let mut names = Vec::new();
        for (field, c) in cst::with_fields(n) {
            match (field, c.kind()) {
                (Some("module_name"), _) => module = self.dotted(c),
                (_, k::WILDCARD_IMPORT) => {
                    names.push(ImportName { name: SmolStr::new_static("*"), bound: SmolStr::default() });
                }
                (Some("name"), k::ALIASED_IMPORT) => {
                    if let (Some(name), Some(alias)) = (cst::field(c, "name"), cst::field(c, "alias")) {
                        names.push(ImportName { name: self.dotted(name), bound: self.name(alias) });
                    }
                }
                (Some("name"), _) => {
                    let name = self.dotted(c);
                    names.push(ImportName { name: name.clone(), bound: name });
                }
                _ => {}
            }
        }
        out.push(self.stmt_at(n, StmtKind::Import(Import { module, names, type_only: self.type_only })));
    }

    /// A dotted name without the white space it may be written with.
    fn dotted(&self, n: Node<'_>) -> SmolStr {
        self.text(n).chars().filter(|c| !c.is_whitespace() && *c != '\\').collect::<String>().into()
    }

    fn suite(&mut self, n: Node<'_>, field: &str) -> Block {
        cst::field(n, field).map(|b| self.block(b)).unwrap_or_default()
    }

    /// The block of a clause that gives it no field.
    fn clause_block(&mut self, clause: Node<'_>) -> Block {
        cst::named(clause)
            .into_iter()
            .find(|c| c.kind() == k::BLOCK)
            .map(|b| self.block(b))
            .unwrap_or_default()
    }

    fn if_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let mut arms = vec![n];
        let mut otherwise = Block::new();
        for c in cst::field_all(n, "alternative") {
            match c.kind() {
                k::ELIF_CLAUSE => arms.push(c),
                _ => otherwise = self.suite(c, "body"),
            }
        }
        // Each arm nests in the one before.
        self.too_deep |= arms.len() > cst::MAX_DEPTH as usize / 2;
        let mut lowered = Vec::with_capacity(arms.len());
        for arm in &arms {
            let Some(test) = cst::field(*arm, "condition") else { continue };
            let test = self.expr(test);
            let outer = self.type_only;
            self.type_only |= is_type_checking(&test);
            let then = self.suite(*arm, "consequence");
            self.type_only = outer;
            lowered.push((self.span(*arm), test, then));
        }
        for (span, test, then) in lowered.into_iter().rev() {
            otherwise = vec![Stmt { span, kind: StmtKind::If { test, then, otherwise } }];
        }
        out.append(&mut otherwise);
    }

    fn loop_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let over = match (cst::field(n, "left"), cst::field(n, "right")) {
            (Some(left), Some(right)) => {
                let items = self.expr(right);
                Some((self.pattern(left), items))
            }
            _ => None,
        };
        let test = cst::field(n, "condition").map(|c| self.expr(c));
        let body = self.suite(n, "body");
        let otherwise = cst::field(n, "alternative").map(|c| self.suite(c, "body")).unwrap_or_default();
        out.push(self.stmt_at(n, StmtKind::Loop { over, test, body, otherwise }));
    }

    fn try_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let body = self.suite(n, "body");
        let (mut catches, mut otherwise, mut finally) = (Vec::new(), Block::new(), Block::new());
        for c in cst::named(n) {
            match c.kind() {
                k::EXCEPT_CLAUSE => catches.push(self.except_clause(c)),
                k::ELSE_CLAUSE => otherwise = self.suite(c, "body"),
                k::FINALLY_CLAUSE => finally = self.clause_block(c),
                _ => {}
            }
        }
        out.push(self.stmt_at(n, StmtKind::Try { body, catches, otherwise, finally }));
    }

    fn except_clause(&mut self, n: Node<'_>) -> Catch {
        let mut types = Vec::new();
        let mut name = None;
        let mut head_end = n.start_byte() + "except".len();
        for (field, c) in cst::with_fields(n) {
            match field {
                Some("alias") => name = Some(self.name(c)),
                Some("value") if c.kind() == k::AS_PATTERN => {
                    if let Some(value) = cst::named(c).first() {
                        types.push(self.expr(*value));
                    }
                    name = cst::field(c, "alias").map(|a| self.name(a));
                }
                Some("value") => types.push(self.expr(c)),
                _ if c.kind() == ":" => head_end = c.end_byte(),
                _ => {}
            }
        }
        if let [Expr { kind: ExprKind::List(_), .. }] = &types[..]
            && let Some(Expr { kind: ExprKind::List(inner), .. }) = types.pop()
        {
            types = inner;
        }
        Catch { types, name, body: self.clause_block(n), span: self.src.span(n.start_byte(), head_end) }
    }

    fn with_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let mut items = Vec::new();
        for clause in cst::named(n).into_iter().filter(|c| c.kind() == k::WITH_CLAUSE) {
            for item in cst::named(clause) {
                if let Some(value) = cst::field(item, "value") {
                    self.with_item(value, &mut items);
                }
            }
        }
        let body = self.suite(n, "body");
        out.push(self.stmt_at(n, StmtKind::With { items, body }));
    }

    fn with_item(&mut self, value: Node<'_>, items: &mut Vec<(Expr, Option<Pattern>)>) {
        match value.kind() {
            k::AS_PATTERN => {
                let e = cst::named(value).first().map(|e| self.expr(*e));
                let target = cst::field(value, "alias").and_then(|a| cst::named(a).first().copied());
                if let Some(e) = e {
                    let target = target.map(|t| self.pattern(t));
                    items.push((e, target));
                }
            }
            // `with (open(a) as f, open(b) as g):`
            k::TUPLE | k::PARENTHESIZED_EXPRESSION
                if cst::named(value).iter().any(|c| c.kind() == k::AS_PATTERN) =>
            {
                for c in cst::named(value) {
                    self.with_item(c, items);
                }
            }
            _ => {
                let e = self.expr(value);
                items.push((e, None));
            }
        }
    }

    /// `whole` covers the decorators.
    fn function_definition(&mut self, whole: Node<'_>, n: Node<'_>, decorators: Vec<Expr>, out: &mut Block) {
        let Some(name) = cst::field(n, "name") else { return };
        let class = self.class;
        let written = self.name(name);
        let is_static = class.is_some() && decorators.iter().any(is_static_decorator);
        let id = self.function(Function {
            name: if class.is_some() && written == "__init__" { "constructor".into() } else { written },
            name_span: self.span(name),
            is_async: cst::has(n, "async"),
            decorators,
            class,
            is_static,
            ..Function::at(self.span(whole))
        });
        let params = cst::field(n, "parameters").map(|p| self.params(p)).unwrap_or_default();
        self.function_body(id, params, |it| it.suite(n, "body"));
        match class {
            Some(ClassId(c)) => {
                if let Some(c) = self.classes.get_mut(c as usize) {
                    c.methods.push(id);
                }
            }
            None => out.push(self.stmt_at(whole, StmtKind::Function(id))),
        }
    }

    /// Reserve the number of a function whose body is still to be read.
    pub(super) fn function(&mut self, head: Function) -> FnId {
        self.add_function(head)
    }

    pub(super) fn function_body(
        &mut self,
        id: FnId,
        params: Vec<Param>,
        body: impl FnOnce(&mut Self) -> Block,
    ) {
        let class = self.class.take();
        self.generators.push(false);
        let body = body(self);
        let is_generator = self.generators.pop().unwrap_or(false);
        self.class = class;
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
            f.body = body;
            f.is_generator = is_generator;
        }
    }

    fn class_definition(&mut self, n: Node<'_>, decorators: Vec<Expr>, out: &mut Block) {
        let Some(name) = cst::field(n, "name") else { return };
        let bases = cst::field(n, "superclasses").map(cst::named).unwrap_or_default();
        let bases =
            bases.into_iter().filter(|b| b.kind() != k::KEYWORD_ARGUMENT).map(|b| self.expr(b)).collect();
        let id =
            self.add_class(Class { bases, decorators, ..Class::named(self.name(name), self.span(name)) });
        let outer = self.class.replace(id);
        let body = self.suite(n, "body");
        self.class = outer;
        if let Some(c) = self.classes.get_mut(id.0 as usize) {
            c.body = body;
        }
        out.push(self.stmt_at(n, StmtKind::Class(id)));
    }

    pub(super) fn params(&mut self, n: Node<'_>) -> Vec<Param> {
        let mut out = Vec::new();
        for p in cst::named(n) {
            out.extend(self.param(p));
        }
        out
    }

    fn param(&mut self, n: Node<'_>) -> Option<Param> {
        let annotation = cst::field(n, "type").map(|t| SmolStr::from(self.text(t)));
        let default = cst::field(n, "value").map(|v| self.expr(v));
        let inner = match n.kind() {
            k::TYPED_PARAMETER => *cst::named(n).first()?,
            k::DEFAULT_PARAMETER | k::TYPED_DEFAULT_PARAMETER => cst::field(n, "name")?,
            _ => n,
        };
        let (pattern, rest, rest_named) = match inner.kind() {
            k::LIST_SPLAT_PATTERN => (self.pattern(*cst::named(inner).first()?), true, false),
            k::DICTIONARY_SPLAT_PATTERN => (self.pattern(*cst::named(inner).first()?), false, true),
            // Behind a bare `*` nothing is bound by position.
            k::KEYWORD_SEPARATOR => (Pattern::Ignore, true, false),
            k::POSITIONAL_SEPARATOR => return None,
            _ => (self.pattern(inner), false, false),
        };
        Some(Param { pattern, default, rest, rest_named, annotation, ty: None })
    }
}

/// `TYPE_CHECKING` is never true when the code runs.
fn is_type_checking(test: &Expr) -> bool {
    match &test.kind {
        ExprKind::Name(n) => n == "TYPE_CHECKING",
        ExprKind::Attr { name, .. } => name == "TYPE_CHECKING",
        _ => false,
    }
}

fn is_static_decorator(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Name(n) if n == "staticmethod" || n == "classmethod")
}
