//! What to say of a path that is not there: what was probably meant.

use crate::selection::nearest;
use std::path::{Component, Path, PathBuf};

/// Entries of a folder that are looked at.
const MOST: usize = 10_000;

/// `there is no X`, with a path near it where there is one. `base` is the folder `path` is relative to.
pub(crate) fn missing(path: &Path, base: &Path) -> String {
    let there_is_no = format!("there is no `{}`", path.display());
    match near(path, base) {
        Some(other) => format!("{there_is_no}; did you mean `{}`?", other.display()),
        None => there_is_no,
    }
}

/// The path with its first part that does not exist written as one that does, if then all of it exists.
fn near(path: &Path, base: &Path) -> Option<PathBuf> {
    let mut good = PathBuf::new();
    let mut parts = path.components();
    let wrong = loop {
        let part = parts.next()?;
        let next = good.join(part);
        if base.join(&next).exists() {
            good = next;
        } else {
            break part;
        }
    };
    let Component::Normal(wrong) = wrong else { return None };
    let folder = std::fs::read_dir(base.join(Path::new(".")).join(&good)).ok()?;
    let names = folder.take(MOST).filter_map(|e| e.ok()?.file_name().into_string().ok());
    let names: Vec<String> =
        names.filter(|n| !n.starts_with('.') || wrong.to_string_lossy().starts_with('.')).collect();
    let name = nearest(wrong.to_str()?, names.iter().map(String::as_str))?;
    let other = good.join(name).join(parts.as_path());
    // `join` of nothing leaves a separator.
    let other: PathBuf = other.components().collect();
    base.join(&other).exists().then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_near_one_that_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("services/orders")).unwrap();
        std::fs::write(dir.path().join("services/orders/template.yaml"), "").unwrap();
        let say = |p: &str| missing(Path::new(p), dir.path());
        assert_eq!(say("service/orders"), "there is no `service/orders`; did you mean `services/orders`?");
        let near =
            "there is no `services/orders/template.yml`; did you mean `services/orders/template.yaml`?";
        assert_eq!(say("services/orders/template.yml"), near);
        assert_eq!(say("x"), "there is no `x`");
        assert_eq!(say("service/x"), "there is no `service/x`");
    }
}
