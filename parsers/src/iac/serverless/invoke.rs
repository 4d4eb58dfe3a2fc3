//! How functions are invoked: by an alias, by a URL, asynchronously.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/functions>

use super::function::{Function, is_true, opened};
use super::names;
use super::service::{Service, long_form};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::sam::function as sam;
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{Owner, entry, object, rename};
use lamlint_model::app::Anchor;
use lamlint_model::tri::{Reason, Why};
use smol_str::{SmolStr, format_smolstr};

/// Settings of asynchronous invocations.
const ASYNC: &[(&str, &str)] =
    &[("maximumRetryAttempts", "MaximumRetryAttempts"), ("maximumEventAge", "MaximumEventAgeInSeconds")];

/// Services in ARNs of destinations, with the kind SAM names them by.
const DESTINATIONS: &[(&str, &str)] = &[
    ("sqs", "SQS"),
    ("sns", "SNS"),
    ("events", "EventBridge"),
    ("eventBus", "EventBridge"),
    ("lambda", "Lambda"),
    ("function", "Lambda"),
    ("s3", "S3Bucket"),
];

/// The alias events go to, where the function has one.
pub(super) fn published(f: &mut Function, owner: &Owner, service: &mut Service<'_>) -> Option<SmolStr> {
    let provisioned = f.props.take("provisionedConcurrency");
    let snap = is_true(f.props.get("snapStart"));
    if provisioned.is_none() && !snap {
        return None;
    }
    let span = f.span;
    let version = format_smolstr!("{}LambdaVersion", names::normalized(&f.key));
    let function = || Expr::reference(span, owner.name.clone());
    let props = Expr::object(span, [("FunctionName", function())]);
    service.out.imply(owner, version.clone(), "AWS::Lambda::Version", f.anchor.clone(), props);
    let (suffix, name) = if snap { ("SnapStart", "snapstart") } else { ("ProvConc", "provisioned") };
    let mut props = Expr::object(
        span,
        [
            ("Name", Expr::text(span, name)),
            ("FunctionName", function()),
            ("FunctionVersion", Expr::get_att(span, &version, "Version")),
        ],
    );
    if let Some(e) = provisioned {
        let config = object(
            e.key_span,
            vec![ExprEntry { key: "ProvisionedConcurrentExecutions".into(), ..e.clone() }],
        );
        props.put(ExprEntry { key: "ProvisionedConcurrencyConfig".into(), value: config, ..e });
    }
    let alias = format_smolstr!("{}{suffix}LambdaAlias", names::normalized(&f.key));
    Some(service.out.imply(owner, alias, "AWS::Lambda::Alias", f.anchor.clone(), props))
}

/// `url` as SAM writes it.
pub(super) fn url(e: &ExprEntry) -> Expr {
    let mut given = long_form(e, "enabled");
    let open = opened(&given);
    let auth = match given.take("authorizer") {
        Some(a) if a.value.as_text() == Some("aws_iam") => Expr::text(a.value.span, "AWS_IAM"),
        Some(a) if a.value.as_text().is_none() => a.value,
        _ => Expr::text(e.key_span, "NONE"),
    };
    let mut out = Expr::new(e.key_span, ExprKind::Map(vec![entry("AuthType", auth)], open));
    rename(&mut given, "invokeMode", &mut out, "InvokeMode");
    rename(&mut given, "cors", &mut out, "Cors");
    out
}

pub(super) fn async_config(
    f: &mut Function,
    alias: Option<&SmolStr>,
    owner: &Owner,
    parts: &mut RoleParts,
    service: &mut Service<'_>,
) {
    let span = f.span;
    let mut config = object(span, Vec::new());
    let mut at = None;
    for (from, to) in ASYNC {
        at = at.or_else(|| f.props.entry(from).map(|e| e.key_span));
        rename(&mut f.props, from, &mut config, to);
    }
    if let Some(e) = f.props.take("destinations") {
        at = at.or(Some(e.key_span));
        let mut given = long_form(&e, "onSuccess");
        let mut destinations = Expr::new(given.span, ExprKind::Map(Vec::new(), opened(&given)));
        for (from, to) in [("onSuccess", "OnSuccess"), ("onFailure", "OnFailure")] {
            if let Some(on) = given.take(from) {
                let value = destination(&on, parts, service);
                destinations.put(ExprEntry { key: to.into(), value, ..on });
            }
        }
        config.put(ExprEntry { key: "DestinationConfig".into(), value: destinations, ..e });
    }
    let Some(at) = at else { return };
    let anchor = Anchor { span: at, path: format_smolstr!("{}.destinations", f.anchor.path) };
    let e = ExprEntry { key: "EventInvokeConfig".into(), key_span: at, value: config };
    let qualifier = alias.map(|_| {
        let name = if is_true(f.props.get("snapStart")) { "snapstart" } else { "provisioned" };
        Expr::text(at, name)
    });
    sam::invoke_config(e, &anchor, qualifier.as_ref(), owner, parts, &mut service.out);
}

/// A destination as SAM writes it.
fn destination(on: &ExprEntry, parts: &mut RoleParts, service: &Service<'_>) -> Expr {
    let mut given = long_form(on, "arn");
    let kind = given.take("type").and_then(|t| t.value.as_text().map(SmolStr::from));
    let Some(target) = given.take("arn").map(|e| e.value) else { return given };
    let span = target.span;
    let text = target.as_text().map(SmolStr::from);
    let (kind, target) = match (kind, text) {
        (Some(k), _) => (Some(k), target),
        // A plain word is a function of the service.
        (None, Some(t)) if service.is_function(&t) => {
            (Some("lambda".into()), Expr::get_att(span, &names::function(&t), "Arn"))
        }
        (None, Some(t)) => (t.split(':').nth(2).map(SmolStr::from), target),
        (None, None) => {
            let named = target.target_name();
            let r = named.and_then(|n| service.out.facts.resources.iter().find(|r| r.name == n));
            let word = r.and_then(|r| r.type_name.split("::").nth(1).map(str::to_ascii_lowercase));
            (word.map(SmolStr::from), target)
        }
    };
    let kind = DESTINATIONS.iter().find(|(k, _)| kind.as_deref() == Some(*k)).map(|(_, sam)| *sam);
    let mut out = Expr::object(span, [("Destination", target)]);
    if let Some(k) = kind {
        out.put(entry("Type", Expr::text(span, k)));
    } else {
        let why = Why::new(Reason::Other, "the kind of a destination is not known");
        parts.open.get_or_insert(why);
    }
    out
}
