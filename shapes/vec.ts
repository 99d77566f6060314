/**
 * Vec: a list whose length is a dim, for layers, adapters and modalities.
 * idea:  a TypeScript tuple cannot be polymorphic in its length; a class with a phantom length can.
 * laws:  mapV keeps lengths and composes; appendV adds them; zipV needs equal ones
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { type Dim, DimOf, type Phantom } from './dim.ts';
import { type Fault, fault, raise } from './fault.ts';
import type { Add } from './nat.ts';

/** L items of type A. `Vec.trusted` is a trust boundary: the caller claims that there are L items. */
export class Vec<in out L extends Dim, out A> {
  protected declare readonly vec: true;
  private constructor(
    readonly items: readonly A[],
    _length: Phantom<L>,
  ) {}
  static trusted<L extends Dim, A>(items: readonly A[]): Vec<L, A> {
    return new Vec<L, A>(items, undefined);
  }
}

type VecOf<R extends unknown[], A> = number extends R['length'] ? 'vec error: the number of items is not a literal; use checkV or reifyV' : Vec<[0, ...R]['length'], A>;

/** The vector of the arguments: `vec(x, y): Vec<2, X>`. All have the type of the first. */
export function vec<A, R extends NoInfer<A>[]>(first: A, ...rest: R): VecOf<R, A>;
export function vec(...items: unknown[]): unknown {
  return Vec.trusted(items);
}
export const emptyV: Vec<0, never> = Vec.trusted([]);
/** f(0), …, f(l - 1). */
export const tabulate = <L extends Dim, A>(l: DimOf<L>, f: (i: number) => A): Vec<L, A> => Vec.trusted(Array.from({ length: l.size }, (_, i) => f(i)));
/** The items as a vector of the given length. errors: a Shape fault if there are more or fewer. */
export const checkV = <L extends Dim, A>(l: DimOf<L>, items: readonly A[]): Either<Fault, Vec<L, A>> =>
  items.length === l.size ? right(Vec.trusted(items)) : left(fault('Shape', `vector of length ${l.label}`, [`${items.length} items`], `${l.size} items`));
/** The items as a vector of a fresh length L, unknown outside k. */
export const reifyV = <A, R>(items: readonly A[], k: <L extends Dim>(l: DimOf<L>, v: Vec<L, A>) => R): R => k(DimOf.trusted<Dim>(items.length, String(items.length)), Vec.trusted<Dim, A>(items));

export const mapV = <A, C>(f: (a: A, i: number) => C) => <L extends Dim>(v: Vec<L, A>): Vec<L, C> => Vec.trusted(v.items.map((a, i) => f(a, i)));
/** Pairs of items at the same place. */
export const zipV = <L extends Dim, A, C>(a: Vec<L, A>, b: Vec<NoInfer<L>, C>): Vec<L, [A, C]> =>
  a.items.length === b.items.length
    ? Vec.trusted(a.items.flatMap((x, i): [A, C][] => b.items.slice(i, i + 1).map((y): [A, C] => [x, y])))
    : raise(fault('Shape', 'zipV', [`${a.items.length} items`, `${b.items.length} items`], 'two vectors of one length'));
export const appendV = <L extends Dim, M extends Dim, A>(a: Vec<L, A>, b: Vec<M, NoInfer<A>>): Vec<Add<L, M>, A> => Vec.trusted([...a.items, ...b.items]);
/** f(… f(f(z, first), second) …, last). */
export const foldV = <A, R>(z: R, f: (acc: R, a: A, i: number) => R) => <L extends Dim>(v: Vec<L, A>): R => v.items.reduce((acc, a, i) => f(acc, a, i), z);
/** The last item first. */
export const reverseV = <L extends Dim, A>(v: Vec<L, A>): Vec<L, A> => Vec.trusted(v.items.toReversed());
/** Every state on the way: f(z, first), f(f(z, first), second), … laws: as long as v; its last item is foldV(z, f) */
export const scanV = <S, A>(z: S, f: (state: S, a: A) => S) => <L extends Dim>(v: Vec<L, A>): Vec<L, S> =>
  Vec.trusted(v.items.reduce<readonly S[]>((states, a) => [...states, f(states.at(-1) ?? z, a)], []));
