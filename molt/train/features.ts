/**
 * Features: what frozen backbones made of segments, once; every epoch of training reads these.
 * shape:  each input [n, …sizes] for n segments, row-major; labels [n]
 */
import type { Value } from '../../dsl/index.ts';

export interface FeatureInput {
  /** of one segment */
  readonly sizes: readonly number[];
  readonly data: Float32Array;
  /** what `standardise` asked for: batches are shifted and scaled by it; the data are as extracted */
  readonly scaling?: Channels;
}
export interface FeatureSet {
  readonly count: number;
  /** by input name: `visual.0` … */
  readonly inputs: ReadonlyMap<string, FeatureInput>;
  readonly labels: Int32Array;
}

/** Mean and deviation of every channel (the last axis). */
export interface Channels {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** A channel that hardly varies is not blown up. */
const least = 1e-6;

const scaled = (row: Float32Array, { mean, deviation }: Channels): Float32Array => {
  const width = mean.length;
  return row.map((x, i) => (x - (mean[i % width] ?? 0)) / ((deviation[i % width] ?? 0) + least));
};

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The named inputs and `labels` of the given segments, as what a program binds. */
export const batchOf = (set: FeatureSet, names: ReadonlySet<string>, ids: ArrayLike<number>): ReadonlyMap<string, Value> => {
  const bound = new Map<string, Value>();
  for (const [name, { sizes, data, scaling }] of set.inputs) {
    if (!names.has(name)) continue;
    const width = product(sizes);
    const rows = new Float32Array(ids.length * width);
    Array.from(ids).forEach((id, row) => {
      const one = data.subarray(id * width, (id + 1) * width);
      rows.set(scaling === undefined ? one : scaled(one, scaling), row * width);
    });
    bound.set(name, { sizes: [ids.length, ...sizes], dtype: 'f32', data: rows });
  }
  if (names.has('labels')) bound.set('labels', { sizes: [ids.length], dtype: 'i32', data: Int32Array.from(ids, (id) => set.labels[id] ?? 0) });
  return bound;
};

/** Statistics of every input, over segments and tokens. */
export type ChannelStatistics = ReadonlyMap<string, Channels>;

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

/** The set whose batches have every channel shifted and scaled by the statistics, usually those of the training split. The numbers are shared, not copied. */
export const standardise = (statistics: ChannelStatistics, set: FeatureSet): FeatureSet => ({
  ...set,
  inputs: new Map([...set.inputs].map(([name, input]) => {
    const scaling = statistics.get(name);
    return [name, scaling === undefined ? input : { ...input, scaling }];
  })),
});
