/**
 * Normalisations along the last axis.
 */
import type { Dim, Shape, Tensor } from '../../shapes/index.ts';
import * as b from '../build.ts';
import { node } from '../node.ts';
import { unwrap, wrap } from '../typed.ts';

/** shape: [...B, D] → [...B, D]; rows on the simplex. laws: proofs/dsl/softmax.ts */
export const softmax = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => wrap(node('softmax', {}, [unwrap(x)]));

/** shape: [...B, D] → [...B, D]; log of softmax, finite for large inputs */
export const logSoftmax = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => {
  const n = unwrap(x);
  const centred = b.sub(n, node('stopGradient', {}, [node('max', {}, [n])]));
  return wrap(b.sub(centred, b.map('log', b.sumLast(b.map('exp', centred)))));
};

/** shape: [...B, D] → [...B, D]; zero mean, unit variance, no gain or bias. source: Ba, Kiros & Hinton, arXiv:1607.06450 */
export const standardise = (eps = 1e-5) => <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => wrap(node('layerNorm', { eps }, [unwrap(x)]));

/** shape: [...B, D] → [...B, D]; x / max(‖x‖, eps): unit length, and finite with a finite gradient at 0 */
export const unit = (eps = 1e-12) => <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>): Tensor<[...B, D]> => {
  const n = unwrap(x);
  const squares = b.sumLast(b.map('square', n));
  return wrap(b.mul(n, b.map('rsqrt', b.zip('max', squares, b.scalarLike(squares, eps * eps)))));
};
