//! What tables can't say: properties made of several arguments.

use super::Evaluated;
use super::map::{self, each, edited, entry, put, sole, text};
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::Why;
use lamlint_model::value::{Attr, Value};
use smol_str::SmolStr;

/// Types whose properties are not read off the tables alone.
pub(super) const SHAPED: &[&str] =
    &["aws_dynamodb_table", "aws_s3_bucket_notification", "aws_lambda_permission", "aws_kinesis_stream"];

/// The properties of a resource with what is odd about its type set right.
pub(super) fn shaped(e: &Evaluated, props: Tree) -> Tree {
    // What is added here is a type of `SHAPED` as well.
    match e.type_name.as_str() {
        "aws_dynamodb_table" => table(e, &props),
        "aws_s3_bucket_notification" => notification(&props),
        "aws_lambda_permission" => qualified(e, &props),
        "aws_kinesis_stream" => stream(&props),
        _ => props,
    }
}

/// A permission for an alias or version names it together with the function.
fn qualified(e: &Evaluated, props: &Tree) -> Tree {
    let qualifier = e.props.get("qualifier");
    let function = props.get("FunctionName");
    if qualifier.is_surely_absent() || function.is_surely_absent() {
        return props.clone();
    }
    let named = match (sole(&qualifier), sole(&function)) {
        (Some(Value::Str(s)), _) if s.is_empty() => return props.clone(),
        (Some(Value::Of(alias, _)), _) => Tree::leaf(Value::Of(alias, Attr::Arn), function.span()),
        (Some(q), Some(f)) => Tree::leaf(Value::concat([f, Value::str(":"), q]), function.span()),
        _ => Tree::unknown(Why::other("which version is meant is not known"), function.span()),
    };
    edited(props, |entries| {
        for e in entries.iter_mut().filter(|e| e.key == "FunctionName") {
            e.value = named.clone();
        }
    })
}

/// A stream without encryption names no key.
fn stream(props: &Tree) -> Tree {
    let off = sole(&props.path(&["StreamEncryption", "EncryptionType"]));
    if matches!(off, Some(Value::Str(s)) if s == "KMS") {
        return props.clone();
    }
    let known = props.path(&["StreamEncryption", "EncryptionType"]).open().is_none();
    edited(props, |entries| {
        if known {
            entries.retain(|e| e.key != "StreamEncryption");
        }
    })
}

/// Keys of tables and their indexes; a stream only where it is on.
fn table(e: &Evaluated, props: &Tree) -> Tree {
    let on = e.props.get("stream_enabled").bools();
    let off = on.open().is_none() && on.alts().iter().all(|a| a.value != Some(true));
    let props = keyed(props, None);
    // The key of the table itself is the first of each index that has only a second one.
    let own = props.path(&["KeySchema"]);
    let own = own.items().0.into_iter().next().map(|(t, _)| t);
    edited(&props, |entries| {
        if off {
            entries.retain(|e| e.key != "StreamSpecification");
        }
        for e in entries.iter_mut() {
            let first = match e.key.as_str() {
                "GlobalSecondaryIndexes" => None,
                "LocalSecondaryIndexes" => own.as_ref(),
                _ => continue,
            };
            e.value = each(&e.value, |node, span| match node {
                Node::List { items, open } => {
                    let items = items.iter().map(|t| keyed(t, first)).collect();
                    Some(Tree::known(Node::List { items, open: open.clone() }, span))
                }
                node => Some(Tree::known(node.clone(), span)),
            });
        }
    })
}

/// `hash_key` and `range_key` as `KeySchema`.
fn keyed(tree: &Tree, first: Option<&Tree>) -> Tree {
    each(tree, |node, span| {
        let Node::Map { entries, open } = node else { return Some(Tree::known(node.clone(), span)) };
        let mut keys: Vec<Tree> = first.cloned().into_iter().collect();
        let mut at: Option<Span> = None;
        for (argument, kind) in [("hash_key", "HASH"), ("range_key", "RANGE")] {
            let Some(e) = entries.iter().find(|e| e.key == argument) else { continue };
            at = at.or(Some(e.key_span));
            let of = vec![
                Entry { key: SmolStr::new_static("AttributeName"), ..e.clone() },
                entry("KeyType", e.key_span, text(kind, e.key_span)),
            ];
            keys.push(Tree::map(of, e.value.span()));
        }
        let mut out: Vec<Entry> =
            entries.iter().filter(|e| e.key != "hash_key" && e.key != "range_key").cloned().collect();
        if let Some(at) = at {
            out.push(entry("KeySchema", at, Tree::known(Node::List { items: keys, open: None }, at)));
        }
        Some(Tree::known(Node::Map { entries: out, open: open.clone() }, span))
    })
}

/// Prefix and suffix as the rules of a filter.
fn notification(props: &Tree) -> Tree {
    let sorts = ["LambdaConfigurations", "QueueConfigurations", "TopicConfigurations"];
    let filtered = |tree: &Tree| {
        edited(tree, |entries| {
            let mut rules = Vec::new();
            let mut at = None;
            for key in ["Prefix", "Suffix"] {
                let Some(i) = entries.iter().position(|e| e.key == key) else { continue };
                let e = entries.remove(i);
                at = at.or(Some(e.key_span));
                let rule = vec![
                    entry("Name", e.key_span, text(key.to_ascii_lowercase(), e.key_span)),
                    Entry { key: SmolStr::new_static("Value"), ..e.clone() },
                ];
                rules.push(Tree::map(rule, e.value.span()));
            }
            if let Some(at) = at {
                let rules = Tree::known(Node::List { items: rules, open: None }, at);
                put(entries, "Filter.S3Key.Rules", at, rules);
            }
        })
    };
    edited(props, |entries| {
        for e in entries.iter_mut().filter(|e| e.key == "NotificationConfiguration") {
            e.value = edited(&e.value, |sorted| {
                for s in sorted.iter_mut().filter(|s| sorts.contains(&s.key.as_str())) {
                    s.value = each(&s.value, |node, span| match node {
                        Node::List { items, open } => {
                            let items = items.iter().map(filtered).collect();
                            Some(Tree::known(Node::List { items, open: open.clone() }, span))
                        }
                        node => Some(Tree::known(node.clone(), span)),
                    });
                }
            });
        }
    })
}

/// The policy KMS gives a key that names none.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
pub(super) fn default_key_policy() -> Value {
    let map = |entries: Vec<(&str, Value)>| {
        Value::Map(entries.into_iter().map(|(k, v)| (SmolStr::new(k), v)).collect(), false)
    };
    let root = Value::concat([
        Value::str("arn:"),
        Value::Pseudo("AWS::Partition".into()),
        Value::str(":iam::"),
        Value::Pseudo("AWS::AccountId".into()),
        Value::str(":root"),
    ]);
    let statement = map(vec![
        ("Effect", Value::str("Allow")),
        ("Principal", map(vec![("AWS", root)])),
        ("Action", Value::str("kms:*")),
        ("Resource", Value::str("*")),
    ]);
    map(vec![("Version", Value::str("2012-10-17")), ("Statement", Value::List(vec![statement], false))])
}

/// A statement of `aws_cloudwatch_event_permission`.
pub(super) fn bus_statement(e: &Evaluated) -> Tree {
    let span = e.anchor.span;
    let mut entries = vec![entry("Effect", span, text("Allow", span))];
    for (argument, property) in [("principal", "Principal"), ("action", "Action")] {
        let value = e.props.get(argument);
        if !value.is_surely_absent() {
            entries.push(entry(property, span, value));
        }
    }
    if !entries.iter().any(|e| e.key == "Action") {
        entries.push(entry("Action", span, text("events:PutEvents", span)));
    }
    if !e.props.get("condition").is_surely_absent() {
        let unknown = Tree::unknown(Why::other("a condition of the policy"), span);
        entries.push(entry("Condition", span, unknown));
    }
    map::each(&Tree::map(entries, span), |node, span| Some(Tree::known(node.clone(), span)))
}
