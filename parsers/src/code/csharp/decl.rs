//! Namespaces, using directives and types.

use super::{Lower, Member, TypeScope};
use crate::code::cst;
use crate::code::draft::{INVALID, Statements};
use crate::code::hir::{
    Block, Class, Expr, ExprKind, Function, Import, ImportName, MAIN, Pattern, Stmt, StmtKind,
};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use tree_sitter::Node;

/// Kinds of type declarations that have members.
const TYPES: &[&str] =
    &["class_declaration", "struct_declaration", "record_declaration", "interface_declaration"];

impl Lower<'_> {
    /// The declarations of a file; statements outside of types are the program.
    pub(super) fn compilation_unit(&mut self, root: Node<'_>) {
        let mut program: Vec<Node<'_>> = Vec::new();
        self.namespace_body(root, &mut program);
        let Some(first) = program.first().copied() else { return };
        self.scopes.push_function();
        let mut body = Block::new();
        for n in &program {
            self.statement(*n, &mut body);
        }
        self.scopes.pop_function();
        let (name_span, span) = (self.span(first), self.span(first));
        let id = self.add_function(Function {
            name: MAIN.into(),
            name_span,
            span,
            params: Vec::new(),
            body,
            is_async: true,
            is_generator: false,
            decorators: Vec::new(),
            class: None,
            is_static: true,
        });
        self.body.push(Stmt { span, kind: StmtKind::Function(id) });
    }

    fn namespace_body<'t>(&mut self, list: Node<'t>, program: &mut Vec<Node<'t>>) {
        if !self.enter() {
            self.leave();
            return;
        }
        for piece in cst::pieces(list, self.src.text, Self::CLAUSE_WORDS) {
            let mut out = Block::new();
            match self.part(piece) {
                Ok(n) => self.bounded(n, &mut out, |it, n, _| it.top_level(n, program)),
                Err(range) => self.broken(range, INVALID, &mut out),
            }
            self.body.append(&mut out);
        }
        self.leave();
    }

    fn top_level<'t>(&mut self, n: Node<'t>, program: &mut Vec<Node<'t>>) {
        match n.kind() {
            "using_directive" => self.using(n),
            "namespace_declaration" | "file_scoped_namespace_declaration" => {
                let name: String = cst::field(n, "name").map(|c| self.text(c)).unwrap_or_default().into();
                let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
                let full =
                    if self.namespace.is_empty() { name } else { format!("{}.{name}", self.namespace) };
                self.first_namespace.get_or_insert_with(|| full.as_str().into());
                if n.kind() == "file_scoped_namespace_declaration" {
                    self.namespace = full.into();
                    // Older grammars put what follows inside of it.
                    self.namespace_body(n, program);
                } else {
                    let outer = std::mem::replace(&mut self.namespace, full.into());
                    if let Some(body) = cst::field(n, "body") {
                        self.namespace_body(body, program);
                    }
                    self.namespace = outer;
                }
            }
            "global_statement" => program.extend(cst::named(n)),
            "preproc_if" => match self.compiled(n) {
                Some(code) if self.enter() => {
                    for c in code {
                        if c.kind().ends_with("_statement") {
                            program.push(c);
                        } else {
                            self.top_level(c, program);
                        }
                    }
                    self.leave();
                }
                Some(_) => self.leave(),
                None => {
                    let stmt = self.perhaps(n);
                    self.body.push(stmt);
                }
            },
            k if TYPES.contains(&k) => self.type_declaration(n),
            "enum_declaration" => self.enumeration(n),
            _ => {}
        }
    }

    /// `using X;`, `global using X;`, `using static X;`, `using A = X;`: the name is `*` for a namespace, `.` for the
    /// members of a type; a global one is bound as `global`.
    fn using(&mut self, n: Node<'_>) {
        let alias = cst::field(n, "name");
        let target = cst::named(n).into_iter().rfind(|c| Some(*c) != alias);
        let Some(target) = target else { return };
        let module: String = self.text(target).chars().filter(|c| !c.is_whitespace()).collect();
        let module = module.trim_start_matches("global::");
        let bound: SmolStr = if cst::has(n, "global") { "global".into() } else { SmolStr::default() };
        let name = match alias {
            Some(a) => ImportName { name: SmolStr::default(), bound: self.name(a) },
            None if cst::has(n, "static") => ImportName { name: ".".into(), bound },
            None => ImportName { name: "*".into(), bound },
        };
        let import = Import { module: module.into(), names: vec![name], type_only: false };
        let stmt = self.stmt_at(n, StmtKind::Import(import));
        self.body.push(stmt);
    }

    /// The full name of a type that is declared here.
    fn full_name(&self, name: &str) -> SmolStr {
        match (self.types.last(), self.namespace.is_empty()) {
            (Some(outer), _) => format!("{}+{name}", outer.full).into(),
            (None, true) => name.into(),
            (None, false) => format!("{}.{name}", self.namespace).into(),
        }
    }

    /// A constant of each member: the text of its name.
    pub(super) fn enumeration(&mut self, n: Node<'_>) {
        let Some(name) = cst::field(n, "name") else { return };
        let full = self.full_name(&self.name(name));
        let mut body = Block::new();
        for m in cst::field(n, "body").map(cst::named).unwrap_or_default() {
            let Some(member) = cst::field(m, "name") else { continue };
            let target = Pattern::Name(self.name(member), self.span(member));
            let value = self.expr_at(m, ExprKind::Str(self.name(member)));
            body.push(self.stmt_at(m, StmtKind::Declare { target, value }));
        }
        let class = Class { body, ..Class::named(self.name(name), self.span(name)) };
        self.declare_type(n, name, full, class);
    }

    fn declare_type(&mut self, n: Node<'_>, name: Node<'_>, full: SmolStr, class: Class) {
        let id = self.add_class(class);
        let value = self.expr_at(n, ExprKind::Class(id));
        let target = Pattern::Name(full, self.span(name));
        let stmt = self.stmt_at(n, StmtKind::Declare { target, value });
        self.body.push(stmt);
    }

    /// A class, structure, record or interface.
    pub(super) fn type_declaration(&mut self, n: Node<'_>) {
        let Some(name) = cst::field(n, "name") else { return };
        if !self.enter() {
            self.leave();
            return;
        }
        let simple = self.name(name);
        let full = self.full_name(&simple);
        let list = cst::field(n, "body");
        let mut members = BTreeMap::new();
        let primary = cst::named(n).into_iter().find(|c| c.kind() == "parameter_list");
        for p in primary.map(cst::named).unwrap_or_default() {
            if let Some(p) = cst::field(p, "name") {
                members.insert(self.name(p), Member::Instance);
            }
        }
        if let Some(list) = list {
            self.names_of(list, &full, &mut members, 0);
        }
        self.types.push(TypeScope { full: full.clone(), members });
        let id = self.add_class(Class::named(simple, self.span(name)));
        let class = self.members(n, list, primary, id);
        if let Some(c) = self.classes.get_mut(id.0 as usize) {
            let name = std::mem::take(&mut c.name);
            *c = Class { name, name_span: c.name_span, ..class };
        }
        self.types.pop();
        let value = self.expr_at(n, ExprKind::Class(id));
        let target = Pattern::Name(full, self.span(name));
        let stmt = self.stmt_at(n, StmtKind::Declare { target, value });
        self.body.push(stmt);
        self.leave();
    }

    /// What the names of a type's members mean.
    fn names_of(&self, list: Node<'_>, full: &str, out: &mut BTreeMap<SmolStr, Member>, depth: u32) {
        for m in cst::named(list) {
            let kind = if self.is_static(m) { Member::Static } else { Member::Instance };
            match m.kind() {
                "field_declaration" | "event_field_declaration" => {
                    for v in cst::all_of_kind(m, "variable_declarator") {
                        if let Some(n) = cst::field(v, "name") {
                            out.insert(self.name(n), kind.clone());
                        }
                    }
                }
                "method_declaration" | "property_declaration" => {
                    if let Some(n) = cst::field(m, "name") {
                        out.insert(self.name(n), kind);
                    }
                }
                k if TYPES.contains(&k) || k == "enum_declaration" => {
                    if let Some(n) = cst::field(m, "name") {
                        let name = self.name(n);
                        let inner = format!("{full}+{name}").into();
                        out.insert(name, Member::Type(inner));
                    }
                }
                k if k.starts_with("preproc_") && depth < 8 => self.names_of(m, full, out, depth + 1),
                _ => {}
            }
        }
    }

    /// Whether a member belongs to the type and not to its objects.
    pub(super) fn is_static(&self, m: Node<'_>) -> bool {
        self.modifiers(m).any(|w| w == "static" || w == "const")
    }

    pub(super) fn modifiers(&self, m: Node<'_>) -> impl Iterator<Item = &str> {
        cst::children(m).into_iter().filter(|c| c.kind() == "modifier").map(|c| self.text(c))
    }

    /// What a type extends, interfaces included, with the arguments for the constructor of its base.
    pub(super) fn bases(&mut self, n: Node<'_>) -> (Vec<Expr>, Vec<crate::code::hir::Arg>) {
        let (mut bases, mut args) = (Vec::new(), Vec::new());
        let list = cst::named(n).into_iter().find(|c| c.kind() == "base_list");
        for b in list.map(cst::named).unwrap_or_default() {
            match b.kind() {
                "argument_list" => args = self.arguments(b),
                "primary_constructor_base_type" => {
                    bases.extend(cst::field(b, "type").and_then(|t| self.type_name(t)));
                    if let Some(l) = cst::named(b).into_iter().find(|c| c.kind() == "argument_list") {
                        args = self.arguments(l);
                    }
                }
                _ => bases.extend(self.type_name(b)),
            }
        }
        (bases, args)
    }

    /// A type that has a name, as an expression; type arguments, `?` and `[]` are left out.
    pub(super) fn type_name(&self, t: Node<'_>) -> Option<Expr> {
        let mut t = t;
        for _ in 0..8 {
            match t.kind() {
                "identifier" => return (self.text(t) != "var").then(|| self.resolve_type(t)),
                "generic_name" => t = *cst::named(t).first()?,
                "nullable_type" | "ref_type" | "scoped_type" => t = cst::field(t, "type")?,
                "alias_qualified_name" => t = cst::field(t, "name")?,
                "qualified_name" => {
                    let text: String =
                        self.text(t).split('<').next()?.chars().filter(|c| !c.is_whitespace()).collect();
                    return Some(self.expr_at(t, ExprKind::Name(text.trim_start_matches("global::").into())));
                }
                "predefined_type" => return Some(self.predefined(t)),
                _ => return None,
            }
        }
        None
    }

    /// A type by its name alone: nested types of the types around come first.
    fn resolve_type(&self, n: Node<'_>) -> Expr {
        let name = self.name(n);
        let nested = self.types.iter().rev().find_map(|t| match t.members.get(&name) {
            Some(Member::Type(full)) => Some(full.clone()),
            _ => (t.full.rsplit(['.', '+']).next() == Some(&*name)).then(|| t.full.clone()),
        });
        self.expr_at(n, ExprKind::Name(nested.unwrap_or(name)))
    }

    /// The type of the library a keyword stands for.
    pub(super) fn predefined(&self, n: Node<'_>) -> Expr {
        let name = match self.text(n) {
            "string" => "System.String",
            "int" => "System.Int32",
            "long" => "System.Int64",
            "bool" => "System.Boolean",
            "double" => "System.Double",
            "char" => "System.Char",
            "byte" => "System.Byte",
            "decimal" => "System.Decimal",
            _ => "System.Object",
        };
        self.expr_at(n, ExprKind::Name(name.into()))
    }
}
