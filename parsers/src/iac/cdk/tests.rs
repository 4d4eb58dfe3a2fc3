//! Assemblies as the framework writes them.

use super::*;
use crate::files::MemoryFiles;
use crate::iac::{Assembled, ConfigFile, Deploy, assemble, read};
use crate::text::SourceText;
use lamlint_model::app::{CodeRef, Filter, TriggerKind};
use lamlint_model::source::FileId;

const MANIFEST_TEXT: &str = r#"{"version": "48.0.0", "artifacts": {
  "Main.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Main.assets.json"}},
  "Main": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Main.template.json"},
    "metadata": {"/Main/Fn/Resource": [{"type": "aws:cdk:logicalId", "data": "Fn9270CBC0", "trace": ["new Main (/x/app/lib/main.ts:7:5)"]}]},
    "additionalMetadataFile": "Main.metadata.json"},
  "assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}},
  "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}}"#;

const METADATA: &str = r#"{
  "/Main/Jobs/Resource": [{"type": "aws:cdk:logicalId", "data": "JobsDF1CC2D4"},
    {"type": "aws:cdk:creationStack", "data": ["...new Queue2 in aws-cdk-lib...", "new Main (/x/app/lib/main.ts:5:9)"]}],
  "/Main/Own": [{"type": "aws:cdk:is-custom-resource-handler-runtime-family", "data": 2}],
  "/Main/Hidden": [{"type": "aws:cdk:is-custom-resource-handler-singleton", "data": true}]}"#;

const ASSETS: &str = r#"{"files": {"a": {"source": {"path": "MainNest.nested.template.json", "packaging": "file"}},
  "b": {"source": {"path": "asset.0123456789abcdef0123456789abcdef", "packaging": "zip"}},
  "c": {"source": {"path": "../elsewhere.template.json"}}}}"#;

const INNER: &str = r#"{"version": "48.0.0", "artifacts": {
  "ProdInner": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "ProdInner.template.json"}}}}"#;

fn function(path: &str, more: &str) -> String {
    format!(
        r#"{{"Type": "AWS::Lambda::Function", "Properties": {{"Code": {{"S3Bucket": "b", "S3Key": "k"}}, "Handler": "app.handler", "Runtime": "python3.13"}}, "Metadata": {{"aws:cdk:path": "{path}"{more}}}}}"#
    )
}

fn permission(path: &str, principal: &str) -> String {
    format!(
        r#"{{"Type": "AWS::Lambda::Permission", "Properties": {{"Principal": "{principal}"}}, "Metadata": {{"aws:cdk:path": "{path}"}}}}"#
    )
}

fn template(resources: &[(&str, String)]) -> String {
    let all: Vec<String> = resources.iter().map(|(n, r)| format!("\"{n}\": {r}")).collect();
    format!("{{\"Resources\": {{\n{}\n}}}}", all.join(",\n"))
}

fn main_template() -> String {
    template(&[
        ("Fn9270CBC0", function("Main/Fn/Resource", r#", "aws:asset:path": "asset.0123456789abcdef0123456789abcdef""#)),
        ("JobsDF1CC2D4", r#"{"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "Main/Jobs/Resource"}}"#.into()),
        ("Own1", function("Main/Own/Resource", "")),
        ("Hidden1", function("Main/Hidden/Resource", "")),
        ("ProvframeworkonEvent1", function("Main/Prov/framework-onEvent/Resource", "")),
        (
            "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aFD4BFC8A",
            function("Main/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a/Resource", ""),
        ),
        ("CustomThing", function("Main/Custom/Thing/Resource", "")),
        ("FnInvokeA", permission("Main/Fn/InvokeN0a2GKfZP0JmDqDE", "secretsmanager.amazonaws.com")),
        ("FnInvokeB", permission("Main/Fn/InvokeJkP0JmDqDEN0a2GK", "sns.amazonaws.com")),
        (
            "Nest1",
            r#"{"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}]]}}, "Metadata": {"aws:cdk:path": "Main/Nest.NestedStack/Nest.NestedStackResource", "aws:asset:path": "MainNest.nested.template.json"}}"#.into(),
        ),
    ])
}

fn files() -> Vec<(&'static str, String)> {
    vec![
        ("app/cdk.json", r#"{"app": "npx tsx bin/app.ts"}"#.into()),
        ("app/lib/main.ts", "x".into()),
        ("app/cdk.out/manifest.json", MANIFEST_TEXT.into()),
        ("app/cdk.out/Main.metadata.json", METADATA.into()),
        ("app/cdk.out/Main.assets.json", ASSETS.into()),
        ("app/cdk.out/Main.template.json", main_template()),
        (
            "app/cdk.out/MainNest.nested.template.json",
            template(&[("In1", function("Main/Nest/In/Resource", ""))]),
        ),
        ("app/cdk.out/Stale.template.json", template(&[("Old1", function("Stale/Old/Resource", ""))])),
        ("app/cdk.out/assembly-Prod/manifest.json", INNER.into()),
        (
            "app/cdk.out/assembly-Prod/ProdInner.template.json",
            template(&[("S1", function("Prod/Inner/S/Resource", r#", "aws:asset:path": "../asset.x""#))]),
        ),
        ("app/elsewhere.template.json", "{}".into()),
    ]
}

fn memory(files: &[(&str, String)]) -> MemoryFiles {
    MemoryFiles::new(files.iter().map(|(p, t)| (*p, t.as_str())))
}

/// Assemble the given templates of the files.
fn assembled(files: &[(&str, String)], paths: &[&str]) -> Assembled {
    let read_one = |(i, path): (usize, &&str)| {
        let text = &files.iter().find(|(p, _)| p == path).unwrap().1;
        let src = SourceText::file(FileId(u32::try_from(i).unwrap()), text);
        ConfigFile { path: (*path).to_owned(), facts: read(&src, path).unwrap().unwrap() }
    };
    let configs: Vec<ConfigFile> = paths.iter().enumerate().map(read_one).collect();
    assemble(&configs, &Deploy::default(), &memory(files))
}

#[test]
fn a_project_leads_to_the_templates_of_its_assembly() {
    let all = files();
    let is = |files: &[(&str, String)]| project(&memory(files), "app/cdk.json");
    assert_eq!(
        is(&all),
        Project::Templates(
            [
                "app/cdk.out/Main.template.json",
                "app/cdk.out/MainNest.nested.template.json",
                "app/cdk.out/assembly-Prod/ProdInner.template.json",
                "app/elsewhere.template.json",
            ]
            .map(str::to_owned)
            .to_vec()
        )
    );
    let only = |text: &str| is(&[("app/cdk.json", text.to_owned())]);
    assert_eq!(only(r#"{"app": "x"}"#), Project::Absent("app/cdk.out".into()));
    assert_eq!(only(r#"{"app": "x", "output": "build/out"}"#), Project::Absent("app/build/out".into()));
    for text in [r#"{"context": {}}"#, r#"{"app": " "}"#, "{", "[]"] {
        assert_eq!(only(text), Project::None, "{text}");
    }
}

#[test]
fn an_assembly_in_itself_ends() {
    let inner =
        MANIFEST_TEXT.replace("\"directoryName\": \"assembly-Prod\"", "\"directoryName\": \"sub/..\"");
    let all = [("app/cdk.json", r#"{"app": "x"}"#.to_owned()), ("app/cdk.out/manifest.json", inner)];
    assert_eq!(project(&memory(&all), "app/cdk.json"), Project::Templates(Vec::new()));
}

#[test]
fn constructs_are_known_by_their_paths() {
    let all = files();
    let a = assembled(
        &all,
        &[
            "app/cdk.out/Main.template.json",
            "app/cdk.out/MainNest.nested.template.json",
            "app/cdk.out/assembly-Prod/ProdInner.template.json",
        ],
    );
    let named: Vec<(&str, bool)> = a.app.resources.iter().map(|r| (r.name.as_str(), r.generated)).collect();
    assert_eq!(
        named,
        [
            ("Main/Fn", false),
            ("Main/Jobs", false),
            ("Main/Own", false),
            ("Main/Hidden", true),
            ("Main/Prov/framework-onEvent", true),
            ("Main/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a", true),
            ("Main/Custom/Thing", false),
            ("Main/Fn/InvokeN0a2GKfZP0JmDqDE", true),
            ("Main/Fn/InvokeJkP0JmDqDEN0a2GK", false),
            ("Main/Nest/In", false),
            ("Prod/Inner/S", false),
        ]
    );
    assert!(a.notices.is_empty(), "{:?}", a.notices);
    let code = |i: usize| a.app.resources[i].code.as_ref().and_then(|c| c.only()).cloned();
    assert_eq!(
        code(0),
        Some(CodeRef::Directory("app/cdk.out/asset.0123456789abcdef0123456789abcdef".into()))
    );
    assert_eq!(code(10), Some(CodeRef::Directory("app/cdk.out/asset.x".into())));
    assert!((0..3).all(|i| a.app.origins.is_written(FileId(i))));
}

#[test]
fn creations_have_frames_or_ids() {
    let all = files();
    let a = assembled(&all, &["app/cdk.out/Main.template.json"]);
    let of = |i: usize| {
        let c = &a.creations[i];
        let frame = c.frames.first().map(|f| format!("{}:{}", f.path, f.line));
        (frame, c.ids.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(of(0), (Some("app/lib/main.ts:7".into()), "Fn".into()));
    assert_eq!(of(1), (Some("app/lib/main.ts:5".into()), "Jobs".into()));
    assert_eq!(of(2), (None, "Own".into()));
    // The part of one resource ends where the next one starts.
    assert_eq!(a.creations[0].part.end, a.creations[1].part.start);
}

#[test]
fn templates_elsewhere_are_left_as_they_are() {
    let (text, at) = (main_template(), "infra/Main.template.json");
    // Another tool's manifest.
    let all =
        [(at, text.clone()), ("infra/manifest.json", r#"{"artifacts": {"x": {"type": "zip"}}}"#.to_owned())];
    let a = assembled(&all, &[at]);
    assert!(a.creations.is_empty() && !a.app.origins.is_written(FileId(0)));
    assert!(a.app.resources.iter().any(|r| r.name == "Main/Fn"));
}

#[test]
fn copies_of_templates_say_nothing_twice() {
    let mut all = files();
    all.push(("app/committed/Main.template.json", main_template()));
    all.push(("app/test/integ.js.snapshot/Main.template.json", main_template()));
    all.push(("app/old.yaml", template(&[("Fn0", function("Main/Fn/Resource", ""))])));
    all.push(("else/old.yaml", template(&[("Fn0", function("Main/Fn/Resource", ""))])));
    all.push(("app/other/Other.template.json", template(&[("F1", function("Other/F/Resource", ""))])));
    let count = |paths: &[&str]| assembled(&all, paths).app.functions().count();
    let own = count(&["app/cdk.out/Main.template.json"]);
    let copies = [
        "app/cdk.out/Main.template.json",
        "app/committed/Main.template.json",
        "app/test/integ.js.snapshot/Main.template.json",
    ];
    assert_eq!(count(&copies), own);
    // Alone it counts, without what only the assembly knows.
    assert_eq!(count(&["app/committed/Main.template.json"]), own + 1);
    assert_eq!(count(&["app/test/integ.js.snapshot/Main.template.json"]), 0);
    for (other, more) in [("app/old.yaml", 0), ("else/old.yaml", 1), ("app/other/Other.template.json", 1)] {
        assert_eq!(count(&["app/cdk.out/Main.template.json", other]), own + more, "{other}");
    }
}

#[test]
fn notifications_of_buckets_are_canonical() {
    let text = r#"{"Resources": {
  "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}},
  "Data": {"Type": "AWS::S3::Bucket"},
  "N": {"Type": "Custom::S3BucketNotifications", "Properties": {
    "ServiceToken": {"Fn::GetAtt": ["Handler", "Arn"]}, "BucketName": {"Ref": "Data"},
    "NotificationConfiguration": {"LambdaFunctionConfigurations": [{"Events": ["s3:ObjectCreated:*"],
      "LambdaFunctionArn": {"Fn::GetAtt": ["Fn", "Arn"]},
      "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}], "EventBridgeConfiguration": {}}}}}}"#;
    let all = [("t.json", text.to_owned())];
    let a = assembled(&all, &["t.json"]);
    let [t] = &a.app.triggers[..] else { panic!("{:?}", a.app.triggers) };
    assert_eq!((t.kind, a.app.resource(t.function).name.as_str()), (TriggerKind::Bucket, "Fn"));
    let Filter::Object { events, prefix, .. } = &t.filter else { panic!("{:?}", t.filter) };
    assert_eq!((events[0].as_str(), prefix.as_str()), ("s3:ObjectCreated:*", "in/"));
}

#[test]
fn stacks_of_an_assembly_import_from_each_other() {
    let two = |manifest: bool| {
        let queue = r#"{"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"X": {"Value": {"Fn::GetAtt": ["Jobs", "Arn"]}, "Export": {"Name": "A:Jobs"}}}}"#;
        let mapping = r#"{"Resources": {"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}},
          "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Fn"}, "EventSourceArn": {"Fn::ImportValue": "A:Jobs"}}}}}"#;
        let mut all =
            vec![("o/A.template.json", queue.to_owned()), ("o/B.template.json", mapping.to_owned())];
        if manifest {
            all.push((
                "o/manifest.json",
                r#"{"artifacts": {"A": {"type": "aws:cloudformation:stack"}}}"#.to_owned(),
            ));
        }
        let a = assembled(&all, &["o/A.template.json", "o/B.template.json"]);
        let t = a.app.triggers.first()?;
        t.resource.map(|r| a.app.resource(r).name.clone())
    };
    assert_eq!(two(true).as_deref(), Some("Jobs"));
    // Stacks of other tools may be deployed to different accounts.
    assert_eq!(two(false), None);
}

#[test]
fn staged_code_is_known_by_its_hash_where_metadata_are_left_out() {
    let hash = "91c43a1a1ee77e1e1e4c7fb13b244365163dc79710dd1df5880e196ce8b02d9d";
    let text = format!(
        r#"{{"Resources": {{
  "Img": {{"Type": "AWS::Lambda::Function", "Properties": {{"Code": {{"ImageUri": {{"Fn::Join": ["", [{{"Ref": "AWS::AccountId"}}, ".dkr.ecr/assets:{hash}"]]}}}}, "PackageType": "Image"}}}},
  "Zip": {{"Type": "AWS::Lambda::Function", "Properties": {{"Code": {{"S3Bucket": "b", "S3Key": "{hash}.zip"}}}}}},
  "No": {{"Type": "AWS::Lambda::Function", "Properties": {{"Code": {{"S3Bucket": "b", "S3Key": "{}.zip"}}}}}}}}}}"#,
        hash.replace('9', "8")
    );
    let dockerfile = format!("o/asset.{hash}/Dockerfile");
    let manifest = r#"{"artifacts": {"A": {"type": "aws:cloudformation:stack"}}}"#.to_owned();
    let all =
        [("o/A.template.json", text), ("o/manifest.json", manifest), (&*dockerfile, "FROM x".to_owned())];
    let a = assembled(&all, &["o/A.template.json"]);
    let code: Vec<_> =
        a.app.resources.iter().map(|r| r.code.as_ref().and_then(|c| c.only()).cloned()).collect();
    let dir = format!("o/asset.{hash}");
    let image =
        CodeRef::Image { context: Some(dir.clone()), dockerfile: Some(dockerfile.clone()), command: None };
    assert_eq!(code, [Some(image), Some(CodeRef::Directory(dir)), Some(CodeRef::Object)]);
}
