//! Functions.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/functions> and
//! `lib/plugins/aws/package/compile/functions.js` of the framework.

use super::PACKAGE_FILTER;
use super::role::{self, Role};
use super::service::{Service, by_default, long_form, name_text, spread};
use super::{event, invoke, names};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::sam::event::Target;
use crate::iac::sam::function as sam;
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{Owner, entry, object, rename, tags};
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use lamlint_model::tri::Why;
use smol_str::{SmolStr, format_smolstr};

/// Properties with the same value under another name; the second is CloudFormation's.
pub(super) const PROPERTIES: &[(&str, &str)] = &[
    ("handler", "Handler"),
    ("description", "Description"),
    ("runtime", "Runtime"),
    ("timeout", "Timeout"),
    ("memorySize", "MemorySize"),
    ("reservedConcurrency", "ReservedConcurrentExecutions"),
    ("kmsKeyArn", "KmsKeyArn"),
    ("recursiveLoop", "RecursiveLoop"),
];

/// Of these the provider may give a value for all functions.
const OF_PROVIDER: &[&str] = &["runtime", "timeout", "memorySize", "kmsKeyArn"];

/// What the framework takes where neither says anything.
const DEFAULTS: &[(&str, &str)] = &[("Timeout", "6"), ("MemorySize", "1024")];

/// A function as it is written.
pub(super) struct Function {
    pub(super) key: SmolStr,
    pub(super) span: Span,
    pub(super) props: Expr,
    pub(super) anchor: Anchor,
}

impl Function {
    pub(super) fn new(key: SmolStr, span: Span, value: Expr, place: &str) -> Self {
        let anchor = Anchor { span, path: format_smolstr!("{place}.{key}") };
        let e = ExprEntry { key: key.clone(), key_span: span, value };
        Self { props: long_form(&e, "handler"), key, span, anchor }
    }
}

/// Put a function into the template, with all it implies.
pub(super) fn expand(mut f: Function, service: &mut Service<'_>) {
    let span = f.span;
    let logical = names::function(&f.key);
    let mut p = object(span, Vec::new());
    if let ExprKind::Map(_, Some(why)) = &f.props.kind {
        p.open(why);
    }
    for why in [service.plugins.functions(), opened(&service.provider)].into_iter().flatten() {
        p.open(&why);
    }
    let mut parts = RoleParts { open: service.plugins.role(), ..RoleParts::default() };

    for (from, to) in PROPERTIES {
        rename(&mut f.props, from, &mut p, to);
        if p.get(to).is_none()
            && OF_PROVIDER.contains(from)
            && let Some(e) = service.setting(&[from])
        {
            p.put(ExprEntry { key: (*to).into(), ..e });
        }
    }
    // Before the fourth version it was spelled like the property.
    rename(&mut f.props, "memory", &mut p, "MemorySize");
    for (key, value) in DEFAULTS {
        if p.get(key).is_none() && opened(&p).is_none() {
            p.put(entry(key, by_default(span, scalar(span, value))));
        }
    }
    let name = f.props.take("name").map_or_else(
        || {
            let end = Expr::text(span, format_smolstr!("-{}", f.key));
            name_text(span, vec![service.prefix.clone(), end])
        },
        |e| e.value,
    );
    p.put(entry("FunctionName", name.clone()));
    settings(&mut f, &mut p, &mut parts, service);
    let metadata = code(&mut f, &mut p, service);

    let role = role::role_of(&mut f, service);
    let own_role = format_smolstr!("{}IamRoleLambdaExecution", names::normalized(&f.key));
    let role_arn = match &role {
        Role::Given(e) => e.clone(),
        Role::Shared => Expr::get_att(span, names::ROLE, "Arn"),
        Role::Own(_) => Expr::get_att(span, &own_role, "Arn"),
    };
    p.put(ExprEntry { key: "Role".into(), key_span: role_arn.span, value: role_arn });

    let condition = f.props.take("condition").and_then(|e| e.value.as_text().map(SmolStr::from));
    let index =
        service.declare(logical.clone(), Some(f.key.clone()), "AWS::Lambda::Function", f.anchor.clone(), p);
    let raw = &mut service.out.facts.resources[index];
    raw.sam = true;
    raw.metadata = metadata;
    raw.condition.clone_from(&condition);
    let owner = Owner { index, name: logical.clone(), condition };

    let alias = invoke::published(&mut f, &owner, service);
    let target = Target::function(&logical, alias.as_ref());
    if !is_true(f.props.get("disableLogs")) {
        role::logs(&mut parts, span, &name);
        log_group(&mut f, &name, &owner, service);
    }
    if let Some(e) = f.props.take("url")
        && !is_false(&e.value)
    {
        let anchor = Service::below(&f.anchor, &e);
        let e = ExprEntry { value: invoke::url(&e), ..e };
        sam::function_url(&e, &anchor, &target, &owner, &mut service.out);
    }
    invoke::async_config(&mut f, alias.as_ref(), &owner, &mut parts, service);
    if let Some(e) = f.props.take("events") {
        event::expand(e, &f, &target, &owner, &mut parts, service);
    }
    match role {
        Role::Given(_) => {}
        Role::Shared => {
            service.shared.managed.append(&mut parts.managed);
            service.shared.inline.append(&mut parts.inline);
            service.shared.open = service.shared.open.take().or(parts.open);
            service.users.push(owner);
        }
        Role::Own(written) => {
            let inherits = is_true(f.props.get("iamRoleStatementsInherit"))
                || service
                    .custom
                    .get("serverless-iam-roles-per-function")
                    .is_some_and(|c| is_true(c.get("defaultInherit")))
                || f.props.get("iam").is_some_and(|i| is_true(i.get("inheritStatements")));
            let (at, path) = match &written {
                Some(e) => (e.key_span, Service::below(&f.anchor, e).path),
                None => (span, f.anchor.path.clone()),
            };
            if let Some(e) = &written {
                role::statements(&mut parts, e);
            }
            let shared = [&["iam", "role", "statements"][..], &["iamRoleStatements"]];
            if inherits && let Some(e) = shared.iter().find_map(|p| service.setting(p)) {
                role::statements(&mut parts, &e);
            }
            let props = parts.properties(at, "", Some(role::trust(at, &["lambda.amazonaws.com"])));
            service.out.imply(&owner, own_role, "AWS::IAM::Role", Anchor { span: at, path }, props);
            // Nobody has written its name; what many inherit is one thing to say.
            if let Some(r) = service.out.facts.resources.last_mut() {
                r.shown = Some(names::ROLE.into());
            }
        }
    }
}

/// Why a map may have more.
pub(super) fn opened(e: &Expr) -> Option<Why> {
    match &e.kind {
        ExprKind::Map(_, open) => open.clone(),
        _ => None,
    }
}

/// A value the framework writes, as it would stand in a file.
pub(super) fn scalar(span: Span, text: &str) -> Expr {
    let scalar =
        crate::doc::DocScalar { text: text.into(), plain: true, map: crate::text::PosMap::default() };
    Expr::new(span, ExprKind::Scalar(scalar))
}

pub(super) fn is_true(e: Option<&Expr>) -> bool {
    e.and_then(Expr::as_text) == Some("true")
}

fn is_false(e: &Expr) -> bool {
    e.as_text() == Some("false")
}

/// Settings that have another form in CloudFormation.
fn settings(f: &mut Function, p: &mut Expr, parts: &mut RoleParts, service: &Service<'_>) {
    let span = f.span;
    if let Some(e) = merged(f.props.take("environment"), service.setting(&["environment"])) {
        let mut variables = ExprEntry { key: "Variables".into(), ..e.clone() };
        if let Some(why) = service.plugins.environment() {
            variables.value.open(&why);
        }
        let value = object(e.value.span, vec![variables]);
        p.put(ExprEntry { key: "Environment".into(), value, ..e });
    } else if let Some(why) = service.plugins.environment() {
        p.put(entry("Environment", Expr::new(span, ExprKind::Opaque(why))));
    }
    if let Some(e) = merged(f.props.take("tags"), service.setting(&["tags"])) {
        p.put(ExprEntry { key: "Tags".into(), value: tags(e.value), ..e });
    }
    let unset = f.props.entry("vpc").is_some_and(|e| e.value.is_null() || is_false(&e.value));
    if !unset && let Some(e) = merged(f.props.take("vpc"), service.setting(&["vpc"])) {
        let open = opened(&e.value);
        let mut given = e.value;
        let mut config = Expr::new(given.span, ExprKind::Map(Vec::new(), open.clone()));
        for (from, to) in [
            ("securityGroupIds", "SecurityGroupIds"),
            ("subnetIds", "SubnetIds"),
            ("ipv6AllowedForDualStack", "Ipv6AllowedForDualStack"),
        ] {
            rename(&mut given, from, &mut config, to);
        }
        // One without the other is dropped.
        if open.is_some() || (config.get("SecurityGroupIds").is_some() && config.get("SubnetIds").is_some()) {
            parts.attach(e.key_span, "service-role/AWSLambdaVPCAccessExecutionRole");
            p.put(ExprEntry { key: "VpcConfig".into(), value: config, ..e });
        }
    }
    if let Some(e) = f.props.take("layers").or_else(|| service.setting(&["layers"])) {
        p.put(ExprEntry { key: "Layers".into(), value: spread(e.value.clone()), ..e });
    }
    if let Some(e) = f.props.take("tracing").or_else(|| service.setting(&["tracing", "lambda"]))
        && !is_false(&e.value)
    {
        let mode = if is_true(Some(&e.value)) { Expr::text(e.value.span, "Active") } else { e.value.clone() };
        let actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
        role::allow(parts, e.key_span, &actions, Expr::text(e.key_span, "*"));
        let value = object(e.value.span, vec![ExprEntry { key: "Mode".into(), value: mode, ..e.clone() }]);
        p.put(ExprEntry { key: "TracingConfig".into(), value, ..e });
    }
    if let Some(e) = f.props.take("architecture").or_else(|| service.setting(&["architecture"])) {
        p.put(ExprEntry {
            key: "Architectures".into(),
            value: Expr::list(e.value.span, vec![e.value.clone()]),
            ..e
        });
    }
    if let Some(e) = f.props.take("durableConfig") {
        let mut given = long_form(&e, "executionTimeout");
        let mut config = object(e.value.span, Vec::new());
        rename(&mut given, "executionTimeout", &mut config, "ExecutionTimeout");
        rename(&mut given, "retentionPeriodInDays", &mut config, "RetentionPeriodInDays");
        parts.attach(e.key_span, "service-role/AWSLambdaBasicDurableExecutionRolePolicy");
        p.put(ExprEntry { key: "DurableConfig".into(), value: config, ..e });
    }
    if let Some(e) = f.props.take("ephemeralStorageSize") {
        let value = object(e.value.span, vec![ExprEntry { key: "Size".into(), ..e.clone() }]);
        p.put(ExprEntry { key: "EphemeralStorage".into(), value, ..e });
    }
    if let Some(e) = f.props.take("fileSystemConfig") {
        let mut given = long_form(&e, "arn");
        let mut config = object(e.value.span, Vec::new());
        rename(&mut given, "arn", &mut config, "Arn");
        rename(&mut given, "localMountPath", &mut config, "LocalMountPath");
        if let Some(arn) = config.get("Arn") {
            let actions = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"];
            role::allow(parts, e.key_span, &actions, arn.clone());
        }
        p.put(ExprEntry {
            key: "FileSystemConfigs".into(),
            value: Expr::list(e.value.span, vec![config]),
            ..e
        });
    }
    if let Some(e) = f.props.take("onError") {
        // The framework lets the role publish only where the ARN is plain text.
        if matches!(e.value.kind, ExprKind::Scalar(_) | ExprKind::Join(_) | ExprKind::Taken(_)) {
            role::allow(parts, e.key_span, &["sns:Publish"], e.value.clone());
        }
        let value = object(e.value.span, vec![ExprEntry { key: "TargetArn".into(), ..e.clone() }]);
        p.put(ExprEntry { key: "DeadLetterConfig".into(), value, ..e });
    }
    if let Some(key) = p.get("KmsKeyArn")
        && matches!(key.kind, ExprKind::Scalar(_) | ExprKind::Join(_) | ExprKind::Taken(_))
    {
        role::allow(parts, key.span, &["kms:Decrypt"], key.clone());
    }
    if is_true(f.props.get("snapStart")) {
        let value = Expr::object(span, [("ApplyOn", Expr::text(span, "PublishedVersions"))]);
        p.put(entry("SnapStart", value));
    }
}

/// A map of the function over that of the provider.
fn merged(own: Option<ExprEntry>, general: Option<ExprEntry>) -> Option<ExprEntry> {
    let flat = |e: &ExprEntry| long_form(e, "");
    match (own, general) {
        (Some(own), Some(general)) => {
            let mut value = flat(&general);
            let new = flat(&own);
            if let ExprKind::Map(entries, open) = &mut value.kind {
                entries.retain(|e| new.get(&e.key).is_none());
                let more = opened(&new);
                *open = open.take().or(more);
            }
            new.entries().iter().for_each(|e| value.put(e.clone()));
            Some(ExprEntry { value: Expr { span: new.span, ..value }, ..own })
        }
        (Some(e), None) | (None, Some(e)) => Some(ExprEntry { value: flat(&e), ..e }),
        (None, None) => None,
    }
}

/// Where the code is; gives the metadata that say how it is built.
fn code(f: &mut Function, p: &mut Expr, service: &Service<'_>) -> Option<Expr> {
    let span = f.span;
    if let Some(e) = f.props.take("image") {
        return image(&e, p, service);
    }
    let own = f.props.take("package").map(|e| long_form(&e, "artifact"));
    let artifact =
        own.as_ref().and_then(|o| o.entry("artifact")).or_else(|| service.package.entry("artifact"));
    if let Some(e) = artifact.filter(|e| !e.value.is_null()) {
        p.put(ExprEntry { key: "Code".into(), ..e.clone() });
        return None;
    }
    // Packages are made of the folder of the service; `serverless-python-requirements` takes a folder of it.
    p.put(match f.props.take("module") {
        Some(e) => ExprEntry { key: "Code".into(), ..e },
        None => entry("Code", by_default(span, Expr::text(span, "."))),
    });
    let mut metadata = object(span, Vec::new());
    match (service.builder, &service.plugins.open) {
        (Some(b), _) => metadata.put(entry("BuildMethod", Expr::text(span, b))),
        (None, Some(why)) => {
            metadata.put(entry("BuildMethod", Expr::new(span, ExprKind::Opaque(why.clone()))));
        }
        (None, None) => {}
    }
    let filters = ["patterns", "include", "exclude"];
    let filtered = |p: &Expr| opened(p).is_some() || filters.iter().any(|k| p.get(k).is_some());
    if filtered(&service.package) || own.as_ref().is_some_and(filtered) {
        metadata.put(entry(PACKAGE_FILTER, Expr::text(span, "true")));
    }
    Some(metadata)
}

/// A function that is an image.
fn image(e: &ExprEntry, p: &mut Expr, service: &Service<'_>) -> Option<Expr> {
    let span = e.key_span;
    let mut given = long_form(e, "uri");
    p.put(entry("PackageType", Expr::text(span, "Image")));
    let uri = given.take("uri").or_else(|| given.take("name")).map(|e| e.value);
    let named = uri.as_ref().and_then(Expr::as_text).and_then(|n| service.setting(&["ecr", "images", n]));
    let value = uri.unwrap_or_else(|| Expr::text(span, ""));
    p.put(entry("Code", Expr::object(span, [("ImageUri", value)])));
    let mut config = object(span, Vec::new());
    for (from, to) in
        [("command", "Command"), ("entryPoint", "EntryPoint"), ("workingDirectory", "WorkingDirectory")]
    {
        rename(&mut given, from, &mut config, to);
    }
    p.put(entry("ImageConfig", config));
    let mut built = long_form(&named?, "uri");
    let context = built.take("path")?;
    let file = built.take("file").map_or_else(|| Expr::text(span, "Dockerfile"), |e| e.value);
    Some(Expr::object(span, [("DockerContext", context.value), ("Dockerfile", file)]))
}

fn log_group(f: &mut Function, name: &Expr, owner: &Owner, service: &mut Service<'_>) {
    let span = f.span;
    let logical = format_smolstr!("{}LogGroup", names::normalized(&f.key));
    if service.out.facts.resources.iter().any(|r| r.name == logical) {
        return;
    }
    let prefix = Expr::text(span, "/aws/lambda/");
    let mut props = Expr::object(span, [("LogGroupName", name_text(span, vec![prefix, name.clone()]))]);
    if let Some(e) = f.props.take("logRetentionInDays").or_else(|| service.setting(&["logRetentionInDays"])) {
        props.put(ExprEntry { key: "RetentionInDays".into(), ..e });
    }
    service.out.imply(owner, logical, "AWS::Logs::LogGroup", f.anchor.clone(), props);
}
