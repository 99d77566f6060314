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

/** Writes `width` numbers of whole rows, scaled if that was asked for. A plain loop: this runs over every number of every batch. */
export const place = (from: Float32Array, start: number, width: number, into: Float32Array, at: number, scaling: Channels | undefined): void => {
  if (scaling === undefined) {
    into.set(from.subarray(start, start + width), at);
    return;
  }
  const { mean, deviation } = scaling;
  const channels = mean.length;
  for (let i = 0, c = 0; i < width; i += 1) {
    into[at + i] = ((from[start + i] ?? 0) - (mean[c] ?? 0)) / ((deviation[c] ?? 0) + least);
    c = c + 1 === channels ? 0 : c + 1;
  }
};

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The named inputs and `labels` of the given segments, as what a program binds. */
export const batchOf = (set: FeatureSet, names: ReadonlySet<string>, ids: ArrayLike<number>): ReadonlyMap<string, Value> => {
  const bound = new Map<string, Value>();
  for (const [name, { sizes, data, scaling }] of set.inputs) {
    if (!names.has(name)) continue;
    const width = product(sizes);
    const rows = new Float32Array(ids.length * width);
    for (let row = 0; row < ids.length; row += 1) place(data, (ids[row] ?? 0) * width, width, rows, row * width, scaling);
    bound.set(name, { sizes: [ids.length, ...sizes], dtype: 'f32', data: rows });
  }
  if (names.has('labels')) bound.set('labels', labelsOf(set.labels, ids));
  return bound;
};

/** The labels of the given segments. */
export const labelsOf = (labels: Int32Array, ids: ArrayLike<number>): Value => ({ sizes: [ids.length], dtype: 'i32', data: Int32Array.from(ids, (id) => labels[id] ?? 0) });

/** The first segments of a set; the numbers are shared, not copied. */
export const firstOf = (set: FeatureSet, count: number): FeatureSet => ({
  count,
  labels: set.labels.subarray(0, count),
  inputs: new Map([...set.inputs].map(([name, input]) => [name, { ...input, data: input.data.subarray(0, count * product(input.sizes)) }])),
});

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
