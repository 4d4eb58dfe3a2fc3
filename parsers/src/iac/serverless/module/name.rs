//! What names mean: locals, constants of the module, imports, exports.

use super::{Changed, Entries, Frame, Reader, Val};
use crate::code::hir::{Block, ExportValue, Expr, FnId, ImportName, ModuleKind, Pattern, StmtKind, Unit};
use crate::code::node;
use crate::code::program::UnitId;
use crate::doc::{DocKind, DocNode};
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::rc::Rc;

/// Modules of Node.js whose functions are known.
const BUILT_IN: &[&str] = &["path", "process"];

impl Reader<'_> {
    /// What a name stands for.
    pub(super) fn name(&self, frame: &Frame, name: &SmolStr) -> Val {
        let changed = self.changed(frame.unit);
        if changed.assigned.contains(name) {
            return Val::Unknown(format!("`{name}` is assigned more than once"));
        }
        let found = match frame.locals.get(name) {
            Some(v) => v.clone(),
            None => self.of_module(frame.unit, name),
        };
        let holds = matches!(&found, Val::Node(n) if !matches!(n.kind, DocKind::Scalar(_)));
        if (holds || matches!(found, Val::Exports(_))) && changed.within.contains(name) {
            return Val::Unknown(format!("`{name}` may be changed"));
        }
        found
    }

    fn changed(&self, unit: UnitId) -> Rc<Changed> {
        let made = self.changed.borrow().get(&unit).cloned();
        made.unwrap_or_else(|| {
            let new = Rc::new(Changed::of(self.program.unit(unit)));
            self.changed.borrow_mut().insert(unit, Rc::clone(&new));
            new
        })
    }

    /// A name of the top level.
    fn of_module(&self, unit: UnitId, name: &SmolStr) -> Val {
        let key = (unit, name.clone());
        if let Some(v) = self.known.borrow().get(&key) {
            return v.clone();
        }
        if !self.active.borrow_mut().insert(key.clone()) {
            return Val::Unknown(format!("`{name}` needs itself"));
        }
        let found = self.deeper(|| self.declared(unit, name));
        self.active.borrow_mut().remove(&key);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    fn declared(&self, id: UnitId, name: &SmolStr) -> Val {
        let unit = self.program.unit(id);
        let mut found = Vec::new();
        let frame = Frame::of(id);
        let mut import = None;
        bindings(unit, &unit.body, name, &mut |b| match b {
            Binding::Value(pattern, value) => {
                found.push(self.part(pattern, self.eval(&frame, value), name));
            }
            Binding::Function(f) => found.push(Val::Function(id, f, Rc::new(Frame::of(id)))),
            Binding::Import(module, names) => import = Some((module.clone(), names.clone())),
            Binding::Other => found.push(Val::Unknown(format!("`{name}` is a class"))),
        });
        match (found.len(), found.pop(), import) {
            (1, Some(v), None) => v,
            (0, _, Some((module, n))) => self.imported(id, &module, &n),
            (0, _, None) => Val::Global(name.clone()),
            _ => Val::Unknown(format!("`{name}` is declared more than once")),
        }
    }

    /// What of a value a pattern binds to a name.
    pub(super) fn part(&self, pattern: &Pattern, value: Val, name: &SmolStr) -> Val {
        match pattern {
            Pattern::Name(..) => value,
            Pattern::Map(parts) => {
                let found = parts.iter().find(|(_, p, _)| binds(p, name));
                match found {
                    Some((key, p, None)) => self.part(p, self.member(&value, key), name),
                    _ => Val::Unknown(format!("`{name}` has a default")),
                }
            }
            _ => Val::Unknown(format!("how `{name}` is bound is not followed")),
        }
    }

    /// The module an import names.
    pub(super) fn module(&self, from: UnitId, module: &str) -> Result<UnitId, Val> {
        let bare = module.strip_prefix("node:").unwrap_or(module);
        if BUILT_IN.contains(&bare) {
            return Err(Val::Global(bare.into()));
        }
        match node::module(self.program, self.program.path(from), module) {
            Some(u) if self.is_script(u) => Ok(u),
            _ => Err(Val::Unknown(format!("`{module}` is no module of this tree"))),
        }
    }

    fn imported(&self, from: UnitId, module: &str, n: &ImportName) -> Val {
        match self.module(from, module) {
            Ok(u) if n.name == "default" => self.default_of(u),
            Ok(u) if n.name.is_empty() => self.required(u),
            Ok(u) => self.export(u, &n.name),
            Err(Val::Global(g)) if matches!(&*n.name, "" | "default") => Val::Global(g),
            Err(g @ Val::Global(_)) => self.member(&g, &n.name),
            Err(v) => v,
        }
    }

    /// What `require` gives.
    pub(super) fn required(&self, unit: UnitId) -> Val {
        let exports = &self.program.unit(unit).exports;
        if exports.iter().any(|e| e.name == "=") { self.export(unit, "=") } else { Val::Exports(unit) }
    }

    /// What a module exports as its own.
    pub(super) fn default_of(&self, unit: UnitId) -> Val {
        let u = self.program.unit(unit);
        let has = |name: &str| u.exports.iter().any(|e| e.name == name);
        if has("default") {
            self.export(unit, "default")
        } else if has("=") || u.module == ModuleKind::CommonJs {
            self.required(unit)
        } else {
            Val::Nothing
        }
    }

    /// An export by its name.
    pub(super) fn export(&self, unit: UnitId, name: &str) -> Val {
        self.deeper(|| self.export_here(unit, name))
    }

    fn export_here(&self, unit: UnitId, name: &str) -> Val {
        let u = self.program.unit(unit);
        if name != "=" && name != "default" && u.exports.iter().any(|e| e.name == "=") {
            return self.member(&self.export(unit, "="), name);
        }
        let mut found = u.exports.iter().filter(|e| e.name == name);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Val::Unknown(format!("`{name}` is exported more than once")),
            (Some(_), None) if name == "=" && u.exports.len() > 1 => {
                Val::Unknown("what is exported is changed later".to_owned())
            }
            (Some(e), None) => match &e.value {
                ExportValue::Local(local) => self.name(&Frame::of(unit), local),
                ExportValue::Expr(e) => self.eval(&Frame::of(unit), e),
                ExportValue::From { module, name } => match self.module(unit, module) {
                    Ok(from) if name.is_empty() || name == "*" => Val::Exports(from),
                    Ok(from) if name == "default" => self.default_of(from),
                    Ok(from) => self.export(from, name),
                    Err(v) => v,
                },
            },
            (None, _) => {
                let mut stars = u.exports.iter().filter(|e| e.name == "*").filter_map(|e| match &e.value {
                    ExportValue::From { module, .. } => Some(self.module(unit, module)),
                    _ => None,
                });
                let found = stars.find_map(|m| match m.map(|m| self.export(m, name)) {
                    Ok(Val::Nothing) => None,
                    Ok(v) | Err(v) => Some(v),
                });
                found.unwrap_or(Val::Nothing)
            }
        }
    }

    /// All exports of a module as a map.
    pub(super) fn all_of(&self, unit: UnitId, at: Span) -> DocNode {
        let mut out = Entries::default();
        let u = self.program.unit(unit);
        if self.depth.get() > 32 {
            out.open(at, "modules that export each other");
            return out.node(at);
        }
        for e in u.exports.iter().filter(|e| e.name == "*") {
            let ExportValue::From { module, .. } = &e.value else { continue };
            match self.module(unit, module) {
                Ok(m) => {
                    self.depth.set(self.depth.get() + 1);
                    out.spread(&self.all_of(m, e.span));
                    self.depth.set(self.depth.get() - 1);
                }
                Err(_) => out.open(e.span, &format!("`{module}` is no module of this tree")),
            }
        }
        for e in u.exports.iter().filter(|e| !matches!(&*e.name, "*" | "=" | "default")) {
            let value = self.export(unit, &e.name);
            out.put(e.name.clone(), e.span, self.placed(value, e.span));
        }
        out.node(at)
    }
}

enum Binding<'b> {
    Value(&'b Pattern, &'b Expr),
    Function(FnId),
    Import(&'b SmolStr, &'b ImportName),
    Other,
}

/// What a block binds a name to.
fn bindings<'b>(unit: &'b Unit, block: &'b Block, name: &SmolStr, found: &mut dyn FnMut(Binding<'b>)) {
    for s in block {
        match &s.kind {
            StmtKind::Declare { target, value } if binds(target, name) => {
                found(Binding::Value(target, value));
            }
            StmtKind::Function(f) if unit.function(*f).name == *name => found(Binding::Function(*f)),
            StmtKind::Class(c) if unit.class(*c).name == *name => found(Binding::Other),
            StmtKind::Import(i) if !i.type_only => {
                for n in i.names.iter().filter(|n| n.bound == *name) {
                    found(Binding::Import(&i.module, n));
                }
            }
            StmtKind::Block(b) => bindings(unit, b, name, found),
            _ => {}
        }
    }
}

/// Whether a pattern binds a name.
pub(super) fn binds(pattern: &Pattern, name: &SmolStr) -> bool {
    match pattern {
        Pattern::Name(n, _) => n == name,
        Pattern::List(ps) | Pattern::Results(ps) => ps.iter().any(|p| binds(p, name)),
        Pattern::Map(ps) => ps.iter().any(|(_, p, _)| binds(p, name)),
        Pattern::Rest(p) => binds(p, name),
        Pattern::Place(_) | Pattern::Ignore => false,
    }
}
