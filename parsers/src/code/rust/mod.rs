//! Rust to [`super::hir`], by `syn`.
//!
//! `item` covers the top level and types, `stmt` what has a value by its last expression, `expr` the rest, `macros` the
//! macros that are known, `tokens` what is looked at before parsing. A file that does not parse yields nothing: the
//! parser does not go on behind an error.
//!
//! Options and results are their values: `Some(x)`, `Ok(x)`, `x?` and `x.unwrap()` are `x`, and `Err(x)` that is
//! returned is thrown. A path `a::b::c` is `c` of `b` of the name `::a`, which is looked up among what is imported, then
//! among the crates.

mod expr;
mod item;
mod macros;
mod stmt;
#[cfg(test)]
mod tests;
mod tokens;

use super::cst::MAX_DEPTH;
use super::hir::{
    Block, Class, ClassId, Expr, ExprKind, FnId, Function, Lang, Pattern, Stmt, StmtKind, Taint, Unit,
};
use super::scope::{MARK, Scopes};
use crate::text::SourceText;
use lamlint_model::source::Span;
use proc_macro2::TokenStream;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Files beyond this are data.
const MAX_BYTES: usize = 4 << 20;
/// The parser recurses: the bounds of [`tokens`] and this belong together. Only what is used of it is ever mapped.
const STACK: usize = 128 << 20;

/// Parse a Rust file.
pub fn lower(src: &SourceText<'_>) -> Unit {
    // A thread of its own has the stack the parser needs, and takes the tables of spans with it when it ends.
    let parsed = std::thread::scope(|s| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(s, || parse(src));
        thread.ok().and_then(|t| t.join().ok())
    });
    parsed.unwrap_or_else(|| {
        let mut unit = Unit::empty(src.file, Lang::Rust);
        broken(&mut unit, src, 0, "the code could not be read");
        unit
    })
}

/// The name of the macro crate or program a path begins with, before a name that is looked up among crates.
pub(super) const ROOT: &str = "::";

fn parse(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Rust);
    let base = head(src.text);
    let text = src.text.get(base..).unwrap_or("");
    if text.len() > MAX_BYTES {
        broken(&mut unit, src, 0, "the text is too large to be read");
        return unit;
    }
    let stream: TokenStream = match text.parse() {
        Ok(t) => t,
        Err(e) => {
            broken(&mut unit, src, base + e.span().byte_range().start, "invalid syntax");
            return unit;
        }
    };
    let seen = tokens::look(stream.clone(), text.len());
    if seen.too_deep {
        broken(&mut unit, src, base, "the code is nested too deeply to be read");
        return unit;
    }
    unit.comments = seen.comments(text).into_iter().map(|r| src.span(base + r.start, base + r.end)).collect();
    let file = match syn::parse2::<syn::File>(stream) {
        Ok(f) => f,
        Err(e) => {
            let what = e.to_string();
            let what = what.split('\n').next().unwrap_or("invalid syntax").to_owned();
            broken(&mut unit, src, base + e.span().byte_range().start, &what);
            return unit;
        }
    };
    let mut it = Lower {
        src: *src,
        base,
        functions: Vec::new(),
        classes: Vec::new(),
        scopes: Scopes::default(),
        roots: seen.roots,
        imports: Block::new(),
        own: None,
        inside: Vec::new(),
        generics: Vec::new(),
        temporaries: 0,
        depth: 0,
    };
    unit.body = it.items(&file.items);
    unit.functions = it.functions;
    unit.classes = it.classes;
    unit
}

/// The bytes before the code: a mark of the encoding, and a line for the shell.
fn head(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    let shell =
        rest.starts_with("#!") && !rest[2..].trim_start_matches([' ', '\t', '\r', '\n']).starts_with('[');
    mark + if shell { rest.find('\n').unwrap_or(rest.len()) } else { 0 }
}

/// The file is not evidence of anything.
fn broken(unit: &mut Unit, src: &SourceText<'_>, at: usize, what: &str) {
    let mut at = at.min(src.text.len());
    while !src.text.is_char_boundary(at) {
        at -= 1;
    }
    let rest = src.text.get(at..).unwrap_or("");
    let line = rest.lines().next().unwrap_or("").trim_end().len();
    unit.taints.push(Taint { span: src.span(at, at + line), what: what.to_owned(), certain: false });
    unit.body =
        vec![Stmt { span: src.span(0, src.text.len()), kind: StmtKind::Opaque(Vec::new(), Vec::new()) }];
}

/// The state of lowering one file.
struct Lower<'s> {
    src: SourceText<'s>,
    /// Where the parsed text begins in the file.
    base: usize,
    functions: Vec<Function>,
    classes: Vec<Class>,
    scopes: Scopes,
    /// Names that paths begin with: variables of these names are told apart from what the paths mean.
    roots: BTreeSet<String>,
    /// `use` declarations of functions: they are known in the whole file.
    imports: Block,
    /// What `Self` is.
    own: Option<SmolStr>,
    /// The modules around, that are written in the file.
    inside: Vec<SmolStr>,
    /// Parameters that stand for types.
    generics: Vec<SmolStr>,
    temporaries: u32,
    depth: u32,
}

/// Where the value of an expression goes.
#[derive(Debug, Clone)]
enum Sink {
    /// It is what the function gives.
    Return,
    /// It is kept under a name.
    Keep(SmolStr),
    /// Nobody wants it.
    Drop,
}

impl Lower<'_> {
    fn span_of(&self, s: proc_macro2::Span) -> Span {
        let r = s.byte_range();
        self.src.span(self.base + r.start, self.base + r.end.max(r.start))
    }

    fn span(&self, n: &impl syn::spanned::Spanned) -> Span {
        self.span_of(n.span())
    }

    fn expr_at(span: Span, kind: ExprKind) -> Expr {
        Expr { span, kind }
    }

    fn stmt_at(span: Span, kind: StmtKind) -> Stmt {
        Stmt { span, kind }
    }

    /// Something of which nothing is known.
    fn unknown(span: Span) -> Expr {
        Expr { span, kind: ExprKind::Opaque(Vec::new()) }
    }

    /// A sign that something failed.
    fn error(span: Span) -> Expr {
        Expr { span, kind: ExprKind::Name("#error".into()) }
    }

    /// Enter a level of nesting; false beyond the bound.
    fn enter(&mut self) -> bool {
        self.depth += 1;
        self.depth <= MAX_DEPTH
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn temporary(&mut self) -> SmolStr {
        self.temporaries += 1;
        format!("#v{}", self.temporaries).into()
    }

    /// The name of a variable: one that paths begin with as well gets a mark.
    fn variable(&self, ident: &syn::Ident) -> SmolStr {
        let name = plain(ident);
        if self.roots.contains(name.as_str()) { format!("{name}{MARK}v").into() } else { name }
    }

    fn declared(&mut self, ident: &syn::Ident) -> Pattern {
        let name = self.variable(ident);
        Pattern::Name(self.scopes.declare(&name), self.span(ident))
    }

    /// What a name that stands alone means.
    fn resolved(&self, ident: &syn::Ident) -> SmolStr {
        let variable = self.variable(ident);
        if self.scopes.knows(&variable) { self.scopes.resolve(&variable) } else { plain(ident) }
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
}

/// A name without the mark of raw identifiers.
fn plain(ident: &syn::Ident) -> SmolStr {
    let s = ident.to_string();
    s.strip_prefix("r#").unwrap_or(&s).into()
}

/// Whether something is only there in another build: for tests.
fn for_tests(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|a| {
        let path = a.path();
        path.is_ident("test")
            || path.segments.last().is_some_and(|s| s.ident == "test")
            || (path.is_ident("cfg")
                && matches!(&a.meta, syn::Meta::List(l) if l.tokens.to_string().split_whitespace().eq(["test"])))
    })
}
