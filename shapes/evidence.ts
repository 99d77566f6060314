/**
 * Evidence: a value that proves two dims equal, for facts that unification cannot see, such as Mul<H, K> = D.
 * idea:  made by the compiler on equal types (`refl`) or by comparing two witnesses at run time (`same`), and by nothing else.
 *        Pass `refl()` as a call argument: inside an object literal its inference pollutes the other type parameters.
 * laws:  reflexive; `same` agrees with equality of sizes
 */
import { none, type Option, some } from 'fp-ts/lib/Option.js';
import type { Dim, DimOf, Phantom } from './dim.ts';

/** Evidence that A and B are the same size. */
export class Is<in out A extends Dim, in out B extends Dim> {
  protected declare readonly is: true;
  private constructor(_a: Phantom<A>, _b: Phantom<B>) {}
  static readonly refl = <A extends Dim>(): Is<A, A> => new Is<A, A>(undefined, undefined);
  static readonly same = <A extends Dim, B extends Dim>(a: DimOf<A>, b: DimOf<B>): Option<Is<A, B>> =>
    a.size === b.size ? some(new Is<A, B>(undefined, undefined)) : none;
}

/** Every dim is itself: `const headed: Is<Mul<8, 192>, 1536> = refl()`. */
export const refl: <A extends Dim>() => Is<A, A> = Is.refl;
/** Run-time check of two witnesses; the only way to make evidence out of sizes. */
export const same: <A extends Dim, B extends Dim>(a: DimOf<A>, b: DimOf<B>) => Option<Is<A, B>> = Is.same;
