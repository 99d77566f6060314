/**
 * The reader on a real folder: each segment once in an epoch, any step as if read in order, memory as stated.
 */
import { expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { openStore, reader, type Collection, type Made, type Reader, type ReaderOptions } from '../../../molt/store/index.ts';
import { printFault } from '../../../shapes/fault.ts';
import { bad, good } from '../../dsl/safetensors/helpers.ts';
import { input, item, made, scratch } from './helpers.ts';

const at = await scratch();
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

const visual = made({ dtype: 'f16' });
const audio = made({ dtype: 'f32', modality: 'audio', tensors: [{ name: 'audio.0', sizes: [1, 3] }] });
const count = 23;

const fill = async (folder: string, description: Made, size: number, order: readonly number[] = range(0, count)): Promise<Collection> => {
  const store = good(await openStore(at(folder))());
  const some = good(await store.collection(description)());
  for (let from = 0; from < order.length; from += size) good(await some.write(order.slice(from, from + size).map((i) => item(description, i)))());
  return some;
};

/** both, cut into shards differently */
const both = async () => [await fill('both', visual, 4), await fill('both', audio, 5)] as const;

const opened = async (collections: readonly Collection[], over: Partial<ReaderOptions> = {}): Promise<Reader> =>
  good(await reader({ sources: collections.map((collection) => ({ collection, inputs: range(0, count).map(input) })), batch: 7, order: { kind: 'shuffled', key: random.key(3) }, ...over })());

/** What a batch must hold, from the items themselves. */
const expected = (descriptions: readonly Made[], ids: Int32Array): ReadonlyMap<string, readonly number[]> =>
  new Map(descriptions.flatMap((description) => description.tensors.map(({ name, sizes }) => {
    const width = sizes.reduce((a, b) => a * b, 1);
    return [name, [...ids].flatMap((id) => {
      const { segments } = description;
      const data = item(description, Math.floor(id / segments)).tensors.get(name)?.data ?? [];
      const part = data.slice((id % segments) * width, (id % segments) * width + width);
      return Array.from(part);
    })] as const;
  })));

const checkBatch = async (from: Reader, descriptions: readonly Made[], epoch: number, step: number): Promise<Int32Array> => {
  const { ids, tensors } = good(await from.batch(epoch, step)());
  expect(ids).toEqual(from.ids(epoch, step));
  for (const [name, numbers] of expected(descriptions, ids)) {
    const given = tensors.get(name);
    expect(given?.sizes).toEqual([ids.length, ...(from.inputs.get(name)?.sizes ?? [])]);
    const bound = descriptions.find(({ tensors: all }) => all.some((tensor) => tensor.name === name))?.dtype === 'f16' ? 2 ** -11 : 0;
    given?.data.forEach((x, i) => {
      const want = numbers[i] ?? NaN;
      expect(Math.abs(Number(x) - want)).toBeLessThanOrEqual(bound * Math.max(2 ** -14, Math.abs(want)));
    });
  }
  return ids;
};

/** Memory for the batch and about `items` items. */
const memoryFor = (items: number): number => 7 * (22 + 3) * 4 + items * (2 * (24 + 24) + 24);

test.each([1, 2 ** 30])('two collections, cut differently: every segment once, in every epoch; memory for %i', async (memory) => {
  const collections = await both();
  const from = await opened(collections, memory === 1 ? { memory: memoryFor(6) } : { memory });
  expect(from.count).toBe(46);
  expect(from.steps).toBe(6);
  for (const epoch of [0, 1]) {
    const seen: number[] = [];
    for (let step = 0; step < from.steps; step++) seen.push(...(await checkBatch(from, [visual, audio], epoch, step)));
    expect(new Set(seen).size).toBe(42);
    expect(seen).not.toEqual(seen.toSorted((a, b) => a - b));
  }
  await from.close();
  expect(bad(await from.batch(0, 0)())._tag).toBe('Usage');
});

test('any step first, steps in any order, steps asked for at once', async () => {
  const collections = await both();
  const from = await opened(collections, { memory: memoryFor(6) });
  for (const [epoch, step] of [[3, 4], [3, 1], [0, 5], [0, 0], [3, 4]] as const) await checkBatch(from, [visual, audio], epoch, step);
  const both2 = await Promise.all([from.batch(1, 2)(), from.batch(1, 3)()]);
  expect(both2.map((one) => good(one).ids)).toEqual([from.ids(1, 2), from.ids(1, 3)]);
  await from.close();
});

test('sequential: as listed, the last batch short', async () => {
  const collections = await both();
  const from = await opened(collections, { memory: memoryFor(6), order: { kind: 'sequential' }, names: ['audio.0'] });
  expect([...from.inputs.keys()]).toEqual(['audio.0']);
  const seen: number[] = [];
  for (let step = 0; step < from.steps; step++) seen.push(...(await checkBatch(from, [audio], 0, step)));
  expect(seen).toEqual(range(0, 46));
  await from.close();
});

test('too little memory, items that lack, unknown tensors', async () => {
  const [one] = await both();
  const refused = async (over: Partial<ReaderOptions>) =>
    printFault(bad(await reader({ sources: [{ collection: one, inputs: range(0, count).map(input) }], batch: 7, order: { kind: 'sequential' }, ...over })())).replaceAll(one.folder, 'STORE');
  expect(await refused({ memory: 700 })).toMatchInlineSnapshot(`
    "not enough memory: the reader of a feature store
      given:  700 bytes, of which a batch of 7 segments takes 616 bytes and an item 88 bytes
      needed: at least 792 bytes
      try:    allow more memory, or a smaller batch"
  `);
  expect(await refused({ sources: [{ collection: one, inputs: range(20, 30).map(input) }] })).toMatchInlineSnapshot(`
    "name mismatch: STORE
      given:  7 of 10 items are not in this collection
              no 8a10f5ac67a33b1adeadbb81b5925984469b1ac1013aaa2dfb7e604e609cdf39
              no 8d0d58802d0c908b6542fa7db7fc4e9074680e5a11b684ae6146aaf9661569d6
              no 6881aefb3081c12f683a77cd5c08e40eb53ac10944cb6f85bbcb54d80ea02a6b
              no 41d8b18bf75cc047b185531987fed37e355d174d2fc0ad0ab2fd19f94dfcf97a
      needed: the features of every item
      try:    run \`molt extract\` for these items, or leave them out"
  `);
  expect(await refused({ names: ['audio.0'] })).toMatchInlineSnapshot(`
    "name mismatch: the reader of a feature store
      given:  the tensors audio.0
      needed: some of visual.0, visual.1"
  `);
});
