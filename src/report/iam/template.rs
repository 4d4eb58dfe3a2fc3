//! To paste into a template.

use super::intrinsic::{quoted, yaml};
use super::least::Statement;
use super::{Entry, Report, Site, document};
use crate::report::printable;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Forms of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// `Policies` of SAM functions.
    Sam,
    /// Policy resources of `CloudFormation`.
    CloudFormation,
}

/// Formats whose functions can take what is written: names and references of others mean nothing in a template.
const TEMPLATES: &[&str] = &["CloudFormation", "SAM"];

/// The least policies in the form of a template.
pub fn template(report: &Report<'_>, only: Option<&str>, form: Template) -> anyhow::Result<String> {
    let mut out = String::from("Resources:\n");
    let (mut taken, mut any) = (BTreeSet::new(), false);
    for e in document(report, only)?.functions {
        let told = [("its code is not known", &e.unlinked), ("there may be other calls", &e.incomplete)];
        for (what, why) in told {
            if let Some(why) = why {
                note(&mut out, &e, &format!("{what}: {why}"));
            }
        }
        if !TEMPLATES.contains(&e.dialect) {
            note(&mut out, &e, &format!("is described by {}: see `--format json`", e.dialect));
            continue;
        }
        if form == Template::Sam && !e.implied {
            let role =
                e.role.as_ref().map_or("a role from elsewhere".to_owned(), |r| format!("the role `{r}`"));
            note(&mut out, &e, &format!("has {role}, so that `Policies` are ignored: see `--format cfn`"));
            continue;
        }
        let written = |s: &&Statement| form == Template::CloudFormation || !s.implied;
        let statements: Vec<&Statement> = e.statements.iter().filter(written).collect();
        if statements.is_empty() {
            continue;
        }
        // Functions of different templates may have one name.
        if !taken.insert(e.name.clone()) {
            let _ = writeln!(out, "  # {} of {}", e.name, printable(&e.path));
        }
        any = true;
        match form {
            Template::Sam => sam(&mut out, &e, &statements),
            Template::CloudFormation => cloud_formation(&mut out, &e, &statements),
        }
    }
    if !any {
        out = out.replacen("Resources:\n", "Resources: {}\n", 1);
    }
    Ok(out)
}

fn note(out: &mut String, e: &Entry, text: &str) {
    let _ = writeln!(out, "  # {}: {}", e.name, printable(text).replace('\n', " "));
}

fn sam(out: &mut String, e: &Entry, list: &[&Statement]) {
    let _ = writeln!(out, "  {}:\n    Properties:\n      Policies:", e.name);
    for s in list {
        if let Some((name, parameter, value)) = &s.template {
            let _ = writeln!(out, "        - {name}: {}\n            {parameter}: {value}", places(&s.sites));
        }
    }
    let rest: Vec<&Statement> = list.iter().filter(|s| s.template.is_none()).copied().collect();
    if !rest.is_empty() {
        out.push_str("        - Version: \"2012-10-17\"\n          Statement:\n");
        statements(out, &rest, 12);
    }
}

fn cloud_formation(out: &mut String, e: &Entry, list: &[&Statement]) {
    let (kind, roles) = match &e.role {
        Some(role) => (
            "Policy",
            format!("      PolicyName: {}\n      Roles:\n        - !Ref {role}\n", quoted(&e.name)),
        ),
        None => ("ManagedPolicy", String::new()),
    };
    let _ = write!(
        out,
        "  {}LeastPolicy:\n    Type: AWS::IAM::{kind}\n    Properties:\n{roles}      PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:\n",
        e.name
    );
    statements(out, list, 10);
}

fn statements(out: &mut String, list: &[&Statement], indent: usize) {
    let pad = " ".repeat(indent);
    for s in list {
        let _ = writeln!(out, "{pad}- Effect: Allow {}\n{pad}  Action:", places(&s.sites));
        for a in &s.actions {
            let _ = writeln!(out, "{pad}    - {a}");
        }
        let _ = writeln!(out, "{pad}  Resource: {}", yaml(&s.resource));
    }
}

/// The places that need it, as a comment.
fn places(sites: &[Site]) -> String {
    let places: BTreeSet<String> =
        sites.iter().map(|c| format!("{}:{}", printable(&c.path).replace('\n', " "), c.line)).collect();
    format!("# {}", places.into_iter().collect::<Vec<_>>().join(", "))
}
