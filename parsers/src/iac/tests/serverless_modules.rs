//! Configurations of the Serverless Framework that are modules of code.

use super::{assembled, dump, prop, resource};
use crate::code::{self, program::Program};
use crate::files::MemoryFiles;
use crate::iac::{Assembled, ConfigFile, Deploy, Facts, ServiceModule, assemble, service_modules};
use crate::link::read_manifests;
use crate::text::SourceText;
use lamlint_model::source::SourceMap;
use std::sync::Arc;

fn read(files: &[(&str, &str)]) -> (SourceMap, Vec<ServiceModule>) {
    let (mut sources, mut program) = (SourceMap::default(), Program::default());
    for (path, text) in files {
        let id = sources.add(*path, *text);
        if let Some(lang) = code::language(path) {
            program.add(path, Arc::new(code::lower(lang, &SourceText::file(id, text), path)));
        }
    }
    read_manifests(&mut program, &MemoryFiles::new(files.iter().copied()));
    let modules = service_modules(&program, &sources);
    (sources, modules)
}

fn deployed(files: &[(&str, &str)]) -> (SourceMap, Assembled) {
    let (sources, modules) = read(files);
    let configs: Vec<ConfigFile> = modules
        .into_iter()
        .map(|m| ConfigFile { path: m.path, facts: Facts::Serverless(Arc::new(m.read.unwrap())) })
        .collect();
    (sources, assemble(&configs, &Deploy::default(), &MemoryFiles::new(files.iter().copied())))
}

/// A service with these lines before and these sections in its object.
fn with(before: &str, sections: &str) -> Assembled {
    let text = format!(
        "import type {{ AWS }} from '@serverless/typescript';\n{before}\nconst serverlessConfiguration: AWS = {{\n  service: 'shop',\n  provider: {{ name: 'aws' }},\n{sections}\n}};\nmodule.exports = serverlessConfiguration;\n"
    );
    deployed(&[("serverless.ts", &text)]).1
}

fn why_not(files: &[(&str, &str)]) -> String {
    read(files).1.remove(0).read.unwrap_err()
}

#[test]
fn a_module_says_what_the_same_yaml_says() {
    let yaml = "service: shop\nprovider:\n  name: aws\n  stage: ${opt:stage, 'dev'}\n  runtime: nodejs22.x\nfunctions:\n  hello:\n    handler: src/a.handler\n    timeout: 30\n    environment:\n      TABLE: ${self:service}-${self:provider.stage}\n      URL: { Ref: Jobs }\n    events:\n      - sqs: { arn: { 'Fn::GetAtt': [Jobs, Arn] }, batchSize: 5 }\nresources:\n  Resources:\n    Jobs:\n      Type: AWS::SQS::Queue\n";
    let object = "{\n  service: 'shop',\n  provider: { name: 'aws', stage: \"${opt:stage, 'dev'}\", runtime: `nodejs22.x` },\n  functions: { hello: {\n    handler: 'src/a.handler', timeout: 3 * 10,\n    environment: { TABLE: `\\${self:service}-${'$'}{self:provider.stage}`, URL: { Ref: 'Jobs' } },\n    events: [{ sqs: { arn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, batchSize: 5 } }],\n  } },\n  resources: { Resources: { Jobs: { Type: 'AWS::SQS::Queue' } } },\n}";
    let expected = dump(&assembled(&[("serverless.yml", yaml)], &Deploy::default()));
    for (path, text) in [
        ("serverless.js", format!("module.exports = {object};\n")),
        ("serverless.ts", format!("export default {object} satisfies AWS;\n")),
        ("serverless.ts", format!("const config = {object} as const;\nexport = config;\n")),
        ("serverless.cjs", format!("const config = {object};\nmodule.exports = config;\n")),
        ("serverless.js", format!("module.exports = () => ({object});\n")),
        ("serverless.mjs", format!("export default async function () {{\n  return {object};\n}}\n")),
    ] {
        assert_eq!(dump(&deployed(&[(path, &text)]).1), expected, "{path}: {text}");
    }
}

#[test]
fn places_are_those_of_the_words() {
    let text = "const seconds = 30;\nmodule.exports = {\n  service: 'shop',\n  provider: { name: 'aws' },\n  functions: { hello: { handler: 'src/a.handler', timeout: seconds } },\n};\n";
    let (sources, a) = deployed(&[("serverless.js", text)]);
    let hello = resource(&a, "hello");
    assert_eq!(sources.text(hello.anchor.span), "hello");
    let at = |name: &str| {
        let found = hello.props.path(&[name]);
        sources.text(found.alts()[0].span).to_owned()
    };
    assert_eq!((at("Handler").as_str(), at("Timeout").as_str()), ("'src/a.handler'", "30"));
}

#[test]
fn functions_come_from_modules_by_alias_and_by_path() {
    let files = [
        ("svc/tsconfig.json", "{\"extends\": \"./tsconfig.paths.json\"}"),
        (
            "svc/tsconfig.paths.json",
            "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@functions/*\": [\"src/functions/*\"], \"@libs/*\": [\"src/libs/*\"]}}}",
        ),
        (
            "svc/src/libs/handler-resolver.ts",
            "export const handlerPath = (context: string) => {\n  return `${context.split(process.cwd())[1].substring(1).replace(/\\\\/g, '/')}`\n};\n",
        ),
        (
            "svc/src/libs/paths.ts",
            "import path from 'node:path';\nexport function below(dir: string, file = 'handler') {\n  const folder = path.relative(process.cwd(), dir);\n  return path.posix.join(folder, file);\n}\n",
        ),
        (
            "svc/src/functions/hello/index.ts",
            "import { handlerPath } from '@libs/handler-resolver';\nexport default {\n  handler: `${handlerPath(__dirname)}/handler.main`,\n  events: [{ http: { method: 'post', path: 'hello' } }],\n};\n",
        ),
        (
            "svc/src/functions/bye/index.ts",
            "import { below } from '../../libs/paths';\nexport const bye = { handler: `${below(__dirname)}.main` };\n",
        ),
        (
            "svc/src/functions/index.ts",
            "export { default as hello } from './hello';\nexport * from './bye';\n",
        ),
        (
            "svc/serverless.ts",
            "import hello from '@functions/hello';\nimport * as all from './src/functions';\nexport default {\n  service: 'shop',\n  provider: { name: 'aws' },\n  functions: { first: hello, ...all },\n};\n",
        ),
    ];
    let (sources, a) = deployed(&files);
    assert_eq!(prop(&a, "first", &["Handler"]), "src/functions/hello/handler.main");
    assert_eq!(prop(&a, "hello", &["Handler"]), "src/functions/hello/handler.main");
    assert_eq!(prop(&a, "bye", &["Handler"]), "src/functions/bye/handler.main");
    assert_eq!(a.notices, []);
    let span = resource(&a, "first").props.path(&["Handler"]).alts()[0].span;
    assert_eq!(sources.file(span.file).path, "svc/src/functions/hello/index.ts");
}

#[test]
fn what_is_computed_is_open() {
    let before = "import { other } from 'elsewhere';\nconst base = { runtime: 'nodejs22.x', timeout: 3 };\nlet late = 1;\nlate = 2;\nconst list = ['a'];\nlist.push('b');\nconst isProd = process.env.STAGE === 'prod';";
    let a = with(
        before,
        "  functions: {\n    hello: { ...base, timeout: isProd ? 60 : 10, memorySize: late, handler: 'src/a.handler',\n      description: process.env.TEXT, layers: list, kmsKeyArn: process.env.KEY || 'none',\n      environment: { A: 'x', ...other, B: process.env.NAME, C: `t-${process.env.NAME}` } },\n    half: { handler: 'src/b.handler', timeout: 5, ...other() },\n    opaque: other('x'),\n  },",
    );
    assert_eq!(prop(&a, "hello", &["Runtime"]), "nodejs22.x");
    assert_eq!(prop(&a, "hello", &["Timeout"]), "?");
    assert_eq!(prop(&a, "hello", &["MemorySize"]), "?");
    assert_eq!(prop(&a, "hello", &["Layers"]), "?");
    assert_eq!(prop(&a, "hello", &["Description"]), "env:TEXT");
    assert_eq!(prop(&a, "hello", &["KmsKeyArn"]), "none<env:KEY> | ?");
    let variables = prop(&a, "hello", &["Environment", "Variables"]);
    assert_eq!(variables, "{A: ?, B: env:NAME, C: t-${env:NAME}…}");
    assert_eq!(prop(&a, "half", &["Timeout"]), "?");
    assert_eq!(prop(&a, "opaque", &["Handler"]), "?");
    assert_eq!(prop(&a, "opaque", &["Role"]), "?");
    let notices: Vec<&str> = a.notices.iter().map(|(_, n)| n.as_str()).collect();
    assert_eq!(notices, ["`opaque` is not read: `elsewhere` is no module of this tree"]);
}

#[test]
fn objects_that_are_changed_later_are_open() {
    for change in [
        "serverlessConfiguration.functions.more = {};",
        "Object.assign(serverlessConfiguration, {});",
        "extend(serverlessConfiguration);",
    ] {
        let text = format!(
            "const serverlessConfiguration = {{ service: 'x', provider: {{ name: 'aws' }}, functions: {{}} }};\n{change}\nmodule.exports = serverlessConfiguration;\n"
        );
        let why = why_not(&[("serverless.ts", &text)]);
        assert!(why.contains("`serverlessConfiguration` may be changed"), "{change}: {why}");
    }
    let printed = with("", "  functions: { a: { handler: 'b.c' } },").app.resources.len();
    assert!(printed > 0);
}

#[test]
fn parts_that_are_spread_from_elsewhere() {
    let a = with(
        "const { stage } = { stage: 'prod' } as const;\nconst env = { ONE: `one-${stage}` };\nconst fn = (file: string, timeout = 20) => ({ handler: `src/${file}.handler`, timeout });",
        "  functions: { a: fn('a'), b: { ...fn('b', 5), environment: { ...env, TWO: '2', ONE: 'over' } } },\n  plugins: ['serverless-offline'],",
    );
    assert_eq!(prop(&a, "a", &["Handler"]), "src/a.handler");
    assert_eq!(prop(&a, "a", &["Timeout"]), "20");
    assert_eq!(prop(&a, "b", &["Timeout"]), "5");
    assert_eq!(prop(&a, "b", &["Environment", "Variables"]), "{ONE: over, TWO: 2}");
    // What may be there is not replaced by what stands in for it.
    let a = with(
        "import { more } from './gone';",
        "  custom: { ...more, all: more },\n  functions: { a: { handler: 'a.b', timeout: '${self:custom.wait, 5}', memorySize: '${self:custom.all.size, 128}' } },",
    );
    assert_eq!(prop(&a, "a", &["Timeout"]), "5<self:custom.wait> | ?");
    assert_eq!(prop(&a, "a", &["MemorySize"]), "128<self:custom.all.size> | ?");
    // Functions of an unknown spread: there may be more.
    let a = with("import { more } from './gone';", "  functions: { a: { handler: 'a.b' }, ...more },");
    assert!(a.app.templates[0].more.is_some());
    assert_eq!(prop(&a, "a", &["Handler"]), "?");
    // With what is taken from elsewhere as a whole, there may be plugins.
    let a = with("import base from './gone';", "  ...base,\n  functions: { a: { handler: 'a.b' } },");
    assert!(a.app.templates.is_empty() && a.notices[0].1.contains("is not known"), "{:?}", a.notices);
}

#[test]
fn modules_that_are_not_read_say_why() {
    let text = "const { build } = require('./gone');\n// service, provider\nmodule.exports = build();\n";
    assert!(why_not(&[("serverless.js", text)]).contains("`./gone` is no module of this tree"));
    let text =
        "module.exports = { service: 'x', provider: { name: 'aws' }, functions: { a: { handler: } } };\n";
    assert!(why_not(&[("serverless.js", text)]).starts_with("it does not parse"));
    let text = "module.exports = { service: 'x', provider: { name: 'aws' } };\n";
    let files = [("a/serverless.ts", text), ("a/serverless.yml", "service: y\n")];
    assert_eq!(why_not(&files), "the framework takes `serverless.yml` beside it");
    // The name alone says nothing.
    let app = "const provider = 1;\nconst service = express();\nmodule.exports = { service };\n";
    assert!(
        read(&[("serverless.js", app), ("lib/serverless.ts", "export const provider = 'service';\n")])
            .1
            .is_empty()
    );
    assert!(read(&[("app/server.js", text)]).1.is_empty());
}

#[test]
fn modules_that_need_themselves_come_to_an_end() {
    let files = [
        (
            "serverless.ts",
            "import b from './b';\nconst self = { ...self, x: self };\nexport default { service: 'x', provider: { name: 'aws' }, functions: { ...b, f: self } };\n",
        ),
        ("b.ts", "import c from './c';\nexport default { ...c };\n"),
        (
            "c.ts",
            "import b from './b';\nexport * from './c';\nexport default { ...b, deep: ((f) => f(f))((f) => f(f)) };\n",
        ),
    ];
    let (_, a) = deployed(&files);
    assert!(a.app.templates[0].more.is_some());
}

#[test]
fn comments_in_modules_silence_what_stands_below() {
    let text = "module.exports = {\n  service: 'x',\n  provider: { name: 'aws' },\n  functions: {\n    // lamlint: ignore[deprecated-runtime] until May\n    a: {\n      handler: 'a.b',\n      runtime: 'nodejs12.x',\n    },\n    b: { handler: 'b.c' },\n  },\n};\n";
    let (sources, modules) = read(&[("serverless.js", text)]);
    let facts = modules[0].read.as_ref().unwrap();
    let [directive] = &facts.suppressions[..] else { panic!("{:?}", facts.suppressions) };
    assert!(directive.covers.iter().any(|c| sources.text(*c).ends_with("'nodejs12.x',\n    }")));
    assert!(!directive.covers.iter().any(|c| sources.text(*c).contains("b: {")));
}
