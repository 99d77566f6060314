/** The table for the terminal, and how numbers are written. */
import { expect, test } from 'vitest';
import { bytes, fixed, grouped, listed, percent, plusMinus, seconds } from '../../../molt/report/numbers.ts';
import { tableText } from '../../../molt/report/table.ts';
import { synthetic } from './synthetic.ts';

test('the table', () => {
  const runs = [0.7, 0.71, 0.72].map((testAccuracy, i) => ({ seed: i + 1, testAccuracy, valAccuracy: 0, curve: [] }));
  const text = tableText({
    ...synthetic,
    methods: [
      { name: 'molt', label: 'MoLT', trainableParameters: 48_904, savedBytesPerSample: 183_400, secondsPerEpoch: 1.416, runs },
      { name: 'pooled', label: 'Pooled features', trainableParameters: 1_544, savedBytesPerSample: 614, secondsPerEpoch: 12.34, runs: runs.slice(0, 1) },
    ],
  });
  expect(text).toBe(`method           test accuracy, %  trainable parameters  saved per sample  time per epoch
───────────────  ────────────────  ────────────────────  ────────────────  ──────────────
MoLT                   71.0 ± 1.0                48,904          183.4 kB          1.42 s
Pooled features              70.0                 1,544             614 B          12.3 s
───────────────  ────────────────  ────────────────────  ────────────────  ──────────────
mean ± standard deviation over 3 seeds (1, 2, 3); 200 test clips of 10 segments
`);
});

test('numbers', () => {
  expect([percent(0.7123), percent(Number.NaN), plusMinus({ mean: 0.5, std: 0.011 }), plusMinus({ mean: 0.5, std: Number.NaN })]).toEqual(['71.2', '–', '50.0 ± 1.1', '50.0']);
  expect([grouped(114_380_000), grouped(999), bytes(999), bytes(12_345), bytes(1.2e6), bytes(3.456e9)]).toEqual(['114,380,000', '999', '999 B', '12.3 kB', '1.2 MB', '3.46 GB']);
  expect([seconds(0.123), seconds(12.34), fixed(-1.25, 1), fixed(Number.POSITIVE_INFINITY, 1)]).toEqual(['0.12 s', '12.3 s', '−1.3', '–']);
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
});
