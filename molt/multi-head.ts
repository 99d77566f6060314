/**
 * Multi-head attention with a bias on every projection, between two sequences or within one.
 * not:    CA of MoLT, which has no biases (`ca.ts`).
 * source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2; biases as torch.nn.MultiheadAttention
 */
import { pipe } from 'fp-ts/lib/function.js';
import type { Dim, DimOf, Tensor } from '../shapes/index.ts';
import { addBias, block, einsum, fanIn, opaque, param, rearrange, type SomeBlock, zeros } from '../dsl/index.ts';
import { attention } from './attention.ts';

/** x asks, y answers. shape: x [B, T, D], y [B, S, D] → [B, T, D] */
export interface Attend<in out D extends Dim> {
  <B extends Dim, T extends Dim, S extends Dim>(x: Tensor<[B, T, D]>, y: Tensor<[B, S, D]>): Tensor<[B, T, D]>;
}

/** shape: [B, T, D] → [B, T, H, K] */
const projection = <D extends Dim, H extends Dim, K extends Dim>(d: DimOf<D>, h: DimOf<H>, k: DimOf<K>) =>
  block({ weight: param(fanIn(), d, h, k), bias: param(zeros, h, k) }, (p) => <B extends Dim, T extends Dim>(x: Tensor<[B, T, D]>): Tensor<[B, T, H, K]> =>
    pipe(einsum('b t d, d h k -> b t h k')(x, p.weight), rearrange('b t h k -> b t (h k)'), (y) => addBias(y, rearrange('h k -> (h k)')(p.bias)), rearrange('b t (h k) -> b t h k', { h, k })));

/** H heads of width K. */
export const multiHead = <D extends Dim, H extends Dim, K extends Dim>(d: DimOf<D>, h: DimOf<H>, k: DimOf<K>): SomeBlock<Attend<D>> => {
  const out = block({ weight: param(fanIn(2), h, k, d), bias: param(zeros, d) }, (p) => <B extends Dim, T extends Dim>(x: Tensor<[B, T, H, K]>): Tensor<[B, T, D]> => addBias(einsum('b t h k, h k d -> b t d')(x, p.weight), p.bias));
  return opaque(block({ query: projection(d, h, k), key: projection(d, h, k), value: projection(d, h, k), out }, (p): Attend<D> => (x, y) => p.out(attention(p.query(x), p.key(y), p.value(y)))));
};
