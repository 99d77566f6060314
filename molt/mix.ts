/**
 * Mix: the W of W f in equations (1) and (3), in the two readings that type-check (A1).
 * idea:  f is [N, D] and TD gives [Z, D]. Read literally, W: [D, D] from the right, `W f` keeps N rows and cannot be added to
 *        Z rows: the compiler says "Type 'N' is not assignable to type 'Z'" (test/types/fail/eq1-literal.ts).
 * source: MoLT, arXiv 2512.00115, equations (1) and (3)
 */
import type { Dim, DimOf, Tensor } from '../shapes/index.ts';
import { type Block, dot, einsum, fanIn, normalInit, param, reduce, repeat, weight } from '../dsl/index.ts';

/** N tokens become Z. shape: f [B, N, D] → [B, Z, D] */
export interface Mixing<in out N extends Dim, in out D extends Dim, in out Z extends Dim> {
  <B extends Dim>(f: Tensor<[B, N, D]>): Tensor<[B, Z, D]>;
}

/** W: [Z, N] mixes tokens, from the left as printed. */
export const tokenMix = <N extends Dim, D extends Dim, Z extends Dim>(z: DimOf<Z>, n: DimOf<N>): Block<Tensor<[Z, N]>, Mixing<N, D, Z>> =>
  weight(param(normalInit(n.size ** -0.5), z, n), (w) => (f) => einsum('z n, b n d -> b z d')(w, f));

/** W: [D, D] maps the channels of the mean token, the same for all Z. */
export const pooledMix = <N extends Dim, D extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>): Block<Tensor<[D, D]>, Mixing<N, D, Z>> =>
  weight(param(fanIn(), d, d), (w) => (f) => repeat('b d -> b z d', { z })(dot(reduce('mean', 'b n d -> b d')(f), w)));
