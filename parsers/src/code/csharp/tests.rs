use crate::code::dump;
use crate::code::hir::{Lang, Unit};
use crate::code::lower;
use crate::text::SourceText;
use lamlint_model::source::FileId;

fn parse(text: &str) -> Unit {
    lower(Lang::CSharp, &SourceText::file(FileId(0), text), "x.cs")
}

/// The statements of a method's body.
fn body(text: &str) -> String {
    let u = parse(&format!("class A {{ int field; static int shared; void F() {{\n{text}\n}} }}\n"));
    assert!(u.taints.is_empty(), "{text}: {:?}", u.taints);
    let all = dump::unit(&u);
    let inside = all.split_once("fn F() {").map_or(all.as_str(), |(_, b)| b);
    inside
        .trim()
        .trim_end_matches('>')
        .trim()
        .trim_end_matches('}')
        .trim()
        .trim_end_matches('}')
        .trim()
        .to_owned()
}

#[test]
fn statements() {
    for (cs, hir) in [
        ("field = shared + other;", "this.field = (A.shared + other)"),
        ("var field = 1; field++;", "let field = 1; field += 1"),
        ("using var c = new C { A = 1 };", "let c = new C(A=1)"),
        ("List<int> l = [1, ..x];", "let l = [1, ...x]"),
        ("Dictionary<string, V> m = new() { { \"a\", new() { S = s } } };", "let m = {\"a\": {\"S\": s}}"),
        ("x?.B(1)?.C[0].D();", "x?.B(1)?.C[0].D()"),
        ("var s = $\"a{b:x}c\" + @\"v\\x\";", "let s = (template(\"a\", b, \"c\") + \"v\\\\x\")"),
        ("field ??= t;", "this.field ??= t"),
        ("var n = nameof(A.B);", "let n = \"B\""),
        ("d.TryGetValue(\"k\", out var v);", "let v = d[\"k\"]; d.TryGetValue(\"k\", &v)"),
        ("await F().ConfigureAwait(false);", "await this.F()"),
    ] {
        assert_eq!(body(cs), hir, "{cs}");
    }
}

#[test]
fn types_have_full_names() {
    let u = parse(
        "namespace A.B; public class C { class D {} enum E { X } void F(D d) {} }\nnamespace Z { record R(int I); }",
    );
    let names: Vec<_> =
        dump::unit(&u).lines().map(|l| l.split(" = ").next().unwrap_or("").to_owned()).collect();
    assert_eq!(&names[..3], ["let A.B.C+D", "let A.B.C+E", "let A.B.C"]);
    assert_eq!(u.package, "A.B");
}

#[test]
fn an_error_is_confined_to_its_method() {
    let u = parse("class A {\n  void F() {\n    var = ;\n  }\n  void G() {\n    H(1);\n  }\n}\n");
    assert_eq!(u.taints.len(), 1);
    assert!(dump::unit(&u).contains("H(1)"));
}

#[test]
fn bad_input_ends() {
    let deep = "(".repeat(20_000);
    let blocks = "{".repeat(5_000);
    for text in [
        format!("class A {{ void F() {{ x = {deep}; }} }}"),
        format!("class A {{ void F() {blocks} }}"),
        "class A".repeat(2_000),
        "namespace ".repeat(500),
        format!("var s = {};", "$\"{".repeat(500)),
        "class Ä { int ñ = \u{feff}1; }".to_owned(),
        "\"\"\"".repeat(999),
        "#if X\n".repeat(400),
        String::new(),
    ] {
        let _ = parse(&text);
    }
}
