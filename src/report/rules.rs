//! The list of rules, and a rule's page made readable.

use super::style::{BOLD, DIM, paint, rule, severity};
use lamlint_model::Rule;
use lamlint_model::rule::Tier;
use lamlint_rules::RULES;
use serde::Serialize;
use std::fmt::Write;

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    group: &'static str,
    severity: &'static str,
    tier: &'static str,
    since: &'static str,
    summary: String,
}

/// Word of a tier.
pub fn tier(t: Tier) -> &'static str {
    match t {
        Tier::Default => "default",
        Tier::Pedantic => "pedantic",
    }
}

/// The list for people.
pub fn list() -> String {
    let width = RULES.iter().map(|r| r.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for r in RULES {
        let pedantic = if r.tier == Tier::Pedantic { " (pedantic)" } else { "" };
        let word = paint(severity(r.severity), format!("{:<7}", r.severity.word()));
        let gap = " ".repeat(width - r.id.len());
        let _ = writeln!(out, "{}{gap}  {word}  {}{pedantic}", rule(r), one_line(r.summary()));
    }
    out
}

/// The list as JSON.
pub fn json() -> anyhow::Result<String> {
    let entries: Vec<Entry> = RULES
        .iter()
        .map(|r| Entry {
            id: r.id,
            group: r.group,
            severity: r.severity.word(),
            tier: tier(r.tier),
            since: r.since,
            summary: one_line(r.summary()),
        })
        .collect();
    Ok(serde_json::to_string_pretty(&entries)? + "\n")
}

/// Text on one line.
pub fn one_line(s: &str) -> String {
    s.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A rule's page: headings bold, code indented and dimmed, the marks of flagged lines as arrows.
pub fn explain(rule: &Rule) -> String {
    let mut out = String::new();
    let mut in_code = false;
    let mut meta = Some(format!(
        "{}, {}, {} rule, since {}",
        rule.severity.word(),
        rule.group,
        tier(rule.tier),
        rule.since
    ));
    for line in rule.doc.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            let _ = writeln!(out, "{}", paint(DIM, format!("    {}", line.replace(" ~ ", " <- "))));
        } else if let Some(title) = line.strip_prefix("# ") {
            let _ = writeln!(out, "{}", paint(BOLD, title));
            if let Some(m) = meta.take() {
                let _ = writeln!(out, "{}", paint(DIM, m));
            }
        } else if line.starts_with('#') {
            let _ = writeln!(out, "{}", paint(BOLD, line.trim_start_matches('#').trim()));
        } else {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}
