//! `lamlint iam`: the least policy each function needs, and how it differs from what its role allows.

mod difference;
mod intrinsic;
mod least;
mod template;
mod text;
mod uses;

pub use template::{Template, template};
pub use text::text;

use super::Report;
use crate::functions::{FunctionLink, State, functions, word};
use difference::Difference;
use lamlint_model::app::ResourceId;
use lamlint_model::policy::{Identity, identity_of};
use lamlint_model::source::Span;
use least::Statement;
use serde::Serialize;
use serde_json::json;
use uses::{Needs, needs};

#[derive(Serialize)]
struct Document {
    version: u32,
    functions: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    path: String,
    line: u32,
    /// The role, when it is in the project.
    role: Option<String>,
    /// Why the code was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    unlinked: Option<String>,
    /// Why the policies of the role are not all known.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<String>,
    /// Why there may be other calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<String>,
    policy: serde_json::Value,
    statements: Vec<Statement>,
    #[serde(flatten)]
    difference: Difference,
    /// Calls of operations whose permissions are not in the tables.
    unknown: Vec<Site>,
    /// Whether the role is made by the shorthand of the function, so that its `Policies` count.
    #[serde(skip)]
    implied: bool,
    /// The format it is described in.
    #[serde(skip)]
    dialect: &'static str,
}

/// A place that needs an action.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    path: String,
    line: u32,
    #[serde(flatten)]
    by: By,
    action: String,
    /// What the role says: `allowed`, `denied`, `missing`, `unknown`.
    granted: &'static str,
}

/// What needs it.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum By {
    /// A call, as written.
    Call(String),
    /// A feature of the function, in words.
    Feature(String),
}

impl By {
    fn text(&self) -> &str {
        match self {
            Self::Call(s) | Self::Feature(s) => s,
        }
    }
}

/// A function with its role and all it needs.
struct Subject<'a> {
    link: FunctionLink<'a>,
    who: Identity,
    needs: Needs<'a>,
}

impl Subject<'_> {
    fn id(&self) -> ResourceId {
        self.link.function.resource.id
    }

    fn unlinked(&self) -> Option<String> {
        match &self.link.state {
            State::Linked { .. } => None,
            State::Missing(what) => Some(what.clone()),
            State::Unlinked(reason, why) => {
                Some(if why.is_empty() { word(*reason).to_owned() } else { why.clone() })
            }
        }
    }
}

/// For programs.
pub fn json(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&document(report, only)?)? + "\n")
}

fn document(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<Document> {
    let app = &report.analysis.app;
    let all: Vec<Subject<'_>> = functions(report.analysis)
        .into_iter()
        .map(|link| {
            let id = link.function.resource.id;
            Subject { who: identity_of(app, id), needs: needs(report, id), link }
        })
        .collect();
    let shown = all.iter().filter(|s| only.is_none_or(|n| n == s.link.function.name()));
    let entries: Vec<Entry> = shown.map(|s| entry(report, s, &all)).collect();
    if let (Some(name), true) = (only, entries.is_empty()) {
        anyhow::bail!("there is no function `{name}`");
    }
    Ok(Document { version: 1, functions: entries })
}

fn entry(report: &Report<'_>, s: &Subject<'_>, all: &[Subject<'_>]) -> Entry {
    let app = &report.analysis.app;
    let f = s.link.function;
    let (path, line) = place(report, app.origins.known(f.resource.anchor.span));
    let statements = least::statements(report, s);
    let listed: Vec<serde_json::Value> = statements
        .iter()
        .map(|s| json!({ "Effect": "Allow", "Action": s.actions, "Resource": s.resource }))
        .collect();
    Entry {
        name: f.name().to_owned(),
        path,
        line,
        role: s.who.role.map(|r| app.resource(r).name.to_string()),
        unlinked: s.unlinked(),
        open: s.who.open.as_ref().map(ToString::to_string),
        incomplete: s.needs.incomplete.as_ref().map(ToString::to_string),
        policy: json!({ "Version": "2012-10-17", "Statement": listed }),
        difference: difference::difference(report, s, all, &statements),
        statements,
        unknown: s.needs.unknown.clone(),
        implied: s.who.role.is_some_and(|r| app.resource(r).implied_by == Some(s.id())),
        dialect: app.templates.get(f.resource.template as usize).map_or("", |t| t.dialect),
    }
}

fn place(report: &Report<'_>, span: Span) -> (String, u32) {
    let sources = &report.analysis.sources;
    (report.display.path(&sources.file(span.file).path), sources.position(span).line)
}
