//! What AWS services send to queues and topics of the project in their own name: the resource's policy has to let them.
//!
//! Sources: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html>,
//! <https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html>,
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>

use super::Case;
use super::cases::{items, switch, values};
use crate::app::{Anchor, App, Kind, Resource, ResourceId, Target};
use crate::json;
use crate::tri::{Basis, Evidence, Guards, Proof, Reason, Tri, Why};
use crate::value::{Attr, Value};
use smol_str::SmolStr;

/// Why something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// A notification of a bucket.
    Notification,
    /// A message of a topic.
    Subscription,
    /// A message a subscription could not deliver.
    Undelivered,
    /// An event that matches a rule, or its schedule.
    Target,
    /// An event a rule could not deliver.
    Failed,
}

/// Something a service sends to a queue or topic of the project.
#[derive(Debug, Clone)]
pub struct Sending {
    /// The service, by its principal.
    pub service: &'static str,
    /// The action it needs.
    pub action: &'static str,
    /// What it sends for: the bucket, the topic or the rule.
    pub from: Value,
    /// The kind of that.
    pub from_kind: Kind,
    /// The queue or topic.
    pub to: ResourceId,
    /// Why.
    pub errand: Errand,
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

impl Sending {
    /// Is something certainly sent in some deployment?
    pub fn active(&self, note: impl Into<String>) -> Tri {
        match (&self.basis, self.disabled) {
            (_, true) => Tri::No,
            (Basis::ParameterAllowed(_), _) => {
                Tri::Unknown(Why::new(Reason::Parameter, "only possible, not certain"))
            }
            (basis, _) => {
                Tri::Yes(Proof::single(Evidence::new(self.at.span, note, basis.clone(), self.guards.clone())))
            }
        }
    }
}

/// What receives, and the action to send to it.
const RECEIVERS: &[(Kind, &str)] = &[(Kind::Queue, "sqs:SendMessage"), (Kind::Topic, "sns:Publish")];

/// Who sends on which errand.
const SERVICES: &[(Errand, &str, Kind)] = &[
    (Errand::Notification, "s3.amazonaws.com", Kind::Bucket),
    (Errand::Subscription, "sns.amazonaws.com", Kind::Topic),
    (Errand::Undelivered, "sns.amazonaws.com", Kind::Topic),
    (Errand::Target, "events.amazonaws.com", Kind::Rule),
    (Errand::Failed, "events.amazonaws.com", Kind::Rule),
];

/// A way from a resource to what it sends to.
struct Way<'a> {
    by: &'a Resource,
    errand: Errand,
    from: Value,
    at: Anchor,
}

impl App {
    /// Everything a service sends to a queue or topic of the project without a role, in order of the resources: S3
    /// notifications, SNS subscriptions and their dead-letter queues, targets of rules and their dead-letter queues.
    /// What a dialect's shorthand connects is left out, as it makes the policy itself.
    pub fn sendings(&self) -> Vec<Sending> {
        let mut out = Vec::new();
        for r in self.resources.iter().filter(|r| !r.generated) {
            match r.kind {
                Kind::Bucket | Kind::BucketNotification => self.bucket_sendings(r, &mut out),
                Kind::Topic | Kind::Subscription => self.topic_sendings(r, &mut out),
                Kind::Rule => self.rule_sendings(r, &mut out),
                _ => {}
            }
        }
        out
    }

    fn bucket_sendings(&self, r: &Resource, out: &mut Vec<Sending>) {
        for (list, target) in [("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic")] {
            for n in Self::notifications(r, list, target) {
                let way = Way { by: r, errand: Errand::Notification, from: n.bucket, at: n.at };
                self.send(&way, &n.to, &n.case, false, out);
            }
        }
    }

    fn topic_sendings(&self, r: &Resource, out: &mut Vec<Sending>) {
        for s in Self::subscriptions(r) {
            let way = |errand| Way { by: r, errand, from: s.topic.clone(), at: s.at.clone() };
            if s.protocol == "sqs" {
                self.send(&way(Errand::Subscription), &s.endpoint, &s.case, false, out);
            }
            // Subscriptions inside of a topic have no such policy.
            let policy = r.props.get("RedrivePolicy");
            if r.kind != Kind::Subscription || policy.is_surely_absent() {
                continue;
            }
            for (to, _, case) in values(&s.case, &policy.get("deadLetterTargetArn")) {
                self.send(&way(Errand::Undelivered), &to, &case, false, out);
            }
            for (text, _, case) in values(&s.case, &policy) {
                let parsed = json::parse(&text);
                if let (Value::Str(_) | Value::Concat(_), Some(map)) = (&text, parsed)
                    && let Some(to) = map.get("deadLetterTargetArn")
                {
                    self.send(&way(Errand::Undelivered), to, &case, false, out);
                }
            }
        }
    }

    fn rule_sendings(&self, r: &Resource, out: &mut Vec<Sending>) {
        let state = r.props.get("State").strings();
        for (target, case) in items(&Case::of(r), &r.props.get("Targets")) {
            let way = |errand| Way { by: r, errand, from: Value::Of(r.id, Attr::Arn), at: r.anchor.clone() };
            let mut all = |errand, to: Value, case: &Case| {
                for (disabled, case) in switch(case, &state, |s: &SmolStr| s == "DISABLED") {
                    self.send(&way(errand), &to, &case, disabled, out);
                }
            };
            // With a role it is the role that may send.
            if target.get("RoleArn").is_surely_absent() {
                for (to, _, case) in values(&case, &target.get("Arn")) {
                    all(Errand::Target, to, &case);
                }
            }
            for (to, _, case) in values(&case, &target.path(&["DeadLetterConfig", "Arn"])) {
                all(Errand::Failed, to, &case);
            }
        }
    }

    fn send(&self, way: &Way<'_>, to: &Value, case: &Case, disabled: bool, out: &mut Vec<Sending>) {
        let made = way.by.implied_by.is_some();
        if made && !matches!(way.errand, Errand::Undelivered | Errand::Failed) {
            return;
        }
        let Some(to) = self.own(way.by, to) else { return };
        let to = self.resource(to);
        let Some((_, action)) = RECEIVERS.iter().find(|(k, _)| *k == to.kind) else { return };
        let Some((_, service, from_kind)) = SERVICES.iter().find(|(e, ..)| *e == way.errand) else { return };
        let Some(case) = case.under(&to.guards) else { return };
        out.push(Sending {
            service,
            action,
            from: way.from.clone(),
            from_kind: *from_kind,
            to: to.id,
            errand: way.errand,
            connection: way.by.id,
            at: way.at.clone(),
            guards: case.guards,
            basis: case.basis,
            disabled,
        });
    }

    /// The queue or topic of the project whose ARN a value certainly is. A constant ARN may be one of another account.
    fn own(&self, by: &Resource, value: &Value) -> Option<ResourceId> {
        let here = |p: &Value| matches!(p, Value::Pseudo(n) if n == "AWS::AccountId");
        let certain = match value {
            Value::Of(_, attr) => *attr == Attr::Arn,
            Value::Concat(parts) => parts.iter().any(here),
            _ => false,
        };
        match self.target(by.application, value, &[Kind::Queue, Kind::Topic]) {
            Some(Target::Resource(id)) if certain => Some(id),
            _ => None,
        }
    }
}
