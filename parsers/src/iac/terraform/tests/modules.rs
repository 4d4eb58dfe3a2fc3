//! Modules: their inputs and outputs, files of values, the registry.

use super::*;

#[test]
fn values_of_files_and_options_win_over_defaults() {
    let main = (
        "app/main.tf",
        "variable \"n\" {\n  type = number\n  default = 1\n}\nresource \"aws_x\" \"a\" {\n  v = var.n\n}\n",
    );
    let auto = ("app/terraform.tfvars", "n = 2\n");
    let later = ("app/z.auto.tfvars", "n = 3\n");
    let other = ("elsewhere/prod.tfvars", "n = 4\n");
    assert_eq!(run(&[main, auto]).show("aws_x.a", "v"), "2");
    assert_eq!(run(&[main, auto, later]).show("aws_x.a", "v"), "3");
    // A file elsewhere is not meant unless it is named.
    assert_eq!(run(&[main, other]).show("aws_x.a", "v"), "1 by default of n | ?");
    let named = Deploy { tfvars: vec!["elsewhere/prod.tfvars".into()], ..Deploy::default() };
    assert_eq!(run_with(&[main, auto, other], &named).show("aws_x.a", "v"), "4");
    let option = Deploy { parameters: vec![("n".into(), "5".into())], ..named };
    assert_eq!(run_with(&[main, auto, other], &option).show("aws_x.a", "v"), "5");
}

#[test]
fn files_beside_a_root_are_deployments() {
    let main = (
        "main.tf",
        "variable \"n\" {\n  default = 1\n}\nvariable \"e\" {}\nresource \"aws_x\" \"a\" {\n  v = var.n\n  w = var.e == \"prod\" ? 1 : 2\n}\n",
    );
    let dev = ("env/dev.tfvars", "e = \"dev\"\n");
    let prod = ("env/prod.tfvars", "e = \"prod\"\nn = 9\n");
    let r = run(&[main, dev, prod]);
    assert_eq!(r.show("aws_x.a", "v"), "1 if deployment = dev by default of n | 9 if deployment = prod | ?");
    assert_eq!(r.show("aws_x.a", "w"), "1 if deployment = prod | 2 if deployment = dev");
    // One that sets what this module does not have shows that they are about something else.
    let odd = ("env/odd.tfvars", "zone = 1\n");
    assert_eq!(run(&[main, dev, prod, odd]).show("aws_x.a", "v"), "1 by default of n | ?");
}

#[test]
fn modules_are_followed_with_what_they_are_given() {
    let r = run(&[
        (
            "main.tf",
            r#"
locals {
  functions = { a = { handler = "a.h" }, b = { handler = "b.h" } }
}
module "fn" {
  source   = "./modules/fn"
  for_each = local.functions
  handler  = each.value.handler
  name     = each.key
}
module "one" {
  source  = "./modules/fn"
  handler = "one.h"
  name    = "one"
  on      = var.on
}
variable "on" {}
resource "aws_x" "x" {
  all  = values(module.fn)[*].arn
  a    = module.fn["a"].arn
  one  = module.one.arn
  none = module.fn["c"].arn
}
module "far" {
  source = "git::https://example.com/x.git"
  role   = module.one.arn
}
"#,
        ),
        (
            "modules/fn/main.tf",
            r#"
variable "handler" {}
variable "name" {}
variable "timeout" { default = 10 }
variable "on" { default = true }
resource "aws_lambda_function" "this" {
  count    = var.on ? 1 : 0
  handler  = var.handler
  timeout  = var.timeout
  filename = "${path.module}/src/${var.name}.zip"
}
output "arn" {
  value = one(aws_lambda_function.this[*].arn)
}
"#,
        ),
    ]);
    assert_eq!(
        r.addresses(),
        [
            "aws_x.x",
            "module.fn[\"a\"].aws_lambda_function.this[0]",
            "module.fn[\"b\"].aws_lambda_function.this[0]",
            "module.one.aws_lambda_function.this[0]",
            "module.far",
        ]
    );
    let a = "module.fn[\"a\"].aws_lambda_function.this[0]";
    assert_eq!(r.show(a, "handler"), "\"a.h\"");
    // Only the caller could set it, and does not: the default is certain.
    assert_eq!(r.show(a, "timeout"), "10");
    assert_eq!(r.show(a, "filename"), "\"modules/fn/src/a.zip\"");
    assert_eq!(r.show("module.one.aws_lambda_function.this[0]", "handler"), "\"one.h\" if var.on");
    assert_eq!(r.show("aws_x.x", "all"), "[#1.arn, #2.arn]");
    assert_eq!(r.show("aws_x.x", "a"), "#1.arn");
    assert_eq!(r.show("aws_x.x", "one"), "#3.arn if var.on | null if not var.on");
    assert_eq!(r.show("aws_x.x", "none"), "?");
    // Other code each time: none repeats another.
    assert!(r.resources.iter().all(|e| !e.repeated));
    assert_eq!(r.out.notices.len(), 1);
    // What is not read may do anything with what it is given.
    assert_eq!(r.at("module.far").type_name, "Nested");
    assert_eq!(r.show("module.far", "Parameters.role"), "#3.arn if var.on | null if not var.on");
}

#[test]
fn a_file_that_is_not_read_leaves_its_module_open() {
    let r = run(&[("main.tf", "resource \"aws_x\" \"a\" {}\n"), ("broken.tf", "resource \"aws_x\" {{{\n")]);
    assert!(r.out.app.templates[0].more.is_some());
    assert_eq!(r.addresses(), ["aws_x.a"]);
}

#[test]
fn optional_attributes_have_their_defaults() {
    let r = run(&[
        ("main.tf", "module \"m\" {\n  source = \"./m\"\n  f = { a = {}, b = { timeout = 5 } }\n}\n"),
        (
            "m/main.tf",
            r#"
variable "f" {
  type = map(object({ timeout = optional(number, 30), role = optional(string) }))
}
resource "aws_x" "a" {
  for_each = var.f
  t        = each.value.timeout
  r        = each.value.role
  u        = try(each.value.other, 1)
}
"#,
        ),
    ]);
    assert_eq!(r.show("module.m.aws_x.a[\"a\"]", "t"), "30");
    assert_eq!(r.show("module.m.aws_x.a[\"b\"]", "t"), "5");
    assert_eq!(r.show("module.m.aws_x.a[\"a\"]", "r"), "null");
    assert_eq!(r.show("module.m.aws_x.a[\"a\"]", "u"), "1");
}

#[test]
fn known_modules_of_the_registry_stand_at_their_calls() {
    let main = r#"
module "jobs" {
  source                     = "terraform-aws-modules/sqs/aws"
  version                    = "~> 4.0"
  name                       = "jobs"
  visibility_timeout_seconds = 60
  create_dlq                 = true
}
module "worker" {
  source        = "terraform-aws-modules/lambda/aws"
  function_name = "worker"
  handler       = "app.handler"
  runtime       = "python3.13"
  timeout       = 70
  source_path   = [{ path = "${path.module}/src", pip_requirements = true }]
  environment_variables = {
    QUEUE_URL = module.jobs.queue_url
  }
  attach_policy_statements = true
  policy_statements = {
    send = {
      effect    = "Allow"
      actions   = ["sqs:SendMessage"]
      resources = [module.jobs.queue_arn]
    }
  }
  event_source_mapping = {
    jobs = { event_source_arn = module.jobs.queue_arn, batch_size = 5 }
  }
}
resource "aws_x" "x" {
  f = module.worker.lambda_function_name
  u = module.worker.something_new
}
"#;
    let r = run(&[("main.tf", main), ("src/app.py", "")]);
    assert!(r.out.notices.is_empty(), "{:?}", r.out.notices);
    let f = "module.worker.aws_lambda_function.this[0]";
    let queue = r.at("module.jobs.aws_sqs_queue.this[0]").id.0;
    let dead = r.at("module.jobs.aws_sqs_queue.dlq[0]").id.0;
    let role = r.at("module.worker.aws_iam_role.lambda[0]").id.0;
    let archive = r.at("module.worker.data.archive_file.package[0]").id.0;
    for (path, want) in [
        ("handler", "\"app.handler\"".to_owned()),
        ("timeout", "70".to_owned()),
        ("memory_size", "128".to_owned()),
        ("role", format!("#{role}.arn")),
        ("filename", format!("#{archive}.output_path")),
        ("environment", format!("[{{variables: {{QUEUE_URL: #{queue}.url}}}}]")),
        ("vpc_config", "[]".to_owned()),
    ] {
        assert_eq!(r.show(f, path), want, "{path}");
    }
    assert_eq!(r.show("module.worker.data.archive_file.package[0]", "source_dir"), "\"./src\"");
    assert_eq!(r.at(f).name, "worker");
    // The argument stands where the call writes it.
    let at = r.get(f, "timeout").span();
    assert_eq!(&main[at.start as usize..at.end as usize], "70");
    let at = r.at(f).anchor.span;
    assert_eq!(&main[at.start as usize..at.end as usize], "module \"worker\"");
    assert_eq!(
        r.show("module.worker.aws_iam_role_policy.additional_inline[0]", "policy.Statement"),
        format!("[{{Effect: \"Allow\", Action: [\"sqs:SendMessage\"], Resource: [#{queue}.arn]}}]")
    );
    let mapping = "module.worker.aws_lambda_event_source_mapping.this[\"jobs\"]";
    assert_eq!(r.show(mapping, "event_source_arn"), format!("#{queue}.arn"));
    assert_eq!(r.show(mapping, "batch_size"), "5");
    assert_eq!(
        r.show("module.jobs.aws_sqs_queue.this[0]", "redrive_policy"),
        format!("{{deadLetterTargetArn: #{dead}.arn, maxReceiveCount: 5}}")
    );
    let worker = r.at(f).id.0;
    assert_eq!(r.show("aws_x.x", "f"), format!("#{worker}.name"));
    assert_eq!(r.show("aws_x.x", "u"), "module.worker.something_new");
}

#[test]
fn what_a_module_shows_again_is_marked() {
    let call = |name: &str, rest: &str| {
        format!("module \"{name}\" {{\n  source = \"../../modules/f\"\n  env = \"{name}\"\n{rest}}}\n")
    };
    let (dev, prod) = (call("dev", ""), call("prod", ""));
    let more = call("more", "  handler = \"other.h\"\n");
    let example = call("example", "  handler = \"third.h\"\n");
    let module = r#"
variable "env" {}
variable "handler" { default = "a.h" }
resource "aws_lambda_function" "f" {
  function_name = "f-${var.env}"
  handler       = var.handler
  environment {
    variables = { ENV = var.env }
  }
}
resource "aws_sqs_queue" "q" { name = "q-${var.env}" }
"#;
    let r = run(&[
        ("env/dev/main.tf", &dev),
        ("env/more/main.tf", &more),
        ("env/prod/main.tf", &prod),
        ("examples/x/main.tf", &example),
        ("modules/f/main.tf", module),
    ]);
    let seen: Vec<(&str, bool)> = r.resources.iter().map(|e| (e.anchor.path.as_str(), e.repeated)).collect();
    assert_eq!(
        seen,
        [
            ("module.dev.aws_lambda_function.f", false),
            ("module.dev.aws_sqs_queue.q", false),
            ("module.more.aws_lambda_function.f", false),
            ("module.more.aws_sqs_queue.q", true),
            ("module.prod.aws_lambda_function.f", true),
            ("module.prod.aws_sqs_queue.q", true),
            ("module.example.aws_lambda_function.f", true),
            ("module.example.aws_sqs_queue.q", true),
        ]
    );
    let applications: std::collections::BTreeSet<u32> = r.resources.iter().map(|e| e.application.0).collect();
    assert_eq!(applications.len(), 4);
}

#[test]
fn blocks_that_describe_no_resource_are_left_out() {
    let r = run(&[(
        "main.tf",
        r#"
terraform {
  required_version = ">= 1.0"
}
provider "aws" {
  region = "eu-west-1"
}
moved {
  from = aws_x.b
  to   = aws_x.a
}
import {
  to = aws_x.a
  id = "a"
}
removed {
  from = aws_x.c
}
check "health" {
  data "http" "x" {
    url = "https://example.com"
  }
  assert {
    condition     = data.http.x.status_code == 200
    error_message = "no"
  }
}
resource "aws_x" "a" {}
"#,
    )]);
    assert_eq!(r.addresses(), ["aws_x.a"]);
    assert!(r.out.app.templates[0].more.is_none());
}
