//! What invokes a function: derived once, from canonical resources, for all dialects.

mod apis;
mod cases;
mod forwards;
mod invocations;
mod mappings;
mod notifications;
mod places;
mod rules;
mod sends;
#[cfg(test)]
mod tests;
mod workflows;

pub use forwards::{Forward, Place, Via};
pub use invocations::Invocation;
pub(crate) use invocations::mentions;
pub use mappings::SOURCE_SERVICE;
pub use sends::{Errand, Sending};

use super::{Anchor, App, Kind, Resource, ResourceId};
use crate::tri::{Basis, Evidence, Guards, Proof, Reason, Tri, Why};
use crate::value::Value;
use cases::Case;
use smol_str::SmolStr;

/// Something that invokes a function.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// What kind of source.
    pub kind: TriggerKind,
    /// The function.
    pub function: ResourceId,
    /// The alias or version it goes through, when it is one of the project.
    pub through: Option<ResourceId>,
    /// The source as a value (`Of(queue, Arn)`, or text for a resource outside).
    pub source: Value,
    /// The source when it is a resource of the project.
    pub resource: Option<ResourceId>,
    /// The resource that connects the two (a mapping, a rule, a subscription, a route …).
    pub connection: ResourceId,
    /// Where the connection is written: what a label points at.
    pub at: Anchor,
    /// The conditions it exists under.
    pub guards: Guards,
    /// What it rests on, when that is more than what is written (a parameter's default).
    pub basis: Basis,
    /// Which events pass.
    pub filter: Filter,
    /// Whether it is certainly switched off (`Enabled: false`, `State: DISABLED`).
    pub disabled: bool,
}

/// Kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TriggerKind {
    Queue,
    Stream,
    TableStream,
    Kafka,
    MessageBroker,
    DocumentDb,
    Topic,
    Bucket,
    /// An EventBridge rule with an event pattern.
    Rule,
    /// A rule or schedule by time.
    Schedule,
    Logs,
    Iot,
    Email,
    /// API Gateway REST API, payload format 1.0.
    RestApi,
    /// API Gateway HTTP API; payload format by the integration, 2.0 by default.
    HttpApi,
    Url,
    LoadBalancer,
    WebSocket,
    UserPool,
    StateMachine,
    /// Anything else that has permission to invoke.
    Other,
}

/// How a source invokes. Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The caller waits for the answer and sees errors.
    Synchronous,
    /// Lambda queues the event and retries twice.
    Asynchronous,
    /// Lambda polls the source; a failed batch comes again.
    Polled,
    /// Not known.
    Unknown,
}

/// Which events of the source reach the function.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them.
    All,
    /// Object events: the event names, and the key's prefix and suffix (empty where there is none).
    Object {
        /// Notification event types (`s3:ObjectCreated:*`).
        events: Vec<SmolStr>,
        /// The key's prefix.
        prefix: SmolStr,
        /// The key's suffix.
        suffix: SmolStr,
    },
    /// Event patterns, any of which suffices: patterns of rules and pipes, `FilterCriteria`, and the filter
    /// policies of SNS, these wrapped by their scope as `{"MessageAttributes": policy}` or `{"Message": policy}`.
    /// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>
    Patterns(Vec<Value>),
    /// There is a filter that is not understood.
    Unknown(Why),
}

impl TriggerKind {
    /// How this source invokes.
    pub fn delivery(self) -> Delivery {
        match self {
            Self::Queue
            | Self::Stream
            | Self::TableStream
            | Self::Kafka
            | Self::MessageBroker
            | Self::DocumentDb => Delivery::Polled,
            Self::Topic
            | Self::Bucket
            | Self::Rule
            | Self::Schedule
            | Self::Logs
            | Self::Iot
            | Self::Email => Delivery::Asynchronous,
            Self::RestApi
            | Self::HttpApi
            | Self::Url
            | Self::LoadBalancer
            | Self::WebSocket
            | Self::UserPool
            | Self::StateMachine => Delivery::Synchronous,
            Self::Other => Delivery::Unknown,
        }
    }

    /// Its word for people, with an article: `an SQS queue`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queue => "an SQS queue",
            Self::Stream => "a Kinesis stream",
            Self::TableStream => "a DynamoDB stream",
            Self::Kafka => "a Kafka topic",
            Self::MessageBroker => "a message broker",
            Self::DocumentDb => "a DocumentDB change stream",
            Self::Topic => "an SNS topic",
            Self::Bucket => "an S3 bucket",
            Self::Rule => "an EventBridge rule",
            Self::Schedule => "a schedule",
            Self::Logs => "a log group",
            Self::Iot => "an IoT rule",
            Self::Email => "an e-mail receipt rule",
            Self::RestApi => "a REST API",
            Self::HttpApi => "an HTTP API",
            Self::Url => "a function URL",
            Self::LoadBalancer => "a load balancer",
            Self::WebSocket => "a WebSocket API",
            Self::UserPool => "a user pool",
            Self::StateMachine => "a state machine",
            Self::Other => "another service",
        }
    }
}

impl Trigger {
    /// A fact: this trigger stands here.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        Proof::single(Evidence::new(self.at.span, note, self.basis.clone(), self.guards.clone()))
    }

    /// Does it certainly invoke the function in some deployment (for events that pass its filter)?
    pub fn active(&self, note: impl Into<String>) -> Tri {
        match (&self.basis, self.disabled) {
            (_, true) => Tri::No,
            (Basis::ParameterAllowed(_), _) => {
                Tri::Unknown(Why::new(Reason::Parameter, "only possible, not certain"))
            }
            _ => Tri::Yes(self.evidence(note)),
        }
    }
}

/// One end-to-end connection while it is being derived.
struct Link<'a> {
    kind: TriggerKind,
    /// The resource that connects.
    by: &'a Resource,
    /// Where the connection stands.
    at: Anchor,
    /// The source.
    source: Value,
    /// Which kinds of resources the source can be.
    kinds: &'a [Kind],
    /// What names the function.
    function: Value,
    filter: Filter,
    disabled: bool,
    case: Case,
}

impl App {
    /// Fill [`App::triggers`] from the resources. Called once, when all templates are assembled.
    pub fn derive_triggers(&mut self) {
        self.kept = super::Kept::default();
        let mut out = Vec::new();
        for r in &self.resources {
            self.mapping_triggers(r, &mut out);
            self.notification_triggers(r, &mut out);
            self.rule_triggers(r, &mut out);
            self.api_triggers(r, &mut out);
            self.workflow_triggers(r, &mut out);
        }
        for r in self.of_kind(Kind::Permission) {
            self.permission_triggers(r, &mut out);
        }
        // Alternatives that differ in nothing a trigger says are one.
        let mut distinct: Vec<Trigger> = Vec::new();
        for t in out {
            let known = distinct.iter().any(|k| {
                (k.connection, k.function, k.kind, &k.at) == (t.connection, t.function, t.kind, &t.at)
                    && k.source == t.source
                    && k.guards == t.guards
                    && k.filter == t.filter
                    && k.disabled == t.disabled
            });
            if !known {
                distinct.push(t);
            }
        }
        self.triggers = distinct;
    }

    /// Add the trigger a link describes, when what it invokes is a function of the project.
    fn link(&self, l: Link<'_>, out: &mut Vec<Trigger>) {
        let Some((function, through)) = self.function_named(l.by.application, &l.function) else { return };
        // A function that does not exist under these conditions is not invoked.
        let Some(case) = l.case.under(&self.resource(function).guards) else { return };
        let resource = match self.target(l.by.application, &l.source, l.kinds) {
            Some(super::Target::Resource(id)) => Some(id),
            _ => None,
        };
        out.push(Trigger {
            kind: l.kind,
            function,
            through,
            source: l.source,
            resource,
            connection: l.by.id,
            at: l.at,
            guards: case.guards,
            basis: case.basis,
            filter: l.filter,
            disabled: l.disabled,
        });
    }
}
