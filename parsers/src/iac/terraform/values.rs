//! Plain values: elements, equality, arithmetic, text.

use super::expr::Operator;
use super::trees::{combine, is_error, part, text};
use lamlint_model::source::Span;
use lamlint_model::tree::{Node, Tree, node_value};
use lamlint_model::tri::{Alt, Why};
use lamlint_model::value::{Same, Value};

/// The elements of a list or map with their keys, and why there may be more.
pub(super) type Elements = (Vec<(Tree, Tree)>, Option<Why>);

/// The elements of a list or map with their keys.
pub(super) fn elements(n: &Node, span: Span) -> Option<Elements> {
    Some(match n {
        Node::List { items, open } => {
            let keyed = items.iter().enumerate().map(|(i, t)| {
                let key = Value::Int(i64::try_from(i).unwrap_or(i64::MAX));
                (Tree::leaf(key, span), t.clone())
            });
            (keyed.collect(), open.clone())
        }
        Node::Map { entries, open } => {
            let keyed =
                entries.iter().map(|e| (Tree::leaf(Value::Str(e.key.clone()), e.key_span), e.value.clone()));
            (keyed.collect(), open.clone())
        }
        Node::Absent | Node::Leaf(_) => return None,
    })
}

/// What is left where it is there.
pub(super) fn present(t: &Tree) -> Tree {
    if !t.alts().iter().any(|a| a.value == Node::Absent && !a.guards.is_empty()) {
        return t.clone();
    }
    let alts: Vec<Alt<Node>> = t.alts().iter().filter(|a| a.value != Node::Absent).cloned().collect();
    Tree::new(alts, t.open().cloned(), t.span())
}

pub(super) fn without_errors(t: &Tree) -> Tree {
    let alts: Vec<Alt<Node>> = t.alts().iter().filter(|a| !is_error(&a.value)).cloned().collect();
    Tree::new(alts, t.open().cloned(), t.span())
}

/// What an element of a set is.
pub(super) fn member(t: &Tree) -> Option<Value> {
    let present: Vec<&Alt<Node>> = t.alts().iter().filter(|a| a.value != Node::Absent).collect();
    match &present[..] {
        [a] => match &a.value {
            Node::Leaf(v) => Some(text(v).map_or_else(|| v.clone(), Value::Str)),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn leaf(n: &Node) -> Option<&Value> {
    match n {
        Node::Leaf(v) => Some(v),
        _ => None,
    }
}

/// Whether two plain values are equal, where that is decided.
pub(super) fn equal(a: &Node, b: &Node) -> Option<bool> {
    match (a, b) {
        (Node::Absent, Node::Absent) => Some(true),
        (Node::Absent, Node::Leaf(Value::Param(_))) | (Node::Leaf(Value::Param(_)), Node::Absent) => None,
        (Node::Absent, _) | (_, Node::Absent) => Some(false),
        (a, b) => {
            let (a, b) = (node_value(a)?, node_value(b)?);
            match (&a, &b) {
                (Value::List(x, false), Value::List(y, false)) if x.is_empty() || y.is_empty() => {
                    return Some(x.is_empty() && y.is_empty());
                }
                (Value::Map(x, false), Value::Map(y, false)) if x.is_empty() || y.is_empty() => {
                    return Some(x.is_empty() && y.is_empty());
                }
                // An identity is text that is not empty.
                (Value::Of(..), Value::Str(s)) | (Value::Str(s), Value::Of(..)) if s.is_empty() => {
                    return Some(false);
                }
                _ => {}
            }
            match a.same(&b) {
                Same::Yes => Some(true),
                Same::No if constant(&a) && constant(&b) => Some(false),
                _ => None,
            }
        }
    }
}

pub(super) fn constant(v: &Value) -> bool {
    matches!(v, Value::Str(_) | Value::Int(_) | Value::Bool(_) | Value::Float(_))
}

pub(super) fn arithmetic(sign: Operator, left: &Value, right: &Value) -> Option<Value> {
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
        let whole = match sign {
            Operator::Add => a.checked_add(b)?,
            Operator::Subtract => a.checked_sub(b)?,
            Operator::Multiply => a.checked_mul(b)?,
            Operator::Divide if b != 0 && a.checked_rem(b)? == 0 => a.checked_div(b)?,
            Operator::Divide => return divided(left, right),
            Operator::Remainder if b != 0 => a.checked_rem(b)?,
            Operator::Less => return Some(Value::Bool(a < b)),
            Operator::LessEqual => return Some(Value::Bool(a <= b)),
            Operator::Greater => return Some(Value::Bool(a > b)),
            Operator::GreaterEqual => return Some(Value::Bool(a >= b)),
            _ => return None,
        };
        return Some(Value::Int(whole));
    }
    let (a, b) = (float(left)?, float(right)?);
    let f = match sign {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => return divided(left, right),
        Operator::Less => return Some(Value::Bool(a < b)),
        Operator::LessEqual => return Some(Value::Bool(a <= b)),
        Operator::Greater => return Some(Value::Bool(a > b)),
        Operator::GreaterEqual => return Some(Value::Bool(a >= b)),
        _ => return None,
    };
    Some(number(f))
}

fn divided(left: &Value, right: &Value) -> Option<Value> {
    let (a, b) = (float(left)?, float(right)?);
    (b != 0.0).then(|| number(a / b))
}

fn number(f: f64) -> Value {
    let v = Value::Float(f);
    v.as_int().map_or(v, Value::Int)
}

fn float(v: &Value) -> Option<f64> {
    match v {
        Value::Float(f) => Some(*f),
        #[expect(clippy::cast_precision_loss, reason = "numbers of configurations are small")]
        v => v.as_int().map(|i| i as f64),
    }
}

/// Text made of trees, in all combinations.
pub(super) fn joined(parts: &[Tree], delimiter: &str, span: Span) -> Tree {
    combine(parts, span, |nodes| {
        let mut out = Vec::with_capacity(nodes.len() * 2);
        for (i, n) in nodes.iter().enumerate() {
            if i > 0 {
                out.push(Value::str(delimiter));
            }
            out.push(part(n)?);
        }
        Some(Node::Leaf(Value::concat(out)))
    })
}
