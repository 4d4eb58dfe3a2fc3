//! See the page.

use lamlint_model::app::{Errand, ResourceId, Sending};
use lamlint_model::finding::Message;
use lamlint_model::policy::refused;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-resource-policy",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-resource-policy.md"),
    check,
};

/// How many further connections are shown beside the first.
const SHOWN: usize = 3;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    // One policy lets a service in for all it sends: what lacks it is reported once.
    let mut refusals: Vec<(Sending, Tri, Vec<Sending>)> = Vec::new();
    for s in cx.app.sendings() {
        let claim = s.active(words(cx, &s)).and(refused(cx.app, &s));
        if !matches!(claim, Tri::Yes(_)) {
            continue;
        }
        match refusals.iter_mut().find(|(first, ..)| (first.to, first.service) == (s.to, s.service)) {
            Some((first, _, others)) => {
                let same = |o: &Sending| (o.connection, o.errand) == (s.connection, s.errand);
                if !same(first) && !others.iter().any(same) {
                    others.push(s);
                }
            }
            None => refusals.push((s, claim, Vec::new())),
        }
    }
    for (s, mut claim, others) in refusals {
        for o in others.iter().take(SHOWN) {
            if let Tri::Yes(proof) = o.active(words(cx, o)) {
                claim = claim.with_context(proof);
            }
        }
        let to = cx.app.resource(s.to);
        out.report(claim, to.name.clone(), s.service, |_| {
            let more = match others.len() {
                0 => String::new(),
                n => format!(" (and {n} more like it)"),
            };
            let text = format!("{}{more}, but no policy lets `{}` send to it", words(cx, &s), s.service);
            Message::new(text).help(help(cx, &s))
        });
    }
}

/// What is sent, for people.
fn words(cx: &Cx<'_>, s: &Sending) -> String {
    let name = |id: ResourceId| {
        let r = cx.app.resource(id);
        format!("{} `{}`", r.kind.word(), r.name)
    };
    let (to, by) = (name(s.to), name(s.connection));
    match s.errand {
        Errand::Notification => format!("{to} receives the notifications of {}", source(cx, s)),
        Errand::Subscription => format!("{to} is subscribed to {}", source(cx, s)),
        Errand::Undelivered if cx.app.resource(s.connection).implied_by.is_some() => {
            format!("{to} is the dead-letter queue of a subscription to {}", source(cx, s))
        }
        Errand::Target => format!("{to} is a target of {by}"),
        Errand::Undelivered | Errand::Failed => format!("{to} is the dead-letter queue of {by}"),
    }
}

/// What it is sent for.
fn source(cx: &Cx<'_>, s: &Sending) -> String {
    match &s.from {
        Value::Of(id, _) => {
            let r = cx.app.resource(*id);
            format!("{} `{}`", s.from_kind.word(), r.name)
        }
        _ => format!("a {}", s.from_kind.word()),
    }
}

fn help(cx: &Cx<'_>, s: &Sending) -> String {
    let to = cx.app.resource(s.to);
    let from = match &s.from {
        Value::Of(id, _) => format!("the ARN of {} `{}`", s.from_kind.word(), cx.app.resource(*id).name),
        _ => format!("the ARN of the {}", s.from_kind.word()),
    };
    let mut help = format!(
        "allow `{}` for the service `{}` in a policy of the {}, with {from} as `aws:SourceArn`",
        s.action,
        s.service,
        to.kind.word()
    );
    if !to.props.get("KmsMasterKeyId").is_surely_absent() {
        help.push_str("; its key has to let the service in as well");
    }
    help
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    const QUEUE_CONFIGURATION: &str = r#"{"NotificationConfiguration": {"QueueConfigurations": [
        {"Event": "s3:ObjectCreated:*", "Queue": "${Jobs.Arn}"}]}}"#;
    const SUBSCRIPTION: &str = r#"{"TopicArn": "${News.Arn}", "Protocol": "sqs", "Endpoint": "${Jobs.Arn}"}"#;

    fn found(more: &[(&str, &str, &str)]) -> Vec<String> {
        let mut app = AppBuilder::new()
            .add("AWS::SQS::Queue", "Jobs", "{}")
            .add("AWS::SQS::Queue", "Others", "{}")
            .add("AWS::SNS::Topic", "News", "{}")
            .add("AWS::SNS::Topic", "Alarms", "{}")
            .add("AWS::S3::Bucket", "Archive", "{}");
        for (t, name, props) in more {
            app = app.add(t, name, props);
        }
        check(&RULE, &app.build(), &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    fn policy(rest: &str) -> String {
        format!(
            r#"{{"Queues": ["${{Jobs.Url}}"], "PolicyDocument": {{"Statement": [
                {{"Effect": "Allow", "Action": "SQS:SendMessage", "Resource": "${{Jobs.Arn}}", {rest}}}]}}}}"#
        )
    }

    fn subscribed(rest: &str) -> usize {
        found(&[("AWS::SNS::Subscription", "S", SUBSCRIPTION), ("AWS::SQS::QueuePolicy", "P", &policy(rest))])
            .len()
    }

    #[test]
    fn every_errand() {
        assert_eq!(
            found(&[("AWS::S3::Bucket", "Uploads", QUEUE_CONFIGURATION)]),
            [
                "queue `Jobs` receives the notifications of bucket `Uploads`, but no policy lets `s3.amazonaws.com` send to it"
            ]
        );
        let topic = r#"{"NotificationConfiguration": {"TopicConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Topic": "${News.Arn}"},
            {"Event": "s3:ObjectRemoved:*", "Topic": "${News.Arn}"}]}}"#;
        assert_eq!(found(&[("AWS::S3::Bucket", "Uploads", topic)]).len(), 1);
        let text =
            "queue `Jobs` is subscribed to topic `News`, but no policy lets `sns.amazonaws.com` send to it";
        assert_eq!(found(&[("AWS::SNS::Subscription", "S", SUBSCRIPTION)]), [text]);
        let redrive = r#"{"TopicArn": "${TopicArn}", "Protocol": "email", "Endpoint": "a@example.org",
            "RedrivePolicy": {"deadLetterTargetArn": "${Jobs.Arn}"}}"#;
        let text = "queue `Jobs` is the dead-letter queue of subscription `S`, but no policy lets `sns.amazonaws.com` send to it";
        assert_eq!(found(&[("AWS::SNS::Subscription", "S", redrive)]), [text]);
        let written = redrive.replace(
            r#"{"deadLetterTargetArn": "${Jobs.Arn}"}"#,
            r#""{\"deadLetterTargetArn\": \"${Jobs.Arn}\"}""#,
        );
        assert_eq!(found(&[("AWS::SNS::Subscription", "S", &written)]), [text]);
        let rule = r#"{"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": "${News.Arn}"},
            {"Id": "b", "Arn": "${Worker}", "DeadLetterConfig": {"Arn": "${Jobs.Arn}"}}]}"#;
        assert_eq!(
            found(&[("AWS::Events::Rule", "Daily", rule)]),
            [
                "topic `News` is a target of rule `Daily`, but no policy lets `events.amazonaws.com` send to it",
                "queue `Jobs` is the dead-letter queue of rule `Daily`, but no policy lets `events.amazonaws.com` send to it",
            ]
        );
    }

    /// The ways to write the ARN of a bucket, whose own name may be given by a parameter.
    #[test]
    fn a_bucket_by_its_arn() {
        let bucket = QUEUE_CONFIGURATION.replacen('{', r#"{"BucketName": "${Name}", "#, 1);
        for (source, findings) in [
            ("arn:aws:s3:::${Name}", 0),
            ("arn:aws:s3:*:*:${Uploads}", 0),
            ("arn:${AWS::Partition}:s3:::${Uploads}", 0),
            ("arn:aws:s3:::${Other}", 0),
            // A parameter can name any bucket.
            ("${Archive.Arn}", 0),
            ("arn:aws:sns:*:*:*", 1),
            ("arn:aws:s3:::", 1),
        ] {
            let p = policy(&format!(
                r#""Principal": {{"Service": "s3.amazonaws.com"}}, "Condition": {{
                    "StringEquals": {{"aws:SourceAccount": "${{AWS::AccountId}}"}},
                    "ArnLike": {{"aws:SourceArn": "{source}"}}}}"#
            ));
            let more = [("AWS::S3::Bucket", "Uploads", bucket.as_str()), ("AWS::SQS::QueuePolicy", "P", &p)];
            assert_eq!(found(&more).len(), findings, "{source}");
        }
    }

    #[test]
    fn once_for_each_service() {
        let rule = r#"{"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": "${Jobs.Arn}"}]}"#;
        assert_eq!(
            found(&[
                ("AWS::Events::Rule", "A", rule),
                ("AWS::Events::Rule", "B", rule),
                ("AWS::SNS::Subscription", "S", SUBSCRIPTION),
            ]),
            [
                "queue `Jobs` is a target of rule `A` (and 1 more like it), but no policy lets `events.amazonaws.com` send to it",
                "queue `Jobs` is subscribed to topic `News`, but no policy lets `sns.amazonaws.com` send to it",
            ]
        );
    }

    #[test]
    fn another_principal_action_or_source_is_no_permission() {
        for rest in [
            r#""Principal": {"Service": "s3.amazonaws.com"}"#,
            r#""Principal": {"AWS": "${AWS::AccountId}"}"#,
            r#""Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"ArnEquals": {"aws:SourceArn": "${Alarms.Arn}"}}"#,
            r#""Principal": "*", "Condition": {"ArnLike": {"AWS:SourceArn": ["${Alarms.Arn}", "arn:aws:s3:::*"]}}"#,
        ] {
            assert_eq!(subscribed(rest), 1, "{rest}");
        }
        let other = policy(r#""Principal": "*""#).replace("SQS:SendMessage", "sqs:ReceiveMessage");
        let with = |p: &str| {
            found(&[("AWS::SNS::Subscription", "S", SUBSCRIPTION), ("AWS::SQS::QueuePolicy", "P", p)]).len()
        };
        assert_eq!(with(&other), 1);
        assert_eq!(with(&policy(r#""Principal": "*""#).replace("${Jobs.Url}", "${Others.Url}")), 1);
        // Refusing what is not encrypted lets nobody in.
        let deny = policy(r#""Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#)
            .replace("Allow", "Deny");
        assert_eq!(with(&deny), 1);
    }

    #[test]
    fn silent_where_allowed_or_unknown() {
        for rest in [
            r#""Principal": "*""#,
            r#""Principal": {"AWS": "*"}, "Condition": {"ArnEquals": {"aws:SourceArn": "${News.Arn}"}}"#,
            r#""Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}"#,
            r#""Principal": {"Service": "sns.eu-south-1.amazonaws.com"}"#,
            r#""Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}"#,
            r#""Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}"#,
            r#""Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#,
            r#""Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"ArnEquals": {"aws:SourceArn": "${TopicArn}"}}"#,
        ] {
            assert_eq!(subscribed(rest), 0, "{rest}");
        }
        let with = |more: (&str, &str, &str)| found(&[("AWS::SNS::Subscription", "S", SUBSCRIPTION), more]);
        let any = policy(r#""Principal": "*""#);
        for more in [
            ("AWS::SQS::QueuePolicy", "P", any.replace("${Jobs.Url}", "${QueueUrl}").as_str()),
            (
                "AWS::SQS::QueueInlinePolicy",
                "P",
                r#"{"Queue": "${Jobs.Url}", "PolicyDocument": {"Statement":
                {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:*", "Resource": "*"}}}"#,
            ),
            ("Custom::QueuePolicy", "P", r#"{"ServiceToken": "${Maker}", "Queue": ["${Jobs.Url}"]}"#),
            (
                "Connector",
                "C",
                r#"{"Source": "${News.Arn}", "Destination": "${Jobs.Arn}", "Permissions": ["Write"]}"#,
            ),
            ("Nested", "N", r#"{"Parameters": {"Q": "${Jobs.Arn}"}}"#),
        ] {
            assert_eq!(with(more), [""; 0], "{}", more.0);
        }
        // A custom resource that is about another queue.
        assert_eq!(with(("Custom::QueuePolicy", "P", r#"{"Queue": "${Others.Url}"}"#)).len(), 1);
    }

    #[test]
    fn silent_for_other_targets() {
        for (t, props) in [
            (
                "AWS::Events::Rule",
                r#"{"Targets": [{"Id": "a", "Arn": "${Jobs.Arn}", "RoleArn": "${Role}"}]}"#,
            ),
            ("AWS::Events::Rule", r#"{"State": "DISABLED", "Targets": [{"Id": "a", "Arn": "${Jobs.Arn}"}]}"#),
            ("AWS::Events::Rule", r#"{"Targets": [{"Id": "a", "Arn": "${QueueArn}"}]}"#),
            (
                "AWS::SNS::Subscription",
                r#"{"TopicArn": "${News.Arn}", "Protocol": "lambda", "Endpoint": "${F}"}"#,
            ),
            (
                "AWS::SNS::Subscription",
                r#"{"TopicArn": "${News.Arn}", "Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-west-1:123456789012:x"}"#,
            ),
            ("AWS::CloudWatch::Alarm", r#"{"AlarmActions": ["${News.Arn}"]}"#),
        ] {
            assert_eq!(found(&[(t, "Sender", props)]), [""; 0], "{props}");
        }
    }

    #[test]
    fn conditions_of_the_template() {
        let app = |policy_when: &str, sends_when: &str| {
            let app = AppBuilder::new()
                .add("AWS::SQS::Queue", "Jobs", "{}")
                .add("AWS::SNS::Topic", "News", "{}")
                .add_when(sends_when, "AWS::SNS::Subscription", "S", SUBSCRIPTION)
                .add_when(policy_when, "AWS::SQS::QueuePolicy", "P", &policy(r#""Principal": "*""#))
                .build();
            check(&RULE, &app, &[]).len()
        };
        assert_eq!(app("Live", "Live"), 0);
        // Whether both hold together is not known.
        assert_eq!(app("Live", "Other"), 0);
    }
}
