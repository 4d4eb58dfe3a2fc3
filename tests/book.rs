//! The book shows what is true: blocks after `<!-- run -->` are what the binary prints in the project that the page
//! has written down so far, and blocks between `<!-- file PATH -->` and `<!-- /file -->` are that file.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use support::command::lamlint;
use support::root;
use tempfile::TempDir;

/// How many backticks open or close a block here.
fn fence(line: &str) -> Option<usize> {
    let ticks = line.len() - line.trim_start_matches('`').len();
    (ticks >= 3).then_some(ticks)
}

/// The lines of the block that starts at the next line that is not empty, and the index behind its end.
fn block<'a>(lines: &[&'a str], mut at: usize) -> Option<(Vec<&'a str>, usize)> {
    while lines.get(at)?.is_empty() {
        at += 1;
    }
    let ticks = fence(lines[at])?;
    let len = lines[at + 1..].iter().position(|l| fence(l) == Some(ticks) && l.len() == ticks)?;
    Some((lines[at + 1..at + 1 + len].to_vec(), at + len + 2))
}

/// What the commands of a block print, one after the other.
fn session(block: &[&str], dir: &Path) -> String {
    let mut out = String::new();
    let mut status = 0;
    for command in block.iter().filter_map(|l| l.strip_prefix("$ ")) {
        let _ = writeln!(out, "$ {command}");
        let mut words = command.split(' ');
        let said = match words.next() {
            Some("lamlint") => {
                let a = lamlint(dir, &words.collect::<Vec<_>>());
                status = a.status;
                a.err + &a.out
            }
            Some("echo") if command == "echo $?" => status.to_string(),
            _ => panic!("only lamlint is run here: {command}"),
        };
        // Two commands are kept apart as they are in a terminal: by nothing.
        let said = said.trim_end();
        if !said.is_empty() {
            let _ = writeln!(out, "{said}");
        }
    }
    out
}

/// A page as it should be, and how many blocks were run.
fn page(text: &str, folder: &Path) -> (String, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let project: TempDir = tempfile::tempdir().expect("a scratch folder");
    let (mut out, mut ran, mut at) = (String::new(), 0, 0);
    while let Some(line) = lines.get(at) {
        at += 1;
        let _ = writeln!(out, "{line}");
        if let Some(path) = line.strip_prefix("<!-- file ").and_then(|l| l.strip_suffix(" -->")) {
            let file = folder.join(path);
            let content = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            let language = match file.extension().and_then(|e| e.to_str()) {
                Some("yml" | "yaml") => "yaml",
                Some("rs") => "rust",
                e => panic!("no language for {e:?}"),
            };
            let end = lines[at..].iter().position(|l| *l == "<!-- /file -->");
            at += end.unwrap_or_else(|| panic!("`{line}` has no end"));
            let _ = write!(out, "\n```{language}\n{content}```\n\n");
        } else if *line == "<!-- run -->" {
            let (commands, end) =
                block(&lines, at).unwrap_or_else(|| panic!("nothing to run after line {at}"));
            let _ = write!(out, "\n```console\n{}```\n", session(&commands, project.path()));
            at = end;
            ran += 1;
        } else if let Some(path) = line.strip_prefix('`').and_then(|l| l.strip_suffix("`:"))
            && let Some((content, end)) = block(&lines, at)
        {
            support::command::put(&project, path, content.join("\n") + "\n");
            for l in &lines[at..end] {
                let _ = writeln!(out, "{l}");
            }
            at = end;
        } else if let Some(ticks) = fence(line) {
            // What is quoted is not looked into.
            while let Some(l) = lines.get(at) {
                at += 1;
                let _ = writeln!(out, "{l}");
                if fence(l) == Some(ticks) && l.len() == ticks {
                    break;
                }
            }
        }
    }
    (out, ran)
}

#[test]
fn the_book_shows_real_output() {
    let docs = root().join("docs");
    let mut wrong = Vec::new();
    let mut pages = BTreeMap::new();
    let mut ran = 0;
    for file in support::files_below(&docs) {
        let path = docs.join(&file);
        if path.extension().is_none_or(|e| e != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (expected, n) = page(&text, path.parent().unwrap());
        ran += n;
        wrong.extend(support::check_generated(&path, &expected));
        pages.insert(file, expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran >= 8, "only {ran} blocks were run");
    stories(&pages);
}

/// What the text of the pages says about their output.
fn stories(pages: &BTreeMap<String, String>) {
    let quick = &pages["quick-start.md"];
    let (before, after) = quick.split_once("## Mend").expect("its heading");
    assert!(
        before.contains("error[missing-iam-permission]") && before.contains("error[sqs-visibility-timeout]")
    );
    assert!(before.contains("$ echo $?\n1\n") && after.contains("$ echo $?\n0\n"));

    let proof = &pages["proof.md"];
    let sections: Vec<&str> = proof.split("\n## ").collect();
    let section = |title: &str| sections.iter().find(|s| s.starts_with(title)).copied().expect("its section");
    let unknown = section("A value that is not known");
    assert_eq!(unknown.matches("error[sqs-visibility-timeout]").count(), 1, "only with --param");
    assert!(unknown.contains("timeout     unknown"));
    assert!(section("A parameter's default").contains("medium confidence"));
    assert!(section("Code that is not found").contains("not linked"));
}

#[test]
fn the_harness_notices() {
    let text = "`a.yaml`:\n\n```yaml\nA: 1\n```\n\n<!-- run -->\n\n```console\n$ lamlint --version\nold\n$ echo $?\n```\n";
    let (new, ran) = page(text, Path::new("."));
    assert_eq!(ran, 1);
    assert!(!new.contains("old") && new.contains("$ lamlint --version\nlamlint "), "{new}");
    assert!(new.ends_with("$ echo $?\n0\n```\n"), "{new}");
    assert_eq!(page(&new, Path::new(".")).0, new);
    let quoted = "````md\n<!-- run -->\n\n```console\n$ rm\n```\n````\n";
    assert_eq!(page(quoted, Path::new(".")), (quoted.to_owned(), 0));
}
