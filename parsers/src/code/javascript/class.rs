//! Classes.

use super::function::Role;
use super::kinds::{self as k, field};
use super::{Lower, Named, confined};
use crate::code::cst;
use crate::code::hir::{Block, Class, ClassId, Expr, ExprKind, FnId, Pattern, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// The decorator that accessors carry, as where a language writes it: reading the attribute calls the method.
const GETTER: &str = "property";
const SETTER: &str = "setter";

/// The parts of a class while its body is read.
struct Parts {
    id: ClassId,
    methods: Vec<FnId>,
    setters: Vec<FnId>,
    body: Block,
    fields: Vec<(SmolStr, Option<Expr>)>,
}

impl Lower<'_> {
    /// A class; `bound` is the name a class expression is bound to, `outer` the decorators before `export`.
    pub(super) fn class(&mut self, n: Node<'_>, bound: Option<Named>, outer: Vec<Expr>) -> ClassId {
        let own = cst::field(n, field::NAME).map(|name| (SmolStr::from(self.text(name)), self.span(name)));
        let (name, name_span) = own.or(bound).unwrap_or_else(|| (SmolStr::default(), self.class_head(n)));
        let mut decorators = outer;
        for d in cst::field_all(n, field::DECORATOR) {
            decorators.extend(self.decorator(d));
        }
        let bases = self.bases(n);
        // The number is taken before the members: they name their class.
        let id = self.add_class(Class {
            name: name.clone(),
            name_span,
            bases,
            methods: Vec::new(),
            body: Vec::new(),
            fields: Vec::new(),
            embeds: Vec::new(),
            decorators,
        });
        let mut parts =
            Parts { id, methods: Vec::new(), setters: Vec::new(), body: Vec::new(), fields: Vec::new() };
        if let Some(body) = cst::field(n, field::BODY) {
            self.members(body, &name, &mut parts);
        }
        if let Some(c) = self.classes.get_mut(id.0 as usize) {
            c.methods = parts.methods;
            // A getter is found before the setter of its name.
            c.methods.append(&mut parts.setters);
            c.body = parts.body;
            c.fields = parts.fields;
        }
        id
    }

    fn class_head(&self, n: Node<'_>) -> lamlint_model::source::Span {
        let end = cst::field(n, field::BODY).map_or(n.end_byte(), |b| b.start_byte());
        let head = self.src.text.get(n.start_byte()..end).map_or(0, |t| t.trim_end().len());
        self.src.span(n.start_byte(), n.start_byte() + head)
    }

    fn bases(&mut self, n: Node<'_>) -> Vec<Expr> {
        let Some(heritage) = cst::named(n).into_iter().find(|c| c.kind() == k::CLASS_HERITAGE) else {
            return Vec::new();
        };
        let mut bases = Vec::new();
        for c in cst::named(heritage) {
            match c.kind() {
                k::EXTENDS_CLAUSE => bases.extend(cst::field_all(c, field::VALUE)),
                _ if self.lang == crate::code::hir::Lang::JavaScript => bases.push(c),
                // `implements`
                _ => {}
            }
        }
        bases.into_iter().map(|b| self.expr(b)).collect()
    }

    pub(super) fn decorator(&mut self, n: Node<'_>) -> Option<Expr> {
        cst::named(n).first().map(|&d| self.expr(d))
    }

    fn members(&mut self, body: Node<'_>, class: &str, parts: &mut Parts) {
        // TypeScript puts the decorators of a method before it, JavaScript into it.
        let mut decorators = Vec::new();
        for m in cst::children(body) {
            if m.is_error() || m.is_missing() || (m.has_error() && !confined(m)) {
                self.broken(m, m.byte_range(), &mut parts.body);
                decorators.clear();
                continue;
            }
            match m.kind() {
                k::DECORATOR => decorators.extend(self.decorator(m)),
                k::METHOD => self.method(m, std::mem::take(&mut decorators), parts),
                k::FIELD | k::PUBLIC_FIELD => self.field(m, parts),
                k::CLASS_STATIC_BLOCK => {
                    let block = self.body(cst::field(m, field::BODY));
                    parts.body.extend(block.into_iter().map(|s| own_name(s, class)));
                }
                // Signatures.
                _ => decorators.clear(),
            }
        }
    }

    fn method(&mut self, n: Node<'_>, mut decorators: Vec<Expr>, parts: &mut Parts) {
        let Some(key) = cst::field(n, field::NAME) else { return };
        let name = self.static_key(key).unwrap_or_default();
        for d in cst::field_all(n, field::DECORATOR) {
            decorators.extend(self.decorator(d));
        }
        let is_setter = cst::has(n, "set");
        if cst::has(n, "get") {
            decorators.push(self.at(key, ExprKind::Name(SmolStr::new_static(GETTER))));
        } else if is_setter {
            let object = Box::new(self.at(key, ExprKind::Name(name.clone())));
            let kind = ExprKind::Attr { object, name: SmolStr::new_static(SETTER), optional: false };
            decorators.push(self.at(key, kind));
        }
        let role = Role { class: Some(parts.id), is_static: cst::has(n, "static"), decorators };
        let bound = Some((name, self.span(key)));
        let start = parts.body.len();
        if let Some(id) = self.deeper(|l| l.function_as(n, bound, role)) {
            if is_setter { &mut parts.setters } else { &mut parts.methods }.push(id);
        }
        if std::mem::take(&mut self.too_deep) {
            parts.body.truncate(start);
            self.push(n, StmtKind::Opaque(Vec::new(), Vec::new()), &mut parts.body);
        }
    }

    fn field(&mut self, n: Node<'_>, parts: &mut Parts) {
        if cst::has(n, "declare") || cst::has(n, "abstract") {
            return;
        }
        let Some(key) = cst::field(n, field::NAME).or_else(|| cst::field(n, field::PROPERTY)) else { return };
        // Decorators of fields register them with a framework; they are used all the same.
        for d in cst::field_all(n, field::DECORATOR) {
            if let Some(d) = self.decorator(d) {
                self.push(n, StmtKind::Expr(d), &mut parts.body);
            }
        }
        let name = self.static_key(key);
        let value = cst::field(n, field::VALUE).map(|v| match &name {
            Some(name) => self.expr_named(v, (name.clone(), self.span(key))),
            None => self.expr(v),
        });
        match (cst::has(n, "static"), name) {
            (false, Some(name)) => parts.fields.push((name, value)),
            (true, Some(name)) => {
                let value = value.unwrap_or_else(|| self.at(n, ExprKind::Null));
                let target = Pattern::Name(name, self.span(key));
                // A declaration: an outer name of the same spelling is another one.
                self.push(n, StmtKind::Declare { target, value }, &mut parts.body);
            }
            (_, None) => {
                if let Some(value) = value {
                    self.push(n, StmtKind::Expr(value), &mut parts.body);
                }
            }
        }
    }
}

/// `this.x = v` and `C.x = v` in a static block of `C` set a name of the class body.
fn own_name(s: Stmt, class: &str) -> Stmt {
    let Stmt { span, kind: StmtKind::Assign { target: Pattern::Place(place), value } } = s else { return s };
    let kind = match &place.kind {
        ExprKind::Attr { object, name, .. } if matches!(&object.kind, ExprKind::Name(o) if o == "this" || o == class) => {
            StmtKind::Declare { target: Pattern::Name(name.clone(), place.span), value }
        }
        _ => StmtKind::Assign { target: Pattern::Place(place), value },
    };
    Stmt { span, kind }
}
