//! What a function's deployment package weighs and holds.
//!
//! Measured where there is something to measure: the artifact a build left behind, else the sources as a packager
//! takes them, with an estimate for the dependencies a manifest names. Every size is a lower bound.

mod manifest;
mod sizes;
mod tree;

#[cfg(test)]
mod tests;

use crate::code::hir::Lang;
use crate::code::lang::EntryPoint;
use crate::code::runtime_language;
use crate::files::Files;
use crate::iac::PACKAGE_FILTER;
use crate::link::{Layers, SKIPPED, ancestors, below};
use lamlint_model::App;
use lamlint_model::app::{CodeRef, Function};
use lamlint_model::rule::{Measured, Package};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use tree::Weight;

/// How many contributors are listed.
const MAX_CONTRIBUTORS: usize = 10;

/// Folders that never are part of an artifact or a layer.
const NEVER: &[&str] = &[".git", ".aws-sam"];

/// Measure the packages of all functions of the app, in the order of `app.functions()`; functions of which nothing
/// is known are left out.
pub fn measure(app: &App, files: &dyn Files) -> Vec<Package> {
    app.functions().filter_map(|f| function(files, f)).collect()
}

fn function(files: &dyn Files, f: Function<'_>) -> Option<Package> {
    let code = f.code();
    let code = code.only()?.clone();
    let runtime = f.runtime();
    // A program is not its sources.
    let lang = runtime.alts().iter().find_map(|a| runtime_language(a.value.as_deref()?));
    let lang = lang.filter(|l| l.traits().entry == EntryPoint::Module);
    let layers = layers(files, f);
    let mut package = Package {
        function: f.resource.id,
        measured: Measured::No,
        unzipped: 0,
        zipped: None,
        layers: layers.weight.bytes,
        contributors: Vec::new(),
        dependencies: Vec::new(),
        complete: layers.complete,
        manifest: None,
    };
    let mut names: BTreeSet<SmolStr> = layers.names.into_iter().collect();
    let mut weight = Weight { whole: true, ..Weight::default() };
    match code {
        // Nothing is packaged beside the text.
        CodeRef::Inline(_) => {}
        CodeRef::File(path) if files.is_file(&path) => {
            weight = tree::archive(files, &path)?;
            package.zipped = files.size(&path);
            package.measured = Measured::Artifact(path);
            package.complete = false;
        }
        CodeRef::Directory(dir) if files.is_dir(&dir) => {
            directory(files, f, lang, &dir, &mut package, &mut names, &mut weight);
        }
        CodeRef::Object | CodeRef::Image { .. } | CodeRef::Directory(_) | CodeRef::File(_) => return None,
    }
    package.unzipped = weight.bytes;
    let mut all = weight;
    all.merge("layers", &layers.weight);
    let mut parts: Vec<(String, u64)> = all.parts.into_iter().filter(|(_, b)| *b > 0).collect();
    parts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    parts.truncate(MAX_CONTRIBUTORS);
    package.contributors = parts;
    package.dependencies = names.into_iter().collect();
    Some(package)
}

fn directory(
    files: &dyn Files,
    f: Function<'_>,
    lang: Option<Lang>,
    dir: &str,
    package: &mut Package,
    names: &mut BTreeSet<SmolStr>,
    weight: &mut Weight,
) {
    let method = f.resource.metadata.get("BuildMethod");
    let known = method.strings();
    let method_name = known.alts().iter().find_map(|a| a.value.clone());
    let bundled = method_name.as_deref() == Some("esbuild");
    // Builds that do something else than copy sources and install what a manifest names.
    let plain = match method_name.as_deref() {
        None => method.is_surely_absent(),
        Some(m) => runtime_language(m).is_some_and(|l| l.traits().entry == EntryPoint::Module),
    };
    if let Some(lang) = lang {
        let declared = manifest::declared(files, lang, dir, bundled);
        names.extend(declared.names.iter().cloned());
        package.complete &= declared.complete && (plain || bundled);
        package.manifest.clone_from(&declared.manifest);
        // What a filter leaves out is not known.
        let whole = plain && f.resource.metadata.get(PACKAGE_FILTER).is_surely_absent();
        if whole && !declared.bundled && output_of(files, f.name(), dir).is_none() {
            let mut estimated = false;
            *weight = sources(files, lang, dir, &declared, &mut estimated);
            package.measured = match (&declared.manifest, estimated) {
                (Some(m), true) => Measured::Manifest(m.clone()),
                _ => Measured::Tree(dir.to_owned()),
            };
        }
    } else {
        package.complete = false;
    }
    if let Some(built) = output_of(files, f.name(), dir) {
        *weight = tree::directory(files, &built, NEVER);
        names.extend(manifest::installed_packages(files, &below(&built, "node_modules")));
        package.measured = Measured::Artifact(built);
    }
}

/// What `sam build` left for a function or layer.
/// Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build.html>
fn output_of(files: &dyn Files, name: &str, dir: &str) -> Option<String> {
    ancestors(dir).into_iter().map(|d| below(d, &format!(".aws-sam/build/{name}"))).find(|p| files.is_dir(p))
}

/// The sources as a packager takes them, and what it installs beside them. What may or may not be taken is not counted.
fn sources(
    files: &dyn Files,
    lang: Lang,
    dir: &str,
    declared: &manifest::Declared,
    estimated: &mut bool,
) -> Weight {
    // `npm pack` leaves out what these name.
    let filtered =
        lang != Lang::Python && [".npmignore", ".gitignore"].iter().any(|n| files.is_file(&below(dir, n)));
    let mut w = if filtered {
        Weight { whole: false, ..Weight::default() }
    } else {
        tree::directory(files, dir, SKIPPED)
    };
    let mut unknown = declared.installed.clone();
    if lang != Lang::Python {
        // Dependencies that are installed in place are weighed.
        for name in &declared.installed {
            let path = below(dir, &format!("node_modules/{name}"));
            if files.is_dir(&path) {
                let mut one = tree::directory(files, &path, NEVER);
                one.parts = [(name.to_string(), one.bytes)].into();
                w.merge("node_modules", &one);
                unknown.remove(name);
            }
        }
    }
    for (name, bytes) in sizes::estimate(lang, &unknown) {
        *estimated = true;
        w.bytes = w.bytes.saturating_add(bytes);
        w.parts.insert(name, bytes);
    }
    w
}

struct LayerContent {
    weight: Weight,
    names: Vec<SmolStr>,
    complete: bool,
}

/// The layers of a function that are in the tree.
fn layers(files: &dyn Files, f: Function<'_>) -> LayerContent {
    let layers = Layers::of(files, f);
    let mut out = LayerContent {
        weight: Weight { whole: true, ..Weight::default() },
        names: Vec::new(),
        complete: layers.complete,
    };
    for (name, d) in &layers.dirs {
        let built = output_of(files, name, d);
        out.weight.merge("", &tree::directory(files, built.as_deref().unwrap_or(d), NEVER));
        for modules in ["nodejs/node_modules", "node_modules"] {
            out.names.extend(manifest::installed_packages(files, &below(d, modules)));
        }
        // What an installation adds later is named, but not what that brings along.
        for (lang, sub) in [
            (Lang::Python, ""),
            (Lang::Python, "python"),
            (Lang::JavaScript, ""),
            (Lang::JavaScript, "nodejs"),
        ] {
            let declared = manifest::declared(files, lang, &below(d, sub), false);
            if declared.manifest.as_deref().is_some_and(|m| m.starts_with(d.as_str())) {
                out.names.extend(declared.names);
                out.complete = false;
            }
        }
    }
    for a in &layers.archives {
        if let Some(w) = tree::archive(files, a) {
            out.weight.merge("", &w);
        }
    }
    out
}
