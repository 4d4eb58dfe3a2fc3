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
    pub(super) fn canon(&self, s: Scope<'_>, e: &Expr, depth: usize) -> Option<SmolStr> {
        if depth > MAX_DEPTH {
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
                [Part::Hole(e)] => return self.canon(s, e, next),
                parts => {
                    let mut out = String::from("\"");
                    for p in parts {
                        match p {
                            Part::Text(t) => out.push_str(t),
                            Part::Hole(e) => {
                                out.push_str("${");
                                out.push_str(&self.canon(s, e, next)?);
                                out.push('}');
                            }
                            Part::If(..) | Part::For { .. } => return None,
                        }
                    }
                    out.push('"');
                    out.into()
                }
            },
            ExprKind::List(items) => format_smolstr!("[{}]", self.all(s, items, next)?),
            ExprKind::Map(_) | ExprKind::For(_) => return None,
            ExprKind::Name(n) => {
                let v = plain(s.value(n)?)?;
                words_of(&v)?
            }
            ExprKind::Path(root, steps) => return self.canon_path(s, root, steps, next),
            ExprKind::If(c) => format_smolstr!(
                "{} ? {} : {}",
                self.canon(s, &c.0, next)?,
                self.canon(s, &c.1, next)?,
                self.canon(s, &c.2, next)?
            ),
            ExprKind::Call(name, args, _) => {
                if IMPURE.contains(&name.as_str()) {
                    return None;
                }
                format_smolstr!("{name}({})", self.all(s, args, next)?)
            }
            ExprKind::Not(e) => format_smolstr!("!{}", self.canon(s, e, next)?),
            ExprKind::Negate(e) => format_smolstr!("-{}", self.canon(s, e, next)?),
            ExprKind::Binary(o, both) => {
                let (l, r) = (self.canon(s, &both.0, next)?, self.canon(s, &both.1, next)?);
                format_smolstr!("{l} {} {r}", o.sign())
            }
        };
        (words.len() <= MAX_WORDS).then_some(words)
    }

    fn all(&self, s: Scope<'_>, items: &[Expr], depth: usize) -> Option<String> {
        let words: Option<Vec<SmolStr>> = items.iter().map(|i| self.canon(s, i, depth)).collect();
        Some(words?.join(", "))
    }

    fn canon_path(&self, s: Scope<'_>, root: &Expr, steps: &[Step], depth: usize) -> Option<SmolStr> {
        let ExprKind::Name(name) = &root.kind else {
            return self.canon_steps(s, self.canon(s, root, depth)?, steps, depth);
        };
        let first = match steps.first() {
            Some(Step::Attribute(a)) => Some(a),
            _ => None,
        };
        if s.value(name).is_some() {
            let whole = Expr::new(ExprKind::Path(Box::new(root.clone()), steps.to_vec()), root.span);
            return words_of(&plain(&self.tree(s, &whole, depth))?);
        }
        let instance = &self.instances[s.at];
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
                    Some(inner) => self.canon(Scope::of(s.at), inner, depth).map(|w| (w, true)),
                    None => self.canon(Scope::of(s.at), e, depth).map(|w| (w, false)),
                });
                match below {
                    Some((w, true)) => return Some(w),
                    Some((w, false)) => w,
                    None => own(&format!("local.{l}")),
                }
            }
            ("each" | "count", _) => return None,
            (_, Some(f)) => own(&format!("{name}.{f}")),
            (_, None) => return None,
        };
        self.canon_steps(s, start, rest, depth)
    }

    fn canon_steps(&self, s: Scope<'_>, start: SmolStr, steps: &[Step], depth: usize) -> Option<SmolStr> {
        let mut out = start.to_string();
        for step in steps {
            match step {
                Step::Attribute(a) => {
                    out.push('.');
                    out.push_str(a);
                }
                Step::Index(e) => {
                    out.push('[');
                    out.push_str(&self.canon(s, e, depth + 1)?);
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
