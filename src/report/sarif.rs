//! The answer as SARIF 2.1.0, as GitHub code scanning reads it.
//! Source: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use super::Report;
use crate::fingerprint::fingerprints;
use crate::notice::NoticeKind;
use lamlint_model::finding::Finding;
use lamlint_model::fix::Fix as ModelFix;
use lamlint_model::rule::{Rule, Severity, Tier};
use lamlint_model::source::Span;
use lamlint_parsers::edit::Editor;
use lamlint_rules::RULES;
use lamlint_sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, ColumnKind, Fix, Invocation, Level, Location, Log,
    Message, Notification, PhysicalLocation, Properties, Region, Replacement, ReportingConfiguration,
    ReportingDescriptor, Run, SarifResult, Tool, ToolComponent, uri,
};
use std::collections::BTreeMap;

/// How many results GitHub keeps of a run.
const RESULTS: usize = 5_000;

/// How many locations of a result GitHub keeps.
const LOCATIONS: usize = 100;

/// The name paths are relative to: the root of the repository, for GitHub.
const BASE: &str = "SRCROOT";

/// How bad the security of a rule's subject is, by the scale of CVSS; GitHub makes critical, high, medium and low of it.
const SECURITY: &[(&str, &str)] = &[
    ("hard-coded-account", "2.0"),
    ("iam-wildcard", "6.0"),
    ("invalid-policy", "4.0"),
    ("public-function", "8.0"),
    ("shared-execution-role", "3.0"),
    ("unused-iam-permission", "3.0"),
];

/// The document, in one line: GitHub limits the size of what is uploaded.
pub fn render(report: &Report<'_>) -> anyhow::Result<String> {
    let findings = &report.outcome.findings;
    let prints = fingerprints(report.analysis, findings);
    let mut editor = Editor::new(&report.analysis.app, &report.analysis.sources);
    let mut order: Vec<usize> = (0..findings.len()).collect();
    // What is too much is cut at the least severe end; the order of places is kept for the rest.
    order.sort_by_key(|i| std::cmp::Reverse(findings.get(*i).map(Finding::severity)));
    order.truncate(RESULTS);
    order.sort_unstable();
    let kept = order.into_iter().filter_map(|i| Some((findings.get(i)?, prints.get(i)?)));
    let results: Vec<SarifResult> = kept.map(|(f, p)| result(report, &mut editor, f, p)).collect();
    let mut told: Vec<Notification> = report
        .notices()
        .into_iter()
        .map(|n| {
            let level = if n.kind == NoticeKind::Internal { Level::Error } else { Level::Note };
            let locations = match n.at {
                Some(span) => vec![location(report, span, None, None)],
                None if n.path.is_empty() => Vec::new(),
                None => vec![Location { id: None, physical_location: whole(report, &n.path), message: None }],
            };
            Notification { level, message: Message::text(n.text.clone()), locations }
        })
        .collect();
    if let Some(n) = findings.len().checked_sub(RESULTS).filter(|n| *n > 0) {
        let text =
            format!("{n} findings of the least severity are left out: more than {RESULTS} are not kept");
        told.push(Notification {
            level: Level::Warning,
            message: Message::text(text),
            locations: Vec::new(),
        });
    }
    let log = Log::new(Run {
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
            tool_execution_notifications: told,
        }],
        original_uri_base_ids: BTreeMap::new(),
        column_kind: ColumnKind::Utf16CodeUnits,
        results,
    });
    Ok(serde_json::to_string(&log)? + "\n")
}

fn level(s: Severity) -> Level {
    match s {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

fn descriptor(r: &Rule) -> ReportingDescriptor {
    let security = SECURITY.iter().find(|(id, _)| *id == r.id).map(|(_, s)| (*s).to_owned());
    let mut tags = vec!["aws-lambda".to_owned(), r.group.to_owned()];
    tags.extend(security.is_some().then(|| "security".to_owned()));
    let summary = r.summary().split_whitespace().collect::<Vec<_>>().join(" ");
    ReportingDescriptor {
        id: r.id.to_owned(),
        short_description: Message::text(summary.clone()),
        full_description: Some(Message::text(summary)),
        help: Some(Message { text: r.doc.to_owned(), markdown: Some(r.doc.to_owned()) }),
        help_uri: Some(format!("{}/blob/main/rules/docs/{}.md", env!("CARGO_PKG_REPOSITORY"), r.id)),
        default_configuration: Some(ReportingConfiguration {
            enabled: r.tier == Tier::Default,
            level: level(r.severity),
        }),
        properties: Some(Properties {
            tags,
            precision: Some("high".to_owned()),
            security_severity: security,
        }),
    }
}

fn result(report: &Report<'_>, editor: &mut Editor<'_>, f: &Finding, print: &str) -> SarifResult {
    let mut text = f.message().text.clone();
    if let Some(help) = &f.message().help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    let others = f.evidence().iter().skip(1).take(LOCATIONS).enumerate();
    SarifResult {
        rule_id: f.rule().id.to_owned(),
        rule_index: RULES.iter().position(|r| *r == f.rule()).unwrap_or_default(),
        level: level(f.severity()),
        message: Message::text(text),
        locations: vec![location(report, f.primary(), None, None)],
        related_locations: others
            .map(|(i, e)| location(report, e.span(), Some(i + 1), Some(e.note())))
            .collect(),
        partial_fingerprints: BTreeMap::from([("lamlint/v1".to_owned(), print.to_owned())]),
        fixes: f.fix().and_then(|x| fix(report, editor, x)).into_iter().collect(),
        suppressions: Vec::new(),
        baseline_state: None,
    }
}

/// A repair, where it can be made.
fn fix(report: &Report<'_>, editor: &mut Editor<'_>, fix: &ModelFix) -> Option<Fix> {
    let mut changes: Vec<ArtifactChange> = Vec::new();
    for e in editor.edits(fix).ok()? {
        let place = whole(report, &report.analysis.sources.file(e.span.file).path).artifact_location;
        let replacement = Replacement {
            deleted_region: region(report, e.span),
            inserted_content: ArtifactContent { text: e.text },
        };
        match changes.iter_mut().find(|c| c.artifact_location == place) {
            Some(c) => c.replacements.push(replacement),
            None => {
                changes.push(ArtifactChange { artifact_location: place, replacements: vec![replacement] });
            }
        }
    }
    Some(Fix { description: Message::text(fix.title.clone()), artifact_changes: changes })
}

fn whole(report: &Report<'_>, path: &str) -> PhysicalLocation {
    // What is outside of the working directory can't be relative to the repository.
    let uri = uri(&report.display.path(path));
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri, uri_base_id: Some(BASE.to_owned()) },
        region: None,
    }
}

fn location(report: &Report<'_>, span: Span, id: Option<usize>, message: Option<&str>) -> Location {
    let mut place = whole(report, &report.analysis.sources.file(span.file).path);
    place.region = Some(region(report, span));
    Location { id, physical_location: place, message: message.map(Message::text) }
}

/// Lines and columns from 1, columns in units of UTF-16.
fn region(report: &Report<'_>, span: Span) -> Region {
    let text = &report.analysis.sources.file(span.file).text;
    let line = |at: u32| report.analysis.sources.position(Span { start: at, end: at, ..span }).line;
    let column = |at: u32| {
        let before = text.get(..at as usize).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |n| n + 1);
        let units = before.get(start..).unwrap_or_default().encode_utf16().count();
        u32::try_from(units + 1).unwrap_or(u32::MAX)
    };
    Region {
        start_line: line(span.start),
        start_column: column(span.start),
        end_line: line(span.end),
        end_column: column(span.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_security_names_rules() {
        for (id, score) in SECURITY {
            assert!(RULES.iter().any(|r| r.id == *id), "{id}");
            assert!(score.parse::<f32>().is_ok_and(|s| s > 0.0 && s <= 10.0), "{score}");
        }
    }
}
