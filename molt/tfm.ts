/**
 * TFM: the token fusion module, equations (6) and (7): one score per token, softmax, weighted sum.
 *
 *   α = softmax(MLP(z̃)) over all L·Z tokens;   ẑ = Σ α z̃
 *
 * laws:  proofs/molt/tfm.ts: weights on the simplex; the result is in the convex hull of the tokens; equal tokens give uniform
 *        weights and themselves; invariant to permuting tokens
 * source: MoLT, arXiv 2512.00115, equations (6) and (7), Table 7 for the alternatives; softmax over tokens (reading A9)
 */
import { pipe } from 'fp-ts/lib/function.js';
import { dim, type Dim, type DimOf, type Mul, type Tensor } from '../shapes/index.ts';
import { type Block, block, einsum, firstDim, full, linear, pure, param, rearrange, relu, repeat, scale, softmax, softmaxOver, zeros } from '../dsl/index.ts';

export interface Fused<in out B extends Dim, in out M extends Dim, in out D extends Dim> {
  readonly fused: Tensor<[B, D]>;
  /** how much each token counts */
  readonly weights: Tensor<[B, M]>;
}
/** shape: tokens [B, M, D] → fused [B, D], weights [B, M]; M = L·Z, layer-major */
export interface Fusion<in out M extends Dim, in out D extends Dim> {
  <B extends Dim>(tokens: Tensor<[B, M, D]>): Fused<B, M, D>;
}

/** Equation (7). */
const weighted = <B extends Dim, M extends Dim, D extends Dim>(weights: Tensor<[B, M]>, tokens: Tensor<[B, M, D]>): Tensor<[B, D]> => einsum('b m, b m d -> b d')(weights, tokens);

/** One score per token by an MLP. shape: [B, M, D] → [B, M] */
const scores = <D extends Dim, R extends Dim>(d: DimOf<D>, r: DimOf<R>) =>
  ({ hidden: linear(d, r), out: linear(r, dim(1)) }) as const;

/** Softmax over all tokens: the default. R hidden units. */
export const tfm = <M extends Dim, D extends Dim, R extends Dim>(_m: DimOf<M>, d: DimOf<D>, r: DimOf<R>) =>
  block(scores(d, r), (p): Fusion<M, D> => (tokens) => {
    const weights = pipe(tokens, p.hidden, relu, p.out, rearrange('b m 1 -> b m'), softmax);
    return { fused: weighted(weights, tokens), weights };
  });

/** Softmax over the layers at each token index, then the mean over the Z indices. Each row of weights sums to Z. */
export const layerTfm = <L extends Dim, Z extends Dim, D extends Dim, R extends Dim>(l: DimOf<L>, z: DimOf<Z>, d: DimOf<D>, r: DimOf<R>) =>
  block(scores(d, r), (p): Fusion<Mul<L, Z>, D> => (tokens) => {
    const byLayer = pipe(tokens, p.hidden, relu, p.out, rearrange('b m 1 -> b m'), rearrange('b (l z) -> b l z', { l, z }), softmaxOver('b l z', 'l'));
    const weights = rearrange('b l z -> b (l z)')(byLayer);
    return { fused: scale(1 / z.size)(weighted(weights, tokens)), weights };
  });

/** All tokens count the same. */
export const averageFusion = <M extends Dim, D extends Dim>(m: DimOf<M>): Block<Record<never, never>, Fusion<M, D>> =>
  pure<Fusion<M, D>>((tokens) => {
    const weights = repeat('m -> b m', { b: firstDim(tokens) })(full(1 / m.size, m));
    return { fused: weighted(weights, tokens), weights };
  });

/** One learned number per layer and token, softmax over all. */
export const gateFusion = <L extends Dim, Z extends Dim, D extends Dim>(l: DimOf<L>, z: DimOf<Z>): Block<{ gates: Tensor<[L, Z]> }, Fusion<Mul<L, Z>, D>> =>
  block({ gates: param(zeros, l, z) }, (p): Fusion<Mul<L, Z>, D> => (tokens) => {
    const weights = pipe(p.gates, rearrange('l z -> (l z)'), softmax, repeat('m -> b m', { b: firstDim(tokens) }));
    return { fused: weighted(weights, tokens), weights };
  });
