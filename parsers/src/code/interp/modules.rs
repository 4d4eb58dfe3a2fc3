//! Modules: which file an import means, running its body once, and its exports.

use super::lookup::Found;
use super::value::{Frame, FrameRef, V, limited};
use super::{Interp, MAX_DEPTH};
use crate::code::api::{self};
use crate::code::hir::{ExportValue, Lang, Pattern, StmtKind};
use crate::code::lang::Scope;
use crate::code::program::UnitId;
use crate::files::join;
use lamlint_model::handler::Phase;
use lamlint_model::tri::Reason;
use lamlint_model::value::Deps;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

impl Interp<'_> {
    /// Run a module's body, once. A module that is being loaded (an import cycle) is given as far as it is.
    pub(super) fn load(&mut self, id: UnitId) -> FrameRef {
        if let Some(f) = self.modules.get(&id) {
            return f.clone();
        }
        if self.is_project(id) {
            return self.load_project_file(id);
        }
        if self.is_package(id) && self.loading < MAX_DEPTH {
            return self.load_package(id);
        }
        let shares = self.program.unit(id).lang.traits().scope == Scope::Program;
        let shared = self
            .modules
            .iter()
            .find(|(m, _)| shares && self.program.unit(**m).lang == self.program.unit(id).lang);
        let frame: FrameRef = shared.map_or_else(
            || Rc::new(RefCell::new(Frame { unit: Some(id), persistent: true, ..Frame::default() })),
            |(_, f)| f.clone(),
        );
        self.modules.insert(id, frame.clone());
        if self.loading >= MAX_DEPTH {
            self.give_up(Reason::Budget, "modules import each other too deeply");
            return frame;
        }
        let unit = self.program.unit(id).clone();
        if !unit.taints.is_empty() {
            self.give_up(Reason::Syntax, "a file has a syntax error");
        }
        let outer_unit = std::mem::replace(&mut self.unit, id);
        let outer_lang = std::mem::replace(&mut self.lang, unit.lang);
        let outer_frame = std::mem::replace(&mut self.frame, frame.clone());
        let outer_ctx = std::mem::take(&mut self.ctx);
        let outer_stack = std::mem::take(&mut self.stack);
        let outer_returns = std::mem::take(&mut self.returns);
        let outer_control = std::mem::replace(&mut self.control, Deps::NONE);
        let outer_phase = std::mem::replace(&mut self.phase, Phase::Init);
        let outer_testing = std::mem::take(&mut self.testing);
        let outer_guarded = std::mem::take(&mut self.guarded);
        self.loading += 1;
        self.block(&unit.body);
        self.loading -= 1;
        self.unit = outer_unit;
        self.lang = outer_lang;
        self.frame = outer_frame;
        self.ctx = outer_ctx;
        self.stack = outer_stack;
        self.returns = outer_returns;
        self.control = outer_control;
        self.phase = outer_phase;
        self.testing = outer_testing;
        self.guarded = outer_guarded;
        frame
    }

    /// What `name` of `module` is, as imported by the current unit: the empty name is the module itself, `default` its default
    /// export, `*` the module for all its names.
    pub(super) fn imported(&mut self, module: &str, name: &str) -> V {
        if let Some(path) = module.strip_prefix("::") {
            return self.along(path, name);
        }
        match self.find_module(module) {
            Found::Unit(id) => {
                self.load(id);
                match name {
                    "*" => V::Module(id),
                    "" if !self.lang.is_node() => V::Module(id),
                    "" | "default" => self.default_export(id, name),
                    name => {
                        self.export(id, name).or_else(|| self.submodule(id, name)).unwrap_or_else(V::unknown)
                    }
                }
            }
            Found::Package(dir) => match name {
                "" | "*" => V::Package(dir.into()),
                name => self.package_member(&dir, name),
            },
            Found::Library(q) if q.starts_with("dotenv") => {
                // Settings from a file of the package.
                self.env.insert_all();
                V::Ext(q, Deps::NONE)
            }
            Found::Library(q) => {
                self.may_call(&q, name);
                match name {
                    "" | "*" | "default" => V::Ext(q, Deps::NONE),
                    name => V::Ext(api::normal(self.lang, &limited(format!("{q}.{name}"))), Deps::NONE),
                }
            }
            Found::Data => V::unknown(),
            Found::Missing => {
                self.give_up(Reason::NotInTree, format!("`{module}` is imported and not in this tree"));
                V::unknown()
            }
        }
    }

    /// `require("./x")`, `import x from "./x"`.
    fn default_export(&mut self, id: UnitId, name: &str) -> V {
        let frame = self.load(id);
        if name == "default"
            && let Some(v) = self.export(id, "default")
        {
            return v;
        }
        let whole = frame.borrow().vars.get("exports.=").cloned();
        whole.unwrap_or(V::Module(id))
    }

    /// A name a module offers to others.
    pub(super) fn export(&mut self, id: UnitId, name: &str) -> Option<V> {
        let folds = self.program.unit(id).lang.traits().folds_case;
        let name = if folds { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) };
        self.export_below(id, &name, 0)
    }

    fn export_below(&mut self, id: UnitId, name: &str, depth: u32) -> Option<V> {
        // Star exports branch, and a cycle of them would be followed along every path.
        if depth > 16 || !self.step() {
            return None;
        }
        let frame = self.load(id);
        let unit = self.program.unit(id).clone();
        if self.is_package(id) {
            return self.package_export(id, name);
        }
        if !unit.lang.is_node() {
            let v = frame.borrow().vars.get(name).cloned();
            return v;
        }
        if let Some(v) = frame.borrow().vars.get(&SmolStr::from(format!("exports.{name}"))) {
            return Some(v.clone());
        }
        for e in &unit.exports {
            if e.name != name {
                continue;
            }
            match &e.value {
                ExportValue::Local(local) => {
                    if let Some(v) = frame.borrow().vars.get(local) {
                        return Some(v.clone());
                    }
                }
                ExportValue::From { module, name } => return Some(self.imported_by(id, module, name)),
                ExportValue::Expr(_) => {}
            }
        }
        let whole = frame.borrow().vars.get("exports.=").cloned();
        if let Some(whole) = whole {
            let v = match &whole {
                V::Map(..) => super::access::map_get(&whole, name),
                V::Instance(_) | V::Class(..) | V::Module(_) | V::Ext(..) | V::OneOf(..) => {
                    Some(self.attr(&whole, name, super::unit_span(&unit), true))
                }
                _ => None,
            };
            if v.is_some() {
                return v;
            }
        }
        for e in unit.exports.iter().filter(|e| e.name == "*" && name != "default") {
            let ExportValue::From { module, .. } = &e.value else { continue };
            let v = match self.found_by(id, module) {
                Found::Unit(other) => self.export_below(other, name, depth + 1),
                Found::Library(q) => {
                    Some(V::Ext(api::normal(unit.lang, &limited(format!("{q}.{name}"))), Deps::NONE))
                }
                _ => None,
            };
            if v.is_some() {
                return v;
            }
        }
        None
    }

    fn imported_by(&mut self, id: UnitId, module: &str, name: &str) -> V {
        // Modules may re-export a name from each other in a circle.
        if self.loading >= MAX_DEPTH {
            self.give_up(Reason::Budget, "modules import each other too deeply");
            return V::unknown();
        }
        self.loading += 1;
        let outer = self.at_unit(id);
        let v = self.imported(module, name);
        (self.unit, self.lang) = outer;
        self.loading -= 1;
        v
    }

    fn found_by(&mut self, id: UnitId, module: &str) -> Found {
        let outer = self.at_unit(id);
        let v = self.find_module(module);
        (self.unit, self.lang) = outer;
        v
    }

    pub(super) fn at_unit(&mut self, id: UnitId) -> (UnitId, Lang) {
        let outer = (self.unit, self.lang);
        self.unit = id;
        self.lang = self.program.unit(id).lang;
        outer
    }

    /// `exports.name` inside its own module.
    pub(super) fn own_export(&mut self, name: &str) -> V {
        self.export(self.unit, name).unwrap_or_else(V::unknown)
    }

    /// `exports.name = v`; the name `=` is `module.exports` itself.
    pub(super) fn set_export(&mut self, name: &str, v: V) {
        let Some(f) = self.modules.get(&self.unit).cloned() else { return };
        f.borrow_mut().set(&SmolStr::from(format!("exports.{name}")), v);
    }

    /// A module inside the package whose `__init__.py` is `id`.
    pub(super) fn submodule(&mut self, id: UnitId, name: &str) -> Option<V> {
        if let Some(v) = self.declared_later(id, name) {
            return Some(v);
        }
        let dir = self.program.path(id).strip_suffix("/__init__.py")?;
        let below = join(dir, name)?;
        match self.python_at(&below)? {
            Found::Unit(u) => {
                self.load(u);
                Some(V::Module(u))
            }
            Found::Package(d) => Some(V::Package(d.into())),
            _ => None,
        }
    }

    /// A name of a module that is being loaded, whose declaration did not run yet, where order means nothing.
    fn declared_later(&mut self, id: UnitId, name: &str) -> Option<V> {
        let unit = self.program.unit(id).clone();
        if !unit.lang.traits().hoists || unit.lang.is_node() || self.loading >= MAX_DEPTH {
            return None;
        }
        let value = unit.body.iter().find_map(|s| match &s.kind {
            StmtKind::Declare { target: Pattern::Name(n, _), value } if n == name => Some(value),
            _ => None,
        })?;
        let mut v = None;
        self.at_top(id, |it| v = Some(it.eval(value)));
        v
    }

    /// A module in a directory of Python modules.
    pub(super) fn package_member(&mut self, dir: &str, name: &str) -> V {
        let found = join(dir, name).and_then(|p| self.python_at(&p));
        match found {
            Some(Found::Unit(u)) => {
                self.load(u);
                V::Module(u)
            }
            Some(Found::Package(d)) => V::Package(d.into()),
            _ => {
                self.give_up(Reason::NotInTree, format!("`{name}` is imported and not in this tree"));
                V::unknown()
            }
        }
    }

    /// Whether an import names no module of the project.
    pub(super) fn is_library_import(&mut self, module: &str) -> bool {
        matches!(self.find_module(module), Found::Library(_))
    }
}
