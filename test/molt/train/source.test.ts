/** Sources: the order of batches, statistics in one pass, scores. */
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { channelStatistics, type FeatureSet, standardise } from '../../../molt/train/features.ts';
import { oneAhead } from '../../../molt/train/ahead.ts';
import { type Batches, type BatchSource, inMemory } from '../../../molt/train/source.ts';
import { sourceStatistics, standardised } from '../../../molt/train/standard.ts';
import { unwatched } from '../../../molt/train/watch.ts';
import { scoreOf } from '../../../molt/train/stored/scores.ts';
import { orFail } from '../backbones/golden.ts';

const set = (count: number, offset = 0): FeatureSet => ({
  count,
  labels: Int32Array.from({ length: count }, (_, i) => i % 5),
  inputs: new Map([
    ['visual.0', { sizes: [2, 3], data: Float32Array.from(random.normal(random.key(count), count * 6), (x, i) => x * (1 + (i % 3)) + offset) }],
    ['audio.0', { sizes: [4], data: Float32Array.from({ length: count * 4 }, (_, i) => i) }],
  ]),
});
const names = new Set(['visual.0', 'audio.0', 'labels']);
const key = random.key(7);
/** The segments of a batch, told by `audio.0`. */
const idsOf = async (batches: Batches, epoch: number, step: number): Promise<readonly number[]> => {
  const data = orFail(await batches.batch(epoch, step)()).get('audio.0')?.data ?? [];
  return Array.from({ length: data.length / 4 }, (_, i) => (data[4 * i] ?? 0) / 4);
};
const watched = unwatched;

test('shuffled: an epoch shows every segment at most once, epochs differ, and a batch is the same whoever asked before', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), async (count, batch) => {
    const open = (): Batches => inMemory(set(count)).open({ names, batch, shuffle: key });
    const all = open();
    expect(all.steps).toBe(Math.floor(count / batch));
    const epoch = async (n: number): Promise<readonly (readonly number[])[]> => Promise.all(Array.from({ length: all.steps }, (_, step) => idsOf(all, n, step)));
    const first = await epoch(0);
    expect(new Set(first.flat()).size).toBe(all.steps * batch);
    const second = await epoch(1);
    if (all.steps * batch > 12) expect(second).not.toEqual(first);
    if (all.steps > 0) expect(await idsOf(open(), 1, all.steps - 1)).toEqual(second.at(-1));
    await all.close();
  }), { seed: 1, numRuns: 30 });
});

test('in order: all segments once, and the last batch is filled up with the last segment', async () => {
  const batches = inMemory(set(7)).open({ names, batch: 3 });
  expect(batches.steps).toBe(3);
  expect(await idsOf(batches, 0, 1)).toEqual([3, 4, 5]);
  expect(await idsOf(batches, 0, 2)).toEqual([6, 6, 6]);
  expect(orFail(await batches.batch(0, 2)()).get('labels')?.data).toEqual(new Int32Array([1, 1, 1]));
  const inputs = inMemory(set(2)).open({ names: new Set(['labels']), batch: 2 });
  expect([...orFail(await inputs.batch(0, 0)()).keys()]).toEqual(['labels']);
});

test('statistics of one pass equal those of the whole set, whatever the batch, far from 0 too', async () => {
  for (const offset of [0, 1e4]) for (const batch of [1, 4, 5, 64]) {
    const whole = set(23, offset);
    const wanted = channelStatistics(whole);
    const found = orFail(await sourceStatistics(inMemory(whole), batch, watched)());
    for (const [name, { mean, deviation }] of wanted) {
      found.get(name)?.mean.forEach((x, c) => expect(x / (mean[c] ?? 0)).toBeCloseTo(1, 5));
      found.get(name)?.deviation.forEach((x, c) => expect(x / (deviation[c] ?? 0)).toBeCloseTo(1, 5));
    }
    expect([...(found.get('visual.0')?.mean ?? [])]).toEqual([...(found.get('visual.0')?.mean ?? [])].map(Math.fround));
  }
});

test('a standardised source gives the same numbers as a standardised set', async () => {
  const whole = set(9, 3);
  const statistics = channelStatistics(whole);
  const asked = { names, batch: 4, shuffle: key };
  const [one, two] = [standardised(statistics, inMemory(whole)).open(asked), inMemory(standardise(statistics, whole)).open(asked)] as const;
  for (const step of [0, 1]) expect(orFail(await one.batch(2, step)())).toEqual(orFail(await two.batch(2, step)()));
  await one.close();
});

test('one ahead: the same batches whatever is asked for next, none beyond an epoch, and faults in their turn', async () => {
  const asked = { names, batch: 2, shuffle: key };
  const begun: string[] = [];
  const gone = { _tag: 'Storage', where: 'shard', given: [], needed: 'a disk' } as const;
  const plain = inMemory(set(9)).open(asked);
  const watching: Batches = { ...plain, batch: (epoch, step) => async () => { begun.push(`${epoch}.${step}`); return epoch === 1 && step === 3 ? E.left(gone) : plain.batch(epoch, step)(); } };
  const ahead = oneAhead(watching);
  const wanted = async (epoch: number, step: number): Promise<void> => expect(await idsOf(ahead, epoch, step)).toEqual(await idsOf(plain, epoch, step));
  for (const step of [0, 1, 2, 3]) await wanted(0, step);
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  expect(begun).toEqual(['0.0', '0.1', '0.2', '0.3']);
  await wanted(1, 0);
  await wanted(1, 2);
  expect(begun.slice(4)).toEqual(['1.0', '1.1', '1.2']);
  expect(await ahead.batch(1, 3)()).toEqual(E.left(gone));
  await wanted(1, 0);
  await ahead.close();
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  expect(begun.slice(7)).toEqual(['1.3', '1.0']);
});

test('a standardised batch stands while the next one is made', async () => {
  const whole = set(9, 3);
  const statistics = channelStatistics(whole);
  const source = standardised(statistics, inMemory(whole)).open({ names, batch: 3 });
  const first = orFail(await source.batch(0, 0)());
  const copy = structuredClone(first);
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  expect(first).toEqual(copy);
  const second = orFail(await source.batch(0, 1)());
  expect(second.get('visual.0')?.data).not.toBe(first.get('visual.0')?.data);
  expect(first).toEqual(copy);
  expect(orFail(await source.batch(0, 2)()).get('visual.0')?.data).toBe(first.get('visual.0')?.data);
  await source.close();
});

test('the pass stops when asked to, and names a channel that holds no number', async () => {
  const stopped = await sourceStatistics(inMemory(set(9)), 4, { ...watched, interrupted: () => true })();
  expect(stopped).toMatchObject(E.left({ _tag: 'Interrupted' }));
  const bad = set(9);
  bad.inputs.get('visual.0')?.data.fill(Number.NaN, 7, 8);
  const found = await sourceStatistics(inMemory(bad), 4, watched)();
  expect(found).toMatchObject(E.left({ _tag: 'NotFinite', given: ['visual.0 of segment 1: NaN in channel 1'] }));
});

test('a fault of reading is told, and the batches are closed', async () => {
  const closed: string[] = [];
  const gone = { _tag: 'Storage', where: 'shard', given: [], needed: 'a disk' } as const;
  const source: BatchSource = { ...inMemory(set(4)), open: () => ({ steps: 2, batch: () => async () => E.left(gone), close: async () => { closed.push('yes'); } }) };
  expect(await sourceStatistics(source, 2, watched)()).toEqual(E.left(gone));
  expect(closed).toEqual(['yes']);
});

test('scores: the exact share, and each class', () => {
  const score = scoreOf(['a', 'b', 'background'], 2, new Int32Array([0, 0, 1, 2]), new Int32Array([0, 1, 1, 0]));
  expect(score).toEqual({ items: 2, segments: 4, accuracy: 0.5, classes: [{ name: 'a', segments: 2, right: 1, answered: 2 }, { name: 'b', segments: 1, right: 1, answered: 2 }, { name: 'background', segments: 1, right: 0, answered: 0 }] });
});
