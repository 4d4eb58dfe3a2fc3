//! Containers that build objects from the types of their constructors' parameters, and how long they keep them.
//!
//! Sources: <https://learn.microsoft.com/en-us/dotnet/core/extensions/dependency-injection#service-lifetimes>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html> (Lambda Annotations)

use super::Interp;
use super::call::{Args, Site};
use super::project::last;
use super::value::{Sdk, V, limited};
use crate::code::api::{self, Kind, Row, sdk};
use crate::code::hir::{ClassId, Expr, ExprKind};
use crate::code::program::UnitId;
use lamlint_model::handler::{FactKind, Family, NewClient, Phase};
use lamlint_model::source::Span;
use lamlint_model::tri::Reason;
use lamlint_model::value::Deps;
use smol_str::SmolStr;

/// How long a container keeps an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lifetime {
    /// As long as the environment.
    Once,
    /// As long as the scope it is asked for in.
    Scope,
    /// It makes a new one each time.
    Each,
}

/// What a service is asked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Asked {
    /// The container itself, or something it keeps: what belongs to a scope is kept with it.
    Root,
    /// A scope that ends with the invocation.
    Scope,
    /// One or the other.
    #[default]
    Unknown,
}

/// A service of a container.
#[derive(Debug, Clone)]
pub(super) struct Service {
    /// Its type.
    name: SmolStr,
    /// What makes it, or the object itself.
    how: V,
    lifetime: Lifetime,
    made: bool,
    /// Where it is registered.
    span: Span,
    /// A factory gives it, without saying of which type it is.
    by_factory: bool,
}

/// The name of a type in a container.
fn service_name(ty: &V) -> Option<SmolStr> {
    match ty {
        V::Class(u, c) => Some(format!("{}:{}", u.0, c.0).into()),
        V::Ext(q, _) => Some(q.clone()),
        V::Instance(i) => i.try_borrow().ok().map(|i| format!("{}:{}", i.class.0.0, i.class.1.0).into()),
        _ => None,
    }
}

impl Interp<'_> {
    /// `AddSingleton<IStore, Store>()`, `AddSingleton<IStore>(new Store())`, `AddAWSService<IAmazonS3>()`; `detail` is
    /// that of the row: how long the object is kept, `client` (of the SDK), `clients` (how all of them are made), `options` (it is
    /// kept as long as a scope, and functions set its options), `factory` (likewise, and a factory gives it).
    pub(super) fn register_service(&mut self, args: &Args, detail: &str, site: &Site<'_>) {
        if detail == "clients" {
            self.services_foreign = true;
            return;
        }
        let is_lifetime = |v: &V| matches!(v, V::Ext(q, _) if q.contains(".ServiceLifetime."));
        let said = args.all().any(is_lifetime);
        let by_options = matches!(detail, "options" | "factory");
        if by_options {
            let configure = Row { kind: Kind::Configure, detail: "#options", result: None };
            self.hosted(configure, args, site);
        }
        let given = args.pos.iter().find(|v| !is_lifetime(v) && !by_options);
        let (first, second) = (args.named("#0"), args.named("#1"));
        // `AddSingleton(typeof(IStore), typeof(Store))` is not followed: who asks for it is told so.
        let Some(name) = first.or(given).and_then(service_name) else { return };
        let how = match (detail, second, given, first) {
            ("client", ..) => first.map_or_else(V::unknown, |t| {
                self.of_service_type(t, given.is_some() || said || self.services_foreign)
            }),
            (_, Some(implementation), None, _) => implementation.clone(),
            (_, _, Some(v), _) => v.clone(),
            (_, None, None, Some(t)) => t.clone(),
            _ => return,
        };
        let lifetime = match detail {
            "scope" | "options" | "factory" => Lifetime::Scope,
            "each" => Lifetime::Each,
            _ => Lifetime::Once,
        };
        self.services.retain(|s| s.name != name);
        let by_factory = detail == "factory";
        self.services.push(Service { name, how, lifetime, made: false, span: site.span, by_factory });
    }

    /// `GetRequiredService<T>()`, `CreateScope()` and `CreateDbContext()`; `detail` is that of the row: what is asked.
    pub(super) fn resolve_service(&mut self, args: &Args, detail: &str) -> V {
        if detail == "begin" {
            // One that is begun with the environment ends with it.
            let name = if self.phase == Phase::Init { "#provider" } else { "#scope" };
            return V::Ext(SmolStr::new_static(name), Deps::NONE);
        }
        if detail == "factory" {
            let all = self.services.iter().filter(|s| s.by_factory).map(|s| s.how.clone());
            return match &all.collect::<Vec<_>>()[..] {
                [V::Class(u, c)] => self.injected((*u, *c), 0),
                _ => self.untold_service(&V::unknown(), "of a factory is not known"),
            };
        }
        let asked = match detail {
            "root" => Asked::Root,
            "scope" => Asked::Scope,
            _ => self.asking,
        };
        match args.named("#0").or_else(|| args.at(0)).cloned() {
            Some(ty) => self.service(&ty, asked, 0),
            None => V::unknown(),
        }
    }

    /// The object a container gives for a type.
    pub(super) fn service(&mut self, ty: &V, asked: Asked, depth: u32) -> V {
        let name = service_name(ty);
        let known = name.as_ref().and_then(|n| self.services.iter().position(|s| s.name == *n));
        let Some((i, s)) = known.and_then(|i| Some((i, self.services.get(i)?.clone()))) else {
            return self.unregistered(ty);
        };
        let once = match (s.lifetime, asked) {
            (Lifetime::Once, _) | (Lifetime::Scope, Asked::Root) => true,
            (Lifetime::Each, _) | (Lifetime::Scope, Asked::Scope) => false,
            (Lifetime::Scope, Asked::Unknown) => {
                return self.untold_service(ty, "is kept as long as a scope that is not known");
            }
        };
        if once && s.made {
            return s.how;
        }
        if depth > 16 {
            return self.untold_service(ty, "is built from itself");
        }
        let (ctx, phase) = (self.ctx.clone(), self.phase);
        if once {
            self.phase = Phase::Init;
        }
        let asking = std::mem::replace(&mut self.asking, if once { Asked::Root } else { asked });
        let v = match &s.how {
            V::Class(u, c) => self.injected((*u, *c), depth + 1),
            V::Func(_) => {
                let provider = V::Ext(SmolStr::new_static("#injected"), Deps::NONE);
                self.call_value(&s.how, Args::of(vec![provider]), s.span)
            }
            // `AddSingleton<IAmazonS3, AmazonS3Client>()`
            V::Ext(q, _) => match sdk::named(self.lang, q) {
                Some(n) if n.kind == sdk::SdkKind::Client => {
                    let client = NewClient {
                        family: Family::Sdk,
                        label: format!("new {}()", last(q)).into(),
                        service: n.service.map(SmolStr::new_static),
                        args: Deps::NONE,
                    };
                    self.fact(FactKind::NewClient(client), s.span);
                    self.of_service_type(&s.how, false)
                }
                Some(_) => self.untold_service(ty, "is registered as a type that can not be made"),
                None => self.call_value(&s.how, Args::default(), s.span),
            },
            v => v.clone(),
        };
        self.asking = asking;
        (self.ctx, self.phase) = (ctx, phase);
        if let Some(kept) = self.services.get_mut(i).filter(|_| once) {
            kept.how = v.clone();
            kept.made = true;
        }
        v
    }

    /// A service whose registration was not seen: a library, or code that was not followed, may register anything.
    fn unregistered(&mut self, ty: &V) -> V {
        if let V::Ext(q, _) = ty
            && api::is_given(self.lang, q)
        {
            let row = api::lookup(self.lang, q);
            let deps = if row.is_some_and(|r| r.kind == Kind::Environ) { Deps::ENV } else { Deps::NONE };
            let name = row.and_then(|r| r.result);
            return V::Ext(name.map_or_else(|| limited(format!("{q}()")), SmolStr::new_static), deps);
        }
        self.untold_service(ty, "is given by a container and its registration was not found")
    }

    /// A service of which is not known what it is; a client stays one, with credentials that are not known.
    fn untold_service(&mut self, ty: &V, why: &str) -> V {
        let name = match ty {
            V::Class(u, c) => self.program.unit(*u).class(*c).name.clone(),
            V::Ext(q, _) => last(q).into(),
            _ => SmolStr::new_static("a service"),
        };
        self.give_up(Reason::Dynamic, format!("`{name}` {why}"));
        self.of_service_type(ty, true)
    }

    /// The client of a type of the SDK.
    fn of_service_type(&self, ty: &V, foreign: bool) -> V {
        let V::Ext(q, _) = ty else { return V::unknown() };
        let service = sdk::named(self.lang, q).and_then(|n| n.service);
        service.map_or_else(V::unknown, |s| {
            let service = SmolStr::new_static(s);
            V::Sdk(std::rc::Rc::new(Sdk::Client { service, foreign, document: false, defaults: None }))
        })
    }

    /// Whether a type is registered.
    pub(super) fn is_registered(&self, ty: &V) -> bool {
        service_name(ty).is_some_and(|n| self.services.iter().any(|s| s.name == n))
    }

    /// The object of the handler. The runtime makes it without arguments; where it has none such, its services come from
    /// the container around it, which keeps it unless it is told otherwise.
    pub(super) fn handler_made(&mut self, class: (UnitId, ClassId)) -> V {
        let span = super::unit_span(self.program.unit(class.0));
        let forms = self.constructors(class);
        if forms.first().is_none_or(|(params, _)| *params == 0) {
            return self.construct(class, Args::default(), span);
        }
        self.configure_services();
        let name = service_name(&V::Class(class.0, class.1));
        if self.services.iter().any(|s| Some(&s.name) == name.as_ref() && s.lifetime != Lifetime::Once) {
            self.give_up(Reason::Dynamic, "the object of the handler is made by its container in a scope");
        }
        let asking = std::mem::replace(&mut self.asking, Asked::Root);
        let v = self.injected(class, 0);
        self.asking = asking;
        v
    }

    /// The constructors of a type, by how many parameters they have.
    fn constructors(&mut self, class: (UnitId, ClassId)) -> Vec<(usize, V)> {
        let forms = self.class_member(class, "constructor", 0).map(|v| v.possibilities()).unwrap_or_default();
        let mut forms: Vec<(usize, V)> = forms
            .into_iter()
            .filter_map(|v| match &v {
                V::Func(f) => Some((self.program.unit(f.unit).function(f.id).params.len(), v)),
                _ => None,
            })
            .collect();
        forms.sort_by_key(|(n, _)| *n);
        forms
    }

    /// An object of a type as a container makes it: with the constructor that takes most.
    pub(super) fn injected(&mut self, class: (UnitId, ClassId), depth: u32) -> V {
        let span = super::unit_span(self.program.unit(class.0));
        let mut args = Args::default();
        if let Some((_, V::Func(f))) = self.constructors(class).pop() {
            let unit = self.program.unit(f.unit).clone();
            let outer = self.at_unit(f.unit);
            let frame = std::mem::replace(&mut self.frame, f.frame.clone());
            for p in &unit.function(f.id).params {
                let v = match &p.ty {
                    Some(t) => {
                        let ty = self.eval(t);
                        self.service(&ty, self.asking, depth)
                    }
                    None => self.untold_service(&V::unknown(), "of a constructor has no plain type"),
                };
                args.pos.push(v);
            }
            self.frame = frame;
            (self.unit, self.lang) = outer;
        }
        self.construct(class, args, span)
    }

    /// Run what registers the services of the project.
    fn configure_services(&mut self) {
        let Some(project) = self.project(self.unit) else { return };
        let is_startup = |(full, places): (&SmolStr, &Vec<(UnitId, ClassId)>)| {
            let marked = places.iter().any(|(u, c)| {
                let class = self.program.unit(*u).class(*c);
                class.decorators.iter().any(|d: &Expr| {
                    matches!(&d.kind, ExprKind::Name(n) if last(n).trim_end_matches("Attribute") == "LambdaStartup")
                })
            });
            marked.then(|| full.clone())
        };
        let Some(full) = project.types.iter().find_map(is_startup) else { return };
        if let Some(V::Class(u, c)) = self.declared_type(&project, &full) {
            self.configured_by((u, c));
        }
    }
}
