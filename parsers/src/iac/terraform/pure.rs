//! Functions of plain values, by name. What is not in the table is not known.
//! Source: <https://developer.hashicorp.com/terraform/language/functions>

use super::trees::{ERROR, MAX_ITEMS, complement, entry, list, part, plain, presence, text, texts, truth};
use super::values::equal;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Reason, Why};
use lamlint_model::value::{Value, split_symbolic};
use smol_str::SmolStr;

/// A function of plain values; `None`: not known.
pub(super) type Pure = fn(&[&Node], Span) -> Option<Node>;

/// Functions of plain values, by name.
pub(super) const PURE: &[(&str, Pure)] = &[
    ("abs", |a, _| int(a.first()?)?.checked_abs().map(whole)),
    ("abspath", |a, _| text_of(a.first()?).map(|s| string(&s))),
    ("basename", |a, _| text_of(a.first()?).map(|s| string(s.rsplit('/').next().unwrap_or(&s)))),
    ("ceil", |a, _| int(a.first()?).map(whole)),
    ("chomp", |a, _| text_of(a.first()?).map(|s| string(s.trim_end_matches(['\n', '\r'])))),
    ("chunklist", chunklist),
    ("coalescelist", |a, _| a.iter().find(|n| length(n).is_none_or(|l| l > 0)).map(|n| (*n).clone())),
    ("compact", compact),
    ("contains", contains),
    ("dirname", |a, _| text_of(a.first()?).map(|s| string(s.rsplit_once('/').map_or(".", |(d, _)| d)))),
    ("distinct", |a, _| distinct(a.first()?)),
    ("element", element),
    ("endswith", |a, _| Some(bool(text_of(a.first()?)?.ends_with(text_of(a.get(1)?)?.as_str())))),
    ("flatten", |a, _| flatten(a.first()?)),
    ("floor", |a, _| int(a.first()?).map(whole)),
    ("index", index),
    ("issensitive", |_, _| None),
    ("join", join),
    ("keys", keys),
    ("length", |a, _| length(a.first()?).and_then(|n| i64::try_from(n).ok()).map(whole)),
    ("lower", |a, _| text_of(a.first()?).map(|s| string(&s.to_lowercase()))),
    ("max", |a, _| ints(a)?.into_iter().max().map(whole)),
    ("min", |a, _| ints(a)?.into_iter().min().map(whole)),
    ("nonsensitive", |a, _| a.first().map(|n| (*n).clone())),
    ("pathexpand", |a, _| text_of(a.first()?).filter(|s| !s.starts_with('~')).map(|s| string(&s))),
    ("range", range),
    ("replace", replace),
    ("reverse", reverse),
    ("sensitive", |a, _| a.first().map(|n| (*n).clone())),
    ("setintersection", |a, s| sets(a, s, |x, all| all.iter().all(|o| o.contains(x)))),
    ("setproduct", setproduct),
    ("setsubtract", |a, s| sets(a, s, |x, all| all.get(1).is_some_and(|o| !o.contains(x)))),
    ("setunion", setunion),
    ("slice", slice),
    ("sort", |a, s| {
        let mut t = constants(a.first()?)?;
        t.sort();
        Some(texts(t, s))
    }),
    ("split", split),
    ("startswith", |a, _| Some(bool(text_of(a.first()?)?.starts_with(text_of(a.get(1)?)?.as_str())))),
    ("strcontains", |a, _| Some(bool(text_of(a.first()?)?.contains(text_of(a.get(1)?)?.as_str())))),
    ("substr", substr),
    ("sum", |a, _| {
        let Node::List { items, open: None } = a.first()? else { return None };
        items.iter().try_fold(0_i64, |n, i| n.checked_add(plain(i)?.as_int()?)).map(whole)
    }),
    ("title", |a, _| text_of(a.first()?).map(|s| string(&title(&s)))),
    ("tobool", |a, _| if is_null(a.first()?) { Some(Node::Absent) } else { truth(a.first()?).map(bool) }),
    ("tolist", |a, _| matches!(a.first()?, Node::List { .. } | Node::Absent).then(|| a[0].clone())),
    ("tomap", |a, _| matches!(a.first()?, Node::Map { .. } | Node::Absent).then(|| a[0].clone())),
    ("tonumber", |a, _| if is_null(a.first()?) { Some(Node::Absent) } else { int(a.first()?).map(whole) }),
    ("toset", |a, _| distinct(a.first()?)),
    ("tostring", |a, _| match a.first()? {
        Node::Absent => Some(Node::Absent),
        Node::List { .. } | Node::Map { .. } => Some(Node::Leaf(ERROR)),
        n @ Node::Leaf(_) => part(n).map(Node::Leaf),
    }),
    ("transpose", |_, _| None),
    ("trim", |a, _| {
        let cut: Vec<char> = text_of(a.get(1)?)?.chars().collect();
        text_of(a.first()?).map(|s| string(s.trim_matches(&cut[..])))
    }),
    ("trimprefix", |a, _| {
        let (s, cut) = (text_of(a.first()?)?, text_of(a.get(1)?)?);
        Some(string(s.strip_prefix(cut.as_str()).unwrap_or(&s)))
    }),
    ("trimspace", |a, _| text_of(a.first()?).map(|s| string(s.trim()))),
    ("trimsuffix", |a, _| {
        let (s, cut) = (text_of(a.first()?)?, text_of(a.get(1)?)?);
        Some(string(s.strip_suffix(cut.as_str()).unwrap_or(&s)))
    }),
    ("upper", |a, _| text_of(a.first()?).map(|s| string(&s.to_uppercase()))),
    ("values", values),
    ("zipmap", zipmap),
];

fn is_null(n: &Node) -> bool {
    *n == Node::Absent
}

fn string(s: &str) -> Node {
    Node::Leaf(Value::str(s))
}

fn whole(i: i64) -> Node {
    Node::Leaf(Value::Int(i))
}

fn bool(b: bool) -> Node {
    Node::Leaf(Value::Bool(b))
}

fn text_of(n: &Node) -> Option<SmolStr> {
    match n {
        Node::Leaf(v) => text(v),
        _ => None,
    }
}

fn int(n: &Node) -> Option<i64> {
    match n {
        Node::Leaf(v) => v.as_int(),
        _ => None,
    }
}

fn ints(a: &[&Node]) -> Option<Vec<i64>> {
    a.iter().map(|n| int(n)).collect()
}

fn items_of(n: &Node) -> Option<&[Tree]> {
    match n {
        Node::List { items, open: None } => Some(items),
        _ => None,
    }
}

fn constants(n: &Node) -> Option<Vec<SmolStr>> {
    items_of(n)?.iter().map(|t| plain(t).as_ref().and_then(text)).collect()
}

fn length(n: &Node) -> Option<usize> {
    match n {
        Node::List { items, open: None } => Some(items.len()),
        Node::Map { entries, open: None } => {
            // An entry under a condition counts only there.
            let sure = |t: &Tree| {
                presence(t).is_none()
                    && (t.alts().len() < 2 || !t.alts().iter().any(|a| a.value == Node::Absent))
            };
            entries.iter().all(|e| sure(&e.value)).then_some(entries.len())
        }
        Node::Leaf(Value::Str(s)) => Some(s.chars().count()),
        _ => None,
    }
}

fn title(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut start = true;
    for c in s.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
        start = !c.is_alphanumeric();
    }
    out
}

fn contains(a: &[&Node], _: Span) -> Option<Node> {
    let Node::List { items, open } = a.first()? else { return None };
    let wanted = a.get(1)?;
    let mut sure = open.is_none();
    for i in items {
        match i.only().and_then(|n| equal(n, wanted)) {
            Some(true) => return Some(bool(true)),
            Some(false) => {}
            None => sure = false,
        }
    }
    sure.then(|| bool(false))
}

fn compact(a: &[&Node], _: Span) -> Option<Node> {
    let mut out = Vec::new();
    for i in items_of(a.first()?)? {
        match i.only()? {
            Node::Absent => {}
            Node::Leaf(Value::Str(s)) if s.is_empty() => {}
            Node::Leaf(Value::Param(_)) => return None,
            _ => out.push(i.clone()),
        }
    }
    Some(list(out))
}

fn distinct(n: &Node) -> Option<Node> {
    let Node::List { items, open } = n else {
        // A map that becomes a set is no list of its keys.
        return None;
    };
    let mut out: Vec<Tree> = Vec::new();
    for i in items {
        let seen = |o: &Tree| match (plain(o), plain(i)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        };
        if !out.iter().any(seen) {
            out.push(i.clone());
        }
    }
    Some(Node::List { items: out, open: open.clone() })
}

fn element(a: &[&Node], _: Span) -> Option<Node> {
    let items = items_of(a.first()?)?;
    let i = int(a.get(1)?)?;
    let n = i64::try_from(items.len()).ok().filter(|n| *n > 0)?;
    let i = usize::try_from(i.rem_euclid(n)).ok()?;
    items.get(i)?.only().cloned()
}

fn flatten(n: &Node) -> Option<Node> {
    let mut out = Vec::new();
    let mut open = None;
    if let Node::List { items, open: more } = n {
        open.clone_from(more);
        flatten_into(items, &mut out, &mut open, 0)?;
        return Some(Node::List { items: out, open });
    }
    None
}

fn flatten_into(items: &[Tree], out: &mut Vec<Tree>, open: &mut Option<Why>, depth: usize) -> Option<()> {
    for i in items {
        if out.len() > MAX_ITEMS || depth > 32 {
            return None;
        }
        match i.only() {
            Some(Node::List { items, open: more }) => {
                *open = open.take().or_else(|| more.clone());
                flatten_into(items, out, open, depth + 1)?;
            }
            // A list under conditions, or something that may be one.
            None if i.alts().is_empty() || i.alts().iter().any(|a| matches!(a.value, Node::List { .. })) => {
                *open = open.take().or_else(|| Some(Why::new(Reason::Dynamic, "a list under conditions")));
            }
            _ => out.push(i.clone()),
        }
    }
    Some(())
}

fn index(a: &[&Node], _: Span) -> Option<Node> {
    let items = items_of(a.first()?)?;
    for (i, t) in items.iter().enumerate() {
        if equal(t.only()?, a.get(1)?)? {
            return i64::try_from(i).ok().map(whole);
        }
    }
    None
}

fn join(a: &[&Node], _: Span) -> Option<Node> {
    let d = text_of(a.first()?)?;
    let mut out = Vec::new();
    for l in a.get(1..)? {
        out.extend(constants(l)?);
    }
    Some(string(&out.join(&d)))
}

fn keys(a: &[&Node], span: Span) -> Option<Node> {
    let Node::Map { entries, open } = a.first()? else { return None };
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let items = entries
        .iter()
        .map(|e| {
            let key = Tree::leaf(Value::Str(e.key.clone()), e.key_span);
            // The key is there where its value is.
            let mut alts = key.alts().to_vec();
            if let Some(guards) = presence(&e.value) {
                alts[0].guards = guards.clone();
            }
            let missing: Vec<&Alt<Node>> =
                e.value.alts().iter().filter(|a| a.value == Node::Absent && !a.guards.is_empty()).collect();
            if let [one] = &missing[..]
                && let Some(yes) = complement(&one.guards)
            {
                alts[0].guards = yes;
                alts.push((*one).clone());
            }
            Tree::new(alts, None, span)
        })
        .collect();
    Some(Node::List { items, open: open.clone() })
}

fn values(a: &[&Node], _: Span) -> Option<Node> {
    let Node::Map { entries, open } = a.first()? else { return None };
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    Some(Node::List { items: entries.iter().map(|e| e.value.clone()).collect(), open: open.clone() })
}

fn zipmap(a: &[&Node], span: Span) -> Option<Node> {
    let (keys, values) = (constants(a.first()?)?, items_of(a.get(1)?)?);
    let entries = keys.into_iter().zip(values).map(|(k, v)| entry(k, v.clone(), span)).collect();
    Some(Node::Map { entries, open: None })
}

fn range(a: &[&Node], span: Span) -> Option<Node> {
    let n = ints(a)?;
    let (from, to, by) = match n[..] {
        [to] => (0, to, 1),
        [from, to] => (from, to, if to < from { -1 } else { 1 }),
        [from, to, by] => (from, to, by),
        _ => return None,
    };
    if by == 0 {
        return None;
    }
    let mut out = Vec::new();
    let mut i = from;
    while (by > 0 && i < to) || (by < 0 && i > to) {
        if out.len() > MAX_ITEMS {
            return None;
        }
        out.push(Tree::leaf(Value::Int(i), span));
        i = i.checked_add(by)?;
    }
    Some(list(out))
}

fn replace(a: &[&Node], _: Span) -> Option<Node> {
    let (from, to) = (text_of(a.get(1)?)?, text_of(a.get(2)?)?);
    // Between slashes it is a regular expression.
    if from.is_empty() || (from.len() > 1 && from.starts_with('/') && from.ends_with('/')) {
        return None;
    }
    Some(string(&text_of(a.first()?)?.replace(from.as_str(), &to)))
}

fn reverse(a: &[&Node], _: Span) -> Option<Node> {
    Some(list(items_of(a.first()?)?.iter().rev().cloned().collect()))
}

fn slice(a: &[&Node], _: Span) -> Option<Node> {
    let (from, to) = (usize::try_from(int(a.get(1)?)?).ok()?, usize::try_from(int(a.get(2)?)?).ok()?);
    Some(list(items_of(a.first()?)?.get(from..to)?.to_vec()))
}

fn chunklist(a: &[&Node], span: Span) -> Option<Node> {
    let n = usize::try_from(int(a.get(1)?)?).ok().filter(|n| *n > 0)?;
    let chunks = items_of(a.first()?)?.chunks(n).map(|c| Tree::known(list(c.to_vec()), span));
    Some(list(chunks.collect()))
}

fn split(a: &[&Node], span: Span) -> Option<Node> {
    let d = text_of(a.first()?).filter(|d| !d.is_empty())?;
    match a.get(1)? {
        Node::Leaf(Value::Concat(parts)) => {
            let mut chars = d.chars();
            let (c, None) = (chars.next()?, chars.next()) else { return None };
            // A name of an account or a region holds no delimiter; anything else may.
            let safe = parts.iter().all(|p| matches!(p, Value::Str(_) | Value::Pseudo(_)));
            let pieces = safe.then(|| split_symbolic(parts, c))?;
            Some(list(pieces.into_iter().map(|v| Tree::leaf(v, span)).collect()))
        }
        n => Some(texts(text_of(n)?.split(d.as_str()), span)),
    }
}

fn substr(a: &[&Node], _: Span) -> Option<Node> {
    let s: Vec<char> = text_of(a.first()?)?.chars().collect();
    let (from, len) = (int(a.get(1)?)?, int(a.get(2)?)?);
    let n = i64::try_from(s.len()).ok()?;
    let from = if from < 0 { n.checked_add(from)? } else { from };
    let from = usize::try_from(from).ok()?.min(s.len());
    let end = match len {
        -1 => s.len(),
        l => from.checked_add(usize::try_from(l).ok()?)?.min(s.len()),
    };
    Some(string(&s.get(from..end)?.iter().collect::<String>()))
}

fn sets(a: &[&Node], span: Span, keep: fn(&SmolStr, &[Vec<SmolStr>]) -> bool) -> Option<Node> {
    let all: Option<Vec<Vec<SmolStr>>> = a.iter().map(|n| constants(n)).collect();
    let all = all?;
    Some(texts(all.first()?.iter().filter(|x| keep(x, &all)).cloned(), span))
}

fn setunion(a: &[&Node], _: Span) -> Option<Node> {
    let mut out = Vec::new();
    for n in a {
        out.extend(items_of(n)?.iter().cloned());
    }
    distinct(&list(out))
}

fn setproduct(a: &[&Node], span: Span) -> Option<Node> {
    let mut rows: Vec<Vec<Tree>> = vec![Vec::new()];
    for n in a {
        let items = items_of(n)?;
        if rows.len().checked_mul(items.len())? > MAX_ITEMS {
            return None;
        }
        rows = rows
            .iter()
            .flat_map(|r| {
                items.iter().map(move |i| {
                    let mut r = r.clone();
                    r.push(i.clone());
                    r
                })
            })
            .collect();
    }
    Some(list(rows.into_iter().map(|r| Tree::known(list(r), span)).collect()))
}
