/**
 * 16-bit floats: all 65,536 patterns of both layouts, and rounding against the definition.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bfloat16, binary16, fromHalf, toHalf } from '../../../dsl/safetensors/half.ts';

const layouts = [['binary16', binary16], ['bfloat16', bfloat16]] as const;

test.each(layouts)('%s: every pattern comes back, NaN as NaN', (_, half) => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 65536; bits++) {
    const x = fromHalf(half, bits);
    const back = toHalf(half, x);
    if (Number.isNaN(x) ? !Number.isNaN(fromHalf(half, back)) : back !== bits) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test('bfloat16 is binary32 without its lower half', () => {
  const wrong: number[] = [];
  const view = new DataView(new ArrayBuffer(4));
  for (let bits = 0; bits < 65536; bits++) {
    view.setUint16(0, bits);
    if (!Object.is(view.getFloat32(0), fromHalf(bfloat16, bits))) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test('binary16 at the places that the standard names', () => {
  expect([0x3c00, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x3555].map((bits) => fromHalf(binary16, bits))).toEqual([1, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 65504, Infinity, -Infinity, 0.333251953125]);
  expect([65519.99, 65520, 2 ** -25, 2 ** -25 * 1.0001, 1 + 2 ** -11, 1 + 3 * 2 ** -11].map((x) => toHalf(binary16, x))).toEqual([0x7bff, 0x7c00, 0, 1, 0x3c00, 0x3c02]);
});

test.each(layouts)('%s: rounds to the nearest, ties to even', (_, half) => {
  const number = fc.oneof(fc.double({ noNaN: true, min: -70000, max: 70000 }), fc.double({ noNaN: true, min: -1e-4, max: 1e-4 }), fc.double({ noNaN: true, min: -1e-37, max: 1e-37 }));
  fc.assert(
    fc.property(number, (x) => {
      const bits = toHalf(half, x) & 0x7fff;
      if (bits === half.infinity) return;
      const size = Math.abs(x);
      const at = (b: number): number => Math.abs(size - fromHalf(half, b));
      const error = at(bits);
      for (const other of bits === 0 ? [1] : [bits - 1, bits + 1]) {
        expect(error).toBeLessThanOrEqual(at(other));
        if (error === at(other)) expect(bits % 2).toBe(0);
      }
    }),
    { seed: 16, numRuns: 2000 },
  );
});
