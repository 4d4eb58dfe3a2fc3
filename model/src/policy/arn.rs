//! What a call is made on: ARNs of resources, symbolic where their parts are not known.

use super::token::{self, As, Token};
use crate::app::{App, Kind, ResourceId, Trigger};
use crate::aws::iam::{Form, Subject};
use crate::source::Span;
use crate::tri::{Alt, Basis, Prop, Tri, Why};
use crate::value::{Attr, Named, Value};

/// The ARN of a resource, with its parts as far as they are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Arn {
    /// The ARN as a value, for people and for fixes.
    pub value: Value,
    pub(super) tokens: Vec<Token>,
}

impl Arn {
    /// Any resource: nothing is known of it.
    pub fn unknown() -> Self {
        Self { value: Value::unknown(), tokens: vec![Token::Unknown] }
    }

    /// The resource of the project it is of or below (`!GetAtt Table.Arn`, `${Bucket.Arn}/*`).
    pub fn resource(&self) -> Option<ResourceId> {
        let head = match &self.value {
            Value::Concat(parts) => parts.first()?,
            v => v,
        };
        match head {
            Value::Of(id, Attr::Arn) => Some(*id),
            _ => None,
        }
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        matches!(&self.tokens[..], [Token::Unknown])
    }

    /// The ARN a value is.
    pub fn of_value(app: &App, value: &Value) -> Self {
        Self { value: value.clone(), tokens: token::tokens(app, value, As::Text) }
    }

    /// Any ARN of a form of [`crate::aws::iam::forms`].
    pub(super) fn of_form(form: &str) -> Self {
        Self { value: Value::unknown(), tokens: token::of_form(form) }
    }

    /// The ARN of a resource of the project.
    pub fn of(app: &App, id: ResourceId) -> Self {
        Self::of_value(app, &Value::Of(id, Attr::Arn))
    }

    /// The ARN of a resource of a kind by what names it: its name, its ARN, or its URL.
    pub fn named(app: &App, kind: Option<Kind>, name: &Value, behind: &Value) -> Self {
        let base = base(app, kind, name).unwrap_or_else(Value::unknown);
        Self::of_parts(app, base, behind)
    }

    /// The ARN of what a call names.
    fn asked(app: &App, subject: &Subject, name: &Value, behind: &Value) -> Self {
        match subject.form {
            Some(f) => Self::of_parts(app, formed(f, name).unwrap_or_else(Value::unknown), behind),
            None => Self::named(app, subject.kind, name, behind),
        }
    }

    fn of_parts(app: &App, base: Value, behind: &Value) -> Self {
        let value = Value::concat([base, behind.clone()]);
        let mut arn = Self::of_value(app, &value);
        if matches!(value, Value::Unknown(_)) {
            arn.tokens = vec![Token::Unknown];
        }
        arn
    }
}

/// The ARN of a form, as far as the name says that it is of it.
fn formed(form: &Form, name: &Value) -> Option<Value> {
    if name.prefix().starts_with("arn:") {
        return Some(name.clone());
    }
    let open = !form.text.contains("{}");
    let known = match name {
        _ if open => true,
        Value::Str(s) => !s.is_empty() && (form.starts.is_empty() && !s.contains(':') || starts(form, s)),
        Value::Concat(_) => {
            let start = name.prefix();
            if form.starts.is_empty() {
                !start.is_empty() || starts_with_name(name)
            } else {
                starts(form, start)
            }
        }
        Value::Of(_, Attr::Name) => form.starts.is_empty(),
        _ => false,
    };
    if !known {
        return None;
    }
    let mut parts = vec![Value::str("arn:"), Value::Pseudo("AWS::Partition".into()), Value::str(":")];
    let mut rest = form.text;
    while let Some(at) = rest.find(['$', '{', '*']) {
        let (text, tail) = rest.split_at(at);
        parts.push(Value::str(text));
        if let Some(tail) = tail.strip_prefix('*') {
            parts.push(Value::unknown());
            rest = tail;
        } else if let Some(tail) = tail.strip_prefix("{}") {
            parts.push(name.clone());
            rest = tail;
        } else {
            let (pseudo, tail) = tail.strip_prefix("${")?.split_once('}')?;
            parts.push(Value::Pseudo(pseudo.into()));
            rest = tail;
        }
    }
    parts.push(Value::str(rest));
    Some(Value::concat(parts))
}

fn starts(form: &Form, name: &str) -> bool {
    form.starts.iter().any(|s| name.starts_with(s))
}

fn base(app: &App, kind: Option<Kind>, name: &Value) -> Option<Value> {
    if name.prefix().starts_with("arn:") {
        return Some(name.clone());
    }
    if let Value::Of(id, attr) = name {
        let own = app.resource(*id).kind;
        return match attr {
            Attr::Arn => Some(name.clone()),
            Attr::Name | Attr::Url if kind.is_none_or(|k| k == own) => Some(Value::Of(*id, Attr::Arn)),
            Attr::Other(a) if a == "StreamArn" => Some(name.clone()),
            _ => None,
        };
    }
    let kind = kind?;
    let (before, after) = token::form(kind)?;
    let of_name = |name: Value| Value::concat([before.clone(), name, after.clone()]);
    match (kind, name) {
        (Kind::Queue, v) if v.prefix().starts_with("http") => {
            let named = Named::parse(v).ok()?;
            // The region and the account of the URL are those of the queue.
            let parts = ["arn:", "", ":sqs:", "", ":", "", ":"];
            let mut text: Vec<Value> =
                parts.iter().map(|p| if p.is_empty() { Value::unknown() } else { Value::str(*p) }).collect();
            text[1] = Value::Pseudo("AWS::Partition".into());
            text.push(named.name);
            Some(Value::concat(text))
        }
        // `name:alias`, `account:function:name`, aliases of keys: their ARN is another one.
        (Kind::Function, v) if v.as_str().is_none_or(|s| s.contains(':')) => None,
        (Kind::Key, v) if v.as_str().is_none_or(|s| s.starts_with("alias/")) => None,
        (Kind::Parameter, Value::Str(s)) if !s.is_empty() => {
            Some(of_name(Value::str(s.strip_prefix('/').unwrap_or(s))))
        }
        (Kind::Parameter, v @ Value::Concat(_)) => {
            // Without a constant start it is not known whether it begins with a slash.
            let Value::Concat(parts) = v else { return None };
            let (first, rest) = parts.split_first()?;
            let first = first.as_str()?;
            let name = std::iter::once(Value::str(first.strip_prefix('/').unwrap_or(first)));
            Some(of_name(Value::concat(name.chain(rest.iter().cloned()))))
        }
        (Kind::Parameter, _) => None,
        (Kind::Secret, v @ (Value::Str(_) | Value::Concat(_))) if v.as_str() != Some("") => {
            Some(of_name(Value::concat([name.clone(), Value::str("-"), Value::unknown()])))
        }
        // An empty name is a placeholder.
        (_, Value::Str(s)) if s.is_empty() || s.contains(':') => None,
        // A value of which nothing is known may be an ARN of another account.
        (_, Value::Str(_) | Value::Pseudo(_)) => Some(of_name(name.clone())),
        (_, Value::Concat(_)) if !name.prefix().is_empty() || starts_with_name(name) => {
            Some(of_name(name.clone()))
        }
        _ => None,
    }
}

/// Text that starts with what can only be the start of a name.
fn starts_with_name(v: &Value) -> bool {
    matches!(v, Value::Concat(p) if matches!(p.first(), Some(Value::Pseudo(_) | Value::Of(_, Attr::Name))))
}

impl App {
    /// The ARNs a call asks for, with the environment and the context of `function` in place of their names, and the
    /// source of its events in place of what an event says of it: with the place of the trigger, one for each source.
    pub fn requested(&self, function: ResourceId, subject: &Subject, at: Span) -> Prop<Arn> {
        let behind = self.resolve(function, &subject.behind, at, None);
        // What stands behind the name has to be one text; otherwise it is not known.
        let behind = behind.only().cloned().unwrap_or_else(|| match subject.behind.prefix().chars().next() {
            Some(c) => Value::concat([Value::str(c.to_string()), Value::unknown()]),
            None => Value::unknown(),
        });
        let names = match &self.sources_in(function, &subject.name)[..] {
            [] => self.resolve(function, &subject.name, at, None),
            sources => self.of_sources(function, &subject.name, at, sources),
        };
        let names = match names.alts() {
            [] => Prop::unknown(Why::other("the resource is not known"), at),
            _ => names,
        };
        names.filter_map("a resource", |name| Some(Arn::asked(self, subject, name, &behind)))
    }

    fn of_sources(&self, function: ResourceId, name: &Value, at: Span, sources: &[&Trigger]) -> Prop<Value> {
        let (mut alts, mut open) = (Vec::new(), None);
        for t in sources {
            let names = self.resolve(function, name, at, Some(t));
            open = open.or_else(|| names.open().cloned());
            // A trigger that is only possible says of which other source the events may be.
            if let Tri::Unknown(why) = t.active("") {
                open = open.or(Some(why));
                continue;
            }
            alts.extend(names.alts().iter().filter_map(|a| {
                let basis = if a.basis == Basis::Written { t.basis.clone() } else { a.basis.clone() };
                // The function exists where its trigger invokes it.
                let guards = t.guards.and(&a.guards)?;
                Some(Alt { value: a.value.clone(), span: t.at.span, basis, guards })
            }));
        }
        Prop::new(alts, open, at)
    }
}
