//! One line per finding: `path:line:column: severity[rule] text`.

use super::style;
use super::{Report, printable};
use lamlint_model::Finding;
use std::fmt::Write;

/// All findings.
pub fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for f in &report.outcome.findings {
        let (word, name) = (f.severity().word(), f.rule().id);
        let linked = format!(": {word}[{}]", style::rule(f.rule()));
        let _ = writeln!(out, "{}", line(report, f).replacen(&format!(": {word}[{name}]"), &linked, 1));
    }
    out
}

/// One finding.
pub(super) fn line(report: &Report<'_>, f: &Finding) -> String {
    let p = report.analysis.sources.position(f.primary());
    let path = report.path_of(f);
    let text = &f.message().text;
    printable(&format!(
        "{path}:{}:{}: {}[{}] {}",
        p.line,
        p.column,
        f.severity().word(),
        f.rule().id,
        text.replace('\n', " ")
    ))
}
