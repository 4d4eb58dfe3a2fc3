//! Broken input: `testdata/syntax` holds one folder per case; for templates, `expect.txt` is what is said of it.

use lamlint_model::FileId;
use lamlint_model::source::LineIndex;
use lamlint_parsers::doc::{Doc, DocKind, DocNode};
use lamlint_parsers::iac::detect;
use lamlint_parsers::{SourceText, code};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn files(wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/syntax");
    let entries = |dir: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).collect()
    };
    let cases = entries(&root).into_iter().filter(|p| p.is_dir());
    let mut out: Vec<PathBuf> = cases.flat_map(|d| entries(&d)).filter(|p| wanted(p)).collect();
    out.sort();
    assert!(!out.is_empty());
    out
}

/// The folders that hold a template.
fn cases() -> Vec<PathBuf> {
    let templates = files(|p| p.file_stem().is_some_and(|s| s == "template"));
    templates.iter().filter_map(|p| p.parent()).map(Path::to_path_buf).collect()
}

fn template(case: &Path) -> (String, String) {
    let name = if case.join("template.json").exists() { "template.json" } else { "template.yaml" };
    (name.to_owned(), std::fs::read_to_string(case.join(name)).expect("a readable file"))
}

/// Ask every question a document answers.
fn walk(node: &DocNode, text: &str) {
    let at = node.span.start as usize..node.span.end as usize;
    assert!(text.get(at.clone()).is_some(), "{at:?} is no range of the text");
    match &node.kind {
        DocKind::Scalar(s) => {
            for (i, c) in s.text.char_indices() {
                let (a, b) = s.map.range(i, i + c.len_utf8());
                assert!(text.get(a..b).is_some(), "{a}..{b} is no range of the text");
            }
        }
        DocKind::Seq(items) => items.iter().for_each(|n| walk(n, text)),
        DocKind::Map(entries) => entries.iter().for_each(|e| walk(&e.value, text)),
    }
}

fn ask(doc: &Doc, text: &str) {
    walk(&doc.root, text);
    let _ = detect::is_template(doc);
    let _ = detect::duplicate_keys(doc);
}

/// What is said of a text: `ok`, or place, message, and whether it certainly is a template.
fn said(name: &str, text: &str) -> String {
    let mut out = String::new();
    match detect::parse(&SourceText::file(FileId(0), text), name) {
        Ok(doc) => {
            ask(&doc, text);
            out.push_str("ok\n");
        }
        Err(e) => {
            let at = LineIndex::new(text).line_column(text, e.span.start);
            let what = text.get(e.span.start as usize..e.span.end as usize).expect("a range of the text");
            let sure = if detect::is_broken_template(text, &e) { "template" } else { "unsure" };
            let _ = writeln!(out, "{}:{} {what:?}\n{}\n{sure}", at.line, at.column, e.message);
        }
    }
    out
}

#[test]
fn every_case_says_what_is_expected() {
    let bless = std::env::var_os("LAMLINT_BLESS").is_some();
    let mut wrong = String::new();
    for case in cases() {
        let (name, text) = template(&case);
        let actual = said(&name, &text);
        let expect = case.join("expect.txt");
        if bless {
            std::fs::write(&expect, &actual).unwrap();
        }
        let expected = std::fs::read_to_string(&expect).unwrap_or_default();
        if actual != expected {
            let _ = writeln!(wrong, "{}:\n{actual}instead of\n{expected}", case.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_is_fine_is_said_to_be_fine() {
    for case in cases() {
        let fine = case.file_name().is_some_and(|n| n.to_string_lossy().starts_with("fine-"));
        let (name, text) = template(&case);
        assert_eq!(said(&name, &text) == "ok\n", fine, "{}", case.display());
    }
}

#[test]
fn broken_code_never_panics() {
    for path in files(|p| code::language(&p.to_string_lossy()).is_some()) {
        let name = path.to_string_lossy();
        let Some(lang) = code::language(&name) else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        for (i, _) in text.char_indices() {
            let _ = code::lower(lang, &SourceText::file(FileId(0), &text[..i]), &name);
            let _ = code::lower(lang, &SourceText::file(FileId(0), &text[i..]), &name);
        }
    }
}

#[test]
fn deep_code_never_panics() {
    // As much stack as the workers of a run have.
    let read = || {
        for name in [
            "deep.py",
            "deep.js",
            "deep.ts",
            "deep.go",
            "deep.rs",
            "deep.java",
            "deep.rb",
            "deep.cs",
            "deep.ps1",
        ] {
            let lang = code::language(name).expect("a front end");
            for open in ["(", "[", "{", "A<", "f(", "if x:\n", "a.b(() => {", "not ", "-", "a if b else "] {
                let text = open.repeat(5_000);
                let _ = code::lower(lang, &SourceText::file(FileId(0), &text), name);
            }
        }
    };
    std::thread::Builder::new().stack_size(16 << 20).spawn(read).expect("a thread").join().expect("no panic");
}

#[test]
fn no_cut_makes_it_panic() {
    for case in cases() {
        let (name, text) = template(&case);
        for (i, _) in text.char_indices() {
            said(&name, &text[..i]);
            said(&name, &text[i..]);
        }
    }
}
