/**
 * Statistics of batch norms: pooled over batches, made again at every point of a run, kept with its weights.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect, test } from 'vitest';
import { reference } from '../../../dsl/backends/reference/index.ts';
import { block, crossEntropy, declaredOf, full, input, inputIndices, instantiate, linear, mean, random, reduce, relu, unwrap, type Value } from '../../../dsl/index.ts';
import { adamWDefaults } from '../../../dsl/optim/index.ts';
import { batchNorm } from '../../../molt/adapters/batch-norm.ts';
import { trainingForm } from '../../../molt/adapters/training-form.ts';
import type { Learner } from '../../../molt/tasks/learner.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../../../molt/train/checkpoint.ts';
import type { FeatureSet } from '../../../molt/train/features.ts';
import { inference } from '../../../molt/train/infer.ts';
import { train, type TrainConfig, type Trained, type TrainPorts } from '../../../molt/train/loop.ts';
import { pool } from '../../../molt/train/precise.ts';
import { inMemory } from '../../../molt/train/source.ts';
import { dim, reify } from '../../../shapes/index.ts';
import { orFail } from '../backbones/golden.ts';

const momentsOf = (rows: readonly number[]): { readonly mean: number; readonly variance: number } => {
  const average = rows.reduce((a, b) => a + b, 0) / rows.length;
  return { mean: average, variance: rows.reduce((sum, x) => sum + (x - average) ** 2, 0) / rows.length };
};

test('pooled over batches of one size: the moments of all their numbers, in every channel, far from 0 too', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 1e4), (seed, batches, size, level) => {
      const channels = [0, 1, 2].map((c) => Array.from(random.normal(random.child(random.key(seed), c), batches * size), (x) => level + x * (c + 1)));
      const all = pool();
      for (let b = 0; b < batches; b += 1) {
        const found = channels.map((rows) => momentsOf(rows.slice(b * size, (b + 1) * size)));
        all.take(new Map([['n.mean', Float64Array.from(found, (m) => m.mean)], ['n.variance', Float64Array.from(found, (m) => m.variance)]]));
      }
      const statistics = all.statistics();
      channels.map(momentsOf).forEach(({ mean: m, variance }, c) => {
        expect(Math.abs((statistics.get('n.mean')?.[c] ?? NaN) - m)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(m)));
        expect(Math.abs((statistics.get('n.variance')?.[c] ?? NaN) - variance)).toBeLessThanOrEqual(1e-6 * Math.max(1, variance));
      });
    }),
    { seed: 7, numRuns: 60 },
  );
});

const [tokens, channels, hidden, classes] = [dim(2), dim(3), dim(4), dim(3)];
/** A norm of what comes in, and one of what is made of it. */
const made = block({ first: batchNorm(channels), hidden: linear(channels, hidden), second: batchNorm(hidden), out: linear(hidden, classes) }, (p) => p);
const declared = declaredOf(made);
const buffers = [...declared.values()].filter((d) => d.buffer === true);
const net = instantiate(made);
const built = (batch: number) => reify(batch, (b) => {
  const logits = net.out(reduce('mean', 'b n d -> b d')(relu(net.second(net.hidden(net.first(input('x', b, tokens, channels)))))));
  const task = mean(-1)(crossEntropy(logits, inputIndices('labels', classes, b)));
  const { roots: [loss = unwrap(task)], moments } = trainingForm([unwrap(task), unwrap(logits)], declared.values());
  return { logits: unwrap(logits), loss, moments };
});
const learner: Learner = {
  declared,
  train: (batch) => { const { loss } = built(batch); return { loss, task: loss, tor: unwrap(full(0)) }; },
  infer: (batch) => new Map([['logits', built(batch).logits]]),
  moments: (batch) => built(batch).moments,
};
const set = (count: number, seed: number): FeatureSet => {
  const labels = random.permutation(random.key(seed), count).map((i) => i % 3);
  const data = Float32Array.from(random.normal(random.key(seed), count * 6), (x, i) => 5 + x + (labels[Math.floor(i / 6)] ?? 0) * (1 + (i % 3)));
  return { count, inputs: new Map([['x', { sizes: [2, 3], data }]]), labels };
};
const [learn, validate] = [set(60, 1), set(30, 2)];
const config: TrainConfig = { seed: 3, batch: 10, epochs: 3, points: 2, adam: adamWDefaults, rate: { rate: 3e-2, warmup: 3, final: 0.1 } };
const ports = (over: Partial<TrainPorts> = {}): TrainPorts => ({ backend: reference, clock: () => 0, interrupted: () => false, onStep: () => {}, save: () => TE.right(undefined), ...over });
const trained = async (over: Partial<TrainPorts> = {}, from?: Checkpoint): Promise<Trained> => orFail(await train('run', config, learner, learn, validate, ports(over), from)());

test('a run gives the statistics of its last weights, and its curve is of predictions by given ones', async () => {
  const saved: Checkpoint[] = [];
  const { weights, curve } = await trained({ save: (c) => { saved.push(structuredClone(c)); return TE.right(undefined); } });
  expect([...weights.keys()].toSorted()).toEqual([...declared.keys()].toSorted());
  expect(curve.at(-1)?.validation).toBeGreaterThan(0.6);
  // an epoch holds every sample once: the first norm's statistics are the moments of all of them, whatever the weights
  for (const c of [0, 1, 2]) {
    const wanted = momentsOf(Array.from(learn.inputs.get('x')?.data ?? []).filter((_, i) => i % 3 === c));
    expect(weights.get('first.mean')?.[c]).toBeCloseTo(wanted.mean, 5);
    expect(weights.get('first.variance')?.[c]).toBeCloseTo(wanted.variance, 5);
  }
  // those of the second follow its weights
  expect(new Set(saved.map(({ statistics }) => statistics.get('second.mean')?.join())).size).toBe(saved.length);
  expect(saved.at(-1)?.statistics.get('second.mean')).toEqual(weights.get('second.mean'));
});

test('answers by given statistics are the same in batches of any size, and need the statistics', async () => {
  const { weights } = await trained();
  const values = new Map([...weights].map(([name, data]): [string, Value] => [name, { sizes: declared.get(name)?.sizes ?? [], dtype: 'f32', data }]));
  const logitsIn = async (batch: number): Promise<readonly number[]> => {
    const shown = orFail(await inference(reference, learner, ['logits'], batch)());
    const found = orFail(await shown.run(values, inMemory(validate))());
    return Array.from(found.get('logits')?.data ?? []);
  };
  const [alone, among] = [await logitsIn(1), await logitsIn(7)];
  expect(alone).toHaveLength(90);
  alone.forEach((x, i) => expect(x).toBeCloseTo(among[i] ?? NaN, 6));
  const without = await orFail(await inference(reference, learner, ['logits'], 7)()).run(new Map([...values].filter(([name]) => declared.get(name)?.buffer !== true)), inMemory(validate))();
  expect(E.isLeft(without) && without.left.where).toMatch(/^parameter 'first\.(mean|variance)'$/);
});

test.each([['between two points', 5, 0], ['within the pass that makes the statistics', 6, 3], ['within the evaluation', 6, 8]])('stopped %s, a run goes on to the same weights and statistics, bit for bit', async (_, after, poll) => {
  const whole = await trained();
  const path = join(mkdtempSync(join(tmpdir(), 'molt-')), 'run.safetensors');
  let [steps, polls] = [0, 0];
  const interrupted = (): boolean => steps === after && (polls += 1) > poll;
  const stopped = await train('run', config, learner, learn, validate, ports({ interrupted, onStep: () => { steps += 1; }, save: (c) => saveCheckpoint(path, c, declared) }))();
  expect(E.isLeft(stopped) && stopped.left).toMatchObject({ _tag: 'Interrupted', given: [`step ${after} of 18`] });
  const checkpoint = orFail(await loadCheckpoint(path, 'run', declared)());
  expect([...checkpoint.statistics.keys()]).toEqual(buffers.map((d) => d.name));
  const resumed = await trained({}, checkpoint);
  expect(resumed.curve).toEqual(whole.curve);
  expect(resumed.weights).toEqual(whole.weights);
});

test('a checkpoint of the end gives the weights with their statistics', async () => {
  const saved: Checkpoint[] = [];
  const whole = await trained({ save: (c) => { saved[0] = structuredClone(c); return TE.right(undefined); } });
  expect((await trained({}, saved[0])).weights).toEqual(whole.weights);
});
