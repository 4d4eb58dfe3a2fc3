//! What synthesis staged, and the sources it is made of.

use super::*;

const ASSET: &str = "infra/cdk.out/asset.0123456789abcdef0123456789abcdef";

/// Where a handler in a staged directory leads, by the texts of the files.
fn staged(
    runtime: &str,
    handler: &str,
    units: &[(&str, Unit)],
    asset: &[(&str, &str)],
    rest: &[(&str, &str)],
) -> Outcome {
    let plain = map(&[("aws:asset:is-bundled", Props::leaf(Value::Bool(false), span()))]);
    let a = app(runtime, handler, dir(ASSET), plain);
    let copied: Vec<(String, &str)> = asset.iter().map(|(p, t)| (format!("{ASSET}/{p}"), *t)).collect();
    let files: Vec<(&str, &str)> =
        copied.iter().map(|(p, t)| (p.as_str(), *t)).chain(rest.iter().copied()).collect();
    match linked(&a, units, &files) {
        Some(path) => panic!("linked to {path}"),
        None => outcome(&a, units, &files),
    }
}

/// The path a handler in a staged directory leads to.
fn source(
    handler: &str,
    units: &[(&str, Unit)],
    asset: &[(&str, &str)],
    rest: &[(&str, &str)],
) -> Option<String> {
    let runtime = if units[0].1.lang == Lang::Python { "python3.14" } else { "nodejs24.x" };
    let a = app(runtime, handler, dir(ASSET), none());
    let copied: Vec<(String, &str)> = asset.iter().map(|(p, t)| (format!("{ASSET}/{p}"), *t)).collect();
    let files: Vec<(&str, &str)> =
        copied.iter().map(|(p, t)| (p.as_str(), *t)).chain(rest.iter().copied()).collect();
    linked(&a, units, &files)
}

#[test]
fn copies_are_known_by_their_content() {
    let units = || [("infra/a/app.py", py(&["handler"])), ("infra/b/app.py", py(&["handler"]))];
    let from = |asset: &[(&str, &str)], rest: &[(&str, &str)]| source("app.handler", &units(), asset, rest);
    let (a, b) = (("infra/a/app.py", "one"), ("infra/b/app.py", "two"));
    assert_eq!(from(&[("app.py", "two")], &[a, b]).as_deref(), Some("infra/b/app.py"));
    // Changed since: the other files tell, where there are any.
    let (lib, other) = (("infra/a/lib.py", "lib"), ("infra/b/lib.py", "other"));
    assert_eq!(
        from(&[("app.py", "old"), ("lib.py", "lib")], &[a, b, lib, other]).as_deref(),
        Some("infra/a/app.py")
    );
    assert_eq!(from(&[("app.py", "old")], &[a, b]), None);
    assert_eq!(from(&[("app.py", "old"), ("lib.py", "lib")], &[a, b, lib, ("infra/b/lib.py", "lib")]), None);
    // Equal directories are staged once; either is right.
    assert_eq!(
        from(&[("app.py", "one")], &[a, ("infra/b/app.py", "one")]).as_deref(),
        Some("infra/a/app.py")
    );
}

#[test]
fn bundles_lead_to_their_last_module_with_the_symbol() {
    let ts = |names: &[&str]| js(Lang::TypeScript, names);
    let units = || [("infra/src/lib.ts", ts(&["handler"])), ("infra/src/get.ts", ts(&["handler"]))];
    let cdk = ("infra/cdk.json", "{}");
    let from = |asset: &[(&str, &str)]| source("index.handler", &units(), asset, &[cdk]);
    let text = "// node_modules/x/index.js\n// src/lib.ts\n// src/get.ts\n";
    assert_eq!(from(&[("index.js", text)]).as_deref(), Some("infra/src/get.ts"));
    let map = r#"{"sources": ["../../src/get.ts", "../../src/lib.ts"]}"#;
    assert_eq!(from(&[("index.js", text), ("index.js.map", map)]).as_deref(), Some("infra/src/lib.ts"));
    // In a container, the project lies elsewhere.
    let map = r#"{"sources": ["../asset-input/src/get.ts"]}"#;
    assert_eq!(from(&[("index.js", ""), ("index.js.map", map)]).as_deref(), Some("infra/src/get.ts"));
    assert_eq!(from(&[("index.js", "// src/gone.ts\n")]), None);
    assert_eq!(from(&[("index.js", "minified")]), None);
}

#[test]
fn a_copy_lacks_what_it_lacks() {
    let units = [("infra/fn/app.py", py(&["handle"]))];
    let rest = [("infra/fn/app.py", "text")];
    let is = |handler: &str, asset: &[(&str, &str)]| staged("python3.14", handler, &units, asset, &rest);
    let Outcome::Missing(m) = is("main.handle", &[("app.py", "text")]) else { panic!("it is missing") };
    assert!(matches!(&m.what, MissingWhat::File(tried) if *tried == ["infra/fn/main.py"]), "{:?}", m.what);
    let Outcome::Missing(m) = is("app.handler", &[("app.py", "text")]) else { panic!("it is missing") };
    assert!(matches!(&m.what, MissingWhat::Symbol { file, .. } if file == "infra/fn/app.py"), "{:?}", m.what);
    // A compiled module, another language, nothing there.
    for asset in
        [&[("app.py", "text"), ("main.cpython-314-x86_64-linux-gnu.so", "x")][..], &[("main.js", "")], &[]]
    {
        assert!(matches!(is("main.handle", asset), Outcome::Unlinked(_)), "{asset:?}");
    }
}
