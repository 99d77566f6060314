/**
 * Masks: comparisons, their combinations, and choosing by them.
 */
import { fault, raise } from '../../shapes/fault.ts';
import type { DType, Shape, Tensor } from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { CompareFn, LogicFn } from '../expr.ts';
import { unwrap, wrap } from '../typed.ts';
import { sameBound } from './bounds.ts';
import { equalSizes } from './equal-sizes.ts';

const compared = (fn: CompareFn) => <S extends Shape>(x: Tensor<S>, y: Tensor<S>): Tensor<S, 'bool'> => {
  const [n, m] = [unwrap(x), unwrap(y)];
  if (n.dtype !== 'f32') return raise(fault('Shape', fn, [`x: ${n.dtype}`], 'f32 values'));
  equalSizes(fn, n, m);
  return wrap(b.compare(fn, n, m));
};
const combined = (fn: LogicFn) => <S extends Shape>(x: Tensor<S, 'bool'>, y: Tensor<S, 'bool'>): Tensor<S, 'bool'> => {
  const [n, m] = [unwrap(x), unwrap(y)];
  equalSizes(fn, n, m);
  return wrap(b.logic(fn, n, m));
};

/** shape: S, S → S of bool; x < y */
export const less = compared('less');
/** shape: S, S → S of bool; x ≤ y */
export const lessEqual = compared('lessEqual');
/** shape: S, S → S of bool; x = y */
export const equal = compared('equal');
/** shape: S, S → S of bool */
export const and = combined('and');
/** shape: S, S → S of bool */
export const or = combined('or');
/** shape: S, S → S of bool */
export const xor = combined('xor');

/** shape: mask S, S, S → S; a where the mask holds, b elsewhere */
export const where = <S extends Shape, T extends DType>(mask: Tensor<S, 'bool'>, x: Tensor<NoInfer<S>, T>, y: Tensor<NoInfer<S>, NoInfer<T>>): Tensor<S, T> => {
  const [choice, n, m] = [unwrap(mask), unwrap(x), unwrap(y)];
  equalSizes('where', choice, n);
  equalSizes('where', n, m);
  sameBound('where', [n, m]);
  return wrap(b.select(choice, n, m));
};
