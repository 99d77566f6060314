/** Training from a feature store: batches and labels belong together, memory is bounded, a run goes on to the same numbers, damage is told. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, expect, test } from 'vitest';
import { tfjs } from '../../../dsl/backends/tfjs/index.ts';
import { random } from '../../../dsl/index.ts';
import { reader, readStore } from '../../../molt/store/index.ts';
import type { Batches, BatchSource } from '../../../molt/train/source.ts';
import { collectionsOf, openData, type Opened } from '../../../molt/train/stored/data.ts';
import { eventOf } from '../../../molt/train/stored/clips.ts';
import { type Job, type JobPorts, runJob } from '../../../molt/train/stored/job.ts';
import { type Built, learnerOn, noTrunks } from '../../../molt/train/stored/learner.ts';
import { silent } from '../../../molt/train/watch.ts';
import { orFail } from '../backbones/golden.ts';
import { type StoreOptions, writeStored } from './stored.ts';

const folder = mkdtempSync(join(tmpdir(), 'molt-stored-'));
afterAll(() => rmSync(folder, { recursive: true }));

const opened = async (name: string, options: StoreOptions, memory: number): Promise<Opened> => {
  const { variant, store } = await writeStored(join(folder, name), options);
  return orFail(await openData({ variant, store, manifest: undefined, memory, skipMissing: false })());
};
const inputs = ['visual.0', 'visual.1', 'audio.0', 'audio.1'] as const;
const names: ReadonlySet<string> = new Set([...inputs, 'labels']);
/** Of each segment of a batch: its features as text, and its label. */
const rowsOf = async (batches: Batches, epoch: number, step: number): Promise<readonly (readonly [string, number])[]> => {
  const values = orFail(await batches.batch(epoch, step)());
  return Array.from(values.get('labels')?.data ?? [], (label, i) => [inputs.map((name) => { const { data, sizes } = values.get(name) ?? { data: [], sizes: [1] }; const width = data.length / (sizes[0] ?? 1); return Array.from(data.slice(i * width, (i + 1) * width)).join(); }).join(), label]);
};
/** Room for a batch of 8 segments, and for a few items of 1,792 bytes in each of two windows. */
const little = 8 * 448 + 2 * 4 * 1792;

test('in order: the features of the store with their labels, the last batch filled up; shuffled: the same pairs, each once, anew in every epoch', async () => {
  const data = await opened('pairs', { items: { train: 30, val: 1, test: 1 } }, little);
  const split = orFail(data.split('train'));
  const plain = data.source(split).open({ names, batch: 7 });
  expect(plain.steps).toBe(18);
  const listed = (await Promise.all(Array.from({ length: 18 }, (_, step) => rowsOf(plain, 0, step)))).flat();
  expect(listed.slice(0, 120).map(([, label]) => label)).toEqual([...split.labels]);
  expect(new Set(listed.slice(119).map(([row]) => row)).size).toBe(1);
  const labelOf = new Map(listed);
  expect(labelOf.size).toBe(120);

  const store = orFail(await readStore(join(folder, 'pairs', 'store'))());
  const first = orFail(await orFail(await store.existing(collectionsOf(data).visual)()).read(split.inputs.visual[1] ?? '')()).get('visual.1')?.data.slice(0, 24) ?? [];
  expect(listed[4]?.[0]).toContain(Array.from(first).join());

  const open = (): Batches => data.source(split).open({ names, batch: 8, shuffle: random.key(3) });
  const mixed = open();
  expect(mixed.steps).toBe(15);
  const epoch = async (n: number): Promise<readonly (readonly [string, number])[]> => (await Promise.all(Array.from({ length: 15 }, (_, step) => rowsOf(mixed, n, step)))).flat();
  const [one, two] = [await epoch(0), await epoch(1)];
  for (const [row, label] of [...one, ...two]) expect(label).toBe(labelOf.get(row));
  for (const rows of [one, two]) expect(new Set(rows.map(([row]) => row)).size).toBe(120);
  expect(one).not.toEqual(two);
  const again = open();
  expect(await rowsOf(again, 1, 11)).toEqual(two.slice(88, 96));
  await Promise.all([plain, mixed, again].map((batches) => batches.close()));
});

test('heads that look at whole clips: all segments of a clip together, in their order, with the targets of their labels', async () => {
  const name = 'clips';
  const { variant, store } = await writeStored(join(folder, name), { items: { train: 9, val: 1, test: 1 } });
  const json = JSON.parse(readFileSync(variant, 'utf8'));
  writeFileSync(variant, JSON.stringify({ ...json, task: { ...json.task, head: 'cmbs', hidden: 4 } }));
  const data = orFail(await openData({ variant, store, manifest: undefined, memory: 2 * little, skipMissing: false })());
  const split = orFail(data.split('train'));
  const source = data.source(split);
  expect(source).toMatchObject({ count: 9, segments: 4 });
  expect(source.called(5)).toBe('train-1, segment 1');
  const collection = orFail(await orFail(await readStore(store)()).existing(collectionsOf(data).audio)());
  const stored = await Promise.all(split.inputs.audio.map(async (input) => Array.from(orFail(await collection.read(input)()).get('audio.1')?.data ?? []).join()));
  const asked = new Set([...inputs, 'labels', 'foreground', 'event']);
  const seen = async (batches: Batches, epoch: number, steps: number, batch: number): Promise<readonly number[]> => {
    const clips: number[] = [];
    for (let step = 0; step < steps; step += 1) {
      const values = orFail(await batches.batch(epoch, step)());
      expect(values.get('audio.1')?.sizes).toEqual([batch * 4, 4, 8]);
      expect([values.get('labels'), values.get('foreground'), values.get('event')].map((value) => value?.sizes)).toEqual([[batch * 4], [batch, 4], [batch]]);
      const numbers = Array.from(values.get('audio.1')?.data ?? []);
      for (let i = 0; i < batch; i += 1) {
        const clip = stored.indexOf(numbers.slice((i * numbers.length) / batch, ((i + 1) * numbers.length) / batch).join());
        clips.push(clip);
        const labels = split.labels.slice(clip * 4, clip * 4 + 4);
        expect(Array.from(values.get('labels')?.data ?? []).slice(i * 4, i * 4 + 4)).toEqual([...labels]);
        expect(Array.from(values.get('foreground')?.data ?? []).slice(i * 4, i * 4 + 4)).toEqual(Array.from(labels, (label) => (label === 2 ? 0 : 1)));
        expect(values.get('event')?.data[i]).toBe(eventOf(labels, 2));
      }
    }
    return clips;
  };
  const listed = source.open({ names: asked, batch: 2 });
  expect(await seen(listed, 0, listed.steps, 2)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8]);
  const mixed = source.open({ names: asked, batch: 3, shuffle: random.key(2) });
  const [one, two] = [await seen(mixed, 0, mixed.steps, 3), await seen(mixed, 1, mixed.steps, 3)];
  expect(one.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(one).not.toEqual(two);
  await Promise.all([listed, mixed].map((batches) => batches.close()));
});

test('memory: an epoch over a store many times the bound is read within it, into the same buffers', async () => {
  const data = await opened('large', { items: { train: 120, val: 1, test: 1 }, dtype: 'f32' }, little);
  const split = orFail(data.split('train'));
  const store = orFail(await readStore(join(folder, 'large', 'store'))());
  const collections = { visual: orFail(await store.existing(collectionsOf(data).visual)()), audio: orFail(await store.existing(collectionsOf(data).audio)()) };
  const direct = orFail(await reader({ sources: (['visual', 'audio'] as const).map((m) => ({ collection: collections[m], inputs: split.inputs[m] })), batch: 8, memory: little, order: { kind: 'shuffled', key: random.key(1) } })());
  expect(direct.bound).toBeLessThanOrEqual(little);
  expect(120 * 1792).toBeGreaterThan(10 * little);
  await direct.close();

  const batches = data.source(split).open({ names, batch: 8, shuffle: random.key(1) });
  const buffers = new Set<ArrayBufferLike>();
  for (let epoch = 0; epoch < 2; epoch += 1)
    for (let step = 0; step < batches.steps; step += 1) {
      const values = orFail(await batches.batch(epoch, step)());
      for (const name of inputs) { const held = values.get(name)?.data.buffer; if (held !== undefined) buffers.add(held); }
    }
  expect(buffers.size).toBe(inputs.length);
  await batches.close();
});

const settings: Job['settings'] = { epochs: 2, batch: 8, optimiser: 'adamw', rate: 0.01, headRate: 0.01, warmup: 2, final: 0.1, decay: 0.01, points: 2, seed: 4, keep: 'last' };
const built = async (data: Opened): Promise<Built> => orFail(await learnerOn(data, noTrunks)());
const jobOf = async (data: Opened, out: string, resume: boolean): Promise<Job> => {
  const [learn, validation] = [orFail(data.split('train')), orFail(data.split('val'))];
  return { opened: data, built: await built(data), settings, learn, validation, scored: [learn, validation], out: join(folder, out), resume, version: 'test' };
};

test.each(['f32', 'f16'] as const)('%s: stopped between windows and gone on with: the same curve and weights, bit for bit', async (dtype) => {
  const data = await opened(`windows-${dtype}`, { items: { train: 16, val: 3, test: 1 }, dtype }, little);
  const backend = orFail(await tfjs('wasm')());
  const ports: JobPorts = { backend, clock: () => 0, progress: silent, interrupt: { requested: false } };
  const whole = orFail(await runJob(await jobOf(data, `${dtype}-whole`, false), ports)());
  expect(whole.curve.length).toBe(4);
  expect(whole.curve[3]?.loss).toBeLessThan(0.8 * (whole.curve[0]?.loss ?? 0));

  const interrupt = { requested: false };
  const progress = { ...silent, update: (done: number, note?: string) => { if (note !== undefined && done === 9) interrupt.requested = true; } };
  expect(await runJob(await jobOf(data, `${dtype}-parts`, false), { ...ports, progress, interrupt })()).toMatchObject(E.left({ _tag: 'Interrupted', given: ['step 9 of 16'] }));
  const resumed = orFail(await runJob(await jobOf(data, `${dtype}-parts`, true), ports)());
  expect(resumed).toEqual(whole);
  const [a, b] = [`${dtype}-whole`, `${dtype}-parts`].map((out) => readFileSync(join(folder, out, 'weights.safetensors')));
  expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
});

test('memory that holds no batch is refused before anything is written, and the least that is asked for is enough', async () => {
  const options = { items: { train: 6, val: 1, test: 1 } } as const;
  const backend = orFail(await tfjs('wasm')());
  const ports: JobPorts = { backend, clock: () => 0, progress: silent, interrupt: { requested: false } };
  const least = (await opened('least', options, little)).leastMemory(8);
  const job = async (memory: number): Promise<Job> => ({ ...(await jobOf(await opened('least', options, memory), 'least-out', false)), settings: { ...settings, epochs: 1 } });
  expect(await runJob(await job(least - 1), ports)()).toMatchObject(E.left({ _tag: 'Usage', needed: expect.stringContaining('for a batch of 8 segments') }));
  expect(existsSync(join(folder, 'least-out'))).toBe(false);
  const data = await opened('least', options, least);
  const batches = data.source(orFail(data.split('train'))).open({ names, batch: 8, shuffle: random.key(1) });
  expect(E.isRight(await batches.batch(0, 0)())).toBe(true);
  await batches.close();
});

test('the best point of the curve may be the result; it is scored as the curve says', async () => {
  const data = await opened('best', { items: { train: 16, val: 3, test: 1 } }, little);
  const backend = orFail(await tfjs('wasm')());
  const job = await jobOf(data, 'best-out', false);
  // a rate that grows without bound spoils what was learnt
  const made = orFail(await runJob({ ...job, settings: { ...settings, keep: 'best', rate: 0.02, final: 60 } }, { backend, clock: () => 0, progress: silent, interrupt: { requested: false } })());
  const best = Math.max(...made.curve.map(({ validation }) => validation));
  expect(made.splits['val']?.accuracy).toBe(best);
  expect(made.curve.at(-1)?.validation).toBeLessThan(best);
  expect(made.kept).toBe(made.curve.find(({ validation }) => validation === best)?.epoch);
});

test('a flipped byte in a shard stops the run with the name of the shard', async () => {
  const data = await opened('damaged', { items: { train: 4, val: 1, test: 1 } }, little);
  const split = orFail(data.split('train'));
  const store = orFail(await readStore(join(folder, 'damaged', 'store'))());
  const name = `${orFail(await store.existing(collectionsOf(data).audio)()).place(split.inputs.audio[0] ?? '')?.shard}.safetensors`;
  const path = join(folder, 'damaged', 'store', 'collections', collectionsOf(data).audio, 'shards', name);
  const bytes = readFileSync(path);
  const at = bytes.length - 5 * 512 + 8; // the shard ends with the last tensor of five items
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const source: BatchSource = data.source(split);
  const batches = source.open({ names, batch: 4 });
  const found: E.Either<unknown, unknown>[] = [];
  for (let step = 0; step < batches.steps; step += 1) found.push(await batches.batch(0, step)());
  await batches.close();
  expect(found.find(E.isLeft)).toMatchObject(E.left({ _tag: 'Corrupt', where: expect.stringContaining(name) }));
});
