//! Types by package and import, methods of one name, and the object whose method is the handler.

use super::Interp;
use super::call::Args;
use super::value::{ClassInfo, FrameRef, Func, V};
use crate::code::api;
use crate::code::hir::{Class, ClassId, Import, StmtKind};
use crate::code::program::{UnitId, qualified};
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// A type, or a member that is imported statically, by the name code has for it.
    pub(super) fn type_named(&mut self, name: &str) -> Option<V> {
        let v = self.resolved(name)?;
        // What was found stays what it is for the whole file.
        if matches!(v, V::Class(..) | V::Ext(..))
            && let Some(f) = self.modules.get(&self.unit)
        {
            f.borrow_mut().vars.entry(name.into()).or_insert_with(|| v.clone());
        }
        Some(v)
    }

    fn resolved(&mut self, name: &str) -> Option<V> {
        if name.contains(['\'', '#']) || name == "this" || name == "super" {
            return None;
        }
        if name.contains('.') {
            return Some(self.type_at(name));
        }
        let unit = self.program.unit(self.unit).clone();
        let imports = unit.body.iter().filter_map(|s| match &s.kind {
            StmtKind::Import(i) => Some(i),
            _ => None,
        });
        let (all, single): (Vec<&Import>, Vec<&Import>) =
            imports.partition(|i| i.names.iter().any(|n| n.name == "*"));
        if let Some(i) = single.iter().find(|i| i.names.iter().any(|n| n.bound == name)) {
            return Some(match i.module.strip_prefix("static ") {
                Some(of) => {
                    let of = self.type_at(of);
                    self.member_named(&of, name)
                }
                None => self.type_at(&i.module),
            });
        }
        if let Some(v) = self.of_project(&qualified(&unit.package, name)) {
            return Some(v);
        }
        let mut libraries = Vec::new();
        for i in &all {
            if let Some(of) = i.module.strip_prefix("static ") {
                let of = self.type_at(of);
                match &of {
                    V::Class(u, c) => {
                        if let Some(v) = self.class_member((*u, *c), name, 0) {
                            return Some(v);
                        }
                    }
                    V::Ext(q, d) if api::lookup(self.lang, &format!("{q}.{name}")).is_some() => {
                        return Some(V::Ext(format!("{q}.{name}").into(), *d));
                    }
                    _ => {}
                }
                continue;
            }
            let full = format!("{}.{name}", i.module);
            if let Some(v) = self.of_project(&full) {
                return Some(v);
            }
            if name.starts_with(|c: char| c.is_uppercase()) {
                libraries.push(full);
            }
        }
        if api::is_global(self.lang, name) {
            return Some(V::Ext(format!("java.lang.{name}").into(), Deps::NONE));
        }
        let named = |q: &str| {
            use api::sdk::SdkKind::Builder;
            api::sdk::named(self.lang, q).filter(|n| n.operation.is_some() || n.kind != Builder)
        };
        let known = |q: &&String| {
            api::has_members(self.lang, q)
                || named(q).is_some()
                || ["builder", "create", "standard", "defaultClient"]
                    .iter()
                    .any(|m| named(&format!("{q}.{m}")).is_some())
                || q.ends_with(".model.AttributeValue")
        };
        // An unknown name is as likely a class of the package that is not in this tree.
        let found = libraries.iter().find(known).or_else(|| {
            let error = name.ends_with("Exception") || name.ends_with("Error");
            libraries.iter().find(|q| error && api::is_inert(self.lang, q))
        });
        if let Some(q) = found.cloned() {
            return Some(self.library_type(&q));
        }
        // A member type of what the class extends.
        let unit = self.unit;
        let class = self.stack.iter().rev().filter(|c| c.unit == unit);
        let mut class = class;
        let class = class.find_map(|c| self.program.unit(c.unit).function(c.id).class)?;
        let v = self.class_member((unit, class), name, 0)?;
        matches!(v, V::Class(..)).then_some(v)
    }

    fn member_named(&mut self, of: &V, name: &str) -> V {
        match of {
            V::Class(u, c) => self.class_member((*u, *c), name, 0).unwrap_or_else(V::unknown),
            v => {
                let span = super::unit_span(self.program.unit(self.unit));
                self.attr(v, name, span, true)
            }
        }
    }

    fn library_type(&mut self, q: &str) -> V {
        self.may_call(q, "");
        V::Ext(api::normal(self.lang, &q.into()), Deps::NONE)
    }

    /// A type by its qualified name.
    fn type_at(&mut self, q: &str) -> V {
        self.of_project(q).unwrap_or_else(|| self.library_type(q))
    }

    /// A type of the project by its qualified name, member types included.
    fn of_project(&mut self, q: &str) -> Option<V> {
        let mut head = q;
        loop {
            if !self.program.types(head).is_empty() {
                break;
            }
            head = head.rsplit_once('.')?.0;
        }
        let Some(id) = self.nearest(self.program.types(head)) else {
            self.give_up(Reason::Dynamic, format!("`{q}` is declared in several modules"));
            return Some(V::unknown());
        };
        let frame = self.load(id);
        let name = head.rsplit('.').next().unwrap_or(head);
        let mut v = frame.borrow().vars.get(name).cloned().unwrap_or_else(V::unknown);
        for part in q.get(head.len()..).unwrap_or_default().split('.').filter(|p| !p.is_empty()) {
            v = self.member_named(&v, part);
        }
        Some(v)
    }

    /// Of several files that declare the same type, the one that is compiled with the current one.
    fn nearest(&self, all: &[UnitId]) -> Option<UnitId> {
        if let [one] = all {
            return Some(*one);
        }
        let here = self.source_root(self.unit);
        let mut same = all.iter().filter(|u| self.source_root(**u) == here);
        let first = same.next().copied();
        if same.next().is_some() { None } else { first }
    }

    /// The directory below which packages are directories.
    fn source_root(&self, id: UnitId) -> &str {
        let dir = crate::files::parent(self.program.path(id));
        let package = self.program.unit(id).package.replace('.', "/");
        dir.strip_suffix(&package).unwrap_or(dir)
    }

    /// A class with all its methods, before its static fields are set.
    pub(super) fn whole_class(&mut self, id: ClassId, class: &Class, bases: Vec<V>, frame: FrameRef) -> V {
        let unit = self.program.unit(self.unit).clone();
        let outer = self.frame.clone();
        let v = V::Class(self.unit, id);
        for m in &class.methods {
            let f = unit.function(*m);
            let v = self.closure_in(*m, outer.clone());
            let v = self.decorated(v, &f.decorators, f.name_span);
            let rest = f.params.last().is_some_and(|p| p.rest);
            let exact = (!rest).then(|| SmolStr::from(format!("{}#{}", f.name, f.params.len())));
            for name in std::iter::once(f.name.clone()).chain(exact) {
                let mut b = frame.borrow_mut();
                let v = match b.vars.get(&name) {
                    Some(known) => overloaded(known, &v),
                    None => v.clone(),
                };
                b.set(&name, v);
            }
        }
        let info = ClassInfo { frame: frame.clone(), outer: outer.clone(), bases };
        self.classes.insert((self.unit, id), Rc::new(info));
        if !class.name.is_empty() {
            outer.borrow_mut().set(&class.name, v.clone());
        }
        self.frame = frame;
        self.block(&class.body);
        self.frame = outer;
        v
    }

    /// What a method of a value is, to be called with `n` arguments.
    pub(super) fn method_of(&mut self, o: &V, name: &str, count: usize, span: Span) -> V {
        match o {
            V::Instance(i) => {
                let Ok(class) = i.try_borrow().map(|i| i.class) else { return V::unknown() };
                match self.method_named(class, name, count) {
                    Some(f) => self.bound_to(f, o, span),
                    None => V::Method(Rc::new(o.clone()), name.into()),
                }
            }
            V::Class(u, c) => match self.method_named((*u, *c), name, count) {
                Some(f) => f,
                None => V::Method(Rc::new(o.clone()), name.into()),
            },
            V::Ext(q, _) if q != "env" => self.attr(o, name, span, true),
            V::Sdk(_) => V::Method(Rc::new(o.clone()), name.into()),
            V::OneOf(..) => {
                let all = o.possibilities();
                let mut all = all.iter().map(|o| self.method_of(o, name, count, span));
                let Some(first) = all.next() else { return V::unknown() };
                all.fold(first, |a, b| a.join(&b))
            }
            v => V::Method(Rc::new(v.clone()), name.into()),
        }
    }

    fn method_named(&mut self, class: (UnitId, ClassId), name: &str, n: usize) -> Option<V> {
        let found = self.class_member(class, &format!("{name}#{n}"), 0);
        let found = found.or_else(|| self.class_member(class, name, 0))?;
        (!found.functions().is_empty()).then_some(found)
    }

    /// The functions among values that take arguments like these; all of them where none does.
    pub(super) fn fitting(&mut self, all: Vec<V>, args: &Args) -> Vec<V> {
        let is_overload = all.len() > 1 && all.iter().all(|v| matches!(v, V::Func(_)));
        if !is_overload || args.open {
            return all;
        }
        let n = args.pos.len();
        let program = self.program;
        let takes = |f: &Func| {
            let params = &program.unit(f.unit).function(f.id).params;
            let wanted = params.len().saturating_sub(f.bound.len());
            let rest = params.last().is_some_and(|p| p.rest);
            wanted == n || rest && n + 1 >= wanted
        };
        let mut left: Vec<V> = all.iter().filter(|v| matches!(v, V::Func(f) if takes(f))).cloned().collect();
        if left.len() > 1 {
            let mut suiting = Vec::new();
            for v in &left {
                if let V::Func(f) = v
                    && self.suits(f, args)
                {
                    suiting.push(v.clone());
                }
            }
            if !suiting.is_empty() {
                left = suiting;
            }
        }
        if left.is_empty() { all } else { left }
    }

    /// Whether arguments may be of the types a function declares.
    fn suits(&mut self, f: &Rc<Func>, args: &Args) -> bool {
        let unit = self.program.unit(f.unit).clone();
        let params = &unit.function(f.id).params;
        params.iter().zip(&args.pos).all(|(p, v)| {
            let written = p.annotation.as_deref().unwrap_or_default();
            let simple =
                matches!(written, "int" | "long" | "boolean" | "double" | "Integer" | "Long" | "Boolean");
            let any = written.is_empty() || written == "Object" || written.len() == 1;
            match v {
                _ if any => true,
                V::Sym(Value::Str(_) | Value::Env(_)) => matches!(written, "String" | "CharSequence"),
                V::Sym(Value::Int(_)) => written != "String",
                V::Func(_) | V::Sdk(_) | V::Map(..) | V::List(..) => written != "String" && !simple,
                V::Instance(i) => {
                    let Ok(class) = i.try_borrow().map(|i| i.class) else { return true };
                    if written == "String" || simple {
                        return false;
                    }
                    let Some(ty) = &p.ty else { return true };
                    let outer_frame = std::mem::replace(&mut self.frame, f.frame.clone());
                    let outer = self.at_unit(f.unit);
                    let wanted = self.eval(ty);
                    (self.unit, self.lang) = outer;
                    self.frame = outer_frame;
                    match wanted {
                        V::Class(unit, id) => self.derives(class, (unit, id), 0),
                        _ => true,
                    }
                }
                _ => true,
            }
        })
    }

    fn derives(&self, class: (UnitId, ClassId), from: (UnitId, ClassId), depth: u32) -> bool {
        class == from
            || depth < 16
                && self.classes.get(&class).is_some_and(|i| {
                    i.bases
                        .iter()
                        .any(|b| matches!(b, V::Class(u, c) if self.derives((*u, *c), from, depth + 1)))
                })
    }

    /// The method of the handler's object, which is made once.
    pub(super) fn handler_object(&mut self, id: UnitId, symbol: &str) -> Option<V> {
        let span = super::unit_span(self.program.unit(id));
        let (path, method) = symbol.rsplit_once('.')?;
        let mut parts = path.split('.');
        let mut class = self.export(id, parts.next()?)?;
        for part in parts {
            class = self.member_named(&class, part);
        }
        let V::Class(u, c) = class else { return None };
        let constructors = self.class_member((u, c), "constructor", 0);
        let args = match (self.class_member((u, c), "constructor#0", 0), constructors) {
            (None, Some(f)) => {
                self.give_up(Reason::Dynamic, "the handler's object is made by a framework");
                let n = f.functions().iter().map(|f| self.arity(f)).min().unwrap_or(0);
                Args::of(vec![V::unknown(); n])
            }
            _ => Args::default(),
        };
        let object = self.construct((u, c), args, span);
        // With several of one name the runtime takes the one with a context.
        for n in [2, 3, 1, 0] {
            let Some(found) = self.class_member((u, c), &format!("{method}#{n}"), 0) else { continue };
            return Some(self.bound_to(found, &object, span));
        }
        self.give_up(Reason::NotInTree, format!("`{method}` is a method of a library's class"));
        Some(V::Method(Rc::new(object), method.into()))
    }

    /// Run the handler.
    pub(super) fn run_method(&mut self, value: &V, span: Span) {
        let all = value.functions();
        for f in &all {
            let outer = self.ctx.clone();
            self.ctx.branch |= all.len() > 1;
            let args = self.typed_arguments(f, &V::Sym(Value::Event(Vec::new())));
            self.enter(f, args, span, true);
            self.ctx = outer;
        }
    }
}

/// Methods of one name.
fn overloaded(a: &V, b: &V) -> V {
    let mut all = match a {
        V::OneOf(l, _) => l.to_vec(),
        v => vec![v.clone()],
    };
    all.push(b.clone());
    V::OneOf(Rc::new(all), Deps::NONE)
}
