//! Templates to canonical resources ([`lamlint_model::app`]).
//!
//! [`read`] turns one file into facts, alone; [`assemble`] joins the facts of all templates of a run.
//!
//! A document is lowered to expressions (`expr`), SAM's shorthands are expanded on them (`sam`), and when all
//! files and parameters are known one evaluator (`eval`) turns them into trees of guarded alternatives.

pub mod detect;

mod assemble;
mod attr;
mod code;
mod condition;
mod eval;
mod expr;
mod facts;
mod intrinsic;
mod macros;
mod parameter;
mod params;
mod routes;
mod sam;
#[cfg(test)]
mod tests;

pub use facts::TemplateFacts;

use crate::comments;
use crate::text::{PosMap, SourceText, SyntaxError};
use lamlint_model::App;
use lamlint_model::source::Span;
use std::sync::Arc;

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
pub fn is_candidate(path: &str, text: &str) -> bool {
    detect::is_candidate(path, text)
}

/// Why a document with `Resources` is not taken as a template.
const NO_TYPES: &str = "nothing under `Resources` has a type of AWS, so this is not taken as a template";

/// Read one file. `Ok(None)`: it parses, but is no template. `Err`: it does not parse, or says nothing that can be
/// understood; the flag says whether it does not parse and clearly is meant to be a template.
pub fn read(src: &SourceText<'_>, path: &str) -> Result<Option<TemplateFacts>, (SyntaxError, bool)> {
    match detect::parse(src, path) {
        Ok(doc) if detect::is_template(&doc) => {
            let suppressions = comments::of_template(src, &doc);
            Ok(Some(TemplateFacts { suppressions, ..facts::read(doc) }))
        }
        Ok(doc) if doc.more.is_some_and(|m| later_template(src, m)) => {
            let span = doc.more.unwrap_or(doc.root.span);
            let message = "a file holds one template, and this is the second document in it".to_owned();
            Err((SyntaxError { span, message }, false))
        }
        Ok(doc) => match detect::odd_resources(&doc) {
            Some(span) => Err((SyntaxError { span, message: NO_TYPES.to_owned() }, false)),
            None => Ok(None),
        },
        Err(e) => Err((e, detect::clearly_template(src.text))),
    }
}

/// Whether a template begins at a mark in a file.
fn later_template(src: &SourceText<'_>, mark: Span) -> bool {
    src.text.get(mark.start as usize..).is_some_and(detect::clearly_template)
}

/// Join the templates of a run, in path order, to one application model.
pub fn assemble(templates: &[TemplateFile], deploy: &Deploy) -> Assembled {
    assemble::assemble(templates, deploy)
}
