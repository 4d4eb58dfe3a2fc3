//! Printers of one answer.

pub mod concise;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod iam;
pub mod json;
pub mod junit;
pub mod links;
pub mod markdown;
pub mod model;
pub mod rules;
pub mod sarif;
pub mod statistics;
pub mod style;
pub mod summary;
pub mod text;

mod excerpt;

use crate::discover::Display;
use crate::engine::{Analysis, Outcome};
use crate::fingerprint::{Fingerprints, fingerprints};
use crate::notice::{Notice, NoticeKind};
use lamlint_model::finding::Finding;
use lamlint_model::rule::{Date, Severity};

/// All a printer needs.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What was understood.
    pub analysis: &'a Analysis,
    /// What the rules say.
    pub outcome: &'a Outcome,
    /// How paths are shown.
    pub display: &'a Display,
    /// The date the rules went by.
    pub today: Date,
}

impl<'a> Report<'a> {
    /// All notices, sorted: those of reading, then those of rules.
    pub fn notices(&self) -> Vec<&'a Notice> {
        self.analysis.notices.iter().chain(&self.outcome.notices).collect()
    }

    /// Whether lamlint itself failed somewhere.
    pub fn failed(&self) -> bool {
        self.notices().iter().any(|n| n.kind == NoticeKind::Internal)
    }

    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.outcome.findings.iter().filter(|f| f.severity() == severity).count()
    }

    /// Where a finding is, as shown to people.
    pub(crate) fn path_of(&self, f: &Finding) -> String {
        self.display.path(&self.analysis.sources.file(f.primary().file).path)
    }

    /// A path of the run as other programs are told it: from the top of the repository, else as people are shown it.
    pub(crate) fn published(&self, path: &str) -> String {
        match &self.analysis.within {
            Some(within) if !path.starts_with('/') => format!("{within}{path}"),
            _ => self.display.path(path),
        }
    }

    /// What identifies the findings from run to run, wherever lamlint is started.
    pub(crate) fn fingerprints(&self) -> Fingerprints {
        let within = self.analysis.within.as_deref().unwrap_or_default();
        fingerprints(self.analysis, self.outcome, |p| format!("{within}{p}"))
    }

    /// A notice in one line.
    pub fn notice(&self, n: &Notice) -> String {
        let path = if n.path.is_empty() { String::new() } else { self.display.path(&n.path) };
        let place = match n.at {
            Some(span) => {
                let p = self.analysis.sources.position(span);
                format!("{path}:{}:{}: ", p.line, p.column)
            }
            None if path.is_empty() => String::new(),
            None => format!("{path}: "),
        };
        let word = if n.kind == NoticeKind::Internal { "error" } else { "note" };
        printable(&format!("{word}: {place}{}", n.text))
    }
}

/// Text from a project without characters that could steer a terminal.
pub fn printable(s: &str) -> String {
    if !s.chars().any(|c| c.is_control() && c != '\n') {
        return s.to_owned();
    }
    s.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// `1 error`, `2 errors`.
pub fn plural(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
