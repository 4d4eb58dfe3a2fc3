//! Expressions.

use super::{Lower, literal};
use crate::code::cst;
use crate::code::hir::{Arg, Expr, ExprKind, MapEntry};
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
            "parenthesized_expression" | "type_instantiation_expression" | "literal_element" => {
                match cst::named(n).first() {
                    Some(inner) => self.expr(*inner),
                    None => self.unknown(n),
                }
            }
            // `f[T](x)` may call a function as well.
            "type_conversion_expression"
                if cst::field(n, "type").is_some_and(|t| t.kind() == "generic_type") =>
            {
                let callee = cst::field(n, "type").and_then(|t| self.type_name(t));
                let value = *self.boxed(n, "operand");
                match callee {
                    Some(callee) => {
                        let args = vec![Arg { name: None, value }];
                        self.expr_at(n, ExprKind::Call { callee: Box::new(callee), args, is_new: false })
                    }
                    None => value,
                }
            }
            "type_assertion_expression" | "type_conversion_expression" => match cst::field(n, "operand") {
                Some(x) => self.expr(x),
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

    fn boxed(&mut self, n: Node<'_>, field: &str) -> Box<Expr> {
        Box::new(match cst::field(n, field) {
            Some(c) => self.expr(c),
            None => self.unknown(n),
        })
    }

    fn exprs(&mut self, n: Node<'_>) -> Vec<Expr> {
        cst::named(n).into_iter().map(|c| self.expr(c)).collect()
    }

    fn expr_kind(&mut self, n: Node<'_>) -> ExprKind {
        match n.kind() {
            "identifier" | "package_identifier" | "field_identifier" => {
                ExprKind::Name(self.scopes.resolve(&self.name(n)))
            }
            "type_identifier" | "qualified_type" | "pointer_type" | "generic_type" => match self.type_name(n)
            {
                Some(e) => e.kind,
                None => ExprKind::Opaque(Vec::new()),
            },
            "blank_identifier" => ExprKind::Name("_".into()),
            "nil" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "int_literal" => literal::integer(self.text(n)),
            "float_literal" => {
                self.text(n).replace('_', "").parse().map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float)
            }
            "interpreted_string_literal" | "raw_string_literal" => ExprKind::Str(self.string(n)),
            "selector_expression" => {
                let name = cst::field(n, "field").map(|f| self.name(f)).unwrap_or_default();
                ExprKind::Attr { object: self.boxed(n, "operand"), name, optional: false }
            }
            "index_expression" => {
                ExprKind::Index { object: self.boxed(n, "operand"), index: self.boxed(n, "index") }
            }
            // A part of a list or text is not told from the whole.
            "slice_expression" => {
                let parts = self.exprs(n);
                ExprKind::Opaque(parts)
            }
            "call_expression" => self.call(n),
            "func_literal" => ExprKind::Closure(self.function_of(n, SmolStr::default(), None, None)),
            "composite_literal" => self.composite(n),
            "unary_expression" => self.unary(n),
            "binary_expression" => self.binary(n),
            // Runes, `iota`, and whatever a newer grammar adds.
            _ => ExprKind::Opaque(self.exprs(n)),
        }
    }

    fn call(&mut self, n: Node<'_>) -> ExprKind {
        let function = cst::field(n, "function");
        let list = cst::field(n, "arguments");
        let first = list.and_then(|l| cst::named(l).first().copied());
        // The built-in functions that take a type.
        match (function.map(|f| self.text(f)), first) {
            (Some("new"), Some(t)) => return self.zero_of_argument(t),
            (Some("make"), Some(t)) => {
                let sizes: Vec<Expr> = list
                    .map(cst::named)
                    .unwrap_or_default()
                    .into_iter()
                    .skip(1)
                    .map(|s| self.expr(s))
                    .collect();
                return match (t.kind(), sizes.first().map(|s| &s.kind)) {
                    ("map_type", _) => ExprKind::Map(Vec::new()),
                    ("slice_type", Some(ExprKind::Int(0))) => ExprKind::List(Vec::new()),
                    _ => ExprKind::Opaque(sizes),
                };
            }
            _ => {}
        }
        let callee = Box::new(match function {
            Some(f) => self.expr(f),
            None => self.unknown(n),
        });
        let args = list.map(|l| self.arguments(l)).unwrap_or_default();
        ExprKind::Call { callee, args, is_new: false }
    }

    fn zero_of_argument(&mut self, t: Node<'_>) -> ExprKind {
        match t.kind() {
            "identifier" | "selector_expression" => {
                let name = self.expr(t);
                ExprKind::Zero(Box::new(name))
            }
            _ => self.zero(t).kind,
        }
    }

    fn unary(&mut self, n: Node<'_>) -> ExprKind {
        let op = cst::field(n, "operator").map(|o| self.text(o)).unwrap_or_default();
        let x = self.boxed(n, "operand");
        match (op, &x.kind) {
            // A new object has no other name.
            ("&", ExprKind::Name(_) | ExprKind::Attr { .. } | ExprKind::Index { .. }) => ExprKind::Ref(x),
            ("&" | "*" | "+", _) => x.kind,
            ("!", _) => ExprKind::Not(x),
            ("-", ExprKind::Int(i)) => ExprKind::Int(i.wrapping_neg()),
            ("-", ExprKind::Float(f)) => ExprKind::Float(-f),
            _ => ExprKind::Opaque(vec![*x]),
        }
    }

    fn binary(&mut self, n: Node<'_>) -> ExprKind {
        let op = cst::field(n, "operator").map(|o| self.name(o)).unwrap_or_default();
        let (left, right) = (self.boxed(n, "left"), self.boxed(n, "right"));
        match op.as_str() {
            "&&" => ExprKind::Logic { op: "and".into(), left, right },
            "||" => ExprKind::Logic { op: "or".into(), left, right },
            "==" | "!=" | "<" | "<=" | ">" | ">=" => ExprKind::Compare { op, left, right },
            _ => ExprKind::Binary { op, left, right },
        }
    }

    fn composite(&mut self, n: Node<'_>) -> ExprKind {
        let (Some(ty), Some(body)) = (cst::field(n, "type"), cst::field(n, "body")) else {
            return ExprKind::Opaque(self.exprs(n));
        };
        self.composed(ty, body)
    }

    /// `T{…}`; the type of inner literals that leave it out is that of the elements.
    fn composed(&mut self, ty: Node<'_>, body: Node<'_>) -> ExprKind {
        if !self.enter() {
            self.leave();
            return ExprKind::Opaque(Vec::new());
        }
        let kind = match ty.kind() {
            "slice_type" | "array_type" | "implicit_length_array_type" => {
                let element = cst::field(ty, "element");
                let items = cst::named(body).into_iter().map(|e| {
                    let value =
                        if e.kind() == "keyed_element" { cst::field(e, "value").unwrap_or(e) } else { e };
                    self.element(element, value)
                });
                ExprKind::List(items.collect())
            }
            "map_type" => {
                let (key, value) = (cst::field(ty, "key"), cst::field(ty, "value"));
                let mut entries = Vec::new();
                for e in cst::named(body) {
                    if let (Some(k), Some(v)) = (cst::field(e, "key"), cst::field(e, "value")) {
                        let k = self.element(key, k);
                        entries.push(MapEntry::Pair(k, self.element(value, v)));
                    }
                }
                ExprKind::Map(entries)
            }
            "struct_type" => {
                let mut entries = Vec::new();
                for e in cst::named(body) {
                    if let (Some(k), Some(v)) = (cst::field(e, "key"), cst::field(e, "value")) {
                        let k = self.expr_at(k, ExprKind::Str(self.name(k)));
                        entries.push(MapEntry::Pair(k, self.element(None, v)));
                    }
                }
                ExprKind::Map(entries)
            }
            "pointer_type" => match cst::named(ty).first() {
                Some(inner) => self.composed(*inner, body),
                None => ExprKind::Opaque(Vec::new()),
            },
            _ => match self.type_name(ty) {
                Some(callee) => self.structure(callee, body),
                None => {
                    ExprKind::Opaque(cst::named(body).into_iter().map(|e| self.element(None, e)).collect())
                }
            },
        };
        self.leave();
        kind
    }

    /// A literal of a type that has a name: a structure, or a map where its keys are no names.
    fn structure(&mut self, callee: Expr, body: Node<'_>) -> ExprKind {
        let mut args = Vec::new();
        let mut entries = Vec::new();
        for e in cst::named(body) {
            let (Some(k), Some(v)) = (cst::field(e, "key"), cst::field(e, "value")) else {
                args.push(Arg { name: None, value: self.element(None, e) });
                continue;
            };
            let value = self.element(None, v);
            let key = cst::named(k).first().copied().unwrap_or(k);
            if key.kind() == "identifier" {
                args.push(Arg { name: Some(self.name(key)), value });
            } else {
                let key = self.expr(key);
                entries.push(MapEntry::Pair(key, value));
            }
        }
        if entries.is_empty() {
            return ExprKind::Call { callee: Box::new(callee), args, is_new: true };
        }
        ExprKind::Map(entries)
    }

    /// An element of a literal.
    fn element(&mut self, ty: Option<Node<'_>>, n: Node<'_>) -> Expr {
        let inner =
            if n.kind() == "literal_element" { cst::named(n).first().copied().unwrap_or(n) } else { n };
        if inner.kind() != "literal_value" {
            return self.expr(inner);
        }
        let kind = if let Some(t) = ty {
            self.composed(t, inner)
        } else {
            let parts = cst::named(inner).into_iter().map(|e| {
                let value = if e.kind() == "keyed_element" { cst::field(e, "value").unwrap_or(e) } else { e };
                self.element(None, value)
            });
            ExprKind::Opaque(parts.collect())
        };
        self.expr_at(inner, kind)
    }
}
