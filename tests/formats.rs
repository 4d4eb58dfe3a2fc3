//! What other programs read: the formats over a project against files that were looked at, and SARIF against its schema.

mod support;

use lamlint::report::{Report, github, gitlab, junit, markdown, sarif};
use lamlint_model::finding::Confidence;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::command::{lamlint, project, put};
use support::{TODAY, check_generated, folders, root, rules_with, run};

fn with<T>(dir: &Path, f: impl FnOnce(&Report<'_>) -> T) -> T {
    let mut r = run(dir, rules_with(None), Confidence::Medium);
    // The fixtures are the same outside of a repository.
    r.analysis.within = None;
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
            serde_json::from_str(&with(&dir, |r| sarif::render(r, true).expect("it is written")))
                .expect("JSON");
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
        serde_json::from_str(&pipeline(|r| sarif::render(r, true).expect("it is written"))).expect("JSON");
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

/// A function whose role, timeout and runtime are fine but for what is marked.
const OLD: &str = "\
Resources:
  First:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.8
      Handler: index.handler
      InlineCode: 'def handler(event, context): return 1'
  # lamlint: ignore[deprecated-runtime] moves in spring
  Second:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.8
      Handler: index.handler
      InlineCode: 'def handler(event, context): return 1'
";

const ARGS: &[&str] = &["--select", "deprecated-runtime", "--as-of", "2026-11-24", "--isolated"];

fn sarif_in(dir: &Path, more: &[&str]) -> Vec<Value> {
    let a = lamlint(dir, &[ARGS, &["--format", "sarif"], more].concat());
    let log: Value = serde_json::from_str(&a.out).unwrap_or_else(|e| panic!("{e}: {}{}", a.out, a.err));
    log["runs"][0]["results"].as_array().expect("a list").clone()
}

/// Line, kind of suppression with its justification, state.
fn states(results: &[Value]) -> Vec<(u64, String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    let of = |r: &Value| {
        let s = &r["suppressions"][0];
        let line = r["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().expect("a line");
        (line, format!("{} {}", text(&s["kind"]), text(&s["justification"])), text(&r["baselineState"]))
    };
    results.iter().map(of).collect()
}

#[test]
fn sarif_marks_what_is_silenced() {
    let dir = project(&[("template.yaml", OLD)]);
    let at = dir.path();
    let state = |line: u64, by: &str, state: &str| (line, by.to_owned(), state.to_owned());
    // GitHub opens alerts for suppressed results, so they are only listed where somebody asks for them.
    assert_eq!(states(&sarif_in(at, &[])), [state(5, "- -", "-")]);
    let all = sarif_in(at, &["--show-silenced"]);
    assert_eq!(states(&all), [state(5, "- -", "-"), state(12, "inSource moves in spring", "-")]);
    let place = &all[1]["suppressions"][0]["location"]["physicalLocation"];
    assert_eq!(
        (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
        (&"template.yaml".into(), &8.into())
    );

    let written = lamlint(at, &[ARGS, &["--write-baseline"]].concat());
    assert_eq!(written.status, 0, "{}", written.err);
    put(
        &dir,
        "template.yaml",
        format!("{OLD}  Third:\n{}", OLD.lines().skip(2).take(5).collect::<Vec<_>>().join("\n")),
    );
    let baseline = &["--baseline", ".lamlint-baseline.json"];
    assert_eq!(states(&sarif_in(at, baseline)), [state(18, "- -", "new")]);
    assert_eq!(
        states(&sarif_in(at, &[&baseline[..], &["--show-silenced"]].concat())),
        [
            state(18, "- -", "new"),
            state(5, "external -", "unchanged"),
            state(12, "inSource moves in spring", "new")
        ]
    );
    // From elsewhere, and outside of a repository: what is not below is absolute.
    let elsewhere = tempfile::tempdir().expect("a scratch folder");
    let plain = project(&[("a b.yaml", OLD)]);
    let path = plain.path().to_str().expect("UTF-8");
    let far = sarif_in(elsewhere.path(), &[path]);
    let place = &far[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = place["uri"].as_str().expect("a URI");
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/a%20b.yaml") && place["uriBaseId"].is_null(),
        "{uri}"
    );
    // Another format has no place for it.
    assert_eq!(lamlint(at, &[ARGS, &["--show-silenced"]].concat()).status, 2);
}

#[test]
fn fingerprints_do_not_depend_on_where_it_is_started() {
    let dir = project(&[
        ("services/shop/template.yaml", OLD),
        ("services/post/template.yaml", OLD),
        ("lamlint.toml", ""),
    ]);
    // In a repository, and in a folder with settings.
    for repository in [true, false] {
        if repository {
            put(&dir, ".git/HEAD", "ref: refs/heads/main\n");
        } else {
            fs::remove_dir_all(dir.path().join(".git")).expect("it is there");
        }
        let marks = |from: &str, args: &[&str]| {
            let at = dir.path().join(from);
            let mark = |r: &Value| {
                let uri = &r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
                assert_eq!(uri, "services/shop/template.yaml", "{from} {args:?}");
                r["partialFingerprints"]["lamlint/v1"].as_str().expect("a mark").to_owned()
            };
            let all = sarif_in(&at, args);
            let here = |r: &&Value| r.to_string().contains("services/shop/");
            let sarif: Vec<String> = all.iter().filter(here).map(mark).collect();
            let a = lamlint(&at, &[ARGS, &["--format", "gitlab"], args].concat());
            let issues: Value = serde_json::from_str(&a.out).expect("JSON");
            let gitlab: Vec<String> = issues
                .as_array()
                .expect("a list")
                .iter()
                .filter(|i| i["location"]["path"] == "services/shop/template.yaml")
                .map(|i| i["fingerprint"].as_str().expect("a mark").to_owned())
                .collect();
            assert_eq!(sarif, gitlab, "{from} {args:?}");
            sarif
        };
        let top = marks(".", &[]);
        assert_eq!(top.len(), 1);
        for (from, args) in [
            (".", &["services/shop"][..]),
            (".", &["services/shop/template.yaml"]),
            ("services", &[]),
            ("services/shop", &[]),
            ("services/shop", &["template.yaml"]),
            ("services/post", &["../shop"]),
        ] {
            assert_eq!(marks(from, args), top, "{from} {args:?}");
        }
    }
}
