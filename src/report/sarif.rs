//! Findings as a SARIF 2.1.0 log, as code scanning takes them.

use super::{Report, plural, printable, text};
use crate::fingerprint::fingerprints;
use crate::notice::{Notice, NoticeKind};
use lamlint_model::Finding;
use lamlint_model::rule::{Rule, Severity, Tier};
use lamlint_model::source::{SourceFile, Span};
use lamlint_parsers::edit::Editor;
use lamlint_rules::RULES;
use lamlint_sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, CodeFlow, ColumnKind, Fix, Invocation, Level,
    Location, Log, Message, Notification, PhysicalLocation, Properties, Region, Replacement,
    ReportingConfiguration, ReportingDescriptor, Run, SarifResult, ThreadFlow, ThreadFlowLocation, Tool,
    ToolComponent, uri,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Results that are shown of a run, and locations of a result.
/// Source: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
const MAX_RESULTS: usize = 5_000;
const MAX_LOCATIONS: usize = 1_000;

/// Rules about access that is wider than meant, on the scale of CVSS (over 7 is high).
const SECURITY: &[(&str, &str)] = &[("public-function", "8.0"), ("iam-wildcard", "6.0")];

/// Rules whose evidence is a way: each fact leads to the next.
const WAYS: &[&str] = &["event-loop", "recursive-invocation"];

/// The log, indented, with a line break at its end.
pub fn render(report: &Report<'_>) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&log(report, MAX_RESULTS, MAX_LOCATIONS))? + "\n")
}

fn log(report: &Report<'_>, max_results: usize, max_locations: usize) -> Log {
    let marks = fingerprints(report);
    let mut findings: Vec<(&Finding, String)> = report.outcome.findings.iter().zip(marks).collect();
    let all = findings.len();
    let mut notifications: Vec<Notification> =
        report.notices().into_iter().map(|n| notification(report, n)).collect();
    let warn = |text: String| Notification {
        level: Level::Warning,
        message: Message::text(text),
        locations: Vec::new(),
    };
    if all > max_results {
        // Stable: within a severity, the order is that of the places.
        findings.sort_by_key(|(f, _)| Reverse(f.severity()));
        findings.truncate(max_results);
        let left = plural(all - max_results, "result");
        notifications.push(warn(format!("{left} left out: only {max_results} are shown")));
    }
    let mut editor = Editor::new(&report.analysis.app, &report.analysis.sources);
    let mut shortened = 0;
    let results = findings
        .into_iter()
        .map(|(f, mark)| {
            let mut r = result(report, &mut editor, f, mark);
            // One location is the result's own.
            let most = max_locations.saturating_sub(1);
            shortened += usize::from(r.related_locations.len() > most);
            r.related_locations.truncate(most);
            for t in r.code_flows.iter_mut().flat_map(|c| &mut c.thread_flows) {
                t.locations.truncate(max_locations);
            }
            r
        })
        .collect();
    if shortened > 0 {
        let of = plural(shortened, "result");
        notifications.push(warn(format!("locations left out of {of}: only {max_locations} are shown")));
    }
    Log::new(Run {
        tool: Tool {
            driver: ToolComponent {
                name: "lamlint".to_owned(),
                semantic_version: env!("CARGO_PKG_VERSION").to_owned(),
                information_uri: Some(env!("CARGO_PKG_REPOSITORY").to_owned()),
                rules: RULES.iter().map(|r| descriptor(r)).collect(),
            },
        },
        invocations: vec![Invocation {
            execution_successful: !report.failed(),
            tool_execution_notifications: notifications,
        }],
        original_uri_base_ids: BTreeMap::new(),
        column_kind: ColumnKind::Utf16CodeUnits,
        results,
    })
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let severity = SECURITY.iter().find(|(id, _)| *id == rule.id).map(|(_, s)| (*s).to_owned());
    let mut tags = vec![rule.group.to_owned(), "aws-lambda".to_owned()];
    if severity.is_some() {
        tags.push("security".to_owned());
    }
    ReportingDescriptor {
        id: rule.id.to_owned(),
        short_description: Message::text(rule.summary().replace('\n', " ")),
        full_description: None,
        help: Some(Message { text: rule.doc.to_owned(), markdown: Some(rule.doc.to_owned()) }),
        help_uri: None,
        default_configuration: Some(ReportingConfiguration {
            enabled: rule.tier == Tier::Default,
            level: level(rule.severity),
        }),
        properties: Some(Properties {
            tags,
            precision: Some("high".to_owned()),
            security_severity: severity,
        }),
    }
}

fn level(s: Severity) -> Level {
    match s {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

fn result(report: &Report<'_>, editor: &mut Editor<'_>, f: &Finding, mark: String) -> SarifResult {
    let steps: Vec<(Span, String)> = f.evidence().iter().map(|e| (e.span(), text::words(e))).collect();
    let mut related: Vec<&(Span, String)> = Vec::new();
    for s in steps.iter().skip(1) {
        if !related.contains(&s) {
            related.push(s);
        }
    }
    let related = related.into_iter().enumerate();
    let way = WAYS.contains(&f.rule().id) && steps.len() > 1;
    SarifResult {
        rule_id: f.rule().id.to_owned(),
        rule_index: RULES.iter().position(|r| *r == f.rule()).unwrap_or_default(),
        level: level(f.severity()),
        message: Message::text(message(f)),
        locations: vec![location(report, f.primary(), None, "")],
        related_locations: related
            .map(|(i, (span, words))| location(report, *span, Some(i + 1), words))
            .collect(),
        code_flows: if way { vec![flow(report, &steps)] } else { Vec::new() },
        partial_fingerprints: BTreeMap::from([("lamlint/v1".to_owned(), mark)]),
        fixes: fix(report, editor, f).into_iter().collect(),
        suppressions: Vec::new(),
        baseline_state: None,
    }
}

/// The sentence, then what belongs to it, a line each.
fn message(f: &Finding) -> String {
    let m = f.message();
    let mut lines = vec![sentence(&m.text)];
    lines.extend(m.notes.iter().map(|n| sentence(&format!("note: {n}"))));
    if !f.others().is_empty() {
        let names: Vec<String> = f.others().iter().map(|o| format!("`{o}`")).collect();
        lines.push(format!("note: the same holds for {}.", names.join(", ")));
    }
    let when = f.guards().to_string();
    if !when.is_empty() {
        lines.push(sentence(&format!("note: {when}")));
    }
    lines.extend(m.help.iter().map(|h| sentence(&format!("help: {h}"))));
    printable(&lines.join("\n"))
}

/// With a full stop, unless it ends already.
fn sentence(s: &str) -> String {
    if s.ends_with(['.', '?', '!']) { s.to_owned() } else { format!("{s}.") }
}

fn flow(report: &Report<'_>, steps: &[(Span, String)]) -> CodeFlow {
    let step = |(span, words): &(Span, String)| ThreadFlowLocation {
        location: location(report, *span, None, words),
    };
    CodeFlow { thread_flows: vec![ThreadFlow { locations: steps.iter().map(step).collect() }] }
}

/// A repair that can't be made here is none.
fn fix(report: &Report<'_>, editor: &mut Editor<'_>, f: &Finding) -> Option<Fix> {
    let x = f.fix()?;
    let mut by_file: BTreeMap<_, Vec<Replacement>> = BTreeMap::new();
    for e in editor.edits(x).ok()? {
        by_file.entry(e.span.file).or_default().push(Replacement {
            deleted_region: region(report.analysis.sources.file(e.span.file), e.span),
            inserted_content: ArtifactContent { text: e.text },
        });
    }
    let change = |(file, replacements)| ArtifactChange {
        artifact_location: artifact(report, &report.analysis.sources.file(file).path),
        replacements,
    };
    let artifact_changes = by_file.into_iter().map(change).collect();
    Some(Fix { description: Message::text(printable(&x.title)), artifact_changes })
}

fn artifact(report: &Report<'_>, path: &str) -> ArtifactLocation {
    ArtifactLocation { uri: uri(&report.display.path(path)), uri_base_id: Some("SRCROOT".to_owned()) }
}

fn location(report: &Report<'_>, span: Span, id: Option<usize>, words: &str) -> Location {
    let file = report.analysis.sources.file(span.file);
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: artifact(report, &file.path),
            region: Some(region(file, span)),
        },
        message: (!words.is_empty()).then(|| Message::text(printable(words))),
    }
}

fn notification(report: &Report<'_>, n: &Notice) -> Notification {
    let place = PhysicalLocation {
        artifact_location: artifact(report, &n.path),
        region: n.at.map(|s| region(report.analysis.sources.file(s.file), s)),
    };
    let place = Location { id: None, physical_location: place, message: None };
    Notification {
        level: if n.kind == NoticeKind::Internal { Level::Error } else { Level::Note },
        message: Message::text(printable(&n.text)),
        locations: if n.path.is_empty() { Vec::new() } else { vec![place] },
    }
}

/// A span in lines and columns of UTF-16 code units.
fn region(file: &SourceFile, span: Span) -> Region {
    let ((start_line, start_column), (end_line, end_column)) = (at(file, span.start), at(file, span.end));
    Region { start_line, start_column, end_line, end_column }
}

fn at(file: &SourceFile, offset: u32) -> (u32, u32) {
    let offset = file.text.floor_char_boundary(offset as usize);
    let line = file.lines.line_of(u32::try_from(offset).unwrap_or(u32::MAX));
    let start = file.lines.line_start(line).unwrap_or_default() as usize;
    let before = file.text.get(start..offset).unwrap_or_default();
    // A byte-order mark is no part of the first line (§3.30.2).
    let before = if start == 0 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before };
    let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
    (count(line), count(before.encode_utf16().count()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::source::SourceMap;

    #[test]
    fn columns_are_utf_16() {
        let mut map = SourceMap::default();
        let text = "\u{feff}a\n\u{1f600}é x\n";
        let id = map.add("t.yaml", text);
        let of = |s: &str| {
            let i = text.find(s).unwrap();
            let r = region(map.file(id), Span::new(id, i, i + s.len()));
            (r.start_line, r.start_column, r.end_line, r.end_column)
        };
        assert_eq!(of("a"), (1, 1, 1, 2));
        assert_eq!(of("\u{1f600}"), (2, 1, 2, 3));
        assert_eq!(of("x"), (2, 5, 2, 6));
        assert_eq!(of("a\n"), (1, 1, 2, 1));
    }

    #[test]
    fn tables_name_rules() {
        for id in SECURITY.iter().map(|(id, _)| id).chain(WAYS) {
            assert!(RULES.iter().any(|r| r.id == *id), "{id}");
        }
    }
}
