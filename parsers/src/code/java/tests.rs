use crate::code::dump;
use crate::code::hir::{Lang, Unit};
use crate::code::lower;
use crate::text::SourceText;
use lamlint_model::source::FileId;

fn unit(text: &str) -> Unit {
    lower(Lang::Java, &SourceText::file(FileId(0), text), "X.java")
}

#[test]
fn it_is_read() {
    let u = unit(
        "package a.b;\nimport c.D;\nclass X { static int A = 1; int b; void m(String s) { b = A + D.f(s); } }\n",
    );
    println!("{}", dump::unit(&u));
    assert!(u.taints.is_empty());
}
