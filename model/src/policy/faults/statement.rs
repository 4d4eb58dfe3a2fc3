//! A statement: its elements, their presence and their shape.

use super::{Report, Use, actions, arns, conditions, evidence, is_empty_list, principals, texts, written};
use crate::policy::document::STATEMENT_ELEMENTS;
use crate::source::Span;
use crate::tree::Tree;
use crate::tri::{Guards, Proof};
use crate::value::Value;

/// Elements of which a statement has one.
const EITHER: &[[&str; 2]] =
    &[["Action", "NotAction"], ["Resource", "NotResource"], ["Principal", "NotPrincipal"]];

pub(super) fn check(s: &Tree, span: Span, guards: &Guards, of: Use, r: &mut Report<'_>) {
    let understood = r.elements(s, guards, STATEMENT_ELEMENTS, "statement");
    // A misspelt element explains what is missing.
    if understood {
        missing(s, span, guards, of, r);
    }
    misplaced(s, guards, of, r);
    for (sid, span, guards) in written(&s.get("Sid"), guards) {
        name(&sid, span, &guards, of, r);
    }
    for (effect, span, guards) in texts(&s.get("Effect"), guards) {
        if !matches!(effect.as_str(), "Allow" | "Deny") {
            let text = format!("`Effect` can't be `{effect}`");
            r.add(span, &guards, text, "write `Allow` or `Deny`");
        }
    }
    let not = s.get("NotAction");
    if of == Use::Identity
        && s.get("Effect").strings().only().and_then(|e| e.as_deref()) == Some("Allow")
        && not.is_surely_present()
        && !r.is_boundary()
    {
        let text = "`NotAction` with `Allow` allows every other action of AWS".to_owned();
        let proof = Proof::single(evidence(not.span(), guards, &text));
        r.push(proof, text, "list the actions in `Action`".into(), true);
    }
    actions::check(s, guards, of, r);
    for name in ["Resource", "NotResource"] {
        for (value, span, guards) in written(&s.get(name), guards) {
            arns::resource(&value, span, &guards, of, r);
        }
    }
    for name in ["Principal", "NotPrincipal"] {
        principals::check(&s.get(name), guards, r);
    }
    conditions::check(&s.get("Condition"), guards, r);
}

fn missing(s: &Tree, span: Span, guards: &Guards, of: Use, r: &mut Report<'_>) {
    // One that is written but without a value under a condition may be what a shorthand implies.
    let entries = s.entries().0;
    let absent = |name: &str| s.get(name).is_surely_absent() && !entries.iter().any(|(e, _)| e.key == name);
    let mut need = |names: &[&str]| {
        if names.iter().all(|n| absent(n)) {
            let text = format!("a statement without `{}`", names[0]);
            r.add(span, guards, text, format!("add `{}`", names[0]));
        }
    };
    need(&["Effect"]);
    need(&["Action", "NotAction"]);
    if matches!(of, Use::Identity | Use::Attached(Some("s3"))) {
        need(&["Resource", "NotResource"]);
    }
    if of != Use::Identity {
        need(&["Principal", "NotPrincipal"]);
    }
    // IAM refuses a statement about nothing; other services are not documented to.
    for name in ["Action", "Resource"] {
        let t = s.get(name);
        if of == Use::Identity && is_empty_list(&t) {
            let text = format!("a statement with an empty `{name}`");
            r.add(t.span(), guards, text, "remove the statement, or say what it is about");
        }
    }
}

fn misplaced(s: &Tree, guards: &Guards, of: Use, r: &mut Report<'_>) {
    let (forbidden, what): (&[&str], _) = match of {
        Use::Identity => (&["Principal", "NotPrincipal"], "policy of a role"),
        Use::Trust => (&["Resource", "NotResource"], "trust policy"),
        Use::Attached(_) => (&[], ""),
    };
    for name in forbidden {
        let t = s.get(name);
        if t.is_surely_present() {
            r.add(t.span(), guards, format!("a {what} can't have `{name}`"), format!("remove `{name}`"));
        }
    }
    for [one, other] in EITHER {
        let (a, b) = (s.get(one), s.get(other));
        if a.is_surely_present() && b.is_surely_present() {
            let text = format!("a statement with both `{one}` and `{other}`");
            r.add(b.span(), guards, text, "write two statements, or one of the elements");
        }
    }
}

/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
fn name(sid: &Value, span: Span, guards: &Guards, of: Use, r: &mut Report<'_>) {
    let refused = |s: &str| !s.contains("{{") && s.chars().any(|c| !c.is_ascii_alphanumeric());
    let shown = match sid {
        Value::Str(s) if refused(s) => s.to_string(),
        Value::Concat(parts) if parts.iter().any(|p| p.as_str().is_some_and(refused)) => r.shown(sid),
        _ => return,
    };
    // Services have rules of their own; those of IAM are for what identities may do.
    if of == Use::Identity {
        let text = format!("the `Sid` `{shown}` has other characters than letters and digits");
        r.add(span, guards, text, "write letters (A-Z, a-z) and digits only");
    }
}
