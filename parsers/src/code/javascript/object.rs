//! Array and object literals.

use super::kinds::{self as k, field};
use super::{Lower, literal};
use crate::code::cst;
use crate::code::hir::{Expr, ExprKind, MapEntry, StmtKind};
use smol_str::{SmolStr, ToSmolStr};
use tree_sitter::Node;

impl Lower<'_> {
    pub(super) fn array(&mut self, n: Node<'_>) -> Vec<Expr> {
        let mut out = Vec::new();
        let mut filled = false;
        for c in cst::children(n) {
            match c.kind() {
                "," if !filled => out.push(self.at(c, ExprKind::Null)),
                "," => filled = false,
                "[" | "]" => {}
                _ => {
                    out.push(self.expr(c));
                    filled = true;
                }
            }
        }
        out
    }

    pub(super) fn entry(&mut self, n: Node<'_>) -> Option<MapEntry> {
        match n.kind() {
            k::PAIR => {
                let (key, value) = (cst::field(n, field::KEY)?, cst::field(n, field::VALUE)?);
                let value = match self.static_key(key) {
                    Some(name) => self.expr_named(value, (name, self.span(key))),
                    None => self.expr(value),
                };
                Some(MapEntry::Pair(self.key(key), value))
            }
            k::SHORTHAND => {
                let key = self.at(n, ExprKind::Str(self.text(n).into()));
                Some(MapEntry::Pair(key, self.expr(n)))
            }
            k::SPREAD => Some(MapEntry::Spread(self.expr(*cst::named(n).first()?))),
            k::METHOD => self.object_method(n),
            _ => None,
        }
    }

    fn object_method(&mut self, n: Node<'_>) -> Option<MapEntry> {
        let key = cst::field(n, field::NAME)?;
        let name = self.static_key(key).unwrap_or_default();
        if cst::has(n, "set") {
            // A setter gives the property no value.
            return None;
        }
        let id = self.function(n, Some((name, self.span(key))));
        let closure = self.at(n, ExprKind::Closure(id));
        let key = self.key(key);
        if !cst::has(n, "get") {
            return Some(MapEntry::Pair(key, closure));
        }
        // A getter runs when it is read. One that only returns something has that value.
        let value = match self.functions.last().map(|f| &f.body[..]) {
            Some([s]) => match &s.kind {
                StmtKind::Return(Some(v)) if is_plain(v) => v.clone(),
                _ => self.at(n, ExprKind::Opaque(vec![closure])),
            },
            _ => self.at(n, ExprKind::Opaque(vec![closure])),
        };
        Some(MapEntry::Pair(key, value))
    }

    /// The key of a property as an expression.
    pub(super) fn key(&mut self, n: Node<'_>) -> Expr {
        match self.static_key(n) {
            Some(name) => self.at(n, ExprKind::Str(name)),
            None => match cst::named(n).first() {
                Some(&x) => self.expr(x),
                None => self.at(n, ExprKind::Opaque(Vec::new())),
            },
        }
    }

    /// The name of a property unless it is computed.
    pub(super) fn static_key(&self, n: Node<'_>) -> Option<SmolStr> {
        match n.kind() {
            k::STRING => Some(self.string(n)),
            k::NUMBER => match literal::number(self.text(n)) {
                ExprKind::Int(i) => Some(i.to_smolstr()),
                ExprKind::Float(f) => Some(f.to_smolstr()),
                _ => None,
            },
            k::COMPUTED_NAME => match cst::named(n).first() {
                Some(&s) if s.kind() == k::STRING => Some(self.string(s)),
                _ => None,
            },
            _ => Some(self.text(n).into()),
        }
    }
}

/// A value that can stand in for the getter that returns it: it neither calls nor uses the object.
fn is_plain(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Name(n) => n != "this",
        ExprKind::Attr { object, .. } => is_plain(object),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) => true,
        _ => false,
    }
}
