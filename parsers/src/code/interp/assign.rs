//! Binding names and places.

use super::Interp;
use super::branch::assignment_is_local;
use super::environment;
use super::value::{FrameRef, V};
use crate::code::hir::{Expr, ExprKind, Pattern};
use lamlint_model::handler::Phase;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// Bind a pattern. `declares`: its names are local whatever outer names there are.
    pub(super) fn bind(&mut self, p: &Pattern, v: V, declares: bool) {
        match p {
            Pattern::Name(n, _) => self.set_name(n, v, declares),
            Pattern::Place(e) => self.set_place(e, v),
            Pattern::List(items) => {
                for (i, q) in items.iter().enumerate() {
                    let item = match (&v, q) {
                        (V::List(l, false), Pattern::Rest(_)) => {
                            V::List(Rc::new(l.iter().skip(i).cloned().collect()), false)
                        }
                        (V::List(l, _), _) if i < l.len() => l[i].clone(),
                        (V::Sym(Value::List(l, _)), _) if i < l.len() => V::Sym(l[i].clone()),
                        _ => v.element(),
                    };
                    self.bind(q, item, declares);
                }
            }
            Pattern::Map(entries) => {
                for (key, q, default) in entries {
                    let span = default.as_ref().map_or_else(|| self.here(), |d| d.span);
                    let before = self.testing;
                    // A name with a default is not required.
                    self.testing += u32::from(default.is_some());
                    let mut item = if let Pattern::Rest(_) = q {
                        V::of_deps(v.deps())
                    } else {
                        self.attr(&v, key, span, true)
                    };
                    self.testing = before;
                    if let Some(d) = default {
                        let d = self.eval(d);
                        item = if item.is_null() { d } else { item.join(&d) };
                    }
                    self.bind(q, item, declares);
                }
            }
            Pattern::Rest(q) => self.bind(q, v, declares),
            Pattern::Results(items) => {
                for (q, v) in items.iter().zip(Self::results(&v, items.len())) {
                    self.bind(q, v, declares);
                }
            }
            Pattern::Ignore => {}
        }
    }

    fn set_name(&mut self, n: &SmolStr, v: V, declares: bool) {
        if n.starts_with("exports.") || n == "module.exports" {
            let place = n.strip_prefix("exports.").unwrap_or("=");
            self.set_export(place, v);
            return;
        }
        let outer = {
            let f = self.frame.borrow();
            let here = f.vars.contains_key(n);
            if declares || (here && !f.outer_names.contains(n)) {
                false
            } else if assignment_is_local(self.lang) {
                f.outer_names.contains(n)
            } else {
                true
            }
        };
        if !outer {
            self.frame.borrow_mut().set(n, v);
            return;
        }
        // The nearest outer frame that knows the name; what it held before may still be there, as another
        // invocation or branch set it.
        let mut at: Option<FrameRef> = self.frame.borrow().parent.clone();
        let mut last = None;
        while let Some(f) = at {
            if f.borrow().vars.contains_key(n) {
                let joined = {
                    let b = f.borrow();
                    match b.vars.get(n) {
                        Some(old) if self.phase == Phase::Invoke || !Rc::ptr_eq(&f, &self.frame) => {
                            old.join(&v)
                        }
                        _ => v,
                    }
                };
                f.borrow_mut().set(n, joined);
                return;
            }
            let parent = f.borrow().parent.clone();
            last = Some(f);
            at = parent;
        }
        // A name nobody declared: a global of the module.
        last.unwrap_or_else(|| self.frame.clone()).borrow_mut().set(n, v);
    }

    /// `object.name = v`, `object[index] = v`.
    pub(super) fn set_place(&mut self, e: &Expr, v: V) {
        match &e.kind {
            ExprKind::Name(n) => self.set_name(n, v, false),
            ExprKind::Attr { object, name, .. } => {
                if let ExprKind::Name(o) = &object.kind
                    && super::lookup(&self.frame, o).is_none()
                {
                    match (o.as_str(), name.as_str()) {
                        ("exports", name) => return self.set_export(name, v),
                        ("module", "exports") => return self.set_export("=", v),
                        _ => {}
                    }
                }
                if let ExprKind::Attr { object: m, name: x, .. } = &object.kind
                    && x == "exports"
                    && matches!(&m.kind, ExprKind::Name(m) if m == "module")
                {
                    return self.set_export(name, v);
                }
                let target = self.eval(object);
                self.set_member(object, &target, name, v);
            }
            ExprKind::Index { object, index } => {
                let target = self.eval(object);
                let i = self.eval(index);
                if let Some(name) = i.as_str() {
                    let name = SmolStr::from(name);
                    self.set_member(object, &target, &name, v);
                } else {
                    self.forget(object, &target, v.deps());
                    self.let_go(&v, "a place without a constant name");
                }
            }
            _ => {}
        }
    }

    fn set_member(&mut self, object: &Expr, target: &V, name: &SmolStr, v: V) {
        let folded = matches!(target, V::Instance(_) | V::Class(..)).then(|| self.folded(name));
        let name = folded.as_ref().unwrap_or(name);
        match target {
            V::Instance(i) => {
                if let Ok(mut i) = i.try_borrow_mut() {
                    let v = match i.fields.get(name) {
                        // Set by another method or invocation before: both are possible.
                        Some(old) if i.persistent && self.phase == Phase::Invoke => old.join(&v),
                        _ => v,
                    };
                    i.fields.insert(name.clone(), v);
                }
            }
            V::Class(unit, id) => {
                if let Some(info) = self.classes.get(&(*unit, *id)).cloned() {
                    let frame = &info.frame;
                    let joined = {
                        let b = frame.borrow();
                        b.vars.get(name).map_or_else(|| v.clone(), |old| old.join(&v))
                    };
                    frame.borrow_mut().set(name, joined);
                }
            }
            V::Module(id) => {
                if let Some(f) = self.modules.get(id).cloned() {
                    f.borrow_mut().set(name, v);
                }
            }
            // `get.client = …`: a function that keeps something.
            V::Func(f) => {
                let kept = self.attributes.entry((f.unit, f.id)).or_default();
                let v = kept.get(name).map_or_else(|| v.clone(), |old| old.join(&v));
                kept.insert(name.clone(), v);
            }
            V::Exports(_) => self.set_export(name, v),
            V::Ext(q, _) if environment::is_environment(q) => self.env.insert(name),
            V::Ext(q, _) if self.sdk_by_table() => {
                self.set_default(q, name, &v);
                self.let_go(&v, "an object that is not known");
            }
            V::Sdk(s) if matches!(&**s, super::value::Sdk::Session { .. }) => {
                let changed = Self::session_method(
                    super::sdk::client_is_foreign(target),
                    name,
                    &super::call::Args::of(vec![v]),
                );
                self.replace(object, changed);
            }
            V::Map(entries, open) => {
                let mut entries = entries.to_vec();
                entries.retain(|(k, _)| k != name);
                entries.push((name.clone(), v));
                self.replace(object, V::Map(Rc::new(entries), *open));
            }
            V::Sym(Value::Map(entries, open)) => {
                let mut entries: Vec<(SmolStr, V)> = entries
                    .iter()
                    .filter(|(k, _)| k != name)
                    .map(|(k, v)| (k.clone(), V::Sym(v.clone())))
                    .collect();
                entries.push((name.clone(), v));
                self.replace(object, V::Map(Rc::new(entries), *open));
            }
            // What others made keeps it: `app.locals.db = client`.
            _ => self.let_go(&v, "an object that is not known"),
        }
    }

    /// An element with an unknown key was set: the container may hold anything besides what it held.
    fn forget(&mut self, object: &Expr, target: &V, deps: Deps) {
        if matches!(target, V::Ext(q, _) if environment::is_environment(q)) {
            self.env.insert_all();
        }
        let open = match target {
            V::Map(entries, _) => V::Map(entries.clone(), true),
            V::Sym(Value::Map(entries, _)) => V::Sym(Value::Map(entries.clone(), true)),
            V::List(..) | V::Sym(Value::List(..)) => V::of_deps(target.deps().or(deps)),
            _ => return,
        };
        self.replace(object, open);
    }

    /// Give a container that changed back to the name or field it came from.
    pub(super) fn replace(&mut self, object: &Expr, v: V) {
        match &object.kind {
            ExprKind::Name(n) => {
                // A changed container of a module stays in the module.
                let mut at = Some(self.frame.clone());
                while let Some(f) = at {
                    if f.borrow().vars.contains_key(n) {
                        let v = if f.borrow().persistent && self.phase == Phase::Invoke {
                            f.borrow().vars.get(n).map_or_else(|| v.clone(), |old| old.join(&v))
                        } else {
                            v
                        };
                        f.borrow_mut().set(n, v);
                        return;
                    }
                    let parent = f.borrow().parent.clone();
                    at = parent;
                }
            }
            ExprKind::Attr { .. } | ExprKind::Index { .. } => {
                self.nesting += 1;
                if self.nesting < super::MAX_NESTING {
                    self.set_place(object, v);
                }
                self.nesting -= 1;
            }
            _ => {}
        }
    }

    /// `target op= value`.
    pub(super) fn augmented(&mut self, target: &Expr, op: &str, value: &Expr) {
        match op {
            "??" | "||" | "&&" => {
                let outer = self.ctx.clone();
                self.testing += 1;
                let unset = matches!(&target.kind, ExprKind::Name(n) if self.is_unset(n));
                let old = if unset { V::Sym(Value::Null) } else { self.eval(target) };
                self.testing -= 1;
                let persistent = self.asks_persistent(target, 0);
                self.ctx.memo |= persistent;
                self.ctx.branch = true;
                let v = self.eval(value);
                self.ctx = outer;
                let v = if old.is_null() { v } else { old.join(&v) };
                self.set_place(target, v);
            }
            _ => {
                let old = self.eval(target);
                let v = self.eval(value);
                let v = match op {
                    "+" if !matches!(old, V::Sym(Value::Int(_))) => Self::added(&old, &v),
                    _ => V::of_deps(old.deps().or(v.deps())),
                };
                self.set_place(target, v);
            }
        }
    }

    pub(super) fn here(&self) -> lamlint_model::Span {
        lamlint_model::Span::new(self.program.unit(self.unit).file, 0, 0)
    }
}
