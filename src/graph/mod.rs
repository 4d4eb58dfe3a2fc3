//! The flow of events through a project, as a graph printers can draw: what starts which function, what code
//! writes to, what passes events on, and where failures go.

pub mod dot;
pub mod html;
pub mod mermaid;
pub mod svg;

mod build;
mod label;
mod layout;

use crate::report::Report;
use std::collections::{BTreeMap, BTreeSet};

/// The rules whose findings are loops.
pub const LOOPS: [&str; 2] = ["event-loop", "recursive-invocation"];

/// What a node looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Code.
    Function,
    /// A queue or stream: events wait there.
    Queue,
    /// A bucket or table: data stays there.
    Store,
    /// A topic or bus: events are handed out.
    Hub,
    /// What only starts functions: an API, a schedule.
    Source,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name, of one line, not escaped.
    pub name: String,
    /// Its kind in words.
    pub kind: &'static str,
    /// What it looks like.
    pub shape: Shape,
    /// The index into [`Graph::templates`]; `None` for what no template declares.
    pub template: Option<usize>,
    /// Where it is declared: `template.yaml:12`.
    pub place: Option<String>,
}

/// What goes along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// An event that starts a function.
    Trigger,
    /// What code writes.
    Write,
    /// A call of a function by code.
    Invoke,
    /// What a service passes on.
    Forward,
    /// The result of a function that succeeded.
    Success,
    /// What could not be processed or delivered.
    Failure,
}

impl Flow {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trigger => "triggers",
            Self::Write => "writes",
            Self::Invoke => "invokes",
            Self::Forward => "forwards",
            Self::Success => "on success",
            Self::Failure => "on failure",
        }
    }
}

/// An edge; there is at most one of each flow between two nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The index of its first node.
    pub from: usize,
    /// The index of its last node.
    pub to: usize,
    /// What goes along.
    pub flow: Flow,
    /// Words beside it, of one line, not escaped.
    pub label: String,
    /// Whether it is part of a loop that was reported.
    pub looping: bool,
}

/// The graph: nodes in order of the resources, then those outside; edges in order of their ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The edges.
    pub edges: Vec<Edge>,
    /// Paths of the templates, as shown.
    pub templates: Vec<String>,
}

impl Graph {
    /// The graph of what was understood, with the loops among the findings. When files were named, the flows that
    /// touch them: those of resources they declare and of functions whose code they hold.
    pub fn of(report: &Report<'_>) -> Self {
        build::graph(report)
    }

    /// The nodes of a template; those no template declares for `None`.
    pub fn nodes_of(&self, template: Option<usize>) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(move |(_, n)| n.template == template)
    }

    /// The templates that have nodes, when there are several; otherwise none, as one frame says nothing.
    pub fn frames(&self) -> Vec<usize> {
        let used: BTreeSet<usize> = self.nodes.iter().filter_map(|n| n.template).collect();
        if used.len() < 2 { Vec::new() } else { used.into_iter().collect() }
    }
}

impl Graph {
    /// Keep the connected parts that hold a marked node.
    fn keep_around(&mut self, marked: &[bool]) {
        let mut kept = marked.to_vec();
        loop {
            let before = kept.iter().filter(|k| **k).count();
            for e in &self.edges {
                let both = kept[e.from] || kept[e.to];
                (kept[e.from], kept[e.to]) = (both, both);
            }
            if kept.iter().filter(|k| **k).count() == before {
                break;
            }
        }
        let mut index = Vec::new();
        let mut n = 0;
        for k in &kept {
            index.push(n);
            n += usize::from(*k);
        }
        let mut flags = kept.iter();
        self.nodes.retain(|_| flags.next().is_some_and(|k| *k));
        self.edges.retain(|e| kept[e.from]);
        for e in &mut self.edges {
            (e.from, e.to) = (index[e.from], index[e.to]);
        }
    }

    /// A span may stand for several edges: those that no loop of marked edges goes along are no part of one.
    fn prune(&mut self) {
        let mut after: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for e in self.edges.iter().filter(|e| e.looping) {
            after.entry(e.from).or_default().push(e.to);
        }
        for e in self.edges.iter_mut().filter(|e| e.looping) {
            let mut seen = BTreeSet::from([e.to]);
            let mut todo = vec![e.to];
            while let Some(n) = todo.pop() {
                todo.extend(after.get(&n).into_iter().flatten().filter(|m| seen.insert(**m)));
            }
            e.looping = seen.contains(&e.from);
        }
    }
}
