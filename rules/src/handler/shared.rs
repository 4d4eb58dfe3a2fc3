//! What several rules about handlers ask.

use lamlint_model::handler::{Fact, Handler};
use lamlint_model::tri::Proof;
use lamlint_model::{Cx, Tri, Value};
use smol_str::SmolStr;

/// Whom a finding in a handler is about: its function, or the handler's own name where no template names it. `None`
/// for functions the user does not own.
pub(crate) fn subject(cx: &Cx<'_>, h: &Handler) -> Option<SmolStr> {
    match h.function {
        None => Some(h.symbol.clone()),
        Some(id) => cx.app.function(id).filter(|f| !f.resource.generated).map(|f| f.name().into()),
    }
}

/// A claim that rests on a fact of a handler alone.
pub(crate) fn happens(h: &Handler, fact: &Fact, note: &str) -> Tri {
    let proof: Proof = fact.evidence(note);
    Tri::Yes(proof.with_context(h.evidence("the handler")))
}

/// The calls on the way to a fact, for people: ` (through `a` and `b`)`, nothing for a fact in the handler itself.
pub(crate) fn through(fact: &Fact) -> String {
    let names: Vec<String> = fact.ctx.chain.iter().map(|c| format!("`{}`", c.callee)).collect();
    match &names[..] {
        [] => String::new(),
        [one] => format!(" (through {one})"),
        [first @ .., last] => format!(" (through {} and {last})", first.join(", ")),
    }
}

/// Whether a value is the same on every invocation of one function: constants, its environment, and what is made of them.
pub(crate) fn constant(v: &Value) -> bool {
    match v {
        Value::Str(_)
        | Value::Int(_)
        | Value::Bool(_)
        | Value::Env(_)
        | Value::Of(..)
        | Value::Pseudo(_)
        | Value::Param(_) => true,
        Value::Concat(parts) | Value::List(parts, false) => !parts.is_empty() && parts.iter().all(constant),
        _ => false,
    }
}

/// Whether a function only answers for custom resources: it runs when a stack changes.
pub(crate) fn serves_stacks_only(cx: &Cx<'_>, h: &Handler) -> bool {
    let Some(f) = h.function else { return false };
    cx.app.triggers_of(f).next().is_none()
        && cx.app.resources.iter().any(|r| {
            let token = r.props.get("ServiceToken").values();
            token.alts().iter().any(|a| {
                let named = a.value.as_ref().and_then(|v| cx.app.function_named(r.application, v));
                named.is_some_and(|(id, _)| id == f)
            })
        })
}
