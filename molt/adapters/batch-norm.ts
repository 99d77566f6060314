/**
 * Batch norm over everything but the channels, per channel, by given statistics.
 *
 *   y = (x − mean) / √(variance + ε) · weight + bias
 *
 * idea:   statistics are leaves that no training changes. Training by those of the batch is a rewriting of the graph, and the moments of a pass
 *         over training batches give the leaves their numbers (training-form.ts), so nothing is updated behind the graph's back.
 * source: Ioffe and Szegedy 2015, arXiv:1502.03167; Wu and Johnson 2021, arXiv:2105.07576, section 3 (statistics by a pass afterwards)
 */
import type { Dim, DimOf, Tensor } from '../../shapes/index.ts';
import { add, addBias, type Arrow, beside, block, buffers, type Init, mapBlock, mul, mulBias, neg, ones, opaque, param, rsqrt, shift, type SomeBlock, zeros } from '../../dsl/index.ts';

const epsilon = 1e-5;

interface Moments<in out D extends Dim> {
  readonly mean: Tensor<[D]>;
  /** biased: divided by the number of values */
  readonly variance: Tensor<[D]>;
}
interface Affine<in out D extends Dim> {
  readonly weight: Tensor<[D]>;
  readonly bias: Tensor<[D]>;
}

/** shape: [...B, D] kept; weights `weight`, which starts as said, and `bias`; buffers `mean` and `variance` */
export const batchNorm = <D extends Dim>(d: DimOf<D>, start: Init = ones): SomeBlock<Arrow<[D], [D]>> =>
  opaque(mapBlock(([p, { mean, variance }]: readonly [Affine<D>, Moments<D>]): Arrow<[D], [D]> => (x) => {
    const gain = mul(p.weight, rsqrt(shift(epsilon)(variance)));
    return addBias(mulBias(x, gain), add(p.bias, neg(mul(mean, gain))));
  })(beside(block({ weight: param(start, d), bias: param(zeros, d) }, (p) => p), buffers(block({ mean: param(zeros, d), variance: param(ones, d) }, (p) => p)))));
