//! The top level: imports, variables, functions, types.

use super::{Lower, literal};
use crate::code::cst;
use crate::code::draft::{INVALID, Scoped, Statements};
use crate::code::hir::{
    Arg, Block, Class, Expr, ExprKind, Function, Import, ImportName, Param, Pattern, Stmt, StmtKind,
};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    /// The declarations of a file; functions named `init` run where they stand.
    pub(super) fn top(&mut self, root: Node<'_>) -> Block {
        let mut out = Block::new();
        for part in self.parts(root) {
            match part {
                Ok(n) => self.bounded(n, &mut out, Self::top_level),
                Err(range) => self.broken(range, INVALID, &mut out),
            }
        }
        out
    }

    fn top_level(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            "package_clause" => {}
            "import_declaration" => {
                for spec in cst::all_of_kind(n, "import_spec") {
                    self.import(spec, out);
                }
            }
            "function_declaration" => self.function(n, out),
            "method_declaration" => self.method(n, out),
            _ => self.statement_kind(n, out),
        }
    }

    fn import(&mut self, n: Node<'_>, out: &mut Block) {
        let Some(path) = cst::field(n, "path") else { return };
        let module = self.text(path).trim_matches(['"', '`']);
        let bound = match cst::field(n, "name") {
            Some(name) => match self.text(name) {
                "_" => Vec::new(),
                "." => vec![("*", SmolStr::new_static("*"))],
                name => vec![("", SmolStr::from(name))],
            },
            None => package_names(module).into_iter().map(|n| ("", n)).collect(),
        };
        let names = bound.into_iter().map(|(name, bound)| ImportName { name: name.into(), bound }).collect();
        let import = Import { module: module.into(), names, type_only: false };
        out.push(self.stmt_at(n, StmtKind::Import(import)));
    }

    fn function(&mut self, n: Node<'_>, out: &mut Block) {
        let Some(name) = cst::field(n, "name") else { return };
        let text = self.name(name);
        let id = self.function_of(n, text.clone(), Some(name), None);
        if text == "init" {
            let callee = Box::new(self.expr_at(n, ExprKind::Closure(id)));
            let call = self.expr_at(n, ExprKind::Call { callee, args: Vec::new(), is_new: false });
            out.push(self.stmt_at(n, StmtKind::Expr(call)));
        } else if text != "_" {
            out.push(self.stmt_at(n, StmtKind::Function(id)));
        }
    }

    fn method(&mut self, n: Node<'_>, out: &mut Block) {
        let (Some(name), Some(receiver)) = (cst::field(n, "name"), cst::field(n, "receiver")) else { return };
        let Some(class) = cst::named(receiver)
            .first()
            .and_then(|r| cst::field(*r, "type"))
            .and_then(|t| cst::all_of_kind(t, "type_identifier").first().copied())
        else {
            return;
        };
        let text = self.name(name);
        let function = self.function_of(n, text, Some(name), Some(receiver));
        out.push(self.stmt_at(n, StmtKind::Method { class: self.name(class), function }));
    }

    /// A function, method or closure: its number.
    pub(super) fn function_of(
        &mut self,
        n: Node<'_>,
        name: SmolStr,
        name_node: Option<Node<'_>>,
        receiver: Option<Node<'_>>,
    ) -> crate::code::hir::FnId {
        let body = cst::field(n, "body");
        let head_end = body.map_or(n.end_byte(), |b| b.start_byte());
        let head = self.src.text.get(n.start_byte()..head_end).unwrap_or("").trim_end().len();
        let id = self.add_function(Function {
            name,
            name_span: name_node
                .map_or_else(|| self.src.span(n.start_byte(), n.start_byte() + head), |n| self.span(n)),
            ..Function::at(self.span(n))
        });
        self.scopes.push_function();
        let in_switch = std::mem::take(&mut self.in_switch);
        let mut params = Vec::new();
        for list in receiver.into_iter().chain(cst::field(n, "parameters")) {
            self.params(list, &mut params);
        }
        let mut block = Block::new();
        let mut results = Vec::new();
        if let Some(list) = cst::field(n, "result").filter(|r| r.kind() == "parameter_list") {
            for p in cst::named(list) {
                let ty = cst::field(p, "type");
                for name in cst::field_all(p, "name").into_iter().filter(Node::is_named) {
                    let target = self.declared(name);
                    if let Pattern::Name(n, _) = &target {
                        results.push(n.clone());
                    }
                    let value = match ty {
                        Some(t) => self.zero(t),
                        None => self.unknown(p),
                    };
                    block.push(self.stmt_at(p, StmtKind::Declare { target, value }));
                }
            }
        }
        self.results.push(results);
        if let Some(body) = body {
            block.extend(self.block(body));
        }
        self.results.pop();
        self.in_switch = in_switch;
        self.scopes.pop_function();
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
            f.body = block;
        }
        id
    }

    fn params(&mut self, list: Node<'_>, out: &mut Vec<Param>) {
        for p in cst::named(list) {
            let rest = p.kind() == "variadic_parameter_declaration";
            let node = cst::field(p, "type");
            let annotation = node.map(|t| self.name(t));
            let ty = node.and_then(|t| self.type_name(t));
            let mut put = |pattern: Pattern| {
                out.push(Param {
                    pattern,
                    default: None,
                    rest,
                    rest_named: false,
                    annotation: annotation.clone(),
                    ty: ty.clone().filter(|_| !rest),
                });
            };
            let names: Vec<Node<'_>> = cst::field_all(p, "name").into_iter().filter(Node::is_named).collect();
            if names.is_empty() {
                put(Pattern::Ignore);
            }
            for n in names {
                let pattern = self.declared(n);
                put(pattern);
            }
        }
    }

    /// `type A struct {…}` and the like, in a declaration.
    pub(super) fn types(&mut self, n: Node<'_>, out: &mut Block) {
        for spec in cst::named(n) {
            let Some(name) = cst::field(spec, "name") else { continue };
            let ty = cst::field(spec, "type");
            // An alias is the type itself.
            if spec.kind() == "type_alias" {
                if let Some(value) = ty.and_then(|t| self.type_name(t)) {
                    let target = Pattern::Name(self.name(name), self.span(name));
                    out.push(self.stmt_at(spec, StmtKind::Declare { target, value }));
                }
                continue;
            }
            let (mut fields, mut embeds) = (Vec::new(), Vec::new());
            if let Some(t) = ty.filter(|t| t.kind() == "struct_type") {
                for f in
                    cst::named(t).into_iter().flat_map(cst::named).filter(|f| f.kind() == "field_declaration")
                {
                    self.fields(f, &mut fields, &mut embeds);
                }
            }
            let id =
                self.add_class(Class { fields, embeds, ..Class::named(self.name(name), self.span(name)) });
            out.push(self.stmt_at(spec, StmtKind::Class(id)));
        }
    }

    fn fields(&mut self, f: Node<'_>, fields: &mut Vec<(SmolStr, Option<Expr>)>, embeds: &mut Vec<SmolStr>) {
        let Some(ty) = cst::field(f, "type") else { return };
        let names = cst::field_all(f, "name").into_iter().filter(Node::is_named).collect::<Vec<_>>();
        let is_pointer = cst::has(f, "*");
        let zero = |it: &mut Self| if is_pointer { it.expr_at(ty, ExprKind::Null) } else { it.zero(ty) };
        if names.is_empty() {
            let last = cst::all_of_kind(ty, "type_identifier").first().map(|t| self.name(*t));
            if let Some(name) = last {
                embeds.push(name.clone());
                let v = zero(self);
                fields.push((name, Some(v)));
            }
        }
        for n in names {
            let v = zero(self);
            fields.push((self.name(n), Some(v)));
        }
    }

    /// A type that has a name, as an expression; pointers are their target.
    pub(super) fn type_name(&mut self, t: Node<'_>) -> Option<Expr> {
        let mut t = t;
        for _ in 0..8 {
            match t.kind() {
                "type_identifier" => return Some(self.expr_at(t, ExprKind::Name(self.name(t)))),
                "qualified_type" => {
                    let (package, name) = (cst::field(t, "package")?, cst::field(t, "name")?);
                    let object = Box::new(self.expr_at(package, ExprKind::Name(self.name(package))));
                    return Some(
                        self.expr_at(t, ExprKind::Attr { object, name: self.name(name), optional: false }),
                    );
                }
                "pointer_type" | "parenthesized_type" => t = *cst::named(t).first()?,
                "generic_type" => t = cst::field(t, "type")?,
                _ => return None,
            }
        }
        None
    }

    /// What a variable of a type holds that nothing was put into.
    pub(super) fn zero(&mut self, t: Node<'_>) -> Expr {
        let kind = match t.kind() {
            "slice_type" => ExprKind::List(Vec::new()),
            "pointer_type" | "map_type" | "function_type" | "interface_type" | "channel_type" => {
                ExprKind::Null
            }
            "struct_type" => ExprKind::Map(Vec::new()),
            "type_identifier" => match self.text(t) {
                "string" => ExprKind::Str(SmolStr::default()),
                "bool" => ExprKind::Bool(false),
                "error" | "any" => ExprKind::Null,
                "float32" | "float64" => ExprKind::Float(0.0),
                "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32"
                | "uint64" | "byte" | "rune" | "uintptr" => ExprKind::Int(0),
                _ => ExprKind::Zero(Box::new(self.expr_at(t, ExprKind::Name(self.name(t))))),
            },
            _ => match self.type_name(t) {
                Some(e) => ExprKind::Zero(Box::new(e)),
                None => ExprKind::Opaque(Vec::new()),
            },
        };
        self.expr_at(t, kind)
    }

    /// `var` and `const` declarations.
    pub(super) fn variables(&mut self, n: Node<'_>, out: &mut Block) {
        let mut specs = cst::all_of_kind(n, "var_spec");
        specs.extend(cst::all_of_kind(n, "const_spec"));
        // Those of closures in the values belong to their own statements.
        let mut end = 0;
        specs.sort_by_key(Node::start_byte);
        specs.retain(|s| {
            let outer = s.start_byte() >= end;
            end = end.max(s.end_byte());
            outer
        });
        for spec in specs {
            let names: Vec<Node<'_>> =
                cst::field_all(spec, "name").into_iter().filter(Node::is_named).collect();
            let values: Vec<Node<'_>> = cst::field(spec, "value").map(cst::named).unwrap_or_default();
            let ty = cst::field(spec, "type");
            // The values are in the scope around.
            let values: Vec<Expr> = values.into_iter().map(|v| self.expr(v)).collect();
            let targets: Vec<Pattern> = names.iter().map(|n| self.declared(*n)).collect();
            if values.is_empty() {
                for target in targets {
                    let value = match ty {
                        Some(t) if spec.kind() == "var_spec" => self.zero(t),
                        _ => self.unknown(spec),
                    };
                    out.push(self.stmt_at(spec, StmtKind::Declare { target, value }));
                }
                continue;
            }
            self.bind(spec, targets, values, true, out);
        }
    }

    /// Bind values to targets: one by one, or the results of one call.
    pub(super) fn bind(
        &mut self,
        n: Node<'_>,
        mut targets: Vec<Pattern>,
        mut values: Vec<Expr>,
        declares: bool,
        out: &mut Block,
    ) {
        self.note_question(&targets, &values);
        let (target, value) = match (targets.len(), values.len()) {
            (1, 1) => match (targets.pop(), values.pop()) {
                (Some(t), Some(v)) => (t, v),
                _ => return,
            },
            (_, 1) => {
                let Some(v) = values.pop() else { return };
                if matches!(v.kind, ExprKind::Call { .. }) {
                    (Pattern::Results(targets), v)
                } else {
                    // `v, ok := m[k]`, `v, ok := <-c`, `v, ok := x.(T)`
                    let ok = self.unknown(n);
                    (Pattern::List(targets), self.expr_at(n, ExprKind::List(vec![v, ok])))
                }
            }
            (a, b) if a == b && declares => {
                // Each is a variable of its own.
                for (target, value) in targets.into_iter().zip(values) {
                    out.push(self.stmt_at(n, StmtKind::Declare { target, value }));
                }
                return;
            }
            _ => (Pattern::List(targets), self.expr_at(n, ExprKind::List(values))),
        };
        let kind =
            if declares { StmtKind::Declare { target, value } } else { StmtKind::Assign { target, value } };
        out.push(self.stmt_at(n, kind));
    }

    /// `v, ok := m[k]` and the like: `ok` asks whether `k` is in `m`.
    fn note_question(&mut self, targets: &[Pattern], values: &[Expr]) {
        let ([.., Pattern::Name(ok, _)], [value]) = (targets, values) else { return };
        self.asked.retain(|(n, _)| n != ok);
        let compare = |op: &str, left: &Expr, right: &Expr| Expr {
            span: value.span,
            kind: ExprKind::Compare {
                op: op.into(),
                left: Box::new(left.clone()),
                right: Box::new(right.clone()),
            },
        };
        let nothing = Expr { span: value.span, kind: ExprKind::Null };
        let question = match (&value.kind, targets) {
            (ExprKind::Index { object, index }, [_, _]) => compare("in", index, object),
            (ExprKind::Call { callee, .. }, _) => match (&callee.kind, targets) {
                (ExprKind::Attr { name, .. }, [Pattern::Name(v, span), _]) if name == "LookupEnv" => {
                    compare("!=", &Expr { span: *span, kind: ExprKind::Name(v.clone()) }, &nothing)
                }
                (ExprKind::Attr { object, name, .. }, _) if LOOKUPS.contains(&name.as_str()) => {
                    compare("!=", object, &nothing)
                }
                _ => return,
            },
            _ => return,
        };
        self.asked.push((ok.clone(), question));
    }

    /// A condition, with what its names ask in their place.
    pub(super) fn condition(&mut self, n: Node<'_>) -> Expr {
        let mut e = self.expr(n);
        self.ask(&mut e, 0);
        e
    }

    fn ask(&self, e: &mut Expr, depth: u32) {
        if depth > 16 {
            return;
        }
        match &mut e.kind {
            ExprKind::Name(n) => {
                if let Some((_, question)) = self.asked.iter().find(|(a, _)| a == n) {
                    e.kind = question.kind.clone();
                }
            }
            ExprKind::Not(x) => self.ask(x, depth + 1),
            ExprKind::Logic { left, right, .. } | ExprKind::Compare { left, right, .. } => {
                self.ask(left, depth + 1);
                self.ask(right, depth + 1);
            }
            _ => {}
        }
    }

    /// Arguments of a call.
    pub(super) fn arguments(&mut self, list: Node<'_>) -> Vec<Arg> {
        let mut out = Vec::new();
        for a in cst::named(list) {
            let value = if a.kind() == "variadic_argument" {
                match cst::named(a).first() {
                    Some(x) => {
                        let inner = self.expr(*x);
                        self.expr_at(a, ExprKind::Spread(Box::new(inner)))
                    }
                    None => self.unknown(a),
                }
            } else {
                self.expr(a)
            };
            out.push(Arg { name: None, value });
        }
        out
    }

    /// A text literal.
    pub(super) fn string(&self, n: Node<'_>) -> SmolStr {
        let text = self.text(n);
        if n.kind() == "raw_string_literal" {
            return text.trim_matches('`').replace('\r', "").into();
        }
        let inside = text.strip_prefix('"').unwrap_or(text);
        literal::unescape(inside.strip_suffix('"').unwrap_or(inside)).into()
    }
}

/// Methods of caches that give what they keep.
const LOOKUPS: &[&str] = &["Get", "GetIfPresent", "Load", "LoadOrStore", "Lookup", "Peek"];

/// Names a package may have that is imported by a path: the last part, versions and `go` around it left out.
fn package_names(module: &str) -> Vec<SmolStr> {
    let is_version =
        |p: &str| p.strip_prefix('v').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
    let mut parts = module.rsplit('/');
    let mut last = parts.next().unwrap_or(module);
    if is_version(last) {
        last = parts.next().unwrap_or(last);
    }
    let last = match last.rsplit_once('.') {
        Some((head, v)) if is_version(v) || v == "go" => head,
        _ => last,
    };
    let mut out = vec![SmolStr::from(last)];
    let shorter = [
        last.strip_prefix("go-"),
        last.strip_suffix("-go"),
        last.strip_suffix(".go"),
        last.rsplit_once('-').map(|(_, l)| l),
    ];
    for s in shorter.into_iter().flatten() {
        if !s.is_empty() && !out.iter().any(|o| o == s) {
            out.push(s.into());
        }
    }
    out.push(last.replace('-', "").into());
    out.push(last.replace('-', "_").into());
    out.dedup();
    out
}

/// A statement without a place of its own.
pub(super) fn plain(span: lamlint_model::Span, kind: StmtKind) -> Stmt {
    Stmt { span, kind }
}
