//! `JUnit` XML: a suite per file, a failed case per finding.

use super::Report;
use lamlint_model::Finding;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The document. Where there is no finding, it holds one case that passes, as a report without cases reads like a run
/// that did not take place.
pub fn render(report: &Report<'_>) -> String {
    let mut files: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for f in &report.outcome.findings {
        files.entry(report.path_of(f)).or_default().push(f);
    }
    let n = report.outcome.findings.len();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"lamlint\" tests=\"{}\" failures=\"{n}\">", n.max(1));
    if n == 0 {
        out.push_str("  <testsuite name=\"lamlint\" tests=\"1\" failures=\"0\">\n");
        out.push_str("    <testcase name=\"no problems found\" classname=\"lamlint\"/>\n  </testsuite>\n");
    }
    for (path, findings) in files {
        let (path, n) = (xml(&path), findings.len());
        let _ = writeln!(out, "  <testsuite name=\"{path}\" tests=\"{n}\" failures=\"{n}\">");
        for f in findings {
            let p = report.analysis.sources.position(f.primary());
            let (rule, text) = (f.rule().id, xml(&f.message().text));
            let _ =
                writeln!(out, "    <testcase name=\"{rule}:{}:{}\" classname=\"{path}\">", p.line, p.column);
            let mut body = super::concise::line(report, f);
            if let Some(help) = &f.message().help {
                let _ = write!(body, "\nhelp: {help}");
            }
            let _ = writeln!(
                out,
                "      <failure type=\"{}\" message=\"{text}\">{}</failure>",
                f.severity().word(),
                xml(&body)
            );
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out + "</testsuites>\n"
}

/// Text for elements and attributes; what XML 1.0 has no way to write is left out.
fn xml(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_element() {
        assert_eq!(xml("a<b> & \"c\"\n\u{1b}[0m\u{0}]]>"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;[0m]]&gt;");
    }
}
