//! What several rules of the group do alike.

use lamlint_model::app::Function;
use lamlint_model::policy::{Arn, Identity, Statement, identity_of};
use lamlint_model::tri::Guards;
use lamlint_model::{Cx, Tri, Value};

/// The functions whose role stands in the project and was not made by a framework, with that role's policies.
pub(super) fn functions<'a>(cx: &Cx<'a>) -> Vec<(Function<'a>, Identity)> {
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

/// Whether a statement is what a shorthand stands for (a policy template of SAM, a connector), so that nobody wrote its
/// actions.
pub(super) fn is_shorthand(s: &Statement) -> bool {
    s.origin.label.starts_with("the SAM policy template") || s.origin.label.starts_with("the connector")
}

/// Names in backquotes: "`a`, `b` and `c`".
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
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
