//! The language server, as an editor uses it.

#[path = "../support/command.rs"]
mod command;
#[path = "../support/editor.rs"]
mod editor;
mod storm;

use command::project;
use editor::{Editor, uri};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const TEMPLATE: &str = "AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.14
      Timeout: 60
      Environment:
        Variables:
          TABLE: orders
      Events:
        Jobs:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 360
";

const CODE: &str = "import os

import boto3

table = boto3.resource(\"dynamodb\").Table(os.environ[\"TABLE\"])


def handler(event, context):
    for record in event[\"Records\"]:
        print(record[\"messageId\"])
";

/// A project without findings, its root, its template and its code.
fn scratch() -> (TempDir, PathBuf, PathBuf, PathBuf) {
    let dir = project(&[("template.yaml", TEMPLATE), ("src/app.py", CODE)]);
    let root = dir.path().canonicalize().expect("a path");
    let (template, code) = (root.join("template.yaml"), root.join("src/app.py"));
    (dir, root, template, code)
}

fn rules(shown: &[(String, u64)]) -> Vec<&str> {
    shown.iter().map(|(r, _)| r.as_str()).collect()
}

#[test]
fn a_change_on_either_side_is_seen_on_the_other() {
    let (_dir, root, template, code) = scratch();
    let mut e = Editor::over(&root, &json!({}));
    e.settle(&template);
    assert_eq!((e.shown(&template), e.shown(&code)), (vec![], vec![]));
    // The template drops a variable: the code reads what is not there.
    e.open(&template, 1, TEMPLATE);
    e.change(&template, 2, &TEMPLATE.replace("TABLE: orders", "NAME: orders"));
    e.settle(&template);
    assert_eq!(rules(&e.shown(&code)), ["env-var-undeclared"], "{:?}", e.diagnostics);
    let d = &e.diagnostics[&uri(&code)][0];
    assert_eq!(d["source"], "lamlint");
    assert!(d["codeDescription"]["href"].as_str().expect("a page").ends_with("env-var-undeclared.md"));
    let related = d["relatedInformation"].as_array().expect("the proof");
    assert!(related.iter().any(|r| r["location"]["uri"] == uri(&template)), "{d}");
    // The code renames its handler: the template names what is not there.
    e.change(&template, 3, TEMPLATE);
    e.open(&code, 1, CODE);
    e.change(&code, 2, &CODE.replace("def handler", "def main"));
    e.settle(&code);
    assert_eq!(e.shown(&code), []);
    assert_eq!(rules(&e.shown(&template)), ["handler-not-found"]);
    // Nothing was written; without the buffer the disk counts again.
    e.tell("textDocument/didClose", &json!({"textDocument": {"uri": uri(&code)}}));
    e.settle(&template);
    assert_eq!(e.shown(&template), []);
    assert_eq!(e.stop(), 0);
}

#[test]
fn positions_are_counted_as_agreed() {
    // A character of two units before the finding, and line breaks of two characters.
    let text =
        TEMPLATE.replace("      Timeout: 60", "      \"Timeout\": 90 # \u{1f680}").replace('\n', "\r\n");
    let text =
        text.replace("VisibilityTimeout: 360", "{Tags: [{Key: \u{1f680}, Value: x}], VisibilityTimeout: 30}");
    let text = text.replace("Properties:\r\n      {Tags", "Properties: {Tags");
    let dir = project(&[("template.yaml", text.as_str()), ("src/app.py", CODE)]);
    let root = dir.path().canonicalize().expect("a path");
    let template = root.join("template.yaml");
    let line = text.lines().position(|l| l.contains("Tags")).expect("there");
    let before = text.lines().nth(line).and_then(|l| l.split("30").next()).expect("there");
    for (offers, name, column) in [
        (json!(["utf-8", "utf-16"]), "utf-8", before.len()),
        (json!(["utf-16"]), "utf-16", before.encode_utf16().count()),
        (json!(["utf-32"]), "utf-32", before.chars().count()),
    ] {
        let mut e = Editor::over(&root, &json!({"general": {"positionEncodings": offers}}));
        e.settle(&template);
        let found = &e.diagnostics[&uri(&template)];
        let at = &found.iter().find(|d| d["code"] == "sqs-visibility-timeout").expect("a finding")["range"]["start"];
        assert_eq!(at, &json!({"line": line, "character": column}), "{name}");
        // Insert in front of it: both sides count alike.
        e.open(&template, 1, &text);
        let place = json!({"line": line, "character": column});
        let change = json!({"range": {"start": place, "end": place}, "text": "9"});
        let d = json!({"uri": uri(&template), "version": 2});
        e.tell("textDocument/didChange", &json!({"textDocument": d, "contentChanges": [change]}));
        e.settle(&template);
        // 930 seconds are enough.
        assert!(
            !rules(&e.shown(&template)).contains(&"sqs-visibility-timeout"),
            "{name}: {:?}",
            e.shown(&template)
        );
        assert_eq!(e.stop(), 0);
    }
}

/// Apply the edits of an action to a text, by characters: these texts are ASCII.
fn applied(text: &str, edits: &Value) -> String {
    let offset = |p: &Value| {
        let number = |v: &Value| usize::try_from(v.as_u64().expect("a number")).expect("small");
        let line = number(&p["line"]);
        text.split_inclusive('\n').take(line).map(str::len).sum::<usize>() + number(&p["character"])
    };
    let mut edits: Vec<(usize, usize, String)> = edits
        .as_array()
        .expect("edits")
        .iter()
        .map(|e| {
            let r = &e["range"];
            (offset(&r["start"]), offset(&r["end"]), e["newText"].as_str().expect("text").to_owned())
        })
        .collect();
    edits.sort();
    let mut out = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        out.replace_range(start..end, &new);
    }
    out
}

#[test]
fn repairs_and_requests_to_ignore_do_what_they_say() {
    let (_dir, root, template, _) = scratch();
    let mut e = Editor::over(&root, &json!({"workspace": {"workspaceEdit": {"documentChanges": true}}}));
    let text = TEMPLATE.replace("360", "90");
    e.open(&template, 7, &text);
    e.settle(&template);
    let ask = |e: &mut Editor, only: Option<&str>| -> Vec<Value> {
        let d = e.diagnostics[&uri(&template)][0].clone();
        let mut context = json!({"diagnostics": [d]});
        if let Some(o) = only {
            context["only"] = json!([o]);
        }
        let r = e.ask(
            "textDocument/codeAction",
            &json!({"textDocument": {"uri": uri(&template)}, "range": d["range"], "context": context}),
        );
        r["result"].as_array().unwrap_or_else(|| panic!("{r}")).clone()
    };
    for (only, count) in [(None, 3), (Some("quickfix"), 2), (Some("source.fixAll"), 1), (Some("refactor"), 0)]
    {
        assert_eq!(ask(&mut e, only).len(), count, "{only:?}");
    }
    let mut version = 7;
    for i in 0..3 {
        let action = ask(&mut e, None)[i].clone();
        let change = &action["edit"]["documentChanges"][0];
        assert_eq!(change["textDocument"], json!({"uri": uri(&template), "version": version}), "{action}");
        let new = applied(&text, &change["edits"]);
        assert_ne!(new, text);
        e.change(&template, version + 1, &new);
        e.settle(&template);
        assert_eq!(e.shown(&template), [], "{}: {new}", action["title"]);
        version += 2;
        e.change(&template, version, &text);
        e.settle(&template);
    }
    assert_eq!(e.stop(), 0);
}

#[test]
fn what_is_being_typed_keeps_what_was_known() {
    let (_dir, root, template, code) = scratch();
    let mut e = Editor::over(&root, &json!({}));
    let text = TEMPLATE.replace("360", "90");
    e.open(&template, 1, &text);
    e.settle(&template);
    let before = e.shown(&template);
    assert_eq!(rules(&before), ["sqs-visibility-timeout"]);
    // Two lines more, and broken: what was known moves down, the error is shown where it is.
    e.change(&template, 2, &text.replace("Resources:", "# a\nMappings: {x: [\nResources:"));
    e.settle(&template);
    let now = e.shown(&template);
    assert_eq!(now[0], (before[0].0.clone(), before[0].1 + 2), "{now:?}");
    assert_eq!(rules(&now), ["sqs-visibility-timeout", "malformed-template"]);
    // Saved like that, it is what it is, as the command line has it.
    e.save(&template);
    e.settle(&template);
    assert_eq!(rules(&e.shown(&template)), ["malformed-template"]);
    e.change(&template, 3, &text);
    e.open(&code, 1, CODE);
    e.change(&code, 2, &CODE.replace("    for", "    x = (\n    for"));
    e.settle(&code);
    assert_eq!((e.shown(&template), rules(&e.shown(&code))), (before, vec!["handler-syntax-error"]));
    assert_eq!(e.stop(), 0);
}

#[test]
fn templates_and_code_are_joined() {
    let (_dir, root, template, code) = scratch();
    let shows = json!({"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}});
    let mut e = Editor::over(&root, &shows);
    let at = |text: &str, path: &Path, what: &str| {
        let line = text.lines().position(|l| l.contains(what)).expect("there");
        let column = text.lines().nth(line).and_then(|l| l.find(what)).expect("there");
        json!({"textDocument": {"uri": uri(path)}, "position": {"line": line, "character": column + 1}})
    };
    let lines = |r: &Value| -> Vec<(String, u64)> {
        let list = r["result"].as_array().unwrap_or_else(|| panic!("{r}"));
        let line = |l: &Value| l["range"]["start"]["line"].as_u64().expect("a number");
        list.iter().map(|l| (l["uri"].as_str().expect("text").to_owned(), line(l))).collect()
    };
    let r = e.ask("textDocument/definition", &at(TEMPLATE, &template, "app.handler"));
    assert_eq!(lines(&r), [(uri(&code), 7)]);
    let r = e.ask("textDocument/definition", &at(TEMPLATE, &template, "TABLE"));
    assert_eq!(lines(&r), [(uri(&code), 4)]);
    let r = e.ask("textDocument/definition", &at(CODE, &code, "os.environ"));
    assert_eq!(lines(&r), [(uri(&template), 12)]);
    let r = e.ask("textDocument/documentLink", &json!({"textDocument": {"uri": uri(&template)}}));
    assert_eq!(r["result"][0]["target"], format!("{}#L8", uri(&code)), "{r}");
    let r = e.ask("textDocument/codeLens", &json!({"textDocument": {"uri": uri(&code)}}));
    let title = r["result"][0]["command"]["title"].as_str().expect("a title");
    assert_eq!(title, "Worker: python3.14, 60 s, 128 MB; an SQS queue Jobs");
    for (text, path, what) in [(TEMPLATE, &template, "Worker"), (CODE, &code, "handler")] {
        let r = e.ask("textDocument/hover", &at(text, path, what));
        assert_eq!(r["result"]["contents"]["kind"], "markdown");
        let words = r["result"]["contents"]["value"].as_str().unwrap_or_else(|| panic!("{r}"));
        for part in ["**Worker**", "timeout: `60 s", "trigger: `an SQS queue: Jobs", "TABLE"] {
            assert!(words.contains(part), "{part}: {words}");
        }
    }
    // A rule in a request to ignore: its page, and names to choose from.
    let quiet = CODE.replace("table =", "# lamlint: ignore[load-inside-handler] x\ntable =");
    e.open(&code, 1, &quiet);
    let place = at(&quiet, &code, "load-inside");
    let r = e.ask("textDocument/hover", &place);
    assert!(r["result"]["contents"]["value"].as_str().expect("a page").starts_with("# "), "{r}");
    let r = e.ask("textDocument/completion", &place);
    let labels: Vec<&str> =
        r["result"].as_array().expect("a list").iter().filter_map(|i| i["label"].as_str()).collect();
    assert!(labels.contains(&"init-inside-handler") && labels.len() > 30, "{labels:?}");
    assert_eq!(e.stop(), 0);
}

#[test]
fn a_client_that_pulls_is_not_pushed_to() {
    let (_dir, root, template, code) = scratch();
    let caps = json!({
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": true}},
    });
    let mut e = Editor::over(&root, &caps);
    e.open(&template, 1, &TEMPLATE.replace("360", "90"));
    let pull = |e: &mut Editor, path: &Path, before: Option<&str>| {
        let mut p = json!({"textDocument": {"uri": uri(path)}});
        if let Some(b) = before {
            p["previousResultId"] = json!(b);
        }
        e.ask("textDocument/diagnostic", &p)["result"].clone()
    };
    let first = pull(&mut e, &template, None);
    assert_eq!(
        (&first["kind"], &first["items"][0]["code"]),
        (&json!("full"), &json!("sqs-visibility-timeout"))
    );
    let again = pull(&mut e, &template, first["resultId"].as_str());
    assert_eq!((&again["kind"], &again["resultId"]), (&json!("unchanged"), &first["resultId"]));
    assert_eq!(pull(&mut e, &code, None)["items"], json!([]));
    let whole = e.ask("workspace/diagnostic", &json!({"previousResultIds": []}))["result"]["items"].clone();
    let by_file: BTreeMap<String, usize> = whole
        .as_array()
        .expect("a list")
        .iter()
        .map(|i| (i["uri"].as_str().expect("text").to_owned(), i["items"].as_array().map_or(0, Vec::len)))
        .collect();
    assert_eq!(by_file, BTreeMap::from([(uri(&template), 1), (uri(&code), 0)]));
    assert!(
        e.diagnostics.is_empty() && e.others.iter().any(|m| m["method"] == "workspace/diagnostic/refresh")
    );
    assert_eq!(e.stop(), 0);
}

#[test]
fn folders_files_and_settings_change_under_the_server() {
    let (dir, root, template, code) = scratch();
    let (_other, other_root, other_template, _) = scratch();
    fs::write(&other_template, TEMPLATE.replace("360", "90")).expect("a file");
    let watch = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut e = Editor::over(&root, &watch);
    e.settle(&template);
    assert!(e.others.iter().any(|m| m["method"] == "client/registerCapability"));
    // A second folder comes and goes.
    let folders = |added: Value, removed: Value| json!({"event": {"added": added, "removed": removed}});
    let named = json!([{"uri": uri(&other_root), "name": "other"}]);
    e.tell("workspace/didChangeWorkspaceFolders", &folders(named.clone(), json!([])));
    e.settle(&other_template);
    assert_eq!(rules(&e.shown(&other_template)), ["sqs-visibility-timeout"]);
    e.tell("workspace/didChangeWorkspaceFolders", &folders(json!([]), named));
    e.settle(&template);
    assert_eq!(e.shown(&other_template), []);
    // Code goes, and comes back. A folder without any code would say nothing.
    fs::write(root.join("src/other.py"), "x = 1\n").expect("a file");
    let text = fs::read_to_string(&code).expect("a text");
    let touched = |e: &mut Editor, path: &Path, kind: u8| {
        e.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": uri(path), "type": kind}]}));
    };
    fs::remove_file(&code).expect("gone");
    touched(&mut e, &code, 3);
    e.settle(&template);
    assert_eq!(rules(&e.shown(&template)), ["handler-not-found"]);
    fs::write(&code, &text).expect("a file");
    touched(&mut e, &code, 1);
    e.settle(&template);
    assert_eq!(e.shown(&template), []);
    fs::write(&template, TEMPLATE.replace("360", "90")).expect("a file");
    touched(&mut e, &template, 2);
    e.settle(&template);
    assert_eq!(rules(&e.shown(&template)), ["sqs-visibility-timeout"]);
    // Settings: a wrong file is told where it is wrong, a right one counts.
    let settings = dir.path().canonicalize().expect("a path").join("lamlint.toml");
    fs::write(&settings, "[rules.sqs-visibility-timeout]\nseverity = \"of\"\n").expect("a file");
    touched(&mut e, &settings, 1);
    e.settle(&template);
    assert_eq!(e.shown(&settings), [("configuration".to_owned(), 1)]);
    fs::write(&settings, "[rules.sqs-visibility-timeout]\nseverity = \"off\"\n").expect("a file");
    touched(&mut e, &settings, 2);
    e.settle(&template);
    assert_eq!((e.shown(&settings), e.shown(&template)), (vec![], vec![]));
    // The folder itself goes: the server stays.
    drop(dir);
    touched(&mut e, &template, 3);
    e.settle(&template);
    assert_eq!(e.stop(), 0);
}

#[test]
fn a_file_outside_of_every_folder_is_looked_at_with_its_project() {
    let (_dir, root, template, code) = scratch();
    fs::create_dir(root.join(".git")).expect("a folder");
    let mut e = Editor::start();
    e.ask("initialize", &json!({"processId": null, "rootUri": null, "capabilities": {}}));
    e.tell("initialized", &json!({}));
    e.open(&code, 1, &CODE.replace("TABLE", "NAME"));
    e.settle(&code);
    assert_eq!(rules(&e.shown(&code)), ["env-var-undeclared"]);
    e.tell("textDocument/didClose", &json!({"textDocument": {"uri": uri(&code)}}));
    e.settle(&template);
    assert_eq!(e.shown(&code), []);
    assert_eq!(e.stop(), 0);
}

#[test]
fn nonsense_is_answered_by_the_protocol() {
    let (_dir, root, template, _) = scratch();
    let mut e = Editor::start();
    let error = |r: &Value| r["error"]["code"].as_i64();
    let hover = json!({"textDocument": {"uri": uri(&template)}, "position": {"line": 0, "character": 0}});
    assert_eq!(error(&e.ask("textDocument/hover", &hover)), Some(-32002));
    e.tell("textDocument/didOpen", &json!([]));
    let params = json!({"processId": null, "rootUri": uri(&root), "capabilities": {"general": 7}});
    assert!(e.ask("initialize", &params)["result"].is_object());
    assert_eq!(error(&e.ask("initialize", &params)), Some(-32600));
    assert_eq!(error(&e.ask("textDocument/rename", &json!({}))), Some(-32601));
    for bad in [json!(null), json!([]), json!({"textDocument": {"uri": "no address"}}), json!("x")] {
        assert_eq!(error(&e.ask("textDocument/hover", &bad)), Some(-32602), "{bad}");
    }
    e.raw(b"Content-Length: 7\r\n\r\n{\"a\": 1");
    e.raw(b"rubbish\r\nContent-Length: 2\r\n\r\n{}");
    for n in [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didSave",
        "$/what",
        "workspace/didChangeWatchedFiles",
    ] {
        e.tell(
            n,
            &json!({"textDocument": {"uri": 5}, "contentChanges": 3, "changes": [1, {"uri": "untitled:x"}]}),
        );
    }
    for strange in ["untitled:Untitled-1", "file:///nowhere/at/all.py", "git:/a/b.py?x"] {
        let d =
            json!({"uri": strange, "languageId": "python", "version": 1, "text": "def handler(e, c): pass"});
        e.tell("textDocument/didOpen", &json!({"textDocument": d}));
        let r = e.ask("textDocument/codeLens", &json!({"textDocument": {"uri": strange}}));
        assert!(r.get("error").is_none(), "{r}");
    }
    // Changes of what is not open, and out of every range.
    e.change(&template, 2, "x");
    e.open(&template, 1, "a\n");
    let far = json!({"start": {"line": 9, "character": 9}, "end": {"line": 0, "character": 0}});
    let d = json!({"uri": uri(&template), "version": 2});
    e.tell(
        "textDocument/didChange",
        &json!({"textDocument": d, "contentChanges": [{"range": far, "text": "b"}]}),
    );
    e.settle(&template);
    // One that is cancelled while it waits gets an answer, too.
    e.change(&template, 3, TEMPLATE);
    let id = e.begin("textDocument/hover", &hover);
    e.tell("$/cancelRequest", &json!({"id": id}));
    let r = e.end(id);
    assert!(r.get("error").is_none_or(|x| x["code"] == -32800), "{r}");
    let told = e.others.iter().filter(|m| m["id"].is_null() && m["error"].is_object()).count();
    assert_eq!(told, 2, "{:?}", e.others);
    e.ask("shutdown", &Value::Null);
    assert_eq!(error(&e.ask("textDocument/hover", &hover)), Some(-32600));
    assert_eq!(e.hang_up(), 1);
}
