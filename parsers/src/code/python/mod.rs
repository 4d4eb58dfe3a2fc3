//! Python to [`super::hir`].
//!
//! `stmt` and `expr` follow the grammar; `pattern` covers targets and `match`; `literal` decodes text and
//! numbers; `lexical` confirms syntax errors without the grammar's help.

mod expr;
mod kinds;
mod lexical;
mod literal;
mod pattern;
mod stmt;
#[cfg(test)]
mod tests;

use super::cst;
use super::draft::{Draft, INVALID, Statements, TOO_LARGE, over_draft};
use super::hir::{Block, ClassId, Lang, Unit};
use crate::text::SourceText;
use kinds as k;
use std::ops::Range;
use tree_sitter::Node;

/// Parse a Python module.
pub fn lower(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Python);
    let mut it = Lower { draft: Draft::new(*src), generators: Vec::new(), class: None, type_only: false };
    let Some(tree) = cst::parse(&tree_sitter_python::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), TOO_LARGE, &mut unit.body);
        it.draft.finish(&mut unit);
        return unit;
    };
    let root = tree.root_node();
    it.read_errors(root);
    if root.kind() == k::MODULE {
        unit.body = it.block(root);
    } else {
        it.broken(0..src.text.len(), INVALID, &mut unit.body);
    }
    if root.has_error() {
        it.confirm();
    }
    unit.comments = it.places_of(root, &[k::COMMENT]);
    it.draft.finish(&mut unit);
    unit
}

/// The state of lowering one module.
struct Lower<'s> {
    draft: Draft<'s>,
    /// For each function around: whether a `yield` was seen.
    generators: Vec<bool>,
    /// The class whose body is being read.
    class: Option<ClassId>,
    /// Inside `if TYPE_CHECKING:`.
    type_only: bool,
}

over_draft!(Lower);

impl<'s> Statements<'s> for Lower<'s> {
    const CLAUSE_WORDS: &'static [&'static str] = &["elif", "else", "except", "finally", "case"];
    const BLOCKS: &'static [&'static str] = &[k::BLOCK];
    const CLAUSES: &'static [&'static str] = &[
        k::ELIF_CLAUSE,
        k::ELSE_CLAUSE,
        k::EXCEPT_CLAUSE,
        k::FINALLY_CLAUSE,
        k::FUNCTION_DEFINITION,
        k::CLASS_DEFINITION,
    ];

    fn statement_kind(&mut self, n: Node<'_>, out: &mut Block) {
        self.read_statement(n, out);
    }

    fn is_sound(&self, n: Node<'_>) -> bool {
        n.kind() != k::MATCH_STATEMENT && cst::errors_only_in(n, Self::BLOCKS, Self::CLAUSES)
    }
}

impl Lower<'_> {
    /// The statements of a module or block.
    fn block(&mut self, n: Node<'_>) -> Block {
        let mut out = Block::new();
        if self.enter() {
            self.read_list(n, &mut out);
        }
        self.leave();
        out
    }

    /// Errors that a look at the tokens alone confirms: they are no gaps of the grammar.
    fn confirm(&mut self) {
        for p in lexical::problems(self.src.text) {
            // The surer word on a line is the one to keep.
            let line = line_range(self.src.text, p.range.start);
            let line = self.src.span(line.start, line.end);
            self.taints.retain(|t| t.certain || !line.contains(t.span));
            self.taint(p.range, p.what, true);
        }
    }
}

/// The line that holds a byte.
fn line_range(text: &str, at: usize) -> Range<usize> {
    let start = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let end = text.get(at..).and_then(|t| t.find('\n')).map_or(text.len(), |i| at + i);
    start..end
}
