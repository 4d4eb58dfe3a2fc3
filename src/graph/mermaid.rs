//! As a flowchart of Mermaid. Syntax: <https://mermaid.js.org/syntax/flowchart.html>

use super::{Flow, Graph, Node, Shape, label};
use std::fmt::Write;

/// The chart.
pub fn render(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let frames = graph.frames();
    for t in &frames {
        let title = graph.templates.get(*t).map_or("", String::as_str);
        let _ = writeln!(out, "  subgraph t{t}[\"{}\"]", escape(&label::title(title)));
        for (i, n) in graph.nodes_of(Some(*t)) {
            let _ = writeln!(out, "    {}", node(i, n));
        }
        out.push_str("  end\n");
    }
    for (i, n) in graph.nodes.iter().enumerate() {
        if n.template.is_none_or(|t| !frames.contains(&t)) {
            let _ = writeln!(out, "  {}", node(i, n));
        }
    }
    for e in &graph.edges {
        let arrow = if e.flow == Flow::Failure { "-.->" } else { "-->" };
        let label = if e.label.is_empty() {
            String::new()
        } else {
            format!("|\"{}\"|", lines(&label::words(&e.label)))
        };
        let _ = writeln!(out, "  n{} {arrow}{label} n{}", e.from, e.to);
    }
    let loops: Vec<String> =
        graph.edges.iter().enumerate().filter(|(_, e)| e.looping).map(|(i, _)| i.to_string()).collect();
    if !loops.is_empty() {
        let _ =
            writeln!(out, "  linkStyle {} stroke:#d1242f,stroke-width:3px,color:#d1242f", loops.join(","));
    }
    let functions: Vec<String> = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, n)| n.shape == Shape::Function)
        .map(|(i, _)| format!("n{i}"))
        .collect();
    if !functions.is_empty() {
        out.push_str("  classDef function stroke:#d97706,stroke-width:2px\n");
        let _ = writeln!(out, "  class {} function", functions.join(","));
    }
    out
}

fn node(i: usize, n: &Node) -> String {
    let (open, close) = match n.shape {
        Shape::Function => ("[", "]"),
        Shape::Queue => ("([", "])"),
        Shape::Store => ("[(", ")]"),
        Shape::Hub => ("{{", "}}"),
        Shape::Source => ("[/", "/]"),
    };
    format!("n{i}{open}\"{}<br/>{}\"{close}", lines(&label::name(&n.name)), escape(n.kind))
}

fn lines(all: &[String]) -> String {
    all.iter().map(|l| escape(l)).collect::<Vec<_>>().join("<br/>")
}

/// Text inside of quotes. Everything that could be Markdown, HTML or an entity becomes one.
fn escape(s: &str) -> String {
    let mut out = String::new();
    for c in s.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '.' | '/' | ':' | ',' | '-' | '(' | ')' | '$' | '…') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
