//! Expressions.

use super::Lower;
use super::mask::Op;
use super::stmt::VALUED;
use crate::code::api;
use crate::code::cst;
use crate::code::hir::{Arg, Block, Expr, ExprKind, Lang, MapEntry, Pattern, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Types that only say what a value is.
const PLAIN_TYPES: &[&str] = &[
    "array",
    "bool",
    "boolean",
    "byte",
    "char",
    "datetime",
    "decimal",
    "double",
    "float",
    "guid",
    "hashtable",
    "int",
    "int32",
    "int64",
    "long",
    "object",
    "ordered",
    "pscustomobject",
    "psobject",
    "regex",
    "single",
    "string",
    "switch",
    "timespan",
    "uint32",
    "uri",
    "void",
    "xml",
];

pub(super) fn boxed(e: Expr) -> Box<Expr> {
    Box::new(e)
}

/// The node inside of those that only stand around it.
pub(super) fn strip(mut n: Node<'_>) -> Node<'_> {
    while n.child_count() == 1
        && !matches!(
            n.kind(),
            "command"
                | "variable"
                | "expandable_string_literal"
                | "expandable_here_string_literal"
                | "hash_literal_body"
                | "statement_list"
                | "script_block_body"
                | "script_block"
                | "command_name"
                | "path_command_name"
        )
    {
        match n.named_child(0) {
            Some(c) => n = c,
            None => break,
        }
    }
    n
}

impl Lower<'_> {
    pub(super) fn expr(&mut self, n: Node<'_>) -> Expr {
        let n = strip(n);
        let e = if self.deeper(3) { self.expr_kind(n) } else { self.unknown(n) };
        self.back(3);
        e
    }

    pub(super) fn named_at(&self, n: Node<'_>, name: &str) -> Expr {
        self.expr_at(n, ExprKind::Name(name.into()))
    }

    pub(super) fn attr_at(&self, n: Node<'_>, object: Expr, name: &str) -> Expr {
        self.expr_at(n, ExprKind::Attr { object: boxed(object), name: name.into(), optional: false })
    }

    pub(super) fn call_at(&self, n: Node<'_>, callee: Expr, args: Vec<Arg>, is_new: bool) -> Expr {
        self.expr_at(n, ExprKind::Call { callee: boxed(callee), args, is_new })
    }

    pub(super) fn opaque(&mut self, n: Node<'_>) -> Expr {
        let parts = cst::named(n).into_iter().map(|p| self.expr(p)).collect();
        self.expr_at(n, ExprKind::Opaque(parts))
    }

    fn expr_kind(&mut self, n: Node<'_>) -> Expr {
        match n.kind() {
            "variable" | "braced_variable" => self.variable(n),
            "expandable_string_literal"
            | "expandable_here_string_literal"
            | "verbatim_string_characters"
            | "verbatim_here_string_characters" => self.quoted(n),
            "decimal_integer_literal" | "hexadecimal_integer_literal" | "real_literal" => self.number(n),
            "array_literal_expression" => {
                let items = cst::named(n).into_iter().map(|i| self.expr(i)).collect();
                self.expr_at(n, ExprKind::List(items))
            }
            "pipeline" | "pipeline_chain" | "command" => self.pipeline_value(n),
            "parenthesized_expression" => match cst::named(n).first() {
                Some(p) => self.expr(*p),
                None => self.unknown(n),
            },
            "assignment_expression" => {
                let mut own = Block::new();
                let target = self.assignment(n, &mut own);
                self.pending.append(&mut own);
                match target {
                    Some(Pattern::Name(name, span)) => Expr { span, kind: ExprKind::Name(name) },
                    Some(Pattern::Place(e)) => *e,
                    _ => self.unknown(n),
                }
            }
            "sub_expression" | "array_expression" => self.statements_value(n),
            "hash_literal_expression" => self.hash(n),
            "script_block_expression" => self.script_block(n),
            "member_access" => self.member(n),
            "element_access" => {
                let parts = cst::named(n);
                let [object, index] = parts[..] else { return self.opaque(n) };
                let (object, index) = (self.expr(object), self.expr(index));
                if matches!(index.kind, ExprKind::List(_) | ExprKind::Opaque(_)) {
                    return self.expr_at(n, ExprKind::Opaque(vec![object, index]));
                }
                self.expr_at(n, ExprKind::Index { object: boxed(object), index: boxed(index) })
            }
            "invokation_expression" => self.invocation(n),
            "invokation_foreach_expression" => {
                let parts = cst::named(n);
                let [object, block] = parts[..] else { return self.opaque(n) };
                let items = self.expr(object);
                self.each(n, items, &[block])
            }
            "type_literal" => {
                let name = self.type_name(n);
                self.named_at(n, &name)
            }
            "expression_with_unary_operator" => self.unary(n),
            "cast_expression" => self.cast(n),
            "pre_increment_expression"
            | "post_increment_expression"
            | "pre_decrement_expression"
            | "post_decrement_expression" => {
                let Some(inner) = cst::named(n).first().copied() else { return self.unknown(n) };
                let place = self.expr(inner);
                let one = self.expr_at(n, ExprKind::Int(1));
                let op = if n.kind().contains("increment") { "+" } else { "-" };
                self.pending.push(self.stmt_at(
                    n,
                    StmtKind::AugAssign { target: place.clone(), op: SmolStr::new_static(op), value: one },
                ));
                place
            }
            "logical_expression"
            | "logical_argument_expression"
            | "bitwise_expression"
            | "bitwise_argument_expression" => self.logical(n),
            "comparison_expression" | "comparison_argument_expression" => self.comparison(n),
            "additive_expression"
            | "additive_argument_expression"
            | "multiplicative_expression"
            | "multiplicative_argument_expression" => self.arithmetic(n),
            "format_expression" | "format_argument_expression" => self.format(n),
            k if VALUED.contains(&k) => self.statement_value(n),
            "generic_token" | "simple_name" | "type_identifier" | "command_name" => self.bare(n),
            _ => self.opaque(n),
        }
    }

    /// The name of a type, without the namespace all types of the base library are in.
    pub(super) fn type_name(&self, n: Node<'_>) -> String {
        let text: String = self.text(n).chars().filter(|c| !c.is_whitespace()).collect();
        let text = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(&text);
        let text = text.split('[').next().unwrap_or(text);
        self.full_type(text)
    }

    /// The qualified name of a type.
    pub(super) fn full_type(&self, text: &str) -> String {
        let cut = text.get(..7).filter(|s| s.eq_ignore_ascii_case("system."));
        let text = if cut.is_some() { &text[7..] } else { text };
        if !text.contains('.') {
            let full = self.namespaces.iter().map(|ns| {
                let base = ns.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("system."));
                format!("{}.{text}", if base { &ns[7..] } else { ns })
            });
            let known = |q: &String| {
                api::lookup(Lang::PowerShell, q).is_some() || api::sdk::named(Lang::PowerShell, q).is_some()
            };
            if let Some(full) = full.into_iter().find(known) {
                return full;
            }
        }
        text.to_owned()
    }

    fn hash(&mut self, n: Node<'_>) -> Expr {
        let mut entries = Vec::new();
        for body in cst::named(n) {
            for entry in cst::named(body) {
                let parts = cst::named(entry);
                let [key, value] = parts[..] else { continue };
                let key = self.expr(key);
                let value = self.statement_value(value);
                entries.push(MapEntry::Pair(key, value));
            }
        }
        self.expr_at(n, ExprKind::Map(entries))
    }

    fn member_name(&self, n: Node<'_>) -> Option<SmolStr> {
        let inner = strip(n);
        match inner.kind() {
            "simple_name" | "decimal_integer_literal" | "member_name" => Some(self.text(inner).trim().into()),
            "verbatim_string_characters" | "expandable_string_literal" if !self.text(inner).contains('$') => {
                Some(self.text(inner).trim_matches(['\'', '"']).into())
            }
            _ => None,
        }
    }

    fn member(&mut self, n: Node<'_>) -> Expr {
        let parts = cst::named(n);
        let [object, name] = parts[..] else { return self.opaque(n) };
        let o = self.expr(object);
        if let Some(name) = self.member_name(name) {
            return self.attr_at(n, o, &name);
        }
        let index = self.expr(name);
        self.expr_at(n, ExprKind::Index { object: boxed(o), index: boxed(index) })
    }

    fn invocation(&mut self, n: Node<'_>) -> Expr {
        let parts = cst::named(n);
        let [object, name, list] = parts[..] else { return self.opaque(n) };
        let mut items = Vec::new();
        for l in cst::named(list) {
            items.extend(cst::named(l));
        }
        let Some(method) = self.member_name(name) else { return self.opaque(n) };
        if method.eq_ignore_ascii_case("foreach") {
            let o = self.expr(object);
            return self.each(n, o, &items);
        }
        if method.eq_ignore_ascii_case("where")
            && let [block] = items[..]
        {
            let o = self.expr(object);
            return self.filter(n, o, block);
        }
        let o = self.expr(object);
        let args = items.into_iter().map(|i| Arg { name: None, value: self.expr(i) }).collect();
        if strip(object).kind() == "type_literal" && method.eq_ignore_ascii_case("new") {
            return self.call_at(n, o, args, true);
        }
        let span = o.span.to(self.span(name));
        let callee = Expr { span, kind: ExprKind::Attr { object: boxed(o), name: method, optional: false } };
        self.call_at(n, callee, args, false)
    }

    fn cast(&mut self, n: Node<'_>) -> Expr {
        let parts = cst::named(n);
        let [ty, value] = parts[..] else { return self.opaque(n) };
        let value = self.expr(value);
        let name = self.type_name(ty);
        let array = self.text(ty).contains("[]");
        if array || PLAIN_TYPES.iter().any(|t| name.eq_ignore_ascii_case(t)) {
            return Expr { span: self.span(n), kind: value.kind };
        }
        let ExprKind::Map(entries) = value.kind else { return value };
        let callee = self.named_at(ty, &name);
        let args = Self::fields(entries);
        self.call_at(n, callee, args, true)
    }

    /// Named arguments of the entries of a map.
    pub(super) fn fields(entries: Vec<MapEntry>) -> Vec<Arg> {
        let one = |e: MapEntry| match e {
            MapEntry::Pair(Expr { kind: ExprKind::Str(name), .. }, value) => Arg { name: Some(name), value },
            MapEntry::Pair(k, v) => {
                let span = k.span.to(v.span);
                let value = Expr { span, kind: ExprKind::Map(vec![MapEntry::Pair(k, v)]) };
                Arg { name: Some(SmolStr::new_static("**")), value }
            }
            MapEntry::Spread(value) => Arg { name: Some(SmolStr::new_static("**")), value },
        };
        entries.into_iter().map(one).collect()
    }

    fn unary(&mut self, n: Node<'_>) -> Expr {
        let Some(inner) = cst::named(n).last().copied() else { return self.unknown(n) };
        let op = n.child(0).map_or("", |c| self.text(c).trim()).to_ascii_lowercase();
        let e = self.expr(inner);
        let kind = match (op.as_str(), e.kind) {
            ("!" | "-not", kind) => ExprKind::Not(boxed(Expr { span: e.span, kind })),
            ("-", ExprKind::Int(i)) => ExprKind::Int(i.wrapping_neg()),
            (",", kind) => ExprKind::List(vec![Expr { span: e.span, kind }]),
            ("-join", kind) => {
                let nothing = self.expr_at(n, ExprKind::Str(SmolStr::default()));
                return self.join(n, Expr { span: e.span, kind }, nothing);
            }
            (_, kind) => ExprKind::Opaque(vec![Expr { span: e.span, kind }]),
        };
        self.expr_at(n, kind)
    }

    fn join(&self, n: Node<'_>, list: Expr, separator: Expr) -> Expr {
        let callee = self.named_at(n, "-join");
        let args = vec![Arg { name: None, value: list }, Arg { name: None, value: separator }];
        self.call_at(n, callee, args, false)
    }

    /// `a -and b`, and what the text has in the place of an `-or`: `a ? b : c`.
    fn logical(&mut self, n: Node<'_>) -> Expr {
        let mut operands = Vec::new();
        let mut ops: Vec<(usize, Node<'_>)> = Vec::new();
        let mut at = n;
        loop {
            let all = cst::children(at);
            let [left, op, right] = all[..] else { break };
            operands.push(right);
            ops.push((op.start_byte(), op));
            let inner = strip(left);
            if matches!(
                inner.kind(),
                "logical_expression" | "logical_argument_expression" | "bitwise_argument_expression"
            ) && inner.child_count() == 3
                && operands.len() < 200
            {
                at = inner;
                continue;
            }
            operands.push(left);
            break;
        }
        if operands.len() < 2 {
            return self.opaque(n);
        }
        operands.reverse();
        ops.reverse();
        // What is built is as deep as it is long.
        let levels = u32::try_from(operands.len()).unwrap_or(u32::MAX / 2);
        let e = if self.deeper(levels) {
            let operands: Vec<Expr> = operands.into_iter().map(|o| self.expr(o)).collect();
            self.choice(n, &operands, &ops, 0)
        } else {
            self.unknown(n)
        };
        self.back(levels);
        e
    }

    fn op_at(&self, at: usize) -> Option<Op> {
        // Blanks before an operator may belong to it.
        (at..at + 3).find_map(|i| self.ops.get(&i)).copied()
    }

    fn choice(&mut self, n: Node<'_>, operands: &[Expr], ops: &[(usize, Node<'_>)], depth: u32) -> Expr {
        let is = |i: usize, op: Op| self.op_at(ops[i].0) == Some(op);
        let question = (0..ops.len()).find(|i| is(*i, Op::Question));
        if let Some(q) = question.filter(|_| depth < 32) {
            let mut open = 0;
            let colon = (q + 1..ops.len()).find(|i| {
                if is(*i, Op::Question) {
                    open += 1;
                } else if is(*i, Op::Colon) {
                    open -= 1;
                }
                open < 0
            });
            if let Some(c) = colon {
                let test = self.choice(n, &operands[..=q], &ops[..q], depth + 1);
                let then = self.choice(n, &operands[q + 1..=c], &ops[q + 1..c], depth + 1);
                let otherwise = self.choice(n, &operands[c + 1..], &ops[c + 1..], depth + 1);
                let kind =
                    ExprKind::Cond { test: boxed(test), then: boxed(then), otherwise: boxed(otherwise) };
                return self.expr_at(n, kind);
            }
        }
        let mut all = operands.iter().cloned();
        let Some(mut left) = all.next() else { return self.unknown(n) };
        for (right, (_, op)) in all.zip(ops) {
            let op = self.text(*op).trim().to_ascii_lowercase();
            let span = left.span.to(right.span);
            let kind = match op.as_str() {
                "-and" | "-or" => {
                    ExprKind::Logic { op: SmolStr::new(&op[1..]), left: boxed(left), right: boxed(right) }
                }
                _ => ExprKind::Opaque(vec![left, right]),
            };
            left = Expr { span, kind };
        }
        left
    }

    fn comparison(&mut self, n: Node<'_>) -> Expr {
        let all = cst::children(n);
        let [left, op, right] = all[..] else { return self.opaque(n) };
        let op = self.text(op).trim().to_ascii_lowercase();
        let (left, right) = (self.expr(left), self.expr(right));
        let plain = op.trim_start_matches('-');
        let folded = plain.strip_prefix(['c', 'i']).filter(|p| {
            matches!(
                *p,
                "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "in" | "notin" | "contains" | "notcontains"
            )
        });
        let name = match folded.unwrap_or(plain) {
            "eq" => "==",
            "ne" => "!=",
            "gt" => ">",
            "ge" => ">=",
            "lt" => "<",
            "le" => "<=",
            "in" | "contains" => "in",
            "notin" | "notcontains" => "not in",
            "is" => "instanceof",
            "as" => return Expr { span: self.span(n), kind: left.kind },
            "join" => return self.join(n, left, right),
            _ => return self.expr_at(n, ExprKind::Opaque(vec![left, right])),
        };
        let swapped = plain.ends_with("contains");
        let (left, right) = if swapped { (right, left) } else { (left, right) };
        let kind =
            ExprKind::Compare { op: SmolStr::new_static(name), left: boxed(left), right: boxed(right) };
        self.expr_at(n, kind)
    }

    fn arithmetic(&mut self, n: Node<'_>) -> Expr {
        let all = cst::children(n);
        let [left, op, right] = all[..] else { return self.opaque(n) };
        let coalesce = self.op_at(op.start_byte()) == Some(Op::Coalesce);
        let op = self.text(op).trim();
        let (left, right) = (boxed(self.expr(left)), boxed(self.expr(right)));
        let kind = if coalesce {
            ExprKind::Logic { op: SmolStr::new_static("??"), left, right }
        } else if matches!(op, "+" | "-" | "*") {
            ExprKind::Binary { op: op.into(), left, right }
        } else {
            ExprKind::Opaque(vec![*left, *right])
        };
        self.expr_at(n, kind)
    }

    /// `'{0}/{1}' -f $a, $b`
    fn format(&mut self, n: Node<'_>) -> Expr {
        let parts = cst::named(n);
        let (Some(left), Some(right)) = (parts.first(), parts.last()) else { return self.opaque(n) };
        let (left, right) = (self.expr(*left), self.expr(*right));
        let ExprKind::Str(format) = &left.kind else {
            return self.expr_at(n, ExprKind::Opaque(vec![left, right]));
        };
        let format = format.clone();
        let values = match right.kind {
            ExprKind::List(v) => v,
            kind => vec![Expr { span: right.span, kind }],
        };
        let mut out = Vec::new();
        let mut rest = format.as_str();
        while let Some((before, behind)) = rest.split_once('{') {
            out.push(self.expr_at(n, ExprKind::Str(before.into())));
            let Some((hole, behind)) = behind.split_once('}') else {
                return self.expr_at(n, ExprKind::Opaque(values));
            };
            match hole.parse::<usize>().ok().and_then(|i| values.get(i)) {
                Some(v) => out.push(v.clone()),
                None => out.push(self.expr_at(n, ExprKind::Opaque(values.clone()))),
            }
            rest = behind;
        }
        out.push(self.expr_at(n, ExprKind::Str(rest.into())));
        self.expr_at(n, ExprKind::Template(out))
    }
}
