//! Classes, interfaces, enums and records.

use super::names::ClassNames;
use super::{Lower, literal};
use crate::code::cst;
use crate::code::draft::{INVALID, Statements};
use crate::code::hir::{
    Arg, Block, Class, ClassId, Expr, ExprKind, FnId, Function, Param, Pattern, Stmt, StmtKind,
};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Annotations that change how often the code of a method counts; others don't reach the intermediate form.
const ANNOTATIONS: &[&str] = &["Idempotent"];

/// Annotations of fields that something else fills.
const INJECTED: &[&str] =
    &["Inject", "Autowired", "Resource", "Value", "ConfigProperty", "Mock", "RestClient", "Property"];

/// Whether a node declares a type.
pub(super) fn is_type(kind: &str) -> bool {
    matches!(
        kind,
        "class_declaration"
            | "interface_declaration"
            | "enum_declaration"
            | "record_declaration"
            | "annotation_type_declaration"
    )
}

/// A body that is lowered: what its parts are is looked up while its names are known.
struct Body<'t> {
    members: Vec<Node<'t>>,
    constants: Vec<Node<'t>>,
}

impl<'s> Lower<'s> {
    /// Types of one body, those that others extend first.
    pub(super) fn types(&mut self, mut nodes: Vec<Node<'_>>, out: &mut Block) {
        let mut left = nodes.len() * nodes.len();
        while !nodes.is_empty() {
            let names: Vec<&str> =
                nodes.iter().filter_map(|n| cst::field(*n, "name")).map(|n| self.text(n)).collect();
            let waits = |n: &Node<'_>| {
                let own = cst::field(*n, "name").map(|n| self.text(n)).unwrap_or_default();
                self.heads(*n).iter().any(|h| {
                    let h = h.split('.').next().unwrap_or(h);
                    h != own && names.contains(&h)
                })
            };
            let next = nodes.iter().position(|n| left == 0 || !waits(n)).unwrap_or(0);
            left = left.saturating_sub(1);
            let n = nodes.remove(next);
            self.bounded(n, out, |it, n, out| {
                if let Some(id) = it.class(n, None) {
                    out.push(it.stmt_at(n, StmtKind::Class(id)));
                }
            });
        }
    }

    /// The types a type names as what it extends and implements.
    fn bases(n: Node<'_>) -> Vec<Node<'_>> {
        let clauses = cst::named(n)
            .into_iter()
            .filter(|c| matches!(c.kind(), "superclass" | "super_interfaces" | "extends_interfaces"));
        let types = clauses.flat_map(cst::named);
        types.flat_map(|t| if t.kind() == "type_list" { cst::named(t) } else { vec![t] }).collect()
    }

    fn heads(&self, n: Node<'_>) -> Vec<&'s str> {
        let whole = |t: Node<'_>| self.text(t).split('<').next().unwrap_or_default().trim();
        Self::bases(n).into_iter().map(whole).collect()
    }

    /// A type; `anonymous`: the body of `new T() {…}`, with what it extends.
    pub(super) fn class(&mut self, n: Node<'_>, anonymous: Option<Expr>) -> Option<ClassId> {
        if !self.enter() {
            self.leave();
            return None;
        }
        let name_node = cst::field(n, "name");
        let name = name_node.map(|n| self.name(n)).unwrap_or_default();
        let bases: Vec<Expr> = match anonymous {
            Some(b) => vec![b],
            None => Self::bases(n).into_iter().filter_map(|t| self.type_name(t)).collect(),
        };
        let body_node = if n.kind() == "class_body" { Some(n) } else { cst::field(n, "body") };
        let body = body_node.map_or(Body { members: Vec::new(), constants: Vec::new() }, members);
        let mut names = self.class_names(n, &name, &body, !bases.is_empty());
        let components: Vec<Node<'_>> = match (n.kind(), cst::field(n, "parameters")) {
            ("record_declaration", Some(p)) => cst::named(p),
            _ => Vec::new(),
        };
        for c in components.iter().filter_map(|c| cst::field(*c, "name")) {
            names.members.insert(self.name(c), false);
        }
        let interface = matches!(n.kind(), "interface_declaration" | "annotation_type_declaration");
        let id = self.add_class(Class {
            bases,
            ..Class::named(name.clone(), name_node.map_or_else(|| self.span(n), |n| self.span(n)))
        });
        self.names.push_class(names);
        let mut made = Parts { id, ..Parts::default() };
        if let Some(b) = body_node.filter(Node::has_error) {
            self.broken_members(b, &mut made.statics);
        }
        let inner = body.members.iter().copied().filter(|m| is_type(m.kind()) && !m.has_error()).collect();
        let mut types = Block::new();
        self.types(inner, &mut types);
        for c in &components {
            self.component(*c, &mut made);
        }
        for (i, c) in body.constants.iter().enumerate() {
            self.constant(*c, i, &name, &mut made.statics);
        }
        let whole_text = body_node.map(|b| self.text(b)).unwrap_or_default();
        for m in &body.members {
            match m.kind() {
                kind if is_type(kind) => {}
                "field_declaration" | "constant_declaration" if !m.is_error() => {
                    self.field(*m, interface, whole_text, &mut made);
                }
                "method_declaration" | "constructor_declaration" => self.method(*m, &mut made),
                "compact_constructor_declaration" => self.compact(*m, &components, &mut made),
                "static_initializer" => {
                    self.names.push_function(true);
                    for b in cst::named(*m) {
                        let block = self.block(b);
                        made.statics.push(self.stmt_at(b, StmtKind::Block(block)));
                    }
                    self.names.pop();
                }
                "block" => {
                    let f = self.closure(*m, None, Some(*m));
                    let callee = Box::new(self.expr_at(*m, ExprKind::Closure(f)));
                    let call = ExprKind::Call { callee, args: Vec::new(), is_new: false };
                    made.fields.push(("#block".into(), Some(self.expr_at(*m, call))));
                }
                _ => {}
            }
        }
        if !components.is_empty() && !made.has_constructor {
            self.canonical(n, &components, &mut made);
        }
        self.names.pop();
        types.append(&mut made.statics);
        if let Some(c) = self.classes.get_mut(id.0 as usize) {
            c.methods = made.methods;
            c.body = types;
            c.fields = made.fields;
        }
        self.leave();
        Some(id)
    }

    fn class_names(&self, n: Node<'_>, name: &SmolStr, body: &Body<'_>, inherits: bool) -> ClassNames {
        let interface = matches!(n.kind(), "interface_declaration" | "annotation_type_declaration");
        let mut out =
            ClassNames { inherits: inherits || n.kind() == "enum_declaration", ..ClassNames::default() };
        if !name.is_empty() {
            out.path = self.names.class_path();
            // Inside of a class without a name nothing can be named from the top.
            if self.names.classes() == 0 || !out.path.is_empty() {
                out.path.push(name.clone());
            }
        }
        for c in &body.constants {
            out.members.extend(cst::field(*c, "name").map(|n| (self.name(n), true)));
        }
        for m in &body.members {
            let is_static =
                interface && m.kind() == "constant_declaration" || Self::has_modifier(*m, "static");
            if is_type(m.kind()) {
                out.types.extend(cst::field(*m, "name").map(|n| self.name(n)));
                continue;
            }
            let declarators = cst::field_all(*m, "declarator").into_iter();
            let names = declarators.filter_map(|d| cst::field(d, "name"));
            let method = (m.kind() == "method_declaration").then(|| cst::field(*m, "name")).flatten();
            for n in names.chain(method) {
                let known = out.members.entry(self.name(n)).or_insert(is_static);
                // Overloads of both kinds are reached by the object.
                *known &= is_static;
            }
        }
        out
    }

    fn has_modifier(n: Node<'_>, word: &str) -> bool {
        cst::children(n).into_iter().filter(|c| c.kind() == "modifiers").any(|m| cst::has(m, word))
    }

    fn annotations(&self, n: Node<'_>) -> Vec<(SmolStr, Expr)> {
        let modifiers = cst::children(n).into_iter().filter(|c| c.kind() == "modifiers");
        let all = modifiers.flat_map(cst::named).filter(|a| a.kind().ends_with("annotation"));
        all.filter_map(|a| {
            let name = cst::field(a, "name")?;
            let text = super::plain(self.text(name));
            let last = SmolStr::from(text.rsplit('.').next().unwrap_or(&text));
            Some((last, self.expr_at(a, ExprKind::Name(text))))
        })
        .collect()
    }

    /// Members that could not be read.
    fn broken_members(&mut self, body: Node<'_>, out: &mut Block) {
        for c in cst::children(body) {
            if c.is_error() || c.is_missing() || c.has_error() && !self.is_sound(c) {
                self.broken(c.byte_range(), INVALID, out);
            }
        }
    }

    fn component(&mut self, c: Node<'_>, made: &mut Parts) {
        let Some(name) = cst::field(c, "name") else { return };
        made.fields.push((self.name(name), None));
        let this = Box::new(self.expr_at(name, ExprKind::Name("this".into())));
        let read = ExprKind::Attr { object: this, name: self.name(name), optional: false };
        let value = self.expr_at(name, read);
        let body = vec![self.stmt_at(name, StmtKind::Return(Some(value)))];
        let id = self.plain_function(name, self.name(name), Vec::new(), body, made.id);
        made.methods.insert(0, id);
    }

    fn plain_function(
        &mut self,
        n: Node<'_>,
        name: SmolStr,
        params: Vec<Param>,
        body: Block,
        class: ClassId,
    ) -> FnId {
        self.add_function(Function {
            name,
            name_span: self.span(n),
            params,
            body,
            class: Some(class),
            ..Function::at(self.span(n))
        })
    }

    /// The constructor every record has.
    fn canonical(&mut self, n: Node<'_>, components: &[Node<'_>], made: &mut Parts) {
        self.names.push_function(false);
        let params = components.iter().map(|c| self.param(*c)).collect();
        self.names.pop();
        let body = self.fill(components);
        let id = self.plain_function(n, "constructor".into(), params, body, made.id);
        made.methods.push(id);
    }

    fn fill(&self, components: &[Node<'_>]) -> Block {
        let names = components.iter().filter_map(|c| cst::field(*c, "name"));
        names
            .map(|name| {
                let object = Box::new(self.expr_at(name, ExprKind::Name("this".into())));
                let place = ExprKind::Attr { object, name: self.name(name), optional: false };
                let target = Pattern::Place(Box::new(self.expr_at(name, place)));
                let value = self.expr_at(name, ExprKind::Name(self.name(name)));
                self.stmt_at(name, StmtKind::Assign { target, value })
            })
            .collect()
    }

    fn compact(&mut self, m: Node<'_>, components: &[Node<'_>], made: &mut Parts) {
        made.has_constructor = true;
        self.names.push_function(false);
        let params = components.iter().map(|c| self.param(*c)).collect();
        let mut body = cst::field(m, "body").map(|b| self.block(b)).unwrap_or_default();
        self.names.pop();
        body.extend(self.fill(components));
        let id = self.plain_function(m, "constructor".into(), params, body, made.id);
        made.methods.push(id);
    }

    /// A constant of an enum.
    fn constant(&mut self, c: Node<'_>, i: usize, class: &SmolStr, out: &mut Block) {
        let Some(name) = cst::field(c, "name") else { return };
        // More of them say nothing new.
        if i >= 256 {
            return;
        }
        self.names.push_function(true);
        let args = cst::field(c, "arguments").map(|a| self.arguments(a)).unwrap_or_default();
        self.names.pop();
        let path = self.names.class_path();
        let callee =
            self.path_expr(c, &path).unwrap_or_else(|| self.expr_at(c, ExprKind::Name(class.clone())));
        let value = ExprKind::Call { callee: Box::new(callee), args, is_new: true };
        let value = self.expr_at(c, value);
        let target = Pattern::Name(self.name(name), self.span(name));
        out.push(self.stmt_at(c, StmtKind::Declare { target, value }));
    }

    fn field(&mut self, m: Node<'_>, interface: bool, class_text: &str, made: &mut Parts) {
        let is_static = interface || Self::has_modifier(m, "static");
        let injected = self.annotations(m).iter().any(|(n, _)| INJECTED.contains(&n.as_str()));
        let ty = cst::field(m, "type");
        for d in cst::field_all(m, "declarator") {
            let Some(name_node) = cst::field(d, "name") else { continue };
            let name = self.name(name_node);
            self.names.push_function(is_static);
            let value = cst::field(d, "value").map(|v| self.expr(v));
            self.names.pop();
            let written = value.is_some();
            let value = match value {
                Some(v) => v,
                None => self.unset(d, ty, &name, if injected { "" } else { class_text }),
            };
            if !is_static {
                made.fields.push((name, Some(value)));
                continue;
            }
            // What a static block sets is all it ever holds.
            if !written && Self::has_modifier(m, "final") {
                continue;
            }
            let target = Pattern::Name(name, self.span(name_node));
            made.statics.push(self.stmt_at(d, StmtKind::Declare { target, value }));
        }
    }

    /// What a field without an initialiser holds. Where nothing in its class sets it, something else does.
    fn unset(&mut self, n: Node<'_>, ty: Option<Node<'_>>, name: &str, class_text: &str) -> Expr {
        // Without the text of the class it is certainly set elsewhere.
        let kind = match ty.map(|t| t.kind()).filter(|_| !class_text.is_empty()) {
            _ if is_set(class_text, name) => ExprKind::Null,
            Some("integral_type") => ExprKind::Int(0),
            Some("floating_point_type") => ExprKind::Float(0.0),
            Some("boolean_type") => ExprKind::Bool(false),
            _ => match ty.and_then(|t| self.type_name(t)) {
                Some(ty) => ExprKind::Zero(Box::new(ty)),
                None => ExprKind::Opaque(Vec::new()),
            },
        };
        self.expr_at(n, kind)
    }

    fn method(&mut self, m: Node<'_>, made: &mut Parts) {
        let constructor = m.kind() == "constructor_declaration";
        made.has_constructor |= constructor;
        let (Some(name_node), Some(body)) = (cst::field(m, "name"), cst::field(m, "body")) else { return };
        if m.has_error() && !self.is_sound(m) {
            return;
        }
        let is_static = Self::has_modifier(m, "static");
        let name = if constructor { SmolStr::new_static("constructor") } else { self.name(name_node) };
        let decorators = self
            .annotations(m)
            .into_iter()
            .filter(|(n, _)| ANNOTATIONS.contains(&n.as_str()))
            .map(|(_, e)| e)
            .collect();
        let id = self.add_function(Function {
            name,
            name_span: self.span(name_node),
            decorators,
            class: Some(made.id),
            is_static,
            ..Function::at(self.span(m))
        });
        self.names.push_function(is_static);
        let params = cst::field(m, "parameters").map(|p| self.params(p)).unwrap_or_default();
        let mut block = Block::new();
        // A class inside that has no name reaches this object by another name.
        if !is_static && has_inner_class(body) {
            let number = self.names.classes();
            let target = Pattern::Name(outer_this(number), self.span(name_node));
            let value = self.expr_at(name_node, ExprKind::Name("this".into()));
            block.push(self.stmt_at(name_node, StmtKind::Declare { target, value }));
        }
        if constructor {
            let first = cst::named(body).first().copied();
            let explicit = first.is_some_and(|f| f.kind() == "explicit_constructor_invocation");
            let extends = self.classes.get(made.id.0 as usize).is_some_and(|c| !c.bases.is_empty());
            if !explicit && extends {
                let callee = Box::new(self.expr_at(name_node, ExprKind::Name("super".into())));
                let call = ExprKind::Call { callee, args: Vec::new(), is_new: false };
                let call = self.expr_at(name_node, call);
                block.push(self.stmt_at(name_node, StmtKind::Expr(call)));
            }
        }
        block.extend(self.block(body));
        self.names.pop();
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
            f.body = block;
        }
        made.methods.push(id);
    }

    pub(super) fn params(&mut self, list: Node<'_>) -> Vec<Param> {
        cst::named(list)
            .into_iter()
            .filter(|p| p.kind() != "receiver_parameter")
            .map(|p| self.param(p))
            .collect()
    }

    /// A parameter: with its type, or its bare name.
    pub(super) fn param(&mut self, p: Node<'_>) -> Param {
        let rest = p.kind() == "spread_parameter";
        let declarator = cst::named(p).into_iter().find(|c| c.kind() == "variable_declarator");
        let name = match p.kind() {
            "identifier" => Some(p),
            _ => cst::field(declarator.unwrap_or(p), "name"),
        };
        let ty = cst::field(p, "type");
        let pattern = match name.filter(|n| n.kind() == "identifier") {
            Some(n) => {
                self.names.declare(&self.name(n));
                Pattern::Name(self.name(n), self.span(n))
            }
            None => Pattern::Ignore,
        };
        Param {
            pattern,
            default: None,
            rest,
            rest_named: false,
            annotation: ty.map(|t| self.text(t).split('<').next().unwrap_or_default().trim().into()),
            ty: ty.and_then(|t| self.type_name(t)),
        }
    }

    /// A function without a name: a lambda, or a block that runs as one.
    pub(super) fn closure(&mut self, n: Node<'_>, params: Option<Node<'_>>, body: Option<Node<'_>>) -> FnId {
        let head_end = body.map_or(n.end_byte(), |b| b.start_byte());
        let head = self.src.text.get(n.start_byte()..head_end).unwrap_or("").trim_end().len();
        let id = self.add_function(Function {
            name: SmolStr::default(),
            name_span: self.src.span(n.start_byte(), n.start_byte() + head.max(1)),
            ..Function::at(self.span(n))
        });
        // Where it stands is as static as what is around it.
        self.names.push();
        let params = match params {
            Some(p) if p.kind() == "identifier" => vec![self.param(p)],
            Some(p) => self.params(p),
            None => Vec::new(),
        };
        let block = match body {
            Some(b) if b.kind() == "block" => self.block(b),
            Some(b) => {
                let pending = std::mem::take(&mut self.pending);
                let value = self.expr(b);
                let mut block = std::mem::replace(&mut self.pending, pending);
                block.push(Stmt { span: value.span, kind: StmtKind::Return(Some(value)) });
                block
            }
            None => Block::new(),
        };
        self.names.pop();
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
            f.body = block;
        }
        id
    }

    /// A dotted path of names of the file.
    pub(super) fn path_expr(&self, n: Node<'_>, path: &[SmolStr]) -> Option<Expr> {
        let mut parts = path.iter();
        let first = self.expr_at(n, ExprKind::Name(parts.next()?.clone()));
        Some(parts.fold(first, |object, name| {
            let kind = ExprKind::Attr { object: Box::new(object), name: name.clone(), optional: false };
            self.expr_at(n, kind)
        }))
    }

    /// A type that has a name, as an expression.
    pub(super) fn type_name(&mut self, t: Node<'_>) -> Option<Expr> {
        match t.kind() {
            "type_identifier" | "identifier" => Some(self.name_expr(t, false)),
            "generic_type" | "annotated_type" => {
                let inner = cst::named(t);
                let inner = inner.iter().find(|c| c.kind().ends_with("type_identifier"));
                inner.and_then(|c| self.type_name(*c))
            }
            "scoped_type_identifier" => {
                let text = super::plain(self.text(t));
                let text: SmolStr = text.split('<').next().unwrap_or_default().into();
                Some(self.dotted(t, &text))
            }
            _ => None,
        }
    }

    /// The text of a string node.
    pub(super) fn string(&self, n: Node<'_>) -> Option<SmolStr> {
        literal::string(self.text(n)).map(SmolStr::from)
    }

    /// An argument without a name.
    pub(super) fn arguments(&mut self, list: Node<'_>) -> Vec<Arg> {
        cst::named(list).into_iter().map(|a| Arg { name: None, value: self.expr(a) }).collect()
    }
}

/// What a class is made of.
#[derive(Default)]
struct Parts {
    id: ClassId,
    methods: Vec<FnId>,
    statics: Block,
    fields: Vec<(SmolStr, Option<Expr>)>,
    has_constructor: bool,
}

/// The name of an object as classes inside of its methods see it.
pub(super) fn outer_this(number: usize) -> SmolStr {
    format!("this'{number}").into()
}

fn members(body: Node<'_>) -> Body<'_> {
    let mut out = Body { members: Vec::new(), constants: Vec::new() };
    for c in cst::named(body) {
        match c.kind() {
            "enum_constant" => out.constants.push(c),
            "enum_body_declarations" => out.members.extend(cst::named(c)),
            _ => out.members.push(c),
        }
    }
    out
}

fn has_inner_class(body: Node<'_>) -> bool {
    let mut found = false;
    cst::visit(body, |n| {
        found |= n.kind() == "class_body";
        !found
    });
    found
}

/// Whether a text assigns to a name anywhere.
fn is_set(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(name).any(|(i, _)| {
        let before = text.get(..i).and_then(|t| t.chars().next_back());
        let behind = text.get(i + name.len()..).unwrap_or("");
        let rest = behind.trim_start();
        !before.is_some_and(is_word)
            && !behind.starts_with(is_word)
            && rest.starts_with('=')
            && !rest.starts_with("==")
    })
}
