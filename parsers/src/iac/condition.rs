//! Conditions as guards, without a solver.
//!
//! A condition is decided only when every value its parameters can take decides it the same way. Otherwise each
//! outcome is a guard on the condition's name, with the guards that all ways to that outcome have in common:
//! `IsProd` over `Stage` in {dev, prod} also says which value `Stage` has.

use super::eval::Eval;
use super::expr::Cond;
use lamlint_model::tri::Guards;
use lamlint_model::value::Same;
use smol_str::{SmolStr, format_smolstr};

/// Bound on the cases looked at.
const MAX_ROWS: usize = 64;

/// The guards each outcome of a condition holds under; `None`: it can't come out so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) yes: Option<Guards>,
    pub(crate) no: Option<Guards>,
}

/// One case, and how the condition comes out in it, if that is known.
type Row = (Guards, Option<bool>);

impl Eval<'_> {
    /// How a named condition can come out.
    pub(crate) fn outcome(&self, at: usize, name: &SmolStr, depth: usize) -> Outcome {
        let key = self.key(at, name);
        let subject = format_smolstr!("{}{name}", self.instances[at].prefix);
        let guard = |v: &str| Guards::none().with(subject.clone(), v);
        let by_name = Outcome { yes: guard("true"), no: guard("false") };
        match self.conditions.borrow().get(&key) {
            Some(Some(o)) => return o.clone(),
            Some(None) => return by_name,
            None => {}
        }
        let facts = self.instances[at].facts;
        let Some((_, cond)) = facts.conditions.iter().find(|(n, _)| n == name) else { return by_name };
        self.conditions.borrow_mut().insert(key.clone(), None);
        let rows = self.apart(|| self.rows(at, cond, depth));
        let ways = |outcome: bool| -> Option<Guards> {
            let mut ways = rows.iter().filter(|(_, v)| v.is_none_or(|v| v == outcome)).map(|(g, _)| g);
            let first = ways.next()?.clone();
            Some(ways.fold(first, |common, g| intersection(&common, g)))
        };
        let outcome = match (ways(true), ways(false)) {
            // Guards that contradict the name come from conditions that name each other in a circle.
            (Some(yes), Some(no)) => Outcome {
                yes: guard("true").and_then(|g| g.and(&yes)).or_else(|| guard("true")),
                no: guard("false").and_then(|g| g.and(&no)).or_else(|| guard("false")),
            },
            (yes, no) => Outcome { yes: yes.map(|_| Guards::none()), no: no.map(|_| Guards::none()) },
        };
        self.conditions.borrow_mut().insert(key, Some(outcome.clone()));
        outcome
    }

    /// How a named condition comes out when a parameter has that value; `None`: not decided by it.
    pub(super) fn decided_by(
        &self,
        at: usize,
        name: &SmolStr,
        parameter: &SmolStr,
        text: &SmolStr,
    ) -> Option<bool> {
        if self.pinned.borrow().is_some() {
            return None;
        }
        let key = (at, name.clone(), parameter.clone(), text.clone());
        if let Some(d) = self.decided.borrow().get(&key) {
            return *d;
        }
        self.pinned.replace(Some((at, parameter.clone(), text.clone())));
        let outcome = self.outcome(at, name, 0);
        self.pinned.replace(None);
        let decided = match (&outcome.yes, &outcome.no) {
            (Some(_), None) => Some(true),
            (None, Some(_)) => Some(false),
            _ => None,
        };
        self.decided.borrow_mut().insert(key, decided);
        decided
    }

    fn rows(&self, at: usize, cond: &Cond, depth: usize) -> Vec<Row> {
        let undecided = || vec![(Guards::none(), None)];
        if depth > 64 {
            return undecided();
        }
        let rows = match cond {
            Cond::Opaque => undecided(),
            Cond::Named(n) => {
                let o = self.outcome(at, n, depth + 1);
                let yes = o.yes.map(|g| (g, Some(true)));
                let no = o.no.map(|g| (g, Some(false)));
                yes.into_iter().chain(no).collect()
            }
            Cond::Not(c) => {
                self.rows(at, c, depth + 1).into_iter().map(|(g, v)| (g, v.map(|v| !v))).collect()
            }
            Cond::And(all) => self.fold(at, all, true, depth),
            Cond::Or(any) => self.fold(at, any, false, depth),
            Cond::Equals(both) => {
                let left = self.tree(at, &both.0, depth + 1).values();
                let right = self.tree(at, &both.1, depth + 1).values();
                let mut rows = Vec::new();
                for l in left.alts() {
                    for r in right.alts() {
                        let Some(guards) = l.guards.and(&r.guards) else { continue };
                        let same = match (&l.value, &r.value) {
                            (Some(x), Some(y)) => match x.same(y) {
                                Same::Yes => Some(true),
                                Same::No => Some(false),
                                Same::Unknown => None,
                            },
                            _ => None,
                        };
                        rows.push((guards, same));
                    }
                }
                if left.open().is_some() || right.open().is_some() {
                    rows.push((Guards::none(), None));
                }
                rows
            }
        };
        if rows.is_empty() || rows.len() > MAX_ROWS { undecided() } else { rows }
    }

    /// Conjunction (`unit` true) or disjunction (`unit` false) over all cases.
    fn fold(&self, at: usize, conds: &[Cond], unit: bool, depth: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = vec![(Guards::none(), Some(unit))];
        for c in conds {
            let these = self.rows(at, c, depth + 1);
            let mut next = Vec::new();
            for (g, v) in &rows {
                for (h, w) in &these {
                    let Some(guards) = g.and(h) else { continue };
                    let value = match (*v, *w) {
                        (Some(x), _) | (_, Some(x)) if x != unit => Some(!unit),
                        (Some(_), Some(_)) => Some(unit),
                        _ => None,
                    };
                    next.push((guards, value));
                }
            }
            if next.is_empty() || next.len() > MAX_ROWS {
                return vec![(Guards::none(), None)];
            }
            rows = next;
        }
        rows
    }
}

fn intersection(a: &Guards, b: &Guards) -> Guards {
    a.iter()
        .filter(|g| b.iter().any(|h| h == *g))
        .fold(Guards::none(), |out, g| out.with(g.subject.clone(), g.value.clone()).unwrap_or(out))
}
