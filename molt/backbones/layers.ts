/**
 * Layers with weights as they are published: [out, in], under the names `weight` and `bias`.
 * not:   `linear` of the language, whose weight is [in, out].
 * source: torch.nn.Linear
 */
import type { Dim, DimOf, Tensor } from '../../shapes/index.ts';
import { addBias, type Arrow, type Block, block, einsum, elements, gelu, type Init, normalInit, param, zeros } from '../../dsl/index.ts';

const product = einsum('... i, o i -> ... o');

/** Starting weights of the trunks: N(0, 1/√fan) for weights [out, …in]. The published N(0, 0.02) is about that at their 768 to 1536 channels. */
export const start: Init = (key, sizes) => normalInit(1 / Math.sqrt(Math.max(1, elements(sizes.slice(1)))))(key, sizes);

export interface MatrixP<in out I extends Dim, in out O extends Dim> {
  readonly weight: Tensor<[O, I]>;
}
/** shape: [...B, I] → [...B, O]; x · weightᵀ */
export const matrix = <I extends Dim, O extends Dim>(i: DimOf<I>, o: DimOf<O>, init: Init = start): Block<MatrixP<I, O>, Arrow<[I], [O]>> =>
  block({ weight: param(init, o, i) }, (p) => (x) => product(x, p.weight));

export interface AffineP<in out I extends Dim, in out O extends Dim> {
  readonly weight: Tensor<[O, I]>;
  readonly bias: Tensor<[O]>;
}
/** shape: [...B, I] → [...B, O]; x · weightᵀ + bias */
export const affine = <I extends Dim, O extends Dim>(i: DimOf<I>, o: DimOf<O>, init: Init = start): Block<AffineP<I, O>, Arrow<[I], [O]>> =>
  block({ weight: param(init, o, i), bias: param(zeros, o) }, (p) => (x) => addBias(product(x, p.weight), p.bias));

export interface MlpP<in out D extends Dim, in out R extends Dim> {
  readonly fc1: AffineP<D, R>;
  readonly fc2: AffineP<R, D>;
}
/** shape: [...B, D] → [...B, D] through R hidden channels */
export const mlp = <D extends Dim, R extends Dim>(d: DimOf<D>, r: DimOf<R>): Block<MlpP<D, R>, Arrow<[D], [D]>> =>
  block({ fc1: affine(d, r), fc2: affine(r, d) }, (p) => (x) => p.fc2(gelu(p.fc1(x))));
