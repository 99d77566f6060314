/**
 * Linspace: evenly spaced integers between two ends, as numpy gives them.
 * idea:   the step is one division, each value one product and one sum, rounded down; the last value is the end itself.
 * laws:   test/molt/preprocess/sampling.test.ts — equal to numpy for every length up to 300; monotone; both ends met.
 * source: numpy.linspace with dtype int, https://numpy.org/doc/stable/reference/generated/numpy.linspace.html
 */

/**
 * `numpy.linspace(start, stop, count, dtype=int)`.
 * shape:   → [count], rounded towards −∞; the end is rounded like the others. One value is the start; none for a count of 0.
 */
export const integersBetween = (start: number, stop: number, count: number): readonly number[] => {
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => Math.floor(count > 1 && i === count - 1 ? stop : i === 0 ? start : i * step + start));
};
