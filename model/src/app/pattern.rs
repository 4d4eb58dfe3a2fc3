//! Event patterns against events that are known in part.
//!
//! One matcher serves rules of EventBridge, filter criteria of Lambda and pipes, and filter policies of SNS; what
//! differs between them (numbers in texts, operators only some have) is answered *unknown*.
//! Sources: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>,
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html>

use crate::value::{Same, Value};
use smol_str::SmolStr;

/// Bound on nesting.
const MAX_DEPTH: usize = 64;

/// Whether an event matches a pattern. `own` is true when what the code reads from *its* event (`Value::Event`) was
/// let through by this very pattern: such a part, put back in its own place, matches again.
pub(super) fn matches(pattern: &Value, event: &Value, own: bool) -> Same {
    Matcher { own, path: Vec::new() }.map(pattern, Field::Is(event))
}

/// Conjunction: one certain miss decides.
pub(super) fn all(answers: impl IntoIterator<Item = Same>) -> Same {
    let mut out = Same::Yes;
    for a in answers {
        match a {
            Same::No => return Same::No,
            Same::Unknown => out = Same::Unknown,
            Same::Yes => {}
        }
    }
    out
}

/// Disjunction: one certain match decides.
pub(super) fn any(answers: impl IntoIterator<Item = Same>) -> Same {
    not(all(answers.into_iter().map(not)))
}

fn not(a: Same) -> Same {
    match a {
        Same::Yes => Same::No,
        Same::No => Same::Yes,
        Same::Unknown => Same::Unknown,
    }
}

fn decided(b: bool) -> Same {
    if b { Same::Yes } else { Same::No }
}

/// Whether text certainly starts with a constant.
pub(super) fn starts_with(v: &Value, prefix: &str) -> Same {
    match v {
        _ if prefix.is_empty() => Same::Yes,
        Value::Str(s) => decided(s.starts_with(prefix)),
        Value::OneOf(values) => agreed(values.iter().map(|v| starts_with(v, prefix))),
        Value::Concat(_) => {
            let known = v.prefix();
            match (known.starts_with(prefix), prefix.starts_with(known)) {
                (true, _) => Same::Yes,
                (false, true) => Same::Unknown,
                (false, false) => Same::No,
            }
        }
        _ => Same::Unknown,
    }
}

/// Whether text certainly ends with a constant.
pub(super) fn ends_with(v: &Value, suffix: &str) -> Same {
    match v {
        _ if suffix.is_empty() => Same::Yes,
        Value::Str(s) => decided(s.ends_with(suffix)),
        Value::OneOf(values) => agreed(values.iter().map(|v| ends_with(v, suffix))),
        Value::Concat(_) => {
            let known = v.suffix();
            match (known.ends_with(suffix), suffix.ends_with(known)) {
                (true, _) => Same::Yes,
                (false, true) => Same::Unknown,
                (false, false) => Same::No,
            }
        }
        _ => Same::Unknown,
    }
}

/// What holds of each of several possible values.
fn agreed(answers: impl IntoIterator<Item = Same>) -> Same {
    let mut answers = answers.into_iter();
    let Some(first) = answers.next() else { return Same::Unknown };
    if answers.all(|a| a == first) { first } else { Same::Unknown }
}

/// A part of the event.
#[derive(Debug, Clone, Copy)]
enum Field<'a> {
    Is(&'a Value),
    Missing,
    Unknown,
}

struct Matcher {
    own: bool,
    path: Vec<SmolStr>,
}

impl Matcher {
    fn map(&mut self, pattern: &Value, event: Field<'_>) -> Same {
        let Value::Map(entries, open) = pattern else { return Same::Unknown };
        if self.path.len() > MAX_DEPTH {
            return Same::Unknown;
        }
        let mut answers = Vec::with_capacity(entries.len());
        for (key, below) in entries {
            if key == "$or" {
                let Value::List(patterns, _) = below else { return Same::Unknown };
                let each: Vec<Same> = patterns.iter().map(|p| self.map(p, event)).collect();
                answers.push(any(each));
                continue;
            }
            self.path.push(key.clone());
            let field = field(event, key);
            answers.push(match below {
                Value::Map(..) => self.map(below, field),
                Value::List(alternatives, open) => {
                    let hit = any(alternatives.iter().map(|a| self.one(a, field)));
                    if *open && hit == Same::No { Same::Unknown } else { hit }
                }
                _ => Same::Unknown,
            });
            self.path.pop();
        }
        match all(answers) {
            Same::Yes if *open => Same::Unknown,
            a => a,
        }
    }

    /// One alternative of a leaf against the field.
    fn one(&self, alternative: &Value, field: Field<'_>) -> Same {
        if let Value::Map(entries, _) = alternative
            && let [(op, arg)] = &entries[..]
            && op == "exists"
        {
            return match (arg.as_bool(), field) {
                (Some(wanted), Field::Is(v)) if !matches!(v, Value::Map(..) | Value::Unknown(_)) => {
                    decided(wanted)
                }
                (Some(wanted), Field::Missing) => decided(!wanted),
                _ => Same::Unknown,
            };
        }
        match field {
            Field::Missing => Same::No,
            Field::Unknown => Same::Unknown,
            // A list matches when one of its elements does.
            Field::Is(Value::List(items, open)) => {
                let hit = any(items.iter().map(|v| self.one(alternative, Field::Is(v))));
                if *open && hit == Same::No { Same::Unknown } else { hit }
            }
            Field::Is(Value::OneOf(values)) => {
                agreed(values.iter().map(|v| self.one(alternative, Field::Is(v))))
            }
            Field::Is(Value::Event(path)) if self.own && *path == self.path => Same::Yes,
            Field::Is(v) => match alternative {
                Value::Map(entries, false) => match &entries[..] {
                    [(op, arg)] => operator(op, arg, v),
                    _ => Same::Unknown,
                },
                a => equal(v, a),
            },
        }
    }
}

fn field<'a>(event: Field<'a>, key: &str) -> Field<'a> {
    match event {
        Field::Is(v @ Value::Map(_, open)) => match v.get(key) {
            Some(v) => Field::Is(v),
            None if *open => Field::Unknown,
            None => Field::Missing,
        },
        // Text, a number or a truth value has no fields.
        Field::Is(Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Null)
        | Field::Missing => Field::Missing,
        Field::Is(_) | Field::Unknown => Field::Unknown,
    }
}

/// Equality as patterns have it: text is not a number. Where one of them is text that looks like the other, the
/// services differ.
fn equal(v: &Value, wanted: &Value) -> Same {
    let number = |v: &Value| matches!(v, Value::Int(_) | Value::Float(_));
    match v.same(wanted) {
        Same::Yes if number(v) != number(wanted) => Same::Unknown,
        Same::No if number(v) && number(wanted) => decided(as_float(v) == as_float(wanted)),
        s => s,
    }
}

fn as_float(v: &Value) -> Option<f64> {
    match v {
        #[expect(clippy::cast_precision_loss, reason = "numbers in patterns are small")]
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    }
}

fn operator(op: &str, arg: &Value, v: &Value) -> Same {
    match (op, arg) {
        ("prefix", Value::Str(p)) => starts_with(v, p),
        ("suffix", Value::Str(s)) => ends_with(v, s),
        ("equals-ignore-case", Value::Str(s)) => match v {
            Value::Str(t) => decided(t.to_lowercase() == s.to_lowercase()),
            _ => Same::Unknown,
        },
        ("wildcard", Value::Str(w)) => match v {
            Value::Str(s) => decided(wildcard(w, s)),
            // What stands before the first star must be there.
            v if starts_with(v, w.split('*').next().unwrap_or_default()) == Same::No => Same::No,
            _ => Same::Unknown,
        },
        ("anything-but", Value::List(values, false)) => not(any(values.iter().map(|w| equal(v, w)))),
        ("anything-but", Value::Map(entries, false)) => match &entries[..] {
            [(op, arg @ Value::Str(_))] => not(operator(op, arg, v)),
            [(op, Value::List(args, false))] => not(any(args.iter().map(|a| operator(op, a, v)))),
            _ => Same::Unknown,
        },
        ("anything-but", w) => not(equal(v, w)),
        ("numeric", Value::List(parts, false)) => numeric(parts, v),
        _ => Same::Unknown,
    }
}

fn numeric(parts: &[Value], v: &Value) -> Same {
    let Some(n) = as_float(v) else { return Same::Unknown };
    all(parts.chunks(2).map(|c| match c {
        [Value::Str(op), bound] => match (op.as_str(), as_float(bound)) {
            ("=", Some(b)) => decided((n - b).abs() < f64::EPSILON),
            ("<", Some(b)) => decided(n < b),
            ("<=", Some(b)) => decided(n <= b),
            (">", Some(b)) => decided(n > b),
            (">=", Some(b)) => decided(n >= b),
            _ => Same::Unknown,
        },
        _ => Same::Unknown,
    }))
}

/// `*` stands for any text; there is no other special character but `\` before one.
fn wildcard(pattern: &str, text: &str) -> bool {
    if pattern.contains('\\') {
        return pattern.replace('\\', "") == text;
    }
    let mut pieces = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for m in middle {
        let Some(i) = rest.find(m) else { return false };
        rest = &rest[i + m.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::testing::value;

    fn check(pattern: &str, event: &str) -> Same {
        let app = App::default();
        matches(&value(&app, pattern), &value(&app, event), false)
    }

    #[test]
    fn patterns_against_known_events() {
        use Same::{No, Unknown, Yes};
        for (pattern, event, want) in [
            (r#"{"a": ["x"]}"#, r#"{"a": "x", "b": 1}"#, Yes),
            (r#"{"a": ["x", "y"]}"#, r#"{"a": "z"}"#, No),
            (r#"{"a": ["x"]}"#, r#"{"b": "x"}"#, No),
            (r#"{"a": ["x"]}"#, r#"{"..": true}"#, Unknown),
            (r#"{"a": ["x"], "b": [1]}"#, r#"{"a": "z", "..": true}"#, No),
            (r#"{"a": {"b": [1]}}"#, r#"{"a": {"b": 1}}"#, Yes),
            (r#"{"a": {"b": [1]}}"#, r#"{"a": "text"}"#, No),
            (r#"{"a": ["x"]}"#, r#"{"a": ["w", "x"]}"#, Yes),
            (r#"{"a": [{"prefix": "ord"}]}"#, r#"{"a": "order"}"#, Yes),
            (r#"{"a": [{"prefix": "ord"}]}"#, r#"{"a": "or${env.X}"}"#, Unknown),
            (r#"{"a": [{"prefix": "ord"}]}"#, r#"{"a": "in${env.X}"}"#, No),
            (r#"{"a": [{"suffix": ".png"}]}"#, r#"{"a": "${env.X}.png"}"#, Yes),
            (r#"{"a": [{"suffix": ".png"}]}"#, r#"{"a": "${env.X}.jpg"}"#, No),
            (r#"{"a": [{"anything-but": ["x", "y"]}]}"#, r#"{"a": "z"}"#, Yes),
            (r#"{"a": [{"anything-but": {"prefix": "x"}}]}"#, r#"{"a": "xy"}"#, No),
            (r#"{"a": [{"anything-but": "x"}]}"#, r#"{"a": "${env.X}"}"#, Unknown),
            (r#"{"a": [{"anything-but": "x"}]}"#, "{}", No),
            (r#"{"a": [{"exists": false}]}"#, "{}", Yes),
            (r#"{"a": [{"exists": true}]}"#, r#"{"a": "${env.X}"}"#, Yes),
            (r#"{"a": {"b": [{"exists": false}]}}"#, r#"{"a": {"c": 1}}"#, Yes),
            (r#"{"a": [{"numeric": [">", 0, "<=", 5]}]}"#, r#"{"a": 5}"#, Yes),
            (r#"{"a": [{"numeric": [">", 0, "<=", 5]}]}"#, r#"{"a": 5.5}"#, No),
            (r#"{"a": [{"numeric": ["=", 5]}]}"#, r#"{"a": "5"}"#, Unknown),
            (r#"{"a": [5]}"#, r#"{"a": "5"}"#, Unknown),
            (r#"{"a": [{"equals-ignore-case": "ABC"}]}"#, r#"{"a": "abc"}"#, Yes),
            (r#"{"a": [{"wildcard": "a*/b*.png"}]}"#, r#"{"a": "ax/y/b.png"}"#, Yes),
            (r#"{"a": [{"wildcard": "a*/b*.png"}]}"#, r#"{"a": "ax/c.png"}"#, No),
            (r#"{"a": [{"wildcard": "in/*"}]}"#, r#"{"a": "out/${env.X}"}"#, No),
            (r#"{"$or": [{"a": [1]}, {"b": [1]}]}"#, r#"{"b": 1}"#, Yes),
            (r#"{"$or": [{"a": [1]}, {"b": [1]}]}"#, r#"{"a": 2, "b": 3}"#, No),
            (r#"{"a": [{"cidr": "10.0.0.0/8"}]}"#, r#"{"a": "10.1.1.1"}"#, Unknown),
            (r#"{"a": "x"}"#, r#"{"a": "x"}"#, Unknown),
            (r#"{"a": ["${event.a}"]}"#, r#"{"a": "${fresh}"}"#, Unknown),
        ] {
            assert_eq!(check(pattern, event), want, "{pattern} on {event}");
        }
    }

    #[test]
    fn what_came_through_the_pattern_passes_it_again() {
        let app = App::default();
        let pattern = value(&app, r#"{"detail-type": ["a", "b"], "detail": {"key": [{"prefix": "in/"}]}}"#);
        let event =
            |key: &str| value(&app, &format!(r#"{{"detail-type": "a", "detail": {{"key": "{key}"}}}}"#));
        assert_eq!(matches(&pattern, &event("${event.detail.key}"), true), Same::Yes);
        assert_eq!(matches(&pattern, &event("${event.detail.key}"), false), Same::Unknown);
        assert_eq!(matches(&pattern, &event("${event.detail.other}"), true), Same::Unknown);
    }
}
