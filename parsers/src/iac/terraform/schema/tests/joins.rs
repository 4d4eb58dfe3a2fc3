//! What one resource says about another one.

use super::{app, prop, resource, triggers};
use lamlint_model::policy::{identity_of, not_permitted};
use lamlint_model::tree::Node;
use lamlint_model::tri::Tri;

#[test]
fn policies_are_attached() {
    let a = app(&[
        (
            "aws_iam_role",
            "role",
            r#"{"name": "worker", "managed_policy_arns": ["arn:aws:iam::aws:policy/A"]}"#,
        ),
        ("aws_iam_role", "other", r#"{"name": "other"}"#),
        ("aws_iam_policy", "own", r#"{"name": "own", "policy": {"Statement": []}}"#),
        (
            "aws_iam_role_policy_attachment",
            "by_name",
            r#"{"role": "worker", "policy_arn": "arn:aws:iam::aws:policy/B"}"#,
        ),
        (
            "aws_iam_role_policy_attachment",
            "by_id?prod",
            r#"{"role": "${role.id}", "policy_arn": "${own.arn}"}"#,
        ),
        (
            "aws_iam_policy_attachment",
            "many",
            r#"{"name": "m", "roles": ["${role.name}", "${other.name}"], "policy_arn": "C"}"#,
        ),
        ("aws_iam_role_policy_attachment", "outside", r#"{"role": "elsewhere", "policy_arn": "D"}"#),
    ]);
    let items = resource(&a, "role").props.get("ManagedPolicyArns").items();
    let shown: Vec<String> = items
        .0
        .iter()
        .map(|(t, _)| {
            let values = t.values();
            format!("{} {}", values.alts()[0].value.clone().unwrap(), values.alts()[0].guards)
        })
        .collect();
    assert_eq!(
        shown,
        [r#""arn:aws:iam::aws:policy/A" "#, r#""arn:aws:iam::aws:policy/B" "#, "#2.arn prod", r#""C" "#]
    );
    assert!(items.1.is_none());
    assert_eq!(prop(&a, "other", &["ManagedPolicyArns"]), r#"["C"]"#);
    // What attaches is not what uses the role.
    assert_eq!(prop(&a, "by_id", &["role"]), "-");
    // Where the attachment does not exist there is nothing.
    let by_id = items.0[2].0.values();
    assert_eq!(by_id.alts().iter().map(|a| a.value.is_some()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(by_id.alts()[1].guards.to_string(), "not prod");
}

#[test]
fn what_may_be_attached_leaves_roles_open() {
    let a = app(&[
        ("aws_iam_role", "role", r#"{"name": "worker"}"#),
        ("aws_lambda_function", "worker", r#"{"function_name": "worker", "role": "${role.arn}"}"#),
        (
            "aws_iam_role_policy_attachment",
            "some",
            r#"{"role": "${role_name}", "policy_arn": "arn:aws:iam::aws:policy/B"}"#,
        ),
    ]);
    assert!(identity_of(&a.app, resource(&a, "worker").id).open.is_some());
    let a = app(&[
        ("aws_iam_role", "role", r#"{"name": "${prefix}-worker"}"#),
        ("aws_lambda_function", "worker", r#"{"function_name": "worker", "role": "${role.arn}"}"#),
        (
            "aws_iam_role_policy_attachment",
            "some",
            r#"{"role": "my-worker", "policy_arn": "arn:aws:iam::aws:policy/B"}"#,
        ),
    ]);
    assert!(identity_of(&a.app, resource(&a, "worker").id).open.is_some());
}

#[test]
fn what_is_attached_together_and_what_is_granted() {
    let a = app(&[
        ("aws_iam_role", "role", r#"{"name": "worker"}"#),
        (
            "aws_iam_role_policy_attachments_exclusive",
            "all",
            r#"{"role_name": "${role.name}", "policy_arns": ["A", "B"]}"#,
        ),
        ("aws_kms_key", "key", "{}"),
        ("aws_kms_key", "other", "{}"),
        ("aws_kms_grant", "grant", r#"{"key_id": "${key.id}", "grantee_principal": "${role.arn}"}"#),
    ]);
    let (items, open) = resource(&a, "role").props.get("ManagedPolicyArns").items();
    assert_eq!((items.len(), open), (2, None));
    assert_eq!(prop(&a, "key", &["KeyPolicy"]), "?");
    assert!(resource(&a, "other").props.get("KeyPolicy").open().is_none());
}

#[test]
fn scripts_may_do_anything() {
    let script = |command: &str| {
        let runs = format!(r#"{{"provisioner": [{{"command": "{command}"}}]}}"#);
        let a = app(&[
            ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
            ("aws_sns_topic", "news", r#"{"name": "news"}"#),
            (
                "aws_sns_topic_subscription",
                "to_worker",
                r#"{"topic_arn": "${news.arn}", "protocol": "lambda", "endpoint": "${worker.arn}"}"#,
            ),
            ("null_resource", "script", &runs),
        ]);
        let calls = a.app.invocations();
        assert_eq!(calls.len(), 1);
        matches!(not_permitted(&a.app, &calls[0], "").0, Tri::Yes(_))
    };
    assert!(script("echo done"));
    assert!(!script("aws lambda add-permission --function-name ${worker.function_name}"));
}

#[test]
fn the_policies_of_a_role() {
    let a = app(&[
        (
            "aws_iam_role",
            "role",
            r#"{"name": "worker", "assume_role_policy": {"Statement": []},
                "inline_policy": [{"name": "a", "policy": {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}]}"#,
        ),
        ("aws_lambda_function", "worker", r#"{"function_name": "worker", "role": "${role.arn}"}"#),
        (
            "aws_iam_role_policy",
            "beside",
            r#"{"role": "${role.id}", "name": "b", "policy": "{\"Statement\": [{\"Effect\": \"Deny\", \"Action\": \"sqs:*\", \"Resource\": \"*\"}]}"}"#,
        ),
        (
            "aws_iam_policy",
            "managed",
            r#"{"name": "m", "policy": {"Statement": [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]}}"#,
        ),
        (
            "aws_iam_role_policy_attachment",
            "attached",
            r#"{"role": "${role.name}", "policy_arn": "${managed.arn}"}"#,
        ),
    ]);
    let identity = identity_of(&a.app, resource(&a, "worker").id);
    assert_eq!(identity.open, None);
    let labels: Vec<&str> = identity.statements.iter().map(|s| s.origin.label.as_str()).collect();
    assert_eq!(labels, ["the inline policy `a`", "the policy `managed`", "the policy `beside`"]);
}

#[test]
fn targets_of_rules() {
    let a = app(&[
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        ("aws_cloudwatch_event_rule", "daily", r#"{"name": "daily", "schedule_expression": "rate(1 day)"}"#),
        (
            "aws_cloudwatch_event_rule",
            "off",
            r#"{"name": "off", "schedule_expression": "rate(2 days)", "state": "DISABLED"}"#,
        ),
        (
            "aws_cloudwatch_event_rule",
            "old",
            r#"{"name": "old", "event_pattern": "{\"source\": [\"a\"]}", "is_enabled": false}"#,
        ),
        (
            "aws_cloudwatch_event_target",
            "one",
            r#"{"rule": "${daily.name}", "arn": "${worker.arn}", "input": "{}"}"#,
        ),
        ("aws_cloudwatch_event_target", "two?prod", r#"{"rule": "off", "arn": "${worker.arn}"}"#),
        ("aws_cloudwatch_event_target", "three", r#"{"rule": "${old.id}", "arn": "${worker.arn}"}"#),
    ]);
    assert_eq!(
        triggers(&a, "worker"),
        [r#"Schedule "rate(1 day)""#, r#"Schedule "rate(2 days)""#, r#"Rule "default""#]
    );
    let off: Vec<bool> = a.app.triggers.iter().map(|t| t.disabled).collect();
    assert_eq!(off, [false, true, true]);
    assert_eq!(a.app.triggers[1].guards.to_string(), "prod");
    // The service calls from where the target is written.
    let calls = a.app.invocations();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].at.span, resource(&a, "one").anchor.span);
}

#[test]
fn encryption_and_policies_beside() {
    let a = app(&[
        ("aws_kms_key", "key", "{}"),
        ("aws_s3_bucket", "uploads", r#"{"bucket": "uploads"}"#),
        (
            "aws_s3_bucket_server_side_encryption_configuration",
            "sse",
            r#"{"bucket": "${uploads.id}", "rule": [{"apply_server_side_encryption_by_default": [
                {"sse_algorithm": "aws:kms", "kms_master_key_id": "${key.arn}"}]}]}"#,
        ),
        ("aws_s3_bucket", "maybe?prod", r#"{"bucket": "maybe"}"#),
        (
            "aws_s3_bucket_server_side_encryption_configuration",
            "with_it?prod",
            r#"{"bucket": "${maybe.id}", "rule": []}"#,
        ),
        ("aws_s3_bucket", "always", r#"{"bucket": "always"}"#),
        (
            "aws_s3_bucket_server_side_encryption_configuration",
            "sometimes?prod",
            r#"{"bucket": "always", "rule": []}"#,
        ),
        ("aws_kms_key_policy", "key_policy", r#"{"key_id": "${key.id}", "policy": "{}"}"#),
        ("aws_sqs_queue", "jobs", r#"{"name": "jobs"}"#),
        (
            "aws_sqs_queue_redrive_policy",
            "redrive",
            r#"{"queue_url": "${jobs.id}", "redrive_policy": {"maxReceiveCount": 3}}"#,
        ),
    ]);
    assert_eq!(a.app.keys_of(resource(&a, "uploads").id).len(), 1);
    let presence = |name| {
        let there = resource(&a, name).props.get("BucketEncryption");
        there.alts().iter().map(|a| format!("{} {}", a.value != Node::Absent, a.guards)).collect::<Vec<_>>()
    };
    assert_eq!(presence("maybe"), ["true prod"]);
    assert_eq!(presence("always"), ["true prod", "false not prod"]);
    assert_eq!(prop(&a, "key", &["KeyPolicy"]), r#""{}""#);
    assert_eq!(prop(&a, "jobs", &["RedrivePolicy"]), "{maxReceiveCount: 3}");
}

#[test]
fn routes() {
    let a = app(&[
        ("aws_lambda_function", "worker", r#"{"function_name": "worker"}"#),
        ("aws_api_gateway_rest_api", "rest", r#"{"name": "rest"}"#),
        (
            "aws_api_gateway_resource",
            "items",
            r#"{"rest_api_id": "${rest.id}", "parent_id": "${rest.root_resource_id}", "path_part": "items"}"#,
        ),
        (
            "aws_api_gateway_resource",
            "item",
            r#"{"rest_api_id": "${rest.id}", "parent_id": "${items.id}", "path_part": "{id}"}"#,
        ),
        (
            "aws_api_gateway_integration",
            "get",
            r#"{"rest_api_id": "${rest.id}", "resource_id": "${item.id}", "http_method": "GET", "type": "AWS_PROXY", "uri": "${worker.invoke_arn}"}"#,
        ),
        ("aws_apigatewayv2_api", "http", r#"{"name": "http", "protocol_type": "HTTP"}"#),
        (
            "aws_apigatewayv2_integration",
            "proxy",
            r#"{"api_id": "${http.id}", "integration_type": "AWS_PROXY", "integration_uri": "${worker.invoke_arn}"}"#,
        ),
        (
            "aws_apigatewayv2_route",
            "post",
            r#"{"api_id": "${http.id}", "route_key": "POST /items", "target": "integrations/${proxy.id}"}"#,
        ),
        ("aws_lb_target_group", "group", r#"{"name": "g", "target_type": "lambda"}"#),
        (
            "aws_lb_target_group_attachment",
            "attached",
            r#"{"target_group_arn": "${group.arn}", "target_id": "${worker.arn}"}"#,
        ),
    ]);
    let p = |name, key| prop(&a, name, &[key]);
    assert_eq!(
        (p("get_route", "Path"), p("get_route", "Method")),
        (r#""/items/{id}""#.into(), r#""GET""#.into())
    );
    assert_eq!(p("get_route", "ApiType"), r#""rest""#);
    assert_eq!(
        (p("post_route", "Path"), p("post_route", "Method")),
        (r#""/items""#.into(), r#""POST""#.into())
    );
    // The provider's default, not that of the service.
    assert_eq!(p("post_route", "PayloadFormatVersion"), r#""1.0""#);
    assert_eq!(p("attached_route", "ApiType"), r#""alb""#);
    let kinds: Vec<String> = triggers(&a, "worker");
    for kind in ["RestApi rest", "HttpApi http", "LoadBalancer group"] {
        assert!(kinds.iter().any(|k| k == kind), "{kind} in {kinds:?}");
    }
    // API Gateway and the load balancer need permissions, each for its own.
    let by: Vec<&str> = a.app.invocations().iter().map(|i| i.principal).collect();
    assert_eq!(
        by,
        ["apigateway.amazonaws.com", "apigateway.amazonaws.com", "elasticloadbalancing.amazonaws.com"]
    );
}
