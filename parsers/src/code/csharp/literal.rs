//! Text and numbers as they are written.

use crate::code::hir::ExprKind;
use crate::code::number::whole;

/// The text of a string with escapes, without its quotes.
pub(super) fn unescape(inside: &str) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let Some(e) = chars.next() else { break };
        let most = match e {
            'x' | 'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if most == 0 {
            out.push(match e {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\u{7}',
                'b' => '\u{8}',
                'e' => '\u{1b}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                '0' => '\0',
                c => c,
            });
            continue;
        }
        let mut code = String::new();
        while code.len() < most
            && let Some(d) = chars.peek().filter(|d| d.is_ascii_hexdigit())
        {
            code.push(*d);
            chars.next();
        }
        let value = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
        out.push(value.unwrap_or('\u{fffd}'));
    }
    out
}

/// The text of a verbatim string (`@"…"`), with its marks.
pub(super) fn verbatim(text: &str) -> String {
    let inside = text.trim_start_matches(['@', '$']);
    let inside = inside.strip_prefix('"').unwrap_or(inside);
    let inside = inside.strip_suffix("u8").unwrap_or(inside);
    inside.strip_suffix('"').unwrap_or(inside).replace("\"\"", "\"")
}

/// The text of a raw string (`"""…"""`), with its marks: on several lines, the indentation of the last one is no
/// part of it.
pub(super) fn raw(text: &str) -> String {
    let quotes = text.bytes().take_while(|b| *b == b'"').count();
    let inside = text.get(quotes..text.len().saturating_sub(quotes)).unwrap_or("");
    let Some((first, rest)) = inside.split_once('\n') else { return inside.to_owned() };
    if !first.trim().is_empty() {
        return inside.to_owned();
    }
    let Some((lines, last)) = rest.rsplit_once('\n') else { return String::new() };
    let mut out = String::new();
    for (i, line) in lines.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(line.strip_suffix('\r').unwrap_or(line).strip_prefix(last).unwrap_or(line.trim()));
    }
    out
}

/// A whole number.
pub(super) fn integer(text: &str) -> ExprKind {
    whole(text.trim_end_matches(['u', 'U', 'l', 'L']), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers() {
        assert_eq!(unescape(r#"a\n\"\\\u00e9\x41"#), "a\n\"\\é\u{41}");
        assert_eq!(unescape(r"\"), "");
        assert_eq!(verbatim(r#"@"a\""b""#), r#"a\"b"#);
        assert_eq!(raw("\"\"\"a \"b\" \"\"\""), "a \"b\" ");
        assert_eq!(raw("\"\"\"\n    a\n      b\n    \"\"\""), "a\n  b");
        assert!(matches!(integer("0xFF_ul"), ExprKind::Int(255)));
        assert!(matches!(integer("99999999999999999999"), ExprKind::Opaque(_)));
    }
}
