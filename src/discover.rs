//! Which files a run is about, and which folder is its root.

use crate::config::Globs;
use crate::missing::missing;
use crate::notice::{Notice, NoticeKind};
use crate::vfs::Vfs;
use anyhow::{Context, Result, bail};
use ignore::WalkBuilder;
use lamlint_parsers::files::{file_name, parent};
use lamlint_parsers::iac::cdk;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Folders that hold other people's code or build outputs; they are not linted unless named on the command line.
const VENDORED: &[&str] = &[
    ".aws-sam",
    ".git",
    ".mypy_cache",
    ".pytest_cache",
    ".serverless",
    ".terraform",
    ".tox",
    ".venv",
    "__pycache__",
    "bower_components",
    "cdk.out",
    "node_modules",
    "site-packages",
    "vendor",
    "venv",
];

/// The files of a run.
#[derive(Debug, Default)]
pub struct Found {
    /// The root of the run, canonical.
    pub root: PathBuf,
    /// All regular files, relative to the root, `/`-separated, sorted.
    pub files: Vec<String>,
    /// When only files (no folders) were named: those. The whole project is read, but only findings that touch
    /// one of them are shown.
    pub only: Option<BTreeSet<String>>,
    /// Files of variable values named on the command line, in that order, relative to the root.
    pub tfvars: Vec<String>,
    /// What could not be walked.
    pub notices: Vec<Notice>,
    /// The stage that is deployed, where one is named.
    pub stage: Option<String>,
}

/// Find the files below the given paths. Ignored files (as git sees them), vendored folders and symbolic links are
/// left out; paths that are named are always read.
pub fn discover(paths: &[PathBuf], cwd: &Path) -> Result<Found> {
    Ok(Scope::new(paths, cwd)?.find(&Globs::default()))
}

/// What the paths of a command line name, before anything is walked.
#[derive(Debug)]
pub struct Scope {
    /// The root of the run, canonical.
    pub root: PathBuf,
    dirs: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Scope {
    /// Of the given paths.
    pub fn new(paths: &[PathBuf], cwd: &Path) -> Result<Self> {
        let mut named: Vec<PathBuf> = Vec::new();
        for p in paths {
            let full = cwd.join(p);
            if matches!(full.try_exists(), Ok(false)) {
                bail!(missing(p, cwd));
            }
            let canonical = full.canonicalize().with_context(|| format!("can't open `{}`", p.display()))?;
            if !canonical.is_dir() && !canonical.is_file() {
                bail!("`{}` is neither a file nor a folder", p.display());
            }
            named.push(canonical);
        }
        named.sort();
        named.dedup();
        let (dirs, files): (Vec<PathBuf>, Vec<PathBuf>) = named.into_iter().partition(|p| p.is_dir());
        let root = if dirs.is_empty() {
            common(&files.iter().map(|f| project_of(f, cwd)).collect::<Vec<_>>())
        } else {
            common(&[dirs.clone(), parents(&files)].concat())
        };
        Ok(Self { root, dirs, files })
    }

    /// Find the files, without those that are excluded; paths that are named are always read.
    pub fn find(self, exclude: &Globs) -> Found {
        let Self { root, dirs, files } = self;
        let walk = if dirs.is_empty() { vec![root.clone()] } else { dirs.clone() };
        let mut found = Found { root, ..Found::default() };
        let mut all: BTreeSet<String> = BTreeSet::new();
        for dir in &walk {
            found.walk(dir, exclude, &mut all);
        }
        found.synthesised(exclude, &mut all);
        let mut named_files = BTreeSet::new();
        for f in &files {
            match relative(&found.root, f) {
                Some(path) => {
                    all.insert(path.clone());
                    named_files.insert(path);
                }
                None => found.notices.push(Notice::about(
                    f.to_string_lossy(),
                    NoticeKind::Unreadable,
                    "not read: its path is not UTF-8",
                )),
            }
        }
        if dirs.is_empty() {
            found.only = Some(named_files);
        }
        found.files = all.into_iter().collect();
        found
    }
}

impl Found {
    /// Take files of variable values, which are read though they may be ignored otherwise.
    pub fn with_tfvars(mut self, paths: &[PathBuf], cwd: &Path) -> Result<Self> {
        for p in paths {
            let full = cwd.join(p);
            let full = full.canonicalize().with_context(|| format!("can't open `{}`", p.display()))?;
            let inside = relative(&self.root, &full).filter(|_| full.is_file());
            let Some(path) = inside else {
                bail!("`{}` is no file of the project", p.display());
            };
            if !path.ends_with(".tfvars") && !path.ends_with(".tfvars.json") {
                bail!(
                    "`{}` is no file of variable values: its name ends with `.tfvars` or `.tfvars.json`",
                    p.display()
                );
            }
            if let Err(at) = self.files.binary_search(&path) {
                self.files.insert(at, path.clone());
            }
            self.tfvars.push(path);
        }
        Ok(self)
    }

    fn walk(&mut self, dir: &Path, exclude: &Globs, all: &mut BTreeSet<String>) {
        let special = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&special);
        let (root, exclude) = (self.root.clone(), exclude.clone());
        let mut builder = WalkBuilder::new(dir);
        builder.require_git(false).follow_links(false).filter_entry(move |e| {
            if e.depth() > 0
                && !exclude.is_empty()
                && relative(&root, e.path()).is_some_and(|p| exclude.matches(&p))
            {
                return false;
            }
            if e.depth() == 0 || !e.file_type().is_some_and(|t| t.is_dir()) {
                return true;
            }
            if e.file_name().to_str().is_some_and(|n| VENDORED.contains(&n)) {
                return false;
            }
            let bad = special_ignore_file(e.path());
            let fine = bad.is_none();
            seen.lock().unwrap_or_else(PoisonError::into_inner).extend(bad);
            fine
        });
        if let Some(bad) = dir.ancestors().find_map(special_ignore_file) {
            builder.standard_filters(false);
            let path = relative(&self.root, &bad).unwrap_or_else(|| bad.to_string_lossy().into_owned());
            let text = "no ignore files are honoured: this one is not a regular file";
            self.notices.push(Notice::about(path, NoticeKind::Unreadable, text));
        }
        let walker = builder.build();
        for entry in walker {
            match entry {
                Ok(e) if e.file_type().is_some_and(|t| t.is_file()) => match relative(&self.root, e.path()) {
                    Some(path) => {
                        all.insert(path);
                    }
                    None => self.notices.push(Notice::about(
                        e.path().strip_prefix(&self.root).unwrap_or(e.path()).to_string_lossy(),
                        NoticeKind::Unreadable,
                        "not read: its name is not UTF-8",
                    )),
                },
                Ok(e) => {
                    // A broken line of an ignore file does not stop the walk.
                    if let Some(err) = e.error() {
                        self.problem(err, e.path());
                    }
                    let special = e.file_type().is_some_and(|t| !t.is_dir() && !t.is_symlink());
                    if special
                        && let Some(path) = relative(&self.root, e.path())
                        && crate::read::may_matter(&path)
                    {
                        let text = "not read: not a regular file";
                        self.notices.push(Notice::about(path, NoticeKind::Unreadable, text));
                    }
                }
                Err(err) => {
                    let at = error_path(&err).unwrap_or_else(|| dir.to_path_buf());
                    self.problem(&err, &at);
                }
            }
        }
        for bad in special.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let path = relative(&self.root, &bad).unwrap_or_else(|| bad.to_string_lossy().into_owned());
            let text = "its folder is not read: this ignore file is not a regular file";
            self.notices.push(Notice::about(path, NoticeKind::Unreadable, text));
        }
    }

    /// The templates that programs of the tree have written, though version control ignores them.
    fn synthesised(&mut self, exclude: &Globs, all: &mut BTreeSet<String>) {
        let vfs = Vfs::new(&self.root);
        let projects: Vec<String> = all.iter().filter(|p| file_name(p) == cdk::PROJECT).cloned().collect();
        let mut absent = Vec::new();
        for p in projects {
            match cdk::project(&vfs, &p) {
                cdk::Project::None => {}
                cdk::Project::Absent(output) => absent.push((p, output)),
                cdk::Project::Templates(paths) => {
                    all.extend(paths.into_iter().filter(|p| exclude.is_empty() || !exclude.matches(p)));
                }
            }
        }
        self.notices.extend(unsynthesised(&absent));
    }

    fn problem(&mut self, err: &ignore::Error, at: &Path) {
        let path = relative(&self.root, at).unwrap_or_default();
        let why = match err.io_error() {
            Some(io) => io.kind().to_string(),
            None => err.to_string(),
        };
        self.notices.push(Notice::about(path, NoticeKind::Unreadable, format!("not read: {why}")));
    }
}

/// The one notice about applications without output: project files and where their output would be.
fn unsynthesised(absent: &[(String, String)]) -> Option<Notice> {
    let (first, output) = absent.first()?;
    let text = match absent.len() {
        1 => {
            format!("the CDK app has no `{}`: run `npx cdk synth`, so that it can be read", file_name(output))
        }
        n => {
            let others: Vec<String> =
                absent.iter().skip(1).take(MAX_NAMED).map(|(p, _)| format!("`{}`", parent(p))).collect();
            let more = match (n - 1).saturating_sub(MAX_NAMED) {
                0 => String::new(),
                m => format!(" and {m} more"),
            };
            let others = others.join(", ");
            format!(
                "no output of this CDK app and of {others}{more}: run `npx cdk synth` in each, so that they can be read"
            )
        }
    };
    Some(Notice::about(first, NoticeKind::Unsynthesised, text))
}

/// How many folders such a notice names.
const MAX_NAMED: usize = 3;

/// Files the walk reads in every folder.
const IGNORE_FILES: &[&str] = &[".gitignore", ".ignore", ".git/info/exclude"];

/// An ignore file of a folder that must not be opened: reading a pipe or a device may never end.
fn special_ignore_file(dir: &Path) -> Option<PathBuf> {
    IGNORE_FILES.iter().map(|n| dir.join(n)).find(|p| p.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir()))
}

fn error_path(err: &ignore::Error) -> Option<PathBuf> {
    match err {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        _ => None,
    }
}

/// The project a single file belongs to: the repository around it, else the current folder if it is in there, else
/// its own folder.
pub(crate) fn project_of(file: &Path, cwd: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(file);
    // `.git` is a file in worktrees.
    if let Some(repository) = own.ancestors().find(|d| d.join(".git").exists()) {
        return repository.to_path_buf();
    }
    if own.starts_with(cwd) { cwd.to_path_buf() } else { own.to_path_buf() }
}

/// Where a root lies in what stays the same from run to run, wherever lamlint is started: the repository around it,
/// else the nearest folder with settings or a baseline. Empty for that folder itself, else with a `/` at its end.
pub(crate) fn within(root: &Path) -> Option<String> {
    let holds = |names: &[&str]| root.ancestors().find(|d| names.iter().any(|n| d.join(n).exists()));
    let top = holds(&[".git"]).or_else(|| holds(&[crate::config::FILE, crate::baseline::DEFAULT]))?;
    let below = relative(top, root)?;
    Some(if below.is_empty() { below } else { format!("{below}/") })
}

fn parents(files: &[PathBuf]) -> Vec<PathBuf> {
    files.iter().filter_map(|f| f.parent().map(Path::to_path_buf)).collect()
}

/// The deepest folder that holds all of them.
fn common(dirs: &[PathBuf]) -> PathBuf {
    let Some((first, rest)) = dirs.split_first() else { return PathBuf::new() };
    first
        .ancestors()
        .find(|a| rest.iter().all(|d| d.starts_with(a)))
        .map_or_else(|| first.clone(), Path::to_path_buf)
}

/// A path below the root with `/` separators.
pub(crate) fn relative(root: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = below
        .components()
        .map(|c| match c {
            Component::Normal(n) => n.to_str(),
            _ => None,
        })
        .collect();
    Some(parts?.join("/"))
}

/// How paths of the run are shown: relative to the folder the command was started in.
#[derive(Debug, Clone, Default)]
pub struct Display {
    /// Folders of the root to leave out: the current folder lies that deep inside the root.
    inside: Vec<String>,
    /// What to put before a path: the root seen from the current folder.
    prefix: String,
}

impl Display {
    /// For a root and the current folder, both canonical.
    pub fn new(root: &Path, cwd: &Path) -> Self {
        if let Some(below) = relative(cwd, root) {
            let prefix = if below.is_empty() { String::new() } else { format!("{below}/") };
            return Self { inside: Vec::new(), prefix };
        }
        if let Some(below) = relative(root, cwd) {
            return Self { inside: below.split('/').map(str::to_owned).collect(), prefix: String::new() };
        }
        Self { inside: Vec::new(), prefix: format!("{}/", root.to_string_lossy().replace('\\', "/")) }
    }

    /// A path of the run as people are shown it.
    pub fn path(&self, path: &str) -> String {
        if self.inside.is_empty() {
            return format!("{}{path}", self.prefix);
        }
        let parts: Vec<&str> = path.split('/').collect();
        let shared = parts
            .iter()
            .take(parts.len().saturating_sub(1))
            .zip(&self.inside)
            .take_while(|(a, b)| **a == b.as_str())
            .count();
        let up = "../".repeat(self.inside.len() - shared);
        format!("{up}{}", parts.get(shared..).unwrap_or_default().join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_current_folder() {
        let show = |root: &str, cwd: &str, p: &str| Display::new(Path::new(root), Path::new(cwd)).path(p);
        assert_eq!(show("/r", "/r", "a/b.py"), "a/b.py");
        assert_eq!(show("/r/app", "/r", "b.py"), "app/b.py");
        assert_eq!(show("/r", "/r/app/x", "app/x/b.py"), "b.py");
        assert_eq!(show("/r", "/r/app/x", "app/b.py"), "../b.py");
        assert_eq!(show("/r", "/r/app/x", "app/x"), "../x");
        assert_eq!(show("/r", "/r/app/x", "b.py"), "../../b.py");
        assert_eq!(show("/r", "/other", "b.py"), "/r/b.py");
    }

    #[test]
    fn walks_as_git_sees_it() {
        let dir = tempfile::tempdir().unwrap();
        let put = |p: &str, t: &str| {
            let f = dir.path().join(p);
            std::fs::create_dir_all(f.parent().unwrap()).unwrap();
            std::fs::write(f, t).unwrap();
        };
        put(".gitignore", "build/\n*.log\n");
        put("src/app.py", "");
        put("build/out.py", "");
        put("x.log", "");
        put("node_modules/a/index.js", "");
        put("dist/index.js", "");
        put("a/b.py", "");
        let found = discover(&[PathBuf::from(".")], dir.path()).unwrap();
        assert_eq!(found.files, ["a/b.py", "dist/index.js", "src/app.py"]);
        assert!(found.only.is_none() && found.notices.is_empty());

        let found = discover(&[PathBuf::from("build"), PathBuf::from("node_modules/a/index.js")], dir.path())
            .unwrap();
        assert_eq!(found.files, ["build/out.py", "node_modules/a/index.js"]);

        let cwd = dir.path().canonicalize().unwrap();
        let found = discover(&[PathBuf::from("x.log")], &cwd).unwrap();
        assert!(found.files.contains(&"x.log".to_owned()) && found.files.contains(&"src/app.py".to_owned()));
        assert_eq!(found.only.unwrap().into_iter().collect::<Vec<_>>(), ["x.log"]);

        assert!(
            discover(&[PathBuf::from("nowhere")], dir.path())
                .unwrap_err()
                .to_string()
                .contains("no `nowhere`")
        );
    }
}
