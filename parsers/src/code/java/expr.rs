//! Expressions.

use super::names::{Meaning, is_type_like};
use super::{Lower, decl, literal, switch};
use crate::code::cst;
use crate::code::hir::{Expr, ExprKind, Pattern, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// How many operands of one operator are told apart.
const MAX_OPERANDS: usize = 48;

impl Lower<'_> {
    pub(super) fn expr(&mut self, n: Node<'_>) -> Expr {
        if !self.enter() {
            self.leave();
            return self.unknown(n);
        }
        let e = match n.kind() {
            "parenthesized_expression" => match cst::named(n).first() {
                Some(inner) => self.expr(*inner),
                None => self.unknown(n),
            },
            "cast_expression" => match cst::field(n, "value") {
                Some(x) => self.expr(x),
                None => self.unknown(n),
            },
            "identifier" | "type_identifier" => self.name_expr(n, false),
            "scoped_type_identifier" | "generic_type" | "scoped_identifier" => {
                self.type_name(n).unwrap_or_else(|| self.unknown(n))
            }
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

    /// A bare name.
    pub(super) fn name_expr(&self, n: Node<'_>, called: bool) -> Expr {
        let name = self.name(n);
        let object = match self.names.meaning(&name, called) {
            Meaning::Plain => return self.expr_at(n, ExprKind::Name(name)),
            Meaning::Own(0) => Some(self.expr_at(n, ExprKind::Name("this".into()))),
            Meaning::Own(number) => Some(self.expr_at(n, ExprKind::Name(decl::outer_this(number)))),
            Meaning::Static(path) => self.path_expr(n, &path),
        };
        match object {
            Some(object) => {
                self.expr_at(n, ExprKind::Attr { object: Box::new(object), name, optional: false })
            }
            None => self.expr_at(n, ExprKind::Name(name)),
        }
    }

    /// A dotted name that begins with a package or a type: the name of the type, then its members.
    pub(super) fn dotted(&self, n: Node<'_>, text: &str) -> Expr {
        let parts: Vec<&str> = text.split('.').collect();
        let at = parts.iter().position(|p| is_type_like(p)).unwrap_or(0);
        let first: SmolStr = parts[..=at].join(".").into();
        let mut first =
            if at == 0 { self.named_type(n, &first) } else { self.expr_at(n, ExprKind::Name(first)) };
        // It is written, unlike what stands before a bare name.
        first.span = self.src.span(n.start_byte(), n.start_byte() + 1);
        parts[at + 1..].iter().fold(first, |object, name| {
            let kind = ExprKind::Attr { object: Box::new(object), name: (*name).into(), optional: false };
            self.expr_at(n, kind)
        })
    }

    fn named_type(&self, n: Node<'_>, name: &SmolStr) -> Expr {
        let object = match self.names.meaning(name, false) {
            Meaning::Static(path) => self.path_expr(n, &path),
            _ => None,
        };
        match object {
            Some(o) => {
                self.expr_at(n, ExprKind::Attr { object: Box::new(o), name: name.clone(), optional: false })
            }
            None => self.expr_at(n, ExprKind::Name(name.clone())),
        }
    }

    fn expr_kind(&mut self, n: Node<'_>) -> ExprKind {
        match n.kind() {
            "this" => ExprKind::Name("this".into()),
            "super" => ExprKind::Name("super".into()),
            "null_literal" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "decimal_integer_literal"
            | "hex_integer_literal"
            | "octal_integer_literal"
            | "binary_integer_literal" => literal::integer(self.text(n)),
            "decimal_floating_point_literal" | "hex_floating_point_literal" => literal::float(self.text(n)),
            "string_literal" => match self.string(n) {
                Some(s) => ExprKind::Str(s),
                None => ExprKind::Opaque(self.exprs(n)),
            },
            "field_access" => self.field_access(n),
            "array_access" => {
                ExprKind::Index { object: self.boxed(n, "array"), index: self.boxed(n, "index") }
            }
            "method_invocation" => self.invocation(n),
            "object_creation_expression" => self.creation(n),
            "array_creation_expression" => match cst::field(n, "value") {
                Some(v) => ExprKind::List(self.exprs(v)),
                None => ExprKind::Opaque(Vec::new()),
            },
            "array_initializer" => ExprKind::List(self.exprs(n)),
            "lambda_expression" => self.lambda(n),
            "method_reference" => self.reference(n),
            "class_literal" => {
                let name = cst::named(n).first().copied().and_then(|t| self.type_name(t));
                name.map_or(ExprKind::Opaque(Vec::new()), |e| e.kind)
            }
            "unary_expression" => self.unary(n),
            "binary_expression" => self.binary(n),
            "ternary_expression" => ExprKind::Cond {
                test: self.boxed(n, "condition"),
                then: self.boxed(n, "consequence"),
                otherwise: self.boxed(n, "alternative"),
            },
            "assignment_expression" => {
                let op = cst::field(n, "operator").map_or("=", |o| self.text(o));
                let op = SmolStr::from(op.strip_suffix('=').unwrap_or(op));
                let value = self.boxed(n, "right");
                let target = Box::new(cst::field(n, "left").map_or(Pattern::Ignore, |l| self.place(l)));
                ExprKind::Assign { target, op, value }
            }
            "update_expression" => {
                let place = cst::named(n).first().map_or(Pattern::Ignore, |x| self.place(*x));
                let op = if cst::has(n, "++") { "+" } else { "-" };
                let value = Box::new(self.expr_at(n, ExprKind::Int(1)));
                ExprKind::Assign { target: Box::new(place), op: op.into(), value }
            }
            "instanceof_expression" => self.instance_of(n),
            "switch_expression" => self.switch_value(n),
            // Characters, templates, and whatever a newer grammar adds.
            _ => ExprKind::Opaque(self.exprs(n)),
        }
    }

    fn field_access(&mut self, n: Node<'_>) -> ExprKind {
        let (Some(object), Some(field)) = (cst::field(n, "object"), cst::field(n, "field")) else {
            return ExprKind::Opaque(self.exprs(n));
        };
        if field.kind() == "this" {
            // `Outer.this`
            let number = self.names.class_number(&self.written(object));
            return match number {
                Some(i) if i != self.names.classes() => ExprKind::Name(decl::outer_this(i)),
                _ => ExprKind::Name("this".into()),
            };
        }
        if let Some(text) = self.qualified(n) {
            return self.dotted(n, &text).kind;
        }
        let object = Box::new(self.expr(object));
        ExprKind::Attr { object, name: self.name(field), optional: false }
    }

    /// The text of names with dots between them that begins with a package.
    fn qualified(&self, n: Node<'_>) -> Option<SmolStr> {
        let text = self.written(n);
        let plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'));
        let (first, rest) = text.split_once('.')?;
        let package = plain && !is_type_like(first) && !self.names.is_declared(first);
        (package && rest.split('.').any(is_type_like)).then_some(text)
    }

    fn invocation(&mut self, n: Node<'_>) -> ExprKind {
        let Some(name) = cst::field(n, "name") else { return ExprKind::Opaque(self.exprs(n)) };
        let callee = match cst::field(n, "object") {
            None => self.name_expr(name, true),
            Some(o) => {
                let object = Box::new(self.expr(o));
                let span = self.src.span(o.start_byte(), name.end_byte());
                Expr { span, kind: ExprKind::Attr { object, name: self.name(name), optional: false } }
            }
        };
        let args = cst::field(n, "arguments").map(|a| self.arguments(a)).unwrap_or_default();
        ExprKind::Call { callee: Box::new(callee), args, is_new: false }
    }

    fn creation(&mut self, n: Node<'_>) -> ExprKind {
        let args = cst::field(n, "arguments").map(|a| self.arguments(a)).unwrap_or_default();
        let ty = cst::field(n, "type").and_then(|t| self.type_name(t));
        let body = cst::named(n).into_iter().find(|c| c.kind() == "class_body");
        let callee = match (body, ty) {
            (Some(b), ty) => match self.class(b, Some(ty.unwrap_or_else(|| self.unknown(n)))) {
                Some(id) => self.expr_at(b, ExprKind::Class(id)),
                None => self.unknown(n),
            },
            (None, Some(ty)) => ty,
            (None, None) => self.unknown(n),
        };
        ExprKind::Call { callee: Box::new(callee), args, is_new: true }
    }

    fn lambda(&mut self, n: Node<'_>) -> ExprKind {
        let in_switch = std::mem::take(&mut self.in_switch);
        let id = self.closure(n, cst::field(n, "parameters"), cst::field(n, "body"));
        self.in_switch = in_switch;
        ExprKind::Closure(id)
    }

    /// `Type::method`, `object::method`, `Type::new`.
    fn reference(&mut self, n: Node<'_>) -> ExprKind {
        let parts = cst::named(n);
        let Some(object) = parts.first().copied() else { return ExprKind::Opaque(Vec::new()) };
        let of = self.expr(object);
        match parts.last().filter(|l| l.kind() == "identifier" && parts.len() > 1) {
            Some(name) => ExprKind::Attr { object: Box::new(of), name: self.name(*name), optional: false },
            None => of.kind,
        }
    }

    fn unary(&mut self, n: Node<'_>) -> ExprKind {
        let op = cst::field(n, "operator").map(|o| self.text(o)).unwrap_or_default();
        let x = self.boxed(n, "operand");
        match (op, &x.kind) {
            ("+", _) => x.kind,
            ("!", _) => ExprKind::Not(x),
            ("-", ExprKind::Int(i)) => ExprKind::Int(i.wrapping_neg()),
            ("-", ExprKind::Float(f)) => ExprKind::Float(-f),
            _ => ExprKind::Opaque(vec![*x]),
        }
    }

    /// An operator with its operands: what stands left of one of the same kind is gone down without recursion.
    fn binary(&mut self, n: Node<'_>) -> ExprKind {
        let op = cst::field(n, "operator").map(|o| self.name(o)).unwrap_or_default();
        let mut operands = Vec::new();
        let mut at = n;
        loop {
            operands.extend(cst::field(at, "right"));
            let Some(left) = cst::field(at, "left") else { break };
            let same = left.kind() == "binary_expression"
                && cst::field(left, "operator").is_some_and(|o| self.text(o) == op);
            if !same {
                operands.push(left);
                break;
            }
            at = left;
        }
        operands.reverse();
        let many = operands.len() > MAX_OPERANDS;
        let mut operands = operands.into_iter().map(|o| self.expr(o)).collect::<Vec<_>>().into_iter();
        if many {
            return ExprKind::Opaque(operands.collect());
        }
        let Some(first) = operands.next() else { return ExprKind::Opaque(Vec::new()) };
        let start = first.span.start as usize;
        let whole = operands.fold(first, |left, right| {
            let span = self.src.span(start, right.span.end as usize);
            let (left, right) = (Box::new(left), Box::new(right));
            let kind = match op.as_str() {
                "&&" => ExprKind::Logic { op: "and".into(), left, right },
                "||" => ExprKind::Logic { op: "or".into(), left, right },
                "==" | "!=" | "<" | "<=" | ">" | ">=" => ExprKind::Compare { op: op.clone(), left, right },
                _ => ExprKind::Binary { op: op.clone(), left, right },
            };
            Expr { span, kind }
        });
        whole.kind
    }

    /// `x instanceof T t`: the names it binds are declared before the statement it stands in.
    fn instance_of(&mut self, n: Node<'_>) -> ExprKind {
        let left = self.boxed(n, "left");
        let mut names: Vec<Node<'_>> = cst::field(n, "name").into_iter().collect();
        if let Some(p) = cst::field(n, "pattern") {
            names.extend(switch::bound(p));
        }
        let whole = cst::field(n, "pattern").is_none();
        for name in names {
            let target = self.declared(name);
            let value = if whole {
                (*left).clone()
            } else {
                self.expr_at(name, ExprKind::Opaque(vec![(*left).clone()]))
            };
            let declared = self.stmt_at(name, StmtKind::Declare { target, value });
            self.pending.push(declared);
        }
        let right = Box::new(self.unknown(n));
        ExprKind::Compare { op: "instanceof".into(), left, right }
    }
}
