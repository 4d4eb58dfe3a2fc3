//! Packages of several files that share their top-level names, and programs that start the runtime themselves.

use super::call::Args;
use super::container::Asked;
use super::value::{Frame, FrameRef, V};
use super::{Interp, lookup};
use crate::code::api::{self, Kind};
use crate::code::hir::{Function, Pattern, StmtKind};
use crate::code::lang::Scope;
use crate::code::program::UnitId;
use crate::files::parent;
use lamlint_model::handler::{Ctx, Phase};
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A package that was loaded.
#[derive(Debug)]
pub(super) struct Package {
    /// The names all its files see.
    pub frame: FrameRef,
    /// Statements that bind a name and did not run yet, by name: they run when the name is first read.
    waiting: RefCell<BTreeMap<SmolStr, (UnitId, usize)>>,
}

impl Interp<'_> {
    /// Whether a file shares its names with others.
    pub(super) fn is_package(&self, id: UnitId) -> bool {
        self.program.unit(id).lang.traits().scope == Scope::Directory
    }

    /// The files of the package a file belongs to, in the order of their paths.
    fn members(&self, id: UnitId) -> Vec<UnitId> {
        let unit = self.program.unit(id);
        let dir = parent(self.program.path(id));
        let mut out: Vec<(&str, UnitId)> = self
            .program
            .in_dir(dir)
            .filter(|(_, m)| {
                let m = self.program.unit(*m);
                m.lang == unit.lang && m.package == unit.package && !m.package.is_empty()
            })
            .collect();
        out.sort_unstable();
        let out: Vec<UnitId> = out.into_iter().map(|(_, m)| m).collect();
        if out.is_empty() { vec![id] } else { out }
    }

    /// Load all files of a package: what they import first, then types and functions, then variables as they need each
    /// other, then what else stands at the top level.
    pub(super) fn load_package(&mut self, id: UnitId) -> FrameRef {
        let members = self.members(id);
        let shared: FrameRef = Rc::new(RefCell::new(Frame { persistent: true, ..Frame::default() }));
        let package = Rc::new(Package { frame: shared.clone(), waiting: RefCell::default() });
        let mut frames = Vec::new();
        for m in &members {
            let frame: FrameRef = Rc::new(RefCell::new(Frame {
                unit: Some(*m),
                persistent: true,
                parent: Some(shared.clone()),
                ..Frame::default()
            }));
            self.modules.insert(*m, frame.clone());
            self.packages.insert(*m, package.clone());
            frames.push(frame);
            if !self.program.unit(*m).taints.is_empty() {
                self.give_up(Reason::Syntax, "a file has a syntax error");
            }
        }
        let kinds: [fn(&StmtKind) -> bool; 3] = [
            |k| matches!(k, StmtKind::Import(_)),
            |k| matches!(k, StmtKind::Class(_) | StmtKind::Function(_)),
            |k| matches!(k, StmtKind::Method { .. }),
        ];
        for (i, wanted) in kinds.iter().enumerate() {
            for m in &members {
                let unit = self.program.unit(*m).clone();
                for s in unit.body.iter().filter(|s| wanted(&s.kind)) {
                    self.at_top(*m, |it| it.top_stmt(s, i > 0));
                }
            }
        }
        let mut rest = Vec::new();
        for m in &members {
            let unit = self.program.unit(*m).clone();
            for (i, s) in unit.body.iter().enumerate() {
                match &s.kind {
                    StmtKind::Declare { target, .. } => {
                        let mut names = Vec::new();
                        bound(target, &mut names);
                        for n in names {
                            package.waiting.borrow_mut().insert(n, (*m, i));
                        }
                        rest.push((*m, i, true));
                    }
                    k if !kinds.iter().any(|w| w(k)) => rest.push((*m, i, false)),
                    _ => {}
                }
            }
        }
        // Variables before everything that only has an effect.
        rest.sort_by_key(|(_, _, declares)| !declares);
        for (m, i, declares) in rest {
            self.run_waiting(&package, m, i, declares);
        }
        self.modules.get(&id).cloned().unwrap_or(shared)
    }

    /// Run a statement of a package's file, unless it ran already because its name was read.
    fn run_waiting(&mut self, package: &Rc<Package>, m: UnitId, i: usize, declares: bool) {
        let unit = self.program.unit(m).clone();
        let Some(s) = unit.body.get(i) else { return };
        if let StmtKind::Declare { target, .. } = &s.kind
            && declares
        {
            let mut names = Vec::new();
            bound(target, &mut names);
            let known = |n: &SmolStr| package.waiting.borrow().get(n) == Some(&(m, i));
            if !names.is_empty() && !names.iter().any(known) {
                return;
            }
            package.waiting.borrow_mut().retain(|_, at| *at != (m, i));
        }
        self.at_top(m, |it| it.top_stmt(s, true));
    }

    /// A name of the package whose statement did not run yet.
    pub(super) fn waiting(&mut self, id: UnitId, name: &str) -> Option<V> {
        let package = self.packages.get(&id).cloned()?;
        let (m, i) = package.waiting.borrow().get(name).copied()?;
        self.run_waiting(&package, m, i, true);
        package.frame.borrow().vars.get(name).cloned()
    }

    /// A name a package offers to others.
    pub(super) fn package_export(&mut self, id: UnitId, name: &str) -> Option<V> {
        self.load(id);
        let package = self.packages.get(&id).cloned()?;
        let v = package.frame.borrow().vars.get(name).cloned();
        v.or_else(|| self.waiting(id, name))
    }

    /// Run a statement of the top level; what it binds belongs to the package if `shared`, else to the file.
    fn top_stmt(&mut self, s: &crate::code::hir::Stmt, shared: bool) {
        let before: Vec<SmolStr> = self.frame.borrow().vars.keys().cloned().collect();
        if self.step() {
            self.stmt(s);
        }
        let Some(package) = self.packages.get(&self.unit).cloned().filter(|_| shared) else { return };
        let new: Vec<(SmolStr, V)> = {
            let mut f = self.frame.borrow_mut();
            let names: Vec<SmolStr> = f.vars.keys().filter(|k| !before.contains(k)).cloned().collect();
            names.into_iter().filter_map(|n| f.vars.remove(&n).map(|v| (n, v))).collect()
        };
        package.frame.borrow_mut().vars.extend(new);
    }

    /// Follow the program's `main` until it starts the runtime: what it is started with.
    pub(super) fn started_by(&mut self, id: UnitId, main: &str) -> Option<V> {
        let span = super::unit_span(self.program.unit(id));
        let main = self.export(id, main)?;
        Some(self.started_with(&main, span))
    }

    /// Follow a `main`: what it starts the runtime with.
    pub(super) fn started_with(&mut self, main: &V, span: Span) -> V {
        for f in main.functions() {
            self.enter(&f, Args::default(), span, true);
        }
        let mut all = std::mem::take(&mut self.started).into_iter();
        let first = all.next();
        if first.is_none() {
            self.give_up(Reason::Dynamic, "no call was found that starts the runtime with a handler");
        }
        self.ctx = Ctx::default();
        self.asked = false;
        self.exited = false;
        first.map_or(V::Sym(Value::Null), |first| all.fold(first, |a, b| a.join(&b)))
    }

    /// Run what a program started the runtime with.
    pub(super) fn run_started(&mut self, value: &V, span: Span) {
        let all = value.possibilities();
        for v in &all {
            let outer = self.ctx.clone();
            self.ctx.branch |= all.len() > 1;
            let called = match v {
                // An object with the method the runtime calls.
                V::Instance(i) => {
                    let class = i.try_borrow().map(|i| i.class);
                    let class = class.ok();
                    let has = |n: &&str| class.is_some_and(|c| self.class_member(c, n, 0).is_some());
                    let name = ["Invoke", "call"].into_iter().find(has).unwrap_or("Invoke");
                    self.attr(v, name, span, true)
                }
                v => v.clone(),
            };
            if let V::Func(f) = &called {
                let args = self.typed_arguments(f, &V::Sym(Value::Event(Vec::new())));
                self.enter(f, args, span, true);
            } else if !called.is_null() {
                let context = V::Sym(Value::Context(Vec::new()));
                let event = V::Sym(Value::Event(Vec::new()));
                self.call_value(&called, Args::of(vec![context, event]), span);
                self.give_up(Reason::Dynamic, "the handler is no plain function");
            }
            self.ctx = outer;
        }
    }

    /// What the runtime gives a handler of a typed language: the event (or what is made of it) and the context, as its
    /// parameters say.
    pub(super) fn typed_arguments(&mut self, f: &super::value::Func, event: &V) -> Args {
        let unit = self.program.unit(f.unit).clone();
        let function: &Function = unit.function(f.id);
        let receiver = usize::from(f.this.is_some() && unit.lang.traits().receiver_is_param);
        let outer_frame = std::mem::replace(&mut self.frame, f.frame.clone());
        let outer = self.at_unit(f.unit);
        let mut args = Vec::new();
        let mut own = function.params.iter().skip(receiver + f.bound.len());
        if let (true, Some(p), None) = (self.payload, own.next(), own.next()) {
            let payload = self.typed_event(p.ty.as_ref(), event);
            let context = V::Sym(Value::Context(Vec::new()));
            let parts = vec![("payload".into(), payload), ("context".into(), context)];
            self.frame = outer_frame;
            (self.unit, self.lang) = outer;
            return Args::of(vec![V::Map(Rc::new(parts), false)]);
        }
        for p in function.params.iter().skip(receiver + f.bound.len()) {
            let context =
                p.annotation.as_ref().is_some_and(|a| a.rsplit(['.', '*']).next().is_some_and(is_context));
            args.push(if context {
                V::Sym(Value::Context(Vec::new()))
            } else {
                self.typed_event(p.ty.as_ref(), event)
            });
        }
        self.frame = outer_frame;
        (self.unit, self.lang) = outer;
        Args::of(args)
    }

    /// The event as a value of its declared type: an object of the project keeps its methods.
    fn typed_event(&mut self, ty: Option<&crate::code::hir::Expr>, event: &V) -> V {
        let Some(ty) = ty else { return event.clone() };
        match self.eval(ty) {
            // Services among the parameters.
            v if self.is_registered(&v) => self.service(&v, Asked::Scope, 0),
            v @ V::Class(u, c) if self.is_project(u) && self.is_interface((u, c)) => {
                self.service(&v, Asked::Scope, 0)
            }
            v @ V::Ext(..) if self.is_service(&v) => self.service(&v, Asked::Scope, 0),
            V::Ext(q, _) if let Some(v) = self.part_of_request(&q) => v,
            V::Class(u, c) if self.has_methods(&V::Class(u, c)) => {
                let made = self.instance((u, c));
                self.decode_into(&made, event);
                made
            }
            // What is written to is no event.
            V::Ext(q, _) if q == "java.io.OutputStream" => {
                V::Ext("java.io.OutputStream()".into(), Deps::NONE)
            }
            _ => event.clone(),
        }
    }

    /// What a parameter is given that stands for a part of the request, or for what is there on every one.
    fn part_of_request(&self, q: &str) -> Option<V> {
        let row = api::lookup(self.lang, q)?;
        let name = SmolStr::new_static(row.result?);
        match row.kind {
            Kind::Object => Some(V::Ext(name, Deps::EVENT)),
            _ => api::is_given(self.lang, q).then_some(V::Ext(name, Deps::NONE)),
        }
    }

    /// Run something at the top level of a file, with a state of its own.
    pub(super) fn at_top(&mut self, id: UnitId, run: impl FnOnce(&mut Self)) {
        let frame = self.modules.get(&id).cloned().unwrap_or_default();
        let lang = self.program.unit(id).lang;
        let unit = std::mem::replace(&mut self.unit, id);
        let lang = std::mem::replace(&mut self.lang, lang);
        let frame = std::mem::replace(&mut self.frame, frame);
        let ctx = std::mem::take(&mut self.ctx);
        let stack = std::mem::take(&mut self.stack);
        let returns = std::mem::take(&mut self.returns);
        let control = std::mem::replace(&mut self.control, Deps::NONE);
        let phase = std::mem::replace(&mut self.phase, Phase::Init);
        let testing = std::mem::take(&mut self.testing);
        let guarded = std::mem::take(&mut self.guarded);
        self.loading += 1;
        run(self);
        self.loading -= 1;
        self.unit = unit;
        self.lang = lang;
        self.frame = frame;
        self.ctx = ctx;
        self.stack = stack;
        self.returns = returns;
        self.control = control;
        self.phase = phase;
        self.testing = testing;
        self.guarded = guarded;
    }

    /// A name of a frame, of the frames around it, or of the package that did not need it yet.
    pub(super) fn known(&mut self, name: &str) -> Option<(V, bool)> {
        if let Some(found) = lookup(&self.frame, name) {
            return Some(found);
        }
        if self.lang.traits().scope == Scope::Package {
            return self.type_named(name).map(|v| (v, true));
        }
        self.waiting(self.unit, name).map(|v| (v, true))
    }

    /// A method that stands outside of its class.
    pub(super) fn add_method(&mut self, class: &str, id: crate::code::hir::FnId) {
        let unit = self.program.unit(self.unit).clone();
        let name = unit.function(id).name.clone();
        let Some((V::Class(u, c), _)) = self.known(class) else { return };
        let v = self.closure(id);
        if let Some(info) = self.classes.get(&(u, c)) {
            info.frame.borrow_mut().vars.insert(name, v);
        }
    }

    /// Give the fields of an object the parts of what was read into it.
    pub(super) fn decode_into(&mut self, made: &V, source: &V) {
        let V::Instance(i) = made else { return };
        let Ok(class) = i.try_borrow().map(|i| i.class) else { return };
        let unit = self.program.unit(class.0).clone();
        for (name, _) in &unit.class(class.1).fields {
            let v = self.attr(source, name, Span::new(unit.file, 0, 0), true);
            let v = if matches!(v, V::Method(..)) { V::of_deps(source.deps()) } else { v };
            if let Ok(mut i) = i.try_borrow_mut() {
                i.fields.insert(name.clone(), v);
            }
        }
    }
}

/// Names of types of the context of an invocation.
fn is_context(name: &str) -> bool {
    matches!(name, "Context" | "ILambdaContext" | "LambdaContext")
}

fn bound(p: &Pattern, out: &mut Vec<SmolStr>) {
    match p {
        Pattern::Name(n, _) => out.push(n.clone()),
        Pattern::List(v) | Pattern::Results(v) => v.iter().for_each(|p| bound(p, out)),
        _ => {}
    }
}
