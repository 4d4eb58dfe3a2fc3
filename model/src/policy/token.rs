//! Symbolic text as tokens, and three-valued matching of patterns.

use crate::app::{App, Kind, ResourceId};
use crate::value::{Attr, Same, Value};
use smol_str::SmolStr;
use std::collections::HashSet;

/// Bound on the work of one comparison; beyond it nothing is decided.
const MAX_CELLS: usize = 1 << 20;

/// Bound on expanding names that are made of names.
const MAX_DEPTH: u32 = 8;

/// A part of symbolic text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A known character.
    Char(char),
    /// Text that is not known but equal to itself, and never empty.
    Symbol(Symbol, Alphabet),
    /// Any text (patterns only).
    Star,
    /// Any text without a colon (patterns only).
    Within,
    /// Any one character (patterns only).
    One,
    /// One character that is not known (texts only).
    Just(Alphabet),
    /// Text nothing is known of, or in a pattern a pattern nothing is known of.
    Unknown,
}

/// Text by where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Symbol {
    /// The name the service gives a resource.
    Name(ResourceId),
    /// The ARN of a resource whose form is not known.
    Arn(ResourceId),
    /// Another attribute.
    Attr(ResourceId, SmolStr),
    /// The random text behind a secret's name.
    Suffix(ResourceId),
    /// A pseudo-parameter.
    Pseudo(SmolStr),
    /// A parameter.
    Param(SmolStr),
    /// A part of the form of an ARN, by its place.
    Hole(usize),
}

/// The characters a symbol can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    Digits,
    Letter,
    Word,
    Plain,
    Path,
    Any,
}

impl Alphabet {
    fn has(self, c: char) -> bool {
        match self {
            Self::Digits => c.is_ascii_digit(),
            Self::Letter => c.is_ascii_alphanumeric(),
            Self::Word => c.is_ascii_alphanumeric() || c == '-',
            Self::Plain => c != ':' && c != '/',
            Self::Path => c != ':',
            Self::Any => true,
        }
    }
}

/// ARNs by kind; `{}` is the name.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
const FORMS: &[(Kind, &str)] = &[
    (Kind::Function, "lambda:${AWS::Region}:${AWS::AccountId}:function:{}"),
    (Kind::Queue, "sqs:${AWS::Region}:${AWS::AccountId}:{}"),
    (Kind::Topic, "sns:${AWS::Region}:${AWS::AccountId}:{}"),
    (Kind::Bucket, "s3:::{}"),
    (Kind::Table, "dynamodb:${AWS::Region}:${AWS::AccountId}:table/{}"),
    (Kind::Stream, "kinesis:${AWS::Region}:${AWS::AccountId}:stream/{}"),
    (Kind::DeliveryStream, "firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/{}"),
    (Kind::EventBus, "events:${AWS::Region}:${AWS::AccountId}:event-bus/{}"),
    (Kind::StateMachine, "states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}"),
    (Kind::Secret, "secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:{}"),
    (Kind::Parameter, "ssm:${AWS::Region}:${AWS::AccountId}:parameter/{}"),
    (Kind::Key, "kms:${AWS::Region}:${AWS::AccountId}:key/{}"),
    (Kind::UserPool, "cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/{}"),
    (Kind::LogGroup, "logs:${AWS::Region}:${AWS::AccountId}:log-group:{}"),
    (Kind::FileSystem, "elasticfilesystem:${AWS::Region}:${AWS::AccountId}:file-system/{}"),
    (Kind::AccessPoint, "elasticfilesystem:${AWS::Region}:${AWS::AccountId}:access-point/{}"),
    (Kind::ProfilingGroup, "codeguru-profiler:${AWS::Region}:${AWS::AccountId}:profilingGroup/{}"),
];

/// What is written around the name in the ARNs of a kind.
pub(super) fn form(kind: Kind) -> Option<(Value, Value)> {
    let (_, text) = FORMS.iter().find(|(k, _)| *k == kind)?;
    let (before, after) = text.split_once("{}")?;
    let mut parts = vec![Value::str("arn:"), Value::Pseudo("AWS::Partition".into()), Value::str(":")];
    let mut rest = before;
    while let Some((text, hole)) = rest.split_once("${") {
        let (name, tail) = hole.split_once('}')?;
        parts.extend([Value::str(text), Value::Pseudo(name.into())]);
        rest = tail;
    }
    parts.push(Value::str(rest));
    Some((Value::concat(parts), Value::str(after)))
}

/// Whether texts are read as patterns or as what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Pattern,
    Text,
}

/// The tokens of a value. The partition is taken to be the one the template is for, however it is spelt.
pub(super) fn tokens(app: &App, v: &Value, read: As) -> Vec<Token> {
    let mut out = Vec::new();
    push(app, v, read, 0, &mut out);
    unify_partition(&mut out);
    out
}

fn push(app: &App, v: &Value, read: As, depth: u32, out: &mut Vec<Token>) {
    match v {
        Value::Str(s) => text(s, read, out),
        Value::Int(i) => text(&i.to_string(), read, out),
        Value::Bool(b) => text(&b.to_string(), read, out),
        Value::Concat(parts) => parts.iter().for_each(|p| push(app, p, read, depth, out)),
        Value::Pseudo(n) if n == "AWS::Partition" => text("aws", read, out),
        Value::Pseudo(n) => {
            let alphabet = match n.as_str() {
                "AWS::AccountId" => Alphabet::Digits,
                "AWS::Region" | "AWS::StackName" => Alphabet::Word,
                _ => Alphabet::Any,
            };
            out.push(Token::Symbol(Symbol::Pseudo(n.clone()), alphabet));
        }
        // In braces: what stands for one segment of a path.
        Value::Param(n) if n.starts_with('{') => {
            out.push(Token::Symbol(Symbol::Param(n.clone()), Alphabet::Plain));
        }
        Value::Param(n) => out.push(Token::Symbol(Symbol::Param(n.clone()), Alphabet::Any)),
        Value::Of(id, attr) if depth < MAX_DEPTH => identity(app, *id, attr, depth, out),
        _ => out.push(Token::Unknown),
    }
}

fn identity(app: &App, id: ResourceId, attr: &Attr, depth: u32, out: &mut Vec<Token>) {
    let r = app.resource(id);
    match attr {
        Attr::Name => {
            let given = r.physical_name();
            match given.only() {
                Some(Value::Of(own, Attr::Name)) if *own == id => out.push(own_name(r.kind, id)),
                // A name is text even where it looks like a pattern.
                Some(name) => push(app, name, As::Text, depth + 1, out),
                None => out.push(Token::Unknown),
            }
        }
        Attr::Arn => match form(r.kind) {
            Some((before, after)) => {
                push(app, &before, As::Text, depth + 1, out);
                let at = out.len();
                identity(app, id, &Attr::Name, depth + 1, out);
                if r.kind == Kind::Parameter && out.get(at) == Some(&Token::Char('/')) {
                    out.remove(at);
                }
                push(app, &after, As::Text, depth + 1, out);
                match r.kind {
                    Kind::Secret => {
                        out.push(Token::Char('-'));
                        out.push(Token::Symbol(Symbol::Suffix(id), Alphabet::Word));
                    }
                    // `Arn` of a log group ends with `:*`.
                    Kind::LogGroup => out.push(Token::Unknown),
                    _ => {}
                }
            }
            None => out.push(Token::Symbol(Symbol::Arn(id), Alphabet::Any)),
        },
        Attr::Other(a) if a == "StreamArn" && r.kind == Kind::Table => {
            identity(app, id, &Attr::Arn, depth, out);
            text("/stream/", As::Text, out);
            out.push(Token::Symbol(Symbol::Attr(id, a.clone()), Alphabet::Path));
        }
        Attr::Url => out.push(Token::Symbol(Symbol::Attr(id, "Url".into()), Alphabet::Any)),
        Attr::Other(a) => out.push(Token::Symbol(Symbol::Attr(id, a.clone()), Alphabet::Any)),
    }
}

/// The tokens of the form of an ARN, a text with holes: `{}` is text without `:` and `/`, `{/}` text without `:`, `{*}`
/// any text or none, `{1}` one character of the first kind, `{6}` six letters or digits, and a backslash stands before
/// characters that are nothing but themselves.
pub(super) fn of_form(form: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = form;
    while let Some(c) = rest.chars().next() {
        let hole = rest.strip_prefix('{').and_then(|r| r.split_once('}'));
        if let Some((kind, tail)) = hole {
            let symbol = |a| Token::Symbol(Symbol::Hole(tail.len()), a);
            match kind {
                "" => out.push(symbol(Alphabet::Plain)),
                "/" => out.push(symbol(Alphabet::Path)),
                "1" => out.push(Token::Just(Alphabet::Plain)),
                "6" => out.extend(std::iter::repeat_n(Token::Just(Alphabet::Letter), 6)),
                _ => out.push(Token::Unknown),
            }
            rest = tail;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if c != '\\' {
            out.push(Token::Char(c));
        }
    }
    out
}

/// The pattern with stars that stay within the partition, service, region and account of an ARN, as they are meant. (A
/// star at the end of a part can match beyond it, but whoever writes one for the region does not name the resource so.)
pub(super) fn by_part(mut pattern: Vec<Token>) -> Vec<Token> {
    let colons: Vec<usize> = (0..pattern.len()).filter(|i| pattern[*i] == Token::Char(':')).collect();
    if let Some(end) = colons.get(4) {
        for t in pattern.iter_mut().take(*end).filter(|t| **t == Token::Star) {
            *t = Token::Within;
        }
    }
    pattern
}

fn own_name(kind: Kind, id: ResourceId) -> Token {
    let alphabet = match kind {
        Kind::Secret | Kind::Parameter | Kind::LogGroup => Alphabet::Path,
        // Identifiers the service makes.
        Kind::RestApi | Kind::HttpApi => Alphabet::Plain,
        k if FORMS.iter().any(|(f, _)| *f == k) => Alphabet::Plain,
        _ => Alphabet::Any,
    };
    Token::Symbol(Symbol::Name(id), alphabet)
}

fn text(s: &str, read: As, out: &mut Vec<Token>) {
    let mut rest = s;
    while let Some(c) = rest.chars().next() {
        // What a deployment looks up elsewhere:
        // <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
        if let Some(tail) = rest.strip_prefix("{{resolve:")
            && let Some((_, tail)) = tail.split_once("}}")
        {
            out.push(Token::Unknown);
            rest = tail;
            continue;
        }
        // Policy variables: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
        if read == As::Pattern
            && let Some(tail) = rest.strip_prefix("${")
            && let Some((name, tail)) = tail.split_once('}')
        {
            out.push(match name {
                "*" => Token::Char('*'),
                "?" => Token::Char('?'),
                "$" => Token::Char('$'),
                _ => Token::Unknown,
            });
            rest = tail;
            continue;
        }
        out.push(match (c, read) {
            ('*', As::Pattern) => Token::Star,
            ('?', As::Pattern) => Token::One,
            (c, _) => Token::Char(c),
        });
        rest = &rest[c.len_utf8()..];
    }
}

/// `arn:aws-cn:` and `arn:${AWS::Partition}:` are the same where a template is deployed.
fn unify_partition(tokens: &mut Vec<Token>) {
    for name in ["aws-cn", "aws-us-gov"] {
        let start: Vec<Token> = format!("arn:{name}:").chars().map(Token::Char).collect();
        if tokens.starts_with(&start) {
            tokens.drain(7..4 + name.len());
            return;
        }
    }
}

/// The same tokens with their letters in lower case, for names that are compared without case.
pub(super) fn folded(tokens: &mut [Token]) {
    for t in tokens {
        if let Token::Char(c) = t {
            *c = c.to_ascii_lowercase();
        }
    }
}

/// Whether a text matches a pattern.
pub(super) fn matches(pattern: &[Token], text: &[Token]) -> Same {
    if pattern.len().saturating_mul(text.len()) > MAX_CELLS {
        return Same::Unknown;
    }
    if certainly(pattern, text) {
        Same::Yes
    } else if possibly(pattern, text) {
        Same::Unknown
    } else {
        Same::No
    }
}

/// Whether every reading of the symbols and unknown parts matches.
fn certainly(pattern: &[Token], text: &[Token]) -> bool {
    let width = text.len() + 1;
    // `row[j]`: what is left of the pattern matches `text[j..]`.
    let mut row = vec![false; width];
    row[text.len()] = true;
    for p in pattern.iter().rev() {
        let mut next = vec![false; width];
        for j in (0..width).rev() {
            next[j] = match (p, text.get(j)) {
                (Token::Star, Some(_)) => row[j] || next[j + 1],
                (Token::Star, None) => row[j],
                (p, Some(t)) => are_one(p, t) && row[j + 1],
                (_, None) => false,
            };
        }
        row = next;
    }
    row[0]
}

/// Where the search stands: between tokens, or inside a symbol that has taken something already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Inside {
    Neither,
    Pattern,
    Text,
}

/// Whether some reading of the symbols and unknown parts matches: a search that never misses one.
fn possibly(pattern: &[Token], text: &[Token]) -> bool {
    let mut seen: HashSet<(usize, usize, Inside)> = HashSet::new();
    let mut stack = vec![(0, 0, Inside::Neither)];
    while let Some(state) = stack.pop() {
        if !seen.insert(state) {
            continue;
        }
        let (i, j, inside) = state;
        let (p, t) = (pattern.get(i), text.get(j));
        if p.is_none() && t.is_none() {
            return true;
        }
        match inside {
            Inside::Neither => from_between(p, t, i, j, &mut stack),
            // The pattern's symbol may end here, or take more of the text.
            Inside::Pattern => {
                stack.push((i + 1, j, Inside::Neither));
                if let (Some(Token::Symbol(s, a)), Some(t)) = (p, t) {
                    take(s, *a, t, (i, j + 1, Inside::Pattern), (i + 1, j, Inside::Text), &mut stack);
                }
            }
            Inside::Text => {
                stack.push((i, j + 1, Inside::Neither));
                if let (Some(p), Some(Token::Symbol(s, a))) = (p, t) {
                    take(s, *a, p, (i + 1, j, Inside::Text), (i, j + 1, Inside::Pattern), &mut stack);
                }
            }
        }
    }
    false
}

type State = (usize, usize, Inside);

fn from_between(pattern: Option<&Token>, text: Option<&Token>, i: usize, j: usize, stack: &mut Vec<State>) {
    // Any text: ends here, or takes a token of the other side.
    if matches!(pattern, Some(Token::Star | Token::Unknown)) {
        stack.push((i + 1, j, Inside::Neither));
        if text.is_some() {
            stack.push((i, j + 1, Inside::Neither));
        }
    }
    if pattern == Some(&Token::Within) {
        stack.push((i + 1, j, Inside::Neither));
        if text.is_some_and(|t| *t != Token::Char(':')) {
            stack.push((i, j + 1, Inside::Neither));
        }
    }
    if matches!(text, Some(Token::Unknown)) {
        stack.push((i, j + 1, Inside::Neither));
        if pattern.is_some() {
            stack.push((i + 1, j, Inside::Neither));
        }
    }
    let (Some(pattern), Some(text)) = (pattern, text) else { return };
    let may_be_one = match (pattern, text) {
        (Token::Char(c), Token::Just(a)) => a.has(*c),
        (Token::One, Token::Just(_)) => true,
        _ => are_one(pattern, text),
    };
    if may_be_one {
        stack.push((i + 1, j + 1, Inside::Neither));
    }
    if let Token::Symbol(symbol, alphabet) = pattern {
        take(symbol, *alphabet, text, (i, j + 1, Inside::Pattern), (i + 1, j, Inside::Text), stack);
    }
    if let Token::Symbol(symbol, alphabet) = text {
        take(symbol, *alphabet, pattern, (i + 1, j, Inside::Text), (i, j + 1, Inside::Pattern), stack);
    }
}

/// Whether a token of a pattern certainly matches exactly this token of a text.
fn are_one(pattern: &Token, text: &Token) -> bool {
    match (pattern, text) {
        (Token::Char(x), Token::Char(y)) => x == y,
        (Token::One, Token::Char(_)) => true,
        (Token::Symbol(x, _), Token::Symbol(y, _)) => x == y,
        _ => false,
    }
}

/// A symbol takes a token of the other side: all of it (`whole`), or it ends inside of another symbol (`part`).
fn take(
    symbol: &Symbol,
    alphabet: Alphabet,
    other: &Token,
    whole: State,
    part: State,
    stack: &mut Vec<State>,
) {
    match other {
        Token::Char(c) if alphabet.has(*c) => stack.push(whole),
        Token::Char(_) => {}
        Token::Star | Token::Within | Token::One | Token::Just(_) | Token::Unknown => stack.push(whole),
        // Two resources have different names, and one is no part of the other.
        Token::Symbol(o, _) if are_names(symbol, o) => {}
        Token::Symbol(..) => stack.extend([whole, part]),
    }
}

fn are_names(a: &Symbol, b: &Symbol) -> bool {
    use Symbol::{Arn, Name};
    matches!((a, b), (Name(x), Name(y)) | (Arn(x), Arn(y)) if x != y)
}
