//! See the page.

use super::shared::{happens, serves_stacks_only, subject, through};
use lamlint_model::finding::Message;
use lamlint_model::handler::{Fact, FactKind, Family, Handler, NewClient, Phase};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::source::Span;
use lamlint_model::value::Deps;
use lamlint_model::{Cx, Findings, Fix, Intent, Rule};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-inside-handler",
    group: "handler",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/init-inside-handler.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for h in cx.handlers {
        let Some(who) = subject(cx, h) else { continue };
        let sites = sites(h);
        if sites.is_empty() || serves_stacks_only(cx, h) {
            continue;
        }
        let snapshots = takes_snapshots(cx, h);
        for (fact, client) in sites {
            // A connection in a snapshot is dead when it is restored: opening it late is right there.
            if snapshots && matches!(client.family, Family::Database | Family::Cache | Family::Broker) {
                continue;
            }
            let what = client.family.word();
            let when = match (fact.ctx.in_loop, fact.ctx.event_branch) {
                (true, true) => {
                    format!("again and again, in a loop, on invocations of `{who}` that come this way")
                }
                (true, false) => format!("again and again on every invocation of `{who}`, in a loop"),
                (false, true) => format!("on every invocation of `{who}` that comes this way"),
                (false, false) => format!("on every invocation of `{who}`"),
            };
            let label = &client.label;
            out.report(happens(h, fact, "built here each time"), who.clone(), label.clone(), |_| {
                Message::new(format!("`{label}` builds {what} {when}{}", through(fact)))
                    .help(help(client.family))
                    .mended(Some(Fix::suggested(
                        "build it once, at module level",
                        Intent::Hoist { at: fact.span },
                    )))
            });
        }
    }
}

fn help(family: Family) -> &'static str {
    match family {
        Family::Sdk => {
            "build it once at module level, or on first use behind a cached accessor: later invocations reuse it with its connections"
        }
        Family::Database | Family::Cache | Family::Broker => {
            "connect once at module level, or on first use behind a cached accessor, and reuse the connection in later invocations"
        }
        Family::Http => "create it once at module level, so that later invocations reuse its connections",
        Family::Heavy => "load it once at module level, or on first use behind a cached accessor",
    }
}

/// The places that build a client on each invocation, in order.
fn sites(h: &Handler) -> Vec<(&Fact, &NewClient)> {
    let mut places: BTreeMap<Span, Vec<(&Fact, &NewClient)>> = BTreeMap::new();
    for fact in h.facts.iter().filter(|f| f.phase == Phase::Invoke) {
        if let FactKind::NewClient(client) = &fact.kind {
            places.entry(fact.span).or_default().push((fact, client));
        }
    }
    // One place may be reached in several ways: that one of them is cached, or brings arguments of the event, says
    // that the place serves both.
    places.retain(|_, ways| ways.iter().all(|(f, c)| !f.ctx.memo && is_fixed(c.args)));
    let found: Vec<(&Fact, &NewClient)> = places
        .into_values()
        .filter_map(|ways| ways.into_iter().find(|(f, _)| !f.ctx.branch && !f.ctx.maybe))
        .collect();
    // `Session().client(…)` is one thing to move, not two.
    let inner = |s: Span| found.iter().any(|(f, _)| f.span != s && f.span.contains(s));
    found.iter().filter(|(f, _)| !inner(f.span)).copied().collect()
}

/// Whether arguments are the same on every invocation.
fn is_fixed(args: Deps) -> bool {
    !args.any(Deps::EVENT.or(Deps::CONTEXT).or(Deps::FRESH).or(Deps::CALL).or(Deps::OTHER))
}

/// Whether the function may start from a snapshot of its initialised environment.
fn takes_snapshots(cx: &Cx<'_>, h: &Handler) -> bool {
    h.function.and_then(|id| cx.app.function(id)).is_some_and(|f| {
        let on = f.prop("SnapStart").get("ApplyOn").strings();
        on.alts().iter().any(|a| a.value.as_deref() == Some("PublishedVersions"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::App;
    use lamlint_model::handler::{Call, Ctx};
    use lamlint_model::source::FileId;
    use lamlint_model::testing::{AppBuilder, check, handler, handler_in};

    fn app() -> App {
        AppBuilder::new()
            .add("AWS::Lambda::Function", "Worker", "{}")
            .add("AWS::Lambda::Function", "Custom", "{}")
            .add("Custom::Copier", "Copy", r#"{"ServiceToken": "${Custom.Arn}"}"#)
            .add("AWS::Lambda::Function", "Snap", r#"{"SnapStart": {"ApplyOn": "PublishedVersions"}}"#)
            .build()
    }

    fn client(family: Family, args: Deps) -> FactKind {
        let label = "boto3.client(\"s3\")".into();
        FactKind::NewClient(NewClient { family, label, service: Some("s3".into()), args })
    }

    fn sdk() -> FactKind {
        client(Family::Sdk, Deps::NONE)
    }

    fn texts(h: Handler) -> Vec<String> {
        check(&RULE, &app(), &[h]).iter().map(|f| f.message().text.clone()).collect()
    }

    #[test]
    fn built_on_every_invocation() {
        let app = app();
        assert_eq!(
            texts(handler(&app, "Worker", vec![sdk()])),
            ["`boto3.client(\"s3\")` builds an AWS client on every invocation of `Worker`"]
        );
        let chain = ["load", "connect"].map(|n| Call { span: Span::new(FileId(1), 3, 5), callee: n.into() });
        let ctx = Ctx { chain: chain.to_vec(), event_branch: true, ..Ctx::default() };
        assert_eq!(
            texts(handler_in(&app, "Worker", vec![client(Family::Database, Deps::ENV)], &ctx)),
            [
                "`boto3.client(\"s3\")` builds a database connection on every invocation of `Worker` that comes this way (through `load` and `connect`)"
            ]
        );
    }

    #[test]
    fn in_a_loop_behind_a_condition_on_the_event() {
        let ctx = Ctx { in_loop: true, event_branch: true, ..Ctx::default() };
        assert_eq!(
            texts(handler_in(&app(), "Worker", vec![sdk()], &ctx)),
            [
                "`boto3.client(\"s3\")` builds an AWS client again and again, in a loop, on invocations of `Worker` that come this way"
            ]
        );
    }

    #[test]
    fn a_broker_is_no_cache() {
        let found = texts(handler(&app(), "Worker", vec![client(Family::Broker, Deps::ENV)]));
        assert_eq!(
            found,
            ["`boto3.client(\"s3\")` builds a message broker client on every invocation of `Worker`"]
        );
    }

    #[test]
    fn what_is_cached_conditional_or_depends_on_the_event() {
        let app = app();
        for ctx in [
            Ctx { memo: true, ..Ctx::default() },
            Ctx { branch: true, ..Ctx::default() },
            Ctx { maybe: true, ..Ctx::default() },
        ] {
            assert_eq!(texts(handler_in(&app, "Worker", vec![sdk()], &ctx)), [""; 0], "{ctx:?}");
        }
        for args in [Deps::EVENT, Deps::CALL, Deps::OTHER, Deps::CONTEXT, Deps::ENV.or(Deps::EVENT)] {
            assert_eq!(texts(handler(&app, "Worker", vec![client(Family::Sdk, args)])), [""; 0], "{args:?}");
        }
        let mut h = handler(&app, "Worker", vec![sdk()]);
        h.facts[0].phase = Phase::Init;
        assert_eq!(texts(h), [""; 0]);
    }

    #[test]
    fn one_place_reached_in_several_ways() {
        let app = app();
        // A helper called with a fixed region here and the event's there.
        let mut h = handler(&app, "Worker", vec![sdk(), client(Family::Sdk, Deps::EVENT)]);
        h.facts[1].span = h.facts[0].span;
        assert_eq!(texts(h), [""; 0]);
        // Reached behind a branch and without one.
        let mut h = handler(&app, "Worker", vec![sdk(), sdk()]);
        h.facts[1].span = h.facts[0].span;
        h.facts[0].ctx.branch = true;
        assert_eq!(texts(h).len(), 1);
        // A session inside the client's own expression.
        let mut h = handler(&app, "Worker", vec![sdk(), sdk()]);
        h.facts[1].span = Span::new(h.file, h.facts[0].span.start as usize, h.facts[0].span.end as usize + 9);
        assert_eq!(texts(h).len(), 1);
    }

    #[test]
    fn functions_that_run_when_a_stack_changes() {
        assert_eq!(texts(handler(&app(), "Custom", vec![sdk()])), [""; 0]);
    }

    #[test]
    fn connections_of_functions_restored_from_snapshots() {
        let app = app();
        assert_eq!(texts(handler(&app, "Snap", vec![client(Family::Database, Deps::NONE)])), [""; 0]);
        assert_eq!(texts(handler(&app, "Snap", vec![client(Family::Broker, Deps::NONE)])), [""; 0]);
        assert_eq!(texts(handler(&app, "Snap", vec![sdk()])).len(), 1);
    }
}
