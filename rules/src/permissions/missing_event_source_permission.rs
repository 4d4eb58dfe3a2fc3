//! See the page.

use super::shared;
use lamlint_model::app::{Function, Kind, Resource, Trigger, TriggerKind};
use lamlint_model::finding::Message;
use lamlint_model::policy::wants::polling;
use lamlint_model::policy::{Arn, Identity};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tree::Tree;
use lamlint_model::tri::Guards;
use lamlint_model::value::Attr;
use lamlint_model::{Cx, Findings, Fix, Rule, Tri, Value};
use smol_str::SmolStr;

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-event-source-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-event-source-permission.md"),
    check,
};

/// What Lambda needs to read a source in the function's name besides what it asks for on the source itself, and the
/// managed policy that has it all.
struct Needed {
    kind: TriggerKind,
    /// Asked for on something else, or on nothing: of each group, one.
    besides: &'static [&'static [&'static str]],
    network: Network,
    policy: Option<&'static str>,
}

/// Whether Lambda makes network interfaces to reach the source.
#[derive(PartialEq)]
enum Network {
    Never,
    Always,
    /// Where the mapping names a subnet.
    Subnets,
    /// Where the source is certainly not public.
    Private,
}

/// Sources: the permissions section of each source's page, all below
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>
const NEEDED: &[Needed] = &[
    Needed {
        kind: TriggerKind::Queue,
        besides: &[],
        network: Network::Never,
        policy: Some("AWSLambdaSQSQueueExecutionRole"),
    },
    Needed {
        kind: TriggerKind::Stream,
        besides: &[],
        network: Network::Never,
        policy: Some("AWSLambdaKinesisExecutionRole"),
    },
    Needed {
        kind: TriggerKind::TableStream,
        besides: &[&["dynamodb:ListStreams"]],
        network: Network::Never,
        policy: Some("AWSLambdaDynamoDBExecutionRole"),
    },
    Needed {
        kind: TriggerKind::MessageBroker,
        besides: &[&["mq:DescribeBroker"]],
        network: Network::Private,
        policy: None,
    },
    // <https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html>
    Needed {
        kind: TriggerKind::Kafka,
        besides: &[&["kafka:DescribeClusterV2", "kafka:DescribeCluster"], &["kafka:GetBootstrapBrokers"]],
        network: Network::Always,
        policy: Some("AWSLambdaMSKExecutionRole"),
    },
    // <https://docs.aws.amazon.com/lambda/latest/dg/with-documentdb.html>
    Needed {
        kind: TriggerKind::DocumentDb,
        besides: &[
            &["rds:DescribeDBClusters"],
            &["rds:DescribeDBClusterParameters"],
            &["rds:DescribeDBSubnetGroups"],
        ],
        network: Network::Always,
        policy: None,
    },
];

/// Kafka that is not a cluster of MSK.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-kafka-permissions.html>
const SELF_MANAGED: &Needed =
    &Needed { kind: TriggerKind::Kafka, besides: &[], network: Network::Subnets, policy: None };

/// Network interfaces in the network of the source.
const INTERFACES: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

/// Types of `SourceAccessConfigurations` whose `URI` is a secret.
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_SourceAccessConfiguration.html>
const SECRETS: &[&str] = &[
    "BASIC_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "SASL_SCRAM_256_AUTH",
    "SASL_SCRAM_512_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
];

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let mut seen: Vec<&Value> = Vec::new();
        for t in cx.app.triggers_of(function.resource.id) {
            let by = cx.app.resource(t.connection);
            if by.kind != Kind::EventSourceMapping || seen.contains(&&t.source) {
                continue;
            }
            let Some(needed) = needed(t, by) else { continue };
            let Some((names, lacks)) = lacking(cx, &identity, t, by, needed) else { continue };
            let role = shared::role(cx, &identity);
            let source = source(cx, t);
            let reads = t.active(format!("`{}` reads {source} here", function.name()));
            let before = out.len();
            // Several actions are asked for on something else than the source.
            let on_it = if on_source(t).is_empty() { "" } else { " on it" };
            out.report(reads.and(lacks), function.name(), format!("{role} {source}"), |_| {
                let text = format!(
                    "`{}` reads {source}, but its role `{role}` may not call {}{on_it}",
                    function.name(),
                    shared::listed(&names)
                );
                let help = match needed.policy {
                    Some(p) if !names.contains(&SECRET) => {
                        format!("attach the managed policy `service-role/{p}`, or allow the actions")
                    }
                    _ => "allow the actions in a policy of the role".to_owned(),
                };
                Message::new(text).help(help).mended(remedy(cx, (function, &identity), t, needed, &names))
            });
            if out.len() > before {
                seen.push(&t.source);
            }
        }
    }
}

/// The actions on the source where nothing else is missing; else the managed policy that has them all.
fn remedy(
    cx: &Cx<'_>,
    (function, identity): (Function<'_>, &Identity),
    t: &Trigger,
    needed: &Needed,
    names: &[&str],
) -> Option<Fix> {
    if t.resource.is_some() && names.iter().all(|n| on_source(t).contains(n)) {
        return shared::allow(cx.app, function, identity, names, &t.source);
    }
    let policy = needed.policy.filter(|_| !names.contains(&SECRET))?;
    shared::attach(identity, &format!("service-role/{policy}"))
}

const SECRET: &str = "secretsmanager:GetSecretValue";

fn needed(t: &Trigger, mapping: &Resource) -> Option<&'static Needed> {
    let own = mapping.props.get("SelfManagedEventSource");
    if t.kind == TriggerKind::Kafka && !own.is_surely_absent() {
        return own.is_surely_present().then_some(SELF_MANAGED);
    }
    NEEDED.iter().find(|n| n.kind == t.kind)
}

/// What is asked for on the source.
fn on_source(t: &Trigger) -> &'static [&'static str] {
    polling(t.kind).map_or(&[], |a| a.on)
}

fn lacking(
    cx: &Cx<'_>,
    identity: &Identity,
    t: &Trigger,
    mapping: &Resource,
    needed: &Needed,
) -> Option<(Vec<&'static str>, Tri)> {
    let arn = Arn::of_value(cx.app, &t.source);
    let of_source = on_source(t).iter().map(|a| {
        (
            *a,
            match t.resource {
                Some(id) => identity.lacks_on(cx.app, a, id, &arn, &t.guards),
                None => identity.lacks(cx.app, &[a], &arn, &t.guards),
            },
        )
    });
    let unknown = Arn::unknown();
    let interfaces = if reached_by_interface(cx, t, mapping, needed) { INTERFACES } else { &[] };
    let interfaces = interfaces.iter().map(std::slice::from_ref);
    let besides =
        needed.besides.iter().copied().chain(interfaces).filter_map(|one_of| {
            Some((*one_of.first()?, identity.lacks(cx.app, one_of, &unknown, &t.guards)))
        });
    let secret = secrets(mapping).into_iter().map(|uri| (SECRET, lacks_secret(cx, identity, &uri, t)));
    shared::gathered(of_source.chain(besides).chain(secret.take(1)))
}

/// The secrets a mapping names.
pub(super) fn secrets(mapping: &Resource) -> Vec<Value> {
    let all = accesses(mapping).into_iter();
    all.filter(|(kind, _)| SECRETS.contains(&kind.as_str())).map(|(_, uri)| uri).collect()
}

/// The secret may let the role in by a policy of its own: one outside the project is not known.
fn lacks_secret(cx: &Cx<'_>, identity: &Identity, uri: &Value, t: &Trigger) -> Tri {
    let arn = Arn::named(cx.app, Some(Kind::Secret), uri, &Value::str(""));
    match arn.resource() {
        Some(id) if cx.app.resource(id).kind == Kind::Secret => {
            identity.lacks_on(cx.app, SECRET, id, &arn, &t.guards)
        }
        _ => identity.lacks(cx.app, &[SECRET], &arn, &t.guards),
    }
}

fn reached_by_interface(cx: &Cx<'_>, t: &Trigger, mapping: &Resource, needed: &Needed) -> bool {
    match needed.network {
        Network::Never => false,
        Network::Always => true,
        Network::Subnets => accesses(mapping).iter().any(|(kind, _)| kind == "VPC_SUBNET"),
        Network::Private => t.resource.is_some_and(|id| {
            let public = cx.app.resource(id).props.get("PubliclyAccessible").bools();
            public.sole() == Some(&Some(false))
        }),
    }
}

/// The `SourceAccessConfigurations` that stand there without a condition of their own: type and URI.
fn accesses(mapping: &Resource) -> Vec<(SmolStr, Value)> {
    let (items, _) = mapping.props.get("SourceAccessConfigurations").items();
    let one = |(item, guards): &(Tree, Guards)| {
        let (kind, uri) = (item.get("Type").strings(), item.get("URI").values());
        let kind = kind.sole()?.clone()?;
        guards.is_empty().then(|| (kind, uri.sole().cloned().flatten().unwrap_or_else(Value::unknown)))
    };
    items.iter().filter_map(one).collect()
}

fn source(cx: &Cx<'_>, t: &Trigger) -> String {
    match t.resource {
        Some(id) if matches!(&t.source, Value::Of(_, Attr::Other(_))) => {
            format!("the stream of `{}`", cx.app.resource(id).name)
        }
        Some(id) => {
            let r = cx.app.resource(id);
            if r.kind == Kind::Other {
                format!("`{}`", r.name)
            } else {
                format!("{} `{}`", r.kind.word(), r.name)
            }
        }
        None => t.kind.word().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    const ON_QUEUE: &str = r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}"}"#;
    const ON_TABLE: &str = r#"{"EventSourceArn": "${Items.StreamArn}", "FunctionName": "${Worker}"}"#;

    fn found(statement: &str, mapping: &str, more: &[(&str, &str, &str)]) -> Vec<String> {
        let role = format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{statement}]}}}}]}}"#
        );
        let mut app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &role)
            .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
            .add("AWS::SQS::Queue", "Jobs", "{}")
            .add("AWS::SQS::Queue", "Others", "{}")
            .add("AWS::DynamoDB::Table", "Items", "{}")
            .add("AWS::Lambda::EventSourceMapping", "M", mapping);
        for (t, name, props) in more {
            app = app.add(t, name, props);
        }
        check(&RULE, &app.build(), &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    fn allow(actions: &str, resource: &str) -> String {
        format!(r#"{{"Effect": "Allow", "Action": [{actions}], "Resource": "{resource}"}}"#)
    }

    #[test]
    fn names_what_is_missing() {
        let text =
            "`Worker` reads queue `Jobs`, but its role `Role` may not call `sqs:GetQueueAttributes` on it";
        let two = allow(r#""sqs:ReceiveMessage", "sqs:DeleteMessage""#, "${Jobs.Arn}");
        assert_eq!(found(&two, ON_QUEUE, &[]), [text]);
        // Another queue.
        assert_eq!(found(&allow(r#""sqs:*""#, "${Others.Arn}"), ON_QUEUE, &[]).len(), 1);
        // The table, not its stream.
        let table = allow(r#""dynamodb:*""#, "${Items.Arn}");
        let text = "`Worker` reads the stream of `Items`, but its role `Role` may not call `dynamodb:GetRecords`, \
             `dynamodb:GetShardIterator` and `dynamodb:DescribeStream` on it";
        assert_eq!(found(&table, ON_TABLE, &[]), [text]);
    }

    #[test]
    fn silent_where_allowed_or_unknown() {
        for (statement, mapping) in [
            (allow(r#""sqs:*""#, "*"), ON_QUEUE),
            (allow(r#""sqs:*""#, "${Jobs.Arn}"), ON_QUEUE),
            (allow(r#""sqs:*""#, "${QueueArn}"), ON_QUEUE),
            (allow(r#""dynamodb:*""#, "${Items.StreamArn}"), ON_TABLE),
            (allow(r#""dynamodb:*""#, "${Items.Arn}/stream/*"), ON_TABLE),
            (
                allow(r#""s3:*""#, "*"),
                r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}", "Enabled": false}"#,
            ),
        ] {
            assert_eq!(found(&statement, mapping, &[]), [""; 0], "{statement} {mapping}");
        }
    }

    #[test]
    fn the_policy_of_the_queue_allows_as_well() {
        let policy = r#"{"Queues": ["${Jobs.Url}"], "PolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "${Role.Arn}"}, "Action": "sqs:*", "Resource": "*"}]}}"#;
        let none = allow(r#""s3:*""#, "*");
        assert_eq!(found(&none, ON_QUEUE, &[("AWS::SQS::QueuePolicy", "Q", policy)]), [""; 0]);
        assert_eq!(found(&none, ON_QUEUE, &[]).len(), 1);
    }

    #[test]
    fn kafka_brokers_and_clusters() {
        let interfaces = INTERFACES.iter().map(|i| format!("\"{i}\"")).collect::<Vec<_>>().join(", ");
        let secret = r#"{"Type": "BASIC_AUTH", "URI": "${Login.Arn}"}"#;
        let mapping = |source: &str, access: &str| {
            format!(
                r#"{{{source}, "FunctionName": "${{Worker}}", "SourceAccessConfigurations": [{access}]}}"#
            )
        };
        let (msk, broker, cluster) = (
            r#""EventSourceArn": "${Msk}", "Topics": ["t"]"#,
            r#""EventSourceArn": "${Broker.Arn}", "Queues": ["q"]"#,
            r#""EventSourceArn": "${Cluster}", "DocumentDBEventSourceConfig": {"DatabaseName": "d"}"#,
        );
        let own = r#""SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": ["a:9092"]}}, "Topics": ["t"]"#;
        let subnet = r#"{"Type": "VPC_SUBNET", "URI": "subnet:subnet-1"}"#;
        let describe = r#""kafka:DescribeCluster", "kafka:GetBootstrapBrokers""#;
        for (actions, resource, source, access, missing) in [
            ("\"s3:*\"".to_owned(), "*", msk, "", "kafka:DescribeClusterV2"),
            (format!("{describe}, {interfaces}"), "*", msk, "", ""),
            (describe.to_owned(), "*", msk, "", "`ec2:CreateNetworkInterface`, "),
            (
                format!("{describe}, {interfaces}"),
                "*",
                msk,
                secret,
                "may not call `secretsmanager:GetSecretValue`",
            ),
            ("\"mq:DescribeBroker\"".into(), "*", broker, secret, "`secretsmanager:GetSecretValue`"),
            ("\"mq:*\", \"secretsmanager:*\"".into(), "*", broker, secret, ""),
            ("\"mq:*\", \"ec2:Describe*\"".into(), "*", broker, "", ""),
            (interfaces.clone(), "*", cluster, "", "`rds:DescribeDBSubnetGroups`"),
            (format!("\"rds:*\", {interfaces}"), "*", cluster, "", ""),
            ("\"s3:*\"".into(), "*", own, "", ""),
            ("\"s3:*\"".into(), "*", own, subnet, "`ec2:CreateNetworkInterface`, "),
            (interfaces.clone(), "*", own, subnet, ""),
            ("\"s3:*\"".into(), "*", own, secret, "may not call `secretsmanager:GetSecretValue`"),
            ("\"secretsmanager:*\"".into(), "${Login.Arn}", own, secret, ""),
            (
                "\"secretsmanager:*\"".into(),
                "${Other}",
                own,
                secret,
                "may not call `secretsmanager:GetSecretValue`",
            ),
        ] {
            let more = [
                ("AWS::MSK::Cluster", "Msk", "{}"),
                ("AWS::AmazonMQ::Broker", "Broker", "{}"),
                ("AWS::DocDB::DBCluster", "Cluster", "{}"),
                ("AWS::SecretsManager::Secret", "Login", "{}"),
                ("AWS::SecretsManager::Secret", "Other", "{}"),
            ];
            let got = found(&allow(&actions, resource), &mapping(source, access), &more);
            if missing.is_empty() {
                assert_eq!(got, [""; 0], "{actions} {source} {access}");
            } else {
                assert_eq!(got.len(), 1, "{actions} {source} {access}");
                assert!(got[0].contains(missing), "{}", got[0]);
            }
        }
        let private = [("AWS::AmazonMQ::Broker", "Broker", r#"{"PubliclyAccessible": false}"#)];
        let got = found(&allow("\"mq:*\"", "*"), &mapping(broker, ""), &private);
        assert!(got[0].contains("`ec2:CreateNetworkInterface`"), "{got:?}");
    }
}
