/**
 * Jobs: the two kinds of heavy work of the demo, as data that any thread can be given.
 * idea:  a job's result depends on the job alone, so one thread or many give the same numbers.
 */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import type { Backend, Value } from '../../dsl/index.ts';
import { adamWDefaults } from '../../dsl/optim/index.ts';
import { backboneConfigs, type TinyBackbone } from '../backbones/config.ts';
import { extraction, type Layer } from '../backbones/extract.ts';
import { late } from '../backbones/taps.ts';
import { melValue } from '../data/audio/logmel.ts';
import type { Learner } from '../tasks/learner.ts';
import { type Checkpoint, type EpochRecord, loadCheckpoint, saveCheckpoint } from '../train/checkpoint.ts';
import type { FeatureSet } from '../train/features.ts';
import { inferAll } from '../train/infer.ts';
import { train } from '../train/loop.ts';
import type { Variant } from '../variants/variant.ts';
import { type MethodName, methods } from './methods.ts';
import type { DemoSettings } from './settings.ts';

/** Some batches of segments through a frozen trunk; the taps are written into shared memory. */
export interface ExtractJob {
  readonly kind: 'extract';
  readonly trunk: TinyBackbone;
  readonly weights: ReadonlyMap<string, Value>;
  /** bytes of all segments: frames [n, 64, 64, 3], or log-mel [n, 64, 64] as bytes */
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly batch: number;
  /** batches of this job: from, from + stride, … */
  readonly from: number;
  readonly stride: number;
  /** one per late layer, [n, N, D] */
  readonly out: readonly Float32Array[];
}

/** One training of one method from one seed, then its answers on the test split. */
export interface TrainJob {
  readonly kind: 'train';
  readonly run: string;
  readonly method: MethodName;
  readonly seed: number;
  readonly variant: Variant;
  readonly settings: DemoSettings;
  readonly sets: { readonly train: FeatureSet; readonly val: FeatureSet; readonly test: FeatureSet };
  readonly checkpoint: string;
  readonly resume: boolean;
}

export type Job = ExtractJob | TrainJob;

export interface Ports {
  readonly backend: Backend;
  readonly clock: () => number;
  readonly interrupted: () => boolean;
  readonly onStep: (done: number, total: number) => void;
}

/** Sums of the cosine between each block's input and output over this job's batches. */
export interface Extracted {
  readonly kind: 'extract';
  readonly cosines: readonly { readonly layer: Layer; readonly sum: number }[];
  readonly batches: number;
}
export interface TrainedJob {
  readonly kind: 'train';
  readonly curve: readonly EpochRecord[];
  /** of the whole test split: logits, weights.m, tokens.m, tor.m, router.l as the method has them */
  readonly test: ReadonlyMap<string, Value>;
}
export type JobResult = Extracted | TrainedJob;

/** How a byte becomes a number, per kind of trunk. */
const levels = {
  swinv2: (byte: number): number => byte,
  htsat: (byte: number): number => melValue(byte),
} as const;

const extract = (job: ExtractJob, ports: Ports): TE.TaskEither<Fault, JobResult> => async () => {
  const config = backboneConfigs[job.trunk];
  const { plan, input, layers, cosines } = extraction(config, { batch: job.batch }, late, { kind: 'all' });
  const compiled = await ports.backend.compile(plan, job.weights)();
  if (E.isLeft(compiled)) return compiled;
  const program = compiled.right;
  const width = input.sizes.slice(1).reduce((a, b) => a * b, 1);
  const level = levels[config.kind];
  const sums = cosines.map(() => 0);
  const mine: number[] = [];
  for (let b = job.from; b * job.batch < job.count; b += job.stride) mine.push(b);
  try {
    for (const [done, b] of mine.entries()) {
      if (ports.interrupted()) return E.left(fault('Interrupted', `features of ${job.trunk}`, [`${done} of ${mine.length} batches`], 'more time', 'the same command goes on'));
      const frames = Float32Array.from({ length: job.batch * width }, (_, i) => level(job.bytes[Math.min(b * job.batch + Math.floor(i / width), job.count - 1) * width + (i % width)] ?? 0));
      const values = await program.run({ inputs: new Map([[input.name, { sizes: input.sizes, dtype: 'f32', data: frames }]]), parameters: new Map() })();
      if (E.isLeft(values)) return values;
      const kept = Math.min(job.batch, job.count - b * job.batch);
      layers.forEach(({ tokens, channels }, l) => job.out[l]?.set((values.right[l]?.data ?? new Float32Array()).subarray(0, kept * tokens * channels), b * job.batch * tokens * channels));
      cosines.forEach((_, i) => { sums[i] = (sums[i] ?? 0) + (values.right[layers.length + i]?.data[0] ?? 0); });
      ports.onStep(done + 1, mine.length);
      await new Promise((resolve) => { setTimeout(resolve, 0); });
    }
  } finally {
    program.dispose();
  }
  return E.right({ kind: 'extract', cosines: cosines.map((layer, i) => ({ layer, sum: sums[i] ?? 0 })), batches: mine.length });
};

const shown = (variant: Variant): readonly string[] => ['logits', ...['visual', 'audio'].flatMap((m) => [`weights.${m}`, `tokens.${m}`, `tor.${m}`]), ...variant.features.visual.map((_, l) => `router.${l}`)];

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
