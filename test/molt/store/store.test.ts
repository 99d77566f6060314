/**
 * Stores: opened whatever a killed process left; other hosts' files respected; what is there is found again.
 */
import { expect, test } from 'vitest';
import { collectionKey, openStore, readStore, type StorePorts } from '../../../molt/store/index.ts';
import { claim } from '../../../molt/store/claim.ts';
import { collectionIn, foldersOf } from '../../../molt/store/folders.ts';
import { nodeProcesses, ownerIn, printOwner } from '../../../molt/store/system.ts';
import { printFault } from '../../../shapes/fault.ts';
import { bad, good } from '../../dsl/safetensors/helpers.ts';
import { item, made } from './described.ts';
import { memoryDisk } from './disk.ts';

test('killed at any step of the first opening: opens again, and is as new', async () => {
  const open = async (ports: StorePorts) => good(await good(await openStore('/store', ports)()).collection(made())());
  const fresh = memoryDisk();
  await open(fresh.process(1));
  for (let last = 0, died = true; died; last++) {
    const disk = memoryDisk();
    let steps = 0;
    died = false;
    const dead = new Promise<void>((resolve) => {
      open(disk.process(1, () => {
        if ((steps += 1) <= last) return Promise.resolve();
        died = true;
        disk.kill(1);
        resolve();
        return new Promise(() => undefined);
      })).then(() => { resolve(); }, () => { resolve(); });
    });
    await dead;
    expect([...good(await openStore('/store', disk.process(2))()).folder]).toEqual([...'/store']);
    await open(disk.process(3));
    expect(disk.files).toEqual(fresh.files);
  }
});

test('what is there: descriptions, collections, keys; the name of the backbone does not matter', async () => {
  const ports = memoryDisk().process(1);
  const store = good(await openStore('/store', ports)());
  expect(good(await store.contents()).size).toBe(0);
  const visual = good(await store.collection(made())());
  const audio = good(await store.collection(made({ modality: 'audio', dtype: 'f32' }))());
  good(await visual.write([item(made(), 0)])());
  const again = good(await store.collection(made({ backbone: 'the same by another name' }))());
  expect(again.key).toBe(visual.key);
  expect(again.made.backbone).toBe('tiny');
  expect(again.has(item(made(), 0).input)).toBe(true);
  const read = good(await readStore('/store', ports)());
  expect(good(await read.contents())).toEqual(new Map([visual, audio].map(({ key, made: of }) => [key, of])));
  expect(good(await read.collections()).map(({ key }) => key)).toEqual([visual.key, audio.key].toSorted());
  expect(printFault(bad(await read.existing(collectionKey(made({ segments: 9 })))())).replaceAll(/[0-9a-f]{64}/g, 'KEY')).toMatchInlineSnapshot(`
    "name mismatch: /store
      given:  the collection KEY
      needed: one of the 2 collections of this store
      try:    run \`molt extract\` into this store first"
  `);
});

test('a description that is not that of its key', async () => {
  const disk = memoryDisk();
  const store = good(await openStore('/store', disk.process(1))());
  const some = good(await store.collection(made())());
  disk.set(`${some.folder}/collection.json`, (bytes) => new TextEncoder().encode(new TextDecoder().decode(bytes).replace('"segments": 2', '"segments": 3')));
  expect(printFault(bad(await store.collection(made())())).replaceAll(/[0-9a-f]{64}/g, 'KEY')).toMatchInlineSnapshot(`
    "damaged file: /store/collections/KEY/collection.json
      given:  the description of collection KEY
      needed: that of KEY
      try:    \`molt extract --verify --repair --store DIR\` moves it aside; then extract again"
  `);
});

/** A world in which processes of the host `bb` are those of another machine. */
const withForeign = (ports: StorePorts, clock: () => number = ports.clock): StorePorts => ({
  ...ports, clock,
  processes: { ...ports.processes, state: (owner) => (owner.host === '00000000000000bb' ? Promise.resolve('unknown') : ports.processes.state(owner)) },
});

test('another host: its claims hold while it gives signs of life, its temporary files stay for a day', async () => {
  const disk = memoryDisk();
  const hour = 3600 * 1000;
  let time = 10 * hour;
  const here = withForeign(disk.process(1), () => time);
  const stamped: StorePorts = { ...here, files: { ...here.files, stat: async (path) => { const { bytes } = await here.files.stat(path); return { bytes, modified: path.includes('bb-') ? 10 * hour : time }; } } };
  const store = good(await openStore('/store', stamped)());
  const some = good(await store.collection(made())());
  const { claims, shards } = foldersOf(some.folder);
  const stranger: StorePorts = { ...stamped, processes: { ...stamped.processes, self: { host: '00000000000000bb', pid: 1, started: '1' } } };
  const theirs = await claim(stranger, claims, 'work');
  expect(theirs?.work).toBe('work');
  disk.set(`${shards}/.00000000000000bb-1-1.u9.tmp`, () => new Uint8Array(1));
  time += 100_000;
  expect(good(await some.claim('work')())).toBeUndefined();
  time += 100_000;
  const ours = good(await some.claim('work')());
  expect(ours?.work).toBe('work');
  expect(await claim(stranger, claims, 'work')).toBeUndefined();
  await ours?.release();
  await theirs?.release();
  good(await some.seal());
  expect(await stamped.files.list(shards)).toHaveLength(1);
  time += 25 * hour;
  good(await some.seal());
  expect(await stamped.files.list(shards)).toEqual([]);
});

test('this process, as Node tells it: alive; a number that nobody has: dead; another start: dead', async () => {
  const { self, state } = await nodeProcesses();
  expect(self.pid).toBe(process.pid);
  const linux = self.started !== '0';
  expect(await state(self)).toBe(linux ? 'alive' : 'unknown');
  expect(await state({ ...self, pid: 2 ** 22 + 5 })).toBe('dead');
  expect(await state({ ...self, host: '0123456789abcdef' })).toBe('unknown');
  if (linux) expect(await state({ ...self, started: '1' })).toBe('dead');
  expect(ownerIn(`work.${printOwner(self)}.u1.claim`)).toEqual(self);
  expect(ownerIn('.0123.tmp')).toBeUndefined();
});

test('collections of a store lie in folders of their keys', () => {
  expect(collectionIn('/store', 'abc')).toBe('/store/collections/abc');
});
