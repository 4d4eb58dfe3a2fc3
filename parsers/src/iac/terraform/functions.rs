//! Terraform's functions, as far as they are pure. What is not in the table is not known.
//! Source: <https://developer.hashicorp.com/terraform/language/functions>

use super::eval::{Eval, Scope, equal, joined, present};
use super::expr::{Expr, ExprKind};
use super::trees::{
    MAX_ITEMS, bind, budget, combine, entry, error, is_error, list, part, plain, settled, text, texts, truth,
};
use super::{documents, hcl};
use crate::files;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Reason, Why};
use lamlint_model::value::{Value, split_symbolic};
use smol_str::SmolStr;

/// Largest file whose text is looked at, in bytes.
const MAX_FILE: usize = 256 * 1024;

/// A function of plain values; `None`: not known.
type Pure = fn(&[&Node], Span) -> Option<Node>;

/// Functions of plain values, by name.
const PURE: &[(&str, Pure)] = &[
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
    ("tostring", |a, _| if is_null(a.first()?) { Some(Node::Absent) } else { part(a[0]).map(Node::Leaf) }),
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

/// Call a function.
pub(super) fn call(
    eval: &Eval<'_>,
    s: Scope<'_>,
    name: &str,
    args: &[Expr],
    spread: bool,
    span: Span,
    depth: usize,
) -> Tree {
    let unknown = |why: &str| Tree::unknown(Why::new(Reason::Dynamic, why), span);
    let arg = |i: usize| args.get(i).map(|a| eval.tree(s, a, depth));
    let all = || -> Option<Vec<Tree>> {
        let mut out: Vec<Tree> = args.iter().map(|a| eval.tree(s, a, depth)).collect();
        if spread {
            let last = settled(&out.pop()?);
            match last.only()? {
                Node::List { items, open: None } => out.extend(items.iter().cloned()),
                _ => return None,
            }
        }
        Some(out)
    };
    match name {
        "merge" => match all() {
            Some(args) => merged(&args, span),
            None => unknown("maps that are not known are merged"),
        },
        "concat" => match all() {
            Some(args) => concatenated(&args, span),
            None => unknown("lists that are not known are joined"),
        },
        "jsonencode" => arg(0).map_or_else(|| unknown("nothing to encode"), |t| t),
        "jsondecode" => arg(0).map_or_else(|| unknown("nothing to decode"), |t| documents::json_tree(&t)),
        "try" => {
            let mut open = None;
            let mut alts: Vec<Alt<Node>> = Vec::new();
            for (i, a) in args.iter().enumerate() {
                let t = eval.tree(s, a, depth);
                open = open.or_else(|| t.open().cloned());
                alts.extend(t.alts().iter().filter(|a| !is_error(&a.value)).cloned());
                let fails: Vec<&Alt<Node>> = t.alts().iter().filter(|a| is_error(&a.value)).collect();
                match &fails[..] {
                    [] => break,
                    // What comes next is for the cases that fail here.
                    [one] if i + 1 < args.len() => {
                        let guards = one.guards.clone();
                        let rest =
                            call(eval, s, "try", &args[i + 1..], spread, span, depth + 1).under(&guards);
                        open = open.or_else(|| rest.open().cloned());
                        alts.extend(rest.alts().iter().cloned());
                        break;
                    }
                    _ => open = open.or_else(|| Some(Why::new(Reason::Dynamic, "it is computed"))),
                }
            }
            super::trees::bounded(alts, open, span)
        }
        "can" => match arg(0) {
            Some(t) if t.open().is_none() => {
                let states: Vec<bool> = t.alts().iter().map(|a| !is_error(&a.value)).collect();
                match &states[..] {
                    [first, rest @ ..] if rest.iter().all(|r| r == first) => {
                        Tree::leaf(Value::Bool(*first), span)
                    }
                    _ => unknown("it is computed"),
                }
            }
            _ => unknown("it is computed"),
        },
        "coalesce" => {
            let Some(args) = all() else { return unknown("it is computed") };
            coalesced(&args, span)
        }
        "lookup" => {
            let (Some(map), Some(key)) = (arg(0), args.get(1)) else { return unknown("it is computed") };
            let key = eval.tree(s, key, depth);
            let found = eval.index(&map, &key, span, depth);
            let Some(default) = args.get(2) else { return found };
            if found.alts().iter().any(|a| is_error(&a.value)) {
                return replaced_errors(&found, span, || eval.tree(s, default, depth));
            }
            found
        }
        "one" => match arg(0) {
            Some(t) => bind(&settled(&t), span, |n, at| match n {
                Node::List { items, open: None } => match &items[..] {
                    [] => Tree::absent_at(at),
                    [one] => one.clone(),
                    _ => error(at),
                },
                Node::List { items, open: Some(w) } => match &items[..] {
                    [one] => Tree::new(one.alts().to_vec(), Some(w.clone()), at),
                    _ => Tree::unknown(w.clone(), at),
                },
                _ => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
            }),
            None => unknown("nothing to take one of"),
        },
        "format" => match args.split_first() {
            Some((spec, rest)) if !spread => {
                let spec = eval.tree(s, spec, depth);
                let parts: Vec<Tree> = rest.iter().map(|a| eval.as_part(s, a, depth)).collect();
                bind(&spec, span, |n, _| match n {
                    Node::Leaf(Value::Str(f)) => formatted(f, &parts, span),
                    _ => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), span),
                })
            }
            _ => unknown("it is computed"),
        },
        "formatlist" => formatlist(eval, s, args, span, depth),
        "join" if args.len() == 2 && !spread => {
            let delimiter = eval.tree(s, &args[0], depth);
            // Elements that are written are parts of text, and may be symbols.
            if let (ExprKind::List(items), Some(Value::Str(d))) = (&args[1].kind, plain(&delimiter))
                && !items.iter().any(|i| matches!(i.kind, ExprKind::For(_)))
            {
                let parts: Vec<Tree> = items.iter().map(|i| eval.as_part(s, i, depth)).collect();
                return joined(&parts, &d, span);
            }
            let of = settled(&eval.tree(s, &args[1], depth));
            bind(&delimiter, span, |d, _| {
                bind(&of, span, |n, at| match (d, n) {
                    (Node::Leaf(Value::Str(d)), Node::List { items, open: None }) => joined(items, d, at),
                    _ => Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), at),
                })
            })
        }
        "file" => file(eval, s, args, span, depth),
        "templatefile" => match (arg(0), arg(1)) {
            (Some(path), Some(vars)) => documents::templatefile(eval, s, &path, &vars, span, depth),
            _ => unknown("it is computed"),
        },
        "fileexists" => bind(&arg(0).unwrap_or_else(|| error(span)), span, |n, at| {
            let known = match n {
                Node::Leaf(Value::Str(p)) => files::join(&eval.instances[s.at].root_dir, p),
                _ => None,
            };
            match known {
                Some(p) if eval.vfs.is_file(&p) => Tree::leaf(Value::Bool(true), at),
                // What is built before is not here yet.
                _ => Tree::unknown(Why::new(Reason::BuiltElsewhere, "a file that is not in the tree"), at),
            }
        }),
        "type" => unknown("it is computed"),
        _ => {
            let Some((_, f)) = PURE.iter().find(|(n, _)| *n == name) else {
                return unknown("a function that is not evaluated");
            };
            let Some(args) = all() else { return unknown("it is computed") };
            let args: Vec<Tree> = args.iter().map(settled).collect();
            combine(&args, span, |nodes| f(nodes, span))
        }
    }
}

/// The text of a file of the tree.
fn file(eval: &Eval<'_>, s: Scope<'_>, args: &[Expr], span: Span, depth: usize) -> Tree {
    let Some(path) = args.first() else { return error(span) };
    bind(&eval.tree(s, path, depth), span, |n, at| {
        let found = match n {
            Node::Leaf(Value::Str(p)) => read(eval, s, p),
            _ => None,
        };
        match found {
            Some(t) => Tree::leaf(Value::str(t), at),
            None => Tree::unknown(Why::new(Reason::NotInTree, "a file that is not in the tree"), at),
        }
    })
}

/// The text of a file named relative to the root module.
pub(super) fn read(eval: &Eval<'_>, s: Scope<'_>, path: &str) -> Option<String> {
    let path = files::join(&eval.instances[s.at].root_dir, path)?;
    if eval.vfs.size(&path).is_none_or(|n| n > MAX_FILE as u64) {
        return None;
    }
    eval.vfs.read(&path)
}

fn replaced_errors(t: &Tree, span: Span, default: impl Fn() -> Tree) -> Tree {
    let mut alts: Vec<Alt<Node>> = Vec::new();
    let mut open = t.open().cloned();
    for a in t.alts() {
        if !is_error(&a.value) {
            alts.push(a.clone());
            continue;
        }
        let d = default().under(&a.guards);
        open = open.or_else(|| d.open().cloned());
        alts.extend(d.alts().iter().cloned());
    }
    super::trees::bounded(alts, open, span)
}

/// The first that is neither null nor empty text.
fn coalesced(args: &[Tree], span: Span) -> Tree {
    let Some((first, rest)) = args.split_first() else { return error(span) };
    bind(first, span, |n, at| match n {
        Node::Absent => coalesced(rest, span),
        Node::Leaf(Value::Str(s)) if s.is_empty() => coalesced(rest, span),
        Node::Leaf(Value::Param(_) | Value::Concat(_)) if !rest.is_empty() => {
            // It may be empty.
            Tree::unknown(Why::new(Reason::Parameter, "it may be empty"), at)
        }
        n => Tree::known(n.clone(), at),
    })
}

/// Maps, later ones winning. A map that is not known may change all before it.
fn merged(args: &[Tree], span: Span) -> Tree {
    let args: Vec<Tree> = args.iter().map(|t| known_or(t, true)).collect();
    combine(&args, span, |nodes| {
        let mut out: Vec<Entry> = Vec::new();
        let mut open: Option<Why> = None;
        for n in nodes {
            match n {
                Node::Absent => {}
                Node::Map { entries, open: more } => {
                    if let Some(w) = more {
                        for e in &mut out {
                            e.value = Tree::new(e.value.alts().to_vec(), Some(w.clone()), e.value.span());
                        }
                        open = open.or_else(|| more.clone());
                    }
                    for e in entries {
                        // An entry that is there only under a condition leaves the one before.
                        let before = out.iter().position(|o| o.key == e.key).map(|i| out.remove(i));
                        let here = present(&e.value);
                        let value = match before {
                            Some(b) if here.alts().len() < e.value.alts().len() => {
                                let mut alts = here.alts().to_vec();
                                for a in e.value.alts().iter().filter(|a| a.value == Node::Absent) {
                                    alts.extend(b.value.under(&a.guards).alts().iter().cloned());
                                }
                                let open = here.open().or(b.value.open()).cloned();
                                super::trees::bounded(alts, open, e.value.span())
                            }
                            _ => e.value.clone(),
                        };
                        out.push(Entry { value, ..e.clone() });
                    }
                }
                _ => return None,
            }
        }
        (out.len() <= MAX_ITEMS).then_some(Node::Map { entries: out, open })
    })
}

fn concatenated(args: &[Tree], span: Span) -> Tree {
    let args: Vec<Tree> = args.iter().map(|t| known_or(t, false)).collect();
    combine(&args, span, |nodes| {
        let mut out: Vec<Tree> = Vec::new();
        let mut open: Option<Why> = None;
        for n in nodes {
            let Node::List { items, open: more } = n else { return None };
            out.extend(items.iter().cloned());
            open = open.or_else(|| more.clone());
        }
        (out.len() <= MAX_ITEMS).then_some(Node::List { items: out, open })
    })
}

/// A collection, which is open where it is not known at all; what is known by default only may be another.
fn known_or(t: &Tree, map: bool) -> Tree {
    let empty = |why: Why| {
        let node = if map {
            Node::Map { entries: Vec::new(), open: Some(why) }
        } else {
            Node::List { items: Vec::new(), open: Some(why) }
        };
        Tree::known(node, t.span())
    };
    match t.alts() {
        [] => empty(t.open().cloned().unwrap_or_else(budget)),
        [Alt { value: Node::Leaf(Value::Param(p)), .. }] => {
            empty(Why::new(Reason::Parameter, format!("`{p}` has no known value")))
        }
        _ => t.clone(),
    }
}

fn formatlist(eval: &Eval<'_>, s: Scope<'_>, args: &[Expr], span: Span, depth: usize) -> Tree {
    let unknown = || Tree::unknown(Why::new(Reason::Dynamic, "it is computed"), span);
    let Some((spec, rest)) = args.split_first() else { return error(span) };
    let Some(Value::Str(spec)) = plain(&eval.tree(s, spec, depth)) else { return unknown() };
    let trees: Vec<Tree> = rest.iter().map(|a| settled(&eval.tree(s, a, depth))).collect();
    let lists: Vec<Option<&Vec<Tree>>> = trees
        .iter()
        .map(|t| match t.only() {
            Some(Node::List { items, open: None }) => Some(items),
            _ => None,
        })
        .collect();
    let Some(n) = lists.iter().flatten().map(|l| l.len()).max() else { return unknown() };
    let mut out = Vec::new();
    for i in 0..n {
        let row: Option<Vec<Tree>> = trees
            .iter()
            .zip(&lists)
            .zip(rest)
            .map(|((t, l), e)| match l {
                Some(items) => items.get(i).cloned(),
                None if t.alts().is_empty() || t.only().is_some() => Some(eval.as_part(s, e, depth)),
                None => None,
            })
            .collect();
        let Some(row) = row else { return unknown() };
        out.push(formatted(&spec, &row, span));
    }
    Tree::known(list(out), span)
}

/// `%s`, `%d`, `%v`, `%q`, `%%` and `%0Nd`; other verbs are not known.
fn formatted(spec: &str, args: &[Tree], span: Span) -> Tree {
    combine(args, span, |nodes| {
        let mut out: Vec<Value> = Vec::new();
        let mut rest = spec;
        let mut next = 0;
        while let Some(i) = rest.find('%') {
            out.push(Value::str(&rest[..i]));
            rest = &rest[i + 1..];
            if let Some(r) = rest.strip_prefix('%') {
                out.push(Value::str("%"));
                rest = r;
                continue;
            }
            let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
            let (flags, verb) = (&rest[..end], rest.as_bytes()[end]);
            let arg = part(nodes.get(next)?)?;
            next += 1;
            match (verb, flags) {
                (b's' | b'v' | b'd', "") => out.push(arg),
                (b'q', "") => {
                    out.push(Value::str("\""));
                    out.push(arg);
                    out.push(Value::str("\""));
                }
                (b'd', f) => {
                    let width: usize = f.strip_prefix('0')?.parse().ok().filter(|w| *w < 64)?;
                    out.push(Value::str(format!("{:0width$}", arg.as_int()?)));
                }
                _ => return None,
            }
            rest = &rest[end + 1..];
        }
        out.push(Value::str(rest));
        Some(Node::Leaf(Value::concat(out)))
    })
}

/// The parts of a template text with its variables.
pub(super) fn rendered(
    eval: &Eval<'_>,
    s: Scope<'_>,
    template: &str,
    vars: &[Entry],
    span: Span,
    depth: usize,
) -> Tree {
    let Some(parts) = hcl::template(template, span) else {
        return Tree::unknown(Why::new(Reason::Syntax, "a template that is not understood"), span);
    };
    let expr = Expr::new(ExprKind::Template(parts), span);
    // Only the variables that are given are known inside.
    fn nest(
        eval: &Eval<'_>,
        at: usize,
        frame: Option<&super::eval::Frame<'_>>,
        vars: &[Entry],
        expr: &Expr,
        depth: usize,
    ) -> Tree {
        match vars.split_first() {
            None => eval.tree(Scope { at, frame }, expr, depth),
            Some((first, rest)) => {
                let inner =
                    super::eval::Frame { name: first.key.clone(), value: first.value.clone(), up: frame };
                nest(eval, at, Some(&inner), rest, expr, depth + 1)
            }
        }
    }
    nest(eval, s.at, None, vars, &expr, depth)
}

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
            let sure = |t: &Tree| t.alts().len() < 2 || !t.alts().iter().any(|a| a.value == Node::Absent);
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
            Some(_) => out.push(i.clone()),
            // A list under conditions, or something that may be one.
            None if i.alts().iter().any(|a| matches!(a.value, Node::List { .. })) || i.alts().is_empty() => {
                *open = open.take().or_else(|| Some(Why::new(Reason::Dynamic, "a list under conditions")));
            }
            None => out.push(i.clone()),
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
            let missing: Vec<&Alt<Node>> =
                e.value.alts().iter().filter(|a| a.value == Node::Absent && !a.guards.is_empty()).collect();
            if let [one] = &missing[..]
                && let Some(yes) = super::trees::complement(&one.guards)
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
