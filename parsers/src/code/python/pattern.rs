//! What assignments bind, and `match`.

use super::{Lower, k};
use crate::code::cst;
use crate::code::hir::{Block, Expr, ExprKind, Pattern, Stmt, StmtKind};
use lamlint_model::source::Span;
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    /// A target of an assignment, a loop, a `with` or a parameter.
    pub(super) fn pattern(&mut self, n: Node<'_>) -> Pattern {
        let p = if self.enter() { self.pattern_kind(n) } else { Pattern::Ignore };
        self.leave();
        p
    }

    fn pattern_kind(&mut self, n: Node<'_>) -> Pattern {
        match n.kind() {
            k::IDENTIFIER => Pattern::Name(self.name(n), self.span(n)),
            k::ATTRIBUTE | k::SUBSCRIPT => Pattern::Place(Box::new(self.expr(n))),
            // `(a) = …` is `a = …`.
            k::TUPLE_PATTERN | k::PARENTHESIZED_EXPRESSION | k::TUPLE
                if cst::named(n).len() == 1 && !cst::has(n, ",") =>
            {
                cst::named(n).first().map_or(Pattern::Ignore, |p| self.pattern(*p))
            }
            k::TUPLE_PATTERN
            | k::LIST_PATTERN
            | k::PATTERN_LIST
            | k::TUPLE
            | k::LIST
            | k::EXPRESSION_LIST => {
                Pattern::List(cst::named(n).into_iter().map(|p| self.pattern(p)).collect())
            }
            k::LIST_SPLAT_PATTERN | k::LIST_SPLAT => {
                let inner = cst::named(n).first().map_or(Pattern::Ignore, |p| self.pattern(*p));
                Pattern::Rest(Box::new(inner))
            }
            _ => Pattern::Ignore,
        }
    }

    /// `match` becomes branches that compare.
    pub(super) fn match_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let subjects: Vec<Expr> = cst::field_all(n, "subject").into_iter().map(|s| self.expr(s)).collect();
        let subject = match <[Expr; 1]>::try_from(subjects) {
            Ok([one]) => one,
            Err(many) => self.expr_at(n, ExprKind::List(many)),
        };
        let subject = if is_place(&subject) {
            subject
        } else {
            let (name, span) = (self.temporary(), subject.span);
            let target = Pattern::Name(name.clone(), span);
            out.push(Stmt { span, kind: StmtKind::Assign { target, value: subject } });
            Expr { span, kind: ExprKind::Name(name) }
        };
        let cases: Vec<Node<'_>> = cst::field(n, "body")
            .map(cst::named)
            .unwrap_or_default()
            .into_iter()
            .filter(|c| c.kind() == k::CASE_CLAUSE)
            .collect();
        // Each case nests in the one before.
        self.too_deep |= cases.len() > cst::MAX_DEPTH as usize / 2;
        let mut lowered = Vec::with_capacity(cases.len());
        for c in &cases {
            lowered.push(self.case(*c, &subject));
        }
        let mut otherwise = Block::new();
        for (span, case) in lowered.into_iter().rev() {
            let Case { test, guard, bindings, mut body } = case;
            let mut arm = Block::new();
            let bind = bindings
                .map(|target| Stmt { span, kind: StmtKind::Assign { target, value: subject.clone() } });
            let test = match (test, guard) {
                (test, Some(guard)) => {
                    // The guard sees what the pattern binds.
                    arm.extend(bind);
                    Some(match test {
                        Some(t) => logic("and", t, guard),
                        None => guard,
                    })
                }
                (test, None) => {
                    body.splice(0..0, bind);
                    test
                }
            };
            match test {
                Some(test) => arm.push(Stmt { span, kind: StmtKind::If { test, then: body, otherwise } }),
                None => arm.append(&mut body),
            }
            otherwise = arm;
        }
        out.append(&mut otherwise);
    }

    fn case(&mut self, n: Node<'_>, subject: &Expr) -> (Span, Case) {
        let patterns: Vec<Node<'_>> =
            cst::named(n).into_iter().filter(|c| c.kind() == k::CASE_PATTERN).collect();
        let (test, bindings) = match &patterns[..] {
            [one] => (self.case_test(*one, subject), self.case_binding(*one)),
            many => {
                let items: Vec<Pattern> =
                    many.iter().map(|p| self.case_binding(*p).unwrap_or(Pattern::Ignore)).collect();
                let test = self.expr_at(n, ExprKind::Opaque(vec![subject.clone()]));
                (Some(test), some_names(Pattern::List(items)))
            }
        };
        let guard = cst::field(n, "guard").and_then(|g| cst::named(g).first().copied()).map(|g| self.expr(g));
        let body = cst::field(n, "consequence").map(|b| self.block(b)).unwrap_or_default();
        (self.span(n), Case { test, guard, bindings, body })
    }

    /// The condition a pattern stands for; `None` when it always matches.
    fn case_test(&mut self, n: Node<'_>, subject: &Expr) -> Option<Expr> {
        if !self.enter() {
            self.leave();
            return None;
        }
        let test = self.case_test_kind(n, subject);
        self.leave();
        test
    }

    fn case_test_kind(&mut self, n: Node<'_>, subject: &Expr) -> Option<Expr> {
        let compare = |it: &Self, op: &'static str, value: Expr| {
            let kind = ExprKind::Compare {
                op: SmolStr::new_static(op),
                left: Box::new(subject.clone()),
                right: Box::new(value),
            };
            Some(it.expr_at(n, kind))
        };
        match n.kind() {
            k::CASE_PATTERN | k::AS_PATTERN => match &cst::children(n)[..] {
                [one] if !one.is_named() && one.kind() == "_" => None,
                [minus, _] if minus.kind() == "-" => {
                    let value = self.negative(n);
                    compare(self, "==", value)
                }
                [first, ..] => self.case_test(*first, subject),
                [] => None,
            },
            k::STRING | k::CONCATENATED_STRING | k::INTEGER | k::FLOAT => {
                let value = self.expr(n);
                compare(self, "==", value)
            }
            k::TRUE | k::FALSE | k::NONE => {
                let value = self.expr(n);
                compare(self, "is", value)
            }
            k::DOTTED_NAME => {
                let parts = cst::named(n);
                let (first, rest) = parts.split_first()?;
                if rest.is_empty() {
                    return None;
                }
                let mut value = self.expr_at(*first, ExprKind::Name(self.name(*first)));
                for part in rest {
                    let kind =
                        ExprKind::Attr { object: Box::new(value), name: self.name(*part), optional: false };
                    value = self.expr_at(n, kind);
                }
                compare(self, "==", value)
            }
            k::UNION_PATTERN => {
                let mut all: Option<Expr> = None;
                for p in cst::named(n) {
                    let t = self.case_test(p, subject)?;
                    all = Some(match all {
                        Some(a) => logic("or", a, t),
                        None => t,
                    });
                }
                all
            }
            _ => Some(self.expr_at(n, ExprKind::Opaque(vec![subject.clone()]))),
        }
    }

    fn negative(&mut self, n: Node<'_>) -> Expr {
        let kind = match cst::named(n).first().map(|v| self.expr(*v).kind) {
            Some(ExprKind::Int(i)) => ExprKind::Int(i.wrapping_neg()),
            Some(ExprKind::Float(x)) => ExprKind::Float(-x),
            _ => ExprKind::Opaque(Vec::new()),
        };
        self.expr_at(n, kind)
    }

    /// The names a pattern binds; `None` when it binds none.
    fn case_binding(&mut self, n: Node<'_>) -> Option<Pattern> {
        let p = if self.enter() { self.case_binding_kind(n) } else { Pattern::Ignore };
        self.leave();
        some_names(p)
    }

    fn case_binding_kind(&mut self, n: Node<'_>) -> Pattern {
        let inner = |it: &mut Self, n: Node<'_>| it.case_binding(n).unwrap_or(Pattern::Ignore);
        let parts = cst::named(n);
        match n.kind() {
            k::AS_PATTERN => match &parts[..] {
                // What the name stands for matters more than what the inner pattern takes apart.
                [_, name] => Pattern::Name(self.name(*name), self.span(*name)),
                _ => Pattern::Ignore,
            },
            k::CASE_PATTERN => parts.first().map_or(Pattern::Ignore, |p| inner(self, *p)),
            k::DOTTED_NAME => match &parts[..] {
                [one] if self.text(*one) != "_" => Pattern::Name(self.name(*one), self.span(*one)),
                _ => Pattern::Ignore,
            },
            k::LIST_PATTERN | k::TUPLE_PATTERN => {
                Pattern::List(parts.into_iter().map(|p| inner(self, p)).collect())
            }
            k::SPLAT_PATTERN => match parts.first() {
                Some(name) => Pattern::Rest(Box::new(Pattern::Name(self.name(*name), self.span(*name)))),
                None => Pattern::Rest(Box::new(Pattern::Ignore)),
            },
            k::UNION_PATTERN => parts.first().map_or(Pattern::Ignore, |p| inner(self, *p)),
            k::DICT_PATTERN => {
                let keys = cst::field_all(n, "key");
                let values = cst::field_all(n, "value");
                let mut entries = Vec::new();
                for (key, value) in keys.into_iter().zip(values) {
                    if let ExprKind::Str(key) = self.expr(key).kind {
                        entries.push((key, inner(self, value), None));
                    }
                }
                Pattern::Map(entries)
            }
            k::CLASS_PATTERN => {
                let mut entries = Vec::new();
                for p in parts {
                    let keyword = cst::named(p).into_iter().find(|c| c.kind() == k::KEYWORD_PATTERN);
                    if let Some(keyword) = keyword
                        && let [name, value] = cst::named(keyword)[..]
                    {
                        entries.push((self.name(name), inner(self, value), None));
                    }
                }
                Pattern::Map(entries)
            }
            _ => Pattern::Ignore,
        }
    }
}

/// One arm of a `match`.
struct Case {
    test: Option<Expr>,
    guard: Option<Expr>,
    bindings: Option<Pattern>,
    body: Block,
}

fn logic(op: &'static str, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr {
        span,
        kind: ExprKind::Logic { op: SmolStr::new_static(op), left: Box::new(left), right: Box::new(right) },
    }
}

/// The pattern, if it binds anything.
fn some_names(p: Pattern) -> Option<Pattern> {
    fn binds(p: &Pattern) -> bool {
        match p {
            Pattern::Name(..) | Pattern::Place(_) => true,
            Pattern::List(v) | Pattern::Results(v) => v.iter().any(binds),
            Pattern::Map(v) => v.iter().any(|(_, p, _)| binds(p)),
            Pattern::Rest(p) => binds(p),
            Pattern::Ignore => false,
        }
    }
    binds(&p).then_some(p)
}

/// Whether evaluating it again does nothing.
fn is_place(e: &Expr) -> bool {
    let mut at = e;
    loop {
        match &at.kind {
            ExprKind::Name(_) => return true,
            ExprKind::Attr { object, .. } => at = object,
            ExprKind::Index { object, index }
                if matches!(index.kind, ExprKind::Str(_) | ExprKind::Int(_)) =>
            {
                at = object;
            }
            _ => return false,
        }
    }
}
