//! See the page.

use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "recursive-invocation",
    group: "handler",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/recursive-invocation.md"),
    check,
};

fn check(_cx: &Cx<'_>, _out: &mut Findings) {}
