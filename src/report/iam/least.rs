//! The least policy: what is needed, by resource.

use super::intrinsic::intrinsic;
use super::uses::Use;
use super::{Report, Site, Subject};
use lamlint_model::app::{App, Function, Kind};
use lamlint_model::aws::{iam, policies};
use lamlint_model::policy::Answer;
use lamlint_model::value::Value;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
pub(super) struct Statement {
    pub actions: Vec<String>,
    pub resource: serde_json::Value,
    pub sites: Vec<Site>,
    /// Template of SAM that allows exactly this: name, parameter, value.
    #[serde(skip)]
    pub template: Option<(&'static str, &'static str, String)>,
    /// SAM gives all of it to the roles it makes.
    #[serde(skip)]
    pub implied: bool,
    /// The resource.
    #[serde(skip)]
    pub arn: Value,
}

/// What is needed on one resource.
#[derive(Default)]
pub(super) struct Group {
    pub actions: BTreeSet<String>,
    pub sites: BTreeSet<Site>,
    implied: bool,
    arn: Option<Value>,
}

/// The uses by the resource as a template writes it, and apart from each other those SAM cares for.
pub(super) fn grouped<'u>(
    report: &Report<'_>,
    f: Function<'_>,
    uses: impl Iterator<Item = (&'u Use<'u>, &'static str)>,
) -> BTreeMap<(bool, String), (serde_json::Value, Group)> {
    let app = &report.analysis.app;
    let mut by: BTreeMap<(bool, String), (serde_json::Value, Group)> = BTreeMap::new();
    for (u, granted) in uses {
        for arn in u.arns() {
            let resource = intrinsic(app, f.resource, &arn.value);
            // Resources of different types may have one name.
            let key = (u.implied, resource.to_string() + &whose(app, &arn.value));
            let new = || (resource, Group { arn: Some(arn.value.clone()), ..Group::default() });
            let (_, group) = by.entry(key).or_insert_with(new);
            group.implied = u.implied;
            for action in &u.one_of {
                group.actions.insert(action.to_string());
                group.sites.insert(u.site(report, action, granted));
            }
        }
    }
    by
}

/// The types of the resources an ARN names.
fn whose(app: &App, v: &Value) -> String {
    let parts = if let Value::Concat(parts) = v { &parts[..] } else { std::slice::from_ref(v) };
    let types = parts.iter().filter_map(|p| match p {
        Value::Of(id, _) => Some(format!(" {}", app.resource(*id).type_name)),
        _ => None,
    });
    types.collect()
}

pub(super) fn statements(report: &Report<'_>, s: &Subject<'_>) -> Vec<Statement> {
    let app = &report.analysis.app;
    let f = s.link.function;
    let answered = s.needs.uses.iter().map(|u| {
        let granted = match s.who.answer(app, &u.one_of, &u.on, u.guards) {
            Answer::Allowed => "allowed",
            Answer::Denied(_) => "denied",
            Answer::Missing => "missing",
            Answer::Unknown(_) => "unknown",
        };
        (u, granted)
    });
    grouped(report, f, answered)
        .into_values()
        .map(|(resource, group)| Statement {
            template: exact(&resource, &group.actions, app, f),
            actions: group.actions.into_iter().collect(),
            resource,
            sites: group.sites.into_iter().collect(),
            implied: group.implied,
            arn: group.arn.unwrap_or(Value::Null),
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
