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

#[test]
fn comment_properties_cover_the_object_they_stand_in() {
    let text = "{\n  \"//\": [\"about this\", \"lamlint: ignore-file[rule-z]\"],\n  \"resource\": {\"aws_x\": {\n    \"a\": {\n      \"//\": \"lamlint: ignore[rule-a, rule-b] as \\\"agreed\\\"\",\n      \"v\": 1,\n      \"w\": {\"//\": \"lamlint: ignore[rule-c]\", \"x\": 2},\n      \"y\": \"lamlint: ignore[no]\"\n    },\n    \"b\": {\"//\": \"lamlint: ignore\", \"v\": 3}\n  }}\n}\n";
    let facts = read(&SourceText::file(FileId(0), text), "main.tf.json").unwrap().unwrap();
    let all = &facts.suppressions;
    let slice = |s: lamlint_model::source::Span| &text[s.start as usize..s.end as usize];
    let names: Vec<Vec<&str>> =
        all.iter().map(|d| d.rules.iter().map(|(_, at)| slice(*at)).collect()).collect();
    assert_eq!(names, [vec!["rule-z"], vec!["rule-a", "rule-b"], vec!["rule-c"], vec![]]);
    assert_eq!(slice(all[0].covers[0]), text);
    let covered = slice(all[1].covers[0]);
    assert!(
        covered.starts_with("\"a\": {") && covered.ends_with("\"lamlint: ignore[no]\"\n    }"),
        "{covered}"
    );
    assert_eq!(all[1].reason, "as \"agreed\"");
    assert!(slice(all[2].covers[0]).starts_with("\"w\": {"));
    assert!(all[3].problem.is_some());
}

/// What stands at the places of a tree: of maps their keys with what they hold, of lists their elements.
fn written<'t>(t: &Tree, text: &'t str, out: &mut Vec<&'t str>) {
    let slice = |s: lamlint_model::source::Span| &text[s.start as usize..s.end as usize];
    match t.only() {
        Some(Node::Map { entries, .. }) => {
            for e in entries {
                out.push(slice(e.key_span));
                written(&e.value, text, out);
            }
        }
        Some(Node::List { items, .. }) => {
            for i in items {
                out.push(slice(i.span()));
                written(i, text, out);
            }
        }
        _ => out.push(slice(t.span())),
    }
}

#[test]
fn parts_of_heredocs_have_their_own_places() {
    let of = |v: &str| -> Vec<String> {
        let text = format!("\u{feff}variable \"n\" {{}}\n# é\nresource \"aws_x\" \"a\" {{\n  v = {v}\n}}\n");
        let r = run(&[("main.tf", &text)]);
        let mut out = Vec::new();
        written(&r.get("aws_x.a", "v"), &text, &mut out);
        out.into_iter().map(str::to_owned).collect()
    };
    let plain = "<<EOF\n{\n  \"é\": [\"s3:*\",\n    {\"b\": 2}]\n}\nEOF\n";
    let parts = ["\"é\"", "\"s3:*\"", "\"s3:*\"", "{\"b\": 2}", "\"b\"", "2"];
    assert_eq!(of(plain), parts);
    assert_eq!(of(&plain.replace('\n', "\r\n")), parts);
    assert_eq!(of("<<-EOF\n    {\n      \"é\": [\"s3:*\",\n\t  {\"b\": 2}]\n    }\n  EOF\n"), parts);
    // Holes, before and in a value; what follows them on the line; text that only looks like a hole.
    assert_eq!(
        of(
            "<<-EOF\n    {\"${local.k}\": \"x-${var.n}/*\", \"u\": \"$${aws:username}\", \"z\": ${jsonencode([var.n])}, \"e\": 1}\n  EOF\n}\nlocals {\n  k = \"key\"\n"
        ),
        [
            "\"${local.k}\"",
            "\"x-${var.n}/*\"",
            "\"u\"",
            "\"$${aws:username}\"",
            "\"z\"",
            "jsonencode([var.n])",
            "jsonencode([var.n])",
            "\"e\"",
            "1"
        ]
    );
    assert_eq!(
        of("yamldecode(<<EOF\nA:\n  - é: [x, 2]\nEOF\n)"),
        ["A", "é: [x, 2]", "é", "x", "x", "2", "2"]
    );
    // Directives and marks leave it at one place.
    let whole = "<<EOF\n{\"a\": 1%{ if true }, \"b\": 2%{ endif }}\nEOF";
    assert_eq!(of(&format!("{whole}\n")), [whole]);
}

#[test]
fn heredocs_are_text_where_text_is_asked_for() {
    let one = |v: &str| {
        let text = format!(
            "locals {{\n  d = <<EOF\n{{\"a\": 1}}\nEOF\n}}\nresource \"aws_x\" \"a\" {{\n  v = {v}\n}}\n"
        );
        run(&[("main.tf", &text)]).show("aws_x.a", "v")
    };
    assert_eq!(one("local.d"), "{a: 1}");
    assert_eq!(one("trimspace(local.d)"), "{a: 1}");
    assert_eq!(one("jsondecode(local.d).a"), "1");
    assert_eq!(one("local.d == \"\" ? 1 : 2"), "2");
    assert_eq!(one("length(<<EOF\n{\"a\": 1}\nEOF\n)"), "9");
    assert_eq!(one("\"<${local.d}>\""), "\"<{\\\"a\\\":1}>\"");
    assert_eq!(one("<<EOF\n{ no json\nEOF\n"), "\"{ no json\\n\"");
}
