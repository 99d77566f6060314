/**
 * Attention over heads: softmax(q kᵀ / √K) v, for queries that depend on the sample and for queries that do not.
 * laws:  proofs/molt/attention.ts: the output of each head lies in the convex hull of the rows of v
 * source: Vaswani et al. 2017, arXiv:1706.03762, equation 1 (our K is their d_k)
 */
import { pipe } from 'fp-ts/lib/function.js';
import type { Dim, Tensor } from '../shapes/index.ts';
import { einsum, scale, softmax } from '../dsl/index.ts';

/** shape: q [B, Z, H, K], k and v [B, N, H, K] → [B, Z, H, K] */
export const attention = <B extends Dim, Z extends Dim, N extends Dim, H extends Dim, K extends Dim>(
  q: Tensor<[B, Z, H, K]>, k: Tensor<[B, N, H, K]>, v: Tensor<[B, N, H, K]>): Tensor<[B, Z, H, K]> => {
  const weights = pipe(einsum('b z h k, b n h k -> b z h n')(q, k), scale((q.sizes[3] ?? 1) ** -0.5), softmax);
  return einsum('b z h n, b n h k -> b z h k')(weights, v);
};

/** shape: q [Z, H, K] the same for every sample, k and v [B, N, H, K] → [B, Z, H, K] */
export const latentAttention = <B extends Dim, Z extends Dim, N extends Dim, H extends Dim, K extends Dim>(
  q: Tensor<[Z, H, K]>, k: Tensor<[B, N, H, K]>, v: Tensor<[B, N, H, K]>): Tensor<[B, Z, H, K]> => {
  const weights = pipe(einsum('z h k, b n h k -> b z h n')(q, k), scale((q.sizes[2] ?? 1) ** -0.5), softmax);
  return einsum('b z h n, b n h k -> b z h k')(weights, v);
};
