//! What declarations, parameters and assignments bind.

use super::kinds::{self as k, field};
use super::{Lower, peel};
use crate::code::cst;
use crate::code::hir::{Expr, ExprKind, Pattern, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Name, pattern and default of one property of an object pattern.
type Property = (SmolStr, Pattern, Option<Expr>);

impl Lower<'_> {
    /// A pattern. Defaults of list elements, which the intermediate form has no place for, are left in
    /// `self.implied` as `name ??= default`.
    pub(super) fn pattern(&mut self, n: Node<'_>) -> Pattern {
        self.deeper(|l| l.pattern_kind(n)).unwrap_or(Pattern::Ignore)
    }

    fn pattern_kind(&mut self, n: Node<'_>) -> Pattern {
        let n = peel(n);
        match n.kind() {
            k::IDENTIFIER | k::SHORTHAND_PATTERN | k::UNDEFINED => {
                Pattern::Name(self.text(n).into(), self.span(n))
            }
            k::OBJECT_PATTERN => {
                Pattern::Map(cst::named(n).into_iter().filter_map(|p| self.property_pattern(p)).collect())
            }
            k::ARRAY_PATTERN => self.array_pattern(n),
            k::REST_PATTERN => match cst::named(n).first() {
                Some(&p) => Pattern::Rest(Box::new(self.pattern(p))),
                None => Pattern::Ignore,
            },
            k::ASSIGNMENT_PATTERN => self.with_default(n),
            k::MEMBER | k::SUBSCRIPT => match self.export_place(n) {
                Some((name, span)) => Pattern::Name(name, span),
                None => Pattern::Place(Box::new(self.expr(n))),
            },
            _ => Pattern::Ignore,
        }
    }

    fn property_pattern(&mut self, p: Node<'_>) -> Option<Property> {
        match p.kind() {
            k::PAIR_PATTERN => {
                let value = cst::field(p, field::VALUE)?;
                let (target, default) = match value.kind() {
                    k::ASSIGNMENT_PATTERN => {
                        (cst::field(value, field::LEFT)?, cst::field(value, field::RIGHT))
                    }
                    _ => (value, None),
                };
                let pattern = self.pattern(target);
                let default = default.map(|d| self.expr_for(d, &pattern));
                let key = cst::field(p, field::KEY)?;
                if let Some(name) = self.static_key(key) {
                    return Some((name, pattern, default));
                }
                // A computed name: what is bound is not known.
                let mut parts = vec![self.key(key)];
                parts.extend(default);
                let value = self.at(p, ExprKind::Opaque(parts));
                self.imply(p, StmtKind::Declare { target: pattern, value });
                None
            }
            k::REST_PATTERN => Some((SmolStr::default(), self.pattern(p), None)),
            k::OBJECT_ASSIGNMENT_PATTERN => {
                let left = cst::field(p, field::LEFT)?;
                let pattern = self.pattern(left);
                let default = cst::field(p, field::RIGHT).map(|d| self.expr_for(d, &pattern));
                Some((self.text(left).into(), pattern, default))
            }
            _ => Some((self.text(p).into(), self.pattern(p), None)),
        }
    }

    fn array_pattern(&mut self, n: Node<'_>) -> Pattern {
        let mut items = Vec::new();
        // A hole is a comma without an element before it.
        let mut filled = false;
        for c in cst::children(n) {
            match c.kind() {
                "," if !filled => items.push(Pattern::Ignore),
                "," => filled = false,
                "[" | "]" => {}
                _ => {
                    items.push(self.pattern(c));
                    filled = true;
                }
            }
        }
        Pattern::List(items)
    }

    fn with_default(&mut self, n: Node<'_>) -> Pattern {
        let (Some(left), Some(right)) = (cst::field(n, field::LEFT), cst::field(n, field::RIGHT)) else {
            return Pattern::Ignore;
        };
        let pattern = self.pattern(left);
        let value = self.expr_for(right, &pattern);
        let target = match &pattern {
            Pattern::Name(name, span) => Expr { span: *span, kind: ExprKind::Name(name.clone()) },
            Pattern::Place(e) => (**e).clone(),
            _ => {
                // A nested pattern keeps what it is bound to; the default only has its effects.
                self.imply(n, StmtKind::Expr(value));
                return pattern;
            }
        };
        self.imply(n, StmtKind::AugAssign { target, op: SmolStr::new_static("??"), value });
        pattern
    }

    fn imply(&mut self, n: Node<'_>, kind: StmtKind) {
        let span = self.span(n);
        self.implied.push(Stmt { span, kind });
    }
}
