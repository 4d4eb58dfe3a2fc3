//! A look at the tokens alone, to tell syntax errors from gaps of the grammar.
//!
//! Few claims, each one certain: a bracket or text literal that never closes, a closing bracket too many, a
//! statement head without its colon, a line that ends in an operator, a keyword that is assigned to, characters and
//! operators of other languages. Where the look itself may be wrong (nested quotes in format literals), it claims
//! nothing.

use std::ops::Range;

/// A certain syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// What is wrong.
    pub what: String,
}

/// Keywords that start a statement whose head ends in a colon.
const HEADS: &[&str] =
    &["def", "class", "if", "elif", "else", "for", "while", "try", "except", "finally", "with"];

/// Heads that take nothing before their colon.
const BARE_HEADS: &[&str] = &["else", "try", "finally"];

/// Keywords that no line can assign to.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Prefixes of text literals, in lower case.
const PREFIXES: &[&str] = &["r", "u", "b", "br", "rb", "f", "fr", "rf", "t", "tr", "rt"];

/// The certain syntax errors of a module.
pub(super) fn problems(text: &str) -> Vec<Problem> {
    let mut s = Scan {
        text,
        bytes: text.as_bytes(),
        at: 0,
        brackets: Vec::new(),
        found: Vec::new(),
        line: Line::default(),
    };
    match s.run() {
        Ok(()) => s.found,
        Err(Stop::Problem(p)) => {
            s.found.push(p);
            s.found
        }
        Err(Stop::Unsure) => Vec::new(),
    }
}

/// Why the scan ends early.
enum Stop {
    Problem(Problem),
    Unsure,
}

/// What was seen of the current logical line.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks, not states")]
struct Line {
    start: Option<usize>,
    end: usize,
    head: bool,
    asynchronous: bool,
    words: u32,
    colon: bool,
    last: u8,
    /// Behind a `;`: heads can't stand here.
    behind: bool,
    /// The first token, where it is a word, while no other has followed.
    alone: Option<(usize, usize)>,
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    brackets: Vec<(u8, usize)>,
    found: Vec<Problem>,
    line: Line,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) -> Result<(), Stop> {
        while self.at < self.bytes.len() {
            let b = self.peek(0);
            match b {
                b'#' => {
                    while self.at < self.bytes.len() && !matches!(self.peek(0), b'\n' | b'\r') {
                        self.at += 1;
                    }
                }
                b'\n' | b'\r' => {
                    if self.brackets.is_empty() {
                        self.end_line();
                    }
                    self.at += 1;
                }
                b'\\' if matches!(self.peek(1), b'\n' | b'\r') => {
                    self.at += if self.peek(1) == b'\r' && self.peek(2) == b'\n' { 3 } else { 2 };
                }
                b' ' | b'\t' | 0xc => self.at += 1,
                // A byte-order mark.
                0xef if self.at == 0 && self.text.starts_with('\u{feff}') => self.at = 3,
                b'"' | b'\'' => {
                    self.token(self.at, b);
                    self.literal(self.at, "")?;
                }
                b'`' => return Err(Stop::Unsure),
                b if b == b'_' || b.is_ascii_alphanumeric() || b >= 0x80 => self.word()?,
                b => self.symbol(b)?,
            }
        }
        if let Some(&(b, at)) = self.brackets.last() {
            let what = format!("`{}` was never closed", char::from(b));
            return Err(Stop::Problem(Problem { range: at..at + 1, what }));
        }
        self.end_line();
        Ok(())
    }

    fn token(&mut self, at: usize, last: u8) {
        self.line.start.get_or_insert(at);
        self.line.last = last;
        self.second(at);
    }

    /// What may follow a keyword that starts a line.
    fn second(&mut self, at: usize) {
        let Some((from, to)) = self.line.alone.take() else { return };
        let word = self.text.get(from..to).unwrap_or("");
        let rest = self.text.get(at..).unwrap_or("");
        if rest.starts_with('=') && !rest.starts_with("==") && KEYWORDS.contains(&word) {
            let what = format!("`{word}` is a keyword, not a name");
            self.found.push(Problem { range: from..at + 1, what });
        } else if BARE_HEADS.contains(&word) && !rest.starts_with(':') {
            self.found.push(Problem { range: from..to, what: format!("expected `:` after `{word}`") });
        }
    }

    fn word(&mut self) -> Result<(), Stop> {
        let start = self.at;
        while matches!(self.peek(0), b'_' | 0x80..) || self.peek(0).is_ascii_alphanumeric() {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or("");
        if matches!(self.peek(0), b'"' | b'\'') && PREFIXES.contains(&word.to_ascii_lowercase().as_str()) {
            self.token(start, b'"');
            return self.literal(start, word);
        }
        if self.brackets.is_empty() {
            let first = self.line.start.is_none();
            if !self.line.behind && (first || (self.line.asynchronous && self.line.words == 1)) {
                self.line.head = HEADS.contains(&word);
                self.line.asynchronous = first && word == "async";
            }
            self.line.words += 1;
        }
        let first = self.line.start.is_none() && !self.line.behind;
        self.token(start, b'a');
        if first {
            self.line.alone = Some((start, self.at));
        }
        self.line.end = self.at;
        Ok(())
    }

    fn symbol(&mut self, b: u8) -> Result<(), Stop> {
        let at = self.at;
        self.token(at, b);
        self.at += 1;
        self.line.end = self.at;
        let foreign = match (b, self.peek(0)) {
            (b'&', b'&') => Some("`&&` is no operator: use `and`"),
            (b'|', b'|') => Some("`||` is no operator: use `or`"),
            (b'!', next) if next != b'=' => Some("`!` is no operator: use `not`"),
            (b'$' | b'?', _) => Some("invalid character"),
            _ => None,
        };
        if let Some(what) = foreign {
            let len = if matches!(b, b'&' | b'|') { 2 } else { 1 };
            self.at = at + len;
            self.found.push(Problem { range: at..at + len, what: what.to_owned() });
            return Ok(());
        }
        match b {
            b'(' | b'[' | b'{' => self.brackets.push((b, at)),
            b')' | b']' | b'}' => {
                let open = match b {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                match self.brackets.pop() {
                    Some((o, _)) if o == open => {}
                    None => {
                        let what = format!("unmatched `{}`", char::from(b));
                        return Err(Stop::Problem(Problem { range: at..at + 1, what }));
                    }
                    Some((o, _)) => {
                        let what = format!("`{}` does not close `{}`", char::from(b), char::from(o));
                        return Err(Stop::Problem(Problem { range: at..at + 1, what }));
                    }
                }
            }
            b':' if self.brackets.is_empty() => self.line.colon = true,
            b';' if self.brackets.is_empty() => {
                // `def f(); …`: the head ends here as it does at the end of its line.
                if self.line.head && !self.line.colon {
                    self.line.end = at;
                    self.end_line();
                }
                self.line.behind = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// A text literal; `start` is where its prefix begins.
    fn literal(&mut self, start: usize, prefix: &str) -> Result<(), Stop> {
        let format = prefix.bytes().any(|b| matches!(b, b'f' | b'F' | b't' | b'T'));
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        let mut depth = 0i64;
        loop {
            if self.at >= self.bytes.len() {
                let what = if triple { "unterminated triple-quoted string" } else { "unterminated string" };
                return if format {
                    Err(Stop::Unsure)
                } else {
                    Err(Stop::Problem(self.unterminated(start, what)))
                };
            }
            match self.peek(0) {
                b'\\' => {
                    self.at += if self.peek(1) == b'\r' && self.peek(2) == b'\n' { 3 } else { 2 };
                }
                b'\n' | b'\r' if !triple => {
                    return if format {
                        Err(Stop::Unsure)
                    } else {
                        Err(Stop::Problem(self.unterminated(start, "unterminated string")))
                    };
                }
                q if q == quote && (!triple || (self.peek(1) == quote && self.peek(2) == quote)) => {
                    self.at += if triple { 3 } else { 1 };
                    break;
                }
                b => {
                    depth += i64::from(b == b'{') - i64::from(b == b'}');
                    self.at += 1;
                }
            }
        }
        // A quote inside a hole ends the literal only for this look.
        if format && depth != 0 {
            return Err(Stop::Unsure);
        }
        self.line.end = self.at;
        Ok(())
    }

    fn unterminated(&self, start: usize, what: &str) -> Problem {
        let end =
            self.text.get(start..).and_then(|t| t.find(['\n', '\r'])).map_or(self.text.len(), |i| start + i);
        Problem { range: start..end, what: what.to_owned() }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let Some(start) = line.start else { return };
        let range = start..line.end.max(start);
        if line.head && !line.colon {
            self.found.push(Problem { range, what: "expected `:`".to_owned() });
        } else if matches!(line.last, b'=' | b'+' | b'-' | b'/' | b'%') {
            self.found.push(Problem { range, what: "the line ends in an operator".to_owned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(text: &str) -> Vec<String> {
        problems(text).into_iter().map(|p| format!("{}: {}", &text[p.range], p.what)).collect()
    }

    #[test]
    fn certain_errors() {
        for (text, want) in [
            ("def connect_to_db();\n    return 1\n", "def connect_to_db(): expected `:`"),
            ("def f(x)\n    return x\n", "def f(x): expected `:`"),
            ("async def f(x)\n    return x\n", "async def f(x): expected `:`"),
            ("if x\n    y()\n", "if x: expected `:`"),
            ("x = foo(1\ny = 2\n", "(: `(` was never closed"),
            ("x = foo(1))\n", "): unmatched `)`"),
            ("x = [1)\n", "): `)` does not close `[`"),
            ("x = 'abc\ny = 1\n", "'abc: unterminated string"),
            ("x = \"\"\"abc\ny = 1\n", "\"\"\"abc: unterminated triple-quoted string"),
            ("x = 1 +\n", "x = 1 +: the line ends in an operator"),
            ("x =\n", "x =: the line ends in an operator"),
            ("i++\n", "i++: the line ends in an operator"),
            ("return = 1\n", "return =: `return` is a keyword, not a name"),
            ("if x: pass\nelse if y: pass\n", "else: expected `:` after `else`"),
            ("x = a && b\n", "&&: `&&` is no operator: use `and`"),
            ("if !x: pass\n", "!: `!` is no operator: use `not`"),
            ("x = a ? b : c\n", "?: invalid character"),
        ] {
            assert_eq!(what(text), [want], "{text}");
        }
    }

    #[test]
    fn nothing_is_claimed_about_sound_code() {
        for text in [
            "def f(x): return x\n",
            "def f(\n    x,\n):\n    return x\n",
            "x = (1 if y\n     else 2)\n",
            "y = [a\n     for a in b\n     if a]\n",
            "if x and \\\n   y:\n    pass\n",
            "from x import *\nprint >>f, 1\n",
            "x = '''a\n  def f()\n'''\n",
            "x = f\"{d[\"a\"]}\"\n",
            "x = f\"{d[\"(\"]}\"\n",
            "x = f'''{a:{b}}'''\n",
            "x = f\"{\n  a\n}\"\n",
            "x = r'\\\\'\n",
            "lambda: 0\nx = a != b\n",
            "try : pass\nfinally: pass\n",
            "return\nx = 1\n",
            "else_ = 1\nreturn == x\n",
            "x = f'{a!r}' + '$?!&&'\n",
            "f(a,\n  print=1)\n",
            "with a as b, \\\n     c as d:\n    pass\n",
            "class A: pass; x = 1\n",
            "\u{feff}# a (comment\nx = 1\n",
            "def f(a, /, b, *): pass\r\nx = 1\r\n",
            "iff = 1\ndefault = 2\nelse_ = 3\n",
            "def f(x) -> {'a': 1}: pass\n",
            "",
        ] {
            assert_eq!(what(text), Vec::<String>::new(), "{text}");
        }
    }
}
