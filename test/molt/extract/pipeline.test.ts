/** The pipeline with fakes: what is run, written, claimed and told, whatever fails. */
import { left, right } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { runUnits } from '../../../molt/extract/pipeline.ts';
import { fault } from '../../../shapes/fault.ts';
import { good } from '../media/clips.ts';
import { memory, portsOn, shelfOn, unit } from './shelf.ts';

const units = [unit(0, 'a', 'bb', 'bad1'), unit(1, 'a', 'c'), unit(0, 'nan', 'dd', 'e'), unit(0, 'bad2')];

test('a shard for each unit, without the items that fail', async () => {
  const memories = [memory(), memory()];
  const done: number[] = [];
  const { ports, counts } = portsOn(memories, { onItem: (n) => done.push(n) });
  const ran = good(await runUnits(units, ports)());
  expect(memories.map(({ shards }) => shards)).toEqual([[['a', 'bb'], ['dd', 'e']], [['a', 'c']]]);
  expect(ran.done).toHaveLength(6);
  expect(ran.failures.map(({ collection, input, why }) => [collection, input, why._tag])).toEqual([[0, 'bad1', 'Corrupt'], [0, 'nan', 'NotFinite'], [0, 'bad2', 'Corrupt']]);
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(memories.every(({ claims }) => claims.size === 0)).toBe(true);
  expect(counts.waiting.most).toBeLessThanOrEqual(ports.ahead + 3);
});

test('what is there is not run again, what failed is tried again', async () => {
  const memories = [memory(), memory()];
  good(await runUnits(units, portsOn(memories).ports)());
  const { ports, counts } = portsOn(memories);
  good(await runUnits(units, ports)());
  expect(counts.prepared).toEqual(['bad1', 'nan', 'bad2']);
  expect(memories[0]?.shards).toHaveLength(2);
});

test('a run that is stopped keeps whole units only, and the next one goes on to the same shards', async () => {
  const undisturbed = [memory(), memory()];
  good(await runUnits(units, portsOn(undisturbed).ports)());
  for (let after = 0; after < 9; after += 1) {
    const memories = [memory(), memory()];
    const interrupt = { requested: false };
    const { ports } = portsOn(memories, { interrupt, onItem: (n) => { if (n > after) interrupt.requested = true; } });
    const stopped = await runUnits(units, ports)();
    expect(stopped).toMatchObject(after === 8 ? {} : left({ _tag: 'Interrupted' }));
    expect(memories.every(({ claims }) => claims.size === 0)).toBe(true);
    good(await runUnits(units, portsOn(memories).ports)());
    expect(memories.map(({ shards }) => shards)).toEqual(undisturbed.map(({ shards }) => shards));
  }
});

test('an engine that breaks ends the run and gives its claims back', async () => {
  const memories = [memory()];
  const { ports } = portsOn(memories);
  expect(await runUnits([unit(0, 'a'), unit(0, 'b', 'engine', 'c'), unit(0, 'd')], ports)()).toMatchObject(left({ _tag: 'Unsupported' }));
  expect(memories).toEqual([{ shards: [['a']], claims: new Set() }]);
});

test('a full disk ends the run', async () => {
  const full = fault('Storage', 'shard', ['no space'], 'space');
  const store = memory();
  const { ports } = portsOn([store], { shelves: [{ ...shelfOn(store), write: () => async () => left(full) }] });
  expect(await runUnits([unit(0, 'a'), unit(0, 'b')], ports)()).toEqual(left(full));
  expect(store.claims.size).toBe(0);
});

test('a claim that fails or throws ends the run', async () => {
  const why = fault('Storage', 'claims', ['read-only'], 'a folder that can be written to');
  const store = memory();
  const claimless = (claim: ReturnType<typeof shelfOn>['claim']) => portsOn([store], { shelves: [{ ...shelfOn(store), claim }] }).ports;
  expect(await runUnits([unit(0, 'a')], claimless(() => async () => left(why)))()).toEqual(left(why));
  expect(await runUnits([unit(0, 'a')], claimless(() => () => Promise.reject(new Error('gone'))))()).toMatchObject(left({ _tag: 'Defect', given: ['gone'] }));
});

test('a unit of another process is waited for, and taken over if it comes free undone', async () => {
  const store = memory();
  store.claims.add('b c');
  store.claims.add('d');
  const { ports, counts } = portsOn([store], {
    sleep: async () => {
      await new Promise((resolve) => { setTimeout(resolve, 10); });
      counts.slept.times += 1;
      if (counts.slept.times === 3) {
        store.shards.push(['b', 'c']); // the other one is done with this
        store.claims.clear(); // and has died over that
      }
    },
  });
  good(await runUnits([unit(0, 'a'), unit(0, 'b', 'c'), unit(0, 'd'), unit(0, 'e')], ports)());
  expect(store.shards).toEqual([['a'], ['e'], ['b', 'c'], ['d']]);
  expect(counts.prepared).toEqual(['a', 'e', 'd']);
});

test('two runs side by side do everything once', async () => {
  const store = memory();
  const all = Array.from({ length: 12 }, (_, i) => unit(0, `a${i}`, `b${i}`));
  const nap = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 1); });
  const [one, two] = [portsOn([store], { sleep: nap }), portsOn([store], { sleep: nap })];
  const ran = await Promise.all([runUnits(all, one.ports)(), runUnits(all, two.ports)()]);
  expect(ran.map(good).flatMap(({ done }) => done)).toHaveLength(24);
  expect(new Set(store.shards.flat()).size).toBe(24);
  expect(store.shards).toHaveLength(12);
});

test('nothing to do', async () => {
  expect(await runUnits([], portsOn([]).ports)()).toEqual(right({ done: [], failures: [], times: { backbone: 0, waiting: 0, writing: 0 } }));
});
