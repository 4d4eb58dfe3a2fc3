//! One application written in several template formats, one handler written in several languages: the findings are
//! the same. A folder `shared` of a case belongs to every variant.

mod support;

use lamlint_model::finding::Confidence;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::{files_below, folders, name, root, rules_with, run};

/// `rule subject` of all findings, on stderr what differs.
fn hold(kind: &str, variants: &[&str], least: usize) {
    let mut wrong = Vec::new();
    let cases = folders(&root().join("testdata").join(kind));
    for case in &cases {
        let listed = fs::read_to_string(case.join("expect.txt"))
            .unwrap_or_else(|e| panic!("{}/expect.txt: {e}", case.display()));
        let expected: BTreeSet<String> = listed
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
            .map(|l| l.split_once(' ').map_or(plain("", l), |(rule, s)| format!("{rule} {}", plain("", s))))
            .collect();
        let dirs: Vec<_> = folders(case).into_iter().filter(|d| name(d) != "shared").collect();
        let names: Vec<&str> = dirs.iter().map(|d| name(d)).collect();
        for v in variants.iter().filter(|v| !names.contains(v)) {
            wrong.push(format!("{}: there is no `{v}`", name(case)));
        }
        for dir in &dirs {
            let project = tempfile::tempdir().expect("a scratch folder");
            if case.join("shared").is_dir() {
                copy(&case.join("shared"), project.path());
            }
            copy(dir, project.path());
            let result = run(project.path(), rules_with(None), Confidence::Medium);
            let found: BTreeSet<String> = result
                .outcome
                .findings
                .iter()
                .flat_map(|f| {
                    let subjects = std::iter::once(f.subject()).chain(f.others().iter().map(|o| &**o));
                    subjects.map(|s| format!("{} {}", f.rule().id, plain(name(dir), s))).collect::<Vec<_>>()
                })
                .collect();
            let mut differs = result.internal_errors();
            differs.extend(expected.difference(&found).map(|l| format!("missing     {l}")));
            differs.extend(found.difference(&expected).map(|l| format!("unexpected  {l}")));
            if !differs.is_empty() {
                // What was linked usually says why.
                for f in lamlint::functions::functions(&result.analysis) {
                    differs.push(format!("function    {}: {:?}", f.function.name(), f.state));
                }
                wrong.push(format!("{}/{}:\n  {}", name(case), name(dir), differs.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= least, "only {} cases", cases.len());
}

/// A subject as every format can spell it: `StoreRole` and `store_role` are one, and constructs are known by their
/// paths, which begin with the stack.
fn plain(variant: &str, subject: &str) -> String {
    let own = if variant == "cdk" { subject.strip_prefix("App/").unwrap_or(subject) } else { subject };
    own.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

fn copy(from: &Path, to: &Path) {
    for path in files_below(from) {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().expect("below")).expect("a folder");
        fs::copy(from.join(&path), target).expect("a copy");
    }
}

#[test]
fn template_formats_agree() {
    hold("parity", &["sam-yaml", "cfn-yaml", "cfn-json", "terraform", "serverless", "cdk"], 12);
}

#[test]
fn languages_agree() {
    hold(
        "parity-code",
        &["python", "javascript", "esm", "typescript", "go", "rust", "java", "ruby", "csharp", "powershell"],
        8,
    );
}
