/**
 * Wasm: the operations of a device where tfjs' WebAssembly kernels are slow, found by measuring each of them.
 * idea:  - only one product is fast (XNNPACK, about 25 GFLOP/s against 2): two axes, nothing transposed. So operands are transposed
 *          first, and a batch is a loop over windows of the heap, as long as each product is worth the call.
 *        - sums over any but the last axes are average pooling (vectorised over channels), 10 to 50 times faster.
 *        - stretching multiplies with ones, 100 times faster than Tile; slicing copies only what is cut.
 * not:   a change of meaning: each is compared with the reference like the plain one.
 * source: measured with tfjs 4.22 on one core; kernels read in tfjs-backend-wasm 4.22
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { fault, raise } from '../../../shapes/fault.ts';
import { elements, type Sizes } from '../../expr.ts';
import type { Device } from './device.ts';
import { binary, chain, fill, matMul, merged, reshape, run, sum, transpose, using, withScalar, type Handle } from './kernels.ts';
import { plain } from './plain.ts';

/** The module has 4 GiB of addresses; past 4.0 GiB allocations return 0 and later ones corrupt memory. */
const heapLimit = 3.7 * 2 ** 30;
/** A batched product through windows costs about this much per matrix, in multiply-adds of the plain batched kernel. */
const callCost = 5_000;
/** Factors of one pooling pass; more than 9 elements take XNNPACK's several-pass kernel, whose buffer is on the small stack. */
const factors = [8, 9, 7, 6, 5, 4, 3, 2] as const;
/** Widest row that the several-pass kernel is trusted with. */
const widestPool = 1024;

const flipped = (x: Handle): Handle => transpose(x, x.shape.length === 2 ? [1, 0] : [0, 2, 1]);

/** A window of `sizes` elements at `offset` elements into a float value, without a copy; valid until closed. */
const openWindow = (heap: BackendWasm, x: Handle, offset: number, shape: number[]): tf.TensorInfo =>
  heap.makeOutput(shape, x.dtype, heap.dataIdMap.get(x.dataId).memoryOffset + 4 * offset);

const closeWindow = (heap: BackendWasm, window: tf.TensorInfo): void => {
  heap.wasm.tfjs.disposeData(heap.dataIdMap.get(window.dataId).id);
  heap.dataIdMap.delete(window.dataId);
};

/** [b,m,k]·[b,k,n] as b products, each of which takes the fast kernel. */
const productByProduct = (heap: BackendWasm, a: Handle, b: Handle): Handle => {
  const [batch = 0, m = 0, k = 0] = a.shape;
  const n = b.shape[2] ?? 0;
  const kernel = tf.getKernel(tf.BatchMatMul, 'wasm').kernelFunc;
  const out = heap.makeOutput([batch, m, n], 'float32');
  for (let i = 0; i < batch; i += 1) {
    const x = openWindow(heap, a, i * m * k, [1, m, k]);
    const y = openWindow(heap, b, i * k * n, [1, k, n]);
    const made = kernel({ inputs: { a: x, b: y }, backend: heap, attrs: { transposeA: false, transposeB: false } });
    const part = Array.isArray(made) ? made[0] : made;
    closeWindow(heap, x);
    closeWindow(heap, y);
    if (part === undefined) return raise(fault('Defect', 'BatchMatMul', ['no result'], 'a product', 'please report this'));
    heap.typedArrayFromHeap(out).set(heap.typedArrayFromHeap(part), i * m * n);
    heap.disposeData(part.dataId);
  }
  return tf.engine().makeTensorFromTensorInfo(out);
};

const product = (heap: BackendWasm, a: Handle, b: Handle): Handle => {
  const [batch = 1, m = 1, k = 1] = a.shape;
  const n = b.shape.at(-1) ?? 1;
  return a.shape.length === 3 && batch > 1 && m * k * n > callCost ? productByProduct(heap, a, b) : matMul(a, b);
};

const wasmMatMul = (heap: BackendWasm) => (a: Handle, b: Handle, transposeA: boolean, transposeB: boolean): Handle => {
  const left = transposeA ? [flipped(a)] : [];
  return using(left, () => {
    const right = transposeB ? [flipped(b)] : [];
    return using(right, () => product(heap, left[0] ?? a, right[0] ?? b));
  });
};

/** Passes of pooling that take an axis to size 1, or undefined when it has a large prime factor. */
const passes = (size: number): readonly number[] | undefined => {
  if (size === 1) return [];
  const factor = factors.find((f) => size % f === 0);
  const rest = factor === undefined ? undefined : passes(size / factor);
  return factor === undefined || rest === undefined ? undefined : [factor, ...rest];
};

const pool = (x: Handle, factor: number): Handle => run(tf.AvgPool, { x }, { filterSize: [factor, 1], strides: [factor, 1], pad: 'valid' });

/** [outer, size, inner] → [outer, inner], summed over the middle. */
const sumMiddle = (x: Handle, outer: number, size: number, inner: number): Handle => {
  const steps = passes(size) ?? (inner <= widestPool ? [size] : undefined);
  if (steps === undefined) return chain(reshape(x, [outer, size, inner]), (y) => sum(y, [1]));
  return chain(
    reshape(x, [outer, size, 1, inner]),
    ...steps.map((factor) => (y: Handle) => pool(y, factor)),
    (y) => withScalar(tf.Multiply, y, size),
    (y) => reshape(y, [outer, inner]),
  );
};

/** Runs of neighbouring axes, from the last to the first. */
const blocks = (axes: readonly number[]): readonly (readonly [first: number, last: number])[] =>
  [...axes].sort((a, b) => b - a).reduce<[number, number][]>((found, axis) => {
    const block = found.at(-1);
    if (block !== undefined && block[0] === axis + 1) block[0] = axis;
    else found.push([axis, axis]);
    return found;
  }, []);

const wasmSum = (x: Handle, axes: readonly number[]): Handle => {
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const steps = blocks(axes).map(([first, last]) => (y: Handle): Handle => {
    const sizes = y.shape;
    const [outer, size, inner] = [elements(sizes.slice(0, first)), elements(sizes.slice(first, last + 1)), elements(sizes.slice(last + 1))];
    const rest = [...sizes.slice(0, first), ...sizes.slice(last + 1)];
    if (inner === 1) return chain(reshape(y, [outer, size]), (z) => sum(z, [1]), (z) => reshape(z, rest));
    return chain(sumMiddle(y, outer, size, inner), (z) => reshape(z, rest));
  });
  return chain(reshape(x, x.shape), ...steps, (y) => reshape(y, kept));
};

/** Copies a box out of a row-major array, row by row. */
const copyBox = (from: tf.TypedArray, sizes: Sizes, begin: Sizes, size: Sizes, to: tf.TypedArray): void => {
  // Trailing axes that are taken whole form one contiguous run together with the last cut axis.
  let axis = sizes.length - 1;
  let run = 1;
  while (axis >= 0 && begin[axis] === 0 && size[axis] === sizes[axis]) {
    run *= sizes[axis] ?? 1;
    axis -= 1;
  }
  const stepOf = sizes.map((_, i) => elements(sizes.slice(i + 1)));
  const width = axis < 0 ? run : (size[axis] ?? 1) * run;
  const outer = size.slice(0, Math.max(axis, 0));
  const rows = elements(outer);
  const first = begin.reduce((place, b, i) => place + b * (stepOf[i] ?? 1), 0);
  for (let row = 0; row < rows; row += 1) {
    let place = first;
    let left = row;
    for (let i = outer.length - 1; i >= 0; i -= 1) {
      const n = outer[i] ?? 1;
      place += (left % n) * (stepOf[i] ?? 1);
      left = Math.floor(left / n);
    }
    if (width > 16) to.set(from.subarray(place, place + width), row * width);
    else for (let j = 0; j < width; j += 1) to[row * width + j] = from[place + j] ?? 0;
  }
};

const wasmSlice = (heap: BackendWasm) => (x: Handle, begin: Sizes, size: Sizes): Handle => {
  const out = heap.makeOutput([...size], x.dtype);
  if (elements(size) > 0) copyBox(heap.typedArrayFromHeap(x), x.shape, begin, size, heap.typedArrayFromHeap(out));
  return tf.engine().makeTensorFromTensorInfo(out);
};

const wasmStretch = (x: Handle, sizes: Sizes): Handle => {
  if (x.dtype !== 'float32') return plain.stretch(x, sizes);
  const [own, other] = merged(x.shape, sizes.map((n, axis) => (x.shape[axis] === n ? 1 : n)));
  const ones = fill(1, other);
  return using([ones], () => chain(reshape(x, own), (y) => binary(tf.Multiply, y, ones), (y) => reshape(y, sizes)));
};

/** The kernels do not look: an index out of bounds reads or writes foreign memory. */
const checkIds = (heap: BackendWasm, ids: Handle, count: number): void => {
  const place = heap.typedArrayFromHeap(ids).findIndex((id) => id < 0 || id >= count);
  if (place >= 0) raise(fault('Decode', 'an index', [`${String(heap.typedArrayFromHeap(ids)[place])} at place ${place}`], `indices from 0 to ${count} exclusive`));
};

const wasmGather = (heap: BackendWasm) => (table: Handle, ids: Handle): Handle => {
  checkIds(heap, ids, table.shape[0] ?? 0);
  if (table.dtype !== 'float32') return plain.gather(table, ids);
  const sizes = [...ids.shape, ...table.shape.slice(1)];
  const rows = reshape(table, [table.shape[0] ?? 0, elements(table.shape.slice(1))]);
  const places = reshape(ids, [elements(ids.shape), 1]);
  return using([rows, places], () => chain(run(tf.GatherNd, { params: rows, indices: places }), (y) => reshape(y, sizes)));
};

/** The fast operations over a WebAssembly engine. */
export const fastWasm = (heap: BackendWasm): Omit<Device, 'name' | 'engine'> => ({
  ...plain,
  heapLimit,
  readsShare: false,
  matMul: wasmMatMul(heap),
  sum: wasmSum,
  slice: wasmSlice(heap),
  stretch: wasmStretch,
  gather: wasmGather(heap),
  scatter: (ids, updates, rows) => {
    checkIds(heap, ids, rows);
    return plain.scatter(ids, updates, rows);
  },
  broken: (x) => heap.getMemoryOffset(x.dataId) === 0 && elements(x.shape) > 0,
});

