//! Terraform: modules of `.tf` files to canonical resources.
//!
//! A file is lowered alone to blocks and expressions (`hcl`, `json`). When all files are known, directories become
//! modules (`module`), root modules and what they call become instances (`assemble`), and one evaluator (`eval`)
//! turns their resources into trees of guarded alternatives with Terraform's names, which `schema` understands.

mod assemble;
mod blocks;
mod canon;
mod condition;
mod documents;
mod eval;
mod evaluated;
pub(crate) mod expr;
mod functions;
pub(crate) mod hcl;
mod json;
mod loops;
mod module;
mod plan;
mod pure;
mod reference;
mod registry;
mod schema;
mod take;
#[cfg(test)]
mod tests;
mod trees;
mod values;
mod variables;

pub(super) use assemble::assemble;
pub(crate) use documents::LISTS;
use evaluated::Evaluated;
pub(crate) use schema::back;

use crate::comments::{self, Directive};
use crate::files::file_name;
use crate::text::{SourceText, SyntaxError};
use lamlint_model::source::{FileId, Span};

/// What one file of a module says, before variables and other files are known.
#[derive(Debug, Clone)]
pub struct TerraformFacts {
    /// The file.
    pub file: FileId,
    /// What its comments ask not to report.
    pub suppressions: Vec<Directive>,
    content: Content,
}

/// What a file holds.
#[derive(Debug, Clone)]
enum Content {
    /// Blocks of a module.
    Module(expr::Body),
    /// Values of variables.
    Values(expr::Body),
    /// A plan or a state.
    Plan(Box<plan::Plan>),
}

/// Ends of names, and whether the syntax is JSON.
const MODULES: &[(&str, bool)] = &[(".tf", false), (".tf.json", true)];
/// The same for files of values.
const VALUES: &[(&str, bool)] = &[(".tfvars", false), (".tfvars.json", true)];

fn kind_of(path: &str, kinds: &[(&str, bool)]) -> Option<bool> {
    let name = file_name(path);
    kinds.iter().find(|(end, _)| name.len() > end.len() && name.ends_with(end)).map(|(_, json)| *json)
}

/// Whether a file of that name is one of a module, in the language of its own.
pub(crate) fn is_hcl(path: &str) -> bool {
    kind_of(path, MODULES) == Some(false)
}

/// Whether a file of that name belongs to a module.
pub(super) fn is_module_file(name: &str) -> bool {
    kind_of(name, MODULES).is_some()
}

/// Whether a file belongs to a module, by its name and text alone.
pub(super) fn is_candidate(path: &str, text: &str) -> bool {
    kind_of(path, MODULES).or_else(|| kind_of(path, VALUES)).is_some() || plan::is_candidate(path, text)
}

/// Read one file; as [`super::read`].
pub(super) fn read(src: &SourceText<'_>, path: &str) -> Result<Option<TerraformFacts>, (SyntaxError, bool)> {
    let doubtful = |e: SyntaxError| (e, false);
    if kind_of(path, MODULES).or_else(|| kind_of(path, VALUES)).is_none() {
        let doc = crate::json::parse(src).map_err(doubtful)?;
        let plan = plan::Plan::of(src.file, doc.root).map(|p| Content::Plan(Box::new(p)));
        return Ok(plan.map(|content| TerraformFacts { file: src.file, suppressions: Vec::new(), content }));
    }
    let (body, suppressions) = match (kind_of(path, MODULES), kind_of(path, VALUES)) {
        (Some(true), _) => (json::module(&crate::json::parse(src).map_err(doubtful)?.root), Vec::new()),
        (None, Some(true)) => (json::values(&crate::json::parse(src).map_err(doubtful)?.root), Vec::new()),
        _ => {
            let (body, comments) = hcl::parse(src).map_err(doubtful)?;
            let mut places = Vec::new();
            places_of(&body, &mut places);
            let suppressions = comments::of_blocks(src, &comments, places);
            (body, suppressions)
        }
    };
    let content =
        if kind_of(path, MODULES).is_some() { Content::Module(body) } else { Content::Values(body) };
    Ok(Some(TerraformFacts { file: src.file, suppressions, content }))
}

/// The places a comment can be about: blocks and arguments.
fn places_of(body: &expr::Body, out: &mut Vec<Span>) {
    for a in &body.attributes {
        out.push(a.name_span.to(a.value.span));
        places_in(&a.value, 0, out);
    }
    for b in &body.blocks {
        out.push(b.span);
        places_of(&b.body, out);
    }
}

fn places_in(e: &expr::Expr, depth: usize, out: &mut Vec<Span>) {
    if depth > 64 {
        return;
    }
    match &e.kind {
        expr::ExprKind::Map(entries) => {
            for (k, v) in entries {
                out.push(k.span.to(v.span));
                places_in(v, depth + 1, out);
            }
        }
        expr::ExprKind::List(items) => {
            for i in items {
                out.push(i.span);
                places_in(i, depth + 1, out);
            }
        }
        expr::ExprKind::Call(_, args, _) => args.iter().for_each(|a| places_in(a, depth + 1, out)),
        _ => {}
    }
}
