//! Templates to canonical resources ([`lamlint_model::app`]).
//!
//! [`read`] turns one file into facts, alone; [`assemble`] joins the facts of all templates of a run.

pub mod detect;

use crate::text::{PosMap, SourceText, SyntaxError};
use lamlint_model::App;
use lamlint_model::source::{FileId, Span};
use std::sync::Arc;

/// What one template file says, before parameters and other files are known.
#[derive(Debug, Clone)]
pub struct TemplateFacts {
    /// The file.
    pub file: FileId,
}

/// A template with its path (relative to the root of the run).
#[derive(Debug, Clone)]
pub struct TemplateFile {
    /// The path.
    pub path: String,
    /// Its facts.
    pub facts: Arc<TemplateFacts>,
}

/// What is known of a deployment.
#[derive(Debug, Clone, Default)]
pub struct Deploy {
    /// Parameter values given on the command line; they win over everything.
    pub parameters: Vec<(String, String)>,
    /// Texts of `samconfig.toml` files with their paths.
    pub samconfigs: Vec<(String, String)>,
}

/// Code written inside a template.
#[derive(Debug, Clone)]
pub struct InlineCode {
    /// The place of the text in the template; the same span as in [`lamlint_model::app::CodeRef::Inline`].
    pub span: Span,
    /// The decoded text.
    pub text: String,
    /// From decoded offsets to the file.
    pub map: PosMap,
    /// The runtime, as far as constant (`python3.13`); decides the language.
    pub runtime: Option<String>,
}

/// The assembled application.
#[derive(Debug, Default)]
pub struct Assembled {
    /// The application model, with triggers derived.
    pub app: App,
    /// Inline code of all functions.
    pub inline: Vec<InlineCode>,
    /// Things worth telling the user that are no findings (a nested template that is missing, a macro).
    pub notices: Vec<(Span, String)>,
}

/// Whether a file can be a template, by its name and text alone; cheap.
pub fn is_candidate(_path: &str, _text: &str) -> bool {
    false
}

/// Read one file. `Ok(None)`: it parses, but is no template. `Err`: it does not parse; the flag says whether it
/// clearly is meant to be a template.
pub fn read(_src: &SourceText<'_>, _path: &str) -> Result<Option<TemplateFacts>, (SyntaxError, bool)> {
    Ok(None)
}

/// Join the templates of a run, in path order, to one application model.
pub fn assemble(_templates: &[TemplateFile], _deploy: &Deploy) -> Assembled {
    Assembled::default()
}
