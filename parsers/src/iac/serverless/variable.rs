//! The syntax of variables: `${opt:stage, self:provider.stage, 'dev'}`, nested and with fallbacks.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/variables>

/// Deeper nesting is not read.
const MAX_DEPTH: usize = 16;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    /// As it is written.
    Text(String),
    /// A variable: what to try, in order.
    Variable(Vec<Source>),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// `'dev'` or `10`; the flag says that it is written without quotes.
    Literal(String, bool),
    /// Another variable.
    Nested(Vec<Source>),
    /// `kind(parameter):address`.
    Lookup { kind: String, parameter: Option<Vec<Segment>>, address: Option<Vec<Segment>> },
}

/// The parts of a text; `None` where it holds no variable. `${AWS::Region}` and `${Name}` belong to CloudFormation.
pub(super) fn parse(text: &str) -> Option<Vec<Segment>> {
    if !text.contains("${") {
        return None;
    }
    let mut reader = Reader { text, at: 0, too_deep: false };
    let segments = reader.segments(&[], 0)?;
    if reader.too_deep {
        // A variable that names nothing: its value is not known.
        return Some(vec![Segment::Variable(Vec::new())]);
    }
    let plain = |s: &[Segment]| matches!(s, [Segment::Text(t)] if t == text);
    (!plain(&segments)).then_some(segments)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    too_deep: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Parts up to one of these characters, which is not read.
    fn segments(&mut self, ends: &[char], depth: usize) -> Option<Vec<Segment>> {
        let mut out = Vec::new();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if ends.contains(&c) {
                break;
            }
            if self.rest().starts_with("\\${") {
                text.push_str("${");
                self.at += 3;
                continue;
            }
            if self.rest().starts_with("${") {
                let start = self.at;
                self.at += 2;
                if let Some(sources) = self.variable(depth + 1) {
                    if !text.is_empty() {
                        out.push(Segment::Text(std::mem::take(&mut text)));
                    }
                    out.push(Segment::Variable(sources));
                    continue;
                }
                if depth > 0 {
                    return None;
                }
                self.at = start;
            }
            text.push(c);
            self.at += c.len_utf8();
        }
        if !text.is_empty() {
            out.push(Segment::Text(text));
        }
        Some(out)
    }

    /// A variable behind its `${`, with its `}`.
    fn variable(&mut self, depth: usize) -> Option<Vec<Source>> {
        if depth > MAX_DEPTH {
            self.too_deep = true;
            return None;
        }
        let mut sources = Vec::new();
        loop {
            self.skip_blank();
            let source = self.source(depth)?;
            if sources.is_empty() && matches!(source, Source::Literal(..)) {
                return None;
            }
            sources.push(source);
            self.skip_blank();
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                ',' => {}
                '}' => return Some(sources),
                _ => return None,
            }
        }
    }

    fn source(&mut self, depth: usize) -> Option<Source> {
        let c = self.peek()?;
        if matches!(c, '\'' | '"') {
            return self.quoted(c).map(|t| Source::Literal(t, false));
        }
        if self.rest().starts_with("${") {
            self.at += 2;
            return self.variable(depth + 1).map(Source::Nested);
        }
        let word: String = self.rest().chars().take_while(char::is_ascii_alphanumeric).collect();
        let follows = self.rest().get(word.len()..).and_then(|r| r.chars().next());
        if !word.starts_with(|c: char| c.is_ascii_lowercase()) || !matches!(follows, Some(':' | '(')) {
            let rest = self.rest();
            let word = rest.get(..rest.find([',', '}'])?)?.to_owned();
            self.at += word.len();
            let word = word.trim();
            let known = matches!(word, "true" | "false" | "null") || word.parse::<f64>().is_ok();
            return known.then(|| Source::Literal(word.to_owned(), true));
        }
        self.at += word.len();
        let mut parameter = None;
        if follows == Some('(') {
            self.at += 1;
            parameter = Some(self.segments(&[')'], depth + 1)?);
            if self.peek()? != ')' {
                return None;
            }
            self.at += 1;
        }
        let mut address = None;
        if self.peek() == Some(':') {
            self.at += 1;
            let mut parts = self.segments(&[',', '}'], depth + 1)?;
            if let Some(Segment::Text(t)) = parts.last_mut() {
                t.truncate(t.trim_end().len());
            }
            address = Some(parts);
        }
        Some(Source::Lookup { kind: word, parameter, address })
    }

    /// A quoted text, behind which reading goes on.
    fn quoted(&mut self, quote: char) -> Option<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                '\\' => {
                    let next = self.peek()?;
                    self.at += next.len_utf8();
                    out.push(next);
                }
                c if c == quote => return Some(out),
                c => out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> Segment {
        Segment::Text(t.to_owned())
    }

    fn lookup(kind: &str, address: Vec<Segment>) -> Source {
        Source::Lookup { kind: kind.to_owned(), parameter: None, address: Some(address) }
    }

    #[test]
    fn variables_nest_and_fall_back() {
        let stage = vec![lookup("opt", vec![text("stage")]), Source::Literal("dev".into(), false)];
        assert_eq!(parse("${opt:stage, 'dev'}"), Some(vec![Segment::Variable(stage.clone())]));
        let address = vec![text("custom."), Segment::Variable(stage), text(".timeout")];
        assert_eq!(
            parse("a-${self:custom.${opt:stage, 'dev'}.timeout, 10}-b"),
            Some(vec![
                text("a-"),
                Segment::Variable(vec![lookup("self", address), Source::Literal("10".into(), true)]),
                text("-b"),
            ])
        );
        let file = Source::Lookup {
            kind: "file".into(),
            parameter: Some(vec![text("./x.yml")]),
            address: Some(vec![text("a.b")]),
        };
        assert_eq!(parse("${file(./x.yml):a.b}"), Some(vec![Segment::Variable(vec![file])]));
        let both =
            vec![lookup("self", vec![text("a")]), Source::Nested(vec![lookup("env", vec![text("B")])])];
        assert_eq!(parse("${self:a, ${env:B}}"), Some(vec![Segment::Variable(both)]));
    }

    #[test]
    fn what_belongs_to_others_stays() {
        for t in [
            "${AWS::Region}",
            "${Bucket.Arn}",
            "${bucket}",
            "$x",
            "${",
            "${self:",
            "${self:a",
            "plain",
            "${!x}",
        ] {
            assert_eq!(parse(t), None, "{t}");
        }
        let nested = format!("{}x{}", "${self:".repeat(100), "}".repeat(100));
        assert_eq!(parse(&nested), Some(vec![Segment::Variable(Vec::new())]));
        assert_eq!(parse("\\${self:a}"), Some(vec![text("${self:a}")]));
        let mixed = parse("${AWS::Region}-${sls:stage}");
        assert_eq!(mixed.map(|m| m.len()), Some(2));
    }
}
