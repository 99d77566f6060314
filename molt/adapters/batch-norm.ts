/**
 * Batch norm over everything but the channels, per channel, in its two meanings.
 * idea:   while training the statistics are those of the batch, a function of the input like any other; afterwards they are
 *         leaves. `moments` of a pass over the training set give those leaves, so nothing is updated behind the graph's back.
 * source: Ioffe and Szegedy 2015, arXiv:1502.03167; Wu and Johnson 2021, arXiv:2105.07576, section 3 (statistics by a pass afterwards)
 */
import type { Dim, DimOf, Shape, Tensor } from '../../shapes/index.ts';
import { add, addBias, type Arrow, beside, type Block, block, buffers, type Init, mapBlock, mul, mulBias, neg, ones, opaque, param, reduce, rsqrt, shift, type SomeBlock, square, zeros } from '../../dsl/index.ts';

const epsilon = 1e-5;

/** Where the statistics come from: the batch (training), or leaves `mean` and `variance` (evaluation). */
export type Statistics = 'batch' | 'given';

export interface Moments<in out D extends Dim> {
  readonly mean: Tensor<[D]>;
  /** biased: divided by the number of values */
  readonly variance: Tensor<[D]>;
}
interface Affine<in out D extends Dim> {
  readonly weight: Tensor<[D]>;
  readonly bias: Tensor<[D]>;
}

/** Mean and variance of each channel. shape: [...B, D] → [D] and [D] */
export const moments = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Moments<D> => {
  const over = reduce('mean', '... d -> d');
  const mean = over(x);
  // about the mean, not E x² − (E x)²: a channel far from 0 keeps its digits
  return { mean, variance: over(square(addBias(x, neg(mean)))) };
};

const affine = <D extends Dim>(d: DimOf<D>, start: Init): Block<Affine<D>, Affine<D>> => block({ weight: param(start, d), bias: param(zeros, d) }, (p) => p);

const normed = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>, mean: Tensor<[D]>, variance: Tensor<[D]>, p: Affine<D>): Tensor<[...B, D]> => {
  const gain = mul(p.weight, rsqrt(shift(epsilon)(variance)));
  return addBias(mulBias(x, gain), add(p.bias, neg(mul(mean, gain))));
};

/** shape: [...B, D] kept; weights `weight`, which starts as said, and `bias`; for given statistics the buffers `mean`, `variance` */
export const batchNorm = <D extends Dim>(d: DimOf<D>, statistics: Statistics, start: Init = ones): SomeBlock<Arrow<[D], [D]>> => {
  if (statistics === 'batch') {
    return opaque(mapBlock((p: Affine<D>): Arrow<[D], [D]> => (x) => {
      const { mean, variance } = moments(x);
      return normed(x, mean, variance, p);
    })(affine(d, start)));
  }
  const fixed = buffers(block({ mean: param(zeros, d), variance: param(ones, d) }, (p) => p));
  return opaque(mapBlock(([p, { mean, variance }]: readonly [Affine<D>, Moments<D>]): Arrow<[D], [D]> => (x) => normed(x, mean, variance, p))(beside(affine(d, start), fixed)));
};
