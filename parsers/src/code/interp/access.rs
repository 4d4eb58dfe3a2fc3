//! Attributes and elements.

use super::Interp;
use super::value::{Instance, Sdk, V, limited, member};
use crate::code::api;
use crate::code::hir::{ClassId, Lang};
use crate::code::program::UnitId;
use lamlint_model::handler::FactKind;
use lamlint_model::source::Span;
use lamlint_model::value::{Deps, Value, context};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

impl Interp<'_> {
    /// `object.name`.
    pub(super) fn attr(&mut self, o: &V, name: &str, span: Span, optional: bool) -> V {
        if let Some(v) = self.folded_part(o, name) {
            return v;
        }
        let folded = matches!(o, V::Instance(_) | V::Class(..)).then(|| self.folded(&name.into()));
        let name = folded.as_deref().unwrap_or(name);
        match o {
            V::Sym(Value::Event(_) | Value::CallResult { .. } | Value::Context(_))
                if api::common_method(self.lang, name).is_some() =>
            {
                V::Method(Rc::new(o.clone()), name.into())
            }
            V::Sym(Value::Event(path)) if self.lang.traits().typed_events => {
                V::Sym(member(&Value::Event(path.clone()), &api::events::member(path, name)))
            }
            V::Sym(Value::Event(path)) => {
                if mapping_methods(self.lang).contains(&name) {
                    return V::Method(Rc::new(o.clone()), name.into());
                }
                // `json.dumps(event).encode()`: the event as text.
                if is_text_method(name) {
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
                V::Sym(member(&Value::Event(path.clone()), name))
            }
            // A part of the context that holds what the function is.
            V::Sym(Value::Context(path)) if path.is_empty() && name == "env_config" => o.clone(),
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
                if self.lang.traits().snake_inputs && matches!(v, Value::CallResult { .. }) {
                    return V::Sym(member(v, &api::sdk::pascal(name)));
                }
                V::Sym(member(v, name))
            }
            V::Sym(Value::Map(..)) | V::Map(..) => {
                if let Some(v) = map_get(o, name) {
                    return v;
                }
                if self.lang.traits().snake_inputs
                    && let Some(v) = map_get(o, &api::sdk::pascal(name))
                {
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
                    // A variable nothing was put in yet.
                    None if name.starts_with('@') => V::Sym(Value::Null),
                    None if name == "class" && self.lang.traits().messages => V::Class(class.0, class.1),
                    None if self.embedded(i, class, name).is_some() => {
                        let inner = self.embedded(i, class, name).unwrap_or_else(V::unknown);
                        self.attr(&inner, name, span, optional)
                    }
                    None => match self.library_base(class, 0) {
                        Some(base) => self.ext_attr(base.object, Deps::NONE, name, span),
                        None => V::Method(Rc::new(o.clone()), name.into()),
                    },
                }
            }
            V::Class(unit, id) if self.lang.traits().messages => {
                let own = !name.starts_with(['@']) && !name.starts_with(char::is_uppercase);
                let full = if own { SmolStr::from(format!("self.{name}")) } else { name.into() };
                match self.class_member((*unit, *id), &full, 0) {
                    Some(v) => self.bound_to_class(v, o),
                    None if name.starts_with('@') => V::Sym(Value::Null),
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
            // What is built on first use.
            V::Func(f) if f.memo && name == "Value" => {
                self.enter(f, super::call::Args::default(), span, false)
            }
            V::Func(f) if self.attributes.get(&(f.unit, f.id)).is_some_and(|a| a.contains_key(name)) => {
                let kept = self.attributes.get(&(f.unit, f.id)).and_then(|a| a.get(name)).cloned();
                kept.unwrap_or_else(V::unknown)
            }
            V::Package(dir) => self.package_member(&dir.clone(), name),
            V::Exports(_) => self.own_export(name),
            V::Ext(q, d) => self.ext_attr(q, *d, name, span),
            V::Sdk(s) => {
                self.lazy_attribute(s, name);
                Self::sdk_attr(o, s, name)
            }
            V::OneOf(_, by) => {
                let mut all = o
                    .possibilities()
                    .into_iter()
                    .map(|p| self.attr(&p, name, span, optional))
                    .collect::<Vec<_>>();
                let Some(first) = all.pop() else { return V::unknown() };
                all.iter().fold(first, |a, b| a.join(b)).chosen_by(*by)
            }
            V::Sym(Value::Fresh(_)) if matches!(name, "hex" | "int" | "bytes" | "urn") => o.clone(),
            v => V::Method(Rc::new(v.clone()), name.into()),
        }
    }

    /// The embedded object of an instance that has a member.
    fn embedded(&mut self, i: &Rc<RefCell<Instance>>, class: (UnitId, ClassId), name: &str) -> Option<V> {
        let unit = self.program.unit(class.0).clone();
        let embeds = &unit.class(class.1).embeds;
        let mut maybe = None;
        for e in embeds {
            let v = i.try_borrow().ok()?.fields.get(e).cloned()?;
            match &v {
                V::Instance(inner) => {
                    let (has, class) = {
                        let b = inner.try_borrow().ok()?;
                        (b.fields.contains_key(name), b.class)
                    };
                    self.nesting += 1;
                    let found = self.nesting < super::MAX_NESTING
                        && (has
                            || self.class_member(class, name, 0).is_some()
                            || self.embedded(inner, class, name).is_some());
                    self.nesting -= 1;
                    if found {
                        return Some(v);
                    }
                }
                V::Sym(Value::Null) => {}
                _ => maybe = Some(v),
            }
        }
        maybe
    }

    /// `object[index]`.
    pub(super) fn index(&mut self, o: &V, i: &V, span: Span) -> V {
        let name: Option<SmolStr> = match i {
            V::Sym(Value::Str(s)) => Some(s.clone()),
            // A position in what is gone through.
            V::Ext(q, _) if q == "#index" => Some(SmolStr::new_static("*")),
            V::OneOf(all, _) if all.iter().any(|v| matches!(v, V::Sym(Value::Int(_)))) => {
                Some(SmolStr::new_static("*"))
            }
            V::Sym(Value::Int(n)) => match o {
                V::List(..) | V::Sym(Value::List(..)) => Some(n.to_string().into()),
                _ => Some(SmolStr::new_static("*")),
            },
            _ => None,
        };
        match (o, name) {
            (V::List(..), Some(n)) if n == "*" => o.element(),
            (V::List(l, false), Some(n)) => {
                let i = n.parse::<i64>().unwrap_or(0);
                let i = if i < 0 { i + i64::try_from(l.len()).unwrap_or(0) } else { i };
                usize::try_from(i).ok().and_then(|i| l.get(i).cloned()).unwrap_or_else(|| o.element())
            }
            (V::List(..), _) => o.element().chosen_by(i.deps()),
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
                let any = all.fold(first, |a, b| a.join(&b)).chosen_by(i.deps());
                if *open { any.join(&V::of_deps(i.deps())) } else { any }
            }
            (V::Ext(q, _), name) if q == "env" || q == "os.environ" => match name {
                Some(n) => self.env_read(&V::str(n), self.lang == Lang::Python && self.testing == 0, span),
                None => self.env_read(i, false, span),
            },
            (V::Ext(..) | V::Module(_) | V::Package(_) | V::Exports(_) | V::Instance(_), Some(n)) => {
                self.attr(o, &n, span, true)
            }
            (V::Ext(q, d), None) => {
                let mut all = String::from(q.as_str());
                all.push_str("[]");
                V::Ext(limited(all), *d)
            }
            (V::OneOf(_, by), _) => {
                let mut all =
                    o.possibilities().into_iter().map(|p| self.index(&p, i, span)).collect::<Vec<_>>();
                let Some(first) = all.pop() else { return V::unknown() };
                all.iter().fold(first, |a, b| a.join(b)).chosen_by(*by)
            }
            (o, _) => V::of_deps(o.deps().or(i.deps())),
        }
    }

    /// Attributes of SDK objects.
    pub(super) fn sdk_attr(o: &V, s: &Rc<Sdk>, name: &str) -> V {
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
            (Sdk::Client { .. }, "client" | "meta" | "exceptions" | "config" | "Paginators") => match name {
                "client" | "Paginators" => o.clone(),
                _ => V::unknown(),
            },
            (Sdk::Object { ids, kind: "Queue", .. }, "url") => {
                ids.first().map_or_else(V::unknown, |(_, v)| v.clone())
            }
            (Sdk::Object { ids, .. }, "name" | "table_name" | "bucket_name" | "arn") => {
                ids.first().map_or_else(V::unknown, |(_, v)| v.clone())
            }
            (Sdk::Object { ids, .. }, "key") => ids.get(1).map_or_else(V::unknown, |(_, v)| v.clone()),
            _ if Self::collection(s, name).is_some() => Self::collection(s, name).unwrap_or_else(V::unknown),
            _ => V::Method(Rc::new(o.clone()), name.into()),
        }
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

/// Methods of the plain mapping an event is, by language.
pub(super) fn mapping_methods(lang: Lang) -> &'static [&'static str] {
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
        Lang::Go | Lang::Rust | Lang::Java | Lang::CSharp | Lang::PowerShell => &[],
        Lang::Ruby => &[
            "[]",
            "dig",
            "fetch",
            "key?",
            "has_key?",
            "include?",
            "keys",
            "values",
            "each",
            "each_pair",
            "map",
            "collect",
            "select",
            "filter",
            "reject",
            "find",
            "detect",
            "flat_map",
            "filter_map",
            "reduce",
            "inject",
            "to_h",
            "to_a",
            "to_json",
            "to_s",
            "to_i",
            "to_f",
            "to_sym",
            "first",
            "last",
            "length",
            "size",
            "count",
            "empty?",
            "nil?",
            "any?",
            "all?",
            "none?",
            "merge",
            "slice",
            "except",
            "transform_keys",
            "transform_values",
            "is_a?",
            "dup",
            "sum",
            "group_by",
            "each_with_index",
            "each_with_object",
            "each_slice",
            "sort_by",
            "sort",
            "uniq",
            "compact",
            "zip",
            "downcase",
            "upcase",
            "start_with?",
            "end_with?",
            "gsub",
            "sub",
            "inspect",
            "delete",
            "values_at",
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

pub(super) fn is_promise_method(name: &str) -> bool {
    matches!(name, "then" | "catch" | "finally" | "promise")
}

/// Methods of text that languages share, by all their spellings.
pub(super) fn is_text_method(name: &str) -> bool {
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
pub(super) fn context_name(name: &str) -> &str {
    match name {
        "functionName" | "function_name" | "FunctionName" | "getFunctionName" => context::FUNCTION_NAME,
        "functionVersion" | "function_version" | "FunctionVersion" | "getFunctionVersion" => {
            context::FUNCTION_VERSION
        }
        "invokedFunctionArn" | "invoked_function_arn" | "InvokedFunctionArn" | "getInvokedFunctionArn" => {
            context::INVOKED_ARN
        }
        "awsRequestId" | "aws_request_id" | "AwsRequestID" | "AwsRequestId" | "getAwsRequestId" => {
            context::REQUEST_ID
        }
        n => n,
    }
}
