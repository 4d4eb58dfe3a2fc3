//! A full run over a generated tree of 200 templates with a handler each, beside the floor: walking, reading and
//! parsing the same tree without drawing any conclusion. `cargo bench`.

mod tree;

use divan::Bencher;
use lamlint::discover::{Found, discover};
use lamlint::engine::{self, Workers};
use lamlint::selection::Selection;
use lamlint_model::finding::Confidence;
use lamlint_model::rule::{Date, Severity};
use lamlint_model::source::FileId;
use lamlint_parsers::{SourceText, code, iac};
use std::fs;
use std::num::NonZeroUsize;
use tempfile::TempDir;
use tree::tree;

const TODAY: Date = Date { year: 2026, month: 11, day: 24 };

fn main() {
    divan::main();
}

fn walk(dir: &TempDir) -> Found {
    discover(&[dir.path().to_path_buf()], dir.path()).expect("a walk")
}

fn workers(jobs: usize) -> Workers {
    Workers::new(NonZeroUsize::new(jobs)).expect("threads")
}

/// Everything: walk, read, parse, assemble, link, follow, all rules.
#[divan::bench(args = [1, 2])]
fn full_run(bencher: Bencher<'_, '_>, jobs: usize) {
    let (dir, workers) = (tree(), workers(jobs));
    let selection = Selection::new(lamlint_rules::RULES.to_vec(), Severity::Note, Confidence::Low);
    bencher.bench(|| {
        let analysis = engine::analyze(&walk(&dir), &[], &workers);
        engine::check(&analysis, &selection, None, TODAY, &workers).findings.len()
    });
}

/// The floor, on one thread: walk, read and parse.
#[divan::bench]
fn walk_read_parse(bencher: Bencher<'_, '_>) {
    let dir = tree();
    bencher.bench(|| {
        let found = walk(&dir);
        let mut parsed = 0;
        for path in &found.files {
            let text = fs::read_to_string(found.root.join(path)).expect("a text");
            let src = SourceText::file(FileId(0), &text);
            if let Some(lang) = code::language(path) {
                parsed += code::lower(lang, &src, path).functions.len();
            } else if iac::is_candidate(path, &text) {
                parsed += usize::from(matches!(iac::read(&src, path), Ok(Some(_))));
            }
        }
        parsed
    });
}
