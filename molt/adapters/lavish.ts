/**
 * LAVisH: a hybrid adapter: K latent tokens gather from the other stream, the own tokens gather from them, and a bottleneck.
 *
 *   P' = P + softmax(P yᵀ) y;   x' = x + γ softmax(x P'ᵀ) P';   residual = bottleneck(x')
 *
 * idea:   attention without projections or scaling, so an adapter costs K·D + 2 D²/(r G) weights and little more; in the uni-modal mode the
 *         bottleneck stands alone.
 * source: Lin et al. 2023, arXiv:2212.07983, equations 1 to 5; gates and orders as the released code has them
 */
import { type Dim, type DimOf, type Mul, type Tensor, timesD } from '../../shapes/index.ts';
import { add, block, einsum, firstDim, type Init, opaque, param, repeat, softmax, type SomeBlock, uniformInit, zeros } from '../../dsl/index.ts';
import { align } from './align.ts';
import { bottleneck, type BottleneckOptions, type BottleneckSizes, gated } from './bottleneck.ts';
import type { Insert } from './insertion.ts';

/** K tokens that have looked at a stream. shape: P [K, D], y [B, M, D] → [B, K, D] */
export const compressed = <B extends Dim, K extends Dim, M extends Dim, D extends Dim>(p: Tensor<[K, D]>, y: Tensor<[B, M, D]>): Tensor<[B, K, D]> =>
  add(repeat('k d -> b k d', { b: firstDim(y) })(p), einsum('b k m, b m d -> b k d')(softmax(einsum('k d, b m d -> b k m')(p, y)), y));

/** What the own tokens find in those. shape: x [B, N, D], P' [B, K, D] → [B, N, D] */
export const found = <B extends Dim, N extends Dim, K extends Dim, D extends Dim>(x: Tensor<[B, N, D]>, p: Tensor<[B, K, D]>): Tensor<[B, N, D]> =>
  einsum('b n k, b k d -> b n d')(softmax(einsum('b n d, b k d -> b n k')(x, p)), p);

/** How the latent tokens start: uniformly in [0, 1) (the AVE models), or at 0 (AVS, AVQA). */
export const tokenStarts = { uniform: (key, sizes) => uniformInit(0.5)(key, sizes).map((x) => x + 0.5), zeros } as const satisfies Readonly<Record<string, Init>>;
export type TokenStart = keyof typeof tokenStarts;

/** x + γ found(x, compressed(P, y)). Tokens of both streams have D channels. */
export const fusion = <K extends Dim, D extends Dim>(k: DimOf<K>, d: DimOf<D>, start: TokenStart) =>
  block({ tokens: param(tokenStarts[start], k, d), open: gated<D>() }, (p) => <B extends Dim, N extends Dim, M extends Dim>(x: Tensor<[B, N, D]>, y: Tensor<[B, M, D]>): Tensor<[B, N, D]> =>
    add(x, p.open(found(x, compressed(p.tokens, y)))));

export interface LavishOptions extends BottleneckOptions {
  readonly start: TokenStart;
}

/** The adapter of one stream; both streams have D = G·I channels. shape: x [B, N, D], y [B, M, D] → [B, N, D] */
export const lavish = <K extends Dim, G extends Dim, I extends Dim, O extends Dim, N extends Dim, M extends Dim>(k: DimOf<K>, sizes: BottleneckSizes<G, I, O>, options: LavishOptions): SomeBlock<Insert<N, Mul<G, I>, M, Mul<G, I>>> =>
  opaque(block({ fusion: fusion(k, timesD(sizes.g, sizes.i), options.start), bottleneck: bottleneck(sizes, options) }, (p): Insert<N, Mul<G, I>, M, Mul<G, I>> => (x, y) => ({ residual: p.bottleneck(p.fusion(x, y)) })));

/** The same between streams of other sizes: the other tokens are aligned first. shape: x [B, N, G·I], y [B, M, C] → [B, N, G·I] */
export const lavishAcross = <K extends Dim, G extends Dim, I extends Dim, O extends Dim, N extends Dim, M extends Dim, C extends Dim>(
  k: DimOf<K>, sizes: BottleneckSizes<G, I, O>, n: DimOf<N>, m: DimOf<M>, c: DimOf<C>, options: LavishOptions): SomeBlock<Insert<N, Mul<G, I>, M, C>> => {
  const d = timesD(sizes.g, sizes.i);
  return opaque(block({ align: align(n, d, m, c), fusion: fusion(k, d, options.start), bottleneck: bottleneck(sizes, options) }, (p): Insert<N, Mul<G, I>, M, C> => (x, y) => ({ residual: p.bottleneck(p.fusion(x, p.align(y))) })));
};

/** The uni-modal mode (`is_multimodal` off): the bottleneck alone, whatever the other stream. shape: x [B, N, G·I], y [B, M, C] → [B, N, G·I] */
export const lavishAlone = <G extends Dim, I extends Dim, O extends Dim, N extends Dim, M extends Dim, C extends Dim>(sizes: BottleneckSizes<G, I, O>, options: BottleneckOptions): SomeBlock<Insert<N, Mul<G, I>, M, C>> =>
  opaque(block({ bottleneck: bottleneck(sizes, options) }, (p): Insert<N, Mul<G, I>, M, C> => (x) => ({ residual: p.bottleneck(x) })));
