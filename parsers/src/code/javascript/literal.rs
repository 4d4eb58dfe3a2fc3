//! Numbers and text as JavaScript writes them.

use crate::code::hir::ExprKind;
use std::iter::Peekable;
use std::str::Chars;

/// The value of a number literal: separators, prefixes, exponents, `n`. Numbers that are whole and exact are whole
/// numbers, however they are written, as in the language itself.
pub(super) fn number(text: &str) -> ExprKind {
    let clean: String = text.chars().filter(|c| *c != '_').collect();
    let clean = clean.strip_suffix('n').filter(|_| !is_hex(&clean)).map_or(clean.as_str(), |s| s);
    if let Some((radix, digits)) = radix(clean) {
        let digits = digits.strip_suffix('n').unwrap_or(digits);
        return match i64::from_str_radix(digits, radix) {
            Ok(v) => ExprKind::Int(v),
            Err(_) => ExprKind::Opaque(Vec::new()),
        };
    }
    if let Ok(v) = clean.parse::<i64>() {
        return ExprKind::Int(v);
    }
    match clean.parse::<f64>() {
        Ok(v) => whole(v).map_or(ExprKind::Float(v), ExprKind::Int),
        Err(_) => ExprKind::Opaque(Vec::new()),
    }
}

fn is_hex(text: &str) -> bool {
    text.starts_with("0x") || text.starts_with("0X")
}

/// The radix of a prefixed number and its digits; `017` is the old octal form, `089` is decimal.
fn radix(text: &str) -> Option<(u32, &str)> {
    let rest = text.strip_prefix('0')?;
    let first = rest.chars().next()?;
    match first {
        'x' | 'X' => Some((16, &rest[1..])),
        'o' | 'O' => Some((8, &rest[1..])),
        'b' | 'B' => Some((2, &rest[1..])),
        _ if rest.bytes().all(|b| matches!(b, b'0'..=b'7')) => Some((8, rest)),
        _ => None,
    }
}

/// A float that is a whole number, within the range in which every whole number is exact.
fn whole(v: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    if v.fract() != 0.0 || v.abs() > EXACT {
        return None;
    }
    // Through text: there is no cast that can't lose anything.
    format!("{v:.0}").parse().ok()
}

/// Text between quotes or backquotes, with its escapes decoded.
pub(super) fn unescape(raw: &str) -> String {
    if !raw.contains(['\\', '\r']) {
        return raw.to_owned();
    }
    // UTF-16 units, since escapes may give a character in two halves.
    let mut units: Vec<u16> = Vec::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let decoded = match c {
            // Line ends in templates read as `\n`.
            '\r' => {
                chars.next_if_eq(&'\n');
                Some(u32::from('\n'))
            }
            '\\' => escape(&mut chars),
            c => Some(u32::from(c)),
        };
        let Some(decoded) = decoded else { continue };
        match (char::from_u32(decoded), u16::try_from(decoded)) {
            (Some(c), _) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            (None, Ok(half)) => units.push(half),
            (None, Err(_)) => {}
        }
    }
    String::from_utf16_lossy(&units)
}

/// The code point or half character behind a backslash; `None` for a continued line and malformed escapes.
fn escape(chars: &mut Peekable<Chars<'_>>) -> Option<u32> {
    let c = match chars.next()? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\r' => {
            chars.next_if_eq(&'\n');
            return None;
        }
        '\n' | '\u{2028}' | '\u{2029}' => return None,
        'x' => return hex(chars, 2),
        'u' if chars.next_if_eq(&'{').is_some() => {
            let digits: String = chars.by_ref().take_while(|c| *c != '}').collect();
            return u32::from_str_radix(&digits, 16).ok();
        }
        'u' => return hex(chars, 4),
        d @ '0'..='7' => {
            let mut value = d.to_digit(8)?;
            for _ in 0..(if d <= '3' { 2 } else { 1 }) {
                let Some(next) = chars.next_if(|c| c.is_digit(8)) else { break };
                value = value * 8 + next.to_digit(8)?;
            }
            return Some(value);
        }
        c => c,
    };
    Some(u32::from(c))
}

fn hex(chars: &mut Peekable<Chars<'_>>, len: usize) -> Option<u32> {
    let mut digits = String::new();
    while digits.len() < len {
        digits.push(chars.next_if(char::is_ascii_hexdigit)?);
    }
    u32::from_str_radix(&digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(k: &ExprKind) -> String {
        match k {
            ExprKind::Int(i) => i.to_string(),
            ExprKind::Float(f) => format!("{f}f"),
            _ => "?".to_owned(),
        }
    }

    #[test]
    fn numbers() {
        for (text, want) in [
            ("0", "0"),
            ("60_000", "60000"),
            ("6e4", "60000"),
            ("1.50", "1.5f"),
            (".5", "0.5f"),
            ("5.", "5"),
            ("0xFF", "255"),
            ("0x1n", "1"),
            ("0b101", "5"),
            ("0o17", "15"),
            ("017", "15"),
            ("089", "89"),
            ("10n", "10"),
            ("9223372036854775808", "9223372036854776000f"),
            ("0xFFFFFFFFFFFFFFFFFF", "?"),
            ("1e400", "inff"),
        ] {
            assert_eq!(shown(&number(text)), want, "{text}");
        }
    }

    #[test]
    fn escapes() {
        for (raw, want) in [
            (r"a\nb", "a\nb"),
            (r"\x41\u0042\u{43}", "ABC"),
            (r"\uD83D\uDE00!", "😀!"),
            (r"\uD83D", "\u{fffd}"),
            (r"\0\101", "\0A"),
            ("a\\\nb", "ab"),
            ("a\\\r\nb", "ab"),
            (r"\'\q\\", "'q\\"),
            ("a\r\nb", "a\nb"),
            (r"\u12", ""),
            ("\\", ""),
        ] {
            assert_eq!(unescape(raw), want, "{raw}");
        }
    }
}
