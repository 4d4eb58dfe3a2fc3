//! Builders of clients, inputs and calls in typed SDKs.

use super::Interp;
use super::call::{Args, Site};
use super::sdk::api_args;
use super::typed::{begun, client};
use super::value::{Built, Sdk, V};
use crate::code::api::sdk::{self};
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// A method of a builder: the end of what is built, or one more argument.
    pub(super) fn builder_method(
        &mut self,
        of: &Built,
        set: &Rc<Vec<(SmolStr, V)>>,
        open: bool,
        name: &str,
        args: &Args,
        site: &Site<'_>,
    ) -> V {
        let (service, operation) = match of {
            Built::Client { service, .. } => (service, SmolStr::default()),
            Built::Input { service, operation } | Built::Call { service, operation, .. } => {
                (service, operation.clone())
            }
        };
        if sdk::runs(self.lang, name) {
            return match of {
                Built::Client { service, foreign } => {
                    let foreign = *foreign || open || set.iter().any(|(k, v)| self.entry_foreign(k, v));
                    let deps = set.iter().fold(Deps::NONE, |d, (_, v)| d.or(v.deps()));
                    // A client around one that was built before.
                    let wraps =
                        set.iter().any(|(_, v)| matches!(v, V::Sdk(s) if matches!(**s, Sdk::Client { .. })));
                    if !wraps {
                        self.new_client(Some(service.clone()), deps, site);
                    }
                    client(service.clone(), foreign)
                }
                Built::Input { .. } => V::Map(set.clone(), open),
                Built::Call { service, operation, foreign } => {
                    let input = V::Map(set.clone(), open);
                    // The call is named by its operation, not by how its builder ends.
                    let site = Site { callee: begun(site.callee, service).or(site.callee), ..*site };
                    self.call_operation(service, operation.clone(), api_args(&input, &[]), *foreign, &site)
                }
            };
        }
        if let Built::Call { service, operation, foreign } = of
            && name == "presigned"
        {
            let input = api_args(&V::Map(set.clone(), open), &[]);
            self.signed(service, operation.clone(), input, *foreign, site);
            return V::of_deps(Deps::FRESH);
        }
        let value = match args.at(0) {
            Some(f @ V::Func(_)) => {
                let inner = builder(Built::Input { service: service.clone(), operation: SmolStr::default() });
                let v = self.call_value(&f.clone(), Args::of(vec![inner]), site.span);
                built_input(&v)
            }
            // An entry of a map.
            Some(k) if args.pos.len() == 2 && self.lang.traits().fluent && k.as_str().is_some() => {
                let key = sdk::argument(self.lang, service, &operation, name);
                let before = set.iter().find(|(n, _)| *n == key).map(|(_, v)| v);
                let (mut entries, open) = match before {
                    Some(V::Map(m, open)) => (m.to_vec(), *open),
                    Some(_) => (Vec::new(), true),
                    None => (Vec::new(), false),
                };
                let k = SmolStr::from(k.as_str().unwrap_or_default());
                entries.retain(|(n, _)| *n != k);
                entries.extend(args.at(1).map(|v| (k, built_input(v))));
                V::Map(Rc::new(entries), open || args.open)
            }
            Some(_) if args.pos.len() == 2 && self.lang.traits().fluent => V::Map(Rc::new(Vec::new()), true),
            Some(v) if args.pos.len() == 1 && crate::code::api::adds_element(self.lang, name) => {
                let key = sdk::argument(self.lang, service, &operation, name);
                let before = set.iter().find(|(n, _)| *n == key).map(|(_, v)| v);
                let (mut items, open) = match before {
                    Some(V::List(l, open)) => (l.to_vec(), *open),
                    Some(_) => (Vec::new(), true),
                    None => (Vec::new(), false),
                };
                items.push(built_input(v));
                V::List(Rc::new(items), open || self.ctx.in_loop)
            }
            Some(_) if args.pos.len() > 1 => V::List(Rc::new(args.pos.clone()), args.open),
            Some(v) => built_input(v),
            None => V::Sym(Value::Bool(true)),
        };
        let name = match ["set_", "with", "set"].iter().find_map(|p| name.strip_prefix(p)) {
            Some(n) if n.starts_with(|c: char| c.is_uppercase()) || name.starts_with("set_") => n,
            _ => name,
        };
        let key = sdk::argument(self.lang, service, &operation, name);
        let mut entries = set.to_vec();
        entries.retain(|(k, _)| *k != key);
        entries.push((key, value));
        V::Sdk(Rc::new(Sdk::Builder { of: of.clone(), set: Rc::new(entries), open }))
    }
}

pub(super) fn builder(of: Built) -> V {
    V::Sdk(Rc::new(Sdk::Builder { of, set: Rc::new(Vec::new()), open: false }))
}

/// What a builder of an input holds; anything else is itself.
pub(super) fn built_input(v: &V) -> V {
    match v {
        V::Sdk(s) => match &**s {
            Sdk::Builder { of: Built::Input { .. }, set, open } => V::Map(set.clone(), *open),
            _ => v.clone(),
        },
        v => v.clone(),
    }
}
