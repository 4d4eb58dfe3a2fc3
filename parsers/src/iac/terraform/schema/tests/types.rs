//! Arguments to properties.

use super::{app, prop, resource, show, triggers};
use lamlint_model::tri::Basis;

#[test]
fn a_function() {
    let a = app(&[
        ("aws_iam_role", "role", r#"{"name": "worker"}"#),
        (
            "aws_lambda_function",
            "worker",
            r#"{"function_name": "worker", "role": "${role.arn}", "handler": "app.handler",
                "runtime": "python3.14", "memory_size": 256, "timeout": 30,
                "reserved_concurrent_executions": -1, "kms_key_arn": "", "description": null,
                "environment": [{"variables": {"EMPTY": "", "NAME": "${role.name}"}}],
                "vpc_config": [{"subnet_ids": ["s"], "security_group_ids": ["g"]}],
                "dead_letter_config": [{"target_arn": "t"}], "tracing_config": [{"mode": "Active"}],
                "snap_start": [{"apply_on": "PublishedVersions"}], "layers": ["l"],
                "file_system_config": [{"arn": "a", "local_mount_path": "/mnt/a"}], "publish": true}"#,
        ),
    ]);
    let p = |path: &[&str]| prop(&a, "worker", path);
    assert_eq!(resource(&a, "worker").type_name, "AWS::Lambda::Function");
    assert_eq!(p(&["Role"]), "#0.arn");
    assert_eq!(p(&["Timeout"]), "30");
    assert_eq!(p(&["MemorySize"]), "256");
    // No limit, no key, nothing, and an argument that is none of the service.
    for absent in ["ReservedConcurrentExecutions", "KmsKeyArn", "Description", "publish"] {
        assert_eq!(p(&[absent]), "-", "{absent}");
    }
    // An empty variable is one.
    assert_eq!(p(&["Environment", "Variables"]), r#"{EMPTY: "", NAME: #0.name}"#);
    assert_eq!(p(&["VpcConfig"]), r#"{SubnetIds: ["s"], SecurityGroupIds: ["g"]}"#);
    assert_eq!(p(&["DeadLetterConfig", "TargetArn"]), r#""t""#);
    assert_eq!(p(&["TracingConfig", "Mode"]), r#""Active""#);
    assert_eq!(p(&["SnapStart", "ApplyOn"]), r#""PublishedVersions""#);
    assert_eq!(p(&["Layers"]), r#"["l"]"#);
    assert_eq!(p(&["FileSystemConfigs"]), r#"[{Arn: "a", LocalMountPath: "/mnt/a"}]"#);
}

#[test]
fn what_is_not_known_stays_so() {
    let a = app(&[
        (
            "aws_lambda_function",
            "worker",
            r#"{"function_name": "w", "timeout": "${?}", "vpc_config": "${?}"}"#,
        ),
        ("aws_sqs_queue", "jobs", r#"{"visibility_timeout_seconds": "${v}", "name_prefix": "jobs-"}"#),
        ("aws_sqs_queue", "named", r#"{"name": "named", "name_prefix": ""}"#),
    ]);
    assert_eq!(prop(&a, "worker", &["Timeout"]), "?");
    assert_eq!(prop(&a, "worker", &["VpcConfig", "SubnetIds"]), "?");
    assert_eq!(prop(&a, "jobs", &["VisibilityTimeout"]), "v");
    assert_eq!(prop(&a, "jobs", &["QueueName"]), "?");
    assert_eq!(prop(&a, "named", &["QueueName"]), r#""named""#);
}

#[test]
fn a_resource_under_a_condition() {
    let a = app(&[("aws_sqs_queue", "jobs?prod", r#"{"name": "jobs"}"#)]);
    let name = resource(&a, "jobs").props.get("QueueName").values();
    assert_eq!(name.alts()[0].guards.to_string(), "prod");
    assert!(name.only().is_none() && name.sole().is_some());
}

#[test]
fn data_sources_are_no_resources_of_the_project() {
    let a = app(&[
        ("data.aws_sqs_queue", "jobs", r#"{"name": "jobs"}"#),
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        (
            "aws_lambda_event_source_mapping",
            "mapping",
            r#"{"event_source_arn": "${jobs.arn}", "function_name": "${worker.arn}"}"#,
        ),
    ]);
    assert_eq!(resource(&a, "jobs").type_name, "data.aws_sqs_queue");
    assert_eq!(triggers(&a, "worker"), [""; 0]);
}

#[test]
fn mappings() {
    let a = app(&[
        ("aws_sqs_queue", "jobs", r#"{"name": "jobs"}"#),
        ("aws_dynamodb_table", "items", r#"{"name": "items", "hash_key": "id"}"#),
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        (
            "aws_lambda_event_source_mapping",
            "of_queue",
            r#"{"event_source_arn": "${jobs.arn}", "function_name": "${worker.function_name}", "batch_size": 5,
                "maximum_batching_window_in_seconds": 20, "function_response_types": ["ReportBatchItemFailures"],
                "scaling_config": [{"maximum_concurrency": 4}],
                "filter_criteria": [{"filter": [{"pattern": "{\"body\": {\"a\": [1]}}"}]}]}"#,
        ),
        (
            "aws_lambda_event_source_mapping",
            "of_table",
            r#"{"event_source_arn": "${items.stream_arn}", "function_name": "${worker.arn}", "enabled": true,
                "destination_config": [{"on_failure": [{"destination_arn": "${jobs.arn}"}]}]}"#,
        ),
        (
            "aws_lambda_event_source_mapping",
            "off",
            r#"{"event_source_arn": "${jobs.arn}", "function_name": "worker", "enabled": false}"#,
        ),
    ]);
    assert_eq!(triggers(&a, "worker"), ["Queue jobs", "TableStream items", "Queue jobs"]);
    let off: Vec<bool> = a.app.triggers.iter().map(|t| t.disabled).collect();
    assert_eq!(off, [false, false, true]);
    assert_eq!(prop(&a, "of_queue", &["MaximumBatchingWindowInSeconds"]), "20");
    assert_eq!(prop(&a, "of_queue", &["FilterCriteria"]), "{Filters: [{Pattern: {body: {a: [1]}}}]}");
    assert_eq!(prop(&a, "of_table", &["DestinationConfig", "OnFailure", "Destination"]), "#0.arn");
}

#[test]
fn permissions_and_what_they_name() {
    let a = app(&[
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        ("aws_lambda_alias", "live", r#"{"name": "live", "function_name": "${worker.arn}"}"#),
        ("aws_api_gateway_rest_api", "api", r#"{"name": "api"}"#),
        (
            "aws_lambda_permission",
            "plain",
            r#"{"action": "lambda:InvokeFunction", "function_name": "${worker.function_name}",
                "principal": "apigateway.amazonaws.com", "source_arn": "${api.execution_arn}/*/*"}"#,
        ),
        (
            "aws_lambda_permission",
            "named",
            r#"{"function_name": "${worker.function_name}", "qualifier": "live"}"#,
        ),
        (
            "aws_lambda_permission",
            "alias",
            r#"{"function_name": "${worker.function_name}", "qualifier": "${live.arn}"}"#,
        ),
        ("aws_lambda_permission", "open", r#"{"function_name": "${worker.arn}", "qualifier": "${?}"}"#),
        ("aws_lambda_permission", "empty", r#"{"function_name": "${worker.arn}", "qualifier": ""}"#),
    ]);
    let of = |name| prop(&a, name, &["FunctionName"]);
    assert_eq!(of("plain"), "#0.name");
    assert_eq!(
        prop(&a, "plain", &["SourceArn"]),
        r#""arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${#2.name}/*/*""#
    );
    assert_eq!(of("named"), r#""${#0.name}:live""#);
    assert_eq!(of("alias"), "#1.arn");
    assert_eq!(of("open"), "?");
    assert_eq!(of("empty"), "#0.arn");
}

#[test]
fn a_public_url_brings_its_permissions() {
    let a = app(&[
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        (
            "aws_lambda_function_url",
            "open",
            r#"{"function_name": "${worker.function_name}", "authorization_type": "NONE"}"#,
        ),
        (
            "aws_lambda_function_url",
            "closed",
            r#"{"function_name": "${worker.function_name}", "authorization_type": "AWS_IAM"}"#,
        ),
    ]);
    let made: Vec<_> = a.app.resources.iter().filter(|r| r.implied_by.is_some()).map(|r| &*r.name).collect();
    assert_eq!(made, ["open_public_permission", "open_invoke_permission"]);
    assert_eq!(triggers(&a, "worker"), ["Url open", "Url closed"]);
}

#[test]
fn tables() {
    let a = app(&[
        (
            "aws_dynamodb_table",
            "items",
            r#"{"name": "items", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id", "range_key": "day",
            "attribute": [{"name": "id", "type": "S"}], "stream_enabled": false, "stream_view_type": "NEW_IMAGE",
            "global_secondary_index": [{"name": "by-day", "hash_key": "day", "projection_type": "ALL"}],
            "local_secondary_index": [{"name": "by-size", "range_key": "size", "projection_type": "ALL"}],
            "server_side_encryption": [{"enabled": true, "kms_key_arn": "k"}]}"#,
        ),
        (
            "aws_dynamodb_table",
            "streamed",
            r#"{"name": "s", "hash_key": "id", "stream_enabled": true, "stream_view_type": "NEW_IMAGE"}"#,
        ),
    ]);
    let p = |path: &[&str]| prop(&a, "items", path);
    assert_eq!(
        p(&["KeySchema"]),
        r#"[{AttributeName: "id", KeyType: "HASH"}, {AttributeName: "day", KeyType: "RANGE"}]"#
    );
    assert_eq!(
        p(&["GlobalSecondaryIndexes"]),
        r#"[{IndexName: "by-day", Projection: {ProjectionType: "ALL"}, KeySchema: [{AttributeName: "day", KeyType: "HASH"}]}]"#
    );
    assert!(
        p(&["LocalSecondaryIndexes"])
            .contains(r#"[{AttributeName: "id", KeyType: "HASH"}, {AttributeName: "size""#)
    );
    assert_eq!(p(&["SSESpecification"]), r#"{SSEEnabled: true, KMSMasterKeyId: "k"}"#);
    // Only where it is on.
    assert_eq!(p(&["StreamSpecification"]), "-");
    assert_eq!(prop(&a, "streamed", &["StreamSpecification", "StreamViewType"]), r#""NEW_IMAGE""#);
}

#[test]
fn streams_with_and_without_a_key() {
    let a = app(&[
        ("aws_kinesis_stream", "plain", r#"{"name": "a", "encryption_type": "NONE", "kms_key_id": "k"}"#),
        ("aws_kinesis_stream", "secret", r#"{"name": "b", "encryption_type": "KMS", "kms_key_id": "k"}"#),
        ("aws_kinesis_stream", "open", r#"{"name": "c", "encryption_type": "${?}", "kms_key_id": "k"}"#),
    ]);
    assert_eq!(prop(&a, "plain", &["StreamEncryption"]), "-");
    assert_eq!(prop(&a, "secret", &["StreamEncryption", "KeyId"]), r#""k""#);
    assert_eq!(prop(&a, "open", &["StreamEncryption", "EncryptionType"]), "?");
}

#[test]
fn queues_and_topics() {
    let a = app(&[
        ("aws_sqs_queue", "failed", r#"{"name": "failed"}"#),
        (
            "aws_sqs_queue",
            "jobs",
            r#"{"name": "jobs", "visibility_timeout_seconds": 0,
                "redrive_policy": "{\"deadLetterTargetArn\": \"${failed.arn}\", \"maxReceiveCount\": 3}",
                "policy": "{\"Statement\": []}"}"#,
        ),
        ("aws_sns_topic", "news", r#"{"name": "news", "policy": ""}"#),
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        (
            "aws_sns_topic_subscription",
            "to_worker",
            r#"{"topic_arn": "${news.arn}", "protocol": "lambda", "endpoint": "${worker.arn}",
                "filter_policy": "{\"kind\": [\"a\"]}"}"#,
        ),
        ("aws_sqs_queue_policy", "policy", r#"{"queue_url": "${jobs.id}", "policy": "{}"}"#),
    ]);
    // Nothing waits: not the default.
    assert_eq!(prop(&a, "jobs", &["VisibilityTimeout"]), "0");
    assert_eq!(prop(&a, "failed", &["VisibilityTimeout"]), "-");
    assert_eq!(prop(&a, "jobs", &["RedrivePolicy"]), "{deadLetterTargetArn: #0.arn, maxReceiveCount: 3}");
    assert_eq!(prop(&a, "jobs_policy", &["Queues"]), "[#1.url]");
    assert_eq!(resource(&a, "jobs_policy").implied_by, Some(resource(&a, "jobs").id));
    assert!(a.app.resources.iter().all(|r| r.name != "news_policy"));
    assert_eq!(triggers(&a, "worker"), ["Topic news"]);
    assert_eq!(prop(&a, "to_worker", &["FilterPolicy"]), r#"{kind: ["a"]}"#);
    assert_eq!(prop(&a, "policy", &["Queues"]), "[#1.url]");
}

#[test]
fn notifications() {
    let a = app(&[
        ("aws_s3_bucket", "uploads", r#"{"bucket": "uploads"}"#),
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        (
            "aws_s3_bucket_notification",
            "notices",
            r#"{"bucket": "${uploads.id}", "eventbridge": true, "lambda_function": [
                {"lambda_function_arn": "${worker.arn}", "events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                 "filter_prefix": "in/", "filter_suffix": ""}]}"#,
        ),
    ]);
    assert_eq!(triggers(&a, "worker"), ["Bucket uploads"]);
    assert_eq!(
        format!("{:?}", a.app.triggers[0].filter),
        r#"Object { events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], prefix: "in/", suffix: "" }"#
    );
    let bridge = ["NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled"];
    assert_eq!(prop(&a, "notices", &bridge), "true");
    assert_eq!(a.app.invocations().len(), 1);
}

#[test]
fn keys_have_a_policy() {
    let a = app(&[
        ("aws_kms_key", "plain", "{}"),
        ("aws_kms_key", "own", r#"{"policy": "{\"Statement\": []}"}"#),
        ("aws_kms_alias", "alias", r#"{"name": "alias/own", "target_key_id": "${own.key_id}"}"#),
        ("aws_sqs_queue", "jobs", r#"{"name": "jobs", "kms_master_key_id": "${alias.arn}"}"#),
    ]);
    let policy = resource(&a, "plain").props.get("KeyPolicy");
    assert_eq!(policy.alts()[0].basis, Basis::ServiceDefault);
    assert!(show(&policy).contains("kms:*"));
    assert_eq!(prop(&a, "own", &["KeyPolicy"]), r#""{\"Statement\": []}""#);
    let keys = a.app.keys_of(resource(&a, "jobs").id);
    assert_eq!(keys.iter().map(|(k, _)| &*a.app.resource(*k).name).collect::<Vec<_>>(), ["own"]);
}

#[test]
fn other_sources() {
    let a = app(&[
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        ("aws_cloudwatch_log_group", "logs", r#"{"name": "/app"}"#),
        (
            "aws_cloudwatch_log_subscription_filter",
            "filter",
            r#"{"name": "f", "log_group_name": "${logs.name}", "filter_pattern": "", "destination_arn": "${worker.arn}"}"#,
        ),
        (
            "aws_sfn_state_machine",
            "machine",
            r#"{"name": "m", "definition": "{\"States\": {\"A\": {\"Resource\": \"${worker.arn}\"}}}"}"#,
        ),
        (
            "aws_cognito_user_pool",
            "pool",
            r#"{"name": "p", "lambda_config": [{"pre_sign_up": "${worker.arn}"}]}"#,
        ),
        (
            "aws_iot_topic_rule",
            "thing",
            r#"{"name": "t", "enabled": true, "lambda": [{"function_arn": "${worker.arn}"}]}"#,
        ),
        (
            "aws_scheduler_schedule",
            "daily",
            r#"{"name": "d", "schedule_expression": "rate(1 day)", "target": [{"arn": "${worker.arn}", "role_arn": "r"}]}"#,
        ),
        (
            "aws_pipes_pipe",
            "pipe",
            r#"{"name": "p", "source": "${jobs.arn}", "target": "${worker.arn}", "role_arn": "r"}"#,
        ),
        ("aws_sqs_queue", "jobs", r#"{"name": "jobs"}"#),
    ]);
    assert_eq!(
        triggers(&a, "worker"),
        [
            "Logs logs",
            "StateMachine machine",
            "UserPool pool",
            "Iot thing",
            r#"Schedule "rate(1 day)""#,
            "Queue jobs"
        ]
    );
    assert_eq!(prop(&a, "thing", &["TopicRulePayload", "RuleDisabled"]), r#""false""#);
}

#[test]
fn an_arn_of_a_log_group_has_no_star() {
    let a = app(&[
        ("aws_cloudwatch_log_group", "logs", r#"{"name": "/app"}"#),
        (
            "aws_iam_role_policy",
            "policy",
            r#"{"role": "r", "policy": {"Statement": [{"Resource": "${logs.arn}:*"}]}}"#,
        ),
    ]);
    assert_eq!(
        prop(&a, "policy", &["PolicyDocument"]),
        r#"{Statement: [{Resource: "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${#0.name}:*"}]}"#
    );
}
