//! Settings of a project: `lamlint.toml`, or `[tool.lamlint]` of `pyproject.toml`.
//!
//! [`load`] finds and reads the file, [`KEYS`] is the one table of what it can say: the check, the JSON schema and
//! the file `lamlint init` writes come from it.

mod check;
mod globs;
mod load;
mod schema;

pub use globs::Globs;
pub use load::load;
pub use schema::{schema, starter};

use lamlint_model::finding::Confidence;
use lamlint_model::rule::{Date, Severity};
use lamlint_model::{Finding, Rule};
use std::collections::BTreeMap;

/// The name of the file.
pub const FILE: &str = "lamlint.toml";

/// What a file says; what it does not say is empty.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Exactly these rules run.
    pub select: Option<Vec<&'static Rule>>,
    /// These rules do not run.
    pub ignore: Vec<&'static Rule>,
    /// Findings that are not reported.
    pub ignores: Vec<Ignore>,
    /// The day dates are judged by.
    pub as_of: Option<Date>,
    /// Whether findings that rest on what parameters are by default, or may be, are left out.
    pub written_only: bool,
    /// Whether the pedantic rules run, too.
    pub pedantic: bool,
    /// The least severity that is shown.
    pub min_severity: Option<Severity>,
    /// The least confidence that is shown.
    pub min_confidence: Option<Confidence>,
    /// From which severity on findings make the run fail.
    pub fail_on: Option<FailOn>,
    /// Files and folders that are not read.
    pub exclude: Globs,
    /// Values of template parameters.
    pub parameters: Vec<(String, String)>,
    /// Severities by the name of a rule; `None` is off.
    pub levels: Levels,
    /// What holds for some paths only; later ones win.
    pub overrides: Vec<Override>,
}

/// Severities by the name of a rule; `None` is off.
pub type Levels = BTreeMap<&'static str, Option<Severity>>;

/// From which severity on findings make the run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// From this one on.
    At(Severity),
    /// They never do.
    Never,
}

/// What holds for findings in some paths.
#[derive(Debug, Clone, Default)]
pub struct Override {
    /// The paths.
    pub paths: Globs,
    /// Severities there; `None` hides the findings.
    pub levels: Levels,
}

/// Findings that are not reported: of one rule, in some path or about some subject.
#[derive(Debug, Clone)]
pub struct Ignore {
    /// The rule.
    pub rule: &'static Rule,
    /// Where their first place is; `None` is everywhere.
    pub paths: Option<Globs>,
    /// The function or resource they are about; `None` is any.
    pub subject: Option<String>,
    /// Why, in the words of the project.
    pub reason: String,
    /// File, line and column of the entry, as people are shown them.
    pub place: String,
    /// What it asks for, for people.
    pub words: String,
    /// Whether the run covers all files it is about, so that it can be judged to do nothing.
    pub judged: bool,
    /// Where it starts in the file.
    offset: usize,
}

impl Ignore {
    /// Whether a finding with its first place in a path is meant.
    pub fn means(&self, f: &Finding, path: &str) -> bool {
        self.rule == f.rule()
            && self.paths.as_ref().is_none_or(|p| p.covers(path))
            && self.subject.as_deref().is_none_or(|s| s == f.subject())
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The file, as people are shown it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what to write instead.
    pub text: String,
}

impl std::error::Error for Error {}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: error: {}", self.file, self.line, self.column, self.text)
    }
}

/// A key of the file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it does, one or more sentences.
    pub doc: &'static str,
    /// What can be written.
    pub kind: Kind,
    /// Lines of an example.
    pub example: &'static str,
}

/// What can be written for a key.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A list of names of rules.
    Rules,
    /// `true` or `false`.
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list of names of rules, or of tables with these keys, or of both.
    RulesOr(&'static [Key]),
    /// The name of one rule.
    Rule,
    /// One glob.
    Glob,
    /// Words, not empty.
    Text,
    /// A day.
    Day,
    /// A list of globs.
    Globs,
    /// A table of strings, numbers and flags by any name.
    Values,
    /// A table by names of rules with these keys.
    PerRule(&'static [Key]),
    /// A table of words by names of rules.
    Levels(&'static [&'static str]),
    /// A list of tables with these keys.
    Tables(&'static [Key]),
}

const LEVELS: &[&str] = &["error", "warning", "note", "off"];

/// What findings may rest on.
const EVIDENCE: &[&str] = &["written", "defaults"];

/// All keys; those without a table of their own come first, as TOML wants them.
pub const KEYS: &[Key] = &[
    Key {
        name: "select",
        doc: "Run exactly these rules.",
        kind: Kind::Rules,
        example: "select = [\"event-loop\"]",
    },
    Key {
        name: "ignore",
        doc: "Leave these rules out; or, with a table ([[ignore]]), single findings: rule, reason, and path or subject.",
        kind: Kind::RulesOr(IGNORE_KEYS),
        example: "ignore = [\"event-loop\", { rule = \"iam-wildcard\", subject = \"Worker\", reason = \"a demo\" }]",
    },
    Key {
        name: "pedantic",
        doc: "Run the pedantic rules too.",
        kind: Kind::Flag,
        example: "pedantic = true",
    },
    Key {
        name: "min-severity",
        doc: "Show findings of this severity and above: note (default), warning or error.",
        kind: Kind::Word(&["error", "warning", "note"]),
        example: "min-severity = \"warning\"",
    },
    Key {
        name: "min-confidence",
        doc: "Show findings of this confidence and above: low, medium (default) or high.",
        kind: Kind::Word(&["high", "medium", "low"]),
        example: "min-confidence = \"high\"",
    },
    Key {
        name: "evidence",
        doc: "What a finding may rest on: written, or also what template parameters are by default (defaults, the default).",
        kind: Kind::Word(EVIDENCE),
        example: "evidence = \"written\"",
    },
    Key {
        name: "as-of",
        doc: "Judge dates as of this day instead of today.",
        kind: Kind::Day,
        example: "as-of = \"2026-11-24\"",
    },
    Key {
        name: "fail-on",
        doc: "Exit with 1 when a shown finding has this severity or above: note, warning (default), error or never.",
        kind: Kind::Word(&["error", "warning", "note", "never"]),
        example: "fail-on = \"error\"",
    },
    Key {
        name: "exclude",
        doc: "Do not read these files and folders. Globs are relative to the folder of this file; one without a slash matches at any depth.",
        kind: Kind::Globs,
        example: "exclude = [\"docs/examples\", \"*_pb2.py\"]",
    },
    Key {
        name: "parameters",
        doc: "Values of template parameters.",
        kind: Kind::Values,
        example: "[parameters]\nStage = \"prod\"",
    },
    Key {
        name: "rules",
        doc: "Settings of one rule.",
        kind: Kind::PerRule(RULE_KEYS),
        example: "[rules.event-loop]\nseverity = \"warning\"",
    },
    Key {
        name: "overrides",
        doc: "What holds only for findings whose first place is in these paths; where several match, the last one wins.",
        kind: Kind::Tables(OVERRIDE_KEYS),
        example: "[[overrides]]\npaths = [\"sandbox\"]\nignore = [\"event-loop\"]",
    },
];

/// Keys of `[rules.<name>]`.
const RULE_KEYS: &[Key] = &[Key {
    name: "severity",
    doc: "Report the findings of the rule with this severity: error, warning or note; off does not run it.",
    kind: Kind::Word(LEVELS),
    example: "severity = \"warning\"",
}];

/// Keys of `[[ignore]]`.
const IGNORE_KEYS: &[Key] = &[
    Key { name: "rule", doc: "The rule.", kind: Kind::Rule, example: "rule = \"iam-wildcard\"" },
    Key {
        name: "path",
        doc: "A glob of the paths the first place of the finding is in.",
        kind: Kind::Glob,
        example: "path = \"sandbox\"",
    },
    Key {
        name: "subject",
        doc: "The function or resource the finding is about, by its logical name.",
        kind: Kind::Text,
        example: "subject = \"Worker\"",
    },
    Key { name: "reason", doc: "Why.", kind: Kind::Text, example: "reason = \"a demo\"" },
];

/// Keys of `[[overrides]]`.
const OVERRIDE_KEYS: &[Key] = &[
    Key { name: "paths", doc: "Globs of the paths.", kind: Kind::Globs, example: "paths = [\"sandbox\"]" },
    Key {
        name: "ignore",
        doc: "Hide the findings of these rules.",
        kind: Kind::Rules,
        example: "ignore = [\"event-loop\"]",
    },
    Key {
        name: "severity",
        doc: "Report the findings of rules with another severity; off hides them.",
        kind: Kind::Levels(LEVELS),
        example: "severity = { event-loop = \"note\" }",
    },
];
