//! Manifests that could not be understood, and why a file was not read: what they would have said is not known,
//! and the user should hear of it.

use super::build::ancestors;
use crate::code::program::Program;
use crate::files::{Files, join, parent};
use jsonc_parser::{JsonValue, ParseOptions, parse_to_value};
use std::collections::{BTreeMap, BTreeSet};

/// Longest text that is read, as [`Files::read`] has it.
const MAX_TEXT: u64 = 4 << 20;
/// How many configurations are followed from one by `extends`.
const MAX_EXTENDS: usize = 5;

/// How a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Toml,
    Plain,
}

/// Manifests that are looked for beside code and above it.
const MANIFESTS: &[(&str, Format)] = &[
    ("package.json", Format::Json),
    ("tsconfig.json", Format::Json),
    ("jsconfig.json", Format::Json),
    ("tsconfig.build.json", Format::Json),
    ("pyproject.toml", Format::Toml),
    ("Pipfile", Format::Toml),
    ("requirements.txt", Format::Plain),
];

/// The manifests in the given folders and above them that can't be understood: path and reason, by path.
pub fn broken_manifests(folders: &BTreeSet<String>, files: &dyn Files) -> Vec<(String, String)> {
    let all: BTreeSet<&str> = folders.iter().flat_map(|d| ancestors(d)).collect();
    let mut out = BTreeMap::new();
    for dir in all {
        for (name, format) in MANIFESTS {
            let Some(mut path) = join(dir, name) else { continue };
            for _ in 0..=MAX_EXTENDS {
                if !files.is_file(&path) || out.contains_key(&path) {
                    break;
                }
                match problem(&path, *format, files) {
                    Ok(Some(next)) => path = next,
                    Ok(None) => break,
                    Err(why) => {
                        out.insert(path, why);
                        break;
                    }
                }
            }
        }
    }
    out.into_iter().collect()
}

/// Why a text of settings (`samconfig.toml`) can't be understood, if so.
pub fn broken_toml(path: &str, files: &dyn Files) -> Option<String> {
    problem(path, Format::Toml, files).err()
}

/// `Err`: why the file can't be understood. `Ok`: the file it extends inside the tree.
fn problem(path: &str, format: Format, files: &dyn Files) -> Result<Option<String>, String> {
    let Some(text) = files.read(path) else { return Err(unread(path, files)) };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match format {
        Format::Plain => Ok(None),
        Format::Toml => match toml::from_str::<toml::Table>(text) {
            Ok(_) => Ok(None),
            Err(e) => {
                let line = e.span().and_then(|s| text.get(..s.start)).map(|t| 1 + t.matches('\n').count());
                let what = e.message().lines().next().unwrap_or_default();
                Err(match line {
                    Some(n) => format!("not TOML (line {n}): {what}"),
                    None => format!("not TOML: {what}"),
                })
            }
        },
        Format::Json => match parse_to_value(text, &ParseOptions::default()) {
            Ok(v) => Ok(v.and_then(|v| {
                let JsonValue::Object(mut settings) = v else { return None };
                let extends = settings.take_string("extends")?;
                let next = join(parent(path), extends.starts_with('.').then_some(&*extends)?)?;
                Some(if files.is_file(&next) { next } else { format!("{next}.json") })
            })),
            Err(e) => {
                let line = text.get(..e.range().start).map_or(1, |t| 1 + t.matches('\n').count());
                let what = e.kind().to_string();
                let mut chars = what.trim_end_matches('.').chars();
                let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
                Err(format!("not JSON (line {line}): {first}{}", chars.as_str()))
            }
        },
    }
}

/// Why the text of a file that is there was not read.
pub(super) fn unread(path: &str, files: &dyn Files) -> String {
    if files.size(path).is_some_and(|n| n > MAX_TEXT) {
        return format!("larger than {} MiB", MAX_TEXT >> 20);
    }
    match files.bytes(path, MAX_TEXT) {
        None => "can't be read".to_owned(),
        Some(b) if b.starts_with(&[0xff, 0xfe]) || b.starts_with(&[0xfe, 0xff]) => {
            "UTF-16, not UTF-8".to_owned()
        }
        Some(b) if b.contains(&0) => "binary".to_owned(),
        Some(b) if std::str::from_utf8(&b).is_err() => "not UTF-8".to_owned(),
        Some(_) => "left out: ignored, excluded, or in a folder of other people's code".to_owned(),
    }
}

/// Why one of the files is there but not part of the program.
pub(super) fn not_read<'a>(
    paths: impl IntoIterator<Item = &'a String>,
    program: &Program,
    files: &dyn Files,
) -> Option<String> {
    let path = paths.into_iter().find(|p| files.is_file(p) && program.at(p).is_none())?;
    Some(format!("`{path}` was not read: {}", unread(path, files)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn broken_manifests_are_named_with_their_reasons() {
        let mut files = MemoryFiles::new([
            ("package.json", "{\n  \"name\": \n}"),
            ("app/tsconfig.json", "{ // comments are fine\n \"extends\": \"./tsconfig.base\", }"),
            ("app/tsconfig.base.json", "{\n\n \"compilerOptions\": {]"),
            ("app/pyproject.toml", "[project]\nname = x\n"),
            ("app/src/Pipfile", "[packages]\nrequests = \"*\"\n"),
            ("elsewhere/package.json", "{"),
        ]);
        files.0.insert("app/requirements.txt".to_owned(), vec![0xff, 0xfe, b'x', 0]);
        let found = broken_manifests(&BTreeSet::from(["app/src".to_owned()]), &files);
        let found: Vec<String> = found.iter().map(|(p, w)| format!("{p}: {w}")).collect();
        let begins = [
            "app/pyproject.toml: not TOML (line 2): ",
            "app/requirements.txt: UTF-16, not UTF-8",
            "app/tsconfig.base.json: not JSON (line 3): ",
            "package.json: not JSON (line ",
        ];
        assert_eq!(found.len(), begins.len(), "{found:#?}");
        for (f, b) in found.iter().zip(begins) {
            assert!(f.starts_with(b), "{f}");
        }
    }
}
