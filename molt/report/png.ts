/**
 * Pixels to PNG pictures that a page can hold.
 * idea:  rows of bytes in, a data URI out; enlarging repeats pixels, so that a small frame stays what the model saw.
 * source: pngjs
 */
import type { PNG } from 'pngjs';

/** The encoder that pngjs exports. */
export type PngModule = typeof PNG;

/** rgb: [height, width, 3] bytes. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** A PNG of the pixels, each `scale` by `scale`, as a data URI. The same pixels give the same bytes. */
export const pngDataUri = (png: PngModule) => ({ width, height, rgb }: Pixels, scale = 1): string => {
  const picture = new png({ width: width * scale, height: height * scale, colorType: 2, inputHasAlpha: true });
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = 3 * (Math.floor(y / scale) * width + Math.floor(x / scale));
      const to = 4 * (y * width * scale + x);
      for (let c = 0; c < 3; c++) picture.data[to + c] = rgb[from + c] ?? 0;
      picture.data[to + 3] = 255;
    }
  }
  return `data:image/png;base64,${png.sync.write(picture, { colorType: 2, inputHasAlpha: true }).toString('base64')}`;
};

export type Paint = ReturnType<typeof pngDataUri>;
