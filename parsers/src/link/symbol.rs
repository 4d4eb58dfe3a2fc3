//! Whether a unit has the symbol a handler names.

use crate::code::hir::{
    Block, ClassId, ExportValue, Expr, ExprKind, Lang, MapEntry, Pattern, Stmt, StmtKind, Unit,
};
use crate::code::walk::{self, Visitor};
use smol_str::SmolStr;

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    /// It is there.
    Yes,
    /// It may be there: a star import, a branch, code that makes names at run time.
    Maybe,
    /// It is certainly not there.
    No,
}

/// Whether the unit has the symbol, dotted where nested.
pub(super) fn has(unit: &Unit, symbol: &str) -> Has {
    let first = symbol.split('.').next().unwrap_or(symbol);
    let has = match unit.lang {
        Lang::Python | Lang::Go | Lang::Rust | Lang::Java | Lang::CSharp => defines(unit, first),
        Lang::PowerShell => scripted(unit, symbol),
        // Constants and methods come from every file that is loaded.
        Lang::Ruby => match defines(unit, first) {
            Has::No if imports(&unit.body, 0) => Has::Maybe,
            h => h,
        },
        Lang::JavaScript | Lang::TypeScript => exports(unit, first),
    };
    match has {
        // A part of the file was not understood: it may define anything.
        Has::No if !unit.taints.is_empty() => Has::Maybe,
        h => h,
    }
}

/// Names that can be handlers, those that look like one first.
pub(super) fn names(unit: &Unit) -> Vec<SmolStr> {
    let mut out: Vec<(bool, SmolStr)> = Vec::new();
    match unit.lang {
        Lang::Python | Lang::Go | Lang::CSharp | Lang::Rust | Lang::Java | Lang::Ruby | Lang::PowerShell => {
            for s in &unit.body {
                if let StmtKind::Function(id) = s.kind {
                    let f = unit.function(id);
                    if !f.name.starts_with('_') {
                        out.push((f.params.len() != 2, f.name.clone()));
                    }
                }
            }
        }
        Lang::JavaScript | Lang::TypeScript => {
            for e in &unit.exports {
                match (&*e.name, &e.value) {
                    ("=", ExportValue::Expr(Expr { kind: ExprKind::Map(entries), .. })) => {
                        out.extend(entries.iter().filter_map(pair_key).map(|k| (false, k)));
                    }
                    ("=" | "*" | "default", _) => {}
                    _ => out.push((false, e.name.clone())),
                }
            }
        }
    }
    out.sort_by_key(|(unlike, _)| *unlike);
    let mut seen = Vec::new();
    for (_, n) in out {
        if !seen.contains(&n) {
            seen.push(n);
        }
    }
    seen
}

/// A function of a script, whatever its case; without a name, the script itself.
fn scripted(unit: &Unit, symbol: &str) -> Has {
    let name = symbol.trim_start_matches(':');
    let is = |s: &Stmt| matches!(s.kind, StmtKind::Function(id) if unit.function(id).name.eq_ignore_ascii_case(name));
    match () {
        () if name.is_empty() || unit.body.iter().any(is) => Has::Yes,
        // Functions come from every file that is loaded.
        () if imports(&unit.body, 0) => Has::Maybe,
        () => defines(unit, name),
    }
}

/// Whether statements load another file.
fn imports(body: &Block, depth: u32) -> bool {
    depth < 32
        && body.iter().any(|s| {
            matches!(s.kind, StmtKind::Import(_)) || blocks(s).into_iter().any(|b| imports(b, depth + 1))
        })
}

fn pair_key(e: &MapEntry) -> Option<SmolStr> {
    match e {
        MapEntry::Pair(Expr { kind: ExprKind::Str(s), .. }, _) => Some(s.clone()),
        _ => None,
    }
}

fn defines(unit: &Unit, name: &str) -> Has {
    let mut found = Has::No;
    bind(unit, &unit.body, name, false, &mut found);
    if found == Has::No && (makes_names(unit) || declared_global(unit, name)) {
        found = Has::Maybe;
    }
    found
}

/// Look for a binding of `name` at module level; inside a branch it is a maybe.
fn bind(unit: &Unit, body: &Block, name: &str, inner: bool, found: &mut Has) {
    let hit = if inner { Has::Maybe } else { Has::Yes };
    let mut put = |h: Has| {
        if *found != Has::Yes && h != Has::No {
            *found = h;
        }
    };
    for s in body {
        match &s.kind {
            StmtKind::Function(id) if unit.function(*id).name == name => put(hit),
            StmtKind::Class(id) if unit.class(*id).name == name => put(hit),
            StmtKind::Declare { target, .. } | StmtKind::Assign { target, .. } if binds(target, name) => {
                put(hit);
            }
            // Bound if it runs at all.
            StmtKind::Loop { over: Some((target, _)), .. } if binds(target, name) => put(Has::Maybe),
            StmtKind::With { items, .. }
                if items.iter().any(|(_, p)| p.as_ref().is_some_and(|p| binds(p, name))) =>
            {
                put(Has::Maybe);
            }
            StmtKind::Import(i) => {
                for n in &i.names {
                    if n.bound == name {
                        put(hit);
                    } else if n.name == "*" {
                        put(Has::Maybe);
                    }
                }
            }
            _ => {}
        }
    }
    for s in body {
        for b in blocks(s) {
            bind(unit, b, name, true, found);
        }
    }
}

/// The blocks inside a statement that belong to the same scope.
fn blocks(s: &Stmt) -> Vec<&Block> {
    match &s.kind {
        StmtKind::If { then, otherwise, .. } => vec![then, otherwise],
        StmtKind::Loop { body, otherwise, .. } => vec![body, otherwise],
        StmtKind::Try { body, catches, otherwise, finally } => {
            let mut v = vec![body, otherwise, finally];
            v.extend(catches.iter().map(|c| &c.body));
            v
        }
        StmtKind::With { body, .. } | StmtKind::Block(body) => vec![body],
        StmtKind::Opaque(_, bs) => bs.iter().collect(),
        _ => Vec::new(),
    }
}

fn binds(p: &Pattern, name: &str) -> bool {
    match p {
        Pattern::Name(n, _) => n == name,
        Pattern::List(ps) | Pattern::Results(ps) => ps.iter().any(|p| binds(p, name)),
        Pattern::Map(es) => es.iter().any(|(_, p, _)| binds(p, name)),
        Pattern::Rest(p) => binds(p, name),
        Pattern::Place(_) | Pattern::Ignore => false,
    }
}

/// Functions and attributes by which a module gets names that are written nowhere.
const NAME_MAKERS: &[&str] = &[
    "globals",
    "exec",
    "eval",
    "vars",
    "setattr",
    "__dict__",
    "modules",
    "define_method",
    "define_singleton_method",
    "require",
    "load",
    "instance_eval",
    "class_eval",
    "send",
];

fn makes_names(unit: &Unit) -> bool {
    struct Dynamic(bool);
    impl Visitor for Dynamic {
        fn expr(&mut self, e: &Expr) -> bool {
            match &e.kind {
                ExprKind::Name(n) | ExprKind::Attr { name: n, .. } if NAME_MAKERS.contains(&n.as_str()) => {
                    self.0 = true;
                }
                // A name bound inside an expression.
                ExprKind::Assign { .. } => self.0 = true,
                _ => {}
            }
            !self.0
        }

        fn stmt(&mut self, s: &Stmt) -> bool {
            if let StmtKind::Opaque(es, bs) = &s.kind
                && es.is_empty()
                && bs.is_empty()
            {
                self.0 = true;
            }
            !self.0
        }
    }
    let mut d = Dynamic(false);
    walk::block(&unit.body, &mut d);
    d.0 || unit.functions.iter().any(|f| f.class.is_none() && f.name == "__getattr__")
}

fn declared_global(unit: &Unit, name: &str) -> bool {
    struct Globals<'a>(&'a str, bool);
    impl Visitor for Globals<'_> {
        fn stmt(&mut self, s: &Stmt) -> bool {
            if let StmtKind::Global(names) = &s.kind {
                self.1 |= names.iter().any(|n| n == self.0);
            }
            !self.1
        }

        fn expr(&mut self, _: &Expr) -> bool {
            false
        }
    }
    let mut g = Globals(name, false);
    walk::unit(unit, &mut g);
    g.1
}

fn exports(unit: &Unit, name: &str) -> Has {
    let mut found = Has::No;
    for e in &unit.exports {
        let h = match (&*e.name, &e.value) {
            (n, _) if n == name => Has::Yes,
            ("*", _) => Has::Maybe,
            ("=", v) => assigned(unit, v, name),
            // `export default { handler }` is seen by interop loaders only.
            _ => Has::No,
        };
        match h {
            Has::Yes => return Has::Yes,
            Has::Maybe => found = Has::Maybe,
            Has::No => {}
        }
    }
    if found == Has::No { written(unit, name) } else { found }
}

/// `module.exports = value`: whether the value has the name.
fn assigned(unit: &Unit, value: &ExportValue, name: &str) -> Has {
    let mut e = match value {
        ExportValue::Expr(e) => e,
        ExportValue::Local(_) | ExportValue::From { .. } => return Has::Maybe,
    };
    // `module.exports = exports = {…}`
    for _ in 0..4 {
        match &e.kind {
            ExprKind::Assign { value, op, .. } if op.is_empty() => e = value,
            _ => break,
        }
    }
    match &e.kind {
        ExprKind::Map(entries) => {
            if entries.iter().filter_map(pair_key).any(|k| k == name) {
                Has::Yes
            } else if entries.iter().all(|e| pair_key(e).is_some()) {
                Has::No
            } else {
                Has::Maybe
            }
        }
        ExprKind::Class(id) => class_has(unit, *id, name),
        // A bare function, text or number has no such property unless it is set elsewhere.
        ExprKind::Closure(_)
        | ExprKind::Str(_)
        | ExprKind::Int(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::List(_) => Has::No,
        _ => Has::Maybe,
    }
}

fn class_has(unit: &Unit, id: ClassId, name: &str) -> Has {
    let c = unit.class(id);
    if !c.bases.is_empty() || !c.body.is_empty() {
        return Has::Maybe;
    }
    let has = c.methods.iter().any(|m| unit.function(*m).name == name && unit.function(*m).is_static);
    if has { Has::Yes } else { Has::No }
}

/// Whether code anywhere in the unit may set an export: `exports[x] =`, `Object.assign(module.exports, …)`,
/// `exports.name = …` inside a function.
fn written(unit: &Unit, name: &str) -> Has {
    struct Writes<'a>(&'a str, Has);
    impl Visitor for Writes<'_> {
        fn expr(&mut self, e: &Expr) -> bool {
            match &e.kind {
                ExprKind::Attr { object, name, .. } if is_exports(object) => {
                    if name == self.0 {
                        self.1 = Has::Maybe;
                    }
                    return false;
                }
                // `module.exports = …` itself; what is assigned was looked at with the exports.
                ExprKind::Attr { object, name, .. } if name == "exports" && is_name(object, "module") => {
                    return false;
                }
                ExprKind::Index { object, index } if is_exports(object) => {
                    match &index.kind {
                        ExprKind::Str(s) if s != self.0 => {}
                        _ => self.1 = Has::Maybe,
                    }
                    return false;
                }
                ExprKind::Call { args, .. }
                    if args.iter().any(|a| is_exports(&a.value) || is_name(&a.value, "module")) =>
                {
                    match args.get(1).map(|a| &a.value.kind) {
                        Some(ExprKind::Str(s)) if s != self.0 => {}
                        _ => self.1 = Has::Maybe,
                    }
                }
                // `const self = module.exports`, `return exports`: followed no further.
                ExprKind::Assign { value, .. } if is_exports(value) => self.1 = Has::Maybe,
                _ => {}
            }
            true
        }

        fn stmt(&mut self, s: &Stmt) -> bool {
            match &s.kind {
                StmtKind::Declare { value, .. } | StmtKind::Return(Some(value)) if is_exports(value) => {
                    self.1 = Has::Maybe;
                }
                // What could not be read may export anything.
                StmtKind::Opaque(es, bs) if es.is_empty() && bs.is_empty() => self.1 = Has::Maybe,
                _ => {}
            }
            true
        }
    }
    let mut w = Writes(name, Has::No);
    walk::unit(unit, &mut w);
    w.1
}

/// `exports`, `module.exports`, and `this`, which is the same at module level.
fn is_exports(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Name(n) => n == "exports" || n == "this",
        ExprKind::Attr { object, name, .. } => name == "exports" && is_name(object, "module"),
        _ => false,
    }
}

fn is_name(e: &Expr, name: &str) -> bool {
    matches!(&e.kind, ExprKind::Name(n) if n == name)
}
