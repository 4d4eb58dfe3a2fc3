//! See the page.

use lamlint_model::aws::packages::withdrawn;
use lamlint_model::finding::Message;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "sdk-not-in-runtime",
    group: "package",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/sdk-not-in-runtime.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for link in cx.links {
        let Some(f) = cx.app.function(link.function) else { continue };
        let Some(package) = cx.packages.iter().find(|p| p.function == link.function && p.complete) else {
            continue;
        };
        for import in &link.imports {
            if package.dependencies.contains(&import.package) {
                continue;
            }
            let runtime = f.runtime();
            let lacks =
                |r: &Option<_>| r.as_ref().and_then(|r: &smol_str::SmolStr| withdrawn(r, &import.package));
            let gone =
                runtime.some(|_| format!("this runtime has no `{}`", import.package), |r| lacks(r).is_some());
            let claim = Tri::Yes(import.evidence("loaded when the function starts")).and(gone);
            let Some((name, w)) =
                runtime.alts().iter().find_map(|a| Some((a.value.clone()?, lacks(&a.value)?)))
            else {
                continue;
            };
            out.report(claim, f.name(), import.package.clone(), |_| {
                Message::new(format!(
                    "`{}` is not part of {name}, and the package does not bring it along: the function fails to start",
                    import.package
                ))
                .help(format!("use {}, or add `{}` to the dependencies that are packaged", w.instead, w.package))
            });
        }
    }
}
