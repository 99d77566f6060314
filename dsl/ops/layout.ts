/**
 * Layout by pattern: rearrange, repeat, reduce.
 * laws:  test/shapes/agreement: the compiler and the library accept the same programs and give them the same shapes
 */
import {
  type AnyTensor, type CheckReduce, type CheckRearrange, type CheckRepeat, checkLayout, type Dim, type Is, planRearrange, planReduce, planRepeat, type Reduce, type Reshape, type Shape, type Sizes, type DType, type Tensor,
} from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { Node } from '../expr.ts';
import { node } from '../node.ts';
import { unwrap, wrap } from '../typed.ts';
import { orRaise } from './or-raise.ts';

/**
 * Permutes, splits and merges axes. Every axis of an input group needs its size.
 * shape: `rearrange('b n (h k) -> b h n k', { h, k })`: [B, N, H·K] → [B, H, N, K]
 * source: einops, Rogozhnikov 2022
 */
export function rearrange<const P extends string, Z extends Sizes = Record<never, never>>(pattern: CheckRearrange<P, Z>, sizes?: Z): Reshape<P, Z>;
export function rearrange(pattern: string, sizes?: Sizes): unknown {
  const checked = orRaise(checkLayout('rearrange', pattern, sizes ?? {}));
  return (x: AnyTensor): AnyTensor => {
    const n = unwrap(x);
    const plan = orRaise(planRearrange(checked, n.sizes));
    return wrap(b.reshape(b.permute(b.reshape(n, plan.expand), plan.axes), plan.sizes));
  };
}

/** Repeats along new axes, whose sizes are given. shape: `repeat('z d -> b z d', { b })`: [Z, D] → [B, Z, D] */
export function repeat<const P extends string, Z extends Sizes = Record<never, never>>(pattern: CheckRepeat<P, Z>, sizes?: Z): Reshape<P, Z>;
export function repeat(pattern: string, sizes?: Sizes): unknown {
  const checked = orRaise(checkLayout('repeat', pattern, sizes ?? {}));
  return (x: AnyTensor): AnyTensor => {
    const n = unwrap(x);
    const plan = orRaise(planRepeat(checked, n.sizes));
    const inserted = b.reshape(b.permute(b.reshape(n, plan.expand), plan.axes), plan.insert);
    return wrap(b.reshape(b.broadcast(inserted, plan.stretch), plan.sizes));
  };
}

interface Reduction {
  readonly expanded: Node;
  readonly plan: ReturnType<typeof planReduce> extends infer R ? (R extends { readonly right: infer A } ? A : never) : never;
}
const summed = ({ expanded, plan }: Reduction): Node => b.einsum([plan.input], plan.output, [expanded]);

/** How the elements of a reduced axis become one. */
const reductions = {
  sum: summed,
  mean: (r) => b.scale(summed(r), 1 / r.plan.count),
  max: ({ expanded, plan }) => node('max', {}, [b.reshape(b.permute(expanded, plan.axes), plan.flat)]),
} as const satisfies { readonly [how: string]: (r: Reduction) => Node };

/** Reduces the axes that are missing from the output; '1' keeps one. shape: `reduce('mean', 'b n d -> b d')`: [B, N, D] → [B, D] */
export function reduce<const P extends string, Z extends Sizes = Record<never, never>>(how: keyof typeof reductions, pattern: CheckReduce<P, Z>, sizes?: Z): Reduce<P, Z>;
export function reduce(how: keyof typeof reductions, pattern: string, sizes?: Sizes): unknown {
  const checked = orRaise(checkLayout('reduce', pattern, sizes ?? {}));
  return (x: AnyTensor): AnyTensor => {
    const n = unwrap(x);
    const plan = orRaise(planReduce(checked, n.sizes));
    return wrap(b.reshape(reductions[how]({ expanded: b.reshape(n, plan.expand), plan }), plan.sizes));
  };
}

/** The same tensor under an equal last size, by evidence. shape: [...P, A] → [...P, B] given A = B */
export const castLast = <A extends Dim, B extends Dim>(_evidence: Is<A, B>) => <P extends Shape, T extends DType>(x: Tensor<[...P, A], T>): Tensor<[...P, B], T> => wrap(unwrap(x));
