/**
 * Jobs: the two kinds of heavy work of the demo, as data that any thread can be given.
 * idea:  a job's result depends on the job alone, so one thread or many give the same numbers.
 */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fault } from '../../shapes/fault.ts';
import type { Backend, Value } from '../../dsl/index.ts';
import { adamWDefaults } from '../../dsl/optim/index.ts';
import type { Learner } from '../tasks/learner.ts';
import { type Checkpoint, type EpochRecord, loadCheckpoint, saveCheckpoint } from '../train/checkpoint.ts';
import { prepared, type Prepared, type TrainConfig, trainPrepared } from '../train/loop.ts';
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
  readonly methods: Prepares;
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

/** The methods of one thread: the last one's graphs are planned and compiled once for all its seeds, and kept until another comes. */
export interface Prepares {
  /** errors: those of the model, and of compiling */
  readonly of: (job: TrainJob) => TE.TaskEither<Fault, Prepared>;
  readonly dispose: () => void;
}

export const methodsOn = (backend: Backend): Prepares => {
  let last: { readonly key: string; readonly ready: Prepared } | undefined;
  const forget = (): void => {
    last?.ready.dispose();
    last = undefined;
  };
  return {
    of: ({ model, given, settings: { batch } }) => async () => {
      const key = JSON.stringify([model, batch]);
      if (last?.key === key) return E.right(last.ready);
      forget();
      const learner = learnerOf(model);
      if (E.isLeft(learner)) return learner;
      const ready = await prepared(backend, { ...learner.right, given }, batch, [...learner.right.infer(1).keys()])();
      if (E.isRight(ready)) last = { key, ready: ready.right };
      return ready;
    },
    dispose: forget,
  };
};

/** Where an interrupted run stopped; undefined if it had not begun. errors: those of a checkpoint that is damaged or of another run */
const earlier = (job: TrainJob, declared: Learner['declared']): TE.TaskEither<Fault, Checkpoint | undefined> =>
  job.resume && existsSync(job.checkpoint) ? loadCheckpoint(job.checkpoint, job.run, declared) : TE.right(undefined);

const configOf = ({ seed, settings: { epochs, points, rate, headRate, warmup, decay } }: TrainJob): Omit<TrainConfig, 'batch'> =>
  ({ seed, epochs, points, adam: { ...adamWDefaults, decay }, rate: { rate, warmup, final: 0.02 }, headRate });

const trainJob = (job: TrainJob, ports: Ports): TE.TaskEither<Fault, JobResult> =>
  pipe(
    TE.Do,
    TE.bind('ready', () => ports.methods.of(job)),
    TE.bind('from', ({ ready }) => earlier(job, ready.learner.declared)),
    TE.bind('trained', ({ ready, from }) =>
      trainPrepared(job.run, configOf(job), ready, { learn: sourceOf(job.data.train), validation: sourceOf(job.data.val) }, { ...ports, save: (c) => saveCheckpoint(job.checkpoint, c, ready.learner.declared) }, from)),
    TE.chain(({ ready, trained: { weights, curve } }) => {
      const values = new Map([...weights].map(([name, data]): [string, Value] => [name, { sizes: ready.learner.declared.get(name)?.sizes ?? [], dtype: 'f32', data }]));
      return pipe(ready.shown.run(values, sourceOf(job.data.test), { onStep: () => {}, interrupted: ports.interrupted }), TE.map((test): JobResult => ({ kind: 'train', curve, test })));
    }),
  );

export const runJob = (job: Job, ports: Ports): TE.TaskEither<Fault, JobResult> => (job.kind === 'extract' ? extract(job, ports) : trainJob(job, ports));
