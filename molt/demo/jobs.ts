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
import type { FeatureSet } from '../train/features.ts';
import { inferAll } from '../train/infer.ts';
import { train } from '../train/loop.ts';
import type { MoltVariant } from '../variants/variant.ts';
import { extract, type Extracted, type ExtractJob, type Trunks } from './extract.ts';
import { type MethodName, methods } from './methods.ts';
import type { DemoSettings } from './settings.ts';

/** One training of one method from one seed, then its answers on the test split. */
export interface TrainJob {
  readonly kind: 'train';
  readonly run: string;
  readonly method: MethodName;
  readonly seed: number;
  readonly variant: MoltVariant;
  readonly settings: DemoSettings;
  readonly sets: { readonly train: FeatureSet; readonly val: FeatureSet; readonly test: FeatureSet };
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

const shown = (variant: MoltVariant): readonly string[] => ['logits', ...['visual', 'audio'].flatMap((m) => [`weights.${m}`, `tokens.${m}`, `tor.${m}`]), ...variant.features.visual.map((_, l) => `router.${l}`)];

/** Where an interrupted run stopped; undefined if it had not begun. errors: those of a checkpoint that is damaged or of another run */
const earlier = (job: TrainJob, declared: Learner['declared']): TE.TaskEither<Fault, Checkpoint | undefined> =>
  existsSync(job.checkpoint) ? loadCheckpoint(job.checkpoint, job.run, declared) : TE.right(undefined);

const trainJob = (job: TrainJob, ports: Ports): TE.TaskEither<Fault, JobResult> => {
  const { settings, variant, sets } = job;
  const learner = methods[job.method].learner(variant, 8);
  const config = { seed: job.seed, batch: settings.batch, epochs: settings.epochs * methods[job.method].epochs, points: settings.points, adam: { ...adamWDefaults, decay: settings.decay }, rate: { rate: settings.rate * methods[job.method].rate, warmup: settings.warmup, final: 0.02 } };
  return pipe(
    job.resume ? earlier(job, learner.declared) : TE.right(undefined),
    TE.chain((from) => train(job.run, config, learner, sets.train, sets.val, { ...ports, save: (c) => saveCheckpoint(job.checkpoint, c, learner.declared) }, from)),
    TE.chain(({ weights, curve }) => {
      const values = new Map([...weights].map(([name, data]): [string, Value] => [name, { sizes: learner.declared.get(name)?.sizes ?? [], dtype: 'f32', data }]));
      return pipe(inferAll(ports.backend, learner, shown(variant), values, sets.test, settings.batch), TE.map((test): JobResult => ({ kind: 'train', curve, test })));
    }),
  );
};

export const runJob = (job: Job, ports: Ports): TE.TaskEither<Fault, JobResult> => (job.kind === 'extract' ? extract(job, ports) : trainJob(job, ports));
