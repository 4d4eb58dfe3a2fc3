//! Texts and paths: the functions configurations use to say where a handler lies.

use super::Reader;
use crate::code::program::UnitId;
use crate::files::{self, parent};
use smol_str::{SmolStr, format_smolstr};

/// Stands for the folder of the service, wherever that is on a disk.
pub(super) const HERE: &str = "\0";

/// Longest text that is made.
const MAX: usize = 1 << 14;

/// What a method of a text gives.
pub(super) enum Result {
    Text(String),
    List(Vec<String>),
}

impl Reader<'_> {
    /// The folder of a module (`__dirname`), below that of the service.
    pub(super) fn folder(&self, unit: UnitId) -> Option<SmolStr> {
        let dir = parent(self.program.path(unit));
        if dir == self.dir {
            return Some(HERE.into());
        }
        let below = if self.dir.is_empty() { dir } else { dir.strip_prefix(self.dir)?.strip_prefix('/')? };
        Some(format_smolstr!("{HERE}/{below}"))
    }
}

/// A method of a text; nothing where it is not followed. Arguments that are not constant are nothing.
pub(super) fn method(of: &str, name: &str, args: &[Option<SmolStr>]) -> Option<Result> {
    let args: Vec<&str> = args.iter().map(|a| a.as_deref()).collect::<Option<_>>()?;
    let at = |t: &str| -> Option<usize> { t.parse().ok() };
    // Offsets count other units than bytes, and the folder of the service has another length.
    let simple = of.is_ascii() && !of.contains(HERE);
    let text = match (name, &args[..]) {
        ("split", [by]) if !by.is_empty() => {
            return Some(Result::List(of.split(by).map(str::to_owned).collect()));
        }
        ("replace", [from, to]) if !to.contains('$') => of.replacen(from, to, 1),
        ("replaceAll", [from, to]) if !to.contains('$') => of.replace(from, to),
        ("substring" | "slice" | "substr", [from]) if simple => of.get(at(from)?..).unwrap_or("").to_owned(),
        ("substring" | "slice", [from, to]) if simple && at(from)? <= at(to)? => {
            let to = at(to)?.min(of.len());
            of.get(at(from)?..to).unwrap_or("").to_owned()
        }
        ("toLowerCase", []) => of.to_lowercase(),
        ("toUpperCase", []) => of.to_uppercase(),
        ("trim", []) => of.trim().to_owned(),
        ("toString", []) => of.to_owned(),
        ("concat", parts) => format!("{of}{}", parts.concat()),
        _ => return None,
    };
    (text.len() < MAX).then_some(Result::Text(text))
}

/// A function of the language or of `path`.
pub(super) fn function(name: &str, args: &[SmolStr]) -> Option<String> {
    let name = name.strip_prefix("path.posix").map_or(name, |rest| rest.trim_start_matches('.'));
    match (name.strip_prefix("path.").unwrap_or(name), args) {
        ("process.cwd" | "cwd", []) => Some(HERE.to_owned()),
        ("String", [t]) => Some(t.to_string()),
        ("join" | "resolve" | "normalize", parts) if !parts.is_empty() => {
            let last = parts.iter().rposition(|p| p.starts_with(HERE));
            let (start, rest) = match last {
                Some(i) => (HERE, &parts[i..]),
                None if name.ends_with("resolve") => (HERE, parts),
                None => ("", parts),
            };
            let rest: Vec<&str> = rest.iter().map(|p| p.trim_start_matches(HERE)).collect();
            if start.is_empty() && rest[0].starts_with('/') {
                return None;
            }
            let path = files::join("", &rest.join("/").replace("//", "/").replace("//", "/"));
            let path = path.or_else(|| files::join("", rest.join("/").trim_start_matches('/')))?;
            Some(if start.is_empty() {
                path
            } else {
                format!("{start}/{path}").trim_end_matches('/').to_owned()
            })
        }
        ("relative", [from, to]) if from.starts_with(HERE) && to.starts_with(HERE) => {
            let from = from.trim_start_matches(HERE).trim_matches('/');
            let to = to.trim_start_matches(HERE).trim_matches('/');
            let rest = if from.is_empty() { Some(to) } else { to.strip_prefix(from)?.strip_prefix('/') };
            rest.map(str::to_owned)
        }
        ("basename", [path]) => path.rsplit('/').next().filter(|n| !n.contains(HERE)).map(str::to_owned),
        ("dirname", [path]) => path.rsplit_once('/').map(|(d, _)| d.to_owned()),
        _ => None,
    }
}
