/**
 * Elementwise operations on tensors of one shape; stretching is explicit (`broadcast.ts`).
 */
import type { DType, Shape, Tensor } from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { MapFn, ZipFn } from '../expr.ts';
import { node } from '../node.ts';
import { unwrap, wrap } from '../typed.ts';
import { equalSizes } from './equal-sizes.ts';

const zipped = (fn: ZipFn) => <S extends Shape>(x: Tensor<S>, y: Tensor<S>): Tensor<S> => {
  const [p, q] = [unwrap(x), unwrap(y)];
  equalSizes(fn, p, q);
  return wrap(b.zip(fn, p, q));
};
const mapped = (fn: MapFn) => <S extends Shape>(x: Tensor<S>): Tensor<S> => wrap(b.map(fn, unwrap(x)));

/** shape: S, S → S */
export const add = zipped('add');
/** shape: S, S → S */
export const sub = zipped('sub');
/** shape: S, S → S; elementwise product */
export const mul = zipped('mul');
/** shape: S, S → S */
export const div = zipped('div');
/** shape: S, S → S; at ties the gradient goes to the first */
export const maximum = zipped('max');
/** shape: S, S → S; at ties the gradient goes to the first */
export const minimum = zipped('min');
/** shape: S, S → S; x^y, differentiable for x > 0 */
export const pow = zipped('pow');

/** shape: S → S */
export const neg = mapped('neg');
/** shape: S → S */
export const exp = mapped('exp');
/** shape: S → S; natural logarithm */
export const log = mapped('log');
/** shape: S → S */
export const sqrt = mapped('sqrt');
/** shape: S → S; 1/√x */
export const rsqrt = mapped('rsqrt');
/** shape: S → S; 1/x */
export const reciprocal = mapped('reciprocal');
/** shape: S → S */
export const square = mapped('square');
/** shape: S → S; gradient 0 at 0 */
export const abs = mapped('abs');
/** shape: S → S */
export const tanh = mapped('tanh');
/** shape: S → S; 1/(1+e^−x) */
export const sigmoid = mapped('sigmoid');
/** shape: S → S */
export const erf = mapped('erf');
/** shape: S → S; max(x, 0), gradient 0 at 0 */
export const relu = mapped('relu');

/** shape: S → S; x Φ(x), exact. source: Hendrycks & Gimpel, arXiv:1606.08415 */
export const gelu = <S extends Shape>(x: Tensor<S>): Tensor<S> => wrap(node('gelu', {}, [unwrap(x)]));
/** shape: S → S; k·x */
export const scale = (k: number) => <S extends Shape>(x: Tensor<S>): Tensor<S> => wrap(b.scale(unwrap(x), k));
/** shape: S → S; x + k */
export const shift = (k: number) => <S extends Shape>(x: Tensor<S>): Tensor<S> => wrap(b.shift(unwrap(x), k));
/** shape: S → S; at least k; gradient 0 below */
export const atLeast = (k: number) => <S extends Shape>(x: Tensor<S>): Tensor<S> => { const n = unwrap(x); return wrap(b.zip('max', n, b.scalarLike(n, k))); };
/** shape: S → S; at most k; gradient 0 above */
export const atMost = (k: number) => <S extends Shape>(x: Tensor<S>): Tensor<S> => { const n = unwrap(x); return wrap(b.zip('min', n, b.scalarLike(n, k))); };
/** shape: S → S; the value, with no gradient */
export const stopGradient = <S extends Shape, T extends DType>(x: Tensor<S, T>): Tensor<S, T> => wrap(node('stopGradient', {}, [unwrap(x)]));
