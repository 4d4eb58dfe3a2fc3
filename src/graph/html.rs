//! As a page of its own: the image to move and zoom, and a table of its nodes.

use super::svg::{self, escape};
use super::{Graph, Shape};
use std::fmt::Write;

/// The looks of pages.
pub(crate) const STYLE: &str = "
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#59636e;--border:#d1d9e0;--fill:#f6f8fa;--red:#d1242f}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--border:#3d444d;--fill:#161b22;--red:#ff7b72}}
body{margin:0 auto;padding:24px;max-width:1280px;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 8px}.soft{color:var(--soft)}
.view{border:1px solid var(--border);border-radius:8px;overflow:hidden;height:min(70vh,720px);cursor:grab;touch-action:none}
.view svg{width:100%;height:100%;display:block}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 12px;border-bottom:1px solid var(--border);vertical-align:top}td:nth-child(3){overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600;font-size:13px}.loop{color:var(--red)}
";

/// Moving by the pointer, zooming by the wheel, back by a double click.
pub(crate) const SCRIPT: &str = "
document.querySelectorAll('.view').forEach(v=>{const s=v.querySelector('svg');if(!s)return;let b=s.getAttribute('viewBox').split(' ').map(Number);const o=b.slice();let p=null;
const set=()=>s.setAttribute('viewBox',b.join(' '));const k=()=>Math.max(b[2]/v.clientWidth,b[3]/v.clientHeight);
v.addEventListener('pointerdown',e=>{p=[e.clientX,e.clientY];v.setPointerCapture(e.pointerId)});
v.addEventListener('pointermove',e=>{if(!p)return;b[0]-=(e.clientX-p[0])*k();b[1]-=(e.clientY-p[1])*k();p=[e.clientX,e.clientY];set()});
v.addEventListener('pointerup',()=>p=null);
v.addEventListener('wheel',e=>{e.preventDefault();const f=e.deltaY>0?1.15:1/1.15,r=v.getBoundingClientRect(),x=b[0]+b[2]*(e.clientX-r.left)/r.width,y=b[1]+b[3]*(e.clientY-r.top)/r.height;b=[x-(x-b[0])*f,y-(y-b[1])*f,b[2]*f,b[3]*f];set()},{passive:false});
v.addEventListener('dblclick',()=>{b=o.slice();set()})});
";

/// The page.
pub fn render(graph: &Graph) -> String {
    let functions = graph.nodes.iter().filter(|n| n.shape == Shape::Function).count();
    let loops = if graph.edges.iter().any(|e| e.looping) {
        " <span class=\"loop\">Red: an endless loop.</span>"
    } else {
        ""
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>Flow of events</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>Flow of events</h1>\n<p class=\"soft\">{}, {}. Drag to move, turn the wheel to zoom, double-click to go back. Dashed: failures.{loops}</p>\n<div class=\"view\">\n{}</div>\n",
        crate::report::plural(functions, "function"),
        crate::report::plural(graph.edges.len(), "connection"),
        svg::render(graph),
    );
    out.push_str("<h2>Nodes</h2>\n<table>\n<thead><tr><th>Name</th><th>Kind</th><th>Declared at</th><th>From</th><th>To</th></tr></thead>\n<tbody>\n");
    for (i, n) in graph.nodes.iter().enumerate() {
        let names = |ends: Vec<(usize, bool)>| {
            let name = |(m, looping): &(usize, bool)| {
                let name = graph.nodes.get(*m).map(|n| escape(&n.name)).unwrap_or_default();
                if *looping { format!("<span class=\"loop\">{name}</span>") } else { name }
            };
            ends.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        let from = graph.edges.iter().filter(|e| e.to == i).map(|e| (e.from, e.looping)).collect();
        let to = graph.edges.iter().filter(|e| e.from == i).map(|e| (e.to, e.looping)).collect();
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&n.name),
            escape(n.kind),
            n.place.as_deref().map(escape).unwrap_or_default(),
            names(from),
            names(to),
        );
    }
    let _ = write!(out, "</tbody>\n</table>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}
