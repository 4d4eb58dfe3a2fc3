//! Events to the tree.

use super::scalar::{self, Flow};
use crate::doc::{Doc, DocEntry, DocKind, DocNode, DocScalar, UNREAD};
use crate::text::{PosMap, SourceText, SyntaxError};
use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};
use lamlint_model::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::ops::Range;

/// Bound on the nodes that aliases add to a document; a document that needs more is an attack.
const MAX_ALIASED: usize = 100_000;

/// Bound on the nodes kept for aliases; anchors within anchors keep theirs twice.
const MAX_ANCHORED: usize = 500_000;

/// Bound on the depth of a tree, expanded aliases included.
const MAX_DEPTH: usize = 256;

/// A collection that is not closed yet.
#[derive(Debug)]
struct Frame {
    /// First byte, with the tag.
    start: usize,
    /// Last byte so far.
    end: usize,
    tag: Option<SmolStr>,
    anchor: usize,
    flow: bool,
    items: Items,
}

#[derive(Debug)]
enum Items {
    Seq(Vec<DocNode>),
    Map(MapItems),
}

#[derive(Debug, Default)]
struct MapItems {
    entries: Vec<DocEntry>,
    /// The key whose value comes next.
    pending: Option<Key>,
    /// The keys so far with their last places.
    places: FxHashMap<SmolStr, Span>,
}

#[derive(Debug)]
struct Key {
    node: DocNode,
    merge: bool,
}

/// A node that anchors name.
#[derive(Debug)]
struct Anchored {
    node: DocNode,
    size: usize,
    depth: usize,
}

/// Builds the tree of one document.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    src: &'a SourceText<'a>,
    stack: Vec<Frame>,
    root: Option<DocNode>,
    comments: Vec<Span>,
    duplicates: Vec<(Span, Span)>,
    anchors: FxHashMap<usize, Anchored>,
    /// Nodes kept for aliases, and nodes that came by them.
    anchored: usize,
    aliased: usize,
    /// End of what was read so far: where to look for the header of a block scalar.
    seen: usize,
    /// Plain `<<` as a key, not an entry's text: set for the scalar being added.
    merge: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(src: &'a SourceText<'a>) -> Self {
        Self {
            src,
            stack: Vec::new(),
            root: None,
            comments: Vec::new(),
            duplicates: Vec::new(),
            anchors: FxHashMap::default(),
            anchored: 0,
            aliased: 0,
            seen: 0,
            merge: false,
        }
    }

    /// Whether a document that holds something was read.
    pub(super) fn is_complete(&self) -> bool {
        self.root
            .as_ref()
            .is_some_and(|r| !matches!(&r.kind, DocKind::Scalar(s) if s.plain && s.text.is_empty()))
    }

    /// Take the next event.
    pub(super) fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Result<(), SyntaxError> {
        let len = self.src.text.len();
        let span = at.byte_range().map_or(len..len, |r| r.start.min(len)..r.end.min(len));
        let tag_at = at.tag_span().and_then(|t| t.byte_range());
        let start = tag_at.as_ref().map_or(span.start, |t| t.start.min(span.start));
        match event {
            Event::Comment(..) => {
                self.comments.push(self.src.span(span.start, span.end));
                self.seen = self.seen.max(span.end);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let from = tag_at.map_or(self.seen, |t| t.end.max(self.seen));
                let (scalar, whole) = self.scalar(&text, style, span, from);
                self.seen = self.seen.max(whole.end);
                self.merge = style == ScalarStyle::Plain && tag.is_none() && scalar.text == "<<";
                let node = DocNode {
                    span: self.src.span(start.min(whole.start), whole.end),
                    tag: tag.map(|t| tag_name(&t)),
                    defined_at: None,
                    kind: DocKind::Scalar(scalar),
                };
                self.add(node, anchor, start.min(whole.start)..whole.end);
                self.merge = false;
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Items::Seq(Vec::new()), style, anchor, tag.as_deref(), start..span.end);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(Items::Map(MapItems::default()), style, anchor, tag.as_deref(), start..span.end);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            Event::Alias(id) => {
                self.seen = self.seen.max(span.end);
                let here = self.src.span(span.start, span.end);
                let node = self.alias(id, here);
                self.add(node, 0, span);
            }
            Event::UnresolvedAlias(name) => {
                return Err(SyntaxError {
                    span: self.src.span(span.start, span.end),
                    message: format!("alias `*{name}` names no anchor above it"),
                });
            }
            Event::DocumentStart(..) => {
                self.root = None;
                self.seen = self.seen.max(span.end);
            }
            _ => {}
        }
        Ok(())
    }

    /// The document.
    pub(super) fn finish(mut self) -> Result<Doc, SyntaxError> {
        let Some(root) = self.root else {
            return Err(SyntaxError { span: self.src.span(0, 0), message: "the document is empty".into() });
        };
        self.comments.sort_unstable();
        self.duplicates.sort_unstable();
        Ok(Doc {
            file: self.src.file,
            root,
            comments: self.comments,
            duplicates: self.duplicates,
            more: None,
        })
    }

    /// The scalar with its map, and the range of all of it.
    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        span: Range<usize>,
        from: usize,
    ) -> (DocScalar, Range<usize>) {
        let source = self.src.text;
        let plain = style == ScalarStyle::Plain;
        // A value that is left out comes as `~`.
        let text = if plain && span.is_empty() { "" } else { text };
        let flow = |style| (scalar::flow(source, span.clone(), style, text), span.clone());
        let (map, whole) = match style {
            ScalarStyle::SingleQuoted => flow(Flow::Single),
            ScalarStyle::DoubleQuoted => flow(Flow::Double),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let fold = style == ScalarStyle::Folded;
                let header = block_header(source, from.min(span.start), span.start, fold);
                let body = header.clone().map_or(span.start, |h| h.end);
                let end = source.get(body..span.end).map_or(span.end, |s| body + s.trim_end().len());
                let start = header.map_or(span.start, |h| h.start);
                (
                    scalar::block(source, body, span.clone(), fold, text),
                    start..end.max(start).min(source.len()),
                )
            }
            ScalarStyle::Plain => flow(Flow::Plain),
        };
        let map = self.placed(map);
        (DocScalar { text: text.into(), plain, map }, whole)
    }

    /// The map to the file, where the text is itself decoded.
    fn placed(&self, map: PosMap) -> PosMap {
        match self.src.map {
            Some(outer) => map.through(outer),
            None => map,
        }
    }

    fn open(
        &mut self,
        items: Items,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Range<usize>,
    ) {
        self.seen = self.seen.max(at.end);
        self.stack.push(Frame {
            start: at.start,
            end: at.end,
            tag: tag.map(tag_name),
            anchor,
            flow: style == StructureStyle::Flow,
            items,
        });
    }

    fn close(&mut self, end: &Range<usize>) {
        let Some(frame) = self.stack.pop() else { return };
        // The end of a block collection is only seen at what follows it.
        let last = if frame.flow { end.end } else { frame.end };
        if frame.flow {
            self.seen = self.seen.max(last);
        }
        let kind = match frame.items {
            Items::Seq(items) => DocKind::Seq(items),
            Items::Map(map) => DocKind::Map(Self::merged(map.entries)),
        };
        let range = frame.start..last.max(frame.start);
        let node =
            DocNode { span: self.src.span(range.start, range.end), tag: frame.tag, defined_at: None, kind };
        self.add(node, frame.anchor, range);
    }

    /// Put a finished node where it belongs.
    fn add(&mut self, node: DocNode, anchor: usize, range: Range<usize>) {
        if anchor != 0 {
            let (size, depth) = measure(&node);
            self.anchored += size;
            if self.anchored <= MAX_ANCHORED {
                self.anchors.insert(anchor, Anchored { node: node.clone(), size, depth });
            }
        }
        let merge = self.merge;
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(range.end);
        match &mut frame.items {
            Items::Seq(items) => items.push(node),
            Items::Map(map) => match map.pending.take() {
                None => map.pending = Some(Key { node, merge }),
                Some(key) => {
                    let at = key.node.span;
                    // A merge key is told from text by a name no key has.
                    let name = if key.merge { MERGE } else { key.node.text().unwrap_or_default() };
                    let name = SmolStr::new(name);
                    if !key.merge
                        && key.node.text().is_some()
                        && let Some(first) = map.places.insert(name.clone(), at)
                    {
                        self.duplicates.push((first, at));
                    }
                    map.entries.push(DocEntry { key: name, key_span: at, value: node });
                }
            },
        }
    }

    /// The entries with what merge keys bring: the map's own win, then the first that is merged.
    fn merged(entries: Vec<DocEntry>) -> Vec<DocEntry> {
        if entries.iter().all(|e| e.key != MERGE) {
            return entries;
        }
        let (merges, mut out): (Vec<_>, Vec<_>) = entries.into_iter().partition(|e| e.key == MERGE);
        let mut known: FxHashSet<SmolStr> = out.iter().map(|e| e.key.clone()).collect();
        for m in merges {
            let is_map = |n: &DocNode| n.tag.is_none() && matches!(n.kind, DocKind::Map(_));
            let maps = match m.value.kind {
                DocKind::Map(inner) if m.value.tag.is_none() => vec![inner],
                DocKind::Seq(items) if m.value.tag.is_none() && items.iter().all(is_map) => items
                    .into_iter()
                    .filter_map(|n| match n.kind {
                        DocKind::Map(inner) => Some(inner),
                        DocKind::Scalar(_) | DocKind::Seq(_) => None,
                    })
                    .collect(),
                kind => {
                    out.push(DocEntry {
                        key: "<<".into(),
                        key_span: m.key_span,
                        value: DocNode { kind, ..m.value },
                    });
                    continue;
                }
            };
            for inner in maps {
                let fresh: Vec<DocEntry> = inner.into_iter().filter(|e| !known.contains(&e.key)).collect();
                known.extend(fresh.iter().map(|e| e.key.clone()));
                out.extend(fresh);
            }
        }
        out
    }

    /// What an alias stands for.
    fn alias(&mut self, id: usize, here: Span) -> DocNode {
        let unread = DocNode {
            span: here,
            tag: Some(UNREAD.into()),
            defined_at: None,
            kind: DocKind::Scalar(DocScalar {
                text: SmolStr::default(),
                plain: true,
                map: PosMap::default(),
            }),
        };
        let Some(target) = self.anchors.get(&id) else { return unread };
        if self.aliased + target.size > MAX_ALIASED || self.stack.len() + target.depth > MAX_DEPTH {
            return unread;
        }
        self.aliased += target.size;
        let defined_at = target.node.defined_at.or(Some(target.node.span));
        DocNode { span: here, defined_at, ..target.node.clone() }
    }
}

/// Stands for a merge key among entries until the map is closed; no YAML text holds this character.
const MERGE: &str = "\0<<";

/// Number of nodes and depth of a tree.
fn measure(node: &DocNode) -> (usize, usize) {
    let children: Vec<&DocNode> = match &node.kind {
        DocKind::Scalar(_) => return (1, 1),
        DocKind::Seq(items) => items.iter().collect(),
        DocKind::Map(entries) => entries.iter().map(|e| &e.value).collect(),
    };
    children.into_iter().map(measure).fold((1, 1), |(n, d), (size, depth)| (n + size, d.max(depth + 1)))
}

/// A tag's name: that of a local one alone, standard ones with `!!`, others as written.
fn tag_name(tag: &Tag) -> SmolStr {
    if let Some(name) = tag.suffix_in_namespace("tag:yaml.org,2002:") {
        return format!("!!{name}").into();
    }
    match (tag.original_handle(), tag.suffix()) {
        ("!" | "", "") => "!".into(),
        ("!" | "", suffix) => suffix.into(),
        (handle, suffix) => format!("{handle}{suffix}").into(),
    }
}

/// The header of a block scalar (`|`, `>-`, `|2+`): from its indicator to the start of the line below.
fn block_header(source: &str, from: usize, to: usize, fold: bool) -> Option<Range<usize>> {
    let mark = if fold { '>' } else { '|' };
    let area = source.get(from..to)?;
    let start = area
        .match_indices(mark)
        .map(|(i, _)| from + i)
        .find(|i| *i == 0 || matches!(source.as_bytes()[i - 1], b' ' | b'\t' | b'\n' | b'\r' | b':'))?;
    let rest = &source[start..];
    let line = rest.find(['\n', '\r'])?;
    let feed = if rest[line..].starts_with("\r\n") { 2 } else { 1 };
    Some(start..start + line + feed)
}
