//! Requests, statements and files: what is read from the arguments of their calls.

use super::Interp;
use super::access::map_get;
use super::call::{Args, Site};
use super::expr::text;
use super::value::V;
use crate::code::api::Row;
use crate::code::hir::Lang;
use lamlint_model::handler::FactKind;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    pub(super) fn http(&mut self, row: Row, args: &Args, site: &Site<'_>) {
        let mut words = row.detail.split(' ');
        let how = words.next().unwrap_or_default();
        let first = args.at(0);
        let options = args.pos.iter().rev().find(|v| matches!(v, V::Map(..) | V::Sym(Value::Map(..))));
        let mut url = args.named("url").or_else(|| args.at(row.position())).map_or_else(Value::unknown, text);
        let from_options = |v: &V| {
            ["url", "uri", "hostname", "host", "href"].iter().find_map(|k| map_get(v, k)).map(|v| text(&v))
        };
        if let Some(v) = first.filter(|v| matches!(v, V::Map(..) | V::Sym(Value::Map(..)))) {
            url = from_options(v).unwrap_or_else(Value::unknown);
        }
        let upper = |v: &V| v.as_str().map(|s| SmolStr::from(s.to_uppercase()));
        let in_options = |default: Option<&str>| match options {
            Some(o) => match map_get(o, "method") {
                Some(m) => upper(&m),
                None if is_open(o) => None,
                None => default.map(SmolStr::from),
            },
            None if args.pos.iter().skip(1).any(|v| !matches!(v, V::Func(_))) || args.open => None,
            None => match first {
                Some(V::Sym(Value::Unknown(_))) | None => None,
                _ => default.map(SmolStr::from),
            },
        };
        let method = match how {
            "options" => in_options(Some("GET")),
            "urlopen" => match options {
                // A request object: with data it is a POST.
                Some(o) => match map_get(o, "method") {
                    Some(m) => upper(&m),
                    None if map_get(o, "data").is_some() => Some(SmolStr::new_static("POST")),
                    None if is_open(o) => None,
                    None => Some(SmolStr::new_static("GET")),
                },
                None if args.at(1).is_some() || args.named("data").is_some() => {
                    Some(SmolStr::new_static("POST"))
                }
                None => matches!(url, Value::Str(_) | Value::Concat(_)).then_some(SmolStr::new_static("GET")),
            },
            h => match h.strip_prefix('@').and_then(|i| i.parse().ok()) {
                Some(i) => {
                    url = args
                        .named("url")
                        .or_else(|| args.at(row.positions().next().unwrap_or(1)))
                        .map_or_else(Value::unknown, text);
                    args.named("method").or_else(|| args.at(i)).and_then(upper)
                }
                None => Some(SmolStr::from(h)),
            },
        };
        let idempotency_key = has_idempotency_key(args);
        self.fact(FactKind::Http { method, url, idempotency_key }, site.span);
    }

    /// `open(path, mode)`.
    pub(super) fn open_file(&mut self, args: &Args, site: &Site<'_>) -> V {
        let path = args.at(0).or_else(|| args.named("file")).map_or_else(Value::unknown, text);
        let mode = args.at(1).or_else(|| args.named("mode"));
        let mode = mode.map_or(Some("r"), V::as_str);
        match mode {
            Some(m) if m.contains(['w', 'a', 'x', '+']) => self.fact(FactKind::FileWrite { path }, site.span),
            Some(_) if is_path(&path) => self.fact(FactKind::FileRead { path }, site.span),
            _ => {}
        }
        V::Ext("#file".into(), args.deps().or(Deps::OTHER))
    }
}

pub(super) fn is_open(v: &V) -> bool {
    !matches!(v, V::Map(_, false) | V::Sym(Value::Map(_, false)))
}

/// Whether the headers of a request carry an idempotency key. Headers that are not known may.
pub(super) fn has_idempotency_key(args: &Args) -> bool {
    let headers =
        args.named("headers").cloned().or_else(|| args.pos.iter().rev().find_map(|v| map_get(v, "headers")));
    let names_key = |k: &str| {
        let k = k.to_ascii_lowercase();
        k.contains("idempotency") || k.contains("idempotent") || k == "x-request-id"
    };
    match headers.as_ref().map(V::to_value) {
        Some(Value::Map(entries, open)) => open || entries.iter().any(|(k, _)| names_key(k)),
        Some(Value::Null) => false,
        Some(_) => true,
        None => args.open,
    }
}

/// `Request(url, data, headers, method=…)`, `new Request(url, options)`.
pub(super) fn request(args: &Args, lang: Lang) -> V {
    let mut entries: Vec<(SmolStr, V)> = Vec::new();
    let names: &[&'static str] = if lang == Lang::Python { &["url", "data", "headers"] } else { &["url"] };
    for (i, n) in names.iter().enumerate() {
        if let Some(v) = args.at(i) {
            entries.push((SmolStr::new_static(n), v.clone()));
        }
    }
    if lang.is_node()
        && let Some(V::Map(m, _)) = args.at(1)
    {
        entries.extend(m.iter().cloned());
    }
    entries.extend(args.named.iter().cloned());
    V::Map(Rc::new(entries), args.open)
}

/// The text of a statement: itself, or in an object (`{ text, values }`, `{ sql }`).
pub(super) fn statement_text(v: &V) -> Value {
    for k in ["text", "sql"] {
        if let Some(t) = map_get(v, k) {
            return text(&t);
        }
    }
    match v {
        V::Map(..) => Value::unknown(),
        v => text(v),
    }
}

/// Whether a value can be the path of a file: not an address, not an object.
pub(super) fn is_path(v: &Value) -> bool {
    match v {
        Value::Unknown(_) => false,
        Value::Str(s) => !s.contains("://"),
        Value::Concat(_) => !v.prefix().contains("://"),
        _ => true,
    }
}

pub(super) fn joined_path(args: &Args) -> V {
    let mut parts: Vec<Value> = Vec::new();
    for (i, a) in args.pos.iter().enumerate() {
        // An absolute part starts anew.
        if i > 0 && matches!(a.as_str(), Some(s) if s.starts_with('/')) {
            parts.clear();
        } else if i > 0 && !matches!(parts.last(), Some(Value::Str(s)) if s.ends_with('/')) {
            parts.push(Value::str("/"));
        }
        parts.push(text(a));
    }
    let v = Value::concat(parts);
    if args.open { V::of_deps(v.deps().or(Deps::OTHER)) } else { V::Sym(v) }
}
