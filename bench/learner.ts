/**
 * Learner: MoLT of a job with a linear head, as both sides train it.
 */
import type { Learner } from '../molt/tasks/learner.ts';
import { decodeMolt } from '../molt/variants/codec.ts';
import type { MoltVariant } from '../molt/variants/variant.ts';
import { learnerFor } from '../molt/variants/whole.ts';
import { held } from './held.ts';
import type { MoltJob } from './protocol.ts';

export interface JobLearner {
  readonly variant: MoltVariant;
  readonly learner: Learner;
}

/** One of the job's classes is the background. @throws MoltError */
export const learnerOf = (job: Pick<MoltJob, 'variant' | 'classes'>): JobLearner => {
  const variant: MoltVariant = { ...held(decodeMolt('bench', job.variant)), task: { kind: 'ave', classes: job.classes - 1, segments: 10, head: 'linear', hidden: 0 } };
  return { variant, learner: held(learnerFor(variant)) };
};
