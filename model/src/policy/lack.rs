//! Proofs that a role certainly lacks a permission, or that a service can't assume it.

use super::attached::{resource_policy, trust_policy};
use super::identity::Identity;
use super::verdict::{Request, Verdict, Who, near_misses, verdict};
use super::{Arn, Statement};
use crate::app::{App, ResourceId};
use crate::source::Span;
use crate::tri::{Basis, Evidence, Guards, Proof, Tri, Why};

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
