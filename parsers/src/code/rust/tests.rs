use crate::code::dump;
use crate::code::hir::{Lang, Unit};
use crate::code::lower;
use crate::text::SourceText;
use lamlint_model::source::FileId;

fn parse(text: &str) -> Unit {
    lower(Lang::Rust, &SourceText::file(FileId(0), text), "x.rs")
}

/// The statements of a function's body.
fn body(text: &str) -> String {
    let u = parse(&format!("fn f() {{\n{text}\n}}\n"));
    assert!(u.taints.is_empty(), "{text}: {:?}", u.taints);
    let all = dump::unit(&u);
    let inside = all.split_once("f() {").map_or(all.as_str(), |(_, b)| b);
    inside.trim().trim_end_matches('}').trim().to_owned()
}

#[test]
fn statements() {
    for (rust, hir) in [
        ("let x = g(&y)?;", "let x = g(y)"),
        ("let (a, _) = p;", "let [a, _] = p"),
        ("x += 2;", "x += 2"),
        ("Ok(x)", "return x"),
        ("return Some(3);", "return 3"),
        ("Err(e)", "raise opaque(e)"),
        ("Err(e)?;", "raise opaque(e)"),
        ("let s = S { a: 1, b };", "let s = new S(a=1, b=b)"),
        ("c.put().bucket(b).send().await?;", "await c.put().bucket(b).send()"),
        ("let t = a::b::C::new(1);", "let t = ::a.b.C.new(1)"),
        ("let t = format!(\"{}-{n}\", a.b);", "let t = template(a.b, \"-\", n)"),
        ("let v = vec![1, 2];", "let v = [1, 2]"),
        (
            "let j = json!({\"a\": [x, null], \"b\": { \"c\": 1 }});",
            "let j = {\"a\": [x, null], \"b\": {\"c\": 1}}",
        ),
        ("bail!(\"no {}\", x)", "raise opaque(\"no {}\", x)"),
        ("info!(user = %id, \"hello\");", "null"),
        ("x.0", "return x[0]"),
        ("let b = b\"a\\n\";", "let b = \"a\\n\""),
    ] {
        assert_eq!(body(rust), hir, "{rust}");
    }
}

#[test]
fn blocks_have_values() {
    let text = body("let x = if a { g(); 1 } else { return 2 };");
    assert!(text.contains("g()") && text.contains("return 2") && text.ends_with("let x = #v1"), "{text}");
    let text = body("match r { Ok(v) => h(v), Err(e) => return g(e) }");
    assert!(text.starts_with("try"), "{text}");
    let text = body("if let Some(x) = c { h(x) }");
    assert!(text.contains("let x = c"), "{text}");
    // The right side of `&&` only runs behind the left one.
    let text = body("let x = a && { g(); b };");
    assert!(text.starts_with("if"), "{text}");
}

#[test]
fn names_of_inner_blocks_are_told_apart() {
    let text = body("let x = 1; { let x = 2; g(x); } h(x)");
    assert!(text.contains("let x'1 = 2") && text.contains("g(x'1)") && text.ends_with("h(x)"), "{text}");
    // A variable with the name of a module is no module.
    let text = body("let config = config::load(); g(config)");
    assert_eq!(text, "let config'v = ::config.load(); return g(config'v)");
}

#[test]
fn tests_and_other_builds_are_left_out() {
    let u = parse(
        "#[cfg(test)]\nmod tests { use super::*; #[test] fn t() { bad() } }\n#[test]\nfn u() {}\nfn f() {}\n",
    );
    assert_eq!(u.functions.len(), 1);
}

#[test]
fn places_count_what_stands_before_the_code() {
    for head in ["", "\u{feff}", "#!/usr/bin/env run\n", "\u{feff}#!/x\n"] {
        let text = format!("{head}// é\nfn f() {{ g(\"é\") }} // lamlint: ignore[x]\n/* a /* b */ c */\n");
        let u = parse(&text);
        assert!(u.taints.is_empty(), "{head:?}: {:?}", u.taints);
        let at = |s: lamlint_model::Span| text.get(s.start as usize..s.end as usize).unwrap().to_owned();
        assert_eq!(at(u.functions[0].name_span), "f", "{head:?}");
        let comments: Vec<String> = u.comments.iter().map(|c| at(*c)).collect();
        assert_eq!(comments, ["// é", "// lamlint: ignore[x]", "/* a /* b */ c */"], "{head:?}");
    }
    // An attribute is no line for the shell.
    assert!(parse("#![allow(dead_code)]\nfn f() {}\n").taints.is_empty());
}

#[test]
fn text_that_looks_like_a_comment_is_none() {
    let u = parse("fn f() { g(\"// a\", r#\"/* \" */\"#, '/', 1 / 2) }\n");
    assert!(u.comments.is_empty(), "{:?}", u.comments);
    assert!(u.taints.is_empty());
}

#[test]
fn what_does_not_parse_is_no_evidence() {
    for text in ["fn f() { let x = ; s3.put() }", "fn f() {", "fn f() { \"", "}", "fn 1() {}", "let x = 1;"] {
        let u = parse(text);
        assert_eq!((u.taints.len(), u.functions.len(), u.body.len()), (1, 0, 1), "{text}");
        assert!(!u.taints[0].certain);
    }
    assert!(parse("").taints.is_empty());
}

#[test]
fn no_text_is_too_deep() {
    let n = 20_000;
    let nest =
        |open: &str, close: &str| format!("fn f() {{ let x = {}1{}; }}", open.repeat(n), close.repeat(n));
    for text in [
        nest("(", ")"),
        nest("[", "]"),
        nest("{", "}"),
        nest("!", ""),
        nest("-", ""),
        nest("&", ""),
        nest("|| ", ""),
        nest("return ", ""),
        nest("1 + ", ""),
        nest("a.b().", "c()"),
        nest("if x { 1 } else ", ""),
        nest("(1, ", ")"),
        nest("f(", ")"),
        nest("x = ", ""),
        nest("async move { ", "}"),
        nest("match x { _ => ", "}"),
        format!("type T = {}u8;", "&".repeat(n)),
        format!("type T = {}u8{};", "Vec<".repeat(n), ">".repeat(n)),
        format!("fn f() {{ vec!{}1{}; }}", "[".repeat(n), "]".repeat(n)),
        format!("use {}b;", "a::".repeat(n)),
        format!("use {}b{};", "a::{".repeat(n), "}".repeat(n)),
        format!("{}fn f() {{}}{}", "mod a {".repeat(n), "}".repeat(n)),
        format!("fn f() {{ match x {{ {} _ => 1 }} }}", "1 | ".repeat(n)),
    ] {
        let u = parse(&text);
        // Beyond the bounds the file is not read; what is read ends.
        assert!(u.taints.len() <= 1, "{}", &text[..40]);
    }
    // Within the bounds nothing is lost.
    let long = "fn f() { g(x); }\n#[inline]\nfn h() { if a { 1 } else { 2 }; }\n".repeat(3_000);
    assert!(parse(&long).taints.is_empty());
    let chain = format!("fn f() {{ c{}; }}", ".a(|x| { x })".repeat(200));
    assert!(parse(&chain).taints.is_empty());
}

#[test]
fn names_in_any_script() {
    let u = parse("fn größe(名: &str) -> usize { let r#type = 名; r#type.len() }\n");
    assert!(u.taints.is_empty());
    assert_eq!(u.functions[0].name, "größe");
}
