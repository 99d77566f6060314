/**
 * Round trips and determinism of the safetensors codec over random sets of tensors.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode, encodeStream, floatsAs } from '../../../dsl/safetensors/index.ts';
import { metadata, plainAll, tensors } from './arbitrary.ts';
import { bad, bool, f32, good, i32 } from './helpers.ts';
import { printFault } from '../../../shapes/fault.ts';
import type { Value } from '../../../dsl/backend.ts';

const seeded = { seed: 20, numRuns: 300 };

test('decode after encode is the identity', () => {
  fc.assert(
    fc.property(tensors, metadata, (all, meta) => {
      const back = good(decode('file', good(encode('file', all, meta))));
      expect(plainAll(back.tensors)).toEqual(plainAll(all));
      expect([...back.metadata].toSorted()).toEqual([...meta].toSorted());
    }),
    seeded,
  );
});

test('the bytes do not depend on the order of insertion', () => {
  fc.assert(
    fc.property(tensors, metadata, (all, meta) => {
      expect(good(encode('file', new Map([...all].toReversed()), new Map([...meta].toReversed())))).toEqual(good(encode('file', all, meta)));
    }),
    seeded,
  );
});

test('decode does not need the bytes at an aligned place, and leaves them alone', () => {
  fc.assert(
    fc.property(tensors, fc.integer({ min: 1, max: 7 }), (all, shift) => {
      const bytes = good(encode('file', all));
      const shifted = new Uint8Array(bytes.length + shift);
      shifted.set(bytes, shift);
      const back = good(decode('file', shifted.subarray(shift)));
      shifted.fill(0xff);
      expect(plainAll(back.tensors)).toEqual(plainAll(all));
    }),
    seeded,
  );
});

test('every tensor starts at a multiple of its width, the data at a multiple of 8', () => {
  fc.assert(
    fc.property(tensors, metadata, (all, meta) => {
      const bytes = good(encode('file', all, meta));
      const start = 8 + new DataView(bytes.buffer).getUint32(0, true);
      expect(start % 8).toBe(0);
      const header: Record<string, { dtype: string; data_offsets: [number, number] }> = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
      const widths: Record<string, number> = { F64: 8, F32: 4, I32: 4, BOOL: 1 };
      for (const [name, entry] of Object.entries(header)) if (name !== '__metadata__') expect(entry.data_offsets[0] % (widths[entry.dtype] ?? NaN)).toBe(0);
    }),
    seeded,
  );
});

test('a stream tells its length, copies nothing that needs no conversion, and can be read twice', () => {
  const w = f32([2, 2], 1, 2, 3, 4);
  const stream = good(encodeStream('file', new Map([['w', w], ['n', i32([1], 7)]])));
  const [header, first, second] = [...stream.chunks];
  expect(first?.buffer).toBe(w.data.buffer);
  expect((header?.length ?? 0) + 16 + (second?.length ?? 0)).toBe(stream.length);
  expect([...stream.chunks].length).toBe(3);
});

test('stored types: floats as asked for, all others as they are', () => {
  const all = new Map([['w', f32([2], 0.1, -2)], ['n', i32([1], 7)], ['m', bool([1], 1)]]);
  for (const [stored, expected] of [['F16', Math.fround(0.0999755859375)], ['BF16', 0.10009765625], ['F32', Math.fround(0.1)], ['F64', Math.fround(0.1)]] as const) {
    const back = good(decode('file', good(encode('file', all, new Map(), { stored: floatsAs(stored) })))).tensors;
    expect([...(back.get('w')?.data ?? [])]).toEqual([expected, -2]);
    expect(back.get('w')?.data.constructor.name).toBe(stored === 'F64' ? 'Float64Array' : 'Float32Array');
    expect(back.get('n')).toEqual(i32([1], 7));
    expect(back.get('m')).toEqual(bool([1], 1));
  }
  for (const stored of ['I64', 'I16', 'I8'] as const) expect(good(decode('f', good(encode('f', new Map([['n', i32([3], -128, 0, 127)]]), new Map(), { stored: () => stored })))).tensors.get('n')).toEqual(i32([3], -128, 0, 127));
  expect(good(decode('f', good(encode('f', new Map([['n', i32([2], 0, 255)]]), new Map(), { stored: () => 'U8' })))).tensors.get('n')).toEqual(i32([2], 0, 255));
});

test('what cannot be stored is refused before anything is written', () => {
  const refused = (value: Value, stored?: 'F16' | 'F32' | 'I16' | 'BOOL', name = 'w') => printFault(bad(encode('w.safetensors', new Map([[name, value]]), new Map(), stored === undefined ? {} : { stored: () => stored })));
  expect(refused(f32([2, 2], 1, 2, 3, 70000), 'F16')).toMatchInlineSnapshot(`
    "not a finite number: w.safetensors: tensor "w"
      given:  70000 at [1, 1], to be stored as F16
      needed: a number that stays finite as F16
      try:    store it in a wider type"
  `);
  expect(refused({ sizes: [1], dtype: 'f32', data: Float64Array.of(1e300) }, 'F32')).toMatchInlineSnapshot(`
    "not a finite number: w.safetensors: tensor "w"
      given:  1e+300 at [0], to be stored as F32
      needed: a number that stays finite as F32
      try:    store it in a wider type"
  `);
  expect(refused(i32([2], 1, 40000), 'I16')).toMatchInlineSnapshot(`
    "cannot be decoded: w.safetensors: tensor "w"
      given:  40000 at [1], to be stored as I16
      needed: an integer from -32768 to 32767
      try:    store it in a wider type"
  `);
  expect(refused(bool([2], 0, 2))).toMatchInlineSnapshot(`
    "cannot be decoded: w.safetensors: tensor "w"
      given:  2 at [1], to be stored as BOOL
      needed: an integer from 0 to 1"
  `);
  expect(refused(f32([2], 1, 2), 'BOOL')).toMatchInlineSnapshot(`
    "cannot be decoded: w.safetensors: tensor "w"
      given:  f32 [2] to be stored as BOOL
      needed: a type that holds f32"
  `);
  expect(refused(f32([2, 3], 1, 2))).toMatchInlineSnapshot(`
    "shapes do not fit: w.safetensors: tensor "w"
      given:  f32 [2, 3] with 2 elements
      needed: 6 elements"
  `);
  expect(refused(f32([-1, -2], 1, 2))).toMatchInlineSnapshot(`
    "shapes do not fit: w.safetensors: tensor "w"
      given:  f32 [-1, -2]
      needed: sizes that are integers from 0 on"
  `);
  expect(refused(f32([1], 1), 'F32', '__metadata__')).toMatchInlineSnapshot(`
    "name mismatch: w.safetensors: tensor "__metadata__"
      given:  "__metadata__"
      needed: a name in whole characters, not __metadata__"
  `);
  expect(refused(f32([1], 1), 'F32', 'half \ud800')).toMatchInlineSnapshot(`
    "name mismatch: w.safetensors: tensor "half \\ud800"
      given:  "half \\ud800"
      needed: a name in whole characters, not __metadata__"
  `);
  expect(printFault(bad(encode('w.safetensors', new Map(), new Map([['k', '\udc00']]))))).toMatchInlineSnapshot(`
    "name mismatch: w.safetensors: __metadata__
      given:  "k": "\\udc00"
      needed: text in whole characters"
  `);
  for (const x of [NaN, Infinity, -Infinity]) expect(good(decode('f', good(encode('f', new Map([['w', f32([1], x)]]), new Map(), { stored: () => 'F16' })))).tensors.get('w')?.data[0]).toBe(x);
});
