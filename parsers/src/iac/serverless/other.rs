//! Layers, state machines of `serverless-step-functions` and constructs of `serverless-lift`.

use super::function::{self, Function};
use super::names;
use super::service::{Service, by_default, long_form, spread};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{Owner, entry, object, rename};
use lamlint_model::app::Anchor;
use lamlint_model::tri::{Reason, Why};
use smol_str::format_smolstr;

/// `layers` of the service.
/// Source: <https://www.serverless.com/framework/docs/providers/aws/guide/layers>
pub(super) fn layers(e: &ExprEntry, service: &mut Service<'_>) {
    for l in e.value.entries() {
        let mut given = long_form(l, "path");
        let anchor = Anchor { span: l.key_span, path: format_smolstr!("layers.{}", l.key) };
        let mut props = object(l.key_span, Vec::new());
        let artifact = given.take("package").and_then(|p| spread(p.value).entry("artifact").cloned());
        if let Some(path) = artifact.or_else(|| given.take("path")) {
            props.put(ExprEntry { key: "Content".into(), ..path });
        }
        let name = given.take("name").map_or_else(|| Expr::text(l.key_span, l.key.clone()), |e| e.value);
        props.put(entry("LayerName", name));
        rename(&mut given, "compatibleRuntimes", &mut props, "CompatibleRuntimes");
        rename(&mut given, "compatibleArchitectures", &mut props, "CompatibleArchitectures");
        let logical = names::layer(&l.key);
        service.declare(logical, Some(l.key.clone()), "AWS::Lambda::LayerVersion", anchor, props);
    }
}

/// `stepFunctions`.
/// Source: <https://github.com/serverless-operations/serverless-step-functions>
pub(super) fn state_machines(e: &ExprEntry, service: &mut Service<'_>) {
    if !service.plugins.has("serverless-step-functions") {
        return;
    }
    let Some(machines) = e.value.get("stateMachines").cloned().map(spread) else { return };
    if let ExprKind::Opaque(why) | ExprKind::Map(_, Some(why)) = &machines.kind {
        service.out.facts.more.get_or_insert_with(|| why.clone());
    }
    for m in machines.entries() {
        let mut given = long_form(m, "definition");
        let open = match &given.kind {
            ExprKind::Map(_, open) => open.clone(),
            _ => None,
        };
        let span = m.key_span;
        let path = format_smolstr!("stepFunctions.stateMachines.{}", m.key);
        let mut props = Expr::new(span, ExprKind::Map(Vec::new(), open));
        for (from, to) in [
            ("name", "StateMachineName"),
            ("definition", "Definition"),
            ("type", "StateMachineType"),
            ("role", "RoleArn"),
        ] {
            rename(&mut given, from, &mut props, to);
        }
        let logical = format_smolstr!("{}StepFunctionsStateMachine", names::normalized(&m.key));
        let makes_role = props.get("RoleArn").is_none();
        let role = format_smolstr!("{logical}Role");
        if makes_role {
            props.put(entry("RoleArn", Expr::get_att(span, &role, "Arn")));
        }
        let anchor = Anchor { span, path };
        let index = service.declare(
            logical.clone(),
            Some(m.key.clone()),
            "AWS::StepFunctions::StateMachine",
            anchor.clone(),
            props,
        );
        if makes_role {
            // The plugin looks through the definition for what its states call.
            let why =
                Why::new(Reason::Macro, "`serverless-step-functions` makes the role of the state machine");
            let parts = RoleParts { open: Some(why), ..RoleParts::default() };
            let owner = Owner { index, name: logical, condition: None };
            let props = parts.properties(span, "states.amazonaws.com", None);
            service.out.imply(&owner, role, "AWS::IAM::Role", anchor, props);
        }
    }
}

/// Actions on its queue, and on that of failures, that a construct lets all functions do.
const QUEUE_ACTIONS: &[&str] = &["sqs:SendMessage"];

/// `constructs` of `serverless-lift`: queues with their function; other kinds only make resources.
/// Source: <https://github.com/getlift/lift/blob/master/docs/queue.md>
pub(super) fn constructs(e: &ExprEntry, service: &mut Service<'_>) {
    if !service.plugins.has("serverless-lift") {
        return;
    }
    for c in e.value.entries() {
        let given = long_form(c, "type");
        match given.get("type").and_then(Expr::as_text) {
            Some("queue") => queue(c, given, service),
            kind => {
                let what = format!("the construct `{}` may add permissions", kind.unwrap_or(&c.key));
                let why = Why::new(Reason::Macro, what);
                service.shared.open.get_or_insert_with(|| why.clone());
                service.out.facts.more.get_or_insert(why);
            }
        }
    }
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
