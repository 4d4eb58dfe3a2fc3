//! Ruby to [`super::hir`].
//!
//! `stmt` and `expr` follow the grammar, `definition` covers methods, blocks and classes, `literal` text and numbers.
//! A name is a local variable where it was assigned before (`scope`); elsewhere it is a call, as the language has it. Parts of the
//! main object (`@x` outside of classes) are names; in classes they are attributes of `this`.

mod definition;
mod expr;
mod literal;
mod scope;
mod stmt;
#[cfg(test)]
mod tests;

use super::cst;
use super::draft::{Draft, INVALID, Statements, TOO_LARGE, over_draft};
use super::hir::{Block, Lang, Unit};
use crate::text::SourceText;
use scope::Scopes;
use std::collections::BTreeMap;
use std::ops::Range;
use tree_sitter::Node;

/// The name under which a method gets the block it is called with.
const BLOCK: &str = "&";

/// Parse a Ruby file.
pub fn lower(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Ruby);
    let mut it = Lower {
        draft: Draft::new(*src),
        scopes: Scopes::new(src.file.0),
        heredocs: BTreeMap::new(),
        in_class: false,
        in_loop: false,
    };
    let Some(tree) = tree(src.text) else {
        it.broken(0..src.text.len(), TOO_LARGE, &mut unit.body);
        it.draft.finish(&mut unit);
        return unit;
    };
    let root = tree.root_node();
    it.read_errors(root);
    // Bodies stand where their lines are, in the order in which they are announced.
    let bodies = cst::all_of_kind(root, "heredoc_body").into_iter().map(|n| n.byte_range());
    let starts = cst::all_of_kind(root, "heredoc_beginning").into_iter().map(|n| n.start_byte());
    it.heredocs = starts.zip(bodies).collect();
    if root.kind() == "program" {
        unit.body = it.statements(root);
    } else {
        it.broken(0..src.text.len(), INVALID, &mut unit.body);
    }
    unit.comments = it.places_of(root, &["comment"]);
    it.draft.finish(&mut unit);
    unit
}

/// The syntax tree. The grammar's scanner keeps open literals and heredocs in a buffer of 1024 bytes, and aborts where they
/// don't fit: `None` for texts that may do that.
pub(crate) fn tree(text: &str) -> Option<tree_sitter::Tree> {
    if overflows(text) { None } else { cst::parse(&tree_sitter_ruby::LANGUAGE.into(), text) }
}

/// Whether heredocs that may be open at once have long names, or many. Shifts look alike and count as well.
fn overflows(text: &str) -> bool {
    let mut open = 0usize;
    text.lines().any(|line| {
        let mut used = 0usize;
        for (i, _) in line.match_indices("<<") {
            let rest = line.get(i + 2..).unwrap_or("").trim_start_matches(['~', '-']);
            let name = match rest.chars().next() {
                Some(q @ ('"' | '\'' | '`')) => rest.get(1..).and_then(|r| r.split(q).next()).unwrap_or(""),
                Some(c) if c.is_alphanumeric() || c == '_' => {
                    rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("")
                }
                _ => continue,
            };
            if name.len() > 120 {
                return true;
            }
            used += name.len() + 4;
        }
        // Interpolations open further ones inside of a heredoc: those of neighbouring lines count together.
        open = if used == 0 { open / 2 } else { open + used };
        open > 700
    })
}

/// The state of lowering one file.
struct Lower<'s> {
    draft: Draft<'s>,
    scopes: Scopes,
    /// The bodies of heredocs by where they are announced.
    heredocs: BTreeMap<usize, Range<usize>>,
    /// Inside the body of a class or module.
    in_class: bool,
    /// The nearest thing `next` goes on with is a loop.
    in_loop: bool,
}

over_draft!(Lower);

impl<'s> Statements<'s> for Lower<'s> {
    const CLAUSE_WORDS: &'static [&'static str] = &["else", "elsif", "when", "in", "rescue", "ensure", "end"];
    const BLOCKS: &'static [&'static str] = &["body_statement", "then", "do", "else", "ensure", "block_body"];
    const CLAUSES: &'static [&'static str] =
        &["rescue", "when", "elsif", "do_block", "block", "argument_list"];

    fn statement_kind(&mut self, n: Node<'_>, out: &mut Block) {
        self.read_statement(n, out);
    }
}

impl Lower<'_> {
    /// The statements of a list; clauses of the statement around it are left out.
    fn statements(&mut self, list: Node<'_>) -> Block {
        let mut out = Block::new();
        if self.enter() {
            let mut lost = false;
            for piece in cst::pieces(list, self.src.text, Self::CLAUSE_WORDS) {
                lost |= list.kind() == "program" && !matches!(piece, cst::Piece::Clean(_));
                match piece {
                    // Behind a broken head of a definition its body stands at the top level.
                    cst::Piece::Clean(n) if lost && !is_definition(n.kind()) => {
                        self.broken(n.byte_range(), INVALID, &mut out);
                    }
                    cst::Piece::Clean(n) | cst::Piece::Partial(n) if is_clause(n.kind()) => {}
                    piece => match self.part(piece) {
                        Ok(n) => self.statement(n, &mut out),
                        Err(range) => self.broken(range, INVALID, &mut out),
                    },
                }
            }
        }
        self.leave();
        out
    }
}

fn is_definition(kind: &str) -> bool {
    matches!(kind, "method" | "singleton_method" | "class" | "module")
}

fn is_clause(kind: &str) -> bool {
    matches!(kind, "rescue" | "ensure" | "else" | "empty_statement" | "uninterpreted" | "heredoc_body")
}
