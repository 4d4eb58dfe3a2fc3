//! The policies of a function's role, from every place a template can put them.

use super::document::{self, Origin, Pattern, Patterns, Statement};
use crate::app::{App, Kind, Resource, ResourceId};
use crate::aws::policies::{self, Row};
use crate::source::Span;
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Evidence, Guards, Proof, Reason, Why};
use crate::value::{Attr, Value};
use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;

/// What the role of a function may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The role, when it is in the project.
    pub role: Option<ResourceId>,
    /// The statements of its policies.
    pub statements: Vec<Statement>,
    /// Why there may be others, or why these may not be all that counts.
    pub open: Option<Why>,
    /// Where the function names its role.
    pub span: Span,
}

/// What the labels of policies begin with that are made from templates.
const TEMPLATE: &str = "the SAM policy template";
const CONNECTOR: &str = "the connector";

impl Origin {
    /// Whether the statements of the policy are written in the project, and not by AWS or made from a template.
    pub fn is_written(&self) -> bool {
        self.resource.is_some() && ![TEMPLATE, CONNECTOR].iter().any(|made| self.label.starts_with(made))
    }
}

/// Collects statements.
struct Reader<'a> {
    app: &'a App,
    statements: Vec<Statement>,
    open: Option<Why>,
}

impl Identity {
    /// Evidence that these are all policies of the role: where the function names its role.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        Proof::single(Evidence::new(self.span, note, Basis::Written, Guards::none()))
    }
}

/// The policies of the role of a function; read once per application.
pub fn identity_of(app: &App, function: ResourceId) -> Arc<Identity> {
    let all = app.kept.identities.get_or_init(|| {
        app.of_kind(Kind::Function).map(|f| (f.id, Arc::new(read_identity(app, f.id)))).collect()
    });
    all.get(&function).cloned().unwrap_or_else(|| Arc::new(read_identity(app, function)))
}

fn read_identity(app: &App, function: ResourceId) -> Identity {
    let resource = app.resource(function);
    let named = resource.props.get("Role");
    // What is not read may attach policies.
    let open = named.open().cloned().or_else(|| app.unread(resource.application));
    let mut r = Reader { app, statements: Vec::new(), open };
    let mut role = None;
    match r.role_of(resource, &named) {
        Ok(id) => {
            role = Some(id);
            r.role(id);
            r.connectors(function, id);
        }
        Err(why) => r.open = r.open.or(Some(why)),
    }
    Identity { role, statements: r.statements, open: r.open, span: named.span() }
}

/// The role of the project a value names: by reference, by ARN around its name, or by the name it is given.
pub(super) fn role_named(app: &App, value: &Value, near: &Resource) -> Option<ResourceId> {
    let is_role = |id: &ResourceId| app.resource(*id).kind == Kind::Role;
    match value {
        Value::Of(id, Attr::Arn | Attr::Name) => Some(*id).filter(is_role),
        Value::Concat(parts) => {
            // `arn:aws:iam::${AWS::AccountId}:role/${Role}`
            if let [head @ .., Value::Of(id, Attr::Name)] = &parts[..]
                && head.last().is_some_and(|v| v.suffix().ends_with('/'))
                && is_role(id)
            {
                return Some(*id);
            }
            let last = value.suffix().rsplit_once('/').map(|(_, n)| n)?;
            by_name(app, &Value::str(last), near).or_else(|| by_name(app, value, near))
        }
        Value::Str(s) => by_name(app, &Value::str(s.rsplit('/').next().unwrap_or(s)), near),
        _ => None,
    }
}

fn by_name(app: &App, name: &Value, near: &Resource) -> Option<ResourceId> {
    let mut roles = app.of_kind(Kind::Role).filter(|r| r.application == near.application);
    roles.find(|r| r.props.get("RoleName").values().only() == Some(&Some(name.clone()))).map(|r| r.id)
}

impl Reader<'_> {
    fn unsure(&mut self, why: Why) {
        self.open.get_or_insert(why);
    }

    fn role_of(&self, function: &Resource, named: &Tree) -> Result<ResourceId, Why> {
        let outside = || Why::new(Reason::NotInTree, "the role is not in this template");
        let values = named.values();
        let mut found = None;
        for a in values.alts() {
            let Some(value) = &a.value else { return Err(Why::other("no role is given")) };
            let id = role_named(self.app, value, function).ok_or_else(outside)?;
            if found.is_some_and(|f| f != id) {
                return Err(Why::other("one of several roles"));
            }
            found = Some(id);
        }
        found.ok_or_else(|| values.open().cloned().unwrap_or_else(outside))
    }

    fn role(&mut self, id: ResourceId) {
        let role = self.app.resource(id);
        let open = role.props.open().cloned();
        self.open = self.open.take().or(open);
        if !role.props.get("PermissionsBoundary").is_surely_absent() {
            self.unsure(Why::other("the role has a permissions boundary"));
        }
        let (inline, open) = role.props.get("Policies").items();
        self.open = self.open.take().or(open);
        for (p, guards) in inline {
            self.named_policy(&p, &guards, id);
        }
        let (managed, open) = role.props.get("ManagedPolicyArns").items();
        self.open = self.open.take().or(open);
        for (p, guards) in managed {
            self.by_arn(&p, &guards, role);
        }
        let (templates, open) = role.props.get("SamPolicyTemplates").items();
        self.open = self.open.take().or(open);
        for (t, guards) in templates {
            self.template(&t, &guards, id);
        }
        self.attached(role);
    }

    fn add(&mut self, doc: &Tree, guards: &Guards, origin: &Origin) {
        let (statements, open) = document::document(doc, origin);
        self.open = self.open.take().or(open);
        for mut s in statements {
            let Some(both) = guards.and(&s.guards) else { continue };
            s.guards = both;
            self.statements.push(s);
        }
    }

    fn named_policy(&mut self, p: &Tree, guards: &Guards, holder: ResourceId) {
        let name = p.get("PolicyName").strings();
        let label = match name.only() {
            Some(Some(n)) => format_smolstr!("the inline policy `{n}`"),
            _ => "an inline policy".into(),
        };
        let doc = p.get("PolicyDocument");
        if p.is_surely_absent() {
            return;
        }
        if p.open().is_none() && p.is_surely_present() && doc.is_surely_absent() {
            self.unsure(Why::other("an inline policy without a document"));
            return;
        }
        self.add(&doc, guards, &Origin { label, resource: Some(holder) });
    }

    /// A policy by its ARN: one AWS manages, or one of the project.
    fn by_arn(&mut self, p: &Tree, outer: &Guards, role: &Resource) {
        let values = p.values();
        self.open = self.open.take().or_else(|| values.open().cloned());
        for a in values.alts() {
            let Some(value) = &a.value else { continue };
            let Some(guards) = outer.and(&a.guards) else { continue };
            // One value may be a whole list, as of a parameter.
            let list = match value {
                Value::List(items, open) => {
                    if *open {
                        self.unsure(Why::other("a list with unknown elements"));
                    }
                    &items[..]
                }
                v => std::slice::from_ref(v),
            };
            for v in list {
                self.policy(v, a.span, &guards, role);
            }
        }
    }

    fn policy(&mut self, value: &Value, span: Span, guards: &Guards, role: &Resource) {
        if let Some(path) = aws_managed(value) {
            match policies::managed(path) {
                Some(rows) => {
                    let name = path.rsplit('/').next().unwrap_or(path);
                    let origin =
                        Origin { label: format_smolstr!("the managed policy `{name}`"), resource: None };
                    self.rows(rows, span, guards, &origin, &|_| None);
                }
                None => self.unsure(Why::other(format!("the managed policy `{path}` is not in the tables"))),
            }
            return;
        }
        match policy_named(self.app, value, role) {
            Some(id) => self.policy_resource(id, guards),
            None => self.unsure(Why::new(Reason::NotInTree, "a managed policy is not in this template")),
        }
    }

    fn policy_resource(&mut self, id: ResourceId, guards: &Guards) {
        let p = self.app.resource(id);
        let origin = Origin { label: format_smolstr!("the policy `{}`", p.name), resource: Some(id) };
        let doc = p.props.get("PolicyDocument");
        self.add(&doc, guards, &origin);
    }

    /// Policies that name the roles they belong to.
    fn attached(&mut self, role: &Resource) {
        let app = self.app;
        for p in app.of_kind(Kind::Policy).filter(|p| p.application == role.application) {
            for property in ["Roles", "RoleName"] {
                let (items, open) = p.props.get(property).items();
                if let Some(why) = open {
                    self.unsure(Why::new(why.reason, format!("`{}` may be attached to the role", p.name)));
                }
                for (item, outer) in items {
                    let values = item.values();
                    if values.open().is_some() {
                        self.unsure(Why::other(format!("`{}` may be attached to the role", p.name)));
                    }
                    for a in values.alts() {
                        let Some(value) = &a.value else { continue };
                        let Some(guards) = outer.and(&a.guards) else { continue };
                        match role_named(app, value, role) {
                            Some(id) if id == role.id => self.policy_resource(p.id, &guards),
                            None if may_be(value, role) => {
                                self.unsure(Why::other(format!("`{}` may be attached to the role", p.name)));
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }

    fn template(&mut self, t: &Tree, outer: &Guards, holder: ResourceId) {
        self.open = self.open.take().or_else(|| t.open().cloned());
        for a in t.alts() {
            if a.value == Node::Absent {
                continue;
            }
            let one = Tree::known(a.value.clone(), a.span);
            let Some(guards) = outer.and(&a.guards) else { continue };
            let name = one.get("Name").strings();
            let Some(Some(name)) = name.only() else {
                self.unsure(Why::other("a policy template that can't be read"));
                continue;
            };
            let Some((declared, rows)) = policies::sam_template(name) else {
                self.unsure(Why::other(format!("the policy template `{name}` is not in the tables")));
                continue;
            };
            let parameters = one.get("Parameters");
            let origin = Origin { label: format_smolstr!("{TEMPLATE} `{name}`"), resource: Some(holder) };
            let value = |p: &str| -> Option<Value> {
                if !declared.contains(&p) {
                    return None;
                }
                match parameters.get(p).values().only() {
                    Some(Some(v)) => Some(v.clone()),
                    _ => Some(Value::unknown()),
                }
            };
            self.rows(rows, a.span, &guards, &origin, &value);
        }
    }

    fn connectors(&mut self, function: ResourceId, role: ResourceId) {
        let app = self.app;
        let of = app.resource(function).application;
        for c in app.resources.iter().filter(|r| r.type_name == "Connector" && r.application == of) {
            let (sources, why) = c.props.get("Source").items();
            let (destinations, more) = c.props.get("Destination").items();
            if let Some(why) = why.or(more) {
                self.unsure(why);
            }
            for (s, _) in &sources {
                for (d, _) in &destinations {
                    self.connector(c, s, d, function, role);
                }
            }
        }
    }

    fn connector(&mut self, c: &Resource, s: &Tree, d: &Tree, function: ResourceId, role: ResourceId) {
        let (source, destination) = (self.end(s), self.end(d));
        let is_ours = |e: &Option<End>| match e {
            Some(e) => e.id == Some(function) || e.role.is_some_and(|r| r == role),
            None => false,
        };
        let of_source = is_ours(&source);
        if !of_source && !is_ours(&destination) {
            // An end that can't be read may be this function.
            if source.is_none() || destination.is_none() {
                self.unsure(Why::other(format!("the connector `{}` can't be read", c.name)));
            }
            return;
        }
        let (Some(source), Some(destination)) = (source, destination) else {
            self.unsure(Why::other(format!("the connector `{}` can't be read", c.name)));
            return;
        };
        if !policies::is_connected(&source.type_name, &destination.type_name) {
            return;
        }
        let (permissions, open) = c.props.get("Permissions").items();
        if let Some(why) = open {
            self.unsure(why);
        }
        let origin = Origin { label: format_smolstr!("{CONNECTOR} `{}`", c.name), resource: Some(c.id) };
        let value = |name: &str| -> Option<Value> {
            let (end, attr) = match name.split_once('.')? {
                ("Destination", a) => (&destination, a),
                ("Source", a) => (&source, a),
                _ => return None,
            };
            Some(match (attr, end.id) {
                ("Arn", Some(id)) => Value::Of(id, Attr::Arn),
                ("Name", Some(id)) => Value::Of(id, Attr::Name),
                ("Arn", None) => end.arn.clone(),
                _ => Value::unknown(),
            })
        };
        for (p, outer) in permissions {
            let access = p.strings();
            let Some(Some(access)) = access.only() else {
                self.unsure(Why::other("a connector with unknown permissions"));
                continue;
            };
            let rows = policies::connector(&source.type_name, &destination.type_name, of_source, access);
            let Some(guards) = c.guards.and(&outer) else { continue };
            self.rows(rows, c.anchor.span, &guards, &origin, &value);
        }
    }

    fn end(&self, t: &Tree) -> Option<End> {
        match t.only()? {
            Node::Leaf(Value::Of(id, _)) => {
                let r = self.app.resource(*id);
                Some(End { id: Some(*id), role: None, type_name: r.type_name.clone(), arn: Value::unknown() })
            }
            Node::Map { open: None, .. } => {
                let type_name = t.get("Type").strings().only()?.clone()?;
                let arn = t.get("Arn").values().only().cloned().flatten();
                let role = match t.get("RoleName").values().only()? {
                    Some(Value::Of(id, _)) => Some(*id),
                    Some(_) => return None,
                    None => None,
                };
                let id = match &arn {
                    Some(Value::Of(id, Attr::Arn)) => Some(*id),
                    _ => None,
                };
                Some(End { id, role, type_name, arn: arn.unwrap_or_else(Value::unknown) })
            }
            _ => None,
        }
    }

    fn rows(
        &mut self,
        rows: Vec<Row>,
        span: Span,
        guards: &Guards,
        origin: &Origin,
        value: &dyn Fn(&str) -> Option<Value>,
    ) {
        let pattern = |value: Value| Pattern { value, span, guards: Guards::none(), possible: false };
        let patterns = |negated, list| Patterns { negated, list, open: None, span };
        for row in rows {
            let resources = row.resources.iter().map(|r| pattern(filled(r, value))).collect();
            self.statements.push(Statement {
                effect: row.effect,
                actions: patterns(
                    row.not_actions,
                    row.actions.into_iter().map(|a| pattern(Value::str(a))).collect(),
                ),
                resources: Some(patterns(row.not_resources, resources)),
                principals: None,
                condition: row
                    .conditional
                    .then(|| Tree::unknown(Why::other("a condition of the policy"), span)),
                span,
                guards: guards.clone(),
                origin: origin.clone(),
            });
        }
    }
}

/// Whether a name of a role that is not known may be this one's.
fn may_be(value: &Value, role: &Resource) -> bool {
    match value {
        // Another resource, or text that another constant name is not.
        Value::Of(..) => false,
        Value::Str(s) => match role.props.get("RoleName").values().only() {
            Some(Some(Value::Str(own))) => own == s,
            // A generated name is no constant one.
            Some(None) => false,
            _ => true,
        },
        _ => true,
    }
}

/// An end of a connector.
struct End {
    id: Option<ResourceId>,
    role: Option<ResourceId>,
    type_name: SmolStr,
    arn: Value,
}

/// Text of a table with its `${Name}` filled in.
fn filled(text: &str, value: &dyn Fn(&str) -> Option<Value>) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, hole)) = rest.split_once("${") {
        let (name, tail) = hole.split_once('}').unwrap_or((hole, ""));
        parts.push(Value::str(before));
        parts.push(match value(name) {
            Some(v) => v,
            None if name.starts_with("AWS::") => Value::Pseudo(name.into()),
            None => Value::unknown(),
        });
        rest = tail;
    }
    parts.push(Value::str(rest));
    Value::concat(parts)
}

/// The path of a policy AWS manages, when the value is its ARN.
fn aws_managed(value: &Value) -> Option<&str> {
    match value {
        Value::Str(_) | Value::Concat(_) => {
            let head = value.prefix().starts_with("arn:") || matches!(value, Value::Concat(p) if p.len() > 1);
            let (_, path) = value.suffix().split_once(":iam::aws:policy/")?;
            head.then_some(path)
        }
        _ => None,
    }
}

/// A managed policy of the project, by reference or by the name it is given.
fn policy_named(app: &App, value: &Value, near: &Resource) -> Option<ResourceId> {
    let is_policy = |id: &ResourceId| app.resource(*id).kind == Kind::Policy;
    match value {
        Value::Of(id, _) => Some(*id).filter(is_policy),
        Value::Concat(parts) if matches!(parts.last(), Some(Value::Of(..))) => match parts.last() {
            Some(Value::Of(id, _)) => Some(*id).filter(is_policy),
            _ => None,
        },
        Value::Str(_) | Value::Concat(_) => {
            let (_, name) = value.suffix().rsplit_once('/')?;
            let name = Some(Value::str(name));
            app.of_kind(Kind::Policy)
                .filter(|p| p.application == near.application)
                .find(|p| p.props.get("ManagedPolicyName").values().only() == Some(&name))
                .map(|p| p.id)
        }
        _ => None,
    }
}
