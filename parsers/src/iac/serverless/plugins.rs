//! Plugins that change what is written. A plugin that is not listed is taken to change no function: most add
//! domains, alarms, local servers or deployment steps. Plugins of the project itself are taken to change everything.

use crate::doc::{DocKind, DocNode};
use crate::iac::expr::tag;
use lamlint_model::tri::{Reason, Why};

/// Something a plugin does to an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Makes the package of something else than a copy of the sources.
    Builds(&'static str),
    /// Sets properties of functions.
    Functions,
    /// Sets environment variables.
    Environment,
    /// Adds permissions to the role.
    Role,
    /// Adds resources that functions may work with, or whole functions.
    More,
}

const BUNDLES: &[Effect] = &[Effect::Builds("esbuild")];
const COMPILES: &[Effect] = &[Effect::Builds("compiler")];
const WRAPS: &[Effect] = &[Effect::Functions, Effect::Role];
const REWRITES: &[Effect] = &[Effect::Functions, Effect::Environment, Effect::Role, Effect::More];
const CONFIGURES: &[Effect] = &[Effect::Environment];
const SECRETS: &[Effect] = &[Effect::Environment, Effect::Role];
const CONNECTS: &[Effect] = &[Effect::More];

/// Names of plugins and their effects, as their documentation says.
const PLUGINS: &[(&str, &[Effect])] = &[
    ("serverless-esbuild", BUNDLES),
    ("serverless-webpack", BUNDLES),
    ("serverless-bundle", BUNDLES),
    ("serverless-rspack", BUNDLES),
    ("serverless-plugin-parcel", BUNDLES),
    ("serverless-plugin-ncc", BUNDLES),
    ("serverless-rollup-plugin", BUNDLES),
    ("serverless-plugin-optimize", BUNDLES),
    ("serverless-plugin-typescript", COMPILES),
    ("@hewmen/serverless-plugin-typescript", COMPILES),
    ("serverless-plugin-babel", COMPILES),
    ("serverless-babel-plugin", COMPILES),
    ("serverless-rust", COMPILES),
    ("serverless-go-plugin", COMPILES),
    ("serverless-plugin-datadog", WRAPS),
    ("serverless-newrelic-lambda-layers", WRAPS),
    ("serverless-lumigo", WRAPS),
    ("serverless-plugin-epsagon", WRAPS),
    ("serverless-sentry", WRAPS),
    ("serverless-plugin-thundra", WRAPS),
    ("serverless-plugin-lambda-insights", WRAPS),
    ("serverless-plugin-tracing", WRAPS),
    ("serverless-plugin-lambda-dead-letter", WRAPS),
    ("serverless-vpc-discovery", WRAPS),
    ("serverless-vpc-plugin", WRAPS),
    ("serverless-plugin-canary-deployments", WRAPS),
    ("serverless-plugin-custom-roles", &[Effect::Role]),
    ("serverless-plugin-ifelse", REWRITES),
    ("serverless-plugin-conditional-functions", REWRITES),
    ("serverless-plugin-utils", REWRITES),
    ("serverless-dynamic-functions", REWRITES),
    ("serverless-dotenv-plugin", CONFIGURES),
    ("serverless-dotenv", CONFIGURES),
    ("serverless-secrets", SECRETS),
    ("serverless-kms-secrets", SECRETS),
    ("serverless-plugin-encode-env-objects", CONFIGURES),
    ("serverless-ssm-fetch", CONFIGURES),
    ("serverless-env-generator", CONFIGURES),
    ("serverless-plugin-git-variables", CONFIGURES),
    ("serverless-layers", &[Effect::Functions]),
    ("serverless-plugin-select", REWRITES),
    ("serverless-nextjs-plugin", REWRITES),
    ("serverless-package-python-functions", &[Effect::Builds("packager")]),
    ("@silvermine/serverless-plugin-cloudfront-lambda-edge", &[Effect::Role, Effect::More]),
    ("serverless-lambda-edge-pre-existing-cloudfront", &[Effect::Role, Effect::More]),
    ("serverless-plugin-warmup", CONNECTS),
    ("serverless-appsync-plugin", CONNECTS),
    ("serverless-apigateway-service-proxy", CONNECTS),
    ("serverless-plugin-additional-stacks", CONNECTS),
    ("serverless-plugin-nested-stacks", CONNECTS),
    ("serverless-aws-cdk", CONNECTS),
];

/// The plugins of a service.
#[derive(Debug, Default)]
pub(super) struct Plugins {
    names: Vec<String>,
    /// Why there may be others.
    pub(super) open: Option<Why>,
}

impl Plugins {
    /// Of `plugins`: a list, or a map with one.
    pub(super) fn read(node: Option<&DocNode>) -> Self {
        let mut out = Self::default();
        let Some(node) = node else { return out };
        let list = node.get("modules").unwrap_or(node);
        match (&list.kind, list.tag.as_deref()) {
            (DocKind::Seq(items), None) => {
                for i in items {
                    out.put(i);
                }
            }
            (_, None) => {}
            _ => out.put(list),
        }
        out
    }

    fn put(&mut self, node: &DocNode) {
        match (node.text(), node.tag.as_deref()) {
            // A plugin of the project itself can do anything.
            (Some(t), None) if t.starts_with(['.', '/']) => {
                self.open = Some(Why::new(Reason::Macro, format!("the plugin `{t}` may change everything")));
            }
            (Some(t), None) => self.names.push(t.to_owned()),
            (_, Some(tag::ASSUMED | tag::SYMBOL | tag::UNKNOWN | tag::TEXT)) => {
                self.open = Some(Why::new(Reason::Macro, "not all plugins are known"));
            }
            _ => {}
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    fn effects(&self) -> impl Iterator<Item = (&str, Effect)> {
        let known = self.names.iter().filter_map(|n| PLUGINS.iter().find(|(p, _)| p == n));
        known.flat_map(|(n, effects)| effects.iter().map(move |e| (*n, *e)))
    }

    fn first(&self, wanted: &[Effect], what: &str) -> Option<Why> {
        let found = self.effects().find(|(_, e)| wanted.contains(e)).map(|(n, _)| n);
        let found = found.map(|n| Why::new(Reason::Macro, format!("`{n}` may {what}")));
        found.or_else(|| self.open.clone())
    }

    /// What builds the packages.
    pub(super) fn builder(&self) -> Option<&'static str> {
        self.effects().find_map(|(_, e)| match e {
            Effect::Builds(b) => Some(b),
            _ => None,
        })
    }

    /// Why functions may have other properties.
    pub(super) fn functions(&self) -> Option<Why> {
        self.first(&[Effect::Functions], "change functions")
    }

    /// Why there may be other environment variables.
    pub(super) fn environment(&self) -> Option<Why> {
        self.first(&[Effect::Environment, Effect::Functions], "set environment variables")
    }

    /// Why the role may allow more.
    pub(super) fn role(&self) -> Option<Why> {
        self.first(&[Effect::Role], "add permissions")
    }

    /// Why there may be other resources.
    pub(super) fn more(&self) -> Option<Why> {
        self.first(&[Effect::More], "add resources")
    }
}
