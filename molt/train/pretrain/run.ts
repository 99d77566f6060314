/**
 * Pre-training: a tiny trunk from nothing to features, by naming the items of a pool.
 * idea:  the step is one compiled program; weights and moments are a value that AdamW turns into the next one.
 * not:   the best such trunk: one that is useful after some minutes on one core.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Backend, Program, Value } from '../../../dsl/backend.ts';
import { initialise, random } from '../../../dsl/index.ts';
import { type Fault, fault } from '../../../shapes/fault.ts';
import { backboneConfigs } from '../../backbones/config.ts';
import type { Pool } from '../../data/pools.ts';
import { adamW, adamWDefaults, type TrainState, trainState } from '../adamw.ts';
import { rateAt } from '../schedule.ts';
import { bandStatistics, batchAt, gather } from './batches.ts';
import { classifierWeights, type ClassifierSizes, isTrunk, logitsPlan, stepPlan } from './classifier.ts';
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

const norm = (gradients: readonly Value[]): number => {
  let sum = 0;
  for (const { data } of gradients) for (let i = 0; i < data.length; i += 1) sum += (data[i] ?? 0) ** 2;
  return Math.sqrt(sum);
};

const boundTo = (declared: ReadonlyMap<string, { readonly sizes: readonly number[] }>, state: TrainState, fixed: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
  new Map([...declared].flatMap(([name, { sizes }]) => {
    const data = state.weights.get(name);
    const value: Value | undefined = data === undefined ? fixed.get(name) : { sizes, dtype: 'f32', data };
    return value === undefined ? [] : [[name, value] as const];
  }));

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
  const step = stepPlan(sizes);
  const compiled = await backend.compile(step.plan)();
  if (E.isLeft(compiled)) return compiled;
  let state = trainState(new Map([...start].flatMap(([name, { data }]) => (data instanceof Float32Array && !fixed.has(name) ? [[name, data] as const] : []))));
  const losses: number[] = [];
  let sum = 0;
  let since = Date.now();
  for (let i = 0; i < recipe.steps; i += 1) {
    const { frames, labels } = batchAt(kind, pool, recipe.batch, i, random.named(key, 'batches'));
    const run = await compiled.right.run({ inputs: new Map([['frames', frames], ['labels', labels]]), parameters: boundTo(declared, state, fixed) })();
    if (E.isLeft(run)) return run;
    const [loss, ...gradients] = run.right;
    const nats = loss?.data[0] ?? Number.NaN;
    if (!Number.isFinite(nats)) return E.left(fault('NotFinite', `pre-training step ${i}`, [`loss ${nats}`], 'a finite loss', 'lower the learning rate'));
    const shrink = Math.min(1, recipe.clip / Math.max(norm(gradients), 1e-12));
    const named = new Map(step.names.flatMap((name, j) => gradients.slice(j, j + 1).map((g) => [name, shrink === 1 ? g.data : Float32Array.from(g.data, (v) => v * shrink)] as const)));
    state = adamW({ ...adamWDefaults, rate: recipe.rate, beta2: recipe.beta2, decay: recipe.decay }, state, named, rateAt({ rate: recipe.rate, warmup: recipe.warmup, final: 0 }, i, recipe.steps));
    sum += nats;
    if ((i + 1) % lossEvery === 0) {
      losses.push(sum / lossEvery);
      report({ step: i + 1, loss: sum / lossEvery, milliseconds: (Date.now() - since) / lossEvery });
      sum = 0;
      since = Date.now();
    }
  }
  compiled.right.dispose();
  const parameters = boundTo(declared, state, fixed);
  const program = await backend.compile(logitsPlan(sizes))();
  if (E.isLeft(program)) return program;
  const onHeld = await accuracyOf(program.right, kind, held, held.labels.length, recipe.batch, parameters);
  if (E.isLeft(onHeld)) return onHeld;
  const onTrain = await accuracyOf(program.right, kind, pool, Math.min(pool.labels.length, held.labels.length), recipe.batch, parameters);
  if (E.isLeft(onTrain)) return onTrain;
  program.right.dispose();
  return E.right({ weights: new Map([...parameters].filter(([name]) => isTrunk(name))), losses, accuracy: { train: onTrain.right, held: onHeld.right }, classes: pool.names.length });
};
