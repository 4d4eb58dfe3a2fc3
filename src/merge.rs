//! One claim at one place is one finding, however many functions it holds for; and the order of findings.

use lamlint_model::Finding;
use std::cmp::Reverse;

/// Merge findings of one rule with the same place and discriminator about several functions, and sort by path,
/// place, rule, discriminator and subject. The words of the first one stay: they may name its own way to the place.
pub(crate) fn merge(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (f.primary().file, f.primary().start, f.primary().end, f.rule().id);
        key(a)
            .cmp(&key(b))
            .then_with(|| a.discriminator().cmp(b.discriminator()))
            // The surest one speaks for the others.
            .then_with(|| Reverse(a.confidence()).cmp(&Reverse(b.confidence())))
            .then_with(|| Reverse(a.severity()).cmp(&Reverse(b.severity())))
            .then_with(|| a.subject().cmp(b.subject()))
            .then_with(|| a.message().text.cmp(&b.message().text))
    });
    let mut out: Vec<Finding> = Vec::new();
    for f in findings {
        let same =
            out.iter_mut().rev().take_while(|o| o.primary() == f.primary() && o.rule() == f.rule()).find(
                |o| {
                    o.discriminator() == f.discriminator()
                        && o.severity() == f.severity()
                        && (o.subject() != f.subject() || o.message().text == f.message().text)
                },
            );
        match same {
            Some(first) if first.subject() == f.subject() => {}
            // A guess about a second function is no news where the claim is known to hold for a first.
            Some(first) if f.confidence() < first.confidence() => {}
            Some(first) => first.also(f.subject()),
            None => out.push(f),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::app::Anchor;
    use lamlint_model::finding::Message;
    use lamlint_model::rule::Severity;
    use lamlint_model::{FileId, Findings, Span, Tri};

    fn findings(claims: &[(usize, &str, &str, &str)]) -> Vec<Finding> {
        let mut out = Findings::new(lamlint_rules::RULES[0]);
        for (at, subject, discriminator, text) in claims {
            let anchor = Anchor { span: Span::new(FileId(0), *at, at + 1), path: "x".into() };
            out.report_as(
                Severity::Error,
                Tri::Yes(anchor.evidence("here")),
                *subject,
                *discriminator,
                |_| Message::new(*text),
            );
        }
        merge(out.into_vec())
    }

    #[test]
    fn one_place_is_one_finding() {
        let f = findings(&[
            (5, "C", "s3", "built in `C`"),
            (5, "A", "s3", "built in `A` (through `x`)"),
            (5, "B", "s3", "built in `B`"),
            (5, "B", "s3", "built in `B`"),
            (5, "A", "sqs", "another client"),
            (1, "Z", "s3", "another place"),
        ]);
        let seen: Vec<(&str, Vec<&str>)> = f
            .iter()
            .map(|f| (f.message().text.as_str(), f.others().iter().map(|o| &**o).collect()))
            .collect();
        assert_eq!(
            seen,
            [
                ("another place", vec![]),
                ("built in `A` (through `x`)", vec!["B", "C"]),
                ("another client", vec![]),
            ]
        );
    }
}
