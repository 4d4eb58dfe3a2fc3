//! Projects whose files know each other's types by full names: types, overloads, extension methods.

use super::Interp;
use super::value::{ClassInfo, Frame, FrameRef, V, limited};
use crate::code::api::{self, sdk};
use crate::code::hir::{ClassId, Expr, ExprKind, Pattern, StmtKind};
use crate::code::lang::Scope;
use crate::code::program::UnitId;
use lamlint_model::tri::Reason;
use lamlint_model::value::Deps;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Namespaces that are used without being named, where a project says so; what compiles needs no other answer.
/// Source: <https://learn.microsoft.com/en-us/dotnet/core/project-sdk/overview#implicit-using-directives>
const IMPLICIT: &[&str] = &[
    "System",
    "System.IO",
    "System.Linq",
    "System.Net.Http",
    "System.Net.Http.Json",
    "System.Threading",
    "System.Threading.Tasks",
    "System.Collections.Generic",
    "Microsoft.AspNetCore.Builder",
    "Microsoft.AspNetCore.Hosting",
    "Microsoft.AspNetCore.Http",
    "Microsoft.AspNetCore.Routing",
    "Microsoft.Extensions.Configuration",
    "Microsoft.Extensions.DependencyInjection",
    "Microsoft.Extensions.Hosting",
    "Microsoft.Extensions.Logging",
];

/// A project.
#[derive(Debug, Default)]
pub(super) struct Project {
    /// Its types by full name: where they are declared, several places for a partial type.
    pub(super) types: BTreeMap<SmolStr, Vec<(UnitId, ClassId)>>,
    /// Full names by the last part.
    simple: BTreeMap<SmolStr, Vec<SmolStr>>,
    namespaces: BTreeSet<SmolStr>,
    /// Types with extension methods, by the names of the methods.
    pub(super) extensions: BTreeMap<SmolStr, Vec<SmolStr>>,
    /// Namespaces all files use.
    usings: Vec<SmolStr>,
    /// A file of it has an error: what it declares may not be known.
    broken: bool,
    made: RefCell<BTreeMap<SmolStr, V>>,
}

/// The last part of a full name.
pub(super) fn last(full: &str) -> &str {
    full.rsplit(['.', '+']).next().unwrap_or(full)
}

impl Interp<'_> {
    /// Whether a file belongs to a project whose types have full names.
    pub(super) fn is_project(&self, id: UnitId) -> bool {
        self.program.unit(id).lang.traits().scope == Scope::Project
    }

    pub(super) fn project(&mut self, id: UnitId) -> Option<Rc<Project>> {
        if !self.is_project(id) {
            return None;
        }
        let dir = self.program.names().project_of(self.program.path(id)).to_owned();
        if let Some(p) = self.projects.get(&dir) {
            return Some(p.clone());
        }
        let p = Rc::new(self.read_project(&dir));
        self.projects.insert(dir, p.clone());
        Some(p)
    }

    /// What the files of a project and of those it refers to declare.
    fn read_project(&self, dir: &str) -> Project {
        let mut out = Project::default();
        let mut dirs = vec![dir.to_owned()];
        let mut next = 0;
        while let Some(d) = dirs.get(next).cloned() {
            next += 1;
            let Some(p) = self.program.names().manifests.projects.get(&d) else { continue };
            if d == dir {
                out.usings.extend(p.usings.iter().map(SmolStr::from));
            }
            for r in &p.references {
                if !dirs.contains(r) && dirs.len() < 64 {
                    dirs.push(r.clone());
                }
            }
        }
        for (id, path, unit) in self.program.names().iter() {
            let built = path.split('/').any(|p| p == "bin" || p == "obj");
            let of = self.program.names().project_of(path);
            if unit.lang.traits().scope != Scope::Project || built || !dirs.iter().any(|d| d == of) {
                continue;
            }
            let unit = self.program.unit(id);
            out.broken |= !unit.taints.is_empty();
            for s in &unit.body {
                match &s.kind {
                    StmtKind::Declare { target: Pattern::Name(full, _), value } => {
                        let ExprKind::Class(c) = value.kind else { continue };
                        let places = out.types.entry(full.clone()).or_default();
                        if places.is_empty() {
                            out.simple.entry(last(full).into()).or_default().push(full.clone());
                        }
                        places.push((id, c));
                        if let Some((namespace, _)) = full.split('+').next().and_then(|f| f.rsplit_once('.'))
                        {
                            out.namespaces.insert(namespace.into());
                        }
                        for m in unit.class(c).methods.iter().map(|m| unit.function(*m)) {
                            let first = m.params.first().and_then(|p| p.annotation.as_ref());
                            if m.is_static && first.is_some_and(|a| a.starts_with("this ")) {
                                let owners = out.extensions.entry(m.name.clone()).or_default();
                                if !owners.contains(full) {
                                    owners.push(full.clone());
                                }
                            }
                        }
                    }
                    StmtKind::Import(i) if of == dir => {
                        if let [n] = &i.names[..]
                            && n.bound == "global"
                            && n.name == "*"
                        {
                            out.usings.push(i.module.clone());
                        }
                    }
                    _ => {}
                }
            }
        }
        out
    }

    /// Open a file: its types are made when they are first named.
    pub(super) fn load_project_file(&mut self, id: UnitId) -> FrameRef {
        let frame: FrameRef =
            Rc::new(RefCell::new(Frame { unit: Some(id), persistent: true, ..Frame::default() }));
        self.modules.insert(id, frame.clone());
        let unit = self.program.unit(id).clone();
        if !unit.taints.is_empty() {
            self.give_up(Reason::Syntax, "a file has a syntax error");
        }
        let Some(project) = self.project(id) else { return frame };
        let outer = self.at_unit(id);
        for s in &unit.body {
            match &s.kind {
                StmtKind::Import(i) => {
                    let own = |n: &SmolStr| *n == i.module || n.starts_with(&format!("{}.", i.module));
                    let of_project = project.namespaces.iter().any(own)
                        || project.types.contains_key(&i.module)
                        || unit.package.starts_with(i.module.as_str());
                    if !of_project {
                        self.may_call(&i.module, "");
                    }
                }
                StmtKind::Opaque(..) | StmtKind::Function(_) => self.at_top(id, |it| {
                    it.stmt(s);
                }),
                _ => {}
            }
        }
        (self.unit, self.lang) = outer;
        frame
    }

    /// A type of the project by its full name; its static parts run when it is first named.
    pub(super) fn declared_type(&mut self, project: &Rc<Project>, full: &str) -> Option<V> {
        let known = project.made.borrow().get(full).cloned();
        if known.is_some() {
            return known;
        }
        let places = project.types.get(full)?.clone();
        let (unit, class) = *places.first()?;
        let made = V::Class(unit, class);
        project.made.borrow_mut().insert(full.into(), made.clone());
        let mut parts = Vec::new();
        for (u, c) in &places {
            let module = self.load(*u);
            let unit = self.program.unit(*u).clone();
            let c_hir = unit.class(*c);
            let frame: FrameRef = Rc::new(RefCell::new(Frame {
                unit: Some(*u),
                persistent: true,
                parent: Some(module.clone()),
                ..Frame::default()
            }));
            self.at_top(*u, |it| {
                for m in &c_hir.methods {
                    let f = unit.function(*m);
                    let v = it.closure_in(*m, module.clone());
                    // Attributes that are not known only say something.
                    let incomplete = it.incomplete.clone();
                    let plain = |d: &&Expr| !matches!(d.kind, ExprKind::Call { .. });
                    let plain: Vec<Expr> = f.decorators.iter().filter(plain).cloned().collect();
                    let v = it.decorated(v, &plain, f.name_span);
                    it.incomplete = incomplete;
                    // Overloads.
                    let v = match frame.borrow().vars.get(&f.name) {
                        Some(V::OneOf(all, by)) => {
                            V::OneOf(Rc::new(all.iter().cloned().chain([v]).collect()), *by)
                        }
                        Some(one) => V::OneOf(Rc::new(vec![one.clone(), v]), Deps::NONE),
                        None => v,
                    };
                    frame.borrow_mut().set(&f.name, v);
                }
            });
            let info = ClassInfo { frame: frame.clone(), outer: module.clone(), bases: Vec::new() };
            self.classes.insert((*u, *c), Rc::new(info));
            parts.push((*u, *c, frame, module));
        }
        // The other parts of a partial type are what it builds on.
        let mut bases: Vec<V> = places.iter().skip(1).map(|(u, c)| V::Class(*u, *c)).collect();
        for (u, c, ..) in &parts {
            let unit = self.program.unit(*u).clone();
            self.at_top(*u, |it| {
                for b in &unit.class(*c).bases {
                    let v = it.eval(b);
                    if !matches!(v, V::Class(x, y) if places.contains(&(x, y))) {
                        bases.push(v);
                    }
                }
            });
        }
        if let Some((u, c, frame, module)) = parts.first() {
            let info = ClassInfo { frame: frame.clone(), outer: module.clone(), bases };
            self.classes.insert((*u, *c), Rc::new(info));
        }
        for (u, c, frame, _) in parts {
            let unit = self.program.unit(u).clone();
            self.at_top(u, |it| {
                it.frame = frame;
                it.block(&unit.class(c).body);
            });
        }
        Some(made)
    }

    /// A type of the project of the current file by its full name.
    pub(super) fn project_type(&mut self, full: &str) -> Option<V> {
        let project = self.project(self.unit)?;
        self.declared_type(&project, full)
    }

    /// What a name means that is no variable: a member of the object or type around, or a type.
    pub(super) fn project_name(&mut self, n: &SmolStr) -> Option<V> {
        let project = self.project(self.unit)?;
        if n.starts_with('#') || matches!(n.as_str(), "this" | "super") {
            return None;
        }
        if !n.contains('.')
            && let Some((this @ V::Instance(_), _)) = super::lookup(&self.frame, "this")
            && let V::Instance(i) = &this
        {
            let (has, class) = i.try_borrow().map(|i| (i.fields.contains_key(n), i.class)).ok()?;
            if has || self.class_member(class, n, 0).is_some() {
                let span = super::unit_span(self.program.unit(self.unit));
                return Some(self.attr(&this, n, span, true));
            }
        }
        let around = self
            .stack
            .iter()
            .rev()
            .find_map(|c| self.program.unit(c.unit).function(c.id).class.map(|class| (c.unit, class)));
        if let Some(class) = around
            && let Some(v) = self.class_member(class, n, 0)
        {
            return Some(self.bound_to_class(v, &V::Class(class.0, class.1)));
        }
        Some(self.type_in_file(&project, n))
    }

    /// A type by the name a file gives it. One that is found nowhere leaves the handler incomplete.
    fn type_in_file(&mut self, project: &Rc<Project>, n: &SmolStr) -> V {
        if let Some(v) = self.declared_type(project, n) {
            return v;
        }
        let unit = self.program.unit(self.unit).clone();
        let mut own: Vec<SmolStr> = Vec::new();
        let mut around = unit.package.as_str();
        while !around.is_empty() {
            own.push(around.into());
            around = around.rsplit_once('.').map_or("", |(head, _)| head);
        }
        let mut used: Vec<SmolStr> = Vec::new();
        for s in &unit.body {
            let StmtKind::Import(i) = &s.kind else { continue };
            let [name] = &i.names[..] else { continue };
            match name.name.as_str() {
                // The members of a type.
                "." => {
                    if let Some(t @ V::Class(u, c)) = self.declared_type(project, &i.module)
                        && self.class_member((u, c), n, 0).is_some()
                    {
                        let span = super::unit_span(&unit);
                        return self.attr(&t, n, span, true);
                    }
                    used.push(i.module.clone());
                }
                "*" => used.push(i.module.clone()),
                _ if name.bound == *n => {
                    let target: SmolStr = i.module.split('<').next().unwrap_or_default().into();
                    return match self.declared_type(project, &target) {
                        Some(v) => v,
                        None if api::knows(self.lang, &target) => {
                            V::Ext(api::normal(self.lang, &target), Deps::NONE)
                        }
                        None => self.not_found(project, n),
                    };
                }
                _ => {}
            }
        }
        used.extend(project.usings.iter().cloned());
        for s in own.iter().chain(&used) {
            if let Some(v) = self.declared_type(project, &format!("{s}.{n}")) {
                return v;
            }
        }
        used.extend(IMPLICIT.iter().map(|s| SmolStr::new_static(s)));
        // Structures of the SDK's models may have any name: they come last.
        let is_struct = |q: &str| sdk::named(self.lang, q).is_some_and(|n| n.kind == sdk::SdkKind::Struct);
        let (reaching, _) = api::reaching(self.lang);
        let reaches = |q: &str| reaching.iter().any(|r| r.ends_with('.') && q.starts_with(r));
        let known = used.iter().map(|s| limited(format!("{s}.{n}")));
        let known = known.filter(|q| api::knows(self.lang, q) || reaches(q));
        let (models, plain): (Vec<SmolStr>, Vec<SmolStr>) =
            known.partition(|q| is_struct(q) || !api::knows(self.lang, q));
        let only = !project.simple.contains_key(n);
        if let Some(q) = plain.first().or_else(|| models.first().filter(|_| only)) {
            return V::Ext(api::normal(self.lang, q), Deps::NONE);
        }
        // A full name, or how one begins.
        let begins = format!("{n}.");
        let of_project = project.types.range(SmolStr::new(&begins)..).next();
        if api::knows(self.lang, n)
            || api::is_global(self.lang, n)
            || of_project.is_some_and(|(full, _)| full.starts_with(&begins))
        {
            return V::Ext(api::normal(self.lang, n), Deps::NONE);
        }
        // The only type of that name: a namespace that is used in a way that was not seen.
        if let Some([one]) = project.simple.get(n).map(Vec::as_slice)
            && let Some(v) = self.declared_type(project, one)
        {
            return v;
        }
        // A type within a type.
        if let Some((head, rest)) = n.split_once('.') {
            let found = match self.type_in_file(project, &head.into()) {
                V::Class(u, c) => {
                    let is = |(_, places): &(&SmolStr, &Vec<_>)| places.contains(&(u, c));
                    let full = project.types.iter().find(is).map(|(full, _)| full.clone());
                    full.and_then(|f| self.declared_type(project, &format!("{f}+{}", rest.replace('.', "+"))))
                }
                V::Ext(q, deps) if api::is_known(self.lang, &q) => {
                    Some(V::Ext(limited(format!("{q}.{rest}")), deps))
                }
                _ => None,
            };
            if let Some(v) = found {
                return v;
            }
        }
        self.not_found(project, n)
    }

    /// A type nobody knows: it may be generated, or of a project or a library that is not there.
    fn not_found(&mut self, project: &Project, n: &str) -> V {
        if project.broken {
            self.give_up(Reason::Syntax, format!("`{n}` may be declared in a file with a syntax error"));
        } else {
            self.give_up(Reason::NotInTree, format!("the type `{n}` was not found"));
        }
        V::unknown()
    }

    /// Whether a type is that of a client, which no event has.
    pub(super) fn is_service(&self, ty: &V) -> bool {
        matches!(ty, V::Ext(q, _) if sdk::named(self.lang, q).is_some_and(|n| n.kind == sdk::SdkKind::Type))
    }

    /// Whether a type is an interface, by the way all of them are named.
    pub(super) fn is_interface(&self, class: (UnitId, ClassId)) -> bool {
        let mut chars = self.program.unit(class.0).class(class.1).name.chars();
        chars.next() == Some('I') && chars.next().is_some_and(char::is_uppercase)
    }
}
