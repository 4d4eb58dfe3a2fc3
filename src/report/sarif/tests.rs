use super::*;
use crate::discover::Display;
use crate::engine::{Analysis, Outcome};
use crate::suppress::Silenced;
use lamlint_model::finding::{Findings, Message as Words};
use lamlint_model::rule::Date;
use lamlint_model::source::SourceMap;
use lamlint_model::tri::{Proof, Prop, Tri};
use serde_json::Value;

#[test]
fn columns_are_utf_16() {
    let mut map = SourceMap::default();
    let text = "\u{feff}a\n\u{1f600}é x\n";
    let id = map.add("t.yaml", text);
    let of = |s: &str| {
        let i = text.find(s).unwrap();
        let r = region(map.file(id), Span::new(id, i, i + s.len()));
        (r.start_line, r.start_column, r.end_line, r.end_column)
    };
    assert_eq!(of("a"), (1, 1, 1, 2));
    assert_eq!(of("\u{1f600}"), (2, 1, 2, 3));
    assert_eq!(of("x"), (2, 5, 2, 6));
    assert_eq!(of("a\n"), (1, 1, 2, 1));
}

#[test]
fn rules_are_described_in_what_github_takes() {
    for rule in RULES {
        let text = described(rule);
        assert!((20..=1_024).contains(&text.chars().count()) && !text.ends_with(':'), "{}: {text}", rule.id);
        assert!(!text.contains("##"), "{}: {text}", rule.id);
    }
}

#[test]
fn tables_name_rules() {
    for id in SECURITY.iter().map(|(id, _)| id).chain(WAYS) {
        assert!(RULES.iter().any(|r| r.id == *id), "{id}");
    }
}

/// A finding with a number of facts, each on a line of its own; all have the same subject.
fn finding(file: lamlint_model::FileId, severity: Severity, first: usize, facts: usize) -> Finding {
    let fact = |i: usize| -> Proof {
        let at = 2 * (first + i);
        let known = Prop::known(i, Span::new(file, at, at + 1));
        known.some(|i| format!("fact {i}"), |_| true).proof().unwrap()
    };
    let proof = (1..facts).fold(fact(0), |p, i| p.with_context(fact(i)));
    let rule = RULES.iter().find(|r| r.id == WAYS[0]).unwrap();
    let mut out = Findings::new(rule);
    out.report_as(severity, Tri::Yes(proof), "F", "", |_| Words::new("it is so"));
    out.into_vec().remove(0)
}

/// The log of generated findings, given as severity, first line and number of facts.
fn logged(
    findings: &[(Severity, usize, usize)],
    silenced: Vec<(By, usize)>,
    show: bool,
    limits: Limits,
) -> Value {
    let mut analysis = Analysis::default();
    let file = analysis.sources.add("a.py", "x\n".repeat(9_000));
    let outcome = Outcome {
        findings: findings.iter().map(|(s, first, n)| finding(file, *s, *first, *n)).collect(),
        silenced: silenced
            .into_iter()
            .map(|(by, line)| Silenced { finding: finding(file, Severity::Error, line, 1), by })
            .collect(),
        ..Outcome::default()
    };
    let today = Date { year: 2026, month: 11, day: 24 };
    let report = Report { analysis: &analysis, outcome: &outcome, display: &Display::default(), today };
    serde_json::to_value(log(&report, show, limits)).unwrap()
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

fn notifications(log: &Value) -> Vec<&str> {
    let all = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array();
    all.into_iter().flatten().map(|n| n["message"]["text"].as_str().unwrap()).collect()
}

/// Of one severity, how many results there are.
fn count(log: &Value, level: &str) -> usize {
    results(log).iter().filter(|r| r["level"] == level).count()
}

#[test]
fn the_most_severe_results_are_kept() {
    let severity = |i: usize| match i % 3 {
        0 => Severity::Note,
        1 => Severity::Warning,
        _ => Severity::Error,
    };
    let of = |n: usize| (0..n).map(|i| (severity(i), i, 1)).collect::<Vec<_>>();
    let log = logged(&of(5_000), Vec::new(), false, LIMITS);
    assert_eq!((results(&log).len(), notifications(&log).len()), (5_000, 0));
    // In order of the places, as nothing is left out.
    assert_eq!(results(&log)[0]["level"], "note");

    let log = logged(&of(8_100), Vec::new(), false, LIMITS);
    assert_eq!(results(&log).len(), 5_000);
    assert_eq!((count(&log, "error"), count(&log, "warning"), count(&log, "note")), (2_700, 2_300, 0));
    assert_eq!(notifications(&log), ["3100 results left out, the least severe: a log holds 5000 at most"]);
    // Within a severity, the first places.
    let line = |r: &Value| r["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    let warnings: Vec<u64> = results(&log).iter().filter(|r| r["level"] == "warning").map(line).collect();
    assert!(warnings.is_sorted() && warnings.last() == Some(&6_899), "{:?}", warnings.last());
    // A fingerprint does not depend on what is left out.
    let marks = |log: &Value| {
        let of = |r: &Value| (line(r), r["partialFingerprints"]["lamlint/v1"].as_str().unwrap().to_owned());
        results(log).iter().map(of).collect::<BTreeMap<_, _>>()
    };
    let whole = marks(&logged(&of(8_100), Vec::new(), false, Limits { results: 9_000, ..LIMITS }));
    assert_eq!(whole.len(), 8_100);
    assert!(marks(&log).iter().all(|(line, mark)| whole.get(line) == Some(mark)));
}

#[test]
fn what_is_silenced_displaces_nothing() {
    let found = [(Severity::Note, 5, 1), (Severity::Note, 6, 1)];
    let silenced = || vec![(By::Baseline, 0), (By::Metadata, 1)];
    let limits = Limits { results: 3, ..LIMITS };
    let log = logged(&found, silenced(), true, limits);
    assert_eq!((count(&log, "note"), count(&log, "error")), (2, 1));
    assert_eq!(notifications(&log).len(), 1);
    let log = logged(&found, silenced(), false, limits);
    assert_eq!((results(&log).len(), notifications(&log).len()), (2, 0));
}

#[test]
fn locations_are_cut_and_told() {
    let facts = |n| logged(&[(Severity::Error, 0, n)], Vec::new(), false, LIMITS);
    let related = |log: &Value| results(log)[0]["relatedLocations"].as_array().map_or(0, Vec::len);
    let steps = |log: &Value| {
        results(log)[0]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map_or(0, Vec::len)
    };
    let shown = "1 result with more than 100 locations: GitHub shows the first 100";
    let few = facts(100);
    assert_eq!((related(&few), steps(&few), notifications(&few)), (99, 100, Vec::new()));
    let more = facts(101);
    assert_eq!((related(&more), steps(&more), notifications(&more)), (100, 101, vec![shown]));
    let most = facts(1_000);
    assert_eq!((related(&most), steps(&most), notifications(&most)), (999, 1_000, vec![shown]));
    let too_many = facts(1_001);
    let cut = "locations left out of 1 result: a result has 1000 at most";
    assert_eq!(
        (related(&too_many), steps(&too_many), notifications(&too_many)),
        (999, 1_000, vec![cut, shown])
    );
}

#[test]
fn silencing_one_of_equal_findings_leaves_the_marks_of_the_others() {
    let of = |found: &[usize], silenced: &[usize]| {
        let found: Vec<_> = found.iter().map(|l| (Severity::Error, *l, 1)).collect();
        let silenced = silenced.iter().map(|l| (By::Baseline, *l)).collect();
        let log = logged(&found, silenced, true, LIMITS);
        let mark = |r: &Value| {
            let line = r["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
            (line, r["partialFingerprints"]["lamlint/v1"].as_str().unwrap().to_owned())
        };
        results(&log).iter().map(mark).collect::<BTreeMap<_, _>>()
    };
    let all = of(&[3, 7, 9], &[]);
    assert_eq!(all.values().collect::<std::collections::BTreeSet<_>>().len(), 3);
    assert_eq!(of(&[7, 9], &[3]), all);
    assert_eq!(of(&[3], &[7, 9]), all);
}
