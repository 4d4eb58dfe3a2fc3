//! Policies in applications: identity of resources, where policies stand, and what stays unknown.

use super::*;
use crate::app::App;
use crate::aws::iam;
use crate::source::{FileId, Span};
use crate::testing::{AppBuilder, id_of, value};
use crate::tri::Guards;

const FN: &str = r#"{"Role": "${R.Arn}", "Environment": {"Variables": {"TABLE": "${T}", "BUCKET": "${B}"}}}"#;

fn with_policy(statements: &str) -> AppBuilder {
    let role = format!(
        r#"{{"Policies": [{{"PolicyName": "p", "PolicyDocument": {{"Statement": {statements}}}}}]}}"#
    );
    base().add("AWS::IAM::Role", "R", &role)
}

fn base() -> AppBuilder {
    AppBuilder::new()
        .add("AWS::Lambda::Function", "F", FN)
        .add("AWS::DynamoDB::Table", "T", "{}")
        .add("AWS::DynamoDB::Table", "Named", r#"{"TableName": "orders"}"#)
        .add("AWS::S3::Bucket", "B", "{}")
        .add("AWS::SQS::Queue", "Q", "{}")
        .add("AWS::SecretsManager::Secret", "S", r#"{"Name": "db/main"}"#)
        .add("AWS::SSM::Parameter", "P", r#"{"Name": "/app/key"}"#)
}

/// `yes`, `no` (missing), `denied` or `?`.
fn asked(app: &App, action: &str, arn: &Arn) -> &'static str {
    let who = identity_of(app, id_of(app, "F"));
    let given = &app.resource(id_of(app, "F")).guards;
    let request = Request { action, resource: arn, who: None, given };
    word(&verdict(app, &who.statements, who.open.as_ref(), &request))
}

fn word(v: &Verdict) -> &'static str {
    match v {
        Verdict::Allowed(_) => "yes",
        Verdict::Denied(_) => "denied",
        Verdict::Missing => "no",
        Verdict::Unknown(_) => "?",
    }
}

fn on(app: &App, action: &str, resource: &str) -> &'static str {
    asked(app, action, &Arn::of_value(app, &value(app, &format!("{resource:?}"))))
}

/// A call's first need, through the function's environment.
fn call(app: &App, service: &str, operation: &str, args: &str) -> Vec<&'static str> {
    let needs = iam::needs(service, operation, &value(app, args));
    assert!(needs.known);
    let at = Span::new(FileId(9), 0, 1);
    let mut out = Vec::new();
    for need in &needs.must {
        for subject in &need.on {
            let arns = app.requested(id_of(app, "F"), subject, at);
            let arn = arns.only().cloned().unwrap_or_else(Arn::unknown);
            out.push(asked(app, &need.one_of[0], &arn));
        }
    }
    out
}

#[test]
fn a_resource_is_the_same_however_it_is_spelt() {
    for spelling in [
        "${T.Arn}",
        "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${T}",
        "arn:${AWS::Partition}:dynamodb:*:*:table/${T}",
        "arn:aws:dynamodb:*:*:table/*",
        "*",
    ] {
        let app = with_policy(&format!(
            r#"[{{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "{spelling}"}}]"#
        ))
        .build();
        assert_eq!(on(&app, "dynamodb:GetItem", "${T.Arn}"), "yes", "{spelling}");
        assert_eq!(on(&app, "DynamoDB:getitem", "${T.Arn}"), "yes", "{spelling}");
        assert_eq!(on(&app, "dynamodb:PutItem", "${T.Arn}"), "no", "{spelling}");
        assert_eq!(call(&app, "dynamodb", "GetItem", r#"{"TableName": "${env.TABLE}"}"#), ["yes"]);
    }
}

#[test]
fn what_is_not_expanded_may_attach_policies() {
    let whole = with_policy(r#"[{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]"#).build();
    assert_eq!(on(&whole, "sqs:SendMessage", "${Q.Arn}"), "no");
    let mut app = whole.clone();
    app.templates[0].more = Some(crate::tri::Why::other("a loop is not expanded"));
    assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "?");
    assert!(resource_policy(&app, id_of(&app, "Q")).1.is_some());
}

#[test]
fn resources_of_other_forms() {
    for (pattern, service, operation, args, expected) in [
        (
            "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2",
            "bedrock-runtime",
            "InvokeModel",
            r#"{"modelId": "anthropic.claude-v2"}"#,
            "yes",
        ),
        (
            "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova*",
            "bedrock-runtime",
            "Converse",
            r#"{"modelId": "amazon.nova-lite-v1:0"}"#,
            "?",
        ),
        (
            "arn:aws:bedrock:*::foundation-model/anthropic.*",
            "bedrock-runtime",
            "Converse",
            r#"{"modelId": "amazon.nova-lite-v1:0"}"#,
            "no",
        ),
        // Inference profiles are other resources; what is not constant may be one.
        (
            "arn:aws:bedrock:*::foundation-model/anthropic.*",
            "bedrock-runtime",
            "Converse",
            r#"{"modelId": "us.anthropic.claude-v2"}"#,
            "?",
        ),
        (
            "arn:aws:bedrock:*::foundation-model/anthropic.*",
            "bedrock-runtime",
            "Converse",
            r#"{"modelId": "${?}"}"#,
            "?",
        ),
        (
            "arn:aws:bedrock:*:*:inference-profile/*",
            "bedrock-runtime",
            "Converse",
            r#"{"modelId": "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x"}"#,
            "yes",
        ),
        ("arn:aws:logs:*:*:log-group:/app:*", "logs", "PutLogEvents", r#"{"logGroupName": "/app"}"#, "?"),
        ("arn:aws:logs:*:*:log-group:/app", "logs", "PutLogEvents", r#"{"logGroupName": "/app"}"#, "?"),
        ("arn:aws:logs:*:*:log-group:/*", "logs", "PutLogEvents", r#"{"logGroupName": "/app"}"#, "yes"),
        (
            "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/other:*",
            "logs",
            "PutLogEvents",
            r#"{"logGroupName": "/app"}"#,
            "no",
        ),
        (
            "arn:aws:rds:*:*:cluster:a",
            "rds-data",
            "ExecuteStatement",
            r#"{"resourceArn": "arn:aws:rds:eu-west-1:123456789012:cluster:b"}"#,
            "no",
        ),
        (
            "arn:aws:rds:*:*:cluster:*",
            "rds-data",
            "ExecuteStatement",
            r#"{"resourceArn": "arn:aws:rds:eu-west-1:123456789012:cluster:b"}"#,
            "yes",
        ),
        (
            "arn:aws:ses:*:*:identity/example.com",
            "ses",
            "SendEmail",
            r#"{"Source": "Me <a@example.com>"}"#,
            "?",
        ),
        ("arn:aws:ses:*:*:identity/*", "ses", "SendEmail", r#"{"Source": "a@example.com"}"#, "yes"),
        (
            "arn:aws:ses:${AWS::Region}:${AWS::AccountId}:template/*",
            "ses",
            "SendEmail",
            r#"{"Source": "a@example.com"}"#,
            "no",
        ),
        (
            "arn:aws:execute-api:*:*:*/*/POST/@connections/*",
            "apigatewaymanagementapi",
            "PostToConnection",
            r#"{"ConnectionId": "${?event}"}"#,
            "?",
        ),
        (
            "arn:aws:execute-api:*:*:*/@connections/*",
            "apigatewaymanagementapi",
            "PostToConnection",
            r#"{"ConnectionId": "${?event}"}"#,
            "yes",
        ),
        (
            "arn:aws:execute-api:*:*:*/POST/*",
            "apigatewaymanagementapi",
            "PostToConnection",
            r#"{"ConnectionId": "c"}"#,
            "yes",
        ),
        (
            "arn:aws:execute-api:*:*:abc/prod/GET/orders",
            "apigatewaymanagementapi",
            "PostToConnection",
            r#"{"ConnectionId": "c"}"#,
            "?",
        ),
        ("arn:aws:iot:*:*:topic/a/*", "iot-data", "Publish", r#"{"topic": "a/b"}"#, "yes"),
        ("arn:aws:iot:*:*:topic/a", "iot-data", "Publish", r#"{"topic": "a/b"}"#, "no"),
        ("arn:aws:iot:*:*:topic/a", "iot-data", "Publish", r#"{"topic": "${?}"}"#, "?"),
        ("arn:aws:iot:*:*:topicfilter/*", "iot-data", "Publish", r#"{"topic": "a/b"}"#, "no"),
        (
            "arn:aws:iot:*:*:thing/t",
            "iot-data",
            "GetThingShadow",
            r#"{"thingName": "t", "shadowName": "s"}"#,
            "no",
        ),
        ("arn:aws:iot:*:*:thing/${T}", "iot-data", "GetThingShadow", r#"{"thingName": "${T}"}"#, "yes"),
        ("arn:aws:athena:*:*:workgroup/reports", "athena", "StartQueryExecution", "{}", "no"),
        (
            "arn:aws:scheduler:*:*:schedule/default/*",
            "scheduler",
            "CreateSchedule",
            r#"{"Name": "${?}"}"#,
            "yes",
        ),
        ("arn:aws:glue:*:*:job/a", "glue", "StartJobRun", r#"{"JobName": "b"}"#, "no"),
    ] {
        let statement = format!(r#"[{{"Effect": "Allow", "Action": "*", "Resource": "{pattern}"}}]"#);
        let app = with_policy(&statement).build();
        assert_eq!(call(&app, service, operation, args), [expected], "{pattern} {operation} {args}");
    }
}

#[test]
fn other_resources_are_others() {
    let app = with_policy(
        r#"[{"Effect": "Allow", "Action": "dynamodb:*", "Resource": ["${T.Arn}", "${T.Arn}/index/*"]},
            {"Effect": "Allow", "Action": "s3:*", "Resource": "${B.Arn}"},
            {"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-west-1:123456789012:jobs"}]"#,
    )
    .build();
    assert_eq!(on(&app, "dynamodb:GetItem", "${Named.Arn}"), "?");
    assert_eq!(call(&app, "dynamodb", "Query", r#"{"TableName": "${T}", "IndexName": "i"}"#), ["yes"]);
    // Objects are not their bucket.
    assert_eq!(call(&app, "s3", "GetObject", r#"{"Bucket": "${env.BUCKET}", "Key": "${?}"}"#), ["no"]);
    assert_eq!(call(&app, "s3", "ListObjectsV2", r#"{"Bucket": "${env.BUCKET}"}"#), ["yes"]);
    // A generated name may be any, a region may be the one.
    assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "?");
    assert_eq!(on(&app, "sns:Publish", "${Q.Arn}"), "no");
    let app = with_policy(r#"[{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "${T.Arn}"}]"#)
        .add("AWS::DynamoDB::Table", "U", "{}")
        .build();
    assert_eq!(on(&app, "dynamodb:GetItem", "${U.Arn}"), "no");
    assert_eq!(call(&app, "dynamodb", "Query", r#"{"TableName": "${T}", "IndexName": "i"}"#), ["no"]);
}

#[test]
fn declared_names_are_known() {
    let app = with_policy(
        r#"[{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:*:*:table/orders"},
            {"Effect": "Allow", "Action": "ssm:*", "Resource": "arn:aws:ssm:*:*:parameter/app/*"},
            {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "arn:aws:secretsmanager:*:*:secret:db/*"}]"#,
    )
    .build();
    assert_eq!(on(&app, "dynamodb:GetItem", "${Named.Arn}"), "yes");
    assert_eq!(call(&app, "dynamodb", "GetItem", r#"{"TableName": "orders"}"#), ["yes"]);
    assert_eq!(call(&app, "dynamodb", "GetItem", r#"{"TableName": "customers"}"#), ["no"]);
    assert_eq!(call(&app, "ssm", "GetParameter", r#"{"Name": "/app/key"}"#), ["yes"]);
    assert_eq!(call(&app, "ssm", "GetParameter", r#"{"Name": "${P}"}"#), ["yes"]);
    assert_eq!(call(&app, "ssm", "GetParameter", r#"{"Name": "/other"}"#), ["no"]);
    assert_eq!(call(&app, "secretsmanager", "GetSecretValue", r#"{"SecretId": "db/x"}"#), ["yes"]);
    assert_eq!(call(&app, "secretsmanager", "GetSecretValue", r#"{"SecretId": "${S.Arn}"}"#), ["yes"]);
}

#[test]
fn denials_and_conditions() {
    let app = with_policy(
        r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "${B.Arn}/*"},
            {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"a": "b"}}}]"#,
    )
    .build();
    assert_eq!(on(&app, "s3:DeleteObject", "${B.Arn}/k"), "denied");
    assert_eq!(on(&app, "s3:PutObject", "${B.Arn}/k"), "?");
    assert_eq!(on(&app, "s3:GetObject", "${B.Arn}/k"), "yes");
    assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "?");
    assert_eq!(on(&app, "sqs:ReceiveMessage", "${Q.Arn}"), "no");
}

#[test]
fn conditions_of_the_template() {
    let statement = r#"{"?Prod": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}, "${absent}"]}"#;
    let app = with_policy(&format!("[{statement}]")).build();
    assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "?");
    assert_eq!(on(&app, "sns:Publish", "${Q.Arn}"), "no");
    let role = r#"{"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}}]}"#;
    let app = AppBuilder::new()
        .add_when("Prod", "AWS::Lambda::Function", "F", r#"{"Role": "${R.Arn}"}"#)
        .add_when("Prod", "AWS::IAM::Role", "R", role)
        .add("AWS::SQS::Queue", "Q", "{}")
        .build();
    assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "yes");
}

#[test]
fn policies_stand_in_many_places() {
    let sqs = r#"{"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#;
    let role = |r: &str| base().add("AWS::IAM::Role", "R", r);
    let managed = |r: &str| {
        let app = role(&format!(r#"{{"ManagedPolicyArns": [{r}]}}"#))
            .add(
                "AWS::IAM::ManagedPolicy",
                "M",
                &format!(r#"{{"ManagedPolicyName": "mine", "PolicyDocument": {sqs}}}"#),
            )
            .build();
        on(&app, "sqs:SendMessage", "${Q.Arn}")
    };
    assert_eq!(managed(r#""arn:${AWS::Partition}:iam::aws:policy/AmazonSQSFullAccess""#), "yes");
    assert_eq!(managed(r#""arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole""#), "no");
    assert_eq!(managed(r#""arn:aws:iam::aws:policy/SomethingNew""#), "?");
    assert_eq!(managed(r#""arn:aws:iam::123456789012:policy/theirs""#), "?");
    assert_eq!(managed(r#""arn:aws:iam::123456789012:policy/mine""#), "yes");
    assert_eq!(managed(r#""${M.Arn}""#), "yes");
    assert_eq!(managed(r#""${SomeParameter}""#), "?");
    let attached = |p: &str| {
        let app = role("{}").add("AWS::IAM::Policy", "Extra", p).add("AWS::IAM::Role", "Other", "{}").build();
        on(&app, "sqs:SendMessage", "${Q.Arn}")
    };
    assert_eq!(attached(&format!(r#"{{"Roles": ["${{R}}"], "PolicyDocument": {sqs}}}"#)), "yes");
    assert_eq!(attached(&format!(r#"{{"RoleName": "${{R}}", "PolicyDocument": {sqs}}}"#)), "yes");
    assert_eq!(attached(&format!(r#"{{"Roles": ["${{Other}}"], "PolicyDocument": {sqs}}}"#)), "no");
    assert_eq!(attached(&format!(r#"{{"Roles": ["theirs"], "PolicyDocument": {sqs}}}"#)), "no");
    assert_eq!(attached(&format!(r#"{{"Roles": ["${{SomeParameter}}"], "PolicyDocument": {sqs}}}"#)), "?");
    let app = role(r#"{"RoleName": "mine"}"#)
        .add("AWS::IAM::Policy", "Extra", &format!(r#"{{"Roles": ["mine"], "PolicyDocument": {sqs}}}"#))
        .build();
    assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "yes");
}

#[test]
fn sam_templates_and_connectors() {
    let app = base()
        .add(
            "AWS::IAM::Role",
            "R",
            r#"{"SamPolicyTemplates": [
                {"Name": "DynamoDBWritePolicy", "Parameters": {"TableName": "${T}"}},
                {"Name": "SQSSendMessagePolicy", "Parameters": {"QueueName": "${Q}"}},
                {"Name": "S3ReadPolicy", "Parameters": {"BucketName": "${SomeParameter}"}}]}"#,
        )
        .build();
    assert_eq!(on(&app, "dynamodb:PutItem", "${T.Arn}"), "yes");
    assert_eq!(on(&app, "dynamodb:DeleteItem", "${T.Arn}"), "no");
    assert_eq!(on(&app, "dynamodb:PutItem", "${Named.Arn}"), "?");
    assert_eq!(on(&app, "s3:GetObject", "${B.Arn}/k"), "?");
    assert_eq!(on(&app, "s3:PutObject", "${B.Arn}/k"), "no");
    let app = base()
        .add("AWS::IAM::Role", "R", "{}")
        .add("Connector", "C", r#"{"Source": "${F}", "Destination": ["${T}"], "Permissions": ["Write"]}"#)
        .add("Connector", "D", r#"{"Source": "${Q}", "Destination": "${F}", "Permissions": ["Read"]}"#)
        .build();
    assert_eq!(on(&app, "dynamodb:PutItem", "${T.Arn}"), "yes");
    assert_eq!(on(&app, "dynamodb:GetItem", "${T.Arn}"), "no");
    assert_eq!(on(&app, "sqs:ReceiveMessage", "${Q.Arn}"), "yes");
    let unknown = base().add(
        "AWS::IAM::Role",
        "R",
        r#"{"SamPolicyTemplates": [{"Name": "NewPolicy", "Parameters": {}}]}"#,
    );
    assert_eq!(on(&unknown.build(), "dynamodb:PutItem", "${T.Arn}"), "?");
}

#[test]
fn what_is_not_in_the_tree_is_unknown() {
    for (role, function) in [
        (r#"{"PermissionsBoundary": "${M}"}"#, FN),
        (r#"{"..": true}"#, FN),
        (r#"{"Policies": "${?}"}"#, FN),
        (r#"{"Policies": [{"PolicyName": "p", "PolicyDocument": "${?}"}]}"#, FN),
        ("{}", r#"{"Role": "arn:aws:iam::123456789012:role/theirs"}"#),
        ("{}", r#"{"Role": "${SomeParameter}"}"#),
        ("{}", r#"{"Role": "${?}"}"#),
        ("{}", r#"{"Role": {"?Own": ["${R.Arn}", "${SomeParameter}"]}}"#),
        ("{}", "{}"),
    ] {
        let app = AppBuilder::new()
            .add("AWS::Lambda::Function", "F", function)
            .add("AWS::IAM::Role", "R", role)
            .add("AWS::SQS::Queue", "Q", "{}")
            .build();
        assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "?", "{role} {function}");
    }
    // By ARN around the name, and by the name it is given.
    for named in ["arn:aws:iam::${AWS::AccountId}:role/${R}", "arn:aws:iam::123456789012:role/mine"] {
        let app = AppBuilder::new()
            .add("AWS::Lambda::Function", "F", &format!(r#"{{"Role": "{named}"}}"#))
            .add("AWS::IAM::Role", "R", r#"{"RoleName": "mine"}"#)
            .add("AWS::SQS::Queue", "Q", "{}")
            .build();
        assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "no", "{named}");
    }
}

#[test]
fn a_document_may_be_text() {
    let doc = r#"{"Policies": [{"PolicyName": "p", "PolicyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"sqs:Send*\"], \"Resource\": \"${Q.Arn}\"}]}"}]}"#;
    let app = base().add("AWS::IAM::Role", "R", doc).build();
    assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "yes");
    assert_eq!(on(&app, "sqs:ReceiveMessage", "${Q.Arn}"), "no");
}

#[test]
fn an_unreadable_statement_decides_nothing() {
    for bad in [
        r#"{"Effect": "Allow", "Resource": "*"}"#,
        r#"{"Effect": "allow", "Action": "*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "${?}", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "${?}"}"#,
        r#"{"Effect": "Allow", "Action": "*"}"#,
        r#""text""#,
        r#"{"..": true}"#,
    ] {
        let app = with_policy(&format!("[{bad}]")).build();
        assert_eq!(on(&app, "sqs:SendMessage", "${Q.Arn}"), "?", "{bad}");
    }
}

#[test]
fn near_misses_are_the_action_on_other_resources() {
    let app = with_policy(
        r#"[{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${B.Arn}"},
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]"#,
    )
    .build();
    let who = identity_of(&app, id_of(&app, "F"));
    let arn = Arn::of_value(&app, &value(&app, r#""${B.Arn}/k""#));
    let given = Guards::none();
    let request = Request { action: "s3:GetObject", resource: &arn, who: None, given: &given };
    let near = near_misses(&app, &who.statements, &request);
    assert_eq!(near.len(), 1);
    assert_eq!(near[0].origin.label, "the inline policy `p`");
}

#[test]
fn policies_of_resources() {
    let app = base()
        .add("AWS::IAM::Role", "R", "{}")
        .add(
            "AWS::SQS::QueuePolicy",
            "QP",
            r#"{"Queues": ["${Q.Url}"], "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "${Q.Arn}"},
                {"Effect": "Allow", "Principal": {"AWS": "${R.Arn}"}, "Action": "sqs:*", "Resource": "*"}]}}"#,
        )
        .add("AWS::Lambda::Permission", "Perm", r#"{"FunctionName": "${F}", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "SourceArn": "${B.Arn}"}"#)
        .add("AWS::Lambda::Permission", "Open", r#"{"FunctionName": "${F.Arn}", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}"#)
        .build();
    let ask = |of: &str, who: Who<'_>, action: &str| {
        let (statements, open) = resource_policy(&app, id_of(&app, of));
        let arn = Arn::of(&app, id_of(&app, of));
        let given = Guards::none();
        let request = Request { action, resource: &arn, who: Some(who), given: &given };
        word(&verdict(&app, &statements, open.as_ref(), &request))
    };
    let role = Who::Role(id_of(&app, "R"));
    assert_eq!(ask("Q", Who::Service("sns.amazonaws.com"), "sqs:SendMessage"), "yes");
    assert_eq!(ask("Q", Who::Service("s3.amazonaws.com"), "sqs:SendMessage"), "no");
    assert_eq!(ask("Q", role, "sqs:ReceiveMessage"), "yes");
    assert_eq!(ask("F", Who::Service("events.amazonaws.com"), "lambda:InvokeFunction"), "yes");
    assert_eq!(ask("F", Who::Service("sns.amazonaws.com"), "lambda:InvokeFunction"), "no");
    // What a source must be is a condition.
    assert_eq!(ask("F", Who::Service("s3.amazonaws.com"), "lambda:InvokeFunction"), "?");
}

#[test]
fn trust() {
    let trusted = |principal: &str, who: Who<'_>| {
        let role = format!(
            r#"{{"AssumeRolePolicyDocument": {{"Statement": [{{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole"}}]}}}}"#
        );
        let app = base().add("AWS::IAM::Role", "R", &role).build();
        let (statements, open) = trust_policy(&app, id_of(&app, "R"));
        let (arn, given) = (Arn::unknown(), Guards::none());
        let request = Request { action: "sts:AssumeRole", resource: &arn, who: Some(who), given: &given };
        word(&verdict(&app, &statements, open.as_ref(), &request))
    };
    let lambda = Who::Service("lambda.amazonaws.com");
    assert_eq!(trusted(r#"{"Service": "lambda.amazonaws.com"}"#, lambda), "yes");
    assert_eq!(
        trusted(r#"{"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}"#, lambda),
        "yes"
    );
    assert_eq!(trusted(r#"{"Service": "ec2.amazonaws.com"}"#, lambda), "no");
    assert_eq!(trusted(r#"{"AWS": "*"}"#, lambda), "yes");
    assert_eq!(trusted(r#"{"Service": "${?}"}"#, lambda), "?");
    assert_eq!(trusted(r#"{"Service": "lambda.${AWS::URLSuffix}"}"#, lambda), "?");
}
