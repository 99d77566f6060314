/**
 * Tally: what a plan does, in numbers, and what planning made of the equations as they are written.
 * idea:  the same counts before and after. Before is every equation by itself (`lower`, then an order); after is the plan.
 * not:   deciding anything: the planner passes in what only it can know.
 */
import type { Node, Primitive } from '../expr.ts';
import { lower } from '../lower.ts';
import { type Plan, schedule } from '../schedule.ts';
import { savedOf } from './saved.ts';
import { bytesMovedBy, isLeaf, workIn } from './work.ts';

export interface Tally {
  /** steps by primitive, leaves left out */
  readonly operations: ReadonlyMap<Primitive, number>;
  readonly multiplyAdds: number;
  /** bytes read and written by all steps */
  readonly bytesMoved: number;
  /** bytes kept between forward and backward; 0 without a backward pass */
  readonly savedBytes: number;
  readonly peakBytes: number;
}

/** The numbers of a plan. The first `forward` outputs are the forward pass's: all of them for inference. */
export const tallyOf = (plan: Plan, forward = plan.outputs.length): Tally => {
  const operations = new Map<Primitive, number>();
  for (const { primitive } of plan.steps.filter((n) => !isLeaf(n))) operations.set(primitive, (operations.get(primitive) ?? 0) + 1);
  return {
    operations,
    multiplyAdds: workIn(plan.steps),
    bytesMoved: plan.steps.reduce((bytes, node) => bytes + bytesMovedBy(node), 0),
    savedBytes: savedOf(plan, forward).total,
    peakBytes: plan.peakBytes,
  };
};

/** What only the planner knows of its work. */
export interface Decisions {
  /** how often each rule of simplify fired */
  readonly fired: ReadonlyMap<string, number>;
  /** contractions that were merged from several einsums */
  readonly regions: number;
  /** groups of alike work with different weights that run as one */
  readonly fusedGroups: number;
  /** forward values that the backward pass computes again */
  readonly recomputed: number;
}

export interface Explained extends Decisions {
  readonly before: Tally;
  readonly after: Tally;
}

/** Before and after planning. `plan` is the plan of `roots`; the first `forward` of them are the forward pass's. */
export const explained = (roots: readonly Node[], plan: Plan, decisions: Decisions, forward = roots.length): Explained => ({
  before: tallyOf(schedule(lower(roots)), forward),
  after: tallyOf(plan, forward),
  ...decisions,
});
