//! Variables of the environment that are constants where the code runs: bundlers put them in, or a file of the package
//! sets them.

use super::hir::{Expr, ExprKind, Stmt, StmtKind, Unit};
use super::walk::{self, Visitor};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What is written into code, or read into the environment, besides what a template says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Substituted {
    names: BTreeSet<SmolStr>,
    all: bool,
}

/// Plugins of bundlers that put in variables, and libraries that read them from a file.
const SUBSTITUTES: &[&str] = &["EnvironmentPlugin", "DotenvPlugin", "InlineEnvironmentVariablesPlugin"];
const FROM_FILES: &[&str] = &["dotenv", "dotenv-", "dotenv/", "@dotenvx/", "rollup-plugin-dotenv"];

impl Substituted {
    /// What a file says.
    pub(crate) fn of(unit: &Unit) -> Self {
        let mut out = Self::default();
        if unit.lang.traits().nothing_has.is_some() {
            walk::unit(unit, &mut out);
        }
        out
    }

    /// And what another says.
    pub(crate) fn add(&mut self, other: &Self) {
        self.all |= other.all;
        self.names.extend(other.names.iter().cloned());
    }

    /// Whether a variable may be a constant where the code runs.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }

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
