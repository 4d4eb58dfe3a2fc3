//! As an SVG image: layers from left to right, a block for each connected part, a frame for each template.

use super::layout::{Cell, Layout, MARGIN, NAME_HEIGHT, NAME_WIDTH, WORDS_HEIGHT, What, blocks, float};
use super::{Edge, Flow, Graph, Node, Shape, label};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Between two blocks, and between two frames.
const BLOCK_GAP: f64 = 30.0;
/// Between a frame and what is in it.
const PADDING: f64 = 18.0;
/// Height of a frame's title.
const TITLE: f64 = 20.0;
/// Blocks and frames stand side by side up to this width.
const PAGE: f64 = 1180.0;

/// The looks, for light and dark. Inside of the image, so that it stands alone.
const STYLE: &str = "
.lg{--bg:#fff;--fg:#1f2328;--soft:#59636e;--line:#818b98;--fill:#f6f8fa;--frame:#d1d9e0;--fn:#c2610c;--fnfill:#fff4e8;--red:#d1242f;font-family:system-ui,sans-serif}
@media (prefers-color-scheme:dark){.lg{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--line:#7d8590;--fill:#161b22;--frame:#3d444d;--fn:#f0883e;--fnfill:#2a1c0f;--red:#ff7b72}}
.lg .bg{fill:var(--bg)}.lg .frame{fill:none;stroke:var(--frame)}.lg .n path{fill:var(--fill);stroke:var(--line);stroke-width:1.4}.lg .n.function path{fill:var(--fnfill);stroke:var(--fn)}
.lg .n.source path{stroke-dasharray:3 3}.lg text{fill:var(--fg);font-size:13px;text-anchor:middle}.lg .k{fill:var(--soft);font-size:11px}
.lg .e path{fill:none;stroke:var(--line);stroke-width:1.4}.lg .e text{fill:var(--soft);font-size:11px}
.lg .failure path{stroke-dasharray:5 4}.lg .loop path{stroke:var(--red);stroke-width:2.4}.lg .loop text{fill:var(--red)}
.lg .head{fill:var(--line)}.lg .head.loop{fill:var(--red)}.lg .title{fill:var(--soft);text-anchor:start;font-weight:600;font-size:12px}
";

/// Boxes in rows: where each stands, and how large all are together.
fn shelves(sizes: &[(f64, f64)]) -> (Vec<(f64, f64)>, (f64, f64)) {
    let (mut x, mut y, mut row, mut width) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    let mut places = Vec::new();
    for (w, h) in sizes {
        if x > 0.0 && x + w > PAGE {
            (x, y, row) = (0.0, y + row + BLOCK_GAP, 0.0);
        }
        places.push((x, y));
        width = width.max(x + w);
        row = row.max(*h);
        x += w + BLOCK_GAP;
    }
    (places, (width, y + row))
}

/// What stands in one frame.
struct Frame {
    title: Option<(String, String)>,
    layouts: Vec<(Layout, (f64, f64))>,
    size: (f64, f64),
}

impl Frame {
    fn new(graph: &Graph, templates: &[usize], blocks: &[Vec<usize>], framed: bool) -> Self {
        let layouts: Vec<Layout> = blocks.iter().map(|b| Layout::of(graph, b)).collect();
        let sizes: Vec<(f64, f64)> = layouts.iter().map(|l| (l.width, l.height)).collect();
        let (places, (mut width, mut height)) = shelves(&sizes);
        let names = || templates.iter().filter_map(|t| graph.templates.get(*t)).map(String::as_str);
        let mut title = None;
        if framed && names().next().is_some() {
            let more = match templates.len().saturating_sub(2) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            let shown: Vec<String> = names().take(2).map(label::title).collect();
            let shown = format!("{}{more}", shown.join(", "));
            width = width.max(float(label::columns(&shown)) * NAME_WIDTH) + 2.0 * PADDING;
            height += 2.0 * PADDING + TITLE;
            title = Some((shown, names().collect::<Vec<_>>().join("\n")));
        }
        Self { title, layouts: layouts.into_iter().zip(places).collect(), size: (width, height) }
    }

    fn draw(&self, graph: &Graph, at: (f64, f64), out: &mut String) {
        let (mut x, mut y) = at;
        if let Some((shown, all)) = &self.title {
            let (w, h) = self.size;
            let _ = writeln!(
                out,
                "<g><title>{}</title><rect class=\"frame\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"10\"/><text class=\"title\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
                escape(all),
                x + PADDING,
                y + PADDING + 6.0,
                escape(shown)
            );
            (x, y) = (x + PADDING, y + PADDING + TITLE);
        }
        for (layout, (dx, dy)) in &self.layouts {
            let _ = writeln!(out, "<g transform=\"translate({:.1} {:.1})\">", x + dx, y + dy);
            layout.draw(graph, out);
            out.push_str("</g>\n");
        }
    }
}

/// The image.
pub fn render(graph: &Graph) -> String {
    let framed = !graph.frames().is_empty();
    let mut by_place: Vec<(Vec<usize>, Vec<Vec<usize>>)> = Vec::new();
    for (place, block) in blocks(graph) {
        match by_place.last_mut() {
            Some((last, blocks)) if *last == place => blocks.push(block),
            _ => by_place.push((place, vec![block])),
        }
    }
    let frames: Vec<Frame> =
        by_place.iter().map(|(place, blocks)| Frame::new(graph, place, blocks, framed)).collect();
    let (places, (width, height)) = shelves(&frames.iter().map(|f| f.size).collect::<Vec<_>>());
    let mut body = String::new();
    for (frame, (x, y)) in frames.iter().zip(places) {
        frame.draw(graph, (x + MARGIN, y + MARGIN), &mut body);
    }
    let (mut width, mut height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    if graph.nodes.is_empty() {
        (width, height) = (240.0, 68.0);
        body.push_str("<text x=\"120\" y=\"38\">no functions</text>\n");
    }
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

/// What XML has no way to write, and what reorders the text around it: a page must show what is in the file.
pub(crate) fn misleading(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff)
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
            c if misleading(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The ways at one side of each cell, with the height they come from.
type Ports = BTreeMap<usize, Vec<(f64, usize)>>;

impl Layout {
    fn draw(&self, graph: &Graph, out: &mut String) {
        let (mut right, mut left) = (Ports::new(), Ports::new());
        for (i, w) in self.ways.iter().enumerate() {
            if let [a, b, ..] = w.cells[..] {
                right.entry(a).or_default().push((self.cells[b].axis(), i));
            }
            if let [.., y, z] = w.cells[..] {
                left.entry(z).or_default().push((self.cells[y].axis(), i));
            }
        }
        for ports in right.values_mut().chain(left.values_mut()) {
            ports.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        // Edges leave and arrive side by side, in order of where they go.
        let port = |ports: &Ports, c: usize, way: usize| {
            let all = ports.get(&c).map_or(&[][..], Vec::as_slice);
            let i = all.iter().position(|(_, w)| *w == way).unwrap_or(0);
            let cell = self.cells[c];
            let step = (cell.h - cell.free - 12.0) / float(all.len() + 1);
            cell.y + cell.free + 6.0 + step * float(i + 1)
        };
        for (i, way) in self.ways.iter().enumerate() {
            let (Some(link), Some(first), Some(last)) =
                (graph.edges.get(way.edge), way.cells.first(), way.cells.last())
            else {
                continue;
            };
            let (start, end) = (self.cells[*first], self.cells[*last]);
            if first == last {
                let (x, y) = (start.x + start.w / 2.0, start.y + start.free);
                edge(link, &format!("M{:.1} {y:.1}c-8 -26 36 -26 28 0", x - 14.0), Some((x, y - 22.0)), out);
                continue;
            }
            // Pairs: where it comes into a column, and where it goes out.
            let mut points = vec![(start.x + start.w, port(&right, *first, i))];
            let mut words = None;
            for c in way.cells.iter().skip(1).take(way.cells.len() - 2) {
                let c = self.cells[*c];
                points.extend([(c.x, c.axis()), (c.x + c.w, c.axis())]);
                if matches!(c.what, What::Words(_)) {
                    words = Some((c.x + c.w / 2.0, c.axis() - 5.0));
                }
            }
            points.push((end.x, port(&left, *last, i)));
            if way.back {
                points.reverse();
            }
            let mut d = String::new();
            for (i, (x, y)) in points.iter().enumerate() {
                if i == 0 {
                    let _ = write!(d, "M{x:.1} {y:.1}");
                } else if i % 2 == 0 {
                    let _ = write!(d, "H{x:.1}");
                } else {
                    let (px, py) = points[i - 1];
                    let mid = px.midpoint(*x);
                    let _ = write!(d, "C{mid:.1} {py:.1} {mid:.1} {y:.1} {x:.1} {y:.1}");
                }
            }
            edge(link, &d, words, out);
        }
        for c in &self.cells {
            if let What::Node(n) = c.what
                && let Some(n) = graph.nodes.get(n)
            {
                node(n, c, out);
            }
        }
    }
}

/// An edge; `words` is the middle of the last line of its words.
fn edge(e: &Edge, d: &str, words: Option<(f64, f64)>, out: &mut String) {
    let class = match (e.flow == Flow::Failure, e.looping) {
        (true, true) => "e failure loop",
        (true, false) => "e failure",
        (false, true) => "e loop",
        (false, false) => "e",
    };
    let head = if e.looping { "lg-loop" } else { "lg-head" };
    let title = if e.label.is_empty() { e.flow.word() } else { &e.label };
    let _ = write!(
        out,
        "<g class=\"{class}\"><title>{}</title><path marker-end=\"url(#{head})\" d=\"{d}\"/>",
        escape(title)
    );
    if let Some((x, y)) = words {
        let lines = label::words(&e.label);
        for (i, line) in lines.iter().enumerate() {
            let y = y - WORDS_HEIGHT * float(lines.len() - 1 - i);
            let _ = write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(line));
        }
    }
    out.push_str("</g>\n");
}

fn node(node: &Node, cell: &Cell, out: &mut String) {
    let (x, y, w, h) = (cell.x, cell.y + cell.free, cell.w, cell.h - cell.free);
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
    let cx = x + w / 2.0;
    let _ = write!(
        out,
        "<g class=\"n {class}\"><title>{}: {}{place}</title><path d=\"{path}\"/>",
        escape(node.kind),
        escape(&node.name)
    );
    let lines = label::name(&node.name);
    let mut base = y + 21.0 + (h - 28.0 - NAME_HEIGHT * float(lines.len())) / 2.0;
    for line in lines {
        let _ = write!(out, "<text x=\"{cx:.1}\" y=\"{base:.1}\">{}</text>", escape(&line));
        base += NAME_HEIGHT;
    }
    let _ = writeln!(
        out,
        "<text class=\"k\" x=\"{cx:.1}\" y=\"{:.1}\">{}</text></g>",
        base - 1.0,
        escape(node.kind)
    );
}
