/**
 * MoLT: mixture of layer-wise tokens. Each adapted layer pair gives Z tokens per modality; all L·Z of them are fused into one.
 * source: MoLT, arXiv 2512.00115, Figure 2
 */
import { pipe } from 'fp-ts/lib/function.js';
import { type Dim, type DimOf, mapV, type Mul, type Tensor, timesD, type Vec, zipV } from '../shapes/index.ts';
import { type Block, block, copies, rearrange, stack } from '../dsl/index.ts';
import type { LayerDistil, LayerTokens } from './fdm.ts';
import { type Both, both, bothBlocks } from './modality.ts';
import type { Fusion } from './tfm.ts';
import { tor } from './tor.ts';

/** Everything MoLT makes of one batch. M = L·Z tokens per modality, layer-major. */
export interface MoltOutput<in out B extends Dim, in out L extends Dim, in out M extends Dim, in out D extends Dim, in out C extends Dim, in out E extends Dim> {
  /** ẑ, equation (7) */
  readonly fused: Both<Tensor<[B, D]>, Tensor<[B, C]>>;
  /** α, equation (6) */
  readonly weights: Both<Tensor<[B, M]>>;
  readonly tokens: Both<Tensor<[B, M, D]>, Tensor<[B, M, C]>>;
  /** w, equation (4), per layer pair */
  readonly router: Vec<L, Tensor<[B, E]>>;
  /** equation (8), the sum */
  readonly tor: Both<Tensor<[B]>>;
}

/** From the tokens of all layer pairs to the fused tokens. */
export const gather = <L extends Dim, Z extends Dim, D extends Dim, C extends Dim>(l: DimOf<L>, z: DimOf<Z>, tfm: Both<Fusion<Mul<L, Z>, D>, Fusion<Mul<L, Z>, C>>) =>
  <B extends Dim, E extends Dim>(layers: Vec<L, LayerTokens<B, Z, D, C, E>>): MoltOutput<B, L, Mul<L, Z>, D, C, E> => {
    const join = rearrange('l b z d -> b (l z) d');
    const tokens = both(join(stack(pipe(layers, mapV((x) => x.visual)))), join(stack(pipe(layers, mapV((x) => x.audio)))));
    const [visual, audio] = [tfm.visual(tokens.visual), tfm.audio(tokens.audio)];
    const penalty = tor(timesD(l, z));
    return {
      fused: both(visual.fused, audio.fused),
      weights: both(visual.weights, audio.weights),
      tokens,
      router: pipe(layers, mapV((x) => x.router)),
      tor: both(penalty(tokens.visual), penalty(tokens.audio)),
    };
  };

/** MoLT over L layer pairs of one shape. shape: L of [B, N, D] and L of [B, M, C] → fused [B, D] and [B, C], and more */
export const molt = <P, Q, R, L extends Dim, Z extends Dim, N extends Dim, D extends Dim, M extends Dim, C extends Dim, E extends Dim>(
  l: DimOf<L>, z: DimOf<Z>, fdm: Block<P, LayerDistil<N, D, M, C, Z, E>>, visual: Block<Q, Fusion<Mul<L, Z>, D>>, audio: Block<R, Fusion<Mul<L, Z>, C>>) =>
  block({ fdm: copies(l)(fdm), tfm: bothBlocks(visual, audio) }, (p) => <B extends Dim>(fv: Vec<L, Tensor<[B, N, D]>>, fa: Vec<L, Tensor<[B, M, C]>>): MoltOutput<B, L, Mul<L, Z>, D, C, E> =>
    gather(l, z, p.tfm)(pipe(zipV(zipV(fv, fa), p.fdm), mapV(([[v, a], distil]) => distil(v, a)))));
