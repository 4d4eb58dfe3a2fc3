//! HTTP routes: integrations of REST APIs, routes of HTTP and WebSocket APIs, functions behind load balancers.

use super::map::{entry, sole, text};
use super::{Evaluated, Made};
use lamlint_model::app::{App, Kind};
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Tree};
use lamlint_model::tri::{Reason, Why};
use lamlint_model::value::{Attr, Value};

/// Bound on the depth of a REST API's resource tree.
const MAX_SEGMENTS: usize = 32;

/// A `Route` for each way HTTP reaches a function.
pub(super) fn of<'e>(evaluated: &'e [Evaluated], app: &App) -> Vec<Made<'e>> {
    let mut out = Vec::new();
    for e in evaluated.iter().filter(|e| !e.data) {
        let entries = match e.type_name.as_str() {
            "aws_api_gateway_integration" => rest(e, app),
            "aws_apigatewayv2_route" => http(e, app),
            "aws_apigatewayv2_api" => quick(e),
            "aws_lb_target_group_attachment" | "aws_alb_target_group_attachment" => balanced(e, app),
            _ => None,
        };
        if let Some(entries) = entries {
            let props = Tree::map(entries, e.anchor.span);
            out.push(Made { by: e, suffix: "_route", type_name: "Route", props });
        }
    }
    out
}

fn given(e: &Evaluated, argument: &str) -> Option<Tree> {
    Some(e.props.get(argument)).filter(|t| !t.is_surely_absent())
}

fn route(span: Span, kind: &str, api: Tree, function: Tree) -> Vec<Entry> {
    vec![entry("Api", span, api), entry("ApiType", span, text(kind, span)), entry("Function", span, function)]
}

fn rest(e: &Evaluated, app: &App) -> Option<Vec<Entry>> {
    let span = e.anchor.span;
    let mut out = route(span, "rest", given(e, "rest_api_id")?, given(e, "uri")?);
    if let Some(method) = given(e, "http_method") {
        out.push(entry("Method", span, method));
    }
    let at = given(e, "resource_id")?;
    let path = match sole(&at).and_then(|v| path_of(&v, app, 0)) {
        Some(p) if p.is_empty() => text("/", at.span()),
        Some(p) => text(p, at.span()),
        None => Tree::unknown(Why::new(Reason::NotInTree, "the path is built elsewhere"), at.span()),
    };
    out.push(entry("Path", span, path));
    Some(out)
}

/// The path of a REST API's resource.
fn path_of(v: &Value, app: &App, depth: usize) -> Option<String> {
    let Value::Of(id, attr) = v else { return None };
    if depth > MAX_SEGMENTS {
        return None;
    }
    if matches!(attr, Attr::Other(a) if a == "RootResourceId") {
        return Some(String::new());
    }
    let r = app.resources.get(id.0 as usize).filter(|r| r.type_name == "AWS::ApiGateway::Resource")?;
    let parent = path_of(&sole(&r.props.get("ParentId"))?, app, depth + 1)?;
    let part = sole(&r.props.get("PathPart"))?;
    Some(format!("{parent}/{}", part.as_str()?))
}

fn http(e: &Evaluated, app: &App) -> Option<Vec<Entry>> {
    let span = e.anchor.span;
    let target = sole(&given(e, "target")?)?;
    let parts = match &target {
        Value::Concat(parts) => &parts[..],
        v => std::slice::from_ref(v),
    };
    let integration = parts.iter().find_map(|p| match p {
        Value::Of(id, _) => {
            app.resources.get(id.0 as usize).filter(|r| r.type_name == "AWS::ApiGatewayV2::Integration")
        }
        _ => None,
    })?;
    let uri = integration.props.get("IntegrationUri");
    if uri.is_surely_absent() {
        return None;
    }
    let api = given(e, "api_id")?;
    let is_socket = match sole(&api) {
        Some(Value::Of(id, _)) => app.resources.get(id.0 as usize).is_some_and(|r| {
            r.kind == Kind::HttpApi
                && sole(&r.props.get("ProtocolType")).is_some_and(|p| p == Value::str("WEBSOCKET"))
        }),
        _ => false,
    };
    let mut out = route(span, if is_socket { "websocket" } else { "http" }, api, uri);
    let key = e.props.get("route_key");
    match sole(&key).as_ref().and_then(Value::as_str).and_then(|k| k.split_once(' ')) {
        Some((method, path)) => {
            out.push(entry("Method", span, text(method, key.span())));
            out.push(entry("Path", span, text(path.trim(), key.span())));
        }
        None => out.push(entry("Path", span, key)),
    }
    let format = integration.props.get("PayloadFormatVersion");
    if !format.is_surely_absent() {
        out.push(entry("PayloadFormatVersion", span, format));
    }
    Some(out)
}

/// An HTTP API with one function behind it.
fn quick(e: &Evaluated) -> Option<Vec<Entry>> {
    let span = e.anchor.span;
    let api = Tree::leaf(Value::Of(e.id, Attr::Name), span);
    let mut out = route(span, "http", api, given(e, "target")?);
    out.push(entry("Path", span, text("$default", span)));
    Some(out)
}

fn balanced(e: &Evaluated, app: &App) -> Option<Vec<Entry>> {
    let group = given(e, "target_group_arn")?;
    let Some(Value::Of(id, _)) = sole(&group) else { return None };
    let r = app.resources.get(id.0 as usize)?;
    let kind = sole(&r.props.get("TargetType"))?;
    (kind == Value::str("lambda")).then(|| route(e.anchor.span, "alb", group, e.props.get("target_id")))
}
