/**
 * Kernels: tfjs forward kernels as plain functions from handles to handles.
 * idea:  `runKernel` is called directly: no tape, no chained methods, no argument inference; a third of the overhead of the
 *        public operations. Whoever makes a temporary handle disposes it, through `using`.
 * not:   shapes and types; they are checked when a graph is built.
 */
import * as tf from '@tensorflow/tfjs-core';
import { elements, type ElementType, type Sizes } from '../../expr.ts';

/** A handle to a value on the device. */
export type Handle = tf.Tensor;
type TfType = 'float32' | 'int32' | 'bool';

export const tfTypes = { f32: 'float32', i32: 'int32', bool: 'bool' } as const satisfies { readonly [T in ElementType]: TfType };

export const run = (kernel: string, inputs: { [name: string]: Handle }, attributes: { [name: string]: boolean | number | string | number[] | number[][] } = {}): Handle =>
  tf.engine().runKernel<Handle>(kernel, inputs, attributes);

/** The result of f; the temporaries are disposed whatever happens, but one that is itself the result. */
export const using = (temporaries: readonly Handle[], f: () => Handle): Handle => {
  try {
    return f();
  } finally {
    for (const t of temporaries) t.dispose();
  }
};

/** Several steps, each made from the one before; all but the last are disposed. */
export const chain = (first: Handle, ...steps: readonly ((x: Handle) => Handle)[]): Handle => steps.reduce((x, step) => using([x], () => step(x)), first);

export const fill = (value: number, sizes: Sizes, dtype: ElementType = 'f32'): Handle => run(tf.Fill, {}, { shape: [...sizes], value, dtype: tfTypes[dtype] });
export const reshape = (x: Handle, sizes: Sizes): Handle => run(tf.Reshape, { x }, { shape: [...sizes] });
export const transpose = (x: Handle, axes: readonly number[]): Handle => run(tf.Transpose, { x }, { perm: [...axes] });
export const unary = (kernel: string, x: Handle): Handle => run(kernel, { x });
export const binary = (kernel: string, a: Handle, b: Handle): Handle => run(kernel, { a, b });
/** x against one number. */
export const withScalar = (kernel: string, x: Handle, value: number): Handle => {
  const scalar = fill(value, x.shape.map(() => 1));
  return using([scalar], () => binary(kernel, x, scalar));
};
export const cast = (x: Handle, to: ElementType): Handle => run(tf.Cast, { x }, { dtype: tfTypes[to] });
export const matMul = (a: Handle, b: Handle, transposeA = false, transposeB = false): Handle => run(tf.BatchMatMul, { a, b }, { transposeA, transposeB });
export const sum = (x: Handle, axes: readonly number[], keepDims = false): Handle => run(tf.Sum, { x }, { axis: [...axes], keepDims });
export const concat = (xs: readonly Handle[], axis: number): Handle => tf.concat([...xs], axis);

/** Mean along the last axis, kept with size 1. */
export const meanLast = (x: Handle): Handle => run(tf.Mean, { x }, { axis: [x.shape.length - 1], keepDims: true });

/** Merge neighbouring axes that stretch alike, so that a pair of operands has the least rank. */
export const merged = (a: Sizes, b: Sizes): readonly [a: Sizes, b: Sizes] => {
  const left: number[] = [];
  const right: number[] = [];
  let before = '';
  a.forEach((m, axis) => {
    const n = b[axis] ?? 1;
    if (m === 1 && n === 1) return;
    const kind = m === n ? 'equal' : m === 1 ? 'left' : 'right';
    const last = left.length - 1;
    if (kind === before) {
      left[last] = (left[last] ?? 1) * m;
      right[last] = (right[last] ?? 1) * n;
    } else {
      left.push(m);
      right.push(n);
    }
    before = kind;
  });
  return [left, right];
};

export const stretchedSizes = (a: Sizes, b: Sizes): Sizes => a.map((m, axis) => (m === 1 ? (b[axis] ?? 1) : m));
export const bytes = (x: Handle): number => elements(x.shape) * (x.dtype === 'bool' ? 1 : 4);
