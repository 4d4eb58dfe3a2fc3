//! Which findings the project asked not to hear of, and which of its requests no longer do anything.

use crate::engine::Analysis;
use crate::selection;
use lamlint_model::rule::{Effect, Suppression};
use lamlint_model::source::Span;
use lamlint_model::{Finding, Rule};
use lamlint_parsers::comments::{Directive, Origin};
use lamlint_rules::config::{unknown_rule, unused_suppression};
use std::collections::{BTreeMap, BTreeSet};

/// A finding that is not reported.
#[derive(Debug, Clone)]
pub struct Silenced {
    /// The finding.
    pub finding: Finding,
    /// What silences it.
    pub by: By,
}

/// What silences a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A comment.
    Comment {
        /// Where `lamlint: ignore[…]` is written.
        span: Span,
        /// Why, in the words of the project; may be empty.
        reason: String,
    },
    /// The metadata of a resource.
    Metadata,
    /// The baseline.
    Baseline,
}

/// Rules about the requests themselves: they run when it is known which findings the others have.
pub(crate) fn runs_last(rule: &Rule) -> bool {
    [&unknown_rule::RULE, &unused_suppression::RULE].contains(&rule)
}

/// The requests of a project, and which of them did something.
pub(crate) struct Requests<'a> {
    directives: &'a [Directive],
    /// Where each resource stands, by its name.
    anchors: BTreeMap<&'a str, Vec<Span>>,
    /// Indices of directives and of the rules they name.
    used: BTreeSet<(usize, usize)>,
}

impl<'a> Requests<'a> {
    pub(crate) fn new(analysis: &'a Analysis) -> Self {
        let mut anchors: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        for r in analysis.app.resources.iter().filter(|_| !analysis.suppressions.is_empty()) {
            anchors.entry(r.name.as_str()).or_default().push(analysis.app.origins.known(r.anchor.span));
        }
        Self { directives: &analysis.suppressions, anchors, used: BTreeSet::new() }
    }

    /// The findings that are left, and those that are silenced.
    pub(crate) fn split(&mut self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
        let mut silenced = Vec::new();
        let mut left = Vec::new();
        for f in findings {
            let hits = self.hits(&f);
            let side = if hits.is_empty() { &mut left } else { &mut silenced };
            side.push(f);
            self.used.extend(hits);
        }
        (left, silenced)
    }

    /// What silences a finding, with what says so.
    pub(crate) fn with_reason(&self, finding: Finding) -> Option<Silenced> {
        let d = &self.directives[self.hits(&finding).first()?.0];
        let by = match d.origin {
            Origin::Comment => By::Comment { span: d.span, reason: d.reason.clone() },
            Origin::Metadata => By::Metadata,
        };
        Some(Silenced { finding, by })
    }

    /// The requests a finding is meant by: for its place, or for the resource it is about.
    fn hits(&self, f: &Finding) -> Vec<(usize, usize)> {
        let mut hits = Vec::new();
        for (i, d) in self.directives.iter().enumerate().filter(|(_, d)| d.problem.is_none()) {
            let Some(j) = d.rules.iter().position(|(name, _)| name == f.rule().id) else { continue };
            if std::iter::once(f.primary()).chain(self.subjects(f)).any(|at| covers(d, at)) {
                hits.push((i, j));
            }
        }
        hits
    }

    /// Where the resource a finding is about stands. Of several of that name, one in a file the finding rests on.
    fn subjects(&self, f: &Finding) -> impl Iterator<Item = Span> {
        let all = self.anchors.get(f.subject()).map_or(&[][..], Vec::as_slice);
        let one_file = all.iter().all(|a| a.file == all[0].file);
        all.iter().copied().filter(move |a| one_file || f.evidence().iter().any(|e| e.span().file == a.file))
    }

    /// What came of each request, when the rules of these names have run.
    pub(crate) fn judge(&self, ran: &BTreeSet<&str>) -> Vec<Suppression> {
        let mut out = Vec::new();
        for (i, d) in self.directives.iter().enumerate() {
            if let Some(why) = d.problem {
                out.push(Suppression { rule: "".into(), span: d.span, effect: Effect::Malformed(why) });
                continue;
            }
            for (j, (name, span)) in d.rules.iter().enumerate() {
                let effect = match selection::rule(name) {
                    Err(e) => Effect::NoRule(e.suggestion),
                    Ok(_) if self.used.contains(&(i, j)) => Effect::Used,
                    Ok(r) if ran.contains(r.id) => Effect::Unused,
                    Ok(_) => Effect::Unjudged,
                };
                out.push(Suppression { rule: name.clone(), span: *span, effect });
            }
        }
        out
    }
}

fn covers(d: &Directive, at: Span) -> bool {
    d.covers.iter().any(|c| c.file == at.file && c.start <= at.start && at.start < c.end.max(c.start + 1))
}
