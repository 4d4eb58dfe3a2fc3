//! C# to [`super::hir`].
//!
//! `decl` covers namespaces, types and their members, `stmt`, `expr` and `pattern` follow the grammar, `literal` decodes
//! text. A type is a declaration of its full name (`Shop.Orders.Handler`, nested ones `Outer+Inner`); names without an
//! object in front of them are members of the types around them where this file shows it, and the rest is left to
//! whoever knows the other files of the project.

mod call;
mod conditional;
mod decl;
mod expr;
mod literal;
mod member;
mod pattern;
mod stmt;
#[cfg(test)]
mod tests;

use super::cst;
use super::draft::{Draft, INVALID, Scoped, Statements, TOO_LARGE, over_draft};
use super::hir::{Arg, Block, Expr, ExprKind, Lang, Unit};
use super::scope::Scopes;
use crate::text::SourceText;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use tree_sitter::Node;

/// Parse a C# file.
pub fn lower(src: &SourceText<'_>) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::CSharp);
    let mut it = Lower {
        draft: Draft::new(*src),
        scopes: Scopes::default(),
        types: Vec::new(),
        namespace: SmolStr::default(),
        first_namespace: None,
        body: Block::new(),
        pending: Block::new(),
        in_switch: false,
        yields: false,
    };
    let Some(tree) = cst::parse(&tree_sitter_c_sharp::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), TOO_LARGE, &mut unit.body);
        it.draft.finish(&mut unit);
        return unit;
    };
    let root = tree.root_node();
    it.read_errors(root);
    if root.kind() == "compilation_unit" {
        it.compilation_unit(root);
        unit.body = std::mem::take(&mut it.body);
    } else {
        it.broken(0..src.text.len(), INVALID, &mut unit.body);
    }
    unit.comments = it.places_of(root, &["comment"]);
    unit.package = it.first_namespace.unwrap_or_default();
    it.draft.finish(&mut unit);
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
    draft: Draft<'s>,
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
    /// The function that is being read gives its results one by one.
    yields: bool,
}

over_draft!(Lower);

impl<'s> Statements<'s> for Lower<'s> {
    const CLAUSE_WORDS: &'static [&'static str] = &["else", "catch", "finally", "while", "case", "default"];
    const BLOCKS: &'static [&'static str] = &["block", "declaration_list"];
    const CLAUSES: &'static [&'static str] = &["catch_clause", "finally_clause", "if_statement"];

    fn statement_kind(&mut self, n: Node<'_>, out: &mut Block) {
        let start = out.len();
        let pending = std::mem::take(&mut self.pending);
        self.read_statement(n, out);
        let declared = std::mem::replace(&mut self.pending, pending);
        out.splice(start..start, declared);
    }
}

impl<'s> Scoped<'s> for Lower<'s> {
    fn scopes(&mut self) -> &mut Scopes {
        &mut self.scopes
    }

    fn identifier(&self, n: Node<'_>) -> SmolStr {
        self.name(n)
    }
}

impl Lower<'_> {
    /// An identifier, without the `@` that only escapes keywords.
    fn name(&self, n: Node<'_>) -> SmolStr {
        self.text(n).trim_start_matches('@').into()
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
