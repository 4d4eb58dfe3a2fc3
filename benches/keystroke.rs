//! One character in one of the 400 files of a template or its code, with everything else as it was: what an editor asks
//! for at every key. One worker, over the generated tree of `full_run`. `cargo bench --bench keystroke`.

mod tree;

use divan::Bencher;
use lamlint::discover::discover;
use lamlint::engine::{self, Workers};
use lamlint::memo::Memo;
use lamlint::selection::Selection;
use lamlint::vfs::Overlay;
use lamlint_model::finding::Confidence;
use lamlint_model::rule::{Date, Severity};
use std::fs;
use std::num::NonZeroUsize;
use std::sync::Arc;

const TODAY: Date = Date { year: 2026, month: 11, day: 24 };

fn main() {
    divan::main();
}

/// A handler, and a template, each with one digit more and less in turn.
#[divan::bench(args = ["service100/src/app.mjs", "service100/template.yaml"])]
fn keystroke(bencher: Bencher<'_, '_>, path: &str) {
    let dir = tree::tree();
    let found = discover(&[dir.path().to_path_buf()], dir.path()).expect("a walk");
    let path = found.files.iter().find(|f| f.ends_with(path)).expect("a file of the tree").clone();
    let text = fs::read_to_string(found.root.join(&path)).expect("a text");
    let typed = ["const version = 1", "BatchSize: 1"]
        .iter()
        .fold(text.clone(), |t, what| t.replace(what, &format!("{what}1")));
    assert_ne!(text, typed, "nothing is typed");
    let states: [Arc<str>; 2] = [text.into(), typed.into()];
    let workers = Workers::new(NonZeroUsize::new(1)).expect("threads");
    let selection = Selection::new(lamlint_rules::RULES.to_vec(), Severity::Note, Confidence::Medium);
    let mut memo = Memo::for_editor();
    let mut n = 0;
    let mut run = move || {
        n += 1;
        let overlay = Overlay::from([(path.clone(), Arc::clone(&states[n % 2]))]);
        let analysis = engine::analyze_again(&found, &overlay, &[], &workers, &mut memo).expect("a run");
        engine::check(&analysis, &selection, None, TODAY, &workers).findings.len()
    };
    run();
    bencher.bench_local(run);
}
