//! Functions, script blocks and classes.

use super::Lower;
use super::expr::strip;
use super::stmt::outputs;
use crate::code::cst;
use crate::code::draft::{INVALID, Statements};
use crate::code::hir::{
    Block, Class, ClassId, Expr, ExprKind, FnId, Function, Param, Pattern, Stmt, StmtKind,
};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use tree_sitter::Node;

fn plain(pattern: Pattern) -> Param {
    Param { pattern, default: None, rest: false, rest_named: false, annotation: None, ty: None }
}

/// The variables a function uses by name: those of the script, and those it sets itself; in lower case.
#[derive(Default)]
pub(super) struct Used {
    pub script: BTreeSet<String>,
    own: BTreeSet<String>,
}

impl Lower<'_> {
    /// Note parameters that take no value.
    pub(super) fn read_switches(&mut self, root: Node<'_>) {
        for p in cst::all_of_kind(root, "script_parameter") {
            let text = self.text(p).to_ascii_lowercase();
            if text.contains("[switch]")
                && let Some(v) = cst::named(p).into_iter().find(|c| c.kind() == "variable")
            {
                self.switches.insert(self.text(v).trim().trim_start_matches('$').to_ascii_lowercase());
            }
        }
    }

    pub(super) fn used(&self, n: Node<'_>) -> Used {
        let mut out = Used::default();
        let name = |t: &str| t.trim().trim_start_matches('$').trim_matches(['{', '}']).to_ascii_lowercase();
        let mut left = Vec::new();
        cst::visit(n, |c| {
            match c.kind() {
                "variable" => {
                    let text = name(self.text(c));
                    if let Some(x) = text.strip_prefix("script:").or_else(|| text.strip_prefix("global:")) {
                        out.script.insert(x.to_owned());
                    }
                }
                "left_assignment_expression" => left.push(strip(c)),
                "script_parameter" | "foreach_statement" => {
                    left.extend(cst::named(c).into_iter().filter(|v| v.kind() == "variable"));
                }
                _ => {}
            }
            true
        });
        for v in left {
            let text = name(self.text(v));
            if v.kind() == "variable" && !text.contains(':') {
                out.own.insert(text);
            }
        }
        out
    }

    /// The parameters of a script: they are variables of it, which the runtime or a caller sets.
    pub(super) fn script_params(&mut self, n: Node<'_>, out: &mut Block) {
        for p in self.params(n) {
            let Pattern::Name(name, span) = p.pattern else { continue };
            if matches!(name.as_str(), "$lambdainput" | "$lambdacontext") {
                continue;
            }
            let value = match p.default {
                Some(d) => d,
                None => Expr { span, kind: ExprKind::Opaque(Vec::new()) },
            };
            out.push(Stmt { span, kind: StmtKind::Assign { target: Pattern::Name(name, span), value } });
        }
    }

    /// The parameters below a node.
    fn params(&mut self, n: Node<'_>) -> Vec<Param> {
        let mut out = Vec::new();
        let lists = cst::named(n).into_iter().filter(|c| c.kind() == "parameter_list");
        for p in lists.flat_map(cst::named) {
            let parts = cst::named(p);
            let Some(v) = parts.iter().find(|c| c.kind() == "variable") else { continue };
            let Expr { kind: ExprKind::Name(name), span } = self.variable(*v) else { continue };
            let default = parts.iter().find(|c| c.kind() == "script_parameter_default");
            let default = default.and_then(|d| cst::named(*d).first().copied()).map(|d| self.expr(d));
            let annotation = parts.iter().find(|c| c.kind() == "attribute_list").and_then(|a| {
                let mut types = cst::named(*a).into_iter().map(strip).filter(|t| t.kind() == "type_literal");
                types.next_back().map(|t| SmolStr::from(self.type_name(t)))
            });
            out.push(Param { default, annotation, ..plain(Pattern::Name(name, span)) });
        }
        out
    }

    /// The statements of a script block, with its parameters.
    fn body(&mut self, n: Node<'_>, params: &mut Vec<Param>, out: &mut Block) {
        for c in cst::named(n) {
            match c.kind() {
                "param_block" => params.extend(self.params(c)),
                "script_block_body" => {
                    for list in cst::named(c) {
                        match list.kind() {
                            "statement_list" => self.read_list(list, out),
                            "named_block_list" => {
                                for named in cst::named(list) {
                                    let block =
                                        cst::named(named).into_iter().find(|b| b.kind() == "statement_block");
                                    out.extend(block.map(|b| self.statements(b)).unwrap_or_default());
                                }
                            }
                            _ => self.broken(list.byte_range(), INVALID, out),
                        }
                    }
                }
                "script_block" => {
                    if self.enter() {
                        self.body(c, params, out);
                    }
                    self.leave();
                }
                _ => {}
            }
        }
    }

    /// Run the lowering of a function's inside with a state of its own.
    fn inside(
        &mut self,
        n: Node<'_>,
        read: impl FnOnce(&mut Self, &mut Vec<Param>, &mut Block),
    ) -> (Vec<Param>, Block) {
        let used = self.used(n);
        let locals = self.script.intersection(&used.own).cloned().collect();
        let locals = std::mem::replace(&mut self.locals, locals);
        let pending = std::mem::take(&mut self.pending);
        let in_switch = std::mem::take(&mut self.in_switch);
        let it = std::mem::replace(&mut self.it, SmolStr::new_static("$_"));
        let (mut params, mut body) = (Vec::new(), Block::new());
        if self.deeper(8) {
            read(self, &mut params, &mut body);
        }
        self.back(8);
        (self.locals, self.pending, self.in_switch, self.it) = (locals, pending, in_switch, it);
        if !used.script.is_empty() {
            let names = used.script.iter().map(|s| format!("${s}").into()).collect();
            body.insert(0, self.stmt_at(n, StmtKind::Global(names)));
        }
        (params, body)
    }

    /// `function Get-It { param(…) … }`
    pub(super) fn function(&mut self, n: Node<'_>, out: &mut Block) {
        let parts = cst::named(n);
        let Some(at) = parts.iter().find(|c| c.kind() == "function_name").copied() else { return };
        let (params, mut body) = self.inside(n, |it, params, body| {
            for c in &parts {
                match c.kind() {
                    "function_parameter_declaration" => params.extend(it.params(*c)),
                    "script_block" => it.body(*c, params, body),
                    _ => {}
                }
            }
        });
        outputs(&mut body, 0);
        let name = self.text(at).trim();
        let name = name.rsplit(':').next().unwrap_or(name);
        let f = Function {
            name: name.into(),
            name_span: self.span(at),
            params,
            body,
            ..Function::at(self.span(n))
        };
        let id = self.add_function(f);
        out.push(self.stmt_at(n, StmtKind::Function(id)));
    }

    /// The statements of a script block that runs in the scope around it.
    pub(super) fn block_of(&mut self, n: Node<'_>) -> Block {
        let n = strip(n);
        let outer = std::mem::take(&mut self.pending);
        let (mut params, mut out) = (Vec::new(), Block::new());
        if n.kind() == "script_block_expression" {
            if self.deeper(8) {
                self.body(n, &mut params, &mut out);
            }
            self.back(8);
        } else {
            let e = self.expr(n);
            out.append(&mut self.pending);
            out.push(self.stmt_at(n, StmtKind::Expr(e)));
        }
        self.pending = outer;
        out
    }

    /// A script block as a value.
    pub(super) fn script_block(&mut self, n: Node<'_>) -> Expr {
        let text = self.text(n).to_ascii_lowercase();
        let (mut params, mut body) = self.inside(n, |it, params, body| it.body(n, params, body));
        outputs(&mut body, 0);
        let span = self.span(n);
        if params.is_empty() && (text.contains("$_") || text.contains("$psitem")) {
            params.push(plain(Pattern::Name(SmolStr::new_static("$_"), span)));
        } else if params.is_empty() && text.contains("$args") {
            params.push(Param { rest: true, ..plain(Pattern::Name(SmolStr::new_static("$args"), span)) });
        }
        let id = self.add_function(Function { params, body, ..Function::at(span) });
        self.expr_at(n, ExprKind::Closure(id))
    }

    /// `class Store : Base { … }`
    pub(super) fn class(&mut self, n: Node<'_>, out: &mut Block) {
        let parts = cst::named(n);
        let mut names = parts.iter().filter(|c| c.kind() == "simple_name");
        let Some(at) = names.next().copied() else { return };
        let name = SmolStr::new(self.text(at).trim());
        let bases = names.map(|b| self.named_at(*b, self.text(*b).trim())).collect();
        let id = self.add_class(Class { bases, ..Class::named(name.clone(), self.span(at)) });
        let (mut methods, mut fields, mut body) = (Vec::new(), Vec::new(), Block::new());
        for m in &parts {
            let is_static = cst::named(*m).iter().any(|a| {
                a.kind() == "class_attribute" && self.text(*a).trim().eq_ignore_ascii_case("static")
            });
            match m.kind() {
                "class_property_definition" => self.property(*m, is_static, &mut fields, &mut body),
                "class_method_definition" => methods.extend(self.method(*m, id, &name, is_static)),
                _ if m.is_error() => self.broken(m.byte_range(), INVALID, &mut body),
                _ => {}
            }
        }
        let class = &mut self.classes[id.0 as usize];
        class.methods = methods;
        class.fields = fields;
        class.body = body;
        out.push(self.stmt_at(n, StmtKind::Class(id)));
    }

    fn property(
        &mut self,
        n: Node<'_>,
        is_static: bool,
        fields: &mut Vec<(SmolStr, Option<Expr>)>,
        body: &mut Block,
    ) {
        let parts = cst::named(n);
        let Some(i) = parts.iter().position(|c| c.kind() == "variable") else { return };
        let name: SmolStr = self.text(parts[i]).trim().trim_start_matches('$').to_ascii_lowercase().into();
        let value = parts.get(i + 1).map(|v| self.expr(*v));
        body.append(&mut self.pending);
        if is_static {
            let value = value.unwrap_or_else(|| self.expr_at(n, ExprKind::Null));
            let target = Pattern::Name(name, self.span(parts[i]));
            body.push(self.stmt_at(n, StmtKind::Assign { target, value }));
        } else {
            fields.push((name, value));
        }
    }

    fn method(&mut self, n: Node<'_>, class: ClassId, of: &str, is_static: bool) -> Option<FnId> {
        let parts = cst::named(n);
        let at = parts.iter().find(|c| c.kind() == "simple_name").copied()?;
        let (params, body) = self.inside(n, |it, params, body| {
            for c in &parts {
                match c.kind() {
                    "class_method_parameter_list" => {
                        for p in cst::named(*c) {
                            let v = cst::named(p).into_iter().find(|v| v.kind() == "variable");
                            if let Some(Expr { kind: ExprKind::Name(name), span }) = v.map(|v| it.variable(v))
                            {
                                params.push(plain(Pattern::Name(name, span)));
                            }
                        }
                    }
                    "script_block" => it.body(*c, params, body),
                    _ => {}
                }
            }
        });
        let name = self.text(at).trim();
        let name = if name.eq_ignore_ascii_case(of) { "constructor" } else { name };
        let f = Function {
            name: name.into(),
            name_span: self.span(at),
            params,
            body,
            class: Some(class),
            is_static,
            ..Function::at(self.span(n))
        };
        Some(self.add_function(f))
    }

    /// `enum Colour { Red; Green }`: its members are their names.
    pub(super) fn enumeration(&mut self, n: Node<'_>, out: &mut Block) {
        let parts = cst::named(n);
        let Some(at) = parts.first().copied() else { return };
        let mut body = Block::new();
        for m in parts.iter().filter(|m| m.kind() == "enum_member") {
            let Some(name) = cst::named(*m).first().copied() else { continue };
            let text = self.text(name).trim();
            let value = self.expr_at(*m, ExprKind::Str(text.into()));
            let target = Pattern::Name(text.to_ascii_lowercase().into(), self.span(name));
            body.push(self.stmt_at(*m, StmtKind::Assign { target, value }));
        }
        let id = self.add_class(Class { body, ..Class::named(self.text(at).trim().into(), self.span(at)) });
        out.push(self.stmt_at(n, StmtKind::Class(id)));
    }
}
