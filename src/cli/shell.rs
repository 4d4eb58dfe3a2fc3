//! What shells and `man` are given about the command line.

use super::Cli;
use crate::selection;
use anyhow::{Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use lamlint_rules::RULES;

/// The command line, with the names of rules as what can stand where one is asked for.
fn command() -> Command {
    let names = || {
        let value = |r: &&lamlint_model::Rule| {
            PossibleValue::new(r.id).help(crate::report::rules::one_line(r.summary()))
        };
        PossibleValuesParser::new(RULES.iter().map(value).collect::<Vec<_>>())
    };
    Cli::command()
        .mut_arg("select", |a| a.value_parser(names()))
        .mut_arg("ignore", |a| a.value_parser(names()))
        .mut_subcommand("explain", |c| c.mut_arg("rule", |a| a.value_parser(names())))
}

/// The script that completes the command line in a shell.
pub(super) fn completions(shell: Shell) -> String {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command(), "lamlint", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A manual page: of lamlint with all its commands in it, or of one command.
pub(super) fn man(of: Option<&str>) -> Result<String> {
    let mut all = Cli::command();
    all.build();
    let command = match of {
        None => Some(all.clone()),
        Some(name) => all.find_subcommand(name).cloned(),
    };
    let Some(command) = command else {
        let name = of.unwrap_or_default();
        match selection::nearest(name, all.get_subcommands().map(Command::get_name)) {
            Some(near) => bail!("there is no command `{name}`; did you mean `{near}`?"),
            None => bail!("there is no command `{name}`; `lamlint --help` lists them"),
        }
    };
    let mut out = Vec::new();
    clap_mangen::Man::new(command).render(&mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The command a word was probably meant as.
pub(super) fn command_near(word: &str) -> Option<String> {
    let all = Cli::command();
    selection::nearest(word, all.get_subcommands().map(Command::get_name)).map(str::to_owned)
}
