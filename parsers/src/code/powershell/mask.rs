//! What the grammar does not know is replaced before a text is parsed, by as many bytes it does know: operators of
//! PowerShell 7, paths behind a dot, `using`. The front end reads the words themselves from the original text.

use std::collections::BTreeMap;
use std::ops::Range;

/// An operator that was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// `??`
    Coalesce,
    /// `??=`
    CoalesceAssign,
    /// The `?` of a choice.
    Question,
    /// Its `:`.
    Colon,
}

/// A `using` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Using {
    pub span: Range<usize>,
    /// `module`, `namespace`, `assembly`; in lower case.
    pub kind: String,
    pub name: String,
}

/// A text that can be parsed, and what was replaced in it.
#[derive(Debug, Default)]
pub(super) struct Masked {
    pub text: String,
    /// By where their replacement starts.
    pub ops: BTreeMap<usize, Op>,
    pub usings: Vec<Using>,
}

/// What stands around a place of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    /// A bracket.
    Bracket,
    /// The clauses of a `switch`.
    Switch,
    /// Text with holes.
    Text,
    /// Text of several lines with holes.
    Lines,
}

/// Replace what the grammar does not know.
pub(super) fn mask(text: &str) -> Masked {
    let mut it = Masker { b: text.as_bytes(), out: text.as_bytes().to_vec(), ..Masker::default() };
    it.run();
    let text = String::from_utf8(it.out).unwrap_or_else(|_| text.to_owned());
    Masked { text, ops: it.ops, usings: it.usings }
}

#[derive(Default)]
struct Masker<'t> {
    b: &'t [u8],
    out: Vec<u8>,
    around: Vec<Around>,
    /// Question marks whose colon was not found yet, with what stands around them.
    questions: Vec<(usize, usize)>,
    /// Depth at which a `switch` began whose clauses did not.
    switch: Option<usize>,
    ops: BTreeMap<usize, Op>,
    usings: Vec<Using>,
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

impl Masker<'_> {
    fn at(&self, i: usize) -> u8 {
        self.b.get(i).copied().unwrap_or(b'\n')
    }

    fn before(&self, i: usize) -> u8 {
        i.checked_sub(1).map_or(b'\n', |i| self.at(i))
    }

    fn starts(&self, i: usize, word: &str) -> bool {
        self.b.get(i..i + word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word.as_bytes()))
    }

    fn put(&mut self, at: usize, with: &[u8]) {
        if let Some(place) = self.out.get_mut(at..at + with.len()) {
            place.copy_from_slice(with);
        }
    }

    fn end_of_line(&self, i: usize) -> usize {
        self.b.get(i..).and_then(|r| r.iter().position(|c| *c == b'\n')).map_or(self.b.len(), |n| i + n)
    }

    /// The end of what starts at a place and ends behind a word.
    fn behind(&self, i: usize, word: &[u8]) -> usize {
        let rest = self.b.get(i..).unwrap_or_default();
        rest.windows(word.len()).position(|w| w == word).map_or(self.b.len(), |n| i + n + word.len())
    }

    /// The first thing of a statement: nothing but blanks stands before it.
    fn is_first(&self, i: usize) -> bool {
        let head = self.b.get(..i).unwrap_or_default();
        let before = head.iter().rev().find(|c| !matches!(**c, b' ' | b'\t'));
        before.is_none_or(|c| matches!(c, b'\n' | b';' | b'{' | b'(' | b'\xbf'))
    }

    /// The last character before a place that is not blank, in the same line.
    fn last(&self, i: usize) -> u8 {
        let head = self.b.get(..i).unwrap_or_default();
        head.iter().rev().find(|c| !matches!(**c, b' ' | b'\t')).copied().unwrap_or(b'\n')
    }

    /// The first character from a place on that is not blank, in the same line.
    fn next(&self, i: usize) -> u8 {
        let rest = self.b.get(i..).unwrap_or_default();
        rest.iter().find(|c| !matches!(**c, b' ' | b'\t')).copied().unwrap_or(b'\n')
    }

    fn is_word(&self, i: usize, len: usize) -> bool {
        let part = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'$' | b'.');
        !part(self.before(i)) && !part(self.at(i + len))
    }

    fn run(&mut self) {
        let mut i = 0;
        while i < self.b.len() {
            i = match self.around.last() {
                Some(Around::Text | Around::Lines) => self.in_text(i),
                _ => self.in_code(i),
            };
        }
    }

    fn in_text(&mut self, i: usize) -> usize {
        let lines = self.around.last() == Some(&Around::Lines);
        match self.at(i) {
            b'`' => i + 2,
            b'"' if lines => {
                if self.before(i) == b'\n' && self.at(i + 1) == b'@' {
                    self.around.pop();
                    return i + 2;
                }
                i + 1
            }
            b'"' if self.at(i + 1) == b'"' => i + 2,
            b'"' => {
                self.around.pop();
                i + 1
            }
            b'$' if self.at(i + 1) == b'(' => {
                self.around.push(Around::Bracket);
                i + 2
            }
            _ => i + 1,
        }
    }

    fn in_code(&mut self, i: usize) -> usize {
        let depth = self.around.len();
        match self.at(i) {
            // No comment: a word that begins with the mark of one.
            b'`' if self.at(i + 1) == b'#' => {
                self.put(i, b"xx");
                i + 2
            }
            b'`' => i + 2,
            b'<' if self.at(i + 1) == b'#' => self.behind(i + 2, b"#>"),
            b'#' if is_blank(self.before(i))
                || matches!(self.before(i), b';' | b'{' | b'}' | b'(' | b')' | b'|') =>
            {
                self.end_of_line(i)
            }
            b'@' if matches!(self.at(i + 1), b'\'' | b'"') && self.opens_lines(i) => {
                if self.at(i + 1) == b'\'' {
                    return self.behind(i + 2, b"\n'@");
                }
                self.around.push(Around::Lines);
                i + 2
            }
            b'\'' => self.behind(i + 1, b"'"),
            b'"' => {
                self.around.push(Around::Text);
                i + 1
            }
            b'{' if self.switch == Some(depth) => {
                self.switch = None;
                self.around.push(Around::Switch);
                i + 1
            }
            b'(' | b'{' | b'[' => {
                self.around.push(Around::Bracket);
                i + 1
            }
            b's' | b'S' if self.starts(i, "switch") && self.is_word(i, 6) => {
                self.switch = Some(depth);
                i + 6
            }
            b')' | b'}' | b']' => {
                self.forget_questions(depth);
                self.around.pop();
                // The grammar wants an end behind each clause.
                if self.at(i) == b'}'
                    && self.around.last() == Some(&Around::Switch)
                    && matches!(self.at(i + 1), b' ' | b'\t')
                    && !matches!(self.next(i + 1), b'\r' | b'\n' | b'{' | b'}' | b';' | b'#')
                {
                    self.put(i + 1, b";");
                }
                i + 1
            }
            b';' => {
                self.forget_questions(depth);
                i + 1
            }
            b'?' => self.question(i),
            b':' if is_blank(self.before(i)) && is_blank(self.at(i + 1)) => {
                if let Some(&(at, d)) = self.questions.last()
                    && d == depth
                    && i + 1 < self.b.len()
                {
                    self.questions.pop();
                    for (at, op) in [(at - 1, Op::Question), (i - 1, Op::Colon)] {
                        self.put(at, b"-or");
                        self.ops.insert(at, op);
                    }
                }
                i + 1
            }
            b'.' => self.dot(i),
            b'u' | b'U' if self.starts(i, "using ") && self.is_first(i) => self.using(i),
            _ => i + 1,
        }
    }

    /// Whether a text of several lines begins: nothing stands behind it in its line.
    fn opens_lines(&self, i: usize) -> bool {
        let rest = self.b.get(i + 2..).unwrap_or_default();
        rest.iter().find(|c| !matches!(**c, b' ' | b'\t' | b'\r')).is_none_or(|c| *c == b'\n')
    }

    /// What is open at a depth ends. Those that are deeper stand behind those that are less deep.
    fn forget_questions(&mut self, depth: usize) {
        while self.questions.pop_if(|(_, d)| *d >= depth).is_some() {}
    }

    fn question(&mut self, i: usize) -> usize {
        let spaced = is_blank(self.before(i)) || matches!(self.before(i), b')' | b']' | b'}' | b'"' | b'\'');
        if self.at(i + 1) == b'?' && spaced {
            if self.at(i + 2) == b'=' {
                self.put(i, b"+= ");
                self.ops.insert(i, Op::CoalesceAssign);
                return i + 3;
            }
            self.put(i, b"+ ");
            self.ops.insert(i, Op::Coalesce);
            return i + 2;
        }
        let value = !matches!(self.last(i), b'|' | b'(' | b'{' | b';' | b'&' | b'\n' | b'=' | b',');
        if value && is_blank(self.before(i)) && is_blank(self.at(i + 1)) {
            self.questions.push((i, self.around.len()));
        }
        i + 1
    }

    fn dot(&mut self, i: usize) -> usize {
        // A method the grammar takes for something else.
        if self.starts(i, ".foreach(") {
            self.put(i + 4, b"_");
            return i + 8;
        }
        if !matches!(self.at(i + 1), b' ' | b'\t') || !self.is_first(i) {
            return i + 1;
        }
        let mut from = i + 1;
        while matches!(self.at(from), b' ' | b'\t') {
            from += 1;
        }
        let plain =
            |c: &u8| !is_blank(*c) && !matches!(c, b';' | b'"' | b'\'' | b'(' | b')' | b'{' | b'}' | b'|');
        let n = self.b.get(from..).unwrap_or_default().iter().take_while(|c| plain(c)).count();
        let path = self.b.get(from..from + n).unwrap_or_default();
        if path.to_ascii_lowercase().ends_with(b".ps1") && path.is_ascii() {
            self.put(from, &vec![b'x'; n]);
            return from + n;
        }
        i + 1
    }

    fn using(&mut self, i: usize) -> usize {
        let rest = self.b.get(i..).unwrap_or_default();
        let end = rest.iter().position(|c| matches!(c, b'\n' | b'#' | b';')).unwrap_or(rest.len());
        let line = String::from_utf8_lossy(rest.get(..end).unwrap_or_default());
        let mut words = line.split_whitespace().skip(1);
        let (Some(kind), Some(name)) = (words.next(), words.next()) else { return i + 6 };
        let kind = kind.to_ascii_lowercase();
        if !matches!(kind.as_str(), "module" | "namespace" | "assembly") {
            return i + 6;
        }
        let name = name.trim_matches(['\'', '"']).to_owned();
        let span = i..i + line.trim_end().len();
        if let Some(place) = self.out.get_mut(span.clone()) {
            place.fill(b' ');
        }
        self.usings.push(Using { span: span.clone(), kind, name });
        span.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_replaced_where_they_are_operators() {
        let m = mask("$a = $b ?? 'x ?? y' # ?? z\n$c ??= 1\n");
        assert_eq!(m.text, "$a = $b +  'x ?? y' # ?? z\n$c +=  1\n");
        assert_eq!(m.ops.values().copied().collect::<Vec<_>>(), [Op::Coalesce, Op::CoalesceAssign]);
        let m = mask("$a = $b -gt 1 ? 'x' : \"$($c ? 1 : 2)\"");
        assert_eq!(m.text, "$a = $b -gt 1-or'x'-or\"$($c-or1-or2)\"");
        for same in [
            "Get-X | ? { $_ } | % { $_ }",
            "@\"\n$a ?? 'b' ? 1 : 2\n\"@",
            "@'\n. ./x.ps1\n'@",
            "<# using module x #>",
            "$h = @{ a = 1 }; :outer foreach ($x in $y) { }",
            "\"un`\"closed $(",
            "@\"\nnever closed",
            "'",
            "é ? ü",
        ] {
            assert_eq!(mask(same).text, same);
        }
    }

    #[test]
    fn what_repeats_costs_no_more() {
        // None may look at all of its line for each part.
        for part in ["@'", "@\"", ";using ", " ? ", "()", "{ ? : ", "`#", ". "] {
            let text = format!("$x = 1 {}{}", " ? ".repeat(100_000), part.repeat(500_000));
            assert_eq!(mask(&text).text.len(), text.len(), "{part}");
        }
    }

    #[test]
    fn clauses_end() {
        let m = mask("switch ($a) { 'x' { 1 } { $_ } { 2 } default { 3 } }\nif (1) { 2 } else { 3 }");
        assert_eq!(
            m.text,
            "switch ($a) { 'x' { 1 };{ $_ } { 2 };default { 3 } }\nif (1) { 2 } else { 3 }"
                .replacen("};{ $_", "} { $_", 1)
        );
    }

    #[test]
    fn paths_and_namespaces() {
        let m = mask(
            "using namespace Amazon.S3\nusing module ./A.psm1\n. $PSScriptRoot/lib.ps1\n$x.ForEach({ 1 })",
        );
        assert_eq!(m.usings.len(), 2);
        assert_eq!(m.usings[1].name, "./A.psm1");
        assert!(m.text.ends_with("\n. xxxxxxxxxxxxxxxxxxxxx\n$x.For_ach({ 1 })"), "{}", m.text);
    }
}
