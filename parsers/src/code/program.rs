//! All code of a run: units by path, and how one unit finds another.

use super::hir::{Expr, ExprKind, Stmt, StmtKind, Unit};
use super::lang::Scope;
use super::walk::{self, Visitor};
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Variables of the environment a bundler is told to put constants for, or that a file of the package may set.
    substituted: Substituted,
}

/// What is written into code, or read into the environment, besides what a template says.
#[derive(Debug, Default, Clone)]
struct Substituted {
    names: BTreeSet<SmolStr>,
    all: bool,
}

/// Plugins of bundlers that put in variables, and libraries that read them from a file.
const SUBSTITUTES: &[&str] = &["EnvironmentPlugin", "DotenvPlugin", "InlineEnvironmentVariablesPlugin"];
const FROM_FILES: &[&str] = &["dotenv", "dotenv-", "dotenv/", "@dotenvx/", "rollup-plugin-dotenv"];

impl Substituted {
    fn module(&mut self, name: &str) {
        self.all |= FROM_FILES.iter().any(|f| name == *f || f.ends_with(['-', '/']) && name.starts_with(f));
    }
}

impl Visitor for Substituted {
    fn stmt(&mut self, s: &Stmt) -> bool {
        if let StmtKind::Import(i) = &s.kind {
            self.module(&i.module);
        }
        true
    }

    fn expr(&mut self, e: &Expr) -> bool {
        match &e.kind {
            // The keys of `define`.
            ExprKind::Str(s) if s == "process.env" => self.all = true,
            ExprKind::Str(s) => self.names.extend(s.strip_prefix("process.env.").map(SmolStr::from)),
            // A key that is computed.
            ExprKind::Template(parts) => {
                let first = parts.first().map(|p| &p.kind);
                self.all |= matches!(first, Some(ExprKind::Str(s)) if s.starts_with("process.env."));
            }
            ExprKind::Attr { name, .. } | ExprKind::Name(name) => {
                self.all |= SUBSTITUTES.contains(&name.as_str());
            }
            ExprKind::Module(m) => self.module(m),
            _ => {}
        }
        true
    }
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
        if unit.lang.traits().nothing_has.is_some() {
            walk::unit(&unit, &mut self.substituted);
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

    /// Whether a variable of the environment may be a constant where the code runs.
    pub(crate) fn is_substituted(&self, name: &str) -> bool {
        // Bundlers know the mode they build for.
        name == "NODE_ENV" || self.substituted.all || self.substituted.names.contains(name)
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
