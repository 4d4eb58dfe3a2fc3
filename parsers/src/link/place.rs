//! From where the code is (a directory, a file, an archive, an image, the template itself) to an entry point.

use super::asset;
use super::build::{self, below};
use super::dotnet;
use super::find::{self, Search};
use super::layers::Layers;
use super::target::{Target, stem};
use super::{Attempt, Tree, class, dockerfile, problems, program, symbol};
use crate::code::hir::Lang;
use crate::code::lang::{self, EntryPoint, Scope};
use crate::code::program::UnitId;
use crate::code::{Entry, language, program_languages, runtime_language};
use crate::files::{file_name, join, parent};
use lamlint_model::app::{CodeRef, Function};
use lamlint_model::rule::MissingWhat;
use lamlint_model::source::Span;
use lamlint_model::tri::{Reason, Why};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// One combination to try.
pub(super) struct Place<'a> {
    /// The function.
    pub f: Function<'a>,
    /// Where its code is.
    pub code: &'a CodeRef,
    /// Its handler; `None` where an image names it.
    pub handler: Option<&'a str>,
    /// Its runtime, as far as known.
    pub runtime: Option<&'a str>,
}

fn unlinked(reason: Reason, detail: impl Into<SmolStr>) -> Attempt {
    Attempt::Unlinked(Why::new(reason, detail))
}

/// Resolve one combination.
pub(super) fn attempt(tree: Tree<'_>, p: &Place<'_>) -> Attempt {
    if let CodeRef::Image { context, dockerfile, command } = p.code {
        return image(tree, p, context.as_deref(), dockerfile.as_deref(), command.as_deref());
    }
    if let Some(found) = script(tree, p).or_else(|| dotnet::attempt(tree, p)) {
        return found;
    }
    if let Some(langs) = p.runtime.and_then(program_languages_of) {
        return program::attempt(tree, p, &langs);
    }
    let Some(handler) = p.handler else { return unlinked(Reason::Other, "no handler is named") };
    // A class of the tree under its qualified name can be meant by nothing else.
    if p.runtime.is_none()
        && let Some(l) = class::language_of(tree, handler)
    {
        return class::attempt(tree, p, l, handler);
    }
    // Without a known runtime both languages are tried, and nothing is called missing.
    let (langs, certain) = match p.runtime {
        Some(r) => match runtime_language(r) {
            Some(l) if l.traits().entry == EntryPoint::Method => return class::attempt(tree, p, l, handler),
            Some(l) => (vec![l], true),
            None => return unlinked(Reason::Language, format!("runtime `{r}` is not read yet")),
        },
        None => (vec![Lang::Python, Lang::JavaScript, Lang::Ruby], false),
    };
    let mut last = None;
    for lang in langs {
        let attempt = match p.code {
            CodeRef::Inline(span) => inline(tree, p, lang, handler, *span),
            CodeRef::Object => {
                return unlinked(Reason::BuiltElsewhere, "the code is an object in a bucket");
            }
            CodeRef::Directory(d) if tree.files.is_file(d) => file(tree, p, lang, handler, d),
            CodeRef::Directory(d) => directory(tree, p, lang, handler, d),
            CodeRef::File(f) if tree.files.is_dir(f) => directory(tree, p, lang, handler, f),
            CodeRef::File(f) => file(tree, p, lang, handler, f),
            CodeRef::Image { .. } => unlinked(Reason::Image, "a container image"),
        };
        match attempt {
            Attempt::Linked(_) => return attempt,
            Attempt::Missing(..) if !certain => {
                last = Some(unlinked(Reason::Parameter, "the runtime is not known"));
            }
            a => last = last.or(Some(a)),
        }
    }
    last.unwrap_or_else(|| unlinked(Reason::Other, "the runtime is not known"))
}

/// The variable by which the host of scripts is told a function.
/// Source: `PowerShellFunctionHost` of Amazon.Lambda.PowerShellHost.
const SCRIPT_FUNCTION: &str = "AWS_POWERSHELL_FUNCTION_HANDLER";

/// Resolve a handler that names a script: a runtime of its own, or a host, runs it.
fn script(tree: Tree<'_>, p: &Place<'_>) -> Option<Attempt> {
    let handler = p.handler?;
    let hosted = handler.ends_with(".Bootstrap::ExecuteFunction");
    if p.runtime.is_some_and(|r| !r.starts_with(if hosted { "dotnet" } else { "provided" })) {
        return None;
    }
    let lang = Target::of_script(handler)?;
    let found = match p.code {
        CodeRef::Inline(_) => unlinked(Reason::Language, "a script can't be written inline"),
        CodeRef::Object => unlinked(Reason::BuiltElsewhere, "the code is an object in a bucket"),
        CodeRef::Image { .. } => return None,
        CodeRef::Directory(d) if tree.files.is_file(d) => file(tree, p, lang, handler, d),
        CodeRef::Directory(d) => directory(tree, p, lang, handler, d),
        CodeRef::File(f) if tree.files.is_dir(f) => directory(tree, p, lang, handler, f),
        CodeRef::File(f) => file(tree, p, lang, handler, f),
    };
    Some(match found {
        // What a layer or a host adds is not known.
        Attempt::Missing(..) => {
            unlinked(Reason::NotInTree, format!("the script of `{handler}` was not found in the code"))
        }
        Attempt::Linked(mut entry) if hosted => {
            let function = p.f.environment().get(SCRIPT_FUNCTION);
            if !function.is_surely_absent() {
                let name = function.strings().only().cloned().flatten();
                let Some(name) = name else {
                    return Some(unlinked(Reason::Parameter, format!("`{SCRIPT_FUNCTION}` is not constant")));
                };
                entry.symbol = format!("::{name}").into();
            }
            Attempt::Linked(entry)
        }
        found => found,
    })
}

/// Whether a runtime runs a program of the package.
pub(super) fn is_program(runtime: &str) -> bool {
    program_languages_of(runtime).is_some()
}

/// The languages a package's program may be written in; `None` for runtimes that load a handler.
fn program_languages_of(runtime: &str) -> Option<Vec<Lang>> {
    match runtime_language(runtime) {
        Some(l) => (l.traits().entry == EntryPoint::Program).then(|| vec![l]),
        None => runtime.starts_with("provided").then(|| program_languages().collect()),
    }
}

fn inline(tree: Tree<'_>, p: &Place<'_>, lang: Lang, handler: &str, span: Span) -> Attempt {
    let Some(id) = tree.program.inline(span) else {
        return unlinked(Reason::Dynamic, "the inline code is not constant");
    };
    let target = match Target::parse(lang, handler) {
        // Inline code under a handler it can't have is a placeholder for code that is uploaded later.
        Ok(t) if t.module != "index" => {
            return unlinked(
                Reason::BuiltElsewhere,
                "inline code is a placeholder: its module is always `index`",
            );
        }
        Ok(t) => t,
        Err(_) => return unlinked(Reason::BuiltElsewhere, "inline code is a placeholder"),
    };
    let unit = tree.program.unit(id);
    let names = symbol::names(unit);
    match symbol::has(unit, &target.symbol) {
        symbol::Has::No if names.is_empty() => {
            unlinked(Reason::BuiltElsewhere, "inline code without a handler is a placeholder")
        }
        symbol::Has::No => Attempt::Missing(
            MissingWhat::Symbol {
                file: String::new(),
                symbol: target.symbol.as_str().into(),
                at: Span::new(span.file, span.start as usize, span.start as usize),
            },
            find::nearest_symbols(&target, &names),
        ),
        _ => Attempt::Linked(Entry {
            function: Some(p.f.resource.id),
            unit: id,
            symbol: target.symbol.into(),
            roots: Vec::new(),
        }),
    }
}

fn directory(tree: Tree<'_>, p: &Place<'_>, lang: Lang, handler: &str, dir: &str) -> Attempt {
    let target = match Target::parse(lang, handler) {
        Ok(t) => t,
        Err(why) => return Attempt::Missing(MissingWhat::Malformed(why), Vec::new()),
    };
    if target.is_absolute() {
        return unlinked(Reason::BuiltElsewhere, format!("`{handler}` lies in a layer"));
    }
    let layers = Layers::of(tree.files, p.f);
    let search = Search { tree, f: p.f, lang, target: &target, root: dir, layers: &layers };
    match search.run() {
        find::Answer::Found(found) => {
            let mut roots: Vec<String> = Vec::new();
            let path = tree.program.path(found.unit);
            let base = find::base_of(path, &target);
            let mut put = |r: String| {
                if !roots.contains(&r) {
                    roots.push(r);
                }
            };
            match base {
                Some(b) => put(b),
                None => put(parent(path).to_owned()),
            }
            put(dir.to_owned());
            for root in layers.roots(tree.files) {
                // Layers are staged, too.
                let staged = asset::staged(&root).and_then(|d| Some((asset::directory(tree, d)?, d)));
                put(match staged {
                    Some((source, d)) => format!("{source}{}", root.strip_prefix(d).unwrap_or_default()),
                    None => root,
                });
            }
            Attempt::Linked(Entry {
                function: Some(p.f.resource.id),
                unit: found.unit,
                symbol: target.symbol.as_str().into(),
                roots,
            })
        }
        find::Answer::Lacks(found) => {
            let unit = tree.program.unit(found.unit);
            Attempt::Missing(
                MissingWhat::Symbol {
                    file: tree.program.path(found.unit).to_owned(),
                    symbol: target.symbol.as_str().into(),
                    at: Span::new(unit.file, 0, 0),
                },
                find::nearest_symbols(&target, &symbol::names(unit)),
            )
        }
        find::Answer::Absent(tried) => Attempt::Missing(MissingWhat::File(tried), search.nearest_files()),
        find::Answer::Unsure(why) => Attempt::Unlinked(why),
    }
}

/// Extensions of archives.
const ARCHIVES: &[&str] = &["zip", "jar", "war", "tgz", "tar.gz"];

/// Names of archives that say nothing about what is inside.
const GENERIC: &[&str] =
    &["app", "bundle", "code", "deploy", "function", "handler", "index", "lambda", "main", "package"];

fn file(tree: Tree<'_>, p: &Place<'_>, lang: Lang, handler: &str, path: &str) -> Attempt {
    if language(path).is_some() {
        // A source file as code is packaged alone, under its own name.
        let Ok(target) = Target::parse(lang, handler) else {
            return unlinked(Reason::Other, format!("`{handler}` does not split into file and function"));
        };
        let Some(unit) = tree.program.at(path) else {
            let why = problems::not_read([&path.to_owned()], tree.program, tree.files);
            let why = why.unwrap_or_else(|| format!("`{path}` is not in this tree"));
            return unlinked(Reason::NotInTree, why);
        };
        if stem(file_name(path)) != file_name(&target.module) {
            return unlinked(Reason::Other, format!("`{handler}` is not in `{path}`"));
        }
        let source = tree.program.unit(unit);
        if symbol::has(source, &target.symbol) == symbol::Has::No {
            // What the runtime loads as it is: nothing is built, and no layer comes before it.
            let loaded = target.runtime_files(lang).iter().any(|n| n == file_name(path));
            if !loaded || !p.f.resource.metadata.get("BuildMethod").is_surely_absent() {
                return unlinked(Reason::Other, format!("`{path}` has no `{}`", target.symbol));
            }
            return Attempt::Missing(
                MissingWhat::Symbol {
                    file: path.to_owned(),
                    symbol: target.symbol.as_str().into(),
                    at: Span::new(source.file, 0, 0),
                },
                find::nearest_symbols(&target, &symbol::names(source)),
            );
        }
        return Attempt::Linked(Entry {
            function: Some(p.f.resource.id),
            unit,
            symbol: target.symbol.into(),
            roots: vec![parent(path).to_owned()],
        });
    }
    let built = || unlinked(Reason::BuiltElsewhere, format!("`{path}` is built elsewhere"));
    if !ARCHIVES.iter().any(|e| path.ends_with(&format!(".{e}"))) {
        return if tree.files.is_file(path) {
            built()
        } else {
            unlinked(Reason::NotInTree, format!("`{path}` is not in this tree"))
        };
    }
    let Ok(target) = Target::parse(lang, handler) else { return built() };
    if let Some(unit) = asset::unpacked(tree, lang, &target, path)
        && symbol::has(tree.program.unit(unit), &target.symbol) != symbol::Has::No
    {
        let at = tree.program.path(unit);
        return Attempt::Linked(Entry {
            function: Some(p.f.resource.id),
            unit,
            symbol: target.symbol.as_str().into(),
            roots: vec![find::base_of(at, &target).unwrap_or_else(|| parent(at).to_owned())],
        });
    }
    // An archive beside the directory it is made of, when exactly one source file fits.
    let mut hits: Vec<(String, UnitId)> = Vec::new();
    let names: Vec<String> =
        target.runtime_files(lang).into_iter().chain(target.source_files(lang)).collect();
    for dir in [stem(path).to_owned(), below(parent(path), "src"), parent(path).to_owned()] {
        for n in &names {
            let candidate = below(&dir, n);
            if let Some(u) = tree.program.at(&candidate)
                && !hits.iter().any(|(_, h)| *h == u)
                && symbol::has(tree.program.unit(u), &target.symbol) == symbol::Has::Yes
            {
                hits.push((dir.clone(), u));
            }
        }
    }
    // A bundler that makes one archive per function, each with an `index`: the archive has the source's name.
    if hits.is_empty() && lang != Lang::Python && target.module == "index" {
        let name = stem(file_name(path));
        let top = find::project(tree.files, parent(path));
        for (id, p, unit) in tree.program.iter() {
            if unit.lang.is_node()
                && build::strip_dir(p, top).is_some()
                && !GENERIC.contains(&name)
                && stem(file_name(p)) == name
                && !find::is_test(p)
                && symbol::has(unit, &target.symbol) == symbol::Has::Yes
            {
                hits.push((parent(p).to_owned(), id));
            }
        }
    }
    match &hits[..] {
        [(dir, unit)] => Attempt::Linked(Entry {
            function: Some(p.f.resource.id),
            unit: *unit,
            symbol: target.symbol.into(),
            roots: vec![dir.clone()],
        }),
        _ => built(),
    }
}

/// What the build of an image is told, in the metadata of SAM and of the CDK.
/// Sources: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build.html>,
/// `aws-cdk-lib/cx-api`
fn build_of(f: Function<'_>, context: &str) -> dockerfile::Build {
    let metadata = &f.resource.metadata;
    let text = |key: &str| metadata.get(key).strings().only().cloned().flatten().map(String::from);
    let mut arguments = BTreeMap::new();
    for key in ["DockerBuildArgs", "aws:asset:docker-build-args"] {
        for (e, _) in metadata.get(key).entries().0 {
            if let Some(v) = e.value.strings().only().cloned().flatten() {
                arguments.insert(e.key.to_string(), v.to_string());
            }
        }
    }
    let target = text("DockerBuildTarget").or_else(|| text("aws:asset:docker-build-target"));
    dockerfile::Build { context: context.to_owned(), target, arguments }
}

fn image(
    tree: Tree<'_>,
    p: &Place<'_>,
    context: Option<&str>,
    dockerfile: Option<&str>,
    command: Option<&[SmolStr]>,
) -> Attempt {
    let Some(context) = context.or_else(|| dockerfile.map(parent)) else {
        return unlinked(Reason::Image, "a container image that is built elsewhere");
    };
    let path = dockerfile.map_or_else(|| below(context, "Dockerfile"), str::to_owned);
    let Some(text) = tree.files.read(&path) else {
        return unlinked(Reason::Image, format!("`{path}` is not in this tree"));
    };
    if let Some(found) = program::of_image(tree, p, context, &text) {
        return found;
    }
    let image = dockerfile::read(&text, &build_of(p.f, context));
    let entry_point = match p.f.resource.props.path(&["ImageConfig", "EntryPoint"]) {
        replaced if replaced.is_surely_absent() => image.entry_point.clone(),
        replaced => {
            let (items, open) = replaced.items();
            let words = items.iter().map(|(t, _)| t.strings().only().cloned().flatten().map(String::from));
            match words.collect::<Option<Vec<String>>>().filter(|_| open.is_none()) {
                Some(words) => words,
                None => return unlinked(Reason::Image, "its entry point is not constant"),
            }
        }
    };
    let words: Vec<String> =
        command.map_or_else(|| image.command.clone(), |c| c.iter().map(ToString::to_string).collect());
    let adapter = ["awslambdaric", "aws-lambda-ric", "lambda-entrypoint", "lambda_entrypoint"];
    // `Assembly::Namespace.Type::Method`
    if let Some(handler) = words.iter().rev().find(|w| w.matches("::").count() == 2) {
        return dotnet::in_directory(tree, p, context, handler);
    }
    let started = entry_point.iter().chain(&words);
    if !entry_point.is_empty() && !started.into_iter().any(|w| adapter.iter().any(|a| w.contains(a))) {
        return unlinked(Reason::Image, format!("`{path}` starts something else than a handler"));
    }
    let Some(handler) = words.iter().rev().find(|w| w.contains('.') && !w.starts_with('-')) else {
        return unlinked(Reason::Image, format!("`{path}` names no handler"));
    };
    let by_class = lang::ALL.iter().copied().filter(|l| l.traits().scope == Scope::Package);
    for l in by_class {
        let named = l.traits().images.iter().any(|w| image.base.contains(w));
        if named || p.runtime.and_then(runtime_language) == Some(l) {
            return class::in_module(tree, p, l, handler, context);
        }
    }
    let modules = || lang::ALL.iter().copied().filter(|l| l.traits().entry == EntryPoint::Module);
    let known = modules().find(|l| l.traits().images.iter().any(|w| image.base.contains(w)));
    let known = known.or_else(|| runtime_language(p.runtime?));
    let langs = known.map_or_else(|| vec![Lang::Python, Lang::JavaScript, Lang::Ruby], |l| vec![l]);
    for lang in langs {
        let Ok(target) = Target::parse(lang, handler) else { continue };
        if target.is_absolute() {
            continue;
        }
        for name in target.runtime_files(lang).into_iter().chain(target.source_files(lang)) {
            let mut candidates = build::origins(&image.copies, tree.files, &name);
            candidates.extend(join(context, &name));
            if lang != Lang::Python {
                candidates.extend(
                    build::sources(tree.files, context, stem(&name))
                        .iter()
                        .flat_map(|m| super::target::source_names(m)),
                );
            }
            for c in candidates {
                // A context that synthesis staged is a copy of sources.
                let staged = || {
                    let dir = asset::staged(&c)?;
                    asset::copied(tree, dir, c.strip_prefix(dir)?.trim_start_matches('/'), None)
                        .map(|(id, _)| id)
                };
                if let Some(unit) = tree.program.at(&c).or_else(staged)
                    && symbol::has(tree.program.unit(unit), &target.symbol) != symbol::Has::No
                {
                    let c = tree.program.path(unit);
                    let mut roots = vec![find::base_of(c, &target).unwrap_or_else(|| parent(c).to_owned())];
                    if !roots.iter().any(|r| r == context) {
                        roots.push(context.to_owned());
                    }
                    return Attempt::Linked(Entry {
                        function: Some(p.f.resource.id),
                        unit,
                        symbol: target.symbol.as_str().into(),
                        roots,
                    });
                }
            }
        }
    }
    let language = known.map_or_else(
        || unlinked(Reason::Image, format!("`{handler}` of `{path}` was not found")),
        |_| {
            unlinked(Reason::NotInTree, format!("`{handler}` of `{path}` was not found in the build context"))
        },
    );
    let other = ["java", "dotnet", "golang", "rust", "provided"];
    match other.iter().find(|o| image.base.contains(*o)) {
        Some(o) => unlinked(Reason::Language, format!("base image for {o} is not read yet")),
        None => language,
    }
}
