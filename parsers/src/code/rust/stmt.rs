//! Statements, and expressions with blocks: their value is that of the last expression of the block that runs.

use super::{Lower, Sink, plain};
use crate::code::hir::{Block, Catch, Expr, ExprKind, Pattern, StmtKind};
use lamlint_model::source::Span;
use quote::ToTokens;
use smol_str::SmolStr;
use syn::{Expr as Rust, Pat, Stmt};

/// Variants that are the value in them.
const TRANSPARENT: &[&str] = &["Some", "Ok", "Ready", "Continue"];

impl Lower<'_> {
    /// The statements of a block, with names of their own.
    pub(super) fn block_into(&mut self, b: &syn::Block, sink: &Sink, out: &mut Block) {
        if self.enter() {
            self.scopes.push();
            let last = b.stmts.len().saturating_sub(1);
            let mut given = false;
            for (i, s) in b.stmts.iter().enumerate() {
                match s {
                    Stmt::Local(l) => self.local(l, out),
                    Stmt::Item(i) => self.local_item(i, out),
                    Stmt::Expr(e, None) if i == last => {
                        self.into(e, sink, out);
                        given = true;
                    }
                    Stmt::Expr(e, _) => self.into(e, &Sink::Drop, out),
                    Stmt::Macro(m) => {
                        let is_value = i == last && m.semi_token.is_none();
                        given |= is_value;
                        let sink = if is_value { sink } else { &Sink::Drop };
                        self.macro_into(&m.mac, self.span(m), sink, out);
                    }
                }
            }
            if !given && let Sink::Keep(_) = sink {
                let span = self.span(b);
                Self::give(Self::expr_at(span, ExprKind::Null), sink, out);
            }
            self.scopes.pop();
        } else {
            out.push(Self::stmt_at(self.span(b), StmtKind::Opaque(Vec::new(), Vec::new())));
        }
        self.leave();
    }

    fn local(&mut self, l: &syn::Local, out: &mut Block) {
        let span = self.span(l);
        let Some(init) = &l.init else {
            let target = self.pattern(&l.pat);
            let value = Self::expr_at(span, ExprKind::Null);
            if matches!(target, Pattern::Name(..)) {
                out.push(Self::stmt_at(span, StmtKind::Declare { target, value }));
            }
            return;
        };
        let value = self.value(&init.expr, out);
        let Some((_, otherwise)) = &init.diverge else {
            self.bind(&l.pat, value, span, out);
            return;
        };
        let value = self.once(value, out);
        let mut then = Block::new();
        self.into(otherwise, &Sink::Drop, &mut then);
        let test = self.test_of(&l.pat, &value).unwrap_or_else(|| Self::error(span));
        let test = Self::expr_at(span, ExprKind::Not(Box::new(test)));
        out.push(Self::stmt_at(span, StmtKind::If { test, then, otherwise: Block::new() }));
        self.bind(&l.pat, value, span, out);
    }

    /// Bind what a pattern names.
    fn bind(&mut self, p: &Pat, value: Expr, span: Span, out: &mut Block) {
        let failed =
            matches!(p, Pat::TupleStruct(t) if t.path.segments.last().is_some_and(|s| s.ident == "Err"));
        let value = if failed { Self::error(span) } else { value };
        let connects = connects(&value);
        let mut target = match p {
            Pat::TupleStruct(t) if failed => t.elems.first().map_or(Pattern::Ignore, |p| self.pattern(p)),
            p => self.pattern(p),
        };
        // A client and the work its connection does.
        if connects && let Pattern::List(items) = target {
            target = Pattern::Results(items);
        }
        let kind = match target {
            Pattern::Ignore => StmtKind::Expr(value),
            target => StmtKind::Declare { target, value },
        };
        out.push(Self::stmt_at(span, kind));
    }

    /// A value that can be looked at several times.
    fn once(&mut self, value: Expr, out: &mut Block) -> Expr {
        if is_place(&value, 0) {
            return value;
        }
        let name = self.temporary();
        let span = value.span;
        let target = Pattern::Name(name.clone(), span);
        out.push(Self::stmt_at(span, StmtKind::Declare { target, value }));
        Self::expr_at(span, ExprKind::Name(name))
    }

    /// Put a value where it goes.
    pub(super) fn give(value: Expr, sink: &Sink, out: &mut Block) {
        let span = value.span;
        let kind = match sink {
            Sink::Return => StmtKind::Return(Some(value)),
            Sink::Keep(name) => StmtKind::Declare { target: Pattern::Name(name.clone(), span), value },
            Sink::Drop => StmtKind::Expr(value),
        };
        out.push(Self::stmt_at(span, kind));
    }

    /// Evaluate an expression for a place.
    pub(super) fn into(&mut self, e: &Rust, sink: &Sink, out: &mut Block) {
        if !self.enter() {
            self.leave();
            out.push(Self::stmt_at(self.span(e), StmtKind::Opaque(Vec::new(), Vec::new())));
            return;
        }
        let span = self.span(e);
        match e {
            Rust::Paren(p) => self.into(&p.expr, sink, out),
            Rust::Group(g) => self.into(&g.expr, sink, out),
            Rust::Block(b) => self.block_into(&b.block, sink, out),
            Rust::Unsafe(b) => self.block_into(&b.block, sink, out),
            Rust::Const(b) => self.block_into(&b.block, sink, out),
            Rust::TryBlock(b) => self.block_into(&b.block, sink, out),
            Rust::Async(a) if matches!(sink, Sink::Return) || !returns(&a.block) => {
                self.block_into(&a.block, sink, out);
            }
            Rust::Await(a) if matches!(&*a.base, Rust::Async(_)) => self.into(&a.base, sink, out),
            Rust::If(i) => self.branch(i, sink, out),
            Rust::Match(m) => self.choice(m, sink, out),
            Rust::While(w) => {
                self.scopes.push();
                let mut before = Block::new();
                let mut body = Block::new();
                let test = self.condition(&w.cond, &mut before, &mut body);
                self.block_into(&w.body, &Sink::Drop, &mut body);
                self.scopes.pop();
                // What the condition does, it does in every round.
                let test = if before.is_empty() {
                    Some(test)
                } else {
                    before.push(Self::stmt_at(span, StmtKind::Expr(test)));
                    before.append(&mut body);
                    body = before;
                    None
                };
                out.push(Self::stmt_at(
                    span,
                    StmtKind::Loop { over: None, test, body, otherwise: Block::new() },
                ));
            }
            Rust::ForLoop(f) => {
                let items = self.value(&f.expr, out);
                self.scopes.push();
                let mut pattern = self.pattern(&f.pat);
                let mut items = items;
                // `for (i, x) in xs.iter().enumerate()`: the elements, with their positions.
                if let (Pattern::List(parts), Some(inner)) = (&pattern, enumerated(&items))
                    && parts.len() == 2
                {
                    items = inner;
                    pattern = parts[1].clone();
                }
                let mut body = Block::new();
                self.block_into(&f.body, &Sink::Drop, &mut body);
                self.scopes.pop();
                let over = Some((pattern, items));
                out.push(Self::stmt_at(
                    span,
                    StmtKind::Loop { over, test: None, body, otherwise: Block::new() },
                ));
            }
            Rust::Loop(l) => {
                if let Sink::Keep(_) = sink {
                    Self::give(Self::unknown(span), sink, out);
                }
                let mut body = Block::new();
                self.block_into(&l.body, &Sink::Drop, &mut body);
                out.push(Self::stmt_at(
                    span,
                    StmtKind::Loop { over: None, test: None, body, otherwise: Block::new() },
                ));
            }
            Rust::Return(r) => match &r.expr {
                Some(e) => self.into(e, &Sink::Return, out),
                None => out.push(Self::stmt_at(span, StmtKind::Return(None))),
            },
            Rust::Break(b) => {
                if let Some(e) = &b.expr {
                    self.into(e, &Sink::Drop, out);
                }
                out.push(Self::stmt_at(span, StmtKind::Break));
            }
            Rust::Continue(_) => out.push(Self::stmt_at(span, StmtKind::Continue)),
            Rust::Call(c) if matches!(sink, Sink::Return) && is_err(e) => {
                let parts = c.args.iter().map(|a| self.value(a, out)).collect();
                let e = Self::expr_at(span, ExprKind::Opaque(parts));
                out.push(Self::stmt_at(span, StmtKind::Raise(Some(e))));
            }
            Rust::Try(t) if is_err(&t.expr) => {
                if let Rust::Call(c) = &*t.expr {
                    let parts = c.args.iter().map(|a| self.value(a, out)).collect();
                    let e = Self::expr_at(span, ExprKind::Opaque(parts));
                    out.push(Self::stmt_at(span, StmtKind::Raise(Some(e))));
                }
            }
            Rust::Assign(a) => {
                let value = self.value(&a.right, out);
                let target = self.place(&a.left, out);
                out.push(Self::stmt_at(span, StmtKind::Assign { target, value }));
            }
            Rust::Binary(b) if assigns(&b.op) => {
                let value = self.value(&b.right, out);
                let target = self.value(&b.left, out);
                let op: SmolStr = b.op.to_token_stream().to_string().trim_end_matches('=').trim().into();
                out.push(Self::stmt_at(span, StmtKind::AugAssign { target, op, value }));
            }
            Rust::Macro(m) => self.macro_into(&m.mac, span, sink, out),
            _ => {
                let v = self.value_kind(e, span, out);
                Self::give(v, sink, out);
            }
        }
        self.leave();
    }

    /// What an assignment changes.
    fn place(&mut self, e: &Rust, out: &mut Block) -> Pattern {
        if let Rust::Tuple(t) = e {
            return Pattern::List(t.elems.iter().map(|e| self.place(e, out)).collect());
        }
        if let Rust::Infer(_) = e {
            return Pattern::Ignore;
        }
        let e = self.value(e, out);
        match e.kind {
            ExprKind::Name(name) => Pattern::Name(name, e.span),
            ExprKind::Attr { .. } | ExprKind::Index { .. } => Pattern::Place(Box::new(e)),
            _ => Pattern::Ignore,
        }
    }

    fn branch(&mut self, i: &syn::ExprIf, sink: &Sink, out: &mut Block) {
        let span = self.span(i);
        self.scopes.push();
        let mut then = Block::new();
        let test = self.condition(&i.cond, out, &mut then);
        self.block_into(&i.then_branch, sink, &mut then);
        self.scopes.pop();
        let mut otherwise = Block::new();
        if let Some((_, e)) = &i.else_branch {
            self.into(e, sink, &mut otherwise);
        }
        out.push(Self::stmt_at(span, StmtKind::If { test, then, otherwise }));
    }

    /// A condition; what it binds goes before the code behind it.
    fn condition(&mut self, e: &Rust, out: &mut Block, then: &mut Block) -> Expr {
        let span = self.span(e);
        match e {
            Rust::Paren(p) => self.condition(&p.expr, out, then),
            Rust::Let(l) => {
                let value = self.value(&l.expr, out);
                let value = self.once(value, out);
                let test = self.test_of(&l.pat, &value);
                let test = test.unwrap_or_else(|| Self::expr_at(span, ExprKind::Opaque(vec![value.clone()])));
                self.bind(&l.pat, value, span, then);
                test
            }
            Rust::Binary(b) if matches!(b.op, syn::BinOp::And(_)) && has_let(e, 0) => {
                let left = Box::new(self.condition(&b.left, out, then));
                let right = Box::new(self.condition(&b.right, out, then));
                Self::expr_at(span, ExprKind::Logic { op: "and".into(), left, right })
            }
            _ => self.value(e, out),
        }
    }

    /// Whether a value fits a pattern; `None`: it always does.
    fn test_of(&mut self, p: &Pat, value: &Expr) -> Option<Expr> {
        let span = self.span(p);
        let compared = |right: Expr| {
            let (left, right) = (Box::new(value.clone()), Box::new(right));
            Some(Self::expr_at(span, ExprKind::Compare { op: "==".into(), left, right }))
        };
        let looked_at = || Some(Self::expr_at(span, ExprKind::Opaque(vec![value.clone()])));
        match p {
            Pat::Wild(_) | Pat::Rest(_) => None,
            Pat::Ident(i) if i.ident == "None" => compared(Self::expr_at(span, ExprKind::Null)),
            Pat::Ident(i) => match &i.subpat {
                Some((_, p)) => self.test_of(p, value),
                None if starts_upper(&i.ident) => {
                    compared(Self::expr_at(span, ExprKind::Name(plain(&i.ident))))
                }
                None => None,
            },
            Pat::Lit(l) => {
                let right = Self::literal(&l.lit, span);
                compared(right)
            }
            Pat::Paren(p) => self.test_of(&p.pat, value),
            Pat::Reference(r) => self.test_of(&r.pat, value),
            Pat::Type(t) => self.test_of(&t.pat, value),
            Pat::Or(o) => {
                let mut all: Option<Expr> = None;
                for c in o.cases.iter().take(64) {
                    let one = self.test_of(c, value)?;
                    all = Some(match all {
                        None => one,
                        Some(before) => {
                            let (left, right) = (Box::new(before), Box::new(one));
                            Self::expr_at(span, ExprKind::Logic { op: "or".into(), left, right })
                        }
                    });
                }
                all
            }
            Pat::TupleStruct(t) => match t.path.segments.last().map(|s| s.ident.to_string()).as_deref() {
                // Whether a call failed asks nothing of what it gave.
                Some("Ok" | "Err") => Some(Self::error(span)),
                _ => looked_at(),
            },
            _ => looked_at(),
        }
    }

    fn choice(&mut self, m: &syn::ExprMatch, sink: &Sink, out: &mut Block) {
        let span = self.span(m);
        let value = self.value(&m.expr, out);
        let variant = |p: &Pat| match p {
            Pat::TupleStruct(t) => t.path.segments.last().map(|s| s.ident.to_string()),
            _ => None,
        };
        let is = |a: &syn::Arm, n: &str| variant(&a.pat).as_deref() == Some(n);
        // A result: what follows a failure only runs then.
        if m.arms.iter().all(|a| is(a, "Ok") || is(a, "Err") || matches!(a.pat, Pat::Wild(_)))
            && m.arms.iter().filter(|a| is(a, "Ok")).count() == 1
            && let Some(ok) = m.arms.iter().find(|a| is(a, "Ok"))
        {
            let mut body = Block::new();
            self.scopes.push();
            self.bind(&ok.pat, value, span, &mut body);
            self.into(&ok.body, sink, &mut body);
            self.scopes.pop();
            let mut catches = Vec::new();
            for a in m.arms.iter().filter(|a| !is(a, "Ok")) {
                let mut b = Block::new();
                self.scopes.push();
                if is(a, "Err") {
                    let e = Self::error(span);
                    self.bind(&a.pat, e, span, &mut b);
                }
                self.into(&a.body, sink, &mut b);
                self.scopes.pop();
                catches.push(Catch { types: Vec::new(), name: None, body: b, span: self.span(&a.pat) });
            }
            let kind = StmtKind::Try { body, catches, otherwise: Block::new(), finally: Block::new() };
            out.push(Self::stmt_at(span, kind));
            return;
        }
        let value = self.once(value, out);
        let mut arms: Vec<(Option<Expr>, Block)> = Vec::new();
        for a in &m.arms {
            let mut block = Block::new();
            self.scopes.push();
            let (pat, guard) = match &a.pat {
                Pat::Guard(g) => (&*g.pat, Some(&*g.guard)),
                p => (p, None),
            };
            let mut test = self.test_of(pat, &value);
            self.bind(pat, value.clone(), span, &mut block);
            if let Some(g) = guard {
                let mut before = Block::new();
                let g = self.value(g, &mut before);
                before.append(&mut block);
                block = before;
                let span = g.span;
                // Names of the pattern are only known behind the test.
                let parts = test.into_iter().chain([value.clone()]).collect();
                test = Some(Self::expr_at(span, ExprKind::Opaque(parts)));
                block.push(Self::stmt_at(span, StmtKind::Expr(g)));
            }
            self.into(&a.body, sink, &mut block);
            self.scopes.pop();
            arms.push((test, block));
        }
        let mut chain = Block::new();
        for (i, (test, block)) in arms.into_iter().enumerate().rev() {
            chain = match test {
                // The last one of those that take all cases.
                _ if i + 1 == m.arms.len() => block,
                None => block,
                Some(test) => {
                    vec![Self::stmt_at(span, StmtKind::If { test, then: block, otherwise: chain })]
                }
            };
        }
        out.append(&mut chain);
    }

    /// What a pattern binds.
    pub(super) fn pattern(&mut self, p: &Pat) -> Pattern {
        if !self.enter() {
            self.leave();
            return Pattern::Ignore;
        }
        let list = |it: &mut Self, elems: &syn::punctuated::Punctuated<Pat, syn::Token![,]>| {
            let mut out = Vec::new();
            let mut after_rest = false;
            for e in elems {
                // What stands behind `..` has no position that is known.
                out.push(match e {
                    Pat::Rest(_) => Pattern::Ignore,
                    p => it.pattern(p),
                });
                after_rest |= matches!(e, Pat::Rest(_));
            }
            (out, after_rest)
        };
        let out = match p {
            Pat::Ident(i) if i.subpat.is_none() && starts_upper(&i.ident) => Pattern::Ignore,
            Pat::Ident(i) => self.declared(&i.ident),
            Pat::Type(t) => self.pattern(&t.pat),
            Pat::Paren(t) => self.pattern(&t.pat),
            Pat::Reference(t) => self.pattern(&t.pat),
            Pat::Guard(t) => self.pattern(&t.pat),
            Pat::Tuple(t) => Pattern::List(list(self, &t.elems).0),
            Pat::Slice(t) => Pattern::List(list(self, &t.elems).0),
            Pat::TupleStruct(t) => {
                let name = t.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                match t.elems.first() {
                    Some(inner) if TRANSPARENT.contains(&name.as_str()) && t.elems.len() == 1 => {
                        self.pattern(inner)
                    }
                    _ => {
                        let parts = t.elems.iter().enumerate();
                        Pattern::Map(
                            parts.map(|(i, p)| (i.to_string().into(), self.pattern(p), None)).collect(),
                        )
                    }
                }
            }
            Pat::Struct(s) => {
                let fields = s.fields.iter().map(|f| {
                    let name = match &f.member {
                        syn::Member::Named(n) => plain(n),
                        syn::Member::Unnamed(i) => i.index.to_string().into(),
                    };
                    (name, self.pattern(&f.pat), None)
                });
                Pattern::Map(fields.collect())
            }
            Pat::Or(o) => {
                // All of them bind the same names.
                let mut all: Vec<Pattern> = o.cases.iter().map(|c| self.pattern(c)).collect();
                if all.is_empty() { Pattern::Ignore } else { all.swap_remove(0) }
            }
            _ => Pattern::Ignore,
        };
        self.leave();
        out
    }
}

fn assigns(op: &syn::BinOp) -> bool {
    let op = op.to_token_stream().to_string();
    op.ends_with('=') && !matches!(op.as_str(), "==" | "<=" | ">=" | "!=")
}

/// `Err(…)`
fn is_err(e: &Rust) -> bool {
    matches!(e, Rust::Call(c) if matches!(&*c.func, Rust::Path(p) if p.path.is_ident("Err")))
}

fn starts_upper(i: &syn::Ident) -> bool {
    plain(i).chars().next().is_some_and(char::is_uppercase)
}

fn has_let(e: &Rust, depth: u32) -> bool {
    match e {
        Rust::Let(_) => true,
        Rust::Paren(p) if depth < 64 => has_let(&p.expr, depth + 1),
        Rust::Binary(b) if depth < 64 => has_let(&b.left, depth + 1) || has_let(&b.right, depth + 1),
        _ => false,
    }
}

/// Whether a block holds a `return`.
fn returns(b: &syn::Block) -> bool {
    let mut stack = vec![b.to_token_stream()];
    while let Some(tokens) = stack.pop() {
        for t in tokens {
            match t {
                proc_macro2::TokenTree::Ident(i) if i == "return" => return true,
                proc_macro2::TokenTree::Group(g) => stack.push(g.stream()),
                _ => {}
            }
        }
    }
    false
}

/// Whether looking at a value does nothing.
fn is_place(e: &Expr, depth: u32) -> bool {
    match &e.kind {
        ExprKind::Name(_) => true,
        ExprKind::Attr { object, .. } if depth < 16 => is_place(object, depth + 1),
        ExprKind::Await(x) if depth < 16 => is_place(x, depth + 1),
        ExprKind::Call { callee, args, .. } if depth < 16 && args.is_empty() => {
            matches!(&callee.kind, ExprKind::Attr { object, name, .. }
                if matches!(name.as_str(), "as_ref" | "as_mut" | "get" | "lock" | "read" | "write" | "borrow" | "clone" | "unwrap" | "as_deref" | "take")
                    && is_place(object, depth + 1))
        }
        _ => false,
    }
}

/// Whether a value is what a call of `connect` gives.
fn connects(e: &Expr) -> bool {
    let e = if let ExprKind::Await(x) = &e.kind { x } else { e };
    let ExprKind::Call { callee, .. } = &e.kind else { return false };
    matches!(&callee.kind, ExprKind::Attr { name, .. } if name == "connect")
}

/// The list whose elements come with their positions.
fn enumerated(e: &Expr) -> Option<Expr> {
    let ExprKind::Call { callee, args, .. } = &e.kind else { return None };
    match &callee.kind {
        ExprKind::Attr { object, name, .. } if name == "enumerate" && args.is_empty() => {
            Some((**object).clone())
        }
        _ => None,
    }
}
