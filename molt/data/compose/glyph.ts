/**
 * A glyph: a drawing cropped to its ink, as a pyramid of premultiplied RGBA pictures.
 * idea:    premultiplied colour can be averaged and interpolated without dark or light fringes; each level halves the one before it.
 * source:  L. Williams 1983, Pyramidal parametrics (mip maps).
 */

export interface Level {
  /** side of the square, in pixels */
  readonly side: number;
  /** [side, side, 4] premultiplied, 0…1 */
  readonly rgba: Float32Array;
}

export interface Glyph {
  /** from fine (96) to coarse (12) */
  readonly levels: readonly Level[];
  /** long side of the ink as a share of the square's side */
  readonly fit: number;
  /** whether only its coverage counts and its colour is chosen by the composer */
  readonly single: boolean;
}

/** Premultiplied RGBA bytes of a rasterised drawing. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Side at which drawings are rasterised, and the finest and coarsest levels kept. */
export const rasterSide = 192;
const finest = 96;
const coarsest = 12;
/** Alpha (of 255) from which a pixel belongs to the ink. */
const inked = 20;

const half = ({ side, rgba }: Level): Level => {
  const n = side >> 1;
  const out = new Float32Array(n * n * 4);
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++)
      for (let k = 0; k < 4; k++) {
        const at = (2 * y * side + 2 * x) * 4 + k;
        out[(y * n + x) * 4 + k] = ((rgba[at] ?? 0) + (rgba[at + 4] ?? 0) + (rgba[at + side * 4] ?? 0) + (rgba[at + side * 4 + 4] ?? 0)) / 4;
      }
  return { side: n, rgba: out };
};

/** Crops to the ink, centres it in a square and builds the pyramid; undefined for an empty drawing. */
export const glyphOf = ({ width, height, pixels }: Raster, single: boolean): Glyph | undefined => {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if ((pixels[(y * width + x) * 4 + 3] ?? 0) > inked) [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  if (right < left) return undefined;
  const [w, h] = [right - left + 1, bottom - top + 1];
  const [shiftX, shiftY] = [left - ((rasterSide - w) >> 1), top - ((rasterSide - h) >> 1)];
  const rgba = new Float32Array(rasterSide * rasterSide * 4);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const to = ((y - shiftY) * rasterSide + x - shiftX) * 4;
      for (let k = 0; k < 4; k++) rgba[to + k] = (pixels[(y * width + x) * 4 + k] ?? 0) / 255;
    }
  const levels: Level[] = [];
  for (let level: Level = { side: rasterSide, rgba }; level.side >= coarsest; level = half(level)) if (level.side <= finest) levels.push(level);
  return { levels, fit: Math.max(w, h) / rasterSide, single };
};
