/**
 * Joining and cutting along an axis: concat, split, take, stack, unstack; and reductions along one.
 * idea:  the rows of an interface indexed by the axis share one run-time body.
 */
import {
  type AnyDimOf, type AnyTensor, axisIndex, type Axis, type AxisOf, axisOf, type CheckOver, type ConcatAt, concatShape, type Dim, type DType, type ReduceAt, type Over, type ReduceKeepAt, type Shape, type SplitAt, splitShape, type TakeAt, takeShape, type Tensor, Vec,
} from '../../shapes/index.ts';
import * as b from '../build.ts';
import type { Node } from '../expr.ts';
import { node } from '../node.ts';
import { unwrap, wrap } from '../typed.ts';
import { fault, raise } from '../../shapes/fault.ts';
import { sameBound } from './bounds.ts';
import { equalSizes } from './equal-sizes.ts';
import { orRaise } from './or-raise.ts';

/** End to end along an axis. shape: `concat(-2)`: [...B, X, Y], [...B, X', Y] → [...B, X + X', Y] */
export function concat<A extends Axis>(axis: A): ConcatAt[A];
export function concat(axis: Axis): unknown {
  return (x: AnyTensor, y: AnyTensor): AnyTensor => {
    const [n, m] = [unwrap(x), unwrap(y)];
    return wrap(b.concat(orRaise(concatShape(axis, n.sizes, m.sizes)).axis, sameBound('concat', [n, m])));
  };
}

/** The inverse of concat. shape: `split(-2)(x1, x2)`: [...B, X1 + X2, Y] → [[...B, X1, Y], [...B, X2, Y]] */
export function split<A extends Axis>(axis: A): SplitAt[A];
export function split(axis: Axis): unknown {
  return (first: AnyDimOf, second: AnyDimOf) => (x: AnyTensor): readonly AnyTensor[] => {
    const n = unwrap(x);
    return orRaise(splitShape(axis, first, second, n.sizes)).map((plan) => wrap(b.slice(n, plan.begin, plan.sizes)));
  };
}

/** A slice. shape: `take(-2)(from, m)`: [...B, X, Y] → [...B, M, Y]. errors: a Shape fault if it is out of bounds */
export function take<A extends Axis>(axis: A): TakeAt[A];
export function take(axis: Axis): unknown {
  return (from: number, size: AnyDimOf) => (x: AnyTensor): AnyTensor => {
    const n = unwrap(x);
    const plan = orRaise(takeShape(axis, from, size, n.sizes));
    return wrap(b.slice(n, plan.begin, plan.sizes));
  };
}

/** shape: L of S → [L, ...S] */
export const stack = <L extends Dim, S extends Shape, T extends DType>(xs: Vec<L, Tensor<S, T>>): Tensor<[L, ...S], T> => {
  const nodes = sameBound('stack', xs.items.map(unwrap));
  nodes.slice(1).forEach((n, i) => equalSizes('stack', nodes[i] ?? n, n));
  return wrap(b.concat(0, nodes.map((n) => b.reshape(n, [1, ...n.sizes]))));
};

/** shape: [L, ...S] → L of S */
export const unstack = <L extends Dim, S extends Shape, T extends DType>(x: Tensor<[L, ...S], T>): Vec<L, Tensor<S, T>> => {
  const n = unwrap(x);
  if (n.sizes.length === 0) return raise(fault('Shape', 'unstack', ['a scalar'], '1 axis or more'));
  const inner = n.sizes.slice(1);
  return Vec.trusted(Array.from({ length: n.sizes[0] ?? 0 }, (_, i) => wrap(b.reshape(b.slice(n, [i, ...inner.map(() => 0)], [1, ...inner]), inner))));
};

const along = (where: string, axis: Axis, x: AnyTensor): readonly [Node, number] => {
  const n = unwrap(x);
  return [n, orRaise(axisIndex(where, axis, n.sizes))];
};
const kept = (n: Node, i: number): readonly number[] => n.sizes.map((size, j) => (j === i ? 1 : size));

/** Sum along an axis, which is removed. shape: `sum(-2)`: [...B, X, Y] → [...B, Y] */
export function sum<A extends Axis>(axis: A): ReduceAt[A];
export function sum(axis: Axis): unknown {
  return (x: AnyTensor): AnyTensor => {
    const [n, i] = along('sum', axis, x);
    return wrap(b.sumAxes(n, [i]));
  };
}

/** Mean along an axis, which is removed. */
export function mean<A extends Axis>(axis: A): ReduceAt[A];
export function mean(axis: Axis): unknown {
  return (x: AnyTensor): AnyTensor => {
    const [n, i] = along('mean', axis, x);
    return wrap(b.scale(b.sumAxes(n, [i]), 1 / (n.sizes[i] ?? 1)));
  };
}

/** Sum along an axis, kept with size 1. */
export function sumKeep<A extends Axis>(axis: A): ReduceKeepAt[A];
export function sumKeep(axis: Axis): unknown {
  return (x: AnyTensor): AnyTensor => {
    const [n, i] = along('sumKeep', axis, x);
    return wrap(b.reshape(b.sumAxes(n, [i]), kept(n, i)));
  };
}

/** Mean along an axis, kept with size 1. */
export function meanKeep<A extends Axis>(axis: A): ReduceKeepAt[A];
export function meanKeep(axis: Axis): unknown {
  return (x: AnyTensor): AnyTensor => {
    const [n, i] = along('meanKeep', axis, x);
    return wrap(b.reshape(b.scale(b.sumAxes(n, [i]), 1 / (n.sizes[i] ?? 1)), kept(n, i)));
  };
}

/** Softmax over a named axis. shape: `softmaxOver('l b z', 'l')`: unchanged, sums to 1 over l */
export function softmaxOver<const P extends string>(pattern: CheckOver<P>, axis: AxisOf<P>): Over<P>;
export function softmaxOver(pattern: string, axis: string): unknown {
  return (x: AnyTensor): AnyTensor => {
    const n = unwrap(x);
    const at = orRaise(axisOf(pattern, axis, n.sizes));
    const order = [...n.sizes.keys()].filter((i) => i !== at).concat(at);
    const soft = node('softmax', {}, [b.permute(n, order)]);
    return wrap(b.permute(soft, order.map((_, i) => order.indexOf(i))));
  };
}
