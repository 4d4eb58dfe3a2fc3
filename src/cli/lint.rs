//! A run: reading, mending, the baseline, and the answer in its format.

use super::options::Format;
use super::progress::{self, Shown};
use super::{CLEAN, FAILED, FINDINGS, Lint, Project, notices};
use crate::baseline::{self, Baseline};
use crate::discover::Found;
use crate::engine::{self, Workers};
use crate::notice::NoticeKind;
use crate::report::{self, Report};
use crate::selection::Selection;
use crate::vfs::Vfs;
use crate::{config, fix, write};
use anyhow::{Result, bail};
use lamlint_model::fix::Safety;
use lamlint_model::rule::{Date, Severity as ModelSeverity};
use std::path::PathBuf;

impl Lint {
    pub(super) fn run(self, today: Date) -> Result<u8> {
        if self.unsafe_fixes && !self.fix && !self.diff {
            bail!("--unsafe-fixes says how far --fix or --diff may go: give one of them");
        }
        if self.show_silenced && self.format != Format::Sarif {
            bail!("--show-silenced is for --format sarif (json and html list silenced findings anyway)");
        }
        if let Some(file) = &self.out.output {
            write::check(file)?;
        }
        self.mistaken_command()?;
        let workers = Workers::new(self.input.jobs)?;
        let Project { found, display, config, parameters } = self.input.open()?;
        let mut selection = Selection::configured(&config, &self.select, &self.ignore, self.pedantic)?;
        selection.min_severity = self.min_severity.map_or(selection.min_severity, Into::into);
        selection.min_confidence = self.min_confidence.map_or(selection.min_confidence, Into::into);
        let fail_on = match (self.fail_on, config.fail_on) {
            (Some(given), _) => given.least(),
            (None, Some(config::FailOn::At(least))) => Some(least),
            (None, Some(config::FailOn::Never)) => None,
            (None, None) => Some(ModelSeverity::Warning),
        };
        if self.statistics && !matches!(self.format, Format::Text | Format::Concise | Format::Json) {
            bail!("--statistics goes with --format text, concise or json");
        }
        let today = self.as_of.or(config.as_of).unwrap_or(today);
        let baseline = self.open_baseline(&found)?;
        let variable = |name: &str| std::env::var(name).ok();
        let shown = (!self.quiet && progress::wanted(variable)).then(|| Shown::start(workers.progress()));
        let mut analysis = engine::analyze(&found, &parameters, &workers);
        let mut outcome = engine::check(&analysis, &selection, found.only.as_ref(), today, &workers);
        if self.fix || self.diff {
            let most = if self.unsafe_fixes { Safety::Suggested } else { Safety::Safe };
            let run = fix::Run {
                found: &found,
                parameters: &parameters,
                selection: &selection,
                today,
                workers: &workers,
                baseline: match &baseline {
                    Some(BaselineUse::Apply(b) | BaselineUse::Prune(b, _)) => Some(b),
                    Some(BaselineUse::Write(..)) | None => None,
                },
            };
            let original = analysis.sources.clone();
            let mended = run.mend((analysis, outcome), most);
            drop(shown);
            if self.diff {
                self.out.write(&fix::diff(&original, &mended.texts, |p| display.path(p)))?;
                return Ok(if mended.texts.is_empty() { CLEAN } else { FINDINGS });
            }
            let vfs = Vfs::new(&found.root);
            let files: Vec<(PathBuf, &str)> =
                mended.texts.iter().map(|(p, t)| (vfs.on_disk(p), &**t)).collect();
            write::replace_all(&files)?;
            if !self.quiet {
                if !mended.made.is_empty() {
                    let what = report::plural(mended.made.len(), "problem");
                    self.out.aside(&format!("mended {what} in {}\n", report::plural(files.len(), "file")));
                }
                if mended.undone > 0 {
                    let what = report::plural(mended.undone, "repair");
                    self.out.aside(&format!("{what} taken back: the problem stayed, or another one came\n"));
                }
            }
            (analysis, outcome) = (mended.analysis, mended.outcome);
        } else {
            drop(shown);
        }
        if let Some(b) = baseline {
            self.use_baseline(b, &found, &analysis, &mut outcome, &selection)?;
        }
        let report = Report { analysis: &analysis, outcome: &outcome, display: &display, today };

        let mut body = match self.format {
            Format::Text | Format::Concise if self.statistics => report::statistics::render(&report),
            Format::Text => report::text::render(&report),
            Format::Concise => report::concise::render(&report),
            Format::Json => report::json::render(&report, self.statistics)?,
            Format::Sarif => report::sarif::render(&report, self.show_silenced)?,
            Format::Github => report::github::render(&report),
            Format::Gitlab => report::gitlab::render(&report)?,
            Format::Junit => report::junit::render(&report),
            Format::Markdown => report::markdown::render(&report),
            Format::Html => report::html::render(&report),
        };
        // A document holds the notices and the summary itself, as far as its format has a place for them.
        let mut aside = String::new();
        if !matches!(self.format, Format::Json | Format::Sarif | Format::Html) {
            if self.show_links {
                let links = report::links::render(&report);
                // Lines between those of another format would break it.
                let lines = matches!(self.format, Format::Text | Format::Concise);
                if lines { body.push_str(&links) } else { aside.push_str(&links) }
            }
            if self.quiet {
                // A status of 2 needs its reason.
                let failures = report.notices().into_iter().filter(|n| n.kind == NoticeKind::Internal);
                aside.extend(failures.map(|n| report.notice(n) + "\n"));
            } else {
                aside.push_str(&notices(&report));
                let summary = report::summary::render(&report);
                // Where findings are lines for a program, the summary is for people.
                if self.format == Format::Text { body.push_str(&summary) } else { aside.push_str(&summary) }
            }
        }
        self.out.aside(&aside);
        self.out.write(&body)?;
        Ok(if report.failed() {
            FAILED
        } else if fail_on.is_some_and(|least| outcome.findings.iter().any(|f| f.severity() >= least)) {
            FINDINGS
        } else {
            CLEAN
        })
    }
}

/// What is to be done with a baseline.
enum BaselineUse {
    Apply(Baseline),
    Prune(Baseline, PathBuf),
    Write(Baseline, PathBuf),
}

impl Lint {
    /// A path that is not there may be a command that is written wrongly.
    fn mistaken_command(&self) -> Result<()> {
        for path in self.input.paths.iter().filter(|p| matches!(p.try_exists(), Ok(false))) {
            let word = path.to_str().unwrap_or_default();
            if let Some(command) = super::shell::command_near(word) {
                bail!("there is no `{word}`; did you mean the command `{command}`?");
            }
        }
        Ok(())
    }

    /// Read the baseline before the work starts: a wrong one must not cost time.
    fn open_baseline(&self, found: &Found) -> Result<Option<BaselineUse>> {
        if (self.write_baseline.is_some() || self.prune_baseline) && found.only.is_some() {
            bail!("a baseline is about a whole project: give folders, not files");
        }
        if let Some(file) = &self.write_baseline {
            let new = Baseline::new(file, &found.root)?;
            write::check(file)?;
            return Ok(Some(BaselineUse::Write(new, file.clone())));
        }
        let file = self.baseline.clone();
        let Some(file) = file.or_else(|| self.prune_baseline.then(|| baseline::DEFAULT.into())) else {
            return Ok(None);
        };
        let read = Baseline::read(&file, &found.root)?;
        if self.prune_baseline {
            write::check(&file)?;
        }
        Ok(Some(if self.prune_baseline { BaselineUse::Prune(read, file) } else { BaselineUse::Apply(read) }))
    }

    fn use_baseline(
        &self,
        what: BaselineUse,
        found: &Found,
        analysis: &engine::Analysis,
        outcome: &mut engine::Outcome,
        selection: &Selection,
    ) -> Result<()> {
        let mut said = String::new();
        match what {
            BaselineUse::Write(mut b, file) => {
                b.take(analysis, outcome);
                b.write()?;
                let n = report::plural(b.len(), "finding");
                said = format!("wrote {n} to the baseline `{}`\n", file.display());
                b.apply(analysis, outcome, &selection.rules);
            }
            BaselineUse::Prune(mut b, file) => {
                let stale = b.apply(analysis, outcome, &selection.rules);
                if !stale.is_empty() {
                    b.prune(&stale);
                    b.write()?;
                    said = stale.pruned(&file);
                }
            }
            BaselineUse::Apply(b) => {
                let stale = b.apply(analysis, outcome, &selection.rules);
                // Where files select the findings, what is not there may only not be shown.
                outcome.notices.extend(stale.notice().filter(|_| found.only.is_none()));
            }
        }
        if !self.quiet {
            self.out.aside(&said);
        }
        Ok(())
    }
}
