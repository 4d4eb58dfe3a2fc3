//! Statements.

use super::call::Args;
use super::value::{ClassInfo, FrameRef, Func, V};
use super::{Flow, Interp, MAX_NESTING};
use crate::code::hir::{Block, ClassId, Expr, ExprKind, FnId, Import, Lang, Pattern, Stmt, StmtKind};
use crate::code::lang::Scope;
use lamlint_model::handler::{Fact, FactKind};
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// Run statements in order. Behind a statement that leaves, nothing runs.
    pub(super) fn block(&mut self, block: &Block) -> Flow {
        self.nesting += 1;
        let mut flow = Flow::On;
        if self.nesting > MAX_NESTING {
            self.give_up(Reason::Budget, "the code is nested too deeply");
        } else {
            // Named functions are known in their whole block; in Python from where they stand.
            let hoists = self.lang.traits().hoists;
            for s in block.iter().filter(|_| hoists) {
                if let StmtKind::Function(id) = s.kind
                    && self.program.unit(self.unit).function(id).decorators.is_empty()
                {
                    self.define_function(id);
                }
            }
            for s in block {
                if flow == Flow::Exits || !self.step() {
                    break;
                }
                flow = self.stmt(s);
            }
        }
        self.nesting -= 1;
        flow
    }

    pub(super) fn stmt(&mut self, s: &Stmt) -> Flow {
        match &s.kind {
            StmtKind::Expr(e) => {
                self.exited = false;
                self.eval(e);
                if std::mem::take(&mut self.exited) { Flow::Exits } else { Flow::On }
            }
            StmtKind::Assign { target, value } => {
                let v = self.eval(value);
                self.bind(target, v, false);
                Flow::On
            }
            StmtKind::Declare { target, value } => {
                let v = self.eval(value);
                self.bind(target, v, true);
                Flow::On
            }
            StmtKind::AugAssign { target, op, value } => {
                self.augmented(target, op, value);
                Flow::On
            }
            StmtKind::Return(e) => {
                let v = e.as_ref().map_or(V::Sym(Value::Null), |e| self.eval(e));
                self.returns.push(v);
                self.decided = self.decided.or(self.control);
                Flow::Exits
            }
            StmtKind::Raise(e) => {
                if let Some(e) = e {
                    self.eval(e);
                }
                Flow::Exits
            }
            StmtKind::If { test, then, otherwise } => self.branch(test, then, otherwise),
            StmtKind::Loop { over, test, body, otherwise } => {
                self.loop_over(over.as_ref(), test.as_ref(), body);
                self.block(otherwise);
                Flow::On
            }
            StmtKind::Try { body, catches, otherwise, finally } => {
                self.try_catch(body, catches, otherwise, finally)
            }
            StmtKind::With { items, body } => {
                let mut managers = Vec::new();
                for (e, target) in items {
                    let manager = self.eval(e);
                    let v = self.entered(&manager, e.span);
                    managers.push((manager, e.span));
                    if let Some(t) = target {
                        self.bind(t, v, true);
                    }
                }
                let flow = self.block(body);
                for (m, span) in managers.iter().rev() {
                    self.special(m, &["__exit__", "__aexit__"], *span);
                }
                flow
            }
            StmtKind::Function(id) => {
                self.define_function(*id);
                Flow::On
            }
            StmtKind::Class(id) => {
                self.define_class(*id);
                Flow::On
            }
            StmtKind::Method { class, function } => {
                self.add_method(class, *function);
                Flow::On
            }
            StmtKind::Import(i) => {
                self.import(i, s.span);
                Flow::On
            }
            StmtKind::Global(names) => {
                self.frame.borrow_mut().outer_names.extend(names.iter().cloned());
                Flow::On
            }
            StmtKind::Block(b) => self.block(b),
            StmtKind::Break | StmtKind::Continue => Flow::Exits,
            StmtKind::Delete(v) => {
                for e in v {
                    self.eval(e);
                }
                Flow::On
            }
            StmtKind::Opaque(exprs, blocks) => {
                if exprs.is_empty() && blocks.is_empty() {
                    self.give_up(Reason::Syntax, "a part of the code could not be read");
                }
                for e in exprs {
                    self.eval(e);
                }
                let outer = self.ctx.clone();
                self.ctx.branch = true;
                for b in blocks {
                    self.block(b);
                }
                self.ctx = outer;
                Flow::On
            }
        }
    }

    /// What a `with` binds: for most objects the object itself.
    fn entered(&mut self, v: &V, span: lamlint_model::Span) -> V {
        match v {
            // What a context manager written as a generator yields.
            V::List(l, true) if l.len() == 1 => l[0].clone(),
            V::Instance(_) => {
                let given = self.special(v, &["__enter__", "__aenter__"], span);
                given.unwrap_or_else(|| v.clone())
            }
            v => v.clone(),
        }
    }

    /// Call the first special method an instance has.
    fn special(&mut self, v: &V, names: &[&str], span: lamlint_model::Span) -> Option<V> {
        let V::Instance(i) = v else { return None };
        let class = i.try_borrow().ok()?.class;
        let method = names.iter().find_map(|n| self.class_member(class, n, 0))?;
        let method = self.bound_to(method, v, span);
        Some(self.call_value(&method, Args::default(), span))
    }

    /// A function value that closes over the current frame.
    pub(super) fn closure(&mut self, id: FnId) -> V {
        self.closure_in(id, self.frame.clone())
    }

    /// A function value that closes over a frame. Python evaluates defaults here, other languages at each call.
    pub(super) fn closure_in(&mut self, id: FnId, frame: FrameRef) -> V {
        let unit = self.program.unit(self.unit).clone();
        let f = unit.function(id);
        let defaults = if self.lang == Lang::Python && f.params.iter().any(|p| p.default.is_some()) {
            f.params.iter().map(|p| p.default.as_ref().map(|d| self.eval(d))).collect()
        } else {
            Vec::new()
        };
        V::Func(Rc::new(Func {
            unit: self.unit,
            id,
            frame,
            this: None,
            memo: false,
            idempotent: None,
            maybe: false,
            bound: Vec::new(),
            event_object: false,
            property: false,
            of_class: false,
            defaults: Rc::new(defaults),
        }))
    }

    fn define_function(&mut self, id: FnId) {
        let unit = self.program.unit(self.unit).clone();
        let f = unit.function(id);
        let v = self.closure(id);
        let v = self.decorated(v, &f.decorators, f.name_span);
        let name = self.folded(&f.name);
        self.frame.borrow_mut().set(&name, v);
    }

    fn define_class(&mut self, id: ClassId) {
        let unit = self.program.unit(self.unit).clone();
        let c = unit.class(id);
        if unit.lang.traits().messages {
            return self.open_class(id);
        }
        let v = self.class_value(id);
        let v = self.decorated(v, &c.decorators, c.name_span);
        let name = self.folded(&c.name);
        self.frame.borrow_mut().set(&name, v);
    }

    /// Run the body of a class; its names and methods become attributes of the class.
    pub(super) fn class_value(&mut self, id: ClassId) -> V {
        let unit = self.program.unit(self.unit).clone();
        let c = unit.class(id);
        let bases: Vec<V> = c.bases.iter().map(|b| self.eval(b)).collect();
        let frame = self.new_frame(Some(self.frame.clone()), self.unit);
        if self.lang.traits().object_methods {
            return self.whole_class(id, c, bases, frame);
        }
        let outer = std::mem::replace(&mut self.frame, frame);
        self.block(&c.body);
        for m in &c.methods {
            let f = unit.function(*m);
            // A setter has the name of its getter, which is what reading means.
            let is_setter = |d: &Expr| matches!(&d.kind, ExprKind::Attr { name, .. } if name == "setter" || name == "deleter");
            if f.decorators.iter().any(is_setter) && self.frame.borrow().vars.contains_key(&f.name) {
                continue;
            }
            // Methods don't see the names of the class body.
            let v = self.closure_in(*m, outer.clone());
            let v = self.decorated(v, &f.decorators, f.name_span);
            let name = self.folded(&f.name);
            self.frame.borrow_mut().set(&name, v);
        }
        let class_frame = std::mem::replace(&mut self.frame, outer);
        self.classes.insert(
            (self.unit, id),
            Rc::new(ClassInfo { frame: class_frame, outer: self.frame.clone(), bases }),
        );
        V::Class(self.unit, id)
    }

    fn loop_over(
        &mut self,
        over: Option<&(Pattern, crate::code::hir::Expr)>,
        test: Option<&crate::code::hir::Expr>,
        body: &Block,
    ) {
        // The items are evaluated once, before the loop.
        let item = over.map(|(p, e)| {
            let items = self.eval(e);
            self.goes_through(&items);
            (p, Self::iterated(&items))
        });
        // What the body changes may have any of its values in a later round.
        let mut changed = Vec::new();
        assigned_names(body, &mut changed, 0);
        for name in &changed {
            let known = super::lookup(&self.frame, name);
            if let Some((v, _)) = known
                && self.frame.borrow().vars.contains_key(name)
                && !matches!(
                    v,
                    V::Func(_) | V::Class(..) | V::Module(_) | V::Package(_) | V::Ext(..) | V::Sdk(_)
                )
            {
                let deps = v.deps();
                self.frame.borrow_mut().set(name, v.join(&V::of_deps(deps)));
            }
        }
        let outer = self.ctx.clone();
        self.ctx.in_loop = true;
        let first = self.facts.len();
        let read = item.as_ref().is_some_and(|(_, v)| v.deps().any(Deps::CALL));
        if let Some((p, v)) = item {
            self.bind(p, v, true);
        }
        if let Some(t) = test {
            self.test(t);
        }
        self.block(body);
        if read {
            self.taken_off(first);
        }
        let idempotent = self.ctx.idempotent.take();
        self.ctx = outer;
        self.ctx.idempotent = self.ctx.idempotent.take().or(idempotent);
    }

    /// Behind a loop over entries a service gave: where the loop takes them off the list or marks them, a second run does
    /// not find them again.
    fn taken_off(&mut self, first: usize) {
        let takes = |o: &str| ["Delete", "Remove", "Update"].iter().any(|v| o.starts_with(v));
        let takes = |f: &Fact| matches!(&f.kind, FactKind::SdkCall(c) if takes(&c.operation));
        let new = self.facts.get_mut(first..).unwrap_or_default();
        if new.iter().any(takes) {
            for f in new.iter_mut().filter(|f| !takes(f)) {
                f.ctx
                    .idempotent
                    .get_or_insert(SmolStr::new_static("entries are taken off the list that is read"));
            }
        }
    }

    fn import(&mut self, i: &Import, span: lamlint_model::Span) {
        // Types are looked up when they are named.
        if i.type_only || self.lang.traits().scope == Scope::Package {
            return;
        }
        self.local_import(&i.module, span);
        for n in &i.names {
            let mut v = self.imported(&i.module, &n.name);
            // `import a.b.c` binds `a`.
            if self.lang == Lang::Python
                && n.name.is_empty()
                && let Some((first, _)) = i.module.split_once('.')
                && first == n.bound
            {
                v = self.imported(first, "");
            }
            // A package is known by the name it gives itself, whatever its path ends with.
            if let V::Module(id) = &v
                && self.is_package(*id)
                && n.name.is_empty()
            {
                let package = self.program.unit(*id).package.clone();
                let mut f = self.frame.borrow_mut();
                f.vars.entry(package).or_insert_with(|| v.clone());
            }
            match n.name.as_str() {
                "*" => self.bind_all(&v),
                _ => self.frame.borrow_mut().set(&n.bound, v),
            }
        }
        if i.names.is_empty() {
            self.imported(&i.module, "");
        }
    }

    /// A package imported inside a function; modules of the project are followed instead.
    pub(super) fn local_import(&mut self, module: &SmolStr, span: lamlint_model::Span) {
        if !self.stack.is_empty() && self.is_library_import(module) {
            self.fact(FactKind::LocalImport { module: module.clone() }, span);
        }
    }

    /// `from x import *`: all names of a project module; of a library nothing can be said.
    fn bind_all(&mut self, v: &V) {
        if let V::Module(id) = v
            && let Some(f) = self.modules.get(id).cloned()
            && !Rc::ptr_eq(&f, &self.frame)
        {
            let names: Vec<(SmolStr, V)> =
                f.borrow().vars.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            let mut here = self.frame.borrow_mut();
            for (k, v) in names {
                if !k.starts_with('_') {
                    here.vars.entry(k).or_insert(v);
                }
            }
        } else if let V::Class(unit, id) = v
            && let Some(info) = self.classes.get(&(*unit, *id)).cloned()
            && !Rc::ptr_eq(&info.frame, &self.frame)
        {
            let mut here = self.frame.borrow_mut();
            for (k, v) in &info.frame.borrow().vars {
                here.vars.entry(k.clone()).or_insert(v.clone());
            }
        } else if !self.sdk_by_table() {
            // Elsewhere a name that nothing binds is not known when it is called.
            self.give_up(Reason::Dynamic, "a star import of a library");
        }
    }

    /// What iterating a value gives.
    pub(super) fn iterated(items: &V) -> V {
        match items {
            V::Sdk(s) => match &**s {
                super::value::Sdk::Operation { .. } => V::of_deps(Deps::CALL),
                _ => items.element(),
            },
            V::Map(entries, open) => {
                let mut keys = entries.iter().map(|(k, _)| V::str(k.clone()));
                let first = keys.next().unwrap_or_else(V::unknown);
                let all = keys.fold(first, |a, b| a.join(&b));
                if *open { all.join(&V::unknown()) } else { all }
            }
            v => v.element(),
        }
    }
}

/// Names assigned anywhere in a block, closures excluded.
pub(super) fn assigned_names(block: &Block, out: &mut Vec<SmolStr>, depth: u32) {
    if depth > MAX_NESTING {
        return;
    }
    for s in block {
        match &s.kind {
            StmtKind::Assign { target, .. } => pattern_names(target, out),
            StmtKind::AugAssign { target, .. } => {
                if let ExprKind::Name(n) = &target.kind {
                    out.push(n.clone());
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                assigned_names(then, out, depth + 1);
                assigned_names(otherwise, out, depth + 1);
            }
            StmtKind::Loop { over, body, otherwise, .. } => {
                if let Some((p, _)) = over {
                    pattern_names(p, out);
                }
                assigned_names(body, out, depth + 1);
                assigned_names(otherwise, out, depth + 1);
            }
            StmtKind::Try { body, catches, otherwise, finally } => {
                assigned_names(body, out, depth + 1);
                for c in catches {
                    assigned_names(&c.body, out, depth + 1);
                }
                assigned_names(otherwise, out, depth + 1);
                assigned_names(finally, out, depth + 1);
            }
            StmtKind::With { body, .. } | StmtKind::Block(body) => assigned_names(body, out, depth + 1),
            _ => {}
        }
    }
}

fn pattern_names(p: &Pattern, out: &mut Vec<SmolStr>) {
    match p {
        Pattern::Name(n, _) => out.push(n.clone()),
        // `params["Key"] = …` changes what `params` names.
        Pattern::Place(e) => {
            let mut e = &**e;
            while let ExprKind::Attr { object, .. } | ExprKind::Index { object, .. } = &e.kind {
                e = object;
            }
            if let ExprKind::Name(n) = &e.kind {
                out.push(n.clone());
            }
        }
        Pattern::List(v) | Pattern::Results(v) => v.iter().for_each(|p| pattern_names(p, out)),
        Pattern::Map(v) => v.iter().for_each(|(_, p, _)| pattern_names(p, out)),
        Pattern::Rest(p) => pattern_names(p, out),
        Pattern::Ignore => {}
    }
}
