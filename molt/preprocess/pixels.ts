/**
 * Pixels: a picture of any size to what Swin-V2 takes: a square of given side, normalised by ImageNet's mean and deviation.
 * idea:   what happens before resizing is a table of 256 levels a channel; what happens after is one product and one sum.
 * laws:   test/molt/preprocess/pixels.test.ts — equal to torch in both orders; pictures too small for interpolation are refused.
 * source: torchvision's Resize on tensors (0.14, bicubic, no antialias) and Normalize, as LAVisH's and DG-SCT's loaders compose them
 */
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { fault, type Fault } from '../../shapes/index.ts';
import { bicubicTaps, resized, type Taps } from './bicubic.ts';
import { imagenet, type PixelOrder, type Setting } from './setting.ts';

/** A decoded picture: red, green, blue, one byte each, [height, width, 3], rows from the top. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The least side of a picture: one row or column has nothing to interpolate. */
export const leastSide = 2;

const share = (byte: number): number => byte / 255;
const normalised = (value: number, channel: number): number => (value - (imagenet.mean[channel] ?? 0)) / (imagenet.deviation[channel] ?? 1);
const kept = (value: number): number => value;

interface Steps {
  readonly before: (byte: number, channel: number) => number;
  readonly after: (value: number, channel: number) => number;
}

const steps = {
  'resize, normalise': { before: share, after: normalised },
  'normalise, resize': { before: (byte, channel) => normalised(share(byte), channel), after: kept },
} as const satisfies { readonly [O in PixelOrder]: Steps };

const refusal = ({ width, height, data }: Frame): Fault | undefined =>
  width < leastSide || height < leastSide
    ? fault('Shape', 'picture', [`${width}×${height} pixels`], `at least ${leastSide}×${leastSide} pixels`, 'leave this picture out, or give the original instead of a placeholder')
    : data.length === 3 * width * height
      ? undefined
      : fault('Shape', 'picture', [`${width}×${height} pixels and ${data.length} bytes`], `${3 * width * height} bytes: red, green, blue of each pixel`);

/**
 * Pictures to pixels, the tables built once and kept for pictures of one size.
 * shape:   frame [height, width, 3] in 0 … 255 → [3, side, side], float32, mean about 0 and deviation about 1
 * errors:  Shape for a side of less than 2, or bytes that do not fit the sides
 * source:  the setting's loader (order of resizing and normalising)
 */
export const pixelsOf = ({ order }: Pick<Setting, 'order'>, side: number): ((frame: Frame) => Either<Fault, Float32Array>) => {
  const { before, after } = steps[order];
  const levels = Float64Array.from({ length: 3 * 256 }, (_, i) => before(i & 255, i >> 8));
  const tables = new Map<number, Taps>();
  const tapsOf = (from: number): Taps => {
    const known = tables.get(from);
    if (known !== undefined) return known;
    const taps = bicubicTaps(from, side);
    if (tables.size >= 16) tables.clear();
    tables.set(from, taps);
    return taps;
  };
  return (frame) => {
    const refused = refusal(frame);
    if (refused !== undefined) return left(refused);
    const values = resized(frame, side, levels, tapsOf(frame.width), tapsOf(frame.height));
    const out = new Float32Array(values.length);
    const plane = side * side;
    for (let c = 0; c < 3; c += 1) for (let i = c * plane; i < (c + 1) * plane; i += 1) out[i] = after(values[i] ?? 0, c);
    return right(out);
  };
};
