//! JavaScript and TypeScript to [`super::hir`]: one lowering over three grammars (JavaScript with JSX, TypeScript,
//! TSX), which name almost everything alike. Types are dropped; what only exists for them leaves nothing behind.

mod balance;
mod class;
mod control;
mod export;
mod expr;
mod function;
mod kinds;
mod literal;
mod module;
mod object;
mod pattern;
mod stmt;
#[cfg(test)]
mod tests;
mod text;

use super::cst;
use super::hir::{
    Block, Class, ClassId, Export, Expr, ExprKind, FnId, Function, Import, Lang, ModuleKind, Stmt, StmtKind,
    Taint, Unit,
};
use crate::text::SourceText;
use control::Target;
use kinds as k;
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use tree_sitter::{Language, Node};

/// Parse a JavaScript or TypeScript module; `path` tells dialects apart (`.tsx`, `.mjs`).
pub fn lower(lang: Lang, src: &SourceText<'_>, path: &str) -> Unit {
    let mut unit = Unit::empty(src.file, lang);
    let Some(tree) = cst::parse(&grammar(lang, path), src.text) else { return unit };
    let root = tree.root_node();
    let mut lower = Lower::new(*src, lang);
    unit.body = lower.module_body(root);
    lower.finish(root, &mut unit);
    unit
}

/// The grammar of a file.
pub(super) fn grammar(lang: Lang, path: &str) -> Language {
    let tsx = path.len() > 4 && path.get(path.len() - 4..).is_some_and(|e| e.eq_ignore_ascii_case(".tsx"));
    match lang {
        Lang::TypeScript if tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Lang::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        _ => tree_sitter_javascript::LANGUAGE.into(),
    }
}

/// Bound on nested syntax. Bundles and minified libraries stay below 128, and this depth fits the stack of any thread,
/// in debug builds as well.
const MAX_DEPTH: u32 = 160;
const _: () = assert!(MAX_DEPTH <= cst::MAX_DEPTH);

/// A name something is bound to, and where it is written.
type Named = (SmolStr, Span);

/// The state of lowering one file.
struct Lower<'s> {
    src: SourceText<'s>,
    lang: Lang,
    functions: Vec<Function>,
    classes: Vec<Class>,
    exports: Vec<Export>,
    taints: Vec<Taint>,
    /// Nested syntax around the current node.
    depth: u32,
    /// Something lay deeper than the bound: the statement around it becomes opaque.
    too_deep: bool,
    /// What a `break` may leave, innermost last.
    targets: Vec<Target>,
    /// Parameters that hide `require`, `module` or `exports` (bundles define their own).
    hidden: Vec<SmolStr>,
    /// Names used as values; an import of TypeScript none of whose names is one is gone at run time.
    used: BTreeSet<SmolStr>,
    /// Assignments that patterns imply besides themselves (defaults of list elements).
    implied: Vec<Stmt>,
    /// The exports of bundles by the name that holds them.
    bundled: Vec<(SmolStr, Vec<Export>)>,
    /// In a generator that a compiler made of an `async` function; and whether the next function is one.
    yields_await: bool,
    next_yields_await: bool,
    seen: Seen,
}

/// The module systems whose syntax was seen.
#[derive(Default)]
struct Seen {
    es: bool,
    common_js: bool,
}

impl<'s> Lower<'s> {
    fn new(src: SourceText<'s>, lang: Lang) -> Self {
        Self {
            src,
            lang,
            functions: Vec::new(),
            classes: Vec::new(),
            exports: Vec::new(),
            taints: Vec::new(),
            depth: 0,
            too_deep: false,
            targets: Vec::new(),
            hidden: Vec::new(),
            used: BTreeSet::new(),
            implied: Vec::new(),
            bundled: Vec::new(),
            yields_await: false,
            next_yields_await: false,
            seen: Seen::default(),
        }
    }

    fn module_body(&mut self, root: Node<'_>) -> Block {
        if root.kind() != k::PROGRAM {
            // Nothing could be made of it.
            let mut out = Vec::new();
            self.broken(root, root.byte_range(), &mut out);
            return out;
        }
        self.list(root)
    }

    fn finish(mut self, root: Node<'_>, unit: &mut Unit) {
        if root.has_error()
            && let Some(found) = balance::check(self.src.text)
        {
            let span = self.src.span(found.at, found.at + 1);
            self.taints.retain(|t| t.span.start != span.start);
            self.taints.push(Taint { span, what: found.what, certain: true });
        }
        self.taints.sort_by_key(|t| (t.span, t.certain));
        cst::visit(root, |n| {
            if matches!(n.kind(), k::COMMENT | k::HTML_COMMENT) {
                unit.comments.push(cst::span(&self.src, n));
            }
            true
        });
        if self.lang == Lang::TypeScript {
            module::elide_imports(&mut unit.body, &self.used);
        }
        unit.module = match (self.seen.es, self.seen.common_js) {
            (true, _) => ModuleKind::Es,
            (false, true) => ModuleKind::CommonJs,
            (false, false) => ModuleKind::Plain,
        };
        unit.functions = self.functions;
        unit.classes = self.classes;
        unit.exports = self.exports;
        unit.taints = self.taints;
    }

    /// A stretch of text that is evidence of nothing.
    fn broken(&mut self, list: Node<'_>, range: std::ops::Range<usize>, out: &mut Block) {
        let span = self.src.span(range.start, range.end);
        if let Some(module) = self.src.text.get(range.clone()).and_then(module::type_star) {
            let import = Import { module: module.into(), names: Vec::new(), type_only: true };
            out.push(Stmt { span, kind: StmtKind::Import(import) });
            return;
        }
        let mut found = false;
        let mut names = Vec::new();
        cst::visit(list, |n| {
            let touches = n.start_byte() <= range.end && n.end_byte() >= range.start;
            if !touches {
                return false;
            }
            if (n.is_error() || n.is_missing()) && !found {
                found = true;
                self.taints.push(Taint {
                    span: cst::span(&self.src, n),
                    what: cst::describe(n),
                    certain: false,
                });
            }
            if matches!(n.kind(), k::IDENTIFIER | k::SHORTHAND | k::SHORTHAND_PATTERN | k::TYPE_IDENTIFIER) {
                names.push(SmolStr::from(cst::text(&self.src, n)));
            }
            true
        });
        self.used.extend(names);
        if !found {
            self.taints.push(Taint { span, what: "invalid syntax".to_owned(), certain: false });
        }
        out.push(Stmt { span, kind: StmtKind::Opaque(Vec::new(), Vec::new()) });
    }

    fn span(&self, n: Node<'_>) -> Span {
        cst::span(&self.src, n)
    }

    fn text(&self, n: Node<'_>) -> &'s str {
        cst::text(&self.src, n)
    }

    fn at(&self, n: Node<'_>, kind: ExprKind) -> Expr {
        Expr { span: self.span(n), kind }
    }

    fn add_function(&mut self, f: Function) -> FnId {
        self.functions.push(f);
        FnId(u32::try_from(self.functions.len() - 1).unwrap_or(u32::MAX))
    }

    fn add_class(&mut self, c: Class) -> ClassId {
        self.classes.push(c);
        ClassId(u32::try_from(self.classes.len() - 1).unwrap_or(u32::MAX))
    }

    /// Go one level deeper; `None` below the bound.
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.too_deep = true;
            return None;
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        Some(out)
    }
}

/// The expression inside parentheses, casts and assertions that leave its value alone.
fn peel(n: Node<'_>) -> Node<'_> {
    let mut n = n;
    loop {
        let inner = match n.kind() {
            k::PARENTHESIZED | k::AS | k::SATISFIES | k::NON_NULL | k::INSTANTIATION => {
                cst::named(n).first().copied()
            }
            k::TYPE_ASSERTION => cst::named(n).last().copied(),
            _ => None,
        };
        match inner {
            Some(i) if !i.is_error() && i.kind() != k::TYPE_ARGUMENTS => n = i,
            _ => return n,
        }
    }
}

/// Whether all errors below a node lie in nested lists of statements or members, which deal with them.
fn confined(node: Node<'_>) -> bool {
    let mut ok = true;
    cst::visit(node, |n| {
        if !ok || !n.has_error() && !n.is_missing() {
            return false;
        }
        if n.is_error() || n.is_missing() {
            ok = false;
            return false;
        }
        if n != node && matches!(n.kind(), k::STATEMENT_BLOCK | k::CLASS_BODY) {
            // Without its closing bracket a block has no end, and what holds it has none either.
            ok &= !cst::children(n).iter().any(|c| c.is_missing() && !c.is_named());
            return false;
        }
        true
    });
    ok
}
