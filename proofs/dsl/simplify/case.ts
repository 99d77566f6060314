/**
 * Case: what the law of one rule is tried on: graphs that contain the rule's left side, and a wrong variant of the rule.
 * idea:  sizes of 2 and 3, mostly equal along all axes, so that a rule that mixes up axes gives wrong numbers, not wrong sizes.
 */
import fc from 'fast-check';
import type { Node, Sizes } from '../../../dsl/index.ts';
import type { Rule } from '../../../dsl/simplify/index.ts';
import { type Domain, normals } from '../../arbitraries/domains.ts';
import { several } from '../../arbitraries/sizes.ts';
import { given, type Subjects } from '../../subject.ts';

export interface RuleCase {
  /** graphs on which the rule fires */
  readonly left: Subjects;
  /** what the wrong variant does, in words, and the variant */
  readonly lie: string;
  readonly wrong: Rule['rewrite'];
}

/** Graphs of drawn choices on inputs of drawn sizes. */
export const built = <A>(draws: fc.Arbitrary<A>, sizes: (a: A) => readonly Sizes[], build: (a: A, ...xs: readonly Node[]) => Node | readonly Node[], domain: Domain = normals): Subjects =>
  draws.map((a) => ({
    inputs: sizes(a).map((s) => given(s, domain)),
    apply: (...xs) => {
      const made = build(a, ...xs);
      return 'primitive' in made ? [made] : made;
    },
  }));

/** A rank-r cube of side 2 or 3. */
export const cube = (rank: number): fc.Arbitrary<Sizes> => several.map((n) => Array.from({ length: rank }, () => n));
/** Sizes of 2 and 3 of a rank. */
export const box = (rank: number): fc.Arbitrary<Sizes> => fc.array(several, { minLength: rank, maxLength: rank });
/** The axes of a rank in some order. */
export const order = (rank: number): fc.Arbitrary<readonly number[]> => fc.shuffledSubarray(Array.from({ length: rank }, (_, i) => i), { minLength: rank, maxLength: rank });
/** Axes in an order that is not their own. */
export const disorder = (rank: number): fc.Arbitrary<readonly number[]> => order(rank).map((axes) => (axes.every((a, i) => a === i) ? axes.toReversed() : axes));
/** Numbers that are neither 0 nor 1 nor −1. */
export const factor: fc.Arbitrary<number> = fc.constantFrom(-3, -0.5, 0.25, 1.5, 2, 7);
