//! Nodes that variables become.

use crate::doc::{DocKind, DocNode, DocScalar};
use crate::iac::expr::tag;
use crate::text::PosMap;
use lamlint_model::source::Span;
use smol_str::SmolStr;

pub(super) fn is_intrinsic(kind: &DocKind) -> bool {
    matches!(kind, DocKind::Map(e) if matches!(&e[..], [e] if e.key == "Ref" || e.key.starts_with("Fn::")))
}

pub(super) fn bare(span: Span) -> DocNode {
    DocNode { span, tag: None, defined_at: None, kind: DocKind::Seq(Vec::new()) }
}

pub(super) fn shell(node: &DocNode) -> DocNode {
    DocNode { tag: node.tag.clone(), defined_at: node.defined_at, ..bare(node.span) }
}

/// The map of a text that comes from one place as a whole.
pub(super) fn whole(text: &str, span: Span) -> PosMap {
    let mut map = PosMap::default();
    map.push(text.len(), span.start as usize, (span.end - span.start) as usize);
    map
}

pub(super) fn scalar(text: &str, span: Span, plain: bool, tag: Option<SmolStr>) -> DocNode {
    let scalar = DocScalar { text: text.into(), plain, map: whole(text, span) };
    DocNode { tag, kind: DocKind::Scalar(scalar), ..bare(span) }
}

pub(super) fn plain(text: &str, span: Span) -> DocNode {
    scalar(text, span, true, None)
}

pub(super) fn quoted(text: &str, span: Span) -> DocNode {
    scalar(text, span, false, None)
}

pub(super) fn tagged(tag: &str, span: Span, items: Vec<DocNode>) -> DocNode {
    DocNode { tag: Some(tag.into()), kind: DocKind::Seq(items), ..bare(span) }
}

pub(super) fn tagged_text(tag: &str, span: Span, text: &str) -> DocNode {
    scalar(text, span, false, Some(tag.into()))
}

pub(super) fn unknown(span: Span, symbol: &str, why: &str, text: bool) -> DocNode {
    let mut items = vec![quoted(symbol, span)];
    if text {
        return tagged(tag::SYMBOL, span, items);
    }
    items.push(quoted(why, span));
    tagged(tag::UNKNOWN, span, items)
}

/// Put a node and all in it to one place.
pub(super) fn moved(node: &mut DocNode, span: Span) {
    node.span = span;
    node.defined_at = None;
    match &mut node.kind {
        DocKind::Scalar(s) => s.map = whole(&s.text, span),
        DocKind::Seq(items) => items.iter_mut().for_each(|n| moved(n, span)),
        DocKind::Map(entries) => {
            for e in entries {
                e.key_span = span;
                moved(&mut e.value, span);
            }
        }
    }
}
