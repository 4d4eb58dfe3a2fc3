//! YAML as people write it.

use super::parse;
use crate::doc::{Doc, DocKind, DocNode, DocScalar, UNREAD};
use crate::text::{SourceText, SyntaxError};
use lamlint_model::source::{FileId, Span};
use proptest::prelude::*;
use std::fmt::Write as _;

fn read(text: &str) -> Result<Doc, SyntaxError> {
    parse(&SourceText::file(FileId(0), text))
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

fn scalar(node: &DocNode) -> &DocScalar {
    match &node.kind {
        DocKind::Scalar(s) => s,
        other => panic!("not a scalar: {other:?}"),
    }
}

/// Every byte that is neither white space nor escaped stands in the file where the map says.
fn check_map(text: &str, s: &DocScalar) {
    for (i, c) in s.text.char_indices() {
        let (a, b) = s.map.range(i, i + c.len_utf8());
        let source = text.get(a..b).unwrap_or_else(|| panic!("{a}..{b} splits a character"));
        let exact = source == c.to_string();
        let escaped = source.starts_with('\\') || source == "''";
        let only_breaks = s.text.trim().is_empty();
        let gap = c.is_whitespace() && (source.trim().is_empty() || only_breaks) && !source.is_empty();
        assert!(exact || escaped || gap, "{c:?} at offset {i} of {:?} maps to {source:?}", s.text);
    }
}

fn each_scalar(node: &DocNode, f: &mut impl FnMut(&DocScalar)) {
    match &node.kind {
        DocKind::Scalar(s) => f(s),
        DocKind::Seq(v) => v.iter().for_each(|n| each_scalar(n, f)),
        DocKind::Map(e) => e.iter().for_each(|e| each_scalar(&e.value, f)),
    }
}

fn check_all(text: &str) -> Doc {
    let doc = read(text).unwrap_or_else(|e| panic!("{e:?} in {text:?}"));
    each_scalar(&doc.root, &mut |s| check_map(text, s));
    doc
}

#[test]
fn tags_and_their_spans() {
    let text = "a: !Ref Foo\nb: !GetAtt Foo.Arn\nc: !Sub\n  - '${X}'\n  - X: 1\nd: !? $import('x')\ne: !!str 3.10\nf: !GetAZs\ng: !<tag:yaml.org,2002:int> 1\n";
    let doc = check_all(text);
    let tag = |k: &str| doc.root.get(k).and_then(|n| n.tag.as_deref()).unwrap_or("");
    assert_eq!(
        ["a", "b", "c", "d", "e", "f", "g"].map(tag),
        ["Ref", "GetAtt", "Sub", "?", "!!str", "GetAZs", "!!int"]
    );
    assert_eq!(slice(text, doc.root.get("a").unwrap().span), "!Ref Foo");
    assert_eq!(slice(text, doc.root.get("c").unwrap().span), "!Sub\n  - '${X}'\n  - X: 1");
    assert_eq!(doc.root.get("f").unwrap().text(), Some(""));
    assert_eq!(doc.root.get("e").unwrap().text(), Some("3.10"));
}

#[test]
fn collections_end_at_their_last_byte() {
    let text = "a:\n  b: 1\n  c:\n    - x\n    - y   # note\n\n# between\nd: {e: [1, 2] , f: }\n";
    let doc = check_all(text);
    assert_eq!(slice(text, doc.root.get("a").unwrap().span), "b: 1\n  c:\n    - x\n    - y");
    assert_eq!(slice(text, doc.root.get("d").unwrap().span), "{e: [1, 2] , f: }");
    assert_eq!(doc.comments.iter().map(|c| slice(text, *c)).collect::<Vec<_>>(), ["# note", "# between"]);
}

#[test]
fn block_scalars_of_every_kind_map_exactly() {
    let headers = ["|", "|-", "|+", "|2", "|2-", "|+2", ">", ">-", ">+", ">2", ">-2"];
    let bodies = [
        "  one\n  two\n",
        "  one\n\n\n  two\n    deeper\n   odd\n  back\n\n",
        "\n\n  late\n  start é𝄞 text\n",
        "  trailing  \n  blanks \n \n",
        "  # not a comment\n  key: value\n",
        "  a\n  \tb\n  c\n",
        "  last line without break",
        "",
        "\n\n",
    ];
    for h in headers {
        for b in bodies {
            for (eol, prefix) in [("\n", ""), ("\r\n", "\u{FEFF}")] {
                for after in ["", "z: 1\n", "# tail\nz: 1\n"] {
                    if !b.is_empty() && !b.ends_with('\n') && !after.is_empty() {
                        continue;
                    }
                    let text = format!("{prefix}k: {h} # why\n{b}{after}").replace('\n', eol);
                    let doc = check_all(&text);
                    let node = doc.root.get("k").unwrap();
                    let span = slice(&text, node.span);
                    assert!(span.starts_with(h), "{span:?} in {text:?}");
                    assert!(span.ends_with(b.trim_end().rsplit('\n').next().unwrap_or("")), "{span:?}");
                }
            }
        }
    }
}

#[test]
fn inline_code_below_a_tag_keeps_its_columns() {
    let text = "Code:\n  ZipFile: !Sub |\n    import os\n\n    def handler(e, c):\n        return 'é'\n";
    let doc = check_all(text);
    let s = scalar(doc.root.get("Code").unwrap().get("ZipFile").unwrap());
    let at = s.text.find("return").unwrap();
    let (a, b) = s.map.range(at, at + 6);
    assert_eq!((&text[a..b], a), ("return", text.find("return").unwrap()));
}

#[test]
fn quoted_and_plain_scalars_fold() {
    let text = "a: \"x \\\n   y\\tz\n\n   w \\u00e9\"\nb: 'it''s\n  long'\nc: plain  \n  goes\n\n  on é\nd: \"dedented\ntext\"\ne: 'c:\\d'\n";
    let doc = check_all(text);
    let get = |k: &str| doc.root.get(k).and_then(DocNode::text).unwrap();
    assert_eq!(get("a"), "x y\tz\nw é");
    assert_eq!(get("b"), "it's long");
    assert_eq!(get("c"), "plain goes\non é");
    assert_eq!(get("d"), "dedented text");
    let s = scalar(doc.root.get("c").unwrap());
    let (a, b) = s.map.range(s.text.find("on").unwrap(), s.text.len());
    assert_eq!(&text[a..b], "on é");
}

#[test]
fn left_out_values_and_null_words() {
    let doc = check_all("a:\nb: ~\nc: null\nd: ''\ne: {x, y: }\n");
    let get = |k: &str| doc.root.get(k).map(scalar).map(|s| (s.text.as_str(), s.plain)).unwrap();
    assert_eq!(["a", "b", "c", "d"].map(get), [("", true), ("~", true), ("null", true), ("", false)]);
    assert_eq!(doc.root.get("e").unwrap().entries().len(), 2);
}

#[test]
fn aliases_have_two_places() {
    let text = "a: &x\n  k: [1, 2]\nb: *x\nc: *x\n";
    let doc = check_all(text);
    let b = doc.root.get("b").unwrap();
    assert_eq!(slice(text, b.span), "*x");
    assert_eq!(slice(text, b.defined_at.unwrap()), "k: [1, 2]");
    assert_eq!(b.get("k").unwrap().items().len(), 2);
    assert_eq!(doc.root.get("a").unwrap().defined_at, None);
    let e = read("a: *gone\n").unwrap_err();
    assert_eq!(slice("a: *gone\n", e.span), "*gone");
}

#[test]
fn merge_keys_of_maps_and_lists() {
    let text = "base: &b {x: 1, y: 1}\nmore: &m {y: 2, z: 2}\none:\n  <<: *b\n  y: own\nmany:\n  <<: [*m, *b]\ntext:\n  '<<': *b\nodd:\n  <<: !Ref Foo\n  k: 1\ntwice:\n  <<: *b\n  <<: *m\n";
    let doc = check_all(text);
    let get = |a: &str, b: &str| doc.root.get(a).and_then(|n| n.get(b)).and_then(DocNode::text);
    assert_eq!((get("one", "x"), get("one", "y"), get("one", "<<")), (Some("1"), Some("own"), None));
    assert_eq!((get("many", "x"), get("many", "y"), get("many", "z")), (Some("1"), Some("2"), Some("2")));
    assert!(doc.root.get("text").unwrap().get("<<").is_some());
    assert!(doc.root.get("odd").unwrap().get("<<").is_some());
    assert_eq!(get("twice", "z"), Some("2"));
    assert!(doc.duplicates.is_empty());
}

#[test]
fn duplicates_are_recorded_and_the_last_wins() {
    let text = "a: 1\n\"a\": 2\nb: {c: 1, c: 2}\n? [1]\n: x\n? [2]\n: y\n";
    let doc = check_all(text);
    assert_eq!(doc.root.get("a").and_then(DocNode::text), Some("2"));
    let pairs: Vec<_> = doc.duplicates.iter().map(|(a, b)| (slice(text, *a), slice(text, *b))).collect();
    assert_eq!(pairs, [("a", "\"a\""), ("c", "c")]);
}

#[test]
fn alias_bombs_and_cycles_stay_small() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let r = format!("*a{}, ", i - 1).repeat(9);
        let _ = writeln!(text, "a{i}: &a{i} [{r}]");
    }
    let doc = read(&text).unwrap();
    let mut unread = 0;
    count_unread(&doc.root, &mut unread);
    assert!(unread > 0);
    let doc = read("a: &a\n  b: *a\n").unwrap();
    assert_eq!(doc.root.get("a").unwrap().get("b").unwrap().tag.as_deref(), Some(UNREAD));
}

fn count_unread(node: &DocNode, n: &mut usize) {
    *n += usize::from(node.tag.as_deref() == Some(UNREAD));
    node.items().iter().for_each(|c| count_unread(c, n));
    node.entries().iter().for_each(|e| count_unread(&e.value, n));
}

#[test]
fn alias_chains_do_not_grow_deep() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for i in 1..2000 {
        let _ = writeln!(text, "a{i}: &a{i} [*a{}]", i - 1);
    }
    let doc = read(&text).unwrap();
    assert_eq!(doc.root.entries().len(), 2000);
}

#[test]
fn anchors_within_anchors_keep_a_bounded_number_of_nodes() {
    let open = (0..200).map(|i: usize| "&a".to_owned() + &i.to_string() + " [").collect::<String>();
    let text = format!("a: {open}{}{}\nb: *a0\nc: *a199\n", "x, ".repeat(5_000), "]".repeat(200));
    let doc = read(&text).unwrap();
    assert_eq!(doc.root.get("b").and_then(|n| n.tag.as_deref()), Some(UNREAD));
    assert_eq!(doc.root.get("c").map(|n| n.items().len()), Some(5_000));
}

#[test]
fn deep_nesting_is_an_error_not_a_crash() {
    assert!(read(&"[".repeat(100_000)).is_err());
    assert!(read(&"- ".repeat(100_000)).is_err());
    let deep = (0..400).map(|i| " ".repeat(i) + "a:\n").collect::<String>();
    assert!(read(&deep).is_err());
}

#[test]
fn only_the_first_document_counts() {
    assert_eq!(check_all("a: 1\n---\nb: [\n").root.get("a").and_then(DocNode::text), Some("1"));
    assert_eq!(check_all("%YAML 1.1\n---\na: 1\n...\n").root.get("a").and_then(DocNode::text), Some("1"));
    assert_eq!(check_all("---\n---\na: 1\n").root.get("a").and_then(DocNode::text), Some("1"));
    assert_eq!(check_all("  a: 1\n  b: 2\n").root.entries().len(), 2);
    let more = |text: &str| check_all(text).more.map(|s| (s.start, s.end));
    assert_eq!(more("a: 1\n---\nb: [\n"), Some((5, 8)));
    assert_eq!(more("a: 1\n...\n# x\n---\nb: 1\n"), Some((13, 16)));
    assert_eq!(more("---\na: |\n  ---\n  b\n"), None);
    assert_eq!(more("a: 1\n---\n\n# only a comment\n"), None);
    assert!(read("").is_err());
    assert!(read("# only a comment\n").is_err());
}

#[test]
fn mistakes_are_named_where_they_are() {
    for (text, place, words) in [
        ("a: 1\nKey:\"value\"\nb: 2\n", "Key:\"value\"", "no space after the colon of `Key`"),
        ("a:\n  Key:!Ref X\n  b: 2\n", "Key:!Ref X", "no space after the colon of `Key`"),
        ("a:\n\tb: 2\n", "b: 2", "tab"),
        ("a: b: c\n", ": c", "`:` is not allowed here"),
        ("a: [1, 2\nb: 3\n", "", ""),
        ("a: \"open\n", "", ""),
        ("a:\n  - x\n b: 1\n", "", ""),
    ] {
        let e = read(text).unwrap_err();
        assert!(slice(text, e.span).contains(place), "{text:?}: {:?} {}", slice(text, e.span), e.message);
        assert!(e.message.contains(words), "{text:?}: {}", e.message);
        assert!(e.span.start < e.span.end, "{text:?}");
    }
}

#[test]
fn values_with_colons_are_no_mistake() {
    check_all("a: arn:aws:sqs:eu-west-1:1:q\nb: http://x/y:z\nc: 12:30\nd: {a:1, \"b\":2}\n");
}

fn word() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zé𝄞0-9#:'\"\\\\|>{}!&*,-]{1,6}").unwrap()
}

proptest! {
    #[test]
    fn block_maps_hold_for_any_text(
        lines in proptest::collection::vec((0usize..4, proptest::collection::vec(word(), 0..4)), 0..8),
        style in proptest::sample::select(vec!["|", "|-", "|+", ">", ">-", ">+"]),
        crlf in any::<bool>(),
    ) {
        let mut text = format!("k:\n  sub: {style}\n      first\n");
        for (indent, words) in &lines {
            let _ = writeln!(text, "      {}{}", " ".repeat(*indent), words.join(" "));
        }
        text.push_str("z: 1\n");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        check_all(&text);
    }

    #[test]
    fn quoted_maps_hold_for_any_text(
        parts in proptest::collection::vec(
            proptest::sample::select(vec!["a", "é", " ", "  ", "\n  ", "\n\n  ", "\\n", "\\u00e9", "\\x41", "\\\n  ", "\\\"", "''", "\\\\", "#", ": "]),
            0..12,
        ),
        single in any::<bool>(),
    ) {
        let body: String = parts.concat();
        let text = if single { format!("k: '{body}'\nz: 1\n") } else { format!("k: \"{body}\"\nz: 1\n") };
        if let Ok(doc) = read(&text) {
            each_scalar(&doc.root, &mut |s| check_map(&text, s));
        }
    }

    #[test]
    fn nothing_panics(text in "[ \\n\\t\\r:&*!|>\\[\\]{}#'\"\\\\,?<a-c-]{0,60}") {
        if let Ok(doc) = read(&text) {
            each_scalar(&doc.root, &mut |s| { let _ = s.map.range(0, s.text.len()); });
        }
    }
}
