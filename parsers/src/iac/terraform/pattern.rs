//! Regular expressions, and patterns of file names.
//!
//! Terraform's are those of RE2. What this engine reads in another way is not evaluated.
//! Sources: <https://developer.hashicorp.com/terraform/language/functions/regex>,
//! <https://developer.hashicorp.com/terraform/language/functions/fileset>

use super::pure::text_of;
use super::trees::{ERROR, MAX_ITEMS, entry, list};
use crate::files::Files;
use lamlint_model::policy::wild;
use lamlint_model::source::Span;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::value::Value;
use regex::{Captures, Regex, RegexBuilder};

/// Bound on the length of expressions and of what they are matched with.
const MAX_TEXT: usize = 1 << 14;
/// Bound on the size of a compiled expression, in bytes.
const MAX_SIZE: usize = 1 << 18;
/// Bound on directory entries looked at for one pattern of names.
const MAX_FILES: usize = 4096;
/// Bound on the depth of directories.
const MAX_DEPTH: usize = 16;
/// Bound on the alternatives of one pattern of names.
const MAX_PATTERNS: usize = 64;

/// An expression that means the same to both engines.
fn compiled(text: &str) -> Option<Regex> {
    let differs = ["&&", "--", "~~", "\\<", "\\>", "\\b{", "\\u", "\\U", "\\Q", "\\C"];
    if text.len() > MAX_TEXT || !text.is_ascii() || differs.iter().any(|d| text.contains(d)) {
        return None;
    }
    // A bracket within a class is the beginning of another one here.
    let (mut class, mut escaped) = (false, false);
    let bytes = text.as_bytes();
    for (i, b) in bytes.iter().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' if class && bytes.get(i + 1) != Some(&b':') => return None,
            b'[' => class = true,
            b']' => class = false,
            _ => {}
        }
    }
    // Flags only one of them knows.
    for (i, _) in text.match_indices("(?") {
        let flags = text.get(i + 2..)?;
        let end = flags.find([':', ')', '<', 'P'])?;
        if !flags[..end].bytes().all(|b| b"imsU-".contains(&b)) {
            return None;
        }
    }
    RegexBuilder::new(text).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build().ok()
}

/// A text whose letters both engines sort into the same classes.
fn subject(text: &str) -> Option<&str> {
    (text.len() <= MAX_TEXT && text.is_ascii() && !text.contains('\u{b}')).then_some(text)
}

/// What a match is: its text, a list of its groups, or a map of named ones.
fn found(re: &Regex, c: &Captures<'_>, span: Span) -> Option<Node> {
    let group = |i: usize| {
        c.get(i).map_or_else(|| Tree::absent_at(span), |m| Tree::leaf(Value::str(m.as_str()), span))
    };
    let names: Vec<Option<&str>> = re.capture_names().skip(1).collect();
    if names.is_empty() {
        return Some(Node::Leaf(Value::str(c.get(0)?.as_str())));
    }
    if names.iter().all(Option::is_none) {
        return Some(list((1..=names.len()).map(group).collect()));
    }
    let all: Option<Vec<&str>> = names.into_iter().collect();
    let entries = all?.into_iter().enumerate().map(|(i, n)| entry(n, group(i + 1), span)).collect();
    Some(Node::Map { entries, open: None })
}

/// The first match; it is an error if there is none.
pub(super) fn first(a: &[&Node], span: Span) -> Option<Node> {
    let (re, text) = (compiled(&text_of(a.first()?)?)?, text_of(a.get(1)?)?);
    match re.captures(subject(&text)?) {
        Some(c) => found(&re, &c, span),
        None => Some(Node::Leaf(ERROR)),
    }
}

/// All matches.
pub(super) fn every(a: &[&Node], span: Span) -> Option<Node> {
    let (re, text) = (compiled(&text_of(a.first()?)?)?, text_of(a.get(1)?)?);
    let mut out = Vec::new();
    for c in re.captures_iter(subject(&text)?) {
        if out.len() > MAX_ITEMS {
            return None;
        }
        out.push(Tree::known(found(&re, &c, span)?, span));
    }
    Some(list(out))
}

/// A text with all matches replaced. Where an expression may match nothing, engines differ.
pub(super) fn replaced(text: &str, expression: &str, by: &str) -> Option<String> {
    let re = compiled(expression).filter(|re| !re.is_match(""))?;
    let out = re.replace_all(subject(text)?, by);
    (out.len() <= MAX_TEXT * 4).then(|| out.into_owned())
}

/// The files below a directory whose paths fit a pattern, in order; `None` where the pattern is not understood or there
/// are too many.
pub(super) fn files(vfs: &dyn Files, dir: &str, pattern: &str) -> Option<Vec<String>> {
    if pattern.contains(['[', '\\', '!']) {
        return None;
    }
    let patterns = alternatives(pattern)?;
    let patterns: Vec<Vec<&str>> = patterns.iter().map(|p| p.split('/').collect()).collect();
    let mut out = Vec::new();
    let mut pending = vec![(String::new(), 0)];
    let mut seen = 0;
    while let Some((sub, depth)) = pending.pop() {
        for (name, is_dir) in vfs.list(&crate::link::below(dir, &sub)) {
            seen += 1;
            if seen > MAX_FILES {
                return None;
            }
            let path = crate::link::below(&sub, &name);
            if is_dir {
                if depth >= MAX_DEPTH {
                    return None;
                }
                // What is deeper than any pattern goes can't fit.
                if patterns.iter().any(|p| p.len() > depth + 1 || p.contains(&"**")) {
                    pending.push((path, depth + 1));
                }
                continue;
            }
            let parts: Vec<&str> = path.split('/').collect();
            if patterns.iter().any(|p| fits(p, &parts)) {
                out.push(path);
            }
        }
    }
    out.sort();
    (out.len() <= MAX_ITEMS).then_some(out)
}

/// `{a,b}` written out.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut pending = vec![pattern.to_owned()];
    while let Some(p) = pending.pop() {
        if done.len() + pending.len() > MAX_PATTERNS {
            return None;
        }
        let Some(open) = p.find('{') else {
            done.push(p);
            continue;
        };
        let close = p[open..].find('}').map(|i| open + i)?;
        let inner = &p[open + 1..close];
        if inner.contains('{') {
            return None;
        }
        pending.extend(inner.split(',').map(|a| format!("{}{a}{}", &p[..open], &p[close + 1..])));
    }
    Some(done)
}

/// Whether a path fits; `**` stands for any directories. Linear in the product of both lengths.
fn fits(pattern: &[&str], path: &[&str]) -> bool {
    let mut reach = vec![false; path.len() + 1];
    reach[0] = true;
    for p in pattern {
        let mut next = vec![false; path.len() + 1];
        if *p == "**" {
            let mut any = false;
            for (i, r) in reach.iter().enumerate() {
                any |= r;
                next[i] = any;
            }
        } else {
            for (i, part) in path.iter().enumerate() {
                next[i + 1] = reach[i] && wild(p.as_bytes(), part.as_bytes(), *b"*?", u8::eq);
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}
