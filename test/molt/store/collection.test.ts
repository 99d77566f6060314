/**
 * Collections: what is written is there, once, and found again.
 */
import { expect, test } from 'vitest';
import { openStore, readStore } from '../../../molt/store/index.ts';
import { good } from '../../dsl/safetensors/helpers.ts';
import { files, input, item, made, scratch } from './helpers.ts';

const at = await scratch();
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('write, read, open again, write again', async () => {
  const store = good(await openStore(at('a'))());
  const some = good(await store.collection(made({ dtype: 'f32' }))());
  const items = range(0, 5).map((i) => item(some.made, i));
  expect(some.missing(items.map((one) => one.input))).toEqual(items.map((one) => one.input));
  const first = good(await some.write(items.slice(0, 3))());
  expect(first).toMatchObject({ fresh: true });
  good(await some.write(items.slice(3))());
  expect(good(await some.seal())).toMatchObject({ shards: 2, items: 5, damaged: [] });
  for (const one of items) expect(good(await some.read(one.input)())).toEqual(one.tensors);
  const before = await files(at('a'));
  expect(good(await some.write(items.slice(0, 3))())).toEqual({ ...first, fresh: false });
  const again = good(await good(await readStore(at('a'))()).existing(some.key)());
  expect(again.made).toEqual(some.made);
  expect(again.missing([input(4), input(9), input(9)])).toEqual([input(9)]);
  expect(again.catalogue()).toEqual(some.catalogue());
  expect(await files(at('a'))).toEqual(before);
});
