//! See the page.

use super::shared;
use lamlint_model::app::{Kind, Trigger, TriggerKind};
use lamlint_model::finding::Message;
use lamlint_model::policy::{Arn, Identity};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::value::Attr;
use lamlint_model::{Cx, Findings, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-event-source-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-event-source-permission.md"),
    check,
};

/// What Lambda needs to read a source in the function's name, and the managed policy that has it.
struct Needed {
    kind: TriggerKind,
    /// Asked for on the source.
    on_source: &'static [&'static str],
    /// Asked for on something else, or on nothing.
    besides: &'static [&'static str],
    policy: Option<&'static str>,
}

/// Sources: the permissions section of each source's page, all below
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>
const NEEDED: &[Needed] = &[
    Needed {
        kind: TriggerKind::Queue,
        on_source: &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        besides: &[],
        policy: Some("AWSLambdaSQSQueueExecutionRole"),
    },
    Needed {
        kind: TriggerKind::Stream,
        on_source: &["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"],
        besides: &[],
        policy: Some("AWSLambdaKinesisExecutionRole"),
    },
    Needed {
        kind: TriggerKind::TableStream,
        on_source: &["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
        besides: &["dynamodb:ListStreams"],
        policy: Some("AWSLambdaDynamoDBExecutionRole"),
    },
    Needed {
        kind: TriggerKind::MessageBroker,
        on_source: &[],
        besides: &["mq:DescribeBroker", "secretsmanager:GetSecretValue"],
        policy: None,
    },
];

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let mut seen: Vec<&Value> = Vec::new();
        for t in cx.app.triggers_of(function.resource.id) {
            let by = cx.app.resource(t.connection);
            let Some(needed) = NEEDED.iter().find(|n| n.kind == t.kind) else { continue };
            if by.kind != Kind::EventSourceMapping || seen.contains(&&t.source) {
                continue;
            }
            let Some((names, lacks)) = lacking(cx, &identity, t, needed) else { continue };
            let role = shared::role(cx, &identity);
            let source = source(cx, t);
            let reads = t.active(format!("`{}` reads {source} here", function.name()));
            let before = out.len();
            out.report(reads.and(lacks), function.name(), format!("{role} {source}"), |_| {
                let text = format!(
                    "`{}` reads {source}, but its role `{role}` may not call {} on it",
                    function.name(),
                    shared::listed(&names)
                );
                Message::new(text).help(match needed.policy {
                    Some(p) => format!("attach the managed policy `service-role/{p}`, or allow the actions"),
                    None => "allow the actions in a policy of the role".to_owned(),
                })
            });
            if out.len() > before {
                seen.push(&t.source);
            }
        }
    }
}

fn lacking(
    cx: &Cx<'_>,
    identity: &Identity,
    t: &Trigger,
    needed: &Needed,
) -> Option<(Vec<&'static str>, Tri)> {
    let arn = Arn::of_value(cx.app, &t.source);
    let on_source = needed.on_source.iter().map(|a| {
        (
            *a,
            match t.resource {
                Some(id) => identity.lacks_on(cx.app, a, id, &arn, &t.guards),
                None => identity.lacks(cx.app, &[a], &arn, &t.guards),
            },
        )
    });
    let unknown = Arn::unknown();
    let besides = needed.besides.iter().map(|a| (*a, identity.lacks(cx.app, &[a], &unknown, &t.guards)));
    shared::gathered(on_source.chain(besides))
}

fn source(cx: &Cx<'_>, t: &Trigger) -> String {
    match t.resource {
        Some(id) if matches!(&t.source, Value::Of(_, Attr::Other(_))) => {
            format!("the stream of `{}`", cx.app.resource(id).name)
        }
        Some(id) => {
            let r = cx.app.resource(id);
            if r.kind == Kind::Other {
                format!("`{}`", r.name)
            } else {
                format!("{} `{}`", r.kind.word(), r.name)
            }
        }
        None => t.kind.word().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    const ON_QUEUE: &str = r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}"}"#;
    const ON_TABLE: &str = r#"{"EventSourceArn": "${Items.StreamArn}", "FunctionName": "${Worker}"}"#;

    fn found(statement: &str, mapping: &str, more: &[(&str, &str, &str)]) -> Vec<String> {
        let role = format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{statement}]}}}}]}}"#
        );
        let mut app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &role)
            .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
            .add("AWS::SQS::Queue", "Jobs", "{}")
            .add("AWS::SQS::Queue", "Others", "{}")
            .add("AWS::DynamoDB::Table", "Items", "{}")
            .add("AWS::Lambda::EventSourceMapping", "M", mapping);
        for (t, name, props) in more {
            app = app.add(t, name, props);
        }
        check(&RULE, &app.build(), &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    fn allow(actions: &str, resource: &str) -> String {
        format!(r#"{{"Effect": "Allow", "Action": [{actions}], "Resource": "{resource}"}}"#)
    }

    #[test]
    fn names_what_is_missing() {
        let text =
            "`Worker` reads queue `Jobs`, but its role `Role` may not call `sqs:GetQueueAttributes` on it";
        let two = allow(r#""sqs:ReceiveMessage", "sqs:DeleteMessage""#, "${Jobs.Arn}");
        assert_eq!(found(&two, ON_QUEUE, &[]), [text]);
        // Another queue.
        assert_eq!(found(&allow(r#""sqs:*""#, "${Others.Arn}"), ON_QUEUE, &[]).len(), 1);
        // The table, not its stream.
        let table = allow(r#""dynamodb:*""#, "${Items.Arn}");
        let text = "`Worker` reads the stream of `Items`, but its role `Role` may not call `dynamodb:GetRecords`, \
             `dynamodb:GetShardIterator` and `dynamodb:DescribeStream` on it";
        assert_eq!(found(&table, ON_TABLE, &[]), [text]);
    }

    #[test]
    fn silent_where_allowed_or_unknown() {
        for (statement, mapping) in [
            (allow(r#""sqs:*""#, "*"), ON_QUEUE),
            (allow(r#""sqs:*""#, "${Jobs.Arn}"), ON_QUEUE),
            (allow(r#""sqs:*""#, "${QueueArn}"), ON_QUEUE),
            (allow(r#""dynamodb:*""#, "${Items.StreamArn}"), ON_TABLE),
            (allow(r#""dynamodb:*""#, "${Items.Arn}/stream/*"), ON_TABLE),
            (
                allow(r#""s3:*""#, "*"),
                r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}", "Enabled": false}"#,
            ),
        ] {
            assert_eq!(found(&statement, mapping, &[]), [""; 0], "{statement} {mapping}");
        }
    }

    #[test]
    fn the_policy_of_the_queue_allows_as_well() {
        let policy = r#"{"Queues": ["${Jobs.Url}"], "PolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "${Role.Arn}"}, "Action": "sqs:*", "Resource": "*"}]}}"#;
        let none = allow(r#""s3:*""#, "*");
        assert_eq!(found(&none, ON_QUEUE, &[("AWS::SQS::QueuePolicy", "Q", policy)]), [""; 0]);
        assert_eq!(found(&none, ON_QUEUE, &[]).len(), 1);
    }
}
