//! What the code of a function asks for, and what its role answers.

use super::arn::Arn;
use super::attached::resource_policy;
use super::identity::Identity;
use super::verdict::{Request, Verdict, Who, verdict};
use crate::app::{App, ResourceId};
use crate::aws::iam;
use crate::handler::{Ctx, Fact, Handler, SdkCall};
use crate::tri::{Basis, Guards, Proof, Prop, Tri, Why};
use crate::value::Value;
use smol_str::SmolStr;

/// A permission a call certainly asks for, on one of its resources.
#[derive(Debug, Clone)]
pub struct Ask<'h> {
    /// The call.
    pub fact: &'h Fact,
    /// What it calls.
    pub call: &'h SdkCall,
    /// The action; where there are several, one of them.
    pub one_of: Vec<SmolStr>,
    /// The resource.
    pub on: Prop<Arn>,
}

/// What the policies say of an [`Ask`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Certainly allowed.
    Allowed,
    /// Certainly denied by a statement.
    Denied(Proof),
    /// Allowed by none.
    Missing,
    /// Not decided.
    Unknown(Why),
}

/// What a handler asks for with the credentials of its role: calls of clients with credentials or an endpoint of their
/// own are left out, and those behind a question about environment variables that has another answer in every
/// deployment; those that are only taken to be reachable are not.
pub fn asks<'h>(app: &App, function: ResourceId, handler: &'h Handler) -> Vec<Ask<'h>> {
    let mut out = Vec::new();
    let never = |ctx: &Ctx| match app.function(function).map(|f| f.never(ctx)) {
        Some(Tri::Yes(proof)) => proof.evidence().iter().all(|e| is_fixed(e.basis())),
        _ => false,
    };
    for (fact, call) in handler.permitted_calls() {
        if call.foreign || never(&fact.ctx) {
            continue;
        }
        for need in iam::needs(&call.service, &call.operation, &call.args).must {
            let anywhere = || Prop::known(Arn::unknown(), fact.span);
            let on: Vec<Prop<Arn>> = match &need.on[..] {
                [] => vec![anywhere()],
                some => some.iter().map(|s| app.requested(function, s, fact.span)).collect(),
            };
            for on in on {
                out.push(Ask { fact, call, one_of: need.one_of.clone(), on });
            }
        }
    }
    out
}

impl Ask<'_> {
    /// The resource, when it is one of the project in every case.
    pub fn target(&self) -> Option<ResourceId> {
        if self.on.open().is_some() {
            return None;
        }
        let mut all = self.on.alts().iter().map(|a| a.value.resource());
        let first = all.next()??;
        all.all(|x| x == Some(first)).then_some(first)
    }

    /// The one ARN, when there is one and something is known of it.
    pub fn arn(&self) -> Option<&Arn> {
        self.on.only().filter(|a| !a.is_unknown())
    }

    /// Whether the call stands behind a question about an environment variable that has another answer where nothing
    /// else is given for parameters.
    pub fn is_off(&self, app: &App, function: ResourceId) -> bool {
        matches!(app.function(function).map(|f| f.never(&self.fact.ctx)), Some(Tri::Yes(_)))
    }

    /// Whether an argument comes from an environment variable that the template certainly does not set.
    pub fn is_unset(&self, app: &App, function: ResourceId) -> bool {
        let Some(f) = app.function(function) else { return false };
        let mut names = Vec::new();
        variables(&self.call.args, 0, &mut names);
        names.into_iter().any(|n| matches!(f.env_missing(n), Tri::Yes(_)))
    }

    /// What the policies say; a refusal only when it holds for every resource the call may be made on.
    pub fn answer(&self, app: &App, function: ResourceId, who: &Identity) -> Answer {
        who.answer(app, &self.one_of, &self.on, &app.resource(function).guards)
    }
}

impl Identity {
    /// What the policies say where `given` holds; a refusal only when it holds for every resource.
    pub fn answer(&self, app: &App, one_of: &[SmolStr], on: &Prop<Arn>, given: &Guards) -> Answer {
        let unknown = Arn::unknown();
        let mut cases: Vec<(&Arn, Guards)> =
            on.alts().iter().filter_map(|a| Some((&a.value, given.and(&a.guards)?))).collect();
        if on.open().is_some() || cases.is_empty() {
            cases.push((&unknown, given.clone()));
        }
        let mut answers = cases.iter().map(|(arn, given)| self.on_one(app, one_of, arn, given));
        let Some(mut all) = answers.next() else { return Answer::Unknown(Why::other("no resource")) };
        for next in answers {
            all = match (all, next) {
                (Answer::Allowed, Answer::Allowed) => Answer::Allowed,
                (Answer::Denied(p), Answer::Denied(_) | Answer::Missing)
                | (Answer::Missing, Answer::Denied(p)) => Answer::Denied(p),
                (Answer::Missing, Answer::Missing) => Answer::Missing,
                (Answer::Unknown(w), _) | (_, Answer::Unknown(w)) => Answer::Unknown(w),
                _ => Answer::Unknown(Why::other("allowed on some of the resources")),
            };
        }
        all
    }

    fn on_one(&self, app: &App, one_of: &[SmolStr], arn: &Arn, given: &Guards) -> Answer {
        let mut denied = None;
        let mut unknown = None;
        for action in one_of {
            let request = Request { action, resource: arn, who: None, given };
            match verdict(app, &self.statements, self.open.as_ref(), &request) {
                Verdict::Allowed(_) => return Answer::Allowed,
                Verdict::Denied(p) => denied = denied.or(Some(p)),
                Verdict::Unknown(w) => unknown = unknown.or(Some(w)),
                // The resource's own policy is a second grant.
                Verdict::Missing => {
                    let (Some(id), Some(role)) = (arn.resource(), self.role) else { continue };
                    let (statements, open) = resource_policy(app, id);
                    let request = Request { who: Some(Who::Role(role)), ..request };
                    match verdict(app, &statements, open.as_ref(), &request) {
                        Verdict::Allowed(_) => return Answer::Allowed,
                        Verdict::Unknown(w) => unknown = unknown.or(Some(w)),
                        Verdict::Denied(_) | Verdict::Missing => {}
                    }
                }
            }
        }
        match (unknown, denied) {
            (Some(w), _) => Answer::Unknown(w),
            (None, Some(p)) => Answer::Denied(p),
            (None, None) => Answer::Missing,
        }
    }
}

/// Whether it is so in every deployment.
fn is_fixed(basis: &Basis) -> bool {
    matches!(basis, Basis::Written | Basis::ServiceDefault)
}

fn variables<'v>(v: &'v Value, depth: usize, out: &mut Vec<&'v str>) {
    if depth > 64 {
        return;
    }
    match v {
        Value::Env(n) if !crate::aws::env::is_provided(n) => out.push(n),
        Value::Concat(l) | Value::List(l, _) | Value::OneOf(l) => {
            for v in l {
                variables(v, depth + 1, out);
            }
        }
        Value::Map(m, _) => {
            for (_, v) in m {
                variables(v, depth + 1, out);
            }
        }
        _ => {}
    }
}
