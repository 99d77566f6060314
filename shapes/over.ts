/**
 * Over: operations along one axis that a pattern names, and that keep the shape, such as `softmaxOver('l b z o', 'l')`.
 * not:   groups.
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { type Fault, fault } from './fault.ts';
import type { Reduce } from './layout.ts';
import { firstRepeat, type FirstRepeat, letters, type Letters, type RuntimeTerms, type Term, terms, type Terms } from './pattern.ts';
import { describe, match } from './substitute.ts';

/** The pattern itself if it is sound, otherwise what is wrong with it. */
export type CheckOver<P extends string> = Sound<P, Terms<P>>;
type Sound<P, Ts> = Ts extends Term[]
  ? [Extract<Ts[number], string[]>] extends [never]
    ? [FirstRepeat<Letters<Ts>>] extends [never] ? P : `over error: axis '${FirstRepeat<Letters<Ts>>}' is repeated`
    : 'over error: groups are for rearrange and reduce'
  : Ts;
/** The axes that a pattern names. */
export type AxisOf<P extends string> = Letters<Terms<P>>[number];
/** A function that keeps the shape that the pattern names. */
export type Over<P extends string> = Reduce<`${P} -> ${P}`, Record<never, never>>;

const whyNot = (ts: RuntimeTerms): string | undefined => {
  const repeated = firstRepeat(letters(ts));
  if (ts.some((t) => typeof t !== 'string')) return 'over error: groups are for rearrange and reduce';
  return repeated === undefined ? undefined : `over error: axis '${repeated}' is repeated`;
};

/** Run-time twin of `CheckOver` and `Over`: where the named axis is, counted from the first. errors: a Shape fault */
export const axisOf = (pattern: string, axis: string, sizes: readonly number[]): Either<Fault, number> => {
  const where = `'${pattern}' over '${axis}'`;
  const parsed = terms(pattern);
  const why = isLeft(parsed) ? parsed.left : whyNot(parsed.right);
  if (isLeft(parsed) || why !== undefined) return left(fault('Shape', where, [why ?? ''], `a pattern such as 'b n d'`));
  const ts = parsed.right;
  const at = ts.indexOf(axis);
  if (!letters(ts).includes(axis)) return left(fault('Shape', where, [`axis ${axis}`], `one of the axes ${letters(ts).join(' ')}`));
  const known = match({ axes: new Map(), batch: undefined }, 'x', ts, sizes);
  if (isLeft(known)) return left(fault('Shape', where, [describe('x', ts, sizes)], known.left));
  const dots = ts.indexOf('...');
  return right(dots >= 0 && at > dots ? at + sizes.length - ts.length : at);
};
