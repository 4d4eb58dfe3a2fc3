//! Constructs of real projects that are hard to read: each is resolved, or there is silence and a reason.
//!
//! A folder is a small project. Its `expect.txt` lists the functions with what `lamlint model` says of them, the notes,
//! and all findings. Lines are compared whole; what is left out of a function does not matter. No command rewrites it.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use support::command::lamlint;
use support::{folders, name, root};

/// What is said of a project.
#[derive(Default)]
struct Said {
    functions: BTreeMap<String, BTreeSet<String>>,
    notes: BTreeSet<String>,
    findings: BTreeSet<String>,
}

fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn expected(text: &str) -> Said {
    let mut out = Said::default();
    let mut function: Option<&mut BTreeSet<String>> = None;
    let mut decided = false;
    for line in text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix("function ") {
            function = Some(out.functions.entry(name.to_owned()).or_default());
        } else if line.starts_with(' ') {
            function.as_mut().expect("a function before its lines").insert(words(line));
        } else if line.starts_with("note: ") {
            out.notes.insert(line.to_owned());
        } else if let Some(finding) = line.strip_prefix("finding ") {
            decided = true;
            out.findings.insert(finding.to_owned());
        } else {
            assert_eq!(line, "no findings");
            decided = true;
        }
    }
    assert!(decided, "findings, or `no findings`");
    assert_eq!(out.findings.is_empty(), text.contains("\nno findings\n"));
    out
}

fn said(dir: &Path) -> Said {
    let mut out = Said::default();
    let model = lamlint(dir, &["model", "--isolated"]);
    let mut function: Option<&mut BTreeSet<String>> = None;
    for line in model.out.lines() {
        if line.starts_with("    ") {
            if let Some(f) = &mut function {
                f.insert(words(line));
            }
        } else if let Some((name, _)) = line.strip_prefix("  ").and_then(|l| l.rsplit_once("  ")) {
            function = Some(out.functions.entry(name.to_owned()).or_default());
        }
    }
    let run = lamlint(dir, &["--isolated", "--format", "concise"]);
    assert!(run.status < 2, "{}", run.err);
    out.notes = run.err.lines().filter(|l| l.starts_with("note: ")).map(str::to_owned).collect();
    for line in run.out.lines() {
        let (place, rest) = line.split_once(": ").expect("path:line:column: severity[rule] message");
        let (place, _) = place.rsplit_once(':').expect("a column");
        let rule = rest.split(['[', ']']).nth(1).expect("a rule");
        out.findings.insert(format!("{place} {rule}"));
    }
    out
}

fn compare(what: &str, expected: &BTreeSet<String>, found: &BTreeSet<String>, out: &mut Vec<String>) {
    out.extend(expected.difference(found).map(|l| format!("  missing     {what} {l}")));
    out.extend(found.difference(expected).map(|l| format!("  unexpected  {what} {l}")));
}

#[test]
fn nasty_constructs_are_resolved_or_silent() {
    let projects = folders(&root().join("testdata/nasty"));
    let mut wrong = Vec::new();
    for dir in &projects {
        let text = fs::read_to_string(dir.join("expect.txt")).expect("what is expected");
        let (expected, found) = (expected(&text), said(dir));
        let mut here = Vec::new();
        for (name, lines) in &expected.functions {
            match found.functions.get(name) {
                Some(all) => here.extend(
                    lines.difference(all).map(|l| format!("  missing     {name}: {l}\n  in {all:#?}")),
                ),
                None => here.push(format!("  missing     {name}")),
            }
        }
        let more = found.functions.keys().filter(|n| !expected.functions.contains_key(*n));
        here.extend(more.map(|n| format!("  unexpected  {n}")));
        compare("note", &expected.notes, &found.notes, &mut here);
        compare("finding", &expected.findings, &found.findings, &mut here);
        if !here.is_empty() {
            wrong.push(format!("{}:\n{}", name(dir), here.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(projects.len() >= 29);
}
