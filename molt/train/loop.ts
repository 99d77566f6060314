/**
 * Loop: trains a learner on batches: compiled once, then gather, run, step.
 * idea:  the order of the batches is a pure function of (seed, epoch, step), and a checkpoint holds everything else, so an
 *        interrupted run goes on to the same numbers.
 * laws:  test/molt/train/loop.test.ts: resumed = uninterrupted, bit for bit; live tensors and bytes do not grow
 */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import { type Backend, type Declared, grad, initialise, parameterNode, random, savedBytes, type Value } from '../../dsl/index.ts';
import { type AdamWConfig, type Step, stepOf, type StepOptions, type Threads, trainer, type Trainer, type TrainState, trainState } from '../../dsl/optim/index.ts';
import type { Learner } from '../tasks/learner.ts';
import type { Checkpoint, EpochRecord } from './checkpoint.ts';
import type { FeatureSet } from './features.ts';
import { accuracyOn, answersOf, inference, type Inference, residentsOf } from './infer.ts';
import { firstStatistics, precise, type Precise, statisticValues } from './precise.ts';
import { rateAt, type RateConfig } from './schedule.ts';
import { type Batches, type BatchSource, inMemory } from './source.ts';

export interface TrainConfig {
  readonly seed: number;
  readonly batch: number;
  readonly epochs: number;
  /** points of the learning curve in an epoch, each with an evaluation and a checkpoint */
  readonly points: number;
  readonly adam: AdamWConfig;
  readonly rate: RateConfig;
  /** the greatest rate of the head, weights `head.…`; absent: that of all others */
  readonly headRate?: number;
}

/** The outside world of a run. */
export interface TrainPorts {
  readonly backend: Backend;
  /** threads that help with the optimiser's sweep; the numbers do not depend on them */
  readonly threads?: Threads;
  /** milliseconds; only for reporting */
  readonly clock: () => number;
  /** polled before every step; true stops after saving */
  readonly interrupted: () => boolean;
  readonly onStep: (done: number, total: number) => void;
  /** the state's arrays are those of the run: they change once the task is done */
  readonly save: (checkpoint: Checkpoint) => TaskEither<Fault, void>;
}

export interface Trained {
  /** those that were trained, and the statistics that inference reads */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly curve: readonly EpochRecord[];
}

const trainable = (learner: Learner): readonly Declared[] => [...learner.declared.values()].filter((d) => d.trainable);

/** The training step: reports loss, task and tor. */
export const trainStep = (learner: Learner, batch: number, options: StepOptions = {}): Step => {
  const { loss, task, tor } = learner.train(batch);
  return stepOf([loss, task, tor], trainable(learner).map((d) => parameterNode(d.name, d.sizes)), options);
};

/** Bytes of activations that the training step keeps for its backward half, per sample. */
export const savedBytesPerSample = (learner: Learner, batch: number): number => {
  const { loss } = learner.train(batch);
  return savedBytes([loss], grad(loss, trainable(learner).map((d) => parameterNode(d.name, d.sizes))).gradients) / batch;
};

/** What is trained at its start: as given, or made from the seed. */
const freshState = (learner: Learner, key: random.Key): TrainState => {
  const made = initialise(new Map(trainable(learner).map((d) => [d.name, d])), random.named(key, 'weights'));
  return trainState(new Map([...made].map(([name, v]: readonly [string, Value]) => [name, Float32Array.from((learner.given?.get(name) ?? v).data)])));
};

/** The share of the rate at which a weight of this name is trained. */
const paceOf = ({ rate: { rate }, headRate = rate }: Pick<TrainConfig, 'rate' | 'headRate'>) => (name: string): number => (name.startsWith('head.') && rate > 0 ? headRate / rate : 1);

/** What a run has seen besides its state. */
type Seen = Pick<Checkpoint, 'partial' | 'curve' | 'statistics'>;
const nothing: Checkpoint['partial'] = [0, 0, 0, 0, 0];

const pointOf = ([loss, task, tor, seconds, steps]: Checkpoint['partial'], epoch: number, perEpoch: number, validation: number): EpochRecord =>
  ({ epoch, loss: loss / steps, task: task / steps, tor: tor / steps, validation, seconds: (seconds * perEpoch) / steps });

/** What a run is compiled to. */
interface Engines {
  readonly trains: Trainer;
  readonly normed: Precise;
  readonly shown: Inference;
}

const running = async (run: string, config: Omit<TrainConfig, 'batch'>, learner: Learner, { trains: engine, normed, shown }: Engines, learn: Batches, validation: BatchSource, ports: TrainPorts, earlier: Seen): Promise<E.Either<Fault, Trained>> => {
  const perEpoch = learn.steps;
  const total = perEpoch * config.epochs;
  const stride = Math.max(1, Math.floor(perEpoch / config.points));
  let { partial, curve, statistics } = earlier;
  const save = () => ports.save({ run, state: engine.live(), partial, curve, statistics })();
  const stopped = async (step: number): Promise<E.Either<Fault, never>> => {
    const saved = await save();
    return E.isLeft(saved) ? saved : E.left(fault('Interrupted', run, [`step ${step} of ${total}`], 'more time', 'the same command with --resume goes on from here'));
  };
  for (let { step } = engine.live(); ; ({ step } = engine.live())) {
    const at = step % perEpoch;
    const due = partial[4] > 0 && at % stride === 0;
    if (step >= total && !due) return E.right({ weights: new Map([...engine.state().weights, ...statistics]), curve });
    if (ports.interrupted()) return stopped(step);
    // a point of the curve, at the end of a stride and of an epoch; one that was interrupted is made again
    if (due) {
      const found = await normed.run(engine.weights, learn, step, ports.interrupted)();
      if (E.isLeft(found)) return found.left._tag === 'Interrupted' ? stopped(step) : found;
      const score = await accuracyOn(shown, learner, new Map([...engine.weights, ...statisticValues(found.right)]), validation, { onStep: () => {}, interrupted: ports.interrupted })();
      if (E.isLeft(score)) return score.left._tag === 'Interrupted' ? stopped(step) : score;
      statistics = found.right;
      curve = [...curve, pointOf(partial, step / perEpoch, perEpoch, score.right)];
      partial = nothing;
      const saved = await save();
      if (E.isLeft(saved)) return saved;
      continue;
    }
    const began = ports.clock();
    const batch = await learn.batch(Math.floor(step / perEpoch), at)();
    if (E.isLeft(batch)) return batch;
    const told = await engine.step(batch.right, rateAt(config.rate, step, total))();
    if (E.isLeft(told)) return told;
    const [loss = 0, task = 0, tor = 0] = told.right;
    const [a, b, c, s, n] = partial;
    partial = [a + loss, b + task, c + tor, s + (ports.clock() - began) / 1000, n + 1];
    ports.onStep(step + 1, total);
    await new Promise((resolve) => { setTimeout(resolve, 0); });
  }
};

/** What a run learns from, and what its learning curve is measured on. */
export interface Sources {
  readonly learn: BatchSource;
  readonly validation: BatchSource;
}

/** What of a run is made once and serves further ones of the same learner, with the same batch, on the same engine. */
export interface Prepared {
  readonly learner: Learner;
  /** samples */
  readonly batch: number;
  readonly step: Step;
  readonly normed: Precise;
  readonly shown: Inference;
  readonly dispose: () => void;
}

/** Plans a run and compiles all but its step; the inference shows the named outputs, those that the learner's answers read if none are named. */
export const prepared = (backend: Backend, learner: Learner, batch: number, names = answersOf(learner).reads): TaskEither<Fault, Prepared> => async () => {
  const step = trainStep(learner, batch, { target: backend.target });
  const normed = await precise(backend, learner, batch)();
  if (E.isLeft(normed)) return normed;
  const shown = await inference(backend, learner, names, batch)();
  if (E.isLeft(shown)) {
    normed.right.dispose();
    return shown;
  }
  return E.right({ learner, batch, step, normed: normed.right, shown: shown.right, dispose: () => { shown.right.dispose(); normed.right.dispose(); } });
};

/**
 * Trains from the start, or from a checkpoint; what was prepared stays. errors: NotFinite if the loss is not a number, Interrupted after
 * saving, and what the backend, the storage and the sources say
 */
export const trainPrepared = (run: string, config: Omit<TrainConfig, 'batch'>, { learner, batch, step, normed, shown }: Prepared, { learn, validation }: Sources, ports: TrainPorts, from?: Checkpoint): TaskEither<Fault, Trained> => async () => {
  const engine = await trainer(ports.backend, step, from?.state ?? freshState(learner, random.key(config.seed)), { name: run, adam: config.adam, pace: paceOf(config), resident: residentsOf(learner), threads: ports.threads })();
  if (E.isLeft(engine)) return engine;
  const batches = learn.open({ names: new Set([...step.inputs, ...normed.reads]), batch, shuffle: random.named(random.key(config.seed), 'order') });
  try {
    return await running(run, config, learner, { trains: engine.right, normed, shown }, batches, validation, ports, from ?? { partial: nothing, curve: [], statistics: firstStatistics(learner) });
  } finally {
    await batches.close();
    engine.right.dispose();
  }
};

/** The same for a run by itself. */
export const trainOn = (run: string, config: TrainConfig, learner: Learner, sources: Sources, ports: TrainPorts, from?: Checkpoint): TaskEither<Fault, Trained> =>
  TE.bracket(prepared(ports.backend, learner, config.batch), (ready) => trainPrepared(run, config, ready, sources, ports, from), (ready) => TE.fromIO(ready.dispose));

/** The same on sets in memory. */
export const train = (run: string, config: TrainConfig, learner: Learner, learn: FeatureSet, validation: FeatureSet, ports: TrainPorts, from?: Checkpoint): TaskEither<Fault, Trained> =>
  trainOn(run, config, learner, { learn: inMemory(learn), validation: inMemory(validation) }, ports, from);
