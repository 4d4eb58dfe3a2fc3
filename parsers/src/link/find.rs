//! The file and symbol of a handler below a code root.

use super::asset;
use super::build::{self, below, strip_dir};
use super::layers::Layers;
use super::suggest::near;
use super::target::{Target, source_names, stem};
use super::{Tree, problems, symbol};
use crate::code::hir::{Lang, Unit};
use crate::code::program::UnitId;
use crate::files::{Files, file_name, join, parent};
use lamlint_model::app::Function;
use lamlint_model::tree::Tree as Property;
use lamlint_model::tri::{Reason, Why};
use smol_str::SmolStr;

/// How many suggestions are given.
const MAX_SUGGESTIONS: usize = 3;

/// One search.
pub(super) struct Search<'a> {
    pub tree: Tree<'a>,
    pub f: Function<'a>,
    pub lang: Lang,
    pub target: &'a Target,
    /// The code root, relative to the root of the run.
    pub root: &'a str,
    pub layers: &'a Layers,
}

/// A unit that was found.
pub(super) struct Found {
    pub unit: UnitId,
}

/// How a search went.
pub(super) enum Answer {
    /// The file is there, and the symbol is or may be.
    Found(Found),
    /// The file is there and certainly lacks the symbol.
    Lacks(Found),
    /// The file is certainly not there: the paths that were tried.
    Absent(Vec<String>),
    /// Not decided.
    Unsure(Why),
}

impl Search<'_> {
    /// Look in the places where the code may be, the most certain first.
    pub(super) fn run(&self) -> Answer {
        let natural: Vec<String> =
            self.target.runtime_files(self.lang).iter().filter_map(|n| join(self.root, n)).collect();
        let beside: Vec<String> =
            self.target.source_files(self.lang).iter().filter_map(|n| join(self.root, n)).collect();
        let makefile = self.is_makefile();
        // What synthesis staged leads to its sources.
        if asset::is_asset(self.root)
            && let Some(unit) = asset::source(self.tree, self.f, self.lang, self.target, self.root)
        {
            return match symbol::has(self.tree.program.unit(unit), &self.target.symbol) {
                symbol::Has::No => Answer::Lacks(Found { unit }),
                _ => Answer::Found(Found { unit }),
            };
        }
        let mut doubt: Option<UnitId> = None;

        // A bundler that is told its entry points.
        if self.is_esbuild() {
            let mut lacks = None;
            if let Some(unit) = self.first(&self.entry_points(true), &mut lacks) {
                return Answer::Found(Found { unit });
            }
            if let Some(unit) = lacks {
                return Answer::Lacks(Found { unit });
            }
            if let Some(unit) = self.first(&self.entry_points(false), &mut doubt) {
                return Answer::Found(Found { unit });
            }
        }
        // Where the runtime itself looks, then the source of the same name.
        if let Some(unit) = self.first(&natural, &mut doubt).or_else(|| self.first(&beside, &mut doubt)) {
            return Answer::Found(Found { unit });
        }
        let lacking = doubt;
        // Layers.
        let in_layers: Vec<String> = self
            .layers
            .roots(self.tree.files)
            .iter()
            .flat_map(|r| self.target.runtime_files(self.lang).into_iter().map(move |n| below(r, &n)))
            .collect();
        if let Some(unit) = self.first(&in_layers, &mut doubt) {
            return Answer::Found(Found { unit });
        }
        // What a build copies or compiles.
        if makefile && let Some(unit) = self.first(&self.copied(), &mut doubt) {
            return Answer::Found(Found { unit });
        }
        let builder = self.builder();
        if self.lang != Lang::Python {
            let compiled: Vec<String> = build::sources(self.tree.files, self.root, &self.target.module)
                .iter()
                .flat_map(|m| source_names(m))
                // Plain sources elsewhere count only where something moves them.
                .filter(|p| {
                    builder.is_some()
                        || is_typed(p)
                        || build::is_output(self.root)
                        || build::is_output(&self.target.module)
                })
                .collect();
            if let Some(unit) = self.first(&compiled, &mut doubt) {
                return Answer::Found(Found { unit });
            }
        }
        let moved = builder.is_some() && self.tree.files.is_dir(self.root);
        if (moved || makefile || build::is_output(self.root) || asset::is_asset(self.root))
            && let Some(unit) = self.only_one()
        {
            return Answer::Found(Found { unit });
        }
        self.not_found(lacking, natural, makefile, builder)
    }

    fn not_found(
        &self,
        lacking: Option<UnitId>,
        natural: Vec<String>,
        makefile: bool,
        builder: Option<String>,
    ) -> Answer {
        let files = self.tree.files;
        let unsure = |reason, detail: String| Answer::Unsure(Why::new(reason, detail));
        let beside: Vec<String> =
            self.target.source_files(self.lang).iter().filter_map(|n| join(self.root, n)).collect();
        let staged = asset::is_asset(self.root);
        if let Some(n) = natural.iter().find(|n| staged && files.is_file(n)) {
            return unsure(
                Reason::NotInTree,
                format!("what `{n}` was made of was not found among the sources"),
            );
        }
        if let Some(why) = problems::not_read(natural.iter().chain(&beside), self.tree.program, files) {
            return unsure(Reason::Other, why);
        }
        let root = if self.root.is_empty() { "the root folder".into() } else { format!("`{}`", self.root) };
        if !files.is_dir(self.root) {
            let reason = if build::is_output(self.root) { Reason::BuiltElsewhere } else { Reason::NotInTree };
            return unsure(reason, format!("{root} is not in this tree"));
        }
        if asset::lacks(self.tree, self.f, self.lang, self.target, self.root) && self.layers.seen {
            // People know the directory it is a copy of.
            let source = asset::directory(self.tree, self.root);
            let root = source.as_deref().unwrap_or(self.root);
            let mut files = self.target.runtime_files(self.lang);
            files.retain(|n| !n.ends_with("/__init__.py"));
            return Answer::Absent(files.iter().map(|n| below(root, n)).collect());
        }
        if makefile || self.has_build_method() {
            return unsure(Reason::BuiltElsewhere, "a build step of its own makes the package".into());
        }
        if let Some(unit) = lacking {
            // The file itself is what the runtime loads; a bundler that reads it keeps its exports. Where only a
            // source of the same name is there, something else may be built in its place.
            let path = self.tree.program.path(unit);
            let loaded = natural.iter().any(|n| n == path);
            return if builder.is_some() && !loaded || build::is_output(path) {
                unsure(
                    Reason::BuiltElsewhere,
                    format!("`{path}` lacks `{}`, but a build step may add it", self.target.symbol),
                )
            } else {
                Answer::Lacks(Found { unit })
            };
        }
        // Code of the package itself comes before that of layers, which may only bring what it lacks.
        if !self.layers.seen {
            return unsure(Reason::NotInTree, "a layer that is not in this tree may hold the handler".into());
        }
        if let Some(b) = builder
            && !self.ships_as_it_is()
        {
            return unsure(
                Reason::BuiltElsewhere,
                format!("`{b}` builds the package from sources that were not recognised"),
            );
        }
        if build::is_output(&below(self.root, &self.target.module)) || self.is_ignored(&natural) {
            return unsure(
                Reason::BuiltElsewhere,
                format!("`{}` is the output of a build", below(self.root, &self.target.module)),
            );
        }
        if self.holds_no_code() {
            return unsure(Reason::NotInTree, format!("{root} holds no code of this language"));
        }
        if self.may_be_installed() {
            return unsure(
                Reason::NotInTree,
                format!("`{}` may come from a dependency", self.target.first()),
            );
        }
        // The plain file is what people expect to read of.
        let (packages, mut tried): (Vec<String>, Vec<String>) =
            natural.into_iter().partition(|p| p.ends_with("/__init__.py"));
        if tried.is_empty() {
            tried = packages;
        }
        Answer::Absent(tried)
    }

    /// The first of the paths that was read and has the symbol, or may have it. A file that certainly lacks it is noted.
    fn first(&self, paths: &[String], lacks: &mut Option<UnitId>) -> Option<UnitId> {
        for p in paths {
            let Some(unit) = self.tree.program.at(p) else { continue };
            if symbol::has(self.tree.program.unit(unit), &self.target.symbol) == symbol::Has::No {
                *lacks = lacks.or(Some(unit));
            } else {
                return Some(unit);
            }
        }
        None
    }

    fn build_method(&self) -> Option<SmolStr> {
        text(&self.f.resource.metadata.get("BuildMethod"))
    }

    fn is_esbuild(&self) -> bool {
        self.build_method().as_deref() == Some("esbuild")
    }

    fn is_makefile(&self) -> bool {
        self.build_method().as_deref() == Some("makefile")
    }

    /// A build method that may make something else of the sources than a copy.
    fn has_build_method(&self) -> bool {
        match self.build_method().as_deref() {
            Some(m) => !(m.starts_with("python") || m.starts_with("nodejs")),
            None => !self.f.resource.metadata.get("BuildMethod").is_surely_absent(),
        }
    }

    /// Paths of the entry points of the bundler that make the handler's file; with `named`, only those that have
    /// its path or its name.
    /// Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build-typescript.html>
    fn entry_points(&self, named: bool) -> Vec<String> {
        let points = self.f.resource.metadata.path(&["BuildProperties", "EntryPoints"]);
        let (items, _) = points.items();
        let points: Vec<SmolStr> = items.iter().filter_map(|(t, _)| text(t)).collect();
        let module = &self.target.module;
        let mut ranked: Vec<(usize, &SmolStr)> = Vec::new();
        for p in &points {
            let s = stem(p.trim_start_matches("./"));
            let s = if source_names(s).iter().any(|n| n == p.trim_start_matches("./")) {
                s
            } else {
                p.trim_start_matches("./")
            };
            if s == module {
                ranked.push((0, p));
            } else if s.ends_with(&format!("/{module}")) || module.ends_with(&format!("/{s}")) {
                ranked.push((1, p));
            } else if file_name(s) == file_name(module) {
                ranked.push((2, p));
            }
        }
        // One entry point makes the one file there is, whatever its name.
        if let ([only], true) = (&points[..], ranked.is_empty()) {
            ranked.push((3, only));
        }
        if named {
            ranked.retain(|(rank, _)| *rank < 2);
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked
            .iter()
            .filter_map(|(_, p)| join(self.root, p))
            .flat_map(|p| {
                let mut v = vec![p.clone()];
                v.extend(source_names(&p));
                v.extend(source_names(stem(&p)));
                v
            })
            .collect()
    }

    /// Paths that a `Makefile` copies to where the runtime looks.
    fn copied(&self) -> Vec<String> {
        let name = self.f.name();
        let mut out = Vec::new();
        for dir in build::ancestors(self.root) {
            let Some(copies) = build::makefile(self.tree.files, dir, name) else { continue };
            for n in self.target.runtime_files(self.lang).iter().chain(&self.target.source_files(self.lang)) {
                out.extend(build::origins(&copies, self.tree.files, n));
            }
            break;
        }
        out
    }

    /// What builds the package, if anything in or above the code root does.
    fn builder(&self) -> Option<String> {
        if self.lang == Lang::Python {
            return None;
        }
        build::builder(self.tree.files, self.root, "")
    }

    /// The only unit in the neighbourhood whose path ends as the handler's does and that has the symbol.
    fn only_one(&self) -> Option<UnitId> {
        let top = project(self.tree.files, self.root);
        let name = file_name(&self.target.module);
        let tail = if name == "index" { parent(&self.target.module) } else { self.target.module.as_str() };
        let tail = tail.trim_matches('/');
        if tail.is_empty() {
            return None;
        }
        let mut hits = Vec::new();
        for (id, path, unit) in self.tree.program.iter() {
            if path.is_empty() || !unit.lang.is_kin(self.lang) || is_test(path) {
                continue;
            }
            let Some(rest) = strip_dir(path, top) else { continue };
            let s = stem(rest);
            let s = s.strip_suffix("/index").unwrap_or(s);
            let ends = |t: &str| s == t || s.ends_with(&format!("/{t}"));
            if (ends(tail) || ends(file_name(tail)))
                && symbol::has(unit, &self.target.symbol) == symbol::Has::Yes
            {
                hits.push((ends(tail), id));
            }
        }
        let exact: Vec<UnitId> = hits.iter().filter(|(e, _)| *e).map(|(_, id)| *id).collect();
        match (&exact[..], &hits[..]) {
            ([one], _) | ([], [(_, one)]) => Some(*one),
            _ => None,
        }
    }

    /// Whether the code root, though something further up builds, holds what the runtime loads: a file of nearly the
    /// handler's name that has its symbol, and nothing to build from.
    fn ships_as_it_is(&self) -> bool {
        let near_by = |path: &str, unit: &Unit| {
            ["js", "mjs", "cjs"].iter().any(|e| path.strip_suffix(e).is_some_and(|p| p.ends_with('.')))
                && !is_test(path)
                && strip_dir(path, self.root).is_some_and(|r| near(stem(r), &self.target.module).is_some())
                && symbol::has(unit, &self.target.symbol) == symbol::Has::Yes
        };
        build::builder(self.tree.files, self.root, self.root).is_none()
            && self.tree.program.iter().any(|(_, path, unit)| near_by(path, unit))
            && !self.tree.program.iter().any(|(_, p, _)| is_typed(p) && strip_dir(p, self.root).is_some())
    }

    /// Whether the code root holds no source at all in the language: then the package is made of something else.
    fn holds_no_code(&self) -> bool {
        !self
            .tree
            .program
            .iter()
            .any(|(_, p, u)| !p.is_empty() && strip_dir(p, self.root).is_some() && u.lang.is_kin(self.lang))
    }

    /// Whether version control ignores one of the paths: then it is generated.
    fn is_ignored(&self, natural: &[String]) -> bool {
        build::ancestors(self.root).iter().any(|d| {
            let Some(text) = self.tree.files.read(&below(d, ".gitignore")) else { return false };
            text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', '!'])).any(|l| {
                let l = l.trim_matches('/').trim_start_matches("**/");
                natural.iter().any(|p| {
                    let name = file_name(p);
                    let glob = l
                        .strip_prefix("*.")
                        .is_some_and(|e| name.rsplit_once('.').is_some_and(|(_, x)| x == e));
                    glob || strip_dir(p, d).unwrap_or(p).split('/').any(|part| part == l)
                        || strip_dir(p, d).is_some_and(|r| r == l || r.starts_with(&format!("{l}/")))
                })
            })
        })
    }

    /// Whether a dependency of the manifest may bring the module.
    fn may_be_installed(&self) -> bool {
        if self.lang != Lang::Python {
            let packaged = self.target.module.starts_with("node_modules/");
            return packaged || !self.layers.complete && self.nearest_files().is_empty();
        }
        let first = self.target.first();
        let files = self.tree.files;
        // A package of the project itself: what it lacks, no dependency has.
        if files.is_dir(&below(self.root, first)) || files.is_file(&below(self.root, &format!("{first}.py")))
        {
            return false;
        }
        let manifests =
            ["requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "poetry.lock", "uv.lock"];
        let declared = manifests.iter().any(|m| files.is_file(&below(self.root, m)));
        // A name with a near neighbour in the project is a slip, not a dependency.
        (declared || !self.layers.complete) && self.nearest_files().is_empty()
    }

    /// Handler strings of other files of the package that have a fitting symbol, nearest first.
    pub(super) fn nearest_files(&self) -> Vec<SmolStr> {
        let mut ranked: Vec<(usize, String)> = Vec::new();
        for (_, path, unit) in self.tree.program.iter() {
            if path.is_empty() || is_test(path) || !unit.lang.is_kin(self.lang) {
                continue;
            }
            let Some(rest) = strip_dir(path, self.root) else { continue };
            let module = stem(rest);
            let module = if self.lang == Lang::Python {
                module.strip_suffix("/__init__").unwrap_or(module)
            } else {
                module
            };
            let has = symbol::has(unit, &self.target.symbol) == symbol::Has::Yes;
            let same_name = file_name(module) == file_name(&self.target.module);
            let by_name = near(module, &self.target.module).or_else(|| same_name.then_some(1));
            let rank = match (by_name, has) {
                (Some(d), true) => d,
                (None, true) if symbol::names(unit).first().is_some_and(|n| n == &self.target.symbol) => 50,
                _ => continue,
            };
            ranked.push((rank, self.target.respell(module, &self.target.symbol)));
        }
        ranked.sort();
        // Files that share nothing but the symbol's name help only when there is one.
        let far = ranked.iter().filter(|(r, _)| *r == 50).count();
        ranked.retain(|(r, _)| *r < 50 || far == 1);
        ranked.truncate(MAX_SUGGESTIONS);
        ranked.into_iter().map(|(_, s)| s.into()).collect()
    }
}

/// Handler strings with the nearest names of the same file; its only name where none is near.
pub(super) fn nearest_symbols(target: &Target, names: &[SmolStr]) -> Vec<SmolStr> {
    let mut ranked: Vec<(usize, &SmolStr)> =
        names.iter().filter_map(|n| Some((near(n, &target.symbol)?, n))).collect();
    if let ([only], true) = (names, ranked.is_empty()) {
        ranked.push((0, only));
    }
    ranked.sort();
    ranked.truncate(MAX_SUGGESTIONS);
    ranked.iter().map(|(_, n)| target.respell(&target.module, n).into()).collect()
}

/// The directory a unit's imports start from: its path without the module's.
pub(super) fn base_of(path: &str, target: &Target) -> Option<String> {
    let s = stem(path);
    let s = s.strip_suffix("/__init__").unwrap_or(s);
    if s == target.module {
        return Some(String::new());
    }
    s.strip_suffix(&format!("/{}", target.module)).map(str::to_owned)
}

/// Files that stand at the top of a project.
const PROJECT_FILES: &[&str] = &["package.json", "Makefile", "tsconfig.json", "cdk.json", "pyproject.toml"];

/// The project a path belongs to: the nearest directory above it that looks like the top of one.
pub(super) fn project<'p>(files: &dyn Files, path: &'p str) -> &'p str {
    build::ancestors(path)
        .into_iter()
        .find(|d| {
            !build::is_output(d)
                && files.is_dir(d)
                && PROJECT_FILES.iter().any(|n| files.is_file(&below(d, n)))
        })
        .unwrap_or("")
}

fn text(t: &Property) -> Option<SmolStr> {
    t.strings().alts().iter().find_map(|a| a.value.clone())
}

fn is_typed(path: &str) -> bool {
    [".ts", ".mts", ".cts", ".tsx"].iter().any(|e| path.ends_with(e))
}

pub(super) fn is_test(path: &str) -> bool {
    path.split('/').any(|p| {
        matches!(p, "test" | "tests" | "__tests__" | "__mocks__" | "spec" | "e2e" | "fixtures")
            || p.contains(".test.")
            || p.contains(".spec.")
            || p.starts_with("test_")
    })
}
