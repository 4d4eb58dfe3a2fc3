//! A run that keeps what an earlier one found out says what a fresh one says.

mod support;

use lamlint::discover::{self, Found};
use lamlint::engine::{self, Analysis, Workers};
use lamlint::memo::Memo;
use lamlint::selection::Selection;
use lamlint::vfs::Overlay;
use lamlint_model::finding::Confidence;
use lamlint_model::rule::Severity;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use support::{TODAY, folders, name, root};

/// How many files of a folder are changed, one at a time.
const CHANGED: usize = 2;

fn all(workers: &Workers, analysis: &Analysis) -> String {
    let selection = Selection::new(lamlint_rules::RULES.to_vec(), Severity::Note, Confidence::Low);
    let outcome = engine::check(analysis, &selection, None, TODAY, workers);
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}",
        analysis.notices, analysis.links, analysis.handlers, outcome.findings
    )
}

/// The first line that differs.
fn difference(kept: &str, fresh: &str) -> String {
    let pairs = kept.lines().map(Some).chain([None]).zip(fresh.lines().map(Some).chain([None]));
    let (i, (a, b)) = pairs.enumerate().find(|(_, (a, b))| a != b).unwrap_or((0, (None, None)));
    format!("line {i}: kept {a:?}, fresh {b:?}")
}

fn differs(workers: &Workers, found: &Found) -> Vec<String> {
    let mut memo = Memo::default();
    let mut again = |over: &Overlay| {
        let kept = engine::analyze_again(found, over, &[], workers, &mut memo).expect("nobody gives it up");
        let fresh = engine::analyze_over(found, over, &[], workers);
        (all(workers, &kept), all(workers, &fresh))
    };
    // Files of every kind, those first of which there are few.
    let texts = found.files.iter().filter_map(|p| Some((p, fs::read_to_string(found.root.join(p)).ok()?)));
    let mut texts: Vec<(&String, String)> = texts.collect();
    let ending = |p: &str| p.rsplit('.').next().unwrap_or_default().to_owned();
    let mut seen = Vec::new();
    texts.sort_by_key(|(p, _)| {
        seen.push(ending(p));
        seen.iter().filter(|e| **e == ending(p)).count()
    });
    let mut states = vec![Overlay::new(), Overlay::new()];
    for (path, text) in texts.into_iter().take(CHANGED) {
        // All places in the file move.
        states.push(Overlay::from([(path.clone(), format!("\n{text}").into())]));
    }
    states.push(Overlay::new());
    let mut wrong = Vec::new();
    for over in &states {
        let (kept, fresh) = again(over);
        if kept != fresh {
            wrong.push(format!("with {:?} changed: {}", over.keys().next(), difference(&kept, &fresh)));
        }
    }
    wrong
}

fn hold(dirs: &[PathBuf]) {
    let workers = Workers::new(NonZeroUsize::new(2)).expect("threads start");
    let below = |d: &Path| d.strip_prefix(root()).unwrap_or(d).display().to_string();
    let mut wrong = Vec::new();
    for dir in dirs {
        let found = discover::discover(std::slice::from_ref(dir), dir).expect("a walk");
        wrong.extend(differs(&workers, &found).iter().map(|w| format!("{}: {w}", below(dir))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(dirs.len() > 5, "only {} folders", dirs.len());
}

#[test]
fn projects_are_the_same_again() {
    hold(&folders(&root().join("testdata/projects")));
}

#[test]
fn hard_constructs_are_the_same_again() {
    hold(&folders(&root().join("testdata/nasty")));
}

#[test]
fn handlers_of_all_languages_are_the_same_again() {
    let cases = folders(&root().join("testdata/parity-code"));
    let variants = cases.iter().flat_map(|c| folders(c)).filter(|d| name(d) != "shared");
    hold(&variants.collect::<Vec<_>>());
}

#[test]
fn templates_of_all_formats_are_the_same_again() {
    let cases = folders(&root().join("testdata/parity"));
    let variants = cases.iter().flat_map(|c| folders(c)).filter(|d| name(d) != "shared");
    hold(&variants.collect::<Vec<_>>());
}
