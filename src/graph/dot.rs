//! As a digraph of Graphviz. Syntax: <https://graphviz.org/doc/info/lang.html>

use super::{Flow, Graph, Node, Shape, label};
use std::fmt::Write;

/// The digraph.
pub fn render(graph: &Graph) -> String {
    let mut out = "digraph lamlint {\n  rankdir=LR;\n  graph [fontname=\"sans-serif\", fontsize=12, color=\"#818b98\", style=rounded];\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n".to_owned();
    let frames = graph.frames();
    for t in &frames {
        let title = graph.templates.get(*t).map_or("", String::as_str);
        let _ = writeln!(out, "  subgraph cluster_{t} {{\n    label=\"{}\";", escape(&label::title(title)));
        for (i, n) in graph.nodes_of(Some(*t)) {
            let _ = writeln!(out, "    {}", node(i, n));
        }
        out.push_str("  }\n");
    }
    for (i, n) in graph.nodes.iter().enumerate() {
        if n.template.is_none_or(|t| !frames.contains(&t)) {
            let _ = writeln!(out, "  {}", node(i, n));
        }
    }
    for e in &graph.edges {
        let mut attributes = Vec::new();
        if !e.label.is_empty() {
            attributes.push(format!("label=\"{}\"", lines(&label::words(&e.label))));
        }
        if e.flow == Flow::Failure {
            attributes.push("style=dashed".to_owned());
        }
        if e.looping {
            attributes.push("color=\"#d1242f\", fontcolor=\"#d1242f\", penwidth=2".to_owned());
        }
        let attributes =
            if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
        let _ = writeln!(out, "  n{} -> n{}{attributes};", e.from, e.to);
    }
    out.push_str("}\n");
    out
}

fn node(i: usize, n: &Node) -> String {
    let look = match n.shape {
        Shape::Function => "shape=box, style=rounded, color=\"#d97706\", penwidth=2",
        Shape::Queue => "shape=oval",
        Shape::Store => "shape=cylinder",
        Shape::Hub => "shape=hexagon",
        Shape::Source => "shape=box, style=dashed",
    };
    format!("n{i} [label=\"{}\\n{}\", {look}];", lines(&label::name(&n.name)), escape(n.kind))
}

fn lines(all: &[String]) -> String {
    all.iter().map(|l| escape(l)).collect::<Vec<_>>().join("\\n")
}

/// Text inside of quotes. Graphviz reads entities of HTML there, too.
fn escape(s: &str) -> String {
    s.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
