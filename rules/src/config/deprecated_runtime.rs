//! See the page.

use lamlint_model::aws::runtimes::{RUNTIMES, Runtime};
use lamlint_model::finding::Message;
use lamlint_model::rule::{Date, Severity, Tier};
use lamlint_model::source::Span;
use lamlint_model::tri::{Basis, Proof};
use lamlint_model::{Cx, Findings, Fix, Intent, Rule, Tri, Value};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "deprecated-runtime",
    group: "config",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/deprecated-runtime.md"),
    check,
};

/// Days before its deprecation a runtime is spoken of.
const NOTICE_DAYS: i64 = 90;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    // One place may set the runtime of many functions.
    let mut places: BTreeMap<(Span, &str), (&Runtime, Proof, Vec<&str>)> = BTreeMap::new();
    for f in cx.app.functions().filter(|f| !f.is_image()) {
        let written = f.runtime();
        for r in RUNTIMES.iter().filter(|r| phase(r, cx.today).is_some()) {
            let claim = written.some(|_| label(r, cx.today), |v| v.as_deref() == Some(r.id));
            let Some(proof) = claim.proof() else { continue };
            let key = (proof.primary(), r.id);
            places.entry(key).or_insert_with(|| (r, proof, Vec::new())).2.push(f.name());
        }
    }
    for (r, proof, functions) in places.into_values() {
        let Some(phase) = phase(r, cx.today) else { continue };
        let written = proof.clone();
        let subject = functions.first().copied().unwrap_or_default();
        out.report_as(phase.severity(), Tri::Yes(proof), subject, r.id, |_| {
            let message = Message::new(text(r, cx.today, &functions));
            let message = notes(r, cx.today).into_iter().fold(message, Message::note);
            match r.successor {
                Some(s) => message.help(format!("use {s}")).mended(upgrade(&written, s)),
                None => message,
            }
        });
    }
}

/// Name the successor, where the runtime is written as such: the allowed values of a parameter may not have it.
fn upgrade(written: &Proof, successor: &str) -> Option<Fix> {
    let first = written.evidence().first().filter(|e| *e.basis() == Basis::Written)?;
    let replace = Intent::Replace { at: first.span(), value: Value::str(successor) };
    Some(Fix::suggested(format!("use {successor}"), replace))
}

/// How far a runtime's end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Scheduled,
    Deprecated,
    Blocked,
}

impl Phase {
    fn severity(self) -> Severity {
        match self {
            Self::Scheduled => Severity::Note,
            Self::Deprecated => Severity::Warning,
            Self::Blocked => Severity::Error,
        }
    }
}

/// `None`: nothing to say yet.
fn phase(r: &Runtime, today: Date) -> Option<Phase> {
    let deprecated = r.deprecated?;
    if r.update_blocked.is_some_and(|d| d <= today) {
        Some(Phase::Blocked)
    } else if deprecated <= today {
        Some(Phase::Deprecated)
    } else {
        (today.days_until(deprecated) <= NOTICE_DAYS).then_some(Phase::Scheduled)
    }
}

fn label(r: &Runtime, today: Date) -> String {
    match r.deprecated {
        Some(d) if d > today => format!("deprecated from {d}"),
        Some(d) => format!("deprecated on {d}"),
        None => String::new(),
    }
}

fn text(r: &Runtime, today: Date, functions: &[&str]) -> String {
    let who = match functions {
        [] => return String::new(),
        [a] => format!("`{a}` runs"),
        [a, b] => format!("`{a}` and `{b}` run"),
        [a, b, rest @ ..] => format!("`{a}`, `{b}` and {} more run", rest.len()),
    };
    let what = match (r.update_blocked, r.deprecated) {
        (Some(d), _) if d <= today => format!(", where updates have been blocked since {d}"),
        (_, Some(d)) if d > today => format!(", whose deprecation is scheduled for {d}"),
        (_, Some(d)) => format!(", which AWS deprecated on {d}"),
        (_, None) => String::new(),
    };
    format!("{who} on {}{what}", r.id)
}

/// What follows from it, and when.
fn notes(r: &Runtime, today: Date) -> Vec<String> {
    let blocked = |what: &str, d: Date| {
        let (is, from) = if d <= today { ("has been", "since") } else { ("is", "from") };
        format!("{what} functions with it {is} blocked {from} {d}")
    };
    // Once updates are blocked, so is creation, and the message has it already.
    if phase(r, today) == Some(Phase::Blocked) {
        return Vec::new();
    }
    let create = r.create_blocked.map(|d| blocked("creating", d));
    create.into_iter().chain(r.update_blocked.map(|d| blocked("updating", d))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::app::{Anchor, App, ApplicationId, CodeRef, Kind, Resource, ResourceId};
    use lamlint_model::source::{FileId, SourceMap};
    use lamlint_model::tree::{Entry, Tree};
    use lamlint_model::tri::{Alt, Guards, Prop, Why};
    use lamlint_model::{Finding, Value};

    fn span(at: usize) -> Span {
        Span::new(FileId(0), at, at + 1)
    }

    fn function(app: &mut App, name: &str, runtime: Tree, code: CodeRef) {
        let at = app.resources.len() * 100 + 50;
        let props = vec![Entry { key: "Runtime".into(), key_span: runtime.span(), value: runtime }];
        app.resources.push(Resource {
            id: ResourceId(u32::try_from(app.resources.len()).unwrap()),
            kind: Kind::Function,
            type_name: "AWS::Lambda::Function".into(),
            name: name.into(),
            anchor: Anchor { span: span(at), path: format!("Resources.{name}").into() },
            guards: Guards::none(),
            props: Tree::map(props, span(at)),
            metadata: Tree::absent_at(span(at)),
            application: ApplicationId(0),
            template: 0,
            implied_by: None,
            generated: false,
            code: Some(Prop::known(code, span(at))),
        });
    }

    fn runtime(id: &str, at: usize) -> Tree {
        Tree::leaf(Value::str(id), span(at))
    }

    fn run(app: &App, today: &str) -> Vec<Finding> {
        let sources = SourceMap::default();
        let cx = Cx {
            app,
            handlers: &[],
            links: &[],
            packages: &[],
            broken: &[],
            suppressions: &[],
            sources: &sources,
            today: Date::parse(today).unwrap(),
        };
        let mut out = Findings::new(&RULE);
        check(&cx, &mut out);
        out.into_vec()
    }

    fn one(id: &str, today: &str) -> Option<(Severity, String)> {
        let mut app = App::default();
        function(&mut app, "Worker", runtime(id, 7), CodeRef::Directory("src".into()));
        let found = run(&app, today);
        assert!(found.len() < 2);
        found.first().map(|f| (f.severity(), f.message().text.clone()))
    }

    #[test]
    fn severity_follows_the_calendar() {
        let at = |today| one("python3.8", today);
        assert_eq!(at("2024-07-15"), None);
        let (severity, text) = at("2024-07-16").unwrap();
        assert_eq!(severity, Severity::Note);
        assert!(text.contains("scheduled for 2024-10-14"), "{text}");
        assert_eq!(
            at("2026-11-24").unwrap(),
            (Severity::Warning, "`Worker` runs on python3.8, which AWS deprecated on 2024-10-14".to_owned())
        );
        assert_eq!(at("2027-03-02").unwrap().0, Severity::Warning);
        let (severity, text) = at("2027-03-03").unwrap();
        assert_eq!(severity, Severity::Error);
        assert!(text.ends_with("blocked since 2027-03-03"), "{text}");
    }

    #[test]
    fn living_and_unknown_runtimes_are_silent() {
        for id in [
            "python3.14",
            "nodejs24.x",
            "nodejs22.x",
            "provided.al2023",
            "nodejs28.x",
            "python4.0",
            "custom",
            "python3.15",
            "dotnet9",
        ] {
            assert_eq!(one(id, "2026-11-24"), None, "{id}");
        }
    }

    #[test]
    fn one_place_for_many_functions_is_one_finding() {
        let mut app = App::default();
        for name in ["A", "B", "C"] {
            function(&mut app, name, runtime("nodejs16.x", 7), CodeRef::Directory("src".into()));
        }
        function(&mut app, "Own", runtime("nodejs16.x", 9), CodeRef::Directory("src".into()));
        let found = run(&app, "2026-11-24");
        let texts: Vec<_> =
            found.iter().map(|f| f.message().text.split(", which").next().unwrap_or("")).collect();
        assert_eq!(texts, ["`A`, `B` and 1 more run on nodejs16.x", "`Own` runs on nodejs16.x"]);
        assert_eq!(
            found[0].message().notes,
            [
                "creating functions with it is blocked from 2027-02-01",
                "updating functions with it is blocked from 2027-03-03"
            ]
        );
    }

    #[test]
    fn images_and_open_values_are_silent() {
        let mut app = App::default();
        let image = CodeRef::Image { context: None, dockerfile: None, command: None };
        function(&mut app, "Image", runtime("python3.8", 7), image);
        function(&mut app, "Open", Tree::unknown(Why::other("?"), span(8)), CodeRef::Object);
        assert!(run(&app, "2026-11-24").is_empty());
    }

    #[test]
    fn every_branch_of_a_condition_counts() {
        let mut app = App::default();
        let alt = |id: &str, holds: &str, at| {
            let mut a = Alt::written(lamlint_model::tree::Node::Leaf(Value::str(id)), span(at));
            a.guards = Guards::none().with("Old", holds).unwrap();
            a
        };
        let both = Tree::new(vec![alt("python3.8", "true", 7), alt("python3.14", "false", 8)], None, span(6));
        function(&mut app, "Worker", both, CodeRef::Object);
        let found = run(&app, "2026-11-24");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].primary(), span(7));
    }
}
