/**
 * Verify: every flipped byte of every file is found and named; missing and surplus files too; repair makes the store whole again.
 */
import { expect, test } from 'vitest';
import { damageFault, isDamage, openStore, printFinding, verify, type Finding, type Made } from '../../../molt/store/index.ts';
import { printFault } from '../../../shapes/fault.ts';
import { bad, good } from '../../dsl/safetensors/helpers.ts';
import { memoryDisk, type Disk } from './disk.ts';
import { input, item, made } from './helpers.ts';

const twoShards = [[0, 1, 2], [3, 4]];

const fill = async (disk: Disk, pid: number, description: Made = made(), shards: readonly (readonly number[])[] = twoShards): Promise<void> => {
  const store = good(await openStore('/store', disk.process(pid))());
  const some = good(await store.collection(description)());
  for (const numbers of shards) {
    const items = numbers.map((i) => item(description, i)).filter((one) => !some.has(one.input));
    if (items.length > 0) good(await some.write(items)());
  }
  good(await some.seal());
  disk.kill(pid);
};

const filled = async (description?: Made): Promise<Disk> => {
  const disk = memoryDisk();
  await fill(disk, 1, description);
  return disk;
};

const check = async (disk: Disk, options = {}): Promise<readonly Finding[]> => good(await verify('/store', options, disk.process(7))());

const words = (text: string): string => text.replaceAll(/([0-9a-f]{4})[0-9a-f]{60}/g, '$1…').replaceAll(/[0-9a-f]{12}…/g, 'HASH…');
const shardsOf = (disk: Disk): readonly string[] => [...disk.files.keys()].filter((path) => path.endsWith('.safetensors'));

test('undamaged: nothing to say, and nothing changes', async () => {
  const disk = await filled();
  const before = disk.files;
  for (const options of [{}, { mode: 'quick' }, { repair: true }]) expect(await check(disk, options)).toEqual([]);
  expect(disk.files).toEqual(before);
});

/** Bytes from one that is flipped to the next: all would take three times as long. */
const stride = 3;

test('a flipped byte of any file is found, and the shard named', async () => {
  const disk = memoryDisk();
  await fill(disk, 1, made({ tensors: [{ name: 'visual.0', sizes: [1, 2] }, { name: 'visual.1', sizes: [1, 1] }], segments: 1 }), [[0, 1]]);
  let flips = 0;
  for (const path of disk.files.keys()) {
    const length = disk.files.get(path)?.length ?? 0;
    for (let at = 0; at < length; at += at < length - 20 ? stride : 1) {
      const mask = 1 + ((at * 37 + length) % 255);
      const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ mask : byte));
      disk.set(path, flip);
      const verified = await verify('/store', {}, disk.process(7))();
      if (path === '/store/store.json') expect(verified._tag).toBe('Left');
      else {
        const damage = good(verified).filter(isDamage);
        expect(damage.length, `${path} at ${at}`).toBeGreaterThan(0);
        if (path.endsWith('.safetensors')) expect(path).toContain(damage[0]?.shard);
      }
      disk.set(path, flip);
      flips += 1;
    }
  }
  expect(flips).toBeGreaterThan(500);
  expect(await check(disk)).toEqual([]);
});

test('a flipped byte of the data, in words', async () => {
  const disk = await filled();
  const [path = ''] = shardsOf(disk);
  disk.set(path, (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)));
  const [found, ...more] = await check(disk);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ kind: 'damaged', tensor: 'visual.1', path });
  expect([input(2), input(4)]).toContain(found?.item);
  expect(words(printFinding(found ?? { kind: 'index', collection: '', path: '', detail: '' }))).toMatchInlineSnapshot(`"damaged: /store/collections/b72f…/shards/7d00….safetensors: item 7788…, tensor visual.1: bytes that do not match their checksum; needed an undamaged shard"`);
  expect(await check(disk, { mode: 'quick' })).toEqual([]);
});

/** Where a file of a filled store lies. */
const fileOf = (disk: Disk, ending: string): string => [...disk.files.keys()].find((path) => path.endsWith(ending)) ?? '';
const beside = (disk: Disk, name: string): string => (shardsOf(disk)[0] ?? '').replace(/[^/]+$/, name);
const bytesOf = (disk: Disk, path: string): Uint8Array => Buffer.from(disk.files.get(path) ?? '', 'latin1');

/** Damage, and the lines that tell of it. */
const damages: Readonly<Record<string, { readonly make: (disk: Disk) => void; readonly lines: readonly string[] }>> = {
  truncated: {
    make: (disk) => disk.set(fileOf(disk, '.safetensors'), (bytes) => bytes.slice(0, -1)),
    lines: ['damaged: /store/collections/b72f…/shards/7d00….safetensors: data_offsets [144, 264], but 263 bytes of data; needed data up to byte 264'],
  },
  empty: {
    make: (disk) => disk.set(fileOf(disk, '.safetensors'), () => new Uint8Array()),
    lines: ['damaged: /store/collections/b72f…/shards/7d00….safetensors: a file of 0 bytes; needed at least 8 bytes'],
  },
  longer: {
    make: (disk) => disk.set(fileOf(disk, '.safetensors'), (bytes) => Uint8Array.from([...bytes, 0])),
    lines: ['damaged: /store/collections/b72f…/shards/7d00….safetensors: 265 bytes of data, of which the tensors take 264; needed no byte after the last tensor'],
  },
  'under the name of another': {
    make: (disk) => disk.set(shardsOf(disk)[1] ?? '', () => bytesOf(disk, shardsOf(disk)[0] ?? '')),
    lines: ['damaged: /store/collections/b72f…/shards/8032….safetensors: the items of shard 7d00…; needed the items that its name stands for'],
  },
  missing: {
    make: (disk) => disk.set(fileOf(disk, '.safetensors'), () => undefined),
    lines: ['missing: /store/collections/b72f…/shards/7d00….safetensors: listed in the index, not there'],
  },
  surplus: {
    make: (disk) => [beside(disk, 'notes.txt'), '/store/notes.txt'].forEach((path) => disk.set(path, () => new Uint8Array(3))),
    lines: ['surplus: /store/notes.txt: not a file of a store', 'surplus: /store/collections/b72f…/shards/notes.txt: not a file of a store'],
  },
  'no index': {
    make: (disk) => disk.set(fileOf(disk, 'index.json'), () => undefined),
    lines: ['unsealed: /store/collections/b72f…/index.json: no index'],
  },
  'no description': {
    make: (disk) => disk.set(fileOf(disk, 'collection.json'), () => undefined),
    lines: ['damaged: /store/collections/b72f…/collection.json: not there'],
  },
  'an index that is no JSON': {
    make: (disk) => disk.set(fileOf(disk, 'index.json'), (bytes) => bytes.slice(1)),
    lines: ['index: /store/collections/b72f…/index.json: not JSON'],
  },
  'left by a dead process': {
    make: (disk) => disk.set(beside(disk, '.00000000000000aa-55-1.u0.tmp'), () => new Uint8Array(3)),
    lines: ['leftover: /store/collections/b72f…/shards/.00000000000000aa-55-1.u0.tmp: left by a process that is no more'],
  },
};

test.each(Object.entries(damages))('%s: named, repaired, extracted again', async (name, { make, lines }) => {
  const disk = await filled();
  const before = disk.files;
  make(disk);
  const findings = await check(disk, { mode: 'quick' });
  expect(findings.map((one) => words(printFinding(one)))).toEqual(lines);
  expect(await check(disk)).toEqual(findings);
  const mended = await check(disk, { repair: true });
  expect(mended.map(({ aside: _, ...one }) => one)).toEqual(findings);
  if (name !== 'no description') expect((await check(disk)).filter(isDamage)).toEqual([]);
  await fill(disk, 2);
  const after = new Map([...disk.files].filter(([path]) => !path.includes('/quarantine/') && !path.endsWith('notes.txt')));
  expect(after).toEqual(before);
  expect((await check(disk)).filter(({ kind }) => kind !== 'surplus')).toEqual([]);
});

test('all damage as one fault', async () => {
  const disk = await filled();
  for (const path of shardsOf(disk)) disk.set(path, (bytes) => bytes.map((byte, i) => (i > bytes.length - 30 ? byte ^ 1 : byte)));
  const damage = damageFault('/store', await check(disk));
  expect(damage === undefined ? '' : words(printFault(damage))).toMatchInlineSnapshot(`
    "damaged file: /store
      given:  damaged: /store/collections/b72f…/shards/7d00….safetensors: item 7788…, tensor visual.1: bytes that do not match their checksum; needed an undamaged shard
              damaged: /store/collections/b72f…/shards/8032….safetensors: item 0a08…, tensor visual.1: bytes that do not match their checksum; needed an undamaged shard
      needed: an undamaged store
      try:    \`molt extract --verify --repair --store DIR\` moves damaged shards aside; then extract again"
  `);
  expect(damageFault('/store', [])).toBeUndefined();
});

test('no store, a later store, a folder with another store.json', async () => {
  const disk = memoryDisk();
  const ports = disk.process(1);
  const refused = async () => printFault(bad(await verify('/store', {}, ports)()));
  expect(await refused()).toMatchInlineSnapshot(`
    "name mismatch: /store
      given:  no feature store (it has no store.json)
      needed: a folder that \`molt extract … --store\` made
      try:    check the path"
  `);
  await ports.files.makeFolder('/store');
  disk.set('/store/store.json', () => new TextEncoder().encode('{"kind":"molt feature store","version":2}'));
  expect(await refused()).toMatchInlineSnapshot(`
    "not supported: /store/store.json
      given:  a feature store of version 2
      needed: version 1 or earlier
      try:    update molt, or extract into another folder"
  `);
  expect(bad(await openStore('/store', ports)())._tag).toBe('Unsupported');
  expect([...disk.files.keys()]).toEqual(['/store/store.json']);
  disk.set('/store/store.json', () => new TextEncoder().encode('{"name":"shop"}'));
  expect(await refused()).toMatchInlineSnapshot(`
    "cannot be decoded: /store/store.json
      given:  {"name":"shop"}
      needed: {"kind":"molt feature store","version":1}
      try:    this is no feature store: choose another folder"
  `);
});
