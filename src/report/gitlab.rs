//! The code quality report of GitLab.
//! Source: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use super::Report;
use crate::fingerprint::fingerprints;
use lamlint_model::rule::Severity;
use serde::Serialize;

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The report: a list of issues.
pub fn render(report: &Report<'_>) -> anyhow::Result<String> {
    let findings = &report.outcome.findings;
    let issues: Vec<Issue<'_>> = findings
        .iter()
        .zip(fingerprints(report.analysis, findings))
        .map(|(f, fingerprint)| Issue {
            description: &f.message().text,
            check_name: f.rule().id,
            fingerprint,
            severity: match f.severity() {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            location: Place {
                path: report.path_of(f),
                lines: Lines { begin: report.analysis.sources.position(f.primary()).line },
            },
        })
        .collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}
