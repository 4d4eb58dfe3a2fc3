//! Packages that bring a program of their own: which of the programs of the tree is built into one.
//!
//! The program whose `main` lies in the code directory, the one a build line names, or the one that has the name of the
//! artifact; where several may be meant, none is taken.

use super::build::{self, below, strip_dir};
use super::place::Place;
use super::target::stem;
use super::{Attempt, Tree};
use crate::code::Entry;
use crate::code::hir::{Lang, StmtKind, Unit};
use crate::code::program::UnitId;
use crate::files::{file_name, join, parent};
use lamlint_model::app::CodeRef;
use lamlint_model::tri::{Reason, Why};
use smol_str::SmolStr;

/// A program of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Main {
    /// The directory that is built.
    dir: String,
    /// The name of what is built, where it is not the directory's.
    name: Option<String>,
    /// The file with the entry point.
    unit: UnitId,
    /// The entry point.
    symbol: &'static str,
}

/// Names of programs and handlers that say nothing of what is inside.
const GENERIC: &[&str] =
    &["bootstrap", "main", "handler", "function", "lambda", "app", "hello.handler", "provided"];

fn unlinked(reason: Reason, detail: impl Into<SmolStr>) -> Attempt {
    Attempt::Unlinked(Why::new(reason, detail))
}

/// The programs of a language.
fn mains(tree: Tree<'_>, lang: Lang) -> Vec<Main> {
    let mut out: Vec<Main> = Vec::new();
    for (unit, path, u) in tree.program.iter() {
        if u.lang == lang
            && !path.is_empty()
            && let Some(symbol) = entry_point(u)
            && !super::find::is_test(path)
        {
            match lang {
                Lang::Rust => {
                    if let Some((dir, name)) = cargo_binary(tree, path) {
                        out.push(Main { dir, name: Some(name), unit, symbol });
                    }
                }
                _ => out.push(Main { dir: parent(path).to_owned(), name: None, unit, symbol }),
            }
        }
    }
    out
}

/// The entry point of a program, if the file has one.
fn entry_point(u: &Unit) -> Option<&'static str> {
    match u.lang {
        Lang::Go => {
            let main = |k: &StmtKind| matches!(k, StmtKind::Function(id) if u.function(*id).name == "main");
            (u.package == "main" && u.body.iter().any(|s| main(&s.kind))).then_some("main")
        }
        Lang::Rust => {
            let main = |k: &StmtKind| matches!(k, StmtKind::Function(id) if u.function(*id).name == "main");
            u.body.iter().any(|s| main(&s.kind)).then_some("main")
        }
        Lang::Python
        | Lang::JavaScript
        | Lang::TypeScript
        | Lang::Java
        | Lang::Ruby
        | Lang::CSharp
        | Lang::PowerShell => None,
    }
}

/// The package a file with a `main` is a binary of, and the name of the binary. `None`: it is none, or not for Lambda.
/// Source: <https://doc.rust-lang.org/cargo/reference/cargo-targets.html>
fn cargo_binary(tree: Tree<'_>, path: &str) -> Option<(String, String)> {
    let (dir, table) = build::ancestors(parent(path)).into_iter().find_map(|d| {
        let table = super::manifest::cargo(tree.files, &below(d, "Cargo.toml"))?;
        table.contains_key("package").then_some((d, table))
    })?;
    let depends = |t: Option<&toml::Value>| {
        t.and_then(toml::Value::as_table).is_some_and(|t| t.keys().any(|k| k.starts_with("lambda")))
    };
    if !depends(table.get("dependencies")) {
        return None;
    }
    let package = table.get("package")?.get("name")?.as_str()?;
    let rest = strip_dir(path, dir)?;
    let implied = match rest {
        "src/main.rs" => Some(package),
        _ => rest.strip_prefix("src/bin/").and_then(|r| {
            let name = r.strip_suffix("/main.rs").or_else(|| r.strip_suffix(".rs"))?;
            (!name.contains('/')).then_some(name)
        }),
    };
    let bins = table.get("bin").and_then(toml::Value::as_array);
    for b in bins.into_iter().flatten() {
        let name = b.get("name").and_then(toml::Value::as_str);
        let at = b.get("path").and_then(toml::Value::as_str);
        if at.is_some_and(|p| join(dir, p).as_deref() == Some(path)) {
            return Some((dir.to_owned(), name.or(implied)?.to_owned()));
        }
    }
    Some((dir.to_owned(), implied?.to_owned()))
}

/// Resolve one combination of code and handler, in the first language that has a program there.
pub(super) fn attempt(tree: Tree<'_>, p: &Place<'_>, langs: &[Lang]) -> Attempt {
    let mut last = None;
    for lang in langs {
        let all = mains(tree, *lang);
        let found = match p.code {
            CodeRef::Inline(_) => return unlinked(Reason::Language, "a program can't be written inline"),
            CodeRef::Object => return unlinked(Reason::BuiltElsewhere, "the code is an object in a bucket"),
            CodeRef::Image { .. } => return unlinked(Reason::Image, "a container image"),
            CodeRef::Directory(d) if tree.files.is_file(d) => in_file(tree, p, &all, d),
            CodeRef::Directory(d) => in_directory(tree, p, &all, d),
            CodeRef::File(f) if tree.files.is_dir(f) => in_directory(tree, p, &all, f),
            CodeRef::File(f) => in_file(tree, p, &all, f),
        };
        match found {
            Ok(m) => return linked(p, m),
            Err(why) if !all.is_empty() => last = last.or(Some(why)),
            Err(_) => {}
        }
    }
    let runtime = p.runtime.unwrap_or_default();
    last.map_or_else(
        || unlinked(Reason::Language, format!("no program for runtime `{runtime}` was found that is read")),
        Attempt::Unlinked,
    )
}

fn linked(p: &Place<'_>, m: &Main) -> Attempt {
    Attempt::Linked(Entry {
        function: Some(p.f.resource.id),
        unit: m.unit,
        symbol: SmolStr::new_static(m.symbol),
        roots: Vec::new(),
    })
}

fn in_directory<'m>(tree: Tree<'_>, p: &Place<'_>, all: &'m [Main], dir: &str) -> Result<&'m Main, Why> {
    let at = |d: &str| only(all.iter().filter(|m| m.dir == d));
    // `cargo lambda` builds the binary the template names, or the only one.
    let binary = p.f.resource.metadata.get("BuildProperties").get("Binary").strings();
    if let Some(name) = binary.alts().first().and_then(|a| a.value.clone()) {
        let named = all.iter().filter(|m| m.dir == dir || strip_dir(&m.dir, dir).is_some());
        let found = only(named.filter(|m| is_named(m, &name)));
        return found.ok_or_else(|| {
            Why::new(Reason::BuiltElsewhere, format!("no program `{name}` was found in `{dir}`"))
        });
    }
    if let Some(m) = at(dir) {
        return Ok(m);
    }
    let method = p.f.resource.metadata.get("BuildMethod").strings();
    let makefile = method.alts().iter().any(|a| a.value.as_deref() == Some("makefile"));
    if makefile {
        for d in build::ancestors(dir) {
            if let Some(name) = makefile_binary(tree, d, p.f.name()) {
                return by_name(tree, all, dir, &name);
            }
            if let Some(built) = makefile_package(tree, d, p.f.name()) {
                return at(&built).ok_or_else(|| {
                    Why::new(
                        Reason::BuiltElsewhere,
                        format!("the program `{built}` of the Makefile was not found"),
                    )
                });
            }
        }
    }
    let handler = p.handler.filter(|h| !GENERIC.contains(h));
    if let Some(h) = handler {
        let named = [join(dir, h), join(dir, &format!("cmd/{h}")), join(dir, parent(h))];
        if let Some(m) = named.iter().flatten().find_map(|d| at(d)) {
            return Ok(m);
        }
    }
    let inside: Vec<&Main> = all.iter().filter(|m| strip_dir(&m.dir, dir).is_some()).collect();
    if inside.is_empty() {
        return by_name(tree, all, dir, file_name(dir))
            .or_else(|why| handler.map_or(Err(why), |h| by_name(tree, all, dir, file_name(h))));
    }
    if let Some(m) = handler.and_then(|h| only(inside.iter().copied().filter(|m| is_named(m, file_name(h)))))
    {
        return Ok(m);
    }
    only(inside.iter().copied()).ok_or_else(|| {
        let n = inside.len();
        let place = if dir.is_empty() { "the root folder".to_owned() } else { format!("`{dir}`") };
        Why::new(
            Reason::BuiltElsewhere,
            format!("{place} holds {n} programs, and nothing says which is built"),
        )
    })
}

/// An artifact: the program of its name.
fn in_file<'m>(tree: Tree<'_>, p: &Place<'_>, all: &'m [Main], path: &str) -> Result<&'m Main, Why> {
    let dir = parent(path);
    let name = stem(file_name(path));
    // `bin/orders/bootstrap.zip`
    let name = if GENERIC.contains(&name) { file_name(dir) } else { name };
    by_name(tree, all, dir, name).or_else(|why| {
        let handler = p.handler.filter(|h| !GENERIC.contains(h)).map(file_name);
        handler.map_or(Err(why), |h| by_name(tree, all, dir, h))
    })
}

/// The only program of the project that has a name.
fn by_name<'m>(tree: Tree<'_>, all: &'m [Main], from: &str, name: &str) -> Result<&'m Main, Why> {
    let top = top(tree, all, from);
    let built =
        || Why::new(Reason::BuiltElsewhere, format!("no program was found that `{name}` is built from"));
    if GENERIC.contains(&name) || build::OUTPUT_DIRS.contains(&name) || name.is_empty() {
        return Err(built());
    }
    only(all.iter().filter(|m| (m.dir == top || strip_dir(&m.dir, top).is_some()) && is_named(m, name)))
        .ok_or_else(built)
}

/// Whether a program has a name: that of its directory, or of its last two directories put together.
fn is_named(m: &Main, name: &str) -> bool {
    let plain = |s: &str| -> String {
        s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let own = m.name.as_deref().unwrap_or_else(|| file_name(&m.dir));
    let last_two = format!("{}{}", file_name(parent(&m.dir)), file_name(&m.dir));
    let name = plain(name);
    // `out/loginFunction.zip`
    let bare = ["function", "lambda"].iter().find_map(|w| name.strip_suffix(w)).unwrap_or(&name);
    !name.is_empty()
        && (plain(own) == name || plain(own) == bare || m.name.is_none() && plain(&last_two) == name)
}

/// The nearest directory above a path that holds a program, itself or below.
fn top<'p>(_: Tree<'_>, all: &[Main], from: &'p str) -> &'p str {
    let holds = |d: &&str| all.iter().any(|m| m.dir == **d || strip_dir(&m.dir, d).is_some());
    build::ancestors(from).into_iter().find(holds).unwrap_or("")
}

fn only<'m>(mut found: impl Iterator<Item = &'m Main>) -> Option<&'m Main> {
    let first = found.next()?;
    // Two entry points in one directory are two programs that are built file by file: which one is meant is not known.
    found.all(|m| m.unit == first.unit).then_some(first)
}

/// The directory that the target `build-<name>` of a `Makefile` in `dir` builds a program from.
fn makefile_package(tree: Tree<'_>, dir: &str, name: &str) -> Option<String> {
    recipe(tree, dir, name, &|line| built_package(line, dir))
}

/// The binary that the target `build-<name>` of a `Makefile` in `dir` builds by `cargo`.
fn makefile_binary(tree: Tree<'_>, dir: &str, name: &str) -> Option<String> {
    recipe(tree, dir, name, &built_binary)
}

/// The binary a command line builds: `cargo build --release --bin x`.
fn built_binary(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().map(|w| w.trim_matches(['"', '\''])).collect();
    let cargo =
        words.iter().position(|w| w.trim_start_matches(['@', '-']) == "cargo" || w.ends_with("/cargo"))?;
    let mut rest = words.iter().skip(cargo + 1);
    while let Some(w) = rest.next() {
        if matches!(*w, "--bin" | "-p" | "--package") {
            return rest.next().filter(|n| !n.contains('$')).map(|n| (*n).to_owned());
        }
        if let Some(n) = w.strip_prefix("--bin=").or_else(|| w.strip_prefix("--package=")) {
            return (!n.contains('$')).then(|| n.to_owned());
        }
    }
    None
}

/// What a line of the recipe of the target `build-<name>` of a `Makefile` in `dir` says.
fn recipe(tree: Tree<'_>, dir: &str, name: &str, says: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    super::makefile::recipe(tree.files, dir, &format!("build-{name}"))?.iter().find_map(|l| says(l))
}

fn is_source(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(_, ending)| ending == "go")
}

/// The directory a command line builds a program from (`cd cmd/x && go build -o y`, `go build -o y ./cmd/x`).
pub(super) fn built_package(line: &str, dir: &str) -> Option<String> {
    let mut here = dir.to_owned();
    for command in line.trim_start_matches(['@', '-', '+']).split(['&', ';', '|']) {
        let words: Vec<&str> =
            command.split_whitespace().map(|w| w.trim_matches(['"', '\'', '(', ')'])).collect();
        match &words[..] {
            ["cd", to] => here = join(&here, to).filter(|d| !d.contains('$'))?,
            words => {
                let Some(build) = words.iter().position(|w| *w == "build") else { continue };
                let Some(tool) = build.checked_sub(1).and_then(|i| words.get(i)) else { continue };
                if *tool != "go" && !tool.contains("GO") {
                    continue;
                }
                let after = |flag: &str| words.iter().skip(build + 1).skip_while(|w| **w != flag).nth(1);
                if let Some(to) = after("-C") {
                    here = join(&here, to).filter(|d| !d.contains('$'))?;
                }
                let output = words.iter().position(|w| *w == "-o").map(|i| i + 1);
                let named = |w: &str| (w.starts_with('.') || is_source(w)) && !w.contains('$');
                let rest = words.iter().enumerate().skip(build + 1).rev();
                let path = rest.filter(|(i, _)| Some(*i) != output).map(|(_, w)| w).find(|w| named(w));
                // A package that is not known is not the directory itself.
                if path.is_none() && words.last().is_some_and(|w| w.contains('$') && after("-o") != Some(w)) {
                    return None;
                }
                return match path {
                    Some(p) if is_source(p) => join(&here, parent(p)),
                    Some(p) => join(&here, p),
                    None => Some(here),
                };
            }
        }
    }
    None
}

/// The program an image runs, by the build lines of its Dockerfile.
pub(super) fn of_image(tree: Tree<'_>, p: &Place<'_>, context: &str, dockerfile: &str) -> Option<Attempt> {
    let all = mains(tree, Lang::Go);
    let text = dockerfile.replace("\\\r\n", " ").replace("\\\n", " ");
    let lines = text.lines().filter_map(|l| l.trim().strip_prefix("RUN "));
    let built: Vec<String> = lines.filter_map(|l| built_package(l, context)).collect();
    let [one] = &built[..] else { return None };
    let exact = only(all.iter().filter(|m| m.dir == *one));
    let inside = || only(all.iter().filter(|m| strip_dir(&m.dir, context).is_some()));
    exact.or_else(inside).map(|m| linked(p, m))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::lower;
    use crate::code::program::Program;
    use crate::files::MemoryFiles;
    use crate::link::link;
    use crate::link::tests::{app, dir, made_by, none};
    use crate::text::SourceText;
    use lamlint_model::App;
    use lamlint_model::rule::Outcome;
    use lamlint_model::source::FileId;
    use std::sync::Arc;

    const MAIN: &str = "package main\n\nfunc main() {}\n";

    /// What a function is linked to, or why not.
    fn linked(app: &App, files: &[(&str, &str)]) -> Result<String, Reason> {
        let mut program = Program::default();
        for (path, text) in files.iter().filter(|(p, _)| is_source(p)) {
            let text = if text.is_empty() { MAIN } else { text };
            program.add(path, Arc::new(lower(Lang::Go, &SourceText::file(FileId(0), text), path)));
        }
        let (links, entries) = link(app, &program, &MemoryFiles::new(files.iter().copied()));
        match (&entries[..], &links[0].outcome) {
            ([e], Outcome::Linked) => Ok(program.path(e.unit).to_owned()),
            (_, Outcome::Unlinked(why)) => Err(why.reason),
            (_, o) => panic!("{o:?}"),
        }
    }

    fn at(handler: &str, code: &str, files: &[(&str, &str)]) -> Result<String, Reason> {
        linked(&app("provided.al2023", handler, dir(code), none()), files)
    }

    #[test]
    fn the_program_of_the_code_directory() {
        let files =
            [("f/main.go", ""), ("f/other.go", "package main\n"), ("g/main.go", ""), ("f/x_windows.go", "")];
        assert_eq!(at("bootstrap", "f", &files).as_deref(), Ok("f/main.go"));
        let old = app("go1.x", "anything", dir("g"), none());
        assert_eq!(linked(&old, &files).as_deref(), Ok("g/main.go"));
        // A library, a test and a file for another system are no programs.
        let none =
            [("f/main.go", "package f\n\nfunc main() {}\n"), ("f/x_darwin.go", ""), ("f/main_test.go", "")];
        assert_eq!(at("bootstrap", "f", &none), Err(Reason::Language));
    }

    #[test]
    fn one_of_several_programs_needs_a_name() {
        let files = [("cmd/orders/main.go", ""), ("cmd/users/main.go", ""), ("internal/x.go", "package x\n")];
        assert_eq!(at("orders", "", &files).as_deref(), Ok("cmd/orders/main.go"));
        assert_eq!(at("bin/users", "", &files).as_deref(), Ok("cmd/users/main.go"));
        assert_eq!(at("bootstrap", "", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(at("payments", "", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(at("bootstrap", "bin/orders", &files).as_deref(), Ok("cmd/orders/main.go"));
        assert_eq!(
            at("bootstrap", "bin/orders.zip", &[("bin/orders.zip", "x"), files[0], files[1]]).as_deref(),
            Ok("cmd/orders/main.go")
        );
        assert_eq!(at("bootstrap", "dist", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(at("bootstrap", "", &files[..1]).as_deref(), Ok("cmd/orders/main.go"));
        // Programs that are built file by file share their directory, and names in it.
        let files = [("todos/create.go", ""), ("todos/update.go", "")];
        assert_eq!(at("bin/create", "", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(at("bootstrap", "todos", &files), Err(Reason::BuiltElsewhere));
        let same = [("cmd/a/get/main.go", ""), ("cmd/b/get/main.go", "")];
        assert_eq!(at("get", "", &same), Err(Reason::BuiltElsewhere));
        assert_eq!(at("b-get", "", &same).as_deref(), Ok("cmd/b/get/main.go"));
    }

    #[test]
    fn a_makefile_names_the_package() {
        let make = "build-Worker:\n\tGOOS=linux go build -o $(ARTIFACTS_DIR)/bootstrap ./cmd/users\n";
        let files = [("Makefile", make), ("cmd/orders/main.go", ""), ("cmd/users/main.go", "")];
        let f = app("provided.al2023", "bootstrap", dir(""), made_by("makefile"));
        assert_eq!(linked(&f, &files).as_deref(), Ok("cmd/users/main.go"));
        let other = [("Makefile", "build-Other:\n\tgo build ./cmd/users\n"), files[1], files[2]];
        assert_eq!(linked(&f, &other), Err(Reason::BuiltElsewhere));
    }

    const M: &str = "fn main() {}\n";

    /// What a function is linked to among binaries of Cargo, or why not.
    fn cargo_at(code: &str, files: &[(&str, &str)]) -> Result<String, Reason> {
        let mut program = Program::default();
        for (path, text) in files.iter().filter(|(_, text)| *text == M) {
            program.add(path, Arc::new(lower(Lang::Rust, &SourceText::file(FileId(0), text), path)));
        }
        let f = app("provided.al2023", "bootstrap", dir(code), none());
        let (links, entries) = link(&f, &program, &MemoryFiles::new(files.iter().copied()));
        match (&entries[..], &links[0].outcome) {
            ([e], Outcome::Linked) => Ok(program.path(e.unit).to_owned()),
            (_, Outcome::Unlinked(why)) => Err(why.reason),
            (_, o) => panic!("{o:?}"),
        }
    }

    #[test]
    fn binaries_of_cargo() {
        let one = "[package]\nname = \"orders\"\n[dependencies]\nlambda_runtime = \"1\"\n";
        let tool = "[package]\nname = \"tool\"\n[dependencies]\nclap = \"4\"\n";
        let bins = "[package]\nname = \"many\"\n[[bin]]\nname = \"renamed\"\npath = \"src/x.rs\"\n\
                    [dependencies]\nlambda_http.workspace = true\n";
        let files = [
            ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\", \"t\"]\n"),
            ("a/Cargo.toml", one),
            ("a/src/main.rs", M),
            ("a/examples/main.rs", M),
            ("b/Cargo.toml", bins),
            ("b/src/x.rs", M),
            ("b/src/bin/list.rs", M),
            ("b/src/bin/get-item/main.rs", M),
            ("t/Cargo.toml", tool),
            ("t/src/main.rs", M),
        ];
        assert_eq!(cargo_at("a", &files).as_deref(), Ok("a/src/main.rs"));
        assert_eq!(cargo_at("target/lambda/orders", &files).as_deref(), Ok("a/src/main.rs"));
        assert_eq!(cargo_at("target/lambda/get-item", &files).as_deref(), Ok("b/src/bin/get-item/main.rs"));
        assert_eq!(cargo_at("target/lambda/renamed", &files).as_deref(), Ok("b/src/x.rs"));
        assert_eq!(cargo_at("out/listFunction", &files).as_deref(), Ok("b/src/bin/list.rs"));
        // Which of several is built nothing says; a program without the runtime is none.
        assert_eq!(cargo_at("b", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(cargo_at("", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(cargo_at("target/lambda/tool", &files), Err(Reason::BuiltElsewhere));
        assert_eq!(
            built_binary("\tcargo lambda build --release --bin get-item").as_deref(),
            Some("get-item")
        );
        assert_eq!(built_binary("cargo build --bin=$(NAME)"), None);
        assert_eq!(built_binary("npm run build --bin x"), None);
    }

    #[test]
    fn build_lines_name_packages() {
        let b = |l: &str| built_package(l, "app");
        assert_eq!(
            b("GOOS=linux go build -o $(ARTIFACTS_DIR)/bootstrap ./cmd/orders").as_deref(),
            Some("app/cmd/orders")
        );
        assert_eq!(b("cd cmd/orders && go build -o bootstrap").as_deref(), Some("app/cmd/orders"));
        assert_eq!(b("${GO} build -o bootstrap cmd/x/main.go").as_deref(), Some("app/cmd/x"));
        assert_eq!(b("npm run build"), None);
        assert_eq!(b("cp -r build out"), None);
    }
}
