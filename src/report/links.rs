//! A line per function: the code it runs, or why that is not known.

use super::{Report, printable};
use crate::functions::{State, functions, word};
use std::fmt::Write;

/// All functions in the order of the model.
pub fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for f in functions(report.analysis) {
        let span = report.analysis.app.origins.known(f.function.resource.anchor.span);
        let at = report.analysis.sources.position(span);
        let path = report.display.path(&report.analysis.sources.file(span.file).path);
        let state = state(&f.state, |p| report.display.path(p));
        let _ =
            writeln!(out, "{}", printable(&format!("{path}:{}: {}: {state}", at.line, f.function.name())));
    }
    out
}

/// A link in words.
pub(super) fn state(state: &State, path: impl Fn(&str) -> String) -> String {
    match state {
        State::Linked { file, symbol, incomplete, .. } => {
            let file = if file.is_empty() { "code in the template".to_owned() } else { path(file) };
            let but = incomplete.as_ref().map(|w| format!(" (not followed to the end: {w})"));
            // A script as a whole has no symbol.
            let symbol = symbol.trim_start_matches(':');
            let symbol = if symbol.is_empty() { String::new() } else { format!(":{symbol}") };
            format!("linked to {file}{symbol}{}", but.unwrap_or_default())
        }
        State::Missing(what) => format!("handler missing: {what}"),
        State::Unlinked(reason, why) if why.is_empty() => format!("not linked: {}", word(*reason)),
        State::Unlinked(reason, why) => format!("not linked: {} ({why})", word(*reason)),
    }
}
