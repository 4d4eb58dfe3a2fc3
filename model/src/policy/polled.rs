//! What Lambda asks for in the name of a function to read an event source.

use super::arn::Arn;
use super::identity::Identity;
use crate::app::{App, Kind, ResourceId, Trigger, TriggerKind};
use crate::tri::Tri;

/// The permissions reading a source takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polled {
    /// The source.
    pub kind: TriggerKind,
    /// Asked for on the source.
    pub on_source: &'static [&'static str],
    /// Asked for on something else, or on nothing.
    pub besides: &'static [&'static str],
    /// The managed policy that has them.
    pub policy: Option<&'static str>,
}

/// Sources: the permissions section of each source's page, all below
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>
const POLLED: &[Polled] = &[
    Polled {
        kind: TriggerKind::Queue,
        on_source: &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        besides: &[],
        policy: Some("AWSLambdaSQSQueueExecutionRole"),
    },
    Polled {
        kind: TriggerKind::Stream,
        on_source: &["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"],
        besides: &[],
        policy: Some("AWSLambdaKinesisExecutionRole"),
    },
    Polled {
        kind: TriggerKind::TableStream,
        on_source: &["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
        besides: &["dynamodb:ListStreams"],
        policy: Some("AWSLambdaDynamoDBExecutionRole"),
    },
    Polled {
        kind: TriggerKind::MessageBroker,
        on_source: &[],
        besides: &["mq:DescribeBroker", "secretsmanager:GetSecretValue"],
        policy: None,
    },
];

impl Polled {
    /// What a trigger takes, when Lambda reads it by an event source mapping.
    pub fn of(app: &App, trigger: &Trigger) -> Option<&'static Self> {
        let is_mapping = app.resource(trigger.connection).kind == Kind::EventSourceMapping;
        POLLED.iter().find(|p| is_mapping && p.kind == trigger.kind)
    }

    /// The permissions on the source the role lacks, or not.
    pub fn lacks_on_source<'a>(
        &'a self,
        app: &'a App,
        who: &'a Identity,
        trigger: &'a Trigger,
    ) -> impl Iterator<Item = (&'static str, Tri)> + 'a {
        let arn = Arn::of_value(app, &trigger.source);
        self.on_source.iter().map(move |action| {
            let lacks = match trigger.resource {
                Some(id) => who.lacks_on(app, action, id, &arn, &trigger.guards),
                None => who.lacks(app, &[action], &arn, &trigger.guards),
            };
            (*action, lacks)
        })
    }
}

/// The actions on event sources of a function that its role certainly lacks.
pub fn unpolled(app: &App, function: ResourceId, who: &Identity) -> Vec<&'static str> {
    let mut out = Vec::new();
    for t in app.triggers_of(function) {
        let active = matches!(t.active("it is read here"), Tri::Yes(_));
        let Some(polled) = Polled::of(app, t).filter(|_| active) else { continue };
        let lacking = polled.lacks_on_source(app, who, t).filter(|(_, l)| matches!(l, Tri::Yes(_)));
        out.extend(lacking.map(|(action, _)| action));
    }
    out
}
