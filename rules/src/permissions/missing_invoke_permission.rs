//! See the page.

use lamlint_model::app::{Invocation, Kind, Resource};
use lamlint_model::finding::Message;
use lamlint_model::policy::{Miss, not_permitted};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, ResourceId, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-invoke-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-invoke-permission.md"),
    check,
};

/// Findings that are one: function, service, source, and what is wrong with the nearest permission.
type Key = (ResourceId, &'static str, ResourceId, Option<(Miss, ResourceId)>);

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let app = cx.app;
    let mut seen: Vec<Key> = Vec::new();
    for i in app.invocations() {
        let function = app.resource(i.function);
        if function.generated {
            continue;
        }
        let from = app.resource(i.origin.unwrap_or(i.by));
        let note = format!("{} invokes `{}` here", words(from), function.name);
        let (claim, near) = not_permitted(app, &i, note);
        let key = (i.function, i.principal, from.id, near);
        if seen.contains(&key) {
            continue;
        }
        let before = out.len();
        out.report(claim, function.name.clone(), format!("{} {}", i.principal, from.name), |_| {
            message(cx, &i, from, near)
        });
        if out.len() > before {
            seen.push(key);
        }
    }
}

fn message(cx: &Cx<'_>, i: &Invocation, from: &Resource, near: Option<(Miss, ResourceId)>) -> Message {
    let app = cx.app;
    let function = app.resource(i.function);
    let start = format!("{} invokes `{}`, but", words(from), function.name);
    let near = near.map(|(miss, id)| (miss, &app.resource(id).name));
    match near {
        Some((Miss::Source, p)) => {
            Message::new(format!("{start} the permission `{p}` for `{}` is for another source", i.principal))
                .help(format!("let `SourceArn` match what {} sends, or add a permission that does", words(from)))
        }
        Some((Miss::Qualifier, p)) => Message::new(format!(
            "{start} the permission `{p}` for `{}` is for another alias or version of the function than is called",
            i.principal
        ))
        .help("name the function in `FunctionName` of the permission as it is called: with its alias, or without one"),
        _ => {
            let text = format!("{start} nothing permits `{}` to do so", i.principal);
            let order = if from.kind == Kind::Bucket { "; the bucket has to depend on it" } else { "" };
            Message::new(text).help(format!(
                "add an `AWS::Lambda::Permission` with `Principal: {}`, and the ARN of the source as `SourceArn`{order}",
                i.principal
            ))
        }
    }
}

fn words(r: &Resource) -> String {
    match r.kind {
        Kind::Other => format!("`{}`", r.name),
        kind => format!("{} `{}`", kind.word(), r.name),
    }
}
