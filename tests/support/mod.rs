//! What the tests over projects share: running the engine in-process, marks in sources, blessed files.
#![expect(dead_code, reason = "each test binary uses a part")]

pub(crate) mod command;

use lamlint::discover::{self, Display};
use lamlint::engine::{self, Analysis, Outcome, Workers};
use lamlint::fix;
use lamlint::selection::Selection;
use lamlint_model::Rule;
use lamlint_model::finding::Confidence;
use lamlint_model::fix::Safety;
use lamlint_model::rule::{Date, Severity, Tier};
use lamlint_rules::RULES;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// The day the fixtures are judged by.
pub(crate) const TODAY: Date = Date { year: 2026, month: 11, day: 24 };

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A run over one folder.
pub(crate) struct Run {
    pub(crate) analysis: Analysis,
    pub(crate) outcome: Outcome,
    pub(crate) display: Display,
}

/// The rules of the default tier and one more.
pub(crate) fn rules_with(extra: Option<&'static Rule>) -> Vec<&'static Rule> {
    RULES.iter().copied().filter(|r| r.tier == Tier::Default || Some(*r) == extra).collect()
}

/// Run rules over a folder.
pub(crate) fn run(dir: &Path, rules: Vec<&'static Rule>, min_confidence: Confidence) -> Run {
    let workers = Workers::new(NonZeroUsize::new(2)).expect("threads start");
    let found = discover::discover(&[dir.to_path_buf()], dir).expect("a fixture can be walked");
    let selection = Selection::new(rules, Severity::Note, min_confidence);
    let analysis = engine::analyze(&found, &[], &workers);
    let outcome = engine::check(&analysis, &selection, None, TODAY, &workers);
    Run { analysis, outcome, display: Display::default() }
}

/// Mend all that can be mended in a folder, in memory. Gives the state before, too.
pub(crate) fn mend(dir: &Path, rules: Vec<&'static Rule>) -> (Run, fix::Mended) {
    let before = run(dir, rules.clone(), Confidence::Low);
    let workers = Workers::new(NonZeroUsize::new(2)).expect("threads start");
    let found = discover::discover(&[dir.to_path_buf()], dir).expect("a fixture can be walked");
    let selection = Selection::new(rules, Severity::Note, Confidence::Low);
    let again = fix::Run {
        found: &found,
        parameters: &[],
        selection: &selection,
        today: TODAY,
        workers: &workers,
        baseline: None,
    };
    let state = run(dir, selection.rules.clone(), Confidence::Low);
    let mended = again.mend((state.analysis, state.outcome), Safety::Suggested);
    (before, mended)
}

/// `path:line rule` of a finding's primary span.
pub(crate) type Mark = (String, u32, String);

impl Run {
    /// Where the findings are.
    pub(crate) fn marks(&self) -> BTreeSet<Mark> {
        self.outcome
            .findings
            .iter()
            .map(|f| {
                let path = self.analysis.sources.file(f.primary().file).path.clone();
                (path, self.analysis.sources.position(f.primary()).line, f.rule().id.to_owned())
            })
            .collect()
    }

    /// The messages at a place, for failures.
    pub(crate) fn messages(&self, mark: &Mark) -> Vec<String> {
        self.outcome
            .findings
            .iter()
            .filter(|f| {
                f.rule().id == mark.2
                    && self.analysis.sources.file(f.primary().file).path == mark.0
                    && self.analysis.sources.position(f.primary()).line == mark.1
            })
            .map(|f| format!("{} [{} confidence]", f.message().text, f.confidence().word()))
            .collect()
    }

    /// What lamlint said about itself; no fixture may make it fail.
    pub(crate) fn internal_errors(&self) -> Vec<String> {
        let notices = self.analysis.notices.iter().chain(&self.outcome.notices);
        notices
            .filter(|n| n.kind == lamlint::notice::NoticeKind::Internal)
            .map(|n| format!("{}: {}", n.path, n.text))
            .collect()
    }

    /// Differences between what is expected and what was found, readable; `None` when there are none.
    pub(crate) fn difference(&self, expected: &BTreeSet<Mark>) -> Option<String> {
        let found = self.marks();
        let mut out = String::new();
        for m in expected.difference(&found) {
            let _ = writeln!(out, "  missing     {}:{} {}", m.0, m.1, m.2);
        }
        for m in found.difference(expected) {
            let _ = writeln!(out, "  unexpected  {}:{} {}: {}", m.0, m.1, m.2, self.messages(m).join(" | "));
        }
        for e in self.internal_errors() {
            let _ = writeln!(out, "  internal    {e}");
        }
        if out.is_empty() {
            return None;
        }
        for n in self.analysis.notices.iter().chain(&self.outcome.notices) {
            let _ = writeln!(out, "  notice      {}: {}", n.path, n.text);
        }
        for f in lamlint::functions::functions(&self.analysis) {
            let _ = writeln!(out, "  function    {}: {:?}", f.function.name(), f.state);
        }
        Some(out)
    }
}

/// The rule names a trailing comment marks its line with: `# ~ rule-a rule-b`, `// ~ rule-a`.
pub(crate) fn mark_of(line: &str) -> Vec<String> {
    let Some(at) = line.rfind(" ~ ").filter(|at| line[..*at].ends_with('#') || line[..*at].ends_with("//"))
    else {
        return Vec::new();
    };
    line[at + 3..].split_whitespace().map(str::to_owned).collect()
}

/// All marks of a text.
pub(crate) fn marks_of(path: &str, text: &str) -> Vec<Mark> {
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate() {
        for rule in mark_of(line) {
            assert!(RULES.iter().any(|r| r.id == rule), "{path}:{}: no rule `{rule}`", i + 1);
            out.push((path.to_owned(), u32::try_from(i + 1).expect("a short file"), rule));
        }
    }
    out
}

/// The marks an `expect.txt` lists as `path:line rule`.
pub(crate) fn listed_marks(text: &str) -> Vec<Mark> {
    text.lines()
        .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
        .map(|l| {
            let (place, rule) =
                l.trim().split_once(' ').unwrap_or_else(|| panic!("`path:line rule`, not `{l}`"));
            let (path, line) =
                place.rsplit_once(':').unwrap_or_else(|| panic!("`path:line rule`, not `{l}`"));
            let rule = rule.trim();
            assert!(RULES.iter().any(|r| r.id == rule), "no rule `{rule}`");
            (path.to_owned(), line.parse().expect("a line number"), rule.to_owned())
        })
        .collect()
}

/// All files below a folder, sorted, with `/`-separated paths relative to it.
pub(crate) fn files_below(dir: &Path) -> Vec<String> {
    let mut out = Vec::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(d) = todo.pop() {
        for e in fs::read_dir(&d).unwrap_or_else(|e| panic!("{}: {e}", d.display())) {
            let path = e.expect("a folder can be listed").path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let below = path.strip_prefix(dir).expect("below");
                out.push(below.to_str().expect("UTF-8").replace('\\', "/"));
            }
        }
    }
    out.sort();
    out
}

/// The folders in a folder, sorted.
pub(crate) fn folders(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut out: Vec<PathBuf> =
        entries.map(|e| e.expect("a folder can be listed").path()).filter(|p| p.is_dir()).collect();
    out.sort();
    out
}

/// Last part of a path.
pub(crate) fn name(path: &Path) -> &str {
    path.file_name().and_then(|n| n.to_str()).expect("a UTF-8 name")
}

/// Whether generated files are to be rewritten.
pub(crate) fn bless() -> bool {
    std::env::var_os("LAMLINT_BLESS").is_some_and(|v| v == "1")
}

/// Compare a generated text with its file, or rewrite the file. Gives what is wrong.
pub(crate) fn check_generated(file: &Path, expected: &str) -> Option<String> {
    let actual = fs::read_to_string(file).unwrap_or_default();
    if actual == expected {
        return None;
    }
    if bless() {
        fs::write(file, expected).expect("the repository can be written");
        return None;
    }
    let at = actual.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count();
    Some(format!(
        "{}: out of date from line {} on; rewrite it with LAMLINT_BLESS=1 cargo test\n  is:        {:?}\n  should be: {:?}",
        file.display(),
        at + 1,
        actual.lines().nth(at).unwrap_or_default(),
        expected.lines().nth(at).unwrap_or_default(),
    ))
}

/// Replace the part of a text between `<!-- name -->` and `<!-- /name -->`.
pub(crate) fn replace_region(text: &str, name: &str, new: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let from = text.find(&start).unwrap_or_else(|| panic!("no `{}`", start.trim())) + start.len();
    let to = from + text[from..].find(&end).unwrap_or_else(|| panic!("no `{end}`"));
    format!("{}{new}{}", &text[..from], &text[to..])
}
