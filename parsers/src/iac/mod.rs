//! Templates to canonical resources ([`lamlint_model::app`]).
//!
//! [`read`] turns one file into facts, alone; [`assemble`] joins the facts of all templates of a run.
//!
//! A document is lowered to expressions (`expr`), SAM's shorthands are expanded on them (`sam`), and when all
//! files and parameters are known one evaluator (`eval`) turns them into trees of guarded alternatives.

pub mod cdk;
pub mod detect;

mod assemble;
mod attr;
mod code;
mod condition;
mod eval;
mod expr;
mod facts;
mod include;
mod intrinsic;
mod macros;
mod parameter;
mod params;
mod routes;
mod sam;
mod serverless;
pub(crate) mod terraform;
#[cfg(test)]
mod tests;

pub use facts::TemplateFacts;
pub use serverless::ServerlessFacts;
pub(crate) use serverless::{PACKAGE_FILTER, function_keys};
pub use terraform::TerraformFacts;

use crate::comments::{self, Directive};
use crate::files::Files;
use crate::text::{PosMap, SourceText, SyntaxError};
use lamlint_model::App;
use lamlint_model::rule::Broken;
use lamlint_model::source::Span;
use std::sync::Arc;

/// What one file says, by its format.
#[derive(Debug, Clone)]
pub enum Facts {
    /// A template of CloudFormation or SAM.
    Template(Arc<TemplateFacts>),
    /// A file of a Terraform module, or what `terraform show -json` prints.
    Terraform(Arc<TerraformFacts>),
    /// A configuration of the Serverless Framework.
    Serverless(Arc<ServerlessFacts>),
}

impl Facts {
    /// What its comments and metadata ask not to report.
    pub fn suppressions(&self) -> &[Directive] {
        match self {
            Self::Template(t) => &t.suppressions,
            Self::Terraform(t) => &t.suppressions,
            Self::Serverless(s) => &s.suppressions,
        }
    }

    /// What is wrong with the text though it parses.
    pub fn broken(&self) -> &[Broken] {
        match self {
            Self::Template(t) => &t.duplicates,
            Self::Terraform(_) => &[],
            Self::Serverless(s) => &s.duplicates,
        }
    }
}

/// A file that describes infrastructure, with its path (relative to the root of the run).
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// The path.
    pub path: String,
    /// Its facts.
    pub facts: Facts,
}

/// A template with its path.
#[derive(Debug, Clone)]
pub(crate) struct TemplateFile {
    path: String,
    facts: Arc<TemplateFacts>,
}

/// What is known of a deployment.
#[derive(Debug, Clone, Default)]
pub struct Deploy {
    /// Parameter values given on the command line; they win over everything.
    pub parameters: Vec<(String, String)>,
    /// Texts of `samconfig.toml` files with their paths.
    pub samconfigs: Vec<(String, String)>,
    /// The stage that is deployed (`--stage`).
    pub stage: Option<String>,
    /// Files of variable values, in the order they are given (`--tfvars`), relative to the root of the run.
    pub tfvars: Vec<String>,
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
    /// Where programs make the resources of the templates they write.
    pub creations: Vec<cdk::Creation>,
    /// Things worth telling the user that are no findings (a nested template that is missing, a macro).
    pub notices: Vec<(Span, String)>,
}

/// Whether a file can describe infrastructure, by its name and text alone; cheap.
pub fn is_candidate(path: &str, text: &str) -> bool {
    terraform::is_candidate(path, text)
        || serverless::is_candidate(path, text)
        || detect::is_candidate(path, text)
}

/// Why a file of code, which describes infrastructure by what it does, is not understood.
pub fn not_run(path: &str, text: &str) -> Option<&'static str> {
    serverless::not_run(path, text)
}

/// Whether a file is one of a Terraform module, by its name.
pub(crate) fn is_module_file(path: &str) -> bool {
    terraform::is_module_file(path)
}

/// Why a document with `Resources` is not taken as a template.
const NO_TYPES: &str = "nothing under `Resources` has a type of AWS, so this is not taken as a template";

/// Read one file. `Ok(None)`: it parses, but describes no infrastructure. `Err`: it does not parse, or says nothing
/// that can be understood; the flag says whether it does not parse and clearly is meant to be read.
pub fn read(src: &SourceText<'_>, path: &str) -> Result<Option<Facts>, (SyntaxError, bool)> {
    if terraform::is_candidate(path, src.text) {
        return Ok(terraform::read(src, path)?.map(|f| Facts::Terraform(Arc::new(f))));
    }
    if serverless::is_candidate(path, src.text) {
        return Ok(serverless::read(src, path)?.map(|f| Facts::Serverless(Arc::new(f))));
    }
    Ok(template(src, path)?.map(|f| Facts::Template(Arc::new(f))))
}

/// Read a template of CloudFormation or SAM.
fn template(src: &SourceText<'_>, path: &str) -> Result<Option<TemplateFacts>, (SyntaxError, bool)> {
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

/// Join all files of a run that describe infrastructure, in path order, to one application model. `files` answers for
/// texts a description names (`file("policy.json")`).
pub fn assemble(files: &[ConfigFile], deploy: &Deploy, vfs: &dyn Files) -> Assembled {
    let mut templates = Vec::new();
    let (mut modules, mut services) = (Vec::new(), Vec::new());
    for f in files {
        match &f.facts {
            Facts::Template(t) => templates.push(TemplateFile { path: f.path.clone(), facts: Arc::clone(t) }),
            Facts::Terraform(t) => modules.push((f.path.as_str(), &**t)),
            Facts::Serverless(s) => services.push((f.path.as_str(), &**s)),
        }
    }
    let mut notices = Vec::new();
    serverless::templates(&services, &mut templates, deploy, vfs, &mut notices);
    include::expand(&mut templates, vfs);
    let mut out = assemble::assemble(&templates, deploy, vfs);
    terraform::assemble(&modules, deploy, vfs, &mut out);
    out.notices.extend(notices);
    out.app.derive_triggers();
    out
}
