//! The Serverless Framework: `serverless.yml` to templates.
//!
//! A file is parsed alone; when all are known, its variables are put in and each service becomes one template: what
//! `resources` says, and what the framework makes of functions, events, layers and the role, under the logical ids
//! it gives them.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml>

mod event;
mod function;
mod invoke;
mod names;
mod nodes;
mod other;
mod plugins;
mod resolve;
mod resources;
mod role;
mod service;
mod variable;

use super::facts::TemplateFacts;
use super::{Deploy, TemplateFile, detect};
use crate::comments::{self, Directive};
use crate::doc::{Doc, DocKind};
use crate::files::{self, Files};
use crate::text::{SourceText, SyntaxError};
use crate::{json, yaml};
use lamlint_model::rule::Broken;
use lamlint_model::source::{FileId, Span};
use resolve::Resolver;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The keys below a function of a configuration where a property of CloudFormation is written; `None` where it has
/// another form there.
pub(crate) fn function_keys(path: &[SmolStr]) -> Option<Vec<SmolStr>> {
    match path {
        [one] => {
            let (key, _) = function::PROPERTIES.iter().find(|(_, p)| one == p)?;
            Some(vec![(*key).into()])
        }
        [environment, variables, name] if environment == "Environment" && variables == "Variables" => {
            Some(vec!["environment".into(), name.clone()])
        }
        _ => None,
    }
}

/// Metadata of functions whose package leaves out a part of their folder.
pub(crate) const PACKAGE_FILTER: &str = "PackageFilter";

/// Longest text that is read.
const MAX_TEXT: usize = 4 << 20;

/// Marks of files that configurations are put together of.
const PART_MARKS: &[&str] =
    &["handler:", "\"handler\"", "${self:", "${opt:", "${sls:", "${param:", "${file("];

/// What one configuration says, before variables and other files are known.
#[derive(Debug, Clone)]
pub struct ServerlessFacts {
    /// The file.
    pub file: FileId,
    /// What its comments ask not to report.
    pub suppressions: Vec<Directive>,
    /// Keys that occur twice in one map with different values.
    pub duplicates: Vec<Broken>,
    /// The document of a configuration; `None` for a file that may be a part of one, or is not understood.
    doc: Option<Doc>,
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A configuration.
    Service,
    /// A configuration, if its root says so (`serverless.prod.yml`).
    Maybe,
    /// A file that may be included.
    Part,
}

fn form(path: &str, text: &str) -> Option<Form> {
    let name = files::file_name(path);
    let (stem, extension) = name.rsplit_once('.')?;
    if !matches!(extension, "yml" | "yaml" | "json") || text.len() > MAX_TEXT {
        return None;
    }
    if path.split('/').any(|p| matches!(p, ".github" | "node_modules" | ".serverless")) {
        return None;
    }
    if stem == "serverless" {
        return Some(Form::Service);
    }
    if stem.starts_with("serverless") && !stem.starts_with("serverless-compose") && text.contains("provider")
    {
        return Some(Form::Maybe);
    }
    let is_part = PART_MARKS.iter().any(|m| text.contains(m)) && !detect::is_candidate(path, text);
    is_part.then_some(Form::Part)
}

/// Whether a file is a configuration or may be a part of one, by its name and text alone.
pub(super) fn is_candidate(path: &str, text: &str) -> bool {
    form(path, text).is_some()
}

/// Why a file of code that is the configuration of a service is not read.
pub(super) fn not_run(path: &str, text: &str) -> Option<&'static str> {
    let (stem, extension) = files::file_name(path).rsplit_once('.')?;
    let is_code = matches!(extension, "ts" | "mts" | "cts" | "js" | "mjs" | "cjs");
    let is_service = stem == "serverless" && text.contains("provider") && text.contains("service");
    (is_code && is_service).then_some(
        "the configuration of a service is not read: it is code, which is not run; `serverless print` writes it as YAML",
    )
}

/// Read one file; as [`super::read`].
pub(super) fn read(src: &SourceText<'_>, path: &str) -> Result<Option<ServerlessFacts>, (SyntaxError, bool)> {
    let form = form(path, src.text).unwrap_or(Form::Part);
    let is_json = files::file_name(path).rsplit_once('.').is_some_and(|(_, e)| e == "json");
    let parsed = if is_json { json::parse(src) } else { yaml::parse(src) };
    let doc = match parsed {
        Ok(d) => d,
        Err(e) if form == Form::Service => return Err((e, is_clearly_one(src.text))),
        Err(_) => return Ok(None),
    };
    let is_map = matches!(doc.root.kind, DocKind::Map(_));
    let has = |k: &str| doc.root.entry(k).is_some();
    // Components and plugins of other tools use the name, too.
    let is_service = is_map && has("provider") && (has("service") || has("functions") || has("resources"));
    let mut facts = ServerlessFacts {
        file: src.file,
        suppressions: comments::of_template(src, &doc),
        duplicates: Vec::new(),
        doc: None,
    };
    match form {
        Form::Part => Ok(Some(facts)),
        Form::Service | Form::Maybe if is_service => {
            facts.duplicates = detect::duplicate_keys(&doc);
            facts.doc = Some(doc);
            Ok(Some(facts))
        }
        Form::Service | Form::Maybe => Ok(None),
    }
}

/// Marks of generators whose input is no configuration yet.
const GENERATORS: &[&str] = &["{%", "{{", "<%"];

/// Whether a text that does not parse is meant to be a configuration as it stands.
fn is_clearly_one(text: &str) -> bool {
    text.lines().any(|l| l.starts_with("service:")) && !GENERATORS.iter().any(|g| text.contains(g))
}

/// What the services deploy, as templates. `others` are the templates of the run; those that are part of a service
/// are left out of it.
pub(super) fn templates(
    services: &[(&str, &ServerlessFacts)],
    others: &mut Vec<TemplateFile>,
    deploy: &Deploy,
    vfs: &dyn Files,
    notices: &mut Vec<(Span, String)>,
) {
    let mut ids: BTreeMap<&str, FileId> = services.iter().map(|(p, s)| (*p, s.file)).collect();
    ids.extend(others.iter().map(|t| (t.path.as_str(), t.facts.file)));
    let mut used = BTreeSet::new();
    let mut out = Vec::new();
    for (path, facts) in services {
        let Some(doc) = &facts.doc else { continue };
        let stage = deploy.stage.as_deref();
        let resolver = Resolver::new(doc, files::parent(path), &ids, vfs, stage, &deploy.parameters);
        match service::template(&resolver) {
            Ok(facts) => {
                out.push(TemplateFile { path: (*path).to_owned(), facts: Arc::<TemplateFacts>::new(facts) });
            }
            Err(notice) => notices.push(notice),
        }
        used.append(&mut resolver.used.borrow_mut());
    }
    others.retain(|t| !used.contains(&t.path));
    others.extend(out);
    others.sort_by(|a, b| a.path.cmp(&b.path));
}
