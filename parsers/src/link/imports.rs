//! Libraries a handler's code certainly loads when it starts.

use crate::code::Entry;
use crate::code::hir::{Block, Expr, ExprKind, Lang, Stmt, StmtKind, Unit};
use crate::code::lang::{EntryPoint, Scope};
use crate::code::program::{Program, UnitId};
use crate::code::walk::{self, Visitor};
use crate::files::{join, parent};
use lamlint_model::rule::LibraryImport;
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// How many units are followed.
const MAX_UNITS: usize = 500;

/// The imports of libraries at module level, of the entry's unit and of those it imports by relative path, that no
/// branch, `try` or function stands around. In order of finding.
pub(super) fn loaded(program: &Program, entry: &Entry) -> Vec<LibraryImport> {
    let mut out: Vec<LibraryImport> = Vec::new();
    // The compiler finds what a program needs, or there is none. Names of files in a gem are not its name.
    let traits = program.unit(entry.unit).lang.traits();
    if traits.entry != EntryPoint::Module || traits.scope == Scope::Program || traits.folds_case {
        return out;
    }
    let mut seen = BTreeSet::from([entry.unit]);
    let mut queue = vec![entry.unit];
    while let Some(id) = queue.pop() {
        let unit = program.unit(id);
        for (module, span) in unconditional(unit) {
            if module.starts_with('.') {
                if let Some(next) = relative(program, id, unit.lang, &module)
                    && seen.len() < MAX_UNITS
                    && seen.insert(next)
                {
                    queue.push(next);
                }
            } else if !module.starts_with("node:") && !out.iter().any(|i| i.module == module) {
                out.push(LibraryImport { package: package_of(unit.lang, &module), module, span });
            }
        }
    }
    out
}

/// The name of the package of a module path: `aws-sdk` of `aws-sdk/clients/s3`, `@scope/name` of `@scope/name/x`.
fn package_of(lang: Lang, module: &str) -> SmolStr {
    match lang {
        Lang::Python => module.split('.').next().unwrap_or(module).into(),
        Lang::JavaScript | Lang::TypeScript => {
            let parts = if module.starts_with('@') { 2 } else { 1 };
            module.split('/').take(parts).collect::<Vec<_>>().join("/").into()
        }
        Lang::Go | Lang::CSharp | Lang::Rust | Lang::Java | Lang::Ruby | Lang::PowerShell => module.into(),
    }
}

/// Modules loaded whenever the unit is.
fn unconditional(unit: &Unit) -> Vec<(SmolStr, Span)> {
    let mut v = Loads { unit, out: Vec::new() };
    level(&unit.body, &mut v);
    v.out
}

fn level(body: &Block, v: &mut Loads<'_>) {
    for s in body {
        match &s.kind {
            StmtKind::Block(b) => level(b, v),
            // What comes after an early end is not certain.
            StmtKind::Return(_) | StmtKind::Raise(_) => return,
            _ => walk::stmt(s, v),
        }
    }
}

struct Loads<'a> {
    unit: &'a Unit,
    out: Vec<(SmolStr, Span)>,
}

impl Visitor for Loads<'_> {
    fn stmt(&mut self, s: &Stmt) -> bool {
        match &s.kind {
            StmtKind::Import(i) if !i.type_only => {
                // TypeScript drops an import whose names are used only as types.
                let kept = self.unit.lang != Lang::TypeScript
                    || i.names.is_empty()
                    || i.names.iter().any(|n| used(self.unit, &n.bound));
                if kept {
                    self.out.push((i.module.clone(), s.span));
                }
                false
            }
            StmtKind::Expr(_) | StmtKind::Declare { .. } | StmtKind::Assign { .. } => true,
            _ => false,
        }
    }

    fn expr(&mut self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Module(m) => {
                self.out.push((m.clone(), e.span));
                false
            }
            // Evaluated or not.
            ExprKind::Logic { left, .. } => {
                walk::expr(left, self);
                false
            }
            ExprKind::Cond { test, .. } => {
                walk::expr(test, self);
                false
            }
            ExprKind::Opaque(_) | ExprKind::Comprehension { .. } => false,
            _ => true,
        }
    }
}

/// Whether a name is used as a value anywhere in the unit.
fn used(unit: &Unit, name: &str) -> bool {
    struct Uses<'a>(&'a str, bool);
    impl Visitor for Uses<'_> {
        fn expr(&mut self, e: &Expr) -> bool {
            self.1 |= matches!(&e.kind, ExprKind::Name(n) if n == self.0);
            !self.1
        }
    }
    let mut u = Uses(name, false);
    walk::unit(unit, &mut u);
    u.1
}

/// The unit a relative import names.
fn relative(program: &Program, from: UnitId, lang: Lang, module: &str) -> Option<UnitId> {
    let dir = parent(program.path(from));
    match lang {
        Lang::Python => {
            let dots = module.chars().take_while(|c| *c == '.').count();
            let up = "../".repeat(dots - 1);
            let base = join(dir, &format!("{up}{}", module[dots..].replace('.', "/")))?;
            program.at(&format!("{base}.py")).or_else(|| program.at(&format!("{base}/__init__.py")))
        }
        Lang::Go | Lang::CSharp | Lang::Rust | Lang::Java | Lang::Ruby | Lang::PowerShell => None,
        Lang::JavaScript | Lang::TypeScript => {
            let base = join(dir, module)?;
            let stem = super::target::stem(&base);
            program
                .at(&base)
                .or_else(|| {
                    ["js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx"]
                        .iter()
                        .find_map(|e| program.at(&format!("{base}.{e}")))
                })
                .or_else(|| {
                    ["js", "mjs", "cjs", "ts", "mts", "cts"]
                        .iter()
                        .find_map(|e| program.at(&format!("{base}/index.{e}")))
                })
                // `./db.js` written for what `./db.ts` compiles to.
                .or_else(|| {
                    ["ts", "mts", "cts", "tsx"].iter().find_map(|e| program.at(&format!("{stem}.{e}")))
                })
        }
    }
}
