//! The files of a run, as the parsers may look at them.
//!
//! The engine implements this over the disk (or over an editor's open buffers); the parsers do no input or
//! output of their own. All paths are relative to the root of the run, `/`-separated and normalised; the empty path is the root.

/// Read-only access to the tree. Implementations never follow a symbolic link and never leave the root.
pub trait Files: Sync {
    /// Whether there is a regular file.
    fn is_file(&self, path: &str) -> bool;
    /// Whether there is a directory.
    fn is_dir(&self, path: &str) -> bool;
    /// The text of a file of at most 4 MiB; `None` where it can't be read or is not UTF-8.
    fn read(&self, path: &str) -> Option<String>;
    /// Size in bytes of a regular file.
    fn size(&self, path: &str) -> Option<u64>;
    /// The whole content of a file of at most `limit` bytes.
    fn bytes(&self, path: &str, limit: u64) -> Option<Vec<u8>>;
    /// Names in a directory, sorted; `true` for directories. Symbolic links are left out. Empty where it can't be read.
    fn list(&self, dir: &str) -> Vec<(String, bool)>;
}

/// Join two paths and normalise `.` and `..`; `None` when the result leaves the root or `below` is absolute.
pub fn join(base: &str, below: &str) -> Option<String> {
    if below.starts_with('/') || below.contains('\\') || below.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for p in base.split('/').chain(below.split('/')) {
        match p {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            p => parts.push(p),
        }
    }
    Some(parts.join("/"))
}

/// The directory part of a path; empty for a file in the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// The file-name part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Files in memory, for tests.
#[derive(Debug, Default, Clone)]
pub struct MemoryFiles(pub std::collections::BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// From path and text pairs.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(files.into_iter().map(|(p, t)| (p.to_owned(), t.as_bytes().to_vec())).collect())
    }
}

impl Files for MemoryFiles {
    fn is_file(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn is_dir(&self, path: &str) -> bool {
        path.is_empty() || self.0.keys().any(|k| k.starts_with(&format!("{path}/")))
    }

    fn read(&self, path: &str) -> Option<String> {
        self.0.get(path).and_then(|b| String::from_utf8(b.clone()).ok())
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.0.get(path).map(|b| b.len() as u64)
    }

    fn bytes(&self, path: &str, limit: u64) -> Option<Vec<u8>> {
        self.0.get(path).filter(|b| b.len() as u64 <= limit).cloned()
    }

    fn list(&self, dir: &str) -> Vec<(String, bool)> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut out: Vec<(String, bool)> = Vec::new();
        for k in self.0.keys() {
            let Some(rest) = k.strip_prefix(&prefix) else { continue };
            let (name, is_dir) = rest.split_once('/').map_or((rest, false), |(n, _)| (n, true));
            if out.last().is_none_or(|(n, _)| n != name) {
                out.push((name.to_owned(), is_dir));
            }
        }
        out.sort();
        out.dedup();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_stay_inside() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("", "x").as_deref(), Some("x"));
        assert_eq!(join("a", "../.."), None);
        assert_eq!(join("a", "/etc"), None);
    }
}
