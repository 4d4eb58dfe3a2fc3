//! What asks a function and waits, and services that invoke it by permission alone.
//!
//! Sources: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html>,
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>

use super::cases::{items, values};
use super::{Case, Filter, Link, Trigger, TriggerKind};
use crate::app::{App, Kind, Resource};
use crate::json;
use crate::tree::{Node, Tree};
use crate::value::{Attr, Value};

/// Bound on the depth of documents that are searched.
const MAX_DEPTH: u32 = 64;

/// Resource types that name one function at one place: type, path to the function (`*` for the elements of a
/// list), path to the source, kind.
const SIMPLE: &[(&str, &[&str], &[&str], TriggerKind)] = &[
    ("AWS::Lambda::Url", &["TargetFunctionArn"], &[], TriggerKind::Url),
    ("AWS::Logs::SubscriptionFilter", &["DestinationArn"], &["LogGroupName"], TriggerKind::Logs),
    (
        "AWS::IoT::TopicRule",
        &["TopicRulePayload", "Actions", "*", "Lambda", "FunctionArn"],
        &[],
        TriggerKind::Iot,
    ),
    (
        "AWS::SES::ReceiptRule",
        &["Rule", "Actions", "*", "LambdaAction", "FunctionArn"],
        &[],
        TriggerKind::Email,
    ),
    ("AWS::ApiGateway::Method", &["Integration", "Uri"], &["RestApiId"], TriggerKind::RestApi),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", &["Targets", "*", "Id"], &[], TriggerKind::LoadBalancer),
];

/// `ApiType` of a route.
const API_TYPES: &[(&str, TriggerKind)] = &[
    ("rest", TriggerKind::RestApi),
    ("http", TriggerKind::HttpApi),
    ("alb", TriggerKind::LoadBalancer),
    ("url", TriggerKind::Url),
    ("websocket", TriggerKind::WebSocket),
];

/// Service principals of permissions, and what they invoke a function as.
const PRINCIPALS: &[(&str, &[TriggerKind])] = &[
    ("s3.amazonaws.com", &[TriggerKind::Bucket]),
    ("sns.amazonaws.com", &[TriggerKind::Topic]),
    ("events.amazonaws.com", &[TriggerKind::Rule, TriggerKind::Schedule]),
    ("scheduler.amazonaws.com", &[TriggerKind::Schedule]),
    ("apigateway.amazonaws.com", &[TriggerKind::RestApi, TriggerKind::HttpApi, TriggerKind::WebSocket]),
    ("elasticloadbalancing.amazonaws.com", &[TriggerKind::LoadBalancer]),
    ("logs.amazonaws.com", &[TriggerKind::Logs]),
    ("iot.amazonaws.com", &[TriggerKind::Iot]),
    ("ses.amazonaws.com", &[TriggerKind::Email]),
    ("cognito-idp.amazonaws.com", &[TriggerKind::UserPool]),
    ("states.amazonaws.com", &[TriggerKind::StateMachine]),
    ("*", &[TriggerKind::Url]),
];

impl App {
    pub(super) fn api_triggers(&self, r: &Resource, out: &mut Vec<Trigger>) {
        if let Some((_, path, source, kind)) = SIMPLE.iter().find(|(t, ..)| *t == r.type_name) {
            for (function, case) in reach(&Case::of(r), &r.props, path) {
                let source = if source.is_empty() {
                    Value::Of(r.id, Attr::Name)
                } else {
                    values(&case, &r.props.path(source)).into_iter().next().map_or(Value::Null, |(v, ..)| v)
                };
                self.api_link(r, *kind, source, function, case, out);
            }
        }
        match r.kind {
            Kind::Route => self.route(r, out),
            Kind::UserPool => self.user_pool(r, out),
            Kind::RestApi => self.definition(r, TriggerKind::RestApi, out),
            Kind::HttpApi => self.definition(r, TriggerKind::HttpApi, out),
            _ if r.type_name == "AWS::ApiGatewayV2::Integration" => self.integration(r, out),
            _ => {}
        }
    }

    fn api_link(
        &self,
        r: &Resource,
        kind: TriggerKind,
        source: Value,
        function: Value,
        case: Case,
        out: &mut Vec<Trigger>,
    ) {
        let at = r.anchor.clone();
        let kinds = &[
            Kind::RestApi,
            Kind::HttpApi,
            Kind::LogGroup,
            Kind::UserPool,
            Kind::Url,
            Kind::IotRule,
            Kind::Other,
        ];
        self.link(
            Link { kind, by: r, at, source, kinds, function, filter: Filter::All, disabled: false, case },
            out,
        );
    }

    fn route(&self, r: &Resource, out: &mut Vec<Trigger>) {
        let api_type = r.props.get("ApiType").strings();
        let kind = api_type
            .sole()
            .and_then(Option::as_ref)
            .and_then(|t| API_TYPES.iter().find(|(name, _)| name == t))
            .map_or(TriggerKind::Other, |(_, k)| *k);
        for (function, _, case) in values(&Case::of(r), &r.props.get("Function")) {
            let api = values(&case, &r.props.get("Api")).into_iter().next();
            let source = api.map_or(Value::Null, |(v, ..)| v);
            self.api_link(r, kind, source, function, case, out);
        }
    }

    /// `LambdaConfig`: each entry names a function, or holds a map that does.
    fn user_pool(&self, r: &Resource, out: &mut Vec<Trigger>) {
        let (entries, _) = r.props.get("LambdaConfig").entries();
        for (e, guards) in entries {
            let Some(case) = Case::of(r).under(&guards) else { continue };
            let mut functions = values(&case, &e.value.get("LambdaArn"));
            functions.extend(values(&case, &e.value));
            for (function, _, case) in functions {
                self.api_link(r, TriggerKind::UserPool, Value::Of(r.id, Attr::Name), function, case, out);
            }
        }
    }

    /// The integrations inside an API's own definition: any text `…/functions/<ARN>/invocations`.
    fn definition(&self, r: &Resource, kind: TriggerKind, out: &mut Vec<Trigger>) {
        let mut found = Vec::new();
        for body in ["Body", "DefinitionBody"] {
            for_each_text(&Case::of(r), &r.props.get(body), 0, &mut |v, case| {
                let invocation =
                    matches!(v, Value::Str(_) | Value::Concat(_)) && v.suffix().ends_with("/invocations");
                if invocation {
                    found.push((v.clone(), case.clone()));
                }
            });
        }
        for (function, case) in found {
            self.api_link(r, kind, Value::Of(r.id, Attr::Name), function, case, out);
        }
    }

    fn integration(&self, r: &Resource, out: &mut Vec<Trigger>) {
        for (function, _, case) in values(&Case::of(r), &r.props.get("IntegrationUri")) {
            let api =
                values(&case, &r.props.get("ApiId")).into_iter().next().map_or(Value::Null, |(v, ..)| v);
            let web_socket = match &api {
                Value::Of(id, _) => {
                    let protocol = self.resource(*id).props.get("ProtocolType").strings();
                    protocol.sole().and_then(Option::as_ref).is_some_and(|p| p == "WEBSOCKET")
                }
                _ => false,
            };
            let kind = if web_socket { TriggerKind::WebSocket } else { TriggerKind::HttpApi };
            self.api_link(r, kind, api, function, case, out);
        }
    }

    /// A permission stands for a trigger only where no other trigger of that service is known.
    pub(super) fn permission_triggers(&self, r: &Resource, out: &mut Vec<Trigger>) {
        let principal = r.props.get("Principal").strings();
        let Some(Some(principal)) = principal.sole() else { return };
        let kinds = PRINCIPALS.iter().find(|(p, _)| *p == principal.as_str()).map_or(&[][..], |(_, k)| *k);
        for (function, _, case) in values(&Case::of(r), &r.props.get("FunctionName")) {
            let Some((id, _)) = self.function_named(r.application, &function) else { continue };
            if out.iter().any(|t| t.function == id && kinds.contains(&t.kind)) {
                continue;
            }
            self.api_link(r, TriggerKind::Other, Value::str(principal.clone()), function, case, out);
        }
    }
}

/// The values at the end of a path; `*` goes through the elements of a list.
fn reach(case: &Case, tree: &Tree, path: &[&str]) -> Vec<(Value, Case)> {
    match path {
        [] => values(case, tree).into_iter().map(|(v, _, c)| (v, c)).collect(),
        ["*", rest @ ..] => items(case, tree).iter().flat_map(|(t, c)| reach(c, t, rest)).collect(),
        [key, rest @ ..] => reach(case, &tree.get(key), rest),
    }
}

/// Visit every text in a document, JSON inside texts included.
pub(super) fn for_each_text(case: &Case, tree: &Tree, depth: u32, f: &mut impl FnMut(&Value, &Case)) {
    if depth > MAX_DEPTH {
        return;
    }
    for a in tree.alts() {
        let Some(case) = case.through(a) else { continue };
        match &a.value {
            Node::Absent => {}
            Node::Leaf(v) => each_text_of(v, depth, &mut |v| f(v, &case)),
            Node::List { items, .. } => items.iter().for_each(|t| for_each_text(&case, t, depth + 1, f)),
            Node::Map { entries, .. } => {
                for e in entries {
                    for_each_text(&case, &e.value, depth + 1, f);
                }
            }
        }
    }
}

fn each_text_of(v: &Value, depth: u32, f: &mut dyn FnMut(&Value)) {
    if depth > MAX_DEPTH {
        return;
    }
    match v {
        Value::List(items, _) => items.iter().for_each(|v| each_text_of(v, depth + 1, f)),
        Value::Map(entries, _) => entries.iter().for_each(|(_, v)| each_text_of(v, depth + 1, f)),
        v => match json::parse(v) {
            Some(inner @ (Value::List(..) | Value::Map(..))) => each_text_of(&inner, depth + 1, f),
            _ => f(v),
        },
    }
}
