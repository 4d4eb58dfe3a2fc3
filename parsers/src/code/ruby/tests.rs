use crate::code::dump;
use crate::code::hir::{Lang, StmtKind, Unit};
use crate::code::lower;
use crate::text::SourceText;
use lamlint_model::source::FileId;
use std::fmt::Write as _;

fn parse(text: &str) -> Unit {
    lower(Lang::Ruby, &SourceText::file(FileId(0), text), "x.rb")
}

fn shown(text: &str) -> String {
    let u = parse(text);
    assert!(u.taints.is_empty(), "{text}: {:?}", u.taints);
    dump::unit(&u)
}

#[test]
fn the_last_value_of_a_method_is_returned() {
    for (body, returned) in [
        ("@x ||= g(1)", "return @x"),
        ("if a\n  g(1)\nelse\n  g(2)\nend", "return g(2)"),
        ("begin\n  g(1)\nrescue KeyError => e\n  g(3)\nend", "return g(3)"),
        ("case a\nwhen 1 then g(1)\nelse g(4)\nend", "return g(4)"),
        ("x = g(1)", "return x"),
        ("return g(5) unless a\ng(1)", "return g(5)"),
    ] {
        let text = shown(&format!("def f(a)\n{body}\nend\n"));
        assert!(text.contains(returned), "{body}: {text}");
    }
}

#[test]
fn names_are_variables_where_they_were_assigned() {
    let text = shown("def f\n  x = y\n  [1].map { |z| x = z + y }\n  x\nend\n");
    assert!(text.contains("x = y()"), "{text}");
    assert!(text.contains("return x"), "{text}");
    // The block changes the variable of the method.
    let u = parse("def f\n  x = y\n  g { x = 2 }\nend\n");
    let closure = u.functions.iter().find(|f| f.name.is_empty()).expect("a block");
    assert!(matches!(&closure.body[0].kind, StmtKind::Global(n) if n == &["x"]), "{closure:?}");
    // A method sees nothing of the file.
    let text = shown("x = 1\ndef f\n  x\nend\n");
    assert!(text.contains("return x()"), "{text}");
}

#[test]
fn blocks_of_loops_are_loops() {
    let u = parse("def f(a)\n  a.each do |x|\n    next if x\n    return x\n  end\nend\n");
    let f = u.functions.iter().find(|f| f.name == "f").expect("f");
    assert!(matches!(&f.body[0].kind, StmtKind::Loop { over: Some(_), .. }), "{f:?}");
    assert!(u.functions.iter().all(|f| !f.name.is_empty()));
}

#[test]
fn classes_and_their_own_methods() {
    let u = parse(
        "class A::B < C\n  attr_reader :k\n  Z = 1\n  def initialize(k)\n    @k = k\n  end\n  def self.make(...) = new(...)\n  \
         class << self\n    def other; end\n  end\n  private def hidden; end\nend\nmodule M\n  module_function\n  def f; end\nend\n\
         P = Struct.new(:x, :y)\n",
    );
    assert!(u.taints.is_empty(), "{:?}", u.taints);
    let names = |i: usize| -> Vec<&str> {
        u.classes[i].methods.iter().map(|m| u.function(*m).name.as_str()).collect()
    };
    assert_eq!(u.classes[0].name, "A::B");
    assert_eq!(names(0), ["k", "constructor", "self.make", "self.other", "hidden"]);
    assert_eq!(names(1), ["f", "self.f"]);
    assert_eq!(names(2), ["x", "y", "constructor"]);
}

#[test]
fn text_and_heredocs() {
    let text = shown("a = <<~ONE + <<-'TWO'\n  x #{b}\nONE\n  y\nTWO\nc = %w[p q]\nd = \"e\" \"f\\n\"\n");
    assert!(text.contains("\"p\", \"q\"") && text.contains("\"ef\\n\"") && text.contains("b()"), "{text}");
}

#[test]
fn broken_and_hostile_text() {
    // A scanner that aborts, deep nesting, unclosed text: never a panic, and nothing is certain.
    let mut many = String::from("f(");
    for i in 0..300 {
        write!(many, "<<NAME{i}, ").expect("text");
    }
    let bombs = [
        format!("x = <<{}\nb\n", "A".repeat(900)),
        format!("x = <<'{}'\nb\n", "é ".repeat(600)),
        many,
        "(".repeat(20_000),
        "[".repeat(5_000) + &"]".repeat(5_000),
        "if a\n".repeat(3_000),
        "\"#{".repeat(4_000),
        "%w(".repeat(4_000),
        "class A\n".repeat(2_000),
        "a.b { ".repeat(2_000),
        "x = ".repeat(3_000),
        "def é(ü:, ö: 1)\n  ü + ö\nend\n".to_owned(),
        "\u{0}\u{feff}def".to_owned(),
        "case x\nin {a: [b, *c]} if d then e\nend".to_owned(),
    ];
    for b in bombs {
        let u = parse(&b);
        assert!(u.taints.iter().all(|t| !t.certain));
    }
    // What stands behind a broken method is still read.
    let u = parse("def a\n  x = )\nend\n\ndef b\n  1\nend\n");
    assert!(!u.taints.is_empty());
    // Shifts are no heredocs.
    assert!(parse("a = []\nb = a <<X\nX\n").taints.len() <= 1);
    assert!(parse("1.upto(3) { |i| a << i << i }\n").taints.is_empty());
}
