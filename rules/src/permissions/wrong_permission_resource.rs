//! See the page.

use super::shared;
use lamlint_model::app::Function;
use lamlint_model::aws::iam;
use lamlint_model::finding::Message;
use lamlint_model::policy::{Identity, Never, Refusal, Statement, never, refusals, unpolled};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tri::Proof;
use lamlint_model::{Cx, Findings, ResourceId, Rule, Tri};
use smol_str::SmolStr;

/// The rule.
pub static RULE: Rule = Rule {
    id: "wrong-permission-resource",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/wrong-permission-resource.md"),
    check,
};

/// How many resources of a statement a finding shows.
const SHOWN: usize = 3;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let functions = shared::functions(cx);
    let mut seen: Vec<ResourceId> = Vec::new();
    for (first, who) in &functions {
        let Some(role) = who.role.filter(|r| !seen.contains(r)) else { continue };
        seen.push(role);
        let found = never(cx.app, first.resource.id, who);
        if found.is_empty() {
            continue;
        }
        let with: Vec<Function<'_>> =
            functions.iter().filter(|(_, i)| i.role == Some(role)).map(|(f, _)| *f).collect();
        let asked = Asked::by(cx, &with, who);
        let mut keys: Vec<String> = Vec::new();
        for mut n in found {
            let statement = n.statement;
            n.actions.retain(|(_, names)| !names.iter().any(|a| asked.shows(cx, who, statement, a)));
            let Some(proof) = proof(&n) else { continue };
            let names: Vec<&str> = n.actions.iter().filter_map(|(p, _)| p.value.as_str()).collect();
            let key = format!("{} {}", shared::role(cx, who), names.join(" "));
            // The same statement in another branch of a condition is the same mistake.
            if !keys.contains(&key) {
                // Beside actions that work, one that no code calls is most often a slip without consequences.
                let slip = n.partly && !n.actions.iter().any(|(_, names)| asked.calls(names));
                let severity = if slip { Severity::Warning } else { Severity::Error };
                let claim = Tri::Yes(proof);
                out.report_as(severity, claim, first.name(), key.clone(), |_| message(&n, &names, &with));
                keys.push(key);
            }
        }
    }
}

/// What the functions of a role need.
struct Asked<'a> {
    /// What their code may ask for.
    may: Vec<SmolStr>,
    /// What they certainly need and lack: a report of the need shows the statements that miss it.
    calls: Vec<(ResourceId, Refusal<'a>)>,
    sources: Vec<&'static str>,
}

impl<'a> Asked<'a> {
    fn by(cx: &Cx<'a>, with: &[Function<'_>], who: &Identity) -> Self {
        let (mut may, mut calls, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        for id in with.iter().map(|f| f.resource.id) {
            if let Some(h) = cx.handler_of(id) {
                for (_, call) in h.permitted_calls().filter(|(_, c)| !c.foreign) {
                    may.extend(iam::needs(&call.service, &call.operation, &call.args).may);
                }
                calls.extend(refusals(cx.app, id, h, who).into_iter().map(|r| (id, r)));
            }
            sources.extend(unpolled(cx.app, id, who));
        }
        Self { may, calls, sources }
    }

    fn calls(&self, names: &[SmolStr]) -> bool {
        names.iter().any(|a| self.may.iter().any(|m| m.eq_ignore_ascii_case(a)))
    }

    fn shows(&self, cx: &Cx<'_>, who: &Identity, statement: &Statement, action: &str) -> bool {
        self.sources.contains(&action)
            || self.calls.iter().any(|(f, r)| r.shows(cx.app, *f, who, statement, action))
    }
}

/// The first action, with the others and the resources.
fn proof(n: &Never<'_>) -> Option<Proof> {
    let given = &n.statement.guards;
    let note = match n.forms.example {
        "*" => "this takes no resource".to_owned(),
        _ => format!("this is about {}", n.forms.words),
    };
    let mut all = n.actions.iter().filter_map(|(p, _)| p.evidence(note.clone(), given));
    let mut proof = all.next()?;
    for other in all {
        proof = proof.with_context(other);
    }
    for p in n.resources.list.iter().take(SHOWN) {
        if let Some(e) = p.evidence("which this is not", given) {
            proof = proof.with_context(e);
        }
    }
    Some(proof)
}

fn message(n: &Never<'_>, names: &[&str], with: &[Function<'_>]) -> Message {
    let listed = shared::listed(names);
    let functions: Vec<&str> = with.iter().map(Function::name).take(SHOWN).collect();
    let more = with.len() - functions.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let text = format!(
        "{} allows {listed} on a resource that never matches, so {}{more} may not call {}",
        n.statement.origin.label,
        shared::listed(&functions),
        if names.len() == 1 { "it" } else { "them" }
    );
    let help = match n.forms.example {
        "*" => "write `Resource: \"*\"` for it, in a statement of its own".to_owned(),
        example => {
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{listed} {verb} about {}: write `{example}`", n.forms.words)
        }
    };
    Message::new(text).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check, handler, sdk_call};
    use lamlint_model::{App, Finding};

    fn app(statements: &str, more: &str) -> App {
        let role = format!(
            r#"{{"Policies": [{{"PolicyName": "p", "PolicyDocument": {{"Statement": {statements}}}}}]{more}}}"#
        );
        AppBuilder::new()
            .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
            .add("AWS::S3::Bucket", "Files", "{}")
            .add("AWS::S3::Bucket", "Shared", "{}")
            .add(
                "AWS::S3::BucketPolicy",
                "SharedPolicy",
                r#"{"Bucket": "${Shared}", "PolicyDocument": {"Statement": [{"Effect": "Allow",
                    "Principal": {"AWS": "${Role.Arn}"}, "Action": "s3:*", "Resource": "${Shared.Arn}/*"}]}}"#,
            )
            .add("AWS::DynamoDB::Table", "Items", "{}")
            .add("AWS::SQS::Queue", "Jobs", "{}")
            .add("AWS::SNS::Topic", "News", "{}")
            .add("AWS::StepFunctions::StateMachine", "Flow", "{}")
            .add("AWS::Logs::LogGroup", "Logs", "{}")
            .add("AWS::SecretsManager::Secret", "Secret", "{}")
            .add("AWS::SSM::Parameter", "Slashed", r#"{"Name": "/app/key"}"#)
            .add("AWS::SSM::Parameter", "Plain", r#"{"Name": "key"}"#)
            .add("AWS::IAM::Role", "Role", &role)
            .build()
    }

    fn found(statements: &str) -> Vec<Finding> {
        check(&RULE, &app(statements, ""), &[])
    }

    fn is_wrong(actions: &str, resources: &str) -> bool {
        let statement = format!(r#"[{{"Effect": "Allow", "Action": {actions}, "Resource": {resources}}}]"#);
        found(&statement).len() == 1
    }

    #[test]
    fn resources_that_never_match() {
        for (action, resource) in [
            ("s3:GetObject", "${Files.Arn}"),
            ("s3:PutObject*", "arn:aws:s3:::files"),
            ("S3:getobject", "arn:aws-cn:s3:::files"),
            ("s3:ListBucket", "${Files.Arn}/*"),
            ("s3:ListBucket", "arn:aws:s3:::${BucketName}/*"),
            ("s3:ListBucket", "arn:aws:s3:::*/*"),
            ("dynamodb:GetItem", "${Items.Arn}/index/*"),
            ("dynamodb:GetRecords", "${Items.Arn}"),
            ("dynamodb:PutItem", "${Items.StreamArn}"),
            ("dynamodb:Query", "arn:aws:dynamodb:::table/items"),
            ("sqs:SendMessage", "${News.Arn}"),
            ("sqs:SendMessage", "arn:aws:sqs:::jobs"),
            ("sns:Publish", "${Jobs.Arn}"),
            ("lambda:InvokeFunction", "${Flow.Arn}"),
            ("lambda:InvokeFunction", "arn:aws:lambda:*:*:worker"),
            ("states:DescribeExecution", "${Flow.Arn}"),
            ("states:DescribeExecution", "arn:aws:states:*:*:stateMachine:*"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:app/db"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:my-password"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:db-??????:password::"),
            ("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/${Slashed}"),
            ("ssm:GetParameter", "arn:aws:ssm:*:*:parameter//app/*"),
            ("ssm:GetParameter", "arn:aws:ssm:*:*:parameter${Plain}"),
            ("logs:PutLogEvents", "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Logs}"),
            ("kms:Decrypt", "arn:aws:kms:*:*:alias/app"),
            ("execute-api:ManageConnections", "arn:aws:apigateway:*::/apis/*"),
            ("execute-api:ManageConnections", "arn:aws:execute-api:*:*:abcdef"),
            ("elasticfilesystem:ClientMount", "arn:aws:elasticfilesystem:*:*:access-point/a"),
            ("ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/*"),
            ("xray:PutTraceSegments", "arn:aws:xray:*:*:*"),
            ("cloudwatch:PutMetricData", "${Logs.Arn}"),
            ("athena:StartQueryExecution", "arn:aws:glue:*:*:catalog"),
        ] {
            assert!(is_wrong(&format!("{action:?}"), &format!("{resource:?}")), "{action} {resource}");
        }
    }

    #[test]
    fn resources_that_match_or_may() {
        for (action, resource) in [
            ("s3:GetObject", "${Files.Arn}/*"),
            ("s3:GetObject", "arn:aws:s3:::files*"),
            ("s3:GetObject", "arn:aws:s3:::${BucketName}"),
            ("s3:GetObject", "${?}"),
            ("s3:GetObject", "arn:aws:s3:*:123456789012:accesspoint/own/object/*"),
            ("s3:GetObject", "my-bucket"),
            ("s3:ListBucket", "${Files.Arn}"),
            ("s3:*", "${Files.Arn}"),
            ("s3:Get*", "${Files.Arn}"),
            ("s3:ListAllMyBuckets", "arn:aws:s3:::*"),
            ("dynamodb:Query", "${Items.Arn}"),
            ("dynamodb:GetRecords", "${Items.Arn}/stream/*"),
            ("dynamodb:GetRecords", "${Items.StreamArn}"),
            ("dynamodb:GetItem", "arn:${AWS::Partition}:dynamodb:*:*:table/${TableName}"),
            ("dynamodb:ListTables", "${Items.Arn}"),
            ("sqs:SendMessage", "${Jobs.Arn}"),
            ("sns:Publish", "${News.Arn}"),
            ("sns:Publish", "arn:aws:sns:*:<account>:news"),
            ("lambda:InvokeFunction", "${Worker.Arn}:live"),
            ("states:StartExecution", "${Flow.Arn}"),
            ("states:SendTaskSuccess", "${Flow.Arn}"),
            ("secretsmanager:GetSecretValue", "${Secret.Arn}"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:app/db-??????"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:app/db-Ab12Cd"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:app/${Name}"),
            ("secretsmanager:CreateSecret", "arn:aws:secretsmanager:*:*:secret:app/db"),
            ("ssm:GetParameter", "arn:aws:ssm:*:*:parameter${Slashed}"),
            ("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/${Plain}"),
            ("ssm:GetParametersByPath", "arn:aws:ssm:*:*:parameter/"),
            ("ssm:DescribeParameters", "arn:aws:ssm:*:*:*"),
            ("logs:PutLogEvents", "${Logs.Arn}"),
            ("logs:PutLogEvents", "arn:aws:logs:*:*:*"),
            ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/lambda/worker:*"),
            ("logs:CreateLogGroup", "arn:aws:logs:*:*:log-group:/aws/lambda/worker"),
            ("kms:Decrypt", "arn:aws:kms:*:*:key/*"),
            ("kms:CreateAlias", "arn:aws:kms:*:*:alias/app"),
            ("execute-api:ManageConnections", "arn:aws:execute-api:*:*:${Api}/*"),
            ("ec2:DescribeInstances", "*"),
            ("ec2:CreateNetworkInterface", "arn:aws:ec2:*:*:subnet/*"),
            ("somenew:DoIt", "arn:aws:s3:::files"),
            ("s3:SomethingNew", "arn:aws:sqs:::files"),
        ] {
            assert!(!is_wrong(&format!("{action:?}"), &format!("{resource:?}")), "{action} {resource}");
        }
        assert!(!is_wrong(r#"["s3:GetObject", "s3:ListBucket"]"#, r#"["${Files.Arn}", "${Files.Arn}/*"]"#));
        assert!(!is_wrong(r#""s3:GetObject""#, r#"["${Files.Arn}", "${?}"]"#));
        assert!(!is_wrong(r#""s3:GetObject""#, r#"{"?C": ["${Files.Arn}", "${Files.Arn}/*"]}"#));
        // What a policy of the resource allows, and what the AWS CDK writes.
        assert!(!is_wrong(r#""s3:GetObject""#, r#""${Shared.Arn}""#));
        assert!(!is_wrong(r#"["dynamodb:GetItem", "dynamodb:GetRecords"]"#, r#""${Items.Arn}""#));
        assert!(!is_wrong(
            r#"["ssm:DescribeParameters", "ssm:GetParameter"]"#,
            r#""arn:aws:ssm:*:*:parameter/a""#
        ));
    }

    #[test]
    fn other_statements_and_policies() {
        const WRONG: &str = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${Files.Arn}"}"#;
        for (other, n) in [
            (r#"{"Effect": "Allow", "Action": "s3:Get*", "Resource": "${Shared.Arn}/*"}"#, 0),
            (r#"{"Effect": "Allow", "Action": "*", "Resource": "${?}"}"#, 0),
            (r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#, 0),
            (r#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}"#, 1),
            (r#"{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "${Files.Arn}"}"#, 1),
            (r#"{"Effect": "Allow", "Action": "s3:DeleteObject", "NotResource": "${Files.Arn}"}"#, 1),
        ] {
            assert_eq!(found(&format!("[{WRONG}, {other}]")).len(), n, "{other}");
        }
        let list = format!("[{WRONG}]");
        for more in [
            r#", "ManagedPolicyArns": ["arn:aws:iam::123456789012:policy/of-the-team"]"#,
            r#", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]"#,
            r#", "PermissionsBoundary": "arn:aws:iam::123456789012:policy/boundary""#,
        ] {
            assert_eq!(check(&RULE, &app(&list, more), &[]).len(), 0, "{more}");
        }
    }

    #[test]
    fn what_a_finding_says() {
        let all = found(
            r#"[{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "${Files.Arn}"},
                {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "s3:ListBucket"], "Resource": "${Files.Arn}"}]"#,
        );
        let texts: Vec<&str> = all.iter().map(|f| f.message().text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "the inline policy `p` allows `s3:GetObject` and `s3:PutObject` on a resource that never matches, \
                 so `Worker` may not call them",
                "the inline policy `p` allows `xray:PutTraceSegments` on a resource that never matches, \
                 so `Worker` may not call it"
            ]
        );
        // The second statement is not without effect.
        assert_eq!(
            all.iter().map(Finding::severity).collect::<Vec<_>>(),
            [Severity::Error, Severity::Warning]
        );
    }

    #[test]
    fn a_statement_that_serves_a_queue_or_a_topic() {
        assert!(!is_wrong(r#"["sns:Publish", "sqs:SendMessage"]"#, r#""${Jobs.Arn}""#));
        assert!(!is_wrong(
            r#"["sqs:SendMessage", "lambda:InvokeFunction", "sns:Publish"]"#,
            r#""${News.Arn}""#
        ));
        // None of them is about this; one is not among them.
        let neither = r#"[{"Effect": "Allow", "Action": ["sns:Publish", "sqs:SendMessage"], "Resource": "${Items.Arn}"}]"#;
        assert_eq!(found(neither).len(), 2);
        assert!(is_wrong(r#"["sns:Publish", "sqs:GetQueueUrl"]"#, r#""${Jobs.Arn}""#));
        assert!(is_wrong(r#"["sqs:SendMessage", "s3:GetObject"]"#, r#""${Jobs.Arn}""#));
    }

    #[test]
    fn a_call_that_is_refused_is_reported_there() {
        let statements = r#"[{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "${Files.Arn}"}]"#;
        let app = app(statements, "");
        let get = |args: &str| handler(&app, "Worker", vec![sdk_call(&app, "s3", "GetObject", args)]);
        let other = &super::super::missing_iam_permission::RULE;
        // Of the two actions only the one that is called.
        let known = [get(r#"{"Bucket": "${Files}", "Key": "k"}"#)];
        assert_eq!(check(other, &app, &known).len(), 1);
        let all = check(&RULE, &app, &known);
        assert_eq!(all.len(), 1);
        assert!(all[0].message().text.contains("allows `s3:PutObject` on"), "{}", all[0].message().text);
        // Where the call is not judged, the statement is.
        let unknown = [get(r#"{"..": true}"#)];
        for handlers in [&unknown[..], &[]] {
            assert_eq!(check(other, &app, handlers).len(), 0);
            let text = check(&RULE, &app, handlers)[0].message().text.clone();
            assert!(text.contains("`s3:GetObject` and `s3:PutObject`"), "{text}");
        }
    }

    #[test]
    fn a_source_that_can_not_be_read_is_reported_there() {
        let role = r#"{"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "Allow",
            "Action": ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
            "Resource": "${Items.Arn}"}]}}]}"#;
        let base = AppBuilder::new()
            .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
            .add("AWS::DynamoDB::Table", "Items", "{}")
            .add("AWS::IAM::Role", "Role", role);
        let other = &super::super::missing_event_source_permission::RULE;
        let alone = base.build();
        assert_eq!((check(&RULE, &alone, &[]).len(), check(other, &alone, &[]).len()), (1, 0));
        let read = base
            .add(
                "AWS::Lambda::EventSourceMapping",
                "Source",
                r#"{"EventSourceArn": "${Items.StreamArn}", "FunctionName": "${Worker}"}"#,
            )
            .build();
        assert_eq!((check(&RULE, &read, &[]).len(), check(other, &read, &[]).len()), (0, 1));
    }

    #[test]
    fn roles_of_functions_only_and_once() {
        let policy = r#"{"PolicyName": "q", "Roles": ["${Role}"], "PolicyDocument": {"Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${Files.Arn}"}]}}"#;
        let base = AppBuilder::new()
            .add("AWS::S3::Bucket", "Files", "{}")
            .add("AWS::IAM::Role", "Role", "{}")
            .add("AWS::IAM::Policy", "Policy", policy);
        assert_eq!(check(&RULE, &base.build(), &[]).len(), 0);
        let two = base
            .add("AWS::Lambda::Function", "A", r#"{"Role": "${Role.Arn}"}"#)
            .add("AWS::Lambda::Function", "B", r#"{"Role": "${Role.Arn}"}"#)
            .build();
        let all = check(&RULE, &two, &[]);
        assert_eq!(all.len(), 1);
        assert!(all[0].message().text.ends_with("so `A` and `B` may not call it"));
    }
}
