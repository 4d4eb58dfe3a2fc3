//! Conditions as guards, without a solver: what is not decided is a guard with the words of the condition as its name.

use super::eval::{Eval, MAX_DEPTH, Scope};
use super::expr::{Expr, ExprKind, Operator, Step};
use super::trees::{plain, text, truth};
use lamlint_model::tree::Tree;
use lamlint_model::tri::Guards;
use lamlint_model::value::Value;
use smol_str::{SmolStr, format_smolstr};

/// The conditions under which something is true and under which it is false; `None`: it never is.
pub(super) type Outcome = (Option<Guards>, Option<Guards>);

const ALWAYS: fn() -> Option<Guards> = || Some(Guards::none());

impl Eval<'_> {
    /// How a condition can come out.
    pub(super) fn outcome(&self, scope: Scope<'_>, e: &Expr, depth: usize) -> Outcome {
        let depth = depth + 1;
        if depth > MAX_DEPTH || !self.work(1) {
            return named(&self.by_place(scope, e));
        }
        if let ExprKind::Not(inner) = &e.kind {
            let (yes, no) = self.outcome(scope, inner, depth);
            return (no, yes);
        }
        if let Some(found) = self.elsewhere(scope, e, depth) {
            return found;
        }
        if let Some(found) = decided(&self.tree(scope, e, depth)) {
            return found;
        }
        match &e.kind {
            ExprKind::Binary(Operator::And, both) => {
                let (left, right) =
                    (self.outcome(scope, &both.0, depth), self.outcome(scope, &both.1, depth));
                conjunction(left, right, || named(&self.words(scope, e, depth)).1)
            }
            ExprKind::Binary(Operator::Or, both) => {
                let (left, right) =
                    (self.outcome(scope, &both.0, depth), self.outcome(scope, &both.1, depth));
                let whole = || named(&self.words(scope, e, depth)).0;
                let (no, yes) = conjunction((left.1, left.0), (right.1, right.0), whole);
                (yes, no)
            }
            ExprKind::Binary(Operator::Equal, both) => self.equality(scope, e, both, depth),
            ExprKind::Binary(Operator::NotEqual, both) => {
                let positive = Expr::new(ExprKind::Binary(Operator::Equal, both.clone()), e.span);
                let (yes, no) = self.equality(scope, &positive, both, depth);
                (no, yes)
            }
            _ => named(&self.words(scope, e, depth)),
        }
    }

    /// What has one value has no other: where it is compared with a constant, the guard says which.
    fn equality(&self, scope: Scope<'_>, e: &Expr, both: &(Expr, Expr), depth: usize) -> Outcome {
        let fixed = |e: &Expr| plain(&self.tree(scope, e, depth)).as_ref().and_then(text);
        let is = match (fixed(&both.0), fixed(&both.1)) {
            (Some(value), None) => self.canon(scope, &both.1, depth).map(|subject| (subject, value)),
            (None, Some(value)) => self.canon(scope, &both.0, depth).map(|subject| (subject, value)),
            _ => None,
        };
        let (yes, no) = named(&self.words(scope, e, depth));
        let yes = match is {
            Some((subject, value)) => yes.and_then(|g| g.with(subject, value)),
            None => yes,
        };
        (yes, no)
    }

    /// A condition that has a name is the one the name stands for.
    fn elsewhere(&self, scope: Scope<'_>, e: &Expr, depth: usize) -> Option<Outcome> {
        let ExprKind::Path(root, steps) = &e.kind else { return None };
        let (ExprKind::Name(root), [Step::Attribute(name)]) = (&root.kind, &steps[..]) else { return None };
        let instance = &self.instances[scope.at];
        match root.as_str() {
            "local" => {
                let e = instance.module.locals.get(name.as_str())?;
                Some(self.outcome(Scope::of(scope.at), e, depth))
            }
            "var" => {
                let (parent, call, key) = instance.parent.as_ref()?;
                let e = call.body.get(name)?;
                Some(self.with_key(*parent, call, key, depth, |inner| self.outcome(inner, e, depth)))
            }
            _ => None,
        }
    }

    fn words(&self, scope: Scope<'_>, e: &Expr, depth: usize) -> SmolStr {
        self.canon(scope, e, depth).unwrap_or_else(|| self.by_place(scope, e))
    }

    /// A name of a condition that has no better one.
    fn by_place(&self, scope: Scope<'_>, e: &Expr) -> SmolStr {
        let path = &self.instances[scope.at].path;
        let mut name = format!("{path}condition {}.{}", e.span.file.0, e.span.start);
        // It may come out differently each time round a loop.
        let mut frame = scope.frame;
        while let Some(f) = frame {
            let round = [plain(&f.value), plain(&f.value.get("key")), plain(&f.value.get("index"))];
            match round.into_iter().flatten().find(|v| !matches!(v, Value::Null)) {
                Some(v) => name.push_str(&format_smolstr!("[{v}]")),
                None => name.push_str(&format_smolstr!("[{}]", self.fresh())),
            }
            frame = f.up;
        }
        name.into()
    }
}

/// A condition by its name alone.
fn named(subject: &SmolStr) -> Outcome {
    (Guards::none().with(subject.clone(), "true"), Guards::none().with(subject.clone(), "false"))
}

/// How a condition comes out whose values are all known.
fn decided(t: &Tree) -> Option<Outcome> {
    if t.open().is_some() {
        return None;
    }
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for a in t.alts() {
        if truth(&a.value)? { yes.push(&a.guards) } else { no.push(&a.guards) }
    }
    match (&yes[..], &no[..]) {
        ([], _) => Some((None, ALWAYS())),
        (_, []) => Some((ALWAYS(), None)),
        ([y], [n]) if y.and(n).is_none() => Some((Some((*y).clone()), Some((*n).clone()))),
        _ => None,
    }
}

/// Both of two conditions. It fails in more than one way, which has the name of the whole.
fn conjunction(left: Outcome, right: Outcome, fails: impl FnOnce() -> Option<Guards>) -> Outcome {
    let both = match (&left.0, &right.0) {
        (Some(a), Some(b)) => a.and(b),
        _ => None,
    };
    match (both, left, right) {
        (None, ..) => (None, ALWAYS()),
        // A side that always holds changes nothing.
        (_, (Some(_), None), other) | (_, other, (Some(_), None)) => other,
        (Some(both), ..) => (Some(both), fails()),
    }
}
