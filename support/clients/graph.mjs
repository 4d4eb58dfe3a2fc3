// Parses drawings in a folder, NAME.mermaid, NAME.dot and NAME.svg each, and compares what the parsers understand.
// Run by graph.sh, which installs what is imported here.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { JSDOM } from 'jsdom';

const page = new JSDOM('<!doctype html><body></body>');
Object.assign(globalThis, { window: page.window, document: page.window.document });
const { default: mermaid } = await import('mermaid');
mermaid.initialize({ startOnLoad: false });
const graphviz = await Graphviz.load();

let wrong = 0;
const check = (is, what) => {
  if (!is) {
    wrong += 1;
    console.error(what);
  }
};
const failure = async (f) => {
  try {
    await f();
    return null;
  } catch (e) {
    return e.message;
  }
};

// The parsers must tell right from wrong, before their silence counts.
check(await failure(() => mermaid.parse('flowchart LR\n  n0["a"b"] --> n1')), 'mermaid takes a wrong chart');
check(await failure(() => graphviz.layout('digraph { a [label="b"c"] }', 'plain', 'dot')), 'graphviz takes a wrong graph');
check(await failure(() => new JSDOM('<svg><g></svg>', { contentType: 'image/svg+xml' })), 'XML takes a wrong image');

const folder = process.argv[2];
const names = [...new Set(readdirSync(folder).map((f) => f.slice(0, f.lastIndexOf('.'))))].sort();
const read = (name, format) => readFileSync(join(folder, `${name}.${format}`), 'utf8');
for (const name of names) {
  const problem = await failure(async () => {
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(read(name, 'mermaid'));
    const vertices = db.getVertices();
    const charted = [vertices.size ?? Object.keys(vertices).length, db.getEdges().length, db.getSubGraphs().length];
    const lines = graphviz.layout(read(name, 'dot'), 'plain', 'dot').split('\n');
    const count = (word) => lines.filter((l) => l.startsWith(`${word} `)).length;
    const graphed = [count('node'), count('edge'), (read(name, 'dot').match(/subgraph cluster_/g) ?? []).length];
    const image = new JSDOM(read(name, 'svg'), { contentType: 'image/svg+xml' }).window.document;
    const drawn = [image.querySelectorAll('g.n').length, image.querySelectorAll('g.e').length];
    check(charted[0] > 0, `${name}: nothing is drawn`);
    check(charted.join() === graphed.join(), `${name}: nodes, edges, frames in Mermaid ${charted}, in Graphviz ${graphed}`);
    check(charted.slice(0, 2).join() === drawn.join(), `${name}: nodes, edges in Mermaid ${charted}, in the image ${drawn}`);
  });
  check(problem === null, `${name}: ${problem}`);
}
check(names.length > 3, `only ${names.length} drawings`);
if (wrong > 0) process.exit(1);
console.log(`graph: ${names.length} projects are drawn as Mermaid, Graphviz and XML read them`);
