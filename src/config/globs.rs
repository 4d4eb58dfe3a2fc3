//! Globs over the paths of a run.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of globs over paths.
#[derive(Debug, Clone, Default)]
pub struct Globs {
    set: GlobSet,
    /// The root of the run seen from the folder the globs are relative to: empty, or with a `/` at its end.
    prefix: String,
}

impl Globs {
    /// Globs that are relative to a folder in which the root of the run is `prefix`.
    pub(super) fn new(globs: &[Glob], prefix: &str) -> Result<Self, globset::Error> {
        let mut builder = GlobSetBuilder::new();
        for g in globs {
            builder.add(g.clone());
        }
        Ok(Self { set: builder.build()?, prefix: prefix.to_owned() })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether one matches just this path of the run.
    pub fn matches(&self, path: &str) -> bool {
        self.set.is_match(format!("{}{path}", self.prefix))
    }

    /// Whether one matches this path of the run or a folder it is in.
    pub fn covers(&self, path: &str) -> bool {
        let full = format!("{}{path}", self.prefix);
        let mut folders = full.match_indices('/').filter_map(|(i, _)| full.get(..i));
        self.set.is_match(&full) || folders.any(|f| self.set.is_match(f))
    }
}

/// One glob as people write it: without a slash it matches at any depth, a folder stands for what is in it.
pub(super) fn glob(text: &str) -> Result<Glob, String> {
    if text.trim().is_empty() {
        return Err("an empty glob matches nothing; leave it out".to_owned());
    }
    if text.starts_with('!') {
        return Err(format!("`{text}`: globs can't be negated; list what is meant"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(format!("`{text}`: a glob can't lead out of the folder it is relative to"));
    }
    if text.split('\\').skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_alphanumeric())) {
        return Err(format!("did you mean `{}`? folders are separated by `/`", text.replace('\\', "/")));
    }
    let body = text.strip_prefix("./").unwrap_or(text);
    let anchored = body.starts_with('/');
    let body = body.trim_start_matches('/').trim_end_matches('/');
    let body = body.strip_suffix("/**").unwrap_or(body);
    if body.is_empty() || body == "." {
        return Err(format!("`{text}` is the whole project; write `**` if that is meant"));
    }
    let deep = if anchored || body.contains('/') { body.to_owned() } else { format!("**/{body}") };
    GlobBuilder::new(&deep)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|e| format!("`{text}` is not a glob: {}", e.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(g: &str, prefix: &str) -> Globs {
        Globs::new(&[glob(g).unwrap()], prefix).unwrap()
    }

    #[test]
    fn globs_match_paths_and_folders() {
        for (g, path, covered) in [
            ("docs", "docs/a/b.py", true),
            ("docs", "x/docs/b.py", true),
            ("/docs", "x/docs/b.py", false),
            ("./docs/", "docs/b.py", true),
            ("a/docs", "x/a/docs/b.py", false),
            ("a/**", "a/b.py", true),
            ("a/*.py", "a/b/c.py", false),
            ("**/a/*.py", "x/a/c.py", true),
            ("*.gen.py", "a/b/c.gen.py", true),
            ("*.{js,ts}", "a/b.ts", true),
            ("doc", "docs/b.py", false),
            ("**", "b.py", true),
        ] {
            assert_eq!(of(g, "").covers(path), covered, "{g} over {path}");
        }
        assert!(of("services/a/x.py", "services/a/").covers("x.py"));
        assert!(!of("x/y.py", "services/a/").covers("x/y.py"));
        assert!(of("a", "").matches("a") && !of("a", "").matches("a/b"));
    }

    #[test]
    fn bad_globs_are_told() {
        for g in ["", "!a", "../a", "src\\app", "/", ".", "a[", "{a"] {
            assert!(glob(g).is_err(), "{g}");
        }
    }
}
