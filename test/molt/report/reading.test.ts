/** The sentences: they claim what the numbers show and nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deviation, mean } from '../../../molt/statistics.ts';
import { compare } from '../../../molt/report/compare.ts';
import { caution, confusionReading, cosineReading, curvesReading, depthReading, fusionReading, headline, offDiagonal, others, routerReading } from '../../../molt/report/reading.ts';
import type { DemoRecord, MethodRecord } from '../../../molt/report/record.ts';
import { synthetic } from './synthetic.ts';

const method = (name: string, accuracies: readonly number[]): MethodRecord => ({
  name, label: name, trainableParameters: 1, savedBytesPerSample: 1, secondsPerEpoch: 1,
  runs: accuracies.map((testAccuracy, seed) => ({ seed, testAccuracy, valAccuracy: testAccuracy, curve: [] })),
});
const between = (ours: readonly number[], theirs: readonly number[]): DemoRecord => ({ ...synthetic, focus: 'A', control: 'B', methods: [method('A', ours), method('B', theirs)] });
const accuracies = fc.array(fc.integer({ min: 0, max: 1000 }).map((x) => x / 1000), { minLength: 2, maxLength: 5 });

test('a difference is claimed iff it exceeds the sum of the standard deviations', () => {
  fc.assert(fc.property(accuracies, accuracies, (ours, theirs) => {
    const exceeds = Math.abs(mean(ours) - mean(theirs)) * 100 > (deviation(ours) + deviation(theirs)) * 100;
    const said = headline(between(ours, theirs));
    expect(said.includes('This run does not show a difference')).toBe(!exceeds);
    expect(said.includes('more than the sum of') && !said.includes('not more than')).toBe(exceeds);
    expect(said.includes('The control is the better one')).toBe(exceeds && mean(ours) < mean(theirs));
  }), { seed: 11, numRuns: 300 });
});

test('comparing turns around', () => {
  fc.assert(fc.property(accuracies, accuracies, (ours, theirs) => {
    const [there, back] = [compare(method('A', ours), method('B', theirs)), compare(method('B', theirs), method('A', ours))];
    expect(there.points).toBeCloseTo(-back.points, 10);
    expect(there.verdict).toBe(({ above: 'below', below: 'above', undecided: 'undecided' } as const)[back.verdict]);
  }), { seed: 12, numRuns: 200 });
});

test('the wording of each outcome', () => {
  expect(headline(between([0.7, 0.71, 0.72], [0.6, 0.61, 0.62]))).toBe(
    'A names 71.0 ± 1.0 % of the test segments correctly, B 61.0 ± 1.0 %: 10.0 points above, more than the sum of their standard deviations over seeds (2.0). It is ahead in 3 of 3 seeds.');
  expect(headline(between([0.6, 0.61, 0.62], [0.7, 0.71, 0.72]))).toContain('10.0 points below, more than the sum of their standard deviations over seeds (2.0). The control is the better one here. It is ahead in 0 of 3 seeds.');
  expect(headline(between([0.6, 0.7], [0.59, 0.71]))).toContain('not more than the sum of their standard deviations over seeds (15.6). This run does not show a difference.');
  expect(headline(between([0.9], [0.1]))).toContain('with one seed the spread is unknown, so nothing follows from it.');
  expect(headline({ ...synthetic, control: 'absent' })).toBe('The method and its control were not both run, so nothing is compared.');
});

test('a method that is no better than the background is said to be so', () => {
  expect(others(between([0.3, 0.31], [0.2, 0.21]))).toContain('A does no better than that');
  expect(others(between([0.6, 0.61], [0.2, 0.21]))).toContain('would give 39.6 %');
});

test('intervals: measured or not, apart or not', () => {
  const { intervals, ...bare } = synthetic;
  expect(caution(bare)).toContain('is not measured here');
  expect(caution(synthetic)).toContain('they do not overlap');
  expect(caution({ ...synthetic, intervals: { over: 'test clips', level: 0.95, methods: (intervals?.methods ?? []).map((one) => ({ ...one, low: 0.5, high: 0.9 })) } })).toContain('they overlap');
});

test('confusions: recall is macro-averaged over the classes that occur', () => {
  const said = confusionReading({ method: 'm', classes: ['a', 'b', 'c'], matrix: [[8, 2, 0], [0, 5, 0], [0, 0, 0]] });
  expect(said).toBe('The mean over classes of the share found is 90.0 %; the best class is b (100.0 %), the worst a (80.0 %). Most often a is taken for b (20.0 %).');
  expect(confusionReading({ method: 'm', classes: ['a'], matrix: [[3]] })).toContain('Nothing is confused.');
});

test('TOR, fusion, router and depth: both directions can be said', () => {
  expect(cosineReading(synthetic.cosineMaps)).toContain('TOR makes the tokens less alike');
  const swapped = synthetic.cosineMaps.map((map) => ({ ...map, label: map.label === 'with TOR' ? ('without TOR' as const) : ('with TOR' as const) }));
  expect(cosineReading(swapped)).toContain('TOR does not make the tokens less alike here');
  expect(cosineReading(synthetic.cosineMaps.filter(({ label }) => label === 'with TOR'))).toContain('nothing is compared');
  expect(fusionReading(synthetic.fusion)).toContain('the direction is the same here');
  expect(fusionReading(synthetic.fusion.map((row) => ({ ...row, label: row.label === 'with TOR' ? ('without TOR' as const) : ('with TOR' as const) })))).toContain('that is not what is seen here');
  expect(fusionReading(synthetic.fusion.map((row) => ({ ...row, weight: row.token })))).toContain('here the two hardly differ');
  expect(routerReading(synthetic.router)).toContain('“cross 1” counts most at L2 (0.41, an equal share is 0.25)');
  expect(routerReading(synthetic.router.map((row) => ({ ...row, mean: 0.25, std: 0.001 })))).toContain('little more than average');
  const { visual } = synthetic.backbones;
  expect(depthReading('visual', visual)).toContain('as the paper finds');
  expect(depthReading('visual', { ...visual, cosine: visual.cosine.map((one) => ({ ...one, adapted: !one.adapted })) })).toContain('unlike in the paper');
  expect(depthReading('visual', { ...visual, cosine: visual.cosine.map((one) => ({ ...one, cosine: 0.5 })) })).toContain('alike here');
  expect(curvesReading(synthetic)).toContain('The training loss of MoLT goes from');
  expect(curvesReading({ ...synthetic, methods: [] })).toContain('No curve was recorded');
});

test('the mean cosine off the diagonal leaves the diagonal out', () => {
  expect(offDiagonal({ label: 'with TOR', modality: 'audio', size: 2, layers: ['a', 'b'], torValue: 0, values: [1, -0.5, 0.25, 1] })).toBeCloseTo(0.375, 12);
});
