//! Where what code writes goes, and whether it passes the filters on the way.

use super::pattern::{self, all, any, ends_with, starts_with};
use super::writes::Signal;
use super::{App, Filter, Forward, Kind, Place, ResourceId, Trigger, Via};
use crate::source::Span;
use crate::tri::{Alt, Basis, Prop, Why};
use crate::value::{Attr, Path, Same, Value};
use smol_str::SmolStr;

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
            (Filter::Unknown(_) | Filter::Object { .. }, _)
            | (Filter::Patterns(_), Signal::Object { .. }) => Same::Unknown,
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
