//! Evaluated properties: a tree whose every node is a set of guarded alternatives.
//!
//! A template's `VpcConfig: !If [UseVpc, {SubnetIds: …}, !Ref AWS::NoValue]` is one node with two
//! alternatives, one of them absent. Going down a path combines the conditions on the way.

use crate::source::Span;
use crate::tri::{Alt, Basis, Guards, Prop, Reason, Why};
use crate::value::Value;
use smol_str::SmolStr;

/// A property value: alternatives, and why there may be others.
pub type Tree = Prop<Node>;

/// One alternative of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Not there (`AWS::NoValue`, or a key that is not written).
    Absent,
    /// Anything but a list or a map of the template.
    Leaf(Value),
    /// A list.
    List {
        /// The elements; an element may be absent under a condition.
        items: Vec<Tree>,
        /// Why there may be more.
        open: Option<Why>,
    },
    /// A map.
    Map {
        /// The entries in order of writing.
        entries: Vec<Entry>,
        /// Why there may be more.
        open: Option<Why>,
    },
}

/// An entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: SmolStr,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Tree,
}

impl Tree {
    /// A single, unconditional leaf.
    pub fn leaf(value: Value, span: Span) -> Self {
        Self::known(Node::Leaf(value), span)
    }

    /// A single, closed map.
    pub fn map(entries: Vec<Entry>, span: Span) -> Self {
        Self::known(Node::Map { entries, open: None }, span)
    }

    /// Certainly absent; `span` is what lacks it.
    pub fn absent_at(span: Span) -> Self {
        Self::known(Node::Absent, span)
    }

    /// Go down one key. A key that is not in a closed map is absent, with the map's span.
    #[must_use]
    pub fn get(&self, key: &str) -> Self {
        self.descend(|node, alt_span| match node {
            Node::Absent => Some(Self::absent_at(alt_span)),
            Node::Map { entries, open } => Some(match entries.iter().rev().find(|e| e.key == key) {
                Some(e) => e.value.clone(),
                None => match open {
                    Some(w) => Self::unknown(w.clone(), alt_span),
                    None => Self::absent_at(alt_span),
                },
            }),
            Node::Leaf(Value::Map(entries, open)) => match entries.iter().rev().find(|(k, _)| k == key) {
                Some((_, v)) => Some(Self::leaf(v.clone(), alt_span)),
                None if *open => None,
                None => Some(Self::absent_at(alt_span)),
            },
            Node::Leaf(_) | Node::List { .. } => None,
        })
    }

    /// Go down several keys.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Self {
        keys.iter().fold(self.clone(), |t, k| t.get(k))
    }

    fn descend(&self, f: impl Fn(&Node, Span) -> Option<Self>) -> Self {
        // What stands under no condition is handed on as it is.
        if let ([a], None) = (self.alts(), self.open())
            && a.guards.is_empty()
            && a.basis == Basis::Written
            && let Some(below) = f(&a.value, a.span)
        {
            return below;
        }
        let mut alts: Vec<Alt<Node>> = Vec::new();
        let mut open = self.open().cloned();
        let mut span = self.span();
        for a in self.alts() {
            let Some(below) = f(&a.value, a.span) else {
                open = open.or_else(|| Some(Why::other("not of the expected shape")));
                continue;
            };
            if self.alts().len() == 1 {
                span = below.span();
            }
            open = open.or_else(|| below.open().cloned());
            for b in below.alts() {
                // A contradiction between outer and inner condition means the alternative never exists.
                let Some(guards) = a.guards.and(&b.guards) else { continue };
                let basis = if a.basis == Basis::Written { b.basis.clone() } else { a.basis.clone() };
                alts.push(Alt { value: b.value.clone(), span: b.span, basis, guards });
            }
        }
        Self::new(alts, open, span)
    }

    /// The same property where these conditions hold too; alternatives that contradict them are left out.
    #[must_use]
    pub fn under(&self, guards: &Guards) -> Self {
        if guards.is_empty() {
            return self.clone();
        }
        let alts = self
            .alts()
            .iter()
            .filter_map(|a| Some(Alt { guards: guards.and(&a.guards)?, ..a.clone() }))
            .collect();
        Self::new(alts, self.open().cloned(), self.span())
    }

    /// The elements with the conditions they stand under, and why there may be more. An absent list is empty.
    /// A single value counts as a list of one, as AWS accepts for most list properties.
    pub fn items(&self) -> (Vec<(Tree, Guards)>, Option<Why>) {
        let mut out = Vec::new();
        let mut why = self.open().cloned();
        for a in self.alts() {
            match &a.value {
                Node::Absent => {}
                Node::List { items, open } => {
                    out.extend(items.iter().map(|t| (t.clone(), a.guards.clone())));
                    why = why.or_else(|| open.clone());
                }
                Node::Leaf(Value::List(items, open)) => {
                    out.extend(items.iter().map(|v| (Self::leaf(v.clone(), a.span), a.guards.clone())));
                    if *open {
                        why = why.or_else(|| Some(Why::other("list with unknown elements")));
                    }
                }
                node => out.push((
                    Self::new(
                        vec![Alt {
                            value: node.clone(),
                            span: a.span,
                            basis: a.basis.clone(),
                            guards: Guards::none(),
                        }],
                        None,
                        a.span,
                    ),
                    a.guards.clone(),
                )),
            }
        }
        (out, why)
    }

    /// The entries with the conditions they stand under, and why there may be more. An absent map is empty.
    pub fn entries(&self) -> (Vec<(Entry, Guards)>, Option<Why>) {
        let mut out = Vec::new();
        let mut why = self.open().cloned();
        for a in self.alts() {
            match &a.value {
                Node::Absent => {}
                Node::Map { entries, open } => {
                    out.extend(entries.iter().map(|e| (e.clone(), a.guards.clone())));
                    why = why.or_else(|| open.clone());
                }
                _ => why = why.or_else(|| Some(Why::other("not a map"))),
            }
        }
        (out, why)
    }

    /// The values; absence is `None`, lists and maps become values where every part has exactly one alternative.
    pub fn values(&self) -> Prop<Option<Value>> {
        self.filter_map("a single value", |n| match n {
            Node::Absent => Some(None),
            n => node_value(n).map(Some),
        })
    }

    /// The texts, `None` where absent. A symbolic value opens the property.
    pub fn strings(&self) -> Prop<Option<SmolStr>> {
        self.scalars("constant text", |v| match v {
            Value::Str(s) => Some(s.clone()),
            Value::Int(i) => Some(i.to_string().into()),
            Value::Bool(b) => Some(b.to_string().into()),
            _ => None,
        })
    }

    /// The whole numbers, `None` where absent.
    pub fn ints(&self) -> Prop<Option<i64>> {
        self.scalars("a constant number", Value::as_int)
    }

    /// The truth values, `None` where absent.
    pub fn bools(&self) -> Prop<Option<bool>> {
        self.scalars("a constant truth value", Value::as_bool)
    }

    /// Convert the values; a parameter without a value is told as the reason why one is not known.
    fn scalars<U>(&self, what: &str, convert: impl Fn(&Value) -> Option<U>) -> Prop<Option<U>> {
        let values = self.values();
        let parameter = values.alts().iter().find_map(|a| match &a.value {
            Some(Value::Param(p)) => {
                Some(Why::new(Reason::Parameter, format!("parameter `{p}` has no value")))
            }
            _ => None,
        });
        let open = values.open().cloned().or(parameter);
        Prop::new(values.alts().to_vec(), open, values.span())
            .filter_map(what, |v| v.as_ref().map_or(Some(None), |v| convert(v).map(Some)))
    }

    /// Whether something is certainly written in every alternative.
    pub fn is_surely_present(&self) -> bool {
        self.open().is_none() && self.alts().iter().all(|a| a.value != Node::Absent)
    }

    /// Whether it is certainly absent in every alternative.
    pub fn is_surely_absent(&self) -> bool {
        self.open().is_none() && self.alts().iter().all(|a| a.value == Node::Absent)
    }
}

/// A node as a plain value; `None` when a part of it has alternatives or is open.
pub fn node_value(n: &Node) -> Option<Value> {
    match n {
        Node::Absent => None,
        Node::Leaf(v) => Some(v.clone()),
        Node::List { items, open } => {
            let mut out = Vec::with_capacity(items.len());
            for t in items {
                match t.only()? {
                    Node::Absent => {}
                    n => out.push(node_value(n)?),
                }
            }
            Some(Value::List(out, open.is_some()))
        }
        Node::Map { entries, open } => {
            let mut out = Vec::with_capacity(entries.len());
            for e in entries {
                match e.value.only()? {
                    Node::Absent => {}
                    n => out.push((e.key.clone(), node_value(n)?)),
                }
            }
            Some(Value::Map(out, open.is_some()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn conditions_add_up_on_the_way_down() {
        let span = Span::new(FileId(0), 0, 1);
        let inner = Tree::new(
            vec![
                Alt {
                    value: Node::Leaf(Value::Int(30)),
                    span,
                    basis: Basis::Written,
                    guards: Guards::none().with("A", "true").unwrap(),
                },
                Alt {
                    value: Node::Absent,
                    span,
                    basis: Basis::Written,
                    guards: Guards::none().with("A", "false").unwrap(),
                },
            ],
            None,
            span,
        );
        let map =
            Node::Map { entries: vec![Entry { key: "T".into(), key_span: span, value: inner }], open: None };
        let outer = Tree::new(
            vec![
                Alt {
                    value: map,
                    span,
                    basis: Basis::Written,
                    guards: Guards::none().with("A", "true").unwrap(),
                },
                Alt {
                    value: Node::Absent,
                    span,
                    basis: Basis::Written,
                    guards: Guards::none().with("A", "false").unwrap(),
                },
            ],
            None,
            span,
        );
        let t = outer.get("T").ints();
        // The alternative `A` with `not A` inside does not exist.
        assert_eq!(t.alts().iter().map(|a| a.value).collect::<Vec<_>>(), [Some(30), None]);
        assert!(outer.get("Missing").is_surely_absent());
    }

    #[test]
    fn an_open_map_never_lacks_a_key() {
        let span = Span::new(FileId(0), 0, 1);
        let t = Tree::known(Node::Map { entries: Vec::new(), open: Some(Why::other("macro")) }, span);
        assert!(!t.get("X").is_surely_absent());
    }
}
