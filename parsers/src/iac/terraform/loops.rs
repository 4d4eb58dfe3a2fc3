//! Loops and templates.

use super::documents;
use super::eval::{Eval, Frame, Scope};
use super::expr::{Expr, For, Part};
use super::trees::{
    MAX_ITEMS, bind, bounded, budget, entry, list, only_under, part, plain, presence, settled, under,
};
use super::values::{elements, joined, present};
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Reason, Why};
use lamlint_model::value::Value;
use smol_str::format_smolstr;

impl Eval<'_> {
    pub(super) fn template(&self, scope: Scope<'_>, parts: &[Part], span: Span, depth: usize) -> Tree {
        let mut trees: Vec<Tree> = Vec::with_capacity(parts.len());
        for p in parts {
            trees.push(match p {
                Part::Text(t) => Tree::leaf(Value::Str(t.clone()), span),
                Part::Hole(e) => self.as_part(scope, e, depth),
                Part::If(c, yes, no) => {
                    let (y, n) = self.outcome(scope, c, depth);
                    let mut alts = Vec::new();
                    let mut open = None;
                    for (guards, parts) in [(y, yes), (n, no)] {
                        let Some(guards) = guards else { continue };
                        let t = under(&self.template(scope, parts, span, depth + 1), &guards);
                        open = open.or_else(|| t.open().cloned());
                        alts.extend(t.alts().iter().cloned());
                    }
                    bounded(alts, open, span)
                }
                Part::For { key, value, over, body } => {
                    let over = settled(&self.tree(scope, over, depth));
                    bind(&over, span, |n, at| {
                        let Some((items, None)) = elements(n, at) else {
                            return Tree::unknown(
                                Why::new(Reason::Macro, "a loop over what is not known"),
                                span,
                            );
                        };
                        let mut out = Vec::new();
                        for (k, v) in items.into_iter().take(MAX_ITEMS) {
                            let value = Frame { name: value.clone(), value: v, up: scope.frame };
                            let key = key.as_ref().map(|name| Frame {
                                name: name.clone(),
                                value: k,
                                up: Some(&value),
                            });
                            let inner = Scope { at: scope.at, frame: key.as_ref().or(Some(&value)) };
                            out.push(self.template(inner, body, span, depth + 1));
                        }
                        joined(&out, "", span)
                    })
                }
            });
        }
        joined(&trees, "", span)
    }

    /// An expression as a part of text: what is not known for certain becomes a symbol that equals itself.
    pub(super) fn as_part(&self, scope: Scope<'_>, e: &Expr, depth: usize) -> Tree {
        let t = self.tree(scope, e, depth + 1);
        let sure = t.open().is_none()
            && t.alts().iter().all(|a| matches!(a.basis, Basis::Written) && (part(&a.value).is_some()));
        if sure {
            return t;
        }
        // Structures become the text of a document.
        if let Some(v) = t.only().filter(|n| matches!(n, Node::Map { .. } | Node::List { .. }))
            && let Some(text) = documents::render(v)
        {
            return Tree::leaf(text, t.span());
        }
        match self.canon(scope, e, depth + 1) {
            Some(c) => Tree::leaf(Value::Param(c), t.span()),
            None => t,
        }
    }

    pub(super) fn for_expr(&self, scope: Scope<'_>, f: &For, span: Span, depth: usize) -> Tree {
        let over = self.tree(scope, &f.over, depth);
        bind(&over, span, |n, at| {
            let Some((items, mut open)) = elements(n, at) else {
                let why = Why::new(Reason::Macro, "a loop over what is not known");
                return Tree::unknown(why, span);
            };
            if items.len() > MAX_ITEMS {
                return Tree::unknown(budget(), span);
            }
            let mut out: Vec<Tree> = Vec::new();
            let mut entries: Vec<Entry> = Vec::new();
            for (k, v) in items {
                let here = v.clone();
                let value = Frame { name: f.value.clone(), value: present(&v), up: scope.frame };
                let key = f.key.as_ref().map(|name| Frame { name: name.clone(), value: k, up: Some(&value) });
                let inner = Scope { at: scope.at, frame: key.as_ref().or(Some(&value)) };
                let (yes, no) = match &f.condition {
                    None => (Some(Guards::none()), None),
                    Some(c) => self.outcome(inner, c, depth),
                };
                let Some(yes) = yes else { continue };
                let made = self.tree(inner, &f.value_expr, depth);
                let mut made = match &no {
                    None => made,
                    no => only_under(&made, &yes, no.as_ref(), span),
                };
                // What an element is made of is not there either.
                if let Some(guards) = presence(&here) {
                    made = under(&made, guards);
                }
                let missing: Vec<&Alt<Node>> =
                    here.alts().iter().filter(|a| a.value == Node::Absent && !a.guards.is_empty()).collect();
                if !missing.is_empty() {
                    let mut alts = made.alts().to_vec();
                    alts.retain(|a| {
                        missing.iter().all(|m| m.guards.and(&a.guards) != Some(a.guards.clone()))
                    });
                    alts.extend(missing.into_iter().cloned());
                    made = bounded(alts, made.open().cloned(), span);
                }
                let Some(key_expr) = &f.key_expr else {
                    out.push(made);
                    continue;
                };
                let key_tree = self.as_part(inner, key_expr, depth);
                let key_span = self.place(scope.at, key_expr.span);
                match plain(&key_tree) {
                    Some(Value::Str(key)) if f.grouping => match entries.iter_mut().find(|e| e.key == key) {
                        Some(e) => {
                            if let Some(Node::List { items, .. }) = e.value.only() {
                                let mut items = items.clone();
                                items.push(made);
                                e.value = Tree::known(list(items), span);
                            }
                        }
                        None => entries.push(entry(key, Tree::known(list(vec![made]), span), key_span)),
                    },
                    Some(Value::Str(key)) => {
                        entries.retain(|e| e.key != key);
                        entries.push(entry(key, made, key_span));
                    }
                    Some(v @ (Value::Concat(_) | Value::Param(_) | Value::Of(..))) => {
                        entries.push(entry(format_smolstr!("{v}"), made, key_span));
                    }
                    _ => open = open.or_else(|| Some(Why::new(Reason::Dynamic, "a key is computed"))),
                }
            }
            let node = match &f.key_expr {
                None => Node::List { items: out, open },
                Some(_) => Node::Map { entries, open },
            };
            Tree::known(node, span)
        })
    }
}
