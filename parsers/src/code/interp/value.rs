//! What expressions evaluate to while code is followed.

use crate::code::hir::{ClassId, FnId};
use crate::code::program::UnitId;
use lamlint_model::value::{Deps, Path, Value};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What decides between values that matters: what differs from one invocation to the next.
const CHOOSING: Deps = Deps::EVENT.or(Deps::CONTEXT).or(Deps::FRESH).or(Deps::CALL);

/// Bound on the parts of one value that are looked at.
const MAX_PARTS: u32 = 2000;

/// Names bound in one function run or module. Shared by the closures made in it.
pub(crate) type FrameRef = Rc<RefCell<Frame>>;

/// The names of one function run or module.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub vars: BTreeMap<SmolStr, V>,
    /// Names that belong to the module or an outer function although they are assigned here.
    pub outer_names: Vec<SmolStr>,
    pub parent: Option<FrameRef>,
    pub unit: Option<UnitId>,
    /// Lives as long as the execution environment: a module, or what runs while one loads.
    pub persistent: bool,
}

/// A function with what it closes over.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties")]
pub(crate) struct Func {
    pub unit: UnitId,
    pub id: FnId,
    pub frame: FrameRef,
    /// What `self`/`this` is bound to.
    pub this: Option<Box<V>>,
    /// Its result is kept (`lru_cache`, `once`).
    pub memo: bool,
    /// Repeating it is harmless, by this means.
    pub idempotent: Option<SmolStr>,
    /// Only taken to be called: it was handed to code that was not followed.
    pub maybe: bool,
    /// Leading arguments that are already bound (`functools.partial`).
    pub bound: Vec<V>,
    /// The event it gets is an object made by a library, not the plain mapping.
    pub event_object: bool,
    /// Read like an attribute (`@property`).
    pub property: bool,
    /// Gets the class as its first argument (`@classmethod`).
    pub of_class: bool,
    /// The values of defaults that are evaluated where the function is defined, by parameter.
    pub defaults: Rc<Vec<Option<V>>>,
}

/// What is known of a class of the project.
#[derive(Debug)]
pub(crate) struct ClassInfo {
    /// Its attributes and methods.
    pub frame: FrameRef,
    /// The names around it.
    pub outer: FrameRef,
    pub bases: Vec<V>,
}

/// An instance of a class of the project.
#[derive(Debug)]
pub(crate) struct Instance {
    pub class: (UnitId, ClassId),
    pub fields: BTreeMap<SmolStr, V>,
    pub persistent: bool,
}

/// An object of the AWS SDK.
#[derive(Debug, Clone)]
pub(crate) enum Sdk {
    /// A session (`boto3.Session()`).
    Session { foreign: bool },
    /// A client of a service; `document` for the `DynamoDB` document clients, `defaults` for bound parameters.
    Client { service: SmolStr, foreign: bool, document: bool, defaults: Option<V> },
    /// `boto3.resource("s3")`.
    Service { service: SmolStr, foreign: bool },
    /// A resource object (`Table`, `Bucket`, `Object`) with its identifiers by API argument name.
    Object { service: SmolStr, kind: &'static str, ids: Vec<(SmolStr, V)>, foreign: bool },
    /// `table.batch_writer()`.
    BatchWriter { ids: Vec<(SmolStr, V)>, foreign: bool },
    /// A command that is not sent yet.
    Command { service: SmolStr, operation: SmolStr, input: V },
    /// An operation that is called through something else (a paginator, an upload).
    Operation { service: SmolStr, operation: SmolStr, foreign: bool, input: V },
    /// A builder of a client, an input or a call, with what was set by API name.
    Builder { of: Built, set: Rc<Vec<(SmolStr, V)>>, open: bool },
    /// A collection of a resource object (`bucket.objects`).
    Collection { service: SmolStr, name: SmolStr, ids: Vec<(SmolStr, V)>, foreign: bool },
}

/// What a builder builds.
#[derive(Debug, Clone)]
pub(crate) enum Built {
    /// A client.
    Client { service: SmolStr, foreign: bool },
    /// The input of an operation, or a structure in it; empty where the operation is not known.
    Input { service: SmolStr, operation: SmolStr },
    /// A call.
    Call { service: SmolStr, operation: SmolStr, foreign: bool },
}

impl Sdk {
    /// The service it belongs to; `None` for sessions.
    pub(crate) fn service(&self) -> Option<SmolStr> {
        match self {
            Self::Session { .. } => None,
            Self::BatchWriter { .. } => Some(SmolStr::new_static("dynamodb")),
            Self::Client { service, .. }
            | Self::Service { service, .. }
            | Self::Object { service, .. }
            | Self::Command { service, .. }
            | Self::Operation { service, .. }
            | Self::Collection { service, .. } => Some(service.clone()),
            Self::Builder { of, .. } => match of {
                Built::Client { service, .. }
                | Built::Input { service, .. }
                | Built::Call { service, .. } => Some(service.clone()),
            },
        }
    }

    #[expect(clippy::many_single_char_names, reason = "the fields of two objects side by side")]
    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Session { foreign: a }, Self::Session { foreign: b }) => a == b,
            (Self::Service { service: a, foreign: x }, Self::Service { service: b, foreign: y }) => {
                a == b && x == y
            }
            (
                Self::Client { service: a, foreign: x, document: d, defaults: None },
                Self::Client { service: b, foreign: y, document: e, defaults: None },
            ) => a == b && x == y && d == e,
            (
                Self::Object { service: a, kind: k, ids: i, foreign: x },
                Self::Object { service: b, kind: l, ids: j, foreign: y },
            ) => {
                a == b
                    && k == l
                    && x == y
                    && i.len() == j.len()
                    && i.iter().zip(j).all(|((m, v), (n, w))| m == n && v.equals(w))
            }
            _ => false,
        }
    }
}

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum V {
    /// A value of the model.
    Sym(Value),
    /// A list of values that are more than the model's.
    List(Rc<Vec<V>>, bool),
    /// A map likewise.
    Map(Rc<Vec<(SmolStr, V)>>, bool),
    /// A function.
    Func(Rc<Func>),
    /// A class of the project.
    Class(UnitId, ClassId),
    /// An instance of a class of the project.
    Instance(Rc<RefCell<Instance>>),
    /// A module of the project.
    Module(UnitId),
    /// The `exports` object of a module that is being loaded.
    Exports(UnitId),
    /// A directory of Python modules without an `__init__.py`.
    Package(SmolStr),
    /// Something of a library, by its qualified name; calls are part of the name: `psycopg2.connect().cursor`.
    /// With what it was computed from.
    Ext(SmolStr, Deps),
    /// An AWS SDK object.
    Sdk(Rc<Sdk>),
    /// A method of a value that is not a function of the project.
    Method(Rc<V>, SmolStr),
    /// One of several, with what decides which.
    OneOf(Rc<Vec<V>>, Deps),
}

impl V {
    pub(crate) fn unknown() -> Self {
        Self::Sym(Value::unknown())
    }

    pub(crate) fn of_deps(deps: Deps) -> Self {
        Self::Sym(Value::Unknown(if deps.is_empty() { Deps::OTHER } else { deps }))
    }

    pub(crate) fn str(s: impl Into<SmolStr>) -> Self {
        Self::Sym(Value::Str(s.into()))
    }

    /// The value as the model sees it.
    pub(crate) fn to_value(&self) -> Value {
        self.to_value_below(0)
    }

    fn to_value_below(&self, depth: u8) -> Value {
        if depth > 12 {
            return Value::unknown();
        }
        match self {
            Self::Sym(v) => v.clone(),
            Self::List(v, open) => {
                Value::List(v.iter().map(|x| x.to_value_below(depth + 1)).collect(), *open)
            }
            Self::Map(v, open) => {
                Value::Map(v.iter().map(|(k, x)| (k.clone(), x.to_value_below(depth + 1))).collect(), *open)
            }
            Self::OneOf(v, _) => Value::one_of(v.iter().map(|x| x.to_value_below(depth + 1))),
            v => Value::Unknown(v.deps().or(Deps::OTHER)),
        }
    }

    /// What it is computed from.
    pub(crate) fn deps(&self) -> Deps {
        match self {
            Self::Sym(v) => v.deps(),
            Self::List(v, _) => v.iter().fold(Deps::NONE, |d, x| d.or(x.deps())),
            Self::OneOf(v, by) => v.iter().fold(*by, |d, x| d.or(x.deps())),
            Self::Map(v, open) => {
                v.iter().fold(if *open { Deps::OTHER } else { Deps::NONE }, |d, (_, x)| d.or(x.deps()))
            }
            Self::Method(v, _) => v.deps(),
            Self::Ext(_, d) => *d,
            Self::Instance(i) => {
                i.try_borrow().map_or(Deps::OTHER, |i| if i.persistent { Deps::NONE } else { Deps::OTHER })
            }
            _ => Deps::NONE,
        }
    }

    /// Whether both are certainly the same value.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sym(a), Self::Sym(b)) => a == b,
            (Self::List(a, x), Self::List(b, y)) => {
                x == y
                    && (Rc::ptr_eq(a, b)
                        || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b))))
            }
            (Self::Map(a, x), Self::Map(b, y)) => {
                x == y
                    && (Rc::ptr_eq(a, b)
                        || (a.len() == b.len()
                            && a.iter().zip(b.iter()).all(|((k, a), (l, b))| k == l && a.equals(b))))
            }
            (Self::Func(a), Self::Func(b)) => {
                Rc::ptr_eq(a, b)
                    || a.unit == b.unit
                        && a.id == b.id
                        && Rc::ptr_eq(&a.frame, &b.frame)
                        && a.bound.len() == b.bound.len()
                        && match (&a.this, &b.this) {
                            (None, None) => true,
                            (Some(a), Some(b)) => a.equals(b),
                            _ => false,
                        }
            }
            (Self::Class(a, b), Self::Class(c, d)) => a == c && b == d,
            (Self::Instance(a), Self::Instance(b)) => Rc::ptr_eq(a, b),
            (Self::Module(a), Self::Module(b)) | (Self::Exports(a), Self::Exports(b)) => a == b,
            (Self::Ext(a, d), Self::Ext(b, e)) => a == b && d == e,
            (Self::Package(a), Self::Package(b)) => a == b,
            (Self::Sdk(a), Self::Sdk(b)) => Rc::ptr_eq(a, b) || a.equals(b),
            (Self::Method(a, n), Self::Method(b, m)) => n == m && a.equals(b),
            (Self::OneOf(a, x), Self::OneOf(b, y)) => {
                x == y && a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b))
            }
            _ => false,
        }
    }

    /// One of both.
    pub(crate) fn join(&self, other: &Self) -> Self {
        if self.equals(other) {
            return self.clone();
        }
        let mut all: Vec<V> = Vec::new();
        let mut by = Deps::NONE;
        for v in [self, other] {
            match v {
                Self::OneOf(inner, d) => {
                    all.extend(inner.iter().cloned());
                    by = by.or(*d);
                }
                v => all.push(v.clone()),
            }
        }
        let mut out: Vec<V> = Vec::new();
        for v in all {
            if !out.iter().any(|o| o.equals(&v)) {
                out.push(v);
            }
        }
        // A table of functions stays one; of values, more than a few say nothing.
        let code = |v: &V| matches!(v, Self::Func(_) | Self::Class(..) | Self::Sym(Value::Null));
        if out.len() > if out.iter().all(code) { 64 } else { 6 } {
            let deps = out.iter().fold(by.or(Deps::OTHER), |d, v| d.or(v.deps()));
            return Self::of_deps(deps);
        }
        Self::OneOf(Rc::new(out), by)
    }

    /// One of both, as something decides that depends on `by`.
    pub(crate) fn chosen(&self, other: &Self, by: Deps) -> Self {
        match self.join(other) {
            v if v.equals(self) || v.equals(other) && !matches!(v, Self::OneOf(..)) => v,
            Self::OneOf(all, d) => Self::OneOf(all, d.or(by.and(CHOOSING))),
            v => v,
        }
    }

    /// It, where which it is depends on `by`.
    pub(crate) fn chosen_by(self, by: Deps) -> Self {
        match self {
            Self::OneOf(all, d) => Self::OneOf(all, d.or(by.and(CHOOSING))),
            v => v,
        }
    }

    /// The possibilities, absent values (`None`) left out when there are others.
    pub(crate) fn possibilities(&self) -> Vec<V> {
        match self {
            Self::OneOf(v, _) => {
                let some: Vec<V> =
                    v.iter().filter(|x| !matches!(x, Self::Sym(Value::Null))).cloned().collect();
                if some.is_empty() { v.to_vec() } else { some }
            }
            v => vec![v.clone()],
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Sym(Value::Str(s)) => Some(s),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Sym(Value::Null))
    }

    /// The functions in it.
    pub(crate) fn functions(&self) -> Vec<Rc<Func>> {
        match self {
            Self::Func(f) => vec![f.clone()],
            Self::OneOf(v, _) => v.iter().flat_map(Self::functions).collect(),
            _ => Vec::new(),
        }
    }

    /// Go through what is in it, the fields of objects and what is bound to functions included.
    pub(crate) fn within(&self, see: &mut dyn FnMut(&V)) {
        let mut left = MAX_PARTS;
        self.within_below(see, 0, &mut left);
    }

    fn within_below(&self, see: &mut dyn FnMut(&V), depth: u8, left: &mut u32) {
        if depth > 10 || *left == 0 {
            return;
        }
        *left -= 1;
        see(self);
        let mut go = |v: &V| v.within_below(see, depth + 1, left);
        match self {
            Self::OneOf(v, _) | Self::List(v, _) => v.iter().for_each(go),
            Self::Map(v, _) => v.iter().for_each(|(_, v)| go(v)),
            Self::Method(o, _) => go(o),
            Self::Func(f) => f.this.iter().map(|v| &**v).chain(&f.bound).for_each(go),
            Self::Instance(i) => {
                if let Ok(i) = i.try_borrow() {
                    i.fields.values().for_each(go);
                }
            }
            _ => {}
        }
    }

    /// The services of the SDK's objects in it; `None` for sessions, which reach any.
    pub(crate) fn services(&self, out: &mut Vec<Option<SmolStr>>) {
        self.within(&mut |v| {
            if let Self::Sdk(s) = v {
                out.push(s.service());
            }
        });
    }

    /// The functions anywhere in lists and maps.
    pub(crate) fn functions_within(&self) -> Vec<Rc<Func>> {
        let mut out: Vec<Rc<Func>> = Vec::new();
        let mut left = MAX_PARTS;
        self.collect_functions(&mut out, 0, &mut left);
        out
    }

    fn collect_functions(&self, out: &mut Vec<Rc<Func>>, depth: u8, left: &mut u32) {
        if depth > 10 || *left == 0 {
            return;
        }
        *left -= 1;
        match self {
            Self::Func(f) => out.push(f.clone()),
            Self::OneOf(v, _) | Self::List(v, _) => {
                v.iter().for_each(|v| v.collect_functions(out, depth + 1, left));
            }
            Self::Map(v, _) => v.iter().for_each(|(_, v)| v.collect_functions(out, depth + 1, left)),
            Self::Method(o, _) => o.collect_functions(out, depth + 1, left),
            _ => {}
        }
    }

    /// Whether an SDK client is in it.
    pub(crate) fn holds_sdk(&self) -> bool {
        match self {
            Self::Sdk(_) => true,
            Self::OneOf(v, _) | Self::List(v, _) => v.iter().any(Self::holds_sdk),
            Self::Map(v, _) => v.iter().any(|(_, x)| x.holds_sdk()),
            _ => false,
        }
    }

    /// An element of it.
    pub(crate) fn element(&self) -> Self {
        match self {
            Self::Sym(v) => Self::Sym(element(v)),
            Self::List(v, open) => {
                let mut it = v.iter();
                let Some(first) = it.next() else { return Self::unknown() };
                let all = it.fold(first.clone(), |a, b| a.join(b));
                if *open { all.join(&Self::unknown()) } else { all }
            }
            Self::OneOf(v, by) => {
                let mut it = v.iter().map(Self::element);
                let Some(first) = it.next() else { return Self::unknown() };
                it.fold(first, |a, b| a.join(&b)).chosen_by(*by)
            }
            Self::Ext(q, d) => Self::Ext(limited(format!("{q}[]")), *d),
            Self::Sdk(_) => Self::of_deps(Deps::CALL),
            _ => Self::unknown(),
        }
    }
}

fn extended(path: &Path, segment: &str) -> Option<Path> {
    (path.len() < 24).then(|| path.iter().cloned().chain([SmolStr::from(segment)]).collect())
}

/// An element of a model value.
pub(crate) fn element(v: &Value) -> Value {
    member(v, "*")
}

/// A member of a model value by name or index; `*` for any index.
pub(crate) fn member(v: &Value, name: &str) -> Value {
    match v {
        Value::Event(p) => extended(p, name).map_or(Value::Unknown(Deps::EVENT), Value::Event),
        Value::Context(p) => extended(p, name).map_or(Value::Unknown(Deps::CONTEXT), Value::Context),
        Value::CallResult { service, operation, path } => match extended(path, name) {
            Some(path) => Value::CallResult { service: service.clone(), operation: operation.clone(), path },
            None => Value::Unknown(Deps::CALL),
        },
        Value::Map(entries, open) => match entries.iter().rev().find(|(k, _)| k == name) {
            Some((_, v)) => v.clone(),
            None if *open => Value::unknown(),
            None => Value::Null,
        },
        Value::List(items, open) => match (name, name.parse::<usize>()) {
            (_, Ok(i)) if i < items.len() && !open => items[i].clone(),
            ("*", _) if !items.is_empty() && !open => Value::one_of(items.iter().cloned()),
            _ => Value::Unknown(v.deps().or(Deps::OTHER)),
        },
        Value::OneOf(v) => Value::one_of(v.iter().map(|x| member(x, name))),
        v => Value::Unknown(if v.deps().is_empty() { Deps::OTHER } else { v.deps() }),
    }
}

/// A qualified name, bounded: chains of calls can grow for ever.
pub(crate) fn limited(name: String) -> SmolStr {
    if name.len() > 160 { SmolStr::new_static("?") } else { name.into() }
}
