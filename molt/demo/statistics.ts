/**
 * Statistics of the demo's answers: confusion, means of columns, cosines of tokens, intervals over clips.
 */
import { random, type Value } from '../../dsl/index.ts';

/** rows truth, columns prediction */
export const confusionOf = (classes: number, truth: Int32Array, predictions: readonly Int32Array[]): readonly (readonly number[])[] => {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const predicted of predictions) predicted.forEach((p, i) => { const row = counts[truth[i] ?? 0]; if (row !== undefined) row[p] = (row[p] ?? 0) + 1; });
  return counts;
};

/** Mean of each column of [n, k]. */
export const columnMeans = (value: Value): readonly number[] => {
  const width = value.sizes.slice(1).reduce((a, b) => a * b, 1);
  const sums = new Array<number>(width).fill(0);
  value.data.forEach((x, i) => { sums[i % width] = (sums[i % width] ?? 0) + x; });
  return sums.map((s) => s / Math.max(1, value.data.length / width));
};

/** Mean cosine of every pair of tokens over the samples of [n, M, D], row by row. */
export const meanCosines = (tokens: Value): readonly number[] => {
  const [n = 0, m = 0, d = 0] = tokens.sizes;
  const sums = new Array<number>(m * m).fill(0);
  const { data } = tokens;
  for (let s = 0; s < n; s += 1) {
    const at = (i: number, k: number): number => data[(s * m + i) * d + k] ?? 0;
    const norms = Array.from({ length: m }, (_, i) => { let q = 0; for (let k = 0; k < d; k += 1) q += at(i, k) ** 2; return Math.max(Math.sqrt(q), 1e-12); });
    for (let i = 0; i < m; i += 1)
      for (let j = 0; j <= i; j += 1) {
        let dot = 0;
        for (let k = 0; k < d; k += 1) dot += at(i, k) * at(j, k);
        const cosine = dot / ((norms[i] ?? 1) * (norms[j] ?? 1));
        sums[i * m + j] = (sums[i * m + j] ?? 0) + cosine;
        if (i !== j) sums[j * m + i] = (sums[j * m + i] ?? 0) + cosine;
      }
  }
  return sums.map((x) => x / Math.max(1, n));
};

/** Percentile bootstrap of the mean over groups of equal weight. source: Efron & Tibshirani, An introduction to the bootstrap, 1993 */
export const bootstrap = (groups: readonly number[], level: number, key: random.Key, draws = 1000): { readonly low: number; readonly high: number } => {
  const n = groups.length;
  const u = random.uniform(key, draws * n);
  const means = Array.from({ length: draws }, (_, r) => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += groups[Math.floor((u[r * n + i] ?? 0) * n)] ?? 0;
    return sum / Math.max(1, n);
  }).sort((a, b) => a - b);
  const at = (q: number): number => means[Math.min(draws - 1, Math.max(0, Math.round(q * (draws - 1))))] ?? 0;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
};
