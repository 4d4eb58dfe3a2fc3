//! See the page.

use lamlint_model::finding::Message;
use lamlint_model::rule::{Effect, Severity, Tier};
use lamlint_model::{Cx, Findings, Fix, Intent, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unused-suppression",
    group: "config",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/unused-suppression.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for s in cx.suppressions {
        let path = cx.sources.file(s.span.file).path.as_str();
        match s.effect {
            Effect::Unused => {
                let claim = Tri::Yes(s.evidence("nothing to suppress"));
                out.report(claim, path, s.rule.clone(), |_| {
                    Message::new(format!("there is no finding of `{}` to suppress here", s.rule))
                        .help("delete the name, or the whole suppression if it is the only one")
                        .mended(Some(Fix::safe(
                            format!("take `{}` out of the suppression", s.rule),
                            Intent::Unsuppress { at: s.span },
                        )))
                });
            }
            Effect::Malformed(why) => {
                let claim = Tri::Yes(s.evidence("this has no effect"));
                out.report(claim, path, "malformed", |_| {
                    Message::new(format!("this suppresses nothing: {why}"))
                });
            }
            Effect::Used | Effect::Unjudged | Effect::NoRule { .. } => {}
        }
    }
}
