//! Whole modules of Terraform, from text to canonical resources.

use super::{Assembled, assembled, prop, resource};
use crate::iac::Deploy;
use lamlint_model::app::CodeRef;
use lamlint_model::policy::identity_of;

fn module(text: &str) -> Assembled {
    assembled(
        &[("infra/main.tf", text), ("src/app.py", ""), ("infra/modules/x/index.py", "")],
        &Deploy::default(),
    )
}

const ROLE: &str = r#"
resource "aws_iam_role" "role" {
  name = "worker"
}
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.role.arn
}
"#;

fn labels(text: &str) -> (Vec<String>, bool) {
    let a = module(&format!("{ROLE}{text}"));
    let identity = identity_of(&a.app, resource(&a, "worker").id);
    let labels = identity.statements.iter().map(|s| s.origin.label.to_string());
    let mut labels: Vec<String> = labels.collect();
    labels.dedup();
    (labels, identity.open.is_none())
}

#[test]
fn policies_that_are_looked_up() {
    let attach = r#"
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.role.name
  policy_arn = data.aws_iam_policy.p.arn
}
"#;
    let with =
        |arguments: &str| labels(&format!("data \"aws_iam_policy\" \"p\" {{\n{arguments}\n}}\n{attach}"));
    let basic = || vec!["the managed policy `AWSLambdaBasicExecutionRole`".to_owned()];
    assert_eq!(with(r#"name = "AWSLambdaBasicExecutionRole""#), (basic(), true));
    let arn = r#"arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole""#;
    assert_eq!(with(arn), (basic(), true));
    // One of the account.
    assert_eq!(with(r#"name = "our-own-policy""#), (vec![], false));
    assert_eq!(with("name = var.policy"), (vec![], false));
}

#[test]
fn attachments_of_many_kinds() {
    let (found, closed) = labels(
        r#"
locals {
  policies = {
    logs = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    vpc  = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
  }
}
resource "aws_iam_role_policy_attachment" "each" {
  for_each   = local.policies
  role       = aws_iam_role.role.id
  policy_arn = each.value
}
resource "aws_iam_role_policy_attachment" "none" {
  count      = 0
  role       = aws_iam_role.role.id
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"#,
    );
    assert_eq!(
        found,
        [
            "the managed policy `AWSLambdaBasicExecutionRole`",
            "the managed policy `AWSLambdaVPCAccessExecutionRole`"
        ]
    );
    assert!(closed);
    // A loop over what is not known.
    let (_, closed) = labels(
        r#"
variable "policies" {
  type = set(string)
}
resource "aws_iam_role_policy_attachment" "each" {
  for_each   = var.policies
  role       = aws_iam_role.role.id
  policy_arn = each.value
}
"#,
    );
    assert!(!closed);
}

#[test]
fn code_of_archives() {
    let of = |archive: &str, function: &str| {
        let text = format!(
            "data \"archive_file\" \"zip\" {{\n  type = \"zip\"\n{archive}\n}}\n\
             resource \"aws_lambda_function\" \"worker\" {{\n  function_name = \"worker\"\n{function}\n}}\n"
        );
        let a = module(&text);
        resource(&a, "worker").code.as_ref().and_then(|c| c.only().cloned())
    };
    let dir = Some(CodeRef::Directory("src".into()));
    let written = "source_dir = \"${path.module}/../src\"\noutput_path = \"${path.module}/out/${terraform.workspace}.zip\"";
    assert_eq!(of(written, "filename = data.archive_file.zip.output_path"), dir);
    assert_eq!(of(written, "filename = \"${path.module}/out/${terraform.workspace}.zip\""), dir);
    assert_eq!(of("source_dir = \"../src\"\noutput_path = \"out/a.zip\"", "filename = \"out/a.zip\""), dir);
    let file = "source_file = \"${path.root}/../src/app.py\"\noutput_path = \"a.zip\"";
    assert_eq!(
        of(file, "filename = data.archive_file.zip.output_path"),
        Some(CodeRef::File("src/app.py".into()))
    );
    // Made by a build, and of text.
    let built = "source_dir = \"dist\"\noutput_path = \"a.zip\"";
    assert_eq!(of(built, "filename = data.archive_file.zip.output_path"), None);
    let text = "output_path = \"a.zip\"\nsource {\n  content = \"x\"\n  filename = \"app.py\"\n}";
    assert_eq!(of(text, "filename = data.archive_file.zip.output_path"), None);
}

#[test]
fn defaults_and_units() {
    let a = module(
        r#"
resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 6 * 30
}
resource "aws_lambda_function" "worker" {
  function_name                  = "worker"
  reserved_concurrent_executions = -1
  dynamic "environment" {
    for_each = [1]
    content {
      variables = merge({ A = "1" }, { B = aws_sqs_queue.jobs.url })
    }
  }
  provisioner "local-exec" {
    command = "echo ${self.arn}"
  }
}
"#,
    );
    assert_eq!(prop(&a, "jobs", &["VisibilityTimeout"]), "180");
    assert_eq!(prop(&a, "worker", &["ReservedConcurrentExecutions"]), "-");
    let f = a.app.function(resource(&a, "worker").id).unwrap();
    let names = f.env_names();
    assert_eq!((names.0, names.1), (vec!["A".into(), "B".into()], None));
    assert_eq!(f.timeout().only(), Some(&3));
    // What runs when it is made may do more than what is written.
    assert_eq!(resource(&a, "worker_script").type_name, "Custom::Script");
}
