//! Constructs of `serverless-lift`: what each makes, and what it lets all functions do.
//! Source: <https://github.com/getlift/lift/tree/master/docs>

use super::function::{self, Function};
use super::names;
use super::service::{Service, by_default, long_form};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::sam::{Owner, entry, object, rename};
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use lamlint_model::tri::{Reason, Why};
use smol_str::format_smolstr;

/// Actions on its queue that a construct lets all functions do.
const QUEUE_ACTIONS: &[&str] = &["sqs:SendMessage"];

/// What the newest version allows on a bucket and its objects.
/// Source: `STORAGE_IAM_ACTIONS` of the plugin.
const STORAGE_ACTIONS: &[&str] = &[
    "s3:PutObject",
    "s3:GetObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:GetObjectAcl",
    "s3:PutObjectAcl",
    "s3:GetObjectTagging",
    "s3:PutObjectTagging",
    "s3:DeleteObjectTagging",
    "s3:GetObjectAttributes",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
    "s3:RestoreObject",
];

const TABLE_ACTIONS: &[&str] = &[
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PutItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:UpdateItem",
];

/// Kinds that serve a site: functions get nothing by them.
const SITES: &[&str] = &["static-website", "single-page-app", "server-side-website"];

/// `constructs`.
pub(super) fn constructs(e: &ExprEntry, service: &mut Service<'_>) {
    if !service.plugins.has("serverless-lift") {
        return;
    }
    for c in e.value.entries() {
        let given = long_form(c, "type");
        let anchor = Anchor { span: c.key_span, path: format_smolstr!("constructs.{}", c.key) };
        match given.get("type").and_then(Expr::as_text) {
            Some("queue") => queue(c, given, service),
            Some("storage") => storage(c, anchor, service),
            Some("database/dynamodb-single-table") => table(c, &given, anchor, service),
            Some("webhook") => webhook(c, given, anchor, service),
            Some(kind) if SITES.contains(&kind) => {
                let why = Why::new(Reason::Macro, format!("the construct `{kind}` makes resources"));
                service.out.facts.more.get_or_insert(why);
            }
            kind => {
                let what = format!("the construct `{}` may add permissions", kind.unwrap_or(&c.key));
                let why = Why::new(Reason::Macro, what);
                service.shared.open.get_or_insert_with(|| why.clone());
                service.out.facts.more.get_or_insert(why);
            }
        }
    }
}

/// Properties of which some are known.
fn partly(span: Span, known: Vec<ExprEntry>, kind: &str) -> Expr {
    let why = Why::new(Reason::Macro, format!("the construct `{kind}` sets properties"));
    Expr::new(span, ExprKind::Map(known, Some(why)))
}

/// Let all functions do something on a resource and on what is in it.
fn allow(service: &mut Service<'_>, span: Span, actions: &[&str], name: &str, inside: &str) {
    let arn = Expr::get_att(span, name, "Arn");
    let parts = Expr::list(span, vec![arn.clone(), Expr::text(span, inside)]);
    let within = Expr::new(span, ExprKind::Join(Box::new((Expr::text(span, "/"), parts))));
    super::role::allow(&mut service.shared, span, actions, Expr::list(span, vec![arn, within]));
}

/// A private bucket with versions.
fn storage(c: &ExprEntry, anchor: Anchor, service: &mut Service<'_>) {
    let span = c.key_span;
    let name = names::construct(&c.key, "Bucket");
    let versions = Expr::object(span, [("Status", Expr::text(span, "Enabled"))]);
    let props = partly(span, vec![entry("VersioningConfiguration", versions)], "storage");
    service.declare(name.clone(), Some(c.key.clone()), "AWS::S3::Bucket", anchor, props);
    allow(service, span, STORAGE_ACTIONS, &name, "*");
}

/// A table with a stream, whose keys have fixed names.
fn table(c: &ExprEntry, given: &Expr, anchor: Anchor, service: &mut Service<'_>) {
    let span = c.key_span;
    let name = names::construct(&c.key, "Table");
    let text = |t: &str| Expr::text(span, t);
    let of = |key: &'static str, name: &str, value: &str| {
        Expr::object(span, [("AttributeName", text(name)), (key, text(value))])
    };
    let indexed = ["gsiCount", "localSecondaryIndexes", "extensions"];
    let plain = indexed.iter().all(|k| given.get(k).is_none()) && function::opened(given).is_none();
    let known = vec![
        entry("BillingMode", text("PAY_PER_REQUEST")),
        entry("KeySchema", Expr::list(span, vec![of("KeyType", "PK", "HASH"), of("KeyType", "SK", "RANGE")])),
        entry("StreamSpecification", Expr::object(span, [("StreamViewType", text("NEW_AND_OLD_IMAGES"))])),
        entry(
            "TimeToLiveSpecification",
            Expr::object(span, [("AttributeName", text("TimeToLive")), ("Enabled", text("true"))]),
        ),
        entry(
            "PointInTimeRecoverySpecification",
            Expr::object(span, [("PointInTimeRecoveryEnabled", text("true"))]),
        ),
    ];
    let mut props = partly(span, known, "database/dynamodb-single-table");
    if plain {
        let attributes = vec![of("AttributeType", "PK", "S"), of("AttributeType", "SK", "S")];
        props.put(entry("AttributeDefinitions", Expr::list(span, attributes)));
        props = Expr::new(span, ExprKind::Map(props.entries().to_vec(), None));
    }
    service.declare(name.clone(), Some(c.key.clone()), "AWS::DynamoDB::Table", anchor, props);
    allow(service, span, TABLE_ACTIONS, &name, "index/*");
}

/// An event bus behind an API of its own, with a function that decides who may write to it.
fn webhook(c: &ExprEntry, mut given: Expr, anchor: Anchor, service: &mut Service<'_>) {
    let span = c.key_span;
    let bus = names::construct(&c.key, "Bus");
    let shown = Some(c.key.clone());
    service.declare(bus, shown, "AWS::Events::EventBus", anchor, partly(span, Vec::new(), "webhook"));
    let why = Why::new(Reason::Macro, "the construct `webhook` makes resources");
    service.out.facts.more.get_or_insert(why);
    let Some(e) = given.take("authorizer") else { return };
    let authorizer = Expr { span, ..long_form(&e, "handler") };
    let key = format_smolstr!("{}Authorizer", c.key);
    service.functions.push(key.clone());
    function::expand(Function::new(key, e.key_span, authorizer, "constructs"), service);
}

fn queue(c: &ExprEntry, mut given: Expr, service: &mut Service<'_>) {
    let span = c.key_span;
    let anchor = Anchor { span, path: format_smolstr!("constructs.{}", c.key) };
    let (queue, failed) = (names::construct(&c.key, "Queue"), names::construct(&c.key, "Dlq"));
    let mut props = match &given.kind {
        ExprKind::Map(_, open) => Expr::new(span, ExprKind::Map(Vec::new(), open.clone())),
        _ => object(span, Vec::new()),
    };
    let Some(worker) = given.take("worker") else { return };
    let worker = long_form(&worker, "handler");
    // The queue waits six times as long as the function may take.
    let timeout = worker.get("timeout").and_then(Expr::as_text).map_or(Some(6), |t| t.parse::<i64>().ok());
    let visibility = match timeout.and_then(|t| t.checked_mul(6)) {
        Some(t) => function::scalar(span, &t.to_string()),
        None => Expr::opaque(span, Reason::Parameter, "six times the timeout of the function"),
    };
    props.put(entry("VisibilityTimeout", by_default(span, visibility)));
    let retries = given.take("maxRetries").map_or_else(|| function::scalar(span, "3"), |e| e.value);
    let redrive =
        [("deadLetterTargetArn", Expr::get_att(span, &failed, "Arn")), ("maxReceiveCount", retries)];
    props.put(entry("RedrivePolicy", Expr::object(span, redrive)));
    let index = service.declare(queue.clone(), Some(c.key.clone()), "AWS::SQS::Queue", anchor.clone(), props);
    let owner = Owner { index, name: queue.clone(), condition: None };
    service.out.imply(&owner, failed, "AWS::SQS::Queue", anchor, object(span, Vec::new()));
    super::role::allow(&mut service.shared, span, QUEUE_ACTIONS, Expr::get_att(span, &queue, "Arn"));

    let mut sqs = Expr::object(span, [("arn", Expr::get_att(span, &queue, "Arn"))]);
    for k in ["batchSize", "maximumBatchingWindow"] {
        rename(&mut given, k, &mut sqs, k);
    }
    sqs.put(entry("functionResponseType", Expr::text(span, "ReportBatchItemFailures")));
    if sqs.get("batchSize").is_none() {
        sqs.put(entry("batchSize", function::scalar(span, "1")));
    }
    let mut worker = Expr { span, ..worker };
    worker.put(entry("events", Expr::list(span, vec![Expr::object(span, [("sqs", sqs)])])));
    let key = format_smolstr!("{}Worker", c.key);
    service.functions.push(key.clone());
    function::expand(Function::new(key, span, worker, "constructs"), service);
}
