//! What code writes, where that goes, and whether it passes the filters on the way.

use super::pattern::{self, all, any, ends_with, starts_with};
use super::{App, Filter, Forward, Kind, Place, ResourceId, Trigger, Via};
use crate::handler::SdkCall;
use crate::json;
use crate::source::Span;
use crate::tri::{Alt, Basis, Prop, Why};
use crate::value::{Attr, Deps, Path, Same, Value};
use smol_str::SmolStr;

/// One write of an SDK call to a place that can pass it on.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// What names the place.
    pub to: Value,
    /// The kind of the place.
    pub kind: Kind,
    /// What arrives there.
    pub signal: Signal,
    /// Whether writing the same again certainly is an event again. A table makes no stream record of a write
    /// that changes nothing.
    /// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
    pub repeats: bool,
}

/// What arrives at a place, as filters see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// Something happens to an object.
    Object {
        /// The event type without `s3:` (`ObjectCreated:Put`).
        event: SmolStr,
        /// The key.
        key: Value,
    },
    /// An item is written.
    Item {
        /// Attributes that have a new value each time.
        fresh: Vec<SmolStr>,
    },
    /// Anything else: the record or event that patterns are matched against, as far as known.
    Event(Value),
}

/// How the arguments of an operation say what is written.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Object(&'static str),
    /// `MessageBody`, `MessageAttributes` of SQS.
    Message,
    /// `Message`, `MessageAttributes` of SNS.
    Note,
    /// `Data` of Kinesis.
    Data,
    /// An entry of `PutEvents`.
    Event,
    /// An item that replaces.
    Put,
    /// An item that is changed.
    Update,
}

/// An operation that writes: service, operation, the list its entries stand in and the key below each entry
/// (empty where there is none), the arguments that may name the place, the place's kind, the shape.
struct Row(&'static str, &'static str, (&'static str, &'static str), &'static [&'static str], Kind, Shape);

/// Deletions are left out: there is only so much to delete, so they end.
/// Source of the event types: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html>
const WRITES: &[Row] = &[
    Row("s3", "PutObject", ("", ""), &["Bucket"], Kind::Bucket, Shape::Object("ObjectCreated:Put")),
    Row("s3", "CopyObject", ("", ""), &["Bucket"], Kind::Bucket, Shape::Object("ObjectCreated:Copy")),
    Row(
        "s3",
        "CompleteMultipartUpload",
        ("", ""),
        &["Bucket"],
        Kind::Bucket,
        Shape::Object("ObjectCreated:CompleteMultipartUpload"),
    ),
    Row("s3", "PutObjectTagging", ("", ""), &["Bucket"], Kind::Bucket, Shape::Object("ObjectTagging:Put")),
    Row("s3", "PutObjectAcl", ("", ""), &["Bucket"], Kind::Bucket, Shape::Object("ObjectAcl:Put")),
    Row("s3", "RestoreObject", ("", ""), &["Bucket"], Kind::Bucket, Shape::Object("ObjectRestore:Post")),
    Row("sqs", "SendMessage", ("", ""), &["QueueUrl"], Kind::Queue, Shape::Message),
    Row("sqs", "SendMessageBatch", ("Entries", ""), &["QueueUrl"], Kind::Queue, Shape::Message),
    Row("sns", "Publish", ("", ""), &["TopicArn", "TargetArn"], Kind::Topic, Shape::Note),
    Row("sns", "PublishBatch", ("PublishBatchRequestEntries", ""), &["TopicArn"], Kind::Topic, Shape::Note),
    Row("kinesis", "PutRecord", ("", ""), &["StreamName", "StreamARN"], Kind::Stream, Shape::Data),
    Row("kinesis", "PutRecords", ("Records", ""), &["StreamName", "StreamARN"], Kind::Stream, Shape::Data),
    Row("events", "PutEvents", ("Entries", ""), &["EventBusName"], Kind::EventBus, Shape::Event),
    Row("dynamodb", "PutItem", ("", ""), &["TableName"], Kind::Table, Shape::Put),
    Row("dynamodb", "UpdateItem", ("", ""), &["TableName"], Kind::Table, Shape::Update),
    Row("dynamodb", "TransactWriteItems", ("TransactItems", "Put"), &["TableName"], Kind::Table, Shape::Put),
    Row(
        "dynamodb",
        "TransactWriteItems",
        ("TransactItems", "Update"),
        &["TableName"],
        Kind::Table,
        Shape::Update,
    ),
];

/// The writes of a call, as far as its arguments are known.
pub fn writes(call: &SdkCall) -> Vec<Write> {
    let mut out = Vec::new();
    // A client with its own credentials, region or endpoint writes somewhere else.
    if call.foreign {
        return out;
    }
    for Row(service, operation, (list, below), names, kind, shape) in WRITES {
        if *service != call.service || *operation != call.operation {
            continue;
        }
        if list.is_empty() {
            out.extend(one_write(&call.args, &call.args, names, *kind, *shape));
            continue;
        }
        let Some(Value::List(entries, _)) = call.arg(list) else { continue };
        for e in entries {
            let e = if below.is_empty() { Some(e) } else { e.get(below) };
            out.extend(e.and_then(|e| one_write(&call.args, e, names, *kind, *shape)));
        }
    }
    if (call.service.as_str(), call.operation.as_str()) == ("dynamodb", "BatchWriteItem") {
        batch_writes(call, &mut out);
    }
    out
}

fn one_write(args: &Value, entry: &Value, names: &[&str], kind: Kind, shape: Shape) -> Option<Write> {
    let named = names.iter().find_map(|n| entry.get(n).or_else(|| args.get(n)));
    let to = match named {
        Some(v) => v.clone(),
        // Without a name events go to the default bus.
        None if kind == Kind::EventBus && matches!(entry, Value::Map(_, false)) => Value::str("default"),
        None => return None,
    };
    let part = |name: &str| entry.get(name).cloned().unwrap_or_else(Value::unknown);
    let mut repeats = true;
    let signal = match shape {
        Shape::Object(event) => Signal::Object { event: event.into(), key: part("Key") },
        Shape::Message => event([("body", document(&part("MessageBody")))]),
        Shape::Data => event([("data", document(&part("Data")))]),
        Shape::Note => {
            event([("Message", document(&part("Message"))), ("MessageAttributes", attributes(entry))])
        }
        Shape::Event => event([
            ("source", part("Source")),
            ("detail-type", part("DetailType")),
            ("detail", document(&part("Detail"))),
        ]),
        Shape::Put => {
            let fresh = fresh_attributes(&part("Item"));
            repeats = !fresh.is_empty();
            Signal::Item { fresh }
        }
        Shape::Update => {
            repeats = increments(entry) || part("ExpressionAttributeValues").deps().any(Deps::FRESH);
            Signal::Item { fresh: fresh_attributes(&part("Key")) }
        }
    };
    Some(Write { to, kind, signal, repeats })
}

fn batch_writes(call: &SdkCall, out: &mut Vec<Write>) {
    let Some(Value::Map(tables, _)) = call.arg("RequestItems") else { return };
    for (table, requests) in tables {
        let Value::List(requests, _) = requests else { continue };
        for item in requests.iter().filter_map(|r| r.get("PutRequest")?.get("Item")) {
            let fresh = fresh_attributes(item);
            let repeats = !fresh.is_empty();
            out.push(Write {
                to: Value::Str(table.clone()),
                kind: Kind::Table,
                signal: Signal::Item { fresh },
                repeats,
            });
        }
    }
}

/// Whether an update adds to what is there: `ADD`, `SET n = n + :one`, `list_append`.
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html>
pub fn increments(args: &Value) -> bool {
    let Some(expression) = args.get("UpdateExpression").and_then(Value::as_str) else { return false };
    // Words and signs, as names may hold anything but these.
    let spaced: String = expression
        .chars()
        .flat_map(|c| if "+-=(),".contains(c) { vec![' ', c, ' '] } else { vec![c] })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let sum = words.windows(5).any(|w| match w {
        // `n = n + :one`
        [a, "=", b, "+" | "-", v] => a == b && v.starts_with(':'),
        _ => false,
    });
    let guarded_sum = words.windows(9).any(|w| match w {
        // `n = if_not_exists ( n , :zero ) + :one`
        [a, "=", "if_not_exists", "(", b, ",", _, ")", "+" | "-"] => a == b,
        _ => false,
    });
    let append = words.windows(5).any(|w| match w {
        // `l = list_append ( l , :new )`
        [a, "=", "list_append", "(", b] => a == b,
        _ => false,
    });
    sum || guarded_sum || append || words.iter().any(|w| w.eq_ignore_ascii_case("ADD"))
}

/// The attributes of an item that have a new value each time.
fn fresh_attributes(item: &Value) -> Vec<SmolStr> {
    match item {
        Value::Map(entries, _) => {
            entries.iter().filter(|(_, v)| v.deps().any(Deps::FRESH)).map(|(k, _)| k.clone()).collect()
        }
        _ => Vec::new(),
    }
}

fn event<const N: usize>(parts: [(&str, Value); N]) -> Signal {
    Signal::Event(Value::Map(parts.into_iter().map(|(k, v)| (k.into(), v)).collect(), true))
}

/// Text that is JSON, as the document it is.
fn document(v: &Value) -> Value {
    json::parse(v).unwrap_or_else(|| v.clone())
}

/// The attributes of a message as a filter policy sees them.
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html>
fn attributes(entry: &Value) -> Value {
    let open = !matches!(entry, Value::Map(_, false));
    let Some(given) = entry.get("MessageAttributes") else { return Value::Map(Vec::new(), open) };
    let Value::Map(given, more) = given else { return Value::unknown() };
    let entries = given.iter().map(|(name, a)| {
        let text = a.get("StringValue").cloned().unwrap_or_else(Value::unknown);
        let v = match (a.get("DataType").and_then(Value::as_str), &text) {
            (Some("String"), _) => text,
            (Some("String.Array"), _) => json::parse(&text).unwrap_or_else(Value::unknown),
            (Some("Number"), Value::Str(s)) => s
                .parse()
                .map(Value::Int)
                .or_else(|_| s.parse().map(Value::Float))
                .unwrap_or_else(|_| Value::unknown()),
            _ => Value::unknown(),
        };
        (name.clone(), v)
    });
    Value::Map(entries.collect(), *more)
}

impl App {
    /// The places a value of the code of `function` can name. One of several values the code may choose between
    /// counts only when all of them name the same place.
    pub fn places(
        &self,
        function: ResourceId,
        value: &Value,
        kind: Kind,
        at: Span,
        trigger: Option<&Trigger>,
    ) -> Prop<Place> {
        let application = self.resource(function).application;
        let resolved = self.resolve(function, value, at, trigger);
        let places = resolved.filter_map("a known place", |v| self.place(application, v, kind));
        if !matches!(value, Value::OneOf(_)) {
            return places;
        }
        match places.alts() {
            [first, rest @ ..] if places.open().is_none() && rest.iter().all(|a| a.value == first.value) => {
                Prop::new(vec![Alt { basis: Basis::Written, ..first.clone() }], None, places.span())
            }
            _ => Prop::unknown(Why::other("one of several values"), at),
        }
    }

    /// What arrives, with the environment and the context of `function` in place of their names. What can have
    /// several values stays as it is.
    pub fn settled(
        &self,
        function: ResourceId,
        signal: &Signal,
        at: Span,
        trigger: Option<&Trigger>,
    ) -> Signal {
        match signal {
            Signal::Object { event, key } => {
                Signal::Object { event: event.clone(), key: self.settle(function, key, at, trigger, 0) }
            }
            Signal::Item { .. } => signal.clone(),
            Signal::Event(v) => Signal::Event(self.settle(function, v, at, trigger, 0)),
        }
    }

    fn settle(
        &self,
        function: ResourceId,
        v: &Value,
        at: Span,
        trigger: Option<&Trigger>,
        depth: u32,
    ) -> Value {
        match v {
            Value::Map(entries, open) if depth < 32 => Value::Map(
                entries
                    .iter()
                    .map(|(k, v)| (k.clone(), self.settle(function, v, at, trigger, depth + 1)))
                    .collect(),
                *open,
            ),
            Value::List(items, open) if depth < 32 => Value::List(
                items.iter().map(|v| self.settle(function, v, at, trigger, depth + 1)).collect(),
                *open,
            ),
            Value::Env(_) | Value::Context(_) | Value::Concat(_) | Value::Event(_) => {
                self.resolve(function, v, at, trigger).only().unwrap_or(v).clone()
            }
            v => v.clone(),
        }
    }

    /// Whether what is written passes a trigger's filter. `from` is the place it arrives at; `entered` the trigger
    /// that started the code that writes it.
    pub fn passes(&self, signal: &Signal, trigger: &Trigger, entered: Option<&Trigger>) -> Same {
        let own = entered
            .filter(|t| std::ptr::eq(*t, trigger) || (t.at == trigger.at && t.filter == trigger.filter));
        self.passes_filter(signal, &trigger.filter, self.trigger_place(trigger).as_ref(), own)
    }

    /// Whether what is written passes the filter of a connection that leaves the place `from`.
    pub fn forwarded(&self, signal: &Signal, forward: &Forward) -> Same {
        self.passes_filter(signal, &forward.filter, Some(&forward.from), None)
    }

    fn passes_filter(
        &self,
        signal: &Signal,
        filter: &Filter,
        from: Option<&Place>,
        own: Option<&Trigger>,
    ) -> Same {
        match (filter, signal) {
            (Filter::All, _) => Same::Yes,
            (Filter::Unknown(_), _) => Same::Unknown,
            (Filter::Object { events, prefix, suffix }, Signal::Object { event, key }) => {
                let listed = any(events.iter().map(|e| event_type(e, event)));
                let own_key = own.and_then(|_| own_key(key));
                let first = own_key.is_some_and(|k| k.first);
                let last = own_key.is_some_and(|k| k.last);
                all([
                    listed,
                    if first { Same::Yes } else { starts_with(key, prefix) },
                    if last { Same::Yes } else { ends_with(key, suffix) },
                ])
            }
            (Filter::Patterns(patterns), Signal::Event(event)) => {
                let event = self.canonical(event, 0);
                any(patterns.iter().map(|p| pattern::matches(&self.canonical(p, 0), &event, own.is_some())))
            }
            (Filter::Patterns(patterns), Signal::Item { fresh }) => {
                let event = self.item_event(fresh, from);
                any(patterns.iter().map(|p| pattern::matches(p, &event, false)))
            }
            (Filter::Object { .. }, _) | (Filter::Patterns(_), Signal::Object { .. }) => Same::Unknown,
        }
    }

    /// The stream record of a written item: an insertion where a part of the key is new each time.
    fn item_event(&self, fresh: &[SmolStr], table: Option<&Place>) -> Value {
        let keys = match table {
            Some(Place::Resource(id)) => self.resource(*id).props.get("KeySchema").items().0,
            _ => Vec::new(),
        };
        let new_key = keys.iter().any(|(k, _)| {
            let name = k.get("AttributeName").strings();
            name.only().and_then(Option::as_ref).is_some_and(|n| fresh.contains(n))
        });
        let name = if new_key {
            Value::str("INSERT")
        } else {
            Value::OneOf(vec![Value::str("INSERT"), Value::str("MODIFY")])
        };
        Value::Map(vec![("eventName".into(), name)], true)
    }

    /// What arrives behind a connection.
    pub fn after(&self, signal: &Signal, forward: &Forward) -> Signal {
        let opaque = || Signal::Event(Value::Map(Vec::new(), true));
        match (forward.via, signal) {
            (Via::Event, _) => signal.clone(),
            (Via::BucketEvents, Signal::Object { event, key }) => {
                let Some((_, detail_type)) = DETAIL_TYPES.iter().find(|(e, _)| event.starts_with(e)) else {
                    return opaque();
                };
                let bucket = match &forward.from {
                    Place::Resource(id) => Value::Of(*id, Attr::Name),
                    Place::Outside(_, name) => name.clone(),
                };
                let open = |k: &str, v: Value| Value::Map(vec![(k.into(), v)], true);
                let detail = Value::Map(
                    vec![
                        ("bucket".into(), open("name", bucket)),
                        ("object".into(), open("key", key.clone())),
                    ],
                    true,
                );
                Signal::Event(Value::Map(
                    vec![
                        ("source".into(), Value::str("aws.s3")),
                        ("detail-type".into(), Value::str(*detail_type)),
                        ("detail".into(), detail),
                    ],
                    true,
                ))
            }
            (Via::Raw, Signal::Event(note)) => {
                let body = note.get("Message").cloned().unwrap_or_else(Value::unknown);
                Signal::Event(Value::Map(vec![("body".into(), body)], true))
            }
            _ => opaque(),
        }
    }

    /// Names of resources by the constant name the template gives, where it gives one.
    fn canonical(&self, v: &Value, depth: u32) -> Value {
        match v {
            Value::Of(id, Attr::Name) => match self.resource(*id).physical_name().only() {
                Some(name) => name.clone(),
                None => v.clone(),
            },
            Value::Map(entries, open) if depth < 32 => Value::Map(
                entries.iter().map(|(k, v)| (k.clone(), self.canonical(v, depth + 1))).collect(),
                *open,
            ),
            Value::List(items, open) if depth < 32 => {
                Value::List(items.iter().map(|v| self.canonical(v, depth + 1)).collect(), *open)
            }
            v => v.clone(),
        }
    }
}

/// `detail-type` by the event type of the notification.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html>
const DETAIL_TYPES: &[(&str, &str)] = &[
    ("ObjectCreated:", "Object Created"),
    ("ObjectRestore:Post", "Object Restore Initiated"),
    ("ObjectTagging:Put", "Object Tags Added"),
    ("ObjectAcl:Put", "Object ACL Updated"),
];

/// Whether a notification's event type covers what happens.
fn event_type(listed: &str, event: &str) -> Same {
    let listed = listed.strip_prefix("s3:").unwrap_or(listed);
    let hit = match listed.strip_suffix('*') {
        Some(class) => event.starts_with(class),
        None => listed == event,
    };
    if hit { Same::Yes } else { Same::No }
}

/// Where the key of the object that triggered the code stands in a key.
#[derive(Debug, Clone, Copy)]
struct OwnKey {
    first: bool,
    last: bool,
}

/// A key made of the triggering object's own key: what passed the prefix filter passes it again where the own key
/// comes first, and likewise for the suffix.
fn own_key(key: &Value) -> Option<OwnKey> {
    let is_own = |v: &Value| matches!(v, Value::Event(p) if is_key_path(p));
    match key {
        Value::Concat(parts) => {
            let (first, last) = (parts.first().is_some_and(is_own), parts.last().is_some_and(is_own));
            Some(OwnKey { first, last })
        }
        v if is_own(v) => Some(OwnKey { first: true, last: true }),
        _ => None,
    }
}

fn is_key_path(p: &Path) -> bool {
    let p: Vec<&str> = p.iter().map(SmolStr::as_str).collect();
    p == ["Records", "*", "s3", "object", "key"]
}
