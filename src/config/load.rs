//! Finding and reading the file.

use super::{Config, Error, FILE, check};
use crate::discover::{Display, relative};
use crate::missing::missing;
use crate::vfs::MAX_TEXT;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// The file that can hold the settings in a table.
const PYPROJECT: &str = "pyproject.toml";

/// The settings for a run below `root`. Without a `file`, the nearest one counts, from the root up to the repository
/// around it. Without a repository, the current folder is as far as it goes. `root` and `cwd` are canonical.
pub fn load(root: &Path, cwd: &Path, file: Option<&Path>) -> Result<Config> {
    if let Some(given) = file {
        let path = cwd.join(given);
        let name = given.to_string_lossy().replace('\\', "/");
        let text = match fs::metadata(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => bail!(missing(given, cwd)),
            _ => read(&path, &name)?,
        };
        let dir =
            path.canonicalize().ok().and_then(|p| p.parent().map(Path::to_path_buf)).unwrap_or_default();
        let table = path.file_name().is_some_and(|n| n == PYPROJECT);
        let source = Source { name: &name, text: &text, prefix: prefix(&dir, root) };
        return match source.config(table)? {
            Some(config) => Ok(config),
            None => bail!("`{name}` has no `[tool.lamlint]`"),
        };
    }
    let repository = root.ancestors().find(|d| d.join(".git").exists());
    let last = repository.unwrap_or(if root.starts_with(cwd) { cwd } else { root });
    for dir in root.ancestors().take_while(|d| d.starts_with(last)) {
        for file in [FILE, PYPROJECT] {
            let path: PathBuf = dir.join(file);
            let name = Display::new(dir, cwd).path(file);
            let table = file == PYPROJECT;
            // What is no regular file is nobody's pyproject.
            if fs::symlink_metadata(&path).is_err() || (table && !path.is_file()) {
                continue;
            }
            let text = match read(&path, &name) {
                Ok(text) => text,
                Err(_) if table => continue,
                Err(e) => return Err(e),
            };
            if table && !text.contains("lamlint") {
                continue;
            }
            let source = Source { name: &name, text: &text, prefix: prefix(dir, root) };
            if let Some(config) = source.config(table)? {
                return Ok(config);
            }
        }
    }
    Ok(Config::default())
}

/// The root of the run seen from a folder that holds it, with a `/`; globs of other files are relative to the root.
fn prefix(dir: &Path, root: &Path) -> String {
    match relative(dir, root) {
        Some(below) if !below.is_empty() => below + "/",
        _ => String::new(),
    }
}

fn read(path: &Path, name: &str) -> Result<String> {
    let meta = fs::metadata(path).with_context(|| format!("can't read `{name}`"))?;
    if !meta.is_file() {
        bail!("can't read `{name}`: not a regular file");
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|f| f.take(MAX_TEXT + 1).read_to_end(&mut bytes))
        .with_context(|| format!("can't read `{name}`"))?;
    if bytes.len() as u64 > MAX_TEXT {
        bail!("can't read `{name}`: too large");
    }
    String::from_utf8(bytes).map_err(|e| {
        let good = e.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(e.as_bytes().get(..good).unwrap_or_default()).into_owned();
        located(name, &text, good, "this is not UTF-8".to_owned()).into()
    })
}

/// A text with its name.
struct Source<'a> {
    name: &'a str,
    text: &'a str,
    prefix: String,
}

impl Source<'_> {
    /// The settings, of `[tool.lamlint]` where `table` says so; `None` where that is not there.
    fn config(&self, table: bool) -> Result<Option<Config>, Error> {
        let all = match DeTable::parse(self.text) {
            Ok(all) => all,
            // Somebody else's file, as far as can be seen.
            Err(_) if table && !self.text.contains("tool.lamlint") => return Ok(None),
            Err(e) => {
                let at = e.span().map_or(0, |s| s.start);
                let what = e.message().lines().map(str::trim).collect::<Vec<_>>().join(", ");
                return Err(self.error(at, format!("this is not TOML: {what}")));
            }
        };
        let mut settings = all.get_ref();
        if table {
            for name in ["tool", "lamlint"] {
                let Some((key, value)) = settings.iter().find(|(k, _)| k.get_ref() == name) else {
                    return Ok(None);
                };
                let DeValue::Table(inner) = value.get_ref() else {
                    return Err(self.error(key.span().start, format!("`{name}` must be a table")));
                };
                settings = inner;
            }
        }
        let mut config = check::check(settings, &self.prefix).map_err(|p| self.error(p.at, p.text))?;
        for entry in &mut config.ignores {
            let Error { file, line, column, .. } = self.error(entry.offset, String::new());
            entry.place = format!("{file}:{line}:{column}");
        }
        Ok(Some(config))
    }

    fn error(&self, at: usize, text: String) -> Error {
        located(self.name, self.text, at, text)
    }
}

fn located(name: &str, source: &str, at: usize, text: String) -> Error {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column =
        before.rsplit('\n').next().unwrap_or_default().trim_start_matches('\u{feff}').chars().count() + 1;
    Error { file: name.to_owned(), line, column, text }
}
