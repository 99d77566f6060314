/**
 * Footprint: bytes that a plan takes on the WebAssembly heap, counted before it runs.
 * idea:  the plan's own peak, and what it cannot see: the temporaries of the composed rows, and, where products are tfjs' own, the
 *        packed copy that they keep of every right operand for as long as that operand lives.
 * laws:  footprint(plan) >= plan.peakBytes
 */
import { byteSize, is, type Node } from '../../expr.ts';
import { bufferOf, type Plan } from '../../schedule.ts';
import { einsumForm } from './einsum-form.ts';

/** Buffers of the result's size that a row holds while it runs, beyond its operands and its result. */
const temporaries: ReadonlyMap<string, number> = new Map([['layerNorm', 2], ['gelu', 1], ['oneHot', 1], ['compare', 8], ['cast', 1], ['broadcast', 1]]);

/** Greatest bytes at any step. `packs`: whether products keep packed copies. */
export const footprint = (plan: Plan, packs: boolean): number => {
  const packed = new Map<Node, number>();
  let held = 0;
  let extra = 0;
  plan.steps.forEach((node, step) => {
    const [, right] = node.operands;
    if (packs && right !== undefined && is('einsum', node) && einsumForm(node)?.form === 'product' && !packed.has(bufferOf(right))) {
      packed.set(bufferOf(right), byteSize(right));
      held += byteSize(right);
    }
    extra = Math.max(extra, held + (temporaries.get(node.primitive) ?? 0) * byteSize(node));
    for (const freed of plan.frees[step] ?? []) {
      held -= packed.get(freed) ?? 0;
      packed.delete(freed);
    }
  });
  return plan.peakBytes + extra;
};
