/**
 * Mettle: meta-tokens of every layer distil the frozen tokens (LCD), beside the trunk; for segmentation they come back into
 * earlier layers (MTI).
 *
 *   LCD   m̂ = TD(m, f) + W f                    per layer, its two paths; then a map to the last layer's channels
 *   fused = mean over layers and meta-tokens
 *   MTI   x ← x + γ W_O attention(LN(x), [t_v W_v ; t_a W_a])
 *
 * idea:   LCD is what MoLT calls UDA, so it is MoLT's block; what differs is that every layer is read and that fusion is a mean.
 * source: Mettle, abstract and figure captions only: its code is not public. Inferred: the widths, the maps between channels, and MTI
 *         as a gated residual attention. MoLT, arXiv:2512.00115, section 3.2.1, takes LCD over.
 */
import type { Dim, DimOf, Tensor, Vec } from '../../shapes/index.ts';
import { add, block, concat, einsum, fanIn, layerNorm, linear, mapBlock, opaque, param, reduce, type SomeBlock, stack } from '../../dsl/index.ts';
import { attention } from '../attention.ts';
import { tokenMix } from '../mix.ts';
import type { Modality } from '../modality.ts';
import { narrowTd } from '../td.ts';
import { uda } from '../uda.ts';
import { gated } from './bottleneck.ts';

/** shape: f [B, N, D] → [B, Z, F] at the last layer's channels */
export interface Lcd<in out N extends Dim, in out D extends Dim, in out Z extends Dim, in out F extends Dim> {
  <B extends Dim>(f: Tensor<[B, N, D]>): Tensor<[B, Z, F]>;
}

/** LCD of one layer with Z meta-tokens; `project` is there where the last layer has other channels, F. */
export const lcd = <Z extends Dim, D extends Dim, H extends Dim, K extends Dim, N extends Dim, F extends Dim>(z: DimOf<Z>, m: Modality<D, H, K, N>, last: DimOf<F>): SomeBlock<Lcd<N, D, Z, F>> =>
  opaque(block({ lcd: uda(z, m.d, narrowTd(m), tokenMix(z, m.n)), project: linear(m.d, last) }, (p): Lcd<N, D, Z, F> => (f) => p.project(p.lcd(f))));

/** The same for a layer that has the last one's channels. */
export const lastLcd = <Z extends Dim, D extends Dim, H extends Dim, K extends Dim, N extends Dim>(z: DimOf<Z>, m: Modality<D, H, K, N>): SomeBlock<Lcd<N, D, Z, D>> =>
  opaque(mapBlock((f: Lcd<N, D, Z, D>): Lcd<N, D, Z, D> => f)(uda(z, m.d, narrowTd(m), tokenMix(z, m.n))));

/** Mean over L layers and their meta-tokens. shape: L of [B, Z, D] → [B, D] */
export const pooledTokens = <L extends Dim, B extends Dim, Z extends Dim, D extends Dim>(layers: Vec<L, Tensor<[B, Z, D]>>): Tensor<[B, D]> => reduce('mean', 'l b z d -> b d')(stack(layers));

/** One stage's tokens take back what the meta-tokens of both streams hold. shape: x [B, N, D], t_v [B, Z, F], t_a [B, Y, C] → [B, N, D] */
export interface Mti<in out D extends Dim, in out F extends Dim, in out C extends Dim> {
  <B extends Dim, N extends Dim, Z extends Dim, Y extends Dim>(x: Tensor<[B, N, D]>, visual: Tensor<[B, Z, F]>, audio: Tensor<[B, Y, C]>): Tensor<[B, N, D]>;
}

/** H heads of width K; γ starts at 0. */
export const mti = <D extends Dim, H extends Dim, K extends Dim, F extends Dim, C extends Dim>(d: DimOf<D>, h: DimOf<H>, k: DimOf<K>, f: DimOf<F>, c: DimOf<C>): SomeBlock<Mti<D, F, C>> =>
  opaque(block({
    norm: layerNorm(d), visual: linear(f, d), audio: linear(c, d), open: gated<D>(),
    query: param(fanIn(), d, h, k), key: param(fanIn(), d, h, k), value: param(fanIn(), d, h, k), out: param(fanIn(2), h, k, d),
  }, (p): Mti<D, F, C> => (x, visual, audio) => {
    const project = einsum('b n d, d h k -> b n h k');
    const tokens = concat(-2)(p.visual(visual), p.audio(audio));
    const heads = attention(project(p.norm(x), p.query), project(tokens, p.key), project(tokens, p.value));
    return add(x, p.open(einsum('b n h k, h k d -> b n d')(heads, p.out)));
  }));
