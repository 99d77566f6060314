/**
 * Residents: what of a plan follows from weights that stay, and so has one value for ever.
 * idea:  a node that depends only on resident parameters and constants is computed when a program is made, not at every run. A frozen trunk
 *        is prepared once: its position biases, its cut and scaled weights.
 * laws:  proofs/dsl/residents.ts: a run gives what it gives with the same weights bound
 * not:   a large value larger than its operands together (a broadcast): making it again is cheaper than keeping it.
 */
import { byteSize, is, type Node } from './expr.ts';
import type { Plan } from './schedule.ts';

/** The same at every run and free of weights; made where it is used. */
export const isFixed = (node: Node): boolean => is('constant', node) || is('fill', node);

/** Bytes up to which a value may be larger than what it is made of: the position bias of a window of 12 × 12 tokens and 24 heads has 2 MB. */
const small = 2 ** 24;

/** Resident parameters and all that depends on nothing else. */
export const foldedNodes = (plan: Plan, resident: ReadonlySet<string>): ReadonlySet<Node> => {
  const folded = new Set<Node>();
  for (const node of plan.steps) {
    const { operands } = node;
    const settled = is('parameter', node)
      ? resident.has(node.params.name)
      : operands.some((o) => folded.has(o)) && operands.every((o) => folded.has(o) || isFixed(o)) && byteSize(node) <= Math.max(is('broadcast', node) ? 0 : small, operands.reduce((sum, o) => sum + byteSize(o), 0));
    if (settled) folded.add(node);
  }
  return folded;
};

/** What is read by a node of the run, or returned. */
export const readByRun = (plan: Plan, folded: ReadonlySet<Node>): ReadonlySet<Node> => new Set([...plan.outputs, ...plan.steps.flatMap((node) => (folded.has(node) ? [] : node.operands))]);
