//! See the page.

#[cfg(test)]
mod tests;

use lamlint_model::app::{Delivery, Function, Kind, Place, Signal, Trigger, TriggerKind, increments, writes};
use lamlint_model::finding::Message;
use lamlint_model::handler::{Fact, FactKind, Handler, Phase, SdkCall};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::value::Deps;
use lamlint_model::{Cx, Findings, Rule, Tri, Value};
use smol_str::SmolStr;

/// The rule.
pub static RULE: Rule = Rule {
    id: "non-idempotent-handler",
    group: "events",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/non-idempotent-handler.md"),
    check,
};

/// Operations that send something to a person: service and operation.
const SENDS: &[(&str, &str, &str)] = &[
    ("ses", "SendEmail", "sends an e-mail"),
    ("ses", "SendRawEmail", "sends an e-mail"),
    ("ses", "SendTemplatedEmail", "sends an e-mail"),
    ("ses", "SendBulkTemplatedEmail", "sends e-mails"),
    ("sesv2", "SendEmail", "sends an e-mail"),
    ("sesv2", "SendBulkEmail", "sends e-mails"),
    ("pinpoint", "SendMessages", "sends messages"),
    ("pinpoint-sms-voice-v2", "SendTextMessage", "sends a text message"),
    ("pinpoint-sms-voice-v2", "SendVoiceMessage", "places a call"),
    ("connect", "StartOutboundVoiceContact", "places a call"),
];

/// Operations that start or create something once per token: service, operation, the argument that makes a
/// repetition harmless, words.
const STARTS: &[(&str, &str, &str, &str)] = &[
    ("stepfunctions", "StartExecution", "name", "starts an execution"),
    ("ecs", "RunTask", "clientToken", "runs a task"),
    ("ec2", "RunInstances", "ClientToken", "launches instances"),
    ("mediaconvert", "CreateJob", "ClientRequestToken", "creates a job"),
    ("codebuild", "StartBuild", "idempotencyToken", "starts a build"),
];

/// Addresses whose requests create nothing, or nothing that hurts twice: chat notifications, queries, tokens, logs.
const HARMLESS: &[&str] = &[
    "hooks.slack.com",
    "slack.com/api/chat",
    "discord.com/api/webhooks",
    "webhook.office.com",
    "api.telegram.org",
    "localhost",
    "127.0.0.1",
    "graphql",
    "search",
    "query",
    "oauth",
    "token",
    "login",
    "auth",
    "_bulk",
    "logs",
    "metrics",
    "events.pagerduty.com",
];

/// Words of SQL that make a repeated insertion harmless.
const UPSERTS: &[&str] =
    &["ON CONFLICT", "ON DUPLICATE KEY", "INSERT IGNORE", "INSERT OR ", "NOT EXISTS", "MERGE "];

/// A side effect a retry repeats.
struct Effect {
    /// What the code does, for people: it adds to table `Hits`.
    does: String,
    /// What a second run does: `adds again`.
    again: &'static str,
    help: String,
    severity: Severity,
    claim: Tri,
}

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (f, h) in cx.linked() {
        if f.resource.generated || f.is_durable() || has_conditional_write(h) {
            continue;
        }
        let Some((trigger, active)) = retried(cx, f) else { continue };
        for fact in &h.facts {
            if fact.phase != Phase::Invoke || fact.ctx.memo || fact.ctx.idempotent.is_some() {
                continue;
            }
            let Some(e) = effect(cx, f, fact) else { continue };
            let claim = e.claim.and(active.clone());
            let name = f.name();
            let (does, again) = (&e.does, e.again);
            out.report_as(e.severity, claim, name, does.clone(), |_| {
                Message::new(format!("`{name}` {does}, but {}: a second run {again}", why(trigger.kind)))
                    .help(e.help)
            });
        }
    }
}

/// The first trigger that runs the function again for the same event.
fn retried<'a>(cx: &Cx<'a>, f: Function<'_>) -> Option<(&'a Trigger, Tri)> {
    let note = |t: &Trigger| format!("invoked by {}: {}", t.kind.word(), why(t.kind));
    cx.app
        .triggers_of(f.resource.id)
        .filter(|t| matches!(t.kind.delivery(), Delivery::Asynchronous | Delivery::Polled))
        .filter(|t| !never_retried(cx, f, t))
        .map(|t| (t, t.active(note(t))))
        .find(|(_, a)| matches!(a, Tri::Yes(_)))
}

/// Whether retries are switched off where they are configured.
fn never_retried(cx: &Cx<'_>, f: Function<'_>, t: &Trigger) -> bool {
    let off = |r: &lamlint_model::app::Resource| {
        let n = r.props.get("MaximumRetryAttempts").ints();
        n.open().is_none() && n.alts().iter().all(|a| a.value == Some(0))
    };
    match t.kind.delivery() {
        Delivery::Polled => off(cx.app.resource(t.connection)),
        _ => cx.app.of_kind(Kind::EventInvokeConfig).any(|r| {
            let of = r.props.get("FunctionName").values().present();
            let own = of.alts().iter().any(|a| {
                cx.app.function_named(r.application, &a.value).is_some_and(|(id, _)| id == f.resource.id)
            });
            own && off(r)
        }),
    }
}

/// Why this source runs the function more than once for one event.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>
fn why(kind: TriggerKind) -> &'static str {
    match kind {
        TriggerKind::Queue => "SQS delivers at least once, and a failed batch comes back",
        TriggerKind::MessageBroker => "the broker delivers again what was not acknowledged",
        TriggerKind::Stream | TriggerKind::TableStream | TriggerKind::Kafka | TriggerKind::DocumentDb => {
            "a failed batch is read again from its start"
        }
        _ => "Lambda runs a failed asynchronous event up to two more times, and may get it twice",
    }
}

/// A write under a condition, anywhere in the handler, may be the check that makes all of it run once.
fn has_conditional_write(h: &Handler) -> bool {
    const CONDITIONS: &[&str] = &["ConditionExpression", "ConditionCheck", "IfNoneMatch", "Expected"];
    h.sdk_calls().any(|(_, c)| CONDITIONS.iter().any(|n| mentions(&c.args, n, 0)))
}

fn mentions(v: &Value, key: &str, depth: u32) -> bool {
    if depth > 8 {
        return false;
    }
    match v {
        Value::Map(entries, _) => entries.iter().any(|(k, v)| k == key || mentions(v, key, depth + 1)),
        Value::List(items, _) => items.iter().any(|v| mentions(v, key, depth + 1)),
        _ => false,
    }
}

fn effect(cx: &Cx<'_>, f: Function<'_>, fact: &Fact) -> Option<Effect> {
    let plain = |does: String, again: &'static str, help: &str, severity: Severity| {
        let claim = Tri::Yes(fact.evidence(format!("`{}` {does}", f.name())));
        Some(Effect { does, again, help: help.to_owned(), severity, claim })
    };
    match &fact.kind {
        FactKind::SdkCall(c) => sdk_effect(cx, f, fact, c),
        // A message behind a branch is mostly an alarm.
        FactKind::Provider { what, idempotency_key: false } if !fact.ctx.branch => plain(
            format!("issues {what}"),
            "issues another one",
            "pass an idempotency key derived from the event, or record the event's id before",
            Severity::Warning,
        ),
        FactKind::Http { method: Some(m), url, idempotency_key: false }
            if m == "POST" && !fact.ctx.branch =>
        {
            let host = creates(url)?;
            plain(
                format!("posts to {host}"),
                "posts again",
                "send an `Idempotency-Key` header derived from the event, or record the event's id before",
                Severity::Note,
            )
        }
        FactKind::Statement { text: Value::Str(s) } => {
            let sql = s.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
            let inserts = sql.starts_with("INSERT INTO ") && !UPSERTS.iter().any(|u| sql.contains(u));
            if !inserts {
                return None;
            }
            plain(
                "inserts rows".to_owned(),
                "inserts them again or fails on their key",
                "add `ON CONFLICT DO NOTHING` (or your database's upsert) on a key derived from the event",
                Severity::Note,
            )
        }
        _ => None,
    }
}

fn sdk_effect(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, call: &SdkCall) -> Option<Effect> {
    let plain = |does: String, again: &'static str, help: String, severity: Severity| {
        let claim = Tri::Yes(fact.evidence(format!("`{}` {does}", f.name())));
        Some(Effect { does, again, help, severity, claim })
    };
    let is = |service: &str, operation: &str| call.service == service && call.operation == operation;
    if let Some((_, _, does)) = SENDS.iter().find(|(s, o, _)| is(s, o)) {
        return if fact.ctx.branch {
            None
        } else {
            plain((*does).to_owned(), "sends it again", record_first(), Severity::Warning)
        };
    }
    if is("sns", "Publish") && call.arg("PhoneNumber").is_some() && !fact.ctx.branch {
        return plain("sends a text message".to_owned(), "sends it again", record_first(), Severity::Warning);
    }
    if let Some((.., token, does)) = STARTS.iter().find(|(s, o, ..)| is(s, o)) {
        let missing = call.lacks(token);
        let fresh = call.arg(token).is_some_and(new_each_time);
        // Names of executions of express workflows repeat freely.
        if !(missing || fresh) || (is("stepfunctions", "StartExecution") && express(cx, f, fact, call)) {
            return None;
        }
        let how =
            if missing { format!("without `{token}`") } else { format!("with a new `{token}` each time") };
        let help = format!("pass a `{token}` derived from the event, such as the message's or event's id");
        return plain(format!("{does} {how}"), "starts another one", help, Severity::Warning);
    }
    match (call.service.as_str(), call.operation.as_str()) {
        ("dynamodb", "UpdateItem") if increments(&call.args) || legacy_addition(&call.args) => {
            Some(addition(cx, f, fact, call))
        }
        ("dynamodb", "PutItem") => fresh_item(cx, f, fact, call),
        ("sqs", "SendMessage") | ("sns", "Publish") => fifo(cx, f, fact, call),
        _ => None,
    }
}

fn record_first() -> String {
    "record the event's id with a conditional write before, and skip what is recorded".to_owned()
}

/// An addition to what a table holds; the table is named where it is known.
fn addition(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, call: &SdkCall) -> Effect {
    let known = call.arg("TableName").and_then(|v| {
        let places = cx.app.places(f.resource.id, v, Kind::Table, fact.span, None);
        places.alts().iter().find_map(|a| match a.value {
            Place::Resource(id) => Some(cx.app.resource(id).name.clone()),
            Place::Outside(..) => None,
        })
    });
    let does = match known {
        Some(name) => format!("adds to table `{name}`"),
        None => format!("adds to a table through `{}`", call.label),
    };
    let claim = Tri::Yes(fact.evidence(format!("`{}` {does}", f.name())));
    Effect {
        does,
        again: "adds again",
        help: "add a condition on the event's id, or record it in the same transaction".to_owned(),
        severity: Severity::Warning,
        claim,
    }
}

/// `AttributeUpdates: {n: {Action: ADD}}`.
fn legacy_addition(args: &Value) -> bool {
    let Some(Value::Map(updates, _)) = args.get("AttributeUpdates") else { return false };
    updates.iter().any(|(_, u)| u.get("Action").and_then(Value::as_str) == Some("ADD"))
}

/// A new item each time: a part of its key is random or the current time. The table must be known, as only its
/// key schema tells the key.
fn fresh_item(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, call: &SdkCall) -> Option<Effect> {
    let write = writes(call).into_iter().next()?;
    let Signal::Item { .. } = &write.signal else { return None };
    let item = call.arg("Item")?;
    let places = cx.app.places(f.resource.id, &write.to, Kind::Table, fact.span, None);
    let new_key = |p: &Place| -> Option<SmolStr> {
        let Place::Resource(id) = p else { return None };
        let (keys, _) = cx.app.resource(*id).props.get("KeySchema").items();
        keys.iter().find_map(|(k, _)| {
            let name = k.get("AttributeName").strings();
            let name = name.only()?.clone()?;
            item.get(&name).is_some_and(new_each_time).then_some(name)
        })
    };
    let (place, key) = places.alts().iter().find_map(|a| Some((a.value.clone(), new_key(&a.value)?)))?;
    let Place::Resource(id) = &place else { return None };
    let table = cx.app.resource(*id).name.clone();
    let does = format!("puts an item with a new `{key}` into table `{table}`");
    let named = places.some(|_| format!("this is table `{table}`"), |p| *p == place);
    Some(Effect {
        claim: fact.with(format!("`{}` {does}", f.name()), named),
        does,
        again: "puts another item",
        help: format!("derive `{key}` from the event, such as the message's or event's id"),
        severity: Severity::Warning,
    })
}

/// A message to a FIFO queue or topic whose deduplication id, or the content it is computed from, is new each time.
/// Standard queues and topics know no deduplication: there, what reads them has to cope.
fn fifo(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, call: &SdkCall) -> Option<Effect> {
    let write = writes(call).into_iter().next()?;
    if !call.arg("MessageDeduplicationId").is_some_and(new_each_time) {
        return None;
    }
    let places = cx.app.places(f.resource.id, &write.to, write.kind, fact.span, None);
    let name = places.alts().iter().find_map(|a| match a.value {
        Place::Resource(id) => {
            let r = cx.app.resource(id);
            Some(format!("{} `{}`", r.kind.word(), r.name))
        }
        Place::Outside(..) => None,
    });
    let target = name.unwrap_or_else(|| format!("a FIFO {}", write.kind.word()));
    let does = format!("sends to {target} with a new `MessageDeduplicationId` each time");
    Some(Effect {
        claim: Tri::Yes(fact.evidence(format!("`{}` {does}", f.name()))),
        does,
        again: "sends it again",
        help: "derive `MessageDeduplicationId` from the event, such as the message's or event's id"
            .to_owned(),
        severity: Severity::Warning,
    })
}

/// Whether the state machine is one whose executions are not told apart by name.
fn express(cx: &Cx<'_>, f: Function<'_>, fact: &Fact, call: &SdkCall) -> bool {
    let Some(v) = call.arg("stateMachineArn") else { return true };
    let places = cx.app.places(f.resource.id, v, Kind::StateMachine, fact.span, None);
    places.alts().iter().any(|a| match a.value {
        Place::Resource(id) => {
            let r = cx.app.resource(id);
            ["StateMachineType", "Type"].iter().any(|k| {
                r.props.get(k).strings().alts().iter().any(|a| a.value.as_deref() == Some("EXPRESS"))
            })
        }
        Place::Outside(..) => false,
    })
}

/// Whether a value certainly differs on every run, in all its alternatives.
fn new_each_time(v: &Value) -> bool {
    match v {
        Value::Fresh(_) => true,
        Value::OneOf(values) => values.iter().all(new_each_time),
        Value::Concat(parts) => parts.iter().any(new_each_time),
        Value::Unknown(d) => *d == Deps::FRESH,
        // `{"S": id}`
        Value::Map(entries, false) => matches!(&entries[..], [(_, v)] if new_each_time(v)),
        _ => false,
    }
}

/// The host of an address a request to which creates something, as far as its constant part tells.
fn creates(url: &Value) -> Option<String> {
    let text = match url {
        Value::Str(s) => s.to_lowercase(),
        Value::Concat(parts) => {
            parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("…").to_lowercase()
        }
        _ => return None,
    };
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = host.split(['/', '?', '…', ':']).next().filter(|h| h.contains('.'))?;
    (!HARMLESS.iter().any(|h| text.contains(h))).then(|| format!("`{host}`"))
}
