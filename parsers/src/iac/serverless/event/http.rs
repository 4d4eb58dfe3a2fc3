//! Events of APIs and load balancers.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/events> and
//! `lib/plugins/aws/package/compile/events` of the framework.

use super::Cx;
use crate::iac::expr::{Expr, ExprEntry, ExprKind, sub_of};
use crate::iac::sam::{entry, object};
use crate::iac::serverless::names;
use crate::iac::serverless::role::allow;
use crate::iac::serverless::service::{by_default, long_form, name_text, spread};
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use smol_str::{SmolStr, format_smolstr};

const REST_API: &str = "ApiGatewayRestApi";

const HTTP_API: &str = "HttpApi";

const SOCKET_API: &str = "WebsocketsApi";

impl Cx<'_, '_, '_> {
    /// The API a setting names, else the one the framework makes.
    fn api(
        &mut self,
        setting: &[&str],
        name: &str,
        type_name: &str,
        anchor: &Anchor,
        props: Vec<(&'static str, Expr)>,
    ) -> Expr {
        if let Some(e) = self.service.setting(setting) {
            return e.value;
        }
        let made = Expr::object(anchor.span, props);
        self.service.once(name, type_name, self.owner, anchor, made);
        Expr::reference(anchor.span, name)
    }

    pub(super) fn http(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let Some(mut props) = route_of(e) else { return };
        let mut given = long_form(e, "path");
        // These never reach the function.
        let integration = given.get("integration").and_then(Expr::as_text).map(str::to_ascii_lowercase);
        if matches!(integration.as_deref(), Some("http" | "http-proxy" | "http_proxy" | "mock")) {
            return;
        }
        let name = ("Name", self.service.prefix.clone());
        let setting = ["apiGateway", "restApiId"];
        let api = self.api(&setting, REST_API, "AWS::ApiGateway::RestApi", anchor, vec![name]);
        props.put(entry("RestApiId", api.clone()));
        if let Some(a) = given.take("authorizer") {
            self.authorizer(&a, &api, "AWS::ApiGateway::Authorizer", &mut props);
        }
        self.as_sam("Api", id, anchor, props);
    }

    pub(super) fn http_api(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let Some(mut props) = route_of(e) else { return };
        let mut given = long_form(e, "path");
        let made = vec![("Name", self.service.prefix.clone()), ("ProtocolType", Expr::text(span, "HTTP"))];
        let api = self.api(&["httpApi", "id"], HTTP_API, "AWS::ApiGatewayV2::Api", anchor, made);
        props.put(entry("ApiId", api.clone()));
        let payload = self.service.setting(&["httpApi", "payload"]);
        props.put(match payload {
            Some(p) => ExprEntry { key: "PayloadFormatVersion".into(), ..p },
            None => entry("PayloadFormatVersion", by_default(span, Expr::text(span, "2.0"))),
        });
        if let Some(a) = given.take("authorizer") {
            let name = long_form(&a, "name").get("name").and_then(Expr::as_text).map(SmolStr::from);
            let declared = name.and_then(|n| self.service.setting(&["httpApi", "authorizers", &n]));
            match declared {
                Some(d) => {
                    let mut d = long_form(&d, "functionName");
                    let function = d.take("functionName").or_else(|| d.take("functionArn"));
                    let function = function.unwrap_or_else(|| entry("name", Expr::text(span, "jwt")));
                    self.authorizer(&function, &api, "AWS::ApiGatewayV2::Authorizer", &mut props);
                }
                None => self.authorizer(&a, &api, "AWS::ApiGatewayV2::Authorizer", &mut props),
            }
        }
        self.as_sam("HttpApi", id, anchor, props);
    }

    /// What decides whether a call may reach the function; it may be a function of the service.
    fn authorizer(&mut self, e: &ExprEntry, api: &Expr, type_name: &str, props: &mut Expr) {
        let span = e.key_span;
        let given = long_form(e, "name");
        let name = given.get("name").and_then(Expr::as_text).map(SmolStr::from);
        let word = name.clone().unwrap_or_else(|| "authorizer".into());
        props.put(entry("Auth", Expr::object(span, [("Authorizer", Expr::text(span, word))])));
        let function = match (given.get("arn"), &name) {
            (Some(arn), _) => arn.clone(),
            (None, Some(n)) if self.service.is_function(n) => Expr::get_att(span, &names::function(n), "Arn"),
            _ => return,
        };
        let key =
            name.unwrap_or_else(|| names::alphanumeric(function.target_name().unwrap_or("other")).into());
        let id = format_smolstr!("{}ApiGatewayAuthorizer", names::normalized(&key));
        if self.service.out.facts.resources.iter().any(|r| r.name == id) {
            return;
        }
        let prefix =
            sub_of(span, "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/");
        let uri = name_text(span, vec![prefix, function.clone(), Expr::text(span, "/invocations")]);
        let api_key = if type_name.contains("V2") { "ApiId" } else { "RestApiId" };
        let made = Expr::object(
            span,
            [
                (api_key, api.clone()),
                ("AuthorizerUri", uri),
                ("Name", Expr::text(span, key)),
                ("AuthorizerType", Expr::text(span, "REQUEST")),
            ],
        );
        let anchor = Anchor { span, path: format_smolstr!("{}.authorizer", self.f.anchor.path) };
        let out = &mut self.service.out;
        out.imply(self.owner, id.clone(), type_name, anchor.clone(), made);
        let permission = Expr::object(
            span,
            [
                ("Action", Expr::text(span, "lambda:InvokeFunction")),
                ("FunctionName", function),
                ("Principal", Expr::text(span, "apigateway.amazonaws.com")),
                ("SourceArn", api_arn(span, api, "/*")),
            ],
        );
        out.imply(
            self.owner,
            format_smolstr!("{id}Permission"),
            "AWS::Lambda::Permission",
            anchor,
            permission,
        );
    }

    fn route(&mut self, id: &SmolStr, anchor: &Anchor, kind: &str, api: Expr, path: Option<ExprEntry>) {
        let span = anchor.span;
        let mut props = Expr::object(
            span,
            [("Api", api), ("ApiType", Expr::text(span, kind)), ("Function", self.target.arn(span))],
        );
        if let Some(p) = path {
            props.put(ExprEntry { key: "Path".into(), ..p });
        }
        let name = format_smolstr!("{id}Route");
        self.service.out.imply(self.owner, name, "Route", anchor.clone(), props);
    }

    pub(super) fn socket(&mut self, e: &ExprEntry, id: &SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "route");
        let made = vec![
            ("ProtocolType", Expr::text(span, "WEBSOCKET")),
            ("RouteSelectionExpression", Expr::text(span, "$request.body.action")),
        ];
        let setting = ["apiGateway", "websocketApiId"];
        let api = self.api(&setting, SOCKET_API, "AWS::ApiGatewayV2::Api", anchor, made);
        // The framework lets the shared role answer through the connection.
        let connections = api_arn(span, &api, "/*/*/@connections/*");
        allow(self.parts, span, &["execute-api:ManageConnections"], connections);
        if let Some(a) = given.take("authorizer") {
            let mut ignored = object(span, Vec::new());
            self.authorizer(&a, &api, "AWS::ApiGatewayV2::Authorizer", &mut ignored);
        }
        let source = api_arn(span, &api, "/*");
        self.permission(id.clone(), anchor, "apigateway.amazonaws.com", Some(source));
        self.route(id, anchor, "websocket", api, given.take("route"));
    }

    pub(super) fn balancer(&mut self, id: &SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let group = format_smolstr!("{id}TargetGroup");
        let target = Expr::object(span, [("Id", self.target.arn(span))]);
        let props = Expr::object(
            span,
            [("TargetType", Expr::text(span, "lambda")), ("Targets", Expr::list(span, vec![target]))],
        );
        let out = &mut self.service.out;
        let type_name = "AWS::ElasticLoadBalancingV2::TargetGroup";
        out.imply(self.owner, group.clone(), type_name, anchor.clone(), props);
        let source = Expr::reference(span, group.clone());
        self.permission(id.clone(), anchor, "elasticloadbalancing.amazonaws.com", Some(source.clone()));
        self.route(id, anchor, "alb", source, None);
    }
}

/// The ARN of what an API runs.
fn api_arn(span: Span, api: &Expr, end: &str) -> Expr {
    let prefix = sub_of(span, "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:");
    name_text(span, vec![prefix, api.clone(), Expr::text(span, end)])
}

/// Method and path of an HTTP event, as SAM writes them.
fn route_of(e: &ExprEntry) -> Option<Expr> {
    let value = spread(e.value.clone());
    let mut props = object(e.key_span, Vec::new());
    if let Some(text) = value.as_text() {
        let text = text.trim();
        let (method, path) = match text.split_once(char::is_whitespace) {
            Some((m, p)) => (m, p.trim()),
            None if text == "*" => ("*", ""),
            None => return None,
        };
        let method = if method == "*" { "any" } else { method };
        put_route(&mut props, value.span, Some(method), path);
        return Some(props);
    }
    let mut given = long_form(e, "path");
    if let ExprKind::Map(_, Some(why)) = &given.kind {
        props.open(why);
    }
    let method = given.take("method");
    let path = given.take("path");
    match path.as_ref().map(|p| (p.value.span, p.value.as_text().map(str::to_owned))) {
        Some((span, Some(p))) => put_route(&mut props, span, None, &p),
        Some((..)) => props.put(ExprEntry { key: "Path".into(), ..path? }),
        None => {}
    }
    if let Some(m) = method {
        let any = m.value.as_text() == Some("*");
        let value = if any { Expr::text(m.value.span, "any") } else { m.value };
        props.put(ExprEntry { key: "Method".into(), key_span: m.key_span, value });
    }
    Some(props)
}

fn put_route(props: &mut Expr, span: Span, method: Option<&str>, path: &str) {
    if let Some(m) = method {
        props.put(entry("Method", Expr::text(span, m.to_ascii_lowercase())));
    }
    let path = match path {
        "" | "*" => "$default".to_owned(),
        p if p.starts_with('/') => p.to_owned(),
        p => format!("/{p}"),
    };
    props.put(entry("Path", Expr::text(span, path)));
}
