//! Literals: text with its prefixes and escapes, numbers.

use crate::code::hir::ExprKind;
use crate::code::number::whole;

/// What the prefix of a text literal says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent letters of a prefix")]
pub(super) struct Prefix {
    /// `r`: backslashes are themselves.
    pub raw: bool,
    /// `b`.
    pub bytes: bool,
    /// `f` or `t`: braces hold expressions.
    pub format: bool,
    /// `t`: the value is no text.
    pub template: bool,
}

/// Read the prefix of a literal's opening (`rb"""`).
pub(super) fn prefix(opening: &str) -> Prefix {
    let mut p = Prefix::default();
    for c in opening.chars() {
        match c.to_ascii_lowercase() {
            'r' => p.raw = true,
            'b' => p.bytes = true,
            'f' => p.format = true,
            't' => {
                p.format = true;
                p.template = true;
            }
            _ => {}
        }
    }
    p
}

/// Decode the inside of a literal. Of a format literal this is one constant part.
pub(super) fn decode(inside: &str, p: Prefix) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if p.format && chars.peek() == Some(&c) => {
                chars.next();
                out.push(c);
            }
            // Line ends in a literal are line feeds, whatever the file has.
            '\r' if chars.peek() == Some(&'\n') => {}
            '\\' if !p.raw => escape(&mut chars, p, &mut out),
            c => out.push(c),
        }
    }
    out
}

fn escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, p: Prefix, out: &mut String) {
    let Some(c) = chars.next() else {
        out.push('\\');
        return;
    };
    match c {
        '\n' => {}
        '\r' => {
            if chars.peek() == Some(&'\n') {
                chars.next();
            }
        }
        '\\' | '\'' | '"' => out.push(c),
        'a' => out.push('\u{7}'),
        'b' => out.push('\u{8}'),
        'f' => out.push('\u{c}'),
        'n' => out.push('\n'),
        'r' => out.push('\r'),
        't' => out.push('\t'),
        'v' => out.push('\u{b}'),
        '0'..='7' => {
            let mut n = c.to_digit(8).unwrap_or(0);
            for _ in 0..2 {
                let Some(d) = chars.peek().and_then(|c| c.to_digit(8)) else { break };
                n = n * 8 + d;
                chars.next();
            }
            out.push(char::from_u32(n).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        'x' => code_point(chars, 2, c, out),
        'u' if !p.bytes => code_point(chars, 4, c, out),
        'U' if !p.bytes => code_point(chars, 8, c, out),
        'N' if !p.bytes && chars.peek() == Some(&'{') => {
            // The names of characters are not known here.
            for c in chars.by_ref() {
                if c == '}' {
                    break;
                }
            }
            out.push(char::REPLACEMENT_CHARACTER);
        }
        c => {
            out.push('\\');
            out.push(c);
        }
    }
}

fn code_point(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    digits: usize,
    letter: char,
    out: &mut String,
) {
    let mut ahead = chars.clone();
    let mut n = 0u32;
    for _ in 0..digits {
        let Some(d) = ahead.next().and_then(|c| c.to_digit(16)) else {
            out.push('\\');
            out.push(letter);
            return;
        };
        n = n.wrapping_mul(16).wrapping_add(d);
    }
    *chars = ahead;
    out.push(char::from_u32(n).unwrap_or(char::REPLACEMENT_CHARACTER));
}

/// A whole number as written; one that does not fit is opaque.
pub(super) fn integer(text: &str) -> ExprKind {
    whole(text.trim_end_matches(['l', 'L']), false)
}

/// Any other number as written; an imaginary one is opaque.
pub(super) fn float(text: &str) -> ExprKind {
    let t: String = text.chars().filter(|c| *c != '_').collect();
    t.parse().map_or_else(|_| ExprKind::Opaque(Vec::new()), ExprKind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        let plain = Prefix::default();
        for (source, want) in [
            (r"a\nb", "a\nb"),
            (r"\x41\u00e9\U0001F600", "Aé😀"),
            (r"\101\0", "A\0"),
            (r"\d\.", r"\d\."),
            (r"\N{BULLET}x", "\u{fffd}x"),
            (r"\xZZ", r"\xZZ"),
            ("a\\\nb", "ab"),
            ("a\r\nb", "a\nb"),
            (r"\ud800", "\u{fffd}"),
            ("{{", "{{"),
        ] {
            assert_eq!(decode(source, plain), want, "{source}");
        }
        assert_eq!(decode(r"\n", prefix("r\"")), r"\n");
        assert_eq!(decode("{{x}}", prefix("F'")), "{x}");
        assert_eq!(decode(r"\u00e9\xff", prefix("b'")), "\\u00e9\u{ff}");
    }

    #[test]
    fn numbers() {
        assert!(matches!(integer("1_000"), ExprKind::Int(1000)));
        assert!(matches!(integer("0xFF"), ExprKind::Int(255)));
        assert!(matches!(integer("0b101"), ExprKind::Int(5)));
        assert!(matches!(integer("99999999999999999999"), ExprKind::Opaque(_)));
        assert!(matches!(integer("3j"), ExprKind::Opaque(_)));
        assert!(matches!(float("1_0.5e1"), ExprKind::Float(x) if (x - 105.0).abs() < 1e-9));
        assert!(matches!(float("1.5j"), ExprKind::Opaque(_)));
    }
}
