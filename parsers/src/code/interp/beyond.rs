//! Calls of AWS services that may be made and are no facts: through libraries, through clients that get out of sight,
//! with credentials of the environment.

use super::Interp;
use super::call::{Args, Site};
use super::value::{Sdk, V, limited};
use crate::code::api;
use crate::code::hir::Lang;
use lamlint_model::handler::Beyond;
use lamlint_model::tri::{Reason, Why};
use smol_str::SmolStr;

/// Methods of SDK objects that call no service.
pub(super) const HARMLESS: &[&str] = &[
    "can_paginate",
    "close",
    "destroy",
    "exceptions",
    "get_available_resources",
    "get_available_regions",
    "get_available_services",
    "get_partition_for_region",
];

/// What runs other programs or code, or signs requests: everything else of the standard library and the SDK's own
/// helpers calls no service.
const REACHING_PY: &[&str] = &[
    "__import__",
    "aioboto3.",
    "boto3.",
    "botocore.",
    "compile",
    "eval",
    "exec",
    "os.exec",
    "os.popen",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
];
const HARMLESS_PY: &[&str] = &[
    "boto3.dynamodb.",
    "boto3.s3.transfer.TransferConfig",
    "boto3.set_stream_logger",
    "boto3.setup_default_session",
    "botocore.client.Config",
    "botocore.client.ClientError",
    "botocore.config.",
    "botocore.exceptions.",
    "botocore.response.",
];
const REACHING_JS: &[&str] =
    &["Function", "aws-sdk.", "aws-sdk/", "eval", "process.binding", "process.dlopen"];
const HARMLESS_JS: &[&str] = &[
    "aws-sdk.Config",
    "aws-sdk.DynamoDB.Converter.",
    "aws-sdk.Endpoint",
    "aws-sdk.HttpOptions",
    "aws-sdk.NodeHttpClient",
    "aws-sdk.config.getCredentials",
    "aws-sdk.config.logger",
    "aws-sdk.config.setPromisesDependency",
    "aws-sdk.config.update",
];

/// Functions that look at a value only.
const PLAIN_CALLS: &[&str] = &[
    "Boolean",
    "Object.freeze",
    "String",
    "bool",
    "callable",
    "console.debug",
    "console.error",
    "console.info",
    "console.log",
    "hasattr",
    "id",
    "isinstance",
    "print",
    "repr",
    "str",
    "type",
];

impl Interp<'_> {
    /// Calls of a service (`None`: of any) may be made that are no facts.
    pub(super) fn beyond(&mut self, service: Option<&str>, detail: impl Into<SmolStr>) {
        if self.beyond.iter().all(|b| b.service.as_deref() != service) {
            let why = Why::new(Reason::Dynamic, detail);
            self.beyond.push(Beyond { service: service.map(SmolStr::from), why });
        }
    }

    /// An imported library may call AWS services unless it is known not to.
    pub(super) fn may_call(&mut self, library: &str, name: &str) {
        let full =
            if name.is_empty() { SmolStr::from(library) } else { limited(format!("{library}.{name}")) };
        if !api::is_inert(self.lang, &full) {
            self.beyond(None, format!("`{full}` is imported and may call AWS services"));
        }
    }

    /// Attributes of resource objects are read from the service where they are no identifiers, and collections hold
    /// further objects, which are not followed.
    pub(super) fn lazy_attribute(&mut self, s: &Sdk, name: &str) {
        const IDENTIFIERS: &[&str] =
            &["arn", "bucket_name", "key", "meta", "name", "queue_url", "table_name", "topic_arn", "url"];
        let Sdk::Object { service, kind, .. } = s else {
            if Self::collection(s, name).is_some() {
                self.beyond(s.service().as_deref(), format!("the objects of `{name}` may call it"));
            }
            return;
        };
        let known = IDENTIFIERS.contains(&name)
            || name == "batch_writer"
            || api::method(service, kind, name).is_some()
            || api::resource(service, name).is_some()
            || api::resource(service, &api::sdk::pascal(name)).is_some()
            || api::operation(service, name).is_some();
        if !known {
            self.beyond(Some(service), format!("`{name}` of an AWS resource may be read from it"));
        }
    }

    /// A method of an SDK object of which nothing is known: it may call its service.
    pub(super) fn untold(&mut self, s: &Sdk, name: &str, result: V) -> V {
        if !HARMLESS.contains(&name) {
            self.beyond(s.service().as_deref(), format!("`{name}` of an AWS object may call its service"));
        }
        result
    }

    /// Clients of the SDK are handed to a library: it may call anything through them.
    pub(super) fn hand_clients(&mut self, args: &Args, site: &Site<'_>) {
        let mut services = Vec::new();
        args.all().for_each(|v| v.services(&mut services));
        for s in services {
            self.beyond(s.as_deref(), format!("an AWS client is handed to `{}`", site.name()));
        }
    }

    /// A function of a library that may call services, or gives what they can be called with.
    pub(super) fn may_reach(&mut self, q: &str, args: &Args, site: &Site<'_>) {
        let starts = |l: &[&str]| l.iter().any(|p| q.starts_with(p));
        if self.sdk_by_table() {
            let (reaching, harmless) = api::reaching(self.lang);
            let any =
                |names: &std::collections::BTreeSet<&'static str>| names.iter().any(|p| q.starts_with(p));
            if any(reaching) && !any(harmless) {
                let service = q.split("/service/").nth(1).and_then(|r| r.split(['/', '.']).next());
                let service = service.and_then(api::service_named);
                self.beyond(service, format!("`{}` may call AWS services", site.name()));
            }
            // What is known to call nothing looks at a client only, or adds to it.
            if !any(harmless) {
                self.hand_clients(args, site);
            }
            return;
        }
        let python = self.lang == Lang::Python;
        if let Some(rest) = q.strip_prefix("@aws-sdk/client-").filter(|_| !python) {
            let (package, name) = rest.split_once('.').unwrap_or((rest, ""));
            if !name.ends_with("Exception") && !name.ends_with("Error") {
                let service = api::service_named(package);
                self.beyond(service, format!("`{name}` of the AWS SDK may call its service"));
            }
        } else if starts(if python { REACHING_PY } else { REACHING_JS })
            && !starts(if python { HARMLESS_PY } else { HARMLESS_JS })
        {
            self.beyond(None, format!("`{}` may call AWS services", site.name()));
        }
        if !PLAIN_CALLS.contains(&q) {
            self.hand_clients(args, site);
        }
    }
}
