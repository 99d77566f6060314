/**
 * Plain: the operations of a device by the kernels that tfjs has for them; right on every engine.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from './device.ts';
import { binary, cast, chain, fill, matMul, merged, reshape, run, sum, using } from './kernels.ts';

export const plain: Omit<Device, 'name' | 'engine'> = {
  heapLimit: undefined,
  maxRank: 6,
  readsShare: true,
  sharesUnseen: false,
  view: undefined,
  packs: true,
  matMul,
  sum: (x, axes) => sum(x, axes),
  // a widening cast only relabels the buffer on some engines: the sum with 0 has the type that it says, and memory of its own
  cast: (x, to) => chain(cast(x, to), (y) => {
    const zero = fill(0, x.shape.map(() => 1), to);
    return using([zero], () => binary(tf.Add, y, zero));
  }),
  slice: (x, begin, size) => run(tf.Slice, { x }, { begin: [...begin], size: [...size] }),
  // of five axes on, some engines take a detour over the host, or none at all
  stretch: (x, sizes) => {
    const [own, repeats] = merged(x.shape, sizes.map((n, axis) => (x.shape[axis] === n ? 1 : n)));
    return chain(reshape(x, own), (y) => run(tf.Tile, { x: y }, { reps: [...repeats] }), (y) => reshape(y, sizes));
  },
  gather: (x, indices) => run(tf.GatherV2, { x, indices }, { axis: 0, batchDims: 0 }),
  scatter: (indices, updates, rows) => run(tf.ScatterNd, { indices, updates }, { shape: [rows, updates.shape[1] ?? 1] }),
  broken: () => false,
};
