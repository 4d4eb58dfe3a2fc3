//! A walk over the statements and expressions of a unit.

use crate::code::hir::{Block, Expr, ExprKind, MapEntry, Pattern, Stmt, StmtKind, Unit};

/// What a walk calls. Each answer says whether to go on below.
pub(crate) trait Visitor {
    /// A statement.
    fn stmt(&mut self, _stmt: &Stmt) -> bool {
        true
    }

    /// An expression.
    fn expr(&mut self, _expr: &Expr) -> bool {
        true
    }
}

/// Walk the whole unit: the module, all functions, all class bodies.
pub(crate) fn unit(u: &Unit, v: &mut dyn Visitor) {
    block(&u.body, v);
    for f in &u.functions {
        block(&f.body, v);
        for d in f.decorators.iter().chain(f.params.iter().filter_map(|p| p.default.as_ref())) {
            expr(d, v);
        }
    }
    for c in &u.classes {
        block(&c.body, v);
        for e in c.bases.iter().chain(&c.decorators).chain(c.fields.iter().filter_map(|(_, e)| e.as_ref())) {
            expr(e, v);
        }
    }
}

/// Walk a block; bodies of functions and classes defined in it are not part of it.
pub(crate) fn block(b: &Block, v: &mut dyn Visitor) {
    for s in b {
        stmt(s, v);
    }
}

/// Walk one statement.
pub(crate) fn stmt(s: &Stmt, v: &mut dyn Visitor) {
    if !v.stmt(s) {
        return;
    }
    match &s.kind {
        StmtKind::Expr(e) | StmtKind::Return(Some(e)) | StmtKind::Raise(Some(e)) => expr(e, v),
        StmtKind::Declare { target, value } | StmtKind::Assign { target, value } => {
            pattern(target, v);
            expr(value, v);
        }
        StmtKind::AugAssign { target, value, .. } => {
            expr(target, v);
            expr(value, v);
        }
        StmtKind::If { test, then, otherwise } => {
            expr(test, v);
            block(then, v);
            block(otherwise, v);
        }
        StmtKind::Loop { over, test, body, otherwise } => {
            if let Some((p, e)) = over {
                pattern(p, v);
                expr(e, v);
            }
            if let Some(e) = test {
                expr(e, v);
            }
            block(body, v);
            block(otherwise, v);
        }
        StmtKind::Try { body, catches, otherwise, finally } => {
            block(body, v);
            for c in catches {
                block(&c.body, v);
            }
            block(otherwise, v);
            block(finally, v);
        }
        StmtKind::With { items, body } => {
            for (e, _) in items {
                expr(e, v);
            }
            block(body, v);
        }
        StmtKind::Block(b) => block(b, v),
        StmtKind::Delete(es) => {
            for e in es {
                expr(e, v);
            }
        }
        StmtKind::Opaque(es, bs) => {
            for e in es {
                expr(e, v);
            }
            for b in bs {
                block(b, v);
            }
        }
        StmtKind::Return(None)
        | StmtKind::Raise(None)
        | StmtKind::Function(_)
        | StmtKind::Class(_)
        | StmtKind::Method { .. }
        | StmtKind::Import(_)
        | StmtKind::Global(_)
        | StmtKind::Break
        | StmtKind::Continue => {}
    }
}

fn pattern(p: &Pattern, v: &mut dyn Visitor) {
    match p {
        Pattern::Place(e) => expr(e, v),
        Pattern::List(ps) | Pattern::Results(ps) => ps.iter().for_each(|p| pattern(p, v)),
        Pattern::Map(entries) => {
            for (_, p, default) in entries {
                pattern(p, v);
                if let Some(e) = default {
                    expr(e, v);
                }
            }
        }
        Pattern::Rest(p) => pattern(p, v),
        Pattern::Name(..) | Pattern::Ignore => {}
    }
}

/// Walk one expression; closures and class expressions are not entered.
pub(crate) fn expr(e: &Expr, v: &mut dyn Visitor) {
    if !v.expr(e) {
        return;
    }
    match &e.kind {
        ExprKind::Attr { object, .. } => expr(object, v),
        ExprKind::Index { object, index } => {
            expr(object, v);
            expr(index, v);
        }
        ExprKind::Call { callee, args, .. } => {
            expr(callee, v);
            for a in args {
                expr(&a.value, v);
            }
        }
        ExprKind::Template(es) | ExprKind::List(es) | ExprKind::Opaque(es) => {
            for e in es {
                expr(e, v);
            }
        }
        ExprKind::Map(entries) => {
            for entry in entries {
                match entry {
                    MapEntry::Pair(k, value) => {
                        expr(k, v);
                        expr(value, v);
                    }
                    MapEntry::Spread(e) => expr(e, v),
                }
            }
        }
        ExprKind::Binary { left, right, .. }
        | ExprKind::Compare { left, right, .. }
        | ExprKind::Logic { left, right, .. } => {
            expr(left, v);
            expr(right, v);
        }
        ExprKind::Not(e)
        | ExprKind::Await(e)
        | ExprKind::Yield(Some(e))
        | ExprKind::Spread(e)
        | ExprKind::Ref(e)
        | ExprKind::Zero(e) => expr(e, v),
        ExprKind::Cond { test, then, otherwise } => {
            expr(test, v);
            expr(then, v);
            expr(otherwise, v);
        }
        ExprKind::Assign { target, value, .. } => {
            pattern(target, v);
            expr(value, v);
        }
        ExprKind::Comprehension { element, clauses, tests } => {
            for (_, e) in clauses {
                expr(e, v);
            }
            for e in tests {
                expr(e, v);
            }
            expr(element, v);
        }
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Name(_)
        | ExprKind::Yield(None)
        | ExprKind::Closure(_)
        | ExprKind::Class(_)
        | ExprKind::Module(_) => {}
    }
}
