//! One service: its configuration with all variables put in, as one template.

use super::function::{self, Function};
use super::plugins::Plugins;
use super::resolve::{Resolver, Val};
use super::resources;
use super::role;
use super::{names, other};
use crate::doc::{DocEntry, DocKind, DocNode};
use crate::iac::expr::{self, Expr, ExprEntry, ExprKind, Taken, tag};
use crate::iac::facts::{RawResource, TemplateFacts};
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{Out, Owner, object};
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use lamlint_model::tri::{Basis, Reason, Why};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// A service under construction.
pub(super) struct Service<'f> {
    pub(super) out: Out<'f>,
    /// `provider`.
    pub(super) provider: Expr,
    pub(super) package: Expr,
    pub(super) custom: Expr,
    pub(super) plugins: Plugins,
    /// `<service>-<stage>`.
    pub(super) prefix: Expr,
    /// Keys of functions.
    pub(super) functions: Vec<SmolStr>,
    /// What builds the packages.
    pub(super) builder: Option<&'static str>,
    /// What the shared role allows, who trusts it, and the functions that use it.
    pub(super) shared: RoleParts,
    pub(super) trusted: Vec<&'static str>,
    pub(super) users: Vec<Owner>,
    overrides: BTreeMap<SmolStr, Expr>,
}

/// The template of a service, or why there is none.
pub(super) fn template(resolver: &Resolver<'_>) -> Result<TemplateFacts, (Span, String)> {
    let root = resolver.root;
    let section = |key: &str| root.get(key).map(|n| pseudo(resolver.deep(n, 0)));
    cloud(resolver)?;
    let key_of = |key: &str| root.entry(key).map_or(root.span, |e| e.key_span);
    let resources = section("resources");
    let resources::Resources { mut facts, overrides } =
        resources::read(resources.as_ref(), root.span.file, key_of("resources"));
    let plugins = Plugins::read(section("plugins").as_ref());
    facts.more = facts.more.take().or_else(|| plugins.more());

    let mut functions = Vec::new();
    if let Some(n) = section("functions") {
        gather(&n, None, &mut functions, &mut facts);
    }
    let span = key_of("service");
    let lowered = |val: Val| expr::lower(resolver.used_here(val, span, 0));
    let parts = vec![lowered(resolver.service(0)), Expr::text(span, "-"), lowered(resolver.stage())];
    let map = |key: &str| {
        let lowered = section(key).map_or_else(|| object(root.span, Vec::new()), expr::lower);
        spread(lowered)
    };
    let version = root.get("frameworkVersion").and_then(DocNode::text).unwrap_or_default();
    let built_in = version.trim_start_matches(['^', '~', '>', '=', ' ']).starts_with('4');
    let builder = plugins.builder().or(built_in.then_some("esbuild"));
    let mut service = Service {
        out: Out { facts: &mut facts, globals: None, pool_triggers: Vec::new() },
        provider: map("provider"),
        package: map("package"),
        custom: map("custom"),
        prefix: name_text(span, parts),
        functions: functions.iter().map(|(e, _)| e.key.clone()).collect(),
        builder,
        shared: RoleParts { open: plugins.role(), ..RoleParts::default() },
        trusted: vec!["lambda.amazonaws.com"],
        users: Vec::new(),
        plugins,
        overrides,
    };
    for key in ["layers", "constructs", "stepFunctions"] {
        if let Some(e) = root.entry(key) {
            let value = spread(expr::lower(pseudo(resolver.deep(&e.value, 0))));
            let e = ExprEntry { key: e.key.clone(), key_span: e.key_span, value };
            match key {
                "layers" => other::layers(&e, &mut service),
                "constructs" => other::constructs(&e, &mut service),
                _ => other::state_machines(&e, &mut service),
            }
        }
    }
    for (e, assumed) in functions {
        let mut value = expr::lower(e.value);
        if let Some(by) = assumed {
            value = assume(value, &by);
        }
        function::expand(Function::new(e.key, e.key_span, value, "functions"), &mut service);
    }
    service.shared_role(key_of("provider"));
    service.out.connect_pools();
    service.override_generated();
    let names: Vec<SmolStr> = service.functions.clone();
    for key in names {
        // Some plugins take keys of functions for their logical ids.
        if !facts.resources.iter().any(|r| r.name == key) {
            facts.redirects.insert(key.clone(), names::function(&key));
        }
    }
    Ok(facts)
}

/// `#{AWS::Region}`, as a well-known plugin lets people write references into any text.
/// Source: <https://github.com/svdgraaf/serverless-pseudo-parameters>
fn pseudo(mut node: DocNode) -> DocNode {
    let own = node.tag.as_deref();
    if matches!(own, Some(tag::SYMBOL | tag::UNKNOWN)) {
        return node;
    }
    // The names of a variable stand before its value.
    let from = if own == Some(tag::ASSUMED) { 2 } else { 0 };
    let is_sub = own == Some("Sub");
    let root = node.span;
    match &mut node.kind {
        DocKind::Scalar(s) if s.text.contains("#{") && (own.is_none() || is_sub) => {
            let text = if is_sub { s.text.to_string() } else { s.text.replace("${", "${!") };
            s.text = text.replace("#{", "${").into();
            node.tag = Some("Sub".into());
        }
        DocKind::Scalar(_) => {}
        DocKind::Seq(items) => {
            for (i, n) in items.iter_mut().enumerate().skip(from) {
                // The text of a substitution with variables of its own.
                if is_sub && i == 0 {
                    if let DocKind::Scalar(s) = &mut n.kind {
                        s.text = s.text.replace("#{", "${").into();
                    }
                    continue;
                }
                *n = pseudo(std::mem::replace(n, empty(root)));
            }
        }
        DocKind::Map(entries) => {
            for e in entries {
                let span = e.value.span;
                e.value = pseudo(std::mem::replace(&mut e.value, empty(span)));
            }
        }
    }
    node
}

fn empty(span: Span) -> DocNode {
    DocNode { span, tag: None, defined_at: None, kind: DocKind::Seq(Vec::new()) }
}

/// Whether the service is one of AWS.
fn cloud(resolver: &Resolver<'_>) -> Result<(), (Span, String)> {
    let root = resolver.root;
    let span = root.entry("provider").map_or(root.span, |e| e.key_span);
    let named = match resolver.lookup(root, &["provider", "name"], "self:", None, 0) {
        Val::Missing(_) => resolver.lookup(root, &["provider"], "self:", None, 0),
        v => v,
    };
    match named {
        Val::Node(n) | Val::Assumed { node: n, .. } => match n.text() {
            Some("aws") => Ok(()),
            Some(other) => Err((span, format!("a service of the provider `{other}` is not read"))),
            None => Err((span, "the provider of the service has no name".to_owned())),
        },
        _ => Err((span, "the provider of the service is not known, so it is not read".to_owned())),
    }
}

/// The functions of a map, or of a list of maps.
fn gather(
    node: &DocNode,
    assumed: Option<&SmolStr>,
    out: &mut Vec<(DocEntry, Option<SmolStr>)>,
    facts: &mut TemplateFacts,
) {
    match (&node.kind, node.tag.as_deref()) {
        (DocKind::Map(entries), None) => {
            for e in entries {
                out.retain(|(o, _)| o.key != e.key);
                out.push((e.clone(), assumed.cloned()));
            }
        }
        (DocKind::Seq(items), None) => items.iter().for_each(|n| gather(n, assumed, out, facts)),
        (DocKind::Seq(items), Some(tag::ASSUMED)) => {
            let by = items.get(1).and_then(DocNode::text).map(SmolStr::from);
            facts.more.get_or_insert_with(|| Why::new(Reason::Parameter, "functions depend on a variable"));
            if let Some(value) = items.get(2) {
                gather(value, by.as_ref().or(assumed), out, facts);
            }
        }
        (DocKind::Scalar(s), None) if s.text.is_empty() => {}
        _ => {
            let why = "there may be other functions: they are computed";
            facts.notices.push((node.span, why.to_owned()));
            facts.more.get_or_insert_with(|| Why::new(Reason::NotInTree, why));
        }
    }
}

impl Service<'_> {
    /// A setting of the provider.
    pub(super) fn setting(&self, path: &[&str]) -> Option<ExprEntry> {
        let (first, rest) = path.split_first()?;
        let mut e = self.provider.entry(first).cloned()?;
        for k in rest {
            let value = spread(e.value);
            e = value.entry(k).cloned()?;
        }
        (!e.value.is_null()).then_some(e)
    }

    /// A resource that stands for the whole service: made with the first thing that needs it.
    pub(super) fn once(&mut self, name: &str, type_name: &str, owner: &Owner, anchor: &Anchor, props: Expr) {
        if !self.out.facts.resources.iter().any(|r| r.name == name) {
            let owner = Owner { condition: None, ..owner.clone() };
            self.out.imply(&owner, name.into(), type_name, anchor.clone(), props);
        }
    }

    /// A resource that is written in its own place, without an owner.
    pub(super) fn declare(
        &mut self,
        name: SmolStr,
        shown: Option<SmolStr>,
        type_name: &str,
        anchor: Anchor,
        props: Expr,
    ) -> usize {
        self.out.push(RawResource {
            name,
            shown,
            type_name: type_name.into(),
            anchor,
            condition: None,
            props,
            metadata: None,
            owner: None,
            sam: false,
            nested: None,
        })
    }

    /// The role of all functions that have none of their own.
    fn shared_role(&mut self, provider: Span) {
        let Some(first) = self.users.first().cloned() else { return };
        let mut parts = std::mem::take(&mut self.shared);
        let written = [&["iam", "role", "statements"][..], &["iamRoleStatements"]];
        let found: Vec<ExprEntry> = written.iter().filter_map(|p| self.setting(p)).take(1).collect();
        for e in &found {
            role::statements(&mut parts, e);
        }
        let attached = [&["iam", "role", "managedPolicies"][..], &["iamManagedPolicies"]];
        if let Some(e) = attached.iter().find_map(|p| self.setting(p)) {
            role::managed(&mut parts, &e);
        }
        if let ExprKind::Map(_, Some(why)) = &self.provider.kind {
            parts.open.get_or_insert_with(|| why.clone());
        }
        let (span, path) = match found.first() {
            Some(e) => (e.key_span, "provider.iam.role.statements"),
            None => (provider, "provider"),
        };
        let mut props = parts.properties(span, "", Some(role::trust(span, &self.trusted)));
        let boundary = [&["iam", "role", "permissionsBoundary"][..], &["rolePermissionsBoundary"]];
        if let Some(e) = boundary.iter().find_map(|p| self.setting(p)) {
            props.put(ExprEntry { key: "PermissionsBoundary".into(), ..e });
        }
        let owner = Owner { condition: None, ..first };
        let anchor = Anchor { span, path: path.into() };
        self.out.imply(&owner, names::ROLE.into(), "AWS::IAM::Role", anchor, props);
    }

    /// Put properties that are written for resources the framework makes.
    fn override_generated(&mut self) {
        for (name, value) in std::mem::take(&mut self.overrides) {
            let Some(r) = self.out.facts.resources.iter_mut().find(|r| r.name == name) else { continue };
            let why = Why::new(Reason::Macro, format!("`resources` changes `{name}`"));
            for e in spread(value).entries() {
                // What is in a map or a list is merged; that is not followed.
                let mut e = e.clone();
                if r.props.take(&e.key).is_some() {
                    e.value.open_all(&why);
                }
                r.props.put(e);
            }
        }
    }

    /// Whether a function has that key.
    pub(super) fn is_function(&self, key: &str) -> bool {
        self.functions.iter().any(|f| f == key)
    }

    /// The path of something in a function.
    pub(super) fn below(anchor: &Anchor, e: &ExprEntry) -> Anchor {
        Anchor { span: e.key_span, path: format_smolstr!("{}.{}", anchor.path, e.key) }
    }
}

/// Text of parts.
pub(super) fn name_text(span: Span, parts: Vec<Expr>) -> Expr {
    Expr::new(span, ExprKind::Join(Box::new((Expr::text(span, ""), Expr::list(span, parts)))))
}

/// A value on the ground of a variable.
pub(super) fn assume(value: Expr, by: &SmolStr) -> Expr {
    let why = Why::new(Reason::Parameter, format!("`{by}` may have another value"));
    let span = value.span;
    spread(Expr::new(
        span,
        ExprKind::Taken(Box::new(Taken {
            symbol: None,
            value: Some(value),
            basis: Basis::ParameterDefault(by.clone()),
            open: Some(why),
        })),
    ))
}

/// What the framework takes where nothing is written.
pub(super) fn by_default(span: Span, value: Expr) -> Expr {
    let taken = Taken { symbol: None, value: Some(value), basis: Basis::ServiceDefault, open: None };
    Expr::new(span, ExprKind::Taken(Box::new(taken)))
}

/// A container that is taken to be what it is, as a container of what is taken to be in it.
pub(super) fn spread(e: Expr) -> Expr {
    let span = e.span;
    let ExprKind::Taken(t) = e.kind else { return e };
    let Taken { symbol, value, basis, open } = *t;
    let Some(value) = value else {
        return match open {
            Some(why) => Expr::new(span, ExprKind::Opaque(why)),
            None => {
                Expr::new(span, ExprKind::Taken(Box::new(Taken { symbol, value: None, basis, open: None })))
            }
        };
    };
    let wrap = |e: Expr| {
        if e.is_null() {
            return e;
        }
        let (span, taken) =
            (e.span, Taken { symbol: None, value: Some(e), basis: basis.clone(), open: open.clone() });
        Expr::new(span, ExprKind::Taken(Box::new(taken)))
    };
    match value.kind {
        ExprKind::Map(entries, more) => {
            let entries = entries.into_iter().map(|e| ExprEntry { value: wrap(e.value), ..e }).collect();
            Expr::new(span, ExprKind::Map(entries, open.clone().or(more)))
        }
        ExprKind::List(items, more) => {
            Expr::new(span, ExprKind::List(items.into_iter().map(wrap).collect(), open.clone().or(more)))
        }
        kind => {
            let value = Some(Expr::new(value.span, kind));
            Expr::new(span, ExprKind::Taken(Box::new(Taken { symbol, value, basis, open })))
        }
    }
}

/// A map under `key`, or one that is written short: `sqs: <arn>` for `sqs: {arn: <arn>}`.
pub(super) fn long_form(e: &ExprEntry, key: &str) -> Expr {
    let value = spread(e.value.clone());
    match value.kind {
        ExprKind::Map(..) => Expr { span: e.key_span, ..value },
        ExprKind::Opaque(why) => Expr::new(e.key_span, ExprKind::Map(Vec::new(), Some(why))),
        _ if value.is_null() => object(e.key_span, Vec::new()),
        kind => {
            let value = Expr { span: value.span, kind };
            object(e.key_span, vec![ExprEntry { key: key.into(), key_span: e.key_span, value }])
        }
    }
}
