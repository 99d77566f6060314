/**
 * The pictures of a strip: a frame a second, and all its seconds of spectrogram as one.
 * idea:  a strip keeps bytes in base64; here they become rows of pixels.
 */
import type { Pixels } from './png.ts';
import type { StripRecord } from './record.ts';

/** Bytes as the record keeps them. */
export const base64 = (data: Uint8Array): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

type Colour = readonly [number, number, number];

/** From silence to loud: dark violet, red, yellow; lightness rises all the way. */
const ramp: readonly Colour[] = [[13, 8, 28], [52, 17, 82], [112, 31, 99], [171, 50, 84], [222, 84, 52], [248, 138, 24], [250, 195, 66], [252, 251, 190]];

const between = (a: number, b: number, t: number): number => Math.round(a + (b - a) * t);

/** The colour of a share between 0 and 1. */
const colour = (share: number): Colour => {
  const place = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const low = Math.min(Math.floor(place), ramp.length - 2);
  const [a, b] = [ramp[low] ?? [0, 0, 0], ramp[low + 1] ?? [0, 0, 0]];
  return [between(a[0], b[0], place - low), between(a[1], b[1], place - low), between(a[2], b[2], place - low)];
};

/** One picture a second. */
export const frameList = ({ frames: { side, bytes } }: StripRecord): readonly Pixels[] => {
  const from = Buffer.from(bytes, 'base64');
  const size = side * side * 3;
  return Array.from({ length: Math.floor(from.length / size) }, (_, second) => ({ width: side, height: side, rgb: from.subarray(second * size, (second + 1) * size) }));
};

/** Time to the right, high bands at the top; the clip's own loudest and softest byte take the ends of the colours. */
export const spectrogramRow = ({ spectrogram: { columns, bands, bytes } }: StripRecord): Pixels => {
  const from = Buffer.from(bytes, 'base64');
  const width = Math.floor(from.length / (columns * bands)) * columns;
  const low = from.reduce((least, byte) => Math.min(least, byte), 255);
  const high = from.reduce((most, byte) => Math.max(most, byte), 0);
  const rgb = new Uint8Array(width * bands * 3);
  for (let x = 0; x < width; x++) {
    for (let band = 0; band < bands; band++) rgb.set(colour(((from[x * bands + band] ?? low) - low) / Math.max(1, high - low)), 3 * ((bands - 1 - band) * width + x));
  }
  return { width, height: bands, rgb };
};
