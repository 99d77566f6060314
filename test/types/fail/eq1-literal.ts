/**
 * The literal reading of the paper's equation (1): z̃ = TD(z, f) + W f with W: [D, D] applied to channels keeps N rows, and TD
 * gives Z rows. So W must mix tokens, or its rows must be pooled (molt/mix.ts).
 */
import { add, type Block, block, dot, einsum, fanIn, param } from '../../../dsl/index.ts';
import type { Dim, DimOf, Tensor } from '../../../shapes/index.ts';
import type { Distil } from '../../../molt/td.ts';

export const literal = <P, D extends Dim, N extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>, td: Block<P, Distil<D>>) =>
  block({ z: param(fanIn(), z, d), w: param(fanIn(), d, d), td }, (p) => <B extends Dim>(f: Tensor<[B, N, D]>): Tensor<[B, Z, D]> =>
    // error: Type 'N' is not assignable to type 'Z'.
    add(p.td(p.z, f), dot(f, p.w)));

// From the left as printed, with the same W: the sum is [B, D, D], and W meets N rows where it needs D.
export const fromTheLeft = <P, D extends Dim, N extends Dim, Z extends Dim>(z: DimOf<Z>, d: DimOf<D>, td: Block<P, Distil<D>>) =>
  block({ z: param(fanIn(), z, d), w: param(fanIn(), d, d), td }, (p) => <B extends Dim>(f: Tensor<[B, N, D]>): Tensor<[B, Z, D]> =>
    // error: Type 'D' is not assignable to type 'Z'.
    // error: Type 'N' is not assignable to type 'D'.
    add(p.td(p.z, f), einsum('z n, b n d -> b z d')(p.w, f)));
