//! Calls of functions: those that need more than plain values, and the way to the others (`pure`).
//! Source: <https://developer.hashicorp.com/terraform/language/functions>

use super::eval::{Eval, Scope};
use super::expr::{Expr, ExprKind};
use super::trees::{MAX_ITEMS, bind, budget, combine, error, is_error, list, part, plain, presence, settled};
use super::values::{joined, present};
use super::{documents, hcl};
use crate::files::{self};
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Reason, Why};
use lamlint_model::value::Value;

/// Largest file whose text is looked at, in bytes.
const MAX_FILE: usize = 256 * 1024;

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
        "jsonencode" => arg(0).unwrap_or_else(|| unknown("nothing to encode")),
        "jsondecode" => arg(0).map_or_else(|| unknown("nothing to decode"), |t| documents::json_tree(&t)),
        "yamldecode" => arg(0).map_or_else(|| unknown("nothing to decode"), |t| documents::yaml_tree(&t)),
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
                // A known module asks whether it is a file or a folder.
                Some(_) if eval.instances[s.at].stands_for.is_some() => Tree::leaf(Value::Bool(false), at),
                // What is built before is not here yet.
                _ => Tree::unknown(Why::new(Reason::BuiltElsewhere, "a file that is not in the tree"), at),
            }
        }),
        "type" => unknown("it is computed"),
        _ => {
            let Some((_, f)) = super::pure::PURE.iter().find(|(n, _)| *n == name) else {
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
                        let sometimes = presence(&e.value).is_some();
                        let value = match before {
                            Some(_) if sometimes => {
                                let why = Why::new(Reason::Correlated, "it is there under a condition");
                                Tree::new(e.value.alts().to_vec(), Some(why), e.value.span())
                            }
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
    nest(eval, s.at, None, vars, &expr, depth)
}

/// Evaluate where only the variables that are given are known.
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
            let inner = super::eval::Frame { name: first.key.clone(), value: first.value.clone(), up: frame };
            nest(eval, at, Some(&inner), rest, expr, depth + 1)
        }
    }
}
