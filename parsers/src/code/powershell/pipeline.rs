//! Pipelines: their commands in a row, and those that loop over what they are handed.

use super::Lower;
use super::expr::{boxed, strip};
use crate::code::cst;
use crate::code::hir::{Block, Expr, ExprKind, Pattern, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

impl Lower<'_> {
    /// What a pipeline gives.
    pub(super) fn pipeline_value(&mut self, n: Node<'_>) -> Expr {
        let n = strip(n);
        match n.kind() {
            "pipeline" => {
                let all = cst::named(n);
                let mut chains = all.into_iter().filter(|c| c.kind() != "pipeline_chain_tail");
                let Some(first) = chains.next() else { return self.unknown(n) };
                let mut left = self.expr(first);
                // `a && b`: the second one runs or does not.
                for c in chains {
                    let right = self.expr(c);
                    let kind = ExprKind::Logic {
                        op: SmolStr::new_static("or"),
                        left: boxed(left),
                        right: boxed(right),
                    };
                    left = self.expr_at(n, kind);
                }
                left
            }
            "pipeline_chain" => {
                let mut piped: Option<Expr> = None;
                for part in cst::named(n) {
                    match part.kind() {
                        "redirections" | "redirection" | "verbatim_command_argument" => {}
                        "command" => piped = Some(self.command(part, piped)),
                        _ => piped = Some(self.expr(part)),
                    }
                }
                piped.unwrap_or_else(|| self.unknown(n))
            }
            "command" => self.command(n, None),
            _ => self.expr(n),
        }
    }

    /// A pipeline whose value nobody takes: loops at its end are loops.
    pub(super) fn pipeline_statement(&mut self, n: Node<'_>, out: &mut Block) {
        let inner = strip(n);
        if inner.kind() == "assignment_expression" {
            self.assignment(inner, out);
            return;
        }
        let parts: Vec<Node<'_>> = match inner.kind() {
            "pipeline_chain" => {
                cst::named(inner).into_iter().filter(|p| p.kind() != "redirections").collect()
            }
            _ => vec![inner],
        };
        if let [head @ .., last] = &parts[..]
            && last.kind() == "command"
            && !head.is_empty()
            && self.command_name(*last).is_some_and(|c| c == "foreach-object")
        {
            let mut piped: Option<Expr> = None;
            for part in head {
                piped = Some(if part.kind() == "command" {
                    self.command(*part, piped)
                } else {
                    self.expr(*part)
                });
            }
            let items = piped.unwrap_or_else(|| self.unknown(n));
            let blocks = Self::blocks_of(*last);
            if !blocks.is_empty() {
                self.each_statement(n, items, &blocks, out);
                return;
            }
        }
        if inner.kind() == "invokation_expression"
            && let [object, name, list] = cst::named(inner)[..]
            && self.text(name).eq_ignore_ascii_case("foreach")
        {
            let blocks: Vec<Node<'_>> = cst::named(list).into_iter().flat_map(cst::named).collect();
            if let [one] = blocks[..]
                && strip(one).kind() == "script_block_expression"
            {
                let items = self.expr(object);
                self.each_statement(n, items, &blocks, out);
                return;
            }
        }
        if inner.kind() == "command" && self.imports(inner, out) {
            return;
        }
        let e = self.expr(n);
        out.append(&mut self.pending);
        if self.ends_program(inner) {
            out.push(self.stmt_at(n, StmtKind::Raise(Some(e))));
        } else {
            out.push(self.stmt_at(n, StmtKind::Expr(e)));
        }
    }

    /// `$items | ForEach-Object { … }` as a value.
    pub(super) fn each(&mut self, n: Node<'_>, items: Expr, blocks: &[Node<'_>]) -> Expr {
        let name: SmolStr = format!("$_'{}", self.temporary()).into();
        let outer = std::mem::replace(&mut self.it, name.clone());
        let pattern = Pattern::Name(name, items.span);
        let mut bodies: Vec<Block> = blocks.iter().map(|b| self.block_of(*b)).collect();
        self.it = outer;
        if let [body] = &mut bodies[..]
            && let [Stmt { kind: StmtKind::Expr(_), .. }] = &body[..]
            && let Some(Stmt { kind: StmtKind::Expr(element), .. }) = body.pop()
        {
            let kind = ExprKind::Comprehension {
                element: boxed(element),
                clauses: vec![(pattern, items)],
                tests: Vec::new(),
            };
            return self.expr_at(n, kind);
        }
        let temp = self.temporary();
        for b in &mut bodies {
            continues(b, 0);
        }
        let mut all = std::mem::take(&mut self.pending);
        let null = self.expr_at(n, ExprKind::Null);
        all.push(
            self.stmt_at(
                n,
                StmtKind::Assign { target: Pattern::Name(temp.clone(), self.span(n)), value: null },
            ),
        );
        self.looped(n, items, pattern, bodies, Some(&temp), &mut all);
        self.pending = all;
        self.list_of(n, &temp)
    }

    pub(super) fn each_statement(&mut self, n: Node<'_>, items: Expr, blocks: &[Node<'_>], out: &mut Block) {
        let name: SmolStr = format!("$_'{}", self.temporary()).into();
        let outer = std::mem::replace(&mut self.it, name.clone());
        let pattern = Pattern::Name(name, items.span);
        out.append(&mut self.pending);
        let mut bodies: Vec<Block> = blocks.iter().map(|b| self.block_of(*b)).collect();
        self.it = outer;
        for b in &mut bodies {
            continues(b, 0);
        }
        self.looped(n, items, pattern, bodies, None, out);
    }

    /// `-Begin`, `-Process`, `-End`; one alone is what runs for each element.
    pub(super) fn looped(
        &self,
        n: Node<'_>,
        items: Expr,
        pattern: Pattern,
        bodies: Vec<Block>,
        into: Option<&SmolStr>,
        out: &mut Block,
    ) {
        let count = bodies.len();
        let mut over = Some((pattern, items));
        for (i, mut b) in bodies.into_iter().enumerate() {
            let is_body = count == 1 || i == 1;
            if let Some(temp) = into.filter(|_| is_body) {
                super::stmt::assign_tail(&mut b, temp, 0);
            }
            if is_body {
                let over = over.take();
                out.push(
                    self.stmt_at(n, StmtKind::Loop { over, test: None, body: b, otherwise: Vec::new() }),
                );
            } else {
                out.append(&mut b);
            }
        }
    }

    /// A list of what a name was given in a loop.
    pub(super) fn list_of(&self, n: Node<'_>, temp: &SmolStr) -> Expr {
        let element = boxed(self.named_at(n, temp));
        let empty = self.expr_at(n, ExprKind::List(Vec::new()));
        self.expr_at(
            n,
            ExprKind::Comprehension { element, clauses: vec![(Pattern::Ignore, empty)], tests: Vec::new() },
        )
    }

    /// `$items | ForEach-Object Name`
    pub(super) fn members(&mut self, n: Node<'_>, items: Expr, member: &str) -> Expr {
        let name: SmolStr = format!("$_'{}", self.temporary()).into();
        let object = self.named_at(n, &name);
        let element = boxed(self.attr_at(n, object, member));
        let clauses = vec![(Pattern::Name(name, items.span), items)];
        self.expr_at(n, ExprKind::Comprehension { element, clauses, tests: Vec::new() })
    }

    /// `$items | Where-Object { … }`
    pub(super) fn filter(&mut self, n: Node<'_>, items: Expr, block: Node<'_>) -> Expr {
        let name: SmolStr = format!("$_'{}", self.temporary()).into();
        let outer = std::mem::replace(&mut self.it, name.clone());
        let mut body = self.block_of(block);
        self.it = outer;
        let test = match (body.len(), body.pop()) {
            (1, Some(Stmt { kind: StmtKind::Expr(e), .. })) => e,
            (_, last) => {
                body.extend(last);
                let callee = self.expr(block);
                self.call_at(n, callee, Vec::new(), false)
            }
        };
        self.filtered(n, items, test, Some(name))
    }

    pub(super) fn filtered(&mut self, n: Node<'_>, items: Expr, test: Expr, name: Option<SmolStr>) -> Expr {
        let name = name.unwrap_or_else(|| format!("$_'{}", self.temporary()).into());
        let element = boxed(self.named_at(n, &name));
        let clauses = vec![(Pattern::Name(name, items.span), items)];
        self.expr_at(n, ExprKind::Comprehension { element, clauses, tests: vec![test] })
    }
}

/// Inside a loop of a pipeline `return` goes on with the next element.
fn continues(body: &mut Block, depth: u32) {
    if depth > 60 {
        return;
    }
    let mut out = Block::new();
    for mut s in std::mem::take(body) {
        match &mut s.kind {
            StmtKind::Return(v) => {
                if let Some(e) = v.take() {
                    out.push(Stmt { span: s.span, kind: StmtKind::Expr(e) });
                }
                out.push(Stmt { span: s.span, kind: StmtKind::Continue });
                continue;
            }
            StmtKind::If { then, otherwise, .. } => {
                continues(then, depth + 1);
                continues(otherwise, depth + 1);
            }
            StmtKind::Try { body, catches, finally, .. } => {
                continues(body, depth + 1);
                for c in catches {
                    continues(&mut c.body, depth + 1);
                }
                continues(finally, depth + 1);
            }
            StmtKind::Block(b) | StmtKind::Loop { body: b, .. } => continues(b, depth + 1),
            _ => {}
        }
        out.push(s);
    }
    *body = out;
}
