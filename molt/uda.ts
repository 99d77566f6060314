/**
 * UDA: the uni-modal distillation adapter, equation (1).
 *
 *   z̃ = TD(z, f) + W f
 *
 * laws:  proofs/molt/uda.ts: permuting the tokens of f together with the columns of W changes nothing
 * source: MoLT, arXiv 2512.00115, equation (1)
 */
import type { Dim, DimOf, Tensor } from '../shapes/index.ts';
import { add, type Block, block, normalInit, param } from '../dsl/index.ts';
import type { Mixing } from './mix.ts';
import type { Distil } from './td.ts';

/** Equation (1). shape: z [Z, D], f [B, N, D] → [B, Z, D] */
export const udaOf = <D extends Dim, N extends Dim, Z extends Dim>(z: Tensor<[Z, D]>, td: Distil<D>, mix: Mixing<N, D, Z>) => <B extends Dim>(f: Tensor<[B, N, D]>): Tensor<[B, Z, D]> =>
  add(td(z, f), mix(f));

/** Latent tokens start small. */
export const tokens = normalInit(0.02);

/** An adapter with a TD of its own. shape: f [B, N, D] → [B, Z, D] */
export const uda = <P, Q, D extends Dim, N extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>, td: Block<P, Distil<D>>, mix: Block<Q, Mixing<N, D, Z>>): Block<{ tokens: Tensor<[Z, D]>; td: P; mix: Q }, Mixing<N, D, Z>> =>
  block({ tokens: param(tokens, z, d), td, mix }, (p) => udaOf(p.tokens, p.td, p.mix));

/** An adapter whose TD is shared and given (reading A2). shape: TD → f [B, N, D] → [B, Z, D] */
export const sharedUda = <Q, D extends Dim, N extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>, mix: Block<Q, Mixing<N, D, Z>>): Block<{ tokens: Tensor<[Z, D]>; mix: Q }, (td: Distil<D>) => Mixing<N, D, Z>> =>
  block({ tokens: param(tokens, z, d), mix }, (p) => (td) => udaOf(p.tokens, td, p.mix));
