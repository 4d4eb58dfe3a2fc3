//! `package.json` and `tsconfig.json`: what they say about where code lies.

use crate::code::program::{Program, Project};
use crate::code::{CRATE, GO_MODULE};
use crate::files::{Files, join, parent};
use jsonc_parser::{JsonValue, ParseOptions, parse_to_value};
use serde_json::Value;

/// Directories that hold other people's code or build output: never entered.
pub(crate) const SKIPPED: &[&str] = &[
    "node_modules",
    ".git",
    ".hg",
    ".svn",
    ".venv",
    "venv",
    "site-packages",
    "__pycache__",
    ".aws-sam",
    ".serverless",
    "cdk.out",
    ".terraform",
    ".tox",
    ".mypy_cache",
    ".next",
];

/// How deep manifests are looked for.
const MAX_DEPTH: usize = 8;
/// How many directory entries are looked at.
const MAX_ENTRIES: usize = 20_000;
/// How many configurations a `tsconfig.json` may extend in a row.
const MAX_EXTENDS: usize = 5;

/// Fill the path aliases and workspace packages of a program from `tsconfig.json` and `package.json` files. Whether the
/// whole tree was looked at.
pub fn read_manifests(program: &mut Program, files: &dyn Files) -> bool {
    let mut budget = MAX_ENTRIES;
    let mut queue = std::collections::VecDeque::from([(String::new(), 0usize)]);
    while let Some((dir, depth)) = queue.pop_front() {
        for (name, is_dir) in files.list(&dir) {
            let Some(rest) = budget.checked_sub(1) else { return false };
            budget = rest;
            let path = if dir.is_empty() { name.clone() } else { format!("{dir}/{name}") };
            if is_dir {
                if depth < MAX_DEPTH && !SKIPPED.contains(&name.as_str()) {
                    queue.push_back((path, depth + 1));
                }
            } else if name == "package.json" {
                if let Some(package) = read_json(files, &path)
                    && let Some(name) = package.get("name").and_then(Value::as_str)
                {
                    program.manifests.packages.entry(name.to_owned()).or_insert_with(|| dir.clone());
                }
            } else if name == "go.mod" {
                let text = files.read(&path).unwrap_or_default();
                let own = go_module(&text).map(|m| (m, dir.clone()));
                for (module, at) in own.into_iter().chain(go_replaced(&text, &dir)) {
                    program.manifests.packages.entry(format!("{GO_MODULE}{module}")).or_insert(at);
                }
            } else if name.ends_with(".csproj") {
                let text = files.read(&path).unwrap_or_default();
                let stem = name.trim_end_matches(".csproj");
                program.manifests.projects.entry(dir.clone()).or_insert_with(|| csproj(&text, stem, &dir));
            } else if name == "Cargo.toml" {
                crates(program, files, &dir, &path);
            } else if name == "tsconfig.json" || name == "jsconfig.json" {
                aliases(program, files, &dir, &path);
            }
        }
    }
    true
}

fn aliases(program: &mut Program, files: &dyn Files, dir: &str, path: &str) {
    let Some(config) = TsConfig::read(files, path) else { return };
    for (pattern, targets) in &config.paths {
        let prefix = pattern.strip_suffix('*').unwrap_or(pattern);
        for target in targets {
            let target = target.strip_suffix('*').map_or((target.as_str(), false), |t| {
                t.strip_suffix('/').map_or((t, t.is_empty()), |t| (t, true))
            });
            program.manifests.aliases.push((
                dir.to_owned(),
                prefix.to_owned(),
                relative(dir, target.0, target.1),
            ));
        }
    }
    // With a base directory, every bare name may be a path below it.
    if let Some(base) = &config.base_url {
        program.manifests.aliases.push((dir.to_owned(), String::new(), relative(dir, base, true)));
    }
}

/// What a project file of .NET says; `stem` is its own name.
/// Source: <https://learn.microsoft.com/en-us/dotnet/core/project-sdk/msbuild-props>
fn csproj(text: &str, stem: &str, dir: &str) -> Project {
    let element = |name: &str| {
        let rest = text.split_once(&format!("<{name}>"))?.1;
        Some(rest.split_once("</")?.0.trim())
    };
    let included = |element: &str| -> Vec<&str> {
        let start = format!("<{element} ");
        let items = text.split(start.as_str()).skip(1);
        let items = items.filter_map(|t| t.split('>').next()?.split_once("Include=\"")?.1.split('"').next());
        items.collect()
    };
    let assembly = element("AssemblyName").filter(|a| !a.contains("$(")).unwrap_or(stem);
    let references = included("ProjectReference").into_iter().filter_map(|p| {
        let path = join(dir, &p.replace('\\', "/"))?;
        Some(parent(&path).to_owned())
    });
    Project {
        assembly: assembly.to_owned(),
        references: references.collect(),
        usings: included("Using").into_iter().map(str::to_owned).collect(),
    }
}

/// The crates of the tree that a `Cargo.toml` knows: its own library, and those it depends on by their path.
fn crates(program: &mut Program, files: &dyn Files, dir: &str, path: &str) {
    let Some(table) = cargo(files, path) else { return };
    if !table.contains_key("package") {
        return;
    }
    program.manifests.packages.insert(format!("{CRATE}{dir}:"), String::new());
    let mut put = |name: &str, lib: Option<String>| {
        if let Some(lib) = lib {
            program.manifests.packages.insert(format!("{CRATE}{dir}:{}", name.replace('-', "_")), lib);
        }
    };
    let own = table.get("lib").and_then(|l| l.get("name")).and_then(toml::Value::as_str);
    let own = own.or_else(|| table.get("package")?.get("name")?.as_str());
    if let Some(own) = own {
        put(own, library(files, dir));
    }
    for (name, d) in table.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten() {
        let at = d.get("path").and_then(toml::Value::as_str).and_then(|p| join(dir, p));
        let shared = || {
            d.get("workspace").and_then(toml::Value::as_bool).filter(|w| *w)?;
            super::build::ancestors(dir).into_iter().find_map(|up| {
                let table = cargo(files, &super::build::below(up, "Cargo.toml"))?;
                let d = table.get("workspace")?.get("dependencies")?.get(name)?;
                join(up, d.get("path")?.as_str()?)
            })
        };
        if let Some(at) = at.or_else(shared) {
            put(name, library(files, &at));
        }
    }
}

/// A manifest of Cargo.
pub(super) fn cargo(files: &dyn Files, path: &str) -> Option<toml::Table> {
    toml::from_str(&files.read(path)?).ok()
}

/// The file of the library of a package.
fn library(files: &dyn Files, dir: &str) -> Option<String> {
    let table = cargo(files, &super::build::below(dir, "Cargo.toml"))?;
    let path = table.get("lib").and_then(|l| l.get("path")).and_then(toml::Value::as_str);
    let path = join(dir, path.unwrap_or("src/lib.rs"))?;
    files.is_file(&path).then_some(path)
}

/// The path a `go.mod` gives its module.
fn go_module(text: &str) -> Option<&str> {
    text.lines().find_map(|l| {
        let path = l.trim().strip_prefix("module")?.split("//").next()?.trim();
        (!path.is_empty()).then(|| path.trim_matches('"'))
    })
}

/// Modules a `go.mod` takes from the tree: `replace path version => ../dir`.
fn go_replaced<'t>(text: &'t str, dir: &str) -> Vec<(&'t str, String)> {
    let lines = text.lines().map(|l| l.trim().trim_start_matches("replace ").trim());
    lines
        .filter_map(|l| {
            let (module, to) = l.split_once("=>")?;
            let to = to.trim().trim_matches('"');
            let module = module.split_whitespace().next()?.trim_matches('"');
            to.starts_with('.').then_some(())?;
            Some((module, join(dir, to)?))
        })
        .collect()
}

/// The way from a directory to a path, both relative to the root of the run; `open` when the rest of a path is to be
/// appended below it.
fn relative(dir: &str, path: &str, open: bool) -> String {
    let from: Vec<&str> = dir.split('/').filter(|p| !p.is_empty()).collect();
    let to: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<&str> = vec![".."; from.len() - same];
    parts.extend(&to[same..]);
    if parts.is_empty() {
        parts.push(".");
    }
    let mut out = parts.join("/");
    if open {
        out.push('/');
    }
    out
}

/// What of a `tsconfig.json` matters here. Paths are relative to the root of the run.
#[derive(Debug, Default, Clone)]
pub(super) struct TsConfig {
    /// Directory the output goes to.
    pub out_dir: Option<String>,
    /// Directory the sources are relative to.
    pub root_dir: Option<String>,
    /// Base for bare module names.
    pub base_url: Option<String>,
    /// Alias patterns with the targets they stand for.
    pub paths: Vec<(String, Vec<String>)>,
}

impl TsConfig {
    /// Read one with what it extends inside the tree.
    pub(super) fn read(files: &dyn Files, path: &str) -> Option<Self> {
        let mut out = Self::default();
        let mut path = path.to_owned();
        for i in 0..MAX_EXTENDS {
            let Some(config) = read_json(files, &path) else {
                return (i > 0).then_some(out);
            };
            let dir = parent(&path).to_owned();
            if let Some(options) = config.get("compilerOptions") {
                let at = |key: &str| options.get(key).and_then(Value::as_str).and_then(|v| join(&dir, v));
                out.out_dir = out.out_dir.or_else(|| at("outDir"));
                out.root_dir = out.root_dir.or_else(|| at("rootDir"));
                if let Some(paths) = options.get("paths").and_then(Value::as_object)
                    && out.paths.is_empty()
                {
                    let base = at("baseUrl").unwrap_or_else(|| dir.clone());
                    for (pattern, targets) in paths {
                        let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
                        out.paths
                            .push((pattern.clone(), targets.filter_map(|t| star_join(&base, t)).collect()));
                    }
                }
                out.base_url = out.base_url.or_else(|| at("baseUrl"));
            }
            let Some(next) = config.get("extends").and_then(Value::as_str).filter(|e| e.starts_with('.'))
            else {
                break;
            };
            let Some(next) = join(&dir, next) else { break };
            path = if files.is_file(&next) { next } else { format!("{next}.json") };
        }
        Some(out)
    }
}

/// Join, keeping a `*` at the end and the slash before it.
fn star_join(base: &str, target: &str) -> Option<String> {
    match target.strip_suffix('*') {
        Some(t) => join(base, t)
            .map(|p| if p.is_empty() || !t.ends_with('/') { format!("{p}*") } else { format!("{p}/*") }),
        None => join(base, target),
    }
}

/// Read a JSON file, with comments and trailing commas as the tools around it accept them.
pub(crate) fn read_json(files: &dyn Files, path: &str) -> Option<Value> {
    let text = files.read(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if let Ok(v) = serde_json::from_str(text) {
        return Some(v);
    }
    parse_to_value(text, &ParseOptions::default()).ok()?.map(|v| convert(v, 0))
}

fn convert(v: JsonValue<'_>, depth: usize) -> Value {
    if depth > 64 {
        return Value::Null;
    }
    match v {
        JsonValue::String(s) => Value::String(s.into_owned()),
        JsonValue::Number(n) => serde_json::from_str(n).unwrap_or(Value::Null),
        JsonValue::Boolean(b) => Value::Bool(b),
        JsonValue::Object(o) => {
            Value::Object(o.into_iter().map(|(k, v)| (k.into_owned(), convert(v, depth + 1))).collect())
        }
        JsonValue::Array(a) => Value::Array(a.into_iter().map(|v| convert(v, depth + 1)).collect()),
        JsonValue::Null => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn aliases_and_packages_are_found() {
        let files = MemoryFiles::new([
            (
                "app/tsconfig.base.json",
                r#"{"compilerOptions": {"baseUrl": "./src", "paths": {"@lib/*": ["lib/*"]}}}"#,
            ),
            (
                "app/tsconfig.json",
                "{\n // output\n \"extends\": \"./tsconfig.base\", \"compilerOptions\": {\"outDir\": \"dist\",},\n}",
            ),
            ("packages/db/package.json", r#"{"name": "@acme/db"}"#),
            ("node_modules/x/package.json", r#"{"name": "x"}"#),
        ]);
        let mut program = Program::default();
        read_manifests(&mut program, &files);
        assert_eq!(
            program.manifests.aliases,
            [("app".into(), "@lib/".into(), "src/lib/".into()), ("app".into(), String::new(), "src/".into())]
        );
        assert_eq!(
            program.manifests.packages.into_iter().collect::<Vec<_>>(),
            [("@acme/db".into(), "packages/db".into())]
        );
        assert_eq!(relative("a/b", "a/c", true), "../c/");
        assert_eq!((relative("a", "a", true).as_str(), relative("", "x.ts", false).as_str()), ("./", "x.ts"));
        let config = TsConfig::read(&files, "app/tsconfig.json").unwrap();
        assert_eq!(config.out_dir.as_deref(), Some("app/dist"));
    }
}
