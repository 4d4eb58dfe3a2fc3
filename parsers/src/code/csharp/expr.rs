//! Expressions.

use super::call::{Init, pair};
use super::{Lower, literal};
use crate::code::cst;
use crate::code::draft::Scoped;
use crate::code::hir::{Arg, Expr, ExprKind, Pattern};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    pub(super) fn expr(&mut self, n: Node<'_>) -> Expr {
        if !self.enter() {
            self.leave();
            return self.unknown(n);
        }
        let e = match n.kind() {
            // What means nothing of its own, and what values do not show.
            "parenthesized_expression"
            | "checked_expression"
            | "ref_expression"
            | "arrow_expression_clause" => match cst::named(n).first() {
                Some(inner) => self.expr(*inner),
                None => self.unknown(n),
            },
            "cast_expression" => self.part(n, "value"),
            "as_expression" => self.part(n, "left"),
            "identifier" => self.resolve(n),
            "postfix_unary_expression" if cst::has(n, "!") => match cst::named(n).first() {
                Some(inner) => self.expr(*inner),
                None => self.unknown(n),
            },
            _ => {
                let kind = self.expr_kind(n);
                self.expr_at(n, kind)
            }
        };
        self.leave();
        e
    }

    fn part(&mut self, n: Node<'_>, field: &str) -> Expr {
        match cst::field(n, field) {
            Some(c) => self.expr(c),
            None => self.unknown(n),
        }
    }

    fn boxed(&mut self, n: Node<'_>, field: &str) -> Box<Expr> {
        Box::new(self.part(n, field))
    }

    pub(super) fn exprs(&mut self, n: Node<'_>) -> Vec<Expr> {
        cst::named(n).into_iter().map(|c| self.expr(c)).collect()
    }

    /// A value for a place of a type: `new()` makes one of it.
    pub(super) fn typed(&mut self, n: Node<'_>, ty: Option<Node<'_>>) -> Expr {
        match (n.kind(), ty) {
            ("implicit_object_creation_expression", Some(t)) => {
                let parts = cst::named(n);
                let part = |k: &str| parts.iter().copied().find(|c| c.kind() == k);
                let kind = self.created(t, part("argument_list"), part("initializer_expression"));
                self.expr_at(n, kind)
            }
            ("initializer_expression", _) => {
                let items = self.exprs(n);
                self.expr_at(n, ExprKind::List(items))
            }
            _ => self.expr(n),
        }
    }

    fn expr_kind(&mut self, n: Node<'_>) -> ExprKind {
        match n.kind() {
            "this" | "this_expression" => ExprKind::Name("this".into()),
            "base" | "base_expression" => ExprKind::Name("super".into()),
            "null_literal" | "default_expression" => ExprKind::Null,
            "boolean_literal" => ExprKind::Bool(self.text(n) == "true"),
            "integer_literal" => literal::integer(self.text(n)),
            "real_literal" => {
                let t = self.text(n).replace('_', "");
                let t = t.trim_end_matches(['f', 'F', 'd', 'D', 'm', 'M']);
                t.parse().map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float)
            }
            "character_literal" => ExprKind::Str(literal::unescape(self.text(n).trim_matches('\'')).into()),
            "string_literal" => {
                let t = self.text(n);
                let t = t.strip_suffix("u8").unwrap_or(t);
                let inside = t.strip_prefix('"').unwrap_or(t);
                ExprKind::Str(literal::unescape(inside.strip_suffix('"').unwrap_or(inside)).into())
            }
            "verbatim_string_literal" => ExprKind::Str(literal::verbatim(self.text(n)).into()),
            "raw_string_literal" => ExprKind::Str(literal::raw(self.text(n)).into()),
            "interpolated_string_expression" => self.interpolated(n),
            "generic_name" => match cst::named(n).first() {
                Some(name) => self.resolve(*name).kind,
                None => ExprKind::Opaque(Vec::new()),
            },
            "predefined_type" => self.predefined(n).kind,
            "qualified_name" | "alias_qualified_name" | "nullable_type" => match self.type_name(n) {
                Some(t) => t.kind,
                None => ExprKind::Opaque(Vec::new()),
            },
            "member_access_expression" => self.member_access(n),
            "conditional_access_expression" => self.conditional_access(n),
            "element_access_expression" => {
                let object = self.boxed(n, "expression");
                let args = cst::field(n, "subscript").map(|l| self.arguments(l)).unwrap_or_default();
                element(object, args)
            }
            "invocation_expression" => self.invocation(n),
            "object_creation_expression" => {
                let (args, init) = (cst::field(n, "arguments"), cst::field(n, "initializer"));
                match cst::field(n, "type") {
                    Some(t) => self.created(t, args, init),
                    None => ExprKind::Opaque(Vec::new()),
                }
            }
            "implicit_object_creation_expression" => {
                let mut entries = None;
                let mut parts = Vec::new();
                for c in cst::named(n) {
                    match c.kind() {
                        "initializer_expression" => entries = Some(self.initializer(c)),
                        _ => parts.extend(self.arguments(c).into_iter().map(|a| a.value)),
                    }
                }
                match entries {
                    Some(Init::Named(named)) => ExprKind::Map(named.into_iter().map(pair).collect()),
                    Some(Init::Keyed(map)) => ExprKind::Map(map),
                    Some(Init::Items(items)) => ExprKind::List(items),
                    None => ExprKind::Opaque(parts),
                }
            }
            "anonymous_object_creation_expression" => self.anonymous(n),
            "array_creation_expression" | "implicit_array_creation_expression" => {
                match cst::named(n).into_iter().find(|c| c.kind() == "initializer_expression") {
                    Some(i) => ExprKind::List(self.exprs(i)),
                    None => ExprKind::Opaque(Vec::new()),
                }
            }
            "initializer_expression" => ExprKind::List(self.exprs(n)),
            "collection_expression" => {
                let mut items = Vec::new();
                for c in cst::named(n) {
                    let inner = if c.kind() == "collection_element" {
                        cst::named(c).first().copied().unwrap_or(c)
                    } else {
                        c
                    };
                    let Some(value) = cst::named(inner).first().copied() else { continue };
                    let value = if inner.kind().ends_with("_element") { value } else { inner };
                    let value = self.expr(value);
                    items.push(if inner.kind() == "spread_element" {
                        self.expr_at(inner, ExprKind::Spread(Box::new(value)))
                    } else {
                        value
                    });
                }
                ExprKind::List(items)
            }
            "tuple_expression" => ExprKind::List(self.arguments(n).into_iter().map(|a| a.value).collect()),
            "await_expression" => {
                let inner = cst::named(n).first().map(|c| self.expr(*c));
                ExprKind::Await(Box::new(inner.unwrap_or_else(|| self.unknown(n))))
            }
            "lambda_expression" => {
                let (params, body) = (cst::field(n, "parameters"), cst::field(n, "body"));
                ExprKind::Closure(self.function_of(n, SmolStr::default(), None, params, body, None))
            }
            "anonymous_method_expression" => {
                let body = cst::named(n).into_iter().find(|c| c.kind() == "block");
                let params = cst::field(n, "parameters");
                ExprKind::Closure(self.function_of(n, SmolStr::default(), None, params, body, None))
            }
            "assignment_expression" => {
                let op = cst::field(n, "operator").map_or("=", |o| self.text(o));
                let op: SmolStr = op.trim_end_matches('=').into();
                let value = self.boxed(n, "right");
                let target = match cst::field(n, "left") {
                    Some(l) => self.target(l),
                    None => Pattern::Ignore,
                };
                ExprKind::Assign { target: Box::new(target), op, value }
            }
            "conditional_expression" => {
                let test = self.boxed(n, "condition");
                let (a, b) = (cst::field(n, "consequence"), cst::field(n, "alternative"));
                match (a, b) {
                    (Some(t), _) if t.kind() == "throw_expression" => self.boxed(n, "alternative").kind,
                    (_, Some(t)) if t.kind() == "throw_expression" => self.boxed(n, "consequence").kind,
                    _ => {
                        let then = self.boxed(n, "consequence");
                        ExprKind::Cond { test, then, otherwise: self.boxed(n, "alternative") }
                    }
                }
            }
            "binary_expression" => self.binary(n),
            "prefix_unary_expression" | "postfix_unary_expression" | "unary_expression" => self.unary(n),
            "is_pattern_expression" => {
                let value = self.part(n, "expression");
                match cst::field(n, "pattern") {
                    Some(p) => self.matches(p, &value).kind,
                    None => ExprKind::Opaque(vec![value]),
                }
            }
            "is_expression" => {
                let left = self.boxed(n, "left");
                ExprKind::Opaque(vec![*left])
            }
            "switch_expression" => self.switch_expression(n),
            "declaration_expression" => match cst::field(n, "name") {
                Some(name) => match self.declared(name) {
                    Pattern::Name(told, _) => ExprKind::Name(told),
                    _ => ExprKind::Null,
                },
                None => ExprKind::Null,
            },
            "typeof_expression" | "sizeof_expression" => ExprKind::Opaque(Vec::new()),
            "query_expression" => self.query(n),
            "preproc_if" => {
                let stmt = self.perhaps(n);
                self.pending.push(stmt);
                ExprKind::Opaque(Vec::new())
            }
            // Records with other values, ranges, and whatever a newer grammar adds.
            _ => ExprKind::Opaque(self.exprs(n)),
        }
    }

    fn member_access(&mut self, n: Node<'_>) -> ExprKind {
        let name = cst::field(n, "name").map(|f| self.member_name(f)).unwrap_or_default();
        let Some(inner) = cst::field(n, "expression") else { return ExprKind::Opaque(Vec::new()) };
        let object = Box::new(self.expr(inner));
        // The value of a task is that of what it runs.
        if name == "Result" && matches!(inner.kind(), "invocation_expression" | "identifier") {
            return object.kind;
        }
        ExprKind::Attr { object, name, optional: false }
    }

    fn member_name(&self, n: Node<'_>) -> SmolStr {
        match n.kind() {
            "generic_name" => cst::named(n).first().map(|i| self.name(*i)).unwrap_or_default(),
            _ => self.name(n),
        }
    }

    /// `a?.b`, `a?[i]`.
    fn conditional_access(&mut self, n: Node<'_>) -> ExprKind {
        let object = self.part(n, "condition");
        let Some(rest) = cst::named(n).into_iter().next_back() else { return object.kind };
        self.bound(rest, object).kind
    }

    /// What stands behind `?`, on its object.
    fn bound(&mut self, n: Node<'_>, object: Expr) -> Expr {
        if !self.enter() {
            self.leave();
            return self.unknown(n);
        }
        let e = match n.kind() {
            "member_binding_expression" => {
                let name = cst::field(n, "name").map(|f| self.member_name(f)).unwrap_or_default();
                self.expr_at(n, ExprKind::Attr { object: Box::new(object), name, optional: true })
            }
            "element_binding_expression" => {
                let args = self.arguments(n);
                self.expr_at(n, element(Box::new(object), args))
            }
            "member_access_expression" => {
                let name = cst::field(n, "name").map(|f| self.member_name(f)).unwrap_or_default();
                let inner = match cst::field(n, "expression") {
                    Some(i) => self.bound(i, object),
                    None => object,
                };
                self.expr_at(n, ExprKind::Attr { object: Box::new(inner), name, optional: true })
            }
            "invocation_expression" => {
                let callee = match cst::field(n, "function") {
                    Some(f) => self.bound(f, object),
                    None => object,
                };
                let args = cst::field(n, "arguments").map(|l| self.arguments(l)).unwrap_or_default();
                self.expr_at(n, ExprKind::Call { callee: Box::new(callee), args, is_new: false })
            }
            "element_access_expression" => {
                let inner = match cst::field(n, "expression") {
                    Some(i) => self.bound(i, object),
                    None => object,
                };
                let args = cst::field(n, "subscript").map(|l| self.arguments(l)).unwrap_or_default();
                self.expr_at(n, element(Box::new(inner), args))
            }
            "conditional_access_expression" => {
                let inner = match cst::field(n, "condition") {
                    Some(i) => self.bound(i, object),
                    None => object,
                };
                match cst::named(n).into_iter().next_back() {
                    Some(rest) => self.bound(rest, inner),
                    None => inner,
                }
            }
            _ => {
                let other = self.expr(n);
                self.expr_at(n, ExprKind::Opaque(vec![object, other]))
            }
        };
        self.leave();
        e
    }

    fn interpolated(&mut self, n: Node<'_>) -> ExprKind {
        let is_raw =
            cst::all_of_kind(n, "interpolation_start").first().is_some_and(|s| self.text(*s).len() > 1)
                || self.text(n).trim_start_matches('$').starts_with("\"\"\"");
        let is_verbatim = self.text(n).starts_with("$@") || self.text(n).starts_with('@');
        let mut parts: Vec<Expr> = Vec::new();
        for c in cst::named(n) {
            match c.kind() {
                "string_content" => {
                    let t = self.text(c);
                    let t = if is_raw { t.to_owned() } else { t.replace("{{", "{").replace("}}", "}") };
                    let t = if is_verbatim { t.replace("\"\"", "\"") } else { t };
                    parts.push(self.expr_at(c, ExprKind::Str(t.into())));
                }
                "escape_sequence" => {
                    let t = literal::unescape(self.text(c));
                    parts.push(self.expr_at(c, ExprKind::Str(t.into())));
                }
                "interpolation" => {
                    let hole = cst::named(c).into_iter().find(|h| !h.kind().starts_with("interpolation_"));
                    parts.push(match hole {
                        Some(h) => self.expr(h),
                        None => self.unknown(c),
                    });
                }
                _ => {}
            }
        }
        ExprKind::Template(parts)
    }

    fn binary(&mut self, n: Node<'_>) -> ExprKind {
        let op = cst::field(n, "operator").map(|o| self.name(o)).unwrap_or_default();
        let right_node = cst::field(n, "right");
        if op == "??" && right_node.is_some_and(|r| r.kind() == "throw_expression") {
            let mut left = self.boxed(n, "left");
            // What is not set stops it here.
            if let ExprKind::Call { callee, args, .. } = &mut left.kind
                && matches!(&callee.kind, ExprKind::Attr { name, .. } if name == "GetEnvironmentVariable")
            {
                let value = self.expr_at(n, ExprKind::Bool(true));
                args.push(Arg { name: Some("required".into()), value });
            }
            return left.kind;
        }
        let (left, right) = (self.boxed(n, "left"), self.boxed(n, "right"));
        match op.as_str() {
            "&&" => ExprKind::Logic { op: "and".into(), left, right },
            "||" => ExprKind::Logic { op: "or".into(), left, right },
            "??" => ExprKind::Logic { op, left, right },
            "==" | "!=" | "<" | "<=" | ">" | ">=" => ExprKind::Compare { op, left, right },
            _ => ExprKind::Binary { op, left, right },
        }
    }

    fn unary(&mut self, n: Node<'_>) -> ExprKind {
        let Some(inner) = cst::named(n).first().copied() else { return ExprKind::Opaque(Vec::new()) };
        let has = |op: &str| cst::has(n, op);
        if has("++") || has("--") {
            let op = if has("++") { "+" } else { "-" };
            let value = Box::new(self.expr_at(n, ExprKind::Int(1)));
            return ExprKind::Assign { target: Box::new(self.target(inner)), op: op.into(), value };
        }
        let x = self.expr(inner);
        match (&x.kind, has("!"), has("-")) {
            (_, true, _) => ExprKind::Not(Box::new(x)),
            (ExprKind::Int(i), _, true) => ExprKind::Int(i.wrapping_neg()),
            (ExprKind::Float(f), _, true) => ExprKind::Float(-f),
            _ => ExprKind::Opaque(vec![x]),
        }
    }

    /// The expression a clause ends with.
    fn last_of(&mut self, c: Node<'_>) -> Expr {
        match cst::named(c).last() {
            Some(e) => self.expr(*e),
            None => self.unknown(c),
        }
    }

    /// `from x in xs where … select …`
    fn query(&mut self, n: Node<'_>) -> ExprKind {
        self.scopes.push();
        let (mut clauses, mut tests, mut element) = (Vec::new(), Vec::new(), None);
        for c in cst::named(n) {
            let inner = cst::named(c);
            match c.kind() {
                "from_clause" => {
                    let items = self.last_of(c);
                    let target = cst::field(c, "name").map_or(Pattern::Ignore, |n| self.declared(n));
                    clauses.push((target, items));
                }
                "let_clause" => {
                    let value = self.last_of(c);
                    let list = self.expr_at(c, ExprKind::List(vec![value]));
                    let target = inner.first().map_or(Pattern::Ignore, |n| self.declared(*n));
                    clauses.push((target, list));
                }
                "where_clause" | "order_by_clause" => {
                    let all: Vec<Expr> = inner.into_iter().map(|e| self.expr(e)).collect();
                    if c.kind() == "where_clause" {
                        tests.extend(all);
                    }
                }
                "select_clause" => element = inner.first().map(|e| self.expr(*e)),
                _ => {
                    let all = inner.into_iter().map(|e| self.expr(e)).collect();
                    tests.push(self.expr_at(c, ExprKind::Opaque(all)));
                }
            }
        }
        self.scopes.pop();
        let element = Box::new(element.unwrap_or_else(|| self.unknown(n)));
        ExprKind::Comprehension { element, clauses, tests }
    }
}

fn element(object: Box<Expr>, mut args: Vec<Arg>) -> ExprKind {
    match (args.pop(), args.is_empty()) {
        (Some(a), true) => ExprKind::Index { object, index: Box::new(a.value) },
        (last, _) => {
            let parts = args.into_iter().chain(last).map(|a| a.value);
            ExprKind::Opaque(std::iter::once(*object).chain(parts).collect())
        }
    }
}
