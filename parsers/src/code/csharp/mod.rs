//! C# to [`super::hir`].
//!
//! `decl` covers namespaces, types and their members, `stmt`, `expr` and `pattern` follow the grammar, `literal` decodes
//! text. A type is a declaration of its full name (`Shop.Orders.Handler`, nested ones `Outer+Inner`); names without an
//! object in front of them are members of the types around them where this file shows it, and the rest is left to
//! whoever knows the other files of the project.

mod decl;
mod expr;
mod literal;
mod member;
mod pattern;
mod stmt;
#[cfg(test)]
mod tests;

use super::cst;
use super::go::scope::Scopes;
use super::hir::{
    Arg, Block, Class, ClassId, Expr, ExprKind, FnId, Function, Lang, Pattern, Stmt, StmtKind, Taint, Unit,
};
use crate::text::SourceText;
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::ops::Range;
use tree_sitter::Node;

/// Words that continue a statement at its own indentation.
const CLAUSE_WORDS: &[&str] = &["else", "catch", "finally", "while", "case", "default"];

/// Children of a statement that hold blocks: an error in such a block leaves the rest of the statement sound.
const CLAUSES: &[&str] = &["catch_clause", "finally_clause", "if_statement"];

/// The function that holds the statements of a program that stand outside of types.
pub(crate) const MAIN: &str = "<Main>";

/// Parse a C# file.
pub fn lower(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::CSharp);
    let mut it = Lower {
        src: *src,
        functions: Vec::new(),
        classes: Vec::new(),
        taints: Vec::new(),
        errors: Vec::new(),
        scopes: Scopes::default(),
        types: Vec::new(),
        namespace: SmolStr::default(),
        first_namespace: None,
        body: Block::new(),
        pending: Block::new(),
        in_switch: false,
        depth: 0,
        too_deep: false,
    };
    let Some(tree) = cst::parse(&tree_sitter_c_sharp::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), "the text is too large to be read", &mut unit.body);
        unit.taints = it.taints;
        return unit;
    };
    let root = tree.root_node();
    it.errors = cst::errors(root).into_iter().map(|n| (n.byte_range(), cst::describe(n))).collect();
    if root.kind() == "compilation_unit" {
        it.compilation_unit(root);
    } else {
        let mut body = Block::new();
        it.broken(0..src.text.len(), "invalid syntax", &mut body);
        it.body = body;
    }
    unit.comments = cst::all_of_kind(root, "comment").into_iter().map(|n| cst::span(src, n)).collect();
    it.taints.sort_by_key(|t| t.span);
    unit.package = it.first_namespace.unwrap_or_default();
    unit.body = it.body;
    unit.functions = it.functions;
    unit.classes = it.classes;
    unit.taints = it.taints;
    unit
}

/// What a name without an object means inside of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    Instance,
    Static,
    /// A nested type, by its full name.
    Type(SmolStr),
}

/// A type around a place.
#[derive(Debug)]
struct TypeScope {
    full: SmolStr,
    members: BTreeMap<SmolStr, Member>,
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
    /// The types around, innermost last.
    types: Vec<TypeScope>,
    namespace: SmolStr,
    first_namespace: Option<SmolStr>,
    /// The declarations of the file.
    body: Block,
    /// Variables that expressions of the current statement declare (`out var x`, `is T x`).
    pending: Block,
    /// The nearest thing a `break` leaves is a `switch`.
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

    /// An identifier, without the `@` that only escapes keywords.
    fn name(&self, n: Node<'_>) -> SmolStr {
        self.text(n).trim_start_matches('@').into()
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

    /// A statement; one that is nested too deeply becomes opaque as a whole.
    fn statement(&mut self, n: Node<'_>, out: &mut Block) {
        let start = out.len();
        let outer = std::mem::take(&mut self.too_deep);
        let pending = std::mem::take(&mut self.pending);
        self.statement_kind(n, out);
        let declared = std::mem::replace(&mut self.pending, pending);
        out.splice(start..start, declared);
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

    /// What a name without an object means.
    fn resolve(&self, n: Node<'_>) -> Expr {
        let name = self.name(n);
        if self.scopes.knows(&name) {
            return self.expr_at(n, ExprKind::Name(self.scopes.resolve(&name)));
        }
        let owner = |of: &str| Box::new(self.expr_at(n, ExprKind::Name(of.into())));
        let found = self.types.iter().rev().find_map(|t| Some((t, t.members.get(&name)?)));
        let kind = match found {
            Some((_, Member::Instance)) => ExprKind::Attr { object: owner("this"), name, optional: false },
            Some((t, Member::Static)) => ExprKind::Attr { object: owner(&t.full), name, optional: false },
            Some((_, Member::Type(full))) => ExprKind::Name(full.clone()),
            None => ExprKind::Name(name),
        };
        self.expr_at(n, kind)
    }

    fn call(&self, n: Node<'_>, callee: Expr, args: Vec<Expr>) -> Expr {
        let args = args.into_iter().map(|value| Arg { name: None, value }).collect();
        self.expr_at(n, ExprKind::Call { callee: Box::new(callee), args, is_new: false })
    }
}
