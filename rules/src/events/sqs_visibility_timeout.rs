//! See the page.

use lamlint_model::app::{Function, Kind, Resource, Trigger, TriggerKind};
use lamlint_model::finding::Message;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tri::Words;
use lamlint_model::{Cx, Findings, Fix, Intent, Prop, ResourceId, Rule, Tri, Value};
use std::cell::Cell;

/// The rule.
pub static RULE: Rule = Rule {
    id: "sqs-visibility-timeout",
    group: "events",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/sqs-visibility-timeout.md"),
    check,
};

/// Seconds a message stays invisible where the queue says nothing.
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html>
const DEFAULT_VISIBILITY: i64 = 30;
/// How many times the function's timeout AWS recommends.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
const RECOMMENDED: i64 = 6;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let mut seen: Vec<(ResourceId, ResourceId)> = Vec::new();
    for t in cx.app.triggers.iter().filter(|t| t.kind == TriggerKind::Queue) {
        let (Some(queue), Some(function)) =
            (t.resource.map(|id| cx.app.resource(id)), cx.app.function(t.function))
        else {
            continue;
        };
        // Only for mappings Lambda compares the two.
        let by = cx.app.resource(t.connection);
        if queue.kind != Kind::Queue
            || by.kind != Kind::EventSourceMapping
            || queue.generated
            || function.resource.generated
            || seen.contains(&(queue.id, function.resource.id))
        {
            continue;
        }
        let before = out.len();
        pair(queue, function, by, t, out);
        if out.len() > before {
            seen.push((queue.id, function.resource.id));
        }
    }
}

fn pair(queue: &Resource, function: Function<'_>, by: &Resource, t: &Trigger, out: &mut Findings) {
    let visible = queue.props.get("VisibilityTimeout").ints().or_default(DEFAULT_VISIBILITY);
    let timeout = function.timeout();
    // The least the window can be, as far as known.
    let windows = by.props.get("MaximumBatchingWindowInSeconds").ints().or_default(0);
    let window = match windows.open() {
        None => windows.alts().iter().map(|a| a.value).min().unwrap_or(0).max(0),
        Some(_) => 0,
    };
    let found = Cell::new((0, 0));
    let compare = |bad: &dyn Fn(i64, i64) -> bool| -> Tri {
        let notes: (Words<'_, i64>, Words<'_, i64>) = (
            &|v| {
                found.set((*v, found.get().1));
                format!("messages of `{}` come back after {v} s", queue.name)
            },
            &|t| {
                found.set((found.get().0, *t));
                format!("`{}` may run {t} s", function.name())
            },
        );
        visible.some_pair(&timeout, notes, |v, t| bad(*v, *t)).and(t.active(format!(
            "`{}` reads `{}` here",
            function.name(),
            queue.name
        )))
    };
    let (subject, other) = (queue.name.clone(), function.name());
    let refused = compare(&|v, t| v < t);
    if matches!(refused, Tri::Yes(_)) {
        let (v, t) = found.get();
        let needed = needed(t, window);
        out.report(refused, subject, other, |_| {
            Message::new(format!(
                "queue `{}` makes messages visible again after {v} s, but `{other}` may run {t} s: Lambda refuses this",
                queue.name
            ))
            .help(help(needed, t, window))
            .mended(raise(queue, needed))
        });
        return;
    }
    let short = with_window(compare(&|v, t| v < needed(t, window)), &windows, window);
    let (v, t) = found.get();
    out.report_as(Severity::Warning, short, subject, other, |_| {
        Message::new(format!(
            "queue `{}` makes messages visible again after {v} s, less than {}",
            queue.name,
            sum(other, t, window)
        ))
        .help(help(needed(t, window), t, window))
        .mended(raise(queue, needed(t, window)))
    });
}

fn needed(timeout: i64, window: i64) -> i64 {
    timeout.saturating_mul(RECOMMENDED).saturating_add(window)
}

fn sum(function: &str, timeout: i64, window: i64) -> String {
    let product = format!("{RECOMMENDED} × the {timeout} s `{function}` may run");
    if window > 0 { format!("{product} + the batching window of {window} s") } else { product }
}

fn help(needed: i64, timeout: i64, window: i64) -> String {
    let sum = if window > 0 {
        format!("{RECOMMENDED} × {timeout} + {window}")
    } else {
        format!("{RECOMMENDED} × {timeout}")
    };
    format!(
        "set the queue's visibility timeout to at least {needed} seconds ({sum}), or lower the function's timeout"
    )
}

/// Set the queue's timeout, where it can be so long.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html>
fn raise(queue: &Resource, needed: i64) -> Option<Fix> {
    const MOST: i64 = 43_200;
    (needed <= MOST).then(|| {
        let path = vec!["VisibilityTimeout".into()];
        let set = Intent::Set { resource: queue.id, path, value: Value::Int(needed) };
        Fix::safe(format!("set the visibility timeout of `{}` to {needed} seconds", queue.name), set)
    })
}

fn with_window(claim: Tri, windows: &Prop<i64>, window: i64) -> Tri {
    if window == 0 {
        return claim;
    }
    match windows.some(|w| format!("a batch is collected for up to {w} s"), |w| *w == window) {
        Tri::Yes(p) => claim.with_context(p),
        _ => claim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    fn found(queue: &str, function: &str, mapping: &str) -> Vec<String> {
        let app = AppBuilder::new()
            .add("AWS::SQS::Queue", "Jobs", queue)
            .add("AWS::Lambda::Function", "Worker", function)
            .add("AWS::Lambda::Alias", "Live", r#"{"FunctionName": "${Worker}"}"#)
            .add("AWS::Lambda::EventSourceMapping", "M", mapping)
            .build();
        check(&RULE, &app, &[])
            .iter()
            .map(|f| format!("{} {}", f.severity().word(), f.message().text))
            .collect()
    }

    const PLAIN: &str = r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker.Arn}"}"#;

    #[test]
    fn below_the_timeout_is_refused() {
        let text = "error queue `Jobs` makes messages visible again after 30 s, but `Worker` may run 60 s: Lambda refuses this";
        assert_eq!(found("{}", r#"{"Timeout": 60}"#, PLAIN), [text]);
        let alias = r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Live.Arn}"}"#;
        assert_eq!(found("{}", r#"{"Timeout": "60"}"#, alias), [text]);
    }

    #[test]
    fn below_the_recommendation_bites_later() {
        assert_eq!(
            found("{}", r#"{"Timeout": 10}"#, PLAIN),
            [
                "warning queue `Jobs` makes messages visible again after 30 s, less than 6 × the 10 s `Worker` may run"
            ]
        );
        let window = r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}", "MaximumBatchingWindowInSeconds": 20}"#;
        assert_eq!(found(r#"{"VisibilityTimeout": 30}"#, "{}", window).len(), 1);
    }

    #[test]
    fn silent_where_fine_or_unknown() {
        for (queue, function, mapping) in [
            ("{}", "{}", PLAIN),
            (r#"{"VisibilityTimeout": 360}"#, r#"{"Timeout": 60}"#, PLAIN),
            (r#"{"VisibilityTimeout": "${?}"}"#, r#"{"Timeout": 60}"#, PLAIN),
            ("{}", r#"{"Timeout": "${?}"}"#, PLAIN),
            (r#"{"..": true}"#, r#"{"Timeout": 60}"#, PLAIN),
            ("{}", r#"{"Timeout": 60}"#, r#"{"EventSourceArn": "${QueueArn}", "FunctionName": "${Worker}"}"#),
            (
                "{}",
                r#"{"Timeout": 60}"#,
                r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}", "Enabled": false}"#,
            ),
            // Both numbers change together.
            (
                r#"{"VisibilityTimeout": {"?IsProd": [600, 60]}}"#,
                r#"{"Timeout": {"?IsProd": [100, 10]}}"#,
                PLAIN,
            ),
        ] {
            assert_eq!(found(queue, function, mapping), Vec::<String>::new(), "{queue} {function} {mapping}");
        }
    }

    #[test]
    fn a_default_of_a_parameter_ships() {
        let app = AppBuilder::new()
            .add("AWS::SQS::Queue", "Jobs", "{}")
            .add("AWS::Lambda::Function", "Worker", r#"{"Timeout": "${default Seconds 60}"}"#)
            .add("AWS::Lambda::EventSourceMapping", "M", PLAIN)
            .build();
        let f = check(&RULE, &app, &[]);
        assert_eq!(f.len(), 1);
        assert_eq!(f[0].confidence().word(), "medium");
        assert_eq!(f[0].primary(), app.resources[0].anchor.span);
    }
}
