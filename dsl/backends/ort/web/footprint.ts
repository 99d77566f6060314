/**
 * Footprint: bytes that a run takes in the module's memory, counted before it runs.
 * idea:  unlike in a plan, every leaf is there from beginning to end, and a constant is kept by the session; what is computed lives as in
 *        the plan. A product may hold turned copies of its operands.
 * laws:  footprint(plan).run + footprint(plan).kept >= plan.peakBytes
 * not:   exact: ONNX Runtime orders and fuses the steps by itself. What gets past this is met by the allocation that fails.
 */
import { byteSize, is, type Node } from '../../../expr.ts';
import { bufferOf, type Plan } from '../../../schedule.ts';

export interface Footprint {
  /** for as long as the program lives: residents and constants, packed for the product kernel beside the numbers themselves */
  readonly kept: number;
  /** inputs and parameters that are not in the module's memory by themselves */
  readonly bound: ReadonlyMap<Node, number>;
  /** values computed, at the worst step */
  readonly run: number;
}

const turned = (node: Node): number => (is('einsum', node) ? node.operands.reduce((sum, operand) => sum + byteSize(operand), 0) : 0);

export const footprint = (plan: Plan, residents: ReadonlySet<Node>): Footprint => {
  const isLeaf = (node: Node): boolean => is('input', node) || is('parameter', node) || is('constant', node) || is('fill', node);
  const kept = plan.steps.filter((node) => residents.has(node) || is('constant', node) || is('fill', node)).reduce((sum, node) => sum + 2 * byteSize(node), 0);
  const bound = new Map(plan.steps.filter((node) => (is('input', node) || is('parameter', node)) && !residents.has(node)).map((node) => [node, byteSize(node)]));
  const holders = new Map<Node, number>();
  let [live, worst] = [0, 0];
  plan.steps.forEach((node, step) => {
    const buffer = bufferOf(node);
    if (!isLeaf(buffer)) {
      const held = holders.get(buffer) ?? 0;
      if (held === 0) live += byteSize(buffer);
      holders.set(buffer, held + 1);
    }
    worst = Math.max(worst, live + turned(node));
    for (const freed of plan.frees[step] ?? []) {
      const owner = bufferOf(freed);
      const left = (holders.get(owner) ?? 0) - 1;
      holders.set(owner, left);
      if (left === 0) live -= byteSize(owner);
    }
  });
  // an output that is a leaf is copied
  const copies = plan.outputs.filter((node) => isLeaf(bufferOf(node))).reduce((sum, node) => sum + byteSize(node), 0);
  return { kept, bound, run: worst + copies };
};
