//! Source code to the facts of handlers.
//!
//! A front end per language builds [`hir`]; everything after that is written once: [`program`] knows all units of
//! a run and how one finds another, [`analyze`] follows a handler through them.

mod api;
pub(crate) mod cst;
#[cfg(test)]
mod dump;
pub mod hir;
mod interp;
pub mod javascript;
pub mod program;
pub mod python;
mod shape;

use crate::comments;
use crate::text::SourceText;
use hir::{Lang, Unit};
use lamlint_model::ResourceId;
use lamlint_model::handler::Handler;
use program::{Program, UnitId};
use smol_str::SmolStr;

/// The entry point of a function.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The function of the template; `None` for a handler known by its shape.
    pub function: Option<ResourceId>,
    /// The unit that holds the handler.
    pub unit: UnitId,
    /// The exported or top-level name, dotted where it is nested (`a.b`).
    pub symbol: SmolStr,
    /// Directories in which absolute imports are looked up, in order: the code root, then layers
    /// (`layer/python`, `layer/nodejs/node_modules` and the like).
    pub roots: Vec<String>,
}

/// The language of a file, by its name. `None`: no front end, or not source code (`.d.ts`, `.min.js`).
pub fn language(path: &str) -> Option<Lang> {
    let name = crate::files::file_name(path);
    if name.ends_with(".d.ts")
        || name.ends_with(".d.mts")
        || name.ends_with(".d.cts")
        || name.ends_with(".min.js")
    {
        return None;
    }
    match name.rsplit_once('.')?.1 {
        "py" => Some(Lang::Python),
        "js" | "mjs" | "cjs" | "jsx" => Some(Lang::JavaScript),
        "ts" | "mts" | "cts" | "tsx" => Some(Lang::TypeScript),
        _ => None,
    }
}

/// The language a runtime runs as inline code.
pub fn runtime_language(runtime: &str) -> Option<Lang> {
    match runtime {
        r if r.starts_with("python") => Some(Lang::Python),
        r if r.starts_with("nodejs") => Some(Lang::JavaScript),
        _ => None,
    }
}

/// Parse one file. Never fails: what does not parse becomes opaque, with [`Unit::taints`]. `path` tells dialects
/// apart (`.tsx`, `.mjs`).
pub fn lower(lang: Lang, src: &SourceText<'_>, path: &str) -> Unit {
    let mut unit = match lang {
        Lang::Python => python::lower(src),
        Lang::JavaScript | Lang::TypeScript => javascript::lower(lang, src, path),
    };
    unit.operations = api::operations_named(src.text);
    unit.suppressions = comments::of_code(src, &unit);
    unit
}

/// The syntax tree of a file; `None` where it is not parsed.
pub(crate) fn tree(lang: Lang, path: &str, text: &str) -> Option<tree_sitter::Tree> {
    let grammar = match lang {
        Lang::Python => tree_sitter_python::LANGUAGE.into(),
        Lang::JavaScript | Lang::TypeScript => javascript::grammar(lang, path),
    };
    cst::parse(&grammar, text)
}

/// Follow a handler through everything its calls reach.
pub fn analyze(program: &Program, entry: &Entry) -> Option<Handler> {
    interp::run(program, entry)
}

/// The names in a unit that are handlers by their shape (`lambda_handler(event, context)`), for code no template names.
pub fn handlers_by_shape(unit: &Unit) -> Vec<SmolStr> {
    shape::handlers(unit)
}
