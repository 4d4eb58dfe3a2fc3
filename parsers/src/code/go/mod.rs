//! Go to [`super::hir`].
//!
//! `decl` covers the top level and types, `stmt` and `expr` follow the grammar, `literal` decodes text, `build` decides
//! which files belong to a program. Names that shadow others in a function are told apart here: a block has no names of
//! its own in the intermediate form.

mod build;
mod decl;
mod expr;
mod literal;
pub(in crate::code) mod scope;
mod stmt;
#[cfg(test)]
mod tests;

use super::cst;
use super::hir::{
    Block, Class, ClassId, Expr, ExprKind, FnId, Function, Lang, Pattern, Stmt, StmtKind, Taint, Unit,
};
use crate::text::SourceText;
use lamlint_model::source::Span;
use scope::Scopes;
use smol_str::SmolStr;
use std::ops::Range;
use tree_sitter::Node;

/// Words that continue a statement at its own indentation.
const CLAUSE_WORDS: &[&str] = &["else", "case", "default"];

/// Children of a statement that hold blocks: an error in such a block leaves the rest of the statement sound.
const CLAUSES: &[&str] = &["if_statement", "func_literal"];

/// Parse a Go file.
pub fn lower(src: &SourceText<'_>, path: &str) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Go);
    let mut it = Lower {
        src: *src,
        functions: Vec::new(),
        classes: Vec::new(),
        taints: Vec::new(),
        errors: Vec::new(),
        scopes: Scopes::default(),
        asked: Vec::new(),
        results: Vec::new(),
        in_switch: false,
        depth: 0,
        too_deep: false,
    };
    let Some(tree) = cst::parse(&tree_sitter_go::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), "the text is too large to be read", &mut unit.body);
        unit.taints = it.taints;
        return unit;
    };
    let root = tree.root_node();
    it.errors = cst::errors(root).into_iter().map(|n| (n.byte_range(), cst::describe(n))).collect();
    if root.kind() == "source_file" {
        unit.body = it.top(root);
        let clause = cst::named(root).into_iter().find(|n| n.kind() == "package_clause");
        if let Some(name) = clause.and_then(|c| cst::named(c).first().copied())
            && build::is_built(src.text, path)
        {
            unit.package = it.name(name);
        }
    } else {
        it.broken(0..src.text.len(), "invalid syntax", &mut unit.body);
    }
    unit.comments = cst::all_of_kind(root, "comment").into_iter().map(|n| cst::span(src, n)).collect();
    it.taints.sort_by_key(|t| t.span);
    unit.functions = it.functions;
    unit.classes = it.classes;
    unit.taints = it.taints;
    unit
}

/// The state of lowering one file.
struct Lower<'s> {
    src: SourceText<'s>,
    functions: Vec<Function>,
    classes: Vec<Class>,
    taints: Vec<Taint>,
    /// Places of the tree's errors, with what is wrong.
    errors: Vec<(Range<usize>, String)>,
    scopes: Scopes,
    /// Names that tell whether something was found, with the question they stand for.
    asked: Vec<(SmolStr, Expr)>,
    /// For each function around: the names of its results, where they have names.
    results: Vec<Vec<SmolStr>>,
    /// The nearest thing a `break` leaves is a `switch` or `select`.
    in_switch: bool,
    depth: u32,
    /// Something of the current statement is nested beyond the bound.
    too_deep: bool,
}

impl<'s> Lower<'s> {
    fn span(&self, n: Node<'_>) -> Span {
        cst::span(&self.src, n)
    }

    fn text(&self, n: Node<'_>) -> &'s str {
        cst::text(&self.src, n)
    }

    fn name(&self, n: Node<'_>) -> SmolStr {
        self.text(n).into()
    }

    fn expr_at(&self, n: Node<'_>, kind: ExprKind) -> Expr {
        Expr { span: self.span(n), kind }
    }

    fn stmt_at(&self, n: Node<'_>, kind: StmtKind) -> Stmt {
        Stmt { span: self.span(n), kind }
    }

    /// Something of which nothing is known.
    fn unknown(&self, n: Node<'_>) -> Expr {
        self.expr_at(n, ExprKind::Opaque(Vec::new()))
    }

    /// Enter a level of nesting; false beyond the bound.
    fn enter(&mut self) -> bool {
        self.depth += 1;
        self.too_deep |= self.depth > cst::MAX_DEPTH;
        self.depth <= cst::MAX_DEPTH
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The statements of a list, with names of their own.
    fn statements(&mut self, list: Node<'_>) -> Block {
        let mut out = Block::new();
        if self.enter() {
            self.scopes.push();
            for piece in cst::pieces(list, self.src.text, CLAUSE_WORDS) {
                match piece {
                    cst::Piece::Clean(n) => self.statement(n, &mut out),
                    cst::Piece::Partial(n) if cst::errors_only_in(n, &["block"], CLAUSES) => {
                        self.statement(n, &mut out);
                    }
                    cst::Piece::Partial(n) => self.broken(n.byte_range(), "invalid syntax", &mut out),
                    cst::Piece::Broken(range) => self.broken(range, "invalid syntax", &mut out),
                }
            }
            self.scopes.pop();
        }
        self.leave();
        out
    }

    /// The statements of a `{…}`.
    fn block(&mut self, n: Node<'_>) -> Block {
        let mut out = Block::new();
        for c in cst::children(n) {
            if c.kind() == "statement_list" {
                out.extend(self.statements(c));
            } else if c.is_error() || c.is_missing() {
                self.broken(c.byte_range(), "invalid syntax", &mut out);
            }
        }
        out
    }

    /// A statement; one that is nested too deeply becomes opaque as a whole.
    fn statement(&mut self, n: Node<'_>, out: &mut Block) {
        let start = out.len();
        let outer = std::mem::take(&mut self.too_deep);
        self.statement_kind(n, out);
        if self.too_deep {
            out.truncate(start);
            self.broken(n.byte_range(), "the code is nested too deeply to be read", out);
        }
        self.too_deep = outer;
    }

    /// A stretch that is not evidence of anything.
    fn broken(&mut self, range: Range<usize>, what: &str, out: &mut Block) {
        let (at, what) = self
            .errors
            .iter()
            .find(|(r, _)| r.start >= range.start && r.start <= range.end)
            .map_or_else(|| (range.clone(), what.to_owned()), Clone::clone);
        let rest = self.src.text.get(at.start..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("").trim_end().len();
        let end = at.end.min(at.start + line).max(at.start);
        self.taints.push(Taint { span: self.src.span(at.start, end), what, certain: false });
        out.push(Stmt {
            span: self.src.span(range.start, range.end),
            kind: StmtKind::Opaque(Vec::new(), Vec::new()),
        });
    }

    fn add_function(&mut self, f: Function) -> FnId {
        let id = FnId(u32::try_from(self.functions.len()).unwrap_or(u32::MAX));
        self.functions.push(f);
        id
    }

    fn add_class(&mut self, c: Class) -> ClassId {
        let id = ClassId(u32::try_from(self.classes.len()).unwrap_or(u32::MAX));
        self.classes.push(c);
        id
    }

    /// A name that is declared here; `_` binds nothing.
    fn declared(&mut self, n: Node<'_>) -> Pattern {
        let name = self.name(n);
        if name == "_" {
            return Pattern::Ignore;
        }
        Pattern::Name(self.scopes.declare(&name), self.span(n))
    }
}
