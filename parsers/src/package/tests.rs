//! Packages over hand-built applications.

use super::*;
use crate::files::MemoryFiles;
use crate::link::tests::{list, map, resource, span, text};
use lamlint_model::app::Kind;
use lamlint_model::tree::Tree as Props;
use lamlint_model::value::{Attr, Value};

fn app(runtime: &str, code: CodeRef, more: &[(&str, Props)]) -> App {
    let mut app = App::default();
    let mut props = vec![("Runtime", text(runtime)), ("Handler", text("app.handler"))];
    props.extend(more.iter().cloned());
    resource(&mut app, Kind::Function, "Worker", map(&props), Props::absent_at(span()), code);
    app
}

fn dir(d: &str) -> CodeRef {
    CodeRef::Directory(d.to_owned())
}

fn one(app: &App, files: &[(&str, &str)]) -> Package {
    measure(app, &MemoryFiles::new(files.iter().copied())).pop().unwrap()
}

#[test]
fn a_built_artifact_wins_over_the_sources() {
    let files = [
        ("app/src/app.py", "12"),
        ("app/.aws-sam/build/Worker/numpy/x.so", "12345"),
        ("app/.aws-sam/build/Other/y", "1"),
    ];
    let p = one(&app("python3.14", dir("app/src"), &[]), &files);
    assert_eq!(p.measured, Measured::Artifact("app/.aws-sam/build/Worker".into()));
    assert_eq!((p.unzipped, p.contributors), (5, vec![("numpy".to_owned(), 5)]));
}

#[test]
fn sources_and_the_manifest_together() {
    let files = [("f/app.py", "12"), ("f/requirements.txt", "torch\n"), ("f/.venv/x", "123456")];
    let p = one(&app("python3.14", dir("f"), &[]), &files);
    assert_eq!(p.measured, Measured::Manifest("f/requirements.txt".into()));
    assert!(p.unzipped > 262_144_000);
    assert_eq!(p.contributors[0].0, "torch");
    assert_eq!(p.dependencies, ["torch"]);
    assert!(!p.complete);
    // Another file than the one the build installs from says nothing.
    let dev = [("f/app.py", "12"), ("f/requirements-dev.txt", "torch\n")];
    let p = one(&app("python3.14", dir("f"), &[]), &dev);
    assert_eq!((p.measured, p.unzipped), (Measured::Tree("f".into()), 2 + 6));
}

#[test]
fn a_bundle_is_not_its_sources() {
    let files = [
        ("f/app.js", "12"),
        ("f/package.json", r#"{"dependencies": {"googleapis": "1"}, "devDependencies": {"esbuild": "1"}}"#),
    ];
    assert_eq!(one(&app("nodejs24.x", dir("f"), &[]), &files).measured, Measured::No);
    let plain = [("f/app.js", "12"), ("f/package.json", r#"{"dependencies": {"googleapis": "1"}}"#)];
    let p = one(&app("nodejs24.x", dir("f"), &[]), &plain);
    assert_eq!(p.measured, Measured::Manifest("f/package.json".into()));
}

#[test]
fn layers_of_the_tree_are_weighed_and_named() {
    let mut a = App::default();
    let layer = resource(&mut a, Kind::Layer, "Deps", map(&[]), Props::absent_at(span()), dir("layer"));
    let props = map(&[
        ("Runtime", text("nodejs24.x")),
        ("Layers", list(&[Props::leaf(Value::Of(layer, Attr::Arn), span())])),
    ]);
    resource(&mut a, Kind::Function, "Worker", props, Props::absent_at(span()), dir("src"));
    let files = [("src/app.js", "12"), ("layer/nodejs/node_modules/aws-sdk/index.js", "1234567")];
    let p = one(&a, &files);
    assert_eq!((p.unzipped, p.layers, p.complete), (2, 7, true));
    assert_eq!(p.dependencies, ["aws-sdk"]);
}

#[test]
fn an_unknown_layer_leaves_the_dependencies_open() {
    let arn = list(&[text("arn:aws:lambda:eu-west-1:123456789012:layer:x:1")]);
    let files = [("src/app.js", "12")];
    assert!(!one(&app("nodejs24.x", dir("src"), &[("Layers", arn)]), &files).complete);
    assert!(one(&app("nodejs24.x", dir("src"), &[]), &files).complete);
    let extension = list(&[text("arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53")]);
    assert!(one(&app("nodejs24.x", dir("src"), &[("Layers", extension)]), &files).complete);
    assert!(one(&app("nodejs24.x", CodeRef::Inline(span()), &[]), &[]).complete);
    assert!(measure(&app("nodejs24.x", dir("gone"), &[]), &MemoryFiles::default()).is_empty());
}
