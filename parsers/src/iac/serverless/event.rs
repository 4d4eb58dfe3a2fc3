//! `events` of functions, as SAM writes them: what they imply is the same.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/events> and
//! `lib/plugins/aws/package/compile/events` of the framework.

use super::function::{Function, scalar};
use super::role::allow;
use super::service::{Service, by_default, long_form, name_text, spread};
use super::{names, role};
use crate::iac::expr::{Expr, ExprEntry, ExprKind, sub_of};
use crate::iac::sam::event::{self as sam, Event, Target};
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{Owner, entry, object, rename};
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use lamlint_model::tri::{Reason, Why};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// Properties of an event under other names.
type Renames = &'static [(&'static str, &'static str)];

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

/// Settings of schedules and rules.
const RULE: Renames = &[
    ("enabled", "Enabled"),
    ("name", "Name"),
    ("description", "Description"),
    ("input", "Input"),
    ("inputPath", "InputPath"),
    ("inputTransformer", "InputTransformer"),
    ("eventBus", "EventBusName"),
    ("schedule", "Schedule"),
    ("pattern", "Pattern"),
    ("event", "Pattern"),
    ("retryPolicy", "RetryPolicy"),
];

/// Events that only let a service invoke the function: kind, service.
const PERMITTED: &[(&str, &str)] = &[
    ("alexaSkill", "alexa-appkit.amazon.com"),
    ("alexaSmartHome", "alexa-connectedhome.amazon.com"),
    ("iotFleetProvisioning", "iot.amazonaws.com"),
];

/// The function whose events are expanded, and where they go.
struct Cx<'a, 'f, 's> {
    f: &'a Function,
    target: &'a Target,
    owner: &'a Owner,
    parts: &'a mut RoleParts,
    service: &'s mut Service<'f>,
}

/// Expand all events of a function.
pub(super) fn expand(
    events: ExprEntry,
    f: &Function,
    target: &Target,
    owner: &Owner,
    parts: &mut RoleParts,
    service: &mut Service<'_>,
) {
    let list = spread(events.value);
    let mut cx = Cx { f, target, owner, parts, service };
    let items = match list.kind {
        ExprKind::List(items, open) => {
            cx.more(open);
            items
        }
        ExprKind::Opaque(why) => {
            cx.more(Some(why));
            return;
        }
        _ => return,
    };
    let mut counts: BTreeMap<SmolStr, usize> = BTreeMap::new();
    for item in items {
        let item = spread(item);
        let entries = match item.kind {
            ExprKind::Map(entries, open) => {
                cx.more(open);
                entries
            }
            // A list from a file among the events.
            ExprKind::List(inner, open) => {
                cx.more(open);
                inner.into_iter().flat_map(|e| spread(e).entries().to_vec()).collect()
            }
            ExprKind::Scalar(s) => {
                let value = Expr::new(item.span, ExprKind::NoValue);
                vec![ExprEntry { key: s.text, key_span: item.span, value }]
            }
            ExprKind::Opaque(why) => {
                cx.more(Some(why));
                continue;
            }
            _ => continue,
        };
        for e in entries {
            let count = counts.entry(e.key.clone()).or_default();
            *count += 1;
            let n = *count;
            let path = match n {
                1 => format_smolstr!("{}.events.{}", f.anchor.path, e.key),
                n => format_smolstr!("{}.events.{}.{n}", f.anchor.path, e.key),
            };
            let id = format_smolstr!("{}{}{n}", names::normalized(&f.key), names::alphanumeric(&e.key));
            let anchor = Anchor { span: e.key_span, path };
            cx.one(&e, id, &anchor);
        }
    }
}

/// The properties under their other names.
fn renamed(given: &mut Expr, renames: Renames) -> Expr {
    let open = match &given.kind {
        ExprKind::Map(_, open) => open.clone(),
        _ => None,
    };
    let mut out = Expr::new(given.span, ExprKind::Map(Vec::new(), open));
    for (from, to) in renames {
        rename(given, from, &mut out, to);
    }
    out
}

impl Cx<'_, '_, '_> {
    fn more(&mut self, why: Option<Why>) {
        if let Some(why) = why {
            self.service.out.facts.more.get_or_insert(why);
        }
    }

    /// Expand an event as SAM does.
    fn as_sam(&mut self, kind: &str, id: SmolStr, anchor: &Anchor, props: Expr) {
        let event = Event { id, anchor: anchor.clone(), props, target: self.target, owner: self.owner };
        // What SAM lets the role do is not what the framework does.
        sam::one(kind, event, &mut RoleParts::default(), &mut self.service.out);
    }

    fn permission(&mut self, id: SmolStr, anchor: &Anchor, principal: &str, source: Option<Expr>) {
        let props = object(anchor.span, Vec::new());
        let event = Event { id, anchor: anchor.clone(), props, target: self.target, owner: self.owner };
        event.permission(&mut self.service.out, principal, source, false);
    }

    fn one(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let kind = e.key.as_str();
        match kind {
            "http" => self.http(e, id, anchor),
            "httpApi" => self.http_api(e, id, anchor),
            "s3" => self.bucket(e, id, anchor),
            "schedule" => self.schedule(e, &id, anchor),
            "sns" => self.topic(e, id, anchor),
            "stream" => self.stream(e, id, anchor),
            "cloudwatchEvent" => {
                let props = renamed(&mut long_form(e, "event"), RULE);
                self.as_sam("CloudWatchEvent", id, anchor, props);
            }
            "eventBridge" => {
                let mut given = long_form(e, "pattern");
                let mut props = renamed(&mut given, RULE);
                if let Some(q) = given.take("deadLetterQueueArn") {
                    let value = object(q.value.span, vec![ExprEntry { key: "Arn".into(), ..q.clone() }]);
                    props.put(ExprEntry { key: "DeadLetterConfig".into(), value, ..q });
                }
                self.as_sam("EventBridgeRule", id, anchor, props);
            }
            "cloudwatchLog" => {
                let mut given = long_form(e, "logGroup");
                let names: Renames = &[("logGroup", "LogGroupName"), ("filter", "FilterPattern")];
                let props = renamed(&mut given, names);
                self.as_sam("CloudWatchLogs", id, anchor, props);
            }
            "iot" => {
                let mut given = long_form(e, "sql");
                let names: Renames =
                    &[("sql", "Sql"), ("sqlVersion", "AwsIotSqlVersion"), ("description", "Description")];
                let props = renamed(&mut given, names);
                self.as_sam("IoTRule", id, anchor, props);
            }
            "cognitoUserPool" => self.pool(e, id, anchor),
            "alb" => self.balancer(&id, anchor),
            "websocket" => self.socket(e, &id, anchor),
            "cloudFront" => self.distribution(e, &id, anchor),
            _ if POLLED.iter().any(|p| p.kind == kind) => self.polled(kind, long_form(e, "arn"), id, anchor),
            _ => {
                if let Some((_, principal)) = PERMITTED.iter().find(|(k, _)| *k == kind) {
                    self.permission(id, anchor, principal, None);
                    return;
                }
                let what = format!("events of the kind `{kind}` are not understood");
                self.service.out.facts.notices.push((e.key_span, what.clone()));
                self.more(Some(Why::new(Reason::Macro, what)));
            }
        }
    }

    fn stream(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
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

    fn polled(&mut self, kind: &str, mut given: Expr, id: SmolStr, anchor: &Anchor) {
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

    /// The API a setting names, else the one the framework makes.
    fn api(
        &mut self,
        setting: &[&str],
        name: &str,
        type_name: &str,
        anchor: &Anchor,
        props: Vec<(&'static str, Expr)>,
    ) -> Expr {
        if let Some(e) = self.service.setting(setting) {
            return e.value;
        }
        let made = Expr::object(anchor.span, props);
        self.service.once(name, type_name, self.owner, anchor, made);
        Expr::reference(anchor.span, name)
    }

    fn http(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let Some(mut props) = route_of(e) else { return };
        let mut given = long_form(e, "path");
        // These never reach the function.
        let integration = given.get("integration").and_then(Expr::as_text).map(str::to_ascii_lowercase);
        if matches!(integration.as_deref(), Some("http" | "http-proxy" | "http_proxy" | "mock")) {
            return;
        }
        let name = ("Name", self.service.prefix.clone());
        let setting = ["apiGateway", "restApiId"];
        let api = self.api(&setting, REST_API, "AWS::ApiGateway::RestApi", anchor, vec![name]);
        props.put(entry("RestApiId", api.clone()));
        if let Some(a) = given.take("authorizer") {
            self.authorizer(&a, &api, "AWS::ApiGateway::Authorizer", &mut props);
        }
        self.as_sam("Api", id, anchor, props);
    }

    fn http_api(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let Some(mut props) = route_of(e) else { return };
        let mut given = long_form(e, "path");
        let made = vec![("Name", self.service.prefix.clone()), ("ProtocolType", Expr::text(span, "HTTP"))];
        let api = self.api(&["httpApi", "id"], HTTP_API, "AWS::ApiGatewayV2::Api", anchor, made);
        props.put(entry("ApiId", api.clone()));
        let payload = self.service.setting(&["httpApi", "payload"]);
        props.put(match payload {
            Some(p) => ExprEntry { key: "PayloadFormatVersion".into(), ..p },
            None => entry("PayloadFormatVersion", by_default(span, Expr::text(span, "2.0"))),
        });
        if let Some(a) = given.take("authorizer") {
            let name = long_form(&a, "name").get("name").and_then(Expr::as_text).map(SmolStr::from);
            let declared = name.and_then(|n| self.service.setting(&["httpApi", "authorizers", &n]));
            match declared {
                Some(d) => {
                    let mut d = long_form(&d, "functionName");
                    let function = d.take("functionName").or_else(|| d.take("functionArn"));
                    let function = function.unwrap_or_else(|| entry("name", Expr::text(span, "jwt")));
                    self.authorizer(&function, &api, "AWS::ApiGatewayV2::Authorizer", &mut props);
                }
                None => self.authorizer(&a, &api, "AWS::ApiGatewayV2::Authorizer", &mut props),
            }
        }
        self.as_sam("HttpApi", id, anchor, props);
    }

    /// What decides whether a call may reach the function; it may be a function of the service.
    fn authorizer(&mut self, e: &ExprEntry, api: &Expr, type_name: &str, props: &mut Expr) {
        let span = e.key_span;
        let given = long_form(e, "name");
        let name = given.get("name").and_then(Expr::as_text).map(SmolStr::from);
        let word = name.clone().unwrap_or_else(|| "authorizer".into());
        props.put(entry("Auth", Expr::object(span, [("Authorizer", Expr::text(span, word))])));
        let function = match (given.get("arn"), &name) {
            (Some(arn), _) => arn.clone(),
            (None, Some(n)) if self.service.is_function(n) => Expr::get_att(span, &names::function(n), "Arn"),
            _ => return,
        };
        let key =
            name.unwrap_or_else(|| names::alphanumeric(function.target_name().unwrap_or("other")).into());
        let id = format_smolstr!("{}ApiGatewayAuthorizer", names::normalized(&key));
        if self.service.out.facts.resources.iter().any(|r| r.name == id) {
            return;
        }
        let prefix =
            sub_of(span, "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/");
        let uri = name_text(span, vec![prefix, function.clone(), Expr::text(span, "/invocations")]);
        let api_key = if type_name.contains("V2") { "ApiId" } else { "RestApiId" };
        let made = Expr::object(
            span,
            [
                (api_key, api.clone()),
                ("AuthorizerUri", uri),
                ("Name", Expr::text(span, key)),
                ("AuthorizerType", Expr::text(span, "REQUEST")),
            ],
        );
        let anchor = Anchor { span, path: format_smolstr!("{}.authorizer", self.f.anchor.path) };
        let out = &mut self.service.out;
        out.imply(self.owner, id.clone(), type_name, anchor.clone(), made);
        let permission = Expr::object(
            span,
            [
                ("Action", Expr::text(span, "lambda:InvokeFunction")),
                ("FunctionName", function),
                ("Principal", Expr::text(span, "apigateway.amazonaws.com")),
                ("SourceArn", api_arn(span, api, "/*")),
            ],
        );
        out.imply(
            self.owner,
            format_smolstr!("{id}Permission"),
            "AWS::Lambda::Permission",
            anchor,
            permission,
        );
    }

    fn bucket(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "bucket");
        let mut props = object(span, Vec::new());
        let Some(bucket) = given.take("bucket") else { return };
        let existing = given.get("existing").and_then(Expr::as_text) == Some("true");
        let word = bucket.value.as_text().map(SmolStr::from);
        let declared = word.as_ref().and_then(|w| self.service.setting(&["s3", w]));
        let name = if existing {
            bucket.value.clone()
        } else {
            let word = word.as_deref().map_or_else(|| id.to_string(), names::alphanumeric);
            let logical = format_smolstr!("S3Bucket{word}");
            let mut made = Expr::object(span, [("BucketName", bucket.value.clone())]);
            if let Some(d) = declared {
                let mut d = long_form(&d, "name");
                made = object(span, Vec::new());
                rename(&mut d, "name", &mut made, "BucketName");
                if let ExprKind::Map(entries, _) = d.kind {
                    for e in entries {
                        made.put(ExprEntry { key: names::alphanumeric(&e.key).into(), ..e });
                    }
                }
            }
            self.service.once(&logical, "AWS::S3::Bucket", self.owner, anchor, made);
            Expr::reference(span, logical)
        };
        props.put(entry("Bucket", name));
        let event = given.take("event").or_else(|| given.take("events"));
        props.put(match event {
            Some(e) => ExprEntry { key: "Events".into(), ..e },
            None => entry("Events", by_default(span, Expr::text(span, "s3:ObjectCreated:*"))),
        });
        if let Some(rules) = given.take("rules")
            && let Some(filter) = key_filter(&rules)
        {
            props.put(ExprEntry { key: "Filter".into(), value: filter, ..rules });
        }
        self.as_sam("S3", id, anchor, props);
    }

    fn schedule(&mut self, e: &ExprEntry, id: &SmolStr, anchor: &Anchor) {
        let mut given = long_form(e, "rate");
        let Some(rate) = given.take("rate") else { return };
        let scheduler = given.get("method").and_then(Expr::as_text) == Some("scheduler");
        let rates = match spread(rate.value.clone()) {
            Expr { kind: ExprKind::List(items, _), .. } => items,
            one => vec![one],
        };
        for (i, value) in rates.into_iter().enumerate() {
            let mut given = given.clone();
            let id = if i == 0 { id.clone() } else { format_smolstr!("{id}Rate{}", i + 1) };
            let rate = ExprEntry { value, ..rate.clone() };
            if !scheduler {
                let mut props = renamed(&mut given, RULE);
                props.put(ExprEntry { key: "Schedule".into(), ..rate });
                self.as_sam("Schedule", id, anchor, props);
                continue;
            }
            let names: Renames = &[
                ("input", "Input"),
                ("name", "Name"),
                ("description", "Description"),
                ("timezone", "ScheduleExpressionTimezone"),
                ("roleArn", "RoleArn"),
            ];
            let mut props = renamed(&mut given, names);
            props.put(ExprEntry { key: "ScheduleExpression".into(), ..rate });
            if let Some(e) = given.take("enabled") {
                let value = Expr::new(e.value.span, ExprKind::State(Box::new(e.value)));
                props.put(ExprEntry { key: "State".into(), value, ..e });
            }
            self.as_sam("ScheduleV2", id, anchor, props);
        }
    }

    fn topic(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "arn");
        let names: Renames = &[("filterPolicy", "FilterPolicy"), ("filterPolicyScope", "FilterPolicyScope")];
        let mut props = renamed(&mut given, names);
        let arn = given.take("arn");
        let named = given.take("topicName");
        let is_arn = |e: &ExprEntry| e.value.as_text().is_none_or(|t| t.starts_with("arn:"));
        let topic = match (arn, named) {
            (Some(a), _) if is_arn(&a) => a.value,
            (a, n) => {
                let Some(name) = n.or(a) else { return };
                let word = name.value.as_text().map_or_else(|| id.to_string(), names::alphanumeric);
                let logical = format_smolstr!("SNSTopic{word}");
                let made = object(span, vec![ExprEntry { key: "TopicName".into(), ..name }]);
                self.service.once(&logical, "AWS::SNS::Topic", self.owner, anchor, made);
                Expr::reference(span, logical)
            }
        };
        props.put(entry("Topic", topic));
        if let Some(r) = given.take("redrivePolicy") {
            let mut r2 = long_form(&r, "deadLetterTargetArn");
            let target = match r2.take("deadLetterTargetArn") {
                Some(t) => Some(t.value),
                None => r2
                    .take("deadLetterTargetRef")
                    .and_then(|t| t.value.as_text().map(|n| Expr::get_att(t.value.span, n, "Arn"))),
            };
            let target =
                target.unwrap_or_else(|| Expr::opaque(span, Reason::Imported, "it is in another stack"));
            let value = Expr::object(r.value.span, [("deadLetterTargetArn", target)]);
            props.put(ExprEntry { key: "RedrivePolicy".into(), value, ..r });
        }
        self.as_sam("SNS", id, anchor, props);
    }

    fn pool(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "pool");
        let Some(pool) = given.take("pool") else { return };
        let existing = given.get("existing").and_then(Expr::as_text) == Some("true");
        let mut props = object(span, Vec::new());
        rename(&mut given, "trigger", &mut props, "Trigger");
        if !existing && let Some(name) = pool.value.as_text() {
            let logical = format_smolstr!("CognitoUserPool{}", names::alphanumeric(name));
            let made = object(span, vec![ExprEntry { key: "UserPoolName".into(), ..pool.clone() }]);
            self.service.once(&logical, "AWS::Cognito::UserPool", self.owner, anchor, made);
            props.put(entry("UserPool", Expr::reference(span, logical)));
        }
        self.as_sam("Cognito", id, anchor, props);
    }

    fn balancer(&mut self, id: &SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let group = format_smolstr!("{id}TargetGroup");
        let target = Expr::object(span, [("Id", self.target.arn(span))]);
        let props = Expr::object(
            span,
            [("TargetType", Expr::text(span, "lambda")), ("Targets", Expr::list(span, vec![target]))],
        );
        let out = &mut self.service.out;
        let type_name = "AWS::ElasticLoadBalancingV2::TargetGroup";
        out.imply(self.owner, group.clone(), type_name, anchor.clone(), props);
        let source = Expr::reference(span, group.clone());
        self.permission(id.clone(), anchor, "elasticloadbalancing.amazonaws.com", Some(source.clone()));
        self.route(id, anchor, "alb", source, None);
    }

    fn route(&mut self, id: &SmolStr, anchor: &Anchor, kind: &str, api: Expr, path: Option<ExprEntry>) {
        let span = anchor.span;
        let mut props = Expr::object(
            span,
            [("Api", api), ("ApiType", Expr::text(span, kind)), ("Function", self.target.arn(span))],
        );
        if let Some(p) = path {
            props.put(ExprEntry { key: "Path".into(), ..p });
        }
        let name = format_smolstr!("{id}Route");
        self.service.out.imply(self.owner, name, "Route", anchor.clone(), props);
    }

    fn socket(&mut self, e: &ExprEntry, id: &SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "route");
        let made = vec![
            ("ProtocolType", Expr::text(span, "WEBSOCKET")),
            ("RouteSelectionExpression", Expr::text(span, "$request.body.action")),
        ];
        let setting = ["apiGateway", "websocketApiId"];
        let api = self.api(&setting, SOCKET_API, "AWS::ApiGatewayV2::Api", anchor, made);
        // The framework lets the shared role answer through the connection.
        let connections = api_arn(span, &api, "/*/*/@connections/*");
        allow(self.parts, span, &["execute-api:ManageConnections"], connections);
        if let Some(a) = given.take("authorizer") {
            let mut ignored = object(span, Vec::new());
            self.authorizer(&a, &api, "AWS::ApiGatewayV2::Authorizer", &mut ignored);
        }
        let source = api_arn(span, &api, "/*");
        self.permission(id.clone(), anchor, "apigateway.amazonaws.com", Some(source));
        self.route(id, anchor, "websocket", api, given.take("route"));
    }

    /// Lambda@Edge.
    fn distribution(&mut self, e: &ExprEntry, id: &SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "eventType");
        let version = format_smolstr!("{id}Version");
        let function = Expr::reference(span, self.owner.name.clone());
        let props = Expr::object(span, [("FunctionName", function)]);
        let out = &mut self.service.out;
        out.imply(self.owner, version.clone(), "AWS::Lambda::Version", anchor.clone(), props);
        let mut association = Expr::object(span, [("LambdaFunctionARN", Expr::reference(span, version))]);
        rename(&mut given, "eventType", &mut association, "EventType");
        let behavior =
            Expr::object(span, [("LambdaFunctionAssociations", Expr::list(span, vec![association]))]);
        let config = Expr::object(span, [("DefaultCacheBehavior", behavior)]);
        let props = Expr::object(span, [("DistributionConfig", config)]);
        let name = format_smolstr!("{id}Distribution");
        out.imply(self.owner, name, "AWS::CloudFront::Distribution", anchor.clone(), props);
        if !self.service.trusted.contains(&"edgelambda.amazonaws.com") {
            self.service.trusted.push("edgelambda.amazonaws.com");
        }
        let group = sub_of(span, "arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:/aws/lambda/*");
        role::allow(
            self.parts,
            span,
            &["logs:CreateLogStream", "logs:PutLogEvents", "logs:CreateLogGroup"],
            group,
        );
    }
}

const REST_API: &str = "ApiGatewayRestApi";
const HTTP_API: &str = "HttpApi";
const SOCKET_API: &str = "WebsocketsApi";

/// The ARN of what an API runs.
fn api_arn(span: Span, api: &Expr, end: &str) -> Expr {
    let prefix = sub_of(span, "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:");
    name_text(span, vec![prefix, api.clone(), Expr::text(span, end)])
}

/// Method and path of an HTTP event, as SAM writes them.
fn route_of(e: &ExprEntry) -> Option<Expr> {
    let value = spread(e.value.clone());
    let mut props = object(e.key_span, Vec::new());
    if let Some(text) = value.as_text() {
        let text = text.trim();
        let (method, path) = match text.split_once(char::is_whitespace) {
            Some((m, p)) => (m, p.trim()),
            None if text == "*" => ("*", ""),
            None => return None,
        };
        let method = if method == "*" { "any" } else { method };
        put_route(&mut props, value.span, Some(method), path);
        return Some(props);
    }
    let mut given = long_form(e, "path");
    if let ExprKind::Map(_, Some(why)) = &given.kind {
        props.open(why);
    }
    let method = given.take("method");
    let path = given.take("path");
    match path.as_ref().map(|p| (p.value.span, p.value.as_text().map(str::to_owned))) {
        Some((span, Some(p))) => put_route(&mut props, span, None, &p),
        Some((..)) => props.put(ExprEntry { key: "Path".into(), ..path? }),
        None => {}
    }
    if let Some(m) = method {
        let any = m.value.as_text() == Some("*");
        let value = if any { Expr::text(m.value.span, "any") } else { m.value };
        props.put(ExprEntry { key: "Method".into(), key_span: m.key_span, value });
    }
    Some(props)
}

fn put_route(props: &mut Expr, span: Span, method: Option<&str>, path: &str) {
    if let Some(m) = method {
        props.put(entry("Method", Expr::text(span, m.to_ascii_lowercase())));
    }
    let path = match path {
        "" | "*" => "$default".to_owned(),
        p if p.starts_with('/') => p.to_owned(),
        p => format!("/{p}"),
    };
    props.put(entry("Path", Expr::text(span, path)));
}

/// `rules` of a bucket's event as its filter.
fn key_filter(rules: &ExprEntry) -> Option<Expr> {
    let span = rules.value.span;
    let ExprKind::List(items, open) = spread(rules.value.clone()).kind else { return None };
    let mut out = Vec::new();
    for item in items {
        for e in spread(item).entries() {
            let name = Expr::text(e.key_span, e.key.clone());
            out.push(Expr::object(e.key_span, [("Name", name), ("Value", e.value.clone())]));
        }
    }
    let list = Expr::new(span, ExprKind::List(out, open));
    Some(Expr::object(span, [("S3Key", Expr::object(span, [("Rules", list)]))]))
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
