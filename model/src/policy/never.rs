//! Statements that allow an action on resources it is never checked on.

use super::arn::Arn;
use super::attached::resource_policy;
use super::document::{Effect, Pattern, Patterns, Statement};
use super::identity::Identity;
use super::token::{self, As};
use super::verdict::{Request, Verdict, Who, verdict};
use crate::app::{App, ResourceId};
use crate::aws::iam::{self, Forms};
use crate::value::{Attr, Same, Value};
use smol_str::SmolStr;

/// Actions of a statement that none of its resources can match, while no other statement allows them.
#[derive(Debug, Clone)]
pub struct Never<'s> {
    /// The statement.
    pub statement: &'s Statement,
    /// Its resources.
    pub resources: &'s Patterns,
    /// The actions as they are written, with the actions each stands for; never empty.
    pub actions: Vec<(&'s Pattern, Vec<SmolStr>)>,
    /// What the actions are checked on.
    pub forms: Forms,
    /// Whether the statement has other actions besides, so that it is not without any effect.
    pub partly: bool,
}

/// Actions the AWS CDK grants together with another one on a resource they are never checked on: `Table.grantReadData`,
/// `StringParameter.grantRead`. Whoever copies its statements loses nothing.
/// Source: <https://github.com/aws/aws-cdk> (`aws-dynamodb/lib/perms.ts`, `aws-ssm/lib/parameter.ts`)
const IDLE: &[(&str, &str)] = &[
    ("dynamodb:GetRecords", "dynamodb:GetItem"),
    ("dynamodb:GetShardIterator", "dynamodb:GetItem"),
    ("ssm:DescribeParameters", "ssm:GetParameter"),
];

/// The statements of a function's role, as they are written in the template, with actions that are never checked on
/// any of their resources. Nothing is said where a resource is not known, where another statement or the policy of the
/// resource may allow the action, or where the role may have other policies.
pub fn never<'s>(app: &App, function: ResourceId, who: &'s Identity) -> Vec<Never<'s>> {
    let mut out = Vec::new();
    let Some(role) = who.role.filter(|_| who.open.is_none()) else { return out };
    for statement in who.statements.iter().filter(|s| s.effect == Effect::Allow && s.origin.is_written()) {
        let Some(resources) = statement.resources.as_ref().filter(|r| is_told(r)) else { continue };
        let mut found: Vec<Never<'s>> = Vec::new();
        for pattern in statement.actions.list.iter().filter(|p| !statement.actions.negated && !p.possible) {
            let Some((names, forms)) = unmatched(app, pattern, resources) else { continue };
            let reader = Reader { app, function, role, who };
            if is_idle(pattern, resources, who) || !names.iter().all(|a| reader.lacks(a, resources)) {
                continue;
            }
            if let Some(n) = found.iter_mut().find(|n| n.forms == forms) {
                n.actions.push((pattern, names));
            } else {
                let actions = vec![(pattern, names)];
                found.push(Never { statement, resources, actions, forms, partly: false });
            }
        }
        let count: usize = found.iter().map(|n| n.actions.len()).sum();
        let partly = statement.actions.open.is_some() || count < statement.actions.list.len();
        out.extend(found.into_iter().map(|n| Never { partly, ..n }));
    }
    out
}

/// Whether a framework grants an action along with another one on the same resources.
fn is_idle(pattern: &Pattern, resources: &Patterns, who: &Identity) -> bool {
    let is = |p: &Pattern, name: &str| p.value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(name));
    let values = |r: &Patterns| r.list.iter().map(|p| p.value.clone()).collect::<Vec<_>>();
    let beside = |s: &&Statement| {
        s.effect == Effect::Allow && s.resources.as_ref().is_some_and(|r| values(r) == values(resources))
    };
    let granted =
        |name: &str| who.statements.iter().filter(beside).any(|s| s.actions.list.iter().any(|p| is(p, name)));
    IDLE.iter().any(|(idle, with)| is(pattern, idle) && granted(with))
}

/// Whether all resources are known to be ARNs, and no text for somebody to fill in. What else stands there AWS refuses.
fn is_told(p: &Patterns) -> bool {
    let is_blank = |v: &Value| match v {
        Value::Str(s) => s.contains(['<', '>']),
        Value::Concat(parts) => parts.iter().any(|p| p.as_str().is_some_and(|s| s.contains(['<', '>']))),
        _ => false,
    };
    let is_arn = |v: &Value| {
        let head = match v {
            Value::Concat(parts) => parts.first(),
            v => Some(v),
        };
        v.prefix().starts_with("arn:") || matches!(head, Some(Value::Of(_, Attr::Arn | Attr::Other(_))))
    };
    !p.negated
        && p.open.is_none()
        && !p.list.is_empty()
        && p.list.iter().all(|x| is_arn(&x.value) && !is_blank(&x.value))
}

/// The actions a pattern stands for, when none of the resources can match what they are checked on; with what that is
/// for the first of them.
fn unmatched(app: &App, pattern: &Pattern, resources: &Patterns) -> Option<(Vec<SmolStr>, Forms)> {
    let text = pattern.value.as_str()?;
    let names = if text.contains(['*', '?']) { iam::expand(text)? } else { vec![text.into()] };
    let mut first = None;
    for name in &names {
        let forms = iam::forms(name)?;
        if !misses(app, resources, &forms) {
            return None;
        }
        first.get_or_insert(forms);
    }
    Some((names, first?))
}

/// Whether none of the resources can match what an action is checked on.
fn misses(app: &App, resources: &Patterns, forms: &Forms) -> bool {
    let missed = |p: &Pattern| {
        let pattern = token::by_part(token::tokens(app, &p.value, As::Pattern));
        forms.arns.iter().all(|arn| token::matches(&pattern, &token::of_form(arn)) == Same::No)
    };
    is_told(resources) && resources.list.iter().all(missed)
}

struct Reader<'a> {
    app: &'a App,
    function: ResourceId,
    role: ResourceId,
    who: &'a Identity,
}

impl Reader<'_> {
    /// Whether nothing allows the action on anything it is checked on.
    fn lacks(&self, action: &str, resources: &Patterns) -> bool {
        let given = &self.app.resource(self.function).guards;
        let Some(forms) = iam::forms(action) else { return false };
        let others: Vec<Statement> = self
            .who
            .statements
            .iter()
            .filter(|s| !s.resources.as_ref().is_some_and(|r| misses(self.app, r, &forms)))
            .cloned()
            .collect();
        let is_missing = |arn: &String| {
            let resource = Arn::of_form(arn);
            let request = Request { action, resource: &resource, who: None, given };
            verdict(self.app, &others, None, &request) == Verdict::Missing
        };
        let lets_in = |id: ResourceId| {
            let (statements, open) = resource_policy(self.app, id);
            let resource = Arn::unknown();
            let request = Request { action, resource: &resource, who: Some(Who::Role(self.role)), given };
            verdict(self.app, &statements, open.as_ref(), &request) != Verdict::Missing
        };
        forms.arns.iter().all(is_missing) && !resources.list.iter().flat_map(|p| ids(&p.value)).any(lets_in)
    }
}

/// The resources of the project a value is made of.
fn ids(v: &Value) -> Vec<ResourceId> {
    let parts = match v {
        Value::Concat(parts) => &parts[..],
        v => std::slice::from_ref(v),
    };
    let id = |v: &Value| match v {
        Value::Of(id, _) => Some(*id),
        _ => None,
    };
    parts.iter().filter_map(id).collect()
}
