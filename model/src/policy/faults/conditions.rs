//! Conditions that can't be read, or can never hold.
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use super::{Report, is_looked_up, spelling, texts};
use crate::policy::document::of_value;
use crate::source::Span;
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Guards};
use crate::value::Value;

/// Operators, without `IfExists` behind and `ForAllValues:` or `ForAnyValue:` before them.
const OPERATORS: &[&str] = &[
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
];

/// Keys every service has, and those functions have.
const KEYS: &[&str] = &[
    "aws:CurrentTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "lambda:EventSourceToken",
    "lambda:FunctionArn",
    "lambda:FunctionUrlAuthType",
    "lambda:InvokedViaFunctionUrl",
];

pub(super) fn check(t: &Tree, outer: &Guards, r: &mut Report<'_>) {
    for (operators, guards) in maps(t, outer, r, "`Condition`", "an operator, a key and a value") {
        for (e, inner) in operators.entries().0 {
            let Some(guards) = guards.and(&inner) else { continue };
            if e.value.is_surely_absent() || e.key.starts_with("Fn::") || is_looked_up(&e.key) {
                continue;
            }
            operator(&e.key, e.key_span, &guards, r);
            for (keys, guards) in maps(&e.value, &guards, r, &format!("`{}`", e.key), "a key and a value") {
                for (k, inner) in keys.entries().0 {
                    let Some(guards) = guards.and(&inner) else { continue };
                    if k.value.is_surely_absent() || k.key.starts_with("Fn::") {
                        continue;
                    }
                    key(&k.key, k.key_span, &guards, r);
                    for (text, span, guards) in texts(&k.value, &guards) {
                        if let Some(name) = r.unsubstituted(&text) {
                            let text = format!("`${{{name}}}` stays as it is written");
                            r.add(span, &guards, text, "use `Fn::Sub`");
                        }
                    }
                }
            }
        }
    }
}

/// The maps that stand there; what is written and none is reported.
fn maps(t: &Tree, outer: &Guards, r: &mut Report<'_>, what: &str, of: &str) -> Vec<(Tree, Guards)> {
    let mut out = Vec::new();
    for a in t.alts().iter().filter(|a| a.basis == Basis::Written) {
        let Some(guards) = outer.and(&a.guards) else { continue };
        match &a.value {
            Node::Map { .. } => out.push((Tree::known(a.value.clone(), a.span), guards)),
            Node::Leaf(v @ Value::Map(..)) => out.push((of_value(v, a.span), guards)),
            Node::List { .. }
            | Node::Leaf(Value::Str(_) | Value::Bool(_) | Value::Int(_) | Value::List(..)) => {
                r.add(a.span, &guards, format!("{what} is no map"), format!("write {of}"));
            }
            Node::Absent | Node::Leaf(_) => {}
        }
    }
    out
}

fn operator(name: &str, span: Span, guards: &Guards, r: &mut Report<'_>) {
    let lower = name.to_ascii_lowercase();
    let bare = ["forallvalues:", "foranyvalue:"].iter().find_map(|p| lower.strip_prefix(p)).unwrap_or(&lower);
    let bare = bare.strip_suffix("ifexists").unwrap_or(bare);
    // Whether AWS takes another case is not documented.
    if OPERATORS.iter().any(|o| o.eq_ignore_ascii_case(bare)) {
        return;
    }
    let help = match spelling::nearest(bare, OPERATORS.iter().copied()) {
        Some(n) => format!("the nearest one is `{n}`"),
        None => "write one of the operators of the policy language".to_owned(),
    };
    r.add(span, guards, format!("there is no operator `{name}`"), help);
}

fn key(name: &str, span: Span, guards: &Guards, r: &mut Report<'_>) {
    if let Some(n) = r.unsubstituted(name) {
        let text = format!("`${{{n}}}` stays as it is written, as it stands in a key");
        r.add(span, guards, text, "write the policy as text with `Fn::Sub`");
        return;
    }
    if is_looked_up(name) {
        return;
    }
    let known = |k: &str| KEYS.iter().find(|n| n.eq_ignore_ascii_case(k));
    let plain =
        |k: &str| KEYS.iter().find(|n| n.split_once(':').is_some_and(|(_, n)| n.eq_ignore_ascii_case(k)));
    // Behind a slash stands the name of a tag.
    let near = match name.split_once("::") {
        Some((before, after)) if !before.contains('/') => known(&format!("{before}:{after}")).copied(),
        _ if !name.contains(':') => plain(name).copied(),
        _ if known(name).is_none() && name.starts_with("aws:") => {
            // One more letter may be another key.
            spelling::within(&name.to_ascii_lowercase(), KEYS.iter().copied(), 2)
                .filter(|n| !is_other(name, n))
        }
        _ => None,
    };
    if let Some(near) = near {
        r.add(span, guards, format!("there is no condition key `{name}`"), format!("write `{near}`"));
    }
}

/// Keys that are near to one of the table and exist.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const NEAR: &[&str] = &[
    "aws:SourceVpcArn",
    "aws:VpcSourceIp",
    "aws:SourceOrgPaths",
    "aws:ResourceOrgID",
    "aws:ResourceAccount",
];

fn is_other(name: &str, near: &str) -> bool {
    // A different first word is a different key: `aws:ResourceArn` is not `aws:SourceArn`.
    let word = |k: &str| k.chars().take(6).collect::<String>().to_ascii_lowercase();
    NEAR.iter().any(|n| n.eq_ignore_ascii_case(name)) || word(name) != word(near)
}
