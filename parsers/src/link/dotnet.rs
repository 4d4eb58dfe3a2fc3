//! Assemblies: which project a package is built from, and the type and method its handler string names.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html>

use super::build::strip_dir;
use super::place::Place;
use super::{Attempt, Tree, suggest};
use crate::code::csharp::MAIN;
use crate::code::hir::{Class, ExprKind, Lang, Pattern, StmtKind, Unit};
use crate::code::lang::Scope;
use crate::code::program::UnitId;
use crate::code::{Entry, runtime_language};
use lamlint_model::app::CodeRef;
use lamlint_model::rule::MissingWhat;
use lamlint_model::source::Span;
use lamlint_model::tri::{Reason, Why};
use smol_str::SmolStr;

fn unlinked(reason: Reason, detail: impl Into<SmolStr>) -> Attempt {
    Attempt::Unlinked(Why::new(reason, detail))
}

/// Resolve one combination. `None`: it is none of .NET.
pub(super) fn attempt(tree: Tree<'_>, p: &Place<'_>) -> Option<Attempt> {
    let managed = runtime_language(p.runtime?).is_some_and(|l| l.traits().scope == Scope::Project);
    let dir = match p.code {
        CodeRef::Directory(d) | CodeRef::File(d) => d,
        CodeRef::Object if managed => {
            return Some(unlinked(Reason::BuiltElsewhere, "the code is an object in a bucket"));
        }
        CodeRef::Inline(_) if managed => {
            return Some(unlinked(Reason::BuiltElsewhere, "inline code is a placeholder"));
        }
        _ => return None,
    };
    if managed {
        let Some(handler) = p.handler else { return Some(unlinked(Reason::Other, "no handler is named")) };
        return Some(in_directory(tree, p, dir, handler));
    }
    // A program compiled ahead of time.
    let provided = p.runtime.is_some_and(|r| r.starts_with("provided"));
    let project = project_at(tree, dir).filter(|_| provided)?;
    Some(program(tree, p, project))
}

/// The project at a directory, or whose output it is.
fn project_at<'t>(tree: Tree<'t>, dir: &str) -> Option<&'t str> {
    let source = format!("{dir}/");
    let source = source.find("/bin/").map_or(dir, |i| &dir[..i]);
    tree.program.projects.get_key_value(source).map(|(d, _)| d.as_str())
}

/// The handler below a directory, or in an archive made of it.
pub(super) fn in_directory(tree: Tree<'_>, p: &Place<'_>, dir: &str, handler: &str) -> Attempt {
    let parts: Vec<&str> = handler.split("::").collect();
    let assembly = parts.first().copied().unwrap_or_default();
    let here = project_at(tree, dir);
    let is = |d: &str| tree.program.projects.get(d).is_some_and(|q| q.assembly == assembly);
    let found = here.filter(|d| is(d)).or_else(|| {
        // By the name of its assembly, the nearest one.
        let named = || tree.program.projects.keys().map(String::as_str).filter(|d| is(d));
        let inside: Vec<&str> = named().filter(|d| strip_dir(d, dir).is_some()).collect();
        match (&inside[..], named().count()) {
            ([one], _) => Some(*one),
            ([], 1) => named().next(),
            _ => None,
        }
    });
    let Some(project) = found else {
        return unlinked(Reason::BuiltElsewhere, format!("no project was found that builds `{assembly}`"));
    };
    match parts[..] {
        [_] => program(tree, p, project),
        [_, full, method] => in_project(tree, p, project, full, method),
        _ => Attempt::Missing(
            MissingWhat::Malformed(format!("`{handler}` is not `Assembly::Namespace.Type::Method`")),
            Vec::new(),
        ),
    }
}

fn units<'t>(tree: Tree<'t>, project: &'t str) -> impl Iterator<Item = (UnitId, &'t Unit)> {
    tree.program.iter().filter_map(move |(id, path, u)| {
        let own = u.lang == Lang::CSharp
            && !path.is_empty()
            && tree.program.project_of(path) == project
            && !path.split('/').any(|p| p == "bin" || p == "obj");
        own.then_some((id, u))
    })
}

/// The places where a type is declared.
fn declared<'t>(tree: Tree<'t>, project: &'t str, full: &str) -> Vec<(UnitId, &'t Unit, &'t Class)> {
    let mut out = Vec::new();
    for (id, u) in units(tree, project) {
        for s in &u.body {
            if let StmtKind::Declare { target: Pattern::Name(n, _), value } = &s.kind
                && n == full
                && let ExprKind::Class(c) = value.kind
            {
                out.push((id, u, u.class(c)));
            }
        }
    }
    out
}

fn entry(p: &Place<'_>, project: &str, unit: UnitId, symbol: String) -> Attempt {
    Attempt::Linked(Entry {
        function: Some(p.f.resource.id),
        unit,
        symbol: symbol.into(),
        roots: vec![project.to_owned()],
    })
}

fn in_project(tree: Tree<'_>, p: &Place<'_>, project: &str, full: &str, method: &str) -> Attempt {
    let places = declared(tree, project, full);
    let has = |u: &Unit, c: &Class, name: &str| c.methods.iter().any(|m| u.function(*m).name == name);
    if let Some((id, ..)) = places.iter().find(|(_, u, c)| has(u, c, method)) {
        return entry(p, project, *id, format!("{full}::{method}"));
    }
    let Some((_, unit, class)) = places.first() else {
        // Annotations generate `Type_Method_Generated` around the method.
        if let Some((of, name)) = full.strip_suffix("_Generated").and_then(|f| f.rsplit_once('_')) {
            let places = declared(tree, project, of);
            if let Some((id, ..)) = places.iter().find(|(_, u, c)| has(u, c, name)) {
                return entry(p, project, *id, format!("{of}::{name}"));
            }
        }
        return unlinked(Reason::NotInTree, format!("`{full}` was not found in `{project}`"));
    };
    let partial = places.len() > 1 || units(tree, project).any(|(_, u)| !u.taints.is_empty());
    if !class.bases.is_empty() || partial {
        return unlinked(Reason::NotInTree, format!("`{method}` of `{full}` is inherited or generated"));
    }
    let names = class.methods.iter().map(|m| unit.function(*m).name.clone()).filter(|n| n != "constructor");
    let near: Vec<SmolStr> = names.filter(|n| suggest::near(n, method).is_some()).collect();
    let assembly = p.handler.and_then(|h| h.split("::").next()).unwrap_or_default();
    let what = MissingWhat::Symbol {
        file: tree.program.path(places[0].0).to_owned(),
        symbol: method.into(),
        at: Span::new(unit.file, 0, 0),
    };
    Attempt::Missing(what, near.iter().map(|n| format!("{assembly}::{full}::{n}").into()).collect())
}

/// A program: its entry point starts the runtime.
fn program(tree: Tree<'_>, p: &Place<'_>, project: &str) -> Attempt {
    // A generated program calls the method a variable names.
    let named = p.f.env("ANNOTATIONS_HANDLER");
    let named = named.alts().first().and_then(|a| a.value.as_ref()?.as_str().map(SmolStr::from));
    let mut main = None;
    let mut method = None;
    for (id, u) in units(tree, project) {
        for s in &u.body {
            match &s.kind {
                StmtKind::Function(f) if u.function(*f).name == MAIN => main = Some(id),
                StmtKind::Declare { target: Pattern::Name(full, _), value } => {
                    let ExprKind::Class(c) = value.kind else { continue };
                    for f in u.class(c).methods.iter().map(|m| u.function(*m)) {
                        if f.name == "Main" && f.is_static {
                            main = main.or(Some(id));
                        }
                        let marked = f.decorators.iter().any(|d| {
                            matches!(&d.kind, ExprKind::Name(n) if n.trim_end_matches("Attribute") == "LambdaFunction")
                        });
                        if marked && named.as_ref() == Some(&f.name) {
                            method = Some((id, format!("{full}::{}", f.name)));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    match (main, method) {
        (Some(id), _) => entry(p, project, id, MAIN.into()),
        (None, Some((id, symbol))) => entry(p, project, id, symbol),
        _ => unlinked(Reason::BuiltElsewhere, format!("`{project}` holds no program")),
    }
}
