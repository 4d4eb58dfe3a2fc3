//! Actions that do not exist.

use super::{Report, Use, is_looked_up, spelling, texts};
use crate::aws::iam::{self, actions};
use crate::policy::glob;
use crate::source::Span;
use crate::tree::Tree;
use crate::tri::Guards;

pub(super) fn check(s: &Tree, guards: &Guards, of: Use, r: &mut Report<'_>) {
    let all: Vec<_> = ["Action", "NotAction"].iter().flat_map(|n| texts(&s.get(n), guards)).collect();
    for (text, span, guards) in &all {
        let others = || all.iter().map(|(t, ..)| t.as_str());
        if elsewhere(text, *span, guards, of, r) {
            continue;
        }
        one(text, *span, guards, others, r);
    }
}

/// Whether the action is of another service than the policy is for, which is reported.
fn elsewhere(text: &str, span: Span, guards: &Guards, of: Use, r: &mut Report<'_>) -> bool {
    let (own, what) = match of {
        Use::Trust => ("sts", "trust policy"),
        Use::Attached(Some(own)) => (own, "policy of this resource"),
        _ => return false,
    };
    let Some((prefix, _)) = text.split_once(':') else { return false };
    if prefix.contains(['*', '?', '$', '{']) || prefix.eq_ignore_ascii_case(own) {
        return false;
    }
    let text = format!("a {what} can't have the action `{text}`");
    r.add(span, guards, text, format!("write actions of `{own}`"));
    true
}

/// `others` are all actions of the same statement.
pub(super) fn one<'t, I: Iterator<Item = &'t str>>(
    text: &str,
    span: Span,
    guards: &Guards,
    others: impl Fn() -> I,
    r: &mut Report<'_>,
) {
    if let Some(name) = r.unsubstituted(text) {
        r.add(span, guards, format!("`${{{name}}}` stays as it is written"), "use `Fn::Sub`");
        return;
    }
    if text == "*" || is_looked_up(text) {
        return;
    }
    let Some((prefix, name)) = text.split_once(':') else {
        if !text.contains(['*', '?']) {
            r.add(span, guards, format!("`{text}` is no action"), "write it as `service:Action`");
        }
        return;
    };
    if prefix.contains(['*', '?']) {
        return;
    }
    let known = actions::is_prefix(prefix);
    let exists = if name.contains(['*', '?']) {
        actions::of_prefix(prefix).any(|a| a.name().split_once(':').is_some_and(|(_, n)| glob(name, n)))
    } else {
        actions::find(text).is_some()
    };
    if exists {
        return;
    }
    let none = format!("there is no action `{text}`");
    // The name of a call, or of a client, in place of the action that guards it.
    let guarding = iam::guarding(prefix, name);
    if !guarding.is_empty() {
        // With the action beside it, it does no harm.
        let beside = |a: &String| others().any(|o| glob(o, a));
        if !guarding.iter().any(beside) {
            let list = guarding.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(" or ");
            r.add(span, guards, none, format!("the call is guarded by {list}"));
        }
        return;
    }
    if !known {
        return;
    }
    let all: Vec<String> = actions::of_prefix(prefix).map(|a| a.name()).collect();
    // The table may lack a new action; only what is near to one is certainly misspelt.
    if let Some(near) = spelling::nearest(text, all.iter().map(String::as_str)) {
        r.add(span, guards, none, format!("the nearest one is `{near}`"));
    }
}
