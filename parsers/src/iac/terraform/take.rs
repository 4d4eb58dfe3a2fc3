//! Parts of values: attributes, elements, and what resources are apart from what is written.

use super::eval::{Eval, Memo, SELF, Scope};
use super::expr::Step;
use super::module::{Key, ignored, is_made};
use super::schema;
use super::trees::{bind, error, plain, settled, text, under};
use super::values::present;
use crate::iac::eval::placed;
use lamlint_model::ResourceId;
use lamlint_model::source::Span;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::{Reason, Why};
use lamlint_model::value::{Attr, Value};
use smol_str::{SmolStr, format_smolstr};

impl Eval<'_> {
    /// Take steps of a value.
    pub(super) fn take(
        &self,
        scope: Scope<'_>,
        mut t: Tree,
        steps: &[Step],
        span: Span,
        depth: usize,
    ) -> Tree {
        for (i, step) in steps.iter().enumerate() {
            match step {
                Step::Attribute(a) => t = self.get(&t, a, span, depth),
                Step::Index(e) => {
                    let index = self.tree(scope, e, depth);
                    t = self.index(&t, &index, span, depth);
                }
                Step::Splat { full } => {
                    let rest = &steps[i + 1..];
                    let inner = if *full {
                        rest.len()
                    } else {
                        rest.iter().position(|s| !matches!(s, Step::Attribute(_))).unwrap_or(rest.len())
                    };
                    let each = &rest[..inner];
                    let out = bind(&t, span, |n, at| {
                        let (items, open) = match n {
                            Node::List { items, open } => (items.clone(), open.clone()),
                            Node::Absent => (Vec::new(), None),
                            Node::Leaf(Value::Of(_, Attr::Other(a))) if a == SELF => (
                                vec![Tree::known(n.clone(), at)],
                                self.is_unknown(n)
                                    .then(|| Why::new(Reason::Macro, "a loop over what is not known")),
                            ),
                            Node::Map { .. } => (vec![Tree::known(n.clone(), at)], None),
                            Node::Leaf(_) => {
                                return Tree::unknown(
                                    Why::new(Reason::Dynamic, "a list that is not known"),
                                    span,
                                );
                            }
                        };
                        let items = items
                            .iter()
                            .map(|t| {
                                let here = self.take(scope, present(t), each, span, depth + 1);
                                let mut alts = here.alts().to_vec();
                                alts.extend(t.alts().iter().filter(|a| a.value == Node::Absent).cloned());
                                Tree::new(alts, here.open().cloned(), span)
                            })
                            .collect();
                        Tree::known(Node::List { items, open }, span)
                    });
                    return self.take(scope, out, &rest[inner..], span, depth);
                }
            }
        }
        t
    }

    pub(super) fn is_unknown(&self, n: &Node) -> bool {
        let Node::Leaf(Value::Of(id, _)) = n else { return false };
        self.slot(*id).is_some_and(|i| self.slots.borrow().get(i).is_some_and(|s| s.key == Key::Unknown))
    }

    pub(super) fn get(&self, t: &Tree, key: &SmolStr, span: Span, depth: usize) -> Tree {
        bind(t, span, |n, at| match n {
            Node::Map { entries, open } => match entries.iter().rev().find(|e| e.key == *key) {
                Some(e) => e.value.clone(),
                None => match open {
                    Some(w) => Tree::unknown(w.clone(), at),
                    None => error(at),
                },
            },
            Node::Leaf(Value::Of(id, Attr::Other(a))) if a == SELF => self.attribute(*id, key, span, depth),
            Node::Leaf(Value::Of(id, Attr::Other(a))) => {
                Tree::leaf(Value::Of(*id, Attr::Other(format_smolstr!("{a}.{key}"))), at)
            }
            Node::Leaf(Value::Param(p)) => Tree::leaf(Value::Param(format_smolstr!("{p}.{key}")), at),
            Node::Leaf(v @ Value::Map(_, open)) => match v.get(key) {
                Some(v) => Tree::leaf(v.clone(), at),
                None if *open => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
                None => error(at),
            },
            Node::Absent | Node::Leaf(Value::Str(_) | Value::Int(_) | Value::Bool(_) | Value::Concat(_)) => {
                error(at)
            }
            Node::Leaf(_) | Node::List { .. } => {
                Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at)
            }
        })
    }

    pub(super) fn index(&self, t: &Tree, index: &Tree, span: Span, depth: usize) -> Tree {
        // Each of several keys leads to its own element.
        if index.only().is_none() && !index.alts().is_empty() {
            return bind(index, span, |n, at| self.index(t, &Tree::known(n.clone(), at), span, depth));
        }
        let key = plain(index);
        // Instances that may not be there leave the places of the others.
        let instances = |t: &Tree| {
            t.alts().iter().any(|a| a.value != Node::Absent)
                && t.alts().iter().all(|a| match &a.value {
                    Node::Leaf(Value::Of(_, Attr::Other(a))) => a == SELF,
                    v => *v == Node::Absent,
                })
        };
        let in_place = t.alts().iter().all(
            |a| matches!(&a.value, Node::List { items, .. } if !items.is_empty() && items.iter().all(instances)),
        );
        let list = if in_place { t.clone() } else { settled(t) };
        bind(&list, span, |n, at| match (n, &key) {
            (Node::List { items, open }, Some(k)) if k.as_int().is_some() => {
                let i = k.as_int().and_then(|i| usize::try_from(i).ok());
                match i.and_then(|i| items.get(i)) {
                    Some(t) => t.clone(),
                    None => match open {
                        Some(w) => Tree::unknown(w.clone(), at),
                        None => error(at),
                    },
                }
            }
            (Node::Map { entries, .. }, Some(k)) => match text(k) {
                Some(k) => self.get(&Tree::known(n.clone(), at), &k, span, depth),
                // The key of an instance that is itself a symbol.
                None => match entries.iter().find(|e| e.key == format_smolstr!("{k}")) {
                    Some(e) => e.value.clone(),
                    None => Tree::unknown(Why::new(Reason::Dynamic, "an element that is not known"), at),
                },
            },
            (Node::Leaf(Value::Of(_, Attr::Other(a))), None | Some(Value::Param(_)))
                if a == SELF && self.is_unknown(n) =>
            {
                Tree::known(n.clone(), at)
            }
            (Node::Leaf(Value::Of(id, Attr::Other(a))), Some(k)) if a != SELF => match text(k) {
                Some(k) => Tree::leaf(Value::Of(*id, Attr::Other(format_smolstr!("{a}.{k}"))), at),
                None => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
            },
            (Node::Leaf(Value::Param(p)), Some(k)) => match k {
                Value::Str(_) | Value::Int(_) => Tree::leaf(Value::Param(format_smolstr!("{p}[{k}]")), at),
                _ => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
            },
            _ => Tree::unknown(Why::new(Reason::Dynamic, "an element that is not known"), at),
        })
    }

    /// An attribute of an instance of a resource: an identity, what is written, or what only AWS knows.
    pub(super) fn attribute(&self, id: ResourceId, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let Some((number, slot)) =
            self.slot(id).and_then(|i| self.slots.borrow().get(i).cloned().map(|slot| (i, slot)))
        else {
            return Tree::unknown(Why::other("no such resource"), span);
        };
        let declared = &self.instances[slot.at].module.declared[slot.declared];
        let block = declared.block();
        if !declared.data
            && let Some(attr) = schema::identity(&declared.type_name, name)
        {
            return under(&Tree::leaf(Value::Of(id, attr), span), &slot.guards);
        }
        let made = is_made(&declared.type_name, name);
        let written = !made && (block.body.get(name).is_some() || block.body.blocks(name).next().is_some());
        if written && !ignored(block).contains(&name.as_str()) {
            let t = self.remembered(Memo::Argument(number, name.clone()), span, || {
                self.with_key(slot.at, block, &slot.key, depth, |inner| match block.body.get(name) {
                    Some(e) => self.tree(inner, e, depth + 1),
                    None => {
                        self.nested(inner, &block.body, name, self.place(slot.at, block.header), depth + 1)
                    }
                })
            });
            return under(&placed(&t, span), &slot.guards);
        }
        under(&Tree::leaf(Value::Of(id, Attr::Other(name.clone())), span), &slot.guards)
    }
}
