use crate::code::dump;
use crate::code::hir::{Lang, Unit};
use crate::code::lower;
use crate::text::SourceText;
use lamlint_model::source::FileId;

fn parse(text: &str) -> Unit {
    lower(Lang::Go, &SourceText::file(FileId(0), text), "x.go")
}

/// The statements of a function's body.
fn body(text: &str) -> String {
    let u = parse(&format!("package p\nfunc f() {{\n{text}\n}}\n"));
    assert!(u.taints.is_empty(), "{text}: {:?}", u.taints);
    let all = dump::unit(&u);
    let inside = all.split_once("f() {").map_or(all.as_str(), |(_, b)| b);
    inside.trim().trim_end_matches('}').trim().to_owned()
}

#[test]
fn statements() {
    for (go, hir) in [
        ("x, err := g()", "let results(x, err) = g()"),
        ("v, ok := m[k]", "let [v, ok] = [m[k], opaque()]"),
        ("a, b = b, a", "[a, b] = [b, a]"),
        ("_ = g(&x, xs...)", "_ = g(&x, ...xs)"),
        ("x += 2", "x += 2"),
        ("var s []string", "let s = []"),
        ("var o p.Order", "let o = zero(p.Order)"),
        ("var n, t = 0x10, `a\\n`", "let n = 16; let t = \"a\\\\n\""),
        ("go g()", "g()"),
        ("return", "return"),
        ("return nil, err", "return [null, err]"),
        ("c.Put(ctx, &s3.In{Bucket: b})", "c.Put(ctx, new s3.In(Bucket=b))"),
        ("m := map[string]*t.V{\"a\": {S: s}}", "let m = {\"a\": new t.V(S=s)}"),
        ("x := any(y).(string)", "let x = any(y)"),
        ("g[int](1)", "g(1)"),
    ] {
        assert_eq!(body(go), hir, "{go}");
    }
}

#[test]
fn names_of_inner_blocks_are_told_apart() {
    assert_eq!(
        body("x := 1\nif x := g(); x {\nh(x)\n}\nh(x)"),
        body("x := 1\nif x := g(); x {\nh(x)\n}\nh(x)")
    );
    let text = body("x := 1\nif x := g(); x {\nx = 2\n}\nh(x)");
    assert!(text.contains("let x'1 = g()") && text.contains("x'1 = 2") && text.ends_with("h(x)"), "{text}");
    // The same scope assigns, a closure has names of its own.
    let text = body("x := 1\nx, y := g()\nh(func() { x := 3; h(x) }, y)");
    assert!(!text.contains('\''), "{text}");
}

#[test]
fn a_break_in_a_switch_leaves_the_switch_only() {
    let text = body("for {\nswitch x {\ncase 1, 2:\nbreak\ndefault:\nfor {\nbreak\n}\n}\nh()\n}");
    assert_eq!(text.matches("break").count(), 1, "{text}");
    assert!(text.contains("((x == 1) or (x == 2))"), "{text}");
}

#[test]
fn declarations() {
    let u = parse(
        "package p\nimport (\n\"a/b/v2\"\n_ \"c\"\nq \"d\"\n)\ntype S struct {\n*b.T\nA, B string\nn int `json:\"n\"`\n}\nfunc (s *S) Get(ctx context.Context, ids ...string) (out string, err error) { return }\nfunc init() { g() }\nfunc init() { h() }\n",
    );
    assert!(u.taints.is_empty());
    assert_eq!(u.package, "p");
    let c = &u.classes[0];
    let fields: Vec<&str> = c.fields.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!((fields, &c.embeds[..]), (vec!["T", "A", "B", "n"], &["T".into()][..]));
    let get = u.functions.iter().find(|f| f.name == "Get").unwrap();
    assert_eq!(get.params.len(), 3);
    assert!(get.params[2].rest && get.params[1].annotation.as_deref() == Some("context.Context"));
    let all = dump::unit(&u);
    assert!(all.contains("return [out, err]") && all.contains("g()") && all.contains("h()"), "{all}");
    assert!(all.contains("import a/b/v2 (\"\" as b)") && all.contains("import c ()"), "{all}");
}

#[test]
fn errors_taint_no_more_than_their_function() {
    let u = parse("package p\n\nfunc a() {\n\tx := \n}\n\nfunc b() {\n\tg()\n}\n");
    assert!(!u.taints.is_empty() && u.taints.iter().all(|t| !t.certain), "{:?}", u.taints);
    assert!(dump::unit(&u).contains("g()"));
    let u = parse("package p\nfunc (((\n");
    assert!(!u.taints.is_empty());
}

#[test]
fn bad_input_is_bounded() {
    let deep = format!("package p\nvar x = {}1{}\n", "(".repeat(5000), ")".repeat(5000));
    assert!(!parse(&deep).taints.is_empty());
    let deep = format!("package p\nfunc f() {{ {} {} }}\n", "if a {".repeat(2000), "}".repeat(2000));
    parse(&deep);
    let deep = format!("package p\nvar x = {}{{}}{}\n", "[]T{".repeat(3000), "}".repeat(3000));
    parse(&deep);
    let chain = format!("package p\nvar x = a{}\n", ".b()".repeat(3000));
    parse(&chain);
    let sum = format!("package p\nvar x = a{}\n", " + a".repeat(5000));
    parse(&sum);
    for text in ["", "\u{feff}package p\n", "package", "package p\nvar größe = \"ä\"\n", "package p\x00"] {
        parse(text);
    }
    let u = parse("package p\nfunc größe() { ä := 1; h(ä) }\n");
    assert!(u.taints.is_empty() && u.functions[0].name == "größe");
}

#[test]
fn comments_ask_for_silence() {
    let u = parse(
        "package p\n\nfunc f() {\n\tg() // lamlint: ignore[event-loop] wanted\n\t/* lamlint: ignore[x-y] */\n\th()\n}\n",
    );
    assert_eq!(u.suppressions.len(), 2, "{:?}", u.suppressions);
    assert!(u.suppressions.iter().all(|s| !s.covers.is_empty()));
}
