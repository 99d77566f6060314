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

/** Mean and deviation of every channel (the last axis) of every input, over segments and tokens. */
export type ChannelStatistics = ReadonlyMap<string, { readonly mean: Float64Array; readonly deviation: Float64Array }>;

export const channelStatistics = (set: FeatureSet): ChannelStatistics =>
  new Map([...set.inputs].map(([name, { sizes, data }]) => {
    const width = sizes.at(-1) ?? 1;
    const rows = Math.max(1, data.length / width);
    const mean = new Float64Array(width);
    const square = new Float64Array(width);
    for (let i = 0; i < data.length; i += 1) mean[i % width] = (mean[i % width] ?? 0) + (data[i] ?? 0) / rows;
    for (let i = 0; i < data.length; i += 1) square[i % width] = (square[i % width] ?? 0) + ((data[i] ?? 0) - (mean[i % width] ?? 0)) ** 2 / rows;
    return [name, { mean, deviation: square.map(Math.sqrt) }];
  }));

/** Every channel shifted and scaled by the statistics, usually those of the training split. The numbers are replaced in place. */
export const standardise = (statistics: ChannelStatistics, set: FeatureSet): FeatureSet => {
  for (const [name, { data }] of set.inputs) {
    const found = statistics.get(name);
    if (found === undefined) continue;
    const width = found.mean.length;
    for (let i = 0; i < data.length; i += 1) data[i] = ((data[i] ?? 0) - (found.mean[i % width] ?? 0)) / ((found.deviation[i % width] ?? 0) + 1e-6);
  }
  return set;
};
