//! Plain CloudFormation resources, and SAM's types other than functions.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html>

use super::event::{self, Target};
use super::policy::RoleParts;
use super::{Out, Owner, bucket_object, entry, globals, object, raw, rename, tags};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::facts::Written;
use lamlint_model::app::Anchor;
use smol_str::format_smolstr;

/// A SAM type with one CloudFormation counterpart: type, counterpart, name in `Globals`, properties to rename.
type Counterpart = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const COUNTERPARTS: &[Counterpart] = &[
    (
        "AWS::Serverless::Api",
        "AWS::ApiGateway::RestApi",
        "Api",
        &[("DefinitionBody", "Body"), ("DefinitionUri", "BodyS3Location")],
    ),
    (
        "AWS::Serverless::HttpApi",
        "AWS::ApiGatewayV2::Api",
        "HttpApi",
        &[("DefinitionBody", "Body"), ("DefinitionUri", "BodyS3Location")],
    ),
    ("AWS::Serverless::WebSocketApi", "AWS::ApiGatewayV2::Api", "WebSocketApi", &[]),
    (
        "AWS::Serverless::LayerVersion",
        "AWS::Lambda::LayerVersion",
        "LayerVersion",
        &[("ContentUri", "Content")],
    ),
    ("AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table", "SimpleTable", &[]),
    ("AWS::Serverless::GraphQLApi", "AWS::AppSync::GraphQLApi", "GraphQLApi", &[]),
    ("AWS::Serverless::CapacityProvider", "AWS::Lambda::CapacityProvider", "CapacityProvider", &[]),
    (
        "AWS::Serverless::StateMachine",
        "AWS::StepFunctions::StateMachine",
        "StateMachine",
        &[
            ("DefinitionUri", "DefinitionS3Location"),
            ("Name", "StateMachineName"),
            ("Type", "StateMachineType"),
            ("Logging", "LoggingConfiguration"),
            ("Tracing", "TracingConfiguration"),
        ],
    ),
];

/// A resource that is canonical already.
pub(super) fn plain(mut w: Written, out: &mut Out<'_>) {
    if w.type_name == "AWS::CloudFormation::Stack" {
        // A program that writes templates names the file of a nested one beside the address it will have.
        let local = w.metadata.as_ref().and_then(|m| m.get("aws:asset:path"));
        let location = local.or_else(|| w.props.get("TemplateURL")).cloned();
        nested(w, location, out);
        return;
    }
    let type_name = std::mem::take(&mut w.type_name);
    out.push(raw(w, type_name));
}

/// A SAM resource.
pub(super) fn expand(mut w: Written, out: &mut Out<'_>) {
    match w.type_name.as_str() {
        "AWS::Serverless::Application" => {
            let location = w.props.get("Location").cloned();
            nested(w, location, out);
            return;
        }
        "AWS::Serverless::Connector" => {
            connector(w, out);
            return;
        }
        _ => {}
    }
    let Some((_, type_name, global, renames)) = COUNTERPARTS.iter().find(|(t, ..)| *t == w.type_name) else {
        let type_name = std::mem::take(&mut w.type_name);
        out.push(raw(w, type_name));
        return;
    };
    if let Some(g) = out.globals_of(global) {
        w.props = globals::merge(g, w.props);
    }
    let sam_type = w.type_name.clone();
    let mut r = raw(w, *type_name);
    for (from, to) in *renames {
        if let Some(e) = r.props.take(from) {
            r.props.put(ExprEntry { key: (*to).into(), ..e });
        }
    }
    if let Some(e) = r.props.take("Content") {
        r.props.put(ExprEntry { value: bucket_object(e.value), ..e });
    }
    if let Some(e) = r.props.take("Tags") {
        r.props.put(ExprEntry { value: tags(e.value), ..e });
    }
    match sam_type.as_str() {
        "AWS::Serverless::SimpleTable" => {
            simple_table(&mut r.props);
            out.push(r);
        }
        "AWS::Serverless::StateMachine" => state_machine(r, out),
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => api(r, out),
        "AWS::Serverless::WebSocketApi" => web_socket(r, out),
        _ => {
            out.push(r);
        }
    }
}

fn nested(w: Written, location: Option<Expr>, out: &mut Out<'_>) {
    let span = w.key_span;
    let parameters = w.props.get("Parameters").cloned().unwrap_or_else(|| object(span, Vec::new()));
    let mut r = raw(w, "Nested");
    r.nested = Some((location.unwrap_or_else(|| Expr::no_value(span)), parameters));
    out.push(r);
}

fn simple_table(p: &mut Expr) {
    let span = p.span;
    let key = p.take("PrimaryKey");
    let at = key.as_ref().map_or(span, |k| k.key_span);
    let mut name = Expr::text(at, "id");
    let mut kind = Expr::text(at, "S");
    if let Some(mut k) = key.map(|k| k.value) {
        if let Some(e) = k.take("Name") {
            name = e.value;
        }
        if let Some(e) = k.take("Type") {
            kind = match e.value.as_text() {
                Some("Number") => Expr::text(e.value.span, "N"),
                Some("Binary") => Expr::text(e.value.span, "B"),
                _ => Expr::text(e.value.span, "S"),
            };
        }
    }
    let schema = Expr::object(at, [("AttributeName", name.clone()), ("KeyType", Expr::text(at, "HASH"))]);
    let attribute = Expr::object(at, [("AttributeName", name), ("AttributeType", kind)]);
    p.put(entry("KeySchema", Expr::list(at, vec![schema])));
    p.put(entry("AttributeDefinitions", Expr::list(at, vec![attribute])));
    if p.get("ProvisionedThroughput").is_none() {
        p.put(entry("BillingMode", Expr::text(span, "PAY_PER_REQUEST")));
    }
}

fn state_machine(mut r: crate::iac::facts::RawResource, out: &mut Out<'_>) {
    let span = r.anchor.span;
    let anchor = r.anchor.clone();
    let events = r.props.take("Events");
    let policies = r.props.take("Policies");
    for k in ["AutoPublishAlias", "DeploymentPreference", "UseAliasAsEventTarget", "PropagateTags"] {
        r.props.take(k);
    }
    let role = r.props.take("Role");
    let role_name = format_smolstr!("{}Role", r.name);
    let implied = role.is_none();
    match role {
        Some(e) => r.props.put(ExprEntry { key: "RoleArn".into(), ..e }),
        None => r.props.put(entry("RoleArn", Expr::get_att(span, &role_name, "Arn"))),
    }
    let owner =
        Owner { index: out.facts.resources.len(), name: r.name.clone(), condition: r.condition.clone() };
    let target = Target::state_machine(&r.name);
    out.push(r);
    let mut parts = RoleParts::default();
    if let Some(e) = events {
        event::expand(e, &anchor, &target, &owner, &mut parts, out);
    }
    if implied {
        let at = match &policies {
            Some(e) => {
                Anchor { span: e.key_span, path: format_smolstr!("{}.Properties.Policies", anchor.path) }
            }
            None => anchor,
        };
        if let Some(e) = policies {
            parts.read(e.value, &role_name);
        }
        let props = parts.properties(at.span, "states.amazonaws.com", None);
        out.imply(&owner, role_name, "AWS::IAM::Role", at, props);
    }
}

/// An API: its stage and its Lambda authorizers.
fn api(mut r: crate::iac::facts::RawResource, out: &mut Out<'_>) {
    let span = r.anchor.span;
    let rest = r.type_name == "AWS::ApiGateway::RestApi";
    let auth = r.props.get("Auth").cloned();
    let mut stage = object(span, Vec::new());
    for (from, to) in [
        ("StageName", "StageName"),
        ("TracingEnabled", "TracingEnabled"),
        ("MethodSettings", "MethodSettings"),
        ("AccessLogSetting", "AccessLogSetting"),
        ("AccessLogSettings", "AccessLogSettings"),
        ("CacheClusterEnabled", "CacheClusterEnabled"),
        ("CacheClusterSize", "CacheClusterSize"),
        ("CanarySetting", "CanarySetting"),
        ("DefaultRouteSettings", "DefaultRouteSettings"),
        ("RouteSettings", "RouteSettings"),
        ("Variables", "Variables"),
        ("StageVariables", "StageVariables"),
    ] {
        rename(&mut r.props, from, &mut stage, to);
    }
    let (id, type_name) =
        if rest { ("RestApiId", "AWS::ApiGateway::Stage") } else { ("ApiId", "AWS::ApiGatewayV2::Stage") };
    let reference = Expr::reference(span, r.name.clone());
    stage.put(entry(id, reference.clone()));
    let anchor = r.anchor.clone();
    let owner =
        Owner { index: out.facts.resources.len(), name: r.name.clone(), condition: r.condition.clone() };
    out.push(r);
    let stage_name = match stage.get("StageName").and_then(Expr::as_text) {
        Some(t) if t.bytes().all(|b| b.is_ascii_alphanumeric()) => format_smolstr!("{}{t}Stage", owner.name),
        _ => format_smolstr!("{}Stage", owner.name),
    };
    out.facts.redirects.insert(format_smolstr!("{}.Stage", owner.name), stage_name.clone());
    out.imply(&owner, stage_name, type_name, anchor.clone(), stage);
    let Some(authorizers) = auth.as_ref().and_then(|a| a.get("Authorizers")) else { return };
    for a in authorizers.entries() {
        let Some(function) = a.value.get("FunctionArn") else { continue };
        let at = Anchor {
            span: a.key_span,
            path: format_smolstr!("{}.Properties.Auth.Authorizers.{}", anchor.path, a.key),
        };
        let span = a.key_span;
        let mut props = a.value.clone();
        props.take("FunctionArn");
        let given = |key: &str| {
            a.value.get(key).is_some_and(|v| !v.as_text().is_some_and(|t| t.eq_ignore_ascii_case("false")))
        };
        // An HTTP API gets its permission only on request, a REST API unless it is declined.
        let permitted = if rest {
            !given("DisableFunctionDefaultPermissions")
        } else {
            given("EnableFunctionDefaultPermissions")
        };
        let (kind, role) = if rest {
            ("AWS::ApiGateway::Authorizer", "AuthorizerCredentials")
        } else {
            ("AWS::ApiGatewayV2::Authorizer", "AuthorizerCredentialsArn")
        };
        if let Some(e) = props.take("FunctionInvokeRole") {
            props.put(ExprEntry { key: role.into(), ..e });
        }
        props.put(ExprEntry { key: "AuthorizerUri".into(), key_span: span, value: function.clone() });
        props.put(entry("Name", Expr::text(span, a.key.clone())));
        props.put(entry(id, reference.clone()));
        let name = format_smolstr!("{}{}Authorizer", owner.name, a.key);
        out.imply(&owner, name.clone(), kind, at.clone(), props);
        if !permitted {
            continue;
        }
        let permission = Expr::object(
            span,
            [
                ("Action", Expr::text(span, "lambda:InvokeFunction")),
                ("FunctionName", function.clone()),
                ("Principal", Expr::text(span, "apigateway.amazonaws.com")),
                ("SourceAccount", Expr::reference(span, "AWS::AccountId")),
            ],
        );
        out.imply(&owner, format_smolstr!("{name}Permission"), "AWS::Lambda::Permission", at, permission);
    }
}

/// A WebSocket API: its routes to functions.
fn web_socket(mut r: crate::iac::facts::RawResource, out: &mut Out<'_>) {
    let span = r.anchor.span;
    let routes = r.props.take("Routes");
    r.props.put(entry("ProtocolType", Expr::text(span, "WEBSOCKET")));
    let anchor = r.anchor.clone();
    let owner =
        Owner { index: out.facts.resources.len(), name: r.name.clone(), condition: r.condition.clone() };
    out.push(r);
    for route in routes.as_ref().map(|r| r.value.entries()).unwrap_or_default() {
        let Some(function) = route.value.get("FunctionArn") else { continue };
        let at = Anchor {
            span: route.key_span,
            path: format_smolstr!("{}.Properties.Routes.{}", anchor.path, route.key),
        };
        let props = Expr::object(
            route.key_span,
            [
                ("Api", Expr::reference(span, owner.name.clone())),
                ("ApiType", Expr::text(span, "websocket")),
                ("Path", Expr::text(route.key_span, route.key.clone())),
                ("Function", function.clone()),
            ],
        );
        let id = route.key.trim_start_matches('$');
        out.imply(&owner, format_smolstr!("{}{id}Route", owner.name), "Route", at, props);
    }
}

/// One end of a connector: a resource of the template where it is named by logical id.
fn end(e: Expr) -> Expr {
    match e.get("Id") {
        Some(id) => match id.as_text() {
            Some(t) => Expr::reference(id.span, t),
            None => id.clone(),
        },
        None => e,
    }
}

fn connector(mut w: Written, out: &mut Out<'_>) {
    for key in ["Source", "Destination"] {
        if let Some(e) = w.props.take(key) {
            let value = match e.value.kind {
                ExprKind::List(items, open) => {
                    Expr::new(e.value.span, ExprKind::List(items.into_iter().map(end).collect(), open))
                }
                kind => end(Expr { span: e.value.span, kind }),
            };
            w.props.put(ExprEntry { value, ..e });
        }
    }
    out.push(raw(w, "Connector"));
}

/// `Connectors` of a resource: each is a connector whose source is the resource.
pub(super) fn embedded_connectors(connectors: &Expr, owner: &Owner, out: &mut Out<'_>) {
    for c in connectors.entries() {
        let mut props = c.value.get("Properties").cloned().unwrap_or_else(|| object(c.key_span, Vec::new()));
        props.take("SourceReference");
        if let Some(e) = props.take("Destination") {
            let value = match e.value.kind {
                ExprKind::List(items, open) => {
                    Expr::new(e.value.span, ExprKind::List(items.into_iter().map(end).collect(), open))
                }
                kind => end(Expr { span: e.value.span, kind }),
            };
            props.put(ExprEntry { value, ..e });
        }
        props.put(entry("Source", Expr::reference(c.key_span, owner.name.clone())));
        let anchor = Anchor {
            span: c.key_span,
            path: format_smolstr!("Resources.{}.Connectors.{}", owner.name, c.key),
        };
        out.imply(owner, format_smolstr!("{}{}", owner.name, c.key), "Connector", anchor, props);
    }
}
