//! Snippets of code and the facts they give.
//!
//! A case file holds cases: `### name`, files (`=== path`, the first one holds `lambda_handler` or `handler`), and
//! under `=== facts` one line per fact. `LAMLINT_BLESS=1` rewrites the facts; look at the difference.

mod asked;
mod beyond;

use crate::code::program::Program;
use crate::code::{Entry, analyze, handlers_by_shape, language, lower};
use crate::text::SourceText;
use lamlint_model::handler::{Fact, FactKind, Handler, Phase};
use lamlint_model::source::FileId;
use lamlint_model::value::{Deps, Value};
use std::fmt::Write as _;
use std::sync::Arc;

/// Follow the handler of the first file.
fn follow(files: &[(&str, &str)]) -> Option<Handler> {
    let mut program = Program::default();
    let mut first = None;
    for (i, (path, text)) in files.iter().enumerate() {
        let id = FileId(u32::try_from(i).unwrap());
        let lang = language(path).unwrap();
        let unit = lower(lang, &SourceText::file(id, text), path);
        assert!(unit.taints.is_empty(), "{path}: {:?}", unit.taints);
        let names = handlers_by_shape(&unit);
        let id = program.add(path, Arc::new(unit));
        first.get_or_insert((id, names));
    }
    let (unit, names) = first?;
    let is_program = program.unit(unit).lang.traits().entry == crate::code::lang::EntryPoint::Program;
    let is_script = !program.unit(unit).lang.traits().ambient.is_empty();
    let program_entry = if is_program { "main" } else { ["handler", ""][usize::from(is_script)] };
    let symbol = names.first().cloned().unwrap_or_else(|| program_entry.into());
    program.manifests.packages.insert("go:example.com/app".into(), String::new());
    program.manifests.projects.insert("src".into(), crate::code::program::Project::default());
    program.manifests.packages.insert("rs::".into(), String::new());
    program.manifests.packages.insert("rs::shared".into(), "shared/src/lib.rs".into());
    let roots = vec!["src".to_owned(), "layer/python".to_owned(), "layer/nodejs/node_modules".to_owned()];
    let handler = analyze(&program, &Entry { function: None, unit, symbol, roots })?;
    Some(handler)
}

fn value(v: &Value) -> String {
    match v {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => f.to_string(),
        Value::Str(s) => format!("{:?}", s.as_str()),
        Value::Concat(p) => p.iter().map(value).collect::<Vec<_>>().join("+"),
        Value::List(v, open) => {
            format!(
                "[{}{}]",
                v.iter().map(value).collect::<Vec<_>>().join(", "),
                if *open { ", …" } else { "" }
            )
        }
        Value::Map(m, open) => {
            let all: Vec<String> = m.iter().map(|(k, v)| format!("{k}: {}", value(v))).collect();
            format!("{{{}{}}}", all.join(", "), if *open { ", …" } else { "" })
        }
        Value::Env(n) => format!("${n}"),
        Value::Event(p) => format!("event{}", path(p)),
        Value::Context(p) => format!("context{}", path(p)),
        Value::Fresh(f) => format!("fresh {f:?}"),
        Value::CallResult { service, operation, path } => {
            format!("result {service}.{operation}{}", self::path(path))
        }
        Value::OneOf(v) => v.iter().map(value).collect::<Vec<_>>().join(" | "),
        Value::Unknown(d) => format!("?{}", deps(*d)),
        v => format!("{v:?}"),
    }
}

fn path(p: &[smol_str::SmolStr]) -> String {
    p.iter().fold(String::new(), |out, s| out + "." + s)
}

fn deps(d: Deps) -> String {
    let names = [
        (Deps::EVENT, "event"),
        (Deps::CONTEXT, "context"),
        (Deps::FRESH, "fresh"),
        (Deps::CALL, "call"),
        (Deps::ENV, "env"),
    ];
    names.iter().filter(|(x, _)| d.any(*x)).map(|(_, n)| *n).collect::<Vec<_>>().join("+")
}

pub(super) fn line(f: &Fact) -> String {
    let mut out = String::from(if f.phase == Phase::Init { "init " } else { "" });
    let _ = match &f.kind {
        FactKind::NewClient(c) => {
            let d = deps(c.args);
            let other = if c.args.any(Deps::OTHER) { "?" } else { "" };
            write!(out, "new {:?} {}", c.family, c.label)
                .and_then(|()| if c.args.is_empty() { Ok(()) } else { write!(out, " of {d}{other}") })
        }
        FactKind::SdkCall(c) => {
            write!(
                out,
                "{}.{} {}{}",
                c.service,
                c.operation,
                value(&c.args),
                if c.foreign { " foreign" } else { "" }
            )
        }
        FactKind::Signed(c) => write!(out, "signs {}.{} {}", c.service, c.operation, value(&c.args)),
        FactKind::EnvRead { name, required } => {
            write!(out, "env {}{}", value(name), if *required { " required" } else { "" })
        }
        FactKind::FileRead { path } => write!(out, "read {}", value(path)),
        FactKind::FileWrite { path } => write!(out, "write {}", value(path)),
        FactKind::LocalImport { module } => write!(out, "import {module}"),
        FactKind::Http { method, url, idempotency_key } => write!(
            out,
            "http {} {}{}",
            method.as_deref().unwrap_or("?"),
            value(url),
            if *idempotency_key { " keyed" } else { "" }
        ),
        FactKind::Statement { text } => write!(out, "statement {}", value(text)),
        FactKind::Provider { what, idempotency_key } => {
            write!(out, "provider {what}{}", if *idempotency_key { " keyed" } else { "" })
        }
        FactKind::AttributeOnMapping { object, attribute } => {
            write!(out, "attribute {}.{attribute}", value(object))
        }
    };
    let c = &f.ctx;
    for (on, name) in [
        (c.memo, "memo"),
        (c.event_branch, "event-branch"),
        (c.branch, "branch"),
        (c.in_loop, "loop"),
        (c.maybe, "maybe"),
        (c.idempotent.is_some(), "idempotent"),
    ] {
        if on {
            let _ = write!(out, " [{name}]");
        }
    }
    for t in &c.env {
        let default = t.default.as_ref().map(|d| format!(" or {d:?}")).unwrap_or_default();
        let _ = write!(out, " [${}{default} {:?}]", t.name, t.is);
    }
    if !c.chain.is_empty() {
        let chain: Vec<&str> = c.chain.iter().map(|c| c.callee.as_str()).collect();
        let _ = write!(out, " < {}", chain.join(" > "));
    }
    out
}

fn dump(files: &[(&str, &str)]) -> Vec<String> {
    match follow(files) {
        None => vec!["no handler".into()],
        Some(h) => {
            let mut out: Vec<String> = h.facts.iter().map(line).collect();
            if let Err(why) = &h.complete {
                out.push(format!("incomplete: {why}"));
            }
            out
        }
    }
}

/// Check the cases of a file.
fn check(path: &str, text: &str) {
    let mut out = String::new();
    for case in text.split("### ").skip(1) {
        let (name, body) = case.split_once('\n').unwrap();
        let mut files: Vec<(&str, &str)> = Vec::new();
        for part in body.split("=== ").skip(1) {
            let (path, text) = part.split_once('\n').unwrap();
            files.push((path, text));
        }
        let expected = files.pop_if(|(p, _)| *p == "facts").map_or("", |(_, t)| t);
        let facts = dump(&files).join("\n");
        assert!(
            std::env::var_os("LAMLINT_BLESS").is_some() || facts.trim() == expected.trim(),
            "{path}: {name}\n--- expected\n{}\n--- got\n{facts}\n",
            expected.trim()
        );
        writeln!(out, "### {name}").unwrap();
        for (p, t) in &files {
            write!(out, "=== {p}\n{t}").unwrap();
        }
        write!(out, "=== facts\n{facts}\n\n").unwrap();
    }
    if std::env::var_os("LAMLINT_BLESS").is_some() {
        let file = format!("{}/src/code/interp/tests/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(file, out).unwrap();
    }
}

#[test]
fn python_clients() {
    check("python_clients.txt", include_str!("python_clients.txt"));
}

#[test]
fn python_calls() {
    check("python_calls.txt", include_str!("python_calls.txt"));
}

#[test]
fn python_effects() {
    check("python_effects.txt", include_str!("python_effects.txt"));
}

#[test]
fn js_clients() {
    check("js_clients.txt", include_str!("js_clients.txt"));
}

#[test]
fn js_calls() {
    check("js_calls.txt", include_str!("js_calls.txt"));
}

#[test]
fn js_effects() {
    check("js_effects.txt", include_str!("js_effects.txt"));
}

#[test]
fn go() {
    check("go.txt", include_str!("go.txt"));
}

#[test]
fn csharp() {
    check("csharp.txt", include_str!("csharp.txt"));
}

#[test]
fn rust() {
    check("rust.txt", include_str!("rust.txt"));
}

#[test]
fn ruby() {
    check("ruby.txt", include_str!("ruby.txt"));
}

#[test]
fn powershell() {
    check("powershell.txt", include_str!("powershell.txt"));
}

/// Follow a symbol of the first file, with what a project says of its packages and path aliases.
fn dump_in(files: &[(&str, &str)], symbol: &str, setup: fn(&mut Program)) -> Vec<String> {
    let mut program = Program::default();
    let mut first = None;
    for (i, (path, text)) in files.iter().enumerate() {
        let id = FileId(u32::try_from(i).unwrap());
        let unit = lower(language(path).unwrap(), &SourceText::file(id, text), path);
        let id = program.add(path, Arc::new(unit));
        first.get_or_insert(id);
    }
    setup(&mut program);
    let entry =
        Entry { function: None, unit: first.unwrap(), symbol: symbol.into(), roots: vec![String::new()] };
    analyze(&program, &entry).map_or_else(
        || vec!["no handler".into()],
        |h| h.facts.iter().map(line).chain(h.complete.err().map(|w| format!("incomplete: {w}"))).collect(),
    )
}

#[test]
fn workspaces_and_path_aliases() {
    let facts = dump_in(
        &[
            (
                "apps/a/index.ts",
                "import { put } from '@/put'; import { get } from '@acme/store'; import { x } from '@acme/store/x';\nexport const handler = async (event) => { put(); get(); x(); };",
            ),
            (
                "apps/a/src/put.ts",
                "import { S3 } from '@aws-sdk/client-s3'; const s3 = new S3({});\nexport const put = () => s3.putObject({ Bucket: 'a' });",
            ),
            (
                "packages/store/src/index.ts",
                "import { S3 } from '@aws-sdk/client-s3'; const s3 = new S3({});\nexport const get = () => s3.getObject({ Bucket: 'b' });",
            ),
            ("packages/store/src/x.ts", "export const x = () => fetch('https://x');"),
        ],
        "handler",
        |p| {
            p.manifests.aliases.push(("apps/a".into(), "@/".into(), "src/".into()));
            p.manifests.packages.insert("@acme/store".into(), "packages/store".into());
        },
    );
    assert_eq!(
        facts,
        [
            "init new Sdk new S3(…)",
            "init new Sdk new S3(…)",
            "s3.PutObject {Bucket: \"a\"} < put",
            "s3.GetObject {Bucket: \"b\"} < get",
            "http GET \"https://x\" < x",
        ]
    );
}

/// Services are seen, controllers are not.
#[test]
fn handlers_that_are_inherited() {
    let startup = "using Amazon.SQS;\nnamespace A;\npublic class Startup(IConfiguration configuration) {\n  public void ConfigureServices(IServiceCollection services) { services.AddControllers(); services.AddSingleton<IAmazonSQS>(new AmazonSQSClient()); }\n  public void Configure(IApplicationBuilder app, IWebHostEnvironment env) {\n    app.UseRouting();\n    app.UseEndpoints(endpoints => { endpoints.MapGet(\"/\", async (IAmazonSQS queue) => { await queue.PurgeQueueAsync(\"u\"); }); });\n  }\n}\n";
    let entry = |base: &str| {
        format!(
            "using Amazon.Lambda.AspNetCoreServer;\nnamespace A;\npublic class LambdaEntryPoint : {base} {{\n  protected override void Init(IWebHostBuilder builder) {{ builder.UseStartup<Startup>(); }}\n}}\n"
        )
    };
    let follow = |base: &str| {
        let text = entry(base);
        let files = [("src/LambdaEntryPoint.cs", text.as_str()), ("src/Startup.cs", startup)];
        dump_in(&files, "A.LambdaEntryPoint::FunctionHandlerAsync", |p| {
            p.manifests.projects.insert("src".into(), crate::code::program::Project::default());
        })
    };
    let facts = [
        "init new Sdk new AmazonSQSClient() < Init > ConfigureServices",
        "sqs.PurgeQueue {QueueUrl: \"u\"} [event-branch]",
        "incomplete: controllers are found in ways that are not followed",
    ];
    for base in ["APIGatewayProxyFunction", "Amazon.Lambda.AspNetCoreServer.APIGatewayHttpApiV2ProxyFunction"]
    {
        assert_eq!(follow(base), facts, "{base}");
    }
    assert_eq!(follow("Elsewhere.Function"), ["no handler"]);
}

#[test]
fn handlers_that_are_methods() {
    let python = "import boto3\nclass H:\n    def __init__(self):\n        self.c = boto3.client('s3')\n    def handle(self, event, context):\n        self.c.list_buckets()\n    def __call__(self, event, context):\n        self.c.delete_bucket(Bucket='b')\nh = H()\nhandler = h.handle\n";
    for symbol in ["handler", "h.handle"] {
        let facts = dump_in(&[("app.py", python)], symbol, |_| {});
        assert_eq!(facts, ["init new Sdk boto3.client(\"s3\") < H", "s3.ListBuckets {}"], "{symbol}");
    }
    let facts = dump_in(&[("app.py", python)], "h", |_| {});
    assert_eq!(facts[1], "s3.DeleteBucket {Bucket: \"b\"} < __call__");
    let js = "const { S3 } = require('aws-sdk');\nclass H { constructor() { this.c = new S3(); } handler(event) { return this.c.listBuckets().promise(); } }\nconst h = new H();\nexports.handler = h.handler.bind(h);\nexports.h = h;";
    for symbol in ["handler", "h.handler"] {
        let facts = dump_in(&[("index.js", js)], symbol, |_| {});
        assert_eq!(facts, ["init new Sdk new S3() < H", "s3.ListBuckets {}"], "{symbol}");
    }
    assert_eq!(dump_in(&[("index.js", js)], "other", |_| {}), ["no handler"]);
}

/// Code made to be followed for ever ends, within the stack of a small thread.
#[test]
fn hostile_code_ends() {
    let mut branching = String::from("def f0(x): return x\n");
    for i in 1..60 {
        let _ = writeln!(
            branching,
            "def f{i}(x):\n    f{p}(x)\n    f{p}(x + 1)\n    return f{p}([x, x])",
            p = i - 1
        );
    }
    branching.push_str("def handler(event, context):\n    f59(event)\n");
    let mut nested = String::from("def handler(event, context):\n    return ");
    nested.push_str(&"f(".repeat(150));
    nested.push_str(&")".repeat(150));
    let closures = "def handler(event, context):\n    g = lambda f: f(f)\n    g(g)\n    h = lambda f: lambda x: f(f)(x)\n    h(h)(h)(h)\n    x = event\n    while True:\n        x = [x, x]\n        x = {'a': x}\n";
    let chain = format!("import lib\ndef handler(event, context):\n    x = lib{}\n", ".a()".repeat(100));
    for text in [branching.as_str(), &nested, closures, &chain] {
        dump_in(&[("app.py", text)], "handler", |_| {});
    }
    let cycle = dump_in(
        &[
            ("a.py", "import b\ndef f(): b.g()\ndef handler(event, context): f()\n"),
            ("b.py", "import a\ndef g(): a.f()\n"),
        ],
        "handler",
        |_| {},
    );
    assert!(cycle.is_empty(), "{cycle:?}");
}
