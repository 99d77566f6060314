/**
 * Broadcasting by pattern: an elementwise operation whose second operand is stretched along the axes that it lacks.
 * shape:  `addOver('b n d, d')` takes [b, n, d] and [d] and gives [b, n, d]; '1' in the second operand is an axis of size 1
 * idea:   the first operand fixes the result, so nothing is guessed; the second may name its axes in any order.
 * not:    numpy's implicit rule: as a type it is unusable in polymorphic code, where `A extends 1` never resolves.
 */
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { Dim } from './dim.ts';
import { type Fault, fault } from './fault.ts';
import type { UpTo8 } from './einsum.ts';
import { firstOutside, type FirstOutside, firstRepeat, type FirstRepeat, letters, type Letters, type RuntimeTerms, type Term, terms, type Terms, unique, type Unique } from './pattern.ts';
import { atoms, atomSize, type Code, describe, type Encode, type Index, match, type Substitute } from './substitute.ts';
import type { Shape, Tensor } from './tensor.ts';

/** The pattern itself if it is sound, otherwise what is wrong with it. */
export type CheckZip<P extends string> = P extends `${infer X},${infer Y}` ? Parsed<P, Terms<X>, Terms<Y>> : `pattern error: no ','`;
type Parsed<P, X, Y> = X extends Term[] ? (Y extends Term[] ? Sound<P, X, Y, Letters<X>, Letters<Y>> : Y) : X;
type Sound<P, X extends Term[], Y extends Term[], Xl extends string[], Yl extends string[]> =
  [Extract<X[number] | Y[number], string[]>] extends [never]
    ? [FirstRepeat<Xl>] extends [never]
      ? [FirstRepeat<Yl>] extends [never]
        ? [FirstOutside<Yl, Xl[number]>] extends [never]
          ? '...' extends Exclude<Y[number], X[number]> ? `broadcast error: '...' is not in the first operand`
            : Unique<Xl>['length'] extends UpTo8 ? P : 'broadcast error: more than 8 axes'
          : `broadcast error: axis '${FirstOutside<Yl, Xl[number]>}' is not in the first operand`
        : `broadcast error: axis '${FirstRepeat<Yl>}' is repeated`
      : `broadcast error: axis '${FirstRepeat<Xl>}' is repeated`
    : 'broadcast error: groups are for rearrange and reduce';

/** The elementwise operation that a pattern names. */
export type Zip<P> = P extends `${infer X},${infer Y}` ? Zip1<Terms<X>, Terms<Y>, Index<Letters<Terms<X>>>> : never;
type Zip1<X, Y, Ix> = Zip2<Encode<X, Ix>, Encode<Y, Ix>>;
type Zip2<X extends Code[], Y extends Code[]> =
  <B extends Shape, a extends Dim, b extends Dim, c extends Dim, d extends Dim, e extends Dim, f extends Dim, g extends Dim, h extends Dim>
  (x: Tensor<Substitute<X, [a, b, c, d, e, f, g, h], B>>,
   y: Tensor<Substitute<Y, [a, b, c, d, e, f, g, h], B, [NoInfer<a>, NoInfer<b>, NoInfer<c>, NoInfer<d>, NoInfer<e>, NoInfer<f>, NoInfer<g>, NoInfer<h>], X[number]>>)
  => Tensor<Substitute<X, [a, b, c, d, e, f, g, h], B>>;

/** A pattern that passed the check. */
export interface ZipPattern {
  readonly pattern: string;
  readonly first: RuntimeTerms;
  readonly second: RuntimeTerms;
}

const whyNot = (first: RuntimeTerms, second: RuntimeTerms): string | undefined => {
  const [xs, ys] = [letters(first), letters(second)];
  if ([...first, ...second].some((t) => typeof t !== 'string')) return 'broadcast error: groups are for rearrange and reduce';
  const repeated = firstRepeat(xs) ?? firstRepeat(ys);
  if (repeated !== undefined) return `broadcast error: axis '${repeated}' is repeated`;
  const unknown = firstOutside(ys, xs);
  if (unknown !== undefined) return `broadcast error: axis '${unknown}' is not in the first operand`;
  if (second.includes('...') && !first.includes('...')) return `broadcast error: '...' is not in the first operand`;
  return unique(xs).length > 8 ? 'broadcast error: more than 8 axes' : undefined;
};

/** Run-time twin of `CheckZip`; the fault carries the words of the type error. */
export const checkZip = (pattern: string): Either<Fault, ZipPattern> => {
  const wrong = (error: string): Either<Fault, never> => left(fault('Shape', `broadcast '${pattern}'`, [error], `a pattern such as 'b n d, d'`));
  const comma = pattern.indexOf(',');
  if (comma < 0) return wrong(`pattern error: no ','`);
  const first = terms(pattern.slice(0, comma));
  if (isLeft(first)) return wrong(first.left);
  const second = terms(pattern.slice(comma + 1));
  if (isLeft(second)) return wrong(second.left);
  const why = whyNot(first.right, second.right);
  return why === undefined ? right({ pattern, first: first.right, second: second.right }) : wrong(why);
};

/** For the second operand: reshape to expand (without '1'), permute by axes, reshape to aligned (rank of the first, 1 where stretched). */
export interface ZipPlan {
  readonly sizes: readonly number[];
  readonly expand: readonly number[];
  readonly axes: readonly number[];
  readonly aligned: readonly number[];
}

/** The plan of a checked pattern. errors: a Shape fault that names the axis */
export const planZip = ({ pattern, first, second }: ZipPattern, x: readonly number[], y: readonly number[]): Either<Fault, ZipPlan> => {
  const wrong = (needed: string): Either<Fault, never> => left(fault('Shape', `broadcast '${pattern}'`, [describe('x', first, x), describe('y', second, y)], needed));
  const one = match({ axes: new Map(), batch: undefined }, 'x', first, x);
  if (isLeft(one)) return wrong(one.left);
  const both = match(one.right, 'y', second, y);
  if (isLeft(both)) return wrong(both.left);
  const known = both.right;
  const batch = known.batch ?? [];
  const [target, own] = [atoms(first, batch), atoms(second, batch)];
  const size = (a: string | number): number => atomSize(known, a);
  return right({
    sizes: x,
    expand: own.map(size),
    axes: target.flatMap((a) => (own.includes(a) ? [own.indexOf(a)] : [])),
    aligned: first.flatMap((t) => (t === '1' ? [1] : atoms([t], batch).map((a) => (own.includes(a) ? size(a) : 1)))),
  });
};

/** Run-time twin of `Zip`: pattern and operand sizes to the result's sizes and the alignment of the second operand. */
export const zipShape = (pattern: string, x: readonly number[], y: readonly number[]): Either<Fault, ZipPlan> => {
  const checked = checkZip(pattern);
  return isLeft(checked) ? checked : planZip(checked.right, x, y);
};
