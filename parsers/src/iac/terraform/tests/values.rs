//! Values: references, functions, conditions, instances, bounds.

use super::*;

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
