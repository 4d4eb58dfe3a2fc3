//! Source files that do not parse, and which of them a function certainly runs.
//!
//! A broken script beside the code fails nobody, so an error counts only in a handler's own file and in files it
//! imports, as far as import statements name them.

use lamlint_model::app::CodeRef;
use lamlint_model::rule::{Broken, BrokenKind, Link, Outcome};
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::{App, ResourceId};
use lamlint_parsers::code::Entry;
use lamlint_parsers::code::hir::{ExprKind, Lang, Stmt, StmtKind};
use lamlint_parsers::code::program::{Program, UnitId};
use lamlint_parsers::files::{join, parent};
use std::collections::BTreeSet;

/// The certain errors in files that functions run, and the doubtful ones in files that hold a handler.
pub(crate) fn code(
    program: &Program,
    entries: &[Entry],
    app: &App,
    links: &[Link],
) -> (Vec<Broken>, Vec<(Span, String)>) {
    let (mut certain, mut doubtful) = (Vec::new(), Vec::new());
    if !program.iter().any(|(_, _, u)| !u.taints.is_empty()) {
        return (certain, doubtful);
    }
    let mut heads: BTreeSet<UnitId> = entries.iter().map(|e| e.unit).collect();
    let mut run: BTreeSet<UnitId> = BTreeSet::new();
    for e in entries.iter().filter(|e| !is_older_language(app, e.function)) {
        reach(program, e.unit, e.roots.first().map_or("", String::as_str), &mut run);
    }
    for id in unlinked_by_syntax(program, app, links) {
        heads.insert(id);
        run.insert(id);
    }
    for (id, _, unit) in program.iter() {
        // A parser that lost its way reports follow-up errors; the first one is the one to mend.
        if let Some(t) = unit.taints.iter().find(|t| t.certain)
            && run.contains(&id)
        {
            certain.push(Broken { span: t.span, what: t.what.clone(), kind: BrokenKind::Code });
        } else if let Some(t) = unit.taints.first()
            && heads.contains(&id)
        {
            doubtful.push((t.span, t.what.clone()));
        }
    }
    (certain, doubtful)
}

/// Runtimes, by the start of their names, of language versions with another syntax than the front end's.
const OLDER_LANGUAGES: &[&str] = &["python2"];

/// Whether a function runs, or may run, an older version of the language than the one that was parsed.
fn is_older_language(app: &App, function: Option<ResourceId>) -> bool {
    let Some(f) = function.and_then(|id| app.function(id)) else { return false };
    f.runtime()
        .alts()
        .iter()
        .filter_map(|a| a.value.as_deref())
        .any(|r| OLDER_LANGUAGES.iter().any(|o| r.starts_with(o)))
}

/// Ends of module files, for all languages.
const ENDS: &[&str] = &[
    ".py",
    ".js",
    ".mjs",
    ".cjs",
    ".jsx",
    ".ts",
    ".mts",
    ".cts",
    ".tsx",
    "/__init__.py",
    "/index.js",
    "/index.mjs",
    "/index.cjs",
    "/index.ts",
];

/// The unit and what it imports, transitively.
fn reach(program: &Program, from: UnitId, root: &str, run: &mut BTreeSet<UnitId>) {
    let mut todo = vec![from];
    while let Some(id) = todo.pop() {
        if !run.insert(id) {
            continue;
        }
        let unit = program.unit(id);
        for (module, names) in unit.body.iter().filter_map(imported) {
            for stem in stems(unit.lang, program.path(id), root, module, &names) {
                todo.extend(ENDS.iter().filter_map(|e| program.at(&format!("{stem}{e}"))));
            }
        }
    }
}

/// What a statement at the level of the module imports; imports inside functions may never run.
fn imported(stmt: &Stmt) -> Option<(&str, Vec<&str>)> {
    match &stmt.kind {
        StmtKind::Import(i) if !i.type_only => {
            Some((i.module.as_str(), i.names.iter().map(|n| n.name.as_str()).collect()))
        }
        StmtKind::Declare { value, .. } | StmtKind::Assign { value, .. } | StmtKind::Expr(value) => {
            let value = match &value.kind {
                ExprKind::Attr { object, .. } => object,
                _ => value,
            };
            match &value.kind {
                ExprKind::Module(m) => Some((m.as_str(), Vec::new())),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The paths, without their ends, an import can mean.
fn stems(lang: Lang, importer: &str, root: &str, module: &str, names: &[&str]) -> Vec<String> {
    let here = parent(importer);
    if lang != Lang::Python {
        // Anything else is a package.
        if !module.starts_with('.') {
            return Vec::new();
        }
        let Some(path) = join(here, module) else { return Vec::new() };
        return match path.rsplit_once('.') {
            Some((stem, "js" | "mjs" | "cjs" | "ts")) => vec![stem.to_owned()],
            _ => vec![path],
        };
    }
    let below = module.trim_start_matches('.').replace('.', "/");
    let bases = match module.len() - module.trim_start_matches('.').len() {
        0 => vec![root.to_owned(), here.to_owned()],
        dots => join(here, &"../".repeat(dots - 1)).into_iter().collect(),
    };
    let mut out = Vec::new();
    for path in bases.iter().filter_map(|b| join(b, &below)) {
        out.extend(names.iter().filter(|n| !matches!(**n, "" | "*")).filter_map(|n| join(&path, n)));
        out.push(path);
    }
    out
}

/// Handler files of functions that did not link because of a syntax error.
fn unlinked_by_syntax(program: &Program, app: &App, links: &[Link]) -> Vec<UnitId> {
    let mut out = Vec::new();
    for f in app.functions() {
        let unlinked = links
            .iter()
            .find(|l| l.function == f.resource.id)
            .is_some_and(|l| matches!(&l.outcome, Outcome::Unlinked(w) if w.reason == Reason::Syntax));
        let unlinked = unlinked && !is_older_language(app, Some(f.resource.id));
        let (code, handler) = (f.code(), f.handler());
        let (Some(CodeRef::Directory(dir)), Some(Some(handler)), true) =
            (code.only(), handler.only(), unlinked)
        else {
            continue;
        };
        let module = handler.rsplit_once('.').map_or(handler.as_str(), |(m, _)| m).replace('.', "/");
        let tail = if dir.is_empty() { module } else { format!("{dir}/{module}") };
        out.extend(
            program
                .iter()
                .filter(|(_, p, _)| p.rsplit_once('.').is_some_and(|(s, _)| s == tail))
                .map(|u| u.0),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_name_files() {
        let py = |m, n: &[&str]| stems(Lang::Python, "src/app/main.py", "src", m, n);
        assert_eq!(py(".lib", &["db", "*"]), ["src/app/lib/db", "src/app/lib"]);
        assert_eq!(py("..", &["db"]), ["src/db", "src"]);
        assert_eq!(py("lib.db", &[""]), ["src/lib/db", "src/app/lib/db"]);
        let js = |m| stems(Lang::TypeScript, "src/app/main.ts", "src", m, &[]);
        assert_eq!(js("../util/text.js"), ["src/util/text"]);
        assert_eq!(js("./a.b"), ["src/app/a.b"]);
        assert!(js("pg").is_empty() && js("../../../x").is_empty());
    }
}
