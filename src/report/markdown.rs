//! Findings as Markdown, for a job summary or a comment.

use super::{Report, plural, printable, text};
use lamlint_model::rule::Severity;
use std::fmt::Write;

/// Findings that are listed; a comment has a bound of 65,536 characters.
const MAX: usize = 50;

/// Facts that are listed of a finding.
const MAX_FACTS: usize = 8;

/// A heading, a table (the worst first: the end may be left out), and the details folded.
pub fn render(report: &Report<'_>) -> String {
    let findings = &report.outcome.findings;
    if findings.is_empty() {
        return "### lamlint: no problems found\n".to_owned();
    }
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .map(|(s, word)| (report.count(s), word));
    let counts: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, w)| plural(*n, w)).collect();
    let mut out = format!("### lamlint: {}\n\n", counts.join(", "));
    out.push_str("| severity | rule | place | problem |\n| --- | --- | --- | --- |\n");
    let mut details = String::new();
    for (_, f) in report.by_severity().into_iter().take(MAX) {
        let p = report.analysis.sources.position(f.primary());
        let place = prose(&format!("{}:{}", report.path_of(f), p.line));
        let (word, rule, message) = (f.severity().word(), f.rule().id, &f.message().text);
        let _ = writeln!(out, "| {word} | {rule} | {place} | {} |", inline(message));
        let _ = writeln!(details, "- **{rule}** {place}: {}", inline(message));
        for e in f.evidence().iter().take(MAX_FACTS) {
            let words = text::words(e);
            if !words.is_empty() {
                let path = report.display.path(&report.analysis.sources.file(e.span().file).path);
                let line = report.analysis.sources.position(e.span()).line;
                let _ = writeln!(details, "  - {}: {}", prose(&format!("{path}:{line}")), inline(&words));
            }
        }
        if let Some(help) = &f.message().help {
            let _ = writeln!(details, "  - help: {}", inline(help));
        }
    }
    if findings.len() > MAX {
        let _ = writeln!(out, "\nThe worst are listed first; {} more", findings.len() - MAX);
    }
    let _ = write!(out, "\n<details><summary>Details</summary>\n\n{details}\n</details>\n");
    out
}

/// One line with its code spans.
fn inline(s: &str) -> String {
    if s.matches('`').count() % 2 == 1 {
        return prose(s);
    }
    let mut out = String::new();
    for (i, part) in s.split('`').enumerate() {
        if i % 2 == 0 {
            out.push_str(&prose(part));
        } else {
            // A bar ends a cell even in a code span.
            let code = printable(part).replace('\n', " ").replace('|', "\\|");
            let _ = write!(out, "`{code}`");
        }
    }
    out
}

/// Text without a meaning in Markdown: no markup, no HTML, no mention of anybody.
fn prose(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in printable(s).chars() {
        match c {
            '\n' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(inline("a|b `c|d_e` <img> @you _x_"), "a\\|b `c\\|d_e` &lt;img&gt; &#64;you \\_x\\_");
        assert_eq!(inline("one ` only"), "one \\` only");
    }
}
