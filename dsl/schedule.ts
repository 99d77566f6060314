/**
 * Schedule: an order of the nodes in which every buffer is freed at its last use, and the peak that follows from it.
 * idea:  the graph is pure, so lifetimes are known before running; predicted peak = measured peak is a law.
 * laws:  proofs/dsl/schedule.ts
 * not:   the choice of kernels, or rewriting (that is `lower`).
 */
import { byteSize, type Node } from './expr.ts';
import { closeGraph } from './graph.ts';
import { interner } from './intern.ts';

/** A closed, ordered graph with lifetimes: all that a backend needs. */
export interface Plan {
  /** every node once, operands before users; leaves included */
  readonly steps: readonly Node[];
  readonly outputs: readonly Node[];
  /** frees[i]: the nodes whose value is not needed after step i (never an output) */
  readonly frees: readonly (readonly Node[])[];
  /** bytes of live buffers at the worst step, with leaves and outputs */
  readonly peakBytes: number;
}

/** Primitives whose value shares its operand's buffer. */
const aliases: ReadonlySet<string> = new Set(['reshape', 'stopGradient']);

/** The node that owns the buffer of this node's value. */
export const bufferOf = (node: Node): Node => {
  const [operand] = node.operands;
  return aliases.has(node.primitive) && operand !== undefined ? bufferOf(operand) : node;
};

/** The plan of the roots, closed by a table that may know some of their nodes. */
export const schedule = (roots: readonly Node[], table = interner()): Plan => {
  const graph = closeGraph(roots, table);
  const lastUse = new Map<Node, number>();
  graph.nodes.forEach((node, i) => {
    lastUse.set(node, i);
    for (const operand of node.operands) lastUse.set(operand, i);
  });
  const kept = new Set(graph.roots);
  const frees: Node[][] = graph.nodes.map(() => []);
  for (const [node, i] of lastUse) if (!kept.has(node)) frees[i]?.push(node);

  // A buffer lives while any of its aliases does.
  const holders = new Map<Node, number>();
  let live = 0;
  let peakBytes = 0;
  graph.nodes.forEach((node, i) => {
    const buffer = bufferOf(node);
    const count = holders.get(buffer) ?? 0;
    if (count === 0) live += byteSize(buffer);
    holders.set(buffer, count + 1);
    peakBytes = Math.max(peakBytes, live);
    for (const freed of frees[i] ?? []) {
      const owner = bufferOf(freed);
      const left = (holders.get(owner) ?? 0) - 1;
      holders.set(owner, left);
      if (left === 0) live -= byteSize(owner);
    }
  });
  return { steps: graph.nodes, outputs: graph.roots, frees, peakBytes };
};
