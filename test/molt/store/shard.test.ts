/**
 * Shards: what is read is what was written, to the last bit or to the nearest half; what can't be kept is refused.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode } from '../../../dsl/safetensors/index.ts';
import { collectionKey, openStore, type Item, type Made } from '../../../molt/store/index.ts';
import { checkItem, encodeShard } from '../../../molt/store/shard.ts';
import { printFault } from '../../../shapes/fault.ts';
import { bad, good } from '../../dsl/safetensors/helpers.ts';
import { input, item, made } from './described.ts';
import { memoryDisk } from './disk.ts';

const tiny = (dtype: Made['dtype']): Made => made({ dtype, segments: 1, tensors: [{ name: 'visual.0', sizes: [1, 4] }] });
const of = (numbers: readonly number[], i = 0): Item => ({ input: input(i), tensors: new Map([['visual.0', { sizes: [1, 1, 4], dtype: 'f32', data: Float32Array.from(numbers) }]]) });

/** Numbers of a feature: written and read back through a store. */
const through = async (dtype: Made['dtype'], numbers: readonly number[]): Promise<readonly number[]> => {
  const store = good(await openStore('/store', memoryDisk().process(1))());
  const some = good(await store.collection(tiny(dtype))());
  good(await some.write([of([0, 0, 0, 0], 1), of(numbers)])());
  return [...(good(await some.read(input(0))()).get('visual.0')?.data ?? [])];
};

const four = (numbers: fc.Arbitrary<number>) => fc.array(numbers, { minLength: 4, maxLength: 4 });

test('f32: the same bits', async () => {
  await fc.assert(fc.asyncProperty(four(fc.float({ noNaN: true, noDefaultInfinity: true })), async (numbers) => {
    expect(await through('f32', numbers)).toEqual(numbers);
  }), { seed: 2, numRuns: 100 });
});

/** Half a unit in the last place: 2⁻¹¹ of the number, or of the least normal number. */
const roundingBound = (x: number): number => 2 ** -11 * Math.max(2 ** -14, 2 ** Math.floor(Math.log2(Math.abs(x) || 1e-30)));

/** Is every number kept within half a unit in the last place, and twice as good as cut off? */
const nearest = (keep: (numbers: readonly number[]) => Promise<readonly number[]>) =>
  fc.assert(fc.asyncProperty(four(fc.float({ noNaN: true, min: -65504, max: 65504 })), async (numbers) => {
    const kept = await keep(numbers);
    numbers.forEach((x, i) => expect(Math.abs((kept[i] ?? NaN) - x)).toBeLessThanOrEqual(roundingBound(x)));
    expect(await keep(kept)).toEqual(kept);
  }), { seed: 3, numRuns: 100 });

test('f16: the nearest half, and halves stay; numbers that are cut off are seen', async () => {
  await nearest((numbers) => through('f16', numbers));
  const cut = (x: number): number => { const unit = 2 * roundingBound(x); return Math.trunc(x / unit) * unit; };
  await expect(nearest((numbers) => Promise.resolve(numbers.map(cut)))).rejects.toThrow();
});

test('a shard is a safetensors file like any other', async () => {
  const description = made({ dtype: 'f32' });
  const items = [item(description, 0), item(description, 1)];
  const shard = good(await encodeShard('shard', description, collectionKey(description), items)());
  const bytes = Buffer.concat([...shard.chunks]);
  expect(bytes.length).toBe(shard.length);
  const { tensors, metadata } = good(decode('shard', bytes));
  expect([...tensors].map(([name, { sizes }]) => [name, sizes])).toEqual([['visual.0', [2, 2, 3, 4]], ['visual.1', [2, 2, 2, 5]]]);
  expect([...(tensors.get('visual.1')?.data ?? [])]).toEqual(items.flatMap(({ tensors: own }) => [...(own.get('visual.1')?.data ?? [])]));
  expect(JSON.parse(metadata.get('items') ?? '')).toEqual([input(0), input(1)]);
  expect(metadata.get('collection')).toBe(collectionKey(description));
});

test('what cannot be kept', async () => {
  const refused = async (dtype: Made['dtype'], ...items: readonly Item[]) => {
    const [only] = items;
    const told = bad(await encodeShard('STORE', tiny(dtype), 'key', items)());
    if (only !== undefined && items.length === 1) expect(bad(checkItem('STORE', tiny(dtype), only))._tag).toBe(told._tag);
    return printFault(told);
  };
  expect(await refused('f16', of([1, 65520, 0, 0]))).toMatchInlineSnapshot(`
    "not a finite number: STORE: item d76f36ed5f85…, tensor "visual.0"
      given:  65520 at [0, 0, 1], to be stored as f16
      needed: numbers that stay finite as f16
      try:    store these features as f32"
  `);
  expect(await refused('f32', of([1, 2, NaN, 0]))).toMatchInlineSnapshot(`
    "not a finite number: STORE: item d76f36ed5f85…, tensor "visual.0"
      given:  NaN at [0, 0, 2], to be stored as f32
      needed: numbers that stay finite as f32
      try:    look where these features were made: a NaN spreads from there"
  `);
  expect(await refused('f16', of([0, -Infinity, 0, 0]))).toContain('-Infinity at [0, 0, 1]');
  good(await encodeShard('STORE', tiny('f16'), 'key', [of([65504, -65519, 6e-8, 1e-30])])());
  good(await encodeShard('STORE', tiny('f32'), 'key', [of([1e5, 3e38, 0, 0])])());
  expect(await refused('f32')).toMatchInlineSnapshot(`
    "name mismatch: STORE
      given:  no items
      needed: different items, each by the SHA-256 of its input, 64 hexadecimal digits"
  `);
  expect(await refused('f32', of([1, 2, 3, 4]), of([1, 2, 3, 4]))).toContain('twice');
  expect(await refused('f32', { ...of([1, 2, 3, 4]), input: 'video.mp4' })).toMatchInlineSnapshot(`
    "name mismatch: STORE
      given:  the item "video.mp4"
      needed: different items, each by the SHA-256 of its input, 64 hexadecimal digits"
  `);
  expect(await refused('f32', { input: input(0), tensors: new Map() })).toMatchInlineSnapshot(`
    "name mismatch: STORE: item d76f36ed5f85…, tensor "visual.0"
      given:  the tensors (none)
      needed: the tensors visual.0"
  `);
  expect(await refused('f32', item(made(), 0))).toMatchInlineSnapshot(`
    "shapes do not fit: STORE: item d76f36ed5f85…, tensor "visual.0"
      given:  f32 [2, 3, 4], 24 numbers
      needed: f32 [1, 1, 4]"
  `);
});
