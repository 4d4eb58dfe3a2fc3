//! Names whose value does not stay what it was declared to be.

use super::root_of;
use crate::code::hir::{Expr, ExprKind, Pattern, Stmt, StmtKind, Unit};
use crate::code::walk::{self, Visitor};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Methods that only read what they are called on.
const READERS: &[&str] = &[
    "at",
    "concat",
    "endsWith",
    "entries",
    "filter",
    "find",
    "flat",
    "flatMap",
    "includes",
    "indexOf",
    "join",
    "keys",
    "map",
    "reduce",
    "replace",
    "replaceAll",
    "slice",
    "some",
    "split",
    "startsWith",
    "substring",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "trim",
    "values",
];

/// Functions that leave their arguments alone.
const HARMLESS: &[&str] = &["Boolean", "JSON", "Number", "String", "console", "parseInt", "path", "require"];
const HARMLESS_OF_OBJECT: &[&str] = &["entries", "freeze", "fromEntries", "keys", "values"];

/// What happens to the names of a module, wherever in it.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// They are given another value.
    pub(super) assigned: BTreeSet<SmolStr>,
    /// What they hold is changed, or handed to something that may do that.
    pub(super) within: BTreeSet<SmolStr>,
}

impl Changed {
    pub(super) fn of(unit: &Unit) -> Self {
        let mut out = Self::default();
        walk::unit(unit, &mut out);
        out
    }

    fn place(&mut self, e: &Expr) {
        self.within.extend(root_of(e).cloned());
    }

    fn target(&mut self, p: &Pattern) {
        match p {
            Pattern::Name(n, _) => {
                self.assigned.insert(n.clone());
            }
            Pattern::Place(e) => self.place(e),
            Pattern::List(ps) | Pattern::Results(ps) => ps.iter().for_each(|p| self.target(p)),
            Pattern::Map(ps) => ps.iter().for_each(|(_, p, _)| self.target(p)),
            Pattern::Rest(p) => self.target(p),
            Pattern::Ignore => {}
        }
    }
}

impl Visitor for Changed {
    fn stmt(&mut self, s: &Stmt) -> bool {
        match &s.kind {
            StmtKind::Assign { target, .. } => self.target(target),
            StmtKind::AugAssign { target, .. } => match &target.kind {
                ExprKind::Name(n) => {
                    self.assigned.insert(n.clone());
                }
                _ => self.place(target),
            },
            StmtKind::Delete(es) => es.iter().for_each(|e| self.place(e)),
            // Its names are bound anew with each round.
            StmtKind::Loop { over: Some((p, _)), .. } => self.target(p),
            _ => {}
        }
        true
    }

    fn expr(&mut self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Assign { target, .. } => self.target(target),
            ExprKind::Call { callee, args, .. } => {
                let harmless = match &callee.kind {
                    ExprKind::Name(n) => HARMLESS.contains(&n.as_str()),
                    ExprKind::Attr { object, name, .. } => {
                        if !READERS.contains(&name.as_str()) {
                            self.place(object);
                        }
                        let of = root_of(object).map_or("", SmolStr::as_str);
                        HARMLESS.contains(&of)
                            || of == "Object" && HARMLESS_OF_OBJECT.contains(&name.as_str())
                    }
                    _ => false,
                };
                if !harmless {
                    for a in args {
                        self.place(&a.value);
                    }
                }
            }
            _ => {}
        }
        true
    }
}
