//! HTTP routes of plain CloudFormation: API Gateway methods, HTTP and WebSocket API routes, load balancer targets.

use super::expr::{Expr, ExprEntry, ExprKind, SubPart};
use super::facts::{RawResource, TemplateFacts};
use lamlint_model::tri::Reason;
use smol_str::{SmolStr, format_smolstr};

/// Bound on the depth of a REST API's resource tree.
const MAX_SEGMENTS: usize = 32;

/// Add a `Route` for each way HTTP reaches a function, behind the resource that says so.
pub(super) fn expand(facts: &mut TemplateFacts) {
    let found: Vec<Option<Expr>> = facts
        .resources
        .iter()
        .map(|r| match r.type_name.as_str() {
            "AWS::ApiGateway::Method" => rest(r, facts),
            "AWS::ApiGatewayV2::Route" => http(r, facts),
            "AWS::ApiGatewayV2::Api" => quick(r),
            "AWS::ElasticLoadBalancingV2::TargetGroup" => balanced(r),
            _ => None,
        })
        .collect();
    if found.iter().all(Option::is_none) {
        return;
    }
    // Where each resource stands when the routes are among them.
    let mut places = Vec::with_capacity(found.len());
    let mut out = Vec::with_capacity(found.len());
    for (mut r, props) in std::mem::take(&mut facts.resources).into_iter().zip(found) {
        let place = out.len();
        places.push(place);
        r.owner = r.owner.and_then(|o| places.get(o).copied());
        let route = props.map(|props| RawResource {
            name: format_smolstr!("{}Route", r.name),
            shown: None,
            type_name: "Route".into(),
            anchor: r.anchor.clone(),
            condition: r.condition.clone(),
            props,
            metadata: None,
            owner: Some(place),
            sam: false,
            nested: None,
        });
        out.push(r);
        out.extend(route);
    }
    facts.resources = out;
}

fn named<'f>(facts: &'f TemplateFacts, name: &str) -> Option<&'f RawResource> {
    facts.resources.iter().find(|r| r.name == name)
}

fn moved(e: Option<&ExprEntry>, key: &str, props: &mut Expr) {
    if let Some(e) = e {
        props.put(ExprEntry { key: key.into(), ..e.clone() });
    }
}

fn route(r: &RawResource, kind: &'static str, api: Expr, function: &Expr) -> Expr {
    let span = r.anchor.span;
    Expr::object(span, [("Api", api), ("ApiType", Expr::text(span, kind)), ("Function", function.clone())])
}

fn rest(r: &RawResource, facts: &TemplateFacts) -> Option<Expr> {
    let integration = r.props.get("Integration")?;
    let uri = integration.get("Uri")?;
    let mut props = route(r, "rest", r.props.get("RestApiId")?.clone(), uri);
    moved(r.props.entry("HttpMethod"), "Method", &mut props);
    let at = r.props.entry("ResourceId")?;
    let value = match path_of(&at.value, facts, 0) {
        Some(p) => Expr::text(at.value.span, if p.is_empty() { "/".to_owned() } else { p }),
        None => Expr::opaque(at.value.span, Reason::NotInTree, "the path is built elsewhere"),
    };
    props.put(ExprEntry { key: "Path".into(), key_span: at.key_span, value });
    Some(props)
}

/// The path of a REST API's resource.
fn path_of(e: &Expr, facts: &TemplateFacts, depth: usize) -> Option<String> {
    if depth > MAX_SEGMENTS {
        return None;
    }
    match &e.kind {
        ExprKind::GetAtt(_, a) if a == "RootResourceId" => Some(String::new()),
        ExprKind::Ref(n) | ExprKind::GetAtt(n, _) => {
            let r = named(facts, n).filter(|r| r.type_name == "AWS::ApiGateway::Resource")?;
            let parent = path_of(r.props.get("ParentId")?, facts, depth + 1)?;
            Some(format!("{parent}/{}", r.props.get("PathPart")?.as_text()?))
        }
        _ => None,
    }
}

fn http(r: &RawResource, facts: &TemplateFacts) -> Option<Expr> {
    let target = r.props.get("Target")?;
    let integration = references(target)
        .into_iter()
        .filter_map(|n| named(facts, &n))
        .find(|r| r.type_name == "AWS::ApiGatewayV2::Integration")?;
    let uri = integration.props.get("IntegrationUri")?;
    let api = r.props.get("ApiId")?;
    let is_socket = api
        .target_name()
        .and_then(|n| named(facts, n))
        .and_then(|a| a.props.get("ProtocolType"))
        .and_then(Expr::as_text)
        .is_some_and(|t| t.eq_ignore_ascii_case("websocket"));
    let mut props = route(r, if is_socket { "websocket" } else { "http" }, api.clone(), uri);
    if let Some(key) = r.props.entry("RouteKey") {
        match key.value.as_text().and_then(|t| t.split_once(' ')) {
            Some((method, path)) => {
                for (k, v) in [("Method", method), ("Path", path.trim())] {
                    let value = Expr::text(key.value.span, v);
                    props.put(ExprEntry { key: k.into(), key_span: key.key_span, value });
                }
            }
            None => moved(Some(key), "Path", &mut props),
        }
    }
    moved(integration.props.entry("PayloadFormatVersion"), "PayloadFormatVersion", &mut props);
    Some(props)
}

/// An HTTP API with one function behind it.
fn quick(r: &RawResource) -> Option<Expr> {
    let target = r.props.get("Target")?;
    let mut props = route(r, "http", Expr::reference(r.anchor.span, r.name.clone()), target);
    props.put(ExprEntry {
        key: "Path".into(),
        key_span: r.anchor.span,
        value: Expr::text(r.anchor.span, "$default"),
    });
    Some(props)
}

fn balanced(r: &RawResource) -> Option<Expr> {
    if r.props.get("TargetType")?.as_text()? != "lambda" {
        return None;
    }
    let ExprKind::List(targets, _) = &r.props.get("Targets")?.kind else { return None };
    let id = targets.first()?.get("Id")?;
    Some(route(r, "alb", Expr::reference(r.anchor.span, r.name.clone()), id))
}

/// The logical names inside text.
fn references(e: &Expr) -> Vec<SmolStr> {
    match &e.kind {
        ExprKind::Ref(n) | ExprKind::GetAtt(n, _) => vec![n.clone()],
        ExprKind::Sub(s) => s
            .parts
            .iter()
            .filter_map(|p| match p {
                SubPart::Hole { value, .. } => value.target_name().map(SmolStr::from),
                SubPart::Text { .. } => None,
            })
            .collect(),
        ExprKind::Join(both) => match &both.1.kind {
            ExprKind::List(items, _) => {
                items.iter().filter_map(|i| i.target_name().map(SmolStr::from)).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
