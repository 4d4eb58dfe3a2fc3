//! Unpacked sizes of well-known packages: the estimate where nothing is built.

use crate::code::hir::Lang;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The table: ecosystem, name, version, unpacked bytes, dependencies. Its head says how it was measured.
const TABLE: &str = include_str!("sizes.tsv");

/// One row.
#[derive(Debug, Clone)]
struct Row {
    bytes: u64,
    requires: Vec<&'static str>,
}

fn rows(ecosystem: &str) -> BTreeMap<&'static str, Row> {
    TABLE
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| {
            let mut f = l.split('\t');
            let (e, name, _version, bytes) = (f.next()?, f.next()?, f.next()?, f.next()?.parse().ok()?);
            let requires = f.next().unwrap_or_default().split(',').filter(|r| !r.is_empty()).collect();
            (e == ecosystem).then_some((name, Row { bytes, requires }))
        })
        .collect()
}

/// Lower bounds for the packages among `names` that are known, their own dependencies included, each counted once.
pub(super) fn estimate(lang: Lang, names: &BTreeSet<SmolStr>) -> Vec<(String, u64)> {
    let rows = rows(if lang == Lang::Python { "pypi" } else { "npm" });
    let mut todo: Vec<&str> = names.iter().map(SmolStr::as_str).collect();
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    while let Some(n) = todo.pop() {
        let Some((name, row)) = rows.get_key_value(n) else { continue };
        if seen.insert(*name) {
            out.push(((*name).to_owned(), row.bytes));
            todo.extend(&row.requires);
        }
    }
    out.sort();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        let mut last = String::new();
        for l in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let fields: Vec<&str> = l.split('\t').collect();
            assert_eq!(fields.len(), 5, "{l}");
            assert!(matches!(fields[0], "npm" | "pypi"), "{l}");
            assert!(fields[3].parse::<u64>().unwrap() > 100_000, "{l}");
            let key = format!("{}\t{}", fields[0], fields[1]);
            assert!(last < key, "not sorted: {l}");
            last = key;
        }
    }

    #[test]
    fn shared_dependencies_count_once() {
        let names = |n: &[&str]| n.iter().map(|s| SmolStr::from(*s)).collect::<BTreeSet<_>>();
        let total = |n: &[&str]| estimate(Lang::Python, &names(n)).iter().map(|(_, b)| b).sum::<u64>();
        assert_eq!(total(&["pandas", "numpy"]), total(&["pandas"]));
        assert!(total(&["pandas"]) > total(&["numpy"]));
        assert_eq!(total(&["no-such-package"]), 0);
    }
}
