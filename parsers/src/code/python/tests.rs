//! Python to the intermediate form, as compact dumps.

use super::lower;
use crate::code::hir::{Block, Expr, ExprKind, FnId, MapEntry, Pattern, StmtKind, Unit};
use crate::text::{PosMap, SourceText};
use lamlint_model::source::FileId;
use proptest::prelude::*;

fn parse(text: &str) -> Unit {
    lower(&SourceText::file(FileId(0), text))
}

/// The module's statements on one line.
fn dump(text: &str) -> String {
    let u = parse(text);
    assert!(u.taints.is_empty(), "{text}: {:?}", u.taints);
    block(&u, &u.body)
}

fn block(u: &Unit, b: &Block) -> String {
    b.iter().map(|s| stmt(u, &s.kind)).collect::<Vec<_>>().join("; ")
}

fn stmt(u: &Unit, s: &StmtKind) -> String {
    match s {
        StmtKind::Expr(e) => expr(u, e),
        StmtKind::Declare { target, value } => format!("let {} = {}", pattern(u, target), expr(u, value)),
        StmtKind::Assign { target, value } => format!("{} = {}", pattern(u, target), expr(u, value)),
        StmtKind::AugAssign { target, op, value } => format!("{} {op}= {}", expr(u, target), expr(u, value)),
        StmtKind::Return(e) => format!("return {}", e.as_ref().map_or(String::new(), |e| expr(u, e))),
        StmtKind::Raise(e) => format!("raise {}", e.as_ref().map_or(String::new(), |e| expr(u, e))),
        StmtKind::If { test, then, otherwise } => {
            format!("if {} {{{}}} else {{{}}}", expr(u, test), block(u, then), block(u, otherwise))
        }
        StmtKind::Loop { over, test, body, otherwise } => {
            let over =
                over.as_ref().map_or(String::new(), |(p, e)| format!("{} in {}", pattern(u, p), expr(u, e)));
            let test = test.as_ref().map_or(String::new(), |t| expr(u, t));
            format!("loop {over}{test} {{{}}} else {{{}}}", block(u, body), block(u, otherwise))
        }
        StmtKind::Try { body, catches, otherwise, finally } => {
            let catches: Vec<String> = catches
                .iter()
                .map(|c| {
                    let name = c.name.as_deref().unwrap_or("");
                    format!("catch {:?} {name} {{{}}}", exprs(u, &c.types), block(u, &c.body))
                })
                .collect();
            format!(
                "try {{{}}} {} else {{{}}} finally {{{}}}",
                block(u, body),
                catches.join(" "),
                block(u, otherwise),
                block(u, finally)
            )
        }
        StmtKind::With { items, body } => {
            let items: Vec<String> = items
                .iter()
                .map(|(e, p)| {
                    format!("{} as {}", expr(u, e), p.as_ref().map_or(String::new(), |p| pattern(u, p)))
                })
                .collect();
            format!("with {} {{{}}}", items.join(", "), block(u, body))
        }
        StmtKind::Function(id) | StmtKind::Method { function: id, .. } => function(u, *id),
        StmtKind::Class(id) => {
            let c = u.class(*id);
            let methods: Vec<String> = c.methods.iter().map(|m| function(u, *m)).collect();
            format!(
                "{}class {}({}) {{{} | {}}}",
                decorators(u, &c.decorators),
                c.name,
                exprs(u, &c.bases),
                block(u, &c.body),
                methods.join("; ")
            )
        }
        StmtKind::Import(i) => {
            let names: Vec<String> = i.names.iter().map(|n| format!("{}>{}", n.name, n.bound)).collect();
            format!("import{} {} [{}]", if i.type_only { " type" } else { "" }, i.module, names.join(" "))
        }
        StmtKind::Global(n) => format!("global {}", n.join(" ")),
        StmtKind::Block(b) => format!("{{{}}}", block(u, b)),
        StmtKind::Break => "break".into(),
        StmtKind::Continue => "continue".into(),
        StmtKind::Delete(v) => format!("del {}", exprs(u, v)),
        StmtKind::Opaque(e, b) => {
            let blocks: Vec<String> = b.iter().map(|b| block(u, b)).collect();
            format!("opaque({}){}", exprs(u, e), blocks.concat())
        }
    }
}

fn decorators(u: &Unit, d: &[Expr]) -> String {
    let d: Vec<String> = d.iter().map(|d| format!("@{} ", expr(u, d))).collect();
    d.concat()
}

fn function(u: &Unit, id: FnId) -> String {
    let f = u.function(id);
    let params: Vec<String> = f
        .params
        .iter()
        .map(|p| {
            format!(
                "{}{}{}{}",
                if p.rest {
                    "*"
                } else if p.rest_named {
                    "**"
                } else {
                    ""
                },
                pattern(u, &p.pattern),
                p.annotation.as_ref().map_or(String::new(), |a| format!(": {a}")),
                p.default.as_ref().map_or(String::new(), |d| format!(" = {}", expr(u, d)))
            )
        })
        .collect();
    format!(
        "{}{}{}{}{} {}({}) {{{}}}",
        decorators(u, &f.decorators),
        if f.is_async { "async " } else { "" },
        if f.is_static { "static " } else { "" },
        if f.class.is_some() { "method" } else { "fn" },
        if f.is_generator { "*" } else { "" },
        f.name,
        params.join(", "),
        block(u, &f.body)
    )
}

fn pattern(u: &Unit, p: &Pattern) -> String {
    match p {
        Pattern::Name(n, _) => n.to_string(),
        Pattern::Place(e) => expr(u, e),
        Pattern::List(v) | Pattern::Results(v) => {
            format!("[{}]", v.iter().map(|p| pattern(u, p)).collect::<Vec<_>>().join(", "))
        }
        Pattern::Map(v) => {
            let v: Vec<String> = v.iter().map(|(k, p, _)| format!("{k}: {}", pattern(u, p))).collect();
            format!("{{{}}}", v.join(", "))
        }
        Pattern::Rest(p) => format!("*{}", pattern(u, p)),
        Pattern::Ignore => "_".into(),
    }
}

fn exprs(u: &Unit, v: &[Expr]) -> String {
    v.iter().map(|e| expr(u, e)).collect::<Vec<_>>().join(", ")
}

fn expr(u: &Unit, e: &Expr) -> String {
    match &e.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Int(i) => i.to_string(),
        ExprKind::Float(f) => format!("{f:?}"),
        ExprKind::Str(s) => format!("{s:?}"),
        ExprKind::Template(v) => format!("`{}`", exprs(u, v)),
        ExprKind::Name(n) => n.to_string(),
        ExprKind::Attr { object, name, .. } => format!("{}.{name}", expr(u, object)),
        ExprKind::Index { object, index } => format!("{}[{}]", expr(u, object), expr(u, index)),
        ExprKind::Call { callee, args, .. } => {
            let args: Vec<String> = args
                .iter()
                .map(|a| {
                    format!(
                        "{}{}",
                        a.name.as_ref().map_or(String::new(), |n| format!("{n}=")),
                        expr(u, &a.value)
                    )
                })
                .collect();
            format!("{}({})", expr(u, callee), args.join(", "))
        }
        ExprKind::List(v) => format!("[{}]", exprs(u, v)),
        ExprKind::Map(v) => {
            let v: Vec<String> = v
                .iter()
                .map(|e| match e {
                    MapEntry::Pair(k, v) => format!("{}: {}", expr(u, k), expr(u, v)),
                    MapEntry::Spread(x) => format!("**{}", expr(u, x)),
                })
                .collect();
            format!("{{{}}}", v.join(", "))
        }
        ExprKind::Binary { op, left, right }
        | ExprKind::Compare { op, left, right }
        | ExprKind::Logic { op, left, right } => format!("({} {op} {})", expr(u, left), expr(u, right)),
        ExprKind::Not(x) => format!("!{}", expr(u, x)),
        ExprKind::Cond { test, then, otherwise } => {
            format!("({} ? {} : {})", expr(u, test), expr(u, then), expr(u, otherwise))
        }
        ExprKind::Await(x) => format!("await {}", expr(u, x)),
        ExprKind::Yield(x) => format!("yield {}", x.as_ref().map_or(String::new(), |x| expr(u, x))),
        ExprKind::Closure(id) => function(u, *id),
        ExprKind::Class(_) => "class".into(),
        ExprKind::Spread(x) | ExprKind::Ref(x) | ExprKind::Zero(x) => format!("*{}", expr(u, x)),
        ExprKind::Assign { target, op, value } => {
            format!("({} {op}:= {})", pattern(u, target), expr(u, value))
        }
        ExprKind::Comprehension { element, clauses, tests } => {
            let c: Vec<String> =
                clauses.iter().map(|(p, e)| format!(" for {} in {}", pattern(u, p), expr(u, e))).collect();
            let t: Vec<String> = tests.iter().map(|t| format!(" if {}", expr(u, t))).collect();
            format!("<{}{}{}>", expr(u, element), c.concat(), t.concat())
        }
        ExprKind::Module(m) => format!("module {m}"),
        ExprKind::Opaque(v) => format!("?({})", exprs(u, v)),
    }
}

#[test]
fn statements() {
    for (source, want) in [
        (
            "import boto3, os.path as p, a.b.c\n",
            "import boto3 [>boto3]; import os.path [>p]; import a.b.c [>a]",
        ),
        ("from x.y import (a, b as c,)\n", "import x.y [a>a b>c]"),
        ("from . import db\nfrom ..util.text import *\n", "import . [db>db]; import ..util.text [*>]"),
        ("from __future__ import annotations\n", "import __future__ [annotations>annotations]"),
        (
            "if TYPE_CHECKING:\n    from x import Y\nelse:\n    import z\n",
            "if TYPE_CHECKING {import type x [Y>Y]} else {import z [>z]}",
        ),
        ("a = b = f()\n", "a = f(); b = a"),
        ("a.x = b = f()\n", "b = f(); a.x = b"),
        ("a.x = a['y'] = f()\n", "subject 1 = f(); a.x = subject 1; a[\"y\"] = subject 1"),
        ("a, (b, *c) = x\n", "[a, [b, *c]] = x"),
        ("(a) = x\n", "a = x"),
        ("x: int = 1\ny: str\n", "x = 1"),
        ("x += 1\ny['a'] //= 2\n", "x += 1; y[\"a\"] //= 2"),
        ("a, b\n", "[a, b]"),
        ("if a: b()\nelif c: d()\nelse: e()\n", "if a {b()} else {if c {d()} else {e()}}"),
        ("for a, b in x.items():\n    c(a)\nelse:\n    d()\n", "loop [a, b] in x.items() {c(a)} else {d()}"),
        ("while (x := f()):\n    break\n", "loop (x := f()) {break} else {}"),
        (
            "try:\n    a()\nexcept (A, B) as e:\n    b()\nexcept C:\n    raise\nelse:\n    c()\nfinally:\n    d()\n",
            "try {a()} catch \"A, B\" e {b()} catch \"C\"  {raise } else {c()} finally {d()}",
        ),
        (
            "try:\n    a()\nexcept* A as e:\n    raise X() from e\n",
            "try {a()} catch \"A\" e {raise X()} else {} finally {}",
        ),
        ("try:\n    a()\nexcept A, B:\n    pass\n", "try {a()} catch \"A, B\"  {} else {} finally {}"),
        ("with open(a) as f, lock:\n    g(f)\n", "with open(a) as f, lock as  {g(f)}"),
        ("with (open(a) as f, open(b) as g,):\n    h()\n", "with open(a) as f, open(b) as g {h()}"),
        ("with a() as (b, c):\n    pass\n", "with a() as [b, c] {}"),
        ("del a, b[0]\ndel (c)\n", "del a, b[0]; del c"),
        ("assert a, b\n", "if !a {raise b} else {}"),
        ("type A = int | str\n", "A = ?()"),
        ("def f():\n    global a, b\n    nonlocal c\n", "fn f() {global a b; global c}"),
        (
            "async def f(a: int, b='x', /, *args: str, c=1, **kw) -> dict:\n    await g()\n",
            "async fn f(a: int, b = \"x\", *args: str, c = 1, **kw) {await g()}",
        ),
        ("def f(a, *, b): yield a\n", "fn* f(a, *_, b) {yield a}"),
        ("def f():\n    def g(): yield 1\n    return g\n", "fn f() {fn* g() {yield 1}; return g}"),
        ("@a.b(c=1)\n@d\ndef f(): pass\n", "@a.b(c=1) @d fn f() {}"),
        ("def f[T](x: T): return x\n", "fn f(x: T) {return x}"),
        (
            "class A(B, metaclass=M):\n    x = 1\n    y: int\n    def __init__(self): self.z = 2\n    @staticmethod\n    def s(): pass\n    @property\n    def p(self): return 1\n",
            "class A(B) {x = 1 | method constructor(self) {self.z = 2}; @staticmethod static method s() {}; @property method p(self) {return 1}}",
        ),
        ("@dataclass\nclass A: pass\n", "@dataclass class A() { | }"),
        ("f = lambda x, *y, z=1: x\n", "f = fn f(x, *y, z = 1) {return x}"),
        (
            "match = 1\ntype = 2\nprint(match, type)\nprint\n",
            "match = 1; type = 2; print(match, type); print",
        ),
        ("x = 1; y = 2;\n", "x = 1; y = 2"),
        ("def f():\n\tif a:\n\t\treturn\n\treturn 1\n", "fn f() {if a {return } else {}; return 1}"),
        ("# only\n", ""),
        ("\u{feff}x = 1\r\ny = 2\r\n", "x = 1; y = 2"),
    ] {
        assert_eq!(dump(source), want, "{source}");
    }
}

#[test]
fn expressions() {
    for (source, want) in [
        ("None, True, ..., 0x10, -1, 1.5, -2.5, 3j\n", "[null, true, ?(), 16, -1, 1.5, -2.5, ?()]"),
        ("'a' \"b\\n\" r'\\n' b'\\xff'\n", "\"ab\\n\\\\nÿ\""),
        ("'''a\n b'''\n", "\"a\\n b\""),
        ("''\n", "\"\""),
        ("f'a{b}c{{d}}'\n", "`\"a\", b, \"c{d}\"`"),
        ("f'{a}' 'b' f'c{d!r:>{w}}'\n", "`a, \"bc\", ?(d, w)`"),
        ("f'{x=}'\n", "`\"x=\", ?(x)`"),
        ("f'{a[\"b\"]}{c!s}'\n", "`a[\"b\"], c`"),
        ("f'plain'\n", "\"plain\""),
        ("t'a{b}'\n", "?(\"a\", b)"),
        ("a.b[c].d('x', *e, k=1, **o)\n", "a.b[c].d(\"x\", *e, k=1, **=o)"),
        ("f(x for x in y)\n", "f(<x for x in y>)"),
        ("a[1:n()], a[b, c]\n", "[a[?(1, n())], a[[b, c]]]"),
        ("a < b <= c\n", "((a < b) and (b <= c))"),
        ("a not in b and c is not d or not e\n", "(((a not in b) and (c is not d)) or !e)"),
        ("a if t else b\n", "(t ? a : b)"),
        ("{'a': 1, **b}, {1, 2}, (3,), []\n", "[{\"a\": 1, **b}, [1, 2], [3], []]"),
        ("[*a, b]\n", "[*a, b]"),
        ("{k: v for k, v in d.items() if v}\n", "<v for [k, v] in d.items() if v>"),
        ("{f(k): v for k in d}\n", "<?(f(k), v) for k in d>"),
        ("[x for a in b for x in a if x if a]\n", "<x for a in b for x in a if x if a>"),
        ("a % b + c @ d\n", "((a % b) + (c @ d))"),
        ("~a\n", "?(a)"),
        ("(y := f(x))\n", "(y := f(x))"),
        ("importlib.import_module('a.b'), __import__('c.d')\n", "[module a.b, module c]"),
        ("importlib.import_module(x)\n", "importlib.import_module(x)"),
        ("h(lambda: g())\n", "h(fn () {return g()})"),
        ("x = (\n    'a'  # one\n    'b'\n)\n", "x = \"ab\""),
        ("x = yield\n", "x = yield "),
    ] {
        assert_eq!(dump(source), want, "{source}");
    }
}

#[test]
fn matching() {
    for (source, want) in [
        (
            "match event['type']:\n    case 'a' | 'b':\n        f()\n    case None:\n        g()\n    case _:\n        h()\n",
            "if ((event[\"type\"] == \"a\") or (event[\"type\"] == \"b\")) {f()} else {if (event[\"type\"] is null) {g()} else {h()}}",
        ),
        (
            "match read():\n    case {'k': v, 'l': [a, *b]}:\n        f(v)\n    case -1:\n        g()\n",
            "subject 1 = read(); if ?(subject 1) {{k: v, l: [a, *b]} = subject 1; f(v)} else {if (subject 1 == -1) {g()} else {}}",
        ),
        (
            "match x:\n    case y if y > 1:\n        f(y)\n    case A.B:\n        g()\n",
            "y = x; if (y > 1) {f(y)} else {if (x == A.B) {g()} else {}}",
        ),
        ("match x:\n    case P(a=b) as p:\n        f(p)\n", "if ?(x) {p = x; f(p)} else {}"),
        ("match x:\n    case P(a=b):\n        f(b)\n", "if ?(x) {{a: b} = x; f(b)} else {}"),
        (
            "match a, b:\n    case 1, y:\n        f(y)\n",
            "subject 1 = [a, b]; if ?(subject 1) {[_, y] = subject 1; f(y)} else {}",
        ),
    ] {
        assert_eq!(dump(source), want, "{source}");
    }
}

/// The statements and the taints of broken code: `!` marks a certain one.
fn broken(text: &str) -> (String, Vec<String>) {
    let u = parse(text);
    let taints = u
        .taints
        .iter()
        .map(|t| {
            let at = text.get(t.span.start as usize..t.span.end as usize).unwrap_or("?");
            format!("{}{}: {at}", if t.certain { "!" } else { "" }, t.what)
        })
        .collect();
    (block(&u, &u.body), taints)
}

#[test]
fn a_recovered_tree_is_not_evidence() {
    // The call that never closes would swallow the next function.
    let (body, taints) =
        broken("import a\n\ndef f():\n    x = g(1\n\ndef handler(event, context):\n    s3.put_object()\n");
    assert!(!body.contains("put_object"), "{body}");
    assert!(body.starts_with("import a [>a]"), "{body}");
    assert!(taints.iter().any(|t| t == "!`(` was never closed: ("), "{taints:?}");

    // What follows a broken head is its body, not the module's.
    let (body, taints) =
        broken("def connect_to_db();\n    boto3.client('s3')\n    return 1\n\ndef g():\n    pass\n");
    assert_eq!(body, "opaque(); fn g() {}");
    assert_eq!(taints, ["!expected `:`: def connect_to_db()"]);

    // An error in a block leaves what is around it.
    let (body, taints) = broken("def f():\n    a()\n    b = = 1\n    c()\n\ndef g():\n    d()\n");
    assert_eq!(body, "fn f() {a(); opaque(); c()}; fn g() {d()}");
    assert!(taints.iter().all(|t| !t.starts_with('!')), "{taints:?}");

    let (body, taints) = broken("def f():\n    print \"x\"\n    print >>log, 'y'\n");
    assert_eq!(body, "fn f() {opaque(); opaque()}");
    assert_eq!(taints.iter().map(|t| t.starts_with('!')).collect::<Vec<_>>(), [true, false]);

    let (body, taints) = broken("try:\n    a()\nexcept A:\n    x = = 1\n    b()\n");
    assert!(body.starts_with("try {a()} catch"), "{body}");
    assert_eq!(taints.len(), 1);

    // A template of a Python file is broken, but nothing certain can be said.
    let (_, taints) = broken("x = {{ cookiecutter.name }}\n{% if a %}\ny = 1\n{% endif %}\n");
    assert!(taints.iter().all(|t| !t.starts_with('!')), "{taints:?}");

    let (body, taints) = broken("def f(x):\n    if x\n        return 1\n    return 2\n");
    assert!(body.contains("opaque()"), "{body}");
    assert_eq!(taints, ["!expected `:`: if x"]);
}

#[test]
fn inline_code_points_into_its_template() {
    // Indented by two in a block scalar at byte 10.
    let mut map = PosMap::default();
    map.push(6, 12, 6);
    map.push(6, 20, 6);
    let text = "a = b\nc = d\n";
    let u = lower(&SourceText { file: FileId(3), text, map: Some(&map) });
    let spans: Vec<(u32, u32)> = u.body.iter().map(|s| (s.span.start, s.span.end)).collect();
    assert_eq!(spans, [(12, 17), (20, 25)]);
    assert_eq!(u.body[0].span.file, FileId(3));
}

#[test]
fn heads_comments_and_names_have_spans() {
    let text = "# one\n@d\ndef f(x):\n    try:\n        pass\n    except E as e:  # two\n        return lambda y: y\n";
    let u = parse(text);
    let at = |s: lamlint_model::Span| &text[s.start as usize..s.end as usize];
    assert_eq!(u.comments.iter().map(|c| at(*c)).collect::<Vec<_>>(), ["# one", "# two"]);
    assert_eq!(at(u.functions[0].name_span), "f");
    assert!(at(u.functions[0].span).starts_with("@d"));
    assert_eq!(at(u.functions[1].name_span), "lambda y:");
    let StmtKind::Try { catches, .. } = &u.functions[0].body[0].kind else { panic!("no try") };
    assert_eq!(at(catches[0].span), "except E as e:");
}

#[test]
fn deep_nesting_ends() {
    for text in [
        "(".repeat(100_000),
        format!("x = {}{}\ny = 1\n", "[".repeat(100_000), "]".repeat(100_000)),
        format!("x = {}1\ny = 1\n", "1 + ".repeat(20_000)),
        format!("x = a{}\ny = 1\n", ".b()".repeat(20_000)),
        format!("if a:\n    b()\n{}", "elif a:\n    b()\n".repeat(5_000)),
        format!("x = {}\n", "not ".repeat(50_000)),
        (0..600).map(|i| format!("{}if a:\n", " ".repeat(i))).collect::<Vec<_>>().concat(),
        format!("x = a {}\n", "< b ".repeat(5_000)),
    ] {
        let u = parse(&text);
        assert!(!u.taints.is_empty());
        assert!(u.taints.iter().all(|t| !t.certain || t.what.contains("closed")), "{:?}", u.taints);
    }
    // Real code may nest a good deal.
    assert_eq!(parse(&format!("x = {}1\n", "1 + ".repeat(150))).taints, []);
}

const SAMPLE: &str = r#"
import os, boto3
from .db import (connect as c,)

class A(B):
    x: int = 1
    @property
    def p(self): return f"{self.x!r:>{w}} {d['a']}"

@logger.inject
async def handler(event, context=None, *, k: str = 'a' "b"):
    """Doc."""
    global client
    match event["type"]:
        case {"a": [x, *y]} if x > 1: return [i for i in y if i]
        case _: pass
    try:
        with open("a") as f, lock:
            data = {**event, "k": (lambda z: z)(1)}
    except (A, B) as e:
        raise X("é") from e
    finally:
        del data[0:1]
    return {"statusCode": 200 if not data else 500}
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn mutilated_text_never_panics(from in 0usize..900, len in 0usize..60, insert in "[ -~\n\t\"'(){}\\[\\]:]{0,4}") {
        let mut text = SAMPLE.to_owned();
        let boundary = |i: usize| (0..=i.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let (a, b) = (boundary(from), boundary(from + len));
        text.replace_range(a..b, &insert);
        let u = parse(&text);
        for t in &u.taints {
            prop_assert!(t.span.end as usize <= text.len());
            prop_assert!(text.is_char_boundary(t.span.start as usize) && text.is_char_boundary(t.span.end as usize));
        }
        block(&u, &u.body);
    }

    #[test]
    fn truncated_text_never_panics(to in 0usize..900) {
        let to = (0..=to.min(SAMPLE.len())).rev().find(|i| SAMPLE.is_char_boundary(*i)).unwrap_or(0);
        let u = parse(&SAMPLE[..to]);
        block(&u, &u.body);
    }
}
