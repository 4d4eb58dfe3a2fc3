//! JSON text with holes, as templates write it: `'{"source": ["${AWS::StackName}"]}'` in a `Fn::Sub`.
//!
//! A hole inside a string becomes a part of that string, a hole in the place of a value becomes that value.
//! Source of the grammar: <https://www.rfc-editor.org/rfc/rfc8259>

use crate::value::Value;
use smol_str::SmolStr;

/// Bound on nesting.
const MAX_DEPTH: u32 = 128;

/// Read constant or symbolic text as JSON; `None` when it is no JSON, or when a hole makes its shape uncertain.
/// Later duplicates of a key win.
pub fn parse(text: &Value) -> Option<Value> {
    let mut tokens: Vec<Token> = Vec::new();
    let parts = match text {
        Value::Str(_) => std::slice::from_ref(text),
        Value::Concat(parts) => &parts[..],
        _ => return None,
    };
    for p in parts {
        match p {
            Value::Str(s) => tokens.extend(s.chars().map(Token::Char)),
            p => tokens.push(Token::Hole(p)),
        }
    }
    let mut reader = Reader { tokens: &tokens, at: 0 };
    let v = reader.value(0)?;
    reader.space();
    (reader.at == tokens.len()).then_some(v)
}

#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    Char(char),
    Hole(&'a Value),
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        match self.tokens.get(self.at) {
            Some(Token::Char(c)) => Some(*c),
            _ => None,
        }
    }

    fn eat(&mut self, c: char) -> bool {
        let hit = self.peek() == Some(c);
        self.at += usize::from(hit);
        hit
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        if let Some(Token::Hole(v)) = self.tokens.get(self.at) {
            self.at += 1;
            return Some((*v).clone());
        }
        match self.peek()? {
            '{' => self.map(depth),
            '[' => self.list(depth),
            '"' => self.string(),
            _ => self.word(),
        }
    }

    fn map(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut entries: Vec<(SmolStr, Value)> = Vec::new();
        loop {
            self.space();
            if entries.is_empty() && self.eat('}') {
                return Some(Value::Map(entries, false));
            }
            let Value::Str(key) = (if self.peek() == Some('"') { self.string()? } else { return None })
            else {
                return None;
            };
            self.space();
            if !self.eat(':') {
                return None;
            }
            let v = self.value(depth + 1)?;
            entries.push((key, v));
            self.space();
            if self.eat('}') {
                return Some(Value::Map(entries, false));
            }
            if !self.eat(',') {
                return None;
            }
        }
    }

    fn list(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            if items.is_empty() && self.eat(']') {
                return Some(Value::List(items, false));
            }
            items.push(self.value(depth + 1)?);
            self.space();
            if self.eat(']') {
                return Some(Value::List(items, false));
            }
            if !self.eat(',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<Value> {
        self.at += 1;
        let mut parts: Vec<Value> = Vec::new();
        let mut text = String::new();
        loop {
            let token = *self.tokens.get(self.at)?;
            self.at += 1;
            match token {
                Token::Hole(v) => {
                    parts.push(Value::str(std::mem::take(&mut text)));
                    parts.push(v.clone());
                }
                Token::Char('"') => {
                    parts.push(Value::str(text));
                    return Some(Value::concat(parts));
                }
                Token::Char('\\') => text.push(self.escape()?),
                Token::Char(c) if c < ' ' => return None,
                Token::Char(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = self.hex4()?;
                if (0xD800..0xDC00).contains(&high) {
                    if !(self.eat('\\') && self.eat('u')) {
                        return None;
                    }
                    let low = self.hex4()?.checked_sub(0xDC00).filter(|l| *l < 0x400)?;
                    return char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + low);
                }
                char::from_u32(high)?
            }
            _ => return None,
        })
    }

    fn hex4(&mut self) -> Option<u32> {
        let mut n = 0;
        for _ in 0..4 {
            n = n * 16 + self.peek()?.to_digit(16)?;
            self.at += 1;
        }
        Some(n)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<Value> {
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))
        {
            word.push(c);
            self.at += 1;
        }
        // `1${X}` is neither a number nor text.
        if matches!(self.tokens.get(self.at), Some(Token::Hole(_))) {
            return None;
        }
        match word.as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            w if w.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                w.parse().map(Value::Int).ok().or_else(|| w.parse().map(Value::Float).ok())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text() {
        let v = parse(&Value::str(r#" {"a": [1, -2.5, "x\u00e9\n", true, null], "b": {}} "#)).unwrap();
        assert_eq!(v.to_string(), r#"{a: [1, -2.5, "xé\n", true, null], b: {}}"#);
        for bad in ["", "{", "[1,]", "{a: 1}", "\"\\q\"", "1 2", "nul", "\"a\nb\"", "[1", "{\"a\" 1}"] {
            assert_eq!(parse(&Value::str(bad)), None, "{bad}");
        }
        assert_eq!(parse(&Value::str("[".repeat(100_000))), None);
    }

    #[test]
    fn holes_are_values_or_parts_of_text() {
        let region = Value::Pseudo("AWS::Region".into());
        let v = parse(&Value::concat([
            Value::str("{\"r\": \"in-"),
            region.clone(),
            Value::str("\", \"v\": "),
            region.clone(),
            Value::str("}"),
        ]))
        .unwrap();
        assert_eq!(v.get("r").unwrap(), &Value::concat([Value::str("in-"), region.clone()]));
        assert_eq!(v.get("v"), Some(&region));
        // A key or a number with a hole has no certain shape.
        assert_eq!(parse(&Value::concat([Value::str("{\""), region.clone(), Value::str("\": 1}")])), None);
        assert_eq!(parse(&Value::concat([Value::str("[1"), region, Value::str("]")])), None);
    }
}
