/**
 * Precise: the statistics of batch norms, by a pass over training batches with the weights as they are.
 * idea:   a batch's moments are outputs of a graph like any other, and are pooled: the mean of the means, the mean of the variances and of the
 *         means' squared distances from it. Nothing runs along with training, so statistics are a function of the weights and of the batches
 *         alone, and a run that goes on finds the same ones.
 * laws:   test/molt/train/precise.test.ts: pooled over batches = moments of all their numbers; test/molt/train/loop.test.ts: resumed = uninterrupted
 * source: Wu and Johnson 2021, arXiv:2105.07576, section 3
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fault, type Fault } from '../../shapes/fault.ts';
import { type Backend, type Declared, initialise, plainTarget, planOf, type Program, random, type Value } from '../../dsl/index.ts';
import { inputsOf } from '../../dsl/optim/index.ts';
import type { Learner } from '../tasks/learner.ts';
import { residentsOf } from './infer.ts';
import type { Batches } from './source.ts';

/** By the names of their leaves, [D] each. */
export type Statistics = ReadonlyMap<string, Float32Array>;

/** Samples that statistics are made of, rounded up to batches; of smaller sets, one epoch. Wu and Johnson find 1,000 to be enough. */
const enough = 1024;

/** The leaves of a learner that are made of data. */
export const buffersOf = (learner: Pick<Learner, 'declared'>): readonly Declared[] => [...learner.declared.values()].filter((d) => d.buffer === true);

/** Statistics before the first pass: mean 0 and variance 1. */
export const firstStatistics = (learner: Learner): Statistics =>
  new Map([...initialise(new Map(buffersOf(learner).map((d) => [d.name, d])), random.key(0))].map(([name, { data }]) => [name, Float32Array.from(data)]));

/** The same as values of a learner's leaves. */
export const statisticValues = (statistics: Statistics): ReadonlyMap<string, Value> => new Map([...statistics].map(([name, data]): [string, Value] => [name, { sizes: [data.length], dtype: 'f32', data }]));

/** Means and variances of batches of one size taken in one after the other, into those of all. */
export interface Pool {
  /** `….mean` and `….variance` of one batch */
  readonly take: (moments: ReadonlyMap<string, Value['data']>) => void;
  readonly statistics: () => Statistics;
}

interface Norm {
  readonly mean: Float64Array;
  /** sums over batches: of the variances, and of the squared distances of the means from the mean of all */
  readonly within: Float64Array;
  readonly between: Float64Array;
}

/** Nothing taken in yet. source: Chan, Golub and LeVeque 1979, for batches of one size */
export const pool = (): Pool => {
  const norms = new Map<string, Norm>();
  let count = 0;
  return {
    take: (moments) => {
      count += 1;
      for (const [name, means] of moments) {
        if (!name.endsWith('.mean')) continue;
        const norm = name.slice(0, -'.mean'.length);
        const variances = moments.get(`${norm}.variance`);
        const zeros = (): Float64Array => new Float64Array(means.length);
        const { mean, within, between } = norms.get(norm) ?? { mean: zeros(), within: zeros(), between: zeros() };
        means.forEach((m, c) => {
          const before = mean[c] ?? 0;
          const now = before + (m - before) / count;
          mean[c] = now;
          between[c] = (between[c] ?? 0) + (m - before) * (m - now);
          within[c] = (within[c] ?? 0) + (variances?.[c] ?? 0);
        });
        norms.set(norm, { mean, within, between });
      }
    },
    statistics: () => new Map([...norms].flatMap(([norm, { mean, within, between }]): readonly (readonly [string, Float32Array])[] => [
      [`${norm}.mean`, Float32Array.from(mean)],
      [`${norm}.variance`, Float32Array.from(within, (w, c) => (w + (between[c] ?? 0)) / count)],
    ])),
  };
};

/** A compiled pass. */
export interface Precise {
  /** names of the inputs that it reads */
  readonly reads: ReadonlySet<string>;
  /** Statistics of the batches that training takes from a step on. errors: Interrupted, NotFinite, those of the engine and of reading */
  readonly run: (weights: ReadonlyMap<string, Value>, batches: Batches, from: number, interrupted: () => boolean) => TE.TaskEither<Fault, Statistics>;
  readonly dispose: () => void;
}

const passOver = (program: Program, names: readonly string[], batch: number): Precise['run'] => (weights, batches, from, interrupted) => async () => {
  const all = pool();
  const steps = Math.min(batches.steps, Math.ceil(enough / batch));
  for (let step = from; step < from + steps; step += 1) {
    if (interrupted()) return E.left(fault('Interrupted', 'statistics of batch norms', [`batch ${step - from} of ${steps}`], 'more time'));
    const inputs = await batches.batch(Math.floor(step / batches.steps), step % batches.steps)();
    if (E.isLeft(inputs)) return inputs;
    const values = await program.run({ inputs: inputs.right, parameters: weights })();
    if (E.isLeft(values)) return values;
    const wrong = names.find((_, i) => values.right[i]?.data.every(Number.isFinite) !== true);
    if (wrong !== undefined) return E.left(fault('NotFinite', 'statistics of batch norms', [wrong], 'finite numbers', 'lower the rate, or look at the features'));
    all.take(new Map(names.flatMap((name, i) => values.right.slice(i, i + 1).map(({ data }): [string, Value['data']] => [name, data]))));
  }
  return E.right(all.statistics());
};

/** For learners without statistics: nothing is read and nothing runs. */
const none: Precise = { reads: new Set(), run: () => TE.right(new Map()), dispose: () => {} };

/** Compiles the pass of a learner for batches of one size. errors: those of compiling */
export const precise = (backend: Backend, learner: Learner, batch: number): TE.TaskEither<Fault, Precise> => {
  const moments = learner.moments?.(batch) ?? new Map();
  if (moments.size === 0) return TE.right(none);
  const plan = planOf([...moments.values()], { target: backend.target ?? plainTarget });
  return pipe(
    backend.compile(plan, residentsOf(learner)),
    TE.map((program): Precise => ({ reads: inputsOf(plan), run: passOver(program, [...moments.keys()], batch), dispose: program.dispose })),
  );
};
