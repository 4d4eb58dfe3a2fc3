//! Annotations of a GitHub Actions run: one workflow command per finding.
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use super::Report;
use lamlint_model::rule::Severity;
use lamlint_model::source::Span;
use std::fmt::Write;

/// The commands, a line each.
pub fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for f in &report.outcome.findings {
        let command = match f.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let sources = &report.analysis.sources;
        let (start, end) =
            (sources.position(f.primary()), sources.position(Span { start: f.primary().end, ..f.primary() }));
        let mut text = f.message().text.clone();
        if let Some(help) = &f.message().help {
            text = format!("{text}\nhelp: {help}");
        }
        let _ = write!(out, "::{command} file={},line={}", property(&report.path_of(f)), start.line);
        // Columns are only taken within one line.
        if start.line == end.line {
            let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
        } else {
            let _ = write!(out, ",endLine={}", end.line);
        }
        let _ = writeln!(out, ",title={}::{}", property(f.rule().id), data(&text));
    }
    out
}

fn data(s: &str) -> String {
    s.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(s: &str) -> String {
    data(s).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_escaped() {
        assert_eq!(property("a,b:c%d\n"), "a%2Cb%3Ac%25d%0A");
        assert_eq!(data("50 %: a, b\r\n"), "50 %25: a, b%0D%0A");
    }
}
