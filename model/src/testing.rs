//! Small models for tests: resources from JSON with references, handlers from facts.
//!
//! In texts, `${Name.Attr}` is an attribute of a resource (`${Name}` its name; `Arn`, `Url`, anything else by that
//! name), `${env.X}`, `${event.Records.*.body}` and `${context.function_name}` are what code reads,
//! `${fresh}` is a random id, `${time}` the current time, `${?}` is unknown, `${?event}` is unknown but computed
//! from the event, `${AWS::Region}` is a pseudo-parameter, and any other name is a parameter without a value.
//! `{"?Cond": [a, b]}` is `a` when `Cond` holds and `b` when not; `{"..": true}` among entries makes a map open.

use crate::app::{Anchor, App, ApplicationId, Kind, Resource, ResourceId, Template};
use crate::finding::{Finding, Findings};
use crate::handler::{Ctx, Fact, FactKind, Handler, Phase, SdkCall};
use crate::json;
use crate::rule::{Cx, Date, Rule};
use crate::source::{FileId, SourceMap, Span};
use crate::tree::{Entry, Node, Tree};
use crate::tri::{Alt, Basis, Guards, Why};
use crate::value::{Attr, Deps, Fresh, Value};
use smol_str::SmolStr;

/// Collects resources; [`AppBuilder::build`] makes the application.
#[derive(Debug, Default)]
pub struct AppBuilder {
    resources: Vec<(String, String, String, Option<String>)>,
}

impl AppBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Add a resource of a canonical type with its properties as JSON.
    #[must_use]
    pub fn add(mut self, type_name: &str, name: &str, props: &str) -> Self {
        self.resources.push((type_name.into(), name.into(), props.into(), None));
        self
    }

    /// Add a resource that exists when a condition holds.
    #[must_use]
    pub fn add_when(mut self, condition: &str, type_name: &str, name: &str, props: &str) -> Self {
        self.resources.push((type_name.into(), name.into(), props.into(), Some(condition.into())));
        self
    }

    /// The application, with triggers derived.
    ///
    /// # Panics
    /// On bad JSON, as it is for tests.
    pub fn build(&self) -> App {
        let names: Vec<&str> = self.resources.iter().map(|r| r.1.as_str()).collect();
        let mut app = App::default();
        app.templates.push(Template {
            file: FileId(0),
            application: ApplicationId(0),
            dialect: "test",
            policy_templates: true,
            more: None,
            open: None,
        });
        let mut at = 0;
        for (i, (type_name, name, props, condition)) in self.resources.iter().enumerate() {
            at += 10;
            let span = Span::new(FileId(0), at, at + 1);
            let guards =
                condition.as_ref().and_then(|c| Guards::none().with(c.as_str(), "true")).unwrap_or_default();
            let v = json::parse(&Value::str(props.as_str()));
            assert!(v.is_some(), "the properties of {name} are no JSON");
            let mut props = tree(&v.unwrap_or(Value::Null), &names, &mut at, span);
            if !guards.is_empty() {
                let alts = props.alts().iter().cloned().map(|mut a| {
                    a.guards = guards.and(&a.guards).unwrap_or_else(|| guards.clone());
                    a
                });
                props = Tree::new(alts.collect(), props.open().cloned(), props.span());
            }
            app.resources.push(Resource {
                id: id(i),
                kind: Kind::of_type(type_name),
                type_name: type_name.as_str().into(),
                name: name.as_str().into(),
                anchor: Anchor { span, path: format!("Resources.{name}").into() },
                guards,
                props,
                metadata: Tree::absent_at(span),
                application: ApplicationId(0),
                template: 0,
                implied_by: None,
                generated: false,
                code: None,
            });
        }
        app.derive_triggers();
        app
    }
}

/// The number of the resource of that name.
///
/// # Panics
/// When there is none.
pub fn id_of(app: &App, name: &str) -> ResourceId {
    let found = app.resources.iter().find(|r| r.name == name).map(|r| r.id);
    assert!(found.is_some(), "no resource {name}");
    found.unwrap_or(ResourceId(0))
}

/// A value from JSON, as described for this module.
///
/// # Panics
/// On bad JSON.
pub fn value(app: &App, text: &str) -> Value {
    let names: Vec<&str> = app.resources.iter().map(|r| r.name.as_str()).collect();
    let v = json::parse(&Value::str(text));
    assert!(v.is_some(), "no JSON: {text}");
    substituted(&v.unwrap_or(Value::Null), &names)
}

/// A call of an AWS operation with its arguments as JSON.
pub fn sdk_call(app: &App, service: &str, operation: &str, args: &str) -> FactKind {
    FactKind::SdkCall(SdkCall {
        service: service.into(),
        operation: operation.into(),
        args: value(app, args),
        label: format!("{service}.{operation}").into(),
        foreign: false,
    })
}

/// A handler of a function in which facts happen on every invocation, each at its own place.
pub fn handler(app: &App, function: &str, facts: Vec<FactKind>) -> Handler {
    handler_in(app, function, facts, &Ctx::default())
}

/// A handler whose facts happen under the given circumstances.
pub fn handler_in(app: &App, function: &str, facts: Vec<FactKind>, ctx: &Ctx) -> Handler {
    let function = id_of(app, function);
    let file = FileId(1 + function.0);
    Handler {
        function: Some(function),
        file,
        symbol: "handler".into(),
        span: Span::new(file, 0, 7),
        language: "test",
        facts: facts
            .into_iter()
            .enumerate()
            .map(|(i, kind)| Fact {
                kind,
                span: Span::new(file, 10 + i * 10, 15 + i * 10),
                phase: Phase::Invoke,
                ctx: ctx.clone(),
            })
            .collect(),
        complete: Ok(()),
        beyond: Vec::new(),
        operations: Vec::new(),
    }
}

/// What a rule finds in a model. Today is 2026-11-24.
pub fn check(rule: &'static Rule, app: &App, handlers: &[Handler]) -> Vec<Finding> {
    let mut sources = SourceMap::default();
    for i in 0..=app.resources.len() {
        sources.add(format!("file{i}"), "");
    }
    let cx = Cx {
        app,
        handlers,
        links: &[],
        packages: &[],
        broken: &[],
        suppressions: &[],
        sources: &sources,
        today: Date { year: 2026, month: 11, day: 24 },
    };
    let mut out = Findings::new(rule);
    (rule.check)(&cx, &mut out);
    out.into_vec()
}

fn id(i: usize) -> ResourceId {
    ResourceId(u32::try_from(i).unwrap_or(u32::MAX))
}

fn tree(v: &Value, names: &[&str], at: &mut usize, outer: Span) -> Tree {
    *at += 2;
    let span = Span::new(FileId(0), *at, *at + 1);
    match v {
        Value::Map(entries, _) => {
            if let [(k, Value::List(cases, _))] = &entries[..]
                && let Some(subject) = k.strip_prefix('?')
            {
                let mut alts = Vec::new();
                for (case, holds) in cases.iter().zip(["true", "false"]) {
                    let guards = Guards::none().with(subject, holds).unwrap_or_default();
                    let below = tree(case, names, at, outer);
                    alts.extend(
                        below
                            .alts()
                            .iter()
                            .filter_map(|a| Some(Alt { guards: guards.and(&a.guards)?, ..a.clone() })),
                    );
                }
                return Tree::new(alts, None, span);
            }
            let mut open = None;
            let mut out = Vec::new();
            for (k, v) in entries {
                if k == ".." {
                    open = Some(Why::other("more entries"));
                    continue;
                }
                *at += 2;
                let key_span = Span::new(FileId(0), *at, *at + 1);
                out.push(Entry { key: k.clone(), key_span, value: tree(v, names, at, outer) });
            }
            // The place of a map that lacks something is that of its owner.
            Tree::known(Node::Map { entries: out, open }, outer)
        }
        Value::List(items, _) => {
            let items = items.iter().map(|v| tree(v, names, at, span)).collect();
            Tree::known(Node::List { items, open: None }, span)
        }
        Value::Str(s) if s == "${?}" => Tree::unknown(Why::other("unknown"), span),
        Value::Str(s) if s == "${absent}" => Tree::absent_at(span),
        // A parameter with a default: `${default X 30}`.
        Value::Str(s) if s.starts_with("${default ") => {
            let mut words = s.trim_matches(['$', '{', '}']).split(' ').skip(1);
            let parameter: SmolStr = words.next().unwrap_or_default().into();
            let value = Node::Leaf(Value::str(words.next().unwrap_or_default()));
            let basis = Basis::ParameterDefault(parameter);
            Tree::new(
                vec![Alt { value, span, basis, guards: Guards::none() }],
                Some(Why::other("a parameter")),
                span,
            )
        }
        v => Tree::leaf(substituted(v, names), span),
    }
}

fn substituted(v: &Value, names: &[&str]) -> Value {
    match v {
        Value::Str(s) => text(s, names),
        Value::List(items, open) => Value::List(items.iter().map(|v| substituted(v, names)).collect(), *open),
        Value::Map(entries, open) => {
            let open = *open || entries.iter().any(|(k, _)| k == "..");
            let entries = entries.iter().filter(|(k, _)| k != "..");
            Value::Map(entries.map(|(k, v)| (k.clone(), substituted(v, names))).collect(), open)
        }
        v => v.clone(),
    }
}

fn text(s: &str, names: &[&str]) -> Value {
    let mut parts = Vec::new();
    let mut rest = s;
    while let Some((before, after)) = rest.split_once("${") {
        parts.push(Value::str(before));
        let (hole, after) = after.split_once('}').unwrap_or((after, ""));
        parts.push(symbol(hole, names));
        rest = after;
    }
    parts.push(Value::str(rest));
    Value::concat(parts)
}

fn symbol(hole: &str, names: &[&str]) -> Value {
    let path = |p: &str| p.split('.').map(SmolStr::from).collect();
    match hole {
        "?" => return Value::unknown(),
        "?event" => return Value::Unknown(Deps::EVENT),
        "fresh" => return Value::Fresh(Fresh::Uuid),
        "time" => return Value::Fresh(Fresh::Time),
        "event" => return Value::Event(Vec::new()),
        _ => {}
    }
    if let Some(n) = hole.strip_prefix("env.") {
        return Value::Env(n.into());
    }
    if let Some(p) = hole.strip_prefix("event.") {
        return Value::Event(path(p));
    }
    if let Some(p) = hole.strip_prefix("context.") {
        return Value::Context(path(p));
    }
    if hole.starts_with("AWS::") {
        return Value::Pseudo(hole.into());
    }
    let (name, attr) = hole.split_once('.').unwrap_or((hole, ""));
    let Some(i) = names.iter().position(|n| *n == name) else { return Value::Param(hole.into()) };
    let attr = match attr {
        "" | "Name" => Attr::Name,
        "Arn" => Attr::Arn,
        "Url" => Attr::Url,
        other => Attr::Other(other.into()),
    };
    Value::Of(id(i), attr)
}
