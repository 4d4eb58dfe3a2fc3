//! See the page.

use lamlint_model::finding::Message;
use lamlint_model::rule::{Missing, MissingWhat, Outcome, Severity, Tier};
use lamlint_model::tri::Basis;
use lamlint_model::{Cx, Findings, Fix, Intent, Rule, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "handler-not-found",
    group: "package",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/handler-not-found.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for link in cx.links {
        let Outcome::Missing(missing) = &link.outcome else { continue };
        let Some(f) = cx.app.function(link.function) else { continue };
        let mut claim = missing.handler.some(|_| label(&missing.what), |_| true);
        if let Some(place) = missing.what.evidence() {
            claim = claim.with_context(place);
        } else if let Some(code) = f.code().some(|_| "the code is here".to_owned(), |_| true).proof() {
            claim = claim.with_context(code);
        }
        let handler = missing.handler.alts().first().map(|a| a.value.clone()).unwrap_or_default();
        out.report(claim, f.name(), handler.clone(), |_| message(&handler, f.name(), missing));
    }
}

fn label(what: &MissingWhat) -> String {
    match what {
        MissingWhat::File(_) => "names a file that does not exist",
        MissingWhat::Symbol { .. } => "names a function that does not exist",
        MissingWhat::Malformed(_) => "is no handler",
    }
    .to_owned()
}

/// Write the one handler that is near, where the handler is written as such.
fn rename(missing: &Missing) -> Option<Fix> {
    let near = missing.suggestions.first()?;
    let written = missing.handler.alts().first().filter(|a| a.basis == Basis::Written)?;
    let replace = Intent::Replace { at: written.span, value: Value::Str(near.clone()) };
    Some(Fix::suggested(format!("name the handler `{near}`"), replace))
}

fn message(handler: &str, function: &str, missing: &Missing) -> Message {
    let text = match &missing.what {
        MissingWhat::File(paths) => {
            let tried: Vec<String> = paths.iter().map(|p| format!("`{p}`")).collect();
            match &tried[..] {
                [one] => format!("handler `{handler}` of `{function}` was not found: there is no {one}"),
                many => format!(
                    "handler `{handler}` of `{function}` was not found: none of {} exists",
                    many.join(", ")
                ),
            }
        }
        MissingWhat::Symbol { file, symbol, .. } if file.is_empty() => {
            format!("handler `{handler}` of `{function}` was not found: the inline code has no `{symbol}`")
        }
        MissingWhat::Symbol { file, symbol, .. } => {
            format!("handler `{handler}` of `{function}` was not found: `{file}` has no `{symbol}`")
        }
        MissingWhat::Malformed(why) => format!("handler of `{function}` can't be resolved: {why}"),
    };
    let quoted: Vec<String> = missing.suggestions.iter().map(|s| format!("`{s}`")).collect();
    match &quoted[..] {
        [] => Message::new(text),
        [one] => Message::new(text).help(format!("did you mean {one}?")).mended(rename(missing)),
        [first @ .., last] => {
            Message::new(text).help(format!("did you mean {} or {last}?", first.join(", ")))
        }
    }
}
