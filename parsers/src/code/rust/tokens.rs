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

/// Look at all tokens of a file whose text is `len` bytes long.
pub(super) fn look(tokens: TokenStream, len: usize) -> Tokens {
    let mut out = Tokens::default();
    let mut end = 0;
    let mut stack: Vec<(IntoIter, usize, Option<Span>)> = vec![(tokens.into_iter(), 0, None)];
    // The tokens of the stretch so far, at each level.
    let mut runs = vec![0usize];
    let mut before: Option<String> = None;
    let mut colon = false;
    let mut block_ended = false;
    while let Some((level, base, _)) = stack.last_mut() {
        let Some(token) = level.next() else {
            if let Some((_, _, Some(close))) = stack.pop() {
                gap(&mut out, &mut end, close);
            }
            runs.pop();
            continue;
        };
        let base = *base;
        let depth = stack.len();
        let Some(run) = runs.last_mut() else { break };
        *run += 1;
        let word = match &token {
            TokenTree::Ident(i) => Some(i.to_string()),
            _ => None,
        };
        // A block ends a stretch unless something goes on behind it.
        let goes_on = match &token {
            TokenTree::Punct(p) => p.as_char() != '#',
            _ => word.as_deref() == Some("else"),
        };
        if std::mem::take(&mut block_ended) && !goes_on {
            *run = 1;
        }
        let pressure = base + *run;
        if pressure > MAX_PRESSURE {
            out.too_deep = true;
        }
        let is_colon = matches!(&token, TokenTree::Punct(p) if p.as_char() == ':');
        let joint =
            matches!(&token, TokenTree::Punct(p) if p.as_char() == ':' && p.spacing() == Spacing::Joint);
        if is_colon && colon {
            out.roots.extend(before.take());
        }
        if !is_colon {
            before = word;
        }
        colon = joint && !colon;
        match token {
            TokenTree::Group(g) => {
                block_ended = g.delimiter() == Delimiter::Brace;
                gap(&mut out, &mut end, g.span_open());
                if depth > MAX_BRACKETS {
                    out.too_deep = true;
                } else {
                    stack.push((g.stream().into_iter(), pressure, Some(g.span_close())));
                    runs.push(0);
                    // What follows inside is no continuation of a block.
                    let after = std::mem::take(&mut block_ended);
                    if after && let Some(r) = runs.len().checked_sub(2).and_then(|i| runs.get_mut(i)) {
                        // The stretch ends with the block; `} else`, `}.x` go on from few tokens.
                        *r = (*r).min(MAX_PRESSURE).saturating_sub(*r / 2);
                    }
                }
            }
            TokenTree::Punct(p) => {
                gap(&mut out, &mut end, p.span());
                if matches!(p.as_char(), ';' | ',')
                    && let Some(r) = runs.last_mut()
                {
                    *r = 0;
                }
            }
            t => gap(&mut out, &mut end, t.span()),
        }
        if out.too_deep {
            break;
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
