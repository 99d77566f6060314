/**
 * Bicubic: a picture resized by cubic interpolation between the four nearest rows and columns, without a low-pass before it.
 * idea:   rows and columns are independent: taps of both are tables, a source row is squeezed once and kept while later rows need it.
 * laws:   test/molt/preprocess/pixels.test.ts — equal to torch; the same size is the identity; a constant stays; linear in the values.
 * not:    antialiasing: a picture made ten times smaller is sampled, as torchvision 0.14 does on tensors.
 * source: torch.nn.functional.interpolate(mode='bicubic', align_corners=False, antialias=False); Keys 1981 with a = −0.75, edges repeated
 */

import { cubic } from '../backbones/cubic.ts';

/** Four sources and their weights for each of `to` places, tap by tap. */
export interface Taps {
  /** [to, 4], indices in 0 … from − 1 */
  readonly sources: Int32Array;
  /** [to, 4], each row sums to 1 */
  readonly weights: Float64Array;
}

/**
 * Taps of a row of `from` values stretched or squeezed to `to` values; centres are half a pixel from the edges.
 * Places are rounded to float32 as torch rounds them: on rough pictures a place in float64 moves a value by up to 5e-4.
 */
export const bicubicTaps = (from: number, to: number): Taps => {
  const sources = new Int32Array(4 * to);
  const weights = new Float64Array(4 * to);
  const scale = Math.fround(from / to);
  for (let i = 0; i < to; i += 1) {
    const at = Math.fround(Math.fround(scale * (i + 0.5)) - 0.5);
    const floor = Math.floor(at);
    for (let k = 0; k < 4; k += 1) {
      sources[4 * i + k] = Math.min(from - 1, Math.max(0, floor + k - 1));
      weights[4 * i + k] = cubic(Math.abs(at - floor - k + 1));
    }
  }
  return { sources, weights };
};

/** The sizes of a picture, its bytes interleaved [height, width, 3], rows from the top. */
export interface Bytes {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * A picture resized to a square, each byte read through a table of its channel.
 * shape:   data [height, width, 3], levels [3, 256] → [3, side, side]
 */
export const resized = ({ width, height, data }: Bytes, side: number, levels: Float64Array, columns = bicubicTaps(width, side), rows = bicubicTaps(height, side)): Float64Array => {
  const out = new Float64Array(3 * side * side);
  const ring = new Float64Array(4 * 3 * side); // four source rows, squeezed; row r lies in place r mod 4
  const held = new Int32Array(4).fill(-1);
  const line = 3 * side;
  for (let y = 0; y < side; y += 1) {
    for (let k = 0; k < 4; k += 1) {
      const row = rows.sources[4 * y + k] ?? 0;
      if (held[row & 3] === row) continue;
      held[row & 3] = row;
      squeeze(data, 3 * row * width, columns, side, levels, ring, (row & 3) * line);
    }
    const place = (k: number): number => ((rows.sources[4 * y + k] ?? 0) & 3) * line;
    const [p, q, r, s] = [place(0), place(1), place(2), place(3)];
    const weight = (k: number): number => rows.weights[4 * y + k] ?? 0;
    const [t, u, v, w] = [weight(0), weight(1), weight(2), weight(3)];
    for (let c = 0; c < 3; c += 1) {
      const to = (c * side + y) * side;
      const from = c * side;
      for (let x = 0; x < side; x += 1) {
        const i = from + x;
        out[to + x] = t * (ring[p + i] ?? 0) + u * (ring[q + i] ?? 0) + v * (ring[r + i] ?? 0) + w * (ring[s + i] ?? 0);
      }
    }
  }
  return out;
};

/** One source row [width, 3] at `start` to [3, side] at `place` of the ring. */
const squeeze = (data: Uint8Array, start: number, { sources, weights }: Taps, side: number, levels: Float64Array, ring: Float64Array, place: number): void => {
  for (let x = 0; x < side; x += 1) {
    const i = 4 * x;
    const [p, q, r, s] = [start + 3 * (sources[i] ?? 0), start + 3 * (sources[i + 1] ?? 0), start + 3 * (sources[i + 2] ?? 0), start + 3 * (sources[i + 3] ?? 0)];
    const [t, u, v, w] = [weights[i] ?? 0, weights[i + 1] ?? 0, weights[i + 2] ?? 0, weights[i + 3] ?? 0];
    for (let c = 0; c < 3; c += 1) {
      const level = 256 * c;
      ring[place + c * side + x] =
        t * (levels[level + (data[p + c] ?? 0)] ?? 0) + u * (levels[level + (data[q + c] ?? 0)] ?? 0) + v * (levels[level + (data[r + c] ?? 0)] ?? 0) + w * (levels[level + (data[s + c] ?? 0)] ?? 0);
    }
  }
};
