//! The intermediate form as short text, for tests.

use super::hir::{
    Arg, Block, ClassId, ExportValue, Expr, ExprKind, FnId, MapEntry, Param, Pattern, Stmt, StmtKind, Unit,
};
use std::fmt::Write as _;

/// The statements and exports of a unit, one line each; types are left out.
pub(crate) fn unit(u: &Unit) -> String {
    let d = Dump(u);
    let mut out = String::new();
    for s in &u.body {
        let _ = writeln!(out, "{}", d.stmt(s));
    }
    for e in &u.exports {
        let value = match &e.value {
            ExportValue::Local(n) => n.to_string(),
            ExportValue::Expr(e) => format!("= {}", d.expr(e)),
            ExportValue::From { module, name } => format!("{name:?} of {module}"),
        };
        let _ = writeln!(out, "export {}: {value}", e.name);
    }
    out
}

struct Dump<'u>(&'u Unit);

impl Dump<'_> {
    fn block(&self, b: &Block) -> String {
        let inner: Vec<String> = b.iter().map(|s| self.stmt(s)).collect();
        if inner.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", inner.join("; ")) }
    }

    fn list(&self, v: &[Expr]) -> String {
        v.iter().map(|e| self.expr(e)).collect::<Vec<_>>().join(", ")
    }

    fn stmt(&self, s: &Stmt) -> String {
        let optional = |e: &Option<Expr>| e.as_ref().map_or(String::new(), |e| format!(" {}", self.expr(e)));
        match &s.kind {
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Declare { target, value } => {
                format!("let {} = {}", self.pattern(target), self.expr(value))
            }
            StmtKind::Assign { target, value } => format!("{} = {}", self.pattern(target), self.expr(value)),
            StmtKind::AugAssign { target, op, value } => {
                format!("{} {op}= {}", self.expr(target), self.expr(value))
            }
            StmtKind::Return(e) => format!("return{}", optional(e)),
            StmtKind::Raise(e) => format!("raise{}", optional(e)),
            StmtKind::If { test, then, otherwise } => {
                let mut out = format!("if {} {}", self.expr(test), self.block(then));
                if !otherwise.is_empty() {
                    let _ = write!(out, " else {}", self.block(otherwise));
                }
                out
            }
            StmtKind::Loop { over, test, body, otherwise } => {
                let mut out = "loop".to_owned();
                if let Some((p, e)) = over {
                    let _ = write!(out, " {} in {}", self.pattern(p), self.expr(e));
                }
                if let Some(t) = test {
                    let _ = write!(out, " while {}", self.expr(t));
                }
                let _ = write!(out, " {}", self.block(body));
                if !otherwise.is_empty() {
                    let _ = write!(out, " else {}", self.block(otherwise));
                }
                out
            }
            StmtKind::Try { body, catches, otherwise, finally } => {
                let mut out = format!("try {}", self.block(body));
                for c in catches {
                    out += " catch";
                    if !c.types.is_empty() {
                        let _ = write!(out, " ({})", self.list(&c.types));
                    }
                    if let Some(n) = &c.name {
                        let _ = write!(out, " {n}");
                    }
                    let _ = write!(out, " {}", self.block(&c.body));
                }
                if !otherwise.is_empty() {
                    let _ = write!(out, " else {}", self.block(otherwise));
                }
                if !finally.is_empty() {
                    let _ = write!(out, " finally {}", self.block(finally));
                }
                out
            }
            StmtKind::With { items, body } => {
                let items: Vec<String> = items
                    .iter()
                    .map(|(e, p)| match p {
                        Some(p) => format!("{} as {}", self.expr(e), self.pattern(p)),
                        None => self.expr(e),
                    })
                    .collect();
                format!("with {} {}", items.join(", "), self.block(body))
            }
            StmtKind::Function(id) => self.function(*id),
            StmtKind::Class(id) => self.class(*id),
            StmtKind::Method { class, function } => format!("{class}.{}", self.function(*function)),
            StmtKind::Import(i) => {
                let names: Vec<String> =
                    i.names.iter().map(|n| format!("{:?} as {}", n.name.as_str(), n.bound)).collect();
                let kind = if i.type_only { "import type" } else { "import" };
                format!("{kind} {} ({})", i.module, names.join(", "))
            }
            StmtKind::Global(v) => format!("global {}", v.join(", ")),
            StmtKind::Block(b) => self.block(b),
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::Delete(v) => format!("delete {}", self.list(v)),
            StmtKind::Opaque(e, b) => {
                let blocks: Vec<String> = b.iter().map(|b| self.block(b)).collect();
                format!("opaque({}) {}", self.list(e), blocks.join(" ")).trim_end().to_owned()
            }
        }
    }

    fn function(&self, id: FnId) -> String {
        let f = self.0.function(id);
        let mut out = String::new();
        for d in &f.decorators {
            let _ = write!(out, "@{} ", self.expr(d));
        }
        if f.is_static {
            out += "static ";
        }
        if f.is_async {
            out += "async ";
        }
        out += if f.is_generator { "fn* " } else { "fn " };
        let params: Vec<String> = f.params.iter().map(|p| self.param(p)).collect();
        out + &format!("{}({}) {}", f.name, params.join(", "), self.block(&f.body))
    }

    fn param(&self, p: &Param) -> String {
        let stars = match (p.rest, p.rest_named) {
            (_, true) => "**",
            (true, _) => "*",
            _ => "",
        };
        let default = p.default.as_ref().map_or(String::new(), |d| format!(" = {}", self.expr(d)));
        format!("{stars}{}{default}", self.pattern(&p.pattern))
    }

    fn class(&self, id: ClassId) -> String {
        let c = self.0.class(id);
        let mut out = String::new();
        for d in &c.decorators {
            let _ = write!(out, "@{} ", self.expr(d));
        }
        let _ = write!(out, "class {}({})", c.name, self.list(&c.bases));
        let mut parts: Vec<String> = c.body.iter().map(|s| self.stmt(s)).collect();
        for (name, value) in &c.fields {
            parts.push(match value {
                Some(v) => format!("field {name} = {}", self.expr(v)),
                None => format!("field {name}"),
            });
        }
        parts.extend(c.methods.iter().map(|m| self.function(*m)));
        format!("{out} {{ {} }}", parts.join("; "))
    }

    fn pattern(&self, p: &Pattern) -> String {
        match p {
            Pattern::Name(n, _) => n.to_string(),
            Pattern::Place(e) => self.expr(e),
            Pattern::List(v) => {
                format!("[{}]", v.iter().map(|p| self.pattern(p)).collect::<Vec<_>>().join(", "))
            }
            Pattern::Map(v) => {
                let parts: Vec<String> = v
                    .iter()
                    .map(|(k, p, d)| {
                        let d = d.as_ref().map_or(String::new(), |d| format!(" = {}", self.expr(d)));
                        format!("{k}: {}{d}", self.pattern(p))
                    })
                    .collect();
                format!("{{{}}}", parts.join(", "))
            }
            Pattern::Rest(p) => format!("...{}", self.pattern(p)),
            Pattern::Results(v) => {
                let parts: Vec<String> = v.iter().map(|p| self.pattern(p)).collect();
                format!("results({})", parts.join(", "))
            }
            Pattern::Ignore => "_".to_owned(),
        }
    }

    fn args(&self, args: &[Arg]) -> String {
        let all: Vec<String> = args
            .iter()
            .map(|a| match &a.name {
                Some(n) => format!("{n}={}", self.expr(&a.value)),
                None => self.expr(&a.value),
            })
            .collect();
        all.join(", ")
    }

    fn expr(&self, e: &Expr) -> String {
        match &e.kind {
            ExprKind::Null => "null".to_owned(),
            ExprKind::Bool(b) => b.to_string(),
            ExprKind::Int(i) => i.to_string(),
            ExprKind::Float(f) => format!("{f:?}"),
            ExprKind::Str(s) => format!("{s:?}"),
            ExprKind::Template(v) => format!("template({})", self.list(v)),
            ExprKind::Name(n) => n.to_string(),
            ExprKind::Attr { object, name, optional } => {
                format!("{}{}{name}", self.expr(object), if *optional { "?." } else { "." })
            }
            ExprKind::Index { object, index } => format!("{}[{}]", self.expr(object), self.expr(index)),
            ExprKind::Call { callee, args, is_new } => {
                let new = if *is_new { "new " } else { "" };
                format!("{new}{}({})", self.expr(callee), self.args(args))
            }
            ExprKind::List(v) => format!("[{}]", self.list(v)),
            ExprKind::Map(v) => {
                let parts: Vec<String> = v
                    .iter()
                    .map(|m| match m {
                        MapEntry::Pair(k, v) => format!("{}: {}", self.expr(k), self.expr(v)),
                        MapEntry::Spread(e) => format!("...{}", self.expr(e)),
                    })
                    .collect();
                format!("{{{}}}", parts.join(", "))
            }
            ExprKind::Binary { op, left, right }
            | ExprKind::Compare { op, left, right }
            | ExprKind::Logic { op, left, right } => {
                format!("({} {op} {})", self.expr(left), self.expr(right))
            }
            ExprKind::Not(x) => format!("not {}", self.expr(x)),
            ExprKind::Cond { test, then, otherwise } => {
                format!("({} ? {} : {})", self.expr(test), self.expr(then), self.expr(otherwise))
            }
            ExprKind::Await(x) => format!("await {}", self.expr(x)),
            ExprKind::Yield(x) => format!("yield {}", x.as_ref().map_or(String::new(), |x| self.expr(x))),
            ExprKind::Closure(id) => format!("<{}>", self.function(*id)),
            ExprKind::Class(id) => format!("<{}>", self.class(*id)),
            ExprKind::Spread(x) => format!("...{}", self.expr(x)),
            ExprKind::Zero(x) => format!("zero({})", self.expr(x)),
            ExprKind::Ref(x) => format!("&{}", self.expr(x)),
            ExprKind::Assign { target, op, value } => {
                format!("({} {op}= {})", self.pattern(target), self.expr(value))
            }
            ExprKind::Comprehension { element, clauses, tests } => {
                let clauses: Vec<String> = clauses
                    .iter()
                    .map(|(p, e)| format!(" for {} in {}", self.pattern(p), self.expr(e)))
                    .collect();
                let tests: Vec<String> = tests.iter().map(|t| format!(" if {}", self.expr(t))).collect();
                format!("[{}{}{}]", self.expr(element), clauses.join(""), tests.join(""))
            }
            ExprKind::Module(m) => format!("module({m:?})"),
            ExprKind::Opaque(v) => format!("opaque({})", self.list(v)),
        }
    }
}
