/**
 * Pre-training: a tiny trunk from nothing to features, by naming the items of a pool.
 * idea:  the step is one compiled program and one sweep over the weights; then the same weights, bound to the logits, are measured.
 * not:   the best such trunk: one that is useful after some minutes on one core.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Backend, Program, Value } from '../../../dsl/backend.ts';
import { initialise, random } from '../../../dsl/index.ts';
import { adamWDefaults, trainer, type Trainer, trainState } from '../../../dsl/optim/index.ts';
import type { Fault } from '../../../shapes/fault.ts';
import { backboneConfigs } from '../../backbones/config.ts';
import type { Pool } from '../../data/pools.ts';
import { rateAt } from '../schedule.ts';
import { bandStatistics, batchAt, gather } from './batches.ts';
import { classifierStep, classifierWeights, type ClassifierSizes, isTrunk, logitsPlan } from './classifier.ts';
import type { Recipe } from './recipe.ts';

export interface Pretrained {
  /** the trunk's weights by published name */
  readonly weights: ReadonlyMap<string, Value>;
  /** every `lossEvery` steps: mean training loss since the last entry */
  readonly losses: readonly number[];
  readonly accuracy: { readonly train: number; readonly held: number };
  readonly classes: number;
}
/** Steps between reports. */
export const lossEvery = 50;

export interface Report {
  readonly step: number;
  readonly loss: number;
  readonly milliseconds: number;
}

/** Share of items whose greatest logit is that of their label. */
const accuracyOf = async (program: Program, kind: Recipe['pool']['kind'], pool: Pool, items: number, batch: number, parameters: ReadonlyMap<string, Value>): Promise<E.Either<Fault, number>> => {
  let right = 0;
  const batches = Math.floor(items / batch);
  for (let i = 0; i < batches; i += 1) {
    const { frames, labels } = gather(kind, pool, Int32Array.from({ length: batch }, (_, j) => i * batch + j));
    const run = await program.run({ inputs: new Map([['frames', frames]]), parameters })();
    if (E.isLeft(run)) return run;
    const [logits] = run.right;
    const classes = logits?.sizes[1] ?? 1;
    for (let j = 0; j < batch; j += 1) {
      const row = logits?.data.subarray(j * classes, (j + 1) * classes);
      const label = labels.data[j] ?? 0;
      if (row !== undefined && row.every((v) => v <= (row[label] ?? Number.NaN))) right += 1;
    }
  }
  return E.right(right / (batches * batch));
};

/** All steps of a recipe; the mean loss of every `lossEvery` of them. */
const descend = async (recipe: Recipe, pool: Pool, key: random.Key, engine: Trainer, report: (r: Report) => void): Promise<E.Either<Fault, readonly number[]>> => {
  const losses: number[] = [];
  let sum = 0;
  let since = Date.now();
  for (let i = 0; i < recipe.steps; i += 1) {
    const { frames, labels } = batchAt(recipe.pool.kind, pool, recipe.batch, i, key);
    const told = await engine.step(new Map([['frames', frames], ['labels', labels]]), rateAt({ rate: recipe.rate, warmup: recipe.warmup, final: 0 }, i, recipe.steps))();
    if (E.isLeft(told)) return told;
    sum += told.right[0] ?? Number.NaN;
    if ((i + 1) % lossEvery === 0) {
      losses.push(sum / lossEvery);
      report({ step: i + 1, loss: sum / lossEvery, milliseconds: (Date.now() - since) / lossEvery });
      sum = 0;
      since = Date.now();
    }
  }
  return E.right(losses);
};

/**
 * Trains by a recipe and measures accuracy on fresh items.
 * errors: those of the backend; NotFinite where the loss is no longer a number
 */
export const pretrain = (backend: Backend, recipe: Recipe, pool: Pool, held: Pool, report: (r: Report) => void): TaskEither<Fault, Pretrained> => async () => {
  const { kind } = recipe.pool;
  const sizes: ClassifierSizes = { config: backboneConfigs[recipe.backbone], classes: pool.names.length, batch: recipe.batch, smoothing: recipe.smoothing };
  const declared = classifierWeights(sizes);
  const key = random.key(recipe.seed);
  const start = new Map(initialise(declared, random.named(key, 'weights')));
  const fixed = new Map([...start].filter(([name]) => declared.get(name)?.trainable === false));
  if (kind === 'audio') {
    const { mean, variance } = bandStatistics(pool);
    fixed.set('bn0.running_mean', { sizes: [mean.length], dtype: 'f32', data: mean }).set('bn0.running_var', { sizes: [variance.length], dtype: 'f32', data: variance });
  }
  const step = classifierStep(sizes, backend.target);
  const state = trainState(new Map(step.trained.map(({ name }) => [name, Float32Array.from(start.get(name)?.data ?? [])])));
  const made = await trainer(backend, step, state, { name: `pre-training ${recipe.backbone}`, adam: { ...adamWDefaults, rate: recipe.rate, beta2: recipe.beta2, decay: recipe.decay }, clip: recipe.clip, resident: fixed })();
  if (E.isLeft(made)) return made;
  const engine = made.right;
  try {
    const losses = await descend(recipe, pool, random.named(key, 'batches'), engine, report);
    if (E.isLeft(losses)) return losses;
    const program = await backend.compile(logitsPlan(sizes, backend.target), fixed)();
    if (E.isLeft(program)) return program;
    try {
      const onHeld = await accuracyOf(program.right, kind, held, held.labels.length, recipe.batch, engine.weights);
      if (E.isLeft(onHeld)) return onHeld;
      const onTrain = await accuracyOf(program.right, kind, pool, Math.min(pool.labels.length, held.labels.length), recipe.batch, engine.weights);
      if (E.isLeft(onTrain)) return onTrain;
      const learnt = engine.state().weights;
      const weights = new Map([...declared].flatMap(([name, { sizes: each }]) => {
        const data = learnt.get(name);
        const value: Value | undefined = data === undefined ? fixed.get(name) : { sizes: each, dtype: 'f32', data };
        return value === undefined || !isTrunk(name) ? [] : [[name, value] as const];
      }));
      return E.right({ weights, losses: losses.right, accuracy: { train: onTrain.right, held: onHeld.right }, classes: pool.names.length });
    } finally {
      program.right.dispose();
    }
  } finally {
    engine.dispose();
  }
};
