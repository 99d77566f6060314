/**
 * Joining and cutting along an axis: concat, split, take, stack, unstack; and reductions along one.
 * This file is a trust boundary: the rows of an interface indexed by the axis share one run-time body.
 */
import {
  type AnyDimOf, type AnyTensor, axisIndex, type Axis, type AxisOf, axisOf, type ConcatAt, concatShape, type Dim, type DType, type ReduceAt, type ReduceKeepAt, type Reshape, type Shape, type SplitAt, splitShape, type TakeAt, takeShape, Tensor, Vec,
} from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { Node } from '../expr.ts';
import { node } from '../node.ts';
import { unwrap, wrap } from '../typed.ts';
import { orRaise } from './or-raise.ts';

/** End to end along an axis. shape: `concat(-2)`: [...B, X, Y], [...B, X', Y] → [...B, X + X', Y] */
export const concat = <A extends Axis>(axis: A): ConcatAt[A] => {
  const apply = (x: AnyTensor, y: AnyTensor): AnyTensor => {
    const [n, m] = [unwrap(x), unwrap(y)];
    return wrap(b.concat(orRaise(concatShape(axis, n.sizes, m.sizes)).axis, [n, m]));
  };
  return apply as unknown as ConcatAt[A];
};

/** The inverse of concat. shape: `split(-2)(x1, x2)`: [...B, X1 + X2, Y] → [[...B, X1, Y], [...B, X2, Y]] */
export const split = <A extends Axis>(axis: A): SplitAt[A] => {
  const apply = (first: AnyDimOf, second: AnyDimOf) => (x: AnyTensor): readonly AnyTensor[] => {
    const n = unwrap(x);
    return orRaise(splitShape(axis, first, second, n.sizes)).map((plan) => wrap(b.slice(n, plan.begin, plan.sizes)));
  };
  return apply as unknown as SplitAt[A];
};

/** A slice. shape: `take(-2)(from, m)`: [...B, X, Y] → [...B, M, Y]. errors: a Shape fault if it is out of bounds */
export const take = <A extends Axis>(axis: A): TakeAt[A] => {
  const apply = (from: number, size: AnyDimOf) => (x: AnyTensor): AnyTensor => {
    const n = unwrap(x);
    const plan = orRaise(takeShape(axis, from, size, n.sizes));
    return wrap(b.slice(n, plan.begin, plan.sizes));
  };
  return apply as unknown as TakeAt[A];
};

/** shape: L of S → [L, ...S] */
export const stack = <L extends Dim, S extends Shape, T extends DType>(xs: Vec<L, Tensor<S, T>>): Tensor<[L, ...S], T> => {
  const nodes = xs.items.map(unwrap);
  return wrap(b.concat(0, nodes.map((n) => b.reshape(n, [1, ...n.sizes]))));
};

/** shape: [L, ...S] → L of S */
export const unstack = <L extends Dim, S extends Shape, T extends DType>(x: Tensor<[L, ...S], T>): Vec<L, Tensor<S, T>> => {
  const n = unwrap(x);
  const inner = n.sizes.slice(1);
  return Vec.trusted(Array.from({ length: n.sizes[0] ?? 0 }, (_, i) => wrap(b.reshape(b.slice(n, [i, ...inner.map(() => 0)], [1, ...inner]), inner))));
};

const along = (where: string, axis: Axis, x: AnyTensor): readonly [Node, number] => {
  const n = unwrap(x);
  return [n, orRaise(axisIndex(where, axis, n.sizes))];
};
const kept = (n: Node, i: number): readonly number[] => n.sizes.map((size, j) => (j === i ? 1 : size));

/** Sum along an axis, which is removed. shape: `sum(-2)`: [...B, X, Y] → [...B, Y] */
export const sum = <A extends Axis>(axis: A): ReduceAt[A] => {
  const apply = (x: AnyTensor): AnyTensor => {
    const [n, i] = along('sum', axis, x);
    return wrap(b.sumAxes(n, [i]));
  };
  return apply as unknown as ReduceAt[A];
};

/** Mean along an axis, which is removed. */
export const mean = <A extends Axis>(axis: A): ReduceAt[A] => {
  const apply = (x: AnyTensor): AnyTensor => {
    const [n, i] = along('mean', axis, x);
    return wrap(b.scale(b.sumAxes(n, [i]), 1 / (n.sizes[i] ?? 1)));
  };
  return apply as unknown as ReduceAt[A];
};

/** Sum along an axis, kept with size 1. */
export const sumKeep = <A extends Axis>(axis: A): ReduceKeepAt[A] => {
  const apply = (x: AnyTensor): AnyTensor => {
    const [n, i] = along('sumKeep', axis, x);
    return wrap(b.reshape(b.sumAxes(n, [i]), kept(n, i)));
  };
  return apply as unknown as ReduceKeepAt[A];
};

/** Mean along an axis, kept with size 1. */
export const meanKeep = <A extends Axis>(axis: A): ReduceKeepAt[A] => {
  const apply = (x: AnyTensor): AnyTensor => {
    const [n, i] = along('meanKeep', axis, x);
    return wrap(b.reshape(b.scale(b.sumAxes(n, [i]), 1 / (n.sizes[i] ?? 1)), kept(n, i)));
  };
  return apply as unknown as ReduceKeepAt[A];
};

/** Softmax over a named axis. shape: `softmaxOver('l b z', 'l')`: unchanged, sums to 1 over l */
export const softmaxOver = <const P extends string>(pattern: P, axis: AxisOf<P>): Reshape<`${P}->${P}`, Record<never, never>> => {
  const apply = (x: AnyTensor): AnyTensor => {
    const n = unwrap(x);
    const at = orRaise(axisOf(pattern, axis, n.sizes));
    const moved = n.sizes.map((_, i) => i).filter((i) => i !== at);
    const order = [...moved, at];
    const soft = node('softmax', {}, [b.permute(n, order)]);
    return wrap(b.permute(soft, order.map((_, i) => order.indexOf(i))));
  };
  return apply as unknown as Reshape<`${P}->${P}`, Record<never, never>>;
};
