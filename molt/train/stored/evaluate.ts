/**
 * Evaluate: trained weights on one split of a feature store.
 * idea:  the same features scaled by the same statistics as in training, or the same trunks, so that the score of a run's record comes out again.
 * laws:  test/molt/cli/train.test.ts, test/molt/cli/kinds.test.ts: equals the record of the run
 */
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../../shapes/fault.ts';
import type { Value } from '../../../dsl/index.ts';
import { checkFinite, matchNames, type Needed } from '../../io/bindings.ts';
import { readSafetensors } from '../../io/safetensors.ts';
import { modalities } from '../../modality.ts';
import { answersOf, inference } from '../infer.ts';
import type { Opened } from './data.ts';
import { type JobPorts, type Scaling, scoresOf, trunksKey } from './job.ts';
import { type Built, weightsFlag } from './learner.ts';
import type { SplitScore } from './scores.ts';
import type { SplitName } from './split.ts';
import { readStandard } from './standard-file.ts';

export interface Evaluation {
  readonly opened: Opened;
  readonly built: Built;
  /** file of the trained weights */
  readonly weights: string;
  /** file of the statistics that features were scaled by; beside the weights if nothing is said */
  readonly standard: string | undefined;
  readonly split: SplitName;
  /** samples of a batch: segments, or clips where the head looks at whole clips */
  readonly batch: number;
}

/** The trunks that a run's weights were trained with against those that are there now. errors: Decode */
const sameTrunks = (weights: string, told: string | undefined, { trunks }: Built): E.Either<Fault, void> => {
  if (told === undefined) return E.right(undefined); // weights of elsewhere say nothing
  const here = JSON.stringify(trunks);
  if (told === here) return E.right(undefined);
  const short = (text: string): string => text.replaceAll(/[0-9a-f]{52}(?=")/g, '…');
  const flags = modalities.map((m) => weightsFlag[m]).join(' and ');
  return E.left(fault('Decode', weights, [`trained with the trunks ${short(told)}`], `the trunks of this evaluation: ${short(here)}`, `give the trunks of the training: ${flags}, or the store that they made`));
};

const scalingFor = ({ opened, weights, standard }: Evaluation, inputs: ReadonlyMap<string, readonly number[]>): TE.TaskEither<Fault, Scaling> => {
  if (opened.reads === 'features') return readStandard(standard ?? join(dirname(weights), 'standard.safetensors'), inputs);
  return standard === undefined ? TE.right(undefined) : TE.left(fault('Usage', '--standard', [`variant ${opened.variant.name}, which reads what enters its trunks`], 'no statistics: inputs are taken as they are'));
};

/** errors: Name, Shape, Decode, NotFinite for weights that are not the variant's; Decode for other trunks than the run's; those of the split, the store and the engine */
export const evaluate = (asked: Evaluation, ports: Pick<JobPorts, 'backend' | 'progress' | 'interrupt'>): TE.TaskEither<Fault, SplitScore> => {
  const { opened, built, weights, split, batch } = asked;
  const made = [...built.learner.declared.values()].filter((d) => d.trainable || d.buffer === true);
  const needed = new Map(made.map(({ name, sizes }): [string, Needed] => [name, { sizes, dtype: 'f32' }]));
  return pipe(
    TE.fromEither(opened.split(split)),
    TE.bindTo('chosen'),
    TE.bind('values', () => pipe(
      readSafetensors(weights),
      TE.chainFirstEitherK(({ metadata }) => sameTrunks(weights, metadata.get(trunksKey), built)),
      TE.chainEitherK(({ tensors }) => pipe(matchNames(weights, tensors, needed), E.chain((all): E.Either<Fault, ReadonlyMap<string, Value>> => checkFinite(weights, all)))),
    )),
    TE.bind('scaling', ({ chosen }) => scalingFor(asked, opened.source(chosen).inputs)),
    TE.bind('scores', ({ chosen, values, scaling }) => TE.bracket(
      inference(ports.backend, built.learner, answersOf(built.learner).reads, batch),
      (shown) => scoresOf(shown, { opened, built, scaling, weights: values, batch }, [chosen], ports),
      (shown) => TE.fromIO(shown.dispose),
    )),
    TE.chainEitherK(({ scores }) => {
      const score = scores[split];
      return score === undefined ? E.left(fault('Defect', 'molt eval', [split], 'a score of the split')) : E.right(score);
    }),
  );
};
