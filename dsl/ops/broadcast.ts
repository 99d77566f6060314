/**
 * Elementwise operations with explicit stretching: the first operand fixes the result.
 * This file is a trust boundary: it claims that the run-time plan agrees with the type of the pattern (test/shapes/agreement).
 */
import { type AnyTensor, checkZip, type CheckZip, type Dim, planZip, type Shape, type Tensor, type Zip } from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { ZipFn } from '../expr.ts';
import { unwrap, wrap } from '../typed.ts';
import { orRaise } from './or-raise.ts';

const over = (fn: ZipFn) => <const P extends string>(pattern: CheckZip<P>): Zip<P> => {
  const checked = orRaise(checkZip(pattern));
  const apply = (x: AnyTensor, y: AnyTensor): AnyTensor => {
    const [n, m] = [unwrap(x), unwrap(y)];
    const plan = orRaise(planZip(checked, n.sizes, m.sizes));
    return wrap(b.zip(fn, n, b.reshape(b.permute(b.reshape(m, plan.expand), plan.axes), plan.aligned)));
  };
  return apply as unknown as Zip<P>;
};

/** shape: `addOver('b n d, d')`: [B, N, D], [D] → [B, N, D] */
export const addOver = over('add');
/** shape: as addOver; x − y */
export const subOver = over('sub');
/** shape: `mulOver('b n d, b n 1')`: [B, N, D], [B, N, 1] → [B, N, D] */
export const mulOver = over('mul');
/** shape: as mulOver; x / y */
export const divOver = over('div');

const last = <B extends Shape, D extends Dim>(fn: ZipFn) => (x: Tensor<[...B, D]>, y: Tensor<[NoInfer<D>]>): Tensor<[...B, D]> => {
  const [n, m] = [unwrap(x), unwrap(y)];
  return wrap(b.zip(fn, n, b.reshape(m, n.sizes.map((size, i) => (i === n.sizes.length - 1 ? (m.sizes[0] ?? size) : 1)))));
};

/** shape: [...B, D], [D] → [...B, D] */
export const addBias = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>, bias: Tensor<[NoInfer<D>]>): Tensor<[...B, D]> => last<B, D>('add')(x, bias);
/** shape: [...B, D], [D] → [...B, D]; elementwise product with a gain per channel */
export const mulBias = <B extends Shape, D extends Dim>(x: Tensor<[...B, D]>, gain: Tensor<[NoInfer<D>]>): Tensor<[...B, D]> => last<B, D>('mul')(x, gain);
