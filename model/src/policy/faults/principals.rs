//! Principals that can't be.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::{Report, is_looked_up, spelling, written};
use crate::app::Kind;
use crate::aws::iam::actions;
use crate::source::Span;
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Guards};
use crate::value::{Attr, Value};

/// The kinds of principals.
const KINDS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

/// Services that often stand in policies beside functions, by the first part of their principal.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html> and the services' own pages.
const SERVICES: &[&str] = &[
    "apigateway",
    "appsync",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "codecommit",
    "codedeploy",
    "codepipeline",
    "cognito-idp",
    "config",
    "dynamodb",
    "ecs-tasks",
    "edgelambda",
    "elasticloadbalancing",
    "events",
    "firehose",
    "iot",
    "kinesis",
    "lambda",
    "logs",
    "pipes",
    "s3",
    "scheduler",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "ssm",
    "states",
];

/// Where the principals of services end. Most are `amazonaws.com` in every partition.
const DOMAINS: &[&str] = &["amazonaws.com", "amazonaws.com.cn"];
/// Domains of AWS that are none of principals.
const OTHER_DOMAINS: &[&str] = &["amazon.com", "aws.amazon.com", "aws.com", "amazonaws"];

pub(super) fn check(t: &Tree, outer: &Guards, r: &mut Report<'_>) {
    for a in t.alts().iter().filter(|a| a.basis == Basis::Written) {
        let Some(guards) = outer.and(&a.guards) else { continue };
        match &a.value {
            Node::Leaf(Value::Str(s)) if s == "*" || is_looked_up(s) => {}
            Node::Leaf(Value::Str(s)) => {
                let kind = if s.starts_with("arn:") || is_account(s) { "AWS" } else { "Service" };
                let help = format!("write `{kind}: {s}` below `Principal`");
                r.add(a.span, &guards, format!("`{s}` is no principal"), help);
            }
            Node::Map { .. } => {
                for (e, inner) in Tree::known(a.value.clone(), a.span).entries().0 {
                    let Some(guards) = guards.and(&inner) else { continue };
                    of_kind(&e.key, e.key_span, &e.value, &guards, r);
                }
            }
            _ => {}
        }
    }
}

fn of_kind(kind: &str, key_span: Span, t: &Tree, guards: &Guards, r: &mut Report<'_>) {
    let Some(kind) = KINDS.iter().find(|k| k.eq_ignore_ascii_case(kind)) else {
        if !kind.starts_with("Fn::") && !is_looked_up(kind) {
            let help = match spelling::nearest(kind, KINDS.iter().copied()) {
                Some(n) => format!("write `{n}`"),
                None => format!("the kinds are {}", KINDS.join(", ")),
            };
            r.add(key_span, guards, format!("there is no kind of principal `{kind}`"), help);
        }
        return;
    };
    for (value, span, guards) in written(t, guards) {
        let found = match *kind {
            "AWS" => identity(&value, r),
            "Service" => value.as_str().and_then(|s| service(s, r)),
            _ => None,
        };
        if let Some((text, help)) = found {
            r.add(span, &guards, text, help);
        }
    }
}

/// What is wrong with an account, a role or a user.
pub(super) fn identity(value: &Value, r: &Report<'_>) -> Option<(String, String)> {
    const HELP: &str = "write an ARN, an account id, or `*`";
    if let Value::Of(id, Attr::Name) = value {
        let resource = r.app.resource(*id);
        let text = format!("the name of `{}` is no principal", resource.name);
        let help = format!("write `!GetAtt {}.Arn`", resource.name);
        return (resource.kind == Kind::Role).then_some((text, help));
    }
    let s = value.as_str()?;
    if let Some(name) = r.unsubstituted(s) {
        return Some((format!("`${{{name}}}` stays as it is written"), "use `Fn::Sub`".into()));
    }
    if s == "*" || is_looked_up(s) || is_account(s) || is_id(s) {
        return None;
    }
    let told = |help: &str| Some((format!("`{s}` is no principal"), help.to_owned()));
    if s.contains(['*', '?']) {
        let text = format!("`{s}` is no principal: only `*` alone may be a wildcard");
        return Some((
            text,
            "name the principal, or restrict it by a condition on `aws:PrincipalArn`".into(),
        ));
    }
    if !s.starts_with("arn:") {
        let is_service = s.ends_with(".amazonaws.com");
        return told(if is_service { "write it below `Service`" } else { HELP });
    }
    let parts: Vec<&str> = s.splitn(6, ':').collect();
    match parts[..] {
        [_, partition, "iam" | "sts", "", account, _]
            if (partition == "aws" || partition.starts_with("aws-"))
                && (is_account(account) || !account.bytes().all(|b| b.is_ascii_digit())) =>
        {
            None
        }
        // What other ARNs are accepted is up to the service.
        [_, _, service, ..] if parts.len() == 6 && !matches!(service, "iam" | "sts") => None,
        _ => told("write `arn:aws:iam::account:role/name`"),
    }
}

/// What is wrong with the principal of a service.
pub(super) fn service(s: &str, r: &Report<'_>) -> Option<(String, String)> {
    if let Some(name) = r.unsubstituted(s) {
        return Some((format!("`${{{name}}}` stays as it is written"), "use `Fn::Sub`".into()));
    }
    if s == "*" || s.is_empty() || is_looked_up(s) {
        return None;
    }
    let told = |help: String| Some((format!("`{s}` is no principal of a service"), help));
    if s.starts_with("arn:") || is_account(s) {
        return told("write it below `AWS`".into());
    }
    if s.contains(char::is_whitespace) {
        return told("remove the space".into());
    }
    let Some((name, domain)) = s.split_once('.') else {
        return told(format!("write `{}.amazonaws.com`", s.to_ascii_lowercase()));
    };
    let known = SERVICES.contains(&name);
    if DOMAINS.contains(&domain) {
        if known || actions::is_prefix(name) || name.len() < 5 || name.contains(|c: char| c.is_ascii_digit())
        {
            return None;
        }
        let most = if name.len() < 8 { 1 } else { 2 };
        let near = spelling::within(name, SERVICES.iter().copied(), most)?;
        return told(format!("write `{near}.{domain}`"));
    }
    let misspelt = OTHER_DOMAINS.contains(&domain)
        || !domain.ends_with(".amazonaws.com")
            && spelling::within(domain, DOMAINS[..1].iter().copied(), 2).is_some();
    (known && misspelt).then(|| told(format!("write `{name}.{}`", DOMAINS[0])))?
}

fn is_account(s: &str) -> bool {
    s.len() == 12 && s.bytes().all(|b| b.is_ascii_digit())
}

/// Ids AWS shows in place of deleted principals, and those of canonical users.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
fn is_id(s: &str) -> bool {
    let unique = s.len() >= 16
        && s.starts_with('A')
        && s.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    unique || s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit())
}
