//! What is read off the tokens before they are parsed: how deep they nest, comments, names that paths begin with.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree, token_stream::IntoIter};
use std::collections::BTreeSet;
use std::ops::Range;

/// Bound on nested brackets.
const MAX_BRACKETS: usize = 128;
/// Bound on the tokens that stand around a token and may nest: those before it in its own stretch without `;`, `,` or
/// the end of a block, and in the stretches around its brackets.
const MAX_PRESSURE: usize = 4_000;

/// What is known of the tokens of a file.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// They nest beyond the bound: a recursive parser might not come back from them.
    pub too_deep: bool,
    /// Names with `::` behind them.
    pub roots: BTreeSet<String>,
    /// Stretches of the text between tokens.
    gaps: Vec<Range<usize>>,
}

/// The tokens inside of one pair of brackets, as far as they were looked at.
struct Level {
    tokens: IntoIter,
    /// How much stands around the brackets.
    around: usize,
    close: Option<Span>,
    /// The tokens of the stretch so far.
    run: usize,
    /// The last token was a block.
    block: bool,
}

impl Level {
    fn of(tokens: TokenStream, around: usize, close: Option<Span>) -> Self {
        Self { tokens: tokens.into_iter(), around, close, run: 0, block: false }
    }
}

/// Look at all tokens of a file whose text is `len` bytes long.
pub(super) fn look(tokens: TokenStream, len: usize) -> Tokens {
    let mut out = Tokens::default();
    let mut end = 0;
    let mut stack = vec![Level::of(tokens, 0, None)];
    let mut before: Option<String> = None;
    let mut colon = false;
    while !out.too_deep {
        let depth = stack.len();
        let Some(level) = stack.last_mut() else { break };
        let Some(token) = level.tokens.next() else {
            if let Some(close) = stack.pop().and_then(|l| l.close) {
                gap(&mut out, &mut end, close);
            }
            continue;
        };
        let word = match &token {
            TokenTree::Ident(i) => Some(i.to_string()),
            _ => None,
        };
        // A block ends a stretch unless something goes on behind it.
        let goes_on = match &token {
            TokenTree::Punct(p) => p.as_char() != '#',
            _ => word.as_deref() == Some("else"),
        };
        if std::mem::take(&mut level.block) && !goes_on {
            level.run = 0;
        }
        level.run += 1;
        let pressure = level.around + level.run;
        out.too_deep |= pressure > MAX_PRESSURE || depth > MAX_BRACKETS;
        let is_colon = matches!(&token, TokenTree::Punct(p) if p.as_char() == ':');
        if is_colon && colon {
            out.roots.extend(before.take());
        }
        colon = !colon && matches!(&token, TokenTree::Punct(p) if is_colon && p.spacing() == Spacing::Joint);
        if !is_colon {
            before = word;
        }
        match token {
            TokenTree::Group(g) => {
                level.block = g.delimiter() == Delimiter::Brace;
                gap(&mut out, &mut end, g.span_open());
                stack.push(Level::of(g.stream(), pressure, Some(g.span_close())));
            }
            TokenTree::Punct(p) => {
                if matches!(p.as_char(), ';' | ',') {
                    level.run = 0;
                }
                gap(&mut out, &mut end, p.span());
            }
            t => gap(&mut out, &mut end, t.span()),
        }
    }
    out.gaps.push(end..len);
    out
}

fn gap(out: &mut Tokens, end: &mut usize, span: Span) {
    let at = span.byte_range();
    if at.start > *end {
        out.gaps.push(*end..at.start);
    }
    *end = (*end).max(at.end);
}

impl Tokens {
    /// The comments of the file, in order.
    pub(super) fn comments(&self, text: &str) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        for g in &self.gaps {
            let mut at = g.start;
            while let Some(rest) = text.get(at..g.end) {
                let Some(i) = rest.find('/') else { break };
                let from = at + i;
                let Some(rest) = text.get(from..g.end) else { break };
                let len = if rest.starts_with("//") {
                    rest.lines().next().map_or(0, str::len)
                } else if rest.starts_with("/*") {
                    block_comment(rest)
                } else {
                    1
                };
                if len > 1 {
                    out.push(from..from + len);
                }
                at = from + len.max(1);
            }
        }
        out
    }
}

/// The length of a comment that may hold others.
fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
