//! Functions, methods and closures.

use super::control::bound_names;
use super::kinds::{self as k, field};
use super::{Lower, Named, confined};
use crate::code::cst;
use crate::code::hir::{
    Block, ClassId, Expr, ExprKind, FnId, Function, Lang, Param, Pattern, Stmt, StmtKind,
};
use lamlint_model::source::Span;
use smol_str::SmolStr;
use tree_sitter::Node;

/// What a function is besides its syntax.
#[derive(Default)]
pub(super) struct Role {
    pub class: Option<ClassId>,
    pub is_static: bool,
    pub decorators: Vec<Expr>,
}

/// Whether a node is a function expression of any form.
pub(super) fn is_function(n: Node<'_>) -> bool {
    matches!(n.kind(), k::ARROW | k::FUNCTION | k::GENERATOR)
}

/// Names that bundles and wrappers bind as parameters, with another meaning than the module's own.
const MODULE_NAMES: &[&str] = &["require", "module", "exports"];

impl Lower<'_> {
    /// A function; `bound` is the name a closure is bound to.
    pub(super) fn function(&mut self, n: Node<'_>, bound: Option<Named>) -> FnId {
        self.function_as(n, bound, Role::default())
    }

    /// A function or method in its role.
    pub(super) fn function_as(&mut self, n: Node<'_>, bound: Option<Named>, role: Role) -> FnId {
        let own = match n.kind() {
            k::METHOD => None,
            _ => cst::field(n, field::NAME).map(|name| (SmolStr::from(self.text(name)), self.span(name))),
        };
        let (name, name_span) = own.or(bound).unwrap_or_else(|| (SmolStr::default(), self.head(n)));
        let targets = std::mem::take(&mut self.targets);
        let implied = std::mem::take(&mut self.implied);
        let hidden = self.hidden.len();
        let is_awaiter = std::mem::take(&mut self.next_yields_await);
        let yields_await = std::mem::replace(&mut self.yields_await, is_awaiter);
        let mut start = Vec::new();
        let params = self.params(n, &mut start);
        let mut names = Vec::new();
        for p in &params {
            bound_names(&p.pattern, &mut names);
        }
        self.hidden.extend(names.into_iter().map(|(n, _)| n).filter(|n| MODULE_NAMES.contains(&n.as_str())));
        let mut body = start;
        body.append(&mut self.implied);
        match cst::field(n, field::BODY) {
            Some(b) if b.kind() == k::STATEMENT_BLOCK => {
                let statements = self.body(Some(b));
                // A base class is set up before the fields that parameters give.
                let call = usize::from(!body.is_empty() && statements.first().is_some_and(calls_super));
                let mut statements = statements.into_iter();
                let mut all: Block = statements.by_ref().take(call).collect();
                all.append(&mut body);
                all.extend(statements);
                body = all;
            }
            Some(b) => {
                let value = self.expr(b);
                body.push(Stmt { span: value.span, kind: StmtKind::Return(Some(value)) });
            }
            None => {}
        }
        self.hidden.truncate(hidden);
        self.targets = targets;
        self.implied = implied;
        self.yields_await = yields_await;
        self.add_function(Function {
            name,
            name_span,
            span: self.span(n),
            params,
            body,
            is_async: is_awaiter || cst::has(n, "async"),
            is_generator: !is_awaiter
                && (matches!(n.kind(), k::GENERATOR | k::GENERATOR_DECLARATION) || cst::has(n, "*")),
            decorators: role.decorators,
            class: role.class,
            is_static: role.is_static,
        })
    }

    /// Everything before the body.
    fn head(&self, n: Node<'_>) -> Span {
        let end = cst::field(n, field::BODY).map_or(n.end_byte(), |b| b.start_byte());
        let head = self.src.text.get(n.start_byte()..end).map_or(0, |t| t.trim_end().len());
        self.src.span(n.start_byte(), n.start_byte() + head)
    }

    /// The parameters; `start` takes the assignments of TypeScript's parameter properties.
    fn params(&mut self, n: Node<'_>, start: &mut Block) -> Vec<Param> {
        if let Some(p) = cst::field(n, field::PARAMETER) {
            return vec![self.param(p, start)];
        }
        let Some(list) = cst::field(n, field::PARAMETERS) else { return Vec::new() };
        if list.has_error() && !confined(list) {
            return Vec::new();
        }
        cst::named(list)
            .into_iter()
            .filter(|p| p.kind() != k::DECORATOR)
            .filter(|p| cst::field(*p, field::PATTERN).is_none_or(|p| p.kind() != k::THIS))
            .map(|p| self.param(p, start))
            .collect()
    }

    fn param(&mut self, n: Node<'_>, start: &mut Block) -> Param {
        let (mut inner, mut default) = (n, None);
        let mut annotation = None;
        match n.kind() {
            k::REQUIRED_PARAMETER | k::OPTIONAL_PARAMETER => {
                inner = cst::field(n, field::PATTERN).unwrap_or(n);
                default = cst::field(n, field::VALUE);
                annotation = cst::field(n, field::TYPE)
                    .map(|t| SmolStr::from(self.text(t).trim_start_matches(':').trim_start()));
            }
            k::ASSIGNMENT_PATTERN => {
                inner = cst::field(n, field::LEFT).unwrap_or(n);
                default = cst::field(n, field::RIGHT);
            }
            _ => {}
        }
        let (pattern, rest) = match self.pattern(inner) {
            Pattern::Rest(p) => (*p, true),
            p => (p, false),
        };
        let default = default.map(|d| self.expr_for(d, &pattern));
        if self.lang == Lang::TypeScript
            && let Pattern::Name(name, span) = &pattern
            && (cst::has(n, k::ACCESSIBILITY) || cst::has(n, "readonly") || cst::has(n, k::OVERRIDE))
        {
            start.push(field_from(name, *span));
        }
        Param { pattern, default, rest, rest_named: false, annotation, ty: None }
    }
}

/// `this.name = name`
fn field_from(name: &SmolStr, span: Span) -> Stmt {
    let this = Expr { span, kind: ExprKind::Name(SmolStr::new_static("this")) };
    let place = ExprKind::Attr { object: Box::new(this), name: name.clone(), optional: false };
    let target = Pattern::Place(Box::new(Expr { span, kind: place }));
    let value = Expr { span, kind: ExprKind::Name(name.clone()) };
    Stmt { span, kind: StmtKind::Assign { target, value } }
}

fn calls_super(s: &Stmt) -> bool {
    matches!(&s.kind, StmtKind::Expr(Expr { kind: ExprKind::Call { callee, .. }, .. })
        if matches!(&callee.kind, ExprKind::Name(n) if n == "super"))
}
