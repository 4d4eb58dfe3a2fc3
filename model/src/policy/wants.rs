//! What a function needs from its role besides the calls of its code: what Lambda and extensions do in its name.
//!
//! [`wants`] answers in two polarities, as [`crate::aws::iam::needs`] does: what is certainly asked for, and what may be
//! asked for besides. What the code asks for is told by [`super::asks`].

use super::arn::Arn;
use crate::app::{App, Function, Kind, Resource, ResourceId, Trigger, TriggerKind};
use crate::source::Span;
use crate::tree::Tree;
use crate::tri::{Guards, Prop};
use crate::value::{Attr, Value};

/// Actions that something asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions {
    /// Asked for on the resource it is about.
    pub on: &'static [&'static str],
    /// Asked for on something else, or on nothing.
    pub besides: &'static [&'static str],
    /// What may be asked for besides, by settings or since newer versions.
    pub perhaps: &'static [&'static str],
}

/// Writing logs. `CreateLogGroup` is not needed where the group is made by other means.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html>
pub const LOGS: Actions = Actions {
    on: &[],
    besides: &["logs:CreateLogStream", "logs:PutLogEvents"],
    perhaps: &["logs:CreateLogGroup", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
};

/// Active tracing.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>
pub const TRACING: Actions = Actions {
    on: &[],
    besides: &["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    perhaps: &["xray:GetSamplingRules", "xray:GetSamplingStatisticSummaries", "xray:GetSamplingTargets"],
};

/// Connecting to a VPC. `DescribeSubnets` and the two for addresses came later; roles without them still work.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions>
pub const VPC: Actions = Actions {
    on: &[],
    besides: &["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"],
    perhaps: &[
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:CreateTags",
        "ec2:DescribeNetworkInterfaceAttribute",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:DetachNetworkInterface",
        "ec2:GetSecurityGroupsForVpc",
        "ec2:UnassignPrivateIpAddresses",
    ],
};

/// A file system.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html>
pub const FILE_SYSTEM: Actions = Actions {
    on: &["elasticfilesystem:ClientMount"],
    besides: &[],
    perhaps: &[
        "elasticfilesystem:ClientRootAccess",
        "elasticfilesystem:ClientWrite",
        "elasticfilesystem:DescribeMountTargets",
        // What lies in a bucket is read from there.
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3files:ClientMount",
        "s3files:ClientRootAccess",
        "s3files:ClientWrite",
    ],
};

/// A customer's key for environment variables.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html>
pub const KEY: Actions = Actions { on: &["kms:Decrypt"], besides: &[], perhaps: &["kms:GenerateDataKey"] };

/// The agent of `CodeGuru` Profiler.
/// Source: <https://docs.aws.amazon.com/codeguru/latest/profiler-ug/python-lambda.html>
pub const PROFILER: Actions = Actions {
    on: &["codeguru-profiler:ConfigureAgent", "codeguru-profiler:PostAgentProfile"],
    besides: &[],
    perhaps: &["codeguru-profiler:CreateProfilingGroup"],
};

/// A durable function's own calls of the service.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/durable-security.html>
pub const DURABLE: Actions = Actions {
    on: &["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
    besides: &[],
    perhaps: &["lambda:InvokeFunction"],
};

/// Secrets and keys by which brokers and databases are reached, and the network they are in.
const CONNECTION: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "glue:GetRegistry",
    "glue:GetSchemaVersion",
    "kafka-cluster:AlterGroup",
    "kafka-cluster:Connect",
    "kafka-cluster:DescribeCluster",
    "kafka-cluster:DescribeClusterDynamicConfiguration",
    "kafka-cluster:DescribeGroup",
    "kafka-cluster:DescribeTopic",
    "kafka-cluster:ReadData",
    "kafka:DescribeCluster",
    "kafka:DescribeClusterV2",
    "kafka:DescribeVpcConnection",
    "kafka:GetBootstrapBrokers",
    "kafka:ListScramSecrets",
    "kms:Decrypt",
    "mq:DescribeBroker",
    "rds:DescribeDBClusterParameters",
    "rds:DescribeDBClusters",
    "rds:DescribeDBSubnetGroups",
    "secretsmanager:GetSecretValue",
];

/// Polling a source, by its kind.
/// Sources: the permissions section of each source's page, all below
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>
const POLLING: &[(TriggerKind, Actions)] = &[
    (
        TriggerKind::Queue,
        Actions {
            on: &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            besides: &[],
            perhaps: &["kms:Decrypt", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl"],
        },
    ),
    (
        TriggerKind::Stream,
        Actions {
            on: &["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"],
            besides: &[],
            perhaps: &[
                "kinesis:DescribeStreamConsumer",
                "kinesis:DescribeStreamSummary",
                "kinesis:ListShards",
                "kinesis:ListStreams",
                "kinesis:SubscribeToShard",
                "kms:Decrypt",
            ],
        },
    ),
    (
        TriggerKind::TableStream,
        Actions {
            on: &["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
            besides: &["dynamodb:ListStreams"],
            perhaps: &["kms:Decrypt"],
        },
    ),
    (
        TriggerKind::MessageBroker,
        Actions {
            on: &[],
            besides: &["mq:DescribeBroker", "secretsmanager:GetSecretValue"],
            perhaps: CONNECTION,
        },
    ),
    (TriggerKind::Kafka, Actions { on: &[], besides: &[], perhaps: CONNECTION }),
    (TriggerKind::DocumentDb, Actions { on: &[], besides: &[], perhaps: CONNECTION }),
];

/// Sending to a target, by the kind of resource.
/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html>
const SENDING: &[(Kind, Actions)] = &[
    (
        Kind::Queue,
        Actions { on: &["sqs:SendMessage"], besides: &[], perhaps: &["kms:Decrypt", "kms:GenerateDataKey"] },
    ),
    (
        Kind::Topic,
        Actions { on: &["sns:Publish"], besides: &[], perhaps: &["kms:Decrypt", "kms:GenerateDataKey"] },
    ),
    (Kind::Function, Actions { on: &["lambda:InvokeFunction"], besides: &[], perhaps: &[] }),
    (Kind::EventBus, Actions { on: &["events:PutEvents"], besides: &[], perhaps: &[] }),
    (
        Kind::Bucket,
        Actions {
            on: &[],
            besides: &[],
            perhaps: &["kms:Decrypt", "kms:GenerateDataKey", "s3:ListBucket", "s3:PutObject"],
        },
    ),
];

/// What extensions and wrappers ask for, by a part of the name of their layer; an empty list: nothing.
/// Sources: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html>,
/// <https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-integration-lambda-extensions.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights.html>,
/// <https://docs.aws.amazon.com/powertools/python/latest/>, <https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html>
const LAYERS: &[(&str, &[&str])] = &[
    (
        "AWS-Parameters-and-Secrets-Lambda-Extension",
        &["kms:Decrypt", "secretsmanager:GetSecretValue", "ssm:GetParameter"],
    ),
    (
        "AWS-AppConfig-Extension",
        &[
            "appconfig:GetConfiguration",
            "appconfig:GetLatestConfiguration",
            "appconfig:StartConfigurationSession",
            "kms:Decrypt",
        ],
    ),
    ("LambdaInsightsExtension", &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]),
    ("AWSLambdaPowertools", &[]),
    ("AWSSDKPandas", &[]),
    ("LambdaAdapterLayer", &[]),
    ("AWSLambda-Python-AWS-SDK", &[]),
    ("Klayers", &[]),
];

/// Why something is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Its logs.
    Logs,
    /// Tracing.
    Tracing,
    /// The subnets it runs in.
    Vpc,
    /// A source Lambda polls.
    Source(TriggerKind),
    /// The target of failed asynchronous invocations.
    DeadLetter,
    /// A destination for results of asynchronous invocations.
    Destination,
    /// A destination for batches that failed.
    FailedBatches,
    /// A file system.
    FileSystem,
    /// The key of its environment.
    EnvironmentKey,
    /// The profiler.
    Profiler,
    /// An extension.
    Extension,
    /// Durable execution.
    Durable,
}

impl Feature {
    /// Its words for people: `its logs`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Logs => "its logs",
            Self::Tracing => "tracing",
            Self::Vpc => "its VPC",
            Self::Source(k) => k.word(),
            Self::DeadLetter => "its dead-letter target",
            Self::Destination => "a destination of it",
            Self::FailedBatches => "a destination for failed batches",
            Self::FileSystem => "its file system",
            Self::EnvironmentKey => "the key of its environment",
            Self::Profiler => "the profiler",
            Self::Extension => "an extension",
            Self::Durable => "durable execution",
        }
    }
}

/// Something a function needs from its role.
#[derive(Debug, Clone)]
pub struct Want {
    /// The actions, all of them.
    pub actions: Vec<&'static str>,
    /// The resource; unknown where it is not told.
    pub on: Prop<Arn>,
    /// Certainly asked for; otherwise it may be.
    pub certain: bool,
    /// What for.
    pub because: Feature,
    /// Where that is set.
    pub span: Span,
    /// The conditions of the template it is asked under.
    pub guards: Guards,
}

/// What Lambda needs to poll a kind of source.
pub fn polling(kind: TriggerKind) -> Option<&'static Actions> {
    POLLING.iter().find(|(k, _)| *k == kind).map(|(_, a)| a)
}

/// What sending to a kind of resource takes.
pub fn sending(kind: Kind) -> Option<&'static Actions> {
    SENDING.iter().find(|(k, _)| *k == kind).map(|(_, a)| a)
}

/// What the extension in a layer asks for, by the layer's ARN; `None` when the layer is not known.
pub fn of_layer(arn: &str) -> Option<&'static [&'static str]> {
    LAYERS.iter().find(|(part, _)| arn.contains(part)).map(|(_, a)| *a)
}

/// What a function needs from its role besides the calls of its code.
pub fn wants(app: &App, function: ResourceId) -> Vec<Want> {
    let Some(f) = app.function(function) else { return Vec::new() };
    let mut w = Wants { app, f, out: Vec::new() };
    w.settings();
    for t in app.triggers_of(function) {
        w.source(t);
    }
    w.targets();
    w.layers();
    w.out
}

/// Collects them.
struct Wants<'a> {
    app: &'a App,
    f: Function<'a>,
    out: Vec<Want>,
}

impl Wants<'_> {
    fn push(
        &mut self,
        actions: &[&'static str],
        on: Prop<Arn>,
        certain: bool,
        because: Feature,
        guards: &Guards,
    ) {
        if !actions.is_empty() {
            let span = on.span();
            self.out.push(Want {
                actions: actions.to_vec(),
                on,
                certain,
                because,
                span,
                guards: guards.clone(),
            });
        }
    }

    /// All actions of a feature; `on` is what it is about.
    fn add(&mut self, a: &Actions, on: Prop<Arn>, certain: bool, because: Feature, guards: &Guards) {
        let anything = || Prop::known(Arn::unknown(), on.span());
        let (besides, perhaps) = (anything(), anything());
        self.push(a.on, on, certain, because, guards);
        self.push(a.besides, besides, certain, because, guards);
        self.push(a.perhaps, perhaps, false, because, guards);
    }

    fn settings(&mut self) {
        let own = self.f.resource.guards.clone();
        let anchor = self.f.resource.anchor.span;
        self.add(&LOGS, Prop::known(Arn::unknown(), anchor), true, Feature::Logs, &own);
        // Upstream services may switch tracing on for a request.
        let mode = self.f.prop("TracingConfig").get("Mode").strings();
        let active = matches!(mode.only(), Some(Some(m)) if m == "Active");
        self.add(&TRACING, Prop::known(Arn::unknown(), mode.span()), active, Feature::Tracing, &own);
        for (path, actions, because) in [
            (&["VpcConfig", "SubnetIds"][..], &VPC, Feature::Vpc),
            (&["FileSystemConfigs"], &FILE_SYSTEM, Feature::FileSystem),
            (&["KmsKeyArn"], &KEY, Feature::EnvironmentKey),
            (&["DurableConfig"], &DURABLE, Feature::Durable),
            (&["Environment", "Variables", "AWS_CODEGURU_PROFILER_GROUP_ARN"], &PROFILER, Feature::Profiler),
            (&["Environment", "Variables", "AWS_CODEGURU_PROFILER_GROUP_NAME"], &PROFILER, Feature::Profiler),
        ] {
            let setting = self.f.resource.props.path(path);
            if !is_set(&setting) {
                continue;
            }
            let on = match because {
                Feature::EnvironmentKey => self.arns(&setting),
                _ => Prop::known(Arn::unknown(), setting.span()),
            };
            self.add(actions, on, setting.is_surely_present(), because, &own);
        }
    }

    fn source(&mut self, t: &Trigger) {
        let Some(actions) = polling(t.kind) else { return };
        // A pipe polls with a role of its own.
        if self.app.resource(t.connection).kind != Kind::EventSourceMapping {
            return;
        }
        let arn = Arn::of_value(self.app, &t.source);
        let on = Prop::known(arn, t.at.span);
        self.add(actions, on, !t.disabled, Feature::Source(t.kind), &t.guards);
    }

    fn targets(&mut self) {
        let (app, own) = (self.app, self.f.resource);
        self.target(own, &["DeadLetterConfig", "TargetArn"], Feature::DeadLetter, true);
        for r in app.resources.iter().filter(|r| r.application == own.application) {
            let (outcomes, because): (&[&str], _) = match r.kind {
                Kind::EventInvokeConfig => (&["OnSuccess", "OnFailure"], Feature::Destination),
                Kind::EventSourceMapping => (&["OnFailure"], Feature::FailedBatches),
                _ => continue,
            };
            let named = r.props.get("FunctionName").values();
            // `None`: not known.
            let ours = |v: &Value| match app.function_named(r.application, v) {
                Some((f, _)) => Some(f == own.id),
                None if matches!(v, Value::Of(..) | Value::Str(_)) => Some(false),
                None => None,
            };
            let all: Vec<Option<bool>> =
                named.alts().iter().filter_map(|a| a.value.as_ref()).map(ours).collect();
            let sure = named.open().is_none() && all.iter().all(|o| *o == Some(true));
            if named.open().is_some() || all.iter().any(|o| *o != Some(false)) {
                for outcome in outcomes {
                    self.target(r, &["DestinationConfig", outcome, "Destination"], because, sure);
                }
            }
        }
    }

    fn target(&mut self, holder: &Resource, path: &[&str], because: Feature, sure: bool) {
        let setting = holder.props.path(path);
        if !is_set(&setting) {
            return;
        }
        let values = setting.values().present();
        let certain = sure && values.only().is_some();
        for a in values.alts() {
            let Some(guards) = holder.guards.and(&a.guards) else { continue };
            let on = Prop::known(Arn::of_value(self.app, &a.value), a.span);
            if let Some(actions) = self.kind_of(&a.value).and_then(sending) {
                self.add(actions, on, certain, because, &guards);
            } else {
                self.anything(&on, because, &guards);
            }
        }
        if values.alts().is_empty() || values.open().is_some() {
            self.anything(&Prop::known(Arn::unknown(), setting.span()), because, &holder.guards.clone());
        }
    }

    /// A target of a kind that is not known.
    fn anything(&mut self, on: &Prop<Arn>, because: Feature, guards: &Guards) {
        for (_, actions) in SENDING {
            self.add(actions, on.clone(), false, because, guards);
        }
    }

    /// The kind of a target: that of the resource, or of its ARN's service.
    fn kind_of(&self, v: &Value) -> Option<Kind> {
        const SERVICES: &[(&str, Kind)] = &[
            ("events", Kind::EventBus),
            ("lambda", Kind::Function),
            ("s3", Kind::Bucket),
            ("sns", Kind::Topic),
            ("sqs", Kind::Queue),
        ];
        match v {
            Value::Of(id, _) => Some(self.app.resource(*id).kind),
            v => {
                let service = v.prefix().split(':').nth(2)?;
                SERVICES.iter().find(|(s, _)| *s == service).map(|(_, k)| *k)
            }
        }
    }

    fn arns(&self, setting: &Tree) -> Prop<Arn> {
        let values = setting.values().present();
        values.filter_map("a resource", |v| match v {
            Value::Of(id, Attr::Name) => Some(Arn::of(self.app, *id)),
            v => Some(Arn::of_value(self.app, v)),
        })
    }

    fn layers(&mut self) {
        let guards = self.f.resource.guards.clone();
        for layer in self.f.layers().0 {
            for a in layer.values().alts() {
                let Some(actions) = a.value.as_ref().and_then(|v| of_layer(&v.to_string())) else { continue };
                let on = Prop::known(Arn::unknown(), a.span);
                self.push(actions, on, false, Feature::Extension, &guards);
            }
        }
    }
}

/// Whether a setting is there, or may be: an empty list is none.
fn is_set(t: &Tree) -> bool {
    let (items, open) = t.items();
    !t.is_surely_absent() && (open.is_some() || !items.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::actions;
    use crate::testing::{AppBuilder, id_of};

    #[test]
    fn tables_name_real_actions() {
        let all = [LOGS, TRACING, VPC, FILE_SYSTEM, KEY, PROFILER, DURABLE].into_iter();
        let all = all.chain(POLLING.iter().map(|(_, a)| *a)).chain(SENDING.iter().map(|(_, a)| *a));
        let names = all.flat_map(|a| [a.on, a.besides, a.perhaps]).chain(LAYERS.iter().map(|(_, a)| *a));
        for name in names.flatten() {
            assert_eq!(actions::find(name).map(|a| a.name()).as_deref(), Some(*name));
        }
    }

    fn wanted(function: &str, more: &[(&str, &str)]) -> Vec<(Feature, bool, String)> {
        let mut app = AppBuilder::new()
            .add("AWS::Lambda::Function", "F", function)
            .add("AWS::SQS::Queue", "Q", "{}")
            .add("AWS::SNS::Topic", "T", "{}");
        for (kind, props) in more {
            app = app.add(kind, "More", props);
        }
        let app = app.build();
        let all = wants(&app, id_of(&app, "F")).into_iter();
        let all = all.filter(|w| !matches!(w.because, Feature::Logs | Feature::Tracing));
        all.map(|w| (w.because, w.certain, w.actions[0].to_owned())).collect()
    }

    #[test]
    fn features_of_the_template() {
        assert_eq!(wanted("{}", &[]), []);
        assert_eq!(wanted(r#"{"VpcConfig": {"SubnetIds": []}, "FileSystemConfigs": []}"#, &[]), []);
        let vpc = wanted(r#"{"VpcConfig": {"SubnetIds": ["${S}"]}}"#, &[]);
        assert_eq!(vpc[0], (Feature::Vpc, true, "ec2:CreateNetworkInterface".into()));
        assert!(!wanted(r#"{"VpcConfig": "${?}"}"#, &[])[0].1);
        let dlq = wanted(r#"{"DeadLetterConfig": {"TargetArn": "${Q.Arn}"}}"#, &[]);
        assert_eq!(dlq[0], (Feature::DeadLetter, true, "sqs:SendMessage".into()));
        // A target nothing is known of may be any.
        let any = wanted(r#"{"DeadLetterConfig": {"TargetArn": "${Imported}"}}"#, &[]);
        assert!(any.iter().any(|w| w.2 == "sns:Publish") && any.iter().all(|w| !w.1));
        let layer =
            wanted(r#"{"Layers": ["arn:aws:lambda:us-east-1:1:layer:AWS-AppConfig-Extension:1"]}"#, &[]);
        assert_eq!(layer, [(Feature::Extension, false, "appconfig:GetConfiguration".into())]);
    }

    #[test]
    fn mappings_and_destinations() {
        let mapping = r#"{"FunctionName": "${F}", "EventSourceArn": "${Q.Arn}",
            "DestinationConfig": {"OnFailure": {"Destination": "${T}"}}}"#;
        let all = wanted("{}", &[("AWS::Lambda::EventSourceMapping", mapping)]);
        assert!(all.contains(&(Feature::Source(TriggerKind::Queue), true, "sqs:ReceiveMessage".into())));
        assert!(all.contains(&(Feature::FailedBatches, true, "sns:Publish".into())), "{all:?}");
        let other = mapping.replace("${F}", "other");
        assert_eq!(wanted("{}", &[("AWS::Lambda::EventSourceMapping", &other)]).len(), 0);
    }
}
