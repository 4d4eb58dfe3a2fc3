use crate::code::dump;
use crate::code::hir::{Lang, StmtKind, Unit};
use crate::code::lower;
use crate::text::SourceText;
use lamlint_model::source::FileId;

fn parse(text: &str) -> Unit {
    lower(Lang::PowerShell, &SourceText::file(FileId(0), text), "x.ps1")
}

fn shown(text: &str) -> String {
    let u = parse(text);
    assert!(u.taints.is_empty(), "{text}: {:?}", u.taints);
    dump::unit(&u)
}

/// The kinds of nodes and the fields the front end asks for are those of the grammar.
#[test]
fn the_grammar_has_what_is_asked_for() {
    let grammar: tree_sitter::Language = tree_sitter_powershell::LANGUAGE.into();
    let sources = [
        include_str!("command.rs"),
        include_str!("definition.rs"),
        include_str!("expr.rs"),
        include_str!("literal.rs"),
        include_str!("mod.rs"),
        include_str!("stmt.rs"),
    ];
    // Words with an underscore in quotes: kinds or fields.
    let mut asked = 0;
    for word in sources.iter().flat_map(|s| s.split('"').skip(1).step_by(1)) {
        let is_name = word.contains('_')
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if is_name {
            asked += 1;
            let known =
                grammar.id_for_node_kind(word, true) != 0 || grammar.field_id_for_name(word).is_some();
            assert!(known, "{word}");
        }
    }
    assert!(asked > 60, "{asked}");
}

#[test]
fn the_last_value_of_a_function_is_returned() {
    for (body, returned) in [
        ("g 1", "return g("),
        ("if ($a) { g 1 } else { g 2 }", "return g("),
        ("$x = g 1", ""),
        ("return $a", "return $a"),
        ("try { g 1 } catch { 2 }", "return g("),
    ] {
        let text = shown(&format!("function f($a) {{\n{body}\n}}\n"));
        assert!(text.contains(returned), "{body}: {text}");
    }
    // Something went out before: what is given is a list.
    let text = shown("function f($a) {\n'first'\ng 1\n}\n");
    assert!(!text.contains("return g("), "{text}");
}

#[test]
fn text_with_holes() {
    let text = shown(
        "$a = \"x`n$b$($c.d)`$e\"\"f\"\n$g = 'it''s $no'\n$h = @\"\none $i\ntwo\n\"@\n$j = @'\n$raw\n'@\n",
    );
    for part in ["x\\n", "$b", "$c.d", "$e\\\"f", "it's $no", "one ", "\\ntwo", "\"$raw\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn names_of_commands_stand_for_statements() {
    for text in [
        "1 | % { g $_ }",
        "1 | foreach { g $_ }",
        "1 | ForEach-Object -Process { g $_ }",
        "@(1).ForEach({ g $_ })",
    ] {
        let u = parse(&format!("{text}\n"));
        assert!(u.taints.is_empty(), "{text}: {:?}", u.taints);
        assert!(matches!(u.body[..], [crate::code::hir::Stmt { kind: StmtKind::Loop { .. }, .. }]), "{text}");
    }
}

#[test]
fn comments_can_hold_requests() {
    let text = "<# block #>\nGet-X # lamlint: ignore[a-rule]\n# second\n";
    let u = parse(text);
    assert_eq!(u.comments.len(), 2);
    assert_eq!(u.suppressions.len(), 1);
}

#[test]
fn broken_and_hostile_text() {
    let bombs = [
        "@\"\nnever closed $(".to_owned(),
        "@'\nnever closed".to_owned(),
        "\"$(\"".repeat(3_000),
        "(".repeat(20_000),
        "$(".repeat(5_000) + &")".repeat(5_000),
        "@{a=".repeat(5_000),
        "if ($a) {\n".repeat(3_000),
        "{".repeat(4_000) + &"}".repeat(4_000),
        "a | ".repeat(4_000),
        "$a = ".repeat(3_000),
        "$x ? ".repeat(3_000),
        "1 + ".repeat(5_000) + "1",
        "$a -and ".repeat(5_000) + "$b",
        "$a.b".to_owned() + &".c".repeat(5_000),
        "function Gét-Ü { param($é) $é }\n".to_owned(),
        "\u{feff}# bom\n$x = 1\n".to_owned(),
        "\u{0}\u{feff}function".to_owned(),
        "[a[".repeat(3_000),
        "<#".to_owned(),
        "`".to_owned(),
        "using".to_owned(),
        ". ".to_owned(),
        "switch ($a) { { $_ } { 1 } default { 2 } }".to_owned(),
        "class A : B { A() : base(1) { } }".to_owned(),
        "enum E { A; B = 2 }".to_owned(),
        "é ? ü : ö ??= ß".to_owned(),
    ];
    for b in bombs {
        let u = parse(&b);
        assert!(u.taints.iter().all(|t| !t.certain));
    }
    // What stands behind a broken function is still read, and a broken function is told.
    let u = parse("function a {\n  $x = )\n}\n\nfunction b {\n  1\n}\n");
    assert!(!u.taints.is_empty());
    // A byte order mark changes nothing.
    assert!(parse("\u{feff}using module ./A.psm1\n$x = 1\n").taints.is_empty());
    // Windows' ends of lines.
    let u = parse(
        "param($LambdaInput)\r\nforeach ($r in $LambdaInput.Records) {\r\n    $r.body\r\n}\r\n$t = @\"\r\n$x\r\n\"@\r\n",
    );
    assert!(u.taints.is_empty(), "{:?}", u.taints);
}
