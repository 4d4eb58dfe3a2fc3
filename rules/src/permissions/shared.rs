//! What several rules of the group do alike.

use lamlint_model::app::{App, Function};
use lamlint_model::policy::{Arn, Identity, identity_of};
use lamlint_model::tri::Guards;
use lamlint_model::{Cx, Fix, Intent, Tri, Value};
use std::sync::Arc;

/// The functions whose role stands in the project and was not made by a framework, with that role's policies.
pub(super) fn functions<'a>(cx: &Cx<'a>) -> Vec<(Function<'a>, Arc<Identity>)> {
    let app = cx.app;
    let all = app.functions().map(|f| (f, identity_of(app, f.resource.id)));
    all.filter(|(_, i)| i.role.is_some_and(|r| !app.resource(r).generated)).collect()
}

/// The actions the role certainly lacks whatever the resource: their names, and the proof of the first.
pub(super) fn lacking(
    cx: &Cx<'_>,
    identity: &Identity,
    actions: &[&'static str],
    given: &Guards,
) -> Option<(Vec<&'static str>, Tri)> {
    let unknown = Arn::unknown();
    gathered(actions.iter().map(|a| (*a, identity.lacks(cx.app, &[a], &unknown, given))))
}

/// The names of the claims that are proved, and the proof of the first; `None` when none is.
pub(super) fn gathered(
    claims: impl Iterator<Item = (&'static str, Tri)>,
) -> Option<(Vec<&'static str>, Tri)> {
    let (mut names, mut first) = (Vec::new(), None);
    for (name, claim) in claims {
        if matches!(claim, Tri::Yes(_)) {
            names.push(name);
            first.get_or_insert(claim);
        }
    }
    Some((names, first?))
}

/// Names in backquotes: "`a`, `b` and `c`".
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Attach a managed policy of AWS to the role.
pub(super) fn attach(identity: &Identity, policy: &str) -> Option<Fix> {
    let arn = Value::Concat(vec![
        Value::str("arn:"),
        Value::Pseudo("AWS::Partition".into()),
        Value::str(format!(":iam::aws:policy/{policy}")),
    ]);
    let append =
        Intent::Append { resource: identity.role?, path: vec!["ManagedPolicyArns".into()], value: arn };
    Some(Fix::suggested(format!("attach the managed policy `{policy}`"), append))
}

/// Let the role do something with a resource: by a statement in the function's `Policies` where a shorthand makes its
/// role, by a policy of its own where the role is written.
pub(super) fn allow(
    app: &App,
    function: Function<'_>,
    identity: &Identity,
    actions: &[&str],
    on: &Value,
) -> Option<Fix> {
    let role = app.resource(identity.role?);
    let text = |s: &str| Value::str(s);
    let map = |entries: Vec<(&str, Value)>| {
        Value::Map(entries.into_iter().map(|(k, v)| (k.into(), v)).collect(), false)
    };
    let statement = map(vec![
        ("Effect", text("Allow")),
        ("Action", Value::List(actions.iter().map(|a| text(a)).collect(), false)),
        ("Resource", on.clone()),
    ]);
    let document =
        map(vec![("Version", text("2012-10-17")), ("Statement", Value::List(vec![statement], false))]);
    let title = format!("allow {}", listed(actions));
    if role.implied_by == Some(function.resource.id) {
        let path = vec!["Policies".into()];
        return Some(Fix::suggested(
            title,
            Intent::Append { resource: function.resource.id, path, value: document },
        ));
    }
    // Names of policies are unique within a role.
    let target = match on {
        Value::Of(id, _) => app.resource(*id).name.to_string(),
        Value::Concat(parts) => match parts.first() {
            Some(Value::Of(id, _)) => format!("{}Below", app.resource(*id).name),
            _ => return None,
        },
        _ => return None,
    };
    let operation = actions.first().and_then(|a| a.split(':').nth(1)).unwrap_or_default().replace('*', "All");
    let name = format!("{operation}{target}");
    let value = map(vec![("PolicyName", text(&name)), ("PolicyDocument", document)]);
    Some(Fix::suggested(title, Intent::Append { resource: role.id, path: vec!["Policies".into()], value }))
}

/// The first names, and how many there are besides.
pub(super) fn shortened(names: &[&str], shown: usize) -> String {
    match names.get(shown..) {
        Some(rest) if rest.len() > 1 => {
            let first: Vec<String> = names.iter().take(shown).map(|n| format!("`{n}`")).collect();
            format!("{} and {} others", first.join(", "), rest.len())
        }
        _ => listed(names),
    }
}

/// A resource for people: table `Orders`, its ARN, or the parameter that names it.
pub(super) fn resource(cx: &Cx<'_>, arn: &Arn) -> Option<String> {
    if let Some(id) = arn.resource() {
        let r = cx.app.resource(id);
        return Some(format!("{} `{}`", r.kind.word(), r.name));
    }
    match &arn.value {
        Value::Str(s) => Some(format!("`{s}`")),
        // Around the name there are the region and the account.
        Value::Concat(parts) => parts.iter().find_map(|p| match p {
            Value::Param(p) => Some(format!("what the parameter `{p}` names")),
            _ => None,
        }),
        Value::Param(p) => Some(format!("what the parameter `{p}` names")),
        _ => None,
    }
}

/// The name of the role, for messages.
pub(super) fn role<'a>(cx: &Cx<'a>, identity: &Identity) -> &'a str {
    let app = cx.app;
    identity.role.map_or("", |r| app.resource(r).name.as_str())
}
