//! The findings as one page that needs nothing else: summary, filters, excerpts, sizes of packages, the flow of events,
//! and what is silenced. Without scripts, all of it can be read; only the filters are missing.

mod treemap;

use super::{Report, links, plural, summary, text};
use crate::graph::{Graph, html, svg};
use crate::suppress::By;
use lamlint_model::Finding;
use lamlint_model::rule::Severity;
use std::collections::BTreeMap;
use std::fmt::Write;
use svg::escape;

const STYLE: &str = "
:root{--amber:#8a5a00;--blue:#0b6a8a}@media (prefers-color-scheme:dark){:root{--amber:#e3b341;--blue:#58b6d8}}
.bar{display:none;gap:10px;flex-wrap:wrap;align-items:center;margin:16px 0}.js .bar{display:flex}.bar select{max-width:100%}.bar input{flex:1 1 160px;max-width:320px}.bar .soft{margin-left:auto}
.lead{white-space:pre-line}details{border:1px solid var(--border);border-radius:8px;margin:8px 0;background:var(--fill)}summary{display:flex;gap:10px;padding:8px 12px;cursor:pointer;overflow-wrap:anywhere}summary::-webkit-details-marker{display:none}
summary:before{content:'';flex:none;margin-top:.5em;width:0;height:0;border:5px solid transparent;border-left:7px solid var(--soft);border-right:0}[open]>summary:before{transform:rotate(90deg)}summary .soft{display:block;font-size:13px}
pre{margin:0;padding:12px;overflow:auto;border-top:1px solid var(--border);font:13px/1.35 ui-monospace,monospace;tab-size:4;unicode-bidi:isolate}[hidden]{display:none!important}
li{overflow-wrap:anywhere}.tag{flex:none;width:4.6em;font-weight:600}.tag.error{color:var(--red)}.tag.warning{color:var(--amber)}.tag.note{color:var(--blue)}.none{padding:16px 0}
";

const SCRIPT: &str = "
(()=>{const q=i=>document.getElementById(i),all=[...document.querySelectorAll('.finding')].map(e=>[e,e.textContent.toLowerCase()]);if(!q('bar'))return;
const go=()=>{const s=q('s').value,r=q('r').value,t=q('t').value.trim().toLowerCase();let n=0;for(const [e,text] of all){const on=(!s||e.dataset.s===s)&&(!r||e.dataset.r===r)&&(!t||text.includes(t));e.hidden=!on;n+=on}
q('n').textContent=n===all.length?n+' shown':n+' of '+all.length+' shown';q('none').hidden=n>0};
['s','r','t'].forEach(i=>q(i).addEventListener('input',go));
const open=on=>all.forEach(([e])=>{if(!e.hidden)e.open=on});q('open').addEventListener('click',()=>open(true));q('close').addEventListener('click',()=>open(false));go()})();
";

/// The page.
pub fn render(report: &Report<'_>) -> String {
    let findings = &report.outcome.findings;
    let mut out = html::head(
        &format!("lamlint: {}", plural(findings.len(), "finding")),
        &format!("{STYLE}{}", treemap::STYLE),
    );
    let _ = writeln!(
        out,
        "<h1>lamlint</h1>\n<p class=\"soft lead\">{}as of {}</p>",
        plain(&summary::render(report)),
        report.today
    );
    if findings.is_empty() {
        out.push_str("<p>No findings.</p>\n");
    } else {
        filters(report, &mut out);
        for (f, shown) in findings.iter().zip(text::each(report)) {
            finding(report, f, &shown, &mut out);
        }
        out.push_str("<p id=\"none\" class=\"soft none\" hidden>Nothing matches.</p>\n");
    }
    silenced(report, &mut out);
    out.push_str(&treemap::render(report));
    let graph = Graph::of(report);
    if !graph.nodes.is_empty() {
        let _ = writeln!(out, "<h2>Flow of events</h2>\n<div class=\"view\">\n{}</div>", svg::render(&graph));
    }
    let functions = links::render(report);
    if !functions.is_empty() {
        let _ = writeln!(
            out,
            "<h2>Functions and their code</h2>\n<ul>\n{}</ul>",
            list(functions.lines().map(str::to_owned))
        );
    }
    if !report.notices().is_empty() {
        let notices = report.notices().into_iter().map(|n| report.notice(n));
        let _ = writeln!(out, "<h2>Notices</h2>\n<ul>\n{}</ul>", list(notices));
    }
    let _ = write!(out, "<script>{}{SCRIPT}</script>\n</body>\n</html>\n", html::SCRIPT);
    out
}

/// Text without the colours of a terminal, for HTML.
fn plain(s: &str) -> String {
    escape(&anstream::adapter::strip_str(s).to_string())
}

fn list(lines: impl Iterator<Item = String>) -> String {
    lines.fold(String::new(), |out, l| out + "<li>" + &escape(&l) + "</li>\n")
}

fn filters(report: &Report<'_>, out: &mut String) {
    out.push_str("<div class=\"bar\" id=\"bar\"><select id=\"s\" aria-label=\"Severity\"><option value=\"\">all severities</option>");
    for s in [Severity::Error, Severity::Warning, Severity::Note] {
        let _ = write!(out, "<option value=\"{0}\">{0} ({1})</option>", s.word(), report.count(s));
    }
    out.push_str("</select><select id=\"r\" aria-label=\"Rule\"><option value=\"\">all rules</option>");
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for f in &report.outcome.findings {
        *rules.entry(f.rule().id).or_default() += 1;
    }
    for (id, n) in rules {
        let _ = write!(out, "<option value=\"{id}\">{id} ({n})</option>");
    }
    out.push_str("</select><input id=\"t\" type=\"search\" placeholder=\"text\" aria-label=\"Text\"><button type=\"button\" id=\"open\">Open all</button><button type=\"button\" id=\"close\">Close all</button><span id=\"n\" class=\"soft\" aria-live=\"polite\"></span></div>\n");
}

fn finding(report: &Report<'_>, f: &Finding, shown: &str, out: &mut String) {
    let at = report.analysis.sources.position(f.primary());
    let _ = writeln!(
        out,
        "<details class=\"finding\" data-s=\"{0}\" data-r=\"{1}\"><summary><span class=\"tag {0}\">{0}</span><span>{2}<span class=\"soft\">{1} · {3}:{4}:{5}</span></span></summary><pre>{6}</pre></details>",
        f.severity().word(),
        f.rule().id,
        escape(&f.message().text),
        html::path(&report.path_of(f)),
        at.line,
        at.column,
        plain(shown.trim_end()),
    );
}

fn silenced(report: &Report<'_>, out: &mut String) {
    let all = &report.outcome.silenced;
    if all.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h2>Silenced</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th>Rule</th><th>Finding</th><th>Place</th><th>Silenced by</th></tr></thead>\n<tbody>"
    );
    for s in all {
        let by = match &s.by {
            By::Comment { reason, .. } if reason.is_empty() => "a comment".to_owned(),
            By::Comment { reason, .. } => format!("a comment: {}", escape(reason)),
            By::Metadata => "metadata".to_owned(),
            By::Settings { reason } => format!("the settings: {}", escape(reason)),
            By::Baseline => "the baseline".to_owned(),
        };
        let at = report.analysis.sources.position(s.finding.primary());
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}:{}</td><td>{by}</td></tr>",
            s.finding.rule().id,
            escape(&s.finding.message().text),
            html::path(&report.path_of(&s.finding)),
            at.line
        );
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}
