//! What functions may use of their role: everything their code may call, and what Lambda does in their name.
//!
//! "Nothing uses this action" has to hold for all that can have the role's credentials, so the answer is an upper bound;
//! where there is none, [`Used::of`] says why.

use super::arn::Arn;
use super::asks::asks;
use super::attached::trust_policy;
use super::document::{Effect, Pattern, Principal, Statement};
use super::grants;
use super::identity::{Identity, identity_of};
use super::wants::{of_layer, polling, wants};
use crate::app::{App, Function, Kind, ResourceId, TriggerKind};
use crate::aws::iam::{self, actions};
use crate::handler::{Handler, SdkCall};
use crate::tree::{Node, Tree};
use crate::tri::Why;
use crate::value::Value;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Verbs of operations that read.
const READING: &[&str] = &[
    "BatchGet", "Check", "Describe", "Download", "Filter", "Get", "Head", "List", "Lookup", "Query", "Scan",
    "Search", "Select",
];

/// Verbs of operations that set other services to work, with permissions of the caller as well.
const ORCHESTRATING: &[&str] = &[
    "Associate",
    "Attach",
    "Copy",
    "Create",
    "Deploy",
    "Enable",
    "Execute",
    "Export",
    "Import",
    "Modify",
    "Provision",
    "Register",
    "Restore",
    "Run",
    "Start",
    "Update",
];

/// Operations with such a verb of which it is known what they ask for: client, operation (`*`: all).
/// Sources: the pages of the operations, and those that `aws::iam` names.
const PLAIN: &[(&str, &str)] = &[
    ("appconfigdata", "*"),
    ("athena", "*"),
    ("cloudfront", "CreateInvalidation"),
    ("codebuild", "StartBuild"),
    ("cognito-identity", "*"),
    ("cognito-idp", "*"),
    ("dynamodb", "CreateTable"),
    ("dynamodb", "ExecuteStatement"),
    ("dynamodb", "ExecuteTransaction"),
    ("dynamodb", "UpdateItem"),
    ("dynamodb", "UpdateTable"),
    ("dynamodb", "UpdateTimeToLive"),
    ("ec2", "CreateTags"),
    ("ec2", "StartInstances"),
    ("glue", "StartCrawler"),
    ("glue", "StartJobRun"),
    ("kms", "*"),
    ("logs", "CreateLogGroup"),
    ("logs", "CreateLogStream"),
    ("logs", "StartQuery"),
    ("rds-data", "*"),
    ("redshift-data", "*"),
    ("rekognition", "*"),
    ("s3", "CopyObject"),
    ("s3", "CreateBucket"),
    ("s3", "CreateMultipartUpload"),
    ("scheduler", "*"),
    ("secretsmanager", "*"),
    ("sns", "*"),
    ("sqs", "*"),
    ("stepfunctions", "StartExecution"),
    ("stepfunctions", "StartSyncExecution"),
    ("textract", "*"),
    ("transcribe", "*"),
];

/// Prefixes of actions that requests from outside, or Lambda itself, may use whatever the function does.
const ALWAYS: &[&str] = &["logs", "xray"];

/// What one function may use.
#[derive(Debug, Clone, Default)]
pub struct Used {
    /// Actions, in lower case.
    actions: BTreeSet<String>,
    /// Those of calls among them.
    called: BTreeSet<String>,
    /// Prefixes of which any action may be used.
    prefixes: BTreeSet<&'static str>,
    /// Operations its code names, in lower case.
    operations: BTreeSet<SmolStr>,
    /// Something is changed by prefix: tags may be set with it.
    tagged: BTreeSet<&'static str>,
}

impl Used {
    /// What a function may use; or why that is not known.
    pub fn of(app: &App, function: ResourceId, handler: &Handler) -> Result<Self, Why> {
        let Some(f) = app.function(function) else { return Err(Why::other("no function")) };
        handler.complete.clone()?;
        surroundings(app, f)?;
        let mut used = Self { prefixes: ALWAYS.iter().copied().collect(), ..Self::default() };
        used.operations.extend(handler.operations.iter().cloned());
        for b in &handler.beyond {
            let Some(service) = &b.service else { return Err(b.why.clone()) };
            used.whole(service)?;
        }
        let mut calls = 0;
        for (_, call) in handler.permitted_calls() {
            calls += 1;
            used.call(call)?;
        }
        // Code in a template that calls nothing is often a placeholder for what is deployed by other means.
        let inline = f.code().alts().iter().any(|a| matches!(a.value, crate::app::CodeRef::Inline(_)));
        if inline && calls == 0 {
            return Err(Why::other("inline code that calls no service may be a placeholder"));
        }
        if calls > 0 || !f.prop("KmsKeyArn").is_surely_absent() {
            used.prefixes.insert("kms");
        }
        for w in wants(app, function) {
            used.add(w.actions);
        }
        // Without any trigger in the project, others invoke it, and mappings may be among them.
        if app.triggers_of(function).next().is_none() {
            for kind in [
                TriggerKind::Queue,
                TriggerKind::Stream,
                TriggerKind::TableStream,
                TriggerKind::Kafka,
                TriggerKind::MessageBroker,
                TriggerKind::DocumentDb,
            ] {
                if let Some(a) = polling(kind) {
                    used.add([a.on, a.besides, a.perhaps].into_iter().flatten().copied());
                }
            }
        }
        Ok(used)
    }

    fn add(&mut self, actions: impl IntoIterator<Item = &'static str>) {
        self.actions.extend(actions.into_iter().map(str::to_ascii_lowercase));
    }

    /// Anything of a service may be called.
    fn whole(&mut self, service: &str) -> Result<(), Why> {
        let prefix =
            iam::prefix(service).ok_or_else(|| Why::other(format!("`{service}` is not in the tables")))?;
        self.prefixes.insert(prefix);
        self.tagged.insert(prefix);
        self.actions.extend(iam::besides(service).map(str::to_ascii_lowercase));
        Ok(())
    }

    fn call(&mut self, call: &SdkCall) -> Result<(), Why> {
        let (service, operation) = (call.service.as_str(), call.operation.as_str());
        let starts = |verbs: &[&str]| verbs.iter().any(|v| operation.starts_with(v));
        let plain = PLAIN.iter().any(|(s, o)| *s == service && (*o == "*" || *o == operation));
        if starts(ORCHESTRATING) && !plain {
            return Err(Why::other(format!("`{}` may need permissions of other services", call.label)));
        }
        let needs = iam::needs(service, operation, &call.args);
        if !needs.known {
            return self.whole(service);
        }
        self.called.extend(needs.may.iter().map(|a| a.to_ascii_lowercase()));
        self.actions.extend(self.called.iter().cloned());
        if !starts(READING)
            && let Some(prefix) = iam::prefix(service)
        {
            self.tagged.insert(prefix);
        }
        Ok(())
    }

    /// Whether an action (its full name, without wildcards) may be used.
    pub fn may_use(&self, action: &str) -> bool {
        let lower = action.to_ascii_lowercase();
        let prefix = lower.split(':').next().unwrap_or_default();
        let tags = self.tagged.contains(prefix)
            && actions::find(action).is_some_and(|a| a.level == actions::Level::Tagging);
        tags || self.prefixes.contains(prefix)
            || self.actions.contains(&lower)
            || iam::operations_of(action)
                .iter()
                .any(|o| self.operations.contains(o.to_ascii_lowercase().as_str()))
    }
}

/// What else runs beside the code: extensions, wrappers, what an image holds.
fn surroundings(app: &App, f: Function<'_>) -> Result<(), Why> {
    if f.is_image() {
        return Err(Why::other("an image may hold extensions"));
    }
    if !f.is_classic() {
        return Err(Why::other("a runtime with code of its own"));
    }
    if !f.environment().get("AWS_LAMBDA_EXEC_WRAPPER").is_surely_absent() {
        return Err(Why::other("a wrapper script may start the code"));
    }
    let (layers, open) = f.layers();
    if let Some(why) = open {
        return Err(why);
    }
    for layer in layers {
        let values = layer.values();
        if let Some(why) = values.open() {
            return Err(why.clone());
        }
        for v in values.alts().iter().filter_map(|a| a.value.as_ref()) {
            let own = matches!(v, Value::Of(id, _) if app.resource(*id).kind == Kind::Layer);
            if !own && of_layer(&v.to_string()).is_none() {
                return Err(Why::other("a layer that is not in the tree may hold an extension"));
            }
        }
    }
    Ok(())
}

/// A role that only functions of the project have, and what all of them use.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The role.
    pub role: ResourceId,
    /// Its functions, with what each may use.
    pub functions: Vec<(ResourceId, Used)>,
    /// Its policies.
    pub identity: Arc<Identity>,
}

impl Judged {
    /// The patterns of a statement none of whose actions any of the functions may use.
    pub fn idle<'s>(&self, s: &'s Statement) -> Vec<&'s Pattern> {
        if s.effect != Effect::Allow || s.actions.negated {
            return Vec::new();
        }
        let idle: Vec<_> = s.actions.list.iter().filter(|p| !p.possible && self.is_idle(p)).collect();
        grants::alone(s, &idle)
    }

    /// The actions calls of the code ask for, or may ask for besides; in lower case.
    pub fn called(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().flat_map(|(_, u)| u.called.iter().map(String::as_str))
    }

    /// What the functions certainly need: the actions by resource, `None` where that is not known; nothing when there
    /// may be calls of which that is not known.
    pub fn needed<'h>(
        &self,
        app: &App,
        handler: impl Fn(ResourceId) -> Option<&'h Handler>,
    ) -> Option<Vec<(Option<Arn>, BTreeSet<String>)>> {
        let mut out: Vec<(Option<Arn>, BTreeSet<String>)> = Vec::new();
        let mut put = |on: Option<Arn>, actions: Vec<String>| match out.iter_mut().find(|(o, _)| *o == on) {
            Some((_, all)) => all.extend(actions),
            None => out.push((on, actions.into_iter().collect())),
        };
        for (f, _) in &self.functions {
            let h = handler(*f)?;
            let known = |c: &SdkCall| iam::needs(&c.service, &c.operation, &c.args).known;
            if !h.beyond.is_empty() || !h.permitted_calls().all(|(_, c)| known(c)) {
                return None;
            }
            for ask in asks(app, *f, h) {
                let actions = ask.one_of.iter().map(ToString::to_string).collect();
                put(ask.arn().cloned(), actions);
            }
            for w in wants(app, *f).into_iter().filter(|w| w.certain) {
                let on = w.on.only().filter(|a| !a.is_unknown()).cloned();
                put(on, w.actions.iter().map(ToString::to_string).collect());
            }
        }
        Some(out)
    }

    fn is_idle(&self, p: &Pattern) -> bool {
        let Some(all) = p.value.as_str().filter(|t| !t.starts_with('*')).and_then(iam::expand) else {
            return false;
        };
        // An action that guards no operation is used in another way than by calls.
        all.iter().any(|a| !iam::operations_of(a).is_empty())
            && all.iter().all(|a| self.functions.iter().all(|(_, u)| !u.may_use(a)))
    }
}

/// The roles of the project of which it is known what uses them.
pub fn judged<'h>(app: &App, handler: impl Fn(ResourceId) -> Option<&'h Handler>) -> Vec<Judged> {
    let mut by: BTreeMap<ResourceId, Vec<(ResourceId, Arc<Identity>)>> = BTreeMap::new();
    for f in app.of_kind(Kind::Function) {
        let identity = identity_of(app, f.id);
        if let Some(role) = identity.role {
            by.entry(role).or_default().push((f.id, identity));
        }
    }
    let references = References::of(app);
    let mut out = Vec::new();
    for (role, functions) in by {
        let holders: Vec<ResourceId> = functions.iter().map(|(f, _)| *f).collect();
        if app.resource(role).generated || !is_lambdas(app, role) || !references.only(app, role, &holders) {
            continue;
        }
        let used = |f: ResourceId| match handler(f) {
            Some(h) if !app.resource(f).generated => Used::of(app, f, h).ok().map(|u| (f, u)),
            _ => None,
        };
        let Some(functions_used) = holders.iter().map(|f| used(*f)).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some((_, identity)) = functions.into_iter().next() else { continue };
        out.push(Judged { role, functions: functions_used, identity });
    }
    // A policy that others hold as well is used by them, too.
    let roles: BTreeSet<ResourceId> = out.iter().map(|j| j.role).collect();
    for j in &mut out {
        Arc::make_mut(&mut j.identity).statements.retain(|s| match s.origin.resource {
            Some(p) if app.resource(p).kind == Kind::Policy => references.policy_of(app, p, &roles),
            _ => true,
        });
    }
    out
}

/// Whether only Lambda may assume a role.
fn is_lambdas(app: &App, role: ResourceId) -> bool {
    let (statements, open) = trust_policy(app, role);
    let service = |p: &Principal| match p {
        Principal::Service(v) => {
            v.as_str().is_some_and(|s| matches!(s, "lambda.amazonaws.com" | "edgelambda.amazonaws.com"))
                || v.prefix() == "lambda."
        }
        _ => false,
    };
    open.is_none()
        && statements.iter().filter(|s| s.effect == Effect::Allow).all(|s| {
            let p = s.principals.as_ref();
            p.is_some_and(|p| !p.negated && p.open.is_none() && p.list.iter().all(|(p, _)| service(p)))
        })
}

/// Which resources name which, by the property that does.
struct References(BTreeMap<ResourceId, Vec<(ResourceId, SmolStr)>>);

impl References {
    fn of(app: &App) -> Self {
        let mut out = BTreeMap::new();
        for r in &app.resources {
            let (entries, _) = r.props.entries();
            for (e, _) in entries {
                let mut named = BTreeSet::new();
                in_tree(&e.value, 0, &mut named);
                for id in named {
                    let kind = app.resource(id).kind;
                    if matches!(kind, Kind::Role | Kind::Policy) {
                        out.entry(id).or_insert_with(Vec::new).push((r.id, e.key.clone()));
                    }
                }
            }
        }
        Self(out)
    }

    /// Whether nothing but these functions, policies of the role and policies of resources name a role.
    fn only(&self, app: &App, role: ResourceId, functions: &[ResourceId]) -> bool {
        self.0.get(&role).is_none_or(|all| {
            all.iter().all(|(r, property)| {
                let by = app.resource(*r);
                match by.kind {
                    Kind::Function => property == "Role" && functions.contains(r),
                    Kind::Policy => matches!(property.as_str(), "Roles" | "RoleName"),
                    Kind::Role => *r == role,
                    Kind::Key => property == "KeyPolicy",
                    _ => by.type_name.ends_with("Policy"),
                }
            })
        })
    }

    /// Whether a policy belongs to these roles only.
    fn policy_of(&self, app: &App, policy: ResourceId, roles: &BTreeSet<ResourceId>) -> bool {
        let own = &app.resource(policy).props;
        let mut named = BTreeSet::new();
        for property in ["Roles", "RoleName"] {
            let (items, open) = own.get(property).items();
            if open.is_some()
                || !items.iter().all(|(t, _)| matches!(t.only(), Some(Node::Leaf(Value::Of(..)))))
            {
                return false;
            }
            in_tree(&own.get(property), 0, &mut named);
        }
        own.get("Users").is_surely_absent()
            && own.get("Groups").is_surely_absent()
            && named.is_subset(roles)
            && self.0.get(&policy).is_none_or(|all| all.iter().all(|(r, _)| roles.contains(r)))
    }
}

fn in_tree(t: &Tree, depth: u32, out: &mut BTreeSet<ResourceId>) {
    if depth > 64 {
        return;
    }
    for a in t.alts() {
        match &a.value {
            Node::Absent => {}
            Node::Leaf(v) => in_value(v, depth + 1, out),
            Node::List { items, .. } => items.iter().for_each(|t| in_tree(t, depth + 1, out)),
            Node::Map { entries, .. } => entries.iter().for_each(|e| in_tree(&e.value, depth + 1, out)),
        }
    }
}

fn in_value(v: &Value, depth: u32, out: &mut BTreeSet<ResourceId>) {
    if depth > 64 {
        return;
    }
    match v {
        Value::Of(id, _) => {
            out.insert(*id);
        }
        Value::Concat(l) | Value::List(l, _) | Value::OneOf(l) => {
            for v in l {
                in_value(v, depth + 1, out);
            }
        }
        Value::Map(m, _) => {
            for (_, v) in m {
                in_value(v, depth + 1, out);
            }
        }
        _ => {}
    }
}
