//! Code actions: repairs of findings, comments that silence them, and all safe repairs of a file at once.

use super::convert::Lines;
use super::diagnostics::SOURCE;
use super::snapshot::{Places, Snapshot};
use crate::fix;
use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, Diagnostic, DocumentChange, Edit as ProtocolEdit,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri,
    WorkspaceEdit,
};
use lamlint_model::Finding;
use lamlint_model::fix::Safety;
use lamlint_model::source::FileId;
use lamlint_parsers::edit::{self, Edit, Editor};
use std::collections::{BTreeMap, HashMap};

/// All safe repairs of a file, as editors ask for on save.
pub(super) const FIX_ALL: &str = "source.fixAll.lamlint";

/// What can be done at a place.
pub(super) fn actions(places: &Places<'_>, params: &CodeActionParams, versioned: bool) -> Vec<CodeAction> {
    let of = places.of;
    let Some(path) = of.path(&params.text_document.uri) else { return Vec::new() };
    let Some(file) = of.file(&path) else { return Vec::new() };
    // Changes are made to the text the facts are of.
    if of.is_stale(file) {
        return Vec::new();
    }
    let wanted = |kind: &str| match &params.context.only {
        None => true,
        Some(only) => only.iter().any(|k| {
            let k = name(k);
            k.is_empty() || kind == k || kind.strip_prefix(&*k).is_some_and(|rest| rest.starts_with('.'))
        }),
    };
    let mut out = Vec::new();
    if wanted("quickfix") {
        let mut editor = Editor::new(&of.analysis.app, &of.analysis.sources);
        for f in of.outcome.findings.iter().filter(|f| f.primary().file == file) {
            if !touches(places.range(f.primary()), params.range) {
                continue;
            }
            let about = about(&params.context.diagnostics, f);
            if let Some(fix) = f.fix()
                && let Ok(edits) = editor.edits(fix)
                && let Some(edit) = workspace_edit(places, &edits, versioned)
            {
                let looked_at = if fix.safety == Safety::Suggested { " (look at it)" } else { "" };
                out.push(CodeAction {
                    is_preferred: Some(fix.safety == Safety::Safe),
                    diagnostics: about.clone(),
                    edit: Some(edit),
                    ..action(format!("{}{looked_at}", capital(&fix.title)), CodeActionKind::QuickFix)
                });
            }
            let text = &of.analysis.sources.file(file).text;
            if let Some(e) = edit::silence(file, &path, text, f.rule().id, f.primary())
                && let Some(edit) = workspace_edit(places, &[e], versioned)
            {
                out.push(CodeAction {
                    diagnostics: about,
                    edit: Some(edit),
                    ..action(format!("Ignore {} here, with a comment", f.rule().id), CodeActionKind::QuickFix)
                });
            }
        }
    }
    if wanted(FIX_ALL) {
        let of_file = |f: &Finding| f.primary().file == file;
        let edits = fix::together(&of.analysis, &of.outcome, Safety::Safe, of_file);
        if let Some(edit) = workspace_edit(places, &edits, versioned).filter(|_| !edits.is_empty()) {
            out.push(CodeAction {
                edit: Some(edit),
                ..action(
                    "Make all safe repairs of lamlint in this file".to_owned(),
                    CodeActionKind::Custom(FIX_ALL.into()),
                )
            });
        }
    }
    out
}

fn action(title: String, kind: CodeActionKind) -> CodeAction {
    CodeAction {
        title,
        kind: Some(kind),
        diagnostics: None,
        is_preferred: None,
        disabled: None,
        edit: None,
        command: None,
        data: None,
        tags: None,
    }
}

/// The name of a kind in the protocol.
fn name(kind: &CodeActionKind) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn capital(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// The diagnostics of the client that are about a finding.
fn about(all: &[Diagnostic], f: &Finding) -> Option<Vec<Diagnostic>> {
    let same = |d: &&Diagnostic| {
        let data = |key: &str| d.data.as_ref().and_then(|v| v.get(key)).and_then(|v| v.as_str());
        d.source.as_deref() == Some(SOURCE)
            && data("rule") == Some(f.rule().id)
            && data("subject") == Some(f.subject())
            && data("discriminator") == Some(f.discriminator())
    };
    let found: Vec<Diagnostic> = all.iter().filter(same).cloned().collect();
    (!found.is_empty()).then_some(found)
}

/// Whether two ranges have a place in common; an empty one counts as its place.
fn touches(a: Range, b: Range) -> bool {
    let key = |p: gen_lsp_types::Position| (p.line, p.character);
    key(a.start) <= key(b.end) && key(b.start) <= key(a.end)
}

/// Changes as the protocol writes them; `None` where a file has no address, or is shown in another state.
fn workspace_edit(places: &Places<'_>, edits: &[Edit], versioned: bool) -> Option<WorkspaceEdit> {
    let mut by_file: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    for e in edits {
        if places.of.is_stale(e.span.file) {
            return None;
        }
        let text = &places.of.analysis.sources.file(e.span.file).text;
        let range = Lines::new(text).range(e.span.start as usize, e.span.end as usize, places.encoding);
        by_file.entry(e.span.file).or_default().push(TextEdit { range, new_text: e.text.clone() });
    }
    let mut whole = WorkspaceEdit { changes: None, document_changes: None, change_annotations: None };
    let mut changes: Vec<(Uri, Option<i32>, Vec<TextEdit>)> = Vec::new();
    for (file, edits) in by_file {
        changes.push((places.uri(file)?, version(places.of, file), edits));
    }
    if versioned {
        let of = |(uri, version, edits): (Uri, Option<i32>, Vec<TextEdit>)| {
            DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier {
                    version,
                    text_document_identifier: TextDocumentIdentifier { uri },
                },
                edits: edits.into_iter().map(ProtocolEdit::TextEdit).collect(),
            })
        };
        whole.document_changes = Some(changes.into_iter().map(of).collect());
    } else {
        whole.changes = Some(changes.into_iter().map(|(uri, _, e)| (uri, e)).collect::<HashMap<_, _>>());
    }
    Some(whole)
}

fn version(of: &Snapshot, file: FileId) -> Option<i32> {
    of.versions.get(&of.analysis.sources.file(file).path).copied()
}
