//! Methods of data in languages that read it by methods: getters, collections and streams, optional and future values.

use super::Interp;
use super::access::map_get;
use super::call::{Args, Site};
use super::value::{Built, Func, Sdk, V, member};
use crate::code::api;
use crate::code::api::sdk::pascal;
use crate::code::hir::{Expr, ExprKind};
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// Methods that give a collection, an optional or a future value as it is.
const SAME: &[&str] = &[
    "asList",
    "boxed",
    "collect",
    "distinct",
    "elements",
    "iterator",
    "join",
    "limit",
    "listIterator",
    "orElseThrow",
    "parallel",
    "parallelStream",
    "sequential",
    "skip",
    "sorted",
    "stream",
    "toArray",
    "toCompletableFuture",
    "toList",
    "toSet",
    "toFuture",
    "unordered",
];

/// Methods every object has, and those that look at it only.
const PLAIN: &[&str] = &[
    "compareTo",
    "equals",
    "getClass",
    "hashCode",
    "name",
    "notify",
    "notifyAll",
    "ordinal",
    "toString",
    "wait",
];

/// Methods of functional interfaces that make another function.
const COMBINING: &[&str] = &["andThen", "compose", "negate", "and", "or", "reversed", "thenComparing"];

/// Methods of the interfaces by which the standard library runs what it is given.
const TASKS: &[&str] = &["run", "call", "accept", "apply", "get", "test", "compute"];

impl Interp<'_> {
    /// A method of something that is no object of the project's own code, or that its code does not have.
    pub(super) fn data_method(
        &mut self,
        o: &V,
        name: &str,
        args: &Args,
        site: &Site<'_>,
        object: Option<&Expr>,
    ) -> Option<V> {
        match o {
            V::Func(f) if !COMBINING.contains(&name) => {
                return Some(self.enter(&f.clone(), args.clone(), site.span, false));
            }
            V::Func(_) => {
                self.hand_over(args.functions(), args.deps(), true);
                return Some(o.clone());
            }
            V::Ext(q, _) if q == "env" => {
                let key = args.at(0).cloned().unwrap_or_else(V::unknown);
                let v = self.env_read(&key, false, site.span);
                return Some(args.at(1).map_or_else(|| v.clone(), |d| joined_default(&v, d)));
            }
            V::Instance(_) => return self.bean_method(o, name, args),
            V::Sym(Value::Unknown(_)) if args.pos.is_empty() && matches!(name, "getKey" | "getValue") => {
                return Some(V::of_deps(o.deps()));
            }
            V::Sym(Value::Unknown(_)) if args.pos.is_empty() && name == "getClass" => {
                return Some(V::Ext(SmolStr::new_static("java.lang.Object()"), Deps::NONE));
            }
            V::Class(..) => return self.class_method(o, name, args, site),
            V::Sym(Value::Null) => {
                self.give_up(Reason::Dynamic, format!("`{}` is called on what nothing sets", site.name()));
                self.hand_over(args.functions(), args.deps(), true);
                return Some(V::of_deps(args.deps()));
            }
            V::Map(..) if map_get(o, "URL").is_some() && map_get(o, "Header").is_some() => {
                return Some(request_method(o, name, args));
            }
            _ => {}
        }
        if let Some(v) = self.stream_method(o, name, args, site) {
            return Some(v);
        }
        if let Some(v) = self.changed(o, name, args, object) {
            return Some(v);
        }
        match (o, args.pos.is_empty()) {
            (V::Sym(Value::Event(_) | Value::CallResult { .. } | Value::Context(_)), true) => {
                Some(read(o, name))
            }
            (V::Map(..) | V::Sym(Value::Map(..)), _) => map_method(o, name, args),
            (V::List(..) | V::Sym(Value::List(..)), _) => list_method(o, name, args),
            (V::Sym(Value::Event(_) | Value::CallResult { .. }), false) if name == "get" => {
                Some(match args.at(0) {
                    Some(V::Sym(Value::Str(k))) => match o {
                        V::Sym(v) => V::Sym(member(v, k)),
                        v => v.clone(),
                    },
                    Some(V::Sym(Value::Int(_))) => o.element(),
                    _ => V::of_deps(o.deps().or(args.deps())),
                })
            }
            (_, true) if matches!(name, "get" | "intValue" | "longValue" | "toString" | "value") => {
                Some(o.clone())
            }
            _ => None,
        }
    }

    /// Methods of streams, collections, and of what holds one value or none.
    fn stream_method(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let is_list = matches!(o, V::List(..) | V::Sym(Value::List(..)));
        let is_map = matches!(o, V::Map(..) | V::Sym(Value::Map(..)));
        match name {
            "stream" | "parallelStream" | "iterator" if !is_list && !is_map => {
                self.goes_through(o);
                let open = V::List(Rc::new(vec![o.element()]), true);
                return Some(open);
            }
            n if SAME.contains(&n) && !is_map => return Some(o.clone()),
            "entrySet" | "keySet" => return Some(V::List(Rc::new(vec![V::of_deps(o.deps())]), true)),
            "isPresent" | "isEmpty" | "size" | "length" | "contains" | "containsKey" | "count" | "equals" => {
                return Some(V::of_deps(o.deps().or(args.deps())));
            }
            "orElse" => return args.at(0).map(|d| joined_default(o, d)),
            // What a map keeps is made once for each key.
            "computeIfAbsent" => {
                let f = args.at(1).filter(|f| is_code(f)).cloned()?;
                let outer = self.ctx.clone();
                self.ctx.memo = true;
                let key = args.at(0).cloned().unwrap_or_else(V::unknown);
                let v = self.call_value(&f, Args::of(vec![key]), site.span);
                self.ctx = outer;
                return Some(v);
            }
            "findFirst" | "findAny" if is_list => return Some(o.element()),
            _ => {}
        }
        let f = args.at(0).filter(|f| is_code(f)).cloned()?;
        let outer = self.ctx.clone();
        let element = if is_list || is_map { o.element() } else { o.clone() };
        let v = match name {
            "orElseGet" => {
                self.ctx.branch = true;
                let d = self.call_value(&f, Args::default(), site.span);
                joined_default(o, &d)
            }
            "forEach" | "forEachOrdered" | "peek" => {
                self.goes_through(o);
                self.ctx.in_loop = true;
                let given = match o {
                    V::List(..) | V::Sym(Value::List(..)) => vec![element],
                    V::Map(..) | V::Sym(Value::Map(..)) => vec![V::of_deps(o.deps()), element],
                    v => match self.program_arity(&f) {
                        Some(2) => vec![V::of_deps(v.deps()), v.element()],
                        _ => vec![v.element()],
                    },
                };
                self.call_value(&f, Args::of(given), site.span);
                o.clone()
            }
            "map" | "mapToObj" | "mapToInt" | "mapToLong" | "flatMap" | "thenApply" | "thenCompose"
            | "thenAccept" | "thenApplyAsync" | "thenAcceptAsync" | "handle" | "whenComplete"
            | "computeIfPresent" => {
                self.ctx.in_loop |= is_list;
                let v = self.call_value(&f, Args::of(vec![element, V::Sym(Value::Null)]), site.span);
                match name {
                    "whenComplete" => o.clone(),
                    "flatMap" if is_list => V::List(Rc::new(vec![v.element()]), true),
                    _ if is_list => V::List(Rc::new(vec![v]), true),
                    _ => v,
                }
            }
            "exceptionally" => {
                self.ctx.branch = true;
                let v = self.call_value(&f, Args::of(vec![V::unknown()]), site.span);
                o.join(&v)
            }
            "thenRun" => self.call_value(&f, Args::default(), site.span),
            "ifPresent" | "ifPresentOrElse" => {
                self.ctx.branch = true;
                self.asked |= o.deps().any(Deps::EVENT);
                self.call_value(&f, Args::of(vec![o.clone()]), site.span);
                if let Some(other) = args.at(1).cloned() {
                    self.call_value(&other, Args::default(), site.span);
                }
                V::Sym(Value::Null)
            }
            "filter" | "anyMatch" | "allMatch" | "noneMatch" | "removeIf" | "takeWhile" | "dropWhile" => {
                self.ctx.in_loop |= is_list;
                self.call_value(&f, Args::of(vec![element.clone()]), site.span);
                self.ctx = outer.clone();
                self.asked |= element.deps().any(Deps::EVENT);
                match (name, o) {
                    ("filter" | "takeWhile" | "dropWhile", V::List(l, _)) => V::List(l.clone(), true),
                    ("filter", v) => v.clone(),
                    _ => V::of_deps(o.deps()),
                }
            }
            "sorted" | "sort" | "min" | "max" => {
                self.ctx.in_loop = true;
                self.call_value(&f, Args::of(vec![element.clone(), element.clone()]), site.span);
                if name == "sorted" { o.clone() } else { element }
            }
            _ => {
                self.ctx = outer;
                return None;
            }
        };
        self.ctx = outer;
        Some(v)
    }

    fn program_arity(&self, f: &V) -> Option<usize> {
        f.functions().first().map(|f| self.arity(f))
    }

    /// What changes a list or map in place.
    fn changed(&mut self, o: &V, name: &str, args: &Args, object: Option<&Expr>) -> Option<V> {
        let doubtful = self.ctx.in_loop || self.ctx.branch || self.ctx.event_branch;
        match (o, name) {
            (
                V::Map(..) | V::Sym(Value::Map(..)),
                "put" | "putIfAbsent" | "putAll" | "remove" | "clear" | "merge",
            ) => {
                let mut entries = Vec::new();
                let mut open = Self::spread_into(o, &mut entries) || doubtful;
                match (name, args.at(0).and_then(V::as_str), args.at(1)) {
                    ("put" | "putIfAbsent", Some(k), Some(v)) => {
                        entries.retain(|(n, _)| n != k);
                        entries.push((k.into(), v.clone()));
                    }
                    ("putAll", ..) => {
                        open |= args.at(0).is_none_or(|other| Self::spread_into(other, &mut entries));
                    }
                    _ => open = true,
                }
                if entries.len() > 256 {
                    entries.truncate(256);
                    open = true;
                }
                if let Some(e) = object {
                    self.replace(e, V::Map(Rc::new(entries), open));
                }
                Some(V::of_deps(Deps::NONE))
            }
            (V::List(l, open), "addAll") => {
                let mut items = l.to_vec();
                let mut open = *open || doubtful;
                match args.pos.last() {
                    Some(V::List(more, o)) => {
                        items.extend(more.iter().cloned());
                        open |= o;
                    }
                    Some(v) => {
                        items.push(v.element());
                        open = true;
                    }
                    None => {}
                }
                open |= items.len() > 256;
                items.truncate(256);
                if let Some(e) = object {
                    self.replace(e, V::List(Rc::new(items), open));
                }
                Some(V::Sym(Value::Bool(true)))
            }
            _ => None,
        }
    }

    /// Getters and setters nobody wrote, and methods of bases of libraries.
    fn bean_method(&mut self, o: &V, name: &str, args: &Args) -> Option<V> {
        let V::Instance(i) = o else { return None };
        let class = i.try_borrow().ok()?.class;
        let field = field_of(name);
        let fields = self.all_fields(class, 0);
        let known = |n: &str| fields.iter().find(|f| *f == n).cloned();
        if args.pos.is_empty()
            && let Some(f) = field.as_deref().and_then(known).or_else(|| known(name))
        {
            return Some(i.try_borrow().ok()?.fields.get(&f).cloned().unwrap_or_else(V::unknown));
        }
        let set = name.strip_prefix("set").or_else(|| name.strip_prefix("with"));
        if args.pos.len() == 1
            && let Some(f) = set.map(small).as_deref().and_then(known)
        {
            let v = args.at(0).cloned().unwrap_or_else(V::unknown);
            i.try_borrow_mut().ok()?.fields.insert(f, v);
            return Some(o.clone());
        }
        if PLAIN.contains(&name) {
            return Some(V::Ext(SmolStr::new_static("java.lang.Object()"), args.deps()));
        }
        // `new Worker().start()`, of a thread.
        if name == "start" {
            let span = self.here();
            let tasks = self.task(o, span);
            self.hand_over(tasks, Deps::OTHER, false);
        }
        let data = self.plain_base(class, 0) && args.functions().is_empty();
        data.then(|| V::of_deps(args.deps().or(Deps::OTHER)))
    }

    /// The methods of objects among arguments by which a library runs them.
    pub(super) fn tasks(&mut self, args: &Args, span: Span) -> Vec<Rc<Func>> {
        let given: Vec<V> = args.all().filter(|v| matches!(v, V::Instance(_))).cloned().collect();
        given.iter().flat_map(|v| self.task(v, span)).collect()
    }

    fn task(&mut self, v: &V, span: Span) -> Vec<Rc<Func>> {
        let V::Instance(i) = v else { return Vec::new() };
        let Ok(class) = i.try_borrow().map(|i| i.class) else { return Vec::new() };
        if !self.plain_base(class, 0) {
            return Vec::new();
        }
        let methods = TASKS.iter().filter_map(|m| self.class_member(class, m, 0)).collect::<Vec<_>>();
        methods.into_iter().flat_map(|m| self.bound_to(m, v, span).functions()).collect()
    }

    /// The names of all fields of a class and those it extends.
    fn all_fields(
        &self,
        class: (crate::code::program::UnitId, crate::code::hir::ClassId),
        depth: u32,
    ) -> Vec<SmolStr> {
        let unit = self.program.unit(class.0);
        let mut out: Vec<SmolStr> = unit.class(class.1).fields.iter().map(|(n, _)| n.clone()).collect();
        if let Some(info) = self.classes.get(&class).filter(|_| depth < 16) {
            for b in &info.bases {
                if let V::Class(u, c) = b {
                    out.extend(self.all_fields((*u, *c), depth + 1));
                }
            }
        }
        out
    }

    /// Whether a class extends something of a library that calls nothing: an exception, a thread, a map.
    fn plain_base(
        &self,
        class: (crate::code::program::UnitId, crate::code::hir::ClassId),
        depth: u32,
    ) -> bool {
        let Some(info) = self.classes.get(&class).filter(|_| depth < 16) else { return false };
        info.bases.iter().any(|b| match b {
            V::Class(u, c) => self.plain_base((*u, *c), depth + 1),
            V::Ext(q, _) => q.starts_with("java.") && api::is_inert(self.lang, q),
            _ => false,
        })
    }

    /// A method of a class its code does not have: those of enums.
    fn class_method(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        match name {
            "valueOf" if args.pos.len() == 1 => Some(V::of_deps(args.deps())),
            "values"
            | "getName"
            | "getSimpleName"
            | "getResourceAsStream"
            | "getResource"
            | "getClassLoader"
            | "cast"
            | "isInstance" => Some(V::Ext(SmolStr::new_static("java.lang.Object()"), args.deps())),
            _ => {
                let V::Class(..) = o else { return None };
                self.give_up(Reason::Dynamic, format!("`{}` is made when the code is compiled", site.name()));
                self.hand_over(args.functions(), args.deps(), true);
                Some(V::of_deps(args.deps()))
            }
        }
    }

    /// An object made from text: of a class of the project it keeps its methods.
    pub(super) fn parsed(&mut self, source: &V, class: Option<&V>) -> V {
        match class {
            Some(c @ V::Class(u, id)) if self.has_methods(c) => {
                let made = self.instance((*u, *id));
                self.decode_into(&made, source);
                made
            }
            // What was read from a stream or text is data with names.
            _ => match source {
                V::Sym(Value::Event(_) | Value::CallResult { .. }) => source.clone(),
                v => V::of_deps(v.deps()),
            },
        }
    }

    /// A builder that is kept in a variable changes in place.
    pub(super) fn builder_changed(&mut self, s: &Rc<Sdk>, object: &Expr, v: &V) {
        let built = matches!(v, V::Sdk(s) if matches!(**s, Sdk::Builder { .. }));
        let setter = matches!(**s, Sdk::Builder { of: Built::Input { .. } | Built::Client { .. }, .. });
        if !built || !setter {
            return;
        }
        let mut at = object;
        while let ExprKind::Call { callee, .. } = &at.kind {
            let ExprKind::Attr { object, .. } = &callee.kind else { return };
            at = object;
        }
        if matches!(at.kind, ExprKind::Name(_)) {
            let now = match (self.eval(at), v) {
                (V::Sdk(old), _) if matches!(*old, Sdk::Builder { .. }) => v.clone(),
                _ => return,
            };
            self.replace(at, now);
        }
    }
}

/// Whether a value can be called.
fn is_code(v: &V) -> bool {
    match v {
        V::Func(_) | V::Class(..) | V::Method(..) => true,
        V::Ext(q, _) => !q.contains('('),
        V::OneOf(all) => all.iter().any(is_code),
        _ => false,
    }
}

fn joined_default(o: &V, d: &V) -> V {
    if d.is_null() {
        o.clone()
    } else if o.is_null() {
        d.clone()
    } else {
        o.join(d)
    }
}

/// `getName` and `isOpen` as `name` and `open`.
fn field_of(name: &str) -> Option<SmolStr> {
    let rest = name.strip_prefix("get").or_else(|| name.strip_prefix("is"))?;
    rest.starts_with(|c: char| c.is_uppercase()).then(|| small(rest))
}

fn small(name: &str) -> SmolStr {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// What a method without arguments reads of the event, the context or a result.
fn read(o: &V, name: &str) -> V {
    let getter = field_of(name);
    match o {
        V::Sym(Value::Context(p)) if p.is_empty() => {
            let own = super::access::context_name(name);
            if own == name && !name.starts_with("get") {
                return V::of_deps(Deps::CONTEXT);
            }
            V::Sym(Value::Context(vec![own.into()]))
        }
        V::Sym(Value::Event(path)) => match getter {
            Some(n) => V::Sym(member(&Value::Event(path.clone()), &api::events::member(path, &n))),
            None if super::access::is_text_method(name) || api::is_data_method(name) => {
                V::of_deps(Deps::EVENT)
            }
            None if name == "values" => V::List(Rc::new(vec![o.element()]), true),
            None if matches!(
                name,
                "toByteArray" | "array" | "readAllBytes" | "getBytes" | "strip" | "read"
            ) =>
            {
                o.clone()
            }
            // An accessor of a record.
            None => V::Sym(member(&Value::Event(path.clone()), &api::events::member(path, name))),
        },
        V::Sym(v @ Value::CallResult { .. }) => match getter {
            Some(n) => V::Sym(member(v, &pascal(&n))),
            None if api::is_data_method(name) || super::access::is_text_method(name) => {
                V::of_deps(Deps::CALL)
            }
            None if matches!(name, "get" | "asUtf8String" | "asByteArray" | "asInputStream" | "asString") => {
                o.clone()
            }
            None if name == "values" => V::List(Rc::new(vec![o.element()]), true),
            None => V::Sym(member(v, &pascal(name))),
        },
        v => v.clone(),
    }
}

fn map_method(o: &V, name: &str, args: &Args) -> Option<V> {
    match (name, args.at(0)) {
        ("get" | "getOrDefault", Some(key)) => {
            let found = match key.as_str() {
                Some(k) => map_get(o, k),
                None => None,
            };
            let open =
                !matches!(o, V::Map(_, false) | V::Sym(Value::Map(_, false))) || key.as_str().is_none();
            let v = found.unwrap_or_else(|| {
                if open { V::of_deps(o.deps().or(key.deps())) } else { V::Sym(Value::Null) }
            });
            Some(match args.at(1) {
                Some(d) => joined_default(&v, d),
                None => v,
            })
        }
        ("values" | "stream", None) => Some(V::List(Rc::new(vec![o.element()]), true)),
        ("build" | "toBuilder", None) => Some(o.clone()),
        // What was built is read, or built further.
        (n, None) => {
            let read = map_get(o, &pascal(n)).or_else(|| field_of(n).and_then(|f| map_get(o, &pascal(&f))));
            read.or_else(|| Some(V::of_deps(o.deps())))
        }
        _ => None,
    }
}

fn list_method(o: &V, name: &str, args: &Args) -> Option<V> {
    match (name, args.at(0)) {
        ("get", Some(V::Sym(Value::Int(i)))) => match o {
            V::List(l, false) => {
                usize::try_from(*i).ok().and_then(|i| l.get(i).cloned()).or_else(|| Some(o.element()))
            }
            v => Some(v.element()),
        },
        ("get" | "remove", Some(_)) | ("getFirst" | "getLast" | "next" | "poll" | "pop" | "peek", None) => {
            Some(o.element())
        }
        ("hasNext", None) => Some(V::of_deps(o.deps())),
        ("subList" | "reversed", _) => Some(o.clone()),
        _ => None,
    }
}

/// A request that is being built: its address and method.
fn request_method(o: &V, name: &str, args: &Args) -> V {
    let V::Map(entries, open) = o else { return o.clone() };
    let mut entries = entries.to_vec();
    let mut set = |k: &str, v: V| {
        entries.retain(|(n, _)| n != k);
        entries.push((k.into(), v));
    };
    match (name, args.at(0)) {
        ("uri" | "url" | "setURI" | "setUri", Some(v)) => set("URL", v.clone()),
        (
            "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH" | "get" | "post" | "put" | "delete" | "head"
            | "patch",
            _,
        ) => {
            set("Method", V::str(name.to_ascii_uppercase()));
        }
        ("method", Some(v)) => set("Method", v.clone()),
        ("header" | "addHeader" | "setHeader" | "headers", Some(k)) => {
            let known = map_get(o, "Header").unwrap_or_else(V::unknown);
            let header = match (known, k.as_str()) {
                (V::Map(m, open), Some(k)) => {
                    let mut m = m.to_vec();
                    m.push((k.into(), args.at(1).cloned().unwrap_or_else(V::unknown)));
                    V::Map(Rc::new(m), open)
                }
                (V::Map(m, _), None) => V::Map(m, true),
                (v, _) => v,
            };
            set("Header", header);
        }
        _ => {}
    }
    V::Map(Rc::new(entries), *open)
}
