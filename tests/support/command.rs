//! The binary as users run it.

use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The binary.
pub(crate) const BIN: &str = env!("CARGO_BIN_EXE_lamlint");

/// What a run says.
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A run in a folder, with nothing of the environment.
pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut c = Command::new(BIN);
    c.args(args).current_dir(dir).env_clear();
    c
}

pub(crate) fn lamlint(dir: &Path, args: &[&str]) -> Answer {
    let o = command(dir, args).output().expect("it starts");
    Answer {
        status: o.status.code().expect("ended by a signal"),
        out: String::from_utf8(o.stdout).expect("UTF-8"),
        err: String::from_utf8(o.stderr).expect("UTF-8"),
    }
}

/// Write a file below a folder.
pub(crate) fn put(dir: &TempDir, path: &str, text: impl AsRef<[u8]>) {
    let file = dir.path().join(path);
    fs::create_dir_all(file.parent().expect("below")).expect("a folder");
    fs::write(file, text).expect("a file");
}

/// A scratch folder with files.
pub(crate) fn project<T: AsRef<[u8]>>(files: &[(&str, T)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in files {
        put(&dir, path, text);
    }
    dir
}
