use super::*;
use lamlint_model::App;
use lamlint_model::handler::Ctx;
use lamlint_model::testing::{AppBuilder, check, handler, handler_in, sdk_call, value};

const FUNCTION: &str = r#"{"Environment": {"Variables": {"TABLE": "${Hits}"}}}"#;

fn app(trigger: (&str, &str)) -> App {
    AppBuilder::new()
        .add("AWS::Lambda::Function", "Fn", FUNCTION)
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add(
            "AWS::DynamoDB::Table",
            "Hits",
            r#"{"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}"#,
        )
        .add("AWS::StepFunctions::StateMachine", "Flow", "{}")
        .add("AWS::StepFunctions::StateMachine", "Fast", r#"{"StateMachineType": "EXPRESS"}"#)
        .add(trigger.0, "T", trigger.1)
        .build()
}

const MAPPING: (&str, &str) =
    ("AWS::Lambda::EventSourceMapping", r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Fn}"}"#);

fn found(app: &App, kind: FactKind) -> Vec<String> {
    let h = handler(app, "Fn", vec![kind]);
    check(&RULE, app, &[h]).iter().map(|f| f.message().text.clone()).collect()
}

#[test]
fn what_a_retry_repeats() {
    let app = app(MAPPING);
    for (service, operation, args, want) in [
        (
            "dynamodb",
            "UpdateItem",
            r#"{"TableName": "${env.TABLE}", "UpdateExpression": "ADD n :one"}"#,
            "adds to table `Hits`",
        ),
        (
            "dynamodb",
            "UpdateItem",
            r#"{"TableName": "${?}", "UpdateExpression": "SET n = n + :one"}"#,
            "adds to a table through",
        ),
        (
            "dynamodb",
            "PutItem",
            r#"{"TableName": "${env.TABLE}", "Item": {"pk": "${event.id}", "sk": "${time}"}}"#,
            "with a new `sk` into table `Hits`",
        ),
        (
            "dynamodb",
            "PutItem",
            r#"{"TableName": "${env.TABLE}", "Item": {"pk": {"S": "job-${fresh}"}}}"#,
            "with a new `pk`",
        ),
        ("stepfunctions", "StartExecution", r#"{"stateMachineArn": "${Flow.Arn}"}"#, "without `name`"),
        (
            "stepfunctions",
            "StartExecution",
            r#"{"stateMachineArn": "${Flow.Arn}", "name": "run-${fresh}"}"#,
            "with a new `name`",
        ),
        ("ses", "SendEmail", "{}", "sends an e-mail"),
        ("sns", "Publish", r#"{"PhoneNumber": "${event.phone}"}"#, "sends a text message"),
        (
            "sqs",
            "SendMessage",
            r#"{"QueueUrl": "${Jobs.Url}", "MessageDeduplicationId": "${fresh}"}"#,
            "new `MessageDeduplicationId`",
        ),
    ] {
        let got = found(&app, sdk_call(&app, service, operation, args));
        assert_eq!(got.len(), 1, "{operation} {args}");
        assert!(got[0].contains(want), "{}", got[0]);
    }
}

#[test]
fn what_may_be_repeated() {
    let app = app(MAPPING);
    for (service, operation, args) in [
        (
            "dynamodb",
            "UpdateItem",
            r#"{"TableName": "${env.TABLE}", "UpdateExpression": "ADD n :one", "ConditionExpression": "attribute_not_exists(id)"}"#,
        ),
        (
            "dynamodb",
            "UpdateItem",
            r#"{"TableName": "${env.TABLE}", "UpdateExpression": "SET total = :total"}"#,
        ),
        (
            "dynamodb",
            "PutItem",
            r#"{"TableName": "${env.TABLE}", "Item": {"pk": "${event.id}", "at": "${time}"}}"#,
        ),
        ("dynamodb", "PutItem", r#"{"TableName": "${?}", "Item": {"pk": "${fresh}"}}"#),
        ("dynamodb", "PutItem", r#"{"TableName": "${env.TABLE}", "Item": {"pk": "${context.request_id}"}}"#),
        ("stepfunctions", "StartExecution", r#"{"stateMachineArn": "${Flow.Arn}", "name": "${event.id}"}"#),
        ("stepfunctions", "StartExecution", r#"{"stateMachineArn": "${Fast.Arn}"}"#),
        ("stepfunctions", "StartExecution", r#"{"stateMachineArn": "${Flow.Arn}", "..": true}"#),
        ("sqs", "SendMessage", r#"{"QueueUrl": "${Jobs.Url}", "MessageBody": "x"}"#),
        ("sns", "Publish", r#"{"TopicArn": "${?}", "Message": "x"}"#),
        ("s3", "PutObject", r#"{"Bucket": "b", "Key": "${event.id}"}"#),
    ] {
        assert!(found(&app, sdk_call(&app, service, operation, args)).is_empty(), "{operation} {args}");
    }
}

#[test]
fn only_where_events_come_again() {
    let add = r#"{"TableName": "${env.TABLE}", "UpdateExpression": "ADD n :one"}"#;
    for (trigger, n) in [
        (MAPPING, 1),
        (
            (
                "AWS::Events::Rule",
                r#"{"ScheduleExpression": "rate(1 day)", "Targets": [{"Arn": "${Fn.Arn}"}]}"#,
            ),
            1,
        ),
        (
            (
                "AWS::Events::Rule",
                r#"{"ScheduleExpression": "rate(1 day)", "State": "DISABLED", "Targets": [{"Arn": "${Fn.Arn}"}]}"#,
            ),
            0,
        ),
        (("Route", r#"{"ApiType": "http", "Function": "${Fn.Arn}"}"#), 0),
        (("AWS::Lambda::Permission", r#"{"Principal": "x.amazonaws.com", "FunctionName": "${Fn}"}"#), 0),
        (("AWS::StepFunctions::StateMachine", r#"{"DefinitionSubstitutions": {"F": "${Fn.Arn}"}}"#), 0),
        (
            (
                "AWS::Lambda::EventSourceMapping",
                r#"{"EventSourceArn": "arn:aws:kinesis:r:1:stream/s", "FunctionName": "${Fn}", "MaximumRetryAttempts": 0}"#,
            ),
            0,
        ),
    ] {
        let app = app(trigger);
        assert_eq!(found(&app, sdk_call(&app, "dynamodb", "UpdateItem", add)).len(), n, "{trigger:?}");
    }
}

#[test]
fn requests_statements_and_providers() {
    let app = app(MAPPING);
    let post = |url: &str, key: bool| FactKind::Http {
        method: Some("POST".into()),
        url: value(&app, &format!("\"{url}\"")),
        idempotency_key: key,
    };
    let sql = |text: &str| FactKind::Statement { text: Value::str(text) };
    let pay = |idempotency_key| FactKind::Provider { what: "a Stripe payment".into(), idempotency_key };
    for (kind, n) in [
        (post("https://api.example.com/orders", false), 1),
        (post("https://api.example.com/orders", true), 0),
        (post("https://hooks.slack.com/services/x", false), 0),
        (post("https://api.example.com/graphql", false), 0),
        (post("${env.API}", false), 0),
        (sql("INSERT INTO orders (id) VALUES (%s)"), 1),
        (sql("insert into orders (id) values ($1) on conflict do nothing"), 0),
        (sql("SELECT 1"), 0),
        (pay(false), 1),
        (pay(true), 0),
    ] {
        assert_eq!(found(&app, kind.clone()).len(), n, "{kind:?}");
    }
}

#[test]
fn checks_against_repetition() {
    let app = app(MAPPING);
    let add = || {
        sdk_call(&app, "dynamodb", "UpdateItem", r#"{"TableName": "t", "UpdateExpression": "ADD n :one"}"#)
    };
    let marked = Ctx { idempotent: Some("`@idempotent`".into()), ..Ctx::default() };
    assert!(check(&RULE, &app, &[handler_in(&app, "Fn", vec![add()], &marked)]).is_empty());
    let lock = sdk_call(
        &app,
        "dynamodb",
        "PutItem",
        r#"{"TableName": "locks", "Item": {"pk": "${event.id}"}, "ConditionExpression": "attribute_not_exists(pk)"}"#,
    );
    assert!(check(&RULE, &app, &[handler(&app, "Fn", vec![lock, add()])]).is_empty());
}
