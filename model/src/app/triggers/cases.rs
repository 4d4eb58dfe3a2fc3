//! Walking properties alternative by alternative, keeping the conditions and the basis of what was met.

use crate::app::{App, Resource};
use crate::json;
use crate::source::Span;
use crate::tree::Tree;
use crate::tri::{Alt, Basis, Guards, Prop, Why};
use crate::value::{Deps, Value};

use super::Filter;

/// Bound on the alternatives followed for one property.
const MAX_CASES: usize = 16;

/// The conditions and the basis met on a way through the properties.
#[derive(Debug, Clone)]
pub(in crate::app) struct Case {
    pub guards: Guards,
    pub basis: Basis,
}

impl Case {
    /// The start: what a resource stands under.
    pub(in crate::app) fn of(r: &Resource) -> Self {
        Self { guards: r.guards.clone(), basis: Basis::Written }
    }

    /// Going through one alternative; `None` when it contradicts what was met before.
    pub(in crate::app) fn through<T>(&self, a: &Alt<T>) -> Option<Self> {
        let guards = self.guards.and(&a.guards)?;
        let basis = match (&self.basis, &a.basis) {
            (Basis::Written, Basis::ServiceDefault) => Basis::Written,
            (Basis::Written, b) | (b, _) => b.clone(),
        };
        Some(Self { guards, basis })
    }

    /// Under further conditions.
    pub(in crate::app) fn under(&self, guards: &Guards) -> Option<Self> {
        Some(Self { guards: self.guards.and(guards)?, basis: self.basis.clone() })
    }
}

/// The values of a property that are there, each with its place and the way to it.
pub(in crate::app) fn values(case: &Case, tree: &Tree) -> Vec<(Value, Span, Case)> {
    tree.values()
        .alts()
        .iter()
        .take(MAX_CASES)
        .filter_map(|a| Some((a.value.clone()?, a.span, case.through(a)?)))
        .collect()
}

/// The possible values of a source with the way to each. One of which nothing is known is still a source.
pub(in crate::app) fn sources(case: &Case, tree: &Tree) -> Vec<(Value, Span, Case)> {
    let mut out = values(case, tree);
    if out.is_empty() && tree.values().open().is_some() {
        out.push((Value::Unknown(Deps::NONE), tree.span(), case.clone()));
    }
    out
}

/// The elements of a list with the way to each.
pub(in crate::app) fn items(case: &Case, tree: &Tree) -> Vec<(Tree, Case)> {
    let (items, _) = tree.items();
    items.into_iter().filter_map(|(t, g)| Some((t, case.under(&g)?))).collect()
}

/// Whether something is switched on or off by a property: `(disabled, way)`. Off counts only where there is no
/// way to be on.
pub(in crate::app) fn switch<T>(
    case: &Case,
    state: &Prop<Option<T>>,
    is_off: impl Fn(&T) -> bool,
) -> Vec<(bool, Case)> {
    let on: Vec<(bool, Case)> = state
        .alts()
        .iter()
        .take(MAX_CASES)
        .filter(|a| !a.value.as_ref().is_some_and(&is_off))
        .filter_map(|a| Some((false, case.through(a)?)))
        .collect();
    match (on.is_empty(), state.open()) {
        (false, _) => on,
        (true, None) => vec![(true, case.clone())],
        (true, Some(_)) => {
            let basis = Basis::Heuristic("it is taken to be switched on".into());
            vec![(false, Case { basis, ..case.clone() })]
        }
    }
}

impl App {
    /// Filter criteria: `Filters[].Pattern`, each a JSON text.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
    pub(in crate::app) fn criteria(criteria: &Tree) -> Filter {
        if criteria.is_surely_absent() {
            return Filter::All;
        }
        let (filters, open) = criteria.get("Filters").items();
        if let Some(w) = open {
            return Filter::Unknown(w);
        }
        let mut patterns = Vec::new();
        for (f, _) in filters {
            match pattern(&f.get("Pattern")) {
                Ok(Some(p)) => patterns.push(p),
                Ok(None) => return Filter::All,
                Err(w) => return Filter::Unknown(w),
            }
        }
        if patterns.is_empty() { Filter::All } else { Filter::Patterns(patterns) }
    }
}

/// A pattern, written as a map or as JSON text; `None` when there certainly is none.
pub(in crate::app) fn pattern(tree: &Tree) -> Result<Option<Value>, Why> {
    let values = tree.values();
    match values.sole() {
        Some(None) => Ok(None),
        Some(Some(v @ Value::Map(..))) => Ok(Some(v.clone())),
        Some(Some(v)) => match json::parse(v) {
            Some(v @ Value::Map(..)) => Ok(Some(v)),
            _ => Err(Why::other("the pattern is no constant JSON")),
        },
        None => Err(values.open().cloned().unwrap_or_else(|| Why::other("the pattern has alternatives"))),
    }
}
