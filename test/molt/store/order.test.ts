/**
 * The order of an epoch: each segment once, known at any step without what came before, and well mixed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../../dsl/index.ts';
import { epochOf, planFor, runsOf, segmentsAt, windowsOf, type Plan, type Window } from '../../../molt/store/order.ts';

const plans = fc.record({ items: fc.nat({ max: 40 }), segments: fc.integer({ min: 1, max: 4 }), run: fc.integer({ min: 1, max: 6 }), window: fc.integer({ min: 1, max: 8 }) });
const keys = fc.option(fc.nat().map(random.key), { nil: undefined });

type Epochs = (plan: Plan, key: random.Key | undefined, epoch: number) => readonly Window[];

/** Each segment exactly once, in windows that follow one another and are no longer than allowed; any part is the part of the whole. */
const permutes = (epochs: Epochs): void =>
  fc.assert(fc.property(plans, keys, fc.nat({ max: 5 }), fc.nat({ max: 50 }), fc.integer({ min: 1, max: 50 }), (plan, key, epoch, from, length) => {
    const windows = epochs(plan, key, epoch);
    const count = plan.items * plan.segments;
    const all = segmentsAt(windows, 0, count);
    expect([...all].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(windows.flatMap(({ runs }) => runs).toSorted((a, b) => a - b)).toEqual(Array.from({ length: runsOf(plan) }, (_, i) => i));
    windows.forEach((window, w) => {
      expect(window.from).toBe(windows[w - 1]?.to ?? 0);
      expect(window.runs.length).toBeLessThanOrEqual(plan.window);
      expect([...window.ids()].every((id) => window.runs.includes(Math.floor(id / plan.segments / plan.run)))).toBe(true);
    });
    expect(segmentsAt(epochs(plan, key, epoch), from, from + length)).toEqual(all.slice(from, from + length));
    if (key === undefined) expect([...all]).toEqual([...all].toSorted((a, b) => a - b));
  }), { seed: 5, numRuns: 200 });

test('each segment once in an epoch; the rest of an epoch is that of the whole epoch', () => {
  permutes(epochOf);
});

const mutants: Readonly<Record<string, Epochs>> = {
  'drawn with replacement': (plan, key, epoch) => epochOf(plan, key, epoch).map((window) => ({ ...window, ids: () => { const ids = window.ids(); return ids.map((_, i) => ids[(i * 2) % ids.length] ?? 0); } })),
  'drawn anew when asked again': (plan, key, epoch) => {
    let asked = 0;
    return epochOf(plan, key, epoch).map((window) => ({ ...window, ids: () => { const ids = window.ids(); return random.permutation(random.key((asked += 1)), ids.length).map((i) => ids[i] ?? 0); } }));
  },
  'the last, short run forgotten': (plan, key, epoch) => epochOf({ ...plan, items: Math.floor(plan.items / plan.run) * plan.run }, key, epoch),
  'windows of one run too many': (plan, key, epoch) => epochOf({ ...plan, window: plan.window + 1 }, key, epoch),
};

test.each(Object.entries(mutants))('the law sees an order %s', (_, mutant) => {
  expect(() => { permutes(mutant); }).toThrow();
});

test('another epoch, another key: another order', () => {
  const plan = { items: 30, segments: 2, run: 3, window: 4 };
  const orders = [[1, 0], [1, 1], [2, 0]].map(([seed = 0, epoch = 0]) => segmentsAt(epochOf(plan, random.key(seed), epoch), 0, 60).join());
  expect(new Set(orders).size).toBe(3);
});

test('mixed: any two runs share a window in about every n-th epoch; one window: every place is as likely for a segment', () => {
  const plan = { items: 24, segments: 1, run: 1, window: 6 };
  const epochs = 400;
  let together = 0;
  for (let epoch = 0; epoch < epochs; epoch++) together += epochOf(plan, random.key(1), epoch).filter(({ runs }) => runs.includes(0) && runs.includes(1)).length;
  expect(together / epochs).toBeGreaterThan(0.15); // 5 of 23
  expect(together / epochs).toBeLessThan(0.29);
  const whole = { ...plan, window: 24 };
  const place = new Float64Array(4);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const quarter = Math.floor(segmentsAt(epochOf(whole, random.key(1), epoch), 0, 24).indexOf(0) / 6);
    place[quarter] = (place[quarter] ?? 0) + 1;
  }
  for (const n of place) expect(Math.abs(n - epochs / 4)).toBeLessThan(35); // four deviations
});

test('a plan: as much as fits, never more than is allowed', () => {
  fc.assert(fc.property(fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 3e7 }), fc.integer({ min: 1, max: 1e9 }), (items, itemBytes, bytes) => {
    const plan = planFor(items, 10, itemBytes, bytes);
    if (plan === undefined) {
      expect(2 * itemBytes).toBeGreaterThan(bytes);
      return;
    }
    const window = Math.min(plan.window, runsOf(plan)) * plan.run * itemBytes;
    expect(window * Math.min(2, Math.max(1, windowsOf(plan)))).toBeLessThanOrEqual(Math.max(bytes, itemBytes));
    if (windowsOf(plan) > 1) expect(window + plan.run * itemBytes).toBeGreaterThan(bytes / 2);
  }), { seed: 6, numRuns: 500 });
  const gigabyte = 2 ** 30;
  expect(planFor(3339, 10, 2.2e6, gigabyte)).toEqual({ items: 3339, segments: 10, run: 3, window: 81 });
  expect(planFor(100, 10, 2.2e6, gigabyte)).toEqual({ items: 100, segments: 10, run: 3, window: 34 });
});
