/**
 * Loop: trains a learner on features: compiled once, then gather, run, step.
 * idea:  the order of the segments is a pure function of (seed, epoch), and a checkpoint holds everything else, so an
 *        interrupted run goes on to the same numbers.
 * laws:  test/molt/train/loop.test.ts: resumed = uninterrupted, bit for bit; live tensors and bytes do not grow
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Fault, fault } from '../../shapes/fault.ts';
import { type Backend, grad, initialise, is, parameterNode, planOf, type Program, random, savedBytes, type Value } from '../../dsl/index.ts';
import type { Learner } from '../tasks/learner.ts';
import { adamW, type AdamWConfig, type TrainState, trainState } from './adamw.ts';
import type { Checkpoint, EpochRecord } from './checkpoint.ts';
import { batchOf, type FeatureSet } from './features.ts';
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
  /** milliseconds; only for reporting */
  readonly clock: () => number;
  /** polled before every step; true stops after saving */
  readonly interrupted: () => boolean;
  readonly onStep: (done: number, total: number) => void;
  readonly save: (checkpoint: Checkpoint) => TaskEither<Fault, void>;
}

export interface Trained {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly curve: readonly EpochRecord[];
}

const asValues = (learner: Learner, state: TrainState): ReadonlyMap<string, Value> =>
  new Map([...state.weights].map(([name, data]) => [name, { sizes: learner.declared.get(name)?.sizes ?? [], dtype: 'f32', data }]));

/** The training step as one plan: loss, task, tor, then the gradient of every trainable weight. */
export const trainPlan = (learner: Learner, batch: number) => {
  const wrt = [...learner.declared.values()].filter((d) => d.trainable);
  const { loss, task, tor } = learner.train(batch);
  const { gradients } = grad(loss, wrt.map((d) => parameterNode(d.name, d.sizes)));
  const plan = planOf([loss, task, tor, ...gradients]);
  const inputs = new Set(plan.steps.flatMap((n) => (is('input', n) ? [n.params.name] : [])));
  return { plan, wrt, inputs, savedBytesPerSample: savedBytes([loss], gradients) / batch };
};

/** Values by name for all segments of a set, in batches of one size; the last batch is filled up and cut. */
export const inferAll = (backend: Backend, learner: Learner, names: readonly string[], weights: ReadonlyMap<string, Value>, set: FeatureSet, batch: number): TaskEither<Fault, ReadonlyMap<string, Value>> => async () => {
  const outputs = learner.infer(batch);
  const nodes = names.flatMap((name) => { const node = outputs.get(name); return node === undefined ? [] : [{ name, node }]; });
  const plan = planOf(nodes.map(({ node }) => node));
  const inputs = new Set(plan.steps.flatMap((n) => (is('input', n) ? [n.params.name] : [])));
  const compiled = await backend.compile(plan)();
  if (E.isLeft(compiled)) return compiled;
  const program = compiled.right;
  const collected = nodes.map(({ name, node }) => ({ name, sizes: node.sizes.slice(1), data: new Float32Array((set.count * node.sizes.reduce((a, b) => a * b, 1)) / batch) }));
  for (let from = 0; from < set.count; from += batch) {
    const ids = Int32Array.from({ length: batch }, (_, i) => Math.min(from + i, set.count - 1));
    const values = await program.run({ inputs: batchOf(set, inputs, ids), parameters: weights })();
    if (E.isLeft(values)) { program.dispose(); return values; }
    const kept = Math.min(batch, set.count - from);
    collected.forEach(({ data }, i) => {
      const value = values.right[i]?.data ?? new Float32Array();
      const width = value.length / batch;
      data.set(value.subarray(0, kept * width), from * width);
    });
  }
  program.dispose();
  return E.right(new Map(collected.map(({ name, sizes, data }) => [name, { sizes: [set.count, ...sizes], dtype: 'f32', data }])));
};

/** Index of the greatest entry of each row. */
export const greatestOf = (rows: Value): Int32Array => {
  const width = rows.sizes.at(-1) ?? 1;
  return Int32Array.from({ length: rows.data.length / width }, (_, r) => {
    let best = 0;
    for (let i = 1; i < width; i += 1) if ((rows.data[r * width + i] ?? 0) > (rows.data[r * width + best] ?? 0)) best = i;
    return best;
  });
};

/** Share of segments whose label is right. */
export const accuracy = (predicted: Int32Array, labels: Int32Array): number => predicted.reduce((sum, p, i) => sum + (p === labels[i] ? 1 : 0), 0) / Math.max(1, labels.length);

const evaluate = async (ports: TrainPorts, learner: Learner, state: TrainState, set: FeatureSet, batch: number): Promise<E.Either<Fault, number>> => {
  const logits = await inferAll(ports.backend, learner, ['logits'], asValues(learner, state), set, batch)();
  return E.map((found: ReadonlyMap<string, Value>) => accuracy(greatestOf(found.get('logits') ?? { sizes: [0, 1], dtype: 'f32', data: new Float32Array() }), set.labels))(logits);
};

interface Going {
  readonly state: TrainState;
  readonly partial: Checkpoint['partial'];
  readonly curve: readonly EpochRecord[];
}

/**
 * Trains from the start, or from a checkpoint. errors: NotFinite if the loss is not a number, Interrupted after saving,
 * and what the backend and the storage say
 */
export const train = (run: string, config: TrainConfig, learner: Learner, learn: FeatureSet, validation: FeatureSet, ports: TrainPorts, from?: Checkpoint): TaskEither<Fault, Trained> => async () => {
  const { plan, wrt, inputs } = trainPlan(learner, config.batch);
  const compiled = await ports.backend.compile(plan)();
  if (E.isLeft(compiled)) return compiled;
  const program: Program = compiled.right;
  const key = random.key(config.seed);
  const perEpoch = Math.floor(learn.count / config.batch);
  const total = perEpoch * config.epochs;
  const stride = Math.max(1, Math.floor(perEpoch / config.points));
  const fresh = (): TrainState => trainState(new Map([...initialise(new Map(wrt.map((d) => [d.name, d])), random.named(key, 'weights'))].map(([name, v]) => [name, Float32Array.from(v.data)])));
  let going: Going = from ?? { state: fresh(), partial: [0, 0, 0, 0, 0], curve: [] };
  try {
    while (going.state.step < total) {
      const { step } = going.state;
      const epoch = Math.floor(step / perEpoch);
      const at = step % perEpoch;
      if (ports.interrupted()) {
        const saved = await ports.save({ run, ...going })();
        return E.isLeft(saved) ? saved : E.left(fault('Interrupted', run, [`step ${step} of ${total}`], 'more time', 'the same command with --resume goes on from here'));
      }
      const began = ports.clock();
      const order = random.permutation(random.child(random.named(key, 'order'), epoch), learn.count);
      const values = await program.run({ inputs: batchOf(learn, inputs, order.subarray(at * config.batch, (at + 1) * config.batch)), parameters: asValues(learner, going.state) })();
      if (E.isLeft(values)) return values;
      const [loss, task, tor, ...gradients] = values.right;
      const scalars = [loss, task, tor].map((v) => v?.data[0] ?? Number.NaN);
      if (!scalars.every(Number.isFinite)) return E.left(fault('NotFinite', run, [`loss ${scalars.join(', ')} at step ${step}`], 'a finite loss', 'lower the rate, or look at the features'));
      const state = adamW(config.adam, going.state, new Map(wrt.flatMap((d, i) => { const g = gradients[i]?.data; return g === undefined ? [] : [[d.name, g] as const]; })), rateAt(config.rate, step, total));
      const [a, b, c, s, n] = going.partial;
      const partial: Checkpoint['partial'] = [a + (scalars[0] ?? 0), b + (scalars[1] ?? 0), c + (scalars[2] ?? 0), s + (ports.clock() - began) / 1000, n + 1];
      going = { ...going, state, partial };
      if ((at + 1) % stride === 0 || at === perEpoch - 1) {
        const score = await evaluate(ports, learner, state, validation, config.batch);
        if (E.isLeft(score)) return score;
        const [l, t, r, seconds, steps] = partial;
        const point: EpochRecord = { epoch: (step + 1) / perEpoch, loss: l / steps, task: t / steps, tor: r / steps, validation: score.right, seconds: (seconds * perEpoch) / steps };
        going = { state, partial: [0, 0, 0, 0, 0], curve: [...going.curve, point] };
        const saved = await ports.save({ run, ...going })();
        if (E.isLeft(saved)) return saved;
      }
      ports.onStep(state.step, total);
      await new Promise((resolve) => { setTimeout(resolve, 0); });
    }
    return E.right({ weights: going.state.weights, curve: going.curve });
  } finally {
    program.dispose();
  }
};
