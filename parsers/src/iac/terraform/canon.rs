//! Expressions in words: names of conditions, and symbols for text that is only known when something is deployed.
//! Equal words mean equal values within a run: locals and inputs of modules are followed to where they come from.

use super::eval::{Eval, Scope};
use super::expr::{Expr, ExprKind, Part, Step};
use super::trees::{plain, text};
use lamlint_model::value::Value;
use smol_str::{SmolStr, format_smolstr};

/// What is longer is called by the name of its local value.
const MAX_WORDS: usize = 160;
/// Bound on nesting.
const MAX_DEPTH: usize = 100;

/// Functions that give something else each time, or depend on more than their arguments.
const IMPURE: &[&str] = &["timestamp", "plantimestamp", "uuid", "bcrypt", "provider::"];

impl Eval<'_> {
    /// An expression in words; `None` where it means something else each time.
    pub(super) fn canon(&self, scope: Scope<'_>, e: &Expr, depth: usize) -> Option<SmolStr> {
        if depth > MAX_DEPTH || !self.work(1) {
            return None;
        }
        let next = depth + 1;
        let words = match &e.kind {
            ExprKind::Null => "null".into(),
            ExprKind::Bool(b) => format_smolstr!("{b}"),
            ExprKind::Int(i) => format_smolstr!("{i}"),
            ExprKind::Float(f) => format_smolstr!("{f}"),
            ExprKind::Text(t) => format_smolstr!("{t:?}"),
            ExprKind::Template(parts) => match &parts[..] {
                [Part::Hole(e)] => return self.canon(scope, e, next),
                parts => {
                    let mut out = String::from("\"");
                    for p in parts {
                        match p {
                            Part::Text(t) => out.push_str(t),
                            Part::Hole(e) => {
                                out.push_str("${");
                                out.push_str(&self.canon(scope, e, next)?);
                                out.push('}');
                            }
                            Part::If(..) | Part::For { .. } => return None,
                        }
                    }
                    out.push('"');
                    out.into()
                }
            },
            ExprKind::List(items) => format_smolstr!("[{}]", self.all(scope, items, next)?),
            ExprKind::Map(_) | ExprKind::For(_) => return None,
            ExprKind::Name(n) => {
                let v = plain(scope.value(n)?)?;
                words_of(&v)?
            }
            ExprKind::Path(root, steps) => return self.canon_path(scope, root, steps, next),
            ExprKind::If(c) => format_smolstr!(
                "{} ? {} : {}",
                self.canon(scope, &c.0, next)?,
                self.canon(scope, &c.1, next)?,
                self.canon(scope, &c.2, next)?
            ),
            ExprKind::Call(name, args, _) => {
                if IMPURE.contains(&name.as_str()) {
                    return None;
                }
                format_smolstr!("{name}({})", self.all(scope, args, next)?)
            }
            ExprKind::Not(e) => format_smolstr!("!{}", self.canon(scope, e, next)?),
            ExprKind::Negate(e) => format_smolstr!("-{}", self.canon(scope, e, next)?),
            ExprKind::Binary(o, both) => {
                let (l, r) = (self.canon(scope, &both.0, next)?, self.canon(scope, &both.1, next)?);
                format_smolstr!("{l} {} {r}", o.sign())
            }
        };
        (words.len() <= MAX_WORDS).then_some(words)
    }

    fn all(&self, scope: Scope<'_>, items: &[Expr], depth: usize) -> Option<String> {
        let words: Option<Vec<SmolStr>> = items.iter().map(|i| self.canon(scope, i, depth)).collect();
        Some(words?.join(", "))
    }

    fn canon_path(&self, scope: Scope<'_>, root: &Expr, steps: &[Step], depth: usize) -> Option<SmolStr> {
        let ExprKind::Name(name) = &root.kind else {
            return self.canon_steps(scope, &self.canon(scope, root, depth)?, steps, depth);
        };
        let first = match steps.first() {
            Some(Step::Attribute(a)) => Some(a),
            _ => None,
        };
        if scope.value(name).is_some() {
            let whole = Expr::new(ExprKind::Path(Box::new(root.clone()), steps.to_vec()), root.span);
            return words_of(&plain(&self.tree(scope, &whole, depth))?);
        }
        let instance = &self.instances[scope.at];
        let own = |n: &str| format_smolstr!("{}{n}", instance.path);
        let rest = steps.get(1..).unwrap_or_default();
        let start = match (name.as_str(), first) {
            ("var", Some(v)) => match &instance.parent {
                None => own(&format!("var.{v}")),
                Some((parent, call, key)) => match call.body.get(v) {
                    Some(e) => {
                        let below = self.with_key(*parent, call, key, depth, |inner| {
                            descend(e, rest).map_or_else(
                                || self.canon(inner, e, depth).map(|w| (w, false)),
                                |e| self.canon(inner, e, depth).map(|w| (w, true)),
                            )
                        })?;
                        if below.1 {
                            return Some(below.0);
                        }
                        below.0
                    }
                    None => own(&format!("var.{v}")),
                },
            },
            ("local", Some(l)) => {
                let below = instance.module.locals.get(l.as_str()).and_then(|e| match descend(e, rest) {
                    Some(inner) => self.canon(Scope::of(scope.at), inner, depth).map(|w| (w, true)),
                    None => self.canon(Scope::of(scope.at), e, depth).map(|w| (w, false)),
                });
                match below {
                    Some((w, true)) => return Some(w),
                    Some((w, false)) => w,
                    None => own(&format!("local.{l}")),
                }
            }
            (n, Some(f)) if n != "each" && n != "count" => own(&format!("{name}.{f}")),
            _ => return None,
        };
        self.canon_steps(scope, &start, rest, depth)
    }

    fn canon_steps(&self, scope: Scope<'_>, start: &str, steps: &[Step], depth: usize) -> Option<SmolStr> {
        let mut out = start.to_owned();
        for step in steps {
            match step {
                Step::Attribute(a) => {
                    out.push('.');
                    out.push_str(a);
                }
                Step::Index(e) => {
                    out.push('[');
                    out.push_str(&self.canon(scope, e, depth + 1)?);
                    out.push(']');
                }
                Step::Splat { .. } => out.push_str("[*]"),
            }
        }
        (out.len() <= MAX_WORDS).then(|| out.into())
    }
}

/// The value a path of names leads to inside of maps that are written; `None` without a path.
fn descend<'a>(e: &'a Expr, steps: &[Step]) -> Option<&'a Expr> {
    if steps.is_empty() {
        return None;
    }
    steps.iter().try_fold(e, |e, s| match (&e.kind, s) {
        (ExprKind::Map(entries), Step::Attribute(a)) => {
            entries.iter().rev().find(|(k, _)| k.as_text() == Some(a)).map(|(_, v)| v)
        }
        _ => None,
    })
}

fn words_of(v: &Value) -> Option<SmolStr> {
    match v {
        Value::Str(s) => Some(format_smolstr!("{s:?}")),
        Value::Param(p) => Some(p.clone()),
        Value::Concat(_) | Value::Of(..) | Value::Pseudo(_) => Some(format_smolstr!("{v}")),
        v => text(v),
    }
}
