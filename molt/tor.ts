/**
 * TOR: token orthogonality regularisation, equation (8): latent tokens should not say the same thing twice.
 *
 *   TOR = ‖C − I‖²_F,   C_ij = cosine of tokens i and j
 *
 * laws:  proofs/molt/tor.ts: ≥ 0; 0 iff the tokens are orthonormal up to scale; ≤ n(n−1); invariant to permutation, to scaling any
 *        token by a number of either sign, and to rotations; finite at a zero token; the gradient of a token is orthogonal to it
 * source: MoLT, arXiv 2512.00115, equation (8), the squared Frobenius norm (reading A11); the sum, as printed
 */
import type { Dim, DimOf, Tensor } from '../shapes/index.ts';
import { einsum, eye, reduce, square, subOver, unit } from '../dsl/index.ts';

/** Cosines of all pairs of tokens. shape: [B, M, D] → [B, M, M] */
export const cosines = <B extends Dim, M extends Dim, D extends Dim>(x: Tensor<[B, M, D]>): Tensor<[B, M, M]> => {
  const u = unit()(x);
  return einsum('b i d, b j d -> b i j')(u, u);
};

/** Equation (8) per sample. shape: [B, M, D] → [B], M tokens of one modality */
export const tor = <M extends Dim>(m: DimOf<M>) => <B extends Dim, D extends Dim>(x: Tensor<[B, M, D]>): Tensor<[B]> =>
  reduce('sum', 'b i j -> b')(square(subOver('b i j, i j')(cosines(x), eye(m))));
