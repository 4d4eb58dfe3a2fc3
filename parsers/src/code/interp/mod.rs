//! Follows a handler through everything its calls reach: an abstract interpreter over [`super::hir`].
//!
//! Module bodies run once, in the *init* phase; then the entry point runs with a symbolic event and context.
//! Every branch is taken, loops run once with what they change forgotten, calls into the project are entered with
//! their arguments bound, calls into libraries are looked up in [`super::api`]. What can't be followed makes the
//! handler incomplete, never wrong: values become unknown and the reason is kept.

mod access;
mod assembly;
mod assign;
mod beyond;
mod branch;
mod builders;
mod call;
mod chain;
mod classes;
mod command;
mod container;
mod decorate;
mod environment;
mod expr;
mod external;
mod hosting;
mod http;
mod lookup;
mod messages;
mod methods;
mod modules;
mod objects;
mod overloads;
mod package;
mod project;
mod sdk;
mod sdk_js;
mod signed;
mod stmt;
mod text;
mod typed;
mod types;
pub(crate) mod value;

pub(crate) use lookup::{CRATE, GO_MODULE};

use super::Entry;
use super::hir::{FnId, Lang};
use super::lang::EntryPoint;
use super::program::{UnitId, View};
use call::{Args, Call};
use lamlint_model::handler::{Beyond, Ctx, Fact, FactKind, Handler, Phase};
use lamlint_model::source::Span;
use lamlint_model::tri::{Reason, Why};
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::rc::Rc;
use value::{ClassInfo, Frame, FrameRef, Func, V};

/// Bound on statements and expressions followed for one handler.
const MAX_STEPS: u32 = 400_000;
/// Bound on nested calls, and on the depth of nested expressions and blocks.
const MAX_DEPTH: usize = 48;
const MAX_NESTING: u32 = 400;
/// Runs of one function, beyond which its further calls are not followed.
const MAX_RUNS: u32 = 24;

/// The state of following one handler.
#[expect(clippy::struct_excessive_bools, reason = "independent properties")]
pub(crate) struct Interp<'p> {
    program: View<'p>,
    roots: &'p [String],
    /// The unit whose code is being followed.
    unit: UnitId,
    lang: Lang,
    frame: FrameRef,
    modules: BTreeMap<UnitId, FrameRef>,
    facts: Vec<Fact>,
    phase: Phase,
    ctx: Ctx,
    stack: Vec<Call>,
    runs: BTreeMap<(UnitId, FnId, Phase), call::Runs>,
    returns: Vec<V>,
    /// What decides whether the statement that is followed is reached in its function.
    control: Deps,
    /// What decides which of the returns is reached.
    decided: Deps,
    steps: u32,
    nesting: u32,
    incomplete: Option<Why>,
    beyond: Vec<Beyond>,
    /// Functions handed to a library while modules load (routes, record handlers): they run on invocations. Without
    /// arguments those that are given what their parameters ask for.
    registered: Vec<(Rc<Func>, Option<Vec<V>>)>,
    classes: BTreeMap<(UnitId, super::hir::ClassId), Rc<ClassInfo>>,
    /// Attributes that functions were given.
    attributes: BTreeMap<(UnitId, FnId), BTreeMap<SmolStr, V>>,
    /// Objects that are made once per environment, with where.
    kept: Vec<(classes::Kept, V)>,
    /// The event is an object made by a library, not the plain mapping.
    event_object: bool,
    /// The SDK was given credentials or an endpoint for all its clients (`AWS.config.update`).
    foreign: bool,
    /// Modules that are being loaded, nested.
    loading: usize,
    /// Above zero inside a `try` that catches the absence of a variable.
    guarded: u32,
    /// Above zero while a condition is evaluated.
    testing: u32,
    /// Something was asked about the event: see [`Ctx::asked`].
    asked: bool,
    /// Environment variables the code sets itself.
    env: environment::Written,
    /// Packages of several files, by each of their files.
    packages: BTreeMap<UnitId, Rc<package::Package>>,
    /// What the program started the runtime with.
    started: Vec<V>,
    /// The runtime gives the event and the context as parts of one object.
    payload: bool,
    /// The file that declares a file as its module.
    parents: BTreeMap<UnitId, UnitId>,
    /// The expression that was evaluated last does not come back.
    exited: bool,
    /// Projects by their directories.
    projects: BTreeMap<String, Rc<project::Project>>,
    /// Services registered with a container: the name of their type, and what makes them.
    services: Vec<container::Service>,
    /// Their clients may have credentials of somebody else.
    services_foreign: bool,
    /// What the object that is being made asks for its services.
    asking: container::Asked,
    /// The code runs anew for each event: there is no other place for what is made once.
    scripted: bool,
}

/// Whether control goes on after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Exits,
}

/// Follow an entry point. `None` when the unit has no such symbol.
pub(crate) fn run(program: View<'_>, entry: &Entry) -> Option<Handler> {
    let unit = program.unit(entry.unit);
    let mut it = Interp {
        program,
        roots: &entry.roots,
        unit: entry.unit,
        lang: unit.lang,
        frame: FrameRef::default(),
        modules: BTreeMap::new(),
        facts: Vec::new(),
        phase: Phase::Init,
        ctx: Ctx::default(),
        stack: Vec::new(),
        runs: BTreeMap::new(),
        returns: Vec::new(),
        control: Deps::NONE,
        decided: Deps::NONE,
        steps: 0,
        nesting: 0,
        incomplete: None,
        beyond: Vec::new(),
        registered: Vec::new(),
        classes: BTreeMap::new(),
        attributes: BTreeMap::new(),
        kept: Vec::new(),
        event_object: false,
        foreign: false,
        loading: 0,
        guarded: 0,
        testing: 0,
        asked: false,
        env: environment::Written::default(),
        packages: BTreeMap::new(),
        started: Vec::new(),
        payload: false,
        parents: BTreeMap::new(),
        exited: false,
        projects: BTreeMap::new(),
        services: Vec::new(),
        services_foreign: false,
        asking: container::Asked::default(),
        scripted: false,
    };
    let script = match entry.symbol.as_str() {
        "" => Some(""),
        s => s.strip_prefix("::"),
    };
    if let Some(function) = script.filter(|_| !unit.lang.traits().ambient.is_empty()) {
        it.run_script(entry.unit, function);
        let symbol =
            if function.is_empty() { crate::files::file_name(program.path(entry.unit)) } else { function };
        let span = unit_span(unit);
        return Some(it.told(entry, symbol, span, unit.file));
    }
    let frame = it.load(entry.unit);
    it.frame = frame;
    let starts = unit.lang.traits().entry;
    let value = match starts {
        EntryPoint::Assembly => it.entry_method(entry.unit, &entry.symbol)?,
        EntryPoint::Method => it.handler_object(entry.unit, &entry.symbol)?,
        EntryPoint::Program => it.started_by(entry.unit, &entry.symbol)?,
        EntryPoint::Module => {
            let mut value = it.export(entry.unit, entry.symbol.split('.').next().unwrap_or_default())?;
            for part in entry.symbol.split('.').skip(1) {
                value = it.attr(&value, part, unit_span(unit), false);
            }
            value
        }
    };
    it.phase = Phase::Invoke;
    let functions = value.functions();
    let (symbol_span, file) = match functions.first() {
        Some(f) => {
            let u = program.unit(f.unit);
            (u.function(f.id).name_span, u.file)
        }
        None => (unit_span(unit), unit.file),
    };
    let event = V::Sym(Value::Event(Vec::new()));
    let context = V::Sym(Value::Context(Vec::new()));
    let callback = V::Ext("lambda.callback".into(), Deps::NONE);
    if starts == EntryPoint::Method {
        it.run_method(&value, symbol_span);
    } else if matches!(starts, EntryPoint::Program | EntryPoint::Assembly) {
        it.run_started(&value, symbol_span);
    } else if let Some(f) = functions.first().filter(|f| program.unit(f.unit).lang.traits().named_event) {
        let named = vec![("event".into(), event), ("context".into(), context)];
        it.enter(f, Args { named, ..Args::default() }, symbol_span, true);
    } else if let Some(f) = functions.first() {
        it.event_object |= takes_object(program.unit(f.unit).function(f.id));
        it.enter(f, Args::of(vec![event, context, callback]), symbol_span, true);
    } else {
        // A callable instance, a bound method, or something of a library.
        it.call_value(&value, Args::of(vec![event, context]), symbol_span);
        if !matches!(value, V::Instance(_)) {
            it.give_up(Reason::Dynamic, "the handler is no plain function");
        }
    }
    Some(it.told(entry, &entry.symbol, symbol_span, file))
}

impl Interp<'_> {
    /// What was found.
    fn told(
        mut self,
        entry: &Entry,
        symbol: &str,
        span: Span,
        file: lamlint_model::source::FileId,
    ) -> Handler {
        let program = self.program;
        let unit = program.unit(entry.unit);
        self.run_registered();
        let it = self;
        let mut facts = it.facts;
        for f in &mut facts {
            f.ctx.env.retain(|t| !it.env.holds(&t.name));
        }
        facts.sort_by_key(|f| (f.phase, f.span));
        let mut operations: Vec<SmolStr> =
            it.modules.keys().flat_map(|id| program.unit(*id).operations.iter().cloned()).collect();
        operations.sort_unstable();
        operations.dedup();
        Handler {
            function: entry.function,
            file,
            symbol: symbol.into(),
            span,
            language: unit.lang.name(),
            facts,
            complete: it.incomplete.map_or(Ok(()), Err),
            beyond: it.beyond,
            operations,
        }
    }
}

/// Whether a handler says that its event is something other than a plain mapping.
fn takes_object(f: &super::hir::Function) -> bool {
    let plain = |a: &SmolStr| {
        let a = a.trim_matches(['"', '\'', ' ']);
        let head = a.split(['[', '|']).next().unwrap_or_default().trim();
        matches!(
            head.rsplit('.').next().unwrap_or_default(),
            "dict" | "Dict" | "Any" | "Mapping" | "MutableMapping" | "object" | "JSON"
        )
    };
    f.params.first().and_then(|p| p.annotation.as_ref()).is_some_and(|a| !plain(a))
}

fn unit_span(unit: &super::hir::Unit) -> Span {
    unit.body.first().map_or(Span::new(unit.file, 0, 0), |s| s.span)
}

impl Interp<'_> {
    fn give_up(&mut self, reason: Reason, detail: impl Into<SmolStr>) {
        if self.incomplete.is_none() {
            self.incomplete = Some(Why::new(reason, detail));
        }
    }

    /// Count a step; false when the bound is reached.
    fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.give_up(Reason::Budget, "the code is too large to follow to its end");
            return false;
        }
        true
    }

    fn fact(&mut self, kind: FactKind, span: Span) {
        let mut fact = Fact { kind, span, phase: self.phase, ctx: self.ctx.clone() };
        fact.ctx.asked = self.asked && self.phase == Phase::Invoke;
        if let Some(known) =
            self.facts.iter_mut().find(|f| f.span == span && f.phase == fact.phase && f.kind == fact.kind)
        {
            // The same thing reached twice: keep the surer way, and what both ways ask.
            let mut env = std::mem::take(&mut known.ctx.env);
            env.retain(|t| fact.ctx.env.contains(t));
            if doubts(&fact.ctx) < doubts(&known.ctx) {
                known.ctx = fact.ctx;
            }
            known.ctx.env = env;
            return;
        }
        self.facts.push(fact);
    }

    fn new_frame(&self, parent: Option<FrameRef>, unit: UnitId) -> FrameRef {
        let frame = FrameRef::default();
        {
            let mut f = frame.borrow_mut();
            f.parent = parent;
            f.unit = Some(unit);
            f.persistent = self.phase == Phase::Init;
        }
        frame
    }

    /// Functions a library was given while modules loaded run on invocations, on some of them.
    fn run_registered(&mut self) {
        let mut done = 0;
        while let Some((f, args)) = self.registered.get(done).cloned() {
            done += 1;
            let outer = self.ctx.clone();
            self.ctx.event_branch = true;
            let span = self.program.unit(f.unit).function(f.id).name_span;
            let answers = args.is_none();
            let request = V::of_deps(Deps::EVENT);
            let args = args.map_or_else(|| self.typed_arguments(&f, &request), Args::of);
            let v = self.enter(&f, args, span, true);
            self.ctx = outer;
            // What answers a request is written, and that is all.
            if !answers {
                self.let_go(&v, "a function it calls");
            }
        }
    }
}

fn doubts(c: &Ctx) -> usize {
    usize::from(c.memo) * 8
        + usize::from(c.maybe) * 4
        + usize::from(c.event_branch) * 2
        + usize::from(c.branch) * 2
        + usize::from(c.asked)
        + usize::from(c.idempotent.is_some())
        + c.chain.len().min(1)
}

/// A name of a frame or of the frames around it.
fn lookup(frame: &FrameRef, name: &str) -> Option<(V, bool)> {
    let mut at = Some(frame.clone());
    let mut n = 0;
    while let Some(f) = at {
        n += 1;
        if n > 64 {
            return None;
        }
        let b = f.borrow();
        if let Some(v) = b.vars.get(name) {
            return Some((v.clone(), b.persistent));
        }
        let parent = b.parent.clone();
        drop(b);
        at = parent;
    }
    None
}

impl Frame {
    fn set(&mut self, name: &SmolStr, v: V) {
        self.vars.insert(name.clone(), v);
    }
}

#[cfg(test)]
mod tests;
