//! The members of types: fields, properties, constructors, methods.

use super::{Lower, Member};
use crate::code::cst;
use crate::code::draft::{INVALID, Scoped, Statements};
use crate::code::hir::{
    Arg, Block, Class, ClassId, Expr, ExprKind, FnId, Function, Param, Pattern, StmtKind,
};
use smol_str::SmolStr;
use tree_sitter::Node;

/// What is gathered of a type.
#[derive(Default)]
struct Parts {
    methods: Vec<FnId>,
    /// Static fields and constructors.
    body: Block,
    fields: Vec<(SmolStr, Option<Expr>)>,
    /// Initialisers of fields that read parameters of the type itself.
    late: Block,
}

impl Lower<'_> {
    pub(super) fn members(
        &mut self,
        n: Node<'_>,
        list: Option<Node<'_>>,
        primary: Option<Node<'_>>,
        id: ClassId,
    ) -> Class {
        let (bases, base_args) = self.bases(n);
        let mut parts = Parts::default();
        if let Some(list) = list {
            for part in self.parts(list) {
                match part {
                    Ok(m) => self.member(m, id, primary.is_some(), &mut parts),
                    Err(range) => self.broken(range, INVALID, &mut parts.body),
                }
            }
        }
        if let Some(p) = primary {
            self.primary_constructor(n, p, id, base_args, &mut parts);
        }
        Class {
            bases,
            methods: parts.methods,
            body: parts.body,
            fields: parts.fields,
            decorators: self.attributes(n),
            ..Class::named(SmolStr::default(), self.span(n))
        }
    }

    /// `class A(T x)`: the parameters are fields.
    fn primary_constructor(
        &mut self,
        n: Node<'_>,
        list: Node<'_>,
        id: ClassId,
        base_args: Vec<Arg>,
        parts: &mut Parts,
    ) {
        self.scopes.push_function();
        let params = self.params(list);
        let mut body = Block::new();
        for p in &params {
            let Pattern::Name(name, span) = &p.pattern else { continue };
            if !parts.fields.iter().any(|(f, _)| f == name) {
                parts.fields.push((name.clone(), None));
            }
            let value = Expr { span: *span, kind: ExprKind::Name(name.clone()) };
            let target = self.this_member(n, name.clone());
            body.push(self.stmt_at(n, StmtKind::Assign { target: Pattern::Place(Box::new(target)), value }));
        }
        self.scopes.pop_function();
        if !base_args.is_empty() {
            let callee = Box::new(self.expr_at(n, ExprKind::Name("super".into())));
            let call = self.expr_at(n, ExprKind::Call { callee, args: base_args, is_new: false });
            body.push(self.stmt_at(n, StmtKind::Expr(call)));
        }
        body.append(&mut parts.late);
        let f = self.add_function(Function {
            name: "constructor".into(),
            name_span: self.span(list),
            span: self.span(list),
            params,
            body,
            is_async: false,
            is_generator: false,
            decorators: Vec::new(),
            class: Some(id),
            is_static: false,
        });
        parts.methods.push(f);
    }

    fn this_member(&self, n: Node<'_>, name: SmolStr) -> Expr {
        let object = Box::new(self.expr_at(n, ExprKind::Name("this".into())));
        self.expr_at(n, ExprKind::Attr { object, name, optional: false })
    }

    fn member(&mut self, m: Node<'_>, id: ClassId, late: bool, parts: &mut Parts) {
        let mut broken = Block::new();
        self.bounded(m, &mut broken, |it, m, _| it.read_member(m, id, late, parts));
        parts.body.append(&mut broken);
    }

    fn read_member(&mut self, m: Node<'_>, id: ClassId, late: bool, parts: &mut Parts) {
        match m.kind() {
            "field_declaration" => {
                let Some(d) = cst::named(m).into_iter().find(|c| c.kind() == "variable_declaration") else {
                    return;
                };
                let ty = cst::field(d, "type");
                for v in cst::named(d).into_iter().filter(|v| v.kind() == "variable_declarator") {
                    let Some(name) = cst::field(v, "name") else { continue };
                    let value = cst::named(v).into_iter().rfind(|c| Some(*c) != cst::field(v, "name"));
                    let value = match value {
                        Some(e) => self.typed(e, ty),
                        None => self.empty(v, ty),
                    };
                    self.field(m, name, value, late, parts);
                }
            }
            "property_declaration" => {
                let Some(name) = cst::field(m, "name") else { return };
                let value = cst::field(m, "value");
                let arrow = value.filter(|v| v.kind() == "arrow_expression_clause");
                let getter = cst::field(m, "accessors").and_then(|list| {
                    cst::named(list)
                        .into_iter()
                        .find(|a| cst::field(*a, "name").is_some_and(|n| self.text(n) == "get"))
                });
                let body = arrow.or_else(|| cst::field(getter?, "body"));
                if let Some(body) = body {
                    let f = self.function_of(m, self.name(name), Some(name), None, Some(body), Some(id));
                    let mark = self.expr_at(name, ExprKind::Name("#property".into()));
                    if let Some(f) = self.functions.get_mut(f.0 as usize) {
                        f.decorators = vec![mark];
                    }
                    parts.methods.push(f);
                    return;
                }
                // A derived type has it.
                if self.modifiers(m).any(|w| w == "abstract") {
                    return;
                }
                let ty = cst::field(m, "type");
                let value = match value {
                    Some(e) => self.typed(e, ty),
                    None => self.empty(m, ty),
                };
                self.field(m, name, value, late, parts);
            }
            "method_declaration" => {
                let (Some(name), Some(body)) = (cst::field(m, "name"), cst::field(m, "body")) else { return };
                let list = cst::field(m, "parameters");
                let f = self.function_of(m, self.name(name), Some(name), list, Some(body), Some(id));
                parts.methods.push(f);
            }
            "constructor_declaration" => self.constructor(m, id, parts),
            "preproc_if" => match self.compiled(m) {
                Some(code) if self.enter() => {
                    for c in code {
                        self.member(c, id, late, parts);
                    }
                    self.leave();
                }
                Some(_) => self.leave(),
                None => parts.body.push(self.perhaps(m)),
            },
            "class_declaration" | "struct_declaration" | "record_declaration" | "interface_declaration" => {
                self.type_declaration(m);
            }
            "enum_declaration" => self.enumeration(m),
            _ => {}
        }
    }

    fn field(&mut self, m: Node<'_>, name: Node<'_>, value: Expr, late: bool, parts: &mut Parts) {
        let text = self.name(name);
        if self.is_static(m) {
            let target = Pattern::Name(text, self.span(name));
            parts.body.push(self.stmt_at(m, StmtKind::Declare { target, value }));
        } else if late {
            parts.fields.push((text.clone(), None));
            let target = Pattern::Place(Box::new(self.this_member(name, text)));
            parts.late.push(self.stmt_at(m, StmtKind::Assign { target, value }));
        } else {
            parts.fields.push((text, Some(value)));
        }
    }

    fn constructor(&mut self, m: Node<'_>, id: ClassId, parts: &mut Parts) {
        let name = cst::field(m, "name");
        let body = cst::field(m, "body");
        let list = cst::field(m, "parameters");
        if self.is_static(m) {
            let f = self.function_of(m, "static constructor".into(), name, list, body, Some(id));
            let closure = self.expr_at(m, ExprKind::Closure(f));
            let call = self.call(m, closure, Vec::new());
            parts.body.push(self.stmt_at(m, StmtKind::Expr(call)));
            return;
        }
        // Names in the arguments for another constructor are parameters of this one.
        let initializer = cst::named(m).into_iter().find(|c| c.kind() == "constructor_initializer");
        let f = self.function_of(m, "constructor".into(), name, list, body, Some(id));
        let own = initializer.is_some_and(|i| cst::has(i, "this"));
        let args = initializer.and_then(|i| cst::named(i).first().copied());
        self.scopes.push_function();
        if let Some(list) = list {
            self.params(list);
        }
        let args = args.map(|l| self.arguments(l)).unwrap_or_default();
        self.scopes.pop_function();
        let callee = Box::new(if own {
            self.this_member(m, "constructor".into())
        } else {
            self.expr_at(m, ExprKind::Name("super".into()))
        });
        let call = self.expr_at(m, ExprKind::Call { callee, args, is_new: false });
        let first = self.stmt_at(m, StmtKind::Expr(call));
        if let Some(f) = self.functions.get_mut(f.0 as usize) {
            f.body.insert(0, first);
        }
        parts.methods.push(f);
    }

    /// A place of a type that nothing is put into.
    pub(super) fn empty(&mut self, n: Node<'_>, ty: Option<Node<'_>>) -> Expr {
        let kind = match ty.map(|t| (t.kind(), self.text(t))) {
            Some(("predefined_type", "bool")) => ExprKind::Bool(false),
            Some(("predefined_type", "int" | "long" | "short" | "byte" | "uint" | "ulong")) => {
                ExprKind::Int(0)
            }
            _ => ExprKind::Null,
        };
        self.expr_at(n, kind)
    }

    /// Attributes (`[Idempotent]`), as decorators.
    pub(super) fn attributes(&mut self, n: Node<'_>) -> Vec<Expr> {
        let lists = cst::named(n).into_iter().filter(|c| c.kind() == "attribute_list");
        let all: Vec<Node<'_>> = lists.flat_map(cst::named).filter(|a| a.kind() == "attribute").collect();
        all.into_iter().filter_map(|a| self.attribute(a)).collect()
    }

    /// An attribute: its type, and the types it is given (`[BatchProcessor(RecordHandler = typeof(T))]`).
    fn attribute(&self, a: Node<'_>) -> Option<Expr> {
        let ty = self.type_name(cst::field(a, "name")?)?;
        let list = cst::named(a).into_iter().find(|c| c.kind() == "attribute_argument_list");
        let mut args = Vec::new();
        for given in list.map(cst::named).unwrap_or_default() {
            let parts = cst::named(given);
            let of =
                parts.last().filter(|v| v.kind() == "typeof_expression").and_then(|v| cst::field(*v, "type"));
            let (Some(value), [name, _]) = (of.and_then(|t| self.type_name(t)), &parts[..]) else { continue };
            args.push(Arg { name: Some(self.name(*name)), value });
        }
        if args.is_empty() {
            return Some(ty);
        }
        Some(self.expr_at(a, ExprKind::Call { callee: Box::new(ty), args, is_new: true }))
    }

    /// A function, method or closure: its number.
    pub(super) fn function_of(
        &mut self,
        n: Node<'_>,
        name: SmolStr,
        name_node: Option<Node<'_>>,
        params: Option<Node<'_>>,
        body: Option<Node<'_>>,
        class: Option<ClassId>,
    ) -> FnId {
        let head_end = body.map_or(n.end_byte(), |b| b.start_byte());
        let head = self.src.text.get(n.start_byte()..head_end).unwrap_or("").trim_end().len();
        let modifiers: Vec<String> = self.modifiers(n).map(str::to_owned).collect();
        let decorators = if class.is_some() { self.attributes(n) } else { Vec::new() };
        let id = self.add_function(Function {
            name,
            name_span: name_node
                .map_or_else(|| self.src.span(n.start_byte(), n.start_byte() + head), |n| self.span(n)),
            span: self.span(n),
            params: Vec::new(),
            body: Vec::new(),
            is_async: modifiers.iter().any(|m| m == "async"),
            is_generator: false,
            decorators,
            class,
            is_static: modifiers.iter().any(|m| m == "static"),
        });
        self.scopes.push_function();
        let in_switch = std::mem::take(&mut self.in_switch);
        let pending = std::mem::take(&mut self.pending);
        let yields = std::mem::take(&mut self.yields);
        let params = match params {
            // `x => …`
            Some(p) if p.kind() != "parameter_list" => {
                let pattern = self.declared(p);
                vec![Param {
                    pattern,
                    default: None,
                    rest: false,
                    rest_named: false,
                    annotation: None,
                    ty: None,
                }]
            }
            Some(list) => self.params(list),
            None => Vec::new(),
        };
        let block = body.map(|b| self.body_of(b)).unwrap_or_default();
        self.pending = pending;
        self.in_switch = in_switch;
        self.scopes.pop_function();
        let generator = std::mem::replace(&mut self.yields, yields);
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
            f.body = block;
            f.is_generator = generator;
        }
        id
    }

    /// The body of a function: a block, or an expression it returns.
    fn body_of(&mut self, body: Node<'_>) -> Block {
        if body.kind() == "block" {
            return self.statements(body);
        }
        let inner = cst::named(body).first().copied().filter(|_| body.kind() == "arrow_expression_clause");
        let e = inner.unwrap_or(body);
        let value = self.expr(e);
        let mut out = std::mem::take(&mut self.pending);
        let kind = match value.kind {
            ExprKind::Opaque(_) if e.kind() == "throw_expression" => StmtKind::Raise(Some(value)),
            _ => StmtKind::Return(Some(value)),
        };
        out.push(self.stmt_at(e, kind));
        out
    }

    /// The parameters of a list.
    pub(super) fn params(&mut self, list: Node<'_>) -> Vec<Param> {
        let mut out = Vec::new();
        // `params T[] rest` has no node of its own.
        let rest = cst::has(list, "params");
        let mut last_type = None;
        for (field, p) in cst::with_fields(list) {
            if p.kind() != "parameter" {
                match field {
                    Some("type") => last_type = Some(p),
                    Some("name") if rest => {
                        let pattern = self.declared(p);
                        let annotation = last_type.map(|t| self.text(t).into());
                        out.push(Param {
                            pattern,
                            default: None,
                            rest: true,
                            rest_named: false,
                            annotation,
                            ty: None,
                        });
                    }
                    _ => {}
                }
                continue;
            }
            let Some(name) = cst::field(p, "name") else { continue };
            let node = cst::field(p, "type");
            let ty = node.and_then(|t| self.type_name(t));
            let extends = self.modifiers(p).any(|m| m == "this");
            let annotation = node.map(|t| {
                if extends { SmolStr::from(format!("this {}", self.text(t))) } else { self.text(t).into() }
            });
            let default = cst::named(p).into_iter().rfind(|c| {
                *c != name && Some(*c) != node && !matches!(c.kind(), "modifier" | "attribute_list")
            });
            let default = default.map(|d| self.expr(d));
            let rest = self.modifiers(p).any(|m| m == "params");
            let pattern = self.declared(name);
            out.push(Param { pattern, default, rest, rest_named: false, annotation, ty });
        }
        out
    }

    /// Whether a name belongs to the objects of a type around.
    pub(super) fn is_member(&self, name: &str) -> bool {
        self.types.iter().any(|t| matches!(t.members.get(name), Some(Member::Instance | Member::Static)))
    }
}
