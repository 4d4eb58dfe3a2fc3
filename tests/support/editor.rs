//! A client of the language server, as an editor would be one.

use super::command::BIN;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long anything may take, on a machine that is busy with everything else.
const PATIENCE: Duration = Duration::from_mins(2);

/// The server with what it has said so far.
pub(crate) struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Diagnostics by address.
    pub(crate) diagnostics: BTreeMap<String, Vec<Value>>,
    /// Everything else.
    pub(crate) others: Vec<Value>,
    asked: u64,
}

impl Editor {
    /// Start the server; nothing is said yet.
    pub(crate) fn start() -> Self {
        let mut child = Command::new(BIN)
            .args(["lsp", "--stdio"])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (said, messages) = channel();
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        thread::spawn(move || {
            while let Some(m) = read(&mut out) {
                if said.send(m).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, messages, diagnostics: BTreeMap::new(), others: Vec::new(), asked: 0 }
    }

    /// Start it over a folder.
    pub(crate) fn over(root: &Path, capabilities: &Value) -> Self {
        let mut e = Self::start();
        let uri = uri(root);
        let folders = json!([{"uri": uri, "name": "project"}]);
        let params = json!({"processId": null, "rootUri": uri, "workspaceFolders": folders, "capabilities": capabilities});
        let r = e.ask("initialize", &params);
        assert!(r.get("error").is_none(), "{r}");
        e.tell("initialized", &json!({}));
        e
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("it reads");
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Ask without waiting; gives the number of the request.
    pub(crate) fn begin(&mut self, method: &str, params: &Value) -> u64 {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        self.asked
    }

    /// Wait for the answer to a request.
    pub(crate) fn end(&mut self, id: u64) -> Value {
        loop {
            let m = self.messages.recv_timeout(PATIENCE).expect("an answer");
            if m["id"] == id && m.get("method").is_none() {
                return m;
            }
            self.take(m);
        }
    }

    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.begin(method, params);
        self.end(id)
    }

    fn take(&mut self, m: Value) {
        if m["method"] == "textDocument/publishDiagnostics" {
            let list = m["params"]["diagnostics"].as_array().expect("a list").clone();
            self.diagnostics.insert(m["params"]["uri"].as_str().expect("text").to_owned(), list);
        } else {
            self.others.push(m);
        }
    }

    /// Wait until the server has answered to all that was said: a hover is answered from the newest state only.
    pub(crate) fn settle(&mut self, path: &Path) {
        let at = json!({"line": 0, "character": 0});
        let r = self.ask("textDocument/hover", &json!({"textDocument": {"uri": uri(path)}, "position": at}));
        assert!(r.get("error").is_none(), "{r}");
    }

    pub(crate) fn open(&mut self, path: &Path, version: i32, text: &str) {
        let d = json!({"uri": uri(path), "languageId": "x", "version": version, "text": text});
        self.tell("textDocument/didOpen", &json!({"textDocument": d}));
    }

    /// The whole text of a document anew.
    pub(crate) fn change(&mut self, path: &Path, version: i32, text: &str) {
        let d = json!({"uri": uri(path), "version": version});
        self.tell("textDocument/didChange", &json!({"textDocument": d, "contentChanges": [{"text": text}]}));
    }

    pub(crate) fn save(&mut self, path: &Path) {
        self.tell("textDocument/didSave", &json!({"textDocument": {"uri": uri(path)}}));
    }

    /// What is shown of a file: rule and line, from 0.
    pub(crate) fn shown(&self, path: &Path) -> Vec<(String, u64)> {
        let list = self.diagnostics.get(&uri(path)).map_or(&[][..], Vec::as_slice);
        let code = |d: &Value| d["code"].as_str().expect("a code").to_owned();
        list.iter().map(|d| (code(d), d["range"]["start"]["line"].as_u64().expect("a line"))).collect()
    }

    /// End in order; gives the exit status.
    pub(crate) fn stop(mut self) -> i32 {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        self.child.wait().expect("it ends").code().expect("not by a signal")
    }

    /// Hang up; gives the exit status.
    pub(crate) fn hang_up(mut self) -> i32 {
        self.input = None;
        self.child.wait().expect("it ends").code().expect("not by a signal")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        let _ = self.child.kill();
    }
}

fn read(out: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if out.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().strip_prefix("Content-Length: ") {
            Some(n) => length = n.parse().expect("a number"),
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    out.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}

/// The address of a path of these tests: plain ASCII without spaces.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
