/**
 * Jobs: the two kinds of heavy work of the demo, as data that any thread can be given.
 * idea:  a job's result depends on the job alone, so one thread or many give the same numbers.
 */
import { existsSync } from 'node:fs';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import type { Backend, Value } from '../../dsl/index.ts';
import { adamWDefaults } from '../../dsl/optim/index.ts';
import type { Learner } from '../tasks/learner.ts';
import { type Checkpoint, type EpochRecord, loadCheckpoint, saveCheckpoint } from '../train/checkpoint.ts';
import { inference } from '../train/infer.ts';
import { type TrainConfig, trainOn } from '../train/loop.ts';
import type { BatchSource } from '../train/source.ts';
import { type BySplit, type Data, sourceOf } from './data.ts';
import { extract, type Extracted, type ExtractJob, type Trunks } from './extract.ts';
import { learnerOf, type Model } from './models.ts';

/** How long and how fast one method is trained. */
export interface TrainSettings {
  readonly batch: number;
  readonly epochs: number;
  readonly points: number;
  readonly rate: number;
  readonly headRate: number;
  readonly warmup: number;
  readonly decay: number;
}

/** One training of one method from one seed, then its answers on the test split. */
export interface TrainJob {
  readonly kind: 'train';
  readonly run: string;
  /** name of the method, and what it is called */
  readonly method: string;
  readonly label: string;
  readonly seed: number;
  readonly model: Model;
  readonly settings: TrainSettings;
  readonly data: BySplit<Data>;
  /** weights of the trunks, by name, for a method that stands inside them */
  readonly given: ReadonlyMap<string, Value>;
  readonly checkpoint: string;
  readonly resume: boolean;
}

export type Job = ExtractJob | TrainJob;

export interface Ports {
  readonly backend: Backend;
  readonly trunks: Trunks;
  readonly clock: () => number;
  readonly interrupted: () => boolean;
  readonly onStep: (done: number, total: number) => void;
}

export interface TrainedJob {
  readonly kind: 'train';
  readonly curve: readonly EpochRecord[];
  /** of the whole test split: logits, weights.m, tokens.m, tor.m, router.l as the method has them */
  readonly test: ReadonlyMap<string, Value>;
}
export type JobResult = Extracted | TrainedJob;

/** Steps of a job. */
export const stepsOf = ({ data, settings }: TrainJob): number => Math.floor(sourceOf(data.train).count / settings.batch) * settings.epochs;

/** Where an interrupted run stopped; undefined if it had not begun. errors: those of a checkpoint that is damaged or of another run */
const earlier = (job: TrainJob, declared: Learner['declared']): TE.TaskEither<Fault, Checkpoint | undefined> =>
  job.resume && existsSync(job.checkpoint) ? loadCheckpoint(job.checkpoint, job.run, declared) : TE.right(undefined);

const configOf = ({ seed, settings: { batch, epochs, points, rate, headRate, warmup, decay } }: TrainJob): TrainConfig =>
  ({ seed, batch, epochs, points, adam: { ...adamWDefaults, decay }, rate: { rate, warmup, final: 0.02 }, headRate });

/** Everything that a learner can show of a source. */
const shown = (backend: Backend, learner: Learner, weights: ReadonlyMap<string, Value>, source: BatchSource, batch: number): TE.TaskEither<Fault, ReadonlyMap<string, Value>> =>
  TE.bracket(inference(backend, learner, [...learner.infer(1).keys()], batch), (made) => made.run(weights, source), (made) => TE.fromIO(made.dispose));

const trainJob = (job: TrainJob, ports: Ports): TE.TaskEither<Fault, JobResult> =>
  pipe(
    TE.fromEither(learnerOf(job.model)),
    TE.map((learner): Learner => ({ ...learner, given: job.given })),
    TE.bindTo('learner'),
    TE.bind('from', ({ learner }) => earlier(job, learner.declared)),
    TE.bind('trained', ({ learner, from }) =>
      trainOn(job.run, configOf(job), learner, { learn: sourceOf(job.data.train), validation: sourceOf(job.data.val) }, { ...ports, save: (c) => saveCheckpoint(job.checkpoint, c, learner.declared) }, from)),
    TE.chain(({ learner, trained: { weights, curve } }) => {
      const values = new Map([...weights].map(([name, data]): [string, Value] => [name, { sizes: learner.declared.get(name)?.sizes ?? [], dtype: 'f32', data }]));
      return pipe(shown(ports.backend, learner, values, sourceOf(job.data.test), job.settings.batch), TE.map((test): JobResult => ({ kind: 'train', curve, test })));
    }),
  );

export const runJob = (job: Job, ports: Ports): TE.TaskEither<Fault, JobResult> => (job.kind === 'extract' ? extract(job, ports) : trainJob(job, ports));
