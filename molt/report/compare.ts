/**
 * Comparing two methods on the same seeds.
 * idea:  a difference of means counts if it exceeds the sum of the two standard deviations over seeds.
 */
import { testAccuracy } from './numbers.ts';
import type { MethodRecord } from './record.ts';

/** Two methods on the same seeds. */
export interface Comparison {
  /** difference of the mean test accuracies, in points */
  readonly points: number;
  /** sum of the two standard deviations, in points; NaN with one seed */
  readonly spreads: number;
  readonly verdict: 'above' | 'below' | 'undecided';
  /** seeds that both have run, and in how many of them the first is better */
  readonly seeds: number;
  readonly better: number;
}

export const compare = (ours: MethodRecord, theirs: MethodRecord): Comparison => {
  const [a, b] = [testAccuracy(ours), testAccuracy(theirs)];
  const points = 100 * (a.mean - b.mean);
  const spreads = 100 * (a.std + b.std);
  const pairs = ours.runs.flatMap((run) => theirs.runs.filter(({ seed }) => seed === run.seed).map((other) => run.testAccuracy - other.testAccuracy));
  const exceeds = Math.abs(points) > spreads; // false where the spread is unknown
  return { points, spreads, verdict: exceeds ? (points > 0 ? 'above' : 'below') : 'undecided', seeds: pairs.length, better: pairs.filter((one) => one > 0).length };
};
