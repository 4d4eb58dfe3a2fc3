//! Findings as a SARIF 2.1.0 log, as code scanning takes them.

use super::{Report, plural, printable, text};
use crate::notice::{Notice, NoticeKind};
use crate::suppress::By;
use lamlint_model::Finding;
use lamlint_model::rule::{Rule, Severity, Tier};
use lamlint_model::source::{SourceFile, Span};
use lamlint_parsers::edit::Editor;
use lamlint_rules::RULES;
use lamlint_sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, BaselineState, CodeFlow, ColumnKind, Fix, Invocation,
    Level, Location, Log, Message, Notification, PhysicalLocation, Properties, Region, Replacement,
    ReportingConfiguration, ReportingDescriptor, Run, SarifResult, Suppression, SuppressionKind, ThreadFlow,
    ThreadFlowLocation, Tool, ToolComponent, uri,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What GitHub takes of a run and of a result; of the locations it shows fewer.
/// Source: <https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit>
const LIMITS: Limits = Limits { results: 5_000, locations: 1_000, shown: 100 };

/// Characters of the description of a rule.
const MAX_DESCRIPTION: usize = 1_024;

#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Results of a run.
    results: usize,
    /// Locations of a result, its own included.
    locations: usize,
    /// Locations of a result that are shown.
    shown: usize,
}

/// Rules about access that is wider than meant, on the scale of CVSS (over 7 is high).
const SECURITY: &[(&str, &str)] = &[("public-function", "8.0"), ("iam-wildcard", "6.0")];

/// Rules whose evidence is a way: each fact leads to the next.
const WAYS: &[&str] = &["event-loop", "recursive-invocation"];

/// The log, indented, with a line break at its end. `silenced` says whether silenced findings are in it, as suppressed
/// results. Readers that follow the standard hide those; GitHub does not know suppressions and opens alerts for them,
/// unless the action `advanced-security/dismiss-alerts` runs behind the upload.
pub fn render(report: &Report<'_>, silenced: bool) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&log(report, silenced, LIMITS))? + "\n")
}

/// A finding that becomes a result.
struct Entry<'a> {
    finding: &'a Finding,
    fingerprint: String,
    silenced: Option<&'a By>,
}

fn entries<'a>(report: &Report<'a>, silenced: bool) -> Vec<Entry<'a>> {
    let marks = report.fingerprints();
    let reported = report.outcome.findings.iter().zip(marks.findings);
    let mut out: Vec<Entry<'_>> =
        reported.map(|(finding, fingerprint)| Entry { finding, fingerprint, silenced: None }).collect();
    if silenced {
        out.extend(report.outcome.silenced.iter().zip(marks.silenced).map(|(s, fingerprint)| Entry {
            finding: &s.finding,
            fingerprint,
            silenced: Some(&s.by),
        }));
    }
    out
}

fn log(report: &Report<'_>, silenced: bool, limits: Limits) -> Log {
    let mut entries = entries(report, silenced);
    let all = entries.len();
    let mut notifications: Vec<Notification> =
        report.notices().into_iter().map(|n| notification(report, n)).collect();
    let warn = |text: String| Notification {
        level: Level::Warning,
        message: Message::text(text),
        locations: Vec::new(),
    };
    if all > limits.results {
        // Stable: within a severity, the order is that of the places.
        entries.sort_by_key(|e| (e.silenced.is_some(), Reverse(e.finding.severity())));
        entries.truncate(limits.results);
        let left = plural(all - limits.results, "result");
        let text = format!("{left} left out, the least severe: a log holds {} at most", limits.results);
        notifications.push(warn(text));
    }
    let mut editor = Editor::new(&report.analysis.app, &report.analysis.sources);
    let (mut shortened, mut long) = (0, 0);
    let results = entries
        .into_iter()
        .map(|e| {
            let mut r = result(report, &mut editor, e);
            // One location is the result's own.
            let most = limits.locations.saturating_sub(1);
            let steps = r.code_flows.iter_mut().flat_map(|c| &mut c.thread_flows).map(|t| &mut t.locations);
            for t in steps {
                t.truncate(limits.locations);
            }
            if r.related_locations.len() > most {
                shortened += 1;
                r.related_locations.truncate(most);
            } else if r.related_locations.len() >= limits.shown {
                long += 1;
            }
            r
        })
        .collect();
    if shortened > 0 {
        let of = plural(shortened, "result");
        let most = limits.locations;
        notifications.push(warn(format!("locations left out of {of}: a result has {most} at most")));
    }
    if shortened + long > 0 {
        let (of, most) = (plural(shortened + long, "result"), limits.shown);
        notifications
            .push(warn(format!("{of} with more than {most} locations: GitHub shows the first {most}")));
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
        full_description: Some(Message::text(described(rule))),
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

/// What a rule does, as many paragraphs as GitHub takes; its page holds all.
fn described(rule: &Rule) -> String {
    let section = rule.doc.split_once("\n## What it does\n\n").map_or("", |(_, s)| s);
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut out = String::new();
    for paragraph in section.trim().split("\n\n") {
        if out.len() + paragraph.len() + 2 > MAX_DESCRIPTION {
            break;
        }
        out.push_str(if out.is_empty() { "" } else { "\n\n" });
        out.push_str(paragraph);
    }
    // A list that did not fit leaves its heading.
    if out.is_empty() || out.ends_with(':') { rule.summary().to_owned() } else { out }
}

fn level(s: Severity) -> Level {
    match s {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

fn result(report: &Report<'_>, editor: &mut Editor<'_>, entry: Entry<'_>) -> SarifResult {
    let f = entry.finding;
    let state = match entry.silenced {
        Some(By::Baseline) => BaselineState::Unchanged,
        _ => BaselineState::New,
    };
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
        partial_fingerprints: BTreeMap::from([("lamlint/v1".to_owned(), entry.fingerprint)]),
        fixes: fix(report, editor, f).into_iter().collect(),
        suppressions: entry.silenced.map(|by| suppression(report, by)).into_iter().collect(),
        baseline_state: report.outcome.baseline.then_some(state),
    }
}

fn suppression(report: &Report<'_>, by: &By) -> Suppression {
    match by {
        By::Comment { span, reason } => Suppression {
            kind: SuppressionKind::InSource,
            location: Some(location(report, *span, None, "")),
            justification: (!reason.is_empty()).then(|| printable(reason)),
        },
        By::Metadata => Suppression { kind: SuppressionKind::InSource, location: None, justification: None },
        By::Settings { reason } => Suppression {
            kind: SuppressionKind::External,
            location: None,
            justification: Some(printable(reason)),
        },
        By::Baseline => Suppression { kind: SuppressionKind::External, location: None, justification: None },
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
    let path = report.published(path);
    // What is not below the current folder is absolute: that has no base (§3.4.4).
    if path.starts_with('/') {
        return ArtifactLocation { uri: format!("file://{}", uri(&path)), uri_base_id: None };
    }
    ArtifactLocation { uri: uri(&path), uri_base_id: Some("SRCROOT".to_owned()) }
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
mod tests;
