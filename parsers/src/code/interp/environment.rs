//! What conditions say of environment variables, and which variables the code sets itself.

use super::Interp;
use super::branch::is_place;
use super::value::V;
use crate::code::api::{self, Kind};
use crate::code::hir::{Expr, ExprKind};
use lamlint_model::handler::{EnvState, EnvTest};
use lamlint_model::value::Value;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Environment variables the code sets itself: a question about them has no answer in the template.
#[derive(Debug, Default)]
pub(super) struct Written {
    names: BTreeSet<SmolStr>,
    all: bool,
}

impl Written {
    pub(super) fn insert(&mut self, name: &SmolStr) {
        self.names.insert(name.clone());
    }

    /// Any of them.
    pub(super) fn insert_all(&mut self) {
        self.all = true;
    }

    pub(super) fn holds(&self, name: &SmolStr) -> bool {
        self.all || self.names.contains(name)
    }
}

/// The questions that have a known answer where a condition holds, and where it does not.
#[derive(Debug, Default)]
pub(super) struct Tests {
    pub holds: Vec<EnvTest>,
    pub fails: Vec<EnvTest>,
}

/// Functions that change the environment.
const CHANGING: &[&str] = &[
    "os.environ.clear",
    "os.environ.pop",
    "os.environ.setdefault",
    "os.environ.update",
    "os.putenv",
    "os.unsetenv",
];

/// Whether a name of a library is that of the environment.
pub(super) fn is_environment(name: &str) -> bool {
    matches!(name, "env" | "os.environ")
}

/// A variable, or what stands for it where it is not set.
struct Variable {
    name: SmolStr,
    default: Option<SmolStr>,
}

impl Interp<'_> {
    /// Note a call that may set variables.
    pub(super) fn may_set_env(&mut self, q: &str, first: Option<&V>) {
        let given = matches!(first, Some(V::Ext(q, _)) if is_environment(q));
        if CHANGING.contains(&q)
            || (given && api::lookup(self.lang, q).is_some_and(|r| r.kind == Kind::Merge))
        {
            self.env.insert_all();
        }
    }

    /// What a condition says of environment variables.
    pub(super) fn env_tests(&mut self, e: &Expr, depth: u32) -> Tests {
        if depth > 40 {
            return Tests::default();
        }
        match &e.kind {
            ExprKind::Not(x) => {
                let t = self.env_tests(x, depth + 1);
                Tests { holds: t.fails, fails: t.holds }
            }
            ExprKind::Logic { op, left, right } if op == "and" || op == "or" => {
                let (mut a, b) = (self.env_tests(left, depth + 1), self.env_tests(right, depth + 1));
                // Of `a and b` both hold, and it is not known which of them fails.
                if op == "and" {
                    a.holds.extend(b.holds);
                    a.fails.clear();
                } else {
                    a.fails.extend(b.fails);
                    a.holds.clear();
                }
                a
            }
            ExprKind::Compare { op, left, right } => self.compared(op, left, right),
            ExprKind::Call { callee, args, .. }
                if args.len() == 1
                    && matches!(&callee.kind, ExprKind::Name(n) if n == "bool" || n == "Boolean") =>
            {
                self.env_tests(&args[0].value, depth + 1)
            }
            _ => self.env_variable(e, 0).map_or_else(Tests::default, |v| both(&v, EnvState::Filled)),
        }
    }

    fn compared(&mut self, op: &str, left: &Expr, right: &Expr) -> Tests {
        let (negated, op) = match op {
            "!=" | "is not" => (true, "=="),
            "not in" => (true, "in"),
            "==" | "is" => (false, "=="),
            op => (false, op),
        };
        let tests = match (op, &left.kind, &right.kind) {
            ("in", ExprKind::Str(name), _) => self
                .is_env_mapping(right)
                .then(|| both(&Variable { name: name.clone(), default: None }, EnvState::Set)),
            ("==", _, ExprKind::Str(text)) => {
                self.env_variable(left, 0).map(|v| both(&v, EnvState::Is(text.clone())))
            }
            ("==", ExprKind::Str(text), _) => {
                self.env_variable(right, 0).map(|v| both(&v, EnvState::Is(text.clone())))
            }
            ("==", _, _) if is_nothing(right) => {
                self.env_variable(left, 0).map(|v| both(&v, EnvState::Unset))
            }
            _ => None,
        };
        let t = tests.unwrap_or_default();
        if negated { Tests { holds: t.fails, fails: t.holds } } else { t }
    }

    fn is_env_mapping(&mut self, e: &Expr) -> bool {
        if !is_place(e, 0) {
            return false;
        }
        matches!(self.looked_at(e), V::Ext(q, _) if is_environment(&q))
    }

    /// The variable an expression reads, or a name that was given its value.
    fn env_variable(&mut self, e: &Expr, depth: u32) -> Option<Variable> {
        let value = match &e.kind {
            ExprKind::Call { callee, args, .. } => match &callee.kind {
                // `os.environ.get("MODE", "").lower()`
                ExprKind::Attr { object, name, .. } if args.is_empty() && keeps_text(name) && depth < 4 => {
                    return self.env_variable(object, depth + 1);
                }
                _ if is_place(callee, 0) => match self.looked_at(callee) {
                    V::Ext(q, _) if api::lookup(self.lang, &q).is_some_and(|r| r.kind == Kind::Env) => {
                        self.looked_at(e)
                    }
                    _ => return None,
                },
                _ => return None,
            },
            // `process.env.MODE || "local"`
            ExprKind::Logic { op, left, right } if op != "and" && is_place(left, 0) => {
                let ExprKind::Str(_) = &right.kind else { return None };
                let (a, b) = (self.looked_at(left), self.looked_at(right));
                a.join(&b)
            }
            _ if is_place(e, 0) => self.looked_at(e),
            _ => return None,
        };
        let (mut name, mut default) = (None, None);
        for v in value.possibilities() {
            match v {
                V::Sym(Value::Env(n)) if name.is_none() => name = Some(n),
                V::Sym(Value::Null) => {}
                V::Sym(Value::Str(s)) if default.is_none() => default = Some(s),
                _ => return None,
            }
        }
        Some(Variable { name: name?, default })
    }

    fn looked_at(&mut self, e: &Expr) -> V {
        self.testing += 1;
        let v = self.eval(e);
        self.testing -= 1;
        v
    }
}

fn both(v: &Variable, is: EnvState) -> Tests {
    let test = |is: EnvState| EnvTest { name: v.name.clone(), default: v.default.clone(), is };
    Tests { holds: vec![test(is.clone())], fails: vec![test(is.opposite())] }
}

fn is_nothing(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Null) || matches!(&e.kind, ExprKind::Name(n) if n == "undefined")
}

/// Methods that change text in no way a question about a setting looks at.
fn keeps_text(name: &str) -> bool {
    matches!(name, "lower" | "upper" | "strip" | "trim" | "toLowerCase" | "toUpperCase" | "casefold")
}
