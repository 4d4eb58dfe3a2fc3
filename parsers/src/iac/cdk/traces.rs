//! Stack traces of constructs: which places of this tree they name.

use crate::files::{Files, join, parent};

/// A place of a stack trace, in a file of this tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// Directories of other people's code in traces.
const FOREIGN: &[&str] = &["node_modules", "site-packages", ".venv", "venv", "jsii-kernel"];

/// The places of a trace in this tree, innermost first. The application may have been synthesised somewhere else, so
/// that its files are known by the ends of their paths only.
pub(super) fn frames(files: &dyn Files, app: &str, trace: &[String]) -> Vec<Frame> {
    trace
        .iter()
        .filter_map(|line| place(line))
        .filter_map(|(path, line, column)| Some(Frame { path: in_tree(files, app, path)?, line, column }))
        .collect()
}

/// Path, line and column of `new Main (/app/bin/app.ts:21:15)`.
fn place(frame: &str) -> Option<(&str, u32, u32)> {
    let frame = frame.trim().trim_start_matches("at ");
    let inner = match frame.rfind('(') {
        Some(i) => frame.get(i + 1..)?.strip_suffix(')')?,
        None => frame,
    };
    let (rest, column) = inner.rsplit_once(':')?;
    let (path, line) = rest.rsplit_once(':')?;
    let path = path.strip_prefix("file://").unwrap_or(path);
    let is_foreign =
        path.split(['/', '\\']).any(|p| FOREIGN.iter().any(|f| p == *f || p.starts_with("jsii-")));
    let known = (!path.is_empty() && !path.starts_with("node:") && !is_foreign).then_some(path)?;
    Some((known, line.parse().ok()?, column.parse().ok()?))
}

/// The file of this tree that a path of another machine names: the longest end of it that is there, seen from the
/// directory of the application or one above it.
pub(super) fn in_tree(files: &dyn Files, app: &str, path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty() && !p.ends_with(':')).collect();
    let mut dirs = vec![app];
    while let Some(d) = dirs.last().filter(|d| !d.is_empty()) {
        dirs.push(parent(d));
    }
    // A bare file name may be any; the application's own directory is certain enough.
    (0..parts.len()).find_map(|from| {
        let end = parts.get(from..)?.join("/");
        let near = if end.contains('/') { dirs.as_slice() } else { dirs.get(..1)? };
        near.iter().filter_map(|d| join(d, &end)).find(|p| files.is_file(p))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn places_of_this_tree() {
        let files = MemoryFiles::new([
            ("infra/bin/app.ts", ""),
            ("infra/app.ts", ""),
            ("packages/lib/queue.ts", ""),
            ("node_modules/x/y.js", ""),
        ]);
        let f = |s: &str| {
            frames(&files, "infra", &[s.to_owned()])
                .first()
                .map(|f| format!("{}:{}:{}", f.path, f.line, f.column))
        };
        let is = |s: &str, at: &str| assert_eq!(f(s).as_deref(), Some(at), "{s}");
        is("new Main (/home/me/repo/infra/bin/app.ts:21:15)", "infra/bin/app.ts:21:15");
        is("    at /elsewhere/infra/bin/app.ts:3:1", "infra/bin/app.ts:3:1");
        is("new Main (file:///x/infra/bin/app.ts:3:1)", "infra/bin/app.ts:3:1");
        is("new Q (C:\\repo\\packages\\lib\\queue.ts:4:9)", "packages/lib/queue.ts:4:9");
        is("<anonymous> (/x/app.ts:4:9)", "infra/app.ts:4:9");
        for s in [
            "...new Queue2 in aws-cdk-lib...",
            "(no user code in 10 frames, use --stack-trace-limit to capture more)",
            "Module._compile (node:internal/modules/cjs/loader:1521:14)",
            "f (/x/node_modules/x/y.js:1:1)",
            "f (/tmp/jsii-kernel-x/bin/app.ts:1:1)",
            "f (/x/queue.ts:1:1)",
            "Array.forEach (:)",
            "",
        ] {
            assert_eq!(f(s), None, "{s}");
        }
    }
}
