//! Expressions.

use super::{Lower, Sink, plain};
use crate::code::hir::{Arg, Block, Expr, ExprKind};
use lamlint_model::source::Span;
use quote::ToTokens;
use smol_str::SmolStr;
use syn::{Expr as Rust, Lit, UnOp};

impl Lower<'_> {
    /// The value of an expression; what must run before it goes to `out`.
    pub(super) fn value(&mut self, e: &Rust, out: &mut Block) -> Expr {
        if !self.enter() {
            self.leave();
            let span = self.span(e);
            // Nothing is known of what is nested beyond the bound.
            out.push(Self::stmt_at(span, crate::code::hir::StmtKind::Opaque(Vec::new(), Vec::new())));
            return Self::unknown(span);
        }
        let span = self.span(e);
        let v = match e {
            Rust::Paren(p) => self.value(&p.expr, out),
            Rust::Group(g) => self.value(&g.expr, out),
            // Blocks have a value by their last expression.
            Rust::Block(_)
            | Rust::Unsafe(_)
            | Rust::Const(_)
            | Rust::TryBlock(_)
            | Rust::If(_)
            | Rust::Match(_)
            | Rust::Loop(_)
            | Rust::While(_)
            | Rust::ForLoop(_)
            | Rust::Return(_)
            | Rust::Break(_)
            | Rust::Continue(_)
            | Rust::Assign(_)
            | Rust::Macro(_) => self.kept(e, span, out),
            Rust::Async(_) => {
                let mut block = Block::new();
                let id = self.closure(&[], span, e);
                // It runs where it is waited for, which is told apart from nothing else.
                let callee = Box::new(Self::expr_at(span, ExprKind::Closure(id)));
                out.append(&mut block);
                Self::expr_at(span, ExprKind::Call { callee, args: Vec::new(), is_new: false })
            }
            _ => self.value_kind(e, span, out),
        };
        self.leave();
        v
    }

    /// The value of an expression with statements.
    fn kept(&mut self, e: &Rust, span: Span, out: &mut Block) -> Expr {
        if let Rust::Macro(m) = e {
            return self.macro_value(&m.mac, span, out);
        }
        let name = self.temporary();
        self.into(e, &Sink::Keep(name.clone()), out);
        Self::expr_at(span, ExprKind::Name(name))
    }

    fn values<'e>(&mut self, all: impl IntoIterator<Item = &'e Rust>, out: &mut Block) -> Vec<Expr> {
        all.into_iter().map(|e| self.value(e, out)).collect()
    }

    /// Expressions without blocks of their own.
    pub(super) fn value_kind(&mut self, e: &Rust, span: Span, out: &mut Block) -> Expr {
        let kind = match e {
            Rust::Lit(l) => return Self::literal(&l.lit, span),
            Rust::Path(p) if p.qself.is_none() => return self.path(&p.path, span),
            Rust::Call(c) => {
                if let Rust::Path(p) = &*c.func
                    && ["Some", "Ok"].iter().any(|n| p.path.is_ident(n))
                    && let Some(x) = c.args.first()
                {
                    return self.value(x, out);
                }
                let callee = Box::new(self.value(&c.func, out));
                let args = self.arguments(&c.args, out);
                ExprKind::Call { callee, args, is_new: false }
            }
            Rust::MethodCall(m) => return self.method_call(m, span, out),
            Rust::Field(f) => {
                let object = Box::new(self.value(&f.base, out));
                let name = match &f.member {
                    syn::Member::Named(n) => plain(n),
                    syn::Member::Unnamed(i) => {
                        // A field of a structure has a name; an element of a tuple a position.
                        let index = Box::new(Self::expr_at(span, ExprKind::Int(i64::from(i.index))));
                        return Self::expr_at(span, ExprKind::Index { object, index });
                    }
                };
                ExprKind::Attr { object, name, optional: false }
            }
            Rust::Await(a) => {
                let x = self.value(&a.base, out);
                ExprKind::Await(Box::new(x))
            }
            Rust::Try(t) => {
                let x = self.value(&t.expr, out);
                // What must be there: asked for as `unwrap` does.
                if reads_environment(&x, 0) {
                    let callee =
                        ExprKind::Attr { object: Box::new(x), name: "unwrap".into(), optional: false };
                    let callee = Box::new(Self::expr_at(span, callee));
                    return Self::expr_at(span, ExprKind::Call { callee, args: Vec::new(), is_new: false });
                }
                return x;
            }
            Rust::Reference(r) => return self.value(&r.expr, out),
            Rust::RawAddr(r) => return self.value(&r.expr, out),
            Rust::Cast(c) => return self.value(&c.expr, out),
            Rust::Unary(u) => {
                let x = self.value(&u.expr, out);
                match (&u.op, &x.kind) {
                    (UnOp::Not(_), _) => ExprKind::Not(Box::new(x)),
                    (UnOp::Neg(_), ExprKind::Int(i)) => ExprKind::Int(i.wrapping_neg()),
                    (UnOp::Neg(_), ExprKind::Float(f)) => ExprKind::Float(-f),
                    (UnOp::Deref(_), _) => return x,
                    _ => ExprKind::Opaque(vec![x]),
                }
            }
            Rust::Binary(b) => return self.binary(b, span, out),
            Rust::Index(i) => {
                let object = Box::new(self.value(&i.expr, out));
                if let Rust::Range(_) = &*i.index {
                    ExprKind::Opaque(vec![*object])
                } else {
                    ExprKind::Index { object, index: Box::new(self.value(&i.index, out)) }
                }
            }
            Rust::Array(a) => ExprKind::List(self.values(&a.elems, out)),
            Rust::Tuple(t) if t.elems.is_empty() => ExprKind::Null,
            Rust::Tuple(t) => ExprKind::List(self.values(&t.elems, out)),
            Rust::Repeat(r) => ExprKind::Opaque(vec![self.value(&r.expr, out), self.value(&r.len, out)]),
            Rust::Range(r) => {
                let ends = [&r.start, &r.end];
                let parts = ends.into_iter().flatten().map(|e| self.value(e, out)).collect();
                ExprKind::Opaque(parts)
            }
            Rust::Struct(s) => return self.structure(s, span, out),
            Rust::Closure(c) => {
                let inputs: Vec<&syn::Pat> = c.inputs.iter().collect();
                ExprKind::Closure(self.closure(&inputs, span, &c.body))
            }
            Rust::Let(l) => ExprKind::Opaque(vec![self.value(&l.expr, out)]),
            Rust::Yield(y) => {
                let x = y.expr.as_ref().map(|e| Box::new(self.value(e, out)));
                ExprKind::Yield(x)
            }
            Rust::Assign(_) | Rust::Macro(_) => return self.kept(e, span, out),
            _ => ExprKind::Opaque(Vec::new()),
        };
        Self::expr_at(span, kind)
    }

    fn arguments<'e>(&mut self, args: impl IntoIterator<Item = &'e Rust>, out: &mut Block) -> Vec<Arg> {
        args.into_iter().map(|a| Arg { name: None, value: self.value(a, out) }).collect()
    }

    fn method_call(&mut self, m: &syn::ExprMethodCall, span: Span, out: &mut Block) -> Expr {
        let object = self.value(&m.receiver, out);
        let name = plain(&m.method);
        if m.args.is_empty() && matches!(name.as_str(), "is_ok" | "is_err") {
            // Whether a call failed asks nothing of what it gave.
            out.push(Self::stmt_at(span, crate::code::hir::StmtKind::Expr(object)));
            return Self::error(span);
        }
        // The place of the call is where its name stands, or chains of calls would all begin at one.
        let callee_span = object.span.to(self.span(&m.method));
        let callee = ExprKind::Attr { object: Box::new(object), name, optional: false };
        let callee = Box::new(Self::expr_at(callee_span, callee));
        let args = self.arguments(&m.args, out);
        Self::expr_at(span, ExprKind::Call { callee, args, is_new: false })
    }

    fn structure(&mut self, s: &syn::ExprStruct, span: Span, out: &mut Block) -> Expr {
        let callee = Box::new(self.path(&s.path, self.span(&s.path)));
        let mut args: Vec<Arg> = Vec::new();
        for f in &s.fields {
            let name = match &f.member {
                syn::Member::Named(n) => plain(n),
                syn::Member::Unnamed(i) => i.index.to_string().into(),
            };
            args.push(Arg { name: Some(name), value: self.value(&f.expr, out) });
        }
        if let Some(rest) = &s.rest {
            let rest = self.value(rest, out);
            // Fields that are not written come from there; they are not followed.
            out.push(Self::stmt_at(span, crate::code::hir::StmtKind::Expr(rest)));
        }
        Self::expr_at(span, ExprKind::Call { callee, args, is_new: true })
    }

    fn binary(&mut self, b: &syn::ExprBinary, span: Span, out: &mut Block) -> Expr {
        let op: SmolStr = b.op.to_token_stream().to_string().into();
        if op.len() > 1 && op.ends_with('=') && !matches!(op.as_str(), "==" | "<=" | ">=" | "!=") {
            self.into(&Rust::Binary(b.clone()), &Sink::Drop, out);
            return Self::expr_at(span, ExprKind::Null);
        }
        let left = Box::new(self.value(&b.left, out));
        let logic = match op.as_str() {
            "&&" => Some("and"),
            "||" => Some("or"),
            _ => None,
        };
        if let Some(word) = logic {
            let mut behind = Block::new();
            let right = Box::new(self.value(&b.right, &mut behind));
            if !behind.is_empty() {
                // What the right side needs only runs behind the left one.
                let test = if word == "and" {
                    (*left).clone()
                } else {
                    Self::expr_at(span, ExprKind::Not(left.clone()))
                };
                out.push(Self::stmt_at(
                    span,
                    crate::code::hir::StmtKind::If { test, then: behind, otherwise: Block::new() },
                ));
            }
            return Self::expr_at(span, ExprKind::Logic { op: word.into(), left, right });
        }
        let right = Box::new(self.value(&b.right, out));
        let kind = match op.as_str() {
            "==" | "!=" | "<" | "<=" | ">" | ">=" => ExprKind::Compare { op, left, right },
            _ => ExprKind::Binary { op, left, right },
        };
        Self::expr_at(span, kind)
    }

    /// A path: a variable or something of the file, or what its first name leads to.
    pub(super) fn path(&mut self, p: &syn::Path, span: Span) -> Expr {
        let parts: Vec<&syn::Ident> = p.segments.iter().map(|s| &s.ident).collect();
        if let [one] = parts[..] {
            let kind = match one.to_string().as_str() {
                "None" => ExprKind::Null,
                "Self" => match &self.own {
                    Some(own) => ExprKind::Name(own.clone()),
                    None => ExprKind::Opaque(Vec::new()),
                },
                "self" => ExprKind::Name(self.scopes.resolve(&"self".into())),
                _ => ExprKind::Name(self.resolved(one)),
            };
            return Self::expr_at(span, kind);
        }
        let mut names: Vec<SmolStr> = parts.into_iter().map(plain).collect();
        if let Some(first) = names.first_mut() {
            if self.generics.contains(first) {
                return Self::unknown(span);
            }
            if first == "Self"
                && let Some(own) = &self.own
            {
                *first = own.clone();
            }
        }
        self.path_of(&names, span)
    }

    pub(super) fn literal(l: &Lit, span: Span) -> Expr {
        let kind = match l {
            Lit::Str(s) => ExprKind::Str(s.value().into()),
            Lit::Bool(b) => ExprKind::Bool(b.value),
            Lit::Int(i) => i.base10_parse().map_or(ExprKind::Opaque(Vec::new()), ExprKind::Int),
            Lit::Float(f) => f.base10_parse().map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float),
            Lit::Char(c) => ExprKind::Str(c.value().to_string().into()),
            Lit::ByteStr(b) => match String::from_utf8(b.value()) {
                Ok(s) => ExprKind::Str(s.into()),
                Err(_) => ExprKind::Opaque(Vec::new()),
            },
            _ => ExprKind::Opaque(Vec::new()),
        };
        Self::expr_at(span, kind)
    }
}

/// Whether an expression is a variable of the environment as it was read, whatever is said of its absence.
fn reads_environment(e: &Expr, depth: u32) -> bool {
    let ExprKind::Call { callee, .. } = &e.kind else { return false };
    match &callee.kind {
        ExprKind::Attr { name, .. } if name == "var" => true,
        ExprKind::Name(n) => n == "var",
        ExprKind::Attr { object, name, .. } if depth < 8 => {
            matches!(
                name.as_str(),
                "map_err" | "context" | "with_context" | "ok_or" | "ok_or_else" | "ok" | "wrap_err"
            ) && reads_environment(object, depth + 1)
        }
        _ => false,
    }
}
