//! Three-valued truth that carries its evidence.
//!
//! `Tri::Yes` holds a [`Proof`]; `No` and `Unknown` hold none. Proofs can only be made
//! inside this crate, from facts of the models, so a rule can not report what the
//! models do not say:
//!
//! ```compile_fail
//! // A rule can not invent evidence.
//! let e = lamlint_model::tri::Evidence { note: "because I say so".into() };
//! ```
//!
//! ```compile_fail
//! // "Unknown" is not convertible to a truth value.
//! let t = lamlint_model::Tri::Unknown(lamlint_model::tri::Why::other("?"));
//! if t {}
//! ```
//!
//! ```compile_fail
//! // A finding can not be built without going through `Findings::report`.
//! let f = lamlint_model::Finding { text: "wrong".into() };
//! ```

use crate::source::Span;
use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// Why something is not known. `reason` is for statistics, `detail` for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The class.
    pub reason: Reason,
    /// Words for people, without a full stop: "`Tables` is imported from another stack".
    pub detail: SmolStr,
}

/// The classes of not knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A parameter without default, allowed values or an override.
    Parameter,
    /// `ImportValue`, SSM, Secrets Manager, an output of something not in the tree.
    Imported,
    /// A macro, transform, loop construct or include that was not expanded.
    Macro,
    /// A resource or file that is not in the tree.
    NotInTree,
    /// Built elsewhere or before linting (a zip, a jar, a bucket object).
    BuiltElsewhere,
    /// A container image.
    Image,
    /// A runtime or language without a front end.
    Language,
    /// A syntax error inside.
    Syntax,
    /// Code too dynamic to follow (computed names, reflection, an unknown callee).
    Dynamic,
    /// Facts that hold under different conditions, whose combination was not decided.
    Correlated,
    /// A bound on depth or work was reached.
    Budget,
    /// Anything else.
    Other,
}

impl Why {
    /// A reason with words.
    pub fn new(reason: Reason, detail: impl Into<SmolStr>) -> Self {
        Self { reason, detail: detail.into() }
    }

    /// [`Reason::Other`] with words.
    pub fn other(detail: impl Into<SmolStr>) -> Self {
        Self::new(Reason::Other, detail)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// What a fact rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// It stands in the project (or in a parameter override the project or the user gives).
    Written,
    /// Nothing is written and the service uses this value.
    ServiceDefault,
    /// The default of the named parameter: what ships unless somebody overrides it.
    ParameterDefault(SmolStr),
    /// One of the allowed values of the named parameter. Possible, not certain.
    ParameterAllowed(SmolStr),
    /// One heuristic, named for people ("`wrap` is taken to call its argument").
    Heuristic(SmolStr),
}

/// A condition a fact holds under: a named condition with its outcome, or a parameter with its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard {
    /// `IsProd`, or `parameter Stage`.
    pub subject: SmolStr,
    /// `true`, `false`, or the value.
    pub value: SmolStr,
}

/// A conjunction of guards, sorted by subject, without duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guards(Vec<Guard>);

/// How two conjunctions of guards combine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Combined {
    /// Both hold together, certainly whenever the stronger one does.
    Together(Guards),
    /// They can never hold together.
    Never,
    /// They name different conditions: not decided.
    Undecided,
}

impl Guards {
    /// No condition.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether there is no condition.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The conditions.
    pub fn iter(&self) -> impl Iterator<Item = &Guard> {
        self.0.iter()
    }

    /// This conjunction with one more guard; `None` when it contradicts.
    #[must_use]
    pub fn with(&self, subject: impl Into<SmolStr>, value: impl Into<SmolStr>) -> Option<Self> {
        let (subject, value) = (subject.into(), value.into());
        let mut v = self.0.clone();
        match v.binary_search_by(|g| g.subject.cmp(&subject)) {
            Ok(i) => (v[i].value == value).then_some(Self(v)),
            Err(i) => {
                v.insert(i, Guard { subject, value });
                Some(Self(v))
            }
        }
    }

    /// The conjunction of both, `None` when they contradict. For nesting: the inner fact holds only where the outer does.
    #[must_use]
    pub fn and(&self, other: &Self) -> Option<Self> {
        if self.is_empty() {
            return Some(other.clone());
        }
        let mut out = self.clone();
        for g in &other.0 {
            out = out.with(g.subject.clone(), g.value.clone())?;
        }
        Some(out)
    }

    /// How facts under these two conjunctions combine into one claim. Decided without a solver:
    /// contradiction, or one implies the other, else undecided.
    pub fn combine(&self, other: &Self) -> Combined {
        let Some(both) = self.and(other) else { return Combined::Never };
        if both == *self || both == *other { Combined::Together(both) } else { Combined::Undecided }
    }
}

impl fmt::Display for Guards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, g) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" and ")?;
            }
            match g.value.as_str() {
                "true" => write!(f, "{}", g.subject)?,
                "false" => write!(f, "not {}", g.subject)?,
                v => write!(f, "{} = {v}", g.subject)?,
            }
        }
        Ok(())
    }
}

/// One fact a claim rests on. Made only by this crate, from facts of the models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    span: Span,
    note: String,
    basis: Basis,
    guards: Guards,
}

impl Evidence {
    pub(crate) fn new(span: Span, note: impl Into<String>, basis: Basis, guards: Guards) -> Self {
        Self { span, note: note.into(), basis, guards }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The label: what stands there, in words.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// What it rests on.
    pub fn basis(&self) -> &Basis {
        &self.basis
    }
}

/// The facts a claim rests on, the first being where to change something. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Proof {
    evidence: Vec<Evidence>,
    guards: Guards,
}

impl Proof {
    pub(crate) fn single(e: Evidence) -> Self {
        let guards = e.guards.clone();
        Self { evidence: vec![e], guards }
    }

    /// The facts, the first being the primary one.
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// The span of the primary fact.
    pub fn primary(&self) -> Span {
        self.evidence[0].span
    }

    /// The conditions all of it holds under.
    pub fn guards(&self) -> &Guards {
        &self.guards
    }

    /// Replace the words of the primary label.
    pub fn labelled(mut self, note: impl Into<String>) -> Self {
        self.evidence[0].note = note.into();
        self
    }

    /// Add facts that explain the claim but do not carry it (their conditions are not combined).
    pub fn with_context(mut self, other: Self) -> Self {
        for e in other.evidence {
            if !self.evidence.contains(&e) {
                self.evidence.push(e);
            }
        }
        self
    }

    /// The same facts at other places; those for which there is none stay.
    pub(crate) fn moved(mut self, to: &impl Fn(Span) -> Option<Span>) -> Self {
        for e in &mut self.evidence {
            e.span = to(e.span).unwrap_or(e.span);
        }
        self
    }

    /// Both claims: unknown when they hold under conditions whose combination is not decided.
    pub fn join(mut self, other: Self) -> Tri {
        match self.guards.combine(&other.guards) {
            Combined::Never => Tri::No,
            Combined::Undecided => Tri::Unknown(Why::new(
                Reason::Correlated,
                format!("holds under {} but the other fact under {}", self.guards, other.guards),
            )),
            Combined::Together(g) => {
                self.guards = g;
                Tri::Yes(self.with_context(other))
            }
        }
    }
}

/// Yes with proof, no, or unknown with the reason. Not convertible to `bool`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Tri {
    /// Proved.
    Yes(Proof),
    /// Disproved.
    No,
    /// Not decided.
    Unknown(Why),
}

impl Tri {
    /// Kleene conjunction; the proof of a yes is both proofs, this one's primary first.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown(w), _) | (_, Self::Unknown(w)) => Self::Unknown(w),
            (Self::Yes(a), Self::Yes(b)) => a.join(b),
        }
    }

    /// Kleene disjunction; the proof of a yes is that of the first yes.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes(p), _) | (_, Self::Yes(p)) => Self::Yes(p),
            (Self::Unknown(w), _) | (_, Self::Unknown(w)) => Self::Unknown(w),
            (Self::No, Self::No) => Self::No,
        }
    }

    /// Add explaining facts to a yes.
    pub fn with_context(self, other: Proof) -> Self {
        match self {
            Self::Yes(p) => Self::Yes(p.with_context(other)),
            t => t,
        }
    }

    /// The proof of a yes.
    pub fn proof(self) -> Option<Proof> {
        match self {
            Self::Yes(p) => Some(p),
            _ => None,
        }
    }
}

/// One possible value with where and why it is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alt<T> {
    /// The value.
    pub value: T,
    /// Where it is written (for a default: the key of what lacks it).
    pub span: Span,
    /// What it rests on.
    pub basis: Basis,
    /// The conditions it holds under.
    pub guards: Guards,
}

impl<T> Alt<T> {
    /// A written, unconditional value.
    pub fn written(value: T, span: Span) -> Self {
        Self { value, span, basis: Basis::Written, guards: Guards::none() }
    }

    fn evidence(&self, note: &str) -> Evidence {
        let note = match &self.basis {
            Basis::Written | Basis::Heuristic(_) => note.to_owned(),
            Basis::ServiceDefault => format!("{note} (the default, as nothing is set)"),
            Basis::ParameterDefault(p) => format!("{note} (the default of parameter `{p}`)"),
            Basis::ParameterAllowed(p) => format!("{note} (an allowed value of parameter `{p}`)"),
        };
        let note = if self.guards.is_empty() { note } else { format!("{note} when {}", self.guards) };
        Evidence::new(self.span, note, self.basis.clone(), self.guards.clone())
    }

    /// Whether a single deployment that has this value certainly exists.
    fn is_witness(&self) -> bool {
        !matches!(self.basis, Basis::ParameterAllowed(_))
    }
}

/// What the label of a value says.
pub type Words<'a, T> = &'a dyn Fn(&T) -> String;

/// Finitely many possible values, and whether there may be others (`open`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prop<T> {
    /// Shared: properties are handed on far more often than they are made.
    alts: Arc<[Alt<T>]>,
    open: Option<Why>,
    span: Span,
}

impl<T> Prop<T> {
    /// Exactly one written value.
    pub fn known(value: T, span: Span) -> Self {
        Self { alts: Arc::new([Alt::written(value, span)]), open: None, span }
    }

    /// The given possibilities; `open` says why there may be others. No possibility and nothing open
    /// cannot be: it becomes unknown.
    pub fn new(alts: Vec<Alt<T>>, open: Option<Why>, span: Span) -> Self {
        let open =
            if alts.is_empty() { open.or_else(|| Some(Why::other("no possible value"))) } else { open };
        Self { alts: alts.into(), open, span }
    }

    /// Nothing known.
    pub fn unknown(why: Why, span: Span) -> Self {
        Self { alts: Arc::new([]), open: Some(why), span }
    }

    /// The service's default, found missing at `span`.
    pub fn service_default(value: T, span: Span) -> Self {
        Self {
            alts: Arc::new([Alt { value, span, basis: Basis::ServiceDefault, guards: Guards::none() }]),
            open: None,
            span,
        }
    }

    /// The known possibilities.
    pub fn alts(&self) -> &[Alt<T>] {
        &self.alts
    }

    /// Why there may be other values than the known ones.
    pub fn open(&self) -> Option<&Why> {
        self.open.as_ref()
    }

    /// Where the property stands (its value, else what lacks it).
    pub fn span(&self) -> Span {
        self.span
    }

    /// The value when there is exactly one unconditional possibility and no other.
    pub fn only(&self) -> Option<&T> {
        match (&self.alts[..], &self.open) {
            ([a], None) if a.guards.is_empty() => Some(&a.value),
            _ => None,
        }
    }

    /// The value when there is exactly one possibility and no other, whatever condition it stands under: what a
    /// resource that exists under a condition has whenever it exists.
    pub fn sole(&self) -> Option<&T> {
        match (&self.alts[..], &self.open) {
            ([a], None) => Some(&a.value),
            _ => None,
        }
    }

    /// Convert the values; a value that does not convert opens the property.
    pub fn filter_map<U>(&self, what: &str, mut f: impl FnMut(&T) -> Option<U>) -> Prop<U> {
        let mut open = self.open.clone();
        let mut alts = Vec::with_capacity(self.alts.len());
        for a in &*self.alts {
            match f(&a.value) {
                Some(value) => {
                    alts.push(Alt { value, span: a.span, basis: a.basis.clone(), guards: a.guards.clone() });
                }
                None => open = open.or_else(|| Some(Why::other(format!("not {what}")))),
            }
        }
        Prop::new(alts, open, self.span)
    }

    fn unknown_or_no(&self) -> Tri {
        match &self.open {
            Some(w) => Tri::Unknown(w.clone()),
            None => Tri::No,
        }
    }

    /// Does a deployment certainly exist in which the value satisfies `p`? A witness suffices; values that are
    /// merely allowed are a witness only when all of them satisfy `p`.
    pub fn some(&self, note: impl Fn(&T) -> String, p: impl Fn(&T) -> bool) -> Tri {
        let hits: Vec<&Alt<T>> = self.alts.iter().filter(|a| p(&a.value)).collect();
        if let Some(a) = hits.iter().find(|a| a.is_witness()) {
            return Tri::Yes(Proof::single(a.evidence(&note(&a.value))));
        }
        match (hits.first(), &self.open) {
            (Some(a), None) if hits.len() == self.alts.len() => {
                Tri::Yes(Proof::single(a.evidence(&note(&a.value))))
            }
            (Some(_), None) => Tri::Unknown(Why::new(Reason::Parameter, "only possible, not certain")),
            _ => self.unknown_or_no(),
        }
    }

    /// Does every possible value satisfy `p`? Needs a closed property.
    pub fn every(&self, note: impl Fn(&T) -> String, p: impl Fn(&T) -> bool) -> Tri {
        if self.alts.iter().any(|a| !p(&a.value)) {
            return Tri::No;
        }
        match (&self.open, self.alts.first()) {
            (None, Some(a)) => {
                let mut proof = Proof::single(a.evidence(&note(&a.value)));
                for b in &self.alts[1..] {
                    proof = proof.with_context(Proof::single(b.evidence(&note(&b.value))));
                }
                // All cases together hold without condition.
                proof.guards = if self.alts.len() == 1 { a.guards.clone() } else { Guards::none() };
                Tri::Yes(proof)
            }
            (Some(w), _) => Tri::Unknown(w.clone()),
            (None, None) => Tri::Unknown(Why::other("no possible value")),
        }
    }

    /// Does a deployment certainly exist in which the two values satisfy `p` together?
    pub fn some_pair<U>(
        &self,
        other: &Prop<U>,
        notes: (Words<'_, T>, Words<'_, U>),
        p: impl Fn(&T, &U) -> bool,
    ) -> Tri {
        let mut unknown = self.open.clone().or_else(|| other.open.clone());
        for a in &*self.alts {
            for b in &*other.alts {
                if !p(&a.value, &b.value) || a.guards.and(&b.guards).is_none() {
                    continue;
                }
                if !(a.is_witness() && b.is_witness()) {
                    unknown =
                        unknown.or_else(|| Some(Why::new(Reason::Parameter, "only possible, not certain")));
                    continue;
                }
                let (x, y) = (a.evidence(&notes.0(&a.value)), b.evidence(&notes.1(&b.value)));
                match Proof::single(x).join(Proof::single(y)) {
                    Tri::Yes(proof) => return Tri::Yes(proof),
                    Tri::Unknown(w) => unknown = unknown.or(Some(w)),
                    Tri::No => {}
                }
            }
        }
        match unknown {
            Some(w) => Tri::Unknown(w),
            None => Tri::No,
        }
    }
}

impl<T> Prop<Option<T>> {
    /// Is it certainly absent in some deployment?
    pub fn absent(&self, note: &str) -> Tri {
        self.some(|_| note.to_owned(), Option::is_none)
    }

    /// The values where there is one; absent possibilities are dropped.
    #[must_use]
    pub fn present(&self) -> Prop<T>
    where
        T: Clone,
    {
        let alts = self
            .alts
            .iter()
            .filter_map(|a| {
                a.value.clone().map(|value| Alt {
                    value,
                    span: a.span,
                    basis: a.basis.clone(),
                    guards: a.guards.clone(),
                })
            })
            .collect();
        Prop::new(alts, self.open.clone(), self.span)
    }

    /// The values with a service default in place of absence.
    #[must_use]
    pub fn or_default(&self, default: T) -> Prop<T>
    where
        T: Clone,
    {
        let alts = self
            .alts
            .iter()
            .map(|a| Alt {
                value: a.value.clone().unwrap_or_else(|| default.clone()),
                span: a.span,
                basis: if a.value.is_none() && a.basis == Basis::Written {
                    Basis::ServiceDefault
                } else {
                    a.basis.clone()
                },
                guards: a.guards.clone(),
            })
            .collect();
        Prop::new(alts, self.open.clone(), self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn span(n: usize) -> Span {
        Span::new(FileId(0), n, n + 1)
    }

    fn guarded<T>(value: T, subject: &str, holds: &str, n: usize) -> Alt<T> {
        let guards = Guards::none().with(subject, holds).unwrap();
        Alt { value, span: span(n), basis: Basis::Written, guards }
    }

    #[test]
    fn facts_under_one_condition_combine() {
        let a = Prop::new(
            vec![guarded(30, "IsProd", "true", 1), guarded(90, "IsProd", "false", 2)],
            None,
            span(0),
        );
        let b = Prop::new(
            vec![guarded(60, "IsProd", "true", 3), guarded(5, "IsProd", "false", 4)],
            None,
            span(0),
        );
        let t = a.some_pair(&b, (&|v| v.to_string(), &|v| v.to_string()), |v, t| v < t);
        let proof = t.proof().unwrap();
        assert_eq!(proof.evidence()[0].note(), "30 when IsProd");
        assert_eq!(proof.evidence().len(), 2);
        // Only the contradictory pair (90 with 5) and the fine one are left under `not IsProd`.
        assert_eq!(
            a.some_pair(&b, (&|_| String::new(), &|_| String::new()), |v, t| v - t > 85 - 1 && *v != 90),
            Tri::No
        );
    }

    #[test]
    fn facts_under_different_conditions_stay_unknown() {
        let a = Prop::new(vec![guarded(30, "IsProd", "true", 1)], None, span(0));
        let b = Prop::new(vec![guarded(60, "IsBig", "true", 3)], None, span(0));
        let t = a.some_pair(&b, (&|v| v.to_string(), &|v| v.to_string()), |v, t| v < t);
        assert!(matches!(t, Tri::Unknown(Why { reason: Reason::Correlated, .. })));
    }

    #[test]
    fn an_allowed_value_is_possible_not_certain() {
        let allowed = |v, n| Alt {
            value: v,
            span: span(n),
            basis: Basis::ParameterAllowed("T".into()),
            guards: Guards::none(),
        };
        let p = Prop::new(vec![allowed(3, 1), allowed(900, 2)], None, span(0));
        assert!(matches!(p.some(ToString::to_string, |v| *v > 30), Tri::Unknown(_)));
        assert!(matches!(p.some(ToString::to_string, |v| *v > 2), Tri::Yes(_)));
        assert_eq!(p.some(ToString::to_string, |v| *v > 1000), Tri::No);
    }

    #[test]
    fn an_open_property_never_satisfies_every() {
        let p = Prop::new(vec![Alt::written(3, span(1))], Some(Why::other("?")), span(0));
        assert!(matches!(p.every(ToString::to_string, |v| *v == 3), Tri::Unknown(_)));
        assert!(matches!(p.some(ToString::to_string, |v| *v == 3), Tri::Yes(_)));
        assert!(matches!(p.some(ToString::to_string, |v| *v == 4), Tri::Unknown(_)));
    }

    #[test]
    fn kleene_tables() {
        let yes = || Prop::known(1, span(0)).some(|_| String::new(), |_| true);
        let unknown = || Tri::Unknown(Why::other("?"));
        assert_eq!(Tri::No.and(unknown()), Tri::No);
        assert!(matches!(yes().and(unknown()), Tri::Unknown(_)));
        assert!(matches!(yes().or(unknown()), Tri::Yes(_)));
        assert!(matches!(Tri::No.or(unknown()), Tri::Unknown(_)));
    }
}
