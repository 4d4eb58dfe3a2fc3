//! The AWS SDKs: clients, commands, resource objects, and the operations they call.

use super::Interp;
use super::call::{Args, Site};
use super::value::{Sdk, V};
use crate::code::api;
use crate::code::hir::Lang;
use lamlint_model::handler::{FactKind, Family, NewClient, SdkCall};
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

/// Arguments that give a client credentials or an endpoint of its own.
const FOREIGN: &[&str] = &[
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "profile_name",
    "endpoint_url",
    "credentials",
    "accessKeyId",
    "secretAccessKey",
    "sessionToken",
    "endpoint",
    "profile",
    "botocore_session",
];

/// The positional parameters of `client` and `resource` of a session, behind the service. Source: boto3 reference.
const CLIENT_PARAMS: &[&str] = &[
    "service_name",
    "region_name",
    "api_version",
    "use_ssl",
    "verify",
    "endpoint_url",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "config",
];

/// The positional parameters of a session.
const SESSION_PARAMS: &[&str] = &[
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "region_name",
    "botocore_session",
    "profile_name",
];

impl Interp<'_> {
    /// A function of an SDK: constructors of clients, sessions and commands. `None`: no SDK function.
    pub(super) fn sdk_function(&mut self, q: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        match self.lang {
            Lang::Python => self.boto3(q, args, site),
            Lang::JavaScript | Lang::TypeScript => self.sdk_js(q, args, site),
            Lang::Go | Lang::CSharp | Lang::Rust | Lang::Java | Lang::Ruby | Lang::PowerShell => {
                self.sdk_named(q, args, site)
            }
        }
    }

    fn boto3(&mut self, q: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        match q {
            "boto3.client" => Some(self.client(args, false, false, site)),
            "boto3.resource" => Some(self.client(args, false, true, site)),
            "boto3.Session"
            | "boto3.session.Session"
            | "aioboto3.Session"
            | "aioboto3.session.Session"
            | "aiobotocore.session.get_session"
            | "aiobotocore.session.AioSession"
            | "botocore.session.get_session"
            | "botocore.session.Session" => {
                let foreign = is_foreign(args, SESSION_PARAMS);
                self.new_client(None, args.deps(), site);
                Some(V::Sdk(Rc::new(Sdk::Session { foreign })))
            }
            "boto3.setup_default_session" => {
                self.foreign |= is_foreign(args, SESSION_PARAMS);
                Some(V::Sym(Value::Null))
            }
            _ => None,
        }
    }

    pub(super) fn new_client(&mut self, service: Option<SmolStr>, args: Deps, site: &Site<'_>) {
        let client = NewClient { family: Family::Sdk, label: site.label(), service, args };
        if !self.scripted {
            self.fact(FactKind::NewClient(client), site.span);
        }
    }

    /// `client(service, …)`, `resource(service, …)` of boto3 or one of its sessions.
    fn client(&mut self, args: &Args, foreign: bool, resource: bool, site: &Site<'_>) -> V {
        let service = args.at(0).or_else(|| args.named("service_name"));
        let service = service.and_then(V::as_str).filter(|s| api::is_service(s)).map(SmolStr::from);
        self.new_client(service.clone(), args.deps(), site);
        let foreign = foreign || self.foreign || is_foreign(args, CLIENT_PARAMS);
        match service {
            Some(service) if resource => V::Sdk(Rc::new(Sdk::Service { service, foreign })),
            Some(service) => {
                V::Sdk(Rc::new(Sdk::Client { service, foreign, document: false, defaults: None }))
            }
            None => {
                self.give_up(
                    lamlint_model::tri::Reason::Dynamic,
                    "a client of a service that is not constant",
                );
                V::of_deps(args.deps())
            }
        }
    }

    /// A method of an SDK object.
    pub(super) fn sdk_method(&mut self, s: &Rc<Sdk>, name: &str, args: &Args, site: &Site<'_>) -> V {
        if self.lang.traits().snake_inputs
            && let Sdk::Service { service, .. }
            | Sdk::Object { service, .. }
            | Sdk::Collection { service, .. } = &**s
        {
            let named = args.named.iter().filter(|(k, _)| k != "&");
            let named = named.map(|(k, v)| (api::sdk::pascal(k), super::typed::spelled(v, 0))).collect();
            let pos = args.pos.iter().map(|v| super::typed::spelled(v, 0)).collect();
            let args = Args { pos, named, open: args.open };
            let kind = api::sdk::pascal(name);
            let name = if api::resource(service, &kind).is_some() { kind.as_str() } else { name };
            return match &**s {
                Sdk::Service { service, foreign } => {
                    self.service_method(service, *foreign, name, &args, site)
                }
                Sdk::Object { service, kind, ids, foreign } => {
                    self.object_method(service, kind, ids, *foreign, name, &args, site)
                }
                _ => self.untold(s, name, V::of_deps(Deps::CALL)),
            };
        }
        match &**s {
            Sdk::Session { foreign } if self.sdk_by_table() => Self::session_method(*foreign, name, args),
            Sdk::Session { foreign } => match name {
                "client" | "create_client" => self.client(args, *foreign, false, site),
                "resource" => self.client(args, *foreign, true, site),
                _ => self.untold(s, name, V::of_deps(Deps::OTHER)),
            },
            Sdk::Client { service, foreign, .. } if self.sdk_by_table() => {
                self.typed_method(service, *foreign, name, args, site)
            }
            Sdk::Builder { of, set, open } => self.builder_method(of, set, *open, name, args, site),
            Sdk::Client { service, foreign, document, defaults } => {
                self.client_method(service, *foreign, *document, defaults.as_ref(), name, args, site)
            }
            Sdk::Service { service, foreign } => self.service_method(service, *foreign, name, args, site),
            Sdk::Object { service, kind, ids, foreign } => {
                self.object_method(service, kind, ids, *foreign, name, args, site)
            }
            Sdk::BatchWriter { ids, foreign } => {
                let mut entries: Vec<(SmolStr, Value)> =
                    ids.iter().map(|(k, v)| (k.clone(), v.to_value())).collect();
                let names: &[&str] = match name {
                    "put_item" => &["Item"],
                    "delete_item" => &["Key"],
                    _ => return self.untold(s, name, V::unknown()),
                };
                for (i, n) in names.iter().enumerate() {
                    if let Some(v) = args.named(n).or_else(|| args.at(i)) {
                        entries.push((SmolStr::from(*n), v.to_value()));
                    }
                }
                self.call_operation(
                    "dynamodb",
                    "BatchWriteItem".into(),
                    Value::Map(entries, true),
                    *foreign,
                    site,
                )
            }
            Sdk::Command { .. } => self.untold(s, name, V::unknown()),
            Sdk::Operation { service, operation, foreign, input } if self.sdk_by_table() => {
                if api::sdk::runs(self.lang, name) {
                    return self.run_operation(service, operation, *foreign, input, args, site);
                }
                match name {
                    "HasMorePages" => V::of_deps(Deps::CALL),
                    "Presign" | "PresignRequest" => {
                        self.signed(service, operation.clone(), api_args(input, &[]), *foreign, site);
                        V::of_deps(Deps::FRESH)
                    }
                    _ => self.untold(s, name, V::unknown()),
                }
            }
            Sdk::Operation { service, operation, foreign, input } => match name {
                "paginate" | "done" | "promise" | "send" | "wait" => {
                    let mut given = args.clone();
                    if name == "done" || matches!(input, V::Map(..)) {
                        given.pos.insert(0, input.clone());
                    }
                    let input = merged(&given, &[], None);
                    let v = self.call_operation(service, operation.clone(), input, *foreign, site);
                    if name == "paginate" { V::List(Rc::new(vec![v]), false) } else { v }
                }
                _ => self.untold(s, name, V::unknown()),
            },
            Sdk::Collection { service, name: collection, ids, foreign } => {
                match api::method(service, collection, name) {
                    Some((operation, params)) => {
                        let input = merged(args, &params, Some(ids));
                        self.call_operation(service, operation.into(), input, *foreign, site);
                        if name == "delete" {
                            return V::of_deps(Deps::CALL);
                        }
                        // Filtering a collection gives a collection; iterating it gives objects of the service.
                        V::Sdk(Rc::new(Sdk::Collection {
                            service: service.clone(),
                            name: collection.clone(),
                            ids: ids.clone(),
                            foreign: *foreign,
                        }))
                    }
                    None => V::of_deps(Deps::CALL),
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a client and of a call")]
    fn client_method(
        &mut self,
        service: &SmolStr,
        foreign: bool,
        document: bool,
        defaults: Option<&V>,
        name: &str,
        args: &Args,
        site: &Site<'_>,
    ) -> V {
        match name {
            "send" => {
                let Some(V::Sdk(c)) = args.at(0) else {
                    return self.send_unknown(args, foreign, site);
                };
                let Sdk::Command { service, operation, input } = &**c else { return V::unknown() };
                let v = self.call_operation(service, operation.clone(), api_args(input, &[]), foreign, site);
                self.callback(args, &v, site);
                return v;
            }
            "get_paginator" => {
                let operation = args.at(0).or_else(|| args.named("operation_name")).and_then(V::as_str);
                let Some(operation) = operation.and_then(|o| api::operation(service, o)) else {
                    self.beyond(Some(service), "a paginator of an operation that is not constant");
                    return V::unknown();
                };
                return V::Sdk(Rc::new(Sdk::Operation {
                    service: service.clone(),
                    operation,
                    foreign,
                    input: V::Sym(Value::Null),
                }));
            }
            "get_waiter" => {
                let waiter = args.at(0).or_else(|| args.named("waiter_name")).and_then(V::as_str);
                let Some(operation) = waiter.and_then(|w| api::waited(service, w)) else {
                    return V::unknown();
                };
                return V::Sdk(Rc::new(Sdk::Operation {
                    service: service.clone(),
                    operation: SmolStr::new_static(operation),
                    foreign,
                    input: V::Sym(Value::Null),
                }));
            }
            "waitFor" => {
                let waiter = args.at(0).and_then(V::as_str).and_then(|w| api::waited(service, w));
                if let Some(operation) = waiter {
                    let input =
                        args.at(1).map_or_else(|| Value::Map(Vec::new(), false), |v| api_args(v, &[]));
                    let v =
                        self.call_operation(service, SmolStr::new_static(operation), input, foreign, site);
                    self.callback(args, &v, site);
                    return v;
                }
            }
            _ => {}
        }
        if let Some(v) = self.signed_method(service, foreign, name, args, site) {
            return v;
        }
        let kind = if document { "document" } else { "client" };
        let special = api::method(service, kind, name).map(|(o, params)| (SmolStr::new_static(o), params));
        let plain = || api::operation(service, name).map(|o| (o, Vec::new()));
        let Some((operation, params)) = special.or_else(plain) else {
            // Waiters, signed addresses, `exceptions`: no call that is known.
            if !super::beyond::HARMLESS.contains(&name) {
                self.beyond(Some(service), format!("`{name}` of an AWS client may call it"));
            }
            self.hand_over(args.functions(), Deps::CALL, true);
            return V::Ext(SmolStr::new_static("#sdk"), args.deps().or(Deps::CALL));
        };
        if let Some(at) = params.iter().position(|p| *p == "-")
            && operation == "GetObject"
            && self.lang == Lang::Python
            && let Some(path) = args.named("Filename").or_else(|| args.at(at)).map(V::to_value)
            && name == "download_file"
        {
            self.fact(FactKind::FileWrite { path }, site.span);
        }
        let mut input = merged(args, &params, None);
        if let (Some(V::Map(d, _)), Value::Map(entries, _)) = (defaults, &mut input) {
            for (k, v) in d.iter() {
                if entries.iter().all(|(n, _)| n != k) {
                    entries.push((k.clone(), v.to_value()));
                }
            }
        }
        let named_queue = (operation == "GetQueueUrl").then(|| input.get("QueueName").cloned()).flatten();
        let mut v = self.call_operation(service, operation, input, foreign, site);
        // The address of a queue asked for by its name stands for the queue of that name.
        if let Some(q) = named_queue {
            v = V::Map(Rc::new(vec![("QueueUrl".into(), V::Sym(q))]), true);
        }
        self.callback(args, &v, site);
        v
    }

    /// `client.send(command)` with a command that is one of several, or unknown.
    fn send_unknown(&mut self, args: &Args, foreign: bool, site: &Site<'_>) -> V {
        if let Some(one @ V::OneOf(..)) = args.at(0) {
            let outer = self.ctx.clone();
            self.ctx.branch = true;
            let mut out = V::Sym(Value::Null);
            for c in one.possibilities() {
                if let V::Sdk(c) = c
                    && let Sdk::Command { service, operation, input } = &*c
                {
                    let v =
                        self.call_operation(service, operation.clone(), api_args(input, &[]), foreign, site);
                    out = if out.is_null() { v } else { out.join(&v) };
                }
            }
            self.ctx = outer;
            return out;
        }
        self.give_up(lamlint_model::tri::Reason::Dynamic, "an SDK command that is not known is sent");
        V::of_deps(Deps::CALL)
    }

    /// `s3.getObject(params, (err, data) => …)`.
    fn callback(&mut self, args: &Args, result: &V, site: &Site<'_>) {
        if let Some(f @ V::Func(_)) = args.pos.last().filter(|_| self.lang.is_node()) {
            let f = f.clone();
            self.call_value(&f, Args::of(vec![V::unknown(), result.clone()]), site.span);
        }
    }

    fn service_method(
        &mut self,
        service: &SmolStr,
        foreign: bool,
        name: &str,
        args: &Args,
        site: &Site<'_>,
    ) -> V {
        if let Some((kind, names)) = api::resource(service, name) {
            return V::Sdk(Rc::new(Sdk::Object {
                service: service.clone(),
                kind,
                ids: identifiers(kind, &names, args),
                foreign,
            }));
        }
        if name == "get_queue_by_name" {
            let input = merged(args, &[], None);
            let queue = input.get("QueueName").cloned().map_or_else(V::unknown, V::Sym);
            self.call_operation(service, "GetQueueUrl".into(), input, foreign, site);
            return V::Sdk(Rc::new(Sdk::Object {
                service: service.clone(),
                kind: "Queue",
                ids: vec![("QueueUrl".into(), queue)],
                foreign,
            }));
        }
        // `dynamodb.batch_get_item(…)`, `sns.create_topic(…)`
        if let Some(o) = api::operation(service, name) {
            return self.call_operation(service, o, merged(args, &[], None), foreign, site);
        }
        self.beyond(Some(service), format!("`{name}` of an AWS resource may call it"));
        V::of_deps(args.deps().or(Deps::OTHER))
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of an object and of a call")]
    fn object_method(
        &mut self,
        service: &SmolStr,
        kind: &'static str,
        ids: &[(SmolStr, V)],
        foreign: bool,
        name: &str,
        args: &Args,
        site: &Site<'_>,
    ) -> V {
        if kind == "Signer" {
            let operation = name.strip_prefix("Presign").or_else(|| name.strip_prefix("presign"));
            let operation = operation.and_then(|n| api::operation(service, n));
            match operation {
                Some(o) => {
                    let given = args.pos.iter().find(|v| matches!(v, V::Map(..)));
                    let inner = given.and_then(|v| super::access::map_get(v, &format!("{o}Request")));
                    let given = inner.as_ref().or(given);
                    let input = given.map_or_else(|| Value::Map(Vec::new(), true), |v| api_args(v, &[]));
                    self.signed(service, o, input, foreign, site);
                }
                None => self.beyond(Some(service), "an operation that is not known is signed"),
            }
            return V::of_deps(args.deps().or(Deps::FRESH));
        }
        if name == "batch_writer" {
            return V::Sdk(Rc::new(Sdk::BatchWriter { ids: ids.to_vec(), foreign }));
        }
        // `bucket.Object(key)`
        if let Some((inner, names)) = api::resource(service, name) {
            let mut inner_ids = ids.to_vec();
            inner_ids.extend(identifiers(inner, names.get(ids.len()..).unwrap_or(&[]), args));
            return V::Sdk(Rc::new(Sdk::Object {
                service: service.clone(),
                kind: inner,
                ids: inner_ids,
                foreign,
            }));
        }
        let special = api::method(service, kind, name).map(|(o, params)| (SmolStr::new_static(o), params));
        let plain = || api::operation(service, name).map(|o| (o, Vec::new()));
        let Some((operation, params)) = special.or_else(plain) else {
            self.beyond(Some(service), format!("`{name}` of an AWS resource may call it"));
            return V::of_deps(args.deps().or(Deps::OTHER));
        };
        let input = merged(args, &params, Some(ids));
        self.call_operation(service, operation, input, foreign, site)
    }

    /// A collection of a resource object: `bucket.objects`.
    pub(super) fn collection(s: &Sdk, name: &str) -> Option<V> {
        let (service, ids, foreign) = match s {
            Sdk::Object { service, ids, foreign, .. } => (service, ids.clone(), *foreign),
            Sdk::Service { service, foreign } => (service, Vec::new(), *foreign),
            _ => return None,
        };
        api::method(service, name, "all")?;
        Some(V::Sdk(Rc::new(Sdk::Collection { service: service.clone(), name: name.into(), ids, foreign })))
    }

    pub(super) fn call_operation(
        &mut self,
        service: &str,
        operation: SmolStr,
        args: Value,
        foreign: bool,
        site: &Site<'_>,
    ) -> V {
        let label = if site.callee.is_some() { site.name() } else { operation.clone() };
        let call = SdkCall { service: service.into(), operation: operation.clone(), args, label, foreign };
        self.fact(FactKind::SdkCall(call), site.span);
        V::Sym(Value::CallResult { service: service.into(), operation, path: Vec::new() })
    }
}

/// Whether arguments give credentials or an endpoint; `params` names the positional ones.
pub(super) fn is_foreign(args: &Args, params: &[&str]) -> bool {
    let given = |v: &V| !v.is_null();
    let by_position = params.iter().zip(&args.pos).any(|(n, v)| FOREIGN.contains(n) && given(v));
    let in_options = params.is_empty()
        && args
            .pos
            .iter()
            .any(|o| FOREIGN.iter().any(|n| super::access::map_get(o, n).is_some_and(|v| given(&v))));
    by_position
        || in_options
        || args.open
        || args.named.iter().any(|(n, v)| FOREIGN.contains(&n.as_str()) && given(v))
}

pub(super) fn client_is_foreign(v: &V) -> bool {
    match v {
        V::Sdk(s) => matches!(
            &**s,
            Sdk::Client { foreign: true, .. }
                | Sdk::Service { foreign: true, .. }
                | Sdk::Session { foreign: true }
        ),
        V::OneOf(all, _) => all.iter().any(client_is_foreign),
        _ => false,
    }
}

fn identifiers(kind: &str, names: &[&'static str], args: &Args) -> Vec<(SmolStr, V)> {
    let mut out = Vec::new();
    for (i, n) in names.iter().enumerate() {
        // boto3 names its parameters otherwise (`name=`, `bucket_name=`, `url=`), in the same order.
        let v = args.at(i).cloned().or_else(|| args.named.get(i).map(|(_, v)| v.clone()));
        let v = v.unwrap_or_else(V::unknown);
        let v = if kind == "Instance" { V::List(Rc::new(vec![v]), false) } else { v };
        out.push((SmolStr::new_static(n), v));
    }
    out
}

/// A map of arguments as the model sees it. Of several, what all of them have.
pub(super) fn api_args(input: &V, params: &[&str]) -> Value {
    let _ = params;
    match input.to_value() {
        m @ Value::Map(..) => m,
        Value::Null => Value::Map(Vec::new(), false),
        Value::OneOf(all) => {
            let mut maps = all.iter().map(|v| match v {
                Value::Map(m, _) => Some(m),
                _ => None,
            });
            let Some(Some(first)) = maps.next() else { return Value::Map(Vec::new(), true) };
            let rest: Option<Vec<_>> = maps.collect();
            let common = rest.map(|rest| {
                let shared = first.iter().filter_map(|(k, v)| {
                    let others = rest.iter().map(|m| m.iter().find(|(n, _)| n == k).map(|(_, v)| v.clone()));
                    let others: Option<Vec<Value>> = others.collect();
                    Some((k.clone(), Value::one_of(std::iter::once(v.clone()).chain(others?))))
                });
                shared.collect()
            });
            Value::Map(common.unwrap_or_default(), true)
        }
        _ => Value::Map(Vec::new(), true),
    }
}

/// All arguments of a call by API name: keywords, one map, and positional ones that have names.
fn merged(args: &Args, params: &[&str], ids: Option<&[(SmolStr, V)]>) -> Value {
    let mut entries: Vec<(SmolStr, Value)> = Vec::new();
    let mut open = args.open;
    let mut put = |k: &str, v: Value| {
        entries.retain(|(n, _)| n != k);
        entries.push((k.into(), v));
    };
    for (k, v) in ids.unwrap_or_default() {
        put(k, v.to_value());
    }
    for (i, v) in args.pos.iter().enumerate() {
        match params.get(i) {
            Some(p) if *p != "-" => put(p, v.to_value()),
            _ => match v.to_value() {
                Value::Map(m, o) => {
                    open |= o;
                    for (k, v) in m {
                        put(&k, v);
                    }
                }
                Value::Null => {}
                // Not a map: the parameters of JavaScript in a variable that is not known.
                _ if params.is_empty() && !matches!(v, V::Func(_)) => open = true,
                _ => {}
            },
        }
    }
    for (k, v) in &args.named {
        put(k, v.to_value());
    }
    Value::Map(entries, open)
}
