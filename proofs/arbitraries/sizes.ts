/**
 * Sizes: dims from the tiny pool 1, 2, 3, so that equal dims and dims of 1 are common and samples are small.
 * idea:  compatible sizes are built, never filtered; 0 is a case of its own.
 */
import fc from 'fast-check';
import type { Sizes } from '../../dsl/index.ts';

/** 1, 2 or 3. */
export const size: fc.Arbitrary<number> = fc.constantFrom(1, 2, 3);
/** 2 or 3: where a single one would make a law say nothing */
export const several: fc.Arbitrary<number> = fc.constantFrom(2, 3);

/** Sizes of a rank between the two. */
export const sizesOf = (minRank: number, maxRank: number): fc.Arbitrary<Sizes> => fc.array(size, { minLength: minRank, maxLength: maxRank });

/** Two sizes that stretch to one another: on each axis equal, or 1 on one side. */
export const stretching: fc.Arbitrary<readonly [Sizes, Sizes]> = fc
  .array(fc.tuple(size, fc.constantFrom('both', 'left', 'right')), { maxLength: 3 })
  .map((axes) => [axes.map(([n, side]) => (side === 'right' ? 1 : n)), axes.map(([n, side]) => (side === 'left' ? 1 : n))]);

/** A record of drawn sizes by letter. */
export const letters = <L extends string>(pool: { readonly [K in L]: fc.Arbitrary<number> }): fc.Arbitrary<{ [K in L]: number }> => fc.record<{ [K in L]: number }>(pool);
