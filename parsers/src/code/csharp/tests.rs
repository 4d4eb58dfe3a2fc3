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

#[test]
fn an_error_in_a_head_is_told() {
    for text in [
        "class A : , {\n  void F() { G(1); }\n}\nclass B {\n  void H() { I(1); }\n}\n",
        "class A {\n  void F(int, ) { G(1); }\n}\nclass B {\n  void H() { I(1); }\n}\n",
    ] {
        let u = parse(text);
        assert!(!u.taints.is_empty() && u.taints.iter().all(|t| !t.certain), "{text}");
        assert!(!dump::unit(&u).contains("G(1)") && dump::unit(&u).contains("I(1)"), "{}", dump::unit(&u));
    }
}

#[test]
fn what_is_compiled() {
    let names = |condition: &str| {
        let text =
            format!("class A {{\n#if {condition}\n  void F() {{}}\n#else\n  void G() {{}}\n#endif\n}}\n");
        let all = dump::unit(&parse(&text));
        (all.contains("fn F"), all.contains("fn G"))
    };
    for c in ["RELEASE", "!DEBUG && NET", "(TRACE || FOO)", "true", "DEBUG == false"] {
        assert_eq!(names(c), (true, false), "{c}");
    }
    for c in ["DEBUG", "FOO && DEBUG", "!NET"] {
        assert_eq!(names(c), (false, true), "{c}");
    }
    for c in ["FOO", "NET8_0_OR_GREATER", "DEBUG || FOO"] {
        assert_eq!(names(c), (false, false), "{c}");
    }
}

#[test]
fn large_and_deep_files_end() {
    let many = format!("class A {{ {} }}", "void F(int x) { G(x); }\n".repeat(20_000));
    let types = format!("{}{}", "class A { ".repeat(3_000), "}".repeat(3_000));
    let chain = format!("class A {{ void F() {{ x{}; }} }}", ".Y()".repeat(5_000));
    let added = format!("class A {{ void F() {{ var x = {}1; }} }}", "1 + ".repeat(5_000));
    let branches = format!("class A {{ void F() {{ {} }} }}", "if (a) b(); else ".repeat(3_000) + "c();");
    let read = move || {
        for text in [many, types, chain, added, branches] {
            let _ = parse(&text);
        }
    };
    // As large as those of the engine.
    std::thread::Builder::new().stack_size(16 << 20).spawn(read).unwrap().join().unwrap();
}
