/**
 * Layers of the temporal heads: post-norm attention layers over the segments of a video.
 * not:    dropout, which the released heads use while training: everything here is a function of its inputs.
 * source: Vaswani et al. 2017, arXiv:1706.03762; sizes as the released code of DG-SCT and AVMoE
 */
import type { Dim, DimOf, Tensor } from '../../shapes/index.ts';
import { add, type Arrow, block, concat, layerNorm, linear, opaque, relu, type SomeBlock } from '../../dsl/index.ts';
import { type Attend, multiHead } from '../multi-head.ts';

/** Sizes of a layer: D channels, H heads of width K, M hidden units. */
export interface LayerSizes<in out D extends Dim, in out H extends Dim, in out K extends Dim, in out M extends Dim> {
  readonly d: DimOf<D>;
  readonly h: DimOf<H>;
  readonly k: DimOf<K>;
  readonly m: DimOf<M>;
}

/** shape: [B, T, D] kept */
export interface Sequence<in out D extends Dim> {
  <B extends Dim, T extends Dim>(x: Tensor<[B, T, D]>): Tensor<[B, T, D]>;
}

const feed = <D extends Dim, H extends Dim, K extends Dim, M extends Dim>({ d, m }: LayerSizes<D, H, K, M>) =>
  block({ first: linear(d, m), second: linear(m, d) }, (p): Arrow<[D], [D]> => (x) => p.second(relu(p.first(x))));

/** y = LN(x + attention(x, x)); LN(y + feed(y)). */
export const encoderLayer = <D extends Dim, H extends Dim, K extends Dim, M extends Dim>(s: LayerSizes<D, H, K, M>): SomeBlock<Sequence<D>> =>
  opaque(block({ attention: multiHead(s.d, s.h, s.k), norm1: layerNorm(s.d), feed: feed(s), norm2: layerNorm(s.d) }, (p): Sequence<D> => (x) => {
    const y = p.norm1(add(x, p.attention(x, x)));
    return p.norm2(add(y, p.feed(y)));
  }));

/** y = LN(x + attention(x, [memory ; x])); LN(y + feed(y)). shape: x, memory [B, T, D] → [B, T, D] */
export interface Decode<in out D extends Dim> {
  <B extends Dim, T extends Dim>(x: Tensor<[B, T, D]>, memory: Tensor<[B, T, D]>): Tensor<[B, T, D]>;
}

/** `unused`: the self-attention that the released class declares and never calls, which counts. */
export const decoderLayer = <D extends Dim, H extends Dim, K extends Dim, M extends Dim>(s: LayerSizes<D, H, K, M>): SomeBlock<Decode<D>> =>
  opaque(block({ unused: multiHead(s.d, s.h, s.k), attention: multiHead(s.d, s.h, s.k), norm1: layerNorm(s.d), feed: feed(s), norm2: layerNorm(s.d) }, (p: { readonly attention: Attend<D>; readonly norm1: Arrow<[D], [D]>; readonly norm2: Arrow<[D], [D]>; readonly feed: Arrow<[D], [D]> }): Decode<D> => (x, memory) => {
    const y = p.norm1(add(x, p.attention(x, concat(-2)(memory, x))));
    return p.norm2(add(y, p.feed(y)));
  }));
