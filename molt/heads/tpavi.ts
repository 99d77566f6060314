/**
 * TPAVI: each place of each frame asks the sound of the whole clip.
 *
 *   a' = W a;   y = (θ(x) φ(a')ᵀ / n) g(x), n = T·H·W;   z = LN(x + BN(W_o y))
 *
 * idea:   the sound of a frame is the same at all its places and nothing bends between the products, so the n × n attention
 *         is never made: y = θ(x) · mean_t(φ(a'_t) ⊗ g(mean_{h,w} x_t)), exactly.
 *         Convolutions of 1 × 1 × 1 are linear maps of the channels. The norm starts at 0, so z starts as LN(x).
 * source: Zhou et al. 2022, AVSBench, arXiv:2207.05042, equation 1; the form without softmax ("dot") of the released code
 */
import type { Dim, DimOf, Tensor } from '../../shapes/index.ts';
import { add, block, einsum, layerNorm, linear, opaque, reduce, scale, type SomeBlock, zeros } from '../../dsl/index.ts';
import { batchNorm } from '../adapters/batch-norm.ts';

export interface Heard<in out B extends Dim, in out T extends Dim, in out H extends Dim, in out W extends Dim, in out D extends Dim> {
  readonly map: Tensor<[B, T, H, W, D]>;
  /** a', [B, T, D] */
  readonly audio: Tensor<[B, T, D]>;
}
/** shape: x [B, T, H, W, D], a [B, T, F] → map [B, T, H, W, D], audio [B, T, D] */
export interface Tpavi<in out D extends Dim, in out F extends Dim> {
  <B extends Dim, T extends Dim, H extends Dim, W extends Dim>(x: Tensor<[B, T, H, W, D]>, a: Tensor<[B, T, F]>): Heard<B, T, H, W, D>;
}

/** D channels of the map, F of the sound, I inside. */
export const tpavi = <D extends Dim, F extends Dim, I extends Dim>(d: DimOf<D>, f: DimOf<F>, i: DimOf<I>): SomeBlock<Tpavi<D, F>> =>
  opaque(block({ align: linear(f, d), query: linear(d, i), key: linear(d, i), value: linear(d, i), out: linear(i, d), batch: batchNorm(d, zeros), norm: layerNorm(d) }, (p): Tpavi<D, F> => (x, a) => {
    const audio = p.align(a);
    const values = p.value(reduce('mean', 'b t h w d -> b t d')(x));
    const [, seconds = 1] = a.sizes;
    const pairs = scale(1 / seconds)(einsum('b t i, b t j -> b i j')(p.key(audio), values));
    const y = p.out(einsum('b t h w i, b i j -> b t h w j')(p.query(x), pairs));
    return { map: p.norm(add(x, p.batch(y))), audio };
  }));
