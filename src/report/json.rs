//! The answer as one JSON document. Its shape is documented in `docs/output.md`; `version` counts breaking changes.

use super::{Report, statistics, text};
use crate::functions::{State, functions, word};
use crate::suppress::{self, By};
use lamlint_model::rule::Severity;
use lamlint_model::source::Span;
use lamlint_parsers::edit::{Edit, Editor};
use serde::Serialize;

/// Version of the document's shape.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    as_of: String,
    findings: Vec<Finding<'a>>,
    silenced: Vec<Silenced<'a>>,
    functions: Vec<Function<'a>>,
    notices: Vec<Notice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<statistics::Row>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'static str,
    group: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    subject: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    discriminator: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    when: String,
    #[serde(flatten)]
    place: Place,
    evidence: Vec<Evidence<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix<'a>>,
}

/// A finding that is not reported, with what silences it: `comment`, `metadata`, `settings` or `baseline`.
#[derive(Serialize)]
struct Silenced<'a> {
    by: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Place>,
    finding: Finding<'a>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    #[serde(flatten)]
    place: Place,
    text: String,
}

#[derive(Serialize)]
struct Evidence<'a> {
    note: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
    #[serde(flatten)]
    place: Place,
}

/// Lines and columns count from 1, columns in characters; offsets are bytes.
#[derive(Serialize)]
struct Place {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    start_offset: u32,
    end_offset: u32,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    path: String,
    line: u32,
    #[serde(flatten)]
    link: Link<'a>,
}

#[derive(Serialize)]
#[serde(tag = "link", rename_all = "lowercase")]
enum Link<'a> {
    Linked {
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        symbol: String,
        language: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        incomplete: Option<String>,
    },
    Missing {
        detail: String,
    },
    Unlinked {
        reason: &'static str,
        detail: String,
    },
}

#[derive(Serialize)]
struct Notice<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    text: &'a str,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
    hidden: usize,
    unwritten: usize,
    silenced: usize,
    functions: usize,
    linked: usize,
    files: usize,
}

/// The document, indented, with a line break at its end; with numbers by rule where they are asked for.
pub fn render(report: &Report<'_>, numbers: bool) -> anyhow::Result<String> {
    let functions: Vec<Function<'_>> = functions(report.analysis)
        .into_iter()
        .map(|f| {
            let span = report.analysis.app.origins.known(f.function.resource.anchor.span);
            Function {
                name: f.function.name(),
                path: report.display.path(&report.analysis.sources.file(span.file).path),
                line: report.analysis.sources.position(span).line,
                link: link(report, f.state),
            }
        })
        .collect();
    let mut editor = Editor::new(&report.analysis.app, &report.analysis.sources);
    let document = Document {
        version: VERSION,
        tool: Tool { name: "lamlint", version: env!("CARGO_PKG_VERSION") },
        as_of: report.today.to_string(),
        summary: Summary {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            hidden: report.outcome.hidden,
            unwritten: report.outcome.unwritten,
            silenced: report.outcome.silenced.len(),
            functions: functions.len(),
            linked: functions.iter().filter(|f| matches!(f.link, Link::Linked { .. })).count(),
            files: report.analysis.files,
        },
        findings: report.outcome.findings.iter().map(|f| finding(report, &mut editor, f)).collect(),
        silenced: report.outcome.silenced.iter().map(|s| silenced(report, &mut editor, s)).collect(),
        functions,
        notices: report.notices().into_iter().map(|n| notice(report, n)).collect(),
        statistics: numbers.then(|| statistics::rows(report)),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn finding<'a>(report: &Report<'_>, editor: &mut Editor<'_>, f: &'a lamlint_model::Finding) -> Finding<'a> {
    Finding {
        rule: f.rule().id,
        group: f.rule().group,
        severity: f.severity().word(),
        confidence: f.confidence().word(),
        message: &f.message().text,
        help: f.message().help.as_deref(),
        notes: &f.message().notes,
        subject: f.subject(),
        others: f.others().iter().map(|o| &**o).collect(),
        discriminator: f.discriminator(),
        when: f.guards().to_string(),
        place: place(report, f.primary()),
        evidence: f
            .evidence()
            .iter()
            .map(|e| Evidence {
                note: e.note(),
                basis: text::basis(e.basis()),
                place: place(report, e.span()),
            })
            .collect(),
        fix: f.fix().and_then(|x| {
            // A repair that can't be made here is none.
            let edits = editor.edits(x).ok()?;
            let change = |e: Edit| Change { place: place(report, e.span), text: e.text };
            let edits = edits.into_iter().map(change).collect();
            Some(Fix { title: &x.title, safety: x.safety.word(), edits })
        }),
    }
}

fn silenced<'a>(report: &Report<'_>, editor: &mut Editor<'_>, s: &'a suppress::Silenced) -> Silenced<'a> {
    let finding = finding(report, editor, &s.finding);
    match &s.by {
        By::Comment { span, reason } => {
            Silenced { by: "comment", reason, at: Some(place(report, *span)), finding }
        }
        By::Metadata => Silenced { by: "metadata", reason: "", at: None, finding },
        By::Settings { reason } => Silenced { by: "settings", reason, at: None, finding },
        By::Baseline => Silenced { by: "baseline", reason: "", at: None, finding },
    }
}

fn place(report: &Report<'_>, span: Span) -> Place {
    let sources = &report.analysis.sources;
    let (start, end) = (sources.position(span), sources.position(Span { start: span.end, ..span }));
    Place {
        path: report.display.path(&sources.file(span.file).path),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        start_offset: span.start,
        end_offset: span.end,
    }
}

fn link<'a>(report: &Report<'_>, state: State) -> Link<'a> {
    match state {
        State::Linked { file, symbol, language, incomplete } => Link::Linked {
            file: (!file.is_empty()).then(|| report.display.path(&file)),
            symbol,
            language,
            incomplete,
        },
        State::Missing(detail) => Link::Missing { detail },
        State::Unlinked(reason, detail) => Link::Unlinked { reason: word(reason), detail },
    }
}

fn notice<'a>(report: &Report<'_>, n: &'a crate::notice::Notice) -> Notice<'a> {
    let at = n.at.map(|s| report.analysis.sources.position(s));
    Notice {
        kind: n.kind.word(),
        path: if n.path.is_empty() { String::new() } else { report.display.path(&n.path) },
        line: at.map(|p| p.line),
        column: at.map(|p| p.column),
        text: &n.text,
    }
}
