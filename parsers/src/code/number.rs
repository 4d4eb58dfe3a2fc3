//! Whole numbers as most languages write them.

use super::hir::ExprKind;

/// A whole number in decimal or behind `0x`, `0b` or `0o`, with `_` between its digits and without a suffix; `octal`: what
/// begins with a zero otherwise is octal. Opaque where it is none, or too large.
pub(super) fn whole(text: &str, octal: bool) -> ExprKind {
    let t = text.replace('_', "").to_ascii_lowercase();
    let parsed = if let Some(h) = t.strip_prefix("0x") {
        i64::from_str_radix(h, 16)
    } else if let Some(b) = t.strip_prefix("0b") {
        i64::from_str_radix(b, 2)
    } else if let Some(o) = t.strip_prefix("0o") {
        i64::from_str_radix(o, 8)
    } else if octal && t.len() > 1 && t.starts_with('0') {
        i64::from_str_radix(&t, 8)
    } else {
        t.parse()
    };
    parsed.map_or(ExprKind::Opaque(Vec::new()), ExprKind::Int)
}
