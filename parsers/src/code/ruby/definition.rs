//! Methods, blocks and classes.

use super::expr::{boxed, returning};
use super::scope::Inside;
use super::{BLOCK, Lower};
use crate::code::cst;
use crate::code::draft::{INVALID, Statements};
use crate::code::hir::{
    Arg, Block, Class, ClassId, Expr, ExprKind, FnId, Function, Param, Pattern, Stmt, StmtKind,
};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Calls in the body of a class that change only what is visible.
const VISIBILITY: &[&str] =
    &["private", "public", "protected", "private_class_method", "public_class_method", "private_constant"];

impl Lower<'_> {
    /// Run the lowering of a function's inside in a scope of its own.
    fn inside(
        &mut self,
        params: Option<Node<'_>>,
        inside: Inside,
        f: impl FnOnce(&mut Self, &mut Block),
    ) -> (Vec<Param>, Block) {
        self.scopes.push(inside, params.is_none() && inside == Inside::Block);
        let outer = std::mem::replace(&mut self.in_loop, false);
        let mut body = Block::new();
        let mut params = self.params(params, &mut body);
        f(self, &mut body);
        self.in_loop = outer;
        let (assigned, implicit) = self.scopes.pop();
        if implicit {
            params.push(plain(Pattern::Name(
                SmolStr::new_static("it"),
                lamlint_model::Span::new(self.src.file, 0, 0),
            )));
        }
        if !assigned.is_empty() {
            let span = body.first().map_or(lamlint_model::Span::new(self.src.file, 0, 0), |s| s.span);
            body.insert(0, Stmt { span, kind: StmtKind::Global(assigned) });
        }
        (params, body)
    }

    /// A closure over the statements `f` lowers; what the last one gives is its value.
    pub(super) fn closure_of(
        &mut self,
        n: Node<'_>,
        params: Option<Node<'_>>,
        inside: Inside,
        f: impl FnOnce(&mut Self, &mut Block),
    ) -> FnId {
        let (params, mut body) = self.inside(params, inside, f);
        returning(&mut body, 0);
        let f = Function { params, body, ..self.function(n, n, SmolStr::default()) };
        self.add_function(f)
    }

    fn function(&self, n: Node<'_>, name: Node<'_>, text: SmolStr) -> Function {
        Function { name: text, name_span: self.span(name), ..Function::at(self.span(n)) }
    }

    /// `{ |x| … }`, `do |x| … end`
    pub(super) fn block_closure(&mut self, n: Node<'_>) -> Expr {
        let body = cst::field(n, "body");
        let id = self.closure_of(n, cst::field(n, "parameters"), Inside::Block, |it, out| {
            if let Some(b) = body {
                it.body(b, out);
            }
        });
        self.expr_at(n, ExprKind::Closure(id))
    }

    /// `->(x) { … }`
    pub(super) fn lambda(&mut self, n: Node<'_>) -> Expr {
        let body = cst::field(n, "body").and_then(|b| cst::field(b, "body"));
        let id = self.closure_of(n, cst::field(n, "parameters"), Inside::Block, |it, out| {
            if let Some(b) = body {
                it.body(b, out);
            }
        });
        self.expr_at(n, ExprKind::Closure(id))
    }

    /// `&:name`: a block that calls the method.
    pub(super) fn symbol_block(&mut self, n: Node<'_>) -> Expr {
        let name = SmolStr::new(self.text(n).trim_start_matches(':'));
        let it = SmolStr::new_static("it");
        let object = self.named_at(n, &it);
        let callee = self.attr_at(n, object, &name, false);
        let call = self.expr_at(n, ExprKind::Call { callee: boxed(callee), args: Vec::new(), is_new: false });
        let f = Function {
            params: vec![plain(Pattern::Name(it, self.span(n)))],
            body: vec![self.stmt_at(n, StmtKind::Return(Some(call)))],
            ..self.function(n, n, SmolStr::default())
        };
        let id = self.add_function(f);
        self.expr_at(n, ExprKind::Closure(id))
    }

    pub(super) fn param_pattern(&mut self, p: Node<'_>) -> Pattern {
        match p.kind() {
            "identifier" => Pattern::Name(self.scopes.declare(self.text(p)), self.span(p)),
            "destructured_parameter" => {
                let items = if self.enter() {
                    cst::named(p).into_iter().map(|i| self.param_pattern(i)).collect()
                } else {
                    Vec::new()
                };
                self.leave();
                Pattern::List(items)
            }
            "splat_parameter" => {
                let inner = cst::field(p, "name");
                Pattern::Rest(Box::new(inner.map_or(Pattern::Ignore, |i| self.param_pattern(i))))
            }
            _ => cst::field(p, "name").map_or(Pattern::Ignore, |i| self.param_pattern(i)),
        }
    }

    /// Parameters; a block is the one named `&`, last.
    fn params(&mut self, list: Option<Node<'_>>, body: &mut Block) -> Vec<Param> {
        let mut out = Vec::new();
        let Some(list) = list else { return out };
        for p in cst::named(list) {
            match p.kind() {
                "optional_parameter" | "keyword_parameter" => {
                    let default = cst::field(p, "value").map(|v| self.expr(v));
                    let pattern = self.param_pattern(p);
                    out.push(Param { default, ..plain(pattern) });
                }
                "splat_parameter" => {
                    let pattern = match self.param_pattern(p) {
                        Pattern::Rest(inner) => *inner,
                        other => other,
                    };
                    out.push(Param { rest: true, ..plain(pattern) });
                }
                "hash_splat_parameter" => {
                    let pattern = self.param_pattern(p);
                    out.push(Param { rest_named: true, ..plain(pattern) });
                }
                "block_parameter" => {
                    let target = self.param_pattern(p);
                    if !matches!(target, Pattern::Ignore) {
                        let value = self.named_at(p, BLOCK);
                        body.push(self.stmt_at(p, StmtKind::Assign { target, value }));
                    }
                }
                "forward_parameter" => {
                    out.push(Param { rest: true, ..plain(Pattern::Ignore) });
                    out.push(Param { rest_named: true, ..plain(Pattern::Ignore) });
                }
                "identifier" | "destructured_parameter" => {
                    let is_local = list.children_by_field_name("locals", &mut list.walk()).any(|l| l == p);
                    let pattern = self.param_pattern(p);
                    if !is_local {
                        out.push(plain(pattern));
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// A method, with its name as given.
    fn method(&mut self, n: Node<'_>, name: SmolStr, class: Option<ClassId>, is_static: bool) -> FnId {
        let body = cst::field(n, "body");
        let params = cst::field(n, "parameters");
        let (mut params, mut body) = self.inside(params, Inside::Method, |it, out| match body {
            Some(b) if b.kind() == "body_statement" => it.body(b, out),
            Some(b) => it.statement(b, out),
            None => {}
        });
        if name != "constructor" {
            returning(&mut body, 0);
        }
        let text = self.text(n);
        if ["yield", "block_given?", "&"].iter().any(|w| text.contains(w)) {
            params.push(plain(Pattern::Name(SmolStr::new_static(BLOCK), self.span(n))));
        }
        let at = cst::field(n, "name").unwrap_or(n);
        let f = Function { params, body, class, is_static, ..self.function(n, at, name) };
        self.add_function(f)
    }

    fn method_name(&self, n: Node<'_>, singleton: bool) -> SmolStr {
        let name = cst::field(n, "name").map_or("", |m| self.text(m));
        match (name, singleton) {
            ("initialize", false) => SmolStr::new_static("constructor"),
            (name, true) => format!("self.{name}").into(),
            (name, false) => name.into(),
        }
    }

    /// A method of the main object.
    pub(super) fn top_method(&mut self, n: Node<'_>, out: &mut Block) {
        let of_self = cst::field(n, "object").is_none_or(|o| self.text(o) == "self");
        let name = self.method_name(n, false);
        let id = self.method(n, name, None, false);
        if of_self {
            out.push(self.stmt_at(n, StmtKind::Function(id)));
        } else {
            // A method of some other object: who calls it is not known.
            let closure = self.expr_at(n, ExprKind::Closure(id));
            let callee = self.named_at(n, "define_singleton_method");
            let args = vec![Arg { name: None, value: closure }];
            let e = self.expr_at(n, ExprKind::Call { callee: boxed(callee), args, is_new: false });
            out.push(self.stmt_at(n, StmtKind::Expr(e)));
        }
    }

    /// `class`, `module`
    pub(super) fn class(&mut self, n: Node<'_>, out: &mut Block) {
        let Some(name) = cst::field(n, "name") else { return };
        let superclass = cst::field(n, "superclass").and_then(|s| cst::named(s).first().copied());
        let members = superclass.and_then(|s| self.struct_members(s));
        let bases = match superclass {
            Some(s) if members.is_none() => vec![self.expr(s)],
            _ => Vec::new(),
        };
        let body = cst::field(n, "body");
        self.class_with(n, name, bases, members, body, out);
    }

    fn class_with(
        &mut self,
        n: Node<'_>,
        name: Node<'_>,
        bases: Vec<Expr>,
        members: Option<Vec<SmolStr>>,
        body: Option<Node<'_>>,
        out: &mut Block,
    ) {
        let text: String = self.text(name).chars().filter(|c| !c.is_whitespace()).collect();
        let id = self.add_class(Class {
            bases,
            ..Class::named(text.trim_start_matches("::").into(), self.span(name))
        });
        let outer =
            (std::mem::replace(&mut self.in_class, true), std::mem::replace(&mut self.in_loop, false));
        self.scopes.push(Inside::Body, false);
        let mut it = Members { id, ..Members::default() };
        if let Some(members) = members {
            self.constructor_of(n, &members, id, &mut it);
        }
        if let Some(b) = body
            && self.enter()
        {
            self.class_body(b, &mut it, false);
        }
        if body.is_some() {
            self.leave();
        }
        self.scopes.pop();
        (self.in_class, self.in_loop) = outer;
        // Methods that are the class's own as well.
        for m in std::mem::take(&mut it.shared) {
            let mut f = self.functions[m.0 as usize].clone();
            f.name = format!("self.{}", f.name).into();
            f.is_static = true;
            let copy = self.add_function(f);
            it.methods.push(copy);
        }
        let class = &mut self.classes[id.0 as usize];
        class.methods = it.methods;
        class.body = it.body;
        class.bases.extend(it.includes);
        out.push(self.stmt_at(n, StmtKind::Class(id)));
    }

    fn class_body(&mut self, list: Node<'_>, it: &mut Members, singleton: bool) {
        for part in self.parts(list) {
            match part {
                Ok(n) => self.class_member(n, it, singleton),
                Err(range) => self.broken(range, INVALID, &mut it.body),
            }
        }
    }

    fn class_member(&mut self, n: Node<'_>, it: &mut Members, singleton: bool) {
        match n.kind() {
            "method" => {
                let name = self.method_name(n, singleton);
                let id = self.method(n, name, Some(it.id), singleton);
                it.methods.push(id);
                if it.all_shared && !singleton {
                    it.shared.push(id);
                }
            }
            "singleton_method" => {
                let name = self.method_name(n, true);
                let id = self.method(n, name, Some(it.id), true);
                it.methods.push(id);
            }
            "singleton_class" => {
                if let Some(b) = cst::field(n, "body")
                    && self.enter()
                {
                    self.class_body(b, it, true);
                    self.leave();
                }
            }
            "call" | "identifier" if self.macro_call(n, it, singleton) => {}
            _ => {
                let mut body = std::mem::take(&mut it.body);
                self.statement(n, &mut body);
                it.body = body;
            }
        }
    }

    /// What the body of a class calls to define something.
    fn macro_call(&mut self, n: Node<'_>, it: &mut Members, singleton: bool) -> bool {
        if n.kind() == "call" && cst::field(n, "receiver").is_some() {
            return false;
        }
        let name = if n.kind() == "call" {
            cst::field(n, "method").map_or("", |m| self.text(m))
        } else {
            self.text(n)
        };
        let args = cst::field(n, "arguments").map(cst::named).unwrap_or_default();
        match name {
            v if VISIBILITY.contains(&v) => {
                for a in args {
                    if matches!(a.kind(), "method" | "singleton_method") {
                        self.class_member(a, it, singleton);
                    }
                }
            }
            "attr_reader" | "attr_accessor" | "attr_writer" | "attr" => {
                for a in args {
                    let field = SmolStr::new(self.text(a).trim_matches([':', '"', '\'']));
                    if name != "attr_writer" {
                        self.reader(a, &field, it, singleton);
                    }
                }
            }
            "module_function" if args.is_empty() => it.all_shared = true,
            "module_function" => {
                for a in args {
                    let wanted = self.text(a).trim_start_matches(':');
                    let found = it.methods.iter().find(|m| self.functions[m.0 as usize].name == wanted);
                    it.shared.extend(found.copied());
                    if a.kind() == "method" {
                        it.all_shared = true;
                        self.class_member(a, it, singleton);
                        it.all_shared = false;
                    }
                }
            }
            "extend" if args.len() == 1 && args[0].kind() == "self" => {
                it.all_shared = true;
                let plain = it.methods.iter().filter(|m| !self.functions[m.0 as usize].is_static);
                it.shared = plain.copied().collect();
            }
            "include" | "prepend" if !singleton => {
                for a in args {
                    let e = self.expr(a);
                    it.includes.push(e);
                }
            }
            "define_method" => {
                let ([first], Some(block)) = (&args[..], cst::field(n, "block")) else { return false };
                if first.kind() != "simple_symbol" {
                    return false;
                }
                let method = SmolStr::new(self.text(*first).trim_start_matches(':'));
                let ExprKind::Closure(id) = self.block_closure(block).kind else { return false };
                let f = &mut self.functions[id.0 as usize];
                f.name = method;
                f.class = Some(it.id);
                it.methods.push(id);
            }
            _ => return false,
        }
        true
    }

    /// A method that gives an instance variable.
    fn reader(&mut self, n: Node<'_>, field: &str, it: &mut Members, singleton: bool) {
        let this = self.named_at(n, "this");
        let value = self.attr_at(n, this, &format!("@{field}"), false);
        let name = if singleton { format!("self.{field}") } else { field.to_owned() };
        let f = Function {
            body: vec![self.stmt_at(n, StmtKind::Return(Some(value)))],
            class: Some(it.id),
            is_static: singleton,
            ..self.function(n, n, name.into())
        };
        let id = self.add_function(f);
        it.methods.push(id);
    }

    /// The members of `Struct.new(:a, :b)`, `Data.define(:a)`.
    fn struct_members(&self, n: Node<'_>) -> Option<Vec<SmolStr>> {
        let receiver = cst::field(n, "receiver").filter(|_| n.kind() == "call")?;
        let method = self.text(cst::field(n, "method")?);
        if !matches!((self.text(receiver), method), ("Struct", "new") | ("Data", "define")) {
            return None;
        }
        let args = cst::field(n, "arguments").map(cst::named).unwrap_or_default();
        let names = args.into_iter().filter(|a| a.kind() == "simple_symbol");
        Some(names.map(|a| self.text(a).trim_start_matches(':').into()).collect())
    }

    /// `Point = Struct.new(:x, :y) do … end`
    pub(super) fn struct_class(
        &mut self,
        n: Node<'_>,
        name: Node<'_>,
        value: Node<'_>,
        out: &mut Block,
    ) -> bool {
        let Some(members) = self.struct_members(value) else { return false };
        let body = cst::field(value, "block").and_then(|b| cst::field(b, "body"));
        self.class_with(n, name, Vec::new(), Some(members), body, out);
        true
    }

    fn constructor_of(&mut self, n: Node<'_>, members: &[SmolStr], class: ClassId, it: &mut Members) {
        let span = self.span(n);
        let mut params = Vec::new();
        let mut body = Block::new();
        for m in members {
            let default = Some(self.expr_at(n, ExprKind::Null));
            params.push(Param { default, ..plain(Pattern::Name(m.clone(), span)) });
            let this = self.named_at(n, "this");
            let place = self.attr_at(n, this, &format!("@{m}"), false);
            let value = self.named_at(n, m);
            let target = Pattern::Place(boxed(place));
            body.push(self.stmt_at(n, StmtKind::Assign { target, value }));
            self.reader(n, m, it, false);
        }
        let name = SmolStr::new_static("constructor");
        let f = Function { params, body, class: Some(class), ..self.function(n, n, name) };
        let id = self.add_function(f);
        it.methods.push(id);
    }
}

/// What is found in the body of a class.
#[derive(Debug)]
struct Members {
    id: ClassId,
    methods: Vec<FnId>,
    body: Block,
    includes: Vec<Expr>,
    /// Methods that can be called on the module itself.
    shared: Vec<FnId>,
    all_shared: bool,
}

impl Default for Members {
    fn default() -> Self {
        Self {
            id: ClassId(0),
            methods: Vec::new(),
            body: Vec::new(),
            includes: Vec::new(),
            shared: Vec::new(),
            all_shared: false,
        }
    }
}

fn plain(pattern: Pattern) -> Param {
    Param { pattern, default: None, rest: false, rest_named: false, annotation: None, ty: None }
}
