/** Pre-training: batches that depend on seed and step only, statistics, schedule, and that the loss falls on a toy pool. */
import { expect, test } from 'vitest';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { random } from '../../../dsl/index.ts';
import { weightsOf } from '../../../molt/backbones/backbone.ts';
import { backboneConfigs } from '../../../molt/backbones/config.ts';
import { melValue } from '../../../molt/data/audio/logmel.ts';
import type { Pool } from '../../../molt/data/pools.ts';
import { bandStatistics, batchAt, gather } from '../../../molt/train/pretrain/batches.ts';
import { type Recipe, recipes } from '../../../molt/train/pretrain/recipe.ts';
import { rateAt } from '../../../molt/train/schedule.ts';
import { lossEvery, pretrain } from '../../../molt/train/pretrain/run.ts';
import { recordOf } from '../../../molt/train/pretrain/save.ts';
import { orFail } from '../backbones/golden.ts';

/** Sounds of two classes: low bands or high bands are loud. */
const toy = (items: number): Pool => ({
  names: ['low', 'high'],
  labels: Int32Array.from({ length: items }, (_, i) => i % 2),
  data: Uint8Array.from({ length: items * 4096 }, (_, i) => 40 + ((i * 7919) % 23) + ((Math.floor(i / 4096) % 2 === 1) === (i % 64 >= 32) ? 80 : 0)),
});
const key = random.key(5);

test('a batch depends on the seed and its number only; an epoch shows every item once', () => {
  const pool = toy(12);
  const again = (): readonly number[] => Array.from(batchAt('audio', pool, 4, 7, key).frames.data);
  expect(again()).toEqual(again());
  expect(Array.from(batchAt('audio', pool, 4, 8, key).frames.data)).not.toEqual(again());
  const marked: Pool = { ...pool, labels: Int32Array.from({ length: 12 }, (_, i) => i) };
  const epoch = [0, 1, 2].flatMap((step) => Array.from(batchAt('audio', marked, 4, step, key).labels.data));
  expect(epoch.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
});

test('items without a key are as they are', () => {
  const pool = toy(2);
  expect(gather('audio', pool, [1]).frames.data[0]).toBeCloseTo(melValue(pool.data[4096] ?? 0), 6);
  const pictures: Pool = { names: ['a'], labels: Int32Array.of(0), data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => i % 251) };
  expect(Array.from(gather('vision', pictures, [0]).frames.data)).toEqual(Array.from(pictures.data));
});

test('statistics of the bands', () => {
  const { mean, variance } = bandStatistics({ names: ['a'], labels: Int32Array.of(0), data: Uint8Array.from({ length: 4096 }, (_, i) => (i % 64) + (i < 2048 ? 0 : 16)) });
  expect(mean[3]).toBeCloseTo(melValue(3) + 0.5, 5);
  expect(variance[3]).toBeCloseTo(0.25, 5);
});

test('the rate rises, then falls to 0', () => {
  const schedule = { rate: 2, warmup: 4, final: 0 };
  expect([0, 3, 4, 8, 12].map((step) => rateAt(schedule, step, 12))).toEqual([0.5, 2, 2, expect.closeTo(1), expect.closeTo(0)]);
});

test('the loss falls on a toy pool, and the weights are those of the trunk', async () => {
  const recipe: Recipe = { ...recipes.audio, steps: lossEvery, batch: 4, warmup: 5 };
  const made = orFail(await pretrain(orFail(await tfjs('wasm')()), recipe, toy(16), toy(8), () => {})());
  expect(made.losses).toHaveLength(1);
  expect(made.losses[0]).toBeLessThan(Math.log(2));
  expect(made.accuracy.held).toBe(1);
  expect([...made.weights].map(([name, v]) => [name, v.sizes]).toSorted()).toEqual([...weightsOf(backboneConfigs['htsat-tiny64'])].map(([name, d]) => [name, d.sizes]).toSorted());
  expect(recordOf(recipe, made, { backend: 'tfjs-wasm', seconds: 1 })).toMatchObject({ schemaVersion: 1, classes: 2, accuracy: { held: 1, chance: 0.5 } });
});
