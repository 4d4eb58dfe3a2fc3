//! Event sources Lambda can't read in the name of a function.

use super::arn::Arn;
use super::identity::Identity;
use crate::app::{App, Kind, ResourceId, TriggerKind};
use crate::tri::Tri;

/// What reading a source asks for on it.
/// Sources: the permissions section of each source's page, all below
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>
const ON_SOURCE: &[(TriggerKind, &[&str])] = &[
    (TriggerKind::Queue, &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]),
    (TriggerKind::Stream, &["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"]),
    (
        TriggerKind::TableStream,
        &["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
    ),
];

/// The actions on its event sources that the role of a function certainly lacks.
pub fn unpolled(app: &App, function: ResourceId, who: &Identity) -> Vec<&'static str> {
    let mut out = Vec::new();
    for t in app.triggers_of(function) {
        let is_read = app.resource(t.connection).kind == Kind::EventSourceMapping
            && matches!(t.active("it is read here"), Tri::Yes(_));
        let Some((_, actions)) = ON_SOURCE.iter().find(|(k, _)| is_read && *k == t.kind) else { continue };
        let arn = Arn::of_value(app, &t.source);
        for action in *actions {
            let lacks = match t.resource {
                Some(id) => who.lacks_on(app, action, id, &arn, &t.guards),
                None => who.lacks(app, &[action], &arn, &t.guards),
            };
            if matches!(lacks, Tri::Yes(_)) {
                out.push(*action);
            }
        }
    }
    out
}
