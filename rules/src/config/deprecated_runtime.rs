//! See the page.

use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "deprecated-runtime",
    group: "config",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/deprecated-runtime.md"),
    check,
};

fn check(_cx: &Cx<'_>, _out: &mut Findings) {}
