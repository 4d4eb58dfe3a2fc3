//! Methods of text, dates and paths.

use super::Interp;
use super::call::{Args, Site};
use super::expr::text;
use super::value::V;
use crate::code::hir::Lang;
use lamlint_model::handler::FactKind;
use lamlint_model::value::{Deps, Fresh, Value};
use std::rc::Rc;

impl Interp<'_> {
    /// Methods of text, and of what may be text. Decoding and trimming keep what a value is.
    pub(super) fn text_method(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let deps = o.deps().or(args.deps());
        match (o, name) {
            (
                V::Sym(_),
                "strip" | "trim" | "encode" | "decode" | "toString" | "rstrip" | "lstrip" | "trimEnd"
                | "trimStart" | "valueOf" | "as_posix" | "resolve" | "expanduser" | "absolute",
            ) => Some(match o {
                V::Sym(Value::Str(s)) if name.contains("trim") || name.contains("strip") => V::str(s.trim()),
                o => o.clone(),
            }),
            (V::Sym(Value::Fresh(f)), _) => Some(match (f, name) {
                // The text of a moment differs as the moment does; a day or a part of it may not.
                (
                    Fresh::Time,
                    "isoformat" | "timestamp" | "toISOString" | "getTime" | "valueOf" | "toJSON" | "format"
                    | "unix" | "toISO" | "toMillis" | "utcnow" | "astimezone" | "replace",
                ) if args.pos.is_empty() => o.clone(),
                (Fresh::Uuid | Fresh::Random, "replace" | "replaceAll" | "lower" | "upper" | "hex") => {
                    o.clone()
                }
                _ => V::of_deps(deps.or(Deps::FRESH)),
            }),
            (V::Sym(Value::Str(s)), "format") => Some(V::Sym(formatted(s, args))),
            (V::Sym(Value::Str(s)), "lower" | "toLowerCase") => Some(V::str(s.to_lowercase())),
            (V::Sym(Value::Str(s)), "upper" | "toUpperCase") => Some(V::str(s.to_uppercase())),
            (V::Sym(Value::Str(s)), "join") if self.lang == Lang::Python => {
                Some(joined(s, args.at(0).unwrap_or(&V::Sym(Value::Null))))
            }
            (V::List(..) | V::Sym(Value::List(..)), "join") => {
                let separator = args.at(0).map_or(Some(","), V::as_str);
                Some(separator.map_or_else(|| V::of_deps(deps), |s| joined(s, o)))
            }
            (V::Sym(_), "joinpath") => {
                let mut parts = vec![text(o)];
                for a in &args.pos {
                    parts.push(Value::str("/"));
                    parts.push(text(a));
                }
                Some(V::Sym(Value::concat(parts)))
            }
            (V::Sym(Value::Str(s)), "replace" | "replaceAll") => match (args.at(0), args.at(1)) {
                (Some(V::Sym(Value::Str(a))), Some(V::Sym(Value::Str(b))))
                    if name == "replaceAll" || self.lang == Lang::Python =>
                {
                    Some(V::str(s.replace(a.as_str(), b)))
                }
                _ => Some(V::of_deps(deps)),
            },
            (V::Sym(Value::Str(s)), "split") => match args.at(0).and_then(V::as_str) {
                Some(by) if !by.is_empty() => {
                    Some(V::List(Rc::new(s.split(by).take(64).map(V::str).collect()), false))
                }
                _ => Some(V::of_deps(deps)),
            },
            // `decodeURIComponent(key.replace(/\+/g, " "))`: the key as it is.
            (V::Sym(Value::Event(_)), "replace" | "replaceAll") if matches!(args.at(1), Some(V::Sym(Value::Str(s))) if s == " ") => {
                Some(o.clone())
            }
            (V::Sym(_), "read_text" | "read_bytes") => {
                self.fact(FactKind::FileRead { path: text(o) }, site.span);
                Some(V::unknown())
            }
            (V::Sym(_), "write_text" | "write_bytes") => {
                self.fact(FactKind::FileWrite { path: text(o) }, site.span);
                Some(V::Sym(Value::Null))
            }
            (V::Sym(Value::Str(_) | Value::Concat(_)), "open") => {
                let mut with_path = args.clone();
                with_path.pos.insert(0, o.clone());
                Some(self.open_file(&with_path, site))
            }
            (V::List(..), "slice" | "concat" | "flat" | "reverse" | "toSorted" | "copy") => match o {
                V::List(l, _) => Some(V::List(l.clone(), true)),
                _ => None,
            },
            (V::List(..), "at") => Some(o.element()),
            (
                V::List(..)
                | V::Map(..)
                | V::Sym(Value::Str(_) | Value::Concat(_) | Value::List(..) | Value::Map(..)),
                _,
            ) => {
                self.hand_over(args.functions(), deps, true);
                Some(V::of_deps(deps))
            }
            (V::Sym(Value::Event(p)), "slice" | "concat" | "sort" | "at" | "filter") if !p.is_empty() => {
                Some(if name == "at" { o.element() } else { o.clone() })
            }
            (V::Sym(Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Null | Value::Env(_)), _) => {
                Some(V::of_deps(deps))
            }
            _ => None,
        }
    }
}

/// The elements of a list as one text.
pub(super) fn joined(separator: &str, list: &V) -> V {
    match list.to_value() {
        Value::List(items, false) => {
            let mut parts = Vec::new();
            for (i, v) in items.into_iter().enumerate() {
                if i > 0 {
                    parts.push(Value::str(separator));
                }
                parts.push(text(&V::Sym(v)));
            }
            V::Sym(Value::concat(parts))
        }
        v => V::of_deps(v.deps()),
    }
}

/// `"a{}b{name}".format(…)`.
pub(super) fn formatted(format: &str, args: &Args) -> Value {
    let mut out = Vec::new();
    let mut rest = format;
    let mut next = 0;
    while let Some(i) = rest.find(['{', '}']) {
        out.push(Value::str(&rest[..i]));
        let tail = &rest[i..];
        if tail.starts_with("{{") || tail.starts_with("}}") {
            out.push(Value::str(&tail[..1]));
            rest = &tail[2..];
            continue;
        }
        let Some(end) = tail.find('}') else {
            out.push(Value::Unknown(args.deps().or(Deps::OTHER)));
            return Value::concat(out);
        };
        let name = tail.get(1..end).unwrap_or("");
        let name = name.split([':', '!']).next().unwrap_or("");
        let v = match name.parse::<usize>() {
            Ok(i) => args.at(i),
            Err(_) if name.is_empty() => {
                next += 1;
                args.at(next - 1)
            }
            Err(_) => args.named(name),
        };
        out.push(v.map_or_else(|| Value::Unknown(args.deps().or(Deps::OTHER)), text));
        rest = &tail[end + 1..];
    }
    out.push(Value::str(rest));
    Value::concat(out)
}
