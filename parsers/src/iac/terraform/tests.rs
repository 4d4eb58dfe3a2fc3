//! Tests of whole modules: files in, evaluated resources out.

use super::assemble::evaluated;
use super::{Evaluated, TerraformFacts, read};
use crate::files::MemoryFiles;
use crate::iac::{Assembled, Deploy};
use crate::text::SourceText;
use lamlint_model::source::FileId;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::Basis;

struct Run {
    resources: Vec<Evaluated>,
    out: Assembled,
}

fn run_with(files: &[(&str, &str)], deploy: &Deploy) -> Run {
    let mut facts: Vec<(&str, TerraformFacts)> = Vec::new();
    for (i, (path, text)) in files.iter().enumerate() {
        let src = SourceText::file(FileId(u32::try_from(i).unwrap()), text);
        if super::is_candidate(path, text)
            && let Ok(Some(f)) = read(&src, path)
        {
            facts.push((path, f));
        }
    }
    let facts: Vec<(&str, &TerraformFacts)> = facts.iter().map(|(p, f)| (*p, f)).collect();
    let mut out = Assembled::default();
    let resources = evaluated(&facts, deploy, &MemoryFiles::new(files.iter().copied()), &mut out);
    Run { resources, out }
}

fn run(files: &[(&str, &str)]) -> Run {
    run_with(files, &Deploy::default())
}

impl Run {
    fn at(&self, address: &str) -> &Evaluated {
        self.resources.iter().find(|r| r.anchor.path == address).unwrap_or_else(|| {
            panic!("no {address} in {:?}", self.resources.iter().map(|r| &r.anchor.path).collect::<Vec<_>>())
        })
    }

    fn get(&self, address: &str, path: &str) -> Tree {
        let keys: Vec<&str> = path.split('.').collect();
        self.at(address).props.path(&keys)
    }

    /// All alternatives with their guards and bases in words.
    fn show(&self, address: &str, path: &str) -> String {
        show(&self.get(address, path))
    }

    fn addresses(&self) -> Vec<&str> {
        self.resources.iter().map(|r| r.anchor.path.as_str()).collect()
    }
}

fn show(t: &Tree) -> String {
    let mut out: Vec<String> = t
        .alts()
        .iter()
        .map(|a| {
            let v = match &a.value {
                Node::Absent => "null".to_owned(),
                n => lamlint_model::tree::node_value(n).map_or_else(|| shape(n), |v| v.to_string()),
            };
            let when = if a.guards.is_empty() { String::new() } else { format!(" if {}", a.guards) };
            let basis = match &a.basis {
                Basis::ParameterDefault(p) => format!(" by default of {p}"),
                _ => String::new(),
            };
            format!("{v}{when}{basis}")
        })
        .collect();
    if t.open().is_some() {
        out.push("?".to_owned());
    }
    out.join(" | ")
}

fn shape(n: &Node) -> String {
    match n {
        Node::List { items, open } => {
            let items: Vec<String> = items.iter().map(show).collect();
            format!("[{}{}]", items.join(", "), if open.is_some() { ", …" } else { "" })
        }
        Node::Map { entries, open } => {
            let entries: Vec<String> =
                entries.iter().map(|e| format!("{}: {}", e.key, show(&e.value))).collect();
            format!("{{{}{}}}", entries.join(", "), if open.is_some() { ", …" } else { "" })
        }
        _ => String::new(),
    }
}

/// A module with one value.
fn one(value: &str, rest: &str) -> String {
    let text = format!("resource \"aws_x\" \"a\" {{\n  v = {value}\n}}\n{rest}");
    run(&[("main.tf", &text)]).show("aws_x.a", "v")
}

#[test]
fn literals_variables_locals_and_references() {
    let r = run(&[(
        "main.tf",
        r#"
variable "memory" {
  default = 256
}
variable "stage" {}
locals {
  timeout = 30
  name    = "app-${var.stage}"
}
resource "aws_sqs_queue" "jobs" {
  name                       = "${local.name}-jobs"
  visibility_timeout_seconds = local.timeout * 6
}
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  handler       = "app.handler"
  timeout       = local.timeout
  memory_size   = var.memory
  environment {
    variables = {
      QUEUE_URL = aws_sqs_queue.jobs.url
      WAIT      = aws_sqs_queue.jobs.visibility_timeout_seconds
      OTHER     = "${aws_sqs_queue.jobs.arn}/x"
    }
  }
}
"#,
    )]);
    let f = "aws_lambda_function.worker";
    assert_eq!(r.show(f, "timeout"), "30");
    assert_eq!(r.show(f, "memory_size"), "256 by default of memory | ?");
    assert_eq!(r.show("aws_sqs_queue.jobs", "name"), "\"app-${var.stage}-jobs\"");
    assert_eq!(r.show("aws_sqs_queue.jobs", "visibility_timeout_seconds"), "180");
    let id = r.at("aws_sqs_queue.jobs").id.0;
    assert_eq!(
        r.show(f, "environment"),
        format!("[{{QUEUE_URL: #{id}.url, WAIT: 180, OTHER: \"${{#{id}.arn}}/x\"}}]")
            .replacen("[{", "[{variables: {", 1)
            .replacen("}]", "}}]", 1)
    );
    assert!(r.out.notices.is_empty());
}

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
fn conditions_become_guards() {
    assert_eq!(one("var.on ? 1 : null", "variable \"on\" {}"), "1 if var.on | null if not var.on");
    assert_eq!(one("!var.on ? 1 : 2", "variable \"on\" {}"), "1 if not var.on | 2 if var.on");
    assert_eq!(
        one("local.prod ? 1 : 2", "variable \"e\" {}\nlocals {\n  prod = var.e == \"prod\"\n}"),
        "1 if var.e = prod and var.e == \"prod\" | 2 if not var.e == \"prod\""
    );
    assert_eq!(one("true ? 1 : 2", ""), "1");
    assert_eq!(
        one("var.a && var.b ? 1 : 2", "variable \"a\" {}\nvariable \"b\" {}"),
        "1 if var.a and var.b | 2 if not var.a && var.b"
    );
    // A default can be overridden: it decides nothing.
    assert_eq!(
        one("var.on ? 1 : 2", "variable \"on\" {\n default = true\n}"),
        "1 if var.on | 2 if not var.on"
    );
}

#[test]
fn functions_of_collections() {
    for (e, want) in [
        ("merge({a = 1}, {b = 2, a = 3})", "{b: 2, a: 3}"),
        ("concat([1], [2, 3])[1]", "2"),
        ("lookup({a = 1}, \"b\", 7)", "7"),
        ("lookup({a = 1}, \"a\", 7)", "1"),
        ("try({a = 1}.b, 5)", "5"),
        ("try({a = null}.a, 5)", "null"),
        ("coalesce(null, \"\", \"x\")", "\"x\""),
        ("length(flatten([[1, 2], [3]]))", "3"),
        ("join(\",\", [for k, v in {a = 1, b = 2} : \"${k}=${v}\"])", "\"a=1,b=2\""),
        ("{ for x in [\"a\", \"b\"] : x => upper(x) if x != \"a\" }", "{b: \"B\"}"),
        ("format(\"%s-%03d\", \"x\", 7)", "\"x-007\""),
        ("element([1, 2], 3)", "2"),
        ("contains([\"a\"], \"b\")", "false"),
        ("zipmap([\"a\"], [1]).a", "1"),
        ("keys({b = 1, a = 2})", "[\"a\", \"b\"]"),
        ("jsonencode({a = [1]}).a[0]", "1"),
        ("jsondecode(\"{\\\"a\\\": 2}\").a", "2"),
        ("yamldecode(\"a: [x, 2]\").a", "[\"x\", 2]"),
        ("replace(\"a-b\", \"-\", \"_\")", "\"a_b\""),
        ("split(\",\", \"a,b\")[1]", "\"b\""),
        ("substr(\"hello\", 1, 3)", "\"ell\""),
        ("timestamp()", "?"),
        ("regex(\"a\", \"b\")", "?"),
        ("distinct([\"a\", \"a\"])", "[\"a\"]"),
        ("setproduct([\"a\"], [\"b\", \"c\"])", "[[\"a\", \"b\"], [\"a\", \"c\"]]"),
        ("range(3)[2]", "2"),
        ("one([])", "null"),
        ("[{a = 1}, {a = 2}][*].a", "[1, 2]"),
        ("10 % 4 + 1.5", "3.5"),
        ("\"%{ if true }yes%{ else }no%{ endif }\"", "\"yes\""),
        ("\"%{ for x in [1, 2] }${x};%{ endfor }\"", "\"1;2;\""),
    ] {
        assert_eq!(one(e, ""), want, "{e}");
    }
}

#[test]
fn a_map_that_is_not_known_may_change_what_is_merged_before_it() {
    assert_eq!(one("merge({a = 1}, var.more, {b = 2})", "variable \"more\" {}"), "{a: 1 | ?, b: 2, …}");
}

#[test]
fn blocks_are_repeated_as_far_as_it_is_known() {
    let of = |body: &str, rest: &str| {
        let text = format!(
            "resource \"aws_q\" \"a\" {{\n{body}\n}}\nresource \"aws_x\" \"x\" {{\n  v = aws_q.a[*].arn\n}}\n{rest}"
        );
        let r = run(&[("main.tf", &text)]);
        let all: Vec<String> = r
            .resources
            .iter()
            .filter(|r| r.type_name == "aws_q")
            .map(|e| format!("{} {} {}", e.anchor.path, show(&e.props.get("k")), e.guards))
            .collect();
        (all.join("; "), r.show("aws_x.x", "v"), r.out.app.templates[0].more.is_some())
    };
    let (all, arns, more) = of("count = 2\nk = count.index", "");
    assert_eq!((all.as_str(), more), ("aws_q.a[0] 0 ; aws_q.a[1] 1 ", false));
    assert_eq!(arns, "[#0.arn, #1.arn]");
    let (all, arns, more) = of("count = var.on ? 1 : 0\nk = 1", "variable \"on\" {}");
    assert_eq!((all.as_str(), more), ("aws_q.a[0] 1 if var.on var.on", false));
    assert_eq!(arns, "[#0.arn if var.on | null if not var.on]");
    let (all, _, more) = of(
        "for_each = local.m\nk = each.value.t",
        "locals {\n m = {\n  a = { t = 1 }\n  b = { t = 2 }\n }\n}",
    );
    assert_eq!((all.as_str(), more), ("aws_q.a[\"a\"] 1 ; aws_q.a[\"b\"] 2 ", false));
    let (all, _, _) = of("for_each = toset([\"x\", \"y\"])\nk = \"${each.key}-${each.value}\"", "");
    assert_eq!(all, "aws_q.a[\"x\"] \"x-x\" ; aws_q.a[\"y\"] \"y-y\" ");
    // Nobody knows how often: one instance, under a condition, and the module may have more.
    let (all, arns, more) = of("for_each = var.m\nk = each.value", "variable \"m\" {}");
    assert_eq!((all.as_str(), more), ("aws_q.a[…] aws_q.a[…].value if any aws_q.a any aws_q.a", true));
    assert_eq!(arns, "[#0.arn if any aws_q.a, …] if any aws_q.a");
    let (all, _, more) = of("for_each = var.m\nk = each.value", "variable \"m\" {\n default = { a = 1 }\n}");
    assert_eq!(
        (all.as_str(), more),
        ("aws_q.a[\"a\"] 1 if var.m = its default by default of m | ? var.m = its default", true)
    );
    let (all, _, more) = of("count = 1000000\nk = 1", "");
    assert_eq!((all.matches("aws_q").count(), more), (128, true));
    assert_eq!(of("count = 0\nk = 1", "").0, "");
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
fn policies_are_trees_wherever_they_are_written() {
    let r = run(&[(
        "main.tf",
        r#"
resource "aws_dynamodb_table" "t" { name = "t" }
data "aws_iam_policy_document" "base" {
  statement {
    actions   = ["logs:PutLogEvents"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "doc" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  dynamic "statement" {
    for_each = ["dynamodb:GetItem"]
    content {
      sid       = "Read"
      actions   = [statement.value]
      resources = [aws_dynamodb_table.t.arn, "${aws_dynamodb_table.t.arn}/index/*"]
      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [data.aws_caller_identity.me.account_id]
      }
      principals {
        type        = "Service"
        identifiers = ["lambda.amazonaws.com"]
      }
    }
  }
}
data "aws_caller_identity" "me" {}
locals { doc = data.aws_iam_policy_document.doc.json }
resource "aws_iam_role_policy" "p" { policy = local.doc }
resource "aws_iam_role_policy" "q" { policy = jsonencode({ Statement = [{ Action = "sqs:*" }] }) }
"#,
    )]);
    let id = r.at("aws_dynamodb_table.t").id.0;
    assert_eq!(
        r.show("aws_iam_role_policy.p", "policy"),
        format!(
            "{{Version: \"2012-10-17\", Statement: [{{Effect: \"Allow\", Action: [\"logs:PutLogEvents\"], Resource: [\"*\"]}}, \
             {{Sid: \"Read\", Effect: \"Allow\", Action: [\"dynamodb:GetItem\"], Resource: [#{id}.arn, \"${{#{id}.arn}}/index/*\"], \
             Principal: {{Service: [\"lambda.amazonaws.com\"]}}, Condition: {{StringEquals: {{aws:SourceAccount: [AWS::AccountId]}}}}}}]}}"
        )
    );
    assert_eq!(r.show("aws_iam_role_policy.q", "policy"), "{Statement: [{Action: \"sqs:*\"}]}");
}

#[test]
fn text_of_json_becomes_a_tree_with_its_holes() {
    let text = |v: &str| {
        let main = format!("variable \"n\" {{}}\nresource \"aws_x\" \"a\" {{\n  v = {v}\n}}\n");
        let policy = ("p.json", "{\"Statement\": [{\"Action\": \"s3:*\"}]}");
        let tpl = ("p.tpl", "{\"Resource\": \"${arn}/*\", \"All\": ${jsonencode(list)}}");
        let r = run(&[("main.tf", &main), policy, tpl]);
        show(&super::documents::json_tree(&r.get("aws_x.a", "v")))
    };
    assert_eq!(
        text("<<-EOT\n  {\"a\": \"x-${var.n}\", \"b\": ${jsonencode([var.n])}}\n  EOT\n"),
        "{a: \"x-${var.n}\", b: [var.n]}"
    );
    assert_eq!(text("file(\"${path.module}/p.json\")"), "{Statement: [{Action: \"s3:*\"}]}");
    assert_eq!(
        text("templatefile(\"p.tpl\", { arn = \"x${var.n}\", list = [1] })"),
        "{Resource: \"x${var.n}/*\", All: [1]}"
    );
    assert_eq!(text("file(\"gone.json\")"), "?");
    assert_eq!(text("\"{ no json\""), "?");
}

#[test]
fn what_changes_elsewhere_is_not_known() {
    let r = run(&[
        (
            "main.tf",
            "resource \"aws_x\" \"a\" {\n  v = 1\n  w = 2\n  lifecycle {\n    ignore_changes = [v, u]\n  }\n}\n",
        ),
        ("override.tf", "resource \"aws_x\" \"a\" {\n  w = 3\n}\n"),
    ]);
    assert_eq!(r.show("aws_x.a", "v"), "?");
    assert_eq!(r.show("aws_x.a", "u"), "?");
    assert_eq!(r.show("aws_x.a", "w"), "3");
    assert_eq!(r.show("aws_x.a", "x"), "null");
}

#[test]
fn a_file_that_is_not_read_leaves_its_module_open() {
    let r = run(&[("main.tf", "resource \"aws_x\" \"a\" {}\n"), ("broken.tf", "resource \"aws_x\" {{{\n")]);
    assert!(r.out.app.templates[0].more.is_some());
    assert_eq!(r.addresses(), ["aws_x.a"]);
}

#[test]
fn the_json_syntax_says_the_same() {
    let r = run(&[(
        "main.tf.json",
        r#"{"variable": {"n": {"default": 5}}, "locals": {"t": 30},
            "resource": {"aws_x": {"a": {"t": "${local.t}", "n": "x-${local.t}", "environment": {"variables": {"A": "b"}},
            "lifecycle": {"ignore_changes": ["z"]}}}}}"#,
    )]);
    assert_eq!(r.show("aws_x.a", "t"), "30");
    assert_eq!(r.show("aws_x.a", "n"), "\"x-30\"");
    assert_eq!(r.show("aws_x.a", "z"), "?");
}

#[test]
fn circles_and_bombs_come_to_an_end() {
    assert_eq!(one("local.a", "locals {\n a = local.b\n b = local.a\n}"), "?");
    let bomb: Vec<String> = (1..40).map(|i| format!("  l{i} = [local.l{0}, local.l{0}]\n", i - 1)).collect();
    let bomb = bomb.concat();
    assert!(one("local.l39", &format!("locals {{\n  l0 = [1]\n{bomb}}}\n")).contains('?'));
    let product = "setproduct(range(2000), range(2000))";
    assert_eq!(one(product, ""), "?");
    let r = run(&[("main.tf", "module \"a\" {\n  source = \"./\"\n}\nresource \"aws_x\" \"a\" {}\n")]);
    assert_eq!(r.addresses(), ["aws_x.a"]);
    let r = run(&[
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\nresource \"aws_x\" \"a\" {}\n"),
    ]);
    assert_eq!(r.addresses(), ["module.b.aws_x.a"]);
    assert_eq!(one("aws_x.a.v", ""), "?");
    let deep =
        format!("resource \"aws_x\" \"a\" {{\n  v = {}1{}\n}}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&SourceText::file(FileId(0), &deep), "main.tf").is_err());
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
fn comments_cover_the_blocks_they_precede() {
    let text = "# lamlint: ignore[rule-a] why\nresource \"aws_x\" \"a\" {\n  v = \"# lamlint: ignore[no]\" # lamlint: ignore[rule-b]\n  /* lamlint: ignore[rule-c] */\n  w {\n  }\n}\n";
    let facts = read(&SourceText::file(FileId(0), text), "main.tf").unwrap().unwrap();
    let rules: Vec<&str> = facts.suppressions.iter().map(|d| d.rules[0].0.as_str()).collect();
    assert_eq!(rules, ["rule-a", "rule-b", "rule-c"]);
    let covered = |i: usize, what: &str| {
        let at = text.find(what).unwrap();
        let at = u32::try_from(at).unwrap();
        facts.suppressions[i].covers.iter().any(|c| (c.start..c.end).contains(&at))
    };
    assert!(covered(0, "resource") && covered(0, "w {"));
    assert!(covered(1, "v =") && !covered(1, "w {"));
    assert!(covered(2, "w {") && !covered(2, "v ="));
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
fn conditions_that_fan_out_come_to_an_end() {
    let mut locals: Vec<String> =
        (0..60).map(|i| format!("  c{i} = local.c{0} && local.c{0}\n", i + 1)).collect();
    locals.push("  c60 = var.x == \"a\"\n".to_owned());
    let rest = format!("variable \"x\" {{}}\nlocals {{\n{}}}\n", locals.concat());
    let text = format!("resource \"aws_x\" \"a\" {{\n  v = local.c0 ? 1 : 2\n}}\n{rest}");
    let r = run(&[("main.tf", &text)]);
    assert!(!r.show("aws_x.a", "v").is_empty());
    assert_eq!(r.out.notices.len(), 1);
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

#[test]
fn keys_that_depend_on_the_deployment_lead_to_their_elements() {
    let main = (
        "main.tf",
        "variable \"e\" {}\nlocals {\n  t = { dev = 3, prod = 30 }\n}\nresource \"aws_x\" \"a\" {\n  v = local.t[var.e]\n  w = lookup(local.t, var.e, 5)\n}\n",
    );
    let r = run(&[main, ("env/dev.tfvars", "e = \"dev\"\n"), ("env/prod.tfvars", "e = \"prod\"\n")]);
    for path in ["v", "w"] {
        assert_eq!(r.show("aws_x.a", path), "3 if deployment = dev | 30 if deployment = prod");
    }
    // Without a value it may be any of them, or none.
    assert_eq!(run(&[main]).show("aws_x.a", "v"), "?");
    assert_eq!(run(&[main]).show("aws_x.a", "w"), "?");
}

#[test]
fn instances_nobody_can_count_name_each_other_by_the_same_key() {
    let r = run(&[(
        "main.tf",
        r#"
variable "m" {}
resource "aws_q" "q" {
  for_each = var.m
}
resource "aws_x" "x" {
  for_each = var.m
  own      = aws_q.q[each.key].arn
  other    = aws_q.q["a"].arn
}
"#,
    )]);
    assert_eq!(r.show("aws_x.x[…]", "own"), "#0.arn if any aws_q.q and any aws_x.x");
    assert_eq!(r.show("aws_x.x[…]", "other"), "?");
}

#[test]
fn what_a_default_makes_is_there_whenever_it_is_named() {
    let r = run(&[(
        "main.tf",
        r#"
variable "m" {
  default = { a = 1 }
}
variable "n" {
  default = 1
}
resource "aws_q" "q" {
  for_each = var.m
}
resource "aws_c" "c" {
  count = var.n
}
resource "aws_x" "x" {
  for_each = var.m
  own      = aws_q.q[each.key].arn
  first    = aws_c.c[0].arn
  all      = length(aws_q.q)
  keys     = [for k, q in aws_q.q : k]
}
"#,
    )]);
    let x = "aws_x.x[\"a\"]";
    let id = r.at("aws_q.q[\"a\"]").id.0;
    assert_eq!(r.show(x, "own"), format!("#{id}.arn if var.m = its default"));
    let id = r.at("aws_c.c[0]").id.0;
    assert_eq!(r.show(x, "first"), format!("#{id}.arn if var.m = its default and var.n = its default"));
    // How many there are is another question.
    assert_eq!(r.show(x, "all"), "?");
    assert_eq!(r.show(x, "keys"), "[\"a\" if var.m = its default, …] if var.m = its default");
}

#[test]
fn conditions_of_different_instances_are_different() {
    let r = run(&[(
        "main.tf",
        r#"
variable "m" {
  default = { a = { on = ["x"] }, b = { on = [] } }
}
resource "aws_x" "x" {
  for_each = var.m
  v        = [for k in ["x", "y"] : k if contains(each.value.on, k)]
}
"#,
    )]);
    let conditions = |key: &str| -> std::collections::BTreeSet<String> {
        let (items, _) = r.get(&format!("aws_x.x[\"{key}\"]"), "v").items();
        let alts = items.iter().flat_map(|(t, _)| t.alts().to_vec());
        alts.flat_map(|a| a.guards.iter().map(|g| g.subject.to_string()).collect::<Vec<_>>())
            .filter(|s| s.contains("condition"))
            .collect()
    };
    let (a, b) = (conditions("a"), conditions("b"));
    assert_eq!((a.len(), b.len()), (2, 2));
    assert!(a.is_disjoint(&b), "{a:?} {b:?}");
}
