/**
 * Insertion: what an adapter inside a trunk adds to its own stream, after it has looked at the other one.
 * idea:   x ← part(x) + residual(x; y): the frozen part and the adapter run side by side, so gradients pass through the trunk.
 * source: Lin et al. 2023, LAVisH, arXiv:2212.07983, section 3.1
 */
import type { Dim, Tensor } from '../../shapes/index.ts';
import { unwrap, wrap } from '../../dsl/index.ts';

/** Rows on the simplex over experts whose number the types do not know. */
export type Experts<B extends Dim> = Tensor<[B, 'experts']>;
export const closeExperts = <B extends Dim, E extends Dim>(x: Tensor<[B, E]>): Experts<B> => wrap(unwrap(x));

/** What one adapter gives. */
export interface Inserted<in out B extends Dim, in out N extends Dim, in out D extends Dim> {
  /** [B, N, D], added to the stream */
  readonly residual: Tensor<[B, N, D]>;
  /** rows [B, N] on the simplex, by which a readout may weigh the tokens; only where the adapter makes them */
  readonly attention?: Tensor<[B, N]>;
  /** how much of each expert is taken; only where the adapter has a router */
  readonly router?: Experts<B>;
}

/** shape: own tokens x [B, N, D], the other stream's y [B, M, C] → residual [B, N, D] */
export interface Insert<in out N extends Dim, in out D extends Dim, in out M extends Dim, in out C extends Dim> {
  <B extends Dim>(x: Tensor<[B, N, D]>, y: Tensor<[B, M, C]>): Inserted<B, N, D>;
}

/** shape: [B, N, D] kept; the same for any number of tokens */
export interface Refine<in out D extends Dim> {
  <B extends Dim, N extends Dim>(x: Tensor<[B, N, D]>): Tensor<[B, N, D]>;
}
