//! Methods that values of any kind have, by the language's table: options and results that are their values, what
//! stands in for a missing value, functions over elements, places that are filled once.

use super::call::{Args, Site};
use super::value::V;
use super::{Interp, typed};
use crate::code::api::{self, Chained, Kind};
use crate::code::hir::{Arg, Expr, ExprKind};
use lamlint_model::handler::FactKind;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// A method of a value that the table of its language knows for values of any kind. `None`: it is none.
    pub(super) fn chained(
        &mut self,
        o: &V,
        name: &str,
        args: &[Arg],
        object: &Expr,
        site: &Site<'_>,
    ) -> Option<V> {
        if let Some(v) = self.filled_once(o, name, args, object, site) {
            return Some(v);
        }
        if let Some(v) = self.of_request(o, name, args, site) {
            return Some(v);
        }
        let kind = api::chained(self.lang, name, args.is_empty())?;
        match o {
            V::Class(..) | V::Module(_) | V::Package(_) | V::Exports(_) => return None,
            // A path, not a value.
            V::Ext(q, _) if !q.contains("()") && !q.starts_with('#') => return None,
            V::Instance(i) => {
                let class = i.try_borrow().ok()?.class;
                if self.class_member(class, name, 0).is_some() {
                    return None;
                }
            }
            _ => {}
        }
        let given = self.arguments(args);
        Some(match kind {
            Chained::Keeps | Chained::Demands => {
                if kind == Chained::Demands {
                    self.demanded(o, object);
                }
                // What is made of a failure.
                for f in given.functions() {
                    self.when_missing(&V::Func(f), site);
                }
                o.clone()
            }
            Chained::Falls => {
                let mut v = o.clone();
                for a in &given.pos {
                    let other = if a.functions().is_empty() { a.clone() } else { self.when_missing(a, site) };
                    v = if v.is_null() { other } else { v.join(&other) };
                }
                v
            }
            Chained::Maps | Chained::Filters => {
                let elements = is_list(self.lang, object, o);
                let outer = self.ctx.clone();
                let element = if elements {
                    self.goes_through(o);
                    self.ctx.in_loop = true;
                    Self::iterated(o)
                } else {
                    self.ctx.branch |= !matches!(o, V::Sdk(_) | V::Instance(_));
                    o.clone()
                };
                let mut v = V::of_deps(o.deps());
                for f in given.pos.iter().filter(|a| !a.is_null()).cloned().collect::<Vec<_>>() {
                    if !f.functions().is_empty() || matches!(f, V::Class(..) | V::Ext(..) | V::Method(..)) {
                        let n = f.functions().first().map_or(1, |f| self.arity(f).max(1));
                        v = self.call_value(&f, Args::of(vec![element.clone(); n]), site.span);
                    }
                }
                self.ctx = outer;
                match kind {
                    Chained::Filters => {
                        self.asked |= element.deps().any(Deps::EVENT);
                        match o {
                            V::List(l, _) => V::List(l.clone(), true),
                            o => o.clone(),
                        }
                    }
                    _ if elements => V::List(Rc::new(vec![v]), true),
                    _ => v,
                }
            }
        })
    }

    /// A function that runs when there is no value: what it gives.
    fn when_missing(&mut self, f: &V, site: &Site<'_>) -> V {
        let outer = self.ctx.clone();
        self.ctx.branch = true;
        let n = f.functions().first().map_or(0, |f| self.arity(f));
        let v = self.call_value(f, Args::of(vec![typed::error(); n]), site.span);
        self.ctx = outer;
        v
    }

    /// A value that must be there: a variable of the environment is required.
    fn demanded(&mut self, o: &V, object: &Expr) {
        let V::Sym(Value::Env(n)) = o else { return };
        if self.guarded > 0 || self.testing > 0 {
            return;
        }
        let within = |s: lamlint_model::Span| s.start >= object.span.start && s.end <= object.span.end;
        let phase = self.phase;
        for f in &mut self.facts {
            if let FactKind::EnvRead { name: Value::Str(name), required } = &mut f.kind
                && name == n
                && within(f.span)
                && f.phase == phase
            {
                *required = true;
            }
        }
    }

    /// Places that are filled once, and read after that.
    fn filled_once(&mut self, o: &V, name: &str, args: &[Arg], object: &Expr, site: &Site<'_>) -> Option<V> {
        let V::Ext(q, _) = o else { return None };
        let q = q.strip_prefix('#')?;
        let row = api::lookup(self.lang, &format!("#{q}.{name}"))?;
        match row.kind {
            Kind::Lazy => {
                let given = self.arguments(args);
                let f = given.at(row.position()).cloned().unwrap_or_else(V::unknown);
                let outer = self.ctx.clone();
                self.ctx.memo = true;
                let v = self.call_value(&f, Args::default(), site.span);
                self.ctx = outer;
                if super::branch::is_place(object, 0) {
                    self.set_place(object, v.clone());
                }
                Some(v)
            }
            Kind::Put => {
                let given = self.arguments(args);
                let v = given.at(row.position()).cloned().unwrap_or_else(V::unknown);
                if super::branch::is_place(object, 0) {
                    self.set_place(object, v);
                }
                Some(V::Sym(Value::Null))
            }
            Kind::Taken => {
                self.give_up(Reason::Dynamic, format!("what `{}` gives is not known", site.name()));
                Some(V::unknown())
            }
            _ => None,
        }
    }

    /// Methods of a request that is not sent yet, and of what has parts.
    fn of_request(&mut self, o: &V, name: &str, args: &[Arg], site: &Site<'_>) -> Option<V> {
        let V::Map(entries, _) = o else { return None };
        let has = |k: &str| entries.iter().any(|(n, _)| n == k);
        if name == "into_parts" && args.is_empty() {
            return Some(V::List(Rc::new(entries.iter().map(|(_, v)| v.clone()).collect()), false));
        }
        if !(self.lang.traits().fluent && has("Method") && has("URL") && has("Header")) {
            return None;
        }
        let given = self.arguments(args);
        if name == "send" {
            let (method, url) = typed::requested(o);
            let header = entries.iter().find(|(k, _)| k == "Header").map(|(_, v)| v);
            let fact = FactKind::Http { method, url, idempotency_key: typed::keyed(header) };
            self.fact(fact, site.span);
            return Some(V::of_deps(given.deps().or(Deps::CALL)));
        }
        let mut entries = entries.to_vec();
        for (k, v) in &mut entries {
            if k == "Header"
                && name.starts_with("header")
                && let V::Map(m, open) = v
            {
                let mut m = m.to_vec();
                let key = given.at(0).and_then(V::as_str).map(SmolStr::from);
                let open = *open || key.is_none();
                m.extend(key.map(|k| (k, V::unknown())));
                *v = V::Map(Rc::new(m), open);
            }
        }
        Some(V::Map(Rc::new(entries), false))
    }
}

/// Whether a value is gone through, not looked into: it is a list, or the code asks for its elements.
fn is_list(lang: crate::code::hir::Lang, object: &Expr, o: &V) -> bool {
    if matches!(o, V::List(..) | V::Sym(Value::List(..))) {
        return true;
    }
    let mut e = object;
    for _ in 0..32 {
        match &e.kind {
            ExprKind::Call { callee, .. } => match &callee.kind {
                ExprKind::Attr { object, name, .. } => {
                    if api::lists(lang, name) {
                        return true;
                    }
                    e = object;
                }
                _ => return false,
            },
            ExprKind::Await(x) => e = x,
            _ => return false,
        }
    }
    false
}
