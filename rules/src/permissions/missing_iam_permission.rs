//! See the page.

use lamlint_model::app::{Function, Kind};
use lamlint_model::aws::{iam, policies};
use lamlint_model::finding::Message;
use lamlint_model::policy::{Answer, Ask, Identity, Request, asks, glob, identity_of, near_misses};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tri::Proof;
use lamlint_model::{App, Cx, Findings, Rule, Tri, Value};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-iam-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-iam-permission.md"),
    check,
};

/// How many statements that almost fit, and further calls, a finding shows.
const SHOWN: usize = 3;

/// The parameter of a policy template that names a resource of a kind.
const PARAMETERS: &[(Kind, &str)] = &[
    (Kind::Bucket, "BucketName"),
    (Kind::EventBus, "EventBusName"),
    (Kind::Function, "FunctionName"),
    (Kind::Queue, "QueueName"),
    (Kind::StateMachine, "StateMachineName"),
    (Kind::Stream, "StreamName"),
    (Kind::Table, "TableName"),
    (Kind::Topic, "TopicName"),
];

/// A policy template that allows more than this many actions is no least policy.
const LARGEST: usize = 16;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (f, h) in cx.linked() {
        if f.resource.generated {
            continue;
        }
        let who = identity_of(cx.app, f.resource.id);
        // One finding for an action on a resource, with all calls; in the order of the code.
        let mut groups: Vec<(String, Vec<(Ask<'_>, Answer)>)> = Vec::new();
        let mut index = BTreeMap::new();
        for ask in asks(cx.app, f.resource.id, h) {
            // A branch that tests the configuration may never be taken in this deployment.
            let optional = ask.fact.ctx.branch && ask.target().is_none();
            if optional || ask.is_unset(cx.app, f.resource.id) {
                continue;
            }
            let answer = ask.answer(cx.app, f.resource.id, &who);
            if !matches!(answer, Answer::Missing | Answer::Denied(_)) {
                continue;
            }
            let key = format!("{} {}", ask.one_of.join(" "), resource(cx.app, &ask).unwrap_or_default());
            let at = *index.entry(key.clone()).or_insert(groups.len());
            match groups.get_mut(at) {
                Some((_, group)) => group.push((ask, answer)),
                None => groups.push((key, vec![(ask, answer)])),
            }
        }
        for (key, group) in groups {
            report(cx.app, f, &who, key, &group, out);
        }
    }
}

fn report(
    app: &App,
    f: Function<'_>,
    who: &Identity,
    key: String,
    group: &[(Ask<'_>, Answer)],
    out: &mut Findings,
) {
    // The call that is surest to happen.
    let Some((ask, answer)) = group.iter().min_by_key(|(a, _)| a.fact.ctx.branch) else { return };
    let actions: Vec<String> = ask.one_of.iter().map(|a| format!("`{a}`")).collect();
    let actions = actions.join(" or ");
    let on = resource(app, ask).map(|r| format!(" on {r}")).unwrap_or_default();
    let (name, label) = (f.name(), &ask.call.label);
    let near = near(app, f, who, ask);
    let mut proof = evidence(ask, format!("needs {actions}{on}"));
    let text = match answer {
        Answer::Denied(denial) => {
            let Tri::Yes(both) = Tri::Yes(proof).and(Tri::Yes(denial.clone())) else { return };
            proof = both;
            format!("`{name}` calls `{label}`{on}, but its role is denied {actions}")
        }
        _ if near.is_empty() => {
            proof = proof.with_context(who.evidence(format!("no policy of this role allows {actions}")));
            format!("`{name}` calls `{label}`{on}, but its role does not allow {actions}")
        }
        _ => {
            for n in near.iter().take(SHOWN) {
                proof = proof.with_context(n.clone());
            }
            format!("`{name}` calls `{label}`{on}, but its role allows {actions} on other resources only")
        }
    };
    for (other, _) in group.iter().filter(|(a, _)| a.fact.span != ask.fact.span).take(SHOWN) {
        let note = format!("`{}` needs it as well", other.call.label);
        proof = proof.with_context(evidence(other, note));
    }
    let denied = matches!(answer, Answer::Denied(_));
    let help = if denied { None } else { remedy(app, f, who, ask) };
    out.report(Tri::Yes(proof), name, key, |_| {
        let m = Message::new(text);
        match help {
            Some(help) => m.help(help),
            None => m,
        }
    });
}

/// The call, and what has to be supposed for it to fail.
fn evidence(ask: &Ask<'_>, note: String) -> Proof {
    let fact = ask.fact;
    let mut proof = fact.evidence(note.clone());
    if fact.ctx.branch {
        proof = proof.with_context(fact.supposing(note.clone(), "the branch is taken in some invocation"));
    }
    if ask.target().is_none() && shared(ask) {
        let what = "no policy of the resource, which is not in the project, allows it";
        proof = proof.with_context(fact.supposing(note, what));
    }
    proof
}

/// Whether a policy of the resource itself could allow it.
fn shared(ask: &Ask<'_>) -> bool {
    const SERVICES: &[&str] =
        &["dynamodb", "events", "kinesis", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs"];
    SERVICES.contains(&ask.call.service.as_str())
}

/// The statements that allow it on other resources.
fn near(app: &App, f: Function<'_>, who: &Identity, ask: &Ask<'_>) -> Vec<Proof> {
    let mut out = Vec::new();
    for a in ask.on.alts() {
        for action in &ask.one_of {
            let request = Request { action, resource: &a.value, who: None, given: &f.resource.guards };
            let hits = near_misses(app, &who.statements, &request);
            out.extend(hits.into_iter().map(|s| {
                s.evidence(format!("{} allows `{action}`, but on other resources", s.origin.label))
            }));
        }
    }
    out
}

/// The resource for people: table `Orders`.
fn resource(app: &App, ask: &Ask<'_>) -> Option<String> {
    if let Some(id) = ask.target() {
        let r = app.resource(id);
        let below = match ask.arn().map(|a| a.value.suffix()) {
            Some(s) if s.starts_with("/index/") => format!(" ({})", s.trim_start_matches('/')),
            _ => String::new(),
        };
        return Some(format!("{} `{}`{below}", r.kind.word(), r.name));
    }
    match &ask.arn()?.value {
        Value::Str(s) => Some(format!("`{s}`")),
        _ => None,
    }
}

/// What to add.
fn remedy(app: &App, f: Function<'_>, who: &Identity, ask: &Ask<'_>) -> Option<String> {
    let action = ask.one_of.first()?;
    let target = ask.target().map(|id| app.resource(id));
    let implied = who.role.is_some_and(|r| app.resource(r).implied_by == Some(f.resource.id));
    if implied
        && let Some(t) = target
        && let Some((template, parameter)) = template(action, t.kind, ask)
    {
        let reference = match t.kind {
            Kind::Queue | Kind::Topic => format!("!GetAtt {}.{}", t.name, parameter),
            Kind::StateMachine => format!("!GetAtt {}.Name", t.name),
            _ => format!("!Ref {}", t.name),
        };
        return Some(format!("add `{template}: {{{parameter}: {reference}}}` to its `Policies`"));
    }
    let on = match (target, ask.arn().map(|a| &a.value)) {
        (Some(t), Some(Value::Concat(_))) => match t.kind {
            Kind::Bucket => format!(" on `!Sub ${{{}.Arn}}/*`", t.name),
            Kind::Table => format!(" on `!Sub ${{{}.Arn}}/index/*`", t.name),
            _ => format!(" on {} `{}`", t.kind.word(), t.name),
        },
        (Some(t), _) => match t.kind {
            Kind::Topic | Kind::StateMachine => format!(" on `!Ref {}`", t.name),
            _ => format!(" on `!GetAtt {}.Arn`", t.name),
        },
        _ => String::new(),
    };
    Some(format!("add a statement that allows `{action}`{on}"))
}

/// The smallest policy template of SAM that allows an action on a resource of a kind.
fn template(action: &str, kind: Kind, ask: &Ask<'_>) -> Option<(&'static str, &'static str)> {
    let (_, parameter) = PARAMETERS.iter().find(|(k, _)| *k == kind)?;
    let below = ask.arn().map(|a| a.value.suffix()).unwrap_or_default().starts_with('/');
    let fits = |name: &&'static str| -> Option<(usize, &'static str)> {
        let (declared, rows) = policies::sam_template(name)?;
        if declared != [*parameter] {
            return None;
        }
        let hit = rows.iter().any(|r| {
            let listed = r.actions.iter().any(|a| glob(a, action));
            let deep = r.resources.iter().any(|x| x.ends_with("/*"));
            let flat = r.resources.iter().any(|x| x.ends_with('}'));
            listed && !r.conditional && if below { deep } else { flat }
        });
        let size = rows
            .iter()
            .flat_map(|r| &r.actions)
            .map(|a| iam::expand(a).map_or(LARGEST, |all| all.len()))
            .sum::<usize>();
        (hit && size <= LARGEST).then_some((size, *name))
    };
    let best = policies::sam_templates().filter_map(|n| fits(&n)).min()?;
    Some((best.1, parameter))
}
