//! The top level: modules, imports, types with their methods, functions, constants.

use super::{Lower, ROOT, Sink, for_tests, plain};
use crate::code::hir::{
    Block, Class, ClassId, Expr, ExprKind, FnId, Function, Import, ImportName, Param, Pattern, StmtKind,
};
use lamlint_model::source::Span;
use smol_str::SmolStr;
use syn::{FnArg, ImplItem, Item, TraitItem, Type, UseTree};

/// Types that hold a value of another, which is what they are here.
const HOLDERS: &[&str] = &[
    "Arc",
    "Box",
    "Cow",
    "LambdaEvent",
    "LazyLock",
    "Mutex",
    "OnceCell",
    "OnceLock",
    "Option",
    "Pin",
    "Rc",
    "RefCell",
    "Ref",
    "RwLock",
];

/// The statements of a module, by what they need of each other.
#[derive(Default)]
struct Parts {
    constants: Block,
    types: Block,
    modules: Block,
    imports: Block,
    methods: Block,
    values: Block,
}

impl Lower<'_> {
    /// The items of a file or of a module in it, in the order in which they can be made.
    pub(super) fn items(&mut self, items: &[Item]) -> Block {
        let outer = std::mem::take(&mut self.imports);
        let mut parts = Parts::default();
        if self.enter() {
            for i in items {
                self.item(i, items, &mut parts);
            }
        }
        self.leave();
        let inner = std::mem::replace(&mut self.imports, outer);
        let Parts { constants, types, modules, imports, methods, values } = parts;
        [constants, types, modules, imports, inner, methods, values].into_iter().flatten().collect()
    }

    /// An item inside of a function.
    pub(super) fn local_item(&mut self, item: &Item, out: &mut Block) {
        let mut parts = Parts::default();
        self.item(item, &[], &mut parts);
        self.imports.append(&mut parts.imports);
        let Parts { constants, types, modules, methods, values, .. } = parts;
        out.extend([constants, types, modules, methods, values].into_iter().flatten());
    }

    fn item(&mut self, item: &Item, all: &[Item], parts: &mut Parts) {
        match item {
            Item::Fn(f) if !for_tests(&f.attrs) => {
                let id = self.function(&f.sig, Some(&f.block), self.span(f), None);
                parts.types.push(Self::stmt_at(self.span(f), StmtKind::Function(id)));
            }
            Item::Struct(s) => {
                let mut fields = Vec::new();
                for (i, f) in s.fields.iter().enumerate() {
                    let name = f.ident.as_ref().map_or_else(|| i.to_string().into(), plain);
                    fields.push((name, Some(Self::unknown(self.span(&f.ty)))));
                }
                let id = self.class(&s.ident, fields, Block::new());
                parts.types.push(Self::stmt_at(self.span(s), StmtKind::Class(id)));
            }
            Item::Enum(e) => {
                let id = self.class(&e.ident, Vec::new(), Block::new());
                parts.types.push(Self::stmt_at(self.span(e), StmtKind::Class(id)));
            }
            Item::Type(t) => {
                if let Some(value) = self.type_name(&t.ty) {
                    let target = Pattern::Name(plain(&t.ident), self.span(&t.ident));
                    parts.imports.push(Self::stmt_at(self.span(t), StmtKind::Declare { target, value }));
                }
            }
            Item::Mod(m) if !for_tests(&m.attrs) => self.module(m, parts),
            Item::Use(u) if !for_tests(&u.attrs) => {
                let span = self.span(u);
                self.import(&u.tree, Vec::new(), span, 0, &mut parts.imports);
            }
            Item::ExternCrate(c) => {
                if let Some((_, name)) = &c.rename {
                    let value = self.path_of(&[plain(&c.ident), SmolStr::default()], self.span(c));
                    let target = Pattern::Name(plain(name), self.span(name));
                    parts.imports.push(Self::stmt_at(self.span(c), StmtKind::Declare { target, value }));
                }
            }
            Item::Impl(i) if !for_tests(&i.attrs) => self.implementation(i, all, &mut parts.methods),
            Item::Const(c) => self.value_item(&c.ident, &c.expr, self.span(c), parts),
            Item::Static(s) => self.value_item(&s.ident, &s.expr, self.span(s), parts),
            Item::Macro(m) => self.item_macro(m, &mut parts.values),
            _ => {}
        }
    }

    fn value_item(&mut self, ident: &syn::Ident, e: &syn::Expr, span: Span, out: &mut Parts) {
        let mut block = Block::new();
        let value = self.value(e, &mut block);
        let literal = block.is_empty()
            && matches!(
                value.kind,
                ExprKind::Str(_) | ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Float(_)
            );
        let target = Pattern::Name(plain(ident), self.span(ident));
        block.push(Self::stmt_at(span, StmtKind::Declare { target, value }));
        if literal { out.constants.append(&mut block) } else { out.values.append(&mut block) }
    }

    fn module(&mut self, m: &syn::ItemMod, parts: &mut Parts) {
        let name = plain(&m.ident);
        let span = self.span(m);
        let Some((_, items)) = &m.content else {
            let path = m.attrs.iter().find_map(|a| match &a.meta {
                syn::Meta::NameValue(v) if v.path.is_ident("path") => match &v.value {
                    syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(s), .. }) => Some(s.value()),
                    _ => None,
                },
                _ => None,
            });
            let mut file = String::from("mod:");
            if let Some(p) = path {
                file.push('=');
                file.push_str(&p);
            } else {
                for i in &self.inside {
                    file.push_str(i);
                    file.push('/');
                }
                file.push_str(&name);
            }
            let value = Self::expr_at(span, ExprKind::Module(file.into()));
            let target = Pattern::Name(name, self.span(&m.ident));
            parts.modules.push(Self::stmt_at(span, StmtKind::Declare { target, value }));
            return;
        };
        self.inside.push(name);
        let body = self.items(items);
        self.inside.pop();
        let id = self.class(&m.ident, Vec::new(), body);
        parts.modules.push(Self::stmt_at(span, StmtKind::Class(id)));
    }

    fn class(&mut self, ident: &syn::Ident, fields: Vec<(SmolStr, Option<Expr>)>, body: Block) -> ClassId {
        self.add_class(Class { body, fields, ..Class::named(plain(ident), self.span(ident)) })
    }

    /// The names a `use` binds.
    fn import(&mut self, tree: &UseTree, mut before: Vec<SmolStr>, span: Span, depth: u32, out: &mut Block) {
        if depth > 64 {
            return;
        }
        let mut bind = |it: &Self, mut path: Vec<SmolStr>, name: SmolStr| {
            if path.last().is_some_and(|l| l == "self") && path.len() > 1 {
                path.pop();
            }
            let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name };
            if path.len() == 1 {
                path.push(SmolStr::default());
            }
            if name != "_" && !name.is_empty() {
                let value = it.path_of(&path, span);
                out.push(Self::stmt_at(span, StmtKind::Declare { target: Pattern::Name(name, span), value }));
            }
        };
        match tree {
            UseTree::Path(p) => {
                before.push(plain(&p.ident));
                self.import(&p.tree, before, span, depth + 1, out);
            }
            UseTree::Name(n) => {
                before.push(plain(&n.ident));
                bind(self, before, plain(&n.ident));
            }
            UseTree::Rename(r) => {
                before.push(plain(&r.ident));
                bind(self, before, plain(&r.rename));
            }
            UseTree::Glob(_) => {
                let module = format!("{ROOT}{}", self.rooted(&before).join("."));
                let names = vec![ImportName { name: "*".into(), bound: "*".into() }];
                let import = Import { module: module.into(), names, type_only: false };
                out.push(Self::stmt_at(span, StmtKind::Import(import)));
            }
            UseTree::Group(g) => {
                for t in &g.items {
                    self.import(t, before.clone(), span, depth + 1, out);
                }
            }
        }
    }

    /// The parts of a path as seen from the file: modules in it see the names around them.
    fn rooted(&self, path: &[SmolStr]) -> Vec<SmolStr> {
        let mut path = path.to_vec();
        let mut above = self.inside.len();
        while above > 0 && path.len() > 1 && path.first().is_some_and(|p| p == "super" || p == "self") {
            above -= usize::from(path[0] == "super");
            path.remove(0);
        }
        // `super` alone, of a module in the file: the file.
        if above > 0 && above == self.inside.len() && path.len() == 1 && path[0] == "super" {
            path[0] = "self".into();
        }
        path
    }

    /// A path of several parts, or of one that is no variable (then the second is empty).
    pub(super) fn path_of(&self, path: &[SmolStr], span: Span) -> Expr {
        let path = self.rooted(path);
        let mut parts = path.into_iter().filter(|p| !p.is_empty());
        let first = parts.next().unwrap_or_default();
        let mut e = Self::expr_at(span, ExprKind::Name(format!("{ROOT}{first}").into()));
        for name in parts {
            e = Self::expr_at(span, ExprKind::Attr { object: Box::new(e), name, optional: false });
        }
        e
    }

    fn implementation(&mut self, i: &syn::ItemImpl, all: &[Item], out: &mut Block) {
        let Some(class) = own_name(&i.self_ty) else { return };
        let outer = self.own.replace(class.clone());
        let generics = self.push_generics(&i.generics);
        let mut written: Vec<SmolStr> = Vec::new();
        for item in &i.items {
            match item {
                ImplItem::Fn(f) if !for_tests(&f.attrs) => {
                    written.push(plain(&f.sig.ident));
                    let function = self.function(&f.sig, Some(&f.block), self.span(f), None);
                    out.push(Self::stmt_at(
                        self.span(f),
                        StmtKind::Method { class: class.clone(), function },
                    ));
                }
                ImplItem::Const(c) => {
                    let value = self.value(&c.expr, out);
                    let span = self.span(c);
                    let object = Box::new(Self::expr_at(span, ExprKind::Name(class.clone())));
                    let place = ExprKind::Attr { object, name: plain(&c.ident), optional: false };
                    let target = Pattern::Place(Box::new(Self::expr_at(span, place)));
                    out.push(Self::stmt_at(span, StmtKind::Assign { target, value }));
                }
                _ => {}
            }
        }
        // What a trait of the file gives its types.
        let of = i.trait_.as_ref().and_then(|(p, _)| p.segments.last()).map(|s| plain(&s.ident));
        for t in all {
            let Item::Trait(t) = t else { continue };
            if of.as_ref() != Some(&plain(&t.ident)) {
                continue;
            }
            for item in &t.items {
                if let TraitItem::Fn(f) = item
                    && let Some(block) = &f.default
                    && !written.contains(&plain(&f.sig.ident))
                {
                    let function = self.function(&f.sig, Some(block), self.span(f), None);
                    out.push(Self::stmt_at(
                        self.span(f),
                        StmtKind::Method { class: class.clone(), function },
                    ));
                }
            }
        }
        self.generics.truncate(generics);
        self.own = outer;
    }

    fn push_generics(&mut self, g: &syn::Generics) -> usize {
        let before = self.generics.len();
        self.generics.extend(g.type_params().map(|t| plain(&t.ident)));
        before
    }

    /// A function or method: its number.
    fn function(
        &mut self,
        sig: &syn::Signature,
        block: Option<&syn::Block>,
        span: Span,
        class: Option<ClassId>,
    ) -> FnId {
        let is_static = !matches!(sig.inputs.first(), Some(FnArg::Receiver(_)));
        let id = self.add_function(Function {
            name: plain(&sig.ident),
            name_span: self.span(&sig.ident),
            is_async: sig.asyncness.is_some(),
            class,
            is_static,
            ..Function::at(span)
        });
        let generics = self.push_generics(&sig.generics);
        self.scopes.push_function();
        let mut params = Vec::new();
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(r) => {
                    let name = self.scopes.declare(&"self".into());
                    params.push(param(Pattern::Name(name, self.span(r)), None, None));
                }
                FnArg::Typed(t) => {
                    let (annotation, ty) = (outer_name(&t.ty), self.type_name(&t.ty));
                    let pattern = self.pattern(&t.pat);
                    params.push(param(pattern, annotation, ty));
                }
            }
        }
        let mut body = Block::new();
        if let Some(b) = block {
            self.block_into(b, &Sink::Return, &mut body);
        }
        self.scopes.pop_function();
        self.generics.truncate(generics);
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
            f.body = body;
        }
        id
    }

    /// A closure, or a block that runs on its own.
    pub(super) fn closure(&mut self, inputs: &[&syn::Pat], span: Span, body: &syn::Expr) -> FnId {
        let head = Span { end: span.start.saturating_add(1).min(span.end), ..span };
        let id =
            self.add_function(Function { name: SmolStr::default(), name_span: head, ..Function::at(span) });
        self.scopes.push_function();
        let mut params = Vec::new();
        for p in inputs {
            let (annotation, ty) = match p {
                syn::Pat::Type(t) => (outer_name(&t.ty), self.type_name(&t.ty)),
                _ => (None, None),
            };
            let pattern = self.pattern(p);
            params.push(param(pattern, annotation, ty));
        }
        let mut block = Block::new();
        self.into(body, &Sink::Return, &mut block);
        self.scopes.pop_function();
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
            f.body = block;
        }
        id
    }

    /// A type that has a name, as an expression; references and holders are what they hold.
    pub(super) fn type_name(&mut self, t: &Type) -> Option<Expr> {
        let mut t = t;
        for _ in 0..16 {
            match t {
                Type::Reference(r) => t = &r.elem,
                Type::Paren(p) => t = &p.elem,
                Type::Group(g) => t = &g.elem,
                Type::Path(p) if p.qself.is_none() => {
                    let last = p.path.segments.last()?;
                    if HOLDERS.iter().any(|h| last.ident == h)
                        && let Some(inner) = first_argument(&last.arguments)
                    {
                        t = inner;
                        continue;
                    }
                    if p.path.segments.len() == 1 && self.generics.contains(&plain(&last.ident)) {
                        return None;
                    }
                    return Some(self.path(&p.path, self.span(t)));
                }
                _ => return None,
            }
        }
        None
    }
}

fn param(pattern: Pattern, annotation: Option<SmolStr>, ty: Option<Expr>) -> Param {
    Param { pattern, default: None, rest: false, rest_named: false, annotation, ty }
}

/// The last part of a type's name.
fn outer_name(t: &Type) -> Option<SmolStr> {
    match t {
        Type::Reference(r) => match &*r.elem {
            Type::Path(p) => p.path.segments.last().map(|s| plain(&s.ident)),
            _ => None,
        },
        Type::Path(p) => p.path.segments.last().map(|s| plain(&s.ident)),
        _ => None,
    }
}

/// The type an `impl` is for, where it has a plain name.
fn own_name(t: &Type) -> Option<SmolStr> {
    match t {
        Type::Path(p) if p.qself.is_none() => p.path.segments.last().map(|s| plain(&s.ident)),
        _ => None,
    }
}

fn first_argument(a: &syn::PathArguments) -> Option<&Type> {
    let syn::PathArguments::AngleBracketed(a) = a else { return None };
    a.args.iter().find_map(|a| match a {
        syn::GenericArgument::Type(t) => Some(t),
        _ => None,
    })
}
