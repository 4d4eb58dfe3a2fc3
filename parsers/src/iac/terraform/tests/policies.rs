//! Documents written in a module: policies, JSON, comments.

use super::*;

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
        show(&super::super::documents::json_tree(&r.get("aws_x.a", "v")))
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
