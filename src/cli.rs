//! The command line: options, exit codes, where the answer goes.

mod options;

use crate::baseline::{self, Baseline};
use crate::config::{self, Config};
use crate::discover::{Display, Found, Scope};
use crate::engine::{self, Workers};
use crate::graph::{self, Graph};
use crate::report::{self, Report};
use crate::selection::{self, Selection};
use crate::vfs::Vfs;
use crate::{fix, write};
use anyhow::{Context, Result, bail};
use clap::{Args, ColorChoice, Parser, Subcommand};
use lamlint_model::finding::Confidence as ModelConfidence;
use lamlint_model::fix::Safety;
use lamlint_model::rule::{Date, Severity as ModelSeverity};
use options::{Confidence, FailOn, Format, GraphFormat, ListFormat, PolicyFormat, Severity, date, parameter};
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// No finding at or above `--fail-on`.
pub const CLEAN: u8 = 0;
/// Findings at or above `--fail-on`.
pub const FINDINGS: u8 = 1;
/// Wrong usage, or lamlint itself failed.
pub const FAILED: u8 = 2;

/// A linter for AWS Lambda projects that reads handler code and infrastructure templates together.
///
/// Exit status: 0 when there is nothing to report, 1 when there are findings at or above --fail-on,
/// 2 for wrong usage or when lamlint itself failed.
#[derive(Debug, Parser)]
#[command(name = "lamlint", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    lint: Lint,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the rules
    Rules {
        /// How to print
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
        #[command(flatten)]
        out: Out,
    },
    /// Show the page of a rule
    Explain {
        /// Name of the rule
        rule: String,
        #[command(flatten)]
        out: Out,
    },
    /// Show the least policy each function needs, and how it differs from what its role allows
    Iam {
        /// Logical name of a function (default: all); a word with a dot or a slash is a path
        #[arg(value_name = "FUNCTION")]
        function: Option<String>,
        #[command(flatten)]
        input: Input,
        /// How to print
        #[arg(long, value_enum, default_value_t)]
        format: PolicyFormat,
        #[command(flatten)]
        out: Out,
    },
    /// Draw what starts which function, what its code writes to, and where failures go; loops are red
    Graph {
        #[command(flatten)]
        input: Input,
        /// How to draw
        #[arg(long, value_enum, default_value_t)]
        format: GraphFormat,
        #[command(flatten)]
        out: Out,
    },
    /// Write a lamlint.toml with every setting in a comment into the current folder
    Init,
    /// Show what was understood of each function: where every value comes from, and which links failed and why
    Model {
        #[command(flatten)]
        input: Input,
        /// How to print
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of a command line")]
struct Lint {
    #[command(flatten)]
    input: Input,
    /// How to print findings
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Run exactly these rules (comma-separated or repeated)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules out (comma-separated or repeated)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Run the pedantic rules too
    #[arg(long)]
    pedantic: bool,
    /// Show findings of this severity and above (default: note)
    #[arg(long, value_name = "SEVERITY", value_enum)]
    min_severity: Option<Severity>,
    /// Show findings of this confidence and above (default: medium)
    #[arg(long, value_name = "CONFIDENCE", value_enum)]
    min_confidence: Option<Confidence>,
    /// Exit with 1 when a shown finding has this severity or above (default: warning)
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailOn>,
    /// Judge dates as of this day instead of today
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    as_of: Option<Date>,
    /// Mend what can be mended without looking, then report what is left
    #[arg(long)]
    fix: bool,
    /// With --fix or --diff: mend also what somebody should look at
    #[arg(long)]
    unsafe_fixes: bool,
    /// Print what --fix would change, as a diff, and change nothing; exit with 1 if that is something
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// Report only findings that are not in this baseline
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings to a baseline and report none
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = baseline::DEFAULT,
        conflicts_with_all = ["baseline", "prune_baseline", "diff"]
    )]
    write_baseline: Option<PathBuf>,
    /// Remove from the baseline (.lamlint-baseline.json without --baseline) what no longer occurs
    #[arg(long, conflicts_with = "diff")]
    prune_baseline: bool,
    /// Print a line per function: the code it runs, or why that is not known
    #[arg(long)]
    show_links: bool,
    /// Print findings only: no notices, no summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    out: Out,
}

#[derive(Debug, Args)]
struct Input {
    /// Folders or files; for files, the whole project is read and the findings that touch them are shown
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Value of a template parameter
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// File of values of Terraform's variables; may be given several times, the last wins
    #[arg(long, value_name = "FILE")]
    tfvars: Vec<PathBuf>,
    /// Take the settings from this file instead of the nearest lamlint.toml or pyproject.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Use no settings file
    #[arg(long, conflicts_with = "config")]
    isolated: bool,
    /// Number of worker threads (default: one per processor)
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
struct Out {
    /// Write to this file instead of the standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

/// Run the command line. `today` is used where no `--as-of` is given. Gives the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>, today: Date) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are no errors; a closed pipe is nobody's.
            let _ = e.print();
            return if e.use_stderr() { FAILED } else { CLEAN };
        }
    };
    match cli.run(today) {
        Ok(status) => status,
        Err(e) if closed_pipe(&e) => CLEAN,
        Err(e) => {
            // A wrong settings file says where, as compilers do.
            let located = e.downcast_ref::<config::Error>().map(ToString::to_string);
            let _ = writeln!(io::stderr(), "{}", located.unwrap_or_else(|| format!("error: {e:#}")));
            FAILED
        }
    }
}

fn closed_pipe(e: &anyhow::Error) -> bool {
    e.chain().filter_map(|c| c.downcast_ref::<io::Error>()).any(|io| io.kind() == io::ErrorKind::BrokenPipe)
}

impl Cli {
    fn run(self, today: Date) -> Result<u8> {
        match self.command {
            None => self.lint.run(today),
            Some(Command::Rules { format, out }) => {
                out.write(&match format {
                    ListFormat::Text => report::rules::list(),
                    ListFormat::Json => report::rules::json()?,
                })?;
                Ok(CLEAN)
            }
            Some(Command::Explain { rule, out }) => {
                out.write(&report::rules::explain(selection::rule(&rule)?))?;
                Ok(CLEAN)
            }
            Some(Command::Iam { mut function, mut input, format, out }) => {
                if let Some(path) = function.take_if(|f| f.contains(['.', '/', '\\'])) {
                    // Where no path follows, the paths are the default.
                    if input.paths == [PathBuf::from(".")] {
                        input.paths.clear();
                    }
                    input.paths.insert(0, PathBuf::from(path));
                }
                let workers = Workers::new(input.jobs)?;
                let Project { found, display, parameters, .. } = input.open()?;
                let analysis = engine::analyze(&found, &parameters, &workers);
                let outcome = engine::Outcome::default();
                let report = Report { analysis: &analysis, outcome: &outcome, display: &display, today };
                let only = function.as_deref();
                out.write(&match format {
                    PolicyFormat::Text => report::iam::text(&report, only)?,
                    PolicyFormat::Json => report::iam::json(&report, only)?,
                    PolicyFormat::Sam => report::iam::template(&report, only, report::iam::Template::Sam)?,
                    PolicyFormat::Cfn => {
                        report::iam::template(&report, only, report::iam::Template::CloudFormation)?
                    }
                })?;
                out.aside(&notices(&report));
                Ok(if report.failed() { FAILED } else { CLEAN })
            }
            Some(Command::Graph { input, format, out }) => {
                let rules = Selection::rules(&graph::LOOPS.map(str::to_owned), &[], false)?;
                let selection = Selection::new(rules, ModelSeverity::Note, ModelConfidence::Medium);
                let workers = Workers::new(input.jobs)?;
                let Project { found, display, parameters, .. } = input.open()?;
                let analysis = engine::analyze(&found, &parameters, &workers);
                // Of files, the whole project is drawn.
                let outcome = engine::check(&analysis, &selection, None, today, &workers);
                let report = Report { analysis: &analysis, outcome: &outcome, display: &display, today };
                let drawn = Graph::of(&report);
                out.write(&match format {
                    GraphFormat::Mermaid => graph::mermaid::render(&drawn),
                    GraphFormat::Dot => graph::dot::render(&drawn),
                    GraphFormat::Svg => graph::svg::render(&drawn),
                    GraphFormat::Html => graph::html::render(&drawn),
                })?;
                out.aside(&notices(&report));
                Ok(if report.failed() { FAILED } else { CLEAN })
            }
            Some(Command::Init) => init(),
            Some(Command::Model { input, format, out }) => {
                let workers = Workers::new(input.jobs)?;
                let Project { found, display, parameters, .. } = input.open()?;
                let analysis = engine::analyze(&found, &parameters, &workers);
                let outcome = engine::Outcome::default();
                let report = Report { analysis: &analysis, outcome: &outcome, display: &display, today };
                out.write(&match format {
                    ListFormat::Text => report::model::text(&report),
                    ListFormat::Json => report::model::json(&report)?,
                })?;
                out.aside(&notices(&report));
                Ok(if report.failed() { FAILED } else { CLEAN })
            }
        }
    }
}

/// The settings file to start with; one that is there stays.
fn init() -> Result<u8> {
    match OpenOptions::new().write(true).create_new(true).open(config::FILE) {
        Ok(mut file) => file.write_all(config::starter().as_bytes()).context("can't write `lamlint.toml`")?,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => bail!("there is a `lamlint.toml` already"),
        Err(e) => return Err(e).context("can't write `lamlint.toml`"),
    }
    Ok(CLEAN)
}

/// What the arguments name, with its settings.
struct Project {
    found: Found,
    display: Display,
    config: Config,
    /// Values of template parameters; those of the command line win.
    parameters: Vec<(String, String)>,
}

impl Input {
    fn open(&self) -> Result<Project> {
        let cwd = std::env::current_dir()
            .and_then(|d| d.canonicalize())
            .context("can't tell the current folder")?;
        let scope = Scope::new(&self.paths, &cwd)?;
        let config = if self.isolated {
            Config::default()
        } else {
            config::load(&scope.root, &cwd, self.config.as_deref())?
        };
        let found = scope.find(&config.exclude).with_tfvars(&self.tfvars, &cwd)?;
        let display = Display::new(&found.root, &cwd);
        let mut parameters = self.parameters.clone();
        let more =
            config.parameters.iter().filter(|(n, _)| !self.parameters.iter().any(|(given, _)| given == n));
        parameters.extend(more.cloned());
        Ok(Project { found, display, config, parameters })
    }
}

impl Lint {
    fn run(self, today: Date) -> Result<u8> {
        if self.unsafe_fixes && !self.fix && !self.diff {
            bail!("--unsafe-fixes says how far --fix or --diff may go: give one of them");
        }
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
        let today = self.as_of.unwrap_or(today);
        let baseline = self.open_baseline(&found)?;
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
            };
            let original = analysis.sources.clone();
            let mended = run.mend((analysis, outcome), most);
            if self.diff {
                self.out.write(&fix::diff(&original, &mended.texts, |p| display.path(p)))?;
                return Ok(if mended.texts.is_empty() { CLEAN } else { FINDINGS });
            }
            let vfs = Vfs::new(&found.root);
            let files: Vec<(PathBuf, &str)> =
                mended.texts.iter().map(|(p, t)| (vfs.on_disk(p), &**t)).collect();
            write::replace_all(&files)?;
            if !self.quiet && !mended.made.is_empty() {
                let what = report::plural(mended.made.len(), "problem");
                self.out.aside(&format!("mended {what} in {}\n", report::plural(files.len(), "file")));
            }
            (analysis, outcome) = (mended.analysis, mended.outcome);
        }
        if let Some(b) = baseline {
            self.use_baseline(b, &found, &analysis, &mut outcome, &selection, today)?;
        }
        let report = Report { analysis: &analysis, outcome: &outcome, display: &display, today };

        let mut body = match self.format {
            Format::Text => report::text::render(&report),
            Format::Concise => report::concise::render(&report),
            Format::Json => report::json::render(&report)?,
            Format::Sarif => report::sarif::render(&report)?,
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
            if !self.quiet {
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
    /// Read the baseline before the work starts: a wrong one must not cost time.
    fn open_baseline(&self, found: &Found) -> Result<Option<BaselineUse>> {
        if (self.write_baseline.is_some() || self.prune_baseline) && found.only.is_some() {
            bail!("a baseline is about a whole project: give folders, not files");
        }
        if let Some(file) = &self.write_baseline {
            return Ok(Some(BaselineUse::Write(Baseline::new(file, &found.root)?, file.clone())));
        }
        let file = self.baseline.clone();
        let Some(file) = file.or_else(|| self.prune_baseline.then(|| baseline::DEFAULT.into())) else {
            return Ok(None);
        };
        let read = Baseline::read(&file, &found.root)?;
        Ok(Some(if self.prune_baseline { BaselineUse::Prune(read, file) } else { BaselineUse::Apply(read) }))
    }

    fn use_baseline(
        &self,
        what: BaselineUse,
        found: &Found,
        analysis: &engine::Analysis,
        outcome: &mut engine::Outcome,
        selection: &Selection,
        today: Date,
    ) -> Result<()> {
        let mut said = String::new();
        match what {
            BaselineUse::Write(mut b, file) => {
                b.take(analysis, outcome, today);
                b.write()?;
                let n = report::plural(b.len(), "finding");
                said = format!("wrote {n} to the baseline `{}`\n", file.display());
                b.apply(analysis, outcome, &selection.rules, today);
            }
            BaselineUse::Prune(mut b, file) => {
                let stale = b.apply(analysis, outcome, &selection.rules, today);
                if !stale.is_empty() {
                    b.prune(&stale);
                    b.write()?;
                    said = stale.pruned(&file);
                }
            }
            BaselineUse::Apply(b) => {
                let stale = b.apply(analysis, outcome, &selection.rules, today);
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

fn notices(report: &Report<'_>) -> String {
    report.notices().into_iter().map(|n| report.notice(n) + "\n").collect()
}

impl Out {
    fn choice(&self) -> anstream::ColorChoice {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
    }

    /// Write the answer, with colours where they are wanted; a file is replaced in one step.
    fn write(&self, text: &str) -> Result<()> {
        match &self.output {
            None => {
                let mut out = anstream::AutoStream::new(io::stdout().lock(), self.choice());
                out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("can't write the answer")
            }
            Some(path) => {
                let plain = match self.color {
                    ColorChoice::Always => text.to_owned(),
                    _ => anstream::adapter::strip_str(text).to_string(),
                };
                write::replace(path, plain.as_bytes())
                    .with_context(|| format!("can't write `{}`", path.display()))
            }
        }
    }

    /// Write what is not part of the answer. That it can't be written is no reason to fail.
    fn aside(&self, text: &str) {
        let mut err = anstream::AutoStream::new(io::stderr().lock(), self.choice());
        let _ = err.write_all(text.as_bytes());
    }
}
