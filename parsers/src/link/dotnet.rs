//! Assemblies: which project a package is built from, and the type and method its handler string names.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html>

use super::build::strip_dir;
use super::place::Place;
use super::{Attempt, Tree, suggest};
use crate::code::hir::{Class, ExprKind, MAIN, Pattern, StmtKind, Unit};
use crate::code::lang::{EntryPoint, Scope};
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
    let managed = runtime_language(p.runtime?).is_some_and(|l| l.traits().entry == EntryPoint::Assembly);
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
    if !provided {
        return None;
    }
    let named = || {
        let mut all = tree.program.manifests.projects.iter().filter(|(d, q)| {
            Some(q.assembly.as_str()) == p.handler && (dir.is_empty() || strip_dir(d, dir).is_some())
        });
        let one = all.next()?.0;
        all.next().is_none().then_some(one.as_str())
    };
    let project = project_at(tree, dir).or_else(named)?;
    Some(program(tree, p, project))
}

/// The project at a directory, or whose output it is.
fn project_at<'t>(tree: Tree<'t>, dir: &str) -> Option<&'t str> {
    let source = format!("{dir}/");
    let source = source.find("/bin/").map_or(dir, |i| &dir[..i]);
    tree.program.manifests.projects.get_key_value(source).map(|(d, _)| d.as_str())
}

/// The handler below a directory, or in an archive made of it.
pub(super) fn in_directory(tree: Tree<'_>, p: &Place<'_>, dir: &str, handler: &str) -> Attempt {
    let parts: Vec<&str> = handler.split("::").collect();
    let assembly = parts.first().copied().unwrap_or_default();
    let here = project_at(tree, dir);
    let is = |d: &str| tree.program.manifests.projects.get(d).is_some_and(|q| q.assembly == assembly);
    let found = here.filter(|d| is(d)).or_else(|| {
        // By the name of its assembly, the nearest one.
        let named = || tree.program.manifests.projects.keys().map(String::as_str).filter(|d| is(d));
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
        let own = u.lang.traits().scope == Scope::Project
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
    // What the library does that it is built upon is known.
    let known = |b: &crate::code::hir::Expr| matches!(&b.kind, ExprKind::Name(n) if crate::code::inherits(unit.lang, n, method));
    if let Some((id, ..)) = places.iter().find(|(_, _, c)| c.bases.iter().any(known)) {
        return entry(p, project, *id, format!("{full}::{method}"));
    }
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

#[cfg(test)]
mod tests {

    use crate::code::program::Program;
    use crate::code::{language, lower};
    use crate::files::MemoryFiles;
    use crate::link::manifest::read_manifests;
    use crate::link::tests::{app, dir, none};
    use crate::link::{Outcome, link};
    use crate::text::SourceText;
    use lamlint_model::App;
    use lamlint_model::source::FileId;
    use std::sync::Arc;

    const FUNCTION: &str = "namespace Shop.Orders;\npublic class Function { public string Handle(string s) => s; public class Inner { public void Run() {} } }\n";
    const PROGRAM: &str = "var x = 1;\nSystem.Console.WriteLine(x);\n";
    const PROJECT: &str = "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>";

    /// What a function is linked to (file and symbol), or why not.
    fn linked(app: &App, files: &[(&str, &str)]) -> Result<String, String> {
        let mut program = Program::default();
        for (path, text) in files {
            let Some(lang) = language(path) else { continue };
            program.add(path, Arc::new(lower(lang, &SourceText::file(FileId(0), text), path)));
        }
        let files = MemoryFiles::new(files.iter().copied());
        read_manifests(&mut program, &files);
        let (links, entries) = link(app, &program, &files);
        match (&entries[..], &links[0].outcome) {
            ([e], Outcome::Linked) => Ok(format!("{} {}", program.path(e.unit), e.symbol)),
            (_, Outcome::Unlinked(why)) => Err(format!("{:?}: {}", why.reason, why.detail)),
            (_, Outcome::Missing(m)) => Err(format!("missing {:?}", m.suggestions)),
            (_, o) => panic!("{o:?}"),
        }
    }

    fn at(handler: &str, code: &str, files: &[(&str, &str)]) -> Result<String, String> {
        linked(&app("dotnet10", handler, dir(code), none()), files)
    }

    #[test]
    fn methods_of_types_by_their_full_names() {
        let files = [("src/Orders/Orders.csproj", PROJECT), ("src/Orders/Api/Function.cs", FUNCTION)];
        let found = Ok("src/Orders/Api/Function.cs Shop.Orders.Function::Handle".to_owned());
        // The folder of the project, one around it, one of its output.
        for code in ["src/Orders", "src", "", "src/Orders/bin/Release/net10.0/publish"] {
            assert_eq!(at("Orders::Shop.Orders.Function::Handle", code, &files), found, "{code}");
        }
        let inner = at("Orders::Shop.Orders.Function+Inner::Run", "src/Orders", &files);
        assert_eq!(inner.as_deref(), Ok("src/Orders/Api/Function.cs Shop.Orders.Function+Inner::Run"));
        let near = at("Orders::Shop.Orders.Function::Handel", "src/Orders", &files);
        assert_eq!(near.unwrap_err(), "missing [\"Orders::Shop.Orders.Function::Handle\"]");
        // Another type, another assembly, something else than a handler.
        assert!(at("Orders::Shop.Orders.Other::Handle", "src/Orders", &files).is_err());
        assert!(at("Payments::Shop.Orders.Function::Handle", "src/Orders", &files).is_err());
        assert_eq!(at("Orders::Handle", "src/Orders", &files).unwrap_err(), "missing []");
    }

    #[test]
    fn assemblies_are_named_by_their_projects() {
        let named = "<Project><PropertyGroup><AssemblyName>Shop.Api</AssemblyName></PropertyGroup></Project>";
        let files = [
            ("a/A.csproj", named),
            ("a/F.cs", FUNCTION),
            ("b/Shop.Orders.csproj", PROJECT),
            ("b/F.cs", FUNCTION),
        ];
        let name = "Shop.Orders.Function::Handle";
        let file = |r: Result<String, String>| r.map(|f| f.split(' ').next().unwrap_or_default().to_owned());
        assert_eq!(file(at(&format!("Shop.Api::{name}"), "a", &files)).as_deref(), Ok("a/F.cs"));
        assert_eq!(file(at(&format!("Shop.Orders::{name}"), "", &files)).as_deref(), Ok("b/F.cs"));
        // The project of the folder does not build what the handler names; one elsewhere does.
        assert!(at(&format!("A::{name}"), "a", &files).is_err());
        assert_eq!(file(at(&format!("Shop.Orders::{name}"), "a", &files)).as_deref(), Ok("b/F.cs"));
        // Two that build the same.
        let twice =
            [("a/X.csproj", PROJECT), ("a/F.cs", FUNCTION), ("b/X.csproj", PROJECT), ("b/F.cs", FUNCTION)];
        assert_eq!(file(at(&format!("X::{name}"), "b", &twice)).as_deref(), Ok("b/F.cs"));
        assert!(at(&format!("X::{name}"), "", &twice).is_err());
    }

    #[test]
    fn programs() {
        let main = "static class P { static void Main() {} }\n";
        for text in [PROGRAM, main] {
            let files = [("src/App.csproj", PROJECT), ("src/Program.cs", text), ("src/F.cs", FUNCTION)];
            assert_eq!(at("App", "src", &files).as_deref(), Ok("src/Program.cs <Main>"));
            let native = app("provided.al2023", "bootstrap", dir("src"), none());
            assert_eq!(linked(&native, &files).as_deref(), Ok("src/Program.cs <Main>"));
        }
        // Compiled ahead of time, by the name of its assembly or not at all.
        let files =
            [("a/Get.csproj", PROJECT), ("a/P.cs", PROGRAM), ("b/Put.csproj", PROJECT), ("b/P.cs", PROGRAM)];
        let native = |handler| linked(&app("provided.al2023", handler, dir(""), none()), &files);
        assert_eq!(native("Put").as_deref(), Ok("b/P.cs <Main>"));
        assert!(native("bootstrap").is_err());
        // A library has none, and what lies in its output is not its own.
        let files = [("src/App.csproj", PROJECT), ("src/obj/Program.cs", PROGRAM), ("src/F.cs", FUNCTION)];
        assert!(at("App", "src", &files).is_err());
    }

    #[test]
    fn generated_handlers_lead_to_the_methods_they_call() {
        let marked =
            "namespace Shop;\npublic class Api { [LambdaFunction] public string Get(string s) => s; }\n";
        let files = [("src/Shop.csproj", PROJECT), ("src/Api.cs", marked)];
        let found = at("Shop::Shop.Api_Get_Generated::Get", "src", &files);
        assert_eq!(found.as_deref(), Ok("src/Api.cs Shop.Api::Get"));
        assert!(at("Shop::Shop.Api_Put_Generated::Put", "src", &files).is_err());
    }

    #[test]
    fn a_method_of_the_hosting_library_is_found() {
        let text = |base: &str| format!("namespace A;\npublic class LambdaEntryPoint : {base} {{ }}\n");
        let linked = |base: &str, method: &str| {
            let text = text(base);
            at(
                &format!("S::A.LambdaEntryPoint::{method}"),
                "s",
                &[("s/S.csproj", PROJECT), ("s/L.cs", &text)],
            )
        };
        let found = Ok("s/L.cs A.LambdaEntryPoint::FunctionHandlerAsync".to_owned());
        for base in [
            "APIGatewayProxyFunction",
            "APIGatewayProxyFunction<Startup>",
            "Amazon.Lambda.AspNetCoreServer.APIGatewayHttpApiV2ProxyFunction",
        ] {
            assert_eq!(linked(base, "FunctionHandlerAsync"), found, "{base}");
        }
        // Another method, or a type that only ends alike.
        assert!(linked("APIGatewayProxyFunction", "Handle").unwrap_err().starts_with("NotInTree"));
        assert!(linked("Own.APIGatewayProxyFunction", "FunctionHandlerAsync").is_err());
    }

    #[test]
    fn what_a_type_may_have_from_elsewhere_is_not_missing() {
        let based = "namespace A;\npublic class F : Base { }\n";
        let broken = "namespace A;\npublic class G {\n  void X( {\n}\n";
        let part = "namespace A;\npublic partial class H { }\n";
        let files = [("s/S.csproj", PROJECT), ("s/F.cs", based), ("s/H.cs", part), ("s/H2.cs", part)];
        for (name, files) in [
            ("F", &files[..]),
            ("H", &files[..]),
            ("K", &[("s/S.csproj", PROJECT), ("s/K.cs", "namespace A; class K {}"), ("s/G.cs", broken)][..]),
        ] {
            let why = at(&format!("S::A.{name}::Run"), "s", files).unwrap_err();
            assert!(!why.starts_with("missing"), "{name}: {why}");
        }
    }
}
