//! The last line: what was found, in how much, and what was not seen.

use super::style::{BOLD, paint, severity};
use super::{Report, plural};
use crate::functions::{counts, functions};
use lamlint_model::rule::Severity;
use std::fmt::Write;

/// The summary, a line each for findings and for what is hidden.
pub fn render(report: &Report<'_>) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|s| {
            let n = report.count(s);
            (n > 0).then(|| paint(severity(s), plural(n, s.word())))
        })
        .collect();
    let found = if parts.is_empty() { paint(BOLD, "no problems found") } else { parts.join(", ") };
    let files = plural(report.analysis.files, "file");
    let functions = functions(report.analysis);
    let read = if functions.is_empty() {
        "no Lambda functions in the templates".to_owned()
    } else {
        let c = counts(&functions);
        let total: usize = c.unlinked.iter().map(|(n, _)| n).sum();
        let not = match &c.unlinked[..] {
            [] => String::new(),
            [(n, word)] => format!(", {n} not: {word}"),
            many => {
                let reasons: Vec<String> = many.iter().map(|(n, w)| format!("{n} {w}")).collect();
                format!(", {total} not: {}", reasons.join(", "))
            }
        };
        let is = match (c.linked, functions.len()) {
            (1, 1) => "linked to its code".to_owned(),
            (n, _) => format!("{n} linked to their code"),
        };
        format!("in {} ({is}{not})", plural(functions.len(), "function"))
    };
    let sep = if functions.is_empty() { "; " } else { " " };
    let mut out = format!("{found}{sep}{read}; {files} read\n");
    if report.outcome.hidden > 0 {
        let n = plural(report.outcome.hidden, "finding");
        let _ = writeln!(out, "{n} of low confidence not shown (--min-confidence low shows them)");
    }
    out
}
