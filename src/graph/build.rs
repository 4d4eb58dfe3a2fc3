//! Collects the nodes and edges of a graph from the models.

use super::{Edge, Flow, Graph, LOOPS, Node, Shape, svg};
use crate::report::{Report, printable};
use lamlint_model::app::{
    ApplicationId, Errand, Kind, Place, Resource, Target, Trigger, TriggerKind, writes,
};
use lamlint_model::handler::{Fact, FactKind, Handler, SdkCall};
use lamlint_model::source::FileId;
use lamlint_model::{App, ResourceId, Span, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Words of one edge that are shown; further ones are counted.
const MAX_WORDS: usize = 3;

/// What a node stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Resource(ResourceId),
    /// Names are compared only within one application.
    Outside(ApplicationId, &'static str, String),
}

#[derive(Debug, Default)]
struct Words {
    labels: BTreeSet<String>,
    looping: bool,
}

struct Builder<'a> {
    report: &'a Report<'a>,
    app: &'a App,
    shapes: BTreeMap<Key, Shape>,
    edges: BTreeMap<(Key, Key, Flow), Words>,
    /// Where the loops that were found go along.
    loops: BTreeSet<Span>,
    /// Of functions: the files their code is in.
    code: BTreeMap<ResourceId, BTreeSet<FileId>>,
}

/// See [`Graph::of`].
pub(super) fn graph(report: &Report<'_>) -> Graph {
    let loops = report
        .outcome
        .findings
        .iter()
        .filter(|f| LOOPS.contains(&f.rule().id))
        .flat_map(|f| f.evidence().iter().map(lamlint_model::tri::Evidence::span))
        .collect();
    let app = &report.analysis.app;
    let (shapes, edges, code) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut b = Builder { report, app, shapes, edges, loops, code };
    for f in app.functions() {
        b.shapes.insert(Key::Resource(f.resource.id), Shape::Function);
    }
    b.triggers();
    b.forwards();
    for h in &report.analysis.handlers {
        b.code(h);
    }
    b.failures();
    b.finish()
}

fn shape(kind: Kind) -> Shape {
    match kind {
        Kind::Function => Shape::Function,
        Kind::Queue | Kind::Stream | Kind::DeliveryStream => Shape::Queue,
        Kind::Bucket | Kind::Table | Kind::LogGroup => Shape::Store,
        Kind::Topic | Kind::EventBus | Kind::StateMachine => Shape::Hub,
        _ => Shape::Source,
    }
}

/// Text of one line without characters that could steer a terminal or turn the words around them.
fn line(s: &str) -> String {
    printable(s).replace(['\n', '\u{2028}', '\u{2029}'], " ").replace(svg::misleading, "\u{fffd}")
}

impl Builder<'_> {
    fn resource(&mut self, id: ResourceId) -> Key {
        let key = Key::Resource(id);
        self.shapes.insert(key.clone(), shape(self.app.resource(id).kind));
        key
    }

    fn outside(&mut self, application: ApplicationId, kind: &'static str, name: &Value, shape: Shape) -> Key {
        let key = Key::Outside(application, kind, crate::report::model::show(self.app, name));
        self.shapes.insert(key.clone(), shape);
        key
    }

    fn place(&mut self, application: ApplicationId, p: &Place) -> Key {
        match p {
            Place::Resource(id) => self.resource(*id),
            Place::Outside(kind, name) => self.outside(application, kind.word(), name, shape(*kind)),
        }
    }

    fn edge(&mut self, ends: (Key, Key), flow: Flow, label: Option<String>, at: Span) {
        let looping = self.loops.contains(&at);
        let words = self.edges.entry((ends.0, ends.1, flow)).or_default();
        words.labels.extend(label.filter(|l| !l.is_empty()));
        words.looping |= looping;
    }

    fn source(&mut self, t: &Trigger) -> Key {
        let application = self.app.resource(t.connection).application;
        if let Some(p) = self.app.trigger_place(t) {
            return self.place(application, &p);
        }
        if let Some(id) = t.resource {
            return self.resource(id);
        }
        // A schedule is the rule that connects.
        if t.kind == TriggerKind::Schedule {
            return self.resource(t.connection);
        }
        self.outside(application, t.kind.word(), &t.source, Shape::Source)
    }

    fn triggers(&mut self) {
        let app = self.app;
        for t in &app.triggers {
            if app.resource(t.function).generated {
                continue;
            }
            let ends = (self.source(t), self.resource(t.function));
            let mut label = route(app.resource(t.connection));
            if t.disabled {
                label = Some(format!("{} (switched off)", label.unwrap_or_default()).trim().to_owned());
            }
            self.edge(ends, Flow::Trigger, label, t.at.span);
        }
    }

    fn forwards(&mut self) {
        for f in self.app.forwards() {
            let of = self.app.resource(f.connection).application;
            let ends = (self.place(of, &f.from), self.place(of, &f.to));
            let label = f.disabled.then(|| "(switched off)".to_owned());
            self.edge(ends, Flow::Forward, label, f.at.span);
        }
    }

    fn code(&mut self, h: &Handler) {
        let app = self.app;
        let Some(function) = h.function.filter(|id| !app.resource(*id).generated) else { return };
        self.code.entry(function).or_default().extend(h.facts.iter().map(|f| f.span.file));
        for fact in &h.facts {
            if let FactKind::SdkCall(call) = &fact.kind {
                self.writes(function, fact, call);
                self.invokes(function, fact, call);
            }
            // However it calls itself.
            let itself = self.report.outcome.findings.iter().any(|f| {
                f.rule().id == "recursive-invocation"
                    && f.primary() == fact.span
                    && f.subject() == app.resource(function).name
            });
            if itself {
                let key = self.resource(function);
                self.edge((key.clone(), key), Flow::Invoke, None, fact.span);
            }
        }
    }

    fn writes(&mut self, function: ResourceId, fact: &Fact, call: &SdkCall) {
        let app = self.app;
        for w in writes(call) {
            let entered: Vec<Option<&Trigger>> =
                std::iter::once(None).chain(app.triggers_of(function).map(Some)).collect();
            for t in entered {
                let places = app.places(function, &w.to, w.kind, fact.span, t);
                for a in places.alts() {
                    let ends =
                        (self.resource(function), self.place(app.resource(function).application, &a.value));
                    self.edge(ends, Flow::Write, Some(call.operation.to_string()), fact.span);
                }
            }
        }
    }

    fn invokes(&mut self, function: ResourceId, fact: &Fact, call: &SdkCall) {
        let invokes = call.service == "lambda" && matches!(call.operation.as_str(), "Invoke" | "InvokeAsync");
        let Some(name) = call.arg("FunctionName").filter(|_| invokes && !call.foreign) else { return };
        let app = self.app;
        let application = app.resource(function).application;
        for a in app.resolve(function, name, fact.span, None).alts() {
            if let Some((id, _)) = app.function_named(application, &a.value) {
                let ends = (self.resource(function), self.resource(id));
                self.edge(ends, Flow::Invoke, None, fact.span);
            }
        }
    }

    /// Where results and failures of functions, queues, topics and rules are sent.
    fn failures(&mut self) {
        const ENDS: &[(Kind, &[&str], Flow)] = &[
            (Kind::Function, &["DeadLetterConfig", "TargetArn"], Flow::Failure),
            (Kind::EventInvokeConfig, &["DestinationConfig", "OnFailure", "Destination"], Flow::Failure),
            (Kind::EventInvokeConfig, &["DestinationConfig", "OnSuccess", "Destination"], Flow::Success),
            (Kind::EventSourceMapping, &["DestinationConfig", "OnFailure", "Destination"], Flow::Failure),
            (Kind::Queue, &["RedrivePolicy", "deadLetterTargetArn"], Flow::Failure),
        ];
        let app = self.app;
        for r in &app.resources {
            for (_, path, flow) in ENDS.iter().filter(|(k, ..)| *k == r.kind) {
                let froms: Vec<ResourceId> = match r.kind {
                    Kind::Function | Kind::Queue => vec![r.id],
                    _ => {
                        let named = r.props.get("FunctionName").values();
                        let of = |v: &Value| app.function_named(r.application, v).map(|(id, _)| id);
                        named.alts().iter().filter_map(|a| of(a.value.as_ref()?)).collect()
                    }
                };
                let to = r.props.path(path).values();
                for value in to.alts().iter().filter_map(|a| a.value.as_ref()) {
                    let Some(to) = self.receiver(r, value) else { continue };
                    for from in &froms {
                        let ends = (self.resource(*from), to.clone());
                        self.edge(ends, *flow, None, r.anchor.span);
                    }
                }
            }
        }
        for s in app.sendings() {
            let from = match s.errand {
                Errand::Undelivered => {
                    let of = app.resource(s.connection).application;
                    app.place(of, &s.from, s.from_kind).map(|p| self.place(of, &p))
                }
                Errand::Failed => {
                    app.triggers.iter().find(|t| t.connection == s.connection).map(|t| self.source(t))
                }
                _ => None,
            };
            let Some(from) = from else { continue };
            let to = self.resource(s.to);
            self.edge((from, to), Flow::Failure, None, s.at.span);
        }
    }

    fn receiver(&mut self, r: &Resource, value: &Value) -> Option<Key> {
        const KINDS: &[Kind] = &[Kind::Queue, Kind::Topic, Kind::EventBus, Kind::Bucket, Kind::Stream];
        if let Some((id, _)) = self.app.function_named(r.application, value) {
            return Some(self.resource(id));
        }
        match self.app.target(r.application, value, KINDS)? {
            Target::Resource(id) => Some(self.resource(id)),
            Target::Physical(name) => {
                Some(self.outside(r.application, "resource", &Value::Str(name), Shape::Source))
            }
        }
    }

    fn finish(self) -> Graph {
        let report = self.report;
        let sources = &report.analysis.sources;
        let index: BTreeMap<&Key, usize> = self.shapes.keys().enumerate().map(|(i, k)| (k, i)).collect();
        let nodes = self.shapes.iter().map(|(key, shape)| match key {
            Key::Resource(id) => {
                let r = self.app.resource(*id);
                let span = self.app.origins.known(r.anchor.span);
                let path = report.display.path(&sources.file(span.file).path);
                Node {
                    name: line(&r.name),
                    kind: r.kind.word(),
                    shape: *shape,
                    template: Some(r.template as usize),
                    place: Some(line(&format!("{path}:{}", sources.position(span).line))),
                }
            }
            Key::Outside(_, kind, name) => {
                Node { name: line(name), kind, shape: *shape, template: None, place: None }
            }
        });
        let edges = self.edges.iter().filter_map(|((from, to, flow), w)| {
            let shown: Vec<&str> = w.labels.iter().take(MAX_WORDS).map(String::as_str).collect();
            let more = match w.labels.len().saturating_sub(MAX_WORDS) {
                0 => String::new(),
                n => format!(", and {n} more"),
            };
            let words = line(&format!("{}{more}", shown.join(", ")));
            let label = match flow {
                Flow::Trigger | Flow::Forward | Flow::Write if !words.is_empty() => words,
                Flow::Trigger | Flow::Forward => String::new(),
                _ => flow.word().to_owned(),
            };
            let (from, to) = (*index.get(from)?, *index.get(to)?);
            Some(Edge { from, to, flow: *flow, label, looping: w.looping })
        });
        let path = |t: &lamlint_model::app::Template| line(&report.display.path(&sources.file(t.file).path));
        let mut graph = Graph {
            nodes: nodes.collect(),
            edges: edges.collect(),
            templates: self.app.templates.iter().map(path).collect(),
        };
        graph.prune();
        if let Some(only) = &report.outcome.only {
            let touched: Vec<bool> = self.shapes.keys().map(|k| self.touches(k, only)).collect();
            graph.keep_around(&touched);
        }
        graph
    }

    /// Whether a node is declared in one of these files, or its code is there.
    fn touches(&self, key: &Key, only: &BTreeSet<String>) -> bool {
        let Key::Resource(id) = key else { return false };
        let analysis = &self.report.analysis;
        let named = |f: FileId| only.contains(&analysis.sources.file(f).path);
        named(self.app.resource(*id).anchor.span.file)
            || analysis.entries.get(id).is_some_and(|(path, _)| only.contains(path))
            || self.code.get(id).is_some_and(|files| files.iter().any(|f| named(*f)))
    }
}

/// `GET /pictures` of a route.
fn route(r: &Resource) -> Option<String> {
    if r.kind != Kind::Route {
        return None;
    }
    let word = |name: &str| {
        let p = r.props.get(name).strings();
        p.alts().iter().find_map(|a| a.value.as_ref().map(ToString::to_string)).unwrap_or_default()
    };
    Some(format!("{} {}", word("Method").to_uppercase(), word("Path")).trim().to_owned())
}
