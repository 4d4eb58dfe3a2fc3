//! See the page.

use lamlint_model::app::{Invocation, Kind, Resource};
use lamlint_model::finding::Message;
use lamlint_model::policy::{Miss, not_permitted};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::value::Attr;
use lamlint_model::{Cx, Findings, Fix, Intent, ResourceId, Rule, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-invoke-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-invoke-permission.md"),
    check,
};

/// Findings that are one: function, service, source, and what is wrong with the nearest permission.
type Key = (ResourceId, &'static str, ResourceId, Option<(Miss, ResourceId)>);

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let app = cx.app;
    let mut seen: Vec<Key> = Vec::new();
    for i in app.invocations() {
        let function = app.resource(i.function);
        if function.generated {
            continue;
        }
        let from = app.resource(i.origin.unwrap_or(i.by));
        let note = format!("{} invokes `{}` here", words(from), function.name);
        let (claim, near) = not_permitted(app, &i, note);
        let key = (i.function, i.principal, from.id, near);
        if seen.contains(&key) {
            continue;
        }
        let before = out.len();
        out.report(claim, function.name.clone(), format!("{} {}", i.principal, from.name), |_| {
            message(cx, &i, from, near)
        });
        if out.len() > before {
            seen.push(key);
        }
    }
}

fn message(cx: &Cx<'_>, i: &Invocation, from: &Resource, near: Option<(Miss, ResourceId)>) -> Message {
    let app = cx.app;
    let function = app.resource(i.function);
    let start = format!("{} invokes `{}`, but", words(from), function.name);
    let near = near.map(|(miss, id)| (miss, &app.resource(id).name));
    match near {
        Some((Miss::Source, p)) => {
            Message::new(format!("{start} the permission `{p}` for `{}` is for another source", i.principal))
                .help(format!("let `SourceArn` match what {} sends, or add a permission that does", words(from)))
        }
        Some((Miss::Qualifier, p)) => Message::new(format!(
            "{start} the permission `{p}` for `{}` is for another alias or version of the function than is called",
            i.principal
        ))
        .help("name the function in `FunctionName` of the permission as it is called: with its alias, or without one"),
        _ => {
            let text = format!("{start} nothing permits `{}` to do so", i.principal);
            let order = if from.kind == Kind::Bucket { "; the bucket has to depend on it" } else { "" };
            Message::new(text).help(format!(
                "add a permission that lets `{}` invoke it, with the ARN of the source as its source ARN{order}",
                i.principal
            ))
            .mended(permit(cx, i, from))
        }
    }
}

/// A permission of its own, where the source is known and need not wait for it.
fn permit(cx: &Cx<'_>, i: &Invocation, from: &Resource) -> Option<Fix> {
    let (app, function) = (cx.app, cx.app.resource(i.function));
    let whole = matches!(i.called, Value::Of(id, _) if id == i.function);
    if !whole || from.kind == Kind::Bucket || !i.guards.is_empty() {
        return None;
    }
    let by = app.resource(i.by);
    let name = format!("{}From{}Permission", words_joined(&function.name), words_joined(&from.name));
    let text = |s: &str| Value::str(s);
    let properties = vec![
        ("Action".into(), text("lambda:InvokeFunction")),
        ("FunctionName".into(), Value::Of(i.function, Attr::Name)),
        ("Principal".into(), text(i.principal)),
        ("SourceArn".into(), i.source.first()?.clone()),
    ];
    let add = Intent::Add {
        behind: by.id,
        name: name.into(),
        type_name: "AWS::Lambda::Permission".into(),
        properties: Value::Map(properties, false),
    };
    Some(Fix::suggested(format!("add a permission for `{}`", i.principal), add))
}

/// Words as one, told apart by their first letters.
fn words_joined(s: &str) -> String {
    let words = s.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(|w| {
        let (first, rest) = w.split_at_checked(1)?;
        Some(first.to_ascii_uppercase() + rest)
    });
    words.collect()
}

fn words(r: &Resource) -> String {
    match r.kind {
        Kind::Other => format!("`{}`", r.name),
        kind => format!("{} `{}`", kind.word(), r.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::app::{App, ApplicationId};
    use lamlint_model::testing::{AppBuilder, check};

    fn base() -> AppBuilder {
        AppBuilder::new()
            .add("AWS::Lambda::Function", "Worker", "{}")
            .add("AWS::Lambda::Function", "Other", "{}")
            .add("AWS::Lambda::Alias", "Live", r#"{"FunctionName": "${Worker}", "Name": "live"}"#)
            .add("AWS::S3::Bucket", "Archive", "{}")
            .add("AWS::SNS::Topic", "Orders", "{}")
            .add("AWS::SNS::Topic", "Returns", "{}")
            .add("AWS::ApiGateway::RestApi", "Api", "{}")
            .add("AWS::ApiGateway::RestApi", "Second", "{}")
            .add("AWS::Events::Rule", "Weekly", r#"{"ScheduleExpression": "rate(7 days)"}"#)
    }

    fn texts(app: &App) -> Vec<String> {
        check(&RULE, app, &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    /// What is found for a trigger and a permission of `Worker`.
    fn found(trigger: (&str, &str), principal: &str, more: &str) -> Vec<String> {
        let p = format!(
            r#"{{"Action": "lambda:InvokeFunction", "FunctionName": "${{Worker.Arn}}", "Principal": "{principal}"{more}}}"#
        );
        texts(&base().add(trigger.0, "T", trigger.1).add("AWS::Lambda::Permission", "P", &p).build())
    }

    const SUBSCRIPTION: (&str, &str) = (
        "AWS::SNS::Subscription",
        r#"{"Protocol": "lambda", "TopicArn": "${Orders.Arn}", "Endpoint": "${Worker.Arn}"}"#,
    );
    const RULE_ONE: (&str, &str) = (
        "AWS::Events::Rule",
        r#"{"ScheduleExpression": "rate(1 day)", "Targets": [{"Arn": "${Worker.Arn}", "Id": "a"}]}"#,
    );
    const BUCKET: (&str, &str) = (
        "AWS::S3::Bucket",
        r#"{"BucketName": "uploads-${AWS::AccountId}", "NotificationConfiguration": {"LambdaConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Function": "${Worker.Arn}"}]}}"#,
    );
    const METHOD: (&str, &str) = (
        "AWS::ApiGateway::Method",
        r#"{"RestApiId": "${Api}", "HttpMethod": "GET", "Integration": {"Type": "AWS_PROXY", "Uri":
            "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"}}"#,
    );
    const BODY: (&str, &str) = (
        "AWS::ApiGateway::RestApi",
        r#"{"Body": {"paths": {"/items/{id}": {"post": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri":
            "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"}}}}}}"#,
    );

    fn source(arn: &str) -> String {
        format!(r#", "SourceArn": "{arn}""#)
    }

    #[test]
    fn another_service() {
        assert_eq!(
            found(SUBSCRIPTION, "s3.amazonaws.com", ""),
            ["subscription `T` invokes `Worker`, but nothing permits `sns.amazonaws.com` to do so"
                .replace("subscription `T`", "topic `Orders`")]
        );
        for other in ["scheduler.amazonaws.com", "123456789012", "${AWS::AccountId}"] {
            assert_eq!(found(RULE_ONE, other, "").len(), 1, "{other}");
        }
    }

    #[test]
    fn another_source() {
        let text = "rule `T` invokes `Worker`, but the permission `P` for `events.amazonaws.com` is for another source";
        assert_eq!(found(RULE_ONE, "events.amazonaws.com", &source("${Weekly.Arn}")), [text]);
        let rule = "arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/";
        for (trigger, principal, arn) in [
            (RULE_ONE, "events", format!("{rule}${{Weekly}}")),
            (RULE_ONE, "events", "arn:aws:s3:::uploads".into()),
            (SUBSCRIPTION, "sns", "${Returns.Arn}".into()),
            (BUCKET, "s3", "${Archive.Arn}".into()),
            (BUCKET, "s3", "${T.Arn}/*".into()),
            (BUCKET, "s3", "arn:aws:s3:::downloads-${AWS::AccountId}".into()),
            (
                METHOD,
                "apigateway",
                "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Second}/*/*".into(),
            ),
            (
                BODY,
                "apigateway",
                "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${T}/*/GET/items/*".into(),
            ),
            (
                BODY,
                "apigateway",
                "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${T}/*/POST/orders".into(),
            ),
            (BODY, "apigateway", "arn:aws:execute-api:*:*:${Api}/*".into()),
        ] {
            let principal = format!("{principal}.amazonaws.com");
            assert_eq!(found(trigger, &principal, &source(&arn)).len(), 1, "{arn}");
        }
    }

    #[test]
    fn permitted_or_unknown() {
        let api = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:";
        let rule = "arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/";
        for (trigger, principal, more) in [
            (SUBSCRIPTION, "sns.amazonaws.com", String::new()),
            (SUBSCRIPTION, "sns.amazonaws.com", source("${Orders.Arn}")),
            (SUBSCRIPTION, "sns.amazonaws.com", source("arn:aws:sns:*:*:*")),
            (SUBSCRIPTION, "sns.amazonaws.com", source("${TopicArn}")),
            (SUBSCRIPTION, "*", String::new()),
            (SUBSCRIPTION, "${Service}", String::new()),
            (SUBSCRIPTION, "sns.${AWS::URLSuffix}", String::new()),
            (RULE_ONE, "events.amazonaws.com", source("${T.Arn}")),
            (RULE_ONE, "events.amazonaws.com", source(&format!("{rule}${{T}}"))),
            (RULE_ONE, "events.amazonaws.com", source(&format!("{rule}*"))),
            (RULE_ONE, "events.amazonaws.com", source(&format!("{rule}${{Name}}"))),
            (RULE_ONE, "events.amazonaws.com", r#", "SourceAccount": "${AWS::AccountId}""#.into()),
            (RULE_ONE, "events.amazonaws.com.cn", String::new()),
            (BUCKET, "s3.amazonaws.com", source("${T.Arn}")),
            (BUCKET, "s3.amazonaws.com", source("arn:${AWS::Partition}:s3:::uploads-${AWS::AccountId}")),
            (BUCKET, "s3.amazonaws.com", source("arn:aws:s3:::${Name}")),
            (BUCKET, "s3.amazonaws.com", r#", "SourceAccount": "${Account}""#.into()),
            (METHOD, "apigateway.amazonaws.com", source(&format!("{api}${{Api}}/*/GET/items"))),
            (METHOD, "apigateway.amazonaws.com", source(&format!("{api}*/*"))),
            (BODY, "apigateway.amazonaws.com", source(&format!("{api}${{T}}/prod/POST/items/*"))),
            (BODY, "apigateway.amazonaws.com", source(&format!("{api}${{T}}/*/post/items/*"))),
            (BODY, "apigateway.amazonaws.com", source(&format!("{api}${{T}}/${{Stage}}/*"))),
        ] {
            assert_eq!(found(trigger, principal, &more), [""; 0], "{principal} {more}");
        }
    }

    #[test]
    fn an_alias_is_not_the_function() {
        let on = |function: &str, endpoint: &str, alias: &str| {
            let p = format!(
                r#"{{"Action": "lambda:*", "FunctionName": "{function}", "Principal": "sns.amazonaws.com"}}"#
            );
            let s = format!(
                r#"{{"Protocol": "lambda", "TopicArn": "${{Orders.Arn}}", "Endpoint": "{endpoint}"}}"#
            );
            let second = format!(r#"{{"FunctionName": "${{Worker}}", "Name": "{alias}"}}"#);
            let app = base()
                .add("AWS::Lambda::Alias", "Next", &second)
                .add("AWS::SNS::Subscription", "S", &s)
                .add("AWS::Lambda::Permission", "P", &p);
            texts(&app.build()).len()
        };
        for (function, endpoint, alias, want) in [
            ("${Worker}", "${Worker.Arn}", "next", 0),
            ("${Live}", "${Live}", "next", 0),
            ("${Worker}:live", "${Live}", "next", 0),
            ("${Live}", "${Worker.Arn}:live", "next", 0),
            ("${Live}", "${Next}", "live", 0),
            ("${Worker}:${Stage}", "${Live}", "next", 0),
            ("${Worker}", "${Worker.Arn}:$LATEST", "next", 0),
            // An alias of another template.
            ("${Worker}", "${Worker.Arn}:beta", "next", 0),
            ("${Worker}", "${Live}", "next", 1),
            ("${Live}", "${Worker.Arn}", "next", 1),
            ("${Live}", "${Next}", "next", 1),
            ("${Worker}", "${Worker.Arn}:live", "next", 1),
            ("${Worker}:next", "${Live}", "next", 1),
        ] {
            assert_eq!(on(function, endpoint, alias), want, "{function} {endpoint}");
        }
    }

    #[test]
    fn silent_where_something_else_may_permit() {
        let alone = base().add(SUBSCRIPTION.0, "T", SUBSCRIPTION.1);
        assert_eq!(texts(&alone.build()).len(), 1);
        for (type_name, props) in [
            ("AWS::Lambda::Permission", r#"{"Action": "${?}", "FunctionName": "${?}", "Principal": "${?}"}"#),
            (
                "AWS::Lambda::Permission",
                r#"{"Action": "lambda:InvokeFunction", "FunctionName": "${FunctionArn}", "Principal": "sns.amazonaws.com"}"#,
            ),
            (
                "AWS::Lambda::ResourcePolicy",
                r#"{"ResourceArn": "${Worker.Arn}", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Resource": "*",
                    "Principal": {"Service": "sns.amazonaws.com"}, "Action": "lambda:InvokeFunction"}]}}"#,
            ),
            ("Connector", r#"{"Source": "${Orders}", "Destination": "${Worker}", "Permissions": ["Write"]}"#),
            ("Custom::Permit", r#"{"ServiceToken": "${Other.Arn}", "Targets": ["${Worker.Arn}"]}"#),
            ("Nested", r#"{"Parameters": {"Function": "${Live}"}}"#),
        ] {
            let app = base().add(SUBSCRIPTION.0, "T", SUBSCRIPTION.1).add(type_name, "M", props);
            assert_eq!(texts(&app.build()), [""; 0], "{type_name} {props}");
        }
        for (type_name, props) in [
            (
                "AWS::Lambda::Permission",
                r#"{"Action": "lambda:InvokeFunction", "FunctionName": "${FunctionArn}", "Principal": "s3.amazonaws.com"}"#,
            ),
            (
                "AWS::Lambda::Permission",
                r#"{"Action": "lambda:InvokeFunction", "FunctionName": "${Other}", "Principal": "sns.amazonaws.com"}"#,
            ),
            (
                "AWS::Lambda::ResourcePolicy",
                r#"{"ResourceArn": "${Worker.Arn}", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Resource": "*",
                    "Principal": {"Service": "s3.amazonaws.com"}, "Action": "lambda:InvokeFunction"}]}}"#,
            ),
            ("Custom::Seed", r#"{"ServiceToken": "${Worker.Arn}"}"#),
            ("Nested", r#"{"Parameters": {"Function": "${Other.Arn}"}}"#),
        ] {
            let app = base().add(SUBSCRIPTION.0, "T", SUBSCRIPTION.1).add(type_name, "M", props);
            assert_eq!(texts(&app.build()).len(), 1, "{type_name} {props}");
        }
    }

    #[test]
    fn a_permission_of_another_application() {
        let of_other = |function: &str, implied: bool| {
            let p = format!(
                r#"{{"Action": "lambda:InvokeFunction", "FunctionName": "{function}", "Principal": "sns.amazonaws.com"}}"#
            );
            let app = base().add(SUBSCRIPTION.0, "T", SUBSCRIPTION.1).add("AWS::Lambda::Permission", "P", &p);
            let mut app = app.build();
            let other = app.resource(lamlint_model::testing::id_of(&app, "Other")).id;
            if let Some(p) = app.resources.last_mut() {
                p.application = ApplicationId(1);
                p.implied_by = implied.then_some(other);
            }
            texts(&app).len()
        };
        assert_eq!(of_other("${WorkerArn}", false), 0);
        assert_eq!(of_other("${WorkerArn}", true), 1);
        // The name of `Worker` is generated.
        assert_eq!(of_other("worker", false), 1);
        assert_eq!(of_other("${Other}", false), 1);
    }

    #[test]
    fn conditions_of_the_template() {
        let p = r#"{"Action": "lambda:InvokeFunction", "FunctionName": "${Worker}", "Principal": "sns.amazonaws.com"}"#;
        let with = |trigger: &str, permission: &str| {
            let app = base().add_when(trigger, SUBSCRIPTION.0, "T", SUBSCRIPTION.1);
            texts(&app.add_when(permission, "AWS::Lambda::Permission", "P", p).build()).len()
        };
        assert_eq!(with("A", "A"), 0);
        assert_eq!(with("A", "B"), 0);
        let opposite = p.replace("\"${Worker}\"", r#"{"?A": ["${Other}", "${Worker}"]}"#);
        let app = base().add_when("A", SUBSCRIPTION.0, "T", SUBSCRIPTION.1);
        assert_eq!(texts(&app.add("AWS::Lambda::Permission", "P", &opposite).build()).len(), 1);
    }

    #[test]
    fn roles_and_what_is_switched_off() {
        for (type_name, props) in [
            (
                "AWS::Events::Rule",
                r#"{"State": "DISABLED", "Targets": [{"Arn": "${Worker.Arn}", "Id": "a"}]}"#,
            ),
            (
                "AWS::Events::Rule",
                r#"{"Targets": [{"Arn": "${Worker.Arn}", "Id": "a", "RoleArn": "${Role}"}]}"#,
            ),
            (
                "AWS::SNS::Subscription",
                r#"{"Protocol": "sqs", "Endpoint": "${Worker.Arn}", "TopicArn": "x"}"#,
            ),
            (
                "AWS::ApiGateway::Method",
                r#"{"RestApiId": "${Api}", "Integration": {"Uri": "${Worker.Arn}", "Credentials": "${Role}"}}"#,
            ),
            ("AWS::Scheduler::Schedule", r#"{"Target": {"Arn": "${Worker.Arn}", "RoleArn": "${Role}"}}"#),
            ("AWS::Lambda::EventSourceMapping", r#"{"FunctionName": "${Worker}", "EventSourceArn": "${Q}"}"#),
            // Nothing uses these.
            ("AWS::ApiGatewayV2::Integration", r#"{"ApiId": "${Api}", "IntegrationUri": "${Worker.Arn}"}"#),
            ("AWS::ApiGateway::Authorizer", r#"{"RestApiId": "${Api}", "AuthorizerUri": "${Worker.Arn}"}"#),
        ] {
            assert_eq!(texts(&base().add(type_name, "T", props).build()), [""; 0], "{type_name} {props}");
        }
    }

    #[test]
    fn other_places() {
        for (type_name, props) in [
            (
                "AWS::Cognito::UserPool",
                r#"{"LambdaConfig": {"CustomEmailSender": {"LambdaArn": "${Worker.Arn}"}}}"#,
            ),
            (
                "AWS::IoT::TopicRule",
                r#"{"TopicRulePayload": {"ErrorAction": {"Lambda": {"FunctionArn": "${Worker.Arn}"}}}}"#,
            ),
            (
                "AWS::SES::ReceiptRule",
                r#"{"Rule": {"Actions": [{"LambdaAction": {"FunctionArn": "${Worker.Arn}"}}]}}"#,
            ),
            (
                "AWS::Config::ConfigRule",
                r#"{"Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "${Worker.Arn}"}}"#,
            ),
            ("AWS::CodeCommit::Repository", r#"{"Triggers": [{"DestinationArn": "${Worker.Arn}"}]}"#),
            (
                "AWS::SecretsManager::RotationSchedule",
                r#"{"RotationLambdaARN": "${Worker.Arn}", "SecretId": "s"}"#,
            ),
            (
                "AWS::Logs::SubscriptionFilter",
                r#"{"DestinationArn": "${Worker.Arn}", "LogGroupName": "/a/b"}"#,
            ),
            (
                "AWS::ElasticLoadBalancingV2::TargetGroup",
                r#"{"TargetType": "lambda", "Targets": [{"Id": "${Worker.Arn}"}]}"#,
            ),
            ("AWS::CloudWatch::Alarm", r#"{"AlarmActions": ["${Orders.Arn}", "${Worker.Arn}"]}"#),
            ("AWS::ApiGatewayV2::Api", r#"{"ProtocolType": "HTTP", "Target": "${Worker.Arn}"}"#),
        ] {
            assert_eq!(texts(&base().add(type_name, "T", props).build()).len(), 1, "{type_name}");
        }
        let http = base()
            .add("AWS::ApiGatewayV2::Api", "Web", "{}")
            .add(
                "AWS::ApiGatewayV2::Integration",
                "I",
                r#"{"ApiId": "${Web}", "IntegrationUri": "${Worker.Arn}"}"#,
            )
            .add("AWS::ApiGatewayV2::Route", "R", r#"{"ApiId": "${Web}", "Target": "integrations/${I}"}"#)
            .add("AWS::ApiGatewayV2::Route", "Q", r#"{"ApiId": "${Web}", "Target": "integrations/${I}"}"#);
        let text = "HTTP API `Web` invokes `Worker`, but nothing permits `apigateway.amazonaws.com` to do so";
        assert_eq!(texts(&http.build()), [text]);
    }
}
