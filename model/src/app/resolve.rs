//! From symbolic values of code and templates to resources.

use super::{App, ApplicationId, Filter, Kind, ResourceId, Trigger, TriggerKind};
use crate::source::Span;
use crate::tri::{Alt, Basis, Guards, Prop, Why};
use crate::value::{Attr, Named, Path, Value};
use smol_str::SmolStr;

/// What a value names: a resource of the project, or one outside by its physical name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A resource of the project.
    Resource(ResourceId),
    /// A resource by constant physical name that no template of the application declares.
    Physical(SmolStr),
}

/// Bound on the alternatives of one resolved value.
const MAX_ALTERNATIVES: usize = 16;

impl App {
    /// The possible values of a symbolic value of the code of `function`: environment variables are replaced
    /// by what the template sets, parts of the context by the function's identity, parts of the event (when
    /// `trigger` is given) by the identity of the source. What can't be replaced stays as it is.
    pub fn resolve(
        &self,
        function: ResourceId,
        value: &Value,
        at: Span,
        trigger: Option<&Trigger>,
    ) -> Prop<Value> {
        match value {
            Value::Env(name) => self.resolve_env(function, name, at),
            Value::Context(path) => match path.first().map(SmolStr::as_str) {
                Some(crate::value::context::FUNCTION_NAME) => {
                    Prop::known(Value::Of(function, Attr::Name), at)
                }
                Some(crate::value::context::INVOKED_ARN) => Prop::known(Value::Of(function, Attr::Arn), at),
                _ => Prop::known(value.clone(), at),
            },
            Value::Event(path) => {
                let v = trigger.and_then(|t| source_identity(t, path)).unwrap_or_else(|| value.clone());
                Prop::known(v, at)
            }
            Value::OneOf(values) => {
                let mut alts = Vec::new();
                let mut open = None;
                for v in values {
                    let p = self.resolve(function, v, at, trigger);
                    open = open.or_else(|| p.open().cloned());
                    alts.extend(p.alts().iter().cloned().map(|mut a| {
                        if a.basis == Basis::Written {
                            a.basis = Basis::Heuristic("one of several values the code can use".into());
                        }
                        a
                    }));
                }
                Prop::new(alts, open, at)
            }
            Value::Concat(parts) => self.resolve_concat(function, parts, at, trigger),
            v => Prop::known(v.clone(), at),
        }
    }

    /// The sources whose events give a value of the code of `function` its identity (the bucket's name in a
    /// notification of it); each once.
    pub(crate) fn sources_in(&self, function: ResourceId, value: &Value) -> Vec<&Trigger> {
        let mut out: Vec<&Trigger> = Vec::new();
        for t in self.triggers_of(function).filter(|t| !t.disabled) {
            let known = out.iter().any(|o| (o.kind, &o.source, &o.guards) == (t.kind, &t.source, &t.guards));
            if !known && identifies(t, value, 0) {
                out.push(t);
            }
        }
        out
    }

    fn resolve_env(&self, function: ResourceId, name: &str, at: Span) -> Prop<Value> {
        if matches!(name, "AWS_LAMBDA_FUNCTION_NAME") {
            return Prop::known(Value::Of(function, Attr::Name), at);
        }
        if matches!(name, "AWS_REGION" | "AWS_DEFAULT_REGION") {
            return Prop::known(Value::Pseudo("AWS::Region".into()), at);
        }
        let Some(f) = self.function(function) else {
            return Prop::unknown(Why::other("the function is not known"), at);
        };
        let p = f.env(name);
        let alts: Vec<Alt<Value>> = p.present().alts().to_vec();
        let open = p.open().cloned().or_else(|| {
            p.alts().iter().any(|a| a.value.is_none()).then(|| Why::other(format!("`{name}` is not set")))
        });
        Prop::new(alts, open, p.span())
    }

    fn resolve_concat(
        &self,
        function: ResourceId,
        parts: &[Value],
        at: Span,
        trigger: Option<&Trigger>,
    ) -> Prop<Value> {
        // Each row: the parts so far, with where they come from.
        let mut rows: Vec<Alt<Vec<Value>>> = vec![Alt::written(Vec::new(), at)];
        let mut open = None;
        for part in parts {
            let p = self.resolve(function, part, at, trigger);
            open = open.or_else(|| p.open().cloned());
            let mut next = Vec::new();
            for row in &rows {
                for a in p.alts() {
                    let Some(guards) = row.guards.and(&a.guards) else { continue };
                    let mut value = row.value.clone();
                    value.push(a.value.clone());
                    let basis = if row.basis == Basis::Written { a.basis.clone() } else { row.basis.clone() };
                    let span = if a.span == at { row.span } else { a.span };
                    next.push(Alt { value, span, basis, guards });
                }
            }
            if next.len() > MAX_ALTERNATIVES {
                return Prop::unknown(Why::new(crate::tri::Reason::Budget, "too many combinations"), at);
            }
            rows = next;
        }
        let alts = rows
            .into_iter()
            .map(|r| Alt { value: Value::concat(r.value), span: r.span, basis: r.basis, guards: r.guards })
            .collect();
        Prop::new(alts, open, at)
    }

    /// What a resolved value names, when it is to be of one of these kinds. Names, ARNs and URLs all do;
    /// `None` when it can't be said.
    pub fn target(&self, application: ApplicationId, value: &Value, kinds: &[Kind]) -> Option<Target> {
        match value {
            Value::Of(id, attr) => {
                let r = self.resource(*id);
                match attr {
                    Attr::Name | Attr::Arn | Attr::Url => {
                        kinds.contains(&r.kind).then_some(Target::Resource(*id))
                    }
                    // A stream ARN denotes the table's stream, which belongs to the table.
                    Attr::Other(a) if a.as_str() == "StreamArn" => {
                        kinds.contains(&r.kind).then_some(Target::Resource(*id))
                    }
                    Attr::Other(_) => None,
                }
            }
            Value::Str(s) if !s.contains([':', '/']) => Some(self.by_physical_name(application, s, kinds)),
            Value::Str(_) | Value::Concat(_) => {
                // `${Bucket}` and a literal name inside ARNs and URLs; `${Fn.Arn}:alias` is the function.
                if let Value::Concat(parts) = value
                    && let [Value::Of(id, Attr::Arn), Value::Str(rest)] = &parts[..]
                    && rest.starts_with(':')
                    && kinds.contains(&self.resource(*id).kind)
                {
                    return Some(Target::Resource(*id));
                }
                Named::parse(value)
                    .ok()
                    .and_then(|named| match named.name {
                        Value::Of(id, Attr::Name) => {
                            kinds.contains(&self.resource(id).kind).then_some(Target::Resource(id))
                        }
                        Value::Str(s) => Some(self.by_physical_name(application, &s, kinds)),
                        name @ Value::Concat(_) => {
                            self.by_symbolic_name(application, &name, kinds).map(Target::Resource)
                        }
                        _ => None,
                    })
                    .or_else(|| self.by_symbolic_name(application, value, kinds).map(Target::Resource))
            }
            _ => None,
        }
    }

    fn by_physical_name(&self, application: ApplicationId, name: &str, kinds: &[Kind]) -> Target {
        self.resources
            .iter()
            .filter(|r| r.application == application && kinds.contains(&r.kind))
            .find(|r| r.physical_name().only().is_some_and(|v| v.as_str() == Some(name)))
            .map_or_else(|| Target::Physical(name.into()), |r| Target::Resource(r.id))
    }

    fn by_symbolic_name(
        &self,
        application: ApplicationId,
        name: &Value,
        kinds: &[Kind],
    ) -> Option<ResourceId> {
        self.resources
            .iter()
            .filter(|r| r.application == application && kinds.contains(&r.kind))
            .find(|r| r.physical_name().only() == Some(name))
            .map(|r| r.id)
    }

    /// The function a value names: itself, one of its aliases or versions, or text around its ARN
    /// (`arn:aws:apigateway:…/${Fn.Arn}/invocations`). Also the alias or version.
    pub fn function_named(
        &self,
        application: ApplicationId,
        value: &Value,
    ) -> Option<(ResourceId, Option<ResourceId>)> {
        match value {
            Value::Of(id, _) => match self.resource(*id).kind {
                Kind::Function => Some((*id, None)),
                Kind::Alias | Kind::Version => {
                    let of = self.resource(*id).props.get("FunctionName").values();
                    let named = of.alts().iter().find_map(|a| a.value.clone())?;
                    self.function_named(application, &named).map(|(f, _)| (f, Some(*id)))
                }
                _ => None,
            },
            // `${Fn}:live`, `…/functions/${Fn.Arn}/invocations`; not `${Fn}-worker`, which is another name.
            Value::Concat(parts) => (0..parts.len())
                .filter(|i| {
                    let text = |j: Option<usize>| j.and_then(|j| parts.get(j));
                    let before = text(i.checked_sub(1)).is_none_or(|v| v.suffix().ends_with([':', '/']));
                    let after = text(i.checked_add(1)).is_none_or(|v| v.prefix().starts_with([':', '/']));
                    matches!(parts[*i], Value::Of(..)) && before && after
                })
                .find_map(|i| self.function_named(application, &parts[i]))
                .or_else(|| match self.target(application, value, &[Kind::Function]) {
                    Some(Target::Resource(id)) => Some((id, None)),
                    _ => None,
                }),
            Value::Str(s) => {
                // `name:alias` and `account:function:name` are names too.
                let name = match &s.split(':').collect::<Vec<_>>()[..] {
                    [name, _] if !s.contains('/') => Value::str(*name),
                    [_, "function", name, ..] => Value::str(*name),
                    // `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<ARN>/invocations`
                    _ => {
                        match s.split_once("/functions/").and_then(|(_, r)| r.strip_suffix("/invocations")) {
                            Some(arn) => Value::str(arn),
                            None => value.clone(),
                        }
                    }
                };
                match self.target(application, &name, &[Kind::Function]) {
                    Some(Target::Resource(id)) => Some((id, None)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl super::Resource {
    /// The physical name the template gives (`QueueName`, `BucketName` …); the resource's own identity where it gives none.
    pub fn physical_name(&self) -> Prop<Value> {
        let property = match self.kind {
            Kind::Function => "FunctionName",
            Kind::Queue => "QueueName",
            Kind::Topic => "TopicName",
            Kind::Bucket => "BucketName",
            Kind::Table => "TableName",
            Kind::Stream | Kind::EventBus | Kind::Rule | Kind::Schedule | Kind::Secret | Kind::Parameter => {
                "Name"
            }
            Kind::DeliveryStream => "DeliveryStreamName",
            Kind::StateMachine => "StateMachineName",
            Kind::LogGroup => "LogGroupName",
            Kind::ProfilingGroup => "ProfilingGroupName",
            _ => return Prop::known(Value::Of(self.id, Attr::Name), self.anchor.span),
        };
        let p = self.props.get(property).values();
        let own = Value::Of(self.id, Attr::Name);
        let alts = p
            .alts()
            .iter()
            .map(|a| Alt {
                value: a.value.clone().unwrap_or_else(|| own.clone()),
                span: a.span,
                basis: a.basis.clone(),
                guards: if a.guards == self.guards { Guards::none() } else { a.guards.clone() },
            })
            .collect();
        Prop::new(alts, p.open().cloned(), p.span())
    }
}

/// The part of an event that names its source. Source: the event examples of
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>
fn source_identity(trigger: &Trigger, path: &Path) -> Option<Value> {
    let path: Vec<&str> = path.iter().map(SmolStr::as_str).collect();
    if let (TriggerKind::Rule, ["detail", "bucket", "name"]) = (trigger.kind, &path[..]) {
        return bucket_of_pattern(trigger);
    }
    let id = trigger.resource;
    let attr = match (trigger.kind, &path[..]) {
        (TriggerKind::Bucket, ["Records", "*", "s3", "bucket", "name"]) => Attr::Name,
        (TriggerKind::Bucket, ["Records", "*", "s3", "bucket", "arn"])
        | (TriggerKind::Queue | TriggerKind::Stream, ["Records", "*", "eventSourceARN"])
        | (TriggerKind::Topic, ["Records", "*", "Sns", "TopicArn"]) => Attr::Arn,
        (TriggerKind::TableStream, ["Records", "*", "eventSourceARN"]) => Attr::Other("StreamArn".into()),
        _ => return None,
    };
    match id {
        Some(id) => Some(Value::Of(id, attr)),
        None => Some(trigger.source.clone()),
    }
}

fn identifies(trigger: &Trigger, value: &Value, depth: u32) -> bool {
    match value {
        Value::Event(path) => source_identity(trigger, path).is_some(),
        Value::Concat(parts) | Value::OneOf(parts) if depth < 16 => {
            parts.iter().any(|p| identifies(trigger, p, depth + 1))
        }
        _ => false,
    }
}

/// The one bucket a rule takes events of, as its pattern says.
fn bucket_of_pattern(trigger: &Trigger) -> Option<Value> {
    let Filter::Patterns(patterns) = &trigger.filter else { return None };
    let [pattern] = &patterns[..] else { return None };
    match pattern.get("detail")?.get("bucket")?.get("name")? {
        Value::List(names, false) => match &names[..] {
            [name] if !matches!(name, Value::Map(..)) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}
