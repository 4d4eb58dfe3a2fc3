//! Which functions of a file look like handlers, for code that no template names.

use super::hir::{Block, ExportValue, Expr, ExprKind, FnId, Function, Lang, Param, Pattern, StmtKind, Unit};
use smol_str::SmolStr;

/// Names of handlers, in order.
pub(super) fn handlers(unit: &Unit) -> Vec<SmolStr> {
    match unit.lang {
        Lang::Python => python(unit),
        Lang::JavaScript | Lang::TypeScript => javascript(unit),
        // Its handlers have any name, and the programs around them say which they are.
        Lang::Go | Lang::Rust | Lang::Java => Vec::new(),
        Lang::CSharp => by_type(unit),
        Lang::Ruby => ruby(unit),
        Lang::PowerShell => powershell(unit),
    }
}

/// Methods that are marked as functions, or are named as handlers and take the context of an invocation.
fn by_type(unit: &Unit) -> Vec<SmolStr> {
    let mut out = Vec::new();
    for s in &unit.body {
        let StmtKind::Declare { target: Pattern::Name(full, _), value } = &s.kind else { continue };
        let ExprKind::Class(c) = value.kind else { continue };
        for f in unit.class(c).methods.iter().map(|m| unit.function(*m)) {
            let marked = f.decorators.iter().any(
                |d| matches!(&d.kind, ExprKind::Name(n) if n.trim_end_matches("Attribute") == "LambdaFunction"),
            );
            let context = f.params.iter().any(|p| p.annotation.as_deref() == Some("ILambdaContext"));
            if marked || context && f.name.contains("Handler") {
                out.push(format!("{full}::{}", f.name).into());
            }
        }
    }
    out
}

fn python(unit: &Unit) -> Vec<SmolStr> {
    let mut out: Vec<SmolStr> = Vec::new();
    for s in &unit.body {
        let StmtKind::Function(id) = s.kind else { continue };
        let f = unit.function(id);
        let is_handler = match f.name.as_str() {
            "lambda_handler" => f.params.len() == 2,
            "handler" => takes_event_and_context(f),
            _ => false,
        };
        if is_handler && !out.contains(&f.name) {
            out.push(f.name.clone());
        }
    }
    out
}

/// `def handler(event:, context:)`
fn ruby(unit: &Unit) -> Vec<SmolStr> {
    let mut out: Vec<SmolStr> = Vec::new();
    for s in &unit.body {
        let StmtKind::Function(id) = s.kind else { continue };
        let f = unit.function(id);
        let named = |p: &Param, name: &str| is_named(p, name) && !p.rest;
        let is_handler = matches!(f.name.as_str(), "lambda_handler" | "handler")
            && matches!(&f.params[..], [e, c] if named(e, "event") && named(c, "context"));
        if is_handler && !out.contains(&f.name) {
            out.push(f.name.clone());
        }
    }
    out
}

/// `function handler { param($LambdaInput, $LambdaContext) … }`
fn powershell(unit: &Unit) -> Vec<SmolStr> {
    let functions = unit.body.iter().filter_map(|s| match s.kind {
        StmtKind::Function(id) => Some(unit.function(id)),
        _ => None,
    });
    let is = |p: &Param, name: &str| matches!(&p.pattern, Pattern::Name(n, _) if n == name);
    let handlers = functions
        .filter(|f| matches!(&f.params[..], [e, c] if is(e, "$lambdainput") && is(c, "$lambdacontext")));
    handlers.map(|f| f.name.clone()).collect()
}

fn takes_event_and_context(f: &Function) -> bool {
    match &f.params[..] {
        [event, context] => {
            is_named(event, "event") && (is_named(context, "context") || is_named(context, "ctx"))
        }
        _ => false,
    }
}

fn is_named(p: &Param, name: &str) -> bool {
    matches!(&p.pattern, Pattern::Name(n, _) if n.trim_matches('_').eq_ignore_ascii_case(name))
}

/// An exported `handler` whose first parameter may be an event.
fn javascript(unit: &Unit) -> Vec<SmolStr> {
    let is_handler = unit.exports.iter().filter(|e| e.name == "handler").any(|e| match &e.value {
        ExportValue::Local(n) => bound_to(unit, &unit.body, n).is_some_and(|e| may_be_handler(unit, e)),
        ExportValue::Expr(e) => may_be_handler(unit, Bound::Expr(e)),
        ExportValue::From { .. } => false,
    });
    if is_handler { vec![SmolStr::new_static("handler")] } else { Vec::new() }
}

#[derive(Clone, Copy)]
enum Bound<'u> {
    Function(FnId),
    Expr(&'u Expr),
}

/// What a top-level name is bound to.
fn bound_to<'u>(unit: &'u Unit, block: &'u Block, name: &str) -> Option<Bound<'u>> {
    block.iter().rev().find_map(|s| match &s.kind {
        StmtKind::Function(id) if unit.function(*id).name == name => Some(Bound::Function(*id)),
        StmtKind::Declare { target: Pattern::Name(n, _), value }
        | StmtKind::Assign { target: Pattern::Name(n, _), value }
            if n == name =>
        {
            Some(Bound::Expr(value))
        }
        StmtKind::Block(b) => bound_to(unit, b, name),
        _ => None,
    })
}

fn may_be_handler(unit: &Unit, bound: Bound<'_>) -> bool {
    let id = match bound {
        Bound::Function(id) => id,
        Bound::Expr(e) => match &e.kind {
            ExprKind::Closure(id) => *id,
            ExprKind::Name(n) => match bound_to(unit, &unit.body, n) {
                Some(Bound::Function(id)) => id,
                Some(Bound::Expr(Expr { kind: ExprKind::Closure(id), .. })) => *id,
                _ => return false,
            },
            // `middy(f).use(…)`, `wrap(async (event) => …)`: a function that looks like a handler is inside.
            ExprKind::Call { callee, args, .. } => {
                return args.iter().any(|a| may_be_handler(unit, Bound::Expr(&a.value)))
                    || matches!(&callee.kind, ExprKind::Attr { object, .. }
                        if matches!(object.kind, ExprKind::Call { .. }) && may_be_handler(unit, Bound::Expr(object)));
            }
            _ => return false,
        },
    };
    takes_event(unit.function(id))
}

/// Whether the first of at most three parameters may be an event: named so, taken apart, or of a type that says so.
pub(super) fn takes_event(f: &Function) -> bool {
    // Types of the library of events, behind a context.
    let typed = |p: &Param| p.ty.is_some() && p.annotation.as_ref().is_some_and(|a| a.starts_with("events."));
    if f.params.len() <= 2 && f.params.iter().any(typed) {
        return true;
    }
    match &f.params[..] {
        [first, ..] if f.params.len() <= 3 => {
            ["event", "evt", "e"].iter().any(|n| is_named(first, n))
                || matches!(first.pattern, Pattern::Map(_))
                || first.annotation.as_ref().is_some_and(|a| a.contains("Event"))
        }
        _ => false,
    }
}
