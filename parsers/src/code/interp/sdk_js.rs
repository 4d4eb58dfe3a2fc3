//! The AWS SDKs for JavaScript.

use super::Interp;
use super::access::map_get;
use super::call::{Args, Site};
use super::external::part;
use super::sdk::{api_args, client_is_foreign, is_foreign};
use super::value::{Sdk, V};
use crate::code::api::{self};
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    pub(super) fn sdk_js(&mut self, q: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        if let Some(rest) = q.strip_prefix("aws-sdk/clients/") {
            // `require("aws-sdk/clients/dynamodb").DocumentClient`
            return match rest.split_once('.') {
                None | Some((_, "Client")) => self.client_v2(rest, args, site),
                Some(("all", class)) => self.client_v2(class, args, site),
                Some((class, inner)) => self.client_v2(&format!("{class}.{inner}"), args, site),
            };
        }
        if let Some(class) = q.strip_prefix("aws-sdk.") {
            if class == "config.update" {
                self.foreign |= is_foreign(args, &[]);
                return Some(V::Sym(Value::Null));
            }
            return self.client_v2(class, args, site);
        }
        let rest = q.strip_prefix("@aws-sdk/")?;
        let (package, class) = rest.split_once('.')?;
        match (package, class) {
            ("lib-dynamodb", "DynamoDBDocumentClient.from" | "DynamoDBDocument.from") => {
                let foreign = args.at(0).is_some_and(client_is_foreign);
                return Some(V::Sdk(Rc::new(Sdk::Client {
                    service: "dynamodb".into(),
                    foreign,
                    document: true,
                    defaults: None,
                })));
            }
            ("s3-request-presigner", "getSignedUrl") => {
                let foreign = args.at(0).is_some_and(client_is_foreign);
                if let Some(V::Sdk(c)) = args.at(1)
                    && let Sdk::Command { service, operation, input } = &**c
                {
                    self.signed(service, operation.clone(), api_args(input, &[]), foreign, site);
                } else {
                    self.give_up(
                        lamlint_model::tri::Reason::Dynamic,
                        "an SDK command that is not known is signed",
                    );
                }
                return Some(V::of_deps(args.deps().or(Deps::FRESH)));
            }
            ("s3-presigned-post", "createPresignedPost") => {
                let foreign = args.at(0).is_some_and(client_is_foreign);
                let input = args.at(1).map_or_else(|| Value::Map(Vec::new(), true), |v| api_args(v, &[]));
                self.signed("s3", "PutObject".into(), input, foreign, site);
                return Some(V::of_deps(args.deps().or(Deps::FRESH)));
            }
            ("lib-storage", "Upload") => {
                let options = args.at(0).cloned().unwrap_or_else(V::unknown);
                let foreign = client_is_foreign(&part(&options, "client"));
                return Some(V::Sdk(Rc::new(Sdk::Operation {
                    service: "s3".into(),
                    operation: "PutObject".into(),
                    foreign,
                    input: part(&options, "params"),
                })));
            }
            _ => {}
        }
        let service = match package {
            "lib-dynamodb" | "util-dynamodb" => "dynamodb",
            p => api::service_named(p.strip_prefix("client-")?)?,
        };
        if let Some(command) = class.strip_suffix("Command") {
            let operation = Self::document_operation(service, package == "lib-dynamodb", command)?;
            let input = args.at(0).cloned().unwrap_or_else(|| V::Map(Rc::new(Vec::new()), false));
            return Some(V::Sdk(Rc::new(Sdk::Command { service: service.into(), operation, input })));
        }
        if let Some(name) = class.strip_prefix("paginate") {
            let operation = Self::document_operation(service, package == "lib-dynamodb", name)?;
            let config = args.at(0).cloned().unwrap_or_else(V::unknown);
            let foreign = client_is_foreign(&part(&config, "client"));
            let input = args.at(1).cloned().unwrap_or_else(|| V::Map(Rc::new(Vec::new()), false));
            let page = self.call_operation(service, operation, api_args(&input, &[]), foreign, site);
            return Some(V::List(Rc::new(vec![page]), false));
        }
        if let Some(waiter) = class.strip_prefix("waitUntil") {
            let operation = SmolStr::new_static(api::waited(service, waiter)?);
            let foreign = client_is_foreign(&part(args.at(0).unwrap_or(&V::unknown()), "client"));
            let input = args.at(1).map_or_else(|| Value::Map(Vec::new(), false), |v| api_args(v, &[]));
            return Some(self.call_operation(service, operation, input, foreign, site));
        }
        let is_client = site.is_new
            && (class.ends_with("Client") && !class.contains('.')
                || api::service_named(class) == Some(service));
        if !is_client {
            return None;
        }
        self.new_client(Some(service.into()), args.deps(), site);
        Some(V::Sdk(Rc::new(Sdk::Client {
            service: service.into(),
            foreign: is_foreign(args, &[]),
            document: false,
            defaults: None,
        })))
    }

    /// The operation of a command; the document client has short names for some.
    pub(super) fn document_operation(service: &str, document: bool, name: &str) -> Option<SmolStr> {
        if document {
            let short = name.char_indices().map(|(i, c)| if i == 0 { c.to_ascii_lowercase() } else { c });
            let short: String = short.collect();
            if let Some((operation, _)) = api::method(service, "document", &short) {
                return Some(operation.into());
            }
        }
        api::operation(service, name)
    }

    /// `new AWS.S3(…)`.
    pub(super) fn client_v2(&mut self, class: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let (class, document) = match class.split_once('.') {
            Some((c, "DocumentClient")) => (c, true),
            Some(_) => return None,
            None => (class, false),
        };
        // Classes of the SDK that are named like services and are none.
        if !site.is_new || matches!(class, "Config" | "Credentials" | "Endpoint") {
            return None;
        }
        let service = api::service_named(class)?;
        self.new_client(Some(service.into()), args.deps(), site);
        let defaults = args.at(0).and_then(|o| map_get(o, "params"));
        let foreign = self.foreign || is_foreign(args, &[]);
        Some(V::Sdk(Rc::new(Sdk::Client { service: service.into(), foreign, document, defaults })))
    }
}
