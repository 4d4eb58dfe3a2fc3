//! Baselines: the findings a project had on some day, so that only new ones are reported.
//!
//! An entry is found again by its fingerprint, which holds no line and no message. Paths are relative to the folder
//! of the baseline, so it does not matter where lamlint is started.

use crate::discover::Display;
use crate::engine::{Analysis, Outcome};
use crate::fingerprint::fingerprints;
use crate::missing::missing;
use crate::notice::{Notice, NoticeKind};
use crate::report::plural;
use crate::suppress::{By, Silenced};
use crate::write;
use anyhow::{Context, Result, bail};
use lamlint_model::Rule;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Name of the file where none is given.
pub const DEFAULT: &str = ".lamlint-baseline.json";

/// Version of the file's shape.
const VERSION: u32 = 1;

/// A finding somebody lives with. Sorted as people read it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Entry {
    path: String,
    rule: String,
    subject: String,
    fingerprint: String,
}

#[derive(Deserialize)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// A baseline and where it is.
#[derive(Debug)]
pub struct Baseline {
    file: PathBuf,
    /// How paths are written in it.
    display: Display,
    /// Path of the root of the run in it, with a `/` at its end; empty for the folder of the file.
    root: String,
    entries: Vec<Entry>,
}

impl Baseline {
    /// An empty baseline at a place. `root` is the canonical root of the run.
    ///
    /// # Errors
    /// Where its folder does not exist.
    pub fn new(file: &Path, root: &Path) -> Result<Self> {
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder
            .canonicalize()
            .with_context(|| format!("there is no folder for the baseline `{}`", file.display()))?;
        if file.is_dir() {
            bail!("`{}` is a folder, no baseline; name the file", file.display());
        }
        let display = Display::new(root, &folder);
        let root = display.path("x").trim_end_matches('x').to_owned();
        Ok(Self { file: file.to_owned(), display, root, entries: Vec::new() })
    }

    /// Read a baseline.
    ///
    /// # Errors
    /// Where it can't be read or is none.
    pub fn read(file: &Path, root: &Path) -> Result<Self> {
        if matches!(file.try_exists(), Ok(false)) {
            let what = missing(file, Path::new(""));
            bail!("can't read the baseline `{}`: {what} (--write-baseline writes one)", file.display());
        }
        if file.is_dir() {
            bail!("`{}` is a folder, no baseline; name the file", file.display());
        }
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("can't read the baseline `{}`", file.display()))?;
        let document: Document = serde_json::from_str(&text).with_context(|| {
            format!("`{}` is no baseline of lamlint (--write-baseline writes one)", file.display())
        })?;
        if document.version != VERSION {
            bail!("the baseline `{}` is of a version this lamlint does not know", file.display());
        }
        Ok(Self { entries: document.findings, ..Self::new(file, root)? })
    }

    /// Number of its entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Take all findings in, in place of what was there.
    pub fn take(&mut self, analysis: &Analysis, outcome: &Outcome) {
        let marks = self.fingerprints(analysis, outcome);
        let entry = |(f, fingerprint): (&lamlint_model::Finding, String)| Entry {
            path: self.display.path(&analysis.sources.file(f.primary().file).path),
            rule: f.rule().id.to_owned(),
            subject: f.subject().to_owned(),
            fingerprint,
        };
        self.entries = outcome.findings.iter().zip(marks).map(entry).collect();
    }

    fn fingerprints(&self, analysis: &Analysis, outcome: &Outcome) -> Vec<String> {
        fingerprints(analysis, outcome, |p| self.display.path(p)).findings
    }

    /// Of each finding, whether it is in the baseline.
    pub fn knows(&self, analysis: &Analysis, outcome: &Outcome) -> Vec<bool> {
        let known: BTreeSet<&str> = self.entries.iter().map(|e| e.fingerprint.as_str()).collect();
        let marks = self.fingerprints(analysis, outcome);
        marks.iter().map(|m| known.contains(m.as_str())).collect()
    }

    /// Silence the findings that are in the baseline, keeping the order of all that is silenced. Gives the entries
    /// that no longer occur, of rules and folders that were looked at.
    pub fn apply(&self, analysis: &Analysis, outcome: &mut Outcome, ran: &[&'static Rule]) -> Stale {
        let marks = self.fingerprints(analysis, outcome);
        let mut known: BTreeMap<&str, bool> =
            self.entries.iter().map(|e| (e.fingerprint.as_str(), false)).collect();
        for (finding, mark) in std::mem::take(&mut outcome.findings).into_iter().zip(&marks) {
            match known.get_mut(mark.as_str()) {
                Some(seen) => {
                    *seen = true;
                    outcome.silenced.push(Silenced { finding, by: By::Baseline });
                }
                None => outcome.findings.push(finding),
            }
        }
        outcome.silenced.sort_by_key(|s| s.finding.primary());
        outcome.baseline = true;
        let looked_at = |e: &Entry| {
            let here = self.root.starts_with("..") || e.path.starts_with(&self.root);
            // A rule that no longer exists never comes back.
            let gone = crate::selection::rule(&e.rule).is_err();
            here && (gone || ran.iter().any(|r| r.id == e.rule))
        };
        let stale = self.entries.iter().filter(|e| !known.get(e.fingerprint.as_str()).is_some_and(|s| *s));
        Stale(stale.filter(|e| looked_at(e)).cloned().collect())
    }

    /// Remove entries.
    pub fn prune(&mut self, stale: &Stale) {
        self.entries.retain(|e| !stale.0.contains(e));
    }

    /// Write the file: sorted, an entry a line, so that changes of it can be reviewed and merged.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&mut self) -> Result<()> {
        self.entries.sort();
        self.entries.dedup();
        let lines: Vec<String> = self
            .entries
            .iter()
            .map(|e| serde_json::to_string(e).map(|l| format!("    {l}")))
            .collect::<Result<_, _>>()?;
        let list = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        let text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{list}]\n}}\n");
        write::replace(&self.file, text.as_bytes())
            .with_context(|| format!("can't write the baseline `{}`", self.file.display()))
    }
}

/// Entries of a baseline that no longer occur.
#[derive(Debug)]
pub struct Stale(Vec<Entry>);

impl Stale {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What to tell about them.
    pub fn notice(&self) -> Option<Notice> {
        let first = self.0.first()?;
        let what = if self.len() == 1 { "entry" } else { "entries" };
        let text = format!(
            "{} {what} of the baseline no longer occur{} (--prune-baseline removes what is mended), first: {} in {}",
            self.len(),
            if self.len() == 1 { "s" } else { "" },
            first.rule,
            first.path
        );
        Some(Notice::about("", NoticeKind::Baseline, text))
    }

    /// What was done about them.
    pub fn pruned(&self, file: &Path) -> String {
        format!("removed {} of the baseline `{}`\n", plural(self.len(), "finding"), file.display())
    }
}
