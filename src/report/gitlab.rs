//! The Code Quality report of GitLab.
//!
//! Source: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use super::{Report, printable};
use lamlint_model::rule::Severity;
use serde::Serialize;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The report, indented, with a line break at its end.
pub fn render(report: &Report<'_>) -> anyhow::Result<String> {
    let findings = report.outcome.findings.iter().zip(report.fingerprints().findings);
    let issues: Vec<Issue> = findings
        .map(|(f, fingerprint)| Issue {
            description: printable(&f.message().text),
            check_name: f.rule().id,
            fingerprint,
            severity: match f.severity() {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Note => "info",
            },
            location: Location {
                path: report.published(&report.analysis.sources.file(f.primary().file).path),
                lines: Lines { begin: report.analysis.sources.position(f.primary()).line },
            },
        })
        .collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}
