//! The least policies as Terraform writes them.

use super::least::Statement;
use super::template::places;
use super::{Entry, Report, document};
use crate::report::printable;
use lamlint_model::app::{App, Kind, Resource};
use lamlint_model::value::{Attr, Value};
use lamlint_parsers::edit::{reference, reference_place};
use lamlint_parsers::files::parent;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const DIALECT: &str = "Terraform";

/// Pseudo-parameters with the data sources that give them.
const SOURCES: &[(&str, &str, &str)] = &[
    ("AWS::AccountId", "aws_caller_identity", "account_id"),
    ("AWS::Partition", "aws_partition", "partition"),
    ("AWS::Region", "aws_region", "id"),
];

/// A document of the policy of each function, and a policy of its role.
pub fn terraform(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<String> {
    let app = &report.analysis.app;
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    for e in document(report, only)?.functions {
        let f = app.resource(e.id);
        let file = &report.analysis.sources.file(f.anchor.span.file).path;
        let module = modules.entry(parent(file).to_owned()).or_default();
        module.add(app, &e);
    }
    let mut out = String::new();
    let several = modules.len() > 1;
    for (dir, m) in modules {
        if several {
            let shown = report.display.path(&dir);
            let _ = writeln!(out, "# {}\n", if shown.is_empty() { "." } else { &shown });
        }
        for (_, source, _) in SOURCES.iter().filter(|(_, s, _)| m.sources.contains(s)) {
            let there = report.analysis.sources.iter().any(|(_, f)| {
                parent(&f.path) == dir && f.text.contains(&format!("data \"{source}\" \"current\""))
            });
            if !there {
                let _ = writeln!(out, "data \"{source}\" \"current\" {{}}\n");
            }
        }
        out.push_str(&m.text);
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    Ok(out)
}

#[derive(Default)]
struct Module {
    text: String,
    /// Data sources that are used.
    sources: BTreeSet<&'static str>,
    labels: BTreeSet<String>,
}

impl Module {
    fn add(&mut self, app: &App, e: &Entry) {
        let told = [("its code is not known", &e.unlinked), ("there may be other calls", &e.incomplete)];
        for (what, why) in told {
            if let Some(why) = why {
                self.note(e, &format!("{what}: {why}"));
            }
        }
        if e.dialect != DIALECT {
            self.note(e, &format!("is described by {}: see `--format json`", e.dialect));
            return;
        }
        if e.statements.is_empty() {
            return;
        }
        let label =
            format!("{}_least", e.name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_"));
        // A module that is called twice is written once.
        if !self.labels.insert(label.clone()) {
            return;
        }
        let _ = writeln!(self.text, "data \"aws_iam_policy_document\" \"{label}\" {{");
        for (i, s) in e.statements.iter().enumerate() {
            let gap = if i == 0 { "" } else { "\n" };
            let _ = writeln!(self.text, "{gap}  statement {{ {}", places(&s.sites));
            self.statement(app, app.resource(e.id), s);
            self.text.push_str("  }\n");
        }
        self.text.push_str("}\n\n");
        let role = e.role_id.and_then(|r| reference(app.resource(r), &Attr::Name));
        let name = label.replace('_', "-");
        let json = format!("data.aws_iam_policy_document.{label}.json");
        let _ = match role {
            Some(role) => writeln!(
                self.text,
                "resource \"aws_iam_role_policy\" \"{label}\" {{\n  name   = \"{name}\"\n  role   = {role}\n  policy = {json}\n}}\n"
            ),
            None => writeln!(
                self.text,
                "resource \"aws_iam_policy\" \"{label}\" {{\n  name   = \"{name}\"\n  policy = {json}\n}}\n"
            ),
        };
    }

    fn note(&mut self, e: &Entry, text: &str) {
        let _ = writeln!(self.text, "# {}: {}\n", e.name, printable(text).replace('\n', " "));
    }

    fn statement(&mut self, app: &App, near: &Resource, s: &Statement) {
        let actions: Vec<String> = s.actions.iter().map(|a| quoted(a)).collect();
        let resource = self.resource(app, near, &s.arn);
        if let [one] = &actions[..] {
            let _ = writeln!(self.text, "    actions   = [{one}]\n    resources = [{resource}]");
            return;
        }
        self.text.push_str("    actions = [\n");
        for a in &actions {
            let _ = writeln!(self.text, "      {a},");
        }
        let _ = writeln!(self.text, "    ]\n    resources = [{resource}]");
    }

    /// An ARN as an expression; what is not known is `*`.
    fn resource(&mut self, app: &App, near: &Resource, v: &Value) -> String {
        let parts = if let Value::Concat(parts) = v { &parts[..] } else { std::slice::from_ref(v) };
        let outer = reference_place(near).unwrap_or_default();
        let mut spelled: Vec<Piece> = Vec::new();
        for p in parts {
            let piece = match p {
                Value::Str(s) => Piece::Text(s.to_string()),
                Value::Pseudo(n) => match SOURCES.iter().find(|(p, ..)| n == p) {
                    Some((_, source, attribute)) => {
                        self.sources.insert(source);
                        Piece::Expression(format!("data.{source}.current.{attribute}"))
                    }
                    None => Piece::any(),
                },
                Value::Param(n) => match n.strip_prefix(outer).filter(|n| n.starts_with("var.")) {
                    Some(n) if n.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) => {
                        Piece::Expression(n.to_owned())
                    }
                    _ => Piece::any(),
                },
                Value::Of(id, attr) => {
                    let r = app.resource(*id);
                    let same = r.template == near.template && r.kind != Kind::Parameter;
                    let found = reference(r, attr).filter(|_| same);
                    found.map_or_else(Piece::any, Piece::Expression)
                }
                _ => Piece::any(),
            };
            match (spelled.last_mut(), &piece) {
                (Some(Piece::Text(last)), Piece::Text(next)) if next == "*" && last.ends_with('*') => {}
                (Some(Piece::Text(last)), Piece::Text(next)) => last.push_str(next),
                _ => spelled.push(piece),
            }
        }
        match &mut spelled[..] {
            [Piece::Expression(e)] => return e.clone(),
            // Objects of any bucket; anything else below what is not known is anything.
            [Piece::Text(first), rest @ ..]
                if first.starts_with('*') && !(first == "*" && rest.is_empty()) =>
            {
                match first.strip_prefix("*/") {
                    Some(key) => *first = format!("arn:aws:s3:::*/{key}"),
                    None => return "\"*\"".to_owned(),
                }
            }
            _ => {}
        }
        let text: String = spelled
            .iter()
            .map(|p| match p {
                Piece::Text(t) => {
                    let q = quoted(t);
                    q[1..q.len() - 1].to_owned()
                }
                Piece::Expression(e) => format!("${{{e}}}"),
            })
            .collect();
        format!("\"{text}\"")
    }
}

enum Piece {
    Text(String),
    Expression(String),
}

impl Piece {
    fn any() -> Self {
        Self::Text("*".to_owned())
    }
}

/// Text of the language.
fn quoted(s: &str) -> String {
    let text = serde_json::Value::from(s).to_string();
    text.replace("${", "$${").replace("%{", "%%{")
}
