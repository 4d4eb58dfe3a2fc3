//! Which resource a call's action is checked on, from its arguments.

use crate::app::Kind;
use crate::value::Value;
use std::sync::LazyLock;

/// A resource as the arguments of a call name it; [`crate::App::requested`] makes an ARN of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// What kind of resource is named by name, ARN or URL; `None` when it is named by ARN only.
    pub kind: Option<Kind>,
    /// The argument.
    pub name: Value,
    /// What its ARN has behind the name (`/index/ByDate`, `/` and an object's key).
    pub behind: Value,
    /// How its ARN is made of its name, where its kind does not say so.
    pub form: Option<&'static Form>,
}

/// What ARNs of resources look like that are of no kind of their own.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// The shape of the table.
    shape: &'static str,
    /// What follows the partition: `{}` is the name, `*` something that is not known.
    pub text: &'static str,
    /// How the names start that are certainly of this form; empty when all are.
    pub starts: &'static [&'static str],
}

/// Source: the resource types of
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
const FORMS: &[Form] = &[
    Form::of("agent", "bedrock:${AWS::Region}:${AWS::AccountId}:agent-alias/{}"),
    Form::of("alarm", "cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:{}"),
    Form::of("crawler", "glue:${AWS::Region}:${AWS::AccountId}:crawler/{}"),
    Form::of("database", "timestream:${AWS::Region}:${AWS::AccountId}:database/{}"),
    Form::of("deletion", "execute-api:${AWS::Region}:${AWS::AccountId}:*/DELETE/@connections/*"),
    Form::of("guardrail", "bedrock:${AWS::Region}:${AWS::AccountId}:guardrail/{}"),
    // The address, or its domain.
    Form::of("identity", "ses:${AWS::Region}:${AWS::AccountId}:identity/*"),
    Form::of("job", "glue:${AWS::Region}:${AWS::AccountId}:job/{}"),
    Form::of("knowledgebase", "bedrock:${AWS::Region}:${AWS::AccountId}:knowledge-base/{}"),
    // Others are inference profiles, which stand for models of several regions.
    Form {
        shape: "model",
        text: "bedrock:${AWS::Region}::foundation-model/{}",
        starts: &[
            "ai21.",
            "amazon.",
            "anthropic.",
            "cohere.",
            "deepseek.",
            "meta.",
            "mistral.",
            "openai.",
            "stability.",
        ],
    },
    Form::of("posting", "execute-api:${AWS::Region}:${AWS::AccountId}:*/POST/@connections/*"),
    Form::of("reading", "execute-api:${AWS::Region}:${AWS::AccountId}:*/GET/@connections/*"),
    Form::of("schedule", "scheduler:${AWS::Region}:${AWS::AccountId}:schedule/{}"),
    Form::of("thing", "iot:${AWS::Region}:${AWS::AccountId}:thing/{}"),
    Form::of("topic", "iot:${AWS::Region}:${AWS::AccountId}:topic/{}"),
    Form::of("workgroup", "athena:${AWS::Region}:${AWS::AccountId}:workgroup/{}"),
];

impl Form {
    const fn of(shape: &'static str, text: &'static str) -> Self {
        Self { shape, text, starts: &[] }
    }
}

/// Shapes of the table. `object` is `bucket/key`.
const SHAPES: &[(&str, Option<Kind>)] = &[
    ("arn", None),
    ("bucket", Some(Kind::Bucket)),
    ("bus", Some(Kind::EventBus)),
    ("delivery", Some(Kind::DeliveryStream)),
    ("function", Some(Kind::Function)),
    ("key", Some(Kind::Key)),
    ("loggroup", Some(Kind::LogGroup)),
    ("object", Some(Kind::Bucket)),
    ("parameter", Some(Kind::Parameter)),
    ("queue", Some(Kind::Queue)),
    ("secret", Some(Kind::Secret)),
    ("stream", Some(Kind::Stream)),
    ("table", Some(Kind::Table)),
    ("userpool", Some(Kind::UserPool)),
];

#[derive(Debug)]
struct Row {
    service: &'static str,
    operations: Vec<&'static str>,
    action: &'static str,
    shape: &'static str,
    arguments: &'static str,
    behind: &'static str,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    super::names::lines(include_str!("../data/iam_resources.tsv")).into_iter().filter_map(row).collect()
});

fn row(line: &'static str) -> Option<Row> {
    let c: Vec<&str> = line.split('\t').collect();
    Some(Row {
        service: c.first()?,
        operations: c.get(1)?.split(',').collect(),
        action: c.get(2)?,
        shape: c.get(3)?,
        arguments: c.get(4)?,
        behind: c.get(5).copied().unwrap_or_default(),
    })
}

/// The resources an action of a call is asked for; empty when they are not known.
pub(super) fn subjects(service: &str, operation: &str, action: &str, args: &Value) -> Vec<Subject> {
    ROWS.iter()
        .filter(|r| r.service == service && r.operations.contains(&operation))
        .filter(|r| r.action == "*" || r.action == action)
        .map(|r| read(r, args))
        .find(|s| !s.is_empty())
        .unwrap_or_default()
}

fn read(row: &Row, args: &Value) -> Vec<Subject> {
    let kind = SHAPES.iter().find(|(n, _)| *n == row.shape).and_then(|(_, k)| *k);
    let form = FORMS.iter().find(|f| f.shape == row.shape);
    let (paths, default) = row.arguments.split_once('=').map_or((row.arguments, None), |(p, d)| (p, Some(d)));
    let mut names: Vec<Value> = Vec::new();
    for path in paths.split('|') {
        let found = find(args, path);
        names.extend(found.values.into_iter().filter(|v| *v != Value::Null));
        if let Some(d) = default
            && found.lacking > 0
        {
            names.push(Value::str(d));
        }
    }
    let behind = behind(row.behind, args);
    names
        .into_iter()
        .filter_map(|name| match (row.shape, &name) {
            ("object", Value::Str(_) | Value::Concat(_)) => split(&name, behind.clone()),
            ("object", Value::Map(..)) => None,
            _ => Some(Subject { kind, name, behind: behind.clone(), form }),
        })
        .collect()
}

/// `bucket/key?versionId=…`, also with a leading slash.
fn split(source: &Value, behind: Value) -> Option<Subject> {
    let parts = match source {
        Value::Concat(p) => p.clone(),
        v => vec![v.clone()],
    };
    let mut segments = crate::value::split_symbolic(&parts, '/').into_iter();
    let mut name = segments.next()?;
    if name.as_str() == Some("") {
        name = segments.next()?;
    }
    let mut key: Vec<Value> = Vec::new();
    for s in segments {
        key.push(Value::str("/"));
        key.push(s);
    }
    if key.is_empty() || Value::concat(key.clone()).prefix().contains('?') {
        key = vec![Value::str("/"), Value::unknown()];
    }
    key.push(behind);
    Some(Subject { kind: Some(Kind::Bucket), name, behind: Value::concat(key), form: None })
}

fn behind(text: &str, args: &Value) -> Value {
    let optional = text.starts_with('[');
    let text = text.trim_matches(['[', ']']);
    let Some((before, rest)) = text.split_once('{') else { return Value::str(text) };
    let (path, after) = rest.split_once('}').unwrap_or((rest, ""));
    let found = find(args, path);
    match &found.values[..] {
        [v] if *v != Value::Null => {
            let v = if optional && !certain(v) { Value::unknown() } else { v.clone() };
            if optional && matches!(v, Value::Unknown(_)) {
                return v;
            }
            Value::concat([Value::str(before), v, Value::str(after)])
        }
        [] if optional && !found.open => Value::str(""),
        _ if optional => Value::unknown(),
        _ => Value::concat([Value::str(before), Value::unknown(), Value::str(after)]),
    }
}

/// A value that is certainly there.
fn certain(v: &Value) -> bool {
    matches!(v, Value::Str(_) | Value::Concat(_) | Value::Of(..) | Value::Env(_))
}

/// What stands at a path of the arguments.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The values.
    pub(super) values: Vec<Value>,
    /// There may be more.
    pub(super) open: bool,
    /// How many places certainly lack the last key.
    pub(super) lacking: usize,
}

/// Follow a path: keys, `*` for the elements of a list, `{}` for the keys of a map.
pub(super) fn find(args: &Value, path: &str) -> Found {
    let mut found = Found { values: vec![args.clone()], ..Found::default() };
    for key in path.split('.') {
        let mut next = Vec::new();
        found.lacking = 0;
        for v in &found.values {
            match (key, v) {
                ("*", Value::List(items, open)) => {
                    next.extend(items.iter().cloned());
                    found.open |= open;
                }
                ("{}", Value::Map(entries, open)) => {
                    next.extend(entries.iter().map(|(k, _)| Value::Str(k.clone())));
                    found.open |= open;
                }
                (key, Value::Map(_, open)) if key != "*" => match v.get(key) {
                    Some(v) => next.push(v.clone()),
                    None if *open => found.open = true,
                    None => found.lacking += 1,
                },
                (_, Value::Str(_) | Value::Int(_) | Value::Bool(_) | Value::Null | Value::Concat(_)) => {}
                _ => found.open = true,
            }
        }
        found.values = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{actions, operations};
    use super::*;
    use crate::json;

    fn on(service: &str, operation: &str, action: &str, args: &str) -> Vec<String> {
        let args = json::parse(&Value::str(args)).unwrap();
        subjects(service, operation, action, &args)
            .into_iter()
            .map(|s| Value::concat([s.name, s.behind]).to_string())
            .collect()
    }

    #[test]
    fn every_row_is_read() {
        assert_eq!(ROWS.len(), super::super::names::lines(include_str!("../data/iam_resources.tsv")).len());
        for r in ROWS.iter() {
            let formed = FORMS.iter().any(|f| f.shape == r.shape);
            assert!(formed || SHAPES.iter().any(|(n, _)| *n == r.shape), "{r:?}");
            assert!(r.action == "*" || actions::find(r.action).is_some(), "{r:?}");
            for o in &r.operations {
                assert!(operations::guarded(r.service, o).is_some(), "{}.{o}", r.service);
            }
        }
    }

    #[test]
    fn resources_of_calls() {
        let args = r#"{"TableName": "t", "IndexName": "i"}"#;
        assert_eq!(on("dynamodb", "Query", "dynamodb:Query", args), ["\"t/index/i\""]);
        assert_eq!(on("dynamodb", "Query", "dynamodb:Query", r#"{"TableName": "t"}"#), ["\"t\""]);
        let args = r#"{"RequestItems": {"a": [], "b": []}}"#;
        assert_eq!(on("dynamodb", "BatchWriteItem", "dynamodb:BatchWriteItem", args), ["\"a\"", "\"b\""]);
        let args = r#"{"TransactItems": [{"Put": {"TableName": "a"}}, {"Update": {"TableName": "b"}}]}"#;
        assert_eq!(on("dynamodb", "TransactWriteItems", "dynamodb:UpdateItem", args), ["\"b\""]);
        let args = r#"{"Bucket": "b", "Key": "k", "CopySource": "/s/t/u"}"#;
        assert_eq!(on("s3", "CopyObject", "s3:PutObject", args), ["\"b/k\""]);
        assert_eq!(on("s3", "CopyObject", "s3:GetObject", args), ["\"s/t/u\""]);
        let args = r#"{"Bucket": "b", "Key": "k", "CopySource": {"Bucket": "s", "Key": "t"}}"#;
        assert_eq!(on("s3", "CopyObject", "s3:GetObject", args), ["\"s/t\""]);
        assert_eq!(on("s3", "DeleteObjects", "s3:DeleteObject", r#"{"Bucket": "b"}"#), ["\"b/${?}\""]);
        let args = r#"{"Entries": [{"EventBusName": "x"}, {}]}"#;
        assert_eq!(on("events", "PutEvents", "events:PutEvents", args), ["\"x\"", "\"default\""]);
        assert_eq!(on("sns", "Publish", "sns:Publish", r#"{"TargetArn": "arn:x"}"#), ["\"arn:x\""]);
        assert!(on("sns", "Publish", "sns:Publish", r#"{"PhoneNumber": "1"}"#).is_empty());
        assert!(on("s3", "ListBuckets", "s3:ListAllMyBuckets", "{}").is_empty());
    }
}
