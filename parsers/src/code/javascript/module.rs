//! Imports and namespaces.

use super::Lower;
use super::kinds::{self as k, field};
use crate::code::cst;
use crate::code::hir::{
    Block, ExportValue, Expr, ExprKind, Function, Import, ImportName, MapEntry, Pattern, Stmt, StmtKind,
};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use tree_sitter::Node;

impl Lower<'_> {
    pub(super) fn import(&mut self, n: Node<'_>, out: &mut Block) {
        self.seen.es = true;
        let clause = cst::named(n);
        if let Some(c) = clause.iter().find(|c| c.kind() == k::IMPORT_REQUIRE) {
            // `import x = require("y")`
            let name = cst::named(*c).into_iter().find(|x| x.kind() == k::IDENTIFIER);
            if let (Some(name), Some(source)) = (name, cst::field(*c, field::SOURCE)) {
                if is_type(n) {
                    let names = vec![self.imported("", name)];
                    let import = Import { module: self.string(source), names, type_only: true };
                    return self.push(n, StmtKind::Import(import), out);
                }
                self.seen.common_js = true;
                let value = self.at(*c, ExprKind::Module(self.string(source)));
                let target = Pattern::Name(self.text(name).into(), self.span(name));
                self.push(n, StmtKind::Declare { target, value }, out);
            }
            return;
        }
        let Some(source) = cst::field(n, field::SOURCE) else { return };
        let module = self.string(source);
        let mut names = Vec::new();
        let mut types = Vec::new();
        for c in clause.into_iter().filter(|c| c.kind() == k::IMPORT_CLAUSE).flat_map(cst::children) {
            match c.kind() {
                k::IDENTIFIER | "type" => names.push(self.imported("default", c)),
                k::NAMESPACE_IMPORT => names.extend(cst::named(c).first().map(|&x| self.imported("", x))),
                k::NAMED_IMPORTS => {
                    for s in cst::named(c).into_iter().filter(|s| s.kind() == k::IMPORT_SPECIFIER) {
                        let Some(name) = cst::field(s, field::NAME) else { continue };
                        let bound = cst::field(s, field::ALIAS).unwrap_or(name);
                        let one = self.imported(&self.module_name(name), bound);
                        if is_type(s) { types.push(one) } else { names.push(one) }
                    }
                }
                _ => {}
            }
        }
        let type_only = is_type(n);
        if type_only {
            names.append(&mut types);
        }
        if !types.is_empty() {
            let kind = StmtKind::Import(Import { module: module.clone(), names: types, type_only: true });
            self.push(n, kind, out);
            if names.is_empty() {
                return;
            }
        }
        self.push(n, StmtKind::Import(Import { module, names, type_only }), out);
    }

    fn imported(&self, name: &str, bound: Node<'_>) -> ImportName {
        ImportName { name: name.into(), bound: self.text(bound).into() }
    }

    /// A name of an import or export clause: an identifier or a string.
    pub(super) fn module_name(&self, n: Node<'_>) -> SmolStr {
        if n.kind() == k::STRING { self.string(n) } else { self.text(n).into() }
    }

    /// `import A = B.C`
    pub(super) fn import_alias(&mut self, n: Node<'_>, out: &mut Block) {
        if let [name, value] = cst::named(n)[..] {
            let value = self.expr(value);
            let target = Pattern::Name(self.text(name).into(), self.span(name));
            self.push(n, StmtKind::Declare { target, value }, out);
        }
    }

    /// `namespace N { … }` is the result of a function that returns what it exports.
    pub(super) fn namespace(&mut self, n: Node<'_>, out: &mut Block) {
        let (Some(name), Some(body)) = (cst::field(n, field::NAME), cst::field(n, field::BODY)) else {
            return;
        };
        if name.kind() == k::STRING {
            return;
        }
        let before = self.exports.len();
        let es_syntax = self.seen.es;
        let targets = std::mem::take(&mut self.targets);
        let mut statements = self.body(Some(body));
        self.targets = targets;
        self.seen.es = es_syntax;
        let entries: Vec<MapEntry> = self
            .exports
            .split_off(before)
            .into_iter()
            .filter_map(|e| match e.value {
                ExportValue::Local(local) => {
                    let key = Expr { span: e.span, kind: ExprKind::Str(e.name) };
                    Some(MapEntry::Pair(key, Expr { span: e.span, kind: ExprKind::Name(local) }))
                }
                _ => None,
            })
            .collect();
        if statements.is_empty() {
            // Types only.
            return;
        }
        let span = self.span(n);
        let value = Expr { span, kind: ExprKind::Map(entries) };
        statements.push(Stmt { span, kind: StmtKind::Return(Some(value)) });
        let mut names: Vec<SmolStr> = self.text(name).split('.').map(|p| p.trim().into()).collect();
        let id = self.add_function(Function {
            name: names.last().cloned().unwrap_or_default(),
            name_span: self.span(name),
            body: statements,
            ..Function::at(span)
        });
        let callee = Box::new(Expr { span, kind: ExprKind::Closure(id) });
        let mut value = Expr { span, kind: ExprKind::Call { callee, args: Vec::new(), is_new: false } };
        while names.len() > 1
            && let Some(inner) = names.pop()
        {
            let key = Expr { span, kind: ExprKind::Str(inner) };
            value = Expr { span, kind: ExprKind::Map(vec![MapEntry::Pair(key, value)]) };
        }
        let target = Pattern::Name(names.pop().unwrap_or_default(), self.span(name));
        out.push(Stmt { span, kind: StmtKind::Declare { target, value } });
    }
}

/// Whether an import or export, or one name of it, is marked as a type. Flow's `typeof` is one as well.
pub(super) fn is_type(n: Node<'_>) -> bool {
    cst::children(n)
        .iter()
        .take_while(|c| !c.is_named() || c.kind() == "type")
        .any(|c| matches!(c.kind(), "type" | "typeof"))
}

/// The module of `export type * from "m"`, which the grammar does not know; it leaves nothing at run time.
pub(super) fn type_star(text: &str) -> Option<&str> {
    let mut rest = text;
    for word in ["export", "type", "*"] {
        rest = rest.trim_start().strip_prefix(word)?;
    }
    if let Some(name) = rest.trim_start().strip_prefix("as ") {
        rest = name.trim_start().trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$'));
    }
    let rest = rest.trim_start().strip_prefix("from")?.trim().trim_end_matches(';').trim_end();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.strip_prefix(quote)?.strip_suffix(quote).filter(|m| !m.contains(quote))
}

/// Mark the imports that a TypeScript compiler drops, since their names are used as types only or not at all. Names
/// used as values keep the import.
pub(super) fn elide_imports(body: &mut Block, used: &BTreeSet<SmolStr>) {
    let mut out = Vec::with_capacity(body.len());
    for mut s in std::mem::take(body) {
        let StmtKind::Import(import) = &mut s.kind else {
            out.push(s);
            continue;
        };
        if !import.type_only && !import.names.is_empty() {
            let (kept, types): (Vec<ImportName>, Vec<ImportName>) =
                std::mem::take(&mut import.names).into_iter().partition(|n| used.contains(&n.bound));
            if kept.is_empty() {
                import.type_only = true;
                import.names = types;
            } else {
                import.names = kept;
                if !types.is_empty() {
                    let kind = StmtKind::Import(Import {
                        module: import.module.clone(),
                        names: types,
                        type_only: true,
                    });
                    out.push(Stmt { span: s.span, kind });
                }
            }
        }
        out.push(s);
    }
    *body = out;
}
