//! Strings, templates and markup.

use super::kinds as k;
use super::{Lower, literal};
use crate::code::cst;
use crate::code::hir::{Arg, Expr, ExprKind};
use smol_str::{SmolStr, ToSmolStr};
use tree_sitter::Node;

impl Lower<'_> {
    /// The decoded value of a string.
    pub(super) fn string(&self, n: Node<'_>) -> SmolStr {
        let t = self.text(n);
        literal::unescape(t.get(1..t.len().saturating_sub(1)).unwrap_or("")).to_smolstr()
    }

    pub(super) fn template(&mut self, n: Node<'_>) -> ExprKind {
        let (texts, holes) = self.template_parts(n);
        if holes.is_empty() {
            let text = texts.into_iter().next().map(|t| t.kind);
            return text.unwrap_or_else(|| ExprKind::Str(SmolStr::default()));
        }
        let mut holes = holes.into_iter();
        let mut parts = Vec::new();
        for t in texts {
            if !matches!(&t.kind, ExprKind::Str(s) if s.is_empty()) {
                parts.push(t);
            }
            parts.extend(holes.next());
        }
        ExprKind::Template(parts)
    }

    /// The constant texts of a template and the holes between them; there is one text more than holes.
    fn template_parts(&mut self, n: Node<'_>) -> (Vec<Expr>, Vec<Expr>) {
        let (mut texts, mut holes) = (Vec::new(), Vec::new());
        let mut from = n.start_byte() + 1;
        let text = |l: &Self, from: usize, to: usize| {
            let raw = l.src.text.get(from..to).unwrap_or("");
            let kind = ExprKind::Str(literal::unescape(raw).to_smolstr());
            Expr { span: l.src.span(from, to), kind }
        };
        for c in cst::named(n).into_iter().filter(|c| c.kind() == k::TEMPLATE_SUBSTITUTION) {
            texts.push(text(self, from, c.start_byte()));
            holes.push(match cst::named(c).first() {
                Some(&x) => self.expr(x),
                None => self.at(c, ExprKind::Opaque(Vec::new())),
            });
            from = c.end_byte();
        }
        texts.push(text(self, from, n.end_byte().saturating_sub(1)));
        (texts, holes)
    }

    /// A tag is called with the list of constant texts and the values of the holes.
    pub(super) fn tagged(&mut self, tag: Node<'_>, template: Node<'_>) -> ExprKind {
        let callee = Box::new(self.expr(tag));
        let (texts, holes) = self.template_parts(template);
        let texts = self.at(template, ExprKind::List(texts));
        let args = std::iter::once(texts).chain(holes).map(|value| Arg { name: None, value }).collect();
        ExprKind::Call { callee, args, is_new: false }
    }

    /// Markup: opaque, with the expressions in it.
    pub(super) fn markup(&mut self, n: Node<'_>) -> ExprKind {
        let (mut holes, mut names) = (Vec::new(), Vec::new());
        cst::visit(n, |c| match c.kind() {
            k::JSX_EXPRESSION => {
                holes.push(c);
                false
            }
            k::IDENTIFIER => {
                names.push(c);
                false
            }
            _ => true,
        });
        // The function that makes elements is called without being named.
        self.used.insert(SmolStr::new_static("React"));
        for name in names {
            let name = SmolStr::from(self.text(name));
            self.used.insert(name);
        }
        let holes = holes.into_iter().flat_map(cst::named);
        ExprKind::Opaque(holes.map(|x| self.expr(x)).collect())
    }
}
