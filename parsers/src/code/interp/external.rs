//! Calls into libraries: what the tables of [`crate::code::api`] say of them.

use super::Interp;
use super::access::map_get;
use super::call::{Args, Site};
use super::expr::text;
use super::http::{is_path, joined_path, request, statement_text};
use super::value::{V, limited, member};
use crate::code::api::{self, Kind, Row};
use crate::code::hir::{Lang, ModuleKind};
use crate::code::lang::Scope;
use lamlint_model::handler::{FactKind, NewClient, Phase};
use lamlint_model::source::Span;
use lamlint_model::value::{Deps, Fresh, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// Beginnings of the names of variables that hold the credentials of the role, or tell where they are.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
const CREDENTIALS: &[&str] =
    &["AWS_ACCESS_KEY", "AWS_CONTAINER_", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN"];

impl Interp<'_> {
    /// A name nothing in the project binds.
    pub(super) fn builtin(&mut self, name: &SmolStr) -> V {
        match name.as_str() {
            "undefined" => V::Sym(Value::Null),
            // Outside of methods, the exports.
            "this" if self.program.unit(self.unit).module == ModuleKind::CommonJs => V::Exports(self.unit),
            "#index" | "#error" => V::Ext(name.clone(), Deps::NONE),
            n if n.starts_with("::") => self.root(&n[2..]),
            n if let Some(v) = self.ambient(n) => v,
            // A command or a type.
            n if self.lang.traits().folds_case && !n.starts_with('$') => {
                V::Ext(api::normal(self.lang, name), Deps::NONE)
            }
            "NaN" | "Infinity" | "__doc__" | "this" => V::unknown(),
            n if api::is_global(self.lang, n) => V::Ext(api::normal(self.lang, name), Deps::NONE),
            // The global `AWS` of a page, a name of a star import, a name that is misspelt.
            _ => V::unknown(),
        }
    }

    /// An attribute of something of a library.
    pub(super) fn ext_attr(&mut self, q: &str, deps: Deps, name: &str, span: Span) -> V {
        if q == "env" {
            return self.env_read(&V::str(name), false, span);
        }
        let full = limited(format!("{q}.{name}"));
        if let Some(v) = self.project_type(&full) {
            return v;
        }
        match api::lookup(self.lang, &full) {
            Some(Row { kind: Kind::Moment(f), .. }) => return V::Sym(Value::Fresh(f)),
            Some(r) if r.kind == Kind::Const => return V::str(r.detail),
            Some(r) if r.kind == Kind::Context && r.detail.parse::<usize>().is_err() => {
                return V::Sym(Value::Context(vec![super::access::context_name(r.detail).into()]));
            }
            _ => {}
        }
        // Members of what was called may come from anywhere.
        V::Ext(api::normal(self.lang, &full), deps)
    }

    /// Reading an environment variable.
    pub(super) fn env_read(&mut self, name: &V, required: bool, span: Span) -> V {
        let value = name.to_value();
        let credential = |n: &str| CREDENTIALS.iter().any(|c| n.starts_with(c));
        if value.as_str().is_none_or(credential) {
            self.beyond(None, "the credentials may be read from the environment");
        }
        let required = required && self.guarded == 0;
        self.fact(FactKind::EnvRead { name: value.clone(), required }, span);
        match value {
            Value::Str(n) => V::Sym(Value::Env(n)),
            v => V::of_deps(v.deps().or(Deps::ENV)),
        }
    }

    /// A call of something of a library.
    pub(super) fn external(&mut self, q: &SmolStr, deps: Deps, args: Args, site: &Site<'_>) -> V {
        if let Some(v) = self.sdk_function(q, &args, site) {
            return v;
        }
        if let Some(v) = self.extension_of(q, deps, &args, site) {
            return v;
        }
        let args = if self.lang.traits().folds_case {
            if let Some(v) = self.command_call(q, &args, site) {
                return v;
            }
            self.in_order(q, args)
        } else {
            args
        };
        if self.lang.traits().object_methods {
            let tasks = self.tasks(&args, site.span);
            self.hand_over(tasks, args.deps(), true);
        }
        let row = api::lookup(self.lang, q);
        // What follows its arguments, or gives them back, hides no call.
        if !row.is_some_and(|r| follows(r.kind)) {
            self.may_reach(q, &args, site);
        }
        let Some(row) = row else {
            self.may_set_env(q, args.at(0));
            if self.lang.traits().folds_case {
                self.command_unknown(q, site);
            }
            return self.unknown_external(q, deps, args, site);
        };
        self.may_set_env(q, args.at(0));
        let given = args.deps().or(deps);
        let result = |deps: Deps| match row.result {
            Some(r) => V::Ext(SmolStr::new_static(r), deps),
            None => V::Ext(limited(format!("{q}()")), deps),
        };
        match row.kind {
            Kind::Client(family) => {
                self.hand_over(args.functions(), given, true);
                let args = if self.sdk_by_table() { args.deps_but_context().or(deps) } else { given };
                let client = NewClient { family, label: site.label(), service: None, args };
                if !self.scripted {
                    self.fact(FactKind::NewClient(client), site.span);
                }
                result(given)
            }
            Kind::Same => match args.at(row.position()) {
                Some(v) => {
                    let v = v.clone();
                    self.hand_over(args.functions().into_iter().skip(1).collect(), given, true);
                    v
                }
                // `list()`, `new Set()`
                None => V::List(Rc::new(Vec::new()), args.open),
            },
            Kind::Fresh(f) | Kind::Moment(f) => V::Sym(Value::Fresh(f)),
            Kind::Register => {
                self.register_service(&args, row.detail, site);
                V::Ext(SmolStr::new_static(row.result.unwrap_or("#services")), Deps::NONE)
            }
            Kind::Resolve => self.resolve_service(&args, row.detail),
            Kind::Configure | Kind::Startup | Kind::Serve | Kind::Untold | Kind::Uses => {
                self.hosted(row, &args, site);
                result(given)
            }
            Kind::Route if row.detail == "typed" => {
                self.hosted(row, &args, site);
                result(Deps::NONE)
            }
            Kind::Now if args.pos.is_empty() => V::Sym(Value::Fresh(Fresh::Time)),
            // `new Date(x)` is x as a date.
            Kind::Now => match args.at(0) {
                Some(v @ V::Sym(Value::Fresh(_) | Value::Event(_))) => v.clone(),
                _ => V::Ext(SmolStr::new_static("#date"), given),
            },
            Kind::Day => V::of_deps(Deps::FRESH),
            Kind::Answer => {
                self.hand_over(args.functions(), given, true);
                V::of_deps(given.or(Deps::CALL))
            }
            Kind::Object => args.at(0).or_else(|| args.named("event")).map_or_else(
                || V::of_deps(given),
                |v| match v {
                    V::Sym(Value::Event(p)) if p.is_empty() => V::of_deps(Deps::EVENT),
                    v => v.clone(),
                },
            ),
            Kind::Env if args.pos.is_empty() && self.lang.traits().object_methods => {
                V::Ext(SmolStr::new_static("env"), Deps::ENV)
            }
            Kind::Env => {
                let mut at = row.positions();
                let name = at.next().and_then(|i| args.at(i)).or_else(|| args.named("key"));
                let name = name.cloned().unwrap_or_else(V::unknown);
                let default = at.next().and_then(|i| args.at(i)).or_else(|| args.named("default")).cloned();
                let required = args.named("required").is_some();
                let v = self.env_read(&name, required, site.span);
                match default {
                    Some(d) if !d.is_null() => v.join(&d),
                    _ => v,
                }
            }
            Kind::Setting => {
                let mut at = row.positions();
                let name = at.next().and_then(|i| args.at(i)).cloned().unwrap_or_else(V::unknown);
                let default = at.next().and_then(|i| args.at(i)).cloned();
                let blocks: Vec<V> = args.pos.iter().filter(|v| matches!(v, V::Func(_))).cloned().collect();
                let needed = default.is_none() && self.testing == 0;
                let mut v = self.env_read(&name, needed, site.span);
                match blocks.first() {
                    Some(f) => {
                        let d = self.call_value(f, Args::of(vec![name]), site.span);
                        v = v.join(&d);
                    }
                    None => {
                        if let Some(d) = default.filter(|d| !d.is_null()) {
                            v = v.join(&d);
                        }
                    }
                }
                v
            }
            Kind::Environ => {
                self.env_read(&V::unknown(), false, site.span);
                row.result.map_or(V::of_deps(Deps::ENV), |r| V::Ext(SmolStr::new_static(r), Deps::ENV))
            }
            Kind::Http => {
                self.http(row, &args, site);
                self.hand_over(args.functions(), given.or(Deps::CALL), true);
                result(given.or(Deps::CALL))
            }
            Kind::Request => request(&args, self.lang),
            Kind::Statement => {
                let at = args.at(row.position());
                let text = at.map_or_else(Value::unknown, statement_text);
                self.fact(FactKind::Statement { text }, site.span);
                self.hand_over(args.functions(), given.or(Deps::CALL), true);
                V::of_deps(given.or(Deps::CALL))
            }
            Kind::Operation => {
                let mut v = V::of_deps(given.or(Deps::CALL));
                for called in row.detail.split('|') {
                    let mut words = called.split(' ');
                    let (Some(service), Some(operation)) = (words.next(), words.next()) else { continue };
                    let name = words.next().filter(|n| *n != "-");
                    let input = name.zip(args.at(0)).map(|(n, v)| (SmolStr::new_static(n), v.to_value()));
                    let input = Value::Map(input.into_iter().collect(), true);
                    v = self.call_operation(service, operation.into(), input, false, site);
                }
                v
            }
            Kind::Provider => {
                let (what, option) = row.detail.split_once('|').unwrap_or((row.detail, "-"));
                let has_key = args.named(option).is_some()
                    || args.all().any(|v| map_get(v, option).is_some())
                    || args.open
                    // Options that are not known may hold it.
                    || args.all().skip(1).any(|v| matches!(v, V::Sym(Value::Unknown(_)) | V::Map(_, true)));
                let fact = FactKind::Provider {
                    what: SmolStr::new(what),
                    idempotency_key: has_key && option != "-",
                };
                self.fact(fact, site.span);
                V::of_deps(given.or(Deps::CALL))
            }
            Kind::Read => {
                let path = args.at(row.position()).map_or_else(Value::unknown, text);
                if is_path(&path) {
                    self.fact(FactKind::FileRead { path }, site.span);
                }
                self.hand_over(args.functions(), given, true);
                result(given)
            }
            Kind::Write => {
                let path = args.at(row.position()).map_or_else(Value::unknown, text);
                if is_path(&path) {
                    self.fact(FactKind::FileWrite { path }, site.span);
                }
                self.hand_over(args.functions(), given, true);
                result(given)
            }
            Kind::Open => self.open_file(&args, site),
            Kind::Path => joined_path(&args),
            Kind::Memo
            | Kind::Idempotent
            | Kind::Wrap
            | Kind::Event
            | Kind::Property
            | Kind::ClassMethod
            | Kind::Middleware => {
                let wrapped = args.pos.iter().find(|v| matches!(v, V::Func(_))).cloned();
                match wrapped {
                    Some(f) => self.wrapped(f, row, false),
                    // `middy(service.handler)`, or a decorator with options.
                    None => match args.at(0) {
                        Some(v @ (V::Method(..) | V::Class(..) | V::OneOf(..))) => v.clone(),
                        _ => result(given),
                    },
                }
            }
            Kind::Route => {
                for f in args.functions() {
                    let args = vec![super::decorate::given(Deps::EVENT); self.arity(&f)];
                    self.register(f, args);
                }
                V::Ext(q.clone(), given)
            }
            Kind::Batch => {
                // The function, or the object or class whose method it is.
                let (at, method) = row.detail.split_once(' ').unwrap_or((row.detail, ""));
                let f = match at.parse::<usize>() {
                    Ok(i) => args.at(i).cloned(),
                    Err(_) => args.named(at).or_else(|| args.at(1)).cloned(),
                };
                let f = match f {
                    Some(V::Class(u, c)) if !method.is_empty() => {
                        let made = self.construct((u, c), Args::default(), site.span);
                        Some(self.attr(&made, method, site.span, false))
                    }
                    Some(o @ V::Instance(_)) if !method.is_empty() => {
                        Some(self.attr(&o, method, site.span, false))
                    }
                    f => f,
                };
                if !method.is_empty() && f.iter().all(|f| f.functions().is_empty()) {
                    let detail = "records are handled by something that is not known";
                    self.give_up(lamlint_model::tri::Reason::Dynamic, detail);
                }
                let record = V::Sym(Value::Event(vec!["Records".into(), "*".into()]));
                for f in f.iter().flat_map(V::functions) {
                    if self.phase == Phase::Init {
                        self.register(f, vec![record.clone()]);
                    } else {
                        let outer = self.ctx.clone();
                        self.ctx.in_loop = true;
                        self.enter(&f, Args::of(vec![record.clone()]), site.span, false);
                        self.ctx = outer;
                    }
                }
                result(given)
            }
            Kind::Each => {
                let mut at = row.positions();
                let f = at.next().and_then(|i| args.at(i)).cloned().unwrap_or_else(V::unknown);
                let items = at.next().and_then(|i| args.at(i)).cloned().unwrap_or_else(V::unknown);
                if f.functions().is_empty() {
                    return V::of_deps(given);
                }
                let item = Self::iterated(&items);
                let outer = self.ctx.clone();
                self.ctx.in_loop = true;
                let v = self.call_value(&f, Args::of(vec![item]), site.span);
                self.ctx = outer;
                V::List(Rc::new(vec![v]), true)
            }
            Kind::Run => {
                let i = row.position();
                match args.at(i).cloned() {
                    Some(f) if !f.functions().is_empty() || matches!(f, V::Method(..)) => {
                        let outer = self.ctx.clone();
                        // `0 by what means`: running it again is harmless.
                        if let Some((_, means)) = row.detail.split_once(' ') {
                            self.ctx.idempotent.get_or_insert(SmolStr::new_static(means));
                        }
                        let v = self.run_with_rest(&f, &args, i + 1, site.span);
                        self.ctx = outer;
                        v
                    }
                    _ => V::of_deps(given),
                }
            }
            Kind::Thread => {
                if let Some(f) = args.named("target").or_else(|| args.named("function")).cloned() {
                    let rest = match args.named("args") {
                        Some(V::List(l, open)) => Args { pos: l.to_vec(), named: Vec::new(), open: *open },
                        Some(_) => Args { open: true, ..Args::default() },
                        None => Args::default(),
                    };
                    self.call_value(&f, rest, site.span);
                }
                result(given)
            }
            Kind::Partial => match args.at(0) {
                Some(V::Func(f)) => {
                    let mut g = (**f).clone();
                    g.bound.extend(args.pos.iter().skip(1).cloned());
                    V::Func(Rc::new(g))
                }
                Some(v) => {
                    args.all().skip(1).for_each(|v| self.let_go(v, "a function that is not known"));
                    v.clone()
                }
                None => V::unknown(),
            },
            Kind::Gather => match args.at(0) {
                Some(v @ (V::List(..) | V::Sym(Value::List(..)))) if args.pos.len() == 1 => v.clone(),
                Some(_) if self.lang == Lang::Python => V::List(Rc::new(args.pos), args.open),
                Some(v) => v.clone(),
                None => V::unknown(),
            },
            Kind::Executor => self.executor(&args, site),
            Kind::Keys => match args.at(0) {
                Some(V::Map(m, open)) => {
                    V::List(Rc::new(m.iter().map(|(k, _)| V::str(k.clone())).collect()), *open)
                }
                _ => V::of_deps(given),
            },
            Kind::Merge => {
                // Into an object that is no plain one.
                if !matches!(args.at(0), Some(V::Map(..) | V::Sym(Value::Map(..)) | V::Exports(_))) {
                    args.pos.iter().skip(1).for_each(|v| self.let_go(v, "an object that is not known"));
                }
                let mut entries = Vec::new();
                let mut open = args.open;
                for v in &args.pos {
                    open |= Self::spread_into(v, &mut entries);
                }
                entries.extend(args.named);
                V::Map(Rc::new(entries), open)
            }
            Kind::GetAttr => match (args.at(0).cloned(), args.at(1).and_then(V::as_str)) {
                (Some(o), Some(name)) => {
                    let v = self.attr(&o, name, site.span, true);
                    match args.at(2) {
                        Some(d) if !d.is_null() => v.join(d),
                        _ => v,
                    }
                }
                (o, _) => {
                    // Any method may be meant.
                    if !matches!(o, Some(V::Sym(_)) | None) {
                        self.beyond(None, "an attribute by a name that is not constant");
                    }
                    V::of_deps(given)
                }
            },
            Kind::Start => {
                let v = args.at(row.position()).cloned().unwrap_or(V::Sym(Value::Null));
                self.started.push(v);
                self.payload |= row.detail.ends_with("payload");
                self.exited = true;
                row.result.map_or(V::Sym(Value::Null), |r| V::Ext(SmolStr::new_static(r), Deps::NONE))
            }
            Kind::Exit => {
                self.exited = true;
                V::Sym(Value::Null)
            }
            Kind::Once => {
                let outer = self.ctx.clone();
                self.ctx.memo = true;
                if let Some(f) = args.at(row.position()).cloned() {
                    self.call_value(&f, Args::default(), site.span);
                }
                self.ctx = outer;
                V::Sym(Value::Null)
            }
            // In a place of its own it was handled; elsewhere it is made at once.
            Kind::Lazy => {
                let f = args.at(row.position()).cloned().unwrap_or_else(V::unknown);
                let outer = self.ctx.clone();
                self.ctx.memo = true;
                let v = self.call_value(&f, Args::default(), site.span);
                self.ctx = outer;
                v
            }
            Kind::Put | Kind::Taken => V::of_deps(given),
            Kind::Error => super::typed::error(),
            Kind::Const => V::str(row.detail),
            Kind::Decode => {
                let mut at = row.positions();
                let source = at.next().and_then(|i| args.at(i)).cloned().unwrap_or_else(V::unknown);
                let place = at.next().unwrap_or(usize::MAX);
                self.filled(site.args, &source, Some(place));
                super::typed::error()
            }
            Kind::NewRequest => {
                let mut at = row.positions();
                // A method that is always the same stands before the position of the address.
                let fixed = row.detail.split(' ').next().filter(|m| m.parse::<usize>().is_err()).map(V::str);
                let method = fixed.as_ref().or_else(|| at.next().and_then(|i| args.at(i)));
                let url = at.next().and_then(|i| args.at(i));
                super::typed::request(method, url)
            }
            Kind::Send => {
                let v = args.at(row.position()).cloned().unwrap_or_else(V::unknown);
                let (method, url) = super::typed::requested(&v);
                let idempotency_key = super::typed::keyed(map_get(&v, "Header").as_ref());
                self.fact(FactKind::Http { method, url, idempotency_key }, site.span);
                V::of_deps(given.or(Deps::CALL))
            }
            Kind::Context => match args.at(row.position()) {
                Some(v @ V::Sym(Value::Context(_))) => v.clone(),
                _ => V::Sym(Value::Context(Vec::new())),
            },
            Kind::Append => {
                let (mut items, open) = match args.at(0) {
                    Some(V::List(l, open)) => (l.to_vec(), *open),
                    Some(V::Sym(Value::Null)) | None => (Vec::new(), false),
                    Some(v) => (vec![v.element()], true),
                };
                items.extend(args.pos.iter().skip(1).cloned());
                let open = open || args.open || self.ctx.in_loop || items.len() > 256;
                items.truncate(256);
                V::List(Rc::new(items), open)
            }
            Kind::Sprintf => {
                let i = row.position();
                let rest = V::List(Rc::new(args.pos.iter().skip(i + 1).cloned().collect()), args.open);
                let braces = row.detail.contains("braces");
                match args.at(i).and_then(V::as_str) {
                    Some(format) if braces && !args.open => {
                        let rest = Args::of(args.pos.iter().skip(i + 1).cloned().collect());
                        V::Sym(super::text::formatted(format, &rest))
                    }
                    Some(format) if !args.open => super::expr::percent_format(format, &rest),
                    _ => V::of_deps(given),
                }
            }
            Kind::Join => {
                let mut at = row.positions();
                let list = at.next().and_then(|i| args.at(i)).cloned().unwrap_or_else(V::unknown);
                match at.next().and_then(|i| args.at(i)).and_then(V::as_str) {
                    Some(separator) => super::text::joined(separator, &list),
                    None => V::of_deps(given),
                }
            }
            Kind::ListOf => {
                let list = match args.at(0) {
                    Some(V::List(l, open)) if args.pos.len() == 1 => (l.to_vec(), *open),
                    Some(v)
                        if row.detail == "copy"
                            || args.pos.len() == 1 && !matches!(v, V::Sym(Value::Str(_))) =>
                    {
                        let sized = matches!(v, V::Sym(Value::Int(_)));
                        (if sized { Vec::new() } else { vec![v.element()] }, !sized)
                    }
                    _ => (args.pos, args.open),
                };
                V::List(Rc::new(list.0), list.1)
            }
            Kind::MapOf => {
                let mut entries = Vec::new();
                let mut open = args.open;
                if row.detail == "copy" {
                    open |= args
                        .pos
                        .iter()
                        .any(|v| !matches!(v, V::Sym(Value::Int(_))) && Self::spread_into(v, &mut entries));
                } else {
                    for pair in args.pos.chunks(2) {
                        match pair {
                            [V::Sym(Value::Str(k)), v] => entries.push((k.clone(), v.clone())),
                            _ => open = true,
                        }
                    }
                }
                V::Map(Rc::new(entries), open)
            }
            Kind::Nothing => V::Sym(Value::Null),
            Kind::Parse => {
                let mut at = row.positions();
                let source = at.next().and_then(|i| args.at(i)).cloned().unwrap_or_else(V::unknown);
                self.parsed(&source, at.next().and_then(|i| args.at(i)))
            }
            Kind::Factory => result(given),
            Kind::Pure | Kind::Alias => {
                self.hand_over(args.functions(), given, true);
                result(given)
            }
        }
    }

    /// A library that is not known.
    fn unknown_external(&mut self, q: &SmolStr, deps: Deps, args: Args, site: &Site<'_>) -> V {
        // A structure of a library.
        if site.is_new && self.lang.traits().struct_literals && !args.named.is_empty() {
            self.hand_over(args.functions(), args.deps(), true);
            return V::Map(Rc::new(args.named), args.open);
        }
        if let Some((head, last)) = q.rsplit_once('.').filter(|_| !self.lang.traits().object_methods) {
            let on = |q: &str| V::Ext(q.into(), deps);
            match last {
                "promise" if args.pos.is_empty() => return on(head),
                "then" | "catch" | "finally" | "map" | "forEach" | "filter" | "reduce" | "flatMap"
                    if !args.functions().is_empty() =>
                {
                    // Methods that any promise or list has: the function is called, not only handed over.
                    return self.call_method(
                        &V::of_deps(deps.or(Deps::CALL)),
                        &last.into(),
                        args,
                        site,
                        None,
                    );
                }
                _ => {}
            }
        }
        let known = api::is_known(self.lang, q) || self.lang == Lang::Go && is_standard(q);
        if args.all().any(V::holds_sdk) && !known {
            let detail = format!("an AWS client is handed to `{}`", site.name());
            self.give_up(lamlint_model::tri::Reason::NotInTree, detail);
        }
        if !known && self.lang.traits().scope == Scope::Project {
            self.give_up(lamlint_model::tri::Reason::NotInTree, format!("`{}` was not found", site.name()));
        }
        if args.all().any(|v| self.methods_within(v)) && !known {
            let detail = format!("a class is handed to `{}`", site.name());
            self.give_up(lamlint_model::tri::Reason::NotInTree, detail);
        }
        let given = args.deps().or(deps).or(Deps::OTHER);
        let handler = self.wrapped_handler(&args);
        self.hand_over(args.functions(), given, true);
        // A long chain of calls on one object of a library.
        let made = match q.find("().") {
            Some(i) if q.len() > 120 && self.lang.traits().object_methods => &q[..i],
            _ => q.as_str(),
        };
        handler.unwrap_or_else(|| V::Ext(limited(format!("{made}()")), given))
    }

    /// Whether a value has methods of the project that a library could call.
    pub(super) fn has_methods(&self, v: &V) -> bool {
        let class = match v {
            V::Class(u, c) => (*u, *c),
            V::Instance(i) => match i.try_borrow() {
                Ok(i) => i.class,
                Err(_) => return false,
            },
            _ => return false,
        };
        let unit = self.program.unit(class.0);
        let c = unit.class(class.1);
        let outside = || {
            let info = self.classes.get(&class);
            info.is_some_and(|i| i.frame.borrow().vars.values().any(|v| matches!(v, V::Func(_))))
        };
        c.methods.iter().any(|m| unit.function(*m).name != "constructor")
            || (self.sdk_by_table() && outside())
    }

    /// `wrap(async (event, context) => …)` with a wrapper that is not known: it is taken to call the handler.
    fn wrapped_handler(&self, args: &Args) -> Option<V> {
        let mut functions = args.pos.iter().filter(|v| matches!(v, V::Func(_)));
        let (Some(v @ V::Func(f)), None) = (functions.next(), functions.next()) else { return None };
        let function = self.program.unit(f.unit).function(f.id);
        crate::code::shape::takes_event(function).then(|| super::decorate::with_unknown_event(v.clone()))
    }

    /// `new Promise((resolve, reject) => …)`: its value is what `resolve` is given, which is not tracked.
    fn executor(&mut self, args: &Args, site: &Site<'_>) -> V {
        if let Some(f) = args.at(0).cloned() {
            let resolve = V::Ext("#resolve".into(), Deps::NONE);
            self.call_value(&f, Args::of(vec![resolve.clone(), resolve]), site.span);
        }
        V::of_deps(Deps::OTHER)
    }
}

/// Whether a name is of Go's standard library, which calls nothing of an object it gets but what makes text of it; its
/// HTTP server calls all of it.
fn is_standard(q: &str) -> bool {
    let first = q.split(['/', '(']).next().unwrap_or(q);
    !q.starts_with("net/http") && (!q.contains('/') || !first.contains('.'))
}

/// Whether a kind of function calls what it is given, where that can be followed, or gives it back.
fn follows(kind: Kind) -> bool {
    use Kind::{Each, Executor, Gather, GetAttr, Memo, Partial, Run, Same, Thread, Wrap};
    matches!(kind, Each | Executor | Gather | GetAttr | Memo | Partial | Run | Same | Thread | Wrap)
}

/// A member of a value by name, as the SDK's results have them.
pub(super) fn part(v: &V, name: &str) -> V {
    match v {
        V::Sym(s) => V::Sym(member(s, name)),
        v => map_get(v, name).unwrap_or_else(V::unknown),
    }
}
