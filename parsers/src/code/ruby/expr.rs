//! Expressions.

use super::scope::Inside;
use super::{BLOCK, Lower};
use crate::code::cst;
use crate::code::draft::Statements;
use crate::code::hir::{Arg, Block, Expr, ExprKind, MapEntry, Pattern, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

pub(super) fn boxed(e: Expr) -> Box<Expr> {
    Box::new(e)
}

impl Lower<'_> {
    pub(super) fn expr(&mut self, n: Node<'_>) -> Expr {
        let e = if self.enter() { self.expr_kind(n) } else { self.unknown(n) };
        self.leave();
        e
    }

    fn expr_of(&mut self, n: Option<Node<'_>>, at: Node<'_>) -> Expr {
        match n {
            Some(n) => self.expr(n),
            None => self.unknown(at),
        }
    }

    fn field_expr(&mut self, n: Node<'_>, name: &str) -> Expr {
        self.expr_of(cst::field(n, name), n)
    }

    fn opaque(&mut self, n: Node<'_>) -> Expr {
        let parts = cst::named(n).into_iter().map(|p| self.expr(p)).collect();
        self.expr_at(n, ExprKind::Opaque(parts))
    }

    fn expr_kind(&mut self, n: Node<'_>) -> Expr {
        match n.kind() {
            "nil" => self.expr_at(n, ExprKind::Null),
            "true" => self.expr_at(n, ExprKind::Bool(true)),
            "false" => self.expr_at(n, ExprKind::Bool(false)),
            "integer" => self.integer(n),
            "float" => {
                let v = self
                    .text(n)
                    .replace('_', "")
                    .parse()
                    .map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float);
                self.expr_at(n, v)
            }
            "string" | "delimited_symbol" | "bare_string" | "bare_symbol" => self.quoted(n),
            "chained_string" => self.chained(n),
            "heredoc_beginning" => self.heredoc(n),
            "simple_symbol" | "hash_key_symbol" => self.symbol(n),
            "subshell" => {
                let callee = self.named_at(n, "`");
                let text = self.quoted(n);
                let args = vec![Arg { name: None, value: text }];
                self.expr_at(n, ExprKind::Call { callee: boxed(callee), args, is_new: false })
            }
            "array" | "string_array" | "symbol_array" | "right_assignment_list" => {
                let items = cst::named(n).into_iter().map(|i| self.expr(i)).collect();
                self.expr_at(n, ExprKind::List(items))
            }
            "splat_argument" => {
                let inner = self.expr_of(cst::named(n).first().copied(), n);
                self.expr_at(n, ExprKind::Spread(boxed(inner)))
            }
            "hash" => {
                let entries = cst::named(n).into_iter().filter_map(|e| self.entry(e)).collect();
                self.expr_at(n, ExprKind::Map(entries))
            }
            "pair" => {
                let entries = self.entry(n).into_iter().collect();
                self.expr_at(n, ExprKind::Map(entries))
            }
            "identifier" => self.identifier(n),
            "scope_resolution" => self.scoped(n),
            "constant" | "global_variable" => self.named_at(n, self.text(n)),
            "instance_variable" | "class_variable" => self.part_of_self(n),
            "self" => {
                if self.in_class {
                    self.named_at(n, "this")
                } else {
                    self.named_at(n, "#main")
                }
            }
            "super" => self.super_call(n, None),
            "call" => self.call(n),
            "element_reference" => self.element(n),
            "yield" => {
                let args = self.arguments(cst::named(n).first().copied());
                let callee = self.named_at(n, BLOCK);
                self.expr_at(n, ExprKind::Call { callee: boxed(callee), args, is_new: false })
            }
            "binary" => self.binary(n),
            "unary" => self.unary(n),
            "conditional" => {
                let test = boxed(self.field_expr(n, "condition"));
                let then = boxed(self.field_expr(n, "consequence"));
                let otherwise = boxed(self.field_expr(n, "alternative"));
                self.expr_at(n, ExprKind::Cond { test, then, otherwise })
            }
            "parenthesized_statements" => match &cst::named(n)[..] {
                [one] => self.expr(*one),
                [] => self.expr_at(n, ExprKind::Null),
                _ => self.inline(n),
            },
            "assignment" | "operator_assignment" => self.assignment_expr(n),
            "lambda" => self.lambda(n),
            "method" | "singleton_method" | "class" | "module" | "if" | "unless" | "case" | "case_match"
            | "begin" | "while" | "until" | "for" | "if_modifier" | "unless_modifier" | "while_modifier"
            | "until_modifier" => self.inline(n),
            "rescue_modifier" => {
                let left = boxed(self.field_expr(n, "body"));
                let right = boxed(self.field_expr(n, "handler"));
                self.expr_at(n, ExprKind::Logic { op: SmolStr::new_static("or"), left, right })
            }
            "file" => self.named_at(n, "__FILE__"),
            "regex" => {
                let parts = cst::all_of_kind(n, "interpolation");
                let parts = parts.into_iter().flat_map(cst::named).map(|p| self.expr(p)).collect();
                self.expr_at(n, ExprKind::Opaque(parts))
            }
            // What goes no further stands inside of a larger expression: its value is none.
            "return" | "next" | "break" | "redo" | "retry" => {
                let args = self.arguments(cst::named(n).first().copied());
                self.expr_at(n, ExprKind::Opaque(args.into_iter().map(|a| a.value).collect()))
            }
            "in" | "interpolation" | "then" | "argument_list" if cst::named(n).len() == 1 => {
                self.expr_of(cst::named(n).first().copied(), n)
            }
            _ => self.opaque(n),
        }
    }

    pub(super) fn named_at(&self, n: Node<'_>, name: &str) -> Expr {
        self.expr_at(n, ExprKind::Name(name.into()))
    }

    pub(super) fn attr_at(&self, n: Node<'_>, object: Expr, name: &str, optional: bool) -> Expr {
        self.expr_at(n, ExprKind::Attr { object: boxed(object), name: name.into(), optional })
    }

    /// `@x`, `@@x`: a part of the object or class; of the main object, a name.
    pub(super) fn part_of_self(&mut self, n: Node<'_>) -> Expr {
        let name = self.text(n);
        if self.in_class {
            let this = self.named_at(n, "this");
            self.attr_at(n, this, name, false)
        } else {
            self.named_at(n, name)
        }
    }

    /// A variable, or a call without arguments.
    fn identifier(&mut self, n: Node<'_>) -> Expr {
        let name = self.text(n);
        if let Some(v) = self.scopes.find(name) {
            return self.named_at(n, &v);
        }
        let callee = self.named_at(n, name);
        self.expr_at(n, ExprKind::Call { callee: boxed(callee), args: Vec::new(), is_new: false })
    }

    /// `A::B`: one name, where only constants are in it.
    pub(super) fn scoped(&mut self, n: Node<'_>) -> Expr {
        let mut at = n;
        while at.kind() == "scope_resolution" {
            match cst::field(at, "scope") {
                Some(s) => at = s,
                None => break,
            }
        }
        if matches!(at.kind(), "constant" | "scope_resolution") {
            let name: String = self.text(n).chars().filter(|c| !c.is_whitespace()).collect();
            return self.named_at(n, name.trim_start_matches("::"));
        }
        let object = self.field_expr(n, "scope");
        let name = cst::field(n, "name").map_or("", |m| self.text(m));
        self.attr_at(n, object, name, false)
    }

    fn entry(&mut self, n: Node<'_>) -> Option<MapEntry> {
        match n.kind() {
            "pair" => {
                let key = cst::field(n, "key")?;
                let k = self.expr(key);
                // `{a:}` is `{a: a}`.
                let v = match cst::field(n, "value") {
                    Some(v) => self.expr(v),
                    None => self.shorthand(key),
                };
                Some(MapEntry::Pair(k, v))
            }
            "hash_splat_argument" => {
                let inner = self.expr_of(cst::named(n).first().copied(), n);
                Some(MapEntry::Spread(inner))
            }
            _ => None,
        }
    }

    fn shorthand(&mut self, key: Node<'_>) -> Expr {
        let name = self.text(key).trim_end_matches(':');
        if let Some(v) = self.scopes.find(name) {
            return self.named_at(key, &v);
        }
        let callee = self.named_at(key, name);
        self.expr_at(key, ExprKind::Call { callee: boxed(callee), args: Vec::new(), is_new: false })
    }

    /// The arguments of a call: pairs are named, as are spread maps and blocks.
    pub(super) fn arguments(&mut self, list: Option<Node<'_>>) -> Vec<Arg> {
        let mut out = Vec::new();
        let Some(list) = list else { return out };
        for a in cst::named(list) {
            match a.kind() {
                "pair" => {
                    let Some(key) = cst::field(a, "key") else { continue };
                    let value = match cst::field(a, "value") {
                        Some(v) => self.expr(v),
                        None => self.shorthand(key),
                    };
                    match self.expr(key) {
                        Expr { kind: ExprKind::Str(name), .. } => out.push(Arg { name: Some(name), value }),
                        key => {
                            let map = self.expr_at(a, ExprKind::Map(vec![MapEntry::Pair(key, value)]));
                            out.push(Arg { name: Some(SmolStr::new_static("**")), value: map });
                        }
                    }
                }
                "hash_splat_argument" => {
                    let value = self.expr_of(cst::named(a).first().copied(), a);
                    out.push(Arg { name: Some(SmolStr::new_static("**")), value });
                }
                "block_argument" => {
                    let inner = cst::named(a).first().copied();
                    let value = match inner {
                        Some(s) if s.kind() == "simple_symbol" => self.symbol_block(s),
                        Some(e) => self.expr(e),
                        None => self.named_at(a, BLOCK),
                    };
                    out.push(Arg { name: Some(SmolStr::new_static(BLOCK)), value });
                }
                "forward_argument" => {
                    let value = self.unknown(a);
                    let spread = self.expr_at(a, ExprKind::Spread(boxed(value)));
                    out.push(Arg { name: None, value: spread });
                }
                _ => {
                    let value = self.expr(a);
                    out.push(Arg { name: None, value });
                }
            }
        }
        out
    }

    fn element(&mut self, n: Node<'_>) -> Expr {
        let object = self.field_expr(n, "object");
        let object_node = cst::field(n, "object").map(|o| o.id());
        let inner: Vec<Node<'_>> =
            cst::named(n).into_iter().filter(|c| Some(c.id()) != object_node).collect();
        match &inner[..] {
            [one] if one.kind() != "range" => {
                let index = boxed(self.expr(*one));
                self.expr_at(n, ExprKind::Index { object: boxed(object), index })
            }
            many => {
                let mut parts = vec![object];
                for m in many {
                    parts.push(self.expr(*m));
                }
                self.expr_at(n, ExprKind::Opaque(parts))
            }
        }
    }

    fn super_call(&mut self, n: Node<'_>, args: Option<Vec<Arg>>) -> Expr {
        let callee = self.named_at(n, "super");
        // Without a list it gives on what the method was given, which is not kept.
        let args = args.unwrap_or_else(|| {
            let value = self.unknown(n);
            let spread = self.expr_at(n, ExprKind::Spread(boxed(value)));
            vec![Arg { name: None, value: spread }]
        });
        self.expr_at(n, ExprKind::Call { callee: boxed(callee), args, is_new: false })
    }

    fn call(&mut self, n: Node<'_>) -> Expr {
        let method = cst::field(n, "method");
        let name = method.map_or("call", |m| self.text(m));
        let mut args = self.arguments(cst::field(n, "arguments"));
        if let Some(b) = cst::field(n, "block") {
            let value = self.block_closure(b);
            // `lambda { … }`, `proc { … }`, `Proc.new { … }`
            let is_proc = match cst::field(n, "receiver") {
                None => matches!(name, "lambda" | "proc"),
                Some(r) => name == "new" && self.text(r) == "Proc",
            };
            if is_proc {
                return value;
            }
            args.push(Arg { name: Some(SmolStr::new_static(BLOCK)), value });
        }
        let Some(receiver) = cst::field(n, "receiver") else {
            return match name {
                "super" => self.super_call(n, Some(args)),
                "method" => match &args[..] {
                    [Arg { name: None, value: Expr { kind: ExprKind::Str(m), .. } }] => {
                        let m = m.clone();
                        self.method_value(n, &m)
                    }
                    _ => self.plain_call(n, name, args),
                },
                "raise" | "fail" => {
                    let parts = args.into_iter().map(|a| a.value).collect();
                    self.expr_at(n, ExprKind::Opaque(parts))
                }
                _ => self.plain_call(n, name, args),
            };
        };
        let optional = cst::field(n, "operator").is_some_and(|o| self.text(o) == "&.");
        // `self.x()` of the main object is `x()`.
        if receiver.kind() == "self" && !self.in_class {
            return self.plain_call(n, name, args);
        }
        let object = self.expr(receiver);
        let callee = self.expr_at(
            method.map_or(n, |m| m),
            ExprKind::Attr { object: boxed(object), name: name.into(), optional },
        );
        let callee = Expr { span: self.span(receiver).to(callee.span), ..callee };
        self.expr_at(n, ExprKind::Call { callee: boxed(callee), args, is_new: false })
    }

    fn plain_call(&mut self, n: Node<'_>, name: &str, args: Vec<Arg>) -> Expr {
        // A variable that holds a function is not called this way, so the name is that of a method.
        let callee = self.named_at(cst::field(n, "method").unwrap_or(n), name);
        self.expr_at(n, ExprKind::Call { callee: boxed(callee), args, is_new: false })
    }

    /// `method(:name)`.
    fn method_value(&self, n: Node<'_>, name: &str) -> Expr {
        if self.in_class {
            let this = self.named_at(n, "this");
            self.attr_at(n, this, name, false)
        } else {
            self.named_at(n, name)
        }
    }

    fn binary(&mut self, n: Node<'_>) -> Expr {
        let op = cst::field(n, "operator").map_or("", |o| self.text(o));
        let left = boxed(self.field_expr(n, "left"));
        let right = boxed(self.field_expr(n, "right"));
        let kind = match op {
            "&&" | "and" => ExprKind::Logic { op: SmolStr::new_static("and"), left, right },
            "||" | "or" => ExprKind::Logic { op: SmolStr::new_static("or"), left, right },
            "==" | "!=" | "<" | "<=" | ">" | ">=" => ExprKind::Compare { op: op.into(), left, right },
            "===" => ExprKind::Compare { op: SmolStr::new_static("=="), left: right, right: left },
            // Adds to a list or a text in place.
            "<<" => {
                let name = SmolStr::new_static("<<");
                let callee = self.expr_at(n, ExprKind::Attr { object: left, name, optional: false });
                let args = vec![Arg { name: None, value: *right }];
                ExprKind::Call { callee: boxed(callee), args, is_new: false }
            }
            "+" | "-" | "*" | "%" => ExprKind::Binary { op: op.into(), left, right },
            _ => ExprKind::Opaque(vec![*left, *right]),
        };
        self.expr_at(n, kind)
    }

    fn unary(&mut self, n: Node<'_>) -> Expr {
        let op = cst::field(n, "operator").map_or("", |o| self.text(o));
        let inner = self.field_expr(n, "operand");
        let kind = match (op, inner.kind) {
            ("!" | "not", kind) => ExprKind::Not(boxed(Expr { span: inner.span, kind })),
            ("-", ExprKind::Int(i)) => ExprKind::Int(i.wrapping_neg()),
            ("-", ExprKind::Float(x)) => ExprKind::Float(-x),
            // Asks what there is, without running it.
            ("defined?", kind @ (ExprKind::Name(_) | ExprKind::Attr { .. })) => {
                ExprKind::Opaque(vec![Expr { span: inner.span, kind }])
            }
            ("defined?", _) => ExprKind::Opaque(Vec::new()),
            (_, kind) => ExprKind::Opaque(vec![Expr { span: inner.span, kind }]),
        };
        self.expr_at(n, kind)
    }

    fn assignment_expr(&mut self, n: Node<'_>) -> Expr {
        let (Some(left), Some(right)) = (cst::field(n, "left"), cst::field(n, "right")) else {
            return self.opaque(n);
        };
        let value = boxed(self.expr(right));
        let op = cst::field(n, "operator").map_or("", |o| self.text(o).trim_end_matches('='));
        let op = if n.kind() == "assignment" { "" } else { op };
        let target: Pattern = self.target(left);
        self.expr_at(n, ExprKind::Assign { target: Box::new(target), op: op.into(), value })
    }

    /// Statements used as a value: a closure that is called at once.
    pub(super) fn inline(&mut self, n: Node<'_>) -> Expr {
        if let Some(e) = self.choice(n) {
            return e;
        }
        let id = self.closure_of(n, None, Inside::Block, |it, out| {
            if n.kind() == "parenthesized_statements" {
                out.extend(it.statements(n));
            } else {
                it.statement(n, out);
            }
        });
        let callee = self.expr_at(n, ExprKind::Closure(id));
        self.expr_at(n, ExprKind::Call { callee: boxed(callee), args: Vec::new(), is_new: false })
    }

    /// `if a then b else c end` with one expression each.
    fn choice(&mut self, n: Node<'_>) -> Option<Expr> {
        let one = |b: Option<Node<'_>>| -> Option<Option<usize>> {
            match b {
                None => Some(None),
                Some(b) => {
                    let inner = cst::named(b);
                    (inner.len() == 1 && is_value(inner[0].kind())).then(|| Some(inner[0].id()))
                }
            }
        };
        if !matches!(n.kind(), "if" | "unless" | "elsif") {
            return None;
        }
        let then = cst::field(n, "consequence");
        let otherwise = cst::field(n, "alternative");
        one(then)?;
        if otherwise.is_some_and(|o| o.kind() == "else") {
            one(otherwise)?;
        }
        let test = self.field_expr(n, "condition");
        let test = if n.kind() == "unless" {
            Expr { span: test.span, kind: ExprKind::Not(boxed(test)) }
        } else {
            test
        };
        let value = |it: &mut Self, b: Option<Node<'_>>| match b {
            Some(b) => it.expr_of(cst::named(b).first().copied(), b),
            None => it.expr_at(n, ExprKind::Null),
        };
        let then = value(self, then);
        let otherwise = match otherwise {
            Some(o) if o.kind() == "elsif" => self.inline(o),
            o => value(self, o),
        };
        let kind = ExprKind::Cond { test: boxed(test), then: boxed(then), otherwise: boxed(otherwise) };
        Some(self.expr_at(n, kind))
    }
}

/// The last value of a list of statements is what it gives.
pub(super) fn returning(body: &mut Block, depth: u32) {
    if depth > 60 {
        return;
    }
    let Some(last) = body.last_mut() else { return };
    let span = last.span;
    let mut more = None;
    match &mut last.kind {
        StmtKind::Expr(e) => {
            let e = std::mem::replace(e, Expr { span, kind: ExprKind::Null });
            last.kind = StmtKind::Return(Some(e));
        }
        StmtKind::If { then, otherwise, .. } => {
            returning(then, depth + 1);
            returning(otherwise, depth + 1);
        }
        StmtKind::Try { body, catches, otherwise, .. } => {
            returning(if otherwise.is_empty() { body } else { otherwise }, depth + 1);
            for c in catches {
                returning(&mut c.body, depth + 1);
            }
        }
        StmtKind::Block(b) => returning(b, depth + 1),
        StmtKind::Assign { target: Pattern::Name(n, at), .. } => {
            more = Some(Expr { span: *at, kind: ExprKind::Name(n.clone()) });
        }
        StmtKind::Assign { target: Pattern::Place(e), .. } => more = Some((**e).clone()),
        StmtKind::AugAssign { target, .. } => more = Some(target.clone()),
        _ => {}
    }
    if let Some(e) = more {
        body.push(Stmt { span, kind: StmtKind::Return(Some(e)) });
    }
}

/// Whether a node is a value, and no statement that needs a body of its own.
fn is_value(kind: &str) -> bool {
    !matches!(
        kind,
        "return"
            | "next"
            | "break"
            | "retry"
            | "redo"
            | "if_modifier"
            | "unless_modifier"
            | "begin"
            | "while"
            | "until"
            | "for"
            | "case"
            | "case_match"
            | "while_modifier"
            | "until_modifier"
    )
}
