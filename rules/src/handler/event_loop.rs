//! See the page.

mod graph;
#[cfg(test)]
mod tests;

use graph::{Edge, First, Graph};
use lamlint_model::app::{Kind, Place};
use lamlint_model::finding::Message;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, ResourceId, Rule, Span, Tri};
use std::collections::BTreeSet;

/// The rule.
pub static RULE: Rule = Rule {
    id: "event-loop",
    group: "handler",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/event-loop.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let graph = Graph::of(cx);
    let mut reported: BTreeSet<Span> = BTreeSet::new();
    for cycle in graph.cycles() {
        // A write that closes a short loop needs no longer one to be wrong.
        if cycle.iter().any(|e| reported.contains(&e.span)) {
            continue;
        }
        if graph.report(&cycle, out) {
            reported.extend(cycle.iter().map(|e| e.span));
        }
    }
}

impl Graph<'_> {
    fn report(&self, cycle: &[Edge], out: &mut Findings) -> bool {
        let Some((first, rest)) = cycle.split_first() else { return false };
        let claim = rest.iter().fold(first.claim.clone(), |c, e| c.and(e.claim.clone()));
        if !matches!(claim, Tri::Yes(_)) {
            return false;
        }
        let name = &self.cx.app.resource(first.from).name;
        let path = self.path(cycle);
        let severity = if cycle.iter().any(|e| e.delayed) { Severity::Warning } else { Severity::Error };
        let text = match (&first.first, rest.is_empty() && first.through.is_empty()) {
            (First::Place(p), true) => {
                format!("`{name}` writes to {}, which invokes it again: an endless loop", self.place_name(p))
            }
            _ => format!("an endless loop: {path}"),
        };
        let note = self.detection(cycle);
        let help = self.help(first, cycle);
        out.report_as(severity, claim, name.clone(), path, |_| Message::new(text).help(help).note(note));
        true
    }

    /// `` `A` → topic `News` → `B` → `A` ``.
    fn path(&self, cycle: &[Edge]) -> String {
        let function = |id: ResourceId| format!("`{}`", self.cx.app.resource(id).name);
        let mut words = Vec::new();
        for e in cycle {
            words.push(function(e.from));
            if let First::Place(p) = &e.first {
                words.push(self.place_name(p));
            }
            words.extend(e.through.iter().map(|p| self.place_name(p)));
        }
        words.extend(cycle.first().map(|e| function(e.from)));
        words.join(" → ")
    }

    /// What Lambda does about it by itself.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>
    fn detection(&self, cycle: &[Edge]) -> &'static str {
        let allowed = cycle.iter().any(|e| {
            let mode = self.cx.app.resource(e.from).props.get("RecursiveLoop").strings();
            mode.alts().iter().any(|a| a.value.as_deref() == Some("Allow"))
        });
        let covered = |k: Kind| matches!(k, Kind::Queue | Kind::Topic | Kind::Bucket);
        let kind = |p: &Place| match p {
            Place::Resource(id) => self.cx.app.resource(*id).kind,
            Place::Outside(kind, _) => *kind,
        };
        let detected = cycle.iter().all(|e| {
            let first = match &e.first {
                First::Place(p) => covered(kind(p)),
                First::Function(_) => true,
            };
            first && e.through.iter().all(|p| covered(kind(p)))
        });
        match (allowed, detected) {
            (true, _) => "`RecursiveLoop: Allow` switches off what would stop it",
            (false, true) => {
                "Lambda stops such a loop after about 16 rounds, and what was written by then stays"
            }
            (false, false) => "Lambda does not detect this loop: it runs until somebody stops it",
        }
    }

    fn help(&self, first: &Edge, cycle: &[Edge]) -> &'static str {
        if cycle.len() > 1 {
            return "break the loop at one place: write to a resource that does not lead back, or filter what invokes the functions";
        }
        let First::Place(p) = &first.first else { return "invoke another function" };
        let kind = match p {
            Place::Resource(id) => self.cx.app.resource(*id).kind,
            Place::Outside(kind, _) => *kind,
        };
        match kind {
            Kind::Bucket => "write to another bucket, or give the notification a prefix and write outside it",
            Kind::Queue => {
                "send to another queue; to try a message again, report it as failed instead of sending it anew"
            }
            Kind::Topic => {
                "publish to another topic, or give the subscription a filter policy these messages don't pass"
            }
            Kind::Table => {
                "write to another table, or give the mapping filter criteria these changes don't pass"
            }
            Kind::EventBus => "put events the rule's pattern does not match",
            _ => "write to another resource, or give the mapping filter criteria these records don't pass",
        }
    }
}
