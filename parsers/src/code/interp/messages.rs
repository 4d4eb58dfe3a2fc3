//! Languages in which every call is a message: who gets it, classes that are opened again, and what plain values answer.

use super::Interp;
use super::call::{Args, Site};
use super::value::{ClassInfo, V, limited};
use crate::code::api::{self, Kind};
use crate::code::hir::{ClassId, Expr, Function, Pattern};
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// What a call without a receiver calls: a method of the object itself, or a function.
    pub(super) fn receiverless(&mut self, name: &SmolStr, span: Span) -> V {
        let this = super::lookup(&self.frame, "this").map(|(v, _)| v);
        if name != "&" {
            match &this {
                Some(o @ V::Instance(i)) => {
                    let class = i.try_borrow().map(|i| i.class);
                    if let Ok(class) = class
                        && self.class_member(class, name, 0).is_some()
                    {
                        return self.attr(o, name, span, false);
                    }
                }
                Some(o @ V::Class(u, c)) => {
                    let own = SmolStr::from(format!("self.{name}"));
                    if name == "new" || self.class_member((*u, *c), &own, 0).is_some() {
                        return self.attr(o, name, span, false);
                    }
                }
                _ => {}
            }
        }
        match super::lookup(&self.frame, name) {
            // Methods of a class are found through the object only.
            Some((V::Func(f), _))
                if self.program.unit(f.unit).function(f.id).class.is_some() && f.this.is_none() =>
            {
                V::of_deps(Deps::OTHER)
            }
            Some((v, _)) => v,
            None => self.builtin(name),
        }
    }

    /// Send a message: call what answers it.
    pub(super) fn message(
        &mut self,
        target: &V,
        mut args: Args,
        site: &Site<'_>,
        object: Option<&Expr>,
    ) -> V {
        match target {
            V::Method(o, name) if name == "new" => {
                if let V::Class(u, c) = &**o {
                    return self.construct((*u, *c), args, site.span);
                }
            }
            // A part of something, which reading gives.
            V::Sym(v) if site.args.is_empty() && !matches!(v, Value::Unknown(_) | Value::Null) => {
                return target.clone();
            }
            V::Instance(_) | V::Sdk(_) | V::Map(..) | V::List(..) | V::Class(..) if site.args.is_empty() => {
                return target.clone();
            }
            _ => {}
        }
        // Everything but the project's own methods gets a block behind the other arguments.
        if !matches!(target, V::Func(_) | V::OneOf(_) | V::Class(..))
            && let Some(i) = args.named.iter().position(|(n, _)| n == "&")
        {
            let (_, block) = args.named.remove(i);
            args.pos.push(block);
        }
        self.apply(target, args, site, object)
    }

    /// Fit arguments to parameters: keywords nobody asked for are one map, a block takes one list apart.
    pub(super) fn fit_arguments(f: &Function, pos: &mut Vec<V>, args: &mut Args) {
        let is = |p: &Pattern, name: &str| matches!(p, Pattern::Name(n, _) if n == name);
        let rest_named = f.params.iter().any(|p| p.rest_named);
        let asked = |n: &SmolStr| n == "&" || f.params.iter().any(|p| is(&p.pattern, n));
        if !rest_named && !args.named.is_empty() && !args.named.iter().any(|(n, _)| n != "&" && asked(n)) {
            let (blocks, map): (Vec<_>, Vec<_>) =
                std::mem::take(&mut args.named).into_iter().partition(|(n, _)| n == "&");
            if !map.is_empty() {
                pos.push(V::Map(Rc::new(map), args.open));
            }
            args.named = blocks;
        }
        let plain = f.params.iter().filter(|p| !is(&p.pattern, "&")).count();
        if f.name.is_empty() && plain > 1 && pos.len() == 1 {
            let whole = pos.remove(0);
            pos.extend(match whole {
                V::List(l, false) => l.to_vec(),
                v => vec![v.element(); plain],
            });
        }
    }

    /// A variable, or a constant by its path (`Aws::S3::Client`).
    pub(super) fn constant_or_variable(&mut self, n: &SmolStr) -> V {
        let mut parts = n.split("::");
        let first = SmolStr::new(parts.next().unwrap_or_default());
        let mut v = match self.known(&first) {
            Some((v, _)) => v,
            None => self.constant_of_self(&first).unwrap_or_else(|| self.builtin(&first)),
        };
        if matches!(v, V::Sym(Value::Unknown(_))) && first.starts_with(char::is_uppercase) {
            self.give_up(Reason::NotInTree, format!("`{n}` is used and not known"));
            return V::Ext(limited(n.replace("::", ".")), Deps::OTHER);
        }
        for p in parts {
            v = match &v {
                V::Ext(q, d) => V::Ext(api::normal(self.lang, &limited(format!("{q}.{p}"))), *d),
                V::Class(u, c) => {
                    if let Some(v) = self.class_member((*u, *c), p, 0) {
                        v
                    } else {
                        self.give_up(Reason::NotInTree, format!("`{n}` is used and not known"));
                        V::Ext(limited(n.replace("::", ".")), Deps::OTHER)
                    }
                }
                _ => V::unknown(),
            };
        }
        v
    }

    /// A constant of the class whose method runs, or of one it is made of.
    fn constant_of_self(&mut self, name: &str) -> Option<V> {
        if !name.starts_with(char::is_uppercase) {
            // A variable of the program nothing was put in yet.
            return (name.starts_with(['@', '$']) && !api::is_global(self.lang, name))
                .then_some(V::Sym(Value::Null));
        }
        let class = match super::lookup(&self.frame, "this")?.0 {
            V::Class(u, c) => (u, c),
            V::Instance(i) => i.try_borrow().ok()?.class,
            _ => return None,
        };
        self.class_member(class, name, 0)
    }

    /// Define a class, or add to it where it is defined already.
    pub(super) fn open_class(&mut self, id: ClassId) {
        let unit = self.program.unit(self.unit).clone();
        let c = unit.class(id);
        // `class A::B`
        let (around, name) = match c.name.rsplit_once("::") {
            Some((head, tail)) => (Some(self.constant_or_variable(&head.into())), SmolStr::new(tail)),
            None => (None, c.name.clone()),
        };
        let holder = match around {
            Some(V::Class(u, k)) => self.classes.get(&(u, k)).map(|i| i.frame.clone()),
            _ => None,
        };
        let holder = holder.unwrap_or_else(|| self.frame.clone());
        let mut bases: Vec<V> = c.bases.iter().map(|b| self.eval(b)).collect();
        let known = match holder.borrow().vars.get(&name) {
            Some(V::Class(u, k)) => Some((*u, *k)),
            _ => None,
        };
        let old = known.and_then(|k| self.classes.get(&k).cloned());
        let (class, frame, outer) = match (known, old) {
            (Some(k), Some(info)) => {
                let more = info.bases.iter().filter(|b| !bases.iter().any(|n| n.equals(b))).cloned();
                let more: Vec<V> = more.collect();
                bases.extend(more);
                (k, info.frame.clone(), info.outer.clone())
            }
            _ => ((self.unit, id), self.new_frame(Some(self.frame.clone()), self.unit), self.frame.clone()),
        };
        let info = Rc::new(ClassInfo { frame: frame.clone(), outer, bases });
        self.classes.insert(class, info.clone());
        self.classes.insert((self.unit, id), info);
        let v = V::Class(class.0, class.1);
        holder.borrow_mut().set(&name, v.clone());
        frame.borrow_mut().set(&SmolStr::new_static("this"), v);
        // The body may call what stands below: taken wider than it is, which is no harm.
        let outer = std::mem::replace(&mut self.frame, frame);
        for m in &c.methods {
            let f = self.closure_in(*m, self.frame.clone());
            self.frame.borrow_mut().set(&unit.function(*m).name, f);
        }
        self.block(&c.body);
        self.frame = outer;
    }

    /// What any value answers, and what lists, maps and text do.
    pub(super) fn plain_message(
        &mut self,
        o: &V,
        name: &str,
        args: &Args,
        site: &Site<'_>,
        object: Option<&Expr>,
    ) -> Option<V> {
        let deps = || V::of_deps(o.deps().or(args.deps()));
        let row = api::lookup(self.lang, &format!("#any.{name}"));
        if matches!(o, V::Func(_)) {
            return match name {
                "call" | "()" | "yield" | "===" | "[]" => Some(self.call_value(o, args.clone(), site.span)),
                "to_proc" | "curry" | "itself" => Some(o.clone()),
                _ => None,
            };
        }
        if matches!(o, V::Instance(_) | V::Class(..) | V::Sdk(_)) {
            return match name {
                "freeze" | "itself" | "dup" | "clone" => Some(o.clone()),
                "is_a?" | "nil?" | "respond_to?" | "kind_of?" | "class" | "name" | "to_s" | "inspect"
                | "object_id"
                    if !matches!(o, V::Sdk(_)) =>
                {
                    Some(deps())
                }
                "tap" | "then" | "yield_self" => self.tapped(o, name, args, site),
                _ => {
                    if matches!(o, V::Class(..)) {
                        self.give_up(Reason::Dynamic, format!("`{}` is called and not known", site.name()));
                        self.hand_over(args.functions(), args.deps(), true);
                        return Some(deps());
                    }
                    None
                }
            };
        }
        if matches!(name, "tap" | "then" | "yield_self") {
            return self.tapped(o, name, args, site);
        }
        match name {
            "dig" if !args.pos.is_empty() => {
                let mut v = o.clone();
                for k in &args.pos {
                    v = self.index(&v, k, site.span);
                }
                return Some(v);
            }
            "fetch" | "[]" if !args.pos.is_empty() && !matches!(o, V::Ext(..)) => {
                let v = self.index(o, args.at(0)?, site.span);
                return Some(match args.at(1) {
                    Some(f @ V::Func(_)) => {
                        let f = f.clone();
                        let outer = self.ctx.clone();
                        // What is kept was looked up, and is built where it is not there.
                        self.ctx.memo |= object.is_some_and(|e| self.asks_persistent(e, 0));
                        self.ctx.branch = true;
                        let d = self.call_value(&f, Args::default(), site.span);
                        self.ctx = outer;
                        v.join(&d)
                    }
                    Some(d) if !d.is_null() => v.join(d),
                    _ => v,
                });
            }
            "first" | "last" | "sample" | "min" | "max" if args.pos.is_empty() => return Some(o.element()),
            "each_pair" => {
                return Some(match o {
                    V::Map(..) | V::Sym(Value::Map(..)) => {
                        let mut entries = Vec::new();
                        let open = Self::spread_into(o, &mut entries);
                        let pair = |(k, v): (SmolStr, V)| V::List(Rc::new(vec![V::str(k), v]), false);
                        V::List(Rc::new(entries.into_iter().map(pair).collect()), open)
                    }
                    V::List(..) => o.clone(),
                    v => V::List(Rc::new(vec![v.element()]), true),
                });
            }
            "keys" | "values" if matches!(o, V::Map(..)) => {
                let V::Map(m, open) = o else { return None };
                let all = m.iter().map(|(k, v)| if name == "keys" { V::str(k.clone()) } else { v.clone() });
                return Some(V::List(Rc::new(all.collect()), *open));
            }
            "values" => return Some(V::List(Rc::new(vec![o.element()]), true)),
            "merge" => {
                let mut entries = Vec::new();
                let mut open = Self::spread_into(o, &mut entries) || args.open;
                for a in &args.pos {
                    open |= Self::spread_into(a, &mut entries);
                }
                for (k, v) in &args.named {
                    entries.retain(|(n, _)| n != k);
                    entries.push((k.clone(), v.clone()));
                }
                return Some(V::Map(Rc::new(entries), open));
            }
            "<<" => {
                if let V::Sym(Value::Str(_) | Value::Concat(_)) = o {
                    let joined = Value::concat([o.to_value(), super::expr::text(args.at(0)?)]);
                    if let Some(e) = object {
                        self.replace(e, V::Sym(joined));
                    }
                    return Some(deps());
                }
                return Some(self.apply_append(o, args, object));
            }
            "+" => return Some(Self::added(o, args.at(0)?)),
            _ => {}
        }
        if let Some(f) = args.pos.iter().find(|v| matches!(v, V::Func(_) | V::Method(..))).cloned()
            && let Some(r) = row.filter(|r| r.kind == Kind::Each)
        {
            return Some(self.over_elements(o, &f, r.detail, args, site));
        }
        match row?.kind {
            Kind::Same => Some(o.clone()),
            Kind::Pure => Some(deps()),
            _ => None,
        }
    }

    fn apply_append(&mut self, o: &V, args: &Args, object: Option<&Expr>) -> V {
        let (mut items, open) = match o {
            V::List(l, open) => (l.to_vec(), *open),
            V::Sym(Value::List(l, open)) => (l.iter().cloned().map(V::Sym).collect(), *open),
            _ => return V::of_deps(o.deps().or(args.deps())),
        };
        items.extend(args.pos.iter().cloned());
        let open = open || self.ctx.in_loop || self.ctx.branch || self.ctx.event_branch || items.len() > 256;
        items.truncate(256);
        let v = V::List(Rc::new(items), open);
        if let Some(e) = object {
            self.replace(e, v.clone());
        }
        v
    }

    fn tapped(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let f = args.pos.iter().find(|v| matches!(v, V::Func(_)))?.clone();
        let v = self.call_value(&f, Args::of(vec![o.clone()]), site.span);
        Some(if name == "tap" { o.clone() } else { v })
    }

    /// Run a block over the elements; `gives`: what the call gives of it.
    fn over_elements(&mut self, o: &V, f: &V, gives: &str, args: &Args, site: &Site<'_>) -> V {
        let element = match o {
            V::Sym(Value::Unknown(_)) | V::Ext(..) => V::of_deps(o.deps()),
            V::Map(..) | V::Sym(Value::Map(..)) => {
                V::List(Rc::new(vec![V::of_deps(o.deps()), o.element()]), false)
            }
            _ => o.element(),
        };
        self.goes_through(o);
        let outer = self.ctx.clone();
        self.ctx.in_loop = true;
        let call = match gives {
            "list" if args.pos.len() > 1 => vec![V::List(Rc::new(vec![element.clone()]), true)],
            "memo" => vec![
                args.at(0).filter(|v| !matches!(v, V::Func(_))).cloned().unwrap_or_else(V::unknown),
                element.clone(),
            ],
            "with" => vec![element.clone(), args.at(0).cloned().unwrap_or_else(V::unknown)],
            _ => vec![element.clone()],
        };
        let result = self.call_value(f, Args::of(call), site.span);
        self.ctx = outer;
        self.asked |= gives == "some" && element.deps().any(Deps::EVENT);
        match gives {
            "mapped" => V::List(Rc::new(vec![result]), true),
            "flat" => V::List(Rc::new(vec![result.element()]), true),
            "some" | "self" => match o {
                V::List(l, _) => V::List(l.clone(), true),
                _ => o.clone(),
            },
            "one" => element,
            "with" => V::of_deps(o.deps().or(args.deps())),
            _ => V::of_deps(o.deps().or(result.deps())),
        }
    }
}
