//! Suppressions and baselines as users run them.

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use support::command::project;
use tempfile::TempDir;

fn lamlint(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let a = support::command::lamlint(dir, &[args, &["--as-of", "2026-11-24"]].concat());
    (a.status, a.out, a.err)
}

/// What is said about a project, `rule:line`, and what is silenced, `rule:line by reason`.
fn said(files: &[(&str, &str)], rules: &str) -> (Vec<String>, Vec<String>) {
    let dir = project(files);
    let rules = format!("{rules},unused-suppression,unknown-rule");
    let (_, out, err) = lamlint(dir.path(), &["--format", "json", "--select", &rules]);
    let v: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {err}"));
    let mark = |f: &Value| format!("{}:{}", f["rule"].as_str().expect("a rule"), f["line"]);
    let list = |key: &str| v[key].as_array().expect("a list").clone();
    let silenced = list("silenced").into_iter().map(|s| {
        let words = format!("{} {}", s["by"].as_str().expect("a word"), s["reason"].as_str().unwrap_or(""));
        format!("{} {}", mark(&s["finding"]), words.trim_end())
    });
    assert_eq!(v["summary"]["silenced"].as_u64(), u64::try_from(silenced.len()).ok());
    (list("findings").iter().map(mark).collect(), silenced.collect())
}

const TEMPLATE: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: RUNTIME
";

/// A template and the file of its function.
fn with_code(file: &'static str, text: &str) -> Vec<(&'static str, String)> {
    let runtime = if file.ends_with("py") { "python3.14" } else { "nodejs24.x" };
    vec![("template.yaml", TEMPLATE.replace("RUNTIME", runtime)), (file, text.to_owned())]
}

fn said_of_code(file: &'static str, text: &str) -> (Vec<String>, Vec<String>) {
    let files = with_code(file, text);
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    said(&files, "init-inside-handler")
}

fn none() -> Vec<String> {
    Vec::new()
}

const PYTHON: &str = "\
import boto3
AAA

BBB
def handler(event, context):
    CCC
    client = boto3.client('s3') DDD
    return client.list_buckets()
";

/// `PYTHON` with one of its places filled.
fn filled(text: &str, place: &str, with: &str) -> String {
    let mut text = text.replace(place, with);
    for rest in ["AAA", "BBB", "CCC", "DDD"] {
        text = text.replace(rest, "");
    }
    text
}

#[test]
fn python_comments() {
    let say = |place, with| said_of_code("src/app.py", &filled(PYTHON, place, with));
    assert_eq!(say("nowhere", ""), (vec!["init-inside-handler:7".into()], none()));
    let silenced = vec!["init-inside-handler:7 comment it is fine".to_owned()];
    for place in ["BBB", "CCC", "DDD"] {
        assert_eq!(
            say(place, "# lamlint: ignore[init-inside-handler] it is fine"),
            (none(), silenced.clone()),
            "{place}"
        );
    }
    // Behind another comment, with another one in between, and with several names.
    let more = "# noqa: E501 # lamlint:ignore[ init-inside-handler ,load-inside-handler]it is fine";
    assert_eq!(say("DDD", more), (none(), silenced.clone()));
    let between = "# lamlint: ignore[init-inside-handler] it is fine\n    # a word\n";
    assert_eq!(said_of_code("src/app.py", &filled(PYTHON, "CCC", between)).1.len(), 1);
    // Too far up: it is about another statement.
    let (found, silent) = say("AAA", "x = 1 # lamlint: ignore[init-inside-handler]");
    assert_eq!(found, ["unused-suppression:2", "init-inside-handler:7"]);
    assert!(silent.is_empty());
}

#[test]
fn whole_files() {
    let comment = "# lamlint: ignore-file[init-inside-handler] old\n";
    let text = filled(PYTHON, "nowhere", "");
    let (found, silent) = said_of_code("src/app.py", &format!("#!/usr/bin/env python\n{comment}{text}"));
    assert_eq!((found, silent), (none(), vec!["init-inside-handler:9 comment old".into()]));
    let (found, silent) = said_of_code("src/app.py", &format!("{text}{comment}"));
    assert_eq!(found, ["init-inside-handler:7", "unused-suppression:9"]);
    assert!(silent.is_empty());
}

#[test]
fn javascript_and_typescript_comments() {
    for (file, head) in [
        (
            "src/app.js",
            "const { S3Client, ListBucketsCommand } = require('@aws-sdk/client-s3');\nexports.handler =",
        ),
        (
            "src/app.ts",
            "import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3';\nexport const handler =",
        ),
    ] {
        let text = format!(
            "{head} async () => {{ BBB\n  CCC\n  const client = new S3Client({{}}); DDD\n  return client.send(new ListBucketsCommand({{}}));\n}};\n"
        );
        let say = |place: &str, with: &str| said_of_code(file, &filled(&text, place, with));
        assert_eq!(say("nowhere", ""), (vec!["init-inside-handler:4".into()], none()), "{file}");
        let silenced = vec!["init-inside-handler:4 comment once".to_owned()];
        for place in ["BBB", "CCC", "DDD"] {
            for comment in [
                "// lamlint: ignore[init-inside-handler] once",
                "/* lamlint: ignore[init-inside-handler] once */",
            ] {
                assert_eq!(say(place, comment), (none(), silenced.clone()), "{file} {place} {comment}");
            }
        }
        let doc = "/**\n * lamlint: ignore[init-inside-handler] once\n */";
        let (found, silent) = say("CCC", doc);
        assert_eq!((found, silent), (none(), vec!["init-inside-handler:6 comment once".into()]), "{file}");
        let text = "'// lamlint: ignore[init-inside-handler]';";
        assert_eq!(say("CCC", text), (vec!["init-inside-handler:4".into()], none()), "{file}");
    }
}

#[test]
fn comments_of_templates() {
    let template = TEMPLATE.replace("RUNTIME", "python3.8");
    let code = ("src/app.py", "def handler(event, context):\n    return None\n");
    let say = |from: &str, to: &str| {
        said(&[("template.yaml", &template.replace(from, to)), code], "deprecated-runtime")
    };
    assert_eq!(say("-", "-"), (vec!["deprecated-runtime:9".into()], none()));
    for (from, to, line) in [
        ("python3.8", "python3.8 # lamlint: ignore[deprecated-runtime] soon", 9),
        ("      Runtime", "      # lamlint: ignore[deprecated-runtime] soon\n      Runtime", 10),
        ("  Worker:", "  # lamlint: ignore[deprecated-runtime] soon\n\n  # Works.\n  Worker:", 12),
        ("Worker:", "Worker: # lamlint: ignore[deprecated-runtime] soon", 9),
        ("    Properties:", "    Properties: # lamlint: ignore[deprecated-runtime] soon", 9),
        ("AWSTemplate", "# lamlint: ignore-file[deprecated-runtime] soon\nAWSTemplate", 10),
    ] {
        let expected = vec![format!("deprecated-runtime:{line} comment soon")];
        assert_eq!(say(from, to), (none(), expected), "{to}");
    }
    // About other nodes, and what is no comment.
    for (from, to) in [
        ("src/\n", "src/ # lamlint: ignore[deprecated-runtime]\n"),
        ("      Handler", "      # lamlint: ignore[deprecated-runtime]\n      Handler"),
    ] {
        let (found, silent) = say(from, to);
        assert!(silent.is_empty() && found.len() == 2, "{to}: {found:?}");
        assert!(found[0].starts_with("unused-suppression:"), "{found:?}");
    }
    for text in [
        "\"x # lamlint: ignore[deprecated-runtime]\"\n      Runtime",
        "|\n        # lamlint: ignore[deprecated-runtime]\n      Runtime",
    ] {
        let (found, silent) = say("Runtime", &format!("Description: {text}"));
        assert!(silent.is_empty() && found.len() == 1, "{text}: {found:?}");
    }
}

#[test]
fn metadata_of_resources() {
    let yaml = TEMPLATE.replace("RUNTIME", "python3.8");
    let yaml = yaml
        .replace("    Properties", "    Metadata: {lamlint: {ignore: [deprecated-runtime]}}\n    Properties");
    let code = ("src/app.py", "def handler(event, context):\n    return None\n");
    let (found, silent) = said(&[("template.yaml", &yaml), code], "deprecated-runtime");
    assert_eq!((found, silent), (none(), vec!["deprecated-runtime:10 metadata".into()]));

    let json = |list: &str| {
        format!(
            "{{\n\"Transform\": \"AWS::Serverless-2016-10-31\",\n\"Resources\": {{\"Worker\": {{\n\"Type\": \"AWS::Serverless::Function\",\n\
             \"Metadata\": {{\"lamlint\": {{\"ignore\": {list}}}}},\n\
             \"Properties\": {{\"CodeUri\": \"src/\", \"Handler\": \"app.handler\", \"Runtime\": \"python3.8\"}}\n}}}}}}\n"
        )
    };
    let say = |list: &str| said(&[("template.json", &json(list)), code], "deprecated-runtime");
    assert_eq!(say("[\"deprecated-runtime\"]"), (none(), vec!["deprecated-runtime:6 metadata".into()]));
    assert_eq!(say("[\"event-loop\"]"), (vec!["deprecated-runtime:6".into()], none()));
    assert_eq!(say("[\"zzz\"]"), (vec!["unknown-rule:5".into(), "deprecated-runtime:6".into()], none()));
    assert_eq!(say("true"), (vec!["unused-suppression:5".into(), "deprecated-runtime:6".into()], none()));
}

#[test]
fn a_resource_covers_what_is_found_in_its_code() {
    let template = TEMPLATE.replace("RUNTIME", "python3.14");
    let template = template.replace("  Worker:", "  # lamlint: ignore[init-inside-handler] rare\n  Worker:");
    let code = filled(PYTHON, "nowhere", "");
    let (found, silent) = said(&[("template.yaml", &template), ("src/app.py", &code)], "init-inside-handler");
    assert_eq!((found, silent), (none(), vec!["init-inside-handler:7 comment rare".into()]));
}

#[test]
fn comments_in_inline_code() {
    let inline = |code: &str| {
        let code = code.lines().fold(String::new(), |out, l| out + "          " + l + "\n");
        TEMPLATE
            .replace("AWS::Serverless::Function", "AWS::Lambda::Function")
            .replace("CodeUri: src/", &format!("Code:\n        ZipFile: |\n{code}"))
            .replace("app.handler", "index.handler")
            .replace("RUNTIME", "python3.14")
    };
    let say = |place, with| {
        said(&[("template.yaml", &inline(&filled(PYTHON, place, with)))], "init-inside-handler")
    };
    assert_eq!(say("nowhere", ""), (vec!["init-inside-handler:15".into()], none()));
    for place in ["BBB", "CCC", "DDD"] {
        let expected = vec!["init-inside-handler:15 comment ok".into()];
        assert_eq!(say(place, "# lamlint: ignore[init-inside-handler] ok"), (none(), expected), "{place}");
    }
    let (found, _) = say("CCC", "'# lamlint: ignore[init-inside-handler]'");
    assert_eq!(found, ["init-inside-handler:15"]);

    // In JSON all lines are one.
    let json = |code: &str| {
        let code = serde_json::to_string(code).expect("text");
        format!(
            "{{\"Resources\": {{\"Worker\": {{\"Type\": \"AWS::Lambda::Function\", \"Properties\": {{\n\"Code\": {{\"ZipFile\":\n{code}}},\n\
             \"Handler\": \"index.handler\", \"Runtime\": \"python3.14\"}}}}}}}}\n"
        )
    };
    let say =
        |place, with| said(&[("template.json", &json(&filled(PYTHON, place, with)))], "init-inside-handler");
    assert_eq!(say("nowhere", ""), (vec!["init-inside-handler:3".into()], none()));
    for place in ["BBB", "CCC", "DDD"] {
        let expected = vec!["init-inside-handler:3 comment ok".into()];
        assert_eq!(say(place, "# lamlint: ignore[init-inside-handler] ok"), (none(), expected), "{place}");
    }
    assert_eq!(say("AAA", "x = 1 # lamlint: ignore[init-inside-handler] ok").0.len(), 2);
}

#[test]
fn wrong_suppressions_are_told() {
    let say = |with| said_of_code("src/app.py", &filled(PYTHON, "CCC", with)).0;
    let kept = "init-inside-handler:7".to_owned();
    for wrong in [
        "# lamlint: ignore",
        "# lamlint: ignore[]",
        "# lamlint: ignore[init-inside-handler",
        "# lamlint: ignore-next-line[init-inside-handler]",
    ] {
        assert_eq!(say(wrong), ["unused-suppression:6".to_owned(), kept.clone()], "{wrong}");
    }
    assert_eq!(say("# lamlint: ignore[init-in-handler]"), ["unknown-rule:6".to_owned(), kept.clone()]);
    // A rule that did not run is not judged; prose is prose; and the rules about suppressions can be suppressed.
    for fine in
        ["# lamlint: ignore[event-loop]", "# see lamlint: ignore[zzz]", "# lamlint: ignored since 2020"]
    {
        assert_eq!(say(fine), std::slice::from_ref(&kept), "{fine}");
    }
    let text = filled(PYTHON, "CCC", "# lamlint: ignore[zzz]");
    let text = format!("# lamlint: ignore-file[unknown-rule]\n{text}");
    assert_eq!(said_of_code("src/app.py", &text).0, ["init-inside-handler:8"]);

    let files = with_code("src/app.py", &filled(PYTHON, "CCC", "# lamlint: ignore[init-in-handler]"));
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let dir = project(&files);
    let (status, out, _) = lamlint(dir.path(), &["--select", "unknown-rule"]);
    assert_eq!(status, 1);
    assert!(out.contains("there is no rule `init-in-handler`, so this suppresses nothing"), "{out}");
    assert!(out.contains("did you mean `init-inside-handler`?"), "{out}");
}

/// A project with two findings in its template and one in its code.
fn old_project() -> TempDir {
    let template = TEMPLATE.replace("RUNTIME", "python3.8");
    let code = filled(PYTHON, "nowhere", "");
    let worker = template.lines().skip(3).fold(String::new(), |out, l| out + l + "\n");
    let template = format!("{template}{}", worker.replace("Worker", "Other"));
    project(&[("app/template.yaml", &template), ("app/src/app.py", &code)])
}

const SELECT: &[&str] = &["--select", "deprecated-runtime,init-inside-handler", "--format", "concise"];

fn concise(dir: &Path, args: &[&str]) -> (i32, String, String) {
    lamlint(dir, &[SELECT, args].concat())
}

#[test]
fn baseline_round_trip() {
    let dir = old_project();
    let at = dir.path();
    let baseline = &["--baseline", ".lamlint-baseline.json"];
    let read = || fs::read_to_string(at.join(".lamlint-baseline.json")).expect("written");
    assert_eq!(concise(at, &[]).0, 1);
    let (status, out, err) = concise(at, &["--write-baseline"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("wrote 3 findings to the baseline `.lamlint-baseline.json`"), "{err}");
    let written = read();
    let entries: Vec<&str> = written.lines().filter(|l| l.contains("\"fingerprint\":\"")).collect();
    assert!(entries.len() == 3 && entries.is_sorted(), "{written}");
    let (status, out, err) = concise(at, baseline);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("3 findings in the baseline"), "{err}");
    // From elsewhere, and over another root.
    for (from, args) in [
        ("app", &["--baseline", "../.lamlint-baseline.json", ".."][..]),
        ("app", &["--baseline", "../.lamlint-baseline.json", "."]),
        (".", &["--baseline", ".lamlint-baseline.json", "app"]),
        (".", &["--baseline", ".lamlint-baseline.json", "app/src/app.py"]),
    ] {
        let (status, out, err) = concise(&at.join(from), args);
        assert_eq!((status, out.as_str()), (0, ""), "{from} {args:?} {err}");
        assert!(!err.contains("no longer"), "{from} {args:?} {err}");
    }
    let json = lamlint(
        at,
        &["--select", "deprecated-runtime", "--format", "json", "--baseline", ".lamlint-baseline.json"],
    );
    let v: Value = serde_json::from_str(&json.1).expect("JSON");
    assert_eq!(
        (v["summary"]["silenced"].as_u64(), v["silenced"][0]["by"].as_str()),
        (Some(2), Some("baseline"))
    );

    // Lines move.
    let template = fs::read_to_string(at.join("app/template.yaml")).expect("there");
    let moved = template.replace("Resources:", "# A word.\n\nResources:");
    fs::write(at.join("app/template.yaml"), &moved).expect("written");
    let code = fs::read_to_string(at.join("app/src/app.py")).expect("there");
    fs::write(at.join("app/src/app.py"), format!("\n\n{code}")).expect("written");
    let (status, out, err) = concise(at, baseline);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");

    // A new finding.
    let third = template.lines().skip(3).take(6).fold(String::new(), |out, l| out + l + "\n");
    fs::write(at.join("app/template.yaml"), format!("{moved}{}", third.replace("Worker", "Third")))
        .expect("written");
    let (status, out, err) = concise(at, baseline);
    assert_eq!(status, 1, "{out}{err}");
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.contains("deprecated-runtime"), "{out}");

    // One is mended: told, then removed; nothing else changes.
    fs::write(at.join("app/template.yaml"), &moved).expect("written");
    fs::write(at.join("app/src/app.py"), "def handler(event, context):\n    return None\n").expect("written");
    let (status, _, err) = concise(at, baseline);
    assert_eq!(status, 0);
    assert!(err.contains("1 entry of the baseline no longer occurs"), "{err}");
    let (_, _, err) =
        lamlint(at, &["--select", "deprecated-runtime", "--baseline", ".lamlint-baseline.json"]);
    assert!(!err.contains("no longer"), "a rule that did not run: {err}");
    let (status, _, err) = concise(at, &["--prune-baseline"]);
    assert_eq!(status, 0);
    assert!(err.contains("removed 1 finding of the baseline"), "{err}");
    let left: Vec<String> = written
        .lines()
        .filter(|l| !l.contains("init-inside-handler"))
        .map(|l| l.trim_end_matches(',').to_owned())
        .collect();
    let pruned = read();
    assert_eq!(pruned.lines().map(|l| l.trim_end_matches(',').to_owned()).collect::<Vec<_>>(), left);
    let (status, _, err) = concise(at, baseline);
    assert_eq!(status, 0);
    assert!(!err.contains("no longer"), "{err}");
    assert_eq!(fs::read_dir(at).expect("there").count(), 2, "no temporary file is left");
}

#[test]
fn wrong_baselines_are_one_error() {
    let dir = old_project();
    for (text, words) in [
        (None, "can't read the baseline `b.json`"),
        (Some(""), "`b.json` is no baseline of lamlint"),
        (Some("[1]"), "`b.json` is no baseline of lamlint"),
        (Some("{\"version\": 1, \"findings\": [{}]}"), "`b.json` is no baseline of lamlint"),
        (Some("{\"version\": 2, \"findings\": []}"), "of a version this lamlint does not know"),
    ] {
        if let Some(text) = text {
            fs::write(dir.path().join("b.json"), text).expect("written");
        }
        let (status, out, err) = concise(dir.path(), &["--baseline", "b.json"]);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(words) && err.lines().count() == 1, "{err}");
    }
    for args in [
        &["--write-baseline", "app/template.yaml"][..],
        &["--write-baseline", "--baseline", "b.json"],
        &["--write-baseline", "--diff"],
        &["--write-baseline=no/such/b.json"],
        &["--prune-baseline"],
    ] {
        let (status, _, err) = concise(dir.path(), args);
        assert_eq!(status, 2, "{args:?}: {err}");
    }
    assert!(fs::read_to_string(dir.path().join("app/template.yaml")).expect("there").starts_with("AWST"));
    let (status, _, err) = concise(dir.path(), &["--write-baseline=app/base.json"]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(concise(dir.path(), &["--baseline", "app/base.json"]).0, 0);
}
