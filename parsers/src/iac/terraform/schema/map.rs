//! Trees of a provider's arguments to trees of canonical properties, by tables.

use lamlint_model::json;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Why};
use lamlint_model::value::Value;
use smol_str::{SmolStr, ToSmolStr};

/// Bound on the depth of what is converted.
const MAX_DEPTH: u32 = 256;

/// An argument: its name, the way to the canonical property (with dots where the provider has it flat), and how its
/// value is written there. An argument without an entry is dropped.
pub(super) type Arg = (&'static str, &'static str, How);

/// How a value is written in canonical form.
#[derive(Debug, Clone, Copy)]
pub(super) enum How {
    /// A text or number; the empty text is as good as nothing, as the provider takes it.
    Text,
    /// As it is: maps with keys of the user's own, documents, lists of texts.
    Keep,
    /// Other words for some values, truth values included.
    Words(&'static [(&'static str, &'static str)]),
    /// A block that stands at most once: a list of one becomes a map.
    Block(&'static [Arg]),
    /// A block that may be repeated: a list of maps.
    Blocks(&'static [Arg]),
    /// A document, written as text or as a value.
    Json,
    /// A single value where a list is wanted.
    Listed,
    /// A text or number, but for one value that means nothing.
    Unless(&'static str),
}

/// `true` and `false` as `ENABLED` and `DISABLED`.
pub(super) const STATE: How = How::Words(&[("true", "ENABLED"), ("false", "DISABLED")]);
/// The other way round: what is `enabled` here is `disabled` there.
pub(super) const NOT: How = How::Words(&[("true", "false"), ("false", "true")]);

/// The arguments of a resource or block as properties.
pub(super) fn properties(tree: &Tree, args: &[Arg]) -> Tree {
    each(tree, |node, span| match node {
        Node::Map { entries, open } => {
            let mut out: Vec<Entry> = Vec::new();
            for (name, path, how) in args {
                for e in entries.iter().filter(|e| e.key == *name) {
                    let value = written(&e.value, *how);
                    if !value.is_surely_absent() {
                        put(&mut out, path, e.key_span, value);
                    }
                }
            }
            Some(Tree::known(Node::Map { entries: out, open: open.clone() }, span))
        }
        Node::Leaf(v @ Value::Map(..)) => Some(properties(&of_value(v, span, 0), args)),
        _ => None,
    })
}

fn written(tree: &Tree, how: How) -> Tree {
    match how {
        How::Keep => each(tree, |node, span| Some(Tree::known(node.clone(), span))),
        How::Text => each(tree, |node, span| match node {
            Node::Leaf(Value::Str(s)) if s.is_empty() => Some(Tree::absent_at(span)),
            node => Some(Tree::known(node.clone(), span)),
        }),
        How::Words(words) => each(tree, |node, span| {
            let text = match node {
                Node::Leaf(Value::Str(s)) => s.clone(),
                Node::Leaf(Value::Bool(b)) => b.to_smolstr(),
                _ => return None,
            };
            let word = words.iter().find(|(from, _)| text.eq_ignore_ascii_case(from));
            Some(Tree::leaf(word.map_or(Value::Str(text), |(_, to)| Value::str(*to)), span))
        }),
        How::Block(args) => properties(&single(tree), args),
        How::Blocks(args) => each(tree, |node, span| match node {
            Node::List { items, open } => {
                let items = items.iter().map(|t| properties(t, args)).collect();
                Some(Tree::known(Node::List { items, open: open.clone() }, span))
            }
            node @ Node::Map { .. } => {
                let one = properties(&Tree::known(node.clone(), span), args);
                Some(Tree::known(Node::List { items: vec![one], open: None }, span))
            }
            Node::Leaf(Value::List(items, open)) => {
                let items = items.iter().map(|v| properties(&of_value(v, span, 0), args)).collect();
                let open = open.then(|| Why::other("list with unknown elements"));
                Some(Tree::known(Node::List { items, open }, span))
            }
            _ => None,
        }),
        How::Json => each(tree, |node, span| match node {
            Node::Leaf(Value::Str(s)) if s.is_empty() => Some(Tree::absent_at(span)),
            Node::Leaf(v @ (Value::Str(_) | Value::Concat(_))) => Some(of_value(&json::parse(v)?, span, 0)),
            Node::Leaf(_) => None,
            node => Some(Tree::known(node.clone(), span)),
        }),
        How::Unless(nothing) => each(tree, |node, span| match node {
            Node::Leaf(Value::Int(i)) if i.to_smolstr() == nothing => Some(Tree::absent_at(span)),
            Node::Leaf(Value::Str(s)) if s == nothing => Some(Tree::absent_at(span)),
            node => Some(Tree::known(node.clone(), span)),
        }),
        How::Listed => each(tree, |node, span| {
            let items = vec![Tree::known(node.clone(), span)];
            Some(Tree::known(Node::List { items, open: None }, span))
        }),
    }
}

/// Each alternative that is there, converted; one that does not convert opens the property. `null` is absence.
pub(super) fn each(tree: &Tree, f: impl Fn(&Node, Span) -> Option<Tree>) -> Tree {
    let mut alts: Vec<Alt<Node>> = Vec::new();
    let mut open = tree.open().cloned();
    for a in tree.alts() {
        let below = match &a.value {
            Node::Absent | Node::Leaf(Value::Null) => Some(Tree::absent_at(a.span)),
            Node::Leaf(Value::Unknown(_)) => None,
            node => f(node, a.span),
        };
        let Some(below) = below else {
            open = open.or_else(|| Some(Why::other("not of the expected shape")));
            continue;
        };
        open = open.or_else(|| below.open().cloned());
        for b in below.alts() {
            let Some(guards) = a.guards.and(&b.guards) else { continue };
            let basis = if a.basis == Basis::Written { b.basis.clone() } else { a.basis.clone() };
            alts.push(Alt { value: b.value.clone(), span: b.span, basis, guards });
        }
    }
    Tree::new(alts, open, tree.span())
}

/// A block that stands at most once: its list of one, or what stands in its place.
pub(super) fn single(tree: &Tree) -> Tree {
    each(tree, |node, span| match node {
        Node::List { items, open: None } => match &items[..] {
            [] => Some(Tree::absent_at(span)),
            [one] => Some(one.clone()),
            // Blocks of which each exists under a condition of its own.
            many => {
                let alts: Vec<Alt<Node>> = many.iter().flat_map(|t| t.alts().iter().cloned()).collect();
                let disjoint = alts
                    .iter()
                    .enumerate()
                    .all(|(i, a)| alts.iter().skip(i + 1).all(|b| a.guards.and(&b.guards).is_none()));
                disjoint.then(|| Tree::new(alts, many.iter().find_map(|t| t.open().cloned()), span))
            }
        },
        Node::Leaf(Value::List(items, false)) => match &items[..] {
            [] => Some(Tree::absent_at(span)),
            [one] => Some(of_value(one, span, 0)),
            _ => None,
        },
        Node::List { .. } | Node::Leaf(Value::List(..)) => None,
        node => Some(Tree::known(node.clone(), span)),
    })
}

/// A value as a tree, all of whose parts stand at one place.
pub(super) fn of_value(v: &Value, span: Span, depth: u32) -> Tree {
    if depth > MAX_DEPTH {
        return Tree::unknown(Why::other("nested too deeply"), span);
    }
    let node = match v {
        Value::Map(entries, open) => Node::Map {
            entries: entries
                .iter()
                .map(|(k, v)| Entry { key: k.clone(), key_span: span, value: of_value(v, span, depth + 1) })
                .collect(),
            open: open.then(|| Why::other("more entries")),
        },
        Value::List(items, open) => Node::List {
            items: items.iter().map(|v| of_value(v, span, depth + 1)).collect(),
            open: open.then(|| Why::other("more elements")),
        },
        Value::Unknown(_) => return Tree::unknown(Why::other("not known"), span),
        Value::Null => Node::Absent,
        v => Node::Leaf(v.clone()),
    };
    Tree::known(node, span)
}

/// Put a property at the end of a path of keys; maps on the way are made.
pub(super) fn put(entries: &mut Vec<Entry>, path: &str, key_span: Span, value: Tree) {
    let Some((key, rest)) = path.split_once('.') else {
        match entries.iter_mut().find(|e| e.key == path) {
            // Two arguments for one property (a new name of an old one): the one that is there.
            Some(e) => e.value = either(&e.value, &value),
            None => entries.push(Entry { key: path.into(), key_span, value }),
        }
        return;
    };
    let at = entries.iter().position(|e| e.key == key).unwrap_or_else(|| {
        let value = Tree::map(Vec::new(), value.span());
        entries.push(Entry { key: key.into(), key_span, value });
        entries.len() - 1
    });
    let Some(below) = entries.get_mut(at) else { return };
    below.value = edited(&below.value, |inner| put(inner, rest, key_span, value.clone()));
}

/// The first, and where that is absent the second.
fn either(first: &Tree, second: &Tree) -> Tree {
    let mut alts = Vec::new();
    for a in first.alts() {
        if a.value == Node::Absent {
            alts.extend(second.under(&a.guards).alts().iter().cloned());
        } else {
            alts.push(a.clone());
        }
    }
    Tree::new(alts, first.open().or(second.open()).cloned(), first.span())
}

/// A tree with the entries of its maps changed.
pub(super) fn edited(tree: &Tree, f: impl Fn(&mut Vec<Entry>)) -> Tree {
    let alts = tree
        .alts()
        .iter()
        .map(|a| match &a.value {
            Node::Map { entries, open } => {
                let mut entries = entries.clone();
                f(&mut entries);
                Alt { value: Node::Map { entries, open: open.clone() }, ..a.clone() }
            }
            _ => a.clone(),
        })
        .collect();
    Tree::new(alts, tree.open().cloned(), tree.span())
}

/// A tree with a property set at a path, where it is not there yet.
pub(super) fn with(tree: &Tree, path: &str, key_span: Span, value: &Tree) -> Tree {
    let keys: Vec<&str> = path.split('.').collect();
    if !tree.path(&keys).is_surely_absent() {
        return tree.clone();
    }
    edited(tree, |entries| put(entries, path, key_span, value.clone()))
}

/// A tree with one more element in the list under a key.
pub(super) fn appended(tree: &Tree, key: &str, key_span: Span, item: &Tree) -> Tree {
    edited(tree, |entries| {
        let Some(e) = entries.iter_mut().find(|e| e.key == key) else {
            let value = Tree::known(Node::List { items: vec![item.clone()], open: None }, item.span());
            entries.push(Entry { key: key.into(), key_span, value });
            return;
        };
        let alts = e.value.alts().iter().map(|a| {
            let (mut items, open) = match &a.value {
                Node::Absent => (Vec::new(), None),
                Node::List { items, open } => (items.clone(), open.clone()),
                node => (vec![Tree::known(node.clone(), a.span)], None),
            };
            items.push(item.clone());
            Alt { value: Node::List { items, open }, ..a.clone() }
        });
        e.value = Tree::new(alts.collect(), e.value.open().cloned(), e.value.span());
    })
}

/// A tree with the property under a key open: something may be added to it.
pub(super) fn opened(tree: &Tree, key: &str, why: &Why) -> Tree {
    let span = tree.span();
    edited(tree, |entries| {
        let Some(e) = entries.iter_mut().find(|e| e.key == key) else {
            let value = Tree::unknown(why.clone(), span);
            entries.push(Entry { key: key.into(), key_span: span, value });
            return;
        };
        e.value = Tree::new(e.value.alts().to_vec(), Some(why.clone()), e.value.span());
    })
}

/// A tree that is there under conditions, and absent where one of them does not hold.
pub(super) fn guarded(tree: &Tree, guards: &Guards, span: Span) -> Tree {
    let there = tree.under(guards);
    let mut alts = there.alts().to_vec();
    let mut open = there.open().cloned();
    let mut before = Guards::none();
    for g in guards.iter() {
        let other = match g.value.as_str() {
            "true" => Some("false"),
            "false" => Some("true"),
            _ => None,
        };
        match other.and_then(|o| before.with(g.subject.clone(), o)) {
            Some(not) => alts.push(Alt { value: Node::Absent, span, basis: Basis::Written, guards: not }),
            None => open = open.or_else(|| Some(Why::other(format!("it depends on {}", g.subject)))),
        }
        let Some(both) = before.with(g.subject.clone(), g.value.clone()) else { break };
        before = both;
    }
    Tree::new(alts, open, tree.span())
}

/// A property's default where nothing is written.
pub(super) fn defaulted(tree: &Tree, path: &str, value: &Value) -> Tree {
    let keys: Vec<&str> = path.split('.').collect();
    let given = tree.path(&keys);
    if given.open().is_some() || given.is_surely_present() {
        return tree.clone();
    }
    let alts = given
        .alts()
        .iter()
        .map(|a| match &a.value {
            Node::Absent => Alt {
                value: Node::Leaf(value.clone()),
                span: a.span,
                basis: Basis::ServiceDefault,
                // What the resource itself stands under is there already.
                guards: a.guards.clone(),
            },
            _ => a.clone(),
        })
        .collect();
    let filled = Tree::new(alts, None, given.span());
    edited(tree, |entries| {
        entries.retain(|e| e.key != path);
        put(entries, path, given.span(), filled.clone());
    })
}

/// An entry of a map that is made.
pub(super) fn entry(key: &str, span: Span, value: Tree) -> Entry {
    Entry { key: SmolStr::new(key), key_span: span, value }
}

/// Every value inside a tree, changed.
pub(super) fn changed(tree: &Tree, f: &impl Fn(&Value) -> Option<Value>, depth: u32) -> Tree {
    if depth > MAX_DEPTH {
        return Tree::unknown(Why::other("nested too deeply"), tree.span());
    }
    let alts = tree
        .alts()
        .iter()
        .map(|a| {
            let value = match &a.value {
                Node::Absent => Node::Absent,
                Node::Leaf(v) => Node::Leaf(changed_value(v, f, depth)),
                Node::List { items, open } => Node::List {
                    items: items.iter().map(|t| changed(t, f, depth + 1)).collect(),
                    open: open.clone(),
                },
                Node::Map { entries, open } => Node::Map {
                    entries: entries
                        .iter()
                        .map(|e| Entry { value: changed(&e.value, f, depth + 1), ..e.clone() })
                        .collect(),
                    open: open.clone(),
                },
            };
            Alt { value, ..a.clone() }
        })
        .collect();
    Tree::new(alts, tree.open().cloned(), tree.span())
}

fn changed_value(v: &Value, f: &impl Fn(&Value) -> Option<Value>, depth: u32) -> Value {
    if depth > MAX_DEPTH {
        return Value::unknown();
    }
    if let Some(other) = f(v) {
        return other;
    }
    let below = |v: &Value| changed_value(v, f, depth + 1);
    match v {
        Value::Concat(parts) => Value::concat(parts.iter().map(below)),
        Value::OneOf(values) => Value::OneOf(values.iter().map(below).collect()),
        Value::List(items, open) => Value::List(items.iter().map(below).collect(), *open),
        Value::Map(entries, open) => {
            Value::Map(entries.iter().map(|(k, v)| (k.clone(), below(v))).collect(), *open)
        }
        v => v.clone(),
    }
}

/// A single, unconditional text.
pub(super) fn text(t: impl Into<SmolStr>, span: Span) -> Tree {
    Tree::leaf(Value::str(t), span)
}

/// Only one alternative, under no condition of its own beside those of the resource.
pub(super) fn sole(tree: &Tree) -> Option<Value> {
    tree.values().sole().cloned().flatten()
}

/// All values of a property that are there, with their conditions; `None` when there may be others.
pub(super) fn values(tree: &Tree) -> (Vec<(Value, Guards, Span)>, bool) {
    let values = tree.values();
    let found = values.alts().iter().filter_map(|a| Some((a.value.clone()?, a.guards.clone(), a.span)));
    (found.collect(), values.open().is_some())
}
