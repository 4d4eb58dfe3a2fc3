//! Macros that are known by their names; any other one is called like a function of its name with `!` behind it.

use super::{Lower, Sink, plain};
use crate::code::hir::{Arg, Block, Expr, ExprKind, MapEntry, Pattern, StmtKind};
use lamlint_model::source::Span;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use smol_str::SmolStr;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

/// What a macro makes of what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Text with values in it.
    Text,
    /// It looks at values, and gives nothing.
    Look,
    /// A list.
    List,
    /// JSON.
    Json,
    /// It does not come back.
    Raise,
    /// An error.
    Error,
    /// It does not come back unless its first argument holds.
    Ensure,
    /// All of them, at once.
    All,
    /// Something about a value that does not matter.
    Ask,
    /// Known to the compiler only.
    Constant,
    /// Values that are made when they are first needed.
    Statics,
    /// Defines a macro.
    Nothing,
}

/// Macros of the standard library and of the crates of the field. Sources: the pages of `std`, `tracing`, `log`,
/// `anyhow`, `serde_json`, `tokio`, `futures`, `lazy_static`, `maplit`.
const MACROS: &[(&str, Shape)] = &[
    ("format", Shape::Text),
    ("format_args", Shape::Text),
    ("println", Shape::Look),
    ("print", Shape::Look),
    ("eprintln", Shape::Look),
    ("eprint", Shape::Look),
    ("write", Shape::Look),
    ("writeln", Shape::Look),
    ("dbg", Shape::Ask),
    ("info", Shape::Look),
    ("warn", Shape::Look),
    ("error", Shape::Look),
    ("debug", Shape::Look),
    ("trace", Shape::Look),
    ("log", Shape::Look),
    ("event", Shape::Look),
    ("span", Shape::Look),
    ("info_span", Shape::Look),
    ("debug_span", Shape::Look),
    ("error_span", Shape::Look),
    ("assert", Shape::Look),
    ("assert_eq", Shape::Look),
    ("assert_ne", Shape::Look),
    ("debug_assert", Shape::Look),
    ("matches", Shape::Ask),
    ("vec", Shape::List),
    ("json", Shape::Json),
    ("panic", Shape::Raise),
    ("todo", Shape::Raise),
    ("unimplemented", Shape::Raise),
    ("unreachable", Shape::Raise),
    ("bail", Shape::Raise),
    ("anyhow", Shape::Error),
    ("eyre", Shape::Error),
    ("ensure", Shape::Ensure),
    ("join", Shape::All),
    ("try_join", Shape::All),
    ("env", Shape::Constant),
    ("option_env", Shape::Constant),
    ("include_str", Shape::Constant),
    ("include_bytes", Shape::Constant),
    ("concat", Shape::Constant),
    ("stringify", Shape::Constant),
    ("cfg", Shape::Constant),
    ("line", Shape::Constant),
    ("file", Shape::Constant),
    ("module_path", Shape::Constant),
    ("lazy_static", Shape::Statics),
    ("thread_local", Shape::Statics),
    ("macro_rules", Shape::Nothing),
];

fn shape(path: &syn::Path) -> Option<Shape> {
    let last = path.segments.last()?.ident.to_string();
    MACROS.iter().find(|(n, _)| *n == last).map(|(_, s)| *s)
}

impl Lower<'_> {
    /// A macro at the top level of a module.
    pub(super) fn item_macro(&mut self, m: &syn::ItemMacro, out: &mut Block) {
        if m.ident.is_some() {
            return;
        }
        let span = self.span(m);
        // What another one defines is not known where it is used.
        if shape(&m.mac.path) == Some(Shape::Statics) {
            self.statics(&m.mac.tokens, span, out);
        }
    }

    /// `static ref X: T = value;`, `static X: T = value;`
    fn statics(&mut self, tokens: &TokenStream, span: Span, out: &mut Block) {
        let plain_tokens: TokenStream =
            tokens.clone().into_iter().filter(|t| !matches!(t, TokenTree::Ident(i) if i == "ref")).collect();
        let parsed = syn::parse2::<syn::File>(with_end(plain_tokens));
        let Ok(file) = parsed else {
            out.push(Self::stmt_at(span, StmtKind::Opaque(Vec::new(), Vec::new())));
            return;
        };
        for i in &file.items {
            if let syn::Item::Static(s) = i {
                let value = self.value(&s.expr, out);
                let target = Pattern::Name(plain(&s.ident), self.span(&s.ident));
                out.push(Self::stmt_at(span, StmtKind::Declare { target, value }));
            }
        }
    }

    /// A macro that stands as a statement.
    pub(super) fn macro_into(&mut self, m: &syn::Macro, span: Span, sink: &Sink, out: &mut Block) {
        match shape(&m.path) {
            Some(Shape::Raise) => {
                let parts = self.loose(&m.tokens, out);
                let e = Self::expr_at(span, ExprKind::Opaque(parts));
                out.push(Self::stmt_at(span, StmtKind::Raise(Some(e))));
            }
            Some(Shape::Ensure) => {
                let mut parts = self.loose(&m.tokens, out).into_iter();
                let test = parts.next().unwrap_or_else(|| Self::unknown(span));
                let test = Self::expr_at(span, ExprKind::Not(Box::new(test)));
                let then = vec![Self::stmt_at(span, StmtKind::Raise(None))];
                out.push(Self::stmt_at(span, StmtKind::If { test, then, otherwise: Block::new() }));
            }
            Some(Shape::Statics) => self.statics(&m.tokens, span, out),
            Some(Shape::Nothing) => {}
            _ => {
                let v = self.macro_value(m, span, out);
                Self::give(v, sink, out);
            }
        }
    }

    pub(super) fn macro_value(&mut self, m: &syn::Macro, span: Span, out: &mut Block) -> Expr {
        let Some(shape) = shape(&m.path) else {
            let callee = Box::new(self.macro_name(&m.path, span));
            let parts = self.loose(&m.tokens, out);
            let args = parts.into_iter().map(|value| Arg { name: None, value }).collect();
            return Self::expr_at(span, ExprKind::Call { callee, args, is_new: false });
        };
        let kind = match shape {
            Shape::Text => return self.format(&m.tokens, span, out),
            Shape::List => match list_of(&m.tokens) {
                Some(items) => ExprKind::List(items.iter().map(|e| self.value(e, out)).collect()),
                None => ExprKind::Opaque(self.loose(&m.tokens, out)),
            },
            Shape::All => ExprKind::List(self.loose(&m.tokens, out)),
            Shape::Json => return self.json(m.tokens.clone(), span, 0, out),
            Shape::Error => {
                for e in self.loose(&m.tokens, out) {
                    out.push(Self::stmt_at(span, StmtKind::Expr(e)));
                }
                return Self::error(span);
            }
            Shape::Raise | Shape::Ensure | Shape::Statics => {
                self.macro_into(m, span, &Sink::Drop, out);
                ExprKind::Null
            }
            Shape::Look => {
                for e in self.loose(&m.tokens, out) {
                    if !matches!(e.kind, ExprKind::Str(_) | ExprKind::Name(_)) {
                        out.push(Self::stmt_at(span, StmtKind::Expr(e)));
                    }
                }
                ExprKind::Null
            }
            Shape::Ask => ExprKind::Opaque(self.loose(&m.tokens, out)),
            Shape::Constant | Shape::Nothing => ExprKind::Opaque(Vec::new()),
        };
        Self::expr_at(span, kind)
    }

    /// The name a macro that is not known is called by.
    fn macro_name(&mut self, p: &syn::Path, span: Span) -> Expr {
        let mut names: Vec<SmolStr> = p.segments.iter().map(|s| plain(&s.ident)).collect();
        if let Some(last) = names.last_mut() {
            *last = format!("{last}!").into();
        }
        if names.len() == 1 {
            return Self::expr_at(span, ExprKind::Name(names.swap_remove(0)));
        }
        self.path_of(&names, span)
    }

    /// What is given to a macro, as far as it is expressions: `%x`, `?x` and `name = x` are `x`.
    fn loose(&mut self, tokens: &TokenStream, out: &mut Block) -> Vec<Expr> {
        let mut parts = Vec::new();
        for piece in pieces(tokens) {
            let mut piece = piece;
            for _ in 0..3 {
                if let Ok(e) = syn::parse2::<syn::Expr>(piece.iter().cloned().collect()) {
                    let e = match e {
                        syn::Expr::Assign(a) => *a.right,
                        e => e,
                    };
                    parts.push(self.value(&e, out));
                    break;
                }
                // `name = %x`, `%x`
                let at = piece
                    .iter()
                    .position(|t| matches!(t, TokenTree::Punct(p) if matches!(p.as_char(), '%' | '?' | '=')));
                let Some(at) = at else { break };
                piece.drain(..=at);
            }
        }
        parts
    }

    /// `format!("…{}…{name}…", x)`
    fn format(&mut self, tokens: &TokenStream, span: Span, out: &mut Block) -> Expr {
        let pieces = pieces(tokens);
        let mut given: Vec<(Option<SmolStr>, Expr)> = Vec::new();
        for p in pieces.iter().skip(1) {
            let stream: TokenStream = p.iter().cloned().collect();
            match syn::parse2::<syn::Expr>(stream) {
                Ok(syn::Expr::Assign(a)) => {
                    let name = match &*a.left {
                        syn::Expr::Path(p) => p.path.get_ident().map(plain),
                        _ => None,
                    };
                    let v = self.value(&a.right, out);
                    given.push((name, v));
                }
                Ok(e) => {
                    let v = self.value(&e, out);
                    given.push((None, v));
                }
                Err(_) => given.push((None, Self::unknown(span))),
            }
        }
        let text = pieces.first().and_then(|p| {
            let stream: TokenStream = p.iter().cloned().collect();
            syn::parse2::<syn::LitStr>(stream).ok()
        });
        let Some(text) = text.map(|t| t.value()) else {
            return Self::expr_at(span, ExprKind::Opaque(given.into_iter().map(|(_, e)| e).collect()));
        };
        let mut parts = Vec::new();
        let mut fixed = String::new();
        let mut next = 0;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' if chars.peek() == Some(&'{') => {
                    chars.next();
                    fixed.push('{');
                }
                '}' => {
                    chars.next_if_eq(&'}');
                    fixed.push('}');
                }
                '{' => {
                    let hole: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    let (name, form) = hole.split_once(':').unwrap_or((&hole, ""));
                    if !fixed.is_empty() {
                        parts.push(Self::expr_at(span, ExprKind::Str(std::mem::take(&mut fixed).into())));
                    }
                    let v = if name.is_empty() {
                        next += 1;
                        given.get(next - 1).map(|(_, e)| e.clone())
                    } else if let Ok(i) = name.parse::<usize>() {
                        given.get(i).map(|(_, e)| e.clone())
                    } else {
                        let known = given.iter().find(|(n, _)| n.as_deref() == Some(name));
                        known.map(|(_, e)| e.clone()).or_else(|| {
                            let ident = syn::parse_str::<syn::Ident>(name).ok()?;
                            Some(Self::expr_at(span, ExprKind::Name(self.resolved(&ident))))
                        })
                    };
                    let v = v.unwrap_or_else(|| Self::unknown(span));
                    // A width or another form changes the text.
                    let v = if form.is_empty() { v } else { Self::expr_at(span, ExprKind::Opaque(vec![v])) };
                    parts.push(v);
                }
                c => fixed.push(c),
            }
        }
        if !fixed.is_empty() || parts.is_empty() {
            parts.push(Self::expr_at(span, ExprKind::Str(fixed.into())));
        }
        if let [Expr { kind: ExprKind::Str(_), .. }] = &parts[..] {
            return parts.swap_remove(0);
        }
        Self::expr_at(span, ExprKind::Template(parts))
    }

    /// JSON with expressions in it.
    fn json(&mut self, tokens: TokenStream, span: Span, depth: u32, out: &mut Block) -> Expr {
        let all: Vec<TokenTree> = tokens.into_iter().collect();
        let kind = match &all[..] {
            [TokenTree::Group(g)] if g.delimiter() == Delimiter::Brace && depth < 64 => {
                let mut entries = Vec::new();
                for p in pieces(&g.stream()) {
                    let colon = p.iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ':'));
                    let Some((k, v)) = colon.and_then(|i| Some((p.get(..i)?, p.get(i + 1..)?))) else {
                        continue;
                    };
                    let key = match syn::parse2::<syn::Expr>(k.iter().cloned().collect()) {
                        Ok(e) => self.value(&e, out),
                        Err(_) => Self::unknown(span),
                    };
                    let v = self.json(v.iter().cloned().collect(), span, depth + 1, out);
                    entries.push(MapEntry::Pair(key, v));
                }
                ExprKind::Map(entries)
            }
            [TokenTree::Group(g)] if g.delimiter() == Delimiter::Bracket && depth < 64 => {
                let items = pieces(&g.stream());
                ExprKind::List(
                    items
                        .into_iter()
                        .map(|p| self.json(p.into_iter().collect(), span, depth + 1, out))
                        .collect(),
                )
            }
            [TokenTree::Ident(i)] if i == "null" => ExprKind::Null,
            _ => match syn::parse2::<syn::Expr>(all.into_iter().collect()) {
                Ok(e) => return self.value(&e, out),
                Err(_) => ExprKind::Opaque(Vec::new()),
            },
        };
        Self::expr_at(span, kind)
    }
}

/// Tokens between commas.
fn pieces(tokens: &TokenStream) -> Vec<Vec<TokenTree>> {
    let mut out = vec![Vec::new()];
    for t in tokens.clone() {
        match &t {
            TokenTree::Punct(p) if p.as_char() == ',' => out.push(Vec::new()),
            _ => {
                if let Some(last) = out.last_mut() {
                    last.push(t);
                }
            }
        }
    }
    out.retain(|p| !p.is_empty());
    out
}

fn list_of(tokens: &TokenStream) -> Option<Vec<syn::Expr>> {
    let parser = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
    parser.parse2(tokens.clone()).ok().map(|p| p.into_iter().collect())
}

/// The last declaration may go without its `;`.
fn with_end(tokens: TokenStream) -> TokenStream {
    let ended = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ';');
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    let needs = all.last().is_some_and(|t| !ended(t));
    let end = TokenTree::Punct(proc_macro2::Punct::new(';', proc_macro2::Spacing::Alone));
    all.into_iter().chain(needs.then_some(end)).collect()
}
