//! Text and numbers as they are written.

use crate::code::hir::ExprKind;
use crate::code::number::whole;

/// The text of a string or text block, its quotes included. `None`: not written as one.
/// Source: JLS 3.10.4 to 3.10.7.
pub(super) fn string(written: &str) -> Option<String> {
    if let Some(inside) = written.strip_prefix("\"\"\"") {
        let inside = inside.strip_suffix("\"\"\"")?;
        let body = inside.split_once('\n').map_or("", |(_, b)| b);
        return Some(unescape(&stripped(body)));
    }
    Some(unescape(written.strip_prefix('"')?.strip_suffix('"')?))
}

/// The lines of a text block without the indentation they share, and without spaces at their ends.
fn stripped(body: &str) -> String {
    let lines: Vec<&str> = body.split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l)).collect();
    let blank = |l: &str| l.trim().is_empty();
    let last = lines.len().saturating_sub(1);
    let indents = lines.iter().enumerate().filter(|(i, l)| !blank(l) || *i == last);
    let shared = indents.map(|(_, l)| l.len() - l.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> =
        lines.iter().map(|l| if blank(l) { "" } else { l.get(shared..).unwrap_or(l).trim_end() }).collect();
    lines.join("\n")
}

fn unescape(inside: &str) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('s') => out.push(' '),
            Some('u') => {
                while chars.peek() == Some(&'u') {
                    chars.next();
                }
                let code: String = chars.by_ref().take(4).collect();
                let code = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                out.push(code.unwrap_or('\u{fffd}'));
            }
            Some(d @ '0'..='7') => {
                let mut code = d.to_digit(8).unwrap_or(0);
                while let Some(d) = chars.peek().and_then(|c| c.to_digit(8)).filter(|_| code < 32) {
                    code = code * 8 + d;
                    chars.next();
                }
                out.extend(char::from_u32(code));
            }
            // The line goes on.
            Some('\n') | None => {}
            Some(c) => out.push(c),
        }
    }
    out
}

/// A whole number.
pub(super) fn integer(text: &str) -> ExprKind {
    whole(text.trim_end_matches(['l', 'L']), true)
}

/// Any other number.
pub(super) fn float(text: &str) -> ExprKind {
    let t = text.replace('_', "").to_ascii_lowercase();
    t.trim_end_matches(['f', 'd']).parse().map_or(ExprKind::Opaque(Vec::new()), ExprKind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers() {
        assert_eq!(string(r#""a\n\"\u00e9\101""#).as_deref(), Some("a\n\"éA"));
        let block = "\"\"\"\n    SELECT *\n      FROM t \\\n    WHERE x\n    \"\"\"";
        assert_eq!(string(block).as_deref(), Some("SELECT *\n  FROM t WHERE x\n"));
        assert_eq!(string("\"\"\"\n  a\n\n  b\"\"\"").as_deref(), Some("a\n\nb"));
        assert_eq!(string("\""), None);
        assert!(matches!(integer("0x_ffL"), ExprKind::Int(255)));
        assert!(matches!(integer("99999999999999999999"), ExprKind::Opaque(_)));
        assert!(matches!(float("1.5f"), ExprKind::Float(_)));
    }
}
