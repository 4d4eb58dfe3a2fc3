//! Findings with annotated excerpts, for people.

use super::excerpt::{Excerpts, Plain};
use super::style::{self, Styled};
use super::{Report, printable};
use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Level};
use codespan_reporting::term::{self, Chars, Config};
use lamlint_model::Finding;
use lamlint_model::finding::Confidence;
use lamlint_model::rule::Severity;
use lamlint_model::source::Span;
use lamlint_model::tri::{Basis, Evidence};

/// Labels beyond the primary one; a finding that rests on more names their number.
const MAX_LABELS: usize = 8;

/// Further functions a finding names.
const MAX_OTHERS: usize = 8;

/// All findings, rendered, each followed by an empty line.
pub fn render(report: &Report<'_>) -> String {
    let link = |(f, text): (&Finding, String)| {
        let name = f.rule().id;
        text.replacen(&format!("[{name}]"), &format!("[{}]", style::rule(f.rule())), 1)
    };
    report.outcome.findings.iter().zip(each(report)).map(link).collect()
}

/// The findings one by one, rendered likewise.
pub(super) fn each(report: &Report<'_>) -> Vec<String> {
    let config = Config { chars: Chars::box_drawing(), start_context_lines: 1, ..Config::default() };
    let mut all = Vec::new();
    let mut plain = Plain::new();
    for f in &report.outcome.findings {
        let mut out = Styled::default();
        let (labels, left_out) = labels(f);
        let spans: Vec<Span> = labels.iter().map(|(s, _)| *s).collect();
        let excerpts =
            Excerpts::new(&report.analysis.sources, &spans, &mut plain, |p| report.display.path(p));
        let diagnostic = diagnostic(f, &excerpts, &labels, left_out);
        if let Err(e) = term::emit_to_write_style(&mut out, &config, &excerpts, &diagnostic) {
            // The finding must not get lost because its excerpt can't be drawn.
            let line = format!("{} ({e})\n", super::concise::line(report, f));
            out.0.extend_from_slice(line.as_bytes());
        }
        all.push(String::from_utf8_lossy(&out.0).into_owned());
    }
    all
}

fn level(s: Severity) -> Level {
    match s {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

/// The places with their words, primary first; several words about one place become one label.
fn labels(f: &Finding) -> (Vec<(Span, String)>, usize) {
    let mut out: Vec<(Span, String)> = Vec::new();
    for e in f.evidence() {
        let words = words(e);
        match out.iter_mut().find(|(s, _)| *s == e.span()) {
            // The same fact with what it rests on says it better.
            Some((_, w)) if w.split("; ").any(|x| x == words || extends(x, &words)) => {}
            Some((_, w)) if w.split("; ").any(|x| extends(&words, x)) => {
                let parts: Vec<&str> =
                    w.split("; ").map(|x| if extends(&words, x) { words.as_str() } else { x }).collect();
                *w = parts.join("; ");
            }
            Some((_, w)) if w.is_empty() => *w = words,
            Some((_, w)) if !words.is_empty() => {
                w.push_str("; ");
                w.push_str(&words);
            }
            Some(_) => {}
            None => out.push((e.span(), words)),
        }
    }
    let left_out = out.len().saturating_sub(MAX_LABELS + 1);
    out.truncate(MAX_LABELS + 1);
    (out, left_out)
}

/// Whether words are others with something in brackets behind them.
fn extends(words: &str, others: &str) -> bool {
    !others.is_empty() && words.strip_prefix(others).is_some_and(|rest| rest.starts_with(" ("))
}

/// What a fact says, and what it rests on where that is not the text itself.
pub(super) fn words(e: &Evidence) -> String {
    match basis(e.basis()) {
        Some(b) if e.note().is_empty() => b,
        // A value taken from the model says so in its note already.
        Some(_) if !matches!(e.basis(), Basis::Heuristic(_)) && e.note().contains("(the default") => {
            e.note().to_owned()
        }
        Some(b) if e.note().contains(&format!("({b})")) => e.note().to_owned(),
        Some(b) => format!("{} ({b})", e.note()),
        None => e.note().to_owned(),
    }
}

/// What a fact rests on, in words; nothing for what is written.
pub(super) fn basis(b: &Basis) -> Option<String> {
    match b {
        Basis::Written => None,
        Basis::ServiceDefault => Some("the default: nothing is written".to_owned()),
        Basis::ParameterDefault(p) => Some(format!("the default of parameter `{p}`")),
        Basis::ParameterAllowed(p) => Some(format!("an allowed value of parameter `{p}`")),
        Basis::Heuristic(h) => Some(format!("assumed: {h}")),
    }
}

fn diagnostic(
    f: &Finding,
    excerpts: &Excerpts<'_>,
    labels: &[(Span, String)],
    left_out: usize,
) -> Diagnostic<lamlint_model::FileId> {
    let labels = labels.iter().enumerate().map(|(i, (span, words))| {
        let new = if i == 0 { Label::primary } else { Label::secondary };
        new(span.file, excerpts.range(*span)).with_message(printable(words))
    });
    let mut notes = Vec::new();
    if left_out > 0 {
        notes.push(format!("it rests on {} more", super::plural(left_out, "place")));
    }
    // The words of the first label may say it already.
    let said = f.evidence().first().is_some_and(|e| e.note().ends_with(&format!(" when {}", f.guards())));
    if !f.guards().is_empty() && !said {
        notes.push(format!("holds when {}", printable(&f.guards().to_string())));
    }
    if !f.others().is_empty() {
        let others = f.others().iter().take(MAX_OTHERS);
        let names: Vec<String> = others.map(|o| format!("`{}`", printable(o))).collect();
        let more = match f.others().len().saturating_sub(MAX_OTHERS) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        notes.push(format!("the same holds for {}{more}", names.join(", ")));
    }
    notes.extend(f.message().notes.iter().map(|n| printable(n)));
    if f.confidence() != Confidence::High {
        notes.push(format!("{} confidence", f.confidence().word()));
    }
    if let Some(h) = &f.message().help {
        notes.push(format!("help: {}", printable(h)));
    }
    Diagnostic::new(level(f.severity()))
        .with_code(f.rule().id)
        .with_message(printable(&f.message().text))
        .with_labels(labels.collect())
        .with_notes(notes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::app::Anchor;
    use lamlint_model::finding::Message;
    use lamlint_model::handler::{Ctx, Fact, FactKind, Phase};
    use lamlint_model::tri::{Proof, Tri};
    use lamlint_model::value::Value;
    use lamlint_model::{FileId, Findings};

    #[test]
    fn a_fact_is_said_once_with_what_it_rests_on() {
        let span = Span::new(FileId(0), 1, 2);
        let written = |note: &str| Anchor { span, path: "x".into() }.evidence(note);
        let kind = FactKind::FileRead { path: Value::Null };
        let fact = Fact { kind, span, phase: Phase::Invoke, ctx: Ctx::default() };
        let assumed = || fact.supposing("needs x", "a guess");
        let cases: [(Proof, Proof, &str); 3] = [
            (written("needs x"), assumed(), "needs x (assumed: a guess)"),
            (assumed(), written("needs x"), "needs x (assumed: a guess)"),
            (written("needs x"), written("needs xy"), "needs x; needs xy"),
        ];
        for (first, second, words) in cases {
            let mut out = Findings::new(lamlint_rules::RULES[0]);
            out.report(Tri::Yes(first.with_context(second)), "F", "", |_| Message::new("m"));
            let found = out.into_vec();
            let told: Vec<String> = labels(&found[0]).0.into_iter().map(|(_, w)| w).collect();
            assert_eq!(told, [words]);
        }
    }
}
