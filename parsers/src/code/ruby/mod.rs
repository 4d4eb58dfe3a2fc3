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
use super::hir::{Block, Class, ClassId, Expr, ExprKind, FnId, Function, Lang, Stmt, StmtKind, Taint, Unit};
use crate::text::SourceText;
use lamlint_model::source::Span;
use scope::Scopes;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::ops::Range;
use tree_sitter::Node;

/// Words that continue a statement at its own indentation.
const CLAUSE_WORDS: &[&str] = &["else", "elsif", "when", "in", "rescue", "ensure", "end"];

/// Children of a statement that hold statements.
const BLOCKS: &[&str] = &["body_statement", "then", "do", "else", "ensure", "block_body"];
const CLAUSES: &[&str] = &["rescue", "when", "elsif", "do_block", "block", "argument_list"];

/// The name under which a method gets the block it is called with.
const BLOCK: &str = "&";

/// Parse a Ruby file.
pub fn lower(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Ruby);
    let mut it = Lower {
        src: *src,
        functions: Vec::new(),
        classes: Vec::new(),
        taints: Vec::new(),
        errors: Vec::new(),
        scopes: Scopes::new(src.file.0),
        heredocs: BTreeMap::new(),
        in_class: false,
        in_loop: false,
        depth: 0,
        too_deep: false,
        temporaries: 0,
    };
    let Some(tree) = tree(src.text) else {
        it.broken(0..src.text.len(), "the text is too large to be read", &mut unit.body);
        unit.taints = it.taints;
        return unit;
    };
    let root = tree.root_node();
    it.errors = cst::errors(root).into_iter().map(|n| (n.byte_range(), cst::describe(n))).collect();
    // Bodies stand where their lines are, in the order in which they are announced.
    let bodies = cst::all_of_kind(root, "heredoc_body").into_iter().map(|n| n.byte_range());
    let starts = cst::all_of_kind(root, "heredoc_beginning").into_iter().map(|n| n.start_byte());
    it.heredocs = starts.zip(bodies).collect();
    if root.kind() == "program" {
        unit.body = it.statements(root);
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
    src: SourceText<'s>,
    functions: Vec<Function>,
    classes: Vec<Class>,
    taints: Vec<Taint>,
    /// Places of the tree's errors, with what is wrong.
    errors: Vec<(Range<usize>, String)>,
    scopes: Scopes,
    /// The bodies of heredocs by where they are announced.
    heredocs: BTreeMap<usize, Range<usize>>,
    /// Inside the body of a class or module.
    in_class: bool,
    /// The nearest thing `next` goes on with is a loop.
    in_loop: bool,
    depth: u32,
    /// Something of the current statement is nested beyond the bound.
    too_deep: bool,
    temporaries: u32,
}

impl<'s> Lower<'s> {
    fn span(&self, n: Node<'_>) -> Span {
        cst::span(&self.src, n)
    }

    fn text(&self, n: Node<'_>) -> &'s str {
        cst::text(&self.src, n)
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

    /// The statements of a list; clauses of the statement around it are left out.
    fn statements(&mut self, list: Node<'_>) -> Block {
        let mut out = Block::new();
        if self.enter() {
            let mut lost = false;
            for piece in cst::pieces(list, self.src.text, CLAUSE_WORDS) {
                lost |= list.kind() == "program" && !matches!(piece, cst::Piece::Clean(_));
                match piece {
                    // Behind a broken head of a definition its body stands at the top level.
                    cst::Piece::Clean(n) if lost && !is_definition(n.kind()) => {
                        self.broken(n.byte_range(), "invalid syntax", &mut out);
                    }
                    cst::Piece::Clean(n) | cst::Piece::Partial(n) if is_clause(n.kind()) => {}
                    cst::Piece::Clean(n) => self.statement(n, &mut out),
                    cst::Piece::Partial(n) if cst::errors_only_in(n, BLOCKS, CLAUSES) => {
                        self.statement(n, &mut out);
                    }
                    cst::Piece::Partial(n) => self.broken(n.byte_range(), "invalid syntax", &mut out),
                    cst::Piece::Broken(range) => self.broken(range, "invalid syntax", &mut out),
                }
            }
        }
        self.leave();
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

    /// A name no source can contain.
    fn temporary(&mut self) -> SmolStr {
        self.temporaries += 1;
        format!("subject {}", self.temporaries).into()
    }
}

fn is_definition(kind: &str) -> bool {
    matches!(kind, "method" | "singleton_method" | "class" | "module")
}

fn is_clause(kind: &str) -> bool {
    matches!(kind, "rescue" | "ensure" | "else" | "empty_statement" | "uninterpreted" | "heredoc_body")
}
