//! Policies of resources and of trust: the same documents, with principals.

use super::document::{self, Effect, Origin, Patterns, Principals, Statement};
use crate::app::{App, Kind, Resource, ResourceId};
use crate::tree::Tree;
use crate::tri::{Guards, Why};
use crate::value::{Attr, Value};
use smol_str::format_smolstr;

/// Resources that hold a policy for another one: type, the property that names it, the property with the document.
/// Source: the types' pages in
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>
const HOLDERS: &[(&str, &str, &str)] = &[
    ("AWS::Events::EventBusPolicy", "EventBusName", "Statement"),
    ("AWS::Kinesis::ResourcePolicy", "ResourceArn", "ResourcePolicy"),
    ("AWS::Lambda::ResourcePolicy", "ResourceArn", "PolicyDocument"),
    ("AWS::S3::BucketPolicy", "Bucket", "PolicyDocument"),
    ("AWS::SNS::TopicInlinePolicy", "TopicArn", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
    ("AWS::SQS::QueueInlinePolicy", "Queue", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
    ("AWS::SecretsManager::ResourcePolicy", "SecretId", "ResourcePolicy"),
];

/// Resources whose own properties hold their policy.
const OWN: &[(Kind, &[&str])] = &[
    (Kind::EventBus, &["Policy"]),
    (Kind::FileSystem, &["FileSystemPolicy"]),
    (Kind::Key, &["KeyPolicy"]),
    (Kind::Table, &["ResourcePolicy", "PolicyDocument"]),
];

/// Conditions of `AWS::Lambda::Permission` that are properties of their own.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>
pub const PERMISSION_CONDITIONS: &[&str] = &[
    "EventSourceToken",
    "FunctionUrlAuthType",
    "InvokedViaFunctionUrl",
    "PrincipalOrgID",
    "SourceAccount",
    "SourceArn",
];

/// The policy of a resource, and why there may be more of it. What the template says is all there is, as far as the
/// resource belongs to it.
pub fn resource_policy(app: &App, id: ResourceId) -> (Vec<Statement>, Option<Why>) {
    let (mut out, mut open) = held_policy(app, id);
    let resource = app.resource(id);
    if resource.kind == Kind::Function {
        let (statements, why) = permissions(app, resource);
        out.extend(statements);
        open = open.or(why);
    }
    (out, open)
}

/// The part of a resource's policy that is written as a document.
pub(super) fn held_policy(app: &App, id: ResourceId) -> (Vec<Statement>, Option<Why>) {
    let resource = app.resource(id);
    let mut out = Vec::new();
    let mut open = resource.props.open().cloned().or_else(|| app.unread(resource.application));
    let mut add = |doc: &Tree, holder: &Resource, guards: &Guards, open: &mut Option<Why>| {
        let origin =
            Origin { label: format_smolstr!("the policy of `{}`", resource.name), resource: Some(holder.id) };
        // A bus's policy resource holds one statement, not a document.
        let (statements, why) =
            if doc.get("Statement").is_surely_absent() && !doc.get("Effect").is_surely_absent() {
                let (mut list, mut why) = (Vec::new(), None);
                document::statement(doc, doc.span(), &Guards::none(), &origin, &mut list, &mut why);
                (list, why)
            } else {
                document::document(doc, &origin)
            };
        *open = open.take().or(why);
        out.extend(statements.into_iter().filter_map(|mut s| {
            s.guards = guards.and(&s.guards)?;
            Some(s)
        }));
    };
    if let Some((_, path)) = OWN.iter().find(|(k, _)| *k == resource.kind) {
        add(&resource.props.path(path), resource, &Guards::none(), &mut open);
    }
    for r in app.resources.iter().filter(|r| r.application == resource.application) {
        let Some((_, named, document)) = HOLDERS.iter().find(|(t, ..)| *t == r.type_name) else { continue };
        let (items, more) = r.props.get(named).items();
        for (item, outer) in items {
            let values = item.values();
            for a in values.alts() {
                let Some(value) = &a.value else { continue };
                let Some(guards) = outer.and(&a.guards) else { continue };
                match names(app, value, resource) {
                    Some(true) => {
                        let doc = r.props.get(document);
                        if doc.is_surely_absent() {
                            open = open.or_else(|| Some(unsure(r)));
                        }
                        add(&doc, r, &guards, &mut open);
                    }
                    Some(false) => {}
                    None => open = open.or_else(|| Some(unsure(r))),
                }
            }
            if values.open().is_some() {
                open = open.or_else(|| Some(unsure(r)));
            }
        }
        if more.is_some() {
            open = open.or_else(|| Some(unsure(r)));
        }
    }
    (out, open)
}

/// The policy document a resource holds, for itself or for another one; `None` for resources that hold none.
pub fn written_by(holder: &Resource) -> Option<Tree> {
    if let Some((_, _, document)) = HOLDERS.iter().find(|(t, ..)| *t == holder.type_name) {
        return Some(holder.props.get(document));
    }
    OWN.iter().find(|(k, _)| *k == holder.kind).map(|(_, path)| holder.props.path(path))
}

fn unsure(holder: &Resource) -> Why {
    Why::other(format!("`{}` may be about it", holder.name))
}

/// Whether a value names the resource; `None` when that is not known.
fn names(app: &App, value: &Value, resource: &Resource) -> Option<bool> {
    if let Value::Of(id, _) = value {
        if *id == resource.id {
            return Some(true);
        }
        if resource.kind != Kind::Function {
            return Some(false);
        }
    }
    if resource.kind == Kind::Function {
        return match app.function_named(resource.application, value) {
            Some((f, _)) => Some(f == resource.id),
            None if matches!(value, Value::Of(..) | Value::Str(_)) => Some(false),
            None => None,
        };
    }
    match app.target(resource.application, value, &[resource.kind]) {
        Some(crate::app::Target::Resource(id)) => Some(id == resource.id),
        // Another constant name, while this one's name is known or generated.
        Some(crate::app::Target::Physical(_)) => Some(false),
        None => None,
    }
}

/// `AWS::Lambda::Permission`: each is a statement.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>
fn permissions(app: &App, function: &Resource) -> (Vec<Statement>, Option<Why>) {
    let mut out = Vec::new();
    let mut open = None;
    for p in app.of_kind(Kind::Permission).filter(|p| p.application == function.application) {
        let named = p.props.get("FunctionName").values();
        if named.open().is_some() {
            open = open.or_else(|| Some(unsure(p)));
        }
        for a in named.alts() {
            let Some(value) = &a.value else { continue };
            match names(app, value, function) {
                Some(true) => {
                    let actions = document::patterns(&p.props.get("Action"), false);
                    let conditions = PERMISSION_CONDITIONS.iter().map(|c| p.props.get(c));
                    let condition = conditions.into_iter().find(|c| !c.is_surely_absent());
                    out.push(Statement {
                        effect: Effect::Allow,
                        actions,
                        resources: Some(on(function.id, value, p)),
                        principals: Some(principals(&p.props.get("Principal"))),
                        condition,
                        span: p.anchor.span,
                        guards: a.guards.clone(),
                        origin: Origin {
                            label: format_smolstr!("the permission `{}`", p.name),
                            resource: Some(p.id),
                        },
                    });
                }
                Some(false) => {}
                None => open = open.or_else(|| Some(unsure(p))),
            }
        }
    }
    (out, open)
}

/// The function, its alias or its version, as the permission names it.
fn on(function: ResourceId, named: &Value, permission: &Resource) -> Patterns {
    let value = match named {
        Value::Of(id, _) if *id == function => Value::Of(function, Attr::Arn),
        v => v.clone(),
    };
    let span = permission.props.get("FunctionName").span();
    let pattern = document::Pattern { value, span, guards: Guards::none(), possible: false };
    Patterns { negated: false, list: vec![pattern], open: None, span }
}

/// Text without a type: a service, an account or everybody.
fn principals(t: &Tree) -> Principals {
    use document::Principal;
    let values = t.values();
    let list = values.alts().iter().filter_map(|a| {
        let value = a.value.clone()?;
        let principal = match &value {
            Value::Str(s) if s == "*" => Principal::Any,
            Value::Str(s) if s.starts_with("arn:") || s.bytes().all(|b| b.is_ascii_digit()) => {
                Principal::Aws(value)
            }
            Value::Str(_) => Principal::Service(value),
            Value::Concat(_) if value.suffix().ends_with(".amazonaws.com") => Principal::Service(value),
            Value::Concat(p) if matches!(p.last(), Some(Value::Pseudo(n)) if n == "AWS::URLSuffix") => {
                Principal::Service(value)
            }
            _ => Principal::Aws(value),
        };
        Some((principal, a.guards.clone()))
    });
    Principals { negated: false, list: list.collect(), open: values.open().cloned(), span: t.span() }
}

/// Who may assume a role: its trust policy.
pub fn trust_policy(app: &App, role: ResourceId) -> (Vec<Statement>, Option<Why>) {
    let r = app.resource(role);
    let origin = Origin { label: format_smolstr!("the trust policy of `{}`", r.name), resource: Some(role) };
    document::document(&r.props.get("AssumeRolePolicyDocument"), &origin)
}
