//! See the page.

use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "init-inside-handler",
    group: "handler",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/init-inside-handler.md"),
    check,
};

fn check(_cx: &Cx<'_>, _out: &mut Findings) {}
