//! Where Node.js and TypeScript find the modules of a tree.

use super::program::{Program, UnitId};
use crate::files::{join, parent};

/// Endings an import may leave out.
const ENDINGS: &[&str] = &[
    "",
    ".ts",
    ".js",
    ".mjs",
    ".cjs",
    ".mts",
    ".cts",
    ".tsx",
    ".jsx",
    "/index.ts",
    "/index.js",
    "/index.mjs",
    "/index.cjs",
    "/index.mts",
    "/index.tsx",
    "/index.jsx",
];

/// The module of a path that may lack its ending.
pub(crate) fn at(program: &Program, path: &str) -> Option<UnitId> {
    let find = |path: &str| ENDINGS.iter().find_map(|e| program.at(&format!("{path}{e}")));
    // TypeScript writes `./x.js` for `./x.ts`.
    find(path).or_else(|| {
        let (stem, _) = path.rsplit_once('.').filter(|(_, e)| matches!(*e, "js" | "mjs" | "cjs" | "jsx"))?;
        find(stem)
    })
}

/// The module of the tree that an import in the file `here` names: by a relative path, an alias, or a workspace.
pub(crate) fn module(program: &Program, here: &str, name: &str) -> Option<UnitId> {
    if name.starts_with('.') {
        return at(program, &join(parent(here), name)?);
    }
    aliased(program, here, name).or_else(|| workspace(program, name))
}

/// By the path aliases of the TypeScript project the file is in.
pub(crate) fn aliased(program: &Program, here: &str, name: &str) -> Option<UnitId> {
    program.manifests.aliases.iter().find_map(|(dir, prefix, target)| {
        let inside = dir.is_empty() || here.starts_with(&format!("{dir}/"));
        let rest = name.strip_prefix(prefix.as_str()).filter(|_| inside)?;
        let below = join(dir, target)?;
        let path = if below.is_empty() || target.ends_with('/') || rest.is_empty() {
            join(&below, rest)
        } else {
            join("", &format!("{below}{rest}"))
        };
        at(program, &path?)
    })
}

/// In a package of the tree.
pub(crate) fn workspace(program: &Program, name: &str) -> Option<UnitId> {
    let package = package_name(name);
    let dir = program.manifests.packages.get(package)?;
    let rest = name[package.len()..].trim_start_matches('/');
    let find = |path: &str| at(program, &join(dir, path)?);
    if rest.is_empty() {
        ["", "src", "lib", "src/main"].into_iter().find_map(find)
    } else {
        find(rest).or_else(|| find(&format!("src/{rest}")))
    }
}

/// The package part of an import: `a`, `@scope/a`.
pub(crate) fn package_name(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    module.match_indices('/').nth(parts - 1).map_or(module, |(i, _)| &module[..i])
}
