//! Symbolic values, shared by templates and code.
//!
//! A queue's address in a template (`!Ref Jobs`), in an environment variable, and in code
//! (`os.environ["QUEUE_URL"]`) are all values of this one domain; [`crate::app::App::resolve`] brings
//! them to the identity of a resource, so they compare by what they mean, not by how they are spelt.

use crate::app::ResourceId;
use crate::tri::Why;
use smol_str::SmolStr;
use std::fmt;

/// A value as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `None`, `undefined`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Str(SmolStr),
    /// Text made of parts in order. Parts are never `Concat`, neighbouring `Str` are merged, and there are at least two.
    Concat(Vec<Value>),
    /// Elements in order, and whether there may be more or others.
    List(Vec<Value>, bool),
    /// Entries in order of writing, and whether there may be more or others.
    Map(Vec<(SmolStr, Value)>, bool),
    /// The environment variable of that name, of the function that runs the code.
    Env(SmolStr),
    /// A part of the event the handler was given; no segment is the whole event, `*` is any element or record.
    Event(Path),
    /// A part of the context object, by the language-neutral names of [`context`].
    Context(Path),
    /// An identity of a resource of the project.
    Of(ResourceId, Attr),
    /// A pseudo-parameter: `AWS::Region`, `AWS::AccountId`, `AWS::Partition`, `AWS::StackName` …
    Pseudo(SmolStr),
    /// A parameter nothing gives a value to; equal to itself only.
    Param(SmolStr),
    /// Something different on every evaluation.
    Fresh(Fresh),
    /// The result of an SDK call, or a part of it.
    CallResult {
        /// Service, as in [`crate::handler::SdkCall::service`].
        service: SmolStr,
        /// Operation, as in [`crate::handler::SdkCall::operation`].
        operation: SmolStr,
        /// The part of the result.
        path: Path,
    },
    /// One of several values.
    OneOf(Vec<Value>),
    /// Not known, but known what it is computed from.
    Unknown(Deps),
}

/// Segments of an access path; `*` is any index.
pub type Path = Vec<SmolStr>;

/// Language-neutral names of the fields of the context object.
pub mod context {
    /// The function's name.
    pub const FUNCTION_NAME: &str = "function_name";
    /// The version that runs.
    pub const FUNCTION_VERSION: &str = "function_version";
    /// The ARN that was invoked (of the function or one of its aliases).
    pub const INVOKED_ARN: &str = "invoked_function_arn";
    /// The id of the request; the same on retries of an asynchronous invocation, new for each client retry.
    pub const REQUEST_ID: &str = "request_id";
}

/// Which identity of a resource a value is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr {
    /// Its name or id.
    Name,
    /// Its ARN.
    Arn,
    /// Its URL (queues, function URLs, API endpoints).
    Url,
    /// Another attribute, by its CloudFormation name (`StreamArn`).
    Other(SmolStr),
}

/// Kinds of values that differ on every evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// A random identifier.
    Uuid,
    /// The current time or date.
    Time,
    /// Any other random value.
    Random,
}

/// What an unknown value is computed from: a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deps(u8);

impl Deps {
    /// Nothing that is known of.
    pub const NONE: Self = Self(0);
    /// The event.
    pub const EVENT: Self = Self(1);
    /// The context object.
    pub const CONTEXT: Self = Self(2);
    /// Time or randomness.
    pub const FRESH: Self = Self(4);
    /// The result of a call to a service or another host.
    pub const CALL: Self = Self(8);
    /// The environment of the process.
    pub const ENV: Self = Self(16);
    /// Something that was not followed.
    pub const OTHER: Self = Self(32);

    /// Union.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether any of `other` is in the set.
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Whether two values are the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// Not decided.
    Unknown,
}

impl Value {
    /// Text.
    pub fn str(s: impl Into<SmolStr>) -> Self {
        Self::Str(s.into())
    }

    /// An unknown value with nothing known of its origin.
    pub const fn unknown() -> Self {
        Self::Unknown(Deps::OTHER)
    }

    /// The text, when it is constant text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The whole number; text of digits counts, as templates quote numbers freely.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            Self::Str(s) => s.trim().parse().ok(),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            Self::Float(f) if f.fract() == 0.0 && f.abs() < 9e15 => Some(*f as i64),
            _ => None,
        }
    }

    /// The truth value; `"true"` and `"false"` in any case count, as templates quote them freely.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            Self::Str(s) if s.eq_ignore_ascii_case("true") => Some(true),
            Self::Str(s) if s.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The value of a constant key of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(entries, _) => entries.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// Join parts to text: constants are merged, nested concatenations flattened. Text that grows out of all
    /// proportion (`x += x` in a loop) is not known any more.
    pub fn concat(parts: impl IntoIterator<Item = Value>) -> Self {
        let mut out: Vec<Value> = Vec::new();
        let (mut size, mut deps) = (0_usize, Deps::NONE);
        for p in parts {
            size = size.saturating_add(p.text_size());
            deps = deps.or(p.deps());
            if size > MAX_TEXT {
                out.clear();
                continue;
            }
            let p = match p {
                Self::Int(i) => Self::str(i.to_string()),
                Self::Bool(b) => Self::str(b.to_string()),
                p => p,
            };
            match (p, out.last_mut()) {
                (Self::Concat(inner), _) => {
                    for q in inner {
                        push_part(&mut out, q);
                    }
                }
                (p, _) => push_part(&mut out, p),
            }
        }
        if size > MAX_TEXT {
            return Self::Unknown(deps);
        }
        match out.len() {
            0 => Self::str(""),
            1 => out.swap_remove(0),
            _ => Self::Concat(out),
        }
    }

    /// How much a value adds to a text: bytes of constants, and as much as a short name for what is not constant.
    fn text_size(&self) -> usize {
        match self {
            Self::Str(s) => s.len(),
            Self::Concat(parts) => parts.iter().fold(0, |n, p| n.saturating_add(p.text_size())),
            _ => 64,
        }
    }

    /// What the value is computed from.
    pub fn deps(&self) -> Deps {
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::Of(..)
            | Self::Pseudo(_)
            | Self::Param(_) => Deps::NONE,
            Self::Env(_) => Deps::ENV,
            Self::Event(_) => Deps::EVENT,
            Self::Context(_) => Deps::CONTEXT,
            Self::Fresh(_) => Deps::FRESH,
            Self::CallResult { .. } => Deps::CALL,
            Self::Unknown(d) => *d,
            Self::Concat(v) | Self::OneOf(v) => v.iter().fold(Deps::NONE, |d, x| d.or(x.deps())),
            Self::List(v, open) => {
                v.iter().fold(if *open { Deps::OTHER } else { Deps::NONE }, |d, x| d.or(x.deps()))
            }
            Self::Map(v, open) => {
                v.iter().fold(if *open { Deps::OTHER } else { Deps::NONE }, |d, (_, x)| d.or(x.deps()))
            }
        }
    }

    /// The constant text every possible rendering starts with (may be empty).
    pub fn prefix(&self) -> &str {
        match self {
            Self::Str(s) => s,
            Self::Concat(parts) => parts.first().and_then(Self::as_str).unwrap_or(""),
            _ => "",
        }
    }

    /// The constant text every possible rendering ends with (may be empty).
    pub fn suffix(&self) -> &str {
        match self {
            Self::Str(s) => s,
            Self::Concat(parts) => parts.last().and_then(Self::as_str).unwrap_or(""),
            _ => "",
        }
    }

    /// Whether two values denote the same thing. Symbols equal themselves; two different resources are different.
    pub fn same(&self, other: &Self) -> Same {
        use Value as V;
        match (self, other) {
            (V::Unknown(_) | V::Fresh(_) | V::CallResult { .. }, _)
            | (_, V::Unknown(_) | V::Fresh(_) | V::CallResult { .. }) => Same::Unknown,
            (V::OneOf(v), x) | (x, V::OneOf(v)) => {
                let all: Vec<Same> = v.iter().map(|y| x.same(y)).collect();
                if all.iter().all(|s| *s == Same::Yes) {
                    Same::Yes
                } else if all.iter().all(|s| *s == Same::No) {
                    Same::No
                } else {
                    Same::Unknown
                }
            }
            (V::Of(a, x), V::Of(b, y)) => match (a == b, x == y) {
                (true, true) => Same::Yes,
                (false, _) => Same::No,
                (true, false) => Same::Unknown,
            },
            (a, b) if a == b => Same::Yes,
            (V::Str(_) | V::Int(_) | V::Bool(_) | V::Null, V::Str(_) | V::Int(_) | V::Bool(_) | V::Null) => {
                match (a_text(self), a_text(other)) {
                    (Some(a), Some(b)) if a == b => Same::Yes,
                    _ => Same::No,
                }
            }
            (V::Concat(_), V::Str(s)) | (V::Str(s), V::Concat(_)) => {
                let c = if matches!(self, V::Concat(_)) { self } else { other };
                if s.starts_with(c.prefix()) && s.ends_with(c.suffix()) { Same::Unknown } else { Same::No }
            }
            _ => Same::Unknown,
        }
    }

    /// `OneOf` of distinct values, flattened; more than eight become unknown.
    pub fn one_of(values: impl IntoIterator<Item = Value>) -> Self {
        let mut out: Vec<Value> = Vec::new();
        let mut push = |v: Value| {
            if !out.contains(&v) {
                out.push(v);
            }
        };
        for v in values {
            match v {
                Self::OneOf(inner) => inner.into_iter().for_each(&mut push),
                v => push(v),
            }
        }
        match out.len() {
            0 => Self::unknown(),
            1 => out.swap_remove(0),
            2..=8 => Self::OneOf(out),
            _ => Self::Unknown(out.iter().fold(Deps::OTHER, |d, v| d.or(v.deps()))),
        }
    }
}

fn a_text(v: &Value) -> Option<SmolStr> {
    match v {
        Value::Str(s) => Some(s.clone()),
        Value::Int(i) => Some(i.to_string().into()),
        Value::Bool(b) => Some(b.to_string().into()),
        _ => None,
    }
}

/// Largest text that is put together, in bytes; names and queries are far smaller.
const MAX_TEXT: usize = 256 * 1024;

fn push_part(out: &mut Vec<Value>, p: Value) {
    match (&p, out.last_mut()) {
        (Value::Str(s), _) if s.is_empty() => {}
        (Value::Str(s), Some(Value::Str(last))) => *last = format!("{last}{s}").into(),
        _ => out.push(p),
    }
}

impl fmt::Display for Value {
    /// A short rendering for people and for `lamlint model`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |f: &mut fmt::Formatter<'_>, root: &str, p: &Path| {
            f.write_str(root)?;
            p.iter().try_for_each(|s| if s == "*" { f.write_str("[*]") } else { write!(f, ".{s}") })
        };
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => write!(f, "{x}"),
            Self::Str(s) => write!(f, "{s:?}"),
            Self::Concat(parts) => {
                f.write_str("\"")?;
                for p in parts {
                    match p {
                        Self::Str(s) => f.write_str(s)?,
                        p => write!(f, "${{{p}}}")?,
                    }
                }
                f.write_str("\"")
            }
            Self::List(v, open) => {
                f.write_str("[")?;
                for (i, x) in v.iter().enumerate() {
                    write!(f, "{}{x}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(if *open { ", …]" } else { "]" })
            }
            Self::Map(v, open) => {
                f.write_str("{")?;
                for (i, (k, x)) in v.iter().enumerate() {
                    write!(f, "{}{k}: {x}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(if *open { ", …}" } else { "}" })
            }
            Self::Env(n) => write!(f, "env.{n}"),
            Self::Event(p) => path(f, "event", p),
            Self::Context(p) => path(f, "context", p),
            Self::Of(id, a) => write!(f, "#{}.{a}", id.0),
            Self::Pseudo(n) | Self::Param(n) => f.write_str(n),
            Self::Fresh(Fresh::Uuid) => f.write_str("<random id>"),
            Self::Fresh(Fresh::Time) => f.write_str("<current time>"),
            Self::Fresh(Fresh::Random) => f.write_str("<random value>"),
            Self::CallResult { service, operation, path: p } => {
                path(f, &format!("{service}.{operation}()"), p)
            }
            Self::OneOf(v) => {
                for (i, x) in v.iter().enumerate() {
                    write!(f, "{}{x}", if i > 0 { " | " } else { "" })?;
                }
                Ok(())
            }
            Self::Unknown(_) => f.write_str("?"),
        }
    }
}

impl fmt::Display for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Arn => "arn",
            Self::Url => "url",
            Self::Other(s) => s,
        })
    }
}

/// The last part of an ARN or queue URL, kept symbolic: what names the resource.
///
/// `"arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs"` gives service `sqs` and name `"jobs"`;
/// `https://sqs.eu-west-1.amazonaws.com/123456789012/jobs` likewise.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The service part of the ARN (`sqs`, `lambda`, `dynamodb`, `s3` …).
    pub service: SmolStr,
    /// The resource part behind the account, with its type prefix (`function:`, `table/`) removed.
    pub name: Value,
}

impl Named {
    /// Read an ARN or queue URL whose service part is constant.
    pub fn parse(v: &Value) -> Result<Self, Why> {
        let parts: Vec<Value> = match v {
            Value::Str(_) => vec![v.clone()],
            Value::Concat(p) => p.clone(),
            _ => return Err(Why::other("not text")),
        };
        if let Some(rest) = v.prefix().strip_prefix("https://sqs.")
            && !rest.is_empty()
        {
            let segments = split_symbolic(&parts, '/');
            return match &segments[..] {
                [_, _, _, _, name] => Ok(Self { service: "sqs".into(), name: name.clone() }),
                _ => Err(Why::other("not a queue URL")),
            };
        }
        let segments = split_symbolic(&parts, ':');
        match &segments[..] {
            [arn, _partition, service, _region, _account, rest @ ..]
                if arn.as_str() == Some("arn") && !rest.is_empty() =>
            {
                let service = service.as_str().ok_or_else(|| Why::other("service part is not constant"))?;
                let name = match (service, rest) {
                    ("lambda", [kind, name, ..]) if kind.as_str() == Some("function") => name.clone(),
                    ("states" | "logs", [_, name, ..]) => name.clone(),
                    (
                        "dynamodb" | "kinesis" | "events" | "elasticfilesystem" | "codeguru-profiler",
                        [one],
                    ) => {
                        let below = split_symbolic(&symbolic_parts(one), '/');
                        below.get(1).cloned().unwrap_or_else(|| one.clone())
                    }
                    ("s3", [one]) => split_symbolic(&symbolic_parts(one), '/')[0].clone(),
                    (_, [one]) => one.clone(),
                    _ => return Err(Why::other("unusual ARN")),
                };
                Ok(Self { service: service.into(), name })
            }
            _ => Err(Why::other("not an ARN")),
        }
    }
}

fn symbolic_parts(v: &Value) -> Vec<Value> {
    match v {
        Value::Concat(p) => p.clone(),
        v => vec![v.clone()],
    }
}

/// Split symbolic text at a character, as far as the constant parts show it.
pub fn split_symbolic(parts: &[Value], at: char) -> Vec<Value> {
    let mut out: Vec<Vec<Value>> = vec![Vec::new()];
    for p in parts {
        match p {
            Value::Str(s) => {
                for (i, piece) in s.split(at).enumerate() {
                    if i > 0 {
                        out.push(Vec::new());
                    }
                    if let Some(last) = out.last_mut() {
                        last.push(Value::str(piece));
                    }
                }
            }
            p => {
                if let Some(last) = out.last_mut() {
                    last.push(p.clone());
                }
            }
        }
    }
    out.into_iter().map(Value::concat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_and_urls_are_read_symbolically() {
        let arn = Value::concat([
            Value::str("arn:aws:sqs:"),
            Value::Pseudo("AWS::Region".into()),
            Value::str(":"),
            Value::Pseudo("AWS::AccountId".into()),
            Value::str(":jobs"),
        ]);
        assert_eq!(Named::parse(&arn).unwrap(), Named { service: "sqs".into(), name: Value::str("jobs") });
        let name = Value::Of(ResourceId(3), Attr::Name);
        let arn = Value::concat([Value::str("arn:aws:s3:::"), name.clone(), Value::str("/*")]);
        assert_eq!(Named::parse(&arn).unwrap().name, name);
        let url = Value::str("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs");
        assert_eq!(Named::parse(&url).unwrap().name, Value::str("jobs"));
        let f = Value::str("arn:aws:lambda:eu-west-1:123456789012:function:worker:live");
        assert_eq!(Named::parse(&f).unwrap().name, Value::str("worker"));
    }

    #[test]
    fn concat_is_normal() {
        let v = Value::concat([
            Value::str("a"),
            Value::concat([Value::str("b"), Value::Env("X".into())]),
            Value::str(""),
        ]);
        assert_eq!(v, Value::Concat(vec![Value::str("ab"), Value::Env("X".into())]));
        assert_eq!((v.prefix(), v.suffix()), ("ab", ""));
    }

    #[test]
    fn different_resources_are_different() {
        let a = Value::Of(ResourceId(1), Attr::Arn);
        assert_eq!(a.same(&Value::Of(ResourceId(2), Attr::Name)), Same::No);
        assert_eq!(a.same(&a.clone()), Same::Yes);
        assert_eq!(Value::unknown().same(&Value::unknown()), Same::Unknown);
    }
}
