//! Events that Lambda polls: event source mappings, and what they grant the implicit role.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html>

use super::event::Event;
use super::policy::RoleParts;
use super::{Out, branches, entry, inline_policy, object, rename};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use lamlint_model::app::SOURCE_SERVICE;
use smol_str::{SmolStr, format_smolstr};

/// A kind of polled event.
struct Pulled {
    kind: &'static str,
    /// The service in the ARN of its source.
    service: &'static str,
    /// The property that names the source.
    source: &'static str,
    /// The managed policy SAM attaches.
    policy: Option<&'static str>,
    /// Actions on the source that SAM grants inline.
    actions: &'static [&'static str],
    /// The property of the mapping that holds the consumer group.
    consumer: Option<&'static str>,
}

const PULLED: &[Pulled] = &[
    Pulled {
        kind: "SQS",
        service: "sqs",
        source: "Queue",
        policy: Some("service-role/AWSLambdaSQSQueueExecutionRole"),
        actions: &[],
        consumer: None,
    },
    Pulled {
        kind: "Kinesis",
        service: "kinesis",
        source: "Stream",
        policy: Some("service-role/AWSLambdaKinesisExecutionRole"),
        actions: &[],
        consumer: None,
    },
    Pulled {
        kind: "DynamoDB",
        service: "dynamodb",
        source: "Stream",
        policy: Some("service-role/AWSLambdaDynamoDBExecutionRole"),
        actions: &[],
        consumer: None,
    },
    Pulled {
        kind: "MSK",
        service: "kafka",
        source: "Stream",
        policy: Some("service-role/AWSLambdaMSKExecutionRole"),
        actions: &[],
        consumer: Some("AmazonManagedKafkaEventSourceConfig"),
    },
    Pulled {
        kind: "MQ",
        service: "mq",
        source: "Broker",
        policy: None,
        actions: &["mq:DescribeBroker"],
        consumer: None,
    },
    Pulled {
        kind: "SelfManagedKafka",
        service: "kafka",
        source: "",
        policy: None,
        actions: &[],
        consumer: Some("SelfManagedKafkaEventSourceConfig"),
    },
    Pulled {
        kind: "DocumentDB",
        service: "rds",
        source: "Cluster",
        policy: None,
        actions: &["rds:DescribeDBClusters", "rds:DescribeDBClusterParameters", "rds:DescribeDBSubnetGroups"],
        consumer: None,
    },
];

/// What SAM grants for sources inside a network and their secrets.
const NETWORK_ACTIONS: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

/// Actions by the `Type` of a failure destination.
const ON_FAILURE: &[(&str, &[&str])] =
    &[("SQS", &["sqs:SendMessage"]), ("SNS", &["sns:publish"]), ("S3", &["s3:PutObject", "s3:ListBucket"])];

pub(in crate::iac) fn is_pulled(kind: &str) -> bool {
    PULLED.iter().any(|p| p.kind == kind)
}

/// One event source mapping.
pub(in crate::iac) fn mapping(kind: &str, mut event: Event<'_>, parts: &mut RoleParts, out: &mut Out<'_>) {
    let Some(pulled) = PULLED.iter().find(|p| p.kind == kind) else { return };
    let span = event.span();
    let mut p = std::mem::replace(&mut event.props, object(span, Vec::new()));
    if let Some(e) = p.take(pulled.source) {
        p.put(ExprEntry { key: "EventSourceArn".into(), ..e });
    }
    p.put(entry("FunctionName", event.target.arn(span)));
    p.put(entry(SOURCE_SERVICE, Expr::text(span, pulled.service)));
    if let Some(e) = p.take("SecretsManagerKmsKeyId") {
        // SAM takes the id of a key only.
        let key = e.value.as_text().map_or_else(|| "*".into(), |id| format!("arn:aws:kms:*:*:key/{id}"));
        let name = format!("{}KeyPolicy", event.id);
        parts.inline.push(inline_policy(span, &name, &["kms:Decrypt"], Expr::text(span, key)));
    }
    if let Some(e) = p.take("KafkaBootstrapServers") {
        let endpoints = object(span, vec![e]);
        p.put(entry("SelfManagedEventSource", Expr::object(span, [("Endpoints", endpoints)])));
    }
    if let Some(key) = pulled.consumer {
        let mut config = object(span, Vec::new());
        rename(&mut p, "ConsumerGroupId", &mut config, "ConsumerGroupId");
        rename(&mut p, "SchemaRegistryConfig", &mut config, "SchemaRegistryConfig");
        if !config.entries().is_empty() {
            p.put(entry(key, config));
        }
    }
    if kind == "DocumentDB" {
        let mut config = object(span, Vec::new());
        for k in ["DatabaseName", "CollectionName", "FullDocument"] {
            rename(&mut p, k, &mut config, k);
        }
        p.put(entry("DocumentDBEventSourceConfig", config));
    }
    if let Some(e) = p.take("DestinationConfig") {
        let id = event.id.clone();
        let value = branches(e.value, &mut |mut d| {
            if let Some(on) = d.take("OnFailure") {
                let value = branches(on.value, &mut |on| on_failure(on, &id, parts));
                d.put(ExprEntry { value, ..on });
            }
            d
        });
        p.put(ExprEntry { value, ..e });
    }
    if let Some(policy) = pulled.policy {
        parts.attach(span, policy);
    } else {
        let name = format!("{}Policy", event.id);
        if let Some(source) = p.get("EventSourceArn")
            && !pulled.actions.is_empty()
        {
            parts.inline.push(inline_policy(span, &name, pulled.actions, source.clone()));
        }
        parts.inline.push(inline_policy(span, &name, NETWORK_ACTIONS, Expr::text(span, "*")));
        for secret in secrets(&p) {
            parts.inline.push(inline_policy(span, &name, &["secretsmanager:GetSecretValue"], secret));
        }
    }
    event.imply(out, "", "AWS::Lambda::EventSourceMapping", p);
}

fn on_failure(mut on: Expr, id: &SmolStr, parts: &mut RoleParts) -> Expr {
    let kind = on.take("Type").and_then(|t| t.value.as_text().map(SmolStr::from));
    let actions = ON_FAILURE.iter().find(|(t, _)| kind.as_deref() == Some(*t)).map(|(_, a)| *a);
    if let (Some(actions), Some(target)) = (actions, on.get("Destination")) {
        let name = format_smolstr!("{id}OnFailurePolicy");
        parts.inline.push(inline_policy(target.span, &name, actions, target.clone()));
    }
    on
}

/// The secrets of `SourceAccessConfigurations`.
fn secrets(p: &Expr) -> Vec<Expr> {
    let Some(Expr { kind: ExprKind::List(items, _), .. }) = p.get("SourceAccessConfigurations") else {
        return Vec::new();
    };
    items
        .iter()
        .filter(|i| {
            i.get("Type")
                .and_then(Expr::as_text)
                .is_some_and(|t| t.ends_with("AUTH") || t.contains("CERTIFICATE"))
        })
        .filter_map(|i| i.get("URI").cloned())
        .collect()
}
