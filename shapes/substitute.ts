/**
 * Substitution: from the letters of a pattern to dims in a shape type, and to sizes at run time.
 * idea:  letters become positions, positions index a TUPLE of dim variables. An object of dims would need `E[K] & Dim`, and
 *        `Mul<H, K> & Dim` is not `Mul<H, K>`; an element of a tuple of dims is a dim for free. All of this happens when the
 *        pattern is known, before any dim is looked at, so it works in polymorphic code.
 *        The first occurrence of a letter infers, later ones only check (NoInfer): the error lands on the later operand.
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { AnyDimOf, Dim, DimOf } from './dim.ts';
import type { Mul } from './nat.ts';
import { printTerms, type RuntimeTerms } from './pattern.ts';
import type { Shape } from './tensor.ts';

/** Axis name to position. */
export type Index<Ls, I extends 0[] = [], Acc = unknown> = Ls extends [infer H extends string, ...infer T] ? Index<T, [...I, 0], Acc & { [_ in H]: I['length'] }> : Acc;
type Position<Ix, H> = H extends keyof Ix ? (Ix[H] extends infer N extends number ? N : never) : never;

/** Terms with letters replaced by positions. */
export type Code = number | '...' | '1' | number[];
export type Encode<Ts, Ix, Acc extends Code[] = []> =
  Ts extends [infer H, ...infer T]
    ? H extends '...' | '1' ? Encode<T, Ix, [...Acc, H]> : H extends string[] ? Encode<T, Ix, [...Acc, EncodeGroup<H, Ix>]> : Encode<T, Ix, [...Acc, Position<Ix, H>]>
    : Acc;
type EncodeGroup<Ls, Ix, Acc extends number[] = []> = Ls extends [infer H, ...infer T] ? EncodeGroup<T, Ix, [...Acc, Position<Ix, H>]> : Acc;

type Product<G extends number[], E extends Dim[]> =
  G extends [infer H extends number, infer K extends number] ? Mul<E[H], E[K]>
  : G extends [infer H extends number, ...infer T extends number[]] ? (T extends [] ? E[H] : Mul<E[H], Product<T, E>>) : 1;

/**
 * The shape of the coded terms: positions are looked up in E the first time, in the no-inference copy N once they are Seen.
 * '...' alone is B itself: `[...B]` is another type, and relating it to a wrong shape crashes TypeScript 6 and 7.
 */
export type Substitute<Cs extends Code[], E extends Dim[], B extends Shape, N extends Dim[] = E, Seen = never, Acc extends Shape = []> =
  Cs extends [infer H, ...infer T extends Code[]]
    ? H extends '...' ? Substitute<T, E, B, N, Seen, Acc extends [] ? (T extends [] ? B : [...B]) : [...Acc, ...B]>
      : H extends '1' ? Substitute<T, E, B, N, Seen, [...Acc, 1]>
        : H extends number ? Substitute<T, E, B, N, Seen | H, [...Acc, H extends Seen ? N[H] : E[H]]>
          : H extends number[] ? Substitute<T, E, B, N, Seen | H[number], [...Acc, Product<H, E>]> : never
    : Acc;

/** The tuple of dims: a given size first, the next dim variable otherwise. */
export type DimTuple<Ls, V extends Dim[], Z, Acc extends Dim[] = []> =
  Ls extends [infer H extends string, ...infer T]
    ? H extends keyof Z ? (Z[H] extends DimOf<infer N> ? DimTuple<T, V, Z, [...Acc, N]> : never)
      : V extends [infer v extends Dim, ...infer vs extends Dim[]] ? DimTuple<T, vs, Z, [...Acc, v]> : never
    : Acc;

/** Sizes of axes, given by name. */
export interface Sizes {
  readonly [axis: string]: AnyDimOf;
}

/** What is known of the letters so far; batch: the sizes that '...' stands for. */
export interface Known {
  readonly axes: ReadonlyMap<string, number>;
  readonly batch: readonly number[] | undefined;
}
export const knownSizes = (given: Sizes): Known => ({ axes: new Map(Object.entries(given).map(([axis, d]) => [axis, d.size])), batch: undefined });

const product = (ns: readonly number[]): number => ns.reduce((a, b) => a * b, 1);

/** `1 axis`, `2 axes` */
export const countAxes = (n: number): string => `${n} ${n === 1 ? 'axis' : 'axes'}`;

/** The sizes beside the terms: `b=4 ...=2x3 (h k)=1536`; the plain sizes if their number does not fit. */
export const describe = (name: string, ts: RuntimeTerms, sizes: readonly number[]): string => {
  const parts = align(ts, sizes);
  return `${name}: ${parts === undefined ? `${countAxes(sizes.length)}, sizes [${sizes.join(', ')}]` : parts.filter(({ term, at }) => term !== '...' || at.length > 0).map(({ term, at }) => `${term}=${at.join('x')}`).join(' ') || 'a scalar'}`;
};

interface Aligned {
  readonly term: string;
  readonly axes: readonly string[];
  readonly at: readonly number[];
}
/** Each term with the sizes that it stands for. */
const align = (ts: RuntimeTerms, sizes: readonly number[]): readonly Aligned[] | undefined => {
  const dots = ts.indexOf('...');
  const extra = sizes.length - ts.length + (dots < 0 ? 0 : 1);
  if (dots < 0 ? extra !== 0 : extra < 0) return undefined;
  return ts.map((t, i) => {
    const from = dots >= 0 && i > dots ? i + extra - 1 : i;
    return { term: printTerms([t]), axes: typeof t === 'string' ? [t] : t, at: sizes.slice(from, t === '...' ? from + extra : from + 1) };
  });
};

const sameSizes = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** Matches the sizes of an operand with its terms. Left: what was needed, such as `axis d of y is 1536`. */
export const match = (known: Known, name: string, ts: RuntimeTerms, sizes: readonly number[]): Either<string, Known> => {
  const parts = align(ts, sizes);
  if (parts === undefined) return left(ts.includes('...') ? `${name} has ${countAxes(ts.length - 1)} or more: ${printTerms(ts)}` : `${name} has ${countAxes(ts.length)}: ${printTerms(ts) || 'a scalar'}`);
  const axes = new Map(known.axes);
  let batch = known.batch;
  for (const { term, axes: ls, at } of parts) {
    const size = product(at);
    if (term === '...') {
      if (batch !== undefined && !sameSizes(batch, at)) return left(`the axes '...' of ${name} are [${batch.join(', ')}]`);
      batch = at;
    } else if (term === '1') {
      if (size !== 1) return left(`axis 1 of ${name} has size 1`);
    } else {
      const factors = ls.map((l) => axes.get(l) ?? size);
      if (product(factors) !== size) return left(`axis ${term} of ${name} is ${factors.join('*')}${factors.length > 1 ? ` = ${product(factors)}` : ''}`);
      ls.forEach((l, i) => axes.set(l, factors[i] ?? size));
    }
  }
  return right({ axes, batch });
};

/** The axes that the terms stand for, groups and '...' opened: a name, or the number of a batch axis. '1' has none. */
export const atoms = (ts: RuntimeTerms, batch: readonly number[]): readonly (string | number)[] =>
  ts.flatMap((t): readonly (string | number)[] => (typeof t !== 'string' ? t : t === '1' ? [] : t === '...' ? batch.map((_, i) => i) : [t]));
export const atomSize = ({ axes, batch }: Known, atom: string | number): number => (typeof atom === 'number' ? batch?.[atom] : axes.get(atom)) ?? 1;
/** The sizes of the terms; run-time twin of `Substitute`. */
export const substitute = (known: Known, ts: RuntimeTerms): readonly number[] =>
  ts.flatMap((t) => (t === '...' ? (known.batch ?? []) : t === '1' ? [1] : [product((typeof t === 'string' ? [t] : t).map((l) => atomSize(known, l)))]));
