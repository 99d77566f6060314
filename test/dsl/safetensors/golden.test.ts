/**
 * Interoperability: files written by the format's own library (test/golden/make_safetensors.py) are read exactly and written alike.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decode, encode, floatsAs } from '../../../dsl/safetensors/index.ts';
import { good, golden } from './helpers.ts';

interface Plain {
  readonly dtype: string;
  readonly sizes: readonly number[];
  readonly values: readonly number[];
}
const expected: { readonly 'every-dtype': Record<string, Plain>; readonly native: Record<string, Plain> } = JSON.parse(readFileSync(golden('expected.json'), 'utf8'));
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(golden(`${name}.safetensors`)));

const elementType = (dtype: string): string => (dtype === 'bool' ? 'bool' : dtype.includes('float') ? 'f32' : 'i32');

test.each(['every-dtype', 'native'] as const)('%s: sizes, types and values are those that the library wrote', (name) => {
  const { tensors } = good(decode(name, bytes(name)));
  expect([...tensors.keys()].toSorted()).toEqual(Object.keys(expected[name]).toSorted());
  for (const [key, value] of tensors) {
    const want = expected[name][key];
    expect({ key, sizes: value.sizes, dtype: value.dtype, values: [...value.data] }).toEqual({ key, sizes: want?.sizes, dtype: elementType(want?.dtype ?? ''), values: want?.values });
  }
});

test('metadata', () => {
  expect([...good(decode('f', bytes('every-dtype'))).metadata]).toEqual([['made by', "safetensors, 'pt' ✓"]]);
});

test('what holds f32, f64, i32 and bool is written to the same bytes as by the library', () => {
  const { tensors, metadata } = good(decode('native', bytes('native')));
  expect(good(encode('native', new Map([...tensors].toReversed()), metadata))).toEqual(bytes('native'));
});

test('halves are rounded and written to the same bytes as by the library', () => {
  const native = good(decode('native', bytes('native'))).tensors.get('b.weight');
  if (native === undefined) throw new Error('no b.weight');
  const half = Float32Array.from(native.data, (x) => (x > 1e5 ? 2 : x));
  expect(good(encode('f', new Map([['w', { ...native, data: half }]]), new Map(), { stored: floatsAs('F16') }))).toEqual(bytes('half'));
  expect(good(encode('f', new Map([['w', native]]), new Map(), { stored: floatsAs('BF16') }))).toEqual(bytes('bfloat'));
});
