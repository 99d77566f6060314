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

/** Of steps that free nothing. */
const nothing: readonly Node[] = [];

/** The plan of the roots, closed by a table that may know some of their nodes. Steps are numbered, so that what is known of each is an entry of an array. */
export const schedule = (roots: readonly Node[], table = interner()): Plan => {
  const { nodes: steps, roots: outputs } = closeGraph(roots, table);
  /** steps by their numbers in the table */
  const stepAt = new Int32Array(table.size());
  const stepOf = (node: Node): number => stepAt[table.numberOf(node)] ?? 0;
  const lastUse = new Int32Array(steps.length);
  /** the step whose buffer holds a step's value, as `bufferOf` */
  const owner = new Int32Array(steps.length);
  steps.forEach((node, i) => {
    stepAt[table.numberOf(node)] = i;
    lastUse[i] = i;
    owner[i] = i;
    for (const operand of node.operands) lastUse[stepOf(operand)] = i;
    const [first] = node.operands;
    if (first !== undefined && aliases.has(node.primitive)) owner[i] = owner[stepOf(first)] ?? i;
  });
  for (const output of outputs) lastUse[stepOf(output)] = steps.length;

  const freed: number[][] = [];
  lastUse.forEach((last, i) => {
    if (last < steps.length) freed[last] = [...(freed[last] ?? []), i];
  });
  // A buffer lives while any of its aliases does.
  const holders = new Int32Array(steps.length);
  let live = 0;
  let peakBytes = 0;
  const change = (step: number, by: 1 | -1): void => {
    const buffer = owner[step] ?? step;
    const before = holders[buffer] ?? 0;
    holders[buffer] = before + by;
    const held = steps[buffer];
    if (held !== undefined && (before === 0 || before + by === 0)) live += by * byteSize(held);
  };
  steps.forEach((_, i) => {
    change(i, 1);
    peakBytes = Math.max(peakBytes, live);
    for (const step of freed[i] ?? []) change(step, -1);
  });
  return { steps, outputs, frees: steps.map((node, i) => freed[i]?.map((step) => steps[step] ?? node) ?? nothing), peakBytes };
};
