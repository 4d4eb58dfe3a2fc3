//! Findings as diagnostics.

use super::convert::uri_of;
use super::snapshot::{Places, Snapshot};
use crate::report::style::page;
use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Message, Position,
    Range, Uri,
};
use lamlint_model::Finding;
use lamlint_model::rule::{BrokenKind, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The name of the source of our diagnostics.
pub(super) const SOURCE: &str = "lamlint";

/// Most related places of one diagnostic: people look at a few.
const MAX_RELATED: usize = 16;

/// The diagnostics of a run, by file.
pub(super) fn all(places: &Places<'_>) -> BTreeMap<Uri, Vec<Diagnostic>> {
    let mut out: BTreeMap<Uri, Vec<Diagnostic>> = BTreeMap::new();
    let of = places.of;
    for (i, f) in of.outcome.findings.iter().enumerate() {
        let Some(uri) = places.uri(f.primary().file) else { continue };
        out.entry(uri).or_default().push(diagnostic(places, f, i));
    }
    // What is being typed does not parse, and nothing was concluded from it.
    for s in &of.analysis.stale {
        let (Some((span, what)), Some(uri)) = (&s.error, places.uri(s.file)) else { continue };
        let lines = super::convert::Lines::new(&s.text);
        let range = lines.range(span.start as usize, span.end as usize, places.encoding);
        let kind = match lamlint_parsers::code::language(&of.analysis.sources.file(s.file).path) {
            Some(_) => BrokenKind::Code,
            None => BrokenKind::Template,
        };
        let rule = match kind {
            BrokenKind::Code => "handler-syntax-error",
            BrokenKind::Template | BrokenKind::Duplicate(_) => "malformed-template",
        };
        out.entry(uri).or_default().push(plain(range, DiagnosticSeverity::Error, rule, what.clone()));
    }
    if let Some((path, line, column, text)) = &of.settings
        && let Some(uri) = uri_of(path)
    {
        let at = Position { line: small(line.saturating_sub(1)), character: small(column.saturating_sub(1)) };
        let range = Range { start: at, end: at };
        out.entry(uri).or_default().push(plain(
            range,
            DiagnosticSeverity::Error,
            "configuration",
            text.clone(),
        ));
    }
    out
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn plain(range: Range, severity: DiagnosticSeverity, code: &str, message: String) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(severity),
        code: Some(Code::String(code.to_owned())),
        code_description: None,
        source: Some(SOURCE.to_owned()),
        message: Message::String(message),
        tags: None,
        related_information: None,
        data: None,
    }
}

fn diagnostic(places: &Places<'_>, f: &Finding, index: usize) -> Diagnostic {
    let severity = match f.severity() {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Note => DiagnosticSeverity::Information,
    };
    let m = f.message();
    let mut text = m.text.clone();
    if !f.others().is_empty() {
        let _ = write!(text, " (also: {})", f.others().join(", "));
    }
    for line in m.help.iter().map(|h| format!("help: {h}")).chain(m.notes.iter().cloned()) {
        text.push('\n');
        text.push_str(&line);
    }
    let related: Vec<DiagnosticRelatedInformation> = f
        .evidence()
        .iter()
        .filter(|e| e.span() != f.primary() || !e.note().is_empty())
        .take(MAX_RELATED)
        .filter_map(|e| {
            Some(DiagnosticRelatedInformation {
                location: places.location(e.span())?,
                message: e.note().to_owned(),
            })
        })
        .collect();
    let href = Uri::parse(&page(f.rule())).ok();
    Diagnostic {
        code_description: href.map(|href| CodeDescription { href }),
        related_information: (!related.is_empty()).then_some(related),
        data: Some(data(places.of, f, index)),
        ..plain(places.range(f.primary()), severity, f.rule().id, text)
    }
}

/// What finds a finding again when its diagnostic comes back.
fn data(of: &Snapshot, f: &Finding, index: usize) -> Value {
    json!({
        "rule": f.rule().id,
        "subject": f.subject(),
        "discriminator": f.discriminator(),
        "path": of.analysis.sources.file(f.primary().file).path,
        "n": index,
    })
}
