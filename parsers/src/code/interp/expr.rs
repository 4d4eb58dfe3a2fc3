//! Expressions.

use super::branch::Test;
use super::value::{Sdk, V, limited, member};
use super::{Interp, MAX_NESTING};
use crate::code::hir::{Expr, ExprKind, Lang, MapEntry, Pattern};
use lamlint_model::handler::FactKind;
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value, context};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    pub(super) fn eval(&mut self, e: &Expr) -> V {
        self.nesting += 1;
        let v = if self.nesting > MAX_NESTING || !self.step() {
            self.give_up(Reason::Budget, "the code is nested too deeply");
            V::unknown()
        } else {
            self.eval_kind(e)
        };
        self.nesting -= 1;
        v
    }

    fn eval_kind(&mut self, e: &Expr) -> V {
        match &e.kind {
            ExprKind::Null => V::Sym(Value::Null),
            ExprKind::Bool(b) => V::Sym(Value::Bool(*b)),
            ExprKind::Int(i) => V::Sym(Value::Int(*i)),
            ExprKind::Float(f) => V::Sym(Value::Float(*f)),
            ExprKind::Str(s) => V::str(s.clone()),
            ExprKind::Template(parts) => {
                let parts: Vec<Value> = parts.iter().map(|p| text(&self.eval(p))).collect();
                V::Sym(Value::concat(parts))
            }
            ExprKind::Name(n) => self.name(n),
            ExprKind::Attr { object, name, optional } => {
                if let Some(v) = self.exports_place(object, name) {
                    return v;
                }
                let o = self.eval(object);
                self.attr(&o, name, e.span, *optional)
            }
            ExprKind::Index { object, index } => {
                let o = self.eval(object);
                let i = self.eval(index);
                self.index(&o, &i, e.span)
            }
            ExprKind::Call { callee, args, is_new } => self.call(callee, args, *is_new, e.span),
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Binary { op, left, right } => self.binary(op, left, right),
            ExprKind::Compare { left, right, .. } => {
                self.testing += 1;
                let a = self.eval(left);
                let b = self.eval(right);
                self.testing -= 1;
                V::of_deps(a.deps().or(b.deps()))
            }
            ExprKind::Logic { op, left, right } => self.logic(op, left, right),
            ExprKind::Not(x) => {
                self.testing += 1;
                let v = self.eval(x);
                self.testing -= 1;
                V::of_deps(v.deps())
            }
            ExprKind::Cond { test, then, otherwise } => {
                let t = self.test(test);
                let a = self.eval_behind(t, then);
                let b = self.eval_behind(t, otherwise);
                a.join(&b)
            }
            ExprKind::Await(x) => {
                let v = self.eval(x);
                self.awaited(v)
            }
            ExprKind::Yield(x) => {
                if let Some(x) = x {
                    let v = self.eval(x);
                    // A generator's elements are what iterating its result gives.
                    self.returns.push(V::List(Rc::new(vec![v]), true));
                }
                V::unknown()
            }
            ExprKind::Closure(id) => self.closure(*id),
            ExprKind::Class(id) => self.class_value(*id),
            ExprKind::Spread(x) => {
                let v = self.eval(x);
                V::of_deps(v.deps())
            }
            ExprKind::Assign { target, op, value } => {
                if op.is_empty() {
                    let v = self.eval(value);
                    self.bind(target, v.clone(), false);
                    return v;
                }
                let place = match &**target {
                    Pattern::Name(n, span) => Expr { span: *span, kind: ExprKind::Name(n.clone()) },
                    Pattern::Place(p) => (**p).clone(),
                    _ => return V::unknown(),
                };
                self.augmented(&place, op, value);
                self.testing += 1;
                let v = self.eval(&place);
                self.testing -= 1;
                v
            }
            ExprKind::Comprehension { element, clauses, tests } => {
                let outer = self.ctx.clone();
                let frame = self.new_frame(Some(self.frame.clone()), self.unit);
                let outer_frame = std::mem::replace(&mut self.frame, frame);
                for (p, items) in clauses {
                    let items = self.eval(items);
                    let item = self.iterated(&items);
                    self.ctx.in_loop = true;
                    self.bind(p, item, true);
                }
                for t in tests {
                    let t = self.test(t);
                    self.narrow(Test { event: t.event, ..Test::default() });
                }
                let v = self.eval(element);
                self.frame = outer_frame;
                self.ctx = outer;
                V::List(Rc::new(vec![v]), true)
            }
            ExprKind::Module(m) => {
                self.local_import(m, e.span);
                self.imported(m, "")
            }
            ExprKind::Opaque(parts) => {
                let deps = parts.iter().fold(Deps::NONE, |d, p| d.or(self.eval(p).deps()));
                V::of_deps(deps)
            }
        }
    }

    /// `exports.x`, `module.exports` read as a value.
    pub(super) fn exports_place(&mut self, object: &Expr, name: &str) -> Option<V> {
        let ExprKind::Name(o) = &object.kind else { return None };
        if super::lookup(&self.frame, o).is_some() {
            return None;
        }
        match (o.as_str(), name) {
            ("module", "exports") => Some(V::Exports(self.unit)),
            ("exports", name) => Some(self.own_export(name)),
            _ => None,
        }
    }

    fn eval_behind(&mut self, t: Test, e: &Expr) -> V {
        let outer = self.ctx.clone();
        self.narrow(t);
        let v = self.eval(e);
        self.ctx = outer;
        v
    }

    fn logic(&mut self, op: &str, left: &Expr, right: &Expr) -> V {
        let persistent = self.asks_persistent(left, 0);
        self.testing += 1;
        let a = self.eval(left);
        self.testing -= 1;
        let outer = self.ctx.clone();
        self.ctx.memo |= persistent;
        self.asked |= op == "and" && a.deps().any(Deps::EVENT) && !self.asks_presence(left, 0);
        if a.deps().any(Deps::EVENT) {
            self.ctx.event_branch = true;
        } else {
            self.ctx.branch = true;
        }
        if a.is_null() && !persistent {
            self.ctx = outer.clone();
        }
        // The right of `x and y` is looked at like any value, that of a default as well.
        let b = self.eval(right);
        self.ctx = outer;
        if op == "and" {
            return b.join(&V::Sym(Value::Null));
        }
        if a.is_null() { b } else { a.join(&b) }
    }

    pub(super) fn name(&mut self, n: &SmolStr) -> V {
        if let Some((v, _)) = super::lookup(&self.frame, n) {
            return v;
        }
        self.builtin(n)
    }

    fn list(&mut self, items: &[Expr]) -> V {
        let mut out = Vec::with_capacity(items.len().min(256));
        let mut open = false;
        for i in items {
            if let ExprKind::Spread(x) = &i.kind {
                match self.eval(x) {
                    V::List(l, o) => {
                        out.extend(l.iter().cloned());
                        open |= o;
                    }
                    V::Sym(Value::List(l, o)) => {
                        out.extend(l.iter().cloned().map(V::Sym));
                        open |= o;
                    }
                    v => {
                        out.push(v.element());
                        open = true;
                    }
                }
            } else {
                let v = self.eval(i);
                if out.len() < 256 {
                    out.push(v);
                } else {
                    open = true;
                }
            }
        }
        V::List(Rc::new(out), open)
    }

    fn map(&mut self, entries: &[MapEntry]) -> V {
        let mut out: Vec<(SmolStr, V)> = Vec::new();
        let mut open = false;
        for e in entries {
            match e {
                MapEntry::Pair(k, v) => {
                    let k = self.eval(k);
                    let v = self.eval(v);
                    match k.to_value() {
                        Value::Str(k) if out.len() < 256 => {
                            out.retain(|(n, _)| *n != k);
                            out.push((k, v));
                        }
                        Value::Int(i) => out.push((i.to_string().into(), v)),
                        _ => open = true,
                    }
                }
                MapEntry::Spread(x) => {
                    let x = self.eval(x);
                    open |= self.spread_into(&x, &mut out);
                }
            }
        }
        V::Map(Rc::new(out), open)
    }

    /// Add the entries of a map; true when there may be others.
    pub(super) fn spread_into(&mut self, x: &V, out: &mut Vec<(SmolStr, V)>) -> bool {
        let mut put = |k: &SmolStr, v: V| {
            out.retain(|(n, _)| n != k);
            out.push((k.clone(), v));
        };
        match x {
            V::Map(m, o) => {
                m.iter().for_each(|(k, v)| put(k, v.clone()));
                *o
            }
            V::Sym(Value::Map(m, o)) => {
                m.iter().for_each(|(k, v)| put(k, V::Sym(v.clone())));
                *o
            }
            V::Sym(Value::Null) => false,
            _ => true,
        }
    }

    fn binary(&mut self, op: &str, left: &Expr, right: &Expr) -> V {
        let a = self.eval(left);
        let b = self.eval(right);
        match op {
            "+" => self.added(&a, &b),
            "%" => match &a {
                // "…%s…" % x
                V::Sym(Value::Str(format)) => percent_format(format, &b),
                _ => V::of_deps(a.deps().or(b.deps())),
            },
            // pathlib's `/`
            "/" if matches!(b, V::Sym(Value::Str(_)))
                && matches!(a, V::Sym(Value::Str(_) | Value::Concat(_))) =>
            {
                V::Sym(Value::concat([a.to_value(), Value::str("/"), b.to_value()]))
            }
            _ => match (op, a.to_value(), b.to_value()) {
                ("*", Value::Int(x), Value::Int(y)) => {
                    x.checked_mul(y).map_or_else(V::unknown, |v| V::Sym(Value::Int(v)))
                }
                ("-", Value::Int(x), Value::Int(y)) => {
                    x.checked_sub(y).map_or_else(V::unknown, |v| V::Sym(Value::Int(v)))
                }
                _ => V::of_deps(a.deps().or(b.deps())),
            },
        }
    }

    /// `a + b`: numbers, lists or text.
    pub(super) fn added(&mut self, a: &V, b: &V) -> V {
        match (a, b) {
            (V::Sym(Value::Int(x)), V::Sym(Value::Int(y))) => {
                x.checked_add(*y).map_or_else(V::unknown, |v| V::Sym(Value::Int(v)))
            }
            (V::List(x, o), V::List(y, p)) => {
                V::List(Rc::new(x.iter().chain(y.iter()).take(256).cloned().collect()), *o || *p)
            }
            (V::Sym(Value::Str(_) | Value::Concat(_)), _) | (_, V::Sym(Value::Str(_) | Value::Concat(_))) => {
                V::Sym(Value::concat([text(a), text(b)]))
            }
            // Whether symbols are text or numbers is not known; as text they keep their parts.
            (
                V::Sym(Value::Env(_) | Value::Event(_) | Value::Context(_)),
                V::Sym(Value::Env(_) | Value::Event(_) | Value::Context(_)),
            ) => V::Sym(Value::concat([text(a), text(b)])),
            _ => V::of_deps(a.deps().or(b.deps())),
        }
    }

    /// The value of a promise or coroutine is that of what it runs: calls are followed when they are made.
    fn awaited(&mut self, v: V) -> V {
        v
    }

    /// `object.name`.
    pub(super) fn attr(&mut self, o: &V, name: &str, span: Span, optional: bool) -> V {
        match o {
            V::Sym(Value::Event(path)) => {
                if mapping_methods(self.lang).contains(&name) {
                    return V::Method(Rc::new(o.clone()), name.into());
                }
                if self.lang == Lang::Python && !self.event_object && !optional && path.is_empty() {
                    self.fact(
                        FactKind::AttributeOnMapping {
                            object: Value::Event(path.clone()),
                            attribute: name.into(),
                        },
                        span,
                    );
                }
                if is_text_method(name) {
                    return V::Method(Rc::new(o.clone()), name.into());
                }
                V::Sym(member(&Value::Event(path.clone()), name))
            }
            V::Sym(Value::Context(path)) if path.is_empty() => {
                V::Sym(Value::Context(vec![context_name(name).into()]))
            }
            V::Sym(v @ (Value::CallResult { .. } | Value::Context(_))) => {
                if is_text_method(name)
                    || mapping_methods(self.lang).contains(&name)
                    || is_promise_method(name)
                {
                    return V::Method(Rc::new(o.clone()), name.into());
                }
                V::Sym(member(v, name))
            }
            V::Sym(Value::Map(..)) | V::Map(..) => {
                if let Some(v) = map_get(o, name) {
                    return v;
                }
                V::Method(Rc::new(o.clone()), name.into())
            }
            V::Instance(i) => {
                let (field, class, persistent) = match i.try_borrow() {
                    Ok(b) => (b.fields.get(name).cloned(), b.class, b.persistent),
                    Err(_) => return V::unknown(),
                };
                let _ = persistent;
                if let Some(v) = field {
                    return v;
                }
                match self.class_member(class, name, 0) {
                    Some(v) => self.bound_to(v, o, span),
                    None => V::Method(Rc::new(o.clone()), name.into()),
                }
            }
            V::Class(unit, id) => match self.class_member((*unit, *id), name, 0) {
                Some(v) => self.bound_to_class(v, o),
                None => V::Method(Rc::new(o.clone()), name.into()),
            },
            V::Module(id) => match self.export(*id, name) {
                Some(v) => v,
                None => self.submodule(*id, name).unwrap_or_else(V::unknown),
            },
            V::Func(f) if self.attributes.get(&(f.unit, f.id)).is_some_and(|a| a.contains_key(name)) => {
                let kept = self.attributes.get(&(f.unit, f.id)).and_then(|a| a.get(name)).cloned();
                kept.unwrap_or_else(V::unknown)
            }
            V::Package(dir) => self.package_member(&dir.clone(), name),
            V::Exports(_) => self.own_export(name),
            V::Ext(q, d) => self.ext_attr(q, *d, name, span),
            V::Sdk(s) => self.sdk_attr(o, s, name),
            V::OneOf(_) => {
                let mut all = o
                    .possibilities()
                    .into_iter()
                    .map(|p| self.attr(&p, name, span, optional))
                    .collect::<Vec<_>>();
                let Some(first) = all.pop() else { return V::unknown() };
                all.iter().fold(first, |a, b| a.join(b))
            }
            V::Sym(Value::Fresh(_)) if matches!(name, "hex" | "int" | "bytes" | "urn") => o.clone(),
            v => V::Method(Rc::new(v.clone()), name.into()),
        }
    }

    /// `object[index]`.
    pub(super) fn index(&mut self, o: &V, i: &V, span: Span) -> V {
        let name: Option<SmolStr> = match i {
            V::Sym(Value::Str(s)) => Some(s.clone()),
            V::Sym(Value::Int(n)) => match o {
                V::List(..) | V::Sym(Value::List(..)) => Some(n.to_string().into()),
                _ => Some(SmolStr::new_static("*")),
            },
            V::Sym(Value::Unknown(_) | Value::Event(_)) => None,
            _ => None,
        };
        match (o, name) {
            (V::List(l, false), Some(n)) => {
                let i = n.parse::<i64>().unwrap_or(0);
                let i = if i < 0 { i + i64::try_from(l.len()).unwrap_or(0) } else { i };
                usize::try_from(i).ok().and_then(|i| l.get(i).cloned()).unwrap_or_else(|| o.element())
            }
            (V::List(..), _) => o.element(),
            (
                V::Sym(
                    v @ (Value::Event(_)
                    | Value::CallResult { .. }
                    | Value::Map(..)
                    | Value::List(..)
                    | Value::Context(_)),
                ),
                Some(n),
            ) => V::Sym(member(v, &n)),
            // What a closed map does not hold is not there.
            (V::Map(_, open), Some(n)) => {
                map_get(o, &n).unwrap_or_else(|| if *open { V::unknown() } else { V::Sym(Value::Null) })
            }
            (V::Map(entries, open), None) => {
                let mut all = entries.iter().map(|(_, v)| v.clone());
                let first = all.next().unwrap_or(V::Sym(Value::Null));
                let any = all.fold(first, |a, b| a.join(&b));
                if *open { any.join(&V::of_deps(i.deps())) } else { any }
            }
            (V::Ext(q, _), name) if q == "env" || q == "os.environ" => match name {
                Some(n) => self.env_read(V::str(n), self.lang == Lang::Python && self.testing == 0, span),
                None => self.env_read(i.clone(), false, span),
            },
            (V::Ext(..) | V::Module(_) | V::Package(_) | V::Exports(_) | V::Instance(_), Some(n)) => {
                self.attr(o, &n, span, true)
            }
            (V::Ext(q, d), None) => {
                let mut all = String::from(q.as_str());
                all.push_str("[]");
                V::Ext(limited(all), *d)
            }
            (V::OneOf(_), _) => {
                let mut all =
                    o.possibilities().into_iter().map(|p| self.index(&p, i, span)).collect::<Vec<_>>();
                let Some(first) = all.pop() else { return V::unknown() };
                all.iter().fold(first, |a, b| a.join(b))
            }
            (o, _) => V::of_deps(o.deps().or(i.deps())),
        }
    }

    /// Attributes of SDK objects.
    fn sdk_attr(&mut self, o: &V, s: &Rc<Sdk>, name: &str) -> V {
        match (&**s, name) {
            // boto3: `resource.meta.client`
            (Sdk::Service { service, foreign } | Sdk::Object { service, foreign, .. }, "meta") => {
                V::Sdk(Rc::new(Sdk::Client {
                    service: service.clone(),
                    foreign: *foreign,
                    document: false,
                    defaults: None,
                }))
            }
            (Sdk::Client { .. }, "client" | "meta" | "exceptions" | "config") => match name {
                "client" => o.clone(),
                _ => V::unknown(),
            },
            (Sdk::Object { ids, kind: "Queue", .. }, "url") => {
                ids.first().map_or_else(V::unknown, |(_, v)| v.clone())
            }
            (Sdk::Object { ids, .. }, "name" | "table_name" | "bucket_name" | "arn") => {
                ids.first().map_or_else(V::unknown, |(_, v)| v.clone())
            }
            (Sdk::Object { ids, .. }, "key") => ids.get(1).map_or_else(V::unknown, |(_, v)| v.clone()),
            _ if self.collection(s, name).is_some() => self.collection(s, name).unwrap_or_else(V::unknown),
            _ => V::Method(Rc::new(o.clone()), name.into()),
        }
    }
}

/// The text of a value inside a larger text.
pub(super) fn text(v: &V) -> Value {
    match v.to_value() {
        v @ (Value::List(..) | Value::Map(..) | Value::Null) => Value::Unknown(v.deps().or(Deps::OTHER)),
        v => v,
    }
}

/// An entry of a map value.
pub(super) fn map_get(o: &V, name: &str) -> Option<V> {
    match o {
        V::Map(entries, _) => entries.iter().rev().find(|(k, _)| k == name).map(|(_, v)| v.clone()),
        V::Sym(Value::Map(entries, _)) => {
            entries.iter().rev().find(|(k, _)| k == name).map(|(_, v)| V::Sym(v.clone()))
        }
        _ => None,
    }
}

fn percent_format(format: &str, args: &V) -> V {
    let mut values: Vec<Value> = match args {
        V::List(l, _) => l.iter().map(text).collect(),
        v => vec![text(v)],
    };
    values.reverse();
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(i) = rest.find('%') {
        out.push(Value::str(&rest[..i]));
        let spec = rest[i + 1..].chars().next();
        match spec {
            Some('%') => out.push(Value::str("%")),
            Some('s' | 'd' | 'r' | 'i') => out.push(values.pop().unwrap_or_else(Value::unknown)),
            _ => {
                out.push(Value::Unknown(args.deps().or(Deps::OTHER)));
                return V::Sym(Value::concat(out));
            }
        }
        rest = rest.get(i + 2..).unwrap_or("");
    }
    out.push(Value::str(rest));
    V::Sym(Value::concat(out))
}

/// Methods of the plain mapping an event is, by language.
fn mapping_methods(lang: Lang) -> &'static [&'static str] {
    match lang {
        Lang::Python => &[
            "get",
            "keys",
            "values",
            "items",
            "pop",
            "popitem",
            "update",
            "copy",
            "setdefault",
            "clear",
            "fromkeys",
            "append",
            "extend",
            "index",
            "count",
            "sort",
            "__getitem__",
            "__contains__",
            "has_key",
            "__class__",
            "__dict__",
            "__len__",
        ],
        Lang::JavaScript | Lang::TypeScript => &[
            "map",
            "forEach",
            "filter",
            "find",
            "reduce",
            "flatMap",
            "some",
            "every",
            "slice",
            "push",
            "at",
            "pop",
            "shift",
            "hasOwnProperty",
            "entries",
            "findIndex",
            "sort",
            "concat",
            "includes",
        ],
    }
}

fn is_promise_method(name: &str) -> bool {
    matches!(name, "then" | "catch" | "finally" | "promise")
}

/// Methods of text that languages share, by all their spellings.
fn is_text_method(name: &str) -> bool {
    matches!(
        name,
        "split"
            | "replace"
            | "replaceAll"
            | "strip"
            | "lstrip"
            | "rstrip"
            | "trim"
            | "lower"
            | "upper"
            | "startswith"
            | "endswith"
            | "startsWith"
            | "endsWith"
            | "toLowerCase"
            | "toUpperCase"
            | "encode"
            | "decode"
            | "format"
            | "join"
            | "toString"
            | "substring"
            | "substr"
            | "match"
            | "title"
            | "rsplit"
            | "partition"
            | "rpartition"
            | "removeprefix"
            | "removesuffix"
            | "splitlines"
            | "zfill"
            | "isoformat"
            | "localeCompare"
            | "test"
    )
}

/// The language-neutral name of a field of the context object.
fn context_name(name: &str) -> &str {
    match name {
        "functionName" | "function_name" => context::FUNCTION_NAME,
        "functionVersion" | "function_version" => context::FUNCTION_VERSION,
        "invokedFunctionArn" | "invoked_function_arn" => context::INVOKED_ARN,
        "awsRequestId" | "aws_request_id" => context::REQUEST_ID,
        n => n,
    }
}
