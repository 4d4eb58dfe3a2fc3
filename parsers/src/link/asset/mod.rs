//! From what synthesis stages for upload (`asset.<hash>`) back to the sources it was made of.
//!
//! A staged directory is the package itself, but nobody works in it. A copy is known by its content; a bundle by its
//! source map, by the comments the bundler leaves at each module, or by the entry the program names.

mod bundle;
mod entry;

use super::build::below;
use super::target::{Target, stem};
use super::{Tree, symbol};
use crate::code::hir::Lang;
use crate::code::program::UnitId;
use crate::files::{Files, file_name, parent};
use lamlint_model::app::Function;
use lamlint_model::value::Value;

/// Bound on entries of a staged directory that are compared with sources.
const MAX_ENTRIES: usize = 400;
/// Bound on the depth they are looked for.
const MAX_DEPTH: usize = 6;
/// Bound on places a copy is compared with.
const MAX_PLACES: usize = 64;

/// The staged directory a path lies in or is.
pub(super) fn staged(path: &str) -> Option<&str> {
    let mut end = 0;
    for part in path.split('/') {
        end += part.len() + usize::from(end > 0);
        let is_hash = |h: &str| h.len() >= 32 && h.bytes().all(|b| b.is_ascii_hexdigit());
        if part.strip_prefix("asset.").is_some_and(is_hash) {
            return path.get(..end);
        }
    }
    None
}

/// Whether a directory is a staged one.
pub(super) fn is_asset(dir: &str) -> bool {
    staged(dir) == Some(dir)
}

/// The directory of the application whose synthesis staged a directory.
fn application<'d>(files: &dyn Files, dir: &'d str) -> &'d str {
    let mut app = parent(dir);
    while !app.is_empty() {
        app = parent(app);
        if files.is_file(&below(app, "cdk.json")) {
            return app;
        }
    }
    parent(parent(dir))
}

/// The source of the handler in a staged directory.
pub(super) fn source(
    tree: Tree<'_>,
    f: Function<'_>,
    lang: Lang,
    target: &Target,
    dir: &str,
) -> Option<UnitId> {
    let exports = |id: &UnitId| symbol::has(tree.program.unit(*id), &target.symbol) == symbol::Has::Yes;
    let there = |names: Vec<String>| names.into_iter().filter(|n| tree.files.is_file(&below(dir, n)));
    let loaded: Vec<String> = there(target.runtime_files(lang)).collect();
    let beside: Vec<String> = there(target.source_files(lang)).filter(|n| !loaded.contains(n)).collect();
    let app = application(tree.files, dir);
    let made = made(tree, f);
    let hint = made.as_ref().and_then(|(text, at, _)| entry::arguments(text, *at));
    let found = loaded.iter().chain(&beside).find_map(|n| {
        // What was changed since may lack it for now.
        let (id, same) = copied(tree, dir, n, hint)?;
        let has = symbol::has(tree.program.unit(id), &target.symbol) != symbol::Has::No;
        (same || has).then_some(id)
    });
    if found.is_some() {
        return found;
    }
    let bundled = loaded.iter().flat_map(|n| bundle::modules(tree.files, &below(dir, n)));
    // The entry is the last module of a bundle: what it needs comes first.
    let modules: Vec<UnitId> = bundled.filter_map(|m| module(tree, app, &m)).collect();
    if let Some(id) = modules.iter().rev().find(|id| exports(id)) {
        return Some(*id);
    }
    if !modules.is_empty() || loaded.is_empty() || lang == Lang::Python {
        return None;
    }
    let (text, at, program) = made?;
    let places = entry::places(&text, at, program, app, file_name(f.name()));
    places.iter().filter_map(|p| tree.program.at(p)).find(exports)
}

/// Where the program makes a function: the text of the file, the offset, the path.
fn made<'a>(tree: Tree<'a>, f: Function<'_>) -> Option<(String, usize, &'a str)> {
    let at = f.app.origins.of(f.resource.anchor.span)?;
    let (_, path, _) = tree.program.iter().find(|(_, p, u)| u.file == at.file && !p.is_empty())?;
    Some((tree.files.read(path)?, at.start as usize, path))
}

/// A module of a bundle, by its path as the bundler saw it.
fn module(tree: Tree<'_>, app: &str, path: &str) -> Option<UnitId> {
    let parts: Vec<&str> =
        path.split('/').filter(|p| !matches!(*p, "" | "." | ".." | "asset-input")).collect();
    let mut dirs = vec![app];
    while let Some(d) = dirs.last().filter(|d| !d.is_empty()) {
        dirs.push(parent(d));
    }
    let rest = parts.join("/");
    dirs.iter().find_map(|d| tree.program.at(&below(d, &rest)))
}

/// The source a file of a staged directory is a copy of: the same text under the same path, in the place that has most
/// of the other files, too. Where the sources were changed since, the only place with others of its files; the second
/// part says which it is. `hint` is text that may name the directory.
pub(super) fn copied(tree: Tree<'_>, dir: &str, name: &str, hint: Option<&str>) -> Option<(UnitId, bool)> {
    let size = tree.files.size(&below(dir, name))?;
    let text = tree.files.read(&below(dir, name))?;
    let siblings = entries(tree.files, dir);
    let tail = format!("/{name}");
    let named = |p: &str| p == name || p.ends_with(&tail);
    let ours = |p: &str| !p.is_empty() && staged(p).is_none();
    let mut same: Vec<(usize, bool, UnitId)> = Vec::new();
    for (id, path, _) in tree.program.iter().filter(|(_, p, _)| ours(p) && named(p)).take(MAX_PLACES) {
        let equal = tree.files.size(path) == Some(size) && tree.files.read(path).is_some_and(|t| t == text);
        let base = path.get(..path.len() - name.len()).unwrap_or_default().trim_end_matches('/');
        let alike = siblings
            .iter()
            .filter(|(n, s)| n != name && tree.files.size(&below(base, n)) == Some(*s))
            .count();
        same.push((alike, equal, id));
    }
    let best = |equal: bool| {
        let most = same.iter().filter(|(_, e, _)| *e == equal).map(|(n, ..)| *n).max()?;
        let all: Vec<UnitId> =
            same.iter().filter(|(n, e, _)| *e == equal && *n == most).map(|(.., id)| *id).collect();
        Some((most, all))
    };
    if let Some((_, all)) = best(true) {
        // Directories with the same content are staged once.
        let hinted = |id: &&UnitId| {
            let base = tree.program.path(**id).strip_suffix(name).unwrap_or_default();
            let named = file_name(base.trim_end_matches('/'));
            let mut parts = hint.into_iter().flat_map(|h| h.split(['/', '"', '\'', '`']));
            !named.is_empty() && parts.any(|p| p == named)
        };
        return all.iter().find(hinted).or(all.first()).map(|id| (*id, true));
    }
    match best(false) {
        Some((most, all)) if most > 0 && all.len() == 1 => all.first().map(|id| (*id, false)),
        _ => None,
    }
}

/// The directory of sources that a staged one is a copy of.
pub(super) fn directory(tree: Tree<'_>, dir: &str) -> Option<String> {
    let names = entries(tree.files, dir);
    let mut code = names.iter().filter(|(n, _)| crate::code::language(n).is_some()).take(8);
    code.find_map(|(n, _)| {
        let path = tree.program.path(copied(tree, dir, n, None)?.0);
        Some(path.strip_suffix(n.as_str())?.trim_end_matches('/').to_owned())
    })
}

/// Files of a directory with their sizes, by their paths below it.
fn entries(files: &dyn Files, dir: &str) -> Vec<(String, u64)> {
    let mut out = Vec::new();
    let mut pending = vec![(String::new(), 0)];
    let mut left = MAX_ENTRIES;
    while let Some((sub, depth)) = pending.pop() {
        for (name, is_dir) in files.list(&below(dir, &sub)) {
            let Some(rest) = left.checked_sub(1) else { return out };
            left = rest;
            let path = below(&sub, &name);
            if !is_dir {
                out.extend(files.size(&below(dir, &path)).map(|s| (path, s)));
            } else if depth < MAX_DEPTH && name != "node_modules" {
                pending.push((path, depth + 1));
            }
        }
    }
    out
}

/// Whether a staged directory is all of the package, copied as it is, and surely lacks the files of a handler.
pub(super) fn lacks(tree: Tree<'_>, f: Function<'_>, lang: Lang, target: &Target, dir: &str) -> bool {
    let copied = f.resource.metadata.get("aws:asset:is-bundled");
    let plain = copied.values().only().is_some_and(|v| *v == Some(Value::Bool(false)));
    let names = entries(tree.files, dir);
    let stems: Vec<&str> = names.iter().map(|(n, _)| stem(n)).collect();
    plain
        && is_asset(dir)
        && names.len() < MAX_ENTRIES
        && names.iter().any(|(n, _)| {
            crate::code::language(n).is_some_and(|l| (l == Lang::Python) == (lang == Lang::Python))
        })
        && !stems.iter().any(|s| {
            // Compiled modules have more than one extension (`app.cpython-313-x86_64-linux-gnu.so`).
            let s = s.strip_suffix("/__init__").unwrap_or(s);
            s == target.module || s.strip_prefix(target.module.as_str()).is_some_and(|r| r.starts_with('.'))
        })
}
