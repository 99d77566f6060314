/**
 * Ranking: does an order of methods by our accuracies agree with the published one?
 * idea:   Kendall's τ counts pairs; how far chance alone goes is exact, since inversions of random orders are counted.
 *         A pair is decided if its means differ by more than the sum of the two standard deviations.
 * laws:   test/molt/report/ranking.test.ts
 * source: Kendall, A new measure of rank correlation, 1938
 */
import { testAccuracy } from './numbers.ts';
import { compare, type Comparison } from './compare.ts';
import type { MethodRecord, PublishedRecord } from './record.ts';

/** A method with its published accuracy, in %. */
export interface Placed {
  readonly method: MethodRecord;
  readonly published: number;
}

/** Two methods, the one that is published as the better first. */
export interface RankedPair {
  readonly better: MethodRecord;
  readonly worse: MethodRecord;
  readonly here: Comparison;
}

export interface Ranking {
  /** best published first */
  readonly placed: readonly Placed[];
  readonly pairs: readonly RankedPair[];
  /** pairs in the published order and against it, by the means alone */
  readonly along: number;
  readonly against: number;
  /** τ, from −1 (turned around) to 1 (the same order) */
  readonly tau: number;
  /** share of all orders whose τ is at least as far from 0 */
  readonly chance: number;
}

/** How many orders of n things have k inversions, for each k: each further thing stands before 0 … n − 1 others. */
const inversions = (n: number): readonly number[] =>
  Array.from({ length: n }, (_, i) => i + 1).reduce<readonly number[]>((counts, places) =>
    Array.from({ length: counts.length + places - 1 }, (_, k) => counts.slice(Math.max(0, k - places + 1), k + 1).reduce((a, b) => a + b, 0)), [1]);

/** Share of the orders of n things whose |τ| is at least that. */
export const chanceOf = (n: number, tau: number): number => {
  const counts = inversions(n);
  const pairs = (n * (n - 1)) / 2;
  const [far, all] = counts.reduce(([f, a], count, k) => [f + (Math.abs(1 - (2 * k) / pairs) >= Math.abs(tau) - 1e-9 ? count : 0), a + count], [0, 0]);
  return pairs === 0 ? 1 : far / all;
};

/** Of those that this record has. Published equals are no pair. */
export const rankingOf = (methods: readonly MethodRecord[], published: readonly PublishedRecord[]): Ranking => {
  const placed = published
    .flatMap(({ method, accuracy }) => methods.filter(({ name }) => name === method).map((one): Placed => ({ method: one, published: accuracy })))
    .toSorted((a, b) => b.published - a.published);
  const pairs = placed.flatMap((a, i) => placed.slice(i + 1).filter((b) => b.published < a.published).map((b): RankedPair => ({ better: a.method, worse: b.method, here: compare(a.method, b.method) })));
  const sign = ({ here }: RankedPair): number => Math.sign(here.points);
  const [along, against] = [pairs.filter((p) => sign(p) > 0).length, pairs.filter((p) => sign(p) < 0).length];
  const tau = pairs.length === 0 ? Number.NaN : (along - against) / pairs.length;
  return { placed, pairs, along, against, tau, chance: pairs.length === 0 ? 1 : chanceOf(placed.length, tau) };
};

/** The methods of a ranking, best of this record first. */
export const ours = ({ placed }: Ranking): readonly MethodRecord[] => placed.map(({ method }) => method).toSorted((a, b) => testAccuracy(b).mean - testAccuracy(a).mean);
