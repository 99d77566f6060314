/**
 * Elementwise operations with explicit stretching: the first operand fixes the result.
 * laws:  test/shapes/agreement: the compiler and the library accept the same programs and give them the same shapes
 */
import { fault, raise } from '../../shapes/fault.ts';
import { type AnyTensor, checkZip, type CheckZip, type Dim, planZip, type Shape, type Tensor, type Zip } from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { ZipFn } from '../expr.ts';
import { unwrap, wrap } from '../typed.ts';
import { orRaise } from './or-raise.ts';

const over = (fn: ZipFn, pattern: string) => {
  const checked = orRaise(checkZip(pattern));
  return (x: AnyTensor, y: AnyTensor): AnyTensor => {
    const [n, m] = [unwrap(x), unwrap(y)];
    const plan = orRaise(planZip(checked, n.sizes, m.sizes));
    return wrap(b.zip(fn, n, b.reshape(b.permute(b.reshape(m, plan.expand), plan.axes), plan.aligned)));
  };
};

/** shape: `addOver('b n d, d')`: [B, N, D], [D] → [B, N, D] */
export function addOver<const P extends string>(pattern: CheckZip<P>): Zip<P>;
export function addOver(pattern: string): unknown {
  return over('add', pattern);
}
/** shape: as addOver; x − y */
export function subOver<const P extends string>(pattern: CheckZip<P>): Zip<P>;
export function subOver(pattern: string): unknown {
  return over('sub', pattern);
}
/** shape: `mulOver('b n d, b n 1')`: [B, N, D], [B, N, 1] → [B, N, D] */
export function mulOver<const P extends string>(pattern: CheckZip<P>): Zip<P>;
export function mulOver(pattern: string): unknown {
  return over('mul', pattern);
}
/** shape: as mulOver; x / y */
export function divOver<const P extends string>(pattern: CheckZip<P>): Zip<P>;
export function divOver(pattern: string): unknown {
  return over('div', pattern);
}

const last = <B extends Shape, D extends Dim>(fn: ZipFn, where: string) => (x: Tensor<[...B, D]>, y: Tensor<[NoInfer<D>]>): Tensor<[...B, D]> => {
  const [n, m] = [unwrap(x), unwrap(y)];
  if (n.sizes.length === 0 || m.sizes.length !== 1 || m.sizes[0] !== n.sizes.at(-1))
    return raise(fault('Shape', where, [`x: sizes [${n.sizes.join(', ')}]`, `y: sizes [${m.sizes.join(', ')}]`], 'y has one axis, of the size of the last axis of x'));
  return wrap(b.zip(fn, n, b.reshape(m, n.sizes.map((size, i) => (i === n.sizes.length - 1 ? size : 1)))));
};

/** shape: [...B, D], [D] → [...B, D] */
export const addBias = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>, bias: Tensor<[NoInfer<D>]>): Tensor<[...B, D]> => last<B, D>('add', 'addBias')(x, bias);
/** shape: [...B, D], [D] → [...B, D]; elementwise product with a gain per channel */
export const mulBias = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>, gain: Tensor<[NoInfer<D>]>): Tensor<[...B, D]> => last<B, D>('mul', 'mulBias')(x, gain);
