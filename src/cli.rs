//! The command line: options, exit codes, where the answer goes.

mod lint;
mod options;
mod progress;
mod shell;
mod unmatched;

use crate::baseline;
use crate::config::{self, Config};
use crate::discover::{Display, Found, Scope};
use crate::engine::{self, Analysis, Workers};
use crate::graph::{self, Graph};
use crate::notice::NoticeKind;
use crate::report::{self, Report};
use crate::selection::{self, Selection};
use crate::{lsp, write};
use anyhow::{Context, Result, bail};
use clap::{Args, ColorChoice, Parser, Subcommand};
use lamlint_model::finding::Confidence as ModelConfidence;
use lamlint_model::rule::{Date, Severity as ModelSeverity};
use options::{
    Confidence, FailOn, Format, GraphFormat, ListFormat, PolicyFormat, Severity, date, jobs, parameter,
};
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

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
        /// List the pedantic rules only
        #[arg(long)]
        pedantic: bool,
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
        /// Print the answer only: no notices but failures of lamlint itself
        #[arg(long, short)]
        quiet: bool,
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
        /// Judge dates as of this day instead of today
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
        as_of: Option<Date>,
        /// Print the answer only: no notices but failures of lamlint itself
        #[arg(long, short)]
        quiet: bool,
        #[command(flatten)]
        out: Out,
    },
    /// Serve an editor over standard input and output (Language Server Protocol)
    Lsp {
        /// Number of worker threads (default: one per processor)
        #[arg(long, value_name = "N")]
        jobs: Option<NonZeroUsize>,
        /// What every editor passes; there is no other way
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Write a lamlint.toml with every setting in a comment into the current folder
    Init,
    /// Print a script that completes the command line in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
        #[command(flatten)]
        out: Out,
    },
    /// Print the manual page, for `man -l -`
    Man {
        /// Print the page of this command instead
        #[arg(value_name = "COMMAND")]
        page: Option<String>,
        #[command(flatten)]
        out: Out,
    },
    /// Show what was understood of each function: where every value comes from, and which links failed and why
    Model {
        #[command(flatten)]
        input: Input,
        /// How to print
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
        /// Print the answer only: no notices but failures of lamlint itself
        #[arg(long, short)]
        quiet: bool,
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
    /// With --format sarif: list silenced findings too, as suppressed ones (GitHub would open alerts for them)
    #[arg(long)]
    show_silenced: bool,
    /// Print how many findings there are of each rule and how many can be mended, instead of the findings
    /// (with --format json: besides them)
    #[arg(long, conflicts_with = "diff")]
    statistics: bool,
    /// Print findings only: no notices but failures of lamlint itself, no summary, no progress
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
    /// Stage of services of the Serverless Framework; without it the default stage is looked at
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
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
    #[arg(long, value_name = "N", value_parser = jobs)]
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

/// Run the command line. `clock` tells the day where no `--as-of` is given; a session that lasts asks it again. Gives
/// the exit status.
pub fn run(args: impl IntoIterator<Item = OsString>, clock: fn() -> Date) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are no errors; a closed pipe is nobody's.
            let _ = e.print();
            return if e.use_stderr() { FAILED } else { CLEAN };
        }
    };
    match cli.run(clock) {
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
    fn run(self, clock: fn() -> Date) -> Result<u8> {
        let today = clock();
        match self.command {
            None => self.lint.run(today),
            Some(Command::Rules { format, pedantic, out }) => {
                out.write(&match format {
                    ListFormat::Text => report::rules::list(pedantic),
                    ListFormat::Json => report::rules::json(pedantic)?,
                })?;
                Ok(CLEAN)
            }
            Some(Command::Explain { rule, out }) => {
                out.write(&report::rules::explain(selection::rule(&rule)?))?;
                Ok(CLEAN)
            }
            Some(Command::Iam { mut function, mut input, format, quiet, out }) => {
                if let Some(path) = function.take_if(|f| f.contains(['.', '/', '\\'])) {
                    // Where no path follows, the paths are the default.
                    if input.paths == [PathBuf::from(".")] {
                        input.paths.clear();
                    }
                    input.paths.insert(0, PathBuf::from(path));
                }
                let workers = Workers::new(input.jobs)?;
                let run = |input: &Input| -> Result<(Project, Analysis)> {
                    let project = input.open()?;
                    let analysis = engine::analyze(&project.found, &project.parameters, &workers);
                    Ok((project, analysis))
                };
                let (mut project, mut analysis) = run(&input)?;
                let is_function = |f: &String| analysis.app.functions().any(|x| x.name() == f);
                if input.paths == [PathBuf::from(".")]
                    && let Some(folder) = function.take_if(|f| !is_function(f) && Path::new(f).is_dir())
                {
                    // No function has the name, but a folder has.
                    input.paths = vec![PathBuf::from(folder)];
                    (project, analysis) = run(&input)?;
                }
                project.tell_unmatched(&mut analysis);
                let outcome = engine::Outcome::default();
                let report =
                    Report { analysis: &analysis, outcome: &outcome, display: &project.display, today };
                let only = function.as_deref();
                out.write(&match format {
                    PolicyFormat::Text => report::iam::text(&report, only)?,
                    PolicyFormat::Json => report::iam::json(&report, only)?,
                    PolicyFormat::Terraform => report::iam::terraform(&report, only)?,
                    PolicyFormat::Serverless => report::iam::serverless(&report, only)?,
                    PolicyFormat::Sam => report::iam::template(&report, only, report::iam::Template::Sam)?,
                    PolicyFormat::Cfn => {
                        report::iam::template(&report, only, report::iam::Template::CloudFormation)?
                    }
                })?;
                out.aside(&notices(&report, quiet));
                Ok(if report.failed() { FAILED } else { CLEAN })
            }
            Some(Command::Graph { input, format, as_of, quiet, out }) => {
                let today = as_of.unwrap_or(today);
                let rules = Selection::rules(&graph::LOOPS.map(str::to_owned), &[], false)?;
                let selection = Selection::new(rules, ModelSeverity::Note, ModelConfidence::Medium);
                let workers = Workers::new(input.jobs)?;
                let project = input.open()?;
                let mut analysis = engine::analyze(&project.found, &project.parameters, &workers);
                project.tell_unmatched(&mut analysis);
                // A loop is red although none of its proofs is in the files that were named.
                let mut outcome = engine::check(&analysis, &selection, None, today, &workers);
                outcome.only.clone_from(&project.found.only);
                let report =
                    Report { analysis: &analysis, outcome: &outcome, display: &project.display, today };
                let drawn = Graph::of(&report);
                out.write(&match format {
                    GraphFormat::Mermaid => graph::mermaid::render(&drawn),
                    GraphFormat::Dot => graph::dot::render(&drawn),
                    GraphFormat::Svg => graph::svg::render(&drawn),
                    GraphFormat::Html => graph::html::render(&drawn),
                })?;
                out.aside(&notices(&report, quiet));
                Ok(if report.failed() { FAILED } else { CLEAN })
            }
            Some(Command::Init) => init(),
            Some(Command::Lsp { jobs, .. }) => lsp::serve(Workers::new(jobs)?, clock),
            Some(Command::Completions { shell, out }) => {
                out.write(&shell::completions(shell))?;
                Ok(CLEAN)
            }
            Some(Command::Man { page, out }) => {
                out.write(&shell::man(page.as_deref())?)?;
                Ok(CLEAN)
            }
            Some(Command::Model { input, format, quiet, out }) => {
                let workers = Workers::new(input.jobs)?;
                let project = input.open()?;
                let mut analysis = engine::analyze(&project.found, &project.parameters, &workers);
                project.tell_unmatched(&mut analysis);
                let outcome = engine::Outcome::default();
                let report =
                    Report { analysis: &analysis, outcome: &outcome, display: &project.display, today };
                out.write(&match format {
                    ListFormat::Text => report::model::text(&report),
                    ListFormat::Json => report::model::json(&report)?,
                })?;
                out.aside(&notices(&report, quiet));
                Ok(if report.failed() { FAILED } else { CLEAN })
            }
        }
    }
}

/// Whether names can be links: never in a pipe or file.
fn terminal_with_links() -> bool {
    io::stdout().is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
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
    /// Names of those that should be here: of the command line, and of settings about just this tree.
    judged: Vec<String>,
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
        let mut found = scope.find(&config.exclude).with_tfvars(&self.tfvars, &cwd)?;
        found.stage.clone_from(&self.stage);
        let display = Display::new(&found.root, &cwd);
        let mut parameters = self.parameters.clone();
        let more =
            config.parameters.iter().filter(|(n, _)| !self.parameters.iter().any(|(given, _)| given == n));
        parameters.extend(more.cloned());
        let judged = if config.whole { &parameters } else { &self.parameters };
        let judged = judged.iter().map(|(name, _)| name.clone()).collect();
        Ok(Project { found, display, config, parameters, judged })
    }
}

/// The notices; only failures of lamlint itself where it should be quiet, as a status of 2 needs its reason.
fn notices(report: &Report<'_>, quiet: bool) -> String {
    let shown = report.notices().into_iter().filter(|n| !quiet || n.kind == NoticeKind::Internal);
    shown.map(|n| report.notice(n) + "\n").collect()
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
                let plain = (!terminal_with_links()).then(|| report::style::without_links(text));
                let text = plain.as_deref().unwrap_or(text);
                let mut out = anstream::AutoStream::new(io::stdout().lock(), self.choice());
                out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("can't write the answer")
            }
            Some(path) => {
                let plain = match self.color {
                    ColorChoice::Always => report::style::without_links(text),
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
