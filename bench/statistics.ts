/**
 * Statistics: what is said of a row of times.
 */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly q1: number;
  readonly q3: number;
}

/** Quantile by linear interpolation between the sorted numbers; NaN of none. */
export const quantile = (numbers: readonly number[], share: number): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
};
export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);
export const summary = (numbers: readonly number[]): Summary => ({ median: median(numbers), min: quantile(numbers, 0), q1: quantile(numbers, 0.25), q3: quantile(numbers, 0.75) });

/** Median of the ratios round by round, over the rounds that both have: what disturbs a round disturbs both of its times. */
export const ratioOf = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.slice(0, Math.min(ours.length, theirs.length)).map((time, round) => time / (theirs[round] ?? Number.NaN)));

/** The exponent e of y ≈ c·xᵉ, by least squares of the logarithms. */
export const exponent = (points: readonly (readonly [x: number, y: number])[]): number => {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (pick: (p: readonly [number, number]) => number): number => logs.reduce((sum, p) => sum + pick(p), 0) / logs.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  return logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
};
