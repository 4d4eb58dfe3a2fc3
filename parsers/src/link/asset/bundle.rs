//! The modules a bundle was made of, as its bundler tells.

use crate::files::{Files, file_name, join, parent};
use serde_json::Value;

/// Bound on bundles and source maps, in bytes.
const MAX_SIZE: u64 = 32 << 20;

/// What stands before the name of a source map.
const MAPPING: &str = "//# sourceMappingURL=";

/// Paths of the modules of a bundle that are no dependencies, in the order they were put in; as the bundler saw them,
/// so that they may begin with the way out of its directory.
pub(super) fn modules(files: &dyn Files, path: &str) -> Vec<String> {
    let Some(text) = files.bytes(path, MAX_SIZE).and_then(|b| String::from_utf8(b).ok()) else {
        return Vec::new();
    };
    let mapped = map_of(files, path, &text).and_then(|m| sources(&m));
    let all = mapped.unwrap_or_else(|| comments(&text));
    all.into_iter().filter(|m| !is_foreign(m)).collect()
}

fn is_foreign(module: &str) -> bool {
    module.contains(':') && !module.starts_with("file:")
        || module.split('/').any(|p| matches!(p, "node_modules" | ".yarn" | ".pnpm"))
}

/// The source map a bundle names, or the one beside it.
fn map_of(files: &dyn Files, path: &str, text: &str) -> Option<Value> {
    let named =
        text.rfind(MAPPING).and_then(|i| text.get(i + MAPPING.len()..)?.lines().next()).map(str::trim);
    if let Some(data) = named.and_then(|n| n.strip_prefix("data:")) {
        let (_, code) = data.split_once(";base64,")?;
        return serde_json::from_slice(&base64(code)?).ok();
    }
    let beside = format!("{path}.map");
    let map = named.and_then(|n| join(parent(path), n)).filter(|p| files.is_file(p)).unwrap_or(beside);
    serde_json::from_slice(&files.bytes(&map, MAX_SIZE)?).ok()
}

/// Source: <https://tc39.es/ecma426/>
fn sources(map: &Value) -> Option<Vec<String>> {
    let root = map.get("sourceRoot").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
    let all = map.get("sources")?.as_array()?.iter().filter_map(Value::as_str);
    let all: Vec<String> =
        all.map(|s| if root.is_empty() { s.to_owned() } else { format!("{root}/{s}") }).collect();
    (!all.is_empty()).then_some(all)
}

/// The comments esbuild writes before each module, unless it is told to minify: `// src/orders.ts`.
fn comments(text: &str) -> Vec<String> {
    let name = |l: &str| {
        let path = l.strip_prefix("// ")?.trim_end();
        let is_path = !path.contains(char::is_whitespace) && file_name(path).contains('.');
        (is_path && crate::code::language(path).is_some()).then(|| path.to_owned())
    };
    text.lines().filter_map(name).collect()
}

/// Source: <https://datatracker.ietf.org/doc/html/rfc4648#section-4>
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for b in text.trim_end_matches('=').bytes() {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn of(files: &[(&str, &str)]) -> Vec<String> {
        modules(&MemoryFiles::new(files.iter().copied()), "out/index.js")
    }

    #[test]
    fn modules_of_source_maps() {
        let map = r#"{"version": 3, "sources": ["../../node_modules/x/a.js", "../../src/lib.ts", null, "../../src/app.ts"]}"#;
        let found = ["../../src/lib.ts", "../../src/app.ts"];
        assert_eq!(of(&[("out/index.js", "x"), ("out/index.js.map", map)]), found);
        assert_eq!(
            of(&[("out/index.js", "x\n//# sourceMappingURL=maps/i.map\n"), ("out/maps/i.map", map)]),
            found
        );
        let rooted = r#"{"sourceRoot": "../code/", "sources": ["a.ts", "webpack://x/b.ts"]}"#;
        assert_eq!(of(&[("out/index.js", "x"), ("out/index.js.map", rooted)]), ["../code/a.ts"]);
        let inline =
            "x\n//# sourceMappingURL=data:application/json;base64,eyJzb3VyY2VzIjogWyIuLi9hLnRzIl19\n";
        assert_eq!(of(&[("out/index.js", inline)]), ["../a.ts"]);
        assert_eq!(base64("YWI="), Some(b"ab".to_vec()));
        assert_eq!(base64("Y W"), None);
    }

    #[test]
    fn modules_of_comments() {
        let text = "\"use strict\";\n// node_modules/x/a.js\nvar a;\n// src/orders.ts\n// see the docs.\n// to be done\n  // src/inner.ts\n";
        assert_eq!(of(&[("out/index.js", text)]), ["src/orders.ts"]);
        assert_eq!(of(&[("out/index.js", "var a=1;")]), [""; 0]);
        assert_eq!(of(&[]), [""; 0]);
    }
}
