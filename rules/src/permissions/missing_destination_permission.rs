//! See the page.

use super::shared;
use lamlint_model::app::{Function, Kind, Resource};
use lamlint_model::finding::Message;
use lamlint_model::policy::wants::sending;
use lamlint_model::policy::{Arn, Identity};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tree::Tree;
use lamlint_model::value::Attr;
use lamlint_model::{Cx, Findings, ResourceId, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-destination-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-destination-permission.md"),
    check,
};

/// Where a target can stand: path, and its words.
const OF_FUNCTION: &[(&[&str], &str)] = &[(&["DeadLetterConfig", "TargetArn"], "dead-letter target")];
const OF_INVOKE_CONFIG: &[(&[&str], &str)] = &[
    (&["DestinationConfig", "OnSuccess", "Destination"], "destination for successes"),
    (&["DestinationConfig", "OnFailure", "Destination"], "destination for failures"),
];
const OF_MAPPING: &[(&[&str], &str)] =
    &[(&["DestinationConfig", "OnFailure", "Destination"], "destination for failed batches")];

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        for (setting, words) in settings(cx, function) {
            target(cx, (function, &identity), &setting, words, out);
        }
    }
}

/// Where a function's dead-letter target and destinations are set, and their words.
pub(super) fn settings(cx: &Cx<'_>, function: Function<'_>) -> Vec<(Tree, &'static str)> {
    let app = cx.app;
    let mut out = Vec::new();
    let mut look = |holder: &Resource, places: &'static [(&[&str], &str)]| {
        out.extend(places.iter().map(|(path, words)| (holder.props.path(path), *words)));
    };
    look(function.resource, OF_FUNCTION);
    for r in app.resources.iter().filter(|r| r.application == function.resource.application) {
        let places = match r.kind {
            Kind::EventInvokeConfig => OF_INVOKE_CONFIG,
            Kind::EventSourceMapping => OF_MAPPING,
            _ => continue,
        };
        let named = r.props.get("FunctionName").values();
        let Some(Some(named)) = named.sole() else { continue };
        if app.function_named(r.application, named).is_some_and(|(f, _)| f == function.resource.id) {
            look(r, places);
        }
    }
    out
}

fn target(
    cx: &Cx<'_>,
    (function, identity): (Function<'_>, &Identity),
    setting: &Tree,
    words: &str,
    out: &mut Findings,
) {
    let values = setting.values().present();
    for value in values.alts().iter().map(|a| &a.value) {
        // A resource outside may let the role in by a policy of its own.
        let Some((action, name, id)) = action(cx, value) else { continue };
        let note = |_: &Value| format!("{name} is the {words} of `{}`", function.name());
        let set = values.some(note, |v| v == value);
        let Tri::Yes(proof) = &set else { continue };
        let given = proof.guards().and(&function.resource.guards);
        let Some(given) = given else { continue };
        let lacks = identity.lacks_on(cx.app, action, id, &Arn::of(cx.app, id), &given);
        let role = shared::role(cx, identity);
        out.report(set.and(lacks), function.name(), format!("{role} {name} {action}"), |_| {
            Message::new(format!(
                "{name} is the {words} of `{}`, but its role `{role}` may not call `{action}` on it",
                function.name()
            ))
            .help(format!("allow `{action}` on it in a policy of the role"))
            .mended(shared::allow(
                cx.app,
                function,
                identity,
                &[action],
                &Value::Of(id, Attr::Arn),
            ))
        });
    }
}

/// What sending to a resource of the project takes, the resource's name, and the resource.
fn action(cx: &Cx<'_>, target: &Value) -> Option<(&'static str, String, ResourceId)> {
    let Value::Of(id, attr) = target else { return None };
    let r = cx.app.resource(*id);
    let action = sending(r.kind)?.on.first()?;
    // `Ref` of a topic is its ARN; other names are none.
    let is_arn = *attr == Attr::Arn || (r.kind == Kind::Topic && *attr == Attr::Name);
    is_arn.then(|| (*action, format!("{} `{}`", r.kind.word(), r.name), *id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    fn found(statement: &str, function: &str, more: &[(&str, &str)]) -> Vec<String> {
        let role = format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{statement}]}}}}]}}"#
        );
        let mut app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &role)
            .add("AWS::Lambda::Function", "Worker", function)
            .add("AWS::Lambda::Function", "Next", "{}")
            .add("AWS::SQS::Queue", "Failed", "{}")
            .add("AWS::SQS::Queue", "Jobs", "{}")
            .add("AWS::SNS::Topic", "Alarm", "{}");
        for (t, props) in more {
            app = app.add(t, "More", props);
        }
        check(&RULE, &app.build(), &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    const NONE: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;
    const ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    const PLAIN: &str = r#"{"Role": "${Role.Arn}"}"#;
    const DLQ: &str = r#"{"Role": "${Role.Arn}", "DeadLetterConfig": {"TargetArn": "${Failed.Arn}"}}"#;
    const INVOKE: &str = r#"{"FunctionName": "${Worker}", "Qualifier": "$LATEST", "DestinationConfig":
        {"OnSuccess": {"Destination": "${Next.Arn}"}, "OnFailure": {"Destination": "${Alarm.Arn}"}}}"#;
    const MAPPING: &str = r#"{"FunctionName": "${Worker}", "EventSourceArn": "${Stream}", "DestinationConfig":
        {"OnFailure": {"Destination": "${Failed.Arn}"}}}"#;

    #[test]
    fn targets_of_all_kinds() {
        let text = "queue `Failed` is the dead-letter target of `Worker`, but its role `Role` may not call `sqs:SendMessage` on it";
        assert_eq!(found(NONE, DLQ, &[]), [text]);
        let other = r#"{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "${Jobs.Arn}"}"#;
        assert_eq!(found(other, DLQ, &[]).len(), 1);
        let invoke = found(NONE, PLAIN, &[("AWS::Lambda::EventInvokeConfig", INVOKE)]);
        assert_eq!(
            invoke,
            [
                "function `Next` is the destination for successes of `Worker`, but its role `Role` may not call `lambda:InvokeFunction` on it",
                "topic `Alarm` is the destination for failures of `Worker`, but its role `Role` may not call `sns:Publish` on it"
            ]
        );
        assert_eq!(found(NONE, PLAIN, &[("AWS::Lambda::EventSourceMapping", MAPPING)]).len(), 1);
    }

    #[test]
    fn silent_where_allowed_or_unknown() {
        assert_eq!(found(ALL, DLQ, &[]), [""; 0]);
        assert_eq!(found(ALL, PLAIN, &[("AWS::Lambda::EventInvokeConfig", INVOKE)]), [""; 0]);
        let own = r#"{"Effect": "Allow", "Action": "sqs:Send*", "Resource": "${Failed.Arn}"}"#;
        assert_eq!(found(own, DLQ, &[]), [""; 0]);
        let foreign = r#"{"Role": "${Role.Arn}", "DeadLetterConfig": {"TargetArn": "${TargetArn}"}}"#;
        assert_eq!(found(NONE, foreign, &[]), [""; 0]);
        let outside = MAPPING.replace("${Failed.Arn}", "arn:aws:sqs:eu-west-1:123456789012:failed");
        assert_eq!(found(NONE, PLAIN, &[("AWS::Lambda::EventSourceMapping", &outside)]), [""; 0]);
        let policy = r#"{"Queues": ["${Failed.Url}"], "PolicyDocument": {"Statement": {"Effect": "Allow",
            "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}}"#;
        assert_eq!(found(NONE, DLQ, &[("AWS::SQS::QueuePolicy", policy)]), [""; 0]);
    }
}
