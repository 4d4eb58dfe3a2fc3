//! Resources that are no ARN, or one that can't be.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> and the resource types of
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use super::{Report, Use, is_looked_up};
use crate::app::Kind;
use crate::source::Span;
use crate::tri::Guards;
use crate::value::{Attr, Value, split_symbolic};

/// Service, how its resources are often written, how they are.
const SPELT: &[(&str, &str, &str)] = &[
    ("dynamodb", "table:", "table/"),
    ("events", "event-bus:", "event-bus/"),
    ("events", "rule:", "rule/"),
    ("iam", "policy:", "policy/"),
    ("iam", "role:", "role/"),
    ("kinesis", "stream:", "stream/"),
    ("kms", "key:", "key/"),
    ("lambda", "function/", "function:"),
    ("lambda", "layer/", "layer:"),
    ("logs", "log-group/", "log-group:"),
    ("secretsmanager", "secret/", "secret:"),
    ("ssm", "parameter:", "parameter/"),
    ("states", "state-machine:", "stateMachine:"),
    ("states", "stateMachine/", "stateMachine:"),
    ("states", "statemachine:", "stateMachine:"),
];

/// What of S3 has a region or an account in its ARN; buckets and objects have not.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-resources-for-iam-policies>
const OF_REGION: &[&str] =
    &["accesspoint", "access-grants", "async-request", "job", "storage-lens", "storage-lens-group"];

/// Kinds whose name is no ARN.
const NAMED: &[Kind] = &[
    Kind::Bucket,
    Kind::DeliveryStream,
    Kind::EventBus,
    Kind::Function,
    Kind::Key,
    Kind::LogGroup,
    Kind::Parameter,
    Kind::Queue,
    Kind::Role,
    Kind::Stream,
    Kind::Table,
    Kind::UserPool,
];

const HELP: &str = "write the ARN of the resource";

/// A `Resource` or `NotResource`.
pub(super) fn resource(value: &Value, span: Span, guards: &Guards, of: Use, r: &mut Report<'_>) {
    if let Value::Str(s) = value {
        if let Some(name) = r.unsubstituted(s) {
            r.add(span, guards, format!("`${{{name}}}` stays as it is written"), "use `Fn::Sub`");
            return;
        }
        if s.is_empty() || s == "*" || is_looked_up(s) {
            return;
        }
    }
    // Some services take names in the policies of their resources.
    let strict = matches!(of, Use::Identity | Use::Attached(Some("s3")));
    if strict && let Some(text) = not_an_arn(value, r) {
        r.add(span, guards, text, HELP);
    } else if let Some((text, help)) = malformed(value, r) {
        r.add(span, guards, text, help);
    }
}

/// Why a value is certainly no ARN at all.
pub(super) fn not_an_arn(value: &Value, r: &Report<'_>) -> Option<String> {
    let named = |v: &Value| match v {
        Value::Of(id, attr @ (Attr::Name | Attr::Url)) => {
            let resource = r.app.resource(*id);
            let what = if *attr == Attr::Url { "URL" } else { "name" };
            NAMED.contains(&resource.kind).then(|| format!("the {what} of `{}` is no ARN", resource.name))
        }
        _ => None,
    };
    if texts(value).any(is_looked_up) {
        return None;
    }
    match value {
        Value::Str(s) if s.starts_with("arn:") || s.contains(['*', '?']) && "arn:".starts_with(before(s)) => {
            None
        }
        Value::Str(s) => Some(format!("`{s}` is no ARN")),
        Value::Concat(parts) => match parts.first()? {
            Value::Str(s) if s.starts_with("arn:") || "arn:".starts_with(before(s)) => None,
            Value::Str(_) => Some(format!("`{}` is no ARN", r.shown(value))),
            v => named(v),
        },
        v => named(v),
    }
}

/// The part before the first wildcard.
fn before(s: &str) -> &str {
    s.split(['*', '?']).next().unwrap_or_default()
}

/// What is certainly wrong with an ARN, and what to write.
pub(super) fn malformed(value: &Value, r: &Report<'_>) -> Option<(String, String)> {
    if !value.prefix().starts_with("arn:") {
        return None;
    }
    let parts = match value {
        Value::Concat(p) => p.clone(),
        v => vec![v.clone()],
    };
    if parts.iter().any(|p| p.as_str().is_some_and(is_looked_up)) {
        return None;
    }
    let segments = split_symbolic(&parts, ':');
    let wild = segments.iter().any(|s| texts(s).any(|t| t.contains(['*', '?'])));
    // What may hold a colon ends what is known of the places of the parts.
    let settled = segments.iter().take_while(|s| has_no_colon(s)).count();
    let text = r.shown(value);
    let told = |why: &str, help: &str| Some((format!("`{text}` is no ARN: {why}"), help.to_owned()));
    if settled == segments.len() && segments.len() < 6 && !wild {
        return told("it has fewer than six parts", HELP);
    }
    let at = |i: usize| if i < settled { segments.get(i) } else { None };
    let constant = |i: usize| at(i).and_then(Value::as_str);
    if let Some(p) = constant(1)
        && !p.contains(['*', '?'])
        && p != "aws"
        && !p.starts_with("aws-")
    {
        return told(
            &format!("there is no partition `{p}`"),
            "write `aws`, or `${AWS::Partition}` in `Fn::Sub`",
        );
    }
    if (1..5).any(|i| constant(i).is_some_and(|s| s.contains(char::is_whitespace))) || text != text.trim() {
        return told("it has a space", "remove the space");
    }
    let pseudo = |i: usize, name: &str| matches!(at(i), Some(Value::Pseudo(n)) if n == name);
    let digits =
        |i: usize| constant(i).is_some_and(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()));
    if pseudo(3, "AWS::AccountId") || pseudo(4, "AWS::Region") || digits(3) {
        return told(
            "the region comes before the account",
            "write `arn:partition:service:region:account:resource`",
        );
    }
    if digits(4) && constant(4).is_some_and(|a| a.len() != 12) {
        return told("an account has twelve digits", "write the account's twelve digits");
    }
    if nested(&segments, settled) {
        return told("there is an ARN inside", "write that ARN alone, or the name in its place");
    }
    let service = constant(2)?;
    if service == "iam" && filled(at(3)?) {
        return told("ARNs of IAM have no region", "leave the region empty: `arn:aws:iam::account:…`");
    }
    let own = at(5).or_else(|| segments.get(5).filter(|_| settled == 5))?;
    if service == "s3" && (filled(at(3)?) || filled(at(4)?)) && is_bucket(own, r) {
        let help = "leave both empty: `arn:aws:s3:::bucket`";
        return told("ARNs of buckets and objects have neither region nor account", help);
    }
    let rest = segments.get(5..)?.iter().map(|s| s.prefix().to_owned()).collect::<Vec<_>>().join(":");
    let (_, wrong, right) = SPELT.iter().find(|(s, wrong, _)| *s == service && rest.starts_with(wrong))?;
    told(&format!("its resource starts with `{right}`"), &format!("write `{right}` in place of `{wrong}`"))
}

fn texts(v: &Value) -> impl Iterator<Item = &str> {
    let parts = match v {
        Value::Concat(p) => p.as_slice(),
        v => std::slice::from_ref(v),
    };
    parts.iter().filter_map(Value::as_str)
}

/// Certainly without a colon: constants that were split at them, names, regions and accounts.
fn has_no_colon(v: &Value) -> bool {
    match v {
        Value::Str(_) | Value::Of(_, Attr::Name | Attr::Arn) => true,
        Value::Pseudo(n) => !matches!(n.as_str(), "AWS::StackId" | "AWS::NotificationARNs"),
        Value::Concat(p) => p.iter().all(has_no_colon),
        _ => false,
    }
}

/// Certainly not empty and not a wildcard.
fn filled(v: &Value) -> bool {
    match v {
        Value::Str(s) => !s.is_empty() && !s.contains(['*', '?']),
        Value::Pseudo(n) => n == "AWS::Region" || n == "AWS::AccountId",
        _ => false,
    }
}

/// An ARN where a part of one belongs.
fn nested(segments: &[Value], settled: usize) -> bool {
    let starts = |v: &Value| match v {
        Value::Of(_, Attr::Arn) => true,
        Value::Str(s) => s == "arn",
        Value::Concat(p) => matches!(p.first(), Some(Value::Of(_, Attr::Arn))),
        _ => false,
    };
    segments.iter().take(settled.min(6)).skip(1).any(starts)
}

/// The name of a bucket, alone or with a key behind it.
fn is_bucket(v: &Value, r: &Report<'_>) -> bool {
    let bucket =
        |v: &Value| matches!(v, Value::Of(id, Attr::Name) if r.app.resource(*id).kind == Kind::Bucket);
    match v {
        Value::Str(s) => {
            let name = s.split('/').next().unwrap_or_default();
            !name.is_empty() && !name.contains(['*', '?']) && !OF_REGION.contains(&name)
        }
        Value::Concat(p) => p.first().is_some_and(bucket),
        v => bucket(v),
    }
}
