//! See the page.

use lamlint_model::finding::Message;
use lamlint_model::rule::{BrokenKind, Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "handler-syntax-error",
    group: "handler",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/handler-syntax-error.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for b in cx.broken.iter().filter(|b| b.kind == BrokenKind::Code) {
        let path = &cx.sources.file(b.span.file).path;
        out.report(Tri::Yes(b.evidence()), path.as_str(), "syntax", |_| {
            Message::new(format!("the runtime can't load this code: {}", b.what))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::App;
    use lamlint_model::rule::{Broken, Date};
    use lamlint_model::source::{FileId, SourceMap, Span};

    #[test]
    fn only_code_is_reported() {
        let mut sources = SourceMap::default();
        sources.add("src/app.py", "def connect_to_db();\n    pass\n");
        let span = Span::new(FileId(0), 19, 20);
        let broken = [BrokenKind::Code, BrokenKind::Template, BrokenKind::Duplicate(span)]
            .map(|kind| Broken { span, what: "expected `:`".into(), kind });
        let (app, today) = (App::default(), Date { year: 2026, month: 11, day: 24 });
        let cx = Cx {
            app: &app,
            handlers: &[],
            links: &[],
            packages: &[],
            broken: &broken,
            suppressions: &[],
            sources: &sources,
            today,
        };
        let mut out = Findings::new(&RULE);
        check(&cx, &mut out);
        let found = out.into_vec();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message().text, "the runtime can't load this code: expected `:`");
        assert_eq!((found[0].subject(), found[0].primary()), ("src/app.py", span));
    }
}
