/**
 * Job: one training on a feature store, from a claimed folder to weights and a record.
 * idea:  the folder says what the run is, the checkpoint how far it came; the same command with `resume` goes on to the same numbers.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { existsSync } from 'node:fs';
import { fault, type Fault } from '../../../shapes/fault.ts';
import type { Backend, Value } from '../../../dsl/index.ts';
import { type AdamWConfig, adamWDefaults, type Threads } from '../../../dsl/optim/index.ts';
import { writeAtomic } from '../../io/files.ts';
import { readSafetensors, writeSafetensors } from '../../io/safetensors.ts';
import type { Learner } from '../../tasks/learner.ts';
import { encodeVariant } from '../../variants/codec.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../checkpoint.ts';
import type { ChannelStatistics } from '../features.ts';
import { type Inference, labelsOn } from '../infer.ts';
import { prepared, type Prepared, type TrainConfig, type Trained, trainPrepared } from '../loop.ts';
import type { BatchSource } from '../source.ts';
import { sourceStatistics, standardised } from '../standard.ts';
import type { Interrupt, Progress } from '../watch.ts';
import { collectionsOf, dataHash, type Opened } from './data.ts';
import type { Built } from './learner.ts';
import { bestOf, type JobRecord, type JobSettings, recordOf } from './record.ts';
import { claimFolder, filesOf, type RunFile, runName } from './run-file.ts';
import { scoreOf, type SplitScore } from './scores.ts';
import type { Split } from './split.ts';
import { readStandard, writeStandard } from './standard-file.ts';

export interface JobPorts {
  readonly backend: Backend;
  readonly threads?: Threads | undefined;
  /** milliseconds; only for reporting */
  readonly clock: () => number;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
}

export interface Job {
  readonly opened: Opened;
  readonly built: Built;
  readonly settings: JobSettings;
  readonly learn: Split;
  /** where the learning curve is measured */
  readonly validation: Split;
  /** what the trained weights are scored on */
  readonly scored: readonly Split[];
  readonly out: string;
  readonly resume: boolean;
  /** of molt */
  readonly version: string;
}

const text = (json: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`);

/** The run that a job is. */
export const runOf = ({ opened, built, settings, learn, validation }: Job): RunFile => ({
  schemaVersion: 1,
  variant: encodeVariant(opened.variant),
  trunks: built.trunks,
  data: { hash: dataHash(opened, [learn, validation]), collections: collectionsOf(opened), items: { [learn.name]: learn.ids.length, [validation.name]: validation.ids.length } },
  settings: { ...settings, memory: opened.memory / 2 ** 20, validation: validation.name },
});

/** Where the decay goes. */
const decays = {
  adam: (decay) => ({ ...adamWDefaults, coupled: decay }),
  adamw: (decay) => ({ ...adamWDefaults, decay }),
} as const satisfies { readonly [O in JobSettings['optimiser']]: (decay: number) => AdamWConfig };

const configOf = (s: JobSettings): TrainConfig =>
  ({ seed: s.seed, batch: s.batch, epochs: s.epochs, points: s.points, adam: decays[s.optimiser](s.decay), rate: { rate: s.rate, warmup: s.warmup, final: s.final }, headRate: s.headRate });

/** What features are scaled by; inputs of trunks are taken as they are. */
export type Scaling = ChannelStatistics | undefined;

/** A source as the learner takes it. */
const scaled = (scaling: Scaling, source: BatchSource): BatchSource => (scaling === undefined ? source : standardised(scaling, source));

/** Statistics of the training split: those of the folder if it has them. */
const scalingOf = ({ opened, out, settings }: Job, data: string, learn: BatchSource, { progress, interrupt }: JobPorts): TE.TaskEither<Fault, Scaling> => {
  if (opened.reads === 'input') return TE.right(undefined);
  const path = filesOf(out).standard;
  if (existsSync(path)) return readStandard(path, learn.inputs, data);
  progress.start('statistics of the training split', Math.ceil(learn.count / settings.batch));
  return pipe(
    sourceStatistics(learn, settings.batch, { onStep: (done) => progress.update(done), interrupted: () => interrupt.requested }),
    TE.chainFirst((statistics) => writeStandard(path, statistics, data)),
  );
};

/** What answers are asked with. */
export interface Asking {
  readonly opened: Opened;
  readonly built: Built;
  readonly scaling: Scaling;
  readonly weights: ReadonlyMap<string, Value>;
  /** samples that run at once: as many as were compiled for */
  readonly batch: number;
}

/** Each split's score by the trained weights. */
export const scoresOf = (shown: Inference, { opened, built, scaling, weights, batch }: Asking, splits: readonly Split[], { progress, interrupt }: Pick<JobPorts, 'progress' | 'interrupt'>): TE.TaskEither<Fault, { readonly [name: string]: SplitScore }> => async () => {
  const scores: { [name: string]: SplitScore } = {};
  for (const split of splits) {
    const source = scaled(scaling, opened.source(split));
    progress.start(`answers on the ${split.name} split`, Math.ceil(source.count / batch));
    const answers = await labelsOn(shown, built.learner, weights, source, { onStep: (done) => progress.update(done), interrupted: () => interrupt.requested })();
    if (E.isLeft(answers)) return answers;
    scores[split.name] = scoreOf(opened.classes, split.ids.length, split.labels, answers.right);
  }
  return E.right(scores);
};

const valuesOf = (learner: Learner, weights: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Value> =>
  new Map([...weights].map(([name, data]): [string, Value] => [name, { sizes: learner.declared.get(name)?.sizes ?? [data.length], dtype: 'f32', data }]));

/** Whether the state is that of the curve's last point, and that point the best. */
const isBest = ({ curve, partial }: Checkpoint): boolean => curve.length > 0 && partial[4] === 0 && bestOf(curve) === curve.at(-1);

const trained = (job: Job, run: string, ready: Prepared, learn: BatchSource, validation: BatchSource, from: Checkpoint | undefined, ports: JobPorts): TE.TaskEither<Fault, Trained> => {
  const { progress } = ports;
  const { settings: { batch, epochs }, built: { learner } } = job;
  progress.start('training', Math.floor(learn.count / batch) * epochs);
  let note = '';
  return trainPrepared(run, configOf(job.settings), ready, { learn, validation }, {
    backend: ports.backend,
    ...(ports.threads === undefined ? {} : { threads: ports.threads }),
    clock: ports.clock,
    interrupted: () => ports.interrupt.requested,
    onStep: (done) => progress.update(done, note),
    save: (checkpoint) => {
      const last = checkpoint.curve.at(-1);
      if (last !== undefined) note = `loss ${last.loss.toFixed(3)}, ${job.validation.name} ${(100 * last.validation).toFixed(1)} %`;
      const files = filesOf(job.out);
      const kept = job.settings.keep === 'best' && isBest(checkpoint) ? writeSafetensors(files.best, valuesOf(learner, new Map([...checkpoint.state.weights, ...checkpoint.statistics]))) : TE.right(undefined);
      return pipe(kept, TE.chain(() => saveCheckpoint(files.checkpoint, checkpoint, learner.declared)));
    },
  }, from);
};

const enough = ({ settings: { batch }, learn: { labels }, opened: { memory, leastMemory, segments } }: Job): E.Either<Fault, void> => {
  const refused = (given: string, needed: string, hint?: string): E.Either<Fault, void> => E.left(fault('Usage', 'molt train', [given], needed, hint));
  const samples = segments === 1 ? 'segments' : 'clips';
  if (labels.length / segments < batch) return refused(`--batch ${batch}`, `at most the ${labels.length / segments} ${samples} of the training split`);
  const least = leastMemory(batch);
  return memory >= least ? E.right(undefined) : refused(`--memory ${memory / 2 ** 20}`, `at least ${Math.ceil(least / 2 ** 20)} MB for a batch of ${batch} ${samples}`, 'more memory, or a smaller --batch');
};

/** What the weights of a run say of the trunks. */
export const trunksKey = 'molt.trunks';

/**
 * Runs the job. errors: Usage (another run in the folder, a batch larger than the split), Interrupted after a checkpoint, NotFinite, and those of
 * the store, the disk and the engine
 */
export const runJob = (job: Job, ports: JobPorts): TE.TaskEither<Fault, JobRecord> => {
  const { opened, built, settings, out } = job;
  const { learner, trunks } = built;
  const [run, files] = [runOf(job), filesOf(out)];
  const name = runName(opened.variant.name, run);
  const plain = opened.source(job.learn);
  return pipe(
    TE.fromEither(enough(job)),
    TE.chain(() => claimFolder(out, run, job.resume)),
    TE.bindTo('goesOn'),
    TE.bind('from', ({ goesOn }): TE.TaskEither<Fault, Checkpoint | undefined> => (goesOn ? loadCheckpoint(files.checkpoint, name, learner.declared) : TE.right(undefined))),
    TE.bind('scaling', () => scalingOf(job, run.data.hash, plain, ports)),
    TE.chain(({ scaling, from }) => TE.bracket(
      prepared(ports.backend, learner, settings.batch),
      (ready) => pipe(
        trained(job, name, ready, scaled(scaling, plain), scaled(scaling, opened.source(job.validation)), from, ports),
        TE.bindTo('made'),
        TE.bind('weights', ({ made }) => (settings.keep === 'last' ? TE.right(valuesOf(learner, made.weights)) : pipe(readSafetensors(files.best), TE.map(({ tensors }) => tensors)))),
        TE.chainFirst(({ weights }) => writeSafetensors(files.weights, weights, new Map([['molt', job.version], ['molt.run', name], [trunksKey, JSON.stringify(trunks)], ['variant', opened.variant.name]]))),
        TE.bind('splits', ({ weights }) => scoresOf(ready.shown, { opened, built, scaling, weights, batch: settings.batch }, job.scored, ports)),
      ),
      (ready) => TE.fromIO(ready.dispose),
    )),
    TE.map(({ made, splits }) => recordOf({ molt: job.version, run: name, variant: opened.variant.name, backend: ports.backend.name, settings, trunks, data: run.data, classes: opened.classes, learner, validation: job.validation.name, curve: made.curve, splits }, Math.floor(plain.count / settings.batch) * settings.epochs)),
    TE.chainFirst((record) => writeAtomic(files.record, text(record))),
  );
};
