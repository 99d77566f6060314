/**
 * Halves of whole arrays are those of one number at a time, bit for bit.
 */
import { expect, test } from 'vitest';
import { binary16, fromHalf, toHalf } from '../../../dsl/safetensors/half.ts';
import { fromHalves, halfLimit, toHalves } from '../../../dsl/safetensors/index.ts';

const every = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

const bitsOf = (numbers: Float32Array): Uint32Array => new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);

/** Numbers that a conversion gets wrong somewhere; undefined if it is right everywhere. */
const firstWrong = (numbers: Float32Array, convert: (numbers: Float32Array, into: Uint16Array) => void): number | undefined => {
  const halves = new Uint16Array(numbers.length);
  convert(numbers, halves);
  const wrong = numbers.findIndex((x, i) => toHalf(binary16, x) !== halves[i]);
  return wrong < 0 ? undefined : numbers[wrong];
};

/** Every half, every midpoint of neighbours, and the numbers just beside the midpoints. */
const hard = (): Float32Array => {
  const out: number[] = [];
  const step = new Float32Array(1);
  const bits = new Uint32Array(step.buffer);
  for (let half = 0; half < 0x7c00; half++) {
    const low = fromHalf(binary16, half);
    const middle = half === 0x7bff ? halfLimit : (low + fromHalf(binary16, half + 1)) / 2;
    step[0] = middle;
    const at = bits[0] ?? 0;
    for (const near of [at - 1, at, at + 1]) {
      bits[0] = near;
      out.push(step[0] ?? 0, -(step[0] ?? 0));
    }
    out.push(low, -low);
  }
  return Float32Array.from([...out, Infinity, -Infinity, NaN, 3e38, 1e-45, -1e-45]);
};

test('widened: every half', () => {
  const wide = new Float32Array(every.length + 2);
  fromHalves(every, wide, 2);
  every.forEach((bits) => {
    const want = fromHalf(binary16, bits);
    if (!Object.is(wide[bits + 2], want)) throw new Error(`${bits.toString(16)}: ${wide[bits + 2]}, not ${want}`);
  });
});

test('narrowed: to nearest, ties to even, beside every midpoint', () => {
  expect(firstWrong(hard(), toHalves)).toBeUndefined();
});

test('what is cut off, or rounded half up, is seen', () => {
  const shifted = (add: number) => (numbers: Float32Array, into: Uint16Array): void => {
    toHalves(numbers, into);
    bitsOf(numbers).forEach((word, i) => {
      const size = word & 0x7fffffff;
      if (size >= 0x38800000 && size < 0x477ff000) into[i] = ((word >>> 16) & 0x8000) | ((size - 0x38000000 + add) >>> 13);
    });
  };
  expect(firstWrong(hard(), shifted(0))).toBeDefined();
  expect(firstWrong(hard(), shifted(0x1000))).toBeDefined();
});

test('a view into a larger buffer', () => {
  const numbers = Float32Array.from([9, 9, 1, -2]).subarray(2);
  const halves = new Uint16Array(5).subarray(1, 3);
  toHalves(numbers, halves);
  expect([...halves]).toEqual([0x3c00, 0xc000]);
  const back = new Float32Array(3).subarray(1);
  fromHalves(halves, back);
  expect([...back]).toEqual([1, -2]);
});
