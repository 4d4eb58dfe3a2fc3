//! The role the framework makes, and what it lets functions do for what is configured.
//! Source: `lib/plugins/aws/package/lib/merge-iam-templates.js` of the framework and
//! <https://www.serverless.com/framework/docs/providers/aws/guide/iam>

use super::function::Function;
use super::service::{Service, name_text, spread};
use crate::iac::expr::{Expr, ExprEntry, ExprKind, sub_of};
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{branches, entry, inline_policy, named_policy, object};
use lamlint_model::source::Span;

/// Where a function's role comes from.
pub(super) enum Role {
    /// Written.
    Given(Expr),
    /// Made by the framework, for all functions that name none.
    Shared,
    /// Made for one function, with these statements.
    Own(Option<ExprEntry>),
}

/// Let functions write their logs.
pub(super) fn logs(parts: &mut RoleParts, span: Span, name: &Expr) {
    let prefix = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/";
    let resource = name_text(span, vec![sub_of(span, prefix), name.clone(), Expr::text(span, ":*")]);
    allow(parts, span, &["logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutLogEvents"], resource);
}

/// Allow something.
pub(super) fn allow(parts: &mut RoleParts, span: Span, actions: &[&str], resource: Expr) {
    parts.inline.push(inline_policy(span, "lambda", actions, resource));
}

/// Statements that are written.
pub(super) fn statements(parts: &mut RoleParts, e: &ExprEntry) {
    let list = match spread(e.value.clone()) {
        Expr { kind: ExprKind::List(items, open), span } => {
            // A file of statements in a list of statements is one list.
            let mut flat = Vec::new();
            for i in items {
                match spread(i) {
                    Expr { kind: ExprKind::List(inner, more), .. } => {
                        flat.extend(inner);
                        parts.open = parts.open.take().or(more);
                    }
                    other => flat.push(other),
                }
            }
            Expr::new(span, ExprKind::List(flat, open))
        }
        one => one,
    };
    let document = object(
        e.key_span,
        vec![
            entry("Version", Expr::text(e.key_span, "2012-10-17")),
            ExprEntry { key: "Statement".into(), key_span: e.key_span, value: list },
        ],
    );
    parts.inline.push(named_policy(e.key_span, "lambda", document));
}

/// Policies that are attached.
pub(super) fn managed(parts: &mut RoleParts, e: &ExprEntry) {
    match spread(e.value.clone()).kind {
        ExprKind::List(items, open) => {
            parts.managed.extend(items);
            parts.open = parts.open.take().or(open);
        }
        ExprKind::Opaque(why) => parts.open = parts.open.take().or(Some(why)),
        kind => parts.managed.push(Expr::new(e.value.span, kind)),
    }
}

/// The trust policy for services.
pub(super) fn trust(span: Span, services: &[&str]) -> ExprEntry {
    let services = services.iter().map(|s| Expr::text(span, *s)).collect();
    let statement = Expr::object(
        span,
        [
            ("Effect", Expr::text(span, "Allow")),
            ("Principal", Expr::object(span, [("Service", Expr::list(span, services))])),
            ("Action", Expr::list(span, vec![Expr::text(span, "sts:AssumeRole")])),
        ],
    );
    let document = Expr::object(
        span,
        [("Version", Expr::text(span, "2012-10-17")), ("Statement", Expr::list(span, vec![statement]))],
    );
    entry("AssumeRolePolicyDocument", document)
}

/// The role of a function.
pub(super) fn role_of(f: &mut Function, service: &Service<'_>) -> Role {
    if let Some(e) = f.props.take("role") {
        return Role::Given(role_arn(e.value));
    }
    let config = service.setting(&["iam", "role"]);
    let keys = [
        "name",
        "path",
        "statements",
        "managedPolicies",
        "permissionsBoundary",
        "tags",
        "mode",
        "permissionBoundary",
    ];
    if let Some(e) = config {
        match spread(e.value.clone()) {
            Expr { kind: ExprKind::Map(entries, _), .. }
                if entries.iter().all(|e| keys.contains(&e.key.as_str())) =>
            {
                if entries.iter().any(|e| e.key == "mode" && e.value.as_text() == Some("perFunction")) {
                    return Role::Own(own_statements(f));
                }
            }
            _ => return Role::Given(role_arn(e.value)),
        }
    }
    if let Some(e) = service.setting(&["role"]) {
        return Role::Given(role_arn(e.value));
    }
    let written = f.props.entry("iamRoleStatements").is_some() || f.props.get("iam").is_some();
    let per_function =
        service.plugins.has("serverless-iam-roles-per-function") || f.props.get("iam").is_some();
    if written && per_function { Role::Own(own_statements(f)) } else { Role::Shared }
}

fn own_statements(f: &mut Function) -> Option<ExprEntry> {
    f.props.take("iamRoleStatements").or_else(|| {
        let role = spread(f.props.get("iam")?.clone()).get("role").cloned().map(spread)?;
        role.entry("statements").cloned()
    })
}

/// A role as an ARN: a plain name is a logical id.
fn role_arn(e: Expr) -> Expr {
    branches(e, &mut |e| match e.as_text() {
        Some(t) if !t.contains(':') && !t.is_empty() => Expr::get_att(e.span, t, "Arn"),
        _ => e,
    })
}
