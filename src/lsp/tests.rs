//! What a session does over a channel in place of a stream, with a clock that can be set.

use super::server;
use super::transport::Client;
use crate::engine::Workers;
use crossbeam_channel::{Receiver, Sender, unbounded};
use lamlint_model::rule::Date;
use lsp_server::Message;
use serde_json::{Value, json};
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.13}
";

struct Session {
    to: Sender<Message>,
    from: Receiver<Value>,
    _dir: TempDir,
    root: PathBuf,
}

impl Session {
    fn begin(capabilities: &Value, clock: impl Fn() -> Date + Send + 'static) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir(root.join("src")).unwrap();
        fs::write(root.join("src/app.py"), "def handler(event, context):\n    pass\n").unwrap();
        fs::write(root.join("template.yaml"), TEMPLATE).unwrap();
        let (to, receiver) = unbounded();
        let (sender, from) = unbounded();
        let workers = Workers::new(NonZeroUsize::new(2)).unwrap();
        thread::spawn(move || server::run(&Client { receiver, sender }, workers, clock));
        let s = Self { to, from, _dir: dir, root };
        s.send(&json!({"id": 1, "method": "initialize",
            "params": {"rootUri": s.uri(""), "capabilities": capabilities}}));
        s.send(&json!({"method": "initialized", "params": {}}));
        s
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path).display())
    }

    fn send(&self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        self.to.send(serde_json::from_value(message).unwrap()).unwrap();
    }

    /// The next message.
    fn next(&self) -> Value {
        self.from.recv_timeout(Duration::from_mins(1)).expect("something is said")
    }

    /// All that is said up to the answer of a request.
    fn until(&self, id: u64) -> Vec<Value> {
        let mut out = Vec::new();
        loop {
            let m = self.next();
            let is = m["id"] == id;
            out.push(m);
            if is {
                return out;
            }
        }
    }

    /// All that is said until it is known what is in the template.
    fn settle(&self, id: u64) -> Vec<Value> {
        let at = json!({"textDocument": {"uri": self.uri("template.yaml")}, "position": {"line": 0, "character": 0}});
        self.send(&json!({"id": id, "method": "textDocument/hover", "params": at}));
        self.until(id)
    }
}

fn rules(said: &[Value]) -> Vec<String> {
    let published = said.iter().filter(|m| m["method"] == "textDocument/publishDiagnostics");
    let all = published.flat_map(|m| m["params"]["diagnostics"].as_array().unwrap());
    all.map(|d| format!("{}: {}", d["code"].as_str().unwrap(), d["message"].as_str().unwrap())).collect()
}

fn day() -> Date {
    Date::parse("2026-11-24").unwrap()
}

#[test]
fn each_run_has_its_own_day() {
    let today = Arc::new(Mutex::new(Date::parse("2026-01-01").unwrap()));
    let shared = Arc::clone(&today);
    let s = Session::begin(&json!({}), move || *shared.lock().unwrap());
    assert_eq!(rules(&s.settle(2)), [""; 0]);
    // Years later the same session goes on, and nothing but the day is another.
    *today.lock().unwrap() = Date::parse("2031-01-01").unwrap();
    let change = |version: i32, text: &str| {
        let d = json!({"uri": s.uri("src/app.py"), "version": version, "languageId": "python", "text": text});
        s.send(&json!({"method": "textDocument/didOpen", "params": {"textDocument": d}}));
    };
    change(1, "def handler(event, context):\n    pass  # a\n");
    let found = rules(&s.settle(3));
    assert!(found.len() == 1 && found[0].starts_with("deprecated-runtime"), "{found:?}");
    *today.lock().unwrap() = Date::parse("2026-01-02").unwrap();
    change(2, "def handler(event, context):\n    pass  # b\n");
    // What was published is taken back.
    let said = s.settle(4);
    assert_eq!(
        said.iter().filter(|m| m["method"] == "textDocument/publishDiagnostics").count(),
        1,
        "{said:?}"
    );
    assert_eq!(rules(&said), [""; 0]);
}

fn progress(said: &[Value]) -> Vec<String> {
    let values = said.iter().filter(|m| m["method"] == "$/progress").map(|m| &m["params"]["value"]);
    values.map(|v| v["kind"].as_str().unwrap().to_owned()).collect()
}

/// Begin a session of a client that shows progress, up to the request for a token.
fn offered() -> (Session, Value) {
    let s = Session::begin(&json!({"window": {"workDoneProgress": true}}), day);
    loop {
        let m = s.next();
        if m["method"] == "window/workDoneProgress/create" {
            return (s, m);
        }
    }
}

#[test]
fn a_client_that_does_not_answer_sees_no_progress_and_gets_everything_else() {
    let (s, create) = offered();
    let said = s.settle(2);
    assert_eq!(progress(&said), [""; 0]);
    // Too late: the run is over.
    s.send(&json!({"id": create["id"], "result": null}));
    s.send(
        &json!({"method": "window/workDoneProgress/cancel", "params": {"token": create["params"]["token"]}}),
    );
    assert_eq!(progress(&s.settle(3)), [""; 0]);
}

#[test]
fn a_client_that_refuses_sees_no_progress() {
    let (s, create) = offered();
    s.send(&json!({"id": create["id"], "error": {"code": -32603, "message": "no"}}));
    assert_eq!(progress(&s.settle(2)), [""; 0]);
}

#[test]
fn a_progress_that_is_shown_ends_once() {
    // Whether the answer comes before the run is over is a matter of luck: a clock holds the run back.
    let (go, wait) = unbounded::<()>();
    let clock = move || {
        let _ = wait.recv_timeout(Duration::from_secs(30));
        day()
    };
    let s = Session::begin(&json!({"window": {"workDoneProgress": true}}), clock);
    let create = loop {
        let m = s.next();
        if m["method"] == "window/workDoneProgress/create" {
            break m;
        }
    };
    let token = &create["params"]["token"];
    s.send(&json!({"id": create["id"], "result": null}));
    let begin = s.next();
    assert_eq!((&begin["method"], &begin["params"]["token"]), (&json!("$/progress"), token), "{begin}");
    let value = &begin["params"]["value"];
    assert_eq!((&value["kind"], &value["percentage"]), (&json!("begin"), &json!(0)));
    assert_eq!(value["cancellable"], false);
    // A request to cancel what can't be cancelled changes nothing.
    s.send(&json!({"method": "window/workDoneProgress/cancel", "params": {"token": token}}));
    go.send(()).unwrap();
    drop(go);
    let said = s.settle(2);
    let kinds = progress(&said);
    assert_eq!(kinds.iter().filter(|k| *k == "end").count(), 1, "{said:?}");
    assert_eq!(kinds.last().map(String::as_str), Some("end"));
    let percents: Vec<u64> =
        said.iter().filter_map(|m| m["params"]["value"]["percentage"].as_u64()).collect();
    assert!(percents.is_sorted() && percents.iter().all(|p| *p < 100), "{percents:?}");
    assert_eq!(progress(&s.settle(3)), [""; 0]);
}
