//! See the page.

use lamlint_model::finding::Message;
use lamlint_model::rule::{Effect, Severity, Tier};
use lamlint_model::{Cx, Findings, Fix, Intent, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unknown-rule",
    group: "config",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/unknown-rule.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for s in cx.suppressions {
        let Effect::NoRule { near, certain } = s.effect else { continue };
        let path = cx.sources.file(s.span.file).path.as_str();
        let claim = Tri::Yes(s.evidence("no rule has this name"));
        out.report(claim, path, s.rule.clone(), |_| {
            let message = Message::new(format!("there is no rule `{}`, so this suppresses nothing", s.rule));
            match near {
                Some(name) => {
                    let respell = Intent::Respell { at: s.span, name: name.into() };
                    let fix = Fix::safe(format!("write `{name}`"), respell);
                    message.help(format!("did you mean `{name}`?")).mended(certain.then_some(fix))
                }
                None => message.help("`lamlint rules` lists the rules"),
            }
        });
    }
}
