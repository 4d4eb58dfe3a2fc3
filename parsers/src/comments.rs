//! Requests not to report something: comments of templates and code, and metadata of resources.
//!
//! A comment says `lamlint: ignore[rule-a, rule-b] reason` or `lamlint: ignore-file[rule-a] reason`. What it covers
//! is decided here, where the nodes around it are known; whether that silences a finding is up to the engine. Only
//! what a parser takes for a comment is one.

use crate::code::hir::{Block, StmtKind, Unit};
use crate::doc::{Doc, DocKind, DocNode};
use crate::text::SourceText;
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::cmp::Reverse;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Where it is written: in a comment from `lamlint:` to the end of the list.
    pub span: Span,
    /// Where it comes from.
    pub origin: Origin,
    /// The names of rules, each with its place.
    pub rules: Vec<(SmolStr, Span)>,
    /// Why, in the words of the project; may be empty.
    pub reason: String,
    /// The places it covers: a finding that starts in one of them is meant.
    pub covers: Vec<Span>,
    /// Why it has no effect at all: half a sentence, lower case, no full stop.
    pub problem: Option<&'static str>,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A comment.
    Comment,
    /// The metadata of a resource.
    Metadata,
}

const NO_LIST: &str = "it names no rule, as `lamlint: ignore[rule-name]` does";
const NO_END: &str = "its list of rules has no `]`";
const NO_FORM: &str = "there is only `ignore[…]` and `ignore-file[…]`";
const NOT_FIRST: &str = "`ignore-file` belongs above everything else in the file";
const NO_NAMES: &str = "`ignore` must be a list of names of rules";

/// Deepest nesting of nodes that is looked at.
const MAX_DEPTH: usize = 256;

/// Something a comment can stand at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    span: Span,
    /// Whether a comment at the end of its first line is about it.
    trailing: bool,
}

/// The requests of a template.
pub(crate) fn of_template(src: &SourceText<'_>, doc: &Doc) -> Vec<Directive> {
    let mut nodes = Vec::new();
    template_nodes(&doc.root, MAX_DEPTH, &mut nodes);
    let mut out = of_comments(src, &doc.comments, nodes);
    // A configuration of the Serverless Framework holds templates, one or a list of them.
    let nested = doc.root.get("resources").into_iter().flat_map(|n| std::iter::once(n).chain(n.items()));
    let holders = std::iter::once(&doc.root).chain(nested);
    for r in holders.filter_map(|n| n.get("Resources")).flat_map(DocNode::entries) {
        let path = ["Metadata", "lamlint", "ignore"];
        let Some(list) = path.iter().try_fold(&r.value, |n, key| n.get(key)) else { continue };
        let rules: Vec<(SmolStr, Span)> =
            list.items().iter().filter_map(|i| Some((i.text()?.into(), i.span))).collect();
        let whole = !rules.is_empty() && rules.len() == list.items().len();
        out.push(Directive {
            span: list.span,
            origin: Origin::Metadata,
            rules,
            reason: String::new(),
            covers: vec![r.key_span.to(r.value.span)],
            problem: (!whole).then_some(NO_NAMES),
        });
    }
    out
}

/// The requests of a file whose comments and blocks are known.
pub(crate) fn of_blocks(src: &SourceText<'_>, comments: &[Span], blocks: Vec<Span>) -> Vec<Directive> {
    of_comments(src, comments, blocks.into_iter().map(|span| Node { span, trailing: true }).collect())
}

fn template_nodes(node: &DocNode, depth: usize, out: &mut Vec<Node>) {
    // What is used through an alias is looked at where it is defined.
    let Some(depth) = depth.checked_sub(1).filter(|_| node.defined_at.is_none()) else { return };
    match &node.kind {
        DocKind::Scalar(_) => {}
        DocKind::Seq(items) => {
            for i in items {
                out.push(Node { span: i.span, trailing: !matches!(i.kind, DocKind::Map(_)) });
                template_nodes(i, depth, out);
            }
        }
        DocKind::Map(entries) => {
            for e in entries {
                out.push(Node { span: e.key_span.to(e.value.span), trailing: true });
                template_nodes(&e.value, depth, out);
            }
        }
    }
}

/// The requests of source code.
pub(crate) fn of_code(src: &SourceText<'_>, unit: &Unit) -> Vec<Directive> {
    let mut nodes = Vec::new();
    let mut blocks: Vec<&Block> = vec![&unit.body];
    for f in &unit.functions {
        nodes.push(Node { span: f.span, trailing: true });
        blocks.push(&f.body);
    }
    blocks.extend(unit.classes.iter().map(|c| &c.body));
    while let Some(block) = blocks.pop() {
        for s in block {
            nodes.push(Node { span: s.span, trailing: true });
            match &s.kind {
                StmtKind::If { then, otherwise, .. } => blocks.extend([then, otherwise]),
                StmtKind::Loop { body, otherwise, .. } => blocks.extend([body, otherwise]),
                StmtKind::Try { body, catches, otherwise, finally } => {
                    blocks.extend([body, otherwise, finally]);
                    blocks.extend(catches.iter().map(|c| &c.body));
                }
                StmtKind::With { body, .. } | StmtKind::Block(body) => blocks.push(body),
                StmtKind::Opaque(_, parts) => blocks.extend(parts),
                _ => {}
            }
        }
    }
    of_comments(src, &unit.comments, nodes)
}

fn of_comments(src: &SourceText<'_>, comments: &[Span], mut nodes: Vec<Node>) -> Vec<Directive> {
    let comments: Vec<(usize, &str)> = comments.iter().filter_map(|c| comment(src, *c)).collect();
    if !comments.iter().any(|(_, text)| text.contains(MARK)) {
        return Vec::new();
    }
    nodes.sort_by_key(|n| (n.span.start, Reverse(n.span.end)));
    comments
        .iter()
        .filter_map(|(start, text)| {
            let (mut directive, whole_file) = parse(src, *start, text)?;
            let end = start + text.len();
            if !whole_file {
                directive.covers = covered(src, *start, end, &comments, &nodes);
            } else if nodes.first().is_some_and(|n| n.span.start < directive.span.start) {
                directive.problem = directive.problem.or(Some(NOT_FIRST));
            } else {
                directive.covers = vec![src.span(0, src.text.len())];
            }
            Some(directive)
        })
        .collect()
}

/// The offset and the text of a comment in the text it was found in.
fn comment<'a>(src: &SourceText<'a>, span: Span) -> Option<(usize, &'a str)> {
    let start = match src.map {
        None => span.start as usize,
        Some(map) => map.decoded(span.start as usize)?,
    };
    let rest = src.text.get(start..)?;
    let end = match rest.strip_prefix("/*") {
        Some(inner) => inner.find("*/").map(|e| e + 4),
        None => rest.find('\n'),
    };
    Some((start, &rest[..end.unwrap_or(rest.len())]))
}

const MARK: &str = "lamlint:";

/// The request a comment at `start` makes, and whether it is about the whole file.
fn parse(src: &SourceText<'_>, start: usize, text: &str) -> Option<(Directive, bool)> {
    // At the start of the comment, or of a further one in the same line; elsewhere it is prose.
    let at = text
        .match_indices(MARK)
        .map(|(at, _)| at)
        .find(|at| text[..*at].trim_end().ends_with(['#', '/', '*']))?;
    let word_at = at + MARK.len() + blank(&text[at + MARK.len()..]);
    let word_len = text[word_at..].find(|c: char| !c.is_ascii_alphabetic() && c != '-');
    let word = &text[word_at..word_at + word_len.unwrap_or(text.len() - word_at)];
    let mut end = word_at + word.len();
    let mut out = Directive {
        span: src.span(start + at, start + end),
        origin: Origin::Comment,
        rules: Vec::new(),
        reason: String::new(),
        covers: Vec::new(),
        problem: None,
    };
    match word {
        "ignore" | "ignore-file" => {}
        _ if word.starts_with("ignore-") => out.problem = Some(NO_FORM),
        _ => return None,
    }
    let rest = &text[end..];
    let line = rest.lines().next().unwrap_or_default();
    let list = line.trim_start().strip_prefix('[');
    match list.map(|l| (l, l.find(']'))) {
        None => out.problem = out.problem.or(Some(NO_LIST)),
        Some((_, None)) => out.problem = out.problem.or(Some(NO_END)),
        Some((l, Some(close))) => {
            let mut name_at = end + (line.len() - l.len());
            for part in l[..close].split(',') {
                let name = part.trim();
                let from = start + name_at + blank(part);
                if !name.is_empty() {
                    out.rules.push((name.into(), src.span(from, from + name.len())));
                }
                name_at += part.len() + 1;
            }
            if out.rules.is_empty() {
                out.problem = out.problem.or(Some(NO_LIST));
            }
            end += line.len() - l.len() + close + 1;
            out.span = src.span(start + at, start + end);
            l[close + 1..].trim().trim_end_matches("*/").trim_end().clone_into(&mut out.reason);
        }
    }
    Some((out, word == "ignore-file"))
}

/// Length of the white space a text starts with.
fn blank(s: &str) -> usize {
    s.len() - s.trim_start().len()
}

/// What a comment from `start` to `end` is about: at the end of a line, that line and what starts on it; on a line
/// of its own, the next line and the node that starts there, unless the node around the comment ends before.
fn covered(
    src: &SourceText<'_>,
    start: usize,
    end: usize,
    comments: &[(usize, &str)],
    nodes: &[Node],
) -> Vec<Span> {
    let text = src.text;
    let line = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let before = &text[line..start];
    if !before.trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '\u{feff}').is_empty() {
        let first = src.span(line, start);
        let on_it = |n: &&Node| n.trailing && (first.start..first.end).contains(&n.span.start);
        return std::iter::once(first).chain(nodes.iter().filter(on_it).map(|n| n.span)).collect();
    }
    let mut next = end;
    loop {
        next += blank(text.get(next..).unwrap_or_default());
        let Some((at, comment)) = comments.iter().find(|(at, _)| *at == next) else { break };
        next = at + comment.len();
    }
    if next >= text.len() {
        return Vec::new();
    }
    let line_end = text[next..].find('\n').map_or(text.len(), |i| next + i);
    let line = src.span(next, line_end);
    let here = src.span(start, end);
    let around = nodes.iter().rfind(|n| n.span.contains(here));
    let node = nodes.iter().find(|n| n.span.start >= line.start);
    let node = node.filter(|n| around.is_none_or(|a| a.span.contains(n.span)));
    std::iter::once(line).chain(node.map(|n| n.span)).collect()
}
