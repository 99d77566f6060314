/**
 * Normalisations along the last axis.
 */
import type { Dim, Shape, Tensor } from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { Node } from '../expr.ts';
import { node } from '../node.ts';
import { unwrap, wrap } from '../typed.ts';

/** shape: [...B, D] → [...B, D]; rows on the simplex. laws: proofs/dsl/softmax.ts */
export const softmax = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => wrap(node('softmax', {}, [unwrap(x)]));

/**
 * shape: [...B, D] → [...B, D]; softmax, where what lies further than `spread` below the greatest of its row counts as `spread` below it.
 * For rows with masked places: e^−100 is too small for a number of full precision, and processors take a hundred times longer over such numbers;
 * e^−32 is as good as nothing beside 1, and an ordinary number.
 */
export const softmaxWithin = (spread: number) => <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => {
  const n = unwrap(x);
  const floor = b.shift(node('stopGradient', {}, [node('max', {}, [n])]), -spread);
  return wrap(node('softmax', {}, [b.map('relu', b.sub(n, floor))]));
};

/** shape: [...B, D] → [...B, D]; log of softmax, finite for large inputs */
export const logSoftmax = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => {
  const n = unwrap(x);
  const centred = b.sub(n, node('stopGradient', {}, [node('max', {}, [n])]));
  return wrap(b.sub(centred, b.map('log', b.sumLast(b.map('exp', centred)))));
};

/** shape: [...B, D] → [...B, D]; zero mean, unit variance, no gain or bias. source: Ba, Kiros & Hinton, arXiv:1607.06450 */
export const standardise = (eps = 1e-5) => <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => wrap(node('layerNorm', { eps }, [unwrap(x)]));

/** [...B, D] → [...B, 1] */
const inverseLength = (x: Node, eps: number): Node => {
  const squares = b.sumLast(b.map('square', x));
  return b.map('rsqrt', b.zip('max', squares, b.scalarLike(squares, eps * eps)));
};

/** shape: [...B, D] → [...B, D]; x / max(‖x‖, eps): unit length, and finite with a finite gradient at 0 */
export const unit = (eps = 1e-12) => <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => {
  const n = unwrap(x);
  return wrap(b.mul(n, inverseLength(n, eps)));
};

/** shape: [...B, D] → [...B]; 1 / max(‖x‖, eps): what `unit` multiplies by, for whoever multiplies by more */
export const inverseNorm = (eps = 1e-12) => <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<B> => {
  const lengths = inverseLength(unwrap(x), eps);
  return wrap(b.reshape(lengths, lengths.sizes.slice(0, -1)));
};
