//! Files of modules that are not understood: what is wrong in words for who wrote them, and whether that is certain.
//!
//! The parser is not Terraform's own. What it does not take is not proved to be wrong, but for two mistakes that can be
//! seen without it: a block that is never closed, and the marks of a merge.

/// What a user can do where only this parser says so.
const DOUBT: &str = "if Terraform accepts this file, please report it";

/// Starts of messages of the parser, and what they mean.
const WORDS: &[(&str, &str)] = &[
    ("invalid expression", "a value is expected here"),
    (
        "invalid block body; expected `}`, newline",
        "an argument, a block or `}` is expected here, each on a line of its own",
    ),
    ("expected newline or eof", "a new line is expected here"),
    ("invalid body", "an argument or a block is expected here"),
    ("unexpected token", "no argument and no block begins like this"),
];

/// Starts of lines that version control leaves where it could not merge.
const CONFLICTS: &[&str] = &["<<<<<<< ", "=======", ">>>>>>> "];

/// Where a file is broken, how, and whether Terraform certainly says so, too.
pub(super) fn explained(text: &str, at: usize, message: &str) -> (usize, String, bool) {
    let at = floor(text, at);
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    if CONFLICTS[0..1].iter().chain(&CONFLICTS[2..]).any(|c| line.starts_with(c)) || line == CONFLICTS[1] {
        return (start, "a merge conflict is not resolved".to_owned(), true);
    }
    if text[at..].trim().is_empty()
        && let Some(open) = unclosed(text)
    {
        return (open, "this `{` is never closed".to_owned(), true);
    }
    let first = message.lines().next().unwrap_or("syntax error");
    let known = WORDS.iter().find(|(m, _)| first.starts_with(m)).map(|(_, w)| *w);
    (at, format!("{}; {DOUBT}", known.unwrap_or(first)), false)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The innermost `{` that nothing closes up to the end of a text without heredocs; `None` where brackets of other kinds
/// are open, or something else is odd.
fn unclosed(text: &str) -> Option<usize> {
    if text.contains("<<") {
        return None;
    }
    // Brackets that are open, and strings (`"`).
    let mut open: Vec<(u8, usize)> = Vec::new();
    let bytes = text.as_bytes();
    let mut i = 0;
    while let Some(b) = bytes.get(i) {
        let rest = &bytes[i..];
        if matches!(open.last(), Some((b'"', _))) {
            match b {
                b'\n' => return None,
                b'\\' => i += 1,
                b'"' => drop(open.pop()),
                b'$' | b'%' if rest.get(1) == Some(b) && rest.get(2) == Some(&b'{') => i += 2,
                b'$' | b'%' if rest.get(1) == Some(&b'{') => {
                    i += 1;
                    open.push((b'{', i));
                }
                _ => {}
            }
        } else if *b == b'#' || rest.starts_with(b"//") {
            i += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            continue;
        } else if rest.starts_with(b"/*") {
            i = text.get(i..)?.find("*/").map(|e| i + e + 2)?;
            continue;
        } else {
            match b {
                b'"' | b'{' | b'[' | b'(' => open.push((*b, i)),
                b'}' | b']' | b')' => {
                    let opener = match b {
                        b'}' => b'{',
                        b']' => b'[',
                        _ => b'(',
                    };
                    if open.pop()?.0 != opener {
                        return None;
                    }
                }
                _ => {}
            }
        }
        i += 1;
    }
    if open.iter().any(|(b, _)| *b != b'{') { None } else { open.last().map(|(_, at)| *at) }
}

#[cfg(test)]
mod tests {
    use super::super::hcl;
    use crate::text::SourceText;
    use lamlint_model::source::FileId;

    fn of(text: &str) -> (u32, String, bool) {
        let (e, certain) = hcl::parse(&SourceText::file(FileId(0), text)).unwrap_err();
        (e.span.start, e.message, certain)
    }

    #[test]
    fn what_is_certainly_broken() {
        let open = "resource \"a\" \"b\" {\n  x = \"}${[1]}\" # }\n  y {\n    z = 1\n  }\n";
        assert_eq!(of(open), (17, "this `{` is never closed".to_owned(), true));
        let conflict = "a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> other\n";
        assert_eq!(of(conflict), (6, "a merge conflict is not resolved".to_owned(), true));
        assert_eq!(of("\u{feff}a {\n").0, 5);
    }

    #[test]
    fn what_may_be_right_says_what_to_do() {
        for (text, says) in [
            ("resource \"a\" \"b\" {\n  x = \n}\n", "a value is expected here"),
            ("a {\n  x = [1, 2\n  y = 3\n}\n", "expected `]`"),
            ("a {\n  x = <<EOF\nabc\n}\n", "expected heredoc end delimiter"),
            ("}\n", "no argument and no block begins like this"),
            // Open where something else is odd, too.
            ("a {\n  x = \"abc\n", "an argument, a block or `}` is expected here, each on a line of its own"),
        ] {
            let (_, message, certain) = of(text);
            assert_eq!(
                message,
                format!("{says}; if Terraform accepts this file, please report it"),
                "{text}"
            );
            assert!(!certain, "{text}");
        }
    }
}
