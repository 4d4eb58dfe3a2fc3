//! What a handler string of an assembly names: a method of a type, or the program it is.

use super::Interp;
use super::value::V;
use crate::code::hir::{ClassId, ExprKind, MAIN};
use crate::code::program::UnitId;
use lamlint_model::tri::Reason;
use smol_str::SmolStr;

impl Interp<'_> {
    /// The entry point a handler string names: a method of a type, or the program.
    pub(super) fn entry_method(&mut self, id: UnitId, symbol: &str) -> Option<V> {
        let span = super::unit_span(self.program.unit(id));
        let Some((full, method)) = symbol.split_once("::") else { return self.main_started(id) };
        let project = self.project(id)?;
        let class = self.declared_type(&project, full)?;
        let V::Class(u, c) = class else { return None };
        let outer = self.at_unit(u);
        let Some(member) = self.class_member((u, c), method, 0) else {
            // A method of the library it is built upon.
            let made = self.library_base((u, c), 0).map(|_| self.handler_made((u, c)))?;
            let v = self.attr(&made, method, span, false);
            (self.unit, self.lang) = outer;
            return Some(v);
        };
        let of_type = member.functions().iter().all(|f| self.program.unit(f.unit).function(f.id).is_static);
        let v = if of_type {
            self.attr(&class, method, span, false)
        } else {
            let made = self.handler_made((u, c));
            self.attr(&made, method, span, false)
        };
        (self.unit, self.lang) = outer;
        // What stands around it is given types that do the work.
        for f in member.functions() {
            let around = self.program.unit(f.unit).function(f.id).decorators.clone();
            for d in around.iter().filter(|d| matches!(d.kind, ExprKind::Call { .. })) {
                self.at_top(f.unit, |it| {
                    it.eval(d);
                });
            }
        }
        // The runtime wants one method of that name.
        if self.is_overloaded(&v) {
            self.give_up(Reason::Dynamic, format!("`{method}` has several forms"));
        }
        Some(v)
    }

    /// Follow a program until it starts the runtime.
    pub(super) fn main_started(&mut self, id: UnitId) -> Option<V> {
        let span = super::unit_span(self.program.unit(id));
        let frame = self.load(id);
        let known = frame.borrow().vars.get(MAIN).cloned();
        let main = if let Some(f) = known {
            Some(f)
        } else {
            let project = self.project(id)?;
            let holds = |(full, places): (&SmolStr, &Vec<(UnitId, ClassId)>)| {
                let has = places.iter().any(|(u, c)| {
                    let unit = self.program.unit(*u);
                    unit.class(*c).methods.iter().any(|m| {
                        let f = unit.function(*m);
                        f.name == "Main" && f.is_static
                    })
                });
                has.then(|| full.clone())
            };
            let full = project.types.iter().find_map(holds)?;
            let class = self.declared_type(&project, &full)?;
            Some(self.attr(&class, "Main", span, false))
        };
        Some(self.started_with(&main?, span))
    }
}
