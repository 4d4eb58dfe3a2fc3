//! What permissions SDK calls need.
//!
//! [`needs`] answers in two polarities: what is certainly asked for (to find missing permissions) and what may be asked
//! for (to find unused ones). An operation that is not in the tables is not known, and nothing is said about it.

pub mod actions;
mod cases;
mod forms;
mod names;
mod operations;
mod resources;

pub use forms::{Forms, forms};
pub use resources::{Form, Subject};

use crate::value::Value;
use operations::Guarded;
use smol_str::SmolStr;

/// What a call needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Needs {
    /// Certainly asked for: all of these.
    pub must: Vec<Need>,
    /// Everything that may be asked for, `must` included; names without wildcards, sorted.
    pub may: Vec<SmolStr>,
    /// Whether the operation is in the tables. If not, the rest is empty and says nothing.
    pub known: bool,
}

/// One permission.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The action; where there are several, one of them is asked for, and it is not known which.
    pub one_of: Vec<SmolStr>,
    /// The resources it is asked for, all of them; empty when they are not known.
    pub on: Vec<Subject>,
}

/// What an SDK call needs; `service`, `operation` and `args` as in [`crate::handler::SdkCall`].
pub fn needs(service: &str, operation: &str, args: &Value) -> Needs {
    let Some(guarded) = operations::guarded(service, operation) else { return Needs::default() };
    if cases::is_unusual(service, args) {
        return Needs::default();
    }
    let groups: Vec<Vec<SmolStr>> = match guarded {
        Guarded::Free => return Needs { known: true, ..Needs::default() },
        Guarded::Own(a) => vec![vec![a.into()]],
        Guarded::All(a) => a.into_iter().map(|a| vec![a.into()]).collect(),
        Guarded::Any(a) => match cases::chosen(service, operation, args) {
            Some(chosen) => chosen,
            None => vec![a.into_iter().map(SmolStr::from).collect()],
        },
    };
    let must: Vec<Need> = groups
        .into_iter()
        .map(|one_of| cases::by_version(service, operation, args, one_of))
        .map(|one_of| {
            // Actions of which one is needed are asked for one resource.
            let on = one_of.first().map(|a| resources::subjects(service, operation, a, args));
            Need { on: on.unwrap_or_default(), one_of }
        })
        .collect();
    let mut may: Vec<SmolStr> = must.iter().flat_map(|n| n.one_of.iter().cloned()).collect();
    may.extend(cases::besides(service, operation).map(SmolStr::from));
    may.sort_unstable();
    may.dedup();
    Needs { must, may, known: true }
}

/// The actions that guard the call of that name where its own name is none: `lambda`, `Invoke` is
/// `lambda:InvokeFunction`, `stepfunctions`, `StartExecution` is `states:StartExecution`. Empty where there is no such
/// call, where it asks for none, or where the action has the name.
pub fn guarding(prefix: &str, name: &str) -> Vec<String> {
    let prefix = prefix.to_ascii_lowercase();
    let mut all: Vec<String> = match operations::of_name(&prefix, name) {
        Some(Guarded::Own(a)) => vec![a],
        Some(Guarded::All(a) | Guarded::Any(a)) => a.into_iter().map(str::to_owned).collect(),
        Some(Guarded::Free) | None => Vec::new(),
    };
    if all.iter().any(|a| a.split_once(':').is_some_and(|(p, n)| p == prefix && n.eq_ignore_ascii_case(name)))
    {
        all.clear();
    }
    all
}

/// The action prefix that guards a service, by its client name (`stepfunctions`: `states`).
pub fn prefix(service: &str) -> Option<&'static str> {
    operations::prefix(service)
}

/// What calls of a service may ask for besides, whatever the operation.
pub fn besides(service: &str) -> impl Iterator<Item = &'static str> {
    cases::of_service(service)
}

/// The names of the operations an action guards (`s3:GetObject`: `GetObject`, `HeadObject` …); empty when it guards none
/// of an SDK.
pub fn operations_of(action: &str) -> Vec<String> {
    operations::of_action(action)
}

/// The actions a pattern with wildcards stands for (`dynamodb:*Item`); `None` when its prefix has a wildcard or is not
/// in the tables.
pub fn expand(pattern: &str) -> Option<Vec<SmolStr>> {
    let (prefix, name) = pattern.split_once(':')?;
    if !actions::is_prefix(prefix) {
        return None;
    }
    let all = actions::of_prefix(prefix).map(|a| a.name());
    let hits = all.filter(|a| a.split_once(':').is_some_and(|(_, n)| crate::policy::glob(name, n)));
    Some(hits.map(SmolStr::from).collect())
}
