//! Sizes of directories and archives, by bounded walks.

use crate::files::{Files, file_name};
use std::collections::BTreeMap;

/// How many files are counted.
const MAX_FILES: usize = 100_000;
/// How deep directories are entered.
const MAX_DEPTH: usize = 32;
/// The largest archive that is read into memory.
const MAX_ARCHIVE: u64 = 256 << 20;

/// What something weighs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Weight {
    /// Bytes unpacked.
    pub bytes: u64,
    /// Bytes by part: a folder of the first level, a single dependency below a dependency folder.
    pub parts: BTreeMap<String, u64>,
    /// Whether everything was counted.
    pub whole: bool,
}

impl Weight {
    fn add(&mut self, path: &str, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        let part = self.parts.entry(part_of(path)).or_default();
        *part = part.saturating_add(bytes);
    }

    /// Add another weight, its parts below a name.
    pub(super) fn merge(&mut self, prefix: &str, other: &Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.whole &= other.whole;
        for (name, bytes) in &other.parts {
            let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let part = self.parts.entry(name).or_default();
            *part = part.saturating_add(*bytes);
        }
    }
}

/// Folders whose entries are parts of their own.
const CONTAINERS: &[&str] = &["node_modules", "site-packages", "nodejs", "python", "lib"];

/// The part a path belongs to: its first component, deeper below folders that only hold dependencies.
fn part_of(path: &str) -> String {
    let mut take = 0;
    for p in path.split('/') {
        take += 1;
        let holds = CONTAINERS.contains(&p) || p.starts_with("python3.") || p.starts_with('@');
        if !holds {
            break;
        }
    }
    path.split('/').take(take).collect::<Vec<_>>().join("/")
}

/// Weigh a directory without the folders of these names.
pub(super) fn directory(files: &dyn Files, dir: &str, skip: &[&str]) -> Weight {
    let mut w = Weight { whole: true, ..Weight::default() };
    let mut count = 0usize;
    let mut stack = vec![(String::new(), 0usize)];
    while let Some((below, depth)) = stack.pop() {
        let here = crate::link::below(dir, &below);
        for (name, is_dir) in files.list(&here) {
            let rest = crate::link::below(&below, &name);
            if is_dir {
                if skip.contains(&name.as_str()) {
                    continue;
                }
                if depth < MAX_DEPTH {
                    stack.push((rest, depth + 1));
                } else {
                    w.whole = false;
                }
                continue;
            }
            count += 1;
            if count > MAX_FILES {
                w.whole = false;
                return w;
            }
            if let Some(bytes) = files.size(&crate::link::below(dir, &rest)) {
                w.add(&rest, bytes);
            }
        }
    }
    w
}

/// Weigh a zip archive's content from its directory; `None` where it can't be read.
pub(super) fn archive(files: &dyn Files, path: &str) -> Option<Weight> {
    let bytes = files.bytes(path, MAX_ARCHIVE)?;
    let archive = rawzip::ZipArchive::from_slice(&bytes[..]).ok()?;
    let mut w = Weight { whole: true, ..Weight::default() };
    let mut entries = archive.entries();
    let mut count = 0usize;
    while let Ok(Some(entry)) = entries.next_entry() {
        count += 1;
        if count > MAX_FILES {
            w.whole = false;
            break;
        }
        let name = entry.file_path();
        let name = std::str::from_utf8(name.as_ref()).unwrap_or(file_name(path));
        w.add(name.trim_start_matches('/'), entry.uncompressed_size_hint());
    }
    (count > 0).then_some(w)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn parts_are_dependencies_or_folders() {
        assert_eq!(part_of("node_modules/@aws-sdk/client-s3/x.js"), "node_modules/@aws-sdk/client-s3");
        assert_eq!(
            part_of("python/lib/python3.14/site-packages/numpy/a.so"),
            "python/lib/python3.14/site-packages/numpy"
        );
        assert_eq!(part_of("pandas/core/x.py"), "pandas");
        assert_eq!(part_of("app.py"), "app.py");
    }

    #[test]
    fn skipped_folders_do_not_count() {
        let files = MemoryFiles::new([("a/x.py", "12345"), ("a/.git/y", "123"), ("a/b/z.py", "1")]);
        let w = directory(&files, "a", &[".git"]);
        assert_eq!((w.bytes, w.whole), (6, true));
        assert_eq!(w.parts.into_iter().collect::<Vec<_>>(), [("b".into(), 1), ("x.py".into(), 5)]);
    }

    #[test]
    fn archives_are_weighed_by_their_directory() {
        let mut out = Vec::new();
        let mut zip = rawzip::ZipArchiveWriter::new(&mut out);
        for (name, text) in [("app.py", "0123456789"), ("lib/x.py", "01234")] {
            let (mut entry, config) = zip.new_file(name).start().unwrap();
            let mut writer = config.wrap(&mut entry);
            std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        zip.finish().unwrap();
        let mut files = MemoryFiles::default();
        files.0.insert("fn.zip".into(), out);
        files.0.insert("bad.zip".into(), b"PK no zip".to_vec());
        assert_eq!(archive(&files, "fn.zip").unwrap().bytes, 15);
        assert_eq!(archive(&files, "bad.zip"), None);
    }
}
