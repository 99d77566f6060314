/**
 * Reading, as a law: whatever was asked for before, a batch holds the segments that the order says, and the memory and files held stay bounded.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { openStore, reader, type Collection, type Made, type StorePorts } from '../../../molt/store/index.ts';
import { good } from '../../dsl/safetensors/helpers.ts';
import { input, item, made } from './described.ts';
import { memoryDisk, SystemError } from './disk.ts';

const visual = made({ dtype: 'f16', tensors: [{ name: 'visual.0', sizes: [1, 3] }, { name: 'visual.1', sizes: [2, 1] }] });
const audio = made({ dtype: 'f32', modality: 'audio', tensors: [{ name: 'audio.0', sizes: [1, 3] }] });

const scenes = fc.record({
  items: fc.integer({ min: 1, max: 12 }),
  /** items of a shard, for each collection */
  cuts: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  /** of the list of items */
  order: fc.nat(),
  batch: fc.integer({ min: 1, max: 7 }),
  /** above the least, bytes */
  memory: fc.nat({ max: 1500 }),
  shuffled: fc.boolean(),
  /** items rather than segments */
  whole: fc.boolean(),
  visits: fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat()), { minLength: 1, maxLength: 6 }),
});

const fill = async (ports: StorePorts, description: Made, items: number, cut: number): Promise<Collection> => {
  const some = good(await good(await openStore('/store', ports)()).collection(description)());
  for (let from = 0; from < items; from += cut) good(await some.write(Array.from({ length: Math.min(cut, items - from) }, (_, i) => item(description, from + i)))());
  return some;
};

/** Counts what is open and what is read. */
const watched = (ports: StorePorts) => {
  const seen = { open: 0, most: 0, bytes: 0 };
  const files: StorePorts['files'] = {
    ...ports.files,
    open: async (path, how) => {
      const file = await ports.files.open(path, how);
      seen.open += 1;
      seen.most = Math.max(seen.most, seen.open);
      return {
        ...file,
        readAt: async (into, position) => {
          const found = await file.readAt(into, position);
          if (position > 0) seen.bytes += found; // the header is read from 0 on
          return found;
        },
        close: async () => {
          seen.open -= 1;
          await file.close();
        },
      };
    },
  };
  return { ports: { ...ports, files }, seen };
};

const law = (mutant: (ports: StorePorts) => StorePorts = (ports) => ports): Promise<void> =>
  fc.assert(fc.asyncProperty(scenes, async ({ items, cuts, order, batch, memory, shuffled, whole, visits }) => {
    const disk = memoryDisk().process(1);
    const collections = [await fill(disk, visual, items, cuts[0]), await fill(disk, audio, items, cuts[1])];
    const listed = [...random.permutation(random.key(order), items)];
    const { ports, seen } = watched(mutant(disk));
    const each = whole ? 2 : 1; // segments of what is counted
    const least = batch * each * 8 * 4 + 2 * (2 * 8 + 2 * 8 + 3 * 8);
    const from = good(await reader({
      sources: collections.map((collection) => ({ collection, inputs: listed.map(input) })),
      batch, whole, memory: least + memory, order: shuffled ? { kind: 'shuffled', key: random.key(order) } : { kind: 'sequential' },
    }, ports)());
    expect(from.bound).toBeLessThanOrEqual(least + memory);
    expect(from.count).toBe((items * 2) / each);
    for (const [epoch, any] of visits) {
      if (from.steps === 0) continue;
      const { ids, tensors } = good(await from.batch(epoch, any % from.steps)());
      expect(ids).toEqual(from.ids(epoch, any % from.steps));
      for (const description of [visual, audio]) {
        for (const { name, sizes } of description.tensors) {
          const width = sizes.reduce((a, b) => a * b, 1);
          const want = [...ids].flatMap((id) => {
            const all = [...(item(description, listed[whole ? id : Math.floor(id / 2)] ?? -1).tensors.get(name)?.data ?? [])];
            return whole ? all : all.slice((id % 2) * width, (id % 2) * width + width);
          });
          expect(tensors.get(name)?.sizes).toEqual([ids.length, ...(whole ? [2] : []), ...sizes]);
          const got = [...(tensors.get(name)?.data ?? [])];
          expect(got.length).toBe(want.length);
          got.forEach((x, i) => expect(Math.abs(x - (want[i] ?? NaN))).toBeLessThanOrEqual(description.dtype === 'f16' ? 2 ** -11 * Math.abs(x) + 2 ** -25 : 0));
        }
      }
    }
    await from.close();
    expect(seen.open).toBe(0);
    expect(seen.most).toBeLessThanOrEqual(2); // the window that is used, the one that is read ahead
  }), { seed: 7, numRuns: 60, endOnFailure: true });

test('any batches in any order of asking: the segments of the order, in bounded memory', async () => {
  await law();
});

const withRead = (read: (found: number, into: Uint8Array, position: number) => number) => (ports: StorePorts): StorePorts => ({
  ...ports,
  files: { ...ports.files, open: async (path, how) => { const file = await ports.files.open(path, how); return { ...file, readAt: async (into, position) => read(await file.readAt(into, position), into, position) }; } },
});

test.each([
  ['bytes that are not what was written', withRead((found, into, position) => { if (position > 0) into[0] = (into[0] ?? 0) ^ 4; return found; })],
  ['files that are cut short', withRead((found, _, position) => (position > 0 ? found - 1 : found))],
])('the law sees %s', async (_, mutant) => {
  await expect(law(mutant)).rejects.toThrow();
});

test('read ahead, only what is wanted, and once if everything fits', async () => {
  const disk = memoryDisk().process(1);
  const collection = await fill(disk, visual, 12, 3);
  const { ports, seen } = watched(disk);
  const options = { sources: [{ collection, inputs: Array.from({ length: 12 }, (_, i) => input(i)) }], names: ['visual.1'], batch: 4, order: { kind: 'shuffled', key: random.key(1) } } as const;
  const all = good(await reader(options, ports)());
  expect([...all.inputs.keys()]).toEqual(['visual.1']);
  for (const epoch of [0, 1, 2]) for (let step = 0; step < all.steps; step++) good(await all.batch(epoch, step)());
  expect(seen.bytes).toBe(12 * 8);
  await all.close();
  const some = good(await reader({ ...options, memory: 4 * 2 * 4 + 2 * 4 * 8 }, ports)());
  expect(some.plan).toEqual({ items: 12, segments: 2, run: 1, window: 4 });
  seen.bytes = 0;
  good(await some.batch(0, 0)());
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  expect(seen.bytes).toBe(2 * 4 * 8);
  await some.close();
});

test('a failure is told, and the next time it is tried again', async () => {
  const disk = memoryDisk().process(1);
  const collection = await fill(disk, visual, 4, 2);
  let broken = true;
  const ports: StorePorts = { ...disk, files: { ...disk.files, open: (path, how) => (broken ? Promise.reject(new SystemError('EIO', 'input/output error')) : disk.files.open(path, how)) } };
  const from = good(await reader({ sources: [{ collection, inputs: [0, 1, 2, 3].map(input) }], batch: 4, order: { kind: 'sequential' } }, ports)());
  expect(await from.batch(0, 0)()).toMatchObject({ _tag: 'Left', left: { _tag: 'Storage' } });
  broken = false;
  expect([...good(await from.batch(0, 0)()).ids]).toEqual([0, 1, 2, 3]);
  expect(await from.batch(0, 2)()).toMatchObject({ _tag: 'Left', left: { _tag: 'Usage' } });
  await from.close();
});
