//! What dependency manifests and lock files name.

use crate::code::hir::Lang;
use crate::files::{Files, join, parent};
use crate::link::{ancestors, below, has_bundler, is_builder, read_json};
use serde_json::Value;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What the manifests of a code root say.
#[derive(Debug, Default, Clone)]
pub(super) struct Declared {
    /// Every dependency the code may find in its package, by name.
    pub names: BTreeSet<SmolStr>,
    /// Those that the build installs, by name, from the manifest of the code root alone.
    pub installed: BTreeSet<SmolStr>,
    /// Whether `names` also has what the dependencies bring along.
    pub complete: bool,
    /// The manifest of the code root, or the nearest one above it.
    pub manifest: Option<String>,
    /// Whether something between the sources and the package can pull in anything that is declared anywhere.
    pub bundled: bool,
}

/// Read the manifests for code in `dir`.
pub(super) fn declared(files: &dyn Files, lang: Lang, dir: &str, bundled: bool) -> Declared {
    match lang {
        Lang::Python => python(files, dir),
        Lang::JavaScript | Lang::TypeScript => node(files, dir, bundled),
        // What is compiled in is known to the compiler only, and gems are built for the machine.
        Lang::Go | Lang::Rust | Lang::Java | Lang::Ruby | Lang::CSharp | Lang::PowerShell => {
            Declared::default()
        }
    }
}

/// Packages without dependencies of their own, as of 2026-11: naming one says what it brings along.
const LEAVES: &[&str] = &[
    "date-fns",
    "dayjs",
    "dotenv",
    "he",
    "lodash",
    "luxon",
    "mime",
    "moment",
    "ms",
    "nanoid",
    "ulid",
    "uuid",
    "validator",
];

fn node(files: &dyn Files, dir: &str, bundled: bool) -> Declared {
    let mut out = Declared { complete: true, bundled, ..Declared::default() };
    let mut packages: Vec<(String, Value)> = Vec::new();
    for d in ancestors(dir) {
        let path = below(d, "package.json");
        if !files.is_file(&path) {
            continue;
        }
        out.manifest.get_or_insert_with(|| path.clone());
        match read_json(files, &path) {
            Some(p) => packages.push((d.to_owned(), p)),
            None => out.complete = false,
        }
    }
    out.bundled |= packages.iter().any(|(_, p)| is_builder(p) || has_bundler(p));
    let kinds: &[&str] = if out.bundled {
        &["dependencies", "optionalDependencies", "peerDependencies", "devDependencies"]
    } else {
        &["dependencies", "optionalDependencies", "peerDependencies"]
    };
    let mut transitive = false;
    for (d, p) in &packages {
        for kind in kinds {
            for name in p.get(*kind).and_then(Value::as_object).into_iter().flat_map(|o| o.keys()) {
                out.names.insert(name.as_str().into());
                // What a manifest further up brings along gets into the package through a bundler only.
                transitive |= (d == dir || out.bundled) && !LEAVES.contains(&name.as_str());
                if d == dir && *kind == "dependencies" {
                    out.installed.insert(name.as_str().into());
                }
            }
        }
        for key in ["bundledDependencies", "bundleDependencies"] {
            out.names.extend(
                p.get(key)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(SmolStr::from),
            );
        }
    }
    let present = installed_packages(files, &below(dir, "node_modules"));
    let locked = ancestors(dir).iter().any(|d| lock(files, d, out.bundled, &mut out.names));
    if transitive && !locked && present.is_empty() {
        out.complete = false;
    }
    out.names.extend(present);
    out
}

/// Names of the packages in a `node_modules` folder.
pub(super) fn installed_packages(files: &dyn Files, dir: &str) -> Vec<SmolStr> {
    let mut out = Vec::new();
    for (name, is_dir) in files.list(dir) {
        if !is_dir || name.starts_with('.') {
            continue;
        }
        if name.starts_with('@') {
            out.extend(
                files.list(&below(dir, &name)).into_iter().map(|(n, _)| SmolStr::from(format!("{name}/{n}"))),
            );
        } else {
            out.push(name.into());
        }
    }
    out
}

/// Add what the lock file of a directory names; whether there is one that was understood.
fn lock(files: &dyn Files, dir: &str, dev: bool, names: &mut BTreeSet<SmolStr>) -> bool {
    for file in ["package-lock.json", "npm-shrinkwrap.json"] {
        let Some(lock) = read_json(files, &below(dir, file)) else { continue };
        let shipped = |v: &Value| dev || v.get("dev").and_then(Value::as_bool) != Some(true);
        let mut any = false;
        if let Some(packages) = lock.get("packages").and_then(Value::as_object) {
            any = true;
            for (path, v) in packages {
                if let Some((_, name)) = path.rsplit_once("node_modules/")
                    && shipped(v)
                {
                    names.insert(name.into());
                }
            }
        }
        if let Some(dependencies) = lock.get("dependencies").and_then(Value::as_object) {
            any = true;
            names.extend(
                dependencies.iter().filter(|(_, v)| shipped(v)).map(|(n, _)| SmolStr::from(n.as_str())),
            );
        }
        return any;
    }
    // These do not tell what is for development only; what they name may be packaged.
    for (file, start) in [("yarn.lock", ""), ("pnpm-lock.yaml", "/")] {
        let Some(text) = files.read(&below(dir, file)) else { continue };
        for line in text.lines() {
            let l = line.trim_start().trim_start_matches(['"', '\'']);
            let l = l.strip_prefix(start).unwrap_or(l);
            let from = usize::from(l.starts_with('@'));
            if let Some(i) = l.get(from..).and_then(|r| r.find('@'))
                && l.ends_with(':')
            {
                names.insert(l[..from + i].into());
            }
        }
        return true;
    }
    false
}

fn python(files: &dyn Files, dir: &str) -> Declared {
    let mut out = Declared { complete: true, ..Declared::default() };
    let requirements = below(dir, "requirements.txt");
    if files.is_file(&requirements) {
        out.manifest = Some(requirements.clone());
        let mut seen = Vec::new();
        out.complete = requirement_names(files, &requirements, &mut out.installed, &mut seen);
        out.names.extend(out.installed.iter().cloned());
    }
    for (file, tables) in [
        ("pyproject.toml", &[&["project", "dependencies"][..], &["tool", "poetry", "dependencies"][..]][..]),
        ("Pipfile", &[&["packages"][..]][..]),
    ] {
        let path = below(dir, file);
        let Some(text) = files.read(&path) else { continue };
        out.manifest.get_or_insert(path);
        let Ok(table) = toml::from_str::<toml::Table>(&text) else {
            out.complete = false;
            continue;
        };
        for keys in tables {
            let mut v = Some(toml::Value::Table(table.clone()));
            for k in *keys {
                v = v.and_then(|v| v.get(*k).cloned());
            }
            match v {
                Some(toml::Value::Array(a)) => {
                    out.names.extend(a.iter().filter_map(|d| requirement(d.as_str()?)).map(|(n, _)| n));
                }
                Some(toml::Value::Table(t)) => {
                    out.names.extend(t.keys().filter(|k| *k != "python").map(|k| normalise(k)));
                }
                _ => {}
            }
        }
    }
    // What dependencies bring along is not written.
    out.complete &= out.names.is_empty();
    out
}

/// Read a requirements file with what it includes; false when something in it was not understood.
fn requirement_names(
    files: &dyn Files,
    path: &str,
    out: &mut BTreeSet<SmolStr>,
    seen: &mut Vec<String>,
) -> bool {
    if seen.iter().any(|s| s == path) || seen.len() > 16 {
        return true;
    }
    seen.push(path.to_owned());
    let Some(text) = files.read(path) else { return false };
    let mut whole = true;
    for line in text.replace("\\\n", " ").lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix("-r").or_else(|| line.strip_prefix("--requirement")) {
            let rest = rest.trim_start_matches(['=', ' ']);
            whole &= join(parent(path), rest).is_some_and(|p| requirement_names(files, &p, out, seen));
        } else if line.starts_with('-') {
            whole &= !(line.starts_with("-e") || line.starts_with("--editable"));
        } else if let Some((name, conditional)) = requirement(line) {
            // Installed or not, by the platform or the version of the interpreter.
            if conditional {
                whole = false;
            } else {
                out.insert(name);
            }
        } else {
            whole = false;
        }
    }
    whole
}

/// The normalised name of a requirement, and whether it stands under a condition.
fn requirement(line: &str) -> Option<(SmolStr, bool)> {
    let end = line
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if name.is_empty() || rest.starts_with([':', '/']) {
        return None;
    }
    Some((normalise(name), rest.contains(';') || rest.contains('@')))
}

/// A package name in its normal form.
/// Source: <https://packaging.python.org/en/latest/specifications/name-normalization/>
fn normalise(name: &str) -> SmolStr {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn requirements_with_includes_conditions_and_options() {
        let files = MemoryFiles::new([
            (
                "f/requirements.txt",
                "# x\n-r base.txt\nNum_Py>=1 # y\nrequests[socks]==2 \\\n  --hash=sha256:1\ncolorama; sys_platform == 'win32'\n--index-url https://x\n",
            ),
            ("f/base.txt", "torch\n-r requirements.txt\n"),
        ]);
        let d = declared(&files, Lang::Python, "f", false);
        assert_eq!(
            d.installed.iter().map(SmolStr::as_str).collect::<Vec<_>>(),
            ["num-py", "requests", "torch"]
        );
        assert!(!d.complete);
        let none = declared(&files, Lang::Python, "", false);
        assert!(none.complete && none.names.is_empty());
    }

    #[test]
    fn development_dependencies_count_only_with_a_bundler() {
        let files = MemoryFiles::new([
            ("a/package.json", r#"{"dependencies": {"uuid": "1"}, "devDependencies": {"aws-sdk": "2"}}"#),
            ("b/package.json", r#"{"devDependencies": {"aws-sdk": "2", "esbuild": "1"}}"#),
            ("c/package.json", r#"{"dependencies": {"dynamoose": "2"}}"#),
            ("d/package.json", r#"{"dependencies": {"dynamoose": "2"}, "devDependencies": {"mock": "1"}}"#),
            (
                "d/package-lock.json",
                r#"{"packages": {"": {}, "node_modules/aws-sdk": {}, "node_modules/mock": {"dev": true}}}"#,
            ),
            ("package.json", r#"{"dependencies": {"tooling": "1"}}"#),
            ("e/package.json", r#"{"dependencies": {"x": "2"}}"#),
            ("e/yarn.lock", "aws-sdk@^2.1:\n  version \"2.1\"\n\"@acme/x@1\":\n"),
        ]);
        let at = |d: &str| {
            let d = declared(&files, Lang::JavaScript, d, false);
            (d.names.contains("aws-sdk"), d.complete)
        };
        assert_eq!(at("a"), (false, true));
        assert_eq!(at("b"), (true, false));
        assert_eq!(at("c"), (false, false));
        assert_eq!(at("d"), (true, true));
        assert_eq!(at("e"), (true, true));
        assert!(!declared(&files, Lang::JavaScript, "d", false).names.contains("mock"));
        assert!(declared(&files, Lang::JavaScript, "e", false).names.contains("@acme/x"));
    }
}
