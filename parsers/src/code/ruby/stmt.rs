//! Statements.

use super::Lower;
use super::expr::boxed;
use super::scope::Inside;
use crate::code::cst;
use crate::code::draft::Statements;
use crate::code::hir::{Block, Catch, Expr, ExprKind, Import, Pattern, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Methods that run a block once per element and give nothing that is used, with how they hand elements over.
const LOOPS: &[(&str, Each)] = &[
    ("each", Each::Element),
    ("each_pair", Each::Element),
    ("each_entry", Each::Element),
    ("reverse_each", Each::Element),
    ("each_with_index", Each::Indexed),
    ("times", Each::Count),
    ("upto", Each::Count),
    ("downto", Each::Count),
    ("step", Each::Count),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Each {
    Element,
    /// The element and its position.
    Indexed,
    /// A number.
    Count,
}

impl Lower<'_> {
    pub(super) fn read_statement(&mut self, n: Node<'_>, out: &mut Block) {
        match n.kind() {
            "method" | "singleton_method" => self.top_method(n, out),
            "class" | "module" => self.class(n, out),
            "assignment" => self.assignment(n, out),
            "operator_assignment" => {
                let (Some(left), Some(op), Some(right)) =
                    (cst::field(n, "left"), cst::field(n, "operator"), cst::field(n, "right"))
                else {
                    return;
                };
                let value = self.expr(right);
                let target = self.place(left);
                let op = self.text(op).trim_end_matches('=').into();
                out.push(self.stmt_at(n, StmtKind::AugAssign { target, op, value }));
            }
            "if" | "unless" | "elsif" => self.if_statement(n, out),
            "if_modifier" | "unless_modifier" => {
                let (Some(body), Some(test)) = (cst::field(n, "body"), cst::field(n, "condition")) else {
                    return;
                };
                let test = self.condition(test, n.kind() == "unless_modifier");
                let mut then = Block::new();
                self.statement(body, &mut then);
                out.push(self.stmt_at(n, StmtKind::If { test, then, otherwise: Vec::new() }));
            }
            "while" | "until" | "while_modifier" | "until_modifier" => {
                let (Some(body), Some(test)) = (cst::field(n, "body"), cst::field(n, "condition")) else {
                    return;
                };
                let test = Some(self.condition(test, n.kind().starts_with("until")));
                let mut inner = Block::new();
                let outer = std::mem::replace(&mut self.in_loop, true);
                if body.kind() == "do" {
                    inner = self.statements(body);
                } else {
                    self.statement(body, &mut inner);
                }
                self.in_loop = outer;
                out.push(
                    self.stmt_at(n, StmtKind::Loop { over: None, test, body: inner, otherwise: Vec::new() }),
                );
            }
            "for" => {
                let items = cst::field(n, "value").and_then(|v| cst::named(v).first().copied());
                let (Some(p), Some(items), Some(body)) =
                    (cst::field(n, "pattern"), items, cst::field(n, "body"))
                else {
                    return;
                };
                let items = self.expr(items);
                let target = self.target(p);
                let outer = std::mem::replace(&mut self.in_loop, true);
                let body = self.statements(body);
                self.in_loop = outer;
                let over = Some((target, items));
                out.push(self.stmt_at(n, StmtKind::Loop { over, test: None, body, otherwise: Vec::new() }));
            }
            "case" => self.case(n, out),
            "case_match" => self.case_match(n, out),
            "begin" => self.body(n, out),
            "parenthesized_statements" => out.extend(self.statements(n)),
            "begin_block" | "end_block" => {
                let inner = self.statements(n);
                out.push(
                    self.stmt_at(n, StmtKind::Opaque(vec![self.expr_at(n, ExprKind::Null)], vec![inner])),
                );
            }
            "rescue_modifier" => {
                let (Some(b), Some(h)) = (cst::field(n, "body"), cst::field(n, "handler")) else { return };
                let (mut body, mut handler) = (Block::new(), Block::new());
                self.statement(b, &mut body);
                self.statement(h, &mut handler);
                let catch = Catch { types: Vec::new(), name: None, body: handler, span: self.span(h) };
                out.push(self.stmt_at(
                    n,
                    StmtKind::Try { body, catches: vec![catch], otherwise: Vec::new(), finally: Vec::new() },
                ));
            }
            "return" => {
                let value = self.given(n);
                out.push(self.stmt_at(n, StmtKind::Return(value)));
            }
            "next" if !self.in_loop => {
                let value = self.given(n);
                out.push(self.stmt_at(n, StmtKind::Return(value)));
            }
            "next" | "redo" | "retry" => out.push(self.stmt_at(n, StmtKind::Continue)),
            "break" => {
                if let Some(e) = self.given(n) {
                    out.push(self.stmt_at(n, StmtKind::Expr(e)));
                }
                out.push(self.stmt_at(n, StmtKind::Break));
            }
            "alias" | "undef" => {}
            "binary" if self.leaves(n) => self.or_leave(n, out),
            "call" | "identifier" if self.is_raise(n) => {
                let args: Vec<Expr> =
                    self.arguments(cst::field(n, "arguments")).into_iter().map(|a| a.value).collect();
                let value = (!args.is_empty()).then(|| self.expr_at(n, ExprKind::List(args)));
                out.push(self.stmt_at(n, StmtKind::Raise(value)));
            }
            "call" if self.import(n, out) || self.block_loop(n, out) => {}
            _ => {
                let e = self.expr(n);
                out.push(self.stmt_at(n, StmtKind::Expr(e)));
            }
        }
    }

    /// What `return` and the like give.
    fn given(&mut self, n: Node<'_>) -> Option<Expr> {
        let list = cst::named(n).first().copied()?;
        let mut args: Vec<Expr> = self.arguments(Some(list)).into_iter().map(|a| a.value).collect();
        if args.len() == 1 && !cst::named(list).iter().any(|a| a.kind() == "pair") {
            return args.pop();
        }
        if cst::named(list).iter().all(|a| a.kind() == "pair") {
            return Some(self.expr_at(list, ExprKind::Opaque(args)));
        }
        Some(self.expr_at(n, ExprKind::List(args)))
    }

    fn is_raise(&self, n: Node<'_>) -> bool {
        let name = match n.kind() {
            "identifier" => self.text(n),
            _ if cst::field(n, "receiver").is_some() => return false,
            _ => cst::field(n, "method").map_or("", |m| self.text(m)),
        };
        matches!(name, "raise" | "fail")
    }

    /// `x or raise "…"`, `x && return`
    fn leaves(&self, n: Node<'_>) -> bool {
        let op = cst::field(n, "operator").map_or("", |o| self.text(o));
        matches!(op, "or" | "||" | "and" | "&&")
            && cst::field(n, "right").is_some_and(|r| {
                matches!(r.kind(), "return" | "next" | "break")
                    || matches!(r.kind(), "call" | "identifier") && self.is_raise(r)
            })
    }

    fn or_leave(&mut self, n: Node<'_>, out: &mut Block) {
        let op = cst::field(n, "operator").map_or("", |o| self.text(o));
        let (Some(left), Some(right)) = (cst::field(n, "left"), cst::field(n, "right")) else { return };
        let test = self.condition(left, matches!(op, "or" | "||"));
        let mut then = Block::new();
        self.statement(right, &mut then);
        out.push(self.stmt_at(n, StmtKind::If { test, then, otherwise: Vec::new() }));
    }

    fn condition(&mut self, n: Node<'_>, negated: bool) -> Expr {
        let e = self.expr(n);
        if negated { Expr { span: e.span, kind: ExprKind::Not(boxed(e)) } } else { e }
    }

    fn if_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let Some(test) = cst::field(n, "condition") else { return };
        let test = self.condition(test, n.kind() == "unless");
        let then = cst::field(n, "consequence").map(|b| self.statements(b)).unwrap_or_default();
        let mut otherwise = Block::new();
        if let Some(o) = cst::field(n, "alternative") {
            if o.kind() == "elsif" {
                if self.enter() {
                    self.if_statement(o, &mut otherwise);
                }
                self.leave();
            } else {
                otherwise = self.statements(o);
            }
        }
        out.push(self.stmt_at(n, StmtKind::If { test, then, otherwise }));
    }

    /// A name to ask several questions about a value.
    fn subject(&mut self, n: Node<'_>, out: &mut Block) -> Expr {
        let value = self.expr(n);
        if matches!(value.kind, ExprKind::Name(_)) {
            return value;
        }
        let name = self.temporary();
        let span = value.span;
        out.push(self.stmt_at(n, StmtKind::Assign { target: Pattern::Name(name.clone(), span), value }));
        Expr { span, kind: ExprKind::Name(name) }
    }

    fn case(&mut self, n: Node<'_>, out: &mut Block) {
        let subject = cst::field(n, "value").map(|v| self.subject(v, out));
        let mut arms = Vec::new();
        let mut otherwise = Block::new();
        for c in cst::named(n) {
            match c.kind() {
                "when" => {
                    let mut test: Option<Expr> = None;
                    for p in cst::field_all(c, "pattern") {
                        let Some(inner) = cst::named(p).first().copied() else { continue };
                        let is_type = matches!(inner.kind(), "constant" | "scope_resolution");
                        let plain = !matches!(inner.kind(), "regex" | "range" | "splat_argument" | "lambda");
                        let value = self.expr(inner);
                        let span = value.span;
                        let one = match &subject {
                            None => value,
                            Some(s) if plain => Expr {
                                span,
                                kind: ExprKind::Compare {
                                    op: SmolStr::new_static(if is_type { "instanceof" } else { "==" }),
                                    left: boxed(s.clone()),
                                    right: boxed(value),
                                },
                            },
                            Some(s) => Expr { span, kind: ExprKind::Opaque(vec![s.clone(), value]) },
                        };
                        test = Some(match test {
                            None => one,
                            Some(t) => Expr {
                                span: t.span.to(one.span),
                                kind: ExprKind::Logic {
                                    op: SmolStr::new_static("or"),
                                    left: boxed(t),
                                    right: boxed(one),
                                },
                            },
                        });
                    }
                    let body = cst::field(c, "body").map(|b| self.statements(b)).unwrap_or_default();
                    arms.push((self.span(c), test.unwrap_or_else(|| self.unknown(c)), body));
                }
                "else" => otherwise = self.statements(c),
                _ => {}
            }
        }
        chain(arms, otherwise, out);
    }

    fn case_match(&mut self, n: Node<'_>, out: &mut Block) {
        let Some(value) = cst::field(n, "value") else { return };
        let subject = self.subject(value, out);
        let mut arms = Vec::new();
        for c in cst::field_all(n, "clauses") {
            let mut body = Block::new();
            if let Some(p) = cst::field(c, "pattern") {
                self.bound_by(p, &subject, &mut body);
            }
            let guard = cst::field(c, "guard").and_then(|g| cst::field(g, "condition"));
            let mut parts = vec![subject.clone()];
            if let Some(g) = guard {
                parts.push(self.expr(g));
            }
            body.extend(cst::field(c, "body").map(|b| self.statements(b)).unwrap_or_default());
            arms.push((self.span(c), self.expr_at(c, ExprKind::Opaque(parts)), body));
        }
        let otherwise = cst::field(n, "else").map(|e| self.statements(e)).unwrap_or_default();
        chain(arms, otherwise, out);
    }

    /// Bind the names of a pattern to something of the subject.
    fn bound_by(&mut self, pattern: Node<'_>, subject: &Expr, out: &mut Block) {
        let mut found: Vec<Node<'_>> = Vec::new();
        cst::visit(pattern, |p| {
            match p.kind() {
                "identifier" => found.push(p),
                "keyword_pattern" if cst::field(p, "value").is_none() => found.extend(cst::field(p, "key")),
                "variable_reference_pattern" | "expression_reference_pattern" => return false,
                _ => {}
            }
            true
        });
        for p in found {
            let name = self.scopes.assign(self.text(p).trim_end_matches(':'));
            let target = Pattern::Name(name, self.span(p));
            let value = self.expr_at(p, ExprKind::Opaque(vec![subject.clone()]));
            out.push(self.stmt_at(p, StmtKind::Assign { target, value }));
        }
    }

    /// The statements of a body with its `rescue`, `else` and `ensure`.
    pub(super) fn body(&mut self, n: Node<'_>, out: &mut Block) {
        let body = self.statements(n);
        let mut catches = Vec::new();
        let (mut otherwise, mut finally) = (Block::new(), Block::new());
        let mut tried = false;
        for c in cst::named(n) {
            match c.kind() {
                "rescue" => catches.push(self.rescue(c)),
                "else" => otherwise = self.statements(c),
                "ensure" => finally = self.statements(c),
                _ => continue,
            }
            tried = true;
        }
        if tried {
            out.push(self.stmt_at(n, StmtKind::Try { body, catches, otherwise, finally }));
        } else {
            out.extend(body);
        }
    }

    fn rescue(&mut self, n: Node<'_>) -> Catch {
        let types = cst::field(n, "exceptions").map(cst::named).unwrap_or_default();
        let types = types.into_iter().map(|t| self.expr(t)).collect();
        let variable = cst::field(n, "variable").and_then(|v| cst::named(v).first().copied());
        let name = match variable {
            Some(v) if v.kind() == "identifier" => Some(self.scopes.assign(self.text(v))),
            _ => None,
        };
        let body = cst::field(n, "body").map(|b| self.statements(b)).unwrap_or_default();
        Catch { types, name, body, span: self.span(n) }
    }

    fn assignment(&mut self, n: Node<'_>, out: &mut Block) {
        let (Some(left), Some(right)) = (cst::field(n, "left"), cst::field(n, "right")) else { return };
        if left.kind() == "constant" && self.struct_class(n, left, right, out) {
            return;
        }
        let value = if right.kind() == "splat_argument" {
            let inner = self.expr(right);
            self.expr_at(right, ExprKind::List(vec![inner]))
        } else {
            self.expr(right)
        };
        let target = self.target(left);
        out.push(self.stmt_at(n, StmtKind::Assign { target, value }));
    }

    /// What an assignment binds.
    pub(super) fn target(&mut self, n: Node<'_>) -> Pattern {
        match n.kind() {
            "identifier" => {
                let name = self.scopes.assign(self.text(n));
                Pattern::Name(name, self.span(n))
            }
            "constant" => Pattern::Name(self.text(n).into(), self.span(n)),
            "left_assignment_list" | "destructured_left_assignment" => {
                let items = if self.enter() {
                    cst::named(n).into_iter().map(|i| self.target(i)).collect()
                } else {
                    Vec::new()
                };
                self.leave();
                Pattern::List(items)
            }
            "rest_assignment" => {
                let inner = cst::named(n).first().map_or(Pattern::Ignore, |i| self.target(*i));
                Pattern::Rest(Box::new(inner))
            }
            _ => match self.place(n) {
                Expr { span, kind: ExprKind::Name(name) } => Pattern::Name(name, span),
                e @ Expr { kind: ExprKind::Attr { .. } | ExprKind::Index { .. }, .. } => {
                    Pattern::Place(boxed(e))
                }
                _ => Pattern::Ignore,
            },
        }
    }

    /// The place an assignment changes.
    fn place(&mut self, n: Node<'_>) -> Expr {
        match n.kind() {
            "identifier" => {
                let name = self.scopes.assign(self.text(n));
                self.named_at(n, &name)
            }
            "global_variable" => {
                let name = SmolStr::new(self.text(n));
                self.scopes.is_outer(&name);
                self.named_at(n, &name)
            }
            "instance_variable" | "class_variable" => {
                if !self.in_class {
                    let name = SmolStr::new(self.text(n));
                    self.scopes.is_outer(&name);
                }
                self.part_of_self(n)
            }
            // `object.name = v`
            "call" => {
                let (Some(receiver), Some(method)) = (cst::field(n, "receiver"), cst::field(n, "method"))
                else {
                    return self.unknown(n);
                };
                let object = self.expr(receiver);
                self.attr_at(n, object, self.text(method), false)
            }
            _ => self.expr(n),
        }
    }

    /// `require "x"`, `require_relative "x"` of a constant name.
    fn import(&mut self, n: Node<'_>, out: &mut Block) -> bool {
        if cst::field(n, "receiver").is_some() {
            return false;
        }
        let name = cst::field(n, "method").map_or("", |m| self.text(m));
        let at = match name {
            "require" | "require_relative" | "load" => 0,
            "autoload" => 1,
            _ => return false,
        };
        let Some(list) = cst::field(n, "arguments") else { return false };
        let Some(arg) = cst::named(list).get(at).copied() else { return false };
        let module = match arg.kind() {
            "string" => self.quoted(arg),
            // `File.join(__dir__, "lib/x")`, `File.expand_path("../x", __FILE__)`
            "call" => {
                let Some(path) = self.below_here(arg) else { return false };
                self.push_import(n, &path, out);
                return true;
            }
            _ => return false,
        };
        let ExprKind::Str(module) = module.kind else { return false };
        let module = if name == "require_relative" || module.starts_with('.') {
            format!("./{}", module.trim_start_matches("./"))
        } else {
            String::from(module)
        };
        self.push_import(n, &module, out);
        true
    }

    fn push_import(&self, n: Node<'_>, module: &str, out: &mut Block) {
        let module = module.strip_suffix(".rb").unwrap_or(module).into();
        out.push(self.stmt_at(n, StmtKind::Import(Import { module, names: Vec::new(), type_only: false })));
    }

    /// A path below the directory of this file.
    fn below_here(&mut self, n: Node<'_>) -> Option<String> {
        let receiver = cst::field(n, "receiver")?;
        let method = self.text(cst::field(n, "method")?);
        let args = cst::named(cst::field(n, "arguments")?);
        let text = |it: &mut Self, a: &Node<'_>| match it.expr(*a).kind {
            ExprKind::Str(s) => Some(s),
            _ => None,
        };
        match (self.text(receiver), method, &args[..]) {
            ("File", "join", [here, rest @ ..]) if self.text(*here) == "__dir__" => {
                let mut path = String::from(".");
                for r in rest {
                    path.push('/');
                    path.push_str(text(self, r)?.trim_matches('/'));
                }
                Some(path)
            }
            ("File", "expand_path", [path, here]) => {
                let path = text(self, path)?;
                match self.text(*here) {
                    "__dir__" => Some(format!("./{path}")),
                    // Relative to the file itself: its directory is one up.
                    "__FILE__" => Some(format!("./{}", path.strip_prefix("../").unwrap_or(&path))),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `items.each do |x| … end` as a loop.
    fn block_loop(&mut self, n: Node<'_>, out: &mut Block) -> bool {
        let Some(block) = cst::field(n, "block") else { return false };
        let method = cst::field(n, "method").map_or("", |m| self.text(m));
        let receiver = cst::field(n, "receiver");
        if receiver.is_none() && method == "loop" {
            let body = self.loop_body(block, None, &[]);
            out.push(
                self.stmt_at(
                    n,
                    StmtKind::Loop { over: None, test: None, body: body.1, otherwise: Vec::new() },
                ),
            );
            return true;
        }
        let Some(receiver) = receiver.filter(|r| r.kind() != "self") else { return false };
        let Some((_, each)) = LOOPS.iter().find(|(name, _)| *name == method) else { return false };
        let object = self.expr(receiver);
        let params = cst::field(block, "parameters").map(cst::named).unwrap_or_default();
        let params: Vec<Node<'_>> = params.into_iter().filter(|p| p.kind() != "block_parameter").collect();
        if !params
            .iter()
            .all(|p| matches!(p.kind(), "identifier" | "destructured_parameter" | "splat_parameter"))
        {
            return false;
        }
        let (pattern, body) = self.loop_body(block, Some(*each), &params);
        let over = match each {
            Each::Count => None,
            // Maps hand over their keys with their values.
            Each::Element if params.len() > 1 || method == "each_pair" => {
                let pairs = self.attr_at(receiver, object, "each_pair", false);
                let call = ExprKind::Call { callee: boxed(pairs), args: Vec::new(), is_new: false };
                Some((pattern, self.expr_at(receiver, call)))
            }
            _ => Some((pattern, object)),
        };
        out.push(self.stmt_at(n, StmtKind::Loop { over, test: None, body, otherwise: Vec::new() }));
        true
    }

    fn loop_body(&mut self, block: Node<'_>, each: Option<Each>, params: &[Node<'_>]) -> (Pattern, Block) {
        self.scopes.push(Inside::Loop, params.is_empty() && each.is_some());
        let outer = std::mem::replace(&mut self.in_loop, true);
        let mut body = Block::new();
        let mut patterns: Vec<Pattern> = params.iter().map(|p| self.param_pattern(*p)).collect();
        let mut pattern = match each {
            Some(Each::Element) if patterns.len() > 1 => Pattern::List(std::mem::take(&mut patterns)),
            Some(_) if !patterns.is_empty() => patterns.remove(0),
            _ => Pattern::Ignore,
        };
        if each == Some(Each::Count) {
            let value = self.unknown(block);
            body.push(self.stmt_at(block, StmtKind::Assign { target: pattern, value }));
            pattern = Pattern::Ignore;
        }
        for target in patterns {
            let value = self.named_at(block, "#index");
            body.push(self.stmt_at(block, StmtKind::Assign { target, value }));
        }
        if let Some(b) = cst::field(block, "body") {
            self.body(b, &mut body);
        }
        self.in_loop = outer;
        let (_, implicit) = self.scopes.pop();
        if implicit {
            pattern = Pattern::Name(SmolStr::new_static("it"), self.span(block));
        }
        (pattern, body)
    }
}

fn chain(arms: Vec<(lamlint_model::Span, Expr, Block)>, mut otherwise: Block, out: &mut Block) {
    use crate::code::hir::Stmt;
    for (span, test, then) in arms.into_iter().rev() {
        otherwise = vec![Stmt { span, kind: StmtKind::If { test, then, otherwise } }];
    }
    out.append(&mut otherwise);
}
