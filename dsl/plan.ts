/**
 * Plan: from roots to what a backend compiles: simplified, contractions in their cheapest order, lowered and tidied, cheap values
 * computed again, ordered, with lifetimes.
 * idea:  each stage is a function of roots alone, kept honest by its own law; a plan is their composition.
 * laws:  proofs/dsl/plan.ts: planned = unplanned, for random graphs and MoLT
 */
import { contract } from './contract/index.ts';
import type { Decisions } from './cost/tally.ts';
import type { Node } from './expr.ts';
import { fuse } from './fuse.ts';
import { lower, plainTarget, type Target } from './lower.ts';
import { recompute, type RecomputeOptions } from './recompute.ts';
import { type Plan, schedule } from './schedule.ts';
import { simplify, tidy } from './simplify/index.ts';

export interface PlanOptions {
  /** what the engine's matrix products read; a backend says so as `target` */
  readonly target?: Target;
  /** how many of the roots are the forward pass, the others being gradients: then values may be computed again for the gradients */
  readonly forward?: number;
  readonly recompute?: Partial<RecomputeOptions>;
}

export interface Planned {
  readonly plan: Plan;
  readonly decisions: Decisions;
}

/** Roots whose contractions are pairs in their order: the first half of planning. */
export interface Ordered {
  readonly roots: readonly Node[];
  readonly decisions: Pick<Decisions, 'fired' | 'regions'>;
}
export const ordered = (roots: readonly Node[]): Ordered => {
  const simple = simplify(roots);
  const contracted = contract(simple.roots);
  return { roots: contracted.roots, decisions: { fired: simple.fired, regions: contracted.regions } };
};

/** The second half: from pairs to a plan. */
export const laidOut = ({ roots, decisions }: Ordered, options: PlanOptions = {}): Planned => {
  const fused = fuse(roots);
  const lowered = tidy(lower(fused.roots, options.target ?? plainTarget));
  const again = options.forward === undefined ? { roots: lowered, values: 0 } : recompute(lowered, options.forward, options.recompute);
  return { plan: schedule(again.roots), decisions: { ...decisions, fusedGroups: fused.groups, recomputed: again.values } };
};

/** The plan, and what was decided on the way. */
export const planned = (roots: readonly Node[], options: PlanOptions = {}): Planned => laidOut(ordered(roots), options);

export const planOf = (roots: readonly Node[], options: PlanOptions = {}): Plan => planned(roots, options).plan;
