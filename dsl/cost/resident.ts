/**
 * Resident: the greatest bytes of a plan when all its weights stay in memory, as they do between the runs of a program.
 * idea:  a plan alone brings a weight when it is first read and drops it after its last use; a program that runs many times
 *        keeps the weights, so what comes and goes is everything else.
 * laws:  proofs/dsl/cost.ts: weights brought in first and kept, this is what is measured beside them
 */
import { byteSize, is, type Node } from '../expr.ts';
import { bufferOf, type Plan } from '../schedule.ts';

/** Greatest bytes alive at any step beside the weights. */
export const workingBytes = (plan: Plan): number => {
  const holders = new Map<Node, number>();
  let live = 0;
  let peak = 0;
  const change = (node: Node, by: 1 | -1): void => {
    const buffer = bufferOf(node);
    if (is('parameter', buffer)) return;
    const before = holders.get(buffer) ?? 0;
    holders.set(buffer, before + by);
    if (before + by === 0) live -= byteSize(buffer);
    else if (before === 0) live += byteSize(buffer);
  };
  plan.steps.forEach((node, at) => {
    change(node, 1);
    peak = Math.max(peak, live);
    for (const freed of plan.frees[at] ?? []) change(freed, -1);
  });
  return peak;
};
