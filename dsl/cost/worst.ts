/**
 * Worst: what is alive at a training plan's worst step, part by part: what its peak is made of.
 * laws:  test/dsl/cost/worst.test.ts: the parts add up to the plan's peak
 */
import { byteSize, is, type Node } from '../expr.ts';
import { bufferOf, type Plan } from '../schedule.ts';
import { eachMoment } from './moments.ts';
import { passesOf } from './passes.ts';
import { readAcross } from './saved.ts';

/** Bytes alive at one step; each buffer is in one part. */
export interface Moment {
  readonly weights: number;
  /** inputs and constants */
  readonly data: number;
  /** forward values that a backward step reads */
  readonly saved: number;
  /** outputs that are there already: gradients, and what is read of the forward pass */
  readonly results: number;
  /** everything else: the step's own operands and result, cotangents, forward values on their way */
  readonly working: number;
}

type Part = keyof Moment;

/** The first step with the most bytes. The first `forward` outputs are the forward pass's. */
export const worstMoment = (plan: Plan, forward: number): Moment => {
  const passes = passesOf(plan, forward);
  const saved = readAcross(new Set(passes.forward), passes.backward);
  const results = new Set(plan.outputs.map(bufferOf));
  const partOf = (buffer: Node): Part =>
    is('parameter', buffer) ? 'weights' : buffer.operands.length === 0 ? 'data' : saved.has(buffer) ? 'saved' : results.has(buffer) ? 'results' : 'working';
  let worst: readonly Node[] | undefined;
  eachMoment(plan, byteSize, (live, alive) => { if (live === plan.peakBytes) worst ??= [...alive.keys()]; });
  const of = (part: Part): number => (worst ?? []).reduce((sum, buffer) => sum + (partOf(buffer) === part ? byteSize(buffer) : 0), 0);
  return { weights: of('weights'), data: of('data'), saved: of('saved'), results: of('results'), working: of('working') };
};
