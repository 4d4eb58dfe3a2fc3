//! All code of a run: units by path, and how one unit finds another.

use super::hir::{StmtKind, Unit};
use super::lang::Scope;
use lamlint_model::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Index into the units of a [`Program`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

/// All units of a run.
#[derive(Debug, Default, Clone)]
pub struct Program {
    units: Vec<(String, Arc<Unit>)>,
    by_path: BTreeMap<String, UnitId>,
    inline: BTreeMap<Span, UnitId>,
    /// Types of the top level by their qualified names, in languages that name them so.
    types: BTreeMap<String, Vec<UnitId>>,
    /// Path aliases of TypeScript projects: directory of the `tsconfig.json`, prefix (without `*`), target prefix
    /// (relative to that directory; ends with `/` where the rest is a path below it).
    pub aliases: Vec<(String, String, String)>,
    /// Names of the packages of the tree (workspaces) with their directories.
    pub packages: BTreeMap<String, String>,
    /// Projects whose files see each other, by their directories.
    pub projects: BTreeMap<String, Project>,
}

/// What a project file (`*.csproj`) says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Project {
    /// The name of what is built.
    pub assembly: String,
    /// Directories of the projects it refers to.
    pub references: Vec<String>,
    /// Namespaces all its files use.
    pub usings: Vec<String>,
}

/// The name of a type with its package.
pub(crate) fn qualified(package: &str, name: &str) -> String {
    if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") }
}

impl Program {
    /// Add a file's unit; `path` is relative to the root of the run.
    pub fn add(&mut self, path: &str, unit: Arc<Unit>) -> UnitId {
        let id = UnitId(u32::try_from(self.units.len()).unwrap_or(u32::MAX));
        if unit.lang.traits().scope == Scope::Package {
            let classes = unit.body.iter().filter_map(|s| match s.kind {
                StmtKind::Class(c) => Some(unit.class(c).name.clone()),
                _ => None,
            });
            for c in classes {
                self.types.entry(qualified(&unit.package, &c)).or_default().push(id);
            }
        }
        self.units.push((path.to_owned(), unit));
        self.by_path.insert(path.to_owned(), id);
        id
    }

    /// Add inline code of a template.
    pub fn add_inline(&mut self, span: Span, unit: Arc<Unit>) -> UnitId {
        let id = UnitId(u32::try_from(self.units.len()).unwrap_or(u32::MAX));
        self.units.push((String::new(), unit));
        self.inline.insert(span, id);
        id
    }

    /// The files that declare a type of a qualified name.
    pub(crate) fn types(&self, name: &str) -> &[UnitId] {
        self.types.get(name).map_or(&[], Vec::as_slice)
    }

    /// A unit.
    pub fn unit(&self, id: UnitId) -> &Arc<Unit> {
        &self.units[id.0 as usize].1
    }

    /// The path of a unit; empty for inline code.
    pub fn path(&self, id: UnitId) -> &str {
        &self.units[id.0 as usize].0
    }

    /// The unit at a path.
    pub fn at(&self, path: &str) -> Option<UnitId> {
        self.by_path.get(path).copied()
    }

    /// Whether a directory holds units, itself or below.
    pub fn has_dir(&self, dir: &str) -> bool {
        let prefix = format!("{dir}/");
        self.by_path.range(prefix.clone()..).next().is_some_and(|(p, _)| p.starts_with(&prefix))
    }

    /// The units that lie in a directory itself, in the order of their paths.
    pub fn in_dir<'a>(&'a self, dir: &'a str) -> impl Iterator<Item = (&'a str, UnitId)> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let from = prefix.clone();
        self.by_path
            .range(from..)
            .take_while({
                let prefix = prefix.clone();
                move |(p, _)| p.starts_with(&prefix)
            })
            .filter(move |(p, _)| !p[prefix.len()..].contains('/'))
            .map(|(p, id)| (p.as_str(), *id))
    }

    /// The directory of the project a path belongs to; its own directory where there is no project file.
    pub fn project_of<'p>(&self, path: &'p str) -> &'p str {
        let own = crate::files::parent(path);
        let mut dir = own;
        loop {
            if self.projects.contains_key(dir) {
                return dir;
            }
            if dir.is_empty() {
                return own;
            }
            dir = crate::files::parent(dir);
        }
    }

    /// The unit of inline code.
    pub fn inline(&self, span: Span) -> Option<UnitId> {
        self.inline.get(&span).copied()
    }

    /// All units with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (UnitId, &str, &Unit)> {
        self.units
            .iter()
            .enumerate()
            .map(|(i, (p, u))| (UnitId(u32::try_from(i).unwrap_or(u32::MAX)), p.as_str(), &**u))
    }
}
