//! Addresses and forms that let others call an operation with the credentials of the code.

use super::Interp;
use super::call::{Args, Site};
use super::sdk::api_args;
use super::value::V;
use crate::code::api;
use lamlint_model::handler::{FactKind, SdkCall};
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;

impl Interp<'_> {
    /// Methods of clients that sign. `None`: another one.
    pub(super) fn signed_method(
        &mut self,
        service: &str,
        foreign: bool,
        name: &str,
        args: &Args,
        site: &Site<'_>,
    ) -> Option<V> {
        let given = |at: usize, name: &str| args.named(name).or_else(|| args.at(at));
        match name {
            "generate_presigned_url" | "getSignedUrl" | "getSignedUrlPromise" => {
                let method = given(0, "ClientMethod").and_then(V::as_str);
                let input = given(1, "Params").map(|v| api_args(v, &[]));
                match method.and_then(|m| api::operation(service, m)) {
                    Some(operation) => {
                        let input = input.unwrap_or_else(|| Value::Map(Vec::new(), args.open));
                        self.signed(service, operation, input, foreign, site);
                    }
                    None => self.give_up(Reason::Dynamic, "an operation that is not known is signed"),
                }
            }
            "generate_presigned_post" => {
                let names = ["Bucket", "Key"].into_iter().enumerate();
                let entries =
                    names.filter_map(|(i, n)| Some((SmolStr::new_static(n), given(i, n)?.to_value())));
                self.signed(service, "PutObject".into(), Value::Map(entries.collect(), true), foreign, site);
            }
            "createPresignedPost" => {
                let part = |n: &str| Some(super::external::part(args.at(0)?, n));
                let entries = [("Bucket", part("Bucket")), ("Key", part_of_fields(args.at(0)))];
                let entries = entries
                    .into_iter()
                    .filter_map(|(n, v): (&str, Option<V>)| Some((n.into(), v?.to_value())));
                self.signed(service, "PutObject".into(), Value::Map(entries.collect(), true), foreign, site);
            }
            _ => return None,
        }
        self.hand_over(args.functions(), Deps::FRESH, true);
        Some(V::of_deps(args.deps().or(Deps::FRESH)))
    }

    pub(super) fn signed(
        &mut self,
        service: &str,
        operation: SmolStr,
        args: Value,
        foreign: bool,
        site: &Site<'_>,
    ) {
        let label = if site.callee.is_some() { site.name() } else { operation.clone() };
        let call = SdkCall { service: service.into(), operation, args, label, foreign };
        self.fact(FactKind::Signed(call), site.span);
    }
}

/// The key a form is for.
fn part_of_fields(options: Option<&V>) -> Option<V> {
    Some(super::external::part(&super::external::part(options?, "Fields"), "key"))
}
