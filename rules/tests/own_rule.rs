//! A rule as a team could add one: functions that read a queue have a cap on how many run at once.

use lamlint_model::app::TriggerKind;
use lamlint_model::finding::Message;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::testing::{AppBuilder, check as found};
use lamlint_model::{Cx, Findings, Rule};

static RULE: Rule = Rule {
    id: "uncapped-queue-reader",
    group: "events",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: "# uncapped-queue-reader\n\nA function reads a queue without a cap on its concurrency.\n",
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for trigger in cx.app.triggers.iter().filter(|t| t.kind == TriggerKind::Queue) {
        let Some(function) = cx.app.function(trigger.function) else { continue };
        // Yes, no or unknown: an open map of properties does not prove that one is absent.
        let uncapped = function.prop("ReservedConcurrentExecutions").values().absent("it has no cap");
        let reads = trigger.active("it reads a queue here");
        out.report(uncapped.and(reads), function.name(), "cap", |_| {
            Message::new(format!(
                "`{}` reads a queue, and nothing caps how many run at once",
                function.name()
            ))
            .help("set `ReservedConcurrentExecutions`")
        });
    }
}

fn count(function: &str) -> usize {
    let app = AppBuilder::new()
        .add("AWS::SQS::Queue", "Jobs", "{}")
        .add("AWS::Lambda::Function", "Worker", function)
        .add(
            "AWS::Lambda::EventSourceMapping",
            "Reads",
            r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker.Arn}"}"#,
        )
        .build();
    found(&RULE, &app, &[]).len()
}

#[test]
fn a_function_without_a_cap() {
    assert_eq!(count("{}"), 1);
}

#[test]
fn silent_where_capped_or_unknown() {
    assert_eq!(count(r#"{"ReservedConcurrentExecutions": 5}"#), 0);
    assert_eq!(count(r#"{"ReservedConcurrentExecutions": "${Cap}"}"#), 0);
    // `{"..": true}` makes the map open: a macro may add the property.
    assert_eq!(count(r#"{"..": true}"#), 0);
}
