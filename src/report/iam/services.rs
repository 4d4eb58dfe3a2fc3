//! The least policies as a service of the Serverless Framework writes them.

use super::intrinsic::quoted;
use super::least::Statement;
use super::template::{cloud_formation, places};
use super::{By, Entry, Report, document};
use crate::report::printable;
use lamlint_model::app::{App, Resource};
use lamlint_model::value::{Attr, Value};
use lamlint_parsers::iac::serverless_reference as reference;
use std::collections::BTreeMap;
use std::fmt::Write;

const DIALECT: &str = "Serverless";

/// The role the framework makes for all functions, and the end of the names of those it makes for one.
const SHARED: &str = "IamRoleLambdaExecution";

/// Statements for the shared role, for roles of single functions, and policies for roles among the resources.
pub fn serverless(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<String> {
    let app = &report.analysis.app;
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for e in document(report, only)?.functions {
        let service = services.entry(e.path.clone()).or_default();
        service.add(app, &e);
    }
    let several = services.len() > 1;
    let mut out = String::new();
    for (path, s) in services {
        if several {
            let _ = writeln!(out, "# {}", printable(&path));
        }
        out.push_str(&s.notes);
        if !s.shared.is_empty() {
            let _ = writeln!(out, "provider:\n  iam:\n    role:\n      statements:");
            for l in &s.shared {
                write_statement(&mut out, l, 8);
            }
        }
        if !s.own.is_empty() {
            out.push_str("functions:\n");
            out.push_str(&s.own);
        }
        if !s.resources.is_empty() {
            out.push_str("resources:\n  Resources:\n");
            out.extend(s.resources.lines().map(|l| format!("  {l}\n")));
        }
    }
    Ok(out)
}

#[derive(Default)]
struct Service {
    notes: String,
    shared: Vec<Line>,
    own: String,
    resources: String,
}

/// A statement, spelled.
#[derive(PartialEq, Eq)]
struct Line {
    places: String,
    actions: Vec<String>,
    resource: String,
}

impl Service {
    fn add(&mut self, app: &App, e: &Entry) {
        let mut note = |text: &str| {
            let _ = writeln!(self.notes, "# {}: {}", e.name, printable(text).replace('\n', " "));
        };
        for (what, why) in
            [("its code is not known", &e.unlinked), ("there may be other calls", &e.incomplete)]
        {
            if let Some(why) = why {
                note(&format!("{what}: {why}"));
            }
        }
        if e.dialect != DIALECT {
            note(&format!("is described by {}: see `--format json`", e.dialect));
            return;
        }
        let Some(role) = e.role_id.map(|r| app.resource(r)) else {
            note("has a role from elsewhere: see `--format json`");
            return;
        };
        let made = role.implied_by.is_some() && role.name.ends_with(SHARED);
        let f = app.resource(e.id);
        if !made {
            let all: Vec<&Statement> = e.statements.iter().collect();
            cloud_formation(&mut self.resources, e, &all);
            return;
        }
        let lines: Vec<Line> =
            e.statements.iter().filter(|s| !is_given(s)).map(|s| line(app, f, s)).collect();
        if f.anchor.path.starts_with("functions.") && role.anchor.path.starts_with(f.anchor.path.as_str()) {
            if !lines.is_empty() {
                let _ = writeln!(self.own, "  {}:\n    iamRoleStatements:", e.name);
                for l in &lines {
                    write_statement(&mut self.own, l, 6);
                }
            }
            return;
        }
        for l in lines {
            match self.shared.iter_mut().find(|s| s.resource == l.resource) {
                Some(s) => {
                    s.actions.extend(l.actions);
                    s.actions.sort();
                    s.actions.dedup();
                    if !s.places.contains(&l.places) {
                        let _ = write!(s.places, ", {}", l.places.trim_start_matches("# "));
                    }
                }
                None => self.shared.push(l),
            }
        }
    }
}

/// Whether the framework gives it to the roles it makes: what comes of the configuration and not of a call.
fn is_given(s: &Statement) -> bool {
    s.sites.iter().all(|c| matches!(c.by, By::Feature(_)) && c.granted == "allowed")
}

fn line(app: &App, near: &Resource, s: &Statement) -> Line {
    Line { places: places(&s.sites), actions: s.actions.clone(), resource: resource(app, near, &s.arn) }
}

fn write_statement(out: &mut String, l: &Line, indent: usize) {
    let pad = " ".repeat(indent);
    let _ = writeln!(out, "{pad}- Effect: Allow {}\n{pad}  Action:", l.places);
    for a in &l.actions {
        let _ = writeln!(out, "{pad}    - {a}");
    }
    let _ = writeln!(out, "{pad}  Resource: {}", l.resource);
}

/// An ARN in YAML; what is not known is `*`.
fn resource(app: &App, near: &Resource, v: &Value) -> String {
    if let Value::Of(id, Attr::Arn) = v
        && app.resource(*id).template == near.template
        && let Some(text) = reference(app.resource(*id), &Attr::Arn)
    {
        let name = text.trim_start_matches("${").trim_end_matches('}');
        return match name.split_once('.') {
            _ if name.starts_with("construct:") => quoted(&text),
            Some((name, attribute)) => format!("!GetAtt {name}.{attribute}"),
            None => format!("!Ref {name}"),
        };
    }
    let parts = if let Value::Concat(parts) = v { &parts[..] } else { std::slice::from_ref(v) };
    let mut text = String::new();
    for p in parts {
        let piece = match p {
            Value::Str(s) => s.replace("${", "${!"),
            Value::Pseudo(n) => format!("${{{n}}}"),
            Value::Param(n) if n == "stage" => "${sls:stage}".to_owned(),
            Value::Param(n) if !n.contains(',') => format!("${{{n}}}"),
            Value::Of(id, attr) if app.resource(*id).template == near.template => {
                reference(app.resource(*id), attr).unwrap_or_else(|| "*".to_owned())
            }
            _ => "*".to_owned(),
        };
        if !(piece == "*" && text.ends_with('*')) {
            text.push_str(&piece);
        }
    }
    if text.starts_with('*') && text != "*" {
        text = match text.strip_prefix("*/") {
            Some(key) => format!("arn:${{AWS::Partition}}:s3:::*/{key}"),
            None => "*".to_owned(),
        };
    }
    if text.contains("${") { format!("!Sub {}", quoted(&text)) } else { quoted(&text) }
}
