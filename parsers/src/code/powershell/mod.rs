//! PowerShell to [`super::hir`].
//!
//! `mask` makes a text the grammar can read; `stmt` and `expr` follow the grammar, `command` covers commands and
//! pipelines, `definition` functions, script blocks and classes, `literal` text and numbers.
//!
//! Variables are names with their `$`, in lower case; functions, commands and types are names as written, which the
//! interpreter compares without case. A command is a call with named arguments; what a pipeline hands it is the
//! argument (`PIPED`). Loops of a pipeline are loops; `$_` has a name of its own in each.

mod command;
mod definition;
mod expr;
mod literal;
mod mask;
mod pipeline;
mod stmt;
#[cfg(test)]
mod tests;

use super::cst;
use super::draft::{Draft, INVALID, Statements, TOO_LARGE, over_draft};
use super::hir::{Block, Import, ImportName, Lang, Stmt, StmtKind, Unit};
use crate::text::SourceText;
use mask::{Masked, Op};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use tree_sitter::Node;

/// Parse a PowerShell file.
pub fn lower(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::PowerShell);
    let Masked { text, ops, usings } = mask::mask(src.text);
    let mut it = Lower {
        draft: Draft::new(*src),
        ops,
        namespaces: Vec::new(),
        switches: BTreeSet::new(),
        it: SmolStr::new_static("$_"),
        pending: Block::new(),
        script: BTreeSet::new(),
        locals: BTreeSet::new(),
        in_switch: 0,
    };
    let grammar = tree_sitter_powershell::LANGUAGE.into();
    let Some(tree) = cst::parse(&grammar, &text) else {
        it.broken(0..src.text.len(), TOO_LARGE, &mut unit.body);
        it.draft.finish(&mut unit);
        return unit;
    };
    for u in usings {
        match u.kind.as_str() {
            "namespace" => it.namespaces.push(u.name),
            "module" => {
                let span = src.span(u.span.start, u.span.end);
                unit.body.push(Stmt { span, kind: StmtKind::Import(all_of(&u.name)) });
            }
            _ => {}
        }
    }
    let root = tree.root_node();
    it.read_errors(root);
    it.read_switches(root);
    it.script = it.used(root).script;
    if root.kind() == "program" {
        it.program(root, &mut unit.body);
    } else {
        it.broken(0..src.text.len(), INVALID, &mut unit.body);
    }
    // Only comments up to the end of their line can hold a request.
    let comments = cst::all_of_kind(root, "comment").into_iter().filter(|c| it.text(*c).starts_with('#'));
    unit.comments = comments.map(|c| it.span(c)).collect();
    it.draft.finish(&mut unit);
    unit
}

/// The syntax tree of a text in which what the grammar does not know is replaced.
pub(crate) fn tree(text: &str) -> Option<tree_sitter::Tree> {
    cst::parse(&tree_sitter_powershell::LANGUAGE.into(), &mask::mask(text).text)
}

/// An import of everything in a file or module.
fn all_of(module: &str) -> Import {
    let star = SmolStr::new_static("*");
    let names = vec![ImportName { name: star.clone(), bound: star }];
    Import { module: module.replace('\\', "/").into(), names, type_only: false }
}

/// The state of lowering one file.
struct Lower<'s> {
    draft: Draft<'s>,
    /// Operators the grammar sees as others.
    ops: BTreeMap<usize, Op>,
    /// Namespaces whose types can be named without them.
    namespaces: Vec<String>,
    /// Parameters of functions of this file that take no value, in lower case.
    switches: BTreeSet<String>,
    /// What `$_` is here.
    it: SmolStr,
    /// Statements that run before the one that is being read.
    pending: Block,
    /// Variables that are named as the script's somewhere (`$script:x`), in lower case.
    script: BTreeSet<String>,
    /// Variables of the function that have the name of one of those.
    locals: BTreeSet<String>,
    /// Above zero inside a `switch`, up to the next loop.
    in_switch: u32,
}

over_draft!(Lower);

impl Lower<'_> {
    /// Enter syntax that needs as much of the stack as several levels of nesting.
    fn deeper(&mut self, levels: u32) -> bool {
        self.depth += levels - 1;
        self.enter()
    }

    fn back(&mut self, levels: u32) {
        self.depth -= levels;
    }
}

impl<'s> Statements<'s> for Lower<'s> {
    const CLAUSE_WORDS: &'static [&'static str] =
        &["else", "elseif", "catch", "finally", "while", "until", "process", "begin", "end"];
    const BLOCKS: &'static [&'static str] = &["statement_block", "script_block"];
    const CLAUSES: &'static [&'static str] =
        &["else_clause", "elseif_clause", "catch_clause", "finally_clause", "named_block"];

    fn statement_kind(&mut self, n: Node<'_>, out: &mut Block) {
        let outer = std::mem::take(&mut self.pending);
        let mut own = Block::new();
        self.read_statement(n, &mut own);
        out.append(&mut self.pending);
        out.append(&mut own);
        self.pending = outer;
    }
}
