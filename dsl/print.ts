/**
 * Print: a graph as text, Mermaid or Graphviz, at primitive level or folded to blocks.
 */
import type { Node, Params, Primitive } from './expr.ts';
import { closeGraph } from './graph.ts';

const letters = (axes: readonly number[]): string => axes.map((a) => String.fromCharCode(97 + (a % 26))).join(' ');
const list = (xs: readonly number[]): string => `[${xs.join(', ')}]`;
const plain = (name: string) => (): string => name;

/** What each primitive is called in a picture. */
const labels = {
  input: (p) => `input ${p.name}`,
  parameter: (p) => `${p.trainable ? 'parameter' : 'frozen'} ${p.name}`,
  constant: plain('constant'),
  fill: (p) => `${p.value}`,
  einsum: (p) => `einsum '${p.inputs.map(letters).join(', ')} -> ${letters(p.output)}'`,
  map: (p) => p.fn,
  zip: (p) => p.fn,
  compare: (p) => p.fn,
  logic: (p) => p.fn,
  select: plain('select'),
  max: plain('max'),
  argmax: plain('argmax'),
  topk: (p) => `topk ${p.k}`,
  reshape: plain('reshape'),
  permute: (p) => `permute ${list(p.axes)}`,
  broadcast: plain('broadcast'),
  slice: (p) => `slice from ${list(p.begin)}`,
  pad: (p) => `pad ${list(p.before)} ${list(p.after)}`,
  concat: (p) => `concat axis ${p.axis}`,
  gather: plain('gather'),
  scatterAdd: plain('scatterAdd'),
  oneHot: plain('oneHot'),
  cast: (p) => `cast ${p.to}`,
  stopGradient: plain('stopGradient'),
  softmax: plain('softmax'),
  layerNorm: plain('layerNorm'),
  gelu: plain('gelu'),
} as const satisfies { readonly [P in Primitive]: (params: Params[P]) => string };

const labelOf = <P extends Primitive>(node: Node<P>): string => {
  const rows: { readonly [Q in Primitive]: (params: Params[Q]) => string } = labels;
  return rows[node.primitive](node.params);
};

/** A picture: boxes with a text each, and arrows between them. */
interface Picture {
  readonly boxes: readonly string[];
  readonly arrows: readonly (readonly [number, number])[];
}

export type Level = 'primitive' | 'block';

const primitives = (roots: readonly Node[]): Picture => {
  const { nodes } = closeGraph(roots);
  const id = new Map(nodes.map((n, i) => [n, i]));
  return {
    boxes: nodes.map((n) => `${labelOf(n)} ${n.dtype}${list(n.sizes)}`),
    arrows: nodes.flatMap((n, i) => n.operands.map((o) => [id.get(o) ?? 0, i] as const)),
  };
};

/** Nodes belong to the nearest labelled block on the way to the roots; leaves that are parameters are not drawn. */
const blocks = (roots: readonly Node[]): Picture => {
  const { nodes, roots: closed } = closeGraph(roots);
  const owner = new Map<Node, string>();
  for (const root of closed) owner.set(root, root.path === '' ? 'output' : root.path);
  for (const node of [...nodes].reverse()) {
    const own = owner.get(node) ?? 'output';
    for (const o of node.operands) if (!owner.has(o)) owner.set(o, o.primitive === 'input' ? labelOf(o) : o.path === '' ? own : o.path);
  }
  const shown = nodes.filter((n) => n.primitive !== 'parameter' && n.primitive !== 'constant' && n.primitive !== 'fill');
  const names = [...new Set(shown.map((n) => owner.get(n) ?? 'output'))];
  const id = new Map(names.map((n, i) => [n, i]));
  const arrows = new Map<string, readonly [number, number]>();
  for (const node of shown) {
    const to = id.get(owner.get(node) ?? 'output') ?? 0;
    for (const o of node.operands) {
      const from = shown.includes(o) ? id.get(owner.get(o) ?? 'output') : undefined;
      if (from !== undefined && from !== to) arrows.set(`${from} ${to}`, [from, to]);
    }
  }
  return { boxes: names, arrows: [...arrows.values()] };
};

const picture = (roots: readonly Node[], level: Level): Picture => (level === 'block' ? blocks(roots) : primitives(roots));
const quote = (s: string): string => `"${s.replaceAll('"', "'")}"`;

const formats = {
  text: (p) => p.boxes.map((box, i) => {
    const from = p.arrows.flatMap(([a, b]) => (b === i ? [`%${a}`] : []));
    return `%${i} = ${box}${from.length === 0 ? '' : ` (${from.join(', ')})`}`;
  }).join('\n'),
  mermaid: (p) => ['flowchart TD', ...p.boxes.map((box, i) => `  n${i}[${quote(box)}]`), ...p.arrows.map(([a, b]) => `  n${a} --> n${b}`)].join('\n'),
  graphviz: (p) => ['digraph {', '  node [shape=box]', ...p.boxes.map((box, i) => `  n${i} [label=${quote(box)}]`), ...p.arrows.map(([a, b]) => `  n${a} -> n${b}`), '}'].join('\n'),
} as const satisfies { readonly [format: string]: (p: Picture) => string };

export type PrintFormat = keyof typeof formats;

/** The graph of the roots in a text format. */
export const print = (roots: readonly Node[], format: PrintFormat = 'text', level: Level = 'primitive'): string => formats[format](picture(roots, level));
