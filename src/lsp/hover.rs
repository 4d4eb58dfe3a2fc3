//! What is known of a function, over its name and over its handler; the page of a rule, over its name.

use super::convert::Lines;
use super::snapshot::{Places, Snapshot};
use crate::report::{self, model};
use crate::selection;
use gen_lsp_types::{CodeLens, Command, Contents, Hover, MarkupContent, MarkupKind, Position, Uri};
use lamlint_model::ResourceId;
use lamlint_model::app::Function;
use lamlint_model::source::{FileId, Span};

/// The command of a code lens: an editor extension shows the place it names; others show the words alone.
pub(super) const SHOW: &str = "lamlint.show";

/// Most functions over one handler.
const MAX_LENSES: usize = 8;

/// What to tell about a place.
pub(super) fn hover(places: &Places<'_>, uri: &Uri, at: Position, kind: MarkupKind) -> Option<Hover> {
    let of = places.of;
    let file = of.file(&of.path(uri)?)?;
    if of.is_stale(file) {
        return None;
    }
    let text = of.shown(file);
    let offset = Lines::new(text).offset(at, places.encoding);
    if let Some((name, span)) = rule_at(of, file, offset) {
        let rule = selection::rule(&name).ok()?;
        return Some(show(places, span, rule.doc.to_owned(), kind));
    }
    let found: Vec<(Span, ResourceId)> = functions_at(of, file, offset);
    let (span, _) = *found.first()?;
    let parts: Vec<String> = found
        .iter()
        .take(MAX_LENSES)
        .filter_map(|(_, id)| of.analysis.app.function(*id))
        .map(|f| of.with_report(|r| model::markdown(r, f)))
        .collect();
    Some(show(places, span, parts.join("\n\n---\n\n"), kind))
}

fn show(places: &Places<'_>, span: Span, value: String, kind: MarkupKind) -> Hover {
    Hover {
        contents: Contents::MarkupContent(MarkupContent { kind, value }),
        range: Some(places.range(span)),
    }
}

/// The rule a suppression names at an offset.
fn rule_at(of: &Snapshot, file: FileId, offset: usize) -> Option<(String, Span)> {
    let all = of.analysis.suppressions.iter().flat_map(|d| &d.rules);
    all.filter(|(_, span)| holds(*span, file, offset)).map(|(name, span)| (name.to_string(), *span)).next()
}

fn holds(span: Span, file: FileId, offset: usize) -> bool {
    span.file == file && (span.start as usize..=span.end as usize).contains(&offset)
}

/// The functions a place is about: the name of one in a template, or the handler of some in code.
fn functions_at(of: &Snapshot, file: FileId, offset: usize) -> Vec<(Span, ResourceId)> {
    let app = &of.analysis.app;
    let named = app
        .functions()
        .filter(|f| holds(f.resource.anchor.span, file, offset))
        .map(|f| (f.resource.anchor.span, f.resource.id));
    let handled = of
        .analysis
        .handlers
        .iter()
        .filter(|h| holds(h.span, file, offset))
        .filter_map(|h| Some((h.span, h.function?)));
    named.chain(handled).collect()
}

/// A line over each handler: which function it is, with its limits and triggers.
pub(super) fn lenses(places: &Places<'_>, uri: &Uri) -> Vec<CodeLens> {
    let of = places.of;
    let Some(file) = of.path(uri).and_then(|p| of.file(&p)) else { return Vec::new() };
    let mut out: Vec<CodeLens> = Vec::new();
    let handlers = of.analysis.handlers.iter().filter(|h| h.file == file && h.span.file == file);
    for (h, id) in handlers.filter_map(|h| Some((h, h.function?))) {
        let Some(f) = of.analysis.app.function(id) else { continue };
        let range = places.range(h.span);
        if out.iter().filter(|l| l.range == range).count() >= MAX_LENSES {
            continue;
        }
        let target = places.location(f.resource.anchor.span);
        out.push(CodeLens {
            range,
            command: Some(Command {
                title: line(of, f),
                tooltip: None,
                command: SHOW.to_owned(),
                arguments: target.and_then(|t| serde_json::to_value(t).ok()).map(|t| vec![t]),
            }),
            data: None,
        });
    }
    out
}

/// `Worker: python3.13, 30 s, 256 MB; queue Jobs`.
fn line(of: &Snapshot, f: Function<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(Some(r)) = f.runtime().only() {
        parts.push(r.to_string());
    }
    if let Some(t) = f.timeout().only() {
        parts.push(format!("{t} s"));
    }
    if let Some(m) = f.memory().only() {
        parts.push(format!("{m} MB"));
    }
    let triggers = of.with_report(|r| model::trigger_names(r, f));
    let mut out = format!("{}: {}", f.name(), parts.join(", "));
    if !triggers.is_empty() {
        out.push_str("; ");
        out.push_str(&triggers.join(", "));
    }
    report::printable(&out)
}
