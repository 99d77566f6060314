/**
 * Batches: items of a pool in a random order, each changed a little so that no step sees the same picture twice.
 * idea:  a batch depends on the seed and its number only, so a run can go on from any step.
 */
import type { Value } from '../../../dsl/backend.ts';
import { random } from '../../../dsl/index.ts';
import type { Pool } from '../../data/pools.ts';
import { melValue } from '../../data/audio/logmel.ts';

export interface Batch {
  readonly frames: Value;
  readonly labels: Value;
}

type Kind = 'vision' | 'audio';
/** Writes one item, changed by uniform numbers u in [0, 1), or as it is. */
type Writer = (data: Uint8Array, at: number, u: ArrayLike<number> | undefined, out: Float32Array, to: number) => void;

const side = 64;
const most = 4;
const between = (u: number, low: number, high: number): number => low + u * (high - low);
const inside = (i: number): number => Math.max(0, Math.min(side - 1, i));

/** Mirrored in half of the cases, moved by at most 4 pixels, each colour and the whole a little brighter or darker. */
const picture: Writer = (data, at, u, out, to) => {
  const [mirror = 0.9, right = 0.5, down = 0.5, light = 0.5, red = 0.5, green = 0.5, blue = 0.5] = u === undefined ? [] : Array.from(u);
  const [dx, dy] = [Math.round(between(right, -most, most)), Math.round(between(down, -most, most))];
  const gains = [red, green, blue].map((c) => between(light, 0.8, 1.2) * between(c, 0.9, 1.1));
  for (let r = 0; r < side; r += 1)
    for (let c = 0; c < side; c += 1) {
      const from = at + 3 * (side * inside(r + dy) + inside(mirror < 0.5 ? side - 1 - c + dx : c + dx));
      for (let i = 0; i < 3; i += 1) out[to + 3 * (side * r + c) + i] = Math.min(255, (data[from + i] ?? 0) * (gains[i] ?? 1));
    }
};

/** Louder or softer by at most one unit of ln(power); up to 8 bands and up to 12 frames hidden at the floor of the scale. */
const spectrogram: Writer = (data, at, u, out, to) => {
  const [gain = 0.5, bands = 0, band = 0, frames = 0, frame = 0] = u === undefined ? [] : Array.from(u);
  const offset = between(gain, -1, 1);
  const [height, length] = [Math.floor(between(bands, 0, 9)), Math.floor(between(frames, 0, 13))];
  const [low, start] = [Math.floor(band * (side - height)), Math.floor(frame * (side - length))];
  for (let t = 0; t < side; t += 1)
    for (let m = 0; m < side; m += 1) {
      const hidden = (m >= low && m < low + height) || (t >= start && t < start + length);
      out[to + t * side + m] = hidden ? melValue(0) : melValue(data[at + t * side + m] ?? 0) + offset;
    }
};

const writers = { vision: { write: picture, sizes: [side, side, 3] }, audio: { write: spectrogram, sizes: [side, side] } } as const satisfies { readonly [K in Kind]: { readonly write: Writer; readonly sizes: readonly number[] } };

/** The given items of a pool; with a key, each changed a little. */
export const gather = (kind: Kind, pool: Pool, items: ArrayLike<number>, key?: random.Key): Batch => {
  const { write, sizes } = writers[kind];
  const each = sizes.reduce((a, b) => a * b, 1);
  const frames = new Float32Array(items.length * each);
  const labels = new Int32Array(items.length);
  for (let i = 0; i < items.length; i += 1) {
    const item = items[i] ?? 0;
    write(pool.data, item * each, key === undefined ? undefined : random.uniform(random.child(key, i), 8), frames, i * each);
    labels[i] = pool.labels[item] ?? 0;
  }
  return { frames: { sizes: [items.length, ...sizes], dtype: 'f32', data: frames }, labels: { sizes: [items.length], dtype: 'i32', data: labels } };
};

/** The batch of a step: every item once per epoch, in an order of its own for each. */
export const batchAt = (kind: Kind, pool: Pool, size: number, step: number, key: random.Key): Batch => {
  const perEpoch = Math.floor(pool.labels.length / size);
  const order = random.permutation(random.child(random.named(key, 'order'), Math.floor(step / perEpoch)), pool.labels.length);
  const start = (step % perEpoch) * size;
  return gather(kind, pool, order.subarray(start, start + size), random.child(random.named(key, 'change'), step));
};

/** Mean and variance of each mel band over a pool, for the running statistics of `bn0`. */
export const bandStatistics = (pool: Pool): { readonly mean: Float32Array; readonly variance: Float32Array } => {
  const [sum, squares] = [new Float64Array(side), new Float64Array(side)];
  for (let i = 0; i < pool.data.length; i += 1) {
    const value = melValue(pool.data[i] ?? 0);
    sum[i % side] = (sum[i % side] ?? 0) + value;
    squares[i % side] = (squares[i % side] ?? 0) + value * value;
  }
  const n = pool.data.length / side;
  const mean = Float32Array.from(sum, (s) => s / n);
  return { mean, variance: Float32Array.from(squares, (s, m) => s / n - (mean[m] ?? 0) ** 2) };
};
