//! CDK applications, as people run lamlint over them.

mod support;

use std::fs;
use std::path::Path;
use support::command::{lamlint, project};
use support::{files_below, root};
use tempfile::TempDir;

/// A copy of the project whose output version control ignores.
fn orders() -> TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let from = root().join("testdata/projects/cdk-orders");
    for path in files_below(&from) {
        let to = dir.path().join(&path);
        fs::create_dir_all(to.parent().expect("below")).expect("a folder");
        fs::copy(from.join(&path), to).expect("a copy");
    }
    fs::write(dir.path().join(".gitignore"), "cdk.out\n").expect("written");
    dir
}

fn concise(dir: &Path, args: &[&str]) -> String {
    lamlint(dir, &[&["--format", "concise"], args].concat()).out
}

#[test]
fn output_is_read_though_it_is_ignored() {
    let dir = orders();
    let out = concise(dir.path(), &[]);
    assert!(out.contains("lib/orders-stack.ts:29:18: error[sqs-visibility-timeout]"), "{out}");
    assert!(!out.contains("cdk.out"), "{out}");
    // What is left over from another run says nothing.
    let template = fs::read_to_string(dir.path().join("cdk.out/Orders.template.json")).unwrap();
    fs::write(dir.path().join("cdk.out/Old.template.json"), template.replace("Orders/", "Old/")).unwrap();
    assert_eq!(concise(dir.path(), &[]), out);
    // Nor does what somebody keeps of it.
    fs::write(dir.path().join("template.json"), template).unwrap();
    assert_eq!(concise(dir.path(), &[]), out);
}

#[test]
fn nothing_is_mended_in_the_output() {
    let dir = orders();
    let texts = |d: &Path| -> Vec<String> {
        files_below(&d.join("cdk.out"))
            .iter()
            .map(|p| fs::read_to_string(d.join("cdk.out").join(p)).unwrap())
            .collect()
    };
    let before = texts(dir.path());
    let a = lamlint(dir.path(), &["--fix", "--unsafe-fixes"]);
    assert!(a.out.contains("sqs-visibility-timeout"), "{}", a.out);
    assert_eq!(texts(dir.path()), before);
}

#[test]
fn sources_that_were_changed_since_do_no_harm() {
    let dir = orders();
    fs::write(dir.path().join("lib/orders-stack.ts"), "export {};\n").unwrap();
    fs::write(dir.path().join("services/resize/src/resize.py"), "def handler(event, context):\n    pass\n")
        .unwrap();
    fs::write(dir.path().join("cdk.out/Orders.metadata.json"), "{").unwrap();
    let out = concise(dir.path(), &[]);
    // The place is not known any more, the claim still is.
    assert!(out.contains("cdk.out/Orders.template.json:"), "{out}");
    assert!(!out.contains("event-loop"), "{out}");
}

#[test]
fn applications_without_output_are_told_of_once() {
    let app: &[u8] = b"{\"app\": \"npx tsx bin/app.ts\"}";
    let code: &[u8] = b"export {};\n";
    let dir = project(&[("infra/cdk.json", app), ("infra/bin/app.ts", code)]);
    let a = lamlint(dir.path(), &[]);
    assert_eq!(a.status, 0, "{}", a.err);
    assert_eq!(
        a.err,
        "note: infra/cdk.json: the CDK app has no `cdk.out`: run `npx cdk synth`, so that it can be read\n"
    );
    assert!(a.out.contains("CDK apps without output are not read: run `npx cdk synth` first\n"), "{}", a.out);

    let many: Vec<(String, &[u8])> = (0..6).map(|i| (format!("a{i}/cdk.json"), app)).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(p, t)| (p.as_str(), *t)).collect();
    let a = lamlint(project(&many).path(), &[]);
    assert_eq!(
        a.err,
        "note: a0/cdk.json: no output of this CDK app and of `a1`, `a2`, `a3` and 2 more: run `npx cdk synth` in each, so that they can be read\n"
    );
    // Settings alone are no application.
    let a = lamlint(project(&[("cdk.json", b"{\"context\": {}}")]).path(), &[]);
    assert_eq!(a.err, "");
}
