//! The tree on disk, as the parsers may look at it: never past a symbolic link, never out of the root.

use lamlint_parsers::files::Files;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Largest text that is read, in bytes. Templates have at most 1 MB
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>); larger sources
/// are generated.
pub const MAX_TEXT: u64 = 4 * 1024 * 1024;

/// Files below a root.
///
/// Whether something exists is answered from directory listings, which are read once: the answer can't change
/// during a run, symbolic links are simply not there, and the case of names counts even on disks where it does not.
#[derive(Debug)]
pub struct Vfs {
    root: PathBuf,
    listings: Mutex<FxHashMap<String, Arc<Listing>>>,
    overlay: Overlay,
}

/// Texts that stand for files: repairs that are not written, buffers of an editor. Only files that are on disk, too.
pub type Overlay = BTreeMap<String, Arc<str>>;

/// Names of a directory, sorted, `true` for directories; none where it can't be read.
type Listing = Vec<(String, bool)>;

impl Vfs {
    /// The tree below `root`, which must be canonical.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), listings: Mutex::default(), overlay: Overlay::new() }
    }

    /// The same tree with other texts in some files.
    #[must_use]
    pub fn with(mut self, overlay: Overlay) -> Self {
        self.overlay = overlay;
        self
    }

    /// The text that stands for a file.
    pub fn over(&self, path: &str) -> Option<&Arc<str>> {
        self.overlay.get(path)
    }

    /// The root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path on disk of a path of the run.
    pub fn on_disk(&self, path: &str) -> PathBuf {
        let mut out = self.root.clone();
        out.extend(path.split('/').filter(|p| !p.is_empty()));
        out
    }

    /// The listing of a directory that is reached without a symbolic link.
    fn listing(&self, dir: &str) -> Option<Arc<Listing>> {
        if let Some(known) = self.known(dir) {
            return Some(known);
        }
        let mut at = String::new();
        let mut here = self.load("");
        for name in dir.split('/').filter(|p| !p.is_empty()) {
            if !here.iter().any(|(n, is_dir)| n == name && *is_dir) {
                return None;
            }
            if !at.is_empty() {
                at.push('/');
            }
            at.push_str(name);
            here = self.load(&at);
        }
        Some(here)
    }

    fn known(&self, dir: &str) -> Option<Arc<Listing>> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner).get(dir).cloned()
    }

    /// Read one directory whose parents are known to be directories.
    fn load(&self, dir: &str) -> Arc<Listing> {
        if let Some(known) = self.known(dir) {
            return known;
        }
        let mut out = Listing::new();
        for entry in fs::read_dir(self.on_disk(dir)).into_iter().flatten().flatten() {
            let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
            if kind.is_dir() || kind.is_file() {
                out.push((name, kind.is_dir()));
            }
        }
        out.sort_unstable();
        let out = Arc::new(out);
        self.listings.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned(), Arc::clone(&out));
        out
    }

    /// `Some(true)` for a directory, `Some(false)` for a regular file.
    fn kind(&self, path: &str) -> Option<bool> {
        if path.is_empty() {
            return Some(true);
        }
        if path.split('/').any(|p| matches!(p, "" | "." | "..")) || path.contains('\\') {
            return None;
        }
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let listing = self.listing(dir)?;
        let i = listing.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok()?;
        listing.get(i).map(|(_, is_dir)| *is_dir)
    }
}

impl Files for Vfs {
    fn is_file(&self, path: &str) -> bool {
        self.kind(path) == Some(false)
    }

    fn is_dir(&self, path: &str) -> bool {
        self.kind(path) == Some(true)
    }

    fn read(&self, path: &str) -> Option<String> {
        self.bytes(path, MAX_TEXT).and_then(|b| String::from_utf8(b).ok())
    }

    fn size(&self, path: &str) -> Option<u64> {
        if !self.is_file(path) {
            return None;
        }
        if let Some(text) = self.over(path) {
            return Some(text.len() as u64);
        }
        fs::symlink_metadata(self.on_disk(path)).ok().map(|m| m.len())
    }

    fn bytes(&self, path: &str, limit: u64) -> Option<Vec<u8>> {
        if !self.is_file(path) {
            return None;
        }
        if let Some(text) = self.over(path) {
            return (text.len() as u64 <= limit).then(|| text.as_bytes().to_vec());
        }
        let mut out = Vec::new();
        let read =
            fs::File::open(self.on_disk(path)).ok()?.take(limit.saturating_add(1)).read_to_end(&mut out);
        (read.is_ok() && out.len() as u64 <= limit).then_some(out)
    }

    fn list(&self, dir: &str) -> Vec<(String, bool)> {
        if self.kind(dir) != Some(true) {
            return Vec::new();
        }
        self.listing(dir).map(|l| l.to_vec()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_inside_and_follows_no_links() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.py"), "x").unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("src/lib")).unwrap();
        fs::write(dir.path().join("src/lib/a.py"), "a").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outside.path(), dir.path().join("out")).unwrap();
            std::os::unix::fs::symlink(dir.path().join("src/lib/a.py"), dir.path().join("src/b.py")).unwrap();
        }
        let v = Vfs::new(dir.path().canonicalize().unwrap());
        assert_eq!(v.read("src/lib/a.py").as_deref(), Some("a"));
        assert_eq!(v.size("src/lib/a.py"), Some(1));
        assert_eq!(v.list("src"), [("lib".to_owned(), true)]);
        for path in [
            "out/secret.py",
            "src/b.py",
            "../x",
            "src/../src/lib/a.py",
            "src//lib",
            "nowhere",
            "src/lib/a.py/x",
        ] {
            assert!(!v.is_file(path) && !v.is_dir(path) && v.read(path).is_none(), "{path}");
        }
        assert!(v.is_dir("") && v.is_dir("src/lib") && !v.is_file("src"));
        assert_eq!(v.bytes("src/lib/a.py", 0), None);
    }
}
