use super::*;
use lamlint_model::App;
use lamlint_model::handler::{Ctx, Handler};
use lamlint_model::testing::{AppBuilder, check, handler, handler_in, sdk_call};

fn texts(app: &App, handlers: &[Handler]) -> Vec<String> {
    check(&RULE, app, handlers).iter().map(|f| f.message().text.clone()).collect()
}

/// A bucket that invokes `Fn` for the given events, prefix and suffix.
fn bucket(event: &str, prefix: &str, suffix: &str) -> App {
    AppBuilder::new()
        .add(
            "AWS::Lambda::Function",
            "Fn",
            r#"{"Environment": {"Variables": {"BUCKET": "${In}", "OUT": "${Out}", "PREFIX": "out/"}}}"#,
        )
        .add(
            "AWS::S3::Bucket",
            "In",
            &format!(
                r#"{{"NotificationConfiguration": {{"LambdaConfigurations": [{{"Event": "{event}", "Function": "${{Fn.Arn}}",
                    "Filter": {{"S3Key": {{"Rules": [{{"Name": "prefix", "Value": "{prefix}"}}, {{"Name": "suffix", "Value": "{suffix}"}}]}}}}}}]}}}}"#
            ),
        )
        .add("AWS::S3::Bucket", "Out", "{}")
        .build()
}

fn put(app: &App, operation: &str, bucket: &str, key: &str) -> Vec<String> {
    let args = format!(r#"{{"Bucket": "{bucket}", "Key": "{key}"}}"#);
    texts(app, &[handler(app, "Fn", vec![sdk_call(app, "s3", operation, &args)])])
}

const OWN: &str = "${event.Records.*.s3.object.key}";

#[test]
fn objects_back_into_their_bucket() {
    let all = bucket("s3:ObjectCreated:*", "", "");
    let loops = ["`Fn` writes to bucket `In`, which invokes it again: an endless loop"];
    for b in ["${env.BUCKET}", "${event.Records.*.s3.bucket.name}"] {
        for key in [OWN, "thumb/${?}", "${?}"] {
            assert_eq!(put(&all, "PutObject", b, key), loops, "{b} {key}");
        }
    }
    let jpg = bucket("s3:ObjectCreated:*", "in/", ".jpg");
    assert_eq!(put(&jpg, "PutObject", "${env.BUCKET}", OWN), loops);
    assert_eq!(put(&jpg, "CopyObject", "${env.BUCKET}", "in/small-${?}.jpg"), loops);
}

#[test]
fn objects_that_miss_the_notification() {
    let jpg = bucket("s3:ObjectCreated:*", "in/", ".jpg");
    for key in [
        "out/${?}.jpg",
        "${env.PREFIX}${?}.jpg",
        "in/${?}.png",
        "${?}",
        "${?}.jpg",
        "thumb-${event.Records.*.s3.object.key}",
    ] {
        assert_eq!(put(&jpg, "PutObject", "${env.BUCKET}", key), Vec::<String>::new(), "{key}");
    }
    let all = bucket("s3:ObjectCreated:*", "", "");
    assert!(put(&all, "PutObject", "${env.OUT}", OWN).is_empty());
    assert!(put(&all, "PutObject", "${event.bucket}", OWN).is_empty());
    assert!(put(&all, "DeleteObject", "${env.BUCKET}", OWN).is_empty());
    assert!(put(&all, "GetObject", "${env.BUCKET}", OWN).is_empty());
    let copies = bucket("s3:ObjectCreated:Copy", "", "");
    assert!(put(&copies, "PutObject", "${env.BUCKET}", OWN).is_empty());
    assert!(!put(&copies, "CopyObject", "${env.BUCKET}", OWN).is_empty());
}

#[test]
fn a_condition_may_be_what_ends_it() {
    let app = bucket("s3:ObjectCreated:*", "", "");
    let call = || vec![sdk_call(&app, "s3", "PutObject", r#"{"Bucket": "${env.BUCKET}", "Key": "x"}"#)];
    for ctx in [
        Ctx { asked: true, ..Ctx::default() },
        Ctx { branch: true, ..Ctx::default() },
        Ctx { idempotent: Some("a check".into()), ..Ctx::default() },
    ] {
        assert!(texts(&app, &[handler_in(&app, "Fn", call(), &ctx)]).is_empty(), "{ctx:?}");
    }
    // Whether there are records at all says nothing.
    let in_loop = Ctx { in_loop: true, event_branch: true, ..Ctx::default() };
    assert_eq!(texts(&app, &[handler_in(&app, "Fn", call(), &in_loop)]).len(), 1);
}

#[test]
fn queues_streams_and_tables() {
    let app = AppBuilder::new()
        .add("AWS::Lambda::Function", "Fn", "{}")
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add("AWS::Kinesis::Stream", "Clicks", "{}")
        .add(
            "AWS::DynamoDB::Table",
            "Orders",
            r#"{"TableName": "orders", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "A",
            r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Fn}"}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "B",
            r#"{"EventSourceArn": "${Clicks.Arn}", "FunctionName": "${Fn}",
                "FilterCriteria": {"Filters": [{"Pattern": "{\"data\": {\"kind\": [\"raw\"]}}"}]}}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "C",
            r#"{"EventSourceArn": "${Orders.StreamArn}", "FunctionName": "${Fn}",
                "FilterCriteria": {"Filters": [{"Pattern": "{\"eventName\": [\"INSERT\"]}"}]}}"#,
        )
        .build();
    for (service, operation, args, n) in [
        ("sqs", "SendMessage", r#"{"QueueUrl": "${Jobs.Url}", "MessageBody": "x"}"#, 1),
        ("sqs", "SendMessageBatch", r#"{"QueueUrl": "${Jobs.Url}", "Entries": [{"MessageBody": "x"}]}"#, 1),
        ("sqs", "SendMessage", r#"{"QueueUrl": "${?}", "MessageBody": "x"}"#, 0),
        ("kinesis", "PutRecord", r#"{"StreamName": "${Clicks}", "Data": "{\"kind\": \"raw\"}"}"#, 1),
        ("kinesis", "PutRecord", r#"{"StreamName": "${Clicks}", "Data": {"kind": "done"}}"#, 0),
        ("kinesis", "PutRecord", r#"{"StreamName": "${Clicks}", "Data": "${?}"}"#, 0),
        // A new item each time is an insertion; the same item again is no record at all.
        ("dynamodb", "PutItem", r#"{"TableName": "orders", "Item": {"id": "${fresh}"}}"#, 1),
        (
            "dynamodb",
            "PutItem",
            r#"{"TableName": "orders", "Item": {"id": "${event.id}", "at": "${time}"}}"#,
            0,
        ),
        ("dynamodb", "PutItem", r#"{"TableName": "orders", "Item": {"id": "${event.id}"}}"#, 0),
        (
            "dynamodb",
            "UpdateItem",
            r#"{"TableName": "orders", "Key": {"id": "x"}, "UpdateExpression": "ADD n :one"}"#,
            0,
        ),
    ] {
        let h = handler(&app, "Fn", vec![sdk_call(&app, service, operation, args)]);
        assert_eq!(texts(&app, &[h]).len(), n, "{operation} {args}");
    }
}

#[test]
fn a_table_whose_stream_has_no_filter() {
    let app = AppBuilder::new()
        .add("AWS::Lambda::Function", "Fn", "{}")
        .add("AWS::DynamoDB::Table", "Orders", "{}")
        .add(
            "AWS::Lambda::EventSourceMapping",
            "C",
            r#"{"EventSourceArn": "${Orders.StreamArn}", "FunctionName": "${Fn}"}"#,
        )
        .build();
    for (expression, n) in [
        ("ADD hits :one", 1),
        ("SET hits = hits + :one", 1),
        ("SET hits = if_not_exists(hits, :zero) + :one", 1),
        ("SET #s = :done", 0),
    ] {
        let args = format!(
            r#"{{"TableName": "${{Orders}}", "Key": {{"id": "x"}}, "UpdateExpression": "{expression}"}}"#
        );
        let h = handler(&app, "Fn", vec![sdk_call(&app, "dynamodb", "UpdateItem", &args)]);
        let found = check(&RULE, &app, &[h]);
        assert_eq!(found.len(), n, "{expression}");
        if let Some(f) = found.first() {
            assert!(f.message().notes[0].contains("does not detect"));
        }
    }
}

#[test]
fn buses_by_their_patterns() {
    let app = AppBuilder::new()
        .add("AWS::Lambda::Function", "Fn", "{}")
        .add("AWS::Events::EventBus", "Bus", "{}")
        .add(
            "AWS::Events::Rule",
            "R",
            r#"{"EventBusName": "${Bus}", "EventPattern": {"source": ["shop"], "detail-type": ["placed", "paid"]},
                "Targets": [{"Arn": "${Fn.Arn}"}]}"#,
        )
        .build();
    for (entry, n) in [
        (r#"{"EventBusName": "${Bus}", "Source": "shop", "DetailType": "placed", "Detail": "{}"}"#, 1),
        (
            r#"{"EventBusName": "${Bus.Arn}", "Source": "shop", "DetailType": "${event.detail-type}", "Detail": "{}"}"#,
            1,
        ),
        (r#"{"EventBusName": "${Bus}", "Source": "shop", "DetailType": "shipped", "Detail": "{}"}"#, 0),
        (r#"{"EventBusName": "${Bus}", "Source": "shop", "DetailType": "${?}", "Detail": "{}"}"#, 0),
        (r#"{"Source": "shop", "DetailType": "placed", "Detail": "{}"}"#, 0),
    ] {
        let args = format!(r#"{{"Entries": [{entry}]}}"#);
        let h = handler(&app, "Fn", vec![sdk_call(&app, "events", "PutEvents", &args)]);
        assert_eq!(texts(&app, &[h]).len(), n, "{entry}");
    }
}

#[test]
fn loops_through_several_functions_and_resources() {
    let app = AppBuilder::new()
        .add("AWS::Lambda::Function", "A", r#"{"Environment": {"Variables": {"TOPIC": "${News.Arn}"}}}"#)
        .add("AWS::Lambda::Function", "B", "{}")
        .add("AWS::SNS::Topic", "News", "{}")
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add(
            "AWS::SNS::Subscription",
            "Sub",
            r#"{"TopicArn": "${News.Arn}", "Protocol": "sqs", "Endpoint": "${Jobs.Arn}"}"#,
        )
        .add(
            "AWS::Lambda::EventSourceMapping",
            "M",
            r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${B}"}"#,
        )
        .build();
    let publish =
        || vec![sdk_call(&app, "sns", "Publish", r#"{"TopicArn": "${env.TOPIC}", "Message": "x"}"#)];
    let invoke = |name: &str| {
        vec![sdk_call(
            &app,
            "lambda",
            "Invoke",
            &format!(r#"{{"FunctionName": "{name}", "InvocationType": "Event"}}"#),
        )]
    };
    let both = [handler(&app, "A", publish()), handler(&app, "B", invoke("${A}"))];
    let found = check(&RULE, &app, &both);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message().text, "an endless loop: `A` → topic `News` → queue `Jobs` → `B` → `A`");
    assert_eq!(found[0].subject(), "A");
    let labels: Vec<&str> = found[0].evidence().iter().map(lamlint_model::tri::Evidence::note).collect();
    assert_eq!(
        labels,
        [
            "`A` writes to topic `News`",
            "this is topic `News`",
            "topic `News` passes it on to queue `Jobs`",
            "queue `Jobs` invokes `B`",
            "`B` invokes `A`",
        ]
    );
    // Without the way back there is no loop; a branch on it may end it.
    assert!(texts(&app, &[handler(&app, "A", publish())]).is_empty());
    let branch = Ctx { branch: true, ..Ctx::default() };
    let guarded = [handler(&app, "A", publish()), handler_in(&app, "B", invoke("${A}"), &branch)];
    assert!(texts(&app, &guarded).is_empty());
    // Two functions that invoke each other.
    let mutual = [handler(&app, "A", invoke("${B}")), handler(&app, "B", invoke("${A}"))];
    assert_eq!(texts(&app, &mutual), ["an endless loop: `A` → `B` → `A`"]);
}

#[test]
fn objects_that_come_back_through_the_bus() {
    let app = AppBuilder::new()
        .add("AWS::Lambda::Function", "Fn", "{}")
        .add(
            "AWS::S3::Bucket",
            "In",
            r#"{"BucketName": "inbox", "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": true}}}"#,
        )
        .add(
            "AWS::Events::Rule",
            "R",
            r#"{"EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": ["inbox"]}, "object": {"key": [{"prefix": "in/"}]}}},
                "Targets": [{"Arn": "${Fn.Arn}"}]}"#,
        )
        .build();
    for (b, key, n) in [
        ("${In}", "in/${?}", 1),
        ("${event.detail.bucket.name}", "${event.detail.object.key}", 1),
        ("${In}", "out/${?}", 0),
        ("${In}", "${?}", 0),
    ] {
        assert_eq!(put(&app, "PutObject", b, key).len(), n, "{b} {key}");
    }
    assert_eq!(
        put(&app, "PutObject", "${In}", "in/x"),
        ["an endless loop: `Fn` → bucket `In` → the default event bus → `Fn`"]
    );
}

#[test]
fn topics_by_their_filter_policies() {
    let app = AppBuilder::new()
        .add("AWS::Lambda::Function", "Fn", "{}")
        .add("AWS::SNS::Topic", "News", "{}")
        .add(
            "AWS::SNS::Subscription",
            "Sub",
            r#"{"TopicArn": "${News.Arn}", "Protocol": "lambda", "Endpoint": "${Fn.Arn}", "FilterPolicy": {"kind": ["a", "b"]}}"#,
        )
        .build();
    for (attributes, n) in [
        (r#""MessageAttributes": {"kind": {"DataType": "String", "StringValue": "a"}}"#, 1),
        (r#""MessageAttributes": {"kind": {"DataType": "String", "StringValue": "c"}}"#, 0),
        (r#""Subject": "no attributes""#, 0),
    ] {
        let args = format!(r#"{{"TopicArn": "${{News.Arn}}", "Message": "x", {attributes}}}"#);
        let h = handler(&app, "Fn", vec![sdk_call(&app, "sns", "Publish", &args)]);
        assert_eq!(texts(&app, &[h]).len(), n, "{attributes}");
    }
}

#[test]
fn conditions_that_exclude_each_other_close_no_loop() {
    let app = AppBuilder::new()
        .add(
            "AWS::Lambda::Function",
            "Fn",
            r#"{"Environment": {"Variables": {"QUEUE": {"?IsProd": ["${Jobs.Url}", "${Other.Url}"]}}}}"#,
        )
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add("AWS::SQS::Queue", "Other", "{}")
        .add(
            "AWS::Lambda::EventSourceMapping",
            "M",
            r#"{"EventSourceArn": {"?IsProd": ["${Other.Arn}", "${Jobs.Arn}"]}, "FunctionName": "${Fn}"}"#,
        )
        .build();
    let h =
        handler(&app, "Fn", vec![sdk_call(&app, "sqs", "SendMessage", r#"{"QueueUrl": "${env.QUEUE}"}"#)]);
    assert!(texts(&app, &[h]).is_empty());
}
