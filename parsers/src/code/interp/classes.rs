//! Classes of the project: instances, members, `super`.

use super::Interp;
use super::call::Args;
use super::value::{Instance, V};
use crate::code::hir::{Arg, ClassId, Expr, ExprKind, Lang};
use crate::code::program::UnitId;
use lamlint_model::handler::Phase;
use lamlint_model::source::Span;
use lamlint_model::value::Value;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Where and from what an object that is kept was made.
#[derive(Debug)]
pub(super) struct Kept {
    class: (UnitId, ClassId),
    span: Span,
    args: Args,
}

impl Kept {
    fn is(&self, class: (UnitId, ClassId), span: Span, args: &Args) -> bool {
        let same = |a: &[V], b: &[V]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equals(b));
        let named = |a: &Args| a.named.iter().map(|(_, v)| v.clone()).collect::<Vec<_>>();
        self.class == class
            && self.span == span
            && same(&self.args.pos, &args.pos)
            && same(&named(&self.args), &named(args))
    }
}

impl Interp<'_> {
    /// Make an instance of a class of the project.
    pub(super) fn construct(&mut self, class: (UnitId, ClassId), args: Args, span: Span) -> V {
        if let Some(V::Func(new)) = self.class_member(class, "__new__", 0) {
            let mut with_class = args.clone();
            with_class.pos.insert(0, V::Class(class.0, class.1));
            let v = self.enter(&new, with_class, span, false);
            if let Some(i @ V::Instance(_)) = v.possibilities().first() {
                let i = i.clone();
                self.run_constructor(class, &i, args, span);
                return i;
            }
        }
        // What is built once stays the same object, from wherever it is asked for.
        if self.ctx.memo
            && let Some((_, kept)) = self.kept.iter().find(|(k, _)| k.is(class, span, &args))
        {
            return kept.clone();
        }
        let made = self.instance(class);
        let key = Kept { class, span, args: args.clone() };
        let v = match self.run_constructor(class, &made, args, span) {
            // `return Foo.instance` in a constructor.
            v @ V::Instance(_) => v,
            _ => made,
        };
        self.set_up_by_base(class, &v, span);
        if self.ctx.memo && self.kept.len() < 500 {
            self.kept.push((key, v.clone()));
        }
        v
    }

    /// An instance without running its constructor.
    pub(super) fn instance(&self, class: (UnitId, ClassId)) -> V {
        V::Instance(Rc::new(RefCell::new(Instance {
            class,
            fields: BTreeMap::new(),
            persistent: self.phase == Phase::Init || self.ctx.memo,
        })))
    }

    pub(super) fn run_constructor(
        &mut self,
        class: (UnitId, ClassId),
        made: &V,
        args: Args,
        span: Span,
    ) -> V {
        self.init_fields(class, made, 0);
        if let Some(f) = self.class_member(class, "constructor", 0) {
            let f = self.overload(&f, &args).unwrap_or(f);
            let f = self.bound_to(f, made, span);
            let mut functions = f.functions();
            if self.lang.traits().object_methods {
                let all = functions.into_iter().map(V::Func).collect();
                functions = self.fitting(all, &args).iter().flat_map(V::functions).collect();
            }
            let Some(f) = functions.first() else { return V::Sym(Value::Null) };
            // What stands in braces behind the arguments of the constructor.
            let set = if self.is_project(class.0) {
                let params = &self.program.unit(f.unit).function(f.id).params;
                let is_param = |n: &SmolStr| {
                    params
                        .iter()
                        .any(|p| matches!(&p.pattern, crate::code::hir::Pattern::Name(p, _) if p == n))
                };
                args.named.iter().filter(|(n, _)| !is_param(n) && !n.starts_with('#')).cloned().collect()
            } else {
                Vec::new()
            };
            let v = self.enter(f, args, span, false);
            if let V::Instance(i) = made
                && let Ok(mut i) = i.try_borrow_mut()
            {
                i.fields.extend(set);
            }
            return v;
        }
        // A data class: its arguments are its fields.
        if let V::Instance(i) = made
            && let Ok(mut i) = i.try_borrow_mut()
        {
            let unit = self.program.unit(class.0);
            let names = unit.class(class.1).fields.iter().map(|(n, _)| n.clone());
            if unit.lang.traits().struct_literals {
                i.fields.extend(names.zip(args.pos));
            }
            i.fields.extend(args.named);
        }
        V::Sym(Value::Null)
    }

    /// Initialise the fields a class declares, those of its bases first.
    pub(super) fn init_fields(&mut self, class: (UnitId, ClassId), made: &V, depth: u32) {
        let Some(info) = self.classes.get(&class).cloned().filter(|_| depth < 16) else { return };
        for b in &info.bases {
            if let V::Class(u, c) = b {
                self.init_fields((*u, *c), made, depth + 1);
            }
        }
        let unit = self.program.unit(class.0).clone();
        let fields = &unit.class(class.1).fields;
        if fields.is_empty() {
            return;
        }
        let frame = self.new_frame(Some(info.outer.clone()), class.0);
        frame.borrow_mut().set(&SmolStr::new_static("this"), made.clone());
        let outer = (
            std::mem::replace(&mut self.frame, frame),
            std::mem::replace(&mut self.unit, class.0),
            std::mem::replace(&mut self.lang, unit.lang),
        );
        for (name, value) in fields {
            let v = value.as_ref().map_or(V::Sym(Value::Null), |e| self.eval(e));
            if let V::Instance(i) = made
                && let Ok(mut i) = i.try_borrow_mut()
            {
                i.fields.insert(name.clone(), v);
            }
        }
        (self.frame, self.unit, self.lang) = outer;
    }

    /// Whether a class has all its methods in the project.
    pub(super) fn is_whole(&self, class: (UnitId, ClassId), depth: u32) -> bool {
        let Some(info) = self.classes.get(&class).filter(|_| depth < 16) else { return false };
        info.bases.iter().all(|b| match b {
            V::Class(u, c) => self.is_whole((*u, *c), depth + 1),
            _ => false,
        })
    }

    /// An attribute or method of a class or its bases.
    pub(super) fn class_member(&mut self, class: (UnitId, ClassId), name: &str, depth: u32) -> Option<V> {
        let info = self.classes.get(&class).cloned().filter(|_| depth < 16)?;
        if let Some(v) = info.frame.borrow().vars.get(name) {
            return Some(v.clone());
        }
        info.bases.iter().find_map(|b| match b {
            V::Class(u, c) => self.class_member((*u, *c), name, depth + 1),
            _ => None,
        })
    }

    /// A member of a class read on an instance.
    pub(super) fn bound_to(&mut self, v: V, o: &V, span: Span) -> V {
        if let V::OneOf(all, by) = &v
            && (self.lang.traits().object_methods || self.is_overloaded(&v))
        {
            let all = all.iter().map(|v| self.bound_to(v.clone(), o, span)).collect();
            return V::OneOf(Rc::new(all), *by);
        }
        let V::Func(f) = &v else { return v };
        let function = self.program.unit(f.unit).function(f.id);
        if function.class.is_none() && f.this.is_some() {
            return v;
        }
        let mut g = (**f).clone();
        if f.of_class {
            if let V::Instance(i) = o
                && let Ok(i) = i.try_borrow()
            {
                g.this = Some(Box::new(V::Class(i.class.0, i.class.1)));
            }
        } else if !function.is_static {
            g.this = Some(Box::new(o.clone()));
        }
        let g = Rc::new(g);
        if f.property { self.enter(&g, Args::default(), span, false) } else { V::Func(g) }
    }

    /// A member of a class read on the class.
    pub(super) fn bound_to_class(&mut self, v: V, o: &V) -> V {
        if let V::OneOf(all, by) = &v
            && self.is_overloaded(&v)
        {
            let all = all.iter().map(|f| self.bound_to_class(f.clone(), o)).collect();
            return V::OneOf(Rc::new(all), *by);
        }
        let V::Func(f) = &v else { return v };
        if !f.of_class && self.lang.traits().receiver_is_param || self.lang.traits().object_methods {
            return v;
        }
        let mut g = (**f).clone();
        g.this = Some(Box::new(o.clone()));
        let g = Rc::new(g);
        if f.property && self.is_project(f.unit) {
            let span = self.program.unit(g.unit).function(g.id).name_span;
            return self.enter(&g, Args::default(), span, false);
        }
        V::Func(g)
    }

    /// `super().m(…)`, `super(…)`, `super.m(…)`.
    pub(super) fn super_call(&mut self, callee: &Expr, args: &[Arg], span: Span) -> Option<V> {
        let is_super = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n == "super");
        let name = match &callee.kind {
            ExprKind::Name(n) if n == "super" && self.lang != Lang::Python => "constructor",
            ExprKind::Attr { object, name, .. } if is_super(object) => name.as_str(),
            ExprKind::Attr { object, name, .. } => match &object.kind {
                ExprKind::Call { callee, .. } if is_super(callee) => name.as_str(),
                _ => return None,
            },
            _ => return None,
        };
        let name = if name == "__init__" { "constructor" } else { name };
        // The method that is running, closures in it included.
        let (unit, class) = self
            .stack
            .iter()
            .rev()
            .find_map(|c| self.program.unit(c.unit).function(c.id).class.map(|class| (c.unit, class)))?;
        let this = ["self", "this", "cls"].iter().find_map(|n| super::lookup(&self.frame, n)).map(|(v, _)| v);
        let args = self.arguments(args);
        if name == "__new__" {
            let class = match args.at(0) {
                Some(V::Class(u, c)) => (*u, *c),
                _ => (unit, class),
            };
            return Some(self.instance(class));
        }
        let info = self.classes.get(&(unit, class)).cloned()?;
        let base = info.bases.iter().find_map(|b| match b {
            V::Class(u, c) => self.class_member((*u, *c), name, 0),
            _ => None,
        });
        Some(match (base, this) {
            (Some(f), Some(this)) => {
                let f = self.bound_to(f, &this, span);
                self.call_value(&f, args, span)
            }
            _ => V::of_deps(args.deps()),
        })
    }
}
