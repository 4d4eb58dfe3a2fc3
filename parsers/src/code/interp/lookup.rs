//! Which file or library an import means, as each language looks for it.

use super::Interp;
use super::value::V;
use crate::code::api::{self, Kind};
use crate::code::hir::Lang;
use crate::code::node;
use crate::code::program::UnitId;
use crate::files::{join, parent};
use lamlint_model::value::Deps;
use smol_str::SmolStr;

/// What an import names.
pub(super) enum Found {
    /// A module of the project.
    Unit(UnitId),
    /// A directory of Python modules.
    Package(String),
    /// A library, by its normal name.
    Library(SmolStr),
    /// A file of the project that has no code (`./config.json`).
    Data,
    /// A file that should be in the tree and is not.
    Missing,
}

/// What the names of Go modules have before them in [`super::Program::packages`]: they are paths of their own.
pub(crate) const GO_MODULE: &str = "go:";

/// What the names of crates have before them there: then the directory of a manifest, a colon, and the name by which that
/// manifest knows the crate, with the file of its library; without a name the manifest itself.
pub(crate) const CRATE: &str = "rs:";

impl Interp<'_> {
    /// What an import of the current language means.
    pub(super) fn find_module(&mut self, module: &str) -> Found {
        match self.lang {
            Lang::Python => self.python_module(module),
            Lang::JavaScript | Lang::TypeScript => self.node_module(module),
            Lang::Go => self.go_package(module),
            Lang::Rust => self.rust_module(module),
            Lang::Java | Lang::CSharp => Found::Library(api::normal(self.lang, &module.into())),
            Lang::Ruby => self.ruby_file(module),
            Lang::PowerShell => self.powershell_file(module),
        }
    }

    /// The Python module or package at a path without ending.
    pub(super) fn python_at(&self, path: &str) -> Option<Found> {
        let unit = |p: String| self.program.at(&p).map(Found::Unit);
        unit(format!("{path}.py")).or_else(|| unit(format!("{path}/__init__.py"))).or_else(|| {
            (!path.is_empty() && self.program.has_dir(path)).then(|| Found::Package(path.to_owned()))
        })
    }

    fn python_module(&mut self, module: &str) -> Found {
        let here = self.program.path(self.unit).to_owned();
        let dots = module.bytes().take_while(|b| *b == b'.').count();
        if dots > 0 {
            let mut dir = parent(&here);
            for _ in 1..dots {
                if dir.is_empty() {
                    return Found::Missing;
                }
                dir = parent(dir);
            }
            let below = module[dots..].replace('.', "/");
            if below.is_empty() {
                // `from . import x`: the package itself.
                let init = join(dir, "__init__.py").and_then(|p| self.program.at(&p));
                return init.map_or_else(|| Found::Package(dir.to_owned()), Found::Unit);
            }
            return join(dir, &below).and_then(|p| self.python_at(&p)).unwrap_or(Found::Missing);
        }
        let below = module.replace('.', "/");
        let first = module.split('.').next().unwrap_or_default();
        let known = api::is_library(self.lang, first);
        let mut bases: Vec<String> = self.roots.to_vec();
        bases.push(parent(&here).to_owned());
        if self.roots.is_empty() && !here.is_empty() {
            // Nothing says where the code root is: any directory above may be it.
            let mut dir = parent(&here);
            while !dir.is_empty() {
                dir = parent(dir);
                bases.push(dir.to_owned());
            }
        }
        let mut package = None;
        for base in &bases {
            let Some(path) = join(base, &below) else { continue };
            match self.python_at(&path) {
                // A vendored copy of a known library is the library.
                Some(Found::Unit(u)) if !(known && self.is_vendored(base, first)) => {
                    self.load_parents(base, module);
                    return Found::Unit(u);
                }
                Some(Found::Package(d)) if !known => {
                    package.get_or_insert(d);
                }
                _ => {}
            }
        }
        match package {
            Some(d) => Found::Package(d),
            None => Found::Library(api::normal(self.lang, &module.into())),
        }
    }

    /// A Ruby file: beside this one, or on the load path; the root of the package and `lib` are on it, by convention.
    fn ruby_file(&self, module: &str) -> Found {
        let here = self.program.path(self.unit);
        let unit = |base: &str, p: &str| join(base, p).and_then(|p| self.program.at(&format!("{p}.rb")));
        if let Some(rest) = module.strip_prefix("./") {
            return unit(parent(here), rest).map_or(Found::Missing, Found::Unit);
        }
        let module = module.strip_prefix("/var/task/").unwrap_or(module);
        if api::is_inert(self.lang, module) {
            return Found::Library(api::normal(self.lang, &module.into()));
        }
        let mut bases: Vec<&str> = self.roots.iter().map(String::as_str).collect();
        bases.push(parent(here));
        let lib = format!("lib/{module}");
        let found = bases.iter().find_map(|b| unit(b, module).or_else(|| unit(b, &lib)));
        found.map_or_else(|| Found::Library(api::normal(self.lang, &module.into())), Found::Unit)
    }

    /// A script by its path, or a module: a directory of its name on the module path, which the package brings in
    /// `modules`. Source: the documentation of the runtime, `Set-PSModulePath`.
    fn powershell_file(&self, module: &str) -> Found {
        let dir = parent(self.program.path(self.unit));
        let unit = |base: &str, p: &str| {
            let stem = p.strip_suffix(".psd1").unwrap_or(p);
            let name = crate::files::file_name(stem);
            let all =
                [p.to_owned(), format!("{stem}.psm1"), format!("{stem}.ps1"), format!("{stem}/{name}.psm1")];
            all.iter().find_map(|p| self.program.at(&join(base, p)?))
        };
        if module.starts_with('.') {
            return unit(dir, module).map_or(Found::Missing, Found::Unit);
        }
        if let Some(rest) = module.strip_prefix("/var/task/") {
            let found = self.roots.iter().find_map(|r| unit(r, rest));
            return found.map_or(Found::Missing, Found::Unit);
        }
        if module.contains('/') || api::is_inert(self.lang, module) {
            return Found::Library(module.into());
        }
        let below = format!("modules/{module}");
        let bases = self.roots.iter().map(String::as_str).chain([dir, parent(dir)]);
        let found = bases.into_iter().find_map(|b| unit(b, &below).or_else(|| unit(b, module)));
        found.map_or_else(|| Found::Library(module.into()), Found::Unit)
    }

    fn is_vendored(&self, base: &str, first: &str) -> bool {
        join(base, first).is_some_and(|p| self.program.at(&format!("{p}/__init__.py")).is_some())
    }

    /// `import a.b.c` runs `a/__init__.py` and `a/b/__init__.py` first.
    fn load_parents(&mut self, base: &str, module: &str) {
        let mut dir = base.to_owned();
        for part in module.split('.') {
            let Some(d) = join(&dir, part) else { return };
            dir = d;
            if let Some(u) = self.program.at(&format!("{dir}/__init__.py")) {
                self.load(u);
            }
        }
    }

    /// The first name of a path: something that is known here, or a crate.
    pub(super) fn root(&mut self, name: &str) -> V {
        match name {
            "self" => return V::Module(self.unit),
            "super" => return V::Module(self.parents.get(&self.unit).copied().unwrap_or(self.unit)),
            "crate" => {
                let mut at = self.unit;
                for _ in 0..64 {
                    let Some(above) = self.parents.get(&at) else { break };
                    at = *above;
                }
                return V::Module(at);
            }
            _ => {}
        }
        if let Some((v, _)) = self.known(name) {
            return v;
        }
        if api::is_global(self.lang, name) {
            return V::Ext(api::normal(self.lang, &name.into()), Deps::NONE);
        }
        // Types of another file, of a macro, of a star import.
        if name.starts_with(|c: char| c.is_uppercase()) {
            return V::unknown();
        }
        self.imported(name, "")
    }

    /// What a path leads to, its parts between dots.
    pub(super) fn along(&mut self, path: &str, name: &str) -> V {
        let span = super::unit_span(self.program.unit(self.unit));
        let mut parts = path.split('.');
        let mut v = self.root(parts.next().unwrap_or_default());
        for p in parts.take(64) {
            v = self.attr(&v, p, span, true);
        }
        if matches!(name, "" | "*") { v } else { self.attr(&v, name, span, true) }
    }

    /// A module of the crate that is declared here (`mod:name`, `mod:=file.rs`), or a crate.
    fn rust_module(&mut self, module: &str) -> Found {
        let path = self.program.path(self.unit).to_owned();
        let dir = parent(&path);
        let Some(name) = module.strip_prefix("mod:") else {
            return self.rust_crate(module, &path);
        };
        let candidates = if let Some(file) = name.strip_prefix('=') {
            vec![join(dir, file)]
        } else {
            let file = crate::files::file_name(&path);
            let is_root = !self.parents.contains_key(&self.unit) || file == "mod.rs";
            let below = if is_root { dir.to_owned() } else { path.trim_end_matches(".rs").to_owned() };
            vec![join(&below, &format!("{name}.rs")), join(&below, &format!("{name}/mod.rs"))]
        };
        let Some(unit) = candidates.iter().flatten().find_map(|p| self.program.at(p)) else {
            return Found::Missing;
        };
        if unit != self.unit {
            self.parents.entry(unit).or_insert(self.unit);
        }
        Found::Unit(unit)
    }

    /// A crate as the nearest manifest knows it: one of the tree, or a library.
    fn rust_crate(&self, name: &str, path: &str) -> Found {
        // A copy of the runtime is the runtime.
        let starts =
            |f: &str| api::lookup(self.lang, &format!("{name}.{f}")).is_some_and(|r| r.kind == Kind::Start);
        if starts("run") {
            return Found::Library(name.into());
        }
        let mut dir = parent(path);
        loop {
            if self.program.names().manifests.packages.contains_key(&format!("{CRATE}{dir}:")) {
                let found = self.program.names().manifests.packages.get(&format!("{CRATE}{dir}:{name}"));
                return match found {
                    Some(lib) => self.program.at(lib).map_or(Found::Missing, Found::Unit),
                    None => Found::Library(api::normal(self.lang, &name.into())),
                };
            }
            if dir.is_empty() {
                return Found::Library(api::normal(self.lang, &name.into()));
            }
            dir = parent(dir);
        }
    }

    /// A package by its import path: below the path of a module of the tree, or of a library.
    fn go_package(&self, module: &str) -> Found {
        let program = self.program;
        // The longest path of a module wins: modules may be nested.
        let inside = |m: &str| module == m || module.strip_prefix(m).is_some_and(|r| r.starts_with('/'));
        let owner = program
            .names()
            .manifests
            .packages
            .iter()
            .filter(|(m, _)| m.starts_with(GO_MODULE) && inside(&m[GO_MODULE.len()..]));
        let Some((m, dir)) = owner.max_by_key(|(m, _)| m.len()) else {
            return Found::Library(api::normal(self.lang, &module.into()));
        };
        let below = module[m.len() - GO_MODULE.len()..].trim_start_matches('/');
        let Some(dir) = join(dir, below) else { return Found::Missing };
        let mut units = program.in_dir(&dir).filter(|(_, u)| {
            let u = program.unit(*u);
            u.lang == Lang::Go && !u.package.is_empty() && u.package != "main"
        });
        units.next().map_or(Found::Missing, |(_, u)| Found::Unit(u))
    }

    fn node_at(&self, path: &str) -> Option<Found> {
        node::at(self.program.names(), path).map(Found::Unit)
    }

    fn node_module(&mut self, module: &str) -> Found {
        let here = self.program.path(self.unit).to_owned();
        let module = module.strip_prefix("node:").unwrap_or(module);
        if module.starts_with('.') {
            let Some(path) = join(parent(&here), module) else { return Found::Missing };
            let found = self.node_at(&path);
            return found.unwrap_or(if is_data(module) { Found::Data } else { Found::Missing });
        }
        if let Some(rest) = module.strip_prefix("/opt/") {
            return self.in_layer(rest).unwrap_or(Found::Missing);
        }
        if api::is_library(self.lang, node::package_name(module)) {
            return Found::Library(api::normal(self.lang, &module.into()));
        }
        if let Some(unit) = node::aliased(self.program.names(), &here, module) {
            return Found::Unit(unit);
        }
        if self.program.names().manifests.packages.contains_key(node::package_name(module)) {
            return node::workspace(self.program.names(), module).map_or(Found::Missing, Found::Unit);
        }
        for root in self.roots {
            if let Some(found) = join(root, module).and_then(|p| self.node_at(&p)) {
                return found;
            }
        }
        Found::Library(api::normal(self.lang, &module.into()))
    }

    /// `/opt/nodejs/x`: a file of a layer.
    fn in_layer(&self, rest: &str) -> Option<Found> {
        let below = rest.strip_prefix("nodejs/").unwrap_or(rest);
        self.roots.iter().find_map(|root| {
            let top = root.strip_suffix("/node_modules").unwrap_or(root);
            self.node_at(&join(top, below)?).or_else(|| self.node_at(&join(top, rest)?))
        })
    }
}

fn is_data(module: &str) -> bool {
    let name = crate::files::file_name(module);
    matches!(
        name.rsplit_once('.').map(|(_, e)| e),
        Some(
            "json"
                | "css"
                | "html"
                | "txt"
                | "md"
                | "graphql"
                | "gql"
                | "sql"
                | "svg"
                | "png"
                | "wasm"
                | "node"
                | "yaml"
                | "yml"
                | "proto"
                | "xml"
                | "hbs"
        )
    )
}
