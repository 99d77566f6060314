/** Pictures to pixels: torch's numbers, laws of resizing, refusals. */
import * as fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { bicubicTaps, imagenet, pixelsOf, resized, settings } from '../../../molt/preprocess/index.ts';
import { printFault } from '../../../shapes/index.ts';
import { apart, family, picture } from './golden.ts';

const orders = { resize: 'resize, normalise', normalise: 'normalise, resize' } as const;

const pixels = (order: string, side: number, frame: ReturnType<typeof picture>): Float32Array => {
  const result = pixelsOf({ order: order === 'resize' ? orders.resize : orders.normalise }, side)(frame);
  return isRight(result) ? result.right : new Float32Array(0);
};

test.each(family('pixels').map(({ key, parts, sizes, data }) => ({ key, parts, sizes, data })))("$key equals torch's within 1e-5", ({ parts, sizes, data }) => {
  const [order = '', size = '', side = '', every = ''] = parts;
  const [width = 0, height = 0] = size.split('x').map(Number);
  const s = Number(side);
  const ours = pixels(order, s, picture(width, height));
  const kept = Array.from({ length: 3 * s }, (_, row) => row).filter((row) => (row % s) % Number(every) === 0);
  expect(kept.length).toBe((sizes[0] ?? 0) * (sizes[1] ?? 0));
  expect(apart(kept.flatMap((row) => [...ours.subarray(row * s, (row + 1) * s)]), data)).toBeLessThan(1e-5);
});

test('each setting has its order, and the two orders differ by rounding only', () => {
  expect([settings.ave.order, settings.avqa.order, settings.avs.order]).toEqual([orders.resize, orders.resize, orders.normalise]);
  const frame = picture(37, 53);
  const [first, last] = [pixels('resize', 20, frame), pixels('normalise', 20, frame)];
  expect(apart(first, last)).toBeLessThan(1e-6);
});

const options = { seed: 20240, numRuns: 40 } as const;
const side = fc.integer({ min: 2, max: 12 });
const bytes = (width: number, height: number) => fc.uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height });
const frames = fc.tuple(side, side).chain(([width, height]) => bytes(width, height).map((data) => ({ width, height, data })));
const identity = Float64Array.from({ length: 768 }, (_, i) => i & 255);

test('law: the taps of a place sum to 1 and lie in the picture', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 300 }), (from, to) => {
      const { sources, weights } = bicubicTaps(from, to);
      for (let i = 0; i < to; i += 1) expect(weights.subarray(4 * i, 4 * i + 4).reduce((x, y) => x + y)).toBeCloseTo(1, 12);
      expect(sources.every((one) => one >= 0 && one < from)).toBe(true);
    }),
    options,
  );
});

test('law: a constant stays constant, whatever the sizes', () => {
  fc.assert(
    fc.property(side, side, side, fc.integer({ min: 0, max: 255 }), (width, height, to, level) => {
      const out = resized({ width, height, data: new Uint8Array(3 * width * height).fill(level) }, to, identity);
      expect(out.every((value) => Math.abs(value - level) < 1e-10)).toBe(true);
    }),
    options,
  );
});

test('law: to its own size, a picture is itself, channel by channel', () => {
  fc.assert(
    fc.property(side.chain((s) => bytes(s, s).map((data) => ({ width: s, height: s, data }))), (frame) => {
      const plane = frame.width * frame.width;
      expect([...resized(frame, frame.width, identity)]).toEqual(Array.from({ length: 3 * plane }, (_, i) => frame.data[3 * (i % plane) + Math.floor(i / plane)]));
    }),
    options,
  );
});

test('law: resizing is linear in the levels', () => {
  fc.assert(
    fc.property(frames, side, fc.double({ min: -2, max: 2, noNaN: true }), (frame, to, gain) => {
      const squares = identity.map((level) => level * level / 255);
      const [x, y, both] = [identity, squares, identity.map((level, i) => gain * level + (squares[i] ?? 0))].map((levels) => resized(frame, to, levels));
      expect(apart(Float64Array.from(x ?? [], (value, i) => gain * value + (y?.[i] ?? 0)), both ?? [])).toBeLessThan(1e-8);
    }),
    options,
  );
});

test('law: a picture turned on its diagonal gives pixels turned on theirs', () => {
  fc.assert(
    fc.property(frames, side, (frame, to) => {
      const { width, height, data } = frame;
      const turned = new Uint8Array(data.length);
      for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) for (let c = 0; c < 3; c += 1) turned[3 * (x * height + y) + c] = data[3 * (y * width + x) + c] ?? 0;
      const [there, back] = [resized(frame, to, identity), resized({ width: height, height: width, data: turned }, to, identity)];
      const plane = to * to;
      expect(apart(Float64Array.from(back, (_, i) => there[Math.floor(i / plane) * plane + (i % to) * to + (Math.floor((i % plane) / to))] ?? Number.NaN), back)).toBeLessThan(1e-10);
    }),
    options,
  );
});

test('black and white meet the published mean and deviation', () => {
  const white = pixels('resize', 2, { width: 2, height: 2, data: new Uint8Array(12).fill(255) });
  const black = pixels('resize', 2, { width: 2, height: 2, data: new Uint8Array(12) });
  imagenet.mean.forEach((mean, c) => {
    const deviation = imagenet.deviation[c] ?? 1;
    expect(white[4 * c]).toBeCloseTo((1 - mean) / deviation, 6);
    expect(black[4 * c]).toBeCloseTo(-mean / deviation, 6);
  });
});

test('pictures that cannot be interpolated are refused in words', () => {
  const refuse = (width: number, height: number, length: number): string => {
    const result = pixelsOf(settings.ave, 8)({ width, height, data: new Uint8Array(length) });
    return isLeft(result) ? printFault(result.left) : 'taken';
  };
  expect(refuse(1, 1, 3)).toBe('shapes do not fit: picture\n  given:  1×1 pixels\n  needed: at least 2×2 pixels\n  try:    leave this picture out, or give the original instead of a placeholder');
  expect(refuse(0, 0, 0)).toContain('0×0 pixels');
  expect(refuse(4, 1, 12)).toContain('4×1 pixels');
  expect(refuse(4, 4, 47)).toBe('shapes do not fit: picture\n  given:  4×4 pixels and 47 bytes\n  needed: 48 bytes: red, green, blue of each pixel');
  expect(refuse(2, 2, 12)).toBe('taken');
});
