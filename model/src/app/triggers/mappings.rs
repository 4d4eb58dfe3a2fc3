//! Event source mappings: what Lambda polls. Also the functions EventBridge Pipes invoke.
//!
//! Sources: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html>

use super::cases::{items, sources, switch, values};
use super::{Case, Link, Trigger, TriggerKind};
use crate::app::{App, Kind, Resource};
use crate::source::Span;
use crate::value::{Attr, Named, Value};

/// Kinds of resources that can be polled.
const POLLED: &[Kind] = &[Kind::Queue, Kind::Stream, Kind::Table, Kind::Other];

/// The service part of an ARN, and what is polled there.
const SERVICES: &[(&str, TriggerKind)] = &[
    ("sqs", TriggerKind::Queue),
    ("kinesis", TriggerKind::Stream),
    ("dynamodb", TriggerKind::TableStream),
    ("kafka", TriggerKind::Kafka),
    ("mq", TriggerKind::MessageBroker),
    ("rds", TriggerKind::DocumentDb),
];

/// The service part of the source's ARN, where a shorthand names it apart from the ARN (SAM's `Type: SQS`). No
/// property of CloudFormation.
pub const SOURCE_SERVICE: &str = "SourceService";

/// Types of resources without a kind of their own that are polled.
const TYPES: &[(&str, TriggerKind)] = &[
    ("AWS::MSK::Cluster", TriggerKind::Kafka),
    ("AWS::MSK::ServerlessCluster", TriggerKind::Kafka),
    ("AWS::AmazonMQ::Broker", TriggerKind::MessageBroker),
    ("AWS::DocDB::DBCluster", TriggerKind::DocumentDb),
    ("AWS::Kinesis::StreamConsumer", TriggerKind::Stream),
];

/// Properties only mappings of one kind of source have: they tell the kind where the ARN does not.
const MARKS: &[(&str, TriggerKind)] = &[
    ("SelfManagedEventSource", TriggerKind::Kafka),
    ("SelfManagedKafkaEventSourceConfig", TriggerKind::Kafka),
    ("AmazonManagedKafkaEventSourceConfig", TriggerKind::Kafka),
    ("Topics", TriggerKind::Kafka),
    ("DocumentDBEventSourceConfig", TriggerKind::DocumentDb),
    ("Queues", TriggerKind::MessageBroker),
];

impl App {
    pub(super) fn mapping_triggers(&self, r: &Resource, out: &mut Vec<Trigger>) {
        match r.kind {
            Kind::EventSourceMapping => self.mapping(r, out),
            Kind::Other if r.type_name == "AWS::Pipes::Pipe" => self.pipe(r, out),
            _ => {}
        }
    }

    fn mapping(&self, r: &Resource, out: &mut Vec<Trigger>) {
        let filter = Self::criteria(&r.props.get("FilterCriteria"));
        let start = Case::of(r);
        let mut sources = sources(&start, &r.props.get("EventSourceArn"));
        if sources.is_empty() && r.props.get("SelfManagedEventSource").is_surely_present() {
            sources.push((Value::str("self-managed Kafka"), r.anchor.span, start.clone()));
        }
        for (source, _, case) in sources {
            let Some(kind) = self.polled_kind(r, &source) else { continue };
            let source = self.behind_consumer(source);
            for (function, _, case) in values(&case, &r.props.get("FunctionName")) {
                for (disabled, case) in switch(&case, &r.props.get("Enabled").bools(), |on| !on) {
                    self.link(
                        Link {
                            kind,
                            by: r,
                            at: r.anchor.clone(),
                            source: source.clone(),
                            kinds: POLLED,
                            function: function.clone(),
                            filter: filter.clone(),
                            disabled,
                            case,
                        },
                        out,
                    );
                }
            }
        }
    }

    /// The stream a registered consumer reads; other values as they are.
    /// Source: <https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html>
    fn behind_consumer(&self, source: Value) -> Value {
        let Value::Of(id, _) = source else { return source };
        let consumer = self.resource(id);
        if consumer.type_name != "AWS::Kinesis::StreamConsumer" {
            return source;
        }
        match consumer.props.get("StreamARN").values().sole() {
            Some(Some(stream)) => stream.clone(),
            _ => source,
        }
    }

    /// Which kind of source a value is, by the resource it denotes, its ARN, or what the mapping says besides.
    pub(super) fn polled_kind(&self, mapping: &Resource, source: &Value) -> Option<TriggerKind> {
        let mut at = source;
        if let Value::Concat(parts) = source
            && let Some(v @ Value::Of(..)) = parts.first()
        {
            at = v;
        }
        if let Value::Of(id, attr) = at {
            let of = self.resource(*id);
            match of.kind {
                Kind::Queue => return Some(TriggerKind::Queue),
                Kind::Stream => return Some(TriggerKind::Stream),
                Kind::Table if *attr != Attr::Url => return Some(TriggerKind::TableStream),
                _ => {}
            }
            if let Some((_, k)) = TYPES.iter().find(|(t, _)| *t == of.type_name) {
                return Some(*k);
            }
        }
        let service = |service: &str| SERVICES.iter().find(|(s, _)| *s == service).map(|(_, k)| *k);
        let named = Named::parse(source).ok().and_then(|named| service(&named.service));
        // An ARN cut short by what is not known still begins with its service.
        named
            .or_else(|| service(source.prefix().split(':').nth(2).unwrap_or_default()))
            .or_else(|| match mapping.props.get(SOURCE_SERVICE).strings().sole() {
                Some(Some(s)) => service(s),
                _ => None,
            })
            .or_else(|| MARKS.iter().find(|(p, _)| mapping.props.get(p).is_surely_present()).map(|(_, k)| *k))
    }

    /// A pipe invokes its enrichment and its target.
    fn pipe(&self, r: &Resource, out: &mut Vec<Trigger>) {
        let filter = Self::criteria(&r.props.path(&["SourceParameters", "FilterCriteria"]));
        for (source, _, case) in values(&Case::of(r), &r.props.get("Source")) {
            let kind = self.polled_kind(r, &source).unwrap_or(TriggerKind::Other);
            for property in ["Enrichment", "Target"] {
                let functions: Vec<(Value, Span, Case)> = values(&case, &r.props.get(property));
                for (function, _, case) in functions {
                    let state = r.props.get("DesiredState").strings();
                    for (disabled, case) in switch(&case, &state, |s| s == "STOPPED") {
                        self.link(
                            Link {
                                kind,
                                by: r,
                                at: r.anchor.clone(),
                                source: source.clone(),
                                kinds: POLLED,
                                function: function.clone(),
                                filter: filter.clone(),
                                disabled,
                                case,
                            },
                            out,
                        );
                    }
                }
            }
        }
    }

    /// The elements of a list property, with the way to each.
    pub(super) fn listed(r: &Resource, path: &[&str]) -> Vec<(crate::tree::Tree, Case)> {
        items(&Case::of(r), &r.props.path(path))
    }
}
