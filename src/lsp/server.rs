//! The main loop: documents and folders in, jobs to the worker, answers out.

use super::convert::{Encoding, path_of};
use super::documents::Documents;
use super::progress::Shown;
use super::requests::{self, Waiting};
use super::snapshot::{Places, Snapshot};
use super::transport::Client;
use super::worker::{Changes, Done, Job, Options, work};
use super::{diagnostics, protocol};
use crate::discover::{project_of, relative};
use crate::engine::Workers;
use crate::progress::Progress;
use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use gen_lsp_types::{Diagnostic, Uri};
use lamlint_model::rule::Date;
use lsp_server::{Message, Notification, Request, RequestId};
use protocol::{Caps, code};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

/// Serve until the client ends it. Whether it did so in order: `shutdown`, then `exit`.
pub(super) fn run(client: &Client, workers: Workers, clock: impl Fn() -> Date + Send + 'static) -> bool {
    let (jobs, to_worker) = unbounded();
    let (from_worker, done) = unbounded();
    // It ends when there are no jobs any more; a run that is under way is given up with its process.
    let progress = workers.progress();
    thread::spawn(move || work(&to_worker, &from_worker, &workers, &clock));
    let mut server = Server {
        out: client.sender.clone(),
        jobs,
        caps: None,
        documents: Documents::default(),
        folders: Vec::new(),
        waiting: Vec::new(),
        options: Options::default(),
        published: BTreeMap::new(),
        asked: 0,
        shut_down: false,
        progress,
        running: PathBuf::new(),
        ticks: never(),
    };
    let orderly = server.talk(&client.receiver, &done);
    // Nothing is said after the end.
    let _ = client.sender.send(Value::Null);
    orderly
}

/// A folder of the workspace, or one that was guessed from an open file.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) root: PathBuf,
    /// Whether the client has named it.
    named: bool,
    newest: Arc<AtomicU64>,
    /// Whether something changed since the last job.
    changed: bool,
    changes: Changes,
    /// Generation up to which there is an answer, if only that it failed.
    answered: u64,
    snapshot: Option<Arc<Snapshot>>,
    /// The progress that is shown until the first answer.
    pub(super) progress: Option<Shown>,
}

impl Folder {
    fn new(root: PathBuf, named: bool) -> Self {
        Self {
            root,
            named,
            newest: Arc::default(),
            changed: true,
            changes: Changes { walk: true, ..Changes::default() },
            answered: 0,
            snapshot: None,
            progress: None,
        }
    }

    fn is_fresh(&self) -> bool {
        !self.changed && self.answered == self.newest.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
pub(super) struct Server {
    out: Sender<Value>,
    jobs: Sender<Job>,
    /// What the client can; `None` before it said so.
    pub(super) caps: Option<Caps>,
    documents: Documents,
    pub(super) folders: Vec<Folder>,
    /// Requests that wait for an answer of the worker.
    waiting: Vec<Waiting>,
    options: Options,
    /// What was published, by file.
    published: BTreeMap<Uri, Vec<Diagnostic>>,
    /// Number of the requests sent to the client.
    pub(super) asked: u64,
    shut_down: bool,
    /// How far the run under way is.
    pub(super) progress: Arc<Progress>,
    /// The folder it is about.
    pub(super) running: PathBuf,
    /// When to look how far it is; never where nobody sees it.
    pub(super) ticks: Receiver<Instant>,
}

/// Whether to go on.
enum Flow {
    On,
    End(bool),
}

impl Server {
    fn talk(&mut self, messages: &Receiver<Message>, done: &Receiver<Done>) -> bool {
        loop {
            let first = select! {
                recv(messages) -> m => match m {
                    Ok(m) => Some(m),
                    // The client is gone.
                    Err(_) => return false,
                },
                recv(done) -> d => {
                    if let Ok(d) = d { self.done(d) }
                    None
                }
                recv(self.ticks) -> _ => {
                    self.report_progress();
                    continue;
                }
            };
            // Everything that has come is looked at before something is begun.
            let mut next = first;
            while let Some(m) = next {
                if let Flow::End(orderly) = self.message(m) {
                    return orderly;
                }
                next = messages.try_recv().ok();
            }
            self.start();
            self.answer_waiting();
        }
    }

    fn send(&self, message: Value) {
        // A writer that is gone means a client that is gone; its reader ends, too.
        let _ = self.out.send(message);
    }

    pub(super) fn notify(&self, method: &str, params: &Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Ask the client for something; gives the number of the request.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> RequestId {
        self.asked += 1;
        let id = format!("lamlint-{}", self.asked);
        let mut request = json!({"jsonrpc": "2.0", "id": id, "method": method});
        // What takes no parameters has none.
        if !params.is_null() {
            request["params"] = params.clone();
        }
        self.send(request);
        id.into()
    }

    fn respond(&self, id: &RequestId, result: &Value) {
        self.send(json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }

    fn refuse(&self, id: &RequestId, code: i32, message: impl Into<String>) {
        let message = message.into();
        self.send(json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}));
    }

    fn log(&self, text: &str) {
        self.notify("window/logMessage", &json!({"type": 2, "message": format!("lamlint: {text}")}));
    }

    fn message(&mut self, m: Message) -> Flow {
        match m {
            Message::Request(r) => {
                let id = r.id.clone();
                if let Err(p) = catch_unwind(AssertUnwindSafe(|| self.request(r))) {
                    let why = crate::notice::Notice::internal("", "answering", &*p).text;
                    self.log(&why);
                    self.refuse(&id, code::INTERNAL, why);
                }
                Flow::On
            }
            Message::Notification(n) if n.method == "exit" => Flow::End(self.shut_down),
            Message::Notification(n) => {
                let method = n.method.clone();
                if let Err(p) = catch_unwind(AssertUnwindSafe(|| self.notification(n))) {
                    self.log(&crate::notice::Notice::internal("", &method, &*p).text);
                }
                Flow::On
            }
            Message::Response(r) => {
                // Other answers to what we asked say nothing we need.
                self.progress_answered(&r);
                Flow::On
            }
        }
    }

    fn request(&mut self, r: Request) {
        if self.shut_down {
            return self.refuse(&r.id, code::INVALID_REQUEST, "the service was shut down");
        }
        match (r.method.as_str(), &self.caps) {
            ("initialize", None) => self.initialize(&r.id, &r.params),
            ("initialize", Some(_)) => self.refuse(&r.id, code::INVALID_REQUEST, "initialized already"),
            (_, None) => self.refuse(&r.id, code::NOT_INITIALIZED, "not initialized yet"),
            ("shutdown", _) => {
                self.shut_down = true;
                for w in std::mem::take(&mut self.waiting) {
                    self.refuse(&w.id, code::CANCELLED, "the service is shut down");
                }
                self.respond(&r.id, &Value::Null);
            }
            (_, Some(caps)) => match requests::parse(&r.method, r.params) {
                Err(requests::Bad::Method) => {
                    self.refuse(&r.id, code::NO_METHOD, format!("no method `{}`", r.method));
                }
                Err(requests::Bad::Params(why)) => self.refuse(&r.id, code::INVALID_PARAMS, why),
                Ok(ask) => match requests::at_once(&ask, &self.documents, caps) {
                    Some(result) => self.respond(&r.id, &result),
                    None => self.waiting.push(Waiting { id: r.id, ask }),
                },
            },
        }
    }

    fn initialize(&mut self, id: &RequestId, params: &Value) {
        let caps = Caps::of(params);
        self.respond(id, &protocol::capabilities(&caps));
        self.options = protocol::options(params.get("initializationOptions"));
        for root in protocol::roots(params) {
            self.add_folder(&root, true);
        }
        self.caps = Some(caps);
    }

    fn add_folder(&mut self, path: &Path, named: bool) {
        let Ok(root) = path.canonicalize() else {
            self.log(&format!("can't open the folder {}", path.display()));
            return;
        };
        match self.folders.iter_mut().find(|f| f.root == root) {
            Some(f) => f.named |= named,
            None => self.folders.push(Folder::new(root, named)),
        }
    }

    fn notification(&mut self, n: Notification) {
        let Some(caps) = &self.caps else { return };
        let p = n.params;
        match n.method.as_str() {
            "initialized" if caps.watches => {
                self.ask("client/registerCapability", &protocol::watchers());
            }
            "$/cancelRequest" => {
                let cancelled = p.get("id").cloned().unwrap_or(Value::Null);
                let is = |w: &Waiting| serde_json::to_value(&w.id).is_ok_and(|id| id == cancelled);
                if let Some(i) = self.waiting.iter().position(is) {
                    let w = self.waiting.remove(i);
                    self.refuse(&w.id, code::CANCELLED, "cancelled");
                }
            }
            "textDocument/didOpen" => {
                let d = &p["textDocument"];
                let (Some(uri), Some(text)) = (protocol::uri(&d["uri"]), d["text"].as_str()) else { return };
                self.documents.open(uri.clone(), protocol::version(&d["version"]), text.to_owned());
                self.adopt(&uri);
                self.touch(&uri, |_, _| {});
            }
            "textDocument/didChange" => {
                let encoding = caps.encoding;
                let Some(uri) = protocol::uri(&p["textDocument"]["uri"]) else { return };
                let version = protocol::version(&p["textDocument"]["version"]);
                let Ok(changes) = serde_json::from_value(p["contentChanges"].clone()) else {
                    return self.log("a change of a document that can't be read was left out");
                };
                if self.documents.change(&uri, version, changes, encoding) {
                    self.touch(&uri, |_, _| {});
                }
            }
            "textDocument/didSave" => {
                let Some(uri) = protocol::uri(&p["textDocument"]["uri"]) else { return };
                let watches = caps.watches;
                self.touch(&uri, |changes, path| {
                    changes.saved.push(path.clone());
                    changes.paths.push(path.clone());
                    // Without a watch, what else happened on disk is looked at when something is saved.
                    changes.walk |= !watches || protocol::is_settings(&path);
                    changes.everything |= !watches;
                });
            }
            "textDocument/didClose" => {
                let Some(uri) = protocol::uri(&p["textDocument"]["uri"]) else { return };
                self.documents.close(&uri);
                self.touch(&uri, |changes, path| {
                    changes.saved.push(path.clone());
                    changes.paths.push(path);
                });
                self.forget_guessed();
            }
            "workspace/didChangeWatchedFiles" => {
                for c in p["changes"].as_array().into_iter().flatten() {
                    let Some(uri) = protocol::uri(&c["uri"]) else { continue };
                    // Two is a change of a text; files that come and go change what there is.
                    let changed = c["type"].as_u64() == Some(2);
                    self.touch(&uri, |changes, path| {
                        changes.walk |= !changed || protocol::is_settings(&path);
                        changes.paths.push(path);
                    });
                }
            }
            "workspace/didChangeConfiguration" => {
                let settings = p["settings"].get("lamlint").unwrap_or(&p["settings"]);
                if settings.is_object() {
                    self.options = protocol::options(Some(settings));
                }
                self.folders.iter_mut().for_each(|f| {
                    f.changed = true;
                    f.changes.walk = true;
                });
            }
            "workspace/didChangeWorkspaceFolders" => {
                let paths = |list: &Value| -> Vec<PathBuf> {
                    let uris = list.as_array().into_iter().flatten().filter_map(|f| protocol::uri(&f["uri"]));
                    uris.filter_map(|u| path_of(&u)).collect()
                };
                for path in paths(&p["event"]["removed"]) {
                    let root = path.canonicalize().unwrap_or(path);
                    self.folders.iter_mut().filter(|f| f.root == root).for_each(|f| f.named = false);
                }
                for path in paths(&p["event"]["added"]) {
                    self.add_folder(&path, true);
                }
                self.forget_guessed();
            }
            // The rest is for others, or optional.
            _ => {}
        }
    }

    /// A folder for an open file that lies in none.
    fn adopt(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        let Ok(path) = path.canonicalize() else { return };
        if !path.is_file() || self.folders.iter().any(|f| path.starts_with(&f.root)) {
            return;
        }
        let own = path.parent().unwrap_or(&path).to_path_buf();
        let root = project_of(&path, &own);
        self.add_folder(&root, false);
    }

    /// Drop the folders nobody has named and in which no file is open.
    fn forget_guessed(&mut self) {
        let open: Vec<PathBuf> = self.documents.iter().filter_map(|(u, _)| path_of(u)).collect();
        let (keep, drop): (Vec<Folder>, Vec<Folder>) = std::mem::take(&mut self.folders)
            .into_iter()
            .partition(|f| f.named || open.iter().any(|p| p.starts_with(&f.root)));
        self.folders = keep;
        for mut f in drop {
            self.end_progress(f.progress.take());
            let changes = Changes { gone: true, ..Changes::default() };
            // Whatever is under way for it is not wanted any more.
            let generation = f.newest.fetch_add(1, Ordering::Relaxed) + 1;
            let _ = self.jobs.send(self.job(&f, generation, changes));
            self.publish(&f.root, BTreeMap::new());
        }
    }

    /// Note a change of a file in every folder that holds it.
    fn touch(&mut self, uri: &Uri, note: impl Fn(&mut Changes, String)) {
        let Some(path) = path_of(uri) else { return };
        for f in &mut self.folders {
            if let Some(below) = relative(&f.root, &path) {
                f.changed = true;
                note(&mut f.changes, below);
            } else if protocol::is_settings(&path.to_string_lossy())
                && f.root.starts_with(path.parent().unwrap_or(&path))
            {
                // Settings of a folder above.
                f.changed = true;
                f.changes.walk = true;
            }
        }
    }

    fn job(&self, f: &Folder, generation: u64, changes: Changes) -> Job {
        let open = self
            .documents
            .iter()
            .filter_map(|(uri, d)| {
                let path = relative(&f.root, &path_of(uri)?)?;
                Some((path, (d.version, Arc::clone(&d.text))))
            })
            .collect();
        Job {
            root: f.root.clone(),
            generation,
            newest: Arc::clone(&f.newest),
            open,
            options: self.options.clone(),
            changes,
        }
    }

    /// Begin with what has changed.
    fn start(&mut self) {
        for i in 0..self.folders.len() {
            let f = &mut self.folders[i];
            if !f.changed {
                continue;
            }
            f.changed = false;
            let changes = std::mem::take(&mut f.changes);
            let generation = f.newest.fetch_add(1, Ordering::Relaxed) + 1;
            let job = self.job(&self.folders[i], generation, changes);
            if generation == 1 {
                self.offer_progress(i);
            }
            if self.jobs.send(job).is_err() {
                self.log("the worker is gone");
            }
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Begun(root) => self.running = root,
            Done::GivenUp => {}
            Done::Failed { root, generation, why } => {
                self.log(&why);
                if let Some(i) = self.folders.iter().position(|f| f.root == root) {
                    let f = &mut self.folders[i];
                    f.answered = generation.max(f.answered);
                    let shown = f.progress.take();
                    self.end_progress(shown);
                }
            }
            Done::Answer(snapshot) => {
                let Some(i) = self.folders.iter().position(|f| f.root == snapshot.root) else { return };
                self.folders[i].answered = snapshot.generation;
                let shown = self.folders[i].progress.take();
                self.end_progress(shown);
                let internal = snapshot.analysis.notices.iter().chain(&snapshot.outcome.notices);
                for n in internal.filter(|n| n.kind == crate::notice::NoticeKind::Internal) {
                    self.log(&format!("{}: {}", n.path, n.text));
                }
                self.folders[i].snapshot = Some(Arc::clone(&snapshot));
                if self.caps.as_ref().is_some_and(|c| c.pulls) {
                    self.ask("workspace/diagnostic/refresh", &Value::Null);
                } else if self.folders[i].is_fresh() {
                    let encoding = self.caps.as_ref().map_or(Encoding::Utf16, |c| c.encoding);
                    let new = diagnostics::all(&Places::new(&snapshot, encoding));
                    self.publish(&snapshot.root, new);
                }
                if self.caps.as_ref().is_some_and(|c| c.lens_refresh) {
                    self.ask("workspace/codeLens/refresh", &Value::Null);
                }
            }
        }
    }

    /// Tell the client what has changed for the files below a folder.
    fn publish(&mut self, root: &Path, mut new: BTreeMap<Uri, Vec<Diagnostic>>) {
        let below = |uri: &Uri| path_of(uri).is_some_and(|p| p.starts_with(root));
        let old: BTreeSet<Uri> = self.published.keys().filter(|u| below(u)).cloned().collect();
        for uri in old {
            new.entry(uri).or_default();
        }
        for (uri, list) in new {
            if self.published.get(&uri).map_or(&[][..], Vec::as_slice) == list {
                continue;
            }
            let mut params = json!({"uri": uri, "diagnostics": list});
            if let Some(d) = self.documents.get(&uri) {
                params["version"] = json!(d.version);
            }
            self.notify("textDocument/publishDiagnostics", &params);
            if list.is_empty() {
                self.published.remove(&uri);
            } else {
                self.published.insert(uri, list);
            }
        }
    }

    /// Answer the requests whose folder is as the worker last saw it.
    fn answer_waiting(&mut self) {
        let Some(caps) = self.caps.clone() else { return };
        for w in std::mem::take(&mut self.waiting) {
            let uri = w.ask.uri();
            let inside: Vec<&Folder> = match uri {
                Some(uri) => {
                    let path = path_of(uri).unwrap_or_default();
                    // The innermost folder knows it best.
                    let holds = self.folders.iter().filter(|f| path.starts_with(&f.root));
                    holds.max_by_key(|f| f.root.as_os_str().len()).into_iter().collect()
                }
                None => self.folders.iter().collect(),
            };
            if inside.iter().any(|f| !f.is_fresh()) {
                self.waiting.push(w);
                continue;
            }
            let snapshots: Vec<Arc<Snapshot>> = inside.iter().filter_map(|f| f.snapshot.clone()).collect();
            match catch_unwind(AssertUnwindSafe(|| requests::answer(&w.ask, &snapshots, &caps))) {
                Ok(result) => self.respond(&w.id, &result),
                Err(p) => {
                    let why = crate::notice::Notice::internal("", "answering", &*p).text;
                    self.log(&why);
                    self.refuse(&w.id, code::INTERNAL, why);
                }
            }
        }
    }
}
