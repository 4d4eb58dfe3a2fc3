//! See the page.

use super::shared;
use lamlint_model::finding::Message;
use lamlint_model::policy::used::{Judged, judged};
use lamlint_model::policy::{Pattern, Statement};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::source::Span;
use lamlint_model::{Cx, Findings, Rule, Tri};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "unused-iam-permission",
    group: "permissions",
    severity: Severity::Note,
    tier: Tier::Pedantic,
    since: "0.1.0",
    doc: include_str!("../../docs/unused-iam-permission.md"),
    check,
};

/// How many actions and functions a message names.
const SHOWN: usize = 6;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let all = judged(cx.app, |f| cx.handler_of(f));
    // What is written once may be part of several roles (by an anchor of YAML): it is used when one of them uses it.
    let mut roles: BTreeMap<Span, usize> = BTreeMap::new();
    let mut idle: BTreeMap<Span, usize> = BTreeMap::new();
    for f in cx.app.functions() {
        for s in &lamlint_model::policy::identity_of(cx.app, f.resource.id).statements {
            *roles.entry(s.actions.span).or_default() += 1;
        }
    }
    for j in &all {
        for s in &j.identity.statements {
            if !j.idle(s).is_empty() {
                *idle.entry(s.actions.span).or_default() += j.functions.len();
            }
        }
    }
    for j in &all {
        let mut managed: Vec<&str> = Vec::new();
        for s in &j.identity.statements {
            if s.origin.resource.is_none() {
                if !managed.contains(&s.origin.label.as_str()) {
                    managed.push(&s.origin.label);
                    whole(cx, j, &s.origin.label, out);
                }
            } else if s.origin.is_written() && roles.get(&s.actions.span) == idle.get(&s.actions.span) {
                written(cx, j, s, out);
            }
        }
    }
}

/// A statement of the project.
fn written(cx: &Cx<'_>, j: &Judged, s: &Statement, out: &mut Findings) {
    let patterns = j.idle(s);
    let Some(first) = patterns.first() else { return };
    let names: Vec<&str> = patterns.iter().filter_map(|p| p.value.as_str()).collect();
    let proof = first.evidence(format!("{} allows it here", s.origin.label), &s.guards);
    let rest = s.actions.list.len() > names.len();
    let help = if rest { "remove them from the statement" } else { "remove the statement" };
    report(cx, j, proof.map_or(Tri::No, Tri::Yes), &names, help, out);
}

/// A policy AWS manages, none of whose actions is used.
fn whole(cx: &Cx<'_>, j: &Judged, label: &str, out: &mut Findings) {
    let statements: Vec<&Statement> =
        j.identity.statements.iter().filter(|s| s.origin.label == label).collect();
    let all = |p: &[&Pattern], s: &Statement| !p.is_empty() && p.len() == s.actions.list.len();
    if !statements.iter().all(|s| all(&j.idle(s), s)) {
        return;
    }
    let Some(s) = statements.first() else { return };
    let claim = Tri::Yes(s.evidence(format!("{label} is attached here")));
    let name = label.split('`').nth(1).unwrap_or(label);
    report(cx, j, claim, &[name], "detach it", out);
}

fn report(cx: &Cx<'_>, j: &Judged, claim: Tri, names: &[&str], help: &str, out: &mut Findings) {
    let functions: Vec<&str> = j.functions.iter().map(|(f, _)| cx.app.resource(*f).name.as_str()).collect();
    let Some(subject) = functions.first() else { return };
    let role = cx.app.resource(j.role).name.as_str();
    let mut claim = claim;
    for (f, _) in j.functions.iter().take(SHOWN) {
        if let (Tri::Yes(p), Some(h)) = (&claim, cx.handler_of(*f)) {
            let note = format!("the code of `{}` calls nothing that needs it", cx.app.resource(*f).name);
            claim = Tri::Yes(p.clone().with_context(h.evidence(note)));
        }
    }
    out.report(claim, *subject, format!("{role} {}", names.join(" ")), |_| {
        let text = format!(
            "the role `{role}` allows {}, which nothing in {} uses",
            shared::shortened(names, SHOWN),
            shared::shortened(&functions, SHOWN)
        );
        Message::new(text).help(help)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::handler::{Beyond, FactKind, Handler};
    use lamlint_model::testing::{AppBuilder, check, handler, sdk_call};
    use lamlint_model::tri::Why;

    const LAMBDA: &str = r#"{"Service": "lambda.amazonaws.com"}"#;
    const PLAIN: &str = r#"{"Role": "${Role.Arn}"}"#;

    fn role(actions: &str, trusted: &str, more: &str) -> String {
        format!(
            r#"{{"AssumeRolePolicyDocument": {{"Statement": {{"Effect": "Allow", "Principal": {trusted}, "Action": "sts:AssumeRole"}}}},
            "Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement":
                {{"Effect": "Allow", "Action": [{actions}], "Resource": "*"}}}}}}]{more}}}"#
        )
    }

    struct Case<'a> {
        role: String,
        function: &'a str,
        more: &'a [(&'a str, &'a str)],
        calls: &'a [(&'a str, &'a str)],
        change: fn(&mut Handler),
    }

    impl Default for Case<'_> {
        fn default() -> Self {
            let role = role(r#""s3:GetObject", "s3:DeleteObject""#, LAMBDA, "");
            Self { role, function: PLAIN, more: &[], calls: &[("s3", "GetObject")], change: |_| {} }
        }
    }

    fn found(case: &Case<'_>) -> Vec<String> {
        let mut app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &case.role)
            .add("AWS::Lambda::Function", "Worker", case.function)
            .add(
                "AWS::Events::Rule",
                "Rule",
                r#"{"ScheduleExpression": "rate(1 hour)", "Targets": [{"Arn": "${Worker.Arn}"}]}"#,
            )
            .add("AWS::SQS::Queue", "Jobs", "{}");
        for (i, (t, props)) in case.more.iter().enumerate() {
            app = app.add(t, &format!("More{i}"), props);
        }
        let app = app.build();
        let calls: Vec<FactKind> = case.calls.iter().map(|(s, o)| sdk_call(&app, s, o, "{}")).collect();
        let mut h = handler(&app, "Worker", calls);
        (case.change)(&mut h);
        check(&RULE, &app, &[h]).iter().map(|f| f.message().text.clone()).collect()
    }

    fn with(actions: &str, calls: &[(&str, &str)]) -> Vec<String> {
        found(&Case { role: role(actions, LAMBDA, ""), calls, ..Case::default() })
    }

    #[test]
    fn actions_no_code_calls() {
        let text = "the role `Role` allows `s3:DeleteObject`, which nothing in `Worker` uses";
        assert_eq!(found(&Case::default()), [text]);
        let some = with(r#""dynamodb:PutItem", "dynamodb:Batch*", "sqs:*""#, &[("dynamodb", "PutItem")]);
        assert_eq!(
            some,
            ["the role `Role` allows `dynamodb:Batch*` and `sqs:*`, which nothing in `Worker` uses"]
        );
        let vpc = with(r#""ec2:CreateNetworkInterface""#, &[("s3", "GetObject")]);
        assert_eq!(
            vpc,
            ["the role `Role` allows `ec2:CreateNetworkInterface`, which nothing in `Worker` uses"]
        );
        let poller = with(r#""sqs:ReceiveMessage""#, &[("s3", "GetObject")]);
        assert_eq!(poller.len(), 1);
    }

    #[test]
    fn managed_policies_as_a_whole() {
        let attached = |arn: &str, calls: &[(&str, &str)]| {
            let more = format!(r#", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/{arn}"]"#);
            let role = role(r#""s3:GetObject""#, LAMBDA, &more);
            found(&Case { role, calls, ..Case::default() })
        };
        let s3 = ("s3", "GetObject");
        let text = "the role `Role` allows `AmazonSQSFullAccess`, which nothing in `Worker` uses";
        assert_eq!(attached("AmazonSQSFullAccess", &[s3]), [text]);
        assert_eq!(attached("AmazonSQSFullAccess", &[s3, ("sqs", "SendMessage")]), [""; 0]);
        for basic in [
            "AWSLambdaBasicExecutionRole",
            "AWSLambdaVPCAccessExecutionRole",
            "AWSLambdaSQSQueueExecutionRole",
        ] {
            assert_eq!(attached(&format!("service-role/{basic}"), &[s3]), [""; 0], "{basic}");
        }
        assert_eq!(attached("AdministratorAccess", &[s3]), [""; 0]);
    }

    #[test]
    fn what_calls_may_ask_for_besides() {
        for (actions, call) in [
            (r#""s3:ListBucket", "kms:Decrypt""#, ("s3", "GetObject")),
            (r#""s3:PutObjectTagging", "s3:AbortMultipartUpload""#, ("s3", "PutObject")),
            (r#""s3:*", "s3:Get*""#, ("s3", "HeadObject")),
            (r#""logs:*", "xray:PutTraceSegments", "*""#, ("s3", "GetObject")),
            (r#""iam:PassRole""#, ("ecs", "RunTask")),
            (r#""es:ESHttpGet", "rds-db:connect", "nonsense:Do", "s3:NoSuch""#, ("s3", "GetObject")),
            (r#""s3:GetObject""#, ("cloudformation", "CreateStack")),
            (r#""dynamodb:DeleteItem""#, ("dynamodb", "NoSuchOperation")),
            (r#""s3:GetObject", "s3:ListBucket""#, ("transcribe", "StartTranscriptionJob")),
        ] {
            assert_eq!(with(actions, &[call]), [""; 0], "{actions}");
        }
    }

    #[test]
    fn what_a_framework_grants_together() {
        let read = r#""dynamodb:BatchGetItem", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:Query", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:DescribeTable""#;
        let write =
            r#""dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem""#;
        let send = r#""sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl""#;
        let get = ("dynamodb", "GetItem");
        assert_eq!(with(read, &[get]), [""; 0]);
        assert_eq!(with(send, &[("sqs", "SendMessage")]), [""; 0]);
        assert_eq!(with(&format!("{read}, {write}"), &[get, ("dynamodb", "PutItem")]), [""; 0]);
        // The half that is not used could be left out.
        let half = with(&format!("{read}, {write}"), &[get]);
        assert_eq!(
            half,
            [
                "the role `Role` allows `dynamodb:BatchWriteItem`, `dynamodb:PutItem`, `dynamodb:UpdateItem` and `dynamodb:DeleteItem`, which nothing in `Worker` uses"
            ]
        );
        // Part of a set, and one nothing uses.
        assert_eq!(with(r#""dynamodb:GetItem", "dynamodb:Query""#, &[get]).len(), 1);
        assert_eq!(with(send, &[get]).len(), 1);
    }

    #[test]
    fn what_lambda_does() {
        let s3 = &[("s3", "GetObject")];
        let in_vpc = r#"{"Role": "${Role.Arn}", "VpcConfig": {"SubnetIds": ["${Subnet}"]}}"#;
        let dlq = r#"{"Role": "${Role.Arn}", "DeadLetterConfig": {"TargetArn": "${Target}"}}"#;
        let efs = r#"{"Role": "${Role.Arn}", "FileSystemConfigs": [{"Arn": "${Fs}"}]}"#;
        let insights = r#"{"Role": "${Role.Arn}", "Layers": ["arn:aws:lambda:eu-west-1:1:layer:AWS-Parameters-and-Secrets-Lambda-Extension:12"]}"#;
        for (actions, function) in [
            (r#""ec2:CreateNetworkInterface", "ec2:DescribeSubnets""#, in_vpc),
            (r#""sqs:SendMessage", "sns:Publish""#, dlq),
            (r#""elasticfilesystem:ClientMount""#, efs),
            (r#""s3files:ClientMount", "s3:GetObject", "s3:GetObjectVersion""#, efs),
            (r#""ssm:GetParameter", "secretsmanager:GetSecretValue""#, insights),
        ] {
            let role = role(actions, LAMBDA, "");
            assert_eq!(found(&Case { role, function, calls: s3, ..Case::default() }), [""; 0], "{actions}");
        }
        let mapping = (
            "AWS::Lambda::EventSourceMapping",
            r#"{"FunctionName": "${Worker}", "EventSourceArn": "${Jobs.Arn}"}"#,
        );
        let role =
            role(r#""sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility""#, LAMBDA, "");
        assert_eq!(found(&Case { role, more: &[mapping], ..Case::default() }), [""; 0]);
    }

    #[test]
    fn silent_where_others_may_use_it() {
        let changed = |change: fn(&mut Handler)| found(&Case { change, ..Case::default() });
        assert_eq!(changed(|h| h.complete = Err(Why::other("too large"))), [""; 0]);
        assert_eq!(
            changed(|h| h.beyond.push(Beyond { service: None, why: Why::other("a library") })),
            [""; 0]
        );
        assert_eq!(
            changed(|h| h.beyond.push(Beyond { service: Some("s3".into()), why: Why::other("a waiter") })),
            [""; 0]
        );
        assert_eq!(
            changed(|h| h.beyond.push(Beyond { service: Some("sqs".into()), why: Why::other("a waiter") }))
                .len(),
            1
        );
        // Named somewhere: as text, in code that is not reached.
        assert_eq!(changed(|h| h.operations.push("deleteobject".into())), [""; 0]);
        let trusted = |p: &str| found(&Case { role: role(r#""s3:DeleteObject""#, p, ""), ..Case::default() });
        assert_eq!(trusted(r#"{"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}"#), [""; 0]);
        assert_eq!(trusted(r#"{"Service": "lambda.amazonaws.com", "AWS": "${Other}"}"#), [""; 0]);
        assert_eq!(trusted(r#"{"Service": ["lambda.amazonaws.com"]}"#).len(), 1);
        // Another function without code, a resource that passes the role on.
        for more in [
            ("AWS::Lambda::Function", PLAIN),
            ("AWS::IAM::InstanceProfile", r#"{"Roles": ["${Role}"]}"#),
            ("AWS::Lambda::Function", r#"{"Environment": {"Variables": {"ROLE": "${Role.Arn}"}}}"#),
        ] {
            assert_eq!(found(&Case { more: &[more], ..Case::default() }), [""; 0], "{more:?}");
        }
        let bucket = (
            "AWS::S3::BucketPolicy",
            r#"{"Bucket": "b", "PolicyDocument": {"Statement": {"Effect": "Deny",
            "Principal": {"AWS": "${Role.Arn}"}, "Action": "s3:*", "Resource": "*"}}}"#,
        );
        assert_eq!(found(&Case { more: &[bucket], ..Case::default() }).len(), 1);
        for function in [
            r#"{"Role": "${Role.Arn}", "Layers": ["arn:aws:lambda:eu-west-1:1:layer:somebody:1"]}"#,
            r#"{"Role": "${Role.Arn}", "Layers": ["${Layer}"]}"#,
            r#"{"Role": "${Role.Arn}", "PackageType": "Image"}"#,
            r#"{"Role": "${Role.Arn}", "Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/start"}}}"#,
        ] {
            assert_eq!(found(&Case { function, ..Case::default() }), [""; 0], "{function}");
        }
    }

    #[test]
    fn policies_of_several_roles() {
        let policy = |roles: &str| {
            format!(
                r#"{{"PolicyName": "Q", "Roles": [{roles}], "PolicyDocument": {{"Statement":
                {{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "*"}}}}}}"#
            )
        };
        let own = policy(r#""${Role}""#);
        let role = || role(r#""s3:GetObject""#, LAMBDA, "");
        let found = |more: &[(&str, &str)]| found(&Case { role: role(), more, ..Case::default() }).len();
        assert_eq!(found(&[("AWS::IAM::Policy", &own)]), 1);
        let both = policy(r#""${Role}", "${More1}""#);
        assert_eq!(found(&[("AWS::IAM::Policy", &both), ("AWS::IAM::Role", "{}")]), 0);
        let elsewhere = policy(r#""${Role}", "someone""#);
        assert_eq!(found(&[("AWS::IAM::Policy", &elsewhere)]), 0);
    }

    #[test]
    fn polling_without_any_known_trigger() {
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &role(r#""sqs:ReceiveMessage", "sqs:SendMessage""#, LAMBDA, ""))
            .add("AWS::Lambda::Function", "Worker", PLAIN)
            .build();
        let all = check(&RULE, &app, &[handler(&app, "Worker", vec![])]);
        assert_eq!(
            all[0].message().text,
            "the role `Role` allows `sqs:SendMessage`, which nothing in `Worker` uses"
        );
    }
}
