//! How a build moves sources: copy lines of a `Makefile`, bundlers, compilers' output directories.

use super::manifest::{TsConfig, read_json};
use crate::files::{Files, file_name, join, parent};
use serde_json::Value;

/// A place in the package (`to`, relative to its root) that is copied from the tree (`from`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    /// Relative to the root of the run.
    pub from: String,
    /// Relative to the package root.
    pub to: String,
}

/// Where a file of the package may come from, best first.
pub(super) fn origins(copies: &[Copy], files: &dyn Files, target: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut put = |p: Option<String>| {
        if let Some(p) = p
            && !out.contains(&p)
        {
            out.push(p);
        }
    };
    for c in copies {
        let rest = if c.to.is_empty() {
            Some(target)
        } else if target == c.to {
            Some("")
        } else {
            target.strip_prefix(&c.to).and_then(|r| r.strip_prefix('/'))
        };
        let Some(rest) = rest else { continue };
        if files.is_dir(&c.from) {
            // `cp -r src/. to` copies what is inside, `cp -r src to` the directory itself.
            put(join(&c.from, rest));
            if let Some(r) = rest.strip_prefix(file_name(&c.from)).and_then(|r| r.strip_prefix('/')) {
                put(join(&c.from, r));
            }
        } else if rest.is_empty() || super::target::stem(rest) == super::target::stem(file_name(&c.from)) {
            put(Some(c.from.clone()));
        }
    }
    out
}

/// The copies of the target `build-<name>` of a `Makefile` in `dir`; `None` without such a target.
/// Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-custom-runtimes.html>
pub(super) fn makefile(files: &dyn Files, dir: &str, name: &str) -> Option<Vec<Copy>> {
    let path = join(dir, "Makefile")?;
    let text = files.read(&path)?.replace("\\\n", " ");
    let wanted = format!("build-{name}");
    let mut out = Vec::new();
    let mut pending = vec![wanted];
    let mut done: Vec<String> = Vec::new();
    let mut found = false;
    while let Some(target) = pending.pop() {
        if done.contains(&target) || done.len() > 32 {
            continue;
        }
        let mut inside = false;
        for line in text.lines() {
            if let Some(recipe) = line.strip_prefix('\t') {
                if inside {
                    recipe_copies(recipe, dir, &mut out);
                }
                continue;
            }
            let line = line.split('#').next().unwrap_or_default();
            let Some((head, prerequisites)) = line.split_once(':') else { continue };
            if head.starts_with(' ') || prerequisites.starts_with('=') {
                continue;
            }
            inside = head.split_whitespace().any(|t| t == target);
            if inside {
                found = true;
                pending.extend(prerequisites.split_whitespace().map(str::to_owned));
            }
        }
        done.push(target);
    }
    found.then_some(out)
}

/// The copies of one recipe line, which may change directory.
fn recipe_copies(line: &str, dir: &str, out: &mut Vec<Copy>) {
    let mut here = dir.to_owned();
    for command in line.trim_start_matches(['@', '-', '+']).split(['&', ';', '|']) {
        let words: Vec<&str> =
            command.split_whitespace().map(|w| w.trim_matches(['"', '\'', '(', ')'])).collect();
        let (Some(verb), rest) = (words.first(), words.get(1..).unwrap_or_default()) else { continue };
        let paths: Vec<&str> = rest.iter().copied().filter(|w| !w.starts_with('-')).collect();
        match (*verb, &paths[..]) {
            ("cd", [to]) => {
                if let Some(to) = join(&here, to) {
                    here = to;
                }
            }
            ("cp" | "rsync" | "mv", [sources @ .., to]) => {
                let to = words_after_artifacts(command).unwrap_or(to);
                let Some(to) = artifacts(to) else { continue };
                for s in sources {
                    let s = s.trim_end_matches("/*").trim_end_matches("/.");
                    let s = if s == "*" { "." } else { s };
                    if let Some(from) = join(&here, s) {
                        out.push(Copy { from, to: to.clone() });
                    }
                }
            }
            _ => {}
        }
    }
}

/// The word of a command that names the artifact directory.
fn words_after_artifacts(command: &str) -> Option<&str> {
    command.split_whitespace().map(|w| w.trim_matches(['"', '\''])).find(|w| artifacts(w).is_some())
}

/// The path below the artifact directory; `None` for other paths.
fn artifacts(word: &str) -> Option<String> {
    let word = word.replace("$$", "$");
    let rest = ["$(ARTIFACTS_DIR)", "${ARTIFACTS_DIR}", "$ARTIFACTS_DIR"]
        .iter()
        .find_map(|v| word.trim_matches(['"', '\'']).strip_prefix(v).map(str::to_owned))?;
    join("", rest.trim_matches(['/', '"', '\'']))
}

/// Names of directories that hold build output rather than sources.
pub(super) const OUTPUT_DIRS: &[&str] = &[
    "dist",
    "build",
    "lib",
    "out",
    "output",
    "bundle",
    "bundles",
    "target",
    "compiled",
    "bin",
    "artifacts",
    "artifact",
    "package",
    "packages",
    "deployment",
    ".build",
    ".dist",
    ".out",
    ".output",
    ".aws-sam",
    ".webpack",
    ".esbuild",
    ".serverless",
    "cdk.out",
    "zip",
    "zips",
    "release",
    "esbuild",
    "webpack",
    "generated",
];

/// Whether a component of the path is the name of a build-output directory.
pub(super) fn is_output(path: &str) -> bool {
    path.split('/').any(|p| OUTPUT_DIRS.contains(&p))
}

/// Names of sources directories a compiler mirrors into its output directory.
const SOURCE_DIRS: &[&str] =
    &["src", "lib", "source", "app", "lambda", "lambdas", "functions", "handlers", "ts"];

/// Module paths (without extension) of sources that may compile to `module` (relative to the root of the run, the
/// code root at `root`), best first.
pub(super) fn sources(files: &dyn Files, root: &str, module: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut put = |p: String| {
        if !out.contains(&p) {
            out.push(p);
        }
    };
    let full = if root.is_empty() { module.to_owned() } else { format!("{root}/{module}") };
    // What the compiler is told.
    for dir in ancestors(parent(&full)) {
        for name in ["tsconfig.json", "tsconfig.build.json"] {
            let path = below(dir, name);
            let Some(config) = files.is_file(&path).then(|| TsConfig::read(files, &path)).flatten() else {
                continue;
            };
            let Some(rest) = config.out_dir.as_deref().and_then(|o| strip_dir(&full, o)) else { continue };
            if let Some(r) = &config.root_dir {
                put(below(r, rest));
            }
            put(below(&below(dir, "src"), rest));
            put(below(dir, rest));
        }
    }
    // An output directory beside its sources.
    let parts: Vec<&str> = full.split('/').collect();
    for (i, part) in parts.iter().enumerate().rev().skip(1) {
        if !OUTPUT_DIRS.contains(part) {
            continue;
        }
        let (before, after) = (parts[..i].join("/"), parts[i + 1..].join("/"));
        put(below(&below(&before, "src"), &after));
        put(below(&before, &after));
        for s in SOURCE_DIRS {
            put(below(&below(&before, s), &after));
        }
        // One bundle per directory: `dist/orders/index` from `src/orders`.
        if let Some(name) = after.strip_suffix("/index") {
            put(below(&below(&before, "src"), name));
            put(below(&before, name));
        }
        // `dist/orders` from `src/orders/index`.
        put(below(&below(&before, "src"), &format!("{after}/index")));
    }
    // A bundler that flattens: `index` from `src/index`.
    for s in SOURCE_DIRS {
        put(below(&below(root, s), module));
    }
    out
}

/// Join two relative paths, of which the first may be empty.
pub(crate) fn below(dir: &str, rest: &str) -> String {
    match (dir.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => dir.to_owned(),
        _ => format!("{dir}/{rest}"),
    }
}

/// The rest of a path below a directory.
pub(super) fn strip_dir<'a>(path: &'a str, dir: &str) -> Option<&'a str> {
    if dir.is_empty() { Some(path) } else { path.strip_prefix(dir)?.strip_prefix('/') }
}

/// A directory and those above it, nearest first; the root of the run is the last.
pub(crate) fn ancestors(dir: &str) -> Vec<&str> {
    let mut out = vec![dir];
    let mut d = dir;
    while !d.is_empty() {
        d = parent(d);
        out.push(d);
    }
    out
}

/// Words in scripts and dependencies that tell of a step between sources and package.
const BUILDERS: &[&str] = &[
    "esbuild",
    "webpack",
    "rollup",
    "vite",
    "parcel",
    "tsup",
    "tsc",
    "babel",
    "swc",
    "ncc",
    "browserify",
    "bun build",
    "grunt",
    "gulp",
    "nx ",
    "turbo",
    "microbundle",
    "unbuild",
    "rspack",
    "rolldown",
];

/// Names of configuration files that tell of such a step.
const BUILDER_FILES: &[&str] = &[
    "webpack.",
    "rollup.",
    "vite.",
    "esbuild.",
    "tsup.",
    "babel.",
    ".babelrc",
    ".swcrc",
    "gulpfile",
    "gruntfile",
    "build.js",
    "build.mjs",
    "build.ts",
    "build.sh",
    "makefile",
    "tsconfig",
    "nx.json",
    "turbo.json",
    "justfile",
    "taskfile",
    "dockerfile",
    "rspack.",
    "rolldown.",
];

/// The file that tells of a step between the sources in `dir` (or above it, up to `top`) and the package.
pub(super) fn builder(files: &dyn Files, dir: &str, top: &str) -> Option<String> {
    for d in ancestors(dir) {
        let names = files.list(d);
        if let Some((name, _)) = names.iter().find(|(n, is_dir)| {
            let n = n.to_ascii_lowercase();
            !is_dir && BUILDER_FILES.iter().any(|b| n.starts_with(b))
        }) {
            return Some(below(d, name));
        }
        let manifest = below(d, "package.json");
        if files.is_file(&manifest) && read_json(files, &manifest).is_none_or(|p| is_builder(&p)) {
            return Some(manifest);
        }
        if d == top {
            break;
        }
    }
    None
}

/// Whether a `package.json` names a bundler, a compiler or a build script.
pub(crate) fn is_builder(package: &Value) -> bool {
    let scripts = package.get("scripts").and_then(Value::as_object);
    let scripted = scripts.into_iter().flatten().any(|(name, command)| {
        let command = command.as_str().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        ["build", "compile", "bundle", "prepare", "postinstall", "package"]
            .iter()
            .any(|w| name.starts_with(w))
            || BUILDERS.iter().any(|b| command.contains(b))
    });
    scripted || has_bundler(package)
}

/// Whether a `package.json` depends on a bundler or compiler.
pub(crate) fn has_bundler(package: &Value) -> bool {
    ["dependencies", "devDependencies"]
        .iter()
        .filter_map(|k| package.get(k)?.as_object())
        .flatten()
        .any(|(name, _)| BUILDERS.iter().any(|b| name.contains(b.trim())) || name == "typescript")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn copy(from: &str, to: &str) -> Copy {
        Copy { from: from.into(), to: to.into() }
    }

    #[test]
    fn copies_of_a_makefile_target() {
        let files = MemoryFiles::new([(
            "app/Makefile",
            "X := 1\nbuild-Other:\n\tcp other.py $(ARTIFACTS_DIR)\n\nbuild-Worker: common\n\tcd src && cp -r worker/*.py \\\n\t  \"$(ARTIFACTS_DIR)/\"\n\tcp -R templates ${ARTIFACTS_DIR}/data\n\ncommon:\n\tpip install -r requirements.txt -t $(ARTIFACTS_DIR)\n\tcp app.py shared.py $(ARTIFACTS_DIR)\n",
        )]);
        let c = makefile(&files, "app", "Worker").unwrap();
        assert!(c.contains(&copy("app/templates", "data")), "{c:?}");
        assert!(c.contains(&copy("app/app.py", "")) && c.contains(&copy("app/shared.py", "")), "{c:?}");
        assert!(!c.contains(&copy("app/other.py", "")));
        assert_eq!(makefile(&files, "app", "Missing"), None);
        assert_eq!(makefile(&files, "", "Worker"), None);
    }

    #[test]
    fn origins_follow_files_and_directories() {
        let files = MemoryFiles::new([("app/src/worker/main.py", ""), ("app/app.py", "")]);
        let o = |c: Copy, t: &str| origins(&[c], &files, t);
        assert_eq!(o(copy("app/app.py", ""), "app.py"), ["app/app.py"]);
        assert_eq!(o(copy("app/app.py", ""), "other.py"), [""; 0]);
        assert_eq!(
            o(copy("app/src", ""), "src/worker/main.py"),
            ["app/src/src/worker/main.py", "app/src/worker/main.py"]
        );
        assert_eq!(o(copy("app/src", "code"), "code/worker/main.py"), ["app/src/worker/main.py"]);
    }

    #[test]
    fn output_directories_lead_back_to_sources() {
        let files = MemoryFiles::new([(
            "app/tsconfig.json",
            r#"{"compilerOptions": {"outDir": "./built", "rootDir": "./code"}}"#,
        )]);
        assert_eq!(sources(&files, "app/built", "orders/get")[0], "app/code/orders/get");
        let s = sources(&files, "svc/dist/orders", "index");
        assert!(s.contains(&"svc/src/orders/index".into()) && s.contains(&"svc/src/orders".into()), "{s:?}");
        assert!(sources(&files, "svc", "index").contains(&"svc/src/index".into()));
    }
}
