//! Whether the brackets of a file match: the one syntax error that is certain whatever else a grammar may not know.

/// A bracket without a partner.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unbalanced {
    /// Its offset.
    pub at: usize,
    /// What is wrong with it.
    pub what: String,
}

/// The first bracket that certainly has no partner. `None` when all match, or when the text can't be read without
/// a parser: markup holds brackets as text, and whether `/` begins a regular expression is not always plain.
pub(super) fn check(text: &str) -> Option<Unbalanced> {
    if text.contains("</") || text.contains("/>") {
        return None;
    }
    let bytes = text.as_bytes();
    let mut open: Vec<(usize, Open)> = Vec::new();
    let mut last = Last::Operator;
    let mut i = if text.starts_with("#!") { line_end(bytes, 0) } else { 0 };
    while let Some(&b) = bytes.get(i) {
        match b {
            b'"' | b'\'' => {
                i = quoted(bytes, i)?;
                last = Last::Value;
                continue;
            }
            b'`' => {
                let (end, hole) = template(bytes, i + 1)?;
                if hole {
                    open.push((i, Open::Hole));
                    last = Last::Operator;
                } else {
                    last = Last::Value;
                }
                i = end;
                continue;
            }
            b'/' if bytes.get(i + 1) == Some(&b'/') => {
                i = line_end(bytes, i);
                continue;
            }
            b'/' if bytes.get(i + 1) == Some(&b'*') => {
                i = text.get(i + 2..)?.find("*/")? + i + 4;
                continue;
            }
            b'/' => match last {
                Last::Value => last = Last::Operator,
                Last::Operator => {
                    i = regex(bytes, i)?;
                    last = Last::Value;
                    continue;
                }
                // Behind `)` or `}` it may be either.
                Last::Close => return None,
            },
            b'(' | b'[' | b'{' => {
                open.push((i, Open::Bracket(b)));
                last = Last::Operator;
            }
            b')' | b']' | b'}' => {
                match (open.pop(), b) {
                    (Some((_, Open::Bracket(b'('))), b')')
                    | (Some((_, Open::Bracket(b'['))), b']')
                    | (Some((_, Open::Bracket(b'{'))), b'}') => {}
                    (Some((at, Open::Hole)), b'}') => {
                        let (end, hole) = template(bytes, i + 1)?;
                        if hole {
                            open.push((at, Open::Hole));
                            last = Last::Operator;
                        } else {
                            last = Last::Value;
                        }
                        i = end;
                        continue;
                    }
                    (Some((at, Open::Bracket(o))), _) => {
                        return Some(Unbalanced { at, what: format!("`{}` is never closed", char::from(o)) });
                    }
                    (Some((_, Open::Hole)), _) => return None,
                    (None, _) => {
                        return Some(Unbalanced { at: i, what: format!("unexpected `{}`", char::from(b)) });
                    }
                }
                last = if b == b']' { Last::Value } else { Last::Close };
            }
            _ if b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80 => {
                let end = word_end(bytes, i);
                last = if KEYWORDS_BEFORE_VALUES.contains(&text.get(i..end).unwrap_or("")) {
                    Last::Operator
                } else {
                    Last::Value
                };
                i = end;
                continue;
            }
            _ if b.is_ascii_whitespace() => {}
            // `x++ / 2` and `++/re/` look alike.
            b'+' | b'-' if bytes.get(i + 1) == Some(&b) => {
                last = Last::Close;
                i += 2;
                continue;
            }
            _ => last = Last::Operator,
        }
        i += 1;
    }
    match open.last() {
        Some((at, Open::Bracket(b))) => {
            Some(Unbalanced { at: *at, what: format!("`{}` is never closed", char::from(*b)) })
        }
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum Open {
    Bracket(u8),
    /// `${` of a template.
    Hole,
}

/// What stands before the current place, as far as it tells a division from a regular expression.
#[derive(Debug, Clone, Copy)]
enum Last {
    Operator,
    Value,
    Close,
}

const KEYWORDS_BEFORE_VALUES: &[&str] = &[
    "await",
    "case",
    "delete",
    "do",
    "else",
    "in",
    "instanceof",
    "new",
    "of",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes.iter().skip(from).position(|b| *b == b'\n').map_or(bytes.len(), |n| from + n)
}

fn word_end(bytes: &[u8], from: usize) -> usize {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'$' || *b >= 0x80;
    bytes.iter().skip(from).position(|b| !is_word(b)).map_or(bytes.len(), |n| from + n)
}

/// Past a quoted text; `None` when it does not end on its line.
fn quoted(bytes: &[u8], from: usize) -> Option<usize> {
    let quote = *bytes.get(from)?;
    let mut i = from + 1;
    loop {
        match *bytes.get(i)? {
            b'\\' => i += 2,
            b'\n' => return None,
            b if b == quote => return Some(i + 1),
            _ => i += 1,
        }
    }
}

/// Past the text of a template, up to its end or its next hole (true).
fn template(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let mut i = from;
    loop {
        match *bytes.get(i)? {
            b'\\' => i += 2,
            b'`' => return Some((i + 1, false)),
            b'$' if bytes.get(i + 1) == Some(&b'{') => return Some((i + 2, true)),
            _ => i += 1,
        }
    }
}

/// Past a regular expression; `None` when it does not end on its line.
fn regex(bytes: &[u8], from: usize) -> Option<usize> {
    let mut i = from + 1;
    let mut class = false;
    loop {
        match *bytes.get(i)? {
            b'\\' => i += 1,
            b'\n' => return None,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return Some(word_end(bytes, i + 1)),
            _ => {}
        }
        i += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_only_when_nothing_is_ambiguous() {
        for (text, want) in [
            ("f(a, [1, {b: 2}])", None),
            ("function f() {\n", Some((13, "`{` is never closed"))),
            ("f(a\n}", Some((1, "`(` is never closed"))),
            ("f())\n", Some((3, "unexpected `)`"))),
            // Brackets in text, comments, templates and regular expressions.
            ("f('(', \"[\", `{`) // (\n/* { */", None),
            ("x = `a${f({b: `${c}`})}d)`", None),
            ("x = s.replace(/[(/]\\)/g, '')", None),
            ("x = a / b; y = (c) ", None),
            // Not to be told without a parser.
            ("if (x) /(/.test(y)", None),
            ("return <p>(</p>", None),
            ("x = 'it\n(", None),
            ("f(`${a", None),
            ("#!/usr/bin/env node (\nf()", None),
            // A keyword before a regular expression.
            ("return /(/.test(x)", None),
            ("x++ /(/", None),
        ] {
            let found = check(text);
            assert_eq!(found.as_ref().map(|u| (u.at, u.what.as_str())), want, "{text}");
        }
    }
}
