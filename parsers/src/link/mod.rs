//! Which code a function runs.
//!
//! A `Handler` is resolved as the runtimes do it; where a build stands between the sources and the package, its
//! traces in the tree (metadata, copy lines, output directories) lead back to the sources. A handler is called
//! missing only where nothing stands between: the code is complete, read, and certainly lacks what is named.

mod asset;
mod build;
mod class;
mod dockerfile;
mod dotnet;
mod find;
mod imports;
mod layers;
mod makefile;
mod manifest;
mod place;
mod problems;
mod program;
mod suggest;
mod symbol;
mod target;

#[cfg(test)]
pub(crate) mod tests;

pub use manifest::read_manifests;
pub use problems::{broken_manifests, broken_toml};

pub(crate) use build::{ancestors, below, has_bundler, is_builder};
pub(crate) use layers::Layers;
pub(crate) use manifest::{SKIPPED, read_json};

use crate::code::Entry;
use crate::code::program::Program;
use crate::files::Files;
use lamlint_model::App;
use lamlint_model::app::{CodeRef, Function};
use lamlint_model::rule::{Link, Missing, MissingWhat, Outcome};
use lamlint_model::tri::{Alt, Prop, Reason, Why};
use smol_str::SmolStr;

/// How many combinations of code and handler are tried for one function.
const MAX_TRIES: usize = 16;

/// What resolving works on.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'a> {
    /// The units.
    pub program: &'a Program,
    /// The files.
    pub files: &'a dyn Files,
}

/// How one combination of code and handler went.
enum Attempt {
    Linked(Entry),
    Missing(MissingWhat, Vec<SmolStr>),
    Unlinked(Why),
}

/// The links of all functions of the app, in the order of `app.functions()`, and the entry points of those that linked.
pub fn link(app: &App, program: &Program, files: &dyn Files) -> (Vec<Link>, Vec<Entry>) {
    let tree = Tree { program, files };
    let mut links = Vec::new();
    let mut entries = Vec::new();
    for f in app.functions() {
        let (outcome, entry) = function(tree, f);
        let imports = entry.as_ref().map(|e| imports::loaded(program, e)).unwrap_or_default();
        entries.extend(entry);
        links.push(Link { function: f.resource.id, outcome, imports });
    }
    (links, entries)
}

/// Environment variables by which wrappers of vendors are told the real handler.
/// Sources: the vendors' installation pages (Datadog, New Relic, Lumigo).
const WRAPPED_HANDLER: &[&str] =
    &["DD_LAMBDA_HANDLER", "NEW_RELIC_LAMBDA_HANDLER", "LUMIGO_ORIGINAL_HANDLER"];

fn function(tree: Tree<'_>, f: Function<'_>) -> (Outcome, Option<Entry>) {
    let code = f.code();
    let own = f.handler();
    let wrapped = WRAPPED_HANDLER
        .iter()
        .map(|v| f.env(v).filter_map("text", |v| v.as_ref()?.as_str().map(SmolStr::from)));
    let wrapped = wrapped.into_iter().find(|p: &Prop<SmolStr>| !p.alts().is_empty());
    let handler = wrapped.clone().unwrap_or_else(|| own.present());
    let runtime = f.runtime();

    if code.alts().is_empty() {
        return (
            Outcome::Unlinked(code.open().cloned().unwrap_or_else(|| Why::other("no code is named"))),
            None,
        );
    }
    let image = code.alts().iter().any(|a| matches!(a.value, CodeRef::Image { .. }));
    // Programs of their own need none.
    let own_program = runtime.alts().iter().any(|a| a.value.as_deref().is_some_and(place::is_program));
    if handler.alts().is_empty() && !image && !own_program {
        let why = match own.open() {
            Some(w) if own.alts().is_empty() => w.clone(),
            _ => Why::other("no handler is named"),
        };
        return (Outcome::Unlinked(why), None);
    }
    // Runtimes a function may have are of one language; the first one that is known decides.
    let runtime = runtime.alts().iter().find_map(|a| a.value.clone());

    let mut first: Option<Why> = None;
    let mut missing = None;
    let mut tries = 0usize;
    let handlers: Vec<Alt<Option<SmolStr>>> = if handler.alts().is_empty() {
        vec![Alt::written(None, code.span())]
    } else {
        handler
            .alts()
            .iter()
            .map(|a| Alt {
                value: Some(a.value.clone()),
                span: a.span,
                basis: a.basis.clone(),
                guards: a.guards.clone(),
            })
            .collect()
    };
    for c in code.alts() {
        for h in &handlers {
            if c.guards.and(&h.guards).is_none() || tries == MAX_TRIES {
                continue;
            }
            tries += 1;
            let place =
                place::Place { f, code: &c.value, handler: h.value.as_deref(), runtime: runtime.as_deref() };
            match place::attempt(tree, &place) {
                Attempt::Linked(entry) => return (Outcome::Linked, Some(entry)),
                Attempt::Missing(what, suggestions) => missing = Some((what, suggestions)),
                Attempt::Unlinked(why) => first = first.or(Some(why)),
            }
        }
    }
    // Certain only when this is the one combination there is, and nothing stands between it and the runtime.
    if let Some((what, suggestions)) = missing {
        if tries == 1 && code.open().is_none() && wrapped.is_none() && !has_wrapper(f) {
            return (Outcome::Missing(Missing { handler, what, suggestions }), None);
        }
        first = first.or_else(|| Some(Why::new(Reason::NotInTree, "the handler was not found in the code")));
    }
    (Outcome::Unlinked(first.unwrap_or_else(|| Why::other("the handler was not found"))), None)
}

/// Whether a script starts the runtime: it may put anything in place.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html>
fn has_wrapper(f: Function<'_>) -> bool {
    !f.environment().get("AWS_LAMBDA_EXEC_WRAPPER").is_surely_absent()
        || !f.environment().get("PYTHONPATH").is_surely_absent()
        || !f.environment().get("NODE_PATH").is_surely_absent()
        || !f.environment().get("NODE_OPTIONS").is_surely_absent()
}
