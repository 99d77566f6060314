/**
 * Fuse: alike work on one shared operand runs as one; adapters that read the same tokens with different weights are the case.
 * idea:  contractions of the same form that share their larger operand become one contraction over a stack of the others, when
 *        reading the shared operand once saves more bytes than stacking and slicing cost. Functions that are then applied to
 *        every row of a stack are applied to the stack.
 * laws:  proofs/dsl/plan.ts: fused = unfused
 * not:   stacking weights that are larger than what is shared: that costs more than it saves.
 */
import { concat, einsum, reshape, slice } from './build.ts';
import { byteSize, is, type Node, type Primitive } from './expr.ts';
import { closeGraph, onOperands } from './graph.ts';
import { labelled, node as make } from './node.ts';

export interface Fused {
  readonly roots: readonly Node[];
  readonly groups: number;
}

/** A value that is row `index` of a stack [rows, …]. */
interface Row {
  readonly stack: Node;
  readonly index: number;
  readonly rows: number;
}

/** Functions of every number alone, or along the last axis: they may be applied to a stack instead of to its rows. */
const rowwise: ReadonlySet<Primitive> = new Set(['map', 'softmax', 'layerNorm', 'gelu', 'stopGradient']);

/** The nodes by depth: those of one level don't depend on each other. */
const levels = (nodes: readonly Node[]): readonly (readonly Node[])[] => {
  const depth = new Map<Node, number>();
  const found: Node[][] = [];
  for (const node of nodes) {
    const d = 1 + Math.max(-1, ...node.operands.map((o) => depth.get(o) ?? 0));
    depth.set(node, d);
    (found[d] ??= []).push(node);
  }
  return found;
};

/** A contraction of two operands, read as work on its larger one. */
interface Use {
  readonly node: Node<'einsum'>;
  readonly shared: Node;
  readonly other: Node;
  /** axes of the shared operand, of the other, and of the value */
  readonly axes: readonly [readonly number[], readonly number[], readonly number[]];
}

/** Axes named by first appearance, so that equal forms are equal. */
const named = (lists: readonly [readonly number[], readonly number[], readonly number[]]): Use['axes'] => {
  const names = [...new Set(lists.flat())];
  const rename = (axes: readonly number[]): readonly number[] => axes.map((axis) => names.indexOf(axis));
  return [rename(lists[0]), rename(lists[1]), rename(lists[2])];
};

const useOf = (node: Node, now: (node: Node) => Node): Use | undefined => {
  const [a, b] = node.operands.map(now);
  if (!is('einsum', node) || a === undefined || b === undefined || node.operands.length !== 2 || node.dtype !== 'f32') return undefined;
  const [x = [], y = []] = node.params.inputs;
  const { output } = node.params;
  return byteSize(a) >= byteSize(b) ? { node, shared: a, other: b, axes: named([x, y, output]) } : { node, shared: b, other: a, axes: named([y, x, output]) };
};

/** Bytes saved by one contraction over the stack of the others instead of one for each. */
const gain = (uses: readonly Use[], stacked: boolean): number =>
  uses.slice(1).reduce((sum, { shared }) => sum + byteSize(shared), 0) - uses.reduce((sum, { other, node }) => sum + 2 * byteSize(node) + (stacked ? 0 : 2 * byteSize(other)), 0);

const groupBy = <T>(items: readonly T[], key: (item: T) => string): readonly (readonly T[])[] => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [item]);
    else known.push(item);
  }
  return [...groups.values()].filter((group) => group.length > 1);
};

/** The same values, with alike work done at once. */
export const fuse = (roots: readonly Node[]): Fused => {
  const graph = closeGraph(roots);
  const ids = new Map<Node, number>();
  const idOf = (node: Node): number => {
    const known = ids.get(node) ?? ids.size;
    ids.set(node, known);
    return known;
  };
  const written = new Map<Node, Node>();
  const rows = new Map<Node, Row>();
  const now = (node: Node): Node => written.get(node) ?? node;
  let groups = 0;

  /** The rows of a stack take the places of the nodes. */
  const unstack = (nodes: readonly Node[], stack: Node): void => {
    nodes.forEach((node, index) => {
      const row = reshape(slice(stack, stack.sizes.map((_, i) => (i === 0 ? index : 0)), [1, ...node.sizes]), node.sizes);
      const own = labelled(row, node.path);
      written.set(node, own);
      rows.set(own, { stack, index, rows: nodes.length });
    });
  };
  /** The stack that these values are the rows of, in this order, or undefined. */
  const stackOf = (values: readonly Node[]): Node | undefined => {
    const [first] = values.map((v) => rows.get(v));
    return first !== undefined && first.rows === values.length && values.every((v, i) => rows.get(v)?.stack === first.stack && rows.get(v)?.index === i) ? first.stack : undefined;
  };
  const stackFor = (values: readonly Node[]): Node => stackOf(values) ?? concat(0, values.map((v) => reshape(v, [1, ...v.sizes])));

  for (const level of levels(graph.nodes)) {
    const done = new Set<Node>();
    // functions of all rows of a stack
    for (const group of groupBy(level.filter((n) => rowwise.has(n.primitive) && n.sizes.length > 0 && n.operands.every((o) => rows.has(now(o)))), (n) => { const [o] = n.operands; return `${n.primitive}|${JSON.stringify(n.params)}|${o === undefined ? '' : idOf(rows.get(now(o))?.stack ?? o)}`; })) {
      const ordered = group.toSorted((a, b) => (rows.get(now(a.operands[0] ?? a))?.index ?? 0) - (rows.get(now(b.operands[0] ?? b))?.index ?? 0));
      const stack = stackOf(ordered.map((n) => now(n.operands[0] ?? n)));
      const [first] = ordered;
      if (stack === undefined || first === undefined) continue;
      unstack(ordered, make(first.primitive, first.params, [stack]));
      for (const node of ordered) done.add(node);
    }
    // contractions of one operand with several
    const uses = level.flatMap((n) => { const use = useOf(n, now); return use === undefined ? [] : [use]; });
    for (const group of groupBy(uses, ({ shared, other, axes }) => `${idOf(shared)}|${JSON.stringify(axes)}|${other.sizes.join()}`)) {
      const others = group.map(({ other }) => other);
      const [first] = group;
      if (first === undefined || gain(group, stackOf(others) !== undefined) <= 0) continue;
      const [sharedAxes, otherAxes, output] = first.axes;
      const fresh = Math.max(-1, ...sharedAxes, ...otherAxes, ...output) + 1;
      unstack(group.map(({ node }) => node), einsum([sharedAxes, [fresh, ...otherAxes]], [fresh, ...output], [first.shared, stackFor(others)]));
      for (const { node } of group) done.add(node);
      groups += 1;
    }
    for (const node of level) {
      if (!done.has(node)) written.set(node, onOperands(node, node.operands.map(now)));
    }
  }
  return { roots: graph.roots.map(now), groups };
};
