//! Expressions.

use super::literal::{self, Prefix};
use super::{Lower, k};
use crate::code::cst;
use crate::code::hir::{Arg, Expr, ExprKind, Function, MapEntry, Pattern, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    /// All named children as expressions.
    pub(super) fn exprs(&mut self, n: Node<'_>) -> Vec<Expr> {
        cst::named(n).into_iter().map(|c| self.expr(c)).collect()
    }

    pub(super) fn expr(&mut self, n: Node<'_>) -> Expr {
        self.named_expr(n, None)
    }

    /// An expression that is bound to a name, which a closure takes.
    pub(super) fn named_expr(&mut self, n: Node<'_>, name: Option<&SmolStr>) -> Expr {
        if !self.enter() {
            self.leave();
            return self.expr_at(n, ExprKind::Opaque(Vec::new()));
        }
        let e = match n.kind() {
            // Parentheses alone mean nothing.
            k::PARENTHESIZED_EXPRESSION => match cst::named(n).first() {
                Some(inner) => self.named_expr(*inner, name),
                None => self.expr_at(n, ExprKind::Opaque(Vec::new())),
            },
            k::LAMBDA => self.lambda(n, name),
            _ => {
                let kind = self.expr_kind(n);
                self.expr_at(n, kind)
            }
        };
        self.leave();
        e
    }

    fn boxed(&mut self, n: Node<'_>) -> Box<Expr> {
        Box::new(self.expr(n))
    }

    /// The child of a field, boxed; opaque where the grammar has none.
    fn boxed_field(&mut self, n: Node<'_>, field: &str) -> Box<Expr> {
        match cst::field(n, field) {
            Some(c) => self.boxed(c),
            None => Box::new(self.expr_at(n, ExprKind::Opaque(Vec::new()))),
        }
    }

    fn operator(&self, n: Node<'_>) -> SmolStr {
        cst::field(n, "operator").map(|o| self.name(o)).unwrap_or_default()
    }

    fn expr_kind(&mut self, n: Node<'_>) -> ExprKind {
        match n.kind() {
            k::IDENTIFIER => ExprKind::Name(self.name(n)),
            k::NONE => ExprKind::Null,
            k::TRUE => ExprKind::Bool(true),
            k::FALSE => ExprKind::Bool(false),
            k::INTEGER => self.integer(n),
            k::FLOAT => literal::float(self.text(n)),
            k::STRING => text_of(self.string(n)),
            k::CONCATENATED_STRING => {
                let mut parts = Vec::new();
                for s in cst::named(n) {
                    parts.extend(self.string(s));
                }
                text_of(parts)
            }
            k::ATTRIBUTE => ExprKind::Attr {
                object: self.boxed_field(n, "object"),
                name: cst::field(n, "attribute").map(|a| self.name(a)).unwrap_or_default(),
                optional: false,
            },
            k::SUBSCRIPT => {
                let object = self.boxed_field(n, "value");
                let mut indices: Vec<Expr> =
                    cst::field_all(n, "subscript").into_iter().map(|i| self.expr(i)).collect();
                let index = match indices.pop() {
                    Some(one) if indices.is_empty() && !cst::has(n, ",") => one,
                    last => {
                        indices.extend(last);
                        self.expr_at(n, ExprKind::List(indices))
                    }
                };
                ExprKind::Index { object, index: Box::new(index) }
            }
            k::CALL => self.call(n),
            k::LIST | k::TUPLE | k::SET | k::EXPRESSION_LIST | k::PATTERN_LIST => {
                ExprKind::List(self.exprs(n))
            }
            k::LIST_SPLAT | k::LIST_SPLAT_PATTERN => match cst::named(n).first() {
                Some(x) => ExprKind::Spread(self.boxed(*x)),
                None => ExprKind::Opaque(Vec::new()),
            },
            k::DICTIONARY => ExprKind::Map(self.dictionary(n)),
            k::LIST_COMPREHENSION
            | k::SET_COMPREHENSION
            | k::GENERATOR_EXPRESSION
            | k::DICTIONARY_COMPREHENSION => self.comprehension(n),
            k::BINARY_OPERATOR => ExprKind::Binary {
                left: self.boxed_field(n, "left"),
                op: self.operator(n),
                right: self.boxed_field(n, "right"),
            },
            k::BOOLEAN_OPERATOR => ExprKind::Logic {
                left: self.boxed_field(n, "left"),
                op: self.operator(n),
                right: self.boxed_field(n, "right"),
            },
            k::COMPARISON_OPERATOR => self.comparison(n),
            k::NOT_OPERATOR => ExprKind::Not(self.boxed_field(n, "argument")),
            k::UNARY_OPERATOR => self.unary(n),
            k::CONDITIONAL_EXPRESSION => match cst::named(n)[..] {
                [then, test, otherwise] => ExprKind::Cond {
                    test: self.boxed(test),
                    then: self.boxed(then),
                    otherwise: self.boxed(otherwise),
                },
                _ => ExprKind::Opaque(self.exprs(n)),
            },
            k::AWAIT => match cst::named(n).first() {
                Some(x) => ExprKind::Await(self.boxed(*x)),
                None => ExprKind::Opaque(Vec::new()),
            },
            k::YIELD => {
                if let Some(g) = self.generators.last_mut() {
                    *g = true;
                }
                ExprKind::Yield(cst::named(n).first().map(|x| self.boxed(*x)))
            }
            k::NAMED_EXPRESSION => {
                let target = match cst::field(n, "name") {
                    Some(name) => Pattern::Name(self.name(name), self.span(name)),
                    None => Pattern::Ignore,
                };
                ExprKind::Assign {
                    target: Box::new(target),
                    op: SmolStr::default(),
                    value: self.boxed_field(n, "value"),
                }
            }
            // Types in a `[…]`, slices, `…`, and whatever a newer grammar adds.
            _ => ExprKind::Opaque(self.exprs(n)),
        }
    }

    fn integer(&mut self, n: Node<'_>) -> ExprKind {
        let text = self.text(n);
        let old_octal = text.len() > 1
            && text.starts_with('0')
            && text.bytes().all(|b| b.is_ascii_digit())
            && text.bytes().any(|b| b != b'0');
        if old_octal || text.ends_with(['l', 'L']) {
            self.taint(n.byte_range(), format!("`{text}` is no number"), true);
        }
        literal::integer(text)
    }

    fn unary(&mut self, n: Node<'_>) -> ExprKind {
        let op = self.operator(n);
        let x = self.boxed_field(n, "argument");
        match (op.as_str(), &x.kind) {
            ("-", ExprKind::Int(i)) => ExprKind::Int(i.wrapping_neg()),
            ("-", ExprKind::Float(f)) => ExprKind::Float(-f),
            ("+", ExprKind::Int(_) | ExprKind::Float(_)) => x.kind,
            _ => ExprKind::Opaque(vec![*x]),
        }
    }

    /// `a < b < c` is `a < b and b < c`.
    fn comparison(&mut self, n: Node<'_>) -> ExprKind {
        let mut operands = Vec::new();
        let mut ops: Vec<SmolStr> = Vec::new();
        for (field, c) in cst::with_fields(n) {
            if field == Some("operators") {
                // `not in`, `is not` may be written with any white space.
                let op = self.text(c).split_whitespace().collect::<Vec<_>>().join(" ");
                if op == "<>" {
                    self.taint(c.byte_range(), "`<>` is no operator: use `!=`".to_owned(), true);
                }
                ops.push(if op == "<>" { SmolStr::new_static("!=") } else { op.into() });
            } else if c.is_named() {
                operands.push(self.expr(c));
            }
        }
        self.too_deep |= operands.len() > 64;
        let mut all: Option<Expr> = None;
        for (op, pair) in ops.into_iter().zip(operands.windows(2)) {
            let [left, right] = pair else { continue };
            let span = left.span.to(right.span);
            let kind = ExprKind::Compare { op, left: Box::new(left.clone()), right: Box::new(right.clone()) };
            let one = Expr { span, kind };
            all = Some(match all {
                None => one,
                Some(before) => Expr {
                    span: before.span.to(span),
                    kind: ExprKind::Logic {
                        op: SmolStr::new_static("and"),
                        left: Box::new(before),
                        right: Box::new(one),
                    },
                },
            });
        }
        all.map_or_else(|| ExprKind::Opaque(operands), |e| e.kind)
    }

    fn call(&mut self, n: Node<'_>) -> ExprKind {
        let callee = self.boxed_field(n, "function");
        let mut args = Vec::new();
        if let Some(list) = cst::field(n, "arguments") {
            if list.kind() == k::GENERATOR_EXPRESSION {
                args.push(Arg { name: None, value: self.expr(list) });
            } else {
                for a in cst::named(list) {
                    let arg = self.argument(a);
                    args.push(arg);
                }
            }
        }
        if let Some(module) = imported_module(&callee, &args) {
            return ExprKind::Module(module);
        }
        ExprKind::Call { callee, args, is_new: false }
    }

    fn argument(&mut self, n: Node<'_>) -> Arg {
        match n.kind() {
            k::KEYWORD_ARGUMENT => {
                let name = cst::field(n, "name").map(|a| self.name(a));
                Arg { name, value: *self.boxed_field(n, "value") }
            }
            k::DICTIONARY_SPLAT => {
                let value = match cst::named(n).first() {
                    Some(x) => self.expr(*x),
                    None => self.expr_at(n, ExprKind::Opaque(Vec::new())),
                };
                Arg { name: Some(SmolStr::new_static("**")), value }
            }
            _ => Arg { name: None, value: self.expr(n) },
        }
    }

    fn dictionary(&mut self, n: Node<'_>) -> Vec<MapEntry> {
        let mut out = Vec::new();
        for c in cst::named(n) {
            match c.kind() {
                k::PAIR => {
                    let key = *self.boxed_field(c, "key");
                    out.push(MapEntry::Pair(key, *self.boxed_field(c, "value")));
                }
                k::DICTIONARY_SPLAT => out.extend(self.exprs(c).into_iter().map(MapEntry::Spread)),
                _ => {}
            }
        }
        out
    }

    fn comprehension(&mut self, n: Node<'_>) -> ExprKind {
        let element = match cst::field(n, "body") {
            Some(pair) if pair.kind() == k::PAIR => {
                let key = self.boxed_field(pair, "key");
                let value = self.boxed_field(pair, "value");
                if has_call(pair, "key") {
                    // The key does something: it must not be lost.
                    Box::new(self.expr_at(pair, ExprKind::Opaque(vec![*key, *value])))
                } else {
                    value
                }
            }
            Some(e) => self.boxed(e),
            None => Box::new(self.expr_at(n, ExprKind::Opaque(Vec::new()))),
        };
        let (mut clauses, mut tests) = (Vec::new(), Vec::new());
        for c in cst::named(n) {
            match c.kind() {
                k::FOR_IN_CLAUSE => {
                    let Some(left) = cst::field(c, "left") else { continue };
                    let mut items: Vec<Expr> = cst::field_all(c, "right")
                        .into_iter()
                        .filter(Node::is_named)
                        .map(|r| self.expr(r))
                        .collect();
                    let items = match items.pop() {
                        Some(one) if items.is_empty() => one,
                        last => {
                            items.extend(last);
                            self.expr_at(c, ExprKind::List(items))
                        }
                    };
                    clauses.push((self.pattern(left), items));
                }
                k::IF_CLAUSE => tests.extend(self.exprs(c)),
                _ => {}
            }
        }
        ExprKind::Comprehension { element, clauses, tests }
    }

    fn lambda(&mut self, n: Node<'_>, name: Option<&SmolStr>) -> Expr {
        let body = cst::field(n, "body");
        let params = cst::field(n, "parameters").map(|p| self.params(p)).unwrap_or_default();
        let head_end = body.map_or(n.end_byte(), |b| b.start_byte());
        let head = self.src.text.get(n.start_byte()..head_end).unwrap_or("").trim_end().len();
        let id = self.function(Function {
            name: name.cloned().unwrap_or_default(),
            name_span: self.src.span(n.start_byte(), n.start_byte() + head),
            ..Function::at(self.span(n))
        });
        self.function_body(id, params, |it| {
            let Some(body) = body else { return Vec::new() };
            let value = it.expr(body);
            vec![Stmt { span: value.span, kind: StmtKind::Return(Some(value)) }]
        });
        self.expr_at(n, ExprKind::Closure(id))
    }

    /// The parts of a text literal; none for an empty one.
    fn string(&mut self, n: Node<'_>) -> Vec<Expr> {
        let children = cst::children(n);
        let (Some(start), Some(end)) = (children.first(), children.last()) else { return Vec::new() };
        if start.kind() != k::STRING_START || end.kind() != k::STRING_END {
            // Python 2's backticks, or something new.
            return vec![self.expr_at(n, ExprKind::Opaque(Vec::new()))];
        }
        let p = literal::prefix(self.text(*start));
        let mut parts = Vec::new();
        let mut from = start.end_byte();
        for c in &children {
            if c.kind() == k::INTERPOLATION {
                self.constant(from, c.start_byte(), p, &mut parts);
                self.interpolation(*c, p, &mut parts);
                from = c.end_byte();
            }
        }
        self.constant(from, end.start_byte(), p, &mut parts);
        if p.template {
            return vec![self.expr_at(n, ExprKind::Opaque(parts))];
        }
        parts
    }

    fn constant(&self, from: usize, to: usize, p: Prefix, parts: &mut Vec<Expr>) {
        let inside = self.src.text.get(from..to).unwrap_or("");
        if !inside.is_empty() {
            let kind = ExprKind::Str(literal::decode(inside, p).into());
            parts.push(Expr { span: self.src.span(from, to), kind });
        }
    }

    /// `{value!r:>{width}}`.
    fn interpolation(&mut self, n: Node<'_>, p: Prefix, parts: &mut Vec<Expr>) {
        let Some(inner) = cst::field(n, "expression") else { return };
        if cst::has(n, "=") {
            // `{x=}` also writes the expression itself.
            let end =
                cst::children(n).iter().find(|c| c.kind() == "=").map_or(inner.end_byte(), Node::end_byte);
            let raw = Prefix { raw: true, format: false, ..p };
            self.constant(inner.start_byte(), end, raw, parts);
        }
        let value = self.expr(inner);
        let format = cst::field(n, "format_specifier");
        let plain =
            cst::field(n, "type_conversion").is_none_or(|c| self.text(c) == "!s") && !cst::has(n, "=");
        if plain && format.is_none() {
            parts.push(value);
            return;
        }
        let mut inside = vec![value];
        if let Some(f) = format {
            for c in cst::named(f) {
                inside.extend(cst::field(c, "expression").map(|e| self.expr(e)));
            }
        }
        parts.push(self.expr_at(n, ExprKind::Opaque(inside)));
    }
}

/// Parts of text as one expression: neighbours that are constant are joined.
fn text_of(parts: Vec<Expr>) -> ExprKind {
    let mut out: Vec<Expr> = Vec::new();
    for p in parts {
        if let ExprKind::Str(more) = &p.kind
            && let Some(Expr { span, kind: ExprKind::Str(text) }) = out.last_mut()
        {
            *text = format!("{text}{more}").into();
            *span = span.to(p.span);
            continue;
        }
        out.push(p);
    }
    match &mut out[..] {
        [] => ExprKind::Str(SmolStr::default()),
        [Expr { kind: kind @ (ExprKind::Str(_) | ExprKind::Opaque(_)), .. }] => {
            std::mem::replace(kind, ExprKind::Null)
        }
        _ => ExprKind::Template(out),
    }
}

/// `importlib.import_module("x")` and `__import__("x")` with a constant name.
fn imported_module(callee: &Expr, args: &[Arg]) -> Option<SmolStr> {
    let [Arg { name: None, value: Expr { kind: ExprKind::Str(module), .. } }] = args else { return None };
    match &callee.kind {
        ExprKind::Name(f) if f == "__import__" => module.split('.').next().map(SmolStr::from),
        ExprKind::Attr { object, name, .. } if name == "import_module" => {
            matches!(&object.kind, ExprKind::Name(o) if o == "importlib").then(|| module.clone())
        }
        _ => None,
    }
}

/// Whether there is a call below a field.
fn has_call(n: Node<'_>, field: &str) -> bool {
    cst::field(n, field).is_some_and(|f| !cst::all_of_kind(f, k::CALL).is_empty())
}
