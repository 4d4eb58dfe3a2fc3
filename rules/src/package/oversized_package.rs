//! See the page.

use lamlint_model::aws::packages::UNZIPPED_LIMIT;
use lamlint_model::finding::Message;
use lamlint_model::rule::{Measured, Package, Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "oversized-package",
    group: "package",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/oversized-package.md"),
    check,
};

/// Above this share of the limit (in percent) a measured package is warned of.
const WARNING_PERCENT: u64 = 80;
/// An estimate must be this far over the limit (in percent): other versions of a dependency may be smaller.
const ESTIMATE_PERCENT: u64 = 125;
/// How many parts are named.
const PARTS: usize = 5;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for p in cx.packages {
        let Some(f) = cx.app.function(p.function) else { continue };
        let total = p.unzipped.saturating_add(p.layers);
        let Some(severity) = severity(p, total) else { continue };
        let about = match &p.measured {
            Measured::Artifact(path) => format!("unpacks to {}, measured on `{path}`", size(total)),
            Measured::Tree(_) => format!("unpacks to at least {}", size(total)),
            Measured::Manifest(path) => format!("unpacks to about {}, estimated from `{path}`", size(total)),
            Measured::No => continue,
        };
        let Some(proof) = p.evidence(&f.code(), about.clone()) else { continue };
        out.report_as(severity, Tri::Yes(proof), f.name(), "unzipped", |_| {
            message(f.name(), &about, severity, p)
        });
    }
}

fn severity(p: &Package, total: u64) -> Option<Severity> {
    let percent = |n: u64| UNZIPPED_LIMIT / 100 * n;
    match p.measured {
        Measured::Manifest(_) => (total > percent(ESTIMATE_PERCENT)).then_some(Severity::Error),
        Measured::Artifact(_) | Measured::Tree(_) if total > UNZIPPED_LIMIT => Some(Severity::Error),
        Measured::Artifact(_) | Measured::Tree(_) if total > percent(WARNING_PERCENT) => {
            Some(Severity::Warning)
        }
        _ => None,
    }
}

fn message(function: &str, about: &str, severity: Severity, p: &Package) -> Message {
    let limit = size(UNZIPPED_LIMIT);
    let with_layers = if p.layers > 0 { " with its layers" } else { "" };
    let text = if severity == Severity::Error {
        format!("the package of `{function}`{with_layers} {about}; Lambda takes {limit}")
    } else {
        format!("the package of `{function}`{with_layers} {about}, close to the limit of {limit}")
    };
    let parts: Vec<String> = p
        .contributors
        .iter()
        .filter(|(_, bytes)| *bytes >= 1 << 20)
        .take(PARTS)
        .map(|(name, bytes)| format!("`{name}` {}", size(*bytes)))
        .collect();
    let message = Message::new(text)
        .help("leave out what the handler does not use, or deploy a container image, which may have 10 GB");
    if parts.is_empty() { message } else { message.note(format!("largest parts: {}", parts.join(", "))) }
}

/// Bytes for people, in the units of the quota (1 MB is 1,048,576 bytes).
fn size(bytes: u64) -> String {
    let mb = bytes >> 20;
    if mb >= 10_000 { format!("{} GB", mb >> 10) } else { format!("{mb} MB") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::app::ResourceId;

    fn package(measured: Measured) -> Package {
        Package {
            function: ResourceId(0),
            measured,
            unzipped: 0,
            zipped: None,
            layers: 0,
            contributors: vec![("torch".into(), 300 << 20), ("app.py".into(), 100)],
            dependencies: Vec::new(),
            complete: true,
            manifest: None,
        }
    }

    #[test]
    fn an_estimate_needs_a_margin_and_warns_of_nothing() {
        let mb = |n: u64| n << 20;
        let tree = package(Measured::Tree(String::new()));
        assert_eq!(severity(&tree, mb(251)), Some(Severity::Error));
        assert_eq!(severity(&tree, mb(250)), Some(Severity::Warning));
        assert_eq!(severity(&tree, mb(199)), None);
        let estimate = package(Measured::Manifest(String::new()));
        assert_eq!(severity(&estimate, mb(300)), None);
        assert_eq!(severity(&estimate, mb(320)), Some(Severity::Error));
        assert_eq!(severity(&package(Measured::No), mb(900)), None);
    }

    #[test]
    fn the_largest_parts_are_named() {
        let m = message("Worker", "unpacks to at least 300 MB", Severity::Error, &package(Measured::No));
        assert_eq!(m.text, "the package of `Worker` unpacks to at least 300 MB; Lambda takes 250 MB");
        assert_eq!(m.notes, ["largest parts: `torch` 300 MB"]);
    }
}
