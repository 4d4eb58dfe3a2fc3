//! The values options take.

use clap::ValueEnum;
use lamlint_model::finding::Confidence as ModelConfidence;
use lamlint_model::rule::{Date, Severity as ModelSeverity};
use std::num::NonZeroUsize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// Annotated excerpts
    #[default]
    Text,
    /// One line per finding
    Concise,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// Code Quality report of GitLab
    Gitlab,
    #[value(help = "JUnit XML")]
    Junit,
    /// A job summary or a comment
    Markdown,
    /// A page with filters and the flow of events, nothing else needed
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum PolicyFormat {
    /// For people: what needs each statement, and the difference from what is granted
    #[default]
    Text,
    /// One JSON document
    Json,
    /// `Policies` for SAM functions, in YAML
    Sam,
    /// Policy resources for CloudFormation, in YAML
    Cfn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum GraphFormat {
    /// A flowchart of Mermaid, as GitHub and GitLab show it in Markdown
    #[default]
    Mermaid,
    /// A digraph of Graphviz
    Dot,
    /// An image
    Svg,
    /// A page with the image and a table, nothing else needed
    Html,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Severity {
    Note,
    Warning,
    Error,
}

impl From<Severity> for ModelSeverity {
    fn from(s: Severity) -> Self {
        match s {
            Severity::Note => Self::Note,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Confidence {
    Low,
    Medium,
    High,
}

impl From<Confidence> for ModelConfidence {
    fn from(c: Confidence) -> Self {
        match c {
            Confidence::Low => Self::Low,
            Confidence::Medium => Self::Medium,
            Confidence::High => Self::High,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Note,
    /// Findings never change the exit status
    Never,
}

impl FailOn {
    pub(super) fn least(self) -> Option<ModelSeverity> {
        match self {
            Self::Error => Some(ModelSeverity::Error),
            Self::Warning => Some(ModelSeverity::Warning),
            Self::Note => Some(ModelSeverity::Note),
            Self::Never => None,
        }
    }
}

pub(super) fn date(s: &str) -> Result<Date, String> {
    Date::parse(s).ok_or_else(|| "write a date like 2026-11-24".to_owned())
}

pub(super) fn parameter(s: &str) -> Result<(String, String), String> {
    match s.split_once('=') {
        Some((k, v)) if !k.is_empty() => Ok((k.to_owned(), v.to_owned())),
        _ => Err("write a parameter like Stage=prod".to_owned()),
    }
}

pub(super) fn jobs(s: &str) -> Result<NonZeroUsize, String> {
    s.parse().map_err(|_| "write a number from 1 on, like 4".to_owned())
}
