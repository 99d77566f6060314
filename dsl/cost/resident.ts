/**
 * Resident: the greatest bytes of a plan when all its weights stay in memory, as they do between the runs of a program.
 * idea:  a plan alone brings a weight when it is first read and drops it after its last use; a program that runs many times
 *        keeps the weights, so what comes and goes is everything else.
 * laws:  proofs/dsl/cost.ts: weights brought in first and kept, this is what is measured beside them
 */
import { byteSize, is } from '../expr.ts';
import type { Plan } from '../schedule.ts';
import { eachMoment } from './moments.ts';

/** Greatest bytes alive at any step beside the weights. */
export const workingBytes = (plan: Plan): number => {
  let peak = 0;
  eachMoment(plan, (buffer) => (is('parameter', buffer) ? 0 : byteSize(buffer)), (live) => { peak = Math.max(peak, live); });
  return peak;
};
