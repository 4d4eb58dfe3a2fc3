//! The application model: what the templates say, in one vocabulary.
//!
//! Every dialect is lowered to *canonical resources*: CloudFormation's resource types and property
//! names, with evaluated properties ([`Tree`]). Shorthands of a dialect (SAM's `Events`, the implicit
//! role, `AutoPublishAlias`) become synthetic resources whose spans point at the shorthand, so a rule
//! sees one form only. Three canonical types have no CloudFormation counterpart:
//!
//! * `BucketNotification` – `{Bucket, NotificationConfiguration}`: a bucket's notifications written outside the bucket;
//! * `Route` – `{Api, ApiType: rest|http|url|alb|websocket, Method, Path, Function, PayloadFormatVersion}`: one HTTP route to a function;
//! * `Nested` – a nested stack or application that is not in the tree.

mod edge;
mod flow;
mod function;
mod keys;
mod origins;
mod pattern;
mod resolve;
mod triggers;
mod writes;

pub use edge::Edge;
pub use function::Function;
pub use origins::Origins;
pub use resolve::Target;
pub(crate) use triggers::mentions;
pub use triggers::{
    Delivery, Errand, Filter, Forward, Invocation, Place, SOURCE_SERVICE, Sending, Trigger, TriggerKind, Via,
};
pub use writes::{Signal, Write, increments, writes};

use crate::source::{FileId, Span};
use crate::tree::Tree;
use crate::tri::{Basis, Evidence, Guards, Proof, Prop, Tri, Why};
use smol_str::SmolStr;

/// A resource: the index into [`App::resources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);

/// An application: one root template with the nested ones it names by local path. Names are compared only within one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationId(pub u32);

/// Everything the templates of a run describe.
#[derive(Debug, Clone, Default)]
pub struct App {
    /// All resources, of all templates in path order, each template in order of writing; synthetic ones follow
    /// the resource they come from.
    pub resources: Vec<Resource>,
    /// What invokes which function; derived from the resources by [`App::derive_triggers`].
    pub triggers: Vec<Trigger>,
    /// The templates that were read.
    pub templates: Vec<Template>,
    /// Which templates a program wrote, and from where.
    pub origins: Origins,
}

/// A template that was read.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its file.
    pub file: FileId,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// Name of the dialect for people and for `lamlint model` (rules must not look).
    pub dialect: &'static str,
    /// Whether its functions take names of policy templates among their `Policies`
    /// (<https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html>).
    pub policy_templates: bool,
    /// Why properties that are not written may still be set (a fragment merged elsewhere, a macro); `None` when it is whole.
    pub open: Option<Why>,
    /// Why it may have other resources than those that are read (a loop that is not expanded).
    pub more: Option<Why>,
}

/// Where a resource stands, and how people and baselines name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The key or block header that names it.
    pub span: Span,
    /// Logical path within its file: `Resources.Worker`.
    pub path: SmolStr,
}

impl Anchor {
    /// A written fact: this thing stands here.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        Proof::single(Evidence::new(self.span, note, Basis::Written, Guards::none()))
    }
}

/// A resource in canonical form.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its number.
    pub id: ResourceId,
    /// Its kind.
    pub kind: Kind,
    /// Canonical type name (`AWS::SQS::Queue`).
    pub type_name: SmolStr,
    /// Logical name (`Jobs`); for synthetic resources that of their owner with a suffix.
    pub name: SmolStr,
    /// Where it stands.
    pub anchor: Anchor,
    /// The condition it exists under. Already part of every alternative in `props`.
    pub guards: Guards,
    /// Its properties.
    pub props: Tree,
    /// Its metadata (`Metadata:` of the template), for build settings.
    pub metadata: Tree,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// The index into [`App::templates`].
    pub template: u32,
    /// Set on synthetic resources: the resource whose shorthand implies this one.
    pub implied_by: Option<ResourceId>,
    /// Set on resources a framework generates and the user does not own: no findings on them.
    pub generated: bool,
    /// Functions and layers only: where the code is.
    pub code: Option<Prop<CodeRef>>,
}

impl Resource {
    /// Is certainly none of these properties set in some deployment? The proof is the resource.
    pub fn without(&self, properties: &[&str], note: &str) -> Tri {
        let mut guards = self.guards.clone();
        for p in properties {
            let proof = match self.props.get(p).values().absent(note) {
                Tri::Yes(proof) => proof,
                other => return other,
            };
            match guards.and(proof.guards()) {
                Some(both) => guards = both,
                None => return Tri::No,
            }
        }
        Tri::Yes(Proof::single(Evidence::new(self.anchor.span, note, Basis::Written, guards)))
    }
}

/// Where a function's code is.
#[derive(Debug, Clone, PartialEq)]
pub enum CodeRef {
    /// A directory, relative to the root of the run, `/`-separated, normalised; empty for the root itself.
    Directory(String),
    /// A single file (an archive, a jar, or a source file), likewise relative.
    File(String),
    /// Source text inside the template; the span is that of the text.
    Inline(Span),
    /// An object in a bucket.
    Object,
    /// A container image; the build context and Dockerfile where they are named.
    Image {
        /// The build context, relative to the root of the run.
        context: Option<String>,
        /// The Dockerfile, relative to the root of the run.
        dockerfile: Option<String>,
        /// The command that replaces the image's own (its first word is the handler).
        command: Option<Vec<SmolStr>>,
    },
}

/// Kinds of canonical resources that rules know. Source of the type names:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Function,
    Version,
    Alias,
    Layer,
    Url,
    EventSourceMapping,
    EventInvokeConfig,
    Permission,
    Role,
    Policy,
    Queue,
    Topic,
    Subscription,
    Bucket,
    BucketNotification,
    Table,
    Stream,
    DeliveryStream,
    EventBus,
    Rule,
    Schedule,
    RestApi,
    HttpApi,
    Route,
    LogGroup,
    SubscriptionFilter,
    StateMachine,
    UserPool,
    IotRule,
    Key,
    Secret,
    Parameter,
    FileSystem,
    AccessPoint,
    ProfilingGroup,
    Nested,
    Other,
}

impl Kind {
    /// The kind of a canonical type name.
    pub fn of_type(type_name: &str) -> Self {
        TYPES.iter().find(|(t, _)| *t == type_name).map_or(Self::Other, |(_, k)| *k)
    }

    /// Its word for people: `queue`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Version => "version",
            Self::Alias => "alias",
            Self::Layer => "layer",
            Self::Url => "function URL",
            Self::EventSourceMapping => "event source mapping",
            Self::EventInvokeConfig => "event invoke configuration",
            Self::Permission => "permission",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::Queue => "queue",
            Self::Topic => "topic",
            Self::Subscription => "subscription",
            Self::Bucket => "bucket",
            Self::BucketNotification => "bucket notification",
            Self::Table => "table",
            Self::Stream => "stream",
            Self::DeliveryStream => "delivery stream",
            Self::EventBus => "event bus",
            Self::Rule => "rule",
            Self::Schedule => "schedule",
            Self::RestApi => "REST API",
            Self::HttpApi => "HTTP API",
            Self::Route => "route",
            Self::LogGroup => "log group",
            Self::SubscriptionFilter => "subscription filter",
            Self::StateMachine => "state machine",
            Self::UserPool => "user pool",
            Self::IotRule => "IoT rule",
            Self::Key => "key",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
            Self::FileSystem => "file system",
            Self::AccessPoint => "access point",
            Self::ProfilingGroup => "profiling group",
            Self::Nested => "nested stack",
            Self::Other => "resource",
        }
    }
}

const TYPES: &[(&str, Kind)] = &[
    ("AWS::Lambda::Function", Kind::Function),
    ("AWS::Lambda::Version", Kind::Version),
    ("AWS::Lambda::Alias", Kind::Alias),
    ("AWS::Lambda::LayerVersion", Kind::Layer),
    ("AWS::Lambda::Url", Kind::Url),
    ("AWS::Lambda::EventSourceMapping", Kind::EventSourceMapping),
    ("AWS::Lambda::EventInvokeConfig", Kind::EventInvokeConfig),
    ("AWS::Lambda::Permission", Kind::Permission),
    ("AWS::IAM::Role", Kind::Role),
    ("AWS::IAM::Policy", Kind::Policy),
    ("AWS::IAM::ManagedPolicy", Kind::Policy),
    ("AWS::IAM::RolePolicy", Kind::Policy),
    ("AWS::SQS::Queue", Kind::Queue),
    ("AWS::SNS::Topic", Kind::Topic),
    ("AWS::SNS::Subscription", Kind::Subscription),
    ("AWS::S3::Bucket", Kind::Bucket),
    ("BucketNotification", Kind::BucketNotification),
    ("AWS::DynamoDB::Table", Kind::Table),
    ("AWS::DynamoDB::GlobalTable", Kind::Table),
    ("AWS::Kinesis::Stream", Kind::Stream),
    ("AWS::KinesisFirehose::DeliveryStream", Kind::DeliveryStream),
    ("AWS::Events::EventBus", Kind::EventBus),
    ("AWS::Events::Rule", Kind::Rule),
    ("AWS::Scheduler::Schedule", Kind::Schedule),
    ("AWS::ApiGateway::RestApi", Kind::RestApi),
    ("AWS::ApiGatewayV2::Api", Kind::HttpApi),
    ("Route", Kind::Route),
    ("AWS::Logs::LogGroup", Kind::LogGroup),
    ("AWS::Logs::SubscriptionFilter", Kind::SubscriptionFilter),
    ("AWS::StepFunctions::StateMachine", Kind::StateMachine),
    ("AWS::Cognito::UserPool", Kind::UserPool),
    ("AWS::IoT::TopicRule", Kind::IotRule),
    ("AWS::KMS::Key", Kind::Key),
    ("AWS::SecretsManager::Secret", Kind::Secret),
    ("AWS::SSM::Parameter", Kind::Parameter),
    ("AWS::EFS::FileSystem", Kind::FileSystem),
    ("AWS::EFS::AccessPoint", Kind::AccessPoint),
    ("AWS::CodeGuruProfiler::ProfilingGroup", Kind::ProfilingGroup),
    ("Nested", Kind::Nested),
];

impl App {
    /// The resource of that number.
    pub fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.0 as usize]
    }

    /// All resources of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(move |r| r.kind == kind)
    }

    /// All functions the user owns.
    pub fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        self.of_kind(Kind::Function).filter(|r| !r.generated).map(|r| Function { app: self, resource: r })
    }

    /// The function of that number; `None` when the resource is of another kind.
    pub fn function(&self, id: ResourceId) -> Option<Function<'_>> {
        let r = self.resource(id);
        (r.kind == Kind::Function).then_some(Function { app: self, resource: r })
    }

    /// Why an application may have other resources than those that are read.
    pub fn unread(&self, application: ApplicationId) -> Option<Why> {
        self.templates.iter().filter(|t| t.application == application).find_map(|t| t.more.clone())
    }

    /// What triggers a function.
    pub fn triggers_of(&self, function: ResourceId) -> impl Iterator<Item = &Trigger> {
        self.triggers.iter().filter(move |t| t.function == function)
    }
}
