//! Workflow commands of GitHub Actions: annotations on the lines of a pull request.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use super::Report;
use lamlint_model::rule::Severity;
use lamlint_model::source::Span;
use std::fmt::Write;

/// A command per finding.
pub fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for f in &report.outcome.findings {
        let span = f.primary();
        let sources = &report.analysis.sources;
        let (start, end) = (sources.position(span), sources.position(Span { start: span.end, ..span }));
        let command = match f.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut message = f.message().text.clone();
        if let Some(help) = &f.message().help {
            let _ = write!(message, "\nhelp: {help}");
        }
        let _ = writeln!(
            out,
            "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
            property(&report.path_of(f)),
            start.line,
            start.column,
            end.line,
            end.column,
            property(f.rule().id),
            data(&message)
        );
    }
    out
}

fn data(s: &str) -> String {
    super::printable(&s.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"))
}

fn property(s: &str) -> String {
    data(s).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command() {
        assert_eq!(data("50%\r\n::error::x, y"), "50%25%0D%0A::error::x, y");
        assert_eq!(property("a,b:c\n"), "a%2Cb%3Ac%0A");
    }
}
