import { expect, test } from 'vitest';
import { deviation, mean, median, populationDeviation, range } from '../../molt/statistics.ts';

test('means, deviations, medians and ranges; of too few numbers NaN', () => {
  expect([mean([1, 2, 6]), mean(new Float32Array([1, 3]))]).toEqual([3, 2]);
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  expect(populationDeviation([1, 3])).toBe(1);
  expect([median([5, 1, 3]), median([4, 1, 3, 2])]).toEqual([3, 2.5]);
  expect(range([3, -1, 2])).toEqual([-1, 3]);
  expect([mean([]), deviation([1]), populationDeviation([]), median([]), ...range([])].every(Number.isNaN)).toBe(true);
});
