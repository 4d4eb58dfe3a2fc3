//! Source code to the facts of handlers.
//!
//! A front end per language builds [`hir`]; everything after that is written once: [`program`] knows all units of
//! a run and how one finds another, [`analyze`] follows a handler through them.

mod api;
pub mod csharp;
pub(crate) mod cst;
mod draft;
#[cfg(test)]
mod dump;
pub mod go;
pub mod hir;
mod interp;
pub mod java;
pub mod javascript;
pub(crate) mod lang;
pub(crate) mod node;
mod number;
pub mod powershell;
pub mod program;
pub mod python;
pub mod ruby;
pub mod rust;
mod scope;
mod shape;
pub mod substituted;
pub(crate) mod walk;

pub(crate) use api::inherits;
pub(crate) use interp::{CRATE, GO_MODULE};

use crate::comments;
use crate::text::SourceText;
use hir::{Lang, Unit};
use lamlint_model::ResourceId;
use lamlint_model::handler::Handler;
use program::{Program, Seen, UnitId, View};
use smol_str::SmolStr;
use substituted::Substituted;

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

/// Whether a file of code may be UTF-16 with a byte-order mark.
pub fn may_be_utf16(path: &str) -> bool {
    language(path).is_some_and(|l| l.traits().utf16)
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
    let ending = name.rsplit_once('.')?.1;
    let lang = lang::ALL.iter().copied().find(|l| l.traits().extensions.contains(&ending))?;
    // Tests are no part of a program.
    let is_test = match lang {
        Lang::Go => name.ends_with("_test.go"),
        Lang::Java => {
            ["src/test/", "src/testFixtures/", "src/integrationTest/"].iter().any(|d| path.contains(d))
        }
        _ => false,
    };
    (!is_test).then_some(lang)
}

/// The language a managed runtime runs, inline code included. `None`: the package brings its own program
/// (`provided.al2023`), or there is no front end.
pub fn runtime_language(runtime: &str) -> Option<Lang> {
    lang::ALL.iter().copied().find(|l| l.traits().runtimes.iter().any(|r| runtime.starts_with(r)))
}

/// The languages in which the program of a package without a managed runtime may be written.
pub(crate) fn program_languages() -> impl Iterator<Item = Lang> {
    lang::ALL.iter().copied().filter(|l| l.traits().entry == lang::EntryPoint::Program)
}

/// Parse one file. Never fails: what does not parse becomes opaque, with [`Unit::taints`]. `path` tells dialects
/// apart (`.tsx`, `.mjs`).
pub fn lower(lang: Lang, src: &SourceText<'_>, path: &str) -> Unit {
    let mut unit = match lang {
        Lang::Python => python::lower(src),
        Lang::JavaScript | Lang::TypeScript => javascript::lower(lang, src, path),
        Lang::Go => go::lower(src, path),
        Lang::CSharp => csharp::lower(src),
        Lang::Rust => rust::lower(src),
        Lang::Java => java::lower(src, path),
        Lang::Ruby => ruby::lower(src),
        Lang::PowerShell => powershell::lower(src),
    };
    unit.operations = api::operations_named(src.text);
    unit.suppressions = comments::of_code(src, &unit);
    unit.substituted = Substituted::of(&unit);
    unit
}

/// The syntax tree of a file; `None` where it is not parsed.
pub(crate) fn tree(lang: Lang, path: &str, text: &str) -> Option<tree_sitter::Tree> {
    let grammar = match lang {
        Lang::Python => tree_sitter_python::LANGUAGE.into(),
        Lang::JavaScript | Lang::TypeScript => javascript::grammar(lang, path),
        Lang::Go => tree_sitter_go::LANGUAGE.into(),
        Lang::CSharp => tree_sitter_c_sharp::LANGUAGE.into(),
        // Its parser keeps no tree of the text.
        Lang::Rust => return None,
        Lang::Java => tree_sitter_java::LANGUAGE.into(),
        Lang::Ruby => return ruby::tree(text),
        Lang::PowerShell => return powershell::tree(text),
    };
    cst::parse(&grammar, text)
}

/// Follow a handler through everything its calls reach.
pub fn analyze(program: &Program, entry: &Entry) -> Option<Handler> {
    analyze_seen(program, entry, &Seen::default())
}

/// The same; notes what is looked at.
pub fn analyze_seen(program: &Program, entry: &Entry, seen: &Seen) -> Option<Handler> {
    interp::run(View::new(program, seen), entry)
}

/// The names in a unit that are handlers by their shape (`lambda_handler(event, context)`), for code no template names.
pub fn handlers_by_shape(unit: &Unit) -> Vec<SmolStr> {
    shape::handlers(unit)
}
