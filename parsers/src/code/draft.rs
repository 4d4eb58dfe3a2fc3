//! What every front end over a syntax tree keeps while it reads a file, and does alike: places and texts, functions and
//! classes so far, the bound on nesting, and what becomes of stretches with syntax errors.

use super::cst::{self, Piece};
use super::hir::{
    Block, Class, ClassId, Expr, ExprKind, FnId, Function, Pattern, Stmt, StmtKind, Taint, Unit,
};
use super::scope::Scopes;
use crate::text::SourceText;
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::ops::{DerefMut, Range};
use tree_sitter::Node;

/// What a front end says of a text that is not parsed.
pub(crate) const TOO_LARGE: &str = "the text is too large to be read";
/// What it says of a stretch whose error the tree does not describe.
pub(crate) const INVALID: &str = "invalid syntax";
const TOO_DEEP: &str = "the code is nested too deeply to be read";

/// Most statements inside of each other: long chains of `else if` are nested, and statements with a condition behind them.
const MAX_NESTED: u32 = 1_000;

/// A unit that is being read.
pub(crate) struct Draft<'s> {
    pub src: SourceText<'s>,
    pub functions: Vec<Function>,
    pub classes: Vec<Class>,
    pub taints: Vec<Taint>,
    /// Places of the tree's errors, with what is wrong.
    errors: Vec<(Range<usize>, String)>,
    /// Nested syntax around the current node.
    pub depth: u32,
    /// Something of the current statement is nested beyond the bound.
    pub too_deep: bool,
    temporaries: u32,
    /// Statements around the current one.
    nested: u32,
}

impl<'s> Draft<'s> {
    pub(super) fn new(src: SourceText<'s>) -> Self {
        Self {
            src,
            functions: Vec::new(),
            classes: Vec::new(),
            taints: Vec::new(),
            errors: Vec::new(),
            depth: 0,
            too_deep: false,
            temporaries: 0,
            nested: 0,
        }
    }

    /// Note the errors of the tree.
    pub(super) fn read_errors(&mut self, root: Node<'_>) {
        self.errors = cst::errors(root).into_iter().map(|n| (n.byte_range(), cst::describe(n))).collect();
    }

    /// Put what was read into its unit.
    pub(super) fn finish(mut self, unit: &mut Unit) {
        self.taints.sort_by_key(|t| (t.span, t.certain));
        unit.functions = self.functions;
        unit.classes = self.classes;
        unit.taints = self.taints;
    }

    /// The places of all nodes of some kinds (comments), in order.
    pub(super) fn places_of(&self, root: Node<'_>, kinds: &[&str]) -> Vec<Span> {
        let mut out = Vec::new();
        cst::visit(root, |n| {
            if kinds.contains(&n.kind()) {
                out.push(self.span(n));
            }
            true
        });
        out
    }

    pub(super) fn span(&self, n: Node<'_>) -> Span {
        cst::span(&self.src, n)
    }

    pub(super) fn text(&self, n: Node<'_>) -> &'s str {
        cst::text(&self.src, n)
    }

    pub(super) fn name(&self, n: Node<'_>) -> SmolStr {
        self.text(n).into()
    }

    pub(super) fn expr_at(&self, n: Node<'_>, kind: ExprKind) -> Expr {
        Expr { span: self.span(n), kind }
    }

    pub(super) fn stmt_at(&self, n: Node<'_>, kind: StmtKind) -> Stmt {
        Stmt { span: self.span(n), kind }
    }

    /// Something of which nothing is known.
    pub(super) fn unknown(&self, n: Node<'_>) -> Expr {
        self.expr_at(n, ExprKind::Opaque(Vec::new()))
    }

    /// Enter a level of nesting; false beyond the bound.
    pub(super) fn enter(&mut self) -> bool {
        self.depth += 1;
        self.too_deep |= self.depth > cst::MAX_DEPTH;
        self.depth <= cst::MAX_DEPTH
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// A stretch that is not evidence of anything. `what` is said where the tree has no error there.
    pub(super) fn broken(&mut self, range: Range<usize>, what: &str, out: &mut Block) {
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
    pub(super) fn taint(&mut self, range: Range<usize>, what: String, certain: bool) {
        let rest = self.src.text.get(range.start..).unwrap_or("");
        let line = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let line = rest.get(..line).unwrap_or("").trim_end().len();
        let end = range.end.min(range.start + line).max(range.start);
        self.taints.push(Taint { span: self.src.span(range.start, end), what, certain });
    }

    /// A name no source can contain.
    pub(super) fn temporary(&mut self) -> SmolStr {
        self.temporaries += 1;
        format!("subject {}", self.temporaries).into()
    }
}

/// A front end that reads statements one by one.
pub(crate) trait Statements<'s>: DerefMut<Target = Draft<'s>> {
    /// Words that continue a statement at its own indentation.
    const CLAUSE_WORDS: &'static [&'static str];
    /// Children of a statement that hold statements: an error in such a one leaves the rest of the statement sound.
    const BLOCKS: &'static [&'static str];
    /// Children of a statement that hold blocks.
    const CLAUSES: &'static [&'static str];

    /// What a statement is.
    fn statement_kind(&mut self, n: Node<'_>, out: &mut Block);

    /// Whether all errors inside a statement are inside its blocks.
    fn is_sound(&self, n: Node<'_>) -> bool {
        cst::errors_only_in(n, Self::BLOCKS, Self::CLAUSES)
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

    /// The parts of a list that can be read, and the stretches that are broken.
    fn parts<'t>(&self, list: Node<'t>) -> Vec<Result<Node<'t>, Range<usize>>> {
        let pieces = cst::pieces(list, self.src.text, Self::CLAUSE_WORDS);
        pieces.into_iter().map(|p| self.part(p)).collect()
    }

    /// What a piece of a list is.
    fn part<'t>(&self, piece: Piece<'t>) -> Result<Node<'t>, Range<usize>> {
        match piece {
            Piece::Clean(n) => Ok(n),
            Piece::Partial(n) if self.is_sound(n) => Ok(n),
            Piece::Partial(n) => Err(n.byte_range()),
            Piece::Broken(range) => Err(range),
        }
    }

    /// A statement; one that is nested too deeply becomes opaque as a whole.
    fn statement(&mut self, n: Node<'_>, out: &mut Block) {
        if self.nested >= MAX_NESTED {
            self.broken(n.byte_range(), TOO_DEEP, out);
            return;
        }
        self.nested += 1;
        self.bounded(n, out, Self::statement_kind);
        self.nested -= 1;
    }

    /// Read something; where it is nested too deeply it becomes opaque as a whole.
    fn bounded<'t>(
        &mut self,
        n: Node<'t>,
        out: &mut Block,
        read: impl FnOnce(&mut Self, Node<'t>, &mut Block),
    ) {
        let start = out.len();
        let outer = std::mem::take(&mut self.too_deep);
        read(self, n, out);
        if self.too_deep {
            out.truncate(start);
            self.broken(n.byte_range(), TOO_DEEP, out);
        }
        self.too_deep = outer;
    }

    /// The statements of a list.
    fn read_list(&mut self, list: Node<'_>, out: &mut Block) {
        for part in self.parts(list) {
            match part {
                Ok(n) => self.statement(n, out),
                Err(range) => self.broken(range, INVALID, out),
            }
        }
    }
}

/// A front end of a language whose blocks have names of their own.
pub(crate) trait Scoped<'s>: Statements<'s> {
    /// The names around the current place.
    fn scopes(&mut self) -> &mut Scopes;

    /// An identifier.
    fn identifier(&self, n: Node<'_>) -> SmolStr {
        self.name(n)
    }

    /// The statements of a list, with names of their own.
    fn statements(&mut self, list: Node<'_>) -> Block {
        let mut out = Block::new();
        if self.enter() {
            self.scopes().push();
            self.read_list(list, &mut out);
            self.scopes().pop();
        }
        self.leave();
        out
    }

    /// A name that is declared here; `_` binds nothing.
    fn declared(&mut self, n: Node<'_>) -> Pattern {
        let name = self.identifier(n);
        if name == "_" {
            return Pattern::Ignore;
        }
        Pattern::Name(self.scopes().declare(&name), self.span(n))
    }
}

/// Let the state of a front end stand for the draft inside it.
macro_rules! over_draft {
    ($state:ident) => {
        impl<'s> std::ops::Deref for $state<'s> {
            type Target = $crate::code::draft::Draft<'s>;

            fn deref(&self) -> &Self::Target {
                &self.draft
            }
        }

        impl std::ops::DerefMut for $state<'_> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.draft
            }
        }
    };
}
pub(crate) use over_draft;
