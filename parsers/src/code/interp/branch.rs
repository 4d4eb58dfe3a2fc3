//! Branches, and what they say about when code runs: memo guards, branches on the event, checks against repetition.

use super::value::V;
use super::{Flow, Interp};
use crate::code::hir::{Block, Catch, Expr, ExprKind, Lang};
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What a question must depend on to tell events apart.
const ASKED: Deps = Deps::EVENT.or(Deps::CALL).or(Deps::OTHER);

/// What a condition says about the code behind it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Test {
    /// It asks something that outlives the invocation (a module variable, a cache).
    pub persistent: bool,
    /// It depends on the event.
    pub event: bool,
    /// It depends on the result of a call.
    pub call: bool,
    /// All it depends on.
    pub deps: Deps,
}

impl Interp<'_> {
    pub(super) fn branch(&mut self, test: &Expr, then: &Block, otherwise: &Block) -> Flow {
        if let Some(run) = script_guard(test) {
            return self.block(if run { then } else { otherwise });
        }
        let t = self.test(test);
        let env = self.env_tests(test, 0);
        let before = self.frame.borrow().vars.clone();
        let outer = self.ctx.clone();
        let control = self.control;
        self.control = control.or(t.deps);
        self.narrow(t);
        self.ctx.env.extend(env.holds.iter().cloned());
        let a = self.block(then);
        let after_then = std::mem::replace(&mut self.frame.borrow_mut().vars, before);
        self.ctx = outer.clone();
        self.narrow(t);
        self.ctx.env.extend(env.fails.iter().cloned());
        let b = self.block(otherwise);
        self.ctx = outer;
        match (a, b) {
            (Flow::Exits, Flow::Exits) => return Flow::Exits,
            (Flow::Exits, Flow::On) => {
                self.past_exit(t);
                self.ctx.env.extend(env.fails);
            }
            (Flow::On, Flow::Exits) => {
                self.frame.borrow_mut().vars = after_then;
                self.past_exit(t);
                self.ctx.env.extend(env.holds);
            }
            (Flow::On, Flow::On) => {
                self.control = control;
                let other = std::mem::take(&mut self.frame.borrow_mut().vars);
                self.frame.borrow_mut().vars = join_vars(after_then, other, t.deps);
            }
        }
        Flow::On
    }

    /// Enter code behind a condition.
    pub(super) fn narrow(&mut self, t: Test) {
        self.ctx.memo |= t.persistent;
        self.ctx.event_branch |= t.event;
        self.ctx.branch |= !t.event;
        if t.call {
            self.ctx.idempotent.get_or_insert(SmolStr::new_static("a check of what was read before"));
        }
    }

    /// Behind `if …: return`: the rest runs only past the check.
    fn past_exit(&mut self, t: Test) {
        self.ctx.memo |= t.persistent;
        self.ctx.event_exit |= t.event;
        if t.call {
            self.ctx.idempotent.get_or_insert(SmolStr::new_static("a check of what was read before"));
        }
    }

    /// Evaluate a condition.
    pub(super) fn test(&mut self, e: &Expr) -> Test {
        self.testing += 1;
        let v = self.eval(e);
        self.testing -= 1;
        let mut t = Test { persistent: self.asks_persistent(e, 0), ..Test::default() };
        let deps = v.deps().or(self.mentioned(e, 0));
        t.deps = deps;
        t.event = deps.any(Deps::EVENT);
        t.call = deps.any(Deps::CALL);
        self.asked |= deps.any(ASKED) && !self.asks_presence(e, 0);
        t
    }

    /// Going through a list asks how much is in it, unless it is the records every event has.
    pub(super) fn goes_through(&mut self, items: &V) {
        let asks = match items {
            V::Sym(Value::Event(p)) => !is_container(p),
            V::List(..) | V::Map(..) => false,
            v => v.deps().any(ASKED),
        };
        self.asked |= asks;
    }

    /// Whether a condition asks of the event no more than whether it holds records: `if not event.get("Records")`.
    pub(super) fn asks_presence(&mut self, e: &Expr, depth: u32) -> bool {
        if depth > 40 {
            return false;
        }
        match &e.kind {
            ExprKind::Name(_) | ExprKind::Attr { .. } | ExprKind::Index { .. } if is_place(e, 0) => {
                self.testing += 1;
                let v = self.eval(e);
                self.testing -= 1;
                match v {
                    V::Sym(Value::Event(p)) => is_container(&p),
                    v => !v.deps().or(self.mentioned(e, 0)).any(ASKED),
                }
            }
            ExprKind::Not(x) => self.asks_presence(x, depth + 1),
            ExprKind::Compare { op, left, right } => {
                let named = match &left.kind {
                    ExprKind::Str(s) if matches!(op.as_str(), "in" | "not in") => {
                        is_container(std::slice::from_ref(s))
                    }
                    _ => self.asks_presence(left, depth + 1),
                };
                named && self.asks_presence(right, depth + 1)
            }
            ExprKind::Logic { left, right, .. } => {
                self.asks_presence(left, depth + 1) && self.asks_presence(right, depth + 1)
            }
            ExprKind::Call { callee, args, .. } => match (&callee.kind, &args[..]) {
                (ExprKind::Name(n), args)
                    if matches!(n.as_str(), "len" | "bool" | "isinstance" | "Boolean") =>
                {
                    args.iter().all(|a| self.asks_presence(&a.value, depth + 1))
                }
                (ExprKind::Attr { object, name, .. }, [key, ..]) if name == "get" => {
                    matches!(&key.value.kind, ExprKind::Str(s) if is_container(std::slice::from_ref(s)))
                        && self.asks_presence(object, depth + 1)
                }
                _ => !self.mentioned(e, 0).any(ASKED),
            },
            _ => !self.mentioned(e, 0).any(ASKED),
        }
    }

    /// What the names in a condition depend on; operators lose that in their value.
    fn mentioned(&mut self, e: &Expr, depth: u32) -> Deps {
        if depth > 40 {
            return Deps::NONE;
        }
        match &e.kind {
            ExprKind::Name(n) => super::lookup(&self.frame, n).map_or(Deps::NONE, |(v, _)| v.deps()),
            ExprKind::Attr { object, .. } => self.mentioned(object, depth + 1),
            ExprKind::Index { object, index } => {
                self.mentioned(object, depth + 1).or(self.mentioned(index, depth + 1))
            }
            ExprKind::Call { callee, args, .. } => {
                let mut d = self.mentioned(callee, depth + 1);
                for a in args {
                    d = d.or(self.mentioned(&a.value, depth + 1));
                }
                d
            }
            ExprKind::Binary { left, right, .. }
            | ExprKind::Compare { left, right, .. }
            | ExprKind::Logic { left, right, .. } => {
                self.mentioned(left, depth + 1).or(self.mentioned(right, depth + 1))
            }
            ExprKind::Not(x) | ExprKind::Await(x) | ExprKind::Spread(x) | ExprKind::Ref(x) => {
                self.mentioned(x, depth + 1)
            }
            ExprKind::Opaque(v) | ExprKind::List(v) => {
                v.iter().fold(Deps::NONE, |d, x| d.or(self.mentioned(x, depth + 1)))
            }
            _ => Deps::NONE,
        }
    }

    /// Whether a condition asks something that outlives the invocation and can change: a module-level variable
    /// that is no constant, a field of an object built at start-up, a file.
    pub(super) fn asks_persistent(&mut self, e: &Expr, depth: u32) -> bool {
        if depth > 40 {
            return false;
        }
        match &e.kind {
            ExprKind::Name(n) => match super::lookup(&self.frame, n) {
                // A variable of the script in which nothing was put yet.
                None if self.is_unset(n) => true,
                // A library, and not an object one of its functions gave.
                Some((V::Ext(q, _), _)) if !q.contains("()") && !q.starts_with('#') || q == "#error" => false,
                Some((
                    V::Sym(Value::Str(_) | Value::Env(_) | Value::Event(_))
                    | V::Func(_)
                    | V::Module(_)
                    | V::Package(_),
                    _,
                ))
                | None
                    if !self.lang.traits().messages || !n.starts_with(['@', '$']) =>
                {
                    false
                }
                // A variable of the program in which nothing was put yet.
                None => self.lang.traits().messages,
                Some((_, persistent)) => persistent,
            },
            ExprKind::Attr { object, .. } if self.is_constant_field(object, e) => false,
            ExprKind::Attr { object, name, .. } => {
                if matches!(&object.kind, ExprKind::Name(n) if n == "self" || n == "this" || n == "cls") {
                    return self.is_persistent_object(object);
                }
                // `path.exists(..)`, `os.path.isfile(..)`: a file that may be left from before.
                matches!(name.as_str(), "exists" | "isfile" | "existsSync" | "isdir")
                    || self.is_persistent_object(object)
                    || self.asks_persistent(object, depth + 1)
            }
            ExprKind::Index { object, .. } => self.asks_persistent(object, depth + 1),
            // A method of the handler's own class that is given something asks of that.
            ExprKind::Call { callee, args, .. }
                if self.lang.traits().object_methods
                    && !args.is_empty()
                    && matches!(&callee.kind, ExprKind::Attr { object, .. } if matches!(object.kind, ExprKind::Name(_))) =>
            {
                args.iter().any(|a| self.asks_persistent(&a.value, depth + 1))
            }
            ExprKind::Call { callee, args, .. } => {
                let names_persistent = match &callee.kind {
                    // `Thread.current[:client]`: the threads of a program last as long as it does.
                    ExprKind::Attr { object, name, .. }
                        if name == "current" && self.lang.traits().messages =>
                    {
                        matches!(&object.kind, ExprKind::Name(n) if n == "Thread")
                    }
                    ExprKind::Name(n) => {
                        matches!(n.as_str(), "hasattr" | "getattr" | "exists" | "isfile" | "existsSync")
                    }
                    _ => false,
                };
                names_persistent
                    || (!self.is_sdk_method(callee) && self.asks_persistent(callee, depth + 1))
                    || args.iter().any(|a| self.asks_persistent(&a.value, depth + 1))
            }
            ExprKind::Compare { left, right, .. } | ExprKind::Logic { left, right, .. } => {
                self.asks_persistent(left, depth + 1) || self.asks_persistent(right, depth + 1)
            }
            ExprKind::Not(x) | ExprKind::Await(x) => self.asks_persistent(x, depth + 1),
            ExprKind::Opaque(v) => v.iter().any(|x| self.asks_persistent(x, depth + 1)),
            _ => false,
        }
    }

    /// Whether a field holds what never changes, in languages whose code always stands in classes.
    fn is_constant_field(&mut self, object: &Expr, field: &Expr) -> bool {
        if !self.lang.traits().object_methods || !matches!(object.kind, ExprKind::Name(_)) {
            return false;
        }
        self.testing += 1;
        let v = self.eval(field);
        self.testing -= 1;
        match v {
            V::Ext(q, _) => !q.contains("()") && !q.starts_with('#'),
            V::Sym(Value::Str(_) | Value::Env(_) | Value::Event(_) | Value::Int(_))
            | V::Sdk(_)
            | V::Func(_) => true,
            _ => false,
        }
    }

    /// Asking a service is no look at what this environment keeps.
    fn is_sdk_method(&self, callee: &Expr) -> bool {
        let ExprKind::Attr { object, .. } = &callee.kind else { return false };
        let ExprKind::Name(n) = &object.kind else { return false };
        super::lookup(&self.frame, n).is_some_and(|(v, _)| v.holds_sdk())
    }

    fn is_persistent_object(&mut self, e: &Expr) -> bool {
        let ExprKind::Name(n) = &e.kind else { return false };
        match super::lookup(&self.frame, n) {
            Some((V::Class(..) | V::Func(_) | V::Module(_), _)) => true,
            Some((V::Instance(i), _)) => i.try_borrow().is_ok_and(|i| i.persistent),
            _ => false,
        }
    }

    pub(super) fn try_catch(
        &mut self,
        body: &Block,
        catches: &[Catch],
        otherwise: &Block,
        finally: &Block,
    ) -> Flow {
        let before = self.frame.borrow().vars.clone();
        let outer = self.ctx.clone();
        let guards = u32::from(catches_absence(body, catches));
        self.guarded += guards;
        let mut flow = self.block(body);
        self.guarded -= guards;
        if flow == Flow::On {
            flow = self.block(otherwise);
        }
        let idempotent = self.ctx.idempotent.clone();
        // `try: return CACHE[key]`: behind it, what was looked up is built once.
        let looked_up = flow == Flow::Exits && body_asks_cache(body);
        let after_body = self.frame.borrow().vars.clone();
        // A handler starts anywhere between the beginning and the end of the body.
        let start = join_vars(before, after_body.clone(), Deps::NONE);
        let mut result = (flow == Flow::On).then_some(after_body);
        for c in catches {
            self.frame.borrow_mut().vars = start.clone();
            self.ctx = outer.clone();
            self.ctx.branch = true;
            // `except KeyError: CACHE[k] = build()`: something was looked up and is built once.
            self.ctx.memo |= body_asks_cache(body);
            if let Some(n) = &c.name {
                self.frame.borrow_mut().set(n, V::Ext(SmolStr::new_static("#error"), Deps::OTHER));
            }
            if self.block(&c.body) == Flow::On {
                let vars = self.frame.borrow().vars.clone();
                result = Some(match result {
                    Some(r) => join_vars(r, vars, Deps::NONE),
                    None => vars,
                });
            }
        }
        self.ctx = outer;
        self.ctx.idempotent = idempotent;
        self.ctx.memo |= looked_up;
        let (vars, flow) = match result {
            Some(vars) => (vars, Flow::On),
            None => (start, Flow::Exits),
        };
        self.frame.borrow_mut().vars = vars;
        match self.block(finally) {
            Flow::Exits => Flow::Exits,
            Flow::On => flow,
        }
    }
}

/// `if __name__ == "__main__"` never holds in a function; `require.main === module` likewise.
fn script_guard(test: &Expr) -> Option<bool> {
    let ExprKind::Compare { op, left, right } = &test.kind else { return None };
    let is_main = |a: &Expr, b: &Expr| match (&a.kind, &b.kind) {
        (ExprKind::Name(n), ExprKind::Str(s)) => n == "__name__" && s == "__main__",
        (ExprKind::Attr { object, name, .. }, ExprKind::Name(m)) => {
            name == "main" && m == "module" && matches!(&object.kind, ExprKind::Name(r) if r == "require")
        }
        _ => false,
    };
    if !(is_main(left, right) || is_main(right, left)) {
        return None;
    }
    match op.as_str() {
        "==" => Some(false),
        "!=" => Some(true),
        _ => None,
    }
}

/// Whether a `try` is there for a variable that may be missing: it says so, or does next to nothing else.
fn catches_absence(body: &Block, catches: &[Catch]) -> bool {
    let names_it = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n == "KeyError" || n == "LookupError");
    catches.iter().any(|c| {
        c.types.iter().any(|t| match &t.kind {
            ExprKind::List(v) => v.iter().any(names_it),
            _ => names_it(t),
        })
    }) || (!catches.is_empty() && body.len() <= 2)
}

/// A `try` body that only looks something up: `return CACHE[key]`, `self._client`.
fn body_asks_cache(body: &Block) -> bool {
    use crate::code::hir::StmtKind;
    matches!(
        &body[..],
        [s] if matches!(&s.kind,
            StmtKind::Return(Some(e)) | StmtKind::Expr(e) | StmtKind::Assign { value: e, .. }
                if matches!(&e.kind, ExprKind::Index { .. } | ExprKind::Attr { .. } | ExprKind::Name(_)))
    )
}

/// Names after two ways joined: a name known on one way only may be missing on the other.
/// `by`: what decides which way is taken.
fn join_vars(a: BTreeMap<SmolStr, V>, mut b: BTreeMap<SmolStr, V>, by: Deps) -> BTreeMap<SmolStr, V> {
    let mut out = BTreeMap::new();
    for (k, v) in a {
        let v = match b.remove(&k) {
            Some(w) => v.chosen(&w, by),
            None => v,
        };
        out.insert(k, v);
    }
    out.extend(b);
    out
}

/// Languages in which an assigned name is local to the function unless declared otherwise.
pub(super) fn assignment_is_local(lang: Lang) -> bool {
    lang.traits().assignment_is_local
}

/// A name with constant attributes and indices below it: looking at it does nothing.
pub(super) fn is_place(e: &Expr, depth: u32) -> bool {
    match &e.kind {
        ExprKind::Name(_) => true,
        ExprKind::Attr { object, .. } if depth < 16 => is_place(object, depth + 1),
        ExprKind::Index { object, index } if depth < 16 => {
            matches!(index.kind, ExprKind::Str(_) | ExprKind::Int(_)) && is_place(object, depth + 1)
        }
        _ => false,
    }
}

/// A part of the event that is there in every event of its kind.
fn is_container(path: &[SmolStr]) -> bool {
    matches!(
        &path.iter().map(SmolStr::as_str).collect::<Vec<_>>()[..],
        [] | ["Records" | "detail" | "length"] | ["Records", "*" | "length"]
    )
}
