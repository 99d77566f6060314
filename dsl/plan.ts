/**
 * Plan: from roots to what a backend compiles: lowered, closed, ordered, with lifetimes.
 */
import type { Node } from './expr.ts';
import { lower } from './lower.ts';
import { type Plan, schedule } from './schedule.ts';

export const planOf = (roots: readonly Node[]): Plan => schedule(lower(roots));
