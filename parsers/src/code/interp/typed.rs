//! What typed languages bring: places of a type, addresses, several results, and the SDKs by the names of a table.

use super::Interp;
use super::access::map_get;
use super::builders::{builder, built_input};
use super::call::{Args, Site};
use super::sdk::{api_args, client_is_foreign};
use super::value::{Built, Func, Sdk, V, limited};
use crate::code::api::same_name;
use crate::code::api::sdk::{self, SdkKind, SdkName, Suffix};
use crate::code::hir::{Arg, Block, Expr, ExprKind, Pattern, StmtKind};
use crate::code::lang::InputAt;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// Parts of a client's configuration that give it other credentials or another endpoint, in any spelling.
const FOREIGN: &[&str] = &[
    "credentials",
    "credentialsprovider",
    "endpoint",
    "endpointresolver",
    "endpointresolverv2",
    "endpointresolverwithoptions",
    "baseendpoint",
    "endpointoverride",
    "serviceurl",
    "profile",
    "profilename",
    "endpointurl",
];

fn is_foreign_name(name: &str) -> bool {
    FOREIGN.iter().any(|f| same_name(f, name))
}

impl Interp<'_> {
    /// Whether the SDK of the language is described by its table.
    pub(super) fn sdk_by_table(&self) -> bool {
        !self.lang.is_node() && self.lang != crate::code::hir::Lang::Python
    }

    /// A name of an SDK that is called, or a structure of it that is made.
    pub(super) fn sdk_named(&mut self, q: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let n = sdk::named(self.lang, q)?;
        let at = |key: &str| n.position(key).and_then(|i| args.at(i));
        match n.kind {
            SdkKind::Client => {
                let foreign = self.built_foreign(&n, args);
                let service = SmolStr::new_static(n.service?);
                self.new_client(Some(service.clone()), args.deps_but_context(), site);
                Some(client(service, foreign))
            }
            SdkKind::Resource => {
                // A client that is handed over says whose credentials are used.
                let given = args.named("client").is_some_and(not_ours);
                let foreign = given || self.built_foreign(&n, args);
                let service = SmolStr::new_static(n.service?);
                self.new_client(Some(service.clone()), args.deps_but_context(), site);
                Some(V::Sdk(Rc::new(Sdk::Service { service, foreign })))
            }
            SdkKind::Session => {
                let foreign = self.foreign || self.options_foreign(&n, args);
                // One that is made from another loads nothing.
                let derived = |v: &V| matches!(v, V::Sdk(s) if matches!(**s, Sdk::Session { .. }));
                if !args.all().any(derived) {
                    self.new_client(None, args.deps_but_context(), site);
                }
                Some(V::Sdk(Rc::new(Sdk::Session { foreign })))
            }
            SdkKind::Defaults => {
                self.foreign |= self.options_foreign(&n, args);
                Some(V::Ext(q.into(), args.deps()))
            }
            SdkKind::Foreign => Some(V::Ext("#foreign".into(), args.deps())),
            SdkKind::Input | SdkKind::Struct => {
                if !site.is_new {
                    return None;
                }
                let operation = n.operation.clone().unwrap_or_default();
                let names = n.service.map(|s| sdk::positional(self.lang, s, &operation)).unwrap_or_default();
                let given = names.iter().zip(&args.pos).filter(|(n, _)| **n != "-");
                let given: Vec<(SmolStr, V)> =
                    given.map(|(n, v)| (SmolStr::new_static(n), v.clone())).collect();
                let open = args.open || given.len() < args.pos.len();
                let named = args.named.iter().map(|(k, v)| {
                    let k = match n.service {
                        Some(s) => sdk::argument(self.lang, s, &operation, k),
                        None => k.clone(),
                    };
                    (k, v.clone())
                });
                Some(V::Map(Rc::new(given.into_iter().chain(named).collect()), open))
            }
            SdkKind::Member => {
                let v = args.named("Value").or_else(|| args.at(0)).cloned().unwrap_or_else(V::unknown);
                Some(V::Map(Rc::new(vec![(n.any.clone(), v)]), false))
            }
            SdkKind::Type => None,
            SdkKind::Paginator | SdkKind::Waiter => {
                let input = at("input").cloned().unwrap_or(V::Sym(Value::Null));
                Some(V::Sdk(Rc::new(Sdk::Operation {
                    service: SmolStr::new_static(n.service?),
                    operation: n.operation.clone()?,
                    foreign: at("client").is_none_or(not_ours),
                    input,
                })))
            }
            SdkKind::Object | SdkKind::Signer => {
                let kind = n.word("kind").unwrap_or("Signer");
                let foreign = match at("client").or_else(|| at("session")) {
                    Some(v) => not_ours(v),
                    None => n.position("client").or(n.position("session")).is_some(),
                };
                let service = n.service.map(SmolStr::new_static)?;
                Some(V::Sdk(Rc::new(Sdk::Object { service, kind, ids: Vec::new(), foreign })))
            }
            SdkKind::ClientBuilder => Some(builder(Built::Client {
                service: SmolStr::new_static(n.service?),
                foreign: self.foreign,
            })),
            SdkKind::Builder => {
                let of = Built::Input {
                    service: n.service.map(SmolStr::new_static).unwrap_or_default(),
                    operation: n.operation.clone().unwrap_or_default(),
                };
                // `new PutObjectRequest(bucket, key, file)`
                let names = n.word("args").into_iter().flat_map(|a| a.split(','));
                let set = names.zip(&args.pos).filter(|(n, _)| *n != "-");
                let set: Vec<(SmolStr, V)> = set.map(|(n, v)| (SmolStr::new(n), v.clone())).collect();
                let open = args.open || !args.pos.is_empty() && n.word("args").is_none();
                Some(V::Sdk(Rc::new(Sdk::Builder { of, set: Rc::new(set), open })))
            }
        }
    }

    fn built_foreign(&self, n: &SdkName, args: &Args) -> bool {
        let session = n.position("session").and_then(|i| args.at(i));
        self.foreign || session.is_some_and(not_ours) || self.options_foreign(n, args)
    }

    /// Whether options give other credentials or another endpoint, or may.
    fn options_foreign(&self, n: &SdkName, args: &Args) -> bool {
        let Some(from) = n.position("options") else { return false };
        args.open
            || args.pos.iter().skip(from).any(|v| self.option_foreign(v))
            || args.named.iter().any(|(k, v)| is_foreign_name(k) && !v.is_null())
    }

    fn option_foreign(&self, v: &V) -> bool {
        match v {
            V::Func(f) => self.sets_foreign(f),
            V::Ext(q, _) => q == "#foreign",
            V::List(l, open) => *open || l.iter().any(|v| self.option_foreign(v)),
            V::OneOf(l, _) => l.iter().any(|v| self.option_foreign(v)),
            V::Sdk(_) => client_is_foreign(v),
            V::Map(m, open) => *open || m.iter().any(|(k, v)| self.entry_foreign(k, v)),
            V::Sym(Value::Map(m, open)) => {
                *open || m.iter().any(|(k, v)| is_foreign_name(k) && *v != Value::Null)
            }
            V::Sym(Value::Null | Value::Str(_) | Value::Env(_) | Value::Bool(_)) => false,
            _ => true,
        }
    }

    pub(super) fn entry_foreign(&self, k: &str, v: &V) -> bool {
        // A configuration inside of options.
        (is_foreign_name(k) && !v.is_null()) || matches!(v, V::Map(..) | V::Sdk(_)) && self.option_foreign(v)
    }

    /// A part of the defaults for all clients is set.
    pub(super) fn set_default(&mut self, q: &str, name: &str, v: &V) {
        // A client that is put into something of a library gets out of sight.
        if self.lang.traits().messages {
            let mut services = Vec::new();
            v.services(&mut services);
            for service in services {
                self.beyond(service.as_deref(), format!("an AWS client is kept in `{q}`"));
            }
        }
        let is = |q: &str| sdk::named(self.lang, q).is_some_and(|n| n.kind == SdkKind::Defaults);
        let whole = is(&format!("{q}.{name}"));
        self.foreign |= (is(q) && is_foreign_name(name) && !v.is_null()) || (whole && self.option_foreign(v));
    }

    /// Whether a function that changes options sets credentials or an endpoint.
    fn sets_foreign(&self, f: &Func) -> bool {
        let unit = self.program.unit(f.unit);
        sets(&unit.function(f.id).body, 0)
    }

    /// Methods of configurations and sessions: `cfg.Copy()`, `aws.NewConfig().WithRegion(r)`.
    pub(super) fn session_method(o: bool, name: &str, args: &Args) -> V {
        let name = ["With", "with", "set_", "Set"].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name);
        let foreign = o || (is_foreign_name(name) && !args.pos.iter().all(V::is_null));
        V::Sdk(Rc::new(Sdk::Session { foreign }))
    }

    /// A method of a client, as the language spells operations.
    pub(super) fn typed_method(
        &mut self,
        service: &SmolStr,
        foreign: bool,
        name: &str,
        args: &Args,
        site: &Site<'_>,
    ) -> V {
        let foreign = foreign
            || args.functions().iter().any(|f| self.sets_foreign(f))
            || args.pos.iter().any(|v| matches!(v, V::Ext(q, _) if q == "#foreign"));
        let waiter = ["WaitUntil", "waitUntil", "wait_until_"].iter().find_map(|p| name.strip_prefix(p));
        // `client.wait_until(:table_exists, …)`
        let waiter = waiter.or_else(|| args.at(0).filter(|_| name == "wait_until").and_then(V::as_str));
        let waited = waiter.map(|w| w.strip_suffix("WithContext").unwrap_or(w));
        let waited = waited.and_then(|w| crate::code::api::waited(service, w));
        let called = waited
            .map(|o| (SmolStr::new_static(o), Suffix::Plain))
            .or_else(|| sdk::method(self.lang, service, name));
        let Some((operation, suffix)) = called else {
            if self.lang.traits().object_methods {
                if name == "waiter" {
                    return client(service.clone(), foreign);
                }
                if let Some((kind, names)) = crate::code::api::resource(service, name) {
                    let ids = names.into_iter().zip(&args.pos);
                    let ids = ids.map(|(n, v)| (SmolStr::new_static(n), v.clone())).collect();
                    return V::Sdk(Rc::new(Sdk::Object { service: service.clone(), kind, ids, foreign }));
                }
            }
            if !super::beyond::HARMLESS.contains(&name) {
                self.beyond(Some(service), format!("`{name}` of an AWS client may call it"));
            }
            self.hand_over(args.functions(), Deps::CALL, true);
            return V::Ext(SmolStr::new_static("#sdk"), args.deps().or(Deps::CALL));
        };
        if self.lang.traits().fluent && args.pos.is_empty() && args.named.is_empty() {
            return builder(Built::Call { service: service.clone(), operation, foreign });
        }
        let input = self.input_of(args, service, &operation, site);
        let pending = |input: V| {
            V::Sdk(Rc::new(Sdk::Operation {
                service: service.clone(),
                operation: operation.clone(),
                foreign,
                input,
            }))
        };
        match suffix {
            Suffix::Request => {
                let result = Value::CallResult {
                    service: service.clone(),
                    operation: operation.clone(),
                    path: Vec::new(),
                };
                return V::List(Rc::new(vec![pending(input), V::Sym(result)]), false);
            }
            Suffix::Paginator => return pending(input),
            Suffix::Plain | Suffix::Pages => {}
        }
        let input = api_args(&input, &[]);
        let named_queue = (operation == "GetQueueUrl").then(|| input.get("QueueName").cloned()).flatten();
        let mut v = self.call_operation(service, operation, input, foreign, site);
        // The address of a queue asked for by its name stands for the queue of that name.
        if let Some(q) = named_queue {
            v = V::Map(Rc::new(vec![("QueueUrl".into(), V::Sym(q))]), true);
        }
        if suffix == Suffix::Pages {
            for f in args.pos.iter().filter(|v| matches!(v, V::Func(_))).cloned().collect::<Vec<_>>() {
                let outer = self.ctx.clone();
                self.ctx.in_loop = true;
                self.call_value(&f, Args::of(vec![v.clone(), V::unknown()]), site.span);
                self.ctx = outer;
            }
        }
        v
    }

    /// The input among the arguments of a client's method.
    fn input_of(&mut self, args: &Args, service: &SmolStr, operation: &SmolStr, site: &Site<'_>) -> V {
        let is_map = |v: &&V| matches!(v, V::Map(..) | V::Sym(Value::Map(..)));
        let names = sdk::positional(self.lang, service, operation);
        if self.lang.traits().fields_by_position
            && !names.is_empty()
            && args.named.is_empty()
            && args.pos.first().is_some_and(|v| !is_map(&v))
            && (args.pos.len() > 1
                || matches!(args.pos[0], V::Sym(Value::Str(_) | Value::Env(_) | Value::Concat(_))))
        {
            let all = names.iter().zip(&args.pos).filter(|(n, _)| **n != "-");
            let all = all.map(|(n, v)| (SmolStr::new_static(n), v.clone())).collect();
            return V::Map(Rc::new(all), args.open);
        }
        if let Some(m) = args.pos.iter().find(is_map) {
            if self.lang.traits().folds_case
                && let V::Map(entries, open) = m
            {
                let named =
                    |(k, v): &(SmolStr, V)| (sdk::argument(self.lang, service, operation, k), v.clone());
                return V::Map(Rc::new(entries.iter().map(named).collect()), *open);
            }
            return if self.lang.traits().snake_inputs { spelled(m, 0) } else { m.clone() };
        }
        if !args.named.is_empty() {
            let named = args.named.iter();
            let named = named.map(|(k, v)| (sdk::argument(self.lang, service, operation, k), v.clone()));
            let named: Vec<(SmolStr, V)> = named.filter(|(k, _)| k != "&").collect();
            let m = V::Map(Rc::new(named), args.open);
            return if self.lang.traits().snake_inputs { spelled(&m, 0) } else { m };
        }
        let mut plain = args.pos.iter().filter(|v| !matches!(v, V::Func(_) | V::Sym(Value::Context(_))));
        // `client.putObject(r -> r.bucket(b), body)`
        let by_function = self.lang.traits().object_methods && matches!(args.pos.first(), Some(V::Func(_)));
        let given = match self.lang.traits().input {
            _ if by_function => None,
            InputAt::First => plain.next(),
            InputAt::Last => plain.next_back(),
        };
        match (given, args.pos.iter().find(|v| matches!(v, V::Func(_)))) {
            (Some(v), _) => match (built_input(v), sdk::positional(self.lang, service, operation)) {
                (v @ V::Map(..), _) => v,
                (v, names) if names.is_empty() || self.lang.traits().fields_by_position => v,
                // `s3.getObject(bucket, key)`
                (_, names) => {
                    let given = names.iter().zip(&args.pos).filter(|(n, _)| **n != "-");
                    let given = given.map(|(n, v)| (SmolStr::new_static(n), v.clone())).collect();
                    V::Map(Rc::new(given), args.open || args.pos.len() > names.len())
                }
            },
            // `client.getItem(b -> b.key(..))`
            (None, Some(f)) if self.lang.traits().fluent || self.lang.traits().object_methods => {
                let b = builder(Built::Input { service: service.clone(), operation: operation.clone() });
                let v = self.call_value(&f.clone(), Args::of(vec![b]), site.span);
                match built_input(&v) {
                    v @ V::Map(..) => v,
                    // Built in several statements.
                    _ => V::Map(Rc::new(Vec::new()), true),
                }
            }
            (None, _) => V::Map(Rc::new(Vec::new()), args.open),
        }
    }

    /// Make the call of an operation that was prepared.
    pub(super) fn run_operation(
        &mut self,
        service: &SmolStr,
        operation: &SmolStr,
        foreign: bool,
        prepared: &V,
        args: &Args,
        site: &Site<'_>,
    ) -> V {
        let given = args.pos.iter().find(|v| matches!(v, V::Map(..) | V::Sym(Value::Map(..))));
        let input = given.unwrap_or(prepared);
        self.call_operation(service, operation.clone(), api_args(input, &[]), foreign, site)
    }

    /// What a place of a type holds before anything is put there.
    pub(super) fn zero(&mut self, ty: &Expr) -> V {
        match self.eval(ty) {
            // Who sets it makes what it is.
            V::Class(..) if self.lang.traits().object_methods => V::unknown(),
            V::Class(u, c) => {
                let made = self.instance((u, c));
                self.nesting += 8;
                if self.nesting < super::MAX_NESTING {
                    self.init_fields((u, c), &made, 0);
                }
                self.nesting -= 8;
                made
            }
            V::Ext(q, d) => match sdk::named(self.lang, &q).map(|n| n.kind) {
                Some(SdkKind::Input | SdkKind::Struct) => V::Map(Rc::new(Vec::new()), false),
                Some(SdkKind::Type) => self.of_type(ty, V::unknown()),
                _ => V::Ext(limited(format!("{q}()")), d),
            },
            _ => V::unknown(),
        }
    }

    /// Some value of a declared type, where nothing else is known of it: a client of the SDK is one, with credentials
    /// that are not known.
    pub(super) fn of_type(&mut self, ty: &Expr, v: V) -> V {
        if !matches!(v, V::Sym(Value::Unknown(_))) {
            return v;
        }
        let V::Ext(q, _) = self.eval(ty) else { return v };
        match sdk::named(self.lang, &q) {
            Some(n) if matches!(n.kind, SdkKind::Type | SdkKind::Client) => match n.service {
                Some(s) => client(SmolStr::new_static(s), true),
                None => v,
            },
            _ => v,
        }
    }

    /// The results of one call, by position.
    pub(super) fn results(v: &V, n: usize) -> Vec<V> {
        match v {
            V::List(l, false) if l.len() == n => l.to_vec(),
            V::OneOf(all, _) if all.iter().all(|v| matches!(v, V::List(l, false) if l.len() == n)) => {
                let mut columns = all.iter().map(|v| Self::results(v, n));
                let first = columns.next().unwrap_or_default();
                columns.fold(first, |a, b| a.iter().zip(&b).map(|(a, b)| a.join(b)).collect())
            }
            v => {
                let mut out = vec![v.clone()];
                out.resize_with(n, error);
                out
            }
        }
    }

    /// What a library may have put into the places whose addresses it was given.
    pub(super) fn filled(&mut self, args: &[Arg], with: &V, only: Option<usize>) {
        for (i, a) in args.iter().enumerate() {
            let ExprKind::Ref(place) = &a.value.kind else { continue };
            if only.is_some_and(|n| n != i) || !super::branch::is_place(place, 0) {
                continue;
            }
            let before = self.eval(place);
            match &before {
                V::Instance(_) if only.is_some() => self.decode_into(&before, with),
                // Objects of libraries and of the SDK stay what they are.
                V::Ext(..)
                | V::Sdk(_)
                | V::Func(_)
                | V::Instance(_)
                | V::Sym(Value::Event(_) | Value::Env(_) | Value::Str(_))
                    if only.is_none() => {}
                _ if only.is_some() => self.set_place(place, with.clone()),
                _ => self.set_place(place, V::of_deps(with.deps().or(before.deps()))),
            }
        }
    }
}

/// Parts of inputs whose entries have names of their own.
const DATA: &[&str] = &[
    "Item",
    "Key",
    "ExclusiveStartKey",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "MessageAttributes",
    "Attributes",
    "Metadata",
    "Payload",
    "Tags",
    "Variables",
    "Parameters",
    "Expected",
    "KeyConditions",
];

/// A map with entries by the names of tables.
fn tables(v: &V, depth: u32) -> V {
    match v {
        V::Map(m, open) => {
            let entries = m.iter().map(|(k, v)| (k.clone(), spelled(v, depth + 1)));
            V::Map(Rc::new(entries.collect()), *open)
        }
        v => v.clone(),
    }
}

/// An input with the names of the API.
pub(super) fn spelled(v: &V, depth: u32) -> V {
    let entry = |k: &SmolStr, v: V| {
        let k = sdk::pascal(k);
        let v = if k == "RequestItems" {
            tables(&v, depth)
        } else if DATA.contains(&k.as_str()) || depth > 8 {
            v
        } else {
            spelled(&v, depth + 1)
        };
        (k, v)
    };
    match v {
        V::Map(m, open) => V::Map(Rc::new(m.iter().map(|(k, v)| entry(k, v.clone())).collect()), *open),
        V::Sym(Value::Map(m, open)) => {
            V::Map(Rc::new(m.iter().map(|(k, v)| entry(k, V::Sym(v.clone()))).collect()), *open)
        }
        V::List(l, open) if depth < 8 => {
            V::List(Rc::new(l.iter().map(|v| spelled(v, depth + 1)).collect()), *open)
        }
        v => v.clone(),
    }
}

/// An error, or another sign that a call failed: asking for it asks nothing of the event.
pub(super) fn error() -> V {
    V::Ext(SmolStr::new_static("#error"), Deps::NONE)
}

/// The part of a chain of calls that names an operation: `client.get_item` of `client.get_item().key(k).send`.
pub(super) fn begun<'e>(callee: Option<&'e Expr>, service: &str) -> Option<&'e Expr> {
    let mut at = callee?;
    for _ in 0..64 {
        at = match &at.kind {
            ExprKind::Attr { name, .. } if crate::code::api::operation(service, name).is_some() => {
                return Some(at);
            }
            ExprKind::Attr { object, .. } => object,
            ExprKind::Call { callee, .. } => callee,
            _ => return None,
        };
    }
    None
}

/// A client.
pub(super) fn client(service: SmolStr, foreign: bool) -> V {
    V::Sdk(Rc::new(Sdk::Client { service, foreign, document: false, defaults: None }))
}

/// Whether what a client is built from is, or may be, not the role's own.
fn not_ours(v: &V) -> bool {
    match v {
        V::Sdk(_) => client_is_foreign(v),
        V::OneOf(all, _) => all.iter().any(|v| !v.is_null() && not_ours(v)),
        V::Map(m, open) => *open || m.iter().any(|(k, v)| is_foreign_name(k) && !v.is_null()),
        _ => true,
    }
}

/// Whether statements set credentials or an endpoint.
fn sets(b: &Block, depth: u32) -> bool {
    depth < 16
        && b.iter().any(|s| match &s.kind {
            StmtKind::Assign { target: Pattern::Place(e), .. } => {
                matches!(&e.kind, ExprKind::Attr { name, .. } if is_foreign_name(name))
            }
            StmtKind::If { then, otherwise, .. } => sets(then, depth + 1) || sets(otherwise, depth + 1),
            StmtKind::Block(b) => sets(b, depth + 1),
            _ => false,
        })
}

/// Whether the text of a request's headers names an idempotency key.
pub(super) fn keyed(headers: Option<&V>) -> bool {
    let key = |k: &str| k.to_ascii_lowercase().contains("idempoten");
    match headers {
        Some(V::Map(m, open)) => *open || m.iter().any(|(k, _)| key(k)),
        _ => true,
    }
}

/// A request that is not sent yet.
pub(super) fn request(method: Option<&V>, url: Option<&V>) -> V {
    let entry = |k: &str, v: Option<&V>| (SmolStr::new(k), v.cloned().unwrap_or_else(V::unknown));
    let header = (SmolStr::new_static("Header"), V::Map(Rc::new(Vec::new()), false));
    V::Map(Rc::new(vec![entry("Method", method), entry("URL", url), header]), false)
}

/// The parts of a request that was made: method and address.
pub(super) fn requested(v: &V) -> (Option<SmolStr>, Value) {
    let method = map_get(v, "Method").and_then(|m| m.as_str().map(str::to_uppercase)).map(SmolStr::from);
    let url = map_get(v, "URL").map_or_else(Value::unknown, |u| super::expr::text(&u));
    (method.map(|m| if m.is_empty() { SmolStr::new_static("GET") } else { m }), url)
}
