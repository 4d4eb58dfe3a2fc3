//! A template's text as a tree with spans: what YAML and JSON have in common.

use crate::text::PosMap;
use lamlint_model::source::{FileId, Span};
use smol_str::SmolStr;

/// A parsed document. Only the first document of a YAML stream is kept.
#[derive(Debug, Clone)]
pub struct Doc {
    /// The file.
    pub file: FileId,
    /// The root node.
    pub root: DocNode,
    /// Comments in order, with their `#`.
    pub comments: Vec<Span>,
    /// Keys that occur twice in one map: first and second place. AWS tools take the last.
    pub duplicates: Vec<(Span, Span)>,
    /// The mark (`---`) of a further document of the file with content, which is not read.
    pub more: Option<Span>,
}

/// A node.
#[derive(Debug, Clone)]
pub struct DocNode {
    /// The whole node: from its tag, if it has one; for a scalar with its quotes or its block indicator, for a
    /// collection from its first to its last byte. A node used through an alias has the span of the alias; what
    /// is inside it keeps the spans of its definition.
    pub span: Span,
    /// A local tag without its `!` (`Ref`, `GetAtt`, `Sub`); an unknown one is kept as it is. Standard tags
    /// (`!!str`, `!!omap`) are kept with both marks. [`UNREAD`] marks what was not read.
    pub tag: Option<SmolStr>,
    /// For a node used through an alias: where it is defined.
    pub defined_at: Option<Span>,
    /// What it is.
    pub kind: DocKind,
}

/// The tag of an alias that was not expanded, because it contains itself or expands to too much, and of a
/// collection that is nested too deep. Like that of any tag nobody knows, its value is not known.
pub const UNREAD: &str = "*";

/// Kinds of nodes.
#[derive(Debug, Clone)]
pub enum DocKind {
    /// A scalar.
    Scalar(DocScalar),
    /// A sequence.
    Seq(Vec<DocNode>),
    /// A map, in order of writing; merge keys (`<<`) are already merged in, entries of the map itself first. A
    /// merge key whose value is neither a map nor a list of maps stays as an entry.
    Map(Vec<DocEntry>),
}

/// A scalar. Its text is kept as written; types are decided where they are asked for.
#[derive(Debug, Clone)]
pub struct DocScalar {
    /// The decoded text; empty for a value that is left out (`Key:`), which is plain.
    pub text: SmolStr,
    /// Unquoted: may be a number, a truth value or null.
    pub plain: bool,
    /// How offsets of `text` map to the file.
    pub map: PosMap,
}

/// An entry of a map.
#[derive(Debug, Clone)]
pub struct DocEntry {
    /// The key's text; of a key that is not a scalar, the empty text.
    pub key: SmolStr,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: DocNode,
}

impl DocNode {
    /// The value of a key of a map; the last one where it occurs twice.
    pub fn get(&self, key: &str) -> Option<&DocNode> {
        self.entry(key).map(|e| &e.value)
    }

    /// The entry of a key of a map; the last one where it occurs twice.
    pub fn entry(&self, key: &str) -> Option<&DocEntry> {
        self.entries().iter().rev().find(|e| e.key == key)
    }

    /// The entries of a map; none for other nodes.
    pub fn entries(&self) -> &[DocEntry] {
        match &self.kind {
            DocKind::Map(e) => e,
            _ => &[],
        }
    }

    /// The elements of a sequence; none for other nodes.
    pub fn items(&self) -> &[DocNode] {
        match &self.kind {
            DocKind::Seq(v) => v,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            DocKind::Scalar(s) => Some(&s.text),
            _ => None,
        }
    }
}
