//! Work-done progress: how far the first run over a folder is, for clients that show it.
//!
//! The client is asked for a token, and told nothing before it has agreed: a client that refuses or never answers sees
//! no progress, and nothing waits for it. A run can't be cancelled by hand (there would be no diagnostics, and the next
//! key begins it again), and the client is told so.
//! Source: <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workDoneProgress>

use super::server::Server;
use crossbeam_channel::{never, tick};
use lsp_server::{RequestId, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// Between two reports.
const PACE: Duration = Duration::from_millis(100);

/// A progress the client was asked to show.
#[derive(Debug)]
pub(super) struct Shown {
    token: String,
    /// The request for it.
    request: RequestId,
    /// Whether the client has agreed, and was told of the begin.
    begun: bool,
    /// What it was told last.
    percent: u32,
    message: String,
}

impl Server {
    /// Ask the client whether it shows the progress of a folder.
    pub(super) fn offer_progress(&mut self, i: usize) {
        if !self.caps.as_ref().is_some_and(|c| c.progress) {
            return;
        }
        let token = format!("lamlint-folder-{}", self.asked + 1);
        let request = self.ask("window/workDoneProgress/create", &json!({"token": token}));
        let shown = Shown { token, request, begun: false, percent: 0, message: String::new() };
        if let Some(f) = self.folders.get_mut(i) {
            f.progress = Some(shown);
        }
    }

    /// The client has answered something: whether it will show a progress, perhaps.
    pub(super) fn progress_answered(&mut self, r: &Response) {
        let is = |s: &Shown| s.request == r.id && !s.begun;
        let Some(f) = self.folders.iter_mut().find(|f| f.progress.as_ref().is_some_and(is)) else { return };
        if r.response_result.is_err() {
            f.progress = None;
            return;
        }
        let Some(shown) = &mut f.progress else { return };
        shown.begun = true;
        shown.message = f.root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let value = json!({
            "kind": "begin", "title": "lamlint", "message": shown.message,
            "cancellable": false, "percentage": 0,
        });
        let params = json!({"token": shown.token, "value": value});
        self.notify("$/progress", &params);
        self.ticks = tick(PACE);
    }

    /// Tell the client how far the run under way is, if it has come further.
    pub(super) fn report_progress(&mut self) {
        let running = |f: &&mut super::server::Folder| f.root == self.running;
        let Some(shown) = self.folders.iter_mut().find(running).and_then(|f| f.progress.as_mut()) else {
            return;
        };
        let (step, done, total) = self.progress.now();
        let message = if total == 0 { step.to_owned() } else { format!("{step} {done}/{total}") };
        // A run that is begun again is not further back for the client.
        let percent = self.progress.percent().max(shown.percent);
        if !shown.begun || (percent, &message) == (shown.percent, &shown.message) {
            return;
        }
        let value =
            json!({"kind": "report", "message": message, "cancellable": false, "percentage": percent});
        (shown.percent, shown.message) = (percent, message);
        let params = json!({"token": shown.token, "value": value});
        self.notify("$/progress", &params);
    }

    /// The run has come to its end, or nobody wants to know of the folder any more.
    pub(super) fn end_progress(&mut self, shown: Option<Shown>) {
        if let Some(Shown { token, begun: true, .. }) = shown {
            let value: Value = json!({"kind": "end"});
            self.notify("$/progress", &json!({"token": token, "value": value}));
        }
        if self.folders.iter().all(|f| !f.progress.as_ref().is_some_and(|s| s.begun)) {
            self.ticks = never();
        }
    }
}
