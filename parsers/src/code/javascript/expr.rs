//! Expressions.

use super::function::is_function;
use super::kinds::{self as k, field};
use super::{Lower, Named, literal, peel};
use crate::code::cst;
use crate::code::hir::{Arg, Expr, ExprKind, Pattern};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Operands of one chain of operators, beyond which it is opaque; from the second bound on, a chain of text is one
/// template.
const MAX_OPERANDS: usize = 200;
const LONG_TEXT: usize = 24;

/// Helpers of compilers around `require`: what they return is the module for every use of it.
const INTEROP: &[&str] = &[
    "__importDefault",
    "__importStar",
    "__toESM",
    "_interopRequireDefault",
    "_interopRequireWildcard",
    "_interopDefault",
    "_interopNamespace",
];

impl Lower<'_> {
    pub(super) fn expr(&mut self, n: Node<'_>) -> Expr {
        let n = peel(n);
        let kind = self.deeper(|l| l.expr_kind(n)).unwrap_or_else(|| ExprKind::Opaque(Vec::new()));
        self.at(n, kind)
    }

    /// What is bound to a pattern: a closure takes its name.
    pub(super) fn expr_for(&mut self, n: Node<'_>, target: &Pattern) -> Expr {
        match name_of(target) {
            Some(name) => self.expr_named(n, name),
            None => self.expr(n),
        }
    }

    /// An expression; a closure or class without a name takes the given one.
    pub(super) fn expr_named(&mut self, n: Node<'_>, name: Named) -> Expr {
        let p = peel(n);
        if is_function(p) {
            let id = self.deeper(|l| l.function(p, Some(name)));
            let kind = id.map_or_else(|| ExprKind::Opaque(Vec::new()), ExprKind::Closure);
            return self.at(p, kind);
        }
        if p.kind() == k::CLASS {
            let id = self.deeper(|l| l.class(p, Some(name), Vec::new()));
            let kind = id.map_or_else(|| ExprKind::Opaque(Vec::new()), ExprKind::Class);
            return self.at(p, kind);
        }
        self.expr(n)
    }

    fn expr_kind(&mut self, n: Node<'_>) -> ExprKind {
        match n.kind() {
            k::IDENTIFIER | k::SHORTHAND | k::NESTED_IDENTIFIER => self.name(n),
            k::THIS | k::SUPER | k::META_PROPERTY | k::IMPORT => ExprKind::Name(self.text(n).into()),
            k::UNDEFINED | k::NULL => ExprKind::Null,
            k::TRUE => ExprKind::Bool(true),
            k::FALSE => ExprKind::Bool(false),
            k::NUMBER => literal::number(self.text(n)),
            k::STRING => ExprKind::Str(self.string(n)),
            k::PRIVATE_NAME => ExprKind::Str(self.text(n).into()),
            k::TEMPLATE => self.template(n),
            k::MEMBER => self.member(n),
            k::SUBSCRIPT => self.subscript(n),
            k::CALL => self.call(n),
            k::NEW => self.new_call(n),
            k::ARRAY => ExprKind::List(self.array(n)),
            k::OBJECT => ExprKind::Map(cst::named(n).into_iter().filter_map(|p| self.entry(p)).collect()),
            k::BINARY => self.binary(n),
            k::UNARY => self.unary(n),
            k::TERNARY => self.ternary(n),
            k::ASSIGNMENT => self.assignment(n),
            k::AUGMENTED => match self.augmented_parts(n) {
                Some((target, op, value)) => assign(target, op, value),
                None => ExprKind::Opaque(Vec::new()),
            },
            k::UPDATE => match self.update_parts(n) {
                Some((target, op)) => {
                    let one = self.at(n, ExprKind::Int(1));
                    assign(target, op, one)
                }
                None => ExprKind::Opaque(Vec::new()),
            },
            k::AWAIT => match cst::named(n).first() {
                Some(&x) => ExprKind::Await(Box::new(self.expr(x))),
                None => ExprKind::Opaque(Vec::new()),
            },
            k::YIELD => match cst::named(n).first() {
                Some(&x) if self.yields_await => ExprKind::Await(Box::new(self.expr(x))),
                x => ExprKind::Yield(x.map(|&x| Box::new(self.expr(x)))),
            },
            k::ARROW | k::FUNCTION | k::GENERATOR => ExprKind::Closure(self.function(n, None)),
            k::CLASS => ExprKind::Class(self.class(n, None, Vec::new())),
            k::SPREAD => match cst::named(n).first() {
                Some(&x) => ExprKind::Spread(Box::new(self.expr(x))),
                None => ExprKind::Opaque(Vec::new()),
            },
            k::SEQUENCE => self.sequence(n),
            k::JSX_ELEMENT | k::JSX_SELF_CLOSING => self.markup(n),
            k::REGEX => ExprKind::Opaque(Vec::new()),
            _ => ExprKind::Opaque(cst::named(n).into_iter().map(|c| self.expr(c)).collect()),
        }
    }

    fn name(&mut self, n: Node<'_>) -> ExprKind {
        let mut parts = self.text(n).split('.').map(|p| SmolStr::from(p.trim()));
        let Some(first) = parts.next() else { return ExprKind::Opaque(Vec::new()) };
        self.used.insert(first.clone());
        parts.fold(ExprKind::Name(first), |object, name| ExprKind::Attr {
            object: Box::new(self.at(n, object)),
            name,
            optional: false,
        })
    }

    fn member(&mut self, n: Node<'_>) -> ExprKind {
        let (Some(object), Some(name)) = (cst::field(n, field::OBJECT), cst::field(n, field::PROPERTY))
        else {
            return ExprKind::Opaque(Vec::new());
        };
        ExprKind::Attr {
            object: Box::new(self.expr(object)),
            name: self.text(name).into(),
            optional: cst::field(n, field::OPTIONAL_CHAIN).is_some(),
        }
    }

    fn subscript(&mut self, n: Node<'_>) -> ExprKind {
        let (Some(object), Some(index)) = (cst::field(n, field::OBJECT), cst::field(n, field::INDEX)) else {
            return ExprKind::Opaque(Vec::new());
        };
        ExprKind::Index { object: Box::new(self.expr(object)), index: Box::new(self.expr(index)) }
    }

    fn call(&mut self, n: Node<'_>) -> ExprKind {
        let (Some(function), Some(arguments)) =
            (cst::field(n, field::FUNCTION), cst::field(n, field::ARGUMENTS))
        else {
            return ExprKind::Opaque(Vec::new());
        };
        let function = called(function);
        if arguments.kind() == k::TEMPLATE {
            return self.tagged(function, arguments);
        }
        if let Some(kind) = self.compiled_async(function, arguments) {
            return kind;
        }
        let mut args = self.args(arguments);
        let is_require = function.kind() == k::IDENTIFIER
            && self.text(function) == "require"
            && !self.hidden.iter().any(|h| h == "require");
        if (is_require || function.kind() == k::IMPORT)
            && let [Arg { value: Expr { kind: ExprKind::Str(module), .. }, .. }, ..] = &args[..]
        {
            self.seen.common_js |= is_require;
            return ExprKind::Module(module.clone());
        }
        let callee = self.expr(function);
        if args.first().is_some_and(|a| matches!(a.value.kind, ExprKind::Module(_)))
            && let ExprKind::Name(f) | ExprKind::Attr { name: f, .. } = &callee.kind
            && INTEROP.contains(&f.as_str())
        {
            return args.swap_remove(0).value.kind;
        }
        ExprKind::Call { callee: Box::new(callee), args, is_new: false }
    }

    /// What compilers make of an `async` function: a generator that a helper runs (TypeScript) or wraps (Babel).
    fn compiled_async(&mut self, helper: Node<'_>, arguments: Node<'_>) -> Option<ExprKind> {
        let name = cst::field(helper, field::PROPERTY).unwrap_or(helper);
        let runs = match self.text(name) {
            "__awaiter" => true,
            "_asyncToGenerator" => false,
            _ => return None,
        };
        let generator = peel(*cst::named(arguments).last()?);
        if generator.kind() != k::GENERATOR {
            return None;
        }
        self.next_yields_await = true;
        let closure = ExprKind::Closure(self.function(generator, None));
        if !runs {
            return Some(closure);
        }
        let callee = Box::new(self.at(generator, closure));
        Some(ExprKind::Call { callee, args: Vec::new(), is_new: false })
    }

    fn new_call(&mut self, n: Node<'_>) -> ExprKind {
        let Some(class) = cst::field(n, field::CONSTRUCTOR) else { return ExprKind::Opaque(Vec::new()) };
        let callee = Box::new(self.expr(called(class)));
        let args = cst::field(n, field::ARGUMENTS).map_or_else(Vec::new, |a| self.args(a));
        ExprKind::Call { callee, args, is_new: true }
    }

    pub(super) fn args(&mut self, n: Node<'_>) -> Vec<Arg> {
        cst::named(n).into_iter().map(|a| Arg { name: None, value: self.expr(a) }).collect()
    }

    /// `a op b op c`: chains of operators are walked in a loop, since programs build long texts this way.
    fn binary(&mut self, n: Node<'_>) -> ExprKind {
        let mut links = Vec::new();
        let mut first = n;
        while first.kind() == k::BINARY {
            let (Some(left), Some(op), Some(right)) = (
                cst::field(first, field::LEFT),
                cst::field(first, field::OPERATOR),
                cst::field(first, field::RIGHT),
            ) else {
                break;
            };
            links.push((first, op.kind(), right));
            first = peel(left);
        }
        links.reverse();
        let mut left = self.expr(first);
        if links.len() > LONG_TEXT && links.iter().all(|(_, op, _)| *op == "+") {
            let rest: Vec<Expr> = links.iter().map(|(_, _, r)| self.expr(*r)).collect();
            let is_text = |e: &Expr| matches!(e.kind, ExprKind::Str(_) | ExprKind::Template(_));
            let parts: Vec<Expr> = std::iter::once(left).chain(rest).collect();
            // From the first text on, `+` joins texts.
            return if parts.iter().take(2).any(is_text) {
                ExprKind::Template(parts)
            } else {
                ExprKind::Opaque(parts)
            };
        }
        if links.len() > MAX_OPERANDS {
            let mut parts = vec![left];
            parts.extend(links.iter().map(|(_, _, r)| self.expr(*r)));
            return ExprKind::Opaque(parts);
        }
        for (node, op, right) in links {
            let (l, r) = (Box::new(left), Box::new(self.expr(right)));
            left = self.at(node, operation(op, l, r));
        }
        left.kind
    }

    fn unary(&mut self, n: Node<'_>) -> ExprKind {
        let (Some(op), Some(x)) = (cst::field(n, field::OPERATOR), cst::field(n, field::ARGUMENT)) else {
            return ExprKind::Opaque(Vec::new());
        };
        let x = self.expr(x);
        match (op.kind(), &x.kind) {
            // `!0` and `!1` are what minifiers write for `true` and `false`.
            ("!", ExprKind::Int(i)) => ExprKind::Bool(*i == 0),
            ("!", _) => ExprKind::Not(Box::new(x)),
            ("-", ExprKind::Int(i)) => i.checked_neg().map_or(ExprKind::Opaque(Vec::new()), ExprKind::Int),
            ("-", ExprKind::Float(f)) => ExprKind::Float(-f),
            ("+", ExprKind::Int(_) | ExprKind::Float(_)) => x.kind,
            ("void", ExprKind::Int(_)) => ExprKind::Null,
            _ => ExprKind::Opaque(vec![x]),
        }
    }

    fn ternary(&mut self, n: Node<'_>) -> ExprKind {
        let parts = [field::CONDITION, field::CONSEQUENCE, field::ALTERNATIVE]
            .map(|f| cst::field(n, f).map(|x| self.expr(x)));
        match parts {
            [Some(test), Some(then), Some(otherwise)] => {
                ExprKind::Cond { test: Box::new(test), then: Box::new(then), otherwise: Box::new(otherwise) }
            }
            parts => ExprKind::Opaque(parts.into_iter().flatten().collect()),
        }
    }

    fn assignment(&mut self, n: Node<'_>) -> ExprKind {
        let Some((target, value)) = self.assignment_parts(n) else { return ExprKind::Opaque(Vec::new()) };
        ExprKind::Assign { target: Box::new(target), op: SmolStr::default(), value: Box::new(value) }
    }

    /// Target and value of an assignment, with what it exports noted.
    pub(super) fn assignment_parts(&mut self, n: Node<'_>) -> Option<(Pattern, Expr)> {
        let (left, right) = (cst::field(n, field::LEFT)?, cst::field(n, field::RIGHT)?);
        let target = self.pattern(left);
        let value = self.expr_for(right, &target);
        self.note_export(&target, &value);
        Some((target, value))
    }

    /// Target, operator without `=`, and value.
    pub(super) fn augmented_parts(&mut self, n: Node<'_>) -> Option<(Expr, SmolStr, Expr)> {
        let (left, right) = (cst::field(n, field::LEFT)?, cst::field(n, field::RIGHT)?);
        let op = cst::field(n, field::OPERATOR)?.kind();
        let target = self.expr(left);
        let value = match place_name(&target) {
            Some(name) => self.expr_named(right, (name, target.span)),
            None => self.expr(right),
        };
        Some((target, op.trim_end_matches('=').into(), value))
    }

    /// Target and `+` or `-` of `x++`, `--x`.
    pub(super) fn update_parts(&mut self, n: Node<'_>) -> Option<(Expr, SmolStr)> {
        let op = cst::field(n, field::OPERATOR)?.kind().get(..1)?;
        Some((self.expr(cst::field(n, field::ARGUMENT)?), op.into()))
    }

    /// `a, b` inside an expression.
    fn sequence(&mut self, n: Node<'_>) -> ExprKind {
        ExprKind::Opaque(cst::named(n).into_iter().map(|x| self.expr(x)).collect())
    }
}

/// `(0, f)(x)` is what compilers write to call `f` without its object.
fn called(n: Node<'_>) -> Node<'_> {
    let n = peel(n);
    if n.kind() == k::SEQUENCE
        && let [zero, f] = cst::named(n)[..]
        && zero.kind() == k::NUMBER
    {
        return peel(f);
    }
    n
}

fn operation(op: &str, left: Box<Expr>, right: Box<Expr>) -> ExprKind {
    let op: &'static str = match op {
        "&&" => return ExprKind::Logic { op: SmolStr::new_static("and"), left, right },
        "||" => return ExprKind::Logic { op: SmolStr::new_static("or"), left, right },
        "??" => return ExprKind::Logic { op: SmolStr::new_static("??"), left, right },
        "==" | "===" => "==",
        "!=" | "!==" => "!=",
        "<" => "<",
        "<=" => "<=",
        ">" => ">",
        ">=" => ">=",
        "in" => "in",
        "instanceof" => "instanceof",
        op => return ExprKind::Binary { op: op.into(), left, right },
    };
    ExprKind::Compare { op: SmolStr::new_static(op), left, right }
}

fn assign(target: Expr, op: SmolStr, value: Expr) -> ExprKind {
    let target = match target.kind {
        ExprKind::Name(n) => Pattern::Name(n, target.span),
        _ => Pattern::Place(Box::new(target)),
    };
    ExprKind::Assign { target: Box::new(target), op, value: Box::new(value) }
}

/// The name a closure takes from what it is assigned to.
fn name_of(target: &Pattern) -> Option<Named> {
    match target {
        Pattern::Name(n, span) => {
            let short = n.strip_prefix("exports.").unwrap_or(n);
            (short != "module.exports").then(|| (short.into(), *span))
        }
        Pattern::Place(e) => place_name(e).map(|n| (n, e.span)),
        _ => None,
    }
}

fn place_name(e: &Expr) -> Option<SmolStr> {
    match &e.kind {
        ExprKind::Name(n) | ExprKind::Attr { name: n, .. } => Some(n.clone()),
        _ => None,
    }
}
