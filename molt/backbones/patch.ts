/**
 * Patch embedding: a picture cut into squares, each a token.
 * idea:   a convolution whose stride is its kernel is one product of patches with weights. Pixels keep their values together, as pictures
 *         are stored, so that a patch is cut in long pieces.
 * source: Dosovitskiy et al. 2021, arXiv:2010.11929, section 3.1; weights as torch.nn.Conv2d stores them, [out, in, row, column]
 */
import type { Dim, DimOf, Mul, Tensor } from '../../shapes/index.ts';
import { addBias, type Block, block, einsum, layerNorm, type NormP, param, rearrange, zeros } from '../../dsl/index.ts';
import { start } from './layers.ts';

const convolve = einsum('b r c p q i, o i p q -> b r c o');

/** shape: [B, G·P, G·P, I] → [B, G, G, D] */
export interface PatchMap<in out I extends Dim, in out G extends Dim, in out P extends Dim, in out D extends Dim> {
  <B extends Dim>(x: Tensor<[B, Mul<G, P>, Mul<G, P>, I]>): Tensor<[B, G, G, D]>;
}
export interface PatchP<in out I extends Dim, in out P extends Dim, in out D extends Dim> {
  readonly proj: { weight: Tensor<[D, I, P, P]>; bias: Tensor<[D]> };
  readonly norm: NormP<D>;
}

/** I values a pixel, G × G patches of P × P pixels, D channels. */
export const patchEmbedding = <I extends Dim, G extends Dim, P extends Dim, D extends Dim>(i: DimOf<I>, g: DimOf<G>, p: DimOf<P>, d: DimOf<D>): Block<PatchP<I, P, D>, PatchMap<I, G, P, D>> => {
  const cut = rearrange('b (r p) (c q) i -> b r c p q i', { r: g, p, c: g, q: p });
  const proj: Block<PatchP<I, P, D>['proj'], PatchMap<I, G, P, D>> = block({ weight: param(start, d, i, p, p), bias: param(zeros, d) }, (w) => (x) => addBias(convolve(cut(x), w.weight), w.bias));
  return block({ proj, norm: layerNorm(d) }, (w) => (x) => w.norm(w.proj(x)));
};
