/**
 * Evaluate: trained weights on one split of a feature store.
 * idea:  the same features scaled by the same statistics as in training, so that the score of a run's record comes out again.
 * laws:  test/molt/cli/train.test.ts: equals the record of the run
 */
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import type { Value } from '../../../dsl/index.ts';
import { checkFinite, matchNames, type Needed } from '../../io/bindings.ts';
import { readSafetensors } from '../../io/safetensors.ts';
import type { Opened } from './data.ts';
import { type JobPorts, learnerOf, scoresOf } from './job.ts';
import type { SplitScore } from './scores.ts';
import type { SplitName } from './split.ts';
import { readStandard } from './standard-file.ts';

export interface Evaluation {
  readonly opened: Opened;
  /** file of the trained weights */
  readonly weights: string;
  /** file of the statistics that the features were scaled by; beside the weights if nothing is said */
  readonly standard: string | undefined;
  readonly split: SplitName;
  /** segments of a batch */
  readonly batch: number;
}

/** errors: Name, Shape, Decode, NotFinite for weights that are not the variant's; those of the split, the store and the engine */
export const evaluate = ({ opened, weights, standard, split, batch }: Evaluation, ports: Pick<JobPorts, 'backend' | 'progress' | 'interrupt'>): TE.TaskEither<Fault, SplitScore> => {
  const needed = new Map([...learnerOf(opened).declared].map(([name, d]): [string, Needed] => [name, { sizes: d.sizes, dtype: 'f32' }]));
  return pipe(
    TE.fromEither(opened.split(split)),
    TE.bindTo('chosen'),
    TE.bind('values', () => pipe(readSafetensors(weights), TE.chainEitherK(({ tensors }) => pipe(matchNames(weights, tensors, needed), E.chain((all): E.Either<Fault, ReadonlyMap<string, Value>> => checkFinite(weights, all)))))),
    TE.bind('statistics', ({ chosen }) => readStandard(standard ?? join(dirname(weights), 'standard.safetensors'), opened.source(chosen).inputs)),
    TE.bind('scores', ({ chosen, values, statistics }) => scoresOf(opened, [chosen], statistics, values, batch, ports)),
    TE.chainEitherK(({ scores }) => {
      const score = scores[split];
      return score === undefined ? E.left(fault('Defect', 'molt eval', [split], 'a score of the split')) : E.right(score);
    }),
  );
};
