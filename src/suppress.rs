//! Which findings the project asked not to hear of, and which of its requests no longer do anything.

use crate::config::Ignore;
use crate::engine::Analysis;
use crate::notice::{Notice, NoticeKind};
use crate::selection::{self, UnknownRule};
use lamlint_model::rule::{Effect, Suppression};
use lamlint_model::source::{SourceMap, Span};
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
    /// An entry of the settings.
    Settings {
        /// Why, in the words of the project.
        reason: String,
    },
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
    sources: &'a SourceMap,
    /// The entries of the settings, and the indices of those that did something.
    entries: &'a [Ignore],
    entries_used: BTreeSet<usize>,
    /// The unknown names, by the same indices, with what is wrong with them.
    unknown: BTreeMap<(usize, usize), UnknownRule>,
    /// Those that would do something if they were written as suggested.
    meant: BTreeSet<(usize, usize)>,
}

impl<'a> Requests<'a> {
    pub(crate) fn new(analysis: &'a Analysis, entries: &'a [Ignore]) -> Self {
        let mut anchors: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        for r in analysis.app.resources.iter().filter(|_| !analysis.suppressions.is_empty()) {
            anchors.entry(r.name.as_str()).or_default().push(analysis.app.origins.known(r.anchor.span));
        }
        let mut unknown = BTreeMap::new();
        for (i, d) in analysis.suppressions.iter().enumerate() {
            let wrong = d
                .rules
                .iter()
                .enumerate()
                .filter_map(|(j, (name, _))| Some((j, selection::rule(name).err()?)));
            unknown.extend(wrong.map(|(j, e)| ((i, j), e)));
        }
        let directives = &analysis.suppressions;
        Self {
            directives,
            anchors,
            used: BTreeSet::new(),
            sources: &analysis.sources,
            entries,
            entries_used: BTreeSet::new(),
            unknown,
            meant: BTreeSet::new(),
        }
    }

    /// The findings that are left, and those that are silenced.
    pub(crate) fn split(&mut self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
        let mut silenced = Vec::new();
        let mut left = Vec::new();
        for f in findings {
            let hits = self.hits(&f);
            self.meant.extend(self.nearly(&f));
            let entries = self.entries_for(&f);
            let side = if hits.is_empty() && entries.is_empty() { &mut left } else { &mut silenced };
            side.push(f);
            self.used.extend(hits);
            self.entries_used.extend(entries);
        }
        (left, silenced)
    }

    /// What silences a finding, with what says so.
    pub(crate) fn with_reason(&self, finding: Finding) -> Option<Silenced> {
        let request = self.hits(&finding).first().and_then(|(i, _)| self.directives.get(*i));
        let by = if let Some(d) = request {
            match d.origin {
                Origin::Comment => By::Comment { span: d.span, reason: d.reason.clone() },
                Origin::Metadata => By::Metadata,
            }
        } else {
            let entry = self.entries.get(*self.entries_for(&finding).first()?)?;
            By::Settings { reason: entry.reason.clone() }
        };
        Some(Silenced { finding, by })
    }

    /// The requests a finding is meant by: for its place, or for the resource it is about.
    fn hits(&self, f: &Finding) -> Vec<(usize, usize)> {
        let mut hits = Vec::new();
        for (i, d) in self.directives.iter().enumerate() {
            let Some(j) = d.rules.iter().position(|(name, _)| name == f.rule().id) else { continue };
            if self.is_meant(d, f) {
                hits.push((i, j));
            }
        }
        hits
    }

    /// The entries of the settings a finding is meant by.
    fn entries_for(&self, f: &Finding) -> Vec<usize> {
        let path = &self.sources.file(f.primary().file).path;
        let all = self.entries.iter().enumerate();
        all.filter(|(_, e)| e.means(f, path)).map(|(i, _)| i).collect()
    }

    /// The entries of the settings that did nothing though their rules ran.
    pub(crate) fn idle(&self, ran: &BTreeSet<&str>) -> Vec<Notice> {
        let all = self.entries.iter().enumerate();
        let idle = all.filter(|(i, e)| e.judged && ran.contains(e.rule.id) && !self.entries_used.contains(i));
        idle.map(|(_, e)| {
            let text = format!("{}: this silences nothing: there is no finding of {}", e.place, e.words);
            Notice::about("", NoticeKind::Settings, text)
        })
        .collect()
    }

    /// The unknown names that would mean a finding if they were written as suggested.
    fn nearly(&self, f: &Finding) -> Vec<(usize, usize)> {
        let near = self.unknown.iter().filter(|(_, e)| e.suggestion == Some(f.rule().id));
        let near = near.filter(|((i, _), _)| self.directives.get(*i).is_some_and(|d| self.is_meant(d, f)));
        near.map(|(at, _)| *at).collect()
    }

    fn is_meant(&self, d: &Directive, f: &Finding) -> bool {
        d.problem.is_none() && std::iter::once(f.primary()).chain(self.subjects(f)).any(|at| covers(d, at))
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
                    Err(e) => Effect::NoRule {
                        near: e.suggestion,
                        certain: e.certain && self.meant.contains(&(i, j)),
                    },
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
