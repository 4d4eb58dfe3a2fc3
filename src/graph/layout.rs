//! Where the boxes of a drawn graph stand.
//!
//! The layout is the one of Sugiyama in its simplest form: loops are broken, nodes go into layers by their longest
//! path, edges over several layers get bends, and barycentres order each layer. Nodes stand in the even layers; the odd
//! ones between them hold the words of the edges, so that words have room of their own and touch nothing.

use super::{Edge, Graph, Node, label};
use std::collections::{BTreeMap, BTreeSet};

/// Between two cells of a layer.
const GAP: f64 = 18.0;
/// Between a layer of nodes and one of words.
const LAYER_GAP: f64 = 30.0;
/// Between isolated nodes.
const ROW_GAP: f64 = 26.0;
/// Width of a column of a name, about.
pub(super) const NAME_WIDTH: f64 = 7.7;
/// Width of a column of the words beside an edge, about.
const WORDS_WIDTH: f64 = 6.3;
/// Height of a line of a name.
pub(super) const NAME_HEIGHT: f64 = 16.0;
/// Height of a line of words.
pub(super) const WORDS_HEIGHT: f64 = 13.0;
/// Room above a node for an edge to itself.
const LOOP: f64 = 36.0;
/// Between two edges at a node, at least.
const PORT: f64 = 7.0;
/// Isolated nodes of one row.
const PER_ROW: usize = 5;
/// How often the layers are ordered anew.
const SWEEPS: usize = 8;
/// Around everything.
pub(super) const MARGIN: f64 = 24.0;

/// The connected parts with the templates they are of, larger ones first; all isolated nodes of a template together.
pub(super) fn blocks(graph: &Graph) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut beside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for e in graph.edges.iter().filter(|e| e.from != e.to) {
        beside.entry(e.from).or_default().push(e.to);
        beside.entry(e.to).or_default().push(e.from);
    }
    let mut seen = BTreeSet::new();
    let mut out: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    let mut alone: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for i in 0..graph.nodes.len() {
        if !seen.insert(i) {
            continue;
        }
        let (mut block, mut todo) = (Vec::new(), vec![i]);
        while let Some(n) = todo.pop() {
            block.push(n);
            todo.extend(beside.get(&n).into_iter().flatten().filter(|m| seen.insert(**m)));
        }
        block.sort_unstable();
        let templates: BTreeSet<usize> = block.iter().filter_map(|n| graph.nodes.get(*n)?.template).collect();
        let place: Vec<usize> = templates.into_iter().collect();
        if block.len() == 1 {
            alone.entry(place).or_default().extend(block);
        } else {
            out.push((place, block));
        }
    }
    out.extend(alone);
    out.sort_by_key(|(place, block)| {
        let lonely = block.iter().all(|n| !beside.contains_key(n));
        (place.clone(), lonely, std::cmp::Reverse(block.len()), block.clone())
    });
    out
}

/// What stands in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A node.
    Node(usize),
    /// The words of an edge.
    Words(usize),
    /// A bend of an edge.
    Bend,
}

/// A box in a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) what: What,
    layer: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
    /// Of the height, what is left free above a node.
    pub(super) free: f64,
}

impl Cell {
    fn new(what: What, layer: usize, w: f64, h: f64) -> Self {
        Self { what, layer, x: 0.0, y: 0.0, w, h, free: 0.0 }
    }

    /// Where edges run through it.
    pub(super) fn axis(&self) -> f64 {
        match self.what {
            What::Node(_) => self.y + self.free + (self.h - self.free) / 2.0,
            // Below the words.
            What::Words(_) => self.y + self.h - 4.0,
            What::Bend => self.y + self.h / 2.0,
        }
    }
}

/// An edge on its way: the cells from its first node to its last, and whether it goes against the layers.
pub(super) struct Way {
    pub(super) edge: usize,
    pub(super) cells: Vec<usize>,
    pub(super) back: bool,
}

pub(super) struct Layout {
    pub(super) cells: Vec<Cell>,
    layers: Vec<Vec<usize>>,
    pub(super) ways: Vec<Way>,
    pub(super) width: f64,
    pub(super) height: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of characters and boxes on a page")]
pub(super) fn float(n: usize) -> f64 {
    n as f64
}

/// Width and height of lines of text.
fn extent(lines: &[String], column: f64, height: f64) -> (f64, f64) {
    let widest = lines.iter().map(|l| label::columns(l)).max().unwrap_or(0);
    (float(widest) * column, float(lines.len()) * height)
}

fn node_cell(i: usize, n: Option<&Node>, layer: usize) -> Cell {
    let (w, h) = n.map_or((0.0, NAME_HEIGHT), |n| extent(&label::name(&n.name), NAME_WIDTH, NAME_HEIGHT));
    Cell::new(What::Node(i), layer, (w + 34.0).max(96.0), h + 28.0)
}

impl Layout {
    pub(super) fn of(graph: &Graph, block: &[usize]) -> Self {
        let edges: Vec<(usize, &Edge)> =
            graph.edges.iter().enumerate().filter(|(_, e)| block.contains(&e.from)).collect();
        let back = broken(block, &edges);
        let layer = layers(block, &edges, &back);
        let mut it =
            Self { cells: Vec::new(), layers: Vec::new(), ways: Vec::new(), width: 0.0, height: 0.0 };
        let mut of_node: BTreeMap<usize, usize> = BTreeMap::new();
        let isolated = edges.iter().all(|(_, e)| e.from == e.to);
        for (i, n) in block.iter().enumerate() {
            // Nodes without edges go into rows.
            let l = if isolated { i % PER_ROW } else { 2 * layer.get(n).copied().unwrap_or(0) };
            let mut cell = node_cell(*n, graph.nodes.get(*n), l);
            // Many edges need a high side.
            let ends = |of: fn(&Edge) -> usize| edges.iter().filter(|(_, e)| of(e) == *n).count();
            cell.h = cell.h.max(float(ends(|e| e.from).max(ends(|e| e.to))).mul_add(PORT, 12.0));
            if edges.iter().any(|(_, e)| e.from == *n && e.to == *n) {
                cell.free = LOOP;
                cell.h += LOOP;
            }
            of_node.insert(*n, it.add(cell));
        }
        for (i, e) in &edges {
            let (Some(a), Some(b)) = (of_node.get(&e.from).copied(), of_node.get(&e.to).copied()) else {
                continue;
            };
            let back = back.contains(i);
            let (from, to) = if back { (b, a) } else { (a, b) };
            let mut cells = vec![from];
            let words = label::words(&e.label);
            let (first, last) = (it.cells[from].layer + 1, it.cells[to].layer);
            for layer in first..last {
                // The words stand beside where the edge begins.
                let here = if back { layer + 1 == last } else { layer == first };
                cells.push(it.add(if here && !words.is_empty() {
                    let (w, h) = extent(&words, WORDS_WIDTH, WORDS_HEIGHT);
                    Cell::new(What::Words(*i), layer, w + 12.0, h + 10.0)
                } else {
                    Cell::new(What::Bend, layer, 0.0, 6.0)
                }));
            }
            if from != to {
                cells.push(to);
            }
            it.ways.push(Way { edge: *i, cells, back });
        }
        it.order();
        it.place();
        it
    }

    fn add(&mut self, cell: Cell) -> usize {
        if self.layers.len() <= cell.layer {
            self.layers.resize(cell.layer + 1, Vec::new());
        }
        self.layers[cell.layer].push(self.cells.len());
        self.cells.push(cell);
        self.cells.len() - 1
    }

    /// The cells beside each cell: in the layer before, and in the layer behind.
    fn beside(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let mut before = vec![Vec::new(); self.cells.len()];
        let mut behind = vec![Vec::new(); self.cells.len()];
        for w in &self.ways {
            for pair in w.cells.windows(2) {
                before[pair[1]].push(pair[0]);
                behind[pair[0]].push(pair[1]);
            }
        }
        (before, behind)
    }

    /// Order each layer by the mean position of what its cells are connected to, forth and back.
    fn order(&mut self) {
        let (before, behind) = self.beside();
        for sweep in 0..SWEEPS {
            let forth = sweep % 2 == 0;
            let beside = if forth { &before } else { &behind };
            let mut position = vec![0.0; self.cells.len()];
            for l in &self.layers {
                for (i, c) in l.iter().enumerate() {
                    position[*c] = float(i);
                }
            }
            let n = self.layers.len();
            for l in (0..n).map(|l| if forth { l } else { n - 1 - l }) {
                let mean = |c: &usize| match &beside[*c][..] {
                    [] => position[*c],
                    all => all.iter().map(|b| position[*b]).sum::<f64>() / float(all.len()),
                };
                let mut keyed: Vec<(f64, usize)> = self.layers[l].iter().map(|c| (mean(c), *c)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                self.layers[l] = keyed.into_iter().map(|(_, c)| c).collect();
                for (i, c) in self.layers[l].iter().enumerate() {
                    position[*c] = float(i);
                }
            }
        }
    }

    /// Coordinates: columns by width, rows near to what they are connected to.
    fn place(&mut self) {
        let mut x = 0.0;
        let gap = if self.ways.is_empty() { ROW_GAP } else { LAYER_GAP };
        for l in &self.layers {
            let w = l.iter().map(|c| self.cells[*c].w).fold(0.0, f64::max);
            let mut y = 0.0;
            for c in l {
                let cell = &mut self.cells[*c];
                if !matches!(cell.what, What::Node(_)) {
                    // Edges run straight through a column.
                    cell.w = w;
                }
                (cell.x, cell.y) = (x + (w - cell.w) / 2.0, y);
                y += cell.h + GAP;
            }
            x += w + gap;
        }
        self.width = x - gap;
        let (before, behind) = self.beside();
        for sweep in 0..SWEEPS {
            let beside = if sweep % 2 == 0 { &before } else { &behind };
            let n = self.layers.len();
            for l in (0..n).map(|l| if sweep % 2 == 0 { l } else { n - 1 - l }) {
                self.settle(l, beside);
            }
        }
        let top = self.cells.iter().map(|c| c.y).fold(f64::INFINITY, f64::min);
        for c in &mut self.cells {
            c.y -= top;
        }
        self.height = self.cells.iter().map(|c| c.y + c.h).fold(0.0, f64::max);
    }

    /// Move the cells of a layer as near to their neighbours as their order and the gaps between them allow: the least
    /// squares under the order, by pooling what would touch.
    fn settle(&mut self, l: usize, beside: &[Vec<usize>]) {
        /// Cells that touch: how many, and the sum of where each would have the first of the layer.
        struct Pool {
            cells: usize,
            sum: f64,
        }
        let mut pools: Vec<Pool> = Vec::new();
        let mut offset = 0.0;
        for c in &self.layers[l] {
            let cell = &self.cells[*c];
            let wish = match &beside[*c][..] {
                [] => cell.y,
                all => {
                    let sum: f64 = all.iter().map(|b| self.cells[*b].axis()).sum();
                    sum / float(all.len()) - (cell.axis() - cell.y)
                }
            };
            let mut pool = Pool { cells: 1, sum: wish - offset };
            while let Some(last) = pools.pop_if(|p| p.sum / float(p.cells) > pool.sum / float(pool.cells)) {
                pool = Pool { cells: pool.cells + last.cells, sum: pool.sum + last.sum };
            }
            pools.push(pool);
            offset += cell.h + GAP;
        }
        let firsts = pools.iter().flat_map(|p| std::iter::repeat_n(p.sum / float(p.cells), p.cells));
        let mut offset = 0.0;
        for (c, first) in self.layers[l].iter().zip(firsts) {
            self.cells[*c].y = first + offset;
            offset += self.cells[*c].h + GAP;
        }
    }
}

/// The edges that close a loop, found by a walk in depth that begins where nothing leads to.
fn broken(block: &[usize], edges: &[(usize, &Edge)]) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    let mut roots = block.to_vec();
    roots.sort_by_key(|n| (edges.iter().any(|(_, e)| e.to == *n && e.from != *n), *n));
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let mut open: BTreeSet<usize> = BTreeSet::new();
    for root in roots {
        // A node, and how many of its edges have been followed.
        let mut stack = vec![(root, 0)];
        if done.contains(&root) {
            continue;
        }
        open.insert(root);
        while let Some((n, i)) = stack.last_mut() {
            let n = *n;
            let next = edges.iter().filter(|(_, e)| e.from == n && e.to != n).nth(*i);
            *i += 1;
            match next {
                None => {
                    stack.pop();
                    open.remove(&n);
                    done.insert(n);
                }
                Some((id, e)) if open.contains(&e.to) => {
                    out.insert(*id);
                }
                Some((_, e)) if !done.contains(&e.to) => {
                    open.insert(e.to);
                    stack.push((e.to, 0));
                }
                Some(_) => {}
            }
        }
    }
    out
}

/// The layer of each node: the length of the longest path to it.
fn layers(block: &[usize], edges: &[(usize, &Edge)], back: &BTreeSet<usize>) -> BTreeMap<usize, usize> {
    let mut out: BTreeMap<usize, usize> = block.iter().map(|n| (*n, 0)).collect();
    for _ in 0..block.len() {
        let mut changed = false;
        for (i, e) in edges.iter().filter(|(_, e)| e.from != e.to) {
            let (a, b) = if back.contains(i) { (e.to, e.from) } else { (e.from, e.to) };
            let least = out.get(&a).map_or(0, |l| l + 1);
            if let Some(l) = out.get_mut(&b).filter(|l| **l < least) {
                *l = least;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    out
}
