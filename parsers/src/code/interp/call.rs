//! Calls: arguments, entering functions of the project, making instances, decorators.

use super::decorate::given;
use super::value::{Frame, FrameRef, Func, Sdk, V};
use super::{Flow, Interp, MAX_DEPTH, MAX_RUNS};
use crate::code::hir::{Arg, Expr, ExprKind, FnId, Lang};
use crate::code::program::UnitId;
use lamlint_model::handler::{self, Phase};
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

/// Evaluated arguments.
#[derive(Debug, Clone, Default)]
pub(super) struct Args {
    pub pos: Vec<V>,
    pub named: Vec<(SmolStr, V)>,
    /// There may be others: something unknown was spread into them.
    pub open: bool,
}

impl Args {
    pub(super) fn of(pos: Vec<V>) -> Self {
        Self { pos, ..Self::default() }
    }

    /// An argument by position.
    pub(super) fn at(&self, i: usize) -> Option<&V> {
        self.pos.get(i)
    }

    /// An argument by its keyword.
    pub(super) fn named(&self, name: &str) -> Option<&V> {
        self.named.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &V> {
        self.pos.iter().chain(self.named.iter().map(|(_, v)| v))
    }

    pub(super) fn deps(&self) -> Deps {
        let open = if self.open { Deps::OTHER } else { Deps::NONE };
        self.all().fold(open, |d, v| d.or(v.deps()))
    }

    /// What they depend on, contexts handed on left out: those only cancel.
    pub(super) fn deps_but_context(&self) -> Deps {
        let open = if self.open { Deps::OTHER } else { Deps::NONE };
        let all = self.all().filter(|v| !matches!(v, V::Sym(Value::Context(p)) if p.is_empty()));
        all.fold(open, |d, v| d.or(v.deps()))
    }

    pub(super) fn functions(&self) -> Vec<Rc<Func>> {
        self.all().flat_map(V::functions_within).collect()
    }

    /// All but the first `n` positional arguments.
    fn behind(&self, n: usize) -> Self {
        Self { pos: self.pos.iter().skip(n).cloned().collect(), named: self.named.clone(), open: self.open }
    }
}

/// Where a call is and how it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'e> {
    pub span: Span,
    pub callee: Option<&'e Expr>,
    pub args: &'e [Arg],
    pub is_new: bool,
}

impl Site<'_> {
    pub(super) fn at(span: Span) -> Self {
        Self { span, callee: None, args: &[], is_new: false }
    }

    /// The call as written, for people, its arguments shortened.
    pub(super) fn label(&self) -> SmolStr {
        let mut out = String::new();
        if self.is_new {
            out.push_str("new ");
        }
        if let Some(c) = self.callee {
            write_expr(c, &mut out, 0);
        }
        write_args(self.args, &mut out);
        out.into()
    }

    /// What is called, as written.
    pub(super) fn name(&self) -> SmolStr {
        let mut out = String::new();
        if let Some(c) = self.callee {
            write_expr(c, &mut out, 0);
        }
        out.into()
    }
}

fn write_args(args: &[Arg], out: &mut String) {
    match args {
        [] => out.push_str("()"),
        [Arg { name: None, value: Expr { kind: ExprKind::Str(s), .. } }, rest @ ..] if s.len() < 60 => {
            out.push_str("(\"");
            out.push_str(s);
            out.push_str(if rest.is_empty() { "\")" } else { "\", …)" });
        }
        _ => out.push_str("(…)"),
    }
}

fn write_expr(e: &Expr, out: &mut String, depth: u32) {
    if depth > 8 || out.len() > 80 {
        out.push('…');
        return;
    }
    match &e.kind {
        // A mark behind it only tells it from others of its name.
        ExprKind::Name(n) => {
            let n = n.strip_prefix("::").unwrap_or(n);
            out.push_str(n.split('\'').next().unwrap_or(n));
        }
        ExprKind::Attr { object, name, .. } => {
            // What stands for a bare name is not written.
            if object.span != e.span || is_path(object) {
                write_expr(object, out, depth + 1);
                out.push_str(if is_path(object) { "::" } else { "." });
            }
            out.push_str(name);
        }
        ExprKind::Call { callee, args, is_new } => {
            if *is_new {
                out.push_str("new ");
            }
            write_expr(callee, out, depth + 1);
            write_args(args, out);
        }
        ExprKind::Await(x) => write_expr(x, out, depth + 1),
        ExprKind::Module(m) => {
            out.push_str("require(\"");
            out.push_str(m);
            out.push_str("\")");
        }
        ExprKind::Index { object, .. } => {
            write_expr(object, out, depth + 1);
            out.push_str("[…]");
        }
        _ => out.push('…'),
    }
}

/// Whether an expression is a path from the names that are known anywhere (`a::b`).
fn is_path(e: &Expr) -> bool {
    let mut e = e;
    while let ExprKind::Attr { object, .. } = &e.kind {
        e = object;
    }
    matches!(&e.kind, ExprKind::Name(n) if n.starts_with("::"))
}

/// A function that is running.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub unit: UnitId,
    pub id: FnId,
    /// The names around the function: another set makes it another function (a decorator's wrapper).
    around: *const RefCell<Frame>,
}

/// How often a function was entered, and whether its runs had effects.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Runs {
    count: u32,
    effects: bool,
}

/// The parts of the state that belong to the code being followed.
struct Outer {
    unit: UnitId,
    lang: Lang,
    frame: FrameRef,
    returns: Vec<V>,
    control: Deps,
    decided: Deps,
    testing: u32,
    guarded: u32,
}

impl Interp<'_> {
    /// A call expression.
    pub(super) fn call(&mut self, callee: &Expr, args: &[Arg], is_new: bool, span: Span) -> V {
        let site = Site { span, callee: Some(callee), args, is_new };
        if let Some(v) = self.super_call(callee, args, span) {
            return v;
        }
        let messages = self.lang.traits().messages;
        let (target, object) = match &callee.kind {
            ExprKind::Name(n) if messages => (self.receiverless(n, span), None),
            ExprKind::Attr { object, name, optional } => {
                if let Some(v) = self.exports_place(object, name) {
                    (v, None)
                } else {
                    let testing = std::mem::take(&mut self.testing);
                    let o = self.eval(object);
                    self.testing = testing;
                    self.dereferenced(&o, name, object, *optional);
                    if let Some(v) = self.chained(&o, name, args, object, &site) {
                        return v;
                    }
                    let f = if self.lang.traits().object_methods && !is_new {
                        self.method_of(&o, name, args.len(), callee.span)
                    } else {
                        self.attr(&o, name, callee.span, *optional)
                    };
                    (with_this(f, &o), Some(&**object))
                }
            }
            _ => (self.eval(callee), None),
        };
        let args = self.arguments(args);
        if messages {
            return self.message(&target, args, &site, object);
        }
        self.apply(&target, args, &site, object)
    }

    pub(super) fn arguments(&mut self, args: &[Arg]) -> Args {
        let mut out = Args::default();
        for a in args {
            match (&a.name, &a.value.kind) {
                (Some(n), _) if n == "**" => {
                    let v = match &a.value.kind {
                        ExprKind::Spread(x) => self.eval(x),
                        _ => self.eval(&a.value),
                    };
                    out.open |= Self::spread_into(&v, &mut out.named);
                }
                (Some(n), _) => {
                    let v = self.eval(&a.value);
                    out.named.push((n.clone(), v));
                }
                (None, ExprKind::Spread(x)) => match self.eval(x) {
                    V::List(l, open) => {
                        out.pos.extend(l.iter().cloned());
                        out.open |= open;
                    }
                    V::Sym(Value::List(l, open)) => {
                        out.pos.extend(l.into_iter().map(V::Sym));
                        out.open |= open;
                    }
                    v => {
                        out.pos.push(v.element());
                        out.open = true;
                    }
                },
                _ => {
                    let v = self.eval(&a.value);
                    out.pos.push(v);
                }
            }
        }
        out
    }

    /// Call a value.
    pub(super) fn call_value(&mut self, target: &V, args: Args, span: Span) -> V {
        self.apply(target, args, &Site::at(span), None)
    }

    /// Call a value. `object`: the expression whose method it is, to give it back what the method changed.
    pub(super) fn apply(&mut self, target: &V, mut args: Args, site: &Site<'_>, object: Option<&Expr>) -> V {
        Self::unpiped(target, &mut args);
        match target {
            V::Func(f) => {
                let v = self.enter(f, args, site.span, false);
                if site.is_new && v.is_null() { V::unknown() } else { v }
            }
            // A conversion.
            V::Class(unit, _)
                if !site.is_new && self.program.unit(*unit).lang.traits().converts && args.pos.len() == 1 =>
            {
                args.at(0).cloned().unwrap_or_else(V::unknown)
            }
            V::Class(unit, id) => self.construct((*unit, *id), args, site.span),
            V::Instance(i) => {
                let class = i.try_borrow().map(|b| b.class);
                let call = class.ok().and_then(|c| self.class_member(c, "__call__", 0));
                match call {
                    Some(f) => {
                        let f = self.bound_to(f, target, site.span);
                        self.apply(&f, args, site, None)
                    }
                    None => self.called_unknown(target, &args, site),
                }
            }
            V::Method(o, name) => self.call_method(o, name, args, site, object),
            V::Ext(q, d) => {
                let given = if site.args.is_empty() { Deps::NONE } else { args.deps() };
                let v = self.external(q, *d, args, site);
                self.filled(site.args, &V::of_deps(given.or(v.deps())), None);
                v
            }
            V::OneOf(..) if self.is_overloaded(target) && self.overload(target, &args).is_some() => {
                let one = self.overload(target, &args).unwrap_or_else(V::unknown);
                self.apply(&one, args, site, object)
            }
            V::OneOf(..) => {
                let mut all = target.possibilities();
                if self.lang.traits().object_methods {
                    all = self.fitting(all, &args);
                }
                // One session or another: a client is built in any case.
                let is_session = |v: &V| matches!(v, V::Method(o, _) if matches!(&**o, V::Sdk(s) if matches!(**s, Sdk::Session { .. })));
                let several = all.iter().filter(|v| !v.is_null() && !is_session(v)).count() > 1;
                let outer = self.ctx.clone();
                self.ctx.branch |= several;
                let mut out: Option<V> = None;
                for v in all {
                    let r = self.apply(&v, args.clone(), site, object);
                    out = Some(out.map_or_else(|| r.clone(), |o| o.join(&r)));
                }
                self.ctx = outer;
                out.unwrap_or_else(V::unknown)
            }
            V::Sym(Value::Null) => V::Sym(Value::Null),
            // A method of data, of which only its name is known: `result["Body"].read()` gives what it holds.
            V::Sym(Value::CallResult { service, operation, path }) => {
                self.hand_over(args.functions(), Deps::CALL, true);
                let path = path.split_last().map(|(_, head)| head.to_vec()).unwrap_or_default();
                V::Sym(Value::CallResult { service: service.clone(), operation: operation.clone(), path })
            }
            V::Sym(Value::Event(_) | Value::Context(_)) => {
                self.hand_over(args.functions(), target.deps(), true);
                V::of_deps(target.deps().or(args.deps()))
            }
            _ => self.called_unknown(target, &args, site),
        }
    }

    /// A call of something that is not known: functions handed to it may be called.
    pub(super) fn called_unknown(&mut self, target: &V, args: &Args, site: &Site<'_>) -> V {
        self.give_up(Reason::Dynamic, format!("`{}` is called and not known", site.name()));
        let deps = target.deps().or(args.deps()).or(Deps::OTHER);
        self.hand_over(args.functions(), deps, true);
        V::of_deps(deps)
    }

    /// Functions given to a library: they run when it sees fit. While modules load that is later, on invocations.
    pub(super) fn hand_over(&mut self, functions: Vec<Rc<Func>>, deps: Deps, maybe: bool) {
        for f in functions {
            if self.phase == Phase::Init {
                let mut g = (*f).clone();
                g.maybe |= maybe;
                let args = vec![given(deps.or(Deps::EVENT)); self.arity(&f)];
                self.register(Rc::new(g), args);
            } else {
                let outer = self.ctx.clone();
                self.ctx.maybe |= maybe;
                let args = vec![given(deps); self.arity(&f)];
                let span = self.program.unit(f.unit).function(f.id).name_span;
                let v = self.enter(&f, Args::of(args), span, true);
                self.ctx = outer;
                self.let_go(&v, "a function it calls");
            }
        }
    }

    /// Remember a function that runs on invocations.
    pub(super) fn register(&mut self, f: Rc<Func>, args: Vec<V>) {
        self.register_as(f, Some(args));
    }

    /// The same; without arguments it is given what its parameters ask for.
    pub(super) fn register_as(&mut self, f: Rc<Func>, args: Option<Vec<V>>) {
        let known = self.registered.iter().any(|(g, _)| {
            g.unit == f.unit && g.id == f.id && g.maybe == f.maybe && Rc::ptr_eq(&g.frame, &f.frame)
        });
        if !known && self.registered.len() < 400 {
            self.registered.push((f, args));
        }
    }

    pub(super) fn arity(&self, f: &Func) -> usize {
        self.program.unit(f.unit).function(f.id).params.len()
    }

    /// Run a function of the project. `entry`: nothing in the code calls it, so the call is no link of the chain.
    pub(super) fn enter(&mut self, f: &Rc<Func>, mut args: Args, span: Span, entry: bool) -> V {
        let deps = args.deps();
        let around = Rc::as_ptr(&f.frame);
        let same = |c: &&Call| c.unit == f.unit && c.id == f.id;
        // What only calls what it is given (`timed("…", () -> …)`) is no recursion when it is used inside itself.
        let gives = self.lang.traits().object_methods && !args.functions().is_empty();
        if self.stack.iter().filter(same).any(|c| c.around == around) && !gives
            || self.stack.iter().filter(same).count() > 3
        {
            // Recursion: its code is being followed already.
            return V::of_deps(deps.or(Deps::OTHER));
        }
        if self.stack.len() >= MAX_DEPTH {
            self.give_up(Reason::Budget, "calls are nested too deeply");
            return V::of_deps(deps.or(Deps::OTHER));
        }
        let runs = self.runs.entry((f.unit, f.id, self.phase)).or_default();
        runs.count += 1;
        if runs.count > MAX_RUNS {
            if runs.effects {
                self.give_up(Reason::Budget, "a function is called from too many places to follow each");
            }
            return V::of_deps(deps.or(Deps::OTHER));
        }
        if !self.step() {
            return V::of_deps(deps.or(Deps::OTHER));
        }
        let unit = self.program.unit(f.unit).clone();
        let function = unit.function(f.id);
        let effects = self.facts.len();
        let complete = self.incomplete.is_none();

        let folds = unit.lang.traits().folds_case && function.class.is_none();
        let parent = if folds { self.around(&f.frame) } else { f.frame.clone() };
        let frame = self.new_frame(Some(parent), f.unit);
        let outer = Outer {
            unit: std::mem::replace(&mut self.unit, f.unit),
            lang: std::mem::replace(&mut self.lang, unit.lang),
            frame: std::mem::replace(&mut self.frame, frame),
            returns: std::mem::take(&mut self.returns),
            control: std::mem::replace(&mut self.control, Deps::NONE),
            decided: std::mem::replace(&mut self.decided, Deps::NONE),
            testing: std::mem::take(&mut self.testing),
            guarded: std::mem::take(&mut self.guarded),
        };
        let ctx = self.ctx.clone();
        if !entry {
            let callee = match function.class {
                Some(c) if function.name == "constructor" || function.name == "__new__" => {
                    unit.class(c).name.clone()
                }
                _ if function.name.is_empty() => SmolStr::new_static("a closure"),
                _ => SmolStr::new(function.name.strip_prefix("self.").unwrap_or(&function.name)),
            };
            self.ctx.chain.push(handler::Call { span, callee });
        }
        self.ctx.memo |= f.memo;
        self.ctx.maybe |= f.maybe;
        if self.ctx.idempotent.is_none() {
            self.ctx.idempotent.clone_from(&f.idempotent);
        }
        self.event_object |= f.event_object;
        self.stack.push(Call { unit: f.unit, id: f.id, around });
        self.bind_params(f, &mut args);
        let flow = self.block(&function.body);
        self.stack.pop();
        self.ctx = ctx;
        let mut returns = std::mem::replace(&mut self.returns, outer.returns);
        self.unit = outer.unit;
        self.lang = outer.lang;
        self.frame = outer.frame;
        self.control = outer.control;
        let decided = std::mem::replace(&mut self.decided, outer.decided);
        self.testing = outer.testing;
        self.guarded = outer.guarded;

        let changed = self.facts.len() != effects || (complete && self.incomplete.is_some());
        if let Some(r) = self.runs.get_mut(&(f.unit, f.id, self.phase)) {
            r.effects |= changed;
        }
        if flow == Flow::On && !function.is_generator {
            returns.push(V::Sym(Value::Null));
        }
        let mut all = returns.into_iter();
        let first = all.next().unwrap_or(V::Sym(Value::Null));
        let several = unit.lang.traits().errors_are_results;
        self.exited = false;
        all.fold(first, |a, b| match (&a, &b) {
            // Several results are joined one by one.
            (V::List(x, false), V::List(y, false)) if several && x.len() == y.len() && x.len() > 1 => {
                V::List(Rc::new(x.iter().zip(y.iter()).map(|(x, y)| x.chosen(y, decided)).collect()), false)
            }
            _ => a.chosen(&b, decided),
        })
    }

    fn bind_params(&mut self, f: &Func, args: &mut Args) {
        let unit = self.program.unit(f.unit).clone();
        let function = unit.function(f.id);
        let mut pos: Vec<V> = f.bound.clone();
        if let Some(this) = &f.this {
            if unit.lang.traits().receiver_is_param {
                pos.insert(0, (**this).clone());
            } else {
                self.frame.borrow_mut().set(&SmolStr::new_static("this"), (**this).clone());
            }
        }
        pos.append(&mut args.pos);
        // `Type::method` gets its object first.
        if unit.lang.traits().object_methods
            && f.this.is_none()
            && function.class.is_some()
            && !function.is_static
            && !pos.is_empty()
        {
            let this = pos.remove(0);
            self.frame.borrow_mut().set(&SmolStr::new_static("this"), this);
        }
        if unit.lang.traits().messages {
            Self::fit_arguments(function, &mut pos, args);
        }
        // `f(g())` with the results of `g`.
        if unit.lang.traits().errors_are_results
            && let [V::List(l, false)] = &pos[..]
            && l.len() > 1
            && l.len() == function.params.len()
        {
            pos = l.to_vec();
        }
        let mut next = 0;
        for (i, p) in function.params.iter().enumerate() {
            if p.rest {
                let rest = pos.iter().skip(next).cloned().collect();
                next = pos.len();
                self.bind(&p.pattern, V::List(Rc::new(rest), args.open), true);
                continue;
            }
            if p.rest_named {
                let (blocks, rest) = std::mem::take(&mut args.named).into_iter().partition(|(n, _)| n == "&");
                args.named = blocks;
                self.bind(&p.pattern, V::Map(Rc::new(rest), args.open), true);
                continue;
            }
            let by_name = match &p.pattern {
                crate::code::hir::Pattern::Name(n, _) => {
                    let folds = unit.lang.traits().folds_case;
                    let meant = |k: &str| k == n || folds && Self::is_meant(function, n, k);
                    let at = args.named.iter().position(|(k, _)| meant(k));
                    at.map(|at| args.named.remove(at).1)
                }
                _ => None,
            };
            let given = by_name.or_else(|| {
                let v = pos.get(next).cloned();
                next += usize::from(v.is_some());
                v
            });
            let v = match (given, &p.default) {
                (Some(v), None) => v,
                // `undefined` takes the default as well.
                (Some(v), Some(_)) if unit.lang == Lang::Python || !v.is_null() => v,
                (_, Some(d)) => {
                    let v = match f.defaults.get(i) {
                        Some(Some(v)) => v.clone(),
                        _ => self.eval(d),
                    };
                    if args.open { v.join(&V::unknown()) } else { v }
                }
                (None, None) if args.open || unit.lang == Lang::Python => V::unknown(),
                (None, None) => V::Sym(Value::Null),
            };
            let v = match &p.ty {
                Some(ty) => self.of_type(ty, v),
                None => v,
            };
            self.bind(&p.pattern, v, true);
        }
    }

    /// Call a function with what is behind the first `n` arguments.
    pub(super) fn run_with_rest(&mut self, f: &V, args: &Args, n: usize, span: Span) -> V {
        self.call_value(f, args.behind(n), span)
    }
}

/// Methods of plain objects have the object as `this`.
fn with_this(f: V, o: &V) -> V {
    match (&f, o) {
        (V::Func(g), V::Map(..) | V::Exports(_)) if g.this.is_none() => {
            let mut g = (**g).clone();
            g.this = Some(Box::new(o.clone()));
            V::Func(Rc::new(g))
        }
        _ => f,
    }
}
