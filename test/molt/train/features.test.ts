import { expect, test } from 'vitest';
import { batchOf, channelStatistics, type FeatureSet, standardise } from '../../../molt/train/features.ts';

const set = (): FeatureSet => ({ count: 2, labels: new Int32Array([3, 1]), inputs: new Map([['visual.0', { sizes: [2, 2], data: new Float32Array([1, 10, 3, 10, 5, 10, 7, 10]) }]]) });

test('channels get mean 0 and deviation 1 by the statistics of any split; a constant channel stays finite', () => {
  const statistics = channelStatistics(set());
  expect([...(statistics.get('visual.0')?.mean ?? [])]).toEqual([4, 10]);
  const plain = set();
  const made = batchOf(standardise(statistics, plain), new Set(['visual.0']), [0, 1]).get('visual.0')?.data ?? [];
  expect(plain).toEqual(set());
  expect(Array.from(made, (x) => Math.round(x * 1000) / 1000)).toEqual([-1.342, 0, -0.447, 0, 0.447, 0, 1.342, 0]);
});

test('a batch has the asked segments in their order, and only the asked names', () => {
  const batch = batchOf(set(), new Set(['visual.0', 'labels']), [1, 0, 1]);
  expect(batch.get('visual.0')).toMatchObject({ sizes: [3, 2, 2], data: new Float32Array([5, 10, 7, 10, 1, 10, 3, 10, 5, 10, 7, 10]) });
  expect(batch.get('labels')?.data).toEqual(new Int32Array([1, 3, 1]));
  expect(batchOf(set(), new Set(['labels']), [0]).size).toBe(1);
});
