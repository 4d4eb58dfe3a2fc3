//! Terraform as users run it: which files are read, and what is said of those that are not.

mod support;

use support::command::{lamlint, project};

const MAIN: &[u8] =
    b"variable \"n\" {}\nresource \"aws_sqs_queue\" \"a\" {\n  visibility_timeout_seconds = var.n\n}\n";

#[test]
fn files_of_values_are_read_where_they_are_named() {
    let dir = project(&[
        ("app/main.tf", MAIN),
        ("app/.gitignore", b"*.tfvars\n"),
        ("app/prod.tfvars", b"n = 30\n"),
        ("app/values.txt", b"n = 30\n"),
        ("other.tfvars", b"n = 30\n"),
    ]);
    let a = lamlint(dir.path(), &["app"]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    assert!(a.out.ends_with("; 1 file read\n"), "{}", a.out);
    let a = lamlint(dir.path(), &["app", "--tfvars", "app/prod.tfvars"]);
    assert_eq!((a.status, a.err.as_str()), (0, ""));
    assert!(a.out.ends_with("; 2 files read\n"), "{}", a.out);
    for (file, why) in [
        ("gone.tfvars", "can't open `gone.tfvars`"),
        ("app/values.txt", "its name ends with `.tfvars`"),
        ("other.tfvars", "is no file of the project"),
    ] {
        let a = lamlint(dir.path(), &["app", "--tfvars", file]);
        assert_eq!(a.status, 2, "{file}: {}{}", a.out, a.err);
        assert!(a.err.contains(why), "{file}: {}", a.err);
    }
}

#[test]
fn what_is_not_understood_is_told_and_no_finding() {
    let dir = project(&[
        ("main.tf", MAIN),
        ("broken.tf", b"resource \"aws_sqs_queue\" {{{\n"),
        ("far.tf", b"module \"far\" {\n  source = \"example/far/aws\"\n}\n"),
        (".terraform/modules/x/main.tf", b"resource {{{\n"),
    ]);
    let a = lamlint(dir.path(), &[]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    assert!(a.err.contains("broken.tf:1:") && a.err.contains("not read"), "{}", a.err);
    assert!(a.err.contains("module `example/far/aws` is not read"), "{}", a.err);
    assert!(!a.err.contains(".terraform"), "{}", a.err);
}

#[test]
fn bad_input_comes_to_an_end() {
    let deep = format!("locals {{\n  a = {}1{}\n}}\n", "(".repeat(5_000), ")".repeat(5_000));
    let many: Vec<String> =
        (0..2_000).map(|i| format!("  l{i} = [for x in range(1000) : local.l{}]\n", i + 1)).collect();
    let bomb = format!(
        "locals {{\n{}  l2000 = 1\n}}\nresource \"aws_sqs_queue\" \"q\" {{\n  count = 1000000\n  name = \"${{length(local.l0)}}-${{count.index}}\"\n}}\n",
        many.concat()
    );
    let nested = b"module \"m\" {\n  source = \"./m\"\n  count  = 100\n}\nmodule \"n\" {\n  source = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n}\n";
    let inner = b"module \"k\" {\n  source = \"./k\"\n  count  = 100\n}\n";
    let leaf = b"resource \"aws_sqs_queue\" \"q\" {\n  count = 100\n}\n";
    let dir = project(&[
        ("deep/main.tf", deep.as_bytes()),
        ("bomb/main.tf", bomb.as_bytes()),
        ("nest/main.tf", nested),
        ("nest/m/main.tf", inner),
        ("nest/m/k/main.tf", leaf),
    ]);
    let a = lamlint(dir.path(), &[]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
}
