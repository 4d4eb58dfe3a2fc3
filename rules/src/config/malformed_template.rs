//! See the page.

use lamlint_model::finding::Message;
use lamlint_model::rule::{BrokenKind, Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "malformed-template",
    group: "config",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/malformed-template.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for b in cx.broken {
        let path = &cx.sources.file(b.span.file).path;
        let claim = Tri::Yes(b.evidence());
        match b.kind {
            BrokenKind::Template => out.report(claim, path.as_str(), "syntax", |_| {
                Message::new(format!("this template does not parse: {}", b.what))
                    .note("nothing else in this file was checked")
            }),
            BrokenKind::Duplicate(first) => {
                let line = cx.sources.position(first).line;
                out.report(claim, path.as_str(), format!("duplicate {}", b.what), |_| {
                    Message::new(format!(
                        "`{}` is given twice; AWS tools keep this value and silently drop the one of line {line}",
                        b.what
                    ))
                    .help(format!("keep one of the two, or rename one `{}`", b.what))
                });
            }
            BrokenKind::Code => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::rule::{Broken, Date};
    use lamlint_model::source::{FileId, SourceMap, Span};
    use lamlint_model::{App, Finding};

    fn run(broken: &[Broken]) -> Vec<Finding> {
        let mut sources = SourceMap::default();
        sources.add("template.yaml", "Timeout: 3\nTimeout: 9\n");
        let app = App::default();
        let today = Date { year: 2026, month: 11, day: 24 };
        let cx = Cx {
            app: &app,
            handlers: &[],
            links: &[],
            packages: &[],
            broken,
            suppressions: &[],
            sources: &sources,
            today,
        };
        let mut out = Findings::new(&RULE);
        check(&cx, &mut out);
        out.into_vec()
    }

    fn broken(kind: BrokenKind, what: &str) -> Broken {
        Broken { span: Span::new(FileId(0), 11, 18), what: what.into(), kind }
    }

    #[test]
    fn errors_and_duplicates_but_no_code() {
        let found = run(&[
            broken(BrokenKind::Template, "a tab is used for indentation"),
            broken(BrokenKind::Duplicate(Span::new(FileId(0), 0, 7)), "Timeout"),
            broken(BrokenKind::Code, "expected `:`"),
        ]);
        let texts: Vec<_> = found.iter().map(|f| f.message().text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "this template does not parse: a tab is used for indentation",
                "`Timeout` is given twice; AWS tools keep this value and silently drop the one of line 1",
            ]
        );
        assert_eq!(found[0].subject(), "template.yaml");
        assert_eq!(found[1].evidence().len(), 2);
    }
}
