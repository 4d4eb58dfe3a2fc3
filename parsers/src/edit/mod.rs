//! Repairs to changes of the text: the smallest ones, which keep comments, quotes and indentation.
//!
//! A repair is refused, with a reason, where it can't be made without guessing: below an alias or a merge key, in a
//! value that is computed, in a resource a shorthand implies. What is refused is still reported; it is only not mended.

mod code;
mod hcl;
mod silence;
mod suppression;
mod template;
mod write;

#[cfg(test)]
mod tests;

pub use silence::silence;

use lamlint_model::fix::{Fix, Intent};
use lamlint_model::source::{FileId, SourceMap, Span};
use lamlint_model::{App, Value};
use std::collections::BTreeMap;

use crate::doc::Doc;
use crate::iac::terraform::is_hcl;
use crate::text::SourceText;

/// A change: the text at a place becomes another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What goes; empty where something is inserted.
    pub span: Span,
    /// What comes.
    pub text: String,
    /// Whether another insertion at the same place can follow it: both add to a container that is there.
    pub stacks: bool,
    /// A name it binds in the module: two such changes can't be made together.
    pub binds: Option<String>,
}

/// Why a repair can't be made here, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub &'static str);

/// Makes repairs for the texts of a run. Documents are parsed once.
#[derive(Debug)]
pub struct Editor<'a> {
    app: &'a App,
    sources: &'a SourceMap,
    docs: BTreeMap<FileId, Option<Doc>>,
    bodies: hcl::Bodies,
}

impl<'a> Editor<'a> {
    /// An editor of these texts.
    pub fn new(app: &'a App, sources: &'a SourceMap) -> Self {
        Self { app, sources, docs: BTreeMap::new(), bodies: BTreeMap::new() }
    }

    /// The changes that make a repair, in the order of their places.
    ///
    /// # Errors
    /// The first part that can't be made.
    pub fn edits(&mut self, fix: &Fix) -> Result<Vec<Edit>, Refused> {
        let mut out = Vec::new();
        for intent in &fix.intents {
            out.extend(self.one(intent)?);
        }
        out.sort();
        Ok(out)
    }

    fn one(&mut self, intent: &Intent) -> Result<Vec<Edit>, Refused> {
        let file = match intent {
            Intent::Set { resource, .. }
            | Intent::Append { resource, .. }
            | Intent::Add { behind: resource, .. } => self.app.resource(*resource).anchor.span.file,
            Intent::Replace { at, .. }
            | Intent::Hoist { at }
            | Intent::AttributeToEntry { at }
            | Intent::Unsuppress { at }
            | Intent::Respell { at, .. } => at.file,
        };
        if self.app.origins.is_written(file) {
            return Err(Refused("a program writes the template"));
        }
        let is_hcl = is_hcl(&self.sources.file(file).path);
        match intent {
            Intent::Set { resource, path, value } if is_hcl => self.set_argument(*resource, path, value),
            Intent::Append { resource, path, value } if is_hcl => {
                self.append_argument(*resource, path, value)
            }
            Intent::Add { behind, name, type_name, properties } if is_hcl => {
                self.add_block(*behind, name, type_name, properties)
            }
            Intent::Replace { at, value } if is_hcl => self.replace_argument(*at, value),
            Intent::Set { resource, path, value } => self.set(*resource, path, value),
            Intent::Append { resource, path, value } => self.append(*resource, path, value),
            Intent::Add { behind, name, type_name, properties } => {
                self.add(*behind, name, type_name, properties)
            }
            Intent::Replace { at, value } => self.replace(*at, value),
            Intent::Hoist { at } => code::hoist(self.sources, *at),
            Intent::AttributeToEntry { at } => code::attribute_to_entry(self.sources, *at),
            Intent::Unsuppress { at } => self.unsuppress(*at),
            Intent::Respell { at, name } => self.respell(*at, name),
        }
    }

    fn replace(&mut self, at: Span, value: &Value) -> Result<Vec<Edit>, Refused> {
        let text = self.text(at.file);
        let json = is_json(&self.sources.file(at.file).path);
        let doc = self.doc(at.file).ok_or(Refused("the file is no template"))?;
        let edit = template::replace(doc, text, json, at, value)?;
        Ok(vec![edit])
    }

    fn text(&self, file: FileId) -> &'a str {
        &self.sources.file(file).text
    }

    fn doc(&mut self, file: FileId) -> Option<&Doc> {
        let source = self.sources.file(file);
        self.docs.entry(file).or_insert_with(|| parse(file, &source.path, &source.text)).as_ref()
    }
}

/// Parse a template by the format its name or its first character says.
fn parse(file: FileId, path: &str, text: &str) -> Option<Doc> {
    let src = SourceText::file(file, text);
    // What is no YAML and no JSON is not changed by guesses.
    if crate::code::language(path).is_some() || crate::iac::is_module_file(path) {
        return None;
    }
    if is_json(path) { crate::json::parse(&src).ok() } else { crate::yaml::parse(&src).ok() }
}

fn is_json(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|e| e.eq_ignore_ascii_case("json"))
}
