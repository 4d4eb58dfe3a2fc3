//! Larger projects, end to end: the marks in their sources are exactly what is found, and the report reads as in
//! `expected.txt` (rewritten by `LAMLINT_BLESS=1`; the marks are not).

mod support;

use lamlint::report::{Report, links, summary, text};
use lamlint_model::finding::Confidence;
use std::collections::BTreeSet;
use std::fs;
use support::{
    Mark, TODAY, check_generated, files_below, folders, listed_marks, marks_of, name, root, rules_with, run,
};

#[test]
fn projects_hold() {
    let mut wrong = Vec::new();
    let projects = folders(&root().join("testdata/projects"));
    for dir in &projects {
        let mut expected: BTreeSet<Mark> = BTreeSet::new();
        for path in files_below(dir) {
            let text = fs::read_to_string(dir.join(&path)).unwrap();
            match path.as_str() {
                "expect.txt" => expected.extend(listed_marks(&text)),
                "expected.txt" => {}
                _ => expected.extend(marks_of(&path, &text)),
            }
        }
        if expected.is_empty() {
            wrong.push(format!("{}: nothing is marked", name(dir)));
        }
        let result = run(dir, rules_with(None), Confidence::Medium);
        if let Some(d) = result.difference(&expected) {
            wrong.push(format!("{}:\n{d}", name(dir)));
            continue;
        }
        let report = Report {
            analysis: &result.analysis,
            outcome: &result.outcome,
            display: &result.display,
            today: TODAY,
        };
        let rendered =
            format!("{}{}\n{}", text::render(&report), links::render(&report), summary::render(&report));
        let plain = anstream::adapter::strip_str(&rendered).to_string();
        wrong.extend(check_generated(&dir.join("expected.txt"), &plain));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(projects.len() >= 4);
}
