//! Notifications of buckets, and subscriptions of topics.
//!
//! Sources: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>,
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html>

use super::cases::{items, pattern, sources, values};
use super::{Case, Filter, Link, Trigger, TriggerKind};
use crate::app::{Anchor, App, Kind, Resource};
use crate::source::Span;
use crate::tree::Tree;
use crate::tri::Why;
use crate::value::{Attr, Value};
use smol_str::SmolStr;

/// One notification of a bucket: where it goes and which events it passes.
pub(super) struct Notification {
    pub bucket: Value,
    pub to: Value,
    pub filter: Filter,
    pub at: Anchor,
    pub case: Case,
}

/// One subscription of a topic.
pub(super) struct Subscribed {
    pub topic: Value,
    pub protocol: SmolStr,
    pub endpoint: Value,
    pub filter: Filter,
    pub raw: bool,
    pub at: Anchor,
    pub case: Case,
}

impl App {
    pub(super) fn notification_triggers(&self, r: &Resource, out: &mut Vec<Trigger>) {
        for n in Self::notifications(r, "LambdaConfigurations", "Function") {
            self.link(
                Link {
                    kind: TriggerKind::Bucket,
                    by: r,
                    at: n.at,
                    source: n.bucket,
                    kinds: &[Kind::Bucket],
                    function: n.to,
                    filter: n.filter,
                    disabled: false,
                    case: n.case,
                },
                out,
            );
        }
        for s in Self::subscriptions(r) {
            if s.protocol != "lambda" {
                continue;
            }
            self.link(
                Link {
                    kind: TriggerKind::Topic,
                    by: r,
                    at: s.at,
                    source: s.topic,
                    kinds: &[Kind::Topic],
                    function: s.endpoint,
                    filter: s.filter,
                    disabled: false,
                    case: s.case,
                },
                out,
            );
        }
    }

    /// The buckets a resource configures notifications of, with the way to each.
    pub(super) fn notified_buckets(r: &Resource) -> Vec<(Value, Case)> {
        match r.kind {
            Kind::Bucket => vec![(Value::Of(r.id, Attr::Name), Case::of(r))],
            Kind::BucketNotification => {
                values(&Case::of(r), &r.props.get("Bucket")).into_iter().map(|(v, _, c)| (v, c)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The notifications of one sort (`LambdaConfigurations`, `QueueConfigurations`, `TopicConfigurations`).
    pub(super) fn notifications(r: &Resource, list: &str, target: &str) -> Vec<Notification> {
        let mut out = Vec::new();
        for (bucket, case) in Self::notified_buckets(r) {
            for (item, case) in items(&case, &r.props.path(&["NotificationConfiguration", list])) {
                let filter = object_filter(&item);
                for (to, _, case) in values(&case, &item.get(target)) {
                    let at = place(r, item.span());
                    out.push(Notification { bucket: bucket.clone(), to, filter: filter.clone(), at, case });
                }
            }
        }
        out
    }

    /// The subscriptions a resource makes: an `AWS::SNS::Subscription`, or the list inside a topic.
    pub(super) fn subscriptions(r: &Resource) -> Vec<Subscribed> {
        let mut out = Vec::new();
        let start = Case::of(r);
        match r.kind {
            Kind::Subscription => {
                for (topic, _, case) in sources(&start, &r.props.get("TopicArn")) {
                    subscription(r, &r.props, &topic, &case, &r.anchor, &mut out);
                }
            }
            Kind::Topic => {
                let topic = Value::Of(r.id, Attr::Arn);
                for (item, case) in items(&start, &r.props.get("Subscription")) {
                    subscription(r, &item, &topic, &case, &place(r, item.span()), &mut out);
                }
            }
            _ => {}
        }
        out
    }
}

/// The place of a part of a resource. A synthetic resource stands where its shorthand stands.
fn place(r: &Resource, part: Span) -> Anchor {
    match r.implied_by {
        Some(_) => r.anchor.clone(),
        None => Anchor { span: part, path: r.anchor.path.clone() },
    }
}

fn subscription(r: &Resource, t: &Tree, topic: &Value, case: &Case, at: &Anchor, out: &mut Vec<Subscribed>) {
    let inline = r.kind == Kind::Topic;
    let filter = if inline { Filter::All } else { policy(t) };
    let raw = t.get("RawMessageDelivery").bools().alts().iter().any(|a| a.value == Some(true));
    for (protocol, _, case) in values(case, &t.get("Protocol")) {
        let Value::Str(protocol) = protocol else { continue };
        for (endpoint, _, case) in values(&case, &t.get("Endpoint")) {
            out.push(Subscribed {
                topic: topic.clone(),
                protocol: protocol.clone(),
                endpoint,
                filter: filter.clone(),
                raw,
                at: at.clone(),
                case,
            });
        }
    }
}

/// The filter policy of a subscription, wrapped by its scope.
fn policy(t: &Tree) -> Filter {
    let p = match pattern(&t.get("FilterPolicy")) {
        Ok(Some(p)) => p,
        Ok(None) => return Filter::All,
        Err(w) => return Filter::Unknown(w),
    };
    if matches!(&p, Value::Map(entries, false) if entries.is_empty()) {
        return Filter::All;
    }
    let scope = t.get("FilterPolicyScope").strings();
    let wrapper = match scope.sole() {
        Some(None) => "MessageAttributes",
        Some(Some(s)) if s == "MessageAttributes" => "MessageAttributes",
        Some(Some(s)) if s == "MessageBody" => "Message",
        _ => return Filter::Unknown(Why::other("the scope of the filter policy is not known")),
    };
    Filter::Patterns(vec![Value::Map(vec![(wrapper.into(), p)], false)])
}

/// `Event` (one, or a list as in SAM's shorthand) and `Filter.S3Key.Rules`.
fn object_filter(item: &Tree) -> Filter {
    let (listed, open) = item.get("Event").items();
    if let Some(w) = open {
        return Filter::Unknown(w);
    }
    let mut events = Vec::new();
    for (e, _) in listed {
        match e.strings().sole() {
            Some(Some(s)) => events.push(s.clone()),
            _ => return Filter::Unknown(Why::other("the event type is not constant")),
        }
    }
    let (mut prefix, mut suffix) = (SmolStr::default(), SmolStr::default());
    let (rules, open) = item.path(&["Filter", "S3Key", "Rules"]).items();
    if let Some(w) = open {
        return Filter::Unknown(w);
    }
    for (rule, _) in rules {
        let (name, value) = (rule.get("Name").strings(), rule.get("Value").strings());
        let (Some(Some(name)), Some(Some(value))) = (name.sole(), value.sole()) else {
            return Filter::Unknown(Why::other("a rule of the key filter is not constant"));
        };
        match name.to_ascii_lowercase().as_str() {
            "prefix" => prefix = value.clone(),
            "suffix" => suffix = value.clone(),
            _ => return Filter::Unknown(Why::other("a rule of the key filter is not understood")),
        }
    }
    Filter::Object { events, prefix, suffix }
}
