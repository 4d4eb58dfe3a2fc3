//! Links over hand-built applications and units.

mod staged;

use super::*;
use crate::code::hir::{
    Block, Export, ExportValue, Expr, ExprKind, Function as Fun, Lang, ModuleKind, Param, Pattern, Stmt,
    StmtKind, Taint, Unit,
};
use crate::code::hir::{FnId, Import, ImportName};
use crate::files::MemoryFiles;
use lamlint_model::app::{Anchor, ApplicationId, Kind, Resource, ResourceId, Template};
use lamlint_model::source::{FileId, Span};
use lamlint_model::tree::{Entry as Property, Node, Tree as Props};
use lamlint_model::tri::Guards;
use lamlint_model::value::Value;
use std::sync::Arc;

pub(crate) fn span() -> Span {
    Span::new(FileId(0), 1, 2)
}

pub(crate) fn map(entries: &[(&str, Props)]) -> Props {
    Props::map(
        entries
            .iter()
            .map(|(k, v)| Property { key: (*k).into(), key_span: span(), value: v.clone() })
            .collect(),
        span(),
    )
}

pub(crate) fn text(s: &str) -> Props {
    Props::leaf(Value::str(s), span())
}

pub(crate) fn list(items: &[Props]) -> Props {
    Props::known(Node::List { items: items.to_vec(), open: None }, span())
}

pub(crate) fn resource(
    app: &mut App,
    kind: Kind,
    name: &str,
    props: Props,
    metadata: Props,
    code: CodeRef,
) -> ResourceId {
    let id = ResourceId(u32::try_from(app.resources.len()).unwrap());
    if app.templates.is_empty() {
        app.templates.push(Template {
            file: FileId(0),
            application: ApplicationId(0),
            dialect: "SAM",
            policy_templates: true,
            more: None,
            open: None,
        });
    }
    app.resources.push(Resource {
        id,
        kind,
        type_name: "AWS::Lambda::Function".into(),
        name: name.into(),
        anchor: Anchor { span: span(), path: format!("Resources.{name}").into() },
        guards: Guards::none(),
        props,
        metadata,
        application: ApplicationId(0),
        template: 0,
        implied_by: None,
        generated: false,
        code: Some(Prop::known(code, span())),
    });
    id
}

pub(super) fn app(runtime: &str, handler: &str, code: CodeRef, metadata: Props) -> App {
    let mut app = App::default();
    let props = map(&[("Runtime", text(runtime)), ("Handler", text(handler))]);
    resource(&mut app, Kind::Function, "Worker", props, metadata, code);
    app
}

pub(super) fn dir(d: &str) -> CodeRef {
    CodeRef::Directory(d.to_owned())
}

pub(super) fn none() -> Props {
    Props::absent_at(span())
}

/// Metadata that names a build method.
pub(super) fn made_by(method: &str) -> Props {
    map(&[("BuildMethod", text(method))])
}

fn unit(lang: Lang) -> Unit {
    Unit::empty(FileId(1), lang)
}

fn stmt(kind: StmtKind) -> Stmt {
    Stmt { span: span(), kind }
}

/// A Python module with functions of these names.
pub(crate) fn py(names: &[&str]) -> Unit {
    let mut u = unit(Lang::Python);
    for n in names {
        let param = |p: &str| Param {
            pattern: Pattern::Name(p.into(), span()),
            default: None,
            rest: false,
            rest_named: false,
            annotation: None,
            ty: None,
        };
        u.body.push(stmt(StmtKind::Function(FnId(u32::try_from(u.functions.len()).unwrap()))));
        u.functions.push(Fun {
            name: (*n).into(),
            name_span: span(),
            span: span(),
            params: vec![param("event"), param("context")],
            body: Block::new(),
            is_async: false,
            is_generator: false,
            decorators: Vec::new(),
            class: None,
            is_static: false,
        });
    }
    u
}

/// A JavaScript or TypeScript module with exports of these names.
pub(crate) fn js(lang: Lang, names: &[&str]) -> Unit {
    let mut u = unit(lang);
    u.module = ModuleKind::Es;
    for n in names {
        u.exports.push(Export { name: (*n).into(), span: span(), value: ExportValue::Local((*n).into()) });
    }
    u
}

fn run(app: &App, units: &[(&str, Unit)], extra: &[(&str, &str)]) -> (Vec<Link>, Vec<Entry>, Vec<String>) {
    let mut files = MemoryFiles::new(extra.iter().copied());
    let mut program = Program::default();
    for (path, unit) in units {
        files.0.entry((*path).to_owned()).or_insert_with(|| vec![b'\n']);
        program.add(path, Arc::new(unit.clone()));
    }
    let (links, entries) = link(app, &program, &files);
    let paths = entries.iter().map(|e| program.path(e.unit).to_owned()).collect();
    (links, entries, paths)
}

fn linked(app: &App, units: &[(&str, Unit)], extra: &[(&str, &str)]) -> Option<String> {
    run(app, units, extra).2.pop()
}

fn outcome(app: &App, units: &[(&str, Unit)], extra: &[(&str, &str)]) -> Outcome {
    run(app, units, extra).0.pop().unwrap().outcome
}

fn suggestions(o: Outcome) -> Vec<String> {
    let Outcome::Missing(m) = o else { panic!("not missing: {o:?}") };
    m.suggestions.iter().map(ToString::to_string).collect()
}

fn reason(o: Outcome) -> Reason {
    let Outcome::Unlinked(w) = o else { panic!("not unlinked: {o:?}") };
    w.reason
}

#[test]
fn python_modules_and_packages() {
    let units = [
        ("src/app.py", py(&["handler"])),
        ("src/orders/api.py", py(&["get"])),
        ("src/users/__init__.py", py(&["get"])),
    ];
    let at = |h: &str| linked(&app("python3.14", h, dir("src"), none()), &units, &[]);
    assert_eq!(at("app.handler").as_deref(), Some("src/app.py"));
    assert_eq!(at("orders.api.get").as_deref(), Some("src/orders/api.py"));
    assert_eq!(at("orders/api.get").as_deref(), Some("src/orders/api.py"));
    assert_eq!(at("users.get").as_deref(), Some("src/users/__init__.py"));
    let (_, entries, _) = run(&app("python3.14", "src.orders.api.get", dir(""), none()), &units, &[]);
    assert_eq!(entries[0].symbol, "get");
    assert_eq!(entries[0].roots, [""]);
}

#[test]
fn node_candidates_and_nested_exports() {
    let units = [
        ("f/index.mjs", js(Lang::JavaScript, &["handler"])),
        ("f/lib.v2/api.js", js(Lang::JavaScript, &["routes"])),
        ("f/hello.ts", js(Lang::TypeScript, &["handler"])),
    ];
    let at = |h: &str| linked(&app("nodejs24.x", h, dir("f"), none()), &units, &[]);
    assert_eq!(at("index.handler").as_deref(), Some("f/index.mjs"));
    assert_eq!(at("lib.v2/api.routes.get").as_deref(), Some("f/lib.v2/api.js"));
    assert_eq!(at("hello.handler").as_deref(), Some("f/hello.ts"));
}

#[test]
fn a_typo_is_missing_with_the_nearest_name() {
    let units = [("src/app.py", py(&["lambda_handler", "helper"]))];
    let o = |h: &str| outcome(&app("python3.14", h, dir("src"), none()), &units, &[]);
    assert_eq!(suggestions(o("app.lambda_hanlder")), ["app.lambda_handler"]);
    assert_eq!(suggestions(o("app.lambdaHandler")), ["app.lambda_handler"]);
    assert_eq!(suggestions(o("ap.lambda_handler")), ["app.lambda_handler"]);
    assert_eq!(suggestions(o("index.lambda_handler")), ["app.lambda_handler"]);
    assert!(matches!(o("app"), Outcome::Missing(Missing { what: MissingWhat::Malformed(_), .. })));
}

#[test]
fn requirements_do_not_hide_a_typo_but_may_bring_a_handler() {
    let units = [("src/app.py", py(&["handler"]))];
    let files = [("src/requirements.txt", "mangum\n")];
    let o = |h: &str| outcome(&app("python3.14", h, dir("src"), none()), &units, &files);
    assert_eq!(suggestions(o("ap.handler")), ["app.handler"]);
    assert_eq!(reason(o("wrapper_lib.entry")), Reason::NotInTree);
}

#[test]
fn what_stands_between_code_and_package_is_never_missing() {
    let js_units = [("src/app.js", js(Lang::JavaScript, &["main"]))];
    let o = |runtime: &str, h: &str, c: CodeRef, m: Props, units: &[(&str, Unit)], files: &[(&str, &str)]| {
        reason(outcome(&app(runtime, h, c, m), units, files))
    };
    let package = [("package.json", r#"{"scripts": {"build": "webpack"}}"#)];
    assert_eq!(o("nodejs24.x", "other.x", dir("src"), none(), &js_units, &package), Reason::BuiltElsewhere);
    let ts_units = [("src/app.ts", js(Lang::TypeScript, &["main"]))];
    assert_eq!(o("nodejs24.x", "app.x", dir("src"), none(), &ts_units, &package), Reason::BuiltElsewhere);
    assert_eq!(
        o("nodejs24.x", "other.x", dir("src"), none(), &js_units, &[("src/tsconfig.json", "{}")]),
        Reason::BuiltElsewhere
    );
    assert_eq!(o("nodejs24.x", "index.x", dir("dist"), none(), &js_units, &[]), Reason::BuiltElsewhere);
    assert_eq!(o("nodejs24.x", "index.x", dir("gone"), none(), &js_units, &[]), Reason::NotInTree);
    let py_units = [("src/app.py", py(&["main"]))];
    let makefile = map(&[("BuildMethod", text("makefile"))]);
    assert_eq!(o("python3.14", "other.x", dir("src"), makefile, &py_units, &[]), Reason::BuiltElsewhere);
    assert_eq!(
        o("python3.14", "generated.x", dir("src"), none(), &py_units, &[(".gitignore", "generated.py\n")]),
        Reason::BuiltElsewhere
    );
    assert_eq!(o("lua5.4", "a.B::c", dir("src"), none(), &py_units, &[]), Reason::Language);
    assert_eq!(o("python3.14", "app.main", CodeRef::Object, none(), &py_units, &[]), Reason::BuiltElsewhere);
    // A directory without any code of the language.
    assert_eq!(
        o("python3.14", "app.main", dir("docs"), none(), &py_units, &[("docs/x.md", "")]),
        Reason::NotInTree
    );
}

#[test]
fn doubt_about_a_symbol_links() {
    let mut star = py(&["other"]);
    star.body.push(stmt(StmtKind::Import(Import {
        module: "base".into(),
        names: vec![ImportName { name: "*".into(), bound: "*".into() }],
        type_only: false,
    })));
    let mut branch = py(&[]);
    let assign = stmt(StmtKind::Assign {
        target: Pattern::Name("handler".into(), span()),
        value: Expr { span: span(), kind: ExprKind::Null },
    });
    branch.body.push(stmt(StmtKind::If {
        test: Expr { span: span(), kind: ExprKind::Bool(true) },
        then: vec![assign],
        otherwise: Vec::new(),
    }));
    let mut tainted = py(&["other"]);
    tainted.taints.push(Taint { span: span(), what: "?".into(), certain: false });
    for u in [star, branch, tainted] {
        let a = app("python3.14", "app.handler", dir("src"), none());
        assert_eq!(linked(&a, &[("src/app.py", u)], &[]).as_deref(), Some("src/app.py"));
    }
    // `module.exports = build()` may have anything; `module.exports = { main }` has `main` only.
    let assigned = |e: ExprKind| {
        let mut u = unit(Lang::JavaScript);
        let value = ExportValue::Expr(Expr { span: span(), kind: e });
        u.exports.push(Export { name: "=".into(), span: span(), value });
        u
    };
    let a = app("nodejs24.x", "app.handler", dir("src"), none());
    assert!(linked(&a, &[("src/app.js", assigned(ExprKind::Name("x".into())))], &[]).is_some());
    let key = Expr { span: span(), kind: ExprKind::Str("main".into()) };
    let object = ExprKind::Map(vec![crate::code::hir::MapEntry::Pair(key.clone(), key)]);
    assert_eq!(suggestions(outcome(&a, &[("src/app.js", assigned(object))], &[])), ["app.main"]);
}

#[test]
fn compiled_typescript_leads_back_to_its_source() {
    let ts = || js(Lang::TypeScript, &["handler"]);
    let units =
        [("svc/src/orders/get.ts", ts()), ("svc/src/index.ts", ts()), ("svc/src/index.test.ts", ts())];
    let at = |h: &str, d: &str, m: Props, files: &[(&str, &str)]| {
        linked(&app("nodejs24.x", h, dir(d), m), &units, files)
    };
    let config = [("svc/tsconfig.json", r#"{"compilerOptions": {"outDir": "built", "rootDir": "src"}}"#)];
    assert_eq!(
        at("built/orders/get.handler", "svc", none(), &config).as_deref(),
        Some("svc/src/orders/get.ts")
    );
    assert_eq!(at("orders/get.handler", "svc/dist", none(), &[]).as_deref(), Some("svc/src/orders/get.ts"));
    assert_eq!(
        at("index.handler", "svc/dist/orders/get", none(), &[]).as_deref(),
        Some("svc/src/orders/get.ts")
    );
    assert_eq!(at("index.handler", "svc", none(), &[]).as_deref(), Some("svc/src/index.ts"));
    let esbuild = map(&[
        ("BuildMethod", text("esbuild")),
        (
            "BuildProperties",
            map(&[("EntryPoints", list(&[text("src/orders/get.ts"), text("src/index.ts")]))]),
        ),
    ]);
    assert_eq!(at("get.handler", "svc", esbuild.clone(), &[]).as_deref(), Some("svc/src/orders/get.ts"));
    let o = outcome(&app("nodejs24.x", "get.handle", dir("svc"), esbuild), &units, &[]);
    assert_eq!(suggestions(o), ["get.handler"]);
}

#[test]
fn a_loaded_file_is_what_it_is_whatever_builds_it() {
    let units = [("src/app.js", js(Lang::JavaScript, &["handler"]))];
    let files = [("package.json", r#"{"scripts": {"build": "webpack"}}"#)];
    let a = app("nodejs24.x", "app.handle", dir("src"), none());
    assert_eq!(suggestions(outcome(&a, &units, &files)), ["app.handler"]);
    // The compiled file is stale, its source has the export.
    let both = [units[0].clone(), ("src/app.ts", js(Lang::TypeScript, &["handle"]))];
    assert_eq!(linked(&a, &both, &files).as_deref(), Some("src/app.ts"));
}

#[test]
fn a_makefile_leads_to_what_it_copies() {
    let units = [("app/worker/main.py", py(&["handler"]))];
    let makefile = map(&[("BuildMethod", text("makefile"))]);
    let files = [("app/Makefile", "build-Worker:\n\tcp -r worker/. $(ARTIFACTS_DIR)\n")];
    let a = app("python3.14", "main.handler", dir("app"), makefile);
    assert_eq!(linked(&a, &units, &files).as_deref(), Some("app/worker/main.py"));
}

#[test]
fn archives_link_only_to_a_single_candidate() {
    let zip = || CodeRef::File("fn/worker.zip".into());
    let a = app("python3.14", "worker.handler", zip(), none());
    let one = [("fn/worker/worker.py", py(&["handler"]))];
    assert_eq!(linked(&a, &one, &[]).as_deref(), Some("fn/worker/worker.py"));
    let two = [("fn/worker/worker.py", py(&["handler"])), ("fn/worker.py", py(&["handler"]))];
    assert_eq!(reason(outcome(&a, &two, &[])), Reason::BuiltElsewhere);
    assert_eq!(reason(outcome(&a, &[("fn/worker/worker.py", py(&["other"]))], &[])), Reason::BuiltElsewhere);
}

#[test]
fn an_archive_per_function_has_the_name_of_its_source() {
    let at = |zip: &str, units: &[(&str, Unit)]| {
        let a = app("nodejs24.x", "index.handler", CodeRef::File(zip.into()), none());
        linked(&a, units, &[("svc/package.json", "{}")])
    };
    let ts = || js(Lang::TypeScript, &["handler"]);
    let one =
        [("svc/src/api/getOrder.ts", ts()), ("svc/src/api/getOrder.test.ts", ts()), ("svc/src/app.ts", ts())];
    assert_eq!(at("svc/out/getOrder/getOrder.zip", &one).as_deref(), Some("svc/src/api/getOrder.ts"));
    assert_eq!(at("svc/out/app.zip", &one), None);
    let two = [("svc/src/a/getOrder.ts", ts()), ("svc/src/b/getOrder.ts", ts())];
    assert_eq!(at("svc/out/getOrder/getOrder.zip", &two), None);
}

#[test]
fn a_directory_that_is_not_there_links_to_nothing_else() {
    let a = app("nodejs24.x", "get.handler", dir("functions/get"), none());
    let units = [("other/src/get.ts", js(Lang::TypeScript, &["handler"]))];
    let files = [("package.json", r#"{"scripts": {"build": "tsc"}}"#)];
    assert_eq!(reason(outcome(&a, &units, &files)), Reason::NotInTree);
    // What synthesis copied is looked for in its project.
    let asset = "app/asset.0123456789abcdef0123456789abcdef";
    let a = app("python3.14", "get.handler", dir(asset), none());
    let units = [("app/code/get.py", py(&["handler"])), ("else/get.py", py(&["handler"]))];
    assert_eq!(linked(&a, &units, &[("app/cdk.json", "{}")]).as_deref(), Some("app/code/get.py"));
}

#[test]
fn an_image_names_its_handler_in_the_dockerfile() {
    let units = [("img/src/app.py", py(&["handler"]))];
    let files = [(
        "img/Dockerfile",
        "FROM public.ecr.aws/lambda/python:3.14\nCOPY src/* ./\nCMD [\"app.handler\"]\n",
    )];
    let code = CodeRef::Image { context: Some("img".into()), dockerfile: None, command: None };
    let mut a = App::default();
    resource(&mut a, Kind::Function, "Worker", map(&[("PackageType", text("Image"))]), none(), code);
    assert_eq!(linked(&a, &units, &files).as_deref(), Some("img/src/app.py"));
    let web =
        [("img/Dockerfile", "FROM python:3.14\nCOPY . .\nENTRYPOINT [\"uvicorn\"]\nCMD [\"app.handler\"]\n")];
    assert_eq!(reason(outcome(&a, &units, &web)), Reason::Image);
}

#[test]
fn placeholders_in_templates_are_left_alone() {
    let mut program = Program::default();
    let files = MemoryFiles::default();
    program.add_inline(span(), Arc::new(py(&["handler"])));
    let at = |h: &str, program: &Program| {
        let a = app("python3.14", h, CodeRef::Inline(span()), none());
        link(&a, program, &files).0.pop().unwrap().outcome
    };
    assert!(matches!(at("index.handler", &program), Outcome::Linked));
    assert_eq!(reason(at("update.handler", &program)), Reason::BuiltElsewhere);
    assert_eq!(suggestions(at("index.handle", &program)), ["index.handler"]);
    let mut text_only = Program::default();
    text_only.add_inline(span(), Arc::new(py(&[])));
    assert_eq!(reason(at("index.handler", &text_only)), Reason::BuiltElsewhere);
}

#[test]
fn layers_outside_the_tree_may_hold_the_handler() {
    let mut a = App::default();
    let layers = list(&[text("arn:aws:lambda:eu-west-1:123456789012:layer:tools:3")]);
    let props =
        map(&[("Runtime", text("python3.14")), ("Handler", text("tools.handler")), ("Layers", layers)]);
    resource(&mut a, Kind::Function, "Worker", props, none(), dir("src"));
    let units = [("src/app.py", py(&["handler"]))];
    assert_eq!(reason(outcome(&a, &units, &[])), Reason::NotInTree);

    // The package's own file comes first.
    let mut a = App::default();
    let layers = list(&[text("arn:aws:lambda:eu-west-1:123456789012:layer:tools:3")]);
    let props = map(&[("Runtime", text("python3.14")), ("Handler", text("app.handle")), ("Layers", layers)]);
    resource(&mut a, Kind::Function, "Worker", props, none(), dir("src"));
    assert_eq!(suggestions(outcome(&a, &units, &[])), ["app.handler"]);

    // A layer of the tree is looked into.
    let mut a = App::default();
    let layer = resource(&mut a, Kind::Layer, "Tools", map(&[]), none(), dir("layer"));
    let layers = list(&[Props::leaf(Value::Of(layer, lamlint_model::value::Attr::Arn), span())]);
    let props =
        map(&[("Runtime", text("python3.14")), ("Handler", text("tools.handler")), ("Layers", layers)]);
    resource(&mut a, Kind::Function, "Worker", props, none(), dir("src"));
    let units = [("src/app.py", py(&["other"])), ("layer/python/tools.py", py(&["handler"]))];
    let (_, entries, paths) = run(&a, &units, &[]);
    assert_eq!(paths, ["layer/python/tools.py"]);
    assert_eq!(entries[0].roots, ["layer/python", "src", "layer"]);
}

#[test]
fn well_known_layers_hold_no_handler() {
    let units = [("src/app.py", py(&["handler"]))];
    let at = |name: &str, handler: &str| {
        let arn = Value::concat([
            Value::str("arn:aws:lambda:"),
            Value::Pseudo("AWS::Region".into()),
            Value::str(format!(":017000801446:layer:{name}:7")),
        ]);
        let layers = list(&[Props::leaf(arn, span())]);
        let props = map(&[("Runtime", text("python3.14")), ("Handler", text(handler)), ("Layers", layers)]);
        let mut a = App::default();
        resource(&mut a, Kind::Function, "Worker", props, none(), dir("src"));
        outcome(&a, &units, &[])
    };
    assert_eq!(
        suggestions(at("AWSLambdaPowertoolsPythonV3-python314-x86_64", "ap.handler")),
        ["app.handler"]
    );
    assert_eq!(reason(at("AWSLambdaPowertoolsPythonV3-python314-x86_64", "vendor.entry")), Reason::NotInTree);
    assert_eq!(reason(at("SomethingElse", "ap.handler")), Reason::NotInTree);
}

#[test]
fn a_wrapper_names_the_real_handler() {
    let mut a = App::default();
    let env = map(&[("Variables", map(&[("DD_LAMBDA_HANDLER", text("app.handler"))]))]);
    let props = map(&[
        ("Runtime", text("python3.14")),
        ("Handler", text("datadog_lambda.handler.handler")),
        ("Environment", env),
    ]);
    resource(&mut a, Kind::Function, "Worker", props, none(), dir("src"));
    assert_eq!(linked(&a, &[("src/app.py", py(&["handler"]))], &[]).as_deref(), Some("src/app.py"));
    assert_eq!(reason(outcome(&a, &[("src/app.py", py(&["x"]))], &[])), Reason::NotInTree);
}

#[test]
fn libraries_loaded_at_start() {
    let module = |m: &str| Expr { span: span(), kind: ExprKind::Module(m.into()) };
    let mut index = js(Lang::JavaScript, &["handler"]);
    index.body.push(stmt(StmtKind::Declare {
        target: Pattern::Name("AWS".into(), span()),
        value: module("aws-sdk/clients/s3"),
    }));
    index
        .body
        .push(stmt(StmtKind::Declare { target: Pattern::Name("db".into(), span()), value: module("./db") }));
    index.body.push(stmt(StmtKind::Try {
        body: vec![stmt(StmtKind::Expr(module("optional")))],
        catches: Vec::new(),
        otherwise: Vec::new(),
        finally: Vec::new(),
    }));
    let mut db = js(Lang::JavaScript, &[]);
    let import = |m: &str, bound: &str, lang_type| {
        stmt(StmtKind::Import(Import {
            module: m.into(),
            names: vec![ImportName { name: "default".into(), bound: bound.into() }],
            type_only: lang_type,
        }))
    };
    db.body.push(import("@acme/db/client", "x", false));
    db.body.push(import("types", "y", true));
    let a = app("nodejs24.x", "index.handler", dir("src"), none());
    let (links, ..) = run(&a, &[("src/index.js", index), ("src/db.js", db)], &[]);
    let packages: Vec<&str> = links[0].imports.iter().map(|i| i.package.as_str()).collect();
    assert_eq!(packages, ["aws-sdk", "@acme/db"]);

    // TypeScript drops an import that only its types use.
    let mut ts = js(Lang::TypeScript, &["handler"]);
    ts.body.push(import("aws-sdk", "AWS", false));
    let (links, ..) = run(&a, &[("src/index.ts", ts)], &[]);
    assert!(links[0].imports.is_empty());
}
