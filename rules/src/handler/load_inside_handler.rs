//! See the page.

use super::shared::{constant, happens, serves_stacks_only, subject, through};
use lamlint_model::app::TriggerKind;
use lamlint_model::finding::Message;
use lamlint_model::handler::{Fact, FactKind, Handler, SdkCall};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::source::Span;
use lamlint_model::value::{Attr, Same};
use lamlint_model::{Cx, Findings, Rule, Value};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The rule.
pub static RULE: Rule = Rule {
    id: "load-inside-handler",
    group: "handler",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/load-inside-handler.md"),
    check,
};

/// An operation that fetches something by name.
struct Load {
    service: &'static str,
    operation: &'static str,
    /// The arguments that name it.
    names: &'static [&'static str],
    /// What it fetches, for people.
    what: &'static str,
}

const LOADS: &[Load] = &[
    Load { service: "ssm", operation: "GetParameter", names: &["Name"], what: "a parameter" },
    Load { service: "ssm", operation: "GetParameters", names: &["Names"], what: "parameters" },
    Load { service: "ssm", operation: "GetParametersByPath", names: &["Path"], what: "parameters" },
    Load { service: "secretsmanager", operation: "GetSecretValue", names: &["SecretId"], what: "a secret" },
    Load {
        service: "secretsmanager",
        operation: "BatchGetSecretValue",
        names: &["SecretIdList"],
        what: "secrets",
    },
    Load { service: "s3", operation: "GetObject", names: &["Bucket", "Key"], what: "an object" },
];

/// Arguments that make a fetch a question whether there is something new.
const CONDITIONS: &[&str] = &[
    "IfNoneMatch",
    "IfModifiedSince",
    "IfMatch",
    "IfUnmodifiedSince",
    "NextToken",
    "VersionId",
    "VersionStage",
];

/// Starts of the names of operations that change nothing.
const READS: &[&str] = &["Get", "List", "Describe", "Head", "Batch", "Select", "Validate"];

/// Directories whose files may change while an environment lives: the scratch space, file systems of the network, the kernel's.
const CHANGING: &[&str] = &["/tmp", "/mnt", "/proc", "/sys", "/dev", "/var/run", "/run"];

/// Packages that take hundreds of milliseconds to load (scientific, machine-learning and graphics libraries, whole
/// SDKs, browsers), by the name they are imported by.
const HEAVY: &[&str] = &[
    "@tensorflow/tfjs",
    "@tensorflow/tfjs-node",
    "aws-sdk",
    "cv2",
    "dask",
    "exceljs",
    "firebase-admin",
    "gensim",
    "geopandas",
    "googleapis",
    "keras",
    "langchain",
    "lightgbm",
    "matplotlib",
    "nltk",
    "numba",
    "numpy",
    "onnxruntime",
    "onnxruntime-node",
    "pandas",
    "playwright",
    "plotly",
    "polars",
    "puppeteer",
    "pyarrow",
    "pyspark",
    "rasterio",
    "scipy",
    "seaborn",
    "sentence_transformers",
    "skimage",
    "sklearn",
    "spacy",
    "statsmodels",
    "sympy",
    "tensorflow",
    "torch",
    "torchvision",
    "transformers",
    "typescript",
    "xgboost",
];

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for h in cx.handlers {
        let Some(who) = subject(cx, h) else { continue };
        // A schedule mostly meets a new environment, and wants what is there now.
        let now_and_then = only_scheduled(cx, h);
        let mut seen: BTreeSet<(Option<Span>, SmolStr)> = BTreeSet::new();
        for fact in h.facts.iter().filter(|f| f.every_invocation()) {
            let Some((what, key)) = loaded(cx, h, fact, now_and_then) else { continue };
            if serves_stacks_only(cx, h) {
                break;
            }
            // A package counts once, whatever the number of places that import it.
            let place = (!matches!(fact.kind, FactKind::LocalImport { .. })).then_some(fact.span);
            if !seen.insert((place, key.clone())) {
                continue;
            }
            let note = if place.is_some() { "loaded here each time" } else { "loaded here" };
            out.report(happens(h, fact, note), who.clone(), key, |_| {
                let way = through(fact);
                match &fact.kind {
                    FactKind::LocalImport { module } => Message::new(format!(
                        "`{module}` is loaded by the first invocation of `{who}`, not while the environment starts{way}"
                    ))
                    .help("import it at module level: initialisation has the full processor and is done once"),
                    _ => Message::new(format!("{what} on every invocation of `{who}`{way}")).help(
                        "load it once at module level, or keep it in a cache that expires when it may change",
                    ),
                }
            });
        }
    }
}

/// What a fact loads, for people, with a key that names it; `None` when it loads nothing or something that varies.
fn loaded(cx: &Cx<'_>, h: &Handler, fact: &Fact, now_and_then: bool) -> Option<(String, SmolStr)> {
    match &fact.kind {
        FactKind::FileRead { path } => {
            let path = packaged_file(path)?;
            let written = h.facts.iter().any(
                |f| matches!(&f.kind, FactKind::FileWrite { path: p } if p.same(&Value::str(path)) != Same::No),
            );
            (!written).then(|| (format!("the file `{path}` is read"), path.into()))
        }
        FactKind::SdkCall(call) if !now_and_then => {
            let load = LOADS.iter().find(|l| l.service == call.service && l.operation == call.operation)?;
            let names = named(cx, h, fact, call, load)?;
            if call.foreign
                || CONDITIONS.iter().any(|c| !call.lacks(c))
                || comes_from_its_trigger(cx, h, load, &names)
                || is_written(cx, load, &names)
            {
                return None;
            }
            Some((format!("`{}` fetches {} that does not vary", call.label, load.what), call.label.clone()))
        }
        FactKind::LocalImport { module } => {
            let package = HEAVY
                .iter()
                .find(|p| module == *p || module.strip_prefix(**p).is_some_and(|r| r.starts_with('.')))?;
            Some((String::new(), SmolStr::new_static(package)))
        }
        _ => None,
    }
}

/// The path of a file that comes with the code.
fn packaged_file(path: &Value) -> Option<&str> {
    let path = path.as_str()?;
    let changing = CHANGING
        .iter()
        .any(|d| path.strip_prefix(d).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    (!path.is_empty() && !changing && !path.contains("..")).then_some(path)
}

/// The resolved names of what a call fetches; `None` when one of them may vary.
fn named(cx: &Cx<'_>, h: &Handler, fact: &Fact, call: &SdkCall, load: &Load) -> Option<Vec<Value>> {
    load.names
        .iter()
        .map(|n| call.arg(n).filter(|v| constant(v)).map(|v| resolved(cx, h, v, fact.span)))
        .collect()
}

/// A value with the function's environment put in, where that has one value.
fn resolved(cx: &Cx<'_>, h: &Handler, v: &Value, at: Span) -> Value {
    let p = h.function.map(|f| cx.app.resolve(f, v, at, None));
    p.and_then(|p| p.only().cloned()).unwrap_or_else(|| v.clone())
}

/// Whether the object lies in a bucket that triggers the function: its objects come and go.
fn comes_from_its_trigger(cx: &Cx<'_>, h: &Handler, load: &Load, names: &[Value]) -> bool {
    let (Some(f), Some(Value::Of(bucket, Attr::Name))) = (h.function, names.first()) else { return false };
    load.service == "s3" && cx.app.triggers_of(f).any(|t| t.resource == Some(*bucket))
}

/// Whether code of the project may change what is fetched.
fn is_written(cx: &Cx<'_>, load: &Load, names: &[Value]) -> bool {
    cx.handlers.iter().any(|h| {
        h.sdk_calls().any(|(fact, call)| {
            call.service == load.service
                && !READS.iter().any(|r| call.operation.starts_with(r))
                && !load
                    .names
                    .iter()
                    .zip(names)
                    .any(|(n, v)| call.arg(n).is_some_and(|w| differs(v, &resolved(cx, h, w, fact.span))))
        })
    })
}

/// Whether two names certainly name different things.
fn differs(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // Names the code gives; a resource's own name may be any text.
        (Value::Str(_) | Value::Concat(_), Value::Str(_) | Value::Concat(_))
        | (Value::Of(..), Value::Of(..)) => a.same(b) == Same::No,
        _ => false,
    }
}

/// Whether a function runs by the clock alone.
fn only_scheduled(cx: &Cx<'_>, h: &Handler) -> bool {
    h.function.is_some_and(|f| {
        let mut triggers = cx.app.triggers_of(f).peekable();
        triggers.peek().is_some() && triggers.all(|t| t.kind == TriggerKind::Schedule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::App;
    use lamlint_model::handler::Ctx;
    use lamlint_model::testing::{AppBuilder, check, handler, handler_in, sdk_call};

    fn app() -> App {
        AppBuilder::new()
            .add(
                "AWS::Lambda::Function",
                "Worker",
                r#"{"Environment": {"Variables": {"BUCKET": "${Data}", "PARAMETER": "/app/key"}}}"#,
            )
            .add("AWS::Lambda::Function", "Other", r#"{"Environment": {"Variables": {"BUCKET": "${Data}"}}}"#)
            .add("AWS::Lambda::Function", "Nightly", "{}")
            .add("AWS::S3::Bucket", "Data", "{}")
            .add(
                "AWS::Events::Rule",
                "Night",
                r#"{"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": "${Nightly.Arn}"}]}"#,
            )
            .build()
    }

    fn texts(facts: Vec<FactKind>) -> Vec<String> {
        let app = app();
        found(&app, &[handler(&app, "Worker", facts)])
    }

    fn found(app: &App, handlers: &[Handler]) -> Vec<String> {
        check(&RULE, app, handlers).iter().map(|f| f.message().text.clone()).collect()
    }

    fn call(service: &str, operation: &str, args: &str) -> FactKind {
        sdk_call(&app(), service, operation, args)
    }

    #[test]
    fn constant_parameters_secrets_and_objects() {
        for (service, operation, args, what) in [
            ("ssm", "GetParameter", r#"{"Name": "/app/key", "WithDecryption": true}"#, "a parameter"),
            ("ssm", "GetParameter", r#"{"Name": "${env.PARAMETER}"}"#, "a parameter"),
            ("ssm", "GetParameter", r#"{"Name": "/${env.STAGE}/key"}"#, "a parameter"),
            ("ssm", "GetParameters", r#"{"Names": ["/a", "${env.PARAMETER}"]}"#, "parameters"),
            ("secretsmanager", "GetSecretValue", r#"{"SecretId": "${env.SECRET}"}"#, "a secret"),
            ("s3", "GetObject", r#"{"Bucket": "${env.BUCKET}", "Key": "model.bin"}"#, "an object"),
        ] {
            assert_eq!(
                texts(vec![call(service, operation, args)]),
                [format!(
                    "`{service}.{operation}` fetches {what} that does not vary on every invocation of `Worker`"
                )],
                "{args}"
            );
        }
    }

    #[test]
    fn what_varies() {
        for (service, operation, args) in [
            ("ssm", "GetParameter", r#"{"Name": "${event.name}"}"#),
            ("ssm", "GetParameter", r#"{"Name": "/${event.tenant}/key"}"#),
            ("ssm", "GetParameter", r#"{"Name": "${?}"}"#),
            ("ssm", "GetParameter", r#"{"..": true}"#),
            ("ssm", "GetParametersByPath", r#"{"Path": "/a", "NextToken": "${?}"}"#),
            ("secretsmanager", "GetSecretValue", r#"{"SecretId": "a", "VersionStage": "AWSPENDING"}"#),
            ("s3", "GetObject", r#"{"Bucket": "${env.BUCKET}", "Key": "${event.key}"}"#),
            ("s3", "GetObject", r#"{"Bucket": "${event.bucket}", "Key": "config.json"}"#),
            ("s3", "GetObject", r#"{"Bucket": "b", "Key": "config.json", "IfNoneMatch": "${?}"}"#),
            ("s3", "HeadObject", r#"{"Bucket": "b", "Key": "config.json"}"#),
            ("dynamodb", "GetItem", r#"{"TableName": "t", "Key": "k"}"#),
        ] {
            assert_eq!(texts(vec![call(service, operation, args)]), [""; 0], "{args}");
        }
    }

    #[test]
    fn what_the_project_writes() {
        let read = || call("s3", "GetObject", r#"{"Bucket": "${env.BUCKET}", "Key": "state.json"}"#);
        let write = |key: &str| {
            call("s3", "PutObject", &format!(r#"{{"Bucket": "${{env.BUCKET}}", "Key": "{key}"}}"#))
        };
        assert_eq!(texts(vec![read(), write("state.json")]), [""; 0]);
        assert_eq!(texts(vec![read(), write("${event.key}")]), [""; 0]);
        assert_eq!(texts(vec![read(), write("result.json")]).len(), 1);
        let app = app();
        let other = handler(&app, "Other", vec![write("state.json")]);
        assert_eq!(found(&app, &[handler(&app, "Worker", vec![read()]), other]), [""; 0]);
        assert_eq!(
            texts(vec![
                call("ssm", "GetParameter", r#"{"Name": "/cursor"}"#),
                call("ssm", "PutParameter", r#"{"Name": "/cursor", "Value": "${event.id}"}"#),
            ]),
            [""; 0]
        );
    }

    #[test]
    fn circumstances() {
        let app = app();
        let read = || vec![call("ssm", "GetParameter", r#"{"Name": "/a"}"#)];
        for ctx in [
            Ctx { memo: true, ..Ctx::default() },
            Ctx { branch: true, ..Ctx::default() },
            Ctx { event_branch: true, ..Ctx::default() },
            Ctx { maybe: true, ..Ctx::default() },
        ] {
            assert_eq!(found(&app, &[handler_in(&app, "Worker", read(), &ctx)]), [""; 0], "{ctx:?}");
        }
        assert_eq!(found(&app, &[handler(&app, "Nightly", read())]), [""; 0]);
        let FactKind::SdkCall(mut c) = call("ssm", "GetParameter", r#"{"Name": "/a"}"#) else { panic!() };
        c.foreign = true;
        assert_eq!(texts(vec![FactKind::SdkCall(c)]), [""; 0]);
    }

    #[test]
    fn files() {
        let file = |p: &str| FactKind::FileRead { path: Value::str(p) };
        assert_eq!(
            texts(vec![file("data/words.json")]),
            ["the file `data/words.json` is read on every invocation of `Worker`"]
        );
        for p in ["/tmp/x", "/tmp", "/mnt/efs/model", "/proc/meminfo", "", "../x"] {
            assert_eq!(texts(vec![file(p)]), [""; 0], "{p}");
        }
        assert_eq!(texts(vec![file("/tmpl/x")]).len(), 1);
        let varying = FactKind::FileRead { path: Value::Event(vec!["path".into()]) };
        assert_eq!(texts(vec![varying]), [""; 0]);
        let write = FactKind::FileWrite { path: Value::str("x.json") };
        assert_eq!(texts(vec![file("x.json"), write]), [""; 0]);
    }

    #[test]
    fn heavy_packages() {
        assert!(HEAVY.is_sorted());
        let import = |m: &str| FactKind::LocalImport { module: m.into() };
        assert_eq!(
            texts(vec![import("pandas"), import("pandas"), import("sklearn.svm")]),
            [
                "`pandas` is loaded by the first invocation of `Worker`, not while the environment starts",
                "`sklearn.svm` is loaded by the first invocation of `Worker`, not while the environment starts"
            ]
        );
        for m in ["json", "pandas_helpers", "aws-sdk/clients/s3", "./numpy", ".pandas"] {
            assert_eq!(texts(vec![import(m)]), [""; 0], "{m}");
        }
    }
}
