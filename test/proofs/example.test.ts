/**
 * The documented example: the right block passes its laws, the wrong one is caught by the one that it breaks.
 */
import { expect, test } from 'vitest';
import { pool, reportsOf, shown, wrongPool } from '../../examples/laws.ts';
import { sound } from '../../proofs/index.ts';

test('the pooling block obeys its laws', async () => {
  const reports = await reportsOf(pool);
  expect(reports.map(({ id }) => id)).toEqual(['hull', 'permutation.invariant', 'batch.neighbours', 'batch.alone', 'gradient']);
  expect(reports.every(sound)).toBe(true);
});

test('softmax over the wrong axis is caught, with the reason and how to replay it', async () => {
  const reports = await reportsOf(wrongPool);
  expect(reports.filter((report) => report.result._tag === 'Broken').map(({ id }) => id)).toEqual(['hull']);
  const text = await shown(wrongPool);
  expect(text).toMatch(/^BROKEN hull: each result is a weighted mean/m);
  expect(text).toMatch(/because point \d+ \(.*\) lies .* outside the hull of its \d corners/);
  expect(text).toMatch(/replay {2}\{ seed: 1, runs: \d+, path: '[\d:]+' \}/);
});

test('reports are the same for the same seed', async () => {
  expect(await reportsOf(wrongPool)).toEqual(await reportsOf(wrongPool));
});
