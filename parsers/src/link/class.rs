//! Handlers that are a class and a method of it: `com.example.App::handleRequest`.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html>
//!
//! The compiler puts every class of a module into one archive, so the class is looked for below the module the code is
//! built from, by its qualified name; elsewhere in the tree only where there is one of that name.

use super::build::{below, strip_dir};
use super::place::Place;
use super::{Attempt, Tree};
use crate::code::Entry;
use crate::code::hir::{ClassId, Expr, ExprKind, Lang, StmtKind, Unit};
use crate::code::program::UnitId;
use lamlint_model::app::CodeRef;
use lamlint_model::tri::{Reason, Why};
use smol_str::SmolStr;

/// Where build tools put what they make.
const OUTPUTS: &[&str] = &["target", "build", "out", "bin", "dist"];

/// Handlers of frameworks that find the function themselves.
const SPRING: &str = "org.springframework.cloud.function.adapter.aws.";
const QUARKUS: &str = "io.quarkus.amazon.lambda.runtime.";

/// The variable that names one of several handlers of a Quarkus module.
/// Source: <https://quarkus.io/guides/aws-lambda#choose>
const QUARKUS_HANDLER: &str = "QUARKUS_LAMBDA_HANDLER";

/// Other languages whose classes run on the same runtime: directory and ending of their sources.
const OTHERS: &[(&str, &str, &str)] =
    &[("Kotlin", "kotlin", "kt"), ("Scala", "scala", "scala"), ("Groovy", "groovy", "groovy")];

fn unlinked(reason: Reason, detail: impl Into<SmolStr>) -> Attempt {
    Attempt::Unlinked(Why::new(reason, detail))
}

/// Resolve one combination of code and handler.
pub(super) fn attempt(tree: Tree<'_>, p: &Place<'_>, lang: Lang, handler: &str) -> Attempt {
    let path = match p.code {
        CodeRef::Inline(_) => return unlinked(Reason::Language, "code of a class can't be written inline"),
        CodeRef::Object => return unlinked(Reason::BuiltElsewhere, "the code is an object in a bucket"),
        CodeRef::Image { .. } => return unlinked(Reason::Image, "a container image"),
        CodeRef::Directory(d) => d.as_str(),
        CodeRef::File(f) => f.as_str(),
    };
    in_module(tree, p, lang, handler, module_of(path))
}

/// The language of the class a handler names, if the tree has it.
pub(super) fn language_of(tree: Tree<'_>, handler: &str) -> Option<Lang> {
    let class = handler.split("::").next().unwrap_or(handler);
    let unit = tree.program.types(class).first().filter(|_| class.contains('.'))?;
    Some(tree.program.unit(*unit).lang)
}

/// Look for the class below a module.
pub(super) fn in_module(tree: Tree<'_>, p: &Place<'_>, lang: Lang, handler: &str, module: &str) -> Attempt {
    let (class, method) = handler.split_once("::").map_or((handler, None), |(c, m)| (c, Some(m)));
    if class.starts_with(SPRING) {
        return unlinked(Reason::Dynamic, "Spring finds the function when the application starts");
    }
    if class.starts_with(QUARKUS) {
        return quarkus(tree, p, lang, module);
    }
    let class = class.replace('$', ".");
    let mut head = class.as_str();
    while tree.program.types(head).is_empty() {
        match head.rsplit_once('.') {
            Some((h, _)) => head = h,
            None => return not_found(tree, &class, module),
        }
    }
    let all = tree.program.types(head);
    let inside: Vec<UnitId> =
        all.iter().copied().filter(|u| strip_dir(tree.program.path(*u), module).is_some()).collect();
    let unit = match (&inside[..], all) {
        ([one], _) | ([], [one]) => *one,
        _ => {
            return unlinked(Reason::BuiltElsewhere, format!("several modules declare `{class}`"));
        }
    };
    // The package is no part of the name inside of the file.
    let package = head.rfind('.').map_or(0, |i| i + 1);
    let path = class.get(package..).unwrap_or(&class);
    let Some(id) = declared(tree.program.unit(unit), path) else { return not_found(tree, &class, module) };
    linked(p, tree, unit, id, path, method)
}

fn linked(
    p: &Place<'_>,
    tree: Tree<'_>,
    unit: UnitId,
    id: ClassId,
    path: &str,
    method: Option<&str>,
) -> Attempt {
    let u = tree.program.unit(unit);
    let method =
        if extends(u, id, "MicronautRequestHandler") { "execute" } else { method.unwrap_or("handleRequest") };
    Attempt::Linked(Entry {
        function: Some(p.f.resource.id),
        unit,
        symbol: format!("{path}.{method}").into(),
        roots: Vec::new(),
    })
}

/// The class of a dotted path of a file.
fn declared(u: &Unit, path: &str) -> Option<ClassId> {
    let mut block = &u.body;
    let mut found = None;
    for part in path.split('.') {
        let id = block.iter().find_map(|s| match s.kind {
            StmtKind::Class(c) if u.class(c).name == part => Some(c),
            _ => None,
        })?;
        block = &u.class(id).body;
        found = Some(id);
    }
    found
}

/// Whether a class names another one as what it extends or implements.
fn extends(u: &Unit, id: ClassId, name: &str) -> bool {
    let last = |e: &Expr| match &e.kind {
        ExprKind::Name(n) => n.rsplit('.').next() == Some(name),
        ExprKind::Attr { name: n, .. } => n == name,
        _ => false,
    };
    u.class(id).bases.iter().any(last)
}

/// The only handler of a Quarkus module, or the one its variable names.
fn quarkus(tree: Tree<'_>, p: &Place<'_>, lang: Lang, module: &str) -> Attempt {
    let named = p.f.env(QUARKUS_HANDLER);
    let named = named.alts().iter().find_map(|a| a.value.as_ref()?.as_str().map(str::to_owned));
    let mut hits = Vec::new();
    for (unit, path, u) in tree.program.iter() {
        if u.lang != lang || strip_dir(path, module).is_none() {
            continue;
        }
        if let Some(n) = &named
            && !tree.files.read(path).is_some_and(|t| t.contains(&format!("@Named(\"{n}\")")))
        {
            continue;
        }
        let classes = u.body.iter().filter_map(|s| match s.kind {
            StmtKind::Class(c) => Some(c),
            _ => None,
        });
        let handlers = ["RequestHandler", "RequestStreamHandler"];
        hits.extend(classes.filter(|c| handlers.iter().any(|h| extends(u, *c, h))).map(|c| (unit, c)));
    }
    match &hits[..] {
        [(unit, id)] => {
            let name = tree.program.unit(*unit).class(*id).name.clone();
            linked(p, tree, *unit, *id, &name, None)
        }
        [] => unlinked(Reason::NotInTree, "the module has no class that handles requests"),
        _ => unlinked(Reason::Dynamic, "Quarkus chooses one of several handlers"),
    }
}

fn not_found(tree: Tree<'_>, class: &str, module: &str) -> Attempt {
    let file = class.replace('.', "/");
    for (name, dir, ending) in OTHERS {
        let sources = [format!("src/main/{dir}/{file}.{ending}"), format!("src/main/java/{file}.{ending}")];
        if sources.iter().any(|s| tree.files.is_file(&below(module, s))) {
            return unlinked(Reason::Language, format!("{name} is not read yet"));
        }
    }
    unlinked(Reason::NotInTree, format!("the class `{class}` is not in this tree"))
}

/// The directory of the module an archive or output directory belongs to.
fn module_of(path: &str) -> &str {
    let mut end = 0;
    for part in path.split('/') {
        if OUTPUTS.contains(&part) {
            return path.get(..end).unwrap_or_default().trim_end_matches('/');
        }
        end += part.len() + 1;
    }
    let name = crate::files::file_name(path);
    let archive = [".jar", ".zip", ".war"].iter().any(|e| name.ends_with(e));
    if archive { crate::files::parent(path) } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::lower;
    use crate::code::program::Program;
    use crate::files::MemoryFiles;
    use crate::link::link;
    use crate::link::tests::{app, dir, none};
    use crate::text::SourceText;
    use lamlint_model::rule::Outcome;
    use lamlint_model::source::FileId;
    use std::sync::Arc;

    /// The file and symbol a handler is linked to, or why not.
    fn at(handler: &str, code: &str, files: &[(&str, &str)]) -> Result<String, Reason> {
        let mut program = Program::default();
        for (path, text) in files.iter().filter(|(p, _)| crate::code::language(p) == Some(Lang::Java)) {
            program.add(path, Arc::new(lower(Lang::Java, &SourceText::file(FileId(0), text), path)));
        }
        let app = app("java21", handler, dir(code), none());
        let (links, entries) = link(&app, &program, &MemoryFiles::new(files.iter().copied()));
        match (&entries[..], &links[0].outcome) {
            ([e], Outcome::Linked) => Ok(format!("{} {}", program.path(e.unit), e.symbol)),
            (_, Outcome::Unlinked(why)) => Err(why.reason),
            (_, o) => panic!("{o:?}"),
        }
    }

    const APP: &str = "package a.b;\npublic class App { static class In {} }\n";

    #[test]
    fn classes_by_qualified_name() {
        let files = [
            ("f/src/main/java/a/b/App.java", APP),
            ("g/src/main/java/a/c/X.java", "package a.c; class X {}"),
        ];
        let app = "f/src/main/java/a/b/App.java";
        assert_eq!(at("a.b.App::run", "f", &files), Ok(format!("{app} App.run")));
        assert_eq!(at("a.b.App", "f", &files), Ok(format!("{app} App.handleRequest")));
        assert_eq!(at("a.b.App$In::run", "f", &files), Ok(format!("{app} App.In.run")));
        for code in ["f/target/f-1.jar", "f/build/distributions/f.zip", "f/build/libs/f.jar", "", "other"] {
            assert_eq!(at("a.b.App::run", code, &files), Ok(format!("{app} App.run")), "{code}");
        }
        assert_eq!(at("a.b.Other::run", "f", &files), Err(Reason::NotInTree));
        assert_eq!(at("b.App::run", "f", &files), Err(Reason::NotInTree));
        assert_eq!(at("a.b.App$Out::run", "f", &files), Err(Reason::NotInTree));
    }

    #[test]
    fn the_class_of_its_own_module() {
        let files = [("f/src/main/java/a/b/App.java", APP), ("g/src/main/java/a/b/App.java", APP)];
        assert_eq!(at("a.b.App::run", "g", &files).as_deref(), Ok("g/src/main/java/a/b/App.java App.run"));
        assert_eq!(at("a.b.App::run", "", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(at("a.b.App::run", "h", &files), Err(Reason::BuiltElsewhere));
    }

    #[test]
    fn frameworks_and_other_languages() {
        let quarkus = "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest";
        let one = ("f/src/main/java/A.java", "class A implements RequestHandler<String, String> {}");
        let two = ("f/src/main/java/B.java", "class B implements RequestHandler<String, String> {}");
        assert_eq!(at(quarkus, "f", &[one]).as_deref(), Ok("f/src/main/java/A.java A.handleRequest"));
        assert_eq!(at(quarkus, "f", &[one, two]), Err(Reason::Dynamic));
        assert_eq!(at(quarkus, "g", &[one]), Err(Reason::NotInTree));
        let micronaut = ("M.java", "package m; class M extends MicronautRequestHandler<String, String> {}");
        assert_eq!(at("m.M", "", &[micronaut]).as_deref(), Ok("M.java M.execute"));
        let kotlin = [("f/src/main/kotlin/k/App.kt", "package k")];
        assert_eq!(at("k.App::run", "f", &kotlin), Err(Reason::Language));
        let spring = "org.springframework.cloud.function.adapter.aws.FunctionInvoker";
        assert_eq!(at(spring, "f", &[one]), Err(Reason::Dynamic));
    }
}
