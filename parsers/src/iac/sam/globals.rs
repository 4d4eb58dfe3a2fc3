//! `Globals`: merged into the resources of their kind.
//!
//! Maps merge key by key, lists are concatenated with the global elements first, anything else is overridden. An
//! intrinsic function is one value, not a map.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>

use crate::iac::expr::{Expr, ExprKind};

/// The properties of a resource with the globals of its kind.
pub(super) fn merge(global: &Expr, local: Expr) -> Expr {
    let span = local.span;
    match (&global.kind, local.kind) {
        (ExprKind::Map(g, g_open), ExprKind::Map(l, l_open)) => {
            let mut out = Vec::with_capacity(g.len() + l.len());
            let mut rest = l;
            for e in g {
                match rest.iter().position(|x| x.key == e.key) {
                    Some(i) => {
                        let mut own = rest.remove(i);
                        own.value = merge(&e.value, own.value);
                        out.push(own);
                    }
                    None => out.push(e.clone()),
                }
            }
            out.extend(rest);
            Expr::new(span, ExprKind::Map(out, l_open.or_else(|| g_open.clone())))
        }
        (ExprKind::List(g, g_open), ExprKind::List(l, l_open)) => {
            let items = g.iter().cloned().chain(l).collect();
            Expr::new(span, ExprKind::List(items, l_open.or_else(|| g_open.clone())))
        }
        (_, kind) => Expr::new(span, kind),
    }
}
