//! See the page.

use super::shared;
use lamlint_model::app::Function;
use lamlint_model::finding::Message;
use lamlint_model::policy::{Identity, Never, Refused, Statement, never, refused, unpolled};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tri::Proof;
use lamlint_model::{Cx, Findings, ResourceId, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "wrong-permission-resource",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/wrong-permission-resource.md"),
    check,
};

/// How many resources of a statement a finding shows.
const SHOWN: usize = 3;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let functions = shared::functions(cx);
    let mut seen: Vec<ResourceId> = Vec::new();
    for (first, who) in &functions {
        let Some(role) = who.role.filter(|r| !seen.contains(r)) else { continue };
        seen.push(role);
        let found = never(cx.app, first.resource.id, who);
        if found.is_empty() {
            continue;
        }
        let with: Vec<Function<'_>> =
            functions.iter().filter(|(_, i)| i.role == Some(role)).map(|(f, _)| *f).collect();
        let asked = Asked::by(cx, &with, who);
        let mut keys: Vec<String> = Vec::new();
        for mut n in found {
            let statement = n.statement;
            n.actions.retain(|(_, names)| !names.iter().any(|a| asked.shows(cx, who, statement, a)));
            let Some(proof) = proof(&n) else { continue };
            let names: Vec<&str> = n.actions.iter().filter_map(|(p, _)| p.value.as_str()).collect();
            let key = format!("{} {}", shared::role(cx, who), names.join(" "));
            // The same statement in another branch of a condition is the same mistake.
            if !keys.contains(&key) {
                out.report(Tri::Yes(proof), first.name(), key.clone(), |_| message(&n, &names, &with));
                keys.push(key);
            }
        }
    }
}

/// What the functions of a role certainly need and lack: a report of the need shows the statements that miss it.
struct Asked<'a> {
    calls: Vec<(ResourceId, Refused<'a>)>,
    sources: Vec<&'static str>,
}

impl<'a> Asked<'a> {
    fn by(cx: &Cx<'a>, with: &[Function<'_>], who: &Identity) -> Self {
        let (mut calls, mut sources) = (Vec::new(), Vec::new());
        for id in with.iter().map(|f| f.resource.id) {
            if let Some(h) = cx.handler_of(id) {
                calls.extend(refused(cx.app, id, h, who).into_iter().map(|r| (id, r)));
            }
            sources.extend(unpolled(cx.app, id, who));
        }
        Self { calls, sources }
    }

    fn shows(&self, cx: &Cx<'_>, who: &Identity, statement: &Statement, action: &str) -> bool {
        self.sources.contains(&action)
            || self.calls.iter().any(|(f, r)| r.shows(cx.app, *f, who, statement, action))
    }
}

/// The first action, with the others and the resources.
fn proof(n: &Never<'_>) -> Option<Proof> {
    let given = &n.statement.guards;
    let note = match n.forms.example {
        "*" => "this takes no resource".to_owned(),
        _ => format!("this is about {}", n.forms.words),
    };
    let mut all = n.actions.iter().filter_map(|(p, _)| p.evidence(note.clone(), given));
    let mut proof = all.next()?;
    for other in all {
        proof = proof.with_context(other);
    }
    for p in n.resources.list.iter().take(SHOWN) {
        if let Some(e) = p.evidence("which this is not", given) {
            proof = proof.with_context(e);
        }
    }
    Some(proof)
}

fn message(n: &Never<'_>, names: &[&str], with: &[Function<'_>]) -> Message {
    let listed = shared::listed(names);
    let functions: Vec<&str> = with.iter().map(Function::name).take(SHOWN).collect();
    let more = with.len() - functions.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let text = format!(
        "{} allows {listed} on a resource that never matches, so {}{more} may not call {}",
        n.statement.origin.label,
        shared::listed(&functions),
        if names.len() == 1 { "it" } else { "them" }
    );
    let help = match n.forms.example {
        "*" => "write `Resource: \"*\"` for it, in a statement of its own".to_owned(),
        example => {
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{listed} {verb} about {}: write `{example}`", n.forms.words)
        }
    };
    Message::new(text).help(help)
}
