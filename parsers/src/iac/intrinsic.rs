//! The intrinsic functions that make text and pick elements: `Join`, `Select`, `Split`, `FindInMap`.

use super::eval::{Eval, MAX_ALTERNATIVES, below, bounded, placed};
use super::expr::{Expr, ExprKind};
use lamlint_model::source::Span;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Prop, Reason, Why};
use lamlint_model::value::{Attr, Value, split_symbolic};
use smol_str::SmolStr;

/// The alternatives of one text under construction.
struct Row {
    parts: Vec<Value>,
    basis: Basis,
    guards: Guards,
}

impl Eval<'_> {
    pub(super) fn join(&self, at: usize, delimiter: &Expr, list: &Expr, span: Span, depth: usize) -> Tree {
        let delimiter = match self.part(at, delimiter, depth).only() {
            Some(Some(Value::Str(s))) => s.clone(),
            _ => return Tree::unknown(Why::other("the delimiter is not constant"), span),
        };
        if let ExprKind::List(items, None) = &list.kind {
            let parts: Vec<_> = items.iter().map(|e| self.part(at, e, depth)).collect();
            return joined(&parts, &delimiter, span);
        }
        let list = self.tree(at, list, depth);
        let mut alts = Vec::new();
        let mut open = list.open().cloned();
        for a in list.alts() {
            let Node::List { items, open: None } = &a.value else {
                open = open.or_else(|| Some(Why::other("a list that is not known")));
                continue;
            };
            let parts: Vec<_> = items.iter().map(Tree::values).collect();
            let t = joined(&parts, &delimiter, span);
            open = open.or_else(|| t.open().cloned());
            alts.extend(below(&t, a));
        }
        bounded(alts, open, span)
    }

    pub(super) fn select(&self, at: usize, index: &Expr, list: &Expr, span: Span, depth: usize) -> Tree {
        let index = match self.tree(at, index, depth).ints().only() {
            Some(Some(i)) => usize::try_from(*i).unwrap_or(usize::MAX),
            _ => return Tree::unknown(Why::other("the index is not constant"), span),
        };
        if let ExprKind::List(items, None) = &list.kind
            && let Some(e) = items.get(index)
        {
            return self.tree(at, e, depth);
        }
        let list = self.tree(at, list, depth);
        let mut alts = Vec::new();
        let mut open = list.open().cloned();
        for a in list.alts() {
            match &a.value {
                Node::List { items, open: None } if index < items.len() => {
                    let t = placed(&items[index], span);
                    open = open.or_else(|| t.open().cloned());
                    alts.extend(below(&t, a));
                }
                _ => open = open.or_else(|| Some(Why::other("an element that is not known"))),
            }
        }
        bounded(alts, open, span)
    }

    pub(super) fn split(&self, at: usize, delimiter: &Expr, text: &Expr, span: Span, depth: usize) -> Tree {
        let delimiter = match self.part(at, delimiter, depth).only() {
            Some(Some(Value::Str(s))) if !s.is_empty() => s.clone(),
            _ => return Tree::unknown(Why::other("the delimiter is not constant"), span),
        };
        let text = match &text.kind {
            // Values of a parameter, not its symbol: they are what is split.
            ExprKind::Ref(_) => self.tree(at, text, depth).values(),
            _ => self.part(at, text, depth),
        };
        text.filter_map("text that can be split", |v| {
            let list = |pieces: Vec<Value>, open| Node::List {
                items: pieces.into_iter().map(|v| Tree::leaf(v, span)).collect(),
                open,
            };
            match v.as_ref()? {
                Value::Str(s) => Some(list(s.split(delimiter.as_str()).map(Value::str).collect(), None)),
                Value::Concat(parts) => {
                    let mut chars = delimiter.chars();
                    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
                    parts.iter().all(|p| may_not_hold(p, c)).then(|| list(split_symbolic(parts, c), None))
                }
                _ => None,
            }
        })
    }

    pub(super) fn find(
        &self,
        at: usize,
        args: &(Expr, Expr, Expr, Option<Expr>),
        span: Span,
        depth: usize,
    ) -> Tree {
        let (map, first, second, default) = args;
        let missing = || Tree::unknown(Why::other("no such entry in `Mappings`"), span);
        let map = self.part(at, map, depth);
        let Some(Some(Value::Str(map))) = map.only() else { return missing() };
        let mappings = &self.instances[at].facts.mappings;
        let Some(map) = mappings.iter().find(|m| m.key == *map).map(|m| &m.value) else {
            return missing();
        };
        // Values are literal; what is not would name mappings again.
        let literal = |e: &Expr| match &e.kind {
            ExprKind::List(items, None) => items.iter().all(|i| i.as_text().is_some()),
            _ => e.as_text().is_some(),
        };
        if !map.entries().iter().flat_map(|e| e.value.entries()).all(|e| literal(&e.value)) {
            return missing();
        }
        let keys = |e: &Expr| self.tree(at, e, depth).values();
        let (first, second) = (keys(first), keys(second));
        // Whatever the keys are: when all candidates agree, the value is known.
        let candidates = |keys: &Prop<Option<Value>>, of: &Expr| -> Vec<SmolStr> {
            let constant: Option<Vec<SmolStr>> = keys
                .alts()
                .iter()
                .map(|a| a.value.as_ref().and_then(Value::as_str).map(SmolStr::from))
                .collect();
            match (constant, keys.open()) {
                (Some(c), None) => c,
                _ => of.entries().iter().map(|e| e.key.clone()).collect(),
            }
        };
        let all: Vec<Option<&Expr>> = candidates(&first, map)
            .iter()
            .flat_map(|k| match map.get(k) {
                Some(inner) => candidates(&second, inner).iter().map(|k| inner.get(k)).collect(),
                None => vec![None],
            })
            .collect();
        if let Some(Some(one)) = all.first()
            && default.is_none()
            && one.as_text().is_some()
            && all.iter().all(|e| e.is_some_and(|e| e.as_text() == one.as_text()))
        {
            return placed(&self.tree(at, one, depth), span);
        }
        let mut alts = Vec::new();
        let mut open = first.open().or(second.open()).cloned();
        for a in first.alts() {
            for b in second.alts() {
                let Some(guards) = a.guards.and(&b.guards) else { continue };
                let (Some(Value::Str(x)), Some(Value::Str(y))) = (&a.value, &b.value) else {
                    open = open.or_else(|| Some(Why::other("the key of the mapping is not constant")));
                    continue;
                };
                let basis = if a.basis == Basis::Written { b.basis.clone() } else { a.basis.clone() };
                let found = match (map.get(x).and_then(|m| m.get(y)), default) {
                    (Some(e), _) | (None, Some(e)) => self.tree(at, e, depth),
                    (None, None) => missing(),
                };
                open = open.or_else(|| found.open().cloned());
                let outer = Alt { value: Node::Absent, span, basis, guards };
                alts.extend(below(&placed(&found, span), &outer));
            }
        }
        bounded(alts, open, span)
    }
}

/// Most parts of one text; a template of the largest size that deploys has fewer.
const MAX_PARTS: usize = 2000;

/// Text from parts; absent parts are left out together with their delimiter.
pub(super) fn joined(parts: &[Prop<Option<Value>>], delimiter: &str, span: Span) -> Tree {
    if parts.len() > MAX_PARTS {
        return Tree::unknown(Why::new(Reason::Budget, "text of too many parts"), span);
    }
    let mut rows = vec![Row { parts: Vec::new(), basis: Basis::Written, guards: Guards::none() }];
    let mut open = None;
    for p in parts {
        open = open.or_else(|| p.open().cloned());
        let mut next = Vec::new();
        for row in &rows {
            for a in p.alts() {
                let Some(guards) = row.guards.and(&a.guards) else { continue };
                let mut parts = row.parts.clone();
                match &a.value {
                    Some(Value::List(..) | Value::Map(..)) => {
                        open = open.or_else(|| Some(Why::other("not text")));
                        continue;
                    }
                    Some(v) => {
                        if !parts.is_empty() && !delimiter.is_empty() {
                            parts.push(Value::str(delimiter));
                        }
                        parts.push(v.clone());
                    }
                    None => {}
                }
                let basis = if row.basis == Basis::Written { a.basis.clone() } else { row.basis.clone() };
                next.push(Row { parts, basis, guards });
            }
        }
        if next.len() > MAX_ALTERNATIVES {
            return Tree::unknown(Why::new(Reason::Budget, "too many possibilities"), span);
        }
        rows = next;
    }
    let alts = rows
        .into_iter()
        .map(|r| Alt { value: Node::Leaf(Value::concat(r.parts)), span, basis: r.basis, guards: r.guards })
        .collect();
    Tree::new(alts, open, span)
}

/// Whether a part of text certainly does not hold that character.
fn may_not_hold(part: &Value, c: char) -> bool {
    match part {
        Value::Str(_) => true,
        Value::Pseudo(p) => {
            matches!(p.as_str(), "AWS::Region" | "AWS::AccountId" | "AWS::Partition")
                && matches!(c, ':' | '/' | ',')
        }
        Value::Of(_, Attr::Name) => matches!(c, ':' | ','),
        _ => false,
    }
}
