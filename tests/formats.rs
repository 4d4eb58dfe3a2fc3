//! What other programs read: the formats over a project against files that were looked at, and SARIF against its schema.

mod support;

use lamlint::report::{Report, github, gitlab, junit, markdown, sarif};
use lamlint_model::finding::Confidence;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::{TODAY, check_generated, folders, root, rules_with, run};

fn with<T>(dir: &Path, f: impl FnOnce(&Report<'_>) -> T) -> T {
    let r = run(dir, rules_with(None), Confidence::Medium);
    f(&Report { analysis: &r.analysis, outcome: &r.outcome, display: &r.display, today: TODAY })
}

fn golden(name: &str, text: &str) {
    if let Some(wrong) = check_generated(&root().join("testdata/golden").join(name), text) {
        panic!("{wrong}");
    }
}

fn pipeline<T>(f: impl FnOnce(&Report<'_>) -> T) -> T {
    with(&root().join("testdata/projects/image-pipeline"), f)
}

#[test]
fn sarif_keeps_to_its_schema() {
    let text =
        fs::read_to_string(root().join("testdata/sarif/sarif-schema-2.1.0.json")).expect("it is there");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0" })), "it must tell right from wrong");
    // Files that do not parse bring notices.
    let dirs = ["testdata/projects", "testdata/parity", "testdata/syntax"];
    let (mut results, mut fixes, mut flows, mut notes) = (0, 0, 0, 0);
    for dir in dirs.iter().flat_map(|d| folders(&root().join(d))) {
        let log: Value =
            serde_json::from_str(&with(&dir, |r| sarif::render(r).expect("it is written"))).expect("JSON");
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", dir.display());
        let run = &log["runs"][0];
        let mut marks = BTreeSet::new();
        for r in run["results"].as_array().expect("a list") {
            let index = usize::try_from(r["ruleIndex"].as_u64().expect("a number")).expect("small");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], r["ruleId"]);
            assert!(marks.insert(r["partialFingerprints"]["lamlint/v1"].to_string()), "{r}");
            results += 1;
            fixes += usize::from(r["fixes"].is_array());
            flows += usize::from(r["codeFlows"].is_array());
        }
        notes += usize::from(run["invocations"][0]["toolExecutionNotifications"].is_array());
    }
    assert!(results > 0 && fixes > 0 && flows > 0 && notes > 0, "{results} {fixes} {flows} {notes}");
}

#[test]
fn sarif_of_a_project() {
    let mut log: Value =
        serde_json::from_str(&pipeline(|r| sarif::render(r).expect("it is written"))).expect("JSON");
    // The pages of the rules have tests of their own.
    log["runs"][0].as_object_mut().expect("an object").remove("tool").expect("a tool");
    golden("image-pipeline.sarif", &(serde_json::to_string_pretty(&log).expect("JSON") + "\n"));
}

#[test]
fn github_of_a_project() {
    golden("image-pipeline.github.txt", &pipeline(github::render));
}

#[test]
fn gitlab_of_a_project() {
    golden("image-pipeline.gitlab.json", &pipeline(|r| gitlab::render(r).expect("it is written")));
}

#[test]
fn junit_of_a_project() {
    golden("image-pipeline.junit.xml", &pipeline(junit::render));
}

#[test]
fn markdown_of_a_project() {
    golden("image-pipeline.md", &pipeline(markdown::render));
}
