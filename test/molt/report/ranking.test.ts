/** Rankings: counted, never claimed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOf, ours, rankingOf } from '../../../molt/report/ranking.ts';
import type { DemoRecord, MethodRecord, RivalsRecord, TrainingRecord } from '../../../molt/report/record.ts';
import { costReading, rankingReading, rivalHead, rivalRows, settingReading } from '../../../molt/report/rivals.ts';
import { tableText } from '../../../molt/report/table.ts';
import { synthetic } from './synthetic.ts';

const training = (place: TrainingRecord['place']): TrainingRecord => ({ place, steps: 100, epochs: 2, rate: 0.002, headRate: 0.02, secondsOfFeatures: place === 'beside' ? 12 : 0 });
const method = (name: string, accuracies: readonly number[], place: TrainingRecord['place'] = 'beside'): MethodRecord => ({
  name, label: name.toUpperCase(), trainableParameters: 1000, savedBytesPerSample: place === 'inside' ? 5e6 : 1e5, secondsPerEpoch: place === 'inside' ? 60 : 3, training: training(place),
  runs: accuracies.map((testAccuracy, seed) => ({ seed, testAccuracy, valAccuracy: testAccuracy, curve: [] })),
});
const said: RivalsRecord = { rule: 'All alike.', source: 'a table', published: [{ method: 'a', accuracy: 70 }, { method: 'b', accuracy: 80 }, { method: 'c', accuracy: 90 }] };
const record = (methods: readonly MethodRecord[], seeds: readonly number[] = [0, 1, 2]): DemoRecord => ({ ...synthetic, methods, seeds, focus: 'c', control: 'a', rivals: said });
const around = (x: number): readonly number[] => [x - 0.01, x, x + 0.01];

test('τ counts pairs; chance counts all orders', () => {
  const tau = (accuracies: readonly [number, number, number]) => rankingOf(['a', 'b', 'c'].map((name, i) => method(name, around(accuracies[i] ?? 0))), said.published).tau;
  expect([tau([0.1, 0.2, 0.3]), tau([0.3, 0.2, 0.1]), tau([0.2, 0.1, 0.3])]).toEqual([1, -1, 1 / 3]);
  expect([chanceOf(3, 1), chanceOf(3, 1 / 3), chanceOf(5, 1), chanceOf(4, 0)]).toEqual([1 / 3, 1, 2 / 120, 1]);
  expect(ours(rankingOf([method('a', around(0.3)), method('b', around(0.5))], said.published)).map(({ name }) => name)).toEqual(['b', 'a']);
});

test('turning our accuracies around turns τ around, and chance stays', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 5, maxLength: 5 }), (accuracies) => {
    const published = accuracies.map((_, i) => ({ method: `m${i}`, accuracy: 70 + i }));
    const of = (sign: number) => rankingOf(accuracies.map((x, i) => method(`m${i}`, [0.5 + (sign * x) / 3000])), published);
    expect(of(1).tau).toBeCloseTo(-of(-1).tau, 12);
    expect(of(1).chance).toBeCloseTo(of(-1).chance, 12);
  }), { seed: 21, numRuns: 100 });
});

test('what is said follows from what is decided', () => {
  const reading = (accuracies: readonly [number, number, number], seeds: readonly number[] = [0, 1, 2]): string =>
    rankingReading(record(['a', 'b', 'c'].map((name, i) => method(name, around(accuracies[i] ?? 0).slice(0, seeds.length))), seeds), said);
  expect(reading([0.1, 0.2, 0.3])).toContain('Ours agrees with the published ranking.');
  expect(reading([0.1, 0.3, 0.29])).toContain('Where this run decides, it agrees with the published ranking.');
  expect(reading([0.3, 0.2, 0.1])).toContain('None of the decided pairs is as published; against the published order are C below B (by 10.0), C below A (by 20.0) and B below A (by 10.0). Ours does not agree');
  expect(reading([0.2, 0.1, 0.3])).toContain('Ours does not agree with the published ranking.');
  expect(reading([0.3, 0.301, 0.299])).toContain('neither confirms the published ranking nor contradicts it');
  expect(reading([0.1, 0.2, 0.3], [0])).toContain('With one seed the spreads are unknown, so nothing follows about the ranking.');
  expect(reading([0.1, 0.2, 0.3])).toMatch(/best first: C 90\.0, B 80\.0, A 70\.0 %; the whole range is 20\.0 points, .* Here: C 30\.0, B 20\.0, A 10\.0 %\. Of 3 pairs 3 are in the published order: Kendall’s τ is 1\.00, and 33\.3 % of all orders/);
  expect(rankingReading(record([method('c', around(0.5))]), said)).toContain('no ranking is compared');
});

test('costs: features are counted for who reads them, gradients for who needs them', () => {
  const shown = record([method('c', around(0.5)), method('a', around(0.4), 'inside')]);
  const cells = rivalRows(shown, true).map((row) => Object.fromEntries(row.map((text, i) => [rivalHead(true)[i], text])));
  expect(cells).toMatchObject([
    { method: 'C', 'published, %': '90.0', 'gradients through trunks': 'no', 'time per step': '0.06 s', training: '6.00 s', 'features, once': '12.0 s', 'rates: adapters, head': '0.002, 0.02' },
    { method: 'A', 'published, %': '70.0', 'gradients through trunks': 'yes', 'time per step': '1.20 s', training: '120.0 s', 'features, once': '–' },
  ]);
  expect(rivalHead(false)).toEqual(rivalHead(true).filter((_, i) => ![5, 7, 10].includes(i)));
  expect(costReading(shown)).toBe('Gradients pass through the trunks for A: a step takes 20 times as long as one of C and keeps 50 times as many bytes. With the features that it reads made for it alone, C trains in 18.0 s (12.0 s of it features, which further seeds, epochs and methods use again), the others in 120.0 s to 120.0 s.');
  expect(settingReading(shown, said)).toBe('All alike. 100 steps in 2 epochs over 1200 clips. Seconds are those of one worker.');
  expect(tableText(shown)).toContain(`${rankingReading(shown, said)}\n`);
});
