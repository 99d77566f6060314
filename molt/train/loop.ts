/**
 * Loop: trains a learner on features: compiled once, then gather, run, step.
 * idea:  the order of the segments is a pure function of (seed, epoch), and a checkpoint holds everything else, so an
 *        interrupted run goes on to the same numbers.
 * laws:  test/molt/train/loop.test.ts: resumed = uninterrupted, bit for bit; live tensors and bytes do not grow
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import { type Backend, type Declared, grad, initialise, parameterNode, random, savedBytes } from '../../dsl/index.ts';
import { type AdamWConfig, type Step, stepOf, type StepOptions, type Threads, trainer, type Trainer, type TrainState, trainState } from '../../dsl/optim/index.ts';
import type { Learner } from '../tasks/learner.ts';
import type { Checkpoint, EpochRecord } from './checkpoint.ts';
import { batchOf, type FeatureSet } from './features.ts';
import { accuracyOn, inference, type Inference } from './infer.ts';
import { rateAt, type RateConfig } from './schedule.ts';

export interface TrainConfig {
  readonly seed: number;
  readonly batch: number;
  readonly epochs: number;
  /** points of the learning curve in an epoch, each with an evaluation and a checkpoint */
  readonly points: number;
  readonly adam: AdamWConfig;
  readonly rate: RateConfig;
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

const freshState = (learner: Learner, key: random.Key): TrainState =>
  trainState(new Map([...initialise(new Map(trainable(learner).map((d) => [d.name, d])), random.named(key, 'weights'))].map(([name, v]) => [name, Float32Array.from(v.data)])));

/** What a run has seen besides its state. */
interface Seen {
  readonly partial: Checkpoint['partial'];
  readonly curve: readonly EpochRecord[];
}
const nothing: Checkpoint['partial'] = [0, 0, 0, 0, 0];

const pointOf = ([loss, task, tor, seconds, steps]: Checkpoint['partial'], epoch: number, perEpoch: number, validation: number): EpochRecord =>
  ({ epoch, loss: loss / steps, task: task / steps, tor: tor / steps, validation, seconds: (seconds * perEpoch) / steps });

const running = async (run: string, config: TrainConfig, inputs: ReadonlySet<string>, engine: Trainer, logits: Inference, learn: FeatureSet, validation: FeatureSet, ports: TrainPorts, earlier: Seen): Promise<E.Either<Fault, Trained>> => {
  const key = random.named(random.key(config.seed), 'order');
  const perEpoch = Math.floor(learn.count / config.batch);
  const total = perEpoch * config.epochs;
  const stride = Math.max(1, Math.floor(perEpoch / config.points));
  let { partial, curve } = earlier;
  let order: Int32Array | undefined;
  let ordered = -1;
  const save = () => ports.save({ run, state: engine.live(), partial, curve })();
  for (let { step } = engine.live(); step < total; ({ step } = engine.live())) {
    const at = step % perEpoch;
    if (ports.interrupted()) {
      const saved = await save();
      return E.isLeft(saved) ? saved : E.left(fault('Interrupted', run, [`step ${step} of ${total}`], 'more time', 'the same command with --resume goes on from here'));
    }
    const began = ports.clock();
    const epoch = Math.floor(step / perEpoch);
    if (order === undefined || epoch !== ordered) [order, ordered] = [random.permutation(random.child(key, epoch), learn.count), epoch];
    const told = await engine.step(batchOf(learn, inputs, order.subarray(at * config.batch, (at + 1) * config.batch)), rateAt(config.rate, step, total))();
    if (E.isLeft(told)) return told;
    const [loss = 0, task = 0, tor = 0] = told.right;
    const [a, b, c, s, n] = partial;
    partial = [a + loss, b + task, c + tor, s + (ports.clock() - began) / 1000, n + 1];
    if ((at + 1) % stride === 0 || at === perEpoch - 1) {
      const score = await accuracyOn(logits, engine.weights, validation)();
      if (E.isLeft(score)) return score;
      curve = [...curve, pointOf(partial, (step + 1) / perEpoch, perEpoch, score.right)];
      partial = nothing;
      const saved = await save();
      if (E.isLeft(saved)) return saved;
    }
    ports.onStep(step + 1, total);
    await new Promise((resolve) => { setTimeout(resolve, 0); });
  }
  return E.right({ weights: engine.state().weights, curve });
};

/**
 * Trains from the start, or from a checkpoint. errors: NotFinite if the loss is not a number, Interrupted after saving,
 * and what the backend and the storage say
 */
export const train = (run: string, config: TrainConfig, learner: Learner, learn: FeatureSet, validation: FeatureSet, ports: TrainPorts, from?: Checkpoint): TaskEither<Fault, Trained> => async () => {
  const step = trainStep(learner, config.batch, { target: ports.backend.target });
  const engine = await trainer(ports.backend, step, from?.state ?? freshState(learner, random.key(config.seed)), { name: run, adam: config.adam, threads: ports.threads })();
  if (E.isLeft(engine)) return engine;
  try {
    const logits = await inference(ports.backend, learner, ['logits'], config.batch)();
    if (E.isLeft(logits)) return logits;
    try {
      return await running(run, config, step.inputs, engine.right, logits.right, learn, validation, ports, from ?? { partial: nothing, curve: [] });
    } finally {
      logits.right.dispose();
    }
  } finally {
    engine.right.dispose();
  }
};
