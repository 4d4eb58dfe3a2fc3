//! Expressions and blocks of a module, owned: what is kept of a file between parsing and evaluating.

use lamlint_model::source::Span;
use smol_str::SmolStr;

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

/// Kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExprKind {
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
pub(crate) struct For {
    pub(crate) key: Option<SmolStr>,
    pub(crate) value: SmolStr,
    pub(crate) over: Expr,
    /// Set where a map is made.
    pub(crate) key_expr: Option<Expr>,
    pub(crate) value_expr: Expr,
    pub(crate) condition: Option<Expr>,
    /// Whether values of one key are collected to a list.
    pub(crate) grouping: bool,
}

/// A step of a reference.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Attribute(SmolStr),
    Index(Expr),
    /// What follows is taken of each element; an index behind `.*` is taken of the list itself, one behind `[*]` is not.
    Splat {
        full: bool,
    },
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Text(SmolStr),
    Hole(Expr),
    If(Expr, Vec<Part>, Vec<Part>),
    For { key: Option<SmolStr>, value: SmolStr, over: Expr, body: Vec<Part> },
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
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
    pub(crate) fn sign(self) -> &'static str {
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
pub(crate) struct Body {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Block>,
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attribute {
    pub(crate) name: SmolStr,
    pub(crate) name_span: Span,
    pub(crate) value: Expr,
}

/// `kind "label" "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) kind: SmolStr,
    pub(crate) labels: Vec<SmolStr>,
    /// The kind and the labels.
    pub(crate) header: Span,
    pub(crate) span: Span,
    pub(crate) body: Body,
}

impl Expr {
    pub(crate) fn new(kind: ExprKind, span: Span) -> Self {
        Self { span, kind }
    }

    /// Constant text.
    pub(crate) fn as_text(&self) -> Option<&SmolStr> {
        match &self.kind {
            ExprKind::Text(t) => Some(t),
            _ => None,
        }
    }
}

impl Body {
    /// The value of an argument.
    pub(crate) fn get(&self, name: &str) -> Option<&Expr> {
        self.attributes.iter().find(|a| a.name == name).map(|a| &a.value)
    }

    /// The nested blocks of a kind.
    pub(crate) fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| b.kind == kind)
    }
}
