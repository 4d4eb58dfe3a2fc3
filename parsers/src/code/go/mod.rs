//! Go to [`super::hir`].
//!
//! `decl` covers the top level and types, `stmt` and `expr` follow the grammar, `literal` decodes text, `build` decides
//! which files belong to a program. Names that shadow others in a function are told apart here: a block has no names of
//! its own in the intermediate form.

mod build;
mod decl;
mod expr;
mod literal;
mod stmt;
#[cfg(test)]
mod tests;

use super::cst;
use super::draft::{Draft, INVALID, Scoped, Statements, TOO_LARGE, over_draft};
use super::hir::{Block, Expr, Lang, Unit};
use super::scope::Scopes;
use crate::text::SourceText;
use smol_str::SmolStr;
use tree_sitter::Node;

/// Parse a Go file.
pub fn lower(src: &SourceText<'_>, path: &str) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Go);
    let mut it = Lower {
        draft: Draft::new(*src),
        scopes: Scopes::default(),
        asked: Vec::new(),
        results: Vec::new(),
        in_switch: false,
    };
    let Some(tree) = cst::parse(&tree_sitter_go::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), TOO_LARGE, &mut unit.body);
        it.draft.finish(&mut unit);
        return unit;
    };
    let root = tree.root_node();
    it.read_errors(root);
    if root.kind() == "source_file" {
        unit.body = it.top(root);
        let clause = cst::named(root).into_iter().find(|n| n.kind() == "package_clause");
        if let Some(name) = clause.and_then(|c| cst::named(c).first().copied())
            && build::is_built(src.text, path)
        {
            unit.package = it.name(name);
        }
    } else {
        it.broken(0..src.text.len(), INVALID, &mut unit.body);
    }
    unit.comments = it.places_of(root, &["comment"]);
    it.draft.finish(&mut unit);
    unit
}

/// The state of lowering one file.
struct Lower<'s> {
    draft: Draft<'s>,
    scopes: Scopes,
    /// Names that tell whether something was found, with the question they stand for.
    asked: Vec<(SmolStr, Expr)>,
    /// For each function around: the names of its results, where they have names.
    results: Vec<Vec<SmolStr>>,
    /// The nearest thing a `break` leaves is a `switch` or `select`.
    in_switch: bool,
}

over_draft!(Lower);

impl<'s> Statements<'s> for Lower<'s> {
    const CLAUSE_WORDS: &'static [&'static str] = &["else", "case", "default"];
    const BLOCKS: &'static [&'static str] = &["block"];
    const CLAUSES: &'static [&'static str] = &["if_statement", "func_literal"];

    fn statement_kind(&mut self, n: Node<'_>, out: &mut Block) {
        self.read_statement(n, out);
    }
}

impl<'s> Scoped<'s> for Lower<'s> {
    fn scopes(&mut self) -> &mut Scopes {
        &mut self.scopes
    }
}

impl Lower<'_> {
    /// The statements of a `{…}`.
    fn block(&mut self, n: Node<'_>) -> Block {
        let mut out = Block::new();
        for c in cst::children(n) {
            if c.kind() == "statement_list" {
                out.extend(self.statements(c));
            } else if c.is_error() || c.is_missing() {
                self.broken(c.byte_range(), INVALID, &mut out);
            }
        }
        out
    }
}
