//! `AWS::Lambda::Permission`.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>

use super::{Report, actions, arns, is_looked_up, principals, texts, written};
use crate::app::Resource;
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Guards};
use crate::value::Value;

const AUTH_TYPES: &[&str] = &["AWS_IAM", "NONE"];
/// The action that asks for an auth type.
const BY_URL: &str = "lambda:InvokeFunctionUrl";

pub(super) fn check(p: &Resource, r: &mut Report<'_>) {
    let none = Guards::none();
    for (action, span, guards) in texts(&p.props.get("Action"), &none) {
        let other = action.split_once(':').filter(|(prefix, _)| {
            !prefix.eq_ignore_ascii_case("lambda") && !prefix.contains(['*', '?']) && !is_looked_up(&action)
        });
        if other.is_some() {
            let text = format!("a permission can't have the action `{action}`");
            r.add(span, &guards, text, "write an action of `lambda`, as `lambda:InvokeFunction`");
        } else {
            actions::one(&action, span, &guards, || std::iter::once(action.as_str()), r);
        }
    }
    principal(&p.props.get("Principal"), r);
    for (value, span, guards) in written(&p.props.get("SourceArn"), &none) {
        if let Value::Str(s) = &value
            && let Some(name) = r.unsubstituted(s)
        {
            r.add(span, &guards, format!("`${{{name}}}` stays as it is written"), "use `Fn::Sub`");
            continue;
        }
        if matches!(&value, Value::Str(s) if s.is_empty() || is_looked_up(s)) {
            continue;
        }
        let plain = arns::not_an_arn(&value, r).map(|t| (t, "write the ARN of the source".to_owned()));
        if let Some((text, help)) = plain.or_else(|| arns::malformed(&value, r)) {
            r.add(span, &guards, text, help);
        }
    }
    for (account, span, guards) in texts(&p.props.get("SourceAccount"), &none) {
        if let Some(name) = r.unsubstituted(&account) {
            r.add(span, &guards, format!("`${{{name}}}` stays as it is written"), "use `Fn::Sub`");
        } else if !(is_looked_up(&account)
            || account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
        {
            let text = format!("`{account}` is no account");
            r.add(span, &guards, text, "write the account's twelve digits");
        }
    }
    auth_type(p, r);
}

fn auth_type(p: &Resource, r: &mut Report<'_>) {
    let actions = texts(&p.props.get("Action"), &Guards::none());
    for (auth, span, guards) in texts(&p.props.get("FunctionUrlAuthType"), &Guards::none()) {
        if !AUTH_TYPES.contains(&auth.as_str()) && !is_looked_up(&auth) {
            let text = format!("`FunctionUrlAuthType` can't be `{auth}`");
            r.add(span, &guards, text, format!("write `{}`", AUTH_TYPES.join("` or `")));
        }
        let other = actions.iter().find(|(a, ..)| a.eq_ignore_ascii_case("lambda:InvokeFunction"));
        if let Some(both) = other.and_then(|(_, _, g)| guards.and(g)) {
            let text = "`FunctionUrlAuthType` with `lambda:InvokeFunction`".to_owned();
            r.add(span, &both, text, format!("write `{BY_URL}`, or remove the auth type"));
        }
    }
}

fn principal(t: &Tree, r: &mut Report<'_>) {
    for a in t.alts().iter().filter(|a| a.basis == Basis::Written) {
        let found = match &a.value {
            Node::Map { .. } | Node::List { .. } | Node::Leaf(Value::Map(..) | Value::List(..)) => Some((
                "the principal of a permission is text".to_owned(),
                "write the service, the account, or `*` itself".to_owned(),
            )),
            Node::Leaf(v @ Value::Of(..)) => principals::identity(v, r),
            Node::Leaf(Value::Str(s)) if s.starts_with("arn:") || s.bytes().all(|b| b.is_ascii_digit()) => {
                principals::identity(&Value::Str(s.clone()), r)
            }
            Node::Leaf(Value::Str(s)) => principals::service(s, r),
            _ => None,
        };
        if let Some((text, help)) = found {
            r.add(a.span, &a.guards, text, help);
        }
    }
}
