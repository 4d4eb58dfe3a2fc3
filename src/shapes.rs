//! Handlers no template names, known by their shape.

use lamlint_parsers::code::program::{Program, UnitId};
use lamlint_parsers::code::{Entry, handlers_by_shape};
use lamlint_parsers::files::{file_name, parent};
use std::collections::BTreeSet;

/// Entry points by shape in the files that hold no entry point of a template.
pub(crate) fn entries(program: &Program, linked: &[Entry]) -> Vec<Entry> {
    let covered: BTreeSet<UnitId> = linked.iter().map(|e| e.unit).collect();
    let mut out = Vec::new();
    for (id, path, unit) in program.iter() {
        if path.is_empty() || covered.contains(&id) || is_test(path) {
            continue;
        }
        out.extend(handlers_by_shape(unit).into_iter().map(|symbol| Entry {
            function: None,
            unit: id,
            symbol,
            roots: above(path),
        }));
    }
    out
}

/// The folder of a file and those above it, nearest first: which one is the code root is not known.
fn above(path: &str) -> Vec<String> {
    let mut dir = parent(path);
    let mut out = vec![dir.to_owned()];
    while !dir.is_empty() {
        dir = parent(dir);
        out.push(dir.to_owned());
    }
    out
}

/// Whether a path is that of test code, by the conventions of pytest, Jest and Mocha.
pub(crate) fn is_test(path: &str) -> bool {
    const FOLDERS: &[&str] =
        &["test", "tests", "__tests__", "__mocks__", "spec", "fixtures", "e2e", "testdata"];
    let name = file_name(path);
    let stem = name.split('.').next().unwrap_or(name);
    path.split('/').rev().skip(1).any(|d| FOLDERS.contains(&d))
        || name.contains(".test.")
        || name.contains(".spec.")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem == "conftest"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_and_tests() {
        assert_eq!(above("a/b/c.py"), ["a/b", "a", ""]);
        assert_eq!(above("c.py"), [""]);
        assert!(is_test("tests/unit/x.py") && is_test("src/a.test.ts") && is_test("src/test_a.py"));
        assert!(!is_test("src/latest/contest.py") && !is_test("src/attest.py"));
    }
}
