/**
 * Statistics of batch norms: pooled over batches, made again at every point of a run, and no business of the other samples of a batch.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { pool } from '../../../molt/train/precise.ts';

const momentsOf = (rows: readonly number[]): { readonly mean: number; readonly variance: number } => {
  const mean = rows.reduce((a, b) => a + b, 0) / rows.length;
  return { mean, variance: rows.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows.length };
};

test('pooled over batches of one size: the moments of all their numbers, in every channel, far from 0 too', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 1e4), (seed, batches, size, level) => {
      const channels = [0, 1, 2].map((c) => Array.from(random.normal(random.child(random.key(seed), c), batches * size), (x) => level + x * (c + 1)));
      const all = pool();
      for (let b = 0; b < batches; b += 1) {
        const found = channels.map((rows) => momentsOf(rows.slice(b * size, (b + 1) * size)));
        all.take(new Map([['n.mean', Float64Array.from(found, ({ mean }) => mean)], ['n.variance', Float64Array.from(found, ({ variance }) => variance)]]));
      }
      const statistics = all.statistics();
      channels.map(momentsOf).forEach(({ mean, variance }, c) => {
        expect(Math.abs((statistics.get('n.mean')?.[c] ?? NaN) - mean)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(mean)));
        expect(Math.abs((statistics.get('n.variance')?.[c] ?? NaN) - variance)).toBeLessThanOrEqual(1e-6 * Math.max(1, variance));
      });
    }),
    { seed: 7, numRuns: 60 },
  );
});
