//! How the least policy differs from what the role allows: what is missing, not used, or wider than needed.

use super::intrinsic::intrinsic;
use super::least::{Statement as Least, grouped};
use super::uses::Use;
use super::{By, Report, Site, Subject, place};
use lamlint_model::aws::iam::{self, actions};
use lamlint_model::policy::{
    Effect, Patterns, Principal, Request, Statement, Verdict, glob, trust_policy, verdict,
};
use lamlint_model::tri::Reason;
use lamlint_model::value::Value;
use serde::Serialize;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Starts of actions that are asked for by other means than a call of their name: by requests that are signed or tokens
/// that are made without an operation, by services for things that are encrypted, and for roles that are passed on.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
const OTHERWISE: &[&str] = &[
    "aoss:",
    "appsync:GraphQL",
    "aps:",
    "cassandra:",
    "dsql:DbConnect",
    "elasticache:Connect",
    "es:ESHttp",
    "execute-api:",
    "iam:CreateServiceLinkedRole",
    "iam:PassRole",
    "iot:",
    "kafka-cluster:",
    "kms:",
    "lambda:InvokeFunctionUrl",
    "memorydb:Connect",
    "neptune-db:",
    "rds-db:",
    "redshift:GetClusterCredentials",
    "sts:",
    "vpc-lattice-svcs:",
];

/// Calls by which another service does as it is told with the permissions of the caller.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>
const ACTING: &[&str] = &[
    "cloudformation:CancelUpdateStack",
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:CreateChangeSet",
    "cloudformation:CreateResource",
    "cloudformation:CreateStack",
    "cloudformation:DeleteResource",
    "cloudformation:DeleteStack",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:GetResource",
    "cloudformation:UpdateResource",
    "cloudformation:UpdateStack",
    "elasticbeanstalk:",
    "servicecatalog:",
    "ssm:StartAutomationExecution",
];

/// The difference between the least policy and what is granted.
#[derive(Serialize)]
pub(super) struct Difference {
    pub missing: Vec<Missing>,
    pub unused: Vec<Unused>,
    pub broad: Vec<Broad>,
    /// Why it can't be told what is not used and what is wider than needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undecided: Option<String>,
}

/// An action nothing allows, or something denies.
#[derive(Serialize)]
pub(super) struct Missing {
    pub actions: Vec<String>,
    pub resource: serde_json::Value,
    pub denied: bool,
    pub sites: Vec<Site>,
}

/// A policy that stands in the project or is named there.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub(super) struct Policy {
    #[serde(rename = "policy")]
    pub label: String,
    pub path: String,
    pub line: u32,
}

/// Granted actions nothing needs.
#[derive(Serialize)]
pub(super) struct Unused {
    #[serde(flatten)]
    pub policy: Policy,
    pub actions: Vec<String>,
    pub resources: Vec<serde_json::Value>,
}

/// A grant that is wider than what is needed of it.
#[derive(Serialize)]
pub(super) struct Broad {
    #[serde(flatten)]
    pub policy: Policy,
    pub actions: Vec<String>,
    pub resources: Vec<serde_json::Value>,
    /// What is needed of it.
    pub instead: Vec<Instead>,
    /// Actions of it that may be needed besides.
    pub perhaps: Vec<String>,
}

/// A statement to write.
#[derive(Serialize)]
pub(super) struct Instead {
    pub actions: Vec<String>,
    pub resource: serde_json::Value,
    pub sites: Vec<Site>,
}

pub(super) fn difference(
    report: &Report<'_>,
    s: &Subject<'_>,
    all: &[Subject<'_>],
    least: &[Least],
) -> Difference {
    let mut out =
        Difference { missing: missing(least), unused: Vec::new(), broad: Vec::new(), undecided: None };
    if s.who.role.is_none() {
        // Why is told as the reason the policies are not known.
        return out;
    }
    let having: Vec<&Subject<'_>> = all.iter().filter(|o| o.who.role == s.who.role).collect();
    out.undecided = undecided(report, s, &having);
    if out.undecided.is_some() {
        return out;
    }
    for st in s.who.statements.iter().filter(|st| st.effect == Effect::Allow) {
        let grant = Grant { report, s, st, having: &having };
        let policy = grant.policy();
        let used = grant.used();
        let unused = grant.unused();
        if !unused.is_empty() {
            let resources = grant.resources();
            match out.unused.iter_mut().find(|u| u.policy == policy && u.resources == resources) {
                Some(u) => u.actions.extend(unused),
                None => out.unused.push(Unused { policy: policy.clone(), actions: unused, resources }),
            }
        }
        out.broad.extend(grant.broad(policy, &used));
    }
    // Of a policy AWS keeps, only the whole can be left out.
    out.unused.retain(|u| {
        let of = s.who.statements.iter().filter(|st| st.effect == Effect::Allow);
        let mut of = of.map(|st| Grant { report, s, st, having: &having }).filter(|g| g.policy() == u.policy);
        of.clone().all(|g| g.st.origin.resource.is_some())
            || of.all(|g| g.used().is_empty() && !g.may_be_used())
    });
    for u in &mut out.unused {
        u.actions.sort();
        u.actions.dedup();
    }
    out
}

fn missing(least: &[Least]) -> Vec<Missing> {
    let mut out = Vec::new();
    for st in least {
        for denied in [false, true] {
            let word = if denied { "denied" } else { "missing" };
            // What a feature is denied may be denied on purpose: logs that go elsewhere.
            let meant = |c: &&Site| denied && matches!(c.by, By::Feature(_));
            let sites = st.sites.iter().filter(|c| c.granted == word && !meant(c));
            let sites: Vec<Site> = sites.cloned().collect();
            if !sites.is_empty() {
                let actions: BTreeSet<String> = sites.iter().map(|c| c.action.clone()).collect();
                let actions = actions.into_iter().collect();
                out.push(Missing { actions, resource: st.resource.clone(), denied, sites });
            }
        }
    }
    out
}

/// Why it can't be told what the role is needed for.
fn undecided(report: &Report<'_>, s: &Subject<'_>, having: &[&Subject<'_>]) -> Option<String> {
    let app = &report.analysis.app;
    for o in having {
        let of = if o.id() == s.id() {
            String::new()
        } else {
            format!(" of `{}`, which has the role too,", o.link.function.name())
        };
        if let Some(why) = o.unlinked() {
            return Some(format!("the code{of} is not known: {why}"));
        }
        if !report.analysis.handlers.iter().any(|h| h.function == Some(o.id())) {
            return Some(format!("the code{of} was not followed"));
        }
        if let Some(why) = o.needs.incomplete {
            return Some(format!("not all calls{of} are known: {why}"));
        }
        if let Some(c) = o.needs.unknown.first() {
            return Some(format!("what `{}`{of} needs is not in the tables", c.by.text()));
        }
        if let Some(by) = acting(o) {
            return Some(format!("`{by}`{of} lets another service act with the permissions of the role"));
        }
        if let Some(layer) = &o.needs.layer {
            return Some(format!("{layer}{of} may call services as well"));
        }
    }
    let role = s.who.role?;
    if having.iter().any(|o| app.resource(role).implied_by == Some(o.id())) {
        return None;
    }
    let (trust, open) = trust_policy(app, role);
    let mut principals = trust.iter().filter_map(|t| t.principals.as_ref());
    let only_lambda = principals.all(|p| {
        p.open.is_none()
            && p.list.iter().all(
                |(who, _)| matches!(who, Principal::Service(Value::Str(n)) if n == "lambda.amazonaws.com"),
            )
    });
    match open {
        Some(why) if why.reason != Reason::NotInTree => {
            Some(format!("who else has the role is not known: {why}"))
        }
        _ if !only_lambda => Some("others than functions may have the role".to_owned()),
        _ => None,
    }
}

/// A call that hands the permissions of the role on.
fn acting<'s>(s: &'s Subject<'_>) -> Option<&'s str> {
    let hands_on = |u: &&Use<'_>| u.one_of.iter().any(|a| ACTING.iter().any(|p| a.starts_with(p)));
    s.needs.uses.iter().find(hands_on).map(|u| u.by.text())
}

/// A statement that allows, with all functions that have the role.
#[derive(Clone, Copy)]
struct Grant<'g, 'a> {
    report: &'g Report<'a>,
    s: &'g Subject<'a>,
    st: &'g Statement,
    having: &'g [&'g Subject<'a>],
}

impl<'g, 'a> Grant<'g, 'a> {
    fn policy(&self) -> Policy {
        let (path, line) = place(self.report, self.st.span);
        Policy { label: self.st.origin.label.to_string(), path, line }
    }

    /// The uses the statement allows, or may allow.
    fn used(&self) -> Vec<&'g Use<'a>> {
        self.uses().filter(|u| self.allows(u)).collect()
    }

    fn uses(&self) -> impl Iterator<Item = &'g Use<'a>> + use<'g, 'a> {
        self.having.iter().flat_map(|o| &o.needs.uses)
    }

    fn allows(&self, u: &Use<'_>) -> bool {
        u.one_of.iter().any(|action| {
            u.arns().iter().any(|resource| {
                let request = Request { action, resource, who: None, given: u.guards };
                let one = std::slice::from_ref(self.st);
                verdict(&self.report.analysis.app, one, None, &request) != Verdict::Missing
            })
        })
    }

    /// The constant patterns; `None` when others may be among them.
    fn patterns(p: &Patterns) -> Option<Vec<&str>> {
        p.list.iter().map(|p| p.value.as_str()).collect()
    }

    fn perhaps(&self) -> impl Iterator<Item = &'g SmolStr> + use<'g, 'a> {
        self.having.iter().flat_map(|o| &o.needs.perhaps)
    }

    fn may_be_used(&self) -> bool {
        let hit = |a: &&SmolStr| {
            let listed = self.st.actions.list.iter().any(|p| p.value.as_str().is_none_or(|p| glob(p, a)));
            listed != self.st.actions.negated
        };
        self.st.actions.open.is_some() || self.perhaps().any(|a| hit(&a))
    }

    /// The patterns of actions that nothing needs.
    fn unused(&self) -> Vec<String> {
        if self.st.actions.negated || self.st.actions.open.is_some() {
            return Vec::new();
        }
        let used = self.used();
        let hit = |p: &str| {
            used.iter().any(|u| u.one_of.iter().any(|a| glob(p, a))) || self.perhaps().any(|a| glob(p, a))
        };
        let all = self.st.actions.list.iter().filter_map(|p| p.value.as_str());
        all.filter(|p| !hit(p) && !self.may_be_asked_otherwise(p)).map(str::to_owned).collect()
    }

    /// Whether something else than a call of that name may ask for an action.
    fn may_be_asked_otherwise(&self, pattern: &str) -> bool {
        let prefix = pattern.split(':').next().unwrap_or_default();
        let calls = |u: &Use<'_>| {
            matches!(u.by, By::Call(_)) && u.one_of.iter().any(|a| a.split(':').next() == Some(prefix))
        };
        // Making or copying a thing asks for its tags as well.
        let tags = || iam::expand(pattern).is_some_and(|all| all.iter().all(|a| is_tagging(a)));
        OTHERWISE.iter().any(|p| pattern.starts_with(p)) || (self.uses().any(calls) && tags())
    }

    fn resources(&self) -> Vec<serde_json::Value> {
        let (app, f) = (&self.report.analysis.app, self.s.link.function);
        let list = self.st.resources.iter().flat_map(|r| &r.list);
        list.map(|p| intrinsic(app, f.resource, &p.value)).collect()
    }

    /// What would be enough, when that is less.
    fn broad(&self, policy: Policy, used: &[&'g Use<'a>]) -> Option<Broad> {
        if used.is_empty() {
            return None;
        }
        let needed: BTreeSet<&str> = used.iter().flat_map(|u| &u.one_of).map(SmolStr::as_str).collect();
        let perhaps: BTreeSet<&str> =
            self.perhaps().map(SmolStr::as_str).filter(|a| !needed.contains(a)).collect();
        let negated = self.st.actions.negated;
        let patterns = Self::patterns(&self.st.actions)?;
        let serves = |p: &&str| negated || needed.iter().any(|a| glob(p, a));
        let wide = |p: &&str| {
            let known = |a: &str| needed.contains(a) || perhaps.contains(a);
            negated
                || (p.contains(['*', '?']) && iam::expand(p).is_none_or(|all| all.iter().any(|a| !known(a))))
        };
        let anywhere = self.anywhere(used);
        // What serves nothing is told apart.
        let shown: Vec<&str> = patterns.into_iter().filter(|p| serves(p) && (anywhere || wide(p))).collect();
        if shown.is_empty() {
            return None;
        }
        let concerned = |u: &&&Use<'a>| negated || u.one_of.iter().any(|a| shown.iter().any(|p| glob(p, a)));
        let perhaps = perhaps.into_iter().filter(|a| {
            let of = |n: &&str| n.split(':').next() == a.split(':').next();
            needed.iter().any(of) && shown.iter().any(|p| p.contains(['*', '?']) && glob(p, a))
        });
        Some(Broad {
            policy,
            actions: shown
                .iter()
                .map(|p| if negated { format!("all but {p}") } else { (*p).to_owned() })
                .collect(),
            resources: self.resources(),
            instead: self.instead(used.iter().filter(concerned).copied()),
            perhaps: perhaps.map(str::to_owned).collect(),
        })
    }

    fn instead(&self, used: impl Iterator<Item = &'g Use<'a>>) -> Vec<Instead> {
        let groups = grouped(self.report, self.s.link.function, used.map(|u| (u, "allowed")));
        let all = groups.into_values().map(|(resource, g)| Instead {
            actions: g.actions.into_iter().collect(),
            resource,
            sites: g.sites.into_iter().collect(),
        });
        let mut all: Vec<Instead> = all.collect();
        // What is needed anywhere is needed on each.
        let anywhere: BTreeSet<String> =
            all.iter().filter(|i| i.resource == "*").flat_map(|i| i.actions.iter().cloned()).collect();
        all.retain(|i| i.resource == "*" || i.actions.iter().any(|a| !anywhere.contains(a)));
        all
    }

    /// Whether it allows its actions on resources of any name, while all that are used are known.
    fn anywhere(&self, used: &[&Use<'_>]) -> bool {
        let Some(r) = &self.st.resources else { return false };
        // What all policies of a kind leave open is no news: the account's log groups.
        let any_name = |v: &Value| {
            let end = v.suffix();
            v.as_str() == Some("*") || end.ends_with(":*") || end.ends_with("/*") && is_any(v)
        };
        let known = |u: &Use<'_>| {
            u.arns().iter().all(|a| !a.is_unknown())
                && u.one_of.iter().all(|a| actions::find(a).is_some_and(|a| a.takes_resource))
        };
        !r.negated
            && r.list.iter().any(|p| any_name(&p.value))
            && used.iter().all(|u| known(u) && !is_logs(u))
    }
}

/// `arn:aws:dynamodb:*:*:table/*`: nothing but a kind of resource is named.
fn is_any(v: &Value) -> bool {
    const KINDS: &[&str] =
        &[":table/*", ":stream/*", ":event-bus/*", ":parameter/*", ":key/*", ":::*/*", ":deliverystream/*"];
    KINDS.iter().any(|k| v.suffix().ends_with(k))
}

fn is_logs(u: &Use<'_>) -> bool {
    u.one_of.iter().any(|a| a.starts_with("logs:"))
}

fn is_tagging(action: &str) -> bool {
    let name = action.split_once(':').map_or("", |(_, n)| n);
    actions::find(action).is_some_and(|a| a.level == actions::Level::Tagging)
        || name.starts_with("AddTags")
        || name.starts_with("CreateTags")
}
