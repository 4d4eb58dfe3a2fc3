//! What makes packages large, as a picture: a rectangle for each package, in it one for each of its largest parts, all
//! as large as what they stand for. The layout is that of Bruls, Huizing and van Wijk, *Squarified Treemaps* (2000).

use crate::engine::Analysis;
use crate::graph::svg::escape;
use crate::report::{Report, printable};
use lamlint_model::rule::{Measured, Package};
use std::collections::BTreeMap;
use std::fmt::Write;

const WIDTH: f64 = 1200.0;
/// Packages that are drawn, the largest ones.
const MAX_PACKAGES: usize = 12;
/// Names of functions of one package that are shown.
const MAX_NAMES: usize = 3;
/// Height of the words above the parts of a package.
const HEADING: f64 = 20.0;
/// Width of a character, about.
const CHARACTER: f64 = 6.8;
/// Width of a character of a heading, about.
const HEAVY: f64 = 7.8;

pub(super) const STYLE: &str = "
.map{display:block;width:100%;height:auto}.map rect{stroke:var(--bg);stroke-width:1.5}.map .pack{fill:var(--fill);stroke:var(--border);stroke-width:1}.map text{fill:var(--fg);font:12px system-ui,sans-serif}.map .s{fill:var(--soft);font-size:11px}.map .h{font-weight:600}
.map .c0{fill:#cfe3fb}.map .c1{fill:#fde0c2}.map .c2{fill:#d3efd6}.map .c3{fill:#ecd9f7}.map .c4{fill:#fbd5d9}.map .rest{fill:#e3e7eb}
@media (prefers-color-scheme:dark){.map .c0{fill:#173a5e}.map .c1{fill:#55350f}.map .c2{fill:#1c4526}.map .c3{fill:#41275a}.map .c4{fill:#5a1f29}.map .rest{fill:#2a3038}}
";

/// A box of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rect {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

/// One package, maybe of several functions.
struct Drawn {
    names: Vec<String>,
    /// How the sizes were got.
    how: String,
    /// Whether they are known of some parts only.
    least: bool,
    total: u64,
    parts: Vec<(String, u64)>,
}

#[expect(clippy::cast_precision_loss, reason = "sizes of boxes in a picture")]
fn float(n: u64) -> f64 {
    n as f64
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
    let mut n = float(bytes);
    let mut unit = 0;
    while n >= 1024.0 && unit + 1 < UNITS.len() {
        n /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && n < 100.0);
    format!("{n:.digits$} {}", UNITS[unit])
}

/// How a package was measured, whether that is a part, its size, its parts.
type Content<'a> = (String, bool, u64, &'a [(String, u64)]);

fn packages(report: &Report<'_>) -> Vec<Drawn> {
    let analysis: &Analysis = report.analysis;
    let mut by_content: BTreeMap<Content<'_>, Vec<String>> = BTreeMap::new();
    for p in &analysis.packages {
        let how = match &p.measured {
            Measured::Artifact(path) => format!("measured on {}", report.display.path(path)),
            Measured::Tree(path) if path.is_empty() => "the sources, as they are packaged".to_owned(),
            Measured::Tree(path) => {
                format!("the sources in {}, as they are packaged", report.display.path(path))
            }
            Measured::Manifest(path) => format!("estimated from {}", report.display.path(path)),
            Measured::No => continue,
        };
        let Package { unzipped, layers, contributors, .. } = p;
        let Some(total) = unzipped.checked_add(*layers).filter(|t| *t > 0) else { continue };
        let name = analysis.app.resource(p.function).name.to_string();
        let least = matches!(p.measured, Measured::Manifest(_));
        by_content.entry((how, least, total, contributors)).or_default().push(name);
    }
    let mut out: Vec<Drawn> = by_content
        .into_iter()
        .map(|((how, least, total, parts), names)| {
            let mut parts = parts.to_vec();
            let known: u64 = parts.iter().map(|(_, b)| *b).fold(0, u64::saturating_add);
            parts.push(("other files".to_owned(), total.saturating_sub(known)));
            parts.retain(|(_, b)| *b > 0);
            Drawn { names, how, least, total, parts }
        })
        .collect();
    // Stable: of the same size, the order is that of the words.
    out.sort_by_key(|d| std::cmp::Reverse(d.total));
    out
}

/// The picture with its heading; nothing where no size is known.
pub(super) fn render(report: &Report<'_>) -> String {
    let mut all = packages(report);
    if all.is_empty() {
        return String::new();
    }
    let left_out = all.len().saturating_sub(MAX_PACKAGES);
    all.truncate(MAX_PACKAGES);
    let more = if left_out == 0 { String::new() } else { format!(" {left_out} smaller ones are not shown.") };
    // Few packages need no large picture.
    let height = if all.len() == 1 { 260.0 } else { 480.0 };
    let mut out = format!(
        "<h2>Package sizes</h2>\n<p class=\"soft\">Unpacked, with layers; Lambda takes 250 MiB at most.{more}</p>\n<svg class=\"map\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Package sizes\">\n"
    );
    let sizes: Vec<f64> = all.iter().map(|d| float(d.total)).collect();
    let whole = Rect { x: 0.5, y: 0.5, w: WIDTH - 1.0, h: height - 1.0 };
    for (d, r) in all.iter().zip(squarify(&sizes, whole)) {
        package(d, r, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn package(d: &Drawn, r: Rect, out: &mut String) {
    let shown = d.names.iter().take(MAX_NAMES).cloned().collect::<Vec<_>>().join(", ");
    let more = match d.names.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let total = format!("{}{}", if d.least { "at least " } else { "" }, size(d.total));
    let _ = writeln!(
        out,
        "<g><title>{}: {total}\n{}</title><rect class=\"pack\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
        escape(&printable(&format!("{shown}{more}"))),
        escape(&printable(&d.how)),
        r.x,
        r.y,
        r.w,
        r.h
    );
    let behind = format!(" · {total}");
    let room = fits(&behind, r.w - 12.0, HEAVY);
    let headed = r.h > 2.0 * HEADING && room >= 3;
    let top = if headed { HEADING } else { 2.0 };
    if headed {
        let words = format!("{}{behind}", cut(&format!("{shown}{more}"), room));
        text(&words, "h", (r.x + 6.0, r.y + 14.5), out);
    }
    out.push_str("</g>\n");
    let inner = Rect { x: r.x + 2.0, y: r.y + top, w: (r.w - 4.0).max(0.0), h: (r.h - top - 2.0).max(0.0) };
    let sizes: Vec<f64> = d.parts.iter().map(|(_, b)| float(*b)).collect();
    for (i, ((name, bytes), t)) in d.parts.iter().zip(squarify(&sizes, inner)).enumerate() {
        let class = if name == "other files" { "rest".to_owned() } else { format!("c{}", i % 5) };
        let bytes = size(*bytes);
        let _ = write!(
            out,
            "<g><title>{}: {bytes}</title><rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            escape(&printable(name)),
            t.x,
            t.y,
            t.w,
            t.h
        );
        let room = fits("", t.w - 10.0, CHARACTER);
        if t.h >= 18.0 && room >= 4 {
            text(&cut(name, room), "", (t.x + 5.0, t.y + 14.0), out);
            if t.h >= 34.0 && room >= bytes.len() {
                text(&bytes, "s", (t.x + 5.0, t.y + 28.0), out);
            }
        }
        out.push_str("</g>\n");
    }
}

fn text(words: &str, class: &str, (x, y): (f64, f64), out: &mut String) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = write!(out, "<text{class} x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(&printable(words)));
}

/// Characters of a width that fit beside a text.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a width of the picture, at least 0"
)]
fn fits(s: &str, width: f64, character: f64) -> usize {
    ((width / character).max(0.0) as usize).saturating_sub(s.chars().count())
}

fn cut(s: &str, most: usize) -> String {
    if s.chars().count() <= most {
        return s.to_owned();
    }
    format!("{}…", s.chars().take(most.saturating_sub(1)).collect::<String>())
}

/// Boxes of these areas, given largest first, that fill a box and are as square as a row by row layout gets them.
fn squarify(sizes: &[f64], mut free: Rect) -> Vec<Rect> {
    let total: f64 = sizes.iter().sum();
    if total <= 0.0 || free.w <= 0.0 || free.h <= 0.0 {
        return vec![Rect { w: 0.0, h: 0.0, ..free }; sizes.len()];
    }
    let scale = free.w * free.h / total;
    let mut out = Vec::new();
    let mut rest = sizes;
    while !rest.is_empty() {
        let side = free.w.min(free.h);
        let mut n = 1;
        while n < rest.len() && worst(&rest[..=n], scale, side) <= worst(&rest[..n], scale, side) {
            n += 1;
        }
        let (row, behind) = rest.split_at(n);
        let area: f64 = row.iter().map(|s| s * scale).sum();
        let thick = if side > 0.0 { area / side } else { 0.0 };
        let mut at = 0.0;
        for s in row {
            let long = if thick > 0.0 { s * scale / thick } else { 0.0 };
            out.push(if free.w >= free.h {
                Rect { x: free.x, y: free.y + at, w: thick, h: long }
            } else {
                Rect { x: free.x + at, y: free.y, w: long, h: thick }
            });
            at += long;
        }
        if free.w >= free.h {
            (free.x, free.w) = (free.x + thick, (free.w - thick).max(0.0));
        } else {
            (free.y, free.h) = (free.y + thick, (free.h - thick).max(0.0));
        }
        rest = behind;
    }
    out
}

/// How far from a square the worst box of a row is.
fn worst(row: &[f64], scale: f64, side: f64) -> f64 {
    let area: f64 = row.iter().map(|s| s * scale).sum();
    let square = |s: &f64| {
        let s = s * scale;
        (side * side * s / (area * area)).max(area * area / (side * side * s))
    };
    row.iter().map(square).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_fill_the_picture_in_proportion() {
        let whole = Rect { x: 0.0, y: 0.0, w: 600.0, h: 400.0 };
        // The example of the paper.
        let sizes = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let boxes = squarify(&sizes, whole);
        assert_eq!(boxes.len(), sizes.len());
        for (s, r) in sizes.iter().zip(&boxes) {
            assert!((r.w * r.h - s * 10_000.0).abs() < 1e-6, "{s} {r:?}");
            assert!(r.x >= 0.0 && r.y >= 0.0 && r.x + r.w < 600.001 && r.y + r.h < 400.001, "{r:?}");
            assert!((r.w / r.h).max(r.h / r.w) < 3.0, "{r:?}");
        }
        assert_eq!(boxes[0], Rect { x: 0.0, y: 0.0, w: 300.0, h: 200.0 });
        for (i, a) in boxes.iter().enumerate() {
            for b in &boxes[i + 1..] {
                let apart = a.x + a.w <= b.x + 1e-6
                    || b.x + b.w <= a.x + 1e-6
                    || a.y + a.h <= b.y + 1e-6
                    || b.y + b.h <= a.y + 1e-6;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn nothing_and_almost_nothing_are_drawn() {
        let whole = Rect { x: 0.0, y: 0.0, w: 10.0, h: 10.0 };
        assert!(squarify(&[], whole).is_empty());
        for sizes in [&[0.0, 0.0][..], &[1e18, 1.0, 1.0], &[1.0; 300]] {
            let boxes = squarify(sizes, whole);
            assert_eq!(boxes.len(), sizes.len());
            assert!(boxes.iter().all(|r| [r.x, r.y, r.w, r.h].iter().all(|n| n.is_finite() && *n >= 0.0)));
        }
        assert_eq!(squarify(&[1.0], Rect { w: 0.0, ..whole }), [Rect { w: 0.0, h: 0.0, ..whole }]);
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(
            [0, 1023, 1024, 1_572_864, 157_286_400, u64::MAX].map(size),
            ["0 B", "1023 B", "1.0 KiB", "1.5 MiB", "150 MiB", "17179869184 GiB"]
        );
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}
