//! Build constraints: which files are compiled for Lambda.

use crate::files::file_name;

/// Operating systems and architectures that file names may end with, besides those of Lambda.
/// Source: <https://pkg.go.dev/go/build#hdr-Build_Constraints>
const OTHERS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "illumos",
    "ios",
    "js",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "386",
    "arm",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mipsle",
    "ppc64",
    "ppc64le",
    "riscv64",
    "s390x",
    "wasm",
];

/// Whether a file is part of a program for Lambda.
pub(super) fn is_built(text: &str, path: &str) -> bool {
    let stem = file_name(path).strip_suffix(".go").unwrap_or_default();
    if stem.split('_').skip(1).any(|part| OTHERS.contains(&part) || part == "test") {
        return false;
    }
    let lines = text.lines().map(str::trim).take_while(|l| !l.starts_with("package "));
    lines.filter_map(|l| l.strip_prefix("//go:build ")).all(holds)
}

/// Whether a constraint holds, with no tags but those the compiler sets.
fn holds(constraint: &str) -> bool {
    let spaced = ["(", ")", "!", "&&", "||"]
        .iter()
        .fold(constraint.to_owned(), |s, t| s.replace(t, &format!(" {t} ")));
    let tokens: Vec<&str> = spaced.split_whitespace().take(64).collect();
    let mut at = 0;
    let v = any(&tokens, &mut at);
    v && at == tokens.len()
}

fn any(t: &[&str], at: &mut usize) -> bool {
    let mut v = all(t, at);
    while t.get(*at) == Some(&"||") {
        *at += 1;
        v |= all(t, at);
    }
    v
}

fn all(t: &[&str], at: &mut usize) -> bool {
    let mut v = one(t, at);
    while t.get(*at) == Some(&"&&") {
        *at += 1;
        v &= one(t, at);
    }
    v
}

fn one(t: &[&str], at: &mut usize) -> bool {
    let token = t.get(*at).copied().unwrap_or_default();
    *at += 1;
    match token {
        "!" => !one(t, at),
        "(" => {
            let v = any(t, at);
            *at += 1;
            v
        }
        tag => matches!(tag, "linux" | "unix" | "amd64" | "arm64" | "gc" | "cgo") || tag.starts_with("go1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints() {
        for (text, built) in [
            ("package a\n", true),
            ("//go:build linux\n\npackage a\n", true),
            ("//go:build ignore\n\npackage main\n", false),
            ("//go:build integration || (unit && linux)\npackage a\n", false),
            ("//go:build !integration && (linux || windows)\npackage a\n", true),
            ("package a\n//go:build ignore\n", true),
        ] {
            assert_eq!(is_built(text, "a/b.go"), built, "{text}");
        }
        assert!(!is_built("package a\n", "x_windows.go") && is_built("package a\n", "x_linux_arm64.go"));
        assert!(is_built("package a\n", "windows.go") && !is_built("package a\n", "x_darwin_arm64.go"));
    }
}
