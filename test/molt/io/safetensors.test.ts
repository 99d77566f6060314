/**
 * Safetensors on the disk: whole, tensor by tensor, beyond 2 GiB, damaged, and on a disk that fails.
 */
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encode } from '../../../dsl/safetensors/index.ts';
import { openSafetensors, readSafetensors, writeSafetensors } from '../../../molt/io/safetensors.ts';
import { nodeFiles, type Files } from '../../../molt/io/system.ts';
import { printFault } from '../../../shapes/fault.ts';
import { metadata, plainAll, tensors } from '../../dsl/safetensors/arbitrary.ts';
import { corruptions } from '../../../proofs/dsl/corruptions.ts';
import { bad, f32, good, i32 } from '../../dsl/safetensors/helpers.ts';

const folder: { path: string } = { path: '' };
beforeAll(async () => {
  folder.path = await mkdtemp(join(tmpdir(), 'molt-safetensors-'));
});
afterAll(() => rm(folder.path, { recursive: true, force: true }));
const at = (name: string): string => join(folder.path, name);
const words = (f: Parameters<typeof printFault>[0]): string => printFault(f).replaceAll(folder.path, '/run');

const model = new Map([['ca.query', f32([2, 3], 1, 2, 3, 4, 5, 6)], ['a', f32([2], 7, 8)], ['labels', i32([1], 9)]]);

/** Counts files that are open. */
const counting = (): { readonly files: Files; readonly left: () => number } => {
  let left = 0;
  return {
    left: () => left,
    files: {
      ...nodeFiles,
      open: async (path, how) => {
        const file = await nodeFiles.open(path, how);
        left++;
        return { ...file, close: () => { left--; return file.close(); } };
      },
    },
  };
};

test('write then read is the identity, and the file is what encode gives', async () => {
  await fc.assert(
    fc.asyncProperty(tensors, metadata, async (all, meta) => {
      good(await writeSafetensors(at('any'), all, meta)());
      const back = good(await readSafetensors(at('any'))());
      expect(plainAll(back.tensors)).toEqual(plainAll(all));
      expect([...back.metadata].toSorted()).toEqual([...meta].toSorted());
      expect(new Uint8Array(await readFile(at('any')))).toEqual(good(encode('any', all, meta)));
    }),
    { seed: 5, numRuns: 40 },
  );
  expect((await readdir(folder.path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('tensor by tensor; a wrong name is told with the nearest', async () => {
  good(await writeSafetensors(at('model'), model, new Map([['step', '3']]))());
  const { header, tensor, close } = good(await openSafetensors(at('model'))());
  expect([...header.tensors.keys()]).toEqual(['a', 'ca.query', 'labels']);
  expect(good(await tensor('labels')())).toEqual(model.get('labels'));
  expect(words(bad(await tensor('ca.qeury')()))).toMatchInlineSnapshot(`
    "name mismatch: /run/model
      given:  tensor "ca.qeury" (did you mean ca.query?)
      needed: a tensor of this file, which has 3"
  `);
  await close();
  expect(bad(await tensor('a')())._tag).not.toBe('Corrupt');
});

test('no file stays open: read, refused by its header, refused by a tensor, absent', async () => {
  const { files, left } = counting();
  good(await writeSafetensors(at('open'), model, new Map(), {}, files)());
  good(await readSafetensors(at('open'), files)());
  await writeFile(at('open-cut'), (await readFile(at('open'))).subarray(0, -1));
  bad(await readSafetensors(at('open-cut'), files)());
  await writeFile(at('open-bool'), good(encode('f', new Map([['m', { sizes: [1], dtype: 'bool', data: Uint8Array.of(1) }]]))).map((byte, i, all) => (i === all.length - 1 ? 5 : byte)));
  bad(await readSafetensors(at('open-bool'), files)());
  bad(await readSafetensors(at('nowhere'), files)());
  expect(left()).toBe(0);
});

test.each(corruptions)('damaged on the disk: $id', async ({ damage, tag }) => {
  await writeFile(at('damaged'), damage(good(encode('f', model))));
  const refused = bad(await readSafetensors(at('damaged'))());
  expect([refused._tag, refused.where.startsWith(at('damaged'))]).toEqual([tag, true]);
});

test('cut short between its header and its tensors: Corrupt', async () => {
  good(await writeSafetensors(at('shrinking'), model)());
  const { tensor, close } = good(await openSafetensors(at('shrinking'))());
  const file = await open(at('shrinking'), 'r+');
  await file.truncate(100);
  await file.close();
  expect(words(bad(await tensor('labels')()))).toMatchInlineSnapshot(`
    "damaged file: /run/shrinking: tensor "labels"
      given:  0 bytes
      needed: 4 bytes
      try:    the file changed or was cut short while it was read"
  `);
  await close();
});

test('a file beyond 2 GiB: its tensors are read by ranges', async () => {
  const count = 600_000_000; // F32, so 2.4 GB; sparse, hence no bytes on the disk
  const json = `{"big":{"dtype":"F32","shape":[${count}],"data_offsets":[0,${4 * count}]},"end":{"dtype":"F32","shape":[2],"data_offsets":[${4 * count},${4 * count + 8}]}}`.padEnd(160);
  const file = await open(at('large'), 'w');
  await file.write(new Uint8Array(BigUint64Array.of(160n).buffer), 0, 8, 0);
  await file.write(json, 8);
  await file.write(new Uint8Array(Float32Array.of(1.5, -2).buffer), 0, 8, 168 + 4 * count);
  await file.close();
  const { header, tensor, close } = good(await openSafetensors(at('large'))());
  expect(header.tensors.get('big')?.sizes).toEqual([count]);
  expect(good(await tensor('end')())).toEqual(f32([2], 1.5, -2));
  await close();
});

test('a tensor greater than what an array can hold: Memory, not a crash', async () => {
  const bytes = 2 ** 45;
  const tall: Files = {
    ...nodeFiles,
    open: async (path, how) => ({ ...(await nodeFiles.open(path, how)), size: () => Promise.resolve(168 + bytes) }),
  };
  const json = `{"w":{"dtype":"U8","shape":[${bytes}],"data_offsets":[0,${bytes}]}}`.padEnd(160);
  await writeFile(at('tall'), new Uint8Array([...new Uint8Array(BigUint64Array.of(160n).buffer), ...new TextEncoder().encode(json)]));
  expect(bad(await readSafetensors(at('tall'), tall)())._tag).toBe('Memory');
});

test('a full disk while saving: Storage, and the earlier file still loads', async () => {
  good(await writeSafetensors(at('checkpoint'), model)());
  const full: Files = {
    ...nodeFiles,
    open: async (path, how) => {
      const file = await nodeFiles.open(path, how);
      let room = 200;
      return {
        ...file,
        append: (bytes) => {
          room -= bytes.length;
          return room < 0 ? Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })) : file.append(bytes);
        },
      };
    },
  };
  const later = new Map([['ca.query', f32([100], ...Array.from({ length: 100 }, (_, i) => i))]]);
  expect(words(bad(await writeSafetensors(at('checkpoint'), later, new Map(), {}, full)()))).toMatchInlineSnapshot(`
    "cannot be stored: /run/checkpoint
      given:  writing (80 bytes written): ENOSPC: no space left on device, write
      needed: a folder that can be written to, with enough free space
      try:    free some space on this disk, or choose another folder; what was saved before is untouched"
  `);
  expect(plainAll(good(await readSafetensors(at('checkpoint'))()).tensors)).toEqual(plainAll(model));
});

test('what cannot be encoded is refused before the disk is touched', async () => {
  expect(bad(await writeSafetensors(at('untouched'), new Map([['w', f32([3], 1)]]))())._tag).toBe('Shape');
  expect((await readdir(folder.path)).includes('untouched')).toBe(false);
});
