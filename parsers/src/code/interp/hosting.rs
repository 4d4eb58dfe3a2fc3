//! Programs and libraries around a container of services: what configures them, the routes they serve, and the types of
//! libraries that objects of the project are built upon.
//!
//! Sources: <https://learn.microsoft.com/en-us/dotnet/core/extensions/generic-host>,
//! <https://learn.microsoft.com/en-us/aspnet/core/fundamentals/minimal-apis>,
//! <https://github.com/aws/aws-lambda-dotnet/tree/master/Libraries/src/Amazon.Lambda.AspNetCoreServer>

use super::Interp;
use super::call::{Args, Site};
use super::container::Asked;
use super::value::{Func, V, limited};
use crate::code::api::{self, Kind, Row};
use crate::code::hir::{ClassId, Expr, ExprKind, Param};
use crate::code::lang::Scope;
use crate::code::program::UnitId;
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// What is asked about a service of an object around it.
const AROUND: &str = "#hostcontext";

impl Interp<'_> {
    /// What the rows of a host say: see [`Kind`].
    pub(super) fn hosted(&mut self, row: Row, args: &Args, site: &Site<'_>) {
        let functions: Vec<Rc<Func>> = args.pos.iter().flat_map(V::functions).collect();
        match row.kind {
            Kind::Configure => {
                for f in functions {
                    let n = self.arity(&f).max(1);
                    let mut given = vec![V::Ext(SmolStr::new_static(AROUND), Deps::NONE); n - 1];
                    given.push(V::Ext(SmolStr::new_static(row.detail), Deps::NONE));
                    self.call_value(&V::Func(f), Args::of(given), site.span);
                }
            }
            Kind::Startup => match args.named("#0") {
                Some(V::Class(u, c)) => self.configured_by((*u, *c)),
                _ => self.give_up(Reason::Dynamic, "services are configured by something that is not known"),
            },
            Kind::Serve if functions.is_empty() => {
                self.started.push(V::Sym(Value::Null));
                self.exited = true;
            }
            Kind::Uses => args.pos.iter().for_each(|v| self.uses(v)),
            Kind::Route | Kind::Serve => {
                if functions.is_empty() {
                    self.give_up(Reason::Dynamic, "a route is served by something that is not known");
                }
                for f in functions {
                    self.register_as(f, None);
                }
            }
            _ if functions.is_empty() => {
                self.give_up(
                    Reason::Dynamic,
                    format!("{} are found in ways that are not followed", row.detail),
                );
            }
            _ => {
                for f in functions {
                    self.register_as(f, None);
                }
            }
        }
    }

    /// What a parameter of a function asks for that is run once, while the environment starts, or by a library.
    fn asked_once(&mut self, p: &Param, by_library: bool) -> V {
        let Some(ty) = &p.ty else { return V::unknown() };
        let ty = self.eval(ty);
        match &ty {
            V::Ext(q, _) => match api::lookup(self.lang, q).and_then(|r| r.result) {
                Some(r) => V::Ext(SmolStr::new_static(r), Deps::NONE),
                // What a library gives to those who build upon it is its own.
                None if by_library => V::Ext(limited(format!("{q}()")), Deps::CALL),
                None => self.service(&ty, Asked::Root, 0),
            },
            _ => self.service(&ty, Asked::Root, 0),
        }
    }

    /// Have an object of a class configure services and routes.
    pub(super) fn configured_by(&mut self, class: (UnitId, ClassId)) {
        let span = super::unit_span(self.program.unit(class.0));
        let made = self.injected(class, 0);
        for name in ["ConfigureHostBuilder", "ConfigureServices", "Configure"] {
            let Some(member) = self.class_member(class, name, 0) else { continue };
            for f in member.functions() {
                let args = self.asked_by(&f, false);
                let f = self.bound_to(V::Func(f), &made, span);
                self.call_value(&f, args, span);
            }
        }
    }

    /// What the parameters of a function ask for.
    fn asked_by(&mut self, f: &Func, by_library: bool) -> Args {
        let unit = self.program.unit(f.unit).clone();
        let outer = self.at_unit(f.unit);
        let frame = std::mem::replace(&mut self.frame, f.frame.clone());
        let args = unit.function(f.id).params.iter().map(|p| self.asked_once(p, by_library)).collect();
        self.frame = frame;
        (self.unit, self.lang) = outer;
        Args::of(args)
    }

    /// A library calls the methods of an object when it sees fit.
    fn uses(&mut self, v: &V) {
        let class = match v {
            V::Instance(i) => match i.try_borrow() {
                Ok(i) => i.class,
                Err(_) => return,
            },
            V::Sym(_) | V::Ext(..) => return,
            v => {
                self.let_go(v, "a library");
                return;
            }
        };
        let span = super::unit_span(self.program.unit(class.0));
        let unit = self.program.unit(class.0).clone();
        for m in &unit.class(class.1).methods {
            let f = unit.function(*m);
            if f.name != "constructor" && !f.is_static {
                let member = self.class_member(class, &f.name, 0).map(|m| self.bound_to(m, v, span));
                self.hand_over(member.iter().flat_map(V::functions).collect(), Deps::CALL, true);
            }
        }
    }

    /// The type of a library a class is built upon, where a table says what it does with its objects.
    pub(super) fn library_base(&self, class: (UnitId, ClassId), depth: u32) -> Option<api::Base> {
        let info = self.classes.get(&class).filter(|_| depth < 16)?;
        info.bases.iter().find_map(|b| match b {
            V::Class(u, c) => self.library_base((*u, *c), depth + 1),
            V::Ext(q, _) => api::base(self.lang, q),
            _ => None,
        })
    }

    /// What a library does with an object of the project that is built upon one of its types: it calls some of its methods
    /// and may fill its fields.
    pub(super) fn set_up_by_base(&mut self, class: (UnitId, ClassId), made: &V, span: Span) {
        let Some(base) = self.library_base(class, 0) else { return };
        if base.fills
            && let V::Instance(i) = made
            && let Ok(mut i) = i.try_borrow_mut()
        {
            i.fields.values_mut().filter(|v| v.is_null()).for_each(|v| *v = V::of_deps(Deps::CALL));
        }
        for name in base.calls() {
            let Some(member) = self.class_member(class, name, 0) else { continue };
            for f in member.functions() {
                let args = self.asked_by(&f, true);
                let f = self.bound_to(V::Func(f), made, span);
                self.call_value(&f, args, span);
            }
        }
    }

    /// A method the project adds to the objects of a library.
    pub(super) fn extension_of(&mut self, q: &str, deps: Deps, args: &Args, site: &Site<'_>) -> Option<V> {
        if self.lang.traits().scope != Scope::Project || api::is_row(self.lang, q) {
            return None;
        }
        let ExprKind::Attr { name, .. } = &site.callee.map(|e: &Expr| &e.kind)? else { return None };
        let object = q.strip_suffix(name.as_str())?.strip_suffix('.')?;
        // Of a type itself there are none.
        if !object.starts_with('#') && !object.contains("()") {
            return None;
        }
        self.extension_method(&V::Ext(object.into(), deps), name, args, site)
    }
}
