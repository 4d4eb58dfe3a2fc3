//! Each fault once, beside what is like it and right.

use super::{faults, written};
use crate::testing::{AppBuilder, id_of};
use crate::tree::{Node, Tree};
use crate::tri::{Alt, Basis, Guards};
use crate::value::Value;

/// What is told of one resource among some others.
fn told(type_name: &str, props: &str) -> Vec<String> {
    let app = AppBuilder::new()
        .add("AWS::S3::Bucket", "B", "{}")
        .add("AWS::DynamoDB::Table", "T", "{}")
        .add("AWS::SNS::Topic", "Topic", "{}")
        .add("AWS::IAM::Role", "R", "{}")
        .add(type_name, "X", props)
        .build();
    faults(&app, app.resource(id_of(&app, "X")))
        .into_iter()
        .map(|f| format!("{}; {}", f.text, f.help))
        .collect()
}

fn holds(type_name: &str, props: &str, expected: &[&str]) {
    let got = told(type_name, props);
    let matches = got.len() == expected.len() && got.iter().zip(expected).all(|(g, e)| g.contains(e));
    assert!(matches, "{props}: {got:?}");
}

fn document(s: &str) -> String {
    format!(r#"{{"PolicyDocument": {{"Version": "2012-10-17", "Statement": {s}}}}}"#)
}

fn identity(s: &str, expected: &[&str]) {
    holds("AWS::IAM::Policy", &document(s), expected);
}

fn bucket(s: &str, expected: &[&str]) {
    holds("AWS::S3::BucketPolicy", &document(s), expected);
}

fn trust(s: &str, expected: &[&str]) {
    let role = format!(r#"{{"AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": {s}}}}}"#);
    holds("AWS::IAM::Role", &role, expected);
}

#[test]
fn statements_and_their_names() {
    identity("[]", &["a policy without statements"]);
    let s = |sid: &str| {
        format!(r#"{{"Sid": "{sid}", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#)
    };
    identity(&format!("[{}, {}]", s("Read"), s("Read")), &["two statements with the `Sid` `Read`"]);
    identity(&format!("[{}, {}]", s("Read"), s("read")), &[]);
    identity(&format!("[{}, {}]", s(""), s("")), &[]);
    identity(&format!(r#"[{{"?Prod": [{}, {}]}}]"#, s("Read"), s("Read")), &[]);
    identity(
        &format!(r#"[{{"?Prod": [{}, "${{absent}}"]}}, {}]"#, s("Read"), s("Read")),
        &["two statements"],
    );
    identity(&s("read it"), &["the `Sid` `read it` has other characters"]);
    identity(&s("${Name}Read"), &[]);
    // Other services have other rules.
    let p = r#""Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*""#;
    bucket(&format!(r#"[{{"Sid": "read it", {p}}}, {{"Sid": "read it", {p}}}]"#), &[]);
    identity(r#"{"Effect": "Allow", "Action": [], "Resource": "*"}"#, &["an empty `Action`"]);
    identity(r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": []}"#, &["an empty `Resource`"]);
    identity(r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["${absent}"]}"#, &[]);
    identity(
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "NotAction": "s3:PutObject", "Resource": "*"}"#,
        &["both `Action` and `NotAction`", "`NotAction` with `Allow`"],
    );
}

#[test]
fn what_parameters_give_and_what_only_bounds() {
    // An allowed or default value of a parameter, as a list.
    let app = AppBuilder::new().add("AWS::IAM::Policy", "X", "{}").build();
    let at = app.resource(id_of(&app, "X")).anchor.span;
    let names = Value::List(vec![Value::str("a"), Value::str("b")], false);
    let basis = Basis::ParameterDefault("Names".into());
    let given = Alt { value: Node::Leaf(names), span: at, basis, guards: Guards::none() };
    assert!(written(&Tree::new(vec![given], None, at), &Guards::none()).is_empty());

    let all_but = document(r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#);
    for (role, expected) in [("{}", 1), (r#"{"PermissionsBoundary": "${X.Arn}"}"#, 0)] {
        let app = AppBuilder::new()
            .add("AWS::IAM::ManagedPolicy", "X", &all_but)
            .add("AWS::IAM::Role", "R", role)
            .build();
        assert_eq!(faults(&app, app.resource(id_of(&app, "X"))).len(), expected, "{role}");
    }
}

#[test]
fn elements_that_are_almost_right() {
    let rest = r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*""#;
    holds(
        "AWS::IAM::Policy",
        r#"{"PolicyDocument": {"Statements": []}}"#,
        &["no element `Statements`; write `Statement`"],
    );
    identity(
        r#"{"Effect": "Allow", "Actions": "s3:GetObject", "Resource": "*"}"#,
        &["`Actions`; write `Action`"],
    );
    identity(
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resources": "*"}"#,
        &["`Resources`; write `Resource`"],
    );
    identity(&format!(r#"{{{rest}, "Conditions": {{}}}}"#), &["`Conditions`; write `Condition`"]);
    // Whether another case is read is not documented.
    identity(r#"{"effect": "Allow", "action": "s3:GetObject", "resource": "*"}"#, &[]);
    identity(&format!(r#"{{{rest}, "Comment": "${{absent}}"}}"#), &[]);
}

#[test]
fn actions() {
    let of = |a: &str, expected: &[&str]| {
        identity(&format!(r#"{{"Effect": "Allow", "Action": {a}, "Resource": "*"}}"#), expected);
    };
    of(r#""lambda:Invoke""#, &["no action `lambda:Invoke`; the call is guarded by `lambda:InvokeFunction`"]);
    of(r#""s3:HeadObject""#, &["guarded by `s3:GetObject`"]);
    of(r#""sqs:SendMessageBatch""#, &["guarded by `sqs:SendMessage`"]);
    of(r#""stepfunctions:StartExecution""#, &["guarded by `states:StartExecution`"]);
    // With the right one beside it, it does no harm.
    of(r#"["s3:HeadObject", "s3:Get*"]"#, &[]);
    of(r#"["sqs:SendMessageBatch", "sqs:SendMessage"]"#, &[]);
    of(r#""dynamodb:GetItem ""#, &["nearest one is `dynamodb:GetItem`"]);
    of(r#""s3:PutObjects*""#, &["nearest one is `s3:PutObject`"]);
    // The table may be older than an action.
    of(r#""lambda:DoSomethingNew""#, &[]);
    of(r#""brandnew:DoIt""#, &[]);
    of(r#""sts:GetCallerIdentity""#, &[]);
    of(r#"["${Param}", "s3:${Verb}Object", "*:*"]"#, &[]);
}

#[test]
fn resources() {
    let of = |v: &str, expected: &[&str]| {
        identity(&format!(r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {v:?}}}"#), expected);
    };
    for (resource, why) in [
        ("arn:asw:s3:::b/*", "no partition `asw`"),
        ("arn::s3:::b/*", "no partition ``"),
        ("arn:aws:s3:us-east-1::b", "neither region nor account"),
        ("arn:aws:s3:${AWS::Region}:${AWS::AccountId}:${B}/*", "neither region nor account"),
        ("arn:aws:s3:::${B.Arn}/*", "there is an ARN inside"),
        ("arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${Topic.Arn}", "there is an ARN inside"),
        ("arn:aws:sqs:${AWS::AccountId}:${AWS::Region}:q", "the region comes before the account"),
        ("arn:aws:sqs: us-east-1:123456789012:q", "it has a space"),
        ("arn:aws:sqs:us-east-1:12345678901:q", "twelve digits"),
        ("arn:aws:iam:us-east-1:123456789012:role/r", "have no region"),
        ("arn:aws:dynamodb:us-east-1:123456789012:table:t", "starts with `table/`"),
        ("arn:aws:lambda:*:*:function/f", "starts with `function:`"),
        ("arn:aws:sqs:${AWS::Region}:q", "fewer than six parts"),
        ("${B}", "the name of `B` is no ARN"),
        ("${B}/*", "the name of `B` is no ARN"),
        ("${T}", "the name of `T` is no ARN"),
        ("my-bucket/*", "`my-bucket/*` is no ARN"),
        ("table/${T}", "is no ARN"),
    ] {
        of(resource, &[why]);
    }
    for resource in [
        "*",
        "arn:*",
        "a*",
        "*:table/x",
        "arn:${AWS::Partition}:s3:::${B}",
        "arn:aws-cn:s3:::b",
        "arn:aws-iso-b:s3:::b",
        "arn:*:s3:::b",
        "arn:aws:s3:::bucket with spaces/a key",
        "arn:aws:s3:us-east-1:123456789012:accesspoint/a/object/*",
        "arn:aws:s3::123456789012:accesspoint/mrap.x",
        "arn:aws:s3:*:*:job/*",
        "arn:aws:s3:*:*:*",
        "arn:aws:s3:us-east-1:123456789012:${Param}",
        "arn:aws:sqs:${Param}",
        "arn:aws:sqs:*",
        "arn:aws:logs:*:*:*",
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f:*",
        "arn:aws:lambda:us-east-1:123456789012:function:${Fn}:live",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude:0",
        "arn:aws:apigateway:us-east-1::/restapis/*",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "${Topic.Arn}",
        "${B.Arn}/*",
        "${T.StreamArn}",
        "${Param}",
        "${Param}/*",
        "{{resolve:ssm:/bucket/arn}}",
        "{{resolve:ssm:/${Env}/arn}}",
        "{{resolve:secretsmanager:${Secret}:SecretString}}",
    ] {
        of(resource, &[]);
    }
}

#[test]
fn what_nothing_substitutes() {
    // A parameter's name in a text is a value of the test's language; braces written apart stay text.
    let literal = |s: &str| {
        let doc =
            format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "{s}"}}}}"#);
        let text = Value::str(doc);
        let mut app = AppBuilder::new()
            .add("AWS::DynamoDB::Table", "T", "{}")
            .add("AWS::IAM::Policy", "X", "{}")
            .build();
        let id = id_of(&app, "X");
        let at = app.resource(id).anchor.span;
        let entry =
            crate::tree::Entry { key: "PolicyDocument".into(), key_span: at, value: Tree::leaf(text, at) };
        app.resources[id.0 as usize].props = Tree::map(vec![entry], at);
        faults(&app, app.resource(id)).into_iter().map(|f| f.text).collect::<Vec<_>>()
    };
    for s in ["arn:aws:sqs:us-east-1:${AWS::AccountId}:q", "${T.Arn}", "arn:aws:dynamodb:*:*:table/${T}"] {
        assert_eq!(literal(s).len(), 1, "{s}");
    }
    // Variables of the policy language, and what another tool may put in.
    for s in [
        "arn:aws:s3:::b/${aws:username}/*",
        "arn:aws:s3:::b/${aws:PrincipalTag/T}",
        "${Elsewhere}",
        "${unclosed",
    ] {
        assert_eq!(literal(s), [""; 0], "{s}");
    }
}

#[test]
fn principals() {
    let of = |p: &str, expected: &[&str]| {
        let s = format!(r#"{{"Effect": "Allow", "Principal": {p}, "Action": "sts:AssumeRole"}}"#);
        trust(&s, expected);
    };
    of(r#""lambda.amazonaws.com""#, &["no principal; write `Service: lambda.amazonaws.com`"]);
    of(r#""123456789012""#, &["write `AWS: 123456789012`"]);
    of(r#"{"Services": "lambda.amazonaws.com"}"#, &["no kind of principal `Services`; write `Service`"]);
    of(r#"{"User": "me"}"#, &["no kind of principal `User`"]);
    for (service, help) in [
        ("lambda", "write `lambda.amazonaws.com`"),
        ("lambda.amazon.com", "write `lambda.amazonaws.com`"),
        ("lambda.amazonaws.co", "write `lambda.amazonaws.com`"),
        ("lamda.amazonaws.com", "write `lambda.amazonaws.com`"),
        ("event.amazonaws.com", "write `events.amazonaws.com`"),
        ("state.amazonaws.com", "write `states.amazonaws.com`"),
        ("arn:aws:iam::123456789012:root", "below `AWS`"),
    ] {
        of(&format!(r#"{{"Service": ["{service}"]}}"#), &[help]);
    }
    for service in [
        "*",
        "s3.amazonaws.com.cn",
        "states.eu-west-1.amazonaws.com",
        "states.${AWS::Region}.${AWS::URLSuffix}",
        "alexa-appkit.amazon.com",
        "ops.apigateway.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "lexv2.amazonaws.com",
        "config-conforms.amazonaws.com",
        "spot.amazonaws.com",
        "newthing.amazonaws.com",
        "ec2.c2s.ic.gov",
        "${Param}",
    ] {
        of(&format!(r#"{{"Service": "{service}"}}"#), &[]);
    }
    for (who, why) in [
        ("lambda.amazonaws.com", "below `Service`"),
        ("1234567890", "no principal"),
        ("somebody", "no principal"),
        ("arn:aws:iam::123456789012:role/*", "only `*` alone"),
        ("arn:aws:iam:us-east-1:123456789012:role/r", "no principal"),
        ("arn:aws:iam::12345:root", "no principal"),
        ("arn:aws:iam::123456789012", "no principal"),
        ("${R}", "the name of `R` is no principal; write `!GetAtt R.Arn`"),
    ] {
        of(&format!(r#"{{"AWS": "{who}"}}"#), &[why]);
    }
    for who in [
        "*",
        "123456789012",
        "arn:aws:iam::123456789012:root",
        "arn:aws-cn:iam::123456789012:role/path/r",
        "arn:aws:sts::123456789012:assumed-role/r/session",
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
        "AROAEXAMPLEEXAMPLE123",
        "${R.Arn}",
        "${Param}",
        "arn:aws:iam::${Account}:root",
        "${AWS::AccountId}",
    ] {
        of(&format!(r#"{{"AWS": "{who}"}}"#), &[]);
    }
    of(r#"{"Federated": "cognito-identity.amazonaws.com"}"#, &[]);
    of(r#""*""#, &[]);
}

#[test]
fn trust_and_attached_policies() {
    let lambda = r#""Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}"#;
    trust(
        &format!(r#"{{{lambda}, "Action": "s3:GetObject"}}"#),
        &["a trust policy can't have the action `s3:GetObject`"],
    );
    trust(&format!(r#"{{{lambda}, "Action": ["sts:AssumeRole", "sts:TagSession"]}}"#), &[]);
    trust(r#"{"Effect": "Allow", "Action": "sts:AssumeRole"}"#, &["a statement without `Principal`"]);
    trust(
        &format!(r#"{{{lambda}, "Action": "sts:AssumeRole", "Resource": "*"}}"#),
        &["can't have `Resource`"],
    );
    let send = r#""Effect": "Allow", "Action": "sqs:SendMessage""#;
    holds("AWS::SQS::QueuePolicy", &document(&format!("{{{send}}}")), &["a statement without `Principal`"]);
    holds("AWS::SQS::QueuePolicy", &document(&format!(r#"{{{send}, "Principal": "*"}}"#)), &[]);
    holds(
        "AWS::SQS::QueuePolicy",
        &document(&format!(r#"{{{send}, "Principal": "*", "Resource": "jobs"}}"#)),
        &[],
    );
    let publish =
        document(r#"{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}"#);
    holds("AWS::SQS::QueuePolicy", &publish, &["can't have the action `sns:Publish`"]);
    holds("AWS::SNS::TopicPolicy", &publish, &[]);
    bucket(r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}"#, &["without `Resource`"]);
    bucket(
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "${B}/*"}"#,
        &["no ARN"],
    );
    bucket(
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "${B.Arn}/*"}"#,
        &[],
    );
    let doc = r#"{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda"}, "Action": "ACTION", "Resource": "*"}}"#;
    for (type_name, property, action) in [
        ("AWS::KMS::Key", "KeyPolicy", "kms:Decrypt"),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "secretsmanager:GetSecretValue"),
        ("AWS::Lambda::ResourcePolicy", "PolicyDocument", "lambda:InvokeFunction"),
        ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy", "kinesis:GetRecords"),
    ] {
        let props = format!(r#"{{"{property}": {}}}"#, doc.replace("ACTION", action));
        holds(type_name, &props, &["`lambda` is no principal of a service"]);
    }
    // The policy of a bus is one statement.
    let bus = r#"{"Statement": {"Effect": "Allow", "Principal": "me", "Action": "events:PutEvents", "Resource": "*"}}"#;
    holds("AWS::Events::EventBusPolicy", bus, &["`me` is no principal"]);
}

#[test]
fn conditions() {
    let of = |c: &str, expected: &[&str]| {
        let s =
            format!(r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {c}}}"#);
        identity(&s, expected);
    };
    of(
        r#"{"StringEqual": {"aws:SourceAccount": "123456789012"}}"#,
        &["`StringEqual`; the nearest one is `StringEquals`"],
    );
    of(r#"{"ArnEqual": {"aws:SourceArn": "*"}}"#, &["nearest one is `ArnEquals`"]);
    of(r#"{"Equals": {"aws:SourceArn": "*"}}"#, &["no operator `Equals`"]);
    of(r#"[{"StringEquals": {"aws:SourceArn": "*"}}]"#, &["`Condition` is no map"]);
    of(r#""IsProd""#, &["`Condition` is no map"]);
    of(r#"{"StringEquals": "aws:SourceArn"}"#, &["`StringEquals` is no map"]);
    of(
        r#"{"StringEquals": {"lambda::FunctionUrlAuthType": "NONE"}}"#,
        &["write `lambda:FunctionUrlAuthType`"],
    );
    of(r#"{"StringEquals": {"SourceAccount": "1"}}"#, &["write `aws:SourceAccount`"]);
    of(r#"{"StringEquals": {"aws:SourceAcount": "1"}}"#, &["write `aws:SourceAccount`"]);
    for c in [
        "{}",
        r#"{"stringequals": {"AWS:SOURCEACCOUNT": "1"}}"#,
        r#"{"ForAllValues:StringEqualsIfExists": {"aws:TagKeys": ["a"]}}"#,
        r#"{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o/*"]}}"#,
        r#"{"Null": {"aws:TokenIssueTime": "true"}, "Bool": {"aws:SecureTransport": false}}"#,
        r#"{"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}"#,
        r#"{"StringEquals": {"aws:ResourceAccount": "1", "aws:ResourceOrgID": "o", "aws:SourceVpcArn": "x"}}"#,
        r#"{"StringEquals": {"aws:RequestTag/a::b": "1", "s3:ExistingObjectTag/x": "y"}}"#,
        r#"{"StringEquals": {"token.actions.githubusercontent.com:sub": "repo", "oidc.eks/id/E::x:aud": "sts"}}"#,
        r#""${Param}""#,
        r#"{"?Prod": [{"StringEquals": {"aws:SourceAccount": "1"}}, "${absent}"]}"#,
    ] {
        of(c, &[]);
    }
}

#[test]
fn permissions_of_functions() {
    let of =
        |props: &str, expected: &[&str]| holds("AWS::Lambda::Permission", &format!("{{{props}}}"), expected);
    of(r#""Action": "s3:GetObject""#, &["can't have the action `s3:GetObject`"]);
    of(r#""Action": "InvokeFunction""#, &["`InvokeFunction` is no action"]);
    of(r#""Action": "lambda:Invoke""#, &["guarded by `lambda:InvokeFunction`"]);
    of(r#""Principal": {"Service": "s3.amazonaws.com"}"#, &["the principal of a permission is text"]);
    of(r#""Principal": "apigateway""#, &["write `apigateway.amazonaws.com`"]);
    of(r#""Principal": "event.amazonaws.com""#, &["write `events.amazonaws.com`"]);
    of(r#""Principal": "12345""#, &["no principal"]);
    of(r#""SourceArn": "${B}""#, &["the name of `B` is no ARN"]);
    of(r#""SourceArn": "arn:aws:s3:us-east-1::b""#, &["neither region nor account"]);
    of(r#""SourceAccount": "1234""#, &["no account"]);
    of(r#""FunctionUrlAuthType": "IAM""#, &["`FunctionUrlAuthType` can't be `IAM`"]);
    of(
        r#""Action": "lambda:InvokeFunction", "FunctionUrlAuthType": "NONE""#,
        &["`FunctionUrlAuthType` with `lambda:InvokeFunction`"],
    );
    for props in [
        r#""Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE", "Principal": "*""#,
        r#""Action": "lambda:*", "Principal": "123456789012""#,
        r#""Principal": "alexa-appkit.amazon.com", "EventSourceToken": "t""#,
        r#""Principal": "logs.${AWS::Region}.amazonaws.com", "SourceAccount": "${AWS::AccountId}""#,
        r#""Principal": "arn:aws:iam::123456789012:role/r""#,
        r#""SourceArn": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/x""#,
        r#""SourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:/x:*""#,
        r#""SourceArn": "${B.Arn}""#,
        r#""SourceArn": "arn:aws:s3:::${B}""#,
        r#""SourceArn": "${Param}""#,
    ] {
        of(props, &[]);
    }
}
