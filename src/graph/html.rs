//! As a page of its own: the image to move and zoom, and a table of its nodes. Without scripts, the image can be
//! scrolled.

use super::svg::{self, escape};
use super::{Graph, Shape};
use std::fmt::Write;

/// The looks of pages.
pub(crate) const STYLE: &str = "
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#59636e;--border:#d1d9e0;--fill:#f6f8fa;--red:#d1242f}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--border:#3d444d;--fill:#161b22;--red:#ff7b72}}
*{box-sizing:border-box}body{margin:0 auto;padding:24px;max-width:1280px;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 8px}.soft{color:var(--soft)}p{margin:4px 0 12px}
button,select,input{font:inherit;padding:4px 10px;background:var(--fill);color:var(--fg);border:1px solid var(--border);border-radius:6px}button{cursor:pointer}
.zoom{display:flex;gap:6px;align-items:center;margin:0 0 8px}.zoom button{min-width:34px}
.view{border:1px solid var(--border);border-radius:8px;overflow:auto;max-height:80vh}.view svg{display:block;max-width:none}.js .view{cursor:grab}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--border);vertical-align:top;overflow-wrap:anywhere}
.wide table{table-layout:fixed;min-width:760px}th{color:var(--soft);font-weight:600;font-size:13px}.loop{color:var(--red)}
";

/// Moving by the pointer; zooming by buttons, and by the wheel with Ctrl.
pub(crate) const SCRIPT: &str = "
document.documentElement.classList.add('js');
document.querySelectorAll('.view').forEach(v=>{const s=v.querySelector('svg');if(!s)return;const w=+s.getAttribute('width'),h=+s.getAttribute('height');let z=1,p=null;
const set=(n,x,y)=>{n=Math.min(4,Math.max(.2,n));const k=n/z,l=(v.scrollLeft+x)*k-x,t=(v.scrollTop+y)*k-y;z=n;s.style.width=w*z+'px';s.style.height=h*z+'px';v.scrollLeft=l;v.scrollTop=t};
const fit=()=>set(Math.min(1,v.clientWidth/w),0,0),by=f=>set(z*f,v.clientWidth/2,v.clientHeight/2);
const bar=document.createElement('div');bar.className='zoom';
[['−','Zoom out',()=>by(1/1.25)],['+','Zoom in',()=>by(1.25)],['Fit','Fit to the width',fit],['1:1','Original size',()=>set(1,0,0)]].forEach(([text,label,go])=>{const b=document.createElement('button');b.type='button';b.textContent=text;b.title=label;b.setAttribute('aria-label',label);b.addEventListener('click',go);bar.append(b)});
v.before(bar);if(w>v.clientWidth)set(Math.max(.6,v.clientWidth/w),0,0);
v.addEventListener('pointerdown',e=>{if(e.pointerType==='mouse'&&e.button===0)p=[e.clientX,e.clientY,v.scrollLeft,v.scrollTop]});
window.addEventListener('pointermove',e=>{if(p){v.scrollLeft=p[2]+p[0]-e.clientX;v.scrollTop=p[3]+p[1]-e.clientY;e.preventDefault()}});
window.addEventListener('pointerup',()=>p=null);v.addEventListener('selectstart',e=>e.preventDefault());
v.addEventListener('wheel',e=>{if(!e.ctrlKey)return;e.preventDefault();const r=v.getBoundingClientRect();set(z*(e.deltaY>0?1/1.15:1.15),e.clientX-r.left,e.clientY-r.top)},{passive:false})});
";

/// A path that may be broken at its slashes.
pub(crate) fn path(s: &str) -> String {
    escape(s).replace('/', "/<wbr>")
}

/// Start of a page, up to its heading.
pub(crate) fn head(title: &str, style: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n",
        escape(title)
    )
}

/// The page.
pub fn render(graph: &Graph) -> String {
    let functions = graph.nodes.iter().filter(|n| n.shape == Shape::Function).count();
    let loops = if graph.edges.iter().any(|e| e.looping) {
        " <span class=\"loop\">Red: an endless loop.</span>"
    } else {
        ""
    };
    let mut out = head("Flow of events", "");
    let _ = write!(
        out,
        "<h1>Flow of events</h1>\n<p class=\"soft\">{}, {}. Drag to move, Ctrl and the wheel to zoom. Dashed lines: failures.{loops}</p>\n<div class=\"view\">\n{}</div>\n",
        crate::report::plural(functions, "function"),
        crate::report::plural(graph.edges.len(), "connection"),
        svg::render(graph),
    );
    out.push_str("<h2>Nodes</h2>\n<div class=\"wide\">\n<table>\n<colgroup><col style=\"width:24%\"><col style=\"width:10%\"><col style=\"width:22%\"><col><col></colgroup>\n<thead><tr><th>Name</th><th>Kind</th><th>Declared at</th><th>From</th><th>To</th></tr></thead>\n<tbody>\n");
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
            n.place.as_deref().map(path).unwrap_or_default(),
            names(from),
            names(to),
        );
    }
    let _ = write!(out, "</tbody>\n</table>\n</div>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}
