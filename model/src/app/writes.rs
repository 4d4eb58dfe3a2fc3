//! What code writes to places that pass it on: the operations as data, their arguments as filters see them.

use super::Kind;
use crate::handler::SdkCall;
use crate::json;
use crate::value::{Deps, Value};
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
    /// Whether writing again certainly is an event again. A table makes no stream record of a write that changes
    /// nothing, and a condition may reject the second write.
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

/// Arguments that can make a service reject or drop a repeated write.
const CONDITIONS: &[&str] =
    &["ConditionExpression", "Expected", "IfNoneMatch", "IfMatch", "MessageDeduplicationId"];

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
    // A condition or a deduplication id may reject the second write.
    let repeats = repeats && CONDITIONS.iter().all(|c| entry.get(c).is_none());
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
