//! Expressions.

use super::branch::Test;
use super::value::V;
use super::{Interp, MAX_NESTING};
use crate::code::hir::{Expr, ExprKind, MapEntry, Pattern};
use lamlint_model::handler::EnvTest;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    pub(super) fn eval(&mut self, e: &Expr) -> V {
        self.nesting += 1;
        let v = if self.nesting > MAX_NESTING || !self.step() {
            self.give_up(Reason::Budget, "the code is nested too deeply");
            V::unknown()
        } else {
            self.eval_kind(e)
        };
        self.nesting -= 1;
        v
    }

    fn eval_kind(&mut self, e: &Expr) -> V {
        match &e.kind {
            ExprKind::Null => V::Sym(Value::Null),
            ExprKind::Bool(b) => V::Sym(Value::Bool(*b)),
            ExprKind::Int(i) => V::Sym(Value::Int(*i)),
            ExprKind::Float(f) => V::Sym(Value::Float(*f)),
            ExprKind::Str(s) => V::str(s.clone()),
            ExprKind::Template(parts) => {
                let parts: Vec<Value> = parts.iter().map(|p| text(&self.eval(p))).collect();
                V::Sym(Value::concat(parts))
            }
            ExprKind::Name(n) => self.name(n),
            ExprKind::Attr { object, name, optional } => {
                if let Some(v) = self.exports_place(object, name) {
                    return v;
                }
                let o = self.eval(object);
                self.dereferenced(&o, name, object, *optional);
                self.attr(&o, name, e.span, *optional)
            }
            ExprKind::Index { object, index } => {
                let o = self.eval(object);
                let i = self.eval(index);
                self.index(&o, &i, e.span)
            }
            ExprKind::Call { callee, args, is_new } => self.call(callee, args, *is_new, e.span),
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Binary { op, left, right } => self.binary(op, left, right),
            ExprKind::Compare { left, right, .. } => {
                self.testing += 1;
                let a = self.eval(left);
                let b = self.eval(right);
                self.testing -= 1;
                V::of_deps(a.deps().or(b.deps()))
            }
            ExprKind::Logic { op, left, right } => self.logic(op, left, right),
            ExprKind::Not(x) => {
                self.testing += 1;
                let v = self.eval(x);
                self.testing -= 1;
                V::of_deps(v.deps())
            }
            ExprKind::Cond { test, then, otherwise } => {
                let t = self.test(test);
                let env = self.env_tests(test, 0);
                let a = self.eval_behind(t, env.holds, then);
                let b = self.eval_behind(t, env.fails, otherwise);
                a.chosen(&b, t.deps)
            }
            // The value of a promise or coroutine is that of what it runs: calls are followed when they are made.
            ExprKind::Await(x) | ExprKind::Ref(x) => self.eval(x),
            ExprKind::Yield(x) => {
                if let Some(x) = x {
                    let v = self.eval(x);
                    // A generator's elements are what iterating its result gives.
                    self.returns.push(V::List(Rc::new(vec![v]), true));
                }
                V::unknown()
            }
            ExprKind::Closure(id) => self.closure(*id),
            ExprKind::Class(id) => self.class_value(*id),
            ExprKind::Spread(x) => {
                let v = self.eval(x);
                V::of_deps(v.deps())
            }
            ExprKind::Zero(ty) => self.zero(ty),
            ExprKind::Assign { target, op, value } => {
                if op.is_empty() {
                    let v = self.eval(value);
                    self.bind(target, v.clone(), false);
                    return v;
                }
                let place = match &**target {
                    Pattern::Name(n, span) => Expr { span: *span, kind: ExprKind::Name(n.clone()) },
                    Pattern::Place(p) => (**p).clone(),
                    _ => return V::unknown(),
                };
                self.augmented(&place, op, value);
                self.testing += 1;
                let v = self.eval(&place);
                self.testing -= 1;
                v
            }
            ExprKind::Comprehension { element, clauses, tests } => {
                let outer = self.ctx.clone();
                let frame = self.new_frame(Some(self.frame.clone()), self.unit);
                let outer_frame = std::mem::replace(&mut self.frame, frame);
                for (p, items) in clauses {
                    let items = self.eval(items);
                    self.goes_through(&items);
                    let item = Self::iterated(&items);
                    self.ctx.in_loop = true;
                    self.bind(p, item, true);
                }
                for t in tests {
                    let t = self.test(t);
                    self.narrow(Test { event: t.event, ..Test::default() });
                }
                let v = self.eval(element);
                self.frame = outer_frame;
                self.ctx = outer;
                V::List(Rc::new(vec![v]), true)
            }
            ExprKind::Module(m) => {
                self.local_import(m, e.span);
                self.imported(m, "")
            }
            ExprKind::Opaque(parts) => {
                let deps = parts.iter().fold(Deps::NONE, |d, p| d.or(self.eval(p).deps()));
                V::of_deps(deps)
            }
        }
    }

    /// `exports.x`, `module.exports` read as a value.
    pub(super) fn exports_place(&mut self, object: &Expr, name: &str) -> Option<V> {
        let ExprKind::Name(o) = &object.kind else { return None };
        if super::lookup(&self.frame, o).is_some() {
            return None;
        }
        match (o.as_str(), name) {
            ("module", "exports") => Some(V::Exports(self.unit)),
            ("exports", name) => Some(self.own_export(name)),
            _ => None,
        }
    }

    fn eval_behind(&mut self, t: Test, env: Vec<EnvTest>, e: &Expr) -> V {
        let outer = self.ctx.clone();
        self.narrow(t);
        self.ctx.env.extend(env);
        let v = self.eval(e);
        self.ctx = outer;
        v
    }

    fn logic(&mut self, op: &str, left: &Expr, right: &Expr) -> V {
        let persistent = self.asks_persistent(left, 0);
        self.testing += 1;
        let a = self.eval(left);
        self.testing -= 1;
        let outer = self.ctx.clone();
        self.ctx.memo |= persistent;
        self.asked |= op == "and" && a.deps().any(Deps::EVENT) && !self.asks_presence(left, 0);
        if a.deps().any(Deps::EVENT) {
            self.ctx.event_branch = true;
        } else {
            self.ctx.branch = true;
        }
        if a.is_null() && !persistent {
            self.ctx = outer.clone();
        }
        let env = self.env_tests(left, 0);
        self.ctx.env.extend(match op {
            "and" => env.holds,
            "or" => env.fails,
            _ => Vec::new(),
        });
        // The right of `x and y` is looked at like any value, that of a default as well.
        let b = self.eval(right);
        self.ctx = outer;
        if op == "and" {
            return b.chosen(&V::Sym(Value::Null), a.deps());
        }
        if a.is_null() { b } else { a.join(&b) }
    }

    pub(super) fn name(&mut self, n: &SmolStr) -> V {
        if self.lang.traits().messages {
            return self.constant_or_variable(n);
        }
        if let Some((v, _)) = self.known(&self.folded(n)) {
            return v;
        }
        if let Some(v) = self.project_name(n) {
            return v;
        }
        self.builtin(n)
    }

    fn list(&mut self, items: &[Expr]) -> V {
        let mut out = Vec::with_capacity(items.len().min(256));
        let mut open = false;
        for i in items {
            if let ExprKind::Spread(x) = &i.kind {
                match self.eval(x) {
                    V::List(l, o) => {
                        out.extend(l.iter().cloned());
                        open |= o;
                    }
                    V::Sym(Value::List(l, o)) => {
                        out.extend(l.iter().cloned().map(V::Sym));
                        open |= o;
                    }
                    v => {
                        out.push(v.element());
                        open = true;
                    }
                }
            } else {
                let v = self.eval(i);
                if out.len() < 256 {
                    out.push(v);
                } else {
                    open = true;
                }
            }
        }
        V::List(Rc::new(out), open)
    }

    fn map(&mut self, entries: &[MapEntry]) -> V {
        let mut out: Vec<(SmolStr, V)> = Vec::new();
        let mut open = false;
        for e in entries {
            match e {
                MapEntry::Pair(k, v) => {
                    let k = self.eval(k);
                    let v = self.eval(v);
                    match k.to_value() {
                        Value::Str(k) if out.len() < 256 => {
                            out.retain(|(n, _)| *n != k);
                            out.push((k, v));
                        }
                        Value::Int(i) => out.push((i.to_string().into(), v)),
                        _ => open = true,
                    }
                }
                MapEntry::Spread(x) => {
                    let x = self.eval(x);
                    open |= Self::spread_into(&x, &mut out);
                }
            }
        }
        V::Map(Rc::new(out), open)
    }

    /// Add the entries of a map; true when there may be others.
    pub(super) fn spread_into(x: &V, out: &mut Vec<(SmolStr, V)>) -> bool {
        let mut put = |k: &SmolStr, v: V| {
            out.retain(|(n, _)| n != k);
            out.push((k.clone(), v));
        };
        match x {
            V::Map(m, o) => {
                m.iter().for_each(|(k, v)| put(k, v.clone()));
                *o
            }
            V::Sym(Value::Map(m, o)) => {
                for (k, v) in m {
                    put(k, V::Sym(v.clone()));
                }
                *o
            }
            V::Sym(Value::Null) => false,
            _ => true,
        }
    }

    fn binary(&mut self, op: &str, left: &Expr, right: &Expr) -> V {
        let a = self.eval(left);
        let b = self.eval(right);
        match op {
            "+" => Self::added(&a, &b),
            "%" => match &a {
                // "…%s…" % x
                V::Sym(Value::Str(format)) => percent_format(format, &b),
                _ => V::of_deps(a.deps().or(b.deps())),
            },
            // pathlib's `/`
            "/" if matches!(b, V::Sym(Value::Str(_)))
                && matches!(a, V::Sym(Value::Str(_) | Value::Concat(_))) =>
            {
                V::Sym(Value::concat([a.to_value(), Value::str("/"), b.to_value()]))
            }
            _ => match (op, a.to_value(), b.to_value()) {
                ("*", Value::Int(x), Value::Int(y)) => {
                    x.checked_mul(y).map_or_else(V::unknown, |v| V::Sym(Value::Int(v)))
                }
                ("-", Value::Int(x), Value::Int(y)) => {
                    x.checked_sub(y).map_or_else(V::unknown, |v| V::Sym(Value::Int(v)))
                }
                _ => V::of_deps(a.deps().or(b.deps())),
            },
        }
    }

    /// `a + b`: numbers, lists or text.
    #[expect(clippy::many_single_char_names, reason = "two values and their parts")]
    pub(super) fn added(a: &V, b: &V) -> V {
        match (a, b) {
            (V::Sym(Value::Int(x)), V::Sym(Value::Int(y))) => {
                x.checked_add(*y).map_or_else(V::unknown, |v| V::Sym(Value::Int(v)))
            }
            (V::List(x, o), V::List(y, p)) => {
                V::List(Rc::new(x.iter().chain(y.iter()).take(256).cloned().collect()), *o || *p)
            }
            (V::Sym(Value::Str(_) | Value::Concat(_)), _) | (_, V::Sym(Value::Str(_) | Value::Concat(_))) => {
                V::Sym(Value::concat([text(a), text(b)]))
            }
            // Whether symbols are text or numbers is not known; as text they keep their parts.
            (
                V::Sym(Value::Env(_) | Value::Event(_) | Value::Context(_)),
                V::Sym(Value::Env(_) | Value::Event(_) | Value::Context(_)),
            ) => V::Sym(Value::concat([text(a), text(b)])),
            _ => V::of_deps(a.deps().or(b.deps())),
        }
    }
}

/// The text of a value inside a larger text.
pub(super) fn text(v: &V) -> Value {
    match v.to_value() {
        v @ (Value::List(..) | Value::Map(..) | Value::Null) => Value::Unknown(v.deps().or(Deps::OTHER)),
        v => v,
    }
}

pub(super) fn percent_format(format: &str, args: &V) -> V {
    let mut values: Vec<Value> = match args {
        V::List(l, _) => l.iter().map(text).collect(),
        v => vec![text(v)],
    };
    values.reverse();
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(i) = rest.find('%') {
        out.push(Value::str(&rest[..i]));
        let spec = rest[i + 1..].chars().next();
        match spec {
            Some('%') => out.push(Value::str("%")),
            Some('s' | 'd' | 'r' | 'i' | 'v' | 'w') => out.push(values.pop().unwrap_or_else(Value::unknown)),
            _ => {
                out.push(Value::Unknown(args.deps().or(Deps::OTHER)));
                return V::Sym(Value::concat(out));
            }
        }
        rest = rest.get(i + 2..).unwrap_or("");
    }
    out.push(Value::str(rest));
    V::Sym(Value::concat(out))
}
