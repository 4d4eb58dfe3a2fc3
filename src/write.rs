//! Writing files so that readers see the old content or the new one, never a part.

use crate::missing::missing;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Replace a file in one step. What is no regular file (a device, a pipe) is written to.
///
/// # Errors
/// Where the file or its folder can't be written.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    if path.exists() && !path.is_file() {
        return std::fs::write(path, content);
    }
    let temporary = beside(path, content)?;
    std::fs::rename(&temporary, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

/// Whether a file could be replaced, before anything is done.
///
/// # Errors
/// Where it could not.
pub fn check(path: &Path) -> Result<()> {
    let cant = || format!("can't write `{}`", path.display());
    if path.is_dir() {
        bail!("{}: it is a folder; name a file", cant());
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.exists() {
        bail!("{}: {}", cant(), missing(folder, Path::new("")));
    }
    if !folder.is_dir() {
        bail!("{}: `{}` is no folder", cant(), folder.display());
    }
    if !path.exists() || path.is_file() {
        let temporary = beside(path, b"").with_context(cant)?;
        let _ = std::fs::remove_file(temporary);
    }
    Ok(())
}

/// Replace several files: all contents are on disk before the first file is replaced.
///
/// # Errors
/// Where one of them can't be written; then none is replaced, unless replacing itself fails on the way.
pub fn replace_all(files: &[(PathBuf, &str)]) -> Result<()> {
    let mut ready: Vec<(PathBuf, &Path)> = Vec::new();
    let clean = |ready: &[(PathBuf, &Path)]| {
        for (temporary, _) in ready {
            let _ = std::fs::remove_file(temporary);
        }
    };
    for (path, text) in files {
        match beside(path, text.as_bytes()) {
            Ok(temporary) => ready.push((temporary, path)),
            Err(e) => {
                clean(&ready);
                return Err(e)
                    .with_context(|| format!("can't write `{}`: nothing was changed", path.display()));
            }
        }
    }
    for (i, (temporary, path)) in ready.iter().enumerate() {
        if let Err(e) = std::fs::rename(temporary, path) {
            clean(&ready[i..]);
            return Err(e).with_context(|| format!("can't replace `{}`", path.display()));
        }
    }
    Ok(())
}

/// Write a file beside another one, with its permissions.
fn beside(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let old = std::fs::metadata(path).ok();
    if old.as_ref().is_some_and(|m| m.permissions().readonly()) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let written = std::fs::write(&temporary, content).and_then(|()| match old {
        Some(m) => std::fs::set_permissions(&temporary, m.permissions()),
        None => Ok(()),
    });
    match written {
        Ok(()) => Ok(temporary),
        Err(e) => {
            let _ = std::fs::remove_file(&temporary);
            Err(e)
        }
    }
}
