//! One claim at one place is one finding, however many functions it holds for; and the order of findings.

use lamlint_model::Finding;
use std::cmp::Reverse;

/// Merge findings of one rule with the same place, discriminator and words (but for the subject), and sort by
/// path, place, rule, discriminator and subject.
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
        let same = out
            .iter_mut()
            .rev()
            .take_while(|o| o.primary() == f.primary() && o.rule() == f.rule())
            .find(|o| o.discriminator() == f.discriminator() && words(o) == words(&f));
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

/// The message without the name of its subject.
fn words(f: &Finding) -> String {
    f.message().text.replace(&format!("`{}`", f.subject()), "`_`")
}
