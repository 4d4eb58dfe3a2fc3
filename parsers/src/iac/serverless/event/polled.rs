//! Events that Lambda polls.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/events> and
//! `lib/plugins/aws/package/compile/events` of the framework.

use super::{Cx, Renames, renamed};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{entry, object};
use crate::iac::serverless::function::scalar;
use crate::iac::serverless::role::allow;
use crate::iac::serverless::service::{by_default, long_form, spread};
use lamlint_model::app::Anchor;
use lamlint_model::tri::{Reason, Why};
use smol_str::{SmolStr, format_smolstr};

/// Settings of event source mappings.
const MAPPING: Renames = &[
    ("batchSize", "BatchSize"),
    ("batchWindow", "MaximumBatchingWindowInSeconds"),
    ("maximumBatchingWindow", "MaximumBatchingWindowInSeconds"),
    ("enabled", "Enabled"),
    ("startingPosition", "StartingPosition"),
    ("startingPositionTimestamp", "StartingPositionTimestamp"),
    ("maximumRetryAttempts", "MaximumRetryAttempts"),
    ("bisectBatchOnFunctionError", "BisectBatchOnFunctionError"),
    ("maximumRecordAgeInSeconds", "MaximumRecordAgeInSeconds"),
    ("tumblingWindowInSeconds", "TumblingWindowInSeconds"),
    ("parallelizationFactor", "ParallelizationFactor"),
    ("consumerGroupId", "ConsumerGroupId"),
];

/// Network actions for brokers. Source: `msk/index.js` and `activemq.js` of the framework.
const NETWORK_ACTIONS: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

/// An event source that Lambda polls.
struct Polled {
    kind: &'static str,
    /// Its type in SAM.
    sam: &'static str,
    /// SAM's property for the source.
    source: &'static str,
    /// Actions on the source that the framework lets the role do.
    actions: &'static [&'static str],
    /// Whether it is in a network.
    network: bool,
    /// Batch size where none is written.
    batch: Option<&'static str>,
    position: Option<&'static str>,
}

const POLLED: &[Polled] = &[
    Polled {
        kind: "sqs",
        sam: "SQS",
        source: "Queue",
        actions: &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        network: false,
        batch: Some("10"),
        position: None,
    },
    Polled {
        kind: "dynamodb",
        sam: "DynamoDB",
        source: "Stream",
        actions: &[
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:DescribeStream",
            "dynamodb:ListStreams",
        ],
        network: false,
        batch: Some("10"),
        position: Some("TRIM_HORIZON"),
    },
    Polled {
        kind: "kinesis",
        sam: "Kinesis",
        source: "Stream",
        actions: &[
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:ListShards",
            "kinesis:ListStreams",
        ],
        network: false,
        batch: Some("10"),
        position: Some("TRIM_HORIZON"),
    },
    Polled {
        kind: "msk",
        sam: "MSK",
        source: "Stream",
        actions: &["kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"],
        network: true,
        batch: None,
        position: Some("TRIM_HORIZON"),
    },
    Polled {
        kind: "activemq",
        sam: "MQ",
        source: "Broker",
        actions: &["mq:DescribeBroker"],
        network: true,
        batch: None,
        position: None,
    },
    Polled {
        kind: "rabbitmq",
        sam: "MQ",
        source: "Broker",
        actions: &["mq:DescribeBroker"],
        network: true,
        batch: None,
        position: None,
    },
    Polled {
        kind: "kafka",
        sam: "SelfManagedKafka",
        source: "",
        actions: &[],
        network: true,
        batch: None,
        position: Some("TRIM_HORIZON"),
    },
];

/// Keys of `accessConfigurations` of `kafka`, and the types of AWS.
const ACCESS: Renames = &[
    ("vpcSubnet", "VPC_SUBNET"),
    ("vpcSecurityGroup", "VPC_SECURITY_GROUP"),
    ("saslPlainAuth", "BASIC_AUTH"),
    ("saslScram256Auth", "SASL_SCRAM_256_AUTH"),
    ("saslScram512Auth", "SASL_SCRAM_512_AUTH"),
    ("clientCertificateTlsAuth", "CLIENT_CERTIFICATE_TLS_AUTH"),
    ("serverRootCaCertificate", "SERVER_ROOT_CA_CERTIFICATE"),
];

/// Whether events of that kind are polled.
pub(super) fn is_polled(kind: &str) -> bool {
    POLLED.iter().any(|p| p.kind == kind)
}

impl Cx<'_, '_, '_> {
    pub(super) fn stream(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let mut given = long_form(e, "arn");
        let named = given.take("type").and_then(|t| t.value.as_text().map(SmolStr::from));
        let arn = given.get("arn");
        let kind = named.or_else(|| match &arn?.kind {
            ExprKind::GetAtt(_, a) if a == "StreamArn" => Some("dynamodb".into()),
            ExprKind::GetAtt(_, _) => Some("kinesis".into()),
            _ => arn?.as_text()?.split(':').nth(2).map(SmolStr::from),
        });
        match kind.as_deref() {
            Some("dynamodb") => self.polled("dynamodb", given, id, anchor),
            Some("kinesis") => {
                if let Some(consumer) = given.take("consumer").filter(|c| c.value.as_text() != Some("false"))
                {
                    self.consumer(&consumer, &mut given, &id, anchor);
                }
                self.polled("kinesis", given, id, anchor);
            }
            _ => self.more(Some(Why::other("the kind of a stream is not known"))),
        }
    }

    /// A consumer of a stream takes the place of the stream.
    fn consumer(&mut self, consumer: &ExprEntry, given: &mut Expr, id: &SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let Some(stream) = given.take("arn") else { return };
        let polled = POLLED.iter().find(|p| p.kind == "kinesis").map_or(&[][..], |p| p.actions);
        allow(self.parts, span, polled, stream.value.clone());
        let arn = if consumer.value.as_text() == Some("true") {
            let name = format_smolstr!("{id}StreamConsumer");
            let props = Expr::object(
                span,
                [("StreamARN", stream.value), ("ConsumerName", Expr::text(span, id.clone()))],
            );
            let out = &mut self.service.out;
            out.imply(self.owner, name.clone(), "AWS::Kinesis::StreamConsumer", anchor.clone(), props);
            Expr::reference(span, name)
        } else {
            consumer.value.clone()
        };
        allow(self.parts, span, &["kinesis:SubscribeToShard"], arn.clone());
        given.put(entry("arn", arn));
    }

    pub(super) fn polled(&mut self, kind: &str, mut given: Expr, id: SmolStr, anchor: &Anchor) {
        let Some(polled) = POLLED.iter().find(|p| p.kind == kind) else { return };
        let span = anchor.span;
        let mut props = renamed(&mut given, MAPPING);
        props.span = span;
        for (key, value) in [("BatchSize", polled.batch), ("StartingPosition", polled.position)] {
            if let Some(value) = value
                && props.get(key).is_none()
            {
                props.put(entry(key, by_default(span, scalar(span, value))));
            }
        }
        if let Some(e) = given.take("arn") {
            if !polled.actions.is_empty() {
                allow(self.parts, e.key_span, polled.actions, e.value.clone());
            }
            props.put(ExprEntry { key: polled.source.into(), ..e });
        }
        let lists =
            [("functionResponseType", "FunctionResponseTypes"), ("topic", "Topics"), ("queue", "Queues")];
        for (from, to) in lists {
            if let Some(e) = given.take(from) {
                props.put(ExprEntry {
                    key: to.into(),
                    value: Expr::list(e.value.span, vec![e.value.clone()]),
                    ..e
                });
            }
        }
        if let Some(e) = given.take("filterPatterns") {
            props.put(ExprEntry { key: "FilterCriteria".into(), value: filters(&e.value), ..e });
        }
        if let Some(e) = given.take("maximumConcurrency") {
            let value =
                object(e.value.span, vec![ExprEntry { key: "MaximumConcurrency".into(), ..e.clone() }]);
            props.put(ExprEntry { key: "ScalingConfig".into(), value, ..e });
        }
        if let Some(e) = given.take("destinations") {
            self.on_failure(&e, &mut props);
        }
        if polled.network {
            allow(self.parts, span, NETWORK_ACTIONS, Expr::text(span, "*"));
            self.access(&mut given, &mut props);
        }
        if let Some(e) = given.take("bootstrapServers") {
            props.put(ExprEntry { key: "KafkaBootstrapServers".into(), ..e });
        }
        self.as_sam(polled.sam, id, anchor, props);
    }

    fn on_failure(&mut self, e: &ExprEntry, props: &mut Expr) {
        let mut given = long_form(e, "onFailure");
        let Some(on) = given.take("onFailure") else { return };
        let mut target = long_form(&on, "arn");
        let kind = target.take("type").and_then(|t| t.value.as_text().map(SmolStr::from));
        let Some(arn) = target.take("arn").map(|a| a.value) else { return };
        let kind = kind.or_else(|| arn.as_text()?.split(':').nth(2).map(SmolStr::from));
        let actions: &[&str] = match kind.as_deref() {
            Some("sns") => &["sns:Publish"],
            Some("sqs") => &["sqs:ListQueues", "sqs:SendMessage"],
            _ => &["sns:Publish", "sqs:SendMessage"],
        };
        allow(self.parts, on.key_span, actions, arn.clone());
        let destination = Expr::object(on.key_span, [("Destination", arn)]);
        let value = Expr::object(e.key_span, [("OnFailure", destination)]);
        props.put(ExprEntry { key: "DestinationConfig".into(), key_span: e.key_span, value });
    }

    /// Secrets and networks of brokers.
    fn access(&mut self, given: &mut Expr, props: &mut Expr) {
        let mut items = Vec::new();
        let mut put = |parts: &mut RoleParts, kind: &str, uri: Expr| {
            let span = uri.span;
            if kind.ends_with("AUTH") || kind.contains("CERTIFICATE") {
                allow(parts, span, &["secretsmanager:GetSecretValue"], uri.clone());
            }
            items.push(Expr::object(span, [("Type", Expr::text(span, kind)), ("URI", uri)]));
        };
        if let Some(e) = given.take("basicAuthArn") {
            put(self.parts, "BASIC_AUTH", e.value);
        }
        if let Some(e) = given.take("accessConfigurations") {
            for c in spread(e.value).entries() {
                let Some((_, kind)) = ACCESS.iter().find(|(k, _)| c.key == *k) else { continue };
                match spread(c.value.clone()) {
                    Expr { kind: ExprKind::List(values, _), .. } => {
                        for v in values {
                            put(self.parts, kind, v);
                        }
                    }
                    one => put(self.parts, kind, one),
                }
            }
        }
        if !items.is_empty() {
            props.put(entry("SourceAccessConfigurations", Expr::list(props.span, items)));
        }
    }
}

/// `filterPatterns`: each pattern as JSON.
fn filters(e: &Expr) -> Expr {
    let span = e.span;
    let ExprKind::List(items, open) = spread(e.clone()).kind else {
        return Expr::opaque(span, Reason::Other, "filters that are computed");
    };
    let filters = items
        .iter()
        .map(|i| {
            let pattern = json(i, 0).map_or_else(
                || Expr::opaque(i.span, Reason::Other, "a pattern that is computed"),
                |v| Expr::text(i.span, v.to_string()),
            );
            Expr::object(i.span, [("Pattern", pattern)])
        })
        .collect();
    Expr::object(span, [("Filters", Expr::new(span, ExprKind::List(filters, open)))])
}

fn json(e: &Expr, depth: usize) -> Option<serde_json::Value> {
    use serde_json::Value;
    if depth > 64 {
        return None;
    }
    Some(match &e.kind {
        ExprKind::Scalar(s) if s.plain => match s.text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "" | "~" | "null" => Value::Null,
            t => t.parse::<i64>().map_or_else(|_| Value::String(t.to_owned()), Value::from),
        },
        ExprKind::Scalar(s) => Value::String(s.text.to_string()),
        ExprKind::Text(t) => Value::String(t.to_string()),
        ExprKind::List(items, None) => {
            Value::Array(items.iter().map(|i| json(i, depth + 1)).collect::<Option<_>>()?)
        }
        ExprKind::Map(entries, None) => Value::Object(
            entries
                .iter()
                .map(|e| Some((e.key.to_string(), json(&e.value, depth + 1)?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}
