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
