//! Proofs that a role certainly lacks a permission, or that a service can't assume it.

use super::attached::{resource_policy, trust_policy};
use super::identity::Identity;
use super::verdict::{Request, Verdict, Who, allowing, near_misses, verdict};
use super::{Arn, Statement};
use crate::app::{App, Kind, Resource, ResourceId, Sending};
use crate::source::Span;
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Evidence, Guards, Proof, Tri, Why};
use crate::value::Value;

/// How many statements that miss are shown beside a missing permission.
const SHOWN: usize = 2;

impl Identity {
    /// Does nothing allow the role any of the actions on the resource, where `given` holds? The proof is the role with
    /// the statements that allow an action on other resources. A statement that denies is not counted: it may stand
    /// there on purpose, see [`Identity::denies`].
    pub fn lacks(&self, app: &App, one_of: &[&str], resource: &Arn, given: &Guards) -> Tri {
        let Some(role) = self.role else { return Tri::Unknown(self.why()) };
        let mut near: Vec<&Statement> = Vec::new();
        for action in one_of {
            let request = Request { action, resource, who: None, given };
            match verdict(app, &self.statements, self.open.as_ref(), &request) {
                Verdict::Missing => near.extend(near_misses(app, &self.statements, &request)),
                Verdict::Allowed(_) | Verdict::Denied(_) => return Tri::No,
                Verdict::Unknown(why) => return Tri::Unknown(why),
            }
        }
        let role = app.resource(role);
        let list = one_of.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(" or ");
        let note = format!("the policies of `{}` allow no {list}", role.name);
        let mut proof = Proof::single(Evidence::new(role.anchor.span, note, Basis::Written, given.clone()));
        for s in near.into_iter().take(SHOWN) {
            proof = proof.with_context(s.evidence("this allows it on another resource"));
        }
        Tri::Yes(proof)
    }

    /// Like [`Identity::lacks`] for a resource of the project, whose own policy may allow the action as well.
    pub fn lacks_on(&self, app: &App, action: &str, on: ResourceId, resource: &Arn, given: &Guards) -> Tri {
        let claim = self.lacks(app, &[action], resource, given);
        let (Tri::Yes(_), Some(role)) = (&claim, self.role) else { return claim };
        let (statements, open) = resource_policy(app, on);
        let request = Request { action, resource, who: Some(Who::Role(role)), given };
        match verdict(app, &statements, open.as_ref(), &request) {
            Verdict::Missing => claim,
            Verdict::Unknown(why) => Tri::Unknown(why),
            Verdict::Allowed(_) | Verdict::Denied(_) => Tri::No,
        }
    }

    /// Like [`Identity::lacks`] for a resource that is not in the project: the proof supposes that no policy of the
    /// resource itself allows the action.
    pub fn lacks_outside(&self, app: &App, action: &str, resource: &Arn, given: &Guards) -> Tri {
        let (claim, Some(role)) = (self.lacks(app, &[action], resource, given), self.role) else {
            return Tri::Unknown(self.why());
        };
        let basis =
            Basis::Heuristic("no policy of the resource, which is not in the project, allows it".into());
        let note = "a policy of the resource, which is not in the project, is taken not to allow it";
        let at = app.resource(role).anchor.span;
        claim.with_context(Proof::single(Evidence::new(at, note, basis, given.clone())))
    }

    /// Does a statement certainly deny the action on the resource?
    pub fn denies(&self, app: &App, action: &str, resource: &Arn, given: &Guards) -> Tri {
        let request = Request { action, resource, who: None, given };
        match verdict(app, &self.statements, self.open.as_ref(), &request) {
            Verdict::Denied(proof) => Tri::Yes(proof),
            Verdict::Unknown(why) => Tri::Unknown(why),
            Verdict::Allowed(_) | Verdict::Missing => Tri::No,
        }
    }

    fn why(&self) -> Why {
        self.open.clone().unwrap_or_else(|| Why::other("the role is not known"))
    }
}

/// Is there certainly no statement by which a service may assume the role, where `given` holds? The proof is the trust
/// policy, or the statement that denies.
pub fn not_assumable(app: &App, role: ResourceId, service: &str, given: &Guards) -> Tri {
    let (statements, open) = trust_policy(app, role);
    let resource = Arn::of(app, role);
    let request =
        Request { action: "sts:AssumeRole", resource: &resource, who: Some(Who::Service(service)), given };
    match verdict(app, &statements, open.as_ref(), &request) {
        Verdict::Missing => {
            let note = format!("nothing here lets `{service}` assume the role");
            let at: Span = app.resource(role).props.get("AssumeRolePolicyDocument").span();
            Tri::Yes(Proof::single(Evidence::new(at, note, Basis::Written, given.clone())))
        }
        Verdict::Denied(proof) => Tri::Yes(proof),
        Verdict::Allowed(_) => Tri::No,
        Verdict::Unknown(why) => Tri::Unknown(why),
    }
}

/// Does certainly no policy let the service send to the queue or topic? The proof is the queue or topic, with the
/// statements that allow others to send.
pub fn refused(app: &App, s: &Sending) -> Tri {
    let from = Arn::named(app, Some(s.from_kind), &s.from, &Value::str(""));
    let to = app.resource(s.to);
    let (statements, open) = resource_policy(app, s.to);
    let open = open.or_else(|| elsewhere(app, s.to));
    let resource = Arn::of(app, s.to);
    let who = Some(Who::For(s.service, &from));
    let request = Request { action: s.action, resource: &resource, who, given: &s.guards };
    match verdict(app, &statements, open.as_ref(), &request) {
        Verdict::Missing => {
            let note = format!("no policy lets `{}` send to it", s.service);
            let mut proof =
                Proof::single(Evidence::new(to.anchor.span, note, Basis::Written, s.guards.clone()));
            for near in allowing(app, &statements, &request).take(SHOWN) {
                proof = proof.with_context(near.evidence("this allows it for others, or for another source"));
            }
            Tri::Yes(proof)
        }
        // A statement that denies may stand there on purpose.
        Verdict::Allowed(_) | Verdict::Denied(_) => Tri::No,
        Verdict::Unknown(why) => Tri::Unknown(why),
    }
}

/// Why a policy may be made by what is not in the templates: a macro, a connector, a nested stack or a custom resource
/// that is handed the resource.
fn elsewhere(app: &App, id: ResourceId) -> Option<Why> {
    let of = app.resource(id).application;
    if let Some(why) = app.templates.iter().filter(|t| t.application == of).find_map(|t| t.open.clone()) {
        return Some(why);
    }
    let makes = |r: &&Resource| {
        r.application == of
            && (r.kind == Kind::Nested
                || MAKERS.contains(&r.type_name.as_str())
                || r.type_name.starts_with("Custom::"))
    };
    let maker = app.resources.iter().filter(makes).find(|r| mentions(&r.props, id, 0))?;
    Some(Why::other(format!("`{}` may make a policy for it", maker.name)))
}

/// Types of resources that make others.
const MAKERS: &[&str] = &["Connector", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack"];

/// Bound on the nesting of properties that are looked through.
const MAX_DEPTH: u32 = 64;

fn mentions(t: &Tree, id: ResourceId, depth: u32) -> bool {
    let below = |t: &Tree| mentions(t, id, depth + 1);
    depth > MAX_DEPTH
        || t.alts().iter().any(|a| match &a.value {
            Node::Absent => false,
            Node::Leaf(v) => is_in(v, id, depth),
            Node::List { items, .. } => items.iter().any(below),
            Node::Map { entries, .. } => entries.iter().any(|e| below(&e.value)),
        })
}

fn is_in(v: &Value, id: ResourceId, depth: u32) -> bool {
    let below = |v: &Value| is_in(v, id, depth + 1);
    depth > MAX_DEPTH
        || match v {
            Value::Of(other, _) => *other == id,
            Value::Concat(parts) | Value::List(parts, _) => parts.iter().any(below),
            Value::Map(entries, _) => entries.iter().any(|(_, v)| below(v)),
            _ => false,
        }
}
