//! JavaScript and TypeScript to the intermediate form, as compact dumps.

use super::lower;
use crate::code::dump;
use crate::code::hir::{Lang, ModuleKind, Unit};
use crate::text::SourceText;
use lamlint_model::source::FileId;
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

/// Cases of one line (`=>` between source and dump), lines of a dump joined by ` | `.
fn check(cases: &[(&str, &str)], dump: fn(&str) -> String) {
    for (source, want) in cases {
        let got = dump(source).trim_end().replace('\n', " | ");
        assert_eq!(&got, want, "{source}");
    }
}

#[test]
fn show() {
    println!("{}", js(&std::fs::read_to_string("/tmp/t.js").unwrap()));
    println!("{}", ts(&std::fs::read_to_string("/tmp/t.ts").unwrap()));
}
