/**
 * Features: what frozen backbones made of segments, once; every epoch of training reads these.
 * shape:  each input [n, …sizes] for n segments, row-major; labels [n]
 */
import type { Value } from '../../dsl/index.ts';

export interface FeatureInput {
  /** of one segment */
  readonly sizes: readonly number[];
  readonly data: Float32Array;
}
export interface FeatureSet {
  readonly count: number;
  /** by input name: `visual.0` … */
  readonly inputs: ReadonlyMap<string, FeatureInput>;
  readonly labels: Int32Array;
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The named inputs and `labels` of the given segments, as what a program binds. */
export const batchOf = (set: FeatureSet, names: ReadonlySet<string>, ids: ArrayLike<number>): ReadonlyMap<string, Value> => {
  const bound = new Map<string, Value>();
  for (const [name, { sizes, data }] of set.inputs) {
    if (!names.has(name)) continue;
    const width = product(sizes);
    const rows = new Float32Array(ids.length * width);
    Array.from(ids).forEach((id, row) => rows.set(data.subarray(id * width, (id + 1) * width), row * width));
    bound.set(name, { sizes: [ids.length, ...sizes], dtype: 'f32', data: rows });
  }
  if (names.has('labels')) bound.set('labels', { sizes: [ids.length], dtype: 'i32', data: Int32Array.from(ids, (id) => set.labels[id] ?? 0) });
  return bound;
};
