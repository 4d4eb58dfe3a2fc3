//! Blocks: their instances, their arguments, and the blocks within them.

use super::eval::{Eval, Frame, MAX_DEPTH, Memo, Scope, Slot};
use super::expr::{Block, Body, ExprKind};
use super::module::{Expansion, Key};
use super::trees::{MAX_ITEMS, bind, budget, complement, entry, error, only_under, presence};
use super::values::{elements, member, present, without_errors};
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Reason, Why};
use lamlint_model::value::Value;
use smol_str::SmolStr;
use smol_str::format_smolstr;
use std::rc::Rc;

impl Eval<'_> {
    /// Run something with the variables of an instance: `each`, `count`.
    pub(super) fn with_key<T>(
        &self,
        at: usize,
        block: &Block,
        key: &Key,
        depth: usize,
        f: impl FnOnce(Scope<'_>) -> T,
    ) -> T {
        let span = self.place(at, block.header);
        let unknown = || Tree::unknown(Why::new(Reason::Macro, "a loop over what is not known"), span);
        let map = |entries: Vec<(&str, Tree)>| {
            let entries = entries.into_iter().map(|(k, t)| entry(k, t, span)).collect();
            Tree::known(Node::Map { entries, open: None }, span)
        };
        let (name, value) = match key {
            Key::None => return f(Scope::of(at)),
            Key::Index(i) => ("count", map(vec![("index", Tree::leaf(Value::Int(*i), span))])),
            Key::Of(k) => ("each", {
                let label = key.label();
                let each = self.each(at, block, depth);
                let value = bind(&each, span, |n, at| match n {
                    Node::Map { entries, open } => match entries.iter().find(|e| e.key == label) {
                        Some(e) => present(&e.value),
                        None => match open {
                            Some(w) => Tree::unknown(w.clone(), at),
                            // The instance does not exist in this alternative.
                            None => error(at),
                        },
                    },
                    Node::List { items, .. } => {
                        match items.iter().find(|i| member(i).is_some_and(|v| v == *k)) {
                            Some(i) => present(i),
                            None => Tree::leaf(k.clone(), at),
                        }
                    }
                    _ => unknown(),
                });
                map(vec![("key", Tree::leaf(k.clone(), span)), ("value", without_errors(&value))])
            }),
            Key::Unknown => {
                // Not known, but the same wherever this instance says it.
                let address = self.address(at, block);
                let symbol =
                    |part: &str| Tree::leaf(Value::Param(format_smolstr!("{address}[…].{part}")), span);
                let each = Frame {
                    name: "each".into(),
                    value: map(vec![("key", symbol("key")), ("value", symbol("value"))]),
                    up: None,
                };
                let count = Frame {
                    name: "count".into(),
                    value: map(vec![("index", symbol("index"))]),
                    up: Some(&each),
                };
                return f(Scope { at, frame: Some(&count) });
            }
        };
        f(Scope { at, frame: Some(&Frame { name: name.into(), value, up: None }) })
    }

    /// What a block is repeated over.
    pub(super) fn each(&self, at: usize, block: &Block, depth: usize) -> Tree {
        match block.body.get("for_each") {
            Some(e) => self.remembered(Memo::Each(at, block.header), self.place(at, e.span), || {
                self.tree(Scope::of(at), e, depth + 1)
            }),
            None => Tree::absent_at(self.place(at, block.header)),
        }
    }

    /// The instances of a resource.
    pub(super) fn expansion(&self, at: usize, declared: usize, depth: usize) -> Rc<Expansion> {
        match self.expansions.borrow().get(&(at, declared)) {
            Some(Some(e)) => return Rc::clone(e),
            Some(None) => return Rc::new(Expansion::circular()),
            None => {}
        }
        self.expansions.borrow_mut().insert((at, declared), None);
        let block = self.instances[at].module.declared[declared].block();
        let keys = self.keys(at, block, depth + 1);
        let around = &self.instances[at].guards;
        let mut items = Vec::new();
        for (key, guards) in keys.items {
            let Some(guards) = around.and(&guards) else { continue };
            let mut slots = self.slots.borrow_mut();
            items.push(slots.len());
            slots.push(Slot { at, declared, key, guards });
        }
        let made = Rc::new(Expansion { shape: keys.shape, items, open: keys.open });
        self.expansions.borrow_mut().insert((at, declared), Some(Rc::clone(&made)));
        made
    }

    /// The arguments and nested blocks of a block, as providers see them.
    pub(super) fn body(
        &self,
        scope: Scope<'_>,
        body: &Body,
        skip: &[&str],
        span: Span,
        depth: usize,
    ) -> Tree {
        let mut entries: Vec<Entry> = Vec::new();
        for a in &body.attributes {
            if !skip.contains(&a.name.as_str()) {
                entries.push(entry(
                    a.name.clone(),
                    self.tree(scope, &a.value, depth),
                    self.place(scope.at, a.name_span),
                ));
            }
        }
        let mut kinds: Vec<(&SmolStr, Span)> = Vec::new();
        for b in &body.blocks {
            let kind = if b.kind == "dynamic" { b.labels.first().unwrap_or(&b.kind) } else { &b.kind };
            if !skip.contains(&kind.as_str()) && !kinds.iter().any(|(k, _)| *k == kind) {
                kinds.push((kind, b.header));
            }
        }
        for (kind, header) in kinds {
            let header = self.place(scope.at, header);
            entries.push(entry(kind.clone(), self.nested(scope, body, kind, header, depth), header));
        }
        Tree::known(Node::Map { entries, open: None }, span)
    }

    /// All nested blocks of a kind, written or made by `dynamic`, as a list of maps.
    pub(super) fn nested(&self, scope: Scope<'_>, body: &Body, kind: &str, span: Span, depth: usize) -> Tree {
        let mut items: Vec<Tree> = Vec::new();
        let mut open: Option<Why> = None;
        for b in &body.blocks {
            let at = self.place(scope.at, b.header);
            if depth > MAX_DEPTH {
                return Tree::unknown(budget(), span);
            }
            if b.kind == kind {
                items.push(self.body(scope, &b.body, &[], at, depth + 1));
                continue;
            }
            if b.kind != "dynamic" || b.labels.first().is_none_or(|l| l != kind) {
                continue;
            }
            let Some(content) = b.body.blocks("content").next() else { continue };
            let over = match b.body.get("for_each") {
                Some(e) => self.tree(scope, e, depth + 1),
                None => continue,
            };
            let name = match b.body.get("iterator").map(|e| &e.kind) {
                Some(ExprKind::Name(n) | ExprKind::Text(n)) => n.clone(),
                _ => kind.into(),
            };
            open = open.or_else(|| over.open().cloned());
            for a in over.alts() {
                let Some((all, more)) = elements(&a.value, a.span) else {
                    open = open.or_else(|| Some(Why::new(Reason::Macro, "a loop over what is not known")));
                    continue;
                };
                open = open.or(more);
                for (k, v) in all.into_iter().take(MAX_ITEMS) {
                    let missing: Vec<Alt<Node>> = v
                        .alts()
                        .iter()
                        .filter(|x| x.value == Node::Absent && !x.guards.is_empty())
                        .cloned()
                        .collect();
                    let pair = vec![entry("key", k, at), entry("value", present(&v), at)];
                    let value = Tree::known(Node::Map { entries: pair, open: None }, at);
                    let frame = Frame { name: name.clone(), value, up: scope.frame };
                    let inner = Scope { at: scope.at, frame: Some(&frame) };
                    let t = self.body(inner, &content.body, &[], at, depth + 1);
                    // An element of a list that is itself conditional.
                    let mut t = only_under(&t, &a.guards, complement(&a.guards).as_ref(), at);
                    if let Some(guards) = presence(&v) {
                        t = only_under(&t, guards, None, at);
                    }
                    if let [only] = &missing[..]
                        && let Some(yes) = complement(&only.guards)
                    {
                        t = only_under(&t, &yes, Some(&only.guards), at);
                    } else if !missing.is_empty() {
                        t = Tree::new(
                            t.alts().to_vec(),
                            Some(Why::new(Reason::Correlated, "under conditions")),
                            at,
                        );
                    }
                    items.push(t);
                }
            }
        }
        Tree::known(Node::List { items, open }, span)
    }
}
