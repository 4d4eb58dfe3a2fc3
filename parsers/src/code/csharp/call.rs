//! Calls and new objects.

use super::Lower;
use crate::code::cst;
use crate::code::hir::{Arg, Block, Expr, ExprKind, MapEntry, Pattern, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Methods whose type arguments say what they do: they come as arguments `#0`, `#1`.
const GENERIC: &[&str] = &[
    "AddAWSService",
    "AddDbContext",
    "AddDbContextFactory",
    "AddDbContextPool",
    "AddHttpClient",
    "AddHostedService",
    "AddPooledDbContextFactory",
    "AddScoped",
    "AddSingleton",
    "AddTransient",
    "GetRequiredService",
    "GetService",
    "TryAddAWSService",
    "TryAddScoped",
    "TryAddSingleton",
    "TryAddTransient",
    "UseStartup",
];

impl Lower<'_> {
    pub(super) fn invocation(&mut self, n: Node<'_>) -> ExprKind {
        let function = cst::field(n, "function");
        let list = cst::field(n, "arguments");
        if let Some(f) = function.filter(|f| self.text(*f) == "nameof") {
            let named = list.map(|l| self.text(l)).unwrap_or_default();
            let last = named.trim_matches(['(', ')', ' ']).rsplit('.').next().unwrap_or_default();
            let _ = f;
            return ExprKind::Str(last.into());
        }
        let before = std::mem::take(&mut self.pending);
        let callee = match function {
            Some(f) => self.expr(f),
            None => self.unknown(n),
        };
        let inner = std::mem::replace(&mut self.pending, before);
        self.pending.extend(inner);
        let mut outs = Block::new();
        let mut args = list.map(|l| self.arguments_with(l, &mut outs)).unwrap_or_default();
        if let ExprKind::Attr { object, name, .. } = &callee.kind {
            match (name.as_str(), args.is_empty()) {
                // A task is the value of what it runs.
                ("ConfigureAwait" | "GetResult", _) | ("GetAwaiter" | "AsTask", true)
                    if matches!(object.kind, ExprKind::Call { .. } | ExprKind::Await(_))
                        || name != "GetResult" =>
                {
                    return object.kind.clone();
                }
                (m, _) if GENERIC.contains(&m) => {
                    let types =
                        function.and_then(|f| cst::field(f, "name")).filter(|g| g.kind() == "generic_name");
                    let list = types.and_then(|g| cst::named(g).get(1).copied());
                    for (i, t) in list.map(cst::named).unwrap_or_default().into_iter().enumerate() {
                        if let Some(value) = self.type_name(t) {
                            args.push(Arg { name: Some(format!("#{i}").into()), value });
                        }
                    }
                }
                _ => {}
            }
        }
        self.bind_outs(n, &callee, &args, outs);
        ExprKind::Call { callee: Box::new(callee), args, is_new: false }
    }

    /// Arguments of a call.
    pub(super) fn arguments(&mut self, list: Node<'_>) -> Vec<Arg> {
        let mut outs = Block::new();
        let args = self.arguments_with(list, &mut outs);
        self.pending.append(&mut outs);
        args
    }

    pub(super) fn arguments_with(&mut self, list: Node<'_>, outs: &mut Block) -> Vec<Arg> {
        let mut out = Vec::new();
        for a in cst::named(list) {
            if a.kind() != "argument" {
                out.push(Arg { name: None, value: self.expr(a) });
                continue;
            }
            let name = cst::field(a, "name");
            let Some(value) = cst::named(a).into_iter().rfind(|c| Some(*c) != name) else { continue };
            let by_ref = cst::has(a, "out") || cst::has(a, "ref");
            let mut v = self.expr(value);
            if by_ref {
                if value.kind() == "declaration_expression"
                    && let ExprKind::Name(told) = &v.kind
                {
                    let kind = StmtKind::Declare {
                        target: Pattern::Name(told.clone(), v.span),
                        value: self.unknown(value),
                    };
                    outs.push(self.stmt_at(value, kind));
                }
                v = self.expr_at(a, ExprKind::Ref(Box::new(v)));
            }
            out.push(Arg { name: name.map(|n| self.name(n)), value: v });
        }
        out
    }

    /// `new T(…) { … }`
    pub(super) fn created(
        &mut self,
        t: Node<'_>,
        args: Option<Node<'_>>,
        init: Option<Node<'_>>,
    ) -> ExprKind {
        let mut args = args.map(|l| self.arguments(l)).unwrap_or_default();
        let init = init.map(|i| self.initializer(i));
        let ty = self.type_name(t);
        let last = ty.as_ref().map_or("", |t| match &t.kind {
            ExprKind::Name(n) => n.rsplit('.').next().unwrap_or(n),
            _ => "",
        });
        match init {
            Some(Init::Items(items)) if !items.is_empty() => return ExprKind::List(items),
            Some(Init::Keyed(map)) => return ExprKind::Map(map),
            Some(Init::Named(named)) => {
                args.extend(named.into_iter().map(|(k, v)| Arg { name: Some(k), value: v }));
            }
            _ => match (last, args.is_empty()) {
                ("List" | "HashSet" | "Queue" | "Stack" | "ConcurrentBag", true) => {
                    return ExprKind::List(Vec::new());
                }
                ("Dictionary" | "ConcurrentDictionary" | "SortedDictionary", true) => {
                    return ExprKind::Map(Vec::new());
                }
                _ => {}
            },
        }
        if let Some(callee) = ty {
            return ExprKind::Call { callee: Box::new(callee), args, is_new: true };
        }
        ExprKind::Opaque(args.into_iter().map(|a| a.value).collect())
    }

    pub(super) fn initializer(&mut self, n: Node<'_>) -> Init {
        let (mut named, mut keyed, mut items) = (Vec::new(), Vec::new(), Vec::new());
        for c in cst::named(n) {
            match c.kind() {
                "assignment_expression" => {
                    let (Some(left), Some(right)) = (cst::field(c, "left"), cst::field(c, "right")) else {
                        continue;
                    };
                    let value = if right.kind() == "initializer_expression" {
                        let kind = match self.initializer(right) {
                            Init::Named(named) => ExprKind::Map(named.into_iter().map(pair).collect()),
                            Init::Keyed(map) => ExprKind::Map(map),
                            Init::Items(items) => ExprKind::List(items),
                        };
                        self.expr_at(right, kind)
                    } else {
                        self.expr(right)
                    };
                    if left.kind() == "identifier" {
                        named.push((self.name(left), value));
                    } else {
                        let key = self.arguments(left).into_iter().next().map(|a| a.value);
                        keyed.push(MapEntry::Pair(key.unwrap_or_else(|| self.unknown(left)), value));
                    }
                }
                "initializer_expression" => {
                    let parts = self.exprs(c);
                    match <[Expr; 2]>::try_from(parts) {
                        Ok([k, v]) => keyed.push(MapEntry::Pair(k, v)),
                        Err(parts) => items.push(self.expr_at(c, ExprKind::List(parts))),
                    }
                }
                _ => items.push(self.expr(c)),
            }
        }
        if !named.is_empty() {
            Init::Named(named)
        } else if !keyed.is_empty() {
            Init::Keyed(keyed)
        } else {
            Init::Items(items)
        }
    }

    pub(super) fn anonymous(&mut self, n: Node<'_>) -> ExprKind {
        let mut entries = Vec::new();
        let parts = cst::children(n);
        let mut i = 0;
        while let Some(c) = parts.get(i) {
            i += 1;
            if !c.is_named() {
                continue;
            }
            let (key, value) = if let (Some("="), Some(v)) = (parts.get(i).map(Node::kind), parts.get(i + 1))
            {
                i += 2;
                (self.name(*c), self.expr(*v))
            } else {
                let last = self.text(*c).rsplit(['.', '?']).next().unwrap_or_default();
                (SmolStr::from(last), self.expr(*c))
            };
            let k = self.expr_at(*c, ExprKind::Str(key));
            entries.push(MapEntry::Pair(k, value));
        }
        ExprKind::Map(entries)
    }
}

/// What stands in the braces behind `new T`.
pub(super) enum Init {
    /// `A = 1`
    Named(Vec<(SmolStr, Expr)>),
    /// `{ "a", 1 }`, `["a"] = 1`
    Keyed(Vec<MapEntry>),
    /// Elements.
    Items(Vec<Expr>),
}

pub(super) fn pair((name, value): (SmolStr, Expr)) -> MapEntry {
    let span = value.span;
    MapEntry::Pair(Expr { span, kind: ExprKind::Str(name) }, value)
}
