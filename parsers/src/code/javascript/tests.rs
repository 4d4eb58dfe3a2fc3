//! JavaScript and TypeScript to the intermediate form, as compact dumps.

use super::lower;
use crate::code::dump;
use crate::code::hir::{Lang, ModuleKind, Unit};
use crate::text::{PosMap, SourceText};
use lamlint_model::source::{FileId, Span};
use proptest::prelude::*;

fn unit(lang: Lang, path: &str, text: &str) -> Unit {
    lower(lang, &SourceText::file(FileId(0), text), path)
}

fn js(text: &str) -> String {
    let u = unit(Lang::JavaScript, "a.js", text);
    assert!(u.taints.is_empty(), "{text}\n{:?}", u.taints);
    dump::unit(&u)
}

fn ts(text: &str) -> String {
    let u = unit(Lang::TypeScript, "a.ts", text);
    assert!(u.taints.is_empty(), "{text}\n{:?}", u.taints);
    dump::unit(&u)
}

/// Sources and their dumps, lines joined by ` | `.
fn check(cases: &[(&str, &str)], dump: fn(&str) -> String) {
    for (source, want) in cases {
        let got = dump(source).trim_end().replace('\n', " | ");
        assert_eq!(&got, want, "{source}");
    }
}

#[test]
fn imports_and_require() {
    check(
        &[
            (r#"import d, { e as f, g } from "./h""#, r#"import ./h ("default" as d, "e" as f, "g" as g)"#),
            (r#"import * as n from "n"; import "side""#, r#"import n ("" as n) | import side ()"#),
            (r#"import { default as x, "a-b" as y } from "m""#, r#"import m ("default" as x, "a-b" as y)"#),
            (
                r#"const { a, b: c = 1, ...r } = require("x")"#,
                r#"let {a: a, b: c = 1, : ...r} = module("x")"#,
            ),
            (r#"const c = require("x").y(1)"#, r#"let c = module("x").y(1)"#),
            (r#"const app = require("express")()"#, r#"let app = module("express")()"#),
            ("const m = await import(`./m`)", r#"let m = await module("./m")"#),
            ("require(name); import(name)", "require(name) | import(name)"),
            (
                r#"const a_1 = __importDefault(require("a")), b = tslib_1.__importStar(require("b"))"#,
                r#"let a_1 = module("a") | let b = module("b")"#,
            ),
            // A bundle's own `require` is not that of the module system.
            (
                r#"f(function (require, module, exports) { exports.a = require("./b") })"#,
                r#"f(<fn (require, module, exports) { exports.a = require("./b") }>)"#,
            ),
        ],
        js,
    );
}

#[test]
fn exports() {
    check(
        &[
            (
                "exports.handler = async () => {}",
                "exports.handler = <async fn handler() {}> | export handler: = <async fn handler() {}>",
            ),
            ("module.exports.a = b", "exports.a = b | export a: b"),
            ("exports['a'] = 1", "exports.a = 1 | export a: = 1"),
            (
                "module.exports = { a, b: 1 }",
                r#"module.exports = {"a": a, "b": 1} | export =: = {"a": a, "b": 1}"#,
            ),
            ("module.exports = function () {}", "module.exports = <fn () {}> | export =: = <fn () {}>"),
            ("exports = module.exports = f", "module.exports = f | export =: f"),
            (
                "const h = exports.h = () => 1",
                "let h = (exports.h = <fn h() { return 1 }>) | export h: = <fn h() { return 1 }>",
            ),
            ("exports.a = exports.b = void 0; exports.a = f", "exports.a = f | export a: f"),
            (
                r#"Object.defineProperty(exports, "__esModule", { value: true });
                Object.defineProperty(exports, "a", { enumerable: true, get: function () { return m.a; } });"#,
                "exports.a = m.a | export a: = m.a",
            ),
            (r#"__exportStar(require("./x"), exports)"#, r#"import ./x () | export *: "*" of ./x"#),
            (
                "export const { a, b: [c] } = f(), d = 1",
                "let {a: a, b: [c]} = f() | let d = 1 | export a: a | export c: c | export d: d",
            ),
            (
                "export async function f() {} export class C {}",
                "async fn f() {} | class C() {  } | export f: f | export C: C",
            ),
            ("export { x as default, y }", "export default: x | export y: y"),
            (
                r#"export * from "a"; export * as n from "b"; export { q as w } from "c""#,
                r#"import a () | import b () | import c () | export *: "*" of a | export n: "" of b | export w: "q" of c"#,
            ),
            ("export default handler", "export default: handler"),
            (
                "export default async () => {}",
                "exports.default = <async fn default() {}> | export default: = <async fn default() {}>",
            ),
            ("export default function f() {}", "fn f() {} | export default: f"),
            (
                "export default class {}",
                "exports.default = <class default() {  }> | export default: = <class default() {  }>",
            ),
            // esbuild
            (
                "var all = {}; __export(all, { handler: () => handler }); module.exports = __toCommonJS(all); var handler = f;",
                "let all = {} | let handler = f | export handler: handler",
            ),
            ("function f(module) { module.exports = 1 }", "fn f(module) { module.exports = 1 }"),
        ],
        js,
    );
}

#[test]
fn module_kinds() {
    for (text, want) in [
        ("import 'a'", ModuleKind::Es),
        ("export {}", ModuleKind::Es),
        ("exports.a = 1", ModuleKind::CommonJs),
        ("if (x) { y = require('z') }", ModuleKind::CommonJs),
        ("import a from 'a'; const require = createRequire(import.meta.url); require('b')", ModuleKind::Es),
        ("const m = import('a')", ModuleKind::Plain),
        ("function f(exports) { exports.a = 1 }", ModuleKind::Plain),
    ] {
        assert_eq!(unit(Lang::JavaScript, "a.js", text).module, want, "{text}");
    }
}

#[test]
fn statements() {
    check(
        &[
            ("a, b(), c = 1", "a | b() | c = 1"),
            (
                "if (a, b) c(); else if (d) e(); else { f() }",
                "a | if b { c() } else { if d { e() } else { f() } }",
            ),
            (
                "for (let i = 0, n = f(); i < n; i++) { if (i) continue; g(); }",
                "let i = 0 | let n = f() | loop while (i < n) { if i { continue }; g(); i += 1 }",
            ),
            ("for (const [k, v = 1] of m) g(k)", "loop [k, v] in m { v ??= 1; g(k) }"),
            ("for (const k in o) ;", "loop k in Object.keys(o) {}"),
            ("async () => { for await (const x of s) x() }", "<async fn () { loop x in await s { x() } }>"),
            ("do { f() } while (x); while (y) g();", "loop while x { f() } | loop while y { g() }"),
            ("try { f() } catch { g() } finally { h() }", "try { f() } catch { g() } finally { h() }"),
            (
                "try { f() } catch ({ code }) { g(code) }",
                "try { f() } catch { let {code: code} = opaque(); g(code) }",
            ),
            ("throw new Error(`x`)", r#"raise new Error("x")"#),
            (
                "delete a.b; x++; --y.z; w ||= f(); v **= 2",
                "delete a.b | x += 1 | y.z -= 1 | w ||= f() | v **= 2",
            ),
            ("'use strict'; ; debugger; var x; with (o) f()", "let x = null | opaque(o) { f() }"),
            ("using a = f(), b = g(); h()", "with f() as a, g() as b { h() }"),
            ("(async () => { await f() })()", "<async fn () { await f() }>()"),
        ],
        js,
    );
}

#[test]
fn switches() {
    check(
        &[
            (
                "switch (x) { case 1: case 2: f(); break; case 3: g(); default: h() } i()",
                "if ((x == 1) or (x == 2)) { f() } else { if (x == 3) { g(); h() } else { h() } } | i()",
            ),
            // What follows a break under a condition runs on the other way only, and what follows the switch does run.
            (
                "switch (x) { case 1: if (a) { f(); break; } g(); case 2: h(); break } i()",
                "if (x == 1) { if a { f() } else { g(); h() } } else { if (x == 2) { h() } } | i()",
            ),
            ("switch (x) { case 1: { f(); break; } }", "if (x == 1) { { f() } }"),
            ("switch (true) { case a > 1: f() }", "if (a > 1) { f() }"),
            ("switch (x()) { default: f(); break; }", "{ x(); f() }"),
            ("switch (x) { case 1: default: f(); break; case 2: g() }", "if (x == 2) { g() } else { f() }"),
            ("switch (x) {}", "x"),
            // Breaks of loops stay; a loop around a switch is left by its label.
            (
                "o: while (1) { switch (x) { case 1: while (2) break; break; case 2: break o; case 3: continue; } }",
                "loop while 1 { if (x == 1) { loop while 2 { break } } else { if (x == 2) { break } else { if (x == 3) { continue } } } }",
            ),
            ("l: { if (a) break l; f() } g()", "{ if a {} else { f() } } | g()"),
        ],
        js,
    );
    let many: Vec<String> = (0..200).map(|i| format!("case {i}: f{i}();")).collect();
    let got = js(&format!("switch (x) {{ {} }}", many.join(" ")));
    assert!(got.starts_with("opaque(x, 0, 1, 2,"), "{got}");
}

#[test]
fn expressions() {
    check(
        &[
            ("x = a?.b?.[c]?.(d) ?? e", "x = (a?.b[c](d) ?? e)"),
            ("x = a && b || !c", "x = ((a and b) or not c)"),
            ("x = a === b, y = a !== b, z = 'k' in o", "x = (a == b) | y = (a != b) | z = (\"k\" in o)"),
            ("x = typeof a === 'string'", "x = (opaque(a) == \"string\")"),
            (
                "x = [1, , ...a], y = { ...b, c, 'd-e': 1, 2: 3, [f]: 4, ['g']: 5 }",
                "x = [1, null, ...a] | y = {...b, \"c\": c, \"d-e\": 1, \"2\": 3, f: 4, \"g\": 5}",
            ),
            (
                "x = { m() {}, get a() { return B.c }, get d() { return f() }, set e(v) {}, async *g() {} }",
                "x = {\"m\": <fn m() {}>, \"a\": B.c, \"d\": opaque(<fn d() { return f() }>), \"g\": <async fn* g() {}>}",
            ),
            ("x = `a${b}\\n${c}`, y = `\\x41`", "x = template(\"a\", b, \"\\n\", c) | y = \"A\""),
            ("x = sql`a ${b} c`", "x = sql([\"a \", \" c\"], b)"),
            ("x = new Foo, y = new (require('z').W)(1)", "x = new Foo() | y = new module(\"z\").W(1)"),
            ("x = (0, m.f)(1)", "x = m.f(1)"),
            ("x = (a, b)", "x = opaque(a, b)"),
            (
                "x = !0, y = void 0, z = undefined, w = -5, v = /a(b/g, u = +'1'",
                "x = true | y = null | z = null | w = -5 | v = opaque() | u = opaque(\"1\")",
            ),
            ("x = y = z", "x = (y = z)"),
            ("if ((m = f())) g(m++)", "if (m = f()) { g((m += 1)) }"),
            (
                "({ a, b: [c = 1, , ...d], e: f.g = 2 } = h)",
                "{a: a, b: [c, _, ...d], e: f.g = 2} = h | c ??= 1",
            ),
            ("const { [k]: v, ...r } = o", "let {: ...r} = o | let v = opaque(k)"),
            (
                "function* g() { yield; yield* h(); const x = yield 1 }",
                "fn* g() { yield ; yield h(); let x = yield 1 }",
            ),
            (
                "x = <Foo a={b} {...c} d='e'>{f.map((g) => <p>{g}</p>)} text</Foo>",
                "x = opaque(b, ...c, f.map(<fn (g) { return opaque(g) }>))",
            ),
            ("x = import.meta.url; new.target; super.x", "x = import.meta.url | new.target | super.x"),
            ("x = c ? a : b", "x = (c ? a : b)"),
        ],
        js,
    );
}

#[test]
fn functions_and_names() {
    check(
        &[
            (
                "const f = () => {}, g = function own() {}, h = class {}",
                "let f = <fn f() {}> | let g = <fn own() {}> | let h = <class h() {  }>",
            ),
            ("x.y = () => 1; x ||= () => 2", "x.y = <fn y() { return 1 }> | x ||= <fn x() { return 2 }>"),
            (
                "const { a = () => 1 } = b; f = a => a",
                "let {a: a = <fn a() { return 1 }>} = b | f = <fn f(a) { return a }>",
            ),
            (
                "function f({ a, b: { c } = {} }, [d = 1], e = 2, ...r) {}",
                "fn f({a: a, b: {c: c} = {}}, [d], e = 2, *r) { d ??= 1 }",
            ),
        ],
        js,
    );
    let u = unit(Lang::JavaScript, "a.js", "exports.handler = async (event) => {};\nf(async (x) => {})");
    let at: Vec<_> =
        u.functions.iter().map(|f| (f.name.as_str(), f.name_span.start, f.name_span.end)).collect();
    assert_eq!(at, [("handler", 8, 15), ("", 41, 53)]);
}

#[test]
fn classes() {
    check(
        &[(
            "class A extends B { static s = 1; #p = () => 2; q; static { this.t = 3; A.u = 4; f() } constructor(x) { super(); this.#p = x } set v(x) {} get v() { return 1 } static async m() {} *[Symbol.iterator]() {} }",
            "class A(B) { let s = 1; let t = 3; let u = 4; f(); field #p = <fn #p() { return 2 }>; field q; fn constructor(x) { super(); this.#p = x }; @property fn v() { return 1 }; static async fn m() {}; fn* () {}; @v.setter fn v(x) {} }",
        )],
        js,
    );
    check(
        &[
            (
                "abstract class K<T> extends L<T> implements M { private readonly c: S3; declare d: string; constructor(private readonly f: F, g = 1, public h?: string) { super(); go() } abstract m(): void; o?(): void; n(this: K<T>, p: string): void {} [key: string]: any }",
                "class K(L) { field c; fn constructor(f, g = 1, h) { super(); this.f = f; this.h = h; go() }; fn n(p) {} }",
            ),
            (
                "@A() @B export class P { @Field() x: string; @C.d(1) m(@Inject() y: Y) {} }",
                "@A() @B class P() { Field(); field x; @C.d(1) fn m(y) {} } | export P: P",
            ),
            ("export @A class P {}", "@A class P() {  } | export P: P"),
        ],
        ts,
    );
}

#[test]
fn typescript_only() {
    check(
        &[
            (
                "import { A, B, c } from 'm'; const x: A = c as B",
                r#"import type m ("A" as A, "B" as B) | import m ("c" as c) | let x = c"#,
            ),
            (
                "import type { A } from 'm'; import { type B, type C } from 'n'",
                r#"import type m ("A" as A) | import type n ("B" as B, "C" as C)"#,
            ),
            (
                "import { Context } from 'aws-lambda'; f((x: Context) => x)",
                r#"import type aws-lambda ("Context" as Context) | f(<fn (x) { return x }>)"#,
            ),
            (
                "import A, { D } from 'a'; @D() class X extends A<string> {}",
                r#"import a ("default" as A, "D" as D) | @D() class X(A) {  }"#,
            ),
            ("import a from 'a'; export { a }", r#"import a ("default" as a) | export a: a"#),
            (
                "import fs = require('fs'); fs.x; import A = B.C.D; export = fs",
                "let fs = module(\"fs\") | fs.x | let A = B.C.D | module.exports = fs | export =: fs",
            ),
            (
                "export type { A } from 'b'; export { type C } from 'd'; export type E = { f: string }; export interface G {}",
                "import type b () | import type d ()",
            ),
            (
                "enum E { A, B = 'b', C = 5, D, 'e-f' = D }",
                r#"let E = {"A": 0, "B": "b", "C": 5, "D": 6, "e-f": D}"#,
            ),
            ("export const enum E { A }", r#"let E = {"A": 0} | export E: E"#),
            (
                "namespace N { export const v = 1; const w = 2; export interface Q {} }",
                r#"let N = <fn N() { let v = 1; let w = 2; return {"v": v} }>()"#,
            ),
            (
                "export namespace A.B { export function f() {} }",
                r#"let A = {"B": <fn B() { fn f() {}; return {"f": f} }>()} | export A: A"#,
            ),
            ("namespace T { export type X = string }", ""),
            ("function f(a: string): void; function f(a: any) {}", "fn f(a) {}"),
            (
                "declare const q: string; declare module 'z' { const y: number } declare function g(): void; declare global { interface W {} }",
                "",
            ),
            (
                "const x = <T>y, z = w!, v = a as unknown as B, u = f<T>(1), t = new M<K, V>(), s = g<T>, r = q satisfies P",
                "let x = y | let z = w | let v = a | let u = f(1) | let t = new M() | let s = g | let r = q",
            ),
            ("this.x! ??= 1; (y as any).z = 2", "this.x ??= 1 | y.z = 2"),
            (
                "const f = async <T,>(x: T, y?: number): Promise<T> => x",
                "let f = <async fn f(x, y) { return x }>",
            ),
            ("try { f() } catch (e: unknown) { g(e) }", "try { f() } catch e { g(e) }"),
            ("async function f() { await using r = g(); h(r) }", "async fn f() { with g() as r { h(r) } }"),
            ("let a!: string; const x = { a: 1 } as const", "let a = null | let x = {\"a\": 1}"),
        ],
        ts,
    );
}

#[test]
fn gaps_of_the_grammar_that_leave_nothing() {
    let text =
        "export type * from './a';\nexport type * as n from \"./b\"\nimport type C = require('c');\nf();";
    assert_eq!(ts(text), "import type ./a ()\nimport type ./b ()\nimport type c (\"\" as C)\nf()\n");
}

/// Inline code stands indented in a template: `Code: |\n  exports.h = f;\n  g(;\n`.
#[test]
fn positions_of_inline_code() {
    let text = "exports.h = f;\ng(;\n";
    let mut map = PosMap::default();
    map.push(15, 10, 15);
    map.push(5, 27, 5);
    let u = lower(Lang::JavaScript, &SourceText { file: FileId(3), text, map: Some(&map) }, "");
    assert_eq!(u.body[0].span, Span::new(FileId(3), 10, 24));
    assert_eq!(u.exports[0].span, Span::new(FileId(3), 18, 19));
    assert!(u.taints.iter().any(|t| t.certain && t.span == Span::new(FileId(3), 28, 29)), "{:?}", u.taints);
}

/// The same code with and without types.
#[test]
fn types_leave_nothing() {
    for (plain, typed) in [
        (
            "import { S3Client } from '@aws-sdk/client-s3';
             const s3 = new S3Client({});
             export const handler = async (event, context) => {
               for (const r of event.Records) { await s3.send(new X({ Key: r.s3.object.key })); }
               return { statusCode: 200 };
             };",
            "import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
             import type { S3Event, Context } from 'aws-lambda';
             type R = { statusCode: number };
             const s3: S3Client = new S3Client({} as S3ClientConfig);
             export const handler = async (event: S3Event, context: Context): Promise<R> => {
               for (const r of event.Records!) { await s3.send(new X<string>({ Key: r.s3.object.key })); }
               return { statusCode: 200 } satisfies R;
             };",
        ),
        (
            "class Store { client; constructor(client, table = 't') { this.client = client; this.table = table }
               async get(id) { return this.client?.get(id) ?? null } }
             let cached; export function store() { return cached ??= new Store(null) }",
            "class Store implements Base { private client?: C; constructor(client: C | null, readonly table: string = 't') { this.client = client; }
               public async get<T>(id: string): Promise<T | null> { return this.client?.get<T>(id) ?? null } }
             let cached: Store | undefined; export function store(): Store { return cached ??= new Store(null) }",
        ),
    ] {
        let normal = |s: String| {
            s.lines()
                .filter(|l| !l.starts_with("import type"))
                .map(|l| l.replace("this.table = table; this.client = client", "this.client = client; this.table = table"))
                .collect::<Vec<_>>()
        };
        assert_eq!(normal(js(plain)), normal(ts(typed)));
        // What has no types reads the same as TypeScript.
        assert_eq!(normal(js(plain)), normal(ts(plain)));
    }
}

#[test]
fn dialects() {
    let tsx = unit(Lang::TypeScript, "a.TSX", "const x: X = <p>{y as string}</p>");
    assert!(tsx.taints.is_empty());
    assert!(dump::unit(&tsx).contains("opaque(y)"));
    let flow = unit(Lang::JavaScript, "a.js", "function f(x: string) { g() }\nexports.h = f");
    assert!(!flow.taints.is_empty());
    assert!(flow.taints.iter().all(|t| !t.certain));
    let bom = unit(Lang::JavaScript, "a.js", "\u{feff}#!/usr/bin/env node\n// c\nf() /* d */");
    assert_eq!(bom.comments.len(), 2, "{}", dump::unit(&bom));
}

#[test]
fn errors_taint_what_they_touch() {
    for (text, want) in [
        // Confined to a statement of a nested block.
        (
            "exports.h = () => {\n  a();\n  b(c d);\n  e();\n};\nf()",
            "exports.h = <fn h() { a(); opaque(); e() }> | f() | export h: = <fn h() { a(); opaque(); e() }>",
        ),
        ("a();\nconst x = ;\nb();\nc();", "a() | opaque() | b() | c()"),
        // Types in JavaScript.
        ("a();\nfunction f(x: string) {\n  g();\n}\nb();", "a() | opaque() | b()"),
    ] {
        let u = unit(Lang::JavaScript, "a.js", text);
        assert!(!u.taints.is_empty(), "{text}");
        assert!(u.taints.iter().all(|t| !t.certain), "{text}");
        assert_eq!(dump::unit(&u).trim_end().replace('\n', " | "), want, "{text}");
    }
    // A bracket that is never closed is certain.
    for text in
        ["exports.h = () => {\n  a();\n  if (x) {\n};\nf()\n", "function h() {\n  a(\n}\nfunction i() {}\n"]
    {
        let u = unit(Lang::JavaScript, "a.js", text);
        assert!(u.taints.iter().any(|t| t.certain), "{text}: {:?}", u.taints);
        assert!(dump::unit(&u).contains("opaque()"), "{text}\n{}", dump::unit(&u));
    }
    // A name in a broken part counts as used: its import stays.
    let u = unit(Lang::TypeScript, "a.ts", "import { a } from 'm';\nconst x = a(b c);\n");
    assert!(dump::unit(&u).starts_with("import m (\"a\" as a)"), "{}", dump::unit(&u));
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = |open: &str, close: &str, n: usize| {
        format!("f();\nx = {}1{};\ng();\n", open.repeat(n), close.repeat(n))
    };
    for text in [
        deep("(", ")", 100_000),
        deep("[", "]", 100_000),
        deep("{a:", "}", 20_000),
        deep("f(", ")", 20_000),
        deep("() => {", "}", 5_000),
        deep("!", "", 20_000),
        deep("a ? b : ", "", 5_000),
        deep("`${", "}`", 3_000),
        format!("f();\n{}{}", "if (a) {".repeat(5_000), "}".repeat(5_000)),
        format!("f();\n{}", "if (a) b(); else ".repeat(5_000)),
        format!("f();\nx = {}1;", "a.b() + ".repeat(20_000)),
        format!("f();\nx{};", ".b(1)".repeat(10_000)),
        "({[".repeat(50_000),
    ] {
        let u = unit(Lang::JavaScript, "a.js", &text);
        assert!(u.body.len() <= 3);
    }
    let text = format!("x = 'a' + {}b;", "c + 'd' + ".repeat(100));
    assert!(js(&text).starts_with("x = template(\"a\", c, \"d\""));
    let huge = format!("f();\n{}", " ".repeat(5 << 20));
    assert!(unit(Lang::JavaScript, "a.js", &huge).body.is_empty());
}

const SAMPLE: &str = r#"import { a as b, type C } from "./x"; const d = require('y')(`z${b}`);
export const handler = async ({ q, ...r }, [s = 1]) => { for (const t of r.u) { await t?.v(/w/g); }
switch (q) { case 1: case "2": if (q) break; x(); default: return { [y]: 1, z() {}, get p() { return 1 } }; } };
class K extends L { static m = 1; #n; constructor(o) { super(o); this.#n ??= (0, f)(o); } static { this.g = 2; } }
try { g() } catch ({ h }) { throw new E(h, ...i) } finally { j = k, l++ }
exports.m = exports.n = void 0; export { d as default }; label: while (o) { break label; }
"#;

proptest! {
    #[test]
    fn damaged_text_never_panics(at in 0usize..900, len in 1usize..120, other in 0usize..900, insert in "[{}()`'/*<>;]{0,3}") {
        let mut text = SAMPLE.to_owned();
        for from in [at, other] {
            let end = (from + len).min(text.len());
            if from < end && text.is_char_boundary(from) && text.is_char_boundary(end) {
                text.replace_range(from..end, &insert);
            }
        }
        for (lang, path) in [(Lang::JavaScript, "a.js"), (Lang::TypeScript, "a.ts"), (Lang::TypeScript, "a.tsx")] {
            let u = unit(lang, path, &text);
            // Whatever remains is inside the text, and dumps.
            prop_assert!(u.body.iter().all(|s| s.span.end as usize <= text.len()));
            dump::unit(&u);
        }
    }
}
