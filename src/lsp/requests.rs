//! Requests of the client, and their answers from finished runs.

use super::documents::Documents;
use super::protocol::{Caps, is_settings};
use super::snapshot::{Places, Snapshot};
use super::{actions, complete, diagnostics, hover, navigate};
use gen_lsp_types::{
    CodeActionParams, CodeLensParams, CompletionParams, DefinitionParams, Diagnostic,
    DocumentDiagnosticParams, DocumentLinkParams, HoverParams, MarkupKind, Uri, WorkspaceDiagnosticParams,
};
use lsp_server::RequestId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A request that waits for a run to end.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: RequestId,
    pub(super) ask: Ask,
}

/// What a client asks for.
#[derive(Debug)]
pub(super) enum Ask {
    Hover(Box<HoverParams>),
    Definition(Box<DefinitionParams>),
    Actions(Box<CodeActionParams>),
    Lenses(Box<CodeLensParams>),
    Links(Box<DocumentLinkParams>),
    Complete(Box<CompletionParams>),
    Diagnostics(Box<DocumentDiagnosticParams>),
    AllDiagnostics(Box<WorkspaceDiagnosticParams>),
}

/// Why a request can't be answered.
#[derive(Debug)]
pub(super) enum Bad {
    /// There is no such method.
    Method,
    /// Its parameters make no sense.
    Params(String),
}

/// Understand a request.
pub(super) fn parse(method: &str, params: Value) -> Result<Ask, Bad> {
    Ok(match method {
        "textDocument/hover" => Ask::Hover(read(params)?),
        "textDocument/definition" => Ask::Definition(read(params)?),
        "textDocument/codeAction" => Ask::Actions(read(params)?),
        "textDocument/codeLens" => Ask::Lenses(read(params)?),
        "textDocument/documentLink" => Ask::Links(read(params)?),
        "textDocument/completion" => Ask::Complete(read(params)?),
        "textDocument/diagnostic" => Ask::Diagnostics(read(params)?),
        "workspace/diagnostic" => Ask::AllDiagnostics(read(params)?),
        _ => return Err(Bad::Method),
    })
}

fn read<T: DeserializeOwned>(params: Value) -> Result<Box<T>, Bad> {
    serde_json::from_value(params).map(Box::new).map_err(|e| Bad::Params(e.to_string()))
}

impl Ask {
    /// The document it is about; `None` for all.
    pub(super) fn uri(&self) -> Option<&Uri> {
        Some(match self {
            Self::Hover(p) => &p.text_document_position_params.text_document.uri,
            Self::Definition(p) => &p.text_document_position_params.text_document.uri,
            Self::Complete(p) => &p.text_document_position_params.text_document.uri,
            Self::Actions(p) => &p.text_document.uri,
            Self::Lenses(p) => &p.text_document.uri,
            Self::Links(p) => &p.text_document.uri,
            Self::Diagnostics(p) => &p.text_document.uri,
            Self::AllDiagnostics(_) => return None,
        })
    }
}

/// The answer to what needs the text of a document alone.
pub(super) fn at_once(ask: &Ask, documents: &Documents, caps: &Caps) -> Option<Value> {
    let Ask::Complete(p) = ask else { return None };
    let at = &p.text_document_position_params;
    let Some(doc) = documents.get(&at.text_document.uri) else { return Some(Value::Null) };
    let settings = is_settings(at.text_document.uri.path());
    Some(value(&complete::complete(&doc.text, settings, at.position, caps.encoding)))
}

/// The answer from the runs of the folders that hold the document; of all folders where it is about none.
pub(super) fn answer(ask: &Ask, snapshots: &[Arc<Snapshot>], caps: &Caps) -> Value {
    let all = |of: &Snapshot| diagnostics::all(&Places { of, encoding: caps.encoding });
    if let Ask::AllDiagnostics(p) = ask {
        let items: Vec<Value> = snapshots
            .iter()
            .flat_map(|s| every_file(s, all(s)))
            .map(|(uri, version, list)| {
                let before = p.previous_result_ids.iter().find(|r| r.uri == uri).map(|r| r.value.as_str());
                let mut report = full_or_unchanged(&list, before);
                report["uri"] = json!(uri);
                report["version"] = json!(version);
                report
            })
            .collect();
        return json!({"items": items});
    }
    let Some(of) = snapshots.first() else {
        return match ask {
            Ask::Diagnostics(_) => json!({"kind": "full", "items": []}),
            _ => Value::Null,
        };
    };
    let places = Places { of, encoding: caps.encoding };
    match ask {
        Ask::Hover(p) => {
            let at = &p.text_document_position_params;
            let kind = if caps.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
            value(&hover::hover(&places, &at.text_document.uri, at.position, kind))
        }
        Ask::Definition(p) => {
            let at = &p.text_document_position_params;
            value(&navigate::definition(&places, &at.text_document.uri, at.position))
        }
        Ask::Actions(p) => value(&actions::actions(&places, p, caps.versioned)),
        Ask::Lenses(p) => value(&hover::lenses(&places, &p.text_document.uri)),
        Ask::Links(p) => value(&navigate::links(&places, &p.text_document.uri, caps.link_tooltips)),
        Ask::Diagnostics(p) => {
            let list = all(of).remove(&p.text_document.uri).unwrap_or_default();
            full_or_unchanged(&list, p.previous_result_id.as_deref())
        }
        Ask::Complete(_) | Ask::AllDiagnostics(_) => Value::Null,
    }
}

fn value(v: &impl Serialize) -> Value {
    serde_json::to_value(v).unwrap_or(Value::Null)
}

/// The diagnostics of every file of a folder: a client forgets what it is told is empty.
fn every_file(
    of: &Snapshot,
    mut all: BTreeMap<Uri, Vec<Diagnostic>>,
) -> Vec<(Uri, Option<i32>, Vec<Diagnostic>)> {
    let places = Places { of, encoding: super::convert::Encoding::Utf16 };
    let mut out = Vec::new();
    for (id, f) in of.analysis.sources.iter() {
        let Some(uri) = places.uri(id) else { continue };
        let list = all.remove(&uri).unwrap_or_default();
        out.push((uri, of.versions.get(&f.path).copied(), list));
    }
    // Settings files are no sources.
    out.extend(all.into_iter().map(|(uri, list)| (uri, None, list)));
    out
}

/// A report, or that it is as before.
fn full_or_unchanged(list: &[Diagnostic], before: Option<&str>) -> Value {
    let items = value(&list);
    let mut hasher = rustc_hash::FxHasher::default();
    items.to_string().hash(&mut hasher);
    let id = format!("{:x}", hasher.finish());
    if before == Some(id.as_str()) {
        return json!({"kind": "unchanged", "resultId": id});
    }
    json!({"kind": "full", "resultId": id, "items": items})
}
