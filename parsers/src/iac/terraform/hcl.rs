//! HCL to [`super::expr`]. The parser is hcl-edit, which bounds nesting (64 levels) and keeps byte spans.
//! Source: <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>

use super::expr::{Attribute, Block, Body, Expr, ExprKind, For, Operator, Part, Step};
use crate::text::{DISPUTED, SourceText, SyntaxError};
use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{Body as HclBody, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};
use hcl_edit::{Number, Span as _};
use lamlint_model::source::Span;
use smol_str::SmolStr;
use std::ops::Range;

/// Bound on the length of a text that is looked at for brackets and quotes by hand.
const BOM: char = '\u{feff}';

/// Parse a file.
pub(crate) fn parse(src: &SourceText<'_>) -> Result<(Body, Vec<Span>), SyntaxError> {
    let text = src.text.strip_prefix(BOM).unwrap_or(src.text);
    let shift = src.text.len() - text.len();
    let body = hcl_edit::parser::parse_body(text).map_err(|e| {
        let at = e.location().offset();
        let end = text.get(at..).and_then(|t| t.chars().next()).map_or(at, |c| at + c.len_utf8());
        // What this parser does not take is not proved to be wrong.
        let message = format!("{DISPUTED}: {}", e.message().lines().next().unwrap_or("syntax error"));
        SyntaxError { span: src.span(at + shift, end + shift), message }
    })?;
    let mut reader = Reader { src, shift, fixed: None, quoted: Vec::new() };
    let body = reader.body(&body);
    let comments = if src.text.contains("lamlint:") { comments(src, &mut reader.quoted) } else { Vec::new() };
    Ok((body, comments))
}

/// Parse a text that is a template (`templatefile`, strings of JSON syntax); everything in it stands at `span`.
pub(super) fn template(text: &str, span: Span) -> Option<Vec<Part>> {
    let parsed = hcl_edit::parser::parse_template(text).ok()?;
    let src = SourceText::file(span.file, text);
    let mut reader = Reader { src: &src, shift: 0, fixed: Some(span), quoted: Vec::new() };
    Some(reader.parts(&parsed))
}

/// Parse an expression (a value of the command line); everything in it stands at `span`.
pub(super) fn expression(text: &str, span: Span) -> Option<Expr> {
    let parsed = hcl_edit::parser::parse_expr(text).ok()?;
    let src = SourceText::file(span.file, text);
    Some(Reader { src: &src, shift: 0, fixed: Some(span), quoted: Vec::new() }.expr(&parsed))
}

struct Reader<'a> {
    src: &'a SourceText<'a>,
    shift: usize,
    /// Where everything stands, for text that is in no file.
    fixed: Option<Span>,
    /// Where quoted text and heredocs stand: no comment begins there.
    quoted: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        self.fixed.unwrap_or_else(|| self.src.span(range.start + self.shift, range.end + self.shift))
    }

    fn quote(&mut self, range: Option<Range<usize>>) {
        self.quoted.extend(range.map(|r| r.start + self.shift..r.end + self.shift));
    }

    fn body(&mut self, body: &HclBody) -> Body {
        let mut out = Body::default();
        for s in body {
            match s {
                Structure::Attribute(a) => out.attributes.push(Attribute {
                    name: a.key.as_str().into(),
                    name_span: self.span(a.key.span()),
                    value: self.expr(&a.value),
                }),
                Structure::Block(b) => {
                    let mut header = self.span(b.ident.span());
                    for l in &b.labels {
                        self.quote(l.span());
                        header = header.to(self.span(l.span()));
                    }
                    out.blocks.push(Block {
                        kind: b.ident.as_str().into(),
                        labels: b.labels.iter().map(|l| l.as_str().into()).collect(),
                        header,
                        span: self.span(b.span()),
                        body: self.body(&b.body),
                    });
                }
            }
        }
        out
    }

    fn expr(&mut self, e: &Expression) -> Expr {
        let span = self.span(e.span());
        let kind = match e {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(b) => ExprKind::Bool(*b.value()),
            Expression::Number(n) => number(n),
            Expression::String(s) => {
                self.quote(e.span());
                ExprKind::Text(s.as_str().into())
            }
            Expression::Array(items) => ExprKind::List(items.iter().map(|i| self.expr(i)).collect()),
            Expression::Object(entries) => ExprKind::Map(
                entries
                    .iter()
                    .map(|(k, v)| {
                        let key = match k {
                            ObjectKey::Ident(i) => {
                                Expr::new(ExprKind::Text(i.as_str().into()), self.span(i.span()))
                            }
                            ObjectKey::Expression(e) => self.expr(e),
                        };
                        (key, self.expr(v.expr()))
                    })
                    .collect(),
            ),
            Expression::StringTemplate(t) => {
                self.quote(e.span());
                ExprKind::Template(self.parts(t))
            }
            Expression::HeredocTemplate(h) => {
                self.quote(e.span());
                let parts = self.parts(&h.template);
                match &parts[..] {
                    [] => ExprKind::Text("".into()),
                    [Part::Text(t)] => ExprKind::Text(t.clone()),
                    _ => ExprKind::Template(parts),
                }
            }
            Expression::Parenthesis(p) => self.expr(p.inner()).kind,
            Expression::Variable(name) => ExprKind::Name(name.as_str().into()),
            Expression::Conditional(c) => ExprKind::If(Box::new((
                self.expr(&c.cond_expr),
                self.expr(&c.true_expr),
                self.expr(&c.false_expr),
            ))),
            Expression::FuncCall(c) => {
                // A provider's function is none of the language's.
                let name = if c.name.is_namespaced() {
                    SmolStr::new_static("provider::")
                } else {
                    c.name.name.as_str().into()
                };
                let args = c.args.iter().map(|a| self.expr(a)).collect();
                ExprKind::Call(name, args, c.args.expand_final())
            }
            Expression::Traversal(t) => {
                let root = self.expr(&t.expr);
                let steps = t.operators.iter().map(|o| self.step(o)).collect();
                ExprKind::Path(Box::new(root), steps)
            }
            Expression::UnaryOp(u) => {
                let inner = Box::new(self.expr(&u.expr));
                match u.operator.value() {
                    UnaryOperator::Not => ExprKind::Not(inner),
                    UnaryOperator::Neg => ExprKind::Negate(inner),
                }
            }
            Expression::BinaryOp(b) => ExprKind::Binary(
                operator(*b.operator.value()),
                Box::new((self.expr(&b.lhs_expr), self.expr(&b.rhs_expr))),
            ),
            Expression::ForExpr(f) => self.for_expr(f),
        };
        Expr::new(kind, span)
    }

    fn for_expr(&mut self, f: &ForExpr) -> ExprKind {
        ExprKind::For(Box::new(For {
            key: f.intro.key_var.as_ref().map(|k| k.as_str().into()),
            value: f.intro.value_var.as_str().into(),
            over: self.expr(&f.intro.collection_expr),
            key_expr: f.key_expr.as_ref().map(|k| self.expr(k)),
            value_expr: self.expr(&f.value_expr),
            condition: f.cond.as_ref().map(|c| self.expr(&c.expr)),
            grouping: f.grouping,
        }))
    }

    fn step(&mut self, o: &TraversalOperator) -> Step {
        match o {
            TraversalOperator::AttrSplat(_) => Step::Splat { full: false },
            TraversalOperator::FullSplat(_) => Step::Splat { full: true },
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into()),
            TraversalOperator::Index(e) => Step::Index(self.expr(e)),
            TraversalOperator::LegacyIndex(i) => {
                let index = i64::try_from(*i.value()).unwrap_or(i64::MAX);
                Step::Index(Expr::new(ExprKind::Int(index), self.span(o.span())))
            }
        }
    }

    /// The parts of a template, with white space stripped where a marker asks for it.
    fn parts(&mut self, t: &Template) -> Vec<Part> {
        let mut out: Vec<Part> = Vec::new();
        let mut strip_next = false;
        for e in t {
            let (part, strip) = match e {
                Element::Literal(s) => {
                    let mut text = s.as_str();
                    if strip_next {
                        text = text.trim_start();
                    }
                    strip_next = false;
                    out.push(Part::Text(text.into()));
                    continue;
                }
                Element::Interpolation(i) => (Part::Hole(self.expr(&i.expr)), (i.strip, i.strip)),
                Element::Directive(d) => match &**d {
                    Directive::If(d) => {
                        let yes = self.between(&d.if_expr.template, d.if_expr.strip);
                        let no = d.else_expr.as_ref().map(|e| self.between(&e.template, e.strip));
                        let part = Part::If(self.expr(&d.if_expr.cond_expr), yes, no.unwrap_or_default());
                        (part, (d.if_expr.strip, d.endif_expr.strip))
                    }
                    Directive::For(d) => {
                        let part = Part::For {
                            key: d.for_expr.key_var.as_ref().map(|k| k.as_str().into()),
                            value: d.for_expr.value_var.as_str().into(),
                            over: self.expr(&d.for_expr.collection_expr),
                            body: self.between(&d.for_expr.template, d.for_expr.strip),
                        };
                        (part, (d.for_expr.strip, d.endfor_expr.strip))
                    }
                },
            };
            if matches!(strip.0, Strip::Start | Strip::Both)
                && let Some(Part::Text(last)) = out.last_mut()
            {
                *last = last.trim_end().into();
            }
            strip_next = matches!(strip.1, Strip::End | Strip::Both);
            out.push(part);
        }
        out
    }

    /// The parts of what stands behind an opening directive.
    fn between(&mut self, t: &Template, opening: Strip) -> Vec<Part> {
        let mut parts = self.parts(t);
        if matches!(opening, Strip::End | Strip::Both)
            && let Some(Part::Text(first)) = parts.first_mut()
        {
            *first = first.trim_start().into();
        }
        parts
    }
}

fn number(n: &Number) -> ExprKind {
    match (n.as_i64(), n.as_f64()) {
        (Some(i), _) => ExprKind::Int(i),
        (None, f) => ExprKind::Float(f.unwrap_or(f64::NAN)),
    }
}

fn operator(o: BinaryOperator) -> Operator {
    match o {
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::NotEqual,
        BinaryOperator::Less => Operator::Less,
        BinaryOperator::LessEq => Operator::LessEqual,
        BinaryOperator::Greater => Operator::Greater,
        BinaryOperator::GreaterEq => Operator::GreaterEqual,
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Mul => Operator::Multiply,
        BinaryOperator::Div => Operator::Divide,
        BinaryOperator::Mod => Operator::Remainder,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
    }
}

/// The comments of a file that parses: outside of quoted text their openers mean nothing else.
fn comments(src: &SourceText<'_>, quoted: &mut [Range<usize>]) -> Vec<Span> {
    quoted.sort_by_key(|r| (r.start, r.end));
    let text = src.text;
    let mut next = quoted.iter().peekable();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        while next.peek().is_some_and(|r| r.end <= at) {
            next.next();
        }
        if let Some(r) = next.peek().filter(|r| r.start <= at) {
            at = r.end;
            continue;
        }
        let len = if rest.starts_with('#') || rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |e| e + 2)
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        out.push(src.span(at, at + len));
        at += len;
    }
    out
}
