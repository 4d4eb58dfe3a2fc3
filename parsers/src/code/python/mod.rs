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
use super::hir::{Block, Class, ClassId, Expr, ExprKind, FnId, Function, Lang, Stmt, StmtKind, Taint, Unit};
use crate::text::SourceText;
use kinds as k;
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::ops::Range;
use tree_sitter::Node;

/// Words that continue a statement at its own indentation.
const CLAUSE_WORDS: &[&str] = &["elif", "else", "except", "finally", "case"];

/// Children of a statement that hold blocks: an error in such a block leaves the rest of the statement sound.
const CLAUSES: &[&str] = &[
    k::ELIF_CLAUSE,
    k::ELSE_CLAUSE,
    k::EXCEPT_CLAUSE,
    k::FINALLY_CLAUSE,
    k::FUNCTION_DEFINITION,
    k::CLASS_DEFINITION,
];

/// Parse a Python module.
pub fn lower(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Python);
    let mut it = Lower {
        src: *src,
        functions: Vec::new(),
        classes: Vec::new(),
        taints: Vec::new(),
        errors: Vec::new(),
        generators: Vec::new(),
        class: None,
        type_only: false,
        depth: 0,
        too_deep: false,
        temporaries: 0,
    };
    let Some(tree) = cst::parse(&tree_sitter_python::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), "the text is too large to be read", &mut unit.body);
        unit.taints = it.taints;
        return unit;
    };
    let root = tree.root_node();
    it.errors = cst::errors(root).into_iter().map(|n| (n.byte_range(), cst::describe(n))).collect();
    if root.kind() == k::MODULE {
        unit.body = it.block(root);
    } else {
        it.broken(0..src.text.len(), "invalid syntax", &mut unit.body);
    }
    if root.has_error() {
        it.confirm();
    }
    unit.comments = cst::all_of_kind(root, k::COMMENT).into_iter().map(|n| cst::span(src, n)).collect();
    it.taints.sort_by_key(|t| t.span);
    unit.functions = it.functions;
    unit.classes = it.classes;
    unit.taints = it.taints;
    unit
}

/// The state of lowering one module.
struct Lower<'s> {
    src: SourceText<'s>,
    functions: Vec<Function>,
    classes: Vec<Class>,
    taints: Vec<Taint>,
    /// Places of the tree's errors, with what is wrong.
    errors: Vec<(Range<usize>, String)>,
    /// For each function around: whether a `yield` was seen.
    generators: Vec<bool>,
    /// The class whose body is being read.
    class: Option<ClassId>,
    /// Inside `if TYPE_CHECKING:`.
    type_only: bool,
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

    fn name(&self, n: Node<'_>) -> SmolStr {
        self.text(n).into()
    }

    fn expr_at(&self, n: Node<'_>, kind: ExprKind) -> Expr {
        Expr { span: self.span(n), kind }
    }

    fn stmt_at(&self, n: Node<'_>, kind: StmtKind) -> Stmt {
        Stmt { span: self.span(n), kind }
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

    /// The statements of a module or block.
    fn block(&mut self, n: Node<'_>) -> Block {
        let mut out = Block::new();
        if self.enter() {
            for piece in cst::pieces(n, self.src.text, CLAUSE_WORDS) {
                match piece {
                    cst::Piece::Clean(n) => self.statement(n, &mut out),
                    cst::Piece::Partial(n)
                        if cst::errors_only_in(n, &[k::BLOCK], CLAUSES) && n.kind() != k::MATCH_STATEMENT =>
                    {
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
        self.taint(at, what, false);
        out.push(Stmt {
            span: self.src.span(range.start, range.end),
            kind: StmtKind::Opaque(Vec::new(), Vec::new()),
        });
    }

    /// Note a syntax error, no further than the end of its line.
    fn taint(&mut self, range: Range<usize>, what: String, certain: bool) {
        let rest = self.src.text.get(range.start..).unwrap_or("");
        let line = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let line = rest.get(..line).unwrap_or("").trim_end().len();
        let end = range.end.min(range.start + line).max(range.start);
        self.taints.push(Taint { span: self.src.span(range.start, end), what, certain });
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

/// The line that holds a byte.
fn line_range(text: &str, at: usize) -> Range<usize> {
    let start = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let end = text.get(at..).and_then(|t| t.find('\n')).map_or(text.len(), |i| at + i);
    start..end
}
