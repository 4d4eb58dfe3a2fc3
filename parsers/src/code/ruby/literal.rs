//! Text, symbols and numbers.

use super::Lower;
use crate::code::cst;
use crate::code::hir::{Expr, ExprKind};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    /// Text in quotes, a symbol in quotes, a word of `%w[]`: pieces and holes.
    pub(super) fn quoted(&mut self, n: Node<'_>) -> Expr {
        let mut parts: Vec<Expr> = Vec::new();
        for c in cst::children(n) {
            self.piece(c, &mut parts);
        }
        self.joined(n, parts)
    }

    fn piece(&mut self, c: Node<'_>, parts: &mut Vec<Expr>) {
        match c.kind() {
            "string_content" | "heredoc_content" => {
                let text = SmolStr::new(self.text(c));
                parts.push(self.expr_at(c, ExprKind::Str(text)));
            }
            "escape_sequence" => {
                let text = SmolStr::new(unescaped(self.text(c)));
                parts.push(self.expr_at(c, ExprKind::Str(text)));
            }
            "interpolation" => {
                let inner = cst::named(c);
                let e = match &inner[..] {
                    [one] => self.expr(*one),
                    many => {
                        let parts = many.iter().map(|m| self.expr(*m)).collect();
                        self.expr_at(c, ExprKind::Opaque(parts))
                    }
                };
                parts.push(e);
            }
            _ => {}
        }
    }

    fn joined(&self, n: Node<'_>, parts: Vec<Expr>) -> Expr {
        if parts.iter().all(|p| matches!(p.kind, ExprKind::Str(_))) {
            let mut all = String::new();
            for p in &parts {
                if let ExprKind::Str(s) = &p.kind {
                    all.push_str(s);
                }
            }
            return self.expr_at(n, ExprKind::Str(all.into()));
        }
        self.expr_at(n, ExprKind::Template(parts))
    }

    /// `"a" "b"`
    pub(super) fn chained(&mut self, n: Node<'_>) -> Expr {
        let mut parts = Vec::new();
        for s in cst::named(n) {
            for c in cst::children(s) {
                self.piece(c, &mut parts);
            }
        }
        self.joined(n, parts)
    }

    /// The text a `<<~NAME` announces.
    pub(super) fn heredoc(&mut self, n: Node<'_>) -> Expr {
        let Some(body) = self.heredocs.get(&n.start_byte()).cloned() else { return self.unknown(n) };
        let mut root = n;
        while let Some(p) = root.parent() {
            root = p;
        }
        let found =
            root.descendant_for_byte_range(body.start, body.end).filter(|b| b.kind() == "heredoc_body");
        let Some(body) = found else { return self.unknown(n) };
        let mut parts = Vec::new();
        for c in cst::children(body) {
            self.piece(c, &mut parts);
        }
        self.joined(n, parts)
    }

    pub(super) fn integer(&self, n: Node<'_>) -> Expr {
        let text: String = self.text(n).chars().filter(|c| *c != '_').collect();
        let lower = text.to_ascii_lowercase();
        let value = if let Some(h) = lower.strip_prefix("0x") {
            i64::from_str_radix(h, 16).ok()
        } else if let Some(b) = lower.strip_prefix("0b") {
            i64::from_str_radix(b, 2).ok()
        } else {
            lower.parse().ok().filter(|_| !(lower.starts_with('0') && lower.len() > 1))
        };
        self.expr_at(n, value.map_or(ExprKind::Opaque(Vec::new()), ExprKind::Int))
    }

    /// A symbol without quotes: `:name`, `name:`.
    pub(super) fn symbol(&self, n: Node<'_>) -> Expr {
        let text = self.text(n).trim_start_matches(':');
        self.expr_at(n, ExprKind::Str(text.into()))
    }
}

fn unescaped(text: &str) -> &str {
    match text {
        "\\n" => "\n",
        "\\t" => "\t",
        "\\r" => "\r",
        "\\\\" => "\\",
        "\\0" => "\0",
        "\\e" => "\u{1b}",
        t if t.len() == 2 => t.get(1..).unwrap_or(t),
        t => t,
    }
}
