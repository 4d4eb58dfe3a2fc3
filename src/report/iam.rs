//! `lamlint iam`: the least policy the code of each function needs, and how it differs from what its role allows.

mod intrinsic;

use super::style::{BOLD, DIM, paint};
use super::{Report, printable};
use crate::functions::{State, functions, word};
use intrinsic::{intrinsic, quoted, yaml};
use lamlint_model::app::{App, Function, Kind};
use lamlint_model::aws::{iam, policies};
use lamlint_model::handler::Handler;
use lamlint_model::policy::{Answer, Arn, Effect, Identity, asks, glob, identity_of};
use lamlint_model::source::Span;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Forms of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// `Policies` of SAM functions.
    Sam,
    /// Policy resources of `CloudFormation`.
    CloudFormation,
}

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
    missing: Vec<String>,
    unused: Vec<String>,
    /// Calls of operations whose permissions are not in the tables.
    unknown: Vec<Site>,
}

#[derive(Serialize)]
struct Statement {
    actions: Vec<String>,
    resource: serde_json::Value,
    calls: Vec<Site>,
    /// Template of SAM that allows exactly this: name, parameter, value.
    #[serde(skip)]
    template: Option<(&'static str, &'static str, String)>,
}

#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    path: String,
    line: u32,
    call: String,
    action: String,
    /// What the role says: `allowed`, `denied`, `missing`, `unknown`.
    granted: &'static str,
}

/// For people.
pub fn text(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<String> {
    let mut out = String::new();
    for e in document(report, only)?.functions {
        let role = e.role.as_deref().map(|r| format!("role {r}, ")).unwrap_or_default();
        let _ = writeln!(
            out,
            "{}  {}",
            paint(BOLD, &e.name),
            paint(DIM, format!("({role}{}:{})", e.path, e.line))
        );
        for (what, why) in [
            ("its code is not known", &e.unlinked),
            ("not all of its policies are known", &e.open),
            ("not all of its calls are known", &e.incomplete),
        ] {
            if let Some(why) = why {
                let _ = writeln!(out, "  {what}: {}", printable(why));
            }
        }
        if e.unlinked.is_none() && e.statements.is_empty() {
            let _ = writeln!(out, "  needs no permissions");
        }
        for s in &e.statements {
            let _ = writeln!(out, "  on {}", printable(&yaml(&s.resource)));
            for c in &s.calls {
                let _ = writeln!(
                    out,
                    "    {:<32} {:<8} {}:{} {}",
                    c.action,
                    c.granted,
                    c.path,
                    c.line,
                    printable(&c.call)
                );
            }
        }
        for c in &e.unknown {
            let _ = writeln!(out, "  not in the tables: {}:{} {}", c.path, c.line, printable(&c.call));
        }
        for (what, list) in [("missing", &e.missing), ("granted, but used by no call", &e.unused)] {
            if !list.is_empty() {
                let _ = writeln!(out, "  {what}: {}", printable(&list.join(", ")));
            }
        }
        out.push('\n');
    }
    if out.is_empty() {
        out.push_str("no functions\n");
    }
    Ok(out)
}

/// For programs.
pub fn json(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&document(report, only)?)? + "\n")
}

/// To paste into a template.
pub fn template(report: &Report<'_>, only: Option<&str>, form: Template) -> anyhow::Result<String> {
    let mut out = String::from("Resources:\n");
    let (mut taken, mut any) = (BTreeSet::new(), false);
    for e in document(report, only)?.functions {
        let told = [("its code is not known", &e.unlinked), ("there may be other calls", &e.incomplete)];
        for (what, why) in told {
            if let Some(why) = why {
                let _ = writeln!(out, "  # {}: {what}: {}", e.name, printable(why).replace('\n', " "));
            }
        }
        if e.statements.is_empty() {
            continue;
        }
        // Functions of different templates may have one name.
        if !taken.insert(e.name.clone()) {
            let _ = writeln!(out, "  # {} of {}", e.name, e.path);
        }
        any = true;
        match form {
            Template::Sam => sam(&mut out, &e),
            Template::CloudFormation => cloud_formation(&mut out, &e),
        }
    }
    if !any {
        out = out.replacen("Resources:\n", "Resources: {}\n", 1);
    }
    Ok(out)
}

fn sam(out: &mut String, e: &Entry) {
    let _ = writeln!(out, "  {}:\n    Properties:\n      Policies:", e.name);
    for s in &e.statements {
        if let Some((name, parameter, value)) = &s.template {
            let _ = writeln!(out, "        - {name}: {}\n            {parameter}: {value}", calls(&s.calls));
        }
    }
    if e.statements.iter().any(|s| s.template.is_none()) {
        out.push_str("        - Version: \"2012-10-17\"\n          Statement:\n");
        statements(out, e.statements.iter().filter(|s| s.template.is_none()), 12);
    }
}

fn cloud_formation(out: &mut String, e: &Entry) {
    let (kind, roles) = match &e.role {
        Some(role) => (
            "Policy",
            format!("      PolicyName: {}\n      Roles:\n        - !Ref {role}\n", quoted(&e.name)),
        ),
        None => ("ManagedPolicy", String::new()),
    };
    let _ = write!(
        out,
        "  {}CallsPolicy:\n    Type: AWS::IAM::{kind}\n    Properties:\n{roles}      PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:\n",
        e.name
    );
    statements(out, e.statements.iter(), 10);
}

fn statements<'s>(out: &mut String, list: impl Iterator<Item = &'s Statement>, indent: usize) {
    let pad = " ".repeat(indent);
    for s in list {
        let _ = writeln!(out, "{pad}- Effect: Allow {}\n{pad}  Action:", calls(&s.calls));
        for a in &s.actions {
            let _ = writeln!(out, "{pad}    - {a}");
        }
        let _ = writeln!(out, "{pad}  Resource: {}", yaml(&s.resource));
    }
}

/// The call sites as a comment.
fn calls(calls: &[Site]) -> String {
    let places: BTreeSet<String> =
        calls.iter().map(|c| format!("{}:{}", printable(&c.path).replace('\n', " "), c.line)).collect();
    format!("# {}", places.into_iter().collect::<Vec<_>>().join(", "))
}

fn document(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<Document> {
    let mut entries = Vec::new();
    for link in functions(report.analysis) {
        let f = link.function;
        if f.resource.generated || only.is_some_and(|n| n != f.name()) {
            continue;
        }
        let unlinked = match &link.state {
            State::Linked { .. } => None,
            State::Missing(what) => Some(what.clone()),
            State::Unlinked(reason, why) => {
                Some(if why.is_empty() { word(*reason).to_owned() } else { why.clone() })
            }
        };
        entries.push(entry(report, f, unlinked));
    }
    if let (Some(name), true) = (only, entries.is_empty()) {
        anyhow::bail!("there is no function `{name}`");
    }
    Ok(Document { version: 1, functions: entries })
}

fn entry(report: &Report<'_>, f: Function<'_>, unlinked: Option<String>) -> Entry {
    let app = &report.analysis.app;
    let who = identity_of(app, f.resource.id);
    let handler = report.analysis.handlers.iter().find(|h| h.function == Some(f.resource.id));
    let (path, line) = place(report, f.resource.anchor.span);
    let statements = handler.map(|h| least(report, f, h, &who)).unwrap_or_default();
    let unknown = handler.map(|h| unknown(report, h)).unwrap_or_default();
    let mut missing: Vec<String> = statements
        .iter()
        .flat_map(|s| &s.calls)
        .filter(|c| matches!(c.granted, "missing" | "denied"))
        .map(|c| c.action.clone())
        .collect();
    missing.sort();
    missing.dedup();
    let unused = match handler {
        Some(h) if h.complete.is_ok() && unknown.is_empty() && is_own(app, f, &who) => unused(app, h, &who),
        _ => Vec::new(),
    };
    let listed: Vec<serde_json::Value> = statements
        .iter()
        .map(|s| json!({ "Effect": "Allow", "Action": s.actions, "Resource": s.resource }))
        .collect();
    Entry {
        name: f.name().to_owned(),
        path,
        line,
        role: who.role.map(|r| app.resource(r).name.to_string()),
        unlinked,
        open: who.open.as_ref().map(ToString::to_string),
        incomplete: handler.and_then(|h| h.complete.as_ref().err()).map(ToString::to_string),
        policy: json!({ "Version": "2012-10-17", "Statement": listed }),
        statements,
        missing,
        unused,
        unknown,
    }
}

fn place(report: &Report<'_>, span: Span) -> (String, u32) {
    let sources = &report.analysis.sources;
    (report.display.path(&sources.file(span.file).path), sources.position(span).line)
}

/// What the calls ask for, by resource.
fn least(report: &Report<'_>, f: Function<'_>, h: &Handler, who: &Identity) -> Vec<Statement> {
    let app = &report.analysis.app;
    let mut by: BTreeMap<String, (serde_json::Value, BTreeSet<String>, BTreeSet<Site>)> = BTreeMap::new();
    for ask in asks(app, f.resource.id, h) {
        // A branch for a variable that is not set is not taken.
        if ask.fact.ctx.branch && ask.is_unset(app, f.resource.id) {
            continue;
        }
        let granted = match ask.answer(app, f.resource.id, who) {
            Answer::Allowed => "allowed",
            Answer::Denied(_) => "denied",
            Answer::Missing => "missing",
            Answer::Unknown(_) => "unknown",
        };
        let (path, line) = place(report, ask.fact.span);
        let mut on: Vec<Arn> = ask.on.alts().iter().map(|a| a.value.clone()).collect();
        if ask.on.open().is_some() || on.is_empty() {
            on = vec![Arn::unknown()];
        }
        for arn in on {
            let resource = intrinsic(app, f.resource, &arn.value);
            let slot = by
                .entry(resource.to_string())
                .or_insert_with(|| (resource, BTreeSet::new(), BTreeSet::new()));
            for action in &ask.one_of {
                slot.1.insert(action.to_string());
                slot.2.insert(Site {
                    path: path.clone(),
                    line,
                    call: ask.call.label.to_string(),
                    action: action.to_string(),
                    granted,
                });
            }
        }
    }
    by.into_values()
        .map(|(resource, actions, calls)| Statement {
            template: exact(&resource, &actions, app, f),
            actions: actions.into_iter().collect(),
            resource,
            calls: calls.into_iter().collect(),
        })
        .collect()
}

/// Policy templates of SAM about one resource of a kind: the parameter, and the attribute that gives its value.
const PARAMETERS: &[(Kind, &str, Option<&str>)] = &[
    (Kind::EventBus, "EventBusName", None),
    (Kind::Function, "FunctionName", None),
    (Kind::Queue, "QueueName", Some("QueueName")),
    (Kind::StateMachine, "StateMachineName", Some("Name")),
    (Kind::Table, "TableName", None),
    (Kind::Topic, "TopicName", Some("TopicName")),
];

/// The template of SAM that allows exactly these actions on a resource of the template.
fn exact(
    resource: &serde_json::Value,
    actions: &BTreeSet<String>,
    app: &App,
    f: Function<'_>,
) -> Option<(&'static str, &'static str, String)> {
    let name = match resource.get("Fn::GetAtt").and_then(|l| l.get(0)) {
        Some(n) => n,
        None => resource.get("Ref")?,
    };
    let name = name.as_str()?;
    let mut resources = app.resources.iter().filter(|r| r.template == f.resource.template);
    let target = resources.find(|r| r.name == name)?;
    // A policy of the role that names its own function is a circle.
    if target.id == f.resource.id {
        return None;
    }
    let (_, parameter, attr) = PARAMETERS.iter().find(|(k, ..)| *k == target.kind)?;
    let fits = |template: &&'static str| {
        let Some((declared, rows)) = policies::sam_template(template) else { return false };
        let listed = rows.iter().flat_map(|r| &r.actions).filter_map(|a| iam::expand(a));
        let all: BTreeSet<String> = listed.flatten().map(|a| a.to_string()).collect();
        declared == [*parameter] && all == *actions && rows.iter().all(|r| !r.conditional)
    };
    let template = policies::sam_templates().find(fits)?;
    let value = match attr {
        Some(attr) => format!("!GetAtt {name}.{attr}"),
        None => format!("!Ref {name}"),
    };
    Some((template, parameter, value))
}

/// The calls nothing is known of.
fn unknown(report: &Report<'_>, h: &Handler) -> Vec<Site> {
    let calls = h.sdk_calls().filter(|(_, c)| !c.foreign);
    let calls = calls.filter(|(_, c)| !iam::needs(&c.service, &c.operation, &c.args).known);
    calls
        .map(|(fact, c)| {
            let (path, line) = place(report, fact.span);
            let action = format!("{}.{}", c.service, c.operation);
            Site { path, line, call: c.label.to_string(), action, granted: "unknown" }
        })
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Whether no other function has the role.
fn is_own(app: &App, f: Function<'_>, who: &Identity) -> bool {
    who.role.is_some()
        && app
            .functions()
            .all(|g| g.resource.id == f.resource.id || identity_of(app, g.resource.id).role != who.role)
}

/// Actions that statements of the project allow and no call may use; those of logs, tracing and triggers are not the
/// code's.
fn unused(app: &App, h: &Handler, who: &Identity) -> Vec<String> {
    const OTHERS: &[&str] = &["ec2:", "elasticfilesystem:", "kms:", "logs:", "xray:"];
    let may: BTreeSet<String> = h
        .sdk_calls()
        .flat_map(|(_, c)| iam::needs(&c.service, &c.operation, &c.args).may)
        .map(|a| a.to_string())
        .collect();
    let polled = h.function.is_some_and(|f| app.triggers_of(f).next().is_some());
    let mut out = BTreeSet::new();
    for s in who.statements.iter().filter(|s| s.effect == Effect::Allow && s.origin.resource.is_some()) {
        for p in &s.actions.list {
            let Some(pattern) = p.value.as_str() else { continue };
            let poller = polled
                && ["sqs:", "kinesis:", "dynamodb:", "kafka", "mq:"].iter().any(|x| pattern.starts_with(x));
            if s.actions.negated || poller || OTHERS.iter().any(|x| pattern.starts_with(x)) {
                continue;
            }
            if !may.iter().any(|a| glob(pattern, a)) {
                out.insert(pattern.to_owned());
            }
        }
    }
    out.into_iter().collect()
}
