/**
 * Wasm: the operations of a device where tfjs' WebAssembly kernels are slow, found by measuring each of them.
 * idea:  - products have a kernel of our own: tfjs' packs its right operand at every call (0.6 GFLOP/s for 8 rows against 1536×1536, ours
 *          17), its batched one is a scalar loop (1 GFLOP/s, ours 15 to 30).
 *        - sums over any but the last axes are average pooling (vectorised over channels), 10 to 50 times faster; wide rows
 *          are added by halves.
 *        - stretching multiplies with ones, 100 times faster than Tile; slicing copies only what is cut.
 * not:   a change of meaning: each is compared with the reference like the plain one.
 * source: measured with tfjs 4.22 on one core; kernels read in tfjs-backend-wasm 4.22
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { fault, raise } from '../../../shapes/fault.ts';
import { elements, type Sizes } from '../../expr.ts';
import type { Device } from './device.ts';
import { cast, binary, chain, fill, matMul, merged, reshape, run, sum, transpose, using, withScalar, type Handle } from './kernels.ts';
import { memoryOf, type Product, productOn } from './kernel.ts';
import { plain } from './plain.ts';

/** The module has 4 GiB of addresses; past 4.0 GiB allocations return 0 and later ones corrupt memory. */
const heapLimit = 3.7 * 2 ** 30;
/** Factors of one pooling pass; more than 9 elements take XNNPACK's several-pass kernel. */
const factors = [8, 7, 6, 5, 4, 3, 2] as const;
/** Pooling keeps a row of channels on the module's stack of 64 KiB and does not look whether it fits; these stay far below. */
const widestPool = { onePass: 2048, severalPasses: 1024 } as const;

const flipped = (x: Handle): Handle => transpose(x, x.shape.length === 2 ? [1, 0] : [0, 2, 1]);

/** A window of `sizes` elements at `offset` elements into a float value, without a copy; valid until closed. */
const openWindow = (heap: BackendWasm, x: tf.TensorInfo, offset: number, shape: number[]): tf.TensorInfo =>
  heap.makeOutput(shape, x.dtype, heap.dataIdMap.get(x.dataId).memoryOffset + 4 * offset);

const closeWindow = (heap: BackendWasm, window: tf.TensorInfo): void => {
  heap.wasm.tfjs.disposeData(heap.dataIdMap.get(window.dataId).id);
  heap.dataIdMap.delete(window.dataId);
};

/** What a kernel made, which no handle owns yet. */
const single = (made: tf.TensorInfo | tf.TensorInfo[]): tf.TensorInfo => (Array.isArray(made) ? made[0] : made) ?? raise(fault('Defect', 'wasm kernel', ['no result'], 'one value', 'please report this'));

const addressOf = (heap: BackendWasm, x: tf.TensorInfo): number => heap.dataIdMap.get(x.dataId).memoryOffset;

/** A right operand at least this wide is read from a copy of a few columns, if more rows than four use it. */
const wideRight = 64;

/** [m,k]·[k,n] or a batch of them, the left operand possibly transposed, by our own kernel. */
const ownProduct = (heap: BackendWasm, kernel: Product, a: Handle, b: Handle, transposeA: boolean): Handle => {
  const batch = a.shape.length === 3 ? (a.shape[0] ?? 1) : 1;
  const [rows = 1, columns = 1] = a.shape.slice(-2);
  const [m, k] = transposeA ? [columns, rows] : [rows, columns];
  const n = b.shape.at(-1) ?? 1;
  const sizes = [...a.shape.slice(0, -2), m, n];
  if (elements(sizes) * k === 0) return fill(0, sizes);
  const out = heap.makeOutput(sizes, 'float32');
  const scratch = n >= wideRight && m > 4 ? heap.makeOutput([16 * k], 'float32') : undefined;
  const [at, right, to, room] = [addressOf(heap, a), addressOf(heap, b), addressOf(heap, out), scratch === undefined ? 0 : addressOf(heap, scratch)];
  const allocated = to !== 0 && (scratch === undefined || room !== 0);
  if (allocated) kernel(at, right, to, batch, m, k, n, transposeA ? 4 : 4 * columns, transposeA ? 4 * columns : 4, 4 * m * k, room);
  if (scratch !== undefined) heap.disposeData(scratch.dataId);
  return allocated ? tf.engine().makeTensorFromTensorInfo(out) : raise(fault('Memory', 'tfjs-wasm', ['an allocation failed on the device'], 'free WebAssembly memory', 'a smaller batch, or a fresh process'));
};

/** Products by our own kernel; by tfjs' where its module does not tell its memory. */
const wasmProducts = (heap: BackendWasm): Pick<Device, 'matMul' | 'packs'> => {
  const memory = memoryOf(heap);
  if (memory === undefined) return { matMul, packs: true };
  const kernel = productOn(memory);
  return {
    packs: false,
    matMul: (a, b, transposeA, transposeB) => {
      const turned = transposeB ? [flipped(b)] : [];
      return using(turned, () => ownProduct(heap, kernel, a, turned[0] ?? b, transposeA));
    },
  };
};

/** Passes of pooling that take an axis to size 1, or undefined when it has a large prime factor. */
const passes = (size: number): readonly number[] | undefined => {
  if (size === 1) return [];
  const factor = factors.find((f) => size % f === 0);
  const rest = factor === undefined ? undefined : passes(size / factor);
  return factor === undefined || rest === undefined ? undefined : [factor, ...rest];
};

const pool = (x: Handle, factor: number): Handle => run(tf.AvgPool, { x }, { filterSize: [factor, 1], strides: [factor, 1], pad: 'valid' });

/** `size` rows of `inner` elements from `offset` on, added by halves: the lower half to the upper, until one row is left. */
const addHalves = (heap: BackendWasm, x: tf.TensorInfo, offset: number, size: number, inner: number): tf.TensorInfo => {
  const half = Math.floor(size / 2);
  const [lower, upper] = [openWindow(heap, x, offset, [half * inner]), openWindow(heap, x, offset + half * inner, [half * inner])];
  const added = single(tf.getKernel(tf.Add, 'wasm').kernelFunc({ inputs: { a: lower, b: upper }, backend: heap, attrs: {} }));
  closeWindow(heap, lower);
  closeWindow(heap, upper);
  if (size % 2 === 1) {
    const [sums, rest] = [heap.typedArrayFromHeap(added), heap.typedArrayFromHeap(x)];
    const start = offset + 2 * half * inner;
    for (let i = 0; i < inner; i += 1) sums[i] = (sums[i] ?? 0) + (rest[start + i] ?? 0);
  }
  if (half === 1) return added;
  const sum = addHalves(heap, added, 0, half, inner);
  heap.disposeData(added.dataId);
  return sum;
};

/** [outer, size, inner] → [outer, inner] for wide rows. */
const sumByHalves = (heap: BackendWasm, x: Handle, outer: number, size: number, inner: number): Handle => {
  const out = heap.makeOutput([outer, inner], 'float32');
  for (let o = 0; o < outer; o += 1) {
    const row = addHalves(heap, x, o * size * inner, size, inner);
    heap.typedArrayFromHeap(out).set(heap.typedArrayFromHeap(row).subarray(0, inner), o * inner);
    heap.disposeData(row.dataId);
  }
  return tf.engine().makeTensorFromTensorInfo(out);
};

/** [outer, size, inner] → [outer, inner], summed over the middle. */
const sumMiddle = (heap: BackendWasm, x: Handle, outer: number, size: number, inner: number): Handle => {
  const byFactors = inner <= widestPool.onePass ? passes(size) : undefined;
  const steps = byFactors ?? (inner <= widestPool.severalPasses ? [size] : undefined);
  if (steps === undefined) return sumByHalves(heap, x, outer, size, inner);
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

const wasmSum = (heap: BackendWasm) => (x: Handle, axes: readonly number[]): Handle => {
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const steps = blocks(axes).map(([first, last]) => (y: Handle): Handle => {
    const sizes = y.shape;
    const [outer, size, inner] = [elements(sizes.slice(0, first)), elements(sizes.slice(first, last + 1)), elements(sizes.slice(last + 1))];
    const rest = [...sizes.slice(0, first), ...sizes.slice(last + 1)];
    if (size === 1) return reshape(y, rest);
    if (inner === 1) return chain(reshape(y, [outer, size]), (z) => sum(z, [1]), (z) => reshape(z, rest));
    return chain(sumMiddle(heap, y, outer, size, inner), (z) => reshape(z, rest));
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
  view: (x) => heap.typedArrayFromHeap(x),
  ...wasmProducts(heap),
  sum: wasmSum(heap),
  cast,
  slice: wasmSlice(heap),
  stretch: wasmStretch,
  gather: wasmGather(heap),
  scatter: (ids, updates, rows) => {
    checkIds(heap, ids, rows);
    return plain.scatter(ids, updates, rows);
  },
  broken: (x) => heap.getMemoryOffset(x.dataId) === 0 && elements(x.shape) > 0,
});

