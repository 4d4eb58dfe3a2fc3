//! Where code is.

use super::{app_with, resource};
use lamlint_model::app::CodeRef;

fn code(archive: &str, function: &str) -> Option<CodeRef> {
    let a = app_with(
        &[
            ("data.archive_file", "zip", archive),
            ("aws_s3_object", "object", r#"{"bucket": "b", "key": "k.zip", "source": "${zip.output_path}"}"#),
            ("aws_lambda_function", "worker", function),
        ],
        &["src/app.py", "infra/lambda/index.js"],
    );
    resource(&a, "worker").code.as_ref().and_then(|c| c.only().cloned())
}

#[test]
fn archives() {
    let dir = |d: &str| Some(CodeRef::Directory(d.into()));
    let by_reference = r#"{"filename": "${zip.output_path}"}"#;
    assert_eq!(code(r#"{"source_dir": "../src"}"#, by_reference), dir("src"));
    assert_eq!(code(r#"{"source_dir": "lambda"}"#, by_reference), dir("infra/lambda"));
    assert_eq!(
        code(r#"{"source_file": "../src/app.py"}"#, by_reference),
        Some(CodeRef::File("src/app.py".into()))
    );
    // The archive that is written where the function is read from.
    let written = r#"{"source_dir": "lambda", "output_path": "out/worker.zip"}"#;
    assert_eq!(code(written, r#"{"filename": "./out/worker.zip"}"#), dir("infra/lambda"));
    assert_eq!(
        code(written, r#"{"filename": "out/other.zip"}"#),
        Some(CodeRef::File("infra/out/other.zip".into()))
    );
    // What is built before, and what lies outside.
    assert_eq!(code(r#"{"source_dir": "build"}"#, by_reference), None);
    assert_eq!(code(r#"{"source_file": "build/app.py"}"#, by_reference), None);
    assert_eq!(code(r#"{"source_dir": "../../elsewhere"}"#, by_reference), None);
    assert_eq!(code(r#"{"source_dir": "${dir}"}"#, by_reference), None);
    assert_eq!(code(r#"{"source": [{"content": "x", "filename": "a.py"}]}"#, by_reference), None);
}

#[test]
fn buckets_and_images() {
    let archive = r#"{"source_dir": "lambda", "output_path": "o.zip"}"#;
    let dir = Some(CodeRef::Directory("infra/lambda".into()));
    assert_eq!(code(archive, r#"{"s3_bucket": "b", "s3_key": "k.zip"}"#), dir);
    assert_eq!(code(archive, r#"{"s3_bucket": "c", "s3_key": "k.zip"}"#), Some(CodeRef::Object));
    assert_eq!(code(archive, r#"{"s3_bucket": "b", "s3_key": "l.zip"}"#), Some(CodeRef::Object));
    let image = |command: Option<&str>| {
        Some(CodeRef::Image { context: None, dockerfile: None, command: command.map(|c| vec![c.into()]) })
    };
    assert_eq!(code(archive, r#"{"image_uri": "${repository}:1", "package_type": "Image"}"#), image(None));
    assert_eq!(
        code(archive, r#"{"image_uri": "i", "image_config": [{"command": ["app.handler"]}]}"#),
        image(Some("app.handler"))
    );
    assert_eq!(code(archive, "{}"), None);
    assert_eq!(code(archive, r#"{"filename": "${zip_file}"}"#), None);
}
