//! As an SVG image: the layers from left to right, one block for each connected part.

use super::layout::{Cell, HEIGHT, Layout, MARGIN, MAX_NAME, blocks, float};
use super::{Edge, Flow, Graph, Node, Shape};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Between two blocks.
const BLOCK_GAP: f64 = 34.0;
/// Characters beside an edge that are shown.
const MAX_LABEL: usize = 20;

/// The looks, for light and dark. Inside of the image, so that it stands alone.
const STYLE: &str = "
.lg{--bg:#fff;--fg:#1f2328;--soft:#59636e;--line:#818b98;--fill:#f6f8fa;--fn:#c2610c;--fnfill:#fff4e8;--red:#d1242f;font-family:system-ui,sans-serif}
@media (prefers-color-scheme:dark){.lg{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--line:#7d8590;--fill:#161b22;--fn:#f0883e;--fnfill:#2a1c0f;--red:#ff7b72}}
.lg .bg{fill:var(--bg)}.lg .n path{fill:var(--fill);stroke:var(--line);stroke-width:1.4}.lg .n.function path{fill:var(--fnfill);stroke:var(--fn)}
.lg .n.source path{stroke-dasharray:3 3}.lg text{fill:var(--fg);font-size:13px;text-anchor:middle}.lg .k{fill:var(--soft);font-size:10.5px}
.lg .e path{fill:none;stroke:var(--line);stroke-width:1.4}.lg .e text{fill:var(--soft);font-size:10.5px;paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
.lg .failure path{stroke-dasharray:5 4}.lg .loop path{stroke:var(--red);stroke-width:2.4}.lg .loop text{fill:var(--red)}
.lg .head{fill:var(--line)}.lg .head.loop{fill:var(--red)}.lg .title{fill:var(--soft);text-anchor:start;font-weight:600;font-size:12px}
";

/// The image.
pub fn render(graph: &Graph) -> String {
    let mut body = String::new();
    let (mut top, mut width) = (MARGIN, 240.0_f64);
    let frames = graph.frames();
    let mut title = None;
    for (place, block) in blocks(graph) {
        if !frames.is_empty() && title.as_ref() != Some(&place) {
            let names = place.iter().filter_map(|t| graph.templates.get(*t)).map(String::as_str);
            let shown: Vec<&str> = names.take(2).collect();
            let more = match place.len().saturating_sub(2) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            let name = escape(&format!("{}{more}", shown.join(", ")));
            let _ =
                writeln!(body, "<text class=\"title\" x=\"{MARGIN}\" y=\"{:.1}\">{name}</text>", top + 10.0);
            top += 28.0;
            title = Some(place);
        }
        let layout = Layout::of(graph, &block);
        layout.draw(graph, top, &mut body);
        width = width.max(layout.width);
        top += layout.height + BLOCK_GAP;
    }
    if graph.nodes.is_empty() {
        let _ = writeln!(body, "<text x=\"120\" y=\"{:.1}\">no functions</text>", top + 10.0);
        top += 20.0 + BLOCK_GAP;
    }
    let (width, height) = (width + 2.0 * MARGIN, top - BLOCK_GAP + MARGIN);
    format!(
        "<svg class=\"lg\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-label=\"Flow of events\">\n<style>{STYLE}</style>\n<defs>{}{}</defs>\n<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n{body}</svg>\n",
        marker("lg-head", "head"),
        marker("lg-loop", "head loop"),
    )
}

fn marker(id: &str, class: &str) -> String {
    format!(
        "<marker id=\"{id}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"{class}\" d=\"M0 0 10 5 0 10z\"/></marker>"
    )
}

/// Text for HTML and XML, in elements and in attributes.
pub(crate) fn escape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no way to write other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn short(s: &str, most: usize) -> String {
    match s.char_indices().nth(most) {
        Some((i, _)) => format!("{}…", &s[..i]),
        None => s.to_owned(),
    }
}

/// The ways at one side of each cell, with the height they come from.
type Ports = BTreeMap<usize, Vec<(f64, usize)>>;

impl Layout {
    fn draw(&self, graph: &Graph, top: f64, out: &mut String) {
        let (mut right, mut left) = (Ports::new(), Ports::new());
        for (i, w) in self.ways.iter().enumerate() {
            if let [a, b, ..] = w.cells[..] {
                right.entry(a).or_default().push((self.cells[b].y, i));
            }
            if let [.., y, z] = w.cells[..] {
                left.entry(z).or_default().push((self.cells[y].y, i));
            }
        }
        // Edges leave and arrive side by side, in order of where they go.
        let port = |ports: &Ports, c: usize, way: usize| {
            let mut all = ports.get(&c).cloned().unwrap_or_default();
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let i = all.iter().position(|(_, w)| *w == way).unwrap_or(0);
            let step = (HEIGHT - 12.0) / float(all.len() + 1);
            self.cells[c].y + 6.0 + step * float(i + 1) + top
        };
        for (i, w) in self.ways.iter().enumerate() {
            let Some(e) = graph.edges.get(w.edge) else { continue };
            let mut points: Vec<(f64, f64)> = Vec::new();
            if let (Some(first), Some(last)) = (w.cells.first(), w.cells.last()) {
                let (a, b) = (self.cells[*first], self.cells[*last]);
                if first == last {
                    let middle = (a.x + a.w / 2.0, a.y + top - 21.0);
                    let path = format!("M{:.1} {:.1}c-8 -26 36 -26 28 0", middle.0 - 10.0, a.y + top);
                    edge(e, &path, middle, out);
                    continue;
                }
                points.push((a.x + a.w, port(&right, *first, i)));
                let bends = &w.cells[1..w.cells.len() - 1];
                points.extend(bends.iter().map(|c| (self.cells[*c].x, self.cells[*c].y + 3.0 + top)));
                points.push((b.x, port(&left, *last, i)));
            }
            let at = points.len() / 2;
            let middle = match (points.get(at - 1), points.get(at)) {
                (Some(p), Some(q)) => (p.0.midpoint(q.0), p.1.midpoint(q.1)),
                _ => (0.0, 0.0),
            };
            if w.back {
                points.reverse();
            }
            let mut d = String::new();
            for (i, (x, y)) in points.iter().enumerate() {
                if i == 0 {
                    let _ = write!(d, "M{x:.1} {y:.1}");
                } else {
                    let (px, py) = points[i - 1];
                    let mid = px.midpoint(*x);
                    let _ = write!(d, "C{mid:.1} {py:.1} {mid:.1} {y:.1} {x:.1} {y:.1}");
                }
            }
            edge(e, &d, middle, out);
        }
        for c in &self.cells {
            if let Some(n) = c.node.and_then(|n| graph.nodes.get(n)) {
                node(n, c, top, out);
            }
        }
    }
}

fn edge(e: &Edge, d: &str, (x, y): (f64, f64), out: &mut String) {
    let class = match (e.flow == Flow::Failure, e.looping) {
        (true, true) => "e failure loop",
        (true, false) => "e failure",
        (false, true) => "e loop",
        (false, false) => "e",
    };
    let head = if e.looping { "lg-loop" } else { "lg-head" };
    let _ = write!(out, "<g class=\"{class}\"><path marker-end=\"url(#{head})\" d=\"{d}\"/>");
    if !e.label.is_empty() {
        let label = escape(&short(&e.label, MAX_LABEL));
        let _ = write!(
            out,
            "<title>{}</title><text x=\"{x:.1}\" y=\"{:.1}\">{label}</text>",
            escape(&e.label),
            y + 3.5
        );
    }
    out.push_str("</g>\n");
}

fn node(node: &Node, cell: &Cell, top: f64, out: &mut String) {
    let (x, y, w, h) = (cell.x, cell.y + top, cell.w, cell.h);
    let (class, path) = match node.shape {
        Shape::Function => (
            "function",
            format!(
                "M{:.1} {y:.1}h{:.1}q8 0 8 8v{:.1}q0 8 -8 8h-{:.1}q-8 0 -8 -8v-{:.1}q0 -8 8 -8z",
                x + 8.0,
                w - 16.0,
                h - 16.0,
                w - 16.0,
                h - 16.0
            ),
        ),
        Shape::Queue => {
            let radius = h / 2.0;
            (
                "queue",
                format!(
                    "M{:.1} {y:.1}h{:.1}a{radius} {radius} 0 0 1 0 {h}h-{:.1}a{radius} {radius} 0 0 1 0 -{h}z",
                    x + radius,
                    w - h,
                    w - h
                ),
            )
        }
        Shape::Store => {
            let radius = w / 2.0;
            (
                "store",
                format!(
                    "M{x:.1} {y:.1}a{radius:.1} 5 0 0 1 {w:.1} 0v{h}a{radius:.1} 5 0 0 1 -{w:.1} 0zm0 0a{radius:.1} 5 0 0 0 {w:.1} 0"
                ),
            )
        }
        Shape::Hub => (
            "hub",
            format!(
                "M{x:.1} {:.1}l14 -{:.1}h{:.1}l14 {:.1}l-14 {:.1}h-{:.1}z",
                y + h / 2.0,
                h / 2.0,
                w - 28.0,
                h / 2.0,
                h / 2.0,
                w - 28.0
            ),
        ),
        Shape::Source => ("source", format!("M{x:.1} {y:.1}h{w:.1}v{h}h-{w:.1}z")),
    };
    let place = node.place.as_ref().map(|p| format!("\n{}", escape(p))).unwrap_or_default();
    let _ = writeln!(
        out,
        "<g class=\"n {class}\"><title>{}: {}{place}</title><path d=\"{path}\"/><text x=\"{cx:.1}\" y=\"{:.1}\">{}</text><text class=\"k\" x=\"{cx:.1}\" y=\"{:.1}\">{}</text></g>",
        escape(node.kind),
        escape(&node.name),
        y + 21.0,
        escape(&short(&node.name, MAX_NAME)),
        y + 35.0,
        escape(node.kind),
        cx = x + w / 2.0,
    );
}
