import { expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { bootstrap, columnMeans, confusionOf, meanCosines } from '../../../molt/demo/statistics.ts';

test('means of columns', () => {
  expect(columnMeans({ sizes: [2, 2], dtype: 'f32', data: new Float32Array([1, 2, 3, 6]) })).toEqual([2, 4]);
});

test('confusion counts rows of truth over all predictions', () => {
  expect(confusionOf(2, new Int32Array([0, 1, 1]), [new Int32Array([0, 0, 1]), new Int32Array([0, 1, 1])])).toEqual([[2, 0], [1, 3]]);
});

test('cosines of tokens: 1 with oneself, signed with others, averaged over samples', () => {
  const tokens = { sizes: [2, 2, 2], dtype: 'f32' as const, data: new Float32Array([1, 0, 0, 2, 1, 0, -3, 0]) };
  expect(meanCosines(tokens)).toEqual([1, -0.5, -0.5, 1]);
});

test('a bootstrap interval holds the mean and shrinks with more groups', () => {
  const groups = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i % 2);
  const [few, many] = [bootstrap(groups(10), 0.95, random.key(1)), bootstrap(groups(200), 0.95, random.key(1))];
  expect(few.low).toBeLessThan(0.5);
  expect(few.high).toBeGreaterThan(0.5);
  expect(many.high - many.low).toBeLessThan(few.high - few.low);
});
