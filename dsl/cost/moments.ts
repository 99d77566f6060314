/**
 * Moments: a walk over a plan that tells after each step which buffers are alive.
 * idea:  a buffer lives while any node that shares it does; what a buffer counts is the asker's business.
 */
import type { Node } from '../expr.ts';
import { bufferOf, type Plan } from '../schedule.ts';

/** Visits every step, before it frees anything: what the buffers alive count together, and which they are. */
export const eachMoment = (plan: Plan, bytes: (buffer: Node) => number, visit: (live: number, alive: ReadonlyMap<Node, number>) => void): void => {
  const holders = new Map<Node, number>();
  let live = 0;
  const change = (node: Node, by: 1 | -1): void => {
    const buffer = bufferOf(node);
    const before = holders.get(buffer) ?? 0;
    if (before === 0) live += bytes(buffer);
    holders.set(buffer, before + by);
    if (before + by === 0) {
      live -= bytes(buffer);
      holders.delete(buffer);
    }
  };
  plan.steps.forEach((node, at) => {
    change(node, 1);
    visit(live, holders);
    for (const freed of plan.frees[at] ?? []) change(freed, -1);
  });
};
