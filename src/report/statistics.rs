//! How many findings there are of each rule, and how many of them can be mended.

use super::Report;
use super::style::{BOLD, paint, rule, severity};
use lamlint_model::Rule;
use lamlint_model::fix::Safety;
use lamlint_model::rule::Severity;
use lamlint_parsers::edit::Editor;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The findings of one rule with one severity (settings can give it several).
#[derive(Debug, Serialize)]
pub struct Row {
    /// Name of the rule.
    #[serde(serialize_with = "name")]
    pub rule: &'static Rule,
    /// Severity of the findings.
    #[serde(serialize_with = "word")]
    pub severity: Severity,
    /// How many there are.
    pub findings: usize,
    /// How many of them `--fix` mends.
    pub fixable: usize,
    /// How many more `--unsafe-fixes` mends.
    pub unsafe_fixable: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn name<S: serde::Serializer>(rule: &&'static Rule, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(rule.id)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn word<S: serde::Serializer>(severity: &Severity, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(severity.word())
}

/// The rows: the worst first, then the most frequent, then by name.
pub fn rows(report: &Report<'_>) -> Vec<Row> {
    let mut editor = Editor::new(&report.analysis.app, &report.analysis.sources);
    let mut rows: BTreeMap<(&str, Severity), Row> = BTreeMap::new();
    for f in &report.outcome.findings {
        let new = Row { rule: f.rule(), severity: f.severity(), findings: 0, fixable: 0, unsafe_fixable: 0 };
        let row = rows.entry((f.rule().id, f.severity())).or_insert(new);
        row.findings += 1;
        match f.fix().filter(|x| editor.edits(x).is_ok()).map(|x| x.safety) {
            Some(Safety::Safe) => row.fixable += 1,
            Some(Safety::Suggested) => row.unsafe_fixable += 1,
            None => {}
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|r| (Reverse(r.severity), Reverse(r.findings)));
    rows
}

/// The rows as a table; nothing where there are none.
pub fn render(report: &Report<'_>) -> String {
    let rows = rows(report);
    let width = rows.iter().map(|r| r.rule.id.len()).max().unwrap_or(0);
    let digits = rows.iter().map(|r| r.findings).max().unwrap_or(0).to_string().len();
    let mut out = String::new();
    for r in rows {
        let count = paint(BOLD, format!("{:>digits$}", r.findings));
        let word = paint(severity(r.severity), format!("{:<7}", r.severity.word()));
        let mended = match (r.fixable, r.unsafe_fixable) {
            (0, 0) => String::new(),
            (n, 0) => format!("{n} with --fix"),
            (0, m) => format!("{m} with --unsafe-fixes"),
            (n, m) => format!("{n} with --fix, {m} more with --unsafe-fixes"),
        };
        let gap = " ".repeat(width - r.rule.id.len());
        let line = format!("{count}  {word}  {}{gap}  {mended}", rule(r.rule));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
