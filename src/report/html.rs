//! The findings as one page that needs nothing else: summary, filters, excerpts, and the flow of events.

use super::{Report, concise, plural, summary, text};
use crate::graph::{Graph, html, svg};
use lamlint_model::rule::Severity;
use std::collections::BTreeSet;
use std::fmt::Write;
use svg::escape;

const STYLE: &str = "
.bar{display:flex;gap:12px;flex-wrap:wrap;align-items:center;margin:16px 0}select,input{font:inherit;padding:4px 8px;background:var(--fill);color:var(--fg);border:1px solid var(--border);border-radius:6px}
details{border:1px solid var(--border);border-radius:8px;margin:8px 0;background:var(--fill)}summary{padding:8px 12px;cursor:pointer;overflow-wrap:anywhere}
pre{margin:0;padding:12px;overflow:auto;border-top:1px solid var(--border);font:13px/1.35 ui-monospace,monospace}.tag{font-weight:600}.tag.error{color:var(--red)}.tag.warning{color:#b7791f}.tag.note{color:#2b8fb3}
";

const SCRIPT: &str = "
const q=i=>document.getElementById(i),go=()=>{let n=0;document.querySelectorAll('details').forEach(d=>{const on=(!q('s').value||d.dataset.s===q('s').value)&&(!q('r').value||d.dataset.r===q('r').value)&&d.textContent.toLowerCase().includes(q('t').value.toLowerCase());d.hidden=!on;n+=on});q('n').textContent=n+' shown'};
['s','r','t'].forEach(i=>q(i).addEventListener('input',go));go();
";

/// The page.
pub fn render(report: &Report<'_>) -> String {
    let plain = |s: &str| escape(&anstream::adapter::strip_str(s).to_string());
    let findings = &report.outcome.findings;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>lamlint: {}</title>\n<style>{}{STYLE}</style>\n</head>\n<body>\n<h1>lamlint</h1>\n<p class=\"soft\" style=\"white-space:pre-line\">{}as of {}</p>\n",
        plural(findings.len(), "finding"),
        html::STYLE,
        plain(&summary::render(report)),
        report.today,
    );
    out.push_str("<div class=\"bar\"><select id=\"s\" aria-label=\"Severity\"><option value=\"\">all severities</option>");
    for s in [Severity::Error, Severity::Warning, Severity::Note] {
        let _ = write!(out, "<option value=\"{0}\">{0} ({1})</option>", s.word(), report.count(s));
    }
    out.push_str("</select><select id=\"r\" aria-label=\"Rule\"><option value=\"\">all rules</option>");
    for id in findings.iter().map(|f| f.rule().id).collect::<BTreeSet<_>>() {
        let _ = write!(out, "<option>{id}</option>");
    }
    out.push_str("</select><input id=\"t\" type=\"search\" placeholder=\"text\" aria-label=\"Text\"><span id=\"n\" class=\"soft\"></span></div>\n");
    for (f, shown) in findings.iter().zip(text::each(report)) {
        let line = concise::line(report, f);
        let place = line.split(&format!(": {}[", f.severity().word())).next().unwrap_or_default();
        let _ = writeln!(
            out,
            "<details data-s=\"{0}\" data-r=\"{1}\"><summary><span class=\"tag {0}\">{0}</span> {2} <span class=\"soft\">{1}, {3}</span></summary><pre>{4}</pre></details>",
            f.severity().word(),
            f.rule().id,
            escape(&f.message().text),
            escape(place),
            plain(shown.trim_end()),
        );
    }
    let _ = writeln!(
        out,
        "<h2>Flow of events</h2>\n<div class=\"view\">\n{}</div>",
        svg::render(&Graph::of(report))
    );
    if !report.notices().is_empty() {
        out.push_str("<h2>Notices</h2>\n<ul>\n");
        for n in report.notices() {
            let _ = writeln!(out, "<li>{}</li>", escape(&report.notice(n)));
        }
        out.push_str("</ul>\n");
    }
    let _ = write!(out, "<script>{}{SCRIPT}</script>\n</body>\n</html>\n", html::SCRIPT);
    out
}
