//! Repairs as users make them.

mod support;

use std::fs;
use support::command::lamlint;
use tempfile::TempDir;

fn project(files: &[(&str, &[u8])]) -> TempDir {
    support::command::project(files)
}

/// A queue that is too fast for its function, and code that builds its client on every invocation.
const MENDABLE: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Jobs: # the queue\n    Type: AWS::SQS::Queue\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: python3.14\n      CodeUri: src/\n      Timeout: 60\n      Events:\n        Job: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}\n";
const MENDABLE_CODE: &str = "import boto3\n\n\ndef handler(event, context):\n    s3 = boto3.client(\"s3\")\n    s3.close()\n    return None\n";

#[test]
fn problems_are_mended_only_as_far_as_asked() {
    let dir = project(&[("template.yaml", MENDABLE.as_bytes()), ("src/app.py", MENDABLE_CODE.as_bytes())]);
    let read = |p: &str| fs::read_to_string(dir.path().join(p)).expect("still there");
    let a = lamlint(dir.path(), &["--diff", "--color", "never"]);
    assert_eq!(a.status, 1, "{}", a.err);
    assert_eq!(
        a.out,
        "--- template.yaml\n+++ template.yaml\n@@ -2,6 +2,8 @@\n Resources:\n   Jobs: # the queue\n     Type: AWS::SQS::Queue\n+    Properties:\n+      VisibilityTimeout: 360\n   Worker:\n     Type: AWS::Serverless::Function\n     Properties:\n"
    );
    assert_eq!((read("template.yaml"), read("src/app.py")), (MENDABLE.to_owned(), MENDABLE_CODE.to_owned()));

    let a = lamlint(dir.path(), &["--fix", "--format", "concise"]);
    assert_eq!(a.status, 1);
    assert!(a.err.starts_with("mended 1 problem in 1 file\n"), "{}", a.err);
    assert!(a.out.contains("init-inside-handler") && !a.out.contains("sqs-visibility-timeout"), "{}", a.out);
    assert_eq!(read("src/app.py"), MENDABLE_CODE);

    let a = lamlint(dir.path(), &["--fix", "--unsafe-fixes"]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    let code = "import boto3\n\n\ns3 = boto3.client(\"s3\")\n\n\ndef handler(event, context):\n    s3.close()\n    return None\n";
    assert_eq!(read("src/app.py"), code);
    assert_eq!(
        read("template.yaml"),
        MENDABLE.replacen("Queue\n", "Queue\n    Properties:\n      VisibilityTimeout: 360\n", 1)
    );
    let a = lamlint(dir.path(), &["--diff", "--unsafe-fixes"]);
    assert_eq!((a.status, a.out.as_str()), (0, ""));
    assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 2, "no temporary files are left");

    let a = lamlint(dir.path(), &["--unsafe-fixes"]);
    assert_eq!(a.status, 2);
    assert!(a.err.contains("give one of them"), "{}", a.err);
    assert_eq!(lamlint(dir.path(), &["--fix", "--diff"]).status, 2);
}

#[cfg(unix)]
#[test]
fn a_file_that_cant_be_written_leaves_all_as_they_are() {
    use std::os::unix::fs::PermissionsExt;
    let dir = project(&[("template.yaml", MENDABLE.as_bytes()), ("src/app.py", MENDABLE_CODE.as_bytes())]);
    let template = dir.path().join("template.yaml");
    fs::set_permissions(&template, fs::Permissions::from_mode(0o444)).expect("mine");
    let a = lamlint(dir.path(), &["--fix", "--unsafe-fixes"]);
    assert_eq!(a.status, 2);
    assert!(a.err.contains("can't write") && a.err.contains("nothing was changed"), "{}", a.err);
    assert_eq!(fs::read_to_string(dir.path().join("src/app.py")).expect("there"), MENDABLE_CODE);
    assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 2, "no temporary files are left");
}

#[test]
fn nothing_is_mended_where_the_rest_can_not_be_done() {
    let dir = project(&[
        ("template.yaml", MENDABLE.as_bytes()),
        ("src/app.py", MENDABLE_CODE.as_bytes()),
        ("b.json", b"{}"),
    ]);
    for args in [
        &["--output", "no/out.txt"][..],
        &["--output", "src"],
        &["--baseline", "b.json"],
        &["--baseline", "none.json"],
        &["--write-baseline=src"],
        &["--write-baseline=no/b.json"],
        &["--select", "event-lop"],
        &["--config", "none.toml"],
        &["--statistics", "--format", "sarif"],
    ] {
        let a = lamlint(dir.path(), &[&["--fix", "--unsafe-fixes"], args].concat());
        assert_eq!((a.status, a.out.as_str()), (2, ""), "{args:?}: {}", a.err);
        assert_eq!(a.err.lines().count(), 1, "{args:?}: {}", a.err);
        let read = |p: &str| fs::read_to_string(dir.path().join(p)).expect("still there");
        assert_eq!(
            (read("template.yaml"), read("src/app.py")),
            (MENDABLE.to_owned(), MENDABLE_CODE.to_owned())
        );
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 3, "{args:?}");
    }
}

/// What `--fix` makes of one file of a project with these rules.
fn fixed(files: &[(&str, &str)], rules: &str, path: &str) -> String {
    let dir = support::command::project(files);
    let select = format!("{rules},unused-suppression,unknown-rule");
    let args = ["--fix", "--select", &select, "--fail-on", "never", "--as-of", "2026-11-24"];
    let a = lamlint(dir.path(), &args);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    let text = fs::read_to_string(dir.path().join(path)).expect("still there");
    // It is the same when it is done again.
    let again = lamlint(dir.path(), &args);
    assert!(!again.err.contains("mended"), "{}", again.err);
    assert_eq!(fs::read_to_string(dir.path().join(path)).expect("still there"), text);
    text
}

const PYTHON: &str = "def handler(event, context):\n    return None\n";

#[test]
fn suppressions_of_nothing_go_from_templates() {
    let template = |runtime: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: app.handler\n      Runtime: {runtime}\n"
        )
    };
    let clean = template("python3.14");
    for (from, to) in [
        ("python3.14", "python3.14 # lamlint: ignore[deprecated-runtime] later"),
        ("      Runtime", "      # lamlint: ignore[deprecated-runtime, event-loop] later\n      Runtime"),
        ("  Worker:", "  Worker: # lamlint: ignore[deprecated-runtime]"),
        ("Transform", "# lamlint: ignore-file[deprecated-runtime]\n\nTransform"),
        (
            "    Properties",
            "    Metadata:\n      lamlint:\n        ignore:\n          - deprecated-runtime\n          - event-loop\n    Properties",
        ),
        ("    Properties", "    Metadata: {lamlint: {ignore: [deprecated-runtime]}}\n    Properties"),
    ] {
        let text = clean.replacen(from, to, 1);
        let files = [("template.yaml", text.as_str()), ("src/app.py", PYTHON)];
        assert_eq!(fixed(&files, "deprecated-runtime,event-loop", "template.yaml"), clean, "{to}");
        // The same with the line breaks of Windows.
        let text = text.replace('\n', "\r\n");
        let files = [("template.yaml", text.as_str()), ("src/app.py", PYTHON)];
        let expected = clean.replace('\n', "\r\n");
        assert_eq!(fixed(&files, "deprecated-runtime,event-loop", "template.yaml"), expected, "{to}");
    }
    // What is used stays; so do other metadata, other comments, and what did not run.
    let old = template("python3.8");
    for (before, after) in [
        (
            "# lamlint: ignore[event-loop, deprecated-runtime] later",
            "# lamlint: ignore[deprecated-runtime] later",
        ),
        ("# lamlint: ignore[deprecated-runtime] later", "# lamlint: ignore[deprecated-runtime] later"),
        (
            "# lamlint: ignore[deprecated-runtime, iam-wildcard]",
            "# lamlint: ignore[deprecated-runtime, iam-wildcard]",
        ),
        ("# lamlint: ignore[deprecated-runtme] later", "# lamlint: ignore[deprecated-runtime] later"),
        ("# lamlint: ignore[deprecated-runtme, deprecated-runtime]", "# lamlint: ignore[deprecated-runtime]"),
        ("# lamlint: ignore[event-lop] # noqa", "# lamlint: ignore[event-lop] # noqa"),
        ("# lamlint: ignore[event-loop] no # noqa", "# noqa"),
        (
            "\n      Description: >- # lamlint: ignore[event-loop]\n        words # lamlint: ignore[event-loop]",
            "\n      Description: >-\n        words # lamlint: ignore[event-loop]",
        ),
    ] {
        let text = |comment: &str| old.replace("python3.8", &format!("python3.8 {comment}"));
        let (before, after) = (text(before), text(after));
        let files = [("template.yaml", before.as_str()), ("src/app.py", PYTHON)];
        assert_eq!(fixed(&files, "deprecated-runtime,event-loop", "template.yaml"), after);
    }
    for (before, after) in [
        (
            "Metadata:\n      A: b\n      lamlint:\n        ignore: [event-loop]\n      C: d\n    ",
            "Metadata:\n      A: b\n      C: d\n    ",
        ),
        (
            "Metadata:\n      lamlint:\n        ignore:\n          - event-loop # gone\n          - \"deprecated-runtime\" # kept\n    ",
            "Metadata:\n      lamlint:\n        ignore:\n          - \"deprecated-runtime\" # kept\n    ",
        ),
        ("Metadata: {A: b, lamlint: {ignore: [event-loop]}}\n    ", "Metadata: {A: b}\n    "),
        (
            "Metadata: {lamlint: {ignore: ['deprecated-runtme']}}\n    ",
            "Metadata: {lamlint: {ignore: ['deprecated-runtime']}}\n    ",
        ),
    ] {
        let text = |metadata: &str| old.replace("Properties", &format!("{metadata}Properties"));
        let (before, after) = (text(before), text(after));
        let files = [("template.yaml", before.as_str()), ("src/app.py", PYTHON)];
        assert_eq!(fixed(&files, "deprecated-runtime,event-loop", "template.yaml"), after);
    }
}

#[test]
fn suppressions_of_nothing_go_from_json() {
    let template = |metadata: &str| {
        format!(
            "{{\n  \"Transform\": \"AWS::Serverless-2016-10-31\",\n  \"Resources\": {{\n    \"Worker\": {{\n      \"Type\": \"AWS::Serverless::Function\",\n{metadata}      \"Properties\": {{ \"CodeUri\": \"src/\", \"Handler\": \"app.handler\", \"Runtime\": \"python3.8\" }}\n    }}\n  }}\n}}\n"
        )
    };
    for (before, after) in [
        ("      \"Metadata\": { \"lamlint\": { \"ignore\": [\"event-loop\"] } },\n", ""),
        (
            "      \"Metadata\": {\n        \"lamlint\": {\n          \"ignore\": [\n            \"event-loop\",\n            \"deprecated-runtme\"\n          ]\n        }\n      },\n",
            "      \"Metadata\": {\n        \"lamlint\": {\n          \"ignore\": [\n            \"deprecated-runtime\"\n          ]\n        }\n      },\n",
        ),
        (
            "      \"Metadata\": { \"A\": 1, \"lamlint\": { \"ignore\": [\"event-loop\"] } },\n",
            "      \"Metadata\": { \"A\": 1 },\n",
        ),
    ] {
        let files = [("template.json", template(before)), ("src/app.py", PYTHON.to_owned())];
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
        assert_eq!(fixed(&files, "deprecated-runtime,event-loop", "template.json"), template(after));
    }
}

#[test]
fn suppressions_of_nothing_go_from_code() {
    let template = |runtime: &str, code: &str| {
        format!(
            "Resources:\n  Worker:\n    Type: AWS::Lambda::Function\n    Properties:\n      {code}\n      Handler: app.handler\n      Runtime: {runtime}\n"
        )
    };
    for (file, runtime, before, after) in [
        (
            "src/app.py",
            "python3.14",
            "\"\"\"Words.\"\"\"\n\n# lamlint: ignore[init-inside-handler] once\n\ndef handler(event, context):\n    # lamlint: ignore[event-loop]\n    return None  # lamlint: ignore[event-loop] # noqa\n",
            "\"\"\"Words.\"\"\"\n\ndef handler(event, context):\n    return None  # noqa\n",
        ),
        (
            "src/app.js",
            "nodejs24.x",
            "/**\n * lamlint: ignore[event-loop] words\n */\nexports.handler = async () => {\n  // lamlint: ignore[event-loop]\n  return 1; /* lamlint: ignore[event-loop] */ // words\n};\n",
            "exports.handler = async () => {\n  return 1; // words\n};\n",
        ),
        (
            "src/app.ts",
            "nodejs24.x",
            "export const handler = async (): Promise<number> => { // lamlint: ignore[event-loop] words\n  return /* lamlint: ignore[event-loop] */ 1;\n};\n",
            "export const handler = async (): Promise<number> => {\n  return 1;\n};\n",
        ),
    ] {
        let template = template(runtime, "CodeUri: src/").replace("AWS::Lambda", "AWS::Serverless");
        let template = format!("Transform: AWS::Serverless-2016-10-31\n{template}");
        let files = [("template.yaml", template.as_str()), (file, before)];
        assert_eq!(fixed(&files, "event-loop,init-inside-handler", file), after, "{file}");
    }
    let block = |code: &str| template("python3.14", &format!("Code:\n        ZipFile: |\n{code}"));
    let before = block(
        "          # lamlint: ignore[event-loop]\n          def handler(event, context):\n              # lamlint: ignore[event-loop]\n              return None # lamlint: ignore[event-loop] x",
    );
    let after = block("          def handler(event, context):\n              return None");
    let name = |t: &str| t.replace("app.handler", "index.handler");
    assert_eq!(fixed(&[("t.yaml", &name(&before))], "event-loop", "t.yaml"), name(&after));
    // Where lines of the code are no lines of the file, it stays.
    let quoted = name(&template(
        "python3.14",
        "Code: {ZipFile: \"# lamlint: ignore[event-loop]\\ndef handler(event, context):\\n  return None\\n\"}",
    ));
    assert_eq!(fixed(&[("t.yaml", &quoted)], "event-loop", "t.yaml"), quoted);
}

#[test]
fn what_a_baseline_knows_is_not_mended() {
    let dir = project(&[("template.yaml", MENDABLE.as_bytes()), ("src/app.py", MENDABLE_CODE.as_bytes())]);
    let read = |p: &str| fs::read_to_string(dir.path().join(p)).expect("still there");
    let only = ["--select", "sqs-visibility-timeout", "--write-baseline=b.json"];
    assert_eq!(lamlint(dir.path(), &only).status, 0);
    let known = read("b.json");
    let a = lamlint(dir.path(), &["--diff", "--unsafe-fixes", "--baseline", "b.json"]);
    assert!(a.status == 1 && a.out.contains("src/app.py") && !a.out.contains("template.yaml"), "{}", a.out);
    let a = lamlint(dir.path(), &["--fix", "--unsafe-fixes", "--baseline", "b.json"]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    assert!(a.err.starts_with("mended 1 problem in 1 file\n"), "{}", a.err);
    assert!(
        a.out.contains("1 finding in the baseline") && !a.err.contains("no longer"),
        "{}{}",
        a.out,
        a.err
    );
    assert_eq!((read("template.yaml"), read("b.json")), (MENDABLE.to_owned(), known.clone()));
    assert_ne!(read("src/app.py"), MENDABLE_CODE);
    // Pruning does not mend it, either; without the baseline it is mended.
    let a = lamlint(dir.path(), &["--fix", "--baseline", "b.json", "--prune-baseline"]);
    assert_eq!((a.status, read("template.yaml"), read("b.json")), (0, MENDABLE.to_owned(), known));
    assert_eq!(lamlint(dir.path(), &["--fix"]).status, 0);
    assert_ne!(read("template.yaml"), MENDABLE);
}

/// A function of Terraform with a problem in each of its parts.
const MODULE: &str = r#"resource "aws_iam_role" "worker" {
  name = "worker"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "worker" {
  role = aws_iam_role.worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # The queue.
      {
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = aws_sqs_queue.jobs.arn
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:*:*:*"
      },
    ]
  })
}

resource "aws_dynamodb_table" "orders" {
  name     = "orders"
  hash_key = "id"
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs" # work
}

resource "aws_sns_topic" "news" {}

resource "aws_sns_topic_subscription" "news" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.worker.arn
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn
  filename      = data.archive_file.code.output_path
  handler       = "app.handler"
  runtime       = "python3.8" # old
  timeout       = 60

  environment {
    variables = {
      ORDERS = aws_dynamodb_table.orders.name
    }
  }
}

resource "aws_lambda_function" "other" {
  function_name = "other"
  role          = aws_iam_role.worker.arn
  filename      = data.archive_file.code.output_path
  handler       = "app.handlr"
  runtime       = var.runtime
}

variable "runtime" {
  default = "python3.8"
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/code.zip"
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.worker.arn
}
"#;

const MODULE_CODE: &str = "import os\n\nimport boto3\n\ntable = boto3.resource(\"dynamodb\").Table(os.environ[\"ORDERS\"])\n\n\ndef handler(event, context):\n    table.put_item(Item={\"id\": \"1\"})\n    return os.environ[\"OWNER_NAME\"]\n";

#[test]
fn modules_of_terraform_are_mended() {
    let alone =
        MODULE.replace("resource \"aws_lambda_function\" \"other\"", "resource \"null_resource\" \"other\"");
    let dir = project(&[("main.tf", alone.as_bytes()), ("src/app.py", MODULE_CODE.as_bytes())]);
    let args = ["--unsafe-fixes", "--as-of", "2026-11-24", "--color", "never"];
    let a = lamlint(dir.path(), &[&["--diff"][..], &args].concat());
    let changed: Vec<&str> = a.out.lines().filter(|l| l.starts_with(['+', '-'])).collect();
    assert_eq!(
        changed,
        [
            "--- main.tf",
            "+++ main.tf",
            "+      {",
            "+        Effect   = \"Allow\"",
            "+        Action   = [\"dynamodb:PutItem\"]",
            "+        Resource = aws_dynamodb_table.orders.arn",
            "+      },",
            "-  name = \"jobs\" # work",
            "+  name                       = \"jobs\" # work",
            "+  visibility_timeout_seconds = 360",
            "+resource \"aws_lambda_permission\" \"worker_from_news_permission\" {",
            "+  action        = \"lambda:InvokeFunction\"",
            "+  function_name = aws_lambda_function.worker.function_name",
            "+  principal     = \"sns.amazonaws.com\"",
            "+  source_arn    = aws_sns_topic.news.arn",
            "+}",
            "+",
            "-  runtime       = \"python3.8\" # old",
            "+  runtime       = \"python3.14\" # old",
            "-      ORDERS = aws_dynamodb_table.orders.name",
            "+      ORDERS     = aws_dynamodb_table.orders.name",
            "+      OWNER_NAME = \"\"",
        ],
        "{}",
        a.err
    );
    let a = lamlint(dir.path(), &[&["--fix"][..], &args].concat());
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    let a = lamlint(dir.path(), &["--as-of", "2026-11-24"]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
}

#[test]
fn what_a_variable_of_terraform_says_is_not_mended() {
    let code = "def handler(event, context):\n    return None\n";
    let dir = project(&[("main.tf", MODULE.as_bytes()), ("src/app.py", code.as_bytes())]);
    let select = ["--select", "handler-not-found,deprecated-runtime", "--as-of", "2026-11-24"];
    let a = lamlint(dir.path(), &[&["--fix", "--unsafe-fixes", "--format", "concise"][..], &select].concat());
    let text = fs::read_to_string(dir.path().join("main.tf")).expect("still there");
    let expected = MODULE.replacen("app.handlr", "app.handler", 1).replacen(
        "python3.8\" # old",
        "python3.14\" # old",
        1,
    );
    assert_eq!(text, expected, "{}{}", a.out, a.err);
    assert!(a.out.contains("deprecated-runtime") && !a.out.contains("handler-not-found"), "{}", a.out);
}
