//! Triggers and forwards of hand-built models.

use super::{Filter, Trigger};
use crate::app::{App, Place, ResourceId};
use crate::testing::{AppBuilder, id_of};
use crate::tri::{Basis, Tri};

fn name(app: &App, id: ResourceId) -> &str {
    &app.resource(id).name
}

/// `Queue Jobs -> Worker via Live by M [guards] filter off`, one line each.
fn lines(app: &App) -> Vec<String> {
    app.triggers.iter().map(|t| line(app, t)).collect()
}

fn line(app: &App, t: &Trigger) -> String {
    let mut words = vec![
        format!("{:?}", t.kind),
        t.resource.map_or_else(|| t.source.to_string(), |id| name(app, id).to_owned()),
        format!("-> {}", name(app, t.function)),
    ];
    words.extend(t.through.map(|a| format!("via {}", name(app, a))));
    words.push(format!("by {}", name(app, t.connection)));
    if !t.guards.is_empty() {
        words.push(format!("when {}", t.guards));
    }
    match &t.filter {
        Filter::All => {}
        Filter::Object { events, prefix, suffix } => {
            words.push(format!("{}|{prefix}|{suffix}", events.join(",")));
        }
        Filter::Patterns(p) => words.extend(p.iter().map(ToString::to_string)),
        Filter::Unknown(w) => words.push(format!("? {w}")),
    }
    if t.disabled {
        words.push("off".into());
    }
    words.join(" ")
}

fn function() -> AppBuilder {
    AppBuilder::new().add("AWS::Lambda::Function", "Fn", r#"{"FunctionName": "worker"}"#)
}

#[test]
fn mappings_by_every_kind_of_reference() {
    let app = function()
        .add("AWS::SQS::Queue", "Jobs", r#"{"QueueName": "jobs"}"#)
        .add("AWS::DynamoDB::Table", "Table", "{}")
        .add("AWS::Lambda::Alias", "Live", r#"{"FunctionName": "${Fn}", "Name": "live"}"#)
        .add(
            "AWS::Lambda::EventSourceMapping",
            "ByAlias",
            r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Live.Arn}",
                "FilterCriteria": {"Filters": [{"Pattern": "{\"body\": {\"kind\": [\"a\"]}}"}]}}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "ByText",
            r#"{"EventSourceArn": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs", "FunctionName": "worker:live"}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "Stream",
            r#"{"EventSourceArn": "${Table.StreamArn}", "Enabled": "false",
                "FunctionName": "arn:aws:lambda:eu-west-1:123456789012:function:worker"}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "Kafka",
            r#"{"SelfManagedEventSource": {"Endpoints": {}}, "FunctionName": "${Fn}:$LATEST"}"#,
        )
        .add("AWS::Kinesis::Stream", "Clicks", "{}")
        .add("AWS::Kinesis::StreamConsumer", "Reader", r#"{"StreamARN": "${Clicks.Arn}"}"#)
        .add(
            "AWS::Lambda::EventSourceMapping",
            "FanOut",
            r#"{"EventSourceArn": "${Reader.Arn}", "FunctionName": "${Fn}"}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "Elsewhere",
            r#"{"EventSourceArn": "${QueueArn}", "FunctionName": "${Fn}-other"}"#,
        )
        // Of which nothing is known: a trigger only where the kind is.
        .add("AWS::Lambda::EventSourceMapping", "Open", r#"{"EventSourceArn": "${?}", "FunctionName": "${Fn}"}"#)
        .add(
            "AWS::Lambda::EventSourceMapping",
            "Named",
            r#"{"EventSourceArn": "${?}", "FunctionName": "${Fn}", "SourceService": "sqs"}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "Given",
            r#"{"EventSourceArn": "${QueueArn}", "FunctionName": "${Fn}", "SourceService": "sqs"}"#,
        )
        .add("AWS::Lambda::EventSourceMapping", "None", r#"{"FunctionName": "${Fn}", "SourceService": "sqs"}"#)
        .build();
    assert_eq!(
        lines(&app),
        [
            r#"Queue Jobs -> Fn via Live by ByAlias {body: {kind: ["a"]}}"#,
            "Queue Jobs -> Fn by ByText",
            "TableStream Table -> Fn by Stream off",
            "Kafka \"self-managed Kafka\" -> Fn by Kafka",
            "Stream Clicks -> Fn by FanOut",
            "Queue ? -> Fn by Named",
            "Queue QueueArn -> Fn by Given",
        ]
    );
}

#[test]
fn conditions_are_kept_and_contradictions_dropped() {
    let app = AppBuilder::new()
        .add_when("IsProd", "AWS::Lambda::Function", "Fn", "{}")
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add("AWS::SQS::Queue", "Other", "{}")
        .add(
            "AWS::Lambda::EventSourceMapping",
            "M",
            r#"{"EventSourceArn": {"?IsProd": ["${Jobs.Arn}", "${Other.Arn}"]}, "FunctionName": "${Fn}",
                "Enabled": {"?Busy": [true, false]}}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "N",
            r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Fn}", "Enabled": "${default On true}"}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "O",
            r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Fn}", "Enabled": "${?}"}"#,
        )
        .build();
    assert_eq!(
        lines(&app),
        [
            "Queue Jobs -> Fn by M when Busy and IsProd",
            "Queue Jobs -> Fn by N when IsProd",
            "Queue Jobs -> Fn by O when IsProd",
        ]
    );
    assert_eq!(app.triggers[1].basis, Basis::ParameterDefault("On".into()));
    assert!(matches!(app.triggers[2].basis, Basis::Heuristic(_)));
    assert!(matches!(app.triggers[1].active("x"), Tri::Yes(_)));
}

#[test]
fn notifications_and_subscriptions() {
    let app = function()
        .add(
            "AWS::S3::Bucket",
            "In",
            r#"{"NotificationConfiguration": {
                "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": "${Fn.Arn}",
                    "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "raw/"}, {"Name": "Suffix", "Value": ".csv"}]}}}],
                "EventBridgeConfiguration": {"EventBridgeEnabled": true},
                "QueueConfigurations": [{"Event": "s3:ObjectRemoved:*", "Queue": "${Jobs.Arn}"}]}}"#,
        )
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add(
            "BucketNotification",
            "FnUpload",
            r#"{"Bucket": "${In}", "NotificationConfiguration": {"LambdaConfigurations":
                [{"Event": ["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"], "Function": "${Fn.Arn}"}]}}"#,
        )
        .add(
            "AWS::SNS::Topic",
            "News",
            r#"{"Subscription": [{"Protocol": "lambda", "Endpoint": "${Fn.Arn}"},
                {"Protocol": "sqs", "Endpoint": "${Jobs.Arn}"}, {"Protocol": "email", "Endpoint": "a@example.com"}]}"#,
        )
        .add(
            "AWS::SNS::Subscription",
            "Sub",
            r#"{"TopicArn": "${News.Arn}", "Protocol": "lambda", "Endpoint": "${Fn.Arn}",
                "FilterPolicyScope": "MessageBody", "FilterPolicy": {"kind": ["a"]}}"#,
        )
        .add(
            "AWS::SNS::Subscription",
            "Raw",
            r#"{"TopicArn": "${News.Arn}", "Protocol": "sqs", "Endpoint": "${Jobs.Arn}", "RawMessageDelivery": true}"#,
        )
        .build();
    assert_eq!(
        lines(&app),
        [
            "Bucket In -> Fn by In s3:ObjectCreated:*|raw/|.csv",
            "Bucket In -> Fn by FnUpload s3:ObjectCreated:Put,s3:ObjectCreated:Copy||",
            "Topic News -> Fn by News",
            r#"Topic News -> Fn by Sub {Message: {kind: ["a"]}}"#,
        ]
    );
    let (bucket, queue, topic) = (id_of(&app, "In"), id_of(&app, "Jobs"), id_of(&app, "News"));
    let ends: Vec<_> = app.forwards().into_iter().map(|f| (f.from, f.to, f.via)).collect();
    assert_eq!(
        ends,
        [
            (Place::Resource(bucket), Place::Resource(queue), super::Via::Notification),
            (Place::Resource(bucket), App::default_bus(), super::Via::BucketEvents),
            (Place::Resource(topic), Place::Resource(queue), super::Via::Envelope),
            (Place::Resource(topic), Place::Resource(queue), super::Via::Raw),
        ]
    );
}

#[test]
fn rules_schedules_and_pipes() {
    let app = function()
        .add("AWS::Events::EventBus", "Bus", "{}")
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add(
            "AWS::Events::Rule",
            "OnOrder",
            r#"{"EventBusName": "${Bus}", "EventPattern": {"source": ["shop"]},
                "Targets": [{"Id": "a", "Arn": "${Fn.Arn}"}, {"Id": "b", "Arn": "${Jobs.Arn}"}]}"#,
        )
        .add(
            "AWS::Events::Rule",
            "Nightly",
            r#"{"ScheduleExpression": "rate(1 day)", "State": "DISABLED", "Targets": [{"Id": "a", "Arn": "${Fn.Arn}"}]}"#,
        )
        .add(
            "AWS::Scheduler::Schedule",
            "Hourly",
            r#"{"ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "${Fn.Arn}"}}"#,
        )
        .add("AWS::Pipes::Pipe", "Pipe", r#"{"Source": "${Jobs.Arn}", "Enrichment": "${Fn.Arn}", "Target": "${Bus.Arn}"}"#)
        .add("AWS::Lambda::Permission", "Known", r#"{"Principal": "events.amazonaws.com", "FunctionName": "${Fn}"}"#)
        .add("AWS::Lambda::Permission", "New", r#"{"Principal": "config.amazonaws.com", "FunctionName": "${Fn}"}"#)
        .build();
    assert_eq!(
        lines(&app),
        [
            r#"Rule Bus -> Fn by OnOrder {source: ["shop"]}"#,
            r#"Schedule "rate(1 day)" -> Fn by Nightly off"#,
            r#"Schedule "rate(1 hour)" -> Fn by Hourly"#,
            "Queue Jobs -> Fn by Pipe",
            "Other \"config.amazonaws.com\" -> Fn by New",
        ]
    );
    let (bus, queue) = (id_of(&app, "Bus"), id_of(&app, "Jobs"));
    let ends: Vec<_> = app.forwards().into_iter().map(|f| (f.from, f.to)).collect();
    assert_eq!(
        ends,
        [(Place::Resource(bus), Place::Resource(queue)), (Place::Resource(queue), Place::Resource(bus))]
    );
}

#[test]
fn everything_that_asks_and_waits() {
    let invocation =
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations";
    let app = function()
        .add(
            "AWS::ApiGateway::RestApi",
            "Api",
            &format!(r#"{{"Body": {{"paths": {{"/": {{"get": {{"x-amazon-apigateway-integration": {{"uri": "{invocation}"}}}}}}}}}}}}"#),
        )
        .add("Route", "Get", r#"{"Api": "${Api}", "ApiType": "http", "Method": "get", "Path": "/", "Function": "${Fn.Arn}"}"#)
        .add("AWS::Lambda::Url", "FnUrl", r#"{"TargetFunctionArn": "${Fn}", "AuthType": "NONE"}"#)
        .add("AWS::Logs::SubscriptionFilter", "Logs", r#"{"LogGroupName": "/app", "DestinationArn": "${Fn.Arn}"}"#)
        .add("AWS::IoT::TopicRule", "Iot", r#"{"TopicRulePayload": {"Actions": [{"Lambda": {"FunctionArn": "${Fn.Arn}"}}]}}"#)
        .add("AWS::SES::ReceiptRule", "Mail", r#"{"Rule": {"Actions": [{"S3Action": {}}, {"LambdaAction": {"FunctionArn": "${Fn.Arn}"}}]}}"#)
        .add("AWS::Cognito::UserPool", "Users", r#"{"LambdaConfig": {"PreSignUp": "${Fn.Arn}", "CustomEmailSender": {"LambdaArn": "${Fn.Arn}"}}}"#)
        .add(
            "AWS::StepFunctions::StateMachine",
            "Flow",
            r#"{"DefinitionString": "{\"States\": {\"worker\": {\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"Parameters\": {\"FunctionName\": \"${Fn.Arn}\"}}}}"}"#,
        )
        .add("AWS::StepFunctions::StateMachine", "Sub", r#"{"DefinitionUri": "a.json", "DefinitionSubstitutions": {"F": "${Fn.Arn}"}}"#)
        .add("AWS::StepFunctions::StateMachine", "None", r#"{"Definition": {"StartAt": "worker"}}"#)
        .build();
    let got: Vec<String> =
        app.triggers.iter().map(|t| format!("{:?} {}", t.kind, name(&app, t.connection))).collect();
    assert_eq!(
        got,
        [
            "RestApi Api",
            "HttpApi Get",
            "Url FnUrl",
            "Logs Logs",
            "Iot Iot",
            "Email Mail",
            "UserPool Users",
            "StateMachine Flow",
            "StateMachine Sub",
        ]
    );
}
