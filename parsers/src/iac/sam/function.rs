//! `AWS::Serverless::Function`.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>

use super::event::{self, Target};
use super::policy::RoleParts;
use super::{Out, Owner, branches, bucket_object, entry, globals, inline_policy, object, raw, rename, tags};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::facts::Written;
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use smol_str::{SmolStr, format_smolstr};

/// Properties SAM consumes without a counterpart on the function.
const CONSUMED: &[&str] = &[
    "AutoPublishAliasAllProperties",
    "AutoPublishCodeSha256",
    "DeploymentPreference",
    "PropagateTags",
    "VersionDescription",
    "VersionDeletionPolicy",
];

/// A destination SAM grants the implicit role: `Type`, actions, and the resource that is made when none is named
/// (suffix, type, and the name templates use for it).
type Destination =
    (&'static str, &'static [&'static str], Option<(&'static str, &'static str, &'static str)>);

const DESTINATIONS: &[Destination] = &[
    ("SQS", &["sqs:SendMessage"], Some(("Queue", "AWS::SQS::Queue", "DestinationQueue"))),
    ("SNS", &["sns:publish"], Some(("Topic", "AWS::SNS::Topic", "DestinationTopic"))),
    ("EventBridge", &["events:PutEvents"], None),
    ("Lambda", &["lambda:InvokeFunction"], None),
    ("S3Bucket", &["s3:PutObject", "s3:ListBucket"], None),
];

pub(in crate::iac) fn expand(mut w: Written, out: &mut Out<'_>) {
    if let Some(g) = out.globals_of("Function") {
        w.props = globals::merge(g, w.props);
    }
    let key = w.key_span;
    let name = w.name.clone();
    let mut r = raw(w, "AWS::Lambda::Function");
    r.sam = true;
    let p = &mut r.props;

    code(p);
    if let Some(e) = p.take("Tracing") {
        p.put(tracing(e));
    }
    if let Some(e) = p.take("Tags") {
        p.put(ExprEntry { value: tags(e.value), ..e });
    }
    let dlq = p.take("DeadLetterQueue");
    let events = p.take("Events");
    let policies = p.take("Policies");
    let invoke = p.take("EventInvokeConfig");
    let url = p.take("FunctionUrlConfig");
    let alias = p.take("AutoPublishAlias").filter(|a| !matches!(a.value.kind, ExprKind::NoValue));
    let provisioned = p.take("ProvisionedConcurrencyConfig");
    let assume = p.take("AssumeRolePolicyDocument");
    let boundary = p.take("PermissionsBoundary");
    let path = p.take("RolePath");
    for k in CONSUMED {
        p.take(k);
    }

    let role_name = format_smolstr!("{name}Role");
    let implied_role = match p.take("Role") {
        None => {
            p.put(entry("Role", Expr::get_att(key, &role_name, "Arn")));
            true
        }
        Some(e) => {
            let mut filled = false;
            let value = branches(e.value, &mut |v| match v.kind {
                ExprKind::NoValue => {
                    filled = true;
                    Expr::get_att(v.span, &role_name, "Arn")
                }
                kind => Expr { span: v.span, kind },
            });
            p.put(ExprEntry { value, ..e });
            filled
        }
    };

    let mut parts = RoleParts::default();
    if let ExprKind::Map(_, open) = &p.kind {
        parts.open.clone_from(open);
    }
    let durable = p.get("DurableConfig").is_some();
    parts.attach(key, if durable { "service-role/AWSLambdaBasicDurableExecutionRolePolicy" } else { BASIC });
    if let Some(t) = p.entry("TracingConfig")
        && t.value.get("Mode").and_then(Expr::as_text) != Some("Disabled")
    {
        parts.attach(t.key_span, "AWSXRayDaemonWriteAccess");
    }
    if let Some(v) = p.entry("VpcConfig") {
        parts.attach(v.key_span, "service-role/AWSLambdaVPCAccessExecutionRole");
    }
    if let Some(e) = dlq {
        dead_letters(e, p, &mut parts, &name);
    }

    let condition = r.condition.clone();
    let anchor = r.anchor.clone();
    let index = out.push(r);
    let owner = Owner { index, name: name.clone(), condition };

    let at = |e: &ExprEntry| Anchor {
        span: e.key_span,
        path: format_smolstr!("{}.Properties.{}", anchor.path, e.key),
    };
    let alias_name = alias.as_ref().map(|e| publish(e, provisioned, at(e), &owner, out));
    let target = Target::function(&name, alias_name.as_ref());
    if let Some(e) = url {
        function_url(&e, &at(&e), &target, &owner, out);
    }
    if let Some(e) = invoke {
        let qualifier = alias.as_ref().map(|a| &a.value);
        invoke_config(e.clone(), &at(&e), qualifier, &owner, &mut parts, out);
    }
    if let Some(e) = events {
        event::expand(e, &anchor, &target, &owner, &mut parts, out);
    }
    if implied_role {
        let (span, role_anchor) = match &policies {
            Some(e) => (e.key_span, at(e)),
            None => (key, anchor.clone()),
        };
        if let Some(e) = policies {
            parts.read(e.value, &role_name);
        }
        let mut props = parts.properties(span, "lambda.amazonaws.com", assume);
        for (e, key) in [(boundary, "PermissionsBoundary"), (path, "Path")] {
            if let Some(e) = e {
                props.put(ExprEntry { key: key.into(), ..e });
            }
        }
        out.imply(&owner, role_name, "AWS::IAM::Role", role_anchor, props);
    }
}

const BASIC: &str = "service-role/AWSLambdaBasicExecutionRole";

/// `CodeUri`, `InlineCode` and `ImageUri` as `Code`.
fn code(p: &mut Expr) {
    let inline = p.take("InlineCode");
    let image = p.take("ImageUri");
    let uri = p.take("CodeUri");
    if let Some(e) = inline {
        let value = object(e.value.span, vec![ExprEntry { key: "ZipFile".into(), ..e.clone() }]);
        p.put(ExprEntry { key: "Code".into(), value, ..e });
    } else if let Some(e) = image {
        let value = object(e.value.span, vec![ExprEntry { key: "ImageUri".into(), ..e.clone() }]);
        p.put(ExprEntry { key: "Code".into(), value, ..e });
    } else if let Some(e) = uri {
        let value = bucket_object(e.value.clone());
        p.put(ExprEntry { key: "Code".into(), value, ..e });
    }
}

fn tracing(e: ExprEntry) -> ExprEntry {
    let value = branches(e.value, &mut |v| match v.kind {
        ExprKind::NoValue => v,
        _ => object(v.span, vec![entry("Mode", v)]),
    });
    ExprEntry { key: "TracingConfig".into(), value, ..e }
}

fn dead_letters(e: ExprEntry, p: &mut Expr, parts: &mut RoleParts, name: &str) {
    let value = branches(e.value, &mut |mut v| {
        let mut config = object(v.span, Vec::new());
        let kind = v.take("Type").and_then(|t| t.value.as_text().map(SmolStr::from));
        rename(&mut v, "TargetArn", &mut config, "TargetArn");
        let Some(target) = config.get("TargetArn").cloned() else { return v };
        let actions = DESTINATIONS.iter().find(|(t, ..)| kind.as_deref() == Some(t)).map(|(_, a, _)| *a);
        if let Some(actions) = actions {
            parts.inline.push(inline_policy(
                target.span,
                &format!("{name}DeadLetterPolicy"),
                actions,
                target,
            ));
        }
        config
    });
    p.put(ExprEntry { key: "DeadLetterConfig".into(), value, ..e });
}

/// `AutoPublishAlias`: a version and an alias on it; gives the alias' logical name.
fn publish(
    e: &ExprEntry,
    provisioned: Option<ExprEntry>,
    anchor: Anchor,
    owner: &Owner,
    out: &mut Out<'_>,
) -> SmolStr {
    let span = e.value.span;
    let function = || Expr::reference(span, owner.name.clone());
    let version = format_smolstr!("{}Version", owner.name);
    let props = Expr::object(span, [("FunctionName", function())]);
    let version = out.imply(owner, version, "AWS::Lambda::Version", anchor.clone(), props);
    let alias = format_smolstr!("{}Alias{}", owner.name, e.value.as_text().unwrap_or_default());
    let mut props = Expr::object(
        span,
        [
            ("Name", e.value.clone()),
            ("FunctionName", function()),
            ("FunctionVersion", Expr::get_att(span, &version, "Version")),
        ],
    );
    if let Some(e) = provisioned {
        props.put(e);
    }
    out.facts.redirects.insert(format_smolstr!("{}.Version", owner.name), version);
    out.facts.redirects.insert(format_smolstr!("{}.Alias", owner.name), alias.clone());
    out.imply(owner, alias, "AWS::Lambda::Alias", anchor, props)
}

pub(in crate::iac) fn function_url(
    e: &ExprEntry,
    anchor: &Anchor,
    target: &Target,
    owner: &Owner,
    out: &mut Out<'_>,
) {
    let span = e.key_span;
    let mut public = false;
    let value = branches(e.value.clone(), &mut |mut v| {
        public |= v.get("AuthType").and_then(Expr::as_text) == Some("NONE");
        v.put(entry("TargetFunctionArn", target.arn(span)));
        v
    });
    if matches!(value.kind, ExprKind::NoValue) {
        return;
    }
    let name = format_smolstr!("{}Url", owner.name);
    out.imply(owner, name.clone(), "AWS::Lambda::Url", anchor.clone(), value);
    if !public {
        return;
    }
    // SAM grants both, as both are needed. Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    let grants = [
        ("lambda:InvokeFunctionUrl", "FunctionUrlAuthType", "NONE", "PublicPermissions"),
        ("lambda:InvokeFunction", "InvokedViaFunctionUrl", "true", "InvokePermissions"),
    ];
    for (action, key, value, suffix) in grants {
        let props = Expr::object(
            span,
            [
                ("Action", Expr::text(span, action)),
                ("FunctionName", target.arn(span)),
                ("Principal", Expr::text(span, "*")),
                (key, Expr::text(span, value)),
            ],
        );
        out.imply(owner, format_smolstr!("{name}{suffix}"), "AWS::Lambda::Permission", anchor.clone(), props);
    }
}

/// A resource that a destination without a target implies: name, type, the name SAM lets templates use for it.
type Made = (SmolStr, &'static str, SmolStr);

pub(in crate::iac) fn invoke_config(
    e: ExprEntry,
    anchor: &Anchor,
    qualifier: Option<&Expr>,
    owner: &Owner,
    parts: &mut RoleParts,
    out: &mut Out<'_>,
) {
    let span = e.key_span;
    let mut made: Vec<Made> = Vec::new();
    let value = branches(e.value, &mut |mut v| {
        if !matches!(v.kind, ExprKind::Map(..)) {
            return v;
        }
        if let Some(d) = v.take("DestinationConfig") {
            let value = branches(d.value, &mut |mut d| {
                for key in ["OnSuccess", "OnFailure"] {
                    let Some(on) = d.take(key) else { continue };
                    let value = branches(on.value, &mut |on| destination(on, key, owner, parts, &mut made));
                    d.put(ExprEntry { value, ..on });
                }
                d
            });
            v.put(ExprEntry { value, ..d });
        }
        v.put(entry("FunctionName", Expr::reference(span, owner.name.clone())));
        v.put(entry("Qualifier", qualifier.cloned().unwrap_or_else(|| Expr::text(span, "$LATEST"))));
        v
    });
    let name = format_smolstr!("{}EventInvokeConfig", owner.name);
    out.imply(owner, name, "AWS::Lambda::EventInvokeConfig", anchor.clone(), value);
    for (name, type_name, redirect) in made {
        out.imply(owner, name.clone(), type_name, anchor.clone(), object(span, Vec::new()));
        out.facts.redirects.insert(redirect, name);
    }
}

fn destination(mut on: Expr, key: &str, owner: &Owner, parts: &mut RoleParts, made: &mut Vec<Made>) -> Expr {
    let span: Span = on.span;
    if !matches!(on.kind, ExprKind::Map(..)) {
        return on;
    }
    let kind = on.take("Type").and_then(|t| t.value.as_text().map(SmolStr::from));
    let Some((_, actions, makes)) = DESTINATIONS.iter().find(|(t, ..)| kind.as_deref() == Some(*t)) else {
        return on;
    };
    let target = match (on.get("Destination"), makes) {
        (Some(e), _) => e.clone(),
        (None, Some((suffix, type_name, redirect))) => {
            let name = format_smolstr!("{}EventInvokeConfig{key}{suffix}", owner.name);
            made.push((name.clone(), *type_name, format_smolstr!("{}.{redirect}", owner.name)));
            let target = Expr::get_att(span, &name, "Arn");
            on.put(entry("Destination", target.clone()));
            target
        }
        (None, None) => return on,
    };
    let name = format!("{}EventInvokeConfig{key}Policy", owner.name);
    parts.inline.push(inline_policy(span, &name, actions, target));
    on
}
