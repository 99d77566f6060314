/**
 * Statistics of a list of numbers; of too few numbers they are NaN.
 */

/** of nothing, NaN */
export const mean = (xs: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < xs.length; i += 1) sum += xs[i] ?? 0;
  return sum / xs.length;
};

const squares = (xs: ArrayLike<number>): number => {
  const centre = mean(xs);
  let sum = 0;
  for (let i = 0; i < xs.length; i += 1) sum += ((xs[i] ?? 0) - centre) ** 2;
  return sum;
};

/** Sample standard deviation (n − 1); NaN below two numbers. */
export const deviation = (xs: ArrayLike<number>): number => (xs.length < 2 ? Number.NaN : Math.sqrt(squares(xs) / (xs.length - 1)));

/** Standard deviation of a whole population (n); of nothing, NaN. */
export const populationDeviation = (xs: ArrayLike<number>): number => Math.sqrt(squares(xs) / xs.length);

/** The middle number, or the mean of the two; of nothing, NaN. */
export const median = (xs: readonly number[]): number => {
  const sorted = [...xs].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
};

/** Lowest and highest; of nothing, NaN. */
export const range = (xs: readonly number[]): readonly [number, number] => (xs.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...xs), Math.max(...xs)]);
