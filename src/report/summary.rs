//! The last line: what was found, in how much, and what was not seen.

use super::style::{BOLD, paint, severity};
use super::{Report, plural};
use crate::fix;
use crate::functions::{Counts, counts, functions};
use crate::notice::NoticeKind;
use crate::suppress::By;
use lamlint_model::rule::Severity;
use std::fmt::Write;

/// A class of not knowing, as it reads behind a number of functions.
fn counted(word: &str) -> &str {
    const PHRASES: &[(&str, &str)] = &[
        ("handler missing", "without the handler they name"),
        ("image", "in an image"),
        ("imported", "with imported code"),
        ("language without a front end", "in a language without a front end"),
        ("source not in this tree", "with sources not in this tree"),
        ("syntax error", "with a syntax error"),
        ("undecided condition", "under an undecided condition"),
    ];
    PHRASES.iter().find(|(w, _)| *w == word).map_or(word, |(_, phrase)| phrase)
}

/// How many of the functions are linked to their code, and why the others are not.
fn links(c: &Counts) -> String {
    let total: usize = c.unlinked.iter().map(|(n, _)| n).sum();
    let why = match &c.unlinked[..] {
        [] => String::new(),
        [(_, word)] => (*word).to_owned(),
        many => many.iter().map(|(n, w)| format!("{n} {}", counted(w))).collect::<Vec<_>>().join(", "),
    };
    match (c.linked, total) {
        (1, 0) => "linked to its code".to_owned(),
        (n, 0) => format!("{} linked to their code", if n == 2 { "both" } else { "all" }),
        (0, 1) => format!("not linked to its code: {why}"),
        (0, _) => format!("none linked to its code: {why}"),
        (1, n) => format!("1 linked to its code, {n} not: {why}"),
        (m, n) => format!("{m} linked to their code, {n} not: {why}"),
    }
}

/// The summary, a line each for findings and for what is hidden.
pub fn render(report: &Report<'_>) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|s| {
            let n = report.count(s);
            (n > 0).then(|| paint(severity(s), plural(n, s.word())))
        })
        .collect();
    let found = if parts.is_empty() { paint(BOLD, "no problems found") } else { parts.join(", ") };
    let files = plural(report.analysis.files, "file");
    let functions = functions(report.analysis);
    let read = if functions.is_empty() {
        "no Lambda functions in the templates".to_owned()
    } else {
        let c = counts(&functions);
        format!("in {} ({})", plural(functions.len(), "function"), links(&c))
    };
    let sep = if functions.is_empty() { "; " } else { " " };
    let mut out = format!("{found}{sep}{read}; {files} read\n");
    if report.notices().iter().any(|n| n.kind == NoticeKind::Unsynthesised) {
        let _ = writeln!(out, "CDK apps without output are not read: run `npx cdk synth` first");
    }
    match fix::count(report.analysis, report.outcome) {
        (0, 0) => {}
        (0, n) => {
            let _ = writeln!(out, "{n} can be mended with --fix --unsafe-fixes (--diff shows how)");
        }
        (n, 0) => {
            let _ = writeln!(out, "{n} can be mended with --fix (--diff shows how)");
        }
        (n, m) => {
            let _ = writeln!(
                out,
                "{n} can be mended with --fix, {m} more with --unsafe-fixes (--diff shows how)"
            );
        }
    }
    let silenced = &report.outcome.silenced;
    if !silenced.is_empty() {
        let old = silenced.iter().filter(|s| s.by == By::Baseline).count();
        let new = silenced.len() - old;
        let parts = [(new, "suppressed in the project"), (old, "in the baseline")];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {what}", plural(*n, "finding")))
            .collect();
        let _ = writeln!(out, "{}", parts.join(", "));
    }
    if report.outcome.hidden > 0 {
        let n = plural(report.outcome.hidden, "finding");
        let _ = writeln!(out, "{n} of low confidence not shown (--min-confidence low shows them)");
    }
    if report.outcome.unwritten > 0 {
        let n = plural(report.outcome.unwritten, "finding");
        let _ = writeln!(
            out,
            "{n} not shown that rest on what parameters are by default (`evidence` is \"written\")"
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_words() {
        let say = |linked, unlinked: &[(usize, &'static str)]| {
            links(&Counts { linked, unlinked: unlinked.to_vec() })
        };
        assert_eq!(say(1, &[]), "linked to its code");
        assert_eq!(say(2, &[]), "both linked to their code");
        assert_eq!(say(9, &[]), "all linked to their code");
        assert_eq!(say(0, &[(1, "image")]), "not linked to its code: image");
        assert_eq!(say(0, &[(3, "image")]), "none linked to its code: image");
        assert_eq!(
            say(1, &[(2, "image"), (1, "too large")]),
            "1 linked to its code, 3 not: 2 in an image, 1 too large"
        );
        assert_eq!(say(4, &[(1, "image")]), "4 linked to their code, 1 not: image");
    }
}
