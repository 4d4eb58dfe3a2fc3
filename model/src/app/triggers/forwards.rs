//! Connections between resources that pass events on without a function: the edges along which a loop can go.

use super::cases::{items, switch, values};
use super::notifications::Notification;
use super::rules::DEFAULT_BUS;
use super::{Case, Filter, TriggerKind};
use crate::app::{Anchor, App, ApplicationId, Kind, Resource, ResourceId, Target};
use crate::tri::{Basis, Evidence, Guards, Proof, Reason, Tri, Why};
use crate::value::{Named, Value};
use smol_str::SmolStr;

/// A place events are written to: a resource of the project, or one outside it.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// A resource of the project.
    Resource(ResourceId),
    /// A resource outside, by its kind and its name (constant, or a parameter that equals itself).
    Outside(Kind, Value),
}

/// How a connection changes what it passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A bucket's notification to a queue or topic; the message is a description of the object event.
    Notification,
    /// A bucket's events on the default bus.
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html>
    BucketEvents,
    /// A subscription without envelope: the message itself.
    Raw,
    /// A subscription, with the envelope of SNS around the message.
    Envelope,
    /// A rule to another bus: the event itself.
    Event,
    /// A rule or pipe to another service; what arrives is not followed.
    Opaque,
}

/// A connection from one resource to another.
#[derive(Debug, Clone)]
pub struct Forward {
    /// Where events come from.
    pub from: Place,
    /// Where they go.
    pub to: Place,
    /// What happens to them on the way.
    pub via: Via,
    /// Which pass.
    pub filter: Filter,
    /// The resource that connects the two.
    pub connection: ResourceId,
    /// Where the connection is written.
    pub at: Anchor,
    /// The conditions it exists under.
    pub guards: Guards,
    /// What it rests on.
    pub basis: Basis,
    /// Whether it is certainly switched off.
    pub disabled: bool,
}

impl Forward {
    /// Does it certainly pass events on in some deployment (those that pass its filter)?
    pub fn active(&self, note: impl Into<String>) -> Tri {
        match (&self.basis, self.disabled) {
            (_, true) => Tri::No,
            (Basis::ParameterAllowed(_), _) => {
                Tri::Unknown(Why::new(Reason::Parameter, "only possible, not certain"))
            }
            _ => Tri::Yes(Proof::single(Evidence::new(
                self.at.span,
                note,
                self.basis.clone(),
                self.guards.clone(),
            ))),
        }
    }
}

impl App {
    /// The place a value names, when it is to be of that kind. Names, ARNs and URLs all do.
    pub fn place(&self, application: ApplicationId, value: &Value, kind: Kind) -> Option<Place> {
        match self.target(application, value, &[kind]) {
            Some(Target::Resource(id)) => return Some(Place::Resource(id)),
            Some(Target::Physical(name)) => return Some(Place::Outside(kind, Value::Str(name))),
            None => {}
        }
        let name = Named::parse(value).map_or_else(|_| value.clone(), |n| n.name);
        match name {
            Value::Param(_) => Some(Place::Outside(kind, name)),
            Value::Concat(ref parts)
                if parts.iter().all(|p| matches!(p, Value::Str(_) | Value::Param(_) | Value::Pseudo(_))) =>
            {
                Some(Place::Outside(kind, name))
            }
            _ => None,
        }
    }

    /// The bus every account has.
    pub fn default_bus() -> Place {
        Place::Outside(Kind::EventBus, Value::str(DEFAULT_BUS))
    }

    /// The place whose events a trigger takes; `None` for sources that nothing is written to (schedules, APIs).
    pub fn trigger_place(&self, t: &super::Trigger) -> Option<Place> {
        let kind = match t.kind {
            TriggerKind::Queue => Kind::Queue,
            TriggerKind::Stream => Kind::Stream,
            TriggerKind::TableStream => Kind::Table,
            TriggerKind::Topic => Kind::Topic,
            TriggerKind::Bucket => Kind::Bucket,
            TriggerKind::Rule => Kind::EventBus,
            _ => return None,
        };
        match t.resource {
            Some(id) => (self.resource(id).kind == kind).then_some(Place::Resource(id)),
            None => self.place(self.resource(t.connection).application, &t.source, kind),
        }
    }

    /// All connections between resources that pass events on: S3 to SQS, SNS and EventBridge, SNS to SQS and
    /// Firehose, rules to queues, topics, streams and buses, and pipes. In order of the resources.
    pub fn forwards(&self) -> Vec<Forward> {
        let mut out = Vec::new();
        for r in &self.resources {
            match r.kind {
                Kind::Bucket | Kind::BucketNotification => self.bucket_forwards(r, &mut out),
                Kind::Topic | Kind::Subscription => self.topic_forwards(r, &mut out),
                Kind::Rule => self.rule_forwards(r, &mut out),
                Kind::Other if r.type_name == "AWS::Pipes::Pipe" => self.pipe_forwards(r, &mut out),
                _ => {}
            }
        }
        out
    }

    fn bucket_forwards(&self, r: &Resource, out: &mut Vec<Forward>) {
        for (list, target, kind) in
            [("QueueConfigurations", "Queue", Kind::Queue), ("TopicConfigurations", "Topic", Kind::Topic)]
        {
            for n in Self::notifications(r, list, target) {
                let Notification { bucket, to, filter, at, case } = n;
                let from = self.place(r.application, &bucket, Kind::Bucket);
                let to = self.place(r.application, &to, kind);
                push(r, (from, to), Via::Notification, filter, at, case, false, out);
            }
        }
        for (bucket, case) in Self::notified_buckets(r) {
            let config = r.props.path(&["NotificationConfiguration", "EventBridgeConfiguration"]);
            if !config.is_surely_present() {
                continue;
            }
            let Some(case) = config.alts().first().and_then(|a| case.through(a)) else { continue };
            let on = config.get("EventBridgeEnabled").bools();
            for (disabled, case) in switch(&case, &on, |on| !on) {
                let from = self.place(r.application, &bucket, Kind::Bucket);
                let to = Some(Self::default_bus());
                push(r, (from, to), Via::BucketEvents, Filter::All, r.anchor.clone(), case, disabled, out);
            }
        }
    }

    fn topic_forwards(&self, r: &Resource, out: &mut Vec<Forward>) {
        for s in Self::subscriptions(r) {
            let kind = match s.protocol.as_str() {
                "sqs" => Kind::Queue,
                "firehose" => Kind::DeliveryStream,
                _ => continue,
            };
            let from = self.place(r.application, &s.topic, Kind::Topic);
            let to = self.place(r.application, &s.endpoint, kind);
            let via = if s.raw { Via::Raw } else { Via::Envelope };
            push(r, (from, to), via, s.filter, s.at, s.case, false, out);
        }
    }

    fn rule_forwards(&self, r: &Resource, out: &mut Vec<Forward>) {
        let Some(filter) = Self::rule_filter(r) else { return };
        let state = r.props.get("State").strings();
        for (bus, case) in Self::bus_of(r) {
            let from = self.place(r.application, &bus, Kind::EventBus);
            for (target, case) in items(&case, &r.props.get("Targets")) {
                for (to, _, case) in values(&case, &target.get("Arn")) {
                    let Some((kind, to)) = self.receiver(r, &to) else { continue };
                    let plain = ["Input", "InputPath", "InputTransformer"]
                        .iter()
                        .all(|k| target.get(k).is_surely_absent());
                    let via = if kind == Kind::EventBus && plain { Via::Event } else { Via::Opaque };
                    for (disabled, case) in switch(&case, &state, |s: &SmolStr| s == "DISABLED") {
                        let ends = (from.clone(), Some(to.clone()));
                        push(r, ends, via, filter.clone(), r.anchor.clone(), case, disabled, out);
                    }
                }
            }
        }
    }

    fn pipe_forwards(&self, r: &Resource, out: &mut Vec<Forward>) {
        let filter = Self::criteria(&r.props.path(&["SourceParameters", "FilterCriteria"]));
        let state = r.props.get("DesiredState").strings();
        for (source, _, case) in values(&Case::of(r), &r.props.get("Source")) {
            let kind = match self.polled_kind(r, &source) {
                Some(TriggerKind::Queue) => Kind::Queue,
                Some(TriggerKind::Stream) => Kind::Stream,
                Some(TriggerKind::TableStream) => Kind::Table,
                _ => continue,
            };
            let from = self.place(r.application, &source, kind);
            for (to, _, case) in values(&case, &r.props.get("Target")) {
                let Some((_, to)) = self.receiver(r, &to) else { continue };
                for (disabled, case) in switch(&case, &state, |s: &SmolStr| s == "STOPPED") {
                    let ends = (from.clone(), Some(to.clone()));
                    push(r, ends, Via::Opaque, filter.clone(), r.anchor.clone(), case, disabled, out);
                }
            }
        }
    }

    /// What receives events of a rule or a pipe, by the resource or by the service part of its ARN.
    fn receiver(&self, r: &Resource, value: &Value) -> Option<(Kind, Place)> {
        const RECEIVERS: &[(&str, Kind)] = &[
            ("sqs", Kind::Queue),
            ("sns", Kind::Topic),
            ("kinesis", Kind::Stream),
            ("events", Kind::EventBus),
        ];
        let kind = match value {
            Value::Of(id, _) => {
                let k = self.resource(*id).kind;
                RECEIVERS.iter().find(|(_, r)| *r == k)?.1
            }
            v => {
                let service = Named::parse(v).ok()?.service;
                RECEIVERS.iter().find(|(s, _)| *s == service)?.1
            }
        };
        Some((kind, self.place(r.application, value, kind)?))
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one edge, used by the four makers above only")]
fn push(
    r: &Resource,
    ends: (Option<Place>, Option<Place>),
    via: Via,
    filter: Filter,
    at: Anchor,
    case: Case,
    disabled: bool,
    out: &mut Vec<Forward>,
) {
    let (Some(from), Some(to)) = ends else { return };
    let (guards, basis) = (case.guards, case.basis);
    out.push(Forward { from, to, via, filter, connection: r.id, at, guards, basis, disabled });
}
