//! Methods of values that are no functions of the project: promises, functions, lists, maps and text.

use super::Interp;
use super::access::map_get;
use super::call::{Args, Site};
use super::value::{Func, V, member};
use crate::code::api;
use crate::code::hir::Expr;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// Call a method. `object`: the expression it is called on, to give it back what the method changed.
    pub(super) fn call_method(
        &mut self,
        o: &V,
        name: &SmolStr,
        args: Args,
        site: &Site<'_>,
        object: Option<&Expr>,
    ) -> V {
        if let V::Sdk(s) = o {
            let s = s.clone();
            let v = self.sdk_method(&s, name, &args, site);
            if let (true, Some(e)) = (self.lang.traits().object_methods, object) {
                self.builder_changed(&s, e, &v);
            }
            return v;
        }
        if self.lang.traits().object_methods
            && let Some(v) = self.data_method(o, name, &args, site, object)
        {
            return v;
        }
        if self.lang.traits().messages
            && let Some(v) = self.plain_message(o, name, &args, site, object)
        {
            return v;
        }
        if let Some(v) = self.extension_method(o, name, &args, site) {
            return v;
        }
        let told = api::common_method(self.lang, name).map(SmolStr::new_static);
        let name = told.as_ref().unwrap_or(name);
        if name == "same" {
            return o.clone();
        }
        if let Some(v) = self.promise_method(o, name, &args, site) {
            return v;
        }
        if let V::Func(f) = o {
            return self.function_method(f, name, args, site);
        }
        if let Some(v) = self.container_change(o, name, &args, object) {
            return v;
        }
        if let Some(v) = self.element_method(o, name, &args, site) {
            return v;
        }
        if let Some(v) = self.map_method(o, name, &args, site) {
            return v;
        }
        if let Some(v) = self.text_method(o, name, &args, site) {
            return v;
        }
        // An unknown object gets functions of the project: it may call them.
        let deps = o.deps().or(args.deps());
        let functions = args.functions();
        if !functions.is_empty() {
            self.hand_over(functions, deps, true);
        }
        // A method of a library's base class may do anything, with the object's other methods.
        if let V::Instance(i) = o
            && i.try_borrow().is_ok_and(|i| !self.is_whole(i.class, 0))
        {
            self.beyond(None, format!("`{}` is a method of a library's class", site.name()));
        }
        if !args.functions().is_empty() || args.all().any(V::holds_sdk) {
            self.hand_clients(&args, site);
        }
        // What comes from the event or from another host is data, not an object of the project.
        let data = Deps::EVENT.or(Deps::CALL).or(Deps::FRESH).or(Deps::CONTEXT);
        if match o {
            V::Sym(Value::Unknown(_)) | V::Method(..) => !o.deps().any(data) && !api::is_data_method(name),
            // A method of a library's base class hides nothing either.
            V::Instance(i) => i.try_borrow().map_or(true, |i| self.is_whole(i.class, 0)),
            _ => false,
        } {
            let detail = format!("`{}` is called on something that is not known", site.name());
            self.give_up(lamlint_model::tri::Reason::Dynamic, detail);
        }
        V::of_deps(deps)
    }

    /// `then`, `catch`, `finally`, `promise`: calls are followed where they are made, so a promise is its value.
    fn promise_method(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        match name {
            // A future's value is that of what it runs.
            "promise" | "result" if args.pos.is_empty() && !matches!(o, V::Instance(_)) => Some(o.clone()),
            "then" => {
                let mut v = match args.at(0) {
                    Some(f) if !f.is_null() => self.call_value(f, Args::of(vec![o.clone()]), site.span),
                    _ => o.clone(),
                };
                if let Some(f) = args.at(1) {
                    v = v.join(&self.behind_failure(f, site));
                }
                Some(v)
            }
            "catch" if !args.pos.is_empty() => {
                let f = args.at(0).cloned().unwrap_or_else(V::unknown);
                let v = self.behind_failure(&f, site);
                Some(o.join(&v))
            }
            "finally" if !args.pos.is_empty() => {
                let f = args.at(0).cloned().unwrap_or_else(V::unknown);
                self.call_value(&f, Args::default(), site.span);
                Some(o.clone())
            }
            _ => None,
        }
    }

    fn behind_failure(&mut self, f: &V, site: &Site<'_>) -> V {
        if f.functions().is_empty() {
            return V::unknown();
        }
        let outer = self.ctx.clone();
        self.ctx.branch = true;
        let v = self.call_value(f, Args::of(vec![V::unknown()]), site.span);
        self.ctx = outer;
        v
    }

    fn function_method(&mut self, f: &Rc<Func>, name: &str, args: Args, site: &Site<'_>) -> V {
        match name {
            "bind" => {
                let mut g = (**f).clone();
                if let Some(this) = args.at(0).filter(|t| !t.is_null()) {
                    g.this.get_or_insert_with(|| Box::new(this.clone()));
                }
                g.bound.extend(args.pos.into_iter().skip(1));
                V::Func(Rc::new(g))
            }
            "invoke" => self.enter(f, args, site.span, false),
            "call" => {
                let mut g = (**f).clone();
                if let Some(this) = args.at(0).filter(|t| !t.is_null()) {
                    g.this.get_or_insert_with(|| Box::new(this.clone()));
                }
                self.run_with_rest(&V::Func(Rc::new(g)), &args, 1, site.span)
            }
            "apply" => {
                let rest = match args.at(1) {
                    Some(V::List(l, open)) => Args { pos: l.to_vec(), named: Vec::new(), open: *open },
                    _ => Args { open: true, ..Args::default() },
                };
                self.enter(f, rest, site.span, false)
            }
            // Middy's wrapped handler.
            "use" | "before" | "after" | "onError" => {
                let mut g = (**f).clone();
                for a in args.all() {
                    if matches!(a, V::Ext(q, _) if q == "#idempotency") {
                        g.idempotent = Some(SmolStr::new_static("Powertools idempotency"));
                    }
                    if let V::List(l, _) = a
                        && l.iter().any(|x| matches!(x, V::Ext(q, _) if q == "#idempotency"))
                    {
                        g.idempotent = Some(SmolStr::new_static("Powertools idempotency"));
                    }
                }
                self.hand_over(args.functions(), Deps::EVENT, true);
                V::Func(Rc::new(g))
            }
            "handler" => args.at(0).cloned().unwrap_or_else(|| V::Func(f.clone())),
            _ => {
                if self.lang.traits().scope == crate::code::lang::Scope::Project {
                    let detail = format!("`{}` of a function is not known", site.name());
                    self.give_up(lamlint_model::tri::Reason::Dynamic, detail);
                }
                self.hand_over(args.functions(), args.deps(), true);
                V::of_deps(args.deps())
            }
        }
    }

    /// Methods that change a list or map in place.
    fn container_change(&mut self, o: &V, name: &str, args: &Args, object: Option<&Expr>) -> Option<V> {
        let (items, open) = match o {
            V::List(l, open) => (l.to_vec(), *open),
            V::Sym(Value::List(l, open)) => (l.iter().cloned().map(V::Sym).collect(), *open),
            V::Map(..) | V::Sym(Value::Map(..)) => return self.map_change(o, name, args, object),
            _ => return None,
        };
        let mut items = items;
        let mut open = open;
        match name {
            "append" | "push" | "add" | "appendleft" | "unshift" | "insert" => {
                let new = args.pos.iter().skip(usize::from(name == "insert"));
                items.extend(new.cloned());
                // A loop appends any number.
                open |= self.ctx.in_loop
                    || self.ctx.branch
                    || self.ctx.event_branch
                    || name == "unshift"
                    || name == "insert";
            }
            "extend" | "update" => {
                match args.at(0) {
                    Some(V::List(l, o)) => {
                        items.extend(l.iter().cloned());
                        open |= o;
                    }
                    Some(v) => {
                        items.push(v.element());
                        open = true;
                    }
                    None => {}
                }
                open |= self.ctx.in_loop;
            }
            "clear" => items.clear(),
            "pop" | "shift" | "popleft" | "remove" | "splice" => {
                let v = o.element();
                if let Some(e) = object {
                    self.replace(e, V::List(Rc::new(items), true));
                }
                return Some(v);
            }
            "sort" | "reverse" => return Some(o.clone()),
            _ => return None,
        }
        if items.len() > 256 {
            items.truncate(256);
            open = true;
        }
        if let Some(e) = object {
            self.replace(e, V::List(Rc::new(items), open));
        }
        Some(V::Sym(Value::Null))
    }

    fn map_change(&mut self, o: &V, name: &str, args: &Args, object: Option<&Expr>) -> Option<V> {
        let mut entries = Vec::new();
        let mut open = Self::spread_into(o, &mut entries);
        match name {
            "update" => {
                if let Some(other) = args.at(0) {
                    open |= Self::spread_into(other, &mut entries);
                }
                for (k, v) in &args.named {
                    entries.retain(|(n, _)| n != k);
                    entries.push((k.clone(), v.clone()));
                }
                open |= args.open;
            }
            "setdefault" => {
                let key = args.at(0).and_then(V::as_str).map(SmolStr::from);
                let new = args.at(1).cloned().unwrap_or(V::Sym(Value::Null));
                let v = match &key {
                    Some(k) => map_get(o, k).map_or_else(|| new.clone(), |old| old.join(&new)),
                    None => new.clone(),
                };
                match key {
                    Some(k) => {
                        entries.retain(|(n, _)| *n != k);
                        entries.push((k, v.clone()));
                    }
                    None => open = true,
                }
                if let Some(e) = object {
                    self.replace(e, V::Map(Rc::new(entries), open));
                }
                return Some(v);
            }
            // A `Map` or plain object with computed keys.
            "set" | "Set" | "Add" => match (args.at(0).and_then(V::as_str), args.at(1)) {
                (Some(k), Some(v)) => {
                    entries.retain(|(n, _)| n != k);
                    entries.push((k.into(), v.clone()));
                }
                _ => open = true,
            },
            "pop" | "clear" | "delete" => open = true,
            // Setters of structures: `input.SetBucket(b)`.
            n if self.lang.traits().struct_literals && args.pos.len() == 1 && n.len() > 3 => {
                let field = SmolStr::from(n.strip_prefix("Set")?);
                entries.retain(|(k, _)| *k != field);
                entries.extend(args.at(0).map(|v| (field, v.clone())));
                let v = V::Map(Rc::new(entries), open);
                if let Some(e) = object {
                    self.replace(e, v.clone());
                }
                return Some(v);
            }
            _ => return None,
        }
        let result = match name {
            "pop" => args.at(0).and_then(V::as_str).and_then(|k| map_get(o, k)).unwrap_or_else(V::unknown),
            _ => V::Sym(Value::Null),
        };
        if let Some(e) = object {
            self.replace(e, V::Map(Rc::new(entries), open));
        }
        Some(result)
    }

    /// Methods that take a function over the elements: `map`, `forEach`, `reduce` …
    fn element_method(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let known = self.lang.is_node() || site.callee.is_some_and(|c| {
            matches!(&c.kind, crate::code::hir::ExprKind::Attr { name, .. } if api::common_method(self.lang, name).is_some())
        });
        if !known || args.pos.is_empty() {
            return None;
        }
        let known = matches!(
            name,
            "map"
                | "flatMap"
                | "mapSeries"
                | "forEach"
                | "filter"
                | "some"
                | "every"
                | "sort"
                | "findIndex"
                | "findLast"
                | "each"
                | "find"
                | "reduce"
                | "reduceRight"
        );
        if !known {
            return None;
        }
        let f = args.at(0).cloned()?;
        if f.functions().is_empty() && !matches!(f, V::Class(..) | V::Ext(..) | V::Method(..)) {
            return None;
        }
        let element = match o {
            V::Sym(Value::Unknown(_)) | V::Ext(..) => V::of_deps(o.deps()),
            _ => o.element(),
        };
        self.goes_through(o);
        let outer = self.ctx.clone();
        self.ctx.in_loop = true;
        let index = V::unknown();
        let call = match name {
            "reduce" | "reduceRight" => {
                let start = args.at(1).cloned().unwrap_or_else(|| element.clone());
                // What a round gives is what the next one starts with.
                let start = start.join(&V::of_deps(start.deps().or(element.deps())));
                vec![start, element.clone(), index]
            }
            "sort" => vec![element.clone(), element.clone()],
            _ => vec![element.clone(), index, o.clone()],
        };
        let result = self.call_value(&f, Args::of(call), site.span);
        self.ctx = outer;
        // What goes on with some of the elements only goes on after a choice.
        self.asked |= matches!(name, "filter" | "some" | "every" | "find" | "findLast")
            && element.deps().any(lamlint_model::value::Deps::EVENT);
        Some(match name {
            "map" | "mapSeries" => V::List(Rc::new(vec![result]), true),
            "flatMap" => V::List(Rc::new(vec![result.element()]), true),
            "filter" | "sort" => match o {
                V::List(l, _) => V::List(l.clone(), true),
                _ => o.clone(),
            },
            "find" | "findLast" => element,
            "reduce" | "reduceRight" => result,
            _ => V::of_deps(o.deps().or(result.deps())),
        })
    }

    /// Methods of maps, and of what may be one.
    fn map_method(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let is_map = matches!(
            o,
            V::Map(..)
                | V::Sym(Value::Map(..) | Value::Event(_) | Value::CallResult { .. } | Value::Context(_))
        );
        if !is_map {
            return None;
        }
        match name {
            "get" | "pop" | "setdefault" => {
                let key = args.at(0)?;
                let before = self.testing;
                self.testing += 1;
                let v = match (o, key.as_str()) {
                    (
                        V::Sym(v @ (Value::Event(_) | Value::CallResult { .. } | Value::Context(_))),
                        Some(k),
                    ) => V::Sym(member(v, k)),
                    (V::Map(_, false) | V::Sym(Value::Map(_, false)), Some(k)) => {
                        map_get(o, k).unwrap_or(V::Sym(Value::Null))
                    }
                    (V::Map(..) | V::Sym(Value::Map(..)), Some(k)) => {
                        map_get(o, k).unwrap_or_else(V::unknown)
                    }
                    _ => self.index(o, key, site.span),
                };
                self.testing = before;
                Some(match args.at(1) {
                    Some(d) if v.is_null() => d.clone(),
                    Some(d) if !d.is_null() && !is_empty(d) => v.join(d),
                    _ => v,
                })
            }
            "items" | "entries" => {
                let v = match o {
                    V::Map(..) | V::Sym(Value::Map(..)) => {
                        let mut entries = Vec::new();
                        let open = Self::spread_into(o, &mut entries);
                        let pairs = entries
                            .into_iter()
                            .map(|(k, v)| V::List(Rc::new(vec![V::str(k), v]), false))
                            .collect();
                        return Some(V::List(Rc::new(pairs), open));
                    }
                    v => v.element(),
                };
                let key = V::of_deps(o.deps());
                Some(V::List(Rc::new(vec![V::List(Rc::new(vec![key, v]), false)]), true))
            }
            "values" => Some(match o {
                V::Map(..) | V::Sym(Value::Map(..)) => {
                    let mut entries = Vec::new();
                    let open = Self::spread_into(o, &mut entries);
                    V::List(Rc::new(entries.into_iter().map(|(_, v)| v).collect()), open)
                }
                v => V::List(Rc::new(vec![v.element()]), true),
            }),
            "keys" => Some(match o {
                V::Map(..) | V::Sym(Value::Map(..)) => {
                    let mut entries = Vec::new();
                    let open = Self::spread_into(o, &mut entries);
                    V::List(Rc::new(entries.into_iter().map(|(k, _)| V::str(k)).collect()), open)
                }
                v => V::of_deps(v.deps()),
            }),
            "copy" => Some(o.clone()),
            "has" | "hasOwnProperty" => Some(V::of_deps(o.deps().or(args.deps()))),
            _ => None,
        }
    }
}

fn is_empty(v: &V) -> bool {
    match v {
        V::Map(m, false) => m.is_empty(),
        V::List(l, false) => l.is_empty(),
        V::Sym(Value::Map(m, false)) => m.is_empty(),
        V::Sym(Value::List(l, false)) => l.is_empty(),
        V::Sym(Value::Str(s)) => s.is_empty(),
        _ => false,
    }
}
