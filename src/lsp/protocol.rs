//! What the client can and wants, and what we can.

use super::actions::FIX_ALL;
use super::convert::{Encoding, path_of};
use super::worker::Options;
use gen_lsp_types::Uri;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Codes of errors. Source:
/// <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#errorCodes>
pub(super) mod code {
    pub(in crate::lsp) const INVALID_REQUEST: i32 = -32600;
    pub(in crate::lsp) const NO_METHOD: i32 = -32601;
    pub(in crate::lsp) const INVALID_PARAMS: i32 = -32602;
    pub(in crate::lsp) const INTERNAL: i32 = -32603;
    pub(in crate::lsp) const NOT_INITIALIZED: i32 = -32002;
    pub(in crate::lsp) const CANCELLED: i32 = -32800;
}

/// Files that are watched: whatever the engine may read. Vendored folders are the client's to leave out.
const WATCHED: &[&str] = &[
    "**/*.{py,js,mjs,cjs,jsx,ts,mts,cts,tsx,go,java,cs,rb,rs,ps1,psm1}",
    "**/*.{yaml,yml,json,template,toml,tf,tfvars,csproj}",
    "**/{Dockerfile,Dockerfile.*,*.Dockerfile,requirements.txt,go.mod,Gemfile,pom.xml,Pipfile}",
    "**/{Makefile,makefile,GNUmakefile,.gitignore,*.lock}",
];

/// Settings files.
const SETTINGS: &[&str] = &["lamlint.toml", "pyproject.toml"];

/// What the client can.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "capabilities are flags")]
pub(super) struct Caps {
    pub(super) encoding: Encoding,
    /// It registers watches of files on request.
    pub(super) watches: bool,
    /// It asks for diagnostics, and asks again when told to: then none are pushed.
    pub(super) pulls: bool,
    /// It takes edits for a version of a document.
    pub(super) versioned: bool,
    /// It shows progress.
    pub(super) progress: bool,
    /// It asks for code lenses again when told to.
    pub(super) lens_refresh: bool,
    /// It shows words about a link.
    pub(super) link_tooltips: bool,
    /// It shows Markdown over a place.
    pub(super) markdown: bool,
}

impl Caps {
    pub(super) fn of(params: &Value) -> Self {
        let caps = &params["capabilities"];
        let has = |pointer: &str| caps.pointer(pointer).and_then(Value::as_bool) == Some(true);
        Self {
            encoding: Encoding::negotiate(caps.pointer("/general/positionEncodings")),
            watches: has("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            pulls: caps.pointer("/textDocument/diagnostic").is_some_and(Value::is_object)
                && has("/workspace/diagnostics/refreshSupport"),
            versioned: has("/workspace/workspaceEdit/documentChanges"),
            progress: has("/window/workDoneProgress"),
            lens_refresh: has("/workspace/codeLens/refreshSupport"),
            markdown: caps
                .pointer("/textDocument/hover/contentFormat")
                .and_then(Value::as_array)
                .is_some_and(|f| f.iter().any(|f| f.as_str() == Some("markdown"))),
            link_tooltips: has("/textDocument/documentLink/tooltipSupport"),
        }
    }
}

/// The answer to `initialize`.
pub(super) fn capabilities(caps: &Caps) -> Value {
    let mut all = json!({
        "positionEncoding": caps.encoding.name(),
        "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
        "hoverProvider": true,
        "definitionProvider": true,
        "codeActionProvider": {"codeActionKinds": ["quickfix", FIX_ALL]},
        "codeLensProvider": {},
        "documentLinkProvider": {},
        "completionProvider": {"triggerCharacters": ["[", ",", "\""]},
        "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
    });
    if caps.pulls {
        all["diagnosticProvider"] = json!({
            "identifier": "lamlint",
            "interFileDependencies": true,
            "workspaceDiagnostics": true,
        });
    }
    json!({
        "capabilities": all,
        "serverInfo": {"name": "lamlint", "version": env!("CARGO_PKG_VERSION")},
    })
}

/// What to watch.
pub(super) fn watchers() -> Value {
    let watchers: Vec<Value> = WATCHED.iter().map(|g| json!({"globPattern": g})).collect();
    json!({"registrations": [{
        "id": "lamlint-files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": {"watchers": watchers},
    }]})
}

/// The folders of the workspace.
pub(super) fn roots(params: &Value) -> Vec<PathBuf> {
    let folders = params["workspaceFolders"].as_array();
    let mut out: Vec<PathBuf> =
        folders.into_iter().flatten().filter_map(|f| path_of(&uri(&f["uri"])?)).collect();
    if folders.is_none() {
        let old = uri(&params["rootUri"]).and_then(|u| path_of(&u));
        out.extend(old.or_else(|| params["rootPath"].as_str().map(PathBuf::from)));
    }
    out
}

/// The settings of an editor: `pedantic`, `config`, `parameters`. What is of another kind is left out.
pub(super) fn options(settings: Option<&Value>) -> Options {
    let Some(s) = settings else { return Options::default() };
    let text = |v: &Value| v.as_str().map(str::to_owned).or_else(|| v.is_number().then(|| v.to_string()));
    let parameters = s["parameters"].as_object().into_iter().flatten();
    Options {
        pedantic: s["pedantic"].as_bool() == Some(true),
        config: s["config"].as_str().filter(|c| !c.is_empty()).map(PathBuf::from),
        parameters: parameters.filter_map(|(k, v)| Some((k.clone(), text(v)?))).collect(),
    }
}

/// An address.
pub(super) fn uri(v: &Value) -> Option<Uri> {
    Uri::parse(v.as_str()?).ok()
}

/// A version; one that is none counts as zero.
pub(super) fn version(v: &Value) -> i32 {
    v.as_i64().and_then(|v| i32::try_from(v).ok()).unwrap_or(0)
}

/// Whether a path is that of a settings file.
pub(super) fn is_settings(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    SETTINGS.contains(&name) || name == ".gitignore" || name == ".ignore"
}
