//! From a template to code and back: handlers, and variables of the environment.

use super::convert::Lines;
use super::snapshot::{Places, Snapshot};
use gen_lsp_types::{DocumentLink, Location, Position, Uri};
use lamlint_model::handler::FactKind;
use lamlint_model::source::{FileId, Span};
use lamlint_model::value::Value;
use std::collections::BTreeSet;

/// Where what is at a place is defined or used: the handler a template names, the uses of a variable it sets, the
/// setting of a variable code reads.
pub(super) fn definition(places: &Places<'_>, uri: &Uri, at: Position) -> Vec<Location> {
    let of = places.of;
    let Some(file) = of.path(uri).and_then(|p| of.file(&p)).filter(|f| !of.is_stale(*f)) else {
        return Vec::new();
    };
    let offset = Lines::new(of.shown(file)).offset(at, places.encoding);
    let here = |s: Span| s.file == file && (s.start as usize..=s.end as usize).contains(&offset);
    let mut out: BTreeSet<Span> = BTreeSet::new();
    for f in of.analysis.app.functions() {
        let handler = of.analysis.handlers.iter().find(|h| h.function == Some(f.resource.id));
        let (variables, _) = f.environment().entries();
        if let Some(h) = handler {
            if f.handler().alts().iter().any(|a| here(a.span)) {
                out.insert(h.span);
            }
            for fact in &h.facts {
                let FactKind::EnvRead { name: Value::Str(name), .. } = &fact.kind else { continue };
                let set = variables.iter().filter(|(e, _)| e.key == *name);
                for (e, _) in set {
                    if here(e.key_span) {
                        out.insert(fact.span);
                    } else if here(fact.span) {
                        out.insert(e.key_span);
                    }
                }
            }
        }
    }
    out.into_iter().filter_map(|s| places.location(s)).collect()
}

/// Handlers of a template as links to their code.
pub(super) fn links(places: &Places<'_>, uri: &Uri, tooltips: bool) -> Vec<DocumentLink> {
    let of = places.of;
    let Some(file) = of.path(uri).and_then(|p| of.file(&p)).filter(|f| !of.is_stale(*f)) else {
        return Vec::new();
    };
    let mut out: Vec<DocumentLink> = Vec::new();
    for f in of.analysis.app.functions() {
        let Some(h) = of.analysis.handlers.iter().find(|h| h.function == Some(f.resource.id)) else {
            continue;
        };
        for a in f.handler().alts() {
            // A value every function inherits is no link to one of them.
            if a.span.file != file || !is_written(of, a.span, a.value.as_deref()) {
                continue;
            }
            let Some(mut target) = places.location(h.span) else { continue };
            target.uri.set_fragment(Some(&format!("L{}", target.range.start.line + 1)));
            let range = places.range(a.span);
            if out.iter().all(|l| l.range != range) {
                out.push(DocumentLink {
                    range,
                    target: Some(target.uri),
                    tooltip: tooltips.then(|| format!("the handler of {}", f.name())),
                    data: None,
                });
            }
        }
    }
    out.sort_by_key(|l| (l.range.start.line, l.range.start.character));
    out
}

/// Whether a span holds that text.
fn is_written(of: &Snapshot, span: Span, text: Option<&str>) -> bool {
    let file: FileId = span.file;
    let source = &of.analysis.sources.file(file).text;
    text.is_some_and(|t| source.get(span.start as usize..span.end as usize).is_some_and(|s| s.contains(t)))
}
