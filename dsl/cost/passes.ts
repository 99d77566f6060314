/**
 * Passes: which steps of a training plan are the forward pass, and which the backward.
 * idea:  the first outputs of a training plan are the loss and whatever else is read of the forward pass; what they need is
 *        the forward pass, everything else is the backward. A forward value that is computed again is backward work.
 */
import type { Node } from '../expr.ts';
import type { Plan } from '../schedule.ts';

export interface Passes {
  readonly forward: readonly Node[];
  readonly backward: readonly Node[];
}

/** The steps that the first `forward` outputs need, and the other steps, each in the plan's order. */
export const passesOf = (plan: Plan, forward: number): Passes => {
  const needed = new Set(plan.outputs.slice(0, forward));
  for (const node of plan.steps.toReversed()) if (needed.has(node)) for (const operand of node.operands) needed.add(operand);
  const passes: { readonly forward: Node[]; readonly backward: Node[] } = { forward: [], backward: [] };
  for (const node of plan.steps) passes[needed.has(node) ? 'forward' : 'backward'].push(node);
  return passes;
};
