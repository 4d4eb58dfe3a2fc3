//! See the page.

use super::shared::{happens, subject, through};
use lamlint_model::finding::Message;
use lamlint_model::handler::FactKind;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Fix, Intent, Rule};
use std::collections::BTreeSet;

/// The rule.
pub static RULE: Rule = Rule {
    id: "event-attribute-access",
    group: "handler",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/event-attribute-access.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for h in cx.handlers {
        let Some(who) = subject(cx, h) else { continue };
        let mut seen = BTreeSet::new();
        for fact in h.facts.iter().filter(|f| f.every_invocation()) {
            let FactKind::AttributeOnMapping { attribute, .. } = &fact.kind else { continue };
            if !seen.insert(fact.span) {
                continue;
            }
            // Of a larger expression it is not sure that its value is the event itself.
            let Some(object) = object(cx.sources.text(fact.span), attribute) else { continue };
            out.report(happens(h, fact, "the event has no attributes"), who.clone(), attribute.clone(), |_| {
                Message::new(format!(
                    "`{object}.{attribute}` fails in `{who}`: the event is a plain mapping, which has keys and no attributes{}",
                    through(fact)
                ))
                .help(format!("write `{object}[\"{attribute}\"]`"))
                .mended(Some(Fix::safe("read the key", Intent::AttributeToEntry { at: fact.span })))
            });
        }
    }
}

/// The mapping as written, when it is a plain name; `event` where the text is not at hand.
fn object<'t>(written: &'t str, attribute: &str) -> Option<&'t str> {
    if written.is_empty() {
        return Some("event");
    }
    let object = written.strip_suffix(attribute)?.trim_end().strip_suffix('.')?.trim_end();
    let plain = !object.is_empty() && object.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then_some(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::Value;
    use lamlint_model::handler::{Ctx, Phase};
    use lamlint_model::testing::{AppBuilder, check, handler_in};

    fn found(ctx: &Ctx) -> Vec<String> {
        let app = AppBuilder::new().add("AWS::Lambda::Function", "Worker", "{}").build();
        let fact =
            FactKind::AttributeOnMapping { object: Value::Event(Vec::new()), attribute: "body".into() };
        let h = handler_in(&app, "Worker", vec![fact], ctx);
        assert_eq!(h.facts[0].phase, Phase::Invoke);
        check(&RULE, &app, &[h])
            .iter()
            .map(|f| format!("{} / {}", f.message().text, f.message().help.as_deref().unwrap_or("")))
            .collect()
    }

    #[test]
    fn an_attribute_of_the_event() {
        assert_eq!(
            found(&Ctx::default()),
            [
                "`event.body` fails in `Worker`: the event is a plain mapping, which has keys and no attributes / write `event[\"body\"]`"
            ]
        );
    }

    #[test]
    fn a_test_may_have_made_sure_of_it() {
        for ctx in [
            Ctx { event_branch: true, ..Ctx::default() },
            Ctx { branch: true, ..Ctx::default() },
            Ctx { maybe: true, ..Ctx::default() },
        ] {
            assert_eq!(found(&ctx), [""; 0], "{ctx:?}");
        }
    }

    #[test]
    fn the_mapping_is_named_as_written() {
        for (written, want) in [
            ("evt.body", Some("evt")),
            ("evt . body", Some("evt")),
            ("json.dumps(event).body", None),
            ("records[0].body", None),
            ("body", None),
            ("a.b", None),
            ("", Some("event")),
        ] {
            assert_eq!(object(written, "body"), want, "{written}");
        }
    }
}
