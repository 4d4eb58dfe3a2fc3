//! What the front ends share over tree-sitter: bounded parsing, children by kind and field, and *taint*.
//!
//! A recovered tree is not evidence: an unclosed bracket can swallow the next function. [`pieces`] therefore cuts
//! a list of statements into clean ones, ones whose errors may be confined to a nested block, and broken stretches
//! a front end must turn into opaque statements.

use crate::text::SourceText;
use lamlint_model::source::Span;
use std::ops::{ControlFlow, Range};
use std::time::{Duration, Instant};
use tree_sitter::{Language, Node, ParseOptions, Parser, Tree};

/// Bound on nested syntax; what lies deeper is opaque.
pub(crate) const MAX_DEPTH: u32 = 256;

/// Larger texts are generated or bundled, and not parsed.
const MAX_BYTES: usize = 4 << 20;

/// Longest time a text may take, besides that of its length.
const MAX_TIME: Duration = Duration::from_secs(3);

/// Longest time per byte; clean text takes about 300 ns.
const TIME_PER_BYTE: Duration = Duration::from_micros(10);

/// Most `<` of one statement without a `>`: grammars with generic types follow each of them as two things at once, at a
/// cost that grows with their square.
const MAX_OPEN: u32 = 256;

/// Whether a statement opens so many `<` that nobody wrote it.
fn opens_too_many(text: &str) -> bool {
    let mut open = 0u32;
    text.bytes().any(|b| {
        match b {
            b'<' => open += 1,
            b'>' => open = open.saturating_sub(1),
            b';' | b'{' | b'}' => open = 0,
            _ => {}
        }
        open > MAX_OPEN
    })
}

/// Parse a text. `None` when it is too large or a statement of it is, or when recovering from its errors takes too long.
pub(crate) fn parse(language: &Language, text: &str) -> Option<Tree> {
    if text.len() > MAX_BYTES || opens_too_many(text) {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    // Called once per hundred steps of the parser; clean text takes two calls per hundred bytes. Steps are counted, so
    // that results are the same on every machine. But a step of the recovery from thousands of errors may cost as much
    // as the text is long, and nothing but the clock tells: what takes thirty times as long as clean text is given up.
    let mut left = 20_000 + text.len() / 5;
    let began = Instant::now();
    let most = MAX_TIME + TIME_PER_BYTE * u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut progress = |_: &tree_sitter::ParseState| {
        left = left.saturating_sub(1);
        if left == 0 || began.elapsed() > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let bytes = text.as_bytes();
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

/// The place of a node in its file.
pub(crate) fn span(src: &SourceText<'_>, node: Node<'_>) -> Span {
    src.span(node.start_byte(), node.end_byte())
}

/// The text of a node.
pub(crate) fn text<'s>(src: &SourceText<'s>, node: Node<'_>) -> &'s str {
    src.text.get(node.byte_range()).unwrap_or("")
}

/// All children, comments and other extras left out.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|n| !n.is_extra() || n.is_error()).collect()
}

/// The named children, comments and other extras left out.
pub(crate) fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|n| !n.is_extra() || n.is_error()).collect()
}

/// The children with the names of their fields, comments and other extras left out.
pub(crate) fn with_fields(node: Node<'_>) -> Vec<(Option<&str>, Node<'_>)> {
    let mut cursor = node.walk();
    let mut out = Vec::new();
    if cursor.goto_first_child() {
        loop {
            let n = cursor.node();
            if !n.is_extra() || n.is_error() {
                out.push((cursor.field_name(), n));
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
    out
}

/// The child of a field.
pub(crate) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// All children of a field.
pub(crate) fn field_all<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    with_fields(node).into_iter().filter(|(f, _)| *f == Some(name)).map(|(_, n)| n).collect()
}

/// Whether a node has a direct child of a kind (a keyword such as `async`).
pub(crate) fn has(node: Node<'_>, kind: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|c| c.kind() == kind)
}

/// All nodes of a kind, in order of position.
pub(crate) fn all_of_kind<'t>(root: Node<'t>, kind: &str) -> Vec<Node<'t>> {
    let mut out = Vec::new();
    visit(root, |n| {
        if n.kind() == kind {
            out.push(n);
        }
        true
    });
    out
}

/// Visit a node and all below it in order, without recursion; `f` says whether to go below a node.
pub(crate) fn visit<'t>(root: Node<'t>, mut f: impl FnMut(Node<'t>) -> bool) {
    let mut cursor = root.walk();
    loop {
        if f(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        loop {
            // The cursor was made at `root` and can't leave it.
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// The ERROR and MISSING nodes of a tree, outermost ones only, in order of position.
pub(crate) fn errors(root: Node<'_>) -> Vec<Node<'_>> {
    let mut out = Vec::new();
    visit(root, |n| {
        if n.is_error() || n.is_missing() {
            out.push(n);
            return false;
        }
        n.has_error()
    });
    out
}

/// What is wrong at an ERROR or MISSING node, as far as the tree tells.
pub(crate) fn describe(error: Node<'_>) -> String {
    if error.is_missing() { format!("expected `{}`", error.kind()) } else { "invalid syntax".to_owned() }
}

/// A stretch of a list of statements.
#[derive(Debug, Clone)]
pub(crate) enum Piece<'t> {
    /// A statement without errors.
    Clean(Node<'t>),
    /// A statement with an error inside, which may be confined to one of its blocks: see [`errors_only_in`]. A
    /// front end that does not find it confined must take it as broken.
    Partial(Node<'t>),
    /// Bytes that are not evidence of anything.
    Broken(Range<usize>),
}

/// Cut the children of a module or block. `clauses` are the words that continue a statement at its own
/// indentation (`else`, `catch`).
///
/// After an error only a statement that starts on a later line, no deeper than the first one of the list, is
/// trusted again: what follows the broken head of a function is its body, wherever recovery has put it.
pub(crate) fn pieces<'t>(list: Node<'t>, text: &str, clauses: &[&str]) -> Vec<Piece<'t>> {
    let nodes = named_or_broken(list);
    let base = nodes.iter().map(|n| n.start_position().column).min().unwrap_or(0);
    let mut out: Vec<Piece<'t>> = Vec::new();
    // The row in which the last error ends, while nothing clean has followed.
    let mut broken_until: Option<usize> = None;
    for n in nodes {
        let itself = n.is_error() || n.is_missing();
        let after_error =
            broken_until.is_some_and(|row| n.start_position().row <= row || n.start_position().column > base);
        if !itself && !after_error {
            broken_until = None;
            if !n.has_error() {
                out.push(Piece::Clean(n));
                continue;
            }
            if !swallows(n, text, clauses) {
                out.push(Piece::Partial(n));
                continue;
            }
        }
        // What ends in the line where the error begins belongs to it.
        let mut range = n.byte_range();
        while let Some(last) = out.last() {
            match last {
                Piece::Clean(p) | Piece::Partial(p) if p.end_position().row == n.start_position().row => {
                    range.start = p.start_byte();
                }
                Piece::Broken(r) => range.start = r.start,
                _ => break,
            }
            out.pop();
        }
        broken_until = Some(n.end_position().row.max(broken_until.unwrap_or(0)));
        out.push(Piece::Broken(range));
    }
    out
}

fn named_or_broken(list: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = list.walk();
    list.children(&mut cursor)
        .filter(|n| n.is_error() || n.is_missing() || (n.is_named() && !n.is_extra()))
        .collect()
}

/// Whether a statement with an error seems to have swallowed what follows it: a later line starts with a word no
/// deeper than the statement itself.
fn swallows(node: Node<'_>, text: &str, clauses: &[&str]) -> bool {
    let column = node.start_position().column;
    let Some(inside) = text.get(node.byte_range()) else { return true };
    inside.lines().skip(1).any(|line| {
        let word = line.trim_start();
        let indent = line.len() - word.len();
        indent <= column
            && word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '@')
            && !clauses.iter().any(|k| {
                word.strip_prefix(k)
                    .is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            })
    })
}

/// Whether all errors of a statement lie inside children of the given kinds (its blocks, and the clauses that hold
/// blocks, which are looked into by the same measure).
pub(crate) fn errors_only_in(node: Node<'_>, blocks: &[&str], clauses: &[&str]) -> bool {
    children(node).into_iter().all(|c| {
        if c.is_error() || c.is_missing() {
            return false;
        }
        !c.has_error()
            || blocks.contains(&c.kind())
            || (clauses.contains(&c.kind()) && errors_only_in_clause(c, blocks))
    })
}

fn errors_only_in_clause(clause: Node<'_>, blocks: &[&str]) -> bool {
    children(clause)
        .into_iter()
        .all(|c| !c.is_error() && !c.is_missing() && (!c.has_error() || blocks.contains(&c.kind())))
}
