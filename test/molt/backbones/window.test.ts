/** Windows, offsets, merging and interpolation against what they are defined to be. */
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../../dsl/backends/reference/index.ts';
import { input, unwrap } from '../../../dsl/index.ts';
import { windowOf } from '../../../molt/backbones/config.ts';
import { logOffsets, offsetIndex } from '../../../molt/backbones/position.ts';
import { bicubicMatrix } from '../../../molt/backbones/spectrogram.ts';
import { forbidden, maskValues, windowing } from '../../../molt/backbones/window.ts';
import { dim, type Tensor, timesD } from '../../../shapes/index.ts';

const numbers = (x: Tensor<never> | { readonly node: unknown }, data: Float32Array, sizes: readonly number[]): readonly number[] => {
  const found = evaluate([unwrap(x as Tensor<never>)], { inputs: new Map([['x', { sizes, dtype: 'f32', data }]]), parameters: new Map() });
  if (E.isLeft(found)) throw new Error(JSON.stringify(found.left));
  return Array.from(found.right[0]?.data ?? []);
};
const count = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => i);

test('join undoes cut, for every shift', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.nat(2), (r, w, s) => {
    const [R, W] = [dim('R', r), dim('W', w)];
    const windows = windowing(R, W, s % w);
    const side = timesD(R, W);
    const x = input('x', dim('B', 2), side, side, dim('D', 2));
    const data = count(2 * r * r * w * w * 2);
    expect(numbers(windows.join(windows.cut(x)), data, x.sizes)).toEqual(Array.from(data));
  }), { seed: 1, numRuns: 40 });
});

test('cut takes windows row by row, and tokens row by row inside them', () => {
  const [R, W] = [dim('R', 2), dim('W', 2)];
  const side = timesD(R, W);
  const x = input('x', dim('B', 1), side, side, dim('D', 1));
  expect(numbers(windowing(R, W, 0).cut(x), count(16), x.sizes)).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
  expect(numbers(windowing(R, W, 1).cut(x), count(16), x.sizes).slice(0, 4)).toEqual([5, 6, 9, 10]);
});

test('the mask keeps apart what only the roll brought together', () => {
  const mask = maskValues(2, 2, 1);
  const window = (v: number): readonly number[] => Array.from(mask.subarray(16 * v, 16 * v + 16));
  expect(window(0)).toEqual(new Array(16).fill(0));
  expect(window(3)).toEqual(Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 0 : forbidden)));
});

test('windows are clamped to the grid, and one that covers it is not shifted', () => {
  expect(windowOf(8, 4, 0)).toEqual({ side: 4, shift: 0 });
  expect(windowOf(8, 4, 1)).toEqual({ side: 4, shift: 2 });
  expect(windowOf(4, 4, 1)).toEqual({ side: 4, shift: 0 });
  expect(windowOf(2, 4, 1)).toEqual({ side: 2, shift: 0 });
});

test('offsets: index by difference, spaced by logarithm from −8 to 8', () => {
  expect(Array.from(offsetIndex(2))).toEqual([4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4]);
  const table = logOffsets(3);
  expect(table).toHaveLength(50);
  expect(table[0]).toBeCloseTo(-Math.log2(9) / 3, 6);
  expect([table[24], table[25]]).toEqual([0, 0]);
});

test('bicubic rows sum to 1, hit samples at the corners, and keep straight lines inside', () => {
  const [from, to] = [11, 31];
  const matrix = bicubicMatrix(from, to);
  for (let row = 0; row < to; row += 1) expect(matrix.subarray(row * from, (row + 1) * from).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  expect(matrix[0]).toBe(1);
  expect(matrix.at(-1)).toBe(1);
  expect(matrix[15 * from + 5]).toBe(1);
  expect(Array.from(bicubicMatrix(4, 4))).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
});
