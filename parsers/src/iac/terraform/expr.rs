//! Expressions and blocks of a module, owned: what is kept of a file between parsing and evaluating.

use lamlint_model::source::Span;
use smol_str::SmolStr;

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    pub(super) span: Span,
    pub(super) kind: ExprKind,
}

/// Kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ExprKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(SmolStr),
    /// Text with holes: a quoted template, or a heredoc.
    Template(Vec<Part>),
    List(Vec<Expr>),
    /// Keys and values.
    Map(Vec<(Expr, Expr)>),
    /// The first word of a reference, or a variable of a loop.
    Name(SmolStr),
    /// An expression and what is taken of it.
    Path(Box<Expr>, Vec<Step>),
    If(Box<(Expr, Expr, Expr)>),
    /// A function, its arguments, and whether the last one is spread (`merge(maps...)`).
    Call(SmolStr, Vec<Expr>, bool),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Operator, Box<(Expr, Expr)>),
    For(Box<For>),
}

/// `[for key, value in over : value_expr if condition]`, and the same that makes a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct For {
    pub(super) key: Option<SmolStr>,
    pub(super) value: SmolStr,
    pub(super) over: Expr,
    /// Set where a map is made.
    pub(super) key_expr: Option<Expr>,
    pub(super) value_expr: Expr,
    pub(super) condition: Option<Expr>,
    /// Whether values of one key are collected to a list.
    pub(super) grouping: bool,
}

/// A step of a reference.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Attribute(SmolStr),
    Index(Expr),
    /// What follows is taken of each element; an index behind `.*` is taken of the list itself, one behind `[*]` is not.
    Splat {
        full: bool,
    },
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(SmolStr),
    Hole(Expr),
    If(Expr, Vec<Part>, Vec<Part>),
    For { key: Option<SmolStr>, value: SmolStr, over: Expr, body: Vec<Part> },
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    And,
    Or,
}

impl Operator {
    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

/// What stands between braces.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Body {
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attribute {
    pub(super) name: SmolStr,
    pub(super) name_span: Span,
    pub(super) value: Expr,
}

/// `kind "label" "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) kind: SmolStr,
    pub(super) labels: Vec<SmolStr>,
    /// The kind and the labels.
    pub(super) header: Span,
    pub(super) span: Span,
    pub(super) body: Body,
}

impl Expr {
    pub(super) fn new(kind: ExprKind, span: Span) -> Self {
        Self { span, kind }
    }

    /// Constant text.
    pub(super) fn as_text(&self) -> Option<&SmolStr> {
        match &self.kind {
            ExprKind::Text(t) => Some(t),
            _ => None,
        }
    }
}

impl Body {
    /// The value of an argument.
    pub(super) fn get(&self, name: &str) -> Option<&Expr> {
        self.attributes.iter().find(|a| a.name == name).map(|a| &a.value)
    }

    /// The nested blocks of a kind.
    pub(super) fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| b.kind == kind)
    }
}
