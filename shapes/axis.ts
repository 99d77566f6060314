/**
 * Axes: operations along one axis that is named by a literal, 0 for the first and -1, -2, -3 from the last.
 * idea:  an interface indexed by the literal, one unification signature per axis. Overloads would turn every mistake into
 *        "No overload matches", and a shape computed by a conditional type stays unresolved on `[...B, N, D]`.
 * not:   an axis chosen at run time.
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { AnyDimOf, Dim, DimOf } from './dim.ts';
import type { DType, Ix } from './dtype.ts';
import { type Fault, fault } from './fault.ts';
import type { Add } from './nat.ts';
import { countAxes } from './substitute.ts';
import type { Shape, Tensor } from './tensor.ts';

/** Axes that may be named. */
export type Axis = 0 | -1 | -2 | -3;

/** Two tensors end to end: `concat(-2)(a, b)`; the sizes along the axis are added. */
export interface ConcatAt {
  [0]: <X1 extends Dim, X2 extends Dim, B extends Shape, T extends DType>(a: Tensor<[X1, ...B], T>, b: Tensor<[X2, ...B], NoInfer<T>>) => Tensor<[Add<X1, X2>, ...B], T>;
  [-1]: <B extends Shape, X1 extends Dim, X2 extends Dim, T extends DType>(a: Tensor<[...B, X1], T>, b: Tensor<[...B, X2], NoInfer<T>>) => Tensor<[...B, Add<X1, X2>], T>;
  [-2]: <B extends Shape, X1 extends Dim, X2 extends Dim, Y extends Dim, T extends DType>(a: Tensor<[...B, X1, Y], T>, b: Tensor<[...B, X2, NoInfer<Y>], NoInfer<T>>) => Tensor<[...B, Add<X1, X2>, Y], T>;
  [-3]: <B extends Shape, X1 extends Dim, X2 extends Dim, Y extends Dim, Z extends Dim, T extends DType>(a: Tensor<[...B, X1, Y, Z], T>, b: Tensor<[...B, X2, NoInfer<Y>, NoInfer<Z>], NoInfer<T>>) => Tensor<[...B, Add<X1, X2>, Y, Z], T>;
}

/** The inverse of concat: `split(-2)(n1, n2)(x)`; both sizes are witnesses. */
export interface SplitAt {
  [0]: <X1 extends Dim, X2 extends Dim>(first: DimOf<X1>, second: DimOf<X2>) => <B extends Shape, T extends DType>(x: Tensor<[Add<X1, X2>, ...B], T>) => [Tensor<[X1, ...B], T>, Tensor<[X2, ...B], T>];
  [-1]: <X1 extends Dim, X2 extends Dim>(first: DimOf<X1>, second: DimOf<X2>) => <B extends Shape, T extends DType>(x: Tensor<[...B, Add<X1, X2>], T>) => [Tensor<[...B, X1], T>, Tensor<[...B, X2], T>];
  [-2]: <X1 extends Dim, X2 extends Dim>(first: DimOf<X1>, second: DimOf<X2>) => <B extends Shape, Y extends Dim, T extends DType>(x: Tensor<[...B, Add<X1, X2>, Y], T>) => [Tensor<[...B, X1, Y], T>, Tensor<[...B, X2, Y], T>];
  [-3]: <X1 extends Dim, X2 extends Dim>(first: DimOf<X1>, second: DimOf<X2>) => <B extends Shape, Y extends Dim, Z extends Dim, T extends DType>(x: Tensor<[...B, Add<X1, X2>, Y, Z], T>) => [Tensor<[...B, X1, Y, Z], T>, Tensor<[...B, X2, Y, Z], T>];
}

/** A slice: `take(-2)(from, size)(x)`; the size is a witness, the bounds are checked at run time. */
export interface TakeAt {
  [0]: <M extends Dim>(from: number, size: DimOf<M>) => <X extends Dim, B extends Shape, T extends DType>(x: Tensor<[X, ...B], T>) => Tensor<[M, ...B], T>;
  [-1]: <M extends Dim>(from: number, size: DimOf<M>) => <B extends Shape, X extends Dim, T extends DType>(x: Tensor<[...B, X], T>) => Tensor<[...B, M], T>;
  [-2]: <M extends Dim>(from: number, size: DimOf<M>) => <B extends Shape, X extends Dim, Y extends Dim, T extends DType>(x: Tensor<[...B, X, Y], T>) => Tensor<[...B, M, Y], T>;
  [-3]: <M extends Dim>(from: number, size: DimOf<M>) => <B extends Shape, X extends Dim, Y extends Dim, Z extends Dim, T extends DType>(x: Tensor<[...B, X, Y, Z], T>) => Tensor<[...B, M, Y, Z], T>;
}

/** A reduction that removes the axis: sum, mean, max. */
export interface ReduceAt {
  [0]: <X extends Dim, B extends Shape>(x: Tensor<[X, ...B]>) => Tensor<B>;
  [-1]: <B extends Shape, X extends Dim>(x: Tensor<[...B, X]>) => Tensor<B>;
  [-2]: <B extends Shape, X extends Dim, Y extends Dim>(x: Tensor<[...B, X, Y]>) => Tensor<[...B, Y]>;
  [-3]: <B extends Shape, X extends Dim, Y extends Dim, Z extends Dim>(x: Tensor<[...B, X, Y, Z]>) => Tensor<[...B, Y, Z]>;
}

/** A reduction that keeps the axis with size 1. */
export interface ReduceKeepAt {
  [0]: <X extends Dim, B extends Shape>(x: Tensor<[X, ...B]>) => Tensor<[1, ...B]>;
  [-1]: <B extends Shape, X extends Dim>(x: Tensor<[...B, X]>) => Tensor<[...B, 1]>;
  [-2]: <B extends Shape, X extends Dim, Y extends Dim>(x: Tensor<[...B, X, Y]>) => Tensor<[...B, 1, Y]>;
  [-3]: <B extends Shape, X extends Dim, Y extends Dim, Z extends Dim>(x: Tensor<[...B, X, Y, Z]>) => Tensor<[...B, 1, Y, Z]>;
}

/** Index of the greatest element, which removes the axis. */
export interface ArgmaxAt {
  [0]: <X extends Dim, B extends Shape>(x: Tensor<[X, ...B]>) => Tensor<B, Ix<X>>;
  [-1]: <B extends Shape, X extends Dim>(x: Tensor<[...B, X]>) => Tensor<B, Ix<X>>;
  [-2]: <B extends Shape, X extends Dim, Y extends Dim>(x: Tensor<[...B, X, Y]>) => Tensor<[...B, Y], Ix<X>>;
  [-3]: <B extends Shape, X extends Dim, Y extends Dim, Z extends Dim>(x: Tensor<[...B, X, Y, Z]>) => Tensor<[...B, Y, Z], Ix<X>>;
}

const shown = (d: AnyDimOf): string => (d.label === String(d.size) ? d.label : `${d.label}=${d.size}`);
const wrongAxis = (where: string, axis: Axis, sizes: readonly number[]): Fault => fault('Shape', `${where}(${axis})`, [`sizes [${sizes.join(', ')}]`], `${countAxes(axis < 0 ? -axis : 1)} or more`);
/** The axis counted from the first, if the tensor has it. */
export const axisIndex = (where: string, axis: Axis, sizes: readonly number[]): Either<Fault, number> => {
  const i = axis < 0 ? sizes.length + axis : axis;
  return i >= 0 && i < sizes.length ? right(i) : left(wrongAxis(where, axis, sizes));
};
const replaced = (sizes: readonly number[], at: number, size: number): readonly number[] => sizes.map((n, i) => (i === at ? size : n));

/** An axis counted from the first, with the sizes of the result. */
export interface AxisPlan {
  readonly axis: number;
  readonly sizes: readonly number[];
}
/** Run-time twin of `ConcatAt`. */
export const concatShape = (axis: Axis, a: readonly number[], b: readonly number[]): Either<Fault, AxisPlan> => {
  const at = axisIndex('concat', axis, a);
  if (at._tag === 'Left') return at;
  const i = at.right;
  return a.length === b.length && a.every((n, j) => j === i || n === b[j])
    ? right({ axis: i, sizes: a.map((n, j) => (j === i ? n + (b[j] ?? 0) : n)) })
    : left(fault('Shape', `concat(${axis})`, [`x: sizes [${a.join(', ')}]`, `y: sizes [${b.join(', ')}]`], `sizes that are equal except along axis ${axis}`));
};
/** A slice as begin and size of every axis. */
export interface SlicePlan extends AxisPlan {
  readonly begin: readonly number[];
}
/** Run-time twin of `TakeAt`. */
export const takeShape = (axis: Axis, from: number, size: AnyDimOf, sizes: readonly number[]): Either<Fault, SlicePlan> => {
  const at = axisIndex('take', axis, sizes);
  if (at._tag === 'Left') return at;
  const own = sizes[at.right] ?? 0;
  return Number.isSafeInteger(from) && from >= 0 && from + size.size <= own
    ? right({ axis: at.right, sizes: replaced(sizes, at.right, size.size), begin: sizes.map((_, i) => (i === at.right ? from : 0)) })
    : left(fault('Shape', `take(${axis})`, [`x: sizes [${sizes.join(', ')}]`, `from ${from}, size ${shown(size)}`], `a slice that ends at ${own} or before`));
};
/** Run-time twin of `SplitAt`. */
export const splitShape = (axis: Axis, first: AnyDimOf, second: AnyDimOf, sizes: readonly number[]): Either<Fault, readonly [SlicePlan, SlicePlan]> => {
  const at = axisIndex('split', axis, sizes);
  if (at._tag === 'Left') return at;
  const i = at.right;
  const begin = (from: number): readonly number[] => sizes.map((_, j) => (j === i ? from : 0));
  return first.size + second.size === sizes[i]
    ? right([{ axis: i, sizes: replaced(sizes, i, first.size), begin: begin(0) }, { axis: i, sizes: replaced(sizes, i, second.size), begin: begin(first.size) }])
    : left(fault('Shape', `split(${axis})`, [`x: sizes [${sizes.join(', ')}]`, `sizes ${shown(first)} and ${shown(second)}`], `axis ${axis} of x is ${first.size} + ${second.size} = ${first.size + second.size}`));
};
/** Run-time twin of `ReduceAt`, and of `ReduceKeepAt` when kept. */
export const reduceAtShape = (where: string, axis: Axis, sizes: readonly number[], keep: boolean): Either<Fault, AxisPlan> => {
  const at = axisIndex(where, axis, sizes);
  return at._tag === 'Left' ? at : right({ axis: at.right, sizes: keep ? replaced(sizes, at.right, 1) : sizes.filter((_, i) => i !== at.right) });
};
/** The sizes that two operands share. */
export const sameShape = (where: string, a: readonly number[], b: readonly number[]): Either<Fault, readonly number[]> =>
  a.length === b.length && a.every((n, i) => n === b[i]) ? right(a) : left(fault('Shape', where, [`x: sizes [${a.join(', ')}]`, `y: sizes [${b.join(', ')}]`], 'two operands of the same shape', 'addOver, mulOver broadcast by pattern'));
