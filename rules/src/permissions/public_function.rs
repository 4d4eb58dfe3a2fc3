//! See the page.

use lamlint_model::app::{Kind, Resource, TriggerKind};
use lamlint_model::finding::Message;
use lamlint_model::policy::{self, Effect, Origin, Principal, Statement};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri, Value};
use smol_str::SmolStr;

/// The rule.
pub static RULE: Rule = Rule {
    id: "public-function",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/public-function.md"),
    check,
};

/// The action of function URLs, which are another matter.
const URL_ACTION: &str = "lambda:InvokeFunctionUrl";

/// A service that says for which resource it invokes.
struct Service {
    principal: &'static str,
    /// What to give as `SourceArn`; `SourceAccount` where that is what the service's page recommends.
    source: &'static str,
    /// The triggers that need the permission.
    triggers: &'static [TriggerKind],
}

/// Services whose pages give a permission with `SourceArn` or `SourceAccount`. Source: the pages below
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>, and for the last ones
/// <https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html>,
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html>,
/// <https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-notify-lambda-cc.html>. Load balancers take functions of
/// their own account only, <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>.
const SERVICES: &[Service] = &[
    Service {
        principal: "apigateway.amazonaws.com",
        source: "`SourceArn`, the ARN of the API's routes (`arn:aws:execute-api:region:account:api-id/*`)",
        triggers: &[TriggerKind::RestApi, TriggerKind::HttpApi, TriggerKind::WebSocket],
    },
    Service {
        principal: "s3.amazonaws.com",
        source: "`SourceArn`, the ARN of the bucket, and `SourceAccount`, as the name of a bucket says nothing of its owner",
        triggers: &[TriggerKind::Bucket],
    },
    Service {
        principal: "sns.amazonaws.com",
        source: "`SourceArn`, the ARN of the topic",
        triggers: &[TriggerKind::Topic],
    },
    Service {
        principal: "events.amazonaws.com",
        source: "`SourceArn`, the ARN of the rule",
        triggers: &[TriggerKind::Rule, TriggerKind::Schedule],
    },
    Service {
        principal: "logs.amazonaws.com",
        source: "`SourceArn`, the ARN of the log group with `:*` behind it",
        triggers: &[TriggerKind::Logs],
    },
    Service {
        principal: "iot.amazonaws.com",
        source: "`SourceArn`, the ARN of the IoT rule, and `SourceAccount`",
        triggers: &[TriggerKind::Iot],
    },
    Service {
        principal: "cognito-idp.amazonaws.com",
        source: "`SourceArn`, the ARN of the user pool",
        triggers: &[TriggerKind::UserPool],
    },
    Service {
        principal: "ses.amazonaws.com",
        source: "`SourceArn`, the ARN of the receipt rule, and `SourceAccount`",
        triggers: &[TriggerKind::Email],
    },
    Service { principal: "config.amazonaws.com", source: "`SourceAccount`", triggers: &[] },
    Service {
        principal: "codecommit.amazonaws.com",
        source: "`SourceArn`, the ARN of the repository, and `SourceAccount`",
        triggers: &[],
    },
    Service { principal: "secretsmanager.amazonaws.com", source: "`SourceAccount`", triggers: &[] },
];

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for r in cx.app.resources.iter().filter(|r| !r.generated && r.implied_by.is_none()) {
        match r.type_name.as_str() {
            "AWS::Lambda::Permission" => permission(cx, r, out),
            "AWS::Lambda::ResourcePolicy" => document(cx, r, out),
            "AWS::Lambda::LayerVersionPermission" => layer(r, out),
            _ => {}
        }
    }
}

fn permission(cx: &Cx<'_>, r: &Resource, out: &mut Findings) {
    // A permission for URLs, or one that may be.
    let actions = r.props.get("Action").strings();
    let Some(Some(action)) = actions.sole() else { return };
    if action.eq_ignore_ascii_case(URL_ACTION) {
        return;
    }
    let principal = r.props.get("Principal").strings();
    let (subject, name) = target(cx, r);
    let anyone = principal.some(|_| "everybody".to_owned(), |p| p.as_deref() == Some("*"));
    let unbound = r.without(policy::PERMISSION_CONDITIONS, "neither a source nor an account is named here");
    if let Tri::Yes(_) = &anyone {
        out.report(anyone.and(unbound), subject.clone(), format!("{} *", r.name), |_| everybody(&name));
        return;
    }
    for s in SERVICES {
        let note = |_: &_| format!("any account's `{}` may invoke", s.principal);
        let claim = principal.some(note, |p| p.as_deref() == Some(s.principal));
        if let Tri::Yes(_) = &claim {
            let claim = claim.and(unbound.clone());
            let key = format!("{} {}", r.name, s.principal);
            out.report_as(Severity::Warning, claim, subject.clone(), key, |_| deputy(cx, r, &name, s));
        }
    }
}

fn everybody(name: &str) -> Message {
    Message::new(format!("everybody may invoke {name}, from any account"))
        .help("name the account, the role or the service that invokes it, or add `PrincipalOrgID`")
}

fn deputy(cx: &Cx<'_>, r: &Resource, name: &str, s: &Service) -> Message {
    let text = format!("`{}` may invoke {name} on behalf of any account", s.principal);
    let mut help = format!("add {}", s.source);
    if let Some(source) = sole_source(cx, r, s) {
        help.push_str(": here that of ");
        help.push_str(&source);
    }
    Message::new(text).help(help)
}

/// What invokes the function through this service, when the templates name exactly one.
fn sole_source(cx: &Cx<'_>, r: &Resource, s: &Service) -> Option<String> {
    let app = cx.app;
    let named = r.props.get("FunctionName").values();
    let (function, _) = app.function_named(r.application, named.sole()?.as_ref()?)?;
    let mut names: Vec<String> = Vec::new();
    for t in app.triggers_of(function).filter(|t| s.triggers.contains(&t.kind) && t.connection != r.id) {
        let connection = app.resource(t.connection);
        // The rule itself, not its bus or its time.
        let is_source = matches!(connection.kind, Kind::Rule | Kind::IotRule);
        let source = if is_source { Some(connection) } else { t.resource.map(|id| app.resource(id)) };
        let source = source.filter(|s| s.kind != Kind::Other)?;
        let name = format!("{} `{}`", source.kind.word(), source.name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match &names[..] {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// The function a permission is about, or the permission where that is not known, and its words.
fn target(cx: &Cx<'_>, r: &Resource) -> (SmolStr, String) {
    let property = if r.kind == Kind::Permission { "FunctionName" } else { "ResourceArn" };
    let named = r.props.get(property).values();
    let function = named.sole().and_then(|v| cx.app.function_named(r.application, v.as_ref()?));
    match function {
        Some((f, _)) => (cx.app.resource(f).name.clone(), format!("`{}`", cx.app.resource(f).name)),
        None => (r.name.clone(), format!("the function of `{}`", r.name)),
    }
}

/// A policy document of a function.
fn document(cx: &Cx<'_>, r: &Resource, out: &mut Findings) {
    let origin = Origin { label: "the policy".into(), resource: Some(r.id) };
    let Some(written) = policy::written_by(r) else { return };
    let (statements, _) = policy::document(&written, &origin);
    let (subject, name) = target(cx, r);
    for s in statements.iter().filter(|s| s.effect == Effect::Allow && s.condition.is_none()) {
        let Some(principals) = s.principals.as_ref().filter(|p| !p.negated && invokes(s)) else { continue };
        for (principal, guards) in &principals.list {
            // One of several that depend on conditions is left alone.
            if s.guards.and(guards).as_ref() != Some(&s.guards) {
                continue;
            }
            let claim = |note: &str| Tri::Yes(s.evidence(note));
            match principal {
                Principal::Any => {
                    let claim = claim("everybody, without a condition");
                    out.report(claim, subject.clone(), format!("{} *", r.name), |_| everybody(&name));
                }
                Principal::Service(Value::Str(p)) => {
                    let Some(service) = SERVICES.iter().find(|s| s.principal == p.as_str()) else { continue };
                    let claim = claim("a service, without a condition");
                    let key = format!("{} {p}", r.name);
                    out.report_as(Severity::Warning, claim, subject.clone(), key, |_| {
                        deputy(cx, r, &name, service)
                    });
                }
                _ => {}
            }
        }
    }
}

/// Whether a statement certainly allows an action on functions other than calling their URL.
fn invokes(s: &Statement) -> bool {
    let other = |p: &policy::Pattern| {
        !p.possible && p.value.as_str().is_some_and(|a| !a.eq_ignore_ascii_case(URL_ACTION))
    };
    !s.actions.negated && s.actions.list.iter().any(other)
}

/// A layer that everybody may use.
fn layer(r: &Resource, out: &mut Findings) {
    let principal = r.props.get("Principal").strings();
    let anyone = principal.some(|_| "every account".to_owned(), |p| p.as_deref() == Some("*"));
    let without = r.props.get("OrganizationId").values().absent("no organization is named");
    out.report_as(Severity::Note, anyone.and(without), r.name.clone(), "layer", |_| {
        Message::new(format!("`{}` lets every account download the layer", r.name))
            .help("name the account, or the organization as `OrganizationId`, unless the layer is meant for the public")
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    fn found(t: &str, props: &str) -> Vec<(Severity, String, String)> {
        let app = AppBuilder::new()
            .add("AWS::Lambda::Function", "Worker", "{}")
            .add("AWS::SNS::Topic", "News", "{}")
            .add(
                "AWS::SNS::Subscription",
                "S",
                r#"{"TopicArn": "${News.Arn}", "Protocol": "lambda", "Endpoint": "${Worker.Arn}"}"#,
            )
            .add(
                "AWS::Events::Rule",
                "Nightly",
                r#"{"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": "${Worker.Arn}"}]}"#,
            )
            .add(t, "P", props)
            .build();
        let found = check(&RULE, &app, &[]);
        let row = |f: &lamlint_model::Finding| {
            let help = f.message().help.clone().unwrap_or_default();
            (f.severity(), f.message().text.clone(), help)
        };
        found.iter().map(row).collect()
    }

    fn permission(rest: &str) -> Vec<(Severity, String, String)> {
        let props =
            format!(r#"{{"Action": "lambda:InvokeFunction", "FunctionName": "${{Worker.Arn}}", {rest}}}"#);
        found("AWS::Lambda::Permission", &props)
    }

    #[test]
    fn everybody_and_services_without_a_source() {
        let [(severity, text, _)] = &permission(r#""Principal": "*""#)[..] else { panic!() };
        assert_eq!(
            (*severity, text.as_str()),
            (Severity::Error, "everybody may invoke `Worker`, from any account")
        );
        let [(severity, text, help)] = &permission(r#""Principal": "sns.amazonaws.com""#)[..] else {
            panic!()
        };
        assert_eq!(
            (*severity, text.as_str()),
            (Severity::Warning, "`sns.amazonaws.com` may invoke `Worker` on behalf of any account")
        );
        assert_eq!(help, "add `SourceArn`, the ARN of the topic: here that of topic `News`");
        let [(_, _, help)] = &permission(r#""Principal": "events.amazonaws.com""#)[..] else { panic!() };
        assert!(help.ends_with("here that of rule `Nightly`"), "{help}");
        let [(_, _, help)] = &permission(r#""Principal": "s3.amazonaws.com""#)[..] else { panic!() };
        assert!(!help.contains("here"), "{help}");
    }

    #[test]
    fn silent_where_bound_or_unknown() {
        for rest in [
            r#""Principal": "*", "PrincipalOrgID": "o-1234567890""#,
            r#""Principal": "*", "InvokedViaFunctionUrl": true"#,
            r#""Principal": "*", "FunctionUrlAuthType": "NONE""#,
            r#""Principal": "*", "SourceArn": "${News.Arn}""#,
            r#""Principal": "sns.amazonaws.com", "SourceArn": "${News.Arn}""#,
            r#""Principal": "s3.amazonaws.com", "SourceAccount": "${AWS::AccountId}""#,
            r#""Principal": "sns.amazonaws.com", "SourceArn": "${?}""#,
            r#""Principal": "${Principal}""#,
            r#""Principal": "123456789012""#,
            r#""Principal": "sqs.amazonaws.com""#,
            r#""Principal": "elasticloadbalancing.amazonaws.com""#,
            r#""Principal": "alexa-appkit.amazon.com", "EventSourceToken": "amzn1.ask.skill.1""#,
            r#""Principal": "*", "..": true"#,
        ] {
            assert_eq!(permission(rest), [], "{rest}");
        }
        let url =
            r#"{"Action": "lambda:InvokeFunctionUrl", "FunctionName": "${Worker.Arn}", "Principal": "*"}"#;
        assert_eq!(found("AWS::Lambda::Permission", url), []);
    }

    #[test]
    fn documents_and_layers() {
        let of = |statement: &str| {
            let props = format!(
                r#"{{"ResourceArn": "${{Worker.Arn}}", "PolicyDocument": {{"Statement": [{{"Effect": "Allow", {statement}}}]}}}}"#
            );
            found("AWS::Lambda::ResourcePolicy", &props).into_iter().map(|f| f.0).collect::<Vec<_>>()
        };
        assert_eq!(of(r#""Action": "lambda:InvokeFunction", "Principal": "*""#), [Severity::Error]);
        let service = r#""Principal": {"Service": "s3.amazonaws.com"}"#;
        assert_eq!(of(&format!(r#""Action": "lambda:InvokeFunction", {service}"#)), [Severity::Warning]);
        let condition = r#""Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}"#;
        assert_eq!(of(&format!(r#""Action": "lambda:InvokeFunction", {service}, {condition}"#)), []);
        assert_eq!(of(r#""Action": "lambda:InvokeFunctionUrl", "Principal": "*""#), []);
        let layer = |rest: &str| {
            let props =
                format!(r#"{{"Action": "lambda:GetLayerVersion", "LayerVersionArn": "${{L}}", {rest}}}"#);
            found("AWS::Lambda::LayerVersionPermission", &props).into_iter().map(|f| f.0).collect::<Vec<_>>()
        };
        assert_eq!(layer(r#""Principal": "*""#), [Severity::Note]);
        assert_eq!(layer(r#""Principal": "*", "OrganizationId": "o-1""#), []);
        assert_eq!(layer(r#""Principal": "123456789012""#), []);
    }
}
