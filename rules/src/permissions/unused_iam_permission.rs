//! See the page.

use super::shared;
use lamlint_model::finding::Message;
use lamlint_model::policy::used::{Judged, judged};
use lamlint_model::policy::{Pattern, Statement};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::source::Span;
use lamlint_model::{Cx, Findings, Rule, Tri};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "unused-iam-permission",
    group: "permissions",
    severity: Severity::Note,
    tier: Tier::Pedantic,
    since: "0.1.0",
    doc: include_str!("../../docs/unused-iam-permission.md"),
    check,
};

/// How many actions and functions a message names.
const SHOWN: usize = 6;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let all = judged(cx.app, |f| cx.handler_of(f));
    // What is written once may be part of several roles (by an anchor of YAML): it is used when one of them uses it.
    let mut roles: BTreeMap<Span, usize> = BTreeMap::new();
    let mut idle: BTreeMap<Span, usize> = BTreeMap::new();
    for f in cx.app.functions() {
        for s in lamlint_model::policy::identity_of(cx.app, f.resource.id).statements {
            *roles.entry(s.actions.span).or_default() += 1;
        }
    }
    for j in &all {
        for s in &j.identity.statements {
            if !j.idle(s).is_empty() {
                *idle.entry(s.actions.span).or_default() += j.functions.len();
            }
        }
    }
    for j in &all {
        let mut managed: Vec<&str> = Vec::new();
        for s in &j.identity.statements {
            if s.origin.resource.is_none() {
                if !managed.contains(&s.origin.label.as_str()) {
                    managed.push(&s.origin.label);
                    whole(cx, j, &s.origin.label, out);
                }
            } else if !shared::is_shorthand(s) && roles.get(&s.actions.span) == idle.get(&s.actions.span) {
                written(cx, j, s, out);
            }
        }
    }
}

/// A statement of the project.
fn written(cx: &Cx<'_>, j: &Judged, s: &Statement, out: &mut Findings) {
    let patterns = j.idle(s);
    let Some(first) = patterns.first() else { return };
    let names: Vec<&str> = patterns.iter().filter_map(|p| p.value.as_str()).collect();
    let proof = first.evidence(format!("{} allows it here", s.origin.label), &s.guards);
    let rest = s.actions.list.len() > names.len();
    let help = if rest { "remove them from the statement" } else { "remove the statement" };
    report(cx, j, proof.map_or(Tri::No, Tri::Yes), &names, help, out);
}

/// A policy AWS manages, none of whose actions is used.
fn whole(cx: &Cx<'_>, j: &Judged, label: &str, out: &mut Findings) {
    let statements: Vec<&Statement> =
        j.identity.statements.iter().filter(|s| s.origin.label == label).collect();
    let all = |p: &[&Pattern], s: &Statement| !p.is_empty() && p.len() == s.actions.list.len();
    if !statements.iter().all(|s| all(&j.idle(s), s)) {
        return;
    }
    let Some(s) = statements.first() else { return };
    let claim = Tri::Yes(s.evidence(format!("{label} is attached here")));
    let name = label.split('`').nth(1).unwrap_or(label);
    report(cx, j, claim, &[name], "detach it", out);
}

fn report(cx: &Cx<'_>, j: &Judged, claim: Tri, names: &[&str], help: &str, out: &mut Findings) {
    let functions: Vec<&str> = j.functions.iter().map(|(f, _)| cx.app.resource(*f).name.as_str()).collect();
    let Some(subject) = functions.first() else { return };
    let role = cx.app.resource(j.role).name.as_str();
    let mut claim = claim;
    for (f, _) in j.functions.iter().take(SHOWN) {
        if let (Tri::Yes(p), Some(h)) = (&claim, cx.handler_of(*f)) {
            let note = format!("the code of `{}` calls nothing that needs it", cx.app.resource(*f).name);
            claim = Tri::Yes(p.clone().with_context(h.evidence(note)));
        }
    }
    out.report(claim, *subject, format!("{role} {}", names.join(" ")), |_| {
        let text = format!(
            "the role `{role}` allows {}, which nothing in {} uses",
            shortened(names),
            shortened(&functions)
        );
        Message::new(text).help(help)
    });
}

/// The first names, and how many there are besides.
fn shortened(names: &[&str]) -> String {
    match names.get(SHOWN..) {
        Some(rest) if rest.len() > 1 => {
            let first: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
            format!("{} and {} others", first.join(", "), rest.len())
        }
        _ => shared::listed(names),
    }
}
