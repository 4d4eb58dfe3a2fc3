//! Where code is, and code inside templates.

use super::{assembled, one, resource};
use crate::iac::{Assembled, Deploy};
use lamlint_model::app::CodeRef;

/// The code of a SAM function in `svc/template.yaml`.
fn code(properties: &str, rest: &str) -> Vec<(CodeRef, String)> {
    let text = format!(
        "Transform: AWS::Serverless-2016-10-31\nParameters:\n  P: {{Type: String}}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {properties}\n{rest}"
    );
    let a = assembled(&[("svc/template.yaml", &text)], &Deploy::default());
    let code = resource(&a, "F").code.clone().unwrap();
    let mut out: Vec<_> = code.alts().iter().map(|a| (a.value.clone(), a.guards.to_string())).collect();
    if code.open().is_some() {
        out.push((CodeRef::Object, "?".into()));
    }
    out
}

fn only(properties: &str, rest: &str) -> CodeRef {
    match &code(properties, rest)[..] {
        [(c, g)] if g.is_empty() => c.clone(),
        other => panic!("{properties}: {other:?}"),
    }
}

#[test]
fn paths_are_relative_to_the_template() {
    let dir = |p: &str| CodeRef::Directory(p.into());
    assert_eq!(only("{CodeUri: src/}", ""), dir("svc/src"));
    assert_eq!(only("{CodeUri: ../shared}", ""), dir("shared"));
    assert_eq!(only("{CodeUri: .}", ""), dir("svc"));
    assert_eq!(only("{Handler: a.b}", ""), dir("svc"));
    assert_eq!(only("{CodeUri: build/app.zip}", ""), CodeRef::File("svc/build/app.zip".into()));
    assert_eq!(only("{CodeUri: src/app.py}", ""), CodeRef::File("svc/src/app.py".into()));
    assert_eq!(only("{CodeUri: s3://b/k}", ""), CodeRef::Object);
    assert_eq!(only("{CodeUri: {Bucket: b, Key: k}}", ""), CodeRef::Object);
    assert_eq!(only("{CodeUri: !Sub 's3://${P}/k'}", ""), CodeRef::Object);
    for unknown in ["{CodeUri: ../../up}", "{CodeUri: /abs}", "{CodeUri: !Ref P}"] {
        assert_eq!(code(unknown, "")[0].1, "?", "{unknown}");
    }
    assert_eq!(
        code("{CodeUri: !If [C, src, {Bucket: b, Key: k}]}", ""),
        [(dir("svc/src"), "C".into()), (CodeRef::Object, "not C".into())]
    );
}

#[test]
fn images_with_and_without_a_build() {
    assert_eq!(
        only(
            "{PackageType: Image, ImageConfig: {Command: [app.handler]}}",
            "    Metadata: {DockerContext: ./img, Dockerfile: Dockerfile.prod}\n"
        ),
        CodeRef::Image {
            context: Some("svc/img".into()),
            dockerfile: Some("svc/img/Dockerfile.prod".into()),
            command: Some(vec!["app.handler".into()]),
        }
    );
    assert_eq!(
        only("{PackageType: Image, ImageUri: x.dkr.ecr/y}", ""),
        CodeRef::Image { context: None, dockerfile: None, command: None }
    );
}

fn inline(text: &str) -> (Assembled, String) {
    let a = one(text);
    let i = &a.inline[0];
    let code = a.app.resources.iter().find_map(|r| r.code.clone()).unwrap();
    assert_eq!(code.alts()[0].value, CodeRef::Inline(i.span));
    let decoded = i.text.clone();
    (a, decoded)
}

/// The text of the template at the place of a part of the inline code.
fn source<'t>(a: &Assembled, text: &'t str, part: &str) -> &'t str {
    let i = &a.inline[0];
    let at = i.text.find(part).unwrap();
    let (s, e) = i.map.range(at, at + part.len());
    &text[s..e]
}

#[test]
fn inline_code_keeps_its_place() {
    let head = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.14\n      Code:\n";
    let text = format!(
        "{head}        ZipFile: |\n          import os\n          def handler(e, c):\n            return 1\n"
    );
    let (a, code) = inline(&text);
    assert_eq!(code, "import os\ndef handler(e, c):\n  return 1\n");
    assert_eq!(source(&a, &text, "return 1"), "return 1");
    assert_eq!(a.inline[0].runtime.as_deref(), Some("python3.14"));

    let text = format!(
        "{head}        ZipFile: !Sub |\n          name = '${{AWS::Region}}'\n          x = '${{!y}}'\n          def handler(e, c): pass\n"
    );
    let (a, code) = inline(&text);
    assert_eq!(code, "name = 'xxxxxxxxxxxxxx'\nx = '${y}'\ndef handler(e, c): pass\n");
    assert_eq!(source(&a, &text, "def handler"), "def handler");
    assert_eq!(source(&a, &text, "${y}"), "${!y}");

    let text = format!(
        "{head}        ZipFile:\n          Fn::Join:\n            - \"\\n\"\n            - - import os\n              - !Sub 'r = \"${{AWS::Region}}\"'\n              - 'def handler(e, c):'\n"
    );
    let (a, code) = inline(&text);
    assert_eq!(code, "import os\nr = \"xxxxxxxxxxxxxx\"\ndef handler(e, c):");
    assert_eq!(source(&a, &text, "def handler(e, c):"), "def handler(e, c):");
}

#[test]
fn inline_code_put_together_elsewhere_is_unknown() {
    let a = one(
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: {ZipFile: !ImportValue code}\n",
    );
    let code = resource(&a, "F").code.clone().unwrap();
    assert!(code.alts().is_empty() && code.open().is_some());
    assert!(a.inline.is_empty());
}
