//! Repairs of Terraform modules.

use super::{Intent, ResourceId, Value, mend, named};
use lamlint_model::App;
use lamlint_model::value::Attr;
use smol_str::SmolStr;

fn set(text: &str, path: &str, value: &Value) -> String {
    let path: Vec<SmolStr> = path.split('.').map(SmolStr::new).collect();
    mend("main.tf", text, |_, r| Intent::Set { resource: r, path: path.clone(), value: value.clone() })
}

fn visibility(body: &str) -> String {
    let text = format!("resource \"aws_sqs_queue\" \"R\" {body}\n");
    let out = set(&text, "VisibilityTimeout", &Value::Int(360));
    match out.strip_prefix("resource \"aws_sqs_queue\" \"R\" ") {
        Some(rest) => rest.trim_end().to_owned(),
        None => out,
    }
}

#[test]
fn an_argument_is_set_where_it_belongs() {
    for (before, after) in [
        (
            "{\n  visibility_timeout_seconds = 30 # short\n}",
            "{\n  visibility_timeout_seconds = 360 # short\n}",
        ),
        ("{\n  visibility_timeout_seconds = \"30\"\n}", "{\n  visibility_timeout_seconds = \"360\"\n}"),
        ("{}", "{\n  visibility_timeout_seconds = 360\n}"),
        (
            "{\n  # its name\n  name = \"a\" # b\n}",
            "{\n  # its name\n  name                       = \"a\" # b\n  visibility_timeout_seconds = 360\n}",
        ),
        // Before the blocks and what comes last; the group of neighbours is aligned, the others are not touched.
        (
            "{\n  name = \"a\"\n\n  delay_seconds               = 1\n  content_based_deduplication = true\n\n  tags = {\n    a = 1\n  }\n\n  lifecycle {\n    prevent_destroy = true\n  }\n}",
            "{\n  name = \"a\"\n\n  delay_seconds               = 1\n  content_based_deduplication = true\n  visibility_timeout_seconds  = 360\n\n  tags = {\n    a = 1\n  }\n\n  lifecycle {\n    prevent_destroy = true\n  }\n}",
        ),
        // Not aligned before.
        (
            "{\n  name = \"a\"\n  delay_seconds = 1\n}",
            "{\n  name = \"a\"\n  delay_seconds = 1\n  visibility_timeout_seconds = 360\n}",
        ),
    ] {
        assert_eq!(visibility(before), after);
        let (before, after) = (before.replace('\n', "\r\n"), after.replace('\n', "\r\n"));
        if before.contains('\r') {
            assert_eq!(visibility(&before), after);
        }
    }
}

#[test]
fn what_is_computed_or_shared_is_left() {
    for before in [
        "{\n  visibility_timeout_seconds = var.timeout\n}",
        "{\n  visibility_timeout_seconds = 5 * 6\n}",
        "{\n  visibility_timeout_seconds = \"${30}\"\n}",
        "{\n  visibility_timeout_seconds = null\n}",
        "{\n  visibility_timeout_seconds = (30)\n}",
        "{\n  count = 1\n  name  = \"a\"\n}",
        "{\n  for_each = toset([\"a\"])\n  name     = each.key\n}",
        "{ name = \"a\" }",
    ] {
        let text = format!("resource \"aws_sqs_queue\" \"R\" {before}\n");
        let out = first_set(&text);
        assert!(out.starts_with("refused"), "{before}: {out}");
    }
}

/// Of the first resource, whose name may have a key.
fn first_set(text: &str) -> String {
    let (sources, app) = super::project("main.tf", text);
    let intent = Intent::Set {
        resource: app.resources[0].id,
        path: vec!["VisibilityTimeout".into()],
        value: Value::Int(360),
    };
    match super::Editor::new(&app, &sources).edits(&super::Fix::safe("x", intent)) {
        Ok(_) => "made".to_owned(),
        Err(e) => format!("refused: {}", e.0),
    }
}

fn variable(body: &str) -> String {
    let text = format!("resource \"aws_lambda_function\" \"R\" {{\n{body}}}\n");
    let out = set(&text, "Environment.Variables.NEW", &Value::str("${x}"));
    match out.strip_prefix("resource \"aws_lambda_function\" \"R\" {\n") {
        Some(rest) => rest.strip_suffix("}\n").unwrap_or(rest).to_owned(),
        None => out,
    }
}

#[test]
fn a_variable_is_an_entry_of_its_map() {
    let new = "  environment {\n    variables = {\n      NEW = \"$${x}\"\n    }\n  }\n";
    assert_eq!(variable("  handler = \"a.b\"\n"), format!("  handler = \"a.b\"\n\n{new}"));
    assert_eq!(
        variable("  handler = \"a.b\"\n  depends_on = []\n"),
        format!("  handler = \"a.b\"\n\n{new}\n  depends_on = []\n")
    );
    assert_eq!(variable(""), new);
    for (before, after) in [
        ("{}", "{\n      NEW = \"$${x}\"\n    }"),
        ("{ A = 1 }", "{ A = 1, NEW = \"$${x}\" }"),
        ("{\n      A = 1\n    }", "{\n      A   = 1\n      NEW = \"$${x}\"\n    }"),
        (
            "{\n      \"A\" : 1, # a\n      \"B\" : 2\n    }",
            "{\n      \"A\" : 1, # a\n      \"B\" : 2,\n      \"NEW\": \"$${x}\"\n    }",
        ),
        ("{\n      LONG = 1, # a\n    }", "{\n      LONG = 1, # a\n      NEW  = \"$${x}\",\n    }"),
        ("{\n      NEW = \"old\" # a\n    }", "{\n      NEW = \"$${x}\" # a\n    }"),
    ] {
        let body = |map: &str| format!("  environment {{\n    variables = {map}\n  }}\n");
        assert_eq!(variable(&body(before)), body(after));
    }
    for before in [
        "  environment {\n    variables = merge({}, local.more)\n  }\n",
        "  environment {\n    variables = local.variables\n  }\n",
        "  environment {\n    variables = {\n      (var.name) = 1\n    }\n  }\n",
        "  environment {\n    variables = {\n      # none\n    }\n  }\n",
        "  dynamic \"environment\" {\n    for_each = [1]\n    content {\n      variables = {}\n    }\n  }\n",
    ] {
        assert!(variable(before).starts_with("refused"), "{before}: {}", variable(before));
    }
}

fn statement(app: &App) -> Value {
    let on = Value::Of(named(app, "jobs"), Attr::Arn);
    Value::Map(
        vec![
            ("Effect".into(), Value::str("Allow")),
            ("Action".into(), Value::List(vec![Value::str("sqs:SendMessage")], false)),
            ("Resource".into(), on),
        ],
        false,
    )
}

fn allowed(role: &str) -> String {
    let text = format!("resource \"aws_sqs_queue\" \"jobs\" {{}}\n\n{role}");
    let out = mend("main.tf", &text, |app, r: ResourceId| {
        let document = Value::Map(
            vec![
                ("Version".into(), Value::str("2012-10-17")),
                ("Statement".into(), Value::List(vec![statement(app)], false)),
            ],
            false,
        );
        let value = vec![("PolicyName".into(), Value::str("SendJobs")), ("PolicyDocument".into(), document)];
        Intent::Append { resource: r, path: vec!["Policies".into()], value: Value::Map(value, false) }
    });
    match out.split_once("{}\n\n") {
        Some((_, rest)) => rest.to_owned(),
        None => out,
    }
}

const ROLE: &str = "resource \"aws_iam_role\" \"R\" {\n  name = \"r\"\n}\n";

#[test]
fn a_statement_goes_where_the_role_has_its_own() {
    let inline = |statements: &str| {
        format!(
            "{ROLE}\nresource \"aws_iam_role_policy\" \"p\" {{\n  role = aws_iam_role.R.id\n  policy = jsonencode({{\n    Statement = {statements}\n  }})\n}}\n"
        )
    };
    let item = |pad: &str| {
        format!(
            "{{\n{pad}  Effect   = \"Allow\"\n{pad}  Action   = [\"sqs:SendMessage\"]\n{pad}  Resource = aws_sqs_queue.jobs.arn\n{pad}}}"
        )
    };
    let one = "{\n        Effect = \"Deny\"\n      }";
    assert_eq!(
        allowed(&inline(&format!("[\n      {one},\n    ]"))),
        inline(&format!("[\n      {one},\n      {},\n    ]", item("      ")))
    );
    assert_eq!(
        allowed(&inline(&format!("[\n      {one} # no\n    ]"))),
        inline(&format!("[\n      {one}, # no\n      {}\n    ]", item("      ")))
    );
    assert_eq!(
        allowed(&inline("[{\n      Effect = \"Deny\"\n    }]")),
        inline(&format!("[{{\n      Effect = \"Deny\"\n    }}, {}]", item("    ")))
    );
    // A policy of its own where there is none, or none that can be written to.
    let own = format!(
        "\nresource \"aws_iam_role_policy\" \"R_send_jobs\" {{\n  name = \"SendJobs\"\n  role = aws_iam_role.R.name\n  policy = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [\n      {}\n    ]\n  }})\n}}\n",
        item("      ")
    );
    assert_eq!(allowed(ROLE), format!("{ROLE}{own}"));
    let computed = inline("local.statements");
    assert_eq!(allowed(&computed), computed.replacen(ROLE, &format!("{ROLE}{own}"), 1));
    let listed = "resource \"aws_iam_role\" \"R\" {\n  inline_policy {}\n}\n";
    assert!(allowed(listed).starts_with("refused"), "{}", allowed(listed));
}

#[test]
fn a_statement_goes_into_a_document_of_the_role_alone() {
    let text = |more: &str, statement: &str| {
        format!(
            "{ROLE}\ndata \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    actions = [\"s3:*\"]\n  }}\n{statement}}}\n\nresource \"aws_iam_role_policy\" \"p\" {{\n  role   = aws_iam_role.R.id\n  policy = data.aws_iam_policy_document.d.json\n}}\n{more}"
        )
    };
    let new = "\n  statement {\n    effect    = \"Allow\"\n    actions   = [\"sqs:SendMessage\"]\n    resources = [aws_sqs_queue.jobs.arn]\n  }\n";
    assert_eq!(allowed(&text("", "")), text("", new));
    let more = "\noutput \"o\" {\n  value = data.aws_iam_policy_document.d.json\n}\n";
    assert!(allowed(&text(more, "")).contains("R_send_jobs"));
}

#[test]
fn a_resource_is_added_behind_another_one() {
    let add = |text: &str| {
        mend("main.tf", text, |app, r| Intent::Add {
            behind: r,
            name: "WorkerFromApiPermission".into(),
            type_name: "AWS::Lambda::Permission".into(),
            properties: Value::Map(
                vec![
                    ("Action".into(), Value::str("lambda:InvokeFunction")),
                    ("FunctionName".into(), Value::Of(named(app, "worker"), Attr::Name)),
                    ("Principal".into(), Value::str("sns.amazonaws.com")),
                    ("SourceArn".into(), Value::Of(r, Attr::Arn)),
                ],
                false,
            ),
        })
    };
    let text =
        "resource \"aws_lambda_function\" \"worker\" {}\nresource \"aws_sns_topic\" \"R\" {} # t\n\n# end\n";
    assert_eq!(
        add(text),
        text.replacen(
            "# t\n",
            "# t\n\nresource \"aws_lambda_permission\" \"worker_from_api_permission\" {\n  action        = \"lambda:InvokeFunction\"\n  function_name = aws_lambda_function.worker.function_name\n  principal     = \"sns.amazonaws.com\"\n  source_arn    = aws_sns_topic.R.arn\n}\n",
            1
        )
    );
    let taken = format!("{text}resource \"aws_lambda_permission\" \"worker_from_api_permission\" {{}}\n");
    assert!(add(&taken).starts_with("refused"));
}

#[test]
fn constants_of_resources_are_replaced() {
    let replace = |text: &str, old: &str| {
        mend("main.tf", text, |app, _| {
            let start = text.find(old).expect("it is there");
            let file = app.resources[0].anchor.span.file;
            let at = lamlint_model::Span::new(file, start, start + old.len());
            Intent::Replace { at, value: Value::str("python3.14") }
        })
    };
    let text = "resource \"aws_lambda_function\" \"R\" {\n  runtime = \"python3.8\" # old\n}\n";
    assert_eq!(replace(text, "\"python3.8\""), text.replace("3.8", "3.14"));
    for text in [
        "variable \"v\" {\n  default = \"python3.8\"\n}\nresource \"aws_lambda_function\" \"R\" {\n  runtime = var.v\n}\n",
        "locals {\n  v = \"python3.8\"\n}\nresource \"aws_lambda_function\" \"R\" {\n  runtime = local.v\n}\n",
        "resource \"aws_lambda_function\" \"R\" {\n  runtime = var.a ? \"python3.8\" : \"python3.9\"\n}\n",
    ] {
        assert!(replace(text, "\"python3.8\"").starts_with("refused"), "{text}");
    }
}
