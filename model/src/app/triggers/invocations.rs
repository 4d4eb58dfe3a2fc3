//! Services that invoke a function in their own name: what the function's policy has to allow.
//!
//! A trigger that works with a role of its own (event source mappings, pipes, schedules, state machines, a target with
//! `RoleArn`, an integration with `Credentials`) needs no permission of the function and is none of these.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>

use super::Case;
use super::cases::{items, sources, switch, values};
use super::places::{AUTHORIZERS, PLACES, Place, REST, Source};
use crate::app::{Anchor, App, Kind, Resource, ResourceId};
use crate::source::Span;
use crate::tree::Tree;
use crate::tri::{Basis, Evidence, Guards, Proof, Reason, Tri, Why};
use crate::value::{Attr, Value};
use smol_str::SmolStr;

/// A service that invokes a function of the project in its own name.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The function.
    pub function: ResourceId,
    /// What is named: the function, an alias or version of it, or text around its ARN.
    pub called: Value,
    /// The service, by its principal (`s3.amazonaws.com`).
    pub principal: &'static str,
    /// The ARN the service sends as the source, in all spellings that are known; parts may be unknown. Without a
    /// spelling nothing is known.
    pub source: Vec<Value>,
    /// The source when it is a resource of the project.
    pub origin: Option<ResourceId>,
    /// The resource that says so.
    pub by: ResourceId,
    /// Where it says so.
    pub at: Anchor,
    /// The conditions it exists under.
    pub guards: Guards,
    /// What it rests on.
    pub basis: Basis,
}

impl Invocation {
    /// Does the service certainly invoke the function in some deployment?
    pub fn claim(&self, note: impl Into<String>) -> Tri {
        if matches!(self.basis, Basis::ParameterAllowed(_)) {
            return Tri::Unknown(Why::new(Reason::Parameter, "only possible, not certain"));
        }
        Tri::Yes(Proof::single(Evidence::new(self.at.span, note, self.basis.clone(), self.guards.clone())))
    }
}

/// The verb that stands for all, in definitions and in methods.
const ANY: &[&str] = &["ANY", "X-AMAZON-APIGATEWAY-ANY-METHOD"];

/// A place found in a resource.
struct Found {
    tree: Tree,
    case: Case,
    at: Span,
    /// The keys of the maps that were gone through.
    keys: Vec<SmolStr>,
}

impl App {
    /// All services that invoke functions of the project in their own name. What a framework makes for a shorthand
    /// brings its own permission and is left out, but for authorizers, which may not.
    pub fn invocations(&self) -> Vec<Invocation> {
        let mut out = Vec::new();
        for r in self.resources.iter().filter(|r| !r.generated) {
            for place in PLACES.iter().filter(|p| p.type_name == r.type_name) {
                let counts = match (r.implied_by, place.used) {
                    (None, None) => true,
                    (None, Some((types, property))) => self.is_used(r, types, property),
                    (Some(api), _) => AUTHORIZERS.contains(&place.type_name) && self.asks(api, r),
                };
                if counts {
                    self.invoked(r, place, &mut out);
                }
            }
        }
        out
    }

    /// Whether an API or one of its routes asks the authorizer that stands in the API's own properties.
    fn asks(&self, api: ResourceId, authorizer: &Resource) -> bool {
        let name = authorizer.props.get("Name").strings();
        let Some(Some(name)) = name.sole() else { return false };
        let is = |t: Tree| t.strings().sole().is_some_and(|n| n.as_ref() == Some(name));
        let of_api = |r: &&Resource| {
            let named = r.props.get("Api").values();
            r.kind == Kind::Route
                && named.alts().iter().any(|a| a.value.as_ref().is_some_and(|v| mentions(v, api)))
        };
        is(self.resource(api).props.path(&["Auth", "DefaultAuthorizer"]))
            || self.resources.iter().filter(of_api).any(|r| is(r.props.path(&["Auth", "Authorizer"])))
    }

    fn is_used(&self, r: &Resource, types: &[&str], property: &str) -> bool {
        let users = self.resources.iter().filter(|u| u.application == r.application);
        users.filter(|u| types.contains(&u.type_name.as_str())).any(|u| {
            let named = u.props.get(property).values();
            named.alts().iter().any(|a| a.value.as_ref().is_some_and(|v| mentions(v, r.id)))
        })
    }

    fn invoked(&self, r: &Resource, place: &Place, out: &mut Vec<Invocation>) {
        for (disabled, case) in switch(&Case::of(r), &r.props.get("State").strings(), |s| s == "DISABLED") {
            if disabled {
                continue;
            }
            let start = Found { tree: r.props.clone(), case, at: r.anchor.span, keys: Vec::new() };
            for found in below(start, place.holder) {
                if !place.role.is_empty() && !found.tree.get(place.role).is_surely_absent() {
                    continue;
                }
                let Some(found) = only(found, place.only) else { continue };
                let named = match place.function {
                    "" => values(&found.case, &found.tree),
                    key => values(&found.case, &found.tree.get(key)),
                };
                for (called, _, case) in named {
                    let Some((function, through)) = self.function_named(r.application, &called) else {
                        continue;
                    };
                    let own = &self.resource(function).guards;
                    let through = through.map_or_else(Guards::none, |t| self.resource(t).guards.clone());
                    let case = case.under(own).and_then(|c| c.under(&through));
                    let Some(case) = case else { continue };
                    for (source, origin, case) in self.source(r, place, &found.keys, &case) {
                        out.push(Invocation {
                            function,
                            called: called.clone(),
                            principal: place.principal,
                            source,
                            origin,
                            by: r.id,
                            at: Anchor { span: found.at, path: r.anchor.path.clone() },
                            guards: case.guards,
                            basis: case.basis,
                        });
                    }
                }
            }
        }
    }

    /// The source's ARN in all spellings, the source, and the way to it.
    fn source(
        &self,
        r: &Resource,
        place: &Place,
        keys: &[SmolStr],
        case: &Case,
    ) -> Vec<(Vec<Value>, Option<ResourceId>, Case)> {
        let named = |property: &str| -> Vec<(Value, Case)> {
            let found = match property {
                "" => vec![(Value::Of(r.id, Attr::Name), r.anchor.span, case.clone())],
                p => sources(case, &r.props.get(p)),
            };
            found.into_iter().map(|(v, _, c)| (v, c)).collect()
        };
        let of = |v: &Value| match v {
            Value::Of(id, _) => Some(*id),
            _ => None,
        };
        match place.source {
            Source::Own(start) => {
                let arn = Value::Of(r.id, Attr::Arn);
                let text = start.ends_with(['/', ':']).then(|| own_text(r, start));
                vec![(std::iter::once(arn).chain(text).collect(), Some(r.id), case.clone())]
            }
            Source::Starts(start) => {
                vec![(vec![arn([Value::str(start), Value::unknown()])], Some(r.id), case.clone())]
            }
            Source::Property(property, kind) => {
                let spelt = |v: &Value| match (kind, v) {
                    (_, Value::Of(id, _)) if self.resource(*id).kind == kind => Value::Of(*id, Attr::Arn),
                    (Kind::LogGroup, Value::Str(_) | Value::Concat(_)) if !v.prefix().starts_with("arn:") => {
                        let start = expanded("logs:${AWS::Region}:${AWS::AccountId}:log-group:");
                        arn([start, v.clone(), Value::unknown()])
                    }
                    (Kind::Bucket, Value::Str(_) | Value::Concat(_) | Value::Param(_)) => {
                        arn([Value::str("s3:::"), v.clone()])
                    }
                    (Kind::Topic, v) => v.clone(),
                    (Kind::Secret, v) if v.prefix().starts_with("arn:") => v.clone(),
                    _ => Value::unknown(),
                };
                named(property).into_iter().map(|(v, c)| (vec![spelt(&v)], of(&v), c)).collect()
            }
            Source::Api(property) => {
                let call = self.call(r, keys);
                let spelt = |api: Value| {
                    let start = expanded("execute-api:${AWS::Region}:${AWS::AccountId}:");
                    let call = match &call {
                        Some(call) => [Value::Param("{stage}".into()), call.clone()],
                        None => [Value::unknown(), Value::str("")],
                    };
                    arn([start, api, Value::str("/")].into_iter().chain(call))
                };
                named(property).into_iter().map(|(v, c)| (vec![spelt(v.clone())], of(&v), c)).collect()
            }
            Source::Authorizer(property) => {
                let spelt = |api: Value| {
                    let start = expanded("execute-api:${AWS::Region}:${AWS::AccountId}:");
                    arn([start, api, Value::str("/authorizers/"), Value::unknown()])
                };
                named(property).into_iter().map(|(v, c)| (vec![spelt(v.clone())], of(&v), c)).collect()
            }
        }
    }

    /// `/VERB/path` of a REST call, as far as it is known; what the path's parameters stand for is not.
    fn call(&self, r: &Resource, keys: &[SmolStr]) -> Option<Value> {
        let one = |t: Tree| t.strings().sole().and_then(Clone::clone);
        let (verb, path) = match (r.type_name.as_str(), keys) {
            (REST, [path, verb, ..]) => (verb.clone(), path.clone()),
            ("AWS::ApiGateway::Method", _) => {
                let route =
                    self.resources.iter().find(|x| x.kind == Kind::Route && x.implied_by == Some(r.id));
                (one(route?.props.get("Method"))?, one(route?.props.get("Path"))?)
            }
            // What an HTTP API sends depends on the kind of route.
            _ => return None,
        };
        let verb = verb.to_uppercase();
        if ANY.contains(&verb.as_str()) || path == "/" {
            return None;
        }
        let mut parts = vec![Value::str(format!("/{verb}"))];
        for segment in path.split('/').skip(1) {
            parts.push(Value::str("/"));
            parts.push(match segment.contains('{') {
                true if segment.contains('+') => Value::unknown(),
                true => Value::Param("{segment}".into()),
                false => Value::str(segment),
            });
        }
        Some(Value::concat(parts))
    }
}

/// Whether a value names a resource in some part.
pub(crate) fn mentions(v: &Value, id: ResourceId) -> bool {
    match v {
        Value::Of(x, _) => *x == id,
        Value::Concat(parts) | Value::List(parts, _) | Value::OneOf(parts) => {
            parts.iter().any(|p| mentions(p, id))
        }
        Value::Map(entries, _) => entries.iter().any(|(_, v)| mentions(v, id)),
        _ => false,
    }
}

/// The ARN of a resource as text: its name stands at the end, or is unknown.
fn own_text(r: &Resource, start: &str) -> Value {
    let name = match r.kind {
        // The name of the bus stands before that of the rule.
        Kind::Rule if r.props.get("EventBusName").is_surely_absent() => Value::Of(r.id, Attr::Name),
        Kind::UserPool | Kind::Bucket | Kind::IotRule => Value::Of(r.id, Attr::Name),
        _ => Value::unknown(),
    };
    arn([expanded(start), name])
}

/// `arn:partition:` and the rest.
fn arn(rest: impl IntoIterator<Item = Value>) -> Value {
    let start = [Value::str("arn:"), Value::Pseudo("AWS::Partition".into()), Value::str(":")];
    Value::concat(start.into_iter().chain(rest))
}

/// Text with pseudo-parameters in `${}`.
fn expanded(text: &str) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(b, h)| Some((b, h.split_once('}')?)))
    {
        parts.extend([Value::str(before), Value::Pseudo(name.into())]);
        rest = after;
    }
    parts.push(Value::str(rest));
    Value::concat(parts)
}

/// The places at the end of a path.
fn below(from: Found, path: &[&str]) -> Vec<Found> {
    let Some((key, rest)) = path.split_first() else { return vec![from] };
    let next: Vec<Found> = match *key {
        "*" => items(&from.case, &from.tree)
            .into_iter()
            .map(|(tree, case)| Found { at: tree.span(), tree, case, keys: from.keys.clone() })
            .collect(),
        "%" => {
            let (entries, _) = from.tree.entries();
            let each = entries.into_iter().filter_map(|(e, guards)| {
                let mut keys = from.keys.clone();
                keys.push(e.key);
                Some(Found { tree: e.value, case: from.case.under(&guards)?, at: e.key_span, keys })
            });
            each.collect()
        }
        key => vec![Found { tree: from.tree.get(key), ..from }],
    };
    next.into_iter().flat_map(|f| below(f, rest)).collect()
}

/// The holder where the property has the value.
fn only(found: Found, wanted: Option<(&str, &str)>) -> Option<Found> {
    let Some((property, value)) = wanted else { return Some(found) };
    let p = found.tree.get(property).strings();
    let hit = p.alts().iter().find(|a| a.value.as_deref() == Some(value))?;
    let case = found.case.through(hit)?;
    Some(Found { case, ..found })
}
