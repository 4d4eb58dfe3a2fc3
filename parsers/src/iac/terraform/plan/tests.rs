//! Plans and states, beside their modules and alone.

use crate::files::MemoryFiles;
use crate::iac::{Assembled, ConfigFile, Deploy, assemble, read};
use crate::text::SourceText;
use lamlint_model::app::Resource;
use lamlint_model::source::FileId;
use lamlint_model::tree::{Node, node_value};

fn run(files: &[(&str, &str)]) -> Assembled {
    let facts = files.iter().enumerate().filter_map(|(i, (path, text))| {
        let src = SourceText::file(FileId(u32::try_from(i).unwrap()), text);
        let facts = read(&src, path).unwrap_or_else(|(e, _)| panic!("{path}: {e}"))?;
        Some(ConfigFile { path: (*path).to_owned(), facts })
    });
    let facts: Vec<ConfigFile> = facts.collect();
    assemble(&facts, &Deploy::default(), &MemoryFiles::new(files.iter().copied()))
}

fn resource<'a>(a: &'a Assembled, name: &str) -> &'a Resource {
    let found: Vec<&Resource> = a.app.resources.iter().filter(|r| r.name == name).collect();
    assert_eq!(found.len(), 1, "{name}: {:?}", a.app.resources.iter().map(|r| &r.name).collect::<Vec<_>>());
    found[0]
}

fn prop(a: &Assembled, name: &str, path: &[&str]) -> String {
    let t = resource(a, name).props.path(path);
    match (t.sole(), t.open()) {
        (Some(Node::Absent), _) => "-".into(),
        (Some(n), _) => node_value(n).map_or("?".into(), |v| v.to_string()),
        (None, Some(_)) if t.alts().is_empty() => "?".into(),
        (None, _) => format!("{} alternatives", t.alts().len()),
    }
}

const PLAN: &str = r#"{
  "format_version": "1.2", "terraform_version": "1.9.0",
  "variables": {"stage": {"value": "prod"}},
  "planned_values": {"root_module": {
    "resources": [
      {"address": "aws_sqs_queue.jobs", "mode": "managed", "type": "aws_sqs_queue", "name": "jobs",
       "values": {"name": "jobs", "visibility_timeout_seconds": 30, "policy": null}},
      {"address": "aws_iam_role.role", "mode": "managed", "type": "aws_iam_role", "name": "role",
       "values": {"name": "worker", "assume_role_policy": "{\"Statement\": []}"}},
      {"address": "aws_lambda_function.worker[\"a\"]", "mode": "managed", "type": "aws_lambda_function",
       "name": "worker", "index": "a",
       "values": {"function_name": "worker", "timeout": 60, "filename": "out.zip",
                  "environment": [{"variables": {"STAGE": "prod"}}]}}
    ],
    "child_modules": [{"address": "module.poll", "resources": [
      {"address": "module.poll.aws_lambda_event_source_mapping.mapping", "mode": "managed",
       "type": "aws_lambda_event_source_mapping", "name": "mapping", "values": {"batch_size": 5, "enabled": true}}
    ]}]
  }},
  "resource_changes": [
    {"address": "aws_lambda_function.worker[\"a\"]", "change": {"after_unknown":
      {"arn": true, "role": true, "environment": [{"variables": {"QUEUE": true}}]}}},
    {"address": "aws_sqs_queue.jobs", "change": {"after_unknown": {"arn": true, "policy": true}}},
    {"address": "module.poll.aws_lambda_event_source_mapping.mapping", "change": {"after_unknown":
      {"event_source_arn": true, "function_name": true}}}
  ],
  "configuration": {"root_module": {
    "resources": [
      {"address": "aws_lambda_function.worker", "mode": "managed", "type": "aws_lambda_function", "name": "worker",
       "expressions": {"role": {"references": ["aws_iam_role.role.arn", "aws_iam_role.role"]},
         "environment": [{"variables": {"references": ["aws_sqs_queue.jobs.url", "aws_sqs_queue.jobs"]}}]}}
    ],
    "module_calls": {"poll": {"source": "./poll",
      "expressions": {"queue": {"references": ["aws_sqs_queue.jobs.arn", "aws_sqs_queue.jobs"]},
                      "function": {"references": ["aws_lambda_function.worker[\"a\"].arn", "aws_lambda_function.worker[\"a\"]", "aws_lambda_function.worker"]}},
      "module": {"resources": [
        {"address": "aws_lambda_event_source_mapping.mapping", "mode": "managed",
         "type": "aws_lambda_event_source_mapping", "name": "mapping",
         "expressions": {"event_source_arn": {"references": ["var.queue"]}, "function_name": {"references": ["var.function"]}}}
      ]}}}
  }}
}"#;

#[test]
fn a_plan_alone() {
    let a = run(&[("infra/plan.json", PLAN)]);
    assert_eq!(a.notices, []);
    let worker = "worker[\"a\"]";
    assert_eq!(prop(&a, worker, &["Timeout"]), "60");
    assert_eq!(prop(&a, worker, &["Role"]), "#1.arn");
    // What the map is made of is not told.
    assert_eq!(prop(&a, worker, &["Environment", "Variables", "STAGE"]), r#""prod""#);
    assert_eq!(prop(&a, worker, &["Environment", "Variables", "QUEUE"]), "?");
    assert_eq!(prop(&a, "poll.mapping", &["EventSourceArn"]), "#0.arn");
    assert_eq!(a.app.triggers.len(), 1);
    assert_eq!(a.app.triggers[0].function, resource(&a, worker).id);
    // The queue has a policy that is not known.
    assert_eq!(prop(&a, "jobs_policy", &["PolicyDocument"]), "?");
    // Of the role the plan tells no changes: nothing is missing there.
    assert_eq!(prop(&a, "role", &["PermissionsBoundary"]), "?");
    assert_eq!(prop(&a, "jobs", &["KmsMasterKeyId"]), "-");
    let anchor = &resource(&a, "jobs").anchor;
    assert_eq!(anchor.path, "aws_sqs_queue.jobs");
    assert!(PLAN[anchor.span.start as usize..].starts_with("\"aws_sqs_queue.jobs\""));
}

const MODULE: &str = r#"
variable "stage" {
  default = "dev"
}
variable "timeout" {}
resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = var.timeout
}
resource "aws_iam_role" "role" {
  name               = "worker"
  assume_role_policy = jsonencode({ Statement = [] })
}
resource "aws_lambda_function" "worker" {
  for_each      = toset(["a"])
  function_name = "worker"
  role          = aws_iam_role.role.arn
  timeout       = var.stage == "prod" ? 60 : 10
  filename      = "out.zip"
  environment {
    variables = { QUEUE = aws_sqs_queue.jobs.url, STAGE = var.stage }
  }
}
resource "aws_sqs_queue" "dev_only" {
  count = var.stage == "dev" ? 1 : 0
  name  = "dev"
}
module "poll" {
  source   = "./poll"
  queue    = aws_sqs_queue.jobs.arn
  function = aws_lambda_function.worker["a"].arn
}
"#;
const POLL: &str = r#"
variable "queue" {}
variable "function" {}
resource "aws_lambda_event_source_mapping" "mapping" {
  event_source_arn = var.queue
  function_name    = var.function
}
"#;

#[test]
fn a_plan_beside_its_module() {
    let a = run(&[("infra/main.tf", MODULE), ("infra/plan.json", PLAN), ("infra/poll/main.tf", POLL)]);
    assert_eq!(a.notices, []);
    let worker = "worker[\"a\"]";
    // Each resource once, where the module has it.
    assert_eq!(resource(&a, worker).anchor.span.file, FileId(0));
    assert_eq!(prop(&a, worker, &["Timeout"]), "60");
    assert_eq!(prop(&a, worker, &["Environment", "Variables", "STAGE"]), r#""prod""#);
    let queue = resource(&a, "jobs").id.0;
    assert_eq!(prop(&a, worker, &["Environment", "Variables", "QUEUE"]), format!("#{queue}.url"));
    // A variable the plan does not name, with the value it led to.
    assert_eq!(prop(&a, "jobs", &["VisibilityTimeout"]), "30");
    assert_eq!(a.app.triggers.len(), 1);
    assert_eq!(a.app.of_kind(lamlint_model::app::Kind::Queue).count(), 1);
}

#[test]
fn a_plan_of_something_else_is_not_read() {
    let module = r#"
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
"#;
    let a = run(&[("infra/main.tf", module), ("infra/plan.json", PLAN)]);
    assert_eq!(a.app.resources.len(), 1);
    assert_eq!(a.notices.len(), 1);
    // The same module twice, and the plan beside none of them.
    let a = run(&[
        ("a/main.tf", MODULE),
        ("a/poll/main.tf", POLL),
        ("b/main.tf", MODULE),
        ("b/poll/main.tf", POLL),
        ("plan.json", PLAN),
    ]);
    assert_eq!(a.notices.len(), 1, "{:?}", a.notices);
}

#[test]
fn texts_of_a_state_name_resources() {
    let state = r#"{
      "format_version": "1.0", "terraform_version": "1.9.0",
      "values": {"root_module": {"resources": [
        {"address": "aws_sqs_queue.jobs", "mode": "managed", "type": "aws_sqs_queue", "name": "jobs",
         "values": {"name": "jobs", "arn": "arn:aws:sqs:eu-west-1:123456789012:jobs"}},
        {"address": "aws_sqs_queue.more", "mode": "managed", "type": "aws_sqs_queue", "name": "more",
         "values": {"name": "jobs-more", "arn": "arn:aws:sqs:eu-west-1:123456789012:jobs-more"}},
        {"address": "aws_iam_role_policy.work", "mode": "managed", "type": "aws_iam_role_policy", "name": "work",
         "values": {"role": "worker", "policy": "{\"Resource\": [\"arn:aws:sqs:eu-west-1:123456789012:jobs-more\", \"arn:aws:sqs:eu-west-1:123456789012:jobs\", \"arn:aws:dynamodb:eu-west-1:123456789012:table/x\", \"arn:aws:sqs:us-east-1:123456789012:far\"]}"}},
        {"address": "data.aws_region.here", "mode": "data", "type": "aws_region", "name": "here", "values": {"name": "eu-west-1"}}
      ]}}
    }"#;
    let a = run(&[("state.json", state)]);
    assert_eq!(a.app.resources.len(), 3);
    assert_eq!(
        prop(&a, "work", &["PolicyDocument"]),
        r#""{"Resource": ["${#1.arn}", "${#0.arn}", "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/x", "arn:aws:sqs:us-east-1:123456789012:far"]}""#
    );
}

#[test]
fn other_json_is_no_plan() {
    for text in [
        r#"{"format_version": "1.0", "terraform_version": "1.9.0"}"#,
        r#"{"format_version": 1, "terraform_version": 2, "values": {"root_module": {}}}"#,
        "[]",
    ] {
        let a = run(&[("x.json", text)]);
        assert!(a.app.resources.is_empty() && a.app.templates.is_empty());
    }
}
