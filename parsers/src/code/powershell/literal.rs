//! Text, numbers and variables.

use super::Lower;
use crate::code::cst;
use crate::code::hir::{Expr, ExprKind};
use smol_str::SmolStr;
use std::ops::Range;
use tree_sitter::Node;

impl Lower<'_> {
    /// Text in quotes, of one line or of several.
    pub(super) fn quoted(&mut self, n: Node<'_>) -> Expr {
        let range = n.byte_range();
        let text = self.text(n);
        let (head, tail) = match n.kind() {
            "expandable_here_string_literal" | "verbatim_here_string_characters" => {
                let first = text.find('\n').map_or(text.len(), |i| i + 1);
                let body = text.strip_suffix("\"@").or_else(|| text.strip_suffix("'@")).unwrap_or(text);
                let end = body.strip_suffix("\r\n").or_else(|| body.strip_suffix('\n')).unwrap_or(body).len();
                (first, end.max(first))
            }
            _ => (1.min(text.len()), text.len().saturating_sub(1).max(1.min(text.len()))),
        };
        let inner = range.start + head..range.start + tail;
        if n.kind().starts_with("verbatim") {
            let raw = self.src.text.get(inner).unwrap_or("");
            let plain = if n.kind() == "verbatim_string_characters" {
                raw.replace("''", "'")
            } else {
                raw.to_owned()
            };
            return self.expr_at(n, ExprKind::Str(plain.into()));
        }
        let mut parts: Vec<Expr> = Vec::new();
        let mut at = inner.start;
        for c in cst::named(n) {
            let place = c.byte_range();
            if place.start < at || place.end > inner.end {
                continue;
            }
            self.gap(at..place.start, &mut parts);
            let value = match c.kind() {
                "variable" => self.variable(c),
                _ => self.expr(c),
            };
            parts.push(value);
            at = place.end;
        }
        self.gap(at..inner.end, &mut parts);
        self.joined(n, parts)
    }

    fn gap(&self, range: Range<usize>, parts: &mut Vec<Expr>) {
        let text = self.src.text.get(range.clone()).unwrap_or("");
        if !text.is_empty() {
            let span = self.src.span(range.start, range.end);
            parts.push(Expr { span, kind: ExprKind::Str(unescaped(text).into()) });
        }
    }

    fn joined(&self, n: Node<'_>, mut parts: Vec<Expr>) -> Expr {
        match &parts[..] {
            [] => self.expr_at(n, ExprKind::Str(SmolStr::default())),
            [Expr { kind: ExprKind::Str(_), .. }] => {
                let kind = parts.remove(0).kind;
                self.expr_at(n, kind)
            }
            _ => self.expr_at(n, ExprKind::Template(parts)),
        }
    }

    /// A word without quotes, in which variables may stand.
    pub(super) fn bare(&mut self, n: Node<'_>) -> Expr {
        let text = self.text(n).trim();
        if !text.contains('$') {
            return self.expr_at(n, ExprKind::Str(text.into()));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(i) = rest.find('$') {
            let (before, behind) = rest.split_at(i);
            if !before.is_empty() {
                parts.push(self.expr_at(n, ExprKind::Str(before.into())));
            }
            let len = behind[1..]
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')))
                .map_or(behind.len(), |i| i + 1);
            if len < 2 {
                parts.push(self.unknown(n));
            } else {
                parts.push(self.variable_named(n, &behind[..len]));
            }
            rest = &behind[len.max(1)..];
        }
        if !rest.is_empty() {
            parts.push(self.expr_at(n, ExprKind::Str(rest.into())));
        }
        self.expr_at(n, ExprKind::Template(parts))
    }

    pub(super) fn number(&self, n: Node<'_>) -> Expr {
        let text = self.text(n).trim().to_ascii_lowercase();
        let units = [("kb", 1 << 10), ("mb", 1 << 20), ("gb", 1 << 30)];
        let (digits, unit) = units
            .iter()
            .find_map(|(u, k)| Some((text.strip_suffix(u)?, *k)))
            .unwrap_or((text.as_str(), 1_i64));
        let value = match digits.strip_prefix("0x") {
            Some(h) => i64::from_str_radix(h, 16).ok(),
            None => digits.trim_end_matches(['l', 'd']).parse::<i64>().ok(),
        };
        let kind = match value.and_then(|v| v.checked_mul(unit)) {
            Some(v) => ExprKind::Int(v),
            None => digits.parse().map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float),
        };
        self.expr_at(n, kind)
    }

    pub(super) fn variable(&mut self, n: Node<'_>) -> Expr {
        let text = self.text(n).trim();
        self.variable_named(n, text)
    }

    /// `$x`, `${x}`, `$env:X`, `$script:x`.
    pub(super) fn variable_named(&mut self, n: Node<'_>, text: &str) -> Expr {
        let inner = text.trim_start_matches(['$', '@']);
        let inner = inner.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(inner);
        let (scope, name) = match inner.split_once(':') {
            Some((s, n)) if !n.starts_with(':') => (s.to_ascii_lowercase(), n),
            _ => (String::new(), inner),
        };
        match scope.as_str() {
            "env" => {
                let object = self.named_at(n, "$env:");
                return self.attr_at(n, object, name.trim_end_matches(':'));
            }
            "" | "script" | "global" | "local" | "private" | "using" => {}
            _ => return self.unknown(n),
        }
        let lower = name.to_ascii_lowercase();
        let kind = match lower.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            "_" | "psitem" => ExprKind::Name(self.it.clone()),
            "this" => ExprKind::Name(SmolStr::new_static("this")),
            _ if scope.is_empty() && self.locals.contains(&lower) => {
                ExprKind::Name(format!("${lower}'own").into())
            }
            _ => ExprKind::Name(format!("${lower}").into()),
        };
        self.expr_at(n, kind)
    }
}

/// Text between quotes as it is: a backtick makes the next character another one.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('0') => out.push('\0'),
                Some('\n') | None => {}
                Some(other) => out.push(other),
            },
            '"' if chars.peek() == Some(&'"') => {
                chars.next();
                out.push('"');
            }
            c => out.push(c),
        }
    }
    out
}
