//! The search for loops: from what code writes, along connections and triggers, to the code they start.

use lamlint_model::app::{Forward, Function, Kind, Place, Signal, Trigger, writes};
use lamlint_model::handler::{Fact, FactKind, Phase, SdkCall};
use lamlint_model::value::Same;
use lamlint_model::{Cx, ResourceId, Span, Tri, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Bound on the connections between a write and the function it starts.
const MAX_FORWARDS: usize = 6;
/// Bound on the functions of one loop.
const MAX_FUNCTIONS: usize = 8;

/// How a function gets started: the nodes of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Start {
    /// By a trigger, the index into `App::triggers`.
    Trigger(usize),
    /// By a call from another function.
    Invoked(ResourceId),
}

/// Code of one function that starts another one.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// The function whose code it is.
    pub(super) from: ResourceId,
    /// Where the code stands.
    pub(super) span: Span,
    /// What it writes to first; the function it invokes.
    pub(super) first: First,
    /// The places on the way behind the first.
    pub(super) through: Vec<Place>,
    pub(super) to: Start,
    pub(super) claim: Tri,
    /// The message is held back for a while: a deliberate repetition.
    pub(super) delayed: bool,
}

/// What code reaches first.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum First {
    Function(ResourceId),
    Place(Place),
}

/// What starts what: by writes, connections and triggers, and by calls.
pub(super) struct Graph<'a> {
    pub(super) cx: &'a Cx<'a>,
    forwards: Vec<Forward>,
    /// The place of each trigger.
    places: Vec<Option<Place>>,
    /// All starts with what the code started by them does.
    edges: BTreeMap<Start, Vec<Edge>>,
}

impl<'a> Graph<'a> {
    pub(super) fn of(cx: &'a Cx<'a>) -> Self {
        let places = cx.app.triggers.iter().map(|t| cx.app.trigger_place(t)).collect();
        let mut graph = Self { cx, forwards: cx.app.forwards(), places, edges: BTreeMap::new() };
        let starts = (0..cx.app.triggers.len())
            .map(Start::Trigger)
            .chain(cx.app.functions().map(|f| Start::Invoked(f.resource.id)));
        for start in starts {
            let edges = graph.edges_of(start);
            graph.edges.insert(start, edges);
        }
        graph
    }

    fn function_of(&self, start: Start) -> ResourceId {
        match start {
            Start::Trigger(i) => self.cx.app.triggers[i].function,
            Start::Invoked(id) => id,
        }
    }

    fn after(&self, start: Start) -> &[Edge] {
        self.edges.get(&start).map_or(&[], Vec::as_slice)
    }

    fn edges_of(&self, start: Start) -> Vec<Edge> {
        let id = self.function_of(start);
        let (Some(f), Some(h)) = (self.cx.app.function(id), self.cx.handler_of(id)) else {
            return Vec::new();
        };
        if f.resource.generated {
            return Vec::new();
        }
        let entered = match start {
            Start::Trigger(i) => self.cx.app.triggers.get(i),
            Start::Invoked(_) => None,
        };
        let mut out = Vec::new();
        for fact in &h.facts {
            // A condition before a write may be what ends the loop.
            if let FactKind::SdkCall(call) = &fact.kind
                && fact.phase == Phase::Invoke
                && fact.unguarded()
            {
                self.write_edges(f, fact, call, entered, &mut out);
                self.invoke_edges(f, fact, call, &mut out);
            }
        }
        out
    }

    /// From a write along the connections to every trigger it certainly reaches.
    fn write_edges(
        &self,
        f: Function<'_>,
        fact: &Fact,
        call: &SdkCall,
        entered: Option<&Trigger>,
        out: &mut Vec<Edge>,
    ) {
        let app = self.cx.app;
        let delayed = call.arg("DelaySeconds").is_some();
        for w in writes(call).into_iter().filter(|w| w.repeats) {
            let places = app.places(f.resource.id, &w.to, w.kind, fact.span, entered);
            let mut known: Vec<Place> = Vec::new();
            for a in places.alts() {
                if !known.contains(&a.value) {
                    known.push(a.value.clone());
                }
            }
            let signal = app.settled(f.resource.id, &w.signal, fact.span, entered);
            for first in known {
                let name = self.place_name(&first);
                let named = places.some(|_| format!("this is {name}"), |p| *p == first);
                let claim = fact.with(format!("`{}` writes to {name}", f.name()), named);
                self.follow(f, fact, &first, signal.clone(), &claim, delayed, entered, out);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one step of the search above, split off for its length")]
    fn follow(
        &self,
        f: Function<'_>,
        fact: &Fact,
        first: &Place,
        signal: Signal,
        claim: &Tri,
        delayed: bool,
        entered: Option<&Trigger>,
        out: &mut Vec<Edge>,
    ) {
        let app = self.cx.app;
        let mut seen = vec![first.clone()];
        let mut queue = VecDeque::from([(first.clone(), signal, claim.clone(), Vec::<Place>::new())]);
        while let Some((place, signal, claim, through)) = queue.pop_front() {
            for (i, t) in app.triggers.iter().enumerate() {
                if app.resource(t.function).application != f.resource.application
                    || self.places.get(i).and_then(Option::as_ref) != Some(&place)
                    || app.passes(&signal, t, entered) != Same::Yes
                {
                    continue;
                }
                let note = format!("{} invokes `{}`", self.place_name(&place), app.resource(t.function).name);
                out.push(Edge {
                    from: f.resource.id,
                    span: fact.span,
                    first: First::Place(first.clone()),
                    through: through.clone(),
                    to: Start::Trigger(i),
                    claim: claim.clone().and(t.active(note)),
                    delayed,
                });
            }
            if through.len() >= MAX_FORWARDS {
                continue;
            }
            for fw in self.forwards.iter().filter(|fw| fw.from == place) {
                if seen.contains(&fw.to)
                    || app.resource(fw.connection).application != f.resource.application
                    || app.forwarded(&signal, fw) != Same::Yes
                {
                    continue;
                }
                seen.push(fw.to.clone());
                let note = format!("{} passes it on to {}", self.place_name(&place), self.place_name(&fw.to));
                let mut through = through.clone();
                through.push(fw.to.clone());
                queue.push_back((
                    fw.to.clone(),
                    app.after(&signal, fw),
                    claim.clone().and(fw.active(note)),
                    through,
                ));
            }
        }
    }

    /// A call of another function. A function that calls itself is `recursive-invocation`.
    fn invoke_edges(&self, f: Function<'_>, fact: &Fact, call: &SdkCall, out: &mut Vec<Edge>) {
        let invokes = call.service == "lambda" && matches!(call.operation.as_str(), "Invoke" | "InvokeAsync");
        let dry = call.arg("InvocationType").and_then(Value::as_str) == Some("DryRun");
        let Some(name) = call.arg("FunctionName").filter(|v| !matches!(v, Value::OneOf(_))) else { return };
        if !invokes || dry || call.foreign {
            return;
        }
        let app = self.cx.app;
        let resolved = app.resolve(f.resource.id, name, fact.span, None);
        let named = |v: &Value| app.function_named(f.resource.application, v).map(|(id, _)| id);
        let targets: BTreeSet<ResourceId> = resolved.alts().iter().filter_map(|a| named(&a.value)).collect();
        for id in targets.into_iter().filter(|id| *id != f.resource.id) {
            let called = &app.resource(id).name;
            let this = resolved.some(|_| format!("this is `{called}`"), |v| named(v) == Some(id));
            out.push(Edge {
                from: f.resource.id,
                span: fact.span,
                first: First::Function(id),
                through: Vec::new(),
                to: Start::Invoked(id),
                claim: fact.with(format!("`{}` invokes `{called}`", f.name()), this),
                delayed: false,
            });
        }
    }

    /// All shortest loops, the shortest first, each beginning at its smallest function.
    pub(super) fn cycles(&self) -> Vec<Vec<Edge>> {
        let mut out: Vec<Vec<Edge>> = Vec::new();
        let mut known: BTreeSet<Vec<(ResourceId, Span)>> = BTreeSet::new();
        for (start, edges) in &self.edges {
            for first in edges {
                let Some(mut cycle) = self.back(first, *start) else { continue };
                if let Some(i) = (0..cycle.len()).min_by_key(|i| cycle[*i].from) {
                    cycle.rotate_left(i);
                }
                let mut key: Vec<(ResourceId, Span)> = cycle.iter().map(|e| (e.from, e.span)).collect();
                key.sort_unstable();
                if known.insert(key) {
                    out.push(cycle);
                }
            }
        }
        out.sort_by_key(Vec::len);
        out
    }

    /// The shortest way from an edge back to where it starts.
    fn back(&self, first: &Edge, start: Start) -> Option<Vec<Edge>> {
        let proved = |e: &Edge| matches!(e.claim, Tri::Yes(_));
        if !proved(first) {
            return None;
        }
        let mut seen = BTreeSet::from([first.to]);
        let mut queue = VecDeque::from([vec![first.clone()]]);
        while let Some(path) = queue.pop_front() {
            let at = path.last()?.to;
            if at == start {
                return Some(path);
            }
            if path.len() >= MAX_FUNCTIONS {
                continue;
            }
            for e in self.after(at).iter().filter(|e| proved(e)) {
                if seen.insert(e.to) {
                    let mut path = path.clone();
                    path.push(e.clone());
                    queue.push_back(path);
                }
            }
        }
        None
    }

    pub(super) fn place_name(&self, p: &Place) -> String {
        match p {
            Place::Resource(id) => {
                let r = self.cx.app.resource(*id);
                format!("{} `{}`", r.kind.word(), r.name)
            }
            Place::Outside(Kind::EventBus, Value::Str(s)) if s == "default" => "the default event bus".into(),
            Place::Outside(kind, Value::Str(s)) => format!("{} `{s}`", kind.word()),
            Place::Outside(kind, name) => format!("{} {name}", kind.word()),
        }
    }
}
