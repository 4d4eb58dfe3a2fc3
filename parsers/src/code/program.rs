//! All code of a run: units by path, and how one unit finds another.

use super::hir::{StmtKind, Unit};
use super::lang::Scope;
use super::substituted::Substituted;
use lamlint_model::source::Span;
use std::cell::RefCell;
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
    /// What its manifests say.
    pub manifests: Manifests,
    /// Variables of the environment a bundler is told to put constants for, or that a file of the package may set.
    substituted: Substituted,
}

/// What the manifests of the tree say of all of its code.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Manifests {
    /// Path aliases of TypeScript projects: directory of the `tsconfig.json`, prefix (without `*`), target prefix
    /// (relative to that directory; ends with `/` where the rest is a path below it).
    pub aliases: Vec<(String, String, String)>,
    /// Names of the packages of the tree (workspaces) with their directories.
    pub packages: BTreeMap<String, String>,
    /// Projects whose files see each other, by their directories.
    pub projects: BTreeMap<String, Project>,
}

/// What following a handler depends on besides the units it looks at.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Surroundings {
    paths: Vec<String>,
    manifests: Manifests,
    substituted: Substituted,
}

/// What was looked at of a program while one handler was followed. Looked at again with every part as it was, it is the
/// same handler.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// By the number of a unit: whether its contents were looked at.
    units: RefCell<Vec<bool>>,
    /// The names of types that were asked for, with the units that declare them.
    types: RefCell<BTreeMap<String, Vec<UnitId>>>,
}

/// What was looked at, with what was found there.
#[derive(Debug, Clone)]
pub struct Looked {
    units: Vec<(UnitId, Arc<Unit>)>,
    types: BTreeMap<String, Vec<UnitId>>,
}

impl Seen {
    /// What was looked at of this program.
    pub fn of(self, program: &Program) -> Looked {
        let units = self.units.into_inner();
        let units = program.ids().zip(units).filter(|(_, seen)| *seen);
        let units = units.map(|(id, _)| (id, Arc::clone(program.unit(id)))).collect();
        Looked { units, types: self.types.into_inner() }
    }
}

impl Looked {
    /// Whether all of it is the same in another program that has the same files.
    pub fn stands(&self, program: &Program) -> bool {
        let same = |(id, unit): &(UnitId, Arc<Unit>)| program.get(*id).is_some_and(|u| Arc::ptr_eq(u, unit));
        self.units.iter().all(same) && self.types.iter().all(|(name, units)| program.types(name) == units)
    }
}

/// A program while one handler is followed: it notes what is looked at. Which files there are, and what manifests say,
/// is not noted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'p> {
    program: &'p Program,
    seen: &'p Seen,
}

impl<'p> View<'p> {
    pub(crate) fn new(program: &'p Program, seen: &'p Seen) -> Self {
        Self { program, seen }
    }

    /// See [`Program::unit`].
    pub(crate) fn unit(self, id: UnitId) -> &'p Arc<Unit> {
        let mut seen = self.seen.units.borrow_mut();
        let i = id.0 as usize;
        if seen.len() <= i {
            seen.resize(i + 1, false);
        }
        if let Some(s) = seen.get_mut(i) {
            *s = true;
        }
        self.program.unit(id)
    }

    /// See [`Program::types`]. Any file may come to declare a type: the answer is noted, not the files.
    pub(crate) fn types(self, name: &str) -> &'p [UnitId] {
        let units = self.program.types(name);
        let mut seen = self.seen.types.borrow_mut();
        if !seen.contains_key(name) {
            seen.insert(name.to_owned(), units.to_vec());
        }
        units
    }

    /// See [`Program::path`].
    pub(crate) fn path(self, id: UnitId) -> &'p str {
        self.program.path(id)
    }

    /// See [`Program::at`].
    pub(crate) fn at(self, path: &str) -> Option<UnitId> {
        self.program.at(path)
    }

    /// See [`Program::has_dir`].
    pub(crate) fn has_dir(self, dir: &str) -> bool {
        self.program.has_dir(dir)
    }

    /// See [`Program::in_dir`].
    pub(crate) fn in_dir<'a>(self, dir: &'a str) -> impl Iterator<Item = (&'a str, UnitId)>
    where
        'p: 'a,
    {
        self.program.in_dir(dir)
    }

    /// The program, to be asked which files there are and what manifests say.
    pub(crate) fn names(self) -> &'p Program {
        self.program
    }

    /// See [`Program::is_substituted`].
    pub(crate) fn is_substituted(self, name: &str) -> bool {
        self.program.is_substituted(name)
    }
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
        self.substituted.add(&unit.substituted);
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

    /// Whether a variable of the environment may be a constant where the code runs.
    pub(crate) fn is_substituted(&self, name: &str) -> bool {
        // Bundlers know the mode they build for.
        name == "NODE_ENV" || self.substituted.has(name)
    }

    /// The files that declare a type of a qualified name.
    pub(crate) fn types(&self, name: &str) -> &[UnitId] {
        self.types.get(name).map_or(&[], Vec::as_slice)
    }

    /// A unit.
    pub fn unit(&self, id: UnitId) -> &Arc<Unit> {
        &self.units[id.0 as usize].1
    }

    /// Which files there are, and what is said of all of them.
    pub fn surroundings(&self) -> Surroundings {
        Surroundings {
            paths: self.units.iter().map(|(p, _)| p.clone()).collect(),
            manifests: self.manifests.clone(),
            substituted: self.substituted.clone(),
        }
    }

    /// A unit, if there is one of that number.
    pub fn get(&self, id: UnitId) -> Option<&Arc<Unit>> {
        self.units.get(id.0 as usize).map(|(_, u)| u)
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
            if self.manifests.projects.contains_key(dir) {
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

    fn ids(&self) -> impl Iterator<Item = UnitId> + use<> {
        (0..u32::try_from(self.units.len()).unwrap_or(u32::MAX)).map(UnitId)
    }

    /// All units with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (UnitId, &str, &Unit)> {
        self.units
            .iter()
            .enumerate()
            .map(|(i, (p, u))| (UnitId(u32::try_from(i).unwrap_or(u32::MAX)), p.as_str(), &**u))
    }
}
