//! Formats for other programs: golden files, and what their consumers ask for.

mod support;

use lamlint::discover::Display;
use lamlint::report::{self, Report};
use lamlint_model::finding::Confidence;
use std::fs;
use support::{TODAY, check_generated, root, rules_with, run};

const PROJECTS: &[&str] = &["image-pipeline", "notifications", "orders-api"];

/// A project in a format.
fn rendered(project: &str, render: impl Fn(&Report<'_>) -> String) -> String {
    let run = run(&root().join("testdata/projects").join(project), rules_with(None), Confidence::Low);
    let display = Display::default();
    render(&Report { analysis: &run.analysis, outcome: &run.outcome, display: &display, today: TODAY })
}

fn sarif(r: &Report<'_>) -> String {
    report::sarif::render(r).expect("it can be written")
}

#[test]
fn golden_files() {
    let mut wrong = Vec::new();
    for (format, render) in [
        ("github", Box::new(report::github::render) as Box<dyn Fn(&Report<'_>) -> String>),
        ("gitlab", Box::new(|r: &Report<'_>| report::gitlab::render(r).expect("it can be written"))),
        (
            "sarif",
            Box::new(|r: &Report<'_>| {
                let mut v: serde_json::Value = serde_json::from_str(&sarif(r)).expect("JSON");
                // The pages are long and have tests of their own.
                for rule in v["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules") {
                    rule["help"] = "…".into();
                }
                serde_json::to_string_pretty(&v).expect("JSON") + "\n"
            }),
        ),
    ] {
        let file = root().join("testdata/golden").join(format!("image-pipeline.{format}.txt"));
        wrong.extend(check_generated(&file, &rendered("image-pipeline", render)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let schema =
        fs::read_to_string(root().join("testdata/sarif/sarif-schema-2.1.0.json")).expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::draft4::new(&schema).expect("a schema");
    for project in PROJECTS {
        let v: serde_json::Value = serde_json::from_str(&rendered(project, sarif)).expect("JSON");
        let wrong: Vec<String> =
            validator.iter_errors(&v).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{project}: {}", wrong.join("\n"));
        let results = v["runs"][0]["results"].as_array().expect("results");
        assert!(!results.is_empty(), "{project}");
        let rules = &v["runs"][0]["tool"]["driver"]["rules"];
        for r in results {
            let index = usize::try_from(r["ruleIndex"].as_u64().expect("a number")).expect("small");
            assert_eq!(rules[index]["id"], r["ruleId"]);
        }
    }
    // The validator says no to what is wrong.
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{ "results": 1 }] })));
}

#[test]
fn columns_are_utf16_and_fingerprints_have_no_lines() {
    let template = |above: &str| {
        format!(
            "# {above}\nTransform: AWS::Serverless-2016-10-31\nResources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {{QueueName: \"🚀é\", VisibilityTimeout: 1}}\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: python3.14\n      CodeUri: s3://a/b\n      Timeout: 60\n      Events:\n        Job: {{Type: SQS, Properties: {{Queue: !GetAtt Jobs.Arn}}}}\n"
        )
    };
    let result = |above: &str| -> serde_json::Value {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("a b#.yaml"), template(above)).expect("a file");
        let run = run(dir.path(), rules_with(None), Confidence::Low);
        let display = Display::default();
        let r = Report { analysis: &run.analysis, outcome: &run.outcome, display: &display, today: TODAY };
        let v: serde_json::Value = serde_json::from_str(&sarif(&r)).expect("JSON");
        let results = v["runs"][0]["results"].as_array().expect("results").clone();
        results.into_iter().find(|r| r["ruleId"] == "sqs-visibility-timeout").expect("it is found")
    };
    let (a, b) = (result("one"), result("one\n#\n#"));
    let place = &a["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b%23.yaml");
    // The rocket counts two.
    let line = template("one").lines().nth(5).expect("a line").to_owned();
    let before = line.split("1}").next().expect("before");
    assert_eq!(place["region"]["startColumn"], before.encode_utf16().count() + 1);
    assert_eq!(a["partialFingerprints"], b["partialFingerprints"]);
    assert_ne!(place["region"]["startLine"], b["locations"][0]["physicalLocation"]["region"]["startLine"]);
    let fix = &a["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(fix["insertedContent"]["text"], "360");
    assert_eq!(fix["deletedRegion"], place["region"]);
}
