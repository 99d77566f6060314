/**
 * Contractions: einsum by pattern, and the products that everybody names.
 * laws:  test/shapes/agreement: the compiler and the library accept the same programs and give them the same shapes
 */
import { mapLeft } from 'fp-ts/lib/Either.js';
import type { Fault } from '../../shapes/fault.ts';
import { type CheckEin, checkEin, type Dim, type Einsum, planEinsum, type AnyTensor, type Shape, type Tensor } from '../../shapes/index.ts';
import * as b from '../build.ts';
import { unwrap, wrap } from '../typed.ts';
import { orRaise } from './or-raise.ts';

/**
 * The contraction that a pattern names, parsed once and applied to any sizes that fit.
 * shape:  `einsum('b n d, d h k -> b h n k')`: [B, N, D], [D, H, K] → [B, H, N, K]; '...' stands for any axes; 1 to 3 operands
 * errors: a bad pattern or ill-fitting operands do not compile
 * source: Einstein summation, in the notation of einops, Rogozhnikov 2022
 * @example
 * import assert from 'node:assert';
 * import { einsum, input } from 'molt/dsl';
 * import { dim } from 'molt/shapes';
 * const scores = einsum('... n k, ... m k -> ... n m')(input('q', dim(2), dim(3), dim(8)), input('k', dim(2), dim(5), dim(8)));
 * assert.deepStrictEqual(scores.sizes, [2, 3, 5]);
 */
export function einsum<const P extends string>(pattern: CheckEin<P>): Einsum<P>;
export function einsum(pattern: string): unknown {
  return contracted(pattern, undefined);
}

/** The contraction that a pattern names, under a name of its own in faults. */
function named<const P extends string>(name: string, pattern: CheckEin<P>): Einsum<P>;
function named(name: string, pattern: string): unknown {
  return contracted(pattern, name);
}

const contracted = (pattern: string, name: string | undefined) => {
  const checked = orRaise(checkEin(pattern));
  const located = mapLeft((f: Fault): Fault => (name === undefined ? f : { ...f, where: name }));
  return (...xs: readonly AnyTensor[]): AnyTensor => {
    const operands = xs.map(unwrap);
    const plan = orRaise(located(planEinsum(checked, operands.map((o) => o.sizes))));
    return wrap(b.einsum(plan.inputs, plan.output, operands));
  };
};

const product = named('matmul', '... m k, ... k n -> ... m n');
const lastAxis = named('dot', '... i, i o -> ... o');

/** shape: [...B, M, K], [...B, K, N] → [...B, M, N] */
export const matmul = <B extends Shape, M extends Dim, K extends Dim, N extends Dim>(x: Tensor<[...B, M, K]>, y: Tensor<[...B, NoInfer<K>, N]>): Tensor<[...B, M, N]> => product(x, y);

/** shape: [...B, I], [I, O] → [...B, O] */
export const dot = <B extends Shape, I extends Dim, O extends Dim>(x: Tensor<[...B, I]>, w: Tensor<[NoInfer<I>, O]>): Tensor<[...B, O]> => lastAxis(x, w);
