/**
 * Attention inside windows: by cosine (Swin-V2) and by dot product (Swin-V1, HTS-AT), heads and windows as batch axes.
 * idea:   the fused weight is cut, not the products, so nothing but heads changes its layout; bias and mask are added together, as both are small.
 * not:    an output as wide as the heads: D and H·K are free of each other, only the published weights make them equal.
 * source: Liu et al. 2022, arXiv:2111.09883, equation 2; Liu et al. 2021, arXiv:2103.14030, equation 4
 */
import { dim, type Dim, type DimOf, type Mul, type Tensor, timesD } from '../../shapes/index.ts';
import {
  addBias, addOver, atMost, type Block, block, constantInit, einsum, exp, inverseNorm, mulOver, normalInit, param, rearrange, repeat, scale, softmax, softmaxWithin, take, unit, zeros,
} from '../../dsl/index.ts';
import { affine, type AffineP, type MatrixP, start } from './layers.ts';
import { continuousBias, type OffsetMlpP, pairwise } from './position.ts';
import type { Windowing } from './window.ts';

/** shape: [B, V, T, D] → [B, V, T, D], for V windows of T tokens */
export interface WindowMap<in out V extends Dim, in out T extends Dim, in out D extends Dim> {
  <B extends Dim>(x: Tensor<[B, V, T, D]>): Tensor<[B, V, T, D]>;
}

/** The sizes of attention: D channels in and out, H heads of K channels, R × R windows of W × W tokens. */
export interface AttentionSizes<in out D extends Dim, in out H extends Dim, in out K extends Dim, in out R extends Dim, in out W extends Dim> {
  readonly d: DimOf<D>;
  readonly h: DimOf<H>;
  readonly k: DimOf<K>;
  readonly windows: Windowing<R, W>;
  /** side of the windows for which the offsets of Swin-V2 are scaled; left out, W */
  readonly scaled?: number;
}

const logits = einsum('b v h n k, b v h m k -> b v h n m');
const mixed = einsum('b v h n m, b v h m k -> b v n h k');

const products = einsum('b v n d, e d -> b v n e');
/** shape: [B, V, T, H·K] → [B, V, H, T, K] */
const heads = <H extends Dim, K extends Dim>(h: DimOf<H>, k: DimOf<K>) => rearrange('b v n (h k) -> b v h n k', { h, k });

/** Bias of each head, and what the mask forbids in each window; without a mask the windows are alike. */
const biased = <V extends Dim, T extends Dim, H extends Dim>(v: DimOf<V>, bias: Tensor<[H, T, T]>, mask: Tensor<[V, T, T]> | undefined) => {
  const all = mask === undefined ? undefined : addOver('v h n m, v n m')(repeat('h n m -> v h n m', { v })(bias), mask);
  return <B extends Dim>(x: Tensor<[B, V, H, T, T]>): Tensor<[B, V, H, T, T]> => (all === undefined ? addOver('b v h n m, h n m')(x, bias) : addOver('b v h n m, v h n m')(x, all));
};

/** Attention from logits. Where a mask takes 100 from a logit, a share becomes too small for the processor's ordinary numbers: those are kept within reason. */
const shares = (mask: unknown): (<B extends Dim, V extends Dim, T extends Dim, H extends Dim>(x: Tensor<[B, V, H, T, T]>) => Tensor<[B, V, H, T, T]>) => (mask === undefined ? softmax : softmaxWithin(32));

/** Of unit length, times what each head is sharpened by; one product per channel for both. */
const sharpened = <B extends Dim, V extends Dim, H extends Dim, T extends Dim, K extends Dim>(q: Tensor<[B, V, H, T, K]>, sharpness: Tensor<[H, 1, 1]>): Tensor<[B, V, H, T, K]> =>
  mulOver('b v h n k, b v h n')(q, mulOver('b v h n, h 1 1')(inverseNorm()(q), sharpness));

export interface CosineAttentionP<in out D extends Dim, in out H extends Dim, in out K extends Dim> {
  readonly logit_scale: Tensor<[H, 1, 1]>;
  readonly q_bias: Tensor<[Mul<H, K>]>;
  readonly v_bias: Tensor<[Mul<H, K>]>;
  readonly cpb_mlp: OffsetMlpP<H>;
  readonly qkv: MatrixP<D, Mul<3, Mul<H, K>>>;
  readonly proj: AffineP<Mul<H, K>, D>;
}

/** Attention by cosine, as sharp as a learned scale of at most 100 per head; keys have no bias. */
export const cosineAttention = <D extends Dim, H extends Dim, K extends Dim, R extends Dim, W extends Dim>(
  { d, h, k, windows, scaled = windows.side.size }: AttentionSizes<D, H, K, R, W>,
): Block<CosineAttentionP<D, H, K>, WindowMap<Mul<R, R>, Mul<W, W>, D>> => {
  const e = timesD(h, k);
  const split = heads(h, k);
  return block(
    {
      logit_scale: param(constantInit(Math.log(10)), h, dim(1), dim(1)), q_bias: param(zeros, e), v_bias: param(zeros, e),
      cpb_mlp: continuousBias(h, windows.side, scaled), qkv: block({ weight: param(start, timesD(dim(3), e), d) }, (w) => w), proj: affine(e, d),
    },
    (p) => {
      const part = (i: number) => take(0)(i * e.size, e)(p.qkv.weight);
      const [wq, wk, wv] = [part(0), part(1), part(2)];
      const sharpness = exp(atMost(Math.log(100))(p.logit_scale));
      const addBiases = biased(windows.count, p.cpb_mlp(), windows.mask);
      const weights = shares(windows.mask);
      return (x) => {
        const q = sharpened(split(addBias(products(x, wq), p.q_bias)), sharpness);
        const key = unit()(split(products(x, wk)));
        const v = split(addBias(products(x, wv), p.v_bias));
        return p.proj(rearrange('b v n h k -> b v n (h k)')(mixed(weights(addBiases(logits(q, key))), v)));
      };
    },
  );
};

export interface DotAttentionP<in out D extends Dim, in out H extends Dim, in out K extends Dim, in out O extends Dim> {
  readonly relative_position_bias_table: Tensor<[O, H]>;
  readonly qkv: AffineP<D, Mul<3, Mul<H, K>>>;
  readonly proj: AffineP<Mul<H, K>, D>;
}

/** Attention by dot product divided by √K; o is (2W−1)², the offsets inside a window. */
export const dotAttention = <D extends Dim, H extends Dim, K extends Dim, R extends Dim, W extends Dim, O extends Dim>(
  { d, h, k, windows }: AttentionSizes<D, H, K, R, W>,
  o: DimOf<O>,
): Block<DotAttentionP<D, H, K, O>, WindowMap<Mul<R, R>, Mul<W, W>, D>> => {
  const e = timesD(h, k);
  const e3 = timesD(dim(3), e);
  const split = heads(h, k);
  return block({ relative_position_bias_table: param(normalInit(0.02), o, h), qkv: block({ weight: param(start, e3, d), bias: param(zeros, e3) }, (w) => w), proj: affine(e, d) }, (p) => {
    const part = (i: number) => [take(0)(i * e.size, e)(p.qkv.weight), take(0)(i * e.size, e)(p.qkv.bias)] as const;
    const [[wq, bq], [wk, bk], [wv, bv]] = [part(0), part(1), part(2)];
    const addBiases = biased(windows.count, pairwise(windows.side, o)(p.relative_position_bias_table), windows.mask);
    const weights = shares(windows.mask);
    return (x) => {
      const q = scale(1 / Math.sqrt(k.size))(split(addBias(products(x, wq), bq)));
      const [key, v] = [split(addBias(products(x, wk), bk)), split(addBias(products(x, wv), bv))];
      return p.proj(rearrange('b v n h k -> b v n (h k)')(mixed(weights(addBiases(logits(q, key))), v)));
    };
  });
};
