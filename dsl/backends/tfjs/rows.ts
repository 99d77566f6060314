/**
 * Rows: the tfjs kernel, or the few, for each primitive.
 * idea:  total by type; a row says which kernels it calls, so that what is missing is reported before running, and may
 *        refuse a node with a reason. Only here are the traps of single kernels known.
 * source: tfjs 4.22, each kernel run against the reference backend
 */
import * as tf from '@tensorflow/tfjs-core';
import { elements, type CompareFn, type LogicFn, type MapFn, type Node, type Primitive, type Sizes, type ZipFn, sameSizes } from '../../expr.ts';
import { fault, raise } from '../../../shapes/fault.ts';
import { einsumForm } from './einsum-form.ts';
import type { Device } from './device.ts';
import { binary, chain, concat, fill, meanLast, merged, reshape, run, stretchedSizes, tfTypes, transpose, unary, using, withScalar, type Handle } from './kernels.ts';

/** How a primitive is computed on a device. */
export interface Lowering<P extends Primitive> {
  /** kernels that it calls, by tfjs' names */
  readonly kernels: readonly string[] | ((node: Node<P>) => readonly string[]);
  /** why this node can't be computed, if so */
  readonly refuse?: (node: Node<P>, device: Device) => string | undefined;
  /** a fresh handle; temporaries are gone when it returns */
  readonly compute: (node: Node<P>, operands: readonly Handle[], device: Device) => Handle;
}
export type Row<P extends Primitive> = Lowering<P> | { readonly unsupported: string };
/** Leaves with data are uploaded by the program. */
export type Uploaded = 'input' | 'parameter' | 'constant';

const maps = {
  neg: tf.Neg, exp: tf.Exp, log: tf.Log, sqrt: tf.Sqrt, rsqrt: tf.Rsqrt, reciprocal: tf.Reciprocal, square: tf.Square, abs: tf.Abs,
  sign: tf.Sign, tanh: tf.Tanh, sigmoid: tf.Sigmoid, erf: tf.Erf, relu: tf.Relu, sin: tf.Sin, cos: tf.Cos, floor: tf.Floor,
} as const satisfies { readonly [F in MapFn]: string };
const zips = { add: tf.Add, sub: tf.Sub, mul: tf.Multiply, div: tf.RealDiv, max: tf.Maximum, min: tf.Minimum, pow: tf.Pow } as const satisfies { readonly [F in ZipFn]: string };
const compares = { less: tf.Less, lessEqual: tf.LessEqual, equal: tf.Equal } as const satisfies { readonly [F in CompareFn]: string };
/** There is no exclusive-or kernel of full speed everywhere; two bool values differ where they are not equal. */
const logics = { and: tf.LogicalAnd, or: tf.LogicalOr, xor: tf.NotEqual } as const satisfies { readonly [F in LogicFn]: string };

/** Kernels that stretch at full speed by themselves. */
const stretching: ReadonlySet<string> = new Set([tf.Add, tf.Sub, tf.Multiply, tf.RealDiv]);

const operand = (operands: readonly Handle[], i: number): Handle => operands[i] ?? raise(fault('Defect', 'tfjs', [`${operands.length} operands`], `operand ${i}`, 'please report this'));
const sizesOf = (node: Node, i: number): Sizes => node.operands[i]?.sizes ?? [];

/** A pair of operands through a kernel, axes of size 1 stretched. */
const paired = (kernel: string, node: Node, operands: readonly Handle[], device: Device): Handle => {
  const [a, b] = [operand(operands, 0), operand(operands, 1)];
  if (sameSizes(a.shape, b.shape)) return binary(kernel, a, b);
  if (!stretching.has(kernel)) {
    const sides = [a, b].map((x) => (sameSizes(x.shape, node.sizes) ? reshape(x, x.shape) : device.stretch(x, node.sizes)));
    return using(sides, () => binary(kernel, operand(sides, 0), operand(sides, 1)));
  }
  if (node.sizes.length <= device.maxRank) return binary(kernel, a, b);
  const [left, right] = merged(a.shape, b.shape);
  const sides = [reshape(a, left), reshape(b, right)];
  return using(sides, () => chain(binary(kernel, operand(sides, 0), operand(sides, 1)), (y) => reshape(y, node.sizes)));
};

const refusePair = (node: Node, device: Device): string | undefined => {
  const [a, b] = [sizesOf(node, 0), sizesOf(node, 1)];
  const rank = sameSizes(a, b) ? 1 : Math.max(...[merged(a, b), merged(a, stretchedSizes(a, b)), merged(b, stretchedSizes(b, a))].map(([left]) => left.length));
  return rank > device.maxRank ? `stretching needs ${rank} axes even after merging, the engine has ${device.maxRank}` : undefined;
};

/** Where x is not zero. The engine's own cast to bool keeps a byte of the number. */
const nonZero = (x: Handle): Handle => {
  const zeros = fill(0, x.shape, x.dtype === 'int32' ? 'i32' : 'f32');
  return using([zeros], () => binary(tf.NotEqual, x, zeros));
};

/** Axes of zero padding merged with the axes after them, so that few remain. */
const mergedPads = (sizes: Sizes, before: Sizes, after: Sizes): { readonly sizes: Sizes; readonly pads: number[][] } => {
  const kept: { size: number; before: number; after: number }[] = [];
  for (let axis = 0; axis < sizes.length; axis += 1) {
    const next = { size: sizes[axis] ?? 1, before: before[axis] ?? 0, after: after[axis] ?? 0 };
    const last = kept.at(-1);
    if (last !== undefined && next.before === 0 && next.after === 0) {
      last.size *= next.size;
      last.before *= next.size;
      last.after *= next.size;
    } else kept.push(next);
  }
  return { sizes: kept.map((k) => k.size), pads: kept.map((k) => [k.before, k.after]) };
};

const layerNorm = (x: Handle, eps: number): Handle => {
  const mean = meanLast(x);
  const centred = using([mean], () => binary(tf.Sub, x, mean));
  return using([centred], () => {
    const scale = chain(unary(tf.Square, centred), meanLast, (v) => withScalar(tf.Add, v, eps), (v) => unary(tf.Rsqrt, v));
    return using([scale], () => binary(tf.Multiply, centred, scale));
  });
};

/** ½ x (1 + erf(x/√2)) */
const gelu = (x: Handle): Handle =>
  chain(
    withScalar(tf.Multiply, x, Math.SQRT1_2),
    (y) => unary(tf.Erf, y),
    (y) => withScalar(tf.Add, y, 1),
    (y) => binary(tf.Multiply, y, x),
    (y) => withScalar(tf.Multiply, y, 0.5),
  );

const last = (sizes: Sizes): number => sizes.length - 1;

export const rows: { readonly [P in Exclude<Primitive, Uploaded>]: Row<P> } = {
  fill: { kernels: [tf.Fill], compute: (node) => fill(node.params.value, node.sizes, node.dtype) },
  einsum: {
    kernels: (node) => (einsumForm(node)?.form === 'sum' ? [tf.Sum] : [tf.BatchMatMul, tf.Transpose]),
    refuse: (node) => (einsumForm(node) === undefined ? 'only sums, matrix products and batches of them; lower the graph first' : undefined),
    compute: (node, operands, device) => {
      const form = einsumForm(node);
      if (form === undefined) return raise(fault('Defect', 'einsum', ['a form that was refused'], 'a sum or a product', 'please report this'));
      if (form.form === 'product') return device.matMul(operand(operands, 0), operand(operands, 1), form.transposeA, form.transposeB);
      const x = operand(operands, 0);
      return form.axes.length === 0 ? reshape(x, x.shape) : device.sum(x, form.axes);
    },
  },
  map: { kernels: (node) => [maps[node.params.fn]], compute: (node, operands) => unary(maps[node.params.fn], operand(operands, 0)) },
  zip: { kernels: (node) => [zips[node.params.fn]], refuse: refusePair, compute: (node, operands, device) => paired(zips[node.params.fn], node, operands, device) },
  compare: { kernels: (node) => [compares[node.params.fn]], refuse: refusePair, compute: (node, operands, device) => paired(compares[node.params.fn], node, operands, device) },
  logic: { kernels: (node) => [logics[node.params.fn]], compute: (node, operands, device) => paired(logics[node.params.fn], node, operands, device) },
  select: { kernels: [tf.Select], compute: (_, operands) => run(tf.Select, { condition: operand(operands, 0), t: operand(operands, 1), e: operand(operands, 2) }) },
  max: { kernels: [tf.Max], compute: (node, operands) => run(tf.Max, { x: operand(operands, 0) }, { reductionIndices: [last(node.sizes)], keepDims: true }) },
  argmax: { kernels: [tf.ArgMax], compute: (node, operands) => run(tf.ArgMax, { x: operand(operands, 0) }, { axis: node.sizes.length }) },
  topk: {
    kernels: [tf.TopK],
    compute: (node, operands) => {
      const [values, indices] = tf.engine().runKernel<Handle[]>(tf.TopK, { x: operand(operands, 0) }, { k: node.params.k, sorted: true });
      return values === undefined || indices === undefined ? raise(fault('Defect', 'TopK', ['no result'], 'values and indices', 'please report this')) : using([values], () => indices);
    },
  },
  reshape: { kernels: [tf.Reshape], compute: (node, operands) => reshape(operand(operands, 0), node.sizes) },
  permute: { kernels: [tf.Transpose], compute: (node, operands) => transpose(operand(operands, 0), node.params.axes) },
  broadcast: {
    kernels: [tf.Tile],
    refuse: (node, device) => {
      const rank = merged(sizesOf(node, 0), node.sizes)[0].length;
      return rank > device.maxRank ? `stretching needs ${rank} axes even after merging, the engine has ${device.maxRank}` : undefined;
    },
    compute: (node, operands, device) => device.stretch(operand(operands, 0), node.sizes),
  },
  slice: { kernels: [tf.Slice], compute: (node, operands, device) => (node.sizes.length === 0 ? reshape(operand(operands, 0), []) : device.slice(operand(operands, 0), node.params.begin, node.params.size)) },
  pad: {
    kernels: [tf.PadV2],
    refuse: (node, device) => {
      const rank = mergedPads(sizesOf(node, 0), node.params.before, node.params.after).sizes.length;
      return rank > device.maxRank ? `padding needs ${rank} axes even after merging, the engine has ${device.maxRank}` : undefined;
    },
    compute: (node, operands) => {
      const { sizes, pads } = mergedPads(sizesOf(node, 0), node.params.before, node.params.after);
      return chain(reshape(operand(operands, 0), sizes), (x) => run(tf.PadV2, { x }, { paddings: pads, constantValue: 0 }), (x) => reshape(x, node.sizes));
    },
  },
  concat: { kernels: [tf.Concat], compute: (node, operands) => concat(operands, node.params.axis) },
  gather: { kernels: [tf.GatherV2], compute: (_, operands, device) => device.gather(operand(operands, 0), operand(operands, 1)) },
  scatterAdd: {
    kernels: [tf.ScatterNd],
    compute: (node, operands, device) => {
      const [ids, updates] = [operand(operands, 0), operand(operands, 1)];
      const count = elements(ids.shape);
      const sides = [reshape(ids, [count, 1]), reshape(updates, [count, elements(node.sizes.slice(1))])];
      return using(sides, () => chain(device.scatter(operand(sides, 0), operand(sides, 1), node.params.rows), (y) => reshape(y, node.sizes)));
    },
  },
  // A one-hot of float type has the bits of the integer 1 on some engines.
  oneHot: {
    kernels: [tf.OneHot, tf.Cast, tf.Add],
    compute: (node, operands, device) => chain(run(tf.OneHot, { indices: operand(operands, 0) }, { dtype: 'int32', depth: node.params.depth, onValue: 1, offValue: 0 }), (y) => device.cast(y, 'f32')),
  },
  cast: {
    kernels: [tf.Cast, tf.NotEqual, tf.Add],
    compute: (node, operands, device) => {
      const x = operand(operands, 0);
      return x.dtype === tfTypes[node.params.to] ? reshape(x, x.shape) : node.params.to === 'bool' ? nonZero(x) : device.cast(x, node.params.to);
    },
  },
  stopGradient: { kernels: [tf.Reshape], compute: (node, operands) => reshape(operand(operands, 0), node.sizes) },
  softmax: { kernels: [tf.Softmax], compute: (node, operands) => run(tf.Softmax, { logits: operand(operands, 0) }, { dim: last(node.sizes) }) },
  layerNorm: { kernels: [tf.Mean, tf.Sub, tf.Square, tf.Rsqrt, tf.Add, tf.Multiply], compute: (node, operands) => layerNorm(operand(operands, 0), node.params.eps) },
  gelu: { kernels: [tf.Erf, tf.Add, tf.Multiply], compute: (_, operands) => gelu(operand(operands, 0)) },
};
