//! See the page.

use lamlint_model::app::{Function, Kind, TriggerKind};
use lamlint_model::finding::Message;
use lamlint_model::handler::{Fact, FactKind, Phase, SdkCall};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, ResourceId, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "recursive-invocation",
    group: "handler",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/recursive-invocation.md"),
    check,
};

/// Operations that invoke a function.
const INVOKE: &[&str] = &["Invoke", "InvokeAsync", "InvokeWithResponseStream"];

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (f, h) in cx.linked() {
        if f.resource.generated {
            continue;
        }
        for fact in h.facts.iter().filter(|x| x.phase == Phase::Invoke) {
            let claim = match &fact.kind {
                FactKind::SdkCall(c) => invokes(cx, f, fact, c),
                FactKind::Http { url, .. } => requests(cx, f, fact, url),
                _ => continue,
            };
            report(f, fact, claim, out);
        }
    }
}

fn report(f: Function<'_>, fact: &Fact, claim: Tri, out: &mut Findings) {
    let name = f.name();
    let how = match &fact.kind {
        FactKind::SdkCall(c) => format!("through `{}`", c.label),
        _ => "by a request to its own address".to_owned(),
    };
    if fact.unguarded() {
        out.report(claim, name, how.clone(), |_| {
            Message::new(format!("`{name}` invokes itself {how}, without a condition that ends it"))
                .help("split the work with a queue or a state machine, or invoke another function")
        });
    } else {
        out.report_as(Severity::Warning, claim, name, how.clone(), |_| {
            Message::new(format!("`{name}` invokes itself {how}"))
                .help("make sure the condition before it ends the recursion, or let a state machine drive the repetition")
        });
    }
}

/// A call of Lambda whose function name is the function's own.
fn invokes(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, call: &SdkCall) -> Tri {
    let dry = call.arg("InvocationType").and_then(Value::as_str) == Some("DryRun");
    if call.service != "lambda" || !INVOKE.contains(&call.operation.as_str()) || call.foreign || dry {
        return Tri::No;
    }
    let Some(name) = call.arg("FunctionName") else { return Tri::No };
    let is_own = |v: &Value| {
        cx.app.function_named(f.resource.application, v).is_some_and(|(id, _)| id == f.resource.id)
    };
    named(cx, f, fact, name, &is_own)
}

/// A request to an address behind which only this function is.
fn requests(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, url: &Value) -> Tri {
    named(cx, f, fact, url, &|v| leads_to(cx, v).is_some_and(|id| id == f.resource.id))
}

/// One of several values the code chooses between counts only when all of them do.
fn named(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, value: &Value, is_own: &dyn Fn(&Value) -> bool) -> Tri {
    let resolved = cx.app.resolve(f.resource.id, value, fact.span, None);
    let note = |_: &Value| format!("this is `{}` itself", f.name());
    let own = if matches!(value, Value::OneOf(_)) {
        resolved.every(note, is_own)
    } else {
        resolved.some(note, is_own)
    };
    fact.with(format!("`{}` is called here again", f.name()), own)
}

/// The one function behind an address: a function URL, or an API all of whose routes go to it.
fn leads_to(cx: &Cx<'_>, url: &Value) -> Option<ResourceId> {
    let id = match url {
        Value::Of(id, _) => *id,
        Value::Concat(parts) => {
            // The host only: what follows may name anything.
            let host = match &parts[..] {
                [Value::Of(id, _), ..] => Some(id),
                [Value::Str(scheme), Value::Of(id, _), ..] if scheme == "https://" => Some(id),
                _ => None,
            };
            *host?
        }
        _ => return None,
    };
    let kinds: &[TriggerKind] = match cx.app.resource(id).kind {
        Kind::Url => &[TriggerKind::Url],
        Kind::RestApi | Kind::HttpApi => &[TriggerKind::RestApi, TriggerKind::HttpApi],
        _ => return None,
    };
    let mut behind = cx
        .app
        .triggers
        .iter()
        .filter(|t| kinds.contains(&t.kind) && t.resource == Some(id))
        .map(|t| t.function);
    let first = behind.next()?;
    behind.all(|f| f == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::App;
    use lamlint_model::handler::Ctx;
    use lamlint_model::testing::{AppBuilder, check, handler, handler_in, sdk_call, value};

    fn app() -> App {
        AppBuilder::new()
            .add(
                "AWS::Lambda::Function",
                "Worker",
                r#"{"FunctionName": "worker", "Environment": {"Variables":
                    {"SELF": "${Live.Arn}", "OTHER": "${Other.Arn}", "URL": "${Address.Url}",
                     "MAYBE": {"?IsProd": ["${Other}", "${Worker}"]}, "SHARED": "https://${Shared}.execute-api.x/prod"}}}"#,
            )
            .add("AWS::Lambda::Alias", "Live", r#"{"FunctionName": "${Worker}"}"#)
            .add("AWS::Lambda::Function", "Other", r#"{"FunctionName": "other"}"#)
            .add("AWS::Lambda::Url", "Address", r#"{"TargetFunctionArn": "${Worker.Arn}"}"#)
            .add("AWS::ApiGateway::RestApi", "Shared", "{}")
            .add("Route", "A", r#"{"Api": "${Shared}", "ApiType": "rest", "Function": "${Worker.Arn}"}"#)
            .add("Route", "B", r#"{"Api": "${Shared}", "ApiType": "rest", "Function": "${Other.Arn}"}"#)
            .build()
    }

    fn count(args: &str, ctx: &Ctx) -> Vec<Severity> {
        let app = app();
        let h = handler_in(&app, "Worker", vec![sdk_call(&app, "lambda", "Invoke", args)], ctx);
        check(&RULE, &app, &[h]).iter().map(lamlint_model::Finding::severity).collect()
    }

    #[test]
    fn its_own_name_in_every_spelling() {
        for name in [
            "${context.function_name}",
            "${context.invoked_function_arn}",
            "${env.AWS_LAMBDA_FUNCTION_NAME}",
            "worker",
            "worker:live",
            "${env.SELF}",
            "${env.MAYBE}",
            "arn:aws:lambda:eu-west-1:123456789012:function:worker",
        ] {
            let args = format!(r#"{{"FunctionName": "{name}", "InvocationType": "Event"}}"#);
            assert_eq!(count(&args, &Ctx::default()), [Severity::Error], "{name}");
        }
    }

    #[test]
    fn a_condition_may_end_it() {
        let ctx = Ctx { branch: true, ..Ctx::default() };
        assert_eq!(count(r#"{"FunctionName": "worker"}"#, &ctx), [Severity::Warning]);
    }

    #[test]
    fn other_functions_and_dry_runs() {
        for args in [
            r#"{"FunctionName": "other"}"#,
            r#"{"FunctionName": "${env.OTHER}"}"#,
            r#"{"FunctionName": "${event.target}"}"#,
            r#"{"FunctionName": "${env.UNSET}"}"#,
            r#"{"FunctionName": "${context.function_name}-next"}"#,
            r#"{"FunctionName": "worker", "InvocationType": "DryRun"}"#,
            "{}",
        ] {
            assert_eq!(count(args, &Ctx::default()), [], "{args}");
        }
    }

    #[test]
    fn requests_to_its_own_address() {
        let app = app();
        let request = |url: &str| FactKind::Http {
            method: Some("POST".into()),
            url: value(&app, &format!("\"{url}\"")),
            idempotency_key: false,
        };
        for (url, n) in [
            ("${env.URL}", 1),
            ("${env.URL}jobs/1", 1),
            ("${env.SHARED}", 0),
            ("https://example.com", 0),
            ("https://example.com/?callback=${env.URL}", 0),
        ] {
            let h = handler(&app, "Worker", vec![request(url)]);
            assert_eq!(check(&RULE, &app, &[h]).len(), n, "{url}");
        }
    }
}
