/**
 * A square RGB picture and what is painted on it: textured backgrounds and glyphs.
 * idea:    values 0…1 in a flat [side, side, 3] array; glyphs are read from the pyramid level just above their size, with bilinear interpolation.
 */
import type { Random } from './random.ts';
import { noiseAt, noiseOffset } from './noise.ts';
import type { Noise } from './noise.ts';
import type { Glyph } from './glyph.ts';

export interface Canvas {
  readonly side: number;
  readonly rgb: Float32Array;
}

/** Where and how a glyph is painted. */
export interface Placed {
  /** centre, in pixels */
  readonly x: number;
  readonly y: number;
  /** long side of the ink, in pixels */
  readonly size: number;
  /** radians */
  readonly rotation: number;
  readonly flip: boolean;
  /** factor for each channel */
  readonly gain: readonly [number, number, number];
}

const clamp = (value: number): number => Math.max(0, Math.min(1, value));
const triple = (make: () => number): readonly [number, number, number] => [make(), make(), make()];

const octaves = [[3, 0.6], [7, 0.35], [17, 0.2]] as const;

/** Three octaves of value noise between two random colours, with stripes in 40 % of pictures. */
export const background = (source: Random, side: number): Canvas => {
  const rgb = new Float32Array(side * side * 3);
  const [from, to] = [triple(() => source.uniform()), triple(() => source.uniform())];
  const contrast = source.uniform(0.2, 0.7);
  for (const [cells, amplitude] of octaves) {
    const n = cells + 2;
    const grid = new Float32Array(n * n);
    for (let i = 0; i < grid.length; i++) grid[i] = source.uniform(-1, 1);
    const gain = triple(() => amplitude * source.uniform(0.7, 1.3));
    for (let y = 0; y < side; y++) {
      const v = (y * cells) / side;
      const j = Math.floor(v);
      const b = v - j;
      for (let x = 0; x < side; x++) {
        const u = (x * cells) / side;
        const i = Math.floor(u);
        const a = u - i;
        const at = j * n + i;
        const value = ((grid[at] ?? 0) * (1 - a) + (grid[at + 1] ?? 0) * a) * (1 - b) + ((grid[at + n] ?? 0) * (1 - a) + (grid[at + n + 1] ?? 0) * a) * b;
        const p = (y * side + x) * 3;
        rgb[p] = (rgb[p] ?? 0) + value * gain[0];
        rgb[p + 1] = (rgb[p + 1] ?? 0) + value * gain[1];
        rgb[p + 2] = (rgb[p + 2] ?? 0) + value * gain[2];
      }
    }
  }
  const angle = source.uniform(0, Math.PI);
  const frequency = (source.uniform(0.1, 0.9) * 64) / side;
  const stripes = source.chance(0.4) ? source.uniform(0.05, 0.3) : 0;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const stripe = stripes === 0 ? 0 : stripes * Math.sin(frequency * (x * cos + y * sin));
      for (let k = 0; k < 3; k++) {
        const p = (y * side + x) * 3 + k;
        const low = from[k] ?? 0;
        const high = to[k] ?? 0;
        const weight = Math.max(-1, Math.min(1, (rgb[p] ?? 0) + stripe));
        rgb[p] = clamp((low + high) / 2 + contrast * weight * (high - low) + contrast * 0.3 * weight);
      }
    }
  return { side, rgb };
};

/**
 * Paints a glyph and, where its coverage exceeds a half, writes `mark` into `marks` [side, side].
 * `tint` replaces the colour of a glyph of one colour.
 */
export const paint = ({ side, rgb }: Canvas, glyph: Glyph, place: Placed, tint: readonly [number, number, number], marks?: Uint8Array, mark = 0): void => {
  const full = place.size / glyph.fit; // side of the glyph's square on the canvas
  const level = glyph.levels.findLast((candidate) => candidate.side >= full) ?? glyph.levels[0];
  if (level === undefined) return;
  const { side: n, rgba } = level;
  const scale = n / full;
  const [cos, sin] = [Math.cos(place.rotation), -Math.sin(place.rotation)];
  const reach = full * 0.75;
  const mirror = place.flip ? -1 : 1;
  const [top, bottom] = [Math.max(0, Math.floor(place.y - reach)), Math.min(side, place.y + reach)];
  const [left, right] = [Math.max(0, Math.floor(place.x - reach)), Math.min(side, place.x + reach)];
  const [red, green, blue] = place.gain;
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const dx = x + 0.5 - place.x;
      const dy = y + 0.5 - place.y;
      const u = (cos * dx - sin * dy) * mirror * scale + n / 2 - 0.5;
      const v = (sin * dx + cos * dy) * scale + n / 2 - 0.5;
      const i = Math.floor(u);
      const j = Math.floor(v);
      if (i < 0 || j < 0 || i >= n - 1 || j >= n - 1) continue;
      const a = u - i;
      const b = v - j;
      const w00 = (1 - a) * (1 - b);
      const w10 = a * (1 - b);
      const w01 = (1 - a) * b;
      const w11 = a * b;
      const p = (j * n + i) * 4;
      const q = p + n * 4;
      const alpha = (rgba[p + 3] ?? 0) * w00 + (rgba[p + 7] ?? 0) * w10 + (rgba[q + 3] ?? 0) * w01 + (rgba[q + 7] ?? 0) * w11;
      if (alpha < 0.02) continue;
      const to = (y * side + x) * 3;
      for (let k = 0; k < 3; k++) {
        const colour = glyph.single ? alpha * (tint[k] ?? 0) : (rgba[p + k] ?? 0) * w00 + (rgba[p + 4 + k] ?? 0) * w10 + (rgba[q + k] ?? 0) * w01 + (rgba[q + 4 + k] ?? 0) * w11;
        rgb[to + k] = (rgb[to + k] ?? 0) * (1 - alpha) + colour * (k === 0 ? red : k === 1 ? green : blue);
      }
      if (marks !== undefined && alpha > 0.5) marks[y * side + x] = mark;
    }
};

/** Brightness, contrast and sensor noise of one frame, as bytes written at `offset`. */
export const expose = (source: Random, noise: Noise, { rgb }: Canvas, out: Uint8Array, offset: number): void => {
  const grain = source.uniform(0, 0.04);
  const brightness = source.uniform(-0.06, 0.06);
  const contrast = source.uniform(0.85, 1.15);
  const start = noiseOffset(source);
  for (let i = 0; i < rgb.length; i++) {
    const value = ((rgb[i] ?? 0) - 0.5) * contrast + 0.5 + brightness + grain * noiseAt(noise.white, start + i);
    out[offset + i] = Math.max(0, Math.min(255, 255 * value));
  }
};
