//! Working on trees of guarded alternatives: what a function of plain values means for them.

use crate::iac::eval::MAX_ALTERNATIVES;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Reason, Why};
use lamlint_model::value::{Deps, Value};
use smol_str::{SmolStr, format_smolstr};

/// Bound on the nodes of one value; what is larger is not known.
pub(super) const MAX_NODES: usize = 20_000;
/// Bound on the elements of one list a function makes.
pub(super) const MAX_ITEMS: usize = 2_048;
/// Bound on elements of a list that are there only under a condition, where it matters how many there are.
const MAX_CONDITIONAL: usize = 4;

/// A value that is an error in Terraform (an attribute that is not there), which `try` and `can` catch.
pub(super) fn error(span: Span) -> Tree {
    Tree::leaf(ERROR, span)
}

pub(super) const ERROR: Value = Value::Unknown(Deps::NONE);

pub(super) fn is_error(n: &Node) -> bool {
    matches!(n, Node::Leaf(v) if *v == ERROR)
}

pub(super) fn budget() -> Why {
    Why::new(Reason::Budget, "too much to evaluate")
}

/// The alternatives under more guards; those that contradict never exist.
pub(super) fn under(t: &Tree, guards: &Guards) -> Tree {
    t.under(guards)
}

/// Alternatives with a bound on their number.
pub(super) fn bounded(alts: Vec<Alt<Node>>, open: Option<Why>, span: Span) -> Tree {
    if alts.len() > MAX_ALTERNATIVES {
        return Tree::unknown(Why::new(Reason::Budget, "too many possibilities"), span);
    }
    Tree::new(alts, open, span)
}

/// What a function of one plain value makes of all alternatives. An error stays one.
pub(super) fn bind(t: &Tree, span: Span, f: impl Fn(&Node, Span) -> Tree) -> Tree {
    let mut alts: Vec<Alt<Node>> = Vec::new();
    let mut open = t.open().cloned();
    for a in t.alts() {
        let below =
            if is_error(&a.value) { Tree::known(a.value.clone(), a.span) } else { f(&a.value, a.span) };
        open = open.or_else(|| below.open().cloned());
        for b in below.alts() {
            let Some(guards) = a.guards.and(&b.guards) else { continue };
            let basis = if a.basis == Basis::Written { b.basis.clone() } else { a.basis.clone() };
            alts.push(Alt { value: b.value.clone(), span: b.span, basis, guards });
        }
    }
    bounded(alts, open, span)
}

/// What a function of plain values makes of all combinations that can occur; `None`: not known.
pub(super) fn combine(args: &[Tree], span: Span, f: impl Fn(&[&Node]) -> Option<Node>) -> Tree {
    let mut rows: Vec<(Vec<&Node>, Basis, Guards)> = vec![(Vec::new(), Basis::Written, Guards::none())];
    let mut open: Option<Why> = None;
    for t in args {
        open = open.or_else(|| t.open().cloned());
        let mut next = Vec::new();
        for (nodes, basis, guards) in &rows {
            for a in t.alts() {
                let Some(guards) = guards.and(&a.guards) else { continue };
                let mut nodes = nodes.clone();
                nodes.push(&a.value);
                let basis = if *basis == Basis::Written { a.basis.clone() } else { basis.clone() };
                next.push((nodes, basis, guards));
            }
        }
        if next.len() > MAX_ALTERNATIVES {
            return Tree::unknown(Why::new(Reason::Budget, "too many possibilities"), span);
        }
        rows = next;
    }
    let mut alts = Vec::new();
    for (nodes, basis, guards) in rows {
        let value = match nodes.iter().find(|n| is_error(n)) {
            Some(e) => Some((*e).clone()),
            None => f(&nodes),
        };
        match value {
            Some(value) => alts.push(Alt { value, span, basis, guards }),
            None => open = open.or_else(|| Some(Why::new(Reason::Dynamic, "it is computed"))),
        }
    }
    Tree::new(alts, open, span)
}

/// A tree as a plain value: constant or symbolic, unconditional, whole.
pub(super) fn plain(t: &Tree) -> Option<Value> {
    t.only().and_then(lamlint_model::tree::node_value)
}

/// Constant text, as Terraform converts numbers and truth values to text.
pub(super) fn text(v: &Value) -> Option<SmolStr> {
    match v {
        Value::Str(s) => Some(s.clone()),
        Value::Int(i) => Some(format_smolstr!("{i}")),
        Value::Bool(b) => Some(format_smolstr!("{b}")),
        Value::Float(f) => Some(format_smolstr!("{f}")),
        _ => None,
    }
}

/// A leaf as a part of text: constant or symbolic.
pub(super) fn part(n: &Node) -> Option<Value> {
    match n {
        Node::Leaf(v) => match v {
            Value::Concat(_) | Value::Param(_) | Value::Of(..) | Value::Pseudo(_) => Some(v.clone()),
            v => text(v).map(Value::Str),
        },
        _ => None,
    }
}

/// The truth value of a leaf.
pub(super) fn truth(n: &Node) -> Option<bool> {
    match n {
        Node::Leaf(v) => v.as_bool(),
        _ => None,
    }
}

/// A list of known trees.
pub(super) fn list(items: Vec<Tree>) -> Node {
    Node::List { items, open: None }
}

/// A list of constant texts.
pub(super) fn texts(items: impl IntoIterator<Item = impl Into<SmolStr>>, span: Span) -> Node {
    list(items.into_iter().map(|t| Tree::leaf(Value::Str(t.into()), span)).collect())
}

/// An entry of a map that is made.
pub(super) fn entry(key: impl Into<SmolStr>, value: Tree, key_span: Span) -> Entry {
    Entry { key: key.into(), key_span, value }
}

/// What stands under the opposite of one condition.
pub(super) fn complement(g: &Guards) -> Option<Guards> {
    let mut all = g.iter();
    let (Some(one), None) = (all.next(), all.next()) else { return None };
    let other = match one.value.as_str() {
        "true" => "false",
        "false" => "true",
        _ => return None,
    };
    Guards::none().with(one.subject.clone(), other)
}

/// The conditions something is there under, where it is known only when it is there.
pub(super) fn presence(t: &Tree) -> Option<&Guards> {
    match (t.alts(), t.open()) {
        ([one], None) if !one.guards.is_empty() && one.value != Node::Absent => Some(&one.guards),
        _ => None,
    }
}

/// A value that is there only under a condition. Where the opposite can't be said, only that it is there is.
pub(super) fn only_under(t: &Tree, yes: &Guards, no: Option<&Guards>, span: Span) -> Tree {
    if yes.is_empty() {
        return t.clone();
    }
    let here = under(t, yes);
    let mut alts = here.alts().to_vec();
    if let Some(no) = no {
        alts.push(Alt { value: Node::Absent, span, basis: Basis::Written, guards: no.clone() });
    }
    Tree::new(alts, here.open().cloned(), span)
}

/// Whether an element of a list or map is there under every condition.
fn is_conditional(t: &Tree) -> bool {
    presence(t).is_some() || t.alts().len() > 1 && t.alts().iter().any(|a| a.value == Node::Absent)
}

/// The same tree where no list has elements that are there only sometimes: such a list becomes alternatives.
pub(super) fn settled(t: &Tree) -> Tree {
    if !t
        .alts()
        .iter()
        .any(|a| matches!(&a.value, Node::List { items, .. } if items.iter().any(is_conditional)))
    {
        return t.clone();
    }
    bind(t, t.span(), |n, span| {
        let Node::List { items, open } = n else { return Tree::known(n.clone(), span) };
        if items.iter().filter(|i| is_conditional(i)).count() > MAX_CONDITIONAL {
            return Tree::unknown(Why::new(Reason::Budget, "too many possibilities"), span);
        }
        let mut rows: Vec<(Vec<Tree>, Guards)> = vec![(Vec::new(), Guards::none())];
        let sometimes = items.iter().any(|i| presence(i).is_some());
        let more = sometimes.then(|| Why::new(Reason::Correlated, "an element is there under a condition"));
        for i in items {
            if !is_conditional(i) {
                for (row, _) in &mut rows {
                    row.push(i.clone());
                }
                continue;
            }
            let mut next = Vec::new();
            for (row, guards) in rows {
                for a in i.alts() {
                    let Some(guards) = guards.and(&a.guards) else { continue };
                    let mut row = row.clone();
                    if a.value != Node::Absent {
                        let alone = Alt { guards: Guards::none(), ..a.clone() };
                        row.push(Tree::new(vec![alone], None, a.span));
                    }
                    next.push((row, guards));
                }
            }
            rows = next;
        }
        let alts = rows
            .into_iter()
            .map(|(items, guards)| Alt {
                value: Node::List { items, open: open.clone() },
                span,
                basis: Basis::Written,
                guards,
            })
            .collect();
        bounded(alts, more, span)
    })
}

/// How many nodes a tree has, up to a bound.
pub(super) fn size(t: &Tree) -> usize {
    let mut stack = vec![t];
    let mut n = 0;
    while let Some(t) = stack.pop() {
        n += 1;
        if n > MAX_NODES {
            break;
        }
        for a in t.alts() {
            match &a.value {
                Node::List { items, .. } => stack.extend(items),
                Node::Map { entries, .. } => stack.extend(entries.iter().map(|e| &e.value)),
                Node::Absent | Node::Leaf(_) => {}
            }
        }
    }
    n
}

/// The tree as the model takes it: errors and marks of the evaluator become what is not known.
/// `at` stands for places that are in no file.
pub(super) fn clean(t: &Tree, at: Span) -> Tree {
    let shown = |s: Span| if s.file == super::registry::FILE { at } else { s };
    let mut open = t.open().cloned();
    let mut alts = Vec::with_capacity(t.alts().len());
    for a in t.alts() {
        let value = match &a.value {
            Node::Leaf(v) if is_inner(v) => {
                open = open.or_else(|| Some(Why::new(Reason::Dynamic, "it is computed")));
                continue;
            }
            Node::List { items, open } => {
                Node::List { items: items.iter().map(|i| clean(i, at)).collect(), open: open.clone() }
            }
            Node::Map { entries, open } => Node::Map {
                entries: entries
                    .iter()
                    .map(|e| Entry {
                        value: clean(&e.value, at),
                        key_span: shown(e.key_span),
                        key: e.key.clone(),
                    })
                    .collect(),
                open: open.clone(),
            },
            n => n.clone(),
        };
        alts.push(Alt { value, span: shown(a.span), basis: a.basis.clone(), guards: a.guards.clone() });
    }
    Tree::new(alts, open, shown(t.span()))
}

fn is_inner(v: &Value) -> bool {
    matches!(v, Value::Unknown(_))
        || matches!(v, Value::Of(_, lamlint_model::value::Attr::Other(a)) if a == super::eval::SELF)
}
