/**
 * Collections: what is written is there, once, and found again.
 */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { foldersOf, shardFile } from '../../../molt/store/folders.ts';
import { openStore, readStore } from '../../../molt/store/index.ts';
import { printFault } from '../../../shapes/fault.ts';
import { bad, good } from '../../dsl/safetensors/helpers.ts';
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

test('the catalogue is that of the shards, with an index, without one, and with one that lags', async () => {
  const store = good(await openStore(at('b'))());
  const some = good(await store.collection(made())());
  const write = (numbers: readonly number[]) => some.write(numbers.map((i) => item(some.made, i)))();
  const seen = async () => good(await good(await readStore(at('b'))()).existing(some.key)()).catalogue();
  good(await write([0, 1]));
  const first = await seen();
  good(await some.seal());
  expect(await seen()).toEqual(first);
  good(await write([1, 2]));
  const second = await seen();
  expect([...second.shards.keys()].toSorted()).toEqual([...second.shards.keys()]);
  expect(second.shards.size).toBe(2);
  expect(some.catalogue()).toEqual(second);
  good(await some.seal());
  expect(await seen()).toEqual(second);
  expect(some.missing(range(0, 4).map(input))).toEqual([input(3)]);
  expect(good(await some.read(input(1))()).size).toBe(2);
});

test('a damaged shard counts as missing, and is made again', async () => {
  const store = good(await openStore(at('c'))());
  const some = good(await store.collection(made())());
  const { name } = good(await some.write([item(some.made, 0)])());
  good(await some.seal());
  const before = await files(at('c'));
  const path = join(foldersOf(some.folder).shards, shardFile(name));
  await truncate(path, 100);
  const again = good(await store.collection(made())());
  expect([...again.catalogue().damaged.keys()]).toEqual([name]);
  expect(again.has(input(0))).toBe(false);
  expect(good(await again.seal())).toMatchObject({ shards: 0, damaged: [name] });
  expect(good(await again.write([item(some.made, 0)])())).toMatchObject({ fresh: true });
  expect(good(await again.seal())).toMatchObject({ shards: 1, items: 1, damaged: [] });
  const after = await files(at('c'));
  expect(new Map([...after].filter(([file]) => !file.includes('quarantine')))).toEqual(before);
  expect(after.size).toBe(before.size + 1);
});

test('what is written while the folder is looked at stays known; what is gone is forgotten', async () => {
  const store = good(await openStore(at('e'))());
  const some = good(await store.collection(made())());
  const { name } = good(await some.write([item(some.made, 0)])());
  await Promise.all([some.refresh(), some.write([item(some.made, 1)])(), some.refresh(), some.write([item(some.made, 2)])(), some.refresh()]);
  expect(some.missing([0, 1, 2].map(input))).toEqual([]);
  await rm(join(foldersOf(some.folder).shards, shardFile(name)));
  good(await some.refresh());
  expect(some.missing([0, 1, 2].map(input))).toEqual([input(0)]);
});

test('an item that is not there, one that was flipped', async () => {
  const store = good(await openStore(at('d'))());
  const some = good(await store.collection(made())());
  const { name } = good(await some.write([item(some.made, 0), item(some.made, 1)])());
  expect(bad(await some.read(input(5))())._tag).toBe('Name');
  const path = join(foldersOf(some.folder).shards, shardFile(name));
  const bytes = await readFile(path);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(path, bytes);
  good(await some.read(input(0))());
  expect(printFault(bad(await some.read(input(1))())).replace(path, 'SHARD')).toMatchInlineSnapshot(`
    "damaged file: SHARD: item 1 (99d3a91e7e87…), tensor "visual.1"
      given:  bytes that do not match their checksum
      needed: an undamaged shard
      try:    \`molt extract --verify --repair --store DIR\` moves it aside; then extract again"
  `);
});
